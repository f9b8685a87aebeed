#include "graph/attr.h"

#include "xml/xml.h"

#include <assert.h>

/* A row: when (i64), octets of the value (u32), type (u8), octets of the name (u8), the
 * name's octets, the value's. */
#define ROW_HEAD (sizeof(int64_t) + sizeof(uint32_t) + 2)
/* The shortest element that makes a row is longer than what else the row holds, so that a
 * document's UTF-8 is room enough for all of it. */
#define ELEMENT_MIN (sizeof("<attribute name='' type='int'/>") - 1)
_Static_assert(ROW_HEAD <= ELEMENT_MIN, "a row is no longer than its element");

struct graph_attrs {
	size_t n; /* of octets */
	uint8_t octets[];
};

const char *graph_attr_type_text(enum graph_attr_type t)
{
	static const char *const texts[] = {
		[GRAPH_ATTR_INT] = "int",
		[GRAPH_ATTR_STRING] = "string",
		[GRAPH_ATTR_DATE] = "date",
	};
	return texts[t];
}

bool graph_attr_name_reserved(struct span name)
{
	static const char *const names[] = {
		"peerlastmodifiedby", "peercreatorid",	"peerlastmodificationtime",
		"peerrecordid",	      "peerrecordtype", "peercreationtime",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq(name, span_str(names[i])))
			return true;
	return false;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool graph_attr_name_well_formed(struct span s)
{
	if (!s.n || s.n > GRAPH_ATTR_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t lower = s.p[i] | 0x20;
		if (!is_digit(s.p[i]) && !(lower >= 'a' && lower <= 'z'))
			return false;
	}
	return true;
}

bool graph_attr_type_of(struct span s, enum graph_attr_type *out)
{
	for (enum graph_attr_type t = GRAPH_ATTR_INT; t <= GRAPH_ATTR_DATE; t++)
		if (span_eq(s, span_str(graph_attr_type_text(t)))) {
			*out = t;
			return true;
		}
	return false;
}

static bool digits_alone(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static struct span without_zeros(struct span s)
{
	while (s.n > 1 && s.p[0] == '0')
		s = span_of(s.p + 1, s.n - 1);
	return s;
}

/* Brings a value into the form in which it is kept; false: its type does not allow it. */
static bool value_taken(struct graph_attr *a)
{
	bool good = true;
	a->when = 0;
	switch (a->type) {
	case GRAPH_ATTR_INT:
		good = digits_alone(a->value);
		a->value = without_zeros(a->value);
		break;
	case GRAPH_ATTR_DATE:
		good = graph_date_parse(a->value, &a->when) == OK;
		break;
	case GRAPH_ATTR_STRING:
		break;
	}
	return good;
}

/* ---- reading ---- */

struct reading {
	struct graph_attrs *attrs;
	size_t room, count, most;
	uint32_t depth;
	struct graph_attr now; /* its name is in `name` */
	uint8_t name[GRAPH_ATTR_NAME_MAX];
	struct text *why;
};

static void put_place(struct text *why, struct xml_place at)
{
	text_str(why, "line ");
	text_u64(why, at.line);
	text_str(why, ", column ");
	text_u64(why, at.column);
	text_str(why, ": ");
}

static enum err complain(struct reading *r, struct xml_place at, const char *what, struct span of)
{
	if (r->why) {
		put_place(r->why, at);
		text_str(r->why, what);
		if (of.p)
			text_quoted(r->why, of, GRAPH_ATTR_NAME_MAX);
	}
	return ERR_MALFORMED;
}

static struct span find(const struct xml_attribute *a, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(a[i].name, span_str(name)))
			return a[i].value;
	return span_of(NULL, 0);
}

static enum err begin_root(struct reading *r, struct span name, size_t n, struct xml_place at)
{
	if (!span_eq(name, span_str("attributes")))
		return complain(r, at, "the document is <attributes>, not ", name);
	return n ? complain(r, at, "<attributes> has no attributes of its own", span_of(NULL, 0))
		 : OK;
}

static enum err begin_attribute(struct reading *r, const struct xml_attribute *a, size_t n,
				struct xml_place at)
{
	struct span name = find(a, n, "name"), type = find(a, n, "type");
	if (!name.p || !type.p || n != 2)
		return complain(r, at, "<attribute> has a name and a type and no more",
				span_of(NULL, 0));
	if (!graph_attr_name_well_formed(name))
		return complain(r, at, "a name is 1 to 40 letters and digits, not ", name);
	if (graph_attr_name_reserved(name))
		return complain(r, at, "this name is reserved: ", name);
	if (!graph_attr_type_of(type, &r->now.type))
		return complain(r, at, "a type is int, string or date, not ", type);
	memcpy(r->name, name.p, name.n);
	r->now.name = span_of(r->name, name.n);
	return OK;
}

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct reading *r = ctx;
	if (r->depth == 2)
		return complain(r, at, "<attribute> holds text alone, not ", name);
	if (r->depth++ == 0)
		return begin_root(r, name, n, at);
	if (!span_eq(name, span_str("attribute")))
		return complain(r, at, "<attributes> holds <attribute> alone, not ", name);
	return begin_attribute(r, a, n, at);
}

static void append(struct reading *r, const void *p, size_t n)
{
	assert(n <= r->room - r->attrs->n);
	if (n)
		memcpy(r->attrs->octets + r->attrs->n, p, n);
	r->attrs->n += n;
}

