#include "graphs_rig.h"

/* Whom a graph calls by itself: who was named, and nobody while it is apart. */

#define ID "0.TestGraph"

static const struct rig_reply *make(struct rig *r, size_t m, enum graphs_command_kind k, bool apart)
{
	static const struct graph_properties plain = { .profile = CRYPTO_MODERN,
						       .presence_max = GRAPH_PRESENCE_ALL };
	const struct graphs_command c = {
		.kind = k, .id = span_str(ID), .properties = &plain, .apart = apart
	};
	return rig_ask(r, m, &c);
}

static const struct rig_reply *connect_to(struct rig *r, size_t m, size_t to)
{
	struct graphs_command c = { .kind = GRAPHS_OF, .id = span_str(ID) };
	c.of.kind = GRAPH_CONNECT_TO;
	c.of.remote = r->m[to].at;
	c.of.remote.port = GRAPH_PORT;
	return rig_ask(r, m, &c);
}

static size_t to_try(const struct rig *r, size_t m)
{
	struct graph_info info;
	graph_info(graphs_find(r->m[m].s, span_str(ID)), r->now, &info);
	return info.to_try;
}

/* A graph of machine 0 that listens. */
static void begin(struct rig *r)
{
	rig_begin(r);
	assert_int_equal(make(r, 0, GRAPHS_CREATE, false)->err, OK);
	assert_int_equal(rig_do(r, 0, GRAPHS_LISTEN, ID)->err, OK);
}

/* GRAPH-8.46: the named one is away, and comes. */
static void who_was_named_is_tried_again(void **state)
{
	struct rig r;
	begin(&r);
	rig_crash(&r, 0);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, false)->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(to_try(&r, 1), 0);
	assert_int_not_equal(connect_to(&r, 1, 0)->err, OK);
	assert_int_equal(to_try(&r, 1), 1);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	rig_start(&r, 0);
	rig_run(&r, 31 * MONO_SEC);
	assert_int_equal(rig_neighbors(&r, 1, ID), 1);
	/* Again is the same. */
	assert_int_equal(connect_to(&r, 1, 0)->err, OK);
	assert_int_equal(to_try(&r, 1), 1);
	rig_end(&r);
}

/* GRAPH-14.8: until it is closed and opened. */
static void who_is_apart_calls_nobody(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, false)->err, OK);
	assert_int_equal(connect_to(&r, 1, 0)->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(rig_do(&r, 1, GRAPHS_CLOSE, ID)->err, OK);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, true)->err, OK);
	rig_run(&r, 10 * MONO_MIN);
	assert_true(to_try(&r, 1) > 0);
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	assert_int_equal(rig_do(&r, 1, GRAPHS_CLOSE, ID)->err, OK);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, false)->err, OK);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 1);
	rig_end(&r);
}

/* Nor does one stay apart over a restart: nobody may be there to open it. */
static void a_restart_ends_it(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, false)->err, OK);
	assert_int_equal(connect_to(&r, 1, 0)->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(rig_do(&r, 1, GRAPHS_CLOSE, ID)->err, OK);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, true)->err, OK);
	rig_run(&r, MONO_MIN);
	rig_crash(&r, 1);
	rig_start(&r, 1);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 1);
	rig_end(&r);
}

/* GRAPH-8.52: it calls nobody by itself, but whom it is told to call. */
static void one_that_is_open_is_set_apart(void **state)
{
	struct rig r;
	begin(&r);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, false)->err, OK);
	assert_int_equal(connect_to(&r, 1, 0)->err, OK);
	rig_run(&r, MONO_SEC);
	graphs_apart(r.m[1].s, span_str(ID), span_of(NULL, 0), true, r.now);
	rig_crash(&r, 0);
	rig_run(&r, 10 * MONO_MIN);
	rig_start(&r, 0);
	rig_run(&r, 10 * MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	assert_int_equal(connect_to(&r, 1, 0)->err, OK);
	rig_crash(&r, 0);
	rig_run(&r, MONO_MIN);
	rig_start(&r, 0);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 0);
	graphs_apart(r.m[1].s, span_str(ID), span_of(NULL, 0), false, r.now);
	rig_run(&r, MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 1, ID), 1);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_named_is_tried_again),
		cmocka_unit_test(who_is_apart_calls_nobody),
		cmocka_unit_test(a_restart_ends_it),
		cmocka_unit_test(one_that_is_open_is_set_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
