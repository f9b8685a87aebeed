#include "ctl/ctl_int.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void release(const void *data, size_t n, void *extra)
{
	free(extra);
}

void ctl_reply_value(struct evhttp_request *req, int status, struct json_t *j)
{
	char *s = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	struct evbuffer *b = s ? evbuffer_new() : NULL;
	json_decref(j);
	if (!b || evbuffer_add_reference(b, s, strlen(s), release, s) < 0) {
		if (b)
			evbuffer_free(b);
		free(s);
		evhttp_send_error(req, 503, NULL);
		return;
	}
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	(void)evbuffer_add(b, "\n", 1);
	(void)evhttp_add_header(headers, "Content-Type", "application/json");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_send_reply(req, status, ops_http_reason(status), b);
	evbuffer_free(b);
}

void ctl_reply_error(struct evhttp_request *req, enum err e, int status, const char *message,
		     const char *hint)
{
	ctl_reply_value(req, status, ops_http_error(e, message, hint));
}

void ctl_reply_refusal(struct evhttp_request *req, const struct ops_refusal *why)
{
	if (why->allow[0])
		(void)evhttp_add_header(evhttp_request_get_output_headers(req), "Allow",
					why->allow);
	ctl_reply_error(req, why->err, why->status, why->message, why->hint);
}
