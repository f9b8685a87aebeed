/* Operations: one transfer, one deadline, one OP_DONE each. */
#include "lib/lib_int.h"

#include "ops/types.h"
#include "os/clock.h"

#include <jansson.h>
#include <string.h>

struct lib_op {
	struct list node; /* in ctx.ops */
	struct hst_ctx *ctx;
	hst_op id;
	struct lib_exchange *exchange;
	struct os_timer *deadline;
	bool search;		   /* the answer is a stream: */
	struct lib_buffer end;	   /* what its end says */
	struct lib_errand *errand; /* NULL: none */
	struct hst_event done;	   /* what is left to tell when memory was short */
};

static void stop(struct lib_op *o)
{
	if (o->exchange)
		o->ctx->backend->drop(o->exchange);
	o->exchange = NULL;
}

static void op_free(struct lib_op *o)
{
	struct hst_ctx *c = o->ctx;
	list_take(&o->node);
	c->n_ops--;
	stop(o);
	os_timer_free(o->deadline);
	lib_buffer_fini(&o->end);
	if (o->errand)
		o->errand->over(o->errand);
	env_free(c->env, o);
}

/* Without memory for the event the operation stays and tries again later: it
 * must end in exactly one. */
#define RETRY_US (100 * MONO_MS)

static void finish(struct lib_op *o, const struct hst_event *e)
{
	if (lib_queue_put(o->ctx, e) == OK) {
		op_free(o);
		return;
	}
	stop(o);
	o->done = (struct hst_event){ .kind = HST_EVENT_OP_DONE,
				      .op = o->id,
				      .result = HST_E_NOMEM,
				      .message = hst_strerror(HST_E_NOMEM) };
	os_timer_set(o->deadline, mono_add(os_mono(), RETRY_US));
}

static void fail(struct lib_op *o, const struct lib_failure *f, const char *json)
{
	finish(o, &(struct hst_event){ .kind = HST_EVENT_OP_DONE,
				       .op = o->id,
				       .result = f->result,
				       .message = f->message,
				       .hint = f->hint,
				       .json = json });
}

static void on_deadline(void *arg, struct mono now)
{
	static const struct lib_failure late = {
		HST_E_DEADLINE, "the daemon did not answer within the deadline",
		"give it more time, or see its log for what it is doing"
	};
	struct lib_op *o = arg;
	if (o->done.kind)
		finish(o, &o->done);
	else
		fail(o, &late, "");
}

/* An event of a search: a step, a finding, or the end. */
static enum err on_search(void *arg, const struct lib_sse *e)
{
	struct lib_op *o = arg;
	if (strcmp(e->type, "found") == 0)
		return lib_endpoint_put(o->ctx, o->id, e->data);
	if (strcmp(e->type, "step") == 0)
		return lib_queue_put(o->ctx, &(struct hst_event){ .kind = HST_EVENT_STEP,
								  .op = o->id,
								  .json = e->data });
	if (strcmp(e->type, "done") == 0)
		return lib_buffer_add(&o->end, e->data, strlen(e->data));
	return OK; /* of a newer daemon */
}

static bool is_object(const char *s)
{
	json_t *j = json_loads(s, 0, NULL);
	bool is = json_is_object(j);
	json_decref(j);
	return is;
}

static bool is_error(const char *s)
{
	json_t *j = json_loads(s, 0, NULL);
	bool is = json_object_get(j, "error") != NULL;
	json_decref(j);
	return is;
}

static void succeed(struct lib_op *o, const char *json)
{
	finish(o, &(struct hst_event){ .kind = HST_EVENT_OP_DONE, .op = o->id, .json = json });
}

/* The errand fails as the last error says. */
static void fail_as_last(struct lib_op *o, int result)
{
	struct lib_failure f = { .result = result };
	ops_set_text(f.message, sizeof(f.message), o->ctx->message);
	ops_set_text(f.hint, sizeof(f.hint), o->ctx->hint);
	fail(o, &f, "");
}

/* A good answer: the end, or what its errand makes of it. */
static void answer(struct lib_op *o, const char *json)
{
	int r = o->errand ? o->errand->answered(o->errand, json) : LIB_ERRAND_DONE;
	if (r == LIB_ERRAND_GOES_ON)
		stop(o);
	else if (r < 0)
		fail_as_last(o, r);
	else
		succeed(o, json);
}

static void on_end(void *owner, const struct lib_end *e)
{
	struct lib_op *o = owner;
	bool streamed = o->search && e->status == 200;
	const char *body = streamed ? lib_buffer_text(&o->end) : e->body;
	bool good = e->status == 200 && !(streamed && is_error(body));
	struct lib_failure f;
	if (good && is_object(body)) {
		answer(o, body);
		return;
	}
	if (!e->failure)
		lib_failure_of_answer(&f, o->ctx, good ? 200 : 0, body);
	fail(o, e->failure ? e->failure : &f, body);
}

