/* Identities of this machine: shown, with their cards, and changed. */
#include "ops/group_int.h"

#define LABEL_MOST	255 /* UTF-16 code units */
#define CLASSIFIER_MOST 149

static const char *why_locked(const struct groups_identity *id)
{
	return id->usable ? "" : "its key is not at hand: homestead status tells why";
}

static void set_identity(struct ops_identity *to, const struct groups_identity *id, struct draft *d)
{
	ops_clear(&ops_identity_type, to);
	to->name = ops_draft_str(d, id->name);
	to->label = ops_draft_str(d, id->label ? id->label : "");
	to->is_default = id->is_default;
	to->usable = id->usable;
	to->why = why_locked(id);
	ops_set_text(to->profile, sizeof(to->profile),
		     id->profile == CRYPTO_CLASSIC ? "classic" : "modern");
	to->groups = id->groups;
	to->made = id->made;
}

static size_t count_identities(const struct groups *all)
{
	struct groups_identity id;
	size_t n = 0;
	for (size_t at = 0; groups_identity_next(all, &at, &id);)
		n++;
	return n;
}

enum err ops_run_identities(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct ops_identities out;
	struct groups_identity id;
	ops_clear(&ops_identities_type, &out);
	ops_group_part(o, &d, &out.part);
	ops_group_keys(o, &d, &out.keys);
	size_t n = all ? count_identities(all) : 0;
	out.identities = arena_alloc(&o->mem, (n + 1) * sizeof(*out.identities));
	if (!out.identities)
		return ERR_NOMEM;
	for (size_t at = 0; all && out.n_identities < n && groups_identity_next(all, &at, &id);)
		set_identity(&out.identities[out.n_identities++], &id, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_identities_type, &out);
	return OK;
}

/* The certificate as the document that is handed to whoever invites. */
static enum err make_card(struct ops *o, const struct groups_identity *id, const char **out)
{
	size_t size = 4 * id->certificate.n + 1024;
	uint8_t *pkcs7 = arena_alloc(&o->mem, id->certificate.n + 512);
	char *xml = arena_alloc(&o->mem, size);
	struct text t = text_of(xml, size);
	struct group_paper card = { .kind = GROUP_PAPER_CARD,
				    .major = group_profile(id->profile)->group_major };
	size_t n;
	if (!pkcs7 || !xml)
		return ERR_NOMEM;
	enum err e = crypto_chain_make(o->crypto, &id->certificate, 1, pkcs7,
				       id->certificate.n + 512, &n);
	if (e)
		return e;
	card.octets = span_of(pkcs7, n);
	e = group_paper_write(&t, &card);
	if (e || t.cut)
		return e ? e : ERR_RANGE;
	*out = xml;
	return OK;
}

enum err ops_run_identity(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct groups_identity id;
	struct ops_identity out;
	if (!ops_identity_find(o, r, call, &id))
		return OK;
	set_identity(&out, &id, &d);
	enum err e = make_card(o, &id, &out.card);
	if (e == ERR_NOMEM || d.failed)
		return ERR_NOMEM;
	if (e)
		ops_answer_error(call, e, "the card of this identity cannot be written",
				 "make another identity: homestead id create");
	else
		ops_answer_value(call, &ops_identity_type, &out);
	return OK;
}

/* Changes */

static void put_identity(struct group_wish *w, const char *name)
{
	struct text t = TEXT_OF(w->object);
	text_clear(&t);
	text_str(&t, "identity ");
	text_quoted(&t, span_str(name), 80);
}

enum err ops_run_identity_make(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_identity_make *m = &r->identity_make;
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!ops_groups_of(o, call))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_ID_CREATE, m->dry_run);
	if (!w)
		return ERR_NOMEM;
	struct groups_command *k = &w->command;
	enum err e = ops_group_text(w, m->label, LABEL_MOST, "the label", &k->text, &c);
	if (!e && !k->text.n)
		e = ops_complain(&c, ERR_MALFORMED, "an identity needs a label: how others call it",
				 "homestead id create NAME");
	if (!e)
		e = ops_group_text(w, m->classifier, CLASSIFIER_MOST, "the classifier",
				   &k->classifier, &c);
	if (!e)
		e = ops_group_profile(m->profile, &k->profile, &c);
	k->make_default = m->is_default;
	put_identity(w, m->label);
	w->done = "is made";
	w->would = "would be made";
	w->next = "homestead id card shows the card to give to whoever invites you";
	return ops_group_send(w, e, &c);
}

enum err ops_run_identity_set(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_identity_set *s = &r->identity_set;
	struct groups_identity id;
	struct ops_complaint c;
	ops_complaint_init(&c);
	if (!ops_identity_find(o, r, call, &id))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_ID_SET, s->dry_run);
	if (!w)
		return ERR_NOMEM;
	struct groups_command *k = &w->command;
	enum err e = ops_group_text(w, s->label, LABEL_MOST, "the label", &k->text, &c);
	if (!e && !k->text.n && !s->is_default)
		e = ops_complain(&c, ERR_MALFORMED, "nothing is to be set", "doc/api.md");
	k->identity = span_str(id.name);
	k->set = k->text.n ? GROUPS_SET_TEXT : 0;
	k->make_default = s->is_default;
	put_identity(w, id.label && id.label[0] ? id.label : id.name);
	w->done = "is changed";
	w->would = "would be changed";
	return ops_group_send(w, e, &c);
}

enum err ops_run_identity_delete(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct groups_identity id;
	if (!ops_identity_find(o, r, call, &id))
		return OK;
	struct group_wish *w = ops_group_wish(o, call, GROUPS_ID_DELETE, r->write.dry_run);
	if (!w)
		return ERR_NOMEM;
	w->command.identity = span_str(id.name);
	put_identity(w, id.label && id.label[0] ? id.label : id.name);
	w->done = "is deleted, with its key";
	w->would = "would be deleted, with its key";
	return ops_group_send(w, OK, NULL);
}
