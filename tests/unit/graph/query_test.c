#include "../failing_env.h"

#include "crypto/crypto.h"
#include "graph/query.h"

#define DAY INT64_C(86400000000)

/* A record about which all is asked here. */
static const char attributes[] =
	"<attributes>"
	"<attribute name='author' type='string'>ann</attribute>"
	"<attribute name='tag' type='string'>red</attribute>"
	"<attribute name='tag' type='string'>blue sky</attribute>"
	"<attribute name='rank' type='int'>42</attribute>"
	"<attribute name='due' type='date'>2026-11-21T00:00:00Z</attribute>"
	"<attribute name='age' type='int'>7</attribute>"
	"<attribute name='odd' type='string'>a*b?c\\d\"e</attribute>"
	"<attribute name='word' type='string'>n\xc3\xa4he \xf0\x9f\x98\x80</attribute>"
	"<attribute name='empty' type='string'></attribute>"
	"<attribute name='room' type='string'>007</attribute>"
	"</attributes>";
#define TYPE_OTHER "6a8f0000-0000-0000-0000-000000000000"

struct rig {
	struct failing_env f;
	struct crypto *crypto;
	struct graph_attrs *attrs;
	struct graph_subject subject;
	size_t column;
	char words[512];
	struct text why;
};

static void rig_init(struct rig *r)
{
	failing_env_init(&r->f, 1);
	r->why = TEXT_OF(r->words);
	assert_int_equal(crypto_new(&r->crypto, &r->f.env), OK);
	assert_int_equal(graph_attrs_read_utf8(&r->attrs, span_str(attributes), &r->f.env, NULL),
			 OK);
	r->subject = (struct graph_subject){
		.attrs = r->attrs,
		.creator = span_str("0.ann"),
		.modified = INT64_C(1795305600000000), /* 2026-11-22 */
		.created = INT64_C(1795305600000000) - DAY,
		.now = INT64_C(1795305600000000) + DAY,
	};
	assert_int_equal(graph_type_of_word(r->crypto, span_str("note"), &r->subject.type), OK);
	assert_int_equal(
		graph_guid_parse(span_str("0ccbb0d2-be41-4bd6-914b-058ec5dcce64"), &r->subject.id),
		OK);
}

static void rig_fini(struct rig *r)
{
	env_free(&r->f.env, r->attrs);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
}

static enum err parse(struct rig *r, const char *query, struct graph_query **q)
{
	text_clear(&r->why);
	r->column = 0;
	return graph_query_parse(q, span_str(query), r->crypto, &r->f.env, &r->column, &r->why);
}

static bool matches(struct rig *r, const char *query)
{
	struct graph_query *q;
	if (parse(r, query, &q))
		fail_msg("%s: column %zu: %s", query, r->column, r->words);
	bool is = graph_query_match(q, &r->subject);
	graph_query_free(q);
	return is;
}

struct row {
	const char *query;
	bool is;
};

static void check_rows(const struct row *rows, size_t n)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < n; i++)
		if (matches(&r, rows[i].query) != rows[i].is)
			fail_msg("%s is not %d", rows[i].query, rows[i].is);
	rig_fini(&r);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* GRAPH-5.1 */
static void text_compares(void **state)
{
	static const struct row rows[] = {
		{ "author = ann", true },
		{ "author == 'ann'", true },
		{ "author=\"ann\"", true },
		{ "  author  =  ann  ", true },
		{ "author = Ann", false },
		{ "author != ann", false },
		{ "author != bob", true },
		{ "author < b", true },
		{ "author <= ann", true },
		{ "author > ann", false },
		{ "author >= ann", true },
		{ "rank = 42", true },
		{ "rank = 042", true },
		{ "rank < 100", true },
		{ "rank > 5", true },
		{ "rank >= 43", false },
		{ "rank < 99999999999999999999999999", true },
		{ "rank != x", false },
		{ "room = 007", true },
		{ "room = 7", false },
		{ "room < 1", true },
		{ "due = 2026-11-21", true },
		{ "due = 2026-11-21T01:00+01:00", true },
		{ "due < 2026-11-22", true },
		{ "due > 20261120", true },
		{ "due = '2026-11-21 00:00:01'", false },
		{ "empty = ''", true },
		{ "empty = '*'", true },
		{ "empty = '?'", false },
		{ "author = ''", false },
	};
	CHECK_ROWS(rows);
}

