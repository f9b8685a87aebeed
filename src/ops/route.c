/* Which operation a method and path ask for: the table of ops/types.h. */
#include "ops/http.h"

#include <string.h>

/* Octets up to the next slash or the end. */
static size_t segment(const char *s)
{
	return strcspn(s, "/");
}

/* A value of the path, decoded; false: it is none, or too long. */
static bool take_value(struct span s, struct text *out)
{
	text_clear(out);
	return s.n > 0 && ops_url_take(s, false, out) == OK;
}

static bool is_variable(const char *pattern, const char *name)
{
	return strncmp(pattern, name, strlen(name)) == 0;
}

/* What stands in braces tells where its value goes. */
static bool take_variable(const char *pattern, struct span s, struct ops_request *r)
{
	struct text to = TEXT_OF(r->name);
	if (is_variable(pattern, "{graph}") || is_variable(pattern, "{group}") ||
	    is_variable(pattern, "{identity}"))
		to = TEXT_OF(r->graph);
	else if (is_variable(pattern, "{member}"))
		to = TEXT_OF(r->member);
	return take_value(s, &to);
}

static bool match(const char *pattern, const char *path, struct ops_request *r)
{
	for (;;) {
		size_t n = segment(pattern), m = segment(path);
		bool variable = n > 0 && pattern[0] == '{';
		if (variable && !take_variable(pattern, span_of(path, m), r))
			return false;
		if (!variable && (n != m || memcmp(pattern, path, n) != 0))
			return false;
		pattern += n;
		path += m;
		if (*pattern != *path)
			return false;
		if (!*pattern)
			return true;
		pattern++;
		path++;
	}
}

enum err ops_route_find(const char *method, const char *path, struct ops_request *r,
			struct text *allow)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		r->graph[0] = r->member[0] = r->name[0] = 0; /* of a path that was not the one */
		if (!match(ops_rows[k].path, path, r))
			continue;
		if (strcmp(ops_rows[k].method, method) == 0) {
			r->kind = (enum ops_kind)k;
			return OK;
		}
		text_str(allow, allow->n ? ", " : "");
		text_str(allow, ops_rows[k].method);
	}
	return allow->n ? ERR_UNSUPPORTED : ERR_NOT_FOUND;
}
