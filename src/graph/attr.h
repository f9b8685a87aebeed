/* attr.h - the attributes of a record: read from their XML once, kept compact in memory
 * for searches (digest graphing 7.6; doc/graph.md 4). */
#ifndef GRAPH_ATTR_H
#define GRAPH_ATTR_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define GRAPH_ATTR_NAME_MAX 40
#define GRAPH_ATTRS_MAX	    256 /* of a record of ours (A42) */
/* Of a document in UTF-16, so that reading one takes no longer than an input may. */
#define GRAPH_ATTRS_OCTETS_MAX (256 << 10)

enum graph_attr_type {
	GRAPH_ATTR_INT,
	GRAPH_ATTR_STRING,
	GRAPH_ATTR_DATE
};

struct graph_attr {
	enum graph_attr_type type;
	struct span name;  /* [0-9A-Za-z]{1,40} */
	struct span value; /* UTF-8; of an int its digits without leading zeros */
	int64_t when;	   /* DATE: us since 1970 UTC */
};

/* One block of memory; env_free(env, a) ends it. NULL: none. */
struct graph_attrs;

/* From the XML of a record: UTF-16BE with terminator. No attribute at all: *out NULL.
 * Names that are reserved are refused too: they exist on every record. ERR_MALFORMED,
 * ERR_FULL (too large), both with `why` (may be NULL) saying what and where; ERR_NOMEM. */
MUST_USE enum err graph_attrs_read(struct graph_attrs **out, struct span utf16,
				   const struct env *env, struct text *why);
/* The same from an application's UTF-8, which may have at most GRAPH_ATTRS_MAX (ERR_FULL). */
MUST_USE enum err graph_attrs_read_utf8(struct graph_attrs **out, struct span utf8,
					const struct env *env, struct text *why);
size_t graph_attrs_octets(const struct graph_attrs *a);
/* Walks: *at starts at 0. */
bool graph_attrs_next(const struct graph_attrs *a, size_t *at, struct graph_attr *out);
bool graph_attr_name_well_formed(struct span name); /* reserved ones are too */
bool graph_attr_name_reserved(struct span name);
const char *graph_attr_type_text(enum graph_attr_type t); /* "int", "string", "date" */
bool graph_attr_type_of(struct span text, enum graph_attr_type *out);

/* Makes the XML document of attributes, UTF-8. ERR_MALFORMED (a name or value that its
 * type does not allow), ERR_FULL (too many), ERR_RANGE (no room). */
MUST_USE enum err graph_attrs_write(const struct graph_attr *a, size_t n, struct text *t);
/* ISO 8601 date, or date and time, of the years 1 to 9999, to us since 1970 UTC; without a
 * zone, UTC. ERR_MALFORMED. date.c */
MUST_USE enum err graph_date_parse(struct span s, int64_t *us);

#endif
