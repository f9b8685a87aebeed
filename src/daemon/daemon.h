/* daemon.h - the life of homesteadd: one engine with its control socket on
 * libevent's base, its log, its service manager, until a signal ends it. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "daemon/options.h"

/* Runs until stopped and gives an exit code (start.h). What goes wrong is said
 * on standard error, or in the log once there is one. Signals are blocked and
 * stay so: nothing else may run in the process. */
int daemon_run(const struct options *o);

#endif
