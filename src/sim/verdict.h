/* verdict.h - what the Removals of a group come to, worked out a second time (doc/simulator.md,
 * section 13): by the words of GROUP-11.3 to 11.8, as slowly as one likes, from what a node has
 * of them. It shares no code with group/removals, but what reads octets. */
#ifndef SIM_VERDICT_H
#define SIM_VERDICT_H

#include "group/removals.h"
#include "sim/world_int.h"

struct verdict;

/* Of all that a node has; `from` may go afterwards. NULL without memory, which ends the run. */
struct verdict *verdict_new(struct world *w, const struct group_removals *from);
void verdict_free(struct verdict *v);

/* A key is removed, for whoever holds a certificate of that serial; empty: for any. */
bool verdict_gone(const struct verdict *v, const uint8_t key[CRYPTO_AUTHORITY], struct span serial);
/* The links of a chain stand, and its last key is not removed. */
bool verdict_chain(const struct verdict *v, const struct crypto_chain *chain);
/* A record, signed last by that key under a certificate of that serial, may stand. `removal`: it
 * is of that type. */
bool verdict_record(const struct verdict *v, const uint8_t key[CRYPTO_AUTHORITY],
		    struct span serial, const struct group_kept_record *record, bool removal);
/* The same Removals are in force as the node says itself; as another verdict says. */
bool verdict_is(const struct verdict *v, const struct group_removals *r);
bool verdict_same(const struct verdict *a, const struct verdict *b);
/* Removals in force, by *at from 0: Record ID, and whose key. */
bool verdict_next(const struct verdict *v, size_t *at, const struct graph_guid **id,
		  const uint8_t **key);

#endif
