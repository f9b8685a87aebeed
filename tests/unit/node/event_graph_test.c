#include "../failing_env.h"

#include "node/describe.h"
#include "node/event.h"

/* Events of graphs in words, and what reaches and leaves graphs. */

static struct node_event event_of(enum graph_event_kind k)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_GRAPH;
	e.graph.kind = k;
	e.graph.graph = 3;
	e.graph.graph_id = "0.graph";
	e.graph.node = 0x0102030405060708;
	e.graph.signature = 0x1122334455667788;
	e.graph.remote = (struct addr){ .family = ADDR_IPV4, .ip = { 192, 0, 2, 1 }, .port = 3587 };
	memcpy(e.graph.peer, "0.bob", 5);
	memset(&e.graph.id, 0x44, sizeof(e.graph.id));
	e.graph.version = 2;
	e.graph.skew = -90 * MONO_SEC;
	e.graph.fault = GRAPH_FAULT_JUMP;
	e.graph.status = GRAPH_LINK_CONNECTED;
	e.graph.change = GRAPH_RECORD_ADDED;
	return e;
}

static void says(const struct node_event *e, const char *expected)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	node_event_text(&t, e);
	assert_string_equal(buffer, expected);
}

/* Every kind has a name, a level and a sentence that names its graph or its peer. */
static void every_kind(void **state)
{
	for (int k = 0; k < GRAPH_EVENT_COUNT; k++) {
		struct node_event e = event_of((enum graph_event_kind)k);
		char buffer[1024];
		struct text t = TEXT_OF(buffer);
		node_event_text(&t, &e);
		assert_string_not_equal(node_event_name(&e), "unknown");
		assert_true(strstr(buffer, "0.graph") || strstr(buffer, "0.bob"));
		assert_true(node_graph_event_level(&e.graph) < NODE_LEVEL_COUNT);
		assert_int_not_equal(buffer[t.n - 1], '.');
	}
	struct node_event e = event_of(GRAPH_EVENT_COUNT);
	says(&e, "unknown event");
	assert_string_equal(node_event_name(&e), "unknown");
	assert_int_equal(node_graph_event_level(&e.graph), NODE_ERROR);
}

static void sentences(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_NEIGHBOR);
	says(&e, "neighbor \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\" is connected");
	e.graph.status = GRAPH_LINK_ENDED;
	e.graph.err = ERR_RESET;
	says(&e, "neighbor \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\" has gone: connection "
		 "reset by the other side");
	e = event_of(GRAPH_EVENT_DIRECT);
	e.graph.status = GRAPH_LINK_FAILED;
	e.graph.text = "busy";
	says(&e,
	     "no direct connection with \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\": busy");
	e = event_of(GRAPH_EVENT_RECORD);
	e.graph.change = GRAPH_RECORD_EXPIRED;
	says(&e, "record 44444444-4444-4444-4444-444444444444 of graph \"0.graph\": expired, "
		 "version 2");
	e = event_of(GRAPH_EVENT_TIME);
	says(&e, "the clock of \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\" is 90s behind "
		 "ours; compare the clocks of both machines");
	e = event_of(GRAPH_EVENT_INVALID);
	says(&e, "a record of \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\" is refused: its "
		 "version jumps too far");
	e = event_of(GRAPH_EVENT_SIGNATURE);
	says(&e, "the signature of graph \"0.graph\" is now 1122334455667788");
	e = event_of(GRAPH_EVENT_PARTITION);
	says(&e, "graph \"0.graph\" is in pieces; another one is looked for and joined");
	e.graph.status = GRAPH_LINK_ENDED;
	says(&e, "graph \"0.graph\" is in one piece again");
	e = event_of(GRAPH_EVENT_SYNCHRONISED);
	says(&e, "graph \"0.graph\" is synchronised");
	e = event_of(GRAPH_EVENT_STATUS);
	e.graph.text = "connected; it takes connections";
	says(&e, "graph \"0.graph\" is connected; it takes connections");
}

/* GRAPH-12.14: of no graph, and no warning. */
static void strangers(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_BAD_PEER);
	assert_int_equal(node_graph_event_level(&e.graph), NODE_WARNING);
	e.graph.graph = 0;
	e.graph.graph_id = NULL;
	e.graph.peer[0] = 0;
	e.graph.err = ERR_TIMEOUT;
	e.graph.text = "it did not say in time which graph it is for";
	assert_int_equal(node_graph_event_level(&e.graph), NODE_NOTICE);
	says(&e, "a connection from 192.0.2.1:3587 is closed: it did not say in time which graph "
		 "it is for");
}

/* "name=value", all of them. */
static void has_fields(const struct node_event *e, const char *expected)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	struct node_field f;
	for (size_t at = 0; node_event_field(e, &at, &f);) {
		text_str(&t, t.n ? " " : "");
		text_str(&t, f.name);
		text_char(&t, '=');
		if (f.is_number)
			text_i64(&t, f.number);
		else
			text_str(&t, f.value.p);
	}
	assert_string_equal(buffer, expected);
}

