/* What members change in a group, and tell outside of it (GROUP-9.6, GROUP-9.7). */
#include "group/groups_int.h"

#include "wire/utf.h"

/* ---- documents ---- */

enum err groups_write(struct groups *s, struct groups_call *call, const struct group_paper *p)
{
	char *room = (char *)groups_call_room(s, call, GROUP_PAPER_MAX);
	if (!room)
		return ERR_NOMEM;
	struct text t = text_of(room, GROUP_PAPER_MAX);
	enum err e = group_paper_write(&t, p);
	if (e)
		return e;
	if (t.cut)
		return ERR_RANGE;
	call->out.bytes = span_of(t.p, t.n);
	return OK;
}

/* A group is of the version of its Security Properties; until those are here, of the least
 * of its profile. */
void groups_paper_of(const struct groups_entry *e, enum group_paper_kind kind,
		     struct group_paper *p)
{
	struct group_info i = { .security = NULL };
	const struct group_profile *profile = group_profile(e->profile);
	if (e->group)
		group_look(e->group, &i);
	*p = (struct group_paper){
		.kind = kind,
		.major = profile ? profile->group_major : 0,
		.minor = i.security ? i.security->minor : 0,
		.cloud = span_str(e->cloud),
		.scope = (enum graph_scope)e->scope,
		.identity = span_str(e->self),
		.group = span_str(e->id),
		.friendly = span_str(e->friendly),
		.octets = groups_span(&e->chain),
	};
}

void groups_export(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	struct group_paper p;
	if (!e)
		return;
	groups_paper_of(e, GROUP_PAPER_MEMBERSHIP, &p);
	groups_answer(s, call, groups_write(s, call, &p), NULL);
}

/* ---- SET ---- */

/* The entry, where it can sign; answers where not. */
struct groups_entry *groups_live_entry(struct groups *s, const struct groups_command *c,
				       struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e || (e->group && e->open))
		return e;
	groups_answer(s, call, ERR_STATE,
		      e->group ? "the group is not open"
			       : "the key of the identity that is in that group is not at hand");
	return NULL;
}

/* GROUP-12.17: answered when its record is published. */
void groups_rotate(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	if (!e)
		return;
	struct text why = TEXT_OF(call->out.text);
	enum err err = group_rotate(e->group, c->dry_run, &why, s->now);
	call->entry = e;
	call->waits = GROUPS_WAIT_EPOCH;
	if (err || c->dry_run)
		groups_answer(s, call, err, NULL);
}

void groups_rotated(struct groups *s, struct groups_entry *e)
{
	enum err why;
	if (!e->group || !group_rotated(e->group, &why))
		return;
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *call = LIST_ENTRY(n, struct groups_call, all);
		if (call->waits == GROUPS_WAIT_EPOCH && call->entry == e)
			groups_answer(s, call, why,
				      why == ERR_RANGE ? "the record of an epoch for so many "
							 "members is longer than the graph takes"
						       : NULL);
	}
}

static bool fits(struct span text, size_t most)
{
	size_t units;
	return (!text.n || !memchr(text.p, 0, text.n)) && utf16_of(text, NULL, most, &units) == OK;
}

void groups_policy_of(const struct groups_entry *e, const struct groups_command *c,
		      struct group_policy *p)
{
	struct group_info i;
	group_look(e->group, &i);
	*p = i.policy ? *i.policy : (struct group_policy){ .options = 0 };
	if (!i.policy) {
		p->options = i.security ? i.security->options : 0;
		groups_words(p->friendly, sizeof(p->friendly), span_str(i.friendly));
		groups_words(p->comment, sizeof(p->comment), span_str(i.comment));
	}
	if (c->set & GROUPS_SET_TEXT)
		groups_words(p->friendly, sizeof(p->friendly), c->text);
	if (c->set & GROUPS_SET_COMMENT)
		groups_words(p->comment, sizeof(p->comment), c->comment);
	if (c->set & GROUPS_SET_OPTIONS)
		p->options = c->options;
}

