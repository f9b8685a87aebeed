/* ctl.h - ops on HTTP and JSON over a Unix socket: GET reads, POST, PUT and
 * DELETE change, GET /v1/events is a stream of Server-Sent Events. File
 * permissions decide who may connect. Knows no protocol and no command: it
 * walks the table of ops/types.h. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/err.h"
#include "base/text.h"
#include "ops/ops.h"

struct event_base;
struct ctl;

/* Binds the socket (0660; a stale one is replaced, one that answers is
 * ERR_IN_USE) on libevent's base, which also drives the engine's loop: see
 * ctl_carry_loop. `why` says what failed and what to do. From now on the
 * process ignores SIGPIPE. */
MUST_USE enum err ctl_new(struct ctl **out, struct event_base *base, struct ops *ops,
			  const char *socket_path, struct text *why);
/* Answers what is open with ERR_STOPPING, removes the socket. */
void ctl_free(struct ctl *c);

/* Makes libevent's base run the loop whenever it has something to do. */
MUST_USE enum err ctl_carry_loop(struct ctl *c, struct os_loop *loop);

#endif
