/* What the plan and operators ask of our claims (own_int.h). */
#include "masc/own_life.h"

/* What may not be claimed for is refused here; what cannot be now is wanted. */
static enum err check_wish(struct masc *m, const struct own_wish *w)
{
	if (!w->prefix)
		return w->length && w->length <= masc_prefix_bits(w->space->family) ? OK
										    : ERR_RANGE;
	LIST_EACH(at, next, &m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		bool held = c->n_parts && masc_prefix_overlaps(own_prefix(c), w->prefix);
		bool asked = c->wanted.family && masc_prefix_overlaps(&c->wanted, w->prefix);
		if (own_in(c, w->space) && (held || asked))
			return ERR_EXISTS;
	}
	return OK;
}

static void fill(struct own_claim *c, const struct own_wish *w)
{
	c->space = w->space;
	c->home = own_home_of(w->space);
	c->local = w->local;
	c->fixed = w->fixed;
	c->lifetime = w->lifetime;
	c->not_before = w->not_before;
	c->why = w->why;
	c->length = w->prefix ? 0 : w->length;
	if (w->prefix)
		c->wanted = *w->prefix;
	if (w->scope)
		memcpy(c->scope, w->scope, strlen(w->scope) + 1);
}

/* The number first: a row without it could be taken twice. */
static enum err be_born(struct own_claim *c, struct mono now)
{
	enum err e = own_put_next(c->in, &c->put);
	if (e == OK)
		e = own_put(c);
	if (e != OK)
		own_forget(c);
	return e;
}

enum err own_want(struct masc *m, const struct own_wish *w, struct own_claim **out, struct mono now)
{
	struct own_claim *c;
	enum err e = check_wish(m, w);
	if (e == OK)
		e = own_new(m->own, &c);
	if (e != OK)
		return e;
	fill(c, w);
	e = be_born(c, now);
	if (e != OK)
		return e;
	own_event_out(c, &(struct own_event){ .why = c->why }, c->life);
	own_arm(c, now);
	own_replan(m);
	if (out)
		*out = c;
	return OK;
}

enum err own_drop(struct own_claim *c, enum masc_reason why, struct mono now)
{
	return own_step(c, &(struct own_event){ .kind = OWN_DROP, .why = why }, now);
}

/* CLAIM_TO_EXPAND goes by the rules of any claim (MASC-14.3, 16.2). */
static enum err may_claim(const struct own_claim *c, struct mono now)
{
	if (!c->space || !c->space->synced || c->space->leaving)
		return ERR_STATE;
	return guard_clock(c->in->m, now) == MASC_REASON_NONE ? OK : ERR_STATE;
}

enum err own_grow(struct own_claim *c, struct mono now)
{
	if (!own_may(c, OWN_GROW) || may_claim(c, now) != OK || !mono_reached(c->not_again, now))
		return ERR_STATE;
	if (c->n_parts == OWN_PARTS_MAX)
		return ERR_FULL;
	if (!own_can_double(c, now))
		return ERR_NOT_FOUND;
	struct own_event ev = { .kind = OWN_GROW,
				.why = MASC_REASON_GROW_DUE,
				.prefix = masc_prefix_wider(own_prefix(c)) };
	ev.end = own_end_for(c, &ev.prefix, now);
	return ev.end ? own_step(c, &ev, now) : ERR_NOT_FOUND;
}

enum err own_renew(struct own_claim *c, const struct masc_prefix *part, struct mono now)
{
	if (!own_may(c, OWN_RENEW) || may_claim(c, now) != OK)
		return ERR_STATE;
	struct own_event ev = { .kind = OWN_RENEW,
				.why = MASC_REASON_RENEW_DUE,
				.prefix = part ? *part : *own_prefix(c) };
	ev.end = own_end_for(c, &ev.prefix, now);
	return ev.end > c->end ? own_step(c, &ev, now) : ERR_RANGE;
}

enum err own_deprecate(struct own_claim *c, enum masc_reason why, struct mono now)
{
	return own_step(c, &(struct own_event){ .kind = OWN_DEPRECATE, .why = why }, now);
}

/* MASC-14.8. What is claimed locally is counted as used below itself. */
enum err own_release(struct own_claim *c, enum masc_reason why, struct mono now)
{
	if (own_is_held(c) && !c->local && plan_used(c->in->m, own_prefix(c)))
		return ERR_STATE;
	return own_step(c, &(struct own_event){ .kind = OWN_RELEASE, .why = why }, now);
}

enum err own_take_local(struct masc *m, const struct masc_prefix *p, const struct own_claim *from,
			struct mono now)
{
	struct space *below = space_below(m, p->family);
	const struct own_wish w = { .space = below, .prefix = p, .local = true };
	struct own_claim *c;
	if (!below)
		return ERR_NOT_FOUND;
	enum err e = check_wish(m, &w);
	if (e == OK)
		e = own_new(m->own, &c);
	if (e != OK)
		return e;
	fill(c, &w);
	c->parts[0] = (struct own_part){ *p, own_timestamp_of(from, p) };
	c->n_parts = 1;
	c->end = from->end;
	c->active = true;
	c->wanted = (struct masc_prefix){ .family = 0 };
	e = own_put_next(m->own, &c->put);
	if (e == OK)
		e = own_step(c, &(struct own_event){ .kind = OWN_TAKEN, .why = MASC_REASON_DEMAND },
			     now);
	if (e != OK)
		own_forget(c);
	return e;
}
