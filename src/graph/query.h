/* query.h - which records are wanted: the `peersearch` XML of digest graphing 21.1 and a
 * short text form, `type = note and author = "ann" and age < 2d`; doc/graph.md 5. */
#ifndef GRAPH_QUERY_H
#define GRAPH_QUERY_H

#include "graph/attr.h"
#include "graph/types.h"

struct graph_query;

#define GRAPH_QUERY_DEPTH 32
#define GRAPH_QUERY_TERMS 256

/* From either form, told by its first sign: `<` begins XML. ERR_MALFORMED: `why` says
 * what, and *column (from 1, counted in characters) where; ERR_FULL (too deep, too many
 * clauses), ERR_NOMEM. */
MUST_USE enum err graph_query_parse(struct graph_query **out, struct span utf8,
				    const struct env *env, size_t *column, struct text *why);
void graph_query_free(struct graph_query *q);

/* What a record shows to a query: its attributes and the reserved names. */
struct graph_subject {
	const struct graph_attrs *attrs;
	struct graph_guid type, id;
	struct span creator, modifier; /* UTF-8 */
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
