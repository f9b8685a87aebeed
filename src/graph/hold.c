/* Changes of ours that wait, in order: for the database to be read, or for neighbors that
 * have not read what was sent to them. Relays never wait, origins do. */
#include "graph/flood_int.h"

#define SLICE	 64
#define PATIENCE (10 * MONO_SEC) /* with neighbors that read nothing at all */

static bool synchronises(const struct graph_link *l)
{
	return l->sync.phase != GRAPH_PHASE_NONE;
}

/* GRAPH-10.11: a synchronisation fills the window by itself, so there the backlog alone
 * counts. */
static bool blocks(const struct graph *g, const struct graph_link *l)
{
	if (!graph_link_neighbor(l))
		return false;
	if (l->out.later_n > g->birth.limits.link_backlog / 8)
		return true;
	return !synchronises(l) && graph_send_room(g, l) == 0;
}

bool graph_hold_must(const struct graph *g)
{
	LIST_EACH(at, tmp, &g->links)
	if (blocks(g, LIST_ENTRY(at, struct graph_link, all)))
		return true;
	return false;
}

static void plan(struct graph *g)
{
	struct mono at = mono_add(g->held_since, PATIENCE);
	if (at.us < g->timer[GRAPH_TIMER_SLICE].us)
		graph_timer_set(g, GRAPH_TIMER_SLICE, at);
}

enum err graph_hold_add(struct graph *g, const struct graph_command *c, uint64_t number,
			struct mono now)
{
	const struct graph_limits *most = &g->birth.limits;
	size_t n = c->payload.n + c->attributes.n;
	if (g->n_held >= most->held || n > most->link_memory - g->held_octets)
		return ERR_FULL;
	struct graph_held *h = env_zalloc(g->shared->env, 1, sizeof(*h) + n);
	if (!h)
		return ERR_NOMEM;
	struct wr w = wr_of(h->octets, n);
	h->number = number;
	h->c = *c;
	h->n = n;
	wr_bytes(&w, c->payload);
	wr_bytes(&w, c->attributes);
	h->c.payload = span_of(h->octets, c->payload.n);
	h->c.attributes = span_of(h->octets + c->payload.n, c->attributes.n);
	if (g->n_held == 0)
		g->held_since = now;
	list_push_back(&g->held, &h->all);
	g->n_held++;
	g->held_octets += n;
	plan(g);
	return OK;
}

void graph_hold_take(struct graph *g, struct graph_held *h)
{
	list_take(&h->all);
	g->n_held--;
	g->held_octets -= h->n;
}

static struct graph_held *take_first(struct graph *g)
{
	struct graph_held *h = LIST_ENTRY(g->held.next, struct graph_held, all);
	graph_hold_take(g, h);
	return h;
}

void graph_hold_free(struct graph *g)
{
	while (!list_empty(&g->held))
		env_free(g->shared->env, take_first(g));
}

void graph_hold_end(struct graph *g, enum err why)
{
	while (!list_empty(&g->held)) {
		struct graph_held *h = take_first(g);
		graph_out_reply(g, h->number, why, NULL, 0);
		env_free(g->shared->env, h);
	}
}

static void do_first(struct graph *g, struct mono now)
{
	struct graph_held *h = take_first(g);
	if (g->stopping)
		graph_out_reply(g, h->number, ERR_STOPPING, NULL, 0);
	else
		graph_publish_do(g, &h->c, h->number, now);
	env_free(g->shared->env, h);
	g->held_since = now;
}

/* GRAPH-10.12: one that reads nothing must not stop the others for ever. */
static void drop_blocking(struct graph *g, struct mono now)
{
	LIST_EACH(at, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(at, struct graph_link, all);
		if (!blocks(g, l))
			continue;
		struct graph_event ev = graph_event_of(g, GRAPH_EVENT_SLOW);
		struct text peer = TEXT_OF(ev.peer);
		text_str(&peer, l->peer ? l->peer : "");
		ev.conn = l->number;
		ev.node = l->node;
		ev.remote = l->remote;
		ev.err = ERR_SLOW;
		graph_out_event(g, &ev, 0);
		g->counts.slow++;
		graph_link_end(g, l, ERR_SLOW, NULL, now);
	}
	g->held_since = now;
}

void graph_publish_on(struct graph *g, struct mono now)
{
	if (g->revalidate)
		graph_slice_soon(g, now);
	if (!g->loaded && !g->stopping)
		return;
	if (g->n_held && mono_reached(mono_add(g->held_since, PATIENCE), now) && graph_hold_must(g))
		drop_blocking(g, now);
	for (int i = 0; g->n_held && (g->stopping || !graph_hold_must(g)); i++) {
		if (i == SLICE) {
			graph_slice_soon(g, now);
			return;
		}
		if (!g->stopping && graph_gather(g, now))
			i = SLICE - 1; /* a batch is as much as a slice */
		else
			do_first(g, now);
	}
	if (g->n_held)
		plan(g);
}
