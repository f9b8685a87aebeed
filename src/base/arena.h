/* arena.h - memory that is freed all at once: short-lived objects of one
 * input, growing in blocks from env. Not for what a peer can make grow. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/env.h"
#include "base/span.h"

struct arena_block;

struct arena {
	const struct env *env;
	struct arena_block *blocks; /* newest first */
	size_t block_size;
};

void arena_init(struct arena *a, const struct env *env, size_t block_size);
/* Zeroed, aligned for any type; NULL without memory. */
MUST_USE void *arena_alloc(struct arena *a, size_t n);
MUST_USE void *arena_copy(struct arena *a, struct span s);
/* Forgets all that was given out; keeps one block for reuse. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
/* As much of arena_free as takes little time: at most so many blocks. True when
 * nothing is left. */
bool arena_free_some(struct arena *a, size_t blocks);

#endif
