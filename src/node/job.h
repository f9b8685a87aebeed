/* job.h - long pure work that leaves the node as an output and comes back as
 * an input: the engine runs it in a pool of threads, the
 * simulator inline or after a seeded delay. A job sees only its input. */
#ifndef NODE_JOB_H
#define NODE_JOB_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

enum node_job {
	/* A hash over the input. The node sends one at start and each minute
	 * and raises an event when the pool does not answer for 30 s. */
	NODE_JOB_PROBE
};

#define NODE_JOB_RESULT_MAX 65536

/* Runs on any thread. *n gets the octets written to result, at most size. */
MUST_USE enum err node_job_run(enum node_job job, struct span input, const struct env *env,
			       uint8_t *result, size_t size, size_t *n);

#endif
