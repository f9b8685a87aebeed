/* The plan of a domain with children: MASC-18.3, 18.4. */
#include "plan_rig.h"

/* -- leaf and not, MASC-18.3 -- */

static void the_part_in_use_is_taken_below_at_once(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/16");
	bench_demand(&b, 300, 0, 0);
	bench_demand(&b, 20, 0, 0);
	bench_plans(&b, "met 1@3; met 2@4");
	assert_true(plan_is_leaf(b.m, MASC_IPV4));
	uint32_t child = bench_other(&b, below, 200, "239.193.9.0/24", WIRE_NEW_CLAIM);
	assert_false(plan_is_leaf(b.m, MASC_IPV4));
	assert_true(plan_is_leaf(b.m, MASC_IPV6));
	/* 320 from the start of the range: 512. */
	bench_plans(&b, "local 2 239.193.0.0/23 of 1");
	assert_string_equal(bench_places(&b, 1), "2:300");
	assert_string_equal(bench_places(&b, 2), "2:20");
	assert_int_equal(bench_claim(&b, 1)->used, 512 + 256);
	assert_int_equal(bench_claim(&b, 2)->used, 320);
	bench_plans(&b, "");
	/* The last child's entry is over: a leaf again. */
	bench_gone(&b, below, child);
	bench_plans(&b, "release 2");
	assert_string_equal(bench_places(&b, 1), "1:300");
	assert_string_equal(bench_places(&b, 2), "1:20");
	assert_int_equal(bench_claim(&b, 1)->used, 320);
	bench_fini(&b);
}

/* MASC-18.3: after a start, say: the children are not back yet. */
static void a_leaf_again_once_all_children_have_told(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/16");
	bench_demand(&b, 300, 0, 0);
	below->complete = false;
	/* Without anything local it is one. */
	bench_plans(&b, "met 1@2");
	assert_true(plan_is_leaf(b.m, MASC_IPV4));
	uint32_t child = bench_other(&b, below, 200, "239.193.9.0/24", WIRE_NEW_CLAIM);
	bench_plans(&b, "local 2 239.193.0.0/23 of 1");
	bench_gone(&b, below, child);
	bench_plans(&b, "");
	assert_false(plan_is_leaf(b.m, MASC_IPV4));
	assert_true(plan_is_leaf(b.m, MASC_IPV6));
	assert_string_equal(bench_places(&b, 1), "2:300");
	below->complete = true;
	bench_plans(&b, "release 2");
	assert_string_equal(bench_places(&b, 1), "1:300");
	bench_fini(&b);
}

static void the_switch_is_tried_again(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/16");
	bench_demand(&b, 300, 0, 0);
	bench_plans(&b, "met 1@2");
	bench_other(&b, bench_below(&b, MASC_IPV4), 200, "239.193.9.0/24", WIRE_NEW_CLAIM);
	b.fail = ERR_NO_SPACE;
	bench_plans(&b, "");
	assert_string_equal(bench_places(&b, 1), "1:300");
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "local 2 239.193.0.0/23 of 1");
	bench_fini(&b);
}

static void a_non_leaf_domain_claims_its_part_below(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/20");
	bench_other(&b, bench_below(&b, MASC_IPV4), 200, "239.193.9.0/24", WIRE_PREFIX_IN_USE);
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "want 2 /24 local");
	bench_hold(&b, 2, "239.193.0.0/24");
	bench_plans(&b, "met 1@2");
	assert_string_equal(bench_places(&b, 1), "2:10");
	/* More than fits here: the room for it comes from above first. */
	bench_demand(&b, 5000, 0, 0);
	bench_plans(&b, "want 3 /19 at 7");
	bench_hold(&b, 3, "239.193.32.0/19");
	bench_plans(&b, "want 4 /19 local");
	bench_hold(&b, 4, "239.193.32.0/19");
	/* Ahead: so much was taken just now. */
	bench_plans(&b, "want 5 /19 at 7; met 2@5");
	assert_string_equal(bench_places(&b, 2), "2:246 4:4754");
	bench_fini(&b);
}

static void what_is_in_a_range_that_is_withdrawn_is_not_used(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/20");
	bench_held(&b, sp, "239.193.32.0/20");
	bench_other(&b, below, 200, "239.193.9.0/24", WIRE_PREFIX_IN_USE);
	bench_held(&b, below, "239.193.0.0/24");
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "met 1@2");
	assert_string_equal(bench_places(&b, 1), "3:10");
	bench_claim(&b, 1)->life = MASC_LIFE_CLASHED;
	bench_claim(&b, 1)->active = false;
	bench_plans(&b, "release 3; want 4 /24 local");
	assert_string_equal(bench_places(&b, 1), "-");
	bench_hold(&b, 4, "239.193.32.0/24");
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "4:10");
	bench_fini(&b);
}

