/* Searches over HTTP: what is found as it is found, and clients that hang up. */
#include "server.h"

#include <stdio.h>

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

static struct client *get(const char *target)
{
	char head[300];
	struct client *c = client_new();
	(void)snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
	client_send(c, head);
	return c;
}

static void steps_and_findings_come_as_they_are_made(void **state)
{
	played.later = true;
	struct client *c = get("/v1/names/search?name=printer-room&trace=true");
	server_settle();
	assert_int_equal(played.pnrp_commands, 1);
	played_find(&played.finds[0]);
	assert_true(client_wait(c, "event: step\ndata: {"));
	assert_null(strstr(c->got, "event: found"));
	played_find(&played.finds[2]);
	assert_true(client_wait(c, "event: found\ndata: {"));
	assert_null(strstr(c->got, "event: done"));
	played.n_finds = 0;
	played_found(OK);
	assert_true(client_wait(c, "event: done\ndata: {"));
	assert_true(client_wait(c, "\"why\":\"\""));
	client_free(c);
	server_settle();
	assert_int_equal(server.ctl->n_streams, 0);
}

static void a_failure_is_the_end(void **state)
{
	played.n_finds = 0;
	struct client *c = get("/v1/names/search?name=printer-room");
	assert_true(client_wait(c, "event: done\ndata: {"));
	assert_true(client_wait(c, "\"code\":\"NOT_FOUND\""));
	client_free(c);
}

static void bad_queries_are_refused(void **state)
{
	static const struct {
		const char *target, *body;
		int status;
	} rows[] = {
		{ "/v1/names/search?x=1", "unknown key", 400 },
		{ "/v1/names/search?most=x", "takes a whole number", 400 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *r = ask("GET", rows[i].target, "");
		assert_int_equal(status_of(r), rows[i].status);
		assert_non_null(strstr(r, rows[i].body));
		free(r);
	}
	char *r = ask("POST", "/v1/names/search", "");
	assert_int_equal(status_of(r), 405);
	free(r);
}

static void who_hangs_up_ends_a_search(void **state)
{
	static const char *const targets[] = { "/v1/names/search?name=printer-room",
					       "/v1/names/resolve?name=printer-room" };
	played.later = true;
	for (size_t i = 0; i < 2; i++) {
		struct client *c = get(targets[i]);
		server_settle();
		assert_int_equal(played.last_number, i + 1);
		assert_int_equal(played.cancelled, i);
		client_free(c);
		server_settle();
		assert_int_equal(played.cancelled, i + 1);
	}
	assert_int_equal(server.ctl->n_streams, 0);
	assert_true(list_empty(&server.ctl->calls));
}

/* One that has begun to answer, too. */
static void who_hangs_up_in_the_middle(void **state)
{
	played.later = true;
	struct client *c = get("/v1/names/search?name=printer-room&trace=true");
	server_settle();
	played_find(&played.finds[0]);
	assert_true(client_wait(c, "event: step"));
	client_free(c);
	server_settle();
	assert_int_equal(played.cancelled, 1);
	assert_int_equal(server.ctl->n_streams, 0);
}

static void a_connection_goes_on_behind_an_answer(void **state)
{
	struct client *c = get("/v1/names/resolve?name=printer-room");
	assert_true(client_wait(c, "\"schema\":1}"));
	client_send(c, "GET /v1/names/convert?name=attic HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(client_wait(c, "attic.pnrp.net"));
	client_free(c);
	server_settle();
	assert_int_equal(played.cancelled, 0);
}

static void searches_count_as_streams(void **state)
{
	struct client *c[2];
	server.ctl->limits.streams = 1;
	played.later = true;
	c[0] = get("/v1/names/search?name=printer-room");
	server_settle();
	c[1] = get("/v1/names/search?name=printer-room");
	assert_true(client_wait(c[1], "too many streams"));
	client_free(c[0]);
	client_free(c[1]);
	server_settle();
}

static void the_end_ends_all(void **state)
{
	played.later = true;
	struct client *a = get("/v1/names/search?name=printer-room");
	struct client *b = get("/v1/names/resolve?name=printer-room");
	server_settle();
	assert_int_equal(played.pnrp_commands, 2);
	ctl_free(server.ctl);
	server.ctl = NULL;
	client_wait_closed(a);
	assert_non_null(strstr(a->got, "STOPPING"));
	client_wait_closed(b);
	assert_non_null(strstr(b->got, "STOPPING"));
	client_free(a);
	client_free(b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(steps_and_findings_come_as_they_are_made),
		T(a_failure_is_the_end),
		T(bad_queries_are_refused),
		T(who_hangs_up_ends_a_search),
		T(who_hangs_up_in_the_middle),
		T(a_connection_goes_on_behind_an_answer),
		T(searches_count_as_streams),
		T(the_end_ends_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
