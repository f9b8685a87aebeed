/* A look inside a cloud; nothing here changes it. */
#include "pnrp/pnrp_int.h"

#define MAP_SLOT 24 /* octets of base/map, about */

static uint64_t memory(const struct pnrp *p)
{
	uint64_t own = (uint64_t)p->n_own * sizeof(struct pnrp_own);
	uint64_t asked = (uint64_t)p->n_pending * (sizeof(struct pnrp_pending) + 128);
	asked += p->by_message.capacity * MAP_SLOT;
	return sizeof(*p) + own + asked + pnrp_cache_memory(p->cache) + pnrp_guard_memory(p);
}

void pnrp_info(const struct pnrp *p, struct pnrp_info *out)
{
	*out = (struct pnrp_info){
		.state = p->state,
		.local_n = p->n_local,
		.entries = pnrp_cache_count(p->cache),
		.levels = pnrp_cache_levels(p->cache),
		.adds = p->n_adds,
		.conversations = p->n_talks,
		.resolves = p->n_walks,
		.size = pnrp_size_nodes(p),
		.memory = memory(p),
		.counters = p->counters,
		.last_heard = p->last_heard,
		.last_expired = p->last_expired,
	};
	memcpy(out->local, p->local, sizeof(out->local));
	struct pnrp_own_info o;
	for (size_t at = 0; pnrp_own(p, &at, &o);)
		out->names++;
}

/* Entries of one node lie anywhere in the ring. */
static bool is_first_of_node(const struct pnrp *p, size_t at)
{
	const struct pnrp_entry *e = pnrp_cache_at(p->cache, at);
	for (size_t i = 0; i < at; i++) {
		const struct pnrp_entry *other = pnrp_cache_at(p->cache, i);
		if (e->port == other->port && memcmp(e->ip[0], other->ip[0], 16) == 0)
			return false;
	}
	return true;
}

uint32_t pnrp_nodes(const struct pnrp *p)
{
	uint32_t n = 0;
	for (size_t i = 0; i < pnrp_cache_count(p->cache); i++)
		n += is_first_of_node(p, i);
	return n;
}

bool pnrp_entry(const struct pnrp *p, size_t *at, struct pnrp_entry_info *out)
{
	const struct pnrp_entry *e = pnrp_cache_at(p->cache, *at);
	if (!e)
		return false;
	++*at;
	pnrp_entry_route(e, &out->route);
	out->level = e->level;
	out->leaf = e->leaf_of > 0;
	out->answered = e->answered;
	return true;
}

/* The nth that is not leaving; NULL past the end. */
static const struct pnrp_own *nth_own(const struct pnrp *p, size_t nth)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && nth-- == 0)
			return o;
	}
	return NULL;
}

bool pnrp_own(const struct pnrp *p, size_t *at, struct pnrp_own_info *out)
{
	const struct pnrp_own *o = nth_own(p, *at);
	if (!o)
		return false;
	++*at;
	*out = (struct pnrp_own_info){
		.handle = o->handle,
		.id = o->id,
		.name = o->name,
		.below = o->leaves.n_below,
		.above = o->leaves.n_above,
		.announced = o->announced,
	};
	return true;
}

bool pnrp_leaf(const struct pnrp *p, uint32_t handle, bool above, uint32_t nth, struct pnrp_id *out)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		const struct pnrp_leafset *l = &o->leaves;
		if (o->handle != handle || nth >= (above ? l->n_above : l->n_below))
			continue;
		*out = above ? l->above[nth]->id : l->below[nth]->id;
		return true;
	}
	return false;
}

static bool listed(const struct pnrp_endpoint *out, size_t n, const struct pnrp_endpoint *e)
{
	for (size_t i = 0; i < n; i++)
		if (pnrp_endpoint_eq(&out[i], e))
			return true;
	return false;
}

/* The entry that answered last of those that are not on the list; a few of a few
 * hundred, once in a while. */
static bool newest(const struct pnrp *p, const struct pnrp_endpoint *out, size_t n,
		   struct pnrp_endpoint *best)
{
	struct mono last = { -1 };
	for (size_t i = 0; i < pnrp_cache_count(p->cache); i++) {
		const struct pnrp_entry *e = pnrp_cache_at(p->cache, i);
		struct pnrp_route r;
		struct pnrp_endpoint at;
		pnrp_entry_route(e, &r);
		if (e->answered.us <= last.us || !pnrp_choose(p, &r, 0, &at) || listed(out, n, &at))
			continue;
		last = e->answered;
		*best = at;
	}
	return last.us >= 0;
}

size_t pnrp_remember(const struct pnrp *p, struct pnrp_endpoint *out, size_t most)
{
	size_t n = 0;
	while (n < most && newest(p, out, n, &out[n]))
		n++;
	return n;
}
