/* job.h - long pure work that leaves the node as an output and comes back as
 * an input: the engine runs it in a pool of threads, the
 * simulator inline or after a seeded delay. A job sees only its input. */
#ifndef NODE_JOB_H
#define NODE_JOB_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

enum node_job {
	/* A hash over the input. The node sends one at start and each minute
	 * and raises an event when the pool does not answer for 30 s. */
	NODE_JOB_PROBE,
	/* GROUPS_JOB_...: keys under a passphrase. Input and result are secret. */
	NODE_JOB_GROUP_PFX_MAKE,
	NODE_JOB_GROUP_PFX_OPEN,
	NODE_JOB_GROUP_PRS
};

#define NODE_JOB_RESULT_MAX 65536

/* Whether input and result are for nobody's eyes: wiped by who held them, never written. */
bool node_job_is_secret(enum node_job job);

/* Runs on any thread. *n gets the octets written to result, at most size. */
MUST_USE enum err node_job_run(enum node_job job, struct span input, const struct env *env,
			       uint8_t *result, size_t size, size_t *n);

#endif
