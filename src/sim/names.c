#include "base/number.h"
#include "sim/scenario_int.h"

uint32_t scn_find(const struct scenario *s, struct span name)
{
	const void *found = name.n ? map_get(&s->names, name) : NULL;
	return found ? (uint32_t)((uintptr_t)found - 1) : SCN_NO_SITE;
}

enum err scn_site_name(struct scn_parser *p, uint32_t *site)
{
	struct span w = scn_word(p);
	*site = scn_find(p->s, w);
	if (*site == SCN_NO_SITE)
		return scn_fail(p, "name", w, "a node or peer that is described above");
	return OK;
}

enum err scn_node_name(struct scn_parser *p, uint32_t *site)
{
	struct span w = scn_word(p);
	*site = scn_find(p->s, w);
	if (*site == SCN_NO_SITE || p->s->sites[*site].raw)
		return scn_fail(p, "node", w, "a node that is described above");
	return OK;
}

enum err scn_peer_name(struct scn_parser *p, uint32_t *site, uint32_t *connection)
{
	struct span w = scn_word(p);
	const uint8_t *hash = w.n ? memchr(w.p, '#', w.n) : NULL;
	size_t n = hash ? (size_t)(hash - w.p) : w.n;
	uint64_t number = 0;

	*site = scn_find(p->s, span_of(w.p, n));
	bool good = *site != SCN_NO_SITE && p->s->sites[*site].raw;
	if (hash)
		good = good && number_u64(span_of(hash + 1, w.n - n - 1), 1000, &number) == OK;
	if (!good)
		return scn_fail(p, "peer", w,
				"a raw peer that is described above, with #N for its N-th "
				"connection");
	*connection = (uint32_t)number;
	return OK;
}

enum err scn_op_of(struct span s, enum scn_op *op)
{
	static const char *const words[] = {
		[SCN_AT_LEAST] = ">=",	[SCN_MORE] = ">",     [SCN_EQUAL] = "=",
		[SCN_NOT_EQUAL] = "!=", [SCN_AT_MOST] = "<=", [SCN_LESS] = "<",
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!span_eq(s, span_str(words[i])))
			continue;
		*op = (enum scn_op)i;
		return OK;
	}
	return ERR_NOT_FOUND;
}
