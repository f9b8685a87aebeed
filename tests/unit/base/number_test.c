#include "../failing_env.h"
#include "base/mono.h"
#include "base/number.h"

static void u64_ok(const char *s, uint64_t max, uint64_t want)
{
	uint64_t v = want + 1;
	assert_int_equal(number_u64(span_str(s), max, &v), OK);
	assert_true(v == want);
}

static void u64_fails(const char *s, uint64_t max, enum err want)
{
	uint64_t v = 77;
	assert_int_equal(number_u64(span_str(s), max, &v), want);
	assert_true(v == 77);
}

static void u64(void **state)
{
	u64_ok("0", 0, 0);
	u64_ok("00012", 12, 12);
	u64_ok("18446744073709551615", UINT64_MAX, UINT64_MAX);
	u64_fails("18446744073709551616", UINT64_MAX, ERR_RANGE);
	u64_fails("99999999999999999999999", UINT64_MAX, ERR_RANGE);
	u64_fails("13", 12, ERR_RANGE);
	u64_fails("", 9, ERR_MALFORMED);
	u64_fails("-1", 9, ERR_MALFORMED);
	u64_fails("+1", 9, ERR_MALFORMED);
	u64_fails(" 1", 9, ERR_MALFORMED);
	u64_fails("1 ", 9, ERR_MALFORMED);
	u64_fails("0x1", 9, ERR_MALFORMED);
	u64_fails("99999999999999999999999x", 9, ERR_MALFORMED);
}

static void u64_takes_no_more_than_its_span(void **state)
{
	uint64_t v = 0;
	assert_int_equal(number_u64(span_of("1234", 2), 100, &v), OK);
	assert_true(v == 12);
	assert_int_equal(number_u64(span_of(NULL, 0), 100, &v), ERR_MALFORMED);
}

static void hex(void **state)
{
	uint8_t b[4] = { 1, 2, 3, 4 };
	size_t n = 9;
	assert_int_equal(number_hex(span_str("00fFa9"), b, 4, &n), OK);
	assert_int_equal(n, 3);
	assert_memory_equal(b, "\x00\xff\xa9\x04", 4);
	assert_int_equal(number_hex(span_str("0011223344"), b, 4, &n), ERR_RANGE);
	assert_int_equal(number_hex(span_str("012"), b, 4, &n), ERR_MALFORMED);
	assert_int_equal(number_hex(span_str("0g"), b, 4, &n), ERR_MALFORMED);
	assert_int_equal(number_hex(span_str("@0"), b, 4, &n), ERR_MALFORMED);
	assert_int_equal(n, 3);
	assert_memory_equal(b, "\x00\xff\xa9\x04", 4);
	assert_int_equal(number_hex(span_str(""), b, 0, &n), OK);
	assert_int_equal(n, 0);
}

static void duration_ok(const char *s, int64_t want)
{
	int64_t us = -7;
	assert_int_equal(number_duration(span_str(s), &us), OK);
	assert_true(us == want);
}

static void duration_fails(const char *s, enum err want)
{
	int64_t us = -7;
	assert_int_equal(number_duration(span_str(s), &us), want);
	assert_true(us == -7);
}

static void durations(void **state)
{
	duration_ok("0", 0);
	duration_ok("0s", 0);
	duration_ok("90s", 90 * MONO_SEC);
	duration_ok("250ms", 250 * MONO_MS);
	duration_ok("3us", 3);
	duration_ok("2h30m", 150 * MONO_MIN);
	duration_ok("30d", 30 * MONO_DAY);
	duration_ok("1w", 7 * MONO_DAY);
	duration_ok("1w1d1h1m1s1ms1us",
		    8 * MONO_DAY + MONO_HOUR + MONO_MIN + MONO_SEC + MONO_MS + 1);
	duration_ok("9223372036854775807us", INT64_MAX);
}

static void durations_refused(void **state)
{
	static const char *const bad[] = { "",	    "90",   "s",    "1",     "00",   "1S",
					   "30m2h", "1s1s", "1h30", "-1s",   "1.5h", " 1s",
					   "1s ",   "1 s",  "0x1s", "1msus", "1mo" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		duration_fails(bad[i], ERR_MALFORMED);
	duration_fails("9223372036854775808us", ERR_RANGE);
	duration_fails("99999999999w", ERR_RANGE);
	duration_fails("15250284w15250284d", ERR_RANGE);
	duration_fails("99999999999999999999999s", ERR_RANGE);
}

static void size_ok(const char *s, uint64_t want)
{
	uint64_t v = 7;
	assert_int_equal(number_size(span_str(s), &v), OK);
	assert_true(v == want);
}

static void size_fails(const char *s, enum err want)
{
	uint64_t v = 7;
	assert_int_equal(number_size(span_str(s), &v), want);
	assert_true(v == 7);
}

static void sizes(void **state)
{
	size_ok("0", 0);
	size_ok("512", 512);
	size_ok("512B", 512);
	size_ok("64KiB", 65536);
	size_ok("2kB", 2000);
	size_ok("2KB", 2000);
	size_ok("3MiB", 3 << 20);
	size_ok("3MB", 3000000);
	size_ok("8GiB", UINT64_C(8) << 30);
	size_ok("8GB", UINT64_C(8000000000));
	size_ok("1TB", UINT64_C(1000000000000));
	size_ok("16777215TiB", UINT64_C(16777215) << 40);
}

static void sizes_refused(void **state)
{
	size_fails("", ERR_MALFORMED);
	size_fails("KiB", ERR_MALFORMED);
	size_fails("1K", ERR_MALFORMED);
	size_fails("1kiB", ERR_MALFORMED);
	size_fails("1KiB2", ERR_MALFORMED);
	size_fails("-1", ERR_MALFORMED);
	size_fails("1.5GiB", ERR_MALFORMED);
	size_fails("16777216TiB", ERR_RANGE);
	size_fails("18446744073709551616", ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64),
		cmocka_unit_test(u64_takes_no_more_than_its_span),
		cmocka_unit_test(hex),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_refused),
		cmocka_unit_test(sizes),
		cmocka_unit_test(sizes_refused),
	};
	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
