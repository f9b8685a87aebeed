/* Which operation a method and path ask for: the table of ops/types.h. */
#include "ctl/ctl_int.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	enum evhttp_cmd_type cmd;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },     { EVHTTP_REQ_POST, "POST" },
	{ EVHTTP_REQ_PUT, "PUT" },     { EVHTTP_REQ_DELETE, "DELETE" },
	{ EVHTTP_REQ_HEAD, "HEAD" },   { EVHTTP_REQ_OPTIONS, "OPTIONS" },
	{ EVHTTP_REQ_PATCH, "PATCH" },
};

const char *ctl_route_method(enum evhttp_cmd_type cmd)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].cmd == cmd)
			return methods[i].name;
	return "";
}

/* Octets up to the next slash or the end. */
static size_t segment(const char *s)
{
	return strcspn(s, "/");
}

static bool take_name(const char *s, size_t n, char name[OPS_NAME_MAX + 1])
{
	char raw[3 * OPS_NAME_MAX + 1];
	size_t decoded_n = 0;
	if (n == 0 || n >= sizeof(raw))
		return false;
	memcpy(raw, s, n);
	raw[n] = 0;
	char *decoded = evhttp_uridecode(raw, 0, &decoded_n);
	bool fits = decoded && decoded_n > 0 && decoded_n <= OPS_NAME_MAX &&
		    strlen(decoded) == decoded_n;
	if (fits)
		memcpy(name, decoded, decoded_n + 1);
	free(decoded); /* from libevent's malloc */
	return fits;
}

static bool match(const char *pattern, const char *path, char name[OPS_NAME_MAX + 1])
{
	for (;;) {
		size_t n = segment(pattern), m = segment(path);
		bool variable = n > 0 && pattern[0] == '{';
		if (variable && !take_name(path, m, name))
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

enum err ctl_route_find(const char *method, const char *path, enum ops_kind *kind,
			char name[OPS_NAME_MAX + 1], struct text *allow)
{
	for (int k = 0; k < OPS_KIND_COUNT; k++) {
		name[0] = 0; /* of a path that was not the one */
		if (!match(ops_rows[k].path, path, name))
			continue;
		if (strcmp(ops_rows[k].method, method) == 0) {
			*kind = (enum ops_kind)k;
			return OK;
		}
		text_str(allow, allow->n ? ", " : "");
		text_str(allow, ops_rows[k].method);
	}
	return allow->n ? ERR_UNSUPPORTED : ERR_NOT_FOUND;
}
