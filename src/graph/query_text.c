#include "graph/query_int.h"

/* The text form, by descent:
 *
 *	query  = all { "or" all }
 *	all    = one { "and" one }
 *	one    = "not" one | "(" query ")" | NAME [ ":" TYPE ] COMPARE VALUE
 */

enum sign {
	END,
	WORD,
	QUOTED,
	UNENDED,
	COMPARE,
	OPEN,
	CLOSE
};

struct token {
	enum sign sign;
	size_t at;	  /* its first octet */
	struct span text; /* as written; of QUOTED what is between the marks */
};

struct parser {
	struct graph_query_making *m;
	struct span s;
	size_t at; /* behind the token */
	struct token token;
	size_t depth;
};

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_mark(uint8_t c)
{
	return c == '"' || c == '\'';
}

static bool is_compare(uint8_t c)
{
	return c == '=' || c == '!' || c == '<' || c == '>';
}

static bool in_word(uint8_t c)
{
	return !blank(c) && !is_mark(c) && !is_compare(c) && c != '(' && c != ')';
}

/* Octets from `at` to the mark that ends them; a backslash makes the next one mean nothing. */
static size_t quoted_octets(struct span s, size_t at, uint8_t mark)
{
	size_t n = 0;
	while (at + n < s.n && s.p[at + n] != mark)
		n += s.p[at + n] == '\\' ? 2 : 1;
	return n;
}

static size_t word_octets(struct span s, size_t at)
{
	size_t n = 0;
	while (at + n < s.n && in_word(s.p[at + n]))
		n += s.p[at + n] == '\\' && at + n + 1 < s.n ? 2 : 1;
	return n;
}

static void take(struct parser *p, enum sign sign, size_t from, size_t n, size_t behind)
{
	p->token.sign = sign;
	p->token.text = span_of(p->s.p + from, n);
	p->at = behind;
}

static void take_quoted(struct parser *p, size_t at)
{
	size_t n = quoted_octets(p->s, at + 1, p->s.p[at]);
	if (at + 1 + n >= p->s.n)
		take(p, UNENDED, at, p->s.n - at, p->s.n);
	else
		take(p, QUOTED, at + 1, n, at + 1 + n + 1);
}

static void next(struct parser *p)
{
	size_t at = p->at;
	while (at < p->s.n && blank(p->s.p[at]))
		at++;
	p->token.at = at;
	uint8_t c = at < p->s.n ? p->s.p[at] : 0;
	if (at == p->s.n) {
		take(p, END, at, 0, at);
	} else if (is_mark(c)) {
		take_quoted(p, at);
	} else if (is_compare(c)) {
		size_t n = at + 1 < p->s.n && p->s.p[at + 1] == '=' ? 2 : 1;
		take(p, COMPARE, at, n, at + n);
	} else if (c == '(' || c == ')') {
		take(p, c == '(' ? OPEN : CLOSE, at, 1, at + 1);
	} else {
		size_t n = word_octets(p->s, at);
		take(p, WORD, at, n, at + n);
	}
}

/* ---- what is wrong ---- */

static enum err fail_at(struct parser *p, size_t at, enum err e)
{
	size_t column = 1;
	for (size_t i = 0; i < at; i++)
		column += (p->s.p[i] & 0xc0) != 0x80;
	*p->m->column = column;
	return e;
}

static void put_found(struct text *t, const struct token *found)
{
	if (found->sign == END)
		text_str(t, "the end");
	else
		text_quoted(t, found->text, 40);
}

/* "expected X after "Y", not Z"; without `after` shorter. */
static enum err unexpected(struct parser *p, const char *expected, const struct token *after)
{
	struct text *t = p->m->why;
	if (p->token.sign == UNENDED) {
		text_str(t, "this quotation is not ended");
		return fail_at(p, p->token.at, ERR_MALFORMED);
	}
	text_str(t, "expected ");
	text_str(t, expected);
	if (after) {
		text_str(t, " after ");
		text_quoted(t, after->text, 40);
	}
	text_str(t, ", not ");
	put_found(t, &p->token);
	return fail_at(p, p->token.at, ERR_MALFORMED);
}

static enum err add(struct parser *p, enum graph_query_kind kind, struct graph_query_node ***at,
		    struct graph_query_node **out)
{
	enum err e = graph_query_add(p->m->q, kind, at, out);
	if (e != ERR_FULL)
		return e;
	text_str(p->m->why, "the query has more than ");
	text_u64(p->m->why, GRAPH_QUERY_TERMS);
	text_str(p->m->why, " comparisons");
	return fail_at(p, p->token.at, e);
}

/* ---- clauses ---- */

static bool same_letters(struct span s, const char *word)
{
	size_t n = strlen(word);
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s.p[i] | 0x20) != word[i])
			return false;
	return true;
}

static bool is_keyword(const struct token *t, const char *word)
{
	return t->sign == WORD && same_letters(t->text, word);
}

static bool any_keyword(const struct token *t)
{
	return is_keyword(t, "and") || is_keyword(t, "or") || is_keyword(t, "not");
}

/* Splits "room:int". */
static bool take_name(struct span s, struct graph_clause_words *w)
{
	const uint8_t *colon = memchr(s.p, ':', s.n);
	w->name = s;
	w->types = GRAPH_ANY_TYPE;
	if (colon) {
		struct span type = span_of(colon + 1, (size_t)(s.p + s.n - colon) - 1);
		w->name.n = (size_t)(colon - s.p);
		w->types = graph_clause_type(type);
	}
	return w->types && graph_attr_name_well_formed(w->name);
}

