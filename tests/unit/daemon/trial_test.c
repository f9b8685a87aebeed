#include "files.h"

#include "daemon/trial.h"

#include "os/clock.h"

#include <signal.h>
#include <sys/wait.h>

#define LONG 60000

static char why_buffer[16384];

struct outcome {
	enum err result;
	unsigned calls;
	struct trial *trial; /* freed in the callback when not NULL */
};

static void done(void *arg, enum err result, const char *why)
{
	struct outcome *o = arg;
	o->result = result;
	o->calls++;
	assert_true(strlen(why) < sizeof(why_buffer));
	strcpy(why_buffer, why);
	trial_free(o->trial);
}

static enum err check_program(const char *program, int limit_ms)
{
	struct outcome o = { OK, 0, NULL };
	const struct trial_options opt = { program, "/etc/my config", limit_ms * MONO_MS, done,
					   &o };
	struct os_loop *loop;
	assert_int_equal(os_loop_new(&loop, os_env()), OK);
	enum err e = trial_new(&o.trial, os_env(), loop, &opt);
	while (!e && !o.calls)
		assert_int_equal(os_loop_run(loop, -1), OK);
	/* Once, whatever else is ready. */
	assert_int_equal(os_loop_run(loop, 0), OK);
	assert_int_equal(o.calls, !e);
	os_loop_free(loop);
	return e ? e : o.result;
}

/* A program that does what the script says. */
static enum err check_with(struct files *f, const char *script, int limit_ms)
{
	char text[512], program[PATH_MAX];
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	strcpy(program, files_put(f, "program", text, strlen(text), 0700));
	return check_program(program, limit_ms);
}

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
			    "signal 11");
	assert_int_equal(check_with(&f, "exit 7", LONG), ERR_IO);
	assert_string_equal(why_buffer, "the configuration could not be checked: the check ended "
					"with status 7");
	/* A failure without a reason is no verdict on the configuration. */
	assert_int_equal(check_with(&f, "exit 1", LONG), ERR_IO);
	files_fini(&f);
}

static void no_program(void **state)
{
	assert_int_equal(check_program("/nonexistent/program", LONG), ERR_IO);
}

static void one_that_does_not_end(void **state)
{
	struct files f;
	files_init(&f);
	assert_int_equal(check_with(&f, "exec tail -f /dev/null", 30), ERR_TIMEOUT);
	assert_non_null(strstr(why_buffer, "did not end"));
	files_fini(&f);
}

/* Nobody wants to know any more: the check ends, and nobody is told. */
static void given_up(void **state)
{
	struct files f;
	struct outcome o = { OK, 0, NULL };
	struct os_loop *loop;
	struct trial *t;
	const char script[] = "#!/bin/sh\nexec tail -f /dev/null\n";
	files_init(&f);
	files_put(&f, "program", script, sizeof(script) - 1, 0700);
	const struct trial_options opt = { f.path, "x", LONG * MONO_MS, done, &o };
	assert_int_equal(os_loop_new(&loop, os_env()), OK);
	assert_int_equal(trial_new(&t, os_env(), loop, &opt), OK);
	trial_free(t);
	assert_int_equal(os_loop_run(loop, 0), OK);
	assert_int_equal(o.calls, 0);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0);
	os_loop_free(loop);
	trial_free(NULL);
	files_fini(&f);
}

static void without_memory(void **state)
{
	struct failing_env env;
	FAILING_ENV_EACH(env, 1)
	{
		struct outcome o = { OK, 0, NULL };
		const struct trial_options opt = { "/bin/true", "x", LONG * MONO_MS, done, &o };
		struct os_loop *loop = NULL;
		enum err e = os_loop_new(&loop, &env.env);
		if (!e)
			e = trial_new(&o.trial, &env.env, loop, &opt);
		assert_int_equal(e, env.failed ? ERR_NOMEM : OK);
		if (e)
			trial_free(o.trial);
		while (!e && !o.calls)
			assert_int_equal(os_loop_run(loop, -1), OK);
		os_loop_free(loop);
		failing_env_assert_clean(&env);
	}
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

/* As a parent may have left it: no verdict is no good one. */
static void an_end_that_nobody_sees(void **state)
{
	struct files f;
	files_init(&f);
	void (*before)(int) = signal(SIGCHLD, SIG_IGN);
	/* Not gone before it is watched, which fails in its own way. */
	assert_int_equal(check_with(&f,
				    "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; "
				    "echo a:1: x >&2; exit 1",
				    LONG),
			 ERR_IO);
	assert_non_null(strstr(why_buffer, "nobody can tell how the check ended"));
	signal(SIGCHLD, before);
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
		cmocka_unit_test(given_up),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(signals_reach_the_child),
		cmocka_unit_test(an_end_that_nobody_sees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
