/* Section 17: two domains hold one range. */
#include "own_rig.h"

#include <stdio.h>

static struct masc_clash_info clash(struct own_bench *o, size_t i)
{
	struct masc_clash_info info;
	assert_true(i < masc_clash_count(o->b.r.m));
	masc_clash_info(o->b.r.m, i, &info);
	return info;
}

/* MASC-17.2: ours is told again to the other. */
static void the_older_wins(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=1");
	expect_claims(&o, "held 239.192.2.0/24");
	expect_told(&o, "in-use 239.192.2.0/24 +0 60/60 to east@5");
	expect_events(&o, "clash 1 won@5");
	assert_true(clash(&o, 0).won);
	assert_false(clash(&o, 0).open);
	assert_false(clash(&o, 0).yielded);
	struct masc_prefix ours = bench_prefix("239.192.2.0/25");
	const struct masc_clash_info info = clash(&o, 0);
	const struct masc_id east = rig_id(8);
	assert_true(masc_prefix_eq(&info.ours, &ours));
	assert_int_equal(masc_id_cmp(&info.domain, &east), 0);
	/* Listed until the other's entry is gone. */
	hear(&o, "east: withdraw 239.192.2.0/25 8.81 i ts=1");
	expect_events(&o, "clash 1 over@5");
	assert_int_equal(masc_clash_count(o.b.r.m), 0);
	own_end(&o);
}

/* MASC-17.3: with our identifiers and the winner's times. */
static void the_younger_withdraws(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/24 8.81 i ts=-9 life=40");
	expect_claims(&o, "clashed 239.192.2.0/24");
	const char *said = told(&o);
	assert_non_null(strstr(said, "withdraw 239.192.2.0/24 -9 40/40 to IPSC@"));
	assert_true(clash(&o, 0).yielded);
	assert_false(clash(&o, 0).won);
	struct own_claim *c = claim_at(&o, "239.192.2.0/24");
	assert_true(own_is_withdrawn(c, own_prefix(c)));
	expect_events(&o, "1 held>clashed CLASH@6; clash 1 lost@6");
	/* The winner's times are over: ours again, with what is left. */
	pass(&o, 32 * SEC - 1);
	expect_claims(&o, "clashed 239.192.2.0/24");
	hush(&o);
	pass(&o, SEC);
	expect_claims(&o, "held 239.192.2.0/24");
	expect_told(&o, "in-use 239.192.2.0/24 +0 60/60 to IPSC@8");
	own_end(&o);
}

/* A10: the rest stays, in aligned blocks with the old Timestamp. */
static void part_of_it_is_lost(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9 life=20");
	expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/26; clashed 239.192.2.64/26");
	assert_non_null(strstr(told(&o), "withdraw 239.192.2.64/26 -9 20/20 to IPSC@"));
	assert_int_equal(claim_at(&o, "239.192.2.0/26")->parts[0].timestamp, BENCH_WALL);
	assert_int_equal(claim_at(&o, "239.192.2.0/26")->end, RIG_WALL + 60 * SEC);
	assert_true(claim_at(&o, "239.192.2.0/26")->active);
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; managed i 239.192.2.0/26 100.10*~; "
			   "in-use s 239.192.2.64/26 8.81*; withdraw i 239.192.2.64/26 100.10*~; "
			   "managed i 239.192.2.128/25 100.10*~");
	hear(&o, "east: withdraw 239.192.2.64/26 8.81 i ts=-9 hold=60");
	expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/26; held 239.192.2.64/26");
	own_end(&o);
}

/* MASC-17.3: the parent tells its range anew while its WITHDRAW lasts: what was
 * withdrawn is no room for another claim. */
static void no_other_claim_there(void **state)
{
	struct own_bench o;
	struct own_claim *c;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "north: withdraw 239.192.0.0/16 7.71 i life=50 hold=50");
	expect_claims(&o, "clashed 239.192.2.0/24");
	hear(&o, "north: managed 239.192.2.0/24 7.71 i ts=1");
	const struct own_wish w = { .space = o.sp, .length = 25, .why = MASC_REASON_DEMAND };
	assert_int_equal(own_want(o.b.r.m, &w, &c, o.b.r.now), OK);
	pass(&o, SEC);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	assert_int_equal(c->why, MASC_REASON_NO_ROOM);
	own_end(&o);
}

