#include "../failing_env.h"
#include "base/map.h"

/* Key 0 and input 00 01 02 ...: made with another implementation (CPython's
 * bytes hash); the last row has the key 00..0f of the reference. */
static void siphash13_vectors(void **state)
{
	static const struct {
		size_t n;
		uint64_t want;
	} rows[] = {
		{ 1, UINT64_C(0x68a914128e01e473) },  { 7, UINT64_C(0x2f098ab0c751325a) },
		{ 8, UINT64_C(0xead411e67ebe2eea) },  { 9, UINT64_C(0x75927f9d95124362) },
		{ 15, UINT64_C(0xf30eb725bb91c9ea) }, { 16, UINT64_C(0x8972188433a5c5b7) },
		{ 63, UINT64_C(0x385d3e39e5f37359) },
	};
	const uint64_t zero[2] = { 0, 0 };
	uint8_t in[64];
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(map_hash(zero, span_of(in, rows[i].n)) == rows[i].want);

	const uint64_t key[2] = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	assert_true(map_hash(key, span_of(NULL, 0)) == UINT64_C(0xabac0158050fc4dc));
}

static void empty(void **state)
{
	struct failing_env f;
	struct map m;
	failing_env_init(&f, 1);
	map_init(&m, &f.env);
	size_t at = 0;
	struct span key;
	void *value;
	assert_null(map_get(&m, span_str("a")));
	assert_null(map_take(&m, span_str("a")));
	assert_false(map_next(&m, &at, &key, &value));
	assert_int_equal(f.allocations, 0);
	map_free(&m);
	failing_env_assert_clean(&f);
}

static void replaces(void **state)
{
	struct failing_env f;
	struct map m;
	int a, b;
	char first[] = "key", second[] = "key";
	failing_env_init(&f, 1);
	map_init(&m, &f.env);
	assert_int_equal(map_put(&m, span_str(first), &a), OK);
	assert_int_equal(map_put(&m, span_str(second), &b), OK);
	memset(first, 0, sizeof(first));
	assert_int_equal(m.count, 1);
	assert_ptr_equal(map_get(&m, span_str("key")), &b);
	assert_ptr_equal(map_take(&m, span_str("key")), &b);
	assert_null(map_get(&m, span_str("key")));
	assert_int_equal(map_put(&m, span_of(NULL, 0), &a), OK);
	assert_ptr_equal(map_get(&m, span_of(NULL, 0)), &a);
	map_free(&m);
	failing_env_assert_clean(&f);
}

enum {
	KEYS = 700
};

struct model {
	uint16_t key[KEYS];
	bool in[KEYS];
	size_t count;
};

static void agrees(const struct map *m, struct model *model)
{
	bool seen[KEYS] = { false };
	size_t at = 0, n = 0;
	struct span key;
	void *value;
	while (map_next(m, &at, &key, &value)) {
		size_t i = (size_t)((uint16_t *)value - model->key);
		assert_true(i < KEYS && model->in[i] && !seen[i]);
		assert_ptr_equal(key.p, &model->key[i]);
		seen[i] = true;
		n++;
	}
	assert_int_equal(n, model->count);
	assert_int_equal(m->count, model->count);
	for (size_t i = 0; i < KEYS; i++) {
		void *want = model->in[i] ? &model->key[i] : NULL;
		assert_ptr_equal(map_get(m, span_of(&model->key[i], 2)), want);
	}
}

static void random_operations_like_a_model(void **state)
{
	struct failing_env f;
	struct map m;
	struct model model = { .count = 0 };
	failing_env_init(&f, 42);
	map_init(&m, &f.env);
	for (size_t i = 0; i < KEYS; i++)
		model.key[i] = (uint16_t)i;
	for (int step = 0; step < 40000; step++) {
		size_t i = failing_env_next(&f) % KEYS;
		struct span key = span_of(&model.key[i], 2);
		/* waves of filling and of emptying */
		if (failing_env_next(&f) % 8 < (step / 5000 % 2 ? 2 : 6)) {
			assert_int_equal(map_put(&m, key, &model.key[i]), OK);
			model.count += !model.in[i];
			model.in[i] = true;
		} else {
			void *was = map_take(&m, key);
			assert_ptr_equal(was, model.in[i] ? &model.key[i] : NULL);
			model.count -= model.in[i];
			model.in[i] = false;
		}
		if (step % 1000 == 0)
			agrees(&m, &model);
	}
	agrees(&m, &model);
	map_free(&m);
	failing_env_assert_clean(&f);
}

static void without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 9)
	{
		struct map m;
		uint16_t key[200];
		size_t in = 0;
		map_init(&m, &f.env);
		for (size_t i = 0; i < 200; i++) {
			key[i] = (uint16_t)i;
			enum err e = map_put(&m, span_of(&key[i], 2), &key[i]);
			assert_true(e == OK || (e == ERR_NOMEM && f.failed));
			in += e == OK;
			assert_true((map_get(&m, span_of(&key[i], 2)) != NULL) == (e == OK));
		}
		assert_int_equal(m.count, in);
		assert_true(in >= 199);
		map_free(&m);
		failing_env_assert_clean(&f);
	}
}

static void a_full_table_replaces_without_growing(void **state)
{
	struct failing_env f;
	struct map m;
	uint8_t key[12], other;
	failing_env_init(&f, 3);
	map_init(&m, &f.env);
	for (size_t i = 0; i < 12; i++) {
		key[i] = (uint8_t)i;
		assert_int_equal(map_put(&m, span_of(&key[i], 1), &key[i]), OK);
	}
	assert_int_equal(f.allocations, 1);
	assert_int_equal(map_put(&m, span_of(&key[3], 1), &other), OK);
	assert_int_equal(f.allocations, 1);
	assert_ptr_equal(map_get(&m, span_of(&key[3], 1)), &other);
	map_free(&m);
	failing_env_assert_clean(&f);
}

static void same_history_same_order(void **state)
{
	void *order[2][50];
	uint8_t key[50];
	for (int run = 0; run < 2; run++) {
		struct failing_env f;
		struct map m;
		size_t at = 0, n = 0;
		struct span k;
		failing_env_init(&f, 5);
		map_init(&m, &f.env);
		for (size_t i = 0; i < 50; i++) {
			key[i] = (uint8_t)i;
			assert_int_equal(map_put(&m, span_of(&key[i], 1), &key[i]), OK);
		}
		while (map_next(&m, &at, &k, &order[run][n]))
			n++;
		assert_int_equal(n, 50);
		map_free(&m);
	}
	assert_memory_equal(order[0], order[1], sizeof(order[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash13_vectors),
		cmocka_unit_test(empty),
		cmocka_unit_test(replaces),
		cmocka_unit_test(random_operations_like_a_model),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(a_full_table_replaces_without_growing),
		cmocka_unit_test(same_history_same_order),
	};
	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
