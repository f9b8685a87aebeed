/* Query strings and bodies as JSON objects. */
#include "ops/http.h"

#include <jansson.h>
#include <string.h>

#define VALUE_MAX 4096 /* of a key or value of a query */

static enum err ill_formed(struct text *why)
{
	text_str(why, "the query is not of the form key=value&key=value");
	return ERR_MALFORMED;
}

/* One "key=value". */
static enum err take_pair(struct span pair, json_t *o, struct text *why)
{
	char key[64], value[VALUE_MAX];
	struct text k = TEXT_OF(key), v = TEXT_OF(value);
	const uint8_t *equal = pair.n ? memchr(pair.p, '=', pair.n) : NULL;
	size_t n = equal ? (size_t)(equal - pair.p) : 0;
	if (n == 0 || ops_url_take(span_of(pair.p, n), true, &k) != OK ||
	    ops_url_take(span_of(equal + 1, pair.n - n - 1), true, &v) != OK)
		return ill_formed(why);
	if (json_object_set_new(o, key, json_string(value)) == 0)
		return OK;
	text_str(why, "the query is no UTF-8");
	return ERR_MALFORMED;
}

static enum err take_pairs(const char *query, json_t *o, struct text *why)
{
	for (;;) {
		size_t n = strcspn(query, "&");
		enum err e = take_pair(span_of(query, n), o, why);
		if (e || !query[n])
			return e;
		query += n + 1;
	}
}

enum err ops_parse_query(const char *query, struct json_t **out, struct text *why)
{
	json_t *o = json_object();
	if (!o)
		return ERR_NOMEM;
	enum err e = query && *query ? take_pairs(query, o, why) : OK;
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

enum err ops_parse_body(struct span body, struct json_t **out, struct text *why)
{
	json_error_t error;
	if (body.n == 0) { /* all defaults */
		*out = json_object();
		return *out ? OK : ERR_NOMEM;
	}
	json_t *j = json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES, &error);
	if (!j)
		return complain(&error, why);
	*out = j;
	return OK;
}
