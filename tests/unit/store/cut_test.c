/* Power cuts: at every write, truncate, sync and delete of a run of batches,
 * with what was not synced lost, kept or torn, the rows that are there after
 * reopening are those of one whole number of batches, at least of all that
 * were reported committed. STORE-5, STORE-6. */
#include "../failing_env.h"
#include "fault_vfs.h"
#include "store/store.h"

#include <errno.h>

enum {
	KEYS = 12,
	BATCHES = 16,
	BATCHES_A_LIFE = 6
};

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_table counts = { "counts", STORE_KEY_INTEGER };

/* A few pages of log, so that it is taken in during the run too. */
static const struct store_options options = { .vfs = "cut", .log_pages = 12 };

/* Which batch wrote the row last; 0 absent. */
struct model {
	uint32_t by[2][KEYS];
};

static struct span key_of(uint8_t b[8], size_t t, size_t i)
{
	memset(b, 0, 8);
	b[t ? 7 : 0] = (uint8_t)(i + 1);
	return span_of(b, t ? 8 : 3);
}

static struct span value_of(uint8_t b[5000], uint32_t batch, size_t i)
{
	size_t n = (batch * 977 + i * 311) % 2500;
	if (i == 0)
		n = 4 + batch;
	memset(b, (int)(batch + i), n);
	memcpy(b, &batch, n < 4 ? n : 4);
	return span_of(b, n);
}

/* What batch does to row i: the same in the store and in the model. */
static int deed(uint32_t batch, size_t t, size_t i)
{
	if (i == 0)
		return 1;
	return (int)((batch * 7 + i * 3 + t) % 5) - 2;
}

static void model_batch(struct model *m, uint32_t batch)
{
	for (size_t i = 0; i < 2 * KEYS; i++) {
		int d = deed(batch, i / KEYS, i % KEYS);
		if (d)
			m->by[i / KEYS][i % KEYS] = d > 0 ? batch : 0;
	}
}

static void put_batch(struct store *s, uint32_t batch)
{
	static uint8_t vb[5000];
	uint8_t kb[8];
	uint64_t n;
	for (size_t i = 0; i < 2 * KEYS; i++) {
		const struct store_table *t = i < KEYS ? &names : &counts;
		struct span key = key_of(kb, i / KEYS, i % KEYS);
		int d = deed(batch, i / KEYS, i % KEYS);
		if (d > 0)
			assert_int_equal(store_put(s, t, key, value_of(vb, batch, i % KEYS), &n),
					 OK);
		else if (d < 0)
			assert_int_equal(store_del(s, t, key, &n), OK);
	}
}

/* Whether exactly the rows of batches 1..n are there. */
static bool holds(struct store *s, uint32_t batches)
{
	static uint8_t vb[5000];
	struct model m = { .by = { { 0 } } };
	for (uint32_t b = 1; b <= batches; b++)
		model_batch(&m, b);
	for (size_t i = 0; i < 2 * KEYS; i++) {
		const struct store_table *t = i < KEYS ? &names : &counts;
		uint8_t kb[8];
		struct span value;
		uint32_t by = m.by[i / KEYS][i % KEYS];
		enum err e = store_get(s, t, key_of(kb, i / KEYS, i % KEYS), &value);
		assert_true(e == OK || e == ERR_NOT_FOUND);
		if ((e == OK) != (by != 0))
			return false;
		if (by && !span_eq(value, value_of(vb, by, i % KEYS)))
			return false;
	}
	return true;
}

static uint32_t newest_batch(struct store *s)
{
	uint8_t kb[8];
	uint32_t batch = 0;
	struct span value;
	if (store_get(s, &names, key_of(kb, 0, 0), &value) == OK)
		memcpy(&batch, value.p, sizeof(batch));
	return batch;
}

/* One life of a process: some batches, each drained. True when it ended by
 * itself. */
