#include "../failing_env.h"

#include "node/describe.h"
#include "node/record.h"

/* What the part pnrp and its sockets add to a recording, and how it reads as text.
 * Whatever is written is read and written again: the same octets. */

static const struct addr v4 = { ADDR_IPV4, { 192, 0, 2, 9 }, 3540, 0 };
static const struct addr v6 = { ADDR_IPV6, { 0xfe, 0x80, [15] = 1 }, 3541, 3 };

static struct record_room room;

static struct span octets(const char *s)
{
	return span_str(s);
}

static void set_name(struct pnrp_name *n, const char *classifier)
{
	n->classifier_n = (uint16_t)strlen(classifier);
	memcpy(n->classifier, classifier, n->classifier_n);
}

static struct pnrp_command publish(void)
{
	struct pnrp_command c = { .kind = PNRP_PUBLISH,
				  .cloud = "Global_",
				  .own_key = true,
				  .temporary = true,
				  .automatic = true,
				  .n_apps = 2,
				  .app = { { { 1, [15] = 2 }, 80, 6 },
					   { { 3, [15] = 4 }, 53, 17 } },
				  .comment_n = 3,
				  .comment = "abc",
				  .payload_type = PNRP_PAYLOAD_STRING,
				  .payload = { (const uint8_t *)"hello", 5 } };
	c.name.secure = true;
	memset(c.name.authority, 0xab, sizeof(c.name.authority));
	set_name(&c.name, "printer");
	return c;
}

static struct pnrp_command resolve(void)
{
	struct pnrp_command c = { .kind = PNRP_RESOLVE,
				  .criteria = PNRP_MATCH_UPPER_BITS,
				  .not_local = true,
				  .want_payload = true,
				  .trace = true,
				  .most = 9,
				  .timeout = -5,
				  .other = UINT64_MAX };
	set_name(&c.name, "printer");
	c.at = v6;
	return c;
}

#define INPUTS 10

static void inputs(struct node_in *in)
{
	static const struct pnrp_if_addr interfaces[] = {
		{ 2, "eth0", { ADDR_IPV4, { 192, 0, 2, 9 }, 0, 0 }, 24, false, true, false, true },
		{ 1, "lo", { ADDR_IPV6, { [15] = 1 }, 0, 0 }, 128, true, false, true, false },
	};
	static const struct addr hosts[] = { { ADDR_IPV4, { 192, 0, 2, 7 }, 0, 0 } };
	const struct node_in all[INPUTS] = {
		{ .kind = NODE_IN_INTERFACES, .interfaces = { interfaces, 2 } },
		{ .kind = NODE_IN_INTERFACES },
		{ .kind = NODE_IN_BOUND, .socket = 7, .local = v4 },
		{ .kind = NODE_IN_BIND_FAILED, .socket = 8, .err = ERR_IN_USE },
		{ .kind = NODE_IN_DATAGRAM,
		  .socket = 9,
		  .local = v6,
		  .remote = v4,
		  .bytes = octets("abc") },
		{ .kind = NODE_IN_HOST, .number = 6, .hosts = { hosts, 1 } },
		{ .kind = NODE_IN_HOST, .number = 6, .err = ERR_NOT_FOUND },
		{ .kind = NODE_IN_COMMAND, .number = 3 },
		{ .kind = NODE_IN_COMMAND, .number = 4 },
		{ .kind = NODE_IN_COMMAND, .number = 5 },
	};
	memcpy(in, all, sizeof(all));
	for (size_t i = INPUTS - 3; i < INPUTS; i++)
		in[i].command.kind = NODE_COMMAND_PNRP;
	in[INPUTS - 3].command.pnrp = publish();
	in[INPUTS - 2].command.pnrp = resolve();
	in[INPUTS - 1].command.pnrp = (struct pnrp_command){ .kind = PNRP_CANCEL, .other = 4 };
}

#define OUTPUTS 11

static struct node_event told(enum pnrp_clouds_event_kind kind)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_PNRP;
	e.level = NODE_NOTICE;
	e.pnrp = (struct pnrp_clouds_event){
		.kind = kind,
		.cloud = "LinkLocal_eth0",
		.of = { .kind = PNRP_EVENT_FULL,
			.from = PNRP_STATE_ALONE,
			.to = PNRP_STATE_ACTIVE,
			.handle = 5,
			.id = { { 1, 2, 3, UINT64_MAX } },
			.smaller = true,
			.verdict = PNRP_VERDICT_NONCE,
			.node = { { 0xfe, 0x80, [15] = 2 }, 3540 },
			.table = "walks" },
		.port = 4000,
		.seed = "seed.example.net",
		.err = ERR_TIMEOUT,
	};
	set_name(&e.pnrp.name, "printer");
	return e;
}

