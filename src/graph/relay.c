/* Records of neighbors on their way to the others. They are framed when the owner takes the
 * outputs out, not while it still gives inputs: who sends the same record meanwhile needs it
 * no more, and all that goes to a neighbor goes at once. */
#include "graph/flood_int.h"

#define WAIT_MOST ((size_t)512 * 1024) /* octets of all; then they go at once */
#define WAIT_ONE  ((size_t)16 * 1024)  /* of one: a larger one is not copied */
#define KEPT	  ((size_t)64 * 1024)  /* of a buffer that is not used well */

struct graph_relay {
	uint64_t fingerprint;
	uint32_t index; /* of the entry */
	uint32_t from;	/* the link it came on; 0 none */
	size_t at, n;	/* its octets */
};

static bool octets_fit(struct graph *g, size_t n)
{
	struct graph_relays *w = &g->relays;
	size_t room = w->room ? w->room : KEPT;
	while (room < w->n + n)
		room *= 2;
	if (room == w->room)
		return true;
	uint8_t *fresh = env_resize(g->shared->env, w->octets, room);
	if (!fresh)
		return false;
	w->octets = fresh;
	w->room = room;
	return true;
}

static bool record_fits(struct graph *g)
{
	struct graph_relays *w = &g->relays;
	if (w->count < w->count_room)
		return true;
	size_t room = w->count_room ? 2 * w->count_room : 64;
	struct graph_relay *fresh = env_resize(g->shared->env, w->all, room * sizeof(*fresh));
	if (!fresh)
		return false;
	w->all = fresh;
	w->count_room = room;
	return true;
}

static bool wait(struct graph *g, const struct graph_entry *e, struct span octets,
		 const struct graph_link *from)
{
	struct graph_relays *w = &g->relays;
	if (octets.n > WAIT_ONE)
		return false;
	if (w->n + octets.n > WAIT_MOST)
		graph_relay_on(g);
	if (!octets_fit(g, octets.n) || !record_fits(g))
		return false;
	w->all[w->count++] = (struct graph_relay){ .fingerprint = e->fingerprint,
						   .index = e->index,
						   .from = from ? from->number : 0,
						   .at = w->n,
						   .n = octets.n };
	memcpy(w->octets + w->n, octets.p, octets.n);
	w->n += octets.n;
	return true;
}

/* GRAPH-10.22 */
void graph_relay(struct graph *g, const struct graph_entry *e, struct span octets,
		 const struct graph_link *from, struct mono now)
{
	g->relays.now = now;
	if (!wait(g, e, octets, from))
		graph_flood_out(g, e, octets, from, 0);
}

/* What has changed since is behind it, or has gone already. */
static const struct graph_entry *as_it_came(const struct graph *g, const struct graph_relay *r)
{
	const struct graph_entry *e = graph_db_at(g->db, r->index);
	return e && e->fingerprint == r->fingerprint ? e : NULL;
}

/* All that one neighbor gets goes at once: what sealing needs of it is near then. */
static void send(struct graph *g, struct graph_link *l)
{
	struct graph_relays *w = &g->relays;
	for (size_t i = 0; i < w->count && graph_link_neighbor(l); i++) {
		const struct graph_relay *r = &w->all[i];
		const struct graph_entry *e = l->number != r->from ? as_it_came(g, r) : NULL;
		if (e && !graph_heard(g, l, e))
			graph_send_record(g, l, e, span_of(w->octets + r->at, r->n), 0);
	}
}

void graph_relay_on(struct graph *g)
{
	struct graph_relays *w = &g->relays;
	LIST_EACH(at, tmp, &g->links)
	send(g, LIST_ENTRY(at, struct graph_link, all));
	if (w->room > KEPT && w->n < w->room / 8)
		graph_relay_free(g);
	w->count = w->n = 0;
}

void graph_relay_free(struct graph *g)
{
	struct graph_relays *w = &g->relays;
	env_free(g->shared->env, w->octets);
	env_free(g->shared->env, w->all);
	*w = (struct graph_relays){ .now = w->now };
}
