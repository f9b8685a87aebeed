/* MASC-3.2: our OPEN, and each thing that can be wrong with theirs. */
#include "rig.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define CHILD	 "role=child domain=7"
#define PARENT	 "role=parent domain=7"
#define INTERNAL "role=internal domain=100"
#define SIBLING	 "role=sibling domain=7 parent_domain=50"
#define TLD	 "role=sibling domain=7"

static void start(struct rig *r, const char *node, const char *peer)
{
	char settings[256] = "address=192.0.2.1 ";
	rig_init(r, node);
	strcat(settings, peer);
	rig_peer(r, "north", settings);
	rig_start(r);
	rig_tick(r);
	rig_up(r, 1);
	rig_discard(r);
}

struct row {
	const char *node; /* more keys of ours */
	const char *peer;
	const char *body; /* of their OPEN, hexadecimal */
	const char *error;
	const char *data; /* NULL: the body */
};

/* clang-format off */
static const struct row bad[] = {
	/* the version comes before all else */
	{ "", CHILD, "02" "7f" "0001" "00000000" "00000000" "00000000", "2/1", "01" },
	{ "", CHILD, "ff" "07" "0009" "00000007" "00000001" "00000000", "2/1", "01" },
	{ "", CHILD, "00" "07" "0009" "00000007" "00000001" "00000000", "2/1", "00" },
	/* then the family */
	{ "", CHILD, "01" "03" "0001" "00000000" "00000000" "00000000", "2/13", NULL },
	{ "", CHILD, "01" "0f" "0001" "00000000" "00000000" "00000000", "2/13", NULL },
	{ "", CHILD, "01" "7f" "0001" "00000000" "00000000" "00000000", "2/13", NULL },
	/* the hold time */
	{ "", CHILD, "01" "07" "0001" "00000000" "00000000" "00000000", "2/6", NULL },
	{ "", CHILD, "01" "07" "0002" "00000000" "00000000" "00000000", "2/6", NULL },
	/* the Domain ID: zero, another one */
	{ "", CHILD, "01" "07" "0009" "00000000" "00000000" "00000000", "2/2", NULL },
	{ "", CHILD, "01" "07" "0009" "00000008" "00000000" "00000000", "2/2", NULL },
	/* the Node ID: zero, ours, another one than configured */
	{ "", CHILD, "01" "04" "0009" "00000007" "00000000" "00000000", "2/3", NULL },
	{ "", CHILD, "01" "04" "0009" "00000007" "0000000a" "00000000", "2/3", NULL },
	{ "", CHILD " node=5", "01" "04" "0009" "00000007" "00000006" "00000000", "2/3", NULL },
	/* the role, with ours as data */
	{ "", CHILD, "01" "04" "0009" "00000007" "00000001" "00000000", "2/8", "01" },
	{ "", CHILD, "01" "05" "0009" "00000007" "00000001" "00000000", "2/8", "01" },
	{ "", CHILD, "01" "06" "0009" "00000007" "00000001" "00000000", "2/8", "01" },
	{ "", PARENT, "01" "04" "0009" "00000007" "00000001" "00000000", "2/8", "03" },
	{ "", PARENT, "01" "06" "0009" "00000007" "00000001" "00000000", "2/8", "03" },
	{ "", PARENT, "01" "07" "0009" "00000007" "00000001" "00000000", "2/8", "03" },
	{ "", INTERNAL, "01" "05" "0009" "00000064" "00000001" "00000000", "2/8", "00" },
	{ "", INTERNAL, "01" "06" "0009" "00000064" "00000001" "00000000", "2/8", "00" },
	{ "", INTERNAL, "01" "07" "0009" "00000064" "00000001" "00000000", "2/8", "00" },
	{ "", SIBLING, "01" "04" "0009" "00000007" "00000001" "00000032", "2/8", "02" },
	{ "", SIBLING, "01" "05" "0009" "00000007" "00000001" "00000032", "2/8", "02" },
	{ "", SIBLING, "01" "07" "0009" "00000007" "00000001" "00000032", "2/8", "02" },
	/* before who is top-level */
	{ "", INTERNAL, "01" "05" "0009" "00000064" "00000001" "00000032", "2/8", "00" },
	/* internal peers must agree on being top-level */
	{ "", INTERNAL, "01" "04" "0009" "00000064" "00000001" "00000032", "2/7", "00000000" },
	{ "top_level=no", INTERNAL, "01" "04" "0009" "00000064" "00000001" "00000000", "2/7", "" },
	/* a parent that is no sibling's: none, itself, us */
	{ "", SIBLING, "01" "06" "0009" "00000007" "00000001" "00000000", "2/9", "00000000" },
	{ "", SIBLING, "01" "06" "0009" "00000007" "00000001" "00000007", "2/9", "00000007" },
	{ "", SIBLING, "01" "06" "0009" "00000007" "00000001" "00000064", "2/9", "00000064" },
	{ "", TLD, "01" "06" "0009" "00000007" "00000001" "00000007", "2/9", "00000007" },
	/* a parent, but none of ours */
	{ "", SIBLING, "01" "06" "0009" "00000007" "00000001" "00000033", "2/10", "00000032" },
	{ "", TLD, "01" "06" "0009" "00000007" "00000001" "00000033", "2/10", "00000000" },
};

