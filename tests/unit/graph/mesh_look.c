#include "mesh_rig.h"

struct graph_info mesh_info(struct mesh *m, size_t i)
{
	struct graph_info info;
	graph_info(m->node[i].g, m->now, &info);
	return info;
}

uint32_t mesh_neighbors(struct mesh *m, size_t i)
{
	return m->node[i].g ? mesh_info(m, i).neighbors : 0;
}

const struct mesh_reply *mesh_reply(struct mesh *m, size_t i, uint64_t number)
{
	const struct mesh_node *v = &m->node[i];
	for (size_t k = 0; k < v->n_replies; k++)
		if (v->replies[k].number == number)
			return v->replies[k].after <= store_mem_committed(v->mem) ? &v->replies[k]
										  : NULL;
	return NULL;
}

struct mesh_stream *mesh_stream(struct mesh *m, size_t i, size_t j)
{
	for (struct mesh_stream *s = m->streams; s; s = s->next) {
		bool it = (s->node[0] == i && s->node[1] == j) ||
			  (s->node[0] == j && s->node[1] == i);
		if (it && s->up && s->link[0] && s->link[1])
			return s;
	}
	return NULL;
}

/* A link counts where both ends say it is CONNECTED. */
static bool linked(struct mesh *m, size_t i, uint64_t node)
{
	struct graph_link_info l;
	for (size_t at = 0; graph_link_next(m->node[i].g, &at, &l);)
		if (l.connected && !l.direct && l.node == node)
			return true;
	return false;
}

/* One step further from those reached; false when nobody is new. */
static bool reach(struct mesh *m, const uint64_t *id, bool *reached)
{
	bool more = false;
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; reached[i] && j < m->n; j++) {
			if (reached[j] || !m->node[j].g || !linked(m, i, id[j]) ||
			    !linked(m, j, id[i]))
				continue;
			reached[j] = more = true;
		}
	return more;
}

bool mesh_connected(struct mesh *m)
{
	bool reached[MESH_NODES] = { false };
	uint64_t id[MESH_NODES] = { 0 };
	size_t first = MESH_NODES;
	for (size_t i = 0; i < m->n; i++) {
		if (m->node[i].g)
			id[i] = mesh_info(m, i).node;
		if (m->node[i].g && first == MESH_NODES)
			first = i;
	}
	if (first == MESH_NODES)
		return false;
	reached[first] = true;
	while (reach(m, id, reached))
		;
	for (size_t i = 0; i < m->n; i++)
		if (m->node[i].g && !reached[i])
			return false;
	return true;
}

static size_t live_records(struct mesh *m, size_t i)
{
	const struct graph_db *db = graph_database(m->node[i].g);
	uint64_t now = mesh_info(m, i).time;
	size_t n = 0;
	for (const struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e))
		n += e->expires > now + 60 * GRAPH_TICKS_SEC;
	return n;
}

static bool same_as(struct mesh *m, size_t i, size_t j)
{
	const struct graph_db *a = graph_database(m->node[i].g);
	const struct graph_db *b = graph_database(m->node[j].g);
	uint64_t now = mesh_info(m, i).time;
	if (live_records(m, i) != live_records(m, j))
		return false;
	for (const struct graph_entry *e = graph_db_after(a, NULL); e; e = graph_db_next(a, e)) {
		if (e->expires <= now + 60 * GRAPH_TICKS_SEC)
			continue;
		const struct graph_entry *o = graph_db_find(b, &e->place.id);
		if (!o || o->version != e->version || o->fingerprint == 0)
			return false;
	}
	return true;
}

bool mesh_same_records(struct mesh *m)
{
	size_t first = MESH_NODES;
	for (size_t i = 0; i < m->n; i++) {
		if (!m->node[i].g)
			continue;
		if (first == MESH_NODES)
			first = i;
		else if (!same_as(m, first, i))
			return false;
	}
	return true;
}

bool mesh_settled(struct mesh *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->node[i].g && !mesh_info(m, i).listening)
			return false;
	return mesh_connected(m) && mesh_same_records(m);
}
