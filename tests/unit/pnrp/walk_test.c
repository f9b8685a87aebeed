/* PNRP-7.1 to PNRP-7.18: walks among nodes that answer as the test says. */
#include "walk_rig.h"

static void resolve(struct walk_rig *r)
{
	struct pnrp_query q = walk_rig_query(r);
	walk_rig_resolve(r, &q);
}

/* ---- the way there */

static void a_name_is_found_by_asking_ever_nearer_nodes(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), b = walk_rig_node(&r, 30), c = walk_rig_publisher(&r, 1);
	walk_rig_refers(&r, a, "11");
	walk_rig_refers(&r, b, "12");
	assert_int_equal(c, 12);
	walk_rig_know(&r, a);
	resolve(&r);
	assert_log(&r, "L10 L11 L12 I12");
	assert_int_equal(r.err, OK);
	assert_int_equal(r.results, 1);
	assert_int_equal(r.done_hops, 3);
	assert_int_equal(r.result[0].hops, 3);
	assert_true(pnrp_id_eq(&r.result[0].id, &r.node[c].id));
	assert_false(r.result[0].local);
	assert_false(r.result[0].secure);
	assert_int_equal(r.result[0].n_apps, 1);
	assert_int_equal(r.result[0].app[0].port, 631);
	assert_int_equal(r.result[0].n_nodes, 1);
	assert_true(pnrp_endpoint_eq(&r.result[0].node[0], &r.node[c].at));
	assert_true(pnrp_name_eq(&r.result[0].name, &r.name));
	assert_int_equal(r.result[0].public_n, r.profile->crypto->public_size);
	assert_int_equal(r.p->counters.found, 1);
	walk_rig_free(&r);
}

/* PNRP-7.7, PNRP-7.5: what a LOOKUP says. */
static void a_lookup_carries_best_match_path_and_target(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), b = walk_rig_node(&r, 30);
	walk_rig_publisher(&r, 1);
	walk_rig_refers(&r, a, "11");
	walk_rig_refers(&r, b, "12");
	walk_rig_know(&r, a);
	resolve(&r);
	const struct pnrp_lookup *l = r.lookup;
	for (int i = 0; i < 3; i++) {
		assert_true(pnrp_id_eq(&l[i].target, &r.target));
		assert_true(pnrp_id_eq(&l[i].validate, &r.node[10 + i].id));
		assert_int_equal(l[i].criteria, PNRP_MATCH_ANY);
		assert_int_equal(l[i].reason, PNRP_REASON_REQUEST);
		assert_int_equal(l[i].flags, 0);
		assert_int_equal(l[i].path.n, i + 1);
		assert_true(pnrp_is_own_endpoint(r.p, &l[i].path.at[0]));
	}
	assert_false(l[0].has_best);
	assert_true(pnrp_id_eq(&l[1].best.id, &r.node[a].id));
	assert_true(pnrp_id_eq(&l[2].best.id, &r.node[b].id));
	assert_true(pnrp_endpoint_eq(&l[2].path.at[1], &r.node[a].at));
	assert_true(pnrp_endpoint_eq(&l[2].path.at[2], &r.node[b].at));
	walk_rig_free(&r);
}

/* PNRP-7.11 */
static void a_proof_is_asked_for_with_a_nonce_and_no_payload(void **state)
{
	(void)state;
	struct walk_rig r;
	const uint8_t zeros[PNRP_NONCE] = { 0 };
	walk_rig_init(&r);
	walk_rig_know(&r, walk_rig_publisher(&r, 1));
	resolve(&r);
	assert_log(&r, "L0 I0");
	assert_int_equal(r.inquire.flags, PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN);
	assert_true(r.inquire.has_nonce);
	assert_memory_not_equal(r.inquire.nonce, zeros, sizeof(zeros));
	assert_true(pnrp_id_eq(&r.inquire.validate, &r.node[0].id));
	walk_rig_free(&r);
}

/* ---- limits */

