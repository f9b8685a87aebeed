#include "files.h"

#include "engine/vault.h"
#include "os/clock.h"

/* Where the key comes from that seals all others, and what is told when it cannot be used. */

static struct vault vault;

static int opens(struct files *f, struct vault_options o)
{
	o.state = f->folder;
	o.passphrase_file = o.passphrase_file ? o.passphrase_file : "";
	assert_int_equal(vault_open(&vault, &o, os_env()), OK);
	return vault.key != NULL;
}

static const struct vault_options nothing = { .passphrase_fd = -1 };

/* A descriptor from which `text` can be read. */
static int fd_of(const char *text, size_t n)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, n), (ssize_t)n);
	close(ends[1]);
	return ends[0];
}

static int opens_by(struct files *f, const char *passphrase)
{
	struct vault_options o = nothing;
	o.passphrase_fd = fd_of(passphrase, strlen(passphrase));
	int r = opens(f, o);
	close(o.passphrase_fd);
	return r;
}

static bool there(struct files *f, const char *name)
{
	return access(files_path(f, name), F_OK) == 0;
}

static void says(const char *in, const char *text)
{
	if (!strstr(in, text))
		assert_string_equal(in, text);
}

/* The one that the last vault had. */
static uint8_t old[CRYPTO_SEAL_KEY];
static void keep(void)
{
	memcpy(old, vault.key, sizeof(old));
	vault_fini(&vault);
}

/* As an engine in another program has it, that keeps nothing: another one each time. */
static void without_a_folder_a_key_passes(void **state)
{
	struct vault_options o = nothing;
	o.passphrase_file = "";
	assert_int_equal(vault_open(&vault, &o, os_env()), OK);
	assert_non_null(vault.key);
	assert_string_equal(vault.source, "memory");
	assert_string_equal(vault.path, "");
	keep();
	assert_int_equal(vault_open(&vault, &o, os_env()), OK);
	assert_memory_not_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
}

static void a_file_is_made_and_found_again(void **state)
{
	struct files f;
	struct stat st;
	files_init(&f);
	assert_true(opens(&f, nothing));
	assert_string_equal(vault.source, "file");
	says(vault.weak, "a backup of it, has the keys");
	says(vault.hint, "--passphrase-fd");
	assert_string_equal(vault.path, files_path(&f, VAULT_FILE));
	assert_int_equal(stat(vault.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 65);
	keep();
	assert_true(opens(&f, nothing));
	assert_memory_equal(vault.key, old, sizeof(old));
	assert_false(there(&f, VAULT_FILE ".new"));
	vault_fini(&vault);
	files_fini(&f);
}

/* Named are the file, whose it is, what is wrong and how to mend it. */
static void a_file_that_others_can_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0644, 0620, 0666 };
	struct files f;
	files_init(&f);
	assert_true(opens(&f, nothing));
	keep();
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(files_path(&f, VAULT_FILE), modes[i]), 0);
		assert_false(opens(&f, nothing));
		says(vault.why, files_path(&f, VAULT_FILE));
		says(vault.why, "others can read or change it (mode 06");
		says(vault.hint, "chmod 0600 ");
		says(vault.hint, f.path);
		assert_string_equal(vault.weak, "");
		vault_fini(&vault);
	}
	assert_int_equal(chmod(files_path(&f, VAULT_FILE), 0600), 0);
	assert_true(opens(&f, nothing));
	assert_memory_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
	if (geteuid() == 0) {
		assert_int_equal(chown(files_path(&f, VAULT_FILE), 1, 1), 0);
		assert_false(opens(&f, nothing));
		says(vault.why, "belongs to ");
		says(vault.hint, "chown ");
		vault_fini(&vault);
	}
	files_fini(&f);
}

