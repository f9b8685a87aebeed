/* STORE-13, STORE-14, STORE-16, on real files, in a folder of the test's own. */
#include "../failing_env.h"
#include "store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char folder[200], path[220], why[700];
	struct text text;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	const char *tmp = getenv("TMPDIR");
	assert_in_range(snprintf(p->folder, sizeof(p->folder), "%s/homestead-file-XXXXXX",
				 tmp ? tmp : P_tmpdir),
			1, sizeof(p->folder) - 1);
	assert_non_null(mkdtemp(p->folder));
	assert_in_range(snprintf(p->path, sizeof(p->path), "%s/store.db", p->folder), 1,
			sizeof(p->path) - 1);
	p->text = TEXT_OF(p->why);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	DIR *d = opendir(p->folder);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	(void)closedir(d);
	assert_int_equal(rmdir(p->folder), 0);
	free(p);
	return 0;
}

static void spoil(const char *path, const char *octets, off_t at)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	size_t n = strlen(octets);
	assert_int_equal(pwrite(fd, octets, n, at), n);
	(void)close(fd);
}

static bool starts_with(const char *path, const char *octets)
{
	char got[16] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = pread(fd, got, strlen(octets), 0);
	(void)close(fd);
	return n == (ssize_t)strlen(octets) && memcmp(got, octets, (size_t)n) == 0;
}

static void make_and_run(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number(sqlite3 *db, const char *sql)
{
	int64_t n = -1;
	assert_int_equal(sql_number(db, sql, &n), SQLITE_OK);
	return n;
}

/* Opens, and closes what came out after a look at it. */
static void opens(struct place *p)
{
	sqlite3 *db = NULL;
	char mode[16];
	struct text t = TEXT_OF(mode);
	assert_int_equal(file_open(&db, p->path, NULL, &p->text), OK);
	assert_int_equal(number(db, "PRAGMA application_id"), FILE_APPLICATION);
	assert_int_equal(number(db, "PRAGMA user_version"), FILE_SCHEMA);
	assert_int_equal(sql_text(db, "PRAGMA journal_mode", &t), SQLITE_OK);
	assert_string_equal(mode, "wal");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The name that `why` says the file was given; the sentence around it is as
 * it should be. */
static const char *aside(struct place *p, const char *reason)
{
	static char name[300];
	char want[700];
	const char *at = strstr(p->why, "; it now lies at ");
	assert_non_null(at);
	at += strlen("; it now lies at ");
	const char *end = strstr(at, " and a fresh one was made");
	assert_non_null(end);
	size_t n = (size_t)(end - at);
	assert_true(n < sizeof(name));
	memcpy(name, at, n);
	name[n] = '\0';
	assert_true(snprintf(want, sizeof(want),
			     "the store %s was not usable (%s); it now lies at %s and a fresh one "
			     "was made",
			     p->path, reason, name) > 0);
	assert_string_equal(p->why, want);
	/* PATH.corrupt-20261121T204318Z */
	size_t path_n = strlen(p->path);
	assert_memory_equal(name, p->path, path_n);
	assert_memory_equal(name + path_n, ".corrupt-2", 10);
	assert_int_equal(name[path_n + 17], 'T');
	assert_int_equal(name[path_n + 24], 'Z');
	return name;
}

static void a_fresh_one(void **state)
{
	struct place *p = *state;
	struct stat st;
	opens(p);
	assert_string_equal(p->why, "");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	opens(p);
	assert_string_equal(p->why, "");
}

static void an_empty_file_is_a_fresh_one(void **state)
{
	struct place *p = *state;
	spoil(p->path, "", 0);
	opens(p);
	assert_string_equal(p->why, "");
}

static void garbage_is_set_aside(void **state)
{
	struct place *p = *state;
	char first[300];
	spoil(p->path, "this is no database but a letter to my aunt", 0);
	opens(p);
	strcpy(first, aside(p, "file is not a database"));
	assert_true(starts_with(first, "this is no"));

	/* and again, most likely within the same second */
	spoil(p->path, "and this is another", 0);
	text_clear(&p->text);
	opens(p);
	const char *second = aside(p, "file is not a database");
	assert_string_not_equal(first, second);
	assert_true(starts_with(first, "this is no"));
	assert_true(starts_with(second, "and this"));
	assert_true(strlen(second) == strlen(first) ? true : second[strlen(first)] == '-');
}

static void the_log_goes_along(void **state)
{
	struct place *p = *state;
	char log[220 + 8];
	(void)snprintf(log, sizeof(log), "%s-wal", p->path);
	spoil(p->path, "no database", 0);
	spoil(log, "its log", 0);
	opens(p);
	char moved[320];
	(void)snprintf(moved, sizeof(moved), "%s-wal", aside(p, "file is not a database"));
	assert_true(starts_with(moved, "its log"));
	assert_false(starts_with(log, "its log"));
}

static void a_damaged_page_is_found(void **state)
{
	struct place *p = *state;
	opens(p);
	make_and_run(p->path,
		     "CREATE TABLE t(k BLOB PRIMARY KEY, v) WITHOUT ROWID;"
		     "INSERT INTO t VALUES (x'01', zeroblob(3000)), (x'02', zeroblob(3000));"
		     "PRAGMA wal_checkpoint(TRUNCATE)");
	spoil(p->path, "\x55\x55\x55\x55\x55\x55\x55\x55", 4096);
	opens(p);
	assert_non_null(strstr(p->why, "was not usable (\""));
	assert_non_null(strstr(p->why, ".corrupt-"));
}

static void a_database_of_somebody_else(void **state)
{
	struct place *p = *state;
	make_and_run(p->path, "PRAGMA application_id=77; CREATE TABLE theirs(x)");
	opens(p);
	const char *name = aside(p, "it is a database of another program");
	make_and_run(name, "INSERT INTO theirs VALUES (1)");
}

static void a_database_without_a_mark(void **state)
{
	struct place *p = *state;
	make_and_run(p->path, "CREATE TABLE theirs(x)");
	opens(p);
	assert_non_null(aside(p, "it is a database of another program"));
}

static void a_newer_one_is_left_alone(void **state)
{
	struct place *p = *state;
	char want[500];
	sqlite3 *db = NULL;
	opens(p);
	make_and_run(p->path, "PRAGMA user_version=9");
	assert_int_equal(file_open(&db, p->path, NULL, &p->text), ERR_UNSUPPORTED);
	assert_null(db);
	(void)snprintf(want, sizeof(want),
		       "cannot open the store %s: it was made by a newer version of Homestead "
		       "(form 9, this one knows up to 1); install that version or start with "
		       "another state folder",
		       p->path);
	assert_string_equal(p->why, want);
	make_and_run(p->path, "PRAGMA user_version=1");
	text_clear(&p->text);
	opens(p);
	assert_string_equal(p->why, "");
}

static void a_place_that_cannot_be(void **state)
{
	struct place *p = *state;
	char want[500];
	sqlite3 *db = NULL;
	(void)snprintf(want, sizeof(want), "cannot open the store %s: unable to open database file",
		       p->folder);
	assert_int_equal(file_open(&db, p->folder, NULL, &p->text), ERR_IO);
	assert_memory_equal(p->why, want, strlen(want));
	assert_null(db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fresh_one),
		TEST(an_empty_file_is_a_fresh_one),
		TEST(garbage_is_set_aside),
		TEST(the_log_goes_along),
		TEST(a_damaged_page_is_found),
		TEST(a_database_of_somebody_else),
		TEST(a_database_without_a_mark),
		TEST(a_newer_one_is_left_alone),
		TEST(a_place_that_cannot_be),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
