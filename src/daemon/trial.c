#include "daemon/trial.h"

#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static enum err say(struct text *why, enum err e, const char *what, const char *detail)
{
	text_str(why, "the configuration could not be checked: ");
	text_str(why, what);
	text_str(why, detail);
	text_str(why, "; nothing is changed");
	return e;
}

/* The child hears signals again, which we take by descriptor. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int e = posix_spawnattr_setsigmask(attr, &none);
	if (!e)
		e = posix_spawnattr_setsigdefault(attr, &all);
	return e ? e
		 : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int set_files(posix_spawn_file_actions_t *files, int out)
{
	int e = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
	if (!e)
		e = posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0);
	return e ? e : posix_spawn_file_actions_adddup2(files, out, 2);
}

static int spawn(const char *program, const char *path, int out, pid_t *pid)
{
	extern char **environ;
	char *argv[] = { (char[]){ "homesteadd" }, (char[]){ "--check" }, (char[]){ "--config" },
			 (char *)(uintptr_t)path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e = posix_spawn_file_actions_init(&files);
	if (e)
		return e;
	e = posix_spawnattr_init(&attr);
	if (!e) {
		e = set_signals(&attr);
		if (!e)
			e = set_files(&files, out);
		if (!e)
			e = posix_spawn(pid, program, &files, &attr, argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return e;
}

/* Takes in what the child writes until it closes the pipe. False: too late. */
static bool listen_to(int in, int limit_ms, struct text *said)
{
	struct mono end = mono_add(os_mono(), limit_ms * MONO_MS);
	struct pollfd p = { .fd = in, .events = POLLIN };
	char piece[1024];
	for (;;) {
		int64_t left = mono_since(end, os_mono()) / MONO_MS;
		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return false;
		ssize_t n = read(in, piece, sizeof(piece));
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return true;
		if (n > 0)
			text_span(said, span_of(piece, (size_t)n));
	}
}

static enum err judge(int status, const struct text *said, struct text *why)
{
	char number[16];
	struct text t = TEXT_OF(number);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && said->n) {
		size_t n = said->n;
		while (n && said->p[n - 1] == '\n')
			n--;
		text_span(why, span_of(said->p, n));
		return ERR_CONFIG;
	}
	text_i64(&t, WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return say(why, ERR_IO,
		   WIFEXITED(status) ? "the check ended with status "
				     : "the check ended by signal ",
		   number);
}

static enum err wait_for(pid_t pid, int in, int limit_ms, struct text *why)
{
	char buffer[8192];
	struct text said = TEXT_OF(buffer);
	int status = 0;
	bool in_time = listen_to(in, limit_ms, &said);
	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return say(why, ERR_IO, strerror(errno), "");
	if (!in_time)
		return say(why, ERR_TIMEOUT, "the check did not end", "");
	return judge(status, &said, why);
}

enum err trial_check(const char *program, const char *path, int limit_ms, struct text *why)
{
	int fds[2];
	pid_t pid;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return say(why, ERR_IO, strerror(errno), "");
	int e = spawn(program, path, fds[1], &pid);
	close(fds[1]);
	enum err result =
		e ? say(why, ERR_IO, strerror(e), "") : wait_for(pid, fds[0], limit_ms, why);
	close(fds[0]);
	return result;
}
