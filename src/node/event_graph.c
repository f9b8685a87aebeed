#include "node/event_int.h"

/* Events of graphs: names, levels, sentences, fields. */

#define SHOWN 80

const char *node_graph_name(const struct graph_event *e)
{
	static const char *const names[GRAPH_EVENT_COUNT] = {
#define X(name, text) [GRAPH_EVENT_##name] = text,
		GRAPH_EVENTS(X)
#undef X
	};
	return e->kind < GRAPH_EVENT_COUNT ? names[e->kind] : "unknown";
}

static bool is_over(const struct graph_event *e)
{
	return e->status == GRAPH_LINK_ENDED;
}

/* A contact of a graph that is well asks for connections again and again. */
static bool is_routine(const struct graph_event *e)
{
	return e->kind == GRAPH_EVENT_NEED_CONNECTION && e->status == GRAPH_LINK_CONNECTED;
}

enum node_level node_graph_event_level(const struct graph_event *e)
{
	static const enum node_level levels[GRAPH_EVENT_COUNT] = {
		[GRAPH_EVENT_STATUS] = NODE_INFO,	[GRAPH_EVENT_PROPERTIES] = NODE_INFO,
		[GRAPH_EVENT_RECORD] = NODE_DEBUG,	[GRAPH_EVENT_DIRECT] = NODE_INFO,
		[GRAPH_EVENT_NEIGHBOR] = NODE_INFO,	[GRAPH_EVENT_NEED_CONNECTION] = NODE_NOTICE,
		[GRAPH_EVENT_NODE] = NODE_INFO,		[GRAPH_EVENT_SYNCHRONISED] = NODE_DEBUG,
		[GRAPH_EVENT_PARTITION] = NODE_WARNING, [GRAPH_EVENT_SIGNATURE] = NODE_DEBUG,
		[GRAPH_EVENT_TIME] = NODE_WARNING,	[GRAPH_EVENT_INVALID] = NODE_WARNING,
		[GRAPH_EVENT_BAD_PEER] = NODE_WARNING,	[GRAPH_EVENT_SLOW] = NODE_WARNING,
		[GRAPH_EVENT_FULL] = NODE_WARNING,	[GRAPH_EVENT_STORE_FAILED] = NODE_ERROR,
		[GRAPH_EVENT_LOADED] = NODE_DEBUG,
	};
	static const struct graph_guid all;
	if (e->kind >= GRAPH_EVENT_COUNT)
		return NODE_ERROR;
	if (e->kind == GRAPH_EVENT_SYNCHRONISED && graph_guid_eq(&e->type, &all))
		return NODE_INFO;
	if (e->kind == GRAPH_EVENT_PARTITION && is_over(e))
		return NODE_NOTICE;
	if (is_routine(e))
		return NODE_DEBUG;
	if (e->kind == GRAPH_EVENT_BAD_PEER && !e->graph) /* nobody of ours */
		return NODE_NOTICE;
	return levels[e->kind];
}

/* Node IDs and signatures, as every place shows them. */
static void put_hex(struct text *t, uint64_t v)
{
	uint8_t octets[8];
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(v >> (56 - 8 * i));
	text_hex(t, span_of(octets, sizeof(octets)));
}

static void put_graph(struct text *t, const char *before, const struct graph_event *e)
{
	text_str(t, before);
	text_str(t, "graph ");
	text_quoted(t, span_str(e->graph_id ? e->graph_id : ""), SHOWN);
}

/* Whom it is with: by name and address, as far as both are known. */
static void put_peer(struct text *t, const struct graph_event *e)
{
	if (e->peer[0])
		text_quoted(t, span_str(e->peer), SHOWN);
	if (e->remote.family == ADDR_NONE)
		return;
	text_str(t, e->peer[0] ? " at " : "");
	addr_text(t, &e->remote);
}

static void put_why(struct text *t, const struct graph_event *e)
{
	if (!e->err && !e->text)
		return;
	text_str(t, ": ");
	text_str(t, e->text ? e->text : err_text(e->err));
}

static void status_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "", e);
	text_str(t, e->text ? " is " : " changed its state");
	text_str(t, e->text ? e->text : "");
}

static void properties_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "the properties of ", e);
	text_str(t, " changed");
}

static const char *change_text(enum graph_record_change c)
{
	switch (c) {
	case GRAPH_RECORD_ADDED:
		return "added";
	case GRAPH_RECORD_UPDATED:
		return "updated";
	case GRAPH_RECORD_GONE:
		return "deleted";
	case GRAPH_RECORD_EXPIRED:
		return "expired";
	}
	return "changed";
}

static void record_text(struct text *t, const struct graph_event *e)
{
	text_str(t, "record ");
	graph_guid_text(t, &e->id);
	put_graph(t, " of ", e);
	text_str(t, ": ");
	text_str(t, change_text(e->change));
	text_str(t, ", version ");
	text_u64(t, e->version);
}

