/* failing_env.h - an env for unit tests: memory of the C library that is
 * counted, and fails where the test says so; random octets from a seed.
 *
 *	FAILING_ENV_EACH(f, seed) {
 *		... run; every allocation but one succeeds ...
 *		failing_env_assert_clean(&f);
 *	}
 *
 * runs its body with the first allocation failing, then the second, and so on,
 * and last with none failing (then f.failed is false). The body must not leave
 * by break. */
#ifndef UNIT_FAILING_ENV_H
#define UNIT_FAILING_ENV_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/env.h"

struct failing_env {
	struct env env;	    /* hand out &f->env; f must not move */
	uint64_t state;	    /* of the generator */
	size_t fail_at;	    /* the allocation that fails, from 1; 0 none */
	bool fail_on;	    /* and all after it fail too */
	size_t allocations; /* asked for so far, growing a block included */
	bool failed;	    /* one has failed */
	size_t live;	    /* blocks not freed */
};

static inline void *failing_env_resize(void *ctx, void *p, size_t n)
{
	struct failing_env *f = ctx;
	if (n == 0) {
		if (p)
			f->live--;
		free(p);
		return NULL;
	}
	f->allocations++;
	if (f->fail_at &&
	    (f->allocations == f->fail_at || (f->fail_on && f->allocations > f->fail_at))) {
		f->failed = true;
		return NULL;
	}
	uint8_t *fresh = realloc(p, n);
	assert_non_null(fresh);
	if (!p) {
		memset(fresh, 0xa5, n);
		f->live++;
	}
	return fresh;
}

/* A linear generator with mixed output: good enough for tests, the same
 * everywhere. */
static inline uint64_t failing_env_next(struct failing_env *f)
{
	f->state = f->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t v = f->state;
	v ^= v >> 32;
	v *= UINT64_C(0x9e3779b97f4a7c15);
	return v ^ v >> 29;
}

static inline void failing_env_random(void *ctx, void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)(failing_env_next(ctx) >> 17);
}

static inline void failing_env_init(struct failing_env *f, uint64_t seed)
{
	*f = (struct failing_env){ .state = seed };
	f->env = (struct env){ failing_env_resize, failing_env_random, f };
}

/* Counts from here: the n-th allocation from now on fails. */
static inline void failing_env_fail_at(struct failing_env *f, size_t n)
{
	f->allocations = 0;
	f->failed = false;
	f->fail_at = n;
}

static inline void failing_env_assert_clean(const struct failing_env *f)
{
	assert_int_equal(f->live, 0);
}

static inline bool failing_env_begin(struct failing_env *f, uint64_t seed, size_t *n)
{
	if (*n > 0 && !f->failed)
		return false;
	failing_env_init(f, seed);
	f->fail_at = ++*n;
	return true;
}

#define FAILING_ENV_EACH(f, seed)                                                                  \
	for (size_t failing_n_ = 0; failing_env_begin(&(f), (seed), &failing_n_);)

#endif
