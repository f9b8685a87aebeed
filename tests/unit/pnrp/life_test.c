/* A cloud's life: states, addresses that change, what a look inside shows; and the
 * clouds of other families and of loopback. */
#include "rig.h"

static struct rig r;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r, CRYPTO_MODERN);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_fini(&r);
	return 0;
}

static void what_cannot_work_is_refused(void **state)
{
	(void)state;
	struct pnrp *p;
	struct wall wall = { RIG_WALL, true };
	struct pnrp_options bad[5] = { r.o, r.o, r.o, r.o, r.o };
	bad[0].profile = NULL;
	bad[1].crypto = NULL;
	bad[2].scope = PNRP_SCOPE_COUNT;
	bad[3].limits.conversations = 0;
	bad[4].times.retransmit = 0;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(pnrp_new(&p, &bad[i], &r.f.env, r.now, wall), ERR_CONFIG);
	pnrp_free(NULL);
}

/* PNRP-4.13 */
static void the_state_follows_from_what_there_is(void **state)
{
	(void)state;
	struct pnrp *p;
	struct pnrp_out out;
	struct wall wall = { RIG_WALL, true };
	struct pnrp_info info;
	assert_int_equal(pnrp_new(&p, &r.o, &r.f.env, r.now, wall), OK);
	pnrp_info(p, &info);
	assert_int_equal(info.state, PNRP_STATE_VIRTUAL);
	assert_true(mono_is_never(pnrp_deadline(p)));
	pnrp_tick(p, r.now);
	assert_int_equal(p->state, PNRP_STATE_VIRTUAL);
	assert_int_equal(pnrp_set_local(p, NULL, 0, r.now), OK);
	assert_int_equal(p->state, PNRP_STATE_NO_NETWORK);
	assert_true(pnrp_poll(p, &out));
	assert_int_equal(out.kind, PNRP_OUT_EVENT);
	assert_int_equal(out.event->from, PNRP_STATE_VIRTUAL);
	assert_int_equal(out.event->to, PNRP_STATE_NO_NETWORK);
	assert_false(pnrp_poll(p, &out));
	pnrp_free(p);
	rig_add_many(&r, 2);
	rig_run(&r, 0);
	/* A first peer is wanted at once. */
	assert_int_equal(r.node[0]->alones, 1);
	assert_int_equal(r.node[0]->p->state, PNRP_STATE_SYNCHRONISING);
	rig_publish(&r, 1, "0.there");
	rig_join(&r, 0, 1);
	rig_run(&r, MONO_SEC);
	assert_int_equal(r.node[0]->p->state, PNRP_STATE_ACTIVE);
	assert_int_equal(r.node[0]->alones, 1);
	pnrp_flush(r.node[0]->p, r.now);
	assert_int_equal(r.node[0]->p->state, PNRP_STATE_SYNCHRONISING);
	rig_run(&r, 0);
	assert_int_equal(r.node[0]->alones, 2);
}

/* PNRP-4.13: a search ends once; what is tried afterwards, and who is met without a name,
 * is nobody's news. */
static void who_stays_alone_says_so_once(void **state)
{
	(void)state;
	rig_add_many(&r, 2);
	struct rig_node *x = r.node[0];
	rig_run(&r, 4 * MONO_SEC);
	assert_int_equal(x->p->state, PNRP_STATE_SYNCHRONISING);
	rig_run(&r, MONO_SEC);
	assert_int_equal(x->p->state, PNRP_STATE_ALONE);
	assert_int_equal(x->events[PNRP_EVENT_STATE], 2);
	/* Somebody without a name, and somebody who does not answer. */
	rig_join(&r, 0, 1);
	rig_run(&r, MONO_SEC);
	r.node[1]->down = true;
	rig_join(&r, 0, 1);
	assert_int_equal(x->p->state, PNRP_STATE_ALONE);
	rig_run(&r, MONO_MIN);
	assert_int_equal(x->p->state, PNRP_STATE_ALONE);
	assert_int_equal(x->events[PNRP_EVENT_STATE], 2);
	r.node[1]->down = false;
	rig_publish(&r, 1, "0.there");
	rig_join(&r, 0, 1);
	rig_run(&r, MONO_SEC);
	assert_int_equal(x->p->state, PNRP_STATE_ACTIVE);
	assert_int_equal(x->events[PNRP_EVENT_STATE], 3);
	/* Who loses everybody looks again. */
	r.node[1]->down = true;
	while (x->p->state == PNRP_STATE_ACTIVE)
		rig_run(&r, MONO_SEC);
	assert_int_equal(x->p->state, PNRP_STATE_SYNCHRONISING);
	rig_run(&r, 6 * MONO_SEC);
	assert_int_equal(x->p->state, PNRP_STATE_ALONE);
	assert_int_equal(x->events[PNRP_EVENT_STATE], 5);
}

