/* Groups made, and joined with a document (GROUP-9.1, GROUP-9.2). */
#include "group/groups_int.h"

#include "crypto/aead.h"
#include "wire/utf.h"

#define CLASSIFIER 138 /* characters of a group's, so that its name has at most 179 (P23) */
#define CLOUD	   "Global_"
#define BOX_ABOUT  "homestead box 1 " /* and the group's name */

/* ---- one that is there from now on ---- */

/* What is known of it at birth; its person has the key. */
struct fresh {
	const struct groups_person *person;
	const struct group_profile *profile;
	struct span id, friendly, comment, cloud;
	uint32_t scope, options;
	struct span chain, security, root;
	struct crypto_key *group_key; /* taken over */
};

/* GROUP-12.15 */
static enum err box_of(struct groups *s, const struct groups_person *p, struct groups_entry *e,
		       uint8_t secret[CRYPTO_BOX_KEY])
{
	uint8_t key[CRYPTO_PKCS8_MAX], seed[CRYPTO_BOX_SEED];
	char about[sizeof(BOX_ABOUT) + GROUP_NAME_OCTETS];
	struct text t = TEXT_OF(about);
	size_t n = 0;
	text_str(&t, BOX_ABOUT);
	text_str(&t, e->id);
	enum err err = crypto_key_save(s->crypto, p->key, key, sizeof(key), &n);
	const struct crypto_hkdf from = { .secret = span_of(key, n), .info = span_str(about) };
	if (!err)
		err = crypto_hkdf(s->crypto, &from, seed, sizeof(seed));
	if (!err)
		err = crypto_box_from(seed, e->box, secret);
	crypto_wipe(key, sizeof(key));
	crypto_wipe(seed, sizeof(seed));
	return err;
}

static enum err make_box(struct groups *s, const struct groups_person *p, struct groups_entry *e)
{
	uint8_t secret[CRYPTO_BOX_KEY];
	enum err err = box_of(s, p, e, secret);
	if (!err)
		err = groups_secret_seal(s, span_of(secret, sizeof(secret)), "box", e->id,
					 &e->box_sealed);
	crypto_wipe(secret, sizeof(secret));
	return err;
}

static enum err fill(struct groups *s, struct groups_entry *e, const struct fresh *f)
{
	e->number = s->next_entry;
	e->profile = f->profile->crypto->id;
	e->scope = f->scope;
	e->options = f->options;
	e->open = true;
	groups_words(e->id, sizeof(e->id), f->id);
	groups_words(e->self, sizeof(e->self), span_str(f->person->name));
	groups_words(e->friendly, sizeof(e->friendly), f->friendly);
	groups_words(e->comment, sizeof(e->comment), f->comment);
	groups_words(e->cloud, sizeof(e->cloud), f->cloud);
	enum err err = groups_octets_set(s, &e->chain, f->chain);
	if (!err && f->security.n)
		err = groups_octets_set(s, &e->security, f->security);
	if (!err && f->root.n)
		err = groups_octets_set(s, &e->root, f->root);
	if (!err && e->group_key)
		err = groups_key_seal(s, e->group_key, "group", e->id, &e->owner_sealed);
	e->owner = e->group_key != NULL;
	/* GROUP-12.9: whoever makes one begins its first epoch. */
	e->epochs = e->owner && group_profile(e->profile)->policy;
	return err ? err : make_box(s, f->person, e);
}

static enum err begin(struct groups *s, struct groups_entry *e, const struct fresh *f,
		      struct text *why)
{
	enum err err = fill(s, e, f);
	if (!err)
		err = groups_entry_wake(s, e, why);
	if (!err)
		err = groups_entry_put(s, e);
	e->born = e->saved;
	return err;
}

static enum err entry_new(struct groups *s, const struct fresh *f, struct text *why,
			  struct groups_entry **out)
{
	struct groups_entry *e = env_zalloc(s->env, 1, sizeof(*e));
	if (!e) {
		crypto_key_free(f->group_key);
		return ERR_NOMEM;
	}
	list_init(&e->all);
	list_init(&e->names);
	e->again = e->sought.next = MONO_NEVER;
	e->group_key = f->group_key;
	enum err err = begin(s, e, f, why);
	if (err) {
		groups_entry_free(s, e);
		return err;
	}
	s->next_entry++;
	list_push_back(&s->entries, &e->all);
	*out = e;
	return OK;
}

