/* PNRP-7.19 to PNRP-7.23: queries, their results and their ends. */
#include "walk_rig.h"

#define OTHER 8

static void several_publishers_are_found_from_one_to_the_next(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_publisher(&r, 1), b = walk_rig_publisher(&r, 2);
	walk_rig_refers(&r, a, "11");
	walk_rig_refers(&r, b, "10");
	walk_rig_know(&r, a);
	struct pnrp_query q = walk_rig_query(&r);
	q.most = 2;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 2);
	assert_int_equal(r.err, OK);
	assert_true(pnrp_id_eq(&r.result[0].id, &r.node[a].id));
	assert_true(pnrp_id_eq(&r.result[1].id, &r.node[b].id));
	assert_log(&r, "L10 I10 L10 L11 I11");
	/* PNRP-7.22: farther ones are welcome then. */
	assert_int_equal(r.lookup[0].flags, 0);
	assert_int_equal(r.lookup[1].flags, PNRP_LOOKUP_ANY);
	walk_rig_free(&r);
}

static void one_publisher_is_one_result_however_many_are_wanted(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t a = walk_rig_publisher(&r, 1), way = walk_rig_node(&r, 60);
	walk_rig_refers(&r, way, "10");
	for (int i = 0; i < 10; i++)
		r.node[i].flags = PNRP_AUTHORITY_LEAF;
	walk_rig_know(&r, a);
	struct pnrp_query q = walk_rig_query(&r);
	q.most = 3;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 1);
	assert_int_equal(r.err, OK);
	/* Three rounds, each of which begins at the one that was found. */
	assert_int_equal(r.node[a].lookups, 4);
	walk_rig_free(&r);
}

/* PNRP-7.22: the rounds after the first are to both ends of the name. */
static void both_ends_of_a_name_are_looked_at(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_know(&r, walk_rig_publisher(&r, 1));
	struct pnrp_query q = walk_rig_query(&r);
	q.most = 2;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.lookups, 4);
	assert_true(pnrp_id_eq(&r.lookup[1].target, &r.target));
	assert_int_equal(r.lookup[2].target.w[2], 0);
	assert_int_equal(r.lookup[2].target.w[3], 0);
	assert_int_equal(r.lookup[3].target.w[2], UINT64_MAX);
	assert_int_equal(r.lookup[3].target.w[3], UINT64_MAX);
	for (int i = 1; i < 4; i++)
		assert_true(pnrp_id_has_p2p(&r.lookup[i].target, &r.p2p));
	walk_rig_free(&r);
}

static uint32_t times(const char *log, const char *what)
{
	uint32_t n = 0;
	for (const char *at = log; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* PNRP-7.28: lost requests are no proof that there is no such name, and not for ever. */
static void a_walk_in_which_somebody_was_silent_is_begun_afresh(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct walk_rig r;
		walk_rig_init(&r);
		walk_rig_crowd(&r);
		uint8_t way = walk_rig_node(&r, 60), a = walk_rig_publisher(&r, 1);
		walk_rig_refers(&r, way, "11");
		walk_rig_know(&r, way);
		r.node[a].mute = silent;
		r.node[a].proof = silent ? PROOF_GOOD : PROOF_FORGED;
		struct pnrp_query q = walk_rig_query(&r);
		walk_rig_resolve(&r, &q);
		assert_int_equal(r.dones, 1);
		assert_int_equal(r.err, ERR_NOT_FOUND);
		assert_int_equal(times(r.log, "I11"), silent ? 4 : 1);
		walk_rig_free(&r);
	}
}

/* The last of the name and both of its neighbours stand on the path then. */
static void what_was_found_is_not_found_again(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	for (uint8_t i = 1; i <= 4; i++)
		walk_rig_publisher(&r, i);
	walk_rig_refers(&r, 10, "11");
	walk_rig_refers(&r, 11, "10 12 10");
	walk_rig_refers(&r, 12, "11 13 11");
	walk_rig_refers(&r, 13, "12");
	walk_rig_know(&r, 10);
	struct pnrp_query q = walk_rig_query(&r);
	q.most = OTHER;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 4);
	for (uint32_t i = 0; i < 4; i++) {
		for (uint32_t j = 0; j < i; j++)
			assert_false(pnrp_id_eq(&r.result[i].id, &r.result[j].id));
	}
	walk_rig_free(&r);
}

