/* The library against the real control server in the same process: the server
 * and the context's descriptor stand on one libevent base. */
#include "server.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/lib_int.h"

static hst_ctx *ctx;
static struct event *readable;

/* What came, in order. */
static hst_event *got[6000];
static size_t n_got;

static void drain(evutil_socket_t fd, short what, void *arg)
{
	hst_event *e;
	while ((e = hst_ctx_next_event(ctx))) {
		assert_true(n_got < sizeof(got) / sizeof(got[0]));
		got[n_got++] = e;
	}
}

static void forget(void)
{
	while (n_got)
		hst_free(got[--n_got]);
}

static int open_ctx(const char *path)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	opts.socket_path = path;
	int r = hst_ctx_new(&opts, &ctx);
	if (r == HST_OK) {
		readable =
			event_new(server.base, hst_ctx_fd(ctx), EV_READ | EV_PERSIST, drain, NULL);
		event_add(readable, NULL);
	}
	return r;
}

static void close_ctx(void)
{
	if (readable)
		event_free(readable);
	readable = NULL;
	hst_free(ctx);
	ctx = NULL;
}

static int setup(void **state)
{
	server_init();
	played.clock_runs = true;
	server_start();
	return open_ctx(server.path);
}

static int teardown(void **state)
{
	forget();
	close_ctx();
	server_stop();
	return 0;
}

static void give_up(evutil_socket_t fd, short what, void *arg)
{
	server.late = true;
}

/* Runs until an event of that kind has come; the first of them. */
static hst_event *await(uint32_t kind)
{
	struct timeval tv = { 60, 0 };
	struct event *guard = event_new(server.base, -1, 0, give_up, NULL);
	hst_event *found = NULL;
	event_add(guard, &tv);
	while (!found && !server.late) {
		for (size_t i = 0; i < n_got && !found; i++)
			if (got[i]->kind == kind)
				found = got[i];
		if (!found)
			event_base_loop(server.base, EVLOOP_ONCE);
	}
	event_free(guard);
	assert_false(server.late);
	return found;
}

static hst_event *call(const char *method, const char *path, const char *body)
{
	hst_op op = 0;
	forget();
	assert_int_equal(hst_call(ctx, method, path, body, 0, &op), HST_OK);
	assert_true(op != 0);
	hst_event *e = await(HST_EVENT_OP_DONE);
	assert_int_equal(e->op, op);
	assert_int_equal(e->size, sizeof(hst_event));
	return e;
}

static void say(const char *part, enum node_level level, const char *text)
{
	ops_message(server.ops, level, part, text, (struct wall){ 1000000, true });
}

static void a_call_ends_in_one_event(void **state)
{
	hst_event *e = call("GET", "/v1/masc/peers", NULL);
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
	hst_event *e = call("POST", "/v1/masc/peers/north/down", "{\"duration\":60}");
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.command.for_us, 60 * MONO_SEC);
	e = call("PUT", "/v1/log", "{\"level\":\"debug\"}");
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.levels[2], NODE_DEBUG);
	e = call("POST", "/v1/reload", NULL);
	assert_int_equal(e->result, HST_OK);
	assert_int_equal(played.reloads, 1);
}

static void errors_come_with_message_and_hint(void **state)
{
	hst_event *e = call("GET", "/v1/masc/peers/nroth", NULL);
	assert_int_equal(e->result, HST_E_NOT_FOUND);
	assert_string_equal(e->message, "there is no MASC peer \"nroth\"");
	assert_string_equal(e->hint, "homestead masc peer north");
	assert_non_null(strstr(e->json, "\"NOT_FOUND\""));
	e = call("PUT", "/v1/log", "{\"level\":\"loud\"}");
	assert_int_equal(e->result, HST_E_INVALID);
	played.command_result = ERR_STATE;
	e = call("POST", "/v1/masc/peers/north/up", NULL);
	assert_int_equal(e->result, HST_E_NOT_READY);
	e = call("DELETE", "/v1/log", NULL);
	assert_int_equal(e->result, HST_E_UNSUPPORTED);
}

