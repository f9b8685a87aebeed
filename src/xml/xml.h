/* xml.h - reads small XML documents from people and peers, and writes them, bounded in
 * every way: no network, no entities but the five of XML, no DTD, depth, size and count
 * limited (DESIGN 3). The only folder that sees libxml2. */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/attr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

struct xml_limits {
	size_t octets, elements;
	uint32_t depth;
};

/* An attribute of an element, without its namespace prefix; declarations of namespaces are
 * left out. Spans are UTF-8 and live for the call. */
struct xml_attribute {
	struct span name, value;
};

/* What a document says, in its order. Not OK ends the reading with that error. Names come
 * without prefix. `at`: line and column from 1 of what is told. */
struct xml_place {
	size_t line, column;
};
struct xml_reader {
	enum err (*begin)(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			  struct xml_place at);
	/* All text directly inside the element that ends, put together. */
	enum err (*end)(void *ctx, struct span name, struct span text, struct xml_place at);
	void *ctx;
};

/* Reads a whole document, UTF-8 or UTF-16 with or without a mark, encoding as XML says.
 * ERR_MALFORMED with `why` (may be NULL) naming line and column, ERR_FULL (a limit),
 * ERR_NOMEM, or what the reader gave. */
MUST_USE enum err xml_read(struct span document, const struct xml_limits *limits,
			   const struct env *env, const struct xml_reader *r, struct text *why);

/* Writes text as an element's content or an attribute's value, escaped; characters that
 * XML cannot hold: ERR_MALFORMED. */
MUST_USE enum err xml_escape(struct text *t, struct span utf8);

#endif
