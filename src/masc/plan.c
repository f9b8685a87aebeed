/* MASC-18: which claims of ours there are to be. Made anew from what there is, at
 * the end of an input that changed something it looks at: it remembers nothing
 * but its timer, so a restart or an undone commit needs no care. */
#include "masc/plan_int.h"

#define PASSES	    4 /* of one input: what one asks for may change what the next sees */
#define ARENA_BLOCK 32768

/* Claims of one pool among our parents', or in our own space below. */
struct level {
	size_t pool;
	bool local;
	uint64_t need;
	uint64_t lacks; /* local: addresses that what we hold has no room for */
	uint64_t asked; /* by children and not claimed yet, whether there is room or not */
};

void own_replan(struct masc *m)
{
	if (m->own)
		m->own->replan = true;
}

void run_again(struct plan_run *r, struct mono at)
{
	r->next = mono_min(r->next, at);
}

void run_again_wall(struct plan_run *r, int64_t at)
{
	run_again(r, mono_add(r->now, at > r->wall ? at - r->wall : 0));
}

struct own_claim **run_find(const struct plan_run *r, uint64_t number)
{
	size_t low = 0, high = r->n_claims;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (r->numbers[mid] < number)
			low = mid + 1;
		else
			high = mid;
	}
	bool found = low < r->n_claims && r->numbers[low] == number && r->claims[low];
	return found ? &r->claims[low] : NULL;
}

struct own_claim *run_claim(const struct plan_run *r, uint64_t number)
{
	struct own_claim **c = run_find(r, number);
	return c ? *c : NULL;
}

enum err run_gather(struct plan_run *r)
{
	struct holdings *h = r->m->own;
	size_t n = h->n_claims + 1;
	r->claims = arena_alloc(&r->arena, n * sizeof(struct own_claim *));
	r->numbers = arena_alloc(&r->arena, n * sizeof(r->numbers[0]));
	r->spare = arena_alloc(&r->arena, n * sizeof(r->spare[0]));
	r->level = arena_alloc(&r->arena, n * sizeof(struct own_claim *));
	r->own = arena_alloc(&r->arena, n * sizeof(r->own[0]));
	r->room = arena_alloc(&r->arena, n * sizeof(r->room[0]));
	r->n_claims = 0;
	if (!r->claims || !r->numbers || !r->spare || !r->level || !r->own || !r->room)
		return ERR_NOMEM;
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		r->numbers[r->n_claims] = c->number;
		r->claims[r->n_claims++] = c;
	}
	return OK;
}

static void set_pools(struct plan_run *r)
{
	const struct masc_config *c = &r->m->config;
	r->pools[0] = (struct pool){ .family = MASC_IPV4, .scope = "" };
	r->pools[1] = (struct pool){ .family = MASC_IPV6, .scope = "" };
	r->n_pools = 2;
	for (size_t i = 0; i < c->n_scopes; i++)
		r->pools[r->n_pools++] = (struct pool){
			.family = (enum masc_family)c->scopes[i].range.family,
			.scope = c->scopes[i].name,
		};
}

enum err run_start(struct plan_run *r, struct masc *m, struct mono now)
{
	*r = (struct plan_run){ .m = m, .now = now, .next = MONO_NEVER };
	r->wall = masc_wall_now(m, now);
	r->horizon = r->wall + m->rules.waiting_period + m->rules.claim_delay;
	arena_init(&r->arena, m->env, ARENA_BLOCK);
	set_pools(r);
	r->ranges = arena_alloc(&r->arena, OWN_CLAIMS_MAX * sizeof(r->ranges[0]));
	return r->ranges ? run_gather(r) : ERR_NOMEM;
}

void run_end(struct plan_run *r)
{
	arena_free(&r->arena);
}

/* -- what has to go -- */

static void deprecate(struct plan_run *r, struct own_claim *c, enum masc_reason why)
{
	if (own_deprecate(c, why, r->now) != OK)
		run_again(r, mono_add(r->now, MONO_SEC));
}