/* Without it we are a member all the same, who cannot read what is sealed to it. */
static void open_box(struct groups *s, struct groups_entry *e)
{
	if (e->box_secret || e->box_sealed.n != CRYPTO_BOX_KEY + CRYPTO_SEAL_OVER)
		return;
	e->box_secret = crypto_secret_new(CRYPTO_BOX_KEY);
	if (!e->box_secret ||
	    groups_secret_unseal(s, "box", e->id, &e->box_sealed, e->box_secret) == OK)
		return;
	crypto_secret_free(e->box_secret);
	e->box_secret = NULL;
}

/* GROUP-12.3: without the keys it stands all the same, and is given them again. */
static enum err wake(struct groups *s, struct groups_entry *e, struct span keys, struct text *why)
{
	const struct groups_person *p = groups_person_named(s, span_str(e->self));
	struct group_policy first = { .options = e->options };
	groups_words(first.friendly, sizeof(first.friendly), span_str(e->friendly));
	groups_words(first.comment, sizeof(first.comment), span_str(e->comment));
	open_box(s, e);
	struct group_birth b = {
		.profile = e->profile,
		.key = p->key,
		.certificate = groups_span(&p->certificate),
		.chain = groups_span(&e->chain),
		.group_key = e->group_key,
		.security = groups_span(&e->security),
		.first = &first,
		.box = e->box,
		.box_secret = e->box_secret,
		.keys = keys,
		.epochs = e->epochs,
		.renew_warning = s->cfg.renew_warning,
		.limits = s->cfg.limits,
	};
	groups_words(b.id, sizeof(b.id), span_str(e->id));
	groups_words(b.self, sizeof(b.self), span_str(e->self));
	struct wall wall = { groups_now(s), s->wall.synchronised };
	return group_new(&e->group, &b, s->env, s->crypto, s->now, wall, why);
}

enum err groups_entry_wake(struct groups *s, struct groups_entry *e, struct text *why)
{
	const struct groups_person *p = groups_person_named(s, span_str(e->self));
	uint8_t *keys;
	size_t n;
	if (!p || !p->key)
		return ERR_STATE;
	enum err err = groups_secret_open(s, &e->keys_sealed, "epochs", e->id, &keys, &n);
	if (err != ERR_NOMEM)
		err = wake(s, e, span_of(keys, n), why);
	crypto_secret_free(keys);
	return err;
}

static bool has_vault(struct groups *s, struct groups_call *call)
{
	enum err e = OK;
	const char *why = NULL;
	if (!groups_vault_ready(s, &e, &why))
		groups_answer(s, call, e, why);
	return !e;
}

/* Whether this machine may have another group. */
static bool has_room(struct groups *s, struct groups_call *call)
{
	size_t k = 0;
	LIST_EACH(n, tmp, &s->entries)
	k++;
	if (k >= s->cfg.groups_max)
		groups_answer(s, call, ERR_FULL,
			      "this machine is in as many groups as groups_max of group allows");
	return k < s->cfg.groups_max;
}

/* ---- CREATE ---- */

static bool is_text(struct span s, size_t most)
{
	size_t units;
	return (!s.n || !memchr(s.p, 0, s.n)) && utf16_of(s, NULL, most, &units) == OK;
}

static bool is_life(uint32_t life, uint32_t least, uint32_t most)
{
	return !life || (life >= least && life <= most);
}

static const char *what_is_wrong(const struct groups_command *c)
{
	if (!is_text(c->text, GROUP_FRIENDLY_ISSUED))
		return "a group's name is at most 126 characters of UTF-8";
	if (!is_text(c->comment, GROUP_COMMENT_ISSUED))
		return "a comment is at most 255 characters of UTF-8";
	if (!is_text(c->classifier, CLASSIFIER))
		return "a group's classifier is at most 138 characters of UTF-8";
	if (!is_text(c->cloud, GROUP_CLOUD_ISSUED))
		return "the name of a cloud is at most 126 characters of UTF-8";
	if (!is_life(c->membership_life, GROUP_LIFE_LEAST, GROUP_LIFE_MOST))
		return "a membership is published for 8 hours to 10 years";
	if (!is_life(c->presence_life, GROUP_PRESENCE_LIFE, UINT32_MAX))
		return "presence lives 300 seconds or more";
	return NULL;
}

static struct groups_person *creator(struct groups *s, const struct groups_command *c,
				     struct groups_call *call)
{
	const char *wrong = what_is_wrong(c);
	struct text t = TEXT_OF(call->out.text);
	if (!groups_profile_allowed(s, c->profile, &t)) {
		groups_answer(s, call, ERR_UNSUPPORTED, NULL);
		return NULL;
	}
	if (wrong) {
		groups_answer(s, call, ERR_RANGE, wrong);
		return NULL;
	}
	struct groups_person *p = groups_person_or_new(s, c, call);
	if (!p)
		return NULL;
	if (p->profile != c->profile)
		groups_answer(s, call, ERR_CONFLICT, GROUPS_OTHER_PROFILE);
	else if (!p->key)
		groups_answer(s, call, ERR_DENIED, "the key of that identity is not at hand");
	else
		return p;
	return NULL;
}