/* A connection of either kind. */
static void link_text(struct text *t, const struct graph_event *e)
{
	bool direct = e->kind == GRAPH_EVENT_DIRECT;
	if (e->status == GRAPH_LINK_FAILED)
		text_str(t, direct ? "no direct connection with " : "no connection with neighbor ");
	else
		text_str(t, direct ? "direct connection with " : "neighbor ");
	put_peer(t, e);
	put_graph(t, " in ", e);
	if (e->status == GRAPH_LINK_CONNECTED)
		text_str(t, direct ? " is open" : " is connected");
	else if (e->status == GRAPH_LINK_ENDED)
		text_str(t, direct ? " has ended" : " has gone");
	put_why(t, e);
}

static void need_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "", e);
	if (is_routine(e))
		text_str(t, " watches over its unity and takes the address of a node that may be "
			    "cut off");
	else
		text_str(t, " has no neighbor and knows no address to try; name one with "
			    "homestead graph connect");
}

static void node_text(struct text *t, const struct graph_event *e)
{
	bool is_change = e->status == GRAPH_LINK_CHANGED;
	text_str(t, "node ");
	put_hex(t, e->node);
	text_str(t, " of ");
	put_peer(t, e);
	put_graph(t, is_over(e) ? " has left " : is_change ? " in " : " is in ", e);
	text_str(t, is_change ? " says something else of itself" : "");
}

static void synchronised_text(struct text *t, const struct graph_event *e)
{
	static const struct graph_guid all;
	put_graph(t, "", e);
	text_str(t, " is synchronised");
	if (graph_guid_eq(&e->type, &all))
		return;
	text_str(t, " for records of type ");
	graph_guid_text(t, &e->type);
}

static void partition_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "", e);
	text_str(t, is_over(e) ? " is in one piece again"
			       : " is in pieces; another one is looked for and joined");
}

static void signature_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "the signature of ", e);
	text_str(t, " is now ");
	put_hex(t, e->signature);
}

static void time_text(struct text *t, const struct graph_event *e)
{
	text_str(t, "the clock of ");
	put_peer(t, e);
	put_graph(t, " in ", e);
	text_str(t, " is ");
	text_duration(t, e->skew < 0 ? -e->skew : e->skew);
	text_str(t, e->skew < 0 ? " behind ours" : " ahead of ours");
	text_str(t, "; compare the clocks of both machines");
}

static void invalid_text(struct text *t, const struct graph_event *e)
{
	text_str(t, "a record of ");
	put_peer(t, e);
	put_graph(t, " in ", e);
	text_str(t, " is refused: ");
	text_str(t, e->fault < GRAPH_FAULT_COUNT ? graph_fault_text(e->fault) : "unknown fault");
}

static void bad_peer_text(struct text *t, const struct graph_event *e)
{
	text_str(t, e->graph ? "the connection with " : "a connection from ");
	put_peer(t, e);
	if (e->graph)
		put_graph(t, " in ", e);
	text_str(t, e->graph ? " is closed for what came on it" : " is closed");
	put_why(t, e);
}

static void slow_text(struct text *t, const struct graph_event *e)
{
	text_str(t, "neighbor ");
	put_peer(t, e);
	put_graph(t, " in ", e);
	text_str(t, " reads too slowly and is dropped; it is synchronised when it comes back");
}

static void full_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "the database of ", e);
	text_str(t, " takes no more");
	if (e->text)
		put_why(t, e);
	else if (e->fault && e->fault < GRAPH_FAULT_COUNT) {
		text_str(t, ": ");
		text_str(t, graph_fault_text(e->fault));
	}
	text_str(t, "; look at database_max, creator_max and records_max of graph");
}

static void store_text(struct text *t, const struct graph_event *e)
{
	text_str(t, "changes");
	put_graph(t, e->graph ? " of " : " of the table of ", e);
	text_str(t, " could not be stored and are undone");
	put_why(t, e);
	text_str(t, "; neighbors are asked for theirs again");
}

static void loaded_text(struct text *t, const struct graph_event *e)
{
	put_graph(t, "the database of ", e);
	text_str(t, " is read");
}

void node_graph_text(struct text *t, const struct graph_event *e)
{
	static void (*const texts[GRAPH_EVENT_COUNT])(struct text *, const struct graph_event *) = {
		[GRAPH_EVENT_STATUS] = status_text,
		[GRAPH_EVENT_PROPERTIES] = properties_text,
		[GRAPH_EVENT_RECORD] = record_text,
		[GRAPH_EVENT_DIRECT] = link_text,
		[GRAPH_EVENT_NEIGHBOR] = link_text,
		[GRAPH_EVENT_NEED_CONNECTION] = need_text,
		[GRAPH_EVENT_NODE] = node_text,
		[GRAPH_EVENT_SYNCHRONISED] = synchronised_text,
		[GRAPH_EVENT_PARTITION] = partition_text,
		[GRAPH_EVENT_SIGNATURE] = signature_text,
		[GRAPH_EVENT_TIME] = time_text,
		[GRAPH_EVENT_INVALID] = invalid_text,
		[GRAPH_EVENT_BAD_PEER] = bad_peer_text,
		[GRAPH_EVENT_SLOW] = slow_text,
		[GRAPH_EVENT_FULL] = full_text,
		[GRAPH_EVENT_STORE_FAILED] = store_text,
		[GRAPH_EVENT_LOADED] = loaded_text,
	};
	if (e->kind < GRAPH_EVENT_COUNT)
		texts[e->kind](t, e);
	else
		text_str(t, "unknown event");
}

