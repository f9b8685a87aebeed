/* What others' messages do to claims of ours (section 13): collisions, denials,
 * withdrawals. A rival is another domain, a colleague another node of ours. */
#include "masc/own_life.h"

struct own_loss own_loss_of(const struct wire_claim *c)
{
	return (struct own_loss){ .domain = c->domain,
				  .node = c->node,
				  .timestamp = c->timestamp,
				  .lifetime = c->lifetime,
				  .hold_time = c->hold_time };
}

static struct own_event event_by(const struct heard *h, enum own_event_kind kind,
				 enum masc_reason why)
{
	return (struct own_event){ .kind = kind, .why = why, .loss = own_loss_of(h->c) };
}

/* What overlaps lies in what is held: then the PREFIX_IN_USE stands for it, and
 * nothing that is claimed on top is lost. */
static bool is_of_held(const struct own_claim *c, const struct masc_prefix *p)
{
	return own_is_held(c) &&
	       (masc_prefix_covers(own_prefix(c), p) || masc_prefix_eq(own_prefix(c), &c->wanted));
}

/* Whether their claim takes a pending one of ours away. */
static bool beats(const struct own_claim *c, const struct heard *h)
{
	const struct wire_claim ours = own_pending(c);
	if (h->c->type == WIRE_PREFIX_IN_USE)
		return true;
	return !is_of_held(c, &h->prefix) && claim_cmp(h->c, &ours) < 0;
}

/* A pending claim of ours against theirs. */
static void collide(struct own_claim *c, const struct heard *h)
{
	const struct own_event lost = event_by(h, OWN_BEATEN, MASC_REASON_BEATEN);
	const struct wire_claim ours = own_pending(c);
	if (beats(c, h))
		own_happen(c, &lost, h->now);
	else
		own_defend(c, &ours, h);
}

/* What we hold against theirs. */
static void stand(struct own_claim *c, const struct heard *h)
{
	const struct wire_claim ours = own_held(c, c->n_parts - 1U);
	if (h->c->type == WIRE_PREFIX_IN_USE)
		own_clash(c, h->c, h, h->now);
	else
		own_defend(c, &ours, h);
}

static bool holds_of(const struct own_claim *c, const struct heard *h)
{
	return own_in(c, h->sp) && own_is_held(c) &&
	       masc_prefix_overlaps(own_prefix(c), &h->prefix);
}

/* MASC-17.2: withdrawn before, and what was known of it was lost in a crash. */
static bool yielded_to(const struct own_claim *c, const struct heard *h)
{
	return h->c->type == WIRE_PREFIX_IN_USE && own_in(c, h->sp) &&
	       c->life == MASC_LIFE_CLASHED && !c->loss.parent &&
	       masc_id_eq(&c->loss.domain, &h->c->domain) &&
	       masc_prefix_overlaps(own_prefix(c), &h->prefix);
}

static bool claims_of(const struct own_claim *c, const struct heard *h)
{
	return own_in(c, h->sp) && own_is_pending(c) && !c->undone.event &&
	       masc_prefix_overlaps(&c->wanted, &h->prefix);
}

static void collide_all(struct holdings *own, const struct heard *h)
{
	work_list(own->m, own->n_claims);
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (claims_of(c, h))
			collide(c, h);
	}
}

/* A clash settles all that we hold there at once. */
static void stand_all(struct holdings *own, const struct heard *h)
{
	work_list(own->m, own->n_claims);
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!holds_of(c, h) && !yielded_to(c, h))
			continue;
		stand(c, h);
		if (h->c->type == WIRE_PREFIX_IN_USE)
			return;
	}
}

/* MASC-13.2, 13.3, 13.9, 13.13. Since a rival is told once a second, it is told
 * first what says most: what we hold. */
void own_rival(const struct heard *h)
{
	struct holdings *own = h->sp ? h->sp->m->own : NULL;
	bool in_use = h->c->type == WIRE_PREFIX_IN_USE;
	if (!own)
		return;
	if (!in_use)
		stand_all(own, h);
	collide_all(own, h);
	if (in_use)
		stand_all(own, h);
}

/* MASC-13.15, A24: what is not claimed yet need not be. */
static bool is_met(const struct own_claim *c, const struct heard *h)
{
	if (c->life != MASC_LIFE_WANTED && c->life != MASC_LIFE_SCHEDULED)
		return false;
	if (!c->length)
		return masc_prefix_covers(&h->prefix, &c->wanted);
	const struct masc_scope_config *s =
		masc_config_find_scope(&c->in->m->config, span_str(c->scope));
	return h->prefix.length <= c->length && (!s || masc_prefix_covers(&s->range, &h->prefix));
}

/* What a colleague holds, or claims first, is the domain's. */
static bool colleague_first(const struct own_claim *c, const struct heard *h)
{
	const struct wire_claim ours = own_pending(c);
	return h->c->type == WIRE_PREFIX_MANAGED || h->c->type == WIRE_PREFIX_IN_USE ||
	       claim_cmp(h->c, &ours) < 0;
}

