/* What a peer has told us: marks, stale claims, sweeps, ends, and when a space is
 * synced. MASC-10.6, MASC-12.3 to 12.5. */
#include "kin.h"

#include <stdio.h>

/* -- the mark -- */

static void the_first_keepalive_is_the_mark(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	assert_false(rig_info(&k.r, 3).synced);
	assert_string_equal(kin_events(&k), "");
	kin_mark(&k, "west");
	assert_true(rig_info(&k.r, 3).synced);
	assert_string_equal(kin_events(&k), "synced west");
	kin_mark(&k, "west");
	assert_string_equal(kin_events(&k), "");
	kin_lose(&k, "west");
	assert_false(rig_info(&k.r, 3).synced);
	kin_up(&k, "west");
	assert_false(rig_info(&k.r, 3).synced);
	kin_fini(&k);
}

/* -- stale, told again, swept -- */

static void what_is_not_told_again_is_swept(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_know(&k, "7", "east", "use s 30.31 234.3.0.0/24");
	kin_know(&k, "7", "ours", "use i 100.10 234.4.0.0/24");
	kin_expect_known(&k, "7", "234.1.0.0/24 234.2.0.0/24 234.3.0.0/24 234.4.0.0/24");
	kin_lose(&k, "west");
	/* They stay, and hold their space. */
	kin_pass(&k, 8 * MONO_SEC);
	kin_expect_known(&k, "7", "~234.1.0.0/24 ~234.2.0.0/24 234.3.0.0/24 234.4.0.0/24");
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24 hold=7200");
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24 234.2.0.0/24 234.3.0.0/24 234.4.0.0/24");
	kin_mark(&k, "west");
	kin_settle(&k);
	kin_expect_known(&k, "7", "234.2.0.0/24 234.3.0.0/24 234.4.0.0/24");
	kin_fini(&k);
}

/* MASC-12.4: of a child's claim a colleague may not know yet; the child does. */
static void a_childs_claim_from_a_colleague(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	kin_know(&k, "below", "inner", "use c 200.201 234.1.0.0/24");
	kin_know(&k, "below", "inner", "use c 300.31 234.2.0.0/24");
	kin_know(&k, "below", "inner", "new c 300.31 234.3.0.0/24");
	kin_know(&k, "below", "inner", "use i 100.11 234.4.0.0/24");
	kin_lose(&k, "inner");
	kin_lose(&k, "south");
	kin_up(&k, "inner");
	kin_mark(&k, "inner");
	kin_settle(&k);
	kin_expect_known(&k, "below", "~234.1.0.0/24 ~234.2.0.0/24");
	kin_up(&k, "south");
	kin_mark(&k, "south");
	kin_settle(&k);
	kin_expect_known(&k, "below", "~234.2.0.0/24");
	kin_fini(&k);
}

/* An equal attribute makes it fresh again: by the front door. */
static void told_again_by_octets(void **state)
{
	static const char update[] = "0028 02 00  0024 00 00  00 06 0000 %08x 00000e10 00000e10 "
				     "00000014 00000015 ea010000 ffffff00";
	struct kin k;
	char hex[160];
	kin_usual(&k);
	kin_up(&k, "north");
	kin_know(&k, "7", "north", "managed p 7.71 234.0.0.0/8");
	snprintf(hex, sizeof(hex), update, (unsigned)KIN_WALL_S);
	for (int i = 0; i < 2; i++) {
		kin_up(&k, "west");
		rig_hex(&k.r, kin_of(&k, "west")->link, hex);
		kin_mark(&k, "west");
		kin_settle(&k);
		kin_expect_known(&k, "7", "234.0.0.0/8 234.1.0.0/24");
		kin_lose(&k, "west");
		kin_expect_known(&k, "7", "234.0.0.0/8 ~234.1.0.0/24");
	}
	assert_int_equal(rig_info(&k.r, 3).count.claims_same, 1);
	kin_fini(&k);
}

static void a_range_that_is_swept_is_told_of(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "north");
	kin_know(&k, "7", "north", "managed p 7.71 234.0.0.0/8");
	kin_lose(&k, "north");
	kin_up(&k, "north");
	kin_reset(&k);
	kin_mark(&k, "north");
	kin_settle(&k);
	assert_string_equal(kin_events(&k), "synced north; range gone 234.0.0.0/8");
	kin_expect_known(&k, "7", "");
	kin_fini(&k);
}

