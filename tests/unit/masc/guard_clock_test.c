/* MASC-16.1, MASC-16.2: clocks, others' and ours. */
#include "claims_rig.h"

#include <stdio.h>

#include "masc/guard_int.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void start(struct bench *b, const char *settings)
{
	bench_init(b, settings);
	bench_start(b);
	bench_hold(b, "239.192.128.0/17", 100000, false);
}

/* MASC-16.1: nobody was heard before, so the past is not held against anybody. */
static void clock_ahead(void **state)
{
	struct bench b;
	start(&b, "clock_check=kernel");
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 i ts=300", "rival; new s to I but east");
	expect_hear(&b, "east: new 239.192.2.0/24 8.81 i ts=301", "3/20");
	expect_hear(&b, "east: expand 239.192.0.0/23 8.81 i ts=301", "3/20");
	expect_hear(&b, "east: in-use 239.192.2.0/24 8.81 i ts=301", "3/20");
	expect_hear(&b, "east: withdraw 239.192.2.0/24 8.81 i ts=301", "3/27");
	/* Of others it is not known when they said it. */
	expect_hear(&b, "north: new 239.192.2.0/24 9.91 c ts=301", "rival; new s to I but north");
	bench_fini(&b);
	start(&b, "clock_check=off");
	expect_hear(&b, "east: new 239.192.2.0/24 8.81 i ts=301", "rival; new s to I but east");
	bench_fini(&b);
}

static void synced(struct bench *b, bool is)
{
	guard_synced(bench_peer(b, "east"), is, b->r.now);
}

static const char *back_dated(struct bench *b, int prefix, long ts)
{
	char claim[96];
	snprintf(claim, sizeof(claim), "east: in-use 239.192.%d.0/24 8.81 i ts=%ld life=9999",
		 prefix, ts);
	return bench_hear(b, claim);
}

#define TAKEN_EAST "rival; in-use s to I but east"

/* MASC-16.1: a Timestamp of a time when we would have heard it. */
static void clock_behind(void **state)
{
	struct bench b;
	start(&b, "clock_check=kernel waiting_period=200s");
	assert_string_equal(back_dated(&b, 1, -5000), TAKEN_EAST);
	synced(&b, true);
	bench_pass(&b, 1000 * MONO_SEC);
	assert_string_equal(back_dated(&b, 2, -300), TAKEN_EAST);
	assert_string_equal(back_dated(&b, 3, -301), "3/19");
	assert_string_equal(back_dated(&b, 3, -1000), "3/19");
	assert_string_equal(back_dated(&b, 4, -1001), TAKEN_EAST);
	/* A gap of 100 s, over for 400. */
	synced(&b, false);
	assert_string_equal(back_dated(&b, 5, -500), "3/19");
	bench_pass(&b, 100 * MONO_SEC);
	synced(&b, true);
	bench_pass(&b, 400 * MONO_SEC);
	assert_string_equal(back_dated(&b, 6, -400), "3/19");
	assert_string_equal(back_dated(&b, 6, -401), TAKEN_EAST);
	assert_string_equal(back_dated(&b, 7, -500), TAKEN_EAST);
	assert_string_equal(back_dated(&b, 8, -501), "3/19");
	bench_fini(&b);
}

/* A gap longer than a waiting period may have hidden anything. */
static void clock_behind_a_long_gap(void **state)
{
	struct bench b;
	start(&b, "clock_check=kernel waiting_period=200s");
	synced(&b, true);
	bench_pass(&b, 1000 * MONO_SEC);
	synced(&b, false);
	bench_pass(&b, 201 * MONO_SEC);
	synced(&b, true);
	assert_string_equal(back_dated(&b, 1, -900), TAKEN_EAST);
	bench_pass(&b, 400 * MONO_SEC);
	assert_string_equal(back_dated(&b, 2, -399), "3/19");
	bench_fini(&b);
}

