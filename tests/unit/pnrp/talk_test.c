/* Synchronisation from both sides (digest 10.1, 11.4, 11.5). */
#include "rig.h"

static struct rig r;
static struct pnrp *p;
static struct pnrp_endpoint stranger;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	(void)rig_add(&r);
	p = r.node[0]->p;
	rig_quiet(&r, 0);
	stranger = rig_at(&r, RIG_STRANGER);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

static void know(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++) {
		const struct pnrp_id id = { { i << 57, 0, 0, i } };
		struct pnrp_endpoint at = rig_at(&r, 100 + i);
		struct pnrp_route route = rig_route(&id, &at);
		assert_non_null(pnrp_cache_put(p->cache, &route, false, r.now));
	}
}

static const uint8_t nonce[PNRP_NONCE] = { 1, 2, 3 };

static void hash(const uint8_t *n, uint8_t *out)
{
	struct span part = span_of(n, PNRP_NONCE);
	crypto_hash(r.crypto, r.o.profile->crypto, &part, 1, out, PNRP_HASHED_NONCE);
}

/* A SOLICIT under the nth nonce; gives the answer. */
static struct pnrp_advertise solicit(const struct pnrp_endpoint *from, uint8_t nth, bool local,
				     const struct pnrp_route *route)
{
	struct pnrp_message m = { .type = PNRP_SOLICIT }, a;
	uint8_t n[PNRP_NONCE];
	memcpy(n, nonce, sizeof(n));
	n[15] = nth;
	m.solicit.local_only = local;
	hash(n, m.solicit.hashed_nonce);
	if (route) {
		m.solicit.has_route = true;
		m.solicit.route = *route;
	}
	rig_say(&r, 0, from, &m, 42);
	assert_true(rig_heard_at(&r, from, &a));
	assert_int_equal(a.type, PNRP_ADVERTISE);
	assert_int_equal(a.advertise.acked, 42);
	assert_memory_equal(a.advertise.hashed_nonce, m.solicit.hashed_nonce, PNRP_HASHED_NONCE);
	return a.advertise;
}

static void request(const struct pnrp_endpoint *from, uint8_t nth, const struct pnrp_ids *ids)
{
	struct pnrp_message m = { .type = PNRP_REQUEST };
	memcpy(m.request.nonce, nonce, sizeof(nonce));
	m.request.nonce[15] = nth;
	m.request.ids = *ids;
	rig_say(&r, 0, from, &m, 43);
}

/* PNRP-6.4 */
static void five_ids_are_offered(void **state)
{
	(void)state;
	assert_int_equal(solicit(&stranger, 0, false, NULL).ids.n, 0);
	rig_publish(&r, 0, "0.a");
	rig_publish(&r, 0, "0.b");
	know(3);
	struct pnrp_advertise a = solicit(&stranger, 1, false, NULL);
	assert_int_equal(a.ids.n, 5);
	struct pnrp_endpoint other = rig_at(&r, RIG_STRANGER + 1);
	a = solicit(&other, 2, true, NULL);
	assert_int_equal(a.ids.n, 2);
	struct pnrp_id first = rig_id(&r, 0);
	assert_true(pnrp_id_eq(&a.ids.at[0], &first));
	know(12);
	struct pnrp_endpoint third = rig_at(&r, RIG_STRANGER + 2);
	a = solicit(&third, 3, false, NULL);
	assert_int_equal(a.ids.n, 5);
	struct pnrp_advertise again = solicit(&third, 3, false, NULL);
	assert_memory_equal(&a.ids.at, &again.ids.at, sizeof(a.ids.at[0]) * 5);
}

static void who_asks_is_not_offered_itself(void **state)
{
	(void)state;
	know(1);
	const struct pnrp_entry *e = pnrp_cache_at(p->cache, 0);
	struct pnrp_route route;
	pnrp_entry_route(e, &route);
	assert_int_equal(solicit(&stranger, 1, false, &route).ids.n, 0);
}

