/* What comes from others cannot hurt: anything into a live cloud, floods of requests, a
 * node that only resolves, memory that fails, and how much a node takes. */
#include "rig.h"

static const enum pnrp_type types[] = { PNRP_SOLICIT, PNRP_ADVERTISE, PNRP_REQUEST, PNRP_FLOOD,
					PNRP_INQUIRE, PNRP_AUTHORITY, PNRP_ACK,	    PNRP_LOOKUP };

static uint64_t draw(struct rig *r, uint64_t bound)
{
	return failing_env_next(&r->f) % bound;
}

static void expect_within_caps(const struct pnrp *p)
{
	const struct pnrp_limits *l = &p->o.limits;
	assert_true(pnrp_cache_count(p->cache) <= l->cache);
	assert_true(p->n_adds <= l->adds);
	assert_true(p->n_talks <= 2 * l->conversations);
	assert_true(p->n_passed <= l->conversations);
	assert_true(p->n_parts <= l->reassemblies);
	assert_true(p->n_pending <= l->pending);
	assert_true(p->n_walks <= l->resolves + l->names);
}

static struct pnrp_id some_id(struct rig *r)
{
	struct pnrp_id id = rig_id(r, (size_t)draw(r, r->n));
	if (draw(r, 2))
		return id;
	id.w[draw(r, 4)] += draw(r, 1000);
	return id;
}

static struct pnrp_route some_route(struct rig *r)
{
	const struct pnrp_id id = some_id(r);
	struct pnrp_endpoint at = rig_at(r, (size_t)draw(r, 40));
	return rig_route(&id, &at);
}

/* A Message ID that waits for an answer, often. */
static uint32_t some_acked(struct rig *r, const struct pnrp *p)
{
	if (list_empty(&p->pending) || draw(r, 4) == 0)
		return (uint32_t)draw(r, UINT32_MAX);
	return LIST_ENTRY(p->pending.next, struct pnrp_pending, in)->message_id;
}

static void fill(struct rig *r, const struct pnrp *p, struct pnrp_message *m)
{
	static uint8_t noise[PNRP_PIECE];
	switch (m->type) {
	case PNRP_SOLICIT:
		m->solicit.has_route = draw(r, 2);
		m->solicit.route = some_route(r);
		m->solicit.hashed_nonce[0] = (uint8_t)draw(r, 256);
		break;
	case PNRP_ADVERTISE:
		m->advertise.acked = some_acked(r, p);
		m->advertise.ids.n = 1;
		m->advertise.ids.at[0] = some_id(r);
		break;
	case PNRP_REQUEST:
		m->request.ids.n = 1;
		m->request.ids.at[0] = some_id(r);
		break;
	case PNRP_FLOOD:
		m->flood.flags = (uint16_t)draw(r, 2);
		m->flood.validate = some_id(r);
		m->flood.has_route = true;
		m->flood.route = some_route(r);
		m->flood.revoke = span_of(noise, (size_t)draw(r, 2) * 100);
		break;
	case PNRP_INQUIRE:
		m->inquire.flags = (uint16_t)draw(r, 32);
		m->inquire.validate = some_id(r);
		break;
	case PNRP_AUTHORITY:
		m->authority.acked = some_acked(r, p);
		m->authority.size = (uint16_t)(6 + draw(r, PNRP_BUFFER_MAX - 6));
		m->authority.piece = span_of(
			noise, m->authority.size < PNRP_PIECE ? m->authority.size : PNRP_PIECE);
		break;
	case PNRP_ACK:
		m->ack.acked = some_acked(r, p);
		m->ack.flags = (uint16_t)draw(r, 2);
		break;
	case PNRP_LOOKUP:
		m->lookup.target = some_id(r);
		m->lookup.validate = some_id(r);
		m->lookup.has_best = draw(r, 2);
		m->lookup.best = some_route(r);
		m->lookup.path.n = 1;
		m->lookup.path.at[0] = rig_at(r, (size_t)draw(r, 40));
		break;
	}
}

/* A datagram that is nearly right. */
static size_t invent(struct rig *r, const struct pnrp *p, uint8_t *bytes)
{
	struct pnrp_message m = { .type = types[draw(r, 8)] };
	size_t n;
	m.id = (uint32_t)draw(r, UINT32_MAX);
	fill(r, p, &m);
	assert_int_equal(pnrp_encode(r->o.profile, &m, bytes, PNRP_DATAGRAM_MAX, &n), OK);
	for (uint64_t i = draw(r, 3); i > 0; i--)
		bytes[12 + draw(r, n - 12)] ^= (uint8_t)(1u << draw(r, 8));
	return draw(r, 20) ? n : (size_t)draw(r, n);
}

