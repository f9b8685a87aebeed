/* keep.h - where an engine keeps rows: an SQLite file, or memory. One vtable,
 * so that a test can play a disk that is slow or full. */
#ifndef ENGINE_KEEP_H
#define ENGINE_KEEP_H

#include "base/env.h"
#include "base/store.h"
#include "base/text.h"

/* What happened to what was put. */
struct keep_report {
	enum err why;	 /* OK: committed; else undone */
	uint64_t number; /* OK: all up to this one; else: all from this one on */
	char text[200];	 /* why undone; "" else */
};

struct keep_ops {
	/* Begins to commit what was put, or to wait for the commit that runs. */
	void (*flush)(void *ctx);
	/* The next report, in order; false when there is none. */
	bool (*progress)(void *ctx, struct keep_report *out);
	/* Something is put that is neither committed nor undone. */
	bool (*busy)(void *ctx);
	/* Octets of memory that this takes. */
	size_t (*waiting)(void *ctx);
	uint64_t (*newest)(void *ctx);
	/* What is not committed is lost. */
	void (*close)(void *ctx);
};

struct keep {
	const struct keep_ops *ops;
	void *ctx;
	struct store *store;
	int fd; /* readable when progress() may have something to tell; -1 none */
};

/* Commits at once. ERR_NOMEM. */
MUST_USE enum err engine_keep_memory(struct keep *out, const struct env *env);
/* As store_open: OK with something in `why` when a damaged file was set aside. */
MUST_USE enum err engine_keep_file(struct keep *out, const char *path, const struct env *env,
				   struct text *why);

#endif
