/* env.h - what a pure core may ask of its owner: memory and random octets.
 * Given at birth, borrowed for life, never calls back into a core. */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct env {
	/* Like realloc(3): p NULL allocates, n 0 frees and gives NULL. A fresh
	 * block is not zeroed. NULL when there is no memory, p then untouched. */
	void *(*resize)(void *ctx, void *p, size_t n);
	/* Fills p with n octets nobody can guess (the simulator: seeded). */
	void (*random)(void *ctx, void *p, size_t n);
	void *ctx;
	/* As random, for octets of which keys are made: whoever writes down what is drawn
	 * keeps these to itself. NULL: random does. */
	void (*secret)(void *ctx, void *p, size_t n);
};

/* Zeroed; NULL without memory or when count * size overflows. */
MUST_USE void *env_zalloc(const struct env *e, size_t count, size_t size);
MUST_USE void *env_resize(const struct env *e, void *p, size_t n);
void env_free(const struct env *e, void *p);

/* A copy of n octets and one more, zero, behind them; NULL without memory. */
MUST_USE void *env_copy(const struct env *e, const void *p, size_t n);

void env_secret(const struct env *e, void *p, size_t n);
uint64_t env_random_u64(const struct env *e);
/* Uniform in [0, bound), without bias; 0 for bound 0. */
uint64_t env_random_below(const struct env *e, uint64_t bound);

#endif
