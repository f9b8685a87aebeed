#include "failing_env.h"

#include <jansson.h>

#include "played.h"

static struct ops *ops;
static size_t ready_calls;
static struct failing_env scarce;

static int setup(void **state)
{
	played_init();
	ready_calls = 0;
	struct ops_host host = played_host();
	return ops_new(&ops, NULL, &host) == OK ? 0 : -1;
}

static int teardown(void **state)
{
	ops_free(ops);
	return 0;
}

static void ready(void *arg)
{
	ready_calls++;
}

static void say(enum node_level level, const char *part, const char *text)
{
	ops_message(ops, level, part, text, (struct wall){ 1000000, true });
}

static void say_many(size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(NODE_INFO, "masc", "x");
}

static struct ops_subscription *subscribe(const struct ops_filter *f)
{
	struct ops_subscription *s = NULL;
	char why[200];
	struct text t = TEXT_OF(why);
	assert_int_equal(ops_subscribe(&s, ops, f, &t), OK);
	ops_on_ready(s, ready, NULL);
	return s;
}

static struct ops_subscription *subscribe_live(const char *part, const char *level)
{
	struct ops_subscription *s = NULL;
	struct ops_filter f = { 0 };
	char why[200];
	struct text t = TEXT_OF(why);
	ops_set_text(f.part, sizeof(f.part), part);
	ops_set_text(f.level, sizeof(f.level), level);
	assert_int_equal(ops_subscribe_live(&s, ops, &f, &t), OK);
	ops_on_ready(s, ready, NULL);
	return s;
}

static void an_event_comes_with_its_fields(void **state)
{
	struct ops_subscription *s = subscribe_live("", "");
	struct node_event e = played_event("north", MASC_OPENSENT, MASC_OPENCONFIRM);
	struct ops_event v;
	char text[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(text);
	ops_event(ops, &e, (struct wall){ 5000000, true });
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.number, 1);
	assert_int_equal(v.time, 5000000);
	assert_string_equal(v.part, "masc");
	assert_string_equal(v.level, "info");
	assert_string_equal(v.name, node_event_name(&e));
	node_event_text(&t, &e);
	assert_string_equal(v.text, text);
	bool peer = false, from = false;
	for (size_t i = 0; i < v.n_fields; i++) {
		peer = peer || (strcmp(v.fields[i].name, "peer") == 0 &&
				strcmp(v.fields[i].value, "north") == 0);
		from = from || (strcmp(v.fields[i].name, "from") == 0 &&
				strcmp(v.fields[i].value, "opensent") == 0);
	}
	assert_true(peer && from);
	assert_false(ops_next_event(s, &v));
	ops_unsubscribe(s);
}

static void a_message_is_an_event_without_fields(void **state)
{
	struct ops_subscription *s = subscribe_live("", "");
	struct ops_event v;
	say(NODE_WARNING, "store", "the disk is full");
	assert_true(ops_next_event(s, &v));
	assert_string_equal(v.part, "store");
	assert_string_equal(v.level, "warning");
	assert_string_equal(v.name, "message");
	assert_string_equal(v.text, "the disk is full");
	assert_int_equal(v.n_fields, 0);
	ops_unsubscribe(s);
}

static void filters_choose_by_part_and_level(void **state)
{
	struct ops_subscription *all = subscribe_live("", "");
	struct ops_subscription *masc = subscribe_live("masc", "");
	struct ops_subscription *grave = subscribe_live("", "warning");
	struct ops_event v;
	say(NODE_INFO, "masc", "a");
	say(NODE_ERROR, "store", "b");
	say(NODE_WARNING, "masc", "c");
	say(NODE_DEBUG, "node", "d");
	for (const char *want = "abcd"; *want; want++) {
		assert_true(ops_next_event(all, &v));
		assert_int_equal(v.text[0], *want);
	}
	assert_true(ops_next_event(masc, &v) && v.number == 1);
	assert_true(ops_next_event(masc, &v) && v.number == 3);
	assert_false(ops_next_event(masc, &v));
	assert_true(ops_next_event(grave, &v) && v.number == 2);
	assert_true(ops_next_event(grave, &v) && v.number == 3);
	assert_false(ops_next_event(grave, &v));
	ops_unsubscribe(all);
	ops_unsubscribe(masc);
	ops_unsubscribe(grave);
}

