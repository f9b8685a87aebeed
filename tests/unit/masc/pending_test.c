/* MASC-6: connections that come in: whose they are, and how many. */
#include "rig.h"

#include <stdio.h>

#include "masc/masc_int.h"

#define TWO_PARENTS "address=192.0.2.1 role=sibling domain=7 passive=yes parent_domain="

/* Two sessions with one sibling, under parents 50 and 60. */
static void siblings(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab");
	rig_peer(r, "north", TWO_PARENTS "50");
	rig_peer(r, "again", TWO_PARENTS "60");
	rig_start(r);
	rig_tick(r);
	rig_expect(r, "state idle>active; state idle>active again");
}

static size_t waiting(struct rig *r)
{
	size_t links, octets;
	masc_load(r->m, &links, &octets);
	return links;
}

static void strangers_are_refused(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_accept(&r, 2, "192.0.2.2:50000");
	rig_expect(&r, "refused; close 2");
	assert_string_equal(r.event.peer, "");
	struct addr from = rig_addr("192.0.2.2:50000");
	assert_true(addr_eq(&r.event.remote, &from));
	/* Loopback is an address like others, MASC-6.1. */
	rig_accept(&r, 4, "127.0.0.1:50000");
	rig_expect(&r, "refused; close 4");
	assert_int_equal(rig_info(&r, 0).state, MASC_CONNECT);
	rig_fini(&r);
}

/* Events about them are bounded, refusals are not. */
static void strangers_are_not_heard_for_long(void **state)
{
	struct rig r;
	rig_usual(&r);
	for (uint32_t i = 0; i < 100; i++)
		rig_accept(&r, 2 + 2 * i, "198.51.100.1:1");
	struct masc_out o;
	size_t events = 0, closes = 0;
	while (masc_poll(r.m, &o)) {
		events += o.kind == MASC_OUT_EVENT;
		closes += o.kind == MASC_OUT_CLOSE;
	}
	assert_int_equal(events, 10);
	assert_int_equal(closes, 100);
	r.now = mono_add(r.now, MONO_SEC);
	rig_accept(&r, 1000, "198.51.100.1:1");
	rig_expect(&r, "refused; close 1000");
	rig_fini(&r);
}

static void mapped_addresses_are_the_same(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_down(&r, 1, ERR_REFUSED);
	rig_discard(&r);
	struct addr from = { .family = ADDR_IPV6, .port = 50000 };
	struct addr to = { .family = ADDR_NONE };
	static const uint8_t ip[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	memcpy(from.ip, ip, sizeof(ip));
	masc_link_accepted(r.m, 2, &to, &from, r.now);
	rig_expect(&r, "send 2 OPEN; state active>opensent");
	rig_fini(&r);
}

static void ipv6_peers(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=2001:db8::1 role=child domain=7 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_accept(&r, 2, "[2001:db8::2]:50000");
	rig_expect(&r, "refused; close 2");
	rig_accept(&r, 4, "[2001:db8::1]:50000");
	rig_expect(&r, "send 4 OPEN; state active>opensent");
	rig_fini(&r);
}

static void an_idle_peer_refuses(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "close 2");
	assert_int_equal(rig_info(&r, 0).count.refused, 1);
	rig_fini(&r);
}

/* No peer makes more connections than it is let. */
static void connections_are_limited(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_down(&r, 1, ERR_REFUSED);
	rig_discard(&r);
	for (uint32_t i = 0; i < 16; i++) {
		rig_accept(&r, 2 + 2 * i, "192.0.2.1:50000");
		rig_down(&r, 2 + 2 * i, ERR_RESET);
		assert_int_equal(strncmp(rig_out(&r), "send ", 5), 0);
	}
	rig_accept(&r, 100, "192.0.2.1:50000");
	rig_expect(&r, "close 100");
	r.now = mono_add(r.now, 250 * MONO_MS);
	rig_accept(&r, 102, "192.0.2.1:50000");
	rig_expect(&r, "send 102 OPEN; state active>opensent");
	rig_down(&r, 102, ERR_RESET);
	rig_discard(&r);
	rig_accept(&r, 104, "192.0.2.1:50000");
	rig_expect(&r, "close 104");
	rig_fini(&r);
}

