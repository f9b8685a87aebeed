/* db_int.h - the inside of a database, for db*.c: entries in slabs, an index of Record IDs,
 * two orders, types, persons, and where attributes are found. What may fail is reserved
 * before the store is asked, so that a change is made whole or not at all (GRAPH-7.4). */
#ifndef GRAPH_DB_INT_H
#define GRAPH_DB_INT_H

#include "graph/db.h"

/* ---- db_pool.c: entries by number; their places in memory never change ---- */
#define GRAPH_SLAB 256
struct graph_pool {
	struct graph_entry **slabs;
	uint32_t n, room;	  /* slabs, and pointers to slabs */
	struct graph_entry *free; /* chained through order[0] */
};
MUST_USE enum err graph_pool_reserve(struct graph_pool *p, const struct env *env);
struct graph_entry *graph_pool_take(struct graph_pool *p); /* reserved; all zero but its index */
void graph_pool_give(struct graph_pool *p, struct graph_entry *e);
/* The last slab, for its entries to be released, and then itself; there is one. */
struct graph_entry *graph_pool_last(const struct graph_pool *p);
void graph_pool_drop_last(struct graph_pool *p, const struct env *env);
void graph_pool_fini(struct graph_pool *p, const struct env *env);
static inline struct graph_entry *graph_pool_at(const struct graph_pool *p, uint32_t index)
{
	return &p->slabs[index / GRAPH_SLAB][index % GRAPH_SLAB];
}

/* ---- db_index.c: from Record IDs to entries, GRAPH-7.11 ---- */
struct graph_index_slot {
	uint32_t tag; /* of the hash */
	uint32_t at;  /* 0: free; else 1 + the entry's index */
};
struct graph_index_table {
	struct graph_index_slot *slots;
	size_t capacity; /* a power of two, or 0 */
};
struct graph_index {
	struct graph_index_table now, old; /* old: being moved over, a little with each put */
	struct graph_index_table next;	   /* for when now is full: being zeroed likewise */
	size_t moved, cleared;		   /* slots of old, of next */
	size_t count;
	uint64_t key[2];
};
MUST_USE enum err graph_index_reserve(struct graph_index *x, const struct env *env);
uint32_t graph_index_tag(const struct graph_index *x, const struct graph_guid *id);
/* With the tag of its ID. */
/* The memory that finding that ID will read, in two steps, each for many at once: first of
 * the index, then of the entry. */
void graph_index_near(const struct graph_index *x, uint32_t tag);
void graph_index_nearer(const struct graph_index *x, const struct graph_pool *p, uint32_t tag);
void graph_index_put(struct graph_index *x, const struct graph_entry *e, uint32_t tag,
		     const struct env *env);
void graph_index_take(struct graph_index *x, const struct graph_entry *e);
struct graph_entry *graph_index_find(const struct graph_index *x, const struct graph_pool *p,
				     const struct graph_guid *id, uint32_t tag);
void graph_index_fini(struct graph_index *x, const struct env *env);

/* ---- db_order.c: entries in an order, GRAPH-7.5, GRAPH-7.6 ---- */
#define GRAPH_LEAF 64
struct graph_leaf {
	struct graph_leaf *next;
	struct graph_place low; /* nothing in it is below, everything before it is */
	size_t n;
	struct graph_entry *at[GRAPH_LEAF];
};
enum graph_order_kind {
	GRAPH_BY_PLACE,
	GRAPH_BY_EXPIRY
};
struct graph_order {
	enum graph_order_kind kind;
	struct graph_leaf **leaves; /* none is empty */
	size_t n, room;
	struct graph_leaf *spare;
};
MUST_USE enum err graph_order_reserve(struct graph_order *o, const struct env *env);
void graph_order_put(struct graph_order *o, struct graph_entry *e); /* reserved */
void graph_order_take(struct graph_order *o, struct graph_entry *e, const struct env *env);
struct graph_entry *graph_order_after(const struct graph_order *o, const struct graph_place *key);
struct graph_entry *graph_order_next(const struct graph_order *o, const struct graph_entry *e);
/* At most so many leaves; true: nothing is left. Of an order that is not used any more. */
bool graph_order_free_some(struct graph_order *o, size_t leaves, const struct env *env);

