#include "story.h"

#include "../written.h"
#include "sim/scenario_int.h"

/* The text is refused on that line, and why holds the words. */
static void refused(const char *text, uint32_t line, const char *words)
{
	struct failing_env f;
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	struct scenario *s;
	uint32_t at = 0;
	failing_env_init(&f, 1);
	size_t n = strlen(text);
	char *copy = test_malloc(n + 1);
	memcpy(copy, text, n);
	assert_int_equal(scenario_read(&s, span_of(copy, n), &f.env, &at, &why), ERR_MALFORMED);
	if (at != line || !strstr(why.p, words))
		fail_msg("line %u, not %u: \"%s\" does not say \"%s\"", (unsigned)at,
			 (unsigned)line, why.p, words);
	test_free(copy);
	failing_env_assert_clean(&f);
}

/* A line after the two nodes of the pair, which take seven lines. */
static void refused_line(const char *line, const char *words)
{
	char text[2048];
	struct text t = TEXT_OF(text);
	text_str(&t, STORY_PAIR);
	text_str(&t, "peer x { address = 192.0.2.66 }\n");
	text_str(&t, line);
	text_char(&t, '\n');
	refused(text, 9, words);
}

static void a_whole_story(void **state)
{
	struct story *t = story_new("# nothing but a comment\n"
				    "seed 42\n" STORY_PAIR "link all delay 2ms..7ms\n"
				    "end 90s\n"
				    "within 5s expect state a b established\n"
				    "at 10s..12s cut a b   # later\n"
				    "within 20s expect not state a b established\n"
				    "for 5s never event b up peer=a times >= 2\n"
				    "always running a\n");
	const struct scenario *s = t->s;
	assert_true(s->seed == 42);
	assert_int_equal(s->n_sites, 2);
	assert_int_equal(s->n_links, 2);
	assert_int_equal(s->links[1].a, SCN_NO_SITE);
	assert_int_equal(s->links[1].delay.high, 7 * MONO_MS);
	assert_true(s->end == 90 * MONO_SEC);
	assert_int_equal(s->n_actions, 1);
	assert_true(s->actions[0].at.low == 10 * MONO_SEC);
	assert_true(s->actions[0].at.high == 12 * MONO_SEC);
	assert_int_equal(s->n_expects, 4);
	assert_int_equal(s->expects[0].action, SCN_NO_SITE);
	assert_int_equal(s->expects[1].action, 0);
	assert_true(s->expects[1].condition.negated);
	assert_int_equal(s->expects[2].kind, SCN_NEVER);
	assert_int_equal(s->expects[2].condition.n_fields, 1);
	assert_int_equal(s->expects[2].condition.number, 2);
	assert_true(s->expects[3].window == INT64_MAX);
	story_free(t);
}

static void blocks_of_nodes(void **state)
{
	struct story *t = story_new("node a{\n"
				    "  address=192.0.2.1; address = 2001:db8::1\n"
				    "  store-delay = 5ms\n"
				    "  rate = -50ppm; wall-offset = -2h\n"
				    "  synchronised = no # truly\n"
				    "  memory = 64KiB; job-delay = 1s..2s\n"
				    "  masc { domain = 1; node = 1 }\n"
				    "}\n");
	const struct scn_site *a = &t->s->sites[0];
	assert_string_equal(a->name, "a");
	assert_int_equal(a->n_addrs, 2);
	assert_int_equal(a->store_delay.low, 5 * MONO_MS);
	assert_int_equal(a->store_delay.high, 5 * MONO_MS);
	assert_int_equal(a->job_delay.high, 2 * MONO_SEC);
	assert_int_equal(a->timer_slack.high, MONO_MS);
	assert_int_equal(a->rate, -50);
	assert_true(a->wall_offset == -2 * MONO_HOUR);
	assert_false(a->synchronised);
	assert_int_equal(a->memory, 65536);
	assert_true(masc_config_active(&a->config.masc));
	story_free(t);
}

static void a_node_whose_story_begins_with_start(void **state)
{
	struct story *t = story_new(STORY_PAIR "at 5s start a\nat 1s kill b\nat 9s start b\n");
	assert_true(t->s->sites[0].starts_late);
	assert_false(t->s->sites[1].starts_late);
	story_free(t);
}

static void errors_of_statements(void **state)
{
	refused("seed\n", 1, "seed is missing");
	refused("\n\nseed x\n", 3, "seed \"x\"");
	refused("frobnicate\n", 1, "statement \"frobnicate\"; accepted is seed");
	refused("seed 1 2\n", 1, "the end of the line");
	refused("end soon\n", 1, "250ms");
	refused_line("link a", "name is missing");
	refused_line("link a z", "name \"z\"");
	refused_line("link a a", "two different ends");
	refused_line("link a b delay 5ms..1ms", "a range such as 5s..9s");
	refused_line("within 5s state a b idle", "after the time \"state\"; accepted is expect");
	refused_line("for 5s expect running a", "never or always");
	refused_line("expect", "condition is missing");
	refused_line("at", "time is missing");
	refused_line("at 5s", "verb is missing");
	refused_line("at 5s frob a", "verb \"frob\"; accepted is start, stop");
}

