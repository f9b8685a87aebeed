/* The plan: what is claimed, where, and what is told. MASC-18.2, 18.6. */
#include "plan_rig.h"

#include <stdio.h>

/* -- what is claimed, MASC-18.2 -- */

static void a_first_demand_is_claimed_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_plans(&b, "");
	bench_demand(&b, 10, 0, 0);
	/* claim_first, not ten. */
	bench_plans(&b, "want 1 /24 at 7");
	assert_int_equal(bench_claim(&b, 1)->why, MASC_REASON_DEMAND);
	assert_false(bench_claim(&b, 1)->fixed);
	bench_plans(&b, "");
	bench_hold(&b, 1, "239.193.0.0/24");
	bench_plans(&b, "met 1@2");
	assert_string_equal(bench_places(&b, 1), "1:10");
	assert_int_equal(bench_claim(&b, 1)->used, 10);
	bench_plans(&b, "");
	bench_fini(&b);
}

static void one_claim_a_level_is_under_way(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "want 1 /24 at 7");
	bench_claim(&b, 1)->life = MASC_LIFE_WAITING;
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "");
	bench_hold(&b, 1, "239.193.0.0/24");
	/* 1000 do not fit into what doubling would win. */
	bench_plans(&b, "want 2 /22 at 7; met 1@3");
	bench_fini(&b);
}

static void a_claim_that_waits_for_its_turn_is_made_larger(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "want 1 /24 at 7");
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "drop 1; want 2 /23 at 7");
	/* But not smaller: what is too much now was wanted a moment ago. */
	struct masc_command end = { .kind = MASC_COMMAND_DEMAND_END, .number = 2 };
	assert_int_equal(bench_command(&b, &end).result, OK);
	bench_plans(&b, "");
	bench_claim(&b, 2)->life = MASC_LIFE_SCHEDULED;
	bench_demand(&b, 4096, 0, 0);
	bench_plans(&b, "");
	bench_fini(&b);
}

static void what_is_not_needed_any_more_is_not_claimed(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "want 1 /24 at 7");
	struct masc_command end = { .kind = MASC_COMMAND_DEMAND_END, .number = 1 };
	assert_int_equal(bench_command(&b, &end).result, OK);
	bench_plans(&b, "drop 1");
	/* One that others have heard of goes on. */
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "want 2 /24 at 7");
	bench_claim(&b, 2)->life = MASC_LIFE_WAITING;
	end.number = 2;
	assert_int_equal(bench_command(&b, &end).result, OK);
	bench_plans(&b, "");
	bench_fini(&b);
}

static void a_full_prefix_grows(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 200, 0, 0);
	bench_plans(&b, "met 1@2");
	/* 400 of 512 are 75 percent and more. */
	bench_demand(&b, 200, 0, 0);
	bench_plans(&b, "grow 1");
	assert_string_equal(bench_places(&b, 2), "1:56");
	bench_plans(&b, "");
	bench_hold(&b, 1, "239.193.0.0/23");
	bench_plans(&b, "met 2@5");
	assert_string_equal(bench_places(&b, 2), "1:200");
	bench_fini(&b);
}

static void what_cannot_grow_after_all_has_another_beside_it(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 400, 0, 0);
	/* Its range ends too soon, or it has as many parts as may be. */
	b.fail = ERR_NOT_FOUND;
	/* When it can, it does: at the next look here, which the claim asks for. */
	bench_plans(&b, "want 2 /24 at 7; grow 1; drop 2");
	c->life = MASC_LIFE_HELD;
	/* It was beaten or denied: not before another W. */
	c->not_again = mono_add(b.now, BENCH_W);
	bench_plans(&b, "want 3 /24 at 7");
	bench_fini(&b);
}

static void growth_waits_for_session_and_clock(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 400, 0, 0);
	sp->synced = false;
	b.fail = ERR_STATE;
	bench_plans(&b, "unmet 1 NO_SESSION");
	sp->synced = true;
	b.clock = MASC_REASON_NO_CLOCK;
	b.fail = ERR_STATE;
	bench_plans(&b, "unmet 1 NO_CLOCK; paused NO_CLOCK");
	b.clock = MASC_REASON_NONE;
	bench_plans(&b, "grow 1; resumed NONE");
	bench_fini(&b);
}

