/* What time does to claims of ours: timers, waiting periods that run and stand
 * still (MASC-14.4), delays (14.3, 14.11), renewals (14.6) and ends (14.7). */
#include "masc/own_life.h"

static struct mono at_wall(const struct own_claim *c, int64_t wall, struct mono now)
{
	return mono_add(now, wall - masc_wall_now(c->in->m, now));
}

static struct mono later(struct mono a, struct mono b)
{
	return a.us > b.us ? a : b;
}

/* MASC-14.3, 14.11: uniform in (0, claim delay], doubled after each loss but the
 * first, up to W. */
static struct mono delayed(const struct own_claim *c, struct mono now)
{
	const struct masc_rules *rules = &c->in->m->rules;
	int64_t most = rules->claim_delay;
	for (uint32_t i = 1; i < c->losses && most < rules->waiting_period; i++)
		most *= 2;
	if (c->losses > 1 && most > rules->waiting_period)
		most = rules->waiting_period;
	if (most < 1)
		most = 1;
	return mono_add(now, 1 + (int64_t)env_random_below(c->in->m->env, (uint64_t)most));
}

/* MASC-14.6: a third of the lifetime, but at least three W, is left. Where the
 * parent allows less than we ask for, that is what counts: else the renewals would
 * follow each other. */
static int64_t renewal_of(const struct own_claim *c)
{
	const struct masc_rules *rules = &c->in->m->rules;
	int64_t life = c->lifetime ? c->lifetime : rules->claim_lifetime;
	if (c->granted && c->granted < life)
		life = c->granted;
	int64_t ahead = life / 3 > 3 * rules->waiting_period ? life / 3 : 3 * rules->waiting_period;
	return c->end - ahead;
}

/* When a withdrawal is over, what stood against us may be gone; if it is not, it
 * is looked for again after each W. */
static struct mono looked_at(const struct own_claim *c, struct mono now)
{
	const struct masc_rules *rules = &c->in->m->rules;
	int64_t until = ((int64_t)c->loss.timestamp + c->loss.hold_time) * MONO_SEC;
	struct mono at = at_wall(c, until + rules->skew_keep, now);
	return mono_reached(at, now) ? mono_add(now, rules->waiting_period) : at;
}

static struct mono step_of(const struct own_claim *c, struct mono now)
{
	struct mono end = at_wall(c, c->end, now);
	switch (c->life) {
	case MASC_LIFE_WANTED:
		return c->not_before ? later(at_wall(c, c->not_before, now), c->not_again)
				     : c->not_again;
	case MASC_LIFE_SCHEDULED:
		return delayed(c, now);
	case MASC_LIFE_WAITING:
		return c->frozen ? at_wall(c, c->claimed_end, now)
				 : mono_add(c->wait_from, c->wait_left);
	case MASC_LIFE_RENEWING:
	case MASC_LIFE_GROWING:
		return c->frozen ? end : mono_min(end, mono_add(c->wait_from, c->wait_left));
	case MASC_LIFE_HELD:
		return mono_min(end, later(at_wall(c, renewal_of(c), now), c->not_again));
	case MASC_LIFE_CLASHED:
		return mono_min(end, looked_at(c, now));
	case MASC_LIFE_DEPRECATED:
		return end;
	case MASC_LIFE_EXPIRED:
	case MASC_LIFE_COUNT:
		break;
	}
	return MONO_NEVER;
}

void own_arm(struct own_claim *c, struct mono now)
{
	struct timers *t = &c->in->m->timers;
	struct mono at = step_of(c, now);
	/* A wanted claim whose time has come waits for something else. */
	if (c->life == MASC_LIFE_WANTED && mono_reached(at, now))
		timer_disarm(t, &c->timer);
	else
		timer_arm(t, &c->timer, at);
	if (mono_is_never(at))
		timer_disarm(t, &c->timer);
}

void own_arm_again(struct own_claim *c, struct mono now)
{
	timer_arm(&c->in->m->timers, &c->timer, mono_add(now, MONO_SEC));
}

/* -- waiting periods -- */

