#include "store/writer.h"
#include "store/sql.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* How long the writer waits for another process that looks into the file. */
#define OTHERS_MS 5000

struct writer {
	const struct env *env; /* for new and free alone */
	int event_fd;
	pthread_t thread;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	enum writer_state state;
	bool quit;
	const struct overlay_batch *batch;
	struct writer_result result;
	/* of the thread alone: */
	struct sql_tables tables;
};

static int apply(struct sql_tables *ts, const struct overlay_change *c)
{
	sqlite3_stmt *s = NULL;
	struct sql_table *row = sql_table(ts, c->table);
	if (!row)
		return SQLITE_TOOBIG;
	int rc = sql_table_make(ts, row);
	if (rc == SQLITE_OK)
		rc = sql_statement(ts, row, c->del ? SQL_DEL : SQL_PUT, &s);
	if (rc == SQLITE_OK)
		rc = sql_bind_key(s, 1, c->table, c->key);
	if (rc == SQLITE_OK && !c->del)
		rc = sql_bind_octets(s, 2, c->value);
	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_step(s);
	return sqlite3_reset(s);
}

static int write_batch(struct sql_tables *ts, const struct overlay_batch *b)
{
	struct overlay_walk at = { NULL, NULL };
	struct overlay_change c;
	int rc = sql_exec(ts->db, "BEGIN IMMEDIATE");
	while (rc == SQLITE_OK && overlay_batch_next(b, &at, &c))
		rc = apply(ts, &c);
	return rc == SQLITE_OK ? sql_exec(ts->db, "COMMIT") : rc;
}

static void commit(struct sql_tables *ts, const struct overlay_batch *b, struct writer_result *out)
{
	struct text why = TEXT_OF(out->text);
	errno = 0;
	out->why = sql_error(ts->db, write_batch(ts, b), &why);
	if (out->why == OK)
		return;
	/* STORE-8. Tables that this batch made are gone with it, and the statements with
	 * them; some errors have rolled back already. */
	sql_tables_fini(ts);
	if (!sqlite3_get_autocommit(ts->db))
		(void)sql_exec(ts->db, "ROLLBACK");
}

/* The next batch; NULL when the owner wants no more. */
static const struct overlay_batch *next_batch(struct writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	while (w->state != WRITER_BUSY && !w->quit)
		(void)pthread_cond_wait(&w->changed, &w->lock);
	const struct overlay_batch *b = w->state == WRITER_BUSY ? w->batch : NULL;
	(void)pthread_mutex_unlock(&w->lock);
	return b;
}

static void tell(struct writer *w, const struct writer_result *r)
{
	const uint64_t one = 1;
	(void)pthread_mutex_lock(&w->lock);
	w->result = *r;
	w->batch = NULL;
	w->state = WRITER_DONE;
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
	/* Can fail only when the counter is full, and then it is readable. */
	ssize_t n = write(w->event_fd, &one, sizeof(one));
	(void)n;
}

static void *run(void *arg)
{
	struct writer *w = arg;
	const struct overlay_batch *b;
	while ((b = next_batch(w)) != NULL) {
		struct writer_result r;
		commit(&w->tables, b, &r);
		tell(w, &r);
	}
	return NULL;
}

/* STORE-11. Signals are for the owner's thread. */
static int start(struct writer *w)
{
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&w->thread, NULL, run, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void init_lock(struct writer *w)
{
	pthread_condattr_t attr;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
}

static void fini_lock(struct writer *w)
{
	(void)pthread_cond_destroy(&w->changed);
	(void)pthread_mutex_destroy(&w->lock);
}

enum err writer_new(struct writer **out, sqlite3 *take_db, int event_fd, const struct env *env)
{
	struct writer *w = env_zalloc(env, 1, sizeof(*w));
	if (!w)
		return ERR_NOMEM;
	w->env = env;
	w->event_fd = event_fd;
	sql_tables_init(&w->tables, take_db);
	(void)sqlite3_busy_timeout(take_db, OTHERS_MS);
	init_lock(w);
	if (start(w)) {
		fini_lock(w);
		env_free(env, w);
		return ERR_IO;
	}
	*out = w;
	return OK;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->quit = true;
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	fini_lock(w);
	sql_tables_fini(&w->tables);
	(void)sqlite3_close(w->tables.db);
	env_free(w->env, w);
}

void writer_give(struct writer *w, const struct overlay_batch *b)
{
	(void)pthread_mutex_lock(&w->lock);
	assert(w->state == WRITER_IDLE);
	w->batch = b;
	w->state = WRITER_BUSY;
	(void)pthread_cond_broadcast(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

enum writer_state writer_state(struct writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	enum writer_state s = w->state;
	(void)pthread_mutex_unlock(&w->lock);
	return s;
}

void writer_wait(struct writer *w, const struct timespec *until)
{
	int rc = 0;
	(void)pthread_mutex_lock(&w->lock);
	while (w->state == WRITER_BUSY && rc == 0)
		rc = pthread_cond_timedwait(&w->changed, &w->lock, until);
	(void)pthread_mutex_unlock(&w->lock);
}

void writer_result(struct writer *w, struct writer_result *out)
{
	(void)pthread_mutex_lock(&w->lock);
	assert(w->state == WRITER_DONE);
	*out = w->result;
	(void)pthread_mutex_unlock(&w->lock);
}

void writer_taken(struct writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	assert(w->state == WRITER_DONE);
	w->state = WRITER_IDLE;
	(void)pthread_mutex_unlock(&w->lock);
}
