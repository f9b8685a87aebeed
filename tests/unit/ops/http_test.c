#include "failing_env.h"

#include "ops/http.h"

#include <jansson.h>
#include <stdio.h>

static const struct {
	const char *query, *key, *value, *why;
} queries[] = {
	{ NULL, NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "a=b", "a", "b", NULL },
	{ "a=b&c=d", "c", "d", NULL },
	{ "a=", "a", "", NULL },
	{ "a=b=c", "a", "b=c", NULL },
	{ "a=b+c", "a", "b c", NULL },
	{ "a=b%2Bc%26", "a", "b+c&", NULL },
	{ "a=%c3%A4", "a", "\xc3\xa4", NULL },
	{ "a=%", "a", "%", NULL },
	{ "a=%4", "a", "%4", NULL },
	{ "a=%zz", "a", "%zz", NULL },
	{ "a=1&a=2", "a", "2", NULL },
	{ "a", NULL, NULL, "not of the form" },
	{ "=b", NULL, NULL, "not of the form" },
	{ "&", NULL, NULL, "not of the form" },
	{ "a=b&", NULL, NULL, "not of the form" },
	{ "a=b&&c=d", NULL, NULL, "not of the form" },
	{ "a=%00", NULL, NULL, "not of the form" },
	{ "a=%ff", NULL, NULL, "no UTF-8" },
	{ "%ff=a", NULL, NULL, "no UTF-8" },
};

static void queries_are_read(void **state)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		char buffer[200];
		struct text why = TEXT_OF(buffer);
		json_t *j;
		enum err e = ops_parse_query(queries[i].query, &j, &why);
		assert_int_equal(e, queries[i].why ? ERR_MALFORMED : OK);
		if (queries[i].why) {
			assert_non_null(strstr(buffer, queries[i].why));
			continue;
		}
		if (queries[i].key)
			assert_string_equal(json_string_value(json_object_get(j, queries[i].key)),
					    queries[i].value);
		else
			assert_int_equal(json_object_size(j), 0);
		json_decref(j);
	}
}

static void too_long_a_value_is_refused(void **state)
{
	char buffer[200], query[6000] = "a=";
	struct text why = TEXT_OF(buffer);
	json_t *j;
	memset(query + 2, 'x', sizeof(query) - 3);
	assert_int_equal(ops_parse_query(query, &j, &why), ERR_MALFORMED);
}

static void bodies_are_read(void **state)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	const char *body = "{\"level\":\"debug\"}";
	json_t *j;
	assert_int_equal(ops_parse_body(span_of(NULL, 0), &j, &why), OK);
	assert_true(json_is_object(j));
	json_decref(j);
	assert_int_equal(ops_parse_body(span_str(body), &j, &why), OK);
	assert_string_equal(json_string_value(json_object_get(j, "level")), "debug");
	json_decref(j);
	for (size_t n = 1; n < strlen(body); n++) {
		text_clear(&why);
		assert_int_equal(ops_parse_body(span_of(body, n), &j, &why), ERR_MALFORMED);
		assert_non_null(strstr(buffer, "the body is no JSON: line 1"));
	}
	text_clear(&why);
	assert_int_equal(ops_parse_body(span_str("{\"a\":1,\"a\":2}"), &j, &why), ERR_MALFORMED);
}

static enum err read_one(const char *method, const char *path, const char *query, const char *body,
			 struct ops_request *r, struct ops_refusal *why)
{
	const struct ops_http in = { method, path, query, span_str(body) };
	static struct failing_env f;
	struct arena mem;
	failing_env_init(&f, 1);
	arena_init(&mem, &f.env, 1024);
	enum err e = ops_http_read(&in, r, &mem, why);
	arena_free(&mem);
	failing_env_assert_clean(&f);
	return e;
}

