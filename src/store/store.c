#include "store/store.h"
#include "base/overlay.h"
#include "store/file.h"
#include "store/reader.h"
#include "store/writer.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct store_db {
	struct store store;
	const struct env *env;
	struct overlay *overlay;
	struct reader reader;
	struct writer *writer;
	int event_fd;
	size_t uncommitted_max;
	uint64_t untold; /* committed and taken in, not told; 0 none */
	bool again;	 /* flushed while the writer was busy */
};

/* The vtable */

static enum err db_get(void *ctx, const struct store_table *t, struct span key, struct span *value)
{
	struct store_db *db = ctx;
	enum overlay_found f = overlay_get(db->overlay, t, key, value);
	if (f == OVERLAY_ABSENT)
		return reader_get(&db->reader, t, key, value);
	return f == OVERLAY_VALUE ? OK : ERR_NOT_FOUND;
}

static enum err db_scan(void *ctx, const struct store_table *t, struct span after,
			struct store_row *row)
{
	struct store_db *db = ctx;
	for (;;) {
		struct store_row fresh, old;
		enum overlay_found f = overlay_scan(db->overlay, t, after, &fresh);
		enum err e = reader_scan(&db->reader, t, after, &old);
		if (e && e != ERR_NOT_FOUND)
			return e;
		if (!e && (f == OVERLAY_ABSENT || span_cmp(old.key, fresh.key) < 0)) {
			*row = old;
			return OK;
		}
		if (f == OVERLAY_ABSENT)
			return ERR_NOT_FOUND;
		if (f == OVERLAY_VALUE) {
			*row = fresh;
			return OK;
		}
		after = fresh.key;
	}
}

/* STORE-10. What a row costs besides its octets, roughly. */
#define ROW_COST 64

static enum err admit(struct store_db *db, const struct store_table *t, struct span key,
		      struct span value)
{
	size_t held = overlay_total_octets(db->overlay);
	if (key.n > STORE_KEY_MAX || value.n > STORE_VALUE_MAX)
		return ERR_RANGE;
	if (!sql_table(&db->reader.tables, t))
		return ERR_FULL;
	if (held >= db->uncommitted_max || db->uncommitted_max - held < ROW_COST + key.n + value.n)
		return ERR_FULL;
	return OK;
}

static enum err db_put(void *ctx, const struct store_table *t, struct span key, struct span value,
		       uint64_t *number)
{
	struct store_db *db = ctx;
	enum err e = admit(db, t, key, value);
	return e ? e : overlay_put(db->overlay, t, key, value, number);
}

static enum err db_del(void *ctx, const struct store_table *t, struct span key, uint64_t *number)
{
	struct store_db *db = ctx;
	enum err e = admit(db, t, key, span_of(NULL, 0));
	return e ? e : overlay_del(db->overlay, t, key, number);
}

static const struct store_ops db_ops = { db_get, db_scan, db_put, db_del };

/* Life */

static enum err out_of(enum err e, const char *what, struct text *why)
{
	text_str(why, "cannot start the store: ");
	text_str(why, what);
	return e;
}

/* The file first: it says what is wrong with it in more words. */
static enum err connect(struct store_db *db, const char *path, const struct store_options *opt,
			struct text *why)
{
	sqlite3 *for_writer, *for_reader;
	enum err e = file_open(&for_writer, path, opt->vfs, why);
	if (e)
		return e;
	if (opt->log_pages)
		(void)sqlite3_wal_autocheckpoint(for_writer, (int)opt->log_pages);
	e = sql_open(&for_reader, path, opt->vfs, why);
	if (e) {
		(void)sqlite3_close(for_writer);
		return e;
	}
	reader_init(&db->reader, for_reader, db->env);
	e = writer_new(&db->writer, for_writer, db->event_fd, db->env);
	if (!e)
		return OK;
	(void)sqlite3_close(for_writer);
	return out_of(e, e == ERR_NOMEM ? "out of memory" : "no thread for its writer", why);
}

