#include "graph/graph_int.h"

/* PT2PT: data of applications on neighbor and direct connections, and pings (digest 6.13,
 * 18). */

/* A command that waits for its link. */
struct graph_waiter {
	struct list all;
	uint64_t number;
	bool gone; /* waits until its octets have gone; else for room */
	struct mono since;
};

/* GRAPH-13.1, GRAPH-13.3. */
void graph_data_take(struct graph *g, struct graph_link *l, const struct graph_data *m)
{
	/* It has done its work: the connection is alive. */
	if (graph_guid_eq(&m->type, &graph_data_ping))
		return;
	graph_out_data(g, l, m);
}

void graph_ping(struct graph *g, struct graph_link *l)
{
	uint8_t room[GRAPH_PT2PT_HEAD];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_data(&w, &graph_data_ping, 0);
	graph_send(g, l, wr_span(&w), 0);
}

void graph_ping_all(struct graph *g)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state == GRAPH_STATE_CONNECTED)
			graph_ping(g, l);
	}
}

static void waiter_end(struct graph *g, struct graph_waiter *w)
{
	list_take(&w->all);
	env_free(g->shared->env, w);
}

void graph_data_end(struct graph *g, struct graph_link *l, enum err why)
{
	LIST_EACH(n, tmp, &l->waiters)
	{
		struct graph_waiter *w = LIST_ENTRY(n, struct graph_waiter, all);
		graph_out_reply(g, w->number, why, NULL, 0);
		waiter_end(g, w);
	}
}

void graph_data_drained(struct graph *g, struct graph_link *l, struct mono now)
{
	LIST_EACH(n, tmp, &l->waiters)
	{
		struct graph_waiter *w = LIST_ENTRY(n, struct graph_waiter, all);
		bool good = w->gone ? graph_send_idle(l) : graph_send_room(g, l) > 0;
		if (!good)
			continue;
		graph_out_reply_link(g, w->number, l, mono_since(now, w->since));
		waiter_end(g, w);
	}
}

/* GRAPH-13.2: answered now, or when the link has got so far. */
static void answer(struct graph *g, struct graph_link *l, uint64_t number, bool gone,
		   struct mono now)
{
	if (l->state == GRAPH_STATE_ENDED) {
		graph_out_reply(g, number, ERR_CLOSED, NULL, 0);
		return;
	}
	if (!gone && graph_send_room(g, l) > 0) {
		graph_out_reply_link(g, number, l, 0);
		return;
	}
	struct graph_waiter *w = env_zalloc(g->shared->env, 1, sizeof(*w));
	if (!w) {
		graph_out_reply(g, number, ERR_NOMEM, NULL, 0);
		return;
	}
	w->number = number;
	w->gone = gone;
	w->since = now;
	l->out.ask = true;
	list_push_back(&l->waiters, &w->all);
}

static struct graph_link *connected(const struct graph *g, uint64_t conn)
{
	struct graph_link *l = conn <= UINT32_MAX ? graph_link_find(g, (uint32_t)conn) : NULL;
	return l && l->state == GRAPH_STATE_CONNECTED ? l : NULL;
}

static void send_data(struct graph *g, const struct graph_command *c, struct graph_link *l,
		      uint64_t number, struct mono now)
{
	size_t n = GRAPH_PT2PT_HEAD + c->payload.n;
	if (graph_guid_eq(&c->type, &graph_data_ping)) {
		graph_out_reply(g, number, ERR_DENIED, "this data type is the ping's", 0);
		return;
	}
	if (c->payload.n > g->birth.limits.message_max - GRAPH_PT2PT_HEAD) {
		graph_out_reply(g, number, ERR_RANGE, "too large for one message", 0);
		return;
	}
	uint8_t *room = graph_message_room(g, n);
	if (!room) {
		graph_out_reply(g, number, ERR_NOMEM, NULL, 0);
		return;
	}
	struct wr w = wr_of(room, n);
	graph_put_data(&w, &c->type, c->payload.n);
	wr_bytes(&w, c->payload);
	graph_send(g, l, wr_span(&w), 0);
	answer(g, l, number, false, now);
}

static void ping(struct graph *g, const struct graph_command *c, uint64_t number, struct mono now)
{
	struct graph_link *found = NULL;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state != GRAPH_STATE_CONNECTED || (c->node && l->node != c->node))
			continue;
		graph_ping(g, l);
		if (l->state == GRAPH_STATE_CONNECTED)
			found = l;
	}
	if (found)
		answer(g, found, number, true, now);
	else
		graph_out_reply(g, number, ERR_NOT_FOUND, "no connection to such a node", 0);
}

static void conn_command(struct graph *g, const struct graph_command *c, uint64_t number,
			 struct mono now)
{
	struct graph_link *l = connected(g, c->conn);
	if (!l || (!l->direct && c->kind != GRAPH_CONN_SEND)) {
		graph_out_reply(g, number, ERR_NOT_FOUND, "no such direct connection", 0);
		return;
	}
	if (c->kind == GRAPH_CONN_SEND) {
		send_data(g, c, l, number, now);
		return;
	}
	if (c->kind == GRAPH_CONN_READ)
		l->paused = c->paused;
	else
		graph_link_leave(g, l, GRAPH_ASKED, now);
	graph_out_reply(g, number, OK, NULL, 0);
}

void graph_data_command(struct graph *g, const struct graph_command *c, uint64_t number,
			struct mono now)
{
	if (c->kind == GRAPH_PING) {
		ping(g, c, number, now);
	} else if (c->kind == GRAPH_ACCEPT_DIRECT) {
		g->accept_direct = !c->paused;
		graph_out_reply(g, number, OK, NULL, 0);
	} else {
		conn_command(g, c, number, now);
	}
}
