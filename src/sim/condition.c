#include "base/number.h"
#include "sim/condition.h"
#include "sim/scenario_int.h"

/* What a scenario can ask for: read here, judged in judge.c. */

typedef enum err test_fn(struct scn_parser *p, struct scn_condition *c);

enum err scn_read_op(struct scn_parser *p, struct scn_condition *c)
{
	struct span w = scn_word(p);
	if (scn_op_of(w, &c->op))
		return scn_fail(p, "comparison", w, ">=, >, =, !=, <= or <");
	w = scn_word(p);
	if (scn_signed_duration(w, &c->number) == OK && w.n > 1)
		return OK;
	uint64_t v;
	if (number_u64(w, INT64_MAX, &v))
		return scn_fail(p, "number", w, "a number or a time");
	c->number = (int64_t)v;
	return OK;
}

/* "NODE PEER", the peer by its name in the node's configuration. */
static enum err read_session(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (e)
		return e;
	c->peer = scn_word(p);
	return c->peer.n ? OK : scn_fail(p, "peer", c->peer, "its name in the configuration");
}

static enum err read_state(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = read_session(p, c);
	if (e)
		return e;
	struct span w = scn_word(p);
	for (uint32_t i = 0; i < MASC_STATE_COUNT; i++) {
		if (!span_eq(w, span_str(masc_state_text((enum masc_state)i))))
			continue;
		c->what = i;
		return OK;
	}
	return scn_fail(p, "state", w,
			"idle, connect, active, opensent, openconfirm or established");
}

static enum err read_admin(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = read_session(p, c);
	if (e)
		return e;
	struct span w = scn_word(p);
	c->what = span_eq(w, span_str("down"));
	if (!c->what && !span_eq(w, span_str("up")))
		return scn_fail(p, "admin state", w, "up or down");
	return OK;
}

static enum err read_value(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = read_session(p, c);
	if (e)
		return e;
	struct span w = scn_word(p);
	for (c->what = 0; sim_values[c->what].name; c->what++)
		if (span_eq(w, span_str(sim_values[c->what].name)))
			return scn_read_op(p, c);
	text_str(p->why, "value ");
	text_quoted(p->why, w, 48);
	text_str(p->why, "; accepted are");
	for (size_t i = 0; sim_values[i].name; i++) {
		text_char(p->why, ' ');
		text_str(p->why, sim_values[i].name);
	}
	return ERR_MALFORMED;
}

static enum err read_paired(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	return e ? e : scn_node_name(p, &c->b);
}

static enum err read_partitions(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = read_paired(p, c);
	return e ? e : scn_read_op(p, c);
}

static enum err read_running(struct scn_parser *p, struct scn_condition *c)
{
	return scn_node_name(p, &c->a);
}

static enum err read_links(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_site_name(p, &c->a);
	return e ? e : scn_read_op(p, c);
}

static enum err read_octets(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_peer_name(p, &c->a, &c->connection);
	return e ? e : scn_hex(p, &c->data, &c->mask);
}

static enum err read_closed(struct scn_parser *p, struct scn_condition *c)
{
	return scn_peer_name(p, &c->a, &c->connection);
}

/* A comparison may end what is counted; else once is enough. */
enum err scn_read_times(struct scn_parser *p, struct scn_condition *c)
{
	c->op = SCN_AT_LEAST;
	c->number = 1;
	return scn_accept(p, "times") ? scn_read_op(p, c) : OK;
}

static bool is_event_name(struct span name)
{
	struct node_event e = { .part = NODE_PART_MASC };
	for (int k = 0; k < MASC_EVENT_COUNT; k++) {
		e.masc.kind = (enum masc_event_kind)k;
		if (span_eq(span_str(node_event_name(&e)), name))
			return true;
	}
	e.part = NODE_PART_GRAPH;
	for (int k = 0; k < GRAPH_EVENT_COUNT; k++) {
		e.graph.kind = (enum graph_event_kind)k;
		if (span_eq(span_str(node_event_name(&e)), name))
			return true;
	}
	e.part = NODE_PART_NODE;
	for (int k = 0; k < NODE_SELF_EVENT_COUNT; k++) {
		e.self.kind = (enum node_self_event_kind)k;
		if (span_eq(span_str(node_event_name(&e)), name))
			return true;
	}
	return false;
}

static enum err read_event(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (e)
		return e;
	c->name = scn_word(p);
	if (!is_event_name(c->name))
		return scn_fail(p, "event", c->name,
				"one that nodes have, such as up or collision");
	while (scn_peek(p).p && !span_eq(scn_peek(p), span_str("times"))) {
		struct span w = scn_word(p);
		const uint8_t *equal = memchr(w.p, '=', w.n);
		if (!equal || c->n_fields == SCN_FIELDS_MAX)
			return scn_fail(p, "field", w, "up to 8 of the form name=value");
		size_t n = (size_t)(equal - w.p);
		c->fields[c->n_fields++] =
			(struct scn_field){ span_of(w.p, n), span_of(w.p + n + 1, w.n - n - 1) };
	}
	return scn_read_times(p, c);
}

