#include "../failing_env.h"

#include "node/describe.h"
#include "node/record.h"

#define V4                                                                                         \
	{                                                                                          \
		ADDR_IPV4, { 192, 0, 2, 9 }, 4000, 0                                               \
	}
#define V6                                                                                         \
	{                                                                                          \
		ADDR_IPV6, { 0xfe, 0x80, [15] = 1 }, 2587, 3                                       \
	}

static const struct addr v4 = V4;
static const struct addr v6 = V6;

/* What a reader points at lies here. */
static struct record_room room;

static struct span octets(const char *s)
{
	return span_str(s);
}

/* Entries */

static size_t two_entries(uint8_t *p, size_t size)
{
	struct wr w = wr_of(p, size);
	record_put(&w, RECORD_RANDOM, (struct mono){ 77 }, octets("abc"));
	record_put(&w, RECORD_END, (struct mono){ INT64_C(1) << 50 }, octets(""));
	assert_false(w.failed);
	return w.n;
}

static void entries_round_trip(void **state)
{
	uint8_t p[64];
	struct rd r = rd_of(span_of(p, two_entries(p, sizeof(p))));
	struct record_entry e;
	assert_int_equal(record_take(&r, &e), OK);
	assert_int_equal(e.kind, RECORD_RANDOM);
	assert_int_equal(e.at.us, 77);
	assert_true(span_eq(e.body, octets("abc")));
	assert_int_equal(record_take(&r, &e), OK);
	assert_int_equal(e.kind, RECORD_END);
	assert_int_equal(e.at.us, INT64_C(1) << 50);
	assert_int_equal(record_take(&r, &e), ERR_NOT_FOUND);
}

/* A writer that crashed leaves part of an entry: the end, not an error. */
static void entries_cut_off(void **state)
{
	uint8_t p[64];
	size_t n = two_entries(p, sizeof(p));
	size_t first = RECORD_HEAD + 3;
	for (size_t cut = 0; cut < n; cut++) {
		struct rd r = rd_of(span_of(p, cut));
		struct record_entry e;
		enum err expected = cut < first ? ERR_NOT_FOUND : OK;
		assert_int_equal(record_take(&r, &e), expected);
		if (!expected)
			assert_int_equal(record_take(&r, &e), ERR_NOT_FOUND);
	}
}

static void entries_that_cannot_be(void **state)
{
	uint8_t p[64];
	size_t n = two_entries(p, sizeof(p));
	struct record_entry e;
	struct rd r = rd_of(span_of(p, n));
	p[0] = 0;
	assert_int_equal(record_take(&r, &e), ERR_MALFORMED);
	p[0] = RECORD_END + 1;
	assert_int_equal(record_take(&r, &e), ERR_MALFORMED);
	p[0] = RECORD_INPUT;
	p[1] = 0xff;
	assert_int_equal(record_take(&r, &e), ERR_MALFORMED);
	assert_int_equal(r.left, n);
}

static void no_room(void **state)
{
	for (size_t size = 0; size < RECORD_HEAD + 3; size++) {
		uint8_t p[64];
		struct wr w = wr_of(p, size);
		record_put(&w, RECORD_RANDOM, (struct mono){ 1 }, octets("abc"));
		assert_true(w.failed);
	}
}

/* Bodies */

static void births(void **state)
{
	uint8_t p[64];
	struct wr w = wr_of(p, sizeof(p));
	struct wall wall;
	struct span text;
	record_birth_write(&w, (struct wall){ -5, true }, octets("masc {}"));
	assert_int_equal(record_birth_read(wr_span(&w), &wall, &text), OK);
	assert_int_equal(wall.us, -5);
	assert_true(wall.synchronised);
	assert_true(span_eq(text, octets("masc {}")));
	for (size_t n = 0; n < 9; n++)
		assert_int_equal(record_birth_read(span_of(p, n), &wall, &text), ERR_MALFORMED);
	p[8] = 2;
	assert_int_equal(record_birth_read(wr_span(&w), &wall, &text), ERR_MALFORMED);
}

