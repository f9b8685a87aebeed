#include "node/describe_int.h"

/* What reaches and leaves graphs, in words. */

static const char *command_text(enum graph_command_kind k)
{
	static const char *const words[] = {
		[GRAPH_RECORD_ADD] = "add",
		[GRAPH_RECORD_UPDATE] = "update",
		[GRAPH_RECORD_DELETE] = "delete",
		[GRAPH_CONNECT_TO] = "connect",
		[GRAPH_DISCONNECT_FROM] = "disconnect",
		[GRAPH_SET] = "set",
		[GRAPH_CONN_OPEN] = "conn-open",
		[GRAPH_CONN_SEND] = "conn-send",
		[GRAPH_CONN_CLOSE] = "conn-close",
		[GRAPH_CONN_READ] = "conn-read",
		[GRAPH_PING] = "ping",
		[GRAPH_ACCEPT_DIRECT] = "accept-direct",
		[GRAPH_IMPORT] = "import",
		[GRAPH_REVALIDATE] = "revalidate",
	};
	return words[k];
}

static const char *graphs_text(enum graphs_command_kind k)
{
	static const char *const words[] = {
		[GRAPHS_CREATE] = "create", [GRAPHS_OPEN] = "open",	[GRAPHS_CLOSE] = "close",
		[GRAPHS_DELETE] = "delete", [GRAPHS_LISTEN] = "listen", [GRAPHS_CANCEL] = "cancel",
		[GRAPHS_OF] = "of",
	};
	return words[k];
}

static void put_id(struct text *t, const char *word, const struct graph_guid *id)
{
	static const struct graph_guid none;
	if (graph_guid_eq(id, &none))
		return;
	text_str(t, word);
	graph_guid_text(t, id);
}

static void put_of(struct text *t, const struct graph_command *c)
{
	text_char(t, ' ');
	text_str(t, command_text(c->kind));
	put_id(t, " type ", &c->type);
	put_id(t, " record ", &c->id);
	if (c->has_payload || c->payload.n)
		node_put_number(t, "payload", c->payload.n);
	if (c->conn)
		node_put_number(t, "conn", c->conn);
	node_put_addr(t, "to", &c->remote);
}

void node_put_graphs_command(struct text *t, const struct graphs_command *c)
{
	text_str(t, " graph ");
	text_str(t, graphs_text(c->kind));
	text_char(t, ' ');
	text_quoted(t, c->id, 64);
	if (c->kind == GRAPHS_CANCEL)
		node_put_number(t, "call", c->other);
	if (c->kind == GRAPHS_OF)
		put_of(t, &c->of);
}

void node_put_data(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "graph", out->graph);
	node_put_number(t, "conn", out->conn);
	put_id(t, " type ", &out->type);
	node_put_octets(t, out->bytes, max_octets);
}

void node_put_reply_record(struct text *t, const struct node_out *out)
{
	put_id(t, " record ", &out->id);
	if (out->version)
		node_put_number(t, "version", out->version);
	if (out->conn)
		node_put_number(t, "conn", out->conn);
	if (out->text) {
		text_char(t, ' ');
		text_quoted(t, span_str(out->text), 80);
	}
}
