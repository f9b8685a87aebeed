/* QR codes as blocks: GROUP-14.34. That a camera reads them is tried by tests/netns. */
#include "failing_env.h"
#include "lib/qr.h"
#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* "homestead:join/AQEA": 21 modules and eight light ones on a side. */
static const char small[] = "█████████████████████████████████\n"
			    "█████████████████████████████████\n"
			    "████ ▄▄▄▄▄ █   █▄ ▄█ █ ▄▄▄▄▄ ████\n"
			    "████ █   █ █ ▀▄ ██  ▄█ █   █ ████\n"
			    "████ █▄▄▄█ █▀██▀▀  █ █ █▄▄▄█ ████\n"
			    "████▄▄▄▄▄▄▄█▄▀▄█ █ ▀ █▄▄▄▄▄▄▄████\n"
			    "████▄▄█▀  ▄▀▀▀▀▄▀▄ █▀▀█ ▀  ▄▄████\n"
			    "████▀██ ▀█▄▄▀█▀ ▄ ▄▄█  ▀██ █▀████\n"
			    "████▀ ▄▄██▄▀█▀▄█▄ ▀ █▄▄▄▀▀▄▄█████\n"
			    "██████▄ ▀ ▄██ ▄█▀█▀▄▄  ▄██ ▀█████\n"
			    "████▄▄▄█▄▄▄▄ █ ▄▀▄▄▄ ▄▄▄ ▄▄██████\n"
			    "████ ▄▄▄▄▄ █▀ ▄ ▄ ▄█ █▄█ █▀█▀████\n"
			    "████ █   █ █▄▄██▄ ▀▀▄   ▄ ▄▀ ████\n"
			    "████ █▄▄▄█ █▀▀▄█▀█▀ █▄  █▄  █████\n"
			    "████▄▄▄▄▄▄▄█▄██▄█▄▄▄█▄██▄█▄▄▄████\n"
			    "█████████████████████████████████\n"
			    "█████████████████████████████████\n";

static char *drawn(const char *text)
{
	struct lib_buffer b = { .env = os_env(), .max = LIB_QR_TEXT_MAX };
	assert_int_equal(lib_qr_put(&b, text), OK);
	char *copy = strdup(lib_buffer_text(&b));
	lib_buffer_fini(&b);
	assert_non_null(copy);
	return copy;
}

static void it_is_as_it_was(void **state)
{
	char *s = drawn("homestead:join/AQEA");
	if (strcmp(s, small) != 0)
		print_message("%s", s);
	assert_string_equal(s, small);
	free(s);
}

/* A module of a drawing: true when light. */
static bool light(const char *s, size_t x, size_t y)
{
	for (size_t line = 0; line < y / 2; line++)
		s = strchr(s, '\n') + 1;
	for (size_t i = 0; i < x; i++)
		s += *s == ' ' ? 1 : 3;
	if (*s == ' ')
		return false;
	bool upper = memcmp(s, "▄", 3) != 0, lower = memcmp(s, "▀", 3) != 0;
	return y % 2 ? lower : upper;
}

static size_t side_of(const char *s)
{
	size_t n = 0;
	for (; *s != '\n'; s += *s == ' ' ? 1 : 3)
		n++;
	return n;
}

static void it_stands_alone(void **state)
{
	char *s = drawn("homestead:join/AQEA");
	size_t side = side_of(s);
	assert_int_equal(side, 25 + 2 * LIB_QR_QUIET);
	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			size_t margin = x < side - 1 - x ? x : side - 1 - x;
			size_t other = y < side - 1 - y ? y : side - 1 - y;
			if (margin < LIB_QR_QUIET || other < LIB_QR_QUIET)
				assert_true(light(s, x, y));
		}
	/* The corners that a reader looks for: 7 dark, a light ring, 3 dark. */
	assert_false(light(s, 4, 4) || light(s, 10, 4) || light(s, 4, 10) || light(s, 7, 7));
	assert_true(light(s, 5, 5) && light(s, 9, 5) && light(s, 11, 4));
	free(s);
}

static void what_is_too_long_has_none(void **state)
{
	struct lib_buffer b = { .env = os_env(), .max = LIB_QR_TEXT_MAX };
	char *text = malloc(2955);
	assert_non_null(text);
	memset(text, 'a', 2954);
	text[2954] = 0;
	assert_int_equal(lib_qr_put(&b, text), ERR_RANGE);
	assert_int_equal(b.n, 0);
	text[2953] = 0;
	assert_int_equal(lib_qr_put(&b, text), OK);
	assert_int_equal(side_of(lib_buffer_text(&b)), 177 + 2 * LIB_QR_QUIET);
	free(text);
	lib_buffer_fini(&b);
}

static void without_memory_there_is_none(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct lib_buffer b = { .env = &f.env, .max = LIB_QR_TEXT_MAX };
		enum err e = lib_qr_put(&b, "homestead:join/AQEA");
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		lib_buffer_fini(&b);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_it_was),
		cmocka_unit_test(it_stands_alone),
		cmocka_unit_test(what_is_too_long_has_none),
		cmocka_unit_test(without_memory_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