static void a_claim_that_finds_no_range_says_so(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 400, 0, 0);
	bench_plans(&b, "want 1 /23 at 7");
	bench_claim(&b, 1)->why = MASC_REASON_NO_RANGE;
	bench_plans(&b, "hint /23 at 7; unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void what_is_held_of_nobody_is_left(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *gone = bench_parent(&b, 8, "");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, gone, "239.194.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_plans(&b, "met 1@2");
	/* Its parent is not configured any more. */
	c->space = NULL;
	bench_plans(&b, "want 2 /24 at 7");
	bench_hold(&b, 2, "239.193.0.0/24");
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "2:100");
	assert_ptr_equal(bench_claim(&b, 2)->space, sp);
	bench_fini(&b);
}

static void a_taken_buddy_means_another_prefix(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_other(&b, sp, 200, "239.193.1.0/24", WIRE_PREFIX_IN_USE);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 256, 0, 0);
	bench_demand(&b, 20, 0, 0);
	/* claim_least: it is no first claim. */
	bench_plans(&b, "want 2 /27 at 7; met 1@3");
	bench_fini(&b);
}

static void too_many_prefixes_are_replaced(void **state)
{
	struct bench b;
	bench_init(&b, "prefixes_most=2");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_other(&b, sp, 200, "239.193.1.0/24", WIRE_PREFIX_IN_USE);
	bench_other(&b, sp, 200, "239.193.3.0/24", WIRE_PREFIX_IN_USE);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_held(&b, sp, "239.193.2.0/24");
	bench_demand(&b, 512, 0, 0);
	bench_plans(&b, "met 1@2");
	bench_demand(&b, 100, 0, 0);
	bench_plans(&b, "want 3 /22 at 7");
	bench_hold(&b, 3, "239.193.4.0/22");
	bench_plans(&b, "deprecate 1; deprecate 2; met 2@4");
	assert_int_equal(bench_claim(&b, 1)->why, MASC_REASON_REPLACED);
	/* Demands stay where they are, and new ones go to the large one. */
	assert_string_equal(bench_places(&b, 1), "1:256 2:256");
	assert_string_equal(bench_places(&b, 2), "3:100");
	bench_fini(&b);
}

static void a_draining_prefix_is_left_before_its_end(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_demand(&b, 50, 0, 10 * BENCH_W);
	bench_plans(&b, "met 1@3; met 2@4");
	c->active = false;
	c->life = MASC_LIFE_DEPRECATED;
	c->end = BENCH_WALL + 10 * BENCH_W;
	bench_plans(&b, "");
	/* A W and the delay before. The second demand ends with it. */
	bench_pass(&b, 9 * BENCH_W);
	bench_plans(&b, "want 2 /24 at 7");
	bench_hold(&b, 2, "239.193.8.0/24");
	bench_plans(&b, "");
	assert_string_equal(bench_places(&b, 1), "2:100");
	assert_string_equal(bench_places(&b, 2), "1:50");
	/* When nothing lies on it, it is given back, and not while a child that is
	 * cut off may be using it. */
	b.spaces[0].sp.complete = false;
	bench_pass(&b, 1 * BENCH_W);
	bench_plans(&b, "");
	b.spaces[0].sp.complete = true;
	bench_plans(&b, "release 1");
	bench_fini(&b);
}

static void operators_claims_are_left_alone(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24")->fixed = true;
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "met 1@2");
	/* It is used, but neither grown nor counted. */
	bench_demand(&b, 200, 0, 0);
	bench_plans(&b, "want 2 /24 at 7");
	bench_fini(&b);
}

static void what_cannot_be_stored_is_tried_again(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 256, 0, 0);
	b.fail = ERR_NO_SPACE;
	bench_plans(&b, "unmet 1 STORE");
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "want 1 /24 at 7");
	bench_demand(&b, 4096, 0, 0);
	bench_hold(&b, 1, "239.193.0.0/24");
	b.fail = ERR_FULL;
	bench_plans(&b, "met 1@3; unmet 2 TOO_MANY");
	bench_fini(&b);
}

static void a_prefix_cannot_be_larger_than_all(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, UINT64_C(1) << 29, 0, 0);
	bench_plans(&b, "unmet 1 TOO_LARGE");
	bench_fini(&b);
}

/* -- ahead -- */

