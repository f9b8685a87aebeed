/* rng.h - the simulator's chance: xoshiro256**, seeded by splitmix64. Integers
 * only, the same on every machine. Each purpose draws from a stream of its own,
 * so that one more draw here changes nothing there. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include "base/span.h"

enum rng_purpose {
	RNG_NODE = 1, /* what a node draws through its env */
	RNG_WORLD,    /* times given as a range, clocks at boot */
	RNG_NETWORK,  /* delays and pieces */
	RNG_STORE,    /* commit delays */
	RNG_JOBS,
	RNG_MAPS,      /* keys of the simulator's own hash tables */
	RNG_DATAGRAMS, /* what becomes of them on their way */
	RNG_SWARM,     /* who comes, goes, lies and asks in a swarm */
	RNG_VAULT,     /* keys that seal those of nodes */
	RNG_ROGUE      /* what rogues make up */
};

struct rng {
	uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint64_t index);
uint64_t rng_u64(struct rng *r);
/* Uniform in [0, bound), without bias; 0 for bound 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);
/* Uniform in [low, high], low where high is not above it. */
int64_t rng_between(struct rng *r, int64_t low, int64_t high);
void rng_fill(struct rng *r, void *p, size_t n);

#endif
