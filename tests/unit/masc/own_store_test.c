/* MASC-14.9, 14.10, 19.1: what a failed commit and a restart leave. */
#include "own_rig.h"

#include <stdio.h>

/* The commit of what is not committed yet fails. */
static void fail_commit(struct own_bench *o)
{
	assert_true(store_mem_seal(o->b.r.mem));
	uint64_t first = store_mem_fail(o->b.r.mem);
	assert_true(first > 0);
	masc_store_failed(o->b.r.m, first, ERR_NO_SPACE, o->b.r.now);
}

/* MASC-14.10: held ranges, Timestamps and ends as before, told to nobody but as
 * sessions come up, without a new waiting period. */
static void held_over_a_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 10 * SEC);
	assert_int_equal(own_grow(c, o.b.r.now), OK);
	pass(&o, W);
	own_commit(&o);
	own_restart(&o, 3 * SEC);
	expect_claims(&o, "held 239.192.2.0/23");
	c = claim_at(&o, "239.192.2.0/23");
	assert_int_equal(c->number, 1);
	assert_int_equal(c->n_parts, 2);
	assert_int_equal(c->parts[0].timestamp, BENCH_WALL);
	assert_int_equal(c->parts[1].timestamp, BENCH_WALL + 10);
	assert_int_equal(c->end, RIG_WALL + 70 * SEC);
	assert_true(c->active && c->fixed);
	assert_true(c->space == o.sp);
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71!; managed i 239.192.2.0/23 100.10*~; "
			   "managed i 239.192.2.0/24 100.10*~");
	own_end(&o);
}

/* Each state, committed, then the process ends. */
static void each_state_over_a_restart(void **state)
{
	static const char *const left[MASC_LIFE_EXPIRED] = {
		[MASC_LIFE_WANTED] = "wanted 239.192.2.0/24",
		[MASC_LIFE_SCHEDULED] = "scheduled 239.192.2.0/24",
		[MASC_LIFE_WAITING] = "waiting 239.192.2.0/24",
		[MASC_LIFE_HELD] = "held 239.192.2.0/24",
		[MASC_LIFE_RENEWING] = "renewing 239.192.2.0/24",
		[MASC_LIFE_GROWING] = "growing 239.192.2.0/24",
		[MASC_LIFE_DEPRECATED] = "deprecated 239.192.2.0/24",
		[MASC_LIFE_CLASHED] = "clashed 239.192.2.0/24",
	};
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.2.0/24", life);
		own_commit(&o);
		own_restart(&o, SEC);
		expect_claims(&o, left[life]);
		struct own_claim *c = claim_at(&o, "239.192.2.0/24");
		assert_int_equal(c->frozen, own_is_pending(c));
		assert_int_equal(c->wait_left, own_is_pending(c) ? W : 0);
		pass(&o, 10 * SEC);
		own_join(&o);
		pass(&o, W - SEC);
		/* A waiting period is waited for as a whole; others go on as they were. */
		bool pends = life != MASC_LIFE_HELD && life != MASC_LIFE_DEPRECATED &&
			     life != MASC_LIFE_CLASHED;
		assert_int_equal(own_is_pending(c), pends);
		own_end(&o);
	}
}

/* MASC-14.10: the range and Timestamp of before, W anew, told with that. */
static void waiting_over_a_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	pass(&o, W - SEC / 2);
	own_commit(&o);
	own_restart(&o, 0);
	hush(&o);
	own_join(&o);
	char want_told[128];
	uint32_t hold = seconds(&o) + 2 + 1;
	snprintf(want_told, sizeof(want_told), "new 239.192.2.0/24 +0 60/%u to IPS@", hold);
	assert_non_null(strstr(told(&o), want_told));
	pass(&o, W - 1);
	expect_claims(&o, "waiting 239.192.2.0/24");
	pass(&o, 1);
	expect_claims(&o, "held 239.192.2.0/24");
	assert_int_equal(claim_at(&o, "239.192.2.0/24")->parts[0].timestamp, BENCH_WALL);
	own_end(&o);
}

/* MASC-14.7: over while the program was down. */
static void over_before_the_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	own_commit(&o);
	own_restart(&o, 60 * SEC);
	expect_claims(&o, "");
	own_commit(&o);
	own_restart(&o, -60 * SEC);
	expect_claims(&o, "");
	/* Its number is not used again. */
	own_join(&o);
	assert_int_equal(want(&o, "239.192.3.0/24")->number, 2);
	own_end(&o);
}

/* What was not committed was not told, and is gone. */
static void what_was_not_committed(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	own_commit(&o);
	assert_int_equal(step(&o, c, OWN_CHOSEN), OK);
	own_restart(&o, 0);
	expect_claims(&o, "scheduled 239.192.2.0/24");
	own_end(&o);
}