/* PNRP-6.5 */
static void who_is_offered_nothing_takes_no_room(void **state)
{
	(void)state;
	const struct pnrp_id id = { { 5, 5, 5, 5 } };
	struct pnrp_route route = rig_route(&id, &stranger);
	assert_int_equal(solicit(&stranger, 1, true, &route).ids.n, 0);
	assert_int_equal(p->n_talks, 0);
	assert_true(pnrp_add_is_pending(p, &id)); /* it is heard all the same */
}

/* PNRP-6.5, correction 8 */
static void conversations_are_few(void **state)
{
	(void)state;
	know(10);
	struct pnrp_endpoint near = stranger;
	assert_int_equal(solicit(&stranger, 1, false, NULL).ids.n, 5);
	near.ip[15]++;
	near.port++;
	assert_int_equal(solicit(&near, 2, false, NULL).ids.n, 5);
	near.ip[14]++;
	const struct pnrp_id id = { { 5, 5, 5, 5 } };
	struct pnrp_route route = rig_route(&id, &near);
	assert_int_equal(solicit(&near, 3, false, &route).ids.n, 0);
	assert_int_equal(p->n_adds, 0);
	assert_int_equal(p->n_talks, 2);
	for (size_t i = 0; i < 100; i++) {
		struct pnrp_endpoint other = rig_at(&r, 2000 + i);
		(void)solicit(&other, 4, false, NULL);
	}
	assert_int_equal(p->n_talks, 64);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_FULL], 1);
	rig_run(&r, 16 * MONO_SEC);
	assert_int_equal(p->n_talks, 0);
	assert_int_equal(solicit(&near, 3, false, &route).ids.n, 5);
	assert_true(pnrp_add_is_pending(p, &id));
}

static void near_by_each_endpoint_counts_by_itself(void **state)
{
	(void)state;
	struct rig l;
	struct rig_memory *memory;
	rig_init(&l, CRYPTO_MODERN);
	l.o.scope = PNRP_SCOPE_LINK;
	l.o.loopback = true;
	(void)rig_add(&l);
	memory = &l.node[0]->memory;
	assert_true(memory->octets > 0);
	rig_publish(&l, 0, "0.a");
	for (size_t i = 1; i <= 10; i++) {
		struct pnrp_message m = { .type = PNRP_SOLICIT }, a;
		struct pnrp_endpoint at = rig_at(&l, i);
		rig_say(&l, 0, &at, &m, 42);
		assert_true(rig_heard_at(&l, &at, &a));
		assert_int_equal(a.advertise.ids.n, 1);
	}
	rig_fini(&l);
}

/* PNRP-6.7, correction 10 */
static void what_was_offered_is_sent_once(void **state)
{
	(void)state;
	know(10);
	struct pnrp_advertise a = solicit(&stranger, 1, false, NULL);
	struct pnrp_ids ids = a.ids;
	struct pnrp_message m;
	ids.at[ids.n++] = a.ids.at[0];
	ids.at[ids.n++] = (struct pnrp_id){ { 9, 9, 9, 9 } };
	for (uint32_t i = 0; i < pnrp_cache_count(p->cache); i++)
		ids.at[ids.n++] = pnrp_cache_at(p->cache, i)->id;
	request(&stranger, 1, &ids);
	assert_true(rig_heard(&r, &m));
	assert_int_equal(m.type, PNRP_ACK);
	assert_int_equal(m.ack.acked, 43);
	assert_int_equal(m.ack.flags, 0);
	uint32_t sent = 0;
	while (rig_heard(&r, &m)) {
		assert_int_equal(m.type, PNRP_FLOOD);
		assert_int_equal(m.flood.flags, PNRP_FLOOD_SILENT);
		assert_true(m.flood.has_route);
		assert_true(pnrp_id_is_zero(&m.flood.validate));
		assert_true(pnrp_id_eq(&m.flood.route.id, &a.ids.at[sent]));
		assert_int_equal(m.flood.flooded.n, 0);
		sent++;
	}
	assert_int_equal(sent, 5);
	assert_int_equal(p->n_talks, 0);
	assert_true(pnrp_talk_completed(p, &stranger, r.now));
	/* The conversation is over. */
	request(&stranger, 1, &ids);
	assert_false(rig_heard(&r, &m));
}

