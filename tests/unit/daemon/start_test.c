#include "files.h"

#include "daemon/start.h"

/* Standard output and error of one start. */
struct outcome {
	char out[32768], err[32768];
	int code;
	struct options options;
};

static void run(struct outcome *x, int argc, char *const argv[])
{
	FILE *out = fmemopen(x->out, sizeof(x->out), "w");
	FILE *err = fmemopen(x->err, sizeof(x->err), "w");
	x->out[0] = x->err[0] = '\0';
	x->code = start(argc, argv, &x->options, out, err);
	fclose(out);
	fclose(err);
}

#define RUN(x, ...)                                                                                \
	run((x), (int)(sizeof((char *[]){ "homesteadd", __VA_ARGS__ }) / sizeof(char *)),          \
	    (char *[]){ "homesteadd", __VA_ARGS__, NULL })

/* No configuration but those of the test. */
static int alone(void **state)
{
	struct files *f = calloc(1, sizeof(*f));
	files_init(f);
	setenv("HOME", f->folder, 1);
	setenv("XDG_CONFIG_HOME", f->folder, 1);
	*state = f;
	return 0;
}

static int gone(void **state)
{
	files_fini(*state);
	free(*state);
	return 0;
}

static void to_run(void **state)
{
	struct outcome x;
	RUN(&x, "--state", "/s");
	assert_int_equal(x.code, -1);
	assert_string_equal(x.options.state, "/s");
	assert_string_equal(x.out, "");
	assert_string_equal(x.err, "");
}

static void version_and_help(void **state)
{
	struct outcome x;
	RUN(&x, "--version");
	assert_int_equal(x.code, START_OK);
	assert_string_equal(x.out, "homesteadd " HOMESTEAD_VERSION "\n");
	RUN(&x, "--help");
	assert_int_equal(x.code, START_OK);
	assert_memory_equal(x.out, "usage: homesteadd", 17);
	assert_string_equal(x.err, "");
}

static void usage(void **state)
{
	struct outcome x;
	RUN(&x, "--chekc");
	assert_int_equal(x.code, START_USAGE);
	assert_string_equal(x.out, "");
	assert_string_equal(x.err,
			    "homesteadd: there is no option \"--chekc\"; did you mean --check?\n"
			    "try: homesteadd --help\n");
}

static void check(void **state)
{
	struct files *f = *state;
	struct outcome x;
	char want[PATH_MAX + 256];
	files_text(f, "a.conf", "log = { level = \"debug\"; };");
	RUN(&x, "--check", "--config", f->path);
	assert_int_equal(x.code, START_OK);
	snprintf(want, sizeof(want), "%s: good\n", f->path);
	assert_string_equal(x.out, want);
	assert_string_equal(x.err, "");
	files_text(f, "a.conf", "log = {\n level = \"loud\"; };");
	RUN(&x, "--check", "--config", f->path);
	assert_int_equal(x.code, START_FAILED);
	assert_string_equal(x.out, "");
	snprintf(want, sizeof(want),
		 "%s:2: level \"loud\" is not accepted; accepted are error, warning, notice, info "
		 "and debug\n",
		 f->path);
	assert_string_equal(x.err, want);
	RUN(&x, "--check", "--config", "/nonexistent/x");
	assert_int_equal(x.code, START_FAILED);
	assert_memory_equal(x.err, "/nonexistent/x: cannot read the configuration", 45);
}

static void the_users_file_is_found(void **state)
{
	struct files *f = *state;
	struct outcome x;
	if (access("/etc/homestead/homestead.conf", F_OK) < 0) {
		RUN(&x, "--check");
		assert_int_equal(x.code, START_OK);
		assert_string_equal(x.out, "no configuration file: the defaults are good\n");
	}
	assert_int_equal(mkdir(files_path(f, "homestead"), 0700), 0);
	files_text(f, "homestead/homestead.conf", "nonsense = 1;");
	RUN(&x, "--check");
	assert_int_equal(x.code, START_FAILED);
	assert_memory_equal(x.err, f->path, strlen(f->path));
}

static void print(void **state)
{
	struct files *f = *state;
	struct outcome x;
	files_text(f, "a.conf", "daemon = { job_threads = 3; };");
	RUN(&x, "--print-config", "--config", f->path, "--log-level", "debug");
	assert_int_equal(x.code, START_OK);
	assert_non_null(strstr(x.out, "job_threads = 3;\n"));
	assert_non_null(strstr(x.out, "level = \"debug\";\n"));
	assert_non_null(strstr(x.out, "peers = ();\n"));
}

static void options_over_the_file(void **state)
{
	struct files *f = *state;
	struct options o = { .log_level = "error", .log_format = "json" };
	struct failing_env env;
	struct conf c;
	char buffer[CONF_WHY_MAX];
	struct text why = TEXT_OF(buffer);
	failing_env_init(&env, 1);
	files_text(f, "a.conf", "log = { level = \"debug\"; format = \"text\"; };");
	assert_int_equal(start_configure(&c, f->path, &o, &env.env, &why), OK);
	assert_int_equal(c.log.level, NODE_ERROR);
	assert_int_equal(c.log.format, LOG_JSON);
	assert_string_equal(buffer, "");
	conf_fini(&c);
	o.log_level = "loud";
	assert_int_equal(start_configure(&c, "", &o, &env.env, &why), ERR_CONFIG);
	assert_string_equal(buffer, "--log-level \"loud\" is not accepted; accepted are error, "
				    "warning, notice, info and debug");
	failing_env_assert_clean(&env);
}

static void without_memory(void **state)
{
	struct files *f = *state;
	struct failing_env env;
	files_text(f, "a.conf",
		   "masc = { domain = 1; node = 1; peers = ( { name = \"n\"; address = "
		   "\"192.0.2.1\"; role = \"child\"; domain = 5; } ); };");
	FAILING_ENV_EACH(env, 9)
	{
		struct options o = { .action = OPTIONS_CHECK };
		struct conf c;
		char buffer[CONF_WHY_MAX];
		struct text why = TEXT_OF(buffer);
		enum err e = start_configure(&c, f->path, &o, &env.env, &why);
		assert_int_equal(e, env.failed ? ERR_NOMEM : OK);
		if (e)
			assert_string_equal(buffer, "out of memory");
		else
			conf_fini(&c);
		failing_env_assert_clean(&env);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_run),
		cmocka_unit_test(version_and_help),
		cmocka_unit_test(usage),
		cmocka_unit_test_setup_teardown(check, alone, gone),
		cmocka_unit_test_setup_teardown(the_users_file_is_found, alone, gone),
		cmocka_unit_test_setup_teardown(print, alone, gone),
		cmocka_unit_test_setup_teardown(options_over_the_file, alone, gone),
		cmocka_unit_test_setup_teardown(without_memory, alone, gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
