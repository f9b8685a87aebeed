/* clock.h - the machine's clocks and random octets: where a core's `now`,
 * `wall` and env come from. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include "base/env.h"
#include "base/mono.h"

struct mono os_mono(void);
/* With `synchronised` as adjtimex(2) tells it. */
struct wall os_wall(void);

/* malloc and getrandom; static, for the life of the process. */
const struct env *os_env(void);

#endif
