#include "files.h"

#include "daemon/process.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What the process does to itself is looked at in a child. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(body());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int closed_descriptors(void)
{
	close(0);
	close(1);
	close(2);
	if (process_settle() != OK)
		return 1;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			return 2;
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return next == 3 ? 0 : 3;
}

static int open_descriptors(void)
{
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(before);
	if (process_settle() != OK)
		return 1;
	int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return after == before ? 0 : 2;
}

static int limits_and_mask(void)
{
	struct rlimit r;
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &r);
	if (process_settle() != OK || getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 1;
	if (r.rlim_cur != r.rlim_max)
		return 2;
	return umask(0) == 0077 ? 0 : 3;
}

/* Who asks for one afterwards gets it. */
static int no_core(void)
{
	struct rlimit before, r;
	if (getrlimit(RLIMIT_CORE, &before) < 0)
		return 1;
	r = before;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_CORE, &r) < 0 || process_settle() != OK ||
	    getrlimit(RLIMIT_CORE, &r) < 0)
		return 2;
	return r.rlim_cur == 0 && r.rlim_max == before.rlim_max ? 0 : 3;
}

static int a_closed_pipe(void)
{
	int fds[2];
	if (process_settle() != OK || pipe2(fds, O_CLOEXEC) < 0)
		return 1;
	close(fds[0]);
	return write(fds[1], "x", 1) < 0 && errno == EPIPE ? 0 : 2;
}

static int children_that_a_parent_ignored(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (process_settle() != OK)
		return 1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0) == pid ? 0 : 2;
}

static void settled(void **state)
{
	assert_int_equal(in_child(closed_descriptors), 0);
	assert_int_equal(in_child(open_descriptors), 0);
	assert_int_equal(in_child(limits_and_mask), 0);
	assert_int_equal(in_child(no_core), 0);
	assert_int_equal(in_child(a_closed_pipe), 0);
	assert_int_equal(in_child(children_that_a_parent_ignored), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(settled) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