/* MASC-19.2 */
static void rows_that_cannot_be_read(void **state)
{
	struct own_bench o;
	uint8_t key[OWN_KEY_SIZE];
	uint64_t number;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct store *store = store_mem_store(o.b.r.mem);
	assert_int_equal(store_put(store, &masc_table_own, own_key(9, key), span_str("x"), &number),
			 OK);
	own_commit(&o);
	own_restart(&o, 0);
	expect_events(&o, "store-failed CORRUPT");
	expect_claims(&o, "held 239.192.2.0/24");
	assert_int_equal(o.b.r.m->own->rows_unreadable, 1);
	own_end(&o);
}

/* A piece that was not meant to stay (own_split.c). */
static void rows_of_pieces(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct own_claim piece = *c;
	piece.number = 7;
	piece.parts[0].prefix = bench_prefix("239.192.2.0/25");
	assert_int_equal(own_put(&piece), OK);
	own_commit(&o);
	own_restart(&o, 0);
	expect_claims(&o, "held 239.192.2.0/24");
	own_end(&o);
}

/* The parent is not configured any more: kept to its end, untold. */
static void a_space_that_is_gone(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.3.0/24", MASC_LIFE_WAITING);
	(void)have(&o, "239.192.4.0/24", MASC_LIFE_GROWING);
	o.b.r.config.peers[0].domain = rig_id(77);
	o.b.r.config.peers[1].domain = rig_id(77);
	o.b.r.config.peers[2].parent_domain = rig_id(77);
	o.b.r.config.peers[3].parent_domain = rig_id(77);
	hush(&o);
	assert_int_equal(masc_reconfigure(o.b.r.m, &o.b.r.config, o.b.r.now), OK);
	expect_claims(&o, "deprecated 239.192.2.0/24; deprecated 239.192.4.0/24");
	expect_told(&o, "");
	assert_null(claim_at(&o, "239.192.2.0/24")->space);
	own_commit(&o);
	masc_free(o.b.r.m);
	assert_int_equal(rig_try_start(&o.b.r), OK);
	expect_claims(&o, "deprecated 239.192.2.0/24; deprecated 239.192.4.0/24");
	pass(&o, 60 * SEC);
	expect_claims(&o, "");
	own_end(&o);
}

/* Another number for our node: all that is ours is told under it. */
static void our_identifiers_change(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_RENEWING);
	rig_set(&o.b.r, "node=12");
	assert_int_equal(masc_reconfigure(o.b.r.m, &o.b.r.config, o.b.r.now), OK);
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71!; managed i 239.192.2.0/24 100.12*~; "
			   "expand i 239.192.2.0/24 100.12*~");
	own_end(&o);
}

/* MASC-14.9: back to where the row was, which is told. */
static void each_change_undone(void **state)
{
	static const struct {
		enum masc_life from;
		enum own_event_kind event;
	} rows[] = {
		{ MASC_LIFE_WANTED, OWN_READY },       { MASC_LIFE_SCHEDULED, OWN_CHOSEN },
		{ MASC_LIFE_WAITING, OWN_WAITED },     { MASC_LIFE_WAITING, OWN_BEATEN },
		{ MASC_LIFE_WAITING, OWN_RELEASE },    { MASC_LIFE_HELD, OWN_GROW },
		{ MASC_LIFE_HELD, OWN_RENEW },	       { MASC_LIFE_HELD, OWN_DEPRECATE },
		{ MASC_LIFE_HELD, OWN_RELEASE },       { MASC_LIFE_HELD, OWN_CLASH_LOST },
		{ MASC_LIFE_GROWING, OWN_WAITED },     { MASC_LIFE_GROWING, OWN_BEATEN },
		{ MASC_LIFE_RENEWING, OWN_WAITED },    { MASC_LIFE_CLASHED, OWN_CLASH_OVER },
		{ MASC_LIFE_DEPRECATED, OWN_RELEASE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct own_bench o;
		char before[512], known[512];
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", rows[i].from);
		int64_t end = c->end;
		own_commit(&o);
		snprintf(before, sizeof(before), "%s", claims(&o));
		snprintf(known, sizeof(known), "%s", bench_known(&o.b));
		assert_int_equal(step(&o, c, rows[i].event), OK);
		hush(&o);
		fail_commit(&o);
		expect_claims(&o, before);
		/* A WITHDRAW that was never sent may lie there until it is over. */
		if (rows[i].event != OWN_RELEASE)
			expect_known(&o.b, known);
		expect_events(&o, "store-failed NO_SPACE");
		assert_int_equal(claim_at(&o, "239.192.2.0/24")->end, end);
		own_end(&o);
	}
}

/* A claim that was never stored is no claim. */
static void a_birth_undone(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	own_commit(&o);
	(void)want(&o, "239.192.2.0/24");
	(void)events(&o);
	fail_commit(&o);
	expect_claims(&o, "");
	expect_events(&o, "store-failed NO_SPACE");
	own_end(&o);
}

/* What was one before a clash is one again. */
static void a_split_undone(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	own_commit(&o);
	hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9");
	expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/26; clashed 239.192.2.64/26");
	fail_commit(&o);
	expect_claims(&o, "held 239.192.2.0/24");
	own_end(&o);
}

/* MASC-14.8: what was given back is told after a start too, as long as others
 * keep it, and not when a failed commit makes it ours again. */
static void given_back_over_a_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct own_claim *pending = have(&o, "239.192.4.0/24", MASC_LIFE_WAITING);
	own_commit(&o);
	assert_int_equal(own_release(c, MASC_REASON_RELEASED, o.b.r.now), OK);
	assert_int_equal(own_drop(pending, MASC_REASON_RELEASED, o.b.r.now), OK);
	own_commit(&o);
	own_restart(&o, SEC);
	expect_claims(&o, "");
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71!; withdraw i 239.192.2.0/24 100.10~; "
			   "withdraw i 239.192.4.0/24 100.10~");
	/* Told before the row was gone for good, it was not told at all. */
	c = have(&o, "239.192.6.0/24", MASC_LIFE_HELD);
	own_commit(&o);
	assert_int_equal(own_release(c, MASC_REASON_RELEASED, o.b.r.now), OK);
	fail_commit(&o);
	expect_claims(&o, "held 239.192.6.0/24");
	own_restart(&o, RIG_WALL);
	expect_known(&o.b, "");
	own_end(&o);
}