/* What is damaged is not written over. */
static void a_file_that_holds_no_key_stays(void **state)
{
	static const char no_digits[] = "zz23456789abcdef0123456789abcdef"
					"0123456789abcdef0123456789abcdef\n";
	static const char *const texts[] = { "", "sesame\n", "0123456789abcdef0123456789abcdef\n",
					     no_digits };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct files f;
		struct stat st;
		files_init(&f);
		files_text(&f, VAULT_FILE, texts[i]);
		assert_false(opens(&f, nothing));
		says(vault.why, "holds no key: 32 octets or 64 hexadecimal digits are expected");
		assert_int_equal(stat(files_path(&f, VAULT_FILE), &st), 0);
		assert_int_equal(st.st_size, strlen(texts[i]));
		vault_fini(&vault);
		files_fini(&f);
	}
	char large[200];
	struct files f;
	files_init(&f);
	memset(large, 'a', sizeof(large));
	files_put(&f, VAULT_FILE, large, sizeof(large), 0600);
	assert_false(opens(&f, nothing));
	says(vault.why, "is larger than a key can be");
	vault_fini(&vault);
	files_fini(&f);
}

static void a_folder_that_takes_no_file(void **state)
{
	struct files f;
	files_init(&f);
	struct vault_options o = { .passphrase_fd = -1 };
	char gone[64];
	(void)snprintf(gone, sizeof(gone), "%s/gone", f.folder);
	o.state = gone;
	o.passphrase_file = "";
	assert_int_equal(vault_open(&vault, &o, os_env()), OK);
	assert_null(vault.key);
	says(vault.why, "gone/node.key: No such file or directory");
	vault_fini(&vault);
	files_fini(&f);
}

static void a_passphrase_seals_what_lay_open(void **state)
{
	struct files f;
	files_init(&f);
	assert_true(opens(&f, nothing));
	keep();
	assert_true(opens_by(&f, "open sesame\n"));
	assert_string_equal(vault.source, "passphrase");
	assert_string_equal(vault.weak, "");
	assert_memory_equal(vault.key, old, sizeof(old));
	assert_string_equal(vault.path, files_path(&f, VAULT_SEALED));
	assert_false(there(&f, VAULT_FILE));
	vault_fini(&vault);
	/* Again, and from a file. */
	assert_true(opens_by(&f, "open sesame"));
	assert_memory_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
	struct vault_options o = nothing;
	char file[PATH_MAX];
	memcpy(file, files_put(&f, "words", "open sesame\n", 12, 0640), sizeof(file));
	o.passphrase_file = file;
	assert_true(opens(&f, o));
	assert_memory_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
	/* A wrong one is told, and nothing is changed. */
	assert_false(opens_by(&f, "close sesame"));
	assert_string_equal(vault.source, "passphrase");
	says(vault.why, "the passphrase is not the one that seals ");
	says(vault.hint, "nothing is changed");
	vault_fini(&vault);
	/* And without one no new key is made. */
	assert_false(opens(&f, nothing));
	says(vault.why, "is sealed by a passphrase, and none is given");
	says(vault.hint, "passphrase_file");
	assert_false(there(&f, VAULT_FILE));
	vault_fini(&vault);
	assert_true(opens_by(&f, "open sesame"));
	assert_memory_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
	files_fini(&f);
}

static void passphrases_that_are_none(void **state)
{
	static char large[VAULT_PASSPHRASE_MAX + 2];
	struct vault_options o = nothing;
	struct files f;
	char path[PATH_MAX];
	files_init(&f);
	assert_false(opens_by(&f, "\n"));
	says(vault.why, "the passphrase is empty");
	vault_fini(&vault);
	memset(large, 'x', sizeof(large) - 1);
	assert_false(opens_by(&f, large));
	says(vault.why, "longer than 1024 octets");
	vault_fini(&vault);
	o.passphrase_fd = 987;
	assert_false(opens(&f, o));
	says(vault.why, "cannot be read from --passphrase-fd");
	vault_fini(&vault);
	o = nothing;
	memcpy(path, files_path(&f, "missing"), sizeof(path));
	o.passphrase_file = path;
	assert_false(opens(&f, o));
	says(vault.why, "is not there: it should hold the passphrase");
	vault_fini(&vault);
	memcpy(path, files_put(&f, "words", "sesame", 6, 0644), sizeof(path));
	assert_false(opens(&f, o));
	says(vault.why, "others can read or change it (mode 0644)");
	vault_fini(&vault);
	assert_false(there(&f, VAULT_FILE) || there(&f, VAULT_SEALED));
	files_fini(&f);
}