/* PNRP-7.9: the seventh suspicious answer is one more than six. */
static void seven_suspicious_answers_end_a_walk(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	for (uint8_t i = 0; i < 9; i++) {
		uint8_t n = walk_rig_node(&r, 40u + i);
		r.node[n].flags = PNRP_AUTHORITY_LEAF;
		walk_rig_know(&r, n);
	}
	resolve(&r);
	assert_log(&r, "L18 L17 L16 L15 L14 L13 L12");
	assert_int_equal(r.err, ERR_NOT_FOUND);
	assert_int_equal(r.done_hops, 7);
	walk_rig_free(&r);
}

/* Six do not: the name behind the seventh node is found. */
static void six_suspicious_answers_do_not(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t p = walk_rig_publisher(&r, 1);
	assert_int_equal(p, 10);
	uint8_t way = walk_rig_node(&r, 20);
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, way);
	for (uint8_t i = 0; i < 6; i++) {
		uint8_t n = walk_rig_node(&r, 40u + i);
		r.node[n].flags = PNRP_AUTHORITY_LEAF;
		walk_rig_know(&r, n);
	}
	resolve(&r);
	assert_log(&r, "L17 L16 L15 L14 L13 L12 L11 L10 I10");
	assert_int_equal(r.err, OK);
	walk_rig_free(&r);
}

static void chain(struct walk_rig *r, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++) {
		char to[4];
		struct text t = text_of(to, sizeof(to));
		uint8_t node = walk_rig_node(r, 2u + i);
		text_u64(&t, (uint64_t)(node + 1));
		walk_rig_refers(r, node, to);
		if (!i)
			walk_rig_know(r, node);
	}
}

/* PNRP-7.9: 22 answers are not more than 22; the 23rd is the last. */
static void twenty_three_answers_end_a_walk(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	chain(&r, 30);
	walk_rig_node(&r, 100);
	resolve(&r);
	assert_int_equal(r.lookups, 23);
	assert_int_equal(r.done_hops, 23);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	/* PNRP-7.5: the path held 22, ours first, the oldest asked gone. */
	const struct pnrp_path *path = &r.lookup[22].path;
	assert_int_equal(path->n, PNRP_PATH_MAX);
	assert_true(pnrp_is_own_endpoint(r.p, &path->at[0]));
	assert_true(pnrp_endpoint_eq(&path->at[1], &r.node[11].at));
	assert_true(pnrp_endpoint_eq(&path->at[21], &r.node[31].at));
	walk_rig_free(&r);
}

static void a_name_at_the_end_of_twenty_three_answers_is_found(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	chain(&r, 22);
	walk_rig_publisher(&r, 1);
	resolve(&r);
	assert_int_equal(r.lookups, 23);
	assert_int_equal(r.err, OK);
	walk_rig_free(&r);
}

/* PNRP-7.16: a giver of dead ends is asked three times in all. */
static void one_node_is_asked_three_times(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4);
	for (uint8_t i = 0; i < 5; i++)
		walk_rig_node(&r, 30u + i);
	walk_rig_refers(&r, a, "11 12 13 14 15");
	walk_rig_know(&r, a);
	for (uint8_t i = 0; i < 10; i++)
		r.node[i].gone = true; /* the crowd is no way out */
	resolve(&r);
	assert_memory_equal(r.log, "L10 L11 L10 L12 L10 L13", 23);
	assert_int_equal(r.node[a].lookups, 3);
	walk_rig_free(&r);
}

/* PNRP-7.10: under whatever IDs; correction 4. */
static void one_endpoint_is_asked_three_times_whatever_it_calls_itself(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4);
	for (uint8_t i = 0; i < 6; i++) {
		uint8_t mask = walk_rig_node(&r, 30u + i);
		r.node[mask].named = walk_rig_route(&r, a);
		r.node[mask].named.id = r.node[mask].id;
	}
	walk_rig_refers(&r, a, "11 12 13 14 15 16");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_int_equal(r.node[a].lookups, 3);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	walk_rig_free(&r);
}

/* ---- back-tracking */

