/* store.h - rows in an SQLite file behind base/store.h (doc/store.md): batches
 * that a thread of its own commits while the owner's thread goes on.
 * States of a batch, limits and failures: doc/store.md.
 *
 * All calls come from one thread, the owner's. The store borrows env for life
 * and uses it in that thread alone; it owns the file while it is open (the
 * owner locks the folder). It does not poll, log or tell a core: the owner
 * watches store_db_fd() and calls store_db_progress(). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/env.h"
#include "base/err.h"
#include "base/store.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct store_db;

#define STORE_UNCOMMITTED_DEFAULT ((size_t)256 * 1024 * 1024)
#define STORE_KEY_MAX		  1024
#define STORE_VALUE_MAX		  ((size_t)256 * 1024 * 1024)

struct store_options {
	size_t uncommitted_max; /* octets of memory of what is put and not yet
				 * committed; beyond it a put gives ERR_FULL;
				 * 0 for the default */
	uint32_t log_pages;	/* of 4 KiB, after which the write-ahead log is
				 * taken into the file; 0 for the default, 1000 */
	const char *vfs;	/* SQLite VFS, for tests; NULL the system's */
};

/* Opens the file, or makes it. A file that is damaged or not ours is set aside
 * as PATH.corrupt-YYYYMMDDTHHMMSSZ (with -1, -2, ... when that is taken; -wal
 * and -shm go along) and a fresh one made: that is OK, and `why` then says what
 * was wrong and where it lies. `why` stays as it was otherwise on success, and
 * holds a sentence on failure: ERR_UNSUPPORTED (made by a newer version),
 * ERR_DENIED, ERR_NO_SPACE, ERR_IO, ERR_NOMEM. opt NULL: all
 * defaults. */
MUST_USE enum err store_open(struct store_db **out, const char *path, const struct env *env,
			     const struct store_options *opt, struct text *why);

/* Waits for the commit that runs, if any; what was not handed over is lost:
 * store_db_drain() first for a graceful stop. NULL is fine. */
void store_close(struct store_db *db);

/* The vtable to hand to cores; lives as long as db. Its put and del also give
 * ERR_FULL (too much uncommitted, or more than 64 tables) and ERR_RANGE (key
 * or value above the limits). */
struct store *store_db_store(struct store_db *db);

/* Number of the newest put, 0 none. Numbers begin at 1 with each store_open. */
uint64_t store_db_newest(const struct store_db *db);
/* Octets of memory that puts not yet committed take. */
size_t store_db_uncommitted(const struct store_db *db);

/* Readable when store_db_progress() may have something to tell. */
int store_db_fd(const struct store_db *db);

/* Hands all that was put to the writer. When it is busy the open batch goes on
 * growing, and goes to it as one as soon as store_db_progress() has taken in
 * the end of the commit that runs. Costs nothing when there is nothing. */
void store_db_flush(struct store_db *db);

#define STORE_TEXT_MAX 200

/* What happened to what was put. */
struct store_progress {
	enum err why;		   /* OK: committed; else undone */
	uint64_t number;	   /* OK: all up to this one are committed;
			  * else: all from this one on are undone */
	char text[STORE_TEXT_MAX]; /* why undone, a clause for people; else "" */
};

/* Takes out the next report, in order; false when there is none: call it until
 * then. A failure is told once, the rows are undone at that moment, and the
 * store goes on: what is put next is tried anew, so that a full disk needs
 * nothing but space. */
bool store_db_progress(struct store_db *db, struct store_progress *out);

/* For a graceful stop: flushes and waits until everything is committed. OK;
 * ERR_TIMEOUT (the rest stays queued); the error of a failed commit, whose rows
 * store_db_progress() undoes when it tells of it, as it tells of all the rest. */
MUST_USE enum err store_db_drain(struct store_db *db, int timeout_ms);

#endif