/* GRAPH-5.2 */
static void unknown_attributes_are_false(void **state)
{
	static const struct row rows[] = {
		{ "none = x", false },	   { "none != x", false },   { "none = *", false },
		{ "none < 5", false },	   { "not none = x", true }, { "tag = red", true },
		{ "tag != red", true },	   { "tag = blue*", true },  { "not tag = green", true },
		{ "Author = ann", false },
	};
	CHECK_ROWS(rows);
}

/* GRAPH-5.3 */
static void wildcards(void **state)
{
	static const struct row rows[] = {
		{ "author = *", true },
		{ "author = a*", true },
		{ "author = *n", true },
		{ "author = a*n*n", true },
		{ "author = a*n*n*n", false },
		{ "author = a?n", true },
		{ "author = ??", false },
		{ "author = ???", true },
		{ "author = ???*", true },
		{ "author = ????*", false },
		{ "author != a*", false },
		{ "author != b*", true },
		{ "tag = 'b*e s?y'", true },
		{ "word = 'n?he ?'", true },
		{ "word = 'n??he ?'", false },
		{ "word = *\xf0\x9f\x98\x80", true },
		{ "odd = 'a\\*b\\?c\\\\d\\\"e'", true },
		{ "odd = \"a\\*b\\?c\\\\d\\\"e\"", true },
		{ "odd = a\\*b\\?c\\\\d\\\"e", true },
		{ "odd = a\\*b*", true },
		{ "odd = \\**", false },
		{ "author < *", false },
		{ "rank = 4*", false },
		{ "rank:string = 42", false },
	};
	CHECK_ROWS(rows);
}

/* GRAPH-5.4, GRAPH-5.5 */
static void fields_of_a_record(void **state)
{
	static const struct row rows[] = {
		{ "type = note", true },
		{ "type != note", false },
		{ "type = notes", false },
		{ "type = " TYPE_OTHER, false },
		{ "id = 0ccbb0d2-be41-4bd6-914b-058ec5dcce64", true },
		{ "id = {0CCBB0D2-BE41-4BD6-914B-058EC5DCCE64}", true },
		{ "id = 0ccb*", true },
		{ "id = '{0ccb*'", true },
		{ "id = 0ccc*", false },
		{ "creator = 0.ann", true },
		{ "creator = 0.*", true },
		{ "modifier = 0.ann", true },
		{ "created < 2026-11-22", true },
		{ "created = 2026-11-21", true },
		{ "modified > 2026-11-21T23:59:59", true },
		{ "age = 2d", true },
		{ "age < 2d", false },
		{ "age > 47h59m", true },
		{ "created <= 2d", true },
		{ "modified < 25h", true },
		{ "modified < 1d", false },
		{ "age:int = 7", true },
		{ "age:int < 8 and type = note", true },
		{ "peercreatorid = 0.ann", true },
		{ "peercreationtime < 2d", false },
		{ "due:date > 2026-11-20", true },
		{ "due:string = 2026*", false },
	};
	CHECK_ROWS(rows);
}

static void who_modified_it(void **state)
{
	struct rig r;
	rig_init(&r);
	r.subject.modifier = span_str("0.bob");
	assert_true(matches(&r, "modifier = 0.bob and creator = 0.ann"));
	assert_false(matches(&r, "modifier = 0.ann"));
	rig_fini(&r);
}

/* A clock far off overflows nothing. */
static void ages_of_wild_clocks(void **state)
{
	struct rig r;
	rig_init(&r);
	r.subject.now = INT64_MAX;
	r.subject.created = INT64_MIN;
	assert_true(matches(&r, "age > 99999d"));
	r.subject.now = INT64_MIN;
	r.subject.created = INT64_MAX;
	assert_true(matches(&r, "age < 1s"));
	rig_fini(&r);
}

static void and_or_not(void **state)
{
	static const struct row rows[] = {
		{ "author = ann and rank = 42", true },
		{ "author = ann AND rank = 1", false },
		{ "author = bob or rank = 42", true },
		{ "author = bob Or rank = 1", false },
		/* and binds more than or */
		{ "rank = 42 or rank = 1 and author = bob", true },
		{ "(rank = 42 or rank = 1) and author = bob", false },
		{ "not rank = 1 and author = ann", true },
		{ "not (rank = 42 and author = ann)", false },
		{ "not not rank = 42", true },
		{ "((rank = 42))", true },
		{ "(rank=42)and(author=ann)", true },
	};
	CHECK_ROWS(rows);
}