/* MASC-14.4: the longer hold time is what is left, on top of what has passed. */
void own_thaw(struct own_claim *c, struct mono now)
{
	int64_t wall = masc_wall_now(c->in->m, now);
	int64_t end = wall + c->wait_left - (int64_t)c->claimed_at * MONO_SEC;
	uint32_t end_of_claim;
	if (!space_covers(c->space, &c->wanted, &end_of_claim)) {
		own_happen(c,
			   &(struct own_event){ .kind = OWN_BEATEN, .why = MASC_REASON_NO_RANGE },
			   now);
		return;
	}
	c->frozen = false;
	c->wait_from = now;
	c->claimed_hold = own_seconds(end);
	own_tell_pending(c, now);
	own_arm(c, now);
}

static void freeze(struct own_claim *c, struct mono now)
{
	int64_t left = c->wait_left - mono_since(now, c->wait_from);
	c->wait_left = left > 0 ? left : 0;
	c->frozen = true;
	own_arm(c, now);
}

static void unready(struct own_claim *c, enum masc_reason why, struct mono now)
{
	own_happen(c, &(struct own_event){ .kind = OWN_UNREADY, .why = why }, now);
}

static void synced(struct own_claim *c, bool up, struct mono now)
{
	if (own_is_pending(c) && up && c->frozen)
		own_thaw(c, now);
	else if (own_is_pending(c) && !up && !c->frozen)
		freeze(c, now);
	else if (c->life == MASC_LIFE_SCHEDULED && !up)
		unready(c, MASC_REASON_NO_SESSION, now);
	else if (c->life == MASC_LIFE_CLASHED && up)
		own_return(c, now);
	else if (up && c->life == MASC_LIFE_HELD)
		own_arm(c, now);
}

void own_synced(struct space *sp, bool up, struct mono now)
{
	struct holdings *h = sp->m->own;
	sp->synced = up;
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (own_in(c, sp))
			synced(c, up, now);
	}
	own_replan(sp->m);
}

/* -- claims -- */

static bool due_by(const struct own_claim *c, struct mono now)
{
	return mono_reached(c->not_again, now) && c->not_before <= masc_wall_now(c->in->m, now);
}

static void go_on(struct own_claim *c, struct mono now)
{
	if (!due_by(c, now)) {
		own_arm(c, now);
		return;
	}
	enum masc_reason why = own_hindrance(c, now);
	if (why != MASC_REASON_NONE) {
		c->why = why;
		return;
	}
	why = c->fixed ? MASC_REASON_ASKED : MASC_REASON_DEMAND;
	own_happen(c, &(struct own_event){ .kind = OWN_READY, .why = why }, now);
}

void own_go_on(struct masc *m, struct mono now)
{
	if (m->own->returns || m->own->returning)
		own_return_all(m->own, now);
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->life == MASC_LIFE_WANTED && !c->undone.event)
			go_on(c, now);
	}
}

/* The range is chosen as late as can be: then most is known. */
static void announce(struct own_claim *c, struct mono now)
{
	struct own_event ev = { .kind = OWN_CHOSEN, .why = MASC_REASON_DEMAND };
	enum masc_reason why = own_hindrance(c, now);
	if (why == MASC_REASON_NONE && own_choose(c, &ev.prefix, now) != OK) {
		/* There is room, but all of it is barred: not at every input again. */
		c->not_again = mono_add(now, c->in->m->rules.waiting_period);
		why = MASC_REASON_NO_ROOM;
	}
	if (why != MASC_REASON_NONE) {
		unready(c, why, now);
		return;
	}
	ev.end = own_end_for(c, &ev.prefix, now);
	if (c->fixed)
		ev.why = MASC_REASON_ASKED;
	if (own_step(c, &ev, now) != OK)
		own_arm_again(c, now);
}

static bool waited(const struct own_claim *c, struct mono now)
{
	return !c->frozen && mono_since(now, c->wait_from) >= c->wait_left;
}

/* A half that was renewed goes on alone; the other runs out. */
static void deprecate(struct own_claim *c, const struct masc_prefix *rest, struct mono now)
{
	const struct own_event ev = { .kind = OWN_DEPRECATE, .why = MASC_REASON_UNUSED };
	LIST_EACH(at, next, &c->in->claims)
	{
		struct own_claim *o = LIST_ENTRY(at, struct own_claim, at);
		if (o != c && own_in(o, c->space) && o->life == MASC_LIFE_HELD &&
		    masc_prefix_eq(own_prefix(o), rest))
			own_happen(o, &ev, now);
	}
}

