#include "graph/query_int.h"

#include "xml/xml.h"

/* The XML form. */

/* What holds others, `peersearch` the first: its list's head and its end. */
struct level {
	struct graph_query_node **begin, **end;
};

struct reading {
	struct graph_query_making *m;
	struct level level[GRAPH_QUERY_DEPTH + 1];
	size_t depth, parts; /* parts: of peersearch */
	struct graph_clause_words words;
	uint8_t name[GRAPH_ATTR_NAME_MAX];
	struct xml_place clause_at;
	bool in_clause;
};

static void put_line(struct text *why, size_t line)
{
	if (line == 1)
		return;
	text_str(why, "line ");
	text_u64(why, line);
	text_str(why, ": ");
}

static enum err complain(struct reading *r, struct xml_place at, const char *what, struct span of)
{
	*r->m->column = at.column;
	put_line(r->m->why, at.line);
	text_str(r->m->why, what);
	if (of.p)
		text_quoted(r->m->why, of, GRAPH_ATTR_NAME_MAX);
	return ERR_MALFORMED;
}

static const struct span nothing = { NULL, 0 };

static struct span find(const struct xml_attribute *a, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(a[i].name, span_str(name)))
			return a[i].value;
	return nothing;
}

static bool take_compare(struct span s, enum graph_compare *out)
{
	static const char *const words[] = {
#define X(name, xml, sign) [GRAPH_COMPARE_##name] = xml,
		GRAPH_COMPARES(X)
#undef X
	};
	for (enum graph_compare c = GRAPH_COMPARE_EQUAL; c < GRAPH_COMPARE_COUNT; c++)
		if (!s.p || span_eq(s, span_str(words[c]))) {
			*out = c;
			return true;
		}
	return false;
}

static enum err begin_clause(struct reading *r, const struct xml_attribute *a, size_t n,
			     struct xml_place at)
{
	struct span name = find(a, n, "attrib"), type = find(a, n, "type"),
		    compare = find(a, n, "compare");
	if (!name.p || !type.p || n != 2u + (compare.p != NULL))
		return complain(r, at, "<clause> has attrib, type and perhaps compare", nothing);
	if (!graph_attr_name_well_formed(name))
		return complain(r, at, "attrib is 1 to 40 letters and digits, not ", name);
	r->words.types = graph_clause_type(type);
	if (!r->words.types)
		return complain(r, at, "type is int, string or date, not ", type);
	if (!take_compare(compare, &r->words.compare))
		return complain(r, at,
				"compare is equal, notequal, less, greater, lessorequal or "
				"greaterorequal, not ",
				compare);
	memcpy(r->name, name.p, name.n);
	r->words.name = span_of(r->name, name.n);
	r->in_clause = true;
	r->clause_at = at;
	return OK;
}

static enum err begin_level(struct reading *r, enum graph_query_kind kind, size_t n,
			    struct xml_place at)
{
	struct graph_query_node *node;
	if (n)
		return complain(r, at, "<and> and <or> have no attributes", nothing);
	if (r->depth > GRAPH_QUERY_DEPTH) {
		(void)complain(r, at, "the query is nested too deep", nothing);
		return ERR_FULL;
	}
	enum err e = graph_query_add(r->m->q, kind, &r->level[r->depth - 1].end, &node);
	if (!e)
		r->level[r->depth++] = (struct level){ &node->child, &node->child };
	return e;
}

/* Inside peersearch. */
static enum err begin_part(struct reading *r, struct span name, const struct xml_attribute *a,
			   size_t n, struct xml_place at)
{
	if (r->depth == 1 && r->parts++)
		return complain(r, at, "<peersearch> holds one element; <and> or <or> joins more",
				nothing);
	if (span_eq(name, span_str("clause")))
		return begin_clause(r, a, n, at);
	if (span_eq(name, span_str("and")))
		return begin_level(r, GRAPH_QUERY_AND, n, at);
	if (span_eq(name, span_str("or")))
		return begin_level(r, GRAPH_QUERY_OR, n, at);
	return complain(r, at, "expected <clause>, <and> or <or>, not ", name);
}

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct reading *r = ctx;
	if (r->in_clause)
		return complain(r, at, "<clause> holds text alone, not ", name);
	if (r->depth)
		return begin_part(r, name, a, n, at);
	if (!span_eq(name, span_str("peersearch")))
		return complain(r, at, "the query is <peersearch>, not ", name);
	r->level[r->depth++] = (struct level){ &r->m->q->root, &r->m->q->root };
	return n ? complain(r, at, "<peersearch> has no attributes", nothing) : OK;
}

static enum err end_clause(struct reading *r, struct span text)
{
	const char *expected = "";
	struct graph_query_node *n;
	r->in_clause = false;
	enum err e = graph_query_add(r->m->q, GRAPH_QUERY_CLAUSE, &r->level[r->depth - 1].end, &n);
	if (e == ERR_FULL)
		(void)complain(r, r->clause_at, "the query has too many clauses", nothing);
	if (e)
		return e;
	r->words.value = text;
	e = graph_clause_make(r->m, &r->words, &n->clause, &expected);
	if (e != ERR_MALFORMED)
		return e;
	(void)complain(r, r->clause_at, "expected ", nothing);
	text_str(r->m->why, expected);
	text_str(r->m->why, ", not ");
	text_quoted(r->m->why, text, GRAPH_ATTR_NAME_MAX);
	return e;
}

static bool all_blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ')
			return false;
	return true;
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct reading *r = ctx;
	if (r->in_clause)
		return end_clause(r, text);
	if (!all_blank(text))
		return complain(r, at, "only <clause> holds text, not ", name);
	return *r->level[--r->depth].begin ? OK : complain(r, at, "no clause is in ", name);
}

enum err graph_query_read_xml(struct graph_query_making *m, struct span utf8, const struct env *env)
{
	static const struct xml_limits limits = {
		.octets = GRAPH_QUERY_OCTETS,
		.elements = 16 * GRAPH_QUERY_TERMS,
		.depth = GRAPH_QUERY_DEPTH + 2,
		.attributes = 16,
	};
	struct reading r = { .m = m, .words = { .xml = true } };
	const struct xml_reader reader = { on_begin, on_end, &r };
	struct xml_fault fault = { .text = "" };
	enum err e = xml_read(utf8, &limits, env, &reader, &fault);
	if (e && *fault.text) {
		*m->column = fault.at.column;
		put_line(m->why, fault.at.line);
		text_str(m->why, fault.text);
	}
	return e;
}
