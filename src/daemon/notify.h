/* notify.h - tells a service manager how we are, as sd_notify(3) describes:
 * datagrams to the socket named by $NOTIFY_SOCKET, by path or in the abstract
 * space (a leading @). Not being heard is never an error for the daemon. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "base/err.h"
#include "base/mono.h"

struct notify {
	int fd; /* -1: nobody listens */
};

/* socket_path as in the environment, borrowed for the call; NULL or "": nobody
 * listens, OK. ERR_MALFORMED (neither absolute nor abstract, or too long),
 * ERR_IO; n is silent then. */
MUST_USE enum err notify_init(struct notify *n, const char *socket_path);
void notify_fini(struct notify *n);

void notify_ready(struct notify *n, const char *status);
/* Reading the configuration anew; notify_ready ends it. */
void notify_reloading(struct notify *n, struct mono now);
void notify_stopping(struct notify *n, const char *status);
/* One line for people: "2 of 3 MASC sessions up". */
void notify_status(struct notify *n, const char *status);

#endif
