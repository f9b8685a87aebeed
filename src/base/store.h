/* store.h - durable rows for a pure core (doc/store.md): a vtable given at
 * birth, over one open batch, so that a core reads what it has put.
 *
 * Every put and delete has a number, growing by one, never reused. An output
 * that depends on a put carries that number as `after`; the owner lets it go
 * when the batch with that number is committed. When a commit fails the owner
 * tells the core store_failed(n, why): every put with a number >= n is undone
 * in the store, and the core undoes what it did on account of them.
 *
 * Nothing here blocks on a disk: puts go to memory, the owner commits. */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"

/* Keys of a table: growing integers (8 octets, big-endian) or octets such as
 * addresses and names. Never a random key on a hot table. */
enum store_key {
	STORE_KEY_INTEGER,
	STORE_KEY_OCTETS
};

/* Declared once, const, by the core that owns the rows. The name is also the
 * table's name on disk: [a-z_]{1,32}. */
struct store_table {
	const char *name;
	enum store_key key;
};

struct store_row {
	struct span key, value;
};

/* Spans that come out live until the next call on the same store. */
struct store_ops {
	/* ERR_NOT_FOUND, ERR_IO, ERR_CORRUPT, ERR_NOMEM. */
	enum err (*get)(void *ctx, const struct store_table *t, struct span key,
			struct span *value);
	/* The first row whose key is greater than `after`, in the order of
	 * span_cmp; an empty `after` begins. ERR_NOT_FOUND at the end. */
	enum err (*scan)(void *ctx, const struct store_table *t, struct span after,
			 struct store_row *row);
	/* Copies. *number gets the number of this put. ERR_NOMEM. */
	enum err (*put)(void *ctx, const struct store_table *t, struct span key, struct span value,
			uint64_t *number);
	/* Like put; fine when there is no such row. */
	enum err (*del)(void *ctx, const struct store_table *t, struct span key, uint64_t *number);
};

struct store {
	const struct store_ops *ops;
	void *ctx;
};

static inline MUST_USE enum err store_get(struct store *s, const struct store_table *t,
					  struct span key, struct span *value)
{
	return s->ops->get(s->ctx, t, key, value);
}

static inline MUST_USE enum err store_scan(struct store *s, const struct store_table *t,
					   struct span after, struct store_row *row)
{
	return s->ops->scan(s->ctx, t, after, row);
}

static inline MUST_USE enum err store_put(struct store *s, const struct store_table *t,
					  struct span key, struct span value, uint64_t *number)
{
	return s->ops->put(s->ctx, t, key, value, number);
}

static inline MUST_USE enum err store_del(struct store *s, const struct store_table *t,
					  struct span key, uint64_t *number)
{
	return s->ops->del(s->ctx, t, key, number);
}

#endif
