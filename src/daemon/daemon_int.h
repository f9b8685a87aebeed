/* daemon_int.h - inside of the daemon: shared by its files, seen by nobody
 * else. */
#ifndef DAEMON_DAEMON_INT_H
#define DAEMON_DAEMON_INT_H

#include "ctl/ctl.h"
#include "daemon/conf.h"
#include "daemon/daemon.h"
#include "daemon/notify.h"
#include "engine/vault.h"
#include "engine/engine.h"
#include "ops/ops.h"

#include <limits.h>

/* A configuration that is being read anew. */
struct reload {
	bool under_way;
	bool take;	     /* take it over, not only check it */
	bool again;	     /* asked for once more meanwhile */
	ops_reload_fn *done; /* NULL: a signal asked */
	void *arg;
	struct trial *trial;
};

struct daemon {
	const struct options *options;
	char config_path[PATH_MAX]; /* "" without one */
	char state_path[PATH_MAX], socket_path[PATH_MAX];
	struct conf conf; /* in force */
	struct vault vault;
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
	struct reload reload;
	bool stopping;
};

/* Says a sentence of our own, in the log and to whoever follows the events. */
void daemon_say(struct daemon *d, enum node_level level, const char *text);

/* Tells the service manager how we are, if that has changed. */
void daemon_tell_status(struct daemon *d);

/* Where the configuration lies; "" when there is none. ERR_RANGE. */
MUST_USE enum err daemon_find_config(struct daemon *d, struct text *why);

/* reload.c: as ops_host has them. What happened is also logged. */
enum err daemon_check(void *arg, ops_reload_fn *done, void *done_arg);
enum err daemon_reload(void *arg, ops_reload_fn *done, void *done_arg);
/* The same for a signal: never refused, at the latest after the one under way. */
void daemon_reload_again(struct daemon *d);
/* Whoever still waits is answered. */
void daemon_reload_stop(struct daemon *d);

#endif
