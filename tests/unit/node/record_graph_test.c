#include "../failing_env.h"

#include "node/record.h"

/* Commands, answers and events of graphs, written down and read again. */

static struct record_room room;

static const struct addr v6 = { .family = ADDR_IPV6, .ip = { 0x20, 1 }, .port = 3587, .scope = 2 };

static struct graph_guid guid(uint8_t v)
{
	struct graph_guid g;
	memset(&g, v, sizeof(g));
	return g;
}

static const struct graph_properties properties = { .id = "0.graph",
						    .creator = "0.ann",
						    .scope = GRAPH_SCOPE_LINK,
						    .defer_expiration = true,
						    .profile = CRYPTO_MODERN,
						    .record_max = 5000,
						    .name = "A graph",
						    .comment = "and more",
						    .presence_life = 400,
						    .presence_max = 7 };

#define COMMANDS 6

static void commands(struct node_in in[COMMANDS])
{
	static struct graph_guid order[2];
	struct graphs_command *c;
	memset(in, 0, COMMANDS * sizeof(*in));
	order[0] = guid(8);
	order[1] = guid(9);
	for (size_t i = 0; i < COMMANDS; i++) {
		in[i].kind = NODE_IN_COMMAND;
		in[i].number = 70 + i;
		in[i].command.kind = NODE_COMMAND_GRAPH;
		in[i].command.graphs.id = span_str("0.graph");
	}
	c = &in[0].command.graphs;
	c->kind = GRAPHS_CREATE;
	c->peer = span_str("0.ann");
	c->name = span_str("Ann");
	c->properties = &properties;
	c->sync_order = order;
	c->n_sync_order = 2;
	in[1].command.graphs.kind = GRAPHS_DELETE;
	in[2].command.graphs.kind = GRAPHS_CANCEL;
	in[2].command.graphs.other = UINT64_MAX - 1;
	c = &in[3].command.graphs;
	c->kind = GRAPHS_OF;
	c->of = (struct graph_command){ .kind = GRAPH_RECORD_UPDATE,
					.type = guid(1),
					.id = guid(2),
					.if_version = 77,
					.has_payload = true,
					.has_attributes = true,
					.payload = span_str("payload"),
					.attributes = span_str("<attributes/>"),
					.expires = INT64_C(1790000000000000) };
	c = &in[4].command.graphs;
	c->kind = GRAPHS_OF;
	c->of = (struct graph_command){ .kind = GRAPH_CONN_OPEN,
					.remote = v6,
					.peer = span_str("0.bob"),
					.node = UINT64_MAX - 5,
					.local_only = true,
					.paused = true,
					.present = true };
	c = &in[5].command.graphs;
	c->kind = GRAPHS_OF;
	c->of = (struct graph_command){ .kind = GRAPH_IMPORT,
					.conn = 0x40000001,
					.set = GRAPH_SET_COMMENT,
					.properties = &properties };
}

static void same_properties(const struct graph_properties *a, const struct graph_properties *b)
{
	assert_true(!a == !b);
	if (!a)
		return;
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->creator, b->creator);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->comment, b->comment);
	assert_int_equal(a->scope, b->scope);
	assert_int_equal(a->profile, b->profile);
	assert_int_equal(a->defer_expiration, b->defer_expiration);
	assert_int_equal(a->record_max, b->record_max);
	assert_int_equal(a->presence_life, b->presence_life);
	assert_int_equal(a->presence_max, b->presence_max);
}

static void same_of(const struct graph_command *a, const struct graph_command *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(graph_guid_eq(&a->type, &b->type) && graph_guid_eq(&a->id, &b->id));
	assert_int_equal(a->if_version, b->if_version);
	assert_int_equal(a->has_payload, b->has_payload);
	assert_int_equal(a->has_attributes, b->has_attributes);
	assert_int_equal(a->local_only, b->local_only);
	assert_int_equal(a->paused, b->paused);
	assert_int_equal(a->present, b->present);
	assert_true(span_eq(a->payload, b->payload) && span_eq(a->attributes, b->attributes));
	assert_true(a->expires == b->expires && a->node == b->node && a->conn == b->conn);
	assert_true(addr_eq(&a->remote, &b->remote) && span_eq(a->peer, b->peer));
	assert_int_equal(a->set, b->set);
	same_properties(a->properties, b->properties);
}

