/* http.h - an operation as HTTP has it: a method, a path, a query and a body of JSON, and
 * an answer or error of JSON. No socket, no header: ctl carries these over its sockets, and
 * a program that has the engine in its own process hands them over as they are. */
#ifndef OPS_HTTP_H
#define OPS_HTTP_H

#include "ops/ops.h"

struct json_t;

/* What is asked for. `path` is without the query; `query` may be NULL. */
struct ops_http {
	const char *method, *path, *query;
	struct span body;
};

/* Why it is no operation; the hint is static. */
struct ops_refusal {
	enum err err;
	int status;	/* of HTTP */
	char allow[64]; /* status 405: the methods that there are */
	char message[OPS_MESSAGE_MAX + 1];
	const char *hint;
};

/* The operation that is meant, with its values; lists and long texts lie in mem and in what
 * `in` points at. Not OK: *why is filled, also without memory. */
MUST_USE enum err ops_http_read(const struct ops_http *in, struct ops_request *out,
				struct arena *mem, struct ops_refusal *why);
/* The same of the two paths that give no single answer: the query of OPS_SEARCH_PATH, and
 * that of OPS_STREAM_PATH with the Last-Event-ID (NULL: none), as a subscription. */
MUST_USE enum err ops_http_search(const char *query, struct ops_request *out,
				  struct ops_refusal *why);
MUST_USE enum err ops_http_subscribe(struct ops *o, const char *query, const char *last,
				     struct ops_subscription **out, struct ops_refusal *why);
/* Fills *why for a method that a path does not have. */
void ops_http_refuse_method(struct ops_refusal *why, const char *allow);

/* An answer, and an error, as JSON; a new reference, NULL without memory. */
struct json_t *ops_http_answer(const struct ops_answer *a);
struct json_t *ops_http_error(enum err e, const char *message, const char *hint);

/* route.c: the operation of a method and path, and what the path names, into r.
 * ERR_NOT_FOUND: no such path. ERR_UNSUPPORTED: not with that method; `allow`
 * gets those there are. */
MUST_USE enum err ops_route_find(const char *method, const char *path, struct ops_request *r,
				 struct text *allow);

/* parse.c: query or body as JSON object, a new reference. ERR_MALFORMED with
 * `why`, ERR_NOMEM. */
MUST_USE enum err ops_parse_query(const char *query, struct json_t **out, struct text *why);
MUST_USE enum err ops_parse_body(struct span body, struct json_t **out, struct text *why);

#endif