static void stats_is_the_status(void **state)
{
	hst_op op;
	assert_int_equal(hst_stats(ctx, &op), HST_OK);
	hst_event *e = await(HST_EVENT_OP_DONE);
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
	char path[1100] = "/v1/";
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
	hst_event *e = await(HST_EVENT_OP_DONE);
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
	hst_event *e = await(HST_EVENT_OP_DONE);
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

static void subscribe_and_settle(const char *part, const char *level, hst_sub *sub)
{
	size_t before = server.ctl->n_streams;
	assert_int_equal(hst_subscribe(ctx, part, level, sub), HST_OK);
	while (server.ctl->n_streams == before)
		event_base_loop(server.base, EVLOOP_ONCE);
	server_settle();
}

static void events_arrive(void **state)
{
	hst_sub sub;
	subscribe_and_settle(NULL, NULL, &sub);
	struct node_event v = played_event("north", MASC_IDLE, MASC_CONNECT);
	ops_event(server.ops, &v, (struct wall){ 1000000, true });
	hst_event *e = await(HST_EVENT_NODE);
	assert_int_equal(e->sub, sub);
	json_t *j = json_loads(e->json, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "part")), "masc");
	json_decref(j);
}

static void filters_are_the_daemons(void **state)
{
	hst_sub masc, grave;
	subscribe_and_settle("masc", NULL, &masc);
	subscribe_and_settle(NULL, "warning", &grave);
	say("masc", NODE_INFO, "a");
	say("store", NODE_ERROR, "b");
	while (n_got < 2)
		event_base_loop(server.base, EVLOOP_ONCE);
	server_settle();
	assert_int_equal(n_got, 2);
	for (size_t i = 0; i < 2; i++) {
		bool first = strstr(got[i]->json, "\"text\":\"a\"") != NULL;
		assert_int_equal(got[i]->sub, first ? masc : grave);
	}
}

static void an_unsubscribed_stream_is_closed(void **state)
{
	hst_sub sub;
	subscribe_and_settle(NULL, NULL, &sub);
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_OK);
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_E_NOT_FOUND);
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
	say("masc", NODE_INFO, "a");
	server_settle();
	assert_int_equal(n_got, 0);
}

static void bad_subscriptions_are_refused(void **state)
{
	static const char *const parts[] = { "", "a part", "a&b", "sixteen-octets-x", "M\xc3\xa4" };
	hst_sub sub = 77;
	assert_int_equal(hst_subscribe(ctx, NULL, "loud", &sub), HST_E_INVALID);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_int_equal(hst_subscribe(ctx, parts[i], NULL, &sub), HST_E_INVALID);
	assert_int_equal(sub, 77);
	assert_int_equal(ctx->n_subs, 0);
}

static void a_part_the_daemon_does_not_know_ends_the_subscription(void **state)
{
	hst_sub sub;
	assert_int_equal(hst_subscribe(ctx, "mask", NULL, &sub), HST_OK);
	hst_event *e = await(HST_EVENT_ENDED);
	assert_int_equal(e->sub, sub);
	assert_int_equal(e->result, HST_E_NOT_FOUND);
	assert_non_null(strstr(e->message, "node, masc, store"));
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_E_NOT_FOUND);
}

static void subscriptions_have_a_limit(void **state)
{
	hst_sub sub;
	for (int i = 0; i < LIB_SUBS_MAX; i++)
		assert_int_equal(hst_subscribe(ctx, NULL, NULL, &sub), HST_OK);
	assert_int_equal(hst_subscribe(ctx, NULL, NULL, &sub), HST_E_FULL);
	while (server.ctl->n_streams < LIB_SUBS_MAX)
		event_base_loop(server.base, EVLOOP_ONCE);
	call("GET", "/v1/log", NULL); /* operations go on beside them */
}

static void restart(bool same_run)
{
	ctl_free(server.ctl);
	server.ctl = NULL;
	if (!same_run) {
		struct ops_host host = played_host();
		ops_free(server.ops);
		played.wall_us += 1000;
		assert_int_equal(ops_new(&server.ops, NULL, &host), OK);
	}
}

