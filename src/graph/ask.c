/* What stands again is asked for (GRAPH-8.51): a record that was purged, or refused, may be with
 * neighbors still. Who dialled a connection compares (digest 14); where both ends have to, the
 * other does, once it has judged anew as well. So each compares some times, further apart. */
#include "graph/flood_int.h"

#define TIMES 3
#define FIRST MONO_MIN /* to the second; ten times as long to the third */

static void compare(struct graph *g, struct mono now)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (graph_link_neighbor(l) && l->initiator)
			l->sync.waiting = true;
	}
	graph_slice_soon(g, now);
}

void graph_ask_begin(struct graph *g, struct mono now)
{
	g->recheck_ask = false;
	g->ask_left = TIMES;
	graph_timer_set(g, GRAPH_TIMER_ASK, now);
}

void graph_ask_due(struct graph *g, struct mono now)
{
	if (g->stopping || !g->ask_left)
		return;
	g->ask_left--;
	compare(g, now);
	if (g->ask_left)
		graph_timer_set(g, GRAPH_TIMER_ASK,
				mono_add(now, g->ask_left == TIMES - 1 ? FIRST : 10 * FIRST));
}
