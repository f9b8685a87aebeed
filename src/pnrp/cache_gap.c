/* Where the cache knows too little: gaps that upkeep has looked into (digest 12). */
#include "pnrp/cache_int.h"

static const struct pnrp_id zero;

static struct pnrp_id sum(const struct pnrp_id *a, const struct pnrp_id *b)
{
	struct pnrp_id minus_b = pnrp_id_up(b, &zero);
	return pnrp_id_up(&minus_b, a);
}

static struct pnrp_id half(struct pnrp_id v)
{
	for (size_t i = 4; i-- > 0;)
		v.w[i] = v.w[i] >> 1 | (i ? v.w[i - 1] << 63 : 0);
	return v;
}

struct gap {
	struct pnrp_id from, width;
};

static void widen(struct gap *g, const struct pnrp_id *from, const struct pnrp_id *to)
{
	struct pnrp_id width = pnrp_id_up(from, to);
	if (pnrp_id_cmp(&width, &g->width) > 0)
		*g = (struct gap){ *from, width };
}

/* The widest stretch without an entry between `from` and `to`, going up. */
static struct gap widest(const struct pnrp_cache *c, const struct pnrp_id *from,
			 const struct pnrp_id *to)
{
	struct gap g = { *from, { { 0 } } };
	struct pnrp_id last = *from, reach = pnrp_id_up(from, to);
	size_t place = pnrp_cache_place(c, from);
	for (size_t i = 0; i < c->n; i++) {
		const struct pnrp_entry *e = c->at[(place + i) % c->n];
		struct pnrp_id at = pnrp_id_up(from, &e->id);
		if (pnrp_id_cmp(&at, &reach) > 0)
			break;
		widen(&g, &last, &e->id);
		last = e->id;
	}
	widen(&g, &last, to);
	return g;
}

static const struct pnrp_own *some_own(const struct pnrp *p)
{
	uint64_t nth = env_random_below(p->env, p->n_own);
	const struct pnrp_own *o = NULL;
	LIST_EACH(at, next, &p->own)
	{
		o = LIST_ENTRY(at, struct pnrp_own, in);
		if (nth-- == 0)
			break;
	}
	return o;
}

/* A gap is too wide when three entries of an evenly filled level would lie in it. */
static bool too_wide(const struct gap *g, uint32_t level, uint32_t entries)
{
	struct pnrp_id allowed = pnrp_level_reach(level); /* half the ring */
	uint32_t share = 2 * 3;
	for (; share < entries; share *= 2)
		allowed = half(allowed);
	return pnrp_id_cmp(&g->width, &allowed) > 0;
}

bool pnrp_cache_gap(const struct pnrp_cache *c, struct pnrp_id *target, uint32_t *precision)
{
	const struct pnrp_own *o = some_own(c->p);
	uint32_t levels = o ? pnrp_cache_levels(c) : 1;
	uint32_t level = (uint32_t)env_random_below(c->p->env, levels);
	if (c->n == 0)
		return false;
	struct pnrp_id from = c->at[0]->id, to = pnrp_id_previous(&from);
	if (level > 0) {
		struct pnrp_id reach = pnrp_level_reach(level);
		from = pnrp_id_up(&reach, &o->id);
		to = sum(&o->id, &reach);
	}
	struct gap g = widest(c, &from, &to);
	if (!too_wide(&g, level, c->p->o.limits.level))
		return false;
	struct pnrp_id middle = half(g.width);
	*target = sum(&g.from, &middle);
	*precision = pnrp_id_common(&g.width, &zero);
	return true;
}