static void come_back(void)
{
	char why[300];
	struct text t = TEXT_OF(why);
	assert_int_equal(ctl_new_limits(&server.ctl, server.base, server.ops, server.path,
					&server.limits, &t),
			 OK);
}

static size_t nodes(void)
{
	size_t n = 0;
	for (size_t i = 0; i < n_got; i++)
		n += got[i]->kind == HST_EVENT_NODE;
	return n;
}

static void nothing_is_lost_while_the_daemon_is_away(void **state)
{
	hst_sub sub;
	subscribe_and_settle("masc", NULL, &sub);
	say("masc", NODE_INFO, "before");
	await(HST_EVENT_NODE);
	restart(true);
	say("masc", NODE_INFO, "meanwhile");
	hst_event *e = await(HST_EVENT_DAEMON);
	assert_int_equal(e->result, HST_E_NO_DAEMON);
	assert_true(e->message[0] && e->hint[0]);
	forget();
	come_back();
	e = await(HST_EVENT_DAEMON);
	assert_int_equal(e->result, HST_OK);
	say("masc", NODE_INFO, "after");
	while (nodes() < 2)
		event_base_loop(server.base, EVLOOP_ONCE);
	server_settle();
	assert_int_equal(nodes(), 2);
	assert_non_null(strstr(got[n_got - 2]->json, "meanwhile"));
	assert_non_null(strstr(got[n_got - 1]->json, "after"));
}

static void a_new_run_is_told_from_its_start(void **state)
{
	hst_sub sub;
	subscribe_and_settle(NULL, NULL, &sub);
	for (int i = 0; i < 5; i++)
		say("masc", NODE_INFO, "old");
	while (nodes() < 5)
		event_base_loop(server.base, EVLOOP_ONCE);
	restart(false);
	say("masc", NODE_INFO, "new one");
	await(HST_EVENT_DAEMON);
	forget();
	come_back();
	assert_non_null(strstr(await(HST_EVENT_NODE)->json, "new one"));
}

static void losing_the_daemon_is_told_once(void **state)
{
	hst_sub a, b;
	subscribe_and_settle("masc", NULL, &a);
	subscribe_and_settle("store", NULL, &b);
	restart(true);
	await(HST_EVENT_DAEMON);
	for (int i = 0; i < 5; i++)
		event_base_loop(server.base, EVLOOP_ONCE);
	assert_int_equal(n_got, 1);
	forget();
	come_back();
	assert_int_equal(await(HST_EVENT_DAEMON)->result, HST_OK);
	assert_int_equal(server.ctl->n_streams, 2);
	server_settle();
	assert_int_equal(n_got, 1);
}

static void a_subscription_may_come_before_the_daemon(void **state)
{
	hst_sub sub;
	restart(true);
	assert_int_equal(hst_subscribe(ctx, NULL, NULL, &sub), HST_OK);
	assert_int_equal(await(HST_EVENT_DAEMON)->result, HST_E_NO_DAEMON);
	forget();
	come_back();
	assert_int_equal(await(HST_EVENT_DAEMON)->result, HST_OK);
	server_settle();
	say("masc", NODE_INFO, "first");
	await(HST_EVENT_NODE);
}

static void an_overflow_is_an_event(void **state)
{
	hst_sub sub;
	subscribe_and_settle(NULL, NULL, &sub);
	restart(true);
	for (int i = 0; i < OPS_HISTORY + 30; i++)
		say("masc", NODE_INFO, "x");
	await(HST_EVENT_DAEMON);
	come_back();
	hst_event *e = await(HST_EVENT_OVERFLOW);
	assert_int_equal(e->sub, sub);
	assert_int_equal(e->dropped, 30);
	while (nodes() < OPS_HISTORY)
		event_base_loop(server.base, EVLOOP_ONCE);
}

