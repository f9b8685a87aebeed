/* test_env.h - memory for the relay's tests, of which the n-th piece can be
 * made to fail. */
#ifndef RELAY_TEST_ENV_H
#define RELAY_TEST_ENV_H

#include "base/env.h"

#include <stdlib.h>
#include <string.h>

struct test_heap {
	int left; /* allocations that still succeed; negative: all */
};

static inline void *test_resize(void *ctx, void *p, size_t n)
{
	struct test_heap *h = ctx;
	if (!n) {
		free(p);
		return NULL;
	}
	if (h->left == 0)
		return NULL;
	if (h->left > 0)
		h->left--;
	return realloc(p, n);
}

static inline void test_random(void *ctx, void *p, size_t n)
{
	memset(p, 0, n);
}

static inline struct env test_env(struct test_heap *h)
{
	return (struct env){ test_resize, test_random, h };
}

#endif
