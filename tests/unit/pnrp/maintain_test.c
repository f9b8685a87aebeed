/* PNRP-8.8 to PNRP-8.15: size, splits, and the tick. */
#include "walk_rig.h"

static struct pnrp_own *own(const struct walk_rig *r)
{
	assert_false(list_empty(&r->p->own));
	return LIST_ENTRY(r->p->own.next, struct pnrp_own, in);
}

/* A proven member of the leaf set, so far away. */
static struct pnrp_entry *member(struct walk_rig *r, bool above, struct pnrp_id away)
{
	uint8_t n = walk_rig_node(r, 0);
	struct pnrp_id zero = { { 0 } }, minus = pnrp_id_up(&away, &zero);
	struct pnrp_id id = own(r)->id, start = above ? minus : away;
	r->node[n].id = pnrp_id_up(&start, &id);
	struct pnrp_route route = walk_rig_route(r, n);
	struct pnrp_entry *e = pnrp_cache_put(r->p->cache, &route, true, r->now);
	assert_non_null(e);
	pnrp_leaf_insert(r->p, e);
	return e;
}

static struct pnrp_id bit(uint32_t n)
{
	struct pnrp_id id = { { 0 } };
	id.w[3 - n / 64] = UINT64_C(1) << n % 64;
	return id;
}

/* ---- size */

/* PNRP-8.8, and the digest's two examples. */
static void size_is_told_from_the_neighbours(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	assert_int_equal(pnrp_size_nodes(r.p), 1);
	walk_rig_register(&r);
	assert_int_equal(pnrp_size_nodes(r.p), 1);
	member(&r, true, bit(239));
	assert_int_equal(pnrp_size_nodes(r.p), 2); /* one other, all the way round */
	member(&r, false, bit(239));
	assert_int_equal(pnrp_size_nodes(r.p), 131072);
	walk_rig_free(&r);
}

static void neighbours_that_are_too_near_tell_nothing(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_register(&r);
	member(&r, true, bit(224));
	member(&r, false, bit(224)); /* a span of 2^225: 2^32 IDs */
	assert_int_equal(pnrp_size_nodes(r.p), 1);
	struct pnrp_id a_bit_more = bit(224);
	a_bit_more.w[0] += 2;
	pnrp_cache_clear(r.p->cache);
	member(&r, true, a_bit_more);
	member(&r, false, bit(224));
	assert_in_range(pnrp_size_nodes(r.p), UINT64_C(0xfffffff0) - 32, UINT64_C(0xffffffff));
	walk_rig_free(&r);
}

/* ---- splits */

static const struct pnrp_endpoint *seed(struct walk_rig *r, uint8_t n)
{
	assert_int_equal(pnrp_set_seeds(r->p, &r->node[n].at, 1), OK);
	return &r->node[n].at;
}

/* A split test at a seed that names node m; what comes of it. */
static void test_split(struct walk_rig *r, uint8_t m)
{
	uint8_t s = walk_rig_node(r, 1);
	char to[8];
	struct text t = TEXT_OF(to);
	text_u64(&t, m);
	text_str(&t, " -");
	walk_rig_refers(r, s, to);
	seed(r, s);
	r->log[0] = 0;
	r->lookups = 0;
	memset(r->events, 0, sizeof(r->events));
	assert_int_equal(pnrp_split_test(r->p, r->now), OK);
	walk_rig_run(r, 10);
	assert_int_equal(r->p->n_walks, 0);
}

/* One that has a name right behind or before ours, cached or not. */
static uint8_t neighbour(struct walk_rig *r, uint8_t last)
{
	uint8_t n = walk_rig_publisher(r, last);
	memcpy(r->node[n].location, own(r)->location, 16);
	r->node[n].location[9] = last;
	r->node[n].id = pnrp_id_of(&r->p2p, r->node[n].location);
	return n;
}

static void begin(struct walk_rig *r)
{
	walk_rig_init(r);
	walk_rig_register(r);
	/* So that neighbours lie on both sides, whatever chance gave us. */
	own(r)->location[8] = own(r)->location[9] = 0x80;
	own(r)->id = pnrp_id_of(&r->p2p, own(r)->location);
	pnrp_cache_centres(r->p->cache);
}

