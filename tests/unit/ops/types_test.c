#include "failing_env.h"

#include <jansson.h>

#include "ops/types.h"

/* Fills a struct by its field table with values that differ from field to
 * field, lists with two elements. */
struct filler {
	struct arena *mem;
	uint64_t next;
};

static void fill(struct filler *f, const struct ops_struct *type, void *out);

static char *word(struct filler *f)
{
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "w");
	text_u64(&t, f->next++);
	char *p = arena_alloc(f->mem, t.n + 1);
	assert_non_null(p);
	memcpy(p, buffer, t.n + 1);
	return p;
}

static void set_elements(const struct ops_field *field, uint8_t *base, void *p, size_t n)
{
	memcpy(base + field->offset, &p, sizeof(p));
	memcpy(base + field->count_offset, &n, sizeof(n));
}

static void fill_list(struct filler *f, const struct ops_field *field, uint8_t *base)
{
	uint8_t *p = arena_alloc(f->mem, 2 * field->of->size);
	assert_non_null(p);
	fill(f, field->of, p);
	fill(f, field->of, p + field->of->size);
	set_elements(field, base, p, 2);
}

static void fill_pairs(struct filler *f, const struct ops_field *field, uint8_t *base)
{
	struct ops_pair *p = arena_alloc(f->mem, 2 * sizeof(*p));
	assert_non_null(p);
	p[0] = (struct ops_pair){ word(f), true, -5, "" };
	p[1] = (struct ops_pair){ word(f), false, 0, word(f) };
	set_elements(field, base, p, 2);
}

static void fill_field(struct filler *f, const struct ops_field *field, uint8_t *base)
{
	uint8_t *at = base + field->offset;
	const char *s;
	switch (field->kind) {
	case OPS_FIELD_BOOL:
		*(bool *)(void *)at = true;
		break;
	case OPS_FIELD_NUMBER:
		*(uint64_t *)(void *)at = f->next++;
		break;
	case OPS_FIELD_SECONDS:
		*(int64_t *)(void *)at = (int64_t)f->next++ * MONO_SEC + 250 * MONO_MS;
		break;
	case OPS_FIELD_TIME:
		*(int64_t *)(void *)at = INT64_C(1795294998000000) + (int64_t)f->next++ * MONO_MS;
		break;
	case OPS_FIELD_TEXT:
		ops_set_text((char *)at, field->size, word(f));
		break;
	case OPS_FIELD_STRING:
		s = word(f);
		memcpy(at, &s, sizeof(s));
		break;
	case OPS_FIELD_OBJECT:
		fill(f, field->of, at);
		break;
	case OPS_FIELD_LIST:
		fill_list(f, field, base);
		break;
	case OPS_FIELD_PAIRS:
		fill_pairs(f, field, base);
		break;
	}
}

static void fill(struct filler *f, const struct ops_struct *type, void *out)
{
	memset(out, 0, type->size);
	for (const struct ops_field *field = type->fields; field->name; field++)
		fill_field(f, field, out);
}

union any {
	struct ops_status status;
	struct ops_masc_peer peer;
	uint8_t room[16384];
};

static void round_trip(const struct ops_struct *type, enum ops_source source)
{
	struct failing_env fe;
	failing_env_init(&fe, 1);
	struct arena mem;
	arena_init(&mem, &fe.env, 4096);
	struct filler f = { &mem, 100 };
	static union any before, after;
	char why[200];
	struct text t = TEXT_OF(why);
	assert_true(type->size <= sizeof(before));
	fill(&f, type, &before);
	json_t *j = ops_encode(type, &before);
	assert_non_null(j);
	assert_int_equal(ops_decode(type, j, source, &after, &mem, &t), OK);
	json_t *again = ops_encode(type, &after);
	assert_true(json_equal(j, again));
	json_decref(j);
	json_decref(again);
	arena_free(&mem);
	failing_env_assert_clean(&fe);
}

