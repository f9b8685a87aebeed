/* Query strings and bodies as JSON objects. */
#include "ctl/ctl_int.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <string.h>

static enum err take_pairs(const struct evkeyvalq *pairs, json_t *o, struct text *why)
{
	for (const struct evkeyval *kv = pairs->tqh_first; kv; kv = kv->next.tqe_next) {
		json_t *v = json_string(kv->value);
		if (v && json_object_set_new(o, kv->key, v) == 0)
			continue;
		text_str(why, "the query is no UTF-8");
		return ERR_MALFORMED;
	}
	return OK;
}

enum err ctl_parse_query(struct evhttp_request *req, struct json_t **out, struct text *why)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(req));
	struct evkeyvalq pairs = { 0 };
	json_t *o = json_object();
	if (!o)
		return ERR_NOMEM;
	if (query && *query && evhttp_parse_query_str(query, &pairs) < 0) {
		text_str(why, "the query is not of the form key=value&key=value");
		json_decref(o);
		return ERR_MALFORMED;
	}
	enum err e = query && *query ? take_pairs(&pairs, o, why) : OK;
	evhttp_clear_headers(&pairs);
	if (e)
		json_decref(o);
	else
		*out = o;
	return e;
}

static enum err complain(const json_error_t *error, struct text *why)
{
	text_str(why, "the body is no JSON: line ");
	text_i64(why, error->line);
	text_str(why, ", column ");
	text_i64(why, error->column);
	text_str(why, ": ");
	text_quoted(why, span_str(error->text), 120);
	return ERR_MALFORMED;
}

enum err ctl_parse_body(struct evhttp_request *req, struct json_t **out, struct text *why)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	size_t n = evbuffer_get_length(body);
	json_error_t error;
	if (n == 0) { /* all defaults */
		*out = json_object();
		return *out ? OK : ERR_NOMEM;
	}
	const unsigned char *p = evbuffer_pullup(body, -1);
	if (!p)
		return ERR_NOMEM;
	json_t *j = json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &error);
	if (!j)
		return complain(&error, why);
	*out = j;
	return OK;
}
