/* LOOKUPs of others: whom of those we know they should ask next. Digest 11.3.
 * PNRP-7.24 */
#include "pnrp/pnrp_int.h"

#define CANDIDATES 3

/* A node that looks something up tells of the best it has met. */
static void learn(struct pnrp *p, const struct pnrp_lookup *l, const struct pnrp_endpoint *from,
		  struct mono now)
{
	const struct pnrp_origin origin = { .from = *from, .over_loopback = p->o.loopback };
	if (l->has_best)
		pnrp_add(p, &l->best, &origin, now);
}

static bool path_has_us(const struct pnrp *p, const struct pnrp_path *path)
{
	for (uint8_t i = 0; i < path->n; i++) {
		if (pnrp_is_own_endpoint(p, &path->at[i]))
			return true;
	}
	return false;
}

/* PNRP-7.25, step 4: `asked` is the ID of ours that was meant; NULL: none, or none of ours. */
static const struct pnrp_own *local_match(const struct pnrp *p, const struct pnrp_lookup *l,
					  const struct pnrp_own *asked)
{
	if (path_has_us(p, &l->path))
		return NULL;
	const struct pnrp_own *o = pnrp_own_closest(p, &l->target);
	bool closer = o && (!asked || pnrp_id_closer(&o->id, &asked->id, &l->target));
	return closer ? o : NULL;
}

/* Whether step 5 lets an entry be named. */
static bool may_name(const struct pnrp_lookup *l, const struct pnrp_id *id)
{
	if (l->flags & PNRP_LOOKUP_ANY || pnrp_id_is_zero(&l->validate))
		return true;
	return pnrp_id_closer(id, &l->validate, &l->target);
}

/* A44, PNRP-7.26: the nearest of the name itself, else of the nearest three one by chance, so that
 * a walk repeated goes another way. Nearest first: 4, 2, 1. */
static struct pnrp_entry *remote_match(struct pnrp *p, const struct pnrp_lookup *l)
{
	struct pnrp_entry *near[CANDIDATES];
	size_t n = pnrp_cache_nearest(p->cache, &l->target, &l->path, near, CANDIDATES);
	while (n && !may_name(l, &near[n - 1]->id))
		n--;
	if (!n)
		return NULL;
	if (pnrp_id_common(&near[0]->id, &l->target) >= 128)
		return near[0];
	uint64_t all = (UINT64_C(1) << n) - 1, draw = env_random_below(p->env, all);
	size_t chosen = 0;
	for (uint64_t weight = UINT64_C(1) << (n - 1); draw >= weight; weight /= 2) {
		draw -= weight;
		chosen++;
	}
	return near[chosen];
}

/* PNRP-7.27, step 6, correction 10: an ID of ours lies within its own leaf set. */
static bool is_in_leaf_set(const struct pnrp *p, const struct pnrp_id *target)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && (pnrp_id_eq(&o->id, target) || pnrp_leaf_wants(o, target)))
			return true;
	}
	return false;
}

/* Step 7 */
static void name_one(struct pnrp *p, const struct pnrp_lookup *l, const struct pnrp_own *own,
		     struct pnrp_entry *e, struct pnrp_buffer *b, struct mono now)
{
	if (own && (!e || pnrp_id_closer(&own->id, &e->id, &l->target))) {
		b->has_route = pnrp_own_route(p, &own->id, &b->route);
	} else if (e) {
		pnrp_entry_route(e, &b->route);
		b->has_route = true;
		e->used = now;
	}
}

void pnrp_serve_lookup(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now)
{
	const struct pnrp_lookup *l = &m->lookup;
	const struct pnrp_own *asked = pnrp_own_find(p, &l->validate);
	struct pnrp_buffer b = { .flags = 0 };
	learn(p, l, from, now);
	if (!asked && !pnrp_id_is_zero(&l->validate))
		b.flags |= PNRP_AUTHORITY_NOT;
	struct pnrp_entry *e = remote_match(p, l);
	if (!e && is_in_leaf_set(p, &l->target))
		b.flags |= PNRP_AUTHORITY_LEAF;
	name_one(p, l, local_match(p, l, asked), e, &b, now);
	pnrp_answer(p, m->id, &b, from, to);
}
