#include "../failing_env.h"

#include "base/store_mem.h"
#include "node/describe.h"
#include "masc/masc_int.h"
#include "node/node.h"

struct bench {
	struct failing_env f;
	struct store_mem *mem;
	struct node_config config;
	struct node *n;
	struct mono now;
	char line[8192];
	uint32_t dialled; /* link of the last dial */
	struct span job;  /* input of the last job */
	uint64_t job_number;
	uint8_t job_octets[64];
};

static const char usual[] = "masc { domain = 1; node = 1; profile = lab; listen = 192.0.2.1\n"
			    "peer north { address = 192.0.2.9; role = child; domain = 2 } }";
static const struct wall morning = { INT64_C(1790000000000000), true };

static void bench_init(struct bench *b, const char *config)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	uint32_t line;
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 1);
	b->now = (struct mono){ 1000 * MONO_SEC };
	node_config_init(&b->config, &b->f.env);
	assert_int_equal(node_config_parse(&b->config, span_str(config), &line, &why), OK);
	assert_int_equal(store_mem_new(&b->mem, &b->f.env), OK);
}

static enum err bench_birth(struct bench *b)
{
	return node_new(&b->n, &b->config, &b->f.env, store_mem_store(b->mem), b->now, morning);
}

static void bench_fini(struct bench *b)
{
	node_free(b->n);
	node_config_free(&b->config);
	store_mem_free(b->mem);
	failing_env_assert_clean(&b->f);
}

static void note(struct bench *b, const struct node_out *out)
{
	if (out->kind == NODE_OUT_DIAL)
		b->dialled = out->link;
	if (out->kind != NODE_OUT_JOB)
		return;
	b->job_number = out->number;
	memcpy(b->job_octets, out->bytes.p, out->bytes.n);
	b->job = span_of(b->job_octets, out->bytes.n);
}

/* All that came out, joined by "; ". */
static const char *drain(struct bench *b)
{
	struct text t = TEXT_OF(b->line);
	struct node_out out;
	while (node_poll(b->n, &out)) {
		if (t.n)
			text_str(&t, "; ");
		note(b, &out);
		node_describe_out(&t, &out, 4);
	}
	return t.p;
}

static enum err input(struct bench *b, const struct node_in *in)
{
	return node_input(b->n, in, b->now);
}

static void give(struct bench *b, const struct node_in *in)
{
	assert_int_equal(input(b, in), OK);
}

static void pass(struct bench *b, int64_t us)
{
	b->now = mono_add(b->now, us);
	assert_int_equal(input(b, &(struct node_in){ .kind = NODE_IN_TICK }), OK);
}

static void start(struct bench *b, const char *config)
{
	bench_init(b, config);
	assert_int_equal(bench_birth(b), OK);
	(void)drain(b);
}

static void answer_probe(struct bench *b, enum err err)
{
	uint8_t result[64];
	size_t n = 0;
	assert_int_equal(
		node_job_run(NODE_JOB_PROBE, b->job, &b->f.env, result, sizeof(result), &n), OK);
	give(b, &(struct node_in){ .kind = NODE_IN_JOB_DONE,
				   .number = b->job_number,
				   .err = err,
				   .bytes = span_of(result, n) });
}

static void birth(void **state)
{
	struct bench b;
	bench_init(&b, usual);
	assert_int_equal(bench_birth(&b), OK);
	assert_string_equal(drain(&b), "listen masc at 192.0.2.1:2587; job number 1");
	assert_non_null(node_masc(b.n));
	assert_true(node_deadline(b.n).us <= b.now.us);
	bench_fini(&b);
}

static void birth_without_parts(void **state)
{
	struct bench b;
	bench_init(&b, "");
	assert_int_equal(bench_birth(&b), OK);
	assert_string_equal(drain(&b), "job number 1");
	assert_null(node_masc(b.n));
	give(&b,
	     &(struct node_in){ .kind = NODE_IN_ACCEPTED, .listener = NODE_PART_MASC, .link = 2 });
	assert_string_equal(drain(&b), "close link 2");
	give(&b, &(struct node_in){ .kind = NODE_IN_COMMAND, .number = 5 });
	assert_string_equal(drain(&b), "reply call 5 STATE");
	give(&b, &(struct node_in){ .kind = NODE_IN_NETWORK });
	give(&b, &(struct node_in){ .kind = NODE_IN_OCTETS, .link = 2 });
	assert_string_equal(drain(&b), "");
	bench_fini(&b);
}

