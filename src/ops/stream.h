/* stream.h - octets between a program and the daemon: what is too large for an answer, or
 * goes both ways. An operation gives a token; whoever shows it, once and within
 * OPS_TOKEN_LIFE, has the stream. ctl carries streams over stream.sock; a program that has
 * the engine in its own process reads and writes them as they are.
 *
 * A stream holds little: what cannot be read or written now waits where it comes from.
 * Single-threaded, on the engine's loop. doc/graph.md, section 14. */
#ifndef OPS_STREAM_H
#define OPS_STREAM_H

#include "ops/ops.h"

struct ops_stream;

#define OPS_TOKEN_LIFE	   (30 * MONO_SEC)
#define OPS_STREAMS_MAX	   256		 /* with their tokens; then the oldest token is dropped */
#define OPS_DIRECT_MESSAGE (1024 * 1024) /* most data of one message of a direct connection */
#define OPS_DIRECT_HEAD	   20		 /* octets before them: length and data type */

/* ERR_NOT_FOUND: there is no such token, or no longer; else what kept it from beginning,
 * `why` says what. The stream is the caller's until ops_stream_close(). */
MUST_USE enum err ops_stream_claim(struct ops *o, const char *token, struct ops_stream **out,
				   struct text *why);
/* Called when there may be more to read, or room to write; not inside the calls below. */
void ops_stream_on_ready(struct ops_stream *s, ops_ready_fn *ready, void *arg);

/* Octets for the program: *n of them, 0 when there are none now. ERR_CLOSED: there will be no
 * more. Another error: the stream failed, and nothing goes on. */
MUST_USE enum err ops_stream_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n);
/* Octets of the program: *taken of them; less than all: the rest when it is ready.
 * ERR_MALFORMED: they are none that this stream takes. Other errors: it failed. */
MUST_USE enum err ops_stream_write(struct ops_stream *s, struct span octets, size_t *taken);
/* The program writes no more. */
void ops_stream_finish(struct ops_stream *s);
/* The program is gone. NULL is fine. */
void ops_stream_close(struct ops_stream *s);

/* Where the socket for them is to lie: by the name of the control socket. */
const char *ops_stream_path(const struct ops *o);

#endif
