/* start.h - what homesteadd does with its command line: help, version, check
 * and print here, the rest in daemon.h. */
#ifndef DAEMON_START_H
#define DAEMON_START_H

#include "daemon/conf.h"
#include "daemon/options.h"

#include <stdio.h>

/* Exit codes. */
enum start_exit {
	START_OK = 0,
	START_FAILED = 1,
	START_USAGE = 2
};

/* The configuration in force: the file (none: defaults), and what options say
 * over it. c is initialised here. ERR_CONFIG, ERR_NOMEM: `why`, and c holds
 * nothing. */
MUST_USE enum err start_configure(struct conf *c, const char *path, const struct options *o,
				  const struct env *env, struct text *why);

/* The whole program but for running: an exit code, or -1 when the daemon is to
 * run with *o. */
int start(int argc, char *const argv[], struct options *o, FILE *out, FILE *err);

#endif
