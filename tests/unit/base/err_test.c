#include "../failing_env.h"
#include "base/err.h"

static void names_and_numbers(void **state)
{
	assert_int_equal(OK, 0);
	assert_int_equal(ERR_NOMEM, -1);
	assert_string_equal(err_name(OK), "OK");
	assert_string_equal(err_name(ERR_NOMEM), "NOMEM");
	assert_string_equal(err_name(ERR_STOPPING), "STOPPING");
	assert_string_equal(err_text(ERR_NO_SPACE), "no space left on the device");
}

static void each_has_its_own_number_and_name(void **state)
{
	static const enum err all[] = {
#define X(name, number, text) ERR_##name,
		ERR_LIST(X)
#undef X
	};
	size_t n = sizeof(all) / sizeof(all[0]);
	for (size_t i = 0; i < n; i++) {
		assert_true(all[i] < 0);
		assert_int_equal(err_of_name(err_name(all[i])), all[i]);
		assert_true(strlen(err_text(all[i])) > 3);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(all[i], all[j]);
	}
}

static void unknown_ones(void **state)
{
	assert_string_equal(err_name((enum err) - 12345), "UNKNOWN");
	assert_string_equal(err_name((enum err)1), "UNKNOWN");
	assert_string_equal(err_text((enum err) - 12345), "unknown error");
	assert_int_equal(err_of_name("nomem"), ERR_NOT_FOUND);
	assert_int_equal(err_of_name(""), ERR_NOT_FOUND);
	assert_int_equal(err_of_name("OK"), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(each_has_its_own_number_and_name),
		cmocka_unit_test(unknown_ones),
	};
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