/* PNRP-8.9: how the walk goes. */
static void a_split_test_begins_at_a_seed_without_an_id(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t m = neighbour(&r, 0x90);
	walk_rig_know(&r, m);
	walk_rig_run(&r, 5);
	test_split(&r, m);
	struct pnrp_id next = pnrp_id_next(&own(&r)->id);
	assert_log(&r, "L1 L0 L1 I0");
	assert_true(pnrp_id_is_zero(&r.lookup[0].validate));
	assert_int_equal(r.lookup[0].reason, PNRP_REASON_SPLIT);
	assert_int_equal(r.lookup[0].criteria, PNRP_MATCH_NONE);
	assert_true(pnrp_id_eq(&r.lookup[0].target, &next));
	assert_false(r.lookup[0].has_best);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 0);
	/* A59: nothing is cached of a seed. */
	assert_int_equal(pnrp_cache_count(r.p->cache), 1);
	walk_rig_free(&r);
}

/* PNRP-8.10, each row of the table. */
static void a_match_that_is_our_neighbour_is_no_split(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t above = neighbour(&r, 0x90), below = neighbour(&r, 0x60);
	walk_rig_know(&r, above);
	walk_rig_know(&r, below);
	walk_rig_run(&r, 5);
	test_split(&r, above);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 0);
	test_split(&r, below); /* farther than the other, and the nearest on its side */
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 0);
	walk_rig_free(&r);
}

static void a_cached_match_behind_another_is_a_smaller_piece(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t near = neighbour(&r, 0x90), far = neighbour(&r, 0xa0);
	walk_rig_know(&r, near);
	walk_rig_know(&r, far);
	walk_rig_run(&r, 5);
	test_split(&r, far);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 1);
	assert_false(r.event[PNRP_EVENT_SPLIT].smaller);
	walk_rig_free(&r);
}

static void an_unknown_match_nearer_than_all_is_a_bigger_piece(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t known = neighbour(&r, 0xa0), unknown = neighbour(&r, 0x90);
	walk_rig_know(&r, known);
	walk_rig_run(&r, 5);
	test_split(&r, unknown);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 1);
	assert_true(r.event[PNRP_EVENT_SPLIT].smaller);
	/* PNRP-8.11: it is told of us then, and known. */
	assert_string_equal(r.log, "L2 L1 I1 L2 F0 I1 L1");
	assert_int_equal(r.lookup[3].reason, PNRP_REASON_REGISTRATION);
	assert_true(pnrp_id_eq(&r.lookup[3].best.id, &own(&r)->id));
	assert_non_null(pnrp_cache_find(r.p->cache, &r.node[unknown].id));
	walk_rig_free(&r);
}

static void an_unknown_match_behind_a_cached_one_is_a_smaller_piece(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t known = neighbour(&r, 0x90), unknown = neighbour(&r, 0xa0);
	walk_rig_know(&r, known);
	walk_rig_run(&r, 5);
	test_split(&r, unknown);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 1);
	assert_false(r.event[PNRP_EVENT_SPLIT].smaller);
	walk_rig_free(&r);
}

static void a_match_that_proves_nothing_is_no_split(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t known = neighbour(&r, 0xa0), liar = neighbour(&r, 0x90);
	r.node[liar].proof = PROOF_FORGED;
	walk_rig_know(&r, known);
	walk_rig_run(&r, 5);
	test_split(&r, liar);
	assert_int_equal(r.events[PNRP_EVENT_SPLIT], 0);
	walk_rig_free(&r);
}

static void in_the_smaller_piece_every_name_is_tested(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	struct pnrp_registration reg = { .name = r.name, .key = r.key, .n_apps = 1 };
	uint32_t handle;
	reg.name.classifier[0] = 'x';
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), OK);
	/* Only the first is tested by the rig's test, and finds the split. */
	struct pnrp_own *second = LIST_ENTRY(r.p->own.prev, struct pnrp_own, in);
	uint8_t unknown = neighbour(&r, 0x90), s = walk_rig_node(&r, 1);
	walk_rig_refers(&r, s, "0 -");
	seed(&r, s);
	struct pnrp_route m = walk_rig_route(&r, unknown);
	struct pnrp_neighbours nobody = { .any = false };
	pnrp_split_ended(r.p, own(&r)->handle, &m, &nobody, r.now);
	assert_true(second->split_told);
	assert_int_equal(r.p->n_walks, 2); /* the first joins, the second is tested */
	walk_rig_run(&r, 20);
	assert_false(second->split_told);
	assert_int_equal(r.p->n_walks, 0);
	walk_rig_free(&r);
}

static void without_a_seed_or_a_name_there_is_no_test(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	assert_int_equal(pnrp_split_test(r.p, r.now), ERR_STATE);
	walk_rig_register(&r);
	assert_int_equal(pnrp_split_test(r.p, r.now), ERR_STATE);
	assert_int_equal(pnrp_set_seeds(r.p, r.p->local, 1), OK);
	assert_int_equal(pnrp_split_test(r.p, r.now), ERR_STATE); /* it is ourselves */
	assert_int_equal(pnrp_repair(r.p, r.now), ERR_STATE);
	walk_rig_free(&r);
}

