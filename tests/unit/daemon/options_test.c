#include "../failing_env.h"
#include "daemon/options.h"

static char why_buffer[400];

#define READ(o, ...)                                                                               \
	read_args((o), (char *[]){ "homesteadd", __VA_ARGS__ },                                    \
		  (int)(sizeof((char *[]){ "homesteadd", __VA_ARGS__ }) / sizeof(char *)))

static enum err read_args(struct options *o, char *argv[], int argc)
{
	struct text why = TEXT_OF(why_buffer);
	return options_read(o, argc, argv, &why);
}

static void nothing_given(void **state)
{
	struct options o;
	struct text why = TEXT_OF(why_buffer);
	char *argv[] = { "homesteadd" };
	assert_int_equal(options_read(&o, 1, argv, &why), OK);
	assert_int_equal(o.action, OPTIONS_RUN);
	assert_null(o.config);
	assert_null(o.state);
	assert_null(o.socket);
	assert_null(o.record);
	assert_null(o.log_level);
	assert_null(o.log_format);
}

static void every_argument_in_both_forms(void **state)
{
	for (const struct options_row *r = options_table; r->name; r++) {
		struct options o;
		char joined[64], dashed[64];
		struct text j = TEXT_OF(joined), d = TEXT_OF(dashed);
		if (!r->arg)
			continue;
		text_str(&d, "--");
		text_str(&d, r->name);
		text_str(&j, dashed);
		text_str(&j, "=a=b");
		assert_int_equal(READ(&o, joined), OK);
		assert_string_equal(*(const char **)(void *)((char *)&o + r->field), "a=b");
		assert_int_equal(READ(&o, dashed, "--c"), OK);
		assert_string_equal(*(const char **)(void *)((char *)&o + r->field), "--c");
	}
}

static void every_action(void **state)
{
	struct options o;
	assert_int_equal(READ(&o, "--check"), OK);
	assert_int_equal(o.action, OPTIONS_CHECK);
	assert_int_equal(READ(&o, "--print-config"), OK);
	assert_int_equal(o.action, OPTIONS_PRINT);
	assert_int_equal(READ(&o, "--version"), OK);
	assert_int_equal(o.action, OPTIONS_VERSION);
	assert_int_equal(READ(&o, "--help"), OK);
	assert_int_equal(o.action, OPTIONS_HELP);
	assert_int_equal(READ(&o, "--check", "--foreground", "--config", "x"), OK);
	assert_int_equal(o.action, OPTIONS_RUN);
	assert_string_equal(o.config, "x");
}

/* What is refused leaves the options as they were. */
static void refused_args(const char *want, char *argv[], int argc)
{
	struct options o, before;
	memset(&o, 0x5a, sizeof(o));
	memset(&before, 0x5a, sizeof(o));
	assert_int_equal(read_args(&o, argv, argc), ERR_CONFIG);
	assert_string_equal(why_buffer, want);
	assert_memory_equal(&o, &before, sizeof(o));
}

#define REFUSED(want, ...)                                                                         \
	refused_args((want), (char *[]){ "homesteadd", __VA_ARGS__ },                              \
		     (int)(sizeof((char *[]){ "homesteadd", __VA_ARGS__ }) / sizeof(char *)))

static void refused(void **state)
{
	REFUSED("there is no option \"--confg\"; did you mean --config?", "--confg", "x");
	REFUSED("there is no option \"--log-levle=debug\"; did you mean --log-level?",
		"--log-levle=debug");
	REFUSED("there is no option \"--xyzzy\"", "--xyzzy");
	REFUSED("an argument that is no option: \"start\"", "--check", "start");
	REFUSED("an argument that is no option: \"--\"", "--");
	REFUSED("an argument that is no option: \"-h\"", "-h");
	REFUSED("--config needs an argument: --config FILE", "--config");
	REFUSED("--config needs an argument: --config FILE", "--config=");
	REFUSED("--state needs an argument: --state DIR", "--state", "");
	REFUSED("--check takes no argument", "--check=yes");
}

/* Every option stands in the help, which fits a terminal. */
static void help(void **state)
{
	char buffer[8192];
	struct text t = TEXT_OF(buffer);
	options_help(&t);
	assert_false(t.cut);
	for (const struct options_row *r = options_table; r->name; r++) {
		char option[64];
		struct text o = TEXT_OF(option);
		text_str(&o, "\n  --");
		text_str(&o, r->name);
		text_char(&o, ' ');
		text_str(&o, r->arg ? r->arg : "");
		assert_non_null(strstr(buffer, option));
	}
	for (const char *line = buffer; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given), cmocka_unit_test(every_argument_in_both_forms),
		cmocka_unit_test(every_action),	 cmocka_unit_test(refused),
		cmocka_unit_test(help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
