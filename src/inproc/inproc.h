/* inproc.h - the engine in a program's own process, as libhomestead sees it: the one symbol
 * of libhomestead-engine.so.0, which is loaded when a context asks for it. The same
 * operations as the daemon's, asked for by method and path, answered in the same JSON.
 *
 * One thread at a time uses an instance. Nothing is told but from run(). Both libraries
 * are of one build: `build` says which. */
#ifndef INPROC_INPROC_H
#define INPROC_INPROC_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define INPROC_LIBRARY "libhomestead-engine.so.0"
#define INPROC_SYMBOL  "homestead_engine"

struct inproc;
struct inproc_call;

struct inproc_options {
	const char *state_dir; /* NULL: keep nothing */
	const char *config;    /* text form of node/config.h; NULL: all parts are off */
};

/* Borrowed for the call, but for `owner`. */
struct inproc_request {
	const char *method, *path, *body; /* path with its query; body NULL: none */
	/* One event of a stream (OPS_STREAM_PATH, OPS_SEARCH_PATH); id 0: it has none. Not
	 * OK ends the stream. NULL: a single answer is wanted. */
	enum err (*event)(void *owner, const char *type, const char *data, uint64_t id);
	/* Once, unless it is dropped before: status as of HTTP; 0: a stream broke off. The
	 * call is to be dropped inside, or after. */
	void (*end)(void *owner, int status, const char *body);
	void *owner;
};

struct inproc_engine {
	const char *build;
	/* ERR_CONFIG, ERR_IN_USE, ERR_IO, ERR_NOMEM: `why`, of size octets, says why. */
	enum err (*open)(struct inproc **out, const struct inproc_options *opt, char *why,
			 size_t size);
	/* Says goodbye to peers and writes what is to be kept, for at most 2 s. All calls are
	 * dropped before. */
	void (*close)(struct inproc *p);
	/* Readable when run() has something to do. */
	int (*fd)(const struct inproc *p);
	enum err (*run)(struct inproc *p);
	/* ERR_NOMEM: `end` is not called. */
	enum err (*ask)(struct inproc_call **out, struct inproc *p, const struct inproc_request *r);
	/* Fine inside `end`, not inside `event`. */
	void (*drop)(struct inproc_call *k);
	/* What is stream.sock of a daemon: *fd does not block and is the caller's. ERR_IO,
	 * ERR_NOMEM. */
	enum err (*connect)(struct inproc *p, int *fd);
};

extern const struct inproc_engine homestead_engine;

#endif