static void every_struct_survives_a_round_trip(void **state)
{
	size_t n = 0;
	for (; ops_structs[n]; n++) {
		round_trip(ops_structs[n], OPS_FROM_ANSWER);
		round_trip(ops_structs[n], OPS_FROM_REQUEST);
	}
	assert_true(n >= 20);
}

static void every_field_stands_in_the_json_under_its_name(void **state)
{
	for (size_t i = 0; ops_structs[i]; i++) {
		static union any value;
		ops_clear(ops_structs[i], &value);
		json_t *j = ops_encode(ops_structs[i], &value);
		size_t n = 0;
		for (const struct ops_field *f = ops_structs[i]->fields; f->name; f++, n++) {
			assert_non_null(json_object_get(j, f->name));
			assert_true(f->help[0] != 0);
		}
		assert_int_equal(json_object_size(j), n);
		json_decref(j);
	}
}

static void what_is_missing_is_zero_empty_or_none(void **state)
{
	struct ops_masc_peer p;
	char why[200];
	struct text t = TEXT_OF(why);
	json_t *j = json_object();
	memset(&p, 0x55, sizeof(p));
	assert_int_equal(ops_decode(&ops_masc_peer_type, j, OPS_FROM_ANSWER, &p, NULL, &t), OK);
	assert_string_equal(p.name, "");
	assert_string_equal(p.last_error, "");
	assert_int_equal(p.hold_time, -1);
	assert_int_equal(p.since, 0);
	assert_false(p.held_down);
	assert_int_equal(p.sent.octets, 0);
	json_decref(j);
}

static void none_is_null_and_fractions_are_kept(void **state)
{
	struct ops_masc_peer p;
	ops_clear(&ops_masc_peer_type, &p);
	p.hold_time = 240 * MONO_SEC;
	p.in_state = 1500 * MONO_MS;
	json_t *j = ops_encode(&ops_masc_peer_type, &p);
	assert_true(json_is_null(json_object_get(j, "retry_in")));
	assert_true(json_is_null(json_object_get(j, "since")));
	assert_int_equal(json_integer_value(json_object_get(j, "hold_time")), 240);
	assert_true(json_real_value(json_object_get(j, "in_state")) == 1.5);
	json_decref(j);
}

/* What a client may send, and what is said about it. */
struct refusal {
	const struct ops_struct *type;
	enum ops_source source;
	const char *json;
	enum err err;
	const char *why;
};

static const struct refusal refusals[] = {
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"durtion\":1}", ERR_MALFORMED,
	  "unknown key \"durtion\"; accepted: duration, dry_run" },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"duration\":-1}", ERR_RANGE,
	  "\"duration\" takes seconds, with a fraction; null: none" },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"duration\":1e300}", ERR_RANGE, NULL },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"duration\":\"soon\"}", ERR_MALFORMED, NULL },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"duration\":true}", ERR_MALFORMED, NULL },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"dry_run\":1}", ERR_MALFORMED,
	  "\"dry_run\" takes true or false" },
	{ &ops_down_type, OPS_FROM_REQUEST, "{\"dry_run\":\"true\"}", ERR_MALFORMED, NULL },
	{ &ops_down_type, OPS_FROM_REQUEST, "[]", ERR_MALFORMED, "a JSON object is wanted" },
	{ &ops_log_set_type, OPS_FROM_REQUEST, "{\"level\":\"a-level-that-is-too-long\"}",
	  ERR_RANGE, "\"level\" takes text of at most 15 octets" },
	{ &ops_log_set_type, OPS_FROM_REQUEST, "{\"level\":3}", ERR_MALFORMED, NULL },
	{ &ops_filter_type, OPS_FROM_REQUEST, "{\"since\":-3}", ERR_RANGE, NULL },
	{ &ops_filter_type, OPS_FROM_REQUEST, "{\"since\":\"3\"}", ERR_MALFORMED, NULL },
	{ &ops_filter_type, OPS_FROM_QUERY, "{\"since\":\"3x\"}", ERR_MALFORMED, NULL },
	{ &ops_filter_type, OPS_FROM_QUERY, "{\"sinse\":\"3\"}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"started\":\"yesterday\"}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"started\":5}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"clock\":5}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"parts\":5}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"parts\":[5]}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"parts\":[{\"state\":1}]}", ERR_MALFORMED, NULL },
	{ &ops_status_type, OPS_FROM_ANSWER, "{\"config_path\":1}", ERR_MALFORMED, NULL },
	{ &ops_event_type, OPS_FROM_ANSWER, "{\"fields\":[]}", ERR_MALFORMED, NULL },
	{ &ops_event_type, OPS_FROM_ANSWER, "{\"fields\":{\"a\":null}}", ERR_MALFORMED, NULL },
};

