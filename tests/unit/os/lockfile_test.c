#include "../failing_env.h"

#include <errno.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/lockfile.h"

/* What the kernel says to flock, in place of the C library's; 0: the truth. */
static int no_locks;

int flock(int fd, int operation)
{
	if (!no_locks)
		return (int)syscall(SYS_flock, fd, operation);
	errno = no_locks;
	return -1;
}

struct place {
	char dir[64], file[80];
};

static int make_place(void **state)
{
	static struct place p;
	(void)snprintf(p.dir, sizeof(p.dir), "/tmp/homestead-lock-XXXXXX");
	if (!mkdtemp(p.dir))
		return -1;
	(void)snprintf(p.file, sizeof(p.file), "%s/lock", p.dir);
	*state = &p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	(void)unlink(p->file);
	return rmdir(p->dir);
}

static void the_holder_is_named(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL, *b = NULL;
	char buf[300], want[300];
	struct text why = TEXT_OF(buf);

	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), OK);
	assert_int_equal(os_lock_take(&b, os_env(), p->file, &why), ERR_IN_USE);
	assert_null(b);
	(void)snprintf(want, sizeof(want), "%s is held by unit_os_lockfile (pid %d)", p->file,
		       getpid());
	assert_string_equal(buf, want);
	os_lock_release(a);
	assert_int_equal(os_lock_take(&b, os_env(), p->file, &why), OK);
	os_lock_release(b);
}

static void the_file_is_for_its_owner_alone(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL;
	char buf[300];
	struct text why = TEXT_OF(buf);
	struct stat st;

	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), OK);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	os_lock_release(a);
}

/* ENGINE-19: the lock dies with its process, the file stays. */
static void a_killed_process_lets_go(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL;
	char buf[300], want[50], c;
	struct text why = TEXT_OF(buf);
	int ready[2], hold[2], status;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(hold), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(hold[1]);
		if (os_lock_take(&a, os_env(), p->file, &why) || write(ready[1], "x", 1) != 1)
			_exit(1);
		/* Until killed, or the test is gone. */
		_exit((int)read(hold[0], &c, 1));
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), ERR_IN_USE);
	(void)snprintf(want, sizeof(want), " (pid %d)", child);
	assert_non_null(strstr(buf, want));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* Its number still stands in the file, and does not count. */
	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), OK);
	os_lock_release(a);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(hold[0]);
	(void)close(hold[1]);
}

static void what_is_wrong_with_the_file_is_said(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL;
	char buf[300], path[100], want[300];
	struct text why = TEXT_OF(buf);

	(void)snprintf(path, sizeof(path), "%s/none/lock", p->dir);
	assert_int_equal(os_lock_take(&a, os_env(), path, &why), ERR_NOT_FOUND);
	(void)snprintf(want, sizeof(want), "cannot lock %s: No such file or directory", path);
	assert_string_equal(buf, want);
	/* A link that somebody laid does not make us write elsewhere. */
	(void)unlink(p->file);
	assert_int_equal(symlink("/dev/null", p->file), 0);
	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), ERR_IO);
	assert_int_equal(unlink(p->file), 0);
	assert_null(a);
}

/* Some network file systems: two daemons would each believe to be alone. */
static void a_file_system_without_locks_is_refused(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL;
	char buf[300];
	struct text why = TEXT_OF(buf);

	no_locks = ENOLCK;
	assert_int_not_equal(os_lock_take(&a, os_env(), p->file, &why), OK);
	no_locks = 0;
	assert_null(a);
	assert_non_null(strstr(buf, "cannot lock"));
	assert_non_null(strstr(buf, "No locks available"));
}

static void a_file_without_a_number_has_an_unnamed_holder(void **state)
{
	struct place *p = *state;
	struct os_lock *a = NULL, *b = NULL;
	char buf[300];
	struct text why = TEXT_OF(buf);

	assert_int_equal(os_lock_take(&a, os_env(), p->file, &why), OK);
	assert_int_equal(truncate(p->file, 0), 0);
	assert_int_equal(os_lock_take(&b, os_env(), p->file, &why), ERR_IN_USE);
	assert_non_null(strstr(buf, "is held by another process"));
	os_lock_release(a);
}

static void nothing_leaks_without_memory(void **state)
{
	struct place *p = *state;
	struct failing_env f;

	FAILING_ENV_EACH(f, 1)
	{
		struct os_lock *a = NULL;
		char buf[300];
		struct text why = TEXT_OF(buf);
		enum err e = os_lock_take(&a, &f.env, p->file, &why);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		os_lock_release(a);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_holder_is_named),
		cmocka_unit_test(the_file_is_for_its_owner_alone),
		cmocka_unit_test(a_killed_process_lets_go),
		cmocka_unit_test(what_is_wrong_with_the_file_is_said),
		cmocka_unit_test(a_file_system_without_locks_is_refused),
		cmocka_unit_test(a_file_without_a_number_has_an_unnamed_holder),
		cmocka_unit_test(nothing_leaks_without_memory),
	};
	return cmocka_run_group_tests(tests, make_place, remove_place);
}
