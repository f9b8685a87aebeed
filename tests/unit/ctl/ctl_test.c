#include "server.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "os/loop.h"

static int setup(void **state)
{
	server_init();
	played_names();
	server_start();
	return 0;
}

static int teardown(void **state)
{
	server_stop();
	return 0;
}

/* Asks and checks the status; the JSON of the answer. */
static json_t *json_of(const char *method, const char *target, const char *body, int status)
{
	char *r = ask(method, target, body);
	assert_int_equal(status_of(r), status);
	assert_non_null(strstr(r, "Content-Type: application/json"));
	json_t *j = json_loads(body_of(r), 0, NULL);
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), OPS_SCHEMA);
	free(r);
	return j;
}

/* The answer has exactly the fields of the operation's struct, and `schema`. */
static void check_shape(const json_t *j, const struct ops_struct *type)
{
	size_t n = 0;
	for (const struct ops_field *f = type->fields; f->name; f++, n++)
		assert_non_null(json_object_get(j, f->name));
	assert_int_equal(json_object_size(j), n + 1);
}

/* What an operation cannot do without. */
static const char *body_for(enum ops_kind k)
{
	static const char *const bodies[OPS_KIND_COUNT] = {
		[OPS_LOG_SET] = "{\"level\":\"debug\"}",
		[OPS_MASC_CLAIM] = "{\"addresses\":256}",
		[OPS_MASC_DEMAND] = "{\"addresses\":16,\"until\":\"2037-01-01T00:00:00Z\"}",
		[OPS_MASC_WITHDRAW] = "{\"prefix\":\"239.192.1.0/24\"}",
		[OPS_MASC_RESOLVE] = "{\"action\":\"keep\"}",
		[OPS_NAME_PUBLISH] = "{\"name\":\"attic\",\"endpoints\":[{\"port\":80}],"
				     "\"payload_type\":\"text\",\"payload\":\"hello!\"}",
		[OPS_NAME_UNPUBLISH] = "{\"name\":\"0.attic\"}",
	};
	return bodies[k] ? bodies[k] : "";
}

/* And what stands for the name in its path, or is its query. */
static const char *given_for(enum ops_kind k)
{
	if (k == OPS_CLOUD)
		return "Global4_";
	return strstr(ops_rows[k].path, "{number}") ? "1" : "north";
}

static const char *query_for(enum ops_kind k)
{
	if (k == OPS_CLOUD_PING)
		return "?address=192.0.2.9";
	return k == OPS_NAME_RESOLVE || k == OPS_NAME_CONVERT ? "?name=printer-room" : "";
}

/* These have a test of their own. */
static bool of_others(enum ops_kind k)
{
	static const char *const roots[] = { "/v1/graphs", "/v1/groups", "/v1/identities",
					     "/v1/papers" };
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strncmp(ops_rows[k].path, roots[i], strlen(roots[i])) == 0)
			return true;
	return k == OPS_CAPTURE;
}

static void every_operation_answers(void **state)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		char path[200];
		if (of_others((enum ops_kind)k))
			continue;
		const char *brace = strchr(ops_rows[k].path, '{');
		const char *given = given_for((enum ops_kind)k);
		(void)snprintf(path, sizeof(path), "%.*s%s%s%s",
			       (int)(brace ? brace - ops_rows[k].path : 100), ops_rows[k].path,
			       brace ? given : "", brace ? strchr(brace, '}') + 1 : "",
			       query_for((enum ops_kind)k));
		const char *body = body_for((enum ops_kind)k);
		json_t *j = json_of(ops_rows[k].method, path, body, 200);
		check_shape(j, ops_rows[k].answer);
		json_decref(j);
	}
	assert_int_equal(played.commands, 8);
	assert_int_equal(played.reloads, 1);
	assert_int_equal(played.levels[0], NODE_DEBUG);
}

