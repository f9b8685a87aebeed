#include "node/node_int.h"

/* The part graph: its life, and the way of inputs and outputs to and from it. A part that
 * leaves, or a node that stops, still hears what answers its goodbyes. */

static void drop_core(struct node *n)
{
	if (n->graph.core)
		n->graph.next_link = graphs_links_next(n->graph.core);
	graphs_free(n->graph.core);
	n->graph.core = NULL;
	n->graph.leaving = false;
	node_group_drop(n);
}

/* Numbers of links are not used twice in a run. */
static uint32_t first_link(const struct node *n)
{
	return n->graph.next_link ? n->graph.next_link : NODE_GRAPH_LINKS;
}

enum err node_graph_start(struct node *n, const struct node_config *cfg, struct mono now)
{
	struct graphs *core;
	struct crypto *crypto;
	if (!cfg->graph.enabled)
		return OK;
	enum err e = node_crypto(n, &crypto);
	if (!e)
		e = graphs_new(&core, &cfg->graph, crypto, n->env, n->store, now,
			       node_wall(n, now));
	if (e)
		return e;
	graphs_links_from(core, first_link(n));
	e = graphs_addresses(core, n->graph.address, n->graph.n_addresses, now);
	if (!e)
		e = node_group_start(n, cfg, core, now);
	if (e) {
		graphs_free(core);
		return e;
	}
	n->graph.core = core;
	n->graph.again = false;
	return OK;
}

/* One that still leaves begins anew when it has left: rows and links are its own until
 * then. */
enum err node_graph_change(struct node *n, const struct node_config *cfg, struct mono now)
{
	bool runs = n->graph.core && !n->graph.leaving;
	if (runs && cfg->graph.enabled) {
		enum err e = graphs_reconfigure(n->graph.core, &cfg->graph, now);
		return e ? e : node_group_change(n, cfg, now);
	}
	if (runs) {
		graphs_stop(n->graph.core, now);
		n->graph.leaving = true;
	}
	n->graph.again = n->graph.leaving && cfg->graph.enabled;
	return n->graph.leaving ? OK : node_graph_start(n, cfg, now);
}

void node_graph_free(struct node *n)
{
	drop_core(n);
	env_free(n->env, n->graph.address);
	n->graph.address = NULL;
}

/* Accepted ones by who has them, dialled ones by their numbers: what comes late on one
 * that is closed is nobody else's. */
bool node_graph_has_link(const struct node *n, uint32_t link)
{
	if (link & 1)
		return link >= NODE_GRAPH_LINKS;
	return n->graph.core && graphs_has_link(n->graph.core, link);
}

bool node_is_graph_link(const struct node *n, uint32_t link)
{
	return node_graph_has_link(n, link);
}

struct span node_link_unfinished(const struct node *n, uint32_t link)
{
	return n->graph.core ? graphs_link_unfinished(n->graph.core, link) : span_of(NULL, 0);
}

bool node_graph_link_waits(const struct node *n, uint32_t link)
{
	return n->graph.core && graphs_link_waits(n->graph.core, link);
}

static enum err keep_addresses(struct node *n, const struct node_in *in)
{
	size_t count =
		in->interfaces.n < NODE_INTERFACES_MAX ? in->interfaces.n : NODE_INTERFACES_MAX;
	size_t kept = 0;
	struct addr *a = env_zalloc(n->env, count ? count : 1, sizeof(*a));
	if (!a)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		if (!in->interfaces.at[i].deprecated)
			a[kept++] = in->interfaces.at[i].addr;
	env_free(n->env, n->graph.address);
	n->graph.address = a;
	n->graph.n_addresses = kept;
	return OK;
}

enum err node_graph_interfaces(struct node *n, const struct node_in *in, struct mono now)
{
	if (!n->graph.core && !n->graph.again)
		return OK;
	enum err e = keep_addresses(n, in);
	if (e || !n->graph.core)
		return e;
	e = graphs_addresses(n->graph.core, n->graph.address, n->graph.n_addresses, now);
	if (n->group.core)
		groups_network(n->group.core, now);
	return e;
}

enum err node_graph_listening(struct node *n, const struct node_in *in, struct mono now)
{
	if (!n->graph.core)
		return OK;
	if (in->kind == NODE_IN_LISTENING)
		graphs_listening(n->graph.core, &in->local, now);
	else
		graphs_listen_failed(n->graph.core, &in->local, in->err, now);
	return OK;
}

enum err node_graph_accepted(struct node *n, const struct node_in *in, struct mono now)
{
	return graphs_accepted(n->graph.core, in->link, &in->local, &in->remote, now);
}

