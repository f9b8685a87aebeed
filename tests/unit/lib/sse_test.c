#include "failing_env.h"

#include "lib/lib_int.h"

/* All events of a stream as text: "type|id|data;" each. */
struct seen {
	char buffer[4096];
	struct text t;
	enum err answer;
};

static enum err see(void *arg, const struct lib_sse *e)
{
	struct seen *s = arg;
	text_str(&s->t, e->type);
	text_char(&s->t, '|');
	text_u64(&s->t, e->id);
	text_char(&s->t, '|');
	text_str(&s->t, e->data);
	text_char(&s->t, ';');
	return s->answer;
}

static void seen_init(struct seen *s)
{
	s->t = text_of(s->buffer, sizeof(s->buffer));
	s->answer = OK;
}

struct row {
	const char *stream, *seen;
};

static const struct row rows[] = {
	{ "", "" },
	{ "data: a\n\n", "|0|a;" },
	{ "data:a\n\n", "|0|a;" },
	{ "data:  a\n\n", "|0| a;" },
	{ "id: 7\ndata: a\n\n", "|7|a;" },
	{ "event: overflow\nid: 8\ndata: {\"x\":1}\n\n", "overflow|8|{\"x\":1};" },
	{ "data: a\ndata: b\n\n", "|0|a\nb;" },
	{ "data: a\r\n\r\ndata: b\r\n\r\n", "|0|a;|0|b;" },
	{ ": keep-alive\n\n", "" },
	{ ": keep-alive\n\ndata: a\n\n", "|0|a;" },
	{ "retry: 1000\ndata: a\n\n", "|0|a;" },
	{ "event: x\n\ndata: a\n\n", "|0|a;" },
	{ "id: 7\n\ndata: a\n\n", "|0|a;" },
	{ "id: x\ndata: a\n\n", "|0|a;" },
	{ "id: 99999999999999999999999\ndata: a\n\n", "|0|a;" },
	{ "data\n\n", "" },
	{ "nonsense\ndata: a\n\n", "|0|a;" },
	{ "data: a:b:c\n\n", "|0|a:b:c;" },
	{ "data: no blank line follows\n", "" },
	{ "\n\n\n\n", "" },
};

static void streams_become_events(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct failing_env fe;
		struct lib_sse_parser p;
		struct seen s;
		failing_env_init(&fe, 1);
		seen_init(&s);
		lib_sse_init(&p, &fe.env, see, &s);
		assert_int_equal(lib_sse_take(&p, rows[i].stream, strlen(rows[i].stream)), OK);
		assert_string_equal(s.buffer, rows[i].seen);
		lib_sse_fini(&p);
		failing_env_assert_clean(&fe);
	}
}

static void pieces_make_no_difference(void **state)
{
	const char *whole =
		"event: overflow\r\nid: 12\r\ndata: one\ndata: two\n\n: x\n\ndata: z\n\n";
	for (size_t piece = 1; piece < strlen(whole); piece++) {
		struct failing_env fe;
		struct lib_sse_parser p;
		struct seen s;
		failing_env_init(&fe, 1);
		seen_init(&s);
		lib_sse_init(&p, &fe.env, see, &s);
		for (size_t at = 0; at < strlen(whole); at += piece) {
			size_t left = strlen(whole) - at;
			assert_int_equal(lib_sse_take(&p, whole + at, left < piece ? left : piece),
					 OK);
		}
		assert_string_equal(s.buffer, "overflow|12|one\ntwo;|0|z;");
		lib_sse_fini(&p);
	}
}

static void a_reset_forgets_what_was_begun(void **state)
{
	struct failing_env fe;
	struct lib_sse_parser p;
	struct seen s;
	failing_env_init(&fe, 1);
	seen_init(&s);
	lib_sse_init(&p, &fe.env, see, &s);
	assert_int_equal(lib_sse_take(&p, "event: x\nid: 3\ndata: half\ndat", 29), OK);
	lib_sse_reset(&p);
	assert_int_equal(lib_sse_take(&p, "data: a\n\n", 9), OK);
	assert_string_equal(s.buffer, "|0|a;");
	lib_sse_fini(&p);
}

