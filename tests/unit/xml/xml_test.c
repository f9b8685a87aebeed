#include "failing_env.h"
#include "xml/xml_int.h"

#include <fcntl.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <unistd.h>

static const struct xml_limits plenty = { 65536, 1000, 20, 10 };

/* A reader that writes down what it is told: `(a k=v ` at a start, `"text")` at an end. */
struct told {
	char buffer[4096];
	struct text text;
	struct xml_place place[16]; /* of starts and ends */
	size_t n;
	struct span refuse; /* the element whose start or end is refused */
	bool at_end;
};

static enum err refused(const struct told *t, struct span name, bool at_end)
{
	return t->at_end == at_end && span_eq(name, t->refuse) ? ERR_DENIED : OK;
}

static void note_place(struct told *t, struct xml_place at)
{
	if (t->n < sizeof(t->place) / sizeof(t->place[0]))
		t->place[t->n++] = at;
}

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct told *t = ctx;
	note_place(t, at);
	text_char(&t->text, '(');
	text_span(&t->text, name);
	for (size_t i = 0; i < n; i++) {
		text_char(&t->text, ' ');
		text_span(&t->text, a[i].name);
		text_char(&t->text, '=');
		text_span(&t->text, a[i].value);
	}
	return refused(t, name, false);
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct told *t = ctx;
	note_place(t, at);
	text_str(&t->text, " '");
	text_span(&t->text, text);
	text_str(&t->text, "')");
	return refused(t, name, true);
}

static enum err read_with(struct told *t, struct span document, const struct xml_limits *limits,
			  struct xml_fault *why)
{
	struct failing_env f;
	const struct xml_reader r = { on_begin, on_end, t };
	failing_env_init(&f, 1);
	t->text = TEXT_OF(t->buffer);
	t->n = 0;
	enum err e = xml_read(document, limits, &f.env, &r, why);
	failing_env_assert_clean(&f);
	return e;
}

static void reads_as(const char *document, const char *expected)
{
	struct told t = { .n = 0 };
	struct xml_fault why = { .text = "" };
	if (read_with(&t, span_str(document), &plenty, &why))
		fail_msg("%s: %s", document, why.text);
	assert_string_equal(t.buffer, expected);
}

static void tells_elements_attributes_and_text(void **state)
{
	reads_as("<a/>", "(a '')");
	reads_as("<?xml version=\"1.0\"?>\n<!-- c --><a k='v' l=\"w\">x</a>\n", "(a k=v l=w 'x')");
	reads_as("<a>x<b>y</b>z<c>p<d>q</d>r</c>!</a>", "(a(b 'y')(c(d 'q') 'pr') 'xz!')");
	reads_as("<a><![CDATA[<&>]]>&lt;&#65;&#x20ac;<!-- no --></a>", "(a '<&><A\xe2\x82\xac')");
	reads_as("<a k='&amp;&lt;&quot;&apos;&gt;'>&amp;</a>", "(a k=&<\"'> '&')");
	reads_as("<a k='x\ty'>  x\r\ny </a>", "(a k=x y '  x\ny ')");
}

static void leaves_prefixes_and_namespaces_out(void **state)
{
	reads_as("<p:a xmlns:p='urn:x' xmlns='urn:y' p:k='v'><p:b/></p:a>", "(a k=v(b '') '')");
}

/* Octets decide, not what they declare. */
static void a_declared_encoding_is_not_looked_at(void **state)
{
	reads_as("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc3\xa9</a>", "(a '\xc3\xa9')");
	reads_as("<?xml version='1.0' encoding='UTF-16'?><a>x</a>", "(a 'x')");
	reads_as("<?xml version='1.0' encoding='no-such'?><a>x</a>", "(a 'x')");
	reads_as("\xef\xbb\xbf<a>x</a>", "(a 'x')");
}

static size_t to_utf16(const char *s, bool little, bool mark, uint8_t *out)
{
	size_t n = 0;
	if (mark) {
		out[n++] = little ? 0xff : 0xfe;
		out[n++] = little ? 0xfe : 0xff;
	}
	for (; *s; s++) {
		out[n++] = little ? (uint8_t)*s : 0;
		out[n++] = little ? 0 : (uint8_t)*s;
	}
	return n;
}

