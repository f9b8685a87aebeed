/* What we change in a group: memberships issued, its properties set, records of the reserved
 * types published (GROUP-9.6 to GROUP-9.9). */
#include "group/group_int.h"

/* ---- published ---- */

static enum err want_record(struct group *g, const struct graph_guid *type,
			    const struct graph_guid *id, struct span payload, int64_t expires)
{
	struct group_out *o = group_want(g, GROUP_OUT_PUBLISH, payload);
	if (!o)
		return ERR_NOMEM;
	o->type = *type;
	o->id = *id;
	o->expires = expires;
	return OK;
}

enum err group_record_ask(struct group *g, const struct graph_guid *type, struct span payload,
			  int64_t until)
{
	static const struct graph_guid fresh;
	return want_record(g, type, &fresh, payload, until);
}

/* It lives as long as the root, whose key signs it. */
enum err group_security_ask(struct group *g, const struct group_security *s, int64_t *until)
{
	uint8_t room[GROUP_SECURITY_OCTETS];
	size_t n;
	enum err e = group_security_write(s, room, sizeof(room), &n);
	*until = group_own_latest(g, group_chain_root(g->own)->not_after);
	if (!e)
		e = group_octets_set(g, &g->need[GROUP_NEED_SECURITY].payload, span_of(room, n));
	return e ? e
		 : want_record(g, &group_type_security, &g->security_id, span_of(room, n), *until);
}

enum err group_policy_ask(struct group *g, const struct group_policy *p, int64_t *until)
{
	static const struct graph_guid fresh;
	size_t size = GROUP_POLICY_OCTETS + p->rest.n, n;
	const struct graph_guid *id =
		group_policy_lost(g) ? &fresh : &g->policy_id; /* GROUP-11.33 */
	uint8_t *room = env_zalloc(g->env, 1, size);
	if (!room)
		return ERR_NOMEM;
	enum err e = group_policy_write(p, room, size, &n);
	*until = group_own_latest(g, g->to);
	if (!e)
		e = group_octets_set(g, &g->need[GROUP_NEED_POLICY].payload, span_of(room, n));
	if (!e)
		e = want_record(g, &group_type_policy, id, span_of(room, n), *until);
	env_free(g->env, room);
	return e;
}

static int64_t membership_end(const struct group *g, int64_t to)
{
	int64_t end = group_time(g) + group_own_life(g), latest = group_own_latest(g, to);
	return end < latest ? end : latest;
}

/* D19: the key to seal for us, signed with the identity's, bound to the membership. */
static enum err sign_box(struct group *g, struct group_membership *m, uint8_t *signature)
{
	static const char word[] = "homestead seal key 1";
	uint8_t room[sizeof(word) - 1 + CRYPTO_SERIAL + sizeof(g->box)];
	struct wr w = wr_of(room, sizeof(room));
	if (!g->has_box || !g->profile->policy)
		return OK;
	wr_bytes(&w, span_str(word));
	wr_bytes(&w, group_chain_leaf(g->own)->serial);
	wr_bytes(&w, span_of(g->box, sizeof(g->box)));
	enum err e = crypto_sign(g->crypto, g->env, g->key, wr_span(&w), signature);
	m->seal_key = span_of(g->box, sizeof(g->box));
	m->seal_signature = span_of(signature, g->profile->crypto->signature_size);
	return e;
}

static enum err ask_membership(struct group *g, const struct group_membership *m, int64_t until)
{
	static const struct graph_guid fresh;
	size_t size = GROUP_MEMBERSHIP_OCTETS(m->chain.n), n;
	uint8_t *room = env_zalloc(g->env, 1, size);
	if (!room)
		return ERR_NOMEM;
	enum err e = group_membership_write(m, g->profile, room, size, &n);
	if (!e)
		e = want_record(g, &group_type_membership, &fresh, span_of(room, n), until);
	env_free(g->env, room);
	return e;
}

static struct group_membership membership_of(const struct group *g, struct span chain)
{
	return (struct group_membership){
		.major = g->profile->group_major,
		.minor = g->has_security ? g->security.minor : 0,
		.chain = chain,
	};
}

/* GROUP-9.9: a record of its own each time: what an older membership signed still rests on
 * the older record. */
