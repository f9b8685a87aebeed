/* loop_int.h - what the files of the loop share. */
#ifndef OS_LOOP_INT_H
#define OS_LOOP_INT_H

#include "os/loop.h"

#include "base/list.h"

#include <signal.h>

struct os_watch {
	struct os_loop *loop;
	struct list node; /* among the dead */
	os_watch_fn *fn;
	void *arg;
	int fd;
	uint32_t events;
	bool dead;
};

struct os_signal {
	os_signal_fn *fn;
	void *arg;
	bool was_blocked;
};

/* A heap of timers by (deadline, order set); those due in this turn wait in
 * `due`, so that a timer that sets itself anew does not run twice. */
struct timers {
	int fd;
	struct os_timer **heap;
	size_t count, capacity; /* in the heap; there is room for every timer */
	size_t alive;
	uint64_t order;
	struct mono armed;
	struct list due;
};

struct os_loop {
	const struct env *env;
	int epoll_fd, wake_fd, signal_fd;
	struct os_watch *on_wake, *on_timer, *on_signal;
	struct timers timers;
	struct list tasks; /* posted */
	struct list dead;  /* watches freed inside a turn */
	uint64_t turn;
	unsigned depth; /* of runs inside runs */
	sigset_t signals;
	struct os_signal handlers[_NSIG];
};

MUST_USE enum err os_timers_init(struct os_loop *l);
void os_timers_fini(struct os_loop *l);
/* Sets the timerfd to the earliest deadline, when that changed. */
void timers_arm(struct os_loop *l);
void timers_run(struct os_loop *l, struct mono now);

void os_signals_fini(struct os_loop *l);

#endif
