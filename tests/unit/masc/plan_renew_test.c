/* What a range is good for, and whether it is renewed: MASC-14.6, 15.4. */
#include "plan_rig.h"

/* -- what can be handed out of a range -- */

static void barred_addresses_are_no_room(void **state)
{
	static const struct {
		const char *range;
		uint64_t capacity;
	} rows[] = {
		{ "239.193.0.0/24", 256 },
		{ "239.192.0.0/24", 256 },
		{ "239.128.0.0/24", 0 },
		{ "239.128.0.0/22", 512 },
		{ "239.0.2.0/23", 512 },
		{ "239.0.1.0/24", 0 },
		{ "239.0.0.0/8", (1 << 24) - 1024 - 256 },
		{ "238.0.0.0/7", (1 << 25) - 2048 - 256 },
		{ "239.0.0.0/9", (1 << 23) - 512 },
		{ "239.0.0.0/10", (1 << 22) - 512 },
		{ "239.64.0.0/10", (1 << 22) },
		{ "ff38::8000:0/98", 1 << 30 },
		{ "ff38::ff00:0/120", 0 },
		{ "ff38::c000:0/98", (1 << 30) - (1 << 24) },
		{ "ff38::/95", (UINT64_C(1) << 33) - (1 << 25) },
		{ "239.254.255.128/25", 0 },
		{ "239.254.254.0/23", 256 },
	};
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct masc_prefix p = bench_prefix(rows[i].range);
		assert_int_equal(plan_capacity(b.m, &p), rows[i].capacity);
	}
	bench_fini(&b);
}

/* -- renewal, MASC-14.6 -- */

static void renewal_follows_use(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	bench_demand(&b, 300, 0, 0);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_false(whole);
	struct masc_prefix lower = bench_prefix("239.193.0.0/23");
	assert_true(masc_prefix_eq(&half, &lower));
	bench_demand(&b, 300, 0, 0);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

static void demands_that_end_before_it_need_no_renewal(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	c->end = BENCH_WALL + 5 * BENCH_W;
	bench_demand(&b, 600, 0, 5 * BENCH_W);
	bench_plan(&b);
	assert_int_equal(c->used, 600);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	/* One that is to come does. */
	b.m->rules.claim_lifetime = 20 * BENCH_W;
	bench_demand(&b, 600, 6 * BENCH_W, 0);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

static void the_half_where_children_are_is_renewed(void **state)
{
	struct bench b;
	struct masc_prefix half, upper = bench_prefix("239.193.2.0/23");
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	bench_other(&b, below, 200, "239.193.2.0/24", WIRE_PREFIX_IN_USE);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_false(whole);
	assert_true(masc_prefix_eq(&half, &upper));
	bench_other(&b, below, 200, "239.193.0.0/28", WIRE_PREFIX_IN_USE);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

static void hints_keep_a_range(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	bench_plan(&b);
	bench_asks(&b, 200, 22);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

/* What one that drains holds beyond its end has to go somewhere: here. */
static void what_drains_elsewhere_keeps_a_range(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *old = bench_held(&b, sp, "239.193.8.0/22");
	uint64_t d = bench_demand(&b, 600, 0, 0);
	bench_plan(&b);
	assert_string_equal(bench_places(&b, d), "1:600");
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	old->active = false;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	/* Not what ends where it is, nor what is of another level. */
	c->end = BENCH_WALL + 5 * BENCH_W;
	old->end = BENCH_WALL + 9 * BENCH_W;
	demand_find(b.m->own, d)->until = BENCH_WALL + 9 * BENCH_W;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	demand_find(b.m->own, d)->until++;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	c->local = true;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	bench_fini(&b);
}

/* It ended in this very moment, and the plan has not run since. */
static void what_has_just_ended_keeps_a_range(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *old = bench_held(&b, sp, "239.193.8.0/22");
	bench_demand(&b, 600, 0, 0);
	bench_plan(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	old->life = MASC_LIFE_EXPIRED;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	bench_lose(&b, old->number);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

static void children_in_what_drains_keep_a_range(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	struct own_claim *old = bench_held(&b, sp, "239.193.8.0/22");
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	bench_other(&b, below, 200, "239.193.8.0/22", WIRE_PREFIX_IN_USE);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	old->active = false;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	bench_fini(&b);
}

static void fixed_ranges_last_as_was_said(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole = false;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	c->fixed = true;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	assert_true(whole);
	/* Up to the time that was asked for, and no further. */
	c->lifetime = c->end - (int64_t)c->parts[0].timestamp * MONO_SEC;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	c->lifetime += MONO_SEC;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	bench_fini(&b);
}

static void nothing_is_renewed_at_a_parent_that_is_left(void **state)
{
	struct bench b;
	struct masc_prefix half;
	bool whole;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct own_claim *c = bench_held(&b, sp, "239.193.0.0/22");
	bench_demand(&b, 300, 0, 0);
	bench_plan(&b);
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), OK);
	sp->leaving = true;
	assert_int_equal(plan_renewal(c, &half, &whole, b.now), ERR_NOT_FOUND);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(barred_addresses_are_no_room),
		cmocka_unit_test(renewal_follows_use),
		cmocka_unit_test(demands_that_end_before_it_need_no_renewal),
		cmocka_unit_test(the_half_where_children_are_is_renewed),
		cmocka_unit_test(hints_keep_a_range),
		cmocka_unit_test(what_drains_elsewhere_keeps_a_range),
		cmocka_unit_test(what_has_just_ended_keeps_a_range),
		cmocka_unit_test(children_in_what_drains_keep_a_range),
		cmocka_unit_test(fixed_ranges_last_as_was_said),
		cmocka_unit_test(nothing_is_renewed_at_a_parent_that_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
