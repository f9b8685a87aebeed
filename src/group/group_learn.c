/* What records and connections tell of a group and its members (GROUP-9.13). */
#include "group/group_int.h"

/* ---- members ---- */

static struct group_event *tell_member(struct group *g, enum group_change change, struct span who)
{
	struct group_event *e = group_tell_of(g, GROUP_EVENT_MEMBER, who);
	e->change = change;
	return e;
}

static unsigned int roles_of(const struct group *g, const struct group_member *m)
{
	const struct group_credential *c =
		group_member_credential(m, span_of(NULL, 0), group_time(g));
	return c ? c->roles : 0;
}

static void sooner(struct group *g, int64_t end)
{
	if (end < INT64_MAX && end + 1 < g->members_end)
		g->members_end = end + 1;
}

struct known {
	struct span name;
	bool was, published;
	bool removed;
	unsigned int roles;
};

static struct known known_of(const struct group *g, struct span name)
{
	const struct group_member *m = group_members_find(g->members, name);
	return (struct known){
		.name = name,
		.was = m != NULL,
		.published = m && m->published,
		.removed = m && m->removed,
		.roles = m ? roles_of(g, m) : 0,
	};
}

static void tell_changes(struct group *g, const struct known *k, struct group_member *m, bool fresh,
			 bool published)
{
	unsigned int roles = roles_of(g, m);
	if (m->removed) {
		m->published |= published;
	} else if (k->removed) {
		m->published |= published;
		group_tell_standing(g, m, false);
	} else if (published && !k->published) {
		m->published = true;
		tell_member(g, GROUP_CHANGE_JOINED, m->name)->roles = roles;
	} else if (k->was && roles != k->roles) {
		tell_member(g, GROUP_CHANGE_ROLE, m->name)->roles = roles;
	} else if (published && fresh) {
		tell_member(g, GROUP_CHANGE_UPDATED, m->name)->roles = roles;
	}
}

/* What a role may no longer do is looked for, and what waited for a chain is judged. */
static void follow(struct group *g, const struct known *k, const struct group_member *m)
{
	if (k->was && roles_of(g, m) != k->roles)
		(void)group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0));
	group_waiting_for(g, m->name);
}

static enum err into_list(struct group *g, struct crypto_chain *chain, enum group_told told,
			  struct group_member **m, bool *fresh)
{
	bool own = told == GROUP_TOLD_BY_ITSELF || told == GROUP_TOLD_OURS;
	return own ? group_members_add_own(g->members, chain, m, fresh)
		   : group_members_add(g->members, chain, m, fresh);
}

enum err group_learn_chain(struct group *g, struct crypto_chain *chain, enum group_told told)
{
	struct known k = known_of(g, group_chain_leaf(chain)->subject_name);
	bool published = told == GROUP_TOLD_BY_ITSELF || told == GROUP_TOLD_BY_OTHER;
	int64_t from, to;
	bool fresh = false;
	struct group_member *m;
	group_chain_period(chain, &from, &to);
	enum err e = into_list(g, chain, told, &m, &fresh);
	if (e == ERR_DENIED)
		return e;
	if (e) {
		group_tell(g, GROUP_EVENT_FULL)->text = "the member list is full";
		return e;
	}
	sooner(g, to);
	tell_changes(g, &k, m, fresh, published);
	if (fresh)
		follow(g, &k, m);
	if (fresh && told != GROUP_TOLD_OURS)
		group_own_take(g);
	return OK;
}

enum err group_learn_own(struct group *g)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct crypto_chain *chain;
	enum group_chain_fault why;
	enum err e =
		group_chain_read(g->crypto, &rules, span_of(g->chain.p, g->chain.n), &chain, &why);
	return e ? e : group_learn_chain(g, chain, GROUP_TOLD_OURS);
}

void group_presence(struct group *g, struct span peer, bool online, struct mono now)
{
	struct group_member *m = group_members_find(g->members, peer);
	g->now = now;
	if (!m || m->online == online)
		return;
	m->online = online;
	(void)tell_member(g, online ? GROUP_CHANGE_ONLINE : GROUP_CHANGE_OFFLINE, m->name);
}

/* ---- what the group is ---- */

enum err group_learn_security(struct group *g, struct span payload)
{
	struct group_octets copy = { NULL, 0 };
	struct group_security s;
	enum err e = group_octets_set(g, &copy, payload);
	if (!e)
		e = group_security_read(&s, span_of(copy.p, copy.n));
	if (e || (g->has_security &&
		  span_eq(payload, span_of(g->security_octets.p, g->security_octets.n)))) {
		env_free(g->env, copy.p);
		return e;
	}
	env_free(g->env, g->security_octets.p);
	g->security_octets = copy;
	g->security = s;
	g->has_security = true;
	(void)group_want(g, GROUP_OUT_SECURITY, payload);
	(void)group_tell(g, GROUP_EVENT_PROPERTIES);
	return OK;
}

