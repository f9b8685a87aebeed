/* cache_int.h - what the files of the route entry cache share. */
#ifndef PNRP_CACHE_INT_H
#define PNRP_CACHE_INT_H

#include "pnrp/pnrp_int.h"

struct pnrp_cache {
	struct pnrp *p;
	struct pnrp_entry **at; /* in order of ID */
	size_t n, room;
	size_t memory; /* of the entries */
};

/* The place of the first entry that is not below id. */
size_t pnrp_cache_place(const struct pnrp_cache *c, const struct pnrp_id *id);
/* Out, out of leaf sets, and freed. */
void pnrp_cache_take(struct pnrp_cache *c, size_t place);

/* cache_level.c */

/* Home and level of an ID as own IDs are now. */
struct pnrp_place {
	uint16_t home, level;
};
struct pnrp_place pnrp_level_of(const struct pnrp *p, const struct pnrp_id *id);
/* The distance at which level `level` ends. */
struct pnrp_id pnrp_level_reach(uint32_t level);
/* Which entry goes when r comes: an index, or c->n: none need go; false: r may not come.
 * PNRP-5.8 */
bool pnrp_level_victim(const struct pnrp_cache *c, const struct pnrp_id *id, bool wanted,
		       size_t *victim);

#endif
