#include "os/loop_int.h"

#include "os/clock.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_A_TURN 64

struct os_task {
	struct os_loop *loop;
	struct list node; /* in loop->tasks while posted */
	uint64_t ran;	  /* the turn it ran in last */
	os_task_fn *fn;
	void *arg;
};

/* Level-triggered but for a watch that wants nothing: epoll tells errors and
 * hang-ups unasked, and an edge comes at most once. */
static uint32_t epoll_events(uint32_t events)
{
	uint32_t e = 0;

	if (events == 0)
		return EPOLLET;
	if (events & OS_READ)
		e |= EPOLLIN;
	if (events & OS_WRITE)
		e |= EPOLLOUT;
	return e;
}

static uint32_t ready_events(uint32_t e)
{
	uint32_t ready = 0;

	if (e & (EPOLLIN | EPOLLERR | EPOLLHUP))
		ready |= OS_READ;
	if (e & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		ready |= OS_WRITE;
	return ready;
}

enum err os_watch_new(struct os_watch **out, struct os_loop *l, int fd, uint32_t events,
		      os_watch_fn *fn, void *arg)
{
	struct os_watch *w = env_zalloc(l->env, 1, sizeof(*w));
	struct epoll_event e = { .events = epoll_events(events), .data.ptr = w };

	if (!w)
		return ERR_NOMEM;
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e)) {
		env_free(l->env, w);
		return errno == ENOMEM || errno == ENOSPC ? ERR_NOMEM : ERR_IO;
	}
	*w = (struct os_watch){ .loop = l, .fn = fn, .arg = arg, .fd = fd, .events = events };
	list_init(&w->node);
	*out = w;
	return OK;
}

void os_watch_set(struct os_watch *w, uint32_t events)
{
	struct epoll_event e = { .events = epoll_events(events), .data.ptr = w };

	if (events == w->events || w->dead)
		return;
	w->events = events;
	/* Fails only for a descriptor that its owner closed too early. */
	(void)epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_MOD, w->fd, &e);
}

void os_watch_free(struct os_watch *w)
{
	if (!w || w->dead)
		return;
	(void)epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->dead = true;
	/* Events of this turn may still point to it. */
	if (w->loop->depth)
		list_push_back(&w->loop->dead, &w->node);
	else
		env_free(w->loop->env, w);
}

static void bury(struct os_loop *l)
{
	LIST_EACH(n, tmp, &l->dead)
	{
		env_free(l->env, LIST_ENTRY(n, struct os_watch, node));
	}
	list_init(&l->dead);
}

enum err os_task_new(struct os_task **out, struct os_loop *l, os_task_fn *fn, void *arg)
{
	struct os_task *t = env_zalloc(l->env, 1, sizeof(*t));

	if (!t)
		return ERR_NOMEM;
	*t = (struct os_task){ .loop = l, .fn = fn, .arg = arg };
	list_init(&t->node);
	*out = t;
	return OK;
}

void os_task_post(struct os_task *t)
{
	struct os_loop *l = t->loop;

	if (!list_empty(&t->node))
		return;
	list_push_back(&l->tasks, &t->node);
	if (!l->depth || t->ran == l->turn)
		os_loop_wake(l);
}

void os_task_free(struct os_task *t)
{
	if (!t)
		return;
	list_take(&t->node);
	env_free(t->loop->env, t);
}

/* The first task that has not run in this turn. */
static struct os_task *next_task(struct os_loop *l)
{
	LIST_EACH(n, tmp, &l->tasks)
	{
		struct os_task *t = LIST_ENTRY(n, struct os_task, node);
		if (t->ran != l->turn)
			return t;
	}
	return NULL;
}

static void run_tasks(struct os_loop *l, struct mono now)
{
	struct os_task *t;

	while ((t = next_task(l))) {
		list_take(&t->node);
		t->ran = l->turn;
		t->fn(t->arg, now);
	}
}

void os_loop_wake(struct os_loop *l)
{
	uint64_t one = 1;
	int saved = errno;
	/* Full means that a wake is pending already. */
	ssize_t n = write(l->wake_fd, &one, sizeof(one));

	(void)n;
	errno = saved;
}

static void on_wake(void *arg, uint32_t ready, struct mono now)
{
	struct os_loop *l = arg;
	uint64_t count;
	ssize_t n = read(l->wake_fd, &count, sizeof(count));

	(void)n;
}

int os_loop_fd(const struct os_loop *l)
{
	return l->epoll_fd;
}

/* Milliseconds until the deadline, rounded up. */
static int left_ms(struct mono deadline)
{
	int64_t us = mono_since(deadline, os_mono());

	if (us <= 0)
		return 0;
	return us / MONO_MS >= INT_MAX ? INT_MAX : (int)((us + MONO_MS - 1) / MONO_MS);
}

/* epoll_wait that a signal handler does not cut short. */
static int wait_events(struct os_loop *l, struct epoll_event *ev, int timeout_ms)
{
	struct mono deadline = MONO_NEVER;

	if (timeout_ms > 0)
		deadline = mono_add(os_mono(), timeout_ms * MONO_MS);
	for (;;) {
		int n = epoll_wait(l->epoll_fd, ev, EVENTS_A_TURN, timeout_ms);
		if (n >= 0 || errno != EINTR)
			return n;
		if (timeout_ms > 0)
			timeout_ms = left_ms(deadline);
	}
}

enum err os_loop_run(struct os_loop *l, int timeout_ms)
{
	struct epoll_event ev[EVENTS_A_TURN];
	struct mono now;
	int n;

	timers_arm(l);
	n = wait_events(l, ev, timeout_ms);
	if (n < 0)
		return ERR_IO;
	now = os_mono();
	l->depth++;
	l->turn++;
	for (int i = 0; i < n; i++) {
		struct os_watch *w = ev[i].data.ptr;
		if (!w->dead && w->events)
			w->fn(w->arg, ready_events(ev[i].events), now);
	}
	timers_run(l, now);
	run_tasks(l, now);
	l->depth--;
	if (!l->depth)
		bury(l);
	timers_arm(l);
	return OK;
}

static enum err loop_init(struct os_loop *l)
{
	enum err e;

	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->epoll_fd < 0 || l->wake_fd < 0)
		return ERR_IO;
	e = os_watch_new(&l->on_wake, l, l->wake_fd, OS_READ, on_wake, l);
	return e ? e : os_timers_init(l);
}

enum err os_loop_new(struct os_loop **out, const struct env *env)
{
	struct os_loop *l = env_zalloc(env, 1, sizeof(*l));
	enum err e;

	if (!l)
		return ERR_NOMEM;
	l->env = env;
	l->epoll_fd = l->wake_fd = l->signal_fd = l->timers.fd = -1;
	list_init(&l->tasks);
	list_init(&l->dead);
	list_init(&l->timers.due);
	sigemptyset(&l->signals);
	e = loop_init(l);
	if (e)
		os_loop_free(l);
	else
		*out = l;
	return e;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void os_loop_free(struct os_loop *l)
{
	if (!l)
		return;
	os_signals_fini(l);
	os_watch_free(l->on_wake);
	os_watch_free(l->on_timer);
	os_watch_free(l->on_signal);
	os_timers_fini(l);
	close_fd(l->signal_fd);
	close_fd(l->wake_fd);
	close_fd(l->epoll_fd);
	env_free(l->env, l);
}
