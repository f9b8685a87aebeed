/* played_keep.h - a disk that the test plays: slow, full, and well again. */
#ifndef UNIT_ENGINE_PLAYED_KEEP_H
#define UNIT_ENGINE_PLAYED_KEEP_H

#include "base/store_mem.h"
#include "engine/keep.h"

struct played_keep {
	struct store_mem *rows;
	bool hold;     /* commit nothing for now */
	enum err fail; /* what the next commit gives */
	uint64_t told, settled;
	struct keep_report failure;
	bool failed; /* `failure` is to be told */
	size_t waiting;
};

static void played_flush(void *ctx)
{
	struct played_keep *k = ctx;
	uint64_t newest = store_mem_newest(k->rows);

	if (k->hold || newest == k->settled)
		return;
	(void)store_mem_seal(k->rows);
	if (k->fail) {
		k->failure =
			(struct keep_report){ .why = k->fail, .number = store_mem_fail(k->rows) };
		(void)snprintf(k->failure.text, sizeof(k->failure.text), "the disk is played");
		k->failed = true;
		k->fail = OK;
	} else {
		while (store_mem_commit(k->rows))
			;
	}
	k->settled = newest;
}

static bool played_progress(void *ctx, struct keep_report *out)
{
	struct played_keep *k = ctx;

	if (k->failed) {
		*out = k->failure;
		k->failed = false;
		return true;
	}
	if (store_mem_committed(k->rows) <= k->told)
		return false;
	k->told = store_mem_committed(k->rows);
	*out = (struct keep_report){ .number = k->told };
	return true;
}

static bool played_busy(void *ctx)
{
	const struct played_keep *k = ctx;

	return store_mem_newest(k->rows) != k->settled;
}

static size_t played_waiting(void *ctx)
{
	const struct played_keep *k = ctx;

	return k->waiting;
}

static uint64_t played_newest(void *ctx)
{
	const struct played_keep *k = ctx;

	return store_mem_newest(k->rows);
}

static void played_close(void *ctx)
{
	const struct played_keep *k = ctx;

	store_mem_free(k->rows);
}

static const struct keep_ops played_ops = { played_flush,   played_progress, played_busy,
					    played_waiting, played_newest,   played_close };

static inline struct keep played_keep(struct played_keep *k, const struct env *env)
{
	*k = (struct played_keep){ 0 };
	assert_int_equal(store_mem_new(&k->rows, env), OK);
	return (struct keep){ &played_ops, k, store_mem_store(k->rows), -1 };
}

#endif
