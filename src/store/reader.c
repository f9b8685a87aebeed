#include "store/reader.h"
#include "base/checked.h"
#include "store/store.h"

#include <assert.h>

/* A look at one row must not cost a hundred, a long scan not one query a row. */
#define AHEAD_FIRST  4
#define AHEAD_MOST   256
#define AHEAD_OCTETS (256 * 1024)
/* What a buffer keeps after one large value. */
#define KEEP_OCTETS (1024 * 1024)
#define ROW_HEAD    8

void reader_init(struct reader *r, sqlite3 *take_db, const struct env *env)
{
	memset(r, 0, sizeof(*r));
	r->env = env;
	r->generation = 1;
	sql_tables_init(&r->tables, take_db);
}

void reader_fini(struct reader *r)
{
	sql_tables_fini(&r->tables);
	(void)sqlite3_close(r->tables.db);
	env_free(r->env, r->value);
	env_free(r->env, r->ahead.octets);
}

void reader_forget(struct reader *r)
{
	r->generation++;
	r->ahead.table = NULL;
}

static enum err error_of(struct reader *r, int rc)
{
	char buffer[STORE_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	return sql_error(r->tables.db, rc, &why);
}

/* Room for n octets in a buffer that only grows, up to a point. */
static enum err make_room(const struct env *env, uint8_t **buffer, size_t *size, size_t n)
{
	size_t want = *size ? *size : 512;
	if (n <= *size && (*size <= KEEP_OCTETS || n > KEEP_OCTETS))
		return OK;
	if (n <= KEEP_OCTETS && *size > KEEP_OCTETS)
		want = KEEP_OCTETS;
	while (want < n)
		if (!checked_mul(want, 2, &want))
			return ERR_NOMEM;
	uint8_t *fresh = env_resize(env, *buffer, want);
	if (!fresh)
		return n <= *size ? OK : ERR_NOMEM;
	*buffer = fresh;
	*size = want;
	return OK;
}

/* The statement of a table that exists. ERR_NOT_FOUND when it does not. */
static enum err statement(struct reader *r, const struct store_table *t, enum sql_verb verb,
			  sqlite3_stmt **out)
{
	struct sql_table *row = sql_table(&r->tables, t);
	if (!row)
		return ERR_FULL;
	uint64_t *absent = &r->absent[row - r->tables.row];
	if (*absent == r->generation)
		return ERR_NOT_FOUND;
	int rc = sql_table_look(&r->tables, row);
	if (rc == SQLITE_OK && !row->exists) {
		*absent = r->generation;
		return ERR_NOT_FOUND;
	}
	if (rc == SQLITE_OK)
		rc = sql_statement(&r->tables, row, verb, out);
	return rc == SQLITE_OK ? OK : error_of(r, rc);
}

static enum err column(sqlite3_stmt *s, int at, struct span *out)
{
	const void *p = sqlite3_column_blob(s, at);
	size_t n = (size_t)sqlite3_column_bytes(s, at);
	if (n && !p)
		return ERR_NOMEM;
	*out = span_of(p, n);
	return OK;
}

static enum err keep_value(struct reader *r, sqlite3_stmt *s, struct span *value)
{
	struct span v;
	enum err e = column(s, 0, &v);
	if (e)
		return e;
	e = make_room(r->env, &r->value, &r->value_size, v.n);
	if (e)
		return e;
	if (v.n)
		memcpy(r->value, v.p, v.n);
	*value = span_of(r->value, v.n);
	return OK;
}

enum err reader_get(struct reader *r, const struct store_table *t, struct span key,
		    struct span *value)
{
	sqlite3_stmt *s = NULL;
	enum err e = statement(r, t, SQL_GET, &s);
	if (e)
		return e;
	int rc = sql_bind_key(s, 1, t, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		e = keep_value(r, s, value);
	else
		e = rc == SQLITE_DONE ? ERR_NOT_FOUND : error_of(r, rc);
	(void)sqlite3_reset(s);
	return e;
}

static void put_u32(uint8_t *p, size_t v)
{
	uint32_t v32 = (uint32_t)v;
	memcpy(p, &v32, sizeof(v32));
}

static size_t get_u32(const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static struct store_row row_at(const struct reader_ahead *a, size_t at)
{
	size_t key_n = get_u32(a->octets + at);
	size_t value_n = get_u32(a->octets + at + 4);
	const uint8_t *key = a->octets + at + ROW_HEAD;
	return (struct store_row){ span_of(key, key_n), span_of(key + key_n, value_n) };
}

static size_t row_size(const struct store_row *row)
{
	return ROW_HEAD + row->key.n + row->value.n;
}

/* Empties the buffer but for the key that it begins after, which may lie in
 * it. */
static enum err ahead_begin(struct reader *r, struct span after)
{
	struct reader_ahead *a = &r->ahead;
	uint8_t key[STORE_KEY_MAX];
	a->table = NULL;
	assert(after.n <= sizeof(key));
	if (after.n)
		memcpy(key, after.p, after.n);
	enum err e = make_room(r->env, &a->octets, &a->size, after.n);
	if (e)
		return e;
	if (after.n)
		memcpy(a->octets, key, after.n);
	a->from_n = after.n;
	a->n = a->first = a->at = a->last = after.n;
	a->end = false;
	return OK;
}

static enum err ahead_add(struct reader *r, const struct store_table *t, sqlite3_stmt *s)
{
	struct reader_ahead *a = &r->ahead;
	uint8_t integer[8] = { 0 };
	struct store_row row = { .key = span_of(integer, sizeof(integer)) };
	size_t whole;
	enum err e = column(s, 1, &row.value);

	if (t->key == STORE_KEY_INTEGER)
		sql_integer_key(sqlite3_column_int64(s, 0), integer);
	else if (!e)
		e = column(s, 0, &row.key);
	if (!e && !checked_add(a->n, row_size(&row), &whole))
		e = ERR_NOMEM;
	if (!e)
		e = make_room(r->env, &a->octets, &a->size, whole);
	if (e)
		return e;
	uint8_t *p = a->octets + a->n;
	put_u32(p, row.key.n);
	put_u32(p + 4, row.value.n);
	memcpy(p + ROW_HEAD, row.key.p, row.key.n);
	if (row.value.n)
		memcpy(p + ROW_HEAD + row.key.n, row.value.p, row.value.n);
	a->last = a->n;
	a->n = whole;
	return OK;
}

/* Steps s, whose first key is bound, until `rows` rows or enough octets are
 * there; counts *rows down. */
static enum err ahead_step(struct reader *r, const struct store_table *t, sqlite3_stmt *s,
			   size_t *rows)
{
	enum err e = OK;
	int rc = SQLITE_ROW;
	while (!e && *rows > 0 && r->ahead.n < AHEAD_OCTETS) {
		rc = sqlite3_step(s);
		if (rc != SQLITE_ROW)
			break;
		e = ahead_add(r, t, s);
		--*rows;
	}
	if (rc == SQLITE_DONE)
		r->ahead.end = true;
	else if (rc != SQLITE_ROW)
		e = error_of(r, rc);
	(void)sqlite3_reset(s);
	return e;
}

static enum err step_range(struct reader *r, const struct store_table *t, sqlite3_stmt *s,
			   const int64_t range[2], size_t *rows)
{
	int rc = sqlite3_bind_int64(s, 1, range[0]);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 2, range[1]);
	return rc == SQLITE_OK ? ahead_step(r, t, s, rows) : error_of(r, rc);
}

/* STORE-3. Keys from 2^63 on are negative to SQLite, but come last. */
static enum err step_integers(struct reader *r, const struct store_table *t, sqlite3_stmt *s,
			      struct span after, size_t rows)
{
	int64_t low[2] = { 0, INT64_MAX }, high[2] = { INT64_MIN, -1 };
	enum err e = OK;