/* ---- criteria */

/* A31: of the name whatever is nearest, at the end. */
static void the_nearest_registration_is_the_result_where_that_is_wanted(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t far = walk_rig_publisher(&r, 1), near = walk_rig_publisher(&r, 2);
	r.node[near].location[8] = 0x7f;
	r.node[near].id = pnrp_id_of(&r.p2p, r.node[near].location);
	walk_rig_refers(&r, far, "11");
	walk_rig_know(&r, far);
	struct pnrp_query q = walk_rig_query(&r);
	q.criteria = PNRP_MATCH_NEAREST;
	walk_rig_resolve(&r, &q);
	assert_true(pnrp_id_eq(&r.result[0].id, &r.node[near].id));
	assert_int_equal(r.lookup[0].criteria, PNRP_MATCH_NEAREST);
	assert_int_equal(r.results, 1);
	walk_rig_free(&r);
}

/* 192 bits are the prefix too: good enough to stop there. */
static void nearest_64_stops_at_the_first_with_the_prefix(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t first = walk_rig_publisher(&r, 1);
	walk_rig_publisher(&r, 2);
	walk_rig_refers(&r, first, "11");
	walk_rig_know(&r, first);
	struct pnrp_query q = walk_rig_query(&r);
	q.criteria = PNRP_MATCH_NEAREST64;
	walk_rig_resolve(&r, &q);
	assert_log(&r, "L10 I10");
	walk_rig_free(&r);
}

static void a_registration_elsewhere_will_do_at_the_end(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	r.node[n].location[0] = 0x20;
	r.node[n].id = pnrp_id_of(&r.p2p, r.node[n].location);
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	q.criteria = PNRP_MATCH_NEAREST64;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.err, OK);
	assert_int_equal(r.results, 1);
	walk_rig_free(&r);
}

static void a_prefix_may_be_given(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_know(&r, walk_rig_publisher(&r, 1));
	struct pnrp_query q = walk_rig_query(&r);
	q.has_prefix = true;
	memset(q.prefix, 0xab, sizeof(q.prefix));
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.lookup[0].target.w[2], UINT64_C(0xabababababababab));
	assert_int_equal(r.lookup[0].target.w[3], UINT64_C(1) << 63);
	walk_rig_free(&r);
}

/* ---- payloads */

/* PNRP-7.11, correction 11 */
static void a_payload_is_asked_for_after_an_exchange(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	r.node[n].payload = r.node[n].shy = true;
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	q.want_payload = true;
	walk_rig_resolve(&r, &q);
	assert_log(&r, "L0 S0 R0 I0");
	assert_int_equal(r.inquire.flags,
			 PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN | PNRP_INQUIRE_PAYLOAD);
	assert_string_equal(r.payload, "second floor");
	assert_true(r.result[0].has_payload);
	assert_int_equal(r.result[0].payload_type, PNRP_PAYLOAD_STRING);
	walk_rig_free(&r);
}

static void a_payload_that_nobody_wants_is_only_told_of(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	r.node[n].payload = true;
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	walk_rig_resolve(&r, &q);
	assert_log(&r, "L0 I0");
	assert_true(r.result[0].has_payload);
	assert_int_equal(r.result[0].payload_type, PNRP_PAYLOAD_NONE);
	assert_int_equal(r.result[0].payload.n, 0);
	walk_rig_free(&r);
}

/* PNRP-7.19 */
static void a_payload_that_is_not_given_costs_only_itself(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	r.node[n].payload = r.node[n].shy = r.node[n].mute_to_solicits = true;
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	q.want_payload = true;
	walk_rig_resolve(&r, &q);
	assert_log(&r, "L0 S0 I0");
	assert_int_equal(r.err, OK);
	assert_true(r.result[0].has_payload);
	assert_int_equal(r.result[0].payload_type, PNRP_PAYLOAD_NONE);
	assert_int_equal(r.elapsed, 2 * MONO_SEC);
	walk_rig_free(&r);
}