#define CLAUSE(name, type, compare, value)                                                         \
	"<clause attrib='" name "' type='" type "' compare='" compare "'>" value "</clause>"
#define PEER(x) "<peersearch xmlns='http://example.com/x'>" x "</peersearch>"
#define ID_TEXT "{0ccbb0d2-be41-4bd6-914b-058ec5dcce64}"

/* GRAPH-5.6 */
static void xml_compares(void **state)
{
	static const struct row rows[] = {
		{ PEER("<clause attrib='author' type='string'>ann</clause>"), true },
		{ "<?xml version='1.0'?>\n" PEER(CLAUSE("author", "string", "equal", "ann")),
		  true },
		{ PEER(CLAUSE("author", "string", "notequal", "ann")), false },
		{ PEER(CLAUSE("author", "string", "less", "b")), true },
		{ PEER(CLAUSE("author", "string", "lessorequal", "ann")), true },
		{ PEER(CLAUSE("author", "string", "greater", "ann")), false },
		{ PEER(CLAUSE("author", "string", "greaterorequal", "ann")), true },
		{ PEER(CLAUSE("author", "string", "equal", "a*")), true },
		{ PEER(CLAUSE("odd", "string", "equal", "a\\*b\\?c\\\\d\"e")), true },
		{ PEER(CLAUSE("rank", "int", "equal", "042")), true },
		{ PEER(CLAUSE("rank", "string", "equal", "42")), false },
		{ PEER(CLAUSE("rank", "int", "greater", "9")), true },
		{ PEER(CLAUSE("due", "date", "equal", "2026-11-21")), true },
		{ PEER(CLAUSE("none", "string", "notequal", "x")), false },
		{ PEER(CLAUSE("tag", "string", "notequal", "red")), true },
		{ PEER(CLAUSE("peercreatorid", "string", "equal", "0.ann")), true },
		{ PEER(CLAUSE("peerlastmodifiedby", "string", "equal", "0.ann")), true },
		{ PEER(CLAUSE("peerrecordid", "string", "equal", ID_TEXT)), true },
		{ PEER(CLAUSE("peerrecordid", "string", "equal", "{0CCBB0D2*")), false },
		{ PEER(CLAUSE("peerrecordid", "string", "equal", "{0ccbb0d2*")), true },
		{ PEER(CLAUSE("peerrecordid", "string", "less", "{1")), true },
		{ PEER(CLAUSE("peerrecordtype", "string", "equal", "note")), false },
		{ PEER(CLAUSE("peerrecordtype", "string", "equal", "{" TYPE_OTHER "}")), false },
		{ PEER(CLAUSE("peercreationtime", "date", "less", "2026-11-22")), true },
		{ PEER(CLAUSE("peercreationtime", "string", "less", "3")), false },
		{ PEER(CLAUSE("peerrecordid", "int", "notequal", "3")), false },
		{ PEER(CLAUSE("peerlastmodificationtime", "date", "greaterorequal", "2026-11-22")),
		  true },
		{ PEER(CLAUSE("age", "int", "equal", "7")), true },
		{ PEER("<and>" CLAUSE("rank", "int", "equal", "42")
			       CLAUSE("author", "string", "equal", "ann") "</and>"),
		  true },
		{ PEER("<or>" CLAUSE("rank", "int", "equal", "1") "<and>" CLAUSE(
			  "author", "string", "equal", "ann") "</and></or>"),
		  true },
		{ PEER("<or>" CLAUSE("rank", "int", "equal", "1") "</or>"), false },
	};
	CHECK_ROWS(rows);
}

struct bad {
	const char *query;
	size_t column;
	const char *words;
};

static void check_bad(const struct bad *bad, size_t n)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < n; i++) {
		struct graph_query *q = (void *)&r;
		if (parse(&r, bad[i].query, &q) != ERR_MALFORMED)
			fail_msg("taken: %s", bad[i].query);
		if (r.column != bad[i].column || !strstr(r.words, bad[i].words))
			fail_msg("%s: column %zu: %s", bad[i].query, r.column, r.words);
		assert_ptr_equal(q, &r);
	}
	rig_fini(&r);
}
#define CHECK_BAD(bad) check_bad(bad, sizeof(bad) / sizeof((bad)[0]))

