/* Each batch has its own memory and its own index, so that forgetting a batch
 * of a million rows is a few hundred calls to free; and they are spread over
 * later calls, since even these take longer than the one thread may stand. */
#include "base/overlay.h"
#include "base/arena.h"
#include "base/rows.h"

#include <assert.h>

#define BLOCK_MIN 1024
#define BLOCK_MAX (256 * 1024)
/* Blocks freed by one call: 2 MiB at most. */
#define SWEEP_BLOCKS 8

struct batch_table {
	struct batch_table *next;
	const struct store_table *table;
	struct rows rows;
};

struct overlay_batch {
	struct overlay_batch *newer;
	struct batch_table *tables;
	struct arena memory;
	size_t octets;
	uint64_t first, last;
};

struct overlay {
	const struct env *env;
	struct overlay_batch *oldest; /* the list ends in the open batch, if any */
	struct overlay_batch *open;
	struct overlay_batch *dead; /* forgotten, their memory not yet free */
	uint64_t newest;
	uint64_t dice; /* for the heights; nobody outside can foresee them */
};

enum err overlay_new(struct overlay **out, const struct env *env)
{
	struct overlay *o = env_zalloc(env, 1, sizeof(*o));
	if (!o)
		return ERR_NOMEM;
	o->env = env;
	o->dice = env_random_u64(env) | 1;
	*out = o;
	return OK;
}

static void sweep(struct overlay *o)
{
	struct overlay_batch *b = o->dead;
	if (!b || !arena_free_some(&b->memory, SWEEP_BLOCKS))
		return;
	o->dead = b->newer;
	env_free(o->env, b);
}

static void forget_all(struct overlay *o)
{
	struct overlay_batch **end = &o->dead;
	while (*end)
		end = &(*end)->newer;
	*end = o->oldest;
	o->oldest = o->open = NULL;
}

void overlay_free(struct overlay *o)
{
	if (!o)
		return;
	forget_all(o);
	while (o->dead)
		sweep(o);
	env_free(o->env, o);
}

static void *take_memory(struct overlay_batch *b, size_t n)
{
	/* Few rows cost little, many cost few allocations. */
	if (b->octets >= 4 * b->memory.block_size && b->memory.block_size < BLOCK_MAX)
		b->memory.block_size *= 2;
	void *p = arena_alloc(&b->memory, n);
	if (p)
		b->octets += n;
	return p;
}

static struct overlay_batch *open_batch(struct overlay *o)
{
	if (o->open)
		return o->open;
	struct overlay_batch *b = env_zalloc(o->env, 1, sizeof(*b));
	if (!b)
		return NULL;
	arena_init(&b->memory, o->env, BLOCK_MIN);
	b->octets = sizeof(*b);
	struct overlay_batch **end = &o->oldest;
	while (*end)
		end = &(*end)->newer;
	*end = b;
	o->open = b;
	return b;
}

static struct batch_table *find_table(const struct overlay_batch *b, const struct store_table *t)
{
	struct batch_table *bt = b->tables;
	while (bt && bt->table != t)
		bt = bt->next;
	return bt;
}

static struct batch_table *open_table(struct overlay_batch *b, const struct store_table *t)
{
	struct batch_table *bt = find_table(b, t);
	if (bt)
		return bt;
	bt = take_memory(b, sizeof(*bt));
	if (!bt)
		return NULL;
	bt->table = t;
	bt->next = b->tables;
	b->tables = bt;
	return bt;
}

/* A row of a new key; the value lies behind the key. */
static struct rows_node *new_row(struct overlay *o, struct span key, size_t value_n)
{
	uint8_t height = rows_height(rows_toss(&o->dice));
	size_t fixed = rows_node_size(height, key.n);
	struct rows_node *n = take_memory(o->open, fixed + value_n);
	if (!n)
		return NULL;
	n->height = height;
	n->key_n = (uint32_t)key.n;
	memcpy(rows_node_key(n), key.p, key.n);
	n->value = rows_node_key(n) + key.n;
	return n;
}

/* The row of a change in the open batch, with room for its value. */
static struct rows_node *row_for(struct overlay *o, const struct overlay_change *c)
{
	struct rows_path path;
	struct overlay_batch *b = open_batch(o);
	struct batch_table *bt = b ? open_table(b, c->table) : NULL;
	if (!bt)
		return NULL;
	struct rows_node *n = rows_trace(&bt->rows, c->key, &path);
	if (!n) {
		n = new_row(o, c->key, c->value.n);
		if (n)
			rows_link(&path, n);
		return n;
	}
	if (c->value.n > n->value_n) {
		uint8_t *room = take_memory(b, c->value.n);
		if (!room)
			return NULL;
		n->value = room;
	}
	return n;
}

