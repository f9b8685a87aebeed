/* trial.h - a configuration read on trial, by another process of this program
 * (--check): whatever it holds, the daemon that runs is not touched by it. */
#ifndef DAEMON_TRIAL_H
#define DAEMON_TRIAL_H

#include "base/err.h"
#include "base/text.h"

/* The program that runs. */
#define TRIAL_SELF "/proc/self/exe"

/* Starts `program` --check --config path and waits for it, at most limit_ms.
 * ERR_CONFIG: `why` has what it wrote. ERR_IO (it could not be started, or
 * ended in an unusual way), ERR_TIMEOUT: `why` says so. */
MUST_USE enum err trial_check(const char *program, const char *path, int limit_ms,
			      struct text *why);

#endif
