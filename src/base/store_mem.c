#include "base/store_mem.h"
#include "base/checked.h"
#include "base/overlay.h"
#include "base/rows.h"

#define NEAR 8 /* rows looked at */

struct mem_table {
	struct mem_table *next;
	const struct store_table *table;
	struct rows rows;
	/* Found last: who reads one row reads the next. */
	struct rows_node *found;
};

struct store_mem {
	struct store store;
	const struct env *env;
	struct overlay *overlay;
	struct mem_table *tables;
	uint64_t committed;
	uint64_t dice; /* for the heights; nobody outside can foresee them */
	enum err broken;
};

static struct mem_table *find_table(const struct store_mem *m, const struct store_table *t)
{
	struct mem_table *mt = m->tables;
	while (mt && mt->table != t)
		mt = mt->next;
	return mt;
}

/* The row there, or near behind it, without a search. */
static struct rows_node *near(struct rows_node *n, struct span key)
{
	for (int i = 0; n && i < NEAR; i++, n = n->next[0]) {
		int c = span_cmp(rows_key(n), key);
		if (c >= 0)
			return c == 0 ? n : NULL;
	}
	return NULL;
}

static struct rows_node *find_row(struct mem_table *mt, struct span key)
{
	struct rows_node *n = near(mt->found, key);
	if (!n)
		n = rows_find(&mt->rows, key);
	if (n)
		mt->found = n;
	return n;
}

static enum err mem_get(void *ctx, const struct store_table *t, struct span key, struct span *value)
{
	const struct store_mem *m = ctx;
	enum overlay_found f = overlay_get(m->overlay, t, key, value);
	if (f != OVERLAY_ABSENT)
		return f == OVERLAY_VALUE ? OK : ERR_NOT_FOUND;
	struct mem_table *mt = find_table(m, t);
	const struct rows_node *n = mt ? find_row(mt, key) : NULL;
	if (!n)
		return ERR_NOT_FOUND;
	*value = span_of(n->value, n->value_n);
	return OK;
}

static enum err mem_scan(void *ctx, const struct store_table *t, struct span after,
			 struct store_row *row)
{
	const struct store_mem *m = ctx;
	const struct mem_table *mt = find_table(m, t);
	for (;;) {
		struct store_row fresh;
		enum overlay_found f = overlay_scan(m->overlay, t, after, &fresh);
		const struct rows_node *n = mt ? rows_after(&mt->rows, after) : NULL;
		if (n && (f == OVERLAY_ABSENT || span_cmp(rows_key(n), fresh.key) < 0)) {
			row->key = rows_key(n);
			row->value = span_of(n->value, n->value_n);
			return OK;
		}
		if (f == OVERLAY_ABSENT)
			return ERR_NOT_FOUND;
		if (f == OVERLAY_VALUE) {
			*row = fresh;
			return OK;
		}
		after = fresh.key;
	}
}

static enum err mem_put(void *ctx, const struct store_table *t, struct span key, struct span value,
			uint64_t *number)
{
	const struct store_mem *m = ctx;
	return m->broken ? m->broken : overlay_put(m->overlay, t, key, value, number);
}

static enum err mem_del(void *ctx, const struct store_table *t, struct span key, uint64_t *number)
{
	const struct store_mem *m = ctx;
	return m->broken ? m->broken : overlay_del(m->overlay, t, key, number);
}

static const struct store_ops mem_ops = { mem_get, mem_scan, mem_put, mem_del };

enum err store_mem_new(struct store_mem **out, const struct env *env)
{
	struct store_mem *m = env_zalloc(env, 1, sizeof(*m));
	if (!m)
		return ERR_NOMEM;
	enum err e = overlay_new(&m->overlay, env);
	if (e) {
		env_free(env, m);
		return e;
	}
	m->env = env;
	m->dice = env_random_u64(env) | 1;
	m->store = (struct store){ &mem_ops, m };
	*out = m;
	return OK;
}

static void free_rows(const struct env *env, struct rows_node *n)
{
	for (struct rows_node *next; n; n = next) {
		next = n->next[0];
		env_free(env, n);
	}
}

