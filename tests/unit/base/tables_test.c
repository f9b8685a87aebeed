#include "../failing_env.h"
#include "base/tables.h"

#include <math.h>

static void log2_of_powers(void **state)
{
	assert_int_equal(tables_log2(0), 0);
	assert_int_equal(tables_log2_fixed(0), 0);
	for (uint32_t i = 0; i < 64; i++) {
		uint64_t v = UINT64_C(1) << i;
		assert_int_equal(tables_log2(v), i);
		assert_int_equal(tables_log2(v | (v - 1)), i);
		assert_int_equal(tables_log2_fixed(v), i << 16);
	}
}

static void log2_like_the_library(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 2);
	for (int i = 0; i < 20000; i++) {
		uint64_t v = failing_env_next(&f) >> (i % 64);
		if (v == 0)
			continue;
		double d = tables_log2_fixed(v) / 65536.0 - log2((double)v);
		assert_true(fabs(d) < 1.0 / 4096);
	}
}

static void log2_never_falls(void **state)
{
	for (uint64_t v = 1; v < 70000; v++)
		assert_true(tables_log2_fixed(v + 1) >= tables_log2_fixed(v));
}

static void exp2_of_whole_numbers(void **state)
{
	for (uint32_t i = 0; i < 48; i++)
		assert_true(tables_exp2_fixed(i << 16) == UINT64_C(65536) << i);
}

static void exp2_like_the_library(void **state)
{
	for (uint32_t x = 0; x < UINT32_C(48) << 16; x += 37) {
		double want = exp2(x / 65536.0) * 65536.0;
		double got = (double)tables_exp2_fixed(x);
		assert_true(fabs(got - want) <= 1.0 + want / (1 << 26));
	}
}

static void exp2_saturates(void **state)
{
	assert_true(tables_exp2_fixed((UINT32_C(48) << 16) - 1) < UINT64_MAX);
	assert_true(tables_exp2_fixed(UINT32_C(48) << 16) == UINT64_MAX);
	assert_true(tables_exp2_fixed(UINT32_MAX) == UINT64_MAX);
}

static void known_values(void **state)
{
	assert_true(tables_exp2_fixed(32768) == 92682);	      /* 1.41421 */
	assert_int_equal(tables_log2_fixed(3), 103872);	      /* 1.58496 */
	assert_int_equal(tables_log2_fixed(1000), 653117);    /* 9.96578 */
	assert_true(tables_exp2_fixed(65535 * 4) == 1048532); /* 15.99932 */
}

static void decay_like_the_library(void **state)
{
	for (uint32_t x = 0; x < UINT32_C(40) << 16; x += 31) {
		double want = exp(-(x / 65536.0)) * 4294967296.0;
		double got = (double)tables_decay_fixed(x);
		assert_true(fabs(got - want) <= 262144.0);
	}
	assert_int_equal(tables_decay_fixed(0), UINT32_MAX);
	assert_int_equal(tables_decay_fixed(UINT32_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log2_of_powers),	 cmocka_unit_test(log2_like_the_library),
		cmocka_unit_test(log2_never_falls),	 cmocka_unit_test(exp2_of_whole_numbers),
		cmocka_unit_test(exp2_like_the_library), cmocka_unit_test(exp2_saturates),
		cmocka_unit_test(known_values),		 cmocka_unit_test(decay_like_the_library),
	};
	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
