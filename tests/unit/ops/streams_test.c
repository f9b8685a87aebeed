/* Streams: tokens, direct connections, large records, databases out and in. */
#include "asked_graphs.h"

#include "ops/stream.h"
#include "os/clock.h"
#include "wire/rd.h"
#include "wire/wr.h"

static char said[OPS_MESSAGE_MAX + 1];

static struct ops_stream *claim_token(const char *token, enum err want)
{
	struct text why = TEXT_OF(said);
	struct ops_stream *s = NULL;
	assert_int_equal(ops_stream_claim(ops, token, &s, &why), want);
	return s;
}

/* What the last answer gave leave for. */
static struct ops_stream *claim(void)
{
	assert_int_equal(got.err, OK);
	return claim_token(json_string_value(json_object_get(got.json, "token")), OK);
}

static void write_all(struct ops_stream *s, const void *p, size_t n)
{
	size_t taken;
	assert_int_equal(ops_stream_write(s, span_of(p, n), &taken), OK);
	assert_int_equal(taken, n);
}

static void count_ready(void *arg)
{
	++*(size_t *)arg;
}

/* All that comes until the end. */
static uint8_t all[400000];
static size_t read_all(struct ops_stream *s, enum err want)
{
	size_t n, have = 0;
	enum err e;
	while ((e = ops_stream_read(s, all + have, sizeof(all) - have, &n)) == OK && n)
		have += n;
	assert_int_equal(e, want);
	return have;
}

/* GRAPH-14.12 */
static void a_token_is_good_once_and_for_a_while(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_DATA, "11111111");
	char token[OPS_TOKEN_DIGITS + 1];
	ask(&r);
	assert_at("octets", "4");
	assert_int_equal(strlen(json_string_value(at_path("socket"))) > 0, 1);
	ops_set_text(token, sizeof(token), json_string_value(at_path("token")));
	assert_int_equal(strlen(token), OPS_TOKEN_DIGITS);
	struct ops_stream *s = claim_token(token, OK);
	claim_token(token, ERR_NOT_FOUND);
	assert_non_null(strstr(said, "there is no such token"));
	assert_int_equal(read_all(s, ERR_CLOSED), 4);
	assert_memory_equal(all, "milk", 4);
	ops_stream_close(s);
	claim_token(token, ERR_NOT_FOUND);
	ask(&r);
	ops_set_text(token, sizeof(token), json_string_value(at_path("token")));
	token[0] = token[0] == 'a' ? 'b' : 'a';
	claim_token(token, ERR_NOT_FOUND);
	ops_set_text(token, sizeof(token), json_string_value(at_path("token")));
	played.passed_us = OPS_TOKEN_LIFE - 1;
	ops_stream_close(claim_token(token, OK));
	ask(&r);
	ops_set_text(token, sizeof(token), json_string_value(at_path("token")));
	played.passed_us += OPS_TOKEN_LIFE;
	claim_token(token, ERR_NOT_FOUND);
	r.write.dry_run = true;
	ask(&r);
	assert_at("token", "");
	assert_at("text", "the record's data would be read");
}

static void many_tokens_push_out_the_oldest(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_DATA, "11111111");
	char first[OPS_TOKEN_DIGITS + 1];
	ask(&r);
	ops_set_text(first, sizeof(first), json_string_value(at_path("token")));
	for (size_t i = 0; i < OPS_STREAMS_MAX; i++)
		ask(&r);
	claim_token(first, ERR_NOT_FOUND);
	ops_stream_close(claim());
}

/* A direct connection, as the core tells of it. */
static void direct_event(enum graph_link_status status, uint64_t conn, bool incoming)
{
	struct node_event e = { .part = NODE_PART_GRAPH };
	e.graph = (struct graph_event){ .kind = GRAPH_EVENT_DIRECT,
					.graph = 1,
					.graph_id = "0.notes",
					.status = status,
					.incoming = incoming,
					.conn = conn,
					.node = 0x99,
					.peer = "0.bob" };
	ops_event(ops, &e, (struct wall){ played.wall_us, true });
}

static const struct graph_guid type_a = { { 0xa, 0xa } };

