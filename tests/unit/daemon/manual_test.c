#include "../failing_env.h"
#include "daemon/conf.h"
#include "daemon/manual.h"
#include "daemon/options.h"
#include "daemon/roff.h"
#include "masc/config.h"

#include <stdio.h>

static char page[65536];

static FILE *begin(void)
{
	FILE *f = fmemopen(page, sizeof(page), "w");
	assert_non_null(f);
	return f;
}

/* The dashes of our words are written as signs to be copied. */
static void has_item(const char *name)
{
	char buffer[128];
	struct text t = TEXT_OF(buffer);
	text_str(&t, ".TP\n\\fB");
	for (; *name; name++) {
		text_str(&t, *name == '-' ? "\\" : "");
		text_char(&t, *name);
	}
	text_str(&t, "\\fR");
	if (!strstr(page, buffer))
		assert_string_equal(buffer, "is in the page");
}

static void has_table(const struct setting *s)
{
	for (; s->name; s++) {
		has_item(s->name);
		assert_non_null(s->help);
		size_t n = strlen(s->help);
		assert_true(n > 0 && s->help[n - 1] == '.');
	}
}

static void every_option_is_in_it(void **state)
{
	FILE *f = begin();
	manual_homesteadd(f);
	fclose(f);
	for (const struct options_row *r = options_table; r->name; r++) {
		char option[64];
		snprintf(option, sizeof(option), "--%s", r->name);
		has_item(option);
	}
	assert_memory_equal(page, ".\\\" Made by", 11);
}

static void every_key_is_in_it(void **state)
{
	FILE *f = begin();
	manual_homestead_conf(f);
	fclose(f);
	has_table(conf_daemon);
	has_table(log_settings);
	has_table(conf_log_extra);
	has_table(log_part_settings);
	has_table(masc_settings);
	has_table(conf_masc_extra);
	has_table(masc_peer_settings);
	has_table(conf_peer_extra);
	has_table(conf_scope_extra);
	has_table(masc_scope_settings);
	assert_non_null(strstr(page, "\nTakes: choice: text or json. Default: text.\n"));
	assert_non_null(strstr(page, "\nTakes: number, 0 to 64. Default: 0.\n"));
	assert_non_null(strstr(page, "\nTakes: time, 0 to 10m. Default: 5s.\n"));
}

static void no_words_are_read_as_requests(void **state)
{
	FILE *f = begin();
	roff_text(f, ".SH x \\n -y `b-c` 'z");
	roff_text(f, "`.bold`");
	roff_example(f, ".one\n'two\nthree\n");
	roff_item(f, ".t", NULL, "'a");
	fclose(f);
	assert_string_equal(page, ".PP\n\\&.SH x \\en \\-y \\fBb\\-c\\fR 'z\n"
				  ".PP\n\\fB\\&.bold\\fR\n"
				  ".PP\n.EX\n\\&.one\n\\&'two\nthree\n.EE\n"
				  ".TP\n\\fB.t\\fR\n\\&'a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_in_it),
		cmocka_unit_test(every_key_is_in_it),
		cmocka_unit_test(no_words_are_read_as_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
