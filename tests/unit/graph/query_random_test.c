/* Random queries on random records: both forms and a plain evaluator agree. */
#include "../failing_env.h"

#include "crypto/crypto.h"
#include "graph/query.h"

/* GRAPH-5.1, GRAPH-5.6 */

enum {
	ATTRS = 6,
	PARTS = 3,
	DEPTH = 4,
	ROUNDS = 1500,
	RECORDS = 6
};

static const char *const types[] = { "int", "string", "date" };
static const char *const xml_compares[] = { "equal",   "notequal",    "less",
					    "greater", "lessorequal", "greaterorequal" };
static const char *const signs[] = { "=", "!=", "<", ">", "<=", ">=" };

/* Names of attributes, then what every record has. */
static const struct {
	const char *xml, *word;
	int type; /* -1: any */
} names[] = {
	{ "a", "a", -1 },
	{ "b", "b", -1 },
	{ "c", "c", -1 },
	{ "peercreatorid", "creator", 1 },
	{ "peerlastmodifiedby", "modifier", 1 },
	{ "peercreationtime", "created", 2 },
	{ "peerlastmodificationtime", "modified", 2 },
};
enum {
	NAMES = sizeof(names) / sizeof(names[0]),
	OWN = 3
};

static const char *const values[3][6] = {
	{ "0", "7", "007", "42", "100", "99999999999999999999" },
	{ "ann", "a n", "a*n", "b\\c", "", "\"q\" <&>" },
	{ "2026-11-20", "2026-11-21", "20261121T000000Z", "2026-11-21T00:00:01Z",
	  "2026-11-21T01:00+01:00", "2025-01-01" },
};
static const int64_t instants[6] = { 1795132800, 1795219200, 1795219200,
				     1795219201, 1795219200, 1735689600 };
static const char *const patterns[] = { "ann",	  "a*n", "a\\*n",  "*", "?*",  "???",
					"b\\\\c", "*<*", "\"q\"*", "",	"a?n", "b" };

/* ---- the plain side ---- */

struct value {
	int type;
	size_t index; /* into values */
};

struct record {
	size_t n;
	struct {
		size_t name;
		struct value v;
	} attr[ATTRS];
	const char *creator, *modifier;
	int64_t created, modified; /* seconds */
};

enum kind {
	AND,
	OR,
	NOT,
	CLAUSE
};
struct node {
	enum kind kind;
	size_t n;
	struct node *part[PARTS];
	size_t name, compare;
	int type;
	const char *value; /* as written: with escapes */
	int64_t instant;
};

/* The pattern as written, sign by sign; all values here are ASCII. */
static bool plain_like(const char *p, const char *s)
{
	if (!*p)
		return !*s;
	if (*p == '*')
		return plain_like(p + 1, s) || (*s && plain_like(p, s + 1));
	if (*p == '?')
		return *s && plain_like(p + 1, s + 1);
	p += *p == '\\';
	return *p == *s && plain_like(p + 1, s + 1);
}

static int plain_order(const char *s, const char *written)
{
	char text[64];
	size_t n = 0;
	for (; *written; written++) {
		written += *written == '\\';
		text[n++] = *written;
	}
	text[n] = 0;
	return strcmp(s, text);
}

static bool plain_sign(size_t compare, int64_t order)
{
	const bool rows[] = { order == 0, order != 0, order<0, order> 0, order <= 0, order >= 0 };
	return rows[compare];
}

static bool plain_text(const struct node *n, const char *s)
{
	if (n->compare < 2)
		return plain_like(n->value, s) == (n->compare == 0);
	return plain_sign(n->compare, plain_order(s, n->value));
}