/* GRAPH-8.27: a contact that has neighbors asks too, and is not said to have none. */
static void who_has_neighbors_is_not_alone(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_NEED_CONNECTION);
	e.graph.status = 0;
	says(&e, "graph \"0.graph\" has no neighbor and knows no address to try; name one with "
		 "homestead graph connect");
	assert_int_equal(node_graph_event_level(&e.graph), NODE_NOTICE);
	e.graph.status = GRAPH_LINK_CONNECTED;
	says(&e, "graph \"0.graph\" watches over its unity and takes the address of a node that "
		 "may be cut off");
	has_fields(&e, "graph=0.graph status=connected peer=0.bob remote=192.0.2.1:3587");
	assert_int_equal(node_graph_event_level(&e.graph), NODE_DEBUG);
}

static void levels(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_SYNCHRONISED);
	assert_int_equal(node_graph_event_level(&e.graph), NODE_INFO);
	e.graph.type.at[0] = 1;
	assert_int_equal(node_graph_event_level(&e.graph), NODE_DEBUG);
	e = event_of(GRAPH_EVENT_PARTITION);
	assert_int_equal(node_graph_event_level(&e.graph), NODE_WARNING);
	e.graph.status = GRAPH_LINK_ENDED;
	assert_int_equal(node_graph_event_level(&e.graph), NODE_NOTICE);
	e = event_of(GRAPH_EVENT_RECORD);
	assert_int_equal(node_graph_event_level(&e.graph), NODE_DEBUG);
}

/* To say something new of itself is no failure. */
static void a_node_that_changes_goes_on(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_NODE);
	says(&e, "node 0102030405060708 of \"0.bob\" at 192.0.2.1:3587 is in graph \"0.graph\"");
	e.graph.status = GRAPH_LINK_CHANGED;
	says(&e, "node 0102030405060708 of \"0.bob\" at 192.0.2.1:3587 in graph \"0.graph\" says "
		 "something else of itself");
	has_fields(&e, "graph=0.graph status=changed node=0102030405060708 peer=0.bob "
		       "remote=192.0.2.1:3587");
	e.graph.status = GRAPH_LINK_ENDED;
	says(&e, "node 0102030405060708 of \"0.bob\" at 192.0.2.1:3587 has left graph "
		 "\"0.graph\"");
}

static void fields(void **state)
{
	struct node_event e = event_of(GRAPH_EVENT_NEIGHBOR);
	e.graph.conn = 9;
	e.graph.fault = GRAPH_FAULT_NONE;
	e.graph.err = ERR_TIMEOUT;
	e.graph.status = GRAPH_LINK_FAILED;
	has_fields(&e, "graph=0.graph status=failed incoming=false connection=9 "
		       "node=0102030405060708 peer=0.bob remote=192.0.2.1:3587 error=TIMEOUT "
		       "reason=timed out");
	e = event_of(GRAPH_EVENT_RECORD);
	e.graph.ours = true;
	e.graph.type.at[0] = 1;
	has_fields(&e, "graph=0.graph change=added ours=true "
		       "id=44444444-4444-4444-4444-444444444444 "
		       "type=01000000-0000-0000-0000-000000000000 version=2 peer=0.bob "
		       "remote=192.0.2.1:3587");
	e = event_of(GRAPH_EVENT_INVALID);
	has_fields(&e, "graph=0.graph id=44444444-4444-4444-4444-444444444444 peer=0.bob "
		       "remote=192.0.2.1:3587 reason=its version jumps too far");
	e = event_of(GRAPH_EVENT_TIME);
	has_fields(&e, "graph=0.graph peer=0.bob remote=192.0.2.1:3587 skew_us=-90000000");
}

static void what_reaches_and_leaves(void **state)
{
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	struct node_in in = { .kind = NODE_IN_COMMAND,
			      .number = 5,
			      .command = { .kind = NODE_COMMAND_GRAPH } };
	in.command.graphs.kind = GRAPHS_OF;
	in.command.graphs.id = span_str("0.graph");
	in.command.graphs.of.kind = GRAPH_RECORD_ADD;
	in.command.graphs.of.payload = span_str("abc");
	node_describe_in(&t, &in, 16);
	assert_string_equal(buffer, "command call 5 graph of \"0.graph\" add payload 3");
	t = TEXT_OF(buffer);
	in = (struct node_in){ .kind = NODE_IN_LISTENING, .listener = NODE_PART_GRAPH };
	in.local = (struct addr){ .family = ADDR_IPV4, .ip = { 192, 0, 2, 1 }, .port = 3587 };
	node_describe_in(&t, &in, 16);
	assert_string_equal(buffer, "listening graph at 192.0.2.1:3587");
	t = TEXT_OF(buffer);
	struct node_out out = { .kind = NODE_OUT_DATA, .graph = 2, .conn = 7 };
	out.bytes = span_str("abc");
	node_describe_out(&t, &out, 16);
	assert_string_equal(buffer, "data graph 2 conn 7 616263");
	t = TEXT_OF(buffer);
	out = (struct node_out){ .kind = NODE_OUT_REPLY, .number = 5, .err = ERR_STATE };
	out.text = "not now";
	out.version = 3;
	node_describe_out(&t, &out, 16);
	assert_string_equal(buffer, "reply call 5 STATE version 3 \"not now\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(sentences),
		cmocka_unit_test(strangers),
		cmocka_unit_test(levels),
		cmocka_unit_test(who_has_neighbors_is_not_alone),
		cmocka_unit_test(fields),
		cmocka_unit_test(what_reaches_and_leaves),
		cmocka_unit_test(a_node_that_changes_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