static void rows(void **state)
{
	static const struct store_table table = { "things", STORE_KEY_OCTETS };
	const struct store_row row = { octets("key"), octets("value") };
	uint8_t p[64];
	struct wr w = wr_of(p, sizeof(p));
	struct span name;
	struct store_row got;
	record_row_write(&w, &table, &row);
	assert_int_equal(record_row_read(wr_span(&w), &name, &got), OK);
	assert_true(span_eq(name, octets("things")));
	assert_true(span_eq(got.key, row.key) && span_eq(got.value, row.value));
	for (size_t n = 0; n < w.n - 5; n++)
		assert_int_equal(record_row_read(span_of(p, n), &name, &got), ERR_MALFORMED);
	p[0] = 0;
	assert_int_equal(record_row_read(wr_span(&w), &name, &got), ERR_MALFORMED);
}

static void starts(void **state)
{
	uint8_t p[16];
	struct wr w = wr_of(p, sizeof(p));
	uint64_t newest = 0;
	record_start_write(&w, UINT64_MAX - 1);
	assert_int_equal(record_start_read(wr_span(&w), &newest), OK);
	assert_true(newest == UINT64_MAX - 1);
	for (size_t n = 0; n < 8; n++)
		assert_int_equal(record_start_read(span_of(p, n), &newest), ERR_MALFORMED);
	assert_int_equal(record_start_read(span_of(p, 9), &newest), ERR_MALFORMED);
}

/* Inputs */

static const struct node_in inputs[] = {
	{ .kind = NODE_IN_TICK },
	{ .kind = NODE_IN_WALL, .wall = { INT64_C(1790000000000000), true } },
	{ .kind = NODE_IN_NETWORK },
	{ .kind = NODE_IN_LISTEN_FAILED, .listener = NODE_PART_MASC, .err = ERR_IN_USE },
	{ .kind = NODE_IN_ACCEPTED,
	  .listener = NODE_PART_MASC,
	  .link = 6,
	  .local = V4,
	  .remote = V6 },
	{ .kind = NODE_IN_UP, .link = 7, .local = V6, .remote = V4 },
	{ .kind = NODE_IN_DOWN, .link = 7, .err = ERR_RESET },
	{ .kind = NODE_IN_OCTETS, .link = UINT32_MAX, .bytes = { (const uint8_t *)"\0\1\2", 3 } },
	{ .kind = NODE_IN_DRAINED, .link = 9 },
	{ .kind = NODE_IN_COMMAND,
	  .number = 9,
	  .command.masc = { MASC_COMMAND_DOWN, { (const uint8_t *)"north", 5 }, MONO_HOUR } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 10,
	  .command.masc = { .kind = MASC_COMMAND_CLAIM,
			    .scope = { (const uint8_t *)"site", 4 },
			    .prefix = { { 239, 192, 1 }, 24, MASC_IPV4 },
			    .for_us = MONO_DAY,
			    .from = INT64_C(1790000000000000) } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 11,
	  .command.masc = { .kind = MASC_COMMAND_DEMAND,
			    .family = MASC_IPV6,
			    .addresses = UINT64_MAX,
			    .from = INT64_C(1790000000000000),
			    .until = INT64_C(1790000060000000) } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 12,
	  .command.masc = { .kind = MASC_COMMAND_DEMAND_END, .number = 77 } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 13,
	  .command.masc = { .kind = MASC_COMMAND_WITHDRAW,
			    .prefix = { { 0xff, 0x38, [12] = 0x90 }, 112, MASC_IPV6 } } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 14,
	  .command.masc = { .kind = MASC_COMMAND_RESOLVE, .number = 5, .yield = true } },
	{ .kind = NODE_IN_COMMAND,
	  .number = 15,
	  .command.masc = { .kind = MASC_COMMAND_RESOLVE, .number = 6 } },
	{ .kind = NODE_IN_STORE_FAILED, .number = 12, .err = ERR_NO_SPACE },
	{ .kind = NODE_IN_JOB_DONE, .number = 3, .bytes = { (const uint8_t *)"12345678", 8 } },
	{ .kind = NODE_IN_CONFIG, .bytes = { (const uint8_t *)"masc { }\n", 9 } },
	{ .kind = NODE_IN_STOP },
};
#define INPUTS (sizeof(inputs) / sizeof(inputs[0]))

