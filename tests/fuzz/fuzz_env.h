/* fuzz_env.h - what every fuzzer needs: the function that a fuzzer is, a condition that
 * must hold, and an env: memory of the C library that is counted and can be made to fail,
 * and octets that are the same in every run.
 *
 *	static struct fuzz_env fuzz = FUZZ_ENV(fuzz);
 *
 * or, within a world that begins anew with each input,
 *
 *	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
 *
 * and hand out &fuzz.env; it must not move. */
#ifndef FUZZ_ENV_H
#define FUZZ_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"

struct fuzz_env {
	struct env env;
	uint64_t state; /* of the octets */
	size_t live;	/* blocks that were not given back */
	size_t fail_in; /* allocations until one fails, 0 never */
	bool failed;	/* one has */
};

#define FUZZ_ENV(f)                                                                                \
	{                                                                                          \
		.env = { fuzz_resize, fuzz_octets, &(f) }                                          \
	}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void hold(bool good)
{
	if (!good)
		abort();
}

static inline void *fuzz_resize(void *ctx, void *p, size_t n)
{
	struct fuzz_env *f = ctx;
	if (n == 0) {
		f->live -= p != NULL;
		free(p);
		return NULL;
	}
	if (f->fail_in && --f->fail_in == 0) {
		f->failed = true;
		return NULL;
	}
	uint8_t *fresh = realloc(p, n);
	hold(fresh != NULL);
	if (!p) {
		memset(fresh, 0xa5, n);
		f->live++;
	}
	return fresh;
}

static inline void fuzz_octets(void *ctx, void *p, size_t n)
{
	struct fuzz_env *f = ctx;
	for (size_t i = 0; i < n; i++) {
		f->state = f->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		((uint8_t *)p)[i] = (uint8_t)(f->state >> 33);
	}
}

#endif