/* Requests that fail: the status and what the message holds. */
struct failing {
	const char *method, *target, *body;
	int status;
	const char *code, *message;
};

static const struct failing failing[] = {
	{ "GET", "/", "", 404, "NOT_FOUND", "there is no \"/\"" },
	{ "GET", "/v1/nothing", "", 404, "NOT_FOUND", "there is no \"/v1/nothing\"" },
	{ "POST", "/v1/status", "", 405, "UNSUPPORTED", "this path is for GET" },
	{ "PATCH", "/v1/log", "{}", 405, "UNSUPPORTED", "this path is for GET, PUT" },
	{ "POST", "/v1/events", "", 405, "UNSUPPORTED", "this path is for GET" },
	{ "OPTIONS", "/v1/reload", "", 405, "UNSUPPORTED", "this path is for POST" },
	{ "GET", "/v1/masc/peers/nroth", "", 404, "NOT_FOUND", "there is no MASC peer \"nroth\"" },
	{ "GET", "/v1/status?x=1", "", 400, "MALFORMED", "unknown key \"x\"; accepted:" },
	{ "GET", "/v1/events/recent?limit=-1", "", 400, "MALFORMED", "\"limit\" takes" },
	{ "GET", "/v1/events/recent?level=loud", "", 400, "MALFORMED", "\"loud\" is no log level" },
	{ "GET", "/v1/events/recent?part=%ff", "", 400, "MALFORMED", "the query is no UTF-8" },
	{ "GET", "/v1/events?level=loud", "", 400, "MALFORMED", "\"loud\" is no log level" },
	{ "GET", "/v1/events?part=mask", "", 404, "NOT_FOUND", "there is no part \"mask\"" },
	{ "GET", "/v1/events?limit=3", "", 400, "MALFORMED", "\"limit\" is for" },
	{ "GET", "/v1/events?since=x", "", 400, "MALFORMED", "\"since\" takes" },
	{ "POST", "/v1/masc/peers/north/down", "{", 400, "MALFORMED",
	  "the body is no JSON: line 1, column 1:" },
	{ "POST", "/v1/masc/peers/north/down", "[]", 400, "MALFORMED", "a JSON object is wanted" },
	{ "POST", "/v1/masc/peers/north/down", "{\"duration\":-5}", 400, "RANGE",
	  "\"duration\" takes seconds" },
	{ "POST", "/v1/masc/peers/north/down", "{\"for\":5}", 400, "MALFORMED",
	  "unknown key \"for\"; accepted: duration, dry_run" },
	{ "POST", "/v1/masc/peers/north/down", "{\"duration\":1,\"duration\":2}", 400, "MALFORMED",
	  "the body is no JSON" },
	{ "GET", "/v1/masc/claims?within=10.0.0.0/8", "", 400, "MALFORMED",
	  "\"10.0.0.0/8\" is no" },
	{ "GET", "/v1/masc/claims?limit=x", "", 400, "MALFORMED", "\"limit\" takes" },
	{ "GET", "/v1/masc/space?depth=-1", "", 400, "MALFORMED", "\"depth\" takes" },
	{ "POST", "/v1/masc/claims", "", 400, "MALFORMED", "a claim is to a `prefix`" },
	{ "POST", "/v1/masc/claims", "{\"prefix\":\"here\"}", 400, "MALFORMED",
	  "\"here\" is no range" },
	{ "POST", "/v1/masc/claims", "{\"addresses\":5,\"lifetime\":0}", 400, "RANGE",
	  "a range cannot be claimed for no time" },
	{ "POST", "/v1/masc/demands", "{\"addresses\":5,\"from\":\"now\"}", 400, "MALFORMED",
	  "\"from\" takes RFC 3339" },
	{ "POST", "/v1/masc/demands", "{\"addresses\":5,\"family\":\"ip\"}", 400, "MALFORMED",
	  "\"ip\" is no family" },
	{ "POST", "/v1/masc/demands/x/end", "", 404, "NOT_FOUND", "\"x\" is no number" },
	{ "POST", "/v1/masc/clashes/1/resolve", "{}", 400, "MALFORMED", "\"\" is no decision" },
	{ "PUT", "/v1/log", "{\"level\":\"loud\"}", 400, "MALFORMED", "\"loud\" is no log level" },
	{ "PUT", "/v1/log", "", 400, "MALFORMED", "\"\" is no log level" },
	{ "PUT", "/v1/log", "\xff\xfe", 400, "MALFORMED", "the body is no JSON" },
};