static void same_in(const struct node_in *a, const struct node_in *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->wall.us == b->wall.us && a->wall.synchronised == b->wall.synchronised);
	assert_int_equal(a->listener, b->listener);
	assert_int_equal(a->link, b->link);
	assert_true(addr_eq(&a->local, &b->local) && addr_eq(&a->remote, &b->remote));
	assert_true(span_eq(a->bytes, b->bytes));
	assert_int_equal(a->err, b->err);
	assert_true(a->number == b->number);
	assert_int_equal(a->command.kind, b->command.kind);
	assert_int_equal(a->command.masc.kind, b->command.masc.kind);
	assert_true(span_eq(a->command.masc.peer, b->command.masc.peer));
	const struct masc_command *m = &a->command.masc, *n = &b->command.masc;
	assert_true(m->for_us == n->for_us);
	assert_true(span_eq(m->scope, n->scope));
	assert_int_equal(m->family, n->family);
	assert_true(masc_prefix_eq(&m->prefix, &n->prefix));
	assert_true(m->addresses == n->addresses && m->number == n->number);
	assert_true(m->from == n->from && m->until == n->until);
	assert_int_equal(m->yield, n->yield);
}

static void inputs_round_trip(void **state)
{
	for (size_t i = 0; i < INPUTS; i++) {
		uint8_t p[600];
		struct wr w = wr_of(p, sizeof(p));
		struct node_in got;
		record_in_write(&w, &inputs[i]);
		assert_false(w.failed);
		assert_true(w.n <= record_in_size(&inputs[i]));
		assert_int_equal(record_in_read(wr_span(&w), &got, &room), OK);
		same_in(&inputs[i], &got);
	}
}

static void inputs_cut_or_longer(void **state)
{
	for (size_t i = 0; i < INPUTS; i++) {
		uint8_t p[600];
		struct wr w = wr_of(p, sizeof(p) - 1);
		struct node_in got;
		record_in_write(&w, &inputs[i]);
		for (size_t n = 0; n < w.n; n++)
			assert_int_equal(record_in_read(span_of(p, n), &got, &room), ERR_MALFORMED);
		p[w.n] = 0;
		assert_int_equal(record_in_read(span_of(p, w.n + 1), &got, &room), ERR_MALFORMED);
	}
}

/* No octet of a body leads the reader astray, whatever its value. */
static void inputs_with_any_octet(void **state)
{
	for (size_t i = 0; i < INPUTS; i++) {
		uint8_t p[600];
		struct wr w = wr_of(p, sizeof(p));
		record_in_write(&w, &inputs[i]);
		for (size_t at = 0; at < w.n; at++) {
			uint8_t kept = p[at];
			for (unsigned v = 0; v < 256; v += 5) {
				struct node_in got;
				p[at] = (uint8_t)v;
				enum err e = record_in_read(wr_span(&w), &got, &room);
				assert_true(e == OK || e == ERR_MALFORMED);
			}
			p[at] = kept;
		}
	}
}

/* Outputs */

static struct node_event told(void)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_MASC;
	e.level = NODE_WARNING;
	e.masc.kind = MASC_EVENT_COLLISION;
	memcpy(e.masc.peer, "north", 5);
	e.masc.from = MASC_CONNECT;
	e.masc.to = MASC_ESTABLISHED;
	e.masc.error = (struct masc_error){ 2, 8, true };
	memcpy(e.masc.data, "12345", 5);
	e.masc.data_n = 5;
	e.masc.err = ERR_CLOSED;
	e.masc.remote = v6;
	e.masc.link = 3;
	e.masc.kept = 4;
	e.masc.ours = true;
	e.masc.keep = MASC_KEEP_NEWER;
	e.masc.up = true;
	return e;
}