static void a_payload_that_is_wrong_is_refused(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	r.node[n].payload = r.node[n].forges_payload = true;
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	q.want_payload = true;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	assert_int_equal(r.p->counters.verdicts[PNRP_VERDICT_PAYLOAD], 1);
	walk_rig_free(&r);
}

/* ---- our own */

/* PNRP-7.20 */
static void our_own_registration_comes_first(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_register(&r);
	walk_rig_run(&r, 20);
	r.log[0] = 0;
	struct pnrp_query q = walk_rig_query(&r);
	q.local = true;
	walk_rig_resolve(&r, &q);
	assert_log(&r, "");
	assert_int_equal(r.results, 1);
	assert_true(r.result[0].local);
	assert_int_equal(r.result[0].app[0].port, 80);
	assert_true(pnrp_endpoint_eq(&r.result[0].node[0], &r.p->local[0]));
	assert_int_equal(r.result[0].public_n, r.profile->crypto->public_size);
	assert_int_equal(r.done_hops, 0);
	walk_rig_free(&r);
}

static void our_own_registration_counts_only_when_asked(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_register(&r);
	walk_rig_run(&r, 20);
	struct pnrp_query q = walk_rig_query(&r);
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 0);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	walk_rig_free(&r);
}

static void others_follow_our_own(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_register(&r);
	walk_rig_run(&r, 20);
	uint8_t n = walk_rig_publisher(&r, 1);
	walk_rig_know(&r, n);
	walk_rig_run(&r, 5);
	struct pnrp_query q = walk_rig_query(&r);
	q.local = true;
	q.most = 2;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 2);
	assert_true(r.result[0].local);
	assert_false(r.result[1].local);
	assert_true(pnrp_id_eq(&r.result[1].id, &r.node[n].id));
	walk_rig_free(&r);
}

static void our_own_may_be_the_nearest(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_register(&r);
	walk_rig_run(&r, 20);
	struct pnrp_query q = walk_rig_query(&r);
	q.local = true;
	q.criteria = PNRP_MATCH_NEAREST;
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.results, 1);
	assert_true(r.result[0].local);
	walk_rig_free(&r);
}

/* ---- the end */

/* PNRP-7.21 */
static void a_deadline_ends_a_query_at_once(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	walk_rig_know(&r, n);
	r.node[n].dead = true;
	struct pnrp_query q = walk_rig_query(&r);
	q.deadline = mono_add(r.now, 700 * MONO_MS);
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.err, ERR_TIMEOUT);
	assert_int_equal(r.elapsed, 700 * MONO_MS);
	assert_int_equal(r.p->n_pending, 0);
	walk_rig_free(&r);
}

/* No memory was short. */
static void a_query_whose_network_goes_says_so(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	walk_rig_know(&r, n);
	r.node[n].dead = true;
	struct pnrp_query q = walk_rig_query(&r);
	assert_int_equal(pnrp_resolve(r.p, &q, 1, r.now), OK);
	assert_int_equal(pnrp_set_local(r.p, NULL, 0, r.now), OK);
	walk_rig_run(&r, 5);
	assert_int_equal(r.dones, 1);
	assert_int_equal(r.err, ERR_UNREACHABLE);
	walk_rig_free(&r);
}

static void what_was_found_before_the_deadline_is_good(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t a = walk_rig_publisher(&r, 1), b = walk_rig_publisher(&r, 2);
	walk_rig_refers(&r, a, "1");
	r.node[b].dead = true;
	walk_rig_know(&r, a);
	struct pnrp_query q = walk_rig_query(&r);
	q.most = 2;
	q.deadline = mono_add(r.now, MONO_SEC);
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.err, OK);
	assert_int_equal(r.results, 1);
	assert_int_equal(r.elapsed, MONO_SEC);
	walk_rig_free(&r);
}

