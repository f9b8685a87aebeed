#include "../failing_env.h"

#include "graph/attr.h"

/* The document of digest 7.6. */
static const char example[] = "<attributes>\n"
			      "  <attribute name=\"room\" type=\"string\">blue</attribute>\n"
			      "  <attribute name=\"due\" type=\"date\">2024-02-29</attribute>\n"
			      "  <attribute name=\"rank\" type=\"int\">7</attribute>\n"
			      "</attributes>\n";

static char words[256];

static enum err read_utf8(const char *document, struct graph_attrs **out)
{
	struct failing_env f;
	struct text why = TEXT_OF(words);
	failing_env_init(&f, 1);
	enum err e = graph_attrs_read_utf8(out, span_str(document), &f.env, &why);
	assert_int_equal(f.live, !e && *out ? 1 : 0);
	return e;
}

/* As on the wire, with the terminator. */
static size_t to_utf16(const char *s, uint8_t *out)
{
	size_t n = 0;
	do {
		out[n++] = 0;
		out[n++] = (uint8_t)*s;
	} while (*s++);
	return n;
}

static enum err read_utf16(struct span octets, struct graph_attrs **out)
{
	struct failing_env f;
	struct text why = TEXT_OF(words);
	failing_env_init(&f, 1);
	enum err e = graph_attrs_read(out, octets, &f.env, &why);
	assert_int_equal(f.live, !e && *out ? 1 : 0);
	return e;
}

static void holds_example(const struct graph_attrs *a)
{
	static const struct {
		enum graph_attr_type type;
		const char *name, *value;
		int64_t when;
	} rows[] = {
		{ GRAPH_ATTR_STRING, "room", "blue", 0 },
		{ GRAPH_ATTR_DATE, "due", "2024-02-29", INT64_C(1709164800000000) },
		{ GRAPH_ATTR_INT, "rank", "7", 0 },
	};
	struct graph_attr got;
	size_t at = 0;
	for (size_t i = 0; i < 3; i++) {
		assert_true(graph_attrs_next(a, &at, &got));
		assert_int_equal(got.type, rows[i].type);
		assert_true(span_eq(got.name, span_str(rows[i].name)));
		assert_true(span_eq(got.value, span_str(rows[i].value)));
		assert_int_equal(got.when, rows[i].when);
	}
	assert_false(graph_attrs_next(a, &at, &got));
}

/* GRAPH-4.1, GRAPH-4.6 */
static void reads_the_example(void **state)
{
	uint8_t wide[1024];
	struct graph_attrs *a;
	assert_int_equal(read_utf8(example, &a), OK);
	holds_example(a);
	assert_true(graph_attrs_octets(a) < sizeof(example));
	free(a);
	size_t n = to_utf16(example, wide);
	assert_int_equal(read_utf16(span_of(wide, n), &a), OK);
	holds_example(a);
	free(a);
}

/* GRAPH-4.1 (A40) */
static void none_is_none(void **state)
{
	static const char *const empty[] = {
		"", "<attributes/>", "<attributes> \n </attributes>",
		"<?xml version='1.0'?><attributes><!-- x --></attributes>"
	};
	struct graph_attr got;
	size_t at = 0;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		struct graph_attrs *a = (void *)&at;
		assert_int_equal(read_utf8(empty[i], &a), OK);
		assert_null(a);
	}
	struct graph_attrs *a = (void *)&at;
	assert_int_equal(read_utf16(span_of(NULL, 0), &a), OK);
	assert_null(a);
	assert_false(graph_attrs_next(NULL, &at, &got));
	assert_int_equal(graph_attrs_octets(NULL), 0);
}

#define ONE(name, type, value)                                                                     \
	"<attributes><attribute name='" name "' type='" type "'>" value "</attribute></attributes>"
#define FORTY "a123456789b123456789c123456789d123456789"

