/* Who is in a graph, and over which connections it is told. */
#include "ops/group_int.h"

#include "os/clock.h"

#define NODES_MOST 4096

struct ops_endpoint *ops_node_addresses(const struct graph_node_info *n, struct arena *mem)
{
	struct ops_endpoint *list = arena_alloc(mem, (n->n_addresses + 1) * sizeof(*list));
	for (size_t i = 0; list && i < n->n_addresses; i++) {
		struct ops_endpoint *e = &list[i];
		struct addr a = n->address[i];
		e->port = a.port;
		a.port = 0;
		ops_set_addr(e->address, sizeof(e->address), &a);
		ops_set_text(e->protocol, sizeof(e->protocol), "tcp");
	}
	return list;
}

/* What a peer says may hold anything. */
static const char *span_text(struct draft *d, struct span s)
{
	char *p = arena_alloc(d->mem, s.n + 1);
	d->failed = d->failed || !p;
	if (!p)
		return "";
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] ? (char)s.p[i] : ' ';
	return p;
}

static void set_node(struct ops_graph_node *to, const struct graph_node_info *n, struct draft *d)
{
	ops_clear(&ops_graph_node_type, to);
	ops_set_node_id(to->node, n->node);
	to->peer = ops_draft_str(d, n->peer);
	to->self = n->self;
	to->neighbor = n->neighbor;
	to->contact = n->contact;
	to->attributes = span_text(d, n->attributes);
	to->addresses = ops_node_addresses(n, d->mem);
	to->n_addresses = n->n_addresses;
	if (!to->addresses)
		d->failed = true;
}

static size_t count_nodes(const struct graph *g)
{
	struct graph_node_info n;
	size_t count = 0;
	for (size_t at = 0; count <= NODES_MOST && graph_node_next(g, &at, &n);)
		count++;
	return count;
}

enum err ops_run_graph_nodes(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct ops_graph_nodes out;
	struct graph_node_info n;
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	size_t count = count_nodes(g.graph);
	ops_clear(&ops_graph_nodes_type, &out);
	out.graph = g.id;
	out.complete = count <= NODES_MOST;
	out.nodes = arena_alloc(&o->mem, (count + 1) * sizeof(*out.nodes));
	if (!out.nodes)
		return ERR_NOMEM;
	count -= !out.complete;
	for (size_t at = 0; out.n_nodes < count && graph_node_next(g.graph, &at, &n);) {
		struct ops_graph_node *to = &out.nodes[out.n_nodes++];
		set_node(to, &n, &d);
		to->label = ops_member_label(o, g.graph, to->peer, &d);
	}
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_graph_nodes_type, &out);
	return OK;
}

static void set_counts(struct ops_graph_link *to, const struct graph_link_info *l)
{
	to->utility = l->utility;
	to->octets_in = l->in;
	to->octets_out = l->out;
	to->unsent = l->unsent;
	to->backlog = l->backlog;
	to->useful = l->useful;
	to->useless = l->useless;
	to->skew = l->skew < 0 ? -l->skew : l->skew;
	to->skew_behind = l->skew < 0;
}

static void set_link(struct ops_graph_link *to, const struct graph_link_info *l, struct draft *d)
{
	ops_clear(&ops_graph_link_type, to);
	to->conn = l->conn;
	ops_set_text(to->kind, sizeof(to->kind), l->direct ? "direct" : "neighbor");
	ops_set_text(to->state, sizeof(to->state), l->state);
	to->incoming = l->incoming;
	ops_set_node_id(to->node, l->node);
	to->peer = ops_draft_str(d, l->peer);
	ops_set_addr(to->local, sizeof(to->local), &l->local);
	ops_set_addr(to->remote, sizeof(to->remote), &l->remote);
	to->age = mono_since(os_mono(), l->since);
	ops_set_text(to->sync, sizeof(to->sync), l->sync);
	set_counts(to, l);
}

static size_t count_links(const struct graph *g)
{
	struct graph_link_info l;
	size_t count = 0;
	for (size_t at = 0; graph_link_next(g, &at, &l);)
		count++;
	return count;
}

enum err ops_run_graph_links(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct ops_graph_links out;
	struct graph_link_info l;
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	size_t count = count_links(g.graph);
	ops_clear(&ops_graph_links_type, &out);
	out.graph = g.id;
	out.links = arena_alloc(&o->mem, (count + 1) * sizeof(*out.links));
	if (!out.links)
		return ERR_NOMEM;
	for (size_t at = 0; out.n_links < count && graph_link_next(g.graph, &at, &l);) {
		struct ops_graph_link *to = &out.links[out.n_links++];
		set_link(to, &l, &d);
		to->label = ops_member_label(o, g.graph, to->peer, &d);
		to->waiting = ops_direct_waiting(o, g.number, l.conn);
	}
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_graph_links_type, &out);
	return OK;
}
