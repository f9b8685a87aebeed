/* query_int.h - a query as a tree, for the files that make one and the one that asks it. */
#ifndef GRAPH_QUERY_INT_H
#define GRAPH_QUERY_INT_H

#include "base/arena.h"
#include "graph/query.h"

#define GRAPH_COMPARES(X)                                                                          \
	X(EQUAL, "equal", "=")                                                                     \
	X(NOTEQUAL, "notequal", "!=")                                                              \
	X(LESS, "less", "<")                                                                       \
	X(GREATER, "greater", ">")                                                                 \
	X(LESSOREQUAL, "lessorequal", "<=")                                                        \
	X(GREATEROREQUAL, "greaterorequal", ">=")
enum graph_compare {
#define X(name, xml, sign) GRAPH_COMPARE_##name,
	GRAPH_COMPARES(X)
#undef X
	GRAPH_COMPARE_COUNT
};

/* What of a record is compared: its name in XML ("" none), in the text form (NULL: as in
 * XML), and the types it has. */
#define GRAPH_FIELDS(X)                                                                            \
	X(ATTRIBUTE, "", NULL, GRAPH_ANY_TYPE)                                                     \
	X(TYPE, "peerrecordtype", "type", GRAPH_TYPE_BIT(STRING))                                  \
	X(ID, "peerrecordid", "id", GRAPH_TYPE_BIT(STRING))                                        \
	X(CREATOR, "peercreatorid", "creator", GRAPH_TYPE_BIT(STRING))                             \
	X(MODIFIER, "peerlastmodifiedby", "modifier", GRAPH_TYPE_BIT(STRING))                      \
	X(CREATED, "peercreationtime", "created", GRAPH_TYPE_BIT(DATE))                            \
	X(MODIFIED, "peerlastmodificationtime", "modified", GRAPH_TYPE_BIT(DATE))                  \
	X(AGE, "", "age", 0)	  /* time since it was created */                                  \
	X(UNCHANGED, "", NULL, 0) /* time since it was modified */
#define GRAPH_TYPE_BIT(t) (1u << GRAPH_ATTR_##t)
#define GRAPH_ANY_TYPE	  (GRAPH_TYPE_BIT(INT) | GRAPH_TYPE_BIT(STRING) | GRAPH_TYPE_BIT(DATE))
enum graph_field {
#define X(name, xml, word, types) GRAPH_FIELD_##name,
	GRAPH_FIELDS(X)
#undef X
	GRAPH_FIELD_COUNT
};

/* In a pattern; no octet of UTF-8 is one of these. */
#define GRAPH_WILD_RUN 0xff
#define GRAPH_WILD_ONE 0xfe

struct graph_clause {
	enum graph_field field;
	enum graph_compare compare;
	unsigned types;	    /* bits of those a value may have to be compared at all */
	struct span name;   /* ATTRIBUTE */
	struct span text;   /* STRING: what it is compared with, escapes undone */
	bool wild;	    /* it is a pattern */
	struct span digits; /* INT: without leading zeros */
	int64_t when;	    /* DATE: us since 1970; AGE, UNCHANGED: us */
	bool is_guid;
	struct graph_guid guid; /* TYPE, ID */
};

enum graph_query_kind {
	GRAPH_QUERY_AND,
	GRAPH_QUERY_OR,
	GRAPH_QUERY_NOT,
	GRAPH_QUERY_CLAUSE
};
struct graph_query_node {
	enum graph_query_kind kind;
	struct graph_query_node *child, *next; /* the first of a list */
	struct graph_clause clause;
};

struct graph_query {
	struct arena arena;
	struct graph_query_node *root;
	size_t clauses;
};

/* Making one: where trouble is told. */
struct graph_query_making {
	struct graph_query *q;
	struct crypto *crypto;
	size_t *column;
	struct text *why;
};

/* Appends a node to the list that *at ends, and moves it on. ERR_NOMEM, ERR_FULL (too many
 * clauses). */
MUST_USE enum err graph_query_add(struct graph_query *q, enum graph_query_kind kind,
				  struct graph_query_node ***at, struct graph_query_node **out);

/* A clause as it was written. */
struct graph_clause_words {
	struct span name;
	unsigned types; /* bits; GRAPH_ANY_TYPE: as the attribute's own */
	enum graph_compare compare;
	struct span value; /* with its escapes */
	bool xml;
};
/* ERR_MALFORMED with `expected` saying what would have been right there, ERR_NOMEM. */
MUST_USE enum err graph_clause_make(struct graph_query_making *m,
				    const struct graph_clause_words *w, struct graph_clause *out,
				    const char **expected);
/* The field of a name; ATTRIBUTE: it is none of ours. */
enum graph_field graph_field_of(struct span name, bool xml);
/* The bit of a type's word; 0: it is none. */
unsigned graph_clause_type(struct span word);

MUST_USE enum err graph_query_read_text(struct graph_query_making *m, struct span utf8);
MUST_USE enum err graph_query_read_xml(struct graph_query_making *m, struct span utf8,
				       const struct env *env);

#endif
