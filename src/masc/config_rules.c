/* What follows from a configuration: whose child we are, timers, rules, scopes. */
#include "masc/config.h"

#define SECONDS(n) ((n)*MONO_SEC)

bool masc_config_active(const struct masc_config *c)
{
	return c->enabled &&
	       (!masc_id_is_zero(&c->domain) || !masc_id_is_zero(&c->node) || c->n_peers);
}

const struct masc_id *masc_peer_parent(const struct masc_peer_config *p)
{
	if (p->role == MASC_CHILD)
		return &p->domain;
	if (p->role == MASC_SIBLING && !masc_id_is_zero(&p->parent_domain))
		return &p->parent_domain;
	return NULL;
}

bool masc_config_parent_after(const struct masc_config *c, const struct masc_id *id,
			      struct masc_id *out)
{
	const struct masc_id *low = NULL;
	for (size_t i = 0; i < c->n_peers; i++) {
		const struct masc_id *p = masc_peer_parent(&c->peers[i]);
		if (p && masc_id_cmp(p, id) > 0 && (!low || masc_id_cmp(p, low) < 0))
			low = p;
	}
	if (low)
		*out = *low;
	return low;
}

bool masc_config_has_parent(const struct masc_config *c, const struct masc_id *id)
{
	for (size_t i = 0; i < c->n_peers; i++) {
		const struct masc_id *p = masc_peer_parent(&c->peers[i]);
		if (p && masc_id_eq(p, id))
			return true;
	}
	return false;
}

bool masc_config_top_level(const struct masc_config *c)
{
	static const struct masc_id none;
	struct masc_id low;
	if (c->top_level == MASC_TOP_AUTO)
		return !masc_config_parent_after(c, &none, &low);
	return c->top_level == MASC_TOP_YES;
}

struct masc_id masc_config_parent(const struct masc_config *c)
{
	struct masc_id id = { { 0 } };
	if (masc_config_top_level(c))
		return id;
	return masc_config_parent_after(c, &id, &id) ? id : c->domain;
}

/* Hold time, connect retry, idle back-off and its cap. The lab starts low, so
 * that the doubling can be watched in a test. */
static const struct masc_timers by_profile[] = {
	[MASC_PROFILE_RFC] = { SECONDS(240), SECONDS(240), SECONDS(30), SECONDS(60), MONO_DAY },
	[MASC_PROFILE_CAMPUS] = { SECONDS(30), SECONDS(30), SECONDS(30), SECONDS(60),
				  SECONDS(300) },
	[MASC_PROFILE_LAB] = { SECONDS(9), SECONDS(9), SECONDS(2), SECONDS(1), SECONDS(10) },
};

static void put_given(int64_t *timer, int64_t configured)
{
	if (configured >= 0)
		*timer = configured;
}

struct masc_timers masc_config_timers(const struct masc_config *c,
				      const struct masc_peer_config *peer)
{
	struct masc_timers t = by_profile[c->profile];
	put_given(&t.hold_time, c->hold_time);
	put_given(&t.connect_retry, c->connect_retry);
	put_given(&t.idle_backoff, c->idle_backoff);
	put_given(&t.idle_backoff_max, c->idle_backoff_max);
	if (peer)
		put_given(&t.hold_time, peer->hold_time);
	/* A base above the profile's cap was asked for, the cap was not. */
	if (c->idle_backoff_max < 0 && t.idle_backoff_max < t.idle_backoff)
		t.idle_backoff_max = t.idle_backoff;
	return t;
}

struct profile_rules {
	int64_t waiting_period, claim_delay, claim_lifetime, skew_keep;
	enum masc_clock_check clock_check;
};

static const struct profile_rules rules_of[] = {
	[MASC_PROFILE_RFC] = { SECONDS(172800), SECONDS(600), 30 * MONO_DAY, MONO_DAY,
			       MASC_CLOCK_KERNEL },
	[MASC_PROFILE_CAMPUS] = { SECONDS(30), SECONDS(3), MONO_DAY, SECONDS(60),
				  MASC_CLOCK_KERNEL },
	[MASC_PROFILE_LAB] = { SECONDS(2), 200 * MONO_MS, SECONDS(60), SECONDS(1), MASC_CLOCK_OFF },
};

/* The profile's, unless the waiting period is the user's own: then it goes by
 * that. */
static int64_t delay_of(const struct masc_config *c, int64_t fallback)
{
	if (c->claim_delay >= 0)
		return c->claim_delay;
	if (c->waiting_period < 0)
		return fallback;
	int64_t tenth = c->waiting_period / 10;
	return tenth > 200 * MONO_MS ? tenth : 200 * MONO_MS;
}

struct masc_rules masc_config_rules(const struct masc_config *c)
{
	const struct profile_rules *p = &rules_of[c->profile];
	struct masc_rules r = {
		.waiting_period = p->waiting_period,
		.claim_delay = delay_of(c, p->claim_delay),
		.claim_lifetime = p->claim_lifetime,
		.skew_keep = p->skew_keep,
		.child_lifetime_most = INT64_MAX,
		.clock_check = p->clock_check,
	};
	put_given(&r.waiting_period, c->waiting_period);
	if (r.claim_lifetime < 4 * r.waiting_period)
		r.claim_lifetime = 4 * r.waiting_period;
	put_given(&r.claim_lifetime, c->claim_lifetime);
	put_given(&r.skew_keep, c->skew_keep);
	r.child_lifetime_least = 4 * r.waiting_period;
	put_given(&r.child_lifetime_least, c->child_lifetime_least);
	put_given(&r.child_lifetime_most, c->child_lifetime_most);
	if (c->clock_check != MASC_CLOCK_DEFAULT)
		r.clock_check = (enum masc_clock_check)c->clock_check;
	return r;
}
