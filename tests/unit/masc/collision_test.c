/* MASC-5: two connections with one node, in every order that can happen. We
 * are node 10; north is 1 (lower) or 99 (higher). Link 1 is our dial, link 2
 * came in. */
#include "rig.h"

static void open_on(struct rig *r, uint32_t link, uint32_t node)
{
	rig_open(r, link, MASC_PARENT, 9, 7, node, 0);
}

/* Both connections up, no OPEN heard yet. */
static void both(struct rig *r, const char *peer, bool ours_first)
{
	char settings[128] = "address=192.0.2.1 role=child domain=7 ";
	rig_init(r, "domain=100 node=10 profile=lab");
	strcat(settings, peer);
	rig_peer(r, "north", settings);
	rig_start(r);
	rig_tick(r);
	rig_discard(r);
	if (ours_first)
		rig_up(r, 1);
	rig_accept(r, 2, "192.0.2.1:50000");
	if (!ours_first)
		rig_up(r, 1);
	rig_expect(r, ours_first ? "send 1 OPEN; state connect>opensent; send 2 OPEN"
				 : "send 2 OPEN; state connect>opensent; send 1 OPEN");
}

static void expect_up(struct rig *r, uint32_t link)
{
	rig_discard(r);
	rig_keepalive(r, link);
	rig_expect(r, link == 1 ? "send 1 KEEPALIVE; state openconfirm>established; up"
				: "send 2 KEEPALIVE; state openconfirm>established; up");
	assert_int_equal(rig_info(r, 0).opened_by_us, link % 2 == 1);
	assert_int_equal(rig_info(r, 0).count.collisions, 1);
}

static void we_are_higher_ours_confirmed_first(void **state)
{
	struct rig r;
	both(&r, "", true);
	open_on(&r, 1, 1);
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm");
	open_on(&r, 2, 1);
	rig_expect(&r, "collision 2 for 1 ours higher-node; send 2 N7/0; sent 7/0; close 2");
	expect_up(&r, 1);
	rig_fini(&r);
}

static void we_are_higher_theirs_confirmed_first(void **state)
{
	struct rig r;
	both(&r, "", true);
	open_on(&r, 2, 1);
	rig_expect(&r, "send 2 KEEPALIVE; state opensent>openconfirm");
	open_on(&r, 1, 1);
	rig_expect(
		&r,
		"collision 2 for 1 ours higher-node; send 2 N7/0; sent 7/0; close 2; send 1 KEEPALIVE");
	expect_up(&r, 1);
	rig_fini(&r);
}

static void they_are_higher_ours_confirmed_first(void **state)
{
	struct rig r;
	both(&r, "", false);
	open_on(&r, 1, 99);
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm");
	open_on(&r, 2, 99);
	rig_expect(
		&r,
		"collision 1 for 2 theirs higher-node; send 1 N7/0; sent 7/0; close 1; send 2 KEEPALIVE");
	expect_up(&r, 2);
	rig_fini(&r);
}

static void they_are_higher_theirs_confirmed_first(void **state)
{
	struct rig r;
	both(&r, "", false);
	open_on(&r, 2, 99);
	rig_discard(&r);
	open_on(&r, 1, 99);
	rig_expect(&r, "collision 1 for 2 theirs higher-node; send 1 N7/0; sent 7/0; close 1");
	expect_up(&r, 2);
	rig_fini(&r);
}

/* With the Node ID configured one OPEN is enough to know. */
static void known_node_settles_in_opensent(void **state)
{
	struct rig r;
	both(&r, "node=1", true);
	open_on(&r, 2, 1);
	rig_expect(&r, "collision 2 for 1 ours higher-node; send 2 N7/0; sent 7/0; close 2");
	open_on(&r, 1, 1);
	expect_up(&r, 1);
	rig_fini(&r);
	both(&r, "node=99", true);
	open_on(&r, 2, 99);
	rig_expect(&r, "collision 1 for 2 theirs higher-node; send 1 N7/0; sent 7/0; close 1; "
		       "send 2 KEEPALIVE; state opensent>openconfirm");
	expect_up(&r, 2);
	rig_fini(&r);
	both(&r, "node=1", false);
	open_on(&r, 1, 1);
	rig_expect(&r, "collision 2 for 1 ours higher-node; send 2 N7/0; sent 7/0; close 2; "
		       "send 1 KEEPALIVE; state opensent>openconfirm");
	expect_up(&r, 1);
	rig_fini(&r);
}

/* Whatever the Node IDs, who comes to an established session goes. */
static void against_established_the_newcomer_goes(void **state)
{
	static const uint32_t nodes[] = { 1, 99 };
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		rig_usual(&r);
		rig_establish(&r, nodes[i]);
		rig_accept(&r, 2, "192.0.2.1:50000");
		rig_expect(&r,
			   "collision 2 for 1 ours established; send 2 N7/0; sent 7/0; close 2");
		open_on(&r, 2, nodes[i]);
		rig_expect(&r, "");
		assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
		rig_fini(&r);
	}
}

