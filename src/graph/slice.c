/* Long walks go on in slices, so that no input takes 5 ms (D18). */
#include "graph/flood_int.h"

void graph_slice_soon(struct graph *g, struct mono now)
{
	if (now.us < g->timer[GRAPH_TIMER_SLICE].us)
		graph_timer_set(g, GRAPH_TIMER_SLICE, now);
}

void graph_slice_due(struct graph *g, struct mono now)
{
	graph_deferred_on(g, now);
	graph_publish_on(g, now);
	graph_recheck_on(g, now);
	graph_reveal_on(g, now);
}
