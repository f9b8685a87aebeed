#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/store.h"

#include <errno.h>
#include <poll.h>

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_table counts = { "counts", STORE_KEY_INTEGER };

static const struct store_options options = { .vfs = "fault" };

struct fixture {
	struct failing_env env;
	struct fault_vfs *disk;
	struct store_db *db;
	struct store *s;
};

static void open_db(struct fixture *x, const struct store_options *opt)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	enum err e = store_open(&x->db, "db", &x->env.env, opt, &why);
	assert_string_equal(buffer, "");
	assert_int_equal(e, OK);
	x->s = store_db_store(x->db);
}

static void close_db(struct fixture *x)
{
	store_close(x->db);
	failing_env_assert_clean(&x->env);
}

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	assert_non_null(x);
	failing_env_init(&x->env, 1);
	x->disk = fault_vfs_new("fault", 1);
	open_db(x, &options);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;
	close_db(x);
	fault_vfs_free(x->disk);
	free(x);
	return 0;
}

static uint64_t put(struct fixture *x, const char *key, const char *value)
{
	uint64_t n = 0;
	assert_int_equal(store_put(x->s, &names, span_str(key), span_str(value), &n), OK);
	return n;
}

static uint64_t del(struct fixture *x, const char *key)
{
	uint64_t n = 0;
	assert_int_equal(store_del(x->s, &names, span_str(key), &n), OK);
	return n;
}

