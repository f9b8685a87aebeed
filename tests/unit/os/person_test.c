#include "../failing_env.h"

#include "os/person.h"

#include <string.h>

static char buffer[OS_PERSON_SIZE];

static const char *said(const char *full, const char *login, const char *host)
{
	struct text t = TEXT_OF(buffer);
	os_person_say(full, login, host, &t);
	assert_false(t.cut);
	return buffer;
}

/* GROUP-10.12 */
static void people_are_called_by_their_name(void **state)
{
	assert_string_equal(said("Ann Smith,,,", "ann", "laptop"), "Ann Smith on laptop");
	assert_string_equal(said("Ann Smith", "ann", "laptop.example.net"), "Ann Smith on laptop");
	assert_string_equal(said(" Zo\xc3\xab ", "zoe", "laptop"), "Zo\xc3\xab on laptop");
	assert_string_equal(said("& Smith", "ann", "laptop"), "Ann Smith on laptop");
	assert_string_equal(said("&", "", NULL), "somebody");
}

static void else_by_their_login(void **state)
{
	assert_string_equal(said("", "ann", "laptop"), "ann on laptop");
	assert_string_equal(said(NULL, "ann", "laptop"), "ann on laptop");
	assert_string_equal(said(",room 7", "ann", "laptop"), "ann on laptop");
	assert_string_equal(said("Zo\xeb", "zoe", "laptop"), "zoe on laptop");
	assert_string_equal(said("Ann\nSmith", "ann", "laptop"), "ann on laptop");
	assert_string_equal(said("\xe2\x80\xae", "ann", "laptop"), "ann on laptop");
	assert_string_equal(said(NULL, NULL, "laptop"), "somebody on laptop");
	assert_string_equal(said(NULL, "\xff", NULL), "somebody");
	assert_string_equal(said("Ann", "ann", "\xff"), "Ann");
	assert_string_equal(said("Ann", "ann", ""), "Ann");
}

static void what_is_long_is_cut_between_characters(void **state)
{
	char full[900], host[400];
	memset(full, 'x', sizeof(full) - 1);
	full[sizeof(full) - 1] = 0;
	memset(host, 'y', sizeof(host) - 1);
	host[sizeof(host) - 1] = 0;
	assert_int_equal(strlen(said(full, "ann", host)), 80 + 4 + 40);
	for (size_t i = 0; i + 4 < sizeof(full); i += 4)
		memcpy(full + i, "\xf0\x9f\x8c\xb1", 4);
	full[400] = 0;
	assert_int_equal(strlen(said(full, "ann", NULL)), 40 * 4);
}

static void whoever_runs_this_is_called_somehow(void **state)
{
	struct text t = TEXT_OF(buffer);
	os_person(&t);
	assert_true(t.n > 0 && !t.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_are_called_by_their_name),
		cmocka_unit_test(else_by_their_login),
		cmocka_unit_test(what_is_long_is_cut_between_characters),
		cmocka_unit_test(whoever_runs_this_is_called_somehow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
