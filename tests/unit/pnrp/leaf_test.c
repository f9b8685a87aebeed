/* Leaf sets by themselves, and what keeps them full. */
#include "rig.h"

static struct rig r;
static struct pnrp *p;
static struct pnrp_own *own;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	rig_publish(&r, 0, "0.own");
	p = r.node[0]->p;
	own = LIST_ENTRY(p->own.next, struct pnrp_own, in);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

/* So many steps of 2^192 away; down when negative. */
static struct pnrp_id away(int64_t steps)
{
	struct pnrp_id id = own->id;
	id.w[0] += (uint64_t)steps;
	return id;
}

static struct pnrp_entry *know(int64_t steps, bool proven)
{
	struct pnrp_id id = away(steps);
	struct pnrp_endpoint at = rig_at(&r, (size_t)(500 + steps));
	struct pnrp_route route = rig_route(&id, &at);
	struct pnrp_entry *e = pnrp_cache_put(p->cache, &route, proven, r.now);
	assert_non_null(e);
	return e;
}

/* PNRP-5.10 */
static void the_five_nearest_on_either_side(void **state)
{
	(void)state;
	const int64_t steps[] = { 9, -3, 4, 1, -20, 2, 15, -1, 3, -2, 8, -7, -8, 30 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		(void)pnrp_leaf_insert(p, know(steps[i], true));
	const int64_t above[] = { 1, 2, 3, 4, 8 }, below[] = { -1, -2, -3, -7, -8 };
	assert_int_equal(own->leaves.n_above, 5);
	assert_int_equal(own->leaves.n_below, 5);
	for (size_t i = 0; i < 5; i++) {
		struct pnrp_id up = away(above[i]), down = away(below[i]);
		assert_true(pnrp_id_eq(&own->leaves.above[i]->id, &up));
		assert_true(pnrp_id_eq(&own->leaves.below[i]->id, &down));
		assert_int_equal(own->leaves.above[i]->leaf_of, 1);
	}
	struct pnrp_id gone = away(9);
	assert_int_equal(pnrp_cache_find(p->cache, &gone)->leaf_of, 0);
	for (uint32_t i = 0; i < 5; i++) {
		struct pnrp_id seen, want = away(above[i]);
		assert_true(pnrp_leaf(p, own->handle, true, i, &seen));
		assert_true(pnrp_id_eq(&seen, &want));
	}
	struct pnrp_id none;
	assert_false(pnrp_leaf(p, own->handle, true, 5, &none));
	assert_false(pnrp_leaf(p, own->handle + 1, true, 0, &none));
}

/* A47 */
static void on_a_small_ring_one_stands_on_both_sides(void **state)
{
	(void)state;
	struct pnrp_entry *e = know(1, true);
	assert_true(pnrp_leaf_insert(p, e));
	assert_false(pnrp_leaf_insert(p, e));
	assert_ptr_equal(own->leaves.above[0], e);
	assert_ptr_equal(own->leaves.below[0], e);
	assert_int_equal(e->leaf_of, 1);
}

/* PNRP-5.11 */
static void what_falls_within(void **state)
{
	(void)state;
	struct pnrp_id near = away(3), edge = away(5), far = away(6), inside = away(4);
	assert_true(pnrp_leaf_wants(own, &far));
	for (int64_t i = 1; i <= 5; i++)
		(void)pnrp_leaf_insert(p, know(i, true));
	for (int64_t i = 1; i <= 5; i++)
		(void)pnrp_leaf_insert(p, know(-i, true));
	assert_true(pnrp_leaf_wants(own, &near));
	assert_true(pnrp_leaf_wants(own, &edge));
	assert_false(pnrp_leaf_wants(own, &far));
	assert_true(pnrp_leaf_wants(own, &own->id));
	assert_false(pnrp_leaf_wanted(p, &near));
	assert_false(pnrp_leaf_wanted(p, &own->id));
	pnrp_cache_remove(p->cache, &inside);
	assert_true(pnrp_leaf_wanted(p, &inside));
	own->leaving = true;
	assert_false(pnrp_leaf_wanted(p, &inside));
	own->leaving = false;
}

/* PNRP-5.13 */
static void a_hole_is_filled_with_what_is_proven(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 7; i++)
		(void)pnrp_leaf_insert(p, know(i, true));
	for (int64_t i = 1; i <= 5; i++)
		(void)pnrp_leaf_insert(p, know(-i, true));
	struct pnrp_id second = away(2), sixth = away(6);
	pnrp_cache_remove(p->cache, &second);
	assert_int_equal(own->leaves.n_above, 5);
	assert_true(pnrp_id_eq(&own->leaves.above[4]->id, &sixth));
	assert_int_equal(own->leaves.above[4]->leaf_of, 1);
	for (uint8_t i = 0; i < own->leaves.n_above; i++)
		assert_false(pnrp_id_eq(&own->leaves.above[i]->id, &second));
}

static uint32_t inquiries(uint16_t flags)
{
	struct pnrp_message m;
	uint32_t n = 0;
	rig_drain(&r);
	while (rig_heard(&r, &m))
		n += m.type == PNRP_INQUIRE && m.inquire.flags == flags;
	return n;
}

/* PNRP-5.12, correction 2: what was cached before the name came is asked for a proof. */
static void what_is_not_proven_is_asked(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 12; i++)
		(void)know(i, false);
	(void)inquiries(0);
	pnrp_leaf_fill(p, own);
	assert_int_equal(own->leaves.n_above, 0);
	assert_int_equal(pnrp_deadline(p).us, 0);
	pnrp_tick(p, r.now);
	/* The nearest five above; going down, the ring comes round to the last five. */
	assert_int_equal(inquiries(PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN), 10);
	assert_true(pnrp_deadline(p).us > 0);
}

static void a_name_that_goes_lets_its_members_go(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 4; i++)
		(void)pnrp_leaf_insert(p, know(i, true));
	pnrp_leaf_empty(p, own);
	assert_int_equal(own->leaves.n_above, 0);
	assert_int_equal(own->leaves.n_below, 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(pnrp_cache_at(p->cache, i)->leaf_of, 0);
	pnrp_leaf_fill(p, own);
	assert_int_equal(own->leaves.n_above, 4);
}

/* By chance: after any history a set is what a plain search says. */
static void any_history_leads_to_the_nearest(void **state)
{
	(void)state;
	for (int k = 0; k < 600; k++) {
		int64_t steps = (int64_t)(failing_env_next(&r.f) % 41) - 20;
		struct pnrp_id id = away(steps);
		if (steps == 0)
			continue;
		if (failing_env_next(&r.f) % 3)
			(void)pnrp_leaf_insert(p, know(steps, true));
		else
			pnrp_cache_remove(p->cache, &id);
		uint8_t n = 0;
		for (int64_t s = 1; s <= 20 && n < 5; s++) {
			struct pnrp_id at = away(s);
			struct pnrp_entry *e = pnrp_cache_find(p->cache, &at);
			if (!e)
				continue;
			assert_true(n < own->leaves.n_above);
			assert_ptr_equal(own->leaves.above[n++], e);
		}
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(the_five_nearest_on_either_side),
		T(on_a_small_ring_one_stands_on_both_sides),
		T(what_falls_within),
		T(a_hole_is_filled_with_what_is_proven),
		T(what_is_not_proven_is_asked),
		T(a_name_that_goes_lets_its_members_go),
		T(any_history_leads_to_the_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
