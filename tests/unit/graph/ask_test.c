/* Neighbors compared with anew, once something stands again (doc/graph.md 8.51). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];
static uint32_t dialled;
enum {
	CALLER = 2
};

/* The peer has nothing to say to what it was asked. */
static void say_end(uint32_t link)
{
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof octets);
	graph_put_sync_end(&w, true);
	lone_say(&l, link, wr_span(&w));
}

/* One neighbor that we dialled, one that called; nothing is compared. */
static void begin(void)
{
	lone_init(&l);
	lone_start(&l);
	lone_called(&l, CALLER, 22);
	dialled = lone_calls(&l, 5, lone_time(&l));
	say_end(dialled);
	lone_pass(&l, MONO_SEC);
	assert_int_equal(lone_link(&l, dialled)->sync.kind, GRAPH_SYNC_NONE);
	lone_forget(&l);
}

/* How often it was asked since this was called last; what runs is answered. */
static size_t compared(int64_t after)
{
	lone_pass(&l, after);
	size_t n = lone_count(&l, dialled, GRAPH_SOLICIT_HASH);
	if (n)
		say_end(dialled);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, CALLER, GRAPH_SOLICIT_HASH), 0);
	lone_forget(&l);
	return n;
}

/* GRAPH-8.51: at once, after one and after eleven minutes, and then no more. */
static void three_times_test(void **state)
{
	begin();
	assert_int_equal(compared(MONO_MIN), 0);
	graph_ask_begin(l.g, l.now);
	assert_int_equal(compared(0), 1);
	assert_int_equal(compared(MONO_MIN - 1), 0);
	assert_int_equal(compared(1), 1);
	assert_int_equal(compared(10 * MONO_MIN - 1), 0);
	assert_int_equal(compared(1), 1);
	assert_int_equal(compared(MONO_HOUR), 0);
	assert_false(l.closed[dialled] || l.closed[CALLER]);
	lone_end(&l);
}

/* GRAPH-8.51: asked for again on the way it begins anew; the first is not done on top. */
static void begun_anew_test(void **state)
{
	begin();
	assert_int_equal(compared(10 * MONO_MIN), 0);
	graph_ask_begin(l.g, l.now);
	assert_int_equal(compared(30 * MONO_SEC), 1);
	graph_ask_begin(l.g, l.now);
	assert_int_equal(compared(30 * MONO_SEC), 1);
	assert_int_equal(compared(30 * MONO_SEC), 1);
	graph_ask_begin(l.g, l.now);
	assert_int_equal(compared(0), 1);
	assert_int_equal(compared(MONO_MIN), 1);
	assert_int_equal(compared(10 * MONO_MIN), 1);
	assert_int_equal(compared(MONO_HOUR), 0);
	lone_end(&l);
}

/* A comparison that runs may have looked already: another follows it. */
static void one_that_runs_is_followed_test(void **state)
{
	begin();
	graph_ask_begin(l.g, l.now);
	lone_pass(&l, 0);
	graph_ask_begin(l.g, l.now);
	lone_pass(&l, MONO_SEC);
	assert_int_equal(lone_count(&l, dialled, GRAPH_SOLICIT_HASH), 1);
	say_end(dialled);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, dialled, GRAPH_SOLICIT_HASH), 2);
	lone_end(&l);
}

/* GRAPH-9.27: however often it begins anew, nobody is compared with more often than it takes; the
 * last time is not lost by that. */
static void never_too_often_test(void **state)
{
	size_t n = 0;
	begin();
	for (int i = 0; i < 300; i++) {
		graph_ask_begin(l.g, l.now);
		n += compared(MONO_SEC);
	}
	assert_in_range(n, GRAPH_COMPARES + 3, GRAPH_COMPARES + 5);
	assert_int_equal(compared(2 * MONO_MIN), 1);
	assert_int_equal(compared(10 * MONO_MIN), 1);
	lone_end(&l);
}