/* PNRP-7.17: two seconds, and back to whoever named it. */
static void a_dead_node_costs_two_seconds_and_is_walked_back_from(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), b = walk_rig_node(&r, 30);
	walk_rig_publisher(&r, 1);
	r.node[b].dead = true;
	walk_rig_refers(&r, a, "11 12");
	walk_rig_know(&r, a);
	walk_rig_know(&r, b);
	resolve(&r);
	/* b is the closest that is known, and dead; a names it all the same. */
	assert_log(&r, "L11 L10 L10 L12 I12");
	assert_int_equal(r.elapsed, 2 * MONO_SEC);
	assert_null(pnrp_cache_find(r.p->cache, &r.node[b].id));
	walk_rig_free(&r);
}

static void a_node_with_two_addresses_is_asked_at_both(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), dead = walk_rig_node(&r, 6);
	uint8_t c = walk_rig_publisher(&r, 1);
	r.node[dead].dead = true;
	r.node[c].named = walk_rig_route(&r, c);
	r.node[c].named.n = 2;
	memcpy(r.node[c].named.ip[1], r.node[c].named.ip[0], 16);
	memcpy(r.node[c].named.ip[0], r.node[dead].at.ip, 16);
	walk_rig_refers(&r, a, "12");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_log(&r, "L10 L11 L12 I12");
	assert_int_equal(r.err, OK);
	walk_rig_free(&r);
}

/* PNRP-7.8, A28 */
static void an_empty_stack_is_filled_from_the_cache(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	uint8_t a = walk_rig_node(&r, 50), b = walk_rig_node(&r, 30);
	walk_rig_refers(&r, b, "10");
	walk_rig_know(&r, a);
	walk_rig_know(&r, b);
	resolve(&r);
	assert_log(&r, "L11 L12 L10 I10");
	walk_rig_free(&r);
}

/* PNRP-7.13: and whatever N says of one does not hold for the whole walk. */
static void a_node_that_answers_n_leaves_the_cache(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	uint8_t a = walk_rig_node(&r, 50);
	r.node[a].gone = true;
	walk_rig_refers(&r, a, "10");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_log(&r, "L11 L10 I10");
	assert_null(pnrp_cache_find(r.p->cache, &r.node[a].id));
	assert_false(r.lookup[1].has_best); /* what is not there is no match */
	walk_rig_free(&r);
}

static void whoever_answers_for_its_id_is_cached(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), b = walk_rig_node(&r, 30), c = walk_rig_publisher(&r, 1);
	walk_rig_refers(&r, a, "11");
	walk_rig_refers(&r, b, "12");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_non_null(pnrp_cache_find(r.p->cache, &r.node[b].id));
	assert_non_null(pnrp_cache_find(r.p->cache, &r.node[c].id));
	walk_rig_free(&r);
}

/* PNRP-7.12: busy is no reason to suspect, nor to believe. */
static void a_busy_node_is_passed_over(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	walk_rig_node(&r, 60);
	uint8_t way = walk_rig_node(&r, 20);
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, way);
	for (uint8_t i = 0; i < 8; i++) {
		uint8_t n = walk_rig_node(&r, 30u + i);
		r.node[n].flags = PNRP_AUTHORITY_BUSY | PNRP_AUTHORITY_LEAF;
		walk_rig_refers(&r, n, "11");
		walk_rig_know(&r, n);
	}
	resolve(&r);
	assert_log(&r, "L20 L19 L18 L17 L16 L15 L14 L13 L12 L10 I10");
	assert_non_null(pnrp_cache_find(r.p->cache, &r.node[20].id));
	walk_rig_free(&r);
}

/* ---- referrals */

/* PNRP-7.14, correction 3: two that name each other do not burn the walk. */
static void nodes_that_name_each_other_are_left(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	uint8_t a = walk_rig_node(&r, 50), b = walk_rig_node(&r, 51), way = walk_rig_node(&r, 20);
	walk_rig_refers(&r, a, "12");
	walk_rig_refers(&r, b, "11");
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, a);
	walk_rig_know(&r, way);
	resolve(&r);
	assert_int_equal(r.err, OK);
	assert_true(r.node[a].lookups <= 3 && r.node[b].lookups <= 3);
	walk_rig_free(&r);
}