/* Certificates of a group that begins. */
struct making {
	char id[GROUP_NAME_OCTETS + 1];
	uint8_t root[CRYPTO_CERT_MAX], chain[2 * CRYPTO_CERT_MAX];
	size_t n_root, n_chain;
	uint8_t security[GROUP_SECURITY_OCTETS];
	size_t n_security;
};

static struct span friendly_of(const struct groups_command *c)
{
	if (c->text.n)
		return c->text;
	return c->classifier.n ? c->classifier : span_str("group");
}

/* GROUP-9.1: the creator is its first administrator, as long as the group lives. */
static enum err certify(struct groups *s, const struct fresh *f, const struct groups_command *c,
			struct making *m)
{
	int64_t from = groups_now(s) - GROUPS_EARLY;
	struct text t = TEXT_OF(m->id);
	enum group_chain_fault why;
	enum err e = group_name_make(s->crypto, f->profile->crypto, crypto_key_public(f->group_key),
				     c->classifier, &t);
	if (!e)
		e = group_root_issue(s->crypto, s->env, f->group_key, c->classifier, f->friendly,
				     from, m->root, sizeof(m->root), &m->n_root);
	if (e)
		return e;
	const struct group_grant grant = {
		.public = crypto_key_public(f->person->key),
		.name = span_str(f->person->name),
		.friendly = span_str(f->person->label),
		.roles = CRYPTO_ROLE_ADMIN,
		.from = from,
	};
	return group_chain_issue(s->crypto, s->env, f->profile, span_of(m->root, m->n_root),
				 f->group_key, &grant, m->chain, sizeof(m->chain), &m->n_chain,
				 &why);
}

static enum err describe(const struct fresh *f, const struct groups_command *c, struct making *m)
{
	bool apart = f->profile->policy;
	struct group_security p = {
		.major = f->profile->group_major,
		.options = apart ? 0 : c->options,
		.membership_life = c->membership_life ? c->membership_life : GROUP_LIFE,
		.presence_life = c->presence_life ? c->presence_life : GROUP_PRESENCE_LIFE,
	};
	groups_words(p.cloud, sizeof(p.cloud), f->cloud);
	groups_words(p.classifier, sizeof(p.classifier), c->classifier);
	groups_words(p.group, sizeof(p.group), span_str(m->id));
	groups_words(p.creator, sizeof(p.creator), span_str(f->person->name));
	if (!apart) {
		groups_words(p.comment, sizeof(p.comment), c->comment);
		groups_words(p.friendly, sizeof(p.friendly), f->friendly);
	}
	return group_security_write(&p, m->security, sizeof(m->security), &m->n_security);
}

static enum err make(struct groups *s, struct fresh *f, const struct groups_command *c,
		     struct text *why, struct groups_entry **out)
{
	struct making m = { .n_root = 0 };
	enum err e = crypto_key_make(s->crypto, s->env, f->profile->crypto, &f->group_key);
	if (e)
		return e;
	e = certify(s, f, c, &m);
	if (!e)
		e = describe(f, c, &m);
	if (e) {
		crypto_key_free(f->group_key);
		return e;
	}
	f->id = span_str(m.id);
	f->chain = span_of(m.chain, m.n_chain);
	f->root = span_of(m.root, m.n_root);
	f->security = span_of(m.security, m.n_security);
	return entry_new(s, f, why, out);
}

static struct graph_properties properties_of(const struct groups_entry *e,
					     const struct groups_command *c)
{
	struct graph_properties p = {
		.scope = e->scope,
		.profile = e->profile,
		.defer_expiration = c->options & GROUP_OPTION_DEFER,
		.presence_life = c->presence_life,
		.presence_max = c->options & GROUP_OPTION_NO_PRESENCE ? 0 : UINT32_MAX,
	};
	groups_words(p.name, sizeof(p.name), span_str(e->friendly));
	groups_words(p.comment, sizeof(p.comment), span_str(e->comment));
	return p;
}

