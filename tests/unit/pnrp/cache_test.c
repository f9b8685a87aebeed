/* The route entry cache by itself: order, levels, who makes room, gaps. Checked against
 * a plain list that is walked through. */
#include "rig.h"

#include "pnrp/cache_int.h"

static struct pnrp_id id_of(uint64_t top)
{
	return (struct pnrp_id){ { top, 0, 0, 0 } };
}

static struct pnrp_entry *put(struct rig *r, struct pnrp_id id, bool proven)
{
	struct pnrp_endpoint at = rig_at(r, 100 + (size_t)(id.w[0] >> 50));
	struct pnrp_route route = rig_route(&id, &at);
	return pnrp_cache_put(r->node[0]->p->cache, &route, proven, r->now);
}

static void start(struct rig *r)
{
	rig_init(r, CRYPTO_MODERN);
	(void)rig_add(r);
}

static bool in_order(const struct pnrp_cache *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (pnrp_id_cmp(&c->at[i - 1]->id, &c->at[i]->id) >= 0)
			return false;
	return true;
}

/* The closest of all, without any order to help. */
static struct pnrp_entry *closest_of_all(const struct pnrp_cache *c, const struct pnrp_id *t,
					 const struct pnrp_path * not )
{
	struct pnrp_entry *best = NULL;
	for (size_t i = 0; i < c->n; i++)
		if (!(not &&pnrp_entry_in(c->at[i], not )) &&
		    (!best || pnrp_id_closer(&c->at[i]->id, &best->id, t)))
			best = c->at[i];
	return best;
}

/* PNRP-5.7 */
static void the_closest_is_found_anywhere_on_the_ring(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	struct pnrp_entry *near[4];
	struct pnrp_id t = id_of(7);
	assert_null(pnrp_cache_closest(c, &t, NULL));
	assert_null(pnrp_cache_above(c, &t));
	assert_null(pnrp_cache_below(c, &t));
	for (size_t n = 0; n < 20; n++) {
		assert_non_null(put(&r, id_of(failing_env_next(&r.f)), false));
		assert_true(in_order(c));
		for (int k = 0; k < 50; k++) {
			t = id_of(failing_env_next(&r.f));
			struct pnrp_path path = { .n = 1 };
			path.at[0].port = c->at[0]->port;
			memcpy(path.at[0].ip, c->at[0]->ip[0], 16);
			assert_ptr_equal(pnrp_cache_closest(c, &t, NULL),
					 closest_of_all(c, &t, NULL));
			assert_ptr_equal(pnrp_cache_closest(c, &t, &path),
					 closest_of_all(c, &t, &path));
			size_t found = pnrp_cache_nearest(c, &t, NULL, near, 4);
			assert_int_equal(found, n + 1 < 4 ? n + 1 : 4);
			for (size_t i = 1; i < found; i++)
				assert_false(pnrp_id_closer(&near[i]->id, &near[i - 1]->id, &t));
		}
	}
	rig_fini(&r);
}

static void neighbours_go_round_the_ring(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	struct pnrp_id a = id_of(10), b = id_of(20), beyond = id_of(30);
	struct pnrp_entry *ea = put(&r, a, false), *eb = put(&r, b, false);
	assert_ptr_equal(pnrp_cache_above(c, &a), eb);
	assert_ptr_equal(pnrp_cache_above(c, &b), ea);
	assert_ptr_equal(pnrp_cache_below(c, &a), eb);
	assert_ptr_equal(pnrp_cache_above(c, &beyond), ea);
	assert_ptr_equal(pnrp_cache_below(c, &beyond), eb);
	pnrp_cache_remove(c, &b);
	pnrp_cache_remove(c, &b);
	assert_null(pnrp_cache_above(c, &a));
	assert_null(pnrp_cache_below(c, &a));
	assert_ptr_equal(pnrp_cache_at(c, 0), ea);
	assert_null(pnrp_cache_at(c, 1));
	rig_fini(&r);
}

/* PNRP-5.6 */
static void levels_are_tenths_round_the_nearest_own_id(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp *p = r.node[0]->p;
	struct pnrp_id far = id_of(1), own;
	assert_int_equal(pnrp_level_of(p, &far).level, 0);
	rig_publish(&r, 0, "0.centre");
	own = rig_id(&r, 0);
	for (uint32_t level = 0; level < 40; level++) {
		struct pnrp_id reach = pnrp_level_reach(level + 1), zero = { { 0 } };
		struct pnrp_id minus = pnrp_id_up(&reach, &zero);
		struct pnrp_id within = pnrp_id_up(&minus, &own); /* own + reach */
		struct pnrp_id beyond = pnrp_id_next(&within);
		assert_int_equal(pnrp_level_of(p, &within).level, level + 1);
		assert_int_equal(pnrp_level_of(p, &beyond).level, level);
	}
	assert_int_equal(pnrp_level_of(p, &own).level, 77);
	rig_publish(&r, 0, "0.other");
	struct pnrp_own *o = LIST_ENTRY(p->own.prev, struct pnrp_own, in);
	struct pnrp_id beside = rig_above(o->id, 3);
	assert_int_equal(pnrp_level_of(p, &beside).home, 1);
	assert_true(pnrp_level_of(p, &beside).level > 70);
	rig_fini(&r);
}