	if (after.n) {
		int64_t v = sql_integer(after);
		if (v < 0)
			high[0] = v + 1;
		/* No low key is left behind the last of them. */
		if (v < 0 || v == INT64_MAX)
			low[1] = -1;
		else
			low[0] = v + 1;
	}
	if (low[1] >= 0)
		e = step_range(r, t, s, low, &rows);
	if (e || rows == 0 || (low[1] >= 0 && !r->ahead.end))
		return e;
	r->ahead.end = false;
	return step_range(r, t, s, high, &rows);
}

static enum err step_octets(struct reader *r, const struct store_table *t, sqlite3_stmt *s,
			    struct span after, size_t rows)
{
	/* The buffer may move meanwhile: SQLite takes a copy. */
	const void *p = after.n ? (const void *)after.p : "";
	int rc = sqlite3_bind_blob64(s, 1, p, after.n, SQLITE_TRANSIENT);
	return rc == SQLITE_OK ? ahead_step(r, t, s, &rows) : error_of(r, rc);
}

static enum err ahead_fill(struct reader *r, const struct store_table *t, struct span after,
			   size_t rows)
{
	struct reader_ahead *a = &r->ahead;
	sqlite3_stmt *s = NULL;
	enum err e = statement(r, t, SQL_SCAN, &s);
	if (e)
		return e;
	e = ahead_begin(r, after);
	if (e)
		return e;
	struct span from = span_of(a->octets, a->from_n);
	e = t->key == STORE_KEY_INTEGER ? step_integers(r, t, s, from, rows)
					: step_octets(r, t, s, from, rows);
	if (e)
		return e;
	a->rows = rows;
	a->table = t;
	return OK;
}

/* Whether the buffer knows what comes after that key. */
static bool ahead_covers(const struct reader_ahead *a, const struct store_table *t,
			 struct span after)
{
	if (a->table != t || span_cmp(after, span_of(a->octets, a->from_n)) < 0)
		return false;
	if (a->end)
		return true;
	return a->last < a->n && span_cmp(after, row_at(a, a->last).key) < 0;
}

/* Whether `after` is the last key in the buffer: somebody walks. */
static bool ahead_continues(const struct reader_ahead *a, const struct store_table *t,
			    struct span after)
{
	return a->table == t && a->last < a->n && span_eq(after, row_at(a, a->last).key);
}

/* The first row in the buffer behind `after`. */
static enum err ahead_find(struct reader_ahead *a, struct span after, struct store_row *row)
{
	/* Mostly the next one; from the start when somebody goes back. */
	if (a->at > a->first && (a->at == a->n || span_cmp(row_at(a, a->at).key, after) > 0))
		a->at = a->first;
	for (; a->at < a->n; a->at += row_size(row)) {
		*row = row_at(a, a->at);
		if (span_cmp(row->key, after) > 0)
			return OK;
	}
	return ERR_NOT_FOUND;
}

enum err reader_scan(struct reader *r, const struct store_table *t, struct span after,
		     struct store_row *row)
{
	struct reader_ahead *a = &r->ahead;
	/* No key is longer, so that what follows the whole follows its beginning. */
	if (after.n > STORE_KEY_MAX)
		after.n = STORE_KEY_MAX;
	if (!ahead_covers(a, t, after)) {
		size_t rows = AHEAD_FIRST;
		if (ahead_continues(a, t, after))
			rows = a->rows < AHEAD_MOST ? a->rows * 2 : AHEAD_MOST;
		enum err e = ahead_fill(r, t, after, rows);
		if (e)
			return e;
	}
	return ahead_find(a, after, row);
}