/* MASC-12.4: two hold times for what is pending. */
static void pending_ones_stay_for_two_hold_times(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "new s 20.21 234.1.0.0/24");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_know(&k, "7", "west", "grow s 20.21 234.2.0.0/23");
	kin_know(&k, "7", "east", "new s 30.31 234.3.0.0/24");
	kin_lose(&k, "west");
	for (int i = 0; i < 17; i++) {
		kin_pass(&k, MONO_SEC);
		kin_mark(&k, "east");
	}
	kin_pass(&k, MONO_SEC - 100);
	kin_settle(&k);
	assert_int_equal(table_count(kin_space(&k, "7")->table), 4);
	kin_pass(&k, 100);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.2.0.0/24 234.3.0.0/24");
	/* The window of the next begins with its own loss. */
	kin_lose(&k, "east");
	kin_pass(&k, 17 * MONO_SEC);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.2.0.0/24 ~234.3.0.0/24");
	kin_pass(&k, MONO_SEC);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.2.0.0/24");
	kin_fini(&k);
}

/* A sweep goes in slices: 8192 looks or 512 removals, then the next tick. */
static void sweeps_go_in_slices(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	struct space *sp = kin_space(&k, "7");
	struct wire_claim c = kin_claim(&k, "use s 20.21 234.0.0.0/28");
	for (uint32_t i = 0; i < 1200; i++) {
		c.address[2] = (uint8_t)(i >> 4);
		c.address[3] = (uint8_t)(i << 4);
		assert_int_equal(cache_put(sp, &c, kin_inside(&k, "west"), false, k.r.now), OK);
	}
	kin_lose(&k, "west");
	kin_up(&k, "west");
	kin_mark(&k, "west");
	kin_reset(&k);
	assert_int_equal(table_count(sp->table), 1200);
	kin_tick(&k);
	assert_int_equal(table_count(sp->table), 688);
	assert_true(mono_reached(masc_deadline(k.r.m), k.r.now));
	kin_tick(&k);
	assert_int_equal(table_count(sp->table), 176);
	/* Lost again in the midst of it: what is left waits for another mark. */
	kin_lose(&k, "west");
	kin_settle(&k);
	assert_int_equal(table_count(sp->table), 176);
	kin_up(&k, "west");
	kin_mark(&k, "west");
	kin_settle(&k);
	assert_int_equal(table_count(sp->table), 0);
	kin_fini(&k);
}

/* Claims of a peer that is not configured any more: swept once everybody who
 * could tell them has told all. */
static void claims_of_nobody(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	kin_peer(&k, "north", "address=192.0.2.1 role=child domain=7", 7, 71);
	kin_peer(&k, "west", "address=192.0.2.4 role=sibling domain=20 parent_domain=7", 20, 21);
	kin_start(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	kin_know(&k, "7", "west", "new s 20.21 234.2.0.0/24");
	kin_lose(&k, "north");
	k.r.config.n_peers = 1;
	k.n = 1;
	assert_int_equal(masc_reconfigure(k.r.m, &k.r.config, k.r.now), OK);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24 ~234.2.0.0/24");
	kin_pass(&k, 18 * MONO_SEC);
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24");
	kin_up(&k, "north");
	kin_settle(&k);
	kin_expect_known(&k, "7", "~234.1.0.0/24");
	kin_mark(&k, "north");
	kin_settle(&k);
	kin_expect_known(&k, "7", "");
	k.r.config.n_peers = 2;
	kin_fini(&k);
}

/* -- what is over -- */

static void ends_by_the_wall_clock(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24 hold=100");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24 hold=200");
	kin_reset(&k);
	/* With the skew keep of the lab, one second. */
	struct mono end = mono_add(k.r.now, 101 * MONO_SEC);
	while (masc_deadline(k.r.m).us < end.us) {
		rig_next(&k.r);
		kin_mark(&k, "west");
	}
	kin_expect_known(&k, "7", "234.1.0.0/24 234.2.0.0/24");
	assert_int_equal(masc_deadline(k.r.m).us, end.us);
	rig_next(&k.r);
	kin_expect_known(&k, "7", "234.2.0.0/24");
	/* The clock is put forward. */
	masc_wall(k.r.m, (struct wall){ (KIN_WALL_S + 201) * MONO_SEC, true }, k.r.now);
	assert_true(mono_reached(masc_deadline(k.r.m), k.r.now));
	kin_settle(&k);
	kin_expect_known(&k, "7", "");
	kin_fini(&k);
}

