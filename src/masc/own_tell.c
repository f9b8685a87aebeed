/* What of our claims others hear (MASC-10.5, 14.4, 14.5, 14.8): the attributes,
 * their places in the table of their space as ours, and the peers they go to.
 * All of it waits for the row of the claim. */
#include "masc/own_life.h"

/* MASC-12.1: whom a claim of ours concerns. A local one is a child's to us. */
static unsigned rivals(const struct own_claim *c)
{
	return c->local ? TO_INTERNAL | TO_CHILDREN : TO_PARENT | TO_SIBLINGS | TO_INTERNAL;
}

uint32_t own_seconds(int64_t us)
{
	if (us <= 0)
		return 0;
	int64_t s = us / MONO_SEC + (us % MONO_SEC != 0);
	return s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

struct wire_claim own_attribute(const struct own_claim *c, enum wire_attribute type,
				const struct masc_prefix *p, uint32_t timestamp)
{
	const struct masc_config *config = &c->in->m->config;
	struct wire_claim w = { .type = (uint8_t)type,
				.family = p->family,
				.role = c->local ? MASC_CHILD : MASC_INTERNAL_PEER,
				.timestamp = timestamp,
				.domain = config->domain,
				.node = config->node,
				.prefix_length = p->length };
	memcpy(w.address, p->address, sizeof(w.address));
	return w;
}

/* Times on the wire count from the Timestamp. */
static uint32_t span_to(int64_t end, uint32_t timestamp)
{
	return own_seconds(end - (int64_t)timestamp * MONO_SEC);
}

struct wire_claim own_pending(const struct own_claim *c)
{
	enum wire_attribute type =
		c->life == MASC_LIFE_WAITING ? WIRE_NEW_CLAIM : WIRE_CLAIM_TO_EXPAND;
	struct wire_claim w = own_attribute(c, type, &c->wanted, c->claimed_at);
	w.lifetime = span_to(c->claimed_end, c->claimed_at);
	w.hold_time = c->claimed_hold;
	return w;
}

struct wire_claim own_held(const struct own_claim *c, size_t part)
{
	const struct own_part *p = &c->parts[part];
	struct wire_claim w = own_attribute(c, WIRE_PREFIX_IN_USE, &p->prefix, p->timestamp);
	w.deprecated = c->life == MASC_LIFE_DEPRECATED && !c->local;
	w.lifetime = span_to(c->end, p->timestamp);
	w.hold_time = w.lifetime;
	return w;
}

/* A9: kept by others for W and the skew keep from now on. */
struct wire_claim own_withdrawal(const struct own_claim *c, const struct masc_prefix *p,
				 uint32_t timestamp, int64_t end, struct mono now)
{
	const struct masc_rules *rules = &c->in->m->rules;
	int64_t until = masc_wall_now(c->in->m, now) + rules->waiting_period + rules->skew_keep;
	struct wire_claim w = own_attribute(c, WIRE_WITHDRAW, p, timestamp);
	w.lifetime = span_to(end, timestamp);
	w.hold_time = span_to(until, timestamp);
	return w;
}

/* MASC-17.3: the winner's times. */
static struct wire_claim yielded(const struct own_claim *c, const struct masc_prefix *p)
{
	struct wire_claim w = own_attribute(c, WIRE_WITHDRAW, p, c->loss.timestamp);
	w.lifetime = c->loss.lifetime;
	w.hold_time = c->loss.hold_time;
	return w;
}

/* MASC-17.3: what is withdrawn may be ours again: nothing else of ours goes there,
 * whatever the range it lies in says. */
static void keep_free(const struct own_claim *c, const struct wire_claim *w)
{
	struct table *t = c->space->table;
	uint32_t r = c->life == MASC_LIFE_CLASHED && !c->local ? cache_find(c->space, w) : 0;
	struct table_mark mark;
	if (!r)
		return;
	mark = table_mark_of(t, r);
	mark.holds = true;
	table_set_mark(t, r, &mark);
}

/* A claim that is told but cannot be put in the table is put there later: till
 * then new peers would not hear of it, and we might choose its range again. */
static void put_in(struct own_claim *c, const struct wire_claim *w, struct mono now)
{
	struct holdings *h = c->in;
	if (cache_put(c->space, w, NULL, true, now) == OK) {
		keep_free(c, w);
		return;
	}
	c->untabled = true;
	if (!timer_armed(&h->again))
		timer_arm(&h->m->timers, &h->again, mono_add(now, MONO_SEC));
}

static void take_out(struct own_claim *c, const struct wire_claim *w, struct mono now)
{
	uint32_t r = cache_find(c->space, w);
	if (r)
		cache_remove(c->space, r, now);
}

static void table_held(struct own_claim *c, struct mono now)
{
	for (size_t i = 0; i < c->n_parts; i++) {
		struct wire_claim w = own_held(c, i);
		put_in(c, &w, now);
	}
}

void own_table(struct own_claim *c, struct mono now)
{
	if (!c->space)
		return;
	c->untabled = false;
	if (own_is_held(c))
		table_held(c, now);
	if (c->life == MASC_LIFE_CLASHED) {
		struct wire_claim w = yielded(c, own_prefix(c));
		put_in(c, &w, now);
	}
	if (own_is_pending(c)) {
		struct wire_claim w = own_pending(c);
		put_in(c, &w, now);
	}
}

void own_untable_held(struct own_claim *c, struct mono now)
{
	for (size_t i = 0; c->space && i < c->n_parts; i++) {
		struct wire_claim w = own_held(c, i);
		take_out(c, &w, now);
	}
}

void own_untable_yielded(struct own_claim *c, struct mono now)
{
	if (!c->space)
		return;
	struct wire_claim w = yielded(c, own_prefix(c));
	take_out(c, &w, now);
}

void own_untable_pending(struct own_claim *c, struct mono now)
{
	if (!c->space || !c->wanted.family)
		return;
	struct wire_claim w = own_pending(c);
	take_out(c, &w, now);
}

void own_untable(struct own_claim *c, struct mono now)
{
	if (own_is_pending(c))
		own_untable_pending(c, now);
	if (own_is_held(c))
		own_untable_held(c, now);
	if (c->life == MASC_LIFE_CLASHED)
		own_untable_yielded(c, now);
}

static void tell_parts(struct own_claim *c, unsigned sets, struct mono now)
{
	for (size_t i = 0; c->space && i < c->n_parts; i++) {
		struct wire_claim w = own_held(c, i);
		put_in(c, &w, now);
		spread(c->space, &w, sets, NULL, c->put, now);
	}
}

void own_tell_held(struct own_claim *c, struct mono now)
{
	tell_parts(c, rivals(c) | TO_CHILDREN, now);
}

/* D means something in a PREFIX_MANAGED only. */
void own_tell_deprecated(struct own_claim *c, struct mono now)
{
	if (!c->local)
		tell_parts(c, TO_INTERNAL | TO_CHILDREN, now);
}

void own_tell_pending(struct own_claim *c, struct mono now)
{
	struct wire_claim w = own_pending(c);
	put_in(c, &w, now);
	spread(c->space, &w, rivals(c), NULL, c->put, now);
}

void own_tell_withdrawal(struct own_claim *c, const struct wire_claim *w, struct mono now)
{
	if (!c->space)
		return;
	put_in(c, w, now);
	spread(c->space, w, rivals(c) | TO_CHILDREN, NULL, c->put, now);
}

/* MASC-14.8: the claim it was of has no row any more, so that the page of the
 * table is what a start finds. */
void own_tell_given_back(struct own_claim *c, const struct wire_claim *w, struct mono now)
{
	if (!c->space)
		return;
	put_in(c, w, now);
	uint32_t r = cache_find(c->space, w);
	uint64_t put = r ? pages_put(c->space, r) : 0;
	c->put = put ? put : c->put;
	spread(c->space, w, rivals(c) | TO_CHILDREN, NULL, c->put, now);
}

void own_tell_yielded(struct own_claim *c, struct mono now)
{
	struct wire_claim w = yielded(c, own_prefix(c));
	own_tell_withdrawal(c, &w, now);
}

void own_defend(struct own_claim *c, const struct wire_claim *ours, const struct heard *h)
{
	struct masc *m = c->in->m;
	struct peer *from = h->s->peer;
	if (!guard_repeat(m, &h->c->domain, h->now)) {
		own_owe(c, &h->c->domain, h->now);
		return;
	}
	if (masc_id_eq(&from->config->domain, &h->c->domain))
		spread_to(from, c->space, ours, c->put, h->now);
	else
		spread(c->space, ours, rivals(c) & ~TO_INTERNAL, NULL, c->put, h->now);
}

/* Among too many it is taken to be there. */
static bool is_claimed_by(const struct own_claim *c, const struct masc_id *rival)
{
	struct look k;
	struct wire_claim w;
	look_start(&k, c->space, own_is_held(c) ? own_prefix(c) : &c->wanted);
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(c->space->table, r, &w) && masc_id_eq(&w.domain, rival) &&
		    (w.type == WIRE_PREFIX_IN_USE || w.type == WIRE_CLAIM_TO_EXPAND ||
		     w.type == WIRE_NEW_CLAIM))
			return true;
	return k.cut;
}

