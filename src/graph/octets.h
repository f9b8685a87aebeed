/* octets.h - octets in memory that grow: for messages and streams that are made, or taken
 * apart, in pieces. Knows no format. */
#ifndef GRAPH_OCTETS_H
#define GRAPH_OCTETS_H

#include "base/env.h"
#include "base/span.h"

/* All zero: none. env_free(env, o.p) ends it. */
struct graph_octets {
	uint8_t *p;
	size_t n, room;
};

/* Room for n more, counted in; NULL without memory, nothing is changed then. Never NULL
 * otherwise, also for n 0. */
MUST_USE uint8_t *graph_octets_add(const struct env *env, struct graph_octets *o, size_t n);
/* Forgets the first n. */
void graph_octets_shift(struct graph_octets *o, size_t n);

#endif