static bool is_method(const char *s)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE" };
	for (size_t i = 0; s && i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(s, methods[i]) == 0)
			return true;
	return false;
}

#define PATH_MOST 1900

static const char *check_path(const char *path)
{
	if (!path || strncmp(path, "/v1/", 4) != 0)
		return "the path does not begin with /v1/";
	for (const char *s = path; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '#')
			return "the path holds octets that must be escaped as %XX";
	if (strlen(path) > PATH_MOST)
		return "the path is longer than 1900 octets";
	return NULL;
}

/* Why a call cannot even be tried; NULL when it can. */
const char *lib_call_wrong(const char *method, const char *path, const char *body, int deadline_ms)
{
	if (!is_method(method))
		return "the method is not GET, POST, PUT or DELETE";
	const char *why = check_path(path);
	if (why)
		return why;
	if (body && (strlen(body) > OPS_BODY_MAX || !is_object(body)))
		return "the body is no JSON object of at most 64 KiB";
	if (deadline_ms < 0 || deadline_ms > LIB_DEADLINE_MAX)
		return "the deadline is not between 0 and 600,000 ms";
	return NULL;
}

static enum err start(struct lib_op *o, const struct lib_call *k)
{
	struct hst_ctx *c = o->ctx;
	bool writes = strcmp(k->method, "GET") != 0;
	int ms = k->deadline_ms ? k->deadline_ms : LIB_DEADLINE_MS;
	struct lib_request r = {
		k->method, k->path, k->body || !writes ? k->body : "", k->search ? on_search : NULL,
		on_end,	   o
	};
	enum err e = os_timer_new(&o->deadline, c->loop, on_deadline, o);
	if (!e)
		e = c->backend->ask(&o->exchange, c, &r);
	if (!e)
		os_timer_set(o->deadline, mono_add(os_mono(), ms * MONO_MS));
	return e;
}

static struct lib_op *op_new(struct hst_ctx *c, bool search)
{
	struct lib_op *o = env_zalloc(c->env, 1, sizeof(*o));
	if (!o)
		return NULL;
	o->ctx = c;
	o->id = ++c->last_id;
	o->search = search;
	o->end = (struct lib_buffer){ .env = c->env, .max = LIB_EVENT_MAX };
	list_push_back(&c->ops, &o->node);
	c->n_ops++;
	return o;
}

int lib_call(struct hst_ctx *c, const struct lib_call *k, hst_op *op)
{
	if (c->n_ops >= LIB_OPS_MAX)
		return lib_fail(c, HST_E_FULL, "too many operations are open",
				"wait for some to end");
	struct lib_op *o = op_new(c, k->search);
	if (!o)
		return lib_fail_nomem(c);
	enum err e = start(o, k);
	if (e) {
		op_free(o);
		return lib_fail(c, lib_result_of(e), err_text(e), "");
	}
	o->errand = k->errand;
	if (o->errand)
		o->errand->op = o->id;
	*op = o->id;
	return HST_OK;
}

int hst_call(hst_ctx *c, const char *method, const char *path, const char *body, int deadline_ms,
	     hst_op *op)
{
	const char *why = lib_call_wrong(method, path, body, deadline_ms);
	if (why)
		return lib_fail(c, HST_E_INVALID, why, "see doc/api.md");
	return lib_call(c, &(struct lib_call){ method, path, body, deadline_ms, false, NULL }, op);
}

int hst_stats(hst_ctx *c, hst_op *op)
{
	return hst_call(c, "GET", "/v1/status", NULL, 0, op);
}

static struct lib_op *op_of(const struct hst_ctx *c, hst_op id)
{
	LIST_EACH(node, tmp, &c->ops)
	{
		struct lib_op *o = LIST_ENTRY(node, struct lib_op, node);
		if (o->id == id)
			return o;
	}
	return NULL;
}

bool lib_op_is_open(const struct hst_ctx *c, hst_op op)
{
	return op_of(c, op) != NULL;
}

void lib_op_end(struct hst_ctx *c, hst_op op, const struct lib_failure *f, const char *json)
{
	struct lib_op *o = op_of(c, op);
	if (o && f)
		fail(o, f, json);
	else if (o)
		succeed(o, json);
}

void lib_op_lasts(struct hst_ctx *c, hst_op op)
{
	struct lib_op *o = op_of(c, op);
	if (o)
		os_timer_set(o->deadline, MONO_NEVER);
}

int hst_op_cancel(hst_ctx *c, hst_op op)
{
	static const struct lib_failure cancelled = { HST_E_CANCELLED,
						      "the operation was cancelled",
						      "what was asked may have been done" };
	struct lib_op *o = op_of(c, op);
	if (!o)
		return lib_fail(c, HST_E_NOT_FOUND, "there is no such operation",
				"it has ended: its event is or was in the queue");
	fail(o, &cancelled, "");
	return HST_OK;
}

void lib_ops_drop(struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->ops)
	{
		op_free(LIST_ENTRY(node, struct lib_op, node));
	}
}