/* To its own nodes, or by way of all who may know it. */
static void tell_rival(struct own_claim *c, const struct masc_id *rival, struct mono now)
{
	struct masc *m = c->in->m;
	struct wire_claim ours = own_is_held(c) ? own_held(c, c->n_parts - 1U) : own_pending(c);
	bool told = false;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		struct peer *p = m->peers[i];
		if (!masc_id_eq(&p->config->domain, rival))
			continue;
		spread_to(p, c->space, &ours, c->put, now);
		told = true;
	}
	if (!told)
		spread(c->space, &ours, rivals(c) & ~TO_INTERNAL, NULL, c->put, now);
}

void own_defend_late(struct own_claim *c, struct mono now)
{
	const struct masc_id rival = c->owes;
	if (masc_id_is_zero(&rival))
		return;
	c->owes = (struct masc_id){ { 0 } };
	if (!c->space || !(own_is_held(c) || own_is_pending(c)) || !is_claimed_by(c, &rival))
		return;
	if (guard_repeat(c->in->m, &rival, now))
		tell_rival(c, &rival, now);
	else
		own_owe(c, &rival, now);
}

void own_event_out(const struct own_claim *c, const struct own_event *ev, enum masc_life from)
{
	struct masc_event e = event_of(NULL, MASC_EVENT_CLAIM);
	e.number = c->number;
	e.prefix = own_prefix(c) ? *own_prefix(c) : c->wanted;
	e.life_from = from;
	e.life = c->life;
	e.why = c->why;
	e.domain = ev->loss.domain;
	e.node = ev->loss.node;
	e.local = c->local;
	out_event(c->in->m, &e, c->put);
}
