/* Our membership in time (GROUP-9.8 to GROUP-9.12): what of ours must be in the database, when
 * it is published again, when a membership ends. */
#include "group/group_int.h"

#define CLOCKS_APART (20 * MONO_MIN) /* as in GRAPH-10.28 */

bool group_own_valid(const struct group *g)
{
	int64_t now = group_time(g);
	return g->own && !g->removed && g->from <= now && now <= g->to;
}

int64_t group_own_life(const struct group *g)
{
	return (int64_t)(g->has_security ? g->security.membership_life : GROUP_LIFE) * MONO_SEC;
}

/* A record ends before who signed it does: peers' clocks are not ours. */
int64_t group_own_latest(const struct group *g, int64_t to)
{
	int64_t left = to - group_time(g);
	return to - (left > 2 * GROUP_SLACK ? GROUP_SLACK : left / 2);
}

/* ---- the Policy ---- */

/* GROUP-14.42: a password that was set later goes into it at once by who did, 5 to 60 s later by
 * the others. */
static int64_t by_chance(const struct group *g)
{
	return 5 * MONO_SEC + (int64_t)env_random_below(g->env, 55 * MONO_SEC);
}

bool group_own_outlasts(const struct group *g, int64_t until)
{
	return g->to >= until && group_own_latest(g, g->to) + CLOCKS_APART >= until;
}

/* GROUP-9.15: it ends with the membership of who wrote it. Whoever may, and outlives it, is
 * ready to publish it again; by chance one of them is first, and then the others need not. */
static void plan_policy(struct group *g)
{
	struct group_need *n = &g->need[GROUP_NEED_POLICY];
	int64_t now = group_time(g), left = n->until - now;
	int64_t lead = left / 4 < GROUP_POLICY_LEAD ? left / 4 : GROUP_POLICY_LEAD;
	bool outlives = group_own_latest(g, g->to) - n->until > 2 * GROUP_SLACK;
	n->renew = INT64_MAX;
	if (!g->has_policy || !(g->roles & CRYPTO_ROLE_ADMIN))
		return;
	if (g->newer.p && group_own_outlasts(g, n->until)) {
		n->renew = now + (group_password_is_ours(g) ? 0 : by_chance(g));
		return;
	}
	if (!outlives)
		return;
	int64_t from = left > 0 ? n->until - lead : now;
	int64_t spread = left > 0 ? lead / 2 : GROUP_POLICY_LATE;
	n->renew = from + (int64_t)env_random_below(g->env, (uint64_t)spread + 1);
}

void group_own_policy(struct group *g, int64_t until)
{
	g->need[GROUP_NEED_POLICY].until = until;
	plan_policy(g);
}

/* ---- a chain of ours ---- */

enum err group_own_is(struct group *g, struct crypto_chain *chain)
{
	enum err e = g->judge ? group_judge_own(g->judge, chain, g->group_key != NULL) : OK;
	if (e) {
		crypto_chain_free(chain);
		return e;
	}
	crypto_chain_free(g->own);
	g->own = chain;
	g->roles = group_chain_leaf(chain)->roles;
	group_chain_period(chain, &g->from, &g->to);
	group_removal_own(g);
	g->warned = g->ended = false;
	g->need[GROUP_NEED_MEMBERSHIP].until = 0;
	g->need[GROUP_NEED_MEMBERSHIP].asked = false;
	g->need[GROUP_NEED_MEMBERSHIP].again = g->now;
	plan_policy(g);
	group_keep_all(g);
	group_epoch_changed(g);
	return OK;
}

/* GROUP-9.10: it signs from now on, is told to others, and is kept. */
void group_chain_is(struct group *g, struct crypto_chain *chain, struct span octets,
		    struct mono now)
{
	unsigned int before = g->roles;
	struct group_octets before_octets = g->chain;
	g->now = now;
	g->chain = (struct group_octets){ NULL, 0 };
	if (group_octets_set(g, &g->chain, octets) != OK) {
		g->chain = before_octets;
		crypto_chain_free(chain);
		return;
	}
	if (group_own_is(g, chain) != OK) {
		env_free(g->env, g->chain.p);
		g->chain = before_octets;
		return;
	}
	env_free(g->env, before_octets.p);
	(void)!group_learn_own(g);
	group_mend_chance(g); /* we may now, or stay for longer */
	(void)group_want(g, GROUP_OUT_CHAIN, octets);
	struct group_event *e = group_tell_of(g, GROUP_EVENT_RENEWED, span_str(g->self));
	e->until = g->to;
	e->roles = g->roles;
	e->ours = true;
	if (before == g->roles)
		return;
	(void)group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0));
}

/* A newer one: whoever may issue has renewed us, or changed what we are. That it takes the
 * place of ours, the Member List says (GROUP-7.23). */
static bool is_newer_of_ours(const struct group *g, const struct crypto_chain *chain)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	return span_eq(leaf->public, crypto_key_public(g->key)) &&
	       leaf->not_before > group_chain_leaf(g->own)->not_before;
}

