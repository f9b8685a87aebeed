#include "daemon/trial.h"

#include "base/text.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 8192

struct trial {
	const struct env *env;
	trial_done_fn *done;
	void *arg;
	pid_t pid; /* 0: reaped */
	int pidfd, in;
	struct os_watch *end, *output;
	struct os_timer *limit;
	struct text said;
	char buffer[SAID_MAX];
};

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

static int spawn(const struct trial_options *opt, int out, pid_t *pid)
{
	char *argv[] = { (char[]){ "homesteadd" }, (char[]){ "--check" }, (char[]){ "--config" },
			 (char *)(uintptr_t)opt->path, NULL };
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
			e = posix_spawn(pid, opt->program, &files, &attr, argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return e;
}

static void take_output(struct trial *t)
{
	char piece[1024];
	ssize_t n;
	while ((n = read(t->in, piece, sizeof(piece))) > 0)
		text_span(&t->said, span_of(piece, (size_t)n));
	/* At its end it would call for ever. */
	if (n == 0)
		os_watch_set(t->output, 0);
}

static void finish(struct trial *t, enum err e, const char *what, const char *detail)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	text_str(&why, "the configuration could not be checked: ");
	text_str(&why, what);
	text_str(&why, detail);
	t->done(t->arg, e, buffer);
}

/* Its own words, when it ended as a check does. */
static void judge(struct trial *t, int status)
{
	char number[16];
	struct text n = TEXT_OF(number);
	while (t->said.n && t->said.p[t->said.n - 1] == '\n')
		t->said.p[--t->said.n] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		t->done(t->arg, OK, "");
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && t->said.n) {
		t->done(t->arg, ERR_CONFIG, t->buffer);
		return;
	}
	text_i64(&n, WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	finish(t, ERR_IO,
	       WIFEXITED(status) ? "the check ended with status " : "the check ended by signal ",
	       number);
}

/* False when nobody can tell how it ended: whoever ignores SIGCHLD has no
 * children to wait for. */
static bool reap(struct trial *t, int *status)
{
	pid_t pid;
	do
		pid = waitpid(t->pid, status, 0);
	while (pid < 0 && errno == EINTR);
	t->pid = 0;
	os_timer_set(t->limit, MONO_NEVER);
	os_watch_set(t->end, 0);
	os_watch_set(t->output, 0);
	return pid > 0;
}

static void on_output(void *arg, uint32_t ready, struct mono now)
{
	take_output(arg);
}

static void on_end(void *arg, uint32_t ready, struct mono now)
{
	struct trial *t = arg;
	int status = 0;
	bool known = reap(t, &status);
	take_output(t);
	if (known)
		judge(t, status);
	else
		finish(t, ERR_IO, "nobody can tell how the check ended", "");
}

static void on_limit(void *arg, struct mono now)
{
	struct trial *t = arg;
	int status;
	kill(t->pid, SIGKILL);
	(void)reap(t, &status);
	finish(t, ERR_TIMEOUT, "the check did not end", "");
}

static enum err start(struct trial *t, struct os_loop *loop, const struct trial_options *opt)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return ERR_IO;
	t->in = fds[0];
	int e = spawn(opt, fds[1], &t->pid);
	close(fds[1]);
	if (e)
		return e == ENOMEM ? ERR_NOMEM : ERR_IO;
	t->pidfd = pidfd_open(t->pid, 0);
	if (t->pidfd < 0)
		return ERR_IO;
	enum err err = os_watch_new(&t->output, loop, t->in, OS_READ, on_output, t);
	if (!err)
		err = os_watch_new(&t->end, loop, t->pidfd, OS_READ, on_end, t);
	if (!err)
		err = os_timer_new(&t->limit, loop, on_limit, t);
	if (!err)
		os_timer_set(t->limit, mono_add(os_mono(), opt->limit));
	return err;
}

enum err trial_new(struct trial **out, const struct env *env, struct os_loop *loop,
		   const struct trial_options *opt)
{
	struct trial *t = env_zalloc(env, 1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	t->env = env;
	t->done = opt->done;
	t->arg = opt->arg;
	t->pidfd = t->in = -1;
	t->said = TEXT_OF(t->buffer);
	enum err e = start(t, loop, opt);
	if (e)
		trial_free(t);
	else
		*out = t;
	return e;
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	if (t->pid > 0) {
		kill(t->pid, SIGKILL);
		while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	os_watch_free(t->output);
	os_watch_free(t->end);
	os_timer_free(t->limit);
	if (t->pidfd >= 0)
		close(t->pidfd);
	if (t->in >= 0)
		close(t->in);
	env_free(t->env, t);
}
