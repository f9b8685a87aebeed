#include "server.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/socket.h>

static int setup(void **state)
{
	server_init();
	server.limits.keep_alive_us = 10 * MONO_MS;
	server.limits.streams = 3;
	server_start();
	return 0;
}

static int teardown(void **state)
{
	server_stop();
	return 0;
}

static struct client *listen_to(const char *target, const char *header)
{
	char head[400];
	struct client *c = client_new();
	(void)snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, header);
	client_send(c, head);
	assert_true(client_wait(c, "event: start"));
	return c;
}

static void say(const char *part, enum node_level level, const char *text)
{
	ops_message(server.ops, level, part, text, (struct wall){ 1000000, true });
}

static size_t times_in(const char *s, const char *what)
{
	size_t n = 0;
	for (; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static void a_stream_begins_with_its_run(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	char want[64];
	assert_int_equal(status_of(c->got), 200);
	assert_non_null(strstr(c->got, "Content-Type: text/event-stream"));
	(void)snprintf(want, sizeof(want), "data: {\"run\":%llu,\"number\":0,\"schema\":1}",
		       (unsigned long long)ops_run(server.ops));
	assert_true(client_wait(c, want));
	client_free(c);
}

static void events_arrive_as_they_happen(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	struct node_event e = played_event("north", MASC_IDLE, MASC_CONNECT);
	ops_event(server.ops, &e, (struct wall){ 1000000, true });
	assert_true(client_wait(c, "id: 1\ndata: {"));
	assert_true(client_wait(c, "\"peer\":\"north\""));
	say("store", NODE_WARNING, "the disk is full");
	assert_true(client_wait(c, "id: 2\ndata: {"));
	assert_true(client_wait(c, "the disk is full"));
	client_free(c);
}

static void each_event_is_one_json_object(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	say("masc", NODE_INFO, "line one\nline two \"quoted\"");
	assert_true(client_wait(c, "id: 1\n"));
	assert_true(client_wait(c, "quoted"));
	char *data = strstr(c->got, "id: 1\ndata: ") + strlen("id: 1\ndata: ");
	char *end = strchr(data, '\n');
	assert_non_null(end);
	json_t *j = json_loadb(data, (size_t)(end - data), 0, NULL);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "text")),
			    "line one\nline two \"quoted\"");
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), OPS_SCHEMA);
	json_decref(j);
	client_free(c);
}

static void filters_are_kept(void **state)
{
	struct client *c = listen_to("/v1/events?part=masc&level=notice", "");
	say("store", NODE_ERROR, "not this part");
	say("masc", NODE_INFO, "not this level");
	say("masc", NODE_NOTICE, "this one");
	assert_true(client_wait(c, "this one"));
	assert_null(strstr(c->got, "not this"));
	client_free(c);
}

static void a_client_that_comes_back_misses_nothing(void **state)
{
	say("masc", NODE_INFO, "first");
	say("masc", NODE_INFO, "second");
	say("masc", NODE_INFO, "third");
	struct client *c = listen_to("/v1/events", "Last-Event-ID: 1\r\n");
	assert_true(client_wait(c, "third"));
	assert_null(strstr(c->got, "first"));
	assert_non_null(strstr(c->got, "second"));
	client_free(c);
	c = listen_to("/v1/events?since=2", "Last-Event-ID: 1\r\n");
	assert_true(client_wait(c, "third"));
	assert_null(strstr(c->got, "second"));
	client_free(c);
	c = listen_to("/v1/events?since=0", "");
	assert_true(client_wait(c, "first"));
	client_free(c);
	c = listen_to("/v1/events?since=2&run=1", "");
	assert_true(client_wait(c, "first"));
	client_free(c);
}

