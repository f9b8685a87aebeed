/* MASC-2.8: a stream in any pieces gives the same messages, and holds memory
 * only while a message is in part there. */
#include "rig.h"

#define OPEN	  "0014 01 00 01 07 0009 00000007 00000001 00000000"
#define KEEPALIVE "0004 04 00"
#define UPDATE                                                                                     \
	"0028 02 00 0024 04 00 00 04 0000 6b49d200 00278d00 00278d00 00000007 00000001 "           \
	"efc00000 fffc0000"
#define STREAM OPEN KEEPALIVE UPDATE KEEPALIVE UPDATE UPDATE "0006 03 00 83 18"

#define STREAM_SIZE (20 + 4 + 40 + 4 + 40 + 40 + 6)

static size_t stream_octets(uint8_t *out)
{
	size_t n = 0, digits = 0;
	for (const char *p = STREAM; *p; p++) {
		if (*p == ' ')
			continue;
		int d = *p <= '9' ? *p - '0' : *p - 'a' + 10;
		out[n] = (uint8_t)(out[n] * 16 + d);
		n += digits++ % 2;
	}
	assert_int_equal(n, STREAM_SIZE);
	return n;
}

static size_t held(struct rig *r)
{
	size_t links, octets;
	masc_load(r->m, &links, &octets);
	return octets;
}

static void start(struct rig *r)
{
	rig_usual(r);
	rig_tick(r);
	rig_up(r, 1);
	rig_discard(r);
}

static void expect_all(struct rig *r)
{
	rig_expect(r, "send 1 KEEPALIVE; state opensent>openconfirm; send 1 KEEPALIVE; "
		      "state openconfirm>established; up; range 239.192.0.0/14; synced; "
		      "heard 3/24+");
	struct masc_peer_info i = rig_info(r, 0);
	assert_int_equal(i.count.in[MASC_MSG_UPDATE], 3);
	assert_int_equal(i.count.in[MASC_MSG_KEEPALIVE], 2);
	assert_int_equal(i.count.attributes[WIRE_PREFIX_MANAGED], 3);
	assert_int_equal(i.count.octets_in, STREAM_SIZE);
}

static void pieces_of_each_size(void **state)
{
	uint8_t stream[256] = { 0 };
	size_t n = stream_octets(stream);
	for (size_t piece = 1; piece <= n; piece++) {
		struct rig r;
		start(&r);
		for (size_t at = 0; at < n; at += piece)
			rig_in(&r, 1, stream + at, piece < n - at ? piece : n - at);
		expect_all(&r);
		rig_fini(&r);
	}
}

static void pieces_cut_anywhere(void **state)
{
	uint8_t stream[256] = { 0 };
	size_t n = stream_octets(stream);
	for (size_t cut = 0; cut <= n; cut++) {
		struct rig r;
		start(&r);
		rig_in(&r, 1, stream, cut);
		rig_in(&r, 1, stream + cut, n - cut);
		expect_all(&r);
		rig_fini(&r);
	}
}

/* Memory for a part comes with the part and goes with it. */
static void parts_are_held_for_their_time(void **state)
{
	struct rig r;
	start(&r);
	size_t idle = held(&r);
	rig_hex(&r, 1, "00");
	rig_hex(&r, 1, "1401");
	assert_int_equal(held(&r), idle);
	rig_hex(&r, 1, "00");
	assert_int_equal(held(&r), idle + 20);
	rig_hex(&r, 1, "01 07 0009 00000007 00000001 00000000");
	assert_int_equal(held(&r), idle);
	/* The largest there can be. */
	rig_hex(&r, 1, KEEPALIVE "1000 02 00");
	assert_int_equal(held(&r), idle + WIRE_MESSAGE_MAX);
	rig_down(&r, 1, ERR_RESET);
	rig_discard(&r);
	assert_int_equal(held(&r), 0);
	rig_fini(&r);
}

/* Nothing is kept of a header that cannot be true, and its answer is the same
 * however it came. */
