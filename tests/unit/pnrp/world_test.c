/* Whole clouds of real nodes: everybody knows the true neighbours, every name resolves,
 * and what changes is known soon after. */
#include "rig.h"

#include "pnrp/walk_int.h"

/* ---- what is true */

static struct pnrp_own *own(const struct rig *r, size_t i)
{
	return LIST_ENTRY(r->node[i]->p->own.next, struct pnrp_own, in);
}

static bool is_live(const struct rig *r, size_t i)
{
	return r->node[i]->p && !list_empty(&r->node[i]->p->own);
}

/* The ID next to `from` going that way, but for those within `past` of i's own. */
static bool nearest(const struct rig *r, size_t i, bool up, struct pnrp_id *past,
		    struct pnrp_id *out)
{
	struct pnrp_id best = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	const struct pnrp_id *self = &own(r, i)->id;
	bool any = false;
	for (size_t j = 0; j < r->n; j++) {
		if (j == i || !is_live(r, j))
			continue;
		LIST_EACH(at, next, &r->node[j]->p->own)
		{
			const struct pnrp_id *id = &LIST_ENTRY(at, struct pnrp_own, in)->id;
			struct pnrp_id away = up ? pnrp_id_up(self, id) : pnrp_id_up(id, self);
			if (pnrp_id_cmp(&away, past) <= 0 || pnrp_id_cmp(&away, &best) >= 0)
				continue;
			best = away;
			*out = *id;
			any = true;
		}
	}
	*past = best;
	return any;
}

/* Members that should be there and are not, or stand in another's place. */
static size_t wrong_on(const struct rig *r, size_t i, bool up)
{
	const struct pnrp_leafset *l = &own(r, i)->leaves;
	struct pnrp_id past = { { 0 } }, id;
	size_t wrong = 0, n = up ? l->n_above : l->n_below;
	for (size_t k = 0; k < PNRP_LEAVES && nearest(r, i, up, &past, &id); k++) {
		const struct pnrp_entry *e = up ? l->above[k] : l->below[k];
		wrong += k >= n || !pnrp_id_eq(&e->id, &id);
	}
	return wrong;
}

static size_t wrong_neighbours(const struct rig *r)
{
	size_t wrong = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (is_live(r, i))
			wrong += wrong_on(r, i, true) + wrong_on(r, i, false);
	}
	return wrong;
}

static void name_of(char *out, size_t size, size_t i)
{
	struct text t = text_of(out, size);
	text_str(&t, "0.n");
	text_u64(&t, i);
}

/* Resolves from i the name of j; LOOKUPs that it took. */
static uint32_t found(struct rig *r, size_t i, size_t j)
{
	char name[24];
	name_of(name, sizeof(name), j);
	assert_int_equal(rig_resolve(r, i, name), OK);
	assert_true(pnrp_endpoint_eq(&r->node[i]->result.node[0], &r->node[j]->at));
	return r->node[i]->asked;
}

/* ---- clouds of a size */

static void settled_cloud(struct rig *r, size_t n)
{
	rig_init(r, CRYPTO_MODERN);
	rig_cloud(r, n);
	rig_run(r, 10 * MONO_SEC);
}

static void every_name_resolves(size_t n, uint32_t most_in_ten)
{
	struct rig r;
	uint32_t asked = 0, resolves = 0;
	settled_cloud(&r, n);
	assert_int_equal(wrong_neighbours(&r), 0);
	for (size_t step = 1; step < n && step <= 3; step++) {
		for (size_t i = 0; i < n; i++, resolves++)
			asked += found(&r, i,
				       (i + step * (n / 3 + 1)) % n == i
					       ? (i + 1) % n
					       : (i + step * (n / 3 + 1)) % n);
	}
	assert_true(asked * 10 <= resolves * most_in_ten);
	for (size_t i = 0; i < n; i += 1 + n / 10)
		assert_int_equal(rig_resolve(&r, i, "0.nobody"), ERR_NOT_FOUND);
	assert_true(r.largest <= PNRP_DATAGRAM_MAX);
	rig_fini(&r);
}

static void a_cloud_of_one(void **state)
{
	(void)state;
	struct rig r;
	settled_cloud(&r, 1);
	assert_int_equal(wrong_neighbours(&r), 0);
	assert_int_equal(rig_resolve(&r, 0, "0.n0"), OK);
	assert_true(r.node[0]->result.local);
	assert_int_equal(rig_resolve(&r, 0, "0.nobody"), ERR_NOT_FOUND);
	rig_fini(&r);
}

static void clouds_of_two_and_three(void **state)
{
	(void)state;
	every_name_resolves(2, 10);
	every_name_resolves(3, 10);
}

static void a_cloud_of_ten(void **state)
{
	(void)state;
	every_name_resolves(10, 12);
}

/* The digest's own: 1.2 LOOKUPs in the mean at 30, 2.1 at 300. */
static void a_cloud_of_thirty(void **state)
{
	(void)state;
	every_name_resolves(30, 16);
}

static void a_cloud_of_a_hundred(void **state)
{
	(void)state;
	every_name_resolves(100, 23);
}