static struct ops_stream *open_direct(uint64_t conn)
{
	struct ops_request r = played_of(OPS_DIRECT_OPEN, "");
	r.direct_open.peer = "0.bob";
	played_graph.result = (struct engine_result){ .conn = conn };
	direct_event(GRAPH_LINK_CONNECTED, conn, false);
	ask(&r);
	played_graph.result = (struct engine_result){ .err = OK };
	assert_at("done", "true");
	assert_at("peer", "0.bob");
	assert_at("node", "0000000000000099");
	return claim();
}

static size_t message(uint8_t *out, const struct graph_guid *type, const void *p, size_t n)
{
	struct wr w = wr_of(out, n + OPS_DIRECT_HEAD);
	wr_u32(&w, (uint32_t)n);
	wr_bytes(&w, span_of(type->at, 16));
	wr_bytes(&w, span_of(p, n));
	return w.n;
}

/* GRAPH-14.13 */
static void messages_go_both_ways(void **state)
{
	uint8_t m[100];
	size_t n, taken, woken = 0;
	struct ops_stream *s = open_direct(7);
	ops_stream_on_ready(s, count_ready, &woken);
	assert_int_equal(ops_stream_read(s, all, sizeof(all), &n), OK);
	assert_int_equal(n, 0);
	ops_data(ops, 1, 7, &type_a, span_str("hello"));
	ops_data(ops, 1, 8, &type_a, span_str("nobody's"));
	assert_int_equal(woken, 1);
	assert_int_equal(ops_stream_read(s, all, 10, &n), OK);
	assert_int_equal(n, 10);
	assert_int_equal(ops_stream_read(s, all + 10, 100, &n), OK);
	assert_int_equal(n, 15);
	size_t want = message(m, &type_a, "hello", 5);
	assert_int_equal(want, 25);
	assert_memory_equal(all, m, want);
	want = message(m, &type_a, "thanks", 6); /* an octet a call */
	for (size_t i = 0; i < want; i++)
		write_all(s, m + i, 1);
	assert_int_equal(played_graph.counts[GRAPH_CONN_SEND], 1);
	assert_memory_equal(played_graph.payload, "thanks", 6);
	assert_int_equal(played_graph.command.of.conn, 7);
	assert_true(graph_guid_eq(&played_graph.command.of.type, &type_a));
	want = message(m, &type_a, "", 0);
	write_all(s, m, want);
	assert_int_equal(played_graph.counts[GRAPH_CONN_SEND], 2);
	assert_int_equal(played_graph.payload_n, 0);
	m[0] = 0x7f; /* a length of 2 GiB */
	assert_int_equal(ops_stream_write(s, span_of(m, 20), &taken), ERR_MALFORMED);
	ops_stream_close(s);
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 1);
}

/* GRAPH-14.13 */
static void who_does_not_read_pauses_the_link(void **state)
{
	static uint8_t block[30000];
	struct ops_stream *s = open_direct(7);
	for (size_t i = 0; i < 8; i++)
		ops_data(ops, 1, 7, &type_a, span_of(block, sizeof(block)));
	assert_int_equal(played_graph.counts[GRAPH_CONN_READ], 0);
	ops_data(ops, 1, 7, &type_a, span_of(block, sizeof(block)));
	assert_int_equal(played_graph.counts[GRAPH_CONN_READ], 1);
	assert_true(played_graph.paused);
	size_t n, have = 0;
	while (played_graph.paused && have < 9 * sizeof(block)) {
		assert_int_equal(ops_stream_read(s, all, 10000, &n), OK);
		have += n;
	}
	assert_false(played_graph.paused);
	assert_in_range(have, 200000, 230000);
	assert_int_equal(have + read_all(s, OK), 9 * (sizeof(block) + OPS_DIRECT_HEAD));
	ops_stream_close(s);
}

