/* A35: a walk stands against nodes that lie, alone and as a fifth of a cloud. */
#include "rig.h"
#include "walk_rig.h"

/* ---- alone, as the test says */

static void resolve(struct walk_rig *r)
{
	struct pnrp_query q = walk_rig_query(r);
	walk_rig_resolve(r, &q);
}

/* Nodes with IDs of the name itself, which name each other and can prove nothing. */
static void an_eclipse_is_walked_round(void **state)
{
	(void)state;
	static const enum proof kinds[] = { PROOF_NONE, PROOF_FORGED, PROOF_STALE };
	for (size_t k = 0; k < 3; k++) {
		struct walk_rig r;
		walk_rig_init(&r);
		walk_rig_crowd(&r);
		uint8_t good = walk_rig_publisher(&r, 1);
		for (uint8_t i = 0; i < 5; i++) {
			uint8_t liar = walk_rig_publisher(&r, (uint8_t)(0x80 + i));
			r.node[liar].location[8] = 0x7f; /* nearer than the true one */
			r.node[liar].id = pnrp_id_of(&r.p2p, r.node[liar].location);
			r.node[liar].proof = kinds[k];
		}
		walk_rig_refers(&r, 11, "12");
		walk_rig_refers(&r, 12, "13");
		walk_rig_refers(&r, 13, "14");
		walk_rig_refers(&r, 14, "15");
		uint8_t way = walk_rig_node(&r, 20);
		walk_rig_refers(&r, way, "10");
		walk_rig_know(&r, 11);
		walk_rig_know(&r, way);
		resolve(&r);
		assert_int_equal(r.err, OK);
		assert_true(pnrp_id_eq(&r.result[0].id, &r.node[good].id));
		walk_rig_free(&r);
	}
}

/* Three times two seconds, and the walk is past it. */
static void a_node_that_names_the_dead_costs_six_seconds(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	uint8_t liar = walk_rig_node(&r, 50), way = walk_rig_node(&r, 20);
	for (uint8_t i = 0; i < 5; i++) {
		uint8_t dead = walk_rig_node(&r, 60u + i);
		r.node[dead].dead = true;
	}
	walk_rig_refers(&r, liar, "13 14 15 16 17");
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, liar);
	walk_rig_know(&r, way);
	resolve(&r);
	assert_log(&r, "L11 L13 L11 L14 L11 L15 L12 L10 I10");
	assert_int_equal(r.err, OK);
	assert_int_equal(r.elapsed, 6 * MONO_SEC);
	walk_rig_free(&r);
}

/* Four that always answer L are not enough to end it. */
static void some_suspicion_is_no_end(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	walk_rig_publisher(&r, 1);
	for (uint8_t i = 0; i < 4; i++) {
		uint8_t liar = walk_rig_node(&r, 50u + i);
		r.node[liar].flags = PNRP_AUTHORITY_LEAF;
		walk_rig_know(&r, liar);
	}
	uint8_t way = walk_rig_node(&r, 20);
	walk_rig_refers(&r, way, "10");
	walk_rig_know(&r, way);
	resolve(&r);
	assert_log(&r, "L14 L13 L12 L11 L15 L10 I10");
	walk_rig_free(&r);
}

/* ---- a fifth of a cloud */

static struct pnrp_id fake_near(struct rig *r, const struct pnrp_id *target)
{
	struct pnrp_id id = *target;
	id.w[3] ^= env_random_u64(&r->f.env);
	id.w[2] ^= env_random_u64(&r->f.env) >> 32;
	return id;
}

static bool refer_to_self(struct rig *r, size_t i, const struct pnrp_lookup *l,
			  struct pnrp_buffer *b)
{
	struct pnrp_id id = rig_id(r, i);
	(void)l;
	b->has_route = true;
	b->route = rig_route(&id, &r->node[i]->at);
	return true;
}

static bool refer_to_dead(struct rig *r, size_t i, const struct pnrp_lookup *l,
			  struct pnrp_buffer *b)
{
	struct pnrp_endpoint nobody = rig_at(r, 2000 + env_random_below(&r->f.env, 1000));
	struct pnrp_id id = fake_near(r, &l->target);
	(void)i;
	b->has_route = true;
	b->route = rig_route(&id, &nobody);
	return true;
}

static bool always_leaf(struct rig *r, size_t i, const struct pnrp_lookup *l, struct pnrp_buffer *b)
{
	(void)r;
	(void)i;
	(void)l;
	b->flags = PNRP_AUTHORITY_LEAF;
	return true;
}

/* All liars of the cloud name each other, under IDs of whatever is looked for. */
static bool eclipse(struct rig *r, size_t i, const struct pnrp_lookup *l, struct pnrp_buffer *b)
{
	size_t other = (i + 5) % r->n;
	struct pnrp_id id = fake_near(r, &l->target);
	b->has_route = true;
	b->route = rig_route(&id, &r->node[other]->at);
	return true;
}

/* Of a thousand resolves, by honest nodes of honest nodes' names, those that succeed. */
static uint32_t success(rig_lie *kind)
{
	struct rig r;
	uint32_t good = 0, all = 0;
	rig_init(&r, CRYPTO_MODERN);
	rig_cloud(&r, 60);
	rig_run(&r, 10 * MONO_SEC);
	r.lie = kind;
	for (size_t i = 0; i < r.n; i += 5)
		r.node[i]->lies = true;
	for (size_t i = 1; i < r.n; i++) {
		for (size_t step = 7; step < 30 && i % 5; step += 7) {
			char name[24];
			struct text t = TEXT_OF(name);
			size_t j = (i + step) % r.n;
			if (j % 5 == 0)
				continue;
			text_str(&t, "0.n");
			text_u64(&t, j);
			good += rig_resolve(&r, i, name) == OK;
			all++;
		}
	}
	rig_fini(&r);
	assert_true(all > 100);
	return good * 1000 / all;
}

static void a_fifth_that_names_itself(void **state)
{
	(void)state;
	assert_true(success(refer_to_self) >= 995);
}

static void a_fifth_that_names_the_dead(void **state)
{
	(void)state;
	assert_true(success(refer_to_dead) >= 995);
}

static void a_fifth_that_claims_there_is_nothing(void **state)
{
	(void)state;
	assert_true(success(always_leaf) >= 995);
}

static void a_fifth_that_eclipses(void **state)
{
	(void)state;
	assert_true(success(eclipse) >= 990);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_eclipse_is_walked_round),
		cmocka_unit_test(a_node_that_names_the_dead_costs_six_seconds),
		cmocka_unit_test(some_suspicion_is_no_end),
		cmocka_unit_test(a_fifth_that_names_itself),
		cmocka_unit_test(a_fifth_that_names_the_dead),
		cmocka_unit_test(a_fifth_that_claims_there_is_nothing),
		cmocka_unit_test(a_fifth_that_eclipses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
