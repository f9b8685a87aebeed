#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/sql.h"

static char buffer[300];

static void errors_become_ours(void **state)
{
	static const struct {
		int rc;
		enum err want;
	} rows[] = {
		{ SQLITE_OK, OK },
		{ SQLITE_ROW, OK },
		{ SQLITE_DONE, OK },
		{ SQLITE_FULL, ERR_NO_SPACE },
		{ SQLITE_IOERR, ERR_IO },
		{ SQLITE_IOERR_FSYNC, ERR_IO },
		{ SQLITE_CORRUPT, ERR_CORRUPT },
		{ SQLITE_CORRUPT_VTAB, ERR_CORRUPT },
		{ SQLITE_NOTADB, ERR_CORRUPT },
		{ SQLITE_NOMEM, ERR_NOMEM },
		{ SQLITE_IOERR_NOMEM, ERR_NOMEM },
		{ SQLITE_READONLY, ERR_DENIED },
		{ SQLITE_READONLY_DIRECTORY, ERR_DENIED },
		{ SQLITE_PERM, ERR_DENIED },
		{ SQLITE_TOOBIG, ERR_RANGE },
		{ SQLITE_BUSY, ERR_IO },
		{ SQLITE_CANTOPEN, ERR_IO },
		{ SQLITE_ERROR, ERR_IO },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text why = TEXT_OF(buffer);
		assert_int_equal(sql_error(NULL, rows[i].rc, &why), rows[i].want);
		assert_int_equal(why.n == 0, rows[i].want == OK);
	}
}

static void what_the_system_said_is_added(void **state)
{
	sqlite3 *db = NULL;
	struct text why = TEXT_OF(buffer);
	assert_int_equal(sql_open(&db, "no/such/folder/db", NULL, &why), ERR_IO);
	assert_string_equal(buffer, "unable to open database file (No such file or directory)");
	assert_null(db);
}

