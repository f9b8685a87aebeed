#include "../failing_env.h"
#include "base/span.h"

static int sign(struct span a, struct span b)
{
	int c = span_cmp(a, b);
	assert_int_equal(span_cmp(b, a), -c);
	assert_int_equal(span_eq(a, b), c == 0);
	return c;
}

static void order(void **state)
{
	struct span none = { NULL, 0 };
	assert_int_equal(sign(none, none), 0);
	assert_int_equal(sign(none, span_str("")), 0);
	assert_int_equal(sign(none, span_str("a")), -1);
	assert_int_equal(sign(span_str("a"), span_str("ab")), -1);
	assert_int_equal(sign(span_str("b"), span_str("ab")), 1);
	assert_int_equal(sign(span_str("abc"), span_str("abc")), 0);
	/* octets have no sign */
	assert_int_equal(sign(span_str("\xff"), span_str("\x7f")), 1);
	assert_int_equal(sign(span_of("a\0b", 3), span_of("a\0c", 3)), -1);
}

static void making(void **state)
{
	assert_int_equal(span_str("abc").n, 3);
	assert_int_equal(span_of("abc", 2).n, 2);
	assert_true(span_eq(span_of("abc", 2), span_str("ab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(making),
	};
	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
