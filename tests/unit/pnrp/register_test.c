/* PNRP-8.1 to PNRP-8.7: names come, change, move and go. */
#include "walk_rig.h"

static const struct pnrp_own *own(const struct walk_rig *r)
{
	assert_false(list_empty(&r->p->own));
	return LIST_ENTRY(r->p->own.next, struct pnrp_own, in);
}

static struct pnrp_registration registration(const struct walk_rig *r)
{
	struct pnrp_registration reg = { .name = r->name, .key = r->key, .n_apps = 1 };
	reg.app[0] = (struct pnrp_app){ .port = 80, .protocol = 6 };
	return reg;
}

/* ---- coming */

/* PNRP-8.5 */
static void a_registration_walks_to_the_id_after_its_own(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_crowd(&r);
	uint8_t near = walk_rig_node(&r, 60);
	walk_rig_know(&r, near);
	walk_rig_register(&r);
	walk_rig_run(&r, 0);
	const struct pnrp_id id = own(&r)->id, next = pnrp_id_next(&id);
	const struct pnrp_lookup *l = &r.lookup[0];
	assert_true(r.lookups > 0);
	assert_true(pnrp_id_eq(&l->target, &next));
	assert_true(pnrp_id_eq(&l->validate, &r.node[near].id));
	assert_int_equal(l->criteria, PNRP_MATCH_NONE);
	assert_int_equal(l->reason, PNRP_REASON_REGISTRATION);
	assert_true(l->has_best);
	assert_true(pnrp_id_eq(&l->best.id, &id));
	assert_int_equal(l->best.n, 1);
	assert_memory_equal(l->best.ip[0], r.p->local[0].ip, 16);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 1);
	assert_true(own(&r)->announced);
	walk_rig_free(&r);
}

/* PNRP-8.1 */
static void an_id_is_the_names_with_our_prefix_and_chance(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint32_t first = walk_rig_register(&r);
	struct pnrp_id a = own(&r)->id;
	assert_true(pnrp_id_has_p2p(&a, &r.p2p));
	assert_int_equal(a.w[2], UINT64_C(0xfe80000000000000));
	assert_int_equal(pnrp_unregister(r.p, first, r.now), OK);
	uint32_t second = walk_rig_register(&r);
	struct pnrp_id b = own(&r)->id;
	assert_int_not_equal(second, first); /* never used again */
	assert_int_equal(b.w[2], a.w[2]);
	assert_int_not_equal(b.w[3], a.w[3]);
	walk_rig_free(&r);
}

static void a_prefix_may_be_given(void **state)
{
	(void)state;
	struct walk_rig r;
	uint32_t handle;
	walk_rig_init(&r);
	struct pnrp_registration reg = registration(&r);
	reg.has_prefix = true;
	memset(reg.prefix, 0x5a, 8);
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), OK);
	assert_int_equal(own(&r)->id.w[2], UINT64_C(0x5a5a5a5a5a5a5a5a));
	walk_rig_free(&r);
}

static void who_is_alone_registers_and_tells_the_first_it_meets(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_register(&r);
	walk_rig_run(&r, 1);
	assert_int_equal(r.lookups, 0);
	assert_int_equal(r.alone, 1); /* whoever finds first nodes need not wait for the tick */
	assert_false(own(&r)->announced);
	walk_rig_know(&r, walk_rig_node(&r, 3));
	walk_rig_run(&r, 1);
	assert_true(r.lookups > 0);
	assert_true(own(&r)->announced);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 1);
	walk_rig_free(&r);
}

static void nodes_that_do_not_answer_are_no_announcement(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_node(&r, 3);
	r.node[n].dead = true;
	walk_rig_know(&r, n);
	walk_rig_register(&r);
	walk_rig_run(&r, 10);
	assert_false(own(&r)->announced);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 0);
	r.node[n].dead = false;
	walk_rig_know(&r, n);
	r.p->maintenance = r.now; /* each tick tries again */
	walk_rig_run(&r, 10);
	assert_true(own(&r)->announced);
	walk_rig_free(&r);
}

static void a_few_names_are_announced_at_once(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_node(&r, 3);
	walk_rig_know(&r, n);
	for (int i = 0; i < 12; i++) {
		char name[24], words[64];
		struct text t = TEXT_OF(name), why = TEXT_OF(words);
		struct pnrp_registration reg = registration(&r);
		uint32_t handle;
		text_str(&t, "0.n");
		text_u64(&t, (uint64_t)i);
		assert_int_equal(pnrp_name_parse(span_str(name), &reg.name, &why), OK);
		assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), OK);
	}
	assert_int_equal(r.p->n_walks, 8);
	walk_rig_run(&r, 1);
	assert_int_equal(r.p->n_walks, 0);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 12);
	walk_rig_free(&r);
}