static void a_query_that_is_cancelled_says_nothing_more(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	walk_rig_know(&r, n);
	struct pnrp_query q = walk_rig_query(&r);
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), OK);
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), ERR_EXISTS);
	assert_int_equal(pnrp_resolve(r.p, &q, OTHER, r.now), OK);
	pnrp_cancel(r.p, 7);
	pnrp_cancel(r.p, 99);
	walk_rig_run(&r, 10);
	assert_int_equal(r.dones, 1);
	assert_int_equal(r.done_number, OTHER);
	assert_int_equal(r.p->n_walks, 0);
	walk_rig_free(&r);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	struct pnrp_query q = walk_rig_query(&r);
	q.most = 0;
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), ERR_RANGE);
	q.most = PNRP_RESULTS_MAX + 1;
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), ERR_RANGE);
	q.most = 1;
	q.criteria = (enum pnrp_criteria)3;
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), ERR_RANGE);
	q.criteria = PNRP_MATCH_ANY;
	assert_int_equal(pnrp_set_local(r.p, NULL, 0, r.now), OK);
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), ERR_STATE);
	walk_rig_free(&r);
}

/* PNRP-7.1 */
static void so_many_queries_run_and_no_more(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	walk_rig_know(&r, n);
	r.node[n].dead = true;
	struct pnrp_query q = walk_rig_query(&r);
	uint32_t most = r.p->o.limits.resolves;
	for (uint32_t i = 1; i <= most; i++)
		assert_int_equal(pnrp_resolve(r.p, &q, i, r.now), OK);
	assert_int_equal(pnrp_resolve(r.p, &q, most + 1, r.now), ERR_FULL);
	walk_rig_register(&r);
	assert_int_equal(r.p->n_walks, most + 1); /* upkeep has room of its own */
	walk_rig_run(&r, 60);
	assert_int_equal(r.dones, most);
	walk_rig_free(&r);
}

/* PNRP-7.6 */
static void who_knows_nobody_waits_for_a_first_node(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_publisher(&r, 1);
	struct pnrp_query q = walk_rig_query(&r);
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), OK);
	walk_rig_run(&r, 1);
	assert_int_equal(r.alone, 1);
	assert_int_equal(r.dones, 0);
	walk_rig_know(&r, n);
	walk_rig_run(&r, 0);
	assert_int_equal(r.dones, 1);
	assert_int_equal(r.err, OK);
	walk_rig_free(&r);
}

static void who_has_it_itself_waits_for_nobody(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_register(&r);
	struct pnrp_query q = walk_rig_query(&r);
	q.local = true;
	q.most = 4;
	assert_int_equal(pnrp_resolve(r.p, &q, 7, r.now), OK);
	walk_rig_run(&r, 0);
	assert_int_equal(r.results, 1);
	assert_int_equal(r.dones, 1);
	assert_int_equal(r.err, OK);
	walk_rig_free(&r);
}

static void and_not_for_ever(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	struct pnrp_query q = walk_rig_query(&r);
	walk_rig_resolve(&r, &q);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	assert_int_equal(r.elapsed, 2 * MONO_SEC);
	walk_rig_free(&r);
}

/* ---- followed */

/* PNRP-7.23 */
static void each_step_is_told_to_who_follows(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t way = walk_rig_node(&r, 5);
	for (uint8_t i = 0; i < 5; i++)
		walk_rig_node(&r, 30u + i);
	uint8_t good = walk_rig_publisher(&r, 1);
	r.node[11].dead = true;
	r.node[12].gone = true;
	r.node[13].flags = PNRP_AUTHORITY_LEAF;
	r.node[14].flags = PNRP_AUTHORITY_BUSY;
	assert_int_equal(good, 16);
	walk_rig_refers(&r, 10, "15 16");
	walk_rig_refers(&r, 15, "0");
	for (uint8_t i = 10; i < 15; i++)
		walk_rig_know(&r, i);
	struct pnrp_query q = walk_rig_query(&r);
	q.trace = true;
	walk_rig_resolve(&r, &q);
	static const enum pnrp_step steps[] = { PNRP_STEP_BUSY,	    PNRP_STEP_LEAF,
						PNRP_STEP_GONE,	    PNRP_STEP_SILENT,
						PNRP_STEP_REFERRAL, PNRP_STEP_USELESS,
						PNRP_STEP_REFERRAL, PNRP_STEP_NOTHING,
						PNRP_STEP_FOUND };
	assert_log(&r, "L14 L13 L12 L11 L10 L15 L10 L16 I16");
	assert_int_equal(r.hops, 9);
	for (int i = 0; i < 9; i++)
		assert_int_equal(r.hop[i].step, steps[i]);
	assert_int_equal(r.hop[0].common, 33);
	assert_int_equal(r.hop[3].elapsed, 2 * MONO_SEC);
	assert_int_equal(r.hop[4].elapsed, 0);
	assert_true(pnrp_id_eq(&r.hop[4].referral, &r.node[15].id));
	assert_true(pnrp_endpoint_eq(&r.hop[4].node, &r.node[way].at));
	assert_true(pnrp_id_eq(&r.hop[4].id, &r.node[way].id));
	assert_false(r.hop[7].inquire);
	assert_true(r.hop[8].inquire);
	walk_rig_free(&r);
}