/* GRAPH-4.1, GRAPH-4.2, GRAPH-4.3 */
static void refuses_what_the_schema_does_not_allow(void **state)
{
	static const struct {
		const char *document, *words;
	} bad[] = {
		{ "<a/>", "line 1, column 1: the document is <attributes>" },
		{ "<attributes x='y'/>", "no attributes of its own" },
		{ "<attributes>x</attributes>", "holds no text" },
		{ "<attributes><a/></attributes>", "column 13: <attributes> holds <attribute>" },
		{ "<attributes><attribute name='a'>x</attribute></attributes>", "name and a type" },
		{ "<attributes><attribute type='int'>1</attribute></attributes>",
		  "name and a type" },
		{ "<attributes><attribute name='a' type='int' x=''>1</attribute></attributes>",
		  "no more" },
		{ "<attributes><attribute name='a' type='string'><b/></attribute></attributes>",
		  "text alone" },
		{ ONE("", "int", "1"), "letters and digits" },
		{ ONE("a b", "int", "1"), "\"a b\"" },
		{ ONE("\xc3\xa4", "int", "1"), "letters and digits" },
		{ ONE(FORTY "e", "int", "1"), "letters and digits" },
		{ ONE("peerrecordid", "string", "x"), "reserved" },
		{ ONE("peercreationtime", "date", "2024-01-01"), "reserved" },
		{ ONE("a", "Int", "1"), "a type is" },
		{ ONE("a", "", "1"), "a type is" },
		{ ONE("a", "int", ""), "digits alone" },
		{ ONE("a", "int", "-1"), "digits alone" },
		{ ONE("a", "int", " 1"), "digits alone" },
		{ ONE("a", "date", "yesterday"), "a date is like" },
		{ ONE("a", "date", "2023-02-29"), "a date is like" },
		{ "<attributes>", "column" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct graph_attrs *a = NULL;
		if (read_utf8(bad[i].document, &a) != ERR_MALFORMED)
			fail_msg("taken: %s", bad[i].document);
		if (!strstr(words, bad[i].words))
			fail_msg("%s: %s", bad[i].document, words);
		assert_null(a);
	}
}

static void keeps_values(void **state)
{
	static const struct {
		const char *document, *name, *value;
	} rows[] = {
		{ ONE(FORTY, "string", " a &lt;b&gt; "), FORTY, " a <b> " },
		{ ONE("Z9", "int", "000"), "Z9", "0" },
		{ ONE("a", "int", "0012345678901234567890123"), "a", "12345678901234567890123" },
		{ ONE("a", "string", ""), "a", "" },
		{ ONE("peerrecordidx", "string", "<![CDATA[<]]>"), "peerrecordidx", "<" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct graph_attrs *a;
		struct graph_attr got;
		size_t at = 0;
		assert_int_equal(read_utf8(rows[i].document, &a), OK);
		assert_true(graph_attrs_next(a, &at, &got));
		assert_true(span_eq(got.name, span_str(rows[i].name)));
		assert_true(span_eq(got.value, span_str(rows[i].value)));
		free(a);
	}
}

static void every_cut_is_refused(void **state)
{
	uint8_t wide[1024];
	size_t n = to_utf16(example, wide);
	struct graph_attrs *a;
	for (size_t cut = 1; cut < n; cut++) {
		assert_int_equal(read_utf16(span_of(wide, cut), &a), ERR_MALFORMED);
		assert_true(*words);
	}
	wide[1] = 0;
	assert_int_equal(read_utf16(span_of(wide, n), &a), ERR_MALFORMED);
}

static size_t many(char *out, size_t count, const char *one)
{
	size_t n = strlen(strcpy(out, "<attributes>"));
	for (size_t i = 0; i < count; i++)
		n += strlen(strcpy(out + n, one));
	return n + strlen(strcpy(out + n, "</attributes>"));
}

/* GRAPH-4.4 (A42) */
static void ours_are_counted_theirs_are_not(void **state)
{
	static char document[GRAPH_ATTRS_OCTETS_MAX];
	static uint8_t wide[2 * GRAPH_ATTRS_OCTETS_MAX];
	static const char one[] = "<attribute name='a' type='int'>1</attribute>";
	struct graph_attrs *a;

	many(document, GRAPH_ATTRS_MAX, one);
	assert_int_equal(read_utf8(document, &a), OK);
	free(a);
	many(document, GRAPH_ATTRS_MAX + 1, one);
	assert_int_equal(read_utf8(document, &a), ERR_FULL);
	assert_non_null(strstr(words, "too many"));
	size_t most = (GRAPH_ATTRS_OCTETS_MAX / 2 - 26) / (sizeof(one) - 1);
	many(document, most, one);
	size_t n = to_utf16(document, wide);
	assert_int_equal(read_utf16(span_of(wide, n), &a), OK);
	free(a);
	many(document, most + 1, one);
	n = to_utf16(document, wide);
	assert_int_equal(read_utf16(span_of(wide, n), &a), ERR_FULL);
	memset(document, ' ', sizeof(document) - 1);
	assert_int_equal(read_utf8(document, &a), ERR_FULL);
	assert_string_equal(words, "the attributes are too large");
}

static void memory_may_fail(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct graph_attrs *a = NULL;
		enum err e = graph_attrs_read_utf8(&a, span_str(example), &f.env, NULL);
		/* Without memory for less, the block stays as large as it was. */
		assert_true(f.failed ? !e || e == ERR_NOMEM : !e);
		if (!e)
			holds_example(a);
		env_free(&f.env, a);
		failing_env_assert_clean(&f);
	}
}

static void knows_reserved_names(void **state)
{
	assert_true(graph_attr_name_reserved(span_str("peerlastmodifiedby")));
	assert_true(graph_attr_name_reserved(span_str("peercreatorid")));
	assert_true(graph_attr_name_reserved(span_str("peerlastmodificationtime")));
	assert_true(graph_attr_name_reserved(span_str("peerrecordid")));
	assert_true(graph_attr_name_reserved(span_str("peerrecordtype")));
	assert_true(graph_attr_name_reserved(span_str("peercreationtime")));
	assert_false(graph_attr_name_reserved(span_str("peer")));
	assert_false(graph_attr_name_reserved(span_str("PeerRecordId")));
}

static struct graph_attr attr(enum graph_attr_type t, const char *name, const char *value)
{
	return (struct graph_attr){ t, span_str(name), span_str(value), 0 };
}

static void writes_what_it_reads(void **state)
{
	const struct graph_attr list[] = {
		attr(GRAPH_ATTR_STRING, "a", "x<y> & \"z\"\n"),
		attr(GRAPH_ATTR_INT, "b", "42"),
		attr(GRAPH_ATTR_DATE, "c", "2024-02-29T12:00:00Z"),
		attr(GRAPH_ATTR_STRING, "a", ""),
	};
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	struct graph_attrs *a;
	struct graph_attr got;
	size_t at = 0;

	assert_int_equal(graph_attrs_write(list, 4, &t), OK);
	assert_int_equal(read_utf8(buffer, &a), OK);
	for (size_t i = 0; i < 4; i++) {
		assert_true(graph_attrs_next(a, &at, &got));
		assert_true(got.type == list[i].type && span_eq(got.name, list[i].name) &&
			    span_eq(got.value, list[i].value));
	}
	assert_false(graph_attrs_next(a, &at, &got));
	free(a);
	text_clear(&t);
	assert_int_equal(graph_attrs_write(NULL, 0, &t), OK);
	assert_string_equal(buffer, "<attributes></attributes>");
}

static void refuses_to_write_what_it_would_not_read(void **state)
{
	const struct graph_attr bad[] = {
		attr(GRAPH_ATTR_STRING, "a b", "x"),	      attr(GRAPH_ATTR_STRING, "", "x"),
		attr(GRAPH_ATTR_STRING, "peerrecordid", "x"), attr(GRAPH_ATTR_INT, "a", "1x"),
		attr(GRAPH_ATTR_DATE, "a", "2024"),	      attr(GRAPH_ATTR_STRING, "a", "\x01"),
	};
	const struct graph_attr good = attr(GRAPH_ATTR_STRING, "a", "x");
	char buffer[512], small[70];
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct text t = TEXT_OF(buffer);
		assert_int_equal(graph_attrs_write(&bad[i], 1, &t), ERR_MALFORMED);
	}
	struct text t = TEXT_OF(small);
	assert_int_equal(graph_attrs_write(&good, 1, &t), ERR_RANGE);
	assert_int_equal(graph_attrs_write(&good, GRAPH_ATTRS_MAX + 1, &t), ERR_FULL);
}