static void errors_of_sites(void **state)
{
	refused("node {\n}\n", 1, "letters, digits");
	refused("node a/b {\n}\n", 1, "letters, digits");
	refused("node a\n", 1, "block is missing");
	refused("node a {\n address = 192.0.2.1\n", 1, "a }");
	refused("node a {\n masc { }\n}\n", 1, "address = A");
	refused("node a {\n address = bird\n}\n", 2, "address \"bird\"");
	refused("node a {\n address = 192.0.2.1:80\n}\n", 2, "without a port");
	refused("node a {\n address = 192.0.2.1\n colour = red\n}\n", 3, "no setting \"colour\"");
	refused("node a {\n address = 192.0.2.1\n rate = 7\n}\n", 3, "+200ppm");
	refused("node a {\n address = 192.0.2.1\n wall-offset = x\n}\n", 3, "+5s");
	refused("node a {\n address = 192.0.2.1\n store-delay = 9s..1s\n}\n", 3, "1ms..20ms");
	refused("node a {\n address\n}\n", 2, "= and a value");
	refused("node a {\n address =\n}\n", 2, "one after the =");
	refused("node a {\n address = 192.0.2.1\n\n masc {\n  domian = 1\n }\n}\n", 5,
		"did you mean domain?");
	refused("node a {\n address = 192.0.2.1\n masc { domain = 1 }\n}\n", 1,
		"node must be given");
	refused("node a { address = 192.0.2.1 }\nnode a { address = 192.0.2.2 }\n", 2, "not taken");
	refused("peer x {\n address = 192.0.2.1\n role = uncle\n}\n", 3, "role \"uncle\"");
	refused("peer x {\n address = 192.0.2.1\n masc { }\n}\n", 3, "= and a value");
	refused("node a { address = 192.0.2.1 } now\n", 1, "the end of the line");
}

static void errors_of_verbs(void **state)
{
	refused_line("at 5s start x", "node \"x\"");
	refused_line("at 5s kill a slowly", "kill \"slowly\"; accepted is when, power");
	refused_line("at 5s skew a much", "skew \"much\"");
	refused_line("at 5s clock a found", "synchronised or lost");
	refused_line("at 5s store-fail a often", "io, no-space or no-memory");
	refused_line("at 5s store-break a", "error is missing");
	refused_line("at 5s store-delay a x", "delay \"x\"");
	refused_line("at 5s jobs a lost", "stuck or back");
	refused_line("at 5s port a maybe", "taken or free");
	refused_line("at 5s memory a much", "64KiB");
	refused_line("at 5s reset a", "peer \"a\"");
	refused_line("at 5s command a dance", "accepted is masc");
	refused_line("at 5s command a masc peer b sideways", "up, down or reset");
	refused_line("at 5s command a masc peer b down for x", "for \"x\"");
	refused_line("at 5s connect a b", "peer \"a\"");
	refused_line("at 5s connect x#0x b", "peer \"x#0x\"");
	refused_line("at 5s connect x b port 99999", "port \"99999\"");
	refused_line("at 5s connect x b from y", "from \"y\"");
	refused_line("at 5s send x", "message is missing");
	refused_line("at 5s send x hello", "open, claim, update, notification");
	refused_line("at 5s send x hex 12 3", "octets \"3\"");
	refused_line("at 5s send x hex zz", "octets \"zz\"");
	refused_line("at 5s send x hex ..", "octets \"..\"");
	refused_line("at 5s send x hex", "octets is missing");
	refused_line("at 5s send x open role", "key=value");
	refused_line("at 5s send x open rule=child", "no setting \"rule\"");
	refused_line("at 5s send x notification 2", "CODE/SUBCODE");
	refused_line("at 5s send x notification 200/1", "CODE/SUBCODE");
	refused_line("at 5s cut a b c", "the end of the line");
	refused_line("at 9s..5s cut a b", "time \"9s..5s\"");
}

static void errors_of_reloads(void **state)
{
	refused(STORY_PAIR "at 5s reload a {\n masc {\n  domian = 1\n }\n}\n", 10,
		"did you mean domain?");
	refused(STORY_PAIR "at 5s reload a {\n masc { domain = 1 }\n}\n", 10, "node must be given");
	refused(STORY_PAIR "at 5s reload a refused {\n masc { domain = 1; node = 2 }\n}\n", 10,
		"a configuration with an error");
	refused(STORY_PAIR "at 5s reload a\n", 8, "block is missing");
}

