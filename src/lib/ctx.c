#include "lib/lib_int.h"

#include "ops/types.h"
#include "os/clock.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void ctx_fini(void *p)
{
	struct hst_ctx *c = p;
	lib_ops_drop(c);
	if (c->backend)
		lib_subs_drop(c);
	lib_handles_drop(c);
	lib_queue_drop(c);
	if (c->backend)
		c->backend->fini(c);
	os_loop_free(c->loop);
	curl_global_cleanup();
}

/* Those of a program that was compiled with an older header end earlier: what they do not
 * have is zero. */
static bool take_options(hst_ctx_opts *to, const hst_ctx_opts *from)
{
	size_t least = offsetof(hst_ctx_opts, socket_path) + sizeof(to->socket_path);
	*to = (hst_ctx_opts)HST_INIT(hst_ctx_opts);
	if (!from)
		return true;
	if (from->size < least)
		return false;
	memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
	return (to->flags | HST_CTX_INPROC) == HST_CTX_INPROC &&
	       (!to->socket_path || strlen(to->socket_path) <= LIB_PATH_MAX);
}

static int ctx_init(struct hst_ctx *c, const hst_ctx_opts *opts)
{
	list_init(&c->queue);
	list_init(&c->ops);
	list_init(&c->subs);
	list_init(&c->handles);
	c->error = (struct hst_error){ sizeof(c->error), HST_OK, c->message, c->hint };
	enum err e = os_loop_new(&c->loop, c->env);
	if (e)
		return lib_result_of(e);
	if (opts->flags & HST_CTX_INPROC)
		return lib_carried_init(c, opts);
	ops_set_text(c->given, sizeof(c->given), opts->socket_path ? opts->socket_path : "");
	e = lib_transport_init(c);
	if (!e)
		lib_place_find(c);
	return lib_result_of(e);
}

/* So that a program learns why there is no context: what ctx_init() said. */
static void say_why(const hst_ctx_opts *opts, const struct hst_ctx *c)
{
	if (opts->why && opts->why_n)
		ops_set_text(opts->why, opts->why_n, c->message);
}

int hst_ctx_new(const hst_ctx_opts *opts, hst_ctx **out)
{
	hst_ctx_opts all;
	if (!out || !take_options(&all, opts))
		return HST_E_INVALID;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return HST_E_NOMEM;
	const struct env *env = os_env();
	struct hst_ctx *c = lib_box_new(env, sizeof(*c), ctx_fini);
	if (!c) {
		curl_global_cleanup();
		return HST_E_NOMEM;
	}
	c->env = env;
	int r = ctx_init(c, &all);
	if (r < 0) {
		say_why(&all, c);
		hst_free(c);
		return r;
	}
	*out = c;
	return HST_OK;
}

int hst_ctx_fd(hst_ctx *c)
{
	return os_loop_fd(c->loop);
}

const char *hst_ctx_socket(hst_ctx *c)
{
	return c->socket;
}

void hst_ctx_wakeup(hst_ctx *c)
{
	os_loop_wake(c->loop);
}

/* What waits in the queue is taken before more is read: a program that is slow
 * holds the daemon's stream back, not its own memory. */
hst_event *hst_ctx_next_event(hst_ctx *c)
{
	if (list_empty(&c->queue) && os_loop_run(c->loop, 0) != OK)
		(void)lib_fail(c, HST_E_IO, "the event loop failed", "");
	return lib_queue_take(c);
}

static int time_left(struct mono deadline)
{
	if (mono_is_never(deadline))
		return -1;
	int64_t us = mono_since(deadline, os_mono());
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

hst_event *hst_ctx_await(hst_ctx *c, int timeout_ms)
{
	struct mono deadline =
		timeout_ms < 0 ? MONO_NEVER : mono_add(os_mono(), timeout_ms * MONO_MS);
	while (list_empty(&c->queue)) {
		int left = time_left(deadline);
		if (os_loop_run(c->loop, left) != OK) {
			(void)lib_fail(c, HST_E_IO, "the event loop failed", "");
			return NULL;
		}
		if (left == 0)
			break;
	}
	return lib_queue_take(c);
}

static int deliver(struct hst_ctx *c, struct hst_event *done, hst_event **ev)
{
	int result = done->result;
	if (result < 0)
		(void)lib_fail(c, result, done->message, done->hint);
	if (ev)
		*ev = done;
	else
		hst_free(done);
	return result;
}

static int wait_for(struct hst_ctx *c, hst_op op, int timeout_ms, hst_event **ev)
{
	struct mono deadline =
		timeout_ms < 0 ? MONO_NEVER : mono_add(os_mono(), timeout_ms * MONO_MS);
	for (;;) {
		struct hst_event *done = lib_queue_take_op(c, op);
		if (done)
			return deliver(c, done, ev);
		if (!lib_op_is_open(c, op))
			return lib_fail(c, HST_E_NOT_FOUND, "there is no such operation",
					"it has ended and its event was taken");
		int left = time_left(deadline);
		if (left == 0)
			return lib_fail(c, HST_E_DEADLINE, "the operation has not ended yet",
					"wait for it again, or cancel it");
		if (os_loop_run(c->loop, left) != OK)
			return lib_fail(c, HST_E_IO, "the event loop failed", "");
	}
}

int hst_ctx_wait(hst_ctx *c, hst_op op, int timeout_ms, hst_event **ev)
{
	int r = wait_for(c, op, timeout_ms, ev);
	lib_queue_show(c);
	return r;
}

/* The JSON text of a value in a block for hst_free; NULL without memory. */
static char *text_of_json(struct hst_ctx *c, json_t *j)
{
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	char *out = s ? lib_box_new(c->env, strlen(s) + 1, NULL) : NULL;
	if (out)
		memcpy(out, s, strlen(s) + 1);
	free(s); /* from jansson */
	json_decref(j);
	return out;
}

int hst_ports(hst_ctx *c, char **json)
{
	struct arena mem;
	struct ops_ports ports;
	arena_init(&mem, c->env, 4096);
	enum err e = ops_ports_look(&ports, c->backend->pid(c), &mem);
	char *text = e ? NULL : text_of_json(c, ops_encode_schema(&ops_ports_type, &ports));
	arena_free(&mem);
	if (e == ERR_IO)
		return lib_fail(c, HST_E_IO, "the kernel's socket tables cannot be read",
				"check that /proc is mounted");
	if (!text)
		return lib_fail_nomem(c);
	*json = text;
	return HST_OK;
}