static const char *rows(struct fixture *x)
{
	static char buffer[400];
	struct store_row row;
	struct span after = span_of(NULL, 0), value;
	char key[64];
	struct text t = TEXT_OF(buffer);
	enum err e;
	while ((e = store_scan(x->s, &names, after, &row)) == OK) {
		text_span(&t, row.key);
		text_char(&t, '=');
		text_span(&t, row.value);
		text_char(&t, ',');
		/* the span dies with the next call */
		size_t n = row.key.n;
		memcpy(key, row.key.p, n);
		size_t before = t.n - 1 - row.value.n;
		assert_int_equal(store_get(x->s, &names, span_of(key, n), &value), OK);
		assert_memory_equal(buffer + before, value.p, value.n);
		after = span_of(key, n);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	return buffer;
}

static bool readable(struct fixture *x, int timeout_ms)
{
	struct pollfd p = { store_db_fd(x->db), POLLIN, 0 };
	return poll(&p, 1, timeout_ms) == 1;
}

static void told(struct fixture *x, enum err why, uint64_t number)
{
	struct store_progress p;
	assert_true(store_db_progress(x->db, &p));
	assert_int_equal(p.why, why);
	assert_int_equal(p.number, number);
	assert_int_equal(p.text[0] == '\0', why == OK);
}

/* As told, when the commit may still run. */
static void told_later(struct fixture *x, enum err why, uint64_t number)
{
	struct store_progress p = { .number = 0 };
	while (!store_db_progress(x->db, &p))
		assert_true(readable(x, 10000));
	assert_int_equal(p.why, why);
	assert_int_equal(p.number, number);
}

static void told_nothing(struct fixture *x)
{
	struct store_progress p;
	assert_false(store_db_progress(x->db, &p));
}

static void commit(struct fixture *x)
{
	assert_int_equal(store_db_drain(x->db, 10000), OK);
	told(x, OK, store_db_newest(x->db));
	told_nothing(x);
}

/* STORE-2: numbers begin with 1 at each opening. */
static void commits_and_keeps(void **state)
{
	struct fixture *x = *state;
	struct span v;
	assert_false(readable(x, 0));
	told_nothing(x);
	assert_string_equal(rows(x), "");
	assert_int_equal(store_get(x->s, &names, span_str("a"), &v), ERR_NOT_FOUND);
	assert_true(put(x, "b", "2") == 1);
	assert_true(put(x, "a", "1") == 2);
	assert_string_equal(rows(x), "a=1,b=2,");
	assert_true(store_db_uncommitted(x->db) > 0);
	store_db_flush(x->db);
	assert_true(readable(x, 10000));
	told_later(x, OK, 2);
	told_nothing(x);
	assert_true(store_db_uncommitted(x->db) == 0);
	assert_string_equal(rows(x), "a=1,b=2,");

	close_db(x);
	open_db(x, &options);
	assert_string_equal(rows(x), "a=1,b=2,");
	assert_true(store_db_newest(x->db) == 0);
	assert_true(put(x, "c", "3") == 1);
}

static void what_was_not_flushed_is_lost_at_close(void **state)
{
	struct fixture *x = *state;
	put(x, "a", "1");
	commit(x);
	put(x, "b", "2");
	close_db(x);
	open_db(x, &options);
	assert_string_equal(rows(x), "a=1,");
}

/* STORE-1. */
static void layers_over_committed_rows(void **state)
{
	struct fixture *x = *state;
	put(x, "b", "2");
	put(x, "d", "4");
	put(x, "e", "5");
	commit(x);
	put(x, "a", "1");
	put(x, "d", "four");
	del(x, "e");
	assert_string_equal(rows(x), "a=1,b=2,d=four,");
	commit(x);
	assert_string_equal(rows(x), "a=1,b=2,d=four,");
	del(x, "a");
	del(x, "b");
	del(x, "nothing");
	assert_string_equal(rows(x), "d=four,");
	commit(x);
	assert_string_equal(rows(x), "d=four,");
}

/* STORE-4. STORE-9: nothing waits for the disk, which is held. */
static void a_busy_writer_lets_the_open_batch_grow(void **state)
{
	struct fixture *x = *state;
	fault_vfs_hold(x->disk, true);
	put(x, "a", "1");
	store_db_flush(x->db);
	put(x, "b", "2");
	store_db_flush(x->db);
	put(x, "c", "3");
	store_db_flush(x->db);
	del(x, "a");
	assert_string_equal(rows(x), "b=2,c=3,");
	told_nothing(x);
	fault_vfs_hold(x->disk, false);
	assert_true(readable(x, 10000));
	fault_vfs_hold(x->disk, true);
	told(x, OK, 1);
	told_nothing(x);
	assert_string_equal(rows(x), "b=2,c=3,");
	fault_vfs_hold(x->disk, false);
	/* the rest went as one, without another flush */
	told_later(x, OK, 4);
	told_nothing(x);
	assert_string_equal(rows(x), "b=2,c=3,");
	/* and what is put later waits for its own */
	put(x, "d", "4");
	store_db_flush(x->db);
	put(x, "e", "5");
	told_later(x, OK, 5);
	told_nothing(x);
	close_db(x);
	open_db(x, &options);
	assert_string_equal(rows(x), "b=2,c=3,d=4,");
}

static void what_was_put_after_the_last_flush_stays_open(void **state)
{
	struct fixture *x = *state;
	put(x, "a", "1");
	store_db_flush(x->db);
	put(x, "b", "2");
	told_later(x, OK, 1);
	assert_true(store_db_uncommitted(x->db) > 0);
	told_nothing(x);
	store_db_flush(x->db);
	told_later(x, OK, 2);
}

static void drain_gives_up_in_time(void **state)
{
	struct fixture *x = *state;
	fault_vfs_hold(x->disk, true);
	put(x, "a", "1");
	put(x, "b", "2");
	assert_int_equal(store_db_drain(x->db, 1), ERR_TIMEOUT);
	put(x, "c", "3");
	assert_int_equal(store_db_drain(x->db, 0), ERR_TIMEOUT);
	told_nothing(x);
	fault_vfs_hold(x->disk, false);
	assert_int_equal(store_db_drain(x->db, 10000), OK);
	assert_int_equal(store_db_drain(x->db, 10000), OK);
	told(x, OK, 3);
	told_nothing(x);
	assert_string_equal(rows(x), "a=1,b=2,c=3,");
}

static void a_full_disk_undoes_and_goes_on(void **state)
{
	struct fixture *x = *state;
	struct store_progress p;
	put(x, "a", "1");
	commit(x);
	fault_vfs_fail_at(x->disk, 1, 1000000, ENOSPC);
	put(x, "a", "one");
	put(x, "b", "2");
	assert_int_equal(store_db_drain(x->db, 10000), ERR_NO_SPACE);
	/* still there until told, so that the core and its rows change at once */
	assert_string_equal(rows(x), "a=one,b=2,");
	put(x, "c", "3");
	assert_true(store_db_progress(x->db, &p));
	assert_int_equal(p.why, ERR_NO_SPACE);
	assert_true(p.number == 2);
	assert_string_equal(p.text, "database or disk is full");
	told_nothing(x);
	assert_string_equal(rows(x), "a=1,");

	assert_true(put(x, "b", "again") == 5);
	store_db_flush(x->db);
	told_later(x, ERR_NO_SPACE, 5);
	fault_vfs_fail_at(x->disk, 0, 0, 0);
	assert_true(put(x, "b", "at last") == 6);
	commit(x);
	assert_string_equal(rows(x), "a=1,b=at last,");
}

static void a_table_undone_is_made_again(void **state)
{
	struct fixture *x = *state;
	fault_vfs_fail_at(x->disk, 1, 1, EIO);
	put(x, "a", "1");
	store_db_flush(x->db);
	told_later(x, ERR_IO, 1);
	assert_string_equal(rows(x), "");
	put(x, "a", "2");
	commit(x);
	assert_string_equal(rows(x), "a=2,");
}

static void a_commit_before_a_failure_is_told_first(void **state)
{
	struct fixture *x = *state;
	fault_vfs_hold(x->disk, true);
	put(x, "a", "1");
	store_db_flush(x->db);
	put(x, "b", "2");
	store_db_flush(x->db);
	fault_vfs_hold(x->disk, false);
	assert_true(readable(x, 10000));
	fault_vfs_fail_at(x->disk, 1, 1, EIO);
	assert_int_equal(store_db_drain(x->db, 10000), ERR_IO);
	told(x, OK, 1);
	told(x, ERR_IO, 2);
	told_nothing(x);
	assert_string_equal(rows(x), "a=1,");
}

static void uncommitted_octets_are_bounded(void **state)
{
	struct fixture *x = *state;
	char value[1000];
	uint64_t n = 0, last = 0;
	enum err e = OK;
	close_db(x);
	open_db(x, &(struct store_options){ .vfs = "fault", .uncommitted_max = 100000 });
	memset(value, 'v', sizeof(value));
	for (int i = 0; i < 1000 && !e; i++) {
		char key[2] = { (char)(i / 50 + 1), (char)(i % 50 + 1) };
		last = n;
		e = store_put(x->s, &names, span_of(key, 2), span_of(value, sizeof(value)), &n);
	}
	assert_int_equal(e, ERR_FULL);
	assert_true(n == last && n >= 80 && n < 100);
	/* one more octet than allowed never was taken */
	assert_true(store_db_uncommitted(x->db) <= 100000);
	e = OK;
	for (char key[2] = { 'x', 1 }; key[1] < 100 && !e; key[1]++)
		e = store_del(x->s, &names, span_of(key, 2), &n);
	assert_int_equal(e, ERR_FULL);
	commit(x);
	put(x, "small", "again");
	commit(x);
}

static void limits_of_keys_values_and_tables(void **state)
{
	struct fixture *x = *state;
	char key[STORE_KEY_MAX + 1];
	struct store_row row;
	uint64_t n = 0;
	memset(key, 'k', sizeof(key));
	struct span fits = span_of(key, STORE_KEY_MAX), over = span_of(key, sizeof(key));
	assert_int_equal(store_put(x->s, &names, over, span_str(""), &n), ERR_RANGE);
	assert_int_equal(store_del(x->s, &names, over, &n), ERR_RANGE);
	assert_int_equal(store_scan(x->s, &names, over, &row), ERR_NOT_FOUND);
	assert_int_equal(store_put(x->s, &names, fits, span_of(key, STORE_VALUE_MAX + 1), &n),
			 ERR_RANGE);
	assert_true(n == 0);
	assert_int_equal(store_put(x->s, &names, fits, span_str("v"), &n), OK);
	commit(x);
	assert_int_equal(store_scan(x->s, &names, span_of(NULL, 0), &row), OK);
	assert_int_equal(row.key.n, STORE_KEY_MAX);
	assert_int_equal(store_scan(x->s, &names, over, &row), ERR_NOT_FOUND);
	key[STORE_KEY_MAX - 1] = 'j';
	assert_int_equal(store_scan(x->s, &names, over, &row), OK);

	static struct store_table many[70];
	static char name[70][3];
	size_t taken = 0;
	for (size_t i = 0; i < 70; i++) {
		name[i][0] = (char)('a' + i / 26);
		name[i][1] = (char)('a' + i % 26);
		many[i] = (struct store_table){ name[i], STORE_KEY_OCTETS };
		enum err e = store_put(x->s, &many[i], span_str("k"), span_str("v"), &n);
		assert_true(e == OK || e == ERR_FULL);
		taken += e == OK;
	}
	assert_int_equal(taken, 63);
	commit(x);
}

/* A model of what the store should hold. */
enum {
	MODEL_KEYS = 90
};

struct model {
	uint32_t value[2][MODEL_KEYS]; /* 0 absent */
};

/* Growing ones, and some on both sides of 2^63. */
static struct span model_key(uint8_t b[8], size_t table, size_t i)
{
	memset(b, 0, 8);
	if (table == 0) {
		b[0] = (uint8_t)(i / 9 + 1);
		b[1] = (uint8_t)(i % 9);
		return span_of(b, i % 9 ? 2 : 1);
	}
	if (i == MODEL_KEYS - 1)
		memset(b, 0xff, 8);
	else if (i >= 60)
		b[0] = 0x80;
	else if (i >= 50)
		memset(b, 0xff, 7);
	if (i >= 50 && i < 60)
		b[0] = 0x7f;
	if (i < MODEL_KEYS - 1)
		b[7] = (uint8_t)(i >= 50 && i < 60 ? 0xff - (59 - i) : i);
	return span_of(b, 8);
}

static struct span model_value(uint8_t *b, uint32_t v)
{
	size_t n = v % 97;
	if (v % 41 == 0)
		n = 9000;
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> (i % 4 * 8));
	return span_of(b, n);
}