/* PNRP-8.4 */
/* What no proof could hold: a name like that would answer nobody. */
static void unprovable(struct walk_rig *r, const struct pnrp_registration *good)
{
	static uint8_t text[PNRP_PAYLOAD_MAX];
	uint32_t handle;
	struct pnrp_registration bad = *good;
	memset(text, 'x', sizeof(text));
	bad.payload_type = PNRP_PAYLOAD_STRING;
	bad.payload = span_of(text, sizeof(text));
	assert_int_equal(pnrp_register(r->p, &bad, &handle, r->now), ERR_RANGE);
	bad.payload = span_str("no \xff text");
	assert_int_equal(pnrp_register(r->p, &bad, &handle, r->now), ERR_RANGE);
	bad.payload_type = (enum pnrp_payload_type)7;
	assert_int_equal(pnrp_register(r->p, &bad, &handle, r->now), ERR_RANGE);
	bad = *good;
	bad.comment_n = PNRP_COMMENT_UNITS + 1;
	memset(bad.comment, 'c', bad.comment_n);
	assert_int_equal(pnrp_register(r->p, &bad, &handle, r->now), ERR_RANGE);
	memset(bad.comment, 0xc3, bad.comment_n);
	bad.comment_n = 3;
	assert_int_equal(pnrp_register(r->p, &bad, &handle, r->now), ERR_RANGE);
}

static void what_may_not_be_registered_is_refused(void **state)
{
	(void)state;
	struct walk_rig r;
	uint32_t handle;
	char words[64];
	struct text why = TEXT_OF(words);
	walk_rig_init(&r);
	struct pnrp_registration reg = registration(&r), bad = reg;
	bad.key = NULL;
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	bad = reg;
	bad.n_apps = 0;
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	bad.payload_type = PNRP_PAYLOAD_BINARY;
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	bad = reg;
	bad.n_apps = PNRP_ENDPOINTS_MAX + 1;
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	bad = reg;
	bad.name.classifier_n = 0;
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	struct span other = span_str("4562b4628ac54782dda52789038476237e7c7263.x");
	assert_int_equal(pnrp_name_parse(other, &bad.name, &why), OK);
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	bad.chain = span_str("no chain");
	assert_int_equal(pnrp_register(r.p, &bad, &handle, r.now), ERR_RANGE);
	unprovable(&r, &reg);
	assert_true(list_empty(&r.p->own));
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), OK);
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), ERR_EXISTS);
	assert_int_equal(pnrp_set_local(r.p, NULL, 0, r.now), OK);
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), ERR_STATE);
	walk_rig_free(&r);
}

static void names_have_a_limit(void **state)
{
	(void)state;
	struct walk_rig r;
	uint32_t handle;
	walk_rig_init(&r);
	r.p->o.limits.names = 1;
	walk_rig_register(&r);
	struct pnrp_registration reg = registration(&r);
	reg.name.classifier[0] = 'x';
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), ERR_FULL);
	walk_rig_free(&r);
}

static void a_secure_name_is_its_keys(void **state)
{
	(void)state;
	struct walk_rig r;
	uint32_t handle;
	uint8_t octets[PNRP_CPA_MAX];
	size_t n;
	struct pnrp_cpa cpa;
	walk_rig_init(&r);
	struct pnrp_registration reg = registration(&r);
	reg.name.secure = true;
	reg.name.classifier_n = 0;
	crypto_authority(r.crypto, r.profile->crypto, crypto_key_public(r.key), reg.name.authority);
	assert_int_equal(pnrp_register(r.p, &reg, &handle, r.now), OK);
	assert_int_equal(pnrp_own_cpa(r.p, own(&r), NULL, false, octets, sizeof(octets), &n, r.now),
			 OK);
	assert_int_equal(pnrp_cpa_decode(r.profile, span_of(octets, n), &cpa), OK);
	assert_true(cpa.has_authority);
	assert_false(cpa.has_classifier);
	struct pnrp_id id = pnrp_cpa_id(r.crypto, r.profile, &cpa);
	assert_true(pnrp_id_eq(&id, &own(&r)->id));
	walk_rig_free(&r);
}

/* ---- proofs */