static void drop(struct plan_run *r, struct own_claim **c, enum masc_reason why)
{
	struct own_claim *gone = *c;
	*c = NULL;
	if (own_drop(gone, why, r->now) != OK)
		run_again(r, mono_add(r->now, MONO_SEC));
}

/* Claimed and not held: nothing keeps it. Clashed ones and those that ended are
 * on their way out by themselves. */
static bool is_only_claimed(const struct own_claim *c)
{
	return !own_is_held(c) && !c->fixed && c->life != MASC_LIFE_CLASHED &&
	       c->life != MASC_LIFE_EXPIRED;
}

/* Why a claim is to go; NONE: it may stay. */
static enum masc_reason leaves_why(const struct plan_run *r, const struct own_claim *c)
{
	const struct own_claim *in = c->local ? claim_above(r, c) : NULL;
	if (c->space && c->space->leaving)
		return MASC_REASON_ASKED;
	if (in && !in->active)
		return MASC_REASON_REPLACED;
	return !c->fixed && place_leaves(r, c) ? MASC_REASON_RANGE_DRAINS : MASC_REASON_NONE;
}

/* MASC-18.6: nothing new from a parent that is left, and the end of what there
 * is. What lies in a range that drains drains with it, MASC-18.7. */
static void leave(struct plan_run *r)
{
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		enum masc_reason why = c && c->space ? leaves_why(r, c) : MASC_REASON_NONE;
		if (why == MASC_REASON_NONE)
			continue;
		if (own_is_held(c) && c->active)
			deprecate(r, c, why);
		else if (why != MASC_REASON_REPLACED && is_only_claimed(c))
			drop(r, &r->claims[i], why);
	}
}

/* One of ours, or of another node of our domain. */
static bool is_in_what_we_hold(const struct plan_run *r, const struct own_claim *local)
{
	const struct own_claim *in = claim_above(r, local);
	uint32_t end;
	bool deprecated;
	return (in && own_is_held(in)) || own_covers(r->m, own_prefix(local), &end, &deprecated);
}

/* MASC-17.3: what is local in a range that is withdrawn is not used either; it is
 * sought elsewhere. */
static void follow_withdrawn(struct plan_run *r)
{
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		if (!c->local || !own_is_held(c) || is_in_what_we_hold(r, c))
			continue;
		r->claims[i] = NULL;
		if (own_release(c, MASC_REASON_CLASH, r->now) != OK)
			run_again(r, mono_add(r->now, MONO_SEC));
	}
}

static bool is_empty(const struct masc *m, const struct own_claim *c)
{
	return c->local ? c->used == 0 : use_is_none(m, own_prefix(c));
}

/* A child whose claims nobody has told us yet may be using it. */
static bool all_users_known(struct masc *m, const struct own_claim *c)
{
	const struct space *below = space_below(m, c->space->family);
	return c->local || !below || below->complete;
}

/* MASC-14.7: one that drains and is empty is given back before its end. */
static void give_back(struct plan_run *r)
{
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		if (!c || c->life != MASC_LIFE_DEPRECATED || !c->space || !own_prefix(c) ||
		    !is_empty(r->m, c) || !all_users_known(r->m, c))
			continue;
		r->claims[i] = NULL;
		if (own_release(c, MASC_REASON_UNUSED, r->now) != OK)
			run_again(r, mono_add(r->now, MONO_SEC));
	}
}

/* -- one level -- */

static bool is_of(const struct level *l, const struct own_claim *c)
{
	return c && c->space && !c->fixed && c->local == l->local && pool_of_claim(c) == l->pool;
}

static bool can_double(struct plan_run *r, const struct level *l, const struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	struct policy_space s = { .table = c->space->table, .claimable = r->ranges };
	if (!c->active || c->life != MASC_LIFE_HELD || !mono_reached(c->not_again, r->now))
		return false;
	s.n_claimable =
		space_ranges_in(c->space, r->pools[l->pool].scope, r->ranges, OWN_CLAIMS_MAX);
	return policy_can_double(&s, p);
}

/* What drains and will be gone soon is in the need already, as far as demands
 * must move. Children's use of it is not. */