static void failures_say_what_and_why(void **state)
{
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		const struct failing *f = &failing[i];
		json_t *j = json_of(f->method, f->target, f->body, f->status);
		json_t *e = json_object_get(j, "error");
		assert_string_equal(json_string_value(json_object_get(e, "code")), f->code);
		const char *message = json_string_value(json_object_get(e, "message"));
		assert_memory_equal(message, f->message, strlen(f->message));
		assert_true(json_string_length(json_object_get(e, "hint")) > 0);
		json_decref(j);
	}
	assert_int_equal(played.commands, 0);
}

static void a_wrong_method_names_the_right_one(void **state)
{
	char *r = ask("DELETE", "/v1/log", "");
	assert_non_null(strstr(r, "Allow: GET, PUT\r\n"));
	free(r);
}

static void failures_of_the_engine_have_their_status(void **state)
{
	static const struct {
		enum err err;
		int status;
	} rows[] = { { ERR_STATE, 409 },
		     { ERR_NO_SPACE, 507 },
		     { ERR_STOPPING, 503 },
		     { ERR_IO, 500 },
		     { ERR_NOT_FOUND, 404 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		played.command_result = rows[i].err;
		json_decref(json_of("POST", "/v1/masc/peers/north/up", "", rows[i].status));
	}
	played.command_start = ERR_NOMEM;
	json_decref(json_of("POST", "/v1/masc/peers/north/up", "", 503));
}

static void a_down_takes_its_time_in_both_forms(void **state)
{
	json_decref(json_of("POST", "/v1/masc/peers/north/down", "{\"duration\":2.5}", 200));
	assert_int_equal(played.command.for_us, 2500 * MONO_MS);
	json_decref(json_of("POST", "/v1/masc/peers/north/down", "{\"duration\":\"5m\"}", 200));
	assert_int_equal(played.command.for_us, 5 * MONO_MIN);
}

static void several_requests_share_a_connection(void **state)
{
	struct client *c = client_new();
	client_send(c, "GET /v1/log HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "\"schema\":1}\n"));
	client_send(c, "GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "NOT_FOUND"));
	client_send(c, "GET /v1/masc/peers HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "\"north\""));
	assert_false(c->closed);
	client_free(c);
}

static void a_late_answer_finds_its_client(void **state)
{
	struct client *c = client_new();
	played.later = true;
	client_send(c, "POST /v1/masc/peers/north/up HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n");
	server_settle();
	assert_int_equal(played.commands, 1);
	assert_int_equal(c->n, 0);
	played_finish(OK);
	assert_true(client_wait(c, "the session with north is started"));
	client_free(c);
}

static void a_late_answer_survives_its_client(void **state)
{
	struct client *c = client_new();
	played.later = true;
	client_send(c, "POST /v1/masc/peers/north/up HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n");
	server_settle();
	client_free(c);
	server_settle();
	played_finish(OK);
	server_settle();
	json_decref(json_of("GET", "/v1/log", "", 200));
}

static void a_late_answer_survives_the_server(void **state)
{
	struct client *c = client_new();
	played.later = true;
	client_send(c, "POST /v1/masc/peers/north/up HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n");
	server_settle();
	ctl_free(server.ctl);
	server.ctl = NULL;
	client_wait_closed(c);
	assert_int_equal(status_of(c->got), 503);
	assert_non_null(strstr(c->got, "STOPPING"));
	played_finish(ERR_STOPPING);
	client_free(c);
}

