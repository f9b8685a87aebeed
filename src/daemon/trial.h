/* trial.h - a configuration read on trial, by another process of this program
 * (--check): whatever it holds, the daemon that runs is not touched by it, and
 * does not wait for it. */
#ifndef DAEMON_TRIAL_H
#define DAEMON_TRIAL_H

#include "base/env.h"
#include "base/err.h"
#include "os/loop.h"

/* The program that runs. */
#define TRIAL_SELF "/proc/self/exe"

struct trial;

/* Called once, from the loop; the trial may be freed in it. ERR_CONFIG: `why`
 * is what the check wrote. ERR_IO (it ended in an unusual way), ERR_TIMEOUT:
 * `why` says so. OK: `why` is "". */
typedef void trial_done_fn(void *arg, enum err result, const char *why);

/* What to try, borrowed for the call but for arg. */
struct trial_options {
	const char *program; /* TRIAL_SELF */
	const char *path;    /* of the configuration */
	int64_t limit;	     /* us: how long it may take */
	trial_done_fn *done;
	void *arg;
};

/* Starts program --check --config path. Borrows env and loop for life.
 * ERR_NOMEM, ERR_IO: nothing was started, `done` is not called. */
MUST_USE enum err trial_new(struct trial **out, const struct env *env, struct os_loop *loop,
			    const struct trial_options *opt);
/* Ends the check if it still runs; `done` is not called any more. */
void trial_free(struct trial *t);

#endif
