/* MASC-8: a new configuration; sessions it does not touch go on. */
#include "rig.h"

#define NODE  "domain=100 node=10 profile=lab"
#define NORTH "address=192.0.2.1 role=child domain=7"
#define EAST  "address=192.0.2.2 role=parent domain=8"

static void up(struct rig *r, uint32_t link, enum masc_role theirs, uint32_t domain)
{
	rig_up(r, link);
	rig_open(r, link, theirs, 9, domain, 1000 + domain, 0);
	rig_keepalive(r, link);
	rig_discard(r);
}

/* north and east, both established, over links 1 and 3. */
static void start(struct rig *r)
{
	rig_init(r, NODE);
	rig_peer(r, "north", NORTH);
	rig_peer(r, "east", EAST);
	rig_start(r);
	rig_tick(r);
	up(r, 1, MASC_PARENT, 7);
	up(r, 3, MASC_CHILD, 8);
	assert_int_equal(rig_info(r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(r, 1).state, MASC_ESTABLISHED);
}

static void again(struct rig *r, const char *node)
{
	masc_config_free(&r->config);
	masc_config_init(&r->config, &r->f.env);
	rig_set(r, node);
}

static void apply(struct rig *r)
{
	assert_int_equal(masc_reconfigure(r->m, &r->config, r->now), OK);
}

static void nothing_changed(void **state)
{
	struct rig r;
	start(&r);
	again(&r, NODE);
	/* Another order is no change. */
	rig_peer(&r, "east", EAST);
	rig_peer(&r, "north", NORTH);
	apply(&r);
	rig_expect(&r, "");
	assert_string_equal(rig_info(&r, 0).config->name, "east");
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	/* And they go on under the new configuration. */
	rig_keepalive(&r, 1);
	rig_next(&r);
	rig_expect(&r, "synced; send 1 KEEPALIVE; send 3 KEEPALIVE");
	rig_down(&r, 1, ERR_RESET);
	rig_expect(&r, "state established>idle; down RESET");
	rig_next(&r);
	struct masc_out o;
	while (masc_poll(r.m, &o) && o.kind != MASC_OUT_DIAL)
		;
	assert_int_equal(o.kind, MASC_OUT_DIAL);
	assert_int_equal(o.peer, 1);
	assert_string_equal(rig_info(&r, o.peer).config->name, "north");
	rig_fini(&r);
}

/* Rules of claims change while sessions go on, MASC-8.1. */
static void rules_change_under_sessions(void **state)
{
	struct rig r;
	start(&r);
	again(&r,
	      NODE " waiting_period=5s clash=manual strict_origin=no quota_hard=99 claim_least=4");
	rig_scope(&r, "site range=239.252.0.0/14");
	rig_peer(&r, "north", NORTH " crosses=site leaving=yes");
	rig_peer(&r, "east", EAST " crosses=site quota_hard=7 quota_soft=7");
	apply(&r);
	rig_expect(&r, "");
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	assert_true(rig_info(&r, 0).config->leaving);
	assert_int_equal(rig_info(&r, 1).config->quota_hard, 7);
	rig_fini(&r);
}

static void a_peer_goes_and_one_comes(void **state)
{
	struct rig r;
	start(&r);
	again(&r, NODE);
	rig_peer(&r, "west", "address=192.0.2.3 role=parent domain=9");
	rig_peer(&r, "north", NORTH);
	apply(&r);
	rig_expect(&r, "send 3 N7/0; sent 7/0 east; close 3; state established>idle east; "
		       "down 7/0 east");
	rig_tick(&r);
	rig_expect(&r, "dial 5; state idle>connect west");
	rig_accept(&r, 2, "192.0.2.2:50000");
	rig_expect(&r, "refused; close 2");
	assert_int_equal(masc_peer_count(r.m), 2);
	rig_fini(&r);
}

static void each_key_of_a_peer_counts(void **state)
{
	static const char *const changes[] = {
		"address=192.0.2.7 role=child domain=7",
		"address=192.0.2.1:99 role=child domain=7",
		"address=192.0.2.1 role=parent domain=7",
		"address=192.0.2.1 role=child domain=6",
		NORTH " node=1007",
		NORTH " family=ipv6",
		NORTH " passive=yes",
		NORTH " ttl_security=1",
		NORTH " md5_key=secret",
		NORTH " hold_time=6s",
		NORTH " local_address=192.0.2.99",
	};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct rig r;
		start(&r);
		again(&r, NODE);
		/* East is told to be below, whatever becomes of north. */
		rig_peer(&r, "north", changes[i]);
		rig_peer(&r, "east", EAST);
		rig_peer(&r, "up", "address=192.0.2.50 role=child domain=7 passive=yes");
		apply(&r);
		const char *out = rig_out(&r);
		if (strncmp(out, "send 1 N7/0; sent 7/0; close 1; ", 32) != 0)
			fail_msg("%s: %s", changes[i], out);
		/* Domain 6 is the lower parent now, which all OPENs say. */
		bool all = strstr(changes[i], "domain=6");
		assert_int_equal(strstr(out, "east") != NULL, all);
		rig_fini(&r);
	}
}

