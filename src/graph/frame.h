/* frame.h - frames: how a message is cut for a stream and put together again
 * (digest graphing 2; doc/graph.md 2). Knows no message but its Message Size. */
#ifndef GRAPH_FRAME_H
#define GRAPH_FRAME_H

#include "base/env.h"
#include "base/err.h"
#include "graph/wire.h"

#define GRAPH_FRAME_HEAD    2
#define GRAPH_FRAME_PAYLOAD 16379 /* as sent without a provider */
#define GRAPH_FRAME_CEILING 32768 /* the most that is read */

/* What came of a stream and is not used up: octets of one frame, and a message in the
 * making. Both give their memory back when empty. Zeroed but for env and record_max. */
struct graph_inbox {
	const struct env *env;
	uint64_t record_max; /* Max Record Size: how large a message may be */
	uint8_t *frame;	     /* the frame that is not complete */
	size_t frame_n, frame_size;
	uint8_t *message;
	size_t message_n, message_size, message_room;
};
void graph_inbox_fini(struct graph_inbox *b);
size_t graph_inbox_octets(const struct graph_inbox *b); /* memory held */

/* Takes the next whole frame off *in; its payload lives until the next call or until the
 * octets behind *in end. ERR_NOT_FOUND: the rest was kept, more must come. ERR_RANGE: a
 * size of 0 or above the ceiling. ERR_NOMEM. */
MUST_USE enum err graph_inbox_frame(struct graph_inbox *b, struct span *in, struct span *payload);
/* Adds plain octets of a frame; OK: *message is whole and lives until the next call.
 * Octets of a frame that lie behind the end of its message: ERR_MALFORMED, as are bad
 * heads. ERR_NOT_FOUND: more must come. ERR_RANGE (too large), ERR_NOMEM. A message that
 * lies in one frame is not copied. */
MUST_USE enum err graph_inbox_plain(struct graph_inbox *b, struct span plain, struct span *message);

/* Writes a message as frames of at most `payload` octets. Size of that: */
size_t graph_framed_size(size_t message, size_t payload);
void graph_put_framed(struct wr *w, struct span message, size_t payload);

#endif
