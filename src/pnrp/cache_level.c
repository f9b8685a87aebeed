/* Levels of the cache: which an entry belongs to, who makes room in a full one, and
 * where one has a gap. */
#include "pnrp/cache_int.h"

/* 2^256 / 10^77 is less than ten: no ring is narrower. */
#define DEEPEST 77

static struct pnrp_id tenth(struct pnrp_id v)
{
	uint64_t rest = 0;
	for (size_t i = 0; i < 4; i++) {
		/* Long division, half a word a step. */
		uint64_t high = rest << 32 | v.w[i] >> 32;
		uint64_t low = high % 10 << 32 | (v.w[i] & UINT32_MAX);
		v.w[i] = high / 10 << 32 | low / 10;
		rest = low % 10;
	}
	return v;
}

struct pnrp_id pnrp_level_reach(uint32_t level)
{
	struct pnrp_id reach = { { UINT64_C(1) << 63, 0, 0, 0 } };
	while (level--)
		reach = tenth(reach);
	return reach;
}

static uint16_t level_at(const struct pnrp_id *distance)
{
	struct pnrp_id reach = tenth(pnrp_level_reach(0));
	uint16_t level = 0;
	while (level < DEEPEST && pnrp_id_cmp(distance, &reach) <= 0) {
		level++;
		reach = tenth(reach);
	}
	return level;
}

struct pnrp_place pnrp_level_of(const struct pnrp *p, const struct pnrp_id *id)
{
	struct pnrp_place at = { 0, 0 };
	struct pnrp_id nearest = pnrp_level_reach(0);
	uint16_t nth = 0;
	LIST_EACH(i, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(i, struct pnrp_own, in);
		struct pnrp_id d = pnrp_id_distance(&o->id, id);
		if (!o->leaving && pnrp_id_cmp(&d, &nearest) < 0) {
			nearest = d;
			at.home = nth;
		}
		nth++;
	}
	at.level = level_at(&nearest);
	/* The widest ring is one, whoever is nearest. */
	if (at.level == 0 || list_empty(&p->own))
		at.home = 0;
	return at;
}

void pnrp_cache_centres(struct pnrp_cache *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct pnrp_place at = pnrp_level_of(c->p, &c->at[i]->id);
		c->at[i]->home = at.home;
		c->at[i]->level = at.level;
	}
}

static bool stands_in(const struct pnrp_entry *e, struct pnrp_place at)
{
	return e->level == at.level && (at.level == 0 || e->home == at.home);
}

static size_t population(const struct pnrp_cache *c, struct pnrp_place at)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		n += stands_in(c->at[i], at);
	return n;
}

/* How much of the ring one has for itself: from its neighbour below to the one above. */
static struct pnrp_id elbow_room(const struct pnrp_cache *c, const struct pnrp_id *id)
{
	const struct pnrp_entry *above = pnrp_cache_above(c, id), *below = pnrp_cache_below(c, id);
	if (!above || !below)
		return (struct pnrp_id){ { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	return pnrp_id_up(&below->id, &above->id);
}

/* The most crowded of a level that stands in no leaf set; c->n: none. */
static size_t crowded(const struct pnrp_cache *c, struct pnrp_place at, struct pnrp_id *room)
{
	size_t victim = c->n;
	for (size_t i = 0; i < c->n; i++) {
		if (!stands_in(c->at[i], at) || c->at[i]->leaf_of)
			continue;
		struct pnrp_id r = elbow_room(c, &c->at[i]->id);
		if (victim < c->n && pnrp_id_cmp(&r, room) >= 0)
			continue;
		victim = i;
		*room = r;
	}
	return victim;
}

/* The level of one at random of which one may go: likelier the more it holds. */
static struct pnrp_place some_level(const struct pnrp_cache *c)
{
	size_t first = (size_t)env_random_below(c->p->env, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct pnrp_entry *e = c->at[(first + i) % c->n];
		if (!e->leaf_of)
			return (struct pnrp_place){ e->home, e->level };
	}
	return (struct pnrp_place){ 0, 0 };
}

bool pnrp_level_victim(const struct pnrp_cache *c, const struct pnrp_id *id, bool wanted,
		       size_t *victim)
{
	const struct pnrp_limits *limits = &c->p->o.limits;
	struct pnrp_place at = pnrp_level_of(c->p, id);
	bool level_full = population(c, at) >= limits->level;
	*victim = c->n;
	if (!level_full && c->n < limits->cache)
		return true;
	struct pnrp_id theirs, ours = elbow_room(c, id);
	*victim = crowded(c, level_full ? at : some_level(c), &theirs);
	/* All stand in leaf sets. Those are few, but a cache may be small. */
	if (*victim == c->n)
		return wanted && c->n < limits->cache;
	/* Who would stand closer to others than anybody does stays out. */
	return wanted || !level_full || pnrp_id_cmp(&ours, &theirs) > 0;
}

uint32_t pnrp_cache_levels(const struct pnrp_cache *c)
{
	uint32_t deepest = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i]->level > deepest)
			deepest = c->at[i]->level;
	return deepest + 1;
}