void groups_create(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct text why = TEXT_OF(call->out.text);
	struct groups_entry *entry;
	if (!has_vault(s, call) || !has_room(s, call))
		return;
	struct groups_person *p = creator(s, c, call);
	if (!p)
		return;
	if (c->dry_run) {
		groups_answer(s, call, OK, NULL);
		return;
	}
	struct fresh f = {
		.person = p,
		.profile = group_profile(c->profile),
		.friendly = friendly_of(c),
		.comment = c->comment,
		.cloud = c->cloud.n ? c->cloud : span_str(CLOUD),
		.scope = GRAPH_SCOPE_GLOBAL,
		.options = c->options,
	};
	enum err e = make(s, &f, c, &why, &entry);
	if (e) {
		groups_answer(s, call, e, NULL);
		return;
	}
	struct graph_properties properties = properties_of(entry, c);
	groups_entry_open(s, entry, call, &properties);
}

/* ---- JOIN, IMPORT ---- */

struct joining {
	const struct group_profile *profile;
	struct crypto_chain *chain;
	enum group_chain_fault fault;
};

static void say_clock(const struct groups *s, const struct crypto_cert *leaf,
		      enum group_chain_fault fault, struct text *t)
{
	text_str(t, fault == GROUP_CHAIN_NOT_YET ? "it is valid from " : "it ended at ");
	text_wall(t, fault == GROUP_CHAIN_NOT_YET ? leaf->not_before : leaf->not_after);
	text_str(t, " and by our clock it is ");
	text_wall(t, groups_now(s));
	text_str(t, "; if that is wrong, set the clock, else ask for another one");
}

/* GROUP-9.2: a clock that is wrong is named as such. */
static enum err read_chain(struct groups *s, const struct group_paper *paper, struct joining *j,
			   struct text *why)
{
	const struct group_chain_rules rules = {
		.profile = j->profile,
		.group = paper->group,
		.now = groups_now(s),
	};
	enum err e = group_chain_read(s->crypto, &rules, paper->octets, &j->chain, &j->fault);
	if (!e || e == ERR_NOMEM)
		return e;
	if (j->fault == GROUP_CHAIN_NOT_YET || j->fault == GROUP_CHAIN_EXPIRED) {
		say_clock(s, group_chain_leaf(j->chain), j->fault, why);
	} else {
		text_str(why, "the membership in it is not valid: ");
		text_str(why, group_chain_fault_text(j->fault));
	}
	return e;
}

static enum err find_profile(struct groups *s, uint8_t major, struct joining *j, struct text *why)
{
	for (int i = 0; i < CRYPTO_PROFILE_COUNT; i++) {
		const struct group_profile *p = group_profile((enum crypto_profile_id)i);
		if (!p || p->group_major != major)
			continue;
		j->profile = p;
		return groups_profile_allowed(s, p->crypto->id, why) ? OK : ERR_UNSUPPORTED;
	}
	text_str(why, "this program does not know the version of that document");
	return ERR_UNSUPPORTED;
}

/* Whose it is: a person of this machine, and the one that was asked for. */
static enum err find_person(struct groups *s, const struct groups_command *c,
			    const struct joining *j, struct groups_person **out, struct text *why)
{
	const struct crypto_cert *leaf = group_chain_leaf(j->chain);
	struct groups_person *p = groups_person_named(s, leaf->subject_name), *wanted = p;
	if (p && c->identity.n && groups_person_find(s, c->identity, &wanted) != OK)
		wanted = NULL;
	if (!p || p != wanted) {
		text_str(why, "it is for ");
		text_span(why, leaf->subject_name);
		text_str(why, p ? ", which is another identity than the one you named"
				: ", which is no identity of this machine");
		return ERR_NOT_FOUND;
	}
	if (!p->key || !span_eq(leaf->public, crypto_key_public(p->key))) {
		text_str(why, p->key ? group_chain_fault_text(GROUP_CHAIN_OTHER_KEY)
				     : "the key of that identity is not at hand");
		return ERR_DENIED;
	}
	*out = p;
	return OK;
}

/* The one of before stands where it cannot be put. */
static enum err put_chain(struct groups *s, struct groups_entry *e, struct span chain)
{
	struct groups_octets before = e->chain;
	e->chain = (struct groups_octets){ NULL, 0 };
	enum err err = groups_octets_set(s, &e->chain, chain);
	if (!err)
		err = groups_entry_put(s, e);
	if (err) {
		env_free(s->env, e->chain.p);
		e->chain = before;
	} else {
		env_free(s->env, before.p);
	}
	return err;
}