static void bad_json_is_refused_with_the_reason(void **state)
{
	static union any value;
	struct failing_env fe;
	failing_env_init(&fe, 1);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct arena mem;
		char why[300];
		struct text t = TEXT_OF(why);
		arena_init(&mem, &fe.env, 512);
		json_t *j = json_loads(r->json, 0, NULL);
		assert_non_null(j);
		assert_int_equal(ops_decode(r->type, j, r->source, &value, &mem, &t), r->err);
		if (r->why)
			assert_string_equal(why, r->why);
		assert_true(t.n > 0);
		json_decref(j);
		arena_free(&mem);
	}
	failing_env_assert_clean(&fe);
}

static void a_text_with_a_zero_octet_is_refused(void **state)
{
	struct ops_log_set v;
	char why[200];
	struct text t = TEXT_OF(why);
	json_t *j = json_object();
	json_object_set_new(j, "level", json_stringn("in\0fo", 5));
	assert_int_equal(ops_decode(&ops_log_set_type, j, OPS_FROM_REQUEST, &v, NULL, &t),
			 ERR_RANGE);
	json_decref(j);
}

static void answers_of_a_newer_daemon_are_read(void **state)
{
	struct ops_change c;
	struct failing_env fe;
	failing_env_init(&fe, 1);
	struct arena mem;
	char why[200];
	struct text t = TEXT_OF(why);
	arena_init(&mem, &fe.env, 512);
	json_t *j = json_loads("{\"done\":true,\"new\":[1],\"text\":\"x\"}", 0, NULL);
	assert_int_equal(ops_decode(&ops_change_type, j, OPS_FROM_ANSWER, &c, &mem, &t), OK);
	assert_true(c.done);
	assert_string_equal(c.text, "x");
	json_decref(j);
	arena_free(&mem);
	failing_env_assert_clean(&fe);
}

static void a_query_is_text_all_over(void **state)
{
	struct ops_filter f;
	struct ops_down d;
	char why[200];
	struct text t = TEXT_OF(why);
	json_t *j = json_loads("{\"since\":\"42\",\"part\":\"masc\"}", 0, NULL);
	assert_int_equal(ops_decode(&ops_filter_type, j, OPS_FROM_QUERY, &f, NULL, &t), OK);
	assert_int_equal(f.since, 42);
	assert_string_equal(f.part, "masc");
	json_decref(j);
	j = json_loads("{\"dry_run\":\"true\",\"duration\":\"5m\"}", 0, NULL);
	assert_int_equal(ops_decode(&ops_down_type, j, OPS_FROM_QUERY, &d, NULL, &t), OK);
	assert_true(d.dry_run);
	assert_int_equal(d.duration, 5 * MONO_MIN);
	json_decref(j);
}

static void text_that_is_no_utf8_is_shown_escaped(void **state)
{
	struct ops_change c = { true, "a\xff\xfe z" };
	json_t *j = ops_encode(&ops_change_type, &c);
	assert_non_null(j);
	const char *s = json_string_value(json_object_get(j, "text"));
	assert_non_null(strstr(s, "\\xff\\xfe"));
	json_decref(j);
}

