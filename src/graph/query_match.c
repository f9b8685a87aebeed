#include "graph/query_int.h"

/* Whether a record is what a query asks for. */

static bool holds(enum graph_compare c, int order)
{
	static const bool table[GRAPH_COMPARE_COUNT][3] = {
		/*			       before same   behind */
		[GRAPH_COMPARE_EQUAL] = { false, true, false },
		[GRAPH_COMPARE_NOTEQUAL] = { true, false, true },
		[GRAPH_COMPARE_LESS] = { true, false, false },
		[GRAPH_COMPARE_GREATER] = { false, false, true },
		[GRAPH_COMPARE_LESSOREQUAL] = { true, true, false },
		[GRAPH_COMPARE_GREATEROREQUAL] = { false, true, true },
	};
	return table[c][order + 1];
}

static int order_of(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* Numbers of any length, without leading zeros. */
static int digits_order(struct span a, struct span b)
{
	return a.n == b.n ? span_cmp(a, b) : a.n < b.n ? -1 : 1;
}

/* Octets of the character at s.p[at]. */
static size_t character(struct span s, size_t at)
{
	size_t n = 1;
	while (at + n < s.n && (s.p[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The last run is the only one that need ever be made longer. */
static bool like(struct span pattern, struct span s)
{
	size_t p = 0, at = 0, run = SIZE_MAX, run_at = 0;
	while (at < s.n) {
		uint8_t want = p < pattern.n ? pattern.p[p] : 0;
		if (p < pattern.n && want == GRAPH_WILD_RUN) {
			run = ++p;
			run_at = at;
		} else if (p < pattern.n && (want == GRAPH_WILD_ONE || want == s.p[at])) {
			at += want == GRAPH_WILD_ONE ? character(s, at) : 1;
			p++;
		} else if (run != SIZE_MAX) {
			run_at += character(s, run_at);
			at = run_at;
			p = run;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == GRAPH_WILD_RUN)
		p++;
	return p == pattern.n;
}

static bool text_holds(const struct graph_clause *c, struct span s)
{
	if (!c->wild)
		return holds(c->compare, span_cmp(s, c->text));
	return like(c->text, s) == (c->compare == GRAPH_COMPARE_EQUAL);
}

static bool value_holds(const struct graph_clause *c, const struct graph_attr *a)
{
	if (!(c->types & 1u << a->type))
		return false;
	switch (a->type) {
	case GRAPH_ATTR_INT:
		return holds(c->compare, digits_order(a->value, c->digits));
	case GRAPH_ATTR_DATE:
		return holds(c->compare, order_of(a->when, c->when));
	case GRAPH_ATTR_STRING:
		break;
	}
	return text_holds(c, a->value);
}

static bool attribute_holds(const struct graph_clause *c, const struct graph_attrs *attrs)
{
	struct graph_attr a;
	for (size_t at = 0; graph_attrs_next(attrs, &at, &a);)
		if (span_eq(a.name, c->name) && value_holds(c, &a))
			return true;
	return false;
}

static bool guid_holds(const struct graph_clause *c, const struct graph_guid *g)
{
	char buffer[GRAPH_GUID_TEXT + 3];
	struct text t = TEXT_OF(buffer);
	if (!(c->types & GRAPH_TYPE_BIT(STRING)))
		return false;
	/* The text has the order of the octets. */
	if (c->is_guid)
		return holds(c->compare, order_of(memcmp(g->at, c->guid.at, sizeof(g->at)), 0));
	text_char(&t, '{');
	graph_guid_text(&t, g);
	text_char(&t, '}');
	return text_holds(c, span_of(t.p, t.n));
}

static bool name_holds(const struct graph_clause *c, struct span name)
{
	return (c->types & GRAPH_TYPE_BIT(STRING)) && text_holds(c, name);
}

static bool time_holds(const struct graph_clause *c, int64_t us)
{
	return (c->types & GRAPH_TYPE_BIT(DATE)) && holds(c->compare, order_of(us, c->when));
}

/* How long ago, against which; a clock that is off must not overflow anything. */
static bool age_holds(const struct graph_clause *c, int64_t now, int64_t us)
{
	int64_t age;
	if (__builtin_sub_overflow(now, us, &age))
		age = now < us ? INT64_MIN : INT64_MAX;
	return holds(c->compare, order_of(age, c->when));
}

static bool clause_holds(const struct graph_clause *c, const struct graph_subject *s)
{
	switch (c->field) {
	case GRAPH_FIELD_TYPE:
		return guid_holds(c, &s->type);
	case GRAPH_FIELD_ID:
		return guid_holds(c, &s->id);
	case GRAPH_FIELD_CREATOR:
		return name_holds(c, s->creator);
	case GRAPH_FIELD_MODIFIER:
		return name_holds(c, s->modifier.n ? s->modifier : s->creator);
	case GRAPH_FIELD_CREATED:
		return time_holds(c, s->created);
	case GRAPH_FIELD_MODIFIED:
		return time_holds(c, s->modified);
	case GRAPH_FIELD_AGE:
		return age_holds(c, s->now, s->created);
	case GRAPH_FIELD_UNCHANGED:
		return age_holds(c, s->now, s->modified);
	case GRAPH_FIELD_ATTRIBUTE:
	case GRAPH_FIELD_COUNT:
		break;
	}
	return attribute_holds(c, s->attrs);
}

static bool node_holds(const struct graph_query_node *n, const struct graph_subject *s)
{
	const struct graph_query_node *c = n->child;
	switch (n->kind) {
	case GRAPH_QUERY_AND:
		while (c && node_holds(c, s))
			c = c->next;
		return !c;
	case GRAPH_QUERY_OR:
		while (c && !node_holds(c, s))
			c = c->next;
		return c;
	case GRAPH_QUERY_NOT:
		return !node_holds(c, s);
	case GRAPH_QUERY_CLAUSE:
		break;
	}
	return clause_holds(&n->clause, s);
}

bool graph_query_match(const struct graph_query *q, const struct graph_subject *s)
{
	return node_holds(q->root, s);
}