static void anything_into_a_live_cloud(void **state)
{
	(void)state;
	struct rig r;
	uint8_t bytes[PNRP_DATAGRAM_MAX];
	rig_init(&r, CRYPTO_MODERN);
	r.seeded = true;
	rig_cloud(&r, 8);
	for (int i = 0; i < 8000; i++) {
		size_t to = (size_t)draw(&r, r.n);
		/* From one of them, or from somebody else. */
		struct pnrp_endpoint from = rig_at(&r, (size_t)draw(&r, 40));
		size_t n = invent(&r, r.node[to]->p, bytes);
		rig_input(&r, to, &from, span_of(bytes, n));
		expect_within_caps(r.node[to]->p);
		if (i % 50 == 0)
			rig_run(&r, 100 * MONO_MS);
		rig_forget(&r);
	}
	for (int i = 0; i < 2000; i++) {
		size_t n = (size_t)draw(&r, sizeof(bytes));
		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)draw(&r, 256);
		struct pnrp_endpoint from = rig_at(&r, 40);
		rig_input(&r, 0, &from, span_of(bytes, n));
	}
	rig_run(&r, 90 * MONO_SEC);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(rig_resolve(&r, i, "0.n3"), OK);
	assert_true(r.largest <= PNRP_DATAGRAM_MAX);
	rig_fini(&r);
}

/* PNRP-11.9: from very many sources at once. */
static void floods_fill_no_table_beyond_its_cap(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	struct pnrp *p = r.node[0]->p;
	rig_publish(&r, 0, "0.own");
	for (size_t i = 0; i < 3000; i++) {
		struct pnrp_endpoint from = rig_at(&r, 50 + i);
		struct pnrp_message m = { .type = i % 2 ? PNRP_SOLICIT : PNRP_FLOOD };
		const struct pnrp_id id = { { i << 40, i, i, i + 1 } };
		if (i % 2) {
			m.solicit.has_route = true;
			m.solicit.route = rig_route(&id, &from);
		} else {
			m.flood.has_route = true;
			m.flood.route = rig_route(&id, &from);
		}
		rig_say(&r, 0, &from, &m, 42);
		expect_within_caps(p);
	}
	rig_forget(&r);
	assert_true(r.node[0]->memory.octets < 200 * 1024);
	rig_run(&r, 20 * MONO_SEC);
	assert_int_equal(p->n_adds, 0);
	assert_int_equal(p->n_pending, 0);
	assert_int_equal(p->n_talks, 0);
	assert_true(r.node[0]->memory.octets < 100 * 1024);
	rig_fini(&r);
}

/* PNRP-4.16 */
static void who_only_resolves_answers_floods_alone(void **state)
{
	(void)state;
	struct rig r;
	struct pnrp_message m, a;
	rig_init(&r, CRYPTO_MODERN);
	r.o.resolve_only = true;
	(void)rig_add(&r);
	rig_quiet(&r, 0);
	struct pnrp *p = r.node[0]->p;
	struct pnrp_registration reg;
	uint32_t handle;
	rig_registration(&r, "0.own", &reg);
	assert_int_equal(pnrp_register(p, &reg, &handle, r.now), ERR_STATE);
	struct pnrp_endpoint from = rig_at(&r, RIG_STRANGER);
	for (size_t i = 0; i < 8; i++) {
		m = (struct pnrp_message){ .type = types[i] };
		if (m.type == PNRP_LOOKUP)
			m.lookup.path = (struct pnrp_path){ .n = 1, .at = { from } };
		if (m.type == PNRP_AUTHORITY)
			m.authority = (struct pnrp_authority){ 1, 6, 0,
							       span_of("\x00\x40\x00\x06\x00", 6) };
		rig_say(&r, 0, &from, &m, 42);
		assert_int_equal(rig_heard(&r, &a), types[i] == PNRP_FLOOD);
		assert_int_equal(p->counters.in[types[i]], 1);
	}
	/* Everything but the FLOOD was for nothing. */
	assert_int_equal(p->counters.unmatched, 7);
	assert_int_equal(p->counters.malformed, 0);
	rig_fini(&r);
}

/* PNRP-4.2 */
static void strange_senders_are_not_heard(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	struct pnrp_message m = { .type = PNRP_FLOOD }, a;
	struct pnrp_endpoint good = rig_at(&r, RIG_STRANGER), bad[5] = { good, good, good, good };
	bad[0].port = 1024;
	bad[1].ip[0] = 0xff;
	bad[2].ip[0] = 0xfe;
	bad[2].ip[1] = 0x80;
	memset(bad[3].ip, 0, 15);
	bad[3].ip[15] = 1;
	bad[4] = r.node[0]->at;
	for (size_t i = 0; i < 5; i++) {
		rig_say(&r, 0, &bad[i], &m, 42);
		assert_false(rig_heard(&r, &a));
		assert_int_equal(r.node[0]->p->counters.unmatched, i + 1);
	}
	rig_say(&r, 0, &good, &m, 42);
	assert_true(rig_heard(&r, &a));
	rig_fini(&r);
}