/* Fields */

static void number(struct node_field *f, int64_t v)
{
	f->is_number = true;
	f->number = v;
}

static void fill_graph(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, e->graph_id ? e->graph_id : "");
}

static void fill_change(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, change_text(e->change));
}

static void fill_status(const struct graph_event *e, struct node_field *f)
{
	switch (e->status) {
	case GRAPH_LINK_CONNECTED:
		text_str(&f->value, "connected");
		return;
	case GRAPH_LINK_ENDED:
		text_str(&f->value, "ended");
		return;
	case GRAPH_LINK_FAILED:
		text_str(&f->value, "failed");
		return;
	case GRAPH_LINK_CHANGED:
		text_str(&f->value, "changed");
		return;
	}
}

static void fill_incoming(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, e->incoming ? "true" : "false");
}

static void fill_ours(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, e->ours ? "true" : "false");
}

static void fill_id(const struct graph_event *e, struct node_field *f)
{
	graph_guid_text(&f->value, &e->id);
}

static void fill_type(const struct graph_event *e, struct node_field *f)
{
	static const struct graph_guid none;
	if (!graph_guid_eq(&e->type, &none))
		graph_guid_text(&f->value, &e->type);
}

static void fill_version(const struct graph_event *e, struct node_field *f)
{
	number(f, e->version);
}

static void fill_conn(const struct graph_event *e, struct node_field *f)
{
	if (e->conn)
		number(f, (int64_t)e->conn);
}

static void fill_node(const struct graph_event *e, struct node_field *f)
{
	if (e->node)
		put_hex(&f->value, e->node);
}

static void fill_signature(const struct graph_event *e, struct node_field *f)
{
	put_hex(&f->value, e->signature);
}

static void fill_remote(const struct graph_event *e, struct node_field *f)
{
	if (e->remote.family != ADDR_NONE)
		addr_text(&f->value, &e->remote);
}

static void fill_peer(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, e->peer);
}

static void fill_error(const struct graph_event *e, struct node_field *f)
{
	text_str(&f->value, e->err ? err_name(e->err) : "");
}

static void fill_reason(const struct graph_event *e, struct node_field *f)
{
	if (e->text)
		text_str(&f->value, e->text);
	else if (e->fault && e->fault < GRAPH_FAULT_COUNT)
		text_str(&f->value, graph_fault_text(e->fault));
	else if (e->err)
		text_str(&f->value, err_text(e->err));
}

static void fill_skew(const struct graph_event *e, struct node_field *f)
{
	number(f, e->skew);
}

#define ON(name) (UINT32_C(1) << GRAPH_EVENT_##name)
#define LINKS	 (ON(DIRECT) | ON(NEIGHBOR))
#define FAILS	 (LINKS | ON(BAD_PEER) | ON(STORE_FAILED) | ON(FULL) | ON(INVALID))
#define ALWAYS	 (~UINT32_C(0))

static const struct row {
	const char *name;
	uint32_t kinds;
	void (*fill)(const struct graph_event *e, struct node_field *f);
} rows[NODE_GRAPH_FIELDS] = {
	{ "graph", ALWAYS, fill_graph },
	{ "change", ON(RECORD), fill_change },
	{ "status", LINKS | ON(NODE) | ON(PARTITION) | ON(NEED_CONNECTION), fill_status },
	{ "incoming", LINKS, fill_incoming },
	{ "ours", ON(RECORD), fill_ours },
	{ "id", ON(RECORD) | ON(INVALID), fill_id },
	{ "type", ON(RECORD) | ON(SYNCHRONISED), fill_type },
	{ "version", ON(RECORD), fill_version },
	{ "connection", LINKS, fill_conn },
	{ "node", LINKS | ON(NODE), fill_node },
	{ "signature", ON(SIGNATURE), fill_signature },
	{ "peer", ALWAYS, fill_peer },
	{ "remote", ALWAYS, fill_remote },
	{ "error", FAILS, fill_error },
	{ "reason", FAILS | ON(STATUS), fill_reason },
	{ "skew_us", ON(TIME), fill_skew },
};

void node_graph_field(const struct graph_event *e, size_t at, struct node_field *f)
{
	f->name = rows[at].name;
	if (rows[at].kinds >> e->kind & 1)
		rows[at].fill(e, f);
}