/* Every octet of the sealed key counts. */
static void a_sealed_key_that_is_damaged(void **state)
{
	char text[512];
	struct files f;
	files_init(&f);
	assert_true(opens_by(&f, "sesame"));
	vault_fini(&vault);
	int fd = open(files_path(&f, VAULT_SEALED), O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text));
	close(fd);
	assert_true(n > 190);
	for (ssize_t cut = 0; cut < n - 1; cut += 37) {
		files_put(&f, VAULT_SEALED, text, (size_t)cut, 0600);
		assert_false(opens_by(&f, "sesame"));
		says(vault.why, "holds no sealed key");
		vault_fini(&vault);
	}
	text[n - 5] = text[n - 5] == '0' ? '1' : '0';
	files_put(&f, VAULT_SEALED, text, (size_t)n, 0600);
	assert_false(opens_by(&f, "sesame"));
	says(vault.why, "is not the one that seals");
	vault_fini(&vault);
	files_fini(&f);
}

static void a_credential_goes_before_all(void **state)
{
	static const uint8_t raw[CRYPTO_SEAL_KEY] = { 9, 0, '\n', 1, 2, 3 };
	struct vault_options o = nothing;
	struct files f, c;
	files_init(&f);
	files_init(&c);
	files_put(&c, VAULT_CREDENTIAL, (const char *)raw, sizeof(raw), 0440);
	o.credentials = c.folder;
	o.passphrase_fd = fd_of("sesame", 6);
	assert_true(opens(&f, o));
	assert_string_equal(vault.source, "credential");
	assert_string_equal(vault.weak, "");
	assert_memory_equal(vault.key, raw, sizeof(raw));
	assert_false(there(&f, VAULT_FILE) || there(&f, VAULT_SEALED));
	vault_fini(&vault);
	/* One that cannot be used is not passed over. */
	files_text(&c, VAULT_CREDENTIAL, "sesame\n");
	assert_false(opens(&f, o));
	assert_string_equal(vault.source, "credential");
	says(vault.why, "holds no key");
	assert_false(there(&f, VAULT_FILE) || there(&f, VAULT_SEALED));
	vault_fini(&vault);
	/* Where the service was handed others alone, it is as if there were none. */
	assert_int_equal(unlink(files_path(&c, VAULT_CREDENTIAL)), 0);
	assert_true(opens(&f, o));
	assert_string_equal(vault.source, "passphrase");
	vault_fini(&vault);
	close(o.passphrase_fd);
	files_fini(&c);
	files_fini(&f);
}

/* node.key can be made a credential as it is. */
static void a_file_becomes_a_credential(void **state)
{
	struct vault_options o = nothing;
	struct files f;
	char path[PATH_MAX];
	files_init(&f);
	assert_true(opens(&f, nothing));
	keep();
	memcpy(path, files_path(&f, VAULT_FILE), sizeof(path));
	assert_int_equal(rename(path, files_path(&f, VAULT_CREDENTIAL)), 0);
	o.credentials = f.folder;
	assert_true(opens(&f, o));
	assert_memory_equal(vault.key, old, sizeof(old));
	vault_fini(&vault);
	files_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_folder_a_key_passes),
		cmocka_unit_test(a_file_is_made_and_found_again),
		cmocka_unit_test(a_file_that_others_can_read_is_refused),
		cmocka_unit_test(a_file_that_holds_no_key_stays),
		cmocka_unit_test(a_folder_that_takes_no_file),
		cmocka_unit_test(a_passphrase_seals_what_lay_open),
		cmocka_unit_test(passphrases_that_are_none),
		cmocka_unit_test(a_sealed_key_that_is_damaged),
		cmocka_unit_test(a_credential_goes_before_all),
		cmocka_unit_test(a_file_becomes_a_credential),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