static bool counts(const struct plan_run *r, const struct level *l, const struct own_claim *c)
{
	if (c->active || !(l->local || plan_is_leaf(r->m, c->space->family)))
		return true;
	return !place_leaves(r, c) && c->end > r->horizon;
}

static void gather_level(struct plan_run *r, const struct level *l)
{
	r->n_level = 0;
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		if (!is_of(l, c) || !own_is_held(c) || !counts(r, l, c))
			continue;
		r->own[r->n_level] = (struct policy_prefix){
			.prefix = *own_prefix(c),
			.used = c->used,
			.active = plan_may_use(c),
			.can_double = can_double(r, l, c),
		};
		r->room[r->n_level] = false;
		r->level[r->n_level++] = c;
	}
}

/* MASC-15.2: when the one that is to hold all is there, the others drain. Of those
 * as large as another the newest is the one. */
static void replace(struct plan_run *r, const struct level *l)
{
	size_t largest = r->n_level, active = 0;
	uint64_t used = l->asked;
	for (size_t i = 0; i < r->n_level; i++) {
		if (!r->own[i].active)
			continue;
		active++;
		used = plan_plus(used, r->own[i].used);
		if (largest == r->n_level ||
		    r->own[i].prefix.length <= r->own[largest].prefix.length)
			largest = i;
	}
	if (active <= r->m->config.prefixes_most ||
	    masc_prefix_size(&r->own[largest].prefix) < used)
		return;
	for (size_t i = 0; i < r->n_level; i++) {
		if (i == largest || !r->own[i].active)
			continue;
		deprecate(r, r->level[i], MASC_REASON_REPLACED);
		r->own[i].active = false;
	}
}

static bool is_unheard(const struct own_claim *c)
{
	return c->life == MASC_LIFE_WANTED || c->life == MASC_LIFE_SCHEDULED;
}

/* The one claim of a level that is under way (MASC-18.2). */
static struct own_claim **under_way(struct plan_run *r, const struct level *l)
{
	for (size_t i = 0; i < r->n_claims; i++) {
		struct own_claim *c = r->claims[i];
		if (is_of(l, c) &&
		    (is_unheard(c) || c->life == MASC_LIFE_WAITING || c->life == MASC_LIFE_GROWING))
			return &r->claims[i];
	}
	return NULL;
}

static struct policy_step ask_policy(struct plan_run *r, const struct level *l)
{
	const struct masc_config *c = &r->m->config;
	struct policy p = {
		.use_percent = c->use_percent,
		.active_most = c->prefixes_most,
		.size_least = c->claim_least,
		.size_first = c->claim_first,
		.family = r->pools[l->pool].family,
	};
	return policy_need(&p, r->own, r->n_level, r->room, l->need);
}

/* MASC-18.5: the largest of what is wanted in a space is asked for. A scope's
 * range does not grow by asking. */
static void ask_parent(struct space *sp, uint8_t length)
{
	if (sp && !sp->scope && (!sp->hint_wanted || length < sp->hint_wanted))
		sp->hint_wanted = length;
}

static struct space *where(struct plan_run *r, struct level *l, uint8_t length)
{
	struct pool *p = &r->pools[l->pool];
	if (!l->local) {
		struct space *asked, *sp = plan_choose(r, l->pool, length, &asked, &p->why);
		ask_parent(asked, length);
		return sp;
	}
	struct space *sp = space_below(r->m, p->family);
	if (sp && space_has_room(r, sp, p->scope, length))
		return sp;
	struct masc_prefix block = { .family = (uint8_t)p->family, .length = length };
	l->lacks = masc_prefix_size(&block);
	return NULL;
}

/* The life of a claim may know better: a range that is free ends too soon, say. */
static void explain(struct plan_run *r, const struct level *l, const struct own_claim *c)
{
	if (c->why != MASC_REASON_NO_ROOM && c->why != MASC_REASON_NO_RANGE)
		return;
	r->pools[l->pool].why = c->why;
	if (!l->local)
		ask_parent(c->space, c->length);
}

