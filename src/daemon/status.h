/* status.h - the one line about the daemon that a service manager shows. */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include "base/text.h"
#include "engine/engine.h"

/* "MASC: 2 of 3 sessions up". */
void status_line(struct text *t, const struct engine *e);

#endif