/* PNRP-5.8 */
static void a_full_level_keeps_its_spread(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	uint64_t step = UINT64_MAX / 20;
	for (uint64_t i = 0; i < 20; i++)
		assert_non_null(put(&r, id_of(i * step), false));
	/* Crowded among the others: it stays out. */
	assert_null(put(&r, id_of(3 * step + 5), false));
	assert_int_equal(pnrp_cache_count(c), 20);
	/* Two that stand close together, then one in the midst of nothing. */
	struct pnrp_id victim = id_of(7 * step);
	pnrp_cache_remove(c, &victim);
	assert_non_null(put(&r, id_of(8 * step + 9), false));
	assert_int_equal(pnrp_cache_count(c), 20);
	assert_non_null(put(&r, id_of(7 * step), false));
	assert_int_equal(pnrp_cache_count(c), 20);
	struct pnrp_id one = id_of(8 * step), other = id_of(8 * step + 9);
	assert_true(!pnrp_cache_find(c, &one) || !pnrp_cache_find(c, &other));
	assert_true(in_order(c));
	rig_fini(&r);
}

static void leaf_set_members_never_make_room(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	r.o.limits.level = 4;
	r.o.limits.cache = 12;
	(void)rig_add(&r);
	rig_publish(&r, 0, "0.centre");
	struct pnrp *p = r.node[0]->p;
	struct pnrp_id own = rig_id(&r, 0);
	for (uint64_t i = 1; i <= 10; i++) {
		struct pnrp_id id = i % 2 ? rig_above(own, i) : own;
		for (uint64_t k = 0; i % 2 == 0 && k < i; k++)
			id = pnrp_id_previous(&id);
		struct pnrp_entry *e = put(&r, id, true);
		assert_non_null(e);
		assert_true(pnrp_leaf_insert(p, e));
	}
	for (int i = 0; i < 200; i++)
		(void)put(&r, id_of(failing_env_next(&r.f)), false);
	assert_true(pnrp_cache_count(p->cache) <= 12);
	const struct pnrp_own *o = LIST_ENTRY(p->own.next, struct pnrp_own, in);
	assert_int_equal(o->leaves.n_above, 5);
	assert_int_equal(o->leaves.n_below, 5);
	struct pnrp_id last = rig_above(own, 9);
	assert_non_null(pnrp_cache_find(p->cache, &last));
	rig_fini(&r);
}

static void a_full_cache_stays_within_its_cap(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	r.o.limits.cache = 30;
	(void)rig_add(&r);
	rig_publish(&r, 0, "0.a");
	rig_publish(&r, 0, "0.b");
	rig_publish(&r, 0, "0.c");
	struct pnrp_cache *c = r.node[0]->p->cache;
	for (int i = 0; i < 3000; i++) {
		const struct pnrp_own *o = LIST_ENTRY(r.node[0]->p->own.next, struct pnrp_own, in);
		struct pnrp_id id = id_of(failing_env_next(&r.f));
		if (i % 2)
			id.w[0] = o->id.w[0] + (id.w[0] >> (i % 60));
		(void)put(&r, id, i % 3 == 0);
		assert_true(pnrp_cache_count(c) <= 30);
	}
	assert_true(in_order(c));
	assert_true(pnrp_cache_levels(c) > 2);
	size_t octets = sizeof(*c) + c->room * sizeof(*c->at);
	for (size_t i = 0; i < c->n; i++)
		octets += sizeof(struct pnrp_entry) + (size_t)c->at[i]->n * 16;
	assert_int_equal(pnrp_cache_memory(c), octets);
	rig_fini(&r);
}

static void other_addresses_replace_the_old(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	rig_publish(&r, 0, "0.centre");
	struct pnrp *p = r.node[0]->p;
	struct pnrp_id id = rig_above(rig_id(&r, 0), 5);
	struct pnrp_entry *e = put(&r, id, true);
	assert_true(pnrp_leaf_insert(p, e));
	struct pnrp_endpoint at = rig_at(&r, 300);
	struct pnrp_route route = rig_route(&id, &at), now;
	memcpy(route.ip[route.n++], rig_at(&r, 301).ip, 16);
	struct pnrp_entry *fresh = pnrp_cache_put(p->cache, &route, true, r.now);
	assert_non_null(fresh);
	assert_true(fresh->proven);
	assert_int_equal(fresh->leaf_of, 1);
	pnrp_entry_route(fresh, &now);
	assert_true(pnrp_route_same_addresses(&now, &route));
	const struct pnrp_own *o = LIST_ENTRY(p->own.next, struct pnrp_own, in);
	assert_ptr_equal(o->leaves.above[0], fresh);
	assert_ptr_equal(o->leaves.below[0], fresh);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	struct pnrp_endpoint old = rig_at(&r, 2);
	pnrp_cache_disown(p->cache, &id, &old);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	pnrp_cache_disown(p->cache, &id, &at);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	rig_fini(&r);
}