static void demands_are_known_ahead(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	int64_t ahead = b.m->rules.waiting_period + b.m->rules.claim_delay;
	bench_demand(&b, 256, 2 * ahead, 0);
	bench_plans(&b, "");
	bench_pass(&b, ahead - 1);
	bench_expect(&b, "");
	bench_pass(&b, 1);
	bench_expect(&b, "want 1 /24 at 7");
	bench_fini(&b);
}

/* -- scopes -- */

static void each_scope_is_planned_for_itself(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	bench_scope(&b, "org range=239.192.0.0/14 root=yes");
	bench_root(&b, "site");
	bench_root(&b, "org");
	bench_start(&b);
	bench_demand_in(&b, 10, "org");
	bench_demand_in(&b, 10, "site");
	bench_plans(&b, "want 1 /24 at site; want 2 /24 at org");
	bench_hold(&b, 2, "239.193.7.0/24");
	bench_plans(&b, "met 1@3");
	assert_string_equal(bench_places(&b, 1), "2:10");
	assert_string_equal(bench_places(&b, 2), "-");
	bench_fini(&b);
}

static void of_a_parents_range_the_scope_counts(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "site range=239.254.0.0/16");
	bench_scope(&b, "org range=239.192.0.0/14");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_parent(&b, 8, "239.0.0.0/8");
	bench_start(&b);
	bench_demand_in(&b, 10, "site");
	bench_plans(&b, "want 1 /24 at 8; for site");
	bench_hold(&b, 1, "239.193.0.0/24");
	/* That is another scope's. */
	bench_plans(&b, "want 2 /24 at 8; for site");
	bench_fini(&b);
}

static void without_a_scope_it_is_where_we_are(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	bench_scope(&b, "org range=239.192.0.0/14 root=yes");
	bench_root(&b, "site");
	bench_root(&b, "org");
	bench_start(&b);
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "want 1 /24 at site");
	/* Chosen already: the same scope's, though nobody named it. */
	snprintf(bench_claim(&b, 1)->scope, MASC_NAME_MAX, "%s", "org");
	bench_plans(&b, "drop 1; want 2 /24 at org");
	bench_fini(&b);
}

static void a_scope_that_is_gone_meets_nothing(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	bench_start(&b);
	bench_demand_in(&b, 10, "site");
	b.m->config.n_scopes = 0;
	bench_plans(&b, "unmet 1 NO_RANGE");
	b.m->config.n_scopes = 1;
	bench_fini(&b);
}

/* -- several parents, MASC-18.6 -- */

static void the_lowest_parent_that_is_synced_and_has_room(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *c = bench_parent(&b, 8, "239.194.0.0/16");
	bench_parent(&b, 9, "239.195.0.0/16");
	bench_start(&b);
	a->synced = false;
	bench_demand(&b, 256, 0, 0);
	bench_plans(&b, "want 1 /24 at 8");
	a->synced = true;
	bench_plans(&b, "drop 1; want 2 /24 at 7");
	bench_ranges(a, "");
	bench_plans(&b, "drop 2; want 3 /24 at 8");
	/* None is synced: it waits at the first. */
	bench_ranges(a, "239.193.0.0/16");
	a->synced = c->synced = false;
	b.spaces[4].sp.synced = false;
	bench_plans(&b, "drop 3; want 4 /24 at 7");
	bench_fini(&b);
}

static void where_something_is_held_there_is_more(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *c = bench_parent(&b, 8, "239.194.0.0/24 239.194.8.0/24");
	bench_start(&b);
	bench_held(&b, c, "239.194.0.0/24");
	bench_demand(&b, 512, 0, 0);
	bench_plans(&b, "want 2 /24 at 8");
	/* But only if it has room. */
	bench_other(&b, c, 200, "239.194.8.0/24", WIRE_PREFIX_IN_USE);
	bench_plans(&b, "drop 2; want 3 /24 at 7");
	assert_ptr_equal(bench_claim(&b, 3)->space, a);
	bench_fini(&b);
}

