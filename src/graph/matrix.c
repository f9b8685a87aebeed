#include "graph/graph_int.h"

/* What comes on a link: octets to frames, frames to messages or tokens, and messages by
 * the matrix of GRAPH-8.14: a row is a state, a column a type of message, and every cell
 * is filled. */

#define STRANGER_MAX (64 * 1024) /* octets of a message before CONNECTED */

/* A link that is CONNECTED has a row for each kind. */
enum row {
	ROW_DIALLING,
	ROW_ACCEPTED,
	ROW_TOKENS,
	ROW_AUTHENTICATED,
	ROW_CONNECT_WAIT,
	ROW_NEIGHBOR,
	ROW_DIRECT,
	ROW_ENDED,
	ROWS
};

struct arrival {
	struct graph *g;
	struct graph_link *l;
	struct span octets;
	struct graph_message m;
	struct mono now;
};

typedef void action(struct arrival *a);

static void bad(struct arrival *a)
{
	graph_link_end(a->g, a->l, ERR_STATE, "a message that may not come in this state", a->now);
}

static void ignore(struct arrival *a)
{
}

/* A56: a token may lie in the message or behind it, in the same frame. */
static void auth_info(struct arrival *a)
{
	struct span token = a->m.auth.rest.n ? a->m.auth.rest : a->l->inbox.rest;
	if (a->l->inbox.rest.n && !a->g->birth.provider.ops->sessions)
		bad(a);
	else
		graph_hello_auth_info(a->g, a->l, a->octets, &a->m.auth, token, a->now);
}

static void connect(struct arrival *a)
{
	graph_hello_connect(a->g, a->l, &a->m.connect, a->now);
}

static void welcome(struct arrival *a)
{
	graph_hello_welcome(a->g, a->l, &a->m.welcome, a->now);
}

static void refuse(struct arrival *a)
{
	graph_hello_refuse(a->g, a->l, &a->m.goodbye, a->now);
}

static void disconnect(struct arrival *a)
{
	graph_hello_disconnect(a->g, a->l, &a->m.goodbye, a->now);
}

static void solicit(struct arrival *a)
{
	graph_sync_solicit(a->g, a->l, &a->m, a->now);
}

static void advertise(struct arrival *a)
{
	graph_sync_advertise(a->g, a->l, &a->m.advertise, a->now);
}

static void request(struct arrival *a)
{
	graph_sync_request(a->g, a->l, &a->m.request, a->now);
}

static void flood(struct arrival *a)
{
	graph_flood_take(a->g, a->l, a->m.record, a->now);
}

static void sync_end(struct arrival *a)
{
	graph_sync_end(a->g, a->l, a->m.final, a->now);
}

static void data(struct arrival *a)
{
	graph_data_take(a->g, a->l, &a->m.data);
}

static void ack(struct arrival *a)
{
	graph_flood_acks(a->g, a->l, &a->m.acks);
}

#define COLUMNS (GRAPH_MESSAGE_END - GRAPH_AUTH_INFO)

static action *const matrix[ROWS][COLUMNS] = {
	/* AUTH_INFO, CONNECT, WELCOME, REFUSE, DISCONNECT, SOLICIT_NEW, _TIME, _HASH,
	 * ADVERTISE, REQUEST, FLOOD, SYNC_END, PT2PT, ACK */
	[ROW_DIALLING] = { bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad },
	[ROW_ACCEPTED] = { auth_info, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad,
			   bad },
	[ROW_TOKENS] = { bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad },
	[ROW_AUTHENTICATED] = { bad, connect, bad, bad, disconnect, bad, bad, bad, bad, bad, bad,
				ignore, bad, bad },
	[ROW_CONNECT_WAIT] = { bad, bad, welcome, refuse, disconnect, bad, bad, bad, bad, bad, bad,
			       ignore, bad, bad },
	[ROW_NEIGHBOR] = { bad, connect, bad, bad, disconnect, solicit, solicit, solicit, advertise,
			   request, flood, sync_end, data, ack },
	[ROW_DIRECT] = { bad, connect, bad, bad, disconnect, bad, bad, bad, bad, bad, bad, bad,
			 data, bad },
	[ROW_ENDED] = { ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore,
			ignore, ignore, ignore, ignore, ignore },
};

static enum row row_of(const struct graph_link *l)
{
	switch (l->state) {
	case GRAPH_STATE_DIALLING:
		return ROW_DIALLING;
	case GRAPH_STATE_ACCEPTED:
		return ROW_ACCEPTED;
	case GRAPH_STATE_TOKENS:
		return ROW_TOKENS;
	case GRAPH_STATE_AUTHENTICATED:
		return ROW_AUTHENTICATED;
	case GRAPH_STATE_CONNECT_WAIT:
		return ROW_CONNECT_WAIT;
	case GRAPH_STATE_CONNECTED:
		return l->direct ? ROW_DIRECT : ROW_NEIGHBOR;
	case GRAPH_STATE_ENDED:
	case GRAPH_STATE_COUNT:
		return ROW_ENDED;
	}
	return ROW_ENDED;
}

