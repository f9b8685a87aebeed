#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/reader.h"

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_table counts = { "counts", STORE_KEY_INTEGER };

struct fixture {
	struct failing_env env;
	sqlite3 *writer;
	struct reader r;
};

/* A database in memory that two connections share. */
static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	sqlite3 *db = NULL;
	assert_non_null(x);
	failing_env_init(&x->env, 1);
	assert_non_null(fault_vfs_new("reader", 1));
	assert_int_equal(sql_open(&x->writer, "db", "reader", &why), OK);
	assert_int_equal(sql_exec(x->writer, "PRAGMA journal_mode=WAL"), SQLITE_OK);
	assert_int_equal(sql_open(&db, "db", "reader", &why), OK);
	reader_init(&x->r, db, &x->env.env);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;
	reader_fini(&x->r);
	assert_int_equal(sqlite3_close(x->writer), SQLITE_OK);
	failing_env_assert_clean(&x->env);
	fault_vfs_free(sqlite3_vfs_find("reader")->pAppData);
	free(x);
	return 0;
}

static void run(struct fixture *x, const char *sql)
{
	assert_int_equal(sql_exec(x->writer, sql), SQLITE_OK);
	reader_forget(&x->r);
}

static void scans(struct fixture *x, const struct store_table *t, struct span after,
		  struct span want)
{
	struct store_row row;
	assert_int_equal(reader_scan(&x->r, t, after, &row), OK);
	assert_true(span_eq(row.key, want));
}

static void ends(struct fixture *x, const struct store_table *t, struct span after)
{
	struct store_row row;
	assert_int_equal(reader_scan(&x->r, t, after, &row), ERR_NOT_FOUND);
}

static void a_table_that_comes_later(void **state)
{
	struct fixture *x = *state;
	struct span v;
	assert_int_equal(reader_get(&x->r, &names, span_str("a"), &v), ERR_NOT_FOUND);
	ends(x, &names, span_of(NULL, 0));
	assert_int_equal(sql_exec(x->writer,
				  "CREATE TABLE names(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID;"
				  "INSERT INTO names VALUES (x'61', x'31')"),
			 SQLITE_OK);
	/* not looked for again until it is told that something was committed */
	assert_int_equal(reader_get(&x->r, &names, span_str("a"), &v), ERR_NOT_FOUND);
	reader_forget(&x->r);
	assert_int_equal(reader_get(&x->r, &names, span_str("a"), &v), OK);
	assert_true(span_eq(v, span_str("1")));
	scans(x, &names, span_of(NULL, 0), span_str("a"));
	ends(x, &names, span_str("a"));
}

static void in_any_order(void **state)
{
	struct fixture *x = *state;
	run(x, "CREATE TABLE names(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID;"
	       "INSERT INTO names VALUES (x'61',x''),(x'6161',x'01'),(x'62',x'02'),(x'63',x'03'),"
	       "(x'64',x'04'),(x'65',x'05'),(x'ff',x'06'),(x'ff00',x'07')");
	scans(x, &names, span_of(NULL, 0), span_str("a"));
	scans(x, &names, span_str("a"), span_str("aa"));
	scans(x, &names, span_str("aa"), span_str("b"));
	scans(x, &names, span_str("a"), span_str("aa"));
	scans(x, &names, span_str("A"), span_str("a"));
	scans(x, &names, span_str("bzzz"), span_str("c"));
	scans(x, &names, span_str("c"), span_str("d"));
	scans(x, &names, span_str("d"), span_str("e"));
	scans(x, &names, span_str("e"), span_str("\xff"));
	scans(x, &names, span_str("\xff"), span_of("\xff\0", 2));
	ends(x, &names, span_of("\xff\0", 2));
	ends(x, &names, span_str("\xff\xff"));
	scans(x, &names, span_of(NULL, 0), span_str("a"));
}

static void reading_ahead_takes_the_same_path(void **state)
{
	struct fixture *x = *state;
	uint8_t key[8] = { 0 };
	run(x, "CREATE TABLE counts(k INTEGER PRIMARY KEY, v BLOB);"
	       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) "
	       "INSERT INTO counts SELECT i*3, zeroblob(i%50) FROM n");
	for (uint32_t i = 1; i <= 2000; i++) {
		uint8_t want[8] = { [6] = (uint8_t)(i * 3 >> 8), [7] = (uint8_t)(i * 3) };
		struct store_row row;
		enum err e = reader_scan(&x->r, &counts, span_of(key, i > 1 ? 8 : 0), &row);
		assert_int_equal(e, OK);
		assert_memory_equal(row.key.p, want, 8);
		assert_int_equal(row.value.n, i % 50);
		/* some after the row, some between it and the next */
		key[6] = (uint8_t)((i * 3 + i % 2) >> 8);
		key[7] = (uint8_t)(i * 3 + i % 2);
	}
	ends(x, &counts, span_of(key, 8));
}

