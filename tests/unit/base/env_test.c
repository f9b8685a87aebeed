#include "../failing_env.h"

static void zalloc_zeroes(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	uint8_t *p = env_zalloc(&f.env, 10, 7);
	assert_non_null(p);
	for (size_t i = 0; i < 70; i++)
		assert_int_equal(p[i], 0);
	env_free(&f.env, p);
	env_free(&f.env, NULL);
	failing_env_assert_clean(&f);
}

static void zalloc_of_nothing_is_not_out_of_memory(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	void *p = env_zalloc(&f.env, 0, 8);
	assert_non_null(p);
	env_free(&f.env, p);
	failing_env_assert_clean(&f);
}

static void overflow_is_out_of_memory(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	assert_null(env_zalloc(&f.env, SIZE_MAX / 2, 3));
	assert_null(env_copy(&f.env, "x", SIZE_MAX));
	assert_int_equal(f.allocations, 0);
}

static void failing(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	f.fail_at = 1;
	f.fail_on = true;
	assert_null(env_zalloc(&f.env, 1, 1));
	assert_null(env_copy(&f.env, "abc", 3));
	assert_null(env_resize(&f.env, NULL, 5));
	failing_env_assert_clean(&f);
}

static void resize_keeps_octets(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	uint8_t *p = env_resize(&f.env, NULL, 3);
	memcpy(p, "abc", 3);
	p = env_resize(&f.env, p, 3000);
	assert_memory_equal(p, "abc", 3);
	failing_env_fail_at(&f, 1);
	assert_null(env_resize(&f.env, p, 6000));
	assert_memory_equal(p, "abc", 3);
	assert_null(env_resize(&f.env, p, 0));
	failing_env_assert_clean(&f);
}

static void copies_end_in_zero(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 1);
	char *p = env_copy(&f.env, "abcdef", 3);
	assert_string_equal(p, "abc");
	env_free(&f.env, p);
	p = env_copy(&f.env, NULL, 0);
	assert_string_equal(p, "");
	env_free(&f.env, p);
	failing_env_assert_clean(&f);
}

static void fixed_random(void *ctx, void *p, size_t n)
{
	uint8_t *next = ctx;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (*next)++;
}

static void random_integers_are_big_endian(void **state)
{
	uint8_t next = 1;
	struct env env = { NULL, fixed_random, &next };
	assert_true(env_random_u64(&env) == UINT64_C(0x0102030405060708));
}

static void random_below_stays_below(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 7);
	assert_true(env_random_below(&f.env, 0) == 0);
	assert_true(env_random_below(&f.env, 1) == 0);
	size_t seen[6] = { 0 };
	for (int i = 0; i < 6000; i++) {
		uint64_t v = env_random_below(&f.env, 6);
		assert_true(v < 6);
		seen[v]++;
	}
	for (int i = 0; i < 6; i++)
		assert_in_range(seen[i], 850, 1150);
	for (int i = 0; i < 100; i++)
		assert_true(env_random_below(&f.env, UINT64_MAX) < UINT64_MAX);
}

static void zeros_then_ones(void *ctx, void *p, size_t n)
{
	int *calls = ctx;
	memset(p, (*calls)++ == 0 ? 0x00 : 0x01, n);
}

static void random_below_draws_again_where_it_would_be_biased(void **state)
{
	int calls = 0;
	struct env env = { NULL, zeros_then_ones, &calls };
	/* 2^64 mod 3 is 1: zero alone is surplus. */
	assert_true(env_random_below(&env, 3) == UINT64_C(0x0101010101010101) % 3);
	assert_int_equal(calls, 2);
	calls = 0;
	assert_true(env_random_below(&env, 4) == 0);
	assert_int_equal(calls, 1);
}

static void each_runs_until_nothing_fails(void **state)
{
	struct failing_env f;
	size_t runs = 0;
	FAILING_ENV_EACH(f, 1)
	{
		void *a = env_zalloc(&f.env, 1, 1);
		void *b = env_zalloc(&f.env, 1, 1);
		assert_true((runs == 0) == !a);
		assert_true((runs == 1) == !b);
		env_free(&f.env, a);
		env_free(&f.env, b);
		failing_env_assert_clean(&f);
		runs++;
	}
	assert_int_equal(runs, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zalloc_zeroes),
		cmocka_unit_test(zalloc_of_nothing_is_not_out_of_memory),
		cmocka_unit_test(overflow_is_out_of_memory),
		cmocka_unit_test(failing),
		cmocka_unit_test(resize_keeps_octets),
		cmocka_unit_test(copies_end_in_zero),
		cmocka_unit_test(random_integers_are_big_endian),
		cmocka_unit_test(random_below_stays_below),
		cmocka_unit_test(random_below_draws_again_where_it_would_be_biased),
		cmocka_unit_test(each_runs_until_nothing_fails),
	};
	return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