static void a_parent_that_is_left_gets_nothing_new(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16");
	bench_parent(&b, 8, "239.194.0.0/16");
	bench_start(&b);
	bench_held(&b, a, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_plans(&b, "met 1@2");
	a->leaving = true;
	bench_plans(&b, "deprecate 1; want 2 /24 at 8");
	assert_string_equal(bench_places(&b, 1), "1:100");
	bench_plans(&b, "");
	/* Demands move when there is room for them. */
	bench_hold(&b, 2, "239.194.0.0/24");
	bench_plans(&b, "release 1");
	assert_string_equal(bench_places(&b, 1), "2:100");
	bench_fini(&b);
}

/* MASC-18.2: an old one in which a block does not fit for all its room would else
 * drive out each new one that is claimed for that block. */
static void the_newest_of_two_as_large_stays(void **state)
{
	struct bench b;
	bench_init(&b, "prefixes_most=1");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_held(&b, sp, "239.193.2.0/24");
	bench_plans(&b, "deprecate 1; release 1");
	bench_fini(&b);
}

/* The parent lets one of its ranges run out. */
static void drains(struct space *sp, const char *range, const char *others)
{
	((struct bench_space *)(void *)sp)->draining = bench_prefix(range);
	bench_ranges(sp, others);
}

/* MASC-18.7 */
static void what_lies_in_a_range_that_drains_moves(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16 239.194.0.0/16");
	bench_start(&b);
	bench_held(&b, a, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	/* Over before the range is: it stays. */
	uint64_t brief = bench_demand(&b, 50, 0, 10 * BENCH_W);
	bench_plans(&b, "met 1@3; met 2@4");
	drains(a, "239.193.0.0/16", "239.194.0.0/16");
	bench_plans(&b, "deprecate 1; want 2 /24 at 7");
	assert_string_equal(bench_places(&b, 1), "1:100");
	bench_hold(&b, 2, "239.194.0.0/24");
	bench_plans(&b, "");
	assert_string_equal(bench_places(&b, 1), "2:100");
	assert_string_equal(bench_places(&b, brief), "1:50");
	bench_fini(&b);
}

static void what_waits_in_a_range_that_drains_is_dropped(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16 239.194.0.0/16");
	bench_start(&b);
	bench_demand(&b, 100, 0, 0);
	bench_plans(&b, "want 1 /24 at 7");
	bench_claim(&b, 1)->life = MASC_LIFE_WAITING;
	bench_claim(&b, 1)->wanted = bench_prefix("239.193.0.0/24");
	drains(a, "239.193.0.0/16", "239.194.0.0/16");
	bench_plans(&b, "drop 1; want 2 /24 at 7");
	bench_fini(&b);
}

/* What an operator named stays to its end. */
static void an_operators_claim_stays_in_a_range_that_drains(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16 239.194.0.0/16");
	bench_start(&b);
	bench_held(&b, a, "239.193.0.0/24")->fixed = true;
	drains(a, "239.193.0.0/16", "239.194.0.0/16");
	bench_plans(&b, "");
	bench_fini(&b);
}

static void what_waits_at_a_parent_that_is_left_is_dropped(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *a = bench_parent(&b, 7, "239.193.0.0/16");
	bench_parent(&b, 8, "239.194.0.0/16");
	bench_start(&b);
	bench_demand(&b, 100, 0, 0);
	bench_plans(&b, "want 1 /24 at 7");
	bench_claim(&b, 1)->life = MASC_LIFE_WAITING;
	a->leaving = true;
	bench_plans(&b, "drop 1; want 2 /24 at 8");
	bench_fini(&b);
}

/* -- events -- */

static void pauses_are_told_once_and_when_they_end(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	b.clock = MASC_REASON_NO_CLOCK;
	/* Nothing is wanted: nothing is held up. */
	bench_plans(&b, "");
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "want 1 /24 at 7; paused NO_CLOCK");
	assert_int_equal(b.m->own->paused, MASC_REASON_NO_CLOCK);
	bench_plans(&b, "");
	b.clock = MASC_REASON_NONE;
	/* It looks by itself. */
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "resumed NONE");
	/* A session that has just come up syncs in a moment. */
	sp->synced = false;
	bench_plans(&b, "");
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "");
	sp->synced = true;
	bench_plans(&b, "");
	sp->synced = false;
	bench_plans(&b, "");
	bench_pass(&b, 2 * MONO_SEC - 1);
	bench_expect(&b, "");
	/* It looks by itself here too. */
	bench_pass(&b, 1);
	bench_expect(&b, "paused NO_SESSION");
	sp->synced = true;
	bench_plans(&b, "resumed NONE");
	bench_fini(&b);
}