enum err group_membership_ask(struct group *g, int64_t *until)
{
	struct group_membership m = membership_of(g, span_of(g->chain.p, g->chain.n));
	uint8_t signature[CRYPTO_SIGNATURE_MAX];
	enum err e = sign_box(g, &m, signature);
	*until = membership_end(g, g->to);
	return e ? e : ask_membership(g, &m, *until);
}

enum err group_publish_for(struct group *g, struct span chain, struct mono now)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct crypto_chain *c;
	enum group_chain_fault why;
	int64_t from, to;
	g->now = now;
	enum err e = group_chain_read(g->crypto, &rules, chain, &c, &why);
	if (e)
		return e;
	group_chain_period(c, &from, &to);
	crypto_chain_free(c);
	const struct group_membership m = membership_of(g, chain);
	e = ask_membership(g, &m, membership_end(g, to < g->to ? to : g->to));
	if (!e)
		group_newest(g)->other = true;
	return e;
}

static void learn(struct group *g, struct span chain, int64_t until)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct crypto_chain *c;
	enum group_chain_fault why;
	char name[GROUP_NAME_OCTETS + 1];
	uint8_t serial[CRYPTO_SERIAL];
	struct text t = TEXT_OF(name);
	if (group_chain_read(g->crypto, &rules, chain, &c, &why) != OK)
		return;
	text_span(&t, group_chain_leaf(c)->subject_name);
	memcpy(serial, group_chain_leaf(c)->serial.p, sizeof(serial));
	if (group_learn_chain(g, c, GROUP_TOLD_BY_OTHER) == OK)
		group_keep_seen(g, span_of(t.p, t.n), span_of(serial, sizeof(serial)), until);
}

void group_published_for(struct group *g, struct span payload, int64_t until, struct mono now)
{
	struct group_membership m;
	g->now = now;
	if (group_membership_read(&m, payload, g->profile) == OK)
		learn(g, m.chain, until);
}

/* ---- set ---- */

enum err group_may_set(const struct group *g, struct text *why)
{
	bool may = g->profile->policy ? g->roles & CRYPTO_ROLE_ADMIN : g->group_key != NULL;
	if (!group_own_valid(g)) {
		text_str(why, "our own membership has ended");
		return ERR_DENIED;
	}
	if (!may)
		text_str(why, g->profile->policy
				      ? "only an administrator of the group may change that"
				      : "only who made the group may change that");
	else if (!g->ready)
		text_str(why, "the group is not ready: connect to a member first");
	if (!may)
		return ERR_DENIED;
	return g->ready ? OK : ERR_STATE;
}

static enum err set_security(struct group *g, const struct group_policy *p)
{
	struct group_security s = g->security;
	int64_t *until = &g->need[GROUP_NEED_SECURITY].asked_until;
	struct text friendly = TEXT_OF(s.friendly), comment = TEXT_OF(s.comment);
	text_str(&friendly, p->friendly);
	text_str(&comment, p->comment);
	s.options = p->options;
	return group_security_ask(g, &s, until);
}

enum err group_set(struct group *g, const struct group_policy *p, struct text *why, struct mono now)
{
	g->now = now;
	enum err e = group_may_set(g, why);
	if (e)
		return e;
	if (g->profile->policy)
		return group_policy_ask(g, p, &g->need[GROUP_NEED_POLICY].asked_until);
	return g->has_security ? set_security(g, p) : ERR_STATE;
}

/* ---- issued ---- */

/* X.509 counts seconds. */
static int64_t second_after(int64_t t)
{
	return (t / MONO_SEC + 1) * MONO_SEC;
}

/* Not before the issuer, and after what the member has: the newest counts. */
static int64_t begin_of(const struct group *g, const struct group_grant *grant, int64_t issuer)
{
	const struct group_member *m = group_members_find(g->members, grant->name);
	int64_t from = second_after(group_time(g) - GROUP_SLACK - MONO_SEC);
	if (from < issuer)
		from = issuer;
	if (!m)
		return from;
	const struct group_credential *c =
		LIST_ENTRY(m->credentials.next, struct group_credential, all);
	int64_t newest = group_chain_leaf(c->chain)->not_before;
	return from > newest ? from : second_after(newest);
}

static bool is_self(const struct group *g, const struct group_grant *grant)
{
	return span_eq(grant->name, span_str(g->self));
}

