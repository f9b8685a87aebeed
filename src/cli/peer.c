/* peer list, ping, disconnect: who is in a graph, and what leads to them. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <string.h>

int cli_mesh(struct cli *c, struct cli_mesh *out)
{
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH_NODES, .graph = c->graph },
			   &out->nodes);
	return exit ? exit
		    : cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH_LINKS, .graph = c->graph },
			      &out->links);
}

const struct ops_graph_link *cli_link_to(const struct cli_mesh *m, const char *node)
{
	for (size_t i = 0; node[0] && i < m->links.n_links; i++)
		if (strcmp(m->links.links[i].node, node) == 0)
			return &m->links.links[i];
	return NULL;
}

const char *cli_who(const char *label, const char *peer)
{
	return label[0] ? label : peer;
}

static bool is_listed(const struct cli_mesh *m, const char *node)
{
	for (size_t i = 0; i < m->nodes.n_nodes; i++)
		if (strcmp(m->nodes.nodes[i].node, node) == 0)
			return true;
	return false;
}

/* ---- the list ---- */

static const struct cli_column peer_columns[] = {
	{ "NODE", 0 }, { "PEER", 0 },	 { "IS", 0 },  { "ADDRESS", 2 },
	{ "#", 1 },    { "UTILITY", 3 }, { "FOR", 4 }, { 0 },
};

/* "78 %": of the 4096 that are possible. */
static const char *utility(struct cli *c, uint64_t v)
{
	char buffer[24];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, (v * 100 + 2048) / 4096);
	text_str(&t, " %");
	return cli_keep(c, &t);
}

static const char *what_it_is(struct cli *c, const struct ops_graph_node *n,
			      const struct ops_graph_link *l)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	if (n && n->self)
		text_str(&t, "this node");
	else if (l && strcmp(l->state, "connected") == 0)
		text_str(&t, l->kind);
	else
		text_str(&t, l ? l->state : "farther away");
	text_str(&t, n && n->contact ? ", contact" : "");
	return cli_keep(c, &t);
}

static const char *address_of(const struct ops_graph_node *n, const struct ops_graph_link *l)
{
	if (l)
		return l->remote;
	return n->n_addresses ? n->addresses[0].address : "";
}

