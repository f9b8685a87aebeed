/* MASC-14.3 to 14.7, 14.11: what time does to claims of ours. */
#include "own_rig.h"

#include <stdio.h>

static const char *lives(struct own_bench *o)
{
	return claims(o);
}

/* MASC-14.3, 14.4, 14.5: from wanted to held. */
static void from_wanted_to_held(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	want(&o, "239.192.2.0/24");
	expect_claims(&o, "wanted 239.192.2.0/24");
	pass(&o, 0);
	expect_claims(&o, "scheduled 239.192.2.0/24");
	pass(&o, MONO_SEC / 5);
	expect_claims(&o, "waiting 239.192.2.0/24");
	assert_non_null(strstr(told(&o), "new 239.192.2.0/24 +0 60/2 to IPS@"));
	pass(&o, W - MONO_SEC / 5);
	expect_claims(&o, "waiting 239.192.2.0/24");
	pass(&o, MONO_SEC / 5);
	expect_claims(&o, "held 239.192.2.0/24");
	/* The Timestamp stays that of the claim, the end too. */
	assert_non_null(strstr(told(&o), "in-use 239.192.2.0/24 +0 60/60 to IPSC@"));
	own_end(&o);
}

/* MASC-14.3: the delay is never nothing and never above the claim delay. */
static void the_delay_is_uniform(void **state)
{
	int64_t least = INT64_MAX, most = 0;
	struct own_bench o;
	own_start(&o, "");
	for (int i = 0; i < 200; i++) {
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
		int64_t d = mono_since(c->timer.at, o.b.r.now);
		least = d < least ? d : least;
		most = d > most ? d : most;
		assert_true(d > 0 && d <= MONO_SEC / 5);
		assert_int_equal(step(&o, c, OWN_DROP), OK);
	}
	assert_true(least < MONO_SEC / 50 && most > MONO_SEC / 5 - MONO_SEC / 50);
	own_end(&o);
}

/* MASC-14.11: doubled after each loss but the first, up to W. */
static void losses_double_the_delay(void **state)
{
	static const int64_t caps[] = { 200, 200, 400, 800, 1600, 2000, 2000, 2000 };
	for (uint32_t losses = 0; losses < 8; losses++) {
		struct own_bench o;
		int64_t most = 0;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
		c->losses = losses;
		for (int i = 0; i < 300; i++) {
			own_arm(c, o.b.r.now);
			int64_t d = mono_since(c->timer.at, o.b.r.now);
			most = d > most ? d : most;
		}
		assert_true(most <= caps[losses] * MONO_MS);
		assert_true(most > caps[losses] * MONO_MS * 9 / 10);
		own_end(&o);
	}
}

/* MASC-14.3, 16.2: each thing that a claim waits for, told in `why`. */
static void what_a_claim_waits_for(void **state)
{
	struct own_bench o;
	own_start(&o, "clock_check=kernel");
	struct own_claim *c = want(&o, "239.192.2.0/24");
	own_cut(&o);
	pass(&o, 0);
	assert_int_equal(c->why, MASC_REASON_NO_SESSION);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + MONO_SEC, false }, o.b.r.now);
	own_join(&o);
	assert_int_equal(c->why, MASC_REASON_NO_CLOCK);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + MONO_SEC, true }, o.b.r.now);
	assert_int_equal(c->life, MASC_LIFE_SCHEDULED);
	struct own_claim *far = want(&o, "239.200.0.0/24");
	pass(&o, 0);
	assert_int_equal(far->why, MASC_REASON_NO_RANGE);
	hear(&o, "east: in-use 239.192.9.0/24 8.81 i");
	struct own_claim *taken = want(&o, "239.192.9.0/25");
	pass(&o, 0);
	assert_int_equal(taken->why, MASC_REASON_TAKEN);
	o.sp->leaving = true;
	struct own_claim *old = want(&o, "239.192.7.0/24");
	pass(&o, 0);
	assert_int_equal(old->why, MASC_REASON_NO_RANGE);
	own_end(&o);
}

/* A range that came free is claimed. */
static void room_that_comes(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	hear(&o, "east: in-use 239.192.9.0/24 8.81 i life=5");
	struct own_claim *c = want(&o, "239.192.9.0/24");
	pass(&o, 5 * SEC);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	pass(&o, 2 * SEC);
	assert_true(c->life != MASC_LIFE_WANTED);
	own_end(&o);
}

/* An operator's --at. */
static void not_before_its_time(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct masc_prefix p = bench_prefix("239.192.2.0/24");
	const struct own_wish w = { .space = o.sp,
				    .prefix = &p,
				    .fixed = true,
				    .not_before = RIG_WALL + 10 * SEC,
				    .why = MASC_REASON_ASKED };
	struct own_claim *c;
	assert_int_equal(own_want(o.b.r.m, &w, &c, o.b.r.now), OK);
	int64_t left = RIG_WALL + 10 * SEC - masc_wall_now(o.b.r.m, o.b.r.now);
	pass(&o, left - 1);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	pass(&o, 1);
	assert_int_equal(c->life, MASC_LIFE_SCHEDULED);
	own_end(&o);
}

