#include "store/sql.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* STORE-5. EXTRA is FULL, each commit synced before it is told, and one sync more: of the
 * folder, when the rollback journal of the first moments, before the log takes
 * over, is deleted. Were it to come back after a power cut, it would undo all
 * that was committed since. The limit gives back the room of a log that one
 * large batch has made grow. */
#define PRAGMAS                                                                                    \
	"PRAGMA synchronous=EXTRA; PRAGMA journal_size_limit=67108864; "                           \
	"PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF"

/* What the system said, 0 when nothing is known. Of a commit SQLite does not
 * keep it, but its VFS still knows. */
static int system_error(sqlite3 *db, int rc)
{
	sqlite3_vfs *vfs = NULL;
	if (!db || (rc & 0xff) == SQLITE_CANTOPEN)
		return db ? sqlite3_system_errno(db) : 0;
	if ((rc & 0xff) != SQLITE_IOERR ||
	    sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs) != SQLITE_OK)
		return 0;
	return vfs && vfs->xGetLastError ? vfs->xGetLastError(vfs, 0, NULL) : 0;
}

static enum err err_of_system(int os)
{
	if (os == ENOSPC || os == EDQUOT)
		return ERR_NO_SPACE;
	return os == EACCES || os == EPERM || os == EROFS ? ERR_DENIED : ERR_IO;
}

static enum err err_of(int rc, int os)
{
	static const struct {
		int code;
		enum err e;
	} known[] = {
		{ SQLITE_FULL, ERR_NO_SPACE },	 { SQLITE_CORRUPT, ERR_CORRUPT },
		{ SQLITE_NOTADB, ERR_CORRUPT },	 { SQLITE_NOMEM, ERR_NOMEM },
		{ SQLITE_READONLY, ERR_DENIED }, { SQLITE_PERM, ERR_DENIED },
		{ SQLITE_TOOBIG, ERR_RANGE },
	};
	if (rc == SQLITE_IOERR_NOMEM)
		return ERR_NOMEM;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == (rc & 0xff))
			return known[i].e;
	return err_of_system(os);
}

enum err sql_error(sqlite3 *db, int rc, struct text *why)
{
	if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
		return OK;
	int os = system_error(db, rc);
	const char *os_text = os ? strerrordesc_np(os) : NULL;
	text_str(why, sqlite3_errstr(rc));
	if (os_text) {
		text_str(why, " (");
		text_str(why, os_text);
		text_char(why, ')');
	}
	return err_of(rc, os);
}

int sql_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

enum err sql_open(sqlite3 **out, const char *path, const char *vfs, struct text *why)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, flags, vfs);
	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(db, 1);
	if (rc == SQLITE_OK)
		rc = sql_exec(db, PRAGMAS);
	if (rc != SQLITE_OK) {
		enum err e = sql_error(db, rc, why);
		sql_abandon(db);
		return e;
	}
	*out = db;
	return OK;
}

void sql_abandon(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	(void)sqlite3_close(db);
}

/* The statement of sql at its first row; *out NULL unless SQLITE_ROW. */
static int first_row(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	sqlite3_stmt *s = NULL;
	*out = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		*out = s;
		return rc;
	}
	int end = sqlite3_finalize(s);
	return end == SQLITE_OK ? SQLITE_NOTFOUND : end;
}

int sql_number(sqlite3 *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *s;
	int rc = first_row(db, sql, &s);
	if (rc != SQLITE_ROW)
		return rc;
	*out = sqlite3_column_int64(s, 0);
	return sqlite3_finalize(s);
}

int sql_text(sqlite3 *db, const char *sql, struct text *out)
{
	sqlite3_stmt *s;
	int rc = first_row(db, sql, &s);
	if (rc != SQLITE_ROW)
		return rc;
	const unsigned char *p = sqlite3_column_text(s, 0);
	if (p)
		text_span(out, span_of(p, (size_t)sqlite3_column_bytes(s, 0)));
	return sqlite3_finalize(s);
}

void sql_tables_init(struct sql_tables *ts, sqlite3 *db)
{
	memset(ts, 0, sizeof(*ts));
	ts->db = db;
}

void sql_tables_fini(struct sql_tables *ts)
{
	for (size_t i = 0; i < ts->n; i++)
		for (size_t verb = 0; verb < SQL_VERBS; verb++)
			(void)sqlite3_finalize(ts->row[i].statement[verb]);
	sql_tables_init(ts, ts->db);
}

