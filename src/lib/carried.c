/* An engine in this process: its library is loaded here, and its descriptor lies in the
 * context's, so that one is polled for both. */
#include "lib/lib_int.h"

#include "inproc/inproc.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

struct lib_exchange {
	struct hst_ctx *ctx;
	struct inproc_call *call;
	lib_sse_fn *event;
	lib_end_fn *end;
	void *owner;
};

static enum err on_event(void *owner, const char *type, const char *data, uint64_t id)
{
	const struct lib_exchange *x = owner;
	return x->event(x->owner, &(struct lib_sse){ type, data, id });
}

static void on_end(void *owner, int status, const char *body)
{
	static const struct lib_failure broke = { HST_E_NOMEM, "out of memory", "" };
	const struct lib_exchange *x = owner;
	x->end(x->owner, &(struct lib_end){ status, body, status ? NULL : &broke });
}

static enum err ask(struct lib_exchange **out, struct hst_ctx *c, const struct lib_request *r)
{
	struct lib_exchange *x = env_zalloc(c->env, 1, sizeof(*x));
	if (!x)
		return ERR_NOMEM;
	x->ctx = c;
	x->event = r->event;
	x->end = r->end;
	x->owner = r->owner;
	const struct inproc_request q = { r->method, r->path, r->body, r->event ? on_event : NULL,
					  on_end,    x };
	enum err e = c->carried.engine->ask(&x->call, c->carried.instance, &q);
	if (e)
		env_free(c->env, x);
	else
		*out = x;
	return e;
}

static void drop(struct lib_exchange *x)
{
	x->ctx->carried.engine->drop(x->call);
	env_free(x->ctx->env, x);
}

static enum err connect_stream(struct hst_ctx *c, const char *path, int *fd)
{
	return c->carried.engine->connect(c->carried.instance, fd);
}

static void lasting(struct hst_ctx *c, size_t n)
{
}

static int pid_of(struct hst_ctx *c)
{
	return (int)getpid();
}

static void fini(struct hst_ctx *c)
{
	struct lib_carried *k = &c->carried;
	os_watch_free(k->watch);
	if (k->instance)
		k->engine->close(k->instance);
	/* The library stays: its threads, and those of what it needs, may be ending still. */
}

const struct lib_backend lib_backend_carried = {
	.ask = ask,
	.drop = drop,
	.lasting = lasting,
	.connect = connect_stream,
	.pid = pid_of,
	.fini = fini,
};

/* What it tells comes from here. A failure of its loop is one of ours: it is polled anew. */
static void on_ready(void *arg, uint32_t ready, struct mono now)
{
	struct hst_ctx *c = arg;
	(void)!c->carried.engine->run(c->carried.instance);
}

static int load(struct hst_ctx *c)
{
	const char *why;
	c->carried.library = dlopen(INPROC_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (c->carried.library)
		c->carried.engine = dlsym(c->carried.library, INPROC_SYMBOL);
	if (!c->carried.engine) {
		why = dlerror();
		return lib_fail(c, HST_E_UNSUPPORTED, why ? why : INPROC_LIBRARY " is not ours",
				"install " INPROC_LIBRARY ", or name its folder in "
				"LD_LIBRARY_PATH");
	}
	if (strcmp(c->carried.engine->build, HOMESTEAD_VERSION) == 0)
		return HST_OK;
	c->carried.engine = NULL;
	return lib_fail(c, HST_E_UNSUPPORTED,
			INPROC_LIBRARY " is of another version than libhomestead",
			"install both of one version");
}

int lib_carried_init(struct hst_ctx *c, const hst_ctx_opts *opts)
{
	const struct inproc_options o = { opts->state_dir, opts->config };
	struct lib_carried *k = &c->carried;
	char why[512] = "";
	int r = load(c);
	if (r < 0)
		return r;
	enum err e = k->engine->open(&k->instance, &o, why, sizeof(why));
	if (e)
		return lib_fail(c, lib_result_of(e), why, "see doc/graph-howto.md");
	c->backend = &lib_backend_carried;
	e = os_watch_new(&k->watch, c->loop, k->engine->fd(k->instance), OS_READ, on_ready, c);
	return e ? lib_fail(c, lib_result_of(e), err_text(e), "") : HST_OK;
}