static void ready_is_called_once_until_drained(void **state)
{
	struct ops_subscription *s = subscribe_live("masc", "");
	struct ops_event v;
	say(NODE_INFO, "store", "not wanted");
	assert_int_equal(ready_calls, 0);
	say(NODE_INFO, "masc", "a");
	say(NODE_INFO, "masc", "b");
	assert_int_equal(ready_calls, 1);
	assert_true(ops_next_event(s, &v));
	assert_true(ops_next_event(s, &v));
	say(NODE_INFO, "masc", "c");
	assert_int_equal(ready_calls, 1);
	assert_true(ops_next_event(s, &v));
	assert_false(ops_next_event(s, &v));
	say(NODE_INFO, "masc", "d");
	assert_int_equal(ready_calls, 2);
	ops_unsubscribe(s);
}

static void a_slow_reader_learns_what_it_lost(void **state)
{
	struct ops_subscription *s = subscribe_live("", "");
	struct ops_event v;
	say_many(OPS_HISTORY + 7);
	assert_true(ops_next_event(s, &v));
	assert_string_equal(v.name, "overflow");
	assert_int_equal(v.dropped, 7);
	assert_int_equal(v.number, 7);
	assert_string_equal(v.text, "7 events were lost");
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.number, 8);
	assert_int_equal(v.dropped, 0);
	say_many(1);
	for (size_t i = 0; i < OPS_HISTORY; i++)
		assert_true(ops_next_event(s, &v));
	assert_int_equal(v.number, OPS_HISTORY + 8);
	assert_false(ops_next_event(s, &v));
	ops_unsubscribe(s);
}

static void only_wanted_events_count_as_lost(void **state)
{
	struct ops_subscription *s = subscribe_live("store", "");
	struct ops_event v;
	say(NODE_INFO, "store", "a");
	say_many(3);
	say(NODE_INFO, "store", "b");
	say_many(OPS_HISTORY + 1);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.dropped, 2);
	assert_false(ops_next_event(s, &v));
	ops_unsubscribe(s);
}

static void one_lost_event_is_told_in_the_singular(void **state)
{
	struct ops_subscription *s = subscribe_live("", "");
	struct ops_event v;
	say_many(OPS_HISTORY + 1);
	assert_true(ops_next_event(s, &v));
	assert_string_equal(v.text, "1 event was lost");
	ops_unsubscribe(s);
}

static void whoever_comes_back_misses_nothing_recent(void **state)
{
	struct ops_event v;
	say_many(10);
	struct ops_filter f = { .since = 7, .run = ops_run(ops) };
	struct ops_subscription *s = subscribe(&f);
	for (uint64_t n = 8; n <= 10; n++)
		assert_true(ops_next_event(s, &v) && v.number == n);
	assert_false(ops_next_event(s, &v));
	ops_unsubscribe(s);
}

static void a_gap_is_told(void **state)
{
	struct ops_event v;
	say_many(OPS_HISTORY + 50);
	struct ops_filter f = { .since = 10, .run = ops_run(ops) };
	struct ops_subscription *s = subscribe(&f);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.dropped, 40);
	assert_true(ops_next_event(s, &v) && v.number == 51);
	ops_unsubscribe(s);
	f.since = 0; /* it was there when nothing had happened yet */
	s = subscribe(&f);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.dropped, 50);
	ops_unsubscribe(s);
}

static void numbers_of_another_run_mean_nothing(void **state)
{
	struct ops_event v;
	say_many(3);
	struct ops_filter f = { .since = 2, .run = ops_run(ops) + 1 };
	struct ops_subscription *s = subscribe(&f);
	assert_true(ops_next_event(s, &v) && v.number == 1);
	ops_unsubscribe(s);
	f = (struct ops_filter){ .since = 99, .run = ops_run(ops) };
	s = subscribe(&f);
	assert_false(ops_next_event(s, &v));
	say_many(1);
	assert_true(ops_next_event(s, &v) && v.number == 4);
	ops_unsubscribe(s);
}

static void from_the_start_nothing_counts_as_lost(void **state)
{
	struct ops_event v;
	say_many(OPS_HISTORY + 5);
	struct ops_filter f = { 0 };
	struct ops_subscription *s = subscribe(&f);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.number, 6);
	ops_unsubscribe(s);
}