static void reads_utf16_of_either_order(void **state)
{
	uint8_t octets[256];
	for (unsigned kind = 0; kind < 4; kind++) {
		struct told t = { .n = 0 };
		size_t n = to_utf16("<?xml version='1.0' encoding='utf-8'?><a k='v'>x</a>",
				    kind & 1, kind & 2, octets);
		assert_int_equal(read_with(&t, span_of(octets, n), &plenty, NULL), OK);
		assert_string_equal(t.buffer, "(a k=v 'x')");
	}
}

static void joins_pairs_and_refuses_halves(void **state)
{
	const uint8_t pair[] = "\0<\0a\0>\xd8\x3d\xde\x00\x20\xac\0\xe9\0<\0/\0a\0>";
	const uint8_t halves[][10] = { "\0<\0a\0>\xd8\x3d", "\0<\0a\0>\xde\x00" };
	struct told t = { .n = 0 };
	struct xml_fault why;

	assert_int_equal(read_with(&t, span_of(pair, sizeof(pair) - 1), &plenty, &why), OK);
	assert_string_equal(t.buffer, "(a '\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9')");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(read_with(&t, span_of(halves[i], 8), &plenty, &why),
				 ERR_MALFORMED);
		assert_int_equal(why.at.column, 4);
		assert_non_null(strstr(why.text, "UTF-16"));
	}
	assert_int_equal(read_with(&t, span_of(pair, sizeof(pair) - 2), &plenty, NULL),
			 ERR_MALFORMED);
}

static void refuses_what_is_not_well_formed(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"x",
		"a<a/>",
		"<a>",
		"<a></b>",
		"<a/><b/>",
		"<a/>x",
		"<a k=v/>",
		"<a k='v' k='w'/>",
		"<a>&none;</a>",
		"<a>&#0;</a>",
		"<a>\x01</a>",
		"<a>\xff</a>",
		"<a>\xc0\x80</a>",
		"<a>\xed\xa0\x80</a>",
		"<a k='<'/>",
		"<p:a/>",
		"<a><!-- -- --></a>",
		"<a>]]></a>",
		"\x4c\x6f\xa7\x94",
		"<?xml version='1.0'?>",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t = { .n = 0 };
		struct xml_fault why = { .text = "" };
		if (read_with(&t, span_str(bad[i]), &plenty, &why) != ERR_MALFORMED)
			fail_msg("taken: %s", bad[i]);
		assert_true(*why.text && why.at.line >= 1 && why.at.column >= 1);
	}
	struct told t = { .n = 0 };
	assert_int_equal(read_with(&t, span_of("<a>\0</a>", 8), &plenty, NULL), ERR_MALFORMED);
	/* What other encodings begin with. */
	assert_int_equal(read_with(&t, span_of("<\0\0\0a\0\0\0", 8), &plenty, NULL), ERR_MALFORMED);
	assert_int_equal(read_with(&t, span_of("\0\0\0<\0\0\0a", 8), &plenty, NULL), ERR_MALFORMED);
}

/* GRAPH-4.5 */
static void refuses_document_types(void **state)
{
	static const char *const bad[] = {
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>",
		"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
		"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://192.0.2.1/x'>%p;]><a/>",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t = { .n = 0 };
		struct xml_fault why;
		assert_int_equal(read_with(&t, span_str(bad[i]), &plenty, &why), ERR_MALFORMED);
		assert_string_equal(why.text, "a document type is not accepted");
		assert_string_equal(t.buffer, "");
	}
}