/* PNRP-8.9: by chance, and now and then for certain. */
static void splits_are_looked_for_at_the_tick(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t m = neighbour(&r, 0x90);
	walk_rig_know(&r, m);
	walk_rig_run(&r, 5);
	member(&r, true, bit(200)); /* a cloud of which we see little: a chance of none */
	member(&r, false, bit(239));
	uint8_t s = walk_rig_node(&r, 1);
	seed(&r, s);
	walk_rig_refers(&r, s, "0 -");
	r.p->split_next = mono_add(r.now, MONO_HOUR);
	for (int i = 0; i < 5; i++) {
		pnrp_maintain(r.p, r.now);
		walk_rig_run(&r, 5);
	}
	assert_int_equal(r.node[s].lookups, 0);
	r.p->split_next = r.now;
	pnrp_maintain(r.p, r.now);
	walk_rig_run(&r, 5);
	assert_int_equal(r.node[s].lookups, 2);
	assert_int_equal(r.p->split_next.us, r.now.us - 5 * MONO_SEC + 4 * MONO_HOUR);
	walk_rig_free(&r);
}

/* ---- the tick */

/* PNRP-8.12 */
static void a_tick_comes_sooner_to_who_knows_few(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	r.p->o.times.maintenance = 15 * MONO_SEC;
	pnrp_maintain(r.p, r.now);
	assert_int_equal(mono_since(r.p->maintenance, r.now), 10 * MONO_SEC);
	walk_rig_run(&r, 0);
	assert_int_equal(r.alone, 1);
	for (int i = 0; i < 3; i++)
		walk_rig_know(&r, walk_rig_node(&r, 0));
	pnrp_maintain(r.p, r.now);
	assert_int_equal(mono_since(r.p->maintenance, r.now), 15 * MONO_SEC);
	walk_rig_run(&r, 0);
	assert_int_equal(r.alone, 1);
	walk_rig_free(&r);
}

/* PNRP-8.13 */
static void who_has_not_answered_for_a_minute_is_asked(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t there = walk_rig_node(&r, 1), dead = walk_rig_node(&r, 2);
	uint8_t gone = walk_rig_node(&r, 3);
	walk_rig_know(&r, there);
	walk_rig_know(&r, dead);
	walk_rig_know(&r, gone);
	r.node[dead].dead = r.node[gone].gone = true;
	walk_rig_run(&r, 59);
	pnrp_maintain(r.p, r.now);
	assert_int_equal(r.p->n_adds, 0);
	walk_rig_run(&r, 2);
	pnrp_maintain(r.p, r.now);
	assert_in_range(r.p->n_adds, 1, 3);
	for (int i = 0; i < 5; i++) {
		walk_rig_run(&r, 5);
		pnrp_maintain(r.p, r.now);
	}
	assert_int_equal(pnrp_cache_count(r.p->cache), 1);
	assert_non_null(pnrp_cache_find(r.p->cache, &r.node[there].id));
	walk_rig_free(&r);
}

static void ten_are_asked_at_most(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	for (int i = 0; i < 18; i++)
		walk_rig_know(&r, walk_rig_node(&r, 0));
	walk_rig_run(&r, 61);
	pnrp_maintain(r.p, r.now);
	assert_in_range(r.p->n_adds, 5, 10);
	walk_rig_free(&r);
}

/* PNRP-8.15: what an outermost member is asked, and hears. */
static void leaf_sets_are_compared_with_the_outermost(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t n[6];
	for (uint8_t i = 0; i < 6; i++) {
		n[i] = neighbour(&r, (uint8_t)(0x90 + i));
		walk_rig_know(&r, n[i]);
	}
	walk_rig_run(&r, 5);
	assert_int_equal(own(&r)->leaves.n_above, 5);
	uint8_t missing = neighbour(&r, 0x88);
	walk_rig_refers(&r, n[4], "6");
	r.log[0] = 0;
	r.lookups = 0;
	own(&r)->mended = 1; /* the turn of those above */
	pnrp_maintain(r.p, r.now);
	walk_rig_run(&r, 5);
	const struct pnrp_lookup *l = r.lookup;
	l += !l->has_best; /* the first was for a gap */
	assert_true(pnrp_id_eq(&l->validate, &r.node[n[4]].id));
	assert_int_equal(l->reason, PNRP_REASON_MAINTENANCE);
	assert_true(pnrp_id_eq(&l->best.id, &own(&r)->id));
	assert_true(l->path.n > PNRP_LEAVES);
	for (int i = 0; i < 4; i++)
		assert_true(pnrp_path_has(&l->path, &r.node[n[i]].at));
	assert_int_equal(r.node[missing].lookups, 1);
	assert_true(pnrp_id_eq(&own(&r)->leaves.above[0]->id, &r.node[missing].id));
	walk_rig_free(&r);
}

