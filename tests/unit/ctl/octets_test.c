/* stream.sock: GRAPH-14.12, GRAPH-14.13. */
#include "server.h"

#include "ops/stream.h"
#include "played_graph.h"
#include "wire/wr.h"

#include <event2/event.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char control[96], place[120];

static int setup(void **state)
{
	server_init();
	played_graph_init();
	ops_set_text(control, sizeof(control), server.path);
	(void)snprintf(place, sizeof(place), "%s/" OPS_STREAM_SOCKET, server.dir);
	return 0;
}

static int teardown(void **state)
{
	server_stop();
	while (played_graph.n_held)
		played_graph_answer(&(struct engine_result){ .err = ERR_STOPPING });
	played_graph_fini();
	assert_int_equal(access(place, F_OK), -1);
	return 0;
}

/* A client of stream.sock; requests go to the control socket as before. */
static struct client *stream_client(void)
{
	ops_set_text(server.path, sizeof(server.path), place);
	struct client *c = client_new();
	ops_set_text(server.path, sizeof(server.path), control);
	return c;
}

/* What stands behind "name":" in an answer. */
static void value_of(const char *json, const char *name, char *out, size_t size)
{
	char key[40];
	(void)snprintf(key, sizeof(key), "\"%s\":\"", name);
	const char *at = strstr(json, key);
	assert_non_null(at);
	at += strlen(key);
	struct text t = text_of(out, size);
	text_span(&t, span_of(at, strcspn(at, "\"")));
}

/* Asks for a stream and begins it. */
static struct client *begin(const char *target, const char *body)
{
	char token[OPS_TOKEN_DIGITS + 1], line[OPS_TOKEN_DIGITS + 2];
	char *response = ask("POST", target, body);
	assert_int_equal(status_of(response), 200);
	value_of(response, "token", token, sizeof(token));
	free(response);
	struct client *c = stream_client();
	(void)snprintf(line, sizeof(line), "%s\n", token);
	client_send(c, line);
	return c;
}

static bool settled_until(const size_t *what, size_t want)
{
	for (size_t i = 0; i < 100 && *what < want; i++)
		server_settle();
	return *what >= want;
}

static void the_socket_has_the_mode_of_the_control_socket(void **state)
{
	struct stat a, b;
	server_start();
	assert_int_equal(stat(control, &a), 0);
	assert_int_equal(stat(place, &b), 0);
	assert_int_equal(a.st_mode, b.st_mode);
	char *response = ask("POST", "/v1/graphs/1/export", "");
	assert_non_null(strstr(response, OPS_STREAM_SOCKET "\""));
	free(response);
}

/* GRAPH-14.12: daemons whose sockets share a folder. */
static void the_socket_is_named_after_the_control_socket(void **state)
{
	static const struct {
		const char *control, *stream;
	} rows[] = {
		{ "/run/homestead/control.sock", "/run/homestead/stream.sock" },
		{ "/tmp/two.sock", "/tmp/two-stream.sock" },
		{ "/tmp/two", "/tmp/two-stream.sock" },
		{ "/tmp/.sock", "/tmp/.sock-stream.sock" },
		{ "control.sock", "stream.sock" },
		{ "/tmp.sock/control.sock", "/tmp.sock/stream.sock" },
	};
	struct ops_host host = played_host();
	struct ops *o;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		host.socket_path = rows[i].control;
		assert_int_equal(ops_new(&o, NULL, &host), OK);
		assert_string_equal(ops_stream_path(o), rows[i].stream);
		ops_free(o);
	}
	server_start();
}

static void two_daemons_share_a_folder(void **state)
{
	char second[120], beside[140], why[300] = "";
	struct text t = TEXT_OF(why);
	struct ops_host host = played_host();
	struct ops *o;
	struct ctl *c;
	server_start();
	(void)snprintf(second, sizeof(second), "%s/two.sock", server.dir);
	(void)snprintf(beside, sizeof(beside), "%s/two-stream.sock", server.dir);
	host.socket_path = second;
	assert_int_equal(ops_new(&o, NULL, &host), OK);
	assert_int_equal(ctl_new_limits(&c, server.base, o, second, &server.limits, &t), OK);
	assert_int_equal(access(place, F_OK), 0);
	assert_int_equal(access(beside, F_OK), 0);
	ctl_free(c);
	ops_free(o);
	assert_int_equal(access(beside, F_OK), -1);
	struct client *first = begin("/v1/graphs/1/records/55555555/data", "");
	client_wait_closed(first);
	assert_int_equal(first->n, 100000);
	client_free(first);
}

