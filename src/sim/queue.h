/* queue.h - what is to happen, ordered by (time, sequence): a heap in which an
 * entry, embedded in its owner, can be moved or taken out. Same time: the one
 * queued first comes first, so a run has one order only. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include "base/env.h"
#include "base/err.h"

#include <stdbool.h>

#define SIM_NEVER INT64_MAX

/* Zeroed: not queued. `kind` is its owner's business. */
struct queue_entry {
	int64_t at; /* us of the world */
	uint64_t sequence;
	size_t place; /* in the heap, from 1; 0: not queued */
	uint32_t kind;
};

struct queue {
	const struct env *env;
	struct queue_entry **heap; /* from 1 */
	size_t n, room;
	uint64_t sequence;
};

void queue_init(struct queue *q, const struct env *env);
void queue_free(struct queue *q); /* the entries are not touched */

/* Queues e for `at`, moving it when it is queued already; SIM_NEVER takes it
 * out. ERR_NOMEM: then it is not queued. */
MUST_USE enum err queue_set(struct queue *q, struct queue_entry *e, int64_t at);
void queue_drop(struct queue *q, struct queue_entry *e); /* harmless twice */
/* The earliest, taken out; NULL when empty. */
struct queue_entry *queue_pop(struct queue *q);

#endif