static enum err read_code(struct scn_parser *p, struct scn_condition *c)
{
	struct span w = scn_word(p);
	const uint8_t *slash = w.n ? memchr(w.p, '/', w.n) : NULL;
	size_t n = slash ? (size_t)(slash - w.p) : 0;
	uint64_t code, subcode;
	if (!slash || number_u64(span_of(w.p, n), 127, &code) ||
	    number_u64(span_of(slash + 1, w.n - n - 1), 255, &subcode))
		return scn_fail(p, "notification", w, "CODE/SUBCODE, such as 2/8");
	c->code = (uint8_t)code;
	c->subcode = (uint8_t)subcode;
	return OK;
}

/* "notification FROM TO 2/8 [data HEX] [times ...]" */
static enum err read_notification(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_site_name(p, &c->a);
	if (!e)
		e = scn_site_name(p, &c->b);
	if (!e)
		e = read_code(p, c);
	if (e)
		return e;
	c->has_data = scn_accept(p, "data");
	if (c->has_data)
		return scn_hex(p, &c->data, &c->mask) ? ERR_MALFORMED : scn_read_times(p, c);
	return scn_read_times(p, c);
}

static bool is_result(struct span name)
{
	static const char *const names[] = { "OK",
#define X(name, number, text) #name,
					     ERR_LIST(X)
#undef X
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq(span_str(names[i]), name))
			return true;
	return false;
}

static enum err read_reply(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (e)
		return e;
	c->name = scn_word(p);
	if (!is_result(c->name))
		return scn_fail(p, "result", c->name, "OK or the name of an error");
	return scn_read_times(p, c);
}

static const struct test_row {
	const char *name;
	enum scn_test test;
	test_fn *read;
} tests[] = {
	{ "state", SCN_STATE, read_state },
	{ "admin", SCN_ADMIN, read_admin },
	{ "value", SCN_VALUE, read_value },
	{ "paired", SCN_PAIRED, read_paired },
	{ "running", SCN_RUNNING, read_running },
	{ "links", SCN_LINKS, read_links },
	{ "octets", SCN_OCTETS, read_octets },
	{ "closed", SCN_CLOSED, read_closed },
	{ "holds", SCN_HOLDS, scn_read_holds },
	{ "own", SCN_OWN, scn_read_own },
	{ "resumed", SCN_RESUMED, scn_read_crashed },
	{ "goes-on", SCN_GOES_ON, scn_read_crashed },
	{ "knows", SCN_KNOWS, scn_read_knows },
	{ "known", SCN_KNOWN, scn_read_known },
	{ "clashes", SCN_CLASHES, scn_read_count_of },
	{ "crashes", SCN_CRASHES, scn_read_count_of },
	{ "partitions", SCN_PARTITIONS, read_partitions },
	{ "skews", SCN_SKEWS, scn_read_count_of },
	{ "met", SCN_MET, scn_read_count_of },
	{ "found", SCN_FOUND, scn_read_found },
	{ "announced", SCN_ANNOUNCED, scn_read_announced },
	{ "cloud", SCN_CLOUD, scn_read_cloud },
	{ "entries", SCN_ENTRIES, scn_read_entries },
	{ "same", SCN_SAME, scn_read_graph_all },
	{ "kept", SCN_KEPT, scn_read_graph_all },
	{ "mesh", SCN_MESH, scn_read_graph_all },
	{ "agreed", SCN_AGREED, scn_read_graph_all },
	{ "neighbors", SCN_NEIGHBORS, scn_read_graph_count },
	{ "records", SCN_RECORDS, scn_read_graph_count },
	{ "synchronised", SCN_SYNCHRONISED, scn_read_graph_node },
	{ "lawful", SCN_LAWFUL, scn_read_graph_all },
	{ "listed", SCN_LISTED, scn_read_graph_all },
	{ "settled", SCN_SETTLED, scn_read_graph_all },
	{ "purged", SCN_PURGED, scn_read_graph_all },
	{ "readable", SCN_READABLE, scn_read_graph_all },
	{ "out", SCN_OUT, scn_read_graph_node },
	{ "in", SCN_IN, scn_read_graph_node },
	{ "covered", SCN_COVERED, scn_read_graph_all },
	{ "event", SCN_EVENT, read_event },
	{ "notification", SCN_NOTIFICATION, read_notification },
	{ "reply", SCN_REPLY, read_reply },
};

enum err scn_read_condition(struct scn_parser *p, struct scn_condition *c)
{
	*c = (struct scn_condition){ .a = SCN_NO_SITE, .b = SCN_NO_SITE };
	struct span rest = scn_peek(p);
	c->negated = scn_accept(p, "not");
	struct span name = scn_word(p);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (!span_eq(span_str(tests[i].name), name))
			continue;
		c->test = tests[i].test;
		enum err e = tests[i].read(p, c);
		c->text = span_of(rest.p, (size_t)(p->text.p + p->at - rest.p));
		return e;
	}
	return scn_fail(p, "condition", name,
			"not, then state, admin, value, paired, running, links, octets, closed, "
			"holds, own, resumed, goes-on, knows, known, clashes, crashes, "
			"partitions, skews, met, found, announced, cloud, entries, same, kept, "
			"mesh, agreed, neighbors, records, synchronised, lawful, listed, settled, "
			"purged, readable, out, in, covered, event, notification or reply");
}