static void a_record_is_read_to_its_end(void **state)
{
	server_start();
	struct client *c = begin("/v1/graphs/1/records/55555555/data", "");
	client_wait_closed(c);
	assert_int_equal(c->n, 100000);
	client_free(c);
}

static void a_record_is_published_and_answered(void **state)
{
	server_start();
	memset(played_graph.result.id.at, 0x99, 16);
	struct client *c = begin("/v1/graphs/1/records/large", "{\"type\":\"note\",\"size\":5}");
	client_send(c, "hel");
	server_settle();
	client_send(c, "lo");
	assert_int_equal(shutdown(c->fd, SHUT_WR), 0);
	client_wait_closed(c);
	assert_non_null(strstr(c->got, "\"done\":true"));
	assert_memory_equal(played_graph.payload, "hello", 5);
	client_free(c);
}

/* The line must not be lost with the octets that nobody reads any more. */
static void a_refusal_reaches_who_still_writes(void **state)
{
	static uint8_t much[50000];
	server_start();
	struct client *c = begin("/v1/graphs/1/records/large", "{\"type\":\"note\",\"size\":5}");
	server_settle();
	client_send_n(c, much, sizeof(much));
	server_settle();
	client_send_n(c, much, sizeof(much));
	client_wait_closed(c);
	assert_non_null(strstr(c->got, "more octets came than were announced"));
	client_free(c);
}

/* What was written there and is freed must be gone: libevent's memory, that comes to nobody's
 * hands before it is another's. */
#define SECRET "correct horse battery"
static size_t left_behind;

static void look_and_free(void *p)
{
	size_t n = p ? malloc_usable_size(p) : 0;
	left_behind += n && memmem(p, n, SECRET, strlen(SECRET)) != NULL;
	free(p);
}

static void *look_and_resize(void *p, size_t n)
{
	void *fresh = malloc(n ? n : 1);
	size_t had = p ? malloc_usable_size(p) : 0;
	assert_non_null(fresh);
	if (had)
		memcpy(fresh, p, had < n ? had : n);
	look_and_free(p);
	return fresh;
}

/* Published, refused, cut off, and never asked for. */
static void nothing_of_it_stays(void **state)
{
	server_start();
	struct client *c = begin("/v1/graphs/1/records/large", "{\"type\":\"note\",\"size\":21}");
	client_send(c, SECRET);
	server_settle();
	assert_int_equal(shutdown(c->fd, SHUT_WR), 0);
	client_wait_closed(c);
	client_free(c);
	c = begin("/v1/graphs/1/records/large", "{\"type\":\"note\",\"size\":5}");
	client_send(c, SECRET " and more than was announced");
	client_wait_closed(c);
	client_free(c);
	c = begin("/v1/graphs/1/records/large", "{\"type\":\"note\",\"size\":50}");
	client_send(c, SECRET);
	server_settle();
	client_free(c);
	server_settle();
	c = stream_client();
	client_send(c, "no token but\n" SECRET);
	client_wait_closed(c);
	client_free(c);
	server_settle();
	assert_int_equal(left_behind, 0);
	assert_memory_equal(played_graph.payload, SECRET, 5);
}

struct bad {
	const char *line, *message;
};

static void what_is_no_token_is_refused(void **state)
{
	static const struct bad bad[] = {
		{ "0123456789abcdef0123456789abcdef\n", "there is no such token" },
		{ "short\n", "does not begin with a token" },
		{ "GET /v1/status HTTP/1.1\r\n", "does not begin with a token" },
		{ "0123456789abcdef0123456789abcdef0123456789", "does not begin with a token" },
		{ "", "does not begin with a token" },
	};
	server_start();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct client *c = stream_client();
		client_send(c, bad[i].line);
		assert_int_equal(shutdown(c->fd, SHUT_WR), 0);
		client_wait_closed(c);
		assert_non_null(strstr(c->got, bad[i].message));
		assert_int_equal(c->got[c->n - 1], '\n');
		client_free(c);
	}
}

static void who_says_nothing_is_sent_away(void **state)
{
	server.limits.request_us = 20 * MONO_MS;
	server_start();
	struct client *c = stream_client();
	client_wait_closed(c);
	assert_non_null(strstr(c->got, "no token came"));
	client_free(c);
}

static void one_too_many_is_told(void **state)
{
	server.limits.pipes = 1;
	server_start();
	struct client *first = stream_client();
	server_settle();
	struct client *second = stream_client();
	client_wait_closed(second);
	assert_non_null(strstr(second->got, "too many streams are open"));
	client_free(second);
	client_free(first);
}

/* Direct connections */

static const struct graph_guid type_a = { { 0xa, 0xb } };

