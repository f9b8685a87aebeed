/* dirs.h - where things lie: configuration, state and control
 * socket, from an option, else from the environment, for the daemon and its
 * clients alike. `why` always names the option that decides it. */
#ifndef OS_DIRS_H
#define OS_DIRS_H

#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"

#define OS_CONFIG_FILE	  "homestead.conf"
#define OS_CONTROL_SOCKET "control.sock"

/* The configuration: `option`, else the user's, else the system's, whichever
 * exists first. ERR_NOT_FOUND: none does, `path` is where the user's would
 * lie. An `option` is taken as it is. ERR_RANGE: longer than the buffer. */
MUST_USE enum err os_dirs_config(const char *option, struct text *path);

/* The state folder, not made: `option`, $STATE_DIRECTORY, $XDG_STATE_HOME,
 * $HOME/.local/state. ERR_CONFIG: none is set. ERR_RANGE. */
MUST_USE enum err os_dirs_state(const char *option, struct text *path, struct text *why);

/* Where a daemon binds its control socket: `option`, $HOMESTEAD_SOCKET, else in
 * the runtime folder, which is made when missing. ERR_RANGE (no socket may
 * have a path that long), ERR_DENIED (the folder belongs to somebody else or
 * is open to others), ERR_IO. */
MUST_USE enum err os_dirs_socket(const char *option, struct text *path, struct text *why);

/* The places a client tries, one after the other, from place 0: the one given
 * (and then no other), the user's, the system's. Skips a folder below the
 * temporary directory that somebody else made. ERR_NOT_FOUND: no more. */
MUST_USE enum err os_dirs_socket_at(const char *option, size_t place, struct text *path);

/* Makes a folder and its parents when missing, for us alone (0700). It may be
 * a link to one. ERR_DENIED, ERR_NO_SPACE, ERR_IO: `why`. */
MUST_USE enum err os_dirs_make(const char *path, struct text *why);
/* As that, but the folder must be a real one of ours, closed to everybody
 * else: for places where others may write. */
MUST_USE enum err os_dirs_make_private(const char *path, struct text *why);

#endif