static void a_request_is_found_with_its_values(void **state)
{
	struct ops_refusal why;
	struct ops_request r = { 0 };
	assert_int_equal(read_one("PUT", "/v1/log", NULL, "{\"level\":\"debug\"}", &r, &why), OK);
	assert_int_equal(r.kind, OPS_LOG_SET);
	assert_string_equal(r.log_set.level, "debug");
	assert_int_equal(read_one("GET", "/v1/names/resolve", "name=attic&most=3", "", &r, &why),
			 OK);
	assert_int_equal(r.lookup.most, 3);
	assert_int_equal(read_one("POST", "/v1/masc/peers/north/up", NULL, "", &r, &why), OK);
	assert_string_equal(r.name, "north");
}

static const struct {
	const char *method, *path, *query, *body;
	enum err err;
	int status;
	const char *allow, *message;
} refused[] = {
	{ "POST", "/v1/status", NULL, "", ERR_UNSUPPORTED, 405, "GET", "this path is for GET" },
	{ "GET", "/v1/nothing", NULL, "", ERR_NOT_FOUND, 404, "", "there is no \"/v1/nothing\"" },
	{ "GET", "/v1/status", "x=1", "", ERR_MALFORMED, 400, "", "unknown key \"x\"" },
	{ "GET", "/v1/status", "x", "", ERR_MALFORMED, 400, "", "not of the form" },
	{ "PUT", "/v1/log", NULL, "{", ERR_MALFORMED, 400, "", "the body is no JSON" },
	{ "PUT", "/v1/log", NULL, "{\"x\":1}", ERR_MALFORMED, 400, "", "unknown key" },
};

static void a_refusal_says_why(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct ops_refusal why;
		struct ops_request r = { 0 };
		assert_int_equal(read_one(refused[i].method, refused[i].path, refused[i].query,
					  refused[i].body, &r, &why),
				 refused[i].err);
		assert_int_equal(why.err, refused[i].err);
		assert_int_equal(why.status, refused[i].status);
		assert_string_equal(why.allow, refused[i].allow);
		assert_non_null(strstr(why.message, refused[i].message));
		assert_non_null(strstr(why.hint, "doc/api.md"));
	}
}

static void a_search_is_read(void **state)
{
	struct ops_refusal why = { 0 };
	struct ops_request r;
	assert_int_equal(ops_http_search("name=attic&trace=true", &r, &why), OK);
	assert_int_equal(r.kind, OPS_NAME_RESOLVE);
	assert_true(r.lookup.trace);
	assert_int_equal(ops_http_search("nome=attic", &r, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.message, "unknown key \"nome\""));
}

static void errors_and_answers_are_json(void **state)
{
	const struct ops_answer bad = { ERR_DENIED, NULL, NULL, "not you", "ask somebody" };
	const struct ops_change change = { true, "done", 7 };
	const struct ops_answer good = { OK, &ops_change_type, &change, "", "" };
	json_t *j = ops_http_answer(&bad), *e = json_object_get(j, "error");
	assert_string_equal(json_string_value(json_object_get(e, "code")), "DENIED");
	assert_string_equal(json_string_value(json_object_get(e, "hint")), "ask somebody");
	json_decref(j);
	j = ops_http_answer(&good);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), OPS_SCHEMA);
	assert_null(json_object_get(j, "error"));
	json_decref(j);
}

static void text_goes_through_a_url(void **state)
{
	char all[256], url[800], back[256];
	struct text u = TEXT_OF(url), b = TEXT_OF(back);
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = 0;
	ops_url_put(&u, all);
	assert_int_equal(strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-._~%"),
			 u.n);
	assert_int_equal(ops_url_take(span_str(url), false, &b), OK);
	assert_string_equal(back, all);
	text_clear(&b);
	assert_int_equal(ops_url_take(span_str("a+b"), false, &b), OK);
	assert_string_equal(back, "a+b");
	char small[3];
	struct text s = TEXT_OF(small);
	assert_int_equal(ops_url_take(span_str("abc"), false, &s), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_read),
		cmocka_unit_test(too_long_a_value_is_refused),
		cmocka_unit_test(bodies_are_read),
		cmocka_unit_test(a_request_is_found_with_its_values),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_search_is_read),
		cmocka_unit_test(errors_and_answers_are_json),
		cmocka_unit_test(text_goes_through_a_url),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
