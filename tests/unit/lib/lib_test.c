#include "context.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void a_call_ends_in_one_event(void **state)
{
	hst_event *e = context_call("GET", "/v1/masc/peers", NULL);
	assert_int_equal(e->result, HST_OK);
	assert_string_equal(e->message, "");
	json_t *j = json_loads(e->json, 0, NULL);
	json_t *peers = json_object_get(j, "peers");
	assert_int_equal(json_array_size(peers), 2);
	json_decref(j);
	server_settle();
	assert_int_equal(n_got, 1);
}

static void writes_reach_the_daemon(void **state)
{
	hst_event *e = context_call("POST", "/v1/masc/peers/north/down", "{\"duration\":60}");
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.command.for_us, 60 * MONO_SEC);
	e = context_call("PUT", "/v1/log", "{\"level\":\"debug\"}");
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.levels[2], NODE_DEBUG);
	e = context_call("POST", "/v1/reload", NULL);
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.reloads, 1);
}

static void errors_come_with_message_and_hint(void **state)
{
	hst_event *e = context_call("GET", "/v1/masc/peers/nroth", NULL);
	assert_int_equal(e->result, HST_E_NOT_FOUND);
	assert_string_equal(e->message, "there is no MASC peer \"nroth\"");
	assert_string_equal(e->hint, "homestead masc peer north");
	assert_non_null(strstr(e->json, "\"NOT_FOUND\""));
	e = context_call("PUT", "/v1/log", "{\"level\":\"loud\"}");
	assert_int_equal(e->result, HST_E_INVALID);
	played.command_result = ERR_STATE;
	e = context_call("POST", "/v1/masc/peers/north/up", NULL);
	assert_int_equal(e->result, HST_E_NOT_READY);
	e = context_call("DELETE", "/v1/log", NULL);
	assert_int_equal(e->result, HST_E_UNSUPPORTED);
}

static void stats_is_the_status(void **state)
{
	hst_op op;
	assert_int_equal(hst_stats(ctx, &op), HST_OK);
	hst_event *e = context_await(HST_EVENT_OP_DONE);
	assert_non_null(strstr(e->json, "\"uptime\""));
}

static void several_calls_run_at_once(void **state)
{
	hst_op ops[40];
	uint64_t sum = 0, want = 0;
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &ops[i]), HST_OK);
		want += ops[i];
	}
	while (n_got < 40)
		event_base_loop(server.base, EVLOOP_ONCE);
	for (size_t i = 0; i < n_got; i++) {
		assert_int_equal(got[i]->result, HST_OK);
		sum += got[i]->op;
	}
	assert_int_equal(sum, want);
	/* And the context's look for a daemon. */
	assert_true(server.ctl->conns.count <= LIB_CALLS_AT_ONCE + 1);
}

/* Arguments that are refused at once. */
static const struct {
	const char *method, *path, *body;
	int deadline_ms;
} refused[] = {
	{ "HEAD", "/v1/status", NULL, 0 },     { NULL, "/v1/status", NULL, 0 },
	{ "GET", "/status", NULL, 0 },	       { "GET", NULL, NULL, 0 },
	{ "GET", "/v1/a b", NULL, 0 },	       { "GET", "/v1/a\r\nX: y", NULL, 0 },
	{ "GET", "/v1/a#b", NULL, 0 },	       { "GET", "/v1/\xc3\xa4", NULL, 0 },
	{ "POST", "/v1/reload", "[]", 0 },     { "POST", "/v1/reload", "{", 0 },
	{ "POST", "/v1/reload", "", 0 },       { "GET", "/v1/status", NULL, -1 },
	{ "GET", "/v1/status", NULL, 600001 },
};

static void bad_arguments_are_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		hst_op op = 77;
		assert_int_equal(hst_call(ctx, refused[i].method, refused[i].path, refused[i].body,
					  refused[i].deadline_ms, &op),
				 HST_E_INVALID);
		assert_int_equal(op, 77);
		assert_int_equal(hst_last_error(ctx)->code, HST_E_INVALID);
		assert_true(hst_last_error(ctx)->message[0] != 0);
	}
	char path[2000] = "/v1/";
	memset(path + 4, 'a', sizeof(path) - 5);
	hst_op op;
	assert_int_equal(hst_call(ctx, "GET", path, NULL, 0, &op), HST_E_INVALID);
	assert_null(hst_ctx_next_event(ctx));
}

static void a_deadline_ends_a_call(void **state)
{
	hst_op op;
	played.later = true;
	assert_int_equal(hst_call(ctx, "POST", "/v1/masc/peers/north/up", NULL, 50, &op), HST_OK);
	hst_event *e = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(e->op, op);
	assert_int_equal(e->result, HST_E_DEADLINE);
	assert_true(e->hint[0] != 0);
	server_settle();
	played_finish(OK);
	server_settle();
	assert_int_equal(n_got, 1);
}