/* PNRP-7.15, correction 4 */
static void a_node_that_names_itself_is_asked_once(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	uint8_t a = walk_rig_node(&r, 50), way = walk_rig_node(&r, 20);
	walk_rig_refers(&r, a, "11");
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, a);
	walk_rig_know(&r, way);
	resolve(&r);
	assert_log(&r, "L11 L12 L10 I10");
	walk_rig_free(&r);
}

static void another_registration_of_the_same_node_may_be_named(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), b = walk_rig_publisher(&r, 1);
	r.node[a].at = r.node[b].at;
	r.node[b].at.port = 4000; /* only so that the rig finds a */
	r.node[b].named = walk_rig_route(&r, a);
	r.node[b].named.id = r.node[b].id;
	memcpy(r.node[a].location, r.node[b].location, 16);
	r.node[a].proof = PROOF_GOOD;
	walk_rig_refers(&r, a, "11 -");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_log(&r, "L10 L10 I10");
	assert_int_equal(r.err, OK);
	assert_true(pnrp_id_eq(&r.result[0].id, &r.node[b].id));
	walk_rig_free(&r);
}

/* PNRP-7.15, A46: eight are enough to be choosy. */
static void a_referral_that_is_no_closer_is_taken_by_a_small_cache_alone(void **state)
{
	(void)state;
	for (uint8_t others = 6; others <= 7; others++) {
		struct walk_rig r;
		walk_rig_init(&r);
		walk_rig_publisher(&r, 1);
		uint8_t a = walk_rig_node(&r, 50), b = walk_rig_node(&r, 20);
		walk_rig_refers(&r, a, "2");
		walk_rig_refers(&r, b, "0");
		walk_rig_know(&r, a);
		for (uint8_t i = 0; i < others; i++) {
			uint8_t n = walk_rig_node(&r, 0);
			r.node[n].gone = true;
			walk_rig_know(&r, n);
		}
		resolve(&r);
		bool small = others == 6;
		assert_int_equal(r.lookup[0].flags, small ? PNRP_LOOKUP_ANY : 0);
		assert_int_equal(r.err, small ? OK : ERR_NOT_FOUND);
		assert_int_equal(r.node[b].lookups, small);
		walk_rig_free(&r);
	}
}

static void nobody_leads_us_to_ourselves(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_node(&r, 4), us = walk_rig_node(&r, 60);
	r.node[us].named = walk_rig_route(&r, us);
	memcpy(r.node[us].named.ip[0], r.p->local[0].ip, 16);
	walk_rig_refers(&r, a, "11");
	walk_rig_know(&r, a);
	resolve(&r);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	assert_int_equal(r.node[a].lookups, 3);
	walk_rig_free(&r);
}

/* ---- proofs */

static void refused(enum proof proof, enum pnrp_verdict verdict)
{
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t liar = walk_rig_publisher(&r, 1), good = walk_rig_publisher(&r, 0x40);
	uint8_t way = walk_rig_node(&r, 20);
	r.node[liar].proof = proof;
	walk_rig_refers(&r, way, "10 11");
	walk_rig_know(&r, way);
	struct pnrp_query q = walk_rig_query(&r);
	q.trace = true;
	walk_rig_resolve(&r, &q);
	assert_log(&r, "L12 L10 I10 L12 L11 I11");
	assert_int_equal(r.err, OK);
	assert_true(pnrp_id_eq(&r.result[0].id, &r.node[good].id));
	assert_null(pnrp_cache_find(r.p->cache, &r.node[liar].id));
	assert_int_equal(r.events[PNRP_EVENT_REJECTED], 1);
	assert_int_equal(r.event[PNRP_EVENT_REJECTED].verdict, verdict);
	assert_true(pnrp_endpoint_eq(&r.event[PNRP_EVENT_REJECTED].node, &r.node[liar].at));
	assert_int_equal(r.p->counters.verdicts[verdict], 1);
	assert_int_equal(r.hop[2].step, PNRP_STEP_REJECTED);
	assert_int_equal(r.hop[2].verdict, verdict);
	walk_rig_free(&r);
}