/* PNRP-6.6 */
static void a_wrong_nonce_gets_nothing(void **state)
{
	(void)state;
	struct pnrp_message m;
	struct pnrp_endpoint other = stranger;
	other.port++;
	know(5);
	struct pnrp_ids ids = solicit(&stranger, 1, false, NULL).ids;
	request(&stranger, 2, &ids);
	request(&other, 1, &ids);
	assert_false(rig_heard(&r, &m));
	assert_int_equal(p->counters.unmatched, 2);
	assert_false(pnrp_talk_completed(p, &stranger, r.now));
	rig_run(&r, 16 * MONO_SEC);
	rig_forget(&r);
	request(&stranger, 1, &ids);
	assert_false(rig_heard(&r, &m));
}

/* PNRP-6.8 */
static void a_completed_exchange_counts_a_minute(void **state)
{
	(void)state;
	know(5);
	for (size_t i = 0; i < 80; i++) {
		struct pnrp_endpoint at = rig_at(&r, 3000 + i);
		struct pnrp_ids ids = solicit(&at, 1, false, NULL).ids;
		request(&at, 1, &ids);
		assert_true(pnrp_talk_completed(p, &at, r.now));
		assert_true(p->n_passed <= 64);
	}
	struct pnrp_endpoint first = rig_at(&r, 3000), last = rig_at(&r, 3079), port = last;
	port.port++;
	assert_false(pnrp_talk_completed(p, &first, r.now));
	assert_false(pnrp_talk_completed(p, &port, r.now));
	rig_run(&r, 60 * MONO_SEC - 1);
	assert_true(pnrp_talk_completed(p, &last, r.now));
	rig_run(&r, 1);
	assert_false(pnrp_talk_completed(p, &last, r.now));
	assert_int_equal(p->n_passed, 0);
}

/* ---- our side */

static struct pnrp_message begin(uint64_t number)
{
	struct pnrp_message m;
	assert_int_equal(pnrp_synchronise(p, &stranger, number, r.now), OK);
	rig_drain(&r);
	assert_true(rig_heard_at(&r, &stranger, &m));
	assert_int_equal(m.type, PNRP_SOLICIT);
	return m;
}

static void advertise(const struct pnrp_message *s, uint8_t n, const struct pnrp_endpoint *from)
{
	struct pnrp_message a = { .type = PNRP_ADVERTISE };
	a.advertise.acked = s->id;
	memcpy(a.advertise.hashed_nonce, s->solicit.hashed_nonce, PNRP_HASHED_NONCE);
	for (uint8_t i = 0; i < n; i++)
		a.advertise.ids.at[a.advertise.ids.n++] =
			(struct pnrp_id){ { (uint64_t)(i + 1) << 57, 0, 0, i + 1u } };
	rig_say(&r, 0, from, &a, 99);
}

/* PNRP-6.1, PNRP-6.3, PNRP-6.9 */
static void what_is_not_known_is_asked_for(void **state)
{
	(void)state;
	know(2);
	uint32_t handle = rig_publish(&r, 0, "0.a");
	rig_forget(&r);
	struct pnrp_message s = begin(7), m;
	uint8_t check[PNRP_HASHED_NONCE];
	assert_true(s.solicit.has_route);
	assert_false(s.solicit.local_only);
	struct pnrp_id own = rig_id(&r, 0);
	assert_true(pnrp_id_eq(&s.solicit.route.id, &own));
	advertise(&s, 5, &stranger);
	assert_true(rig_heard_at(&r, &stranger, &m));
	assert_int_equal(m.type, PNRP_REQUEST);
	assert_int_equal(m.request.ids.n, 3);
	hash(m.request.nonce, check);
	assert_memory_equal(check, s.solicit.hashed_nonce, sizeof(check));
	assert_int_equal(r.node[0]->dones, 0);
	struct pnrp_message ack = { .type = PNRP_ACK, .ack = { .acked = m.id } };
	rig_say(&r, 0, &stranger, &ack, 100);
	assert_int_equal(r.node[0]->dones, 1);
	assert_int_equal(r.node[0]->number, 7);
	assert_int_equal(r.node[0]->err, OK);
	assert_int_equal(p->n_talks, 0);
	assert_int_equal(pnrp_unregister(p, handle, r.now), OK);
}

