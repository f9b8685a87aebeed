/* Requests on their way through ops. What ops answers at once is told from the loop, too:
 * whoever asks is never called back while it asks. */
#include "inproc/inproc_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_AT_ONCE 64 /* of one stream in a turn */

struct inproc_call {
	struct list node;
	struct inproc *owner;
	struct inproc_request to; /* event, end and owner alone */
	uint64_t ticket;	  /* of ops; 0: none, or not to be cancelled */
	struct ops_subscription *sub;
	bool started; /* the subscription: its first event is told */
	bool asked;   /* ops has yet to answer */
	bool gone;    /* dropped, and ops has yet to answer */
	int status;   /* of the end; 0: not yet */
	char *body;   /* from jansson */
};

static const char no_memory[] =
	"{\"error\":{\"code\":\"NOMEM\",\"message\":\"out of memory\",\"hint\":\"\"}}";

static char *json_text(json_t *j)
{
	char *s = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(j);
	return s;
}

static void call_free(struct inproc_call *k)
{
	list_take(&k->node);
	if (k->sub)
		ops_unsubscribe(k->sub);
	free(k->body);
	env_free(k->owner->env, k);
}

static void make_ready(struct inproc_call *k)
{
	list_take(&k->node);
	list_push_back(&k->owner->ready, &k->node);
	os_task_post(k->owner->deliver);
}

/* Takes j. */
static void end_with(struct inproc_call *k, int status, json_t *j)
{
	k->body = json_text(j);
	k->status = k->body ? status : ops_http_status(ERR_NOMEM);
	make_ready(k);
}

static void refuse(struct inproc_call *k, const struct ops_refusal *why)
{
	end_with(k, why->status, ops_http_error(why->err, why->message, why->hint));
}

/* Takes j. Without memory a search goes on: its end has all that was found. */
static void tell(struct inproc_call *k, const char *type, json_t *j)
{
	char *s = json_text(j);
	if (s)
		(void)!k->to.event(k->to.owner, type, s, 0);
	free(s);
}

static void on_found(void *arg, const struct ops_struct *type, const void *value)
{
	tell(arg, type == &ops_step_type ? "step" : "found", ops_encode_schema(type, value));
}

static void on_done(void *arg, const struct ops_answer *a)
{
	struct inproc_call *k = arg;
	k->asked = false;
	if (k->gone) {
		call_free(k);
		return;
	}
	if (k->to.event) {
		tell(k, "done", ops_http_answer(a));
		end_with(k, 200, json_object());
		return;
	}
	end_with(k, a->err ? ops_http_status(a->err) : 200, ops_http_answer(a));
}

static void submit(struct inproc_call *k, const struct ops_request *r)
{
	const struct ops_asker who = { k->to.event ? on_found : NULL, on_done, k };
	k->asked = true;
	if (ops_ask(k->owner->ops, r, &who, &k->ticket) == OK)
		return;
	k->asked = false;
	end_with(k, ops_http_status(ERR_NOMEM), NULL);
}

static void on_event_ready(void *arg)
{
	struct inproc_call *k = arg;
	if (!k->status)
		make_ready(k);
}

static void subscribe(struct inproc_call *k, const char *query)
{
	struct ops_refusal why = { 0 };
	if (ops_http_subscribe(k->owner->ops, query, NULL, &k->sub, &why) != OK) {
		refuse(k, &why);
		return;
	}
	ops_on_ready(k->sub, on_event_ready, k);
	make_ready(k);
}

static void search(struct inproc_call *k, const char *query)
{
	struct ops_refusal why = { 0 };
	struct ops_request r;
	if (ops_http_search(query, &r, &why) == OK)
		submit(k, &r);
	else
		refuse(k, &why);
}

static void do_operation(struct inproc_call *k, const struct ops_http *in)
{
	struct ops_request r = { 0 };
	struct ops_refusal why;
	struct arena mem;
	arena_init(&mem, k->owner->env, 1024);
	if (ops_http_read(in, &r, &mem, &why) == OK)
		submit(k, &r);
	else
		refuse(k, &why);
	arena_free(&mem);
}

