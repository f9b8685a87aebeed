/* map.h - hash table from octets or integers to pointers, keyed hash
 * (SipHash-1-3 under a key from env), so that a peer cannot choose collisions.
 * Borrows keys and values: a key must live as long as its entry. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

struct map_slot;

struct map {
	const struct env *env;
	struct map_slot *slots;
	size_t capacity, count;
	uint64_t key[2];
};

void map_init(struct map *m, const struct env *env);
void map_free(struct map *m); /* the entries are not touched */

/* NULL when absent. */
void *map_get(const struct map *m, struct span key);
/* Replaces what was there. value is not NULL. ERR_NOMEM. */
MUST_USE enum err map_put(struct map *m, struct span key, void *value);
/* What was there, or NULL. */
void *map_take(struct map *m, struct span key);

/* Walks all entries in no particular order but the same order for the same
 * history; *at starts at 0. The map must not change meanwhile. */
bool map_next(const struct map *m, size_t *at, struct span *key, void **value);

uint64_t map_hash(const uint64_t key[2], struct span s);

#endif
