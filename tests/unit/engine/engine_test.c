#include "house.h"

#include <sys/stat.h>

static bool both_up(const struct house *h)
{
	return state_of(&h->a) == MASC_ESTABLISHED && state_of(&h->b) == MASC_ESTABLISHED;
}

static void two_engines_hold_a_session(void **state)
{
	struct house *h = *state;

	start_a(h, "a");
	start_b(h, "b");
	RUN_UNTIL(h, both_up(h));
	assert_true(has_event(&h->a, "up"));
	assert_true(has_event(&h->b, "up"));
	assert_string_equal(h->a.messages, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(two_engines_hold_a_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