/* MASC-14.3: by size, chosen when the delay is over. */
static void chosen_by_size(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	const struct own_wish w = {
		.space = o.sp, .length = 24, .fixed = true, .why = MASC_REASON_ASKED
	};
	struct own_claim *c;
	assert_int_equal(own_want(o.b.r.m, &w, &c, o.b.r.now), OK);
	pass(&o, 0);
	pass(&o, SEC);
	struct masc_prefix range = bench_prefix("239.192.0.0/16");
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	assert_int_equal(c->wanted.length, 24);
	assert_true(masc_prefix_covers(&range, &c->wanted));
	own_end(&o);
}

/* MASC-14.6: no longer than the range it lies in. */
static void as_long_as_the_parents_range(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	hear(&o, "north: managed 239.192.0.0/16 7.71 i life=30");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	pass(&o, SEC);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	assert_int_equal(c->claimed_end, RIG_WALL + 30 * SEC);
	own_end(&o);
}

/* MASC-14.4: W stands still while the space is not synced, and then all are told
 * the longer hold time with the same Timestamp. */
static void the_waiting_period_stands_still(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	pass(&o, SEC);
	own_cut(&o);
	assert_true(c->frozen);
	assert_int_equal(c->wait_left, SEC);
	pass(&o, 10 * SEC);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	hush(&o);
	uint32_t before = seconds(&o);
	own_join(&o);
	assert_false(c->frozen);
	char want_told[128];
	snprintf(want_told, sizeof(want_told), "new 239.192.2.0/24 +0 60/%u to IPS@", before + 1);
	assert_non_null(strstr(told(&o), want_told));
	pass(&o, SEC - 1);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	pass(&o, 1);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	own_end(&o);
}

/* A claim that is not sent yet begins anew. */
static void a_scheduled_claim_goes_back(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	own_cut(&o);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	assert_int_equal(c->why, MASC_REASON_NO_SESSION);
	own_end(&o);
}

/* The range is not there any more when W runs on. */
static void a_range_gone_meanwhile(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	c->wanted = bench_prefix("239.200.0.0/24");
	own_cut(&o);
	own_join(&o);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	assert_int_equal(c->why, MASC_REASON_NO_RANGE);
	own_end(&o);
}

/* MASC-14.6: with a third of the lifetime left. */
static void renewal_is_due(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 40 * SEC - 1);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	pass(&o, 1);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	expect_told(&o, "expand 239.192.2.0/24 +40 60/2 to IPS@7");
	pass(&o, W);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	/* A11: the first Timestamp, a longer lifetime. */
	expect_told(&o, "in-use 239.192.2.0/24 +0 100/100 to IPSC@9");
	own_end(&o);
}

/* At least three W before the end. */
static void renewal_of_a_short_claim(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	o.b.r.m->rules.claim_lifetime = 12 * SEC;
	pass(&o, SEC);
	pass(&o, W);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	int64_t due = c->end - 6 * SEC - masc_wall_now(o.b.r.m, o.b.r.now);
	pass(&o, due - 1);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	pass(&o, 1);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	own_end(&o);
}

/* MASC-14.6: the parent's range ends before what an operator asked for: claimed for
 * longer when the range is, from the Timestamp on and no further. */
static void asked_for_longer_than_the_range(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	hear(&o, "north: managed 239.192.0.0/16 7.71 i life=30");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	c->lifetime = 50 * SEC;
	pass(&o, SEC);
	pass(&o, W);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_int_equal(c->end, RIG_WALL + 30 * SEC);
	pass(&o, 17 * SEC);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_int_equal(c->end, RIG_WALL + 30 * SEC);
	hear(&o, "north: managed 239.192.0.0/16 7.71 i life=3000");
	pass(&o, 2 * W);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_int_equal(c->end, ((int64_t)c->parts[0].timestamp + 50) * SEC);
	assert_int_equal(c->end, own_asked_end(c));
	own_end(&o);
}

/* What an operator asked for some time is held to its end, used or not. */
static void fixed_to_its_end(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	o.renewal = ERR_NOT_FOUND;
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 60 * SEC - 1);
	assert_string_equal(lives(&o), "held 239.192.2.0/24");
	pass(&o, 1);
	assert_string_equal(lives(&o), "");
	own_end(&o);
}

/* The plan says nobody uses it: it runs out, in silence at the end (MASC-14.7). */
static void not_renewed(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	o.renewal = ERR_NOT_FOUND;
	have(&o, "239.192.2.0/24", MASC_LIFE_HELD)->fixed = false;
	pass(&o, 40 * SEC);
	assert_string_equal(lives(&o), "deprecated 239.192.2.0/24");
	expect_told(&o, "in-use-D 239.192.2.0/24 +0 60/60 to IC@7");
	(void)events(&o);
	pass(&o, 20 * SEC - 1);
	expect_claims(&o, "deprecated 239.192.2.0/24");
	pass(&o, 1);
	expect_claims(&o, "");
	expect_told(&o, "");
	expect_events(&o, "1 deprecated>expired ENDED@9");
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71");
	own_end(&o);
}

