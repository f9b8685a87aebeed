/* rng.h - the relay's seeded generator: the same seed, the same decisions, on
 * every machine and compiler. Sixty-four bits of state; nothing secret. */
#ifndef RELAY_RNG_H
#define RELAY_RNG_H

#include <stdbool.h>
#include <stdint.h>

#define PPM_ALL 1000000u /* parts per million that mean "always" */

struct rng {
	uint64_t state;
};

struct rng rng_of(uint64_t seed);
uint64_t rng_next(struct rng *r);
/* In [0, bound), 0 for bound 0. Draws exactly once, whatever the bound. */
uint64_t rng_below(struct rng *r, uint64_t bound);
/* True ppm times in a million. Draws exactly once. */
bool rng_hit(struct rng *r, uint32_t ppm);

#endif