/* STORE-12: integer keys are the rowid. */
static void integers_are_the_same_bits(void **state)
{
	static const struct {
		uint8_t key[8];
		int64_t v;
	} rows[] = {
		{ { 0 }, 0 },
		{ { 0, 0, 0, 0, 0, 0, 1, 2 }, 258 },
		{ { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, INT64_MAX },
		{ { 0x80 }, INT64_MIN },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, -1 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t key[8];
		assert_true(sql_integer(span_of(rows[i].key, 8)) == rows[i].v);
		sql_integer_key(rows[i].v, key);
		assert_memory_equal(key, rows[i].key, 8);
	}
}

static sqlite3 *memory_db(void)
{
	sqlite3 *db = NULL;
	struct text why = TEXT_OF(buffer);
	assert_int_equal(sql_open(&db, ":memory:", NULL, &why), OK);
	return db;
}

static void single_answers(void **state)
{
	sqlite3 *db = memory_db();
	int64_t n = 5;
	struct text t = TEXT_OF(buffer);
	assert_int_equal(sql_number(db, "SELECT 7", &n), SQLITE_OK);
	assert_int_equal(n, 7);
	assert_int_equal(sql_number(db, "SELECT 1 WHERE 0", &n), SQLITE_NOTFOUND);
	assert_int_equal(sql_number(db, "nonsense", &n), SQLITE_ERROR);
	assert_int_equal(n, 7);
	assert_int_equal(sql_text(db, "SELECT 'abc'", &t), SQLITE_OK);
	assert_int_equal(sql_text(db, "SELECT NULL", &t), SQLITE_OK);
	assert_int_equal(sql_text(db, "SELECT 'x' WHERE 0", &t), SQLITE_NOTFOUND);
	assert_string_equal(buffer, "abc");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void our_pragmas(void **state)
{
	sqlite3 *db = memory_db();
	int64_t n = 0;
	assert_int_equal(sql_number(db, "PRAGMA synchronous", &n), SQLITE_OK);
	assert_int_equal(n, 3);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void put(struct sql_tables *ts, const struct store_table *t, struct span key,
		struct span value)
{
	sqlite3_stmt *s;
	struct sql_table *row = sql_table(ts, t);
	assert_int_equal(sql_table_make(ts, row), SQLITE_OK);
	assert_int_equal(sql_statement(ts, row, SQL_PUT, &s), SQLITE_OK);
	assert_int_equal(sql_bind_key(s, 1, t, key), SQLITE_OK);
	assert_int_equal(sql_bind_octets(s, 2, value), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	assert_int_equal(sqlite3_reset(s), SQLITE_OK);
}

static int64_t count(sqlite3 *db, const char *sql)
{
	int64_t n = -1;
	assert_int_equal(sql_number(db, sql, &n), SQLITE_OK);
	return n;
}

/* STORE-12: the first row of a table makes it. */
static void tables_and_statements(void **state)
{
	/* words of SQL are names like any other */
	static const struct store_table group = { "group", STORE_KEY_OCTETS };
	static const struct store_table index = { "index", STORE_KEY_INTEGER };
	sqlite3 *db = memory_db();
	struct sql_tables ts;
	sqlite3_stmt *a, *b;
	sql_tables_init(&ts, db);
	struct sql_table *row = sql_table(&ts, &group);
	assert_int_equal(sql_table_look(&ts, row), SQLITE_OK);
	assert_false(row->exists);
	assert_int_equal(sql_statement(&ts, row, SQL_GET, &a), SQLITE_ERROR);
	put(&ts, &group, span_str("k"), span_of(NULL, 0));
	put(&ts, &group, span_str("k"), span_str("v"));
	put(&ts, &index, span_of("\0\0\0\0\0\0\0\7", 8), span_str("seven"));
	assert_ptr_equal(sql_table(&ts, &group), row);
	assert_true(row->exists);
	assert_int_equal(count(db, "SELECT count(*) FROM \"group\" WHERE k=x'6b' AND v=x'76'"), 1);
	assert_int_equal(count(db, "SELECT count(*) FROM \"group\""), 1);
	assert_int_equal(count(db, "SELECT k FROM \"index\""), 7);
	/* prepared once */
	assert_int_equal(sql_statement(&ts, row, SQL_DEL, &a), SQLITE_OK);
	assert_int_equal(sql_statement(&ts, row, SQL_DEL, &b), SQLITE_OK);
	assert_ptr_equal(a, b);
	sql_tables_fini(&ts);
	assert_int_equal(ts.n, 0);
	/* the tables are found again */
	row = sql_table(&ts, &group);
	assert_int_equal(sql_table_look(&ts, row), SQLITE_OK);
	assert_true(row->exists);
	sql_tables_fini(&ts);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* STORE-12. */
static void an_octets_table_has_no_rowid(void **state)
{
	static const struct store_table names = { "names", STORE_KEY_OCTETS };
	sqlite3 *db = memory_db();
	struct sql_tables ts;
	int64_t n;
	sql_tables_init(&ts, db);
	put(&ts, &names, span_str("k"), span_str("v"));
	assert_int_equal(sql_number(db, "SELECT rowid FROM names", &n), SQLITE_ERROR);
	sql_tables_fini(&ts);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void too_many_tables(void **state)
{
	static struct store_table t[SQL_TABLES_MAX + 1];
	static char name[SQL_TABLES_MAX + 1][3];
	struct sql_tables ts;
	sql_tables_init(&ts, NULL);
	for (size_t i = 0; i <= SQL_TABLES_MAX; i++) {
		name[i][0] = (char)('a' + i / 26);
		name[i][1] = (char)('a' + i % 26);
		t[i] = (struct store_table){ name[i], STORE_KEY_OCTETS };
		assert_int_equal(sql_table(&ts, &t[i]) != NULL, i < SQL_TABLES_MAX);
	}
	assert_non_null(sql_table(&ts, &t[3]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_become_ours),
		cmocka_unit_test(what_the_system_said_is_added),
		cmocka_unit_test(integers_are_the_same_bits),
		cmocka_unit_test(single_answers),
		cmocka_unit_test(our_pragmas),
		cmocka_unit_test(tables_and_statements),
		cmocka_unit_test(an_octets_table_has_no_rowid),
		cmocka_unit_test(too_many_tables),
	};
	return cmocka_run_group_tests_name("sql", tests, NULL, NULL);
}
