/* PNRP-12.2. GET /v1/names/search: what a search for a name finds, as it finds it: Server-Sent Events
 * `step` and `found`, then one `done` with the answer of /v1/names/resolve, or its error. */
#include "ctl/ctl_int.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct search {
	struct list node; /* in ctl.searches */
	struct ctl *ctl;
	struct evhttp_request *req;
	uint64_t ticket; /* of ops */
	bool begun;	 /* the head is sent */
};

static void search_free(struct search *s)
{
	list_take(&s->node);
	s->ctl->n_streams--;
	env_free(s->ctl->env, s);
}

static void hung_up(struct evhttp_connection *evcon, void *arg)
{
	struct search *s = arg;
	struct evhttp_request *req = s->req;
	ops_cancel(s->ctl->ops, s->ticket);
	search_free(s);
	evhttp_send_reply_end(req);
}

static void begin(struct search *s)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(s->req);
	if (s->begun)
		return;
	s->begun = true;
	(void)evhttp_add_header(headers, "Content-Type", "text/event-stream");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_send_reply_start(s->req, 200, "OK");
}

/* Takes j. What a slow reader leaves waiting is bounded by what a search can find. */
static void put(struct search *s, const char *type, json_t *j)
{
	struct evbuffer *b = evbuffer_new();
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(j);
	if (b && text) {
		begin(s);
		(void)evbuffer_add_printf(b, "event: %s\ndata: %s\n\n", type, text);
		evhttp_send_reply_chunk(s->req, b);
	}
	if (b)
		evbuffer_free(b);
	free(text); /* from jansson */
}

static void on_found(void *arg, const struct ops_struct *type, const void *value)
{
	put(arg, type == &ops_step_type ? "step" : "found", ops_encode_schema(type, value));
}

static void end(struct search *s, json_t *j)
{
	struct evhttp_request *req = s->req;
	ctl_conns_watch(req, NULL, NULL);
	put(s, "done", j);
	begin(s); /* without memory for anything else */
	search_free(s);
	evhttp_send_reply_end(req);
}

static void on_done(void *arg, const struct ops_answer *a)
{
	end(arg, ops_http_answer(a));
}

static struct search *search_new(struct ctl *c, struct evhttp_request *req)
{
	struct search *s = env_zalloc(c->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	*s = (struct search){ .ctl = c, .req = req };
	list_push_back(&c->searches, &s->node);
	c->n_streams++;
	ctl_conns_watch(req, hung_up, s);
	return s;
}

void ctl_search_begin(struct ctl *c, struct evhttp_request *req)
{
	struct ops_refusal why = { 0 };
	struct ops_request r;
	enum err e = ops_http_search(ctl_query(req), &r, &why);
	if (e) {
		ctl_reply_refusal(req, &why);
		return;
	}
	if (c->n_streams >= c->limits.streams) {
		ctl_reply_error(req, ERR_FULL, ops_http_status(ERR_FULL),
				"too many streams are open",
				"end one of them, or ask /v1/names/resolve");
		return;
	}
	struct search *s = search_new(c, req);
	if (!s) {
		ctl_reply_error(req, ERR_NOMEM, ops_http_status(ERR_NOMEM), err_text(ERR_NOMEM),
				"try again when the machine has memory");
		return;
	}
	const struct ops_asker who = { on_found, on_done, s };
	e = ops_ask(c->ops, &r, &who, &s->ticket);
	if (e)
		end(s, ops_http_error(e, err_text(e), ""));
}

void ctl_searches_stop(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->searches)
	{
		struct search *s = LIST_ENTRY(node, struct search, node);
		ops_cancel(c->ops, s->ticket);
		end(s, ops_http_error(ERR_STOPPING, "the daemon is shutting down",
				      "ask again when it is back: homestead status"));
	}
}
