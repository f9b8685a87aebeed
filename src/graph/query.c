#include "graph/query_int.h"

#include "wire/utf.h"

/* Life of a query, and what an index may use of it. */

enum err graph_query_add(struct graph_query *q, enum graph_query_kind kind,
			 struct graph_query_node ***at, struct graph_query_node **out)
{
	if (kind == GRAPH_QUERY_CLAUSE && q->clauses == GRAPH_QUERY_TERMS)
		return ERR_FULL;
	struct graph_query_node *n = arena_alloc(&q->arena, sizeof(*n));
	if (!n)
		return ERR_NOMEM;
	q->clauses += kind == GRAPH_QUERY_CLAUSE;
	n->kind = kind;
	**at = n;
	*at = &n->next;
	*out = n;
	return OK;
}

static enum err refuse(struct graph_query_making *m, enum err e, size_t column, const char *why)
{
	*m->column = column;
	text_str(m->why, why);
	return e;
}

/* Where the first octet is that is no UTF-8; 0: there is none. */
static size_t bad_column(struct span s)
{
	uint32_t c;
	for (size_t column = 1; s.n; column++)
		if (!utf8_next(&s, &c))
			return column;
	return 0;
}

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static enum err read_either(struct graph_query_making *m, struct span s, const struct env *env)
{
	size_t at = 0;
	if (s.n > GRAPH_QUERY_OCTETS)
		return refuse(m, ERR_FULL, 1, "the query is too long");
	size_t column = bad_column(s);
	if (column)
		return refuse(m, ERR_MALFORMED, column, "this is no text in UTF-8");
	while (at < s.n && blank(s.p[at]))
		at++;
	if (at == s.n)
		return refuse(m, ERR_MALFORMED, 1, "the query is empty");
	/* XML counts lines from where it begins. */
	return s.p[at] == '<' ? graph_query_read_xml(m, s, env) : graph_query_read_text(m, s);
}

enum err graph_query_parse(struct graph_query **out, struct span utf8, struct crypto *c,
			   const struct env *env, size_t *column, struct text *why)
{
	struct graph_query *q = env_zalloc(env, 1, sizeof(*q));
	if (!q)
		return ERR_NOMEM;
	arena_init(&q->arena, env, 2048);
	struct graph_query_making m = { q, c, column, why };
	enum err e = read_either(&m, utf8, env);
	if (e) {
		graph_query_free(q);
		return e;
	}
	*out = q;
	return OK;
}

void graph_query_free(struct graph_query *q)
{
	if (!q)
		return;
	const struct env *env = q->arena.env;
	arena_free(&q->arena);
	env_free(env, q);
}

typedef bool wanted(const struct graph_clause *c);

/* A clause of that kind which no match can do without. */
static const struct graph_clause *needed(const struct graph_query_node *n, wanted *is)
{
	const struct graph_clause *found = NULL;
	switch (n->kind) {
	case GRAPH_QUERY_CLAUSE:
		return is(&n->clause) ? &n->clause : NULL;
	case GRAPH_QUERY_OR:
		return n->child->next ? NULL : needed(n->child, is);
	case GRAPH_QUERY_NOT:
		return NULL;
	case GRAPH_QUERY_AND:
		break;
	}
	for (const struct graph_query_node *c = n->child; c && !found; c = c->next)
		found = needed(c, is);
	return found;
}

/* Whose matches all have one and the same text: dates of one instant differ in it, and so
 * does a number from a string that begins with zeros. */
static bool is_key(const struct graph_clause *c)
{
	if (c->field != GRAPH_FIELD_ATTRIBUTE || c->compare != GRAPH_COMPARE_EQUAL || c->wild)
		return false;
	if (!c->types || c->types & GRAPH_TYPE_BIT(DATE))
		return false;
	return c->types != (GRAPH_TYPE_BIT(INT) | GRAPH_TYPE_BIT(STRING)) ||
	       span_eq(c->text, c->digits);
}

static bool is_type(const struct graph_clause *c)
{
	return c->field == GRAPH_FIELD_TYPE && c->compare == GRAPH_COMPARE_EQUAL && c->is_guid;
}

bool graph_query_key(const struct graph_query *q, struct span *name, struct span *value)
{
	const struct graph_clause *c = needed(q->root, is_key);
	if (!c)
		return false;
	*name = c->name;
	*value = c->types & GRAPH_TYPE_BIT(INT) ? c->digits : c->text;
	return true;
}

bool graph_query_type(const struct graph_query *q, struct graph_guid *type)
{
	const struct graph_clause *c = needed(q->root, is_type);
	if (!c)
		return false;
	*type = c->guid;
	return true;
}
