#include "files.h"

#include "daemon/log.h"
#include "daemon/log_line.h"

#include <jansson.h>

#define AT(ms)	((struct wall){ (ms)*MONO_MS, true })
#define SEC(n)	((struct mono){ (n)*MONO_SEC })
#define STAMP	"1970-01-01T00:00:01.500Z"
#define EARLIER AT(1500)

/* A log that writes into a pipe. */
struct fixture {
	struct failing_env f;
	struct log *log;
	struct log_config config;
	int reader, writer;
	char got[65536 * 2];
};

static void begin(struct fixture *x, bool journal)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	x->reader = fds[0];
	x->writer = fds[1];
	failing_env_init(&x->f, 1);
	assert_int_equal(log_new(&x->log, &x->f.env, x->writer, journal, &x->config), OK);
}

static void end(struct fixture *x)
{
	log_free(x->log);
	failing_env_assert_clean(&x->f);
	close(x->reader);
	close(x->writer);
}

static const char *written(struct fixture *x)
{
	ssize_t n = 0, all = 0;
	while ((n = read(x->reader, x->got + all, sizeof(x->got) - 1 - (size_t)all)) > 0)
		all += n;
	x->got[all] = '\0';
	return x->got;
}

static struct node_event up_event(const char *peer)
{
	struct node_event e = { .part = NODE_PART_MASC, .level = NODE_NOTICE };
	e.masc.kind = MASC_EVENT_ESTABLISHED;
	strcpy(e.masc.peer, peer);
	assert_int_equal(addr_parse(span_str("192.0.2.1"), 2587, &e.masc.remote), OK);
	return e;
}

static void say(struct fixture *x, enum node_level level, const char *part, const char *message)
{
	log_message(x->log, level, part, message, EARLIER, SEC(1));
}

static void text_lines(void **state)
{
	struct fixture x;
	struct node_event e = up_event("north");
	log_config_init(&x.config);
	begin(&x, false);
	log_event(x.log, &e, EARLIER, SEC(1));
	say(&x, NODE_ERROR, "store", "disk \"a\" is full\nand\x1b[2J more");
	assert_string_equal(written(&x),
			    STAMP " notice masc session with north is up event=up peer=north "
				  "remote=192.0.2.1:2587\n" STAMP
				  " error store disk \"a\" is full\\x0aand\\x1b[2J more\n");
	end(&x);
}

static void values_are_quoted_where_needed(void **state)
{
	struct fixture x;
	struct node_event e = { .part = NODE_PART_NODE, .level = NODE_ERROR };
	e.self.kind = NODE_SELF_CONFIG_REFUSED;
	e.self.err = ERR_CONFIG;
	e.self.line = 7;
	strcpy(e.self.text, "a=b \"c\"");
	log_config_init(&x.config);
	begin(&x, false);
	log_event(x.log, &e, EARLIER, SEC(1));
	const char *got = written(&x);
	assert_non_null(strstr(got, " event=config-refused "));
	assert_non_null(strstr(got, " error=CONFIG line=7 reason=\"a=b \\x22c\\x22\"\n"));
	end(&x);
}

static void journal_lines(void **state)
{
	static const char *const want[] = { "<3>", "<4>", "<5>", "<6>", "<7>" };
	struct fixture x;
	log_config_init(&x.config);
	x.config.level = NODE_DEBUG;
	begin(&x, true);
	for (enum node_level l = NODE_ERROR; l < NODE_LEVEL_COUNT; l++) {
		char line[64];
		say(&x, l, "net", want[l]);
		snprintf(line, sizeof(line), "%snet %s\n", want[l], want[l]);
		assert_string_equal(written(&x), line);
	}
	x.config.format = LOG_JSON;
	log_configure(x.log, &x.config);
	say(&x, NODE_ERROR, "net", "m");
	assert_memory_equal(written(&x), "<3>{\"time\":", 11);
	end(&x);
}