static struct pnrp_result found(void)
{
	struct pnrp_result r = { .id = { { 9, 8, 7, 6 } },
				 .local = true,
				 .secure = true,
				 .not_after = INT64_C(1790000000000000),
				 .n_apps = 1,
				 .app = { { { [10] = 0xff, 0xff, 192, 0, 2, 9 }, 631, 6 } },
				 .comment_n = 2,
				 .comment = "ok",
				 .payload_type = PNRP_PAYLOAD_BINARY,
				 .payload = { (const uint8_t *)"\0\1", 2 },
				 .n_nodes = 1,
				 .node = { { { [15] = 5 }, 3540 } },
				 .public_key = { 1, 2, 3 },
				 .public_n = 3,
				 .hops = 4 };
	set_name(&r.name, "printer");
	return r;
}

static const struct pnrp_hop hop = { .node = { { 0xfe, 0x80, [15] = 2 }, 3540 },
				     .id = { { 1, 2, 3, 4 } },
				     .common = 12,
				     .inquire = true,
				     .step = PNRP_STEP_REFERRAL,
				     .verdict = PNRP_VERDICT_ID,
				     .referral = { { 5, 6, 7, 8 } },
				     .elapsed = 777 };

static void outputs(struct node_out *out, struct node_event *event, struct pnrp_result *result)
{
	*event = told(PNRP_CLOUDS_EVENT_CLOUD);
	*result = found();
	const struct node_out all[OUTPUTS] = {
		{ .kind = NODE_OUT_BIND, .socket = 3, .local = v4, .shared = true },
		{ .kind = NODE_OUT_BIND, .socket = 4, .local = v6, .any_port = true },
		{ .kind = NODE_OUT_UNBIND, .socket = 4 },
		{ .kind = NODE_OUT_JOIN, .socket = 4, .local = v6 },
		{ .kind = NODE_OUT_LEAVE, .socket = 4, .local = v6 },
		{ .kind = NODE_OUT_DATAGRAM,
		  .socket = 4,
		  .local = v6,
		  .remote = v4,
		  .hops = 1,
		  .bytes = octets("hello"),
		  .after = 6 },
		{ .kind = NODE_OUT_HOST, .number = 5, .bytes = octets("seed.example.net") },
		{ .kind = NODE_OUT_FOUND, .number = 5, .found = { "Global_", result, NULL } },
		{ .kind = NODE_OUT_STEP, .number = 5, .found = { "Global_", NULL, &hop } },
		{ .kind = NODE_OUT_REPLY, .number = 5, .err = ERR_TIMEOUT, .elapsed = 1500 },
		{ .kind = NODE_OUT_EVENT, .event = event },
	};
	memcpy(out, all, sizeof(all));
}

#define ROOM 4096

static size_t write_in(const struct node_in *in, uint8_t *p)
{
	struct wr w = wr_of(p, ROOM);
	record_in_write(&w, in);
	assert_false(w.failed);
	assert_true(w.n <= record_in_size(in));
	return w.n;
}

static size_t write_out(const struct node_out *out, uint8_t *p)
{
	struct wr w = wr_of(p, ROOM);
	record_out_write(&w, out);
	assert_false(w.failed);
	assert_true(w.n <= record_out_size(out));
	return w.n;
}

static void inputs_round_trip(void **state)
{
	struct node_in all[INPUTS], got;
	uint8_t p[ROOM], again[ROOM];
	inputs(all);
	for (size_t i = 0; i < INPUTS; i++) {
		size_t n = write_in(&all[i], p);
		assert_int_equal(record_in_read(span_of(p, n), &got, &room), OK);
		assert_int_equal(write_in(&got, again), n);
		assert_memory_equal(p, again, n);
	}
}

