/* loop.h - event loop: one epoll descriptor over descriptors, one timer and
 * signals. The descriptor itself can be polled by another loop, which is how
 * the library and libevent carry this one. Single-threaded but for
 * os_loop_wake, which any thread and any signal handler may call.
 *
 * One turn (os_loop_run) waits, then runs watches, then timers, then tasks,
 * all told the same `now`. Every object may be freed inside any callback, its
 * own included; it is not called again. */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include "base/attr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"

struct os_loop;
struct os_watch;
struct os_timer;
struct os_task;

#define OS_READ	 1u
#define OS_WRITE 2u
/* Errors and hang-ups come as OS_READ | OS_WRITE, so that the next call to
 * read or write tells what happened. */

typedef void os_watch_fn(void *arg, uint32_t ready, struct mono now);
typedef void os_timer_fn(void *arg, struct mono now);
typedef void os_task_fn(void *arg, struct mono now);
typedef void os_signal_fn(void *arg, int signal);

/* Borrows env for life (os_env() but in tests). ERR_NOMEM, ERR_IO. */
MUST_USE enum err os_loop_new(struct os_loop **out, const struct env *env);
/* After all that lives on it is freed. */
void os_loop_free(struct os_loop *l);

/* Readable whenever os_loop_run(l, 0) has something to do. */
int os_loop_fd(const struct os_loop *l);

/* Waits at most timeout_ms (-1: for ever, 0: not at all) for the first thing,
 * then does what is ready. May be called inside a callback. ERR_IO. */
MUST_USE enum err os_loop_run(struct os_loop *l, int timeout_ms);
/* Makes a run return; from any thread. */
void os_loop_wake(struct os_loop *l);

/* Level-triggered; does not own fd. Close fd only after os_watch_free, which
 * is fine inside any callback. ERR_NOMEM, ERR_IO. */
MUST_USE enum err os_watch_new(struct os_watch **out, struct os_loop *l, int fd, uint32_t events,
			       os_watch_fn *fn, void *arg);
/* 0: not called at all, also not for errors. */
void os_watch_set(struct os_watch *w, uint32_t events);
void os_watch_free(struct os_watch *w);

/* One-shot timers on one timerfd; set again to move, MONO_NEVER stops. Due
 * ones run in the order of their deadlines, equal ones in the order they were
 * set; one that is set inside a turn runs in the next at the earliest.
 * ERR_NOMEM. */
MUST_USE enum err os_timer_new(struct os_timer **out, struct os_loop *l, os_timer_fn *fn,
			       void *arg);
void os_timer_set(struct os_timer *t, struct mono deadline);
void os_timer_free(struct os_timer *t);

/* Work for the end of a turn: posted any number of times, run once, after the
 * watches and timers of this turn, or of the next when posted outside one. A
 * task posted by a task runs in the same turn, unless it ran in it already.
 * ERR_NOMEM. */
MUST_USE enum err os_task_new(struct os_task **out, struct os_loop *l, os_task_fn *fn, void *arg);
void os_task_post(struct os_task *t);
void os_task_free(struct os_task *t);

/* Blocks the signal in this thread and takes it by signalfd, until the loop is
 * freed. Threads started before must have it blocked too. ERR_IO. */
MUST_USE enum err os_signal_watch(struct os_loop *l, int signal, os_signal_fn *fn, void *arg);

#endif