/* MASC-16.1: what is known with that Timestamp may be told otherwise. */
static void clock_behind_but_known(void **state)
{
	struct bench b;
	start(&b, "clock_check=kernel");
	synced(&b, true);
	assert_string_equal(back_dated(&b, 16, 0), TAKEN_EAST);
	bench_pass(&b, 1000 * MONO_SEC);
	/* Renewed, it keeps its first Timestamp (A11). */
	expect_hear(&b, "east: in-use 239.192.16.0/24 8.81 i ts=-1000 life=20000", TAKEN_EAST);
	expect_hear(&b, "east: in-use 239.192.16.0/23 8.81 i ts=-1000", TAKEN_EAST);
	expect_hear(&b, "east: in-use 239.192.16.0/23 8.81 i ts=-999", "3/19");
	expect_hear(&b, "east: in-use 239.192.20.0/23 8.81 i ts=-1000", "3/19");
	bench_fini(&b);
}

/* MASC-16.2 */
static void own_clock(void **state)
{
	static const struct {
		const char *settings;
		bool synchronised;
		long skew[3];
		int known;
		enum masc_reason why;
	} rows[] = {
		{ "clock_check=kernel", true, { 0 }, 0, MASC_REASON_NONE },
		{ "clock_check=kernel", false, { 0 }, 0, MASC_REASON_NO_CLOCK },
		{ "clock_check=off", false, { 0 }, 0, MASC_REASON_NONE },
		{ "clock_check=peers", false, { 0 }, 0, MASC_REASON_NONE },
		{ "clock_check=peers", false, { 5 }, 1, MASC_REASON_NONE },
		{ "clock_check=peers", true, { 6 }, 1, MASC_REASON_NO_CLOCK },
		{ "clock_check=peers", true, { -6 }, 1, MASC_REASON_NO_CLOCK },
		{ "clock_check=peers", true, { 0, 9 }, 2, MASC_REASON_NO_CLOCK },
		{ "clock_check=peers", true, { 0, 9, -5 }, 3, MASC_REASON_NONE },
	};
	static const char *const claims[] = { "east: new 239.192.1.0/24 8.81 i ts=%ld",
					      "west: new 239.192.2.0/24 9.91 i ts=%ld",
					      "kid: new 239.192.129.0/24 200.21 i ts=%ld" };
	static const char *const names[] = { "east", "west", "kid" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		struct wall wall = { RIG_WALL, rows[i].synchronised };
		start(&b, rows[i].settings);
		masc_wall(b.r.m, wall, b.r.now);
		for (int j = 0; j < rows[i].known; j++) {
			char claim[96];
			snprintf(claim, sizeof(claim), claims[j], rows[i].skew[j]);
			strcat(claim, " hold=900");
			bench_peer(&b, names[j])->main->synced = true;
			assert_null(strstr(bench_hear(&b, claim), "3/"));
		}
		if (guard_clock(b.r.m, b.r.now) != rows[i].why)
			fail_msg("row %zu", i);
		bench_fini(&b);
	}
}

/* Only a claim made now tells the clock of its maker. */
static void whose_clock(void **state)
{
	struct bench b;
	start(&b, "");
	struct masc_peer_info info;
	bench_peer(&b, "east")->main->synced = false;
	bench_hear(&b, "east: new 239.192.1.0/24 8.81 i ts=7");
	assert_false(bench_peer(&b, "east")->hearing.skew_known);
	bench_peer(&b, "east")->main->synced = true;
	bench_hear(&b, "east: in-use 239.192.2.0/24 8.81 i ts=7");
	bench_hear(&b, "north: new 239.192.3.0/24 8.81 c ts=7");
	assert_false(bench_peer(&b, "east")->hearing.skew_known);
	bench_hear(&b, "east: new 239.192.3.0/24 8.81 i ts=9");
	masc_peer_info(b.r.m, bench_peer(&b, "east")->index, &info);
	assert_true(info.skew_known);
	assert_int_equal(info.skew, 9 * MONO_SEC);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_ahead),
		cmocka_unit_test(clock_behind),
		cmocka_unit_test(clock_behind_a_long_gap),
		cmocka_unit_test(clock_behind_but_known),
		cmocka_unit_test(own_clock),
		cmocka_unit_test(whose_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
