/* GRAPH-2.1 to GRAPH-2.3, GRAPH-2.5: streams, frames, messages. */
#include "../failing_env.h"
#include "graph/frame.h"
#include "octets.h"

static struct graph_inbox inbox(struct failing_env *f)
{
	failing_env_init(f, 1);
	return (struct graph_inbox){ .env = &f->env, .sizes = { 100000, 200000 } };
}

static void fini(struct graph_inbox *b, struct failing_env *f)
{
	graph_inbox_fini(b);
	assert_int_equal(graph_inbox_octets(b), 0);
	failing_env_assert_clean(f);
}

/* A stream of the digest's hellos, and some FLOODs. */
static const char *const messages[] = { T1, T2, T3, T9, T12, T13, T9, T14 };

static struct octets stream_of(struct graph_framing framing)
{
	struct octets o = { .n = 0 };
	struct wr w = wr_of(o.at, sizeof(o.at));
	for (size_t i = 0; i < COUNT(messages); i++) {
		struct octets m = octets_of(messages[i]);
		size_t before = w.n;
		graph_put_framed(&w, octets_span(&m), framing);
		assert_int_equal(w.n - before, graph_framed_size(m.n, framing.payload));
	}
	assert_false(w.failed);
	o.n = w.n;
	return o;
}

/* Gives the inbox one piece; messages that came are compared with what was sent. */
static void feed(struct graph_inbox *b, struct span piece, size_t *came)
{
	struct span payload, message;
	enum err e;
	uint8_t *exact = octets_exact(piece);
	struct span in = span_of(exact, piece.n);
	while ((e = graph_inbox_frame(b, &in, &payload)) == OK) {
		e = graph_inbox_plain(b, payload, &message);
		if (e == ERR_NOT_FOUND)
			continue;
		assert_int_equal(e, OK);
		assert_true(*came < COUNT(messages));
		assert_octets(message, messages[(*came)++]);
		assert_int_equal(b->rest.n, 0);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(in.n, 0);
	free(exact);
}

static void run_pieces(struct graph_framing framing, size_t piece)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct octets o = stream_of(framing);
	size_t came = 0;
	for (size_t at = 0; at < o.n; at += piece)
		feed(&b, span_of(o.at + at, o.n - at < piece ? o.n - at : piece), &came);
	assert_int_equal(came, COUNT(messages));
	assert_int_equal(b.counted, framing.counted);
	fini(&b, &f);
}

/* Frames of any size in pieces of any size, also of who counts otherwise (A1). */
static void streams_are_read_in_any_pieces(void **state)
{
	static const uint16_t payloads[] = { 1, 2, 7, 8, 9, 35, 36, 37, 149, 150, 16379 };
	for (size_t i = 0; i < COUNT(payloads); i++)
		for (size_t piece = 1; piece < 200; piece += piece < 12 ? 1 : 17) {
			run_pieces((struct graph_framing){ payloads[i], 0 }, piece);
			/* AUTH_INFO has 36 octets: cut, it tells nothing. */
			if (payloads[i] >= 36)
				run_pieces((struct graph_framing){ payloads[i], 2 }, piece);
		}
}

static void what_lies_whole_is_not_copied(void **state)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct octets o = stream_of((struct graph_framing){ 16379, 0 });
	struct span in = octets_span(&o), payload, message;
	for (size_t i = 0; i < COUNT(messages); i++) {
		assert_int_equal(graph_inbox_frame(&b, &in, &payload), OK);
		assert_int_equal(graph_inbox_plain(&b, payload, &message), OK);
		assert_ptr_equal(message.p, payload.p);
		assert_ptr_equal(payload.p + payload.n, in.p);
	}
	assert_int_equal(graph_inbox_frame(&b, &in, &payload), ERR_NOT_FOUND);
	assert_int_equal(f.allocations, 0);
	fini(&b, &f);
}