void own_colleague(const struct heard *h)
{
	struct holdings *own = h->sp ? h->sp->m->own : NULL;
	if (!own)
		return;
	const struct own_event met = event_by(h, OWN_MET, MASC_REASON_BEATEN_INSIDE);
	work_list(own->m, own->n_claims);
	if (h->c->type == WIRE_NEW_CLAIM && !h->sp->below)
		plan_colleague_claims(own->m, h->c, h->now);
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!own_in(c, h->sp))
			continue;
		if (h->c->type == WIRE_NEW_CLAIM && is_met(c, h))
			own_happen(c, &met, h->now);
		else if (claims_of(c, h) && colleague_first(c, h))
			own_happen(c, &met, h->now);
		else if (claims_of(c, h)) {
			struct wire_claim ours = own_pending(c);
			own_defend(c, &ours, h);
		}
	}
}

static struct own_claim *named(const struct heard *h)
{
	struct holdings *own = h->sp ? h->sp->m->own : NULL;
	if (!own)
		return NULL;
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (own_in(c, h->sp) && own_is_pending(c) && c->claimed_at == h->c->timestamp &&
		    masc_prefix_eq(&c->wanted, &h->prefix))
			return c;
	}
	return NULL;
}

/* MASC-14.6: a shorter claim is of use if it is longer than what is held, and
 * than it takes to get it. */
static int64_t allowed(const struct own_claim *c, const struct heard *h)
{
	int64_t end = ((int64_t)c->claimed_at + h->c->lifetime) * MONO_SEC;
	int64_t left = end - masc_wall_now(c->in->m, h->now);
	bool shorter = end < c->claimed_end && left > 2 * c->in->m->rules.waiting_period;
	return h->c->lifetime && shorter && (!own_is_held(c) || end > c->end) ? left : 0;
}

/* At once, but not without end: whoever is denied again waits. */
static void retry(uint64_t number, struct holdings *own, const struct masc_prefix *p, bool growing,
		  struct mono now)
{
	struct own_claim *c = own_find(own, number);
	if (!c || c->life != MASC_LIFE_HELD)
		return;
	const struct masc_prefix *half = masc_prefix_eq(p, own_prefix(c)) ? NULL : p;
	enum err e = growing ? own_grow(c, now) : own_renew(c, half, now);
	if (e != OK)
		own_arm(c, now);
}

bool own_denied(const struct heard *h)
{
	struct own_claim *c = named(h);
	if (!c)
		return false;
	struct holdings *own = c->in;
	uint64_t number = c->number;
	bool held = own_is_held(c), growing = c->life == MASC_LIFE_GROWING, first = c->cap == 0;
	struct own_event ev = event_by(h, OWN_DENIED, MASC_REASON_DENIED);
	/* It names the claimer; who said it is the parent. */
	ev.loss.domain = h->sp->parent;
	ev.loss.node = (struct masc_id){ { 0 } };
	ev.lifetime = first ? allowed(c, h) : 0;
	if (ev.lifetime)
		ev.why = MASC_REASON_DENIED_SHORTER;
	own_happen(c, &ev, h->now);
	if (ev.lifetime && held)
		retry(number, own, &h->prefix, growing, h->now);
	return true;
}

static bool has_part(const struct own_claim *c, const struct heard *h)
{
	for (size_t i = 0; i < c->n_parts; i++)
		if (c->parts[i].timestamp == h->c->timestamp &&
		    masc_prefix_eq(&c->parts[i].prefix, &h->prefix))
			return true;
	return false;
}

static void tell_disputed(const struct own_claim *c, const struct heard *h)
{
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_DENIED);
	ev.number = c->number;
	ev.prefix = h->prefix;
	ev.domain = h->sp->parent;
	ev.why = MASC_REASON_DENIED;
	out_event(c->in->m, &ev, c->put);
}

void own_disputed(const struct heard *h)
{
	struct holdings *own = h->sp ? h->sp->m->own : NULL;
	if (!own)
		return;
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!own_in(c, h->sp) || !own_is_held(c) || c->disputed || !has_part(c, h))
			continue;
		c->disputed = true;
		tell_disputed(c, h);
	}
}

/* MASC-13.23: ours for each overlap, with the parent's times. Whatever is claimed
 * there is claimed elsewhere. */
static void withdrawn(const struct heard *h, bool by_parent)
{
	struct holdings *own = h->sp ? h->sp->m->own : NULL;
	if (!own)
		return;
	struct own_loss loss = own_loss_of(h->c);
	const struct own_event lost = event_by(h, OWN_BEATEN, MASC_REASON_PARENT_WITHDREW);
	loss.parent = by_parent;
	LIST_EACH(at, next, &own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (by_parent && claims_of(c, h))
			own_happen(c, &lost, h->now);
	}
	if (own_yield(own->m, h->sp, &h->prefix, &loss, h->now) != OK)
		own_yield_again(own, h->now);
}

void own_parent_withdrew(const struct heard *h)
{
	withdrawn(h, true);
}

/* MASC-13.26: the pending claim it names is cancelled; what a colleague withdraws
 * is not used here either. */
void own_withdrawn(const struct heard *h)
{
	struct own_claim *c = named(h);
	const struct own_event met = event_by(h, OWN_MET, MASC_REASON_RELEASED);
	if (c)
		own_happen(c, &met, h->now);
	else
		withdrawn(h, false);
}