/* GRAPH-5.8 */
static void text_errors_name_the_column(void **state)
{
	static const struct bad bad[] = {
		{ "", 1, "empty" },
		{ "   ", 1, "empty" },
		{ "author", 7, "expected =, !=, <, >, <= or >= after \"author\", not the end" },
		{ "author ann", 8, "not \"ann\"" },
		{ "author =", 9, "expected a word, number, date or \"text\" after \"=\"" },
		{ "author = and rank = 1", 10, "not \"and\"" },
		{ "author => x", 9, "not \">\"" },
		{ "author =! x", 9, "not \"!\"" },
		{ "author ! x", 8, "expected =, !=" },
		{ "author = ann rank = 1", 14, "expected and, or or the end, not \"rank\"" },
		{ "author = ann and", 17, "expected an attribute's name" },
		{ "or author = ann", 1, "expected an attribute's name" },
		{ "a-b = c", 1, "not \"a-b\"" },
		{ "n\xc3\xa4he = c", 1, "expected an attribute's name" },
		{ "a:text = c", 1, "not \"a:text\"" },
		{ "(author = ann", 1, "not closed" },
		{ "(author = ann rank", 15, "closing parenthesis" },
		{ "author = ann)", 13, "not \")\"" },
		{ "not", 4, "the end" },
		{ "()", 2, "not \")\"" },
		{ "word = '\xc3\xa4' x", 12, "not \"x\"" },
		{ "author = 'ann", 10, "not ended" },
		{ "author = 'ann\\'", 10, "not ended" },
		{ "author = a\\nn", 10, "behind a backslash" },
		{ "author = ann\\", 10, "behind a backslash" },
		{ "age < soon", 7, "\"age\" is compared with how long" },
		{ "age < 2026-11-21", 7, "how long" },
		{ "created < soon", 11, "a date like" },
		{ "modified = *", 12, "or how long ago" },
		{ "type = Note", 8, "a word of small letters" },
		{ "type = note*", 8, "a word of small letters" },
		{ "id = note", 6, "a GUID" },
		{ "rank:int = x", 12, "digits" },
		{ "due:date = 5", 12, "a date like" },
		{ "author = \xff", 10, "UTF-8" },
	};
	CHECK_BAD(bad);
}

static void xml_errors_name_the_column(void **state)
{
	static const struct bad bad[] = {
		{ "<a/>", 1, "the query is <peersearch>" },
		{ "<peersearch/>", 1, "no clause is in \"peersearch\"" },
		{ "<peersearch>x</peersearch>", 14, "only <clause> holds text" },
		{ "<peersearch x='y'/>", 1, "no attributes" },
		{ "<peersearch><a/></peersearch>", 13, "not \"a\"" },
		{ "<peersearch><not/></peersearch>", 13, "not \"not\"" },
		{ "<peersearch><and/></peersearch>", 13, "no clause is in \"and\"" },
		{ "<peersearch>\n <or x='1'/></peersearch>", 2, "line 2: <and> and <or>" },
		{ "<peersearch><clause/></peersearch>", 13, "<clause> has attrib" },
		{ "<peersearch><clause attrib='a'/></peersearch>", 13, "<clause> has attrib" },
		{ "<peersearch><clause attrib='a' type='int' x=''>1</clause></peersearch>", 13,
		  "<clause> has attrib" },
		{ PEER(CLAUSE("a b", "int", "equal", "1")), 42, "\"a b\"" },
		{ PEER(CLAUSE("a", "text", "equal", "1")), 42, "type is int" },
		{ PEER(CLAUSE("a", "int", "same", "1")), 42, "compare is equal" },
		{ PEER(CLAUSE("a", "int", "equal", "x")), 42, "expected digits, not \"x\"" },
		{ PEER(CLAUSE("a", "int", "equal", "")), 42, "expected digits" },
		{ PEER(CLAUSE("a", "date", "equal", "2d")), 42, "a date like" },
		{ PEER(CLAUSE("a", "string", "equal", "\\x")), 42, "behind a backslash" },
		{ PEER(CLAUSE("a", "string", "equal", "\\\"")), 42, "behind a backslash" },
		{ PEER(CLAUSE("a", "string", "equal", "<b/>")), 91, "holds text alone" },
		{ PEER(CLAUSE("a", "int", "equal", "1") CLAUSE("a", "int", "equal", "1")), 98,
		  "holds one element" },
		{ "<peersearch><clause", 13, "" },
		{ "<!DOCTYPE a><peersearch/>", 12, "document type" },
	};
	CHECK_BAD(bad);
}