/* MASC-14.6: the fuller half goes on, the other runs out. */
static void half_is_renewed(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	o.half = "239.192.2.128/25";
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 40 * SEC);
	expect_told(&o, "expand 239.192.2.128/25 +40 60/2 to IPS@7");
	expect_claims(&o, "renewing 239.192.2.0/24");
	pass(&o, W);
	expect_claims(&o, "held 239.192.2.128/25; deprecated 239.192.2.0/25");
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; managed i 239.192.2.0/25 100.10*~; "
			   "managed i 239.192.2.128/25 100.10*~");
	assert_int_equal(claim_at(&o, "239.192.2.128/25")->end, RIG_WALL + 100 * SEC);
	assert_int_equal(claim_at(&o, "239.192.2.128/25")->number, 1);
	assert_int_equal(claim_at(&o, "239.192.2.0/25")->end, RIG_WALL + 60 * SEC);
	const char *said = told(&o);
	assert_non_null(strstr(said, "in-use 239.192.2.128/25 +0 100/100 to IPSC@"));
	assert_non_null(strstr(said, "in-use-D 239.192.2.0/25 +0 60/60 to IC@"));
	pass(&o, 18 * SEC);
	expect_claims(&o, "held 239.192.2.128/25");
	own_end(&o);
}

/* MASC-14.6: without a clock or a session not now; again after another W. */
static void renewal_that_must_wait(void **state)
{
	struct own_bench o;
	own_start(&o, "clock_check=kernel");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	masc_wall(o.b.r.m, (struct wall){ masc_wall_now(o.b.r.m, o.b.r.now), false }, o.b.r.now);
	pass(&o, 41 * SEC);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	masc_wall(o.b.r.m, (struct wall){ masc_wall_now(o.b.r.m, o.b.r.now), true }, o.b.r.now);
	pass(&o, W);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	own_cut(&o);
	pass(&o, SEC);
	assert_true(c->frozen);
	/* The end comes all the same. */
	pass(&o, 20 * SEC);
	expect_claims(&o, "");
	own_end(&o);
}

/* MASC-14.5: two announcements, each part with its own Timestamp. */
static void growth(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 10 * SEC);
	assert_int_equal(own_grow(c, o.b.r.now), OK);
	expect_told(&o, "expand 239.192.2.0/23 +10 60/2 to IPS@7");
	pass(&o, W);
	expect_told(&o, "in-use 239.192.2.0/24 +0 70/70 to IPSC@9; "
			"in-use 239.192.2.0/23 +10 60/60 to IPSC@9");
	expect_claims(&o, "held 239.192.2.0/23");
	pass(&o, 8 * SEC);
	assert_int_equal(own_grow(c, o.b.r.now), OK);
	pass(&o, W);
	expect_claims(&o, "held 239.192.0.0/22");
	assert_int_equal(c->n_parts, 3);
	own_end(&o);
}

/* Ends are wall times: the clock is set, and they move. */
static void the_wall_clock_is_set(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	o.renewal = ERR_NOT_FOUND;
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_DEPRECATED);
	assert_int_equal(mono_since(c->timer.at, o.b.r.now), 60 * SEC);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + 50 * SEC, true }, o.b.r.now);
	assert_int_equal(mono_since(c->timer.at, o.b.r.now), 10 * SEC);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL - 50 * SEC, true }, o.b.r.now);
	assert_int_equal(mono_since(c->timer.at, o.b.r.now), 110 * SEC);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + 500 * SEC, true }, o.b.r.now);
	pass(&o, 0);
	expect_claims(&o, "");
	own_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_wanted_to_held),
		cmocka_unit_test(the_delay_is_uniform),
		cmocka_unit_test(losses_double_the_delay),
		cmocka_unit_test(what_a_claim_waits_for),
		cmocka_unit_test(room_that_comes),
		cmocka_unit_test(not_before_its_time),
		cmocka_unit_test(chosen_by_size),
		cmocka_unit_test(as_long_as_the_parents_range),
		cmocka_unit_test(the_waiting_period_stands_still),
		cmocka_unit_test(a_scheduled_claim_goes_back),
		cmocka_unit_test(a_range_gone_meanwhile),
		cmocka_unit_test(renewal_is_due),
		cmocka_unit_test(renewal_of_a_short_claim),
		cmocka_unit_test(asked_for_longer_than_the_range),
		cmocka_unit_test(fixed_to_its_end),
		cmocka_unit_test(not_renewed),
		cmocka_unit_test(half_is_renewed),
		cmocka_unit_test(renewal_that_must_wait),
		cmocka_unit_test(growth),
		cmocka_unit_test(the_wall_clock_is_set),
	};
	return cmocka_run_group_tests_name("own_time", tests, NULL, NULL);
}