/* PNRP-6.4 */
/* PNRP-5.10: a proof is of the addresses too. Whoever says elsewhere that it has the ID
 * inherits neither the proof nor the place in a leaf set. */
static void other_addresses_are_not_proven_by_the_old(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	rig_publish(&r, 0, "0.centre");
	struct pnrp *p = r.node[0]->p;
	const struct pnrp_own *o = LIST_ENTRY(p->own.next, struct pnrp_own, in);
	struct pnrp_id id = rig_above(rig_id(&r, 0), 5);
	assert_true(pnrp_leaf_insert(p, put(&r, id, true)));
	struct pnrp_endpoint at = rig_at(&r, 300);
	struct pnrp_route route = rig_route(&id, &at);
	const struct pnrp_entry *fresh = pnrp_cache_put(p->cache, &route, false, r.now);
	assert_non_null(fresh);
	assert_false(fresh->proven);
	assert_int_equal(fresh->leaf_of, 0);
	assert_int_equal(o->leaves.n_above + o->leaves.n_below, 0);
	/* It is asked for its own proof. */
	assert_true(p->leaves_stale);
	rig_fini(&r);
}

static void a_sample_is_spread_over_the_ring(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	struct pnrp_id out[5];
	assert_int_equal(pnrp_cache_sample(c, out, 5), 0);
	for (uint64_t i = 0; i < 20; i++)
		assert_non_null(put(&r, id_of(i << 59), false));
	for (int k = 0; k < 20; k++) {
		uint32_t quarters = 0;
		assert_int_equal(pnrp_cache_sample(c, out, 5), 5);
		for (size_t i = 0; i < 5; i++)
			quarters |= 1u << (out[i].w[0] >> 62);
		assert_true(__builtin_popcount(quarters) >= 3);
		for (size_t i = 1; i < 5; i++)
			assert_false(pnrp_id_eq(&out[i], &out[0]));
	}
	rig_fini(&r);
}

/* PNRP-5.9 */
static void the_widest_gap_is_looked_into(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	struct pnrp_id target;
	uint32_t precision;
	assert_false(pnrp_cache_gap(c, &target, &precision));
	/* All in the lower half: the gap is the upper one. */
	for (uint64_t i = 0; i < 16; i++)
		assert_non_null(put(&r, id_of(i << 59), false));
	assert_true(pnrp_cache_gap(c, &target, &precision));
	assert_true(target.w[0] > UINT64_C(0xb000000000000000));
	assert_true(target.w[0] < UINT64_C(0xc800000000000000));
	assert_int_equal(precision, 0);
	pnrp_cache_clear(c);
	for (uint64_t i = 0; i < 20; i++)
		assert_non_null(put(&r, id_of(i * (UINT64_MAX / 20)), false));
	assert_false(pnrp_cache_gap(c, &target, &precision));
	/* Round an own ID, narrower gaps count. */
	rig_publish(&r, 0, "0.centre");
	struct pnrp_id own = rig_id(&r, 0);
	bool narrow = false;
	for (uint64_t i = 1; i < 8; i++) {
		struct pnrp_id id = own;
		id.w[0] += i << 40;
		assert_non_null(put(&r, id, true));
	}
	for (int i = 0; i < 50; i++)
		narrow |= pnrp_cache_gap(c, &target, &precision) && precision > 3;
	assert_true(narrow);
	rig_fini(&r);
}

static void the_stale_are_those_that_have_not_answered_since(void **state)
{
	(void)state;
	struct rig r;
	start(&r);
	struct pnrp_cache *c = r.node[0]->p->cache;
	assert_null(pnrp_cache_stale(c, r.now));
	struct pnrp_entry *old = put(&r, id_of(1), false);
	r.now = mono_add(r.now, MONO_SEC);
	(void)put(&r, id_of(2), false);
	for (int i = 0; i < 10; i++)
		assert_ptr_equal(pnrp_cache_stale(c, r.now), old);
	(void)put(&r, id_of(1), false);
	assert_null(pnrp_cache_stale(c, r.now));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_closest_is_found_anywhere_on_the_ring),
		cmocka_unit_test(neighbours_go_round_the_ring),
		cmocka_unit_test(levels_are_tenths_round_the_nearest_own_id),
		cmocka_unit_test(a_full_level_keeps_its_spread),
		cmocka_unit_test(leaf_set_members_never_make_room),
		cmocka_unit_test(a_full_cache_stays_within_its_cap),
		cmocka_unit_test(other_addresses_replace_the_old),
		cmocka_unit_test(other_addresses_are_not_proven_by_the_old),
		cmocka_unit_test(a_sample_is_spread_over_the_ring),
		cmocka_unit_test(the_widest_gap_is_looked_into),
		cmocka_unit_test(the_stale_are_those_that_have_not_answered_since),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
