#include "engine/keep.h"

#include "store/store.h"

static void file_flush(void *ctx)
{
	store_db_flush(ctx);
}

static bool file_progress(void *ctx, struct keep_report *out)
{
	struct store_progress p;
	struct text t = TEXT_OF(out->text);

	if (!store_db_progress(ctx, &p))
		return false;
	out->why = p.why;
	out->number = p.number;
	text_str(&t, p.text);
	return true;
}

static bool file_busy(void *ctx)
{
	return store_db_uncommitted(ctx) > 0;
}

static size_t file_waiting(void *ctx)
{
	return store_db_uncommitted(ctx);
}

static uint64_t file_newest(void *ctx)
{
	return store_db_newest(ctx);
}

static void file_close(void *ctx)
{
	store_close(ctx);
}

static const struct keep_ops file_ops = {
	.flush = file_flush,
	.progress = file_progress,
	.busy = file_busy,
	.waiting = file_waiting,
	.newest = file_newest,
	.close = file_close,
};

enum err engine_keep_file(struct keep *out, const char *path, const struct env *env,
			  struct text *why)
{
	struct store_db *db;
	enum err e = store_open(&db, path, env, NULL, why);

	if (!e)
		*out = (struct keep){ &file_ops, db, store_db_store(db), store_db_fd(db) };
	return e;
}
