/* Text of peers, both ways. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "wire/utf.h"

static const struct {
	const char *utf8;
	size_t n;
	uint16_t units[2];
} points[] = {
	{ "A", 1, { 0x0041 } },
	{ "\x7f", 1, { 0x007f } },
	{ "\xc2\x80", 1, { 0x0080 } },
	{ "\xdf\xbf", 1, { 0x07ff } },
	{ "\xe0\xa0\x80", 1, { 0x0800 } },
	{ "\xed\x9f\xbf", 1, { 0xd7ff } },
	{ "\xee\x80\x80", 1, { 0xe000 } },
	{ "\xef\xbf\xbf", 1, { 0xffff } },
	{ "\xf0\x90\x80\x80", 2, { 0xd800, 0xdc00 } },
	{ "\xf4\x8f\xbf\xbf", 2, { 0xdbff, 0xdfff } },
};

static void the_edges_of_every_form_go_both_ways(void **state)
{
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		struct span s = span_str(points[i].utf8);
		uint16_t units[2] = { 0 };
		char back[4];
		size_t n, octets;
		assert_int_equal(utf16_of(s, units, 2, &n), OK);
		assert_int_equal(n, points[i].n);
		assert_memory_equal(units, points[i].units, sizeof(units));
		assert_int_equal(utf16_of(s, NULL, n - 1, &n), ERR_RANGE);
		assert_int_equal(utf8_of(units, n, back, sizeof(back), &octets), OK);
		assert_true(span_eq(span_of(back, octets), s));
		assert_int_equal(utf8_of(units, n, back, octets - 1, &octets), ERR_RANGE);
	}
}

static void what_is_no_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88",
		"\xff",
		"\xc2",
		"\xe0\xa0",
		"\xf0\x90\x80",
		"\xc2\x41",
	};
	size_t n = 77;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf16_of(span_str(bad[i]), NULL, 9, &n), ERR_MALFORMED);
	assert_int_equal(utf16_of(span_of("", 1), NULL, 9, &n), ERR_MALFORMED);
	assert_int_equal(n, 77);
}

static void lone_surrogates_are_refused(void **state)
{
	static const uint16_t bad[][2] = {
		{ 0xd800, 0x0041 }, { 0xdc00, 0xd800 }, { 0x0041, 0xdbff }, { 0x0041, 0 }
	};
	char out[8];
	size_t n;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf8_of(bad[i], 2, out, sizeof(out), &n), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_edges_of_every_form_go_both_ways),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(lone_surrogates_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
