/* FLOODs in and out, revocations, goodbyes (digest 11.2, 11.6, 13). */
#include "rig.h"

#include "pnrp/flood_int.h"

static struct rig r;
static struct pnrp *p;
static struct pnrp_own *own;
static struct pnrp_endpoint stranger;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	p = r.node[0]->p;
	rig_quiet(&r, 0);
	rig_publish(&r, 0, "0.own");
	own = LIST_ENTRY(p->own.next, struct pnrp_own, in);
	stranger = rig_at(&r, RIG_STRANGER);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

/* A neighbour so many IDs away, at rig_at(50 + steps), known and proven. */
static struct rig_ghost neighbour(int64_t steps)
{
	struct rig_ghost g;
	rig_ghost(&r, &g, 0, steps, (size_t)(50 + steps));
	struct pnrp_entry *e = pnrp_cache_put(p->cache, &g.route, true, r.now);
	assert_non_null(e);
	(void)pnrp_leaf_insert(p, e);
	return g;
}

static struct rig_ghost ghost(int64_t steps)
{
	struct rig_ghost g;
	rig_ghost(&r, &g, 0, steps, (size_t)(50 + steps));
	return g;
}

static bool knows(const struct rig_ghost *g)
{
	return pnrp_cache_find(p->cache, &g->id);
}

/* The FLOOD that went to g; its ACK follows with these flags. */
static bool told(const struct rig_ghost *g, struct pnrp_message *m)
{
	while (rig_heard_at(&r, &g->at, m))
		if (m->type == PNRP_FLOOD)
			return true;
	return false;
}

static void flood(struct pnrp_message *m, const struct pnrp_endpoint *from)
{
	m->type = PNRP_FLOOD;
	rig_say(&r, 0, from, m, 42);
}

/* PNRP-6.10 */
static void a_flood_is_acknowledged(void **state)
{
	(void)state;
	struct pnrp_message m = { .type = PNRP_FLOOD }, a;
	for (int i = 0; i < 4; i++) {
		m = (struct pnrp_message){ .type = PNRP_FLOOD };
		m.flood.validate = i == 1 ? own->id : i == 2 ? ghost(3).id : m.flood.validate;
		m.flood.flags = i == 3 ? PNRP_FLOOD_SILENT : 0;
		flood(&m, &stranger);
		assert_int_equal(rig_heard(&r, &a), i != 3);
		if (i == 3)
			break;
		assert_int_equal(a.type, PNRP_ACK);
		assert_int_equal(a.ack.acked, 42);
		assert_int_equal(a.ack.flags, i == 2 ? PNRP_ACK_NOT : 0);
	}
}

/* PNRP-6.17, correction 1 */
static void news_go_to_both_sides_and_outwards(void **state)
{
	(void)state;
	struct rig_ghost a1 = neighbour(1), a2 = neighbour(2), b1 = neighbour(-1);
	struct rig_ghost b3 = neighbour(-3), b4 = neighbour(-4), x = ghost(-2);
	struct pnrp_message m, copy;
	rig_forget(&r);
	assert_true(rig_ghost_enters(&r, 0, &x, NULL, NULL));
	assert_true(knows(&x));
	/* Next above x: b1; next below: b3; outwards from x past us: a1. */
	assert_true(told(&b1, &m));
	assert_true(told(&b3, &copy));
	assert_true(pnrp_id_eq(&m.flood.validate, &b1.id));
	assert_true(pnrp_id_eq(&copy.flood.validate, &b3.id));
	assert_true(m.id != copy.id);
	assert_true(told(&a1, &m));
	assert_int_equal(m.flood.flags, 0);
	assert_true(pnrp_id_eq(&m.flood.route.id, &x.id));
	assert_false(told(&a2, &copy));
	assert_false(told(&b4, &copy));
	/* x told us itself: it is not told of us. */
	assert_false(told(&x, &copy));
	/* The list: ours and the receivers'. */
	assert_int_equal(m.flood.flooded.n, 4);
	assert_true(pnrp_endpoint_eq(&m.flood.flooded.at[0], &p->local[0]));
	/* It is known now: what comes again goes no further. */
	assert_false(rig_ghost_enters(&r, 0, &x, &stranger, NULL));
	assert_false(told(&b1, &m));
}

