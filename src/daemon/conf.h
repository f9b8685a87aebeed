/* conf.h - the configuration file of homesteadd: libconfig's syntax, our keys.
 * Keys and their meaning are setting tables; the node's own are set through
 * node_config_set alone. What is wrong is told by file and line, all of it at
 * once. */
#ifndef DAEMON_CONF_H
#define DAEMON_CONF_H

#include "base/env.h"
#include "base/err.h"
#include "base/setting.h"
#include "daemon/log.h"
#include "node/config.h"

#include <limits.h>
#include <stdio.h>

struct daemon_config {
	int64_t stop_limit;   /* us: how long a stop in good order may take */
	uint32_t job_threads; /* 0: one a processor */
};

struct keys_config {
	char passphrase_file[PATH_MAX]; /* "" none */
};

struct conf {
	struct node_config node;
	struct log_config log;
	struct daemon_config daemon;
	struct keys_config keys;
};

/* Every key there is, by group, for the parser, the manual and the tests. The
 * tables of `log`, `parts`, `masc` and of a peer are those of their folders;
 * these hold what only the file knows. */
extern const struct setting conf_groups[];	/* names and help alone */
extern const struct setting conf_daemon[];	/* the group `daemon` */
extern const struct setting conf_keys[];	/* the group `keys` */
extern const struct setting conf_log_extra[];	/* `parts` */
extern const struct setting conf_masc_extra[];	/* `peers`, `scopes` */
extern const struct setting conf_pnrp_extra[];	/* `link`, `site`, `global` */
extern const struct setting conf_peer_extra[];	/* `name`, `md5_key_file` */
extern const struct setting conf_scope_extra[]; /* `name` */

void conf_init(struct conf *c, const struct env *env); /* defaults */
/* Wipes keys. */
void conf_fini(struct conf *c);

/* Enough for REPORT_MAX errors of the usual length. */
#define CONF_WHY_MAX 8192

/* Reads path over what c holds (conf_init) and checks the whole. ERR_CONFIG:
 * `why` has a line for each error; c is fit for conf_fini only. ERR_NOMEM. */
MUST_USE enum err conf_load(struct conf *c, const char *path, struct text *why);

/* Writes c in the file's syntax, without secrets: a file that reads back. */
void conf_print(const struct conf *c, FILE *f);

#endif