static bool take_compare(struct span s, enum graph_compare *out)
{
	static const char *const signs[] = {
#define X(name, xml, sign) [GRAPH_COMPARE_##name] = sign,
		GRAPH_COMPARES(X)
#undef X
	};
	if (span_eq(s, span_str("==")))
		s = span_str("=");
	for (enum graph_compare c = GRAPH_COMPARE_EQUAL; c < GRAPH_COMPARE_COUNT; c++)
		if (span_eq(s, span_str(signs[c]))) {
			*out = c;
			return true;
		}
	return false;
}

static enum err make_clause(struct parser *p, const struct token *name,
			    const struct graph_clause_words *w, struct graph_query_node ***at)
{
	const char *expected = "";
	struct graph_query_node *n;
	enum err e = add(p, GRAPH_QUERY_CLAUSE, at, &n);
	if (e)
		return e;
	e = graph_clause_make(p->m, w, &n->clause, &expected);
	if (e != ERR_MALFORMED)
		return e;
	text_quoted(p->m->why, name->text, 40);
	text_str(p->m->why, " is compared with ");
	text_str(p->m->why, expected);
	text_str(p->m->why, ", not ");
	put_found(p->m->why, &p->token);
	return fail_at(p, p->token.at, ERR_MALFORMED);
}

static enum err read_clause(struct parser *p, struct graph_query_node ***at)
{
	struct token name = p->token, sign;
	struct graph_clause_words w = { .xml = false };
	if (name.sign != WORD || any_keyword(&name) || !take_name(name.text, &w))
		return unexpected(p,
				  "an attribute's name, or type, id, creator, modifier, "
				  "created, modified or age",
				  NULL);
	next(p);
	sign = p->token;
	if (sign.sign != COMPARE || !take_compare(sign.text, &w.compare))
		return unexpected(p, "=, !=, <, >, <= or >=", &name);
	next(p);
	if ((p->token.sign != WORD && p->token.sign != QUOTED) || any_keyword(&p->token))
		return unexpected(p, "a word, number, date or \"text\"", &sign);
	w.value = p->token.text;
	enum err e = make_clause(p, &name, &w, at);
	if (!e)
		next(p);
	return e;
}

/* ---- what holds clauses ---- */

static enum err read_or(struct parser *p, struct graph_query_node ***at);
static enum err read_one(struct parser *p, struct graph_query_node ***at);

static enum err read_not(struct parser *p, struct graph_query_node ***at)
{
	struct graph_query_node *n, **child;
	next(p);
	enum err e = add(p, GRAPH_QUERY_NOT, at, &n);
	if (e)
		return e;
	child = &n->child;
	return read_one(p, &child);
}

static enum err read_parentheses(struct parser *p, struct graph_query_node ***at)
{
	struct token open = p->token;
	next(p);
	enum err e = read_or(p, at);
	if (e)
		return e;
	if (p->token.sign == END) {
		text_str(p->m->why, "this parenthesis is not closed");
		return fail_at(p, open.at, ERR_MALFORMED);
	}
	if (p->token.sign != CLOSE)
		return unexpected(p, "and, or or a closing parenthesis", NULL);
	next(p);
	return OK;
}

static enum err read_one(struct parser *p, struct graph_query_node ***at)
{
	bool negated = is_keyword(&p->token, "not");
	if (!negated && p->token.sign != OPEN)
		return read_clause(p, at);
	if (p->depth == GRAPH_QUERY_DEPTH) {
		text_str(p->m->why, "the query is nested too deep");
		return fail_at(p, p->token.at, ERR_FULL);
	}
	p->depth++;
	enum err e = negated ? read_not(p, at) : read_parentheses(p, at);
	p->depth--;
	return e;
}

typedef enum err reader(struct parser *p, struct graph_query_node ***at);

/* Parts between which stands a word; one part alone needs no node about it. */
static enum err read_list(struct parser *p, const char *word, enum graph_query_kind kind,
			  reader *part, struct graph_query_node ***at)
{
	struct graph_query_node *first = NULL, **end = &first, *list;
	enum err e = part(p, &end);
	while (!e && is_keyword(&p->token, word)) {
		next(p);
		e = part(p, &end);
	}
	if (e)
		return e;
	if (!first->next) {
		**at = first;
		*at = &first->next;
		return OK;
	}
	e = add(p, kind, at, &list);
	if (!e)
		list->child = first;
	return e;
}

static enum err read_and(struct parser *p, struct graph_query_node ***at)
{
	return read_list(p, "and", GRAPH_QUERY_AND, read_one, at);
}

static enum err read_or(struct parser *p, struct graph_query_node ***at)
{
	return read_list(p, "or", GRAPH_QUERY_OR, read_and, at);
}

enum err graph_query_read_text(struct graph_query_making *m, struct span utf8)
{
	struct parser p = { .m = m, .s = utf8 };
	struct graph_query_node **root = &m->q->root;
	next(&p);
	enum err e = read_or(&p, &root);
	if (!e && p.token.sign != END)
		e = unexpected(&p, "and, or or the end", NULL);
	return e;
}
