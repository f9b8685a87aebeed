/* Identities made, renamed, deleted (GROUP-10.5). */
#include "group/groups_int.h"

#include "wire/utf.h"

bool groups_label_fits(struct span label)
{
	size_t units;
	return (!label.n || !memchr(label.p, 0, label.n)) &&
	       utf16_of(label, NULL, GROUPS_LABEL, &units) == OK;
}

static size_t count(const struct list *l)
{
	size_t k = 0;
	LIST_EACH(n, tmp, l)
	k++;
	return k;
}

/* What a new one must not be. */
static enum err may_add(const struct groups *s, const struct groups_new_person *n, const char **why)
{
	if (count(&s->persons) >= s->cfg.identities_max) {
		*why = "this machine has as many identities as identities_max of group allows";
		return ERR_FULL;
	}
	if (groups_person_named(s, n->name)) {
		*why = "this machine has that identity already";
		return ERR_EXISTS;
	}
	return OK;
}

static enum err fill(struct groups *s, struct groups_person *p, const struct groups_new_person *n)
{
	p->number = s->next_person;
	p->profile = n->profile;
	p->made = groups_now(s);
	groups_words(p->name, sizeof(p->name), n->name);
	groups_words(p->label, sizeof(p->label), n->label);
	enum err e = groups_octets_set(s, &p->certificate, n->certificate);
	if (!e)
		e = groups_key_seal(s, p->key, "identity", p->name, &p->sealed);
	return e ? e : groups_person_put(s, p);
}

/* The first is the default one. */
static enum err add_standard(struct groups *s, const struct groups_person *p, bool wanted)
{
	uint32_t before = s->standard;
	if (before && !wanted)
		return OK;
	s->standard = p->number;
	enum err e = groups_standard_put(s);
	if (e)
		s->standard = before;
	return e;
}

static enum err add(struct groups *s, struct groups_person *p, const struct groups_new_person *n)
{
	enum err e = fill(s, p, n);
	if (e)
		return e;
	e = add_standard(s, p, n->make_default);
	if (e) {
		(void)!groups_person_drop(s, p);
		return e;
	}
	s->next_person++;
	list_push_back(&s->persons, &p->all);
	return OK;
}

enum err groups_person_add(struct groups *s, struct groups_new_person *n, const char **why)
{
	enum err e = may_add(s, n, why);
	struct groups_person *p = e ? NULL : env_zalloc(s->env, 1, sizeof(*p));
	if (!p) {
		crypto_key_free(n->key);
		return e ? e : ERR_NOMEM;
	}
	list_init(&p->all);
	p->key = n->key;
	e = add(s, p, n);
	if (e)
		groups_person_free(s, p);
	return e;
}

/* ---- ID_CREATE ---- */

static enum err key_for(struct groups *s, const struct groups_command *c,
			const struct crypto_profile *p, struct crypto_key **out)
{
	return c->key.n ? crypto_key_load(s->crypto, p, c->key, out)
			: crypto_key_make(s->crypto, s->env, p, out);
}

/* GROUP-10.10 */
static struct span classifier_of(const struct groups_command *c)
{
	return c->classifier.n ? c->classifier : c->text;
}

static const char *what_is_wrong(const struct groups_command *c)
{
	struct span classifier = classifier_of(c);
	size_t units;
	if (!groups_label_fits(c->text))
		return "a label is at most 255 characters of UTF-8";
	if ((!classifier.n || !memchr(classifier.p, 0, classifier.n)) &&
	    utf16_of(classifier, NULL, GROUP_CLASSIFIER_MAX, &units) == OK)
		return NULL;
	return c->classifier.n ? "a classifier is at most 149 characters of UTF-8"
			       : "that label is too long for a classifier, of 149 characters: "
				 "give one besides";
}

/* Whether it may be made at all; answers where not. */
static bool may_make(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	enum err e = OK;
	const char *why = NULL;
	struct text t = TEXT_OF(call->out.text);
	if (!groups_vault_ready(s, &e, &why)) {
		groups_answer(s, call, e, why);
		return false;
	}
	if (!groups_profile_allowed(s, c->profile, &t)) {
		groups_answer(s, call, ERR_UNSUPPORTED, NULL);
		return false;
	}
	why = what_is_wrong(c);
	if (why)
		groups_answer(s, call, ERR_RANGE, why);
	return !why;
}

static enum err certify(struct groups *s, const struct groups_command *c,
			const struct crypto_key *k, struct wr *cert, struct text *name)
{
	enum err e = group_name_make(s->crypto, crypto_key_profile(k), crypto_key_public(k),
				     classifier_of(c), name);
	if (e)
		return e;
	return group_identity_issue(s->crypto, s->env, k, classifier_of(c), c->text,
				    groups_now(s) - GROUPS_EARLY, true, cert->p, cert->size,
				    &cert->n);
}