static void holds_to_limits(void **state)
{
	static const struct xml_limits tight = { 40, 3, 2, 2 };
	static const struct {
		const char *document;
		const char *words; /* NULL: it fits */
	} rows[] = {
		{ "<a><b/><c/></a>", NULL },
		{ "<a><b/><c/><d/></a>", "elements" },
		{ "<a><b><c/></b></a>", "deep" },
		{ "<a k='=' l='v>='/>", NULL },
		{ "<a k='' l='' m=''/>", "attributes" },
		{ "<a k='>' l='>' m='>'/>", "attributes" },
		{ "<a k='\"' l='' m=''/>", "attributes" },
		{ "<a>=========</a>", NULL },
		{ "<a><!-- <b = = = > --><c/></a>", NULL },
		{ "<a><![CDATA[<b = = = >]]></a>", NULL },
		{ "<?xml version='1.0' standalone='yes'?><a/>", "large" },
		{ "<?x a=b c=d e=f?><a/>", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct told t = { .n = 0 };
		struct xml_fault why = { .text = "" };
		enum err e = read_with(&t, span_str(rows[i].document), &tight, &why);
		assert_int_equal(e, rows[i].words ? ERR_FULL : OK);
		assert_true(!rows[i].words || strstr(why.text, rows[i].words));
	}
}

static void tells_where_tags_begin(void **state)
{
	static const struct xml_place expected[] = {
		{ 1, 1 },  { 2, 3 },  { 2, 18 }, { 2, 23 },
		{ 2, 23 }, { 2, 27 }, { 2, 30 }, { 2, 34 },
	};
	struct told t = { .n = 0 };
	const char *document = "<a>\n  <b k='\xc3\xa9>'>text1</b> <c/><d></d></a>";
	assert_int_equal(read_with(&t, span_str(document), &plenty, NULL), OK);
	assert_int_equal(t.n, 8);
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.place[i].line, expected[i].line);
		assert_int_equal(t.place[i].column, expected[i].column);
	}
}

static void a_fault_tells_where(void **state)
{
	struct told t = { .n = 0 };
	struct xml_fault why;
	assert_int_equal(read_with(&t, span_str("<a>\n<b>\n</c></a>"), &plenty, &why),
			 ERR_MALFORMED);
	assert_int_equal(why.at.line, 3);
	assert_non_null(strstr(why.text, "mismatch"));
	assert_null(strchr(why.text, '\n'));
	assert_int_equal(read_with(&t, span_str("<a><\xc3\xa9></a>"), &plenty, &why),
			 ERR_MALFORMED);
	for (const char *p = why.text; *p; p++)
		assert_in_range(*p, 0x20, 0x7e);
}

static void the_reader_ends_it(void **state)
{
	static const char document[] = "<a><b>x</b><c/></a>";
	struct told t = { .refuse = span_str("b") };
	struct xml_fault why = { .text = "" };
	assert_int_equal(read_with(&t, span_str(document), &plenty, &why), ERR_DENIED);
	assert_string_equal(t.buffer, "(a(b");
	assert_string_equal(why.text, "");
	t.at_end = true;
	assert_int_equal(read_with(&t, span_str(document), &plenty, &why), ERR_DENIED);
	assert_string_equal(t.buffer, "(a(b 'x')");
}

static void what_is_not_wanted_is_not_told(void **state)
{
	struct failing_env f;
	const struct xml_reader none = { NULL, NULL, NULL };
	failing_env_init(&f, 1);
	assert_int_equal(xml_read(span_str("<a><b/></a>"), &plenty, &f.env, &none, NULL), OK);
	failing_env_assert_clean(&f);
}

static void every_cut_is_refused(void **state)
{
	static const char document[] =
		"<?xml version='1.0'?><!-- c --><a k='v'><![CDATA[d]]>&lt;<b/></a>";
	uint8_t wide[256];
	for (size_t n = 0; n < sizeof(document) - 1; n++) {
		struct told t = { .n = 0 };
		assert_int_equal(read_with(&t, span_of(document, n), &plenty, NULL), ERR_MALFORMED);
	}
	size_t whole = to_utf16(document, false, true, wide);
	for (size_t n = 0; n < whole; n++) {
		struct told t = { .n = 0 };
		assert_int_equal(read_with(&t, span_of(wide, n), &plenty, NULL), ERR_MALFORMED);
	}
}

static void memory_may_fail(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct told t = { .n = 0 };
		const struct xml_reader r = { on_begin, on_end, &t };
		t.text = TEXT_OF(t.buffer);
		enum err e = xml_read(span_str("<a>x</a>"), &plenty, &f.env, &r, NULL);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		failing_env_assert_clean(&f);
	}
}

static void theirs(void *ctx, xmlErrorPtr error)
{
	(*(int *)ctx)++;
}

