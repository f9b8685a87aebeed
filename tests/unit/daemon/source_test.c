#include "files.h"

#include "daemon/source.h"

static char why_buffer[4096];

/* What is said about the text of a file, which every line of `want` but its
 * folder stands for. */
static void says(struct files *f, const char *text, const char *want)
{
	struct text why = TEXT_OF(why_buffer);
	struct report r = { .why = &why };
	char got[4096], path[PATH_MAX];
	struct text g = TEXT_OF(got);
	strcpy(path, files_text(f, "a.conf", text));
	source_check(path, &r);
	size_t n = strlen(f->folder) + 1;
	for (const char *at = why_buffer; *at;) {
		size_t line = strcspn(at, "\n");
		assert_memory_equal(at, f->folder, n - 1);
		text_span(&g, span_of(at + n, line - n));
		at += line;
		if (*at) {
			text_char(&g, '\n');
			at++;
		}
	}
	assert_string_equal(got, want);
	assert_int_equal(r.count > 0, want[0] != '\0');
}

#define BEYOND " a number beyond 2147483647 must stand in quotes, like \"4200000000\""

static void numbers(void **state)
{
	struct files f;
	files_init(&f);
	says(&f, "a = 2147483647;", "");
	says(&f, "a = 2147483648;", "a.conf:1:" BEYOND);
	says(&f, "\na = -2147483648;", "a.conf:2:" BEYOND);
	says(&f, "a = 4294967297;\nb = 5;\nc = 99999999999999999999999999999999;",
	     "a.conf:1:" BEYOND "\na.conf:3:" BEYOND);
	says(&f, "a = ( 1, 18446744073709551617 );", "a.conf:1:" BEYOND);
	/* Of another type, which the walk refuses. */
	says(&f, "a = 99999999999L; b = 0xffffffffff; c = 99999999999.5; d = 1e99999999999;", "");
	says(&f, "a = 0000000000000000000000005;", "");
	/* No numbers at all. */
	says(&f, "a99999999999 = 1; b-99999999999 = 2; c_1 = \"99999999999\";", "");
	says(&f, "# 99999999999\n// 99999999999\n/* 99999999999\n */ a = 1;", "");
	files_fini(&f);
}

static void lines_are_counted_everywhere(void **state)
{
	struct files f;
	files_init(&f);
	says(&f, "/* 1\n 2 */ a = \"x\n \\\" y\";\n# 4\n\n b = 9999999999;", "a.conf:6:" BEYOND);
	files_fini(&f);
}

static void without_an_end(void **state)
{
	struct files f;
	files_init(&f);
	says(&f, "a = 1;\n/* and on\n\n",
	     "a.conf:2: a comment begins here that has no end: */ is missing");
	says(&f, "a = 1;\n/*/", "a.conf:2: a comment begins here that has no end: */ is missing");
	says(&f, "a = \"b\n\n", "a.conf:1: a text begins here that has no end: \" is missing");
	says(&f, "a = \"b\\", "a.conf:1: a text begins here that has no end: \" is missing");
	says(&f, "a = \"b\\\"", "a.conf:1: a text begins here that has no end: \" is missing");
	says(&f, "a = 1; /", "");
	says(&f, "a = 1; /**/ /***/", "");
	files_fini(&f);
}

static void includes(void **state)
{
	struct files f;
	files_init(&f);
	files_text(&f, "b.conf", "x = 1;\ny = 9999999999;\n");
	says(&f, "a = 1;\n@include \"b.conf\"\n", "b.conf:2:" BEYOND);
	files_fini(&f);
}

