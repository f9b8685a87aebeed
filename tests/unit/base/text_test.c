#include "../failing_env.h"
#include <stdio.h>
#include "base/mono.h"
#include "base/number.h"
#include "base/text.h"

static char buffer[256];

static const char *duration(int64_t us)
{
	struct text t = TEXT_OF(buffer);
	text_duration(&t, us);
	assert_false(t.cut);
	return buffer;
}

static const char *wall(int64_t us)
{
	struct text t = TEXT_OF(buffer);
	text_wall(&t, us);
	assert_false(t.cut);
	return buffer;
}

static const char *quoted(const char *s, size_t n, size_t max)
{
	struct text t = TEXT_OF(buffer);
	text_quoted(&t, span_of(s, n), max);
	return buffer;
}

static void builds(void **state)
{
	struct text t = TEXT_OF(buffer);
	assert_string_equal(buffer, "");
	text_str(&t, "a");
	text_char(&t, 'b');
	text_span(&t, span_of("cde", 2));
	text_span(&t, span_of(NULL, 0));
	assert_string_equal(buffer, "abcd");
	assert_int_equal(t.n, 4);
	text_clear(&t);
	assert_string_equal(buffer, "");
	assert_int_equal(t.n, 0);
}

static void cuts_at_every_size(void **state)
{
	for (size_t size = 1; size < 8; size++) {
		char small[8];
		memset(small, 'x', sizeof(small));
		struct text t = text_of(small, size);
		text_str(&t, "ab");
		text_str(&t, "cde");
		assert_int_equal(t.n, size - 1 < 5 ? size - 1 : 5);
		assert_int_equal(t.cut, size - 1 < 5);
		assert_memory_equal(small, "abcde", t.n);
		assert_int_equal(small[t.n], 0);
		if (size < 8)
			assert_int_equal(small[size], 'x');
		text_clear(&t);
		assert_false(t.cut);
	}
}

static void integers(void **state)
{
	struct text t = TEXT_OF(buffer);
	text_u64(&t, 0);
	text_char(&t, ' ');
	text_u64(&t, UINT64_MAX);
	text_char(&t, ' ');
	text_i64(&t, INT64_MIN);
	text_char(&t, ' ');
	text_i64(&t, INT64_MAX);
	text_char(&t, ' ');
	text_i64(&t, -1);
	assert_string_equal(buffer, "0 18446744073709551615 -9223372036854775808 "
				    "9223372036854775807 -1");
}

static void hex(void **state)
{
	struct text t = TEXT_OF(buffer);
	text_hex(&t, span_of("\x00\x9f\xa0\xff", 4));
	assert_string_equal(buffer, "009fa0ff");
}

static void durations(void **state)
{
	assert_string_equal(duration(0), "0");
	assert_string_equal(duration(250 * MONO_MS), "250ms");
	assert_string_equal(duration(90 * MONO_SEC), "90s");
	assert_string_equal(duration(MONO_MIN), "1m");
	assert_string_equal(duration(59 * MONO_SEC), "59s");
	assert_string_equal(duration(119 * MONO_SEC), "119s");
	assert_string_equal(duration(2 * MONO_MIN), "2m");
	assert_string_equal(duration(150 * MONO_SEC), "2m30s");
	assert_string_equal(duration(15 * MONO_MIN), "15m");
	assert_string_equal(duration(150 * MONO_MIN), "2h30m");
	assert_string_equal(duration(30 * MONO_DAY), "30d");
	assert_string_equal(duration(MONO_SEC + 1), "1s1us");
	assert_string_equal(duration(-MONO_SEC), "-1s");
	assert_string_equal(duration(INT64_MAX), "106751991d4h54s775ms807us");
}

static void durations_are_read_back(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 3);
	for (int i = 0; i < 2000; i++) {
		int64_t us = (int64_t)(failing_env_next(&f) >> (1 + i % 60));
		int64_t back = -1;
		assert_int_equal(number_duration(span_str(duration(us)), &back), OK);
		assert_true(back == us);
	}
}

static void walls(void **state)
{
	assert_string_equal(wall(0), "1970-01-01T00:00:00Z");
	assert_string_equal(wall(INT64_C(1795293798) * MONO_SEC), "2026-11-21T20:43:18Z");
	assert_string_equal(wall(INT64_C(1795293798) * MONO_SEC + 5999),
			    "2026-11-21T20:43:18.005Z");
	assert_string_equal(wall(INT64_C(951782400) * MONO_SEC), "2000-02-29T00:00:00Z");
	assert_string_equal(wall(INT64_C(951868799) * MONO_SEC), "2000-02-29T23:59:59Z");
	assert_string_equal(wall(INT64_C(951868800) * MONO_SEC), "2000-03-01T00:00:00Z");
	assert_string_equal(wall(INT64_C(4107542400) * MONO_SEC), "2100-03-01T00:00:00Z");
	assert_string_equal(wall(INT64_C(4107456000) * MONO_SEC), "2100-02-28T00:00:00Z");
	assert_string_equal(wall(-MONO_MS), "1969-12-31T23:59:59.999Z");
	assert_string_equal(wall(INT64_C(-62135596800) * MONO_SEC), "0001-01-01T00:00:00Z");
	assert_string_equal(wall(INT64_C(253402300799) * MONO_SEC), "9999-12-31T23:59:59Z");
}