static bool live(struct failing_env *f, uint32_t *begun, uint32_t *committed)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	struct store_db *db = NULL;
	if (store_open(&db, "db", &f->env, &options, &why))
		return false;
	bool fine = true;
	for (int i = 0; i < BATCHES_A_LIFE && *begun < BATCHES && fine; i++) {
		struct store_progress p;
		put_batch(store_db_store(db), ++*begun);
		fine = store_db_drain(db, 10000) == OK;
		while (store_db_progress(db, &p))
			if (p.why == OK)
				*committed = *begun;
	}
	store_close(db);
	return fine && why.n == 0;
}

static void check_after_boot(struct failing_env *f, uint32_t begun, uint32_t committed)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	struct store_db *db = NULL;
	enum err e = store_open(&db, "db", &f->env, &options, &why);
	assert_string_equal(buffer, "");
	assert_int_equal(e, OK);
	struct store *s = store_db_store(db);
	uint32_t found = newest_batch(s);
	assert_in_range(found, committed, begun);
	assert_true(holds(s, found));
	/* and life goes on */
	put_batch(s, found + 1);
	assert_int_equal(store_db_drain(db, 10000), OK);
	assert_true(holds(s, found + 1));
	store_close(db);
}

/* Runs with a cut at operation n; false when there are not so many. */
static bool run(uint64_t n, enum fault_fate fate, uint64_t seed, uint32_t *committed)
{
	struct failing_env f;
	struct fault_vfs *disk = fault_vfs_new("cut", seed);
	uint32_t begun = 0;
	*committed = 0;
	failing_env_init(&f, seed);
	fault_vfs_cut_at(disk, n);
	while (begun < BATCHES && live(&f, &begun, committed))
		;
	bool cut = fault_vfs_is_cut(disk);
	if (cut) {
		fault_vfs_boot(disk, fate);
		fault_vfs_boot(disk, fate);
		check_after_boot(&f, begun, *committed);
	}
	failing_env_assert_clean(&f);
	fault_vfs_free(disk);
	return cut;
}

static void every_cut(enum fault_fate fate, uint64_t seeds)
{
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint32_t committed = 0, most = 0;
		uint64_t n = 1;
		for (; run(n, fate, seed, &committed); n++)
			most = committed > most ? committed : most;
		/* the run is as long as it is meant to be */
		assert_true(n > 150);
		assert_in_range(most, BATCHES - 1, BATCHES);
		assert_int_equal(committed, BATCHES);
	}
}

static void unsynced_sectors_lost(void **state)
{
	every_cut(FAULT_LOST, 1);
}

static void unsynced_sectors_kept(void **state)
{
	every_cut(FAULT_KEPT, 1);
}

static void unsynced_sectors_torn(void **state)
{
	const char *seeds = getenv("STORE_CUT_SEEDS");
	every_cut(FAULT_TORN, seeds ? strtoull(seeds, NULL, 10) : 1);
}

/* A second cut while the first is being recovered from. */
static void a_cut_during_recovery(void **state)
{
	for (uint64_t n = 5; n < 400; n += 13) {
		struct failing_env f;
		struct fault_vfs *disk = fault_vfs_new("cut", n);
		uint32_t begun = 0, committed = 0;
		failing_env_init(&f, n);
		fault_vfs_cut_at(disk, n);
		while (begun < BATCHES && live(&f, &begun, &committed))
			;
		for (uint64_t again = 1; fault_vfs_is_cut(disk); again++) {
			/* no batch more: recovery, and the log taken in, alone */
			uint32_t none = BATCHES;
			fault_vfs_boot(disk, FAULT_TORN);
			fault_vfs_cut_at(disk, again);
			(void)live(&f, &none, &committed);
		}
		fault_vfs_cut_at(disk, 0);
		check_after_boot(&f, begun, committed);
		failing_env_assert_clean(&f);
		fault_vfs_free(disk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsynced_sectors_lost),
		cmocka_unit_test(unsynced_sectors_kept),
		cmocka_unit_test(unsynced_sectors_torn),
		cmocka_unit_test(a_cut_during_recovery),
	};
	return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
