#include "xml/xml.h"

#include "xml/xml_int.h"

#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

/* One reading. */
struct run {
	const struct xml_limits *limits;
	const struct xml_reader *reader;
	struct xml_fault *why;
	enum err err;
	xmlParserCtxtPtr parser;
	struct span document; /* UTF-8 without a mark */
	size_t place_at;      /* octet of the document that `place` is of */
	struct xml_place place;
	uint32_t depth;
	size_t elements;
	/* Text of the elements that are open, the innermost last, and where each begins. */
	uint8_t *text;
	size_t text_n;
	size_t *starts;
	struct xml_attribute *attributes;
};

/* Forward only but for errors, so that a document is counted once. */
static struct xml_place place_of(struct run *r, size_t at)
{
	if (at < r->place_at) {
		r->place_at = 0;
		r->place = (struct xml_place){ 1, 1 };
	}
	for (; r->place_at < at; r->place_at++) {
		uint8_t c = r->document.p[r->place_at];
		if (c == '\n')
			r->place = (struct xml_place){ r->place.line + 1, 1 };
		else if ((c & 0xc0) != 0x80)
			r->place.column++;
	}
	return r->place;
}

/* How far the parser has come. */
static size_t consumed(const struct run *r)
{
	long at = r->parser ? xmlByteConsumed(r->parser) : 0;
	return at < 0 ? 0 : (size_t)at < r->document.n ? (size_t)at : r->document.n;
}

/* Where the tag begins that is being told: the parser stands in it or right behind it, and
 * a value holds no `<`. */
static struct xml_place tag_place(struct run *r)
{
	size_t at = consumed(r);
	while (at > r->place_at && r->document.p[--at] != '<')
		;
	return place_of(r, at);
}

/* Words of libxml2 end their line, and may quote the document. */
static void put_words(struct xml_fault *why, struct span words)
{
	struct text t = TEXT_OF(why->text);
	while (words.n && words.p[words.n - 1] <= ' ')
		words.n--;
	for (size_t i = 0; i < words.n; i++) {
		uint8_t c = words.p[i];
		text_char(&t, c == '\n' ? ' ' : c < 0x20 || c > 0x7e ? '?' : (char)c);
	}
}

/* The first fault is the one that counts. */
static void fault(struct run *r, enum err e, const char *words, size_t at)
{
	if (r->err)
		return;
	r->err = e;
	if (!r->why)
		return;
	r->why->at = place_of(r, at);
	put_words(r->why, span_str(words));
}

static void stop(struct run *r, enum err e)
{
	if (!r->err)
		r->err = e;
	xmlStopParser(r->parser);
}

static void stop_fault(struct run *r, enum err e, const char *words)
{
	fault(r, e, words, consumed(r));
	xmlStopParser(r->parser);
}

static struct span span_of_xml(const xmlChar *s)
{
	return span_of(s, (size_t)xmlStrlen(s));
}

/* libxml2 gives five pointers an attribute: name, prefix, URI, value, end of it. */
static size_t take_attributes(struct run *r, size_t n, const xmlChar **five)
{
	for (size_t i = 0; i < n; i++, five += 5)
		r->attributes[i] = (struct xml_attribute){
			span_of_xml(five[0]),
			span_of(five[3], (size_t)(five[4] - five[3])),
		};
	return n;
}

static void on_begin(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int n_namespaces, const xmlChar **namespaces, int n_attributes,
		     int n_defaulted, const xmlChar **attributes)
{
	struct run *r = ctx;
	if (r->err)
		return;
	if (r->depth == r->limits->depth) {
		stop_fault(r, ERR_FULL, "elements are nested too deep");
		return;
	}
	if (r->elements == r->limits->elements) {
		stop_fault(r, ERR_FULL, "there are too many elements");
		return;
	}
	r->elements++;
	r->starts[r->depth++] = r->text_n;
	if (!r->reader->begin)
		return;
	size_t n = take_attributes(r, (size_t)n_attributes, attributes);
	enum err e =
		r->reader->begin(r->reader->ctx, span_of_xml(name), r->attributes, n, tag_place(r));
	if (e)
		stop(r, e);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct run *r = ctx;
	if (r->err)
		return;
	size_t start = r->starts[--r->depth];
	struct span text = span_of(r->text + start, r->text_n - start);
	r->text_n = start;
	if (!r->reader->end)
		return;
	enum err e = r->reader->end(r->reader->ctx, span_of_xml(name), text, tag_place(r));
	if (e)
		stop(r, e);
}

/* A reference is longer than what it stands for, so text is never more than the document. */
static void on_text(void *ctx, const xmlChar *s, int n)
{
	struct run *r = ctx;
	if (r->err || n <= 0)
		return;
	assert((size_t)n <= r->document.n - r->text_n);
	memcpy(r->text + r->text_n, s, (size_t)n);
	r->text_n += (size_t)n;
}