static void lengths_that_cannot_be(void **state)
{
	static const char *const rows[][2] = { { "0000 04 00", "00000400" },
					       { "0003 01 00", "00030100" },
					       { "1001 02 00", "10010200" },
					       { "ffff 09 00", "ffff0900" } };
	for (size_t i = 0; i < 4; i++)
		for (int split = 0; split < 2; split++) {
			struct rig r;
			char want[128] = "send 1 N1/1 ";
			start(&r);
			char hex[64];
			strcpy(hex, rows[i][0]);
			if (split) {
				char first[3] = { hex[0], hex[1], 0 };
				rig_hex(&r, 1, first);
				rig_hex(&r, 1, hex + 2);
			} else {
				strcat(hex, "deadbeef deadbeef");
				rig_hex(&r, 1, hex);
			}
			strcat(want, rows[i][1]);
			strcat(want, "; sent 1/1; close 1; state opensent>idle");
			rig_expect(&r, want);
			rig_fini(&r);
		}
}

/* Lengths that are wrong for their type: the whole message is given back. */
static void lengths_wrong_for_the_type(void **state)
{
	static const char *const rows[][2] = {
		{ "0005 04 00 aa", "N1/1 00050400aa" },
		{ "0008 01 00 01 07 0009", "N1/1 0008010001070009" },
		{ "0004 01 00", "N1/1 00040100" },
		{ "0008 02 00 0004 80 00", "N1/1 0008020000048000" },
		{ "0006 07 00 aa bb", "N1/2 00060700aabb" },
		{ "0004 00 00", "N1/2 00040000" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig r;
		char want[128] = "send 1 ", code[8] = { 0 };
		start(&r);
		rig_hex(&r, 1, rows[i][0]);
		strcat(want, rows[i][1]);
		strcat(want, "; sent ");
		memcpy(code, rows[i][1] + 1, 3);
		strcat(want, code);
		strcat(want, "; close 1; state opensent>idle");
		rig_expect(&r, want);
		assert_int_equal(rig_info(&r, 0).count.in[0], 1);
		rig_fini(&r);
	}
}

/* A bad message of full size: its data is cut to fit. */
static void the_largest_bad_message(void **state)
{
	static uint8_t m[WIRE_MESSAGE_MAX];
	struct rig r;
	memset(m, 0x55, sizeof(m));
	m[0] = 0x10;
	m[1] = 0;
	m[2] = 77;
	start(&r);
	rig_in(&r, 1, m, 1000);
	rig_in(&r, 1, m + 1000, sizeof(m) - 1000);
	struct masc_out o;
	assert_true(masc_poll(r.m, &o));
	assert_int_equal(o.kind, MASC_OUT_SEND);
	assert_int_equal(o.bytes.n, WIRE_MESSAGE_MAX);
	assert_int_equal(o.bytes.p[4], 1);
	assert_int_equal(o.bytes.p[5], 2);
	assert_memory_equal(o.bytes.p + 6, m, WIRE_MESSAGE_MAX - 6);
	rig_discard(&r);
	rig_fini(&r);
}

/* Behind the message that ended it, nothing counts. */
static void nothing_after_the_end(void **state)
{
	struct rig r;
	start(&r);
	rig_hex(&r, 1, OPEN "0004 09 00" KEEPALIVE OPEN "0000");
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm; send 1 N1/2 00040900; "
		       "sent 1/2; close 1; state openconfirm>idle");
	assert_int_equal(rig_info(&r, 0).count.in[MASC_MSG_KEEPALIVE], 0);
	rig_fini(&r);
}

/* The reserved octet of the header says nothing. */
static void reserved_is_ignored(void **state)
{
	struct rig r;
	start(&r);
	rig_hex(&r, 1, "0014 01 ff 01 07 0009 00000007 00000001 00000000");
	rig_hex(&r, 1, "0004 04 55");
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	rig_fini(&r);
}

static void numbers_are_odd_and_grow(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	for (uint32_t n = 1; n < 40; n += 2) {
		rig_discard(&r);
		assert_int_equal(r.dialled, n);
		rig_down(&r, n, ERR_REFUSED);
		rig_next(&r);
	}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_each_size),
		cmocka_unit_test(pieces_cut_anywhere),
		cmocka_unit_test(parts_are_held_for_their_time),
		cmocka_unit_test(lengths_that_cannot_be),
		cmocka_unit_test(lengths_wrong_for_the_type),
		cmocka_unit_test(the_largest_bad_message),
		cmocka_unit_test(nothing_after_the_end),
		cmocka_unit_test(reserved_is_ignored),
		cmocka_unit_test(numbers_are_odd_and_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
