/* writer.h - the thread that commits sealed batches, one transaction each.
 * It sees nothing of the owner's but the batch it is given, and reads that
 * until it is done; it never uses the owner's env. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "base/env.h"
#include "base/err.h"
#include "base/overlay.h"
#include "store/store.h"

#include <sqlite3.h>
#include <time.h>

struct writer;

enum writer_state {
	WRITER_IDLE, /* takes a batch */
	WRITER_BUSY,
	WRITER_DONE /* has a result to be taken */
};

struct writer_result {
	enum err why; /* OK: committed */
	char text[STORE_TEXT_MAX];
};

/* Takes db over on success. When a batch is done the eventfd is written to.
 * ERR_NOMEM, ERR_IO (no thread). */
MUST_USE enum err writer_new(struct writer **out, sqlite3 *take_db, int event_fd,
			     const struct env *env);
/* Lets the batch in work end, ends the thread, closes the connection. */
void writer_free(struct writer *w);

/* Only when idle. The batch must not change or go before the result is taken. */
void writer_give(struct writer *w, const struct overlay_batch *b);
enum writer_state writer_state(struct writer *w);
/* Waits while busy, until CLOCK_MONOTONIC reads `until` at most. */
void writer_wait(struct writer *w, const struct timespec *until);
/* A copy of the result, which stays; only when done. */
void writer_result(struct writer *w, struct writer_result *out);
/* Done becomes idle. */
void writer_taken(struct writer *w);

#endif