static const struct store_table *const tables[2] = { &names, &counts };

static void same_as_model(struct fixture *x, const struct model *m)
{
	static uint8_t vb[9000];
	uint8_t kb[8], after_b[8];
	for (size_t t = 0; t < 2; t++) {
		struct span after = span_of(after_b, 0), value;
		struct store_row row;
		for (size_t i = 0; i < MODEL_KEYS; i++) {
			struct span key = model_key(kb, t, i);
			uint32_t want = m->value[t][i];
			enum err e = store_get(x->s, tables[t], key, &value);
			assert_int_equal(e, want ? OK : ERR_NOT_FOUND);
			if (!want)
				continue;
			assert_true(span_eq(value, model_value(vb, want)));
			assert_int_equal(store_scan(x->s, tables[t], after, &row), OK);
			assert_true(span_eq(row.key, key));
			assert_true(span_eq(row.value, model_value(vb, want)));
			memcpy(after_b, key.p, key.n);
			after.n = key.n;
		}
		assert_int_equal(store_scan(x->s, tables[t], after, &row), ERR_NOT_FOUND);
	}
}

static void change(struct fixture *x, struct model *m, uint32_t number)
{
	static uint8_t vb[9000];
	uint8_t kb[8];
	uint64_t n;
	size_t t = failing_env_next(&x->env) % 2, i = failing_env_next(&x->env) % MODEL_KEYS;
	bool remove = failing_env_next(&x->env) % 3 == 0;
	struct span key = model_key(kb, t, i);
	m->value[t][i] = remove ? 0 : number;
	if (remove)
		assert_int_equal(store_del(x->s, tables[t], key, &n), OK);
	else
		assert_int_equal(store_put(x->s, tables[t], key, model_value(vb, number), &n), OK);
}