static void ends_in_slices(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	struct space *sp = kin_space(&k, "7");
	struct wire_claim c = kin_claim(&k, "use s 20.21 234.0.0.0/28 hold=5");
	for (uint32_t i = 0; i < 600; i++) {
		c.address[2] = (uint8_t)(i >> 4);
		c.address[3] = (uint8_t)(i << 4);
		assert_int_equal(cache_put(sp, &c, kin_inside(&k, "west"), false, k.r.now), OK);
	}
	kin_pass(&k, 6 * MONO_SEC);
	assert_int_equal(table_count(sp->table), 88);
	assert_true(mono_reached(masc_deadline(k.r.m), k.r.now));
	kin_tick(&k);
	assert_int_equal(table_count(sp->table), 0);
	kin_fini(&k);
}

/* -- spaces -- */

static bool synced(struct kin *k, const char *space)
{
	kin_settle(k);
	struct space *sp = kin_space(k, space);
	assert_true(sp->synced == space_synced(sp, k->r.now));
	return sp->synced;
}

static void a_parents_space(void **state)
{
	struct kin k;
	kin_usual(&k);
	assert_false(synced(&k, "7"));
	kin_up(&k, "north");
	assert_false(synced(&k, "7"));
	kin_mark(&k, "north");
	assert_true(synced(&k, "7"));
	assert_false(synced(&k, "8"));
	/* One node is enough. */
	kin_up(&k, "north2");
	assert_true(synced(&k, "7"));
	kin_mark(&k, "north2");
	kin_lose(&k, "north");
	assert_true(synced(&k, "7"));
	kin_lose(&k, "north2");
	assert_false(synced(&k, "7"));
	kin_fini(&k);
}

/* A sibling that is up is waited for, three hold times at most. */
static void siblings_are_waited_for(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "north");
	kin_mark(&k, "north");
	kin_up(&k, "west");
	assert_false(synced(&k, "7"));
	kin_mark(&k, "west");
	assert_true(synced(&k, "7"));
	kin_up(&k, "east");
	/* It keeps its session up by what it tells, without a mark. */
	for (int i = 0; i < 27; i++) {
		assert_false(synced(&k, "7"));
		rig_notify(&k.r, kin_of(&k, "east")->link, 3, 24, true);
		kin_mark(&k, "north");
		kin_mark(&k, "west");
		kin_pass(&k, MONO_SEC);
	}
	assert_true(synced(&k, "7"));
	assert_false(rig_info(&k.r, 4).synced);
	kin_fini(&k);
}

static void the_grace_is_a_deadline(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	kin_peer(&k, "north", "address=192.0.2.1 role=child domain=7 hold_time=0s", 7, 71);
	kin_peer(&k, "west",
		 "address=192.0.2.4 role=sibling domain=20 parent_domain=7 hold_time=0s", 20, 21);
	kin_start(&k);
	kin_up(&k, "north");
	kin_mark(&k, "north");
	kin_up(&k, "west");
	assert_false(synced(&k, "7"));
	/* Without a hold time it is three waits for an OPEN. */
	int64_t wait = kin_inside(&k, "west")->timers.open_wait;
	struct mono at = mono_add(k.r.now, 3 * wait);
	assert_int_equal(masc_deadline(k.r.m).us, at.us);
	rig_next(&k.r);
	assert_true(synced(&k, "7"));
	kin_fini(&k);
}

static void a_root_scope(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_peer(&k, "a", "address=192.0.2.1 role=sibling domain=20", 20, 21);
	kin_peer(&k, "b", "address=192.0.2.2 role=sibling domain=30", 30, 31);
	kin_peer(&k, "c", "address=192.0.2.3 role=sibling domain=40", 40, 41);
	kin_peer(&k, "d", "address=192.0.2.4 role=sibling domain=50 crosses=org", 50, 51);
	kin_start(&k);
	/* More than half of those in the scope. */
	kin_up(&k, "a");
	kin_mark(&k, "a");
	assert_false(synced(&k, "org"));
	kin_up(&k, "b");
	assert_false(synced(&k, "org"));
	kin_mark(&k, "b");
	assert_true(synced(&k, "org"));
	kin_up(&k, "c");
	assert_false(synced(&k, "org"));
	kin_mark(&k, "c");
	assert_true(synced(&k, "org"));
	/* One beyond the border is not waited for. */
	kin_up(&k, "d");
	assert_true(synced(&k, "org"));
	kin_lose(&k, "a");
	assert_true(synced(&k, "org"));
	kin_lose(&k, "b");
	assert_false(synced(&k, "org"));
	kin_fini(&k);
}