/* GRAPH-14.13: nor may many links whose octets nobody reads fill the memory. */
static void what_nobody_reads_is_bounded(void **state)
{
	static uint8_t block[OPS_DIRECT_MESSAGE + 1];
	const size_t most = 128 << 20, one = OPS_DIRECT_MESSAGE + OPS_DIRECT_HEAD;
	struct ops_stream *s = open_direct(7);
	ops_data(ops, 1, 7, &type_a, span_of(block, OPS_DIRECT_MESSAGE));
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 0);
	ops_data(ops, 1, 7, &type_a, span_of(block, sizeof(block)));
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 1);
	ops_stream_close(s);
	s = open_direct(9);
	for (size_t i = 0; i < most / one; i++)
		ops_data(ops, 1, 9, &type_a, span_of(block, OPS_DIRECT_MESSAGE));
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 1);
	ops_data(ops, 1, 9, &type_a, span_of(block, OPS_DIRECT_MESSAGE));
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 2);
	ops_stream_close(s);
	s = open_direct(10); /* and all of it is given back */
	ops_data(ops, 1, 10, &type_a, span_of(block, OPS_DIRECT_MESSAGE));
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 2);
	ops_stream_close(s);
}

/* GRAPH-14.13 */
static void what_the_link_does_not_take_is_not_read(void **state)
{
	static uint8_t body[100000], m[100100];
	size_t n = message(m, &type_a, body, sizeof(body)), taken, woken = 0;
	struct ops_stream *s = open_direct(7);
	ops_stream_on_ready(s, count_ready, &woken);
	played_graph.later = true;
	for (size_t i = 0; i < 3; i++)
		write_all(s, m, n);
	assert_int_equal(ops_stream_write(s, span_of(m, n), &taken), OK);
	assert_int_equal(taken, 0);
	assert_int_equal(woken, 0);
	played_graph_answer(&(struct engine_result){ .err = OK });
	assert_int_equal(woken, 1);
	write_all(s, m, n);
	ops_stream_close(s);
	while (played_graph.n_held) /* answers for who is gone */
		played_graph_answer(&(struct engine_result){ .err = OK });
}

static void the_end_of_a_link_is_the_end_of_the_stream(void **state)
{
	size_t n, taken, woken = 0;
	struct ops_stream *s = open_direct(7);
	ops_stream_on_ready(s, count_ready, &woken);
	ops_data(ops, 1, 7, &type_a, span_str("bye"));
	direct_event(GRAPH_LINK_ENDED, 7, false);
	assert_int_equal(woken, 2);
	assert_int_equal(ops_stream_read(s, all, sizeof(all), &n), OK);
	assert_int_equal(n, 23);
	assert_int_equal(ops_stream_read(s, all, sizeof(all), &n), ERR_CLOSED);
	assert_int_equal(ops_stream_write(s, span_str("x"), &taken), ERR_CLOSED);
	ops_stream_close(s);
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 0);
	s = open_direct(9);
	ops_stream_finish(s);
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 1);
	ops_stream_close(s);
	assert_int_equal(played_graph.counts[GRAPH_CONN_CLOSE], 1);
}

static void a_connection_that_came_in_is_taken(void **state)
{
	struct ops_request r = played_of(OPS_DIRECT_STREAM, "12");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no direct connection \"12\"", "peer list");
	direct_event(GRAPH_LINK_CONNECTED, 12, true);
	ops_data(ops, 1, 12, &type_a, span_str("first"));
	r.write.dry_run = true;
	ask(&r);
	assert_at("token", "");
	r.write.dry_run = false;
	ask(&r);
	assert_at("conn", "12");
	assert_at("peer", "0.bob");
	struct ops_stream *s = claim();
	assert_int_equal(read_all(s, OK), 25);
	ask(&r);
	refused(ERR_IN_USE, "another program has that connection", "peer list");
	r = played_of(OPS_DIRECT_CLOSE, "12");
	ask(&r);
	assert_at("text", "the direct connection is closed");
	assert_int_equal(read_all(s, ERR_CLOSED), 0);
	ops_stream_close(s);
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no direct connection", "peer list");
	r = played_of(OPS_DIRECT_ACCEPT, "");
	ask(&r);
	assert_at("text", "graph \"0.notes\" takes direct connections");
	r.direct_accept.refuse = true;
	ask(&r);
	assert_true(played_graph.command.of.paused);
}