static bool is_administrators(const struct crypto_chain *chain)
{
	const struct crypto_cert *issuer = crypto_chain_cert(chain, crypto_chain_count(chain) - 2);
	return issuer->type == CRYPTO_CERT_ROOT || issuer->roles & CRYPTO_ROLE_ADMIN;
}

/* What others hold to be our membership where that is not what we show; NULL: it is. GROUP-11.24:
 * where what we show does not stand any more, any other that does. */
static struct group_credential *other_of_ours(const struct group *g)
{
	const struct group_member *m = group_members_find(g->members, span_str(g->self));
	struct group_credential *c =
		m ? group_member_credential(m, span_of(NULL, 0), group_time(g)) : NULL;
	bool other = c && !span_eq(c->serial, group_chain_leaf(g->own)->serial);
	return other && (g->removed || is_newer_of_ours(g, c->chain)) ? c : NULL;
}

/* GROUP-9.18: when it is ours (wall us): each one that we had is one that everybody must keep. */
static int64_t take_at(const struct group *g)
{
	const struct group_credential *c = g->members ? other_of_ours(g) : NULL;
	if (!c)
		return INT64_MAX;
	bool at_once = !g->taken || !group_own_valid(g) || is_administrators(c->chain);
	int64_t at = at_once ? group_time(g) : g->taken + GROUP_TAKE_AGAIN;
	return at < g->take_next ? g->take_next : at;
}

static enum err take(struct group *g, const struct group_credential *c)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct group_octets octets;
	struct crypto_chain *own;
	enum group_chain_fault why;
	enum err e = group_credential_octets(g, c, &octets);
	if (e)
		return e;
	struct span s = span_of(octets.p, octets.n);
	e = group_chain_read(g->crypto, &rules, s, &own, &why);
	if (!e && !is_administrators(own))
		g->taken = group_time(g);
	if (!e)
		group_chain_is(g, own, s, g->now);
	env_free(g->env, octets.p);
	return e;
}

/* GROUP-9.10: the member list has it, and so do we. */
void group_own_take(struct group *g)
{
	if (take_at(g) > group_time(g))
		return;
	if (take(g, other_of_ours(g)) != OK)
		g->take_next = group_time(g) + GROUP_AGAIN;
}

void group_owner_is(struct group *g, const struct crypto_key *group_key)
{
	g->group_key = group_key;
	(void)!group_judge_own(g->judge, g->own, true);
}

/* ---- published ---- */

/* A quarter of its life before it ends it is made anew; one that ends with our membership,
 * about, waits for a new one of those. */
static int64_t again_at(const struct group *g, const struct group_need *n)
{
	if (n->until >= g->to - 2 * GROUP_SLACK)
		return INT64_MAX;
	return n->until - group_own_life(g) / 4;
}

static bool is_ours(const struct group *g, enum group_need_kind k)
{
	if (k == GROUP_NEED_MEMBERSHIP || g->need[k].renew != INT64_MAX)
		return true;
	return g->group_key && (k == GROUP_NEED_SECURITY || (g->profile->policy && g->has_first));
}

/* On the wall, when it is made anew; INT64_MAX: not by us. */
static int64_t anew_at(const struct group *g, enum group_need_kind k)
{
	return k == GROUP_NEED_MEMBERSHIP ? again_at(g, &g->need[k]) : g->need[k].renew;
}

/* When it must be published; MONO_NEVER: not by us, or it is on its way. */
static struct mono need_due(const struct group *g, enum group_need_kind k)
{
	const struct group_need *n = &g->need[k];
	if (!g->ready || n->asked || !is_ours(g, k) || !group_own_valid(g))
		return MONO_NEVER;
	if (!n->until)
		return n->again;
	int64_t at = anew_at(g, k);
	if (at == INT64_MAX)
		return MONO_NEVER;
	int64_t wait = at - group_time(g);
	struct mono due = mono_add(g->now, wait > 0 ? wait : 0);
	return mono_is_never(n->again) || mono_reached(n->again, due) ? due : n->again;
}

/* One that has ended is made anew: nobody has the old one to be changed. */
static enum err ask_policy(struct group *g, int64_t *until)
{
	static const struct graph_guid none;
	if (g->has_policy && g->need[GROUP_NEED_POLICY].until <= group_time(g))
		g->policy_id = none;
	return group_policy_ask(g, g->has_policy ? &g->policy : &g->first, until);
}

static enum err ask(struct group *g, enum group_need_kind k, int64_t *until)
{
	switch (k) {
	case GROUP_NEED_SECURITY:
		return group_security_ask(g, &g->security, until);
	case GROUP_NEED_POLICY:
		return ask_policy(g, until);
	case GROUP_NEED_MEMBERSHIP:
	case GROUP_NEED_COUNT:
		break;
	}
	return group_membership_ask(g, until);
}

