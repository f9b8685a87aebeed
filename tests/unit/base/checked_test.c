#include "../failing_env.h"
#include "base/checked.h"

static void add(void **state)
{
	size_t r = 7;
	assert_true(checked_add(2, 3, &r));
	assert_int_equal(r, 5);
	assert_true(checked_add(SIZE_MAX - 1, 1, &r));
	assert_true(r == SIZE_MAX);
	r = 7;
	assert_false(checked_add(SIZE_MAX, 1, &r));
	assert_int_equal(r, 7);
}

static void mul(void **state)
{
	size_t r = 7;
	assert_true(checked_mul(6, 7, &r));
	assert_int_equal(r, 42);
	assert_true(checked_mul(SIZE_MAX, 1, &r));
	assert_true(checked_mul(SIZE_MAX, 0, &r));
	assert_int_equal(r, 0);
	r = 7;
	assert_false(checked_mul(SIZE_MAX / 2 + 1, 2, &r));
	assert_int_equal(r, 7);
}

static void serials_wrap(void **state)
{
	assert_true(serial_after(1, 0));
	assert_false(serial_after(0, 1));
	assert_false(serial_after(5, 5));
	assert_true(serial_after(0, UINT32_MAX));
	assert_false(serial_after(UINT32_MAX, 0));
	assert_true(serial_after(UINT32_C(0x7fffffff), 0));
	/* just opposite: neither is after the other */
	assert_false(serial_after(UINT32_C(0x80000000), 0));
	assert_false(serial_after(0, UINT32_C(0x80000000)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add),
		cmocka_unit_test(mul),
		cmocka_unit_test(serials_wrap),
	};
	return cmocka_run_group_tests_name("checked", tests, NULL, NULL);
}