/* The two that give no single answer. */
static const struct {
	const char *path;
	void (*begin)(struct inproc_call *k, const char *query);
} streams[] = {
	{ OPS_STREAM_PATH, subscribe },
	{ OPS_SEARCH_PATH, search },
};

static void refuse_stream(struct inproc_call *k)
{
	struct ops_refusal why = { .err = ERR_UNSUPPORTED,
				   .status = ops_http_status(ERR_UNSUPPORTED),
				   .message = "this path has no single answer",
				   .hint = "use hst_subscribe or hst_name_resolve" };
	refuse(k, &why);
}

static void begin(struct inproc_call *k, const struct ops_http *in)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (strcmp(in->path, streams[i].path) != 0)
			continue;
		if (k->to.event)
			streams[i].begin(k, in->query);
		else
			refuse_stream(k);
		return;
	}
	do_operation(k, in);
}

enum err inproc_ask(struct inproc_call **out, struct inproc *p, const struct inproc_request *r)
{
	struct inproc_call *k = env_zalloc(p->env, 1, sizeof(*k));
	char *path = env_copy(p->env, r->path, strlen(r->path));
	if (!k || !path) {
		env_free(p->env, k);
		env_free(p->env, path);
		return ERR_NOMEM;
	}
	char *query = strchr(path, '?');
	if (query)
		*query++ = 0;
	k->owner = p;
	k->to = *r;
	list_push_back(&p->calls, &k->node);
	begin(k, &(struct ops_http){ r->method, path, query,
				     r->body ? span_str(r->body) : span_of(NULL, 0) });
	env_free(p->env, path);
	*out = k;
	return OK;
}

void inproc_drop(struct inproc_call *k)
{
	if (!k->asked) {
		call_free(k);
	} else if (k->ticket) {
		ops_cancel(k->owner->ops, k->ticket);
		call_free(k);
	} else {
		k->gone = true;
	}
}

static enum err tell_start(struct inproc_call *k)
{
	json_t *j = json_pack("{s:I, s:I, s:i}", "run", (json_int_t)ops_run(k->owner->ops),
			      "number", (json_int_t)ops_position(k->sub), "schema", OPS_SCHEMA);
	char *s = json_text(j);
	enum err e = s ? k->to.event(k->to.owner, "start", s, 0) : ERR_NOMEM;
	free(s);
	k->started = e == OK;
	return e;
}

static enum err tell_event(struct inproc_call *k, const struct ops_event *e)
{
	char *s = json_text(ops_encode_schema(&ops_event_type, e));
	enum err err = s ? k->to.event(k->to.owner, e->dropped ? "overflow" : "", s, e->number)
			 : ERR_NOMEM;
	free(s);
	return err;
}

/* Whether there may be more. */
static enum err pump(struct inproc_call *k, bool *more)
{
	struct ops_event v;
	size_t n = 0;
	enum err e = k->started ? OK : tell_start(k);
	while (!e && n < EVENTS_AT_ONCE && ops_next_event(k->sub, &v)) {
		e = tell_event(k, &v);
		n++;
	}
	*more = n == EVENTS_AT_ONCE;
	return e;
}

static void serve_stream(struct inproc_call *k)
{
	bool more;
	if (pump(k, &more) != OK)
		k->to.end(k->to.owner, 0, "");
	else if (more)
		make_ready(k);
}

void inproc_deliver(void *arg, struct mono now)
{
	struct inproc *p = arg;
	struct list turn;
	list_init(&turn);
	while (!list_empty(&p->ready)) {
		struct list *n = p->ready.next;
		list_take(n);
		list_push_back(&turn, n);
	}
	/* Others of the turn may be dropped inside; they leave the list then. */
	while (!list_empty(&turn)) {
		struct inproc_call *k = LIST_ENTRY(turn.next, struct inproc_call, node);
		list_take(&k->node);
		list_push_back(&p->calls, &k->node);
		if (k->status)
			k->to.end(k->to.owner, k->status, k->body ? k->body : no_memory);
		else
			serve_stream(k);
	}
}