static const char *text_of_json(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static void json_lines(void **state)
{
	struct fixture x;
	struct node_event e = up_event("north");
	log_config_init(&x.config);
	x.config.format = LOG_JSON;
	begin(&x, false);
	log_event(x.log, &e, EARLIER, SEC(1));
	json_t *o = json_loads(written(&x), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	assert_string_equal(text_of_json(o, "time"), STAMP);
	assert_string_equal(text_of_json(o, "level"), "notice");
	assert_string_equal(text_of_json(o, "part"), "masc");
	assert_string_equal(text_of_json(o, "event"), "up");
	assert_string_equal(text_of_json(o, "peer"), "north");
	assert_string_equal(text_of_json(o, "remote"), "192.0.2.1:2587");
	assert_string_equal(text_of_json(o, "message"), "session with north is up");
	assert_int_equal(json_object_size(o), 7);
	json_decref(o);
	end(&x);
}

static void json_takes_any_octets(void **state)
{
	struct fixture x;
	log_config_init(&x.config);
	x.config.format = LOG_JSON;
	begin(&x, false);
	say(&x, NODE_ERROR, "net", "a\"b\\c\n\xff\x80");
	json_t *o = json_loads(written(&x), 0, NULL);
	assert_non_null(o);
	assert_string_equal(text_of_json(o, "message"), "\"a\\x22b\\x5cc\\x0a\\xff\\x80\"");
	json_decref(o);
	say(&x, NODE_ERROR, "net", "\xc3\xa4\n");
	o = json_loads(written(&x), 0, NULL);
	assert_string_equal(text_of_json(o, "message"), "\xc3\xa4\n");
	json_decref(o);
	end(&x);
}

static void numbers_stay_numbers_in_json(void **state)
{
	struct fixture x;
	struct node_event e = { .part = NODE_PART_NODE, .level = NODE_WARNING };
	e.self.kind = NODE_SELF_CLOCK_STEPPED;
	e.self.us = -2500000;
	log_config_init(&x.config);
	x.config.format = LOG_JSON;
	begin(&x, false);
	log_event(x.log, &e, EARLIER, SEC(1));
	json_t *o = json_loads(written(&x), 0, NULL);
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "step_us")), -2500000);
	assert_null(json_object_get(o, "peer"));
	json_decref(o);
	end(&x);
}

static void levels(void **state)
{
	struct fixture x;
	log_config_init(&x.config);
	x.config.level = NODE_WARNING;
	x.config.parts[LOG_PART_MASC] = NODE_DEBUG;
	begin(&x, false);
	assert_int_equal(log_get(x.log, "masc"), NODE_DEBUG);
	assert_int_equal(log_get(x.log, "store"), NODE_WARNING);
	assert_int_equal(log_get(x.log, "no such part"), NODE_WARNING);
	assert_int_equal(log_get(x.log, NULL), NODE_WARNING);
	say(&x, NODE_NOTICE, "store", "not said");
	assert_string_equal(written(&x), "");
	say(&x, NODE_WARNING, "store", "said");
	assert_string_equal(written(&x), STAMP " warning store said\n");
	say(&x, NODE_DEBUG, "masc", "said");
	assert_string_equal(written(&x), STAMP " debug masc said\n");

	assert_int_equal(log_set(x.log, "store", NODE_INFO), OK);
	assert_int_equal(log_get(x.log, "store"), NODE_INFO);
	assert_int_equal(log_get(x.log, "masc"), NODE_DEBUG);
	assert_int_equal(log_set(x.log, "disk", NODE_INFO), ERR_NOT_FOUND);
	assert_int_equal(log_set(x.log, NULL, NODE_ERROR), OK);
	for (const struct setting *p = log_part_settings; p->name; p++)
		assert_int_equal(log_get(x.log, p->name), NODE_ERROR);
	say(&x, NODE_WARNING, "masc", "not said");
	assert_string_equal(written(&x), "");
	end(&x);
}