static enum err part_with_other_half(struct own_claim *c, struct mono now)
{
	struct masc_prefix halves[2] = { c->wanted, masc_prefix_buddy(&c->wanted) };
	enum err e = own_split(c, halves, 2, now);
	if (e == OK)
		deprecate(c, &halves[1], now);
	return e;
}

static enum err wait_over(struct own_claim *c, struct mono now)
{
	enum err e = OK;
	if (c->life == MASC_LIFE_RENEWING && !masc_prefix_eq(&c->wanted, own_prefix(c)))
		e = part_with_other_half(c, now);
	if (e != OK)
		return e;
	return own_step(c, &(struct own_event){ .kind = OWN_WAITED, .why = MASC_REASON_WAITED },
			now);
}

/* MASC-14.6; when it cannot be now, again after another W. What an operator asked
 * for some time stays to its end, in use or not. */
static void renew(struct own_claim *c, struct mono now)
{
	struct masc *m = c->in->m;
	struct masc_prefix half;
	bool whole = true;
	if (!c->space || !c->space->synced || c->count.on ||
	    guard_clock(m, now) != MASC_REASON_NONE) {
		c->not_again = mono_add(now, m->rules.waiting_period);
		own_arm(c, now);
		return;
	}
	enum err e = plan_renewal(c, &half, &whole, now);
	if (e == OK)
		e = own_renew(c, whole ? NULL : &half, now);
	else if (e == ERR_NOT_FOUND && c->fixed && c->space && !c->space->leaving)
		c->not_again = mono_add(now, c->end - masc_wall_now(m, now));
	else if (e == ERR_NOT_FOUND)
		e = own_step(
			c, &(struct own_event){ .kind = OWN_DEPRECATE, .why = MASC_REASON_UNUSED },
			now);
	if (e == OK)
		return;
	if (e != ERR_NOT_FOUND)
		c->not_again = mono_add(now, m->rules.waiting_period);
	own_arm(c, now);
}

/* -- what is due -- */

static bool ended(const struct own_claim *c, struct mono now)
{
	int64_t end = c->n_parts ? c->end : c->claimed_end;
	return end && end <= masc_wall_now(c->in->m, now);
}

static void redo(struct own_claim *c, struct mono now)
{
	struct own_event ev = { .kind = (enum own_event_kind)(c->undone.event - 1),
				.why = c->undone.why,
				.lifetime = c->undone.lifetime,
				.loss = c->undone.loss };
	own_happen(c, &ev, now);
}

static void pending_due(struct own_claim *c, struct mono now)
{
	if (!waited(c, now))
		own_arm(c, now);
	else if (wait_over(c, now) != OK)
		own_arm_again(c, now);
}

void own_due(struct own_claim *c, struct mono now)
{
	if (c->undone.event) {
		redo(c, now);
		return;
	}
	if (ended(c, now)) {
		own_happen(c, &(struct own_event){ .kind = OWN_END, .why = MASC_REASON_ENDED },
			   now);
		return;
	}
	switch (c->life) {
	case MASC_LIFE_WANTED:
		go_on(c, now);
		break;
	case MASC_LIFE_SCHEDULED:
		announce(c, now);
		break;
	case MASC_LIFE_WAITING:
	case MASC_LIFE_RENEWING:
	case MASC_LIFE_GROWING:
		pending_due(c, now);
		break;
	case MASC_LIFE_HELD:
		renew(c, now);
		break;
	case MASC_LIFE_CLASHED:
		own_return(c, now);
		break;
	case MASC_LIFE_DEPRECATED:
		own_arm(c, now);
		break;
	case MASC_LIFE_EXPIRED:
	case MASC_LIFE_COUNT:
		break;
	}
}

void own_wall(struct masc *m, struct mono now)
{
	if (!m->own)
		return;
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->life != MASC_LIFE_SCHEDULED && !c->undone.event)
			own_arm(c, now);
	}
	own_replan(m);
}