/* Table names go into SQL text as they are. */
static bool name_is_plain(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > 32 || (n >= 7 && memcmp(name, "sqlite_", 7) == 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (name[i] != '_' && (name[i] < 'a' || name[i] > 'z'))
			return false;
	return true;
}

struct sql_table *sql_table(struct sql_tables *ts, const struct store_table *t)
{
	for (size_t i = 0; i < ts->n; i++)
		if (ts->row[i].table == t)
			return &ts->row[i];
	if (ts->n == SQL_TABLES_MAX)
		return NULL;
	assert(name_is_plain(t->name));
	ts->row[ts->n].table = t;
	return &ts->row[ts->n++];
}

#define SQL_SIZE 160

/* before "name" after */
static void sql_words(struct text *t, const char *before, const char *name, const char *after)
{
	text_str(t, before);
	text_str(t, " \"");
	text_str(t, name);
	text_str(t, "\" ");
	text_str(t, after);
	assert(!t->cut);
}

int sql_table_make(struct sql_tables *ts, struct sql_table *row)
{
	char buffer[SQL_SIZE];
	struct text sql = TEXT_OF(buffer);
	if (row->exists)
		return SQLITE_OK;
	sql_words(&sql, "CREATE TABLE IF NOT EXISTS", row->table->name,
		  row->table->key == STORE_KEY_INTEGER
			  ? "(k INTEGER PRIMARY KEY, v BLOB NOT NULL)"
			  : "(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID");
	int rc = sql_exec(ts->db, buffer);
	row->exists = rc == SQLITE_OK;
	return rc;
}

int sql_table_look(struct sql_tables *ts, struct sql_table *row)
{
	char buffer[SQL_SIZE];
	struct text sql = TEXT_OF(buffer);
	int64_t n = 0;
	if (row->exists)
		return SQLITE_OK;
	text_str(&sql, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='");
	text_str(&sql, row->table->name);
	text_char(&sql, '\'');
	int rc = sql_number(ts->db, buffer, &n);
	row->exists = rc == SQLITE_OK && n > 0;
	return rc;
}

static void verb_words(struct text *t, const struct store_table *table, enum sql_verb verb)
{
	switch (verb) {
	case SQL_PUT:
		sql_words(t, "INSERT OR REPLACE INTO", table->name, "(k, v) VALUES (?1, ?2)");
		return;
	case SQL_DEL:
		sql_words(t, "DELETE FROM", table->name, "WHERE k = ?1");
		return;
	case SQL_GET:
		sql_words(t, "SELECT v FROM", table->name, "WHERE k = ?1");
		return;
	case SQL_SCAN:
		sql_words(t, "SELECT k, v FROM", table->name,
			  table->key == STORE_KEY_INTEGER ? "WHERE k BETWEEN ?1 AND ?2 ORDER BY k"
							  : "WHERE k > ?1 ORDER BY k");
		return;
	}
}

int sql_statement(struct sql_tables *ts, struct sql_table *row, enum sql_verb verb,
		  sqlite3_stmt **out)
{
	char buffer[SQL_SIZE];
	struct text sql = TEXT_OF(buffer);
	sqlite3_stmt **s = &row->statement[verb];
	int rc = SQLITE_OK;
	if (!*s) {
		verb_words(&sql, row->table, verb);
		rc = sqlite3_prepare_v3(ts->db, buffer, -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
	}
	*out = *s;
	return rc;
}

int64_t sql_integer(struct span key)
{
	uint64_t v = 0;
	assert(key.n == 8);
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | key.p[i];
	return (int64_t)v;
}

void sql_integer_key(int64_t v, uint8_t key[8])
{
	for (size_t i = 0; i < 8; i++)
		key[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
}

int sql_bind_octets(sqlite3_stmt *s, int at, struct span octets)
{
	/* A NULL pointer would be SQL's NULL. */
	const void *p = octets.n ? (const void *)octets.p : "";
	return sqlite3_bind_blob64(s, at, p, octets.n, SQLITE_STATIC);
}

int sql_bind_key(sqlite3_stmt *s, int at, const struct store_table *t, struct span key)
{
	if (t->key == STORE_KEY_INTEGER)
		return sqlite3_bind_int64(s, at, sql_integer(key));
	return sql_bind_octets(s, at, key);
}