static enum err make(struct groups *s, const struct groups_command *c, struct crypto_key *key,
		     struct groups_call *call, const char **why)
{
	uint8_t room[CRYPTO_CERT_MAX];
	struct wr cert = wr_of(room, sizeof(room));
	struct text name = TEXT_OF(call->out.made);
	enum err e = certify(s, c, key, &cert, &name);
	struct groups_new_person n = {
		.key = key,
		.profile = c->profile,
		.name = span_of(name.p, name.n),
		.label = c->text,
		.certificate = wr_span(&cert),
		.make_default = c->make_default,
	};
	if (!e && c->dry_run)
		e = may_add(s, &n, why);
	if (e || c->dry_run) {
		crypto_key_free(key);
		return e;
	}
	return groups_person_add(s, &n, why);
}

void groups_id_create(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct crypto_key *key;
	const char *why = NULL;
	if (!may_make(s, c, call))
		return;
	enum err e = key_for(s, c, crypto_profile(c->profile), &key);
	if (e == ERR_MALFORMED)
		why = "that is no key of this profile";
	else if (!e)
		e = make(s, c, key, call, &why);
	if (e || (c->dry_run && !c->key.n))
		call->out.made[0] = 0; /* a key that is not kept has no name */
	groups_answer(s, call, e, why);
}

/* GROUP-10.12: who is new need not be told that they are somebody. */
struct groups_person *groups_person_or_new(struct groups *s, const struct groups_command *c,
					   struct groups_call *call)
{
	const struct groups_command id = {
		.kind = GROUPS_ID_CREATE,
		.text = c->label,
		.profile = c->kind == GROUPS_JOIN ? CRYPTO_MODERN : c->profile,
		.dry_run = c->dry_run,
	};
	struct crypto_key *key;
	const char *why = NULL;
	if (c->identity.n || !c->label.n || !list_empty(&s->persons))
		return groups_person_of(s, call, c->identity);
	if (!may_make(s, &id, call))
		return NULL;
	enum err e = key_for(s, &id, crypto_profile(id.profile), &key);
	if (!e)
		e = make(s, &id, key, call, &why);
	call->out.made[0] = 0;
	if (!e && !c->dry_run)
		return groups_person_of(s, call, c->identity);
	groups_answer(s, call, e, why);
	return NULL;
}

/* ---- ID_SET, ID_DELETE ---- */

static enum err set_default(struct groups *s, const struct groups_person *p)
{
	uint32_t before = s->standard;
	s->standard = p->number;
	enum err e = groups_standard_put(s);
	if (e)
		s->standard = before;
	return e;
}

static enum err set_label(struct groups *s, struct groups_person *p, struct span label)
{
	char before[sizeof(p->label)];
	memcpy(before, p->label, sizeof(before));
	groups_words(p->label, sizeof(p->label), label);
	enum err e = groups_person_put(s, p);
	if (e)
		memcpy(p->label, before, sizeof(before));
	return e;
}

void groups_id_set(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_person *p = groups_person_of(s, call, c->identity);
	enum err e = OK;
	if (!p)
		return;
	groups_words(call->out.made, sizeof(call->out.made), span_str(p->name));
	if (c->set & GROUPS_SET_TEXT && !groups_label_fits(c->text)) {
		groups_answer(s, call, ERR_RANGE, "a label is at most 255 characters of UTF-8");
		return;
	}
	if (c->set & GROUPS_SET_TEXT && !c->dry_run)
		e = set_label(s, p, c->text);
	if (!e && c->make_default && !c->dry_run)
		e = set_default(s, p);
	groups_answer(s, call, e, NULL);
}

static bool is_used(const struct groups *s, const struct groups_person *p)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (span_eq(span_str(e->self), span_str(p->name)))
			return true;
	}
	return false;
}

/* Of a default that goes, nobody takes the place: people say who is next. */
static enum err delete_one(struct groups *s, struct groups_person *p)
{
	enum err e = groups_person_drop(s, p);
	if (e)
		return e;
	if (s->standard == p->number) {
		s->standard = 0;
		e = groups_standard_put(s);
	}
	groups_person_free(s, p);
	return e;
}

void groups_id_delete(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_person *p = groups_person_of(s, call, c->identity);
	if (!p)
		return;
	groups_words(call->out.made, sizeof(call->out.made), span_str(p->name));
	if (is_used(s, p) || groups_joining_is(s, span_str(p->name))) {
		groups_answer(s, call, ERR_IN_USE, "groups use that identity: leave them first");
		return;
	}
	groups_answer(s, call, c->dry_run ? OK : delete_one(s, p), NULL);
}