static void our_own_identity_counts_for_all(void **state)
{
	static const char *const nodes[] = { "domain=101 node=10 profile=lab",
					     "domain=100 node=11 profile=lab",
					     "domain=100 node=10 profile=campus" };
	for (size_t i = 0; i < 3; i++) {
		struct rig r;
		start(&r);
		again(&r, nodes[i]);
		rig_peer(&r, "north", NORTH);
		rig_peer(&r, "east", EAST);
		apply(&r);
		const char *out = rig_out(&r);
		assert_non_null(strstr(out, "send 1 N7/0"));
		assert_non_null(strstr(out, "send 3 N7/0"));
		rig_fini(&r);
	}
}

static void a_bad_one_changes_nothing(void **state)
{
	struct rig r;
	start(&r);
	again(&r, NODE);
	rig_peer(&r, "west", "address=192.0.2.3 domain=9");
	assert_int_equal(masc_reconfigure(r.m, &r.config, r.now), ERR_CONFIG);
	rig_expect(&r, "");
	assert_int_equal(masc_peer_count(r.m), 2);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

/* Every allocation of it may fail: then nothing has changed. */
static void without_memory_nothing_changes(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct rig r;
		start(&r);
		again(&r, NODE);
		rig_peer(&r, "north", NORTH);
		for (int i = 0; i < 6; i++) {
			char name[2] = { (char)('a' + i), 0 };
			char keys[] = "address=192.0.2.30 role=parent domain=9";
			keys[17] = (char)('0' + i);
			rig_peer(&r, name, keys);
		}
		failing_env_fail_at(&r.f, n);
		enum err e = masc_reconfigure(r.m, &r.config, r.now);
		failed = r.f.failed;
		r.f.fail_at = 0;
		if (e != OK) {
			assert_int_equal(e, ERR_NOMEM);
			assert_int_equal(masc_peer_count(r.m), 2);
			rig_expect(&r, "");
			rig_next(&r);
			rig_expect(&r, "send 1 KEEPALIVE; send 3 KEEPALIVE");
		} else {
			assert_int_equal(masc_peer_count(r.m), 7);
		}
		rig_fini(&r);
	}
}

/* What an operator said stays said, also of a peer that was changed. */
static void down_stays_down(void **state)
{
	struct rig r;
	start(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_discard(&r);
	again(&r, NODE);
	rig_peer(&r, "north", NORTH " node=5");
	rig_peer(&r, "east", EAST);
	apply(&r);
	rig_tick(&r);
	rig_expect(&r, "");
	assert_true(rig_info(&r, 0).admin_down);
	assert_int_equal(rig_info(&r, 0).admin_until.us, RIG_WALL + MONO_HOUR);
	rig_fini(&r);
}

static void a_stopped_part_stays_stopped(void **state)
{
	struct rig r;
	start(&r);
	masc_listen_failed(r.m, ERR_IN_USE, r.now);
	rig_discard(&r);
	again(&r, NODE);
	rig_peer(&r, "north", NORTH);
	rig_peer(&r, "west", "address=192.0.2.3 role=parent domain=9");
	apply(&r);
	rig_tick(&r);
	rig_expect(&r, "");
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_fini(&r);
}

/* MASC-8.2. Who waits for an OPEN may be meant for a peer that is no more. */
static void callers_that_wait_are_closed(void **state)
{
	struct rig r;
	rig_init(&r, NODE);
	rig_peer(&r, "a", "address=192.0.2.1 role=sibling domain=7 parent_domain=50 passive=yes");
	rig_peer(&r, "b", "address=192.0.2.1 role=sibling domain=7 parent_domain=60 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	again(&r, NODE);
	rig_peer(&r, "b", "address=192.0.2.1 role=sibling domain=7 parent_domain=60 passive=yes");
	rig_peer(&r, "c", "address=192.0.2.1 role=sibling domain=7 parent_domain=70 passive=yes");
	apply(&r);
	rig_expect(&r, "close 2; state active>idle a; state active>idle b");
	rig_tick(&r);
	rig_discard(&r);
	/* The chain of peers at that address is the new one. */
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_open(&r, 4, MASC_SIBLING, 9, 7, 1, 70);
	assert_non_null(strstr(rig_out(&r), "openconfirm c"));
	rig_accept(&r, 6, "192.0.2.1:50000");
	rig_open(&r, 6, MASC_SIBLING, 9, 7, 1, 50);
	assert_non_null(strstr(rig_out(&r), "send 6 N2/10"));
	rig_fini(&r);
}

static void all_peers_may_go(void **state)
{
	struct rig r;
	start(&r);
	again(&r, NODE " enabled=no");
	/* Switched off: not even looked at. */
	rig_peer(&r, "north", "address=192.0.2.1");
	apply(&r);
	const char *out = rig_out(&r);
	assert_non_null(strstr(out, "send 1 N7/0"));
	assert_non_null(strstr(out, "send 3 N7/0"));
	assert_int_equal(masc_peer_count(r.m), 0);
	rig_tick(&r);
	rig_expect(&r, "");
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changed),
		cmocka_unit_test(rules_change_under_sessions),
		cmocka_unit_test(a_peer_goes_and_one_comes),
		cmocka_unit_test(each_key_of_a_peer_counts),
		cmocka_unit_test(our_own_identity_counts_for_all),
		cmocka_unit_test(a_bad_one_changes_nothing),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(down_stays_down),
		cmocka_unit_test(a_stopped_part_stays_stopped),
		cmocka_unit_test(callers_that_wait_are_closed),
		cmocka_unit_test(all_peers_may_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
