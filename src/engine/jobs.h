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

/* What a pool does with one piece of work, in a thread of its own: `what` and input as
 * submitted; the result goes to out, at most size octets. */
typedef enum err jobs_run_fn(uint32_t what, struct span input, const struct env *env, uint8_t *out,
			     size_t size, size_t *n);
struct jobs_kind {
	jobs_run_fn *run;
	jobs_done_fn *done;
	bool abandoned; /* the end does not wait for what runs: its threads end by themselves */
};
/* Copies kind. ERR_NOMEM, ERR_IO. */
MUST_USE enum err engine_jobs_new_of(struct jobs **out, struct os_loop *loop, uint32_t threads,
				     const struct jobs_kind *kind, void *arg);

/* The pool of a node's jobs (enum node_job). threads 0: one a processor, at most JOBS_THREADS_MAX. ERR_NOMEM, ERR_IO. */
MUST_USE enum err engine_jobs_new(struct jobs **out, struct os_loop *loop, uint32_t threads,
				  jobs_done_fn *done, void *arg);
/* Drops those that wait and, unless they are abandoned, waits for those that run. */
void engine_jobs_free(struct jobs *j);

/* Copies input. done() is called from the loop, once. ERR_NOMEM, ERR_FULL: not
 * called. */
MUST_USE enum err engine_jobs_submit(struct jobs *j, uint64_t number, uint32_t what,
				     struct span input);

uint32_t engine_jobs_threads(const struct jobs *j);
/* Submitted and not yet told, and told since birth. */
uint64_t engine_jobs_waiting(const struct jobs *j);
uint64_t engine_jobs_finished(const struct jobs *j);

#endif
