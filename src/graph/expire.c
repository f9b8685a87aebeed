/* Records end at their time: purged in slices, the timer following the first of them
 * (digest 17). */
#include "graph/flood_int.h"

#define SLICE 512

/* us until peer time is t; never negative. */
static int64_t until(const struct graph *g, uint64_t t, struct mono now)
{
	uint64_t today = graph_now(g, now);
	return t > today ? (int64_t)((t - today) / 10) : 0;
}

static int64_t clamped(const struct graph_times *t, int64_t us)
{
	if (us < t->expire_least)
		return t->expire_least;
	return us > t->expire_most ? t->expire_most : us;
}

static void plan(struct graph *g, struct mono now)
{
	const struct graph_entry *e = graph_db_first_expiry(g->db);
	int64_t us = e ? until(g, e->expires, now) : g->birth.times.expire_most;
	graph_timer_set(g, GRAPH_TIMER_EXPIRE, mono_add(now, clamped(&g->birth.times, us)));
}

/* GRAPH-11.4 */
void graph_expire_stored(struct graph *g, const struct graph_entry *e, struct mono now)
{
	struct mono at = mono_add(now, until(g, e->expires, now));
	if (mono_add(at, g->birth.times.expire_least).us < g->timer[GRAPH_TIMER_EXPIRE].us)
		graph_timer_set(g, GRAPH_TIMER_EXPIRE, at);
}

void graph_expire_now(struct graph *g, struct mono now)
{
	graph_timer_set(g, GRAPH_TIMER_EXPIRE, now);
}

static void tell(struct graph *g, const struct graph_entry *e)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_RECORD);
	ev.change = GRAPH_RECORD_EXPIRED;
	ev.id = e->place.id;
	ev.type = *graph_db_type(g->db, e->type);
	ev.version = e->version;
	ev.ours = (e->local & GRAPH_ENTRY_OURS) != 0;
	graph_out_event(g, &ev, 0);
}

/* GRAPH-11.5: a tombstone's end is nothing to an application, and of Graph Info what was
 * cached stays (A26). */
static bool purge(struct graph *g, struct graph_entry *e, struct mono now)
{
	struct graph_guid id = e->place.id;
	uint16_t type = e->type;
	uint64_t number;
	bool deleted = e->deleted;
	if (!deleted && !e->hidden && type > GRAPH_TYPE_PRESENCE)
		tell(g, e);
	if (graph_db_remove(g->db, e, &number))
		return false;
	if (type == GRAPH_TYPE_CONTACT && !deleted)
		graph_nodes_lost(g, &id, now);
	if (type <= GRAPH_TYPE_PRESENCE && !deleted)
		graph_builtin_gone(g, type, &id, now);
	return true;
}

/* GRAPH-11.3 */
void graph_expire_due(struct graph *g, struct mono now)
{
	uint64_t today = graph_now(g, now);
	graph_timer_set(g, GRAPH_TIMER_EXPIRE, MONO_NEVER);
	if (!g->loaded || (g->properties.defer_expiration && g->neighbors == 0))
		return;
	for (int i = 0; i < SLICE; i++) {
		struct graph_entry *e = graph_db_first_expiry(g->db);
		if (!e || e->expires > today || !purge(g, e, now)) {
			plan(g, now);
			return;
		}
	}
	graph_expire_now(g, now);
}

/* Only ever brought forward: the clock is read more often than expire_least, and a timer
 * that began anew each time would never be due. One that is due too early plans again. */
void graph_time_changed(struct graph *g, struct mono now)
{
	const struct graph_entry *e = graph_db_first_expiry(g->db);
	graph_refresh_plan(g, now);
	if (e && !mono_is_never(g->timer[GRAPH_TIMER_EXPIRE]))
		graph_expire_stored(g, e, now);
}