static void set_peer(struct cli *c, struct cli_row *r, const struct ops_graph_node *n,
		     const struct ops_graph_link *l)
{
	const char *node = n ? n->node : l->node;
	bool here = l || (n && n->self);
	const struct cli_cell cells[] = {
		{ node[0] ? cli_short(c, node) : "-", CLI_BOLD },
		{ n ? cli_who(n->label, n->peer) : cli_who(l->label, l->peer), CLI_PLAIN },
		{ what_it_is(c, n, l), here ? CLI_GREEN : CLI_PLAIN },
		{ address_of(n, l), CLI_PLAIN },
		{ l ? cli_number(c, l->conn) : "", CLI_PLAIN },
		{ l && strcmp(l->kind, "neighbor") == 0 ? utility(c, l->utility) : "", CLI_PLAIN },
		{ l ? cli_duration(c, l->age) : "", CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = n && n->attributes[0] ? n->attributes : NULL;
}

/* All nodes, then links to nodes that are not known. */
static int print_table(struct cli *c, const struct cli_mesh *m)
{
	size_t most = m->nodes.n_nodes + m->links.n_links;
	struct cli_table t = { peer_columns, NULL, 0, NULL };
	t.rows = arena_alloc(&c->mem, (most + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_no_memory(c);
	for (size_t i = 0; i < m->nodes.n_nodes; i++) {
		const struct ops_graph_node *n = &m->nodes.nodes[i];
		set_peer(c, &t.rows[t.n_rows++], n, n->self ? NULL : cli_link_to(m, n->node));
	}
	for (size_t i = 0; i < m->links.n_links; i++)
		if (!is_listed(m, m->links.links[i].node))
			set_peer(c, &t.rows[t.n_rows++], NULL, &m->links.links[i]);
	if (t.n_rows)
		cli_table_print(c, &t);
	else
		cli_wrap(c,
			 "nobody is known, and this node is not in the graph; try: homestead "
			 "graph open GRAPH",
			 0);
	return CLI_OK;
}

static int print_both(struct cli *c, const struct cli_mesh *m)
{
	json_t *nodes = ops_encode(&ops_graph_nodes_type, &m->nodes);
	json_t *links = ops_encode(&ops_graph_links_type, &m->links);
	json_t *both = json_pack("{s:i, s:s, s:O, s:O}", "schema", OPS_SCHEMA, "graph",
				 m->nodes.graph, "nodes", json_object_get(nodes, "nodes"), "links",
				 json_object_get(links, "links"));
	char *s = both ? json_dumps(both, JSON_COMPACT) : NULL;
	int exit = s ? cli_print_json(c, s) : cli_no_memory(c);
	free(s); /* from jansson */
	json_decref(both);
	json_decref(nodes);
	json_decref(links);
	return exit;
}

static int print_peers(struct cli *c)
{
	struct cli_mesh m;
	int exit = cli_mesh(c, &m);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return print_both(c, &m);
	if (!c->given[CLI_QUIET])
		return print_table(c, &m);
	for (size_t i = 0; i < m.nodes.n_nodes; i++)
		cli_line(c->place->out, "%s", m.nodes.nodes[i].node);
	return CLI_OK;
}

int cli_run_peer_list(struct cli *c)
{
	int exit = cli_graph(c);
	if (exit)
		return exit;
	return c->given[CLI_WATCH] ? cli_watch(c, print_peers) : print_peers(c);
}

/* ---- one of them ---- */

static int no_such_peer(struct cli *c, const char *what, const char *why)
{
	char message[200], hint[CLI_TEXT_MAX];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_quoted(&m, span_str(what), 60);
	text_str(&m, why);
	text_str(&h, "homestead peer list ");
	text_str(&h, c->graph);
	return cli_complain(c,
			    &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND", message, hint });
}

bool cli_is_peer(const char *peer, const char *label, const char *what)
{
	if (strcmp(what, peer) == 0 || strcmp(what, label) == 0)
		return *what != 0;
	return strncmp(peer, "0.", 2) == 0 && peer[2] && strcmp(what, peer + 2) == 0;
}

static bool is_meant(const struct ops_graph_link *l, const char *what, const char *number)
{
	return strcmp(what, number) == 0 || cli_is_peer(l->peer, l->label, what) ||
	       (strlen(what) >= 4 && strncmp(what, l->node, strlen(what)) == 0);
}

/* The link that is meant by its number, a Peer ID or the beginning of a Node ID. */
static int find_link(struct cli *c, const char *what, const struct ops_graph_link **out)
{
	struct cli_mesh *m = arena_alloc(&c->mem, sizeof(*m));
	int exit = m ? cli_mesh(c, m) : cli_no_memory(c);
	*out = NULL;
	if (exit)
		return exit;
	for (size_t i = 0; i < m->links.n_links; i++) {
		const struct ops_graph_link *l = &m->links.links[i];
		if (!is_meant(l, what, cli_number(c, l->conn)))
			continue;
		if (*out)
			return no_such_peer(c, what, " is said of several connections");
		*out = l;
	}
	return *out ? CLI_OK : no_such_peer(c, what, " is not connected to this node");
}

int cli_run_peer_disconnect(struct cli *c)
{
	const struct ops_graph_link *l;
	int exit = cli_graph(c);
	if (!exit)
		exit = find_link(c, c->args[1], &l);
	if (exit)
		return exit;
	struct ops_graph_disconnect body = { .conn = l->conn, .dry_run = c->given[CLI_DRY_RUN] };
	return cli_change(c, &(struct cli_query){ .kind = OPS_GRAPH_DISCONNECT,
						  .graph = c->graph,
						  .body_type = &ops_graph_disconnect_type,
						  .body = &body });
}

int cli_run_peer_ping(struct cli *c)
{
	const struct ops_graph_link *l = NULL;
	struct ops_graph_ping_wish body;
	struct ops_graph_ping answer;
	ops_clear(&ops_graph_ping_wish_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_graph(c);
	if (!exit && c->n_args == 2)
		exit = find_link(c, c->args[1], &l);
	if (exit)
		return exit;
	if (l)
		ops_set_text(body.node, sizeof(body.node), l->node);
	exit = cli_ask(c,
		       &(struct cli_query){ .kind = OPS_GRAPH_PING,
					    .graph = c->graph,
					    .body_type = &ops_graph_ping_wish_type,
					    .body = &body },
		       &answer);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", answer.text);
	return CLI_OK;
}