/* Every level passes what is as grave or graver, and nothing else. */
static void each_level_against_each(void **state)
{
	struct fixture x;
	log_config_init(&x.config);
	x.config.burst = 0;
	begin(&x, false);
	for (enum node_level set = NODE_ERROR; set < NODE_LEVEL_COUNT; set++)
		for (enum node_level l = NODE_ERROR; l < NODE_LEVEL_COUNT; l++) {
			struct node_event e = up_event("a");
			e.level = l;
			assert_int_equal(log_set(x.log, NULL, set), OK);
			log_event(x.log, &e, EARLIER, SEC(1));
			assert_int_equal(written(&x)[0] != '\0', l <= set);
		}
	end(&x);
}

static void repeats_are_held_back_and_counted(void **state)
{
	struct fixture x;
	struct node_event a = up_event("a"), b = up_event("b");
	log_config_init(&x.config);
	x.config.burst = 2;
	begin(&x, false);
	for (unsigned i = 0; i < 9; i++)
		log_event(x.log, &a, EARLIER, SEC(1));
	log_event(x.log, &b, EARLIER, SEC(2));
	assert_int_equal(log_deadline(x.log).us, 11 * MONO_SEC);
	const char *got = written(&x);
	unsigned lines = 0;
	for (const char *p = got; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 3);
	assert_non_null(strstr(got, "peer=b"));
	log_tick(x.log, EARLIER, SEC(10));
	assert_string_equal(written(&x), "");
	log_tick(x.log, EARLIER, SEC(11));
	assert_string_equal(written(&x), STAMP " notice masc 7 more like this were not logged "
					       "event=up peer=a held_back=7\n");
	assert_true(mono_is_never(log_deadline(x.log)));
	end(&x);
}

/* Who is sent away says who it is, and need not say the same twice. */
static void strangers_are_limited_together(void **state)
{
	struct fixture x;
	log_config_init(&x.config);
	x.config.burst = 2;
	begin(&x, false);
	for (char c = 'a'; c <= 'z'; c++) {
		struct node_event e = { .part = NODE_PART_GRAPH, .level = NODE_WARNING };
		e.graph.kind = GRAPH_EVENT_BAD_PEER;
		e.graph.graph_id = "0.g";
		e.graph.peer[0] = c;
		e.graph.text = "authentication failed";
		log_event(x.log, &e, EARLIER, SEC(1));
	}
	unsigned lines = 0;
	for (const char *p = written(&x); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 2);
	end(&x);
}

static void messages_are_limited_by_their_words(void **state)
{
	struct fixture x;
	log_config_init(&x.config);
	x.config.burst = 1;
	begin(&x, false);
	say(&x, NODE_ERROR, "store", "full");
	say(&x, NODE_ERROR, "store", "full");
	say(&x, NODE_ERROR, "store", "empty");
	say(&x, NODE_ERROR, "store", "full");
	assert_string_equal(written(&x), STAMP " error store full\n" STAMP " error store empty\n");
	log_flush(x.log, EARLIER);
	assert_string_equal(written(&x), STAMP
			    " error store 2 more like this were not logged: full held_back=2\n");
	end(&x);
}

/* A summary in JSON says the same by name. */
static void summaries_in_json(void **state)
{
	struct fixture x;
	struct node_event a = up_event("a");
	log_config_init(&x.config);
	x.config.burst = 1;
	x.config.format = LOG_JSON;
	begin(&x, false);
	log_event(x.log, &a, EARLIER, SEC(1));
	written(&x);
	log_event(x.log, &a, EARLIER, SEC(1));
	log_flush(x.log, EARLIER);
	json_t *o = json_loads(written(&x), 0, NULL);
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "held_back")), 1);
	assert_string_equal(text_of_json(o, "peer"), "a");
	assert_string_equal(text_of_json(o, "event"), "up");
	json_decref(o);
	end(&x);
}