/* One session comes up while the other, which would lose, waits for its OPEN. */
static void the_weaker_one_goes_when_one_is_up(void **state)
{
	struct rig r;
	both(&r, "", true);
	open_on(&r, 1, 1);
	rig_discard(&r);
	rig_keepalive(&r, 1);
	rig_expect(&r, "send 1 KEEPALIVE; send 2 N7/0; sent 7/0; close 2; "
		       "state openconfirm>established; up");
	rig_fini(&r);
	both(&r, "", true);
	open_on(&r, 2, 99);
	rig_discard(&r);
	rig_keepalive(&r, 2);
	rig_expect(&r, "send 2 KEEPALIVE; send 1 N7/0; sent 7/0; close 1; "
		       "state openconfirm>established; up");
	rig_fini(&r);
}

/* The one that would stay waits for its OPEN: the remote may have had ours on
 * it and closed the other, so neither may be given up before that is known. */
static void the_stronger_one_is_waited_for(void **state)
{
	static const struct {
		uint32_t node, up, stronger;
		const char *begin, *end;
	} cases[] = {
		{ 1, 2, 1, "send 2 KEEPALIVE; state openconfirm>established; up",
		  "collision 2 for 1 ours higher-node; send 2 N7/0; sent 7/0; close 2; "
		  "send 1 KEEPALIVE; state established>openconfirm; down 7/0" },
		{ 99, 1, 2, "send 1 KEEPALIVE; state openconfirm>established; up",
		  "collision 1 for 2 theirs higher-node; send 1 N7/0; sent 7/0; close 1; "
		  "send 2 KEEPALIVE; state established>openconfirm; down 7/0" },
	};
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		both(&r, "", true);
		open_on(&r, cases[i].up, cases[i].node);
		rig_discard(&r);
		rig_keepalive(&r, cases[i].up);
		rig_expect(&r, cases[i].begin);
		open_on(&r, cases[i].stronger, cases[i].node);
		rig_expect(&r, cases[i].end);
		expect_up(&r, cases[i].stronger);
		rig_fini(&r);
	}
}