/* MASC-6.2. */
static void the_open_tells_whose_it_is(void **state)
{
	struct rig r;
	siblings(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "");
	assert_int_equal(waiting(&r), 1);
	rig_open(&r, 2, MASC_SIBLING, 9, 7, 1, 60);
	rig_expect(&r, "send 2 OPEN; state active>opensent again; send 2 KEEPALIVE; "
		       "state opensent>openconfirm again");
	assert_int_equal(waiting(&r), 0);
	rig_accept(&r, 4, "192.0.2.1:50001");
	rig_open(&r, 4, MASC_SIBLING, 9, 7, 1, 50);
	rig_expect(&r, "send 4 OPEN; state active>opensent; send 4 KEEPALIVE; "
		       "state opensent>openconfirm");
	rig_keepalive(&r, 2);
	rig_keepalive(&r, 4);
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	assert_int_equal(rig_info(&r, 1).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

static void nodes_families_and_roles_tell_too(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7 passive=yes");
	rig_peer(&r, "six", "address=192.0.2.1 role=child domain=7 family=ipv6 passive=yes");
	rig_peer(&r, "south", "address=192.0.2.1 role=parent domain=8 node=1 passive=yes");
	rig_peer(&r, "other", "address=192.0.2.1 role=parent domain=8 node=2 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_open(&r, 2, MASC_CHILD, 9, 8, 2, 0);
	assert_non_null(strstr(rig_out(&r), "openconfirm other"));
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_hex(&r, 4,
		"0038 01 00 01 0b 0009 00000000000000000000000000000007 "
		"00000000000000000000000000000003 00000000000000000000000000000000");
	assert_non_null(strstr(rig_out(&r), "openconfirm six"));
	rig_accept(&r, 6, "192.0.2.1:50000");
	rig_open(&r, 6, MASC_PARENT, 9, 7, 3, 0);
	rig_expect(&r, "send 6 OPEN; state active>opensent; send 6 KEEPALIVE; "
		       "state opensent>openconfirm");
	rig_fini(&r);
}

/* MASC-6.2. The answer is that of the peer whose checks it passes furthest. */
static void an_open_of_nobody(void **state)
{
	struct rig r;
	siblings(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_open(&r, 2, MASC_SIBLING, 9, 7, 1, 70);
	rig_expect(&r, "send 2 N2/10 000000320000003c; sent 2/10; close 2");
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_open(&r, 4, MASC_PARENT, 9, 7, 1, 50);
	rig_expect(&r, "send 4 N2/8 02; sent 2/8; close 4");
	assert_int_equal(rig_info(&r, 0).state, MASC_ACTIVE);
	assert_int_equal(waiting(&r), 0);
	rig_fini(&r);
}

/* MASC-6.2. */
static void what_else_a_waiting_link_may_say(void **state)
{
	static const struct {
		const char *hex, *out;
	} rows[] = {
		{ "0004 04 00", "send 2 N5/1; sent 5/1; close 2" },
		{ "0004 09 00", "send 2 N1/2 00040900; sent 1/2; close 2" },
		{ "0003 04 00", "send 2 N1/1 00030400; sent 1/1; close 2" },
		{ "0006 03 00 07 00", "close 2" },
		{ "0006 03 00 83 0e", "close 2" },
		{ "0014 01 00 01 7e 0009 00000007 00000001 00000032",
		  "send 2 N2/13 017e0009000000070000000100000032; sent 2/13; close 2" },
		{ "0014 01 00 02 06 0009 00000007 00000001 00000032",
		  "send 2 N2/1 01; sent 2/1; close 2" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig r;
		siblings(&r);
		rig_accept(&r, 2, "192.0.2.1:50000");
		rig_hex(&r, 2, rows[i].hex);
		const char *out = rig_out(&r);
		/* 2/x is worded for the peer it came nearest to. */
		if (strcmp(out, rows[i].out) != 0)
			fail_msg("%s: %s", rows[i].hex, out);
		assert_int_equal(waiting(&r), 0);
		rig_fini(&r);
	}
}

/* MASC-6.2. */
static void waiting_ends(void **state)
{
	struct rig r;
	siblings(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_pass(&r, 9 * MONO_SEC - 1);
	rig_expect(&r, "");
	rig_pass(&r, 1);
	rig_expect(&r, "send 2 N4/0; sent 4/0; close 2");
	assert_int_equal(waiting(&r), 0);
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_down(&r, 4, ERR_CLOSED);
	rig_expect(&r, "");
	assert_int_equal(waiting(&r), 0);
	rig_fini(&r);
}

static void few_wait_for_one_address(void **state)
{
	struct rig r;
	siblings(&r);
	for (uint32_t i = 0; i < 8; i++)
		rig_accept(&r, 2 + 2 * i, "192.0.2.1:50000");
	rig_expect(&r, "");
	rig_accept(&r, 100, "192.0.2.1:50000");
	rig_expect(&r, "close 100");
	rig_down(&r, 4, ERR_CLOSED);
	rig_accept(&r, 102, "192.0.2.1:50000");
	rig_expect(&r, "");
	assert_int_equal(waiting(&r), 8);
	rig_fini(&r);
}

static void few_wait_in_all(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	for (int i = 0; i < 40; i++) {
		char name[16], keys[128];
		for (int parent = 50; parent <= 60; parent += 10) {
			snprintf(name, sizeof(name), "p%d-%d", i, parent);
			snprintf(keys, sizeof(keys),
				 "address=192.0.2.%d role=sibling domain=7 passive=yes "
				 "parent_domain=%d",
				 i + 1, parent);
			rig_peer(&r, name, keys);
		}
	}
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	uint32_t link = 2;
	for (int i = 0; i < 40; i++)
		for (int n = 0; n < 8; n++, link += 2) {
			char from[32];
			snprintf(from, sizeof(from), "192.0.2.%d:5000", i + 1);
			rig_accept(&r, link, from);
		}
	assert_int_equal(waiting(&r), 256);
	size_t closes = 0;
	struct masc_out o;
	while (masc_poll(r.m, &o))
		closes += o.kind == MASC_OUT_CLOSE;
	assert_int_equal(closes, 320 - 256);
	rig_fini(&r);
}

static void nobody_waits_for_idle_peers(void **state)
{
	struct rig r;
	siblings(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_command(&r, 2, MASC_COMMAND_DOWN, "again", 0);
	rig_discard(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "close 2");
	/* One of them up is enough; the other still refuses. */
	rig_command(&r, 3, MASC_COMMAND_UP, "north", 0);
	rig_discard(&r);
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_open(&r, 4, MASC_SIBLING, 9, 7, 1, 60);
	rig_expect(&r, "close 4");
	rig_fini(&r);
}

/* Peers at one address told apart by where they must come to. */
static void by_local_address(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", TWO_PARENTS "50 local_address=192.0.2.98");
	rig_peer(&r, "again", TWO_PARENTS "60 local_address=192.0.2.99");
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "send 2 OPEN; state active>opensent again");
	struct addr from = rig_addr("192.0.2.1:50000"), to = rig_addr("192.0.2.97");
	masc_link_accepted(r.m, 4, &to, &from, r.now);
	rig_expect(&r, "refused; close 4");
	rig_fini(&r);
}

/* A waiting link costs the same whoever it turns out to be. */
static void a_second_open_is_out_of_place(void **state)
{
	struct rig r;
	siblings(&r);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_open(&r, 2, MASC_SIBLING, 9, 7, 1, 60);
	rig_discard(&r);
	rig_open(&r, 2, MASC_SIBLING, 9, 7, 1, 60);
	rig_expect(&r, "send 2 N5/0; sent 5/0 again; close 2; state openconfirm>idle again");
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_are_refused),
		cmocka_unit_test(strangers_are_not_heard_for_long),
		cmocka_unit_test(mapped_addresses_are_the_same),
		cmocka_unit_test(ipv6_peers),
		cmocka_unit_test(an_idle_peer_refuses),
		cmocka_unit_test(connections_are_limited),
		cmocka_unit_test(the_open_tells_whose_it_is),
		cmocka_unit_test(nodes_families_and_roles_tell_too),
		cmocka_unit_test(an_open_of_nobody),
		cmocka_unit_test(what_else_a_waiting_link_may_say),
		cmocka_unit_test(waiting_ends),
		cmocka_unit_test(few_wait_for_one_address),
		cmocka_unit_test(few_wait_in_all),
		cmocka_unit_test(nobody_waits_for_idle_peers),
		cmocka_unit_test(by_local_address),
		cmocka_unit_test(a_second_open_is_out_of_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