/* Octets that are no request, or no good one. None may stop the server. */
static const char *const hostile[] = {
	"\r\n\r\n",
	"\n",
	"GET\r\n\r\n",
	"GET /v1/status\r\n\r\n",
	"GET /v1/status HTTP/9.9\r\n\r\n",
	"GET /v1/status HTTP/1.1\r\nno-colon\r\n\r\n",
	"GET /v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
	"GET /v1/status HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST /v1/reload HTTP/1.1\r\nContent-Length: x\r\n\r\n",
	"POST /v1/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"POST /v1/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx",
	"POST /v1/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
	"POST /v1/reload HTTP/1.1\r\nContent-Length: 10000000\r\n\r\nx",
	"TRACE /v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
	"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
	"BREW /v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET http://[::1/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/status?%zz HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/status?a=b&&&=c HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/events?since HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/status#frag HTTP/1.1\r\nHost: x\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"HEAD /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"GET /v1/status HTTP/1.0\r\n\r\n",
};

static void malformed_requests_never_crash(void **state)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct client *c = client_new();
		client_send(c, hostile[i]);
		server_settle();
		client_free(c);
		server_settle();
		json_decref(json_of("GET", "/v1/log", "", 200));
	}
	assert_int_equal(played.reloads, 0);
}

static void every_truncation_of_a_request_is_safe(void **state)
{
	const char *whole = "PUT /v1/log HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n"
			    "{\"level\":\"debug\"}";
	for (size_t n = 1; n < strlen(whole); n++) {
		struct client *c = client_new();
		client_send_n(c, whole, n);
		server_settle();
		client_free(c);
	}
	server_settle();
	assert_int_equal(played.levels[0], NODE_INFO);
}

static void seeded_noise_is_safe(void **state)
{
	struct failing_env rng;
	failing_env_init(&rng, 42);
	for (int i = 0; i < 200; i++) {
		char octets[600];
		const char *begin = "POST /v1/masc/peers/n/down HTTP/1.1\r\n";
		size_t n = strlen(begin);
		memcpy(octets, begin, n);
		failing_env_random(&rng, octets + n, sizeof(octets) - n);
		octets[failing_env_next(&rng) % n] ^= (char)(1 << i % 7);
		struct client *c = client_new();
		client_send_n(c, octets, sizeof(octets));
		server_settle();
		client_free(c);
	}
	server_settle();
	assert_int_equal(played.commands, 0);
	json_decref(json_of("GET", "/v1/log", "", 200));
}

static void a_body_that_is_too_long_is_refused(void **state)
{
	char *body = malloc(OPS_BODY_MAX + 2);
	assert_non_null(body);
	memset(body, ' ', OPS_BODY_MAX + 1);
	body[OPS_BODY_MAX + 1] = 0;
	char *r = ask("PUT", "/v1/log", body);
	assert_int_equal(status_of(r), 413);
	free(r);
	free(body);
}

static void headers_that_are_too_long_are_refused(void **state)
{
	struct client *c = client_new();
	char line[1100];
	memset(line, 'a', sizeof(line));
	memcpy(line, "X-Long: ", 8);
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	client_send(c, "GET /v1/status HTTP/1.1\r\n");
	for (int i = 0; i < 20; i++)
		client_send(c, line);
	client_wait_closed(c);
	assert_int_equal(status_of(c->got), 400);
	client_free(c);
}

static int setup_small(void **state)
{
	server_init();
	server.limits.connections = 3;
	server.limits.streams = 2;
	server.limits.request_us = 20 * MONO_MS;
	server.limits.tick_us = 5 * MONO_MS;
	return 0;
}

