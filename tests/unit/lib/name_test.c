/* hst_name_*, hst_cloud_list. */
#include "context.h"

#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *example;

static int setup(void **state)
{
	server_init();
	played.clock_runs = true;
	played_names();
	server_start();
	return context_open(server.path);
}

static void what_is_found_comes_as_events(void **state)
{
	hst_resolve_opts o = HST_INIT(hst_resolve_opts);
	hst_op op;
	o.most = 3;
	o.trace = o.payload = o.remote_only = true;
	o.criteria = HST_CRITERIA_NEAREST;
	o.cloud = "LinkLocal_eth0";
	o.deadline_ms = 7000;
	assert_int_equal(hst_name_resolve(ctx, "printer-room", &o, &op), HST_OK);
	hst_event *done = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(done->result, HST_OK);
	assert_int_equal(done->op, op);
	assert_non_null(strstr(done->json, "\"results\":[{"));
	assert_int_equal(got[0]->kind, HST_EVENT_STEP);
	assert_non_null(strstr(got[1]->json, "\"step\":\"found\""));
	const hst_event *hit = context_await(HST_EVENT_ENDPOINT);
	assert_int_equal(hit->op, op);
	assert_string_equal(hit->endpoint->name, "0.printer-room");
	assert_string_equal(hit->endpoint->cloud, "LinkLocal_eth0");
	assert_string_equal(hit->endpoint->comment, "laser!");
	assert_false(hit->endpoint->secure);
	assert_null(hit->endpoint->payload);
	assert_int_equal(hit->endpoint->n_addresses, 2);
	const struct sockaddr_in6 *six =
		(const struct sockaddr_in6 *)&hit->endpoint->addresses[0].addr;
	assert_int_equal(six->sin6_family, AF_INET6);
	assert_int_equal(six->sin6_scope_id, 3);
	assert_int_equal(ntohs(six->sin6_port), 631);
	assert_int_equal(hit->endpoint->addresses[1].addr.ss_family, AF_INET);
	assert_int_equal(hit->endpoint->addresses[1].protocol, 132);
	assert_int_equal(played.pnrp.most, 3);
	assert_true(played.pnrp.not_local && played.pnrp.want_payload && played.pnrp.trace);
	assert_int_equal(played.pnrp.criteria, PNRP_MATCH_NEAREST);
	assert_true(played.pnrp.timeout == 7 * MONO_SEC);
}

static void payloads_come_as_octets(void **state)
{
	struct pnrp_result with = *played.finds[2].result;
	hst_op op;
	with.payload_type = PNRP_PAYLOAD_BINARY;
	with.payload = span_of("\0\xff\1\2", 4);
	played.finds[2].result = &with;
	assert_int_equal(hst_name_resolve(ctx, "printer-room", NULL, &op), HST_OK);
	const hst_endpoint *e = context_await(HST_EVENT_ENDPOINT)->endpoint;
	assert_int_equal(e->payload_n, 4);
	assert_memory_equal(e->payload, "\0\xff\1\2", 5);
	assert_false(e->payload_text);
	context_await(HST_EVENT_OP_DONE);
	context_forget();
	with.payload_type = PNRP_PAYLOAD_STRING;
	with.payload = span_str("hello");
	assert_int_equal(hst_name_resolve(ctx, "printer-room", NULL, &op), HST_OK);
	e = context_await(HST_EVENT_ENDPOINT)->endpoint;
	assert_true(e->payload_text);
	assert_string_equal(e->payload, "hello");
	context_await(HST_EVENT_OP_DONE);
}

static void what_is_not_found_is_told(void **state)
{
	hst_op op;
	played.n_finds = 0;
	assert_int_equal(hst_name_resolve(ctx, "printer-room", NULL, &op), HST_OK);
	const hst_event *done = context_await(HST_EVENT_OP_DONE);
	assert_int_equal(done->result, HST_E_NOT_FOUND);
	assert_non_null(strstr(done->message, "nobody publishes it"));
	assert_non_null(strstr(done->hint, "homestead name trace"));
}

static void a_search_is_cancelled(void **state)
{
	hst_op op;
	played.later = true;
	assert_int_equal(hst_name_resolve(ctx, "printer-room", NULL, &op), HST_OK);
	while (!played.pnrp_commands)
		event_base_loop(server.base, EVLOOP_ONCE);
	assert_int_equal(hst_op_cancel(ctx, op), HST_OK);
	assert_int_equal(context_await(HST_EVENT_OP_DONE)->result, HST_E_CANCELLED);
	while (!played.cancelled)
		event_base_loop(server.base, EVLOOP_ONCE);
	assert_int_equal(played.cancelled, played.last_number);
}

