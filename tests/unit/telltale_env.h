/* telltale_env.h - an env for unit tests that finds a secret in memory given
 * back. A block that grows always moves, as one might. */
#ifndef UNIT_TELLTALE_ENV_H
#define UNIT_TELLTALE_ENV_H

#include "failing_env.h"

#include <malloc.h>

struct telltale_env {
	struct env env; /* hand out &t->env; t must not move */
	const char *secret;
	size_t looked, found; /* blocks given back, and those with the secret in them */
};

static inline bool telltale_holds(const struct telltale_env *t, const void *p)
{
	const uint8_t *at = p;
	size_t n = strlen(t->secret), size = malloc_usable_size((void *)(uintptr_t)p);
	for (size_t i = 0; i + n <= size; i++)
		if (memcmp(at + i, t->secret, n) == 0)
			return true;
	return false;
}

static inline void *telltale_resize(void *ctx, void *p, size_t n)
{
	struct telltale_env *t = ctx;
	void *fresh = NULL;
	if (n) {
		fresh = calloc(1, n);
		assert_non_null(fresh);
	}
	if (!p)
		return fresh;
	size_t old = malloc_usable_size(p);
	if (fresh)
		memcpy(fresh, p, old < n ? old : n);
	t->looked++;
	t->found += telltale_holds(t, p);
	free(p);
	return fresh;
}

static inline void telltale_random(void *ctx, void *p, size_t n)
{
	memset(p, 7, n);
}

static inline void telltale_env_init(struct telltale_env *t, const char *secret)
{
	*t = (struct telltale_env){ .secret = secret };
	t->env = (struct env){ telltale_resize, telltale_random, t };
}

#endif