void graph_link_message(struct graph *g, struct graph_link *l, struct span message, struct mono now)
{
	struct arrival a = { .g = g, .l = l, .octets = message, .now = now };
	if (graph_message_decode(message, &a.m) != OK) {
		graph_link_end(g, l, ERR_MALFORMED, "a message that fails its checks", now);
		return;
	}
	matrix[row_of(l)][a.m.type - GRAPH_AUTH_INFO](&a);
}

static void bad_octets(struct graph *g, struct graph_link *l, enum err e, struct mono now)
{
	const char *why = e == ERR_NOMEM   ? NULL
			  : e == ERR_RANGE ? "a frame or message of a size that may not be"
					   : "octets that are no message";
	graph_link_end(g, l, e, why, now);
}

/* GRAPH-2.20: nothing that may be said before CONNECTED is long, so nothing long is kept of
 * whoever is not. */
static void set_sizes(const struct graph *g, struct graph_link *l)
{
	bool neighbor = graph_link_neighbor(l);
	bool connected = l->state == GRAPH_STATE_CONNECTED;
	uint64_t most = g->birth.limits.message_max;
	l->inbox.sizes.record = neighbor ? g->rules.record_max : 0;
	l->inbox.sizes.message = connected || most < STRANGER_MAX ? most : STRANGER_MAX;
}

void graph_link_plain(struct graph *g, struct graph_link *l, struct span octets, struct mono now)
{
	struct span message;
	set_sizes(g, l);
	enum err e = graph_inbox_plain(&l->inbox, octets, &message);
	if (e == OK)
		graph_link_message(g, l, message, now);
	else if (e != ERR_NOT_FOUND)
		bad_octets(g, l, e, now);
}

static void sealed_frame(struct graph *g, struct graph_link *l, struct span payload,
			 struct mono now)
{
	struct graph_session_out out = { .done = false };
	if (g->birth.provider.ops->unseal(l->session, payload, &out) != OK)
		graph_link_end(g, l, ERR_DENIED, "octets that cannot be unsealed", now);
	else if (out.bytes.n)
		graph_link_plain(g, l, out.bytes, now);
}

static void frame(struct graph *g, struct graph_link *l, struct span payload, struct mono now)
{
	if (l->state == GRAPH_STATE_TOKENS)
		graph_hello_token(g, l, payload, now);
	else if (l->session)
		sealed_frame(g, l, payload, now);
	else
		graph_link_plain(g, l, payload, now);
}

/* Where the Record ID lies in a frame that is a whole FLOOD. */
#define ID_AT (GRAPH_FRAME_HEAD + GRAPH_FLOOD_HEAD + sizeof(struct graph_guid))

/* Record IDs of the next frames, as far as they are FLOODs of one frame each, and how many
 * octets these frames have. What it takes for an ID may be none: it is but looked ahead. */
static size_t look_ahead(struct span in, struct graph_guid ids[GRAPH_DB_EXPECT], size_t *n)
{
	size_t at = 0;
	*n = 0;
	while (*n < GRAPH_DB_EXPECT && in.n - at >= ID_AT + sizeof(ids[0])) {
		const uint8_t *p = in.p + at;
		size_t size = (size_t)p[0] << 8 | p[1];
		if (size > in.n - at - GRAPH_FRAME_HEAD)
			break;
		if (p[GRAPH_FRAME_HEAD + 5] == GRAPH_FLOOD)
			memcpy(ids[(*n)++].at, p + ID_AT, sizeof(ids[0].at));
		at += GRAPH_FRAME_HEAD + size;
	}
	return at;
}

/* GRAPH-10.2: most of what a flood costs is waiting for the memory that tells whether a
 * record is known. For a row of them that is waited for at once. */
static void expect(const struct graph *g, const struct graph_link *l, struct span in,
		   const uint8_t **looked)
{
	struct graph_guid ids[GRAPH_DB_EXPECT];
	size_t n;
	bool amid = l->inbox.frame_n && !l->inbox.frame_given;
	if (amid || l->session || !graph_link_neighbor(l) || in.p < *looked)
		return;
	*looked = in.p + look_ahead(in, ids, &n);
	if (n > 1)
		graph_db_expect(g->db, ids, n);
}

void graph_link_input(struct graph *g, struct graph_link *l, struct span bytes, struct mono now)
{
	struct span in = bytes, payload;
	const uint8_t *looked = in.p;
	enum err e = OK;
	while (l->state != GRAPH_STATE_ENDED) {
		expect(g, l, in, &looked);
		bool ahead = graph_ahead_ready(g, l);
		e = ahead ? graph_ahead_input(g, l, &in, now)
			  : graph_inbox_frame(&l->inbox, &in, &payload);
		if (e != OK)
			break;
		if (!ahead)
			frame(g, l, payload, now);
	}
	if (l->state == GRAPH_STATE_ENDED)
		return;
	if (e != OK && e != ERR_NOT_FOUND)
		bad_octets(g, l, e, now);
	else if (graph_link_memory(g, l) != OK)
		graph_link_end(g, l, ERR_FULL, "more memory than a link may make us hold", now);
}
