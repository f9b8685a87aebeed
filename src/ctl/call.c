/* A request on its way through ops. */
#include "ctl/ctl_int.h"

#include <event2/buffer.h>
#include <event2/http_struct.h>
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
	return kind == OPS_NAME_RESOLVE || kind == OPS_CLOUD_PING || kind == OPS_GRAPH_CONNECT ||
	       kind == OPS_DIRECT_OPEN;
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

static const struct {
	enum evhttp_cmd_type cmd;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },     { EVHTTP_REQ_POST, "POST" },
	{ EVHTTP_REQ_PUT, "PUT" },     { EVHTTP_REQ_DELETE, "DELETE" },
	{ EVHTTP_REQ_HEAD, "HEAD" },   { EVHTTP_REQ_OPTIONS, "OPTIONS" },
	{ EVHTTP_REQ_PATCH, "PATCH" },
};

/* "" when we know none such. */
static const char *method_of(struct evhttp_request *req)
{
	enum evhttp_cmd_type cmd = evhttp_request_get_command(req);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].cmd == cmd)
			return methods[i].name;
	return "";
}

const char *ctl_query(struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	return uri ? evhttp_uri_get_query(uri) : NULL;
}

/* Lists and long texts of a request live as long as it is being submitted. */
static void route(struct ctl *c, struct evhttp_request *req, const char *path)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	size_t n = evbuffer_get_length(body);
	const unsigned char *octets = n ? evbuffer_pullup(body, -1) : NULL;
	const struct ops_http in = { method_of(req), path, ctl_query(req), span_of(octets, n) };
	struct ops_request r = { 0 };
	struct ops_refusal why;
	struct arena mem;
	if (n && !octets) {
		no_memory(req);
		return;
	}
	arena_init(&mem, c->env, 1024);
	if (ops_http_read(&in, &r, &mem, &why) == OK)
		submit(c, req, &r);
	else
		ctl_reply_refusal(req, &why);
	arena_free(&mem);
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
		if (evhttp_request_get_command(req) == EVHTTP_REQ_GET) {
			streams[i].begin(c, req);
			return;
		}
		struct ops_refusal why = { 0 };
		ops_http_refuse_method(&why, "GET");
		ctl_reply_refusal(req, &why);
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