static void names_are_published(void **state)
{
	hst_publish_opts o = HST_INIT(hst_publish_opts);
	hst_address at = { .protocol = IPPROTO_UDP };
	struct sockaddr_in *four = (struct sockaddr_in *)&at.addr;
	hst_op op;
	assert_int_equal(hst_name_publish(ctx, "attic", NULL, &op), HST_OK);
	assert_int_equal(context_await(HST_EVENT_OP_DONE)->result, HST_OK);
	assert_true(played.pnrp.automatic);
	context_forget();
	*four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(53) };
	four->sin_addr.s_addr = htonl(0xc0000207);
	o.addresses = &at;
	o.n_addresses = 1;
	o.comment = "the door";
	o.payload = "\0\1\2\3";
	o.payload_n = 4;
	o.temporary = o.secure = true;
	assert_int_equal(hst_name_publish(ctx, "attic", &o, &op), HST_OK);
	assert_int_equal(context_await(HST_EVENT_OP_DONE)->result, HST_OK);
	assert_false(played.pnrp.automatic);
	assert_int_equal(played.pnrp.app[0].port, 53);
	assert_int_equal(played.pnrp.app[0].protocol, IPPROTO_UDP);
	assert_memory_equal(played.payload, "\0\1\2\3", 4);
	assert_true(played.pnrp.temporary && played.pnrp.own_key);
	context_forget();
	assert_int_equal(hst_name_unpublish(ctx, "0.attic", NULL, &op), HST_OK);
	assert_int_equal(context_await(HST_EVENT_OP_DONE)->result, HST_OK);
	assert_int_equal(played.pnrp.kind, PNRP_UNPUBLISH);
	assert_false(played.pnrp.own_key);
	context_forget();
	/* As it was published. */
	hst_unpublish_opts u = HST_INIT(hst_unpublish_opts);
	u.secure = true;
	assert_int_equal(hst_name_unpublish(ctx, "attic", &u, &op), HST_OK);
	assert_int_equal(context_await(HST_EVENT_OP_DONE)->result, HST_OK);
	assert_int_equal(played.pnrp.kind, PNRP_UNPUBLISH);
	assert_true(played.pnrp.own_key);
	context_forget();
	assert_int_equal(hst_cloud_list(ctx, &op), HST_OK);
	assert_non_null(strstr(context_await(HST_EVENT_OP_DONE)->json, "LinkLocal_eth0"));
}

static void names_are_made_and_converted(void **state)
{
	char *s = NULL;
	assert_int_equal(hst_name_make(ctx, NULL, "attic", &s), HST_OK);
	assert_string_equal(s, "0.attic");
	hst_free(s);
	assert_int_equal(hst_name_convert(ctx, "0.attic", HST_NAME_HOST, &s), HST_OK);
	assert_string_equal(s, "attic.pnrp.net");
	hst_free(s);
	assert_int_equal(hst_name_convert(ctx, "attic.pnrp.net", HST_NAME_PEER, &s), HST_OK);
	assert_string_equal(s, "0.attic");
	hst_free(s);
	assert_int_equal(hst_name_convert(ctx, "0.Two Words.", HST_NAME_HOST, &s),
			 HST_E_UNSUPPORTED);
	assert_int_equal(hst_name_make(ctx, NULL, "", &s), HST_E_INVALID);
	assert_int_equal(hst_name_convert(ctx, "0.a", 9, &s), HST_E_INVALID);
}

static void bad_arguments_are_refused(void **state)
{
	hst_resolve_opts r = HST_INIT(hst_resolve_opts);
	hst_publish_opts p = HST_INIT(hst_publish_opts);
	hst_op op = 77;
	r.criteria = 9;
	assert_int_equal(hst_name_resolve(ctx, "a", &r, &op), HST_E_INVALID);
	r.criteria = 0;
	r.deadline_ms = 600001;
	assert_int_equal(hst_name_resolve(ctx, "a", &r, &op), HST_E_INVALID);
	assert_int_equal(hst_name_resolve(ctx, "", NULL, &op), HST_E_INVALID);
	p.n_addresses = 11;
	assert_int_equal(hst_name_publish(ctx, "a", &p, &op), HST_E_INVALID);
	p = (hst_publish_opts){ .size = 4 };
	assert_int_equal(hst_name_publish(ctx, "a", &p, &op), HST_E_INVALID);
	assert_int_equal(hst_name_unpublish(ctx, NULL, NULL, &op), HST_E_INVALID);
	assert_int_equal(hst_name_unpublish(ctx, "a", &(hst_unpublish_opts){ .size = 1 }, &op),
			 HST_E_INVALID);
	hst_unpublish_opts u = HST_INIT(hst_unpublish_opts);
	u.deadline_ms = -1;
	assert_int_equal(hst_name_unpublish(ctx, "a", &u, &op), HST_E_INVALID);
	assert_int_equal(op, 77);
}

/* The example as a program of its own, against the server here. */
static void the_example_runs(void **state)
{
	int out[2], status;
	char text[1000] = "";
	assert_int_equal(pipe(out), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		setenv("HOMESTEAD_SOCKET", server.path, 1);
		execl(example, example, "printer-room", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct timeval tv = { 0, 10000 };
		event_base_loopexit(server.base, &tv);
		event_base_dispatch(server.base);
	}
	assert_int_equal(status, 0);
	assert_true(read(out[0], text, sizeof(text) - 1) > 0);
	close(out[0]);
	assert_non_null(strstr(text, "192.0.2.7 port 632, found in LinkLocal_eth0"));
	assert_non_null(strstr(text, "laser!"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, context_teardown)

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		T(what_is_found_comes_as_events), T(payloads_come_as_octets),
		T(what_is_not_found_is_told),	  T(a_search_is_cancelled),
		T(names_are_published),		  T(names_are_made_and_converted),
		T(bad_arguments_are_refused),	  T(the_example_runs),
	};
	if (argc != 2)
		return 2;
	example = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
