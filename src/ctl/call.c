/* A request on its way through ops. */
#include "ctl/ctl_int.h"

#include <event2/http_struct.h>
#include <jansson.h>
#include <string.h>

/* Lives until ops has answered, even when the client or ctl is gone. */
struct call {
	struct list node; /* in ctl.calls, empty when ctl is gone */
	const struct env *env;
	struct ops *ops;
	struct evhttp_request *req; /* NULL: answered already */
	uint64_t ticket;	    /* of ops, 0: it is not to be cancelled */
};

/* The client hung up: what it waited for is not done for nobody. The request is ours to
 * end, and evhttp frees it then. */
static void hung_up(struct evhttp_connection *evcon, void *arg)
{
	struct call *k = arg;
	struct evhttp_request *req = k->req;
	ops_cancel(k->ops, k->ticket);
	list_take(&k->node);
	env_free(k->env, k);
	evhttp_send_reply_end(req);
}

static void done(void *arg, const struct ops_answer *a)
{
	struct call *k = arg;
	if (k->req)
		ctl_conns_watch(k->req, NULL, NULL);
	if (k->req && a->err)
		ctl_reply_error(k->req, a->err, ops_http_status(a->err), a->message, a->hint);
	else if (k->req)
		ctl_reply_value(k->req, 200, ops_encode_schema(a->type, a->value));
	list_take(&k->node);
	env_free(k->env, k);
}

static void no_memory(struct evhttp_request *req)
{
	ctl_reply_error(req, ERR_NOMEM, ops_http_status(ERR_NOMEM), err_text(ERR_NOMEM),
			"try again when the machine has memory");
}

/* Whether an answer may take so long that it matters when nobody wants it any more. */
static bool is_slow(enum ops_kind kind)
{
	return kind == OPS_NAME_RESOLVE || kind == OPS_CLOUD_PING;
}

static void submit(struct ctl *c, struct evhttp_request *req, const struct ops_request *r)
{
	struct call *k = env_zalloc(c->env, 1, sizeof(*k));
	const struct ops_asker who = { NULL, done, k };
	if (!k) {
		no_memory(req);
		return;
	}
	k->env = c->env;
	k->ops = c->ops;
	k->req = req;
	list_push_back(&c->calls, &k->node);
	if (is_slow(r->kind))
		ctl_conns_watch(req, hung_up, k);
	if (ops_ask(c->ops, r, &who, &k->ticket) == OK)
		return;
	ctl_conns_watch(req, NULL, NULL);
	no_memory(req);
	list_take(&k->node);
	env_free(c->env, k);
}

/* Query or body into the request, as the operation wants it. */
static enum err take_values(struct evhttp_request *req, struct ops_request *r, struct arena *mem,
			    struct text *why)
{
	const struct ops_row *row = &ops_rows[r->kind];
	static const struct ops_field none = { 0 };
	static const struct ops_struct nothing = { "", "", 0, &none };
	bool reads = strcmp(row->method, "GET") == 0;
	json_t *j;
	enum err e = reads ? ctl_parse_query(req, &j, why) : ctl_parse_body(req, &j, why);
	if (e)
		return e;
	e = ops_decode(row->request ? row->request : &nothing, j,
		       reads ? OPS_FROM_QUERY : OPS_FROM_REQUEST, &r->values, mem, why);
	json_decref(j);
	return e;
}

static void refuse_method(struct evhttp_request *req, const char *allow)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", allow);
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "this path is for ");
	text_str(&t, allow);
	ctl_reply_error(req, ERR_UNSUPPORTED, 405, buffer, "doc/api.md lists all operations");
}

static void refuse_path(struct evhttp_request *req, const char *path)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "there is no ");
	text_quoted(&t, span_str(path), 100);
	ctl_reply_error(req, ERR_NOT_FOUND, 404, buffer, "doc/api.md lists all operations");
}

/* Lists and long texts of a request live as long as it is being submitted. */
static void take(struct ctl *c, struct evhttp_request *req, struct ops_request *r)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct arena mem;
	arena_init(&mem, c->env, 1024);
	enum err e = take_values(req, r, &mem, &why);
	if (e == ERR_NOMEM)
		no_memory(req);
	else if (e)
		ctl_reply_error(req, e, ops_http_status(e), buffer,
				"doc/api.md lists what it takes");
	else
		submit(c, req, r);
	arena_free(&mem);
}

static void route(struct ctl *c, struct evhttp_request *req, const char *path)
{
	struct ops_request r = { 0 };
	char allowed[64];
	struct text allow = TEXT_OF(allowed);
	const char *method = ctl_route_method(evhttp_request_get_command(req));
	enum err e = ctl_route_find(method, path, &r.kind, r.name, &allow);
	if (e == ERR_UNSUPPORTED)
		refuse_method(req, allowed);
	else if (e)
		refuse_path(req, path);
	else
		take(c, req, &r);
}

/* Streams are no operations: they have no single answer. */
static const struct {
	const char *path;
	void (*begin)(struct ctl *c, struct evhttp_request *req);
} streams[] = {
	{ OPS_STREAM_PATH, ctl_stream_begin },
	{ OPS_SEARCH_PATH, ctl_search_begin },
};

void ctl_call_begin(struct ctl *c, struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	ctl_conns_busy(c, req);
	if (!path)
		path = "";
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (strcmp(path, streams[i].path) != 0)
			continue;
		if (evhttp_request_get_command(req) == EVHTTP_REQ_GET)
			streams[i].begin(c, req);
		else
			refuse_method(req, "GET");
		return;
	}
	route(c, req, path);
}

void ctl_calls_stop(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->calls)
	{
		struct call *k = LIST_ENTRY(node, struct call, node);
		ctl_conns_watch(k->req, NULL, NULL);
		ctl_reply_error(k->req, ERR_STOPPING, ops_http_status(ERR_STOPPING),
				"the daemon is shutting down",
				"ask again when it is back: homestead status");
		k->req = NULL;
		list_take(&k->node);
		if (!k->ticket)
			continue; /* ops answers it yet */
		ops_cancel(k->ops, k->ticket);
		env_free(k->env, k);
	}
}