static struct node_event told_of_claim(void)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_MASC;
	e.level = NODE_INFO;
	e.masc.kind = MASC_EVENT_CLAIM;
	e.masc.number = UINT64_MAX - 9;
	e.masc.prefix = (struct masc_prefix){ { 239, 192, 1 }, 24, MASC_IPV4 };
	e.masc.other = (struct masc_prefix){ { 0xff, 0x38, [12] = 0x90 }, 112, MASC_IPV6 };
	e.masc.life_from = MASC_LIFE_WAITING;
	e.masc.life = MASC_LIFE_EXPIRED;
	e.masc.why = MASC_REASON_STORE;
	e.masc.domain.octets[15] = 7;
	e.masc.node.octets[0] = 9;
	e.masc.won = true;
	e.masc.local = true;
	return e;
}

static struct node_event told_of_self(void)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_NODE;
	e.level = NODE_ERROR;
	e.self = (struct node_self_event){ NODE_SELF_CONFIG_REFUSED, ERR_CONFIG, -7, 9, "why" };
	return e;
}

static size_t outputs(struct node_out *to, struct node_event events[3])
{
	events[0] = told();
	events[1] = told_of_self();
	events[2] = told_of_claim();
	const struct node_out all[] = {
		{ .kind = NODE_OUT_LISTEN, .listener = NODE_PART_MASC, .local = v4 },
		{ .kind = NODE_OUT_UNLISTEN, .listener = NODE_PART_MASC, .local = v6 },
		{ .kind = NODE_OUT_DIAL, .link = 5, .peer = 2, .local = v4, .remote = v6 },
		{ .kind = NODE_OUT_SEND, .link = 5, .bytes = octets("hello"), .after = 7 },
		{ .kind = NODE_OUT_SEND, .link = 5, .bytes = octets("all"), .drain = true },
		{ .kind = NODE_OUT_CLOSE, .link = 5, .after = UINT64_MAX },
		{ .kind = NODE_OUT_EVENT, .event = &events[0], .after = 1 },
		{ .kind = NODE_OUT_EVENT, .event = &events[1] },
		{ .kind = NODE_OUT_EVENT, .event = &events[2] },
		{ .kind = NODE_OUT_REPLY, .number = 8, .reply_number = 1 + (UINT64_C(1) << 40) },
		{ .kind = NODE_OUT_REPLY, .number = 8, .err = ERR_FULL, .why = MASC_REASON_STORE },
		{ .kind = NODE_OUT_REPLY, .number = 8, .err = ERR_STATE, .after = 2 },
		{ .kind = NODE_OUT_JOB, .number = 9, .job = NODE_JOB_PROBE, .bytes = octets("in") },
	};
	memcpy(to, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static void same_out(const struct node_out *a, const struct node_out *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->listener, b->listener);
	assert_int_equal(a->link, b->link);
	assert_int_equal(a->peer, b->peer);
	assert_true(addr_eq(&a->local, &b->local) && addr_eq(&a->remote, &b->remote));
	assert_true(span_eq(a->bytes, b->bytes));
	assert_true(a->number == b->number && a->after == b->after);
	assert_int_equal(a->err, b->err);
	assert_int_equal(a->job, b->job);
	assert_int_equal(a->drain, b->drain);
	assert_true(a->reply_number == b->reply_number);
	assert_int_equal(a->why, b->why);
	assert_int_equal(!a->event, !b->event);
	if (a->event)
		assert_memory_equal(a->event, b->event, sizeof(*a->event));
}

static void outputs_round_trip(void **state)
{
	struct node_out all[16];
	struct node_event events[3];
	size_t n = outputs(all, events);
	for (size_t i = 0; i < n; i++) {
		uint8_t p[1200];
		struct wr w = wr_of(p, sizeof(p));
		struct node_out got;
		record_out_write(&w, &all[i]);
		assert_false(w.failed);
		assert_true(w.n <= record_out_size(&all[i]));
		assert_int_equal(record_out_read(wr_span(&w), &got, &room), OK);
		same_out(&all[i], &got);
		for (size_t cut = 0; cut < w.n; cut++)
			assert_int_equal(record_out_read(span_of(p, cut), &got, &room),
					 ERR_MALFORMED);
		assert_int_equal(record_out_read(span_of(p, w.n + 1), &got, &room), ERR_MALFORMED);
	}
}

static void outputs_with_any_octet(void **state)
{
	struct node_out all[16];
	struct node_event events[3];
	size_t n = outputs(all, events);
	for (size_t i = 0; i < n; i++) {
		uint8_t p[1200];
		struct wr w = wr_of(p, sizeof(p));
		record_out_write(&w, &all[i]);
		for (size_t at = 0; at < w.n; at++) {
			uint8_t kept = p[at];
			for (unsigned v = 0; v < 256; v += 5) {
				struct node_out got;
				p[at] = (uint8_t)v;
				enum err e = record_out_read(wr_span(&w), &got, &room);
				assert_true(e == OK || e == ERR_MALFORMED);
			}
			p[at] = kept;
		}
	}
}

/* Descriptions */

static void inputs_described(void **state)
{
	static const char *const expected[INPUTS] = {
		"tick",
		"wall 2026-09-21T14:13:20Z synchronised",
		"network",
		"listen-failed masc IN_USE",
		"accepted masc link 6 at 192.0.2.9:4000 with [fe80::1%3]:2587",
		"up link 7 at [fe80::1%3]:2587 with 192.0.2.9:4000",
		"down link 7 RESET",
		"octets link 4294967295 0001...3",
		"drained link 9",
		"command call 9 masc peer \"north\" down for 1h",
		"command call 10 masc claim 239.192.1.0/24 in \"site\" from 2026-09-21T14:13:20Z "
		"for 1d",
		"command call 11 masc demand of 18446744073709551615 ipv6 from "
		"2026-09-21T14:13:20Z until 2026-09-21T14:14:20Z",
		"command call 12 masc demand-end number 77",
		"command call 13 masc withdraw ff38::9000:0/112",
		"command call 14 masc resolve number 5 yield",
		"command call 15 masc resolve number 6 keep",
		"store-failed from 12 NO_SPACE",
		"job-done job 3 OK",
		"config of 9",
		"stop",
	};
	for (size_t i = 0; i < INPUTS; i++) {
		char buffer[256];
		struct text t = TEXT_OF(buffer);
		node_describe_in(&t, &inputs[i], 2);
		assert_string_equal(t.p, expected[i]);
	}
}

static void outputs_described(void **state)
{
	static const char *const expected[] = {
		"listen masc at 192.0.2.9:4000",
		"unlisten masc at [fe80::1%3]:2587",
		"dial link 5 from 192.0.2.9:4000 to [fe80::1%3]:2587",
		"send link 5 68656c6c6f after 7",
		"send link 5 616c6c drain",
		"close link 5 after 18446744073709551615",
		("event masc collision: two connections with north: kept the one opened by us "
		 "last; closed the other after 1"),
		"event node config-refused: new configuration refused, the old one stays: line 9: why",
		("event masc claim: local claim 18446744073709551606, 239.192.1.0/24 is over: it "
		 "could not be stored (domain 7); mend the store: `homestead status`"),
		"reply call 8 OK made 1099511627777",
		"reply call 8 FULL STORE",
		"reply call 8 STATE after 2",
		"job number 9",
	};
	struct node_out all[16];
	struct node_event events[3];
	size_t n = outputs(all, events);
	for (size_t i = 0; i < n; i++) {
		char buffer[256];
		struct text t = TEXT_OF(buffer);
		node_describe_out(&t, &all[i], 64);
		assert_string_equal(t.p, expected[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_round_trip),
		cmocka_unit_test(entries_cut_off),
		cmocka_unit_test(entries_that_cannot_be),
		cmocka_unit_test(no_room),
		cmocka_unit_test(births),
		cmocka_unit_test(rows),
		cmocka_unit_test(starts),
		cmocka_unit_test(inputs_round_trip),
		cmocka_unit_test(inputs_cut_or_longer),
		cmocka_unit_test(inputs_with_any_octet),
		cmocka_unit_test(outputs_round_trip),
		cmocka_unit_test(outputs_with_any_octet),
		cmocka_unit_test(inputs_described),
		cmocka_unit_test(outputs_described),
	};
	return cmocka_run_group_tests_name("node_record", tests, NULL, NULL);
}