/* PNRP-7.18, A29 */
static void a_refused_proof_is_walked_back_from(void **state)
{
	(void)state;
	refused(PROOF_FORGED, PNRP_VERDICT_SIGNATURE);
	refused(PROOF_STALE, PNRP_VERDICT_NONCE);
	refused(PROOF_NONE, PNRP_VERDICT_NO_CPA);
}

static void a_publisher_that_is_gone_mute_or_busy_is_walked_back_from(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct walk_rig r;
		walk_rig_init(&r);
		walk_rig_crowd(&r);
		uint8_t bad = walk_rig_publisher(&r, 1), good = walk_rig_publisher(&r, 0x40);
		uint8_t way = walk_rig_node(&r, 20);
		r.node[bad].mute = kind == 1;
		if (kind == 2)
			r.node[bad].proof = PROOF_BUSY;
		walk_rig_refers(&r, way, "10 11");
		walk_rig_know(&r, way);
		struct pnrp_query q = walk_rig_query(&r);
		q.trace = true;
		assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), OK);
		walk_rig_run_us(&r, 0);
		if (kind == 0)
			assert_int_equal(r.dones, 1);
		walk_rig_run(&r, 10);
		assert_int_equal(r.err, OK);
		if (kind == 1) {
			assert_log(&r, "L12 L10 I10 L12 L11 I11");
			assert_int_equal(r.elapsed, 2 * MONO_SEC);
			assert_int_equal(r.hop[2].step, PNRP_STEP_SILENT);
			assert_true(pnrp_id_eq(&r.result[0].id, &r.node[good].id));
		}
		if (kind == 2)
			assert_int_equal(r.hop[2].step, PNRP_STEP_BUSY);
		assert_int_equal(r.events[PNRP_EVENT_REJECTED], 0);
		walk_rig_free(&r);
	}
}

static void a_walk_costs_few_allocations(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_know(&r, walk_rig_publisher(&r, 1));
	size_t live = r.f.live;
	failing_env_fail_at(&r.f, 0);
	struct pnrp_query q = walk_rig_query(&r);
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), OK);
	assert_true(r.f.allocations <= 6); /* walk, nodes, DONE, request, its place, datagram */
	walk_rig_run(&r, 1);
	assert_int_equal(r.dones, 1);
	assert_true(r.f.live <= live + 2);
	walk_rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_by_asking_ever_nearer_nodes),
		cmocka_unit_test(a_lookup_carries_best_match_path_and_target),
		cmocka_unit_test(a_proof_is_asked_for_with_a_nonce_and_no_payload),
		cmocka_unit_test(seven_suspicious_answers_end_a_walk),
		cmocka_unit_test(six_suspicious_answers_do_not),
		cmocka_unit_test(twenty_three_answers_end_a_walk),
		cmocka_unit_test(a_name_at_the_end_of_twenty_three_answers_is_found),
		cmocka_unit_test(one_node_is_asked_three_times),
		cmocka_unit_test(one_endpoint_is_asked_three_times_whatever_it_calls_itself),
		cmocka_unit_test(a_dead_node_costs_two_seconds_and_is_walked_back_from),
		cmocka_unit_test(a_node_with_two_addresses_is_asked_at_both),
		cmocka_unit_test(an_empty_stack_is_filled_from_the_cache),
		cmocka_unit_test(a_node_that_answers_n_leaves_the_cache),
		cmocka_unit_test(whoever_answers_for_its_id_is_cached),
		cmocka_unit_test(a_busy_node_is_passed_over),
		cmocka_unit_test(nodes_that_name_each_other_are_left),
		cmocka_unit_test(a_node_that_names_itself_is_asked_once),
		cmocka_unit_test(another_registration_of_the_same_node_may_be_named),
		cmocka_unit_test(a_referral_that_is_no_closer_is_taken_by_a_small_cache_alone),
		cmocka_unit_test(nobody_leads_us_to_ourselves),
		cmocka_unit_test(a_refused_proof_is_walked_back_from),
		cmocka_unit_test(a_publisher_that_is_gone_mute_or_busy_is_walked_back_from),
		cmocka_unit_test(a_walk_costs_few_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