/* Another profile's, another length, one octet more: malformed, and counted. */
static void malformed_ones_are_counted(void **state)
{
	(void)state;
	struct rig r;
	uint8_t bytes[PNRP_DATAGRAM_MAX];
	size_t n;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	struct pnrp_message m = { .type = PNRP_FLOOD }, a;
	struct pnrp_endpoint from = rig_at(&r, RIG_STRANGER);
	const struct pnrp_profile *other = pnrp_profile(CRYPTO_CLASSIC);
	assert_non_null(other);
	assert_int_equal(pnrp_encode(other, &m, bytes, sizeof(bytes), &n), OK);
	rig_input(&r, 0, &from, span_of(bytes, n));
	assert_int_equal(pnrp_encode(r.o.profile, &m, bytes, sizeof(bytes), &n), OK);
	for (size_t i = 0; i < n; i++)
		rig_input(&r, 0, &from, span_of(bytes, i));
	assert_int_equal(r.node[0]->p->counters.malformed, n + 1);
	assert_false(rig_heard(&r, &a));
	rig_fini(&r);
}

/* ---- memory */

/* Node 1 joins, publishes, resolves and leaves; the nth allocation of its fails. */
static bool life_without_memory(size_t nth)
{
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	rig_cloud(&r, 3);
	r.fail_at = nth;
	size_t i = rig_add(&r);
	struct rig_node *x = r.node[i];
	if (x->p) {
		struct pnrp_registration reg;
		struct pnrp_query q;
		uint32_t handle = 0;
		enum err e = pnrp_synchronise(x->p, &r.node[0]->at, 1, r.now);
		assert_true(e == OK || e == ERR_NOMEM);
		rig_run(&r, 200 * MONO_MS);
		rig_registration(&r, "0.mine", &reg);
		e = pnrp_register(x->p, &reg, &handle, r.now);
		assert_true(e == OK || e == ERR_NOMEM);
		rig_run(&r, 200 * MONO_MS);
		rig_query("0.n1", &q);
		q.deadline = mono_add(r.now, 10 * MONO_SEC);
		e = pnrp_resolve(x->p, &q, 2, r.now);
		assert_true(e == OK || e == ERR_NOMEM);
		rig_run(&r, 16 * MONO_SEC);
		pnrp_leave(x->p, r.now);
		rig_run(&r, 3 * MONO_SEC);
		assert_false(pnrp_busy(x->p));
		expect_within_caps(x->p);
	}
	bool failed = x->memory.f.failed;
	rig_fini(&r);
	return failed;
}

static void memory_may_fail_anywhere(void **state)
{
	(void)state;
	size_t n = 1;
	/* The first ones each, then every third. */
	while (life_without_memory(n))
		n += n < 60 ? 1 : 3;
	print_message("# allocations: about %zu\n", n);
	assert_true(n > 60);
}

static void a_node_is_small(void **state)
{
	(void)state;
	struct rig r;
	rig_init(&r, CRYPTO_MODERN);
	rig_cloud(&r, 100);
	rig_run(&r, 60 * MONO_SEC);
	size_t most = 0, all = 0, told = 0;
	for (size_t i = 0; i < r.n; i++) {
		size_t octets = r.node[i]->memory.octets;
		struct pnrp_info info;
		pnrp_info(r.node[i]->p, &info);
		/* What is told is the tables; walks under way come on top. */
		if (!info.resolves && !info.adds)
			assert_true(info.memory > octets / 2 && info.memory < octets * 2);
		told += !info.resolves && !info.adds;
		assert_int_equal(info.names, 1);
		assert_true(info.entries > 15);
		assert_true(info.size >= 1);
		all += octets;
		most = octets > most ? octets : most;
	}
	print_message("# octets a node of 100: %zu, at most %zu\n", all / r.n, most);
	assert_true(told > r.n / 2);
	assert_true(most < 40 * 1024);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_into_a_live_cloud),
		cmocka_unit_test(floods_fill_no_table_beyond_its_cap),
		cmocka_unit_test(who_only_resolves_answers_floods_alone),
		cmocka_unit_test(strange_senders_are_not_heard),
		cmocka_unit_test(malformed_ones_are_counted),
		cmocka_unit_test(memory_may_fail_anywhere),
		cmocka_unit_test(a_node_is_small),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