/* Until what it asked the group for comes out. */
void groups_wait_turn(struct groups *s, struct groups_entry *e, struct groups_call *call)
{
	call->entry = e;
	call->waits = GROUPS_WAIT_TURN;
	call->awaited = GROUPS_CALLS + s->next_call++;
	group_asked(e->group, call->awaited);
}

void groups_set(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	struct group_policy p;
	if (!e)
		return;
	struct text why = TEXT_OF(call->out.text);
	if ((c->set & GROUPS_SET_TEXT && (!c->text.n || !fits(c->text, GROUP_FRIENDLY_ISSUED))) ||
	    (c->set & GROUPS_SET_COMMENT && !fits(c->comment, GROUP_COMMENT_ISSUED))) {
		groups_answer(s, call, ERR_RANGE,
			      "a group's name is 1 to 126 characters, its comment at most 255");
		return;
	}
	groups_policy_of(e, c, &p);
	enum err err =
		c->dry_run ? group_may_set(e->group, &why) : group_set(e->group, &p, &why, s->now);
	if (err || c->dry_run)
		groups_answer(s, call, err, NULL);
	else
		groups_wait_turn(s, e, call);
}

/* ---- GRANT ---- */

struct granting {
	struct group_grant grant;
	struct crypto_chain *card; /* NULL: of a member */
};

/* D5: what another kind of key made cannot be told from what nobody made. */
static void say_card(const struct groups_entry *e, enum err err, enum group_chain_fault fault,
		     struct text *why)
{
	text_str(why, fault ? group_chain_fault_text(fault) : err_text(err));
	if (fault != GROUP_CHAIN_MALFORMED)
		return;
	text_str(why, "; this group takes keys of ");
	text_str(why, group_profile(e->profile)->keys);
	text_str(why, " alone");
}

static enum err read_card(struct groups *s, const struct groups_entry *e, struct span octets,
			  struct granting *g, struct text *why)
{
	enum group_chain_fault fault = GROUP_CHAIN_NONE;
	enum err err = group_identity_read(s->crypto, group_profile(e->profile), octets,
					   groups_now(s), &g->card, &fault);
	if (err) {
		text_str(why, "the certificate on that card is not valid: ");
		say_card(e, err, fault, why);
		return err;
	}
	const struct crypto_cert *cert = crypto_chain_cert(g->card, 0);
	g->grant.public = cert->public;
	g->grant.name = cert->subject_name;
	g->grant.friendly = cert->subject;
	return OK;
}

static enum err by_card(struct groups *s, const struct groups_entry *e, struct span document,
			struct granting *g, struct text *why)
{
	struct group_paper paper;
	enum err err = group_paper_read(&paper, document, s->env, why);
	if (err)
		return err;
	if (paper.kind != GROUP_PAPER_CARD) {
		text_str(why, "that is ");
		text_str(why, group_paper_text(paper.kind));
		text_str(why, ": to invite somebody the card of that person is needed");
		err = ERR_MALFORMED;
	} else if (paper.major != group_profile(e->profile)->group_major) {
		text_str(why, "that card is of another security profile than the group");
		err = ERR_UNSUPPORTED;
	} else {
		err = read_card(s, e, paper.octets, g, why);
	}
	group_paper_free(&paper, s->env);
	return err;
}

static bool is_called(const struct group_member *m, struct span word)
{
	const struct group_credential *c =
		LIST_ENTRY(m->credentials.next, struct group_credential, all);
	bool begins = word.n >= 6 && word.n < m->name.n && !memcmp(word.p, m->name.p, word.n);
	return begins || span_eq(word, m->name) ||
	       span_eq(word, group_chain_leaf(c->chain)->subject);
}

