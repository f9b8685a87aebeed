#include "context.h"

#include <jansson.h>

static void events_arrive(void **state)
{
	hst_sub sub;
	context_subscribe(NULL, NULL, &sub);
	struct node_event v = played_event("north", MASC_IDLE, MASC_CONNECT);
	ops_event(server.ops, &v, (struct wall){ 1000000, true });
	hst_event *e = context_await(HST_EVENT_NODE);
	assert_int_equal(e->sub, sub);
	json_t *j = json_loads(e->json, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "part")), "masc");
	json_decref(j);
}

static void filters_are_the_daemons(void **state)
{
	hst_sub masc, grave;
	context_subscribe("masc", NULL, &masc);
	context_subscribe(NULL, "warning", &grave);
	context_say("masc", NODE_INFO, "a");
	context_say("store", NODE_ERROR, "b");
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
	context_subscribe(NULL, NULL, &sub);
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_OK);
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_E_NOT_FOUND);
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
	context_say("masc", NODE_INFO, "a");
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
	hst_event *e = context_await(HST_EVENT_ENDED);
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
	context_call("GET", "/v1/log", NULL); /* operations go on beside them */
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
	context_subscribe("masc", NULL, &sub);
	context_say("masc", NODE_INFO, "before");
	context_await(HST_EVENT_NODE);
	context_restart(true);
	context_say("masc", NODE_INFO, "meanwhile");
	hst_event *e = context_await(HST_EVENT_DAEMON);
	assert_int_equal(e->result, HST_E_NO_DAEMON);
	assert_true(e->message[0] && e->hint[0]);
	context_forget();
	context_come_back();
	e = context_await(HST_EVENT_DAEMON);
	assert_int_equal(e->result, HST_OK);
	context_say("masc", NODE_INFO, "after");
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
	context_subscribe(NULL, NULL, &sub);
	for (int i = 0; i < 5; i++)
		context_say("masc", NODE_INFO, "old");
	while (nodes() < 5)
		event_base_loop(server.base, EVLOOP_ONCE);
	context_restart(false);
	context_say("masc", NODE_INFO, "new one");
	context_await(HST_EVENT_DAEMON);
	context_forget();
	context_come_back();
	assert_non_null(strstr(context_await(HST_EVENT_NODE)->json, "new one"));
}

static void losing_the_daemon_is_told_once(void **state)
{
	hst_sub a, b;
	context_subscribe("masc", NULL, &a);
	context_subscribe("store", NULL, &b);
	context_restart(true);
	context_await(HST_EVENT_DAEMON);
	for (int i = 0; i < 5; i++)
		event_base_loop(server.base, EVLOOP_ONCE);
	assert_int_equal(n_got, 1);
	context_forget();
	context_come_back();
	assert_int_equal(context_await(HST_EVENT_DAEMON)->result, HST_OK);
	assert_int_equal(server.ctl->n_streams, 2);
	server_settle();
	assert_int_equal(n_got, 1);
}

static void a_subscription_may_come_before_the_daemon(void **state)
{
	hst_sub sub;
	context_restart(true);
	assert_int_equal(hst_subscribe(ctx, NULL, NULL, &sub), HST_OK);
	assert_int_equal(context_await(HST_EVENT_DAEMON)->result, HST_E_NO_DAEMON);
	context_forget();
	context_come_back();
	assert_int_equal(context_await(HST_EVENT_DAEMON)->result, HST_OK);
	server_settle();
	context_say("masc", NODE_INFO, "first");
	context_await(HST_EVENT_NODE);
}

static void an_overflow_is_an_event(void **state)
{
	hst_sub sub;
	context_subscribe(NULL, NULL, &sub);
	context_restart(true);
	for (int i = 0; i < OPS_HISTORY + 30; i++)
		context_say("masc", NODE_INFO, "x");
	context_await(HST_EVENT_DAEMON);
	context_come_back();
	hst_event *e = context_await(HST_EVENT_OVERFLOW);
	assert_int_equal(e->sub, sub);
	assert_int_equal(e->dropped, 30);
	while (nodes() < OPS_HISTORY)
		event_base_loop(server.base, EVLOOP_ONCE);
}

static void a_program_that_takes_nothing_overflows(void **state)
{
	hst_sub sub;
	hst_op op;
	context_subscribe(NULL, NULL, &sub);
	/* Waiting for an operation takes no events: they pile up. */
	for (int i = 0; i < LIB_QUEUE_MAX; i++) {
		struct hst_event e = { .kind = HST_EVENT_NODE, .sub = sub, .json = "{}" };
		assert_int_equal(lib_queue_put(ctx, &e), OK);
	}
	event_del(readable);
	for (int i = 0; i < 10; i++)
		context_say("masc", NODE_INFO, "lost");
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
	context_say("masc", NODE_INFO, "seen");
	hst_event *e = context_await(HST_EVENT_OVERFLOW);
	assert_int_equal(e->dropped, 10);
	while (nodes() < LIB_QUEUE_MAX + 1)
		event_base_loop(server.base, EVLOOP_ONCE);
}

static void a_refused_subscription_does_not_hold_up_the_others(void **state)
{
	hst_sub good, bad;
	context_restart(true);
	assert_int_equal(hst_subscribe(ctx, "masc", NULL, &good), HST_OK);
	assert_int_equal(hst_subscribe(ctx, "mask", NULL, &bad), HST_OK);
	assert_int_equal(context_await(HST_EVENT_DAEMON)->result, HST_E_NO_DAEMON);
	context_forget();
	context_come_back();
	assert_int_equal(context_await(HST_EVENT_DAEMON)->result, HST_OK);
	assert_int_equal(context_await(HST_EVENT_ENDED)->sub, bad);
	context_say("masc", NODE_INFO, "goes on");
	assert_int_equal(context_await(HST_EVENT_NODE)->sub, good);
}

static void ending_the_last_one_tells_nothing(void **state)
{
	hst_sub sub;
	context_restart(true);
	assert_int_equal(hst_subscribe(ctx, "masc", NULL, &sub), HST_OK);
	context_await(HST_EVENT_DAEMON);
	context_forget();
	assert_int_equal(hst_unsubscribe(ctx, sub), HST_OK);
	assert_null(hst_ctx_next_event(ctx));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, context_setup, context_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		TEST(a_refused_subscription_does_not_hold_up_the_others),
		TEST(ending_the_last_one_tells_nothing),
		TEST(an_overflow_is_an_event),
		TEST(a_program_that_takes_nothing_overflows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