/* Values, and not only that they come back. */
static void a_command_is_read(void **state)
{
	struct node_in all[INPUTS], got;
	uint8_t p[ROOM];
	inputs(all);
	size_t n = write_in(&all[INPUTS - 3], p);
	assert_int_equal(record_in_read(span_of(p, n), &got, &room), OK);
	const struct pnrp_command *a = &all[INPUTS - 3].command.pnrp, *b = &got.command.pnrp;
	assert_true(pnrp_name_eq(&a->name, &b->name));
	assert_string_equal(a->cloud, b->cloud);
	assert_true(b->own_key && b->temporary && b->automatic);
	assert_int_equal(b->n_apps, 2);
	assert_int_equal(b->app[1].port, 53);
	assert_int_equal(b->app[1].protocol, 17);
	assert_true(span_eq(a->payload, b->payload));
	n = write_in(&all[INPUTS - 2], p);
	assert_int_equal(record_in_read(span_of(p, n), &got, &room), OK);
	assert_int_equal(got.command.pnrp.timeout, -5);
	assert_true(addr_eq(&got.command.pnrp.at, &v6));
}

static void outputs_round_trip(void **state)
{
	struct node_out all[OUTPUTS], got;
	struct node_event event;
	struct pnrp_result result;
	uint8_t p[ROOM], again[ROOM];
	outputs(all, &event, &result);
	for (size_t i = 0; i < OUTPUTS; i++) {
		size_t n = write_out(&all[i], p);
		assert_int_equal(record_out_read(span_of(p, n), &got, &room), OK);
		assert_int_equal(write_out(&got, again), n);
		assert_memory_equal(p, again, n);
	}
}

static void a_result_is_read(void **state)
{
	struct node_out all[OUTPUTS], got;
	struct node_event event;
	struct pnrp_result result;
	uint8_t p[ROOM];
	outputs(all, &event, &result);
	size_t n = write_out(&all[7], p);
	assert_int_equal(record_out_read(span_of(p, n), &got, &room), OK);
	assert_string_equal(got.found.cloud, "Global_");
	assert_true(pnrp_id_eq(&got.found.result->id, &result.id));
	assert_int_equal(got.found.result->app[0].port, 631);
	assert_true(span_eq(got.found.result->payload, result.payload));
	assert_int_equal(got.found.result->hops, 4);
}

static void cut_or_longer(void **state)
{
	struct node_in in[INPUTS], got_in;
	struct node_out out[OUTPUTS], got_out;
	struct node_event event;
	struct pnrp_result result;
	uint8_t p[ROOM + 1];
	inputs(in);
	outputs(out, &event, &result);
	for (size_t i = 0; i < INPUTS; i++) {
		size_t n = write_in(&in[i], p);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(record_in_read(span_of(p, cut), &got_in, &room),
					 ERR_MALFORMED);
		p[n] = 0;
		assert_int_equal(record_in_read(span_of(p, n + 1), &got_in, &room), ERR_MALFORMED);
	}
	for (size_t i = 0; i < OUTPUTS; i++) {
		size_t n = write_out(&out[i], p);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(record_out_read(span_of(p, cut), &got_out, &room),
					 ERR_MALFORMED);
	}
}

/* No octet of a body leads the reader astray, whatever its value. */
static void any_octet(void **state)
{
	struct node_in in[INPUTS], got_in;
	struct node_out out[OUTPUTS], got_out;
	struct node_event event;
	struct pnrp_result result;
	uint8_t p[ROOM];
	char line[ROOM];
	inputs(in);
	outputs(out, &event, &result);
	for (size_t i = 0; i < INPUTS + OUTPUTS; i++) {
		size_t n = i < INPUTS ? write_in(&in[i], p) : write_out(&out[i - INPUTS], p);
		for (size_t at = 0; at < n; at++) {
			uint8_t kept = p[at];
			for (unsigned v = 0; v < 256; v += 51) {
				struct text t = TEXT_OF(line);
				p[at] = (uint8_t)v;
				enum err e =
					i < INPUTS
						? record_in_read(span_of(p, n), &got_in, &room)
						: record_out_read(span_of(p, n), &got_out, &room);
				assert_true(e == OK || e == ERR_MALFORMED);
				if (e == OK && i < INPUTS)
					node_describe_in(&t, &got_in, 4);
				else if (e == OK)
					node_describe_out(&t, &got_out, 4);
			}
			p[at] = kept;
		}
	}
}