/* PNRP-6.16, PNRP-6.15 */
static void who_has_it_gets_no_copy(void **state)
{
	(void)state;
	struct rig_ghost a1 = neighbour(1), a2 = neighbour(2), b1 = neighbour(-1);
	struct rig_ghost b3 = neighbour(-3), b4 = neighbour(-4), x = ghost(-2);
	struct pnrp_path path = { .n = 2, .at = { b1.at, b3.at } };
	struct pnrp_message m;
	rig_forget(&r);
	assert_true(rig_ghost_enters(&r, 0, &x, NULL, &path));
	assert_false(told(&b1, &m));
	assert_false(told(&b3, &m));
	/* Above x the next that is not on the list, and below. */
	assert_true(told(&b4, &m));
	assert_true(told(&a1, &m));
	assert_true(told(&a2, &m));
	assert_true(m.flood.flooded.n == 6);
	struct pnrp_path full = { .n = 0 };
	for (size_t i = 0; i < 30; i++) {
		struct pnrp_endpoint e = rig_at(&r, i % 25);
		pnrp_path_push(&full, &e);
	}
	struct pnrp_endpoint last = rig_at(&r, 24), gone = rig_at(&r, 0);
	assert_int_equal(full.n, PNRP_PATH_MAX);
	bool newest = false, oldest = false;
	for (size_t i = 0; i < full.n; i++) {
		newest |= pnrp_endpoint_eq(&full.at[i], &last);
		oldest |= pnrp_endpoint_eq(&full.at[i], &gone);
	}
	assert_true(newest);
	assert_true(oldest); /* it came again */
}

/* PNRP-6.18, correction 7 */
static void a_newcomer_hears_of_us(void **state)
{
	(void)state;
	struct rig_ghost x = ghost(-2), y = ghost(-3);
	struct pnrp_message m;
	struct pnrp_endpoint beside = y.at;
	assert_true(rig_ghost_enters(&r, 0, &x, &stranger, NULL));
	assert_true(told(&x, &m));
	assert_true(pnrp_id_eq(&m.flood.route.id, &own->id));
	assert_true(pnrp_id_eq(&m.flood.validate, &x.id));
	/* The same address with another port is somebody else. */
	beside.port++;
	assert_true(rig_ghost_enters(&r, 0, &y, &beside, NULL));
	assert_true(told(&y, &m));
	assert_true(pnrp_id_eq(&m.flood.route.id, &own->id));
}

static void a_sender_that_knows_another_name_hears_of_this(void **state)
{
	(void)state;
	rig_publish(&r, 0, "0.second");
	struct pnrp_own *second = LIST_ENTRY(p->own.prev, struct pnrp_own, in);
	struct rig_ghost x = ghost(-2);
	struct pnrp_message m = { .type = PNRP_FLOOD }, q;
	m.flood.validate = second->id;
	m.flood.has_route = true;
	m.flood.route = x.route;
	rig_forget(&r);
	flood(&m, &stranger);
	assert_true(rig_heard_at(&r, &x.at, &q));
	rig_ghost_answer(&r, 0, &x, &q);
	bool first = false;
	while (rig_heard_at(&r, &stranger, &q))
		first |= q.type == PNRP_FLOOD && pnrp_id_eq(&q.flood.route.id, &own->id);
	assert_true(first);
}

/* PNRP-6.13, PNRP-6.14 */
static void whoever_denies_or_is_silent_goes(void **state)
{
	(void)state;
	struct rig_ghost a = neighbour(1), b = neighbour(-1), x = ghost(-2);
	struct pnrp_message m;
	rig_run(&r, MONO_SEC);
	assert_true(rig_ghost_enters(&r, 0, &x, NULL, NULL));
	assert_true(told(&a, &m));
	struct pnrp_message not = { .type = PNRP_ACK, .ack = { m.id, PNRP_ACK_NOT } };
	rig_say(&r, 0, &a.at, &not, 1);
	assert_false(knows(&a));
	assert_true(told(&b, &m));
	struct pnrp_message ack = { .type = PNRP_ACK, .ack = { m.id, 0 } };
	rig_say(&r, 0, &b.at, &ack, 2);
	assert_true(knows(&b));
	assert_int_equal(pnrp_cache_find(p->cache, &b.id)->answered.us, r.now.us);
	struct rig_ghost y = ghost(-3);
	assert_true(rig_ghost_enters(&r, 0, &y, NULL, NULL));
	rig_run(&r, 2 * MONO_SEC);
	assert_false(knows(&b));
}

/* ---- revocations */