static void a_call_can_be_cancelled(void **state)
{
	hst_op op, other;
	played.later = true;
	assert_int_equal(hst_call(ctx, "POST", "/v1/masc/peers/north/up", NULL, 0, &op), HST_OK);
	server_settle();
	assert_int_equal(hst_op_cancel(ctx, op), HST_OK);
	hst_event *e = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(e->op, op);
	assert_int_equal(e->result, HST_E_CANCELLED);
	assert_int_equal(hst_op_cancel(ctx, op), HST_E_NOT_FOUND);
	assert_int_equal(hst_op_cancel(ctx, 12345), HST_E_NOT_FOUND);
	server_settle();
	played_finish(OK);
	played.later = false;
	assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &other), HST_OK);
	while (n_got < 2)
		event_base_loop(server.base, EVLOOP_ONCE);
	assert_int_equal(got[1]->op, other);
	assert_int_equal(got[1]->result, HST_OK);
}

static bool is_readable(void)
{
	struct pollfd p = { hst_ctx_fd(ctx), POLLIN, 0 };
	return poll(&p, 1, 0) == 1;
}

static void the_descriptor_is_level_triggered(void **state)
{
	hst_op a, b;
	while (hst_ctx_next_event(ctx)) {
	}
	assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &a), HST_OK);
	assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &b), HST_OK);
	assert_true(is_readable()); /* a call queued work */
	assert_int_equal(hst_op_cancel(ctx, a), HST_OK);
	assert_int_equal(hst_op_cancel(ctx, b), HST_OK);
	assert_true(is_readable());
	hst_event *first = hst_ctx_next_event(ctx);
	assert_int_equal(first->op, a);
	assert_true(is_readable()); /* the second waits */
	hst_event *second = hst_ctx_next_event(ctx);
	assert_int_equal(second->op, b);
	hst_free(second); /* events never invalidate earlier ones */
	assert_int_equal(first->result, HST_E_CANCELLED);
	assert_string_equal(first->message, "the operation was cancelled");
	hst_free(first);
	while (is_readable())
		assert_null(hst_ctx_next_event(ctx));
}

static void a_wakeup_makes_it_readable(void **state)
{
	while (is_readable())
		assert_null(hst_ctx_next_event(ctx));
	hst_ctx_wakeup(ctx);
	assert_true(is_readable());
	assert_null(hst_ctx_next_event(ctx));
	assert_false(is_readable());
}

static void without_a_daemon_calls_say_where_they_looked(void **state)
{
	context_restart(true);
	hst_event *e = context_call("GET", "/v1/status", NULL);
	assert_int_equal(e->result, HST_E_NO_DAEMON);
	assert_non_null(strstr(e->message, server.path));
	assert_non_null(strstr(e->hint, "--socket"));
	context_come_back();
	e = context_call("GET", "/v1/log", NULL);
	assert_int_equal(e->result, HST_OK);
}

static void a_daemon_that_dies_in_a_call_is_told(void **state)
{
	hst_op op;
	played.later = true;
	assert_int_equal(hst_call(ctx, "POST", "/v1/masc/peers/north/up", NULL, 0, &op), HST_OK);
	while (!played.commands)
		event_base_loop(server.base, EVLOOP_ONCE);
	/* As a kill would: the connections end without an answer. */
	LIST_EACH(node, tmp, &server.ctl->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		shutdown(bufferevent_getfd(k->bev), SHUT_RDWR);
	}
	hst_event *e = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(e->result, HST_E_NO_DAEMON);
	assert_non_null(strstr(e->message, "ended before it answered"));
	played_finish(OK);
	server_settle();
}

static void ports_are_told_with_the_daemons_pid(void **state)
{
	char *text = NULL;
	assert_int_equal(hst_ports(ctx, &text), HST_OK);
	json_t *j = json_loads(text, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "daemon_pid")), getpid());
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	assert_true(json_array_size(json_object_get(j, "ports")) >= 4);
	json_decref(j);
	hst_free(text);
	context_restart(true);
	assert_int_equal(hst_ports(ctx, &text), HST_OK);
	j = json_loads(text, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "daemon_pid")), 0);
	json_decref(j);
	hst_free(text);
}

static void waiting_for_what_is_over_fails(void **state)
{
	hst_event *e = context_call("GET", "/v1/log", NULL);
	assert_int_equal(hst_ctx_wait(ctx, e->op, -1, NULL), HST_E_NOT_FOUND);
	assert_int_equal(hst_ctx_wait(ctx, 999, 0, NULL), HST_E_NOT_FOUND);
	assert_int_equal(hst_last_error(ctx)->code, HST_E_NOT_FOUND);
}