/* ---- memory */

static void run_short_of_memory(struct walk_rig *r, uint8_t node)
{
	struct pnrp_query q = walk_rig_query(r);
	q.trace = q.want_payload = q.local = true;
	q.most = 2;
	enum err e = pnrp_resolve(r->p, &q, 7, r->now);
	if (e != OK) {
		assert_int_equal(e, ERR_NOMEM);
		assert_true(r->f.failed);
		assert_int_equal(r->p->n_walks, 0);
		return;
	}
	walk_rig_run(r, 300);
	(void)node;
	assert_int_equal(r->dones, 1); /* it is never lost */
	assert_int_equal(r->p->n_walks, 0);
	if (!r->f.failed) {
		assert_int_equal(r->err, OK);
		assert_int_equal(r->results, 2);
	}
}

static void memory_may_be_refused_at_every_step(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct walk_rig r;
		walk_rig_init(&r);
		uint8_t way = walk_rig_node(&r, 5), a = walk_rig_publisher(&r, 1);
		walk_rig_publisher(&r, 2);
		walk_rig_refers(&r, way, "1");
		walk_rig_refers(&r, a, "2");
		r.node[a].payload = true;
		walk_rig_know(&r, way);
		failing_env_fail_at(&r.f, n);
		run_short_of_memory(&r, way);
		failed = r.f.failed;
		r.f.fail_at = 0;
		walk_rig_free(&r);
		assert_true(n < 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_publishers_are_found_from_one_to_the_next),
		cmocka_unit_test(one_publisher_is_one_result_however_many_are_wanted),
		cmocka_unit_test(both_ends_of_a_name_are_looked_at),
		cmocka_unit_test(a_walk_in_which_somebody_was_silent_is_begun_afresh),
		cmocka_unit_test(what_was_found_is_not_found_again),
		cmocka_unit_test(the_nearest_registration_is_the_result_where_that_is_wanted),
		cmocka_unit_test(nearest_64_stops_at_the_first_with_the_prefix),
		cmocka_unit_test(a_registration_elsewhere_will_do_at_the_end),
		cmocka_unit_test(a_prefix_may_be_given),
		cmocka_unit_test(a_payload_is_asked_for_after_an_exchange),
		cmocka_unit_test(a_payload_that_nobody_wants_is_only_told_of),
		cmocka_unit_test(a_payload_that_is_not_given_costs_only_itself),
		cmocka_unit_test(a_payload_that_is_wrong_is_refused),
		cmocka_unit_test(our_own_registration_comes_first),
		cmocka_unit_test(our_own_registration_counts_only_when_asked),
		cmocka_unit_test(others_follow_our_own),
		cmocka_unit_test(our_own_may_be_the_nearest),
		cmocka_unit_test(a_deadline_ends_a_query_at_once),
		cmocka_unit_test(a_query_whose_network_goes_says_so),
		cmocka_unit_test(what_was_found_before_the_deadline_is_good),
		cmocka_unit_test(a_query_that_is_cancelled_says_nothing_more),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(so_many_queries_run_and_no_more),
		cmocka_unit_test(who_knows_nobody_waits_for_a_first_node),
		cmocka_unit_test(who_has_it_itself_waits_for_nobody),
		cmocka_unit_test(and_not_for_ever),
		cmocka_unit_test(each_step_is_told_to_who_follows),
		cmocka_unit_test(memory_may_be_refused_at_every_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