static void random_operations_like_a_model(void **state)
{
	struct fixture *x = *state;
	struct model m, committed;
	memset(&m, 0, sizeof(m));
	memset(&committed, 0, sizeof(committed));
	for (uint32_t step = 1; step < 1500; step++) {
		uint64_t dice = failing_env_next(&x->env) % 100;
		struct store_progress p;
		change(x, &m, step);
		if (dice < 10)
			store_db_flush(x->db);
		if (dice >= 10 && dice < 15)
			while (store_db_progress(x->db, &p))
				assert_int_equal(p.why, OK);
		if (dice >= 15 && dice < 19)
			same_as_model(x, &m);
		if (dice == 20) {
			assert_int_equal(store_db_drain(x->db, 10000), OK);
			committed = m;
			same_as_model(x, &m);
			close_db(x);
			open_db(x, &options);
			same_as_model(x, &committed);
		}
		if (dice == 21) {
			while (!store_db_drain(x->db, 10000) && store_db_progress(x->db, &p))
				assert_int_equal(p.why, OK);
			committed = m;
			fault_vfs_fail_at(x->disk, 1, 1, EIO);
			for (uint32_t i = 0; i < 5; i++)
				change(x, &m, step);
			assert_int_equal(store_db_drain(x->db, 10000), ERR_IO);
			same_as_model(x, &m);
			while (store_db_progress(x->db, &p))
				;
			m = committed;
			same_as_model(x, &m);
		}
	}
	same_as_model(x, &m);
}