static void bad_filters_are_refused(void **state)
{
	struct ops_subscription *s = NULL;
	struct ops_filter f = { .level = "loud" };
	char why[200];
	struct text t = TEXT_OF(why);
	assert_int_equal(ops_subscribe(&s, ops, &f, &t), ERR_MALFORMED);
	assert_non_null(strstr(why, "error, warning, notice, info, debug"));
	f = (struct ops_filter){ .part = "mask" };
	text_clear(&t);
	assert_int_equal(ops_subscribe_live(&s, ops, &f, &t), ERR_NOT_FOUND);
	assert_non_null(strstr(why, "node, masc, store"));
	assert_null(s);
	ops_unsubscribe(NULL);
}

static json_t *recent;
static enum err recent_err;
static void take(void *arg, const struct ops_answer *a)
{
	recent_err = a->err;
	recent = a->err ? NULL : ops_encode(a->type, a->value);
}

static void recent_events_can_be_asked_for(void **state)
{
	struct ops_request r = { .kind = OPS_EVENTS, .filter = { .part = "masc", .limit = 2 } };
	say_many(5);
	say(NODE_INFO, "store", "other");
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	json_t *list = json_object_get(recent, "events");
	assert_int_equal(json_array_size(list), 2);
	json_t *first = json_object_get(json_array_get(list, 0), "number");
	assert_int_equal(json_integer_value(first), 4);
	assert_int_equal(json_integer_value(json_object_get(recent, "run")), ops_run(ops));
	json_decref(recent);
	r.filter = (struct ops_filter){ 0 };
	say_many(OPS_HISTORY + 3);
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	assert_int_equal(json_array_size(json_object_get(recent, "events")), OPS_HISTORY);
	json_decref(recent);
	r.filter = (struct ops_filter){ .level = "loud" };
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	assert_int_equal(recent_err, ERR_MALFORMED);
}

static void without_memory_an_event_counts_as_lost(void **state)
{
	struct ops_subscription *s, *other;
	struct ops_event v;
	ops_free(ops);
	failing_env_init(&scarce, 1);
	played.env = &scarce.env;
	struct ops_host host = played_host();
	assert_int_equal(ops_new(&ops, NULL, &host), OK);
	s = subscribe_live("masc", "");
	other = subscribe_live("store", "");
	failing_env_fail_at(&scarce, 1);
	say(NODE_INFO, "masc", "a");
	assert_int_equal(ready_calls, 1);
	say(NODE_INFO, "masc", "b");
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.dropped, 1);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.number, 2);
	assert_false(ops_next_event(other, &v));
	ops_unsubscribe(s);
	ops_unsubscribe(other);
	ops_free(ops);
	failing_env_assert_clean(&scarce);
	played.env = NULL;
	assert_int_equal(ops_new(&ops, NULL, &host), OK);
}

/* Of graphs */

static void tell(enum graph_event_kind kind, uint32_t graph, const char *id, uint8_t type)
{
	struct node_event e = { .part = NODE_PART_GRAPH,
				.level = kind == GRAPH_EVENT_RECORD ? NODE_DEBUG : NODE_INFO };
	e.graph = (struct graph_event){ .kind = kind,
					.graph = graph,
					.graph_id = id,
					.change = GRAPH_RECORD_ADDED,
					.status = GRAPH_LINK_CONNECTED,
					.version = 1 };
	memset(e.graph.type.at, type, sizeof(e.graph.type.at));
	ops_event(ops, &e, (struct wall){ 1000000, true });
}

static struct ops_filter of_graph(const char *graph, const char *type)
{
	struct ops_filter f = { .run = ops_run(ops), .since = 1 };
	ops_set_text(f.graph, sizeof(f.graph), graph);
	ops_set_text(f.type, sizeof(f.type), type);
	return f;
}

/* How many come, and the number of the last. */
static size_t drain(struct ops_subscription *s, uint64_t *last)
{
	struct ops_event v;
	size_t n = 0;
	while (ops_next_event(s, &v)) {
		assert_int_equal(v.dropped, 0);
		*last = v.number;
		n++;
	}
	return n;
}

#define TYPE_7 "07070707-0707-0707-0707-070707070707"