static void every_fourth_time_is_an_exchange(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t m = neighbour(&r, 0x90);
	walk_rig_know(&r, m);
	walk_rig_run(&r, 5);
	own(&r)->mended = 0;
	for (int i = 0; i < 8; i++) {
		pnrp_maintain(r.p, r.now);
		walk_rig_run(&r, 5);
	}
	assert_int_equal(r.p->n_talks, 0);
	const char *first = strchr(r.log, 'S');
	assert_non_null(first);
	assert_non_null(strchr(first + 1, 'S'));
	assert_null(strchr(strchr(first + 1, 'S') + 1, 'S'));
	walk_rig_free(&r);
}

/* PNRP-8.14 */
static void gaps_are_walked_into(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t a = walk_rig_node(&r, 1);
	walk_rig_know(&r, a);
	pnrp_maintain(r.p, r.now);
	walk_rig_run(&r, 5);
	assert_int_equal(r.lookups, 1);
	assert_int_equal(r.lookup[0].criteria, PNRP_MATCH_UPPER_BITS);
	assert_int_equal(r.lookup[0].reason, PNRP_REASON_MAINTENANCE);
	assert_in_range(r.lookup[0].precision, 0, 8);
	assert_int_equal(r.dones, 0);
	walk_rig_free(&r);
}

static void repair_looks_at_leaf_sets_and_for_splits(void **state)
{
	(void)state;
	struct walk_rig r;
	begin(&r);
	uint8_t m = neighbour(&r, 0x90), s;
	walk_rig_know(&r, m);
	walk_rig_run(&r, 5);
	s = walk_rig_node(&r, 1);
	walk_rig_refers(&r, s, "0 -");
	seed(&r, s);
	r.log[0] = 0;
	assert_int_equal(pnrp_repair(r.p, r.now), OK);
	walk_rig_run(&r, 5);
	assert_int_equal(r.node[s].lookups, 2);
	assert_non_null(strstr(r.log, "L0"));
	walk_rig_free(&r);
}

static void memory_may_be_refused_at_every_step(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct walk_rig r;
		begin(&r);
		uint8_t m = neighbour(&r, 0x90), s = walk_rig_node(&r, 1);
		walk_rig_refers(&r, s, "0 -");
		walk_rig_know(&r, m);
		walk_rig_run(&r, 70);
		seed(&r, s);
		failing_env_fail_at(&r.f, n);
		for (int i = 0; i < 5; i++) {
			pnrp_maintain(r.p, r.now);
			walk_rig_run(&r, 5);
		}
		enum err e = pnrp_repair(r.p, r.now);
		assert_true(e == OK || e == ERR_STATE);
		walk_rig_run(&r, 5);
		assert_int_equal(r.p->n_walks, 0);
		failed = r.f.failed;
		r.f.fail_at = 0;
		walk_rig_free(&r);
		assert_true(n < 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_is_told_from_the_neighbours),
		cmocka_unit_test(neighbours_that_are_too_near_tell_nothing),
		cmocka_unit_test(a_split_test_begins_at_a_seed_without_an_id),
		cmocka_unit_test(a_match_that_is_our_neighbour_is_no_split),
		cmocka_unit_test(a_cached_match_behind_another_is_a_smaller_piece),
		cmocka_unit_test(an_unknown_match_nearer_than_all_is_a_bigger_piece),
		cmocka_unit_test(an_unknown_match_behind_a_cached_one_is_a_smaller_piece),
		cmocka_unit_test(a_match_that_proves_nothing_is_no_split),
		cmocka_unit_test(in_the_smaller_piece_every_name_is_tested),
		cmocka_unit_test(without_a_seed_or_a_name_there_is_no_test),
		cmocka_unit_test(splits_are_looked_for_at_the_tick),
		cmocka_unit_test(a_tick_comes_sooner_to_who_knows_few),
		cmocka_unit_test(who_has_not_answered_for_a_minute_is_asked),
		cmocka_unit_test(ten_are_asked_at_most),
		cmocka_unit_test(leaf_sets_are_compared_with_the_outermost),
		cmocka_unit_test(every_fourth_time_is_an_exchange),
		cmocka_unit_test(gaps_are_walked_into),
		cmocka_unit_test(repair_looks_at_leaf_sets_and_for_splits),
		cmocka_unit_test(memory_may_be_refused_at_every_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
