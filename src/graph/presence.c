#include "graph/graph_int.h"

/* Presence: "this node is here" (digest 13). */

#define SLACK 10 /* records above the maximum before one goes */

static bool everybody(const struct graph *g)
{
	return g->properties.presence_max == GRAPH_PRESENCE_ALL;
}

/* What the number of records asks of us; they are as many as there may be, about. */
static bool wants_change(const struct graph *g)
{
	uint32_t most = g->properties.presence_max;
	size_t live = g->n_nodes;
	if (most == 0 || everybody(g) || g->force_presence || !g->listening)
		return false;
	return g->has_presence ? live > (size_t)most + SLACK : live < most;
}

static void withdraw(struct graph *g, struct mono now)
{
	struct graph_entry *e = graph_db_find(g->db, &g->presence);
	uint64_t after;
	if (e && !e->deleted && graph_publish_delete(g, e, &after, now) != OK)
		return;
	g->has_presence = false;
}

/* GRAPH-8.24: what is published since a program asked for it is not refreshed by itself in
 * the digest; ours is, or it would vanish while the program still wants it. */
void graph_presence_publish(struct graph *g, struct mono now)
{
	const struct env *env = g->shared->env;
	const char *text = g->presence_attributes ? g->presence_attributes : "";
	size_t most = 2 * (strlen(text) + 1), n = 0, size = 16 + most + 32 * GRAPH_ADDRESSES_MAX;
	uint8_t *attributes = env_zalloc(env, 1, most + size);
	uint32_t life = g->properties.presence_life;
	if (!attributes)
		return;
	if (text[0] && graph_utf16(span_str(text), most / 2, attributes, &n) != OK)
		n = 0;
	struct wr w = wr_of(attributes + most, size);
	graph_put_presence(&w, g->node, span_of(attributes, n),
			   (struct graph_addresses){ g->address, g->n_addresses });
	struct graph_making m = {
		.type = graph_type_presence,
		.payload = wr_span(&w),
		.expires =
			graph_now(g, now) + (life ? life : GRAPH_LIFE_PRESENCE) * GRAPH_TICKS_SEC,
		.local = GRAPH_ENTRY_REFRESH,
	};
	struct graph_entry *e;
	uint64_t after;
	if (g->has_presence)
		m.id = g->presence;
	if (graph_publish(g, &m, &e, &after, now) == OK) {
		g->presence = e->place.id;
		g->has_presence = true;
	}
	env_free(env, attributes);
}

/* What is to be published or withdrawn at once waits for the end of the call: a record of
 * presence that was stored, ours too, leads here. */
void graph_presence_maintain(struct graph *g, struct mono now)
{
	const struct graph_times *t = &g->birth.times;
	bool all = everybody(g) || g->force_presence;
	if (!g->loaded || g->stopping || !graph_ready(g))
		return;
	if (g->listening ? !g->has_presence && all : g->has_presence)
		g->presence_stale = true;
	else if (wants_change(g))
		graph_timer_arm(
			g, GRAPH_TIMER_PRESENCE,
			mono_add(now, graph_random_delay(g, t->presence_least, t->presence_most)));
}

void graph_presence_settle(struct graph *g, struct mono now)
{
	if (g->listening)
		graph_presence_publish(g, now);
	else if (g->has_presence)
		withdraw(g, now);
}

void graph_presence_due(struct graph *g, struct mono now)
{
	if (!wants_change(g))
		return;
	if (g->has_presence)
		withdraw(g, now);
	else
		graph_presence_publish(g, now);
}

void graph_presence_command(struct graph *g, const struct graph_command *c, struct mono now)
{
	if (c->set & GRAPH_SET_PRESENT)
		g->force_presence = c->present;
	if (c->set & GRAPH_SET_ATTRIBUTES) {
		char *fresh = env_copy(g->shared->env, c->payload.p, c->payload.n);
		if (fresh) {
			env_free(g->shared->env, g->presence_attributes);
			g->presence_attributes = fresh;
		}
		g->presence_stale |= g->has_presence;
	}
	graph_presence_maintain(g, now);
}