/* And if the remote closes it, the session that is up stays up. */
static void the_stronger_one_may_go(void **state)
{
	struct rig r;
	both(&r, "", true);
	open_on(&r, 2, 1);
	rig_keepalive(&r, 2);
	rig_discard(&r);
	rig_notify(&r, 1, 7, 0, false);
	rig_expect(&r, "heard 7/0; close 1");
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

static void a_dial_under_way_goes_when_one_is_up(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	open_on(&r, 2, 1);
	rig_discard(&r);
	rig_keepalive(&r, 2);
	rig_expect(&r, "send 2 KEEPALIVE; close 1; state openconfirm>established; up");
	rig_up(&r, 1);
	rig_expect(&r, "");
	rig_fini(&r);
}

static void a_dial_under_way_may_fail_beside(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_discard(&r);
	rig_down(&r, 1, ERR_REFUSED);
	rig_expect(&r, "dial-failed REFUSED");
	assert_int_equal(rig_info(&r, 0).state, MASC_OPENSENT);
	open_on(&r, 2, 1);
	rig_keepalive(&r, 2);
	rig_expect(&r, "send 2 KEEPALIVE; state opensent>openconfirm; send 2 KEEPALIVE; "
		       "state openconfirm>established; up");
	rig_fini(&r);
}

/* The remote settles it: we hear 7/0 on one, the other is unharmed. */
static void they_settle_it(void **state)
{
	struct rig r;
	both(&r, "", true);
	rig_notify(&r, 1, 7, 0, false);
	rig_expect(&r, "heard 7/0; close 1");
	assert_int_equal(rig_info(&r, 0).state, MASC_OPENSENT);
	open_on(&r, 2, 1);
	rig_keepalive(&r, 2);
	rig_discard(&r);
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

static void the_further_one_may_be_lost(void **state)
{
	struct rig r;
	both(&r, "", true);
	open_on(&r, 2, 1);
	rig_discard(&r);
	rig_down(&r, 2, ERR_RESET);
	rig_expect(&r, "state openconfirm>opensent");
	open_on(&r, 1, 1);
	rig_keepalive(&r, 1);
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm; send 1 KEEPALIVE; "
		       "state openconfirm>established; up");
	rig_fini(&r);
}

static void the_dial_goes_on_when_theirs_is_lost(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_discard(&r);
	rig_down(&r, 2, ERR_RESET);
	rig_expect(&r, "state opensent>connect");
	assert_false(mono_is_never(rig_info(&r, 0).retry));
	rig_up(&r, 1);
	rig_expect(&r, "send 1 OPEN; state connect>opensent");
	rig_fini(&r);
}

/* MASC-5.6. There is room for two, no more. */
static void a_third_is_refused(void **state)
{
	struct rig r;
	both(&r, "", true);
	rig_accept(&r, 4, "192.0.2.1:50001");
	rig_expect(&r, "close 4");
	assert_int_equal(rig_info(&r, 0).count.refused, 1);
	rig_fini(&r);
}

/* MASC-5.4. Two that came in: the older one was given up by who opened it. */
static void two_of_theirs(void **state)
{
	static const uint32_t nodes[] = { 1, 99 };
	for (size_t i = 0; i < 2; i++) {
		struct rig r;
		rig_usual(&r);
		rig_tick(&r);
		rig_down(&r, 1, ERR_REFUSED);
		rig_accept(&r, 2, "192.0.2.1:50000");
		open_on(&r, 2, nodes[i]);
		rig_accept(&r, 4, "192.0.2.1:50001");
		rig_discard(&r);
		open_on(&r, 4, nodes[i]);
		rig_expect(&r, "collision 2 for 4 theirs newer; send 2 N7/0; sent 7/0; close 2; "
			       "send 4 KEEPALIVE");
		rig_fini(&r);
	}
}

/* MASC-1.3. Siblings: one session a common parent, side by side. */
static void siblings_by_parent(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=sibling domain=7 parent_domain=50");
	rig_peer(&r, "again", "address=192.0.2.1 role=sibling domain=7 parent_domain=60");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_up(&r, 3);
	rig_open(&r, 1, MASC_SIBLING, 9, 7, 99, 50);
	rig_discard(&r);
	rig_open(&r, 3, MASC_SIBLING, 9, 7, 99, 60);
	rig_expect(&r, "send 3 KEEPALIVE; state opensent>openconfirm again");
	rig_keepalive(&r, 1);
	rig_keepalive(&r, 3);
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

/* MASC-1.2. And one a family. */
static void families_side_by_side(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_peer(&r, "six", "address=192.0.2.1 role=child domain=7 family=ipv6");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_up(&r, 3);
	open_on(&r, 1, 1);
	rig_keepalive(&r, 1);
	rig_discard(&r);
	rig_hex(&r, 3,
		"0038 01 00 01 0b 0009 00000000000000000000000000000007 "
		"00000000000000000000000000000001 00000000000000000000000000000000");
	rig_expect(&r, "send 3 KEEPALIVE; state opensent>openconfirm six");
	rig_fini(&r);
}

/* MASC-5.5. Two configured peers turn out to be one node: one session stays,
 * the other peer backs off. */
static void one_node_under_two_names(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_peer(&r, "alias", "address=192.0.2.2 role=child domain=7");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_up(&r, 3);
	open_on(&r, 1, 1);
	rig_discard(&r);
	open_on(&r, 3, 1);
	rig_expect(&r, "collision 1 for 3 ours same-node; send 1 N7/0; sent 7/0; close 1; "
		       "state openconfirm>idle; send 3 KEEPALIVE; "
		       "state opensent>openconfirm alias");
	assert_int_equal(mono_since(rig_info(&r, 0).retry, r.now), MONO_SEC);
	rig_keepalive(&r, 3);
	rig_next(&r);
	rig_discard(&r);
	rig_up(&r, r.dialled);
	open_on(&r, r.dialled, 1);
	rig_expect(&r, "send 5 OPEN; state connect>opensent; collision 5 for 3 ours same-node; "
		       "send 5 N7/0; sent 7/0; close 5; state opensent>idle");
	assert_int_equal(mono_since(rig_info(&r, 0).retry, r.now), 2 * MONO_SEC);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(we_are_higher_ours_confirmed_first),
		cmocka_unit_test(we_are_higher_theirs_confirmed_first),
		cmocka_unit_test(they_are_higher_ours_confirmed_first),
		cmocka_unit_test(they_are_higher_theirs_confirmed_first),
		cmocka_unit_test(known_node_settles_in_opensent),
		cmocka_unit_test(against_established_the_newcomer_goes),
		cmocka_unit_test(the_weaker_one_goes_when_one_is_up),
		cmocka_unit_test(the_stronger_one_is_waited_for),
		cmocka_unit_test(the_stronger_one_may_go),
		cmocka_unit_test(a_dial_under_way_goes_when_one_is_up),
		cmocka_unit_test(a_dial_under_way_may_fail_beside),
		cmocka_unit_test(they_settle_it),
		cmocka_unit_test(the_further_one_may_be_lost),
		cmocka_unit_test(the_dial_goes_on_when_theirs_is_lost),
		cmocka_unit_test(a_third_is_refused),
		cmocka_unit_test(two_of_theirs),
		cmocka_unit_test(siblings_by_parent),
		cmocka_unit_test(families_side_by_side),
		cmocka_unit_test(one_node_under_two_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