/* GRAPH-2.2: what a frame says, and what comes of it as the first and as another. */
static void sizes_of_frames_are_bounded(void **state)
{
	static const struct {
		uint16_t size;
		uint16_t first_max;
		bool begun;
		enum err err;
	} rows[] = {
		{ 0, 0, true, ERR_RANGE },
		{ 1, 0, true, ERR_NOT_FOUND },
		{ 32768, 0, true, ERR_NOT_FOUND },
		{ 32769, 0, true, ERR_RANGE },
		{ 65535, 0, true, ERR_RANGE },
		{ 0, 0, false, ERR_RANGE },
		{ 4096, 4096, false, ERR_NOT_FOUND },
		{ 4097, 4096, false, ERR_RANGE },
		{ 0x1603, 4096, false, ERR_RANGE },
		{ 4097, 4096, true, ERR_NOT_FOUND },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failing_env f;
		struct graph_inbox b = inbox(&f);
		uint8_t head[GRAPH_HEADER] = { (uint8_t)(rows[i].size >> 8),
					       (uint8_t)rows[i].size };
		size_t n = rows[i].size == 1 ? 2 : sizeof(head);
		struct span in = span_of(head, n), payload;
		b.begun = rows[i].begun;
		b.first_max = rows[i].first_max;
		assert_int_equal(graph_inbox_frame(&b, &in, &payload), rows[i].err);
		fini(&b, &f);
	}
}

/* Of who counts the field, a frame of 2 says there is no payload. */
static void inclusive_frames_have_payload_too(void **state)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct octets o = octets_of("0026" T1 "0002");
	struct span in = octets_span(&o), payload;
	assert_int_equal(graph_inbox_frame(&b, &in, &payload), OK);
	assert_octets(payload, T1);
	assert_int_equal(graph_inbox_frame(&b, &in, &payload), ERR_RANGE);
	fini(&b, &f);
}

/* Only an AUTH_INFO tells: other first frames are what they say. */
static void other_first_frames_tell_nothing(void **state)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct octets o = octets_of("001a" T2 "0000");
	struct span in = octets_span(&o), payload;
	assert_int_equal(graph_inbox_frame(&b, &in, &payload), OK);
	assert_int_equal(payload.n, 26);
	assert_int_equal(b.counted, 0);
	fini(&b, &f);
}

/* A56: in the same frame, whole or in pieces. */
static void a_token_may_follow_auth_info(void **state)
{
	for (size_t cut = 0; cut <= 41; cut++) {
		struct failing_env f;
		struct graph_inbox b = inbox(&f);
		struct octets o = octets_of(T1 "1603010005");
		struct span message = { NULL, 0 };
		enum err e = graph_inbox_plain(&b, span_of(o.at, cut), &message);
		if (cut < 36) {
			assert_int_equal(e, ERR_NOT_FOUND);
			e = graph_inbox_plain(&b, span_of(o.at + cut, o.n - cut), &message);
			assert_int_equal(e, OK);
			assert_octets(b.rest, "1603010005");
		} else {
			assert_int_equal(e, OK);
			assert_int_equal(b.rest.n, cut - 36);
		}
		assert_octets(message, T1);
		fini(&b, &f);
	}
}

static void nothing_may_follow_other_messages(void **state)
{
	for (size_t cut = 0; cut < 12; cut++) {
		struct failing_env f;
		struct graph_inbox b = inbox(&f);
		struct octets o = octets_of(T14 "00");
		struct span message;
		enum err e = graph_inbox_plain(&b, span_of(o.at, cut), &message);
		assert_int_equal(e, ERR_NOT_FOUND);
		e = graph_inbox_plain(&b, span_of(o.at + cut, o.n - cut), &message);
		assert_int_equal(e, ERR_MALFORMED);
		fini(&b, &f);
	}
}

/* A head is judged as soon as it is there, however it came. */
static void bad_heads_are_refused_at_once(void **state)
{
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = { { "0000000c100f0000", ERR_MALFORMED }, { "0000000c200c0000", ERR_MALFORMED },
		     { "00000007100c0000", ERR_MALFORMED }, { "00010001100c0000", ERR_RANGE },
		     { "000286a0100b0000", ERR_NOT_FOUND }, { "000286a1100b0000", ERR_RANGE },
		     { "00030d40100d0000", ERR_NOT_FOUND }, { "00030d41100d0000", ERR_RANGE } };
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t cut = 0; cut <= 8; cut++) {
			struct failing_env f;
			struct graph_inbox b = inbox(&f);
			struct octets o = octets_of(rows[i].hex);
			struct span message;
			enum err e = graph_inbox_plain(&b, span_of(o.at, cut), &message);
			if (cut < 8) {
				assert_int_equal(e, ERR_NOT_FOUND);
				e = graph_inbox_plain(&b, span_of(o.at + cut, 8 - cut), &message);
			}
			assert_int_equal(e, rows[i].err);
			fini(&b, &f);
		}
}