/* PNRP-4.14: names that were there before anybody was known are announced then. */
static void the_first_peer_hears_of_our_names(void **state)
{
	(void)state;
	rig_add_many(&r, 2);
	rig_publish(&r, 0, "0.a");
	rig_publish(&r, 1, "0.b");
	rig_run(&r, MONO_SEC);
	assert_int_equal(r.node[0]->events[PNRP_EVENT_REGISTERED], 0);
	rig_join(&r, 0, 1);
	rig_run(&r, MONO_SEC);
	for (size_t i = 0; i < 2; i++) {
		struct pnrp_own_info own;
		size_t at = 0;
		assert_true(pnrp_own(r.node[i]->p, &at, &own));
		assert_true(own.announced);
		assert_int_equal(own.above, 1);
		assert_int_equal(r.node[i]->events[PNRP_EVENT_REGISTERED], 1);
		assert_false(pnrp_own(r.node[i]->p, &at, &own));
	}
}

/* PNRP-4.15 */
static void only_addresses_of_the_cloud_are_taken(void **state)
{
	(void)state;
	(void)rig_add(&r);
	struct pnrp *p = r.node[0]->p;
	struct pnrp_endpoint e[5];
	for (size_t i = 0; i < 5; i++) {
		e[i] = rig_at(&r, 0);
		e[i].ip[15] = (uint8_t)(i + 1);
	}
	assert_int_equal(pnrp_set_local(p, e, 5, r.now), ERR_RANGE);
	assert_int_equal(pnrp_set_local(p, e, 4, r.now), OK);
	e[2].port++;
	assert_int_equal(pnrp_set_local(p, e, 4, r.now), ERR_RANGE);
	e[2].port--;
	e[3].ip[0] = 0xff;
	assert_int_equal(pnrp_set_local(p, e, 4, r.now), ERR_RANGE);
	e[0].port = 1024;
	assert_int_equal(pnrp_set_local(p, e, 1, r.now), ERR_RANGE);
	assert_int_equal(p->n_local, 4);
	struct pnrp_endpoint many[17] = { { .port = 2000 } };
	assert_int_equal(pnrp_set_seeds(p, many, 17), ERR_RANGE);
	assert_int_equal(pnrp_set_seeds(p, many, 16), OK);
}

static void a_new_address_is_known_to_the_neighbours(void **state)
{
	(void)state;
	r.seeded = true;
	rig_cloud(&r, 12);
	rig_run(&r, 5 * MONO_SEC);
	struct rig_node *x = r.node[4];
	struct pnrp_id id = rig_id(&r, 4);
	x->at = rig_at(&r, 500);
	assert_int_equal(pnrp_set_local(x->p, &x->at, 1, r.now), OK);
	rig_run(&r, 5 * MONO_SEC);
	struct pnrp_id after = rig_id(&r, 4);
	assert_true(pnrp_id_eq(&id, &after));
	uint32_t in_sets = 0;
	for (size_t i = 0; i < r.n; i++) {
		const struct pnrp_entry *e = pnrp_cache_find(r.node[i]->p->cache, &id);
		if (!e || !e->leaf_of)
			continue;
		assert_memory_equal(e->ip[0], x->at.ip, 16);
		in_sets++;
	}
	assert_true(in_sets >= 8);
	assert_int_equal(rig_resolve(&r, 7, "0.n4"), OK);
	assert_true(pnrp_endpoint_eq(&r.node[7]->result.node[0], &x->at));
	/* Without an address it asks nobody; with one it is back. */
	assert_int_equal(pnrp_set_local(x->p, NULL, 0, r.now), OK);
	rig_run(&r, 0);
	uint64_t said = r.sent;
	for (size_t i = 0; i < r.n; i++)
		r.node[i]->down = i != 4;
	rig_run(&r, 30 * MONO_SEC);
	assert_int_equal(r.sent, said);
	assert_int_equal(x->p->state, PNRP_STATE_NO_NETWORK);
	for (size_t i = 0; i < r.n; i++)
		r.node[i]->down = false;
	assert_int_equal(pnrp_set_local(x->p, &x->at, 1, r.now), OK);
	rig_run(&r, 5 * MONO_SEC);
	assert_int_equal(rig_resolve(&r, 4, "0.n1"), OK);
}