/* A newer membership takes the place of the one there is. */
static void renew(struct groups *s, struct groups_entry *e, struct joining *j,
		  const struct group_paper *paper, struct groups_call *call)
{
	const struct crypto_cert *leaf = group_chain_leaf(j->chain);
	int64_t from = 0, to = 0;
	struct group_info i = { .from = 0 };
	if (e->group)
		group_look(e->group, &i);
	group_chain_period(j->chain, &from, &to);
	bool out = groups_entry_out(s, e), same = span_eq(paper->octets, groups_span(&e->chain));
	if (e->group && out && same) {
		groups_answer(s, call, ERR_DENIED,
			      "that is the membership that this machine has, and it does not count "
			      "any more: ask for a new invitation");
		return;
	}
	if (e->group && !out && leaf->not_before <= i.from) {
		groups_answer(s, call, ERR_EXISTS,
			      "this machine is in that group already, with a membership that is "
			      "as new");
		return;
	}
	enum err err = put_chain(s, e, paper->octets);
	if (!err && e->group) {
		group_chain_is(e->group, j->chain, paper->octets, s->now);
		j->chain = NULL;
		e->hopes = true;
		groups_seek_mind(s, e);
	}
	if (err || (e->open && e->group))
		groups_answer(s, call, err, NULL);
	else
		groups_entry_open(s, e, call, NULL);
}

static void take_in(struct groups *s, struct joining *j, const struct group_paper *paper,
		    const struct groups_person *p, struct groups_call *call)
{
	const struct crypto_cert *root = group_chain_root(j->chain);
	struct text why = TEXT_OF(call->out.text);
	struct groups_entry *e = NULL;
	const struct fresh f = {
		.person = p,
		.profile = j->profile,
		.id = root->group_name,
		.friendly = span_of(root->subject.p,
				    root->subject.n > GROUP_FRIENDLY_OCTETS ? 0 : root->subject.n),
		.cloud = paper->cloud,
		.scope = (uint32_t)paper->scope,
		.chain = paper->octets,
	};
	enum err err = entry_new(s, &f, &why, &e);
	if (err)
		groups_answer(s, call, err, NULL);
	else
		groups_entry_open(s, e, call, NULL);
}

/* What a chain in a document leads to. */
void groups_join_with(struct groups *s, const struct groups_command *c,
		      const struct group_paper *paper, struct groups_call *call)
{
	struct joining j = { .fault = GROUP_CHAIN_NONE };
	struct groups_person *p = NULL;
	struct text why = TEXT_OF(call->out.text);
	enum err e = find_profile(s, paper->major, &j, &why);
	if (!e)
		e = read_chain(s, paper, &j, &why);
	if (!e)
		e = find_person(s, c, &j, &p, &why);
	if (e) {
		groups_answer(s, call, e, NULL);
		crypto_chain_free(j.chain);
		return;
	}
	struct span id = group_chain_root(j.chain)->group_name;
	struct groups_entry *known = groups_entry_named(s, id, span_str(p->name));
	groups_words(call->out.made, sizeof(call->out.made), id);
	bool room = known || has_room(s, call);
	if (room && c->dry_run)
		groups_answer(s, call, OK, NULL);
	else if (known)
		renew(s, known, &j, paper, call);
	else if (room)
		take_in(s, &j, paper, p, call);
	crypto_chain_free(j.chain);
}

static void refuse_kind(struct groups *s, enum group_paper_kind kind, struct groups_call *call)
{
	struct text t = TEXT_OF(call->out.text);
	text_str(&t, "that is ");
	text_str(&t, group_paper_text(kind));
	if (kind == GROUP_PAPER_CARD)
		text_str(&t, ": hand it to somebody who may invite, and join with what you get");
	groups_answer(s, call, ERR_MALFORMED, NULL);
}

static bool read_paper(struct groups *s, const struct groups_command *c, struct group_paper *paper,
		       struct groups_call *call)
{
	struct text t = TEXT_OF(call->out.text);
	enum err e = group_paper_read(paper, c->document, s->env, &t);
	if (e)
		groups_answer(s, call, e, "that document cannot be read");
	return !e;
}

void groups_join(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct group_paper paper;
	if (!has_vault(s, call))
		return;
	if (c->code.n) {
		if (has_room(s, call))
			groups_join_secret(s, c, call);
		return;
	}
	if (!read_paper(s, c, &paper, call))
		return;
	if (paper.kind == GROUP_PAPER_INVITATION && paper.octets.n)
		groups_join_with(s, c, &paper, call);
	else
		refuse_kind(s, paper.kind, call);
	group_paper_free(&paper, s->env);
}

void groups_import(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct group_paper paper;
	if (!has_vault(s, call) || !read_paper(s, c, &paper, call))
		return;
	if (paper.kind == GROUP_PAPER_MEMBERSHIP)
		groups_join_with(s, c, &paper, call);
	else if (paper.kind == GROUP_PAPER_OWNER)
		groups_owner_import(s, c, &paper, call);
	else
		refuse_kind(s, paper.kind, call);
	group_paper_free(&paper, s->env);
}
