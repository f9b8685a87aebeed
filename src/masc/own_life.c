/* MASC-14.2: the life of a claim of ours, one matrix. A cell says where an event
 * leads, what it changes in the claim, and what others hear of it once that is
 * stored (MASC-14.9). */
#include "masc/own_life.h"

typedef void change_fn(struct own_claim *c, const struct own_event *ev, struct mono now);
/* `was` is the claim before. */
typedef void tell_fn(struct own_claim *c, struct own_claim *was, struct mono now);

struct move {
	enum masc_life to;
	change_fn *change;
	tell_fn *tell;
};

/* -- changes -- */

static void claim(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	int64_t w = c->in->m->rules.waiting_period;
	c->wanted = ev->prefix;
	c->claimed_at = (uint32_t)(masc_wall_now(c->in->m, now) / MONO_SEC);
	c->claimed_end = ev->end;
	c->claimed_hold = own_seconds(w);
	c->wait_left = w;
	c->wait_from = now;
	c->frozen = false;
}

/* A range that an operator named is kept for the next try: such a claim has no
 * length. */
static void unclaim(struct own_claim *c)
{
	if (c->length || c->n_parts)
		c->wanted = (struct masc_prefix){ .family = 0 };
	c->claimed_at = 0;
	c->claimed_hold = 0;
	c->claimed_end = 0;
	c->frozen = false;
}

static void lose(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	unclaim(c);
	c->losses++;
	c->cap = ev->lifetime;
	c->not_again = now;
}

/* MASC-14.6: what is held stays; the next try is after another W. */
static void keep(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	unclaim(c);
	c->cap = ev->lifetime;
	c->not_again = mono_add(now, c->in->m->rules.waiting_period);
}

static void won(struct own_claim *c)
{
	c->granted = c->cap;
	unclaim(c);
	c->cap = 0;
	c->losses = 0;
	c->disputed = false;
	c->not_again = (struct mono){ 0 };
}

static void hold(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	c->parts[0] = (struct own_part){ c->wanted, c->claimed_at };
	c->n_parts = 1;
	c->end = c->claimed_end;
	c->active = true;
	won(c);
}

static void renewed(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	c->end = c->claimed_end;
	won(c);
}

/* MASC-14.5: the old part keeps its own Timestamp. */
static void grown(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	c->parts[c->n_parts++] = (struct own_part){ c->wanted, c->claimed_at };
	if (c->end < c->claimed_end)
		c->end = c->claimed_end;
	won(c);
}

static void deprecated(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	unclaim(c);
	c->active = false;
}

static void passive(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	c->active = false;
}

static void yield_to(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	unclaim(c);
	c->loss = ev->loss;
	c->loss_heard = true;
}

static void back(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	c->loss = (struct own_loss){ .timestamp = 0 };
	c->loss_heard = false;
}

/* -- what others hear -- */

static void tell_claim(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_tell_pending(c, now);
}

static void tell_lost(struct own_claim *c, struct own_claim *was, struct mono now)
{
	struct masc *m = c->in->m;
	own_untable_pending(was, now);
	guard_lost(m, &m->config.domain, now);
}

/* MASC-14.12: another node's claim stands for ours. */
static void tell_met(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_untable_pending(was, now);
}

/* MASC-14.8: with its own address, mask and Timestamp. */
static void tell_taken_back(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_untable_pending(was, now);
	struct wire_claim w =
		own_withdrawal(was, &was->wanted, was->claimed_at, was->claimed_end, now);
	own_tell_given_back(c, &w, now);
}

static void tell_held(struct own_claim *c, struct own_claim *was, struct mono now)
{
	struct masc *m = c->in->m;
	own_untable_pending(was, now);
	own_tell_held(c, now);
	guard_won(m, &m->config.domain);
}

static void tell_taken(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_tell_held(c, now);
}

/* MASC-14.13: what was claimed on top of it is left to run out. */
static void tell_deprecated(struct own_claim *c, struct own_claim *was, struct mono now)
{
	if (own_is_pending(was))
		own_untable_pending(was, now);
	own_tell_deprecated(c, now);
}

static void tell_released(struct own_claim *c, struct own_claim *was, struct mono now)
{
	const struct own_part *whole = &was->parts[was->n_parts - 1];
	own_untable(was, now);
	struct wire_claim w = own_withdrawal(was, &whole->prefix, whole->timestamp, was->end, now);
	own_tell_given_back(c, &w, now);
}

/* MASC-14.7. */
static void tell_ended(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_untable(was, now);
}

static void tell_yielded(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_untable(was, now);
	own_tell_yielded(c, now);
}

static void tell_back(struct own_claim *c, struct own_claim *was, struct mono now)
{
	own_untable(was, now);
	own_tell_held(c, now);
}

/* -- the matrix -- */