static int plain_digits(const char *a, const char *b)
{
	a += strspn(a, "0");
	b += strspn(b, "0");
	size_t n = strlen(a), m = strlen(b);
	return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

static bool plain_value(const struct node *n, const struct value *v)
{
	if (v->type != n->type)
		return false;
	if (v->type == 0)
		return plain_sign(n->compare, plain_digits(values[0][v->index], n->value));
	if (v->type == 2)
		return plain_sign(n->compare, instants[v->index] - n->instant);
	return plain_text(n, values[1][v->index]);
}

static bool plain_clause(const struct node *n, const struct record *r)
{
	bool any = false;
	if (n->name == 3)
		return plain_text(n, r->creator);
	if (n->name == 4)
		return plain_text(n, r->modifier ? r->modifier : r->creator);
	if (n->name == 5)
		return plain_sign(n->compare, r->created - n->instant);
	if (n->name == 6)
		return plain_sign(n->compare, r->modified - n->instant);
	for (size_t i = 0; i < r->n; i++)
		any |= r->attr[i].name == n->name && plain_value(n, &r->attr[i].v);
	return any;
}

static bool plain(const struct node *n, const struct record *r)
{
	bool all = true, any = false;
	if (n->kind == CLAUSE)
		return plain_clause(n, r);
	for (size_t i = 0; i < n->n; i++) {
		bool is = plain(n->part[i], r);
		all &= is;
		any |= is;
	}
	return n->kind == AND ? all : n->kind == OR ? any : !all;
}

/* ---- making them ---- */

struct rig {
	struct failing_env f;
	struct crypto *crypto;
	struct node nodes[512];
	size_t used;
	bool may_not; /* "not" is in the text form alone */
};

static size_t below(struct rig *r, size_t n)
{
	return (size_t)env_random_below(&r->f.env, n);
}

static struct node *make_clause(struct rig *r, struct node *n)
{
	n->kind = CLAUSE;
	n->name = below(r, NAMES);
	n->type = names[n->name].type < 0 ? (int)below(r, 3) : names[n->name].type;
	n->compare = below(r, 6);
	size_t i = below(r, 6);
	n->instant = instants[i];
	n->value = n->type == 1 ? patterns[below(r, sizeof(patterns) / sizeof(patterns[0]))]
				: values[n->type][i];
	return n;
}

static struct node *make(struct rig *r, size_t depth)
{
	struct node *n = &r->nodes[r->used++];
	memset(n, 0, sizeof(*n));
	if (!depth || below(r, 3) == 0)
		return make_clause(r, n);
	n->kind = (enum kind)below(r, r->may_not ? 3 : 2);
	n->n = n->kind == NOT ? 1 : 1 + below(r, PARTS);
	for (size_t i = 0; i < n->n; i++)
		n->part[i] = make(r, depth - 1);
	return n;
}

static void make_record(struct rig *r, struct record *out)
{
	out->n = below(r, ATTRS + 1);
	for (size_t i = 0; i < out->n; i++) {
		out->attr[i].name = below(r, OWN);
		out->attr[i].v = (struct value){ (int)below(r, 3), below(r, 6) };
	}
	out->creator = values[1][below(r, 4)];
	out->modifier = below(r, 2) ? values[1][below(r, 4)] : NULL;
	out->created = instants[below(r, 6)];
	out->modified = out->created + (int64_t)below(r, 2);
}

/* ---- printing and asking ---- */

static void put_xml(struct text *t, const struct node *n);

static void put_escaped(struct text *t, const char *s, bool xml)
{
	for (; *s; s++)
		if (xml && *s == '<')
			text_str(t, "&lt;");
		else if (xml && *s == '&')
			text_str(t, "&amp;");
		else if (!xml && *s == '"')
			text_str(t, "\\\"");
		else
			text_char(t, *s);
}

static void put_xml_list(struct text *t, const struct node *n, const char *begin, const char *end)
{
	text_str(t, begin);
	for (size_t i = 0; i < n->n; i++)
		put_xml(t, n->part[i]);
	text_str(t, end);
}

static void put_xml(struct text *t, const struct node *n)
{
	if (n->kind == AND || n->kind == OR) {
		put_xml_list(t, n, n->kind == AND ? "<and>" : "<or>",
			     n->kind == AND ? "</and>" : "</or>");
		return;
	}
	text_str(t, "<clause attrib=\"");
	text_str(t, names[n->name].xml);
	text_str(t, "\" type=\"");
	text_str(t, types[n->type]);
	text_str(t, "\" compare=\"");
	text_str(t, xml_compares[n->compare]);
	text_str(t, "\">");
	put_escaped(t, n->value, true);
	text_str(t, "</clause>");
}

static void put_text(struct text *t, const struct node *n)
{
	if (n->kind == CLAUSE) {
		text_str(t, names[n->name].word);
		if (n->name < OWN) {
			text_char(t, ':');
			text_str(t, types[n->type]);
		}
		text_str(t, signs[n->compare]);
		text_char(t, '"');
		put_escaped(t, n->value, false);
		text_char(t, '"');
		return;
	}
	text_str(t, n->kind == NOT ? "not (" : "(");
	for (size_t i = 0; i < n->n; i++) {
		text_str(t, i == 0 ? "" : n->kind == AND ? " and " : " or ");
		put_text(t, n->part[i]);
	}
	text_char(t, ')');
}

static struct graph_query *parse(struct rig *r, const struct text *t)
{
	struct graph_query *q;
	char words[256];
	struct text why = TEXT_OF(words);
	size_t column = 0;
	assert_false(t->cut);
	if (graph_query_parse(&q, span_of(t->p, t->n), r->crypto, &r->f.env, &column, &why))
		fail_msg("%s: column %zu: %s", t->p, column, words);
	return q;
}

static struct graph_attrs *attrs_of(struct rig *r, const struct record *record)
{
	static char document[8192];
	struct graph_attr list[ATTRS];
	struct graph_attrs *attrs;
	struct text t = TEXT_OF(document);
	for (size_t i = 0; i < record->n; i++)
		list[i] = (struct graph_attr){
			(enum graph_attr_type)record->attr[i].v.type,
			span_str(names[record->attr[i].name].xml),
			span_str(values[record->attr[i].v.type][record->attr[i].v.index]), 0
		};
	assert_int_equal(graph_attrs_write(list, record->n, &t), OK);
	assert_int_equal(graph_attrs_read_utf8(&attrs, span_of(t.p, t.n), &r->f.env, NULL), OK);
	return attrs;
}

static void ask(struct rig *r, const struct graph_query *q, const struct node *n, const char *as,
		size_t *hits)
{
	struct record record;
	make_record(r, &record);
	struct graph_attrs *attrs = attrs_of(r, &record);
	const struct graph_subject s = {
		.attrs = attrs,
		.creator = span_str(record.creator),
		.modifier = record.modifier ? span_str(record.modifier) : span_of(NULL, 0),
		.created = record.created * 1000000,
		.modified = record.modified * 1000000,
	};
	bool is = graph_query_match(q, &s);
	if (is != plain(n, &record))
		fail_msg("%s: %d", as, is);
	*hits += is;
	env_free(&r->f.env, attrs);
}

static void run(struct rig *r, bool xml, bool may_not)
{
	static char buffer[60000];
	size_t hits = 0;
	failing_env_init(&r->f, 7);
	r->may_not = may_not;
	assert_int_equal(crypto_new(&r->crypto, &r->f.env), OK);
	for (size_t round = 0; round < ROUNDS; round++) {
		struct text t = TEXT_OF(buffer);
		r->used = 0;
		struct node *n = make(r, DEPTH);
		text_str(&t, xml ? "<peersearch>" : "");
		(xml ? put_xml : put_text)(&t, n);
		text_str(&t, xml ? "</peersearch>" : "");
		struct graph_query *q = parse(r, &t);
		for (size_t i = 0; i < RECORDS; i++)
			ask(r, q, n, buffer, &hits);
		graph_query_free(q);
	}
	/* Neither always nor never. */
	assert_in_range(hits, ROUNDS, (RECORDS - 1) * ROUNDS);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
}

static void xml_asks_as_a_plain_evaluator(void **state)
{
	static struct rig r;
	run(&r, true, false);
}

static void text_asks_as_a_plain_evaluator(void **state)
{
	static struct rig r;
	run(&r, false, false);
	run(&r, false, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_asks_as_a_plain_evaluator),
		cmocka_unit_test(text_asks_as_a_plain_evaluator),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
