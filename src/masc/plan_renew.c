/* MASC-14.6: what becomes of a range whose end comes near. */
#include "masc/plan_int.h"

/* What is there has to move to those of its level that last. */
static bool drains_beside(const struct own_claim *from, const struct own_claim *c)
{
	return from->space && !from->active && own_is_held(from) && from->local == c->local &&
	       pool_of_claim(from) == pool_of_claim(c);
}

/* What of a demand lies on the claim, or must leave one that drains, or lay on one
 * that has just ended. */
static uint64_t falls_to(const struct own_demand *d, const struct own_claim *c)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < d->n_places; i++) {
		const struct own_claim *on = own_find(c->in, d->places[i].claim);
		bool moves = on && (!d->until || d->until > on->end) && drains_beside(on, c);
		if (on == c || moves || !on || !own_is_held(on))
			sum += d->places[i].addresses;
	}
	return sum;
}

/* Demands that want some of this range beyond its end: those on it, those that
 * have no place yet, and those whose place drains. */
static size_t demands_beyond(const struct own_claim *c, struct policy_demand *out)
{
	const struct masc *m = c->in->m;
	size_t n = 0, pool = pool_of_claim(c);
	LIST_EACH(at, next, &c->in->demands)
	{
		const struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		uint64_t wanted = d->addresses - demand_met(d);
		if (d->family != c->space->family || (d->until && d->until <= c->end))
			continue;
		if (*d->scope && pool_of_name(m, d->family, d->scope) != pool)
			wanted = 0;
		wanted = plan_plus(wanted, falls_to(d, c));
		if (wanted)
			out[n++] = (struct policy_demand){ wanted, d->from, d->until };
	}
	return n;
}

/* ERR_NOMEM. */
static enum err forecast_of(const struct own_claim *c, uint64_t *out)
{
	const struct masc *m = c->in->m;
	int64_t life = c->lifetime ? c->lifetime : m->rules.claim_lifetime;
	struct policy_demand *d = env_zalloc(m->env, c->in->n_demands + 1, sizeof(*d));
	if (!d)
		return ERR_NOMEM;
	*out = policy_forecast(d, demands_beyond(c, d), c->end, c->end + life);
	env_free(m->env, d);
	return OK;
}

/* Demands lie at the beginning of a range, children where they chose to. */
static void use_of_halves(const struct own_claim *c, uint64_t beyond, uint64_t used[2])
{
	struct masc_prefix lower = masc_prefix_half(own_prefix(c), 0);
	struct masc_prefix upper = masc_prefix_half(own_prefix(c), 1);
	uint64_t half = masc_prefix_size(&lower);
	used[0] = beyond < half ? beyond : half;
	used[1] = beyond - used[0];
	if (c->local)
		return;
	const struct masc *m = c->in->m;
	uint64_t below = use_below(m, c);
	bool free[] = { use_is_free(m, &lower), use_is_free(m, &upper) };
	for (size_t i = 0; i < 2; i++)
		if (!free[i])
			used[i] = plan_plus(used[i], free[1 - i] ? below : (below + 1) / 2);
}

static uint64_t places_beyond(const struct own_claim *c)
{
	uint64_t sum = 0;
	LIST_EACH(at, next, &c->in->demands)
	{
		const struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		for (size_t i = 0; i < d->n_places; i++)
			if (d->places[i].claim == c->number && (!d->until || d->until > c->end))
				sum += d->places[i].addresses;
	}
	return sum;
}

static uint64_t asked_beyond(const struct own_claim *c, struct mono now)
{
	uint64_t sum = use_grown(c->in->m, c->space->family, now);
	LIST_EACH(at, next, &c->in->hints)
	{
		const struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->family == c->space->family)
			sum = plan_plus(sum, hint_lacks(t));
	}
	return sum;
}

/* What children have in ranges that drain; they claim for it elsewhere, late. */
static uint64_t below_beside(const struct own_claim *c)
{
	uint64_t sum = 0;
	LIST_EACH(at, next, &c->in->claims)
	{
		const struct own_claim *from = LIST_ENTRY(at, struct own_claim, at);
		if (drains_beside(from, c))
			sum = plan_plus(sum, use_below(c->in->m, from));
	}
	return sum;
}

static bool is_one_address(const struct masc_prefix *p)
{
	return p->length == masc_prefix_bits((enum masc_family)p->family);
}

/* What an operator asked for is kept as long as was said, or until withdrawn; the
 * range it lies in may have ended before that, and last longer by now. */
enum err plan_renewal(struct own_claim *c, struct masc_prefix *half, bool *whole, struct mono now)
{
	*whole = true;
	if (!c->space || c->space->leaving || !c->active)
		return ERR_NOT_FOUND;
	if (c->fixed)
		return c->end >= own_asked_end(c) ? ERR_NOT_FOUND : OK;
	uint64_t used[2] = { places_beyond(c), 0 }, wanted;
	enum err e = forecast_of(c, &wanted);
	if (e != OK)
		return e;
	if (!c->local && !plan_is_leaf(c->in->m, c->space->family))
		wanted = plan_plus(plan_plus(wanted, asked_beyond(c, now)),
				   plan_plus(below_beside(c), use_below(c->in->m, c)));
	if (!is_one_address(own_prefix(c)))
		use_of_halves(c, used[0], used);
	struct policy p = { .size_least = c->in->m->config.claim_least,
			    .use_percent = c->in->m->config.use_percent,
			    .active_most = c->in->m->config.prefixes_most,
			    .family = c->space->family };
	unsigned which;
	switch (policy_renew(&p, own_prefix(c), used, wanted, &which)) {
	case POLICY_LAPSE:
		return ERR_NOT_FOUND;
	case POLICY_RENEW_HALF:
		*half = masc_prefix_half(own_prefix(c), which);
		*whole = false;
		break;
	case POLICY_RENEW:
		break;
	}
	return OK;
}