static void outputs_of_the_core_come_through(void **state)
{
	struct bench b;
	start(&b, usual);
	pass(&b, 0);
	assert_non_null(strstr(drain(&b), "dial link 1 to 192.0.2.9:2587"));
	give(&b, &(struct node_in){ .kind = NODE_IN_DOWN, .link = 1, .err = ERR_REFUSED });
	assert_non_null(strstr(drain(&b), "event masc dial-failed: cannot reach north"));
	give(&b, &(struct node_in){ .kind = NODE_IN_COMMAND,
				    .number = 3,
				    .command.masc = { MASC_COMMAND_DOWN, span_str("north"), 0 } });
	assert_non_null(strstr(drain(&b), "reply call 3 OK after 1"));
	bench_fini(&b);
}

/* Probe */

static void probe_each_minute(void **state)
{
	struct bench b;
	start(&b, "");
	answer_probe(&b, OK);
	assert_int_equal(node_deadline(b.n).us, b.now.us + MONO_MIN);
	pass(&b, MONO_MIN - 1);
	assert_string_equal(drain(&b), "");
	pass(&b, 1);
	assert_string_equal(drain(&b), "job number 2");
	bench_fini(&b);
}

static void probe_without_answer(void **state)
{
	struct bench b;
	start(&b, "");
	assert_int_equal(node_deadline(b.n).us, b.now.us + 30 * MONO_SEC);
	pass(&b, 30 * MONO_SEC - 1);
	assert_string_equal(drain(&b), "");
	pass(&b, 1);
	assert_non_null(
		strstr(drain(&b), "event node workers-stuck: the job threads do not answer"));
	pass(&b, MONO_MIN);
	assert_string_equal(drain(&b), "");
	answer_probe(&b, OK);
	assert_string_equal(drain(&b), "event node workers-back: the job threads answer again");
	pass(&b, MONO_MIN);
	assert_string_equal(drain(&b), "job number 2");
	bench_fini(&b);
}

static void probe_with_a_wrong_answer(void **state)
{
	struct bench b;
	start(&b, "");
	give(&b, &(struct node_in){ .kind = NODE_IN_JOB_DONE, .number = 77 });
	assert_string_equal(drain(&b), "");
	give(&b, &(struct node_in){
			 .kind = NODE_IN_JOB_DONE, .number = 1, .bytes = span_str("wrong") });
	assert_non_null(
		strstr(drain(&b), "workers-stuck: the job threads do not answer: stored data"));
	pass(&b, MONO_MIN);
	(void)drain(&b);
	answer_probe(&b, ERR_NOMEM);
	assert_string_equal(drain(&b), "");
	pass(&b, MONO_MIN);
	(void)drain(&b);
	answer_probe(&b, OK);
	assert_non_null(strstr(drain(&b), "workers-back"));
	bench_fini(&b);
}

/* ENGINE-26: the flag of an output and its answer reach whom they are for. */
static void a_send_that_asks_is_answered(void **state)
{
	struct bench b;
	start(&b, usual);
	pass(&b, 10 * MONO_SEC);
	(void)drain(&b);
	give(&b, &(struct node_in){ .kind = NODE_IN_UP, .link = b.dialled });
	(void)drain(&b);
	struct link *l = link_find((struct masc *)(uintptr_t)node_masc(b.n), b.dialled);
	assert_true(link_send(l, span_of("\0\4\4", 4), 0, true));
	assert_string_equal(drain(&b), "send link 1 00040400 drain");
	give(&b, &(struct node_in){ .kind = NODE_IN_DRAINED, .link = 77 });
	assert_true(l->draining);
	give(&b, &(struct node_in){ .kind = NODE_IN_DRAINED, .link = b.dialled });
	assert_false(l->draining);
	assert_string_equal(drain(&b), "");
	bench_fini(&b);
}

static void jobs(void **state)
{
	uint8_t result[8];
	size_t n = 0;
	struct failing_env f;
	failing_env_init(&f, 1);
	assert_int_equal(node_job_run(NODE_JOB_PROBE, span_str("x"), &f.env, result, 7, &n),
			 ERR_FULL);
	assert_int_equal(node_job_run(NODE_JOB_PROBE, span_str("x"), &f.env, result, 8, &n), OK);
	assert_int_equal(n, 8);
	failing_env_assert_clean(&f);
}

/* Clock */

static void wall(struct bench *b, int64_t ahead, bool synchronised)
{
	give(b, &(struct node_in){
			.kind = NODE_IN_WALL,
			.wall = { node_wall(b->n, b->now).us + ahead, synchronised },
		});
}

static void clock_is_carried_on(void **state)
{
	struct bench b;
	start(&b, "");
	assert_true(node_wall(b.n, b.now).us == morning.us);
	b.now = mono_add(b.now, MONO_HOUR);
	assert_true(node_wall(b.n, b.now).us == morning.us + MONO_HOUR);
	wall(&b, 900 * MONO_MS, true);
	assert_string_equal(drain(&b), "");
	wall(&b, -2 * MONO_SEC, true);
	assert_string_equal(drain(&b),
			    "event node clock-stepped: the wall clock jumped back by 2s");
	wall(&b, 0, false);
	assert_non_null(strstr(drain(&b), "event node clock-unsynchronised"));
	assert_false(node_wall(b.n, b.now).synchronised);
	wall(&b, 0, false);
	assert_string_equal(drain(&b), "");
	wall(&b, 0, true);
	assert_non_null(strstr(drain(&b), "event node clock-synchronised"));
	bench_fini(&b);
}

