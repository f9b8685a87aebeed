/* Route entries on trial (digest 10.5), and which addresses a cloud has. */
#include "rig.h"

static struct rig r;
static struct pnrp *p;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	p = r.node[0]->p;
	rig_quiet(&r, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

static const struct pnrp_id far = { { 1, 2, 3, 4 } };

static void tell(const struct pnrp_route *route)
{
	const struct pnrp_endpoint teller = rig_at(&r, 900);
	const struct pnrp_origin origin = { .from = teller };
	pnrp_add(p, route, &origin, r.now);
	pnrp_settle(p, r.now);
	rig_drain(&r);
}

static bool asked(struct pnrp_message *m)
{
	return rig_heard(&r, m) && m->type == PNRP_INQUIRE;
}

static void answer(const struct pnrp_endpoint *from, uint32_t acked, uint16_t flags)
{
	const struct pnrp_buffer b = { .flags = flags };
	rig_answer(&r, 0, from, acked, &b);
}

/* PNRP-5.3 */
static void nothing_is_cached_on_hearsay(void **state)
{
	(void)state;
	struct pnrp_endpoint at = rig_at(&r, 5);
	struct pnrp_route route = rig_route(&far, &at);
	struct pnrp_message m;
	tell(&route);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	assert_true(asked(&m));
	assert_int_equal(m.inquire.flags, 0);
	assert_false(m.inquire.has_nonce);
	assert_true(pnrp_id_eq(&m.inquire.validate, &far));
	assert_int_equal(p->state, PNRP_STATE_SYNCHRONISING);
	/* On trial: not asked twice. PNRP-5.2 */
	tell(&route);
	assert_false(asked(&m));
	answer(&at, m.id, 0);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	assert_int_equal(p->state, PNRP_STATE_ACTIVE);
	tell(&route);
	assert_false(asked(&m));
}

/* PNRP-5.5 */
static void a_denial_or_silence_ends_the_trial(void **state)
{
	(void)state;
	struct pnrp_endpoint at = rig_at(&r, 5), moved = rig_at(&r, 6);
	struct pnrp_route route = rig_route(&far, &at), other = rig_route(&far, &moved);
	struct pnrp_message m;
	tell(&route);
	assert_true(asked(&m));
	answer(&at, m.id, PNRP_AUTHORITY_NOT);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	assert_int_equal(p->n_adds, 0);
	tell(&route);
	assert_true(asked(&m));
	answer(&at, m.id, 0);
	/* Elsewhere it is denied, and then silent: what is known stays. */
	tell(&other);
	assert_true(asked(&m));
	answer(&moved, m.id, PNRP_AUTHORITY_NOT);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	tell(&other);
	rig_run(&r, 3 * MONO_SEC);
	assert_int_equal(p->n_adds, 0);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	rig_forget(&r);
	/* There it answers: it has moved. */
	tell(&other);
	assert_true(asked(&m));
	answer(&moved, m.id, 0);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	assert_memory_equal(pnrp_cache_at(p->cache, 0)->ip[0], moved.ip, 16);
}

static void a_probe_keeps_or_removes(void **state)
{
	(void)state;
	struct pnrp_endpoint at = rig_at(&r, 5);
	struct pnrp_route route = rig_route(&far, &at);
	struct pnrp_message m;
	struct pnrp_entry *e = pnrp_cache_put(p->cache, &route, false, r.now);
	rig_run(&r, MONO_SEC);
	pnrp_add_probe(p, e, r.now);
	rig_drain(&r);
	assert_true(asked(&m));
	answer(&at, m.id, 0);
	assert_int_equal(e->answered.us, r.now.us);
	pnrp_add_probe(p, e, r.now);
	rig_run(&r, 3 * MONO_SEC);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
}

/* PNRP-5.1 */
static void what_a_cloud_cannot_reach_is_ignored(void **state)
{
	(void)state;
	struct pnrp_endpoint at = rig_at(&r, 5);
	struct pnrp_route good = rig_route(&far, &at), bad = good;
	struct pnrp_message m;
	const uint8_t firsts[][2] = { { 0xff, 0x02 }, { 0xfe, 0x80 }, { 0xfd, 0 }, { 0, 0 } };
	for (size_t i = 0; i < 4; i++) {
		memcpy(bad.ip[0], firsts[i], 2);
		tell(&bad);
		assert_false(asked(&m));
	}
	bad = good;
	bad.port = 1024;
	tell(&bad);
	assert_false(asked(&m));
	bad = rig_route(&far, &p->local[0]);
	tell(&bad);
	assert_false(asked(&m));
	const struct pnrp_id zero = { { 0 } };
	bad = rig_route(&zero, &at);
	tell(&bad);
	assert_false(asked(&m));
	rig_publish(&r, 0, "0.own");
	const struct pnrp_id own = rig_id(&r, 0);
	bad = rig_route(&own, &at);
	tell(&bad);
	assert_false(asked(&m));
	assert_int_equal(p->n_adds, 0);
	/* One good address of three is enough. */
	bad = good;
	memcpy(bad.ip[1], firsts[1], 2);
	memcpy(bad.ip[2], good.ip[0], 16);
	bad.ip[0][0] = 0xff;
	bad.n = 3;
	tell(&bad);
	assert_true(asked(&m));
}

/* PNRP-5.4 */
static void a_neighbour_proves_itself(void **state)
{
	(void)state;
	struct rig_ghost g;
	struct pnrp_message m;
	rig_publish(&r, 0, "0.own");
	rig_ghost(&r, &g, 0, 7, 5);
	tell(&g.route);
	assert_true(asked(&m));
	assert_int_equal(m.inquire.flags, PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN);
	assert_true(m.inquire.has_nonce);
	rig_ghost_answer(&r, 0, &g, &m);
	assert_int_equal(pnrp_cache_count(p->cache), 1);
	assert_true(pnrp_cache_at(p->cache, 0)->proven);
	assert_int_equal(pnrp_cache_at(p->cache, 0)->leaf_of, 1);
	assert_int_equal(p->counters.verdicts[PNRP_VERDICT_GOOD], 1);
}

static enum pnrp_verdict refused(struct rig_ghost *g, uint16_t flags)
{
	struct pnrp_message m;
	uint64_t before[PNRP_VERDICT_COUNT];
	memcpy(before, p->counters.verdicts, sizeof(before));
	rig_forget(&r);
	tell(&g->route);
	assert_true(asked(&m));
	if (flags == UINT16_MAX)
		rig_ghost_answer(&r, 0, g, &m);
	else
		answer(&g->at, m.id, flags);
	assert_int_equal(pnrp_cache_count(p->cache), 0);
	assert_int_equal(p->n_adds, 0);
	for (int v = 0; v < PNRP_VERDICT_COUNT; v++)
		if (p->counters.verdicts[v] != before[v])
			return (enum pnrp_verdict)v;
	return PNRP_VERDICT_COUNT;
}

static void a_neighbour_that_cannot_is_not_cached(void **state)
{
	(void)state;
	struct rig_ghost g, bad;
	rig_publish(&r, 0, "0.own");
	rig_ghost(&r, &g, 0, 7, 5);
	assert_int_equal(refused(&g, 0), PNRP_VERDICT_NO_CPA);
	assert_int_equal(refused(&g, PNRP_AUTHORITY_BUSY), PNRP_VERDICT_NO_CPA);
	assert_int_equal(refused(&g, PNRP_AUTHORITY_NOT), PNRP_VERDICT_COUNT);
	bad = g;
	bad.cpa.node[0].port++;
	assert_int_equal(refused(&bad, UINT16_MAX), PNRP_VERDICT_ADDRESSES);
	bad = g;
	bad.cpa.node[0].ip[15]++;
	assert_int_equal(refused(&bad, UINT16_MAX), PNRP_VERDICT_ADDRESSES);
	bad = g;
	bad.cpa.node[1] = g.at;
	bad.cpa.node[1].ip[15]++;
	bad.cpa.n_nodes = 2;
	assert_int_equal(refused(&bad, UINT16_MAX), PNRP_VERDICT_ADDRESSES);
	bad = g;
	bad.cpa.location[0]++;
	assert_int_equal(refused(&bad, UINT16_MAX), PNRP_VERDICT_ID);
	bad = g;
	bad.cpa.not_after = RIG_WALL - 1;
	assert_int_equal(refused(&bad, UINT16_MAX), PNRP_VERDICT_EXPIRED);
}

/* Correction 2: cached before the name came, it is asked again. */
static void what_is_cached_is_asked_again_for_a_leaf_set(void **state)
{
	(void)state;
	struct rig_ghost g;
	struct pnrp_message m;
	rig_publish(&r, 0, "0.own");
	rig_ghost(&r, &g, 0, 7, 5);
	struct pnrp_entry *e = pnrp_cache_put(p->cache, &g.route, false, r.now);
	assert_non_null(e);
	tell(&g.route);
	assert_true(asked(&m));
	rig_ghost_answer(&r, 0, &g, &m);
	assert_true(e->proven);
	assert_int_equal(e->leaf_of, 1);
	rig_forget(&r);
	tell(&g.route);
	assert_false(asked(&m));
}

/* PNRP-11.2: one source makes us ask so much and no more. */
static void additions_are_capped(void **state)
{
	(void)state;
	struct pnrp_endpoint at = rig_at(&r, 5);
	p->o.limits.adds = 10;
	for (uint64_t i = 1; i <= 60; i++) {
		const struct pnrp_id id = { { i, 0, 0, 0 } };
		struct pnrp_route route = rig_route(&id, &at);
		tell(&route);
		assert_true(p->n_adds <= 10);
	}
	assert_int_equal(p->n_adds, 10);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_FULL], 1);
	assert_int_equal(r.inbox_n, 0);
	rig_run(&r, 3 * MONO_SEC);
	p->o.limits.adds = 64;
	for (uint64_t i = 100; i <= 160; i++) {
		const struct pnrp_id id = { { i, 0, 0, 0 } };
		struct pnrp_route route = rig_route(&id, &at);
		tell(&route);
	}
	assert_int_equal(p->n_adds, 2 * p->o.limits.inquiries_source);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_LIMITED], 1);
}