/* MASC-14.3: a claim of ours that there was no memory to put in the table. */
static void not_seen_in_the_table(void **state)
{
	struct own_bench o;
	struct masc_prefix got;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	own_untable(c, o.b.r.now);
	const struct own_claim other = { .in = c->in,
					 .space = c->space,
					 .wanted = bench_prefix("239.192.2.0/25") };
	assert_int_equal(own_choose(&other, &got, o.b.r.now), ERR_NOT_FOUND);
	own_end(&o);
}

/* MASC-17.1: each part of a grown range by its own Timestamp. */
static void parts_by_their_own_timestamp(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 10 * SEC);
	assert_int_equal(own_grow(c, o.b.r.now), OK);
	pass(&o, W);
	hush(&o);
	/* At 12 s: older than the growth, younger than the beginning. */
	hear(&o, "east: in-use 239.192.2.0/23 8.81 i ts=-7");
	expect_claims(&o, "held 239.192.2.0/24; clashed 239.192.3.0/24");
	assert_false(clash(&o, 0).won);
	assert_true(clash(&o, 0).yielded);
	own_end(&o);
}

/* Same second: the smaller node. */
static void ties(void **state)
{
	for (int smaller = 0; smaller < 2; smaller++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
		hear(&o, smaller ? "east: in-use 239.192.2.0/24 8.9 i"
				 : "east: in-use 239.192.2.0/24 8.81 i");
		assert_int_equal(clash(&o, 0).won, !smaller);
		own_end(&o);
	}
}

/* What is claimed on top goes with it. */
static void while_something_is_claimed(void **state)
{
	static const enum masc_life lives[] = { MASC_LIFE_RENEWING, MASC_LIFE_GROWING,
						MASC_LIFE_DEPRECATED };
	for (size_t i = 0; i < 3; i++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.2.0/24", lives[i]);
		hear(&o, "east: in-use 239.192.2.128/25 8.81 i ts=-9");
		expect_claims(&o, i == 2 ? "deprecated 239.192.2.0/25; clashed 239.192.2.128/25"
					 : "held 239.192.2.0/25; clashed 239.192.2.128/25");
		/* One that ran out comes back as that. */
		hear(&o, "east: withdraw 239.192.2.128/25 8.81 i ts=-9 hold=60");
		expect_claims(&o, i == 2 ? "deprecated 239.192.2.0/25; deprecated 239.192.2.128/25"
					 : "held 239.192.2.0/25; held 239.192.2.128/25");
		own_end(&o);
	}
}

/* Several of ours under one of theirs. */
static void over_several_of_ours(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.3.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.9.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.0.0/21 8.81 i ts=-9");
	expect_claims(&o, "clashed 239.192.2.0/24; clashed 239.192.3.0/24; held 239.192.9.0/24");
	assert_int_equal(masc_clash_count(o.b.r.m), 1);
	own_end(&o);
}

/* MASC-17.2: the other gives back a part of its range: what is left of it is in the
 * clash as before, one clash for each piece that overlaps ours. */
static void in_pieces(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/23 8.81 i ts=1");
	expect_events(&o, "clash 1 won@5");
	/* It keeps 2.128/25 and 3.0/24, which is none of ours. */
	hear(&o, "east: withdraw 239.192.2.0/25 8.81 i ts=1");
	expect_events(&o, "");
	struct masc_prefix piece = bench_prefix("239.192.2.128/25");
	assert_int_equal(masc_clash_count(o.b.r.m), 1);
	struct masc_clash_info info = clash(&o, 0);
	assert_true(masc_prefix_eq(&info.theirs, &piece) && masc_prefix_eq(&info.ours, &piece));
	assert_true(info.won);
	/* Two pieces: 2.128/27, and 2.192/26. */
	hear(&o, "east: withdraw 239.192.2.160/27 8.81 i ts=1");
	assert_int_equal(masc_clash_count(o.b.r.m), 2);
	expect_events(&o, "clash 2 won@5");
	assert_false(masc_clashes_cut(o.b.r.m));
	hear(&o, "east: withdraw 239.192.2.128/27 8.81 i ts=1");
	expect_events(&o, "clash 1 over@5");
	hear(&o, "east: withdraw 239.192.2.192/26 8.81 i ts=1");
	expect_events(&o, "clash 2 over@5");
	own_end(&o);
}

