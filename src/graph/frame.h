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
 * making. Both give their memory back when empty. Zeroed but for the first three. */
struct graph_inbox {
	const struct env *env;
	struct graph_sizes sizes; /* how large a message may be; may change */
	uint16_t first_max;	  /* of the first frame of all; 0: as of others */
	uint8_t counted; /* octets of its own that the other side counts in the size of a frame:
			  * 0, or 2, then ours do likewise (A1) */
	bool begun;	 /* a whole frame came */
	bool frame_given, message_given; /* what was gathered lives until the next call */
	uint8_t *frame;			 /* the frame that is not complete, with its head */
	size_t frame_n, frame_room;
	uint8_t *message;
	size_t message_n, message_size, message_room; /* size 0: not known yet */
	struct span rest; /* behind an AUTH_INFO, in its last frame: a token (A56) */
};
void graph_inbox_fini(struct graph_inbox *b);
size_t graph_inbox_octets(const struct graph_inbox *b); /* memory held */

/* Octets of the frame that is not complete; until the next call. */
struct span graph_inbox_unfinished(const struct graph_inbox *b);

/* Takes the next whole frame off *in; its payload lives until the next call or until the
 * octets behind *in end. ERR_NOT_FOUND: *in is used up, more must come. ERR_RANGE: a size of
 * 0 or above the ceiling; the stream is lost. ERR_NOMEM. A frame that lies whole in *in is
 * not copied. */
MUST_USE enum err graph_inbox_frame(struct graph_inbox *b, struct span *in, struct span *payload);
/* Adds plain octets of a frame; OK: *message is whole and lives until the next call, or as
 * long as `plain`. ERR_MALFORMED: a bad head, or octets of a frame behind the end of its
 * message, which is no AUTH_INFO. ERR_NOT_FOUND: more must come. ERR_RANGE (too large),
 * ERR_NOMEM. A message that lies in one frame is not copied. */
MUST_USE enum err graph_inbox_plain(struct graph_inbox *b, struct span plain, struct span *message);

/* How messages are cut: payload of a frame at most, 1 to the ceiling; what its size counts
 * besides (as of the inbox of that link). */
struct graph_framing {
	uint16_t payload;
	uint8_t counted;
};
/* Writes a message as frames. Size of that: */
size_t graph_framed_size(size_t message, size_t payload);
void graph_put_framed(struct wr *w, struct span message, struct graph_framing f);

#endif