static enum err refuse(struct text *why, const char *words)
{
	text_str(why, words);
	return ERR_DENIED;
}

/* GROUP-7.23: what would count nowhere is not issued. */
static bool takes_away(const struct group *g, const struct group_grant *grant)
{
	const struct group_member *m = group_members_find(g->members, grant->name);
	const struct group_credential *c =
		m ? group_member_credential(m, span_of(NULL, 0), group_time(g)) : NULL;
	enum group_role now, before;
	if (!c || g->roles & CRYPTO_ROLE_ADMIN ||
	    span_eq(group_chain_leaf(c->chain)->issuer_name, span_str(g->self)))
		return false;
	return (grant->to ? grant->to : g->to) < c->to || !group_role_highest(grant->roles, &now) ||
	       !group_role_highest(c->roles, &before) || now > before;
}

/* GROUP-3.5: digest 4.1, as the version of the group is known here. */
static bool has_roles(const struct group *g, unsigned int roles)
{
	uint8_t minor = g->has_security ? g->security.minor : 0;
	return !(roles & CRYPTO_ROLE_INVITER) || minor >= g->profile->inviters_from;
}

/* With our own membership. */
static enum err may_issue_below(const struct group *g, const struct group_grant *grant,
				struct text *why)
{
	if (is_self(g, grant))
		return refuse(why, "nobody renews a membership of its own: ask another "
				   "administrator, or whoever has the group key");
	if (!group_own_valid(g))
		return refuse(why, "our own membership has ended");
	if (!group_role_issuable(g->roles))
		return refuse(why, "a member may not invite: an inviting member or an "
				   "administrator does");
	if (grant->roles & ~group_role_issuable(g->roles))
		return refuse(why, "our role may not give that role");
	if (grant->to > g->to)
		return refuse(why, "it would last longer than our own membership");
	if (takes_away(g, grant))
		return refuse(why, "an administrator, or whoever gave it, makes a membership end "
				   "earlier or a role lower: nobody else");
	return OK;
}

/* GROUP-14.39: who is in no list any more cannot be named to member return. */
static const char *was_removed(const struct group *g, const struct group_grant *grant)
{
	return group_members_find(g->members, grant->name)
		       ? "that member was removed: an administrator lets it back in with homestead "
			 "member return"
		       : "that member was removed, and its membership has ended: a code lets it back "
			 "in that an administrator makes with homestead invite GROUP";
}

static enum err may_issue(const struct group *g, const struct group_grant *grant, bool root,
			  struct text *why)
{
	if (grant->to && grant->to <= group_time(g))
		return refuse(why, "it would be over already");
	if (!has_roles(g, grant->roles))
		return refuse(why, "inviting members are in groups of version 1.1 and of the "
				   "modern profile alone");
	if (!grant->returns && group_removals_named_now(g->removals, grant->public))
		return refuse(why, was_removed(g, grant));
	return root ? OK : may_issue_below(g, grant, why);
}

/* GROUP-9.6: below our own membership; the creator's own below the root. */
enum err group_issue(struct group *g, const struct group_grant *grant, struct span *chain,
		     struct text *why, struct mono now)
{
	g->now = now;
	bool root = g->group_key && is_self(g, grant);
	const struct crypto_cert *issuer =
		root ? group_chain_root(g->own) : group_chain_leaf(g->own);
	struct group_grant what = *grant;
	enum group_chain_fault fault = GROUP_CHAIN_NONE;
	enum err e = may_issue(g, grant, root, why);
	if (e)
		return e;
	if (!g->room.p)
		g->room.p = env_zalloc(g->env, 1, GROUP_CHAIN_ROOM);
	if (!g->room.p)
		return ERR_NOMEM;
	what.from = begin_of(g, grant, issuer->not_before);
	if (!root && !what.to)
		what.to = g->to;
	e = group_chain_issue(g->crypto, g->env, g->profile,
			      root ? issuer->der : span_of(g->chain.p, g->chain.n),
			      root ? g->group_key : g->key, &what, g->room.p, GROUP_CHAIN_ROOM,
			      &g->room.n, &fault);
	if (e == ERR_DENIED)
		text_str(why, group_chain_fault_text(fault));
	if (!e)
		*chain = span_of(g->room.p, g->room.n);
	return e;
}