static const struct row good[] = {
	{ "", CHILD, "01" "07" "0009" "00000007" "00000001" "00000000", NULL, NULL },
	/* the reserved bit, and a parent that does not count */
	{ "", CHILD, "01" "87" "0009" "00000007" "00000001" "00000064", NULL, NULL },
	{ "", CHILD " node=5", "01" "07" "0009" "00000007" "00000005" "00000000", NULL, NULL },
	{ "", PARENT, "01" "05" "0003" "00000007" "00000001" "00000064", NULL, NULL },
	{ "", INTERNAL, "01" "04" "0000" "00000064" "00000001" "00000000", NULL, NULL },
	/* internal peers need not name the same parent, A17 */
	{ "top_level=no", INTERNAL, "01" "04" "ffff" "00000064" "00000001" "00000033", NULL, NULL },
	{ "top_level=no", INTERNAL, "01" "04" "ffff" "00000064" "00000001" "00000064", NULL, NULL },
	{ "", SIBLING, "01" "06" "0009" "00000007" "00000001" "00000032", NULL, NULL },
	{ "", TLD, "01" "06" "0009" "00000007" "00000001" "00000000", NULL, NULL },
};
/* clang-format on */

static void meet(struct rig *r, const struct row *row)
{
	char node[128] = "domain=100 node=10 profile=lab ";
	char message[512] = "0014 01 00 ";
	strcat(node, row->node);
	start(r, node, row->peer);
	strcat(message, row->body);
	rig_hex(r, 1, message);
}

static void bad_ones_are_answered(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct rig r;
		char want[512] = "send 1 N";
		meet(&r, &bad[i]);
		const char *data = bad[i].data ? bad[i].data : bad[i].body;
		strcat(want, bad[i].error);
		strcat(want, *data ? " " : "");
		strcat(want, data);
		strcat(want, "; sent ");
		strcat(want, bad[i].error);
		strcat(want, "; close 1; state opensent>idle");
		const char *out = rig_out(&r);
		if (strcmp(out, want) != 0)
			fail_msg("row %zu (%s, %s): %s, wanted %s", i, bad[i].peer, bad[i].body,
				 out, want);
		struct masc_peer_info info = rig_info(&r, 0);
		assert_true(info.last_error_sent);
		assert_int_equal(info.last_error.code, WIRE_OPEN_ERROR);
		assert_int_equal(info.count.in[0], 1);
		rig_fini(&r);
	}
}

static void good_ones_are_confirmed(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct rig r;
		meet(&r, &good[i]);
		const char *out = rig_out(&r);
		if (strcmp(out, "send 1 KEEPALIVE; state opensent>openconfirm") != 0)
			fail_msg("row %zu (%s, %s): %s", i, good[i].peer, good[i].body, out);
		rig_fini(&r);
	}
}

/* A bad OPEN is bad in later states too; a good one is out of place there. */
static void later_states(void **state)
{
	struct rig r;
	meet(&r, &good[0]);
	rig_discard(&r);
	rig_open(&r, 1, MASC_PARENT, 9, 8, 1, 0);
	rig_expect(&r, "send 1 N2/2 0107000900000008000000010000"
		       "0000; sent 2/2; close 1; "
		       "state openconfirm>idle");
	rig_fini(&r);
	meet(&r, &good[0]);
	rig_keepalive(&r, 1);
	rig_discard(&r);
	rig_open(&r, 1, MASC_CHILD, 9, 7, 1, 0);
	rig_expect(&r, "send 1 N2/8 01; sent 2/8; close 1; state established>idle; down 2/8");
	rig_fini(&r);
}

static void broken_ones(void **state)
{
	struct rig r;
	start(&r, "domain=100 node=10 profile=lab", CHILD);
	/* options that overrun */
	rig_hex(&r, 1, "0016 01 00 01070009000000070000000100000000 0501");
	rig_expect(&r, "send 1 N2/0 010700090000000700000001000000000501; sent 2/0; close 1; "
		       "state opensent>idle");
	rig_fini(&r);
	start(&r, "domain=100 node=10 profile=lab", CHILD);
	/* an IPv6 one that is too short for its identifiers */
	rig_hex(&r, 1, "0014 01 00 010b0009000000070000000100000000");
	rig_expect(&r, "send 1 N1/1 00140100010b0009000000070000000100000000; sent 1/1; close 1; "
		       "state opensent>idle");
	rig_fini(&r);
}

/* A family we know, but not the session's; the hold time is not looked at. */
static void the_other_family(void **state)
{
	struct rig r;
	start(&r, "domain=100 node=10 profile=lab", CHILD);
	rig_hex(&r, 1,
		"0038 01 00 01 0b 0001 00000000000000000000000000000007 "
		"00000000000000000000000000000001 00000000000000000000000000000000");
	assert_int_equal(strncmp(rig_out(&r), "send 1 N2/13 010b0001", 21), 0);
	rig_fini(&r);
	start(&r, "domain=100 node=10 profile=lab", CHILD " family=ipv6");
	rig_open(&r, 1, MASC_PARENT, 1, 7, 1, 0);
	assert_int_equal(strncmp(rig_out(&r), "send 1 N2/13 01070001", 21), 0);
	rig_fini(&r);
}