static void clock_at_the_ends_of_time(void **state)
{
	struct bench b;
	start(&b, usual);
	give(&b, &(struct node_in){ .kind = NODE_IN_WALL, .wall = { INT64_MAX, true } });
	assert_true(node_wall(b.n, mono_add(b.now, MONO_DAY)).us == INT64_MAX);
	give(&b, &(struct node_in){ .kind = NODE_IN_WALL, .wall = { INT64_MIN, true } });
	(void)drain(&b);
	bench_fini(&b);
}

/* Configuration */

static enum err reload(struct bench *b, const char *text)
{
	return input(b, &(struct node_in){ .kind = NODE_IN_CONFIG, .bytes = span_str(text) });
}

static void reload_moves_listeners(void **state)
{
	struct bench b;
	start(&b, usual);
	assert_int_equal(reload(&b,
				"masc { domain = 1; node = 1; profile = lab\n"
				"listen = \"192.0.2.1, 192.0.2.2\"\n"
				"peer north { address = 192.0.2.9; role = child; domain = 2 } }"),
			 OK);
	assert_string_equal(drain(&b),
			    "listen masc at 192.0.2.2:2587; "
			    "event node config-taken: the new configuration is in force");
	assert_int_equal(reload(&b,
				"masc { domain = 1; node = 1; profile = lab\n"
				"listen = 192.0.2.2\n"
				"peer north { address = 192.0.2.9; role = child; domain = 2 } }"),
			 OK);
	assert_string_equal(drain(&b),
			    "unlisten masc at 192.0.2.1:2587; "
			    "event node config-taken: the new configuration is in force");
	assert_int_equal(node_config_of(b.n)->masc.n_listen, 1);
	bench_fini(&b);
}

static void reload_refused(void **state)
{
	struct bench b;
	start(&b, usual);
	assert_int_equal(reload(&b, "masc {\n domain = 1\n nod = 2 }"), ERR_CONFIG);
	assert_string_equal(drain(&b),
			    "event node config-refused: new configuration refused, the old one "
			    "stays: line 3: there is no setting \"nod\"; did you mean node?");
	assert_int_equal(reload(&b, "masc { domain = 1; node = 0 }"), ERR_CONFIG);
	assert_non_null(strstr(drain(&b), "config-refused"));
	assert_int_equal(node_config_of(b.n)->masc.n_peers, 1);
	bench_fini(&b);
}

static void the_part_off_and_on(void **state)
{
	struct bench b;
	start(&b, usual);
	pass(&b, 0);
	(void)drain(&b);
	assert_int_equal(b.dialled, 1);
	assert_int_equal(reload(&b, ""), OK);
	assert_null(node_masc(b.n));
	const char *out = drain(&b);
	assert_non_null(strstr(out, "unlisten masc at 192.0.2.1:2587"));
	assert_non_null(strstr(out, "close link 1"));
	assert_int_equal(reload(&b, usual), OK);
	assert_non_null(node_masc(b.n));
	assert_non_null(strstr(drain(&b), "listen masc at 192.0.2.1:2587"));
	pass(&b, 0);
	(void)drain(&b);
	/* Numbers of links go on, and what comes for an old one is nobody's. */
	assert_int_equal(b.dialled, 3);
	give(&b, &(struct node_in){ .kind = NODE_IN_DOWN, .link = 1, .err = ERR_CLOSED });
	assert_string_equal(drain(&b), "");
	give(&b, &(struct node_in){ .kind = NODE_IN_DOWN, .link = 3, .err = ERR_REFUSED });
	assert_non_null(strstr(drain(&b), "dial-failed"));
	bench_fini(&b);
}

static void a_port_that_was_taken(void **state)
{
	struct bench b;
	start(&b, usual);
	pass(&b, 0);
	(void)drain(&b);
	give(&b, &(struct node_in){ .kind = NODE_IN_LISTEN_FAILED,
				    .listener = NODE_PART_MASC,
				    .err = ERR_IN_USE });
	assert_non_null(strstr(drain(&b), "event masc stopped"));
	assert_int_equal(reload(&b, usual), OK);
	assert_non_null(strstr(drain(&b), "unlisten masc at 192.0.2.1:2587; "
					  "listen masc at 192.0.2.1:2587"));
	assert_int_equal(masc_health(node_masc(b.n)), OK);
	pass(&b, 0);
	(void)drain(&b);
	assert_int_equal(b.dialled, 3);
	bench_fini(&b);
}