enum err node_graph_link(struct node *n, const struct node_in *in, struct mono now)
{
	struct graphs *s = n->graph.core;
	if (!s)
		return OK;
	if (in->kind == NODE_IN_OCTETS)
		return graphs_input(s, in->link, in->bytes, now);
	if (in->kind == NODE_IN_UP)
		return graphs_up(s, in->link, &in->local, &in->remote, now);
	if (in->kind == NODE_IN_DOWN)
		graphs_down(s, in->link, in->err, now);
	else
		graphs_drained(s, in->link, now);
	return OK;
}

enum err node_graph_command(struct node *n, const struct node_in *in, struct mono now)
{
	return graphs_command(n->graph.core, &in->command.graphs, in->number, now);
}

void node_graph_store_failed(struct node *n, const struct node_in *in, struct mono now)
{
	if (n->graph.core)
		graphs_store_failed(n->graph.core, in->number, in->err, now);
	node_group_store_failed(n, in, now);
}

void node_graph_wall(struct node *n, struct wall wall, struct mono now)
{
	node_group_wall(n, wall, now);
	if (n->graph.core)
		graphs_wall(n->graph.core, wall, now);
}

static bool begins_again(const struct node *n)
{
	return n->graph.again && !n->graph.core && !n->stopping;
}

void node_graph_tick(struct node *n, struct mono now)
{
	node_group_clock(n, now);
	if (n->graph.core)
		graphs_tick(n->graph.core, now);
	else if (begins_again(n))
		/* Without memory it is tried with the next tick. */
		(void)!node_graph_start(n, &n->config, now);
	node_group_tick(n, now);
}

void node_graph_stop(struct node *n, struct mono now)
{
	if (n->graph.core)
		graphs_stop(n->graph.core, now);
}

struct mono node_graph_deadline(const struct node *n)
{
	if (begins_again(n))
		return (struct mono){ 0 };
	struct mono at = n->graph.core ? graphs_deadline(n->graph.core) : MONO_NEVER;
	return mono_min(at, node_group_deadline(n));
}

static enum node_out_kind out_kind(enum graphs_out_kind k)
{
	static const enum node_out_kind kinds[] = {
		[GRAPHS_LISTEN_ON] = NODE_OUT_LISTEN, [GRAPHS_UNLISTEN] = NODE_OUT_UNLISTEN,
		[GRAPHS_DIAL] = NODE_OUT_DIAL,	      [GRAPHS_SEND] = NODE_OUT_SEND,
		[GRAPHS_CLOSE_LINK] = NODE_OUT_CLOSE, [GRAPHS_EVENT] = NODE_OUT_EVENT,
		[GRAPHS_REPLY] = NODE_OUT_REPLY,      [GRAPHS_DATA] = NODE_OUT_DATA,
	};
	return kinds[k];
}

static const struct node_event *event_of(struct node *n, const struct graph_event *e)
{
	n->event.part = NODE_PART_GRAPH;
	n->event.level = node_graph_event_level(e);
	graph_event_copy(&n->event.graph, e);
	return &n->event;
}

static void out_of(struct node *n, const struct graphs_out *o, struct node_out *out)
{
	*out = (struct node_out){
		.kind = out_kind(o->kind),
		.listener = NODE_PART_GRAPH,
		.link = o->of.link,
		.local = o->local,
		.any_port = o->any_port,
		.remote = o->of.remote,
		.bytes = o->of.bytes,
		.drain = o->of.drain,
		.number = o->of.number,
		.conn = o->of.conn,
		.err = o->of.err,
		.text = o->of.text,
		.version = o->of.version,
		.elapsed = o->of.elapsed,
		.after = o->of.after,
		.graph = o->graph,
	};
	if (o->kind == GRAPHS_REPLY)
		out->id = o->of.type;
	else if (o->kind == GRAPHS_DATA)
		out->type = o->of.type;
	else if (o->kind == GRAPHS_EVENT)
		out->event = event_of(n, o->of.event);
}

/* True: there is one for whoever owns the node. */
static bool poll_graphs(struct node *n, struct node_out *out)
{
	struct graphs_out o;
	while (graphs_poll(n->graph.core, &o)) {
		if (node_group_hears(n, &o))
			continue;
		out_of(n, &o, out);
		return true;
	}
	return false;
}

/* Groups take out what graphs told them, and may have graphs do more. */
bool node_graph_poll(struct node *n, struct node_out *out)
{
	if (!n->graph.core)
		return false;
	if (poll_graphs(n, out) || node_group_poll(n, out) || poll_graphs(n, out))
		return true;
	if (n->graph.leaving && !graphs_busy(n->graph.core))
		drop_core(n);
	return false;
}

const struct graphs *node_graphs(const struct node *n)
{
	return n->graph.leaving ? NULL : n->graph.core;
}
