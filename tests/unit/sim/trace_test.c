#include "../failing_env.h"

#include "sim/trace.h"

static void sink(void *ctx, struct span line)
{
	memcpy(ctx, line.p, line.n);
	((char *)ctx)[line.n] = '\0';
}

static void hash_of(const char *const *lines, char out[33])
{
	struct trace t;
	struct text text = text_of(out, 33);
	trace_init(&t, NULL, NULL);
	for (; *lines; lines++)
		trace_line(&t, span_str(*lines));
	trace_hash_text(&t, &text);
	assert_int_equal(strlen(out), 32);
}

/* A hash means the same for ever: other builds are compared with it. */
static void known_hash(void **state)
{
	const char *const none[] = { NULL };
	const char *const one[] = { "0.000000 a # start", NULL };
	char h[33];
	hash_of(none, h);
	assert_string_equal(h, "cbf29ce484222325243f6a8885a308d3");
	hash_of(one, h);
	assert_string_equal(h, "3cff35e43153fe89e4539ba772140d07");
}

static void every_octet_and_every_end_counts(void **state)
{
	const char *const rows[][3] = { { "ab", "c", NULL }, { "a", "bc", NULL }, { "abc", NULL },
					{ "ab", "d", NULL }, { "ab", "", NULL },  { "ab", NULL } };
	char h[6][33];
	for (size_t i = 0; i < 6; i++) {
		hash_of(rows[i], h[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(h[i], h[j]);
	}
}

static void the_newest_are_kept(void **state)
{
	struct trace t;
	struct span line;
	char text[8], seen[64] = "";
	trace_init(&t, sink, seen);
	assert_false(trace_recent(&t, 0, &line));
	for (int i = 0; i < 120; i++) {
		struct text w = TEXT_OF(text);
		text_i64(&w, i);
		trace_line(&t, span_of(text, w.n));
		assert_string_equal(seen, text);
		assert_true(trace_recent(&t, 0, &line));
	}
	for (size_t i = 0; i < TRACE_LAST; i++) {
		struct text w = TEXT_OF(text);
		text_u64(&w, 120 - TRACE_LAST + i);
		assert_true(trace_recent(&t, i, &line));
		assert_true(span_eq(line, span_str(text)));
	}
	assert_false(trace_recent(&t, TRACE_LAST, &line));
}

static void a_long_line_is_kept_cut(void **state)
{
	struct trace t;
	struct span line;
	char text[2 * TRACE_LINE_MAX];
	memset(text, 'x', sizeof(text));
	trace_init(&t, NULL, NULL);
	trace_line(&t, span_of(text, sizeof(text)));
	assert_true(trace_recent(&t, 0, &line));
	assert_int_equal(line.n, TRACE_LINE_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hash),
		cmocka_unit_test(every_octet_and_every_end_counts),
		cmocka_unit_test(the_newest_are_kept),
		cmocka_unit_test(a_long_line_is_kept_cut),
	};
	return cmocka_run_group_tests_name("sim_trace", tests, NULL, NULL);
}
