#include "graph/flood_int.h"

/* Upkeep of the mesh: timers, which neighbors to have, what the built-in records lead to
 * (digest 11, 12, 13). */

enum {
	STATUS_LISTENING = 1,
	STATUS_CONNECTED = 2,
	STATUS_SYNCHRONISED = 4
};

/* What the graph is, by those bits. */
static const char *const status_texts[] = {
	"not synchronised yet, and without a neighbor",
	"not synchronised yet, and without a neighbor; it takes connections",
	"connected, and not synchronised yet",
	"connected, and not synchronised yet; it takes connections",
	"without a neighbor",
	"without a neighbor; it takes connections",
	"connected",
	"connected; it takes connections",
};

#define NEED_MOST MONO_HOUR

void graph_timer_set(struct graph *g, enum graph_timer t, struct mono at)
{
	g->timer[t] = at;
}

/* GRAPH-8.20: otherwise a maintenance each 30 s would put a timer of up to 180 s off for
 * ever. */
void graph_timer_arm(struct graph *g, enum graph_timer t, struct mono at)
{
	if (mono_is_never(g->timer[t]))
		g->timer[t] = at;
}

void graph_maintain_status(struct graph *g)
{
	uint8_t now = (uint8_t)((g->listening ? STATUS_LISTENING : 0) |
				(g->neighbors ? STATUS_CONNECTED : 0) |
				(graph_ready(g) ? STATUS_SYNCHRONISED : 0));
	if (now == g->status)
		return;
	g->status = now;
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_STATUS);
	e.text = status_texts[now];
	graph_out_event(g, &e, 0);
}

/* Of equally useful ones the newest: who is here for long knows more. */
static struct graph_link *least_useful(const struct graph *g)
{
	struct graph_link *least = NULL;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (graph_link_neighbor(l) && (!least || l->utility <= least->utility))
			least = l;
	}
	return least;
}

static void need_connection(struct graph *g)
{
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_NEED_CONNECTION);
	if (g->neighbors)
		e.status = GRAPH_LINK_CONNECTED;
	graph_out_event(g, &e, 0);
}

/* GRAPH-8.27: told at once and then, while nothing changes, after twice the time each. */
static void alone(struct graph *g, struct mono now)
{
	if (g->need_pause && !mono_reached(g->need_at, now))
		return;
	int64_t pause = g->need_pause ? 2 * g->need_pause : g->birth.times.maintain_alone;
	g->need_pause = pause < NEED_MOST ? pause : NEED_MOST;
	g->need_at = mono_add(now, g->need_pause);
	need_connection(g);
}

/* GRAPH-8.28: who has just come had no time to be of use. Nobody goes in its place, lest
 * whoever comes again and again drive all others out. */
static void leave_least_useful(struct graph *g, struct mono now)
{
	struct graph_link *l = least_useful(g);
	if (mono_reached(mono_add(l->since, g->birth.times.maintain), now))
		graph_link_leave(g, l, GRAPH_LEAST_USEFUL, now);
}

/* GRAPH-8.21: at most one attempt a run. */
static void connections(struct graph *g, bool from_timer, struct mono now)
{
	if (from_timer && g->neighbors > GRAPH_NEIGHBORS_IDEAL)
		leave_least_useful(g, now);
	bool wants = g->neighbors == 0 ||
		     (g->neighbors < GRAPH_NEIGHBORS_MIN && !g->never_connected) ||
		     (from_timer && g->neighbors < GRAPH_NEIGHBORS_IDEAL);
	if (wants && !graph_attempt(g, now) && g->neighbors == 0)
		alone(g, now);
}

/* Digest 11.3, in its order. Pings show which neighbors are dead (A49). */
void graph_maintain(struct graph *g, bool from_timer, struct mono now)
{
	graph_signature_calculate(g, now);
	graph_contact_maintain(g, now);
	graph_partition_detect(g, now);
	graph_presence_maintain(g, now);
	connections(g, from_timer, now);
	if (g->has_contact && g->neighbors)
		need_connection(g);
	if (from_timer && g->neighbors && g->has_contact)
		(void)graph_attempt_lost(g, now);
	if (from_timer) {
		graph_deferred_expire(g, now);
		graph_ping_all(g);
	}
	/* What leaving a neighbor wants was done here. */
	if (from_timer)
		g->maintain_wanted = false;
	int64_t next = g->neighbors ? g->birth.times.maintain : g->birth.times.maintain_alone;
	graph_timer_set(g, GRAPH_TIMER_MAINTAIN, mono_add(now, next));
}

void graph_maintain_due(struct graph *g, enum graph_timer t, struct mono now)
{
	if (!g->loaded || g->stopping)
		return;
	switch (t) {
	case GRAPH_TIMER_SIGNATURE:
		graph_signature_due(g, now);
		break;
	case GRAPH_TIMER_CONTACT:
		graph_contact_due(g, now);
		break;
	case GRAPH_TIMER_DETECT:
		graph_detect_due(g, now);
		break;
	case GRAPH_TIMER_MAINTAIN:
		graph_maintain(g, true, now);
		break;
	case GRAPH_TIMER_PRESENCE:
		graph_presence_due(g, now);
		break;
	case GRAPH_TIMER_EXPIRE:
	case GRAPH_TIMER_REFRESH:
	case GRAPH_TIMER_LOAD:
	case GRAPH_TIMER_SLICE:
	case GRAPH_TIMER_ASK:
	case GRAPH_TIMER_COUNT:
		break;
	}
}

void graph_builtin_changed(struct graph *g, const struct graph_entry *e,
			   const struct graph_record *r, const struct graph_link *from,
			   struct mono now)
{
	switch (e->type) {
	case GRAPH_TYPE_INFO:
		if (e->version > g->info_version)
			g->info_version = e->version;
		if (!e->deleted)
			graph_info_take(g, r);
		break;
	case GRAPH_TYPE_SIGNATURE:
		if (e->version > g->signature_version)
			g->signature_version = e->version;
		graph_signature_changed(g, r, now);
		break;
	case GRAPH_TYPE_CONTACT:
		graph_nodes_take(g, e, r, from);
		if (e->deleted && graph_guid_eq(&e->place.id, &g->contact))
			g->has_contact = false;
		graph_contact_maintain(g, now);
		graph_partition_detect(g, now);
		break;
	case GRAPH_TYPE_PRESENCE:
		graph_nodes_take(g, e, r, from);
		if (e->deleted && graph_guid_eq(&e->place.id, &g->presence))
			g->has_presence = false;
		graph_presence_maintain(g, now);
		break;
	default: /* no built-in type */
		break;
	}
}

void graph_builtin_gone(struct graph *g, uint16_t type, const struct graph_guid *id,
			struct mono now)
{
	if (type == GRAPH_TYPE_SIGNATURE) {
		graph_signature_gone(g, now);
	} else if (type == GRAPH_TYPE_CONTACT) {
		graph_nodes_drop(g, id);
		g->has_contact &= !graph_guid_eq(id, &g->contact);
		graph_contact_maintain(g, now);
		graph_partition_detect(g, now);
	} else if (type == GRAPH_TYPE_PRESENCE) {
		graph_nodes_drop(g, id);
		g->has_presence &= !graph_guid_eq(id, &g->presence);
		graph_presence_maintain(g, now);
	}
}