/* GRAPH-2.5: who announces much and sends little holds little. */
static void memory_grows_with_what_came(void **state)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct octets head = octets_of("00020000100b0000");
	struct span message;
	uint8_t more[1000] = { 0 };
	size_t came = head.n;
	assert_int_equal(graph_inbox_plain(&b, octets_span(&head), &message), ERR_NOT_FOUND);
	for (; came + sizeof(more) < 0x20000; came += sizeof(more)) {
		assert_int_equal(graph_inbox_plain(&b, span_of(more, sizeof(more)), &message),
				 ERR_NOT_FOUND);
		assert_true(graph_inbox_octets(&b) <= 2 * (came + sizeof(more)));
		assert_true(graph_inbox_octets(&b) <= 0x20000);
	}
	assert_true(f.allocations < 12);
	assert_int_equal(graph_inbox_plain(&b, span_of(more, 0x20000 - came), &message), OK);
	assert_int_equal(message.n, 0x20000);
	struct octets end = octets_of(T14);
	assert_int_equal(graph_inbox_plain(&b, octets_span(&end), &message), OK);
	assert_int_equal(graph_inbox_octets(&b), 0);
	fini(&b, &f);
}

/* A provider may make no octets of a frame. */
static void nothing_is_nothing(void **state)
{
	struct failing_env f;
	struct graph_inbox b = inbox(&f);
	struct span in = { NULL, 0 }, out;
	assert_int_equal(graph_inbox_frame(&b, &in, &out), ERR_NOT_FOUND);
	assert_int_equal(graph_inbox_plain(&b, in, &out), ERR_NOT_FOUND);
	fini(&b, &f);
}

static void without_memory_it_says_so(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct graph_inbox b = { .env = &f.env, .sizes = { 100000, 200000 } };
		struct octets o = stream_of((struct graph_framing){ 40, 0 });
		enum err e = OK;
		for (size_t at = 0; at < o.n && e != ERR_NOMEM; at += 23) {
			struct span payload, message;
			struct span in = { o.at + at, o.n - at < 23 ? o.n - at : 23 };
			while ((e = graph_inbox_frame(&b, &in, &payload)) == OK) {
				e = graph_inbox_plain(&b, payload, &message);
				if (e == ERR_NOMEM)
					break;
			}
		}
		assert_int_equal(e == ERR_NOMEM, f.failed);
		graph_inbox_fini(&b);
		failing_env_assert_clean(&f);
	}
}

static void frames_are_cut_evenly(void **state)
{
	static const uint8_t five[] = { 1, 2, 3, 4, 5 };
	uint8_t room[32];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_framed(&w, span_of(five, 5), (struct graph_framing){ 2, 0 });
	assert_octets(wr_span(&w), "0002010200020304000105");
	w = wr_of(room, sizeof(room));
	graph_put_framed(&w, span_of(five, 5), (struct graph_framing){ 5, 2 });
	assert_octets(wr_span(&w), "00070102030405");
	w = wr_of(room, 10);
	graph_put_framed(&w, span_of(five, 5), (struct graph_framing){ 2, 0 });
	assert_true(w.failed);
	assert_int_equal(graph_framed_size(0, 16379), 0);
	assert_int_equal(graph_framed_size(16379, 16379), 16381);
	assert_int_equal(graph_framed_size(16380, 16379), 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_read_in_any_pieces),
		cmocka_unit_test(what_lies_whole_is_not_copied),
		cmocka_unit_test(sizes_of_frames_are_bounded),
		cmocka_unit_test(inclusive_frames_have_payload_too),
		cmocka_unit_test(other_first_frames_tell_nothing),
		cmocka_unit_test(a_token_may_follow_auth_info),
		cmocka_unit_test(nothing_may_follow_other_messages),
		cmocka_unit_test(bad_heads_are_refused_at_once),
		cmocka_unit_test(memory_grows_with_what_came),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(without_memory_it_says_so),
		cmocka_unit_test(frames_are_cut_evenly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