static bool key_fits(const struct store_table *t, struct span key)
{
	return t->key == STORE_KEY_INTEGER ? key.n == 8 : key.n > 0;
}

static enum err change(struct overlay *o, const struct overlay_change *c, uint64_t *number)
{
	assert(key_fits(c->table, c->key));
	if (c->key.n > UINT32_MAX || c->value.n > UINT32_MAX)
		return ERR_RANGE;
	sweep(o);
	struct rows_node *n = row_for(o, c);
	if (!n)
		return ERR_NOMEM;
	/* Not memcpy: the value may be the row's own, shortened. */
	if (c->value.n)
		memmove(n->value, c->value.p, c->value.n);
	n->value_n = (uint32_t)c->value.n;
	n->del = c->del;
	n->number = ++o->newest;
	o->open->last = o->newest;
	if (o->open->first == 0)
		o->open->first = o->newest;
	*number = o->newest;
	return OK;
}

enum err overlay_put(struct overlay *o, const struct store_table *t, struct span key,
		     struct span value, uint64_t *number)
{
	struct overlay_change c = { .table = t, .key = key, .value = value };
	return change(o, &c, number);
}

enum err overlay_del(struct overlay *o, const struct store_table *t, struct span key,
		     uint64_t *number)
{
	struct overlay_change c = { .table = t, .key = key, .del = true };
	return change(o, &c, number);
}

static enum overlay_found found(const struct rows_node *n, struct span *value)
{
	if (!n)
		return OVERLAY_ABSENT;
	if (n->del)
		return OVERLAY_DELETED;
	*value = span_of(n->value, n->value_n);
	return OVERLAY_VALUE;
}

enum overlay_found overlay_get(const struct overlay *o, const struct store_table *t,
			       struct span key, struct span *value)
{
	const struct rows_node *newest = NULL;
	for (const struct overlay_batch *b = o->oldest; b; b = b->newer) {
		const struct batch_table *bt = find_table(b, t);
		const struct rows_node *n = bt ? rows_find(&bt->rows, key) : NULL;
		if (n)
			newest = n;
	}
	return found(newest, value);
}

enum overlay_found overlay_scan(const struct overlay *o, const struct store_table *t,
				struct span after, struct store_row *row)
{
	const struct rows_node *least = NULL;
	for (const struct overlay_batch *b = o->oldest; b; b = b->newer) {
		const struct batch_table *bt = find_table(b, t);
		const struct rows_node *n = bt ? rows_after(&bt->rows, after) : NULL;
		/* Of equals the newer one. */
		if (n && (!least || span_cmp(rows_key(n), rows_key(least)) <= 0))
			least = n;
	}
	if (!least)
		return OVERLAY_ABSENT;
	row->key = rows_key(least);
	row->value = span_of(NULL, 0);
	return found(least, &row->value);
}

uint64_t overlay_newest(const struct overlay *o)
{
	return o->newest;
}

size_t overlay_total_octets(const struct overlay *o)
{
	size_t sum = 0;
	for (const struct overlay_batch *b = o->oldest; b; b = b->newer)
		sum += b->octets;
	return sum;
}

const struct overlay_batch *overlay_seal(struct overlay *o)
{
	const struct overlay_batch *b = o->open;
	sweep(o);
	/* A batch whose first put found no memory is open and empty. */
	if (!b || b->first == 0)
		return NULL;
	o->open = NULL;
	return b;
}

const struct overlay_batch *overlay_oldest(const struct overlay *o)
{
	return o->oldest == o->open ? NULL : o->oldest;
}

uint64_t overlay_batch_last(const struct overlay_batch *b)
{
	return b->last;
}

bool overlay_batch_next(const struct overlay_batch *b, struct overlay_walk *at,
			struct overlay_change *out)
{
	const struct batch_table *bt = at->table ? at->table : b->tables;
	const struct rows_node *n = at->row;
	n = n ? n->next[0] : bt->rows.first[0];
	while (!n) {
		bt = bt->next;
		if (!bt)
			return false;
		n = bt->rows.first[0];
	}
	at->table = bt;
	at->row = n;
	*out = (struct overlay_change){
		.table = bt->table,
		.key = rows_key(n),
		.value = span_of(n->value, n->value_n),
		.del = n->del,
		.number = n->number,
	};
	return true;
}

void overlay_drop_oldest(struct overlay *o)
{
	struct overlay_batch *b = o->oldest;
	assert(b && b != o->open);
	o->oldest = b->newer;
	b->newer = o->dead;
	o->dead = b;
	sweep(o);
}

uint64_t overlay_undo(struct overlay *o)
{
	uint64_t first = o->oldest ? o->oldest->first : 0;
	forget_all(o);
	sweep(o);
	return first;
}
