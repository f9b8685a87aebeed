/* lockfile.h - one process at a time: a file that is locked while its owner
 * lives and names it. The kernel lets go when the process ends, however it
 * ends; the file itself stays. */
#ifndef OS_LOCKFILE_H
#define OS_LOCKFILE_H

#include "base/attr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/text.h"

struct os_lock;

/* Makes the file (0600) when missing. ERR_IN_USE: `why` says who holds it
 * ("/x/lock is held by homesteadd (pid 812)"), for two locks in one process
 * too. ERR_NOMEM, ERR_DENIED, ERR_NO_SPACE, ERR_IO: `why` names the file and
 * what the system said. */
MUST_USE enum err os_lock_take(struct os_lock **out, const struct env *env, const char *path,
			       struct text *why);
void os_lock_release(struct os_lock *l);

#endif
