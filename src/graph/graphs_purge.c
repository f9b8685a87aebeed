#include "graph/graphs_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

/* Rows of graphs that were deleted go in slices, a tick each (D18), also those that a
 * crash left, GRAPH-12.10; and so does the memory of graphs that were closed, GRAPH-12.15. */

#define SLICE 256

bool graphs_purge_wanted(const struct graphs *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->deleted && !e->graph)
			return true;
	}
	return false;
}

static bool is_deleted(const struct graphs *s, uint32_t number)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->number == number)
			return e->deleted && !e->graph;
	}
	return false;
}

/* All of their rows are gone: so are they. One that was deleted since the walk began
 * waits for the next. */
static void forget_deleted(struct graphs *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (!e->purging || graphs_row_drop(s, e) != OK)
			continue;
		graphs_entry_free(s, e);
	}
}

static void begin(struct graphs *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		e->purging = e->deleted && !e->graph;
	}
}

/* One row; false at the end, or when the store fails, which is tried again. */
static bool purge_one(struct graphs *s, bool *end)
{
	uint8_t octets[8];
	struct wr w = wr_of(octets, sizeof(octets));
	struct store_row row;
	wr_u64(&w, s->purge_at);
	enum err e = store_scan(s->shared.store, &graph_table_records, wr_span(&w), &row);
	*end = e == ERR_NOT_FOUND;
	if (e)
		return false;
	struct rd key = rd_of(row.key), value = rd_of(row.value);
	uint64_t at = rd_u64(&key), number;
	uint32_t graph = rd_u32(&value);
	if (is_deleted(s, graph)) {
		w = wr_of(octets, sizeof(octets));
		wr_u64(&w, at);
		if (store_del(s->shared.store, &graph_table_records, wr_span(&w), &number))
			return false;
	}
	s->purge_at = at;
	return true;
}

void graphs_purge_slice(struct graphs *s, struct mono now)
{
	bool end = false;
	size_t n = 0;
	if (!s->purge_at)
		begin(s);
	while (n < SLICE && purge_one(s, &end))
		n++;
	/* A store that fails gets time to become well. */
	s->purge_due = n == SLICE || end ? now : mono_add(now, MONO_SEC);
	if (!end)
		return;
	s->purge_at = 0;
	forget_deleted(s);
}

void graphs_bury(struct graphs *s, struct graph *g)
{
	if (!g)
		return;
	graph_let_go(g); /* its provider may go now (GRAPH-12.16) */
	struct graphs_closed *c = env_zalloc(s->shared.env, 1, sizeof(*c));
	if (!c) {
		graph_free(g);
		return;
	}
	c->graph = g;
	list_push_back(&s->closed, &c->all);
}

void graphs_bury_slice(struct graphs *s)
{
	if (list_empty(&s->closed))
		return;
	struct graphs_closed *c = LIST_ENTRY(s->closed.next, struct graphs_closed, all);
	if (!graph_free_some(c->graph))
		return;
	list_take(&c->all);
	env_free(s->shared.env, c);
}

void graphs_bury_all(struct graphs *s)
{
	while (!list_empty(&s->closed))
		graphs_bury_slice(s);
}