static void append_row(struct reading *r, const struct graph_attr *a)
{
	uint32_t value_n = (uint32_t)a->value.n;
	const uint8_t small[] = { (uint8_t)a->type, (uint8_t)a->name.n };
	append(r, &a->when, sizeof(a->when));
	append(r, &value_n, sizeof(value_n));
	append(r, small, sizeof(small));
	append(r, a->name.p, a->name.n);
	append(r, a->value.p, a->value.n);
}

static bool blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ')
			return false;
	return true;
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct reading *r = ctx;
	if (--r->depth == 0)
		return blank(text) ? OK : complain(r, at, "<attributes> holds no text, as ", text);
	r->now.value = text;
	if (!value_taken(&r->now))
		return complain(r, at,
				r->now.type == GRAPH_ATTR_INT
					? "an int is digits alone, not "
					: "a date is like 2026-11-21 or 2026-11-21T20:43:18Z, not ",
				text);
	if (r->count++ == r->most) {
		(void)complain(r, at, "there are too many attributes", span_of(NULL, 0));
		return ERR_FULL;
	}
	append_row(r, &r->now);
	return OK;
}

static enum err read_document(struct reading *r, struct span document, const struct env *env)
{
	static const struct xml_limits limits = {
		.octets = GRAPH_ATTRS_OCTETS_MAX,
		.elements = GRAPH_ATTRS_OCTETS_MAX / (2 * ELEMENT_MIN),
		.depth = 3,
		.attributes = 8,
	};
	const struct xml_reader reader = { on_begin, on_end, r };
	struct xml_fault fault = { .text = "" };
	enum err e = xml_read(document, &limits, env, &reader, &fault);
	if (e && r->why && *fault.text) {
		put_place(r->why, fault.at);
		text_str(r->why, fault.text);
	}
	return e;
}

/* `n`: of the document in UTF-8, at most. */
static enum err read_attrs(struct graph_attrs **out, struct span document, size_t n, size_t most,
			   const struct env *env, struct text *why)
{
	struct reading r = { .room = n, .most = most, .why = why };
	r.attrs = env_resize(env, NULL, sizeof(*r.attrs) + n);
	if (!r.attrs)
		return ERR_NOMEM;
	r.attrs->n = 0;
	enum err e = read_document(&r, document, env);
	if (e || !r.count) {
		env_free(env, r.attrs);
		if (!e)
			*out = NULL;
		return e;
	}
	struct graph_attrs *less = env_resize(env, r.attrs, sizeof(*r.attrs) + r.attrs->n);
	*out = less ? less : r.attrs;
	return OK;
}

static enum err too_large(struct text *why)
{
	if (why)
		text_str(why, "the attributes are too large");
	return ERR_FULL;
}

enum err graph_attrs_read(struct graph_attrs **out, struct span utf16, const struct env *env,
			  struct text *why)
{
	if (utf16.n > GRAPH_ATTRS_OCTETS_MAX)
		return too_large(why);
	if (!utf16.n) {
		*out = NULL;
		return OK;
	}
	if (utf16.n < 2 || utf16.p[utf16.n - 1] || utf16.p[utf16.n - 2]) {
		if (why)
			text_str(why, "the attributes end without a terminator");
		return ERR_MALFORMED;
	}
	return read_attrs(out, span_of(utf16.p, utf16.n - 2), utf16.n / 2 * 3, SIZE_MAX, env, why);
}

enum err graph_attrs_read_utf8(struct graph_attrs **out, struct span utf8, const struct env *env,
			       struct text *why)
{
	/* What leaves as UTF-16 must fit too, with its terminator. */
	if (utf8.n > GRAPH_ATTRS_OCTETS_MAX / 2 - 1)
		return too_large(why);
	if (!utf8.n) {
		*out = NULL;
		return OK;
	}
	return read_attrs(out, utf8, utf8.n, GRAPH_ATTRS_MAX, env, why);
}

/* ---- walking and writing ---- */

size_t graph_attrs_octets(const struct graph_attrs *a)
{
	return a ? sizeof(*a) + a->n : 0;
}

bool graph_attrs_next(const struct graph_attrs *a, size_t *at, struct graph_attr *out)
{
	if (!a || *at == a->n)
		return false;
	const uint8_t *p = a->octets + *at;
	uint32_t value_n;
	memcpy(&out->when, p, sizeof(out->when));
	memcpy(&value_n, p + sizeof(out->when), sizeof(value_n));
	out->type = p[ROW_HEAD - 2];
	out->name = span_of(p + ROW_HEAD, p[ROW_HEAD - 1]);
	out->value = span_of(out->name.p + out->name.n, value_n);
	*at += ROW_HEAD + out->name.n + value_n;
	return true;
}

static enum err write_one(const struct graph_attr *a, struct text *t)
{
	struct graph_attr copy = *a;
	if (!graph_attr_name_well_formed(a->name) || graph_attr_name_reserved(a->name) ||
	    !value_taken(&copy))
		return ERR_MALFORMED;
	text_str(t, "<attribute name=\"");
	text_span(t, a->name);
	text_str(t, "\" type=\"");
	text_str(t, graph_attr_type_text(a->type));
	text_str(t, "\">");
	enum err e = xml_escape(t, a->value);
	text_str(t, "</attribute>");
	return e;
}

enum err graph_attrs_write(const struct graph_attr *a, size_t n, struct text *t)
{
	if (n > GRAPH_ATTRS_MAX)
		return ERR_FULL;
	text_str(t, "<attributes>");
	for (size_t i = 0; i < n; i++) {
		enum err e = write_one(&a[i], t);
		if (e)
			return e;
	}
	text_str(t, "</attributes>");
	return t->cut ? ERR_RANGE : OK;
}
