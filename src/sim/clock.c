#include "sim/clock.h"

#define MILLION INT64_C(1000000)

/* d us of the world as us of the crystal, rounded down. Whole seconds and the
 * rest apart, so that years do not overflow. */
static int64_t stretched(int64_t d, int32_t ppm)
{
	int64_t rest = d % MILLION * ppm;
	int64_t more = rest / MILLION;
	if (rest % MILLION < 0)
		more--;
	return d + d / MILLION * ppm + more;
}

struct mono sim_clock_mono(const struct sim_clock *c, int64_t world)
{
	return (struct mono){ c->mono + stretched(world - c->from, c->ppm) };
}

struct wall sim_clock_wall(const struct sim_clock *c, int64_t world)
{
	return (struct wall){ c->wall + stretched(world - c->from, c->ppm), c->synchronised };
}

int64_t sim_clock_when(const struct sim_clock *c, struct mono t)
{
	if (mono_is_never(t))
		return INT64_MAX;
	int64_t m = t.us - c->mono;
	if (m <= 0)
		return c->from;
	int64_t rate = MILLION + c->ppm;
	int64_t d = m / rate * MILLION + m % rate * MILLION / rate;
	/* Rounding leaves it one off at most on either side. */
	while (stretched(d, c->ppm) < m)
		d++;
	while (d > 0 && stretched(d - 1, c->ppm) >= m)
		d--;
	return c->from + d;
}

void sim_clock_rate(struct sim_clock *c, int64_t world, int32_t ppm)
{
	struct sim_clock now = *c;
	c->mono = sim_clock_mono(&now, world).us;
	c->wall = sim_clock_wall(&now, world).us;
	c->from = world;
	c->ppm = ppm;
}