/* GRAPH-4.3 */
static void reads_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds, us;
	} rows[] = {
		{ "1970-01-01", 0, 0 },
		{ "19700102", 86400, 0 },
		{ "2024-02-29", 1709164800, 0 },
		{ "2000-03-01", 951868800, 0 },
		{ "1969-12-31T23:59:59Z", -1, 0 },
		{ "0001-01-01", -62135596800, 0 },
		{ "9999-12-31T23:59:59.999999Z", 253402300799, 999999 },
		{ "2026-11-21T20:43:18Z", 1795293798, 0 },
		{ "2026-11-21 20:43:18", 1795293798, 0 },
		{ "20261121T204318Z", 1795293798, 0 },
		{ "2026-11-21t21:43:18+01:00", 1795293798, 0 },
		{ "2026-11-21T15:13:18-0530", 1795293798, 0 },
		{ "2026-11-21T21:43:18+01", 1795293798, 0 },
		{ "2026-11-21T20:43", 1795293780, 0 },
		{ "2026-11-21T2043z", 1795293780, 0 },
		{ "2026-11-21T20:43:18.5", 1795293798, 500000 },
		{ "2026-11-21T20:43:18,1234567Z", 1795293798, 123456 },
		{ "2026-11-20T24:00", 1795219200, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t us = -7;
		if (graph_date_parse(span_str(rows[i].text), &us))
			fail_msg("refused: %s", rows[i].text);
		assert_int_equal(us, rows[i].seconds * 1000000 + rows[i].us);
	}
}