static void publish_due(struct group *g)
{
	for (enum group_need_kind k = 0; k < GROUP_NEED_COUNT; k++) {
		struct group_need *n = &g->need[k];
		if (!mono_reached(need_due(g, k), g->now))
			continue;
		n->asked = ask(g, k, &n->asked_until) == OK;
		if (!n->asked)
			n->again = mono_add(g->now, GROUP_AGAIN);
	}
}

static bool need_of(const struct graph_guid *type, enum group_need_kind *k)
{
	static const struct graph_guid *const types[GROUP_NEED_COUNT] = {
		[GROUP_NEED_SECURITY] = &group_type_security,
		[GROUP_NEED_POLICY] = &group_type_policy,
		[GROUP_NEED_MEMBERSHIP] = &group_type_membership,
	};
	for (*k = 0; *k < GROUP_NEED_COUNT; ++*k)
		if (graph_guid_eq(types[*k], type))
			return true;
	return false;
}

/* Once it is no longer our newest, it is kept like those of others (GROUP-9.17). */
static void learn_ours(struct group *g, struct group_member *m, int64_t until)
{
	m->published = true;
	group_keep_seen(g, m->name, group_chain_leaf(g->own)->serial, until);
}

/* No graph judges what is our own: it is learned here. */
static void learn(struct group *g, enum group_need_kind k, const struct graph_guid *id)
{
	struct group_need *n = &g->need[k];
	struct span payload = span_of(n->payload.p, n->payload.n);
	struct group_member *m = group_members_find(g->members, span_str(g->self));
	if (k == GROUP_NEED_SECURITY)
		group_learn_our_security(g, payload, id);
	else if (k == GROUP_NEED_POLICY)
		group_learn_our_policy(g, payload, id);
	else if (m)
		learn_ours(g, m, n->until);
}

void group_published(struct group *g, const struct graph_guid *type, const struct graph_guid *id,
		     enum err err, struct mono now)
{
	enum group_need_kind k;
	g->now = now;
	if (graph_guid_eq(type, &group_type_removal))
		group_removal_published(g, id, err);
	if (group_epoch_published(g, type, id, err) || !need_of(type, &k))
		return;
	struct group_need *n = &g->need[k];
	n->asked = false;
	n->again = err ? mono_add(now, GROUP_AGAIN) : now;
	if (err)
		return;
	n->until = n->asked_until;
	learn(g, k, id);
	if (k == GROUP_NEED_POLICY)
		plan_policy(g);
}

void group_own_seen(struct group *g, enum group_need_kind k, int64_t until)
{
	if (until > g->need[k].until)
		g->need[k].until = until;
}

void group_ready(struct group *g, struct mono now)
{
	g->now = now;
	g->ready = true;
	group_epoch_ready(g);
	group_own_due(g);
	group_epoch_due(g);
}

/* ---- the end of it ---- */

static void tell_renew(struct group *g)
{
	struct group_event *e = group_tell_of(g, GROUP_EVENT_RENEW, span_str(g->self));
	e->until = g->to;
	e->ours = true;
	e->roles = g->roles;
	e->chain = g->ended ? GROUP_CHAIN_EXPIRED : GROUP_CHAIN_NONE;
}

static int64_t warn_at(const struct group *g)
{
	if (!g->warned)
		return g->to - g->renew_warning;
	return g->ended ? INT64_MAX : g->to + 1;
}

/* GROUP-9.11: told some time before, and once more when it is over. */
static void warn_due(struct group *g)
{
	int64_t now = group_time(g);
	if (now < warn_at(g))
		return;
	g->warned = true;
	g->ended = now > g->to;
	tell_renew(g);
}

/* ---- others' ---- */

static void gone(void *ctx, const struct group_member *who)
{
	struct group *g = ctx;
	group_tell_of(g, GROUP_EVENT_MEMBER, who->name)->change = GROUP_CHANGE_EXPIRED;
}

/* GROUP-9.12 */
static void expire_due(struct group *g)
{
	if (group_time(g) < g->members_end)
		return;
	if (group_members_expire(g->members, group_time(g), gone, g, &g->members_end)) {
		group_judge_forget(g->judge);
		(void)group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0));
	}
}

/* ---- time ---- */

void group_own_due(struct group *g)
{
	expire_due(g);
	group_own_take(g);
	warn_due(g);
	publish_due(g);
	group_keep_due(g);
}

static struct mono when(const struct group *g, int64_t wall)
{
	int64_t wait = wall - group_time(g);
	if (wall == INT64_MAX)
		return MONO_NEVER;
	return mono_add(g->now, wait > 0 ? wait : 0);
}

struct mono group_own_deadline(const struct group *g)
{
	struct mono at = mono_min(when(g, g->members_end), when(g, warn_at(g)));
	at = mono_min(at, when(g, group_keep_next(g)));
	at = mono_min(at, when(g, take_at(g)));
	for (enum group_need_kind k = 0; k < GROUP_NEED_COUNT; k++)
		at = mono_min(at, need_due(g, k));
	return at;
}
