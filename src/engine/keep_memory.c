#include "engine/keep.h"

#include "base/store_mem.h"

struct memory {
	const struct env *env;
	struct store_mem *rows;
	uint64_t told;	 /* committed, as progress() told */
	uint64_t undone; /* the first number, 0 none: for the next progress() */
};

/* Without memory for the commit itself the batch is undone, as on a disk that
 * is full. */
static void memory_flush(void *ctx)
{
	struct memory *m = ctx;

	if (store_mem_committed(m->rows) == store_mem_newest(m->rows) || m->undone)
		return;
	if (!store_mem_seal(m->rows) || !store_mem_commit(m->rows))
		m->undone = store_mem_fail(m->rows);
}

static bool memory_progress(void *ctx, struct keep_report *out)
{
	struct memory *m = ctx;

	if (store_mem_committed(m->rows) > m->told) {
		m->told = store_mem_committed(m->rows);
		*out = (struct keep_report){ .number = m->told };
		return true;
	}
	if (!m->undone)
		return false;
	*out = (struct keep_report){ .why = ERR_NOMEM, .number = m->undone };
	m->undone = 0;
	return true;
}

static uint64_t memory_newest(void *ctx)
{
	struct memory *m = ctx;

	return store_mem_newest(m->rows);
}

/* Nothing is ever left between two calls but reports. */
static bool memory_busy(void *ctx)
{
	struct memory *m = ctx;

	return store_mem_committed(m->rows) > m->told || m->undone;
}

/* What is put is committed by the end of its turn. */
static size_t memory_waiting(void *ctx)
{
	return 0;
}

static void memory_close(void *ctx)
{
	struct memory *m = ctx;

	store_mem_free(m->rows);
	env_free(m->env, m);
}

static const struct keep_ops memory_ops = {
	.flush = memory_flush,
	.progress = memory_progress,
	.busy = memory_busy,
	.waiting = memory_waiting,
	.newest = memory_newest,
	.close = memory_close,
};

enum err engine_keep_memory(struct keep *out, const struct env *env)
{
	struct memory *m = env_zalloc(env, 1, sizeof(*m));

	if (!m)
		return ERR_NOMEM;
	m->env = env;
	if (store_mem_new(&m->rows, env)) {
		env_free(env, m);
		return ERR_NOMEM;
	}
	*out = (struct keep){ &memory_ops, m, store_mem_store(m->rows), -1 };
	return OK;
}
