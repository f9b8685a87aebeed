/* clock.h - the machine's clocks and random octets: where a core's `now`,
 * `wall` and env come from. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include "base/env.h"
#include "base/mono.h"
#include "os/loop.h"

/* Counts while the machine sleeps (CLOCK_BOOTTIME): lifetimes agreed with
 * others go on meanwhile. */
struct mono os_mono(void);
/* With `synchronised` as adjtimex(2) tells it: a system call. */
struct wall os_wall(void);
/* The same clock in us since 1970, without asking whether it is right: no
 * system call. */
int64_t os_wall_us(void);

/* malloc and getrandom; static, for the life of the process. */
const struct env *os_env(void);

/* Tells each time somebody sets the wall clock, from the loop. Does not tell
 * a clock that is only slewed. */
struct os_jump;
typedef void os_jump_fn(void *arg, struct mono now);
/* ERR_NOMEM, ERR_IO, ERR_UNSUPPORTED. */
MUST_USE enum err os_jump_new(struct os_jump **out, struct os_loop *l, os_jump_fn *fn, void *arg);
void os_jump_free(struct os_jump *j);

#endif
