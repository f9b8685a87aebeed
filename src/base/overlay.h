/* overlay.h - rows that are put but not yet committed: the part that every
 * store shares. Layers: one open batch that takes puts, and sealed batches,
 * oldest first, on their way to the disk. Reads see the newest of them; what
 * none of them holds is the backend's to answer.
 * A key put twice into one batch is one row of it, with the newer number.
 * Single-threaded; a sealed batch may be read by one writer thread, since it
 * does not change until overlay_drop_oldest or overlay_undo. */
#ifndef BASE_OVERLAY_H
#define BASE_OVERLAY_H

#include "base/env.h"
#include "base/store.h"

struct overlay;
struct overlay_batch;

struct overlay_change {
	const struct store_table *table;
	struct span key, value;
	bool del;
	uint64_t number;
};

/* Borrows env for life. ERR_NOMEM. */
MUST_USE enum err overlay_new(struct overlay **out, const struct env *env);
void overlay_free(struct overlay *o);

/* Copies key and value, which may lie in the overlay itself. A table is known
 * by its address; its keys have the form of store.h, never empty. *number is
 * one more than that of the put before. ERR_NOMEM, ERR_RANGE (4 GiB or more). */
MUST_USE enum err overlay_put(struct overlay *o, const struct store_table *t, struct span key,
			      struct span value, uint64_t *number);
MUST_USE enum err overlay_del(struct overlay *o, const struct store_table *t, struct span key,
			      uint64_t *number);

enum overlay_found {
	OVERLAY_ABSENT,
	OVERLAY_VALUE,
	OVERLAY_DELETED
};
/* Spans that come out live until the next put, delete, drop or undo. */
enum overlay_found overlay_get(const struct overlay *o, const struct store_table *t,
			       struct span key, struct span *value);
/* The first key greater than `after` that any layer mentions, deleted ones
 * included, so that the caller can merge with its backend's rows. */
enum overlay_found overlay_scan(const struct overlay *o, const struct store_table *t,
				struct span after, struct store_row *row);

uint64_t overlay_newest(const struct overlay *o);     /* number of the newest put, 0 none */
size_t overlay_total_octets(const struct overlay *o); /* memory of all layers */

/* Closes the open batch; NULL when it is empty. The batch belongs to the
 * overlay. */
const struct overlay_batch *overlay_seal(struct overlay *o);
/* The oldest sealed batch, NULL when there is none. */
const struct overlay_batch *overlay_oldest(const struct overlay *o);
uint64_t overlay_batch_last(const struct overlay_batch *b);

/* Walks the rows of a sealed batch, table by table in the order of their keys:
 * the order in which a tree on a disk takes them best. Starts zeroed. */
struct overlay_walk {
	const void *table, *row;
};
bool overlay_batch_next(const struct overlay_batch *b, struct overlay_walk *at,
			struct overlay_change *out);

/* The oldest sealed batch is committed: forget it. Its memory goes back little
 * by little, with this and later puts, deletes, seals and drops. */
void overlay_drop_oldest(struct overlay *o);
/* A commit failed: forgets every sealed batch and the open one. Gives the
 * first number undone (0 when nothing was); numbers go on growing. */
uint64_t overlay_undo(struct overlay *o);

#endif
