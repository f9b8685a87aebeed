/* MASC-18.5: what we ask a parent for. */
#include "plan_rig.h"

static void no_room_is_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/24");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_ROOM");
	/* It is ours in the table, and holds nothing. */
	assert_int_equal(table_count(sp->table), 1);
	uint32_t r = table_each(sp->table, 0);
	assert_true(table_mark_of(sp->table, r).ours);
	assert_false(table_mark_of(sp->table, r).holds);
	bench_fini(&b);
}

static void no_range_is_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1, 0, 0);
	bench_plans(&b, "hint /24 at 7; unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void it_is_asked_again_each_wait(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	bench_plans(&b, "");
	bench_pass(&b, BENCH_W - 1);
	bench_expect(&b, "");
	bench_pass(&b, 1);
	bench_expect(&b, "hint /22 at 7");
	/* As long as it is so. */
	bench_ranges(sp, "239.193.0.0/16");
	bench_plans(&b, "want 1 /22 at 7");
	bench_pass(&b, 2 * BENCH_W);
	bench_expect(&b, "");
	/* And anew when it is so again. */
	bench_ranges(sp, "");
	bench_plans(&b, "drop 1; hint /22 at 7; unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void more_is_asked_for_at_once(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	bench_pass(&b, 10 * MONO_SEC);
	bench_demand(&b, 4096, 0, 0);
	bench_plans(&b, "hint /19 at 7; unmet 2 NO_RANGE");
	/* Less can wait. */
	struct masc_command end = { .kind = MASC_COMMAND_DEMAND_END, .number = 2 };
	assert_int_equal(bench_command(&b, &end).result, OK);
	bench_plans(&b, "");
	bench_pass(&b, BENCH_W);
	bench_expect(&b, "hint /22 at 7");
	bench_fini(&b);
}

static void where_something_is_held_it_is_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/24")->synced = false;
	struct space *sp = bench_parent(&b, 8, "239.194.0.0/24");
	bench_start(&b);
	bench_held(&b, sp, "239.194.0.0/24");
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 8; unmet 1 NO_ROOM");
	bench_fini(&b);
}

static void a_scope_cannot_be_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.193.0.0/24 root=yes");
	bench_root(&b, "org");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_ROOM");
	bench_fini(&b);
}

static void a_parent_that_is_left_is_not_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "")->leaving = true;
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void nothing_is_said_with_a_bad_clock(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	b.clock = MASC_REASON_NO_CLOCK;
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_RANGE; paused NO_CLOCK");
	b.clock = MASC_REASON_NONE;
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "hint /22 at 7; resumed NO_CLOCK");
	bench_fini(&b);
}

static void what_children_ask_for_is_asked_on(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_plan(&b);
	bench_asks(&b, 200, 20);
	bench_asks(&b, 201, 22);
	bench_plans(&b, "hint /19 at 7");
	bench_fini(&b);
}

static void without_memory_it_goes_out_all_the_same(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "");
	bench_start(&b);
	table_set_most(sp->table, 0);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	assert_int_equal(table_count(sp->table), 0);
	bench_plans(&b, "");
	bench_fini(&b);
}

/* -- of children -- */

static void a_hint_is_lost_without_memory(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	struct wire_claim c = { .family = MASC_IPV4, .domain = bench_id(200), .prefix_length = 24 };
	failing_env_fail_at(&b.f, 1);
	plan_hint(bench_below(&b, MASC_IPV4), &c, b.now);
	failing_env_fail_at(&b.f, 0);
	assert_int_equal(b.m->own->n_hints, 0);
	plan_hint(bench_below(&b, MASC_IPV4), &c, b.now);
	assert_int_equal(b.m->own->n_hints, 1);
	bench_fini(&b);
}

static void what_was_held_before_is_not_what_was_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_plan(&b);
	uint32_t before = bench_other(&b, below, 200, "239.193.0.0/24", WIRE_PREFIX_IN_USE);
	bench_pass(&b, 5 * MONO_SEC);
	bench_asks(&b, 200, 24);
	const struct child_hint *t = LIST_ENTRY(b.m->own->hints.next, struct child_hint, at);
	assert_int_equal(hint_lacks(t), 256);
	/* Another child's claims are none of it. */
	bench_other(&b, below, 201, "239.193.1.0/24", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 256);
	uint32_t after = bench_other(&b, below, 200, "239.193.2.0/25", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 128);
	bench_gone(&b, below, before);
	assert_int_equal(hint_lacks(t), 128);
	bench_gone(&b, below, after);
	assert_int_equal(hint_lacks(t), 256);
	bench_other(&b, below, 200, "239.193.4.0/22", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 0);
	bench_fini(&b);
}

static void hints_are_found_at_a_start(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_asks(&b, 200, 22);
	bench_stop(&b);
	bench_start(&b);
	assert_int_equal(b.m->own->n_hints, 0);
	bench_plans(&b, "want 1 /22 at 7");
	assert_int_equal(b.m->own->n_hints, 1);
	assert_ptr_equal(bench_claim(&b, 1)->space, sp);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_room_is_asked_for),
		cmocka_unit_test(no_range_is_asked_for),
		cmocka_unit_test(it_is_asked_again_each_wait),
		cmocka_unit_test(more_is_asked_for_at_once),
		cmocka_unit_test(where_something_is_held_it_is_asked),
		cmocka_unit_test(a_scope_cannot_be_asked),
		cmocka_unit_test(a_parent_that_is_left_is_not_asked),
		cmocka_unit_test(nothing_is_said_with_a_bad_clock),
		cmocka_unit_test(what_children_ask_for_is_asked_on),
		cmocka_unit_test(without_memory_it_goes_out_all_the_same),
		cmocka_unit_test(a_hint_is_lost_without_memory),
		cmocka_unit_test(what_was_held_before_is_not_what_was_asked_for),
		cmocka_unit_test(hints_are_found_at_a_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