static void want(struct plan_run *r, struct level *l, uint8_t length, struct own_claim **pending)
{
	struct space *sp = where(r, l, length);
	/* One that waits for its turn may be too small by now, or in the wrong place. */
	if (pending && (*pending)->space == sp && (*pending)->length <= length) {
		explain(r, l, *pending);
		return;
	}
	if (pending)
		drop(r, pending, MASC_REASON_UNUSED);
	if (!sp)
		return;
	struct own_wish w = {
		.space = sp,
		.scope = r->pools[l->pool].scope,
		.length = length,
		.local = l->local,
		.why = MASC_REASON_DEMAND,
	};
	enum err e = own_want(r->m, &w, NULL, r->now);
	if (e != OK) {
		r->pools[l->pool].why = e == ERR_FULL ? MASC_REASON_TOO_MANY : MASC_REASON_STORE;
		run_again(r, mono_add(r->now, MONO_SEC));
	}
}

/* False: it cannot grow after all, whatever the table says. */
static bool grow(struct plan_run *r, const struct level *l, struct own_claim *c)
{
	enum err e = own_grow(c, r->now);
	if (e == ERR_NOT_FOUND || e == ERR_FULL)
		return false;
	if (e == ERR_STATE) {
		/* It waits for a session or a clock, as a claim would. */
		r->pools[l->pool].why = space_synced(c->space, r->now) ? MASC_REASON_NO_CLOCK
								       : MASC_REASON_NO_SESSION;
	} else if (e != OK) {
		r->pools[l->pool].why = MASC_REASON_STORE;
		run_again(r, mono_add(r->now, MONO_SEC));
	}
	return true;
}

static void take_step(struct plan_run *r, struct level *l, struct own_claim **pending)
{
	struct policy_step step = ask_policy(r, l);
	while (step.kind == POLICY_DOUBLE && !grow(r, l, r->level[step.index])) {
		r->own[step.index].can_double = false;
		step = ask_policy(r, l);
	}
	switch (step.kind) {
	case POLICY_USE:
		break;
	case POLICY_DOUBLE:
		if (pending)
			drop(r, pending, MASC_REASON_UNUSED);
		break;
	case POLICY_CLAIM:
	case POLICY_REPLACE:
		want(r, l, step.length, pending);
		break;
	case POLICY_NONE:
		r->pools[l->pool].why = MASC_REASON_TOO_LARGE;
		break;
	}
}

/* MASC-18.2. */
static void run_level(struct plan_run *r, struct level *l)
{
	gather_level(r, l);
	replace(r, l);
	struct own_claim **pending = under_way(r, l);
	if (pending && !is_unheard(*pending))
		return;
	if (!l->need) {
		if (pending)
			drop(r, pending, MASC_REASON_UNUSED);
		return;
	}
	if (!pending || (*pending)->life == MASC_LIFE_WANTED)
		take_step(r, l, pending);
}

/* -- what a non-leaf domain needs, MASC-18.4 -- */

static bool is_room_of(const struct own_claim *c, size_t pool)
{
	return c && !c->local && plan_may_use(c) && pool_of_claim(c) == pool;
}

static void find_spare(struct plan_run *r)
{
	for (size_t i = 0; i < r->n_claims; i++)
		r->spare[i] = r->claims[i] ? claim_spare(r->claims[i]) : 0;
}

/* Whether a block of that size fits into what we hold beside those before it. */
static bool fits(struct plan_run *r, size_t pool, uint64_t size)
{
	const struct space *sp = space_below(r->m, r->pools[pool].family);
	uint8_t length = masc_prefix_length_for(sp->family, size);
	for (size_t i = 0; i < r->n_claims; i++) {
		uint8_t largest;
		uint64_t count;
		if (!is_room_of(r->claims[i], pool) || r->spare[i] < size ||
		    !table_largest_free(sp->table, own_prefix(r->claims[i]), &largest, &count) ||
		    largest > length)
			continue;
		r->spare[i] -= size;
		return true;
	}
	return false;
}