static void whoever_does_not_ask_is_cut(void **state)
{
	server.limits.request_us = -1; /* the played clock stands still */
	server_start();
	struct client *silent = client_new(), *slow = client_new();
	client_send(slow, "GET /v1/sta");
	client_wait_closed(silent);
	client_wait_closed(slow);
	assert_int_equal(slow->n, 0);
	client_free(silent);
	client_free(slow);
}

static void connections_beyond_the_limit_wait(void **state)
{
	server_start();
	struct client *c[4];
	for (int i = 0; i < 4; i++)
		c[i] = client_new();
	server_settle();
	assert_int_equal(server.ctl->conns.count, 3);
	client_send(c[3], "GET /v1/log HTTP/1.1\r\nHost: x\r\n\r\n");
	server_settle();
	assert_int_equal(c[3]->n, 0);
	client_free(c[0]);
	assert_true(client_wait(c[3], "\"schema\":1}\n"));
	assert_true(server.ctl->conns.count <= 3);
	for (int i = 1; i < 4; i++)
		client_free(c[i]);
}

const struct env *__real_os_env(void);

static void answers_of_the_loop(void *arg, struct mono now)
{
	*(bool *)arg = true;
}

static void the_loop_is_carried(void **state)
{
	struct os_loop *loop;
	struct os_timer *timer;
	bool fired = false;
	assert_int_equal(os_loop_new(&loop, __real_os_env()), OK);
	assert_int_equal(os_timer_new(&timer, loop, answers_of_the_loop, &fired), OK);
	assert_int_equal(ctl_carry_loop(server.ctl, loop), OK);
	os_timer_set(timer, (struct mono){ 1 });
	while (!fired)
		event_base_loop(server.base, EVLOOP_ONCE);
	ctl_free(server.ctl);
	server.ctl = NULL;
	os_timer_free(timer);
	os_loop_free(loop);
}

static void a_second_server_is_refused(void **state)
{
	struct ctl *second = NULL;
	char why[300];
	struct text t = TEXT_OF(why);
	assert_int_equal(ctl_new(&second, server.base, server.ops, server.path, &t), ERR_IN_USE);
	json_decref(json_of("GET", "/v1/log", "", 200));
}

static void the_socket_goes_with_the_server(void **state)
{
	ctl_free(server.ctl);
	server.ctl = NULL;
	assert_int_equal(access(server.path, F_OK), -1);
}

static void memory_may_be_short(void **state)
{
	static struct failing_env scarce;
	struct ctl *none = NULL;
	char why[300];
	struct text t = TEXT_OF(why);
	failing_env_init(&scarce, 1);
	scarce.fail_at = 1;
	played.env = &scarce.env;
	assert_int_equal(ctl_new(&none, server.base, server.ops, "/tmp/unused", &t), ERR_NOMEM);
	failing_env_assert_clean(&scarce);
	played.env = NULL;
}

#define TEST(f)	      cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEST_SMALL(f) cmocka_unit_test_setup_teardown(f, setup_small, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operation_answers),
		TEST(failures_say_what_and_why),
		TEST(a_wrong_method_names_the_right_one),
		TEST(failures_of_the_engine_have_their_status),
		TEST(a_down_takes_its_time_in_both_forms),
		TEST(several_requests_share_a_connection),
		TEST(a_late_answer_finds_its_client),
		TEST(a_late_answer_survives_its_client),
		TEST(a_late_answer_survives_the_server),
		TEST(malformed_requests_never_crash),
		TEST(every_truncation_of_a_request_is_safe),
		TEST(seeded_noise_is_safe),
		TEST(a_body_that_is_too_long_is_refused),
		TEST(headers_that_are_too_long_are_refused),
		TEST_SMALL(whoever_does_not_ask_is_cut),
		TEST_SMALL(connections_beyond_the_limit_wait),
		TEST(the_loop_is_carried),
		TEST(a_second_server_is_refused),
		TEST(the_socket_goes_with_the_server),
		TEST(memory_may_be_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