static void errors_of_conditions(void **state)
{
	refused_line("expect weather a", "condition \"weather\"");
	refused_line("expect state a b asleep", "state \"asleep\"; accepted is idle");
	refused_line("expect state x b idle", "node \"x\"");
	refused_line("expect state a c idle", "peer \"c\"; accepted is one in the node's");
	refused_line("expect admin a b sideways", "up or down");
	refused_line("expect value a b height = 3", "accepted are synced");
	refused_line("expect value a b hold ~ 3", "comparison \"~\"");
	refused_line("expect value a b hold = x", "number \"x\"");
	refused_line("expect links a", "comparison is missing");
	refused_line("expect partitions a", "node is missing");
	refused_line("expect partitions a b", "comparison is missing");
	refused_line("expect skews x = 1", "node \"x\"");
	refused_line("expect octets x", "octets is missing");
	refused_line("expect closed a", "peer \"a\"");
	refused_line("expect event a", "event is missing");
	refused_line("expect event a birthday", "event \"birthday\"");
	refused_line("expect event a up peer", "name=value");
	refused_line("expect event a up times", "comparison is missing");
	refused_line("expect notification a b 2.8", "CODE/SUBCODE");
	refused_line("expect notification a b 2/8 data", "octets is missing");
	refused_line("expect reply a", "result is missing");
	refused_line("expect reply a MAYBE", "result \"MAYBE\"");
}

/* Every key of a node's block is written as it is read. */
static void settings_of_nodes(void **state)
{
	char text[1024];
	struct text t = TEXT_OF(text);
	struct story *s =
		story_new("node a { address = 192.0.2.1; rate = -7ppm; wall-offset = +2h }\n");
	written(scn_node_settings, &s->s->sites[0], &t);
	assert_string_equal(text, "store-delay = 1ms..5ms\njob-delay = 0..0\n"
				  "timer-slack = 0..1ms\nrate = -7ppm\nwall-offset = 2h\n"
				  "synchronised = true\nmemory = 16MiB\nrogue = false\n");
	story_free(s);
}

/* The octets of a scripted message. */
static void sends(const char *words, const char *hex)
{
	char text[1024], got[1024];
	struct text t = TEXT_OF(text), g = TEXT_OF(got);
	text_str(&t, STORY_RAW "at 1s send x ");
	text_str(&t, words);
	text_char(&t, '\n');
	struct story *s = story_new(text);
	text_hex(&g, s->s->actions[0].bytes);
	assert_string_equal(got, hex);
	story_free(s);
}

static void messages(void **state)
{
	sends("keepalive", "00040400");
	sends("open", "001401000105001e0000fbf50000000700000000");
	sends("open version=2 role=parent hold=240 domain=1 node=192.0.2.1 parent=3",
	      "00140100020700f000000001c000020100000003");
	sends("open family=ipv6 domain=2001:db8::", "003801000109001e"
						    "20010db8000000000000000000000000"
						    "00000000000000000000000000000007"
						    "00000000000000000000000000000000");
	sends("notification 2/8", "000603000208");
	sends("notification 3/2 stay-open 0004 80 00", "000a0300830200048000");
	sends("update 00 04", "000602000004");
	sends("hex 00 0405 AB", "000405ab");
	sends("open + keepalive + hex ff", "001401000105001e0000fbf5000000070000000000040400ff");
}

static void without_memory(void **state)
{
	static const char text[] = STORY_RAW "at 1s send x open\nat 2s reload a {\n masc { }\n}\n"
					     "expect octets x 00..\n";
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		char buffer[512];
		struct text why = TEXT_OF(buffer);
		struct scenario *s = NULL;
		uint32_t line;
		enum err e = scenario_read(&s, span_str(text), &f.env, &line, &why);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		scenario_free(s);
		failing_env_assert_clean(&f);
	}
}

/* However a text ends, reading it ends too, and within it. */
static void every_truncation(void **state)
{
	static const char text[] =
		STORY_RAW "at 1s..2s send x open role=child + hex 0102\n"
			  "within 5s expect event a up peer=x times = 2\n"
			  "at 2s reload a refused {\n masc { x }\n}\nexpect value a x hold >= 3\n";
	for (size_t n = 0; n < sizeof(text); n++) {
		struct failing_env f;
		char buffer[512];
		struct text why = TEXT_OF(buffer);
		struct scenario *s = NULL;
		uint32_t line;
		char *copy = test_malloc(n ? n : 1);
		failing_env_init(&f, 1);
		memcpy(copy, text, n);
		enum err e = scenario_read(&s, span_of(copy, n), &f.env, &line, &why);
		assert_true(e == OK || (e == ERR_MALFORMED && why.n));
		scenario_free(s);
		failing_env_assert_clean(&f);
		test_free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_story),
		cmocka_unit_test(blocks_of_nodes),
		cmocka_unit_test(a_node_whose_story_begins_with_start),
		cmocka_unit_test(errors_of_statements),
		cmocka_unit_test(errors_of_sites),
		cmocka_unit_test(errors_of_verbs),
		cmocka_unit_test(errors_of_reloads),
		cmocka_unit_test(errors_of_conditions),
		cmocka_unit_test(settings_of_nodes),
		cmocka_unit_test(messages),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(every_truncation),
	};
	return cmocka_run_group_tests_name("sim_scenario", tests, NULL, NULL);
}
