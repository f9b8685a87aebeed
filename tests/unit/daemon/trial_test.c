#include "files.h"

#include "daemon/trial.h"

#include <signal.h>

static char why_buffer[16384];

/* A program that does what the script says. */
static enum err check_with(struct files *f, const char *script, int limit_ms)
{
	char text[512], program[PATH_MAX];
	struct text why = TEXT_OF(why_buffer);
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	strcpy(program, files_put(f, "program", text, strlen(text), 0700));
	return trial_check(program, "/etc/my config", limit_ms, &why);
}

#define LONG 60000

static void good(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "exit 0", LONG), OK);
	assert_string_equal(why_buffer, "");
	assert_int_equal(check_with(&f, "echo noise; echo more >&2; exit 0", LONG), OK);
	assert_string_equal(why_buffer, "");
	files_fini(&f);
}

static void it_is_asked_for_a_check(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "echo \"$#: $1 $2 $3\" >&2; exit 1", LONG), ERR_CONFIG);
	assert_string_equal(why_buffer, "3: --check --config /etc/my config");
	files_fini(&f);
}

static void bad(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "echo a:1: x >&2; echo b:2: y >&2; exit 1", LONG),
			 ERR_CONFIG);
	assert_string_equal(why_buffer, "a:1: x\nb:2: y");
	files_fini(&f);
}

static void long_reports_are_cut_not_waited_for(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f,
				    "i=0; while [ $i -lt 3000 ]; do echo 'a long line of "
				    "complaints about nothing' >&2; i=$((i+1)); done; exit 1",
				    LONG),
			 ERR_CONFIG);
	assert_true(strlen(why_buffer) > 4096 && strlen(why_buffer) < 8192);
	files_fini(&f);
}

static void unusual_ends(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "kill -SEGV $$", LONG), ERR_IO);
	assert_string_equal(why_buffer,
			    "the configuration could not be checked: the check ended by "
			    "signal 11; nothing is changed");
	assert_int_equal(check_with(&f, "exit 7", LONG), ERR_IO);
	assert_string_equal(why_buffer, "the configuration could not be checked: the check ended "
					"with status 7; nothing is changed");
	/* A failure without a reason is no verdict on the configuration. */
	assert_int_equal(check_with(&f, "exit 1", LONG), ERR_IO);
	files_fini(&f);
}

static void no_program(void **state)
{
	struct text why = TEXT_OF(why_buffer);
	enum err e = trial_check("/nonexistent/program", "x", LONG, &why);
	assert_int_equal(e, ERR_IO);
	assert_non_null(strstr(why_buffer, "nothing is changed"));
}

static void one_that_does_not_end(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "exec tail -f /dev/null", 30), ERR_TIMEOUT);
	assert_non_null(strstr(why_buffer, "did not end"));
	files_fini(&f);
}

/* Signals that the daemon takes by descriptor are blocked here, not there. */
static void signals_reach_the_child(void **state)
{
	struct files f;
	sigset_t block, before;
	files_init(&f);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &before);
	assert_int_equal(check_with(&f, "kill -TERM $$; echo alive >&2; exit 1", LONG), ERR_IO);
	assert_non_null(strstr(why_buffer, "signal 15"));
	sigprocmask(SIG_SETMASK, &before, NULL);
	files_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(it_is_asked_for_a_check),
		cmocka_unit_test(bad),
		cmocka_unit_test(long_reports_are_cut_not_waited_for),
		cmocka_unit_test(unusual_ends),
		cmocka_unit_test(no_program),
		cmocka_unit_test(one_that_does_not_end),
		cmocka_unit_test(signals_reach_the_child),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
