/* against.h - one honest node of a group, and the truth that it is held against: for the files
 * of the invariants of groups (invariant_group.c, invariant_removal.c). */
#ifndef SIM_AGAINST_H
#define SIM_AGAINST_H

#include "sim/roll.h"

struct held_against {
	struct machine *m;
	const struct roll_group *g;
	const struct graph *graph;
	int64_t now;
};

/* False: it is a rogue, or has no such group open. */
bool against_group(struct machine *m, struct span id, struct held_against *h);
/* The very member that the machine is; NULL: none. */
const struct group *against_member(const struct held_against *h);
struct span against_name(char *room, size_t size, struct span utf16);

typedef bool against_fn(const struct held_against *h, struct text *t);
/* Of every honest machine that is in the group now; what is wrong is in *t. */
bool against_all(struct world *w, struct span alias, against_fn *good);

#endif