/* ---- what changes */

/* Resolves from i; the address of the node that holds it, or the error. */
static enum err holder(struct rig *r, size_t i, const char *name, struct pnrp_endpoint *out)
{
	enum err e = rig_resolve(r, i, name);
	if (e == OK)
		*out = r->node[i]->result.node[0];
	return e;
}

static void a_name_that_moves_is_found_where_it_is(void **state)
{
	(void)state;
	struct rig r;
	struct pnrp_endpoint at;
	settled_cloud(&r, 20);
	uint32_t handle = rig_publish(&r, 3, "0.moving");
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(holder(&r, 17, "0.moving", &at), OK);
	assert_true(pnrp_endpoint_eq(&at, &r.node[3]->at));
	assert_int_equal(pnrp_unregister(r.node[3]->p, handle, r.now), OK);
	rig_publish(&r, 11, "0.moving");
	rig_run(&r, 5 * MONO_SEC);
	assert_false(pnrp_busy(r.node[3]->p));
	for (size_t i = 0; i < r.n; i++) {
		if (i == 11)
			continue;
		assert_int_equal(holder(&r, i, "0.moving", &at), OK);
		assert_true(pnrp_endpoint_eq(&at, &r.node[11]->at));
	}
	rig_fini(&r);
}

static bool anybody_caches(const struct rig *r, const struct pnrp_id *id)
{
	for (size_t i = 0; i < r->n; i++) {
		struct pnrp_own *o = r->node[i]->p ? own(r, i) : NULL;
		for (size_t k = 0; o && k < PNRP_LEAVES; k++) {
			bool above =
				k < o->leaves.n_above && pnrp_id_eq(&o->leaves.above[k]->id, id);
			bool below =
				k < o->leaves.n_below && pnrp_id_eq(&o->leaves.below[k]->id, id);
			if (above || below)
				return true;
		}
	}
	return false;
}

static void an_unregistered_name_vanishes(void **state)
{
	(void)state;
	struct rig r;
	settled_cloud(&r, 30);
	uint32_t handle = rig_publish(&r, 3, "0.short-lived");
	rig_run(&r, 3 * MONO_SEC);
	struct pnrp_id id = LIST_ENTRY(r.node[3]->p->own.prev, struct pnrp_own, in)->id;
	assert_true(anybody_caches(&r, &id));
	assert_int_equal(pnrp_unregister(r.node[3]->p, handle, r.now), OK);
	rig_drain(&r);
	rig_run(&r, 5 * MONO_SEC);
	assert_false(anybody_caches(&r, &id));
	for (size_t i = 0; i < r.n; i += 4)
		assert_int_equal(rig_resolve(&r, i, "0.short-lived"), ERR_NOT_FOUND);
	assert_int_equal(wrong_neighbours(&r), 0);
	rig_fini(&r);
}

static void nodes_that_die_are_forgotten(void **state)
{
	(void)state;
	struct rig r;
	settled_cloud(&r, 40);
	for (size_t i = 5; i < 40; i += 7)
		rig_kill(&r, i);
	for (size_t i = 0; i < r.n; i += 3) {
		if (is_live(&r, i) && i != 12)
			assert_int_equal(rig_resolve(&r, i, "0.n13"), OK);
	}
	rig_run(&r, 4 * MONO_MIN);
	assert_int_equal(wrong_neighbours(&r), 0);
	assert_int_equal(rig_resolve(&r, 0, "0.n12"), ERR_NOT_FOUND);
	rig_fini(&r);
}

static void a_node_that_gets_another_address_stays_known(void **state)
{
	(void)state;
	struct rig r;
	struct pnrp_endpoint at;
	settled_cloud(&r, 20);
	struct pnrp_id before = rig_id(&r, 7);
	r.node[7]->at = rig_at(&r, 500);
	assert_int_equal(pnrp_set_local(r.node[7]->p, &r.node[7]->at, 1, r.now), OK);
	rig_drain(&r);
	rig_run(&r, 2 * MONO_MIN);
	struct pnrp_id after = rig_id(&r, 7);
	assert_true(pnrp_id_eq(&before, &after));
	for (size_t i = 0; i < r.n; i++) {
		if (i == 7)
			continue;
		assert_int_equal(holder(&r, i, "0.n7", &at), OK);
		assert_true(pnrp_endpoint_eq(&at, &r.node[7]->at));
	}
	assert_int_equal(wrong_neighbours(&r), 0);
	rig_fini(&r);
}

/* ---- several of one name */

static void all_publishers_of_a_name_are_found(void **state)
{
	(void)state;
	struct rig r;
	struct pnrp_query q;
	settled_cloud(&r, 30);
	for (size_t k = 1; k <= 12; k++) {
		rig_publish(&r, 2 * k, "0.shared");
		rig_run(&r, 2 * MONO_SEC);
		for (size_t i = 1; i < r.n; i += 6) {
			struct rig_node *x = r.node[i];
			rig_query("0.shared", &q);
			q.most = (uint32_t)k;
			q.deadline = mono_add(r.now, MONO_MIN);
			x->results = 0;
			assert_int_equal(pnrp_resolve(x->p, &q, 5, r.now), OK);
			rig_drain(&r);
			rig_run(&r, 10 * MONO_SEC);
			assert_int_equal(x->results, k);
		}
	}
	rig_fini(&r);
}