static void a_long_scan(void **state)
{
	struct fixture *x = *state;
	struct store_row row;
	uint8_t key[8] = { 0 }, after_b[8];
	struct span after = span_of(after_b, 0);
	uint64_t n;
	uint32_t i;
	for (i = 0; i < 3000; i++) {
		key[6] = (uint8_t)(i >> 8);
		key[7] = (uint8_t)i;
		assert_int_equal(store_put(x->s, &counts, span_of(key, 8), span_of(&i, 4), &n), OK);
	}
	commit(x);
	/* a delete and a put ahead of the walk count, though rows were read ahead */
	for (i = 0; store_scan(x->s, &counts, after, &row) == OK; i++) {
		if (i == 1001)
			i = 1002;
		uint32_t v;
		assert_int_equal(row.key.p[6] << 8 | row.key.p[7], i);
		memcpy(&v, row.value.p, 4);
		assert_int_equal(v, i == 1003 ? 77 : i);
		memcpy(after_b, row.key.p, 8);
		after.n = 8;
		if (i == 1000) {
			v = 77;
			key[6] = 1001 >> 8;
			key[7] = 1001 & 0xff;
			assert_int_equal(store_del(x->s, &counts, span_of(key, 8), &n), OK);
			key[7] += 2;
			assert_int_equal(
				store_put(x->s, &counts, span_of(key, 8), span_of(&v, 4), &n), OK);
			commit(x);
		}
	}
	assert_int_equal(i, 3000);
}

static void read_errors_are_said(void **state)
{
	struct fixture *x = *state;
	struct store_row row;
	struct span v;
	char value[9000];
	uint64_t n;
	memset(value, 'x', sizeof(value));
	for (char key[2] = "a"; key[0] <= 'z'; key[0]++)
		assert_int_equal(
			store_put(x->s, &names, span_str(key), span_of(value, sizeof(value)), &n),
			OK);
	commit(x);
	close_db(x);
	open_db(x, &options);
	fault_vfs_fail_reads(x->disk, 1, 1000000);
	assert_int_equal(store_get(x->s, &names, span_str("m"), &v), ERR_IO);
	assert_int_equal(store_scan(x->s, &names, span_str("c"), &row), ERR_IO);
	fault_vfs_fail_reads(x->disk, 0, 0);
	assert_int_equal(store_get(x->s, &names, span_str("m"), &v), OK);
	assert_int_equal(store_scan(x->s, &names, span_str("c"), &row), OK);
	assert_true(span_eq(row.key, span_str("d")));
}

/* Whether it went well, which without memory it need not. */
static bool went(const struct failing_env *f, enum err e, enum err want)
{
	assert_true(e == want || (e == ERR_NOMEM && f->failed));
	return e == OK;
}

static bool one_row(struct failing_env *f, struct store_db *db, const char *key)
{
	char value[300] = "v";
	struct store *s = store_db_store(db);
	struct store_progress p;
	struct store_row row;
	struct span v;
	uint64_t n = 0;
	bool there = went(f, store_put(s, &names, span_str(key), span_of(value, 300), &n), OK);
	assert_int_equal(store_db_drain(db, 10000), OK);
	while (store_db_progress(db, &p))
		assert_int_equal(p.why, OK);
	(void)went(f, store_get(s, &names, span_str(key), &v), there ? OK : ERR_NOT_FOUND);
	if (store_db_newest(db) > 0)
		(void)went(f, store_scan(s, &names, span_of(NULL, 0), &row), OK);
	return there;
}

static void without_memory(void **state)
{
	static const char *const keys[] = { "a", "b", "c", "d" };
	struct failing_env f;
	char buffer[300];
	(void)state;
	FAILING_ENV_EACH(f, 4)
	{
		struct fault_vfs *disk = fault_vfs_new("fault_too", 1);
		struct store_options opt = { .vfs = "fault_too" };
		struct store_db *db = NULL;
		struct text why = TEXT_OF(buffer);
		bool open = went(&f, store_open(&db, "db", &f.env, &opt, &why), OK);
		assert_int_equal(open, db != NULL);
		assert_int_equal(open, why.n == 0);
		size_t done = 0;
		for (size_t i = 0; open && i < 4; i++)
			done += one_row(&f, db, keys[i]);
		if (open)
			assert_true(store_db_newest(db) == done && done >= 3);
		store_close(db);
		failing_env_assert_clean(&f);
		fault_vfs_free(disk);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commits_and_keeps),
		TEST(what_was_not_flushed_is_lost_at_close),
		TEST(layers_over_committed_rows),
		TEST(a_busy_writer_lets_the_open_batch_grow),
		TEST(what_was_put_after_the_last_flush_stays_open),
		TEST(drain_gives_up_in_time),
		TEST(a_full_disk_undoes_and_goes_on),
		TEST(a_table_undone_is_made_again),
		TEST(a_commit_before_a_failure_is_told_first),
		TEST(uncommitted_octets_are_bounded),
		TEST(limits_of_keys_values_and_tables),
		TEST(random_operations_like_a_model),
		TEST(a_long_scan),
		TEST(read_errors_are_said),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
