/* Records that the security provider cannot judge yet: kept aside with where they came from
 * until it is asked again (A35). Bounded in number and octets; who fills the list loses its
 * own. */
#include "graph/flood_int.h"

struct deferred {
	struct list all;
	struct graph_link *from; /* NULL: gone */
	bool again;		 /* to be asked about */
	uint64_t expires;	 /* peer time */
	size_t n;
	uint8_t octets[];
};

static struct span octets_of(const struct deferred *d)
{
	return span_of(d->octets, d->n);
}

/* What came from that neighbor, or, NULL, from those that are gone. */
static struct graph_share *share_of(struct graph *g, struct graph_link *from)
{
	return from ? &from->deferred : &g->deferred_gone;
}

static void count(struct graph *g, const struct deferred *d)
{
	struct graph_share *s = share_of(g, d->from);
	s->n++;
	s->octets += d->n;
}

static void uncount(struct graph *g, const struct deferred *d)
{
	struct graph_share *s = share_of(g, d->from);
	s->n--;
	s->octets -= d->n;
}

static void drop(struct graph *g, struct deferred *d)
{
	uncount(g, d);
	list_take(&d->all);
	g->n_deferred--;
	g->deferred_octets -= d->n;
	if (d->again)
		g->revalidate--;
	env_free(g->shared->env, d);
}

/* The same record comes from each neighbor; one of them is enough. */
static bool have(const struct graph *g, struct span octets)
{
	LIST_EACH(at, tmp, &g->deferred)
	{
		const struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (span_eq(octets_of(d), octets))
			return true;
	}
	return false;
}

static bool has_more(const struct graph_share *a, const struct graph_share *b, bool by_number)
{
	return by_number ? a->n > b->n : a->octets > b->octets;
}

/* GRAPH-10.24: who has most of what there is too much of. */
static struct graph_link *who_has_most(struct graph *g, bool by_number)
{
	struct graph_link *most = NULL;
	LIST_EACH(at, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(at, struct graph_link, all);
		if (has_more(&l->deferred, share_of(g, most), by_number))
			most = l;
	}
	return most;
}

static void drop_oldest_of(struct graph *g, const struct graph_link *from)
{
	LIST_EACH(at, tmp, &g->deferred)
	{
		struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (d->from != from)
			continue;
		drop(g, d);
		return;
	}
}

static void bound(struct graph *g)
{
	const struct graph_limits *most = &g->birth.limits;
	for (;;) {
		bool many = g->n_deferred > most->deferred;
		if (!many && g->deferred_octets <= most->link_memory)
			return;
		drop_oldest_of(g, who_has_most(g, many));
	}
}

/* GRAPH-10.7 */
void graph_deferred_add(struct graph *g, struct graph_link *l, struct span octets)
{
	const struct graph_limits *most = &g->birth.limits;
	struct graph_record rec;
	if (most->deferred == 0 || octets.n > most->link_memory || have(g, octets) ||
	    graph_record_decode(octets, &rec) != OK)
		return;
	struct deferred *d = env_zalloc(g->shared->env, 1, sizeof(*d) + octets.n);
	if (!d)
		return;
	d->from = l;
	d->expires = rec.expires;
	d->n = octets.n;
	memcpy(d->octets, octets.p, octets.n);
	list_push_back(&g->deferred, &d->all);
	g->n_deferred++;
	g->deferred_octets += d->n;
	count(g, d);
	bound(g);
}

/* GRAPH-10.27 */
void graph_deferred_expire(struct graph *g, struct mono now)
{
	uint64_t today = graph_now(g, now);
	LIST_EACH(at, tmp, &g->deferred)
	{
		struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (d->expires <= today)
			drop(g, d);
	}
}

void graph_flood_forget(struct graph *g, const struct graph_link *l)
{
	LIST_EACH(at, tmp, &g->deferred)
	{
		struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (d->from != l)
			continue;
		uncount(g, d);
		d->from = NULL;
		count(g, d);
	}
}

void graph_flood_free(struct graph *g)
{
	LIST_EACH(at, tmp, &g->deferred)
	drop(g, LIST_ENTRY(at, struct deferred, all));
}

static bool named(const struct deferred *d, const struct graph_guid *ids, size_t n)
{
	const uint8_t *id = d->octets + GRAPH_RECORD_ID_AT;
	for (size_t i = 0; i < n; i++)
		if (memcmp(ids[i].at, id, sizeof(ids[i].at)) == 0)
			return true;
	return n == 0;
}

void graph_revalidate(struct graph *g, const struct graph_guid *ids, size_t n, struct mono now)
{
	LIST_EACH(at, tmp, &g->deferred)
	{
		struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (d->again || !named(d, ids, n))
			continue;
		d->again = true;
		g->revalidate++;
	}
	if (g->revalidate)
		graph_slice_soon(g, now);
}

static struct deferred *next_again(const struct graph *g)
{
	LIST_EACH(at, tmp, &g->deferred)
	{
		struct deferred *d = LIST_ENTRY(at, struct deferred, all);
		if (d->again)
			return d;
	}
	return NULL;
}

/* As if it had just come, from where it came then. */
static void again(struct graph *g, struct deferred *d, struct mono now)
{
	struct graph_link *from = d->from;
	struct graph_take t = { .octets = octets_of(d), .from = from };
	enum graph_taken taken = graph_take(g, &t, now);
	if (taken == GRAPH_TAKEN_LATER) {
		list_take(&d->all);
		list_push_back(&g->deferred, &d->all);
		d->again = false;
		g->revalidate--;
		return;
	}
	if (from)
		graph_flood_answer(g, from, &t, taken, now);
	drop(g, d);
}

void graph_deferred_on(struct graph *g, struct mono now)
{
	for (size_t i = 0; g->loaded && g->revalidate && i < GRAPH_SLICE_ASKED; i++)
		again(g, next_again(g), now);
	if (g->loaded && g->revalidate)
		graph_slice_soon(g, now);
}
