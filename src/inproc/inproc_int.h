/* inproc_int.h - inside of inproc: shared by its files, seen by nobody else. */
#ifndef INPROC_INPROC_INT_H
#define INPROC_INPROC_INT_H

#include "inproc/inproc.h"

#include "base/list.h"
#include "engine/vault.h"
#include "ops/http.h"

struct inproc {
	const struct env *env;
	struct os_loop *loop;
	struct vault vault; /* in the state folder, in a file; else in memory */
	struct engine *engine;
	struct ops *ops;
	struct os_task *deliver; /* posted when there is something to tell */
	struct list calls;	 /* of which nothing is to be told now */
	struct list ready;
	struct list bytes;
};

/* call.c */
MUST_USE enum err inproc_ask(struct inproc_call **out, struct inproc *p,
			     const struct inproc_request *r);
void inproc_drop(struct inproc_call *k);
/* bytes.c: streams, each over a pair of sockets of which *fd gets one end. */
MUST_USE enum err inproc_connect(struct inproc *p, int *fd);
void inproc_bytes_drop(struct inproc *p);
/* The task: tells what is ready, events up to a limit. */
void inproc_deliver(void *arg, struct mono now);

#endif
