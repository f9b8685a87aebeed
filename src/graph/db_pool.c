#include "graph/db_int.h"

#include <assert.h>

static enum err add_slab(struct graph_pool *p, const struct env *env)
{
	if (p->n == p->room) {
		uint32_t room = p->room ? 2 * p->room : 8;
		struct graph_entry **s =
			env_resize(env, p->slabs, room * sizeof(struct graph_entry *));
		if (!s)
			return ERR_NOMEM;
		p->slabs = s;
		p->room = room;
	}
	struct graph_entry *slab = env_zalloc(env, GRAPH_SLAB, sizeof(*slab));
	if (!slab)
		return ERR_NOMEM;
	for (uint32_t i = GRAPH_SLAB; i-- > 0;) {
		slab[i].index = p->n * GRAPH_SLAB + i;
		slab[i].order[0] = p->free;
		p->free = &slab[i];
	}
	p->slabs[p->n++] = slab;
	return OK;
}

enum err graph_pool_reserve(struct graph_pool *p, const struct env *env)
{
	if (p->free)
		return OK;
	/* An index and one must fit in 32 bits. */
	return p->n < UINT32_MAX / GRAPH_SLAB ? add_slab(p, env) : ERR_FULL;
}

struct graph_entry *graph_pool_take(struct graph_pool *p)
{
	struct graph_entry *e = p->free;
	assert(e);
	p->free = e->order[0];
	*e = (struct graph_entry){ .index = e->index };
	return e;
}

void graph_pool_give(struct graph_pool *p, struct graph_entry *e)
{
	e->creator = NULL;
	e->order[0] = p->free;
	p->free = e;
}

struct graph_entry *graph_pool_last(const struct graph_pool *p)
{
	return p->slabs[p->n - 1];
}

void graph_pool_drop_last(struct graph_pool *p, const struct env *env)
{
	env_free(env, p->slabs[--p->n]);
}

void graph_pool_fini(struct graph_pool *p, const struct env *env)
{
	while (p->n > 0)
		graph_pool_drop_last(p, env);
	env_free(env, p->slabs);
	*p = (struct graph_pool){ .slabs = NULL };
}
