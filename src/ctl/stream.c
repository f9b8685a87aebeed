/* GET /v1/events: Server-Sent Events. The stream keeps no events of its own: it
 * takes them from ops as long as the reader keeps up, and when it does not,
 * they overflow there. */
#include "ctl/ctl_int.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Nobody waits for a request on it: evhttp's own limit must not end it. */
#define A_YEAR_S (365 * 24 * 3600)

struct stream {
	struct list node;
	struct ctl *ctl;
	struct evhttp_request *req;
	struct ops_subscription *sub;
	struct event *pump;	  /* made active when there is something to send */
	struct event *keep_alive; /* fires when it has been quiet */
};

static void stream_free(struct stream *s)
{
	list_take(&s->node);
	s->ctl->n_streams--;
	ops_unsubscribe(s->sub);
	if (s->pump)
		event_free(s->pump);
	if (s->keep_alive)
		event_free(s->keep_alive);
	env_free(s->ctl->env, s);
}

/* The connection ends. The request is ours to end too: evhttp frees it then. */
static void closed(struct evhttp_connection *evcon, void *arg)
{
	struct stream *s = arg;
	struct evhttp_request *req = s->req;
	stream_free(s);
	evhttp_send_reply_end(req);
}

static void rest(struct stream *s)
{
	int64_t us = s->ctl->limits.keep_alive_us;
	struct timeval tv = { us / MONO_SEC, us % MONO_SEC };
	(void)event_add(s->keep_alive, &tv);
}

/* One event as lines of the stream. */
static void put_event(struct evbuffer *b, const struct ops_event *e)
{
	json_t *j = ops_encode_schema(&ops_event_type, e);
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	if (e->dropped)
		(void)evbuffer_add_printf(b, "event: overflow\n");
	if (s)
		(void)evbuffer_add_printf(b, "id: %llu\ndata: %s\n\n",
					  (unsigned long long)e->number, s);
	free(s);
}

static void wake(void *arg)
{
	struct stream *s = arg;
	event_active(s->pump, EV_TIMEOUT, 0);
}

static void written(struct evhttp_connection *evcon, void *arg)
{
	wake(arg);
}

/* Sends what there is, up to what may wait for a slow reader. */
static void pump(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	struct ops_event e;
	size_t waiting = ctl_conns_waiting(s->req);
	struct evbuffer *b = evbuffer_new();
	if (!b)
		return; /* the keep-alive tries again */
	while (waiting + evbuffer_get_length(b) < s->ctl->limits.stream_octets &&
	       ops_next_event(s->sub, &e))
		put_event(b, &e);
	if (evbuffer_get_length(b)) {
		evhttp_send_reply_chunk_with_cb(s->req, b, written, s);
		rest(s);
	}
	evbuffer_free(b);
}

static void keep_alive(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	struct evbuffer *b = evbuffer_new();
	if (b && ctl_conns_waiting(s->req) == 0) {
		(void)evbuffer_add_printf(b, ": keep-alive\n\n");
		evhttp_send_reply_chunk_with_cb(s->req, b, written, s);
	}
	if (b)
		evbuffer_free(b);
	rest(s);
	wake(s);
}

static struct stream *stream_new(struct ctl *c, struct evhttp_request *req,
				 struct ops_subscription *sub)
{
	struct stream *s = env_zalloc(c->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	*s = (struct stream){ .ctl = c, .req = req, .sub = sub };
	list_push_back(&c->streams, &s->node);
	c->n_streams++;
	s->pump = event_new(c->base, -1, 0, pump, s);
	s->keep_alive = event_new(c->base, -1, 0, keep_alive, s);
	if (s->pump && s->keep_alive)
		return s;
	s->sub = NULL; /* the caller's still */
	stream_free(s);
	return NULL;
}

/* The head: which run the numbers belong to, and the one before the first. */
static void send_start(struct stream *s)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(s->req);
	struct evhttp_connection *evcon = evhttp_request_get_connection(s->req);
	struct evbuffer *b = evbuffer_new();
	(void)evhttp_add_header(headers, "Content-Type", "text/event-stream");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_connection_set_timeout(evcon, A_YEAR_S);
	evhttp_connection_set_closecb(evcon, closed, s);
	evhttp_send_reply_start(s->req, 200, "OK");
	if (!b)
		return;
	(void)evbuffer_add_printf(
		b,
		"retry: 1000\nevent: start\ndata: {\"run\":%llu,\"number\":%llu,\"schema\":%d}\n\n",
		(unsigned long long)ops_run(s->ctl->ops), (unsigned long long)ops_position(s->sub),
		OPS_SCHEMA);
	evhttp_send_reply_chunk_with_cb(s->req, b, written, s);
	evbuffer_free(b);
}

/* By the header browsers say where they were. */
static const char *last_seen(struct evhttp_request *req)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req), "Last-Event-ID");
}

void ctl_stream_begin(struct ctl *c, struct evhttp_request *req)
{
	struct ops_refusal why = { 0 };
	struct ops_subscription *sub;
	if (c->n_streams >= c->limits.streams) {
		ctl_reply_error(req, ERR_FULL, 503, "too many streams of events are open",
				"end one of them, or ask for /v1/events/recent");
		return;
	}
	if (ops_http_subscribe(c->ops, ctl_query(req), last_seen(req), &sub, &why) != OK) {
		ctl_reply_refusal(req, &why);
		return;
	}
	struct stream *s = stream_new(c, req, sub);
	if (!s) {
		ops_unsubscribe(sub);
		ctl_reply_error(req, ERR_NOMEM, ops_http_status(ERR_NOMEM), err_text(ERR_NOMEM),
				"try again when the machine has memory");
		return;
	}
	send_start(s);
	ops_on_ready(sub, wake, s);
	rest(s);
	wake(s);
}

void ctl_streams_stop(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->streams)
	{
		struct stream *s = LIST_ENTRY(node, struct stream, node);
		struct evhttp_request *req = s->req;
		evhttp_connection_set_closecb(evhttp_request_get_connection(req), NULL, NULL);
		pump(-1, 0, s);
		stream_free(s);
		evhttp_send_reply_end(req);
	}
}
