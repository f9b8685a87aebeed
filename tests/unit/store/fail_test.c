/* Failing disks: whichever write or sync fails, a batch is reported committed
 * and is there, also after a power cut, or is reported undone and is not; and
 * the store goes on when the disk does. STORE-7, STORE-8. */
#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/store.h"

#include <errno.h>

enum {
	BATCHES = 12,
	ROWS = 5
};

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_options options = { .vfs = "fail", .log_pages = 8 };

/* Rows 0..ROWS-1 are overwritten by each batch, and one of its own is added. */
static struct span value_of(uint8_t b[4000], uint32_t batch)
{
	size_t n = 500 + batch * 137 % 3000;
	memset(b, (int)batch, n);
	memcpy(b, &batch, sizeof(batch));
	return span_of(b, n);
}

static struct span key_of(uint8_t b[2], uint32_t i)
{
	b[0] = (uint8_t)(i >> 8);
	b[1] = (uint8_t)i;
	return span_of(b, 2);
}

static void put_batch(struct store *s, uint32_t batch)
{
	static uint8_t vb[4000];
	uint8_t kb[2];
	uint64_t n;
	struct span v = value_of(vb, batch);
	for (uint32_t i = 0; i < ROWS; i++)
		assert_int_equal(store_put(s, &names, key_of(kb, i), v, &n), OK);
	assert_int_equal(store_put(s, &names, key_of(kb, 1000 + batch), v, &n), OK);
}

struct history {
	bool committed[BATCHES + 3];
	uint32_t newest; /* committed */
};

static void is_row(struct store *s, uint32_t i, uint32_t batch)
{
	static uint8_t vb[4000];
	uint8_t kb[2];
	struct span value;
	enum err e = store_get(s, &names, key_of(kb, i), &value);
	assert_int_equal(e, batch ? OK : ERR_NOT_FOUND);
	if (batch)
		assert_true(span_eq(value, value_of(vb, batch)));
}

static void check(struct store *s, const struct history *h)
{
	for (uint32_t i = 0; i < ROWS; i++)
		is_row(s, i, h->newest);
	for (uint32_t b = 1; b < BATCHES + 3; b++)
		is_row(s, 1000 + b, h->committed[b] ? b : 0);
}

/* One batch and what is told of it, which must agree with what drain said. */
static void batch(struct store_db *db, uint32_t number, struct history *h)
{
	struct store_progress p;
	uint64_t before = store_db_newest(db);
	put_batch(store_db_store(db), number);
	enum err e = store_db_drain(db, 10000);
	assert_true(store_db_progress(db, &p));
	assert_int_equal(p.why, e);
	assert_true(p.number == (e ? before + 1 : store_db_newest(db)));
	assert_int_equal(strlen(p.text) > 0, e != OK);
	assert_false(store_db_progress(db, &p));
	h->committed[number] = e == OK;
	if (e == OK)
		h->newest = number;
}

static struct store_db *open_db(struct failing_env *f)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	struct store_db *db = NULL;
	enum err e = store_open(&db, "db", &f->env, &options, &why);
	assert_string_equal(buffer, "");
	assert_int_equal(e, OK);
	return db;
}

/* Runs with operations n, n + 1, ... failing, `count` of them. False when
 * nothing failed. */
static bool run(uint64_t n, uint64_t count, int os)
{
	struct failing_env f;
	struct fault_vfs *disk = fault_vfs_new("fail", n);
	struct history h = { .newest = 0 };
	failing_env_init(&f, n);
	struct store_db *db = open_db(&f);
	fault_vfs_fail_at(disk, n, count, os);
	for (uint32_t b = 1; b <= BATCHES; b++)
		batch(db, b, &h);
	bool failed = fault_vfs_failed(disk);
	check(store_db_store(db), &h);
	/* the disk works again, and so does the store, without more ado */
	fault_vfs_fail_at(disk, 0, 0, 0);
	batch(db, BATCHES + 1, &h);
	assert_true(h.committed[BATCHES + 1]);
	check(store_db_store(db), &h);

	/* what was told lasts, though a failed sync may have lied */
	fault_vfs_cut_at(disk, 1);
	store_close(db);
	if (fault_vfs_is_cut(disk))
		fault_vfs_boot(disk, FAULT_LOST);
	fault_vfs_cut_at(disk, 0);
	db = open_db(&f);
	check(store_db_store(db), &h);
	batch(db, BATCHES + 2, &h);
	assert_true(h.committed[BATCHES + 2]);
	check(store_db_store(db), &h);
	store_close(db);
	failing_env_assert_clean(&f);
	fault_vfs_free(disk);
	return failed;
}