static void refuses_what_is_no_date(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"2024",
		"2024-02",
		"2024-2-9",
		"2024-02-30",
		"2023-02-29",
		"1900-02-29",
		"2024-00-01",
		"2024-13-01",
		"2024-01-00",
		"2024-01-32",
		"0000-01-01",
		"2024-0101",
		"202401-01",
		"-2024-01-01",
		"2024-01-01T",
		"2024-01-01T1",
		"2024-01-01T25:00",
		"2024-01-01T24:01",
		"2024-01-01T12:60",
		"2024-01-01T12:00:61",
		"2024-01-01T12:00:0",
		"2024-01-01T12:00:00.",
		"2024-01-01T12:00+",
		"2024-01-01T12:00+24",
		"2024-01-01T12:00+01:60",
		"2024-01-01T12:00+01:",
		"2024-01-01T12:00ZZ",
		"2024-01-01T12:00 ",
		"2024-01-01Z",
		"2024-01-01x",
		" 2024-01-01",
	};
	int64_t us = -7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (graph_date_parse(span_str(bad[i]), &us) != ERR_MALFORMED)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(us, -7);
}

/* What text_wall words is read again, whatever the day. */
static void dates_are_read_as_written(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 5);
	for (int i = 0; i < 2000; i++) {
		int64_t s = (int64_t)env_random_below(&f.env, 315537897600) - 62135596800, us;
		char buffer[32];
		struct text t = TEXT_OF(buffer);
		text_wall(&t, s * 1000000);
		assert_int_equal(graph_date_parse(span_str(buffer), &us), OK);
		assert_int_equal(us, s * 1000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_example),
		cmocka_unit_test(none_is_none),
		cmocka_unit_test(refuses_what_the_schema_does_not_allow),
		cmocka_unit_test(keeps_values),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(ours_are_counted_theirs_are_not),
		cmocka_unit_test(memory_may_fail),
		cmocka_unit_test(knows_reserved_names),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(refuses_to_write_what_it_would_not_read),
		cmocka_unit_test(reads_dates),
		cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(dates_are_read_as_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