static void bad_wishes_for_a_connection_are_refused(void **state)
{
	struct ops_request r = played_of(OPS_DIRECT_OPEN, "");
	ask(&r);
	refused(ERR_MALFORMED, "whom to connect to", "peer list");
	ops_set_text(r.direct_open.node, sizeof(r.direct_open.node), "xyz");
	ask(&r);
	refused(ERR_MALFORMED, "a Node ID is 16 hexadecimal digits", "peer list");
	ops_set_text(r.direct_open.node, sizeof(r.direct_open.node), "");
	ops_set_text(r.direct_open.address, sizeof(r.direct_open.address), "nowhere");
	ask(&r);
	refused(ERR_MALFORMED, "\"nowhere\" is no address", "");
	ops_set_text(r.direct_open.address, sizeof(r.direct_open.address), "192.0.2.1");
	r.direct_open.dry_run = true;
	ask(&r);
	assert_at("text", "a direct connection to \"192.0.2.1\" would be opened");
	r.direct_open.dry_run = false;
	played_graph.result = (struct engine_result){ .err = ERR_REFUSED };
	ask(&r);
	refused(ERR_REFUSED, "a direct connection to \"192.0.2.1\" cannot be opened",
		"is homesteadd running there");
}

static void a_large_record_is_read(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_DATA, "55555555");
	ask(&r);
	struct ops_stream *s = claim();
	assert_int_equal(read_all(s, ERR_CLOSED), 100000);
	assert_int_equal(all[99999], 'x');
	ops_stream_close(s);
	ask(&r);
	char token[OPS_TOKEN_DIGITS + 1];
	ops_set_text(token, sizeof(token), json_string_value(at_path("token")));
	played_graph.n_graphs = 0;
	claim_token(token, ERR_NOT_FOUND);
	assert_non_null(strstr(said, "cannot be read any more"));
}

static const char *line(struct ops_stream *s)
{
	size_t n = read_all(s, ERR_CLOSED);
	assert_true(n > 0 && all[n - 1] == '\n');
	all[n - 1] = 0;
	return (const char *)all;
}

static void a_large_record_is_published(void **state)
{
	static uint8_t body[200000];
	struct ops_request r = played_of(OPS_RECORD_UPLOAD, "");
	r.record_upload.size = sizeof(body);
	ask(&r);
	refused(ERR_MALFORMED, "either the \"type\" of a new record", "doc/api.md");
	ops_set_text(r.record_upload.type, sizeof(r.record_upload.type), "note");
	memset(played_graph.result.id.at, 0x99, 16);
	ask(&r);
	struct ops_stream *s = claim();
	for (size_t i = 0; i < 4; i++)
		write_all(s, body, 50000);
	assert_int_equal(played_graph.commands, 0);
	ops_stream_finish(s);
	assert_int_equal(played_graph.counts[GRAPH_RECORD_ADD], 1);
	assert_int_equal(played_graph.payload_n, sizeof(body));
	assert_non_null(strstr(played_graph.text, ">note<"));
	assert_non_null(strstr(line(s), "\"id\":\"99999999-"));
	ops_stream_close(s);
	ops_set_text(r.record_upload.record, sizeof(r.record_upload.record), "11111111");
	r.record_upload.size = 2;
	ask(&r);
	s = claim();
	write_all(s, "ab", 2);
	played_graph.result = (struct engine_result){ .err = ERR_CONFLICT };
	ops_stream_finish(s);
	assert_int_equal(played_graph.counts[GRAPH_RECORD_UPDATE], 1);
	assert_non_null(strstr(line(s), "\"code\":\"CONFLICT\""));
	ops_stream_close(s);
}