/* GROUP-14.42: of who is removed nothing stays beyond what its record says. */
static bool keeps_password(const struct group *g, const struct group_policy *p)
{
	return g->has_policy && !g->policy_unsure && !group_policy_lost(g) &&
	       group_password_newer(g->policy.rest, p->rest);
}

enum err group_learn_policy(struct group *g, struct span payload)
{
	struct group_octets copy = { NULL, 0 };
	struct group_policy p;
	bool same =
		g->has_policy && span_eq(payload, span_of(g->policy_octets.p, g->policy_octets.n));
	enum err e = group_octets_set(g, &copy, payload);
	if (!e)
		e = group_policy_read(&p, span_of(copy.p, copy.n));
	if (!e && !same)
		e = group_password_keep(g, &p,
					keeps_password(g, &p) ? g->policy.rest : span_of(NULL, 0));
	g->policy_unsure &= e != OK;
	if (e || same) {
		group_secrets_learned(g, e);
		env_free(g->env, copy.p);
		return e;
	}
	env_free(g->env, g->policy_octets.p);
	g->policy_octets = copy;
	g->policy = p;
	g->has_policy = true;
	group_password_noted(g);
	(void)group_tell(g, GROUP_EVENT_PROPERTIES);
	return OK;
}

/* GROUP-14.42 */
bool group_learn_password(struct group *g, struct span payload)
{
	struct group_policy p;
	if (group_policy_read(&p, payload) != OK || !group_password_newer(p.rest, g->policy.rest))
		return false;
	enum err e = group_password_keep(g, &g->policy, p.rest);
	group_secrets_learned(g, e);
	if (!e)
		group_password_noted(g);
	return !e;
}

/* ---- connections ---- */

static struct span home_name(void *ctx)
{
	return span_str(((struct group *)ctx)->id);
}

static const struct crypto_key *home_key(void *ctx)
{
	return ((struct group *)ctx)->key;
}

static struct span home_certificate(void *ctx)
{
	const struct group *g = ctx;
	return span_of(g->certificate.p, g->certificate.n);
}

static struct span home_chain(void *ctx)
{
	const struct group *g = ctx;
	return group_own_valid(g) ? span_of(g->chain.p, g->chain.n) : span_of(NULL, 0);
}

static int64_t home_now(void *ctx)
{
	return group_time(ctx);
}

/* The name is made of the key, but one key can be behind several names. */
static bool home_known(void *ctx, struct span name, struct span public)
{
	const struct group *g = ctx;
	const struct group_member *m = group_members_find(g->members, name);
	const struct group_credential *c =
		m ? group_member_credential(m, span_of(NULL, 0), group_time(g)) : NULL;
	return c && span_eq(crypto_public_octets(c->key), public);
}

/* GROUP-11.17: what is shown may be older than what the key is back by. */
static bool home_removed(void *ctx, const struct crypto_chain *chain, struct span public)
{
	const struct group *g = ctx;
	if (!chain)
		return group_removals_named(g->removals, public);
	return !group_removals_chain(g->removals, chain) ||
	       group_removals_gone(g->removals, public, group_chain_leaf(chain)->serial);
}

/* GROUP-11.21 */
static struct span home_removal(void *ctx, const struct crypto_chain *chain, struct span public)
{
	const struct group *g = ctx;
	struct group_removed by = { .record = NULL };
	bool found = chain ? group_removals_cause(g->removals, chain, &by)
			   : group_removals_of(g->removals, public, &by);
	return found ? by.shown : span_of(NULL, 0);
}

/* Its graph takes it in as one that came from a neighbor. */
static void home_told(void *ctx, struct span record)
{
	(void)group_want(ctx, GROUP_OUT_SHOWN, record);
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	(void)!group_learn_chain(ctx, chain, GROUP_TOLD_BY_LINK);
}

static bool far(int64_t a, int64_t b)
{
	return (a < 0 ? -a : a) > (b < 0 ? -b : b);
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
	struct group *g = ctx;
	const struct group_knock *k = who->initiator ? g->home.knock : NULL;
	g->counts.refused_sessions++;
	if (k)
		k->failed(k->ctx, why, chain, off);
	struct group_event *e = group_tell_of(g, GROUP_EVENT_AUTH_FAILED, who->other);
	e->fault = why;
	e->chain = chain;
	e->skew = off;
	/* GROUP-8.17: whoever calls may show an identity of any time. */
	if (!off || !(proved || who->initiator))
		return;
	if (far(off, g->skew))
		g->skew = off;
	group_tell_of(g, GROUP_EVENT_CLOCK, who->other)->skew = off;
}

void group_learn_home(struct group *g)
{
	g->home = (struct group_session_home){
		.ctx = g,
		.env = g->env,
		.crypto = g->crypto,
		.profile = g->profile,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_known,
		.learned = home_learned,
		.removed = home_removed,
		.removal = home_removal,
		.told = home_told,
		.may = home_known,
		.failed = home_failed,
		.door = g->profile->policy ? &g->door : NULL,
	};
}

void group_knock_is(struct group *g, const struct group_knock *k)
{
	g->home.knock = k;
}