static void free_tables(struct store_mem *m)
{
	for (struct mem_table *mt = m->tables, *next; mt; mt = next) {
		next = mt->next;
		free_rows(m->env, mt->rows.first[0]);
		env_free(m->env, mt);
	}
	m->tables = NULL;
}

void store_mem_free(struct store_mem *m)
{
	if (!m)
		return;
	free_tables(m);
	overlay_free(m->overlay);
	env_free(m->env, m);
}

struct store *store_mem_store(struct store_mem *m)
{
	return &m->store;
}

uint64_t store_mem_newest(const struct store_mem *m)
{
	return overlay_newest(m->overlay);
}

uint64_t store_mem_committed(const struct store_mem *m)
{
	return m->committed;
}

bool store_mem_seal(struct store_mem *m)
{
	return overlay_seal(m->overlay) != NULL;
}

static struct mem_table *make_table(struct store_mem *m, const struct store_table *t)
{
	struct mem_table *mt = find_table(m, t);
	if (mt)
		return mt;
	mt = env_zalloc(m->env, 1, sizeof(*mt));
	if (!mt)
		return NULL;
	mt->table = t;
	mt->next = m->tables;
	m->tables = mt;
	return mt;
}

/* A row of its own memory, the value behind the key. */
static struct rows_node *row_of(struct store_mem *m, const struct overlay_change *c)
{
	uint8_t height = rows_height(rows_toss(&m->dice));
	size_t fixed = rows_node_size(height, c->key.n), size;
	if (!checked_add(fixed, c->value.n, &size))
		return NULL;
	struct rows_node *n = env_resize(m->env, NULL, size);
	if (!n)
		return NULL;
	*n = (struct rows_node){
		.number = c->number,
		.key_n = (uint32_t)c->key.n,
		.value_n = (uint32_t)c->value.n,
		.height = height,
	};
	/* The chain of what is prepared ends here. */
	n->next[0] = NULL;
	memcpy(rows_node_key(n), c->key.p, c->key.n);
	n->value = rows_node_key(n) + c->key.n;
	if (c->value.n)
		memcpy(n->value, c->value.p, c->value.n);
	return n;
}

/* Rows for all that is put in b, in the order of the walk, as a chain through
 * next[0]; and its tables. */
static bool prepare(struct store_mem *m, const struct overlay_batch *b, struct rows_node **chain)
{
	struct overlay_walk at = { NULL, NULL };
	struct overlay_change c;
	while (overlay_batch_next(b, &at, &c)) {
		if (!make_table(m, c.table))
			return false;
		if (c.del)
			continue;
		*chain = row_of(m, &c);
		if (!*chain)
			return false;
		chain = &(*chain)->next[0];
	}
	return true;
}

/* n NULL: a deletion. */
static void apply(struct store_mem *m, const struct overlay_change *c, struct rows_node *n)
{
	struct rows_path path;
	struct mem_table *mt = find_table(m, c->table);
	struct rows_node *old = rows_trace(&mt->rows, c->key, &path);
	if (old) {
		rows_unlink(&path, old);
		if (mt->found == old)
			mt->found = NULL;
		env_free(m->env, old);
	}
	if (n)
		rows_link(&path, n);
}

bool store_mem_commit(struct store_mem *m)
{
	struct overlay_walk at = { NULL, NULL };
	struct overlay_change c;
	struct rows_node *chain = NULL;
	const struct overlay_batch *b = overlay_oldest(m->overlay);

	if (!b)
		return false;
	/* All memory first: a batch is never half there. */
	if (!prepare(m, b, &chain)) {
		free_rows(m->env, chain);
		return false;
	}
	while (overlay_batch_next(b, &at, &c)) {
		struct rows_node *n = c.del ? NULL : chain;
		if (n)
			chain = n->next[0];
		apply(m, &c, n);
	}
	m->committed = overlay_batch_last(b);
	overlay_drop_oldest(m->overlay);
	return true;
}

uint64_t store_mem_fail(struct store_mem *m)
{
	return overlay_undo(m->overlay);
}

void store_mem_crash(struct store_mem *m)
{
	(void)overlay_undo(m->overlay);
}

void store_mem_wipe(struct store_mem *m)
{
	(void)overlay_undo(m->overlay);
	free_tables(m);
}

void store_mem_break(struct store_mem *m, enum err why)
{
	m->broken = why;
}