static struct client *direct(uint64_t conn)
{
	struct node_event e = { .part = NODE_PART_GRAPH };
	e.graph = (struct graph_event){ .kind = GRAPH_EVENT_DIRECT,
					.graph = 1,
					.graph_id = "0.notes",
					.status = GRAPH_LINK_CONNECTED,
					.incoming = true,
					.conn = conn,
					.peer = "0.bob" };
	char target[60];
	ops_event(server.ops, &e, (struct wall){ played.wall_us, true });
	(void)snprintf(target, sizeof(target), "/v1/graphs/1/direct/%d/stream", (int)conn);
	return begin(target, "");
}

static size_t message(uint8_t *out, const void *p, size_t n)
{
	struct wr w = wr_of(out, n + OPS_DIRECT_HEAD);
	wr_u32(&w, (uint32_t)n);
	wr_bytes(&w, span_of(type_a.at, 16));
	wr_bytes(&w, span_of(p, n));
	return w.n;
}

static void messages_go_both_ways(void **state)
{
	uint8_t m[100];
	server_start();
	struct client *c = direct(4);
	size_t n = message(m, "hello", 5);
	client_send_n(c, m, n);
	assert_true(settled_until(&played_graph.counts[GRAPH_CONN_SEND], 1));
	assert_memory_equal(played_graph.payload, "hello", 5);
	ops_data(server.ops, 1, 4, &type_a, span_str("world"));
	while (c->n < 25)
		server_settle();
	assert_memory_equal(c->got + 20, "world", 5);
	client_free(c);
	assert_true(settled_until(&played_graph.counts[GRAPH_CONN_CLOSE], 1));
}

/* What the program does not read waits at its peer, not here. */
static void a_deaf_program_pauses_its_link_alone(void **state)
{
	static uint8_t block[60000];
	server_start();
	struct client *c = direct(4), *other = direct(5);
	server_settle();
	event_del(c->read);
	for (size_t i = 0; i < 100 && !played_graph.paused; i++) {
		ops_data(server.ops, 1, 4, &type_a, span_of(block, sizeof(block)));
		server_settle();
	}
	assert_true(played_graph.paused);
	assert_int_equal(played_graph.command.of.conn, 4);
	ops_data(server.ops, 1, 5, &type_a, span_str("still here"));
	while (other->n < 30)
		server_settle();
	event_add(c->read, NULL);
	while (played_graph.paused)
		server_settle();
	client_free(c);
	client_free(other);
}

/* What the link does not take is not read from the program. */
static void a_slow_link_stops_the_program(void **state)
{
	static uint8_t block[60000], m[60020];
	server_start();
	struct client *c = direct(4);
	size_t n = message(m, block, sizeof(block)), sent = 0;
	played_graph.later = true;
	for (size_t idle = 0; idle < 20;) {
		ssize_t r = send(c->fd, m + sent % n, n - sent % n, MSG_NOSIGNAL);
		sent += r > 0 ? (size_t)r : 0;
		idle = r > 0 ? 0 : idle + 1;
		server_settle();
	}
	assert_in_range(sent, 300000, 2000000);
	assert_in_range(played_graph.counts[GRAPH_CONN_SEND], 4, 6);
	size_t before = played_graph.counts[GRAPH_CONN_SEND];
	played_graph_answer(&(struct engine_result){ .err = OK });
	played_graph_answer(&(struct engine_result){ .err = OK });
	assert_true(settled_until(&played_graph.counts[GRAPH_CONN_SEND], before + 1));
	client_free(c);
	server_settle();
}

static void the_end_of_the_daemon_is_the_end(void **state)
{
	server_start();
	struct client *c = direct(4);
	server_settle();
	assert_int_equal(c->closed, false);
	ctl_free(server.ctl);
	server.ctl = NULL;
	client_wait_closed(c);
	client_free(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_socket_has_the_mode_of_the_control_socket),
		TEST(the_socket_is_named_after_the_control_socket),
		TEST(two_daemons_share_a_folder),
		TEST(a_record_is_read_to_its_end),
		TEST(a_record_is_published_and_answered),
		TEST(a_refusal_reaches_who_still_writes),
		cmocka_unit_test_setup_teardown(nothing_of_it_stays, setup, teardown),
		TEST(what_is_no_token_is_refused),
		TEST(who_says_nothing_is_sent_away),
		TEST(one_too_many_is_told),
		TEST(messages_go_both_ways),
		TEST(a_deaf_program_pauses_its_link_alone),
		TEST(a_slow_link_stops_the_program),
		TEST(the_end_of_the_daemon_is_the_end),
	};
	event_set_mem_functions(malloc, look_and_resize, look_and_free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