static void integers_have_no_sign(void **state)
{
	struct fixture *x = *state;
	static const uint8_t keys[6][8] = {
		{ 0 },
		{ 0, 0, 0, 0, 0, 0, 0, 5 },
		{ 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x80 },
		{ 0x80, 0, 0, 0, 0, 0, 0, 1 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	run(x, "CREATE TABLE counts(k INTEGER PRIMARY KEY, v BLOB);"
	       "INSERT INTO counts VALUES (0,x''),(5,x''),(9223372036854775807,x''),"
	       "(-9223372036854775808,x''),(-9223372036854775807,x''),(-1,x'')");
	for (int again = 0; again < 2; again++) {
		struct span after = span_of(NULL, 0);
		for (size_t i = 0; i < 6; i++) {
			scans(x, &counts, after, span_of(keys[i], 8));
			after = span_of(keys[i], 8);
		}
		ends(x, &counts, after);
		/* each alone, with nothing read ahead */
		for (size_t i = 5; i > 0; i--) {
			reader_forget(&x->r);
			scans(x, &counts, span_of(keys[i - 1], 8), span_of(keys[i], 8));
		}
		run(x, "CREATE TABLE IF NOT EXISTS other(k)");
	}
	/* many low ones do not hide the high ones */
	run(x, "WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i+1 FROM n WHERE i<600) "
	       "INSERT INTO counts SELECT i, x'' FROM n");
	for (size_t i = 2; i < 5; i++) {
		reader_forget(&x->r);
		scans(x, &counts, span_of(keys[i], 8), span_of(keys[i + 1], 8));
	}
	reader_forget(&x->r);
	ends(x, &counts, span_of(keys[5], 8));
	run(x, "DELETE FROM counts WHERE k >= 0");
	scans(x, &counts, span_of(NULL, 0), span_of(keys[3], 8));
}

static void two_tables_at_once(void **state)
{
	struct fixture *x = *state;
	run(x, "CREATE TABLE names(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID;"
	       "CREATE TABLE counts(k INTEGER PRIMARY KEY, v BLOB);"
	       "INSERT INTO names VALUES (x'61',x'01'),(x'62',x'02');"
	       "INSERT INTO counts VALUES (1,x'01'),(2,x'02')");
	for (int i = 0; i < 3; i++) {
		scans(x, &names, span_of(NULL, 0), span_str("a"));
		scans(x, &counts, span_of(NULL, 0), span_of("\0\0\0\0\0\0\0\1", 8));
		scans(x, &names, span_str("a"), span_str("b"));
		scans(x, &counts, span_of("\0\0\0\0\0\0\0\1", 8), span_of("\0\0\0\0\0\0\0\2", 8));
	}
}

static void a_large_value_is_not_kept_for_ever(void **state)
{
	struct fixture *x = *state;
	struct span v;
	struct store_row row;
	run(x, "CREATE TABLE names(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID;"
	       "INSERT INTO names VALUES (x'61',zeroblob(5000000)),(x'62',x'02')");
	assert_int_equal(reader_get(&x->r, &names, span_str("a"), &v), OK);
	assert_int_equal(v.n, 5000000);
	scans(x, &names, span_of(NULL, 0), span_str("a"));
	assert_true(x->r.value_size >= 5000000 && x->r.ahead.size >= 5000000);
	assert_int_equal(reader_get(&x->r, &names, span_str("b"), &v), OK);
	assert_true(span_eq(v, span_str("\x02")));
	assert_int_equal(reader_scan(&x->r, &names, span_str("a"), &row), OK);
	assert_true(span_eq(row.value, span_str("\x02")));
	assert_true(x->r.value_size <= 1024 * 1024 && x->r.ahead.size <= 1024 * 1024);
}

static void no_statement_stays_open(void **state)
{
	struct fixture *x = *state;
	struct span v;
	run(x, "CREATE TABLE names(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID;"
	       "INSERT INTO names VALUES (x'61',x'01'),(x'62',x'02'),(x'63',x'03'),(x'64',x'03'),"
	       "(x'65',x'05'),(x'66',x'06')");
	assert_int_equal(reader_get(&x->r, &names, span_str("a"), &v), OK);
	scans(x, &names, span_of(NULL, 0), span_str("a"));
	int64_t busy = -1;
	assert_int_equal(sql_number(x->writer, "PRAGMA wal_checkpoint(TRUNCATE)", &busy),
			 SQLITE_OK);
	assert_int_equal(busy, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_that_comes_later),
		TEST(in_any_order),
		TEST(reading_ahead_takes_the_same_path),
		TEST(integers_have_no_sign),
		TEST(two_tables_at_once),
		TEST(a_large_value_is_not_kept_for_ever),
		TEST(no_statement_stays_open),
	};
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
