#include "failing_env.h"

#include "ops/http.h"

struct row {
	const char *method, *path;
	enum err err;
	enum ops_kind kind;
	const char *name;  /* or, refused, what is allowed */
	const char *graph; /* NULL: none */
};

static const struct row rows[] = {
	{ "GET", "/v1/status", OK, OPS_STATUS, "" },
	{ "GET", "/v1/masc/peers", OK, OPS_MASC_PEERS, "" },
	{ "GET", "/v1/masc/peers/north", OK, OPS_MASC_PEER, "north" },
	{ "GET", "/v1/masc/peers/a%2Fb", OK, OPS_MASC_PEER, "a/b" },
	{ "GET", "/v1/masc/peers/up", OK, OPS_MASC_PEER, "up" },
	{ "POST", "/v1/masc/peers/north/up", OK, OPS_MASC_PEER_UP, "north" },
	{ "POST", "/v1/masc/peers/north/down", OK, OPS_MASC_PEER_DOWN, "north" },
	{ "POST", "/v1/masc/peers/north/reset", OK, OPS_MASC_PEER_RESET, "north" },
	{ "GET", "/v1/masc/prefixes", OK, OPS_MASC_PREFIXES, "" },
	{ "GET", "/v1/masc/claims", OK, OPS_MASC_CLAIMS, "" },
	{ "POST", "/v1/masc/claims", OK, OPS_MASC_CLAIM, "" },
	{ "GET", "/v1/masc/space", OK, OPS_MASC_SPACE, "" },
	{ "GET", "/v1/masc/demands", OK, OPS_MASC_DEMANDS, "" },
	{ "POST", "/v1/masc/demands", OK, OPS_MASC_DEMAND, "" },
	{ "POST", "/v1/masc/demands/7/end", OK, OPS_MASC_DEMAND_END, "7" },
	{ "POST", "/v1/masc/withdraw", OK, OPS_MASC_WITHDRAW, "" },
	{ "GET", "/v1/masc/clashes", OK, OPS_MASC_CLASHES, "" },
	{ "POST", "/v1/masc/clashes/3/resolve", OK, OPS_MASC_RESOLVE, "3" },
	{ "DELETE", "/v1/masc/claims", ERR_UNSUPPORTED, 0, "GET, POST" },
	{ "GET", "/v1/log", OK, OPS_LOG_GET, "" },
	{ "PUT", "/v1/log", OK, OPS_LOG_SET, "" },
	{ "GET", "/v1/ports", OK, OPS_PORTS, "" },
	{ "POST", "/v1/reload", OK, OPS_RELOAD, "" },
	{ "GET", "/v1/events/recent", OK, OPS_EVENTS, "" },
	{ "POST", "/v1/status", ERR_UNSUPPORTED, 0, "GET" },
	{ "DELETE", "/v1/log", ERR_UNSUPPORTED, 0, "GET, PUT" },
	{ "GET", "/v1/masc/peers/north/up", ERR_UNSUPPORTED, 0, "POST" },
	{ "", "/v1/reload", ERR_UNSUPPORTED, 0, "POST" },
	{ "GET", "/v1/reload", ERR_UNSUPPORTED, 0, "POST" },
	{ "GET", "", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/statu", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/statuss", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/status/", ERR_NOT_FOUND, 0, "" },
	{ "GET", "//v1/status", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/", ERR_NOT_FOUND, 0, "" },
	{ "POST", "/v1/masc/peers//up", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/%00", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/a%00b", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/north/up/now", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/0123456789012345678901234567890123456789012345678901234567890123",
	  ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/masc/peers/012345678901234567890123456789012345678901234567890123456789012",
	  OK, OPS_MASC_PEER, "012345678901234567890123456789012345678901234567890123456789012" },
	{ "GET", "/v1/masc/peers/{name}", OK, OPS_MASC_PEER, "{name}" },
	{ "GET", "/v1/graphs/0.notes", OK, OPS_GRAPH, "", "0.notes" },
	{ "GET", "/v1/graphs/a%2Fb/records/1234abcd", OK, OPS_RECORD, "1234abcd", "a/b" },
	{ "POST", "/v1/graphs/1/records/large", OK, OPS_RECORD_UPLOAD, "", "1" },
	{ "GET", "/v1/graphs/1/records/large", OK, OPS_RECORD, "large", "1" },
	{ "DELETE", "/v1/graphs/1/direct/7", OK, OPS_DIRECT_CLOSE, "7", "1" },
	{ "POST", "/v1/graphs/1/direct/7/stream", OK, OPS_DIRECT_STREAM, "7", "1" },
	{ "PUT", "/v1/graphs/1/direct/7/stream", ERR_UNSUPPORTED, 0, "POST" },
	{ "PATCH", "/v1/graphs/1", ERR_UNSUPPORTED, 0, "GET, PUT, DELETE" },
	{ "GET", "/v1/graphs//records", ERR_NOT_FOUND, 0, "" },
	{ "GET", "/v1/identities/Ann%20Li", OK, OPS_IDENTITY, "", "Ann Li" },
	{ "POST", "/v1/identities/import", OK, OPS_IDENTITY_IMPORT, "" },
	{ "POST", "/v1/identities/import/export", OK, OPS_IDENTITY_EXPORT, "", "import" },
	{ "POST", "/v1/groups/join", OK, OPS_GROUP_JOIN, "" },
	{ "PUT", "/v1/groups/join", OK, OPS_GROUP_SET, "", "join" },
	{ "GET", "/v1/groups/home/members/ann", OK, OPS_MEMBER, "", "home" },
	{ "PUT", "/v1/groups/home/members/ann", ERR_UNSUPPORTED, 0, "GET" },
	{ "GET", "/v1/groups/home/members/", ERR_NOT_FOUND, 0, "" },
};

static void paths_lead_to_operations(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct ops_request got = { .kind = OPS_KIND_COUNT };
		char allowed[64];
		struct text allow = TEXT_OF(allowed);
		assert_int_equal(ops_route_find(r->method, r->path, &got, &allow), r->err);
		if (r->err == OK) {
			assert_int_equal(got.kind, r->kind);
			assert_string_equal(got.name, r->name);
			assert_string_equal(got.graph, r->graph ? r->graph : "");
		} else {
			assert_string_equal(allowed, r->name);
		}
	}
}

/* Each value of a path as "x". */
static void put_path(struct text *t, const char *pattern)
{
	while (*pattern) {
		if (*pattern != '{') {
			text_char(t, *pattern++);
			continue;
		}
		text_char(t, 'x');
		pattern = strchr(pattern, '}') + 1;
	}
}

static void every_operation_is_reached(void **state)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		char path[200], allowed[64];
		struct text p = TEXT_OF(path), allow = TEXT_OF(allowed);
		struct ops_request got = { .kind = OPS_KIND_COUNT };
		const char *pattern = ops_rows[k].path;
		bool graph = strstr(pattern, "{graph}") || strstr(pattern, "{group}") ||
			     strstr(pattern, "{identity}");
		bool member = strstr(pattern, "{member}");
		const char *rest = graph ? strchr(pattern, '}') : pattern;
		bool name = strchr(rest, '{') && !member;
		put_path(&p, pattern);
		assert_int_equal(ops_route_find(ops_rows[k].method, path, &got, &allow), OK);
		assert_int_equal(got.kind, k);
		assert_string_equal(got.graph, graph ? "x" : "");
		assert_string_equal(got.member, member ? "x" : "");
		assert_string_equal(got.name, name ? "x" : "");
	}
}

