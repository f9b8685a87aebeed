/* Which operation a method and path ask for: the table of ops/types.h. */
#include "ops/http.h"

#include <string.h>

/* Octets up to the next slash or the end. */
static size_t segment(const char *s)
{
	return strcspn(s, "/");
}

static bool take_name(const char *s, size_t n, char name[OPS_NAME_MAX + 1])
{
	char decoded[OPS_NAME_MAX + 1];
	struct text t = TEXT_OF(decoded);
	bool fits = n > 0 && ops_url_take(span_of(s, n), false, &t) == OK;
	if (fits)
		memcpy(name, decoded, t.n + 1);
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

enum err ops_route_find(const char *method, const char *path, enum ops_kind *kind,
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
