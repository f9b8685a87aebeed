/* walk.h - from libconfig's tree to our settings. Alone with conf.c in knowing
 * <libconfig.h>. */
#ifndef DAEMON_WALK_H
#define DAEMON_WALK_H

#include "daemon/conf.h"
#include "daemon/report.h"

#include <libconfig.h>

struct walk {
	struct conf *conf;
	const char *path;   /* of the main file */
	const char *folder; /* "DIR/" or "" */
	struct report *report;
	enum err failed;			       /* ERR_NOMEM: no use in going on */
	const config_setting_t *masc, *peers, *scopes; /* NULL: not in the file */
};

void walk_root(struct walk *w, const config_setting_t *root);

/* Reports `reason` at the place of s. */
void walk_report(struct walk *w, const config_setting_t *s, const char *reason);

#endif
