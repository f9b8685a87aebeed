/* loop.h - event loop: one epoll descriptor over descriptors, one timer and
 * signals. The descriptor itself can be polled by another loop, which is how
 * the library and libevent carry this one. Single-threaded but for
 * os_loop_wake, which any thread and any signal handler may call. */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include "base/attr.h"
#include "base/err.h"
#include "base/mono.h"

struct os_loop;
struct os_watch;
struct os_timer;

#define OS_READ	 1u
#define OS_WRITE 2u
/* Errors and hang-ups come as OS_READ | OS_WRITE, so that the next call to
 * read or write tells what happened. */

typedef void os_watch_fn(void *arg, uint32_t ready, struct mono now);
typedef void os_timer_fn(void *arg, struct mono now);
typedef void os_signal_fn(void *arg, int signal);

MUST_USE enum err os_loop_new(struct os_loop **out);
void os_loop_free(struct os_loop *l);

/* Readable whenever os_loop_run(l, 0) has something to do. */
int os_loop_fd(const struct os_loop *l);

/* Waits at most timeout_ms (-1: for ever, 0: not at all) for the first thing,
 * then does all that is ready. ERR_IO. */
MUST_USE enum err os_loop_run(struct os_loop *l, int timeout_ms);
/* Makes a run return; from any thread. */
void os_loop_wake(struct os_loop *l);

/* Level-triggered; does not own fd. Close fd only after os_watch_free, which
 * is fine inside any callback. ERR_NOMEM, ERR_IO. */
MUST_USE enum err os_watch_new(struct os_watch **out, struct os_loop *l, int fd, uint32_t events,
			       os_watch_fn *fn, void *arg);
void os_watch_set(struct os_watch *w, uint32_t events);
void os_watch_free(struct os_watch *w);

/* One-shot timers on one timerfd; set again to move, MONO_NEVER stops. */
MUST_USE enum err os_timer_new(struct os_timer **out, struct os_loop *l, os_timer_fn *fn,
			       void *arg);
void os_timer_set(struct os_timer *t, struct mono deadline);
void os_timer_free(struct os_timer *t);

/* Blocks the signal in this thread and takes it by signalfd. ERR_IO. */
MUST_USE enum err os_signal_watch(struct os_loop *l, int signal, os_signal_fn *fn, void *arg);

#endif