static void filters_choose_by_graph_and_type(void **state)
{
	static const struct {
		const char *graph, *type;
		size_t want;
	} rows[] = { { "", "", 5 },	 { "0.a", "", 3 },  { "1", "", 3 },
		     { "2", TYPE_7, 1 }, { "3", "", 0 },    { "1", TYPE_7, 2 },
		     { "", TYPE_7, 4 },	 { "", "note", 2 }, { "0.", "", 0 } };
	struct ops_subscription *s[9];
	uint64_t last = 0;
	say(NODE_INFO, "node", "first");
	for (size_t i = 0; i < 9; i++) {
		struct ops_filter f = of_graph(rows[i].graph, rows[i].type);
		s[i] = subscribe(&f);
	}
	tell(GRAPH_EVENT_RECORD, 1, "0.a", 7);
	tell(GRAPH_EVENT_RECORD, 1, "0.a", 8);
	tell(GRAPH_EVENT_RECORD, 2, "0.b", 7);
	tell(GRAPH_EVENT_NEIGHBOR, 1, "0.a", 0);
	say(NODE_INFO, "node", "last");
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(drain(s[i], &last), rows[i].want);
		ops_unsubscribe(s[i]);
	}
	struct ops_filter f = of_graph("", "No Type");
	char why[200];
	struct text t = TEXT_OF(why);
	assert_int_equal(ops_subscribe(&s[0], ops, &f, &t), ERR_MALFORMED);
	assert_non_null(strstr(why, "a record type is a GUID, or a word"));
}

/* GRAPH-14.15 */
static void records_push_nothing_else_out(void **state)
{
	struct ops_subscription *others = subscribe_live("masc", ""), *all = subscribe_live("", "");
	struct ops_event v;
	uint64_t last = 0;
	say(NODE_INFO, "masc", "before");
	for (size_t i = 0; i < OPS_HISTORY_RECORDS + 10; i++)
		tell(GRAPH_EVENT_RECORD, 1, "0.a", 7);
	say(NODE_INFO, "masc", "after");
	assert_int_equal(drain(others, &last), 2);
	assert_int_equal(last, OPS_HISTORY_RECORDS + 12);
	assert_true(ops_next_event(all, &v));
	assert_int_equal(v.dropped, 10);
	assert_int_equal(drain(all, &last), OPS_HISTORY_RECORDS + 2);
	ops_unsubscribe(others);
	ops_unsubscribe(all);
}

/* GRAPH-14.15 */
static void records_that_nobody_wants_are_counted_alone(void **state)
{
	struct ops_subscription *info = subscribe_live("", "info");
	struct ops_filter f = of_graph("1", "");
	struct ops_event v;
	uint64_t last = 0;
	say(NODE_INFO, "node", "first");
	for (size_t i = 0; i < 3; i++)
		tell(GRAPH_EVENT_RECORD, 1, "0.a", 7);
	say(NODE_INFO, "masc", "last");
	assert_int_equal(drain(info, &last), 2);
	assert_int_equal(last, 5);
	struct ops_subscription *s = subscribe(&f);
	assert_true(ops_next_event(s, &v));
	assert_int_equal(v.dropped, 3);
	assert_int_equal(drain(s, &last), 0);
	tell(GRAPH_EVENT_RECORD, 1, "0.a", 7); /* wanted now */
	assert_int_equal(drain(s, &last), 1);
	assert_int_equal(last, 6);
	ops_unsubscribe(s);
	ops_unsubscribe(info);
	ops_set_text(f.level, sizeof(f.level), "info"); /* which records are not */
	f.since = 1;
	s = subscribe(&f);
	assert_int_equal(drain(s, &last), 0);
	ops_unsubscribe(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_event_comes_with_its_fields),
		TEST(a_message_is_an_event_without_fields),
		TEST(filters_choose_by_part_and_level),
		TEST(ready_is_called_once_until_drained),
		TEST(a_slow_reader_learns_what_it_lost),
		TEST(only_wanted_events_count_as_lost),
		TEST(one_lost_event_is_told_in_the_singular),
		TEST(whoever_comes_back_misses_nothing_recent),
		TEST(a_gap_is_told),
		TEST(numbers_of_another_run_mean_nothing),
		TEST(from_the_start_nothing_counts_as_lost),
		TEST(bad_filters_are_refused),
		TEST(recent_events_can_be_asked_for),
		TEST(without_memory_an_event_counts_as_lost),
		TEST(filters_choose_by_graph_and_type),
		TEST(records_push_nothing_else_out),
		TEST(records_that_nobody_wants_are_counted_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