static void includes_that_cannot_be(void **state)
{
	struct files f;
	char want[256], text[64];
	files_init(&f);
	snprintf(want, sizeof(want),
		 "a.conf:2: cannot include %s/none.conf: No such file or directory", f.folder);
	says(&f, "a = 1;\n@include \"none.conf\"\n", want);
	assert_int_equal(mkdir(files_path(&f, "folder"), 0700), 0);
	snprintf(want, sizeof(want), "a.conf:1: cannot include %s/folder: is not a file", f.folder);
	says(&f, "@include \"folder\"", want);
	says(&f, "@include \"/etc/passwd\"",
	     "a.conf:1: @include takes a file relative to the folder of the main configuration "
	     "file, without a leading /");
	says(&f, "@include \"a.conf\"", "a.conf:1: @include goes too deep");
	/* Not ours to judge: libconfig says that it is no syntax. */
	says(&f, "@include b.conf\n@other \"x\"\n@include \"open\n@include", "");
	snprintf(text, sizeof(text), "%s", "@include \"x");
	says(&f, text, "");
	files_fini(&f);
}

static void the_file_itself(void **state)
{
	struct files f;
	struct text why = TEXT_OF(why_buffer);
	struct report r = { .why = &why };
	char want[PATH_MAX + 64];
	files_init(&f);
	source_check(files_path(&f, "none"), &r);
	snprintf(want, sizeof(want), "%s: cannot read the configuration: No such file or directory",
		 f.path);
	assert_string_equal(why_buffer, want);
	text_clear(&why);
	source_check(f.folder, &r);
	snprintf(want, sizeof(want), "%s: cannot read the configuration: is not a file", f.folder);
	assert_string_equal(why_buffer, want);
	text_clear(&why);
	files_text(&f, "large", "");
	assert_int_equal(truncate(f.path, (off_t)SOURCE_SIZE_MAX + 1), 0);
	source_check(f.path, &r);
	assert_non_null(strstr(why_buffer, "larger than 4 MiB"));
	files_fini(&f);
}

/* Each prefix of a text with all there is reads within its bounds. */
static void every_truncation(void **state)
{
	static const char text[] = "a = 1; b = \"x\\\"y\"; # c\n// d\n/* e */ f = 0x1L;\n"
				   "@include \"b.conf\"\ng = ( 1.5, -2e3 ); *h = [ 3 ];\n";
	struct files f;
	files_init(&f);
	files_text(&f, "b.conf", "x = 1;");
	for (size_t n = 0; n < sizeof(text); n++) {
		struct text why = TEXT_OF(why_buffer);
		struct report r = { .why = &why };
		files_put(&f, "a.conf", text, n, 0600);
		source_check(f.path, &r);
		assert_int_equal(r.count > 0, why_buffer[0] != '\0');
		assert_true(r.count <= 1);
	}
	files_fini(&f);
}

static void folders(void **state)
{
	char out[8];
	assert_true(source_folder("homestead.conf", out, sizeof(out)));
	assert_string_equal(out, "");
	assert_true(source_folder("/x", out, sizeof(out)));
	assert_string_equal(out, "/");
	assert_true(source_folder("a/b/c", out, sizeof(out)));
	assert_string_equal(out, "a/b/");
	assert_false(source_folder("/longer/than/it", out, sizeof(out)));
}

static void a_long_report_has_an_end(void **state)
{
	struct text why = TEXT_OF(why_buffer);
	struct report r = { .why = &why };
	for (unsigned i = 0; i < REPORT_MAX + 7; i++)
		report_add(&r, "f", i, "x");
	report_end(&r);
	assert_int_equal(r.count, REPORT_MAX + 7);
	assert_memory_equal(why_buffer, "f: x\nf:1: x\n", 12);
	const char *tail = "f:19: x\n... and 7 more";
	assert_string_equal(why_buffer + strlen(why_buffer) - strlen(tail), tail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(lines_are_counted_everywhere),
		cmocka_unit_test(without_an_end),
		cmocka_unit_test(includes),
		cmocka_unit_test(includes_that_cannot_be),
		cmocka_unit_test(the_file_itself),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(folders),
		cmocka_unit_test(a_long_report_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
