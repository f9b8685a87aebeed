#include "graph/query_int.h"

#include "base/number.h"

/* One clause: from words to what is compared. */

static const struct {
	const char *xml, *word;
	unsigned types;
} fields[] = {
#define X(name, xml, word, types) [GRAPH_FIELD_##name] = { xml, word, types },
	GRAPH_FIELDS(X)
#undef X
};

enum graph_field graph_field_of(struct span name, bool xml)
{
	for (enum graph_field f = GRAPH_FIELD_TYPE; f < GRAPH_FIELD_COUNT; f++) {
		if (*fields[f].xml && span_eq(name, span_str(fields[f].xml)))
			return f;
		if (!xml && fields[f].word && span_eq(name, span_str(fields[f].word)))
			return f;
	}
	return GRAPH_FIELD_ATTRIBUTE;
}

unsigned graph_clause_type(struct span word)
{
	enum graph_attr_type t;
	return graph_attr_type_of(word, &t) ? 1u << t : 0;
}

/* What stands for the sign behind a backslash; 0: nothing may. */
static uint8_t escaped(uint8_t c, bool xml)
{
	if (c == '*' || c == '?' || c == '\\')
		return c;
	return !xml && (c == '"' || c == '\'') ? c : 0;
}

static uint8_t wildcard(uint8_t c)
{
	return c == '*' ? GRAPH_WILD_RUN : c == '?' ? GRAPH_WILD_ONE : 0;
}

/* Undoes the escapes into c->text; wildcards are such where it is about being equal. */
static enum err take_text(struct arena *a, const struct graph_clause_words *w,
			  struct graph_clause *c, const char **expected)
{
	bool may = c->compare == GRAPH_COMPARE_EQUAL || c->compare == GRAPH_COMPARE_NOTEQUAL;
	uint8_t *out = arena_alloc(a, w->value.n + 1);
	size_t n = 0;
	if (!out)
		return ERR_NOMEM;
	for (size_t i = 0; i < w->value.n; i++) {
		uint8_t at = w->value.p[i], wild = may ? wildcard(at) : 0;
		if (at == '\\') {
			at = ++i < w->value.n ? escaped(w->value.p[i], w->xml) : 0;
			wild = 0;
		}
		if (!at) {
			*expected = w->xml ? "a *, ? or \\ behind a backslash"
					   : "a *, ?, \\ or quotation mark behind a backslash";
			return ERR_MALFORMED;
		}
		c->wild |= wild != 0;
		out[n++] = wild ? wild : at;
	}
	c->text = span_of(out, n);
	return OK;
}

static bool take_digits(struct graph_clause *c)
{
	struct span s = c->text;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	while (s.n > 1 && s.p[0] == '0')
		s = span_of(s.p + 1, s.n - 1);
	c->digits = s;
	return s.n > 0;
}

/* Of the types that are asked for, those that the value can be. */
static enum err take_types(const struct graph_clause_words *w, struct graph_clause *c,
			   const char **expected)
{
	c->types = w->types;
	if (!take_digits(c))
		c->types &= ~GRAPH_TYPE_BIT(INT);
	if (graph_date_parse(c->text, &c->when))
		c->types &= ~GRAPH_TYPE_BIT(DATE);
	if (c->types)
		return OK;
	*expected = w->types == GRAPH_TYPE_BIT(INT)
			    ? "digits"
			    : "a date like 2026-11-21 or 2026-11-21T20:43:18Z";
	return ERR_MALFORMED;
}

/* Writes the GUID as the field's text has it, so that both ways of asking agree. */
static enum err take_guid(struct arena *a, struct graph_clause *c)
{
	char buffer[GRAPH_GUID_TEXT + 3];
	struct text t = TEXT_OF(buffer);
	text_char(&t, '{');
	graph_guid_text(&t, &c->guid);
	text_char(&t, '}');
	c->text = span_of(arena_copy(a, span_of(t.p, t.n)), t.n);
	c->is_guid = c->text.p != NULL;
	return c->is_guid ? OK : ERR_NOMEM;
}

/* A pattern of a Record ID may leave the brace out. */
static enum err brace_pattern(struct arena *a, struct graph_clause *c)
{
	if (c->text.n && c->text.p[0] == '{')
		return OK;
	uint8_t *p = arena_alloc(a, c->text.n + 1);
	if (!p)
		return ERR_NOMEM;
	p[0] = '{';
	memcpy(p + 1, c->text.p, c->text.n);
	c->text = span_of(p, c->text.n + 1);
	return OK;
}

static enum err take_identifier(struct graph_query_making *m, const struct graph_clause_words *w,
				struct graph_clause *c, const char **expected)
{
	struct arena *a = &m->q->arena;
	bool type = c->field == GRAPH_FIELD_TYPE;
	if (!c->wild && graph_guid_parse(c->text, &c->guid) == OK)
		return take_guid(a, c);
	if (w->xml)
		return OK;
	if (type && graph_type_of_word(m->crypto, c->text, &c->guid) == OK)
		return take_guid(a, c);
	if (!type && c->wild)
		return brace_pattern(a, c);
	*expected = type ? "a word of small letters, digits and hyphens, or a GUID"
			 : "a GUID, or the beginning of one and *";
	return ERR_MALFORMED;
}

/* A time, or in the text form how long ago it is. */
static enum err take_time(const struct graph_clause_words *w, struct graph_clause *c,
			  const char **expected)
{
	if (!w->xml && number_duration(c->text, &c->when) == OK) {
		if (c->field != GRAPH_FIELD_AGE)
			c->field = c->field == GRAPH_FIELD_CREATED ? GRAPH_FIELD_AGE
								   : GRAPH_FIELD_UNCHANGED;
		return OK;
	}
	*expected = "how long, like 90s, 2h30m or 30d";
	if (c->field == GRAPH_FIELD_AGE)
		return ERR_MALFORMED;
	if (w->xml)
		return take_types(w, c, expected);
	*expected = "a date like 2026-11-21, or how long ago, like 2h30m or 30d";
	c->types = fields[c->field].types;
	return graph_date_parse(c->text, &c->when);
}

static bool is_time(enum graph_field f)
{
	return f == GRAPH_FIELD_AGE || f == GRAPH_FIELD_CREATED || f == GRAPH_FIELD_MODIFIED;
}

enum err graph_clause_make(struct graph_query_making *m, const struct graph_clause_words *w,
			   struct graph_clause *c, const char **expected)
{
	*c = (struct graph_clause){ .compare = w->compare };
	/* In the text form a type says that an attribute is meant. */
	if (w->xml || w->types == GRAPH_ANY_TYPE)
		c->field = graph_field_of(w->name, w->xml);
	c->name = span_of(arena_copy(&m->q->arena, w->name), w->name.n);
	enum err e = c->name.p ? take_text(&m->q->arena, w, c, expected) : ERR_NOMEM;
	if (e)
		return e;
	if (is_time(c->field))
		e = take_time(w, c, expected);
	else
		e = take_types(w, c, expected);
	/* What is compared as another type than the record's is never so: false. */
	if (c->field != GRAPH_FIELD_ATTRIBUTE)
		c->types &= fields[c->field].types;
	if (!e && (c->field == GRAPH_FIELD_TYPE || c->field == GRAPH_FIELD_ID))
		e = take_identifier(m, w, c, expected);
	return e;
}