static void half_is_no_majority(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_peer(&k, "a", "address=192.0.2.1 role=sibling domain=20", 20, 21);
	kin_peer(&k, "b", "address=192.0.2.2 role=sibling domain=30", 30, 31);
	kin_start(&k);
	kin_up(&k, "a");
	kin_mark(&k, "a");
	assert_false(synced(&k, "org"));
	kin_up(&k, "b");
	kin_mark(&k, "b");
	assert_true(synced(&k, "org"));
	kin_fini(&k);
}

static void a_root_scope_without_siblings(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_peer(&k, "south", "address=192.0.2.8 role=parent domain=200", 200, 201);
	kin_start(&k);
	assert_true(synced(&k, "org"));
	kin_fini(&k);
}

static void the_space_below(void **state)
{
	struct kin k;
	kin_usual(&k);
	assert_true(synced(&k, "below"));
	kin_up(&k, "south");
	assert_false(synced(&k, "below"));
	kin_mark(&k, "south");
	assert_true(synced(&k, "below"));
	kin_up(&k, "inner");
	assert_false(synced(&k, "below"));
	kin_mark(&k, "inner");
	assert_true(synced(&k, "below"));
	kin_up(&k, "west");
	kin_up(&k, "north");
	assert_true(synced(&k, "below"));
	kin_fini(&k);
}

/* -- numbers of peers -- */

static void numbers_stay_when_the_configuration_moves(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	kin_peer(&k, "north", "address=192.0.2.1 role=child domain=7", 7, 71);
	kin_peer(&k, "west", "address=192.0.2.4 role=sibling domain=20 parent_domain=7", 20, 21);
	kin_start(&k);
	kin_all_up(&k);
	kin_know(&k, "7", "west", "use s 20.21 234.1.0.0/24");
	struct masc_peer_config first = k.r.config.peers[0];
	k.r.config.peers[0] = k.r.config.peers[1];
	k.r.config.peers[1] = first;
	assert_int_equal(masc_reconfigure(k.r.m, &k.r.config, k.r.now), OK);
	uint32_t r = table_each(kin_space(&k, "7")->table, 0);
	struct table_mark mark = table_mark_of(kin_space(&k, "7")->table, r);
	assert_ptr_equal(sync_peer_of(k.r.m, &mark), kin_inside(&k, "west"));
	assert_false(sync_stale(k.r.m, &mark));
	kin_fini(&k);
}

/* A number used again does not make old claims look fresh, nor somebody else's. */
static void a_number_used_again(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	struct table_mark before = sync_mark_of(kin_inside(&k, "west"), false, true);
	teller_drop(kin_inside(&k, "west"));
	assert_true(sync_stale(k.r.m, &before));
	assert_null(sync_peer_of(k.r.m, &before));
	assert_int_equal(teller_add(kin_inside(&k, "west")), OK);
	struct table_mark after = sync_mark_of(kin_inside(&k, "west"), false, true);
	assert_int_equal(after.peer, before.peer);
	assert_true(sync_stale(k.r.m, &before));
	assert_null(sync_peer_of(k.r.m, &before));
	assert_false(sync_stale(k.r.m, &after));
	struct table_mark nobody = sync_mark_of(NULL, false, true);
	assert_true(sync_stale(k.r.m, &nobody));
	struct table_mark ours = sync_mark_of(NULL, true, true);
	assert_false(sync_stale(k.r.m, &ours));
	kin_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_keepalive_is_the_mark),
		cmocka_unit_test(what_is_not_told_again_is_swept),
		cmocka_unit_test(a_childs_claim_from_a_colleague),
		cmocka_unit_test(told_again_by_octets),
		cmocka_unit_test(a_range_that_is_swept_is_told_of),
		cmocka_unit_test(pending_ones_stay_for_two_hold_times),
		cmocka_unit_test(sweeps_go_in_slices),
		cmocka_unit_test(claims_of_nobody),
		cmocka_unit_test(ends_by_the_wall_clock),
		cmocka_unit_test(ends_in_slices),
		cmocka_unit_test(a_parents_space),
		cmocka_unit_test(siblings_are_waited_for),
		cmocka_unit_test(the_grace_is_a_deadline),
		cmocka_unit_test(a_root_scope),
		cmocka_unit_test(half_is_no_majority),
		cmocka_unit_test(a_root_scope_without_siblings),
		cmocka_unit_test(the_space_below),
		cmocka_unit_test(numbers_stay_when_the_configuration_moves),
		cmocka_unit_test(a_number_used_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