/* A revocation of g, signed by whoever publishes unsecured names. */
static struct pnrp_message revocation(const struct rig_ghost *g, uint8_t *octets)
{
	struct pnrp_cpa cpa = g->cpa;
	struct pnrp_message m = { .type = PNRP_FLOOD };
	size_t n;
	cpa.revoke = true;
	cpa.n_nodes = 0;
	assert_int_equal(pnrp_cpa_make(r.crypto, &r.f.env, r.o.profile, &cpa, r.key, octets,
				       PNRP_CPA_MAX, &n),
			 OK);
	m.flood.revoke = span_of(octets, n);
	return m;
}

/* PNRP-6.19 */
static void its_own_node_may_revoke(void **state)
{
	(void)state;
	uint8_t octets[PNRP_CPA_MAX];
	struct rig_ghost a1 = neighbour(1), a2 = neighbour(2), b1 = neighbour(-1);
	struct rig_ghost b2 = neighbour(-2), b3 = neighbour(-3);
	for (int64_t i = 3; i <= 5; i++) {
		(void)neighbour(i);
		(void)neighbour(-i);
	}
	struct pnrp_message m = revocation(&b1, octets), on;
	m.flood.flooded = (struct pnrp_path){ .n = 2, .at = { b1.at, a1.at } };
	rig_forget(&r);
	flood(&m, &b1.at);
	assert_false(knows(&b1));
	for (uint8_t i = 0; i < own->leaves.n_below; i++)
		assert_false(pnrp_id_eq(&own->leaves.below[i]->id, &b1.id));
	/* It was below us: on upwards, to the first that is not on the list. */
	assert_true(told(&a2, &on));
	assert_true(on.flood.revoke.n == m.flood.revoke.n);
	assert_memory_equal(on.flood.revoke.p, octets, m.flood.revoke.n);
	assert_int_equal(on.flood.flooded.n, 4);
	assert_false(told(&a1, &on));
	assert_false(told(&b2, &on));
	assert_false(told(&b3, &on));
}

/* PNRP-6.12 */
static void anybody_else_is_not_believed_before_its_node_was_asked(void **state)
{
	(void)state;
	uint8_t octets[PNRP_CPA_MAX];
	struct rig_ghost a1 = neighbour(1), b1 = neighbour(-1);
	struct pnrp_message m = revocation(&b1, octets), q;
	for (int64_t i = 2; i <= 6; i++) {
		(void)neighbour(i);
		(void)neighbour(-i);
	}
	rig_forget(&r);
	flood(&m, &stranger);
	assert_true(knows(&b1));
	assert_true(rig_heard_at(&r, &b1.at, &q));
	assert_int_equal(q.type, PNRP_INQUIRE);
	rig_ghost_answer(&r, 0, &b1, &q);
	assert_true(knows(&b1));
	assert_false(told(&a1, &q));
	/* The node says that it is so. */
	rig_forget(&r);
	flood(&m, &stranger);
	assert_true(rig_heard_at(&r, &b1.at, &q));
	const struct pnrp_buffer not = { .flags = PNRP_AUTHORITY_NOT };
	rig_answer(&r, 0, &b1.at, q.id, &not );
	assert_false(knows(&b1));
	assert_true(told(&a1, &q));
	assert_int_equal(q.flood.revoke.n, m.flood.revoke.n);
	/* Or says nothing. */
	struct rig_ghost b2 = neighbour(-2);
	m = revocation(&b2, octets);
	flood(&m, &stranger);
	rig_run(&r, 3 * MONO_SEC);
	assert_false(knows(&b2));
}

/* PNRP-6.12, A38: an authority of zeros makes no secure name of one that is anybody's. */
static void an_authority_of_zeros_revokes_nothing(void **state)
{
	(void)state;
	uint8_t octets[PNRP_CPA_MAX];
	struct rig_ghost b1 = neighbour(-1);
	b1.cpa.has_authority = true;
	struct pnrp_message m = revocation(&b1, octets), q;
	rig_forget(&r);
	flood(&m, &stranger);
	assert_int_equal(p->counters.verdicts[PNRP_VERDICT_GOOD], 1);
	assert_true(knows(&b1));
	assert_true(rig_heard_at(&r, &b1.at, &q));
	assert_int_equal(q.type, PNRP_INQUIRE);
}