/* A clash that was lost for a part that the other gives back. */
static void won_when_in_pieces(void **state)
{
	struct own_bench o;
	own_start(&o, "clash=manual");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 9 * SEC);
	(void)have(&o, "239.192.3.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/23 8.81 i ts=-5");
	expect_events(&o, "clash 1 lost@11");
	assert_true(clash(&o, 0).open);
	hear(&o, "east: withdraw 239.192.3.0/24 8.81 i ts=-5 hold=60");
	expect_events(&o, "");
	assert_true(clash(&o, 0).won);
	assert_false(clash(&o, 0).open);
	own_end(&o);
}

/* Another one is in the way still. */
static void two_in_the_way(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/24 8.81 i ts=-9");
	hear(&o, "west: in-use 239.192.2.0/26 9.91 i ts=-9");
	assert_int_equal(masc_clash_count(o.b.r.m), 1);
	hear(&o, "east: withdraw 239.192.2.0/24 8.81 i ts=-9 hold=60");
	expect_claims(&o, "clashed 239.192.2.0/24");
	hear(&o, "west: withdraw 239.192.2.0/26 9.91 i ts=-9 hold=60");
	expect_claims(&o, "held 239.192.2.0/24");
	own_end(&o);
}

/* MASC-17.3: who is cut off does not hear what there is by now. */
static void not_while_cut_off(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/24 8.81 i ts=-9 life=40");
	own_cut(&o);
	hear(&o, "east: withdraw 239.192.2.0/24 8.81 i ts=-9 hold=60");
	assert_int_equal(masc_clash_count(o.b.r.m), 0);
	pass(&o, 5 * SEC);
	expect_claims(&o, "clashed 239.192.2.0/24");
	own_join(&o);
	pass(&o, SEC);
	expect_claims(&o, "held 239.192.2.0/24");
	own_end(&o);
}

/* What is withdrawn does not outlive its own lifetime. */
static void its_own_end_comes_first(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/24 8.81 i ts=-9 life=600");
	pass(&o, 60 * SEC);
	expect_claims(&o, "");
	own_end(&o);
}

