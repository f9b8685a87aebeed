/* daemon_int.h - inside of the daemon: shared by its files, seen by nobody
 * else. */
#ifndef DAEMON_DAEMON_INT_H
#define DAEMON_DAEMON_INT_H

#include "ctl/ctl.h"
#include "daemon/conf.h"
#include "daemon/daemon.h"
#include "daemon/notify.h"
#include "engine/engine.h"
#include "ops/ops.h"

#include <limits.h>

struct daemon {
	const struct options *options;
	char config_path[PATH_MAX]; /* "" without one */
	char state_path[PATH_MAX], socket_path[PATH_MAX];
	struct conf conf; /* in force */
	struct log *log;
	struct notify notify;
	char status[128]; /* what the service manager was told last */
	struct mono status_due;
	struct os_loop *loop;
	struct os_timer *timer; /* of the log and the status */
	struct engine *engine;
	struct ops *ops;
	struct event_base *base;
	struct ctl *ctl;
	bool stopping;
};

/* Says a sentence of our own, in the log and to whoever follows the events. */
void daemon_say(struct daemon *d, enum node_level level, const char *text);

/* Tells the service manager how we are, if that has changed. */
void daemon_tell_status(struct daemon *d);

/* Where the configuration lies; "" when there is none. ERR_RANGE. */
MUST_USE enum err daemon_find_config(struct daemon *d, struct text *why);

/* reload.c: as ops_host has them. What happened is also logged. */
enum err daemon_check(void *arg, struct text *why);
enum err daemon_reload(void *arg, struct text *why);

#endif