/* Nobody reads: the daemon goes on, and says later how much is missing. */
static void a_reader_that_sleeps(void **state)
{
	struct fixture x;
	char message[1000];
	unsigned lines = 0;
	memset(message, 'm', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	log_config_init(&x.config);
	x.config.burst = 0;
	begin(&x, false);
	for (unsigned i = 0; i < 200; i++)
		say(&x, NODE_ERROR, "net", message);
	for (const char *p = written(&x); (p = strchr(p, '\n')); p++)
		lines++;
	assert_true(lines > 10 && lines < 200);
	say(&x, NODE_ERROR, "net", "again");
	char want[256];
	snprintf(want, sizeof(want),
		 STAMP " warning daemon %u lines were lost: nobody read the log fast enough\n" STAMP
		       " error net again\n",
		 200 - lines);
	assert_string_equal(written(&x), want);
	end(&x);
}

static void a_line_has_an_end(void **state)
{
	struct fixture x;
	char message[2 * LOG_LINE_MAX];
	memset(message, 'm', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	log_config_init(&x.config);
	begin(&x, false);
	say(&x, NODE_ERROR, "net", message);
	const char *got = written(&x);
	assert_int_equal(strcspn(got, "\n") + 1, strlen(got));
	assert_true(strlen(got) <= LOG_LINE_MAX);
	end(&x);
}

static void journal_stream(void **state)
{
	struct files f;
	struct stat st;
	char name[64];
	files_init(&f);
	files_text(&f, "a", "");
	int fd = open(f.path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	assert_true(log_is_journal(fd, name));
	assert_false(log_is_journal(fd, "1:2"));
	assert_false(log_is_journal(fd, NULL));
	close(fd);
	assert_false(log_is_journal(fd, name));
	files_fini(&f);
}

static void defaults(void **state)
{
	struct log_config c;
	log_config_init(&c);
	assert_int_equal(c.level, NODE_INFO);
	assert_int_equal(c.format, LOG_TEXT);
	assert_int_equal(c.burst, 10);
	assert_true(c.interval == 10 * MONO_SEC);
	for (size_t i = 0; i < LOG_PART_COUNT; i++)
		assert_int_equal(c.parts[i], LOG_GENERAL);
}

/* The choices are named as the node names its levels. */
static void level_names(void **state)
{
	const struct setting *level = setting_find(log_settings, span_str("level"));
	size_t n = 0;
	for (; level->choices[n]; n++)
		assert_string_equal(level->choices[n], node_level_text((enum node_level)n));
	assert_int_equal(n, NODE_LEVEL_COUNT);
}

static void without_memory(void **state)
{
	struct failing_env f;
	struct log_config c;
	struct node_event e = up_event("a");
	log_config_init(&c);
	c.burst = 1;
	FAILING_ENV_EACH(f, 3)
	{
		struct log *log = NULL;
		int fds[2];
		char got[4096];
		assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
		enum err err = log_new(&log, &f.env, fds[1], false, &c);
		assert_true(err == OK || (err == ERR_NOMEM && f.failed));
		if (!err) {
			log_event(log, &e, EARLIER, SEC(1));
			assert_true(read(fds[0], got, sizeof(got)) > 0);
		}
		log_free(log);
		failing_env_assert_clean(&f);
		close(fds[0]);
		close(fds[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_lines),
		cmocka_unit_test(values_are_quoted_where_needed),
		cmocka_unit_test(journal_lines),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(json_takes_any_octets),
		cmocka_unit_test(numbers_stay_numbers_in_json),
		cmocka_unit_test(levels),
		cmocka_unit_test(each_level_against_each),
		cmocka_unit_test(repeats_are_held_back_and_counted),
		cmocka_unit_test(strangers_are_limited_together),
		cmocka_unit_test(messages_are_limited_by_their_words),
		cmocka_unit_test(summaries_in_json),
		cmocka_unit_test(a_reader_that_sleeps),
		cmocka_unit_test(a_line_has_an_end),
		cmocka_unit_test(journal_stream),
		cmocka_unit_test(defaults),
		cmocka_unit_test(level_names),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
