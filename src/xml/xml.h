/* xml.h - reads small XML documents from people and peers, and writes them, bounded in
 * every way: no network, no document type, no entities but the five of XML; octets,
 * elements, attributes and depth are limited (DESIGN 3). The only folder that sees libxml2.
 *
 * That library takes its memory from the C library: it could be told otherwise only by
 * globals of the whole process, which belong to the program we may be a guest of. Nothing
 * of it outlives a call but what it makes once for itself; what `env` gives is our own part
 * alone. It reports errors nowhere but here: a handler that the program had set for the
 * thread is set aside for the call, and restored. Any number of threads may read at once. */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/attr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define XML_OCTETS_MAX (64 << 20) /* of a document, whatever a caller allows */
#define XML_DEPTH_MAX  200

/* What a document may have at most. */
struct xml_limits {
	size_t octets, elements;
	uint32_t depth;
	uint32_t attributes; /* of one element, declarations of namespaces included */
};

/* An attribute of an element, without its namespace prefix; declarations of namespaces are
 * left out. Spans are UTF-8 and live for the call. */
struct xml_attribute {
	struct span name, value;
};

/* Line and column from 1, counted in characters. */
struct xml_place {
	size_t line, column;
};

/* What a document says, in its order. Not OK ends the reading with that error. Names come
 * without prefix. `at` is where the tag begins. What is NULL is not told. */
struct xml_reader {
	enum err (*begin)(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			  struct xml_place at);
	/* All text directly inside the element that ends, put together. */
	enum err (*end)(void *ctx, struct span name, struct span text, struct xml_place at);
	void *ctx;
};

/* What is wrong with a document, in printable ASCII, and where. */
#define XML_FAULT_TEXT 160
struct xml_fault {
	struct xml_place at;
	char text[XML_FAULT_TEXT];
};

/* Reads a whole document: UTF-16 of either order where it begins like it, with or without a
 * mark, else UTF-8. What it declares its encoding to be is not looked at: documents travel
 * inside of other things, which decide that. ERR_MALFORMED, ERR_FULL (a limit), both with
 * `why` (may be NULL); ERR_NOMEM, or what the reader gave, which words that itself. */
MUST_USE enum err xml_read(struct span document, const struct xml_limits *limits,
			   const struct env *env, const struct xml_reader *r,
			   struct xml_fault *why);

/* Writes text as an element's content or an attribute's value, escaped; characters that
 * XML cannot hold, and what is no UTF-8: ERR_MALFORMED. No room: t->cut. */
MUST_USE enum err xml_escape(struct text *t, struct span utf8);

#endif