static void text_nested(struct text *t, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		text_str(t, i % 2 ? "(" : "not ");
	text_str(t, "rank = 42");
	for (size_t i = 1; i < depth; i += 2)
		text_char(t, ')');
}

static void xml_nested(struct text *t, size_t depth)
{
	text_str(t, "<peersearch>");
	for (size_t i = 0; i < depth; i++)
		text_str(t, "<or>");
	text_str(t, CLAUSE("rank", "int", "equal", "42"));
	for (size_t i = 0; i < depth; i++)
		text_str(t, "</or>");
	text_str(t, "</peersearch>");
}

static void text_many(struct text *t, size_t n)
{
	text_str(t, "rank = 1");
	for (size_t i = 1; i < n; i++)
		text_str(t, " or rank = 1");
}

static void xml_many(struct text *t, size_t n)
{
	text_str(t, "<peersearch><or>");
	for (size_t i = 0; i < n; i++)
		text_str(t, CLAUSE("rank", "int", "equal", "42"));
	text_str(t, "</or></peersearch>");
}

/* What is as large as `most` is taken, one more is not. */
static void at_most(size_t most, void (*write)(struct text *, size_t), const char *why)
{
	static char query[200000];
	struct rig r;
	struct graph_query *q;
	struct text t = TEXT_OF(query);
	rig_init(&r);
	write(&t, most);
	assert_int_equal(parse(&r, query, &q), OK);
	graph_query_free(q);
	text_clear(&t);
	write(&t, most + 1);
	assert_int_equal(parse(&r, query, &q), ERR_FULL);
	assert_non_null(strstr(r.words, why));
	rig_fini(&r);
}

static void limits(void **state)
{
	static char query[GRAPH_QUERY_OCTETS + 2];
	struct rig r;
	struct graph_query *q;
	at_most(GRAPH_QUERY_DEPTH, text_nested, "too deep");
	at_most(GRAPH_QUERY_DEPTH, xml_nested, "too deep");
	at_most(GRAPH_QUERY_TERMS, text_many, " comparisons");
	at_most(GRAPH_QUERY_TERMS, xml_many, "too many clauses");

	rig_init(&r);
	struct text t = TEXT_OF(query);
	xml_nested(&t, GRAPH_QUERY_DEPTH);
	assert_true(matches(&r, query));
	text_clear(&t);
	text_nested(&t, GRAPH_QUERY_DEPTH);
	assert_true(matches(&r, query));
	memset(query, ' ', GRAPH_QUERY_OCTETS + 1);
	query[GRAPH_QUERY_OCTETS + 1] = 0;
	assert_int_equal(parse(&r, query, &q), ERR_FULL);
	assert_non_null(strstr(r.words, "too long"));
	rig_fini(&r);
}

/* GRAPH-5.7 */
static void tells_an_index(void **state)
{
	static const struct {
		const char *query, *name, *value; /* name NULL: nothing to look up */
		bool type;
	} rows[] = {
		{ "author = ann", "author", "ann", false },
		{ "type = note and author = ann", "author", "ann", true },
		{ "type = note", NULL, NULL, true },
		{ "type != note or author = ann", NULL, NULL, false },
		{ "(type = note and (rank = 42 and author != x))", "rank", "42", true },
		{ "rank:int = 042", "rank", "42", false },
		{ "rank = 042", NULL, NULL, false },
		{ "author:string = 042", "author", "042", false },
		{ "author != ann", NULL, NULL, false },
		{ "author = a*", NULL, NULL, false },
		{ "author = a\\*", "author", "a*", false },
		{ "due = 2026-11-21", NULL, NULL, false },
		{ "not author = ann", NULL, NULL, false },
		{ "author = ann or author = bob", NULL, NULL, false },
		{ "creator = 0.ann", NULL, NULL, false },
		{ PEER("<or>" CLAUSE("author", "string", "equal", "ann") "</or>"), "author", "ann",
		  false },
		{ PEER(CLAUSE("peerrecordtype", "string", "equal", "{" TYPE_OTHER "}")), NULL, NULL,
		  true },
		{ PEER(CLAUSE("peerrecordtype", "int", "equal", "1")), NULL, NULL, false },
	};
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct graph_query *q;
		struct span name, value;
		struct graph_guid type;
		assert_int_equal(parse(&r, rows[i].query, &q), OK);
		bool key = graph_query_key(q, &name, &value);
		if (key != (rows[i].name != NULL) || graph_query_type(q, &type) != rows[i].type)
			fail_msg("%s", rows[i].query);
		assert_true(!key || span_eq(name, span_str(rows[i].name)));
		assert_true(!key || span_eq(value, span_str(rows[i].value)));
		graph_query_free(q);
	}
	rig_fini(&r);
}