/* ---- addresses of a cloud. PNRP-4.1 */

static bool fits(enum pnrp_scope scope, bool ipv4, bool loopback, const char *text)
{
	struct addr a;
	p->o.scope = scope;
	p->o.ipv4 = ipv4;
	p->o.loopback = loopback;
	assert_int_equal(addr_parse(span_str(text), 3540, &a), OK);
	struct pnrp_endpoint e = pnrp_endpoint_of(&a);
	return pnrp_ip_fits(p, e.ip);
}

static void each_scope_has_its_addresses(void **state)
{
	(void)state;
	const char *const six[] = { "fe80::1", "fd00::1", "2001:db8::1" };
	const char *const four[] = { "192.168.1.2",  "10.1.2.3",   "172.31.0.1", "100.127.0.1",
				     "198.51.100.1", "172.32.0.1", "11.0.0.1",	 "100.128.0.1" };
	for (unsigned i = 0; i < 3; i++)
		for (unsigned scope = 0; scope < 3; scope++)
			assert_int_equal(fits((enum pnrp_scope)scope, false, false, six[i]),
					 scope == i);
	for (unsigned i = 0; i < 8; i++) {
		/* Nobody makes a cloud of one link talk to the world. */
		assert_false(fits(PNRP_SCOPE_LINK, true, false, four[i]));
		assert_int_equal(fits(PNRP_SCOPE_SITE, true, false, four[i]), i < 4);
		assert_int_equal(fits(PNRP_SCOPE_GLOBAL, true, false, four[i]), i >= 4);
	}
	assert_true(fits(PNRP_SCOPE_LINK, true, false, "169.254.1.1"));
	assert_false(fits(PNRP_SCOPE_GLOBAL, true, false, "169.254.1.1"));
	const char *const never[] = { "::",	   "::1",	"ff02::c",
				      "ff0e::1",   "0.0.0.0",	"127.0.0.1",
				      "224.0.0.1", "239.1.1.1", "255.255.255.255" };
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		for (unsigned scope = 0; scope < 3; scope++) {
			assert_false(fits((enum pnrp_scope)scope, false, false, never[i]));
			assert_false(fits((enum pnrp_scope)scope, true, false, never[i]));
		}
	/* D7: loopback by itself, and nothing else with it. */
	assert_true(fits(PNRP_SCOPE_LINK, false, true, "::1"));
	assert_true(fits(PNRP_SCOPE_LINK, true, true, "127.0.0.2"));
	assert_false(fits(PNRP_SCOPE_LINK, false, true, "127.0.0.1"));
	assert_false(fits(PNRP_SCOPE_LINK, false, true, "fe80::1"));
	assert_false(fits(PNRP_SCOPE_LINK, true, true, "192.168.1.2"));
	assert_false(fits(PNRP_SCOPE_GLOBAL, true, false, "2001:db8::1"));
	assert_false(fits(PNRP_SCOPE_GLOBAL, false, false, "198.51.100.1"));
	p->o.scope = PNRP_SCOPE_GLOBAL;
	p->o.ipv4 = p->o.loopback = false;
}