static void described(void **state)
{
	static const char *const ins[INPUTS] = {
		"interfaces addresses 2 eth0 192.0.2.9 lo ::1",
		"interfaces addresses 0",
		"bound socket 7 at 192.0.2.9:3540",
		"bind-failed socket 8 IN_USE",
		"datagram socket 9 from 192.0.2.9:3540 to [fe80::1%3]:3541 6162...3",
		"host number 6 at 192.0.2.7",
		"host number 6 NOT_FOUND",
		("command call 3 pnrp publish \"abababababababababababababababababababab.printer\" in "
		 "Global_"),
		"command call 4 pnrp resolve \"0.printer\" at [fe80::1%3]:3541",
		"command call 5 pnrp cancel call 4",
	};
	static const char *const outs[OUTPUTS] = {
		"bind socket 3 at 192.0.2.9:3540 shared",
		"bind socket 4 at [fe80::1%3]:3541 on 3 any-port",
		"unbind socket 4",
		"join socket 4 at [fe80::1%3]:3541 on 3",
		"leave socket 4 at [fe80::1%3]:3541 on 3",
		"datagram socket 4 from [fe80::1%3]:3541 to 192.0.2.9:3540 hops 1 6865...5 after 6",
		"host number 5 \"seed.example.net\"",
		"found call 5 Global_ \"0.printer\" local secure at 192.0.2.9:631 hops 4",
		"step call 5 Global_ node [fe80::2]:3540 refers to common 12",
		"reply call 5 TIMEOUT in 1ms500us",
		("event pnrp full: the table of walks of cloud LinkLocal_eth0 is full; what is new is "
		 "refused"),
	};
	struct node_in in[INPUTS];
	struct node_out out[OUTPUTS];
	struct node_event event;
	struct pnrp_result result;
	inputs(in);
	outputs(out, &event, &result);
	for (size_t i = 0; i < INPUTS; i++) {
		char line[400];
		struct text t = TEXT_OF(line);
		node_describe_in(&t, &in[i], 2);
		assert_string_equal(t.p, ins[i]);
	}
	for (size_t i = 0; i < OUTPUTS; i++) {
		char line[400];
		struct text t = TEXT_OF(line);
		node_describe_out(&t, &out[i], 2);
		assert_string_equal(t.p, outs[i]);
	}
}

/* Each kind has a name, a level, a sentence of its own and the fields it needs. */
static void every_event_is_worded(void **state)
{
	char seen[16][200];
	size_t n = 0;
	for (unsigned k = 0; k < PNRP_CLOUDS_EVENT_COUNT + PNRP_EVENT_COUNT - 1; k++) {
		bool of_cloud = k >= PNRP_CLOUDS_EVENT_COUNT - 1;
		struct node_event e = told(of_cloud ? PNRP_CLOUDS_EVENT_CLOUD
						    : (enum pnrp_clouds_event_kind)(k + 1));
		if (of_cloud)
			e.pnrp.of.kind = (enum pnrp_event_kind)(k - PNRP_CLOUDS_EVENT_COUNT + 1);
		struct text t = TEXT_OF(seen[n]);
		node_event_text(&t, &e);
		assert_true(t.n > 10 && !strstr(t.p, "unknown"));
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(seen[i], seen[n]);
		n++;
		assert_string_not_equal(node_event_name(&e), "unknown");
		assert_true(node_pnrp_event_level(&e.pnrp) < NODE_LEVEL_COUNT);
		struct node_field f;
		size_t at = 0;
		assert_true(node_event_field(&e, &at, &f));
		assert_string_equal(f.name, "cloud");
		assert_string_equal(f.value.p, "LinkLocal_eth0");
	}
}

static void fields_of_a_rejection(void **state)
{
	struct node_event e = told(PNRP_CLOUDS_EVENT_CLOUD);
	static const char *const names[] = { "cloud", "id", "node", "verdict" };
	struct node_field f;
	size_t at = 0, n = 0;
	e.pnrp.of.kind = PNRP_EVENT_REJECTED;
	for (; node_event_field(&e, &at, &f); n++) {
		assert_true(n < 4);
		assert_string_equal(f.name, names[n]);
		if (n == 2)
			assert_string_equal(f.value.p, "[fe80::2]:3540");
	}
	assert_int_equal(n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inputs_round_trip),
		cmocka_unit_test(a_command_is_read),
		cmocka_unit_test(outputs_round_trip),
		cmocka_unit_test(a_result_is_read),
		cmocka_unit_test(cut_or_longer),
		cmocka_unit_test(any_octet),
		cmocka_unit_test(described),
		cmocka_unit_test(every_event_is_worded),
		cmocka_unit_test(fields_of_a_rejection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
