/* What is stored, held against the provider again (doc/graph.md 8.26, 8.47). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];
static struct {
	uint32_t asked, stored;
	const char *bad; /* payloads that begin so do not stand */
	enum graph_opinion other;
} judge;

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	judge.asked++;
	judge.stored += change == GRAPH_CHANGE_STORED;
	if (!judge.bad || !r->payload.n)
		return judge.other;
	return r->payload.p[0] == (uint8_t)judge.bad[0] ? GRAPH_INVALID : judge.other;
}

static void begin(void)
{
	memset(&judge, 0, sizeof judge);
	lone_init(&l);
	l.ops.validate = validate;
	lone_start(&l);
	lone_called(&l, 2, 22);
}

/* n records of bob's, every third of them "x". */
static void fill(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct lone_record r = { .number = i, .payload = i % 3 ? "good" : "x" };
		lone_flood(&l, 2, lone_make(&l, &r, room));
	}
	lone_pass(&l, MONO_SEC);
	memset(l.events, 0, sizeof l.events);
	judge.asked = judge.stored = 0;
}

static size_t of_bob(uint32_t n)
{
	size_t there = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct graph_guid id = lone_id(&l, "0.bob", i);
		there += graph_db_find(l.g->db, &id) != NULL;
	}
	return there;
}

/* GRAPH-8.47 */
static void what_no_longer_stands_is_purged_test(void **state)
{
	begin();
	fill(30);
	judge.bad = "x";
	size_t rows = graph_db_count(l.g->db);
	graph_recheck(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(of_bob(30), 20);
	assert_int_equal(judge.asked, rows);
	assert_int_equal(judge.stored, rows);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 10);
	assert_int_equal(l.last[GRAPH_EVENT_RECORD].change, GRAPH_RECORD_GONE);
	assert_true(l.last_after[GRAPH_EVENT_RECORD] > 0);
	/* Nothing more is to be done. */
	judge.asked = 0;
	lone_pass(&l, 0);
	assert_int_equal(judge.asked, 0);
	lone_end(&l);
}

/* GRAPH-8.47: who is not known stays. */
static void what_cannot_be_judged_stays_test(void **state)
{
	begin();
	fill(9);
	judge.other = GRAPH_LATER;
	graph_recheck(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(of_bob(9), 9);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 0);
	lone_end(&l);
}

/* GRAPH-8.47: by what records cost; asked again on the way, all are seen again. */
static void it_is_done_in_slices_test(void **state)
{
	begin();
	fill(3 * GRAPH_COST);
	size_t rows = graph_db_count(l.g->db);
	graph_recheck(l.g, l.now);
	size_t slices = 0;
	while (l.g->recheck) {
		uint32_t before = judge.asked;
		graph_tick(l.g, l.now);
		assert_true(judge.asked - before <= GRAPH_COST);
		if (++slices == 2)
			graph_recheck(l.g, l.now);
	}
	assert_true(slices >= 7 && slices <= 9);
	assert_int_equal(judge.asked, 2 * rows);
	lone_drain(&l);
	lone_end(&l);
}

/* Slices until it rests or has done, each of them taking a millisecond. */
static size_t round_of(uint32_t asked)
{
	size_t slices = 0;
	while (judge.asked < asked) {
		l.now = mono_add(l.now, 1000);
		graph_tick(l.g, l.now);
		slices++;
	}
	return slices;
}

/* GRAPH-8.49: asked again all the time, it does so a quarter of the time. */
static void it_rests_between_rounds_test(void **state)
{
	begin();
	fill(3 * GRAPH_COST);
	uint32_t rows = (uint32_t)graph_db_count(l.g->db);
	graph_recheck(l.g, l.now);
	size_t slices = round_of(rows);
	int64_t rest = 0;
	for (; judge.asked == rows && rest < MONO_SEC; rest += 1000) {
		graph_recheck(l.g, l.now);
		graph_tick(l.g, l.now);
		assert_true(judge.asked > rows || graph_deadline(l.g).us > l.now.us);
		l.now = mono_add(l.now, 1000);
	}
	assert_in_range(rest, 3 * (slices - 1) * 1000, (3 * slices + 2) * 1000);
	/* Once nobody asks it is for the next who does at once. */
	while (l.g->recheck) {
		l.now = mono_add(l.now, 1000);
		graph_tick(l.g, l.now);
	}
	lone_pass(&l, MONO_SEC);
	judge.asked = 0;
	graph_recheck(l.g, l.now);
	lone_pass(&l, 0);
	assert_int_equal(judge.asked, graph_db_count(l.g->db));
	lone_drain(&l);
	lone_end(&l);
}

/* GRAPH-8.26: certificates take a provider longer than words. */
static void large_reserved_payloads_cost_more_test(void **state)
{
	static uint8_t chain[8000];
	begin();
	for (uint32_t i = 0; i < 20; i++) {
		const struct lone_record r = { .number = i,
					       .type = { { 0x01 } },
					       .octets = span_of(chain, sizeof chain) };
		lone_flood(&l, 2, lone_make(&l, &r, room));
	}
	judge.asked = 0;
	graph_recheck(l.g, l.now);
	while (l.g->recheck) {
		uint32_t before = judge.asked;
		graph_tick(l.g, l.now);
		assert_true(judge.asked - before <= 6);
	}
	assert_true(judge.asked >= 20);
	lone_drain(&l);
	lone_end(&l);
}

/* GRAPH-8.26: read again, what was judged when it came is not asked for its signature. */
static void what_is_read_is_held_anew_test(void **state)
{
	begin();
	fill(9);
	lone_commit(&l);
	judge.bad = "x";
	graph_store_failed(l.g, store_mem_newest(l.store) + 1, ERR_IO, l.now);
	lone_pass(&l, 0);
	assert_true(l.g->loaded);
	assert_int_equal(of_bob(9), 6);
	assert_int_equal(judge.asked, judge.stored);
	assert_true(judge.stored >= 9);
	lone_end(&l);
}

/* GRAPH-8.47: asked for before the database is read, it is done then. */
static void it_waits_for_the_database_test(void **state)
{
	begin();
	fill(6);
	lone_commit(&l);
	graph_store_failed(l.g, store_mem_newest(l.store) + 1, ERR_IO, l.now);
	assert_false(l.g->loaded);
	graph_recheck(l.g, l.now);
	lone_pass(&l, 0);
	assert_false(l.g->recheck);
	assert_true(judge.stored >= 12);
	assert_int_equal(of_bob(6), 6);
	lone_end(&l);
}

static void an_open_graph_has_nothing_to_ask_test(void **state)
{
	lone_init(&l);
	l.birth.provider = graph_provider_open;
	lone_start(&l);
	graph_recheck(l.g, l.now);
	assert_false(l.g->recheck);
	lone_end(&l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_longer_stands_is_purged_test),
		cmocka_unit_test(what_cannot_be_judged_stays_test),
		cmocka_unit_test(it_is_done_in_slices_test),
		cmocka_unit_test(it_rests_between_rounds_test),
		cmocka_unit_test(large_reserved_payloads_cost_more_test),
		cmocka_unit_test(what_is_read_is_held_anew_test),
		cmocka_unit_test(it_waits_for_the_database_test),
		cmocka_unit_test(an_open_graph_has_nothing_to_ask_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
