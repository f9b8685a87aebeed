#include "../failing_env.h"
#include "base/store_mem.h"

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_table other = { "other", STORE_KEY_OCTETS };

static uint64_t put(struct store_mem *m, const char *key, const char *value)
{
	uint64_t n = 0;
	assert_int_equal(store_put(store_mem_store(m), &names, span_str(key), span_str(value), &n),
			 OK);
	return n;
}

static uint64_t del(struct store_mem *m, const char *key)
{
	uint64_t n = 0;
	assert_int_equal(store_del(store_mem_store(m), &names, span_str(key), &n), OK);
	return n;
}

/* All rows as "key=value," in order of a scan; each is also got. */
static const char *rows(struct store_mem *m)
{
	static char buffer[400];
	struct store *s = store_mem_store(m);
	struct store_row row;
	struct span after = span_of(NULL, 0), value;
	size_t n = 0;
	while (store_scan(s, &names, after, &row) == OK) {
		memcpy(buffer + n, row.key.p, row.key.n);
		n += row.key.n;
		buffer[n++] = '=';
		memcpy(buffer + n, row.value.p, row.value.n);
		n += row.value.n;
		buffer[n++] = ',';
		assert_int_equal(store_get(s, &names, row.key, &value), OK);
		assert_true(span_eq(value, row.value));
		after = row.key;
	}
	buffer[n] = '\0';
	return buffer;
}

/* Rows are found from the one found last, also when that one is gone or replaced. */
static void reads_one_row_after_the_other(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	struct span v;
	static const char *const order[] = { "c", "d", "e", "a", "z", "b", "b", "y", "c" };
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	struct store *s = store_mem_store(m);
	for (char key[2] = "a"; key[0] <= 'z'; key[0]++)
		put(m, key, key);
	assert_true(store_mem_seal(m) && store_mem_commit(m));
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_int_equal(store_get(s, &names, span_str(order[i]), &v), OK);
		assert_true(span_eq(v, span_str(order[i])));
	}
	assert_int_equal(store_get(s, &names, span_str("cc"), &v), ERR_NOT_FOUND);
	assert_int_equal(store_get(s, &names, span_str("c"), &v), OK);
	del(m, "c");
	put(m, "d", "new");
	assert_true(store_mem_seal(m) && store_mem_commit(m));
	assert_int_equal(store_get(s, &names, span_str("c"), &v), ERR_NOT_FOUND);
	assert_int_equal(store_get(s, &names, span_str("d"), &v), OK);
	assert_true(span_eq(v, span_str("new")));
	put(m, "d", "newer");
	assert_true(store_mem_seal(m) && store_mem_commit(m));
	assert_int_equal(store_get(s, &names, span_str("d"), &v), OK);
	assert_true(span_eq(v, span_str("newer")));
	store_mem_free(m);
	assert_int_equal(f.live, 0);
}

static void reads_what_it_has_put(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	struct span v;
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	assert_string_equal(rows(m), "");
	assert_true(put(m, "b", "2") == 1);
	assert_true(put(m, "a", "1") == 2);
	assert_string_equal(rows(m), "a=1,b=2,");
	assert_int_equal(store_get(store_mem_store(m), &other, span_str("a"), &v), ERR_NOT_FOUND);
	assert_true(store_mem_newest(m) == 2);
	assert_true(store_mem_committed(m) == 0);
	assert_true(del(m, "b") == 3);
	assert_true(del(m, "none") == 4);
	assert_string_equal(rows(m), "a=1,");
	assert_int_equal(store_get(store_mem_store(m), &names, span_str("b"), &v), ERR_NOT_FOUND);
	store_mem_free(m);
	failing_env_assert_clean(&f);
}

static void layers_over_committed_rows(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	assert_false(store_mem_seal(m));
	assert_false(store_mem_commit(m));
	put(m, "b", "2");
	put(m, "d", "4");
	put(m, "e", "5");
	assert_false(store_mem_commit(m));
	assert_true(store_mem_seal(m));
	assert_false(store_mem_seal(m));
	assert_true(store_mem_commit(m));
	assert_true(store_mem_committed(m) == 3);
	assert_false(store_mem_commit(m));
	put(m, "a", "1");
	put(m, "d", "four");
	del(m, "e");
	assert_true(store_mem_seal(m));
	put(m, "c", "3");
	del(m, "a");
	put(m, "e", "five");
	assert_string_equal(rows(m), "b=2,c=3,d=four,e=five,");
	assert_true(store_mem_commit(m));
	assert_true(store_mem_committed(m) == 6);
	assert_string_equal(rows(m), "b=2,c=3,d=four,e=five,");
	assert_true(store_mem_seal(m));
	assert_true(store_mem_commit(m));
	assert_string_equal(rows(m), "b=2,c=3,d=four,e=five,");
	assert_true(store_mem_committed(m) == store_mem_newest(m));
	store_mem_wipe(m);
	assert_string_equal(rows(m), "");
	assert_true(put(m, "a", "1") == 10);
	store_mem_free(m);
	failing_env_assert_clean(&f);
}

