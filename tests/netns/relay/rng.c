/* A counter whose value is mixed by two rounds of multiply and shift, the
 * construction known as SplitMix: any seed is a good one. */
#include "rng.h"

struct rng rng_of(uint64_t seed)
{
	return (struct rng){ seed };
}

uint64_t rng_next(struct rng *r)
{
	r->state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t x = r->state;
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* The bias of a plain remainder is below 2^-30 for the bounds used here. */
uint64_t rng_below(struct rng *r, uint64_t bound)
{
	uint64_t x = rng_next(r);
	return bound ? x % bound : 0;
}

bool rng_hit(struct rng *r, uint32_t ppm)
{
	return rng_below(r, PPM_ALL) < ppm;
}