static uint64_t asked_by_children(struct plan_run *r, size_t pool)
{
	uint64_t need = 0;
	LIST_EACH(at, next, &r->m->own->hints)
	{
		const struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		uint64_t lacks = t->family == r->pools[pool].family ? hint_wants(r, t) : 0;
		if (lacks && !fits(r, pool, lacks))
			need = plan_plus(need, lacks);
	}
	return need;
}

static uint64_t asked_in_all(const struct plan_run *r, enum masc_family f)
{
	uint64_t sum = 0;
	LIST_EACH(at, next, &r->m->own->hints)
	{
		const struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->family == f)
			sum = plan_plus(sum, hint_lacks(t));
	}
	return sum;
}

static uint64_t wanted_ahead(struct plan_run *r, size_t pool)
{
	uint64_t spare = 0, grown = use_grown(r->m, r->pools[pool].family, r->now);
	for (size_t i = 0; i < r->n_claims; i++)
		if (is_room_of(r->claims[i], pool))
			spare = plan_plus(spare, r->spare[i]);
	return grown > spare ? grown - spare : 0;
}

static void run_pool(struct plan_run *r, size_t pool)
{
	struct pool *p = &r->pools[pool];
	struct level managed = { .pool = pool, .need = p->unmet };
	if (!plan_is_leaf(r->m, p->family)) {
		struct level local = { .pool = pool, .local = true, .need = p->unmet };
		run_level(r, &local);
		managed.need = local.lacks;
		if (pool == r->usual[p->family == MASC_IPV6]) {
			p->hinted = asked_by_children(r, pool);
			managed.asked = asked_in_all(r, p->family);
			managed.need = plan_plus(managed.need, p->hinted);
			managed.need = plan_plus(managed.need, wanted_ahead(r, pool));
		}
	}
	run_level(r, &managed);
}

static void run_pools(struct plan_run *r)
{
	find_spare(r);
	for (size_t i = 0; i < r->n_pools; i++)
		run_pool(r, i);
}

static void reset_hints(struct plan_run *r)
{
	LIST_EACH(at, next, &r->m->spaces)
	LIST_ENTRY(at, struct space, at)->hint_wanted = 0;
}

static enum err run(struct plan_run *r)
{
	if (!r->m->own->counted)
		use_count(r->m, r->now);
	demands_expire(r);
	hints_expire(r);
	follow_withdrawn(r);
	leave(r);
	enum err e = place_switch(r);
	if (e != OK)
		return e;
	r->usual[0] = pool_usual(r, MASC_IPV4);
	r->usual[1] = pool_usual(r, MASC_IPV6);
	place_demands(r);
	give_back(r);
	reset_hints(r);
	run_pools(r);
	hints_send(r);
	tell_demands(r);
	tell_paused(r);
	return OK;
}

void plan_run(struct masc *m, struct mono now)
{
	struct plan_run r;
	enum err e = run_start(&r, m, now);
	if (e == OK)
		e = run(&r);
	if (e != OK)
		run_again(&r, mono_add(now, MONO_SEC));
	run_end(&r);
	timer_arm(&m->timers, &m->own->plan, r.next);
}

/* MASC-20.4, 20.5: rounds and counts that take more than one input. */
static void go_on(struct holdings *h, struct mono now)
{
	if (h->counting)
		use_count_on(h->m);
	if (h->returning && !h->replan)
		own_go_on(h->m, now);
}

void own_settle(struct masc *m, struct mono now)
{
	struct holdings *h = m->own;
	if (!h || m->health != OK)
		return;
	go_on(h, now);
	for (unsigned i = 0; i < PASSES && h->replan; i++) {
		h->replan = false;
		own_go_on(m, now);
		/* With half of what is in use it would claim, or give back, at random. */
		if (h->counting) {
			h->replan = true;
			return;
		}
		plan_run(m, now);
		own_go_on(m, now);
	}
	if (!h->replan)
		return;
	struct mono soon = mono_add(now, MONO_SEC);
	h->replan = false;
	timer_arm(&m->timers, &h->plan, timer_armed(&h->plan) ? mono_min(h->plan.at, soon) : soon);
}

void plan_claim_changed(struct own_claim *c, struct mono now)
{
	use_recount(c);
	own_replan(c->in->m);
}
