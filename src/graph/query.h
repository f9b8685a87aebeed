/* query.h - which records are wanted: the `peersearch` XML of digest graphing 21.1 and a
 * short text form, `type = note and author = "ann" and age < 2d`; doc/graph.md 5. */
#ifndef GRAPH_QUERY_H
#define GRAPH_QUERY_H

#include "graph/attr.h"
#include "graph/types.h"

struct crypto;
struct graph_query;

#define GRAPH_QUERY_DEPTH  32
#define GRAPH_QUERY_TERMS  256
#define GRAPH_QUERY_OCTETS 65536

/* A record type that is written as a word: [a-z0-9][a-z0-9-]{0,62}, the same GUID wherever
 * it is written. ERR_MALFORMED: it is no such word. */
#define GRAPH_TYPE_WORD_MAX 63
MUST_USE enum err graph_type_of_word(struct crypto *c, struct span word, struct graph_guid *out);

/* From either form, told by its first sign: `<` begins XML. Borrows crypto for the call and
 * env for the query's life. ERR_MALFORMED, ERR_FULL (too long, too deep, too many clauses):
 * `why` says what, and *column (from 1, counted in characters; of XML in its line) where;
 * ERR_NOMEM. */
MUST_USE enum err graph_query_parse(struct graph_query **out, struct span utf8, struct crypto *c,
				    const struct env *env, size_t *column, struct text *why);
void graph_query_free(struct graph_query *q);

/* What a record shows to a query: its attributes and the reserved names. */
struct graph_subject {
	const struct graph_attrs *attrs;
	struct graph_guid type, id;
	struct span creator, modifier; /* UTF-8; modifier empty: never modified */
	int64_t created, modified;     /* us since 1970 UTC */
	int64_t now;		       /* likewise; for `age` */
};
bool graph_query_match(const struct graph_query *q, const struct graph_subject *s);

/* An attribute that every match must have with exactly this value, for whoever keeps an
 * index; false: there is none. Spans live as long as q. */
bool graph_query_key(const struct graph_query *q, struct span *name, struct span *value);
/* The type that every match must have; false: there is none such. */
bool graph_query_type(const struct graph_query *q, struct graph_guid *type);

#endif