static void an_upload_that_is_not_whole_is_none(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_UPLOAD, "");
	size_t taken;
	r.record_upload.size = 10;
	ops_set_text(r.record_upload.type, sizeof(r.record_upload.type), "note");
	ask(&r);
	struct ops_stream *s = claim();
	write_all(s, "short", 5);
	ops_stream_finish(s);
	assert_non_null(strstr(line(s), "fewer octets came"));
	ops_stream_close(s);
	ask(&r);
	s = claim();
	assert_int_equal(ops_stream_write(s, span_str("twelve octets"), &taken), ERR_CLOSED);
	assert_non_null(strstr(line(s), "more octets came"));
	ops_stream_close(s);
	ask(&r);
	s = claim();
	write_all(s, "ten octets", 10);
	played_graph.later = true;
	ops_stream_finish(s);
	ops_stream_close(s); /* who is gone is told nothing */
	assert_int_equal(played_graph.n_held, 0);
	r.record_upload.size = UINT64_C(1) << 30;
	ask(&r);
	refused(ERR_RANGE, "at most 62914560 octets", "");
}

/* An export of the played graph: its octets, in `all`. */
static size_t export_all(void)
{
	struct ops_request r = played_of(OPS_GRAPH_EXPORT, "");
	ask(&r);
	struct ops_stream *s = claim();
	size_t n = read_all(s, ERR_CLOSED);
	ops_stream_close(s);
	return n;
}

static struct ops_stream *import_begin(void)
{
	struct ops_request r = played_of(OPS_GRAPH_IMPORT, "");
	ask(&r);
	return claim();
}

/* GRAPH-14.14 */
static void a_database_goes_out_and_in(void **state)
{
	static uint8_t copy[sizeof(all)];
	size_t n = export_all();
	memcpy(copy, all, n);
	assert_memory_equal(copy, "HSTGRAPH", 8);
	assert_true(n > 100000);
	struct ops_stream *s = import_begin();
	for (size_t i = 0; i < n; i++)
		write_all(s, copy + i, 1);
	assert_int_equal(played_graph.counts[GRAPH_IMPORT], 5);
	ops_stream_finish(s);
	assert_non_null(strstr(line(s), "\"records\":5"));
	ops_stream_close(s);
	s = import_begin();
	played_graph.result.err = ERR_MALFORMED;
	write_all(s, copy, n);
	ops_stream_finish(s);
	assert_non_null(strstr(line(s), "\"refused\":5"));
	ops_stream_close(s);
}

static void a_database_cut_anywhere_is_refused(void **state)
{
	static uint8_t copy[sizeof(all)];
	size_t n = export_all();
	memcpy(copy, all, n);
	for (size_t cut = 0; cut < n; cut += cut < 400 || cut > n - 40 ? 1 : 9973) {
		struct ops_stream *s = import_begin();
		write_all(s, copy, cut);
		ops_stream_finish(s);
		assert_non_null(strstr(line(s), "cut short"));
		ops_stream_close(s);
	}
}

static void another_database_is_refused(void **state)
{
	static uint8_t copy[sizeof(all)];
	size_t n = export_all(), taken;
	memcpy(copy, all, n);
	copy[14] ^= 1; /* the Graph ID */
	struct ops_stream *s = import_begin();
	assert_int_equal(ops_stream_write(s, span_of(copy, n), &taken), ERR_CLOSED);
	assert_non_null(strstr(line(s), "of another graph"));
	ops_stream_close(s);
	s = import_begin();
	assert_int_equal(ops_stream_write(s, span_str("GET / HTTP/1.1\r\nHost: there\r\n"), &taken),
			 ERR_CLOSED);
	assert_non_null(strstr(line(s), "that is no database of a graph"));
	ops_stream_close(s);
}

/* GRAPH-14.14 */
static void an_import_waits_for_the_core(void **state)
{
	static uint8_t many[40000];
	struct wr w = wr_of(many, sizeof(many));
	size_t taken;
	wr_bytes(&w, span_str("HSTGRAPH"));
	wr_u16(&w, 1);
	wr_u16(&w, CRYPTO_MODERN);
	wr_u16(&w, 7);
	wr_bytes(&w, span_str("0.notes"));
	wr_u16(&w, 5);
	wr_bytes(&w, span_str("0.ann"));
	for (size_t i = 0; i < 200; i++) {
		wr_u32(&w, 90);
		wr_zero(&w, 90);
	}
	struct ops_stream *s = import_begin();
	played_graph.later = true;
	assert_int_equal(ops_stream_write(s, span_of(many, w.n), &taken), OK);
	assert_int_equal(played_graph.n_held, 64);
	assert_in_range(taken, 64 * 94, 64 * 94 + 2 * 4096);
	size_t more = 0;
	played_graph_answer(&(struct engine_result){ .err = OK });
	assert_int_equal(ops_stream_write(s, span_of(many + taken, w.n - taken), &more), OK);
	assert_int_equal(more, 0);
	assert_int_equal(played_graph.n_held, 64);
	while (played_graph.n_held)
		played_graph_answer(&(struct engine_result){ .err = OK });
	assert_int_equal(ops_stream_write(s, span_of(many + taken, w.n - taken), &more), OK);
	assert_true(more > 0);
	ops_stream_close(s);
}