static void what_is_in_a_range_that_drains_drains(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *to = bench_parent(&b, 8, "239.194.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/20");
	bench_other(&b, below, 200, "239.193.9.0/24", WIRE_PREFIX_IN_USE);
	bench_held(&b, below, "239.193.0.0/24");
	bench_demand(&b, 10, 0, 0);
	bench_plans(&b, "met 1@2");
	sp->leaving = true;
	bench_plans(&b, "deprecate 1; deprecate 2; want 3 /22 at 8");
	bench_hold(&b, 3, "239.194.0.0/22");
	bench_plans(&b, "want 4 /24 local");
	bench_hold(&b, 4, "239.194.0.0/24");
	bench_plans(&b, "release 2");
	assert_string_equal(bench_places(&b, 1), "4:10");
	assert_ptr_equal(bench_claim(&b, 3)->space, to);
	bench_fini(&b);
}

/* -- what is in use below -- */

static void use_is_what_at_least_one_claim_covers(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/20");
	uint32_t in_use = bench_other(&b, below, 200, "239.193.4.0/24", WIRE_PREFIX_IN_USE);
	assert_int_equal(c->used, 256);
	uint32_t wider = bench_other(&b, below, 200, "239.193.4.0/23", WIRE_CLAIM_TO_EXPAND);
	assert_int_equal(c->used, 512);
	uint32_t same = bench_other(&b, below, 200, "239.193.4.0/24", WIRE_NEW_CLAIM);
	assert_int_equal(c->used, 512);
	bench_gone(&b, below, in_use);
	assert_int_equal(c->used, 512);
	bench_gone(&b, below, wider);
	assert_int_equal(c->used, 256);
	bench_gone(&b, below, same);
	assert_int_equal(c->used, 0);
	/* Not in a range of ours. */
	bench_other(&b, below, 200, "239.200.0.0/24", WIRE_NEW_CLAIM);
	assert_int_equal(c->used, 0);
	bench_fini(&b);
}

static void use_is_counted_at_a_start_and_when_a_range_changes(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_other(&b, below, 200, "239.193.4.0/24", WIRE_PREFIX_IN_USE);
	bench_other(&b, below, 200, "239.193.4.0/25", WIRE_PREFIX_IN_USE);
	bench_other(&b, below, 200, "239.193.16.0/24", WIRE_PREFIX_IN_USE);
	bench_held(&b, sp, "239.193.0.0/20");
	assert_int_equal(bench_claim(&b, 1)->used, 256);
	bench_claim(&b, 1)->used = 9;
	bench_plan(&b);
	assert_int_equal(bench_claim(&b, 1)->used, 256);
	bench_hold(&b, 1, "239.193.0.0/19");
	assert_int_equal(bench_claim(&b, 1)->used, 512);
	bench_hold(&b, 1, "239.193.16.0/20");
	assert_int_equal(bench_claim(&b, 1)->used, 256);
	bench_fini(&b);
}

static void used_is_exact_about_nothing(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/20");
	struct masc_prefix all = bench_prefix("239.193.0.0/20"),
			   half = bench_prefix("239.193.0.0/21"),
			   other = bench_prefix("239.200.0.0/20");
	assert_int_equal(plan_used(b.m, &all), 0);
	uint32_t r = bench_other(&b, below, 200, "239.193.8.0/24", WIRE_PREFIX_IN_USE);
	assert_int_equal(plan_used(b.m, &all), 256);
	assert_int_equal(plan_used(b.m, &half), 0);
	assert_int_equal(plan_used(b.m, &other), 0);
	c->used = 0;
	assert_int_equal(plan_used(b.m, &all), 1);
	bench_gone(&b, below, r);
	bench_plan(&b);
	bench_demand(&b, 5, 0, 0);
	bench_plan(&b);
	assert_int_equal(plan_used(b.m, &all), 5);
	bench_fini(&b);
}

/* -- what children ask for, MASC-18.4 -- */

static void a_childs_hint_is_claimed_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_plan(&b);
	bench_asks(&b, 200, 22);
	bench_plans(&b, "want 1 /22 at 7");
	bench_hold(&b, 1, "239.193.0.0/22");
	bench_plans(&b, "");
	/* It claims what it asked for: satisfied. As much again is wanted ahead. */
	bench_other(&b, below, 200, "239.193.0.0/22", WIRE_NEW_CLAIM);
	bench_plans(&b, "grow 1");
	assert_int_equal(hint_lacks(LIST_ENTRY(b.m->own->hints.next, struct child_hint, at)), 0);
	assert_ptr_equal(bench_claim(&b, 1)->space, sp);
	bench_fini(&b);
}

static void hints_share_what_is_free(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/22");
	bench_plan(&b);
	bench_asks(&b, 200, 23);
	bench_asks(&b, 201, 23);
	bench_plans(&b, "");
	bench_asks(&b, 202, 24);
	bench_asks(&b, 203, 24);
	bench_plans(&b, "want 2 /23 at 7");
	bench_fini(&b);
}

