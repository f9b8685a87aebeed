/* stream_int.h - inside of ops: streams and the files that make them. */
#ifndef OPS_STREAM_INT_H
#define OPS_STREAM_INT_H

#include "ops/graph_int.h"
#include "ops/stream.h"

/* What a kind of streams does; begin may be NULL, and read and write where it has no such
 * side. */
struct stream_kind {
	size_t size; /* of what begins with an ops_stream */
	enum err (*begin)(struct ops_stream *s, struct text *why); /* it is claimed */
	enum err (*read)(struct ops_stream *s, uint8_t *p, size_t size, size_t *n);
	enum err (*write)(struct ops_stream *s, struct span octets, size_t *taken);
	void (*finish)(struct ops_stream *s);
	void (*end)(struct ops_stream *s); /* what it holds is freed; it itself is not */
};

struct ops_stream {
	const struct stream_kind *kind;
	struct list node; /* in ops.streams */
	struct ops *ops;
	char token[OPS_TOKEN_DIGITS + 1];
	struct mono expires; /* of the token */
	bool claimed;
	ops_ready_fn *ready;
	void *arg;
};

/* Zeroed, with a token; NULL without memory. Ended by ops_stream_close(). */
MUST_USE struct ops_stream *ops_stream_new(struct ops *o, const struct stream_kind *kind);
/* There may be something to do. */
void ops_stream_wake(struct ops_stream *s);
/* All of them, at the end. */
void ops_streams_fini(struct ops *o);
/* The answer that is leave to begin. */
void ops_stream_answer(struct ops_stream *s, uint64_t octets, struct ops_call call);
void ops_stream_answer_dry(const char *text, struct ops_call call);

/* Octets that streams hold for programs, records in full among them; true: there is room for
 * so many more, which are taken. */
#define OPS_STREAM_OCTETS_MAX (256u << 20)
MUST_USE bool ops_stream_take_room(struct ops *o, size_t n);
void ops_stream_give_room(struct ops *o, size_t n);

/* The one line that ends a stream to the daemon: an answer, or an error. */
struct last_line {
	char *p; /* jansson's */
	size_t n, at;
	bool there;
};
void ops_line_answer(struct last_line *l, const struct ops_answer *a);
MUST_USE enum err ops_line_read(struct last_line *l, uint8_t *p, size_t size, size_t *n);
void ops_line_fini(struct last_line *l);

/* ---- direct.c ---- */
void ops_direct_event(struct ops *o, const struct graph_event *e);
void ops_directs_fini(struct ops *o);

#endif