static void open_work_goes_with_the_context(void **state)
{
	hst_sub sub;
	hst_op op;
	context_subscribe(NULL, NULL, &sub);
	for (int i = 0; i < 20; i++)
		assert_int_equal(hst_call(ctx, "GET", "/v1/status", NULL, 0, &op), HST_OK);
	server_settle();
	context_close();
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
	assert_int_equal(context_open(server.path), HST_OK);
}

static void operations_have_a_limit(void **state)
{
	hst_op op;
	for (int i = 0; i < LIB_OPS_MAX; i++)
		assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &op), HST_OK);
	assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &op), HST_E_FULL);
}

static void bad_options_are_refused(void **state)
{
	hst_ctx *none = NULL;
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char path[300];
	assert_int_equal(hst_ctx_new(&opts, NULL), HST_E_INVALID);
	opts.size = 3;
	assert_int_equal(hst_ctx_new(&opts, &none), HST_E_INVALID);
	opts.size = sizeof(opts);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	opts.socket_path = path;
	assert_int_equal(hst_ctx_new(&opts, &none), HST_E_INVALID);
	assert_null(none);
}

static void the_socket_is_searched_in_order(void **state)
{
	char dir[120];
	context_close();
	setenv("HOMESTEAD_SOCKET", server.path, 1);
	assert_int_equal(hst_ctx_new(NULL, &ctx), HST_OK);
	assert_string_equal(hst_ctx_socket(ctx), server.path);
	hst_free(ctx);
	unsetenv("HOMESTEAD_SOCKET");
	setenv("XDG_RUNTIME_DIR", server.dir, 1);
	assert_int_equal(hst_ctx_new(NULL, &ctx), HST_OK);
	(void)snprintf(dir, sizeof(dir), "%s/homestead/control.sock", server.dir);
	assert_string_equal(hst_ctx_socket(ctx), dir);
	hst_free(ctx);
	unsetenv("XDG_RUNTIME_DIR");
	setenv("HOMESTEAD_SOCKET", "/none/of/these", 1);
	assert_int_equal(context_open(server.path), HST_OK); /* what is given comes first */
	assert_string_equal(hst_ctx_socket(ctx), server.path);
	unsetenv("HOMESTEAD_SOCKET");
}

static void results_have_texts(void **state)
{
	for (int r = 0; r >= HST_E_AGAIN; r--)
		assert_string_not_equal(hst_strerror(r), "unknown error");
	assert_string_equal(hst_strerror(-99), "unknown error");
	assert_string_equal(hst_strerror(5), "success");
	assert_string_equal(hst_version(), HOMESTEAD_VERSION);
#define X(name, number, text) assert_true(lib_result_of(ERR_##name) < 0);
	ERR_LIST(X)
#undef X
}

/* Each allocation of ours fails once: an error, never a crash or a leak, and
 * every operation that began ends. */
static void memory_may_be_short(void **state)
{
	static struct failing_env scarce;
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	opts.socket_path = server.path;
	FAILING_ENV_EACH(scarce, 1)
	{
		hst_ctx *c = NULL;
		hst_op op;
		hst_sub sub;
		char *text;
		played.env = &scarce.env;
		int r = hst_ctx_new(&opts, &c);
		played.env = NULL;
		if (r == HST_OK) {
			bool open = hst_call(c, "GET", "/v1/log", NULL, 0, &op) == HST_OK;
			bool subscribed = hst_subscribe(c, NULL, NULL, &sub) == HST_OK;
			for (int i = 0; i < 400 && open; i++) {
				server_settle();
				int waited = hst_ctx_wait(c, op, 1, NULL);
				open = waited == HST_E_DEADLINE;
			}
			assert_false(open);
			if (subscribed)
				(void)hst_unsubscribe(c, sub);
			if (hst_ports(c, &text) == HST_OK)
				hst_free(text);
			hst_free(c);
		} else {
			assert_int_equal(r, HST_E_NOMEM);
		}
		failing_env_assert_clean(&scarce);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, context_setup, context_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_ends_in_one_event),
		TEST(writes_reach_the_daemon),
		TEST(errors_come_with_message_and_hint),
		TEST(stats_is_the_status),
		TEST(several_calls_run_at_once),
		TEST(bad_arguments_are_refused),
		TEST(a_deadline_ends_a_call),
		TEST(a_call_can_be_cancelled),
		TEST(the_descriptor_is_level_triggered),
		TEST(a_wakeup_makes_it_readable),
		TEST(without_a_daemon_calls_say_where_they_looked),
		TEST(a_daemon_that_dies_in_a_call_is_told),
		TEST(ports_are_told_with_the_daemons_pid),
		TEST(waiting_for_what_is_over_fails),
		TEST(open_work_goes_with_the_context),
		TEST(operations_have_a_limit),
		TEST(bad_options_are_refused),
		TEST(the_socket_is_searched_in_order),
		TEST(results_have_texts),
		TEST(memory_may_be_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
