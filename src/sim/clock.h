/* clock.h - a node's two clocks against the time of the world: both run at the
 * rate of its crystal, the wall clock can be stepped besides. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "base/mono.h"

#define SIM_RATE_MAX 100000 /* ppm either way */

/* At world time `from` they showed `mono` and `wall`. */
struct sim_clock {
	int64_t from, mono, wall;
	int32_t ppm; /* fast when positive */
	bool synchronised;
};

struct mono sim_clock_mono(const struct sim_clock *c, int64_t world);
struct wall sim_clock_wall(const struct sim_clock *c, int64_t world);
/* The first world time at which the monotonic clock shows t or more, not
 * before `from`; INT64_MAX for MONO_NEVER. */
int64_t sim_clock_when(const struct sim_clock *c, struct mono t);
/* From `world` on it runs at another rate. */
void sim_clock_rate(struct sim_clock *c, int64_t world, int32_t ppm);

#endif