#define MOVE(name, life, change, tell)                                                             \
	static const struct move name = { MASC_LIFE_##life, change, tell }

MOVE(schedule, SCHEDULED, NULL, NULL);
MOVE(unschedule, WANTED, NULL, NULL);
MOVE(announce, WAITING, claim, tell_claim);
MOVE(forget, EXPIRED, NULL, NULL);
MOVE(again, WANTED, lose, tell_lost);
MOVE(met, EXPIRED, NULL, tell_met);
MOVE(take_back, EXPIRED, NULL, tell_taken_back);
MOVE(get, HELD, hold, tell_held);
MOVE(get_now, HELD, NULL, tell_taken);
MOVE(grow, GROWING, claim, tell_claim);
MOVE(renew, RENEWING, claim, tell_claim);
MOVE(get_more, HELD, grown, tell_held);
MOVE(get_longer, HELD, renewed, tell_held);
MOVE(stay_held, HELD, keep, tell_lost);
MOVE(deprecate, DEPRECATED, deprecated, tell_deprecated);
MOVE(give_back, EXPIRED, NULL, tell_released);
MOVE(run_out, EXPIRED, NULL, tell_ended);
MOVE(withdraw, CLASHED, yield_to, tell_yielded);
MOVE(come_back, HELD, back, tell_back);
MOVE(come_back_old, CLASHED, passive, NULL);
MOVE(forget_yielded, EXPIRED, NULL, NULL);

/* NULL: that does not happen there, or means nothing. */
/* clang-format off */
static const struct move *const matrix[MASC_LIFE_COUNT][OWN_EVENT_COUNT] = {
	[MASC_LIFE_WANTED] = {
		[OWN_READY] = &schedule,      [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = &get_now,       [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = &forget,          [OWN_DENIED] = NULL,          [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &forget,    [OWN_CLASH_LOST] = NULL,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = &forget,         [OWN_RELEASE] = &forget,
		[OWN_END] = NULL,
	},
	[MASC_LIFE_SCHEDULED] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = &unschedule,  [OWN_CHOSEN] = &announce,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = &forget,          [OWN_DENIED] = NULL,          [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &forget,    [OWN_CLASH_LOST] = NULL,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = &forget,         [OWN_RELEASE] = &forget,
		[OWN_END] = NULL,
	},
	[MASC_LIFE_WAITING] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = &get,          [OWN_BEATEN] = &again,
		[OWN_MET] = &met,             [OWN_DENIED] = &again,        [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &take_back, [OWN_CLASH_LOST] = NULL,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = &take_back,      [OWN_RELEASE] = &take_back,
		[OWN_END] = &again,
	},
	[MASC_LIFE_HELD] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = NULL,             [OWN_DENIED] = NULL,          [OWN_GROW] = &grow,
		[OWN_RENEW] = &renew,         [OWN_DEPRECATE] = &deprecate, [OWN_CLASH_LOST] = &withdraw,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = NULL,            [OWN_RELEASE] = &give_back,
		[OWN_END] = &run_out,
	},
	[MASC_LIFE_RENEWING] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = &get_longer,   [OWN_BEATEN] = &stay_held,
		[OWN_MET] = &stay_held,       [OWN_DENIED] = &stay_held,    [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &deprecate, [OWN_CLASH_LOST] = &withdraw,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = NULL,            [OWN_RELEASE] = &give_back,
		[OWN_END] = &run_out,
	},
	[MASC_LIFE_GROWING] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = &get_more,     [OWN_BEATEN] = &stay_held,
		[OWN_MET] = &stay_held,       [OWN_DENIED] = &stay_held,    [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &deprecate, [OWN_CLASH_LOST] = &withdraw,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = NULL,            [OWN_RELEASE] = &give_back,
		[OWN_END] = &run_out,
	},
	[MASC_LIFE_DEPRECATED] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = NULL,             [OWN_DENIED] = NULL,          [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = NULL,       [OWN_CLASH_LOST] = &withdraw,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = NULL,            [OWN_RELEASE] = &give_back,
		[OWN_END] = &run_out,
	},
	[MASC_LIFE_CLASHED] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = NULL,             [OWN_DENIED] = NULL,          [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = &come_back_old,[OWN_CLASH_LOST] = NULL,
		[OWN_CLASH_OVER] = &come_back,[OWN_DROP] = NULL,            [OWN_RELEASE] = &forget_yielded,
		[OWN_END] = &forget_yielded,
	},
	[MASC_LIFE_EXPIRED] = {
		[OWN_READY] = NULL,           [OWN_UNREADY] = NULL,         [OWN_CHOSEN] = NULL,
		[OWN_TAKEN] = NULL,           [OWN_WAITED] = NULL,          [OWN_BEATEN] = NULL,
		[OWN_MET] = NULL,             [OWN_DENIED] = NULL,          [OWN_GROW] = NULL,
		[OWN_RENEW] = NULL,           [OWN_DEPRECATE] = NULL,       [OWN_CLASH_LOST] = NULL,
		[OWN_CLASH_OVER] = NULL,      [OWN_DROP] = NULL,            [OWN_RELEASE] = NULL,
		[OWN_END] = NULL,
	},
};
/* clang-format on */

bool own_may(const struct own_claim *c, enum own_event_kind kind)
{
	return matrix[c->life][kind] != NULL;
}

static enum err store(struct own_claim *c)
{
	return c->life == MASC_LIFE_EXPIRED ? own_del(c) : own_put(c);
}

enum err own_step(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	const struct move *mv = matrix[c->life][ev->kind];
	if (!mv)
		return ERR_STATE;
	struct own_claim was = *c;
	if (mv->change)
		mv->change(c, ev, now);
	c->life = mv->to;
	c->why = ev->why;
	c->undone.event = 0;
	enum err e = store(c);
	if (e != OK) {
		*c = was;
		return e;
	}
	if (mv->tell)
		mv->tell(c, &was, now);
	own_event_out(c, ev, was.life);
	own_arm(c, now);
	plan_claim_changed(c, now);
	if (c->life == MASC_LIFE_EXPIRED)
		own_forget(c);
	return OK;
}

void own_happen(struct own_claim *c, const struct own_event *ev, struct mono now)
{
	enum err e = own_step(c, ev, now);
	if (e == OK || e == ERR_STATE)
		return;
	c->undone.event = (uint8_t)(ev->kind + 1);
	c->undone.why = ev->why;
	c->undone.lifetime = ev->lifetime;
	c->undone.loss = ev->loss;
	own_arm_again(c, now);
}