static enum err begin(struct store_db *db, const char *path, const struct store_options *opt,
		      struct text *why)
{
	const struct store_options defaults = { 0 };
	if (!opt)
		opt = &defaults;
	if (opt->uncommitted_max)
		db->uncommitted_max = opt->uncommitted_max;
	enum err e = overlay_new(&db->overlay, db->env);
	if (e)
		return out_of(e, "out of memory", why);
	db->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (db->event_fd < 0)
		return out_of(ERR_IO, "no file descriptor is left", why);
	return connect(db, path, opt, why);
}

enum err store_open(struct store_db **out, const char *path, const struct env *env,
		    const struct store_options *opt, struct text *why)
{
	if (sqlite3_threadsafe() == 0)
		return out_of(ERR_UNSUPPORTED, "this SQLite was built without threads", why);
	struct store_db *db = env_zalloc(env, 1, sizeof(*db));
	if (!db)
		return out_of(ERR_NOMEM, "out of memory", why);
	db->env = env;
	db->event_fd = -1;
	db->uncommitted_max = STORE_UNCOMMITTED_DEFAULT;
	db->store = (struct store){ &db_ops, db };
	enum err e = begin(db, path, opt, why);
	if (e) {
		store_close(db);
		return e;
	}
	*out = db;
	return OK;
}

void store_close(struct store_db *db)
{
	if (!db)
		return;
	/* The writer reads the overlay until it has ended. */
	writer_free(db->writer);
	if (db->reader.env)
		reader_fini(&db->reader);
	if (db->event_fd >= 0)
		(void)close(db->event_fd);
	overlay_free(db->overlay);
	env_free(db->env, db);
}

struct store *store_db_store(struct store_db *db)
{
	return &db->store;
}

uint64_t store_db_newest(const struct store_db *db)
{
	return overlay_newest(db->overlay);
}

size_t store_db_uncommitted(const struct store_db *db)
{
	return overlay_total_octets(db->overlay);
}

int store_db_fd(const struct store_db *db)
{
	return db->event_fd;
}

/* STORE-4. Batches: open, sealed and writing at once, then committed or undone.
 * There is never a second sealed one: the open one grows meanwhile. */

void store_db_flush(struct store_db *db)
{
	if (writer_state(db->writer) != WRITER_IDLE) {
		db->again = true;
		return;
	}
	const struct overlay_batch *b = overlay_seal(db->overlay);
	db->again = false;
	if (b)
		writer_give(db->writer, b);
}

/* Takes in a commit that went well; a failed one stays until it is told, for
 * its rows must go when the core hears of it (STORE-7). True when there was
 * one. */
static bool take_commit(struct store_db *db, struct writer_result *r)
{
	writer_result(db->writer, r);
	if (r->why)
		return false;
	db->untold = overlay_batch_last(overlay_oldest(db->overlay));
	overlay_drop_oldest(db->overlay);
	reader_forget(&db->reader);
	writer_taken(db->writer);
	if (db->again)
		store_db_flush(db);
	return true;
}

static void tell_failure(struct store_db *db, const struct writer_result *r,
			 struct store_progress *out)
{
	*out = (struct store_progress){ .why = r->why };
	memcpy(out->text, r->text, sizeof(out->text));
	out->number = overlay_undo(db->overlay);
	reader_forget(&db->reader);
	db->again = false;
	writer_taken(db->writer);
}

bool store_db_progress(struct store_db *db, struct store_progress *out)
{
	struct writer_result r;
	uint64_t count;
	ssize_t n = read(db->event_fd, &count, sizeof(count));
	(void)n; /* only wakes the owner; the state says what there is */

	bool done = writer_state(db->writer) == WRITER_DONE;
	bool failed = done && !take_commit(db, &r);
	if (db->untold) {
		*out = (struct store_progress){ .why = OK, .number = db->untold };
		db->untold = 0;
		return true;
	}
	if (failed)
		tell_failure(db, &r, out);
	return failed;
}

static struct timespec time_after(int ms)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

enum err store_db_drain(struct store_db *db, int timeout_ms)
{
	struct timespec until = time_after(timeout_ms);
	struct writer_result r;
	for (;;) {
		store_db_flush(db);
		writer_wait(db->writer, &until);
		enum writer_state s = writer_state(db->writer);
		if (s == WRITER_IDLE)
			return OK;
		if (s == WRITER_BUSY)
			return ERR_TIMEOUT;
		if (!take_commit(db, &r))
			return r.why;
	}
}
