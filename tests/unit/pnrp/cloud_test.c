/* A cloud as a whole: nodes find each other, know their neighbours, and nothing they do
 * is larger than it may be. */
#include "rig.h"

static const enum crypto_profile_id profiles[] = { CRYPTO_MODERN, CRYPTO_CLASSIC };

static void two_nodes_learn_of_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		rig_init(&r, profiles[i]);
		rig_cloud(&r, 2);
		rig_run(&r, 5 * MONO_SEC);
		for (size_t k = 0; k < 2; k++) {
			struct pnrp_own_info own;
			size_t at = 0;
			assert_int_equal(r.node[k]->p->state, PNRP_STATE_ACTIVE);
			assert_true(pnrp_own(r.node[k]->p, &at, &own));
			assert_int_equal(own.below, 1);
			assert_int_equal(own.above, 1);
		}
		assert_int_equal(rig_resolve(&r, 0, "0.n1"), OK);
		assert_int_equal(rig_resolve(&r, 1, "0.n0"), OK);
		assert_int_equal(r.node[1]->result.app[0].port, 80);
		assert_int_equal(rig_resolve(&r, 1, "0.nobody"), ERR_NOT_FOUND);
		rig_fini(&r);
	}
}

/* Members of node i's leaf set on one side that are the true neighbours, in order. */
static size_t true_neighbours(const struct rig *r, size_t i, bool up)
{
	const struct pnrp_own *o = LIST_ENTRY(r->node[i]->p->own.next, struct pnrp_own, in);
	size_t right = 0, n = up ? o->leaves.n_above : o->leaves.n_below;
	struct pnrp_id last = { { 0 } };
	for (size_t k = 0; k < PNRP_LEAVES; k++) {
		struct pnrp_id best = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
		struct pnrp_id who = { { 0 } };
		for (size_t j = 0; j < r->n; j++) {
			struct pnrp_id id = rig_id(r, j);
			struct pnrp_id away =
				up ? pnrp_id_up(&o->id, &id) : pnrp_id_up(&id, &o->id);
			if (pnrp_id_cmp(&away, &last) <= 0 || pnrp_id_cmp(&away, &best) >= 0)
				continue;
			best = away;
			who = id;
		}
		const struct pnrp_entry *e = up ? o->leaves.above[k] : o->leaves.below[k];
		right += k < n && pnrp_id_eq(&e->id, &who);
		last = best;
	}
	return right;
}

static void expect_true_neighbours(const struct rig *r)
{
	for (size_t i = 0; i < r->n; i++) {
		assert_int_equal(true_neighbours(r, i, true), PNRP_LEAVES);
		assert_int_equal(true_neighbours(r, i, false), PNRP_LEAVES);
	}
}

/* PNRP-6.17 */
static void leaf_sets_are_the_true_neighbours(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	rig_cloud(&r, 60);
	rig_run(&r, 10 * MONO_SEC);
	expect_true_neighbours(&r);
	assert_true(r.largest <= PNRP_DATAGRAM_MAX);
	for (size_t i = 0; i < r.n; i += 7)
		assert_int_equal(rig_resolve(&r, (i + 31) % r.n, "0.n5"), OK);
	rig_fini(&r);
}

static void losses_are_made_good(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	r.seeded = true;
	r.loss = 50;
	r.doubled = 20;
	rig_cloud(&r, 30);
	rig_run(&r, 200 * MONO_SEC);
	r.loss = 0;
	rig_run(&r, 100 * MONO_SEC);
	expect_true_neighbours(&r);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_learn_of_each_other),
		cmocka_unit_test(leaf_sets_are_the_true_neighbours),
		cmocka_unit_test(losses_are_made_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
