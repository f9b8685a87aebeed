/* store_mem.h - a store in memory whose commits its owner plays: at once, late,
 * failing, or lost in a crash. For tests, the simulator, and a daemon that is
 * told to keep nothing. */
#ifndef BASE_STORE_MEM_H
#define BASE_STORE_MEM_H

#include "base/env.h"
#include "base/store.h"

struct store_mem;

MUST_USE enum err store_mem_new(struct store_mem **out, const struct env *env);
void store_mem_free(struct store_mem *m);
/* The vtable to hand to a core; lives as long as m. */
struct store *store_mem_store(struct store_mem *m);

uint64_t store_mem_newest(const struct store_mem *m);	 /* number of the newest put */
uint64_t store_mem_committed(const struct store_mem *m); /* and of the newest committed */

/* Closes the open batch; true when there was something in it. */
bool store_mem_seal(struct store_mem *m);
/* Commits the oldest sealed batch; false when there is none or no memory. */
bool store_mem_commit(struct store_mem *m);
/* The oldest sealed batch cannot be written: undoes it and all after it; the
 * first number undone, for store_failed(); 0 when nothing was put. */
uint64_t store_mem_fail(struct store_mem *m);
/* A crash: all that is not committed is gone. */
void store_mem_crash(struct store_mem *m);
/* Everything is gone, as on a new disk. */
void store_mem_wipe(struct store_mem *m);

/* From now on every put and delete fails with this error; OK ends that. */
void store_mem_break(struct store_mem *m, enum err why);

#endif