/* A guest prints nothing, and leaves its host's handler alone. */
static void nothing_is_printed_and_handlers_stay(void **state)
{
	static const char *const bad[] = { "<a>\xff\xfe</a>", "<a>&x;</a>", "<a",
					   "<!DOCTYPE a><a/>" };
	int calls = 0, pipes[2], real = dup(2);
	char c;
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	assert_true(dup2(pipes[1], 2) >= 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t = { .n = 0 };
		xmlSetStructuredErrorFunc(NULL, NULL);
		(void)read_with(&t, span_str(bad[i]), &plenty, NULL);
		xmlSetStructuredErrorFunc(&calls, theirs);
		(void)read_with(&t, span_str(bad[i]), &plenty, NULL);
		assert_true(xmlStructuredError == theirs && xmlStructuredErrorContext == &calls);
	}
	xmlSetStructuredErrorFunc(NULL, NULL);
	fflush(stderr);
	dup2(real, 2);
	close(real);
	assert_int_equal(read(pipes[0], &c, 1), -1);
	assert_int_equal(calls, 0);
	close(pipes[0]);
	close(pipes[1]);
}

static void escapes_what_means_something(void **state)
{
	char buffer[256];
	struct text t = TEXT_OF(buffer);
	assert_int_equal(xml_escape(&t, span_str("a<&>\"'\t\n\r \xc3\xa9\xf0\x9f\x98\x80")), OK);
	assert_string_equal(buffer, "a&lt;&amp;&gt;&quot;&apos;&#9;&#10;&#13; \xc3\xa9"
				    "\xf0\x9f\x98\x80");
	assert_int_equal(xml_escape(&t, span_of(NULL, 0)), OK);
}

static void refuses_to_write_what_xml_cannot_hold(void **state)
{
	static const char *const bad[] = { "\x01",
					   "\x1f",
					   "\xef\xbf\xbe",
					   "\xef\xbf\xbf",
					   "\x80",
					   "\xc3",
					   "\xc0\x80",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf4\x90\x80\x80",
					   "\xf8\x80\x80\x80",
					   "\xf0\x8f\xbf\xbf" };
	char buffer[64];
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct text t = TEXT_OF(buffer);
		assert_int_equal(xml_escape(&t, span_str(bad[i])), ERR_MALFORMED);
	}
	struct text t = TEXT_OF(buffer);
	assert_int_equal(xml_escape(&t, span_of("\0", 1)), ERR_MALFORMED);
}

/* What is escaped is read again as it was, as text and as a value. */
static void what_is_written_is_read(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 3);
	for (int round = 0; round < 300; round++) {
		char plain[32], document[512];
		struct text t = TEXT_OF(document);
		size_t n = 1 + env_random_below(&f.env, sizeof(plain) - 2);
		for (size_t i = 0; i < n; i++)
			plain[i] = "<>&\"' \n\t\rax;#]["[env_random_below(&f.env, 15)];
		plain[n] = 0;
		text_str(&t, "<a k=\"");
		assert_int_equal(xml_escape(&t, span_of(plain, n)), OK);
		text_str(&t, "\">");
		assert_int_equal(xml_escape(&t, span_of(plain, n)), OK);
		text_str(&t, "</a>");
		char expected[128];
		snprintf(expected, sizeof(expected), "(a k=%s '%s')", plain, plain);
		reads_as(document, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_elements_attributes_and_text),
		cmocka_unit_test(leaves_prefixes_and_namespaces_out),
		cmocka_unit_test(a_declared_encoding_is_not_looked_at),
		cmocka_unit_test(reads_utf16_of_either_order),
		cmocka_unit_test(joins_pairs_and_refuses_halves),
		cmocka_unit_test(refuses_what_is_not_well_formed),
		cmocka_unit_test(refuses_document_types),
		cmocka_unit_test(holds_to_limits),
		cmocka_unit_test(tells_where_tags_begin),
		cmocka_unit_test(a_fault_tells_where),
		cmocka_unit_test(the_reader_ends_it),
		cmocka_unit_test(what_is_not_wanted_is_not_told),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(memory_may_fail),
		cmocka_unit_test(nothing_is_printed_and_handlers_stay),
		cmocka_unit_test(escapes_what_means_something),
		cmocka_unit_test(refuses_to_write_what_xml_cannot_hold),
		cmocka_unit_test(what_is_written_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
