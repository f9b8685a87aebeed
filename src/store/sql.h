/* sql.h - the little SQL the store speaks: connections, errors in our words,
 * and prepared statements by table. Each object belongs to one thread. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/err.h"
#include "base/store.h"
#include "base/text.h"

#include <sqlite3.h>

/* Opens path for reading and writing, creating it; with our pragmas. An error
 * adds a clause to `why`. ERR_CORRUPT, ERR_IO, ERR_NO_SPACE, ERR_NOMEM. */
MUST_USE enum err sql_open(sqlite3 **out, const char *path, const char *vfs, struct text *why);

/* Closes db and leaves its files as they are, the log too: a damaged file must
 * stay as it was found. */
void sql_abandon(sqlite3 *db);

/* What the result code rc of db means; adds a clause about it to `why`. OK for
 * SQLITE_OK, SQLITE_ROW and SQLITE_DONE. db may be NULL. For what the system
 * said, errno must have been 0 before the call that failed. */
enum err sql_error(sqlite3 *db, int rc, struct text *why);

/* Runs statements that give nothing back; an SQLite result code. */
int sql_exec(sqlite3 *db, const char *sql);
/* The first column of the first row as a number, or as text; an SQLite result
 * code, SQLITE_OK when there was a row. */
int sql_number(sqlite3 *db, const char *sql, int64_t *out);
int sql_text(sqlite3 *db, const char *sql, struct text *out);

enum sql_verb {
	SQL_PUT, /* key, value */
	SQL_DEL, /* key */
	SQL_GET, /* key; gives the value */
	SQL_SCAN /* integers: first and last; octets: beyond; gives key, value */
};
#define SQL_VERBS 4

/* More than all cores together declare. */
#define SQL_TABLES_MAX 64

struct sql_table {
	const struct store_table *table;
	sqlite3_stmt *statement[SQL_VERBS];
	bool exists; /* made or seen on this connection */
};

struct sql_tables {
	sqlite3 *db;
	struct sql_table row[SQL_TABLES_MAX];
	size_t n;
};

void sql_tables_init(struct sql_tables *ts, sqlite3 *db);
/* Forgets all statements, and which tables exist. */
void sql_tables_fini(struct sql_tables *ts);
/* NULL when there are too many. */
struct sql_table *sql_table(struct sql_tables *ts, const struct store_table *t);
/* Makes the table unless it exists; an SQLite result code. */
int sql_table_make(struct sql_tables *ts, struct sql_table *row);
/* Whether it exists; an SQLite result code. */
int sql_table_look(struct sql_tables *ts, struct sql_table *row);
/* Prepares on first use; an SQLite result code. Reset it after use. */
int sql_statement(struct sql_tables *ts, struct sql_table *row, enum sql_verb verb,
		  sqlite3_stmt **out);

/* An integer key as SQLite's, and back: the same 64 bits, so that small keys
 * take few octets on disk. Keys with the highest bit are negative there. */
int64_t sql_integer(struct span key);
void sql_integer_key(int64_t v, uint8_t key[8]);

/* SQLite borrows the octets until the statement is reset. */
int sql_bind_key(sqlite3_stmt *s, int at, const struct store_table *t, struct span key);
int sql_bind_octets(sqlite3_stmt *s, int at, struct span octets);

#endif
