/* Events of the plan, once a change: demands that cannot be met, claims that are
 * wanted and cannot be made. */
#include "masc/plan_int.h"

#define PAUSE_LASTS (2 * MONO_SEC)

bool demand_is_due(const struct plan_run *r, const struct own_demand *d)
{
	return d->from <= r->horizon;
}

static enum masc_reason reason_of(const struct plan_run *r, const struct own_demand *d)
{
	if (!demand_is_due(r, d) || demand_met(d) == d->addresses)
		return MASC_REASON_NONE;
	size_t pool = pool_of_demand(r, d);
	if (pool == POOL_NONE)
		return MASC_REASON_NO_RANGE;
	enum masc_reason why = r->pools[pool].why;
	return why == MASC_REASON_NONE ? MASC_REASON_DEMAND : why;
}

/* That a claim is under way for it is no news. */
void tell_demands(struct plan_run *r)
{
	LIST_EACH(at, next, &r->m->own->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		enum masc_reason why = reason_of(r, d);
		if (why == d->why)
			continue;
		d->why = why;
		if (why == MASC_REASON_DEMAND || !demand_is_due(r, d))
			continue;
		struct masc_event ev = event_of(NULL, MASC_EVENT_UNMET);
		ev.number = d->number;
		ev.why = why;
		ev.up = why == MASC_REASON_NONE;
		out_event(r->m, &ev, d->put);
	}
}

static bool waits(const struct own_claim *c)
{
	return c->life == MASC_LIFE_WANTED || c->life == MASC_LIFE_SCHEDULED;
}

static bool any_is_wanted(const struct plan_run *r)
{
	for (size_t i = 0; i < r->n_pools; i++)
		if (r->pools[i].unmet || r->pools[i].hinted)
			return true;
	LIST_EACH(at, next, &r->m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->space && waits(c) && c->not_before <= r->wall)
			return true;
	}
	return false;
}

static bool any_is_synced(const struct plan_run *r)
{
	LIST_EACH(at, next, &r->m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (!sp->below && space_synced(sp, r->now))
			return true;
	}
	return false;
}

static enum masc_reason reason_paused(const struct plan_run *r)
{
	if (!any_is_wanted(r))
		return MASC_REASON_NONE;
	enum masc_reason clock = guard_clock(r->m, r->now);
	if (clock != MASC_REASON_NONE)
		return clock;
	return any_is_synced(r) ? MASC_REASON_NONE : MASC_REASON_NO_SESSION;
}

/* Whoever is connected anew tells all it knows in a moment, and until then its
 * space is not synced: no news, unless it lasts. */
static enum masc_reason lasting(struct plan_run *r, enum masc_reason why)
{
	struct holdings *h = r->m->own;
	if (why != MASC_REASON_NO_SESSION) {
		h->pause_told = (struct mono){ 0 };
		return why;
	}
	if (!h->pause_told.us)
		h->pause_told = mono_add(r->now, PAUSE_LASTS);
	if (mono_reached(h->pause_told, r->now))
		return why;
	run_again(r, h->pause_told);
	return h->paused;
}

void tell_paused(struct plan_run *r)
{
	struct holdings *h = r->m->own;
	enum masc_reason why = lasting(r, reason_paused(r));
	/* Nobody tells when a clock is good again. */
	if (why == MASC_REASON_NO_CLOCK)
		run_again(r, mono_add(r->now, MONO_SEC));
	if (why == h->paused)
		return;
	struct masc_event ev = event_of(NULL, MASC_EVENT_PAUSED);
	ev.why = why;
	ev.up = why == MASC_REASON_NONE;
	h->paused = why;
	out_event(r->m, &ev, 0);
}
