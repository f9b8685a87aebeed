#include "failing_env.h"

#include "ops/http.h"

struct row {
	const char *method, *path;
	enum err err;
	enum ops_kind kind;
	const char *name; /* or, refused, what is allowed */
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
};

static void paths_lead_to_operations(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		enum ops_kind kind = OPS_KIND_COUNT;
		char name[OPS_NAME_MAX + 1], allowed[64];
		struct text allow = TEXT_OF(allowed);
		assert_int_equal(ops_route_find(r->method, r->path, &kind, name, &allow), r->err);
		if (r->err == OK) {
			assert_int_equal(kind, r->kind);
			assert_string_equal(name, r->name);
		} else {
			assert_string_equal(allowed, r->name);
		}
	}
}

static void every_operation_is_reached(void **state)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		char path[200], name[OPS_NAME_MAX + 1], allowed[64];
		struct text p = TEXT_OF(path), allow = TEXT_OF(allowed);
		const char *brace = strchr(ops_rows[k].path, '{');
		enum ops_kind kind;
		if (brace) {
			text_span(&p,
				  span_of(ops_rows[k].path, (size_t)(brace - ops_rows[k].path)));
			text_str(&p, "x");
			text_str(&p, strchr(brace, '}') + 1);
		} else {
			text_str(&p, ops_rows[k].path);
		}
		assert_int_equal(ops_route_find(ops_rows[k].method, path, &kind, name, &allow), OK);
		assert_int_equal(kind, k);
		assert_string_equal(name, brace ? "x" : "");
	}
}

static void every_truncation_of_a_path_is_safe(void **state)
{
	const char *whole = "/v1/masc/peers/n%41th/reset";
	for (size_t n = 0; n < strlen(whole); n++) {
		char cut[40] = { 0 }, name[OPS_NAME_MAX + 1], allowed[64];
		struct text allow = TEXT_OF(allowed);
		enum ops_kind kind;
		memcpy(cut, whole, n);
		enum err e = ops_route_find("POST", cut, &kind, name, &allow);
		assert_true(e == ERR_NOT_FOUND || e == ERR_UNSUPPORTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_to_operations),
		cmocka_unit_test(every_operation_is_reached),
		cmocka_unit_test(every_truncation_of_a_path_is_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
