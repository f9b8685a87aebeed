#include "ops/http.h"

#include <jansson.h>

static enum err refuse(struct ops_refusal *why, enum err e, const char *hint)
{
	why->err = e;
	why->status = ops_http_status(e);
	why->hint = hint;
	if (!why->message[0])
		ops_set_text(why->message, sizeof(why->message), err_text(e));
	return e;
}

static enum err refuse_values(struct ops_refusal *why, enum err e)
{
	return refuse(why, e,
		      e == ERR_NOMEM ? "try again when the machine has memory"
				     : "doc/api.md lists what it takes");
}

void ops_http_refuse_method(struct ops_refusal *why, const char *allow)
{
	struct text t = TEXT_OF(why->message);
	ops_set_text(why->allow, sizeof(why->allow), allow);
	text_str(&t, "this path is for ");
	text_str(&t, why->allow);
	(void)refuse(why, ERR_UNSUPPORTED, "doc/api.md lists all operations");
	why->status = 405;
}

static void refuse_path(struct ops_refusal *why, const char *path)
{
	struct text t = TEXT_OF(why->message);
	text_str(&t, "there is no ");
	text_quoted(&t, span_str(path), 100);
	(void)refuse(why, ERR_NOT_FOUND, "doc/api.md lists all operations");
}

static enum err find(const struct ops_http *in, struct ops_request *out, struct ops_refusal *why)
{
	char allowed[64];
	struct text allow = TEXT_OF(allowed);
	enum err e = ops_route_find(in->method, in->path, out, &allow);
	if (e == ERR_UNSUPPORTED)
		ops_http_refuse_method(why, allowed);
	else if (e)
		refuse_path(why, in->path);
	return e;
}

/* Query or body into the request, as the operation wants it. */
static enum err take_values(const struct ops_http *in, struct ops_request *r, struct arena *mem,
			    struct text *why)
{
	const struct ops_row *row = &ops_rows[r->kind];
	static const struct ops_field none = { 0 };
	static const struct ops_struct nothing = { "", "", 0, &none };
	bool reads = ops_row_reads_query(row);
	json_t *j;
	enum err e =
		reads ? ops_parse_query(in->query, &j, why) : ops_parse_body(in->body, &j, why);
	if (e)
		return e;
	e = ops_decode(row->request ? row->request : &nothing, j,
		       reads ? OPS_FROM_QUERY : OPS_FROM_REQUEST, &r->values, mem, why);
	json_decref(j);
	return e;
}

enum err ops_http_read(const struct ops_http *in, struct ops_request *out, struct arena *mem,
		       struct ops_refusal *why)
{
	*why = (struct ops_refusal){ 0 };
	enum err e = find(in, out, why);
	if (e)
		return e;
	struct text t = TEXT_OF(why->message);
	e = take_values(in, out, mem, &t);
	return e ? refuse_values(why, e) : OK;
}

enum err ops_http_search(const char *query, struct ops_request *out, struct ops_refusal *why)
{
	struct text t = TEXT_OF(why->message);
	json_t *j;
	*out = (struct ops_request){ .kind = OPS_NAME_RESOLVE };
	enum err e = ops_parse_query(query, &j, &t);
	if (!e) {
		e = ops_decode(&ops_lookup_type, j, OPS_FROM_QUERY, &out->lookup, NULL, &t);
		json_decref(j);
	}
	return e ? refuse_values(why, e) : OK;
}

/* What a subscriber asks for: its query, and the header by which browsers and
 * the library say where they were. */
static enum err take_filter(const char *query, const char *last, struct ops_filter *f, bool *live,
			    struct text *why)
{
	json_t *j;
	enum err e = ops_parse_query(query, &j, why);
	if (e)
		return e;
	if (last && !json_object_get(j, "since"))
		(void)json_object_set_new(j, "since", json_string(last));
	*live = !json_object_get(j, "since");
	e = ops_decode(&ops_filter_type, j, OPS_FROM_QUERY, f, NULL, why);
	json_decref(j);
	if (!e && f->limit) {
		text_str(why, "\"limit\" is for /v1/events/recent");
		e = ERR_MALFORMED;
	}
	return e;
}

enum err ops_http_subscribe(struct ops *o, const char *query, const char *last,
			    struct ops_subscription **out, struct ops_refusal *why)
{
	struct text t = TEXT_OF(why->message);
	struct ops_filter f;
	bool live;
	enum err e = take_filter(query, last, &f, &live, &t);
	if (!e)
		e = live ? ops_subscribe_live(out, o, &f, &t) : ops_subscribe(out, o, &f, &t);
	return e ? refuse_values(why, e) : OK;
}

struct json_t *ops_http_error(enum err e, const char *message, const char *hint)
{
	struct ops_error error;
	ops_clear(&ops_error_type, &error);
	ops_set_text(error.code, sizeof(error.code), err_name(e));
	ops_set_text(error.message, sizeof(error.message), message);
	ops_set_text(error.hint, sizeof(error.hint), hint);
	return ops_encode_error(&error);
}

struct json_t *ops_http_answer(const struct ops_answer *a)
{
	return a->err ? ops_http_error(a->err, a->message, a->hint)
		      : ops_encode_schema(a->type, a->value);
}
