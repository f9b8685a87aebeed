/* Open addressing with linear probing, eight octets a slot. A table that grows is moved over
 * a little with each put, since moving a million at once takes longer than one input may:
 * meanwhile what is not in the new table may be in the old one, and copies that were moved
 * stay in the old one until it is freed. Zeroing the new one takes long likewise, so that is
 * begun a sixteenth of the table before it is needed. */
#include "base/checked.h"
#include "graph/db_int.h"

#include <assert.h>

#define FIRST  64
#define MOVES  16	  /* old slots with each put: done long before the next growth */
#define CLEARS 64	  /* slots of the next table: done when the growth comes */
#define GONE   UINT32_MAX /* in `at`, of the old table only */

uint32_t graph_index_tag(const struct graph_index *x, const struct graph_guid *id)
{
	return (uint32_t)map_hash(x->key, span_of(id->at, sizeof(id->at)));
}

static void place(struct graph_index_table *t, struct graph_index_slot s)
{
	size_t mask = t->capacity - 1, at = s.tag & mask;
	while (t->slots[at].at)
		at = (at + 1) & mask;
	t->slots[at] = s;
}

static void move_some(struct graph_index *x, const struct env *env)
{
	if (!x->old.slots)
		return;
	for (size_t i = 0; i < MOVES && x->moved < x->old.capacity; i++, x->moved++) {
		struct graph_index_slot s = x->old.slots[x->moved];
		if (s.at && s.at != GONE)
			place(&x->now, s);
	}
	if (x->moved < x->old.capacity)
		return;
	env_free(env, x->old.slots);
	x->old = (struct graph_index_table){ NULL, 0 };
}

static void clear_some(struct graph_index *x, size_t slots)
{
	size_t left = x->next.capacity - x->cleared, n = slots < left ? slots : left;
	if (n)
		memset(&x->next.slots[x->cleared], 0, n * sizeof(*x->next.slots));
	x->cleared += n;
}

static enum err begin_next(struct graph_index *x, const struct env *env)
{
	size_t capacity = x->now.capacity ? 2 * x->now.capacity : FIRST, size;
	if (!checked_mul(capacity, sizeof(struct graph_index_slot), &size))
		return ERR_NOMEM;
	struct graph_index_slot *slots = env_resize(env, NULL, size);
	if (!slots)
		return ERR_NOMEM;
	x->next = (struct graph_index_table){ slots, capacity };
	x->cleared = 0;
	return OK;
}

enum err graph_index_reserve(struct graph_index *x, const struct env *env)
{
	if (x->count < x->now.capacity / 16 * 11)
		return OK;
	if (!x->next.slots && begin_next(x, env))
		return ERR_NOMEM;
	if (x->count < x->now.capacity / 4 * 3)
		return OK;
	assert(!x->old.slots);
	clear_some(x, x->next.capacity); /* the first table; others are cleared by now */
	x->old = x->now;
	x->moved = 0;
	x->now = x->next;
	x->next = (struct graph_index_table){ NULL, 0 };
	x->cleared = 0;
	return OK;
}

void graph_index_put(struct graph_index *x, const struct graph_entry *e, uint32_t tag,
		     const struct env *env)
{
	move_some(x, env);
	clear_some(x, CLEARS);
	place(&x->now, (struct graph_index_slot){ tag, e->index + 1 });
	x->count++;
}

/* The slot of an entry, by its number; capacity when it is not there. */
static size_t slot_of(const struct graph_index_table *t, uint32_t tag, uint32_t at)
{
	size_t mask = t->capacity - 1;
	for (size_t i = tag & mask; t->capacity && t->slots[i].at; i = (i + 1) & mask) {
		if (t->slots[i].at == at)
			return i;
	}
	return t->capacity;
}

/* Moves back whatever may not be cut off from the slot where its search begins. */
static void close_gap(struct graph_index_table *t, size_t hole)
{
	size_t mask = t->capacity - 1;
	for (size_t i = (hole + 1) & mask; t->slots[i].at; i = (i + 1) & mask) {
		size_t home = t->slots[i].tag & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct graph_index_slot){ 0, 0 };
}

void graph_index_take(struct graph_index *x, const struct graph_entry *e)
{
	uint32_t tag = graph_index_tag(x, &e->place.id);
	size_t now = slot_of(&x->now, tag, e->index + 1);
	if (now < x->now.capacity)
		close_gap(&x->now, now);
	size_t old = slot_of(&x->old, tag, e->index + 1);
	if (old < x->old.capacity)
		x->old.slots[old].at = GONE;
	assert(now < x->now.capacity || old < x->old.capacity);
	x->count--;
}

static struct graph_entry *find(const struct graph_index_table *t, const struct graph_pool *p,
				uint32_t tag, const struct graph_guid *id)
{
	size_t mask = t->capacity - 1;
	for (size_t i = tag & mask; t->capacity && t->slots[i].at; i = (i + 1) & mask) {
		const struct graph_index_slot *s = &t->slots[i];
		if (s->tag != tag || s->at == GONE)
			continue;
		struct graph_entry *e = graph_pool_at(p, s->at - 1);
		if (graph_guid_eq(&e->place.id, id))
			return e;
	}
	return NULL;
}

struct graph_entry *graph_index_find(const struct graph_index *x, const struct graph_pool *p,
				     const struct graph_guid *id, uint32_t tag)
{
	struct graph_entry *e = find(&x->now, p, tag, id);
	return e ? e : find(&x->old, p, tag, id);
}

void graph_index_near(const struct graph_index *x, uint32_t tag)
{
	if (x->now.capacity)
		__builtin_prefetch(&x->now.slots[tag & (x->now.capacity - 1)]);
}

/* The first with that tag, which is hardly ever another's. */
void graph_index_nearer(const struct graph_index *x, const struct graph_pool *p, uint32_t tag)
{
	const struct graph_index_table *t = &x->now;
	size_t mask = t->capacity - 1;
	for (size_t i = tag & mask; t->capacity && t->slots[i].at; i = (i + 1) & mask) {
		if (t->slots[i].tag != tag)
			continue;
		__builtin_prefetch(graph_pool_at(p, t->slots[i].at - 1));
		return;
	}
}

void graph_index_fini(struct graph_index *x, const struct env *env)
{
	env_free(env, x->now.slots);
	env_free(env, x->old.slots);
	env_free(env, x->next.slots);
	x->now = x->old = x->next = (struct graph_index_table){ NULL, 0 };
	x->count = x->cleared = x->moved = 0;
}