static void a_secure_name_resolves_with_its_payload(void **state)
{
	(void)state;
	static const enum crypto_profile_id profiles[] = { CRYPTO_MODERN, CRYPTO_CLASSIC };
	for (size_t k = 0; k < 2; k++) {
		struct rig r;
		struct pnrp_query q = { .criteria = PNRP_MATCH_ANY, .most = 1 };
		struct pnrp_registration reg;
		uint32_t handle;
		rig_init(&r, profiles[k]);
		rig_cloud(&r, 12);
		rig_registration(&r, "0.vault", &reg);
		reg.name.secure = true;
		crypto_authority(r.crypto, r.o.profile->crypto, crypto_key_public(r.key),
				 reg.name.authority);
		reg.payload_type = PNRP_PAYLOAD_STRING;
		reg.payload = span_str("open sesame");
		assert_int_equal(pnrp_register(r.node[4]->p, &reg, &handle, r.now), OK);
		rig_drain(&r);
		rig_run(&r, 3 * MONO_SEC);
		struct rig_node *x = r.node[9];
		q.name = reg.name;
		q.want_payload = true;
		q.deadline = mono_add(r.now, MONO_MIN);
		assert_int_equal(pnrp_resolve(x->p, &q, 5, r.now), OK);
		rig_drain(&r);
		rig_run(&r, 5 * MONO_SEC);
		assert_int_equal(x->err, OK);
		assert_true(x->result.secure);
		assert_true(pnrp_name_eq(&x->result.name, &reg.name));
		assert_int_equal(x->result.payload.n, 11);
		assert_memory_equal(x->payload, "open sesame", 11);
		rig_fini(&r);
	}
}

/* ---- splits */

static void two_clouds_that_share_a_seed_become_one(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	rig_cloud(&r, 12);
	rig_add_many(&r, 8);
	for (size_t i = 12; i < 20; i++) {
		char name[24];
		name_of(name, sizeof(name), i);
		rig_publish(&r, i, name);
		if (i > 12)
			rig_join(&r, i, i - 1);
		rig_run(&r, MONO_SEC);
	}
	rig_run(&r, 20 * MONO_SEC);
	assert_int_equal(rig_resolve(&r, 2, "0.n15"), ERR_NOT_FOUND);
	assert_int_equal(rig_resolve(&r, 15, "0.n2"), ERR_NOT_FOUND);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(pnrp_set_seeds(r.node[i]->p, &r.node[0]->at, 1), OK);
	rig_run(&r, 10 * MONO_MIN);
	assert_int_equal(wrong_neighbours(&r), 0);
	for (size_t i = 0; i < r.n; i++)
		found(&r, i, (i + 10) % r.n);
	uint32_t told = 0;
	for (size_t i = 0; i < r.n; i++)
		told += r.node[i]->events[PNRP_EVENT_SPLIT];
	assert_true(told > 0);
	rig_fini(&r);
}

static void a_whole_cloud_sees_no_split(void **state)
{
	(void)state;
	struct rig r;
	settled_cloud(&r, 20);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(pnrp_set_seeds(r.node[i]->p, &r.node[0]->at, 1), OK);
	rig_run(&r, 10 * MONO_MIN);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(r.node[i]->events[PNRP_EVENT_SPLIT], 0);
	rig_fini(&r);
}

/* ---- what it costs */

/* PNRP-8.16: a node at rest sends less than two datagrams a second. */
static void an_idle_cloud_is_quiet(void **state)
{
	(void)state;
	struct rig r;
	settled_cloud(&r, 50);
	rig_run(&r, 2 * MONO_MIN);
	uint64_t sent = r.sent, octets = r.octets;
	rig_run(&r, 10 * MONO_MIN);
	sent = (r.sent - sent) / r.n / 600;
	octets = (r.octets - octets) / r.n / 600;
	assert_true(sent < 2);
	assert_true(octets < 300);
	assert_int_equal(wrong_neighbours(&r), 0);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cloud_of_one),
		cmocka_unit_test(clouds_of_two_and_three),
		cmocka_unit_test(a_cloud_of_ten),
		cmocka_unit_test(a_cloud_of_thirty),
		cmocka_unit_test(a_cloud_of_a_hundred),
		cmocka_unit_test(a_name_that_moves_is_found_where_it_is),
		cmocka_unit_test(an_unregistered_name_vanishes),
		cmocka_unit_test(nodes_that_die_are_forgotten),
		cmocka_unit_test(a_node_that_gets_another_address_stays_known),
		cmocka_unit_test(all_publishers_of_a_name_are_found),
		cmocka_unit_test(a_secure_name_resolves_with_its_payload),
		cmocka_unit_test(two_clouds_that_share_a_seed_become_one),
		cmocka_unit_test(a_whole_cloud_sees_no_split),
		cmocka_unit_test(an_idle_cloud_is_quiet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