static void why_a_demand_is_unmet_is_told_once(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "");
	bench_start(&b);
	sp->synced = false;
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "hint /24 at 7; unmet 1 NO_SESSION");
	bench_plans(&b, "");
	sp->synced = true;
	bench_plans(&b, "unmet 1 NO_RANGE");
	bench_ranges(sp, "239.193.0.0/24");
	uint32_t r = bench_other(&b, sp, 200, "239.193.0.0/25", WIRE_PREFIX_IN_USE);
	bench_plans(&b, "unmet 1 NO_ROOM");
	struct masc_demand_info info;
	masc_demand_info(b.m, 0, &info);
	assert_int_equal(info.why, MASC_REASON_NO_ROOM);
	bench_gone(&b, sp, r);
	/* A claim is on its way: that is no news, but there is a reason to show. */
	bench_plans(&b, "want 1 /24 at 7");
	masc_demand_info(b.m, 0, &info);
	assert_int_equal(info.why, MASC_REASON_DEMAND);
	bench_hold(&b, 1, "239.193.0.0/24");
	bench_plans(&b, "met 1@2");
	masc_demand_info(b.m, 0, &info);
	assert_int_equal(info.why, MASC_REASON_NONE);
	bench_fini(&b);
}

/* -- limits -- */

static void a_stopped_part_plans_nothing(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 10, 0, 0);
	b.m->health = ERR_STOPPING;
	bench_plans(&b, "");
	bench_fini(&b);
}

static void without_memory_it_is_tried_again(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 10, 0, 0);
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&b.f, n);
		bench_plan(&b);
		if (!b.f.failed)
			break;
		bench_out(&b);
	}
	failing_env_fail_at(&b.f, 0);
	bench_pass(&b, MONO_SEC);
	bench_out(&b);
	assert_string_equal(bench_places(&b, 1), "1:10");
	bench_fini(&b);
}

static void a_renewal_without_memory_is_put_off(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/24");
	failing_env_fail_at(&b.f, 1);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOMEM);
	failing_env_fail_at(&b.f, 0);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_demand_is_claimed_for),
		cmocka_unit_test(one_claim_a_level_is_under_way),
		cmocka_unit_test(a_claim_that_waits_for_its_turn_is_made_larger),
		cmocka_unit_test(what_is_not_needed_any_more_is_not_claimed),
		cmocka_unit_test(a_full_prefix_grows),
		cmocka_unit_test(what_cannot_grow_after_all_has_another_beside_it),
		cmocka_unit_test(growth_waits_for_session_and_clock),
		cmocka_unit_test(a_claim_that_finds_no_range_says_so),
		cmocka_unit_test(what_is_held_of_nobody_is_left),
		cmocka_unit_test(a_taken_buddy_means_another_prefix),
		cmocka_unit_test(too_many_prefixes_are_replaced),
		cmocka_unit_test(the_newest_of_two_as_large_stays),
		cmocka_unit_test(a_draining_prefix_is_left_before_its_end),
		cmocka_unit_test(operators_claims_are_left_alone),
		cmocka_unit_test(what_cannot_be_stored_is_tried_again),
		cmocka_unit_test(a_prefix_cannot_be_larger_than_all),
		cmocka_unit_test(demands_are_known_ahead),
		cmocka_unit_test(each_scope_is_planned_for_itself),
		cmocka_unit_test(of_a_parents_range_the_scope_counts),
		cmocka_unit_test(without_a_scope_it_is_where_we_are),
		cmocka_unit_test(a_scope_that_is_gone_meets_nothing),
		cmocka_unit_test(the_lowest_parent_that_is_synced_and_has_room),
		cmocka_unit_test(where_something_is_held_there_is_more),
		cmocka_unit_test(a_parent_that_is_left_gets_nothing_new),
		cmocka_unit_test(what_lies_in_a_range_that_drains_moves),
		cmocka_unit_test(what_waits_in_a_range_that_drains_is_dropped),
		cmocka_unit_test(an_operators_claim_stays_in_a_range_that_drains),
		cmocka_unit_test(what_waits_at_a_parent_that_is_left_is_dropped),
		cmocka_unit_test(pauses_are_told_once_and_when_they_end),
		cmocka_unit_test(why_a_demand_is_unmet_is_told_once),
		cmocka_unit_test(a_stopped_part_plans_nothing),
		cmocka_unit_test(without_memory_it_is_tried_again),
		cmocka_unit_test(a_renewal_without_memory_is_put_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