static void a_program_that_takes_nothing_overflows(void **state)
{
	hst_sub sub;
	hst_op op;
	subscribe_and_settle(NULL, NULL, &sub);
	/* Waiting for an operation takes no events: they pile up. */
	for (int i = 0; i < LIB_QUEUE_MAX; i++) {
		struct hst_event e = { .kind = HST_EVENT_NODE, .sub = sub, .json = "{}" };
		assert_int_equal(lib_queue_put(ctx, &e), OK);
	}
	event_del(readable);
	for (int i = 0; i < 10; i++)
		say("masc", NODE_INFO, "lost");
	server_settle();
	assert_int_equal(hst_call(ctx, "GET", "/v1/log", NULL, 0, &op), HST_OK);
	while (hst_ctx_wait(ctx, op, 0, NULL) == HST_E_DEADLINE) {
		server_settle();
		assert_int_equal(os_loop_run(ctx->loop, 0), OK);
	}
	assert_int_equal(ctx->n_queued, LIB_QUEUE_MAX);
	event_add(readable, NULL);
	hst_ctx_wakeup(ctx);
	while (n_got < LIB_QUEUE_MAX)
		event_base_loop(server.base, EVLOOP_ONCE);
	say("masc", NODE_INFO, "seen");
	hst_event *e = await(HST_EVENT_OVERFLOW);
	assert_int_equal(e->dropped, 10);
	while (nodes() < LIB_QUEUE_MAX + 1)
		event_base_loop(server.base, EVLOOP_ONCE);
}

static void without_a_daemon_calls_say_where_they_looked(void **state)
{
	restart(true);
	hst_event *e = call("GET", "/v1/status", NULL);
	assert_int_equal(e->result, HST_E_NO_DAEMON);
	assert_non_null(strstr(e->message, server.path));
	assert_non_null(strstr(e->hint, "--socket"));
	come_back();
	e = call("GET", "/v1/log", NULL);
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
	hst_event *e = await(HST_EVENT_OP_DONE);
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
	restart(true);
	assert_int_equal(hst_ports(ctx, &text), HST_OK);
	j = json_loads(text, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "daemon_pid")), 0);
	json_decref(j);
	hst_free(text);
}

static void waiting_for_what_is_over_fails(void **state)
{
	hst_event *e = call("GET", "/v1/log", NULL);
	assert_int_equal(hst_ctx_wait(ctx, e->op, -1, NULL), HST_E_NOT_FOUND);
	assert_int_equal(hst_ctx_wait(ctx, 999, 0, NULL), HST_E_NOT_FOUND);
	assert_int_equal(hst_last_error(ctx)->code, HST_E_NOT_FOUND);
}

static void open_work_goes_with_the_context(void **state)
{
	hst_sub sub;
	hst_op op;
	subscribe_and_settle(NULL, NULL, &sub);
	for (int i = 0; i < 20; i++)
		assert_int_equal(hst_call(ctx, "GET", "/v1/status", NULL, 0, &op), HST_OK);
	server_settle();
	close_ctx();
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
	assert_int_equal(open_ctx(server.path), HST_OK);
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
	close_ctx();
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
	assert_int_equal(open_ctx(server.path), HST_OK); /* what is given comes first */
	assert_string_equal(hst_ctx_socket(ctx), server.path);
	unsetenv("HOMESTEAD_SOCKET");
}

static void results_have_texts(void **state)
{
	for (int r = 0; r >= HST_E_UNSUPPORTED; r--)
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		TEST(events_arrive),
		TEST(filters_are_the_daemons),
		TEST(an_unsubscribed_stream_is_closed),
		TEST(bad_subscriptions_are_refused),
		TEST(a_part_the_daemon_does_not_know_ends_the_subscription),
		TEST(subscriptions_have_a_limit),
		TEST(nothing_is_lost_while_the_daemon_is_away),
		TEST(a_new_run_is_told_from_its_start),
		TEST(losing_the_daemon_is_told_once),
		TEST(a_subscription_may_come_before_the_daemon),
		TEST(an_overflow_is_an_event),
		TEST(a_program_that_takes_nothing_overflows),
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
