/* The state folder: made when missing, locked for our life, and the store in
 * it. */
#include "engine/engine_int.h"

#include "os/dirs.h"

#include <pthread.h>
#include <signal.h>

#define LOCK_FILE  "/lock"
#define STORE_FILE "/homestead.db"

static enum err path_in(char *out, size_t size, const char *dir, const char *file, struct text *why)
{
	struct text t = text_of(out, size);

	text_str(&t, dir);
	text_str(&t, file);
	if (!t.cut)
		return OK;
	text_str(why, "the path of the state folder is too long: give a shorter one");
	return ERR_RANGE;
}

static enum err lock_folder(struct engine *e, const char *dir, struct text *why)
{
	char path[sizeof(e->info.store_path)];
	enum err err = path_in(path, sizeof(path), dir, LOCK_FILE, why);

	if (!err)
		err = os_lock_take(&e->lock, e->env, path, why);
	if (err == ERR_IN_USE)
		text_str(why, "; stop it, or give another state folder");
	return err;
}

/* The store's writer is a thread of its own: signals are the loop's. */
static enum err open_store(struct engine *e, struct text *why)
{
	sigset_t all, old;
	enum err err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = engine_keep_file(&e->keep, e->info.store_path, e->env, why);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!err && why->n) {
		engine_say(e, NODE_WARNING, "store", why);
		text_clear(why);
	}
	return err;
}

enum err engine_state_open(struct engine *e, const char *dir, struct text *why)
{
	enum err err;

	if (!dir)
		return engine_keep_memory(&e->keep, e->env);
	err = path_in(e->info.state_dir, sizeof(e->info.state_dir), dir, "", why);
	if (!err)
		err = path_in(e->info.store_path, sizeof(e->info.store_path), dir, STORE_FILE, why);
	if (!err)
		err = os_dirs_make(dir, why);
	if (!err)
		err = lock_folder(e, dir, why);
	return err ? err : open_store(e, why);
}