/* A wish is not changed on its way: whoever asks is told which text cannot go. */
static void a_wish_that_is_no_utf8_is_found(void **state)
{
	struct ops_identity_make m;
	struct ops_address at[2] = { { .address = "x" }, { .address = "y" } };
	ops_clear(&ops_identity_make_type, &m);
	m.label = "Zo\xc3\xab";
	assert_null(ops_no_text(&ops_identity_make_type, &m));
	m.label = "Zo\xeb";
	assert_string_equal(ops_no_text(&ops_identity_make_type, &m), "label");
	m.label = "";
	m.profile[0] = '\xc3';
	assert_string_equal(ops_no_text(&ops_identity_make_type, &m), "profile");
	struct ops_group_connect k;
	ops_clear(&ops_group_connect_type, &k);
	k.addresses = at;
	k.n_addresses = 2;
	assert_null(ops_no_text(&ops_group_connect_type, &k));
	at[1].address[0] = '\xff';
	assert_string_equal(ops_no_text(&ops_group_connect_type, &k), "address");
}

static void numbers_beyond_json_are_cut(void **state)
{
	struct ops_jobs jobs = { .done = UINT64_MAX };
	json_t *j = ops_encode(&ops_jobs_type, &jobs);
	assert_true(json_integer_value(json_object_get(j, "done")) == INT64_MAX);
	json_decref(j);
}

static void an_error_has_its_envelope(void **state)
{
	struct ops_error e = { "NOT_FOUND", "there is no MASC peer \"x\"", "homestead masc peers" };
	json_t *j = ops_encode_error(&e);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), OPS_SCHEMA);
	json_t *o = json_object_get(j, "error");
	assert_string_equal(json_string_value(json_object_get(o, "code")), "NOT_FOUND");
	assert_string_equal(json_string_value(json_object_get(o, "hint")), "homestead masc peers");
	json_decref(j);
}

static void times_are_read_back(void **state)
{
	static const int64_t times[] = { 1000, 951782400000000, 1709164800123000, 1795294998000000,
					 4107542399999000 };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char buffer[40];
		struct text t = TEXT_OF(buffer);
		int64_t us;
		text_wall(&t, times[i]);
		assert_int_equal(ops_time_parse(buffer, &us), OK);
		assert_int_equal(us, times[i]);
	}
}

static void bad_times_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-11-21",
		"2026-11-21T20:43:18",
		"2026-11-21T20:43:18+00:00",
		"2026-13-21T20:43:18Z",
		"2026-00-21T20:43:18Z",
		"2026-11-32T20:43:18Z",
		"2026-11-21T24:43:18Z",
		"2026-11-21T20:60:18Z",
		"2026-11-21T20:43:61Z",
		"2026-11-21T20:43:18Zx",
		"2026-11-21T20:43:18.1Z",
		"1969-11-21T20:43:18Z",
		"+026-11-21T20:43:18Z",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t us = 7;
		assert_int_equal(ops_time_parse(bad[i], &us), ERR_MALFORMED);
		assert_int_equal(us, 7);
	}
}

static void every_truncation_of_a_time_is_refused(void **state)
{
	const char *whole = "2026-11-21T20:43:18.123Z";
	for (size_t n = 0; n < strlen(whole); n++) {
		char cut[40] = { 0 };
		int64_t us;
		memcpy(cut, whole, n);
		assert_int_equal(ops_time_parse(cut, &us), ERR_MALFORMED);
	}
}

static void decoding_says_when_memory_is_short(void **state)
{
	struct failing_env fe;
	FAILING_ENV_EACH(fe, 1)
	{
		static union any value;
		char why[200];
		struct text t = TEXT_OF(why);
		struct arena mem;
		arena_init(&mem, &fe.env, 16);
		json_t *j = json_loads("{\"config_path\":\"0123456789012345678901234567890\","
				       "\"parts\":[{\"reason\":\"0123456789012345678901234567\"}]}",
				       0, NULL);
		enum err e = ops_decode(&ops_status_type, j, OPS_FROM_ANSWER, &value, &mem, &t);
		assert_int_equal(e, fe.failed ? ERR_NOMEM : OK);
		json_decref(j);
		arena_free(&mem);
		failing_env_assert_clean(&fe);
	}
}

