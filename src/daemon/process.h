/* process.h - what a daemon settles about its process before anything else. */
#ifndef DAEMON_PROCESS_H
#define DAEMON_PROCESS_H

#include "base/err.h"

/* Descriptors 0 to 2 are open (a socket there would be written to as a log),
 * new files are ours alone, a closed pipe is an error and no signal, children
 * can be waited for, as many descriptors may be open as the system lets us have, and no core
 * is written: there are keys in it. ERR_IO. */
MUST_USE enum err process_settle(void);

#endif
