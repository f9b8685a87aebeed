#include "sim/rng.h"

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void rng_init(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint64_t index)
{
	/* Each of the three goes through the mixer before the next comes in, so
	 * that neighbours in any of them have nothing in common. */
	uint64_t state = seed;
	state = splitmix(&state) ^ (uint64_t)purpose;
	state = splitmix(&state) ^ index;
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t v, int by)
{
	return v << by | v >> (64 - by);
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
	if (bound == 0)
		return 0;
	/* The draws below this would favour the small remainders. */
	uint64_t least = (UINT64_C(0) - bound) % bound;
	uint64_t v;
	do
		v = rng_u64(r);
	while (v < least);
	return v % bound;
}

int64_t rng_between(struct rng *r, int64_t low, int64_t high)
{
	if (high <= low)
		return low;
	uint64_t width = (uint64_t)high - (uint64_t)low;
	uint64_t v = width == UINT64_MAX ? rng_u64(r) : rng_below(r, width + 1);
	return (int64_t)((uint64_t)low + v);
}

void rng_fill(struct rng *r, void *p, size_t n)
{
	uint8_t *to = p;
	while (n) {
		uint64_t v = rng_u64(r);
		for (int i = 0; i < 8 && n; i++, n--) {
			*to++ = (uint8_t)v;
			v >>= 8;
		}
	}
}
