/* Frames of a neighbor that are sealed, opened a few at a time: what is in them is known
 * before the first of them is looked at, so that the memory which tells whether its records
 * are known can be waited for at once, as it is of frames that anybody can read. */
#include "graph/graph_int.h"

#include <assert.h>

#define AHEAD	(2 * (size_t)GRAPH_FRAME_CEILING) /* octets */
#define ID_AT	(GRAPH_FLOOD_HEAD + sizeof(struct graph_guid))
#define TYPE_AT 5

struct ahead {
	struct span frame[GRAPH_DB_EXPECT]; /* plain, in g->ahead */
	size_t n, octets;
	enum err end; /* why there is no other: ERR_NOT_FOUND, or what is wrong with it */
	bool sealed;  /* it is that it cannot be unsealed */
};

bool graph_ahead_ready(struct graph *g, const struct graph_link *l)
{
	if (!l->session || !graph_link_neighbor(l) || !g->birth.provider.ops->sessions)
		return false;
	if (!g->ahead)
		g->ahead = env_resize(g->shared->env, NULL, AHEAD);
	return g->ahead != NULL;
}

void graph_ahead_free(struct graph *g)
{
	env_free(g->shared->env, g->ahead);
	g->ahead = NULL;
}

static void keep(struct graph *g, struct ahead *a, struct span plain)
{
	assert(plain.n <= GRAPH_FRAME_CEILING);
	if (!plain.n)
		return;
	memcpy(g->ahead + a->octets, plain.p, plain.n);
	a->frame[a->n++] = span_of(g->ahead + a->octets, plain.n);
	a->octets += plain.n;
}

/* No plain text is longer than the frame it comes in. */
static bool has_room(const struct ahead *a)
{
	return a->n < GRAPH_DB_EXPECT && a->octets <= AHEAD - GRAPH_FRAME_CEILING;
}

static void open_frames(struct graph *g, struct graph_link *l, struct span *in, struct ahead *a)
{
	const struct graph_provider_ops *ops = g->birth.provider.ops;
	struct span payload;
	while (!a->end && has_room(a)) {
		struct graph_session_out out = { .done = false };
		a->end = graph_inbox_frame(&l->inbox, in, &payload);
		if (!a->end)
			a->end = ops->unseal(l->session, payload, &out);
		else
			return;
		a->sealed = a->end != OK;
		if (!a->end)
			keep(g, a, out.bytes);
	}
}

/* GRAPH-10.2 */
static void expect(const struct graph *g, const struct ahead *a)
{
	struct graph_guid ids[GRAPH_DB_EXPECT];
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct span s = a->frame[i];
		if (s.n >= ID_AT + sizeof(ids[0]) && s.p[TYPE_AT] == GRAPH_FLOOD)
			memcpy(ids[n++].at, s.p + ID_AT, sizeof(ids[0].at));
	}
	if (n > 1)
		graph_db_expect(g->db, ids, n);
}

/* GRAPH-10.25: what came before a frame that is wrong counts. */
enum err graph_ahead_input(struct graph *g, struct graph_link *l, struct span *in, struct mono now)
{
	struct ahead a = { .end = OK };
	open_frames(g, l, in, &a);
	expect(g, &a);
	for (size_t i = 0; i < a.n && l->state != GRAPH_STATE_ENDED; i++)
		graph_link_plain(g, l, a.frame[i], now);
	if (!a.sealed)
		return a.end;
	graph_link_end(g, l, ERR_DENIED, "octets that cannot be unsealed", now);
	return OK;
}