static struct pnrp_cpa proof(struct walk_rig *r, const uint8_t *nonce, bool revoke)
{
	static uint8_t octets[PNRP_CPA_MAX];
	size_t n;
	struct pnrp_cpa cpa;
	assert_int_equal(
		pnrp_own_cpa(r->p, own(r), nonce, revoke, octets, sizeof(octets), &n, r->now), OK);
	assert_int_equal(pnrp_cpa_decode(r->profile, span_of(octets, n), &cpa), OK);
	return cpa;
}

/* PNRP-8.2, PNRP-8.3 */
static void a_proof_says_where_and_until_when(void **state)
{
	(void)state;
	struct walk_rig r;
	const uint8_t nonce[PNRP_NONCE] = { 1, 2, 3 }, zeros[PNRP_NONCE] = { 0 };
	walk_rig_init(&r);
	walk_rig_register(&r);
	struct pnrp_cpa c = proof(&r, nonce, false);
	int64_t wall = pnrp_wall_now(r.p, r.now);
	assert_false(c.revoke);
	assert_memory_equal(c.nonce, nonce, sizeof(nonce));
	assert_int_equal(c.n_nodes, 1);
	assert_true(pnrp_endpoint_eq(&c.node[0], &r.p->local[0]));
	assert_int_equal(c.n_apps, 1);
	assert_int_equal(c.not_after, wall + MONO_DAY);
	c = proof(&r, NULL, true);
	assert_true(c.revoke);
	assert_memory_equal(c.nonce, zeros, sizeof(zeros));
	assert_int_equal(c.n_nodes, 0);
	assert_int_equal(c.n_apps, 0);
	assert_int_equal(c.comment_n, 0);
	assert_int_equal(c.not_after, wall + MONO_DAY / 2);
	struct pnrp_id id = pnrp_cpa_id(r.crypto, r.profile, &c);
	assert_true(pnrp_id_eq(&id, &own(&r)->id));
	walk_rig_free(&r);
}

/* PNRP-8.6 */
static void an_update_is_in_the_next_proof(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint32_t handle = walk_rig_register(&r);
	struct pnrp_id id = own(&r)->id;
	struct pnrp_registration reg = registration(&r);
	reg.app[0].port = 8080;
	reg.comment_n = 5;
	memcpy(reg.comment, "hello", 5);
	reg.payload_type = PNRP_PAYLOAD_BINARY;
	reg.payload = span_str("octets");
	assert_int_equal(pnrp_update(r.p, handle, &reg, r.now), OK);
	struct pnrp_cpa c = proof(&r, NULL, false);
	assert_int_equal(c.app[0].port, 8080);
	assert_int_equal(c.comment_n, 5);
	assert_true(c.has_payload);
	assert_true(pnrp_id_eq(&own(&r)->id, &id));
	assert_true(span_eq(own(&r)->r.payload, span_str("octets")));
	assert_true(own(&r)->r.payload.p != reg.payload.p);
	reg.name.classifier[0] = 'x';
	assert_int_equal(pnrp_update(r.p, handle, &reg, r.now), ERR_RANGE);
	assert_int_equal(pnrp_update(r.p, handle + 1, &reg, r.now), ERR_NOT_FOUND);
	walk_rig_free(&r);
}

/* ---- moving and going */

static void new_addresses_are_announced(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_know(&r, walk_rig_node(&r, 3));
	walk_rig_register(&r);
	walk_rig_run(&r, 1);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 1);
	uint32_t before = r.lookups;
	struct pnrp_id id = own(&r)->id;
	struct pnrp_endpoint moved = r.p->local[0];
	moved.ip[15] = 2;
	assert_int_equal(pnrp_set_local(r.p, &moved, 1, r.now), OK);
	walk_rig_run(&r, 1);
	assert_true(r.lookups > before);
	assert_memory_equal(r.lookup[before].best.ip[0], moved.ip, 16);
	assert_true(pnrp_id_eq(&own(&r)->id, &id));
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 2);
	walk_rig_free(&r);
}

/* PNRP-8.7 */
static void what_is_unregistered_is_not_there_from_that_moment(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	for (uint8_t i = 1; i <= 3; i++)
		walk_rig_know(&r, walk_rig_publisher(&r, i));
	uint32_t handle = walk_rig_register(&r);
	walk_rig_run(&r, 1);
	assert_int_equal(own(&r)->leaves.n_above, 3);
	struct pnrp_id id = own(&r)->id;
	r.log[0] = 0;
	assert_int_equal(pnrp_unregister(r.p, handle, r.now), OK);
	assert_null(pnrp_own_find(r.p, &id));
	assert_true(pnrp_busy(r.p));
	assert_int_equal(pnrp_unregister(r.p, handle, r.now), ERR_NOT_FOUND);
	walk_rig_run(&r, 1);
	assert_false(pnrp_busy(r.p));
	assert_true(list_empty(&r.p->own));
	assert_int_equal(r.p->n_own, 0);
	assert_non_null(strchr(r.log, 'F'));
	walk_rig_free(&r);
}

