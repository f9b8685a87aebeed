/* A timer on the wall clock that is never due: setting the clock cancels it,
 * and that is all it is for. */
#include "os/clock.h"

#include "os/loop_int.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct os_jump {
	struct os_loop *loop;
	struct os_watch *watch;
	os_jump_fn *fn;
	void *arg;
	int fd;
};

static bool arm(int fd)
{
	/* The year 2255: later ones overflow the kernel's nanoseconds. */
	struct itimerspec never = { .it_value.tv_sec = 9000000000 };

	return !timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static void on_jump(void *arg, uint32_t ready, struct mono now)
{
	struct os_jump *j = arg;
	uint64_t count;
	ssize_t n = read(j->fd, &count, sizeof(count));

	if (n < 0 && errno == EAGAIN)
		return;
	/* Without it the periodic reading of the clock still sees the jump. */
	if (!arm(j->fd))
		os_watch_set(j->watch, 0);
	j->fn(j->arg, now);
}

enum err os_jump_new(struct os_jump **out, struct os_loop *l, os_jump_fn *fn, void *arg)
{
	struct os_jump *j = env_zalloc(l->env, 1, sizeof(*j));
	enum err e = ERR_UNSUPPORTED;

	if (!j)
		return ERR_NOMEM;
	*j = (struct os_jump){ .loop = l, .fn = fn, .arg = arg };
	j->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (j->fd >= 0 && arm(j->fd))
		e = os_watch_new(&j->watch, l, j->fd, OS_READ, on_jump, j);
	if (e)
		os_jump_free(j);
	else
		*out = j;
	return e;
}

void os_jump_free(struct os_jump *j)
{
	if (!j)
		return;
	os_watch_free(j->watch);
	if (j->fd >= 0)
		(void)close(j->fd);
	env_free(j->loop->env, j);
}
