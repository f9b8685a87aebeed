/* MASC-18.1, 18.3: on which of our claims demands lie. First fit in the order of
 * claims; a place stays until its demand ends, unless the claim goes. */
#include "masc/plan_int.h"

uint64_t placed_on(const struct holdings *h, uint64_t claim)
{
	uint64_t sum = 0;
	LIST_EACH(at, next, &h->demands)
	{
		const struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		for (size_t i = 0; i < d->n_places; i++)
			if (d->places[i].claim == claim)
				sum += d->places[i].addresses;
	}
	return sum;
}

static bool keeps_places(const struct own_claim *c)
{
	const struct masc_prefix *p = c ? own_prefix(c) : NULL;
	return p && own_is_held(c) && !own_is_withdrawn(c, p);
}

static void store(struct plan_run *r, struct own_demand *d)
{
	if (demand_put(r->m, d) != OK)
		run_again(r, mono_add(r->now, MONO_SEC));
}

/* Sums up the places of each claim, in r->spare; places on claims that are gone
 * are none. */
static void sum_places(struct plan_run *r)
{
	memset(r->spare, 0, r->n_claims * sizeof(r->spare[0]));
	LIST_EACH(at, next, &r->m->own->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		bool changed = false;
		for (size_t i = d->n_places; i-- > 0;) {
			struct own_claim *const *c = run_find(r, d->places[i].claim);
			if (c && keeps_places(*c)) {
				r->spare[c - r->claims] += d->places[i].addresses;
				continue;
			}
			demand_unplace(d, i, c ? *c : NULL, d->places[i].addresses);
			changed = true;
		}
		if (changed)
			store(r, d);
	}
}

static size_t place_of(const struct own_demand *d, uint64_t claim)
{
	size_t i = 0;
	while (i < d->n_places && d->places[i].claim != claim)
		i++;
	return i;
}

/* A claim became smaller than what lies on it: who came last goes first. */
static void trim(struct plan_run *r, struct own_claim *c, uint64_t excess)
{
	struct list *head = &r->m->own->demands;
	for (struct list *at = head->prev; excess && at != head; at = at->prev) {
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		size_t i = place_of(d, c->number);
		if (i == d->n_places)
			continue;
		uint64_t n = d->places[i].addresses;
		n = n < excess ? n : excess;
		demand_unplace(d, i, c, n);
		excess -= n;
		store(r, d);
	}
}

static void move_all(struct plan_run *r, struct own_claim *from, struct own_claim *to)
{
	LIST_EACH(at, next, &r->m->own->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		size_t i = place_of(d, from->number);
		if (i == d->n_places)
			continue;
		uint64_t n = d->places[i].addresses;
		demand_unplace(d, i, from, n);
		if (!demand_place(d, to, n))
			r->m->own->replan = true;
		store(r, d);
	}
}

static struct own_claim *local_at(const struct holdings *h, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *q = c->local ? own_prefix(c) : NULL;
		if (q && masc_prefix_eq(p, q))
			return c;
	}
	return NULL;
}

/* What is in use begins at the start of the range, since places are amounts: the
 * smallest block there that holds them all. */
static void take_local(struct plan_run *r, struct own_claim *c, uint64_t placed)
{
	const struct masc_prefix *held = own_prefix(c);
	uint8_t length = masc_prefix_length_for((enum masc_family)held->family, placed);
	length = length < held->length ? held->length : length;
	struct masc_prefix p = masc_prefix_first(held, length);
	while (p.length > held->length && plan_capacity(r->m, &p) < placed)
		p = masc_prefix_wider(&p);
	if (own_take_local(r->m, &p, c, r->now) != OK) {
		run_again(r, mono_add(r->now, MONO_SEC));
		return;
	}
	struct own_claim *local = local_at(r->m->own, &p);
	if (local)
		move_all(r, c, local);
}

struct own_claim *claim_above(const struct plan_run *r, const struct own_claim *local)
{
	const struct masc_prefix *p = own_prefix(local);
	for (size_t i = 0; p && i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		const struct masc_prefix *q = c && !c->local ? own_prefix(c) : NULL;
		if (q && masc_prefix_covers(q, p))
			return c;
	}
	return NULL;
}

/* A leaf needs no local claims: what lies on them is on what they lie in. */
static void give_local_back(struct plan_run *r, struct own_claim **local)
{
	struct own_claim *c = *local, *to = claim_above(r, c);
	*local = NULL;
	if (to)
		move_all(r, c, to);
	enum err e = own_prefix(c) ? own_release(c, MASC_REASON_UNUSED, r->now)
				   : own_drop(c, MASC_REASON_UNUSED, r->now);
	if (e != OK)
		run_again(r, mono_add(r->now, MONO_SEC));
}