static void each(uint64_t count, int even, int odd)
{
	uint64_t n = 1;
	while (run(n, count, n % 2 ? odd : even))
		n++;
	assert_true(n > 60);
}

static void one_fails(void **state)
{
	each(1, EIO, ENOSPC);
}

static void three_fail(void **state)
{
	each(3, ENOSPC, EIO);
}

static void all_fail_from_there(void **state)
{
	each(1000000, ENOSPC, ENOSPC);
}

/* Opening with a failing disk: an error with a sentence, or a store that
 * works; never the loss of what was there. */
static void opening(void **state)
{
	bool failed = true;
	for (uint64_t n = 1; failed; n++) {
		struct failing_env f;
		struct fault_vfs *disk = fault_vfs_new("fail", n);
		struct history h = { .newest = 0 };
		char buffer[300];
		struct text why = TEXT_OF(buffer);
		struct store_db *db = NULL;
		failing_env_init(&f, n);
		fault_vfs_fail_at(disk, n, 1, n % 2 ? EIO : ENOSPC);
		enum err e = store_open(&db, "db", &f.env, &options, &why);
		failed = fault_vfs_failed(disk);
		assert_int_equal(e == OK, db != NULL);
		assert_int_equal(e == OK, why.n == 0);
		assert_true(e == OK || e == ERR_IO || e == ERR_NO_SPACE);
		if (e)
			db = open_db(&f);
		batch(db, 1, &h);
		check(store_db_store(db), &h);
		store_close(db);
		failing_env_assert_clean(&f);
		fault_vfs_free(disk);
	}
}

/* As above with reads that fail, over a file that has rows. */
static void opening_without_reading(void **state)
{
	struct failing_env f;
	struct fault_vfs *disk = fault_vfs_new("fail", 1);
	struct history h = { .newest = 0 };
	failing_env_init(&f, 1);
	struct store_db *db = open_db(&f);
	batch(db, 1, &h);
	store_close(db);
	bool failed = true;
	uint64_t errors = 0;
	for (uint64_t n = 1; failed; n++) {
		char buffer[300];
		struct text why = TEXT_OF(buffer);
		db = NULL;
		fault_vfs_fail_reads(disk, n, 1);
		enum err e = store_open(&db, "db", &f.env, &options, &why);
		failed = fault_vfs_failed(disk);
		assert_true(e == OK || e == ERR_IO);
		assert_int_equal(e == OK, why.n == 0);
		errors += e != OK;
		store_close(db);
	}
	fault_vfs_fail_reads(disk, 0, 0);
	assert_true(errors > 1);
	db = open_db(&f);
	check(store_db_store(db), &h);
	store_close(db);
	failing_env_assert_clean(&f);
	fault_vfs_free(disk);
}

/* A damaged file is not taken for rows. */
static void damage_is_seen(void **state)
{
	struct failing_env f;
	struct fault_vfs *disk = fault_vfs_new("fail", 1);
	struct history h = { .newest = 0 };
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	failing_env_init(&f, 1);
	struct store_db *db = open_db(&f);
	for (uint32_t b = 1; b <= BATCHES; b++)
		batch(db, b, &h);
	store_close(db);
	assert_true(fault_vfs_size(disk, "db") > 4096);
	fault_vfs_damage(disk, "db", 0);
	db = NULL;
	assert_int_equal(store_open(&db, "db", &f.env, &options, &why), ERR_CORRUPT);
	assert_string_equal(buffer, "cannot open the store db: file is not a database");
	fault_vfs_damage(disk, "db", 0);
	/* the type of the second page */
	fault_vfs_damage(disk, "db", 4096);
	text_clear(&why);
	assert_int_equal(store_open(&db, "db", &f.env, &options, &why), ERR_CORRUPT);
	assert_true(why.n > 0);
	assert_null(db);
	failing_env_assert_clean(&f);
	fault_vfs_free(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fails),
		cmocka_unit_test(three_fail),
		cmocka_unit_test(all_fail_from_there),
		cmocka_unit_test(opening),
		cmocka_unit_test(opening_without_reading),
		cmocka_unit_test(damage_is_seen),
	};
	return cmocka_run_group_tests_name("fail", tests, NULL, NULL);
}
