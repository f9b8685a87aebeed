/* Traffic of links, for who looks at it. ENGINE-40. */
#include "engine/engine_int.h"

void engine_tap(struct engine *e, engine_tap_fn *fn, void *arg)
{
	e->tap = fn;
	e->tap_arg = arg;
}

enum err engine_ends(const struct engine *e, uint32_t link, struct addr *local, struct addr *remote)
{
	return net_ends(e->net, link, local, remote);
}

void engine_tap_open(struct engine *e, uint32_t link, bool graph, bool ours)
{
	const struct engine_traffic t = { ENGINE_TRAFFIC_OPEN, link, .graph = graph, .out = ours };
	if (e->tap)
		e->tap(e->tap_arg, &t);
}

void engine_tap_octets(struct engine *e, uint32_t link, bool out, struct span octets)
{
	struct engine_traffic t = { ENGINE_TRAFFIC_OCTETS, link, .out = out, .octets = octets };
	if (!e->tap)
		return;
	t.graph = node_is_graph_link(e->node, link);
	if (!out)
		t.unfinished = node_link_unfinished(e->node, link);
	e->tap(e->tap_arg, &t);
}

void engine_tap_close(struct engine *e, uint32_t link, bool ours)
{
	const struct engine_traffic t = { ENGINE_TRAFFIC_CLOSE, link, .out = ours };
	if (e->tap)
		e->tap(e->tap_arg, &t);
}
