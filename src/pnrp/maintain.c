/* The tick of 15 seconds: whoever is cached must still be there, gaps are filled, leaf
 * sets mended, names announced that are not, splits looked for. Digest 10.9, 14.2,
 * correction 1. PNRP-8.12 */
#include "pnrp/pnrp_int.h"

#define PROBES	    10
#define MENDED	    4 /* leaf sets a tick */
#define SMALL_CLOUD 2 /* entries, with which the tick is faster */
#define SEED_SHARE  4 /* every so manieth mending is a whole exchange */

/* PNRP-8.13 */
static void probe(struct pnrp *p, struct mono now)
{
	struct mono before = { now.us - p->o.times.probe_after };
	for (int i = 0; i < PROBES; i++) {
		struct pnrp_entry *e = pnrp_cache_stale(p->cache, before);
		if (!e)
			return;
		pnrp_add_probe(p, e, now);
	}
}

/* A walk of upkeep that finds no room waits for the next tick. */
static void walk(struct pnrp *p, const struct pnrp_walk_options *o, struct mono now)
{
	enum err e = pnrp_walk_start(p, o, now);
	(void)e;
}

/* PNRP-8.14 */
static void fill_gap(struct pnrp *p, struct mono now)
{
	struct pnrp_walk_options o = { .criteria = PNRP_MATCH_UPPER_BITS,
				       .reason = PNRP_REASON_MAINTENANCE };
	if (pnrp_cache_gap(p->cache, &o.target, &o.precision))
		walk(p, &o, now);
}

/* ---- leaf sets */

static void flag_side(struct pnrp_path *path, struct pnrp_entry *const *side, uint8_t n)
{
	for (uint8_t i = 0; i < n && path->n < PNRP_PATH_MAX; i++) {
		struct pnrp_endpoint *e = &path->at[path->n++];
		e->port = side[i]->port;
		memcpy(e->ip, side[i]->ip[0], sizeof(e->ip));
	}
}

/* The farthest member of one side, or of the other. */
static struct pnrp_entry *outermost(const struct pnrp_leafset *l, bool above)
{
	if (above ? l->n_above > 0 : !l->n_below && l->n_above)
		return l->above[l->n_above - 1];
	return l->n_below ? l->below[l->n_below - 1] : NULL;
}

static struct pnrp_endpoint first_endpoint(const struct pnrp_entry *e)
{
	struct pnrp_endpoint at = { .port = e->port };
	memcpy(at.ip, e->ip[0], sizeof(at.ip));
	return at;
}

/* PNRP-8.15: the outermost member is asked for whoever is nearer to us than itself and
 * not among those we have, and hears of us with the question. */
static void compare(struct pnrp *p, const struct pnrp_own *o, const struct pnrp_entry *with,
		    struct mono now)
{
	struct pnrp_route self, next;
	struct pnrp_path known = { 0 };
	if (!pnrp_own_route(p, &o->id, &self))
		return;
	pnrp_entry_route(with, &next);
	flag_side(&known, o->leaves.above, o->leaves.n_above);
	flag_side(&known, o->leaves.below, o->leaves.n_below);
	const struct pnrp_walk_options w = {
		.target = pnrp_id_next(&o->id),
		.criteria = PNRP_MATCH_NONE,
		.reason = PNRP_REASON_MAINTENANCE,
		.best = &self,
		.next = &next,
		.flagged = &known,
		.handle = o->handle,
	};
	walk(p, &w, now);
}

static void mend(struct pnrp *p, struct pnrp_own *o, struct mono now)
{
	struct pnrp_entry *with = outermost(&o->leaves, o->mended % 2);
	o->mended++;
	if (!with)
		return;
	if (o->mended % SEED_SHARE) {
		compare(p, o, with, now);
		return;
	}
	struct pnrp_endpoint at = first_endpoint(with);
	enum err e = pnrp_synchronise(p, &at, 0, now);
	(void)e; /* the next tick tries again */
}

/* Of many names a few a tick, by chance. */
static void mend_some(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && env_random_below(p->env, p->n_own) < MENDED)
			mend(p, o, now);
	}
}

/* A51: about one test a tick in the whole cloud, and one by each now and then. */
static void look_for_split(struct pnrp *p, struct mono now)
{
	if (!p->n_seeds || list_empty(&p->own))
		return;
	bool due = mono_reached(p->split_next, now);
	if (!due && env_random_below(p->env, pnrp_size_nodes(p)))
		return;
	enum err e = pnrp_split_test(p, now);
	(void)e; /* the next tick tries again */
}

void pnrp_maintain(struct pnrp *p, struct mono now)
{
	uint32_t known = pnrp_cache_count(p->cache);
	int64_t period = p->o.times.maintenance;
	p->maintenance = mono_add(now, known > SMALL_CLOUD ? period : period * 2 / 3);
	if (!p->n_local)
		return;
	if (!known) {
		pnrp_out_add(p, PNRP_OUT_ALONE, 0);
		return;
	}
	probe(p, now);
	fill_gap(p, now);
	pnrp_register_again(p, now);
	mend_some(p, now);
	look_for_split(p, now);
}

enum err pnrp_repair(struct pnrp *p, struct mono now)
{
	bool any = pnrp_split_test(p, now) == OK;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		struct pnrp_entry *above = outermost(&o->leaves, true);
		struct pnrp_entry *below = outermost(&o->leaves, false);
		if (o->leaving || !above)
			continue;
		any = true;
		compare(p, o, above, now);
		if (below != above)
			compare(p, o, below, now);
	}
	return any ? OK : ERR_STATE;
}