static void memory_may_end_anywhere(void **state)
{
	static const enum ops_kind kinds[] = { OPS_RECORD_DATA, OPS_RECORD_UPLOAD, OPS_GRAPH_EXPORT,
					       OPS_GRAPH_IMPORT, OPS_DIRECT_STREAM };
	struct failing_env fe;
	for (size_t k = 0; k < 5; k++)
		for (size_t at = 0; at < 30; at++) {
			const char *name = kinds[k] == OPS_DIRECT_STREAM ? "3" : "11111111";
			struct ops_request r = played_of(kinds[k], name);
			struct ops_host host = played_host();
			struct ops *mine = ops;
			if (kinds[k] == OPS_RECORD_UPLOAD)
				ops_set_text(r.record_upload.type, sizeof(r.record_upload.type),
					     "note");
			failing_env_init(&fe, 7);
			fe.fail_at = at;
			played.env = &fe.env;
			if (ops_new(&ops, NULL, &host) == OK) {
				direct_event(GRAPH_LINK_CONNECTED, 3, true);
				ops_data(ops, 1, 3, &type_a, span_str("x"));
				size_t before = got.count;
				enum err e = ops_submit(ops, &r, take, NULL);
				assert_true(e == OK || e == ERR_NOMEM);
				assert_int_equal(got.count, before + (e == OK));
				ops_free(ops);
			}
			ops = mine;
			failing_env_assert_clean(&fe);
		}
	played.env = NULL;
}

/* Captures */

static struct ops_stream *capture_begin(void)
{
	struct ops_request r = played_of(OPS_CAPTURE, "");
	ops_set_text(r.capture.part, sizeof(r.capture.part), "graph");
	ask(&r);
	return claim();
}

static void traffic(enum engine_traffic_kind kind, uint32_t link, bool out, const char *octets)
{
	const struct engine_traffic t = {
		kind, link, true, out, span_str(octets), span_str(out ? "" : "be")
	};
	played_tap(played_tap_arg, &t);
}

/* So many packets are in the file of n octets in `all`; *carried: octets in them. */
static size_t packets(size_t n, size_t *carried)
{
	size_t count = 0, at = 0;
	*carried = 0;
	while (at < n) {
		struct rd r = rd_of(span_of(all + at, n - at));
		uint32_t type = rd_u32(&r), size = rd_u32(&r);
		assert_true(size >= 12 && size <= n - at);
		rd_skip(&r, 12);
		if (type == 6) {
			count++;
			*carried += rd_u32(&r) - 40;
		}
		at += size;
	}
	return count;
}

