/* jobs.h - a pool of threads for the long pure work of a node.
 * All calls come from the engine's thread; only the work itself and its memory
 * (os_env) are other threads'. Results come back on the loop. ENGINE-15,
 * ENGINE-16. */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include "base/err.h"
#include "base/span.h"
#include "node/job.h"
#include "os/loop.h"

struct jobs;

/* Jobs that wait for a thread; more are refused. */
#define JOBS_WAITING_MAX 256
#define JOBS_THREADS_MAX 4

typedef void jobs_done_fn(void *arg, uint64_t number, enum err e, struct span result,
			  struct mono now);

/* threads 0: one a processor, at most JOBS_THREADS_MAX. ERR_NOMEM, ERR_IO. */
MUST_USE enum err engine_jobs_new(struct jobs **out, struct os_loop *loop, uint32_t threads,
				  jobs_done_fn *done, void *arg);
/* Waits for the jobs that run; drops those that wait. */
void engine_jobs_free(struct jobs *j);

/* Copies input. done() is called from the loop, once. ERR_NOMEM, ERR_FULL: not
 * called. */
MUST_USE enum err engine_jobs_submit(struct jobs *j, uint64_t number, enum node_job job,
				     struct span input);

uint32_t engine_jobs_threads(const struct jobs *j);
/* Submitted and not yet told, and told since birth. */
uint64_t engine_jobs_waiting(const struct jobs *j);
uint64_t engine_jobs_finished(const struct jobs *j);

#endif
