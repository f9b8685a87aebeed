/* A request on its way through ops. */
#include "ctl/ctl_int.h"

#include <event2/http_struct.h>
#include <jansson.h>
#include <string.h>

/* Lives until ops has answered, even when the client or ctl is gone. */
struct call {
	struct list node; /* in ctl.calls, empty when ctl is gone */
	const struct env *env;
	struct evhttp_request *req; /* NULL: answered already */
};

static void done(void *arg, const struct ops_answer *a)
{
	struct call *k = arg;
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

static void submit(struct ctl *c, struct evhttp_request *req, const struct ops_request *r)
{
	struct call *k = env_zalloc(c->env, 1, sizeof(*k));
	if (!k) {
		no_memory(req);
		return;
	}
	k->env = c->env;
	k->req = req;
	list_push_back(&c->calls, &k->node);
	if (ops_submit(c->ops, r, done, k) == OK)
		return;
	no_memory(req);
	list_take(&k->node);
	env_free(c->env, k);
}

/* Query or body into the request, as the operation wants it. */
static enum err take_values(struct evhttp_request *req, struct ops_request *r, struct text *why)
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
		       reads ? OPS_FROM_QUERY : OPS_FROM_REQUEST, &r->values, NULL, why);
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

static void route(struct ctl *c, struct evhttp_request *req, const char *path)
{
	struct ops_request r = { 0 };
	char buffer[OPS_MESSAGE_MAX + 1], allowed[64];
	struct text why = TEXT_OF(buffer), allow = TEXT_OF(allowed);
	const char *method = ctl_route_method(evhttp_request_get_command(req));
	enum err e = ctl_route_find(method, path, &r.kind, r.name, &allow);
	if (e == ERR_UNSUPPORTED) {
		refuse_method(req, allowed);
		return;
	}
	if (e) {
		refuse_path(req, path);
		return;
	}
	e = take_values(req, &r, &why);
	if (e == ERR_NOMEM)
		no_memory(req);
	else if (e)
		ctl_reply_error(req, e, ops_http_status(e), buffer,
				"doc/api.md lists what it takes");
	else
		submit(c, req, &r);
}

void ctl_call_begin(struct ctl *c, struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	ctl_conns_busy(c, req);
	if (!path)
		path = "";
	if (strcmp(path, OPS_STREAM_PATH) != 0)
		route(c, req, path);
	else if (evhttp_request_get_command(req) == EVHTTP_REQ_GET)
		ctl_stream_begin(c, req);
	else
		refuse_method(req, "GET");
}

void ctl_calls_stop(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->calls)
	{
		struct call *k = LIST_ENTRY(node, struct call, node);
		ctl_reply_error(k->req, ERR_STOPPING, ops_http_status(ERR_STOPPING),
				"the daemon is shutting down",
				"ask again when it is back: homestead status");
		k->req = NULL;
		list_take(&k->node);
	}
}