static void neighbours_that_do_not_hear_do_not_hold_us(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	for (uint8_t i = 1; i <= 3; i++)
		walk_rig_know(&r, walk_rig_publisher(&r, i));
	walk_rig_register(&r);
	walk_rig_run(&r, 1);
	for (uint8_t i = 0; i < 3; i++)
		r.node[i].dead = true;
	pnrp_leave(r.p, r.now);
	walk_rig_run_us(&r, 1999 * MONO_MS);
	assert_true(pnrp_busy(r.p));
	walk_rig_run_us(&r, 2 * MONO_MS);
	assert_false(pnrp_busy(r.p));
	walk_rig_free(&r);
}

static void who_knows_nobody_leaves_at_once(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	walk_rig_register(&r);
	pnrp_leave(r.p, r.now);
	assert_false(pnrp_busy(r.p));
	assert_int_equal(r.p->n_own, 0);
	walk_rig_free(&r);
}

static void its_walk_ends_with_a_registration(void **state)
{
	(void)state;
	struct walk_rig r;
	walk_rig_init(&r);
	uint8_t n = walk_rig_node(&r, 3);
	r.node[n].dead = true;
	walk_rig_know(&r, n);
	uint32_t handle = walk_rig_register(&r);
	assert_int_equal(r.p->n_walks, 1);
	assert_int_equal(pnrp_unregister(r.p, handle, r.now), OK);
	assert_int_equal(r.p->n_walks, 0);
	walk_rig_run(&r, 10);
	assert_int_equal(r.events[PNRP_EVENT_REGISTERED], 0);
	walk_rig_free(&r);
}

/* ---- memory */

static void memory_may_be_refused_at_every_step(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct walk_rig r;
		uint32_t handle;
		walk_rig_init(&r);
		for (uint8_t i = 1; i <= 3; i++)
			walk_rig_know(&r, walk_rig_publisher(&r, i));
		walk_rig_run(&r, 1);
		struct pnrp_registration reg = registration(&r);
		reg.payload_type = PNRP_PAYLOAD_BINARY;
		reg.payload = span_str("octets");
		failing_env_fail_at(&r.f, n);
		enum err e = pnrp_register(r.p, &reg, &handle, r.now);
		assert_true(e == OK || (e == ERR_NOMEM && r.f.failed));
		walk_rig_run(&r, 5);
		if (e == OK) {
			enum err u = pnrp_update(r.p, handle, &reg, r.now);
			assert_true(u == OK || (u == ERR_NOMEM && r.f.failed));
			assert_int_equal(pnrp_unregister(r.p, handle, r.now), OK);
		}
		walk_rig_run(&r, 5);
		assert_false(pnrp_busy(r.p));
		failed = r.f.failed;
		r.f.fail_at = 0;
		walk_rig_free(&r);
		assert_true(n < 400);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_registration_walks_to_the_id_after_its_own),
		cmocka_unit_test(an_id_is_the_names_with_our_prefix_and_chance),
		cmocka_unit_test(a_prefix_may_be_given),
		cmocka_unit_test(who_is_alone_registers_and_tells_the_first_it_meets),
		cmocka_unit_test(nodes_that_do_not_answer_are_no_announcement),
		cmocka_unit_test(a_few_names_are_announced_at_once),
		cmocka_unit_test(what_may_not_be_registered_is_refused),
		cmocka_unit_test(names_have_a_limit),
		cmocka_unit_test(a_secure_name_is_its_keys),
		cmocka_unit_test(a_proof_says_where_and_until_when),
		cmocka_unit_test(an_update_is_in_the_next_proof),
		cmocka_unit_test(new_addresses_are_announced),
		cmocka_unit_test(what_is_unregistered_is_not_there_from_that_moment),
		cmocka_unit_test(neighbours_that_do_not_hear_do_not_hold_us),
		cmocka_unit_test(who_knows_nobody_leaves_at_once),
		cmocka_unit_test(its_walk_ends_with_a_registration),
		cmocka_unit_test(memory_may_be_refused_at_every_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