static void an_event_that_is_too_long_ends_it(void **state)
{
	struct failing_env fe;
	struct lib_sse_parser p;
	struct seen s;
	char block[4096];
	enum err e = OK;
	size_t n = 0;
	failing_env_init(&fe, 1);
	seen_init(&s);
	lib_sse_init(&p, &fe.env, see, &s);
	memset(block, 'x', sizeof(block));
	while (e == OK) {
		e = lib_sse_take(&p, block, sizeof(block));
		n += sizeof(block);
		assert_true(n <= LIB_EVENT_MAX + sizeof(block));
	}
	assert_int_equal(e, ERR_FULL);
	lib_sse_reset(&p);
	e = OK;
	for (n = 0; e == OK; n += 6) { /* many short lines of one event */
		e = lib_sse_take(&p, "data:\ndata: xx\n", 15);
		assert_true(n < 4 * LIB_EVENT_MAX);
	}
	assert_int_equal(e, ERR_FULL);
	lib_sse_fini(&p);
	failing_env_assert_clean(&fe);
}

static void an_error_of_the_reader_is_passed_on(void **state)
{
	struct failing_env fe;
	struct lib_sse_parser p;
	struct seen s;
	failing_env_init(&fe, 1);
	seen_init(&s);
	s.answer = ERR_MALFORMED;
	lib_sse_init(&p, &fe.env, see, &s);
	assert_int_equal(lib_sse_take(&p, "data: a\n\ndata: b\n\n", 18), ERR_MALFORMED);
	assert_string_equal(s.buffer, "|0|a;");
	lib_sse_fini(&p);
}

static void memory_may_be_short(void **state)
{
	struct failing_env fe;
	FAILING_ENV_EACH(fe, 1)
	{
		struct lib_sse_parser p;
		struct seen s;
		seen_init(&s);
		lib_sse_init(&p, &fe.env, see, &s);
		enum err e = lib_sse_take(&p, "id: 1\ndata: abcdefghijkl\ndata: m\n\n", 34);
		assert_int_equal(e, fe.failed ? ERR_NOMEM : OK);
		lib_sse_fini(&p);
		failing_env_assert_clean(&fe);
	}
}

static void buffers_grow_to_their_limit(void **state)
{
	struct failing_env fe;
	failing_env_init(&fe, 1);
	struct lib_buffer b = { .env = &fe.env, .max = 10 };
	assert_string_equal(lib_buffer_text(&b), "");
	assert_int_equal(lib_buffer_add(&b, "", 0), OK);
	assert_int_equal(lib_buffer_add(&b, "01234", 5), OK);
	assert_int_equal(lib_buffer_add(&b, "56789", 5), OK);
	assert_int_equal(lib_buffer_add(&b, "x", 1), ERR_FULL);
	assert_int_equal(lib_buffer_add(&b, "x", SIZE_MAX), ERR_FULL);
	assert_string_equal(lib_buffer_text(&b), "0123456789");
	lib_buffer_clear(&b);
	assert_string_equal(lib_buffer_text(&b), "");
	lib_buffer_fini(&b);
	lib_buffer_clear(&b);
	failing_env_assert_clean(&fe);
}

static size_t finished;
static void finish(void *p)
{
	finished++;
}

static void boxes_are_freed_by_one_function(void **state)
{
	struct failing_env fe;
	failing_env_init(&fe, 1);
	char *a = lib_box_new(&fe.env, 10, finish);
	char *b = lib_box_new(&fe.env, 1, NULL);
	assert_non_null(a);
	assert_int_equal((uintptr_t)a % _Alignof(max_align_t), 0);
	assert_int_equal(a[9], 0);
	hst_free(a);
	hst_free(b);
	hst_free(NULL);
	assert_int_equal(finished, 1);
	failing_env_assert_clean(&fe);
	/* What is not ours is left alone. */
	uint64_t foreign[16] = { 0 };
	hst_free(foreign + 8);
	failing_env_fail_at(&fe, 1);
	assert_null(lib_box_new(&fe.env, 10, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_become_events),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(a_reset_forgets_what_was_begun),
		cmocka_unit_test(an_event_that_is_too_long_ends_it),
		cmocka_unit_test(an_error_of_the_reader_is_passed_on),
		cmocka_unit_test(memory_may_be_short),
		cmocka_unit_test(buffers_grow_to_their_limit),
		cmocka_unit_test(boxes_are_freed_by_one_function),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