/* GRAPH-14.17 */
static void a_capture_has_all_links_of_graphs(void **state)
{
	size_t carried, ready = 0;
	struct engine_traffic other = { ENGINE_TRAFFIC_OPEN, 5, .out = true };
	assert_null(played_tap);
	struct ops_stream *s = capture_begin();
	ops_stream_on_ready(s, count_ready, &ready);
	assert_int_equal(packets(read_all(s, OK), &carried), 0);
	assert_non_null(played_tap);
	traffic(ENGINE_TRAFFIC_OPEN, 1, true, "");
	assert_int_equal(packets(read_all(s, OK), &carried), 3);
	traffic(ENGINE_TRAFFIC_OCTETS, 1, true, "hello");
	traffic(ENGINE_TRAFFIC_OCTETS, 2, false, "gins");
	traffic(ENGINE_TRAFFIC_OCTETS, 2, false, "goes on");
	assert_int_equal(packets(read_all(s, OK), &carried), 4);
	assert_int_equal(carried, 5 + 6 + 7);
	traffic(ENGINE_TRAFFIC_CLOSE, 1, false, "");
	assert_int_equal(packets(read_all(s, OK), &carried), 3);
	traffic(ENGINE_TRAFFIC_CLOSE, 1, true, "");
	played_tap(played_tap_arg, &other);
	traffic(ENGINE_TRAFFIC_OCTETS, 10, false, "of a link that has gone");
	assert_int_equal(packets(read_all(s, OK), &carried), 0);
	assert_true(ready >= 5);
	traffic(ENGINE_TRAFFIC_OCTETS, 2, true, "the last");
	ops_stream_finish(s);
	traffic(ENGINE_TRAFFIC_OCTETS, 2, true, "too late");
	assert_int_equal(packets(read_all(s, ERR_CLOSED), &carried), 1);
	assert_int_equal(carried, 8);
	ops_stream_close(s);
	assert_null(played_tap);
}

static void a_program_that_does_not_read_loses_its_capture(void **state)
{
	static char much[100001];
	size_t n;
	memset(much, 'x', sizeof(much) - 1);
	struct ops_stream *s = capture_begin(), *other = capture_begin();
	for (int i = 0; i < 200; i++) {
		traffic(ENGINE_TRAFFIC_OCTETS, 1, true, much);
		while (ops_stream_read(other, all, sizeof(all), &n) == OK && n)
			;
	}
	for (size_t had = 1, sum = 0; had; sum += had) {
		enum err e = ops_stream_read(s, all, sizeof(all), &had);
		assert_int_equal(e, had ? OK : ERR_FULL);
		assert_true(sum + had <= 16 << 20);
	}
	ops_stream_close(s);
	assert_non_null(played_tap);
	traffic(ENGINE_TRAFFIC_OCTETS, 1, true, "goes on");
	assert_true(read_all(other, OK) > 7);
	ops_stream_close(other);
	assert_null(played_tap);
}

static void captures_are_of_graphs_alone(void **state)
{
	struct ops_request r = played_of(OPS_CAPTURE, "");
	ask(&r);
	refused(ERR_UNSUPPORTED, "only the traffic of graphs is captured", "capture graph");
	ops_set_text(r.capture.part, sizeof(r.capture.part), "graph");
	r.capture.dry_run = true;
	ask(&r);
	assert_at("text", "the traffic of all graphs would be captured");
	r.capture.dry_run = false;
	ask(&r); /* and nobody comes with the token */
	played_graph.on = false;
	ask(&r);
	refused(ERR_STATE, "the part graph is off", "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		GRAPHS_TEST(a_token_is_good_once_and_for_a_while),
		GRAPHS_TEST(many_tokens_push_out_the_oldest),
		GRAPHS_TEST(messages_go_both_ways),
		GRAPHS_TEST(who_does_not_read_pauses_the_link),
		GRAPHS_TEST(what_nobody_reads_is_bounded),
		GRAPHS_TEST(what_the_link_does_not_take_is_not_read),
		GRAPHS_TEST(the_end_of_a_link_is_the_end_of_the_stream),
		GRAPHS_TEST(a_connection_that_came_in_is_taken),
		GRAPHS_TEST(bad_wishes_for_a_connection_are_refused),
		GRAPHS_TEST(a_large_record_is_read),
		GRAPHS_TEST(a_large_record_is_published),
		GRAPHS_TEST(an_upload_that_is_not_whole_is_none),
		GRAPHS_TEST(a_database_goes_out_and_in),
		GRAPHS_TEST(a_database_cut_anywhere_is_refused),
		GRAPHS_TEST(another_database_is_refused),
		GRAPHS_TEST(an_import_waits_for_the_core),
		GRAPHS_TEST(a_capture_has_all_links_of_graphs),
		GRAPHS_TEST(a_program_that_does_not_read_loses_its_capture),
		GRAPHS_TEST(captures_are_of_graphs_alone),
		GRAPHS_TEST(memory_may_end_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
