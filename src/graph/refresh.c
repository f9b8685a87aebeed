/* Records of ours that must not end: the Signature, Contact and Presence that this node
 * publishes are made anew shortly before their time (digest 17, A25). */
#include "graph/flood_int.h"

#define LIFE_DEFAULT (300 * GRAPH_TICKS_SEC)

/* GRAPH-11.6: the flag is of our copy alone; where another's version came it is gone. */
static struct graph_entry *live(const struct graph *g, size_t i, uint64_t today)
{
	struct graph_entry *e = graph_db_find(g->db, &g->refresh[i]);
	bool ours = e && (e->local & GRAPH_ENTRY_REFRESH) && !e->deleted;
	return ours && e->expires > today ? e : NULL;
}

static void forget_dead(struct graph *g, uint64_t today)
{
	uint8_t n = 0;
	for (uint8_t i = 0; i < g->n_refresh; i++)
		if (live(g, i, today))
			g->refresh[n++] = g->refresh[i];
	g->n_refresh = n;
}

void graph_refresh_note(struct graph *g, const struct graph_guid *id, struct mono now)
{
	for (uint8_t i = 0; i < g->n_refresh; i++)
		if (graph_guid_eq(&g->refresh[i], id)) {
			graph_refresh_plan(g, now);
			return;
		}
	if (g->n_refresh == GRAPH_REFRESHED)
		forget_dead(g, graph_now(g, now));
	if (g->n_refresh < GRAPH_REFRESHED)
		g->refresh[g->n_refresh++] = *id;
	graph_refresh_plan(g, now);
}

static void refresh(struct graph *g, struct graph_entry *e, uint64_t today, struct mono now)
{
	uint64_t after;
	struct graph_entry *entry;
	uint64_t life = e->expires - e->place.modified;
	if (e->expires <= e->place.modified)
		life = LIFE_DEFAULT;
	struct graph_make m = {
		.old = e,
		.keep_payload = true,
		.keep_attributes = true,
		.expires = graph_ends(g, today + life),
		.local = GRAPH_ENTRY_REFRESH,
	};
	if (m.expires <= e->expires)
		return; /* our right ends with it */
	/* What cannot be made now is tried again when the timer fires next. */
	(void)!graph_make_record(g, &m, &entry, &after, now);
}

void graph_refresh_due(struct graph *g, struct mono now)
{
	uint64_t today = graph_now(g, now);
	uint64_t window = (uint64_t)g->birth.times.refresh_window * 10;
	graph_timer_set(g, GRAPH_TIMER_REFRESH, MONO_NEVER);
	for (uint8_t i = 0; g->loaded && i < g->n_refresh; i++) {
		struct graph_entry *e = live(g, i, today);
		if (e && e->expires <= today + window)
			refresh(g, e, today, now);
	}
	graph_refresh_plan(g, now);
}

void graph_refresh_plan(struct graph *g, struct mono now)
{
	const struct graph_times *t = &g->birth.times;
	uint64_t today = graph_now(g, now);
	int64_t us = INT64_MAX;
	for (uint8_t i = 0; i < g->n_refresh; i++) {
		const struct graph_entry *e = live(g, i, today);
		int64_t left = e ? (int64_t)((e->expires - today) / 10) : INT64_MAX;
		if (left < us)
			us = left;
	}
	if (us == INT64_MAX)
		return;
	us = us - t->refresh_window < t->refresh_least ? t->refresh_least : us - t->refresh_window;
	graph_timer_set(g, GRAPH_TIMER_REFRESH, mono_add(now, us));
}