static void a_number_that_is_none_is_refused(void **state)
{
	struct client *c = client_new();
	client_send(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: x\r\n\r\n");
	assert_true(client_wait(c, "\"since\\\" takes") || strstr(c->got, "MALFORMED"));
	assert_int_equal(status_of(c->got), 400);
	client_free(c);
}

static void a_quiet_stream_is_kept_alive(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	assert_true(client_wait(c, ": keep-alive"));
	while (times_in(c->got, ": keep-alive") < 3)
		assert_false(!client_wait(c, "\n") ||
			     event_base_loop(server.base, EVLOOP_ONCE) < 0);
	client_free(c);
}

static void a_slow_reader_gets_an_overflow(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	char text[500];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	int small = 4096;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	event_del(c->read);
	for (int i = 0; i < 3 * OPS_HISTORY; i++) {
		say("masc", NODE_INFO, text);
		event_base_loop(server.base, EVLOOP_NONBLOCK);
	}
	size_t waiting = 0;
	LIST_EACH(node, tmp, &server.ctl->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		waiting += evbuffer_get_length(bufferevent_get_output(k->bev));
	}
	assert_true(waiting > 0);
	assert_true(waiting < 2 * server.limits.stream_octets);
	event_add(c->read, NULL);
	say("masc", NODE_INFO, "the last");
	assert_true(client_wait(c, "the last"));
	assert_non_null(strstr(c->got, "event: overflow\n"));
	assert_non_null(strstr(c->got, "\"name\":\"overflow\""));
	/* Numbers only grow, and whatever is missing was told. */
	unsigned long long before = 0, dropped = 0, got = 0;
	for (const char *s = c->got; (s = strstr(s, "\nid: ")); s++) {
		unsigned long long id = strtoull(s + 5, NULL, 10);
		assert_true(id > before || before == 0);
		before = id;
		got++;
		const char *d = strstr(s, "\"dropped\":");
		dropped += strtoull(d + 10, NULL, 10);
		got -= strtoull(d + 10, NULL, 10) > 0;
	}
	assert_int_equal(got + dropped, 3 * OPS_HISTORY + 1);
	client_free(c);
}

static void a_reader_that_stands_still_is_cut(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	char text[500];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	event_del(c->read);
	server.ctl->limits.stuck_us = -1; /* the played clock stands still */
	server.ctl->limits.tick_us = 5 * MONO_MS;
	for (int i = 0; i < 1500; i++) {
		say("masc", NODE_INFO, text);
		event_base_loop(server.base, EVLOOP_NONBLOCK);
	}
	while (server.ctl->n_streams)
		event_base_loop(server.base, EVLOOP_ONCE);
	client_free(c);
}

static void streams_have_a_limit(void **state)
{
	struct client *c[4];
	for (int i = 0; i < 3; i++)
		c[i] = listen_to("/v1/events", "");
	c[3] = client_new();
	client_send(c[3], "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c[3], "too many streams"));
	assert_int_equal(status_of(c[3]->got), 503);
	client_free(c[0]);
	server_settle();
	assert_int_equal(server.ctl->n_streams, 2);
	c[0] = listen_to("/v1/events", "");
	for (int i = 0; i < 4; i++)
		client_free(c[i]);
}

static void a_client_may_leave_at_any_time(void **state)
{
	for (int i = 0; i < 30; i++) {
		struct client *c = client_new();
		client_send(c, "GET /v1/events?since=0 HTTP/1.1\r\nHost: x\r\n\r\n");
		for (int k = 0; k < i % 7; k++)
			event_base_loop(server.base, EVLOOP_NONBLOCK);
		client_free(c);
		say("masc", NODE_INFO, "x");
		event_base_loop(server.base, EVLOOP_NONBLOCK);
	}
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
}

static void a_stop_ends_streams_in_good_order(void **state)
{
	struct client *c = listen_to("/v1/events", "");
	say("masc", NODE_INFO, "the last word");
	ctl_free(server.ctl);
	server.ctl = NULL;
	client_wait_closed(c);
	assert_non_null(strstr(c->got, "the last word"));
	assert_memory_equal(c->got + c->n - 5, "0\r\n\r\n", 5);
	client_free(c);
}

static void memory_may_be_short(void **state)
{
	static struct failing_env scarce;
	failing_env_init(&scarce, 1);
	ctl_free(server.ctl);
	played.env = &scarce.env;
	char why[300];
	struct text t = TEXT_OF(why);
	assert_int_equal(ctl_new(&server.ctl, server.base, server.ops, server.path, &t), OK);
	failing_env_fail_at(&scarce, 1);
	struct client *c = listen_to("/v1/events", ""); /* not counted, but served */
	assert_int_equal(server.ctl->conns.count, 0);
	client_free(c);
	server_settle();
	failing_env_fail_at(&scarce, 2);
	c = client_new();
	client_send(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "out of memory"));
	client_free(c);
	server_settle();
	failing_env_fail_at(&scarce, 2);
	c = client_new();
	client_send(c, "GET /v1/log HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "out of memory"));
	client_free(c);
	ctl_free(server.ctl);
	server.ctl = NULL;
	played.env = NULL;
	failing_env_assert_clean(&scarce);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_begins_with_its_run),
		TEST(events_arrive_as_they_happen),
		TEST(each_event_is_one_json_object),
		TEST(filters_are_kept),
		TEST(a_client_that_comes_back_misses_nothing),
		TEST(a_number_that_is_none_is_refused),
		TEST(a_quiet_stream_is_kept_alive),
		TEST(a_slow_reader_gets_an_overflow),
		TEST(a_reader_that_stands_still_is_cut),
		TEST(streams_have_a_limit),
		TEST(a_client_may_leave_at_any_time),
		TEST(a_stop_ends_streams_in_good_order),
		TEST(memory_may_be_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
