/* dump.h - a database as one stream of octets, to be kept or carried elsewhere (doc/graph.md
 * 7). Sliced on both sides. Judges no record: whoever imports validates each as if it had
 * come from a neighbor. Opens no file. */
#ifndef GRAPH_DUMP_H
#define GRAPH_DUMP_H

#include "graph/db.h"

/* What stands before the records. Text is UTF-8, without NUL. */
struct graph_dump_head {
	enum crypto_profile_id profile;
	struct span graph, creator;
};

struct graph_dump;

/* Of all records that are not expired at `now`, tombstones too. Copies head, borrows the
 * rest until it is freed; the database may change meanwhile: what changes behind the walk
 * may come twice, in two versions. ERR_NOMEM, ERR_RANGE (a name is too long). */
MUST_USE enum err graph_dump_new(struct graph_dump **out, const struct graph_dump_head *head,
				 const struct graph_db *db, struct crypto *crypto,
				 const struct env *env, uint64_t now);
void graph_dump_free(struct graph_dump *d);
/* The next octets, of about so many records; they live until the next call. *done with the
 * last ones. ERR_NOMEM, or what the store gives: call again to go on. */
MUST_USE enum err graph_dump_step(struct graph_dump *d, size_t records, struct span *out,
				  bool *done);

struct graph_undump;

/* record_max: octets of a record; more is refused. ERR_NOMEM. */
MUST_USE enum err graph_undump_new(struct graph_undump **out, struct crypto *crypto,
				   const struct env *env, size_t record_max);
void graph_undump_free(struct graph_undump *u);
/* Takes in octets of the stream, in any pieces; take out what they lead to before more is
 * given. ERR_NOMEM. */
MUST_USE enum err graph_undump_feed(struct graph_undump *u, struct span octets);

enum graph_undump_kind {
	GRAPH_UNDUMP_MORE, /* octets are wanted */
	GRAPH_UNDUMP_HEAD,
	GRAPH_UNDUMP_RECORD,
	GRAPH_UNDUMP_END /* and the stream came whole, as it was made */
};
struct graph_undump_out {
	enum graph_undump_kind kind;
	struct graph_dump_head head;
	struct span record;
	uint64_t records; /* so far */
};
/* The next thing in the stream; its spans live until the next call on u. ERR_MALFORMED,
 * ERR_UNSUPPORTED (a later version, a profile that is unknown), ERR_RANGE (a record larger
 * than may be), ERR_CORRUPT (the checksum or the count is another): the stream is of no
 * more use. */
MUST_USE enum err graph_undump_next(struct graph_undump *u, struct graph_undump_out *out);

#endif
