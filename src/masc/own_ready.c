/* Whether a claim can be made now (MASC-14.3, 16.2, 16.4), and of which range:
 * what the space has, put before the algorithm (section 15). */
#include "masc/own_life.h"

#define RANGES 64

/* The ranges of a claim's space as the algorithm wants them. */
struct offer {
	struct masc_prefix ranges[RANGES], barred[RANGES];
	struct policy_space space;
};

/* The end of a range, wall us; INT64_MAX never, 0 it is none of the space. */
static int64_t end_of(const struct space *sp, const struct masc_prefix *p)
{
	uint32_t end;
	if (!space_covers(sp, p, &end))
		return 0;
	return end == UINT32_MAX ? INT64_MAX : (int64_t)end * MONO_SEC;
}

int64_t own_end_for(const struct own_claim *c, const struct masc_prefix *p, struct mono now)
{
	const struct masc_rules *rules = &c->in->m->rules;
	int64_t wall = masc_wall_now(c->in->m, now);
	int64_t most = end_of(c->space, p);
	int64_t life = c->lifetime ? c->lifetime : rules->claim_lifetime, end;
	if (c->cap && c->cap < life)
		life = c->cap;
	if (__builtin_add_overflow(wall, life, &end) || end > most)
		end = most;
	if (end > own_asked_end(c))
		end = own_asked_end(c);
	/* What others are told must fit 32 bits of seconds. */
	if (end > (int64_t)UINT32_MAX * MONO_SEC)
		end = (int64_t)UINT32_MAX * MONO_SEC;
	end -= end % MONO_SEC;
	return end - wall > rules->waiting_period ? end : 0;
}

/* One of ours there that may grow: the next is to lie beside it. */
static const struct masc_prefix *neighbour(const struct own_claim *c)
{
	const struct masc_prefix *near = NULL;
	LIST_EACH(at, next, &c->in->claims)
	{
		const struct own_claim *o = LIST_ENTRY(at, struct own_claim, at);
		if (own_in(o, c->space) && o->active && own_is_held(o))
			near = own_prefix(o);
	}
	return near;
}

/* MASC-15.4: the end of each scope that a range lies in. */
static void bar(struct offer *o, const struct masc_config *config)
{
	bool split;
	for (size_t i = 0; i < o->space.n_claimable; i++) {
		const struct masc_scope_config *s =
			masc_config_scope_of(config, &o->ranges[i], &split);
		if (s && policy_relative(&s->range, &o->barred[o->space.n_barred]))
			o->space.n_barred++;
	}
}

static void offer(struct offer *o, const struct own_claim *c, struct mono now)
{
	size_t n = space_ranges_in(c->space, c->scope, o->ranges, RANGES), kept = 0;
	for (size_t i = 0; i < n; i++)
		if (own_end_for(c, &o->ranges[i], now))
			o->ranges[kept++] = o->ranges[i];
	o->space = (struct policy_space){ .table = c->space->table,
					  .claimable = o->ranges,
					  .n_claimable = kept,
					  .barred = o->barred,
					  .near = neighbour(c) };
	bar(o, &c->in->m->config);
}

/* A claim without a length is for the range that was named. */
static bool by_size(const struct own_claim *c)
{
	return c->length > 0;
}

static bool has_room(const struct offer *o, const struct own_claim *c)
{
	uint8_t length;
	uint64_t count;
	if (!by_size(c))
		return policy_may_claim(&o->space, &c->wanted);
	for (size_t i = 0; i < o->space.n_claimable; i++)
		if (table_largest_free(o->space.table, &o->ranges[i], &length, &count) &&
		    length <= c->length)
			return true;
	return false;
}

static bool has_range(const struct offer *o, const struct own_claim *c)
{
	if (by_size(c))
		return o->space.n_claimable > 0;
	for (size_t i = 0; i < o->space.n_claimable; i++)
		if (masc_prefix_covers(&o->ranges[i], &c->wanted))
			return true;
	return false;
}

enum masc_reason own_hindrance(const struct own_claim *c, struct mono now)
{
	struct masc *m = c->in->m;
	struct offer o;
	if (!c->space || c->space->leaving)
		return MASC_REASON_NO_RANGE;
	if (!c->space->synced)
		return MASC_REASON_NO_SESSION;
	enum masc_reason why = guard_clock(m, now);
	if (why != MASC_REASON_NONE)
		return why;
	if (!guard_damped(m, &m->config.domain, now))
		return MASC_REASON_TOO_OFTEN;
	offer(&o, c, now);
	if (!has_range(&o, c))
		return MASC_REASON_NO_RANGE;
	if (has_room(&o, c))
		return MASC_REASON_NONE;
	/* A range that was named waits for whoever has it. */
	bool taken = !by_size(c) && !table_is_free(c->space->table, &c->wanted);
	return taken ? MASC_REASON_TAKEN : MASC_REASON_NO_ROOM;
}

/* What another claim of ours holds, claims, or may hold again after a clash. The
 * table shows it too, but not while memory lacks to put it there. */
static bool is_ours(const struct own_claim *c, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &c->in->claims)
	{
		const struct own_claim *o = LIST_ENTRY(at, struct own_claim, at);
		if (o == c || !own_in(o, c->space))
			continue;
		if (own_prefix(o) && masc_prefix_overlaps(own_prefix(o), p))
			return true;
		if (own_is_pending(o) && masc_prefix_overlaps(&o->wanted, p))
			return true;
	}
	return false;
}

enum err own_choose(const struct own_claim *c, struct masc_prefix *out, struct mono now)
{
	struct offer o;
	struct masc_prefix p = c->wanted;
	enum err e = OK;
	offer(&o, c, now);
	if (by_size(c))
		e = policy_choose(&o.space, c->length, c->in->m->env, &p);
	else if (!policy_may_claim(&o.space, &p))
		e = ERR_NOT_FOUND;
	if (e == OK && is_ours(c, &p))
		e = ERR_NOT_FOUND;
	if (e == OK)
		*out = p;
	return e;
}

bool own_can_double(const struct own_claim *c, struct mono now)
{
	struct offer o;
	offer(&o, c, now);
	return policy_can_double(&o.space, own_prefix(c));
}