static enum err by_member(const struct groups_entry *e, struct span word, struct granting *g,
			  struct text *why)
{
	const struct group_members *all = group_members(e->group);
	struct group_member *found = group_members_find(all, word), *m = NULL;
	size_t n = found ? 1 : 0;
	bool whole = found != NULL;
	while (!whole && (m = group_members_next(all, m))) {
		if (!is_called(m, word))
			continue;
		found = m;
		n++;
	}
	if (n != 1) {
		text_str(why, n ? "several members are called so: give more of the peer name"
				: "the group has no such member");
		return n ? ERR_CONFLICT : ERR_NOT_FOUND;
	}
	const struct group_credential *c =
		LIST_ENTRY(found->credentials.next, struct group_credential, all);
	const struct crypto_cert *leaf = group_chain_leaf(c->chain);
	g->grant.public = leaf->public;
	g->grant.name = found->name;
	g->grant.friendly = leaf->subject;
	return OK;
}

enum err groups_member_named(const struct groups_entry *e, struct span word,
			     struct groups_call *call, struct text *why)
{
	struct granting g = { .card = NULL };
	enum err err = by_member(e, word, &g, why);
	if (!err)
		groups_words(call->out.made, sizeof(call->out.made), g.grant.name);
	return err;
}

/* GROUP-9.19: of a role, or of an end. The card in hand was our own by mistake. */
static bool is_less_for_self(const struct groups_entry *e, const struct group_grant *what)
{
	struct group_info ours;
	enum group_role now, then;
	if (!span_eq(what->name, span_str(e->self)))
		return false;
	group_look(e->group, &ours);
	if (!group_role_highest(ours.roles, &now))
		return false;
	return !group_role_highest(what->roles, &then) || then > now ||
	       (what->to && what->to < ours.to);
}

/* GROUP-11.19: the Return is waited for; the membership follows it. */
static enum err let_back(struct groups *s, const struct groups_command *c, struct groups_entry *e,
			 struct span chain, struct groups_call *call)
{
	struct text why = TEXT_OF(call->out.text);
	enum err err = group_return(e->group, chain, c->text, &why, s->now);
	if (err)
		return err;
	groups_wait_turn(s, e, call);
	(void)!group_publish_for(e->group, chain, s->now);
	return OK;
}

/* The invitation; and with it, where wanted, the record that makes it known to all. */
static enum err hand_out(struct groups *s, const struct groups_command *c, struct groups_entry *e,
			 struct span chain, struct groups_call *call)
{
	struct group_paper p;
	groups_paper_of(e, GROUP_PAPER_INVITATION, &p);
	p.octets = chain;
	p.identity = p.group = p.friendly = span_of(NULL, 0);
	enum err err = groups_write(s, call, &p);
	if (!err && c->kind == GROUPS_RETURN)
		return let_back(s, c, e, chain, call);
	if (err || !c->publish)
		return err;
	err = group_publish_for(e->group, chain, s->now);
	if (!err)
		groups_wait_turn(s, e, call);
	return err;
}

static enum err grant(struct groups *s, const struct groups_command *c, struct groups_entry *e,
		      struct granting *g, struct groups_call *call)
{
	struct text why = TEXT_OF(call->out.text);
	struct span chain;
	enum err err =
		c->document.n ? by_card(s, e, c->document, g, &why) : by_member(e, c->who, g, &why);
	if (err)
		return err;
	g->grant.roles = group_role_bit(c->role);
	g->grant.to = c->until;
	g->grant.returns = c->kind == GROUPS_RETURN;
	groups_words(call->out.made, sizeof(call->out.made), g->grant.name);
	if (c->document.n && is_less_for_self(e, &g->grant)) {
		text_str(&why, GROUPS_LESS_FOR_SELF);
		return ERR_DENIED;
	}
	err = group_issue(e->group, &g->grant, &chain, &why, s->now);
	return err || c->dry_run ? err : hand_out(s, c, e, chain, call);
}

void groups_grant(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	struct granting g = { .card = NULL };
	if (!e)
		return;
	enum err err = grant(s, c, e, &g, call);
	crypto_chain_free(g.card);
	if (err || call->waits != GROUPS_WAIT_TURN)
		groups_answer(s, call, err, NULL);
}