static void same_command(const struct graphs_command *a, const struct graphs_command *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(span_eq(a->id, b->id) && span_eq(a->peer, b->peer));
	assert_true(span_eq(a->name, b->name) && a->other == b->other);
	assert_int_equal(a->n_sync_order, b->n_sync_order);
	for (size_t i = 0; i < a->n_sync_order; i++)
		assert_true(graph_guid_eq(&a->sync_order[i], &b->sync_order[i]));
	same_properties(a->properties, b->properties);
	same_of(&a->of, &b->of);
}

static void commands_round_trip(void **state)
{
	struct node_in in[COMMANDS], got;
	commands(in);
	for (size_t i = 0; i < COMMANDS; i++) {
		uint8_t p[2000];
		struct wr w = wr_of(p, sizeof(p));
		record_in_write(&w, &in[i]);
		assert_false(w.failed);
		assert_true(w.n <= record_in_size(&in[i]));
		assert_int_equal(record_in_read(wr_span(&w), &got, &room), OK);
		assert_true(got.number == in[i].number);
		same_command(&in[i].command.graphs, &got.command.graphs);
		for (size_t n = 0; n < w.n; n++)
			assert_int_equal(record_in_read(span_of(p, n), &got, &room), ERR_MALFORMED);
	}
}

static void commands_with_any_octet(void **state)
{
	struct node_in in[COMMANDS], got;
	commands(in);
	for (size_t i = 0; i < COMMANDS; i++) {
		uint8_t p[2000];
		struct wr w = wr_of(p, sizeof(p));
		record_in_write(&w, &in[i]);
		for (size_t at = 0; at < w.n; at++) {
			uint8_t kept = p[at];
			for (unsigned v = 0; v < 256; v += 15) {
				p[at] = (uint8_t)v;
				enum err e = record_in_read(wr_span(&w), &got, &room);
				assert_true(e == OK || e == ERR_MALFORMED);
			}
			p[at] = kept;
		}
	}
}

/* As large as they can be, a command has the room that is told. */
static void the_largest_command(void **state)
{
	static char words[GRAPH_COMMENT_OCTETS + 1];
	static struct graph_properties large;
	static struct graph_guid order[GRAPH_PRIORITY_MAX];
	static uint8_t p[65536];
	struct node_in in = { .kind = NODE_IN_COMMAND, .command.kind = NODE_COMMAND_GRAPH }, got;
	struct graphs_command *c = &in.command.graphs;
	memset(words, 'w', sizeof(words) - 1);
	memcpy(large.id, words, GRAPH_ID_OCTETS);
	memcpy(large.creator, words, GRAPH_ID_OCTETS);
	memcpy(large.name, words, GRAPH_ID_OCTETS);
	memcpy(large.comment, words, GRAPH_COMMENT_OCTETS);
	c->id = c->peer = c->name = c->of.peer = span_of(words, GRAPH_ID_OCTETS);
	c->properties = c->of.properties = &large;
	c->sync_order = order;
	c->n_sync_order = GRAPH_PRIORITY_MAX;
	struct wr w = wr_of(p, record_in_size(&in));
	record_in_write(&w, &in);
	assert_false(w.failed);
	assert_int_equal(record_in_read(wr_span(&w), &got, &room), OK);
	same_command(c, &got.command.graphs);
}

static void listening(void **state)
{
	const struct node_in in[] = {
		{ .kind = NODE_IN_LISTENING, .listener = NODE_PART_GRAPH, .local = v6 },
		{ .kind = NODE_IN_LISTEN_FAILED,
		  .listener = NODE_PART_GRAPH,
		  .local = v6,
		  .err = ERR_IN_USE },
	};
	for (size_t i = 0; i < 2; i++) {
		uint8_t p[200];
		struct wr w = wr_of(p, sizeof(p));
		struct node_in got;
		record_in_write(&w, &in[i]);
		assert_int_equal(record_in_read(wr_span(&w), &got, &room), OK);
		assert_int_equal(got.kind, in[i].kind);
		assert_int_equal(got.listener, NODE_PART_GRAPH);
		assert_int_equal(got.err, in[i].err);
		assert_true(addr_eq(&got.local, &v6));
	}
}