/* GRAPH-5.4 */
static void words_are_types(void **state)
{
	static const struct {
		const char *word, *guid;
	} rows[] = {
		{ "note", "1bed83fd-e5b5-82b1-a9a4-2a98f114caf2" },
		{ "a", "251b058a-6216-8ce8-8e77-234617bc247b" },
		{ "chat-line", "ceb1c8b6-b461-8134-bdb9-8ec8ab482262" },
	};
	static const char longest[] =
		"a23456789-b23456789-c23456789-d23456789-e23456789-f23456789-123x";
	static const char *const bad[] = { "", "-a", "Note", "a_b", "a b", "\xc3\xa4", "a.b" };
	struct rig r;
	struct graph_guid g, expected;
	rig_init(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(graph_type_of_word(r.crypto, span_str(rows[i].word), &g), OK);
		assert_int_equal(graph_guid_parse(span_str(rows[i].guid), &expected), OK);
		assert_true(graph_guid_eq(&g, &expected));
		assert_false(graph_type_reserved(&g));
	}
	assert_int_equal(graph_type_of_word(r.crypto, span_of(longest, 63), &g), OK);
	assert_int_equal(graph_type_of_word(r.crypto, span_str(longest), &g), ERR_MALFORMED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(graph_type_of_word(r.crypto, span_str(bad[i]), &g), ERR_MALFORMED);
	rig_fini(&r);
}

static const char *const samples[] = {
	"type = note and (author = \"a*\" or not rank > 5) and age < 2d and id = 0ccb*",
	PEER("<or>" CLAUSE("peerrecordid", "string", "equal", ID_TEXT)
		     CLAUSE("b", "int", "less", "5") "</or>"),
};

static void memory_may_fail(void **state)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct rig r;
		struct failing_env f;
		rig_init(&r);
		FAILING_ENV_EACH(f, 1)
		{
			struct graph_query *q = NULL;
			enum err e = graph_query_parse(&q, span_str(samples[i]), r.crypto, &f.env,
						       &r.column, &r.why);
			assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
			graph_query_free(q);
			failing_env_assert_clean(&f);
		}
		rig_fini(&r);
	}
}

/* Never astray, and an error is somewhere in the query. */
static void every_cut_is_a_query_or_an_error(void **state)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (size_t n = 0; n < strlen(samples[i]); n++) {
			struct graph_query *q = NULL;
			char *exact = calloc(1, n + 1);
			memcpy(exact, samples[i], n);
			enum err e = parse(&r, exact, &q);
			assert_true(!e || (r.column >= 1 && r.column <= n + 1 && *r.words));
			assert_true(e || samples[i][0] != '<');
			graph_query_free(q);
			free(exact);
		}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_compares),
		cmocka_unit_test(unknown_attributes_are_false),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(fields_of_a_record),
		cmocka_unit_test(who_modified_it),
		cmocka_unit_test(ages_of_wild_clocks),
		cmocka_unit_test(and_or_not),
		cmocka_unit_test(xml_compares),
		cmocka_unit_test(text_errors_name_the_column),
		cmocka_unit_test(xml_errors_name_the_column),
		cmocka_unit_test(limits),
		cmocka_unit_test(tells_an_index),
		cmocka_unit_test(words_are_types),
		cmocka_unit_test(memory_may_fail),
		cmocka_unit_test(every_cut_is_a_query_or_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