static void a_crash_leaves_what_was_committed(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	put(m, "a", "1");
	store_mem_seal(m);
	store_mem_commit(m);
	del(m, "a");
	store_mem_seal(m);
	put(m, "b", "2");
	assert_string_equal(rows(m), "b=2,");
	store_mem_crash(m);
	assert_string_equal(rows(m), "a=1,");
	assert_false(store_mem_commit(m));
	assert_true(store_mem_committed(m) == 1);
	assert_true(put(m, "c", "3") == 4);
	store_mem_free(m);
	failing_env_assert_clean(&f);
}

static void a_failed_commit_undoes_it_and_all_after(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	assert_true(store_mem_fail(m) == 0);
	put(m, "a", "1");
	store_mem_seal(m);
	put(m, "b", "2");
	store_mem_seal(m);
	put(m, "c", "3");
	assert_true(store_mem_commit(m));
	assert_true(store_mem_fail(m) == 2);
	assert_string_equal(rows(m), "a=1,");
	assert_true(store_mem_fail(m) == 0);
	assert_true(put(m, "b", "again") == 4);
	assert_true(store_mem_seal(m));
	assert_true(store_mem_commit(m));
	assert_true(store_mem_committed(m) == 4);
	assert_string_equal(rows(m), "a=1,b=again,");
	store_mem_free(m);
	failing_env_assert_clean(&f);
}

static void broken_until_told_otherwise(void **state)
{
	struct failing_env f;
	struct store_mem *m;
	uint64_t n = 7;
	failing_env_init(&f, 1);
	assert_int_equal(store_mem_new(&m, &f.env), OK);
	struct store *s = store_mem_store(m);
	store_mem_break(m, ERR_FULL);
	assert_int_equal(store_put(s, &names, span_str("a"), span_str("1"), &n), ERR_FULL);
	assert_int_equal(store_del(s, &names, span_str("a"), &n), ERR_FULL);
	assert_true(n == 7 && store_mem_newest(m) == 0);
	store_mem_break(m, OK);
	assert_true(put(m, "a", "1") == 1);
	store_mem_free(m);
	failing_env_assert_clean(&f);
}

static void a_commit_without_memory_is_whole_or_not_at_all(void **state)
{
	for (size_t fail = 1;; fail++) {
		struct failing_env f;
		struct store_mem *m;
		failing_env_init(&f, fail);
		assert_int_equal(store_mem_new(&m, &f.env), OK);
		put(m, "a", "1");
		put(m, "b", "2");
		store_mem_seal(m);
		assert_true(store_mem_commit(m));
		del(m, "a");
		put(m, "b", "two");
		put(m, "c", "3");
		uint64_t n;
		assert_int_equal(
			store_put(store_mem_store(m), &other, span_str("x"), span_str(""), &n), OK);
		store_mem_seal(m);
		failing_env_fail_at(&f, fail);
		bool done = store_mem_commit(m);
		bool failed = f.failed;
		assert_int_equal(done, !failed);
		assert_true(store_mem_committed(m) == (done ? 6 : 2));
		store_mem_crash(m);
		assert_string_equal(rows(m), done ? "b=two,c=3," : "a=1,b=2,");
		store_mem_free(m);
		failing_env_assert_clean(&f);
		if (!failed)
			break;
		assert_true(fail < 20);
	}
}

static void puts_without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct store_mem *m = NULL;
		uint64_t n = 0;
		if (store_mem_new(&m, &f.env) == OK) {
			enum err e = store_put(store_mem_store(m), &names, span_str("a"),
					       span_str("1"), &n);
			assert_int_equal(e == OK, !f.failed);
			assert_string_equal(rows(m), e ? "" : "a=1,");
		}
		store_mem_free(m);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_has_put),
		cmocka_unit_test(reads_one_row_after_the_other),
		cmocka_unit_test(layers_over_committed_rows),
		cmocka_unit_test(a_crash_leaves_what_was_committed),
		cmocka_unit_test(a_failed_commit_undoes_it_and_all_after),
		cmocka_unit_test(broken_until_told_otherwise),
		cmocka_unit_test(a_commit_without_memory_is_whole_or_not_at_all),
		cmocka_unit_test(puts_without_memory),
	};
	return cmocka_run_group_tests_name("store_mem", tests, NULL, NULL);
}
