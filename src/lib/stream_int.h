/* stream_int.h - streams of octets beside the operations, and what is made of them. */
#ifndef LIB_STREAM_INT_H
#define LIB_STREAM_INT_H

#include "lib/graph_int.h"

/* stream.c. Its owner is told when it may be ready to be read, or written; it asks for that
 * with lib_stream_want(). Fine to free inside. */
struct lib_stream;
typedef void lib_stream_fn(void *owner);
struct lib_stream_to {
	const char *path, *token; /* as an answer named them */
	lib_stream_fn *ready;
	void *owner;
};
/* HST_E_*, with the last error set. */
int lib_stream_new(struct lib_stream **out, struct hst_ctx *c, const struct lib_stream_to *to);
void lib_stream_free(struct lib_stream *s);
void lib_stream_want(struct lib_stream *s, bool read, bool write);
/* Neither blocks. *taken or *n may be 0. ERR_CLOSED: the other side wants or has no more. */
MUST_USE enum err lib_stream_write(struct lib_stream *s, struct span octets, size_t *taken);
MUST_USE enum err lib_stream_read(struct lib_stream *s, void *p, size_t size, size_t *n);
bool lib_stream_began(const struct lib_stream *s); /* the token has gone */
void lib_stream_shut(struct lib_stream *s);	   /* nothing more is written */

#endif