static void all_parents_are_told_once_in_order(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=sibling domain=7 parent_domain=60");
	rig_peer(&r, "p1", "address=192.0.2.2 role=child domain=50 passive=yes");
	rig_peer(&r, "p2", "address=192.0.2.3 role=child domain=60 passive=yes");
	rig_peer(&r, "p3", "address=192.0.2.4 role=child domain=50 passive=yes");
	rig_peer(&r, "c", "address=192.0.2.5 role=parent domain=40 passive=yes");
	rig_peer(&r, "wide",
		 "address=192.0.2.6 role=child domain=2001:db8::1 family=ipv6 "
		 "passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_discard(&r);
	rig_open(&r, 1, MASC_SIBLING, 9, 7, 1, 99);
	const char *out = rig_out(&r);
	assert_int_equal(strncmp(out, "send 1 N2/10 000000320000003c;", 30), 0);
	rig_fini(&r);
}

/* One of our parents, but not the one this session is about. */
static void the_wrong_common_parent(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=sibling domain=7 parent_domain=60");
	rig_peer(&r, "p1", "address=192.0.2.2 role=child domain=50 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_discard(&r);
	rig_open(&r, 1, MASC_SIBLING, 9, 7, 1, 50);
	assert_int_equal(strncmp(rig_out(&r), "send 1 N2/9 00000032;", 21), 0);
	rig_fini(&r);
}

static void expect_ours(const char *node, const char *peer, const char *hex)
{
	struct rig r;
	char got[512];
	struct text t = TEXT_OF(got);
	start(&r, node, peer);
	text_hex(&t, span_of(r.last, r.last_n));
	assert_string_equal(got, hex);
	rig_fini(&r);
}

static void ours(void **state)
{
	expect_ours("domain=100 node=10 profile=lab", CHILD,
		    "0014010001050009000000640000000a00000007");
	expect_ours("domain=100 node=10 profile=rfc", PARENT,
		    "00140100010700f0000000640000000a00000000");
	expect_ours("domain=100 node=10 profile=campus", INTERNAL,
		    "001401000104001e000000640000000a00000000");
	/* no top-level domain, and no parent known: our own Domain ID */
	expect_ours("domain=100 node=10 top_level=no", INTERNAL,
		    "00140100010400f0000000640000000a00000064");
	expect_ours("domain=100 node=10 hold_time=0", SIBLING,
		    "0014010001060000000000640000000a00000032");
	expect_ours("domain=100 node=10", TLD " hold_time=3s",
		    "0014010001060003000000640000000a00000000");
	expect_ours("domain=2001:db8::1 node=10", "role=parent domain=7 family=ipv6",
		    "00380100010b00f020010db800000000000000000000000100000000000000000000000000"
		    "00000a00000000000000000000000000000000");
}

/* A17: the lowest parent, whatever its place in the configuration. */
static void ours_with_several_parents(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=internal domain=100");
	rig_peer(&r, "p1", "address=192.0.2.2 role=child domain=60 passive=yes");
	rig_peer(&r, "p2", "address=192.0.2.3 role=child domain=50 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_discard(&r);
	assert_int_equal(r.last_n, 20);
	assert_int_equal(r.last[19], 50);
	rig_fini(&r);
}

/* MASC-4.3: the smaller hold time wins, 0 means none. */
static void hold_times_agreed(void **state)
{
	static const struct {
		const char *ours;
		uint16_t theirs;
		uint32_t agreed;
	} rows[] = { { "9s", 9, 9 }, { "9s", 3, 3 }, { "9s", 30, 9 }, { "9s", 65535, 9 },
		     { "9s", 0, 0 }, { "0", 9, 0 },  { "0", 0, 0 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char node[128] = "domain=100 node=10 hold_time=";
		strcat(node, rows[i].ours);
		start(&r, node, CHILD);
		rig_open(&r, 1, MASC_PARENT, rows[i].theirs, 7, 1, 0);
		rig_keepalive(&r, 1);
		rig_discard(&r);
		struct masc_peer_info info = rig_info(&r, 0);
		assert_int_equal(info.state, MASC_ESTABLISHED);
		assert_int_equal(info.hold_time_s, rows[i].agreed);
		assert_int_equal(mono_is_never(info.hold_deadline), rows[i].agreed == 0);
		assert_int_equal(mono_is_never(masc_deadline(r.m)), rows[i].agreed == 0);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_ones_are_answered),
		cmocka_unit_test(good_ones_are_confirmed),
		cmocka_unit_test(later_states),
		cmocka_unit_test(broken_ones),
		cmocka_unit_test(the_other_family),
		cmocka_unit_test(all_parents_are_told_once_in_order),
		cmocka_unit_test(the_wrong_common_parent),
		cmocka_unit_test(ours),
		cmocka_unit_test(ours_with_several_parents),
		cmocka_unit_test(hold_times_agreed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
