/* What holds for both backends: the same program for a daemon and for the engine in this
 * process. */
#include "machine.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct machine *const m = &machines[0];

static bool is_readable(void)
{
	struct pollfd p = { hst_ctx_fd(m->ctx), POLLIN, 0 };
	return poll(&p, 1, 0) == 1;
}

static void a_call_is_answered(void **state)
{
	const hst_event *e = machine_call(m, "GET", "/v1/status", NULL);
	assert_int_equal(e->result, HST_OK);
	assert_non_null(strstr(e->json, "\"uptime\""));
	assert_non_null(strstr(e->json, "\"schema\":1"));
	e = machine_call(m, "GET", "/v1/names/convert?name=a%2Bb", NULL);
	assert_int_equal(e->result, HST_OK);
	assert_non_null(strstr(e->json, "\"0.a+b\""));
}

static void a_blocking_program_waits(void **state)
{
	hst_op op;
	hst_event *e;
	assert_int_equal(hst_stats(m->ctx, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(m->ctx, op, -1, &e), HST_OK);
	assert_int_equal(e->op, op);
	hst_free(e);
	assert_int_equal(hst_ctx_wait(m->ctx, op, -1, NULL), HST_E_NOT_FOUND);
}

static const struct {
	const char *method, *path, *body;
	int result;
	const char *message;
} refused[] = {
	{ "GET", "/v1/nothing", NULL, HST_E_NOT_FOUND, "there is no \"/v1/nothing\"" },
	{ "DELETE", "/v1/log", NULL, HST_E_UNSUPPORTED, "this path is for GET, PUT" },
	{ "GET", "/v1/status?x=1", NULL, HST_E_INVALID, "unknown key \"x\"" },
	{ "PUT", "/v1/log", "{\"level\":\"loud\"}", HST_E_INVALID, "no log level" },
	{ "POST", "/v1/names", "{\"name\":\"attic\"}", HST_E_NOT_READY, "switched off" },
};

static void refusals_are_the_same(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const hst_event *e =
			machine_call(m, refused[i].method, refused[i].path, refused[i].body);
		assert_int_equal(e->result, refused[i].result);
		assert_non_null(strstr(e->message, refused[i].message));
		assert_true(e->hint[0] != 0);
		assert_non_null(strstr(e->json, "\"error\""));
	}
}

static void many_calls_run_at_once(void **state)
{
	hst_op ops[100];
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(hst_call(m->ctx, "GET", "/v1/log", NULL, 0, &ops[i]), HST_OK);
	for (size_t i = 0; i < 100; i += 2)
		assert_int_equal(hst_op_cancel(m->ctx, ops[i]), HST_OK);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(hst_ctx_wait(m->ctx, ops[i], -1, NULL),
				 i % 2 ? HST_OK : HST_E_CANCELLED);
}

static void the_descriptor_tells_when_there_is_work(void **state)
{
	hst_op op;
	while (is_readable())
		hst_free(hst_ctx_next_event(m->ctx));
	assert_int_equal(hst_call(m->ctx, "GET", "/v1/log", NULL, 0, &op), HST_OK);
	assert_int_equal(machine_end(m, op)->result, HST_OK);
	hst_ctx_wakeup(m->ctx);
	assert_true(is_readable());
	while (is_readable())
		hst_free(hst_ctx_next_event(m->ctx));
}

static void a_subscription_to_nothing_ends(void **state)
{
	hst_sub sub;
	assert_int_equal(hst_subscribe(m->ctx, "mask", NULL, &sub), HST_OK);
	const hst_event *e = machine_await_kind(m, HST_EVENT_ENDED);
	assert_int_equal(e->sub, sub);
	assert_int_equal(e->result, HST_E_NOT_FOUND);
	assert_non_null(strstr(e->message, "node, masc"));
	assert_int_equal(hst_unsubscribe(m->ctx, sub), HST_E_NOT_FOUND);
}

static void subscriptions_come_and_go(void **state)
{
	hst_sub subs[32];
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(hst_subscribe(m->ctx, "node", NULL, &subs[i]), HST_OK);
	assert_int_equal(machine_call(m, "GET", "/v1/log", NULL)->result, HST_OK);
	for (size_t i = 0; i < 31; i++)
		assert_int_equal(hst_unsubscribe(m->ctx, subs[i]), HST_OK);
	assert_int_equal(machine_call(m, "GET", "/v1/log", NULL)->result, HST_OK);
}

static void a_search_ends(void **state)
{
	hst_op op;
	assert_int_equal(hst_name_resolve(m->ctx, "attic", NULL, &op), HST_OK);
	const hst_event *e = machine_end(m, op);
	assert_int_equal(e->result, HST_E_NOT_READY);
	assert_non_null(strstr(e->message, "switched off"));
}

static void ports_name_the_process(void **state)
{
	char *json, pid[40];
	assert_int_equal(hst_ports(m->ctx, &json), HST_OK);
	(void)snprintf(pid, sizeof(pid), "\"daemon_pid\":%d",
		       (int)(m->daemon ? m->daemon : getpid()));
	assert_non_null(strstr(json, pid));
	hst_free(json);
}

static void open_work_goes_with_the_context(void **state)
{
	hst_op op;
	hst_sub sub;
	for (int i = 0; i < 50; i++)
		assert_int_equal(hst_call(m->ctx, "GET", "/v1/status", NULL, 0, &op), HST_OK);
	assert_int_equal(hst_subscribe(m->ctx, NULL, NULL, &sub), HST_OK);
	machine_stop(m, false);
	machine_start(m);
	a_call_is_answered(state);
}

static void why_there_is_no_engine_is_told(void **state)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	hst_ctx *other = NULL;
	char why[300] = "";
	opts.flags = HST_CTX_INPROC;
	opts.why = why;
	opts.why_n = sizeof(why);
	opts.config = "masc {\n\tcolour = red\n}\n";
	assert_int_equal(hst_ctx_new(&opts, &other), HST_E_INVALID);
	assert_non_null(strstr(why, "the configuration, line 2: "));
	opts.config = NULL;
	opts.state_dir = m->dir;
	assert_int_equal(hst_ctx_new(&opts, &other), HST_E_EXISTS);
	assert_non_null(strstr(why, "pid"));
	opts.flags = 0x80;
	assert_int_equal(hst_ctx_new(&opts, &other), HST_E_INVALID);
	assert_null(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, machines_up, machines_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_is_answered),
		TEST(a_blocking_program_waits),
		TEST(refusals_are_the_same),
		TEST(many_calls_run_at_once),
		TEST(the_descriptor_tells_when_there_is_work),
		TEST(a_subscription_to_nothing_ends),
		TEST(subscriptions_come_and_go),
		TEST(a_search_ends),
		TEST(ports_name_the_process),
		TEST(open_work_goes_with_the_context),
		TEST(why_there_is_no_engine_is_told),
	};
	machine_configure("pnrp: { enabled = false; };\n", "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