/* PNRP-6.2 */
static void a_forged_advertise_ends_nothing(void **state)
{
	(void)state;
	struct pnrp_message s = begin(7), bad = s, m;
	struct pnrp_endpoint other = stranger;
	other.port++;
	bad.solicit.hashed_nonce[0] ^= 1;
	advertise(&bad, 3, &stranger);
	advertise(&s, 3, &other);
	bad = s;
	bad.id++;
	advertise(&bad, 3, &stranger);
	assert_int_equal(p->counters.unmatched, 3);
	assert_int_equal(p->n_talks, 1);
	advertise(&s, 3, &stranger);
	assert_true(rig_heard_at(&r, &stranger, &m));
	assert_int_equal(m.type, PNRP_REQUEST);
}

static void nothing_to_ask_for_is_a_good_end(void **state)
{
	(void)state;
	struct pnrp_message s = begin(7), m;
	advertise(&s, 0, &stranger);
	assert_int_equal(r.node[0]->err, OK);
	assert_int_equal(r.node[0]->dones, 1);
	know(3);
	s = begin(8);
	advertise(&s, 3, &stranger);
	assert_int_equal(r.node[0]->number, 8);
	assert_int_equal(r.node[0]->err, OK);
	assert_false(rig_heard_at(&r, &stranger, &m));
	assert_int_equal(p->n_talks, 0);
}

static void silence_is_a_bad_one(void **state)
{
	(void)state;
	(void)begin(7);
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(r.node[0]->err, ERR_TIMEOUT);
	struct pnrp_message s = begin(8);
	advertise(&s, 3, &stranger);
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(r.node[0]->number, 8);
	assert_int_equal(r.node[0]->err, ERR_TIMEOUT);
	assert_int_equal(p->n_talks, 0);
}

static void who_cannot_be_asked(void **state)
{
	(void)state;
	struct pnrp_endpoint own = p->local[0], bad = stranger;
	bad.port = 80;
	assert_int_equal(pnrp_synchronise(p, &own, 1, r.now), ERR_RANGE);
	assert_int_equal(pnrp_synchronise(p, &bad, 1, r.now), ERR_RANGE);
	p->o.limits.conversations = 1;
	(void)begin(2);
	assert_int_equal(pnrp_synchronise(p, &stranger, 3, r.now), ERR_FULL);
	assert_int_equal(pnrp_set_local(p, NULL, 0, r.now), OK);
	assert_int_equal(pnrp_synchronise(p, &stranger, 1, r.now), ERR_STATE);
	rig_drain(&r);
	assert_int_equal(r.node[0]->dones, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(five_ids_are_offered),
		T(who_asks_is_not_offered_itself),
		T(who_is_offered_nothing_takes_no_room),
		T(conversations_are_few),
		T(near_by_each_endpoint_counts_by_itself),
		T(what_was_offered_is_sent_once),
		T(a_wrong_nonce_gets_nothing),
		T(a_completed_exchange_counts_a_minute),
		T(what_is_not_known_is_asked_for),
		T(a_forged_advertise_ends_nothing),
		T(nothing_to_ask_for_is_a_good_end),
		T(silence_is_a_bad_one),
		T(who_cannot_be_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
