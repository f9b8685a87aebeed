#include "graph/profile.h"

#include <assert.h>

static const struct graph_profile profiles[CRYPTO_PROFILE_COUNT] = {
	[CRYPTO_MODERN] = { .contents = true },
	[CRYPTO_CLASSIC] = { .contents = false }, /* as published */
};

const struct graph_profile *graph_profile(enum crypto_profile_id p)
{
	assert(p < CRYPTO_PROFILE_COUNT);
	return &profiles[p];
}
