/* What is stored, and who is linked, held against the provider again (GRAPH-8.47, GRAPH-8.48):
 * somebody's right has ended. In slices, by what the records of a slice cost. */
#include "graph/flood_int.h"

/* Octets of a payload that count as one unit: what a provider reads out of it - certificates -
 * takes it a while, and a payload of 16 KiB has as many as one slice may check. */
#define COST_OCTETS 82

static bool is_open(const struct graph *g)
{
	return g->birth.provider.ops == graph_provider_open.ops;
}

enum graph_opinion graph_stored_opinion(const struct graph *g, const struct graph_record *r,
					size_t *cost)
{
	const struct graph_provider *p = &g->birth.provider;
	if (is_open(g))
		return GRAPH_VALID;
	if (graph_type_reserved(&r->type))
		*cost += r->payload.n / COST_OCTETS;
	enum graph_opinion o = p->ops->validate(p->ctx, r, GRAPH_CHANGE_STORED);
	return o == GRAPH_ENDED ? GRAPH_INVALID : o;
}

/* ---- links ---- */

/* GRAPH-8.48 */
static void recheck_links(struct graph *g, struct mono now)
{
	g->links_doubted = false;
	const struct graph_provider_ops *ops = g->birth.provider.ops;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		bool proved = l->state > GRAPH_STATE_TOKENS && l->state < GRAPH_STATE_ENDED;
		if (proved && l->session && ops->stands && !ops->stands(l->session))
			graph_link_end(g, l, ERR_DENIED, NULL, now);
	}
}

/* ---- records ---- */

static bool still_stands(struct graph *g, const struct graph_entry *e, size_t *cost)
{
	struct span octets;
	struct graph_record r;
	if (graph_db_octets(g->db, e, &octets) != OK)
		return true; /* no reason to lose it */
	if (graph_record_decode(octets, &r) != OK)
		return false;
	return graph_stored_opinion(g, &r, cost) != GRAPH_INVALID;
}

/* False: the store does not let it go now. */
static bool purge(struct graph *g, struct graph_entry *e, struct mono now)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_RECORD);
	uint64_t number;
	uint16_t type = e->type;
	bool hidden = e->hidden;
	ev.change = GRAPH_RECORD_GONE;
	ev.id = e->place.id;
	ev.type = *graph_db_type(g->db, type);
	ev.version = e->version;
	ev.ours = (e->local & GRAPH_ENTRY_OURS) != 0;
	if (graph_db_remove(g->db, e, &number) != OK)
		return false;
	if (type <= GRAPH_TYPE_PRESENCE)
		graph_builtin_gone(g, type, &ev.id, now);
	else if (!hidden)
		graph_out_event(g, &ev, number);
	return true;
}

/* GRAPH-8.49: who makes us do it again and again takes a quarter of our time, not all. */
#define REST 3 /* times as long as a round took */

static void next_round(struct graph *g, struct mono now)
{
	int64_t took = now.us - g->recheck_from.us;
	if (g->recheck_ask && !g->recheck_again)
		graph_ask_begin(g, now);
	g->recheck_rest = mono_add(now, REST * took);
	g->recheck = g->recheck_again;
	g->recheck_again = false;
	g->recheck_began = false;
}

/* False: a round is not to begin yet. */
static bool is_due(struct graph *g, struct mono now)
{
	if (g->recheck_began)
		return true;
	if (mono_reached(g->recheck_rest, now)) {
		g->recheck_from = now;
		return true;
	}
	if (g->recheck_rest.us < g->timer[GRAPH_TIMER_SLICE].us)
		graph_timer_set(g, GRAPH_TIMER_SLICE, g->recheck_rest);
	return false;
}

void graph_recheck_on(struct graph *g, struct mono now)
{
	if (g->links_doubted)
		recheck_links(g, now);
	if (!g->recheck || !g->loaded || !is_due(g, now))
		return;
	struct graph_entry *e = graph_db_after(g->db, g->recheck_began ? &g->recheck_after : NULL);
	for (size_t cost = 0; e && cost < GRAPH_COST; cost++) {
		struct graph_entry *next = graph_db_next(g->db, e);
		struct graph_place place = e->place;
		if (!still_stands(g, e, &cost) && !purge(g, e, now))
			break; /* again with the next slice */
		g->recheck_after = place;
		g->recheck_began = true;
		e = next;
	}
	if (!e)
		next_round(g, now);
	if (g->recheck)
		graph_slice_soon(g, now);
}

/* GRAPH-8.50: whoever is removed is removed at once. */
void graph_recheck_ended(struct graph *g, struct mono now)
{
	g->recheck_rest = now;
	g->recheck_ask = true;
	graph_recheck(g, now);
}

void graph_recheck(struct graph *g, struct mono now)
{
	if (g->stopping || is_open(g))
		return;
	/* What was looked at in the round that runs may have ended since. */
	g->recheck_again = g->recheck && g->recheck_began;
	g->recheck = true;
	recheck_links(g, now);
	graph_slice_soon(g, now);
	graph_finish(g, now);
}
