#include "os/lockfile.h"

#include "os/process.h"
#include "os/syserr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

struct os_lock {
	const struct env *env;
	int fd;
};

/* The number the file names; 0 when there is none. */
static int read_pid(int fd)
{
	char buf[16] = { 0 };
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	return n > 0 ? atoi(buf) : 0;
}

static bool write_pid(int fd)
{
	char buf[16];
	int n = snprintf(buf, sizeof(buf), "%d\n", (int)getpid());

	return !ftruncate(fd, 0) && pwrite(fd, buf, (size_t)n, 0) == n;
}

static void name_process(struct text *t, int pid)
{
	char name[64], path[256];

	os_process_tell(pid, name, sizeof(name), path, sizeof(path));
	text_str(t, *name ? name : "a process");
	text_str(t, " (pid ");
	text_i64(t, pid);
	text_char(t, ')');
}

static enum err held(int fd, const char *path, struct text *why)
{
	int pid = read_pid(fd);

	text_str(why, path);
	text_str(why, " is held by ");
	if (pid)
		name_process(why, pid);
	else
		text_str(why, "another process");
	return ERR_IN_USE;
}

static enum err take(int fd, const char *path, struct text *why)
{
	bool locked = fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0 && !locked && errno == EWOULDBLOCK)
		return held(fd, path, why);
	/* Where the file system knows no locks, there is no going on without. */
	if (!locked || !write_pid(fd))
		return os_err_say(errno, "cannot lock", path, why);
	return OK;
}

enum err os_lock_take(struct os_lock **out, const struct env *env, const char *path,
		      struct text *why)
{
	struct os_lock *l = env_zalloc(env, 1, sizeof(*l));
	enum err e;

	if (!l)
		return ERR_NOMEM;
	l->env = env;
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	e = take(l->fd, path, why);
	if (!e) {
		*out = l;
		return OK;
	}
	if (l->fd >= 0)
		(void)close(l->fd);
	env_free(env, l);
	return e;
}

void os_lock_release(struct os_lock *l)
{
	if (!l)
		return;
	/* A name left behind would do no harm: the lock decides, not the file. */
	if (ftruncate(l->fd, 0))
		errno = 0;
	(void)close(l->fd);
	env_free(l->env, l);
}
