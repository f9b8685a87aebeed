#include "files.h"

#include "daemon/secret.h"

static char why_buffer[PATH_MAX + 256];

/* The file's path and then this must be what is said. */
static void refused(struct files *f, const char *name, size_t size, enum err want,
		    const char *reason)
{
	char out[128], untouched[128] = { 0 };
	struct text why = TEXT_OF(why_buffer);
	memset(out, 0x5a, sizeof(out));
	assert_int_equal(secret_read(files_path(f, name), out, size, &why), want);
	size_t n = strlen(f->path);
	assert_memory_equal(why_buffer, f->path, n);
	if (strncmp(why_buffer + n + 2, reason, strlen(reason)) != 0)
		assert_string_equal(why_buffer + n + 2, reason);
	/* Nothing of a key that is refused stays behind. */
	if (want != ERR_IO)
		assert_memory_equal(out, untouched, size);
}

static void taken(void **state)
{
	static const struct {
		const char *text, *want;
		mode_t mode;
	} rows[] = {
		{ "sesame\n", "sesame", 0600 },	      { "sesame", "sesame", 0640 },
		{ "a b=\"c\"\n", "a b=\"c\"", 0400 }, { "1234567\n", "1234567", 0600 },
		{ "1234567", "1234567", 0600 },
	};
	struct files f;
	files_init(&f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[8], long_enough[16];
		bool fits = strlen(rows[i].text) <= sizeof(out);
		char *to = fits ? out : long_enough;
		struct text why = TEXT_OF(why_buffer);
		files_put(&f, "key", rows[i].text, strlen(rows[i].text), rows[i].mode);
		assert_int_equal(
			secret_read(f.path, to, fits ? sizeof(out) : sizeof(long_enough), &why),
			OK);
		assert_string_equal(to, rows[i].want);
		assert_string_equal(why_buffer, "");
	}
	files_fini(&f);
}

static void what_others_can_reach_is_refused(void **state)
{
	static const mode_t modes[] = { 0644, 0604, 0602, 0601, 0660, 0620, 0777 };
	struct files f;
	files_init(&f);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		char want[64];
		snprintf(want, sizeof(want),
			 "holds a key, and others can read or change it (mode 0%03o)", modes[i]);
		files_put(&f, "key", "sesame\n", 7, modes[i]);
		refused(&f, "key", 64, ERR_DENIED, want);
		assert_non_null(strstr(why_buffer, "try: chmod 0640 "));
		assert_null(strstr(why_buffer, "sesame"));
	}
	files_fini(&f);
}

static void someone_elses(void **state)
{
	struct files f;
	if (geteuid() != 0)
		skip();
	files_init(&f);
	files_text(&f, "key", "sesame\n");
	assert_int_equal(chown(f.path, 12345, (gid_t)-1), 0);
	refused(&f, "key", 64, ERR_DENIED, "belongs to another user; a key must be root's or ours");
	files_fini(&f);
}

static void no_key_in_it(void **state)
{
	struct files f;
	files_init(&f);
	files_text(&f, "empty", "");
	refused(&f, "empty", 64, ERR_MALFORMED, "is empty; a key is expected");
	files_text(&f, "blank", "\n");
	refused(&f, "blank", 64, ERR_MALFORMED, "is empty; a key is expected");
	files_text(&f, "two", "one\ntwo\n");
	refused(&f, "two", 64, ERR_MALFORMED, "holds more than one line of text");
	files_put(&f, "zero", "a\0b\n", 4, 0600);
	refused(&f, "zero", 64, ERR_MALFORMED, "holds more than one line of text");
	files_text(&f, "long", "12345678");
	refused(&f, "long", 8, ERR_MALFORMED, "holds more than a key can have");
	files_text(&f, "longer", "123456789\n");
	refused(&f, "longer", 8, ERR_MALFORMED, "holds more than a key can have");
	files_fini(&f);
}

static void no_file(void **state)
{
	struct files f;
	files_init(&f);
	refused(&f, "missing", 64, ERR_IO, "No such file or directory");
	assert_int_equal(mkdir(files_path(&f, "folder"), 0700), 0);
	refused(&f, "folder", 64, ERR_MALFORMED, "is not a file");
	/* Nobody writes to it; it is not waited for. */
	assert_int_equal(mkfifo(files_path(&f, "fifo"), 0600), 0);
	refused(&f, "fifo", 64, ERR_MALFORMED, "is not a file");
	files_fini(&f);
}

static void private_files(void **state)
{
	struct files f;
	struct text why = TEXT_OF(why_buffer);
	files_init(&f);
	files_put(&f, "c", "", 0, 0640);
	assert_int_equal(secret_file_private(f.path, &why), OK);
	assert_string_equal(why_buffer, "");
	files_put(&f, "c", "", 0, 0644);
	assert_int_equal(secret_file_private(f.path, &why), ERR_DENIED);
	assert_non_null(strstr(why_buffer, "(mode 0644)"));
	text_clear(&why);
	assert_int_equal(secret_file_private(files_path(&f, "none"), &why), ERR_IO);
	assert_non_null(strstr(why_buffer, "No such file"));
	files_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),	 cmocka_unit_test(what_others_can_reach_is_refused),
		cmocka_unit_test(someone_elses), cmocka_unit_test(no_key_in_it),
		cmocka_unit_test(no_file),	 cmocka_unit_test(private_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