/* Every day from 1600 to 2400 against a calendar counted by hand. */
static void every_day_of_eight_centuries(void **state)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = -135140; /* 1600-01-01 */
	for (int y = 1600; y <= 2400; y++) {
		bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
		for (int m = 0; m < 12; m++) {
			for (int d = 1; d <= days[m] + (m == 1 && leap); d++) {
				char want[32];
				snprintf(want, sizeof(want), "%04d-%02d-%02dT00:00:00Z", y, m + 1,
					 d);
				assert_string_equal(wall(day++ * MONO_DAY), want);
			}
		}
	}
	assert_string_equal(wall(0), "1970-01-01T00:00:00Z");
}

static void wall_of_any_value_is_defined(void **state)
{
	wall(INT64_MIN);
	assert_int_equal(buffer[0], '-');
	wall(INT64_MAX);
	assert_string_equal(buffer, "294247-01-10T04:00:54.775Z");
}

static void quotes(void **state)
{
	assert_string_equal(quoted("", 0, 5), "\"\"");
	assert_string_equal(quoted("a b~", 4, 5), "\"a b~\"");
	assert_string_equal(quoted("a\n\x7f\xff\0z", 6, 9), "\"a\\x0a\\x7f\\xff\\x00z\"");
	assert_string_equal(quoted("\"\\", 2, 9), "\"\\x22\\x5c\"");
	assert_string_equal(quoted("abcdef", 6, 3), "\"abc\"...");
	assert_string_equal(quoted("abc", 3, 3), "\"abc\"");
	assert_string_equal(quoted("Zo\xc3\xab", 4, 9), "\"Zo\xc3\xab\"");
	assert_string_equal(quoted("Zo\xc3\xab!", 5, 3), "\"Zo\xc3\xab\"...");
	assert_string_equal(quoted("Zo\xc3", 3, 9), "\"Zo\\xc3\"");
}

static void shows(void **state)
{
	static const struct {
		const char *of, *as;
	} rows[] = {
		{ "", "" },
		{ "Ann's \"caf\xc3\xa9\" \\", "Ann's \"caf\xc3\xa9\" \\" },
		{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
		{ "\x1b[31mred", "\\x1b[31mred" },
		{ "\xc2\x9b"
		  "31m",
		  "\\xc2\\x9b31m" },
		/* Right to left from here on; a mark; nothing at all. */
		{ "a\xe2\x80\xae"
		  "b",
		  "a\\xe2\\x80\\xaeb" },
		{ "\xe2\x80\x8f\xd8\x9c", "\\xe2\\x80\\x8f\\xd8\\x9c" },
		{ "\xef\xbb\xbf\xe2\x80\x8b\xc2\xad", "\\xef\\xbb\\xbf\\xe2\\x80\\x8b\\xc2\\xad" },
		/* A family of three, joined; noncharacters; a surrogate; an overlong line feed. */
		{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
		  "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9" },
		{ "\xef\xbf\xbe\xf0\x9f\xbf\xbf", "\\xef\\xbf\\xbe\\xf0\\x9f\\xbf\\xbf" },
		{ "\xed\xa0\x80\xc0\x8a", "\\xed\\xa0\\x80\\xc0\\x8a" },
		{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = TEXT_OF(buffer);
		text_shown(&t, span_str(rows[i].of));
		assert_string_equal(buffer, rows[i].as);
	}
}

static void words(void **state)
{
	static const struct {
		const char *of, *as;
	} rows[] = {
		{ "Home", "Home" },
		{ "192.0.2.7:3587", "192.0.2.7:3587" },
		{ "", "''" },
		{ "-n", "'-n'" },
		{ "our house", "'our house'" },
		{ "Ann's", "'Ann'\\''s'" },
		{ "'", "''\\'''" },
		{ "$(id) `x` \"\\", "'$(id) `x` \"\\'" },
		{ "Zo\xc3\xab", "'Zo\xc3\xab'" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = TEXT_OF(buffer);
		text_word(&t, rows[i].of);
		assert_string_equal(buffer, rows[i].as);
	}
}

/* What is cut ends with a whole character; what is none is cut where it is. */
static void characters_are_not_cut(void **state)
{
	static const char said[] = "a\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t whole[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11 };
	for (size_t size = 1; size <= sizeof(said); size++) {
		struct text t = text_of(buffer, size);
		text_str(&t, said);
		assert_int_equal(t.n, whole[size - 1]);
		assert_int_equal(t.cut, size < sizeof(said));
	}
	struct text t = text_of(buffer, 4);
	text_str(&t, "\x80\x80\x80\x80\x80");
	assert_int_equal(t.n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds),
		cmocka_unit_test(cuts_at_every_size),
		cmocka_unit_test(integers),
		cmocka_unit_test(hex),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_are_read_back),
		cmocka_unit_test(walls),
		cmocka_unit_test(every_day_of_eight_centuries),
		cmocka_unit_test(wall_of_any_value_is_defined),
		cmocka_unit_test(quotes),
		cmocka_unit_test(shows),
		cmocka_unit_test(words),
		cmocka_unit_test(characters_are_not_cut),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