/* The WITHDRAW ends when the range is claimed again, or part of it: told behind
 * the new claim it would take that away. */
static void claimed_again_after_giving_back(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/23", MASC_LIFE_HELD);
	assert_int_equal(own_release(c, MASC_REASON_RELEASED, o.b.r.now), OK);
	pass(&o, SEC);
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; new i 239.192.2.0/24 100.10*~");
	own_end(&o);
}

/* A disk that is full: one try a second, not one a commit. */
static void a_full_disk(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	own_commit(&o);
	for (int i = 0; i < 5; i++) {
		pass(&o, SEC);
		c = claim_at(&o, "239.192.2.0/24");
		assert_int_equal(c->life, MASC_LIFE_WAITING);
		hush(&o);
		fail_commit(&o);
		assert_int_equal(claim_at(&o, "239.192.2.0/24")->life, MASC_LIFE_SCHEDULED);
		pass(&o, SEC - 1);
		assert_int_equal(claim_at(&o, "239.192.2.0/24")->life, MASC_LIFE_SCHEDULED);
	}
	/* What is over is not deleted again and again. */
	(void)have(&o, "239.192.9.0/24", MASC_LIFE_HELD);
	own_commit(&o);
	struct own_claim *over = claim_at(&o, "239.192.9.0/24");
	masc_wall(o.b.r.m, (struct wall){ over->end, true }, o.b.r.now);
	assert_int_equal(step(&o, over, OWN_END), OK);
	fail_commit(&o);
	assert_false(store_mem_seal(o.b.r.mem));
	own_end(&o);
}

/* After a start the tables tell what clashes there are. */
static void clashes_over_a_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9");
	hear(&o, "east: in-use 239.192.2.128/26 8.81 i ts=1");
	/* Pages are written a while later. */
	pass(&o, 2 * SEC);
	own_commit(&o);
	own_restart(&o, 0);
	expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/26; clashed 239.192.2.64/26");
	assert_int_equal(masc_clash_count(o.b.r.m), 2);
	struct masc_clash_info info;
	masc_clash_info(o.b.r.m, 0, &info);
	assert_true(info.won && !info.yielded);
	masc_clash_info(o.b.r.m, 1, &info);
	assert_true(!info.won && info.yielded);
	own_end(&o);
}

/* MASC-17.4: what an operator keeps raises no alarm again. */
static void a_clash_that_is_kept(void **state)
{
	struct own_bench o;
	own_start(&o, "clash=manual");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9");
	struct own_clash *k = own_clash_find(o.b.r.m->own, 1);
	assert_int_equal(own_clash_resolve(o.b.r.m, k, false, o.b.r.now), OK);
	pass(&o, 2 * SEC);
	own_commit(&o);
	own_restart(&o, 0);
	struct masc_clash_info info;
	assert_int_equal(masc_clash_count(o.b.r.m), 1);
	masc_clash_info(o.b.r.m, 0, &info);
	assert_false(info.open);
	own_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_over_a_restart),
		cmocka_unit_test(each_state_over_a_restart),
		cmocka_unit_test(waiting_over_a_restart),
		cmocka_unit_test(over_before_the_restart),
		cmocka_unit_test(what_was_not_committed),
		cmocka_unit_test(rows_that_cannot_be_read),
		cmocka_unit_test(rows_of_pieces),
		cmocka_unit_test(a_space_that_is_gone),
		cmocka_unit_test(our_identifiers_change),
		cmocka_unit_test(each_change_undone),
		cmocka_unit_test(a_birth_undone),
		cmocka_unit_test(a_split_undone),
		cmocka_unit_test(given_back_over_a_restart),
		cmocka_unit_test(claimed_again_after_giving_back),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(clashes_over_a_restart),
		cmocka_unit_test(a_clash_that_is_kept),
	};
	return cmocka_run_group_tests_name("own_store", tests, NULL, NULL);
}
