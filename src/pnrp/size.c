/* How large the cloud is, by how near the neighbours of our IDs are: digest 14.1.
 * PNRP-8.8 */
#include "pnrp/pnrp_int.h"

/* From so near on, registrations of one name and no chance are what is measured. */
#define SPAN_TOO_SMALL (UINT64_C(1) << 33)

/* 2^65 / s, rounded down: the IDs in a ring of which s is one gap's two. */
static uint64_t ids_in_ring(uint64_t s)
{
	uint64_t quotient = UINT64_MAX / s, rest = UINT64_MAX % s + 1;
	if (rest == s) {
		quotient++;
		rest = 0;
	}
	return 2 * quotient + (rest >= s - rest);
}

/* 0: it has no neighbour on a side, or they are too near. */
static uint64_t estimate(const struct pnrp_own *o)
{
	if (!o->leaves.n_above || !o->leaves.n_below)
		return 0;
	struct pnrp_id span = pnrp_id_up(&o->leaves.below[0]->id, &o->leaves.above[0]->id);
	if (pnrp_id_is_zero(&span))
		return 2; /* one other: all the way round */
	return span.w[0] <= SPAN_TOO_SMALL ? 0 : ids_in_ring(span.w[0]);
}

uint64_t pnrp_size_nodes(const struct pnrp *p)
{
	uint64_t sum = 0, counted = 0, own = 0;
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		uint64_t ids = o->leaving ? 0 : estimate(o);
		sum += ids;
		counted += ids > 0;
		own += !o->leaving;
	}
	if (!counted)
		return 1;
	uint64_t nodes = sum / counted / own;
	return nodes ? nodes : 1;
}