/* MASC-17.4: nothing is withdrawn until somebody says so. */
static void by_hand(void **state)
{
	for (int yields = 0; yields < 2; yields++) {
		struct own_bench o;
		own_start(&o, "clash=manual");
		(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
		hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=-9");
		expect_claims(&o, "held 239.192.2.0/24");
		expect_told(&o, "");
		expect_events(&o, "clash 1 lost@5");
		assert_true(clash(&o, 0).open);
		struct own_clash *k = own_clash_find(o.b.r.m->own, 1);
		assert_int_equal(own_clash_resolve(o.b.r.m, k, yields, o.b.r.now), OK);
		assert_false(clash(&o, 0).open);
		assert_int_equal(clash(&o, 0).yielded, yields);
		assert_int_equal(k->put, store_mem_newest(o.b.r.mem));
		/* Who looks later sees that it was decided, and how. */
		assert_non_null(strstr(events(&o), yields ? "clash 1 yielded@" : "clash 1 kept@"));
		expect_claims(&o, yields ? "held 239.192.2.128/25; clashed 239.192.2.0/25"
					 : "held 239.192.2.0/24");
		if (yields)
			assert_int_equal(own_clash_resolve(o.b.r.m, k, false, o.b.r.now),
					 ERR_STATE);
		/* Kept: told again, there is no alarm any more. */
		hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=-9 life=4000");
		assert_false(clash(&o, 0).open);
		assert_null(own_clash_find(o.b.r.m->own, 2));
		own_end(&o);
	}
}

/* MASC-16.5 */
static void the_list_is_bounded(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.0.0/20", MASC_LIFE_HELD);
	for (int i = 0; i < OWN_CLASHES_MAX + 3; i++) {
		char claim[128];
		snprintf(claim, sizeof(claim), "east: in-use 239.192.%d.%d/32 8.81 i ts=1", i / 200,
			 i % 200);
		hear(&o, claim);
	}
	assert_int_equal(masc_clash_count(o.b.r.m), OWN_CLASHES_MAX);
	assert_true(masc_clashes_cut(o.b.r.m));
	/* Each that ends makes room for one that is not listed. */
	for (int i = 0; i < 3; i++) {
		char claim[128];
		assert_true(masc_clashes_cut(o.b.r.m));
		snprintf(claim, sizeof(claim), "east: withdraw 239.192.0.%d/32 8.81 i ts=1", i);
		hear(&o, claim);
		assert_int_equal(masc_clash_count(o.b.r.m), OWN_CLASHES_MAX);
	}
	assert_false(masc_clashes_cut(o.b.r.m));
	hear(&o, "east: withdraw 239.192.0.3/32 8.81 i ts=1");
	assert_int_equal(masc_clash_count(o.b.r.m), OWN_CLASHES_MAX - 1);
	own_end(&o);
}

/* What could not be stored is withdrawn a second later. */
static void without_a_store(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	store_mem_break(o.b.r.mem, ERR_IO);
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=-9");
	expect_claims(&o, "held 239.192.2.0/24");
	expect_told(&o, "");
	store_mem_break(o.b.r.mem, OK);
	pass(&o, SEC);
	expect_claims(&o, "held 239.192.2.128/25; clashed 239.192.2.0/25");
	own_end(&o);

	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	store_mem_break(o.b.r.mem, ERR_IO);
	hear(&o, "north: withdraw 239.192.2.0/25 7.71 i life=30 hold=20");
	expect_claims(&o, "held 239.192.2.0/24");
	store_mem_break(o.b.r.mem, OK);
	pass(&o, SEC);
	expect_claims(&o, "held 239.192.2.128/25; clashed 239.192.2.0/25");
	own_end(&o);
}

/* A child against what is ours below (MASC-13.3). */
static void below(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct masc_prefix p = bench_prefix("239.192.2.0/26");
	assert_int_equal(own_take_local(o.b.r.m, &p, c, o.b.r.now), OK);
	expect_told(&o, "in-use 239.192.2.0/26 +0 60/60 to IC@7");
	hear(&o, "kid: in-use 239.192.2.32/27 200.21 i ts=-9 life=30");
	expect_claims(&o, "held 239.192.2.0/24; held 239.192.2.0/27; clashed 239.192.2.32/27");
	assert_non_null(strstr(told(&o), "withdraw 239.192.2.32/27 -9 30/30 to IC@"));
	own_end(&o);
}

/* Nor is it ours again below while a colleague's local part is there. */
static void a_colleague_has_it_below(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct masc_prefix p = bench_prefix("239.192.2.0/26");
	assert_int_equal(own_take_local(o.b.r.m, &p, c, o.b.r.now), OK);
	hear(&o, "kid: in-use 239.192.2.0/26 200.21 i ts=-9 life=30");
	expect_claims(&o, "held 239.192.2.0/24; clashed 239.192.2.0/26");
	assert_string_equal(hear(&o, "inner: in-use 239.192.2.0/27 100.11 c"), "");
	hear(&o, "kid: withdraw 239.192.2.0/26 200.21 i ts=-9 hold=60");
	expect_claims(&o, "held 239.192.2.0/24; clashed 239.192.2.0/26");
	hear(&o, "inner: withdraw 239.192.2.0/27 100.11 c");
	expect_claims(&o, "held 239.192.2.0/24; held 239.192.2.0/26");
	own_end(&o);
}

/* What is ours below is no clash with ourselves. */
static void no_clash_with_ourselves(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct masc_prefix p = bench_prefix("239.192.2.0/26");
	assert_int_equal(own_take_local(o.b.r.m, &p, c, o.b.r.now), OK);
	own_clash_look(o.b.r.m, o.b.r.now);
	assert_int_equal(masc_clash_count(o.b.r.m), 0);
	own_end(&o);
}

/* Pages are written in the background: a crash may come before. */
static void lose_pages(struct own_bench *o)
{
	struct store *s = store_mem_store(o->b.r.mem);
	struct store_row row;
	uint64_t put;
	while (store_scan(s, &masc_table_claims, (struct span){ NULL, 0 }, &row) == OK) {
		uint8_t key[64];
		memcpy(key, row.key.p, row.key.n);
		assert_int_equal(store_del(s, &masc_table_claims, span_of(key, row.key.n), &put),
				 OK);
	}
}

/* MASC-17.2: what is withdrawn already is still a clash when the other is heard of
 * again after a crash, and over when it is gone. */
static void known_again_after_a_crash(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=-9 life=40");
	lose_pages(&o);
	own_commit(&o);
	own_restart(&o, SEC);
	expect_claims(&o, "held 239.192.2.128/25; clashed 239.192.2.0/25");
	assert_int_equal(masc_clash_count(o.b.r.m), 0);
	own_join(&o);
	expect_claims(&o, "held 239.192.2.128/25; clashed 239.192.2.0/25");
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i ts=-9 life=40");
	expect_claims(&o, "held 239.192.2.128/25; clashed 239.192.2.0/25");
	assert_int_equal(masc_clash_count(o.b.r.m), 1);
	assert_false(clash(&o, 0).won);
	assert_false(clash(&o, 0).open);
	assert_true(clash(&o, 0).yielded);
	hear(&o, "east: withdraw 239.192.2.0/25 8.81 i ts=-9 hold=60");
	assert_int_equal(masc_clash_count(o.b.r.m), 0);
	expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/25");
	own_end(&o);
}

/* MASC-17.3: the other is not there to be heard of, its time is not over. */
static void not_ours_again_for_a_restart(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.2.0/24 8.81 i ts=-9 life=40");
	lose_pages(&o);
	own_commit(&o);
	own_restart(&o, SEC);
	own_join(&o);
	expect_claims(&o, "clashed 239.192.2.0/24");
	int64_t left = RIG_WALL + 31 * SEC - masc_wall_now(o.b.r.m, o.b.r.now);
	pass(&o, left);
	expect_claims(&o, "clashed 239.192.2.0/24");
	/* And what is kept beyond, for clocks that differ. */
	pass(&o, SEC);
	expect_claims(&o, "held 239.192.2.0/24");
	assert_int_equal(claim_at(&o, "239.192.2.0/24")->parts[0].timestamp, BENCH_WALL);
	own_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_older_wins),
		cmocka_unit_test(the_younger_withdraws),
		cmocka_unit_test(part_of_it_is_lost),
		cmocka_unit_test(no_other_claim_there),
		cmocka_unit_test(not_seen_in_the_table),
		cmocka_unit_test(parts_by_their_own_timestamp),
		cmocka_unit_test(ties),
		cmocka_unit_test(while_something_is_claimed),
		cmocka_unit_test(over_several_of_ours),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(won_when_in_pieces),
		cmocka_unit_test(two_in_the_way),
		cmocka_unit_test(not_while_cut_off),
		cmocka_unit_test(its_own_end_comes_first),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(the_list_is_bounded),
		cmocka_unit_test(without_a_store),
		cmocka_unit_test(below),
		cmocka_unit_test(a_colleague_has_it_below),
		cmocka_unit_test(no_clash_with_ourselves),
		cmocka_unit_test(known_again_after_a_crash),
		cmocka_unit_test(not_ours_again_for_a_restart),
	};
	return cmocka_run_group_tests_name("own_clash", tests, NULL, NULL);
}