/* PNRP-4.3 */
static void the_address_most_like_ours_is_taken_first(void **state)
{
	(void)state;
	struct pnrp_endpoint a = rig_at(&r, 700), near = p->local[0], out;
	near.ip[15] = 9;
	struct pnrp_route route = rig_route(&far, &a);
	memcpy(route.ip[route.n++], near.ip, 16);
	memcpy(route.ip[route.n++], p->local[0].ip, 16);
	assert_true(pnrp_choose(p, &route, 0, &out));
	assert_true(pnrp_endpoint_eq(&out, &near));
	assert_true(pnrp_choose(p, &route, 1, &out));
	assert_true(pnrp_endpoint_eq(&out, &a));
	assert_true(pnrp_choose(p, &route, 2, &out));
	assert_true(pnrp_endpoint_eq(&out, &near));
	route = rig_route(&far, &p->local[0]);
	assert_false(pnrp_choose(p, &route, 0, &out));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(nothing_is_cached_on_hearsay),
		T(a_denial_or_silence_ends_the_trial),
		T(a_probe_keeps_or_removes),
		T(what_a_cloud_cannot_reach_is_ignored),
		T(a_neighbour_proves_itself),
		T(a_neighbour_that_cannot_is_not_cached),
		T(what_is_cached_is_asked_again_for_a_leaf_set),
		T(additions_are_capped),
		T(each_scope_has_its_addresses),
		T(the_address_most_like_ours_is_taken_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
