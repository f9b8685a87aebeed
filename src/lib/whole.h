/* whole.h - whether the stream of a database (GRAPH-7.13) has come to its end: follows the
 * lengths in it, in whatever pieces it comes. Judges no record and no checksum, as an import
 * does; holds nothing of it. */
#ifndef LIB_WHOLE_H
#define LIB_WHOLE_H

#include "base/span.h"

#include <stdbool.h>

enum lib_whole_at {
	LIB_WHOLE_HEAD, /* magic, version, profile */
	LIB_WHOLE_GRAPH_LENGTH,
	LIB_WHOLE_GRAPH,
	LIB_WHOLE_CREATOR_LENGTH,
	LIB_WHOLE_CREATOR,
	LIB_WHOLE_LENGTH, /* of a record; 0: the end begins */
	LIB_WHOLE_RECORD,
	LIB_WHOLE_COUNT, /* of records */
	LIB_WHOLE_SUM,
	LIB_WHOLE_END,
	LIB_WHOLE_BAD /* more than the end, or another number of records */
};
struct lib_whole {
	enum lib_whole_at at;
	uint64_t left;	/* octets of that */
	uint64_t value; /* of the number that is there, as far as it came */
	uint64_t records;
};

void lib_whole_init(struct lib_whole *w);
void lib_whole_take(struct lib_whole *w, struct span octets);
/* All of it came, and nothing behind it. */
bool lib_whole_is(const struct lib_whole *w);

#endif
