#include "../failing_env.h"
#include "base/utf8.h"

static void points_are_taken_off(void **state)
{
	static const char said[] = "a\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80";
	static const uint32_t points[] = { 'a', 0xeb, 0x20ac, 0x1f600 };
	struct span s = span_str(said);
	uint32_t point;
	for (size_t i = 0; i < 4; i++) {
		assert_true(utf8_next(&s, &point));
		assert_int_equal(point, points[i]);
	}
	assert_int_equal(s.n, 0);
	assert_false(utf8_next(&s, &point));
}

static void what_is_none_is_left(void **state)
{
	static const char *const none[] = { "\x80",
					    "\xc3",
					    "\xc3z",
					    "\xc0\x8a",
					    "\xe0\x80\x8a",
					    "\xed\xa0\x80",
					    "\xf5\x80\x80\x80",
					    "\xff" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct span s = span_str(none[i]);
		size_t n = s.n;
		uint32_t point = 7;
		assert_false(utf8_next(&s, &point));
		assert_int_equal(s.n, n);
		assert_int_equal(point, 7);
	}
}

static void people_see_it_or_not(void **state)
{
	static const uint32_t seen[] = { ' ', '~', 0xa0, 0xeb, 0x200c, 0x200d, 0x20ac, 0x1f600 };
	static const uint32_t unseen[] = { 0,	   '\n',   0x1b,   0x7f,   0x85,    0xad,
					   0x61c,  0x200b, 0x200e, 0x2028, 0x202e,  0x2066,
					   0xfeff, 0xfffe, 0xfdd0, 0xfff9, 0x1ffff, 0xe0041 };
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_true(utf8_is_shown(seen[i]));
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		assert_false(utf8_is_shown(unseen[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_are_taken_off),
		cmocka_unit_test(what_is_none_is_left),
		cmocka_unit_test(people_see_it_or_not),
	};
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