/* MASC-18.2: one is the last that another needs if it holds what is asked for too. */
static void what_is_asked_for_is_held_before_prefixes_drain(void **state)
{
	for (int asked = 0; asked < 2; asked++) {
		struct bench b;
		bench_init(&b, "prefixes_most=1");
		struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
		struct space *below = bench_below(&b, MASC_IPV4);
		bench_start(&b);
		bench_other(&b, below, 200, "239.193.0.0/24", WIRE_PREFIX_IN_USE);
		bench_held(&b, sp, "239.193.0.0/24");
		bench_plan(&b);
		bench_pass(&b, 2 * BENCH_W);
		bench_held(&b, sp, "239.193.2.0/24");
		if (asked)
			bench_asks(&b, 201, 24);
		bench_out(&b);
		bench_plans(&b, asked ? "" : "deprecate 1");
		bench_fini(&b);
	}
}

static void a_free_half_is_no_room_for_the_whole(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/22");
	bench_other(&b, below, 200, "239.193.0.0/26", WIRE_PREFIX_IN_USE);
	bench_other(&b, below, 200, "239.193.2.0/26", WIRE_PREFIX_IN_USE);
	bench_plan(&b);
	/* 896 are free, but no 512 together. */
	bench_asks(&b, 201, 23);
	bench_plans(&b, "want 2 /23 at 7");
	bench_fini(&b);
}

static void a_hint_is_over_with_its_time(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_plan(&b);
	bench_asks(&b, 200, 22);
	bench_plans(&b, "want 1 /22 at 7");
	bench_pass(&b, BENCH_W + b.m->rules.skew_keep - 1);
	bench_expect(&b, "");
	assert_int_equal(b.m->own->n_hints, 1);
	bench_pass(&b, 1);
	bench_expect(&b, "drop 1");
	assert_int_equal(b.m->own->n_hints, 0);
	bench_fini(&b);
}

static void the_newest_hint_of_a_child_counts(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_plan(&b);
	bench_asks(&b, 200, 22);
	bench_pass(&b, 2 * MONO_SEC);
	bench_expect(&b, "want 1 /22 at 7");
	bench_asks(&b, 200, 20);
	bench_plans(&b, "drop 1; want 2 /20 at 7");
	assert_int_equal(b.m->own->n_hints, 1);
	/* One that was under way for long comes late. */
	b.now.us -= 2 * MONO_SEC;
	bench_asks(&b, 200, 12);
	b.now.us += 2 * MONO_SEC;
	bench_plans(&b, "");
	bench_fini(&b);
}

static void what_was_taken_in_the_last_wait_is_claimed_ahead(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/22");
	bench_plan(&b);
	bench_pass(&b, 2 * BENCH_W);
	bench_other(&b, below, 200, "239.193.0.0/24", WIRE_NEW_CLAIM);
	bench_plans(&b, ""); /* 256 taken, 768 left */
	bench_other(&b, below, 201, "239.193.2.0/24", WIRE_NEW_CLAIM);
	bench_plans(&b, ""); /* 512 taken, 512 left */
	bench_other(&b, below, 202, "239.193.1.0/25", WIRE_NEW_CLAIM);
	bench_plans(&b, "want 2 /24 at 7"); /* 640 taken, 384 left */
	/* Taken longer ago than that, it is no sign of more. */
	bench_pass(&b, BENCH_W + BENCH_W / 4);
	bench_plans(&b, "drop 2");
	bench_fini(&b);
}

static void what_is_found_at_a_start_was_not_taken_just_now(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_other(&b, bench_below(&b, MASC_IPV4), 200, "239.193.0.0/23", WIRE_PREFIX_IN_USE);
	bench_held(&b, sp, "239.193.0.0/23");
	bench_plans(&b, "");
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_part_in_use_is_taken_below_at_once),
		cmocka_unit_test(a_leaf_again_once_all_children_have_told),
		cmocka_unit_test(the_switch_is_tried_again),
		cmocka_unit_test(a_non_leaf_domain_claims_its_part_below),
		cmocka_unit_test(what_is_in_a_range_that_is_withdrawn_is_not_used),
		cmocka_unit_test(what_is_in_a_range_that_drains_drains),
		cmocka_unit_test(use_is_what_at_least_one_claim_covers),
		cmocka_unit_test(use_is_counted_at_a_start_and_when_a_range_changes),
		cmocka_unit_test(used_is_exact_about_nothing),
		cmocka_unit_test(a_childs_hint_is_claimed_for),
		cmocka_unit_test(hints_share_what_is_free),
		cmocka_unit_test(what_is_asked_for_is_held_before_prefixes_drain),
		cmocka_unit_test(a_free_half_is_no_room_for_the_whole),
		cmocka_unit_test(a_hint_is_over_with_its_time),
		cmocka_unit_test(the_newest_hint_of_a_child_counts),
		cmocka_unit_test(what_was_taken_in_the_last_wait_is_claimed_ahead),
		cmocka_unit_test(what_is_found_at_a_start_was_not_taken_just_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
