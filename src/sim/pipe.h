/* pipe.h - octets on their way in one direction of a stream. What is put in
 * together with the time of its arrival comes out in order, in any pieces, and
 * then, perhaps, an end. */
#ifndef SIM_PIPE_H
#define SIM_PIPE_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#include "sim/queue.h"

enum pipe_end {
	PIPE_OPEN,
	PIPE_CLOSED, /* in good order, behind all octets */
	PIPE_RESET   /* what has not arrived is lost */
};

struct pipe_mark;

/* Zeroed and given an env: empty and open. */
struct pipe {
	const struct env *env;
	uint8_t *octets;
	size_t head, n, room;
	struct pipe_mark *marks; /* up to which octet, arriving when */
	size_t first_mark, n_marks, mark_room;
	uint64_t taken; /* octets that came out */
	uint64_t put;	/* and that went in */
	int64_t newest; /* the latest arrival so far: none comes before it */
	enum pipe_end end;
	int64_t end_at;
};

void pipe_free(struct pipe *p);
/* ERR_NOMEM; ERR_STATE behind an end. */
MUST_USE enum err pipe_put(struct pipe *p, struct span bytes, int64_t arrival);
/* Nothing after the first end. */
void pipe_finish(struct pipe *p, enum pipe_end how, int64_t arrival);

/* When the next octets or the end arrive; SIM_NEVER: nothing is on its way. */
int64_t pipe_next(const struct pipe *p);
/* How many octets have arrived and wait to be taken. */
size_t pipe_arrived(const struct pipe *p, int64_t now);
/* At most pipe_arrived(); the span lives until the next call. */
struct span pipe_take(struct pipe *p, size_t n);
/* The end has arrived and nothing is before it. */
bool pipe_ended(const struct pipe *p, int64_t now);

#endif