/* ---- db_type.c: types, and walks over one, GRAPH-7.7 ---- */
#define GRAPH_TYPES_FIXED 4
struct graph_type {
	struct graph_guid guid;
	struct list entries; /* by_type */
	size_t count;
	uint16_t number;
	bool reserved;
	enum graph_room in;
};
struct graph_types {
	struct map by_guid;
	struct graph_type **at;
	size_t n, room, app, empty; /* app: not reserved; empty: of n */
	struct graph_type fixed[GRAPH_TYPES_FIXED];
	struct graph_type *recent; /* the last one taken; NULL: none */
	struct list cursors;
};
MUST_USE enum err graph_types_init(struct graph_db *db);
void graph_types_fini(struct graph_db *db);
/* The type, made if need be: with `limited` as far as limits allow (ERR_FULL). */
MUST_USE enum err graph_types_take(struct graph_db *db, const struct graph_guid *guid, bool limited,
				   struct graph_type **out);
void graph_types_drop(struct graph_db *db, struct graph_type *t); /* if nothing has it */
void graph_types_link(struct graph_db *db, struct graph_entry *e);
void graph_types_unlink(struct graph_db *db, struct graph_entry *e);
void graph_types_forget(struct graph_db *db);

/* ---- db_person.c ---- */
MUST_USE enum err graph_persons_take(struct graph_db *db, struct span utf16, size_t most,
				     struct graph_person **out);
void graph_persons_drop(struct graph_db *db, struct graph_person *p); /* NULL is fine */
void graph_persons_fini(struct graph_db *db);

/* ---- db_term.c: attributes' values, and who has them, GRAPH-7.12 ---- */
struct graph_terms;
MUST_USE enum err graph_terms_take(struct graph_db *db, const struct graph_attrs *attrs,
				   struct graph_terms **out);
void graph_terms_link(struct graph_terms *t, struct graph_entry *e);
void graph_terms_drop(struct graph_db *db, struct graph_terms *t);

/* ---- db_grave.c: what was forgotten, GRAPH-7.14 ---- */
struct graph_grave {
	struct graph_pool pool;
	struct graph_order by_place, by_expiry;
	struct graph_index index;
	bool full; /* something of it is left */
};

/* ---- db.c ---- */
struct graph_used {
	uint64_t octets;
	size_t records;
};

#define GRAPH_PERSONS_NEAR 64

struct graph_db {
	uint32_t graph;
	const struct env *env;
	struct store *store;
	struct crypto *crypto;
	enum crypto_profile_id profile;
	struct graph_db_limits limits;
	uint64_t *next_row;
	uint64_t key[2]; /* of fingerprints and terms */
	struct graph_pool pool;
	struct graph_index index;
	struct graph_order by_place, by_expiry;
	struct graph_grave grave;
	struct graph_types types;
	struct map persons, terms;
	struct graph_person *recent[GRAPH_PERSONS_NEAR]; /* found last, by place_of() */
	struct graph_used used[GRAPH_ROOMS];
	size_t deleted, dropped, hidden;
	uint64_t memory; /* of persons, terms, attributes */
	uint8_t *row;	 /* where rows are made */
	size_t row_room;
	uint64_t newest; /* put or delete, since it was read; 0: none */
	uint8_t loaded_to[8];
	uint64_t double_row; /* to be deleted */
	bool begun, loaded, has_double;
};

#define GRAPH_ROW_HEAD 5 /* GRAPH-7.2 */

/* A change that is being made. */
struct graph_change {
	const struct graph_db_put *put;
	struct graph_entry *old; /* NULL: a fresh one */
	uint32_t tag;		 /* of the index */
	struct graph_type *type;
	struct graph_person *creator, *modifier;
	struct graph_terms *terms;
};
/* What a change needs, so that it cannot fail; `limited` as far as limits allow. */
MUST_USE enum err graph_change_prepare(struct graph_db *db, struct graph_change *m, bool limited,
				       enum graph_fault *why);
void graph_change_undo(struct graph_db *db, struct graph_change *m);
struct graph_entry *graph_change_commit(struct graph_db *db, struct graph_change *m, uint64_t row);
/* All that hangs on an entry, but its places in slabs, index, orders and types. */
void graph_entry_release(struct graph_db *db, struct graph_entry *e);
/* Out of every index; its row is the caller's matter. */
void graph_entry_unlink(struct graph_db *db, struct graph_entry *e);

#endif