static void secrets_stay_with_the_owner(void **state)
{
	struct bench b;
	start(&b,
	      "masc { domain = 1; node = 1; profile = lab; listen = 192.0.2.1\n"
	      "peer north { address = 192.0.2.9; role = child; domain = 2; md5_key = geheim } }");
	assert_string_equal(node_config_of(b.n)->masc.peers[0].md5_key, "");
	pass(&b, 0);
	(void)drain(&b);
	/* So the same configuration as text is the same one. */
	assert_int_equal(reload(&b, usual), OK);
	assert_string_equal(drain(&b),
			    "event node config-taken: the new configuration is in force");
	bench_fini(&b);
}

/* The end */

static void stop(void **state)
{
	struct bench b;
	start(&b, usual);
	pass(&b, 0);
	(void)drain(&b);
	give(&b, &(struct node_in){ .kind = NODE_IN_STOP });
	const char *out = drain(&b);
	assert_non_null(strstr(out, "event node stopping"));
	assert_non_null(strstr(out, "close link 1"));
	assert_true(mono_is_never(node_deadline(b.n)));
	give(&b, &(struct node_in){ .kind = NODE_IN_STOP });
	pass(&b, MONO_HOUR);
	assert_string_equal(drain(&b), "");
	give(&b, &(struct node_in){ .kind = NODE_IN_COMMAND, .number = 4 });
	assert_string_equal(drain(&b), "reply call 4 STOPPING");
	give(&b,
	     &(struct node_in){ .kind = NODE_IN_ACCEPTED, .listener = NODE_PART_MASC, .link = 8 });
	assert_string_equal(drain(&b), "close link 8");
	assert_int_equal(reload(&b, usual), ERR_STATE);
	bench_fini(&b);
}

/* Memory */

static void birth_without_memory(void **state)
{
	for (uint64_t n = 1;; n++) {
		struct bench b;
		bench_init(&b, usual);
		failing_env_fail_at(&b.f, n);
		enum err e = bench_birth(&b);
		if (e)
			assert_int_equal(e, ERR_NOMEM);
		bool done = !b.f.failed;
		failing_env_fail_at(&b.f, 0);
		bench_fini(&b);
		if (done)
			break;
	}
}

static void reload_without_memory(void **state)
{
	for (uint64_t n = 1; n < 1000; n++) {
		struct bench b;
		start(&b, usual);
		failing_env_fail_at(&b.f, n);
		enum err e = reload(
			&b, "masc { domain = 1; node = 1; profile = lab\n"
			    "listen = 192.0.2.7\n"
			    "peer south { address = 192.0.2.8; role = child; domain = 3 } }");
		const char *name = node_config_of(b.n)->masc.peers[0].name;
		assert_string_equal(name, e ? "north" : "south");
		if (e)
			assert_int_equal(e, ERR_NOMEM);
		(void)drain(&b);
		bool done = !b.f.failed;
		bench_fini(&b);
		if (done)
			return;
	}
	fail_msg("no end");
}

static void inputs_without_memory(void **state)
{
	struct bench b;
	start(&b, "");
	failing_env_fail_at(&b.f, 1);
	b.f.fail_on = true;
	assert_int_equal(input(&b, &(struct node_in){ .kind = NODE_IN_ACCEPTED, .link = 2 }),
			 ERR_NOMEM);
	assert_int_equal(input(&b, &(struct node_in){ .kind = NODE_IN_COMMAND }), ERR_NOMEM);
	/* News that cannot be kept are lost, and nothing else is. */
	wall(&b, MONO_HOUR, false);
	pass(&b, 2 * MONO_MIN);
	assert_string_equal(drain(&b), "");
	failing_env_fail_at(&b.f, 0);
	b.f.fail_on = false;
	assert_false(node_wall(b.n, b.now).synchronised);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(birth),
		cmocka_unit_test(birth_without_parts),
		cmocka_unit_test(outputs_of_the_core_come_through),
		cmocka_unit_test(probe_each_minute),
		cmocka_unit_test(probe_without_answer),
		cmocka_unit_test(probe_with_a_wrong_answer),
		cmocka_unit_test(a_send_that_asks_is_answered),
		cmocka_unit_test(jobs),
		cmocka_unit_test(clock_is_carried_on),
		cmocka_unit_test(clock_at_the_ends_of_time),
		cmocka_unit_test(reload_moves_listeners),
		cmocka_unit_test(reload_refused),
		cmocka_unit_test(the_part_off_and_on),
		cmocka_unit_test(a_port_that_was_taken),
		cmocka_unit_test(secrets_stay_with_the_owner),
		cmocka_unit_test(stop),
		cmocka_unit_test(birth_without_memory),
		cmocka_unit_test(reload_without_memory),
		cmocka_unit_test(inputs_without_memory),
	};
	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
