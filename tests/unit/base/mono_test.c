#include "../failing_env.h"
#include "base/mono.h"

static struct mono at(int64_t us)
{
	return (struct mono){ us };
}

static void units(void **state)
{
	assert_true(MONO_SEC == 1000 * MONO_MS && MONO_MS == 1000 * MONO_US);
	assert_true(MONO_DAY == 24 * MONO_HOUR && MONO_HOUR == 60 * MONO_MIN);
	assert_true(MONO_MIN == 60 * MONO_SEC);
}

static void adding(void **state)
{
	assert_true(mono_add(at(5), 7).us == 12);
	assert_true(mono_add(at(5), -7).us == -2);
	assert_true(mono_is_never(mono_add(MONO_NEVER, 1)));
	assert_true(mono_is_never(mono_add(MONO_NEVER, -1)));
	assert_true(mono_is_never(mono_add(at(INT64_MAX - 1), 5)));
	assert_true(mono_is_never(mono_add(at(INT64_MAX - 1), 1)));
	assert_false(mono_is_never(mono_add(at(INT64_MAX - 2), 1)));
}

static void comparing(void **state)
{
	assert_true(mono_reached(at(5), at(5)));
	assert_true(mono_reached(at(5), at(6)));
	assert_false(mono_reached(at(5), at(4)));
	assert_false(mono_reached(MONO_NEVER, at(INT64_MAX - 1)));
	assert_true(mono_min(at(3), at(4)).us == 3);
	assert_true(mono_min(MONO_NEVER, at(4)).us == 4);
	assert_true(mono_since(at(9), at(4)) == 5);
	assert_true(mono_since(at(4), at(9)) == -5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(adding),
		cmocka_unit_test(comparing),
	};
	return cmocka_run_group_tests_name("mono", tests, NULL, NULL);
}
