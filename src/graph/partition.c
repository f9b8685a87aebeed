#include "graph/graph_int.h"

/* Partitions: a live contact that sees another signature than we do may be in another part
 * of the graph; a connection to it joins both (digest 12). */

static bool other_view(const struct graph *g, const struct graph_node *n)
{
	return n->node != g->node && n->signature != g->signature;
}

static bool mismatch(const struct graph *g)
{
	LIST_EACH(n, tmp, &g->contacts)
	if (other_view(g, LIST_ENTRY(n, struct graph_node, all)))
		return true;
	return false;
}

static void see(struct graph *g, bool partition)
{
	if (partition == g->partition)
		return;
	g->partition = partition;
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_PARTITION);
	e.status = partition ? GRAPH_LINK_CONNECTED : GRAPH_LINK_ENDED;
	e.signature = g->signature;
	graph_out_event(g, &e, 0);
}

void graph_partition_detect(struct graph *g, struct mono now)
{
	const struct graph_times *t = &g->birth.times;
	if (!g->loaded || g->stopping || !g->signature)
		return;
	bool seen = mismatch(g);
	see(g, seen);
	if (seen)
		graph_timer_arm(
			g, GRAPH_TIMER_DETECT,
			mono_add(now, graph_random_delay(g, t->detect_least, t->detect_most)));
}

/* GRAPH-8.25: one of those that still see it otherwise, drawn by chance: who comes second
 * shall not dial the same one as the first. */
void graph_detect_due(struct graph *g, struct mono now)
{
	struct graph_node *chosen = NULL;
	uint64_t seen = 0;
	LIST_EACH(m, tmp, &g->contacts)
	{
		struct graph_node *n = LIST_ENTRY(m, struct graph_node, all);
		bool again = !n->attempted.us ||
			     mono_since(now, n->attempted) >= g->birth.times.maintain_alone;
		if (other_view(g, n) && again && !graph_neighbor_find(g, n->node, NULL) &&
		    env_random_below(g->shared->env, ++seen) == 0)
			chosen = n;
	}
	if (chosen)
		(void)graph_attempt_node(g, chosen, now);
	else if (g->n_contacts == 0)
		(void)graph_attempt_lost(g, now);
	graph_partition_detect(g, now);
}