static void pairs_say_when_memory_is_short(void **state)
{
	struct failing_env fe;
	FAILING_ENV_EACH(fe, 1)
	{
		struct ops_event value;
		char why[200];
		struct text t = TEXT_OF(why);
		struct arena mem;
		arena_init(&mem, &fe.env, 16);
		json_t *j = json_loads("{\"fields\":{\"a-long-name-of-a-field\":\"and its value, "
				       "longer than a block\",\"b\":7}}",
				       0, NULL);
		enum err e = ops_decode(&ops_event_type, j, OPS_FROM_ANSWER, &value, &mem, &t);
		assert_int_equal(e, fe.failed ? ERR_NOMEM : OK);
		if (!e)
			assert_int_equal(value.n_fields, 2);
		json_decref(j);
		arena_free(&mem);
		failing_env_assert_clean(&fe);
	}
}

static void operations_have_paths_and_answers(void **state)
{
	for (size_t i = 0; i < OPS_KIND_COUNT; i++) {
		assert_memory_equal(ops_rows[i].path, "/v1/", 4);
		assert_non_null(ops_rows[i].answer);
		assert_true(ops_rows[i].help[0] != 0);
		bool reads = strcmp(ops_rows[i].method, "GET") == 0;
		assert_true(reads || ops_rows[i].request); /* whatever writes takes dry_run */
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(ops_rows[i].path, ops_rows[k].path) == 0 &&
				     strcmp(ops_rows[i].method, ops_rows[k].method) == 0);
	}
}

static void whatever_writes_takes_dry_run(void **state)
{
	for (size_t i = 0; i < OPS_KIND_COUNT; i++) {
		bool reads = strcmp(ops_rows[i].method, "GET") == 0;
		bool found = reads || i == OPS_PAPER_READ; /* which is too much for a query */
		const struct ops_field *f =
			ops_rows[i].request ? ops_rows[i].request->fields : NULL;
		for (; f && f->name; f++)
			found = found || strcmp(f->name, "dry_run") == 0;
		assert_true(found);
	}
}

static void errors_have_a_status(void **state)
{
	assert_int_equal(ops_http_status(OK), 200);
	assert_int_equal(ops_http_status(ERR_NOT_FOUND), 404);
	assert_int_equal(ops_http_status(ERR_STATE), 409);
	assert_int_equal(ops_http_status(ERR_STOPPING), 503);
	assert_int_equal(ops_http_status(ERR_IO), 500);
#define X(name, number, text)                                                                      \
	assert_string_not_equal(ops_http_reason(ops_http_status(ERR_##name)), "Error");
	ERR_LIST(X)
#undef X
}

static void levels_have_names(void **state)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(ops_level_of(ops_level_text(i)), i);
	assert_int_equal(ops_level_of("verbose"), -1);
	assert_string_equal(ops_level_text(9), "");
	assert_string_equal(ops_level_text(-1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_struct_survives_a_round_trip),
		cmocka_unit_test(every_field_stands_in_the_json_under_its_name),
		cmocka_unit_test(what_is_missing_is_zero_empty_or_none),
		cmocka_unit_test(none_is_null_and_fractions_are_kept),
		cmocka_unit_test(bad_json_is_refused_with_the_reason),
		cmocka_unit_test(a_text_with_a_zero_octet_is_refused),
		cmocka_unit_test(answers_of_a_newer_daemon_are_read),
		cmocka_unit_test(a_query_is_text_all_over),
		cmocka_unit_test(text_that_is_no_utf8_is_shown_escaped),
		cmocka_unit_test(a_wish_that_is_no_utf8_is_found),
		cmocka_unit_test(numbers_beyond_json_are_cut),
		cmocka_unit_test(an_error_has_its_envelope),
		cmocka_unit_test(times_are_read_back),
		cmocka_unit_test(bad_times_are_refused),
		cmocka_unit_test(every_truncation_of_a_time_is_refused),
		cmocka_unit_test(decoding_says_when_memory_is_short),
		cmocka_unit_test(pairs_say_when_memory_is_short),
		cmocka_unit_test(operations_have_paths_and_answers),
		cmocka_unit_test(whatever_writes_takes_dry_run),
		cmocka_unit_test(errors_have_a_status),
		cmocka_unit_test(levels_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