/* Comes before anything that stands in it is read. */
static void on_document_type(void *ctx, const xmlChar *name, const xmlChar *external,
			     const xmlChar *system)
{
	stop_fault(ctx, ERR_MALFORMED, "a document type is not accepted");
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	struct run *r = ctx;
	if (error->level < XML_ERR_ERROR)
		return;
	if (error->code == XML_ERR_NO_MEMORY)
		stop(r, ERR_NOMEM);
	else
		stop_fault(r, ERR_MALFORMED, error->message ? error->message : "not well formed");
}

static void set_handlers(xmlSAXHandler *s)
{
	*s = (xmlSAXHandler){
		.internalSubset = on_document_type,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_begin,
		.endElementNs = on_end,
		.serror = on_error,
	};
}

/* What comes from a place of libxml2 that knows no parser would be printed. */
static void on_stray_error(void *ctx, xmlErrorPtr error)
{
}

static void parse(struct run *r)
{
	r->parser = xmlNewParserCtxt();
	if (!r->parser) {
		r->err = ERR_NOMEM;
		return;
	}
	set_handlers(r->parser->sax);
	r->parser->userData = r;
	/* NOENT: the five entities in values; there are no others without a document type. */
	(void)xmlCtxtUseOptions(r->parser, XML_PARSE_NOENT | XML_PARSE_NONET |
						   XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR |
						   XML_PARSE_NOWARNING);
	/* Of a string: read in place, where a buffer would be copied and asked for more. */
	xmlParserInputPtr input = xmlNewStringInputStream(r->parser, r->document.p);
	if (input && inputPush(r->parser, input) >= 0)
		(void)xmlParseDocument(r->parser);
	else
		r->err = ERR_NOMEM;
	if (!r->err && !r->parser->wellFormed)
		fault(r, ERR_MALFORMED, "not well formed", consumed(r));
	xmlFreeParserCtxt(r->parser);
}

static void parse_quietly(struct run *r)
{
	xmlStructuredErrorFunc theirs = xmlStructuredError;
	void *their_context = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(NULL, on_stray_error);
	parse(r);
	xmlSetStructuredErrorFunc(their_context, theirs);
}

/* What libxml2 must not see: what it would take for another encoding, and what makes it
 * slow. */
static bool fit_for_parser(struct run *r)
{
	struct span d = r->document;
	size_t at;
	const uint8_t *zero = memchr(d.p, 0, d.n);
	if (zero) {
		fault(r, ERR_MALFORMED, "there is a zero character", (size_t)(zero - d.p));
		return false;
	}
	if (!d.n || !(d.p[0] == '<' || d.p[0] == ' ' || (d.p[0] >= '\t' && d.p[0] <= '\r'))) {
		fault(r, ERR_MALFORMED, "this does not begin like XML", 0);
		return false;
	}
	if (!xml_tags_within(d, r->limits->attributes, &at)) {
		fault(r, ERR_FULL, "an element has too many attributes", at);
		return false;
	}
	return true;
}

/* The document as UTF-8, ended by a zero, in `room`. */
static void take_document(struct run *r, struct span document, uint8_t *room)
{
	size_t mark, n = 0;
	enum err bad = OK;
	enum xml_encoding e = xml_encoding_of(document, &mark);
	if (mark)
		document = span_of(document.p + mark, document.n - mark);
	if (e != XML_UTF8)
		bad = xml_utf8_of(document, e, room, &n);
	else if (document.n)
		memcpy(room, document.p, n = document.n);
	room[n] = 0;
	r->document = span_of(room, n);
	if (bad)
		fault(r, bad, "this is no valid UTF-16", n);
}

/* One block: arrays, then the document as UTF-8, then texts. */
static uint8_t *make_room(struct run *r, struct span document, const struct env *env)
{
	size_t attributes = r->limits->attributes * sizeof(*r->attributes);
	size_t starts = r->limits->depth * sizeof(*r->starts);
	size_t octets = xml_utf8_room(document.n) + 2;
	uint8_t *block = env_resize(env, NULL, attributes + starts + 2 * octets);
	if (!block)
		return NULL;
	r->attributes = (struct xml_attribute *)(void *)block;
	r->starts = (size_t *)(void *)(block + attributes);
	r->text = block + attributes + starts + octets;
	take_document(r, document, block + attributes + starts);
	return block;
}

enum err xml_read(struct span document, const struct xml_limits *limits, const struct env *env,
		  const struct xml_reader *reader, struct xml_fault *why)
{
	struct run r = { .limits = limits, .reader = reader, .why = why, .place = { 1, 1 } };
	assert(limits->depth <= XML_DEPTH_MAX && limits->octets <= XML_OCTETS_MAX);
	if (document.n > limits->octets) {
		fault(&r, ERR_FULL, "the document is too large", 0);
		return r.err;
	}
	uint8_t *block = make_room(&r, document, env);
	if (!block)
		return ERR_NOMEM;
	if (!r.err && fit_for_parser(&r))
		parse_quietly(&r);
	env_free(env, block);
	return r.err;
}
