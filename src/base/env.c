#include "base/env.h"
#include "base/checked.h"

#include <string.h>

void *env_zalloc(const struct env *e, size_t count, size_t size)
{
	size_t n;
	if (!checked_mul(count, size, &n))
		return NULL;
	/* NULL must mean "no memory" alone, so that nothing is one octet. */
	if (n == 0)
		n = 1;
	void *p = e->resize(e->ctx, NULL, n);
	if (p)
		memset(p, 0, n);
	return p;
}

void *env_resize(const struct env *e, void *p, size_t n)
{
	return e->resize(e->ctx, p, n);
}

void env_free(const struct env *e, void *p)
{
	if (p)
		(void)e->resize(e->ctx, p, 0);
}

void *env_copy(const struct env *e, const void *p, size_t n)
{
	size_t size;
	if (!checked_add(n, 1, &size))
		return NULL;
	uint8_t *copy = e->resize(e->ctx, NULL, size);
	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, p, n);
	copy[n] = 0;
	return copy;
}

void env_secret(const struct env *e, void *p, size_t n)
{
	(e->secret ? e->secret : e->random)(e->ctx, p, n);
}

/* Octets become integers in one order on every machine: a simulation must
 * not depend on the processor. */
uint64_t env_random_u64(const struct env *e)
{
	uint8_t b[8];
	uint64_t v = 0;
	e->random(e->ctx, b, sizeof(b));
	for (size_t i = 0; i < sizeof(b); i++)
		v = v << 8 | b[i];
	return v;
}

uint64_t env_random_below(const struct env *e, uint64_t bound)
{
	if (bound == 0)
		return 0;
	/* 2^64 mod bound: so many of the lowest values would come up once more
	 * often than the others. */
	uint64_t surplus = (UINT64_MAX - bound + 1) % bound;
	for (;;) {
		uint64_t v = env_random_u64(e);
		if (v >= surplus)
			return v % bound;
	}
}
