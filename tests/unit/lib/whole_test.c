/* Whether an export came whole: GRAPH-14.14. */
#include "lib/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define HEAD                                                                                       \
	"HSTGRAPH\0\1\0\1\0\5board\0\5"                                                            \
	"0.ann"
#define RECORDS	  "\0\0\0\3abc\0\0\0\1\0\0\0\0\2xy"
#define SUM	  "0123456789abcdef0123456789abcdef"
#define THREE	  "\0\0\0\0\0\0\0\0\0\0\0\3"
#define OCTETS(s) span_of(s, sizeof(s) - 1)

static const char three[] = HEAD RECORDS THREE SUM;

static bool is_whole(struct span s, size_t piece)
{
	struct lib_whole w;
	lib_whole_init(&w);
	for (size_t at = 0; at < s.n; at += piece)
		lib_whole_take(&w, span_of(s.p + at, s.n - at < piece ? s.n - at : piece));
	return lib_whole_is(&w);
}

static void pieces_of_any_size_will_do(void **state)
{
	for (size_t piece = 1; piece <= sizeof(three); piece++)
		assert_true(is_whole(OCTETS(three), piece));
}

static void whatever_is_cut_off_is_missed(void **state)
{
	for (size_t n = 0; n < sizeof(three) - 1; n++) {
		assert_false(is_whole(span_of(three, n), 1));
		assert_false(is_whole(span_of(three, n), sizeof(three)));
	}
}

static void nothing_stands_behind_the_end(void **state)
{
	/* The NUL of the text. */
	for (size_t piece = 1; piece <= sizeof(three); piece++)
		assert_false(is_whole(span_of(three, sizeof(three)), piece));
}

static void the_number_of_records_is_told(void **state)
{
	static const char none[] = HEAD "\0\0\0\0\0\0\0\0\0\0\0\0" SUM;
	static const char fewer[] = HEAD RECORDS "\0\0\0\0\0\0\0\0\0\0\0\2" SUM;
	static const char more[] = HEAD THREE SUM;
	assert_true(is_whole(OCTETS(none), 7));
	assert_false(is_whole(OCTETS(fewer), 7));
	assert_false(is_whole(OCTETS(more), 7));
}

/* What a daemon says in place of a stream. */
static void an_error_is_no_database(void **state)
{
	static const char line[] = "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"the token is "
				   "not known\",\"hint\":\"\"},\"schema\":1}\n";
	assert_false(is_whole(OCTETS(line), 1));
	assert_false(is_whole(OCTETS(line), sizeof(line)));
}

static void names_may_be_empty(void **state)
{
	static const char bare[] = "HSTGRAPH\0\1\0\1\0\0\0\0"
				   "\0\0\0\0\0\0\0\0\0\0\0\0" SUM;
	assert_true(is_whole(OCTETS(bare), 1));
	assert_true(is_whole(OCTETS(bare), sizeof(bare)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_any_size_will_do),
		cmocka_unit_test(whatever_is_cut_off_is_missed),
		cmocka_unit_test(nothing_stands_behind_the_end),
		cmocka_unit_test(the_number_of_records_is_told),
		cmocka_unit_test(an_error_is_no_database),
		cmocka_unit_test(names_may_be_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