/* PNRP-6.11 */
static void a_bad_revocation_does_nothing(void **state)
{
	(void)state;
	uint8_t octets[PNRP_CPA_MAX];
	struct rig_ghost b1 = neighbour(-1), other = ghost(-9);
	struct pnrp_message m = revocation(&other, octets), q;
	rig_forget(&r);
	flood(&m, &other.at);
	assert_int_equal(p->counters.verdicts[PNRP_VERDICT_GOOD], 0);
	m = revocation(&b1, octets);
	octets[m.flood.revoke.n - 1] ^= 1;
	flood(&m, &b1.at);
	assert_int_equal(p->counters.verdicts[PNRP_VERDICT_SIGNATURE], 1);
	octets[0] ^= 1;
	flood(&m, &b1.at);
	struct rig_ghost old = b1;
	old.cpa.not_after = RIG_WALL - 5;
	m = revocation(&old, octets);
	flood(&m, &b1.at);
	assert_int_equal(p->counters.verdicts[PNRP_VERDICT_EXPIRED], 1);
	assert_true(knows(&b1));
	assert_false(told(&b1, &q));
}

/* PNRP-6.20 */
static void a_goodbye_closes_the_gap(void **state)
{
	(void)state;
	struct rig_ghost up[6], down[6];
	struct pnrp_message m;
	for (int64_t i = 1; i <= 6; i++) {
		up[i - 1] = neighbour(i);
		down[i - 1] = neighbour(-i);
	}
	rig_forget(&r);
	assert_int_equal(pnrp_unregister(p, own->handle, r.now), OK);
	rig_drain(&r);
	assert_true(told(&up[0], &m));
	assert_true(m.flood.revoke.n > 0);
	assert_false(m.flood.has_route);
	assert_int_equal(m.flood.flooded.n, 3);
	struct pnrp_message ack = { .type = PNRP_ACK, .ack = { m.id, 0 } };
	rig_say(&r, 0, &up[0].at, &ack, 1);
	assert_true(told(&down[0], &m));
	assert_true(m.flood.revoke.n > 0);
	assert_true(told(&down[4], &m));
	assert_true(pnrp_id_eq(&m.flood.route.id, &up[0].id));
	assert_true(told(&up[4], &m));
	assert_true(pnrp_id_eq(&m.flood.route.id, &down[0].id));
	assert_false(told(&up[5], &m));
	assert_true(pnrp_busy(p));
	rig_run(&r, 2 * MONO_SEC);
	assert_false(pnrp_busy(p));
	assert_int_equal(p->n_own, 0);
}

static void a_goodbye_in_a_cloud_of_two(void **state)
{
	(void)state;
	struct rig_ghost a = neighbour(4);
	struct pnrp_message m;
	rig_forget(&r);
	pnrp_leave(p, r.now);
	rig_drain(&r);
	assert_true(told(&a, &m));
	assert_true(m.flood.revoke.n > 0);
	assert_false(told(&a, &m));
	rig_run(&r, 2 * MONO_SEC);
	assert_false(pnrp_busy(p));
}

/* A name that goes is gone from every cache that had it as a neighbour. */
static void a_goodbye_reaches_all_who_cared(void **state)
{
	(void)state;
	struct rig c;
	rig_init(&c, CRYPTO_MODERN);
	rig_cloud(&c, 30);
	rig_run(&c, 10 * MONO_SEC);
	struct pnrp_id id = rig_id(&c, 11);
	pnrp_leave(c.node[11]->p, c.now);
	rig_run(&c, 5 * MONO_SEC);
	uint32_t in_sets = 0;
	for (size_t i = 0; i < c.n; i++) {
		const struct pnrp_entry *e = pnrp_cache_find(c.node[i]->p->cache, &id);
		in_sets += e && e->leaf_of;
	}
	assert_int_equal(in_sets, 0);
	assert_int_equal(rig_resolve(&c, 3, "0.n11"), ERR_NOT_FOUND);
	rig_fini(&c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_flood_is_acknowledged),
		T(news_go_to_both_sides_and_outwards),
		T(who_has_it_gets_no_copy),
		T(a_newcomer_hears_of_us),
		T(a_sender_that_knows_another_name_hears_of_this),
		T(whoever_denies_or_is_silent_goes),
		T(its_own_node_may_revoke),
		T(anybody_else_is_not_believed_before_its_node_was_asked),
		T(an_authority_of_zeros_revokes_nothing),
		T(a_bad_revocation_does_nothing),
		T(a_goodbye_closes_the_gap),
		T(a_goodbye_in_a_cloud_of_two),
		cmocka_unit_test(a_goodbye_reaches_all_who_cared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