static void a_value_has_its_limit(void **state)
{
	char path[3 * OPS_GRAPH_ID_MAX + 40], allowed[64];
	struct text allow = TEXT_OF(allowed);
	for (size_t n = OPS_GRAPH_ID_MAX; n <= OPS_GRAPH_ID_MAX + 1; n++) {
		struct text p = TEXT_OF(path);
		struct ops_request got = { .kind = OPS_KIND_COUNT };
		text_str(&p, "/v1/graphs/");
		for (size_t i = 0; i < n; i++)
			text_str(&p, "%c3");
		enum err e = ops_route_find("GET", path, &got, &allow);
		assert_int_equal(e, n > OPS_GRAPH_ID_MAX ? ERR_NOT_FOUND : OK);
		if (!e)
			assert_int_equal(strlen(got.graph), n);
	}
}

static void every_truncation_of_a_path_is_safe(void **state)
{
	const char *whole = "/v1/masc/peers/n%41th/reset";
	for (size_t n = 0; n < strlen(whole); n++) {
		char cut[40] = { 0 }, allowed[64];
		struct text allow = TEXT_OF(allowed);
		struct ops_request got;
		memcpy(cut, whole, n);
		enum err e = ops_route_find("POST", cut, &got, &allow);
		assert_true(e == ERR_NOT_FOUND || e == ERR_UNSUPPORTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_to_operations),
		cmocka_unit_test(every_operation_is_reached),
		cmocka_unit_test(a_value_has_its_limit),
		cmocka_unit_test(every_truncation_of_a_path_is_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
