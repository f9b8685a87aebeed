#include "base/number.h"
#include "sim/scenario_int.h"

/* Graphs and records: "command N graph ...", and what can be expected of them. A record
 * has a name in the story, since nobody knows its Record ID before it is made. */

static enum err read_id(struct scn_parser *p, struct span *id)
{
	*id = scn_word(p);
	return id->n && id->n <= GRAPH_ID_OCTETS ? OK : scn_fail(p, "graph", *id, "a Graph ID");
}

static enum err read_key(struct scn_parser *p, struct scn_graph *g)
{
	g->key = scn_word(p);
	return g->key.n ? OK : scn_fail(p, "record", g->key, "what the story calls it");
}

static enum err read_nothing(struct scn_parser *p, struct scn_action *a, struct scn_graph *g)
{
	return OK;
}

/* "[presence N] [defer]": so many nodes at most say that they are here; nothing expires at
 * a node without neighbors */
static enum err read_create(struct scn_parser *p, struct scn_action *a, struct scn_graph *g)
{
	uint64_t n = GRAPH_PRESENCE_ALL;
	enum err e = scn_accept(p, "presence") ? scn_number(p, "presence", 1000000, &n) : OK;
	g->presence = (uint32_t)n;
	g->defer = !e && scn_accept(p, "defer");
	return e;
}

/* "ADDRESS [alone]" */
static enum err read_connect(struct scn_parser *p, struct scn_action *a, struct scn_graph *g)
{
	struct span w = scn_word(p);
	if (addr_parse(w, GRAPH_PORT, &a->addr))
		return scn_fail(p, "connect", w, "an address");
	g->alone = scn_accept(p, "alone");
	return OK;
}

/* "KEY [size N] [for T]" */
static enum err read_record(struct scn_parser *p, struct scn_action *a, struct scn_graph *g)
{
	enum err e = read_key(p, g);
	g->size = 32;
	while (!e && scn_peek(p).p) {
		uint64_t size = g->size;
		if (scn_accept(p, "size"))
			e = scn_number(p, "size", 1000000, &size);
		else if (scn_accept(p, "for"))
			e = scn_duration(p, "for", &g->life);
		else
			e = scn_fail(p, "record", scn_peek(p), "size N or for T");
		g->size = (uint32_t)size;
	}
	return e;
}

static enum err read_of(struct scn_parser *p, struct scn_action *a, struct scn_graph *g)
{
	return read_key(p, g);
}

static const struct verb_row {
	const char *name;
	enum scn_graph_verb verb;
	enum err (*read)(struct scn_parser *p, struct scn_action *a, struct scn_graph *g);
} rows[] = {
	{ "create", SCN_GRAPH_CREATE, read_create }, { "open", SCN_GRAPH_OPEN, read_nothing },
	{ "close", SCN_GRAPH_CLOSE, read_nothing },  { "listen", SCN_GRAPH_LISTEN, read_nothing },
	{ "erase", SCN_GRAPH_ERASE, read_nothing },  { "connect", SCN_GRAPH_CONNECT, read_connect },
	{ "add", SCN_GRAPH_ADD, read_record },	     { "update", SCN_GRAPH_UPDATE, read_record },
	{ "delete", SCN_GRAPH_DELETE, read_of },
};

enum err scn_read_graph_command(struct scn_parser *p, struct scn_action *a)
{
	struct span w = scn_word(p);
	struct scn_graph *g = arena_alloc(&p->s->arena, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	a->graph = g;
	*a->command = (struct node_command){ .kind = NODE_COMMAND_GRAPH };
	a->owner = SCN_NO_SITE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(w, span_str(rows[i].name)))
			continue;
		g->verb = rows[i].verb;
		enum err e = read_id(p, &g->id);
		return e ? e : rows[i].read(p, a, g);
	}
	return scn_fail(p, "graph", w,
			"create, open, close, listen, erase, connect, add, update or delete");
}

enum err scn_read_graph_all(struct scn_parser *p, struct scn_condition *c)
{
	return read_id(p, &c->name);
}

enum err scn_read_graph_node(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	return e ? e : read_id(p, &c->name);
}

enum err scn_read_graph_count(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_read_graph_node(p, c);
	return e ? e : scn_read_op(p, c);
}
