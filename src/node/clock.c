#include "node/node_int.h"

struct wall node_wall(const struct node *n, struct mono now)
{
	struct wall w = n->wall;
	if (__builtin_add_overflow(w.us, mono_since(now, n->wall_at), &w.us))
		w.us = n->wall.us;
	return w;
}

static void tell_step(struct node *n, int64_t step)
{
	if (step > NODE_CLOCK_STEP || step < -NODE_CLOCK_STEP)
		node_tell(n, NODE_SELF_CLOCK_STEPPED)->us = step;
}

/* A pure core reads no clock: wall time and whether it can be believed are inputs. */
void node_clock_read(struct node *n, struct wall wall, struct mono now)
{
	int64_t step;
	if (!__builtin_sub_overflow(wall.us, node_wall(n, now).us, &step))
		tell_step(n, step);
	if (wall.synchronised != n->wall.synchronised)
		node_tell(n,
			  wall.synchronised ? NODE_SELF_CLOCK_SYNCHRONISED : NODE_SELF_CLOCK_LOST);
	n->wall = wall;
	n->wall_at = now;
	if (n->masc.core)
		masc_wall(n->masc.core, wall, now);
}
