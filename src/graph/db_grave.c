/* What was forgotten. Freeing a million entries takes longer than one input may, so it is
 * put aside whole and freed a slab at a time, the newest first: so the heap shrinks a
 * little each time, and not at once when the last block below its top goes (GRAPH-7.14). */
#include "graph/db_int.h"

#define LEAVES 128 /* in the time of a slab */

void graph_db_forget(struct graph_db *db)
{
	struct graph_grave *g = &db->grave;
	(void)graph_db_bury(db, SIZE_MAX);
	graph_types_forget(db);
	*g = (struct graph_grave){ db->pool, db->by_place, db->by_expiry, db->index, true };
	db->pool = (struct graph_pool){ .slabs = NULL };
	db->by_place = (struct graph_order){ .kind = GRAPH_BY_PLACE };
	db->by_expiry = (struct graph_order){ .kind = GRAPH_BY_EXPIRY };
	db->index = (struct graph_index){ .key = { g->index.key[0], g->index.key[1] } };
	memset(db->used, 0, sizeof(db->used));
	db->deleted = db->dropped = db->hidden = 0;
	db->newest = 0;
	db->begun = db->loaded = db->has_double = false;
}

static void bury_slab(struct graph_db *db, struct graph_pool *p)
{
	struct graph_entry *slab = graph_pool_last(p);
	for (size_t i = 0; i < GRAPH_SLAB; i++) {
		if (slab[i].creator)
			graph_entry_release(db, &slab[i]);
	}
	graph_pool_drop_last(p, db->env);
}

/* As much as takes the time of a slab; true: nothing is left. */
static bool bury_some(struct graph_db *db)
{
	struct graph_grave *g = &db->grave;
	if (g->pool.n > 0) {
		bury_slab(db, &g->pool);
		return false;
	}
	if (!graph_order_free_some(&g->by_place, LEAVES, db->env) ||
	    !graph_order_free_some(&g->by_expiry, LEAVES, db->env))
		return false;
	graph_pool_fini(&g->pool, db->env);
	graph_index_fini(&g->index, db->env);
	return true;
}

bool graph_db_bury(struct graph_db *db, size_t entries)
{
	size_t slabs = entries / GRAPH_SLAB + 1;
	while (db->grave.full && slabs-- > 0)
		db->grave.full = !bury_some(db);
	return !db->grave.full;
}