static void a_look_inside_shows_what_is_there(void **state)
{
	(void)state;
	rig_cloud(&r, 10);
	rig_run(&r, 5 * MONO_SEC);
	struct pnrp *p = r.node[2]->p;
	struct pnrp_info info;
	struct pnrp_entry_info e, last = { .level = 0 };
	uint32_t seen = 0, leaves = 0;
	pnrp_info(p, &info);
	for (size_t at = 0; pnrp_entry(p, &at, &e); last = e) {
		assert_true(!seen || pnrp_id_cmp(&last.route.id, &e.route.id) < 0);
		assert_int_equal(e.route.n, 1);
		leaves += e.leaf;
		seen++;
	}
	assert_int_equal(info.entries, seen);
	assert_int_equal(leaves, 9);
	assert_int_equal(info.names, 1);
	assert_int_equal(info.local_n, 1);
	assert_true(info.levels >= 1 && info.levels < 5);
	assert_true(info.counters.in[PNRP_INQUIRE] > 0 && info.counters.out[PNRP_INQUIRE] > 0);
	assert_true(info.last_heard.us > 0);
	/* Who answered last is remembered first. */
	struct pnrp_endpoint known[4];
	struct pnrp_entry *newest = pnrp_cache_at(p->cache, 3);
	r.now = mono_add(r.now, MONO_SEC);
	newest->answered = r.now;
	assert_int_equal(pnrp_remember(p, known, 4), 4);
	assert_memory_equal(known[0].ip, newest->ip[0], 16);
	for (size_t i = 1; i < 4; i++)
		assert_false(pnrp_endpoint_eq(&known[0], &known[i]));
	assert_int_equal(rig_resolve(&r, 9, "0.n2"), OK);
}

static void lives(enum pnrp_scope scope, bool ipv4, bool loopback)
{
	struct rig l;
	rig_init(&l, CRYPTO_MODERN);
	l.o.scope = scope;
	l.o.ipv4 = ipv4;
	l.o.loopback = loopback;
	l.o.zone = scope == PNRP_SCOPE_LINK ? 7 : 0;
	l.seeded = true;
	rig_cloud(&l, 8);
	rig_run(&l, 20 * MONO_SEC);
	for (size_t i = 0; i < l.n; i++) {
		assert_int_equal(l.node[i]->p->state, PNRP_STATE_ACTIVE);
		assert_int_equal(rig_resolve(&l, i, i == 5 ? "0.n2" : "0.n5"), OK);
	}
	rig_fini(&l);
}

static void every_kind_of_cloud_lives(void **state)
{
	(void)state;
	lives(PNRP_SCOPE_GLOBAL, false, false);
	lives(PNRP_SCOPE_SITE, false, false);
	lives(PNRP_SCOPE_LINK, false, false);
	lives(PNRP_SCOPE_LINK, true, false);
	lives(PNRP_SCOPE_LINK, true, true);
	lives(PNRP_SCOPE_LINK, false, true);
}

/* PNRP-6.3, correction 11: a payload is fetched after an exchange. */
static void a_payload_is_fetched(void **state)
{
	(void)state;
	struct pnrp_registration reg;
	struct pnrp_query q;
	uint32_t handle;
	static uint8_t payload[PNRP_PAYLOAD_MAX];
	memset(payload, 'z', sizeof(payload));
	rig_cloud(&r, 5);
	rig_registration(&r, "0.large", &reg);
	reg.payload_type = PNRP_PAYLOAD_BINARY;
	reg.payload = span_of(payload, sizeof(payload));
	assert_int_equal(pnrp_register(r.node[1]->p, &reg, &handle, r.now), OK);
	rig_run(&r, MONO_SEC);
	struct rig_node *x = r.node[4];
	rig_query("0.large", &q);
	q.want_payload = true;
	q.deadline = mono_add(r.now, 20 * MONO_SEC);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(pnrp_resolve(x->p, &q, i, r.now), OK);
		rig_run(&r, 2 * MONO_SEC);
		assert_int_equal(x->dones, i);
		assert_int_equal(x->err, OK);
		assert_int_equal(x->result.payload.n, sizeof(payload));
		assert_memory_equal(x->payload, payload, sizeof(payload));
	}
	struct pnrp_endpoint asker = x->at;
	assert_true(pnrp_talk_completed(r.node[1]->p, &asker, r.now));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_cannot_work_is_refused),
		T(the_state_follows_from_what_there_is),
		T(who_stays_alone_says_so_once),
		T(the_first_peer_hears_of_our_names),
		T(only_addresses_of_the_cloud_are_taken),
		T(a_new_address_is_known_to_the_neighbours),
		T(a_look_inside_shows_what_is_there),
		cmocka_unit_test(every_kind_of_cloud_lives),
		T(a_payload_is_fetched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