static struct node_event event_of_all(void)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_GRAPH;
	e.level = NODE_INFO;
	e.graph = (struct graph_event){ .kind = GRAPH_EVENT_NEIGHBOR,
					.graph = 3,
					.graph_id = "0.graph",
					.change = GRAPH_RECORD_GONE,
					.status = GRAPH_LINK_FAILED,
					.incoming = true,
					.ours = true,
					.id = guid(4),
					.type = guid(5),
					.version = 6,
					.conn = 7,
					.node = 8,
					.signature = 9,
					.remote = v6,
					.peer = "0.bob",
					.err = ERR_TIMEOUT,
					.fault = GRAPH_FAULT_JUMP,
					.skew = -10,
					.text = "why not" };
	return e;
}

static void outputs_round_trip(void **state)
{
	struct node_event e = event_of_all();
	const struct node_out out[] = {
		{ .kind = NODE_OUT_LISTEN,
		  .listener = NODE_PART_GRAPH,
		  .local = v6,
		  .any_port = true },
		{ .kind = NODE_OUT_DIAL, .listener = NODE_PART_GRAPH, .link = 9, .remote = v6 },
		{ .kind = NODE_OUT_EVENT, .event = &e, .after = 4 },
		{ .kind = NODE_OUT_REPLY,
		  .number = 5,
		  .err = ERR_STATE,
		  .text = "not now",
		  .id = guid(6),
		  .version = 7,
		  .conn = 8 },
		{ .kind = NODE_OUT_REPLY, .number = 6 },
		{ .kind = NODE_OUT_DATA,
		  .link = 9,
		  .graph = 2,
		  .conn = UINT64_MAX,
		  .type = guid(3),
		  .bytes = span_str("octets") },
	};
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		uint8_t p[2000], again[2000];
		struct wr w = wr_of(p, sizeof(p)), w2 = wr_of(again, sizeof(again));
		struct node_out got;
		record_out_write(&w, &out[i]);
		assert_false(w.failed);
		assert_true(w.n <= record_out_size(&out[i]));
		assert_int_equal(record_out_read(wr_span(&w), &got, &room), OK);
		assert_int_equal(got.kind, out[i].kind);
		record_out_write(&w2, &got);
		assert_true(span_eq(wr_span(&w), wr_span(&w2)));
		for (size_t n = 0; n < w.n; n++)
			assert_int_equal(record_out_read(span_of(p, n), &got, &room),
					 ERR_MALFORMED);
	}
}

static void an_event_comes_back_whole(void **state)
{
	struct node_event e = event_of_all();
	const struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e };
	uint8_t p[2000];
	struct wr w = wr_of(p, sizeof(p));
	struct node_out got;
	record_out_write(&w, &out);
	assert_int_equal(record_out_read(wr_span(&w), &got, &room), OK);
	const struct graph_event *g = &got.event->graph;
	assert_int_equal(got.event->part, NODE_PART_GRAPH);
	assert_string_equal(g->graph_id, "0.graph");
	assert_string_equal(g->peer, "0.bob");
	assert_string_equal(g->text, "why not");
	assert_int_equal(g->status, GRAPH_LINK_FAILED);
	assert_int_equal(g->change, GRAPH_RECORD_GONE);
	assert_int_equal(g->fault, GRAPH_FAULT_JUMP);
	assert_true(g->skew == -10 && g->conn == 7 && g->node == 8 && g->signature == 9);
	e.graph.graph_id = e.graph.text = NULL;
	w = wr_of(p, sizeof(p));
	record_out_write(&w, &out);
	assert_int_equal(record_out_read(wr_span(&w), &got, &room), OK);
	assert_null(got.event->graph.graph_id);
	assert_null(got.event->graph.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_round_trip), cmocka_unit_test(commands_with_any_octet),
		cmocka_unit_test(the_largest_command), cmocka_unit_test(listening),
		cmocka_unit_test(outputs_round_trip),  cmocka_unit_test(an_event_comes_back_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
