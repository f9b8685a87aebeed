#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/sql.h"
#include "store/writer.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct store_table names = { "names", STORE_KEY_OCTETS };

struct fixture {
	struct failing_env env;
	struct fault_vfs *disk;
	struct overlay *overlay;
	struct writer *w;
	int fd;
};

static sqlite3 *connect(void)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	sqlite3 *db = NULL;
	assert_int_equal(sql_open(&db, "db", "writer", &why), OK);
	return db;
}

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	assert_non_null(x);
	failing_env_init(&x->env, 1);
	x->disk = fault_vfs_new("writer", 1);
	x->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(x->fd >= 0);
	assert_int_equal(overlay_new(&x->overlay, &x->env.env), OK);
	sqlite3 *db = connect();
	assert_int_equal(sql_exec(db, "PRAGMA journal_mode=WAL"), SQLITE_OK);
	assert_int_equal(writer_new(&x->w, db, x->fd, &x->env.env), OK);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;
	writer_free(x->w);
	overlay_free(x->overlay);
	failing_env_assert_clean(&x->env);
	fault_vfs_free(x->disk);
	(void)close(x->fd);
	free(x);
	return 0;
}

static const struct overlay_batch *batch(struct fixture *x, const char *keys)
{
	uint64_t n;
	for (; *keys; keys++)
		assert_int_equal(
			overlay_put(x->overlay, &names, span_of(keys, 1), span_str("v"), &n), OK);
	return overlay_seal(x->overlay);
}

static int64_t rows(void)
{
	sqlite3 *db = connect();
	int64_t n = -1;
	if (sql_number(db, "SELECT count(*) FROM names", &n) != SQLITE_OK)
		n = -1;
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

static bool wait_readable(struct fixture *x)
{
	struct pollfd p = { x->fd, POLLIN, 0 };
	return poll(&p, 1, 10000) == 1;
}

static struct writer_result finish(struct fixture *x)
{
	struct writer_result r;
	struct timespec until;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 10;
	writer_wait(x->w, &until);
	assert_int_equal(writer_state(x->w), WRITER_DONE);
	writer_result(x->w, &r);
	writer_taken(x->w);
	assert_int_equal(writer_state(x->w), WRITER_IDLE);
	overlay_drop_oldest(x->overlay);
	return r;
}

static void from_idle_to_idle(void **state)
{
	struct fixture *x = *state;
	struct timespec now;
	assert_int_equal(writer_state(x->w), WRITER_IDLE);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	fault_vfs_hold(x->disk, true);
	writer_give(x->w, batch(x, "abc"));
	writer_wait(x->w, &now);
	assert_int_equal(writer_state(x->w), WRITER_BUSY);
	fault_vfs_hold(x->disk, false);
	assert_true(wait_readable(x));
	struct writer_result r = finish(x);
	assert_int_equal(r.why, OK);
	assert_string_equal(r.text, "");
	assert_int_equal(rows(), 3);
	/* no batch: it does not wait */
	writer_wait(x->w, &now);
	assert_int_equal(writer_state(x->w), WRITER_IDLE);
}

static void a_failed_batch_leaves_nothing(void **state)
{
	struct fixture *x = *state;
	writer_give(x->w, batch(x, "a"));
	assert_int_equal(finish(x).why, OK);
	fault_vfs_fail_at(x->disk, 1, 1000, EIO);
	writer_give(x->w, batch(x, "bcd"));
	struct writer_result r = finish(x);
	assert_int_equal(r.why, ERR_IO);
	assert_string_equal(r.text, "disk I/O error (Input/output error)");
	fault_vfs_fail_at(x->disk, 0, 0, 0);
	assert_int_equal(rows(), 1);
	writer_give(x->w, batch(x, "e"));
	assert_int_equal(finish(x).why, OK);
	assert_int_equal(rows(), 2);
}

/* A table that does not take the row: the transaction is still open when the
 * statement has failed. */
static void a_refused_row_takes_the_batch_with_it(void **state)
{
	struct fixture *x = *state;
	static const struct store_table odd = { "odd", STORE_KEY_OCTETS };
	sqlite3 *other = connect();
	uint64_t n;
	assert_int_equal(sql_exec(other, "CREATE TABLE odd(k INTEGER PRIMARY KEY, v BLOB)"),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	assert_int_equal(overlay_put(x->overlay, &odd, span_str("k"), span_str("v"), &n), OK);
	writer_give(x->w, batch(x, "abc"));
	struct writer_result r = finish(x);
	assert_int_equal(r.why, ERR_IO);
	assert_string_equal(r.text, "datatype mismatch");
	assert_int_equal(rows(), -1);
	writer_give(x->w, batch(x, "d"));
	assert_int_equal(finish(x).why, OK);
	assert_int_equal(rows(), 1);
}

static void somebody_else_holds_the_file(void **state)
{
	struct fixture *x = *state;
	sqlite3 *other = connect();
	assert_int_equal(sql_exec(other, "BEGIN IMMEDIATE"), SQLITE_OK);
	writer_give(x->w, batch(x, "a"));
	struct writer_result r = finish(x);
	assert_int_equal(r.why, ERR_IO);
	assert_string_equal(r.text, "database is locked");
	assert_int_equal(sql_exec(other, "ROLLBACK"), SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	writer_give(x->w, batch(x, "a"));
	assert_int_equal(finish(x).why, OK);
}

static void the_end_waits_for_the_batch_in_work(void **state)
{
	struct fixture *x = *state;
	writer_give(x->w, batch(x, "abcd"));
	writer_free(x->w);
	x->w = NULL;
	assert_int_equal(rows(), 4);
}

static void rows_of_a_batch_reach_the_disk_once(void **state)
{
	struct fixture *x = *state;
	uint64_t n;
	for (int i = 0; i < 5000; i++)
		assert_int_equal(
			overlay_put(x->overlay, &names, span_str("same"), span_of(&i, 4), &n), OK);
	uint64_t before = fault_vfs_operations(x->disk);
	writer_give(x->w, batch(x, ""));
	assert_int_equal(finish(x).why, OK);
	assert_true(fault_vfs_operations(x->disk) - before < 20);
	assert_int_equal(rows(), 1);
}

static void without_memory(void **state)
{
	struct fixture *x = *state;
	struct writer *w = NULL;
	sqlite3 *db = connect();
	failing_env_fail_at(&x->env, 1);
	assert_int_equal(writer_new(&w, db, x->fd, &x->env.env), ERR_NOMEM);
	assert_null(w);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	writer_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_idle_to_idle),
		TEST(a_failed_batch_leaves_nothing),
		TEST(a_refused_row_takes_the_batch_with_it),
		TEST(somebody_else_holds_the_file),
		TEST(the_end_waits_for_the_batch_in_work),
		TEST(rows_of_a_batch_reach_the_disk_once),
		TEST(without_memory),
	};
	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