/* Each neighbor that we dialled; who is none yet compares when it is. */
static void every_one_that_we_dialled_test(void **state)
{
	const struct graph_command c = {
		.kind = GRAPH_CONNECT_TO,
		.remote = { .family = ADDR_IPV4, .ip = { 192, 0, 2, 77 }, .port = 3587 }
	};
	begin();
	uint32_t neighbors = l.g->neighbors;
	l.g->neighbors = 0; /* the command is refused otherwise */
	uint32_t other = lone_calls(&l, 6, lone_time(&l));
	say_end(other);
	l.g->neighbors = 0;
	lone_command(&l, &c);
	l.g->neighbors = neighbors + 1;
	uint32_t none = l.dialled;
	assert_true(none != other && none != dialled);
	lone_pass(&l, 0);
	lone_forget(&l);
	graph_ask_begin(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, dialled, GRAPH_SOLICIT_HASH), 1);
	assert_int_equal(lone_count(&l, other, GRAPH_SOLICIT_HASH), 1);
	assert_int_equal(lone_count(&l, CALLER, GRAPH_SOLICIT_HASH), 0);
	assert_false(lone_link(&l, none)->sync.waiting || lone_link(&l, CALLER)->sync.waiting);
	lone_end(&l);
}

/* Who leaves asks nobody. */
static void who_stops_asks_nobody_test(void **state)
{
	begin();
	graph_ask_begin(l.g, l.now);
	assert_int_equal(compared(0), 1);
	graph_stop(l.g, l.now);
	graph_ask_due(l.g, l.now);
	assert_false(lone_link(&l, dialled)->sync.waiting);
	assert_int_equal(l.g->ask_left, 2);
	lone_end(&l);
}

/* n records, so that they take several slices. */
static void fill(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct lone_record r = { .number = i, .payload = "x" };
		lone_flood(&l, CALLER, lone_make(&l, &r, room));
	}
	lone_pass(&l, MONO_SEC);
	lone_forget(&l);
}

/* GRAPH-8.51: when the round is over that GRAPH-8.50 begins, and the one that followed it. */
static void after_a_round_test(void **state)
{
	begin();
	fill(3 * GRAPH_COST);
	graph_recheck(l.g, l.now);
	assert_int_equal(compared(12 * MONO_MIN), 0); /* nothing ended */
	graph_recheck_ended(l.g, l.now);
	size_t slices = 0;
	for (; l.g->recheck; slices++) {
		assert_int_equal(l.g->ask_left, 0);
		l.now = mono_add(l.now, 1000);
		graph_tick(l.g, l.now);
		if (slices == 1)
			graph_recheck_ended(l.g, l.now);
	}
	assert_true(slices >= 5);
	assert_int_equal(l.g->ask_left, 2);
	assert_int_equal(compared(0), 1);
	assert_int_equal(compared(MONO_MIN), 1);
	assert_int_equal(compared(10 * MONO_MIN), 1);
	assert_int_equal(compared(MONO_HOUR), 0);
	lone_end(&l);
}

/* One that fails costs its link at most; the next is made when it is due. */
static void without_memory_test(void **state)
{
	bool failed = true;
	for (size_t fail = 1; failed; fail++) {
		begin();
		l.f.fail_at = l.f.allocations + fail;
		l.f.failed = false;
		graph_ask_begin(l.g, l.now);
		graph_tick(l.g, l.now);
		graph_tick(l.g, l.now);
		failed = l.f.failed;
		l.f.fail_at = 0;
		lone_drain(&l);
		assert_int_equal(l.g->ask_left, 2);
		if (!failed)
			assert_int_equal(lone_count(&l, dialled, GRAPH_SOLICIT_HASH), 1);
		if (!l.closed[dialled]) {
			lone_forget(&l);
			say_end(dialled);
			assert_true(compared(MONO_MIN) > 0);
		}
		lone_end(&l);
		assert_true(fail < 100);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_times_test),
		cmocka_unit_test(begun_anew_test),
		cmocka_unit_test(one_that_runs_is_followed_test),
		cmocka_unit_test(never_too_often_test),
		cmocka_unit_test(every_one_that_we_dialled_test),
		cmocka_unit_test(who_stops_asks_nobody_test),
		cmocka_unit_test(after_a_round_test),
		cmocka_unit_test(without_memory_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
