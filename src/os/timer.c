/* Timers: a binary heap on one timerfd. Room for a timer is made when it is
 * born, so that setting one cannot fail. */
#include "os/loop_int.h"

#include <assert.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NOWHERE SIZE_MAX

struct os_timer {
	struct os_loop *loop;
	os_timer_fn *fn;
	void *arg;
	struct mono deadline;
	uint64_t order;
	size_t at;	  /* in the heap, or NOWHERE */
	struct list node; /* in timers.due */
};

static bool before(const struct os_timer *a, const struct os_timer *b)
{
	if (a->deadline.us != b->deadline.us)
		return a->deadline.us < b->deadline.us;
	return a->order < b->order;
}

static void place(struct timers *ts, struct os_timer *t, size_t at)
{
	ts->heap[at] = t;
	t->at = at;
}

static void sift_up(struct timers *ts, struct os_timer *t, size_t at)
{
	while (at > 0 && before(t, ts->heap[(at - 1) / 2])) {
		place(ts, ts->heap[(at - 1) / 2], at);
		at = (at - 1) / 2;
	}
	place(ts, t, at);
}

static void sift_down(struct timers *ts, struct os_timer *t, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child + 1 < ts->count && before(ts->heap[child + 1], ts->heap[child]))
			child++;
		if (child >= ts->count || !before(ts->heap[child], t))
			break;
		place(ts, ts->heap[child], at);
		at = child;
	}
	place(ts, t, at);
}

static void heap_take(struct timers *ts, struct os_timer *t)
{
	size_t at = t->at;
	struct os_timer *last = ts->heap[--ts->count];

	t->at = NOWHERE;
	if (last == t)
		return;
	if (at > 0 && before(last, ts->heap[(at - 1) / 2]))
		sift_up(ts, last, at);
	else
		sift_down(ts, last, at);
}

static enum err make_room(struct timers *ts, const struct env *env)
{
	size_t capacity = ts->capacity ? 2 * ts->capacity : 8;
	struct os_timer **heap;

	if (ts->alive < ts->capacity)
		return OK;
	heap = env_resize(env, ts->heap, capacity * sizeof(struct os_timer *));
	if (!heap)
		return ERR_NOMEM;
	ts->heap = heap;
	ts->capacity = capacity;
	return OK;
}

enum err os_timer_new(struct os_timer **out, struct os_loop *l, os_timer_fn *fn, void *arg)
{
	struct os_timer *t;

	if (make_room(&l->timers, l->env))
		return ERR_NOMEM;
	t = env_zalloc(l->env, 1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	*t = (struct os_timer){ .loop = l, .fn = fn, .arg = arg, .at = NOWHERE };
	list_init(&t->node);
	l->timers.alive++;
	*out = t;
	return OK;
}

void os_timer_set(struct os_timer *t, struct mono deadline)
{
	struct timers *ts = &t->loop->timers;

	list_take(&t->node);
	if (t->at != NOWHERE)
		heap_take(ts, t);
	if (mono_is_never(deadline))
		return;
	assert(ts->count < ts->capacity);
	t->deadline = deadline;
	t->order = ++ts->order;
	ts->count++;
	sift_up(ts, t, ts->count - 1);
	/* Inside a turn its end does this, once for all. */
	if (!t->loop->depth)
		timers_arm(t->loop);
}

void os_timer_free(struct os_timer *t)
{
	if (!t)
		return;
	os_timer_set(t, MONO_NEVER);
	t->loop->timers.alive--;
	env_free(t->loop->env, t);
}

void timers_arm(struct os_loop *l)
{
	struct timers *ts = &l->timers;
	struct mono first = ts->count ? ts->heap[0]->deadline : MONO_NEVER;
	struct itimerspec when = { 0 };

	if (first.us == ts->armed.us)
		return;
	ts->armed = first;
	if (!mono_is_never(first)) {
		/* All zero would disarm it: the past begins at 1 ns. */
		int64_t us = first.us > 0 ? first.us : 0;
		when.it_value.tv_sec = us / MONO_SEC;
		when.it_value.tv_nsec = us > 0 ? us % MONO_SEC * 1000 : 1;
	}
	(void)timerfd_settime(ts->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void timers_run(struct os_loop *l, struct mono now)
{
	struct timers *ts = &l->timers;

	while (ts->count && mono_reached(ts->heap[0]->deadline, now)) {
		struct os_timer *t = ts->heap[0];
		heap_take(ts, t);
		list_push_back(&ts->due, &t->node);
	}
	while (!list_empty(&ts->due)) {
		struct os_timer *t = LIST_ENTRY(ts->due.next, struct os_timer, node);
		list_take(&t->node);
		t->fn(t->arg, now);
	}
}

/* What is due runs after all watches; here the descriptor is only quieted. */
static void on_timer(void *arg, uint32_t ready, struct mono now)
{
	struct os_loop *l = arg;
	uint64_t count;
	ssize_t n = read(l->timers.fd, &count, sizeof(count));

	(void)n;
	l->timers.armed = MONO_NEVER;
}

enum err os_timers_init(struct os_loop *l)
{
	struct timers *ts = &l->timers;

	ts->armed = MONO_NEVER;
	ts->fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ts->fd < 0)
		return ERR_IO;
	return os_watch_new(&l->on_timer, l, ts->fd, OS_READ, on_timer, l);
}

void os_timers_fini(struct os_loop *l)
{
	env_free(l->env, l->timers.heap);
	if (l->timers.fd >= 0)
		(void)close(l->timers.fd);
}