/* MASC-18.3. */
enum err place_switch(struct plan_run *r)
{
	bool leaf[] = { [MASC_IPV4] = plan_is_leaf(r->m, MASC_IPV4),
			[MASC_IPV6] = plan_is_leaf(r->m, MASC_IPV6) };
	sum_places(r);
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		if (!c || !c->space)
			continue;
		uint64_t most = claim_capacity(c);
		if (r->spare[i] > most)
			trim(r, c, r->spare[i] - most);
		if (c->local && leaf[c->space->family])
			give_local_back(r, &r->claims[i]);
		else if (!c->local && !leaf[c->space->family] && r->spare[i])
			take_local(r, c, r->spare[i] < most ? r->spare[i] : most);
	}
	return run_gather(r);
}

static bool is_in_draining(const struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	if (!p && c->wanted.family)
		p = &c->wanted;
	return p && space_drains(c->space, p);
}

/* Its parent is left, or not known any more, or lets the range run out; what is
 * local leaves with the range it lies in. */
bool place_leaves(const struct plan_run *r, const struct own_claim *c)
{
	if (c->local)
		c = claim_above(r, c);
	return c && (!c->space || c->space->leaving || is_in_draining(c));
}

bool place_must_move(const struct plan_run *r, const struct own_demand *d,
		     const struct own_claim *c)
{
	if (c->active && c->space)
		return false;
	bool outlasts = d->until == 0 || d->until > c->end;
	return outlasts && (place_leaves(r, c) || c->end <= r->horizon);
}

/* The claims of its level that demands may lie on, in r->level, and in r->spare
 * what of each is left. */
static void gather_usable(struct plan_run *r)
{
	bool leaf[] = { [MASC_IPV4] = plan_is_leaf(r->m, MASC_IPV4),
			[MASC_IPV6] = plan_is_leaf(r->m, MASC_IPV6) };
	r->n_level = 0;
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		uint64_t spare = plan_may_use(c) ? claim_spare(c) : 0;
		if (!spare || c->local == leaf[c->space->family])
			continue;
		r->spare[r->n_level] = spare;
		r->level[r->n_level++] = c;
	}
}

/* Gives `n` more places; what is left over. */
static uint64_t place(struct plan_run *r, struct own_demand *d, uint64_t n)
{
	size_t pool = pool_of_name(r->m, d->family, d->scope);
	for (size_t i = 0; n && i < r->n_level; i++) {
		struct own_claim *c = r->level[i];
		uint64_t part = n < r->spare[i] ? n : r->spare[i];
		if (!part || c->space->family != d->family)
			continue;
		if (*d->scope && pool_of_claim(c) != pool)
			continue;
		if (!demand_place(d, c, part))
			continue;
		r->spare[i] -= part;
		n -= part;
	}
	return n;
}

/* What of a demand has to go elsewhere goes as far as there is room. */
static uint64_t move(struct plan_run *r, struct own_demand *d)
{
	uint64_t left = 0;
	for (size_t i = d->n_places; i-- > 0;) {
		struct own_claim *c = run_claim(r, d->places[i].claim);
		if (!c || !place_must_move(r, d, c))
			continue;
		uint64_t n = d->places[i].addresses, rest = place(r, d, n);
		if (rest < n)
			demand_unplace(d, i, c, n - rest);
		left += rest;
	}
	return left;
}

static void place_demand(struct plan_run *r, struct own_demand *d)
{
	struct own_place before[DEMAND_PLACES];
	memcpy(before, d->places, sizeof(before));
	uint64_t lacks = d->addresses - demand_met(d);
	lacks = place(r, d, lacks) + move(r, d);
	if (memcmp(before, d->places, sizeof(before)) != 0)
		store(r, d);
	if (!lacks)
		return;
	size_t pool = pool_of_demand(r, d);
	if (pool != POOL_NONE)
		r->pools[pool].unmet = plan_plus(r->pools[pool].unmet, lacks);
}

void place_demands(struct plan_run *r)
{
	gather_usable(r);
	LIST_EACH(at, next, &r->m->own->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		if (demand_is_due(r, d))
			place_demand(r, d);
		else
			run_again_wall(r, d->from - (r->horizon - r->wall));
	}
}
