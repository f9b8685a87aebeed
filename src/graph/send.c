#include "graph/graph_int.h"
#include "base/checked.h"

/* The sending side of a link (doc/graph.md, "What is sent"). Three kinds of things wait,
 * each behind the one before: framed octets, messages that are too large to go at once or
 * came behind such a one, and records by where they are in the database. Reading never depends on any of
 * them (GRAPH-8.6): a relay that stops reading because it cannot send locks up a mesh. */

#define AT_ONCE ((size_t)64 * 1024)  /* a message up to this is framed whole */
#define KEPT	((size_t)256 * 1024) /* of a buffer that is empty */
#define LEAST	((size_t)4096)

/* A message in FIFO order behind the octets. */
struct graph_parcel {
	struct list all;
	struct graph_blob *blob;
	size_t at; /* plain octets of it that are framed */
	uint64_t after;
};

/* What a small one takes beside its octets. */
#define PARCEL_COST (sizeof(struct graph_parcel) + sizeof(struct graph_blob))

uint8_t *graph_message_room(struct graph *g, size_t n)
{
	if (n <= g->message_room && g->message)
		return g->message;
	uint8_t *fresh = env_resize(g->shared->env, g->message, n < LEAST ? LEAST : n);
	if (!fresh)
		return NULL;
	g->message = fresh;
	g->message_room = n < LEAST ? LEAST : n;
	return fresh;
}

size_t graph_sendq_octets(const struct graph_link *l)
{
	const struct graph_sendq *q = &l->out;
	return q->room + q->waiting_octets + q->later_room * sizeof(struct graph_later);
}

static void blob_drop(struct graph *g, struct graph_blob *b)
{
	if (--b->refs == 0)
		env_free(g->shared->env, b);
}

static void parcel_free(struct graph *g, struct graph_link *l, struct graph_parcel *p)
{
	list_take(&p->all);
	l->out.waiting_octets -= p->blob->n + PARCEL_COST;
	blob_drop(g, p->blob);
	env_free(g->shared->env, p);
}

void graph_sendq_fini(struct graph *g, struct graph_link *l)
{
	struct graph_sendq *q = &l->out;
	LIST_EACH(n, tmp, &q->waiting)
	parcel_free(g, l, LIST_ENTRY(n, struct graph_parcel, all));
	list_take(&q->sending);
	env_free(g->shared->env, q->octets);
	env_free(g->shared->env, q->later);
	q->octets = NULL;
	q->later = NULL;
	q->n = q->room = q->later_n = q->later_at = q->later_room = 0;
}

void graph_sendq_drained(struct graph_link *l)
{
	l->out.unsent = l->out.asked;
	l->out.asked = 0;
	l->out.draining = false;
}

static bool something_waits(const struct graph_link *l)
{
	return !list_empty(&l->out.waiting) || l->out.later_n || !list_empty(&l->waiters);
}

/* GRAPH-8.7: a DRAINED is asked for each quarter of the window, and with every SEND while
 * something waits for it. */
void graph_sendq_take(struct graph *g, struct graph_link *l, struct graph_out *out)
{
	struct graph_sendq *q = &l->out;
	list_take(&q->sending);
	*out = (struct graph_out){ .kind = GRAPH_OUT_SEND,
				   .link = l->number,
				   .bytes = span_of(q->octets, q->n),
				   .after = q->after };
	q->unsent += q->n;
	q->asked += q->n;
	if (q->ask || something_waits(l) || q->asked >= g->birth.limits.link_unsent / 4) {
		out->drain = true;
		q->draining = true;
		q->ask = false;
		q->asked = 0;
	}
	q->n = 0;
	q->after = 0;
}

uint64_t graph_send_room(const struct graph *g, const struct graph_link *l)
{
	const struct graph_sendq *q = &l->out;
	uint64_t used = q->unsent + q->n, window = g->birth.limits.link_unsent;
	if (!list_empty(&q->waiting) || q->later_n)
		return 0;
	return used < window ? window - used : 0;
}

static uint64_t window_room(const struct graph *g, const struct graph_link *l)
{
	uint64_t used = l->out.unsent + l->out.n, window = g->birth.limits.link_unsent;
	return used < window ? window - used : 0;
}

bool graph_send_idle(const struct graph_link *l)
{
	return !l->out.n && !l->out.unsent && list_empty(&l->out.waiting) && !l->out.later_n;
}

static void out_of_memory(struct graph *g, struct graph_link *l)
{
	graph_link_end(g, l, ERR_NOMEM, NULL, g->wall_at);
}

/* GRAPH-8.8: the neighbor is synchronised when it comes back. */
static void too_slow(struct graph *g, struct graph_link *l)
{
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_SLOW);
	struct text t = TEXT_OF(e.peer);
	e.conn = l->number;
	e.node = l->node;
	e.remote = l->remote;
	e.err = ERR_SLOW;
	text_str(&t, l->peer ? l->peer : "");
	graph_out_event(g, &e, 0);
	g->counts.slow++;
	graph_link_end(g, l, ERR_SLOW, NULL, g->wall_at);
}

/* Room for n octets behind those that are there. */
static struct wr octets_room(struct graph *g, struct graph_link *l, size_t n)
{
	struct graph_sendq *q = &l->out;
	struct wr none = wr_of(NULL, 0);
	size_t want;
	if (!checked_add(q->n, n, &want))
		return none;
	if (q->room > KEPT && !q->n && n < KEPT / 4) {
		env_free(g->shared->env, q->octets);
		q->octets = NULL;
		q->room = 0;
	}
	if (want > q->room) {
		size_t room = q->room ? q->room : LEAST;
		while (room < want)
			room *= 2;
		uint8_t *fresh = env_resize(g->shared->env, q->octets, room);
		if (!fresh)
			return none;
		q->octets = fresh;
		q->room = room;
	}
	return wr_of(q->octets + q->n, n);
}

static void octets_added(struct graph *g, struct graph_link *l, size_t n, uint64_t after)
{
	struct graph_sendq *q = &l->out;
	if (q->n == 0)
		list_push_back(&g->sending, &q->sending);
	q->n += n;
	if (after > q->after)
		q->after = after;
}

static bool sealed(const struct graph *g, const struct graph_link *l)
{
	return l->session && g->birth.provider.ops->sessions && l->state != GRAPH_STATE_TOKENS &&
	       l->state != GRAPH_STATE_DIALLING;
}

static size_t frame_plain(const struct graph *g, const struct graph_link *l)
{
	size_t n = g->birth.provider.ops->frame_plain;
	return sealed(g, l) && n ? n : GRAPH_FRAME_PAYLOAD;
}

/* A1: what the other side counts in, we do. */
static bool put_frame(struct graph *g, struct graph_link *l, struct span payload, uint64_t after)
{
	struct wr w = octets_room(g, l, GRAPH_FRAME_HEAD + payload.n);
	size_t size = payload.n + l->inbox.counted;
	if (payload.n == 0 || size > GRAPH_FRAME_CEILING)
		return false;
	wr_u16(&w, (uint16_t)size);
	wr_bytes(&w, payload);
	if (w.failed)
		return false;
	octets_added(g, l, w.n, after);
	return true;
}

/* GRAPH-6.2: a frame's worth of plain octets. What cannot be sealed cannot be left out of a message
 * either: the link ends (digest 20 would drop a whole message). */
static bool put_plain(struct graph *g, struct graph_link *l, struct span plain, uint64_t after)
{
	if (!sealed(g, l))
		return put_frame(g, l, plain, after);
	struct graph_session_out out;
	do {
		out = (struct graph_session_out){ .done = false };
		if (g->birth.provider.ops->seal(l->session, plain, &out) != OK ||
		    !put_frame(g, l, out.bytes, after))
			return false;
		plain = span_of(NULL, 0);
	} while (out.more);
	return true;
}

static bool put_pieces(struct graph *g, struct graph_link *l, struct span message, size_t most,
		       uint64_t after)
{
	for (size_t at = 0; at < message.n; at += most) {
		size_t n = message.n - at < most ? message.n - at : most;
		if (!put_plain(g, l, span_of(message.p + at, n), after))
			return false;
	}
	return true;
}

static bool put_message(struct graph *g, struct graph_link *l, struct span message, uint64_t after)
{
	return put_pieces(g, l, message, frame_plain(g, l), after);
}

/* GRAPH-6.4: one frame, unless none is so large. */
void graph_send_token(struct graph *g, struct graph_link *l, struct span token, uint64_t after)
{
	bool fits = token.n <= GRAPH_FRAME_CEILING - GRAPH_FRAME_HEAD;
	size_t most = fits ? token.n : GRAPH_FRAME_PAYLOAD;
	for (size_t at = 0; at < token.n; at += most) {
		size_t n = token.n - at < most ? token.n - at : most;
		if (!put_frame(g, l, span_of(token.p + at, n), after)) {
			out_of_memory(g, l);
			return;
		}
	}
}

static struct graph_blob *blob_new(struct graph *g, size_t n)
{
	size_t size;
	if (!checked_add(sizeof(struct graph_blob), n, &size))
		return NULL;
	struct graph_blob *b = env_resize(g->shared->env, NULL, size);
	if (b) {
		memset(b, 0, sizeof(*b));
		b->n = n;
	}
	return b;
}

/* Takes the blob over, also on failure. */
static bool parcel_add(struct graph *g, struct graph_link *l, struct graph_blob *b, uint64_t after)
{
	struct graph_parcel *p = env_zalloc(g->shared->env, 1, sizeof(*p));
	if (!p) {
		if (b->refs == 0)
			env_free(g->shared->env, b);
		return false;
	}
	b->refs++;
	p->blob = b;
	p->after = after;
	list_push_back(&l->out.waiting, &p->all);
	l->out.waiting_octets += b->n + PARCEL_COST;
	return true;
}

/* Frames of the first parcels while there is room. */
static bool parcels_on(struct graph *g, struct graph_link *l)
{
	size_t most = frame_plain(g, l);
	while (!list_empty(&l->out.waiting) && window_room(g, l)) {
		struct graph_parcel *p = LIST_ENTRY(l->out.waiting.next, struct graph_parcel, all);
		size_t n = p->blob->n - p->at < most ? p->blob->n - p->at : most;
		if (!put_plain(g, l, span_of(p->blob->octets + p->at, n), p->after))
			return false;
		p->at += n;
		if (p->at == p->blob->n)
			parcel_free(g, l, p);
	}
	return true;
}

static bool send_later(struct graph *g, struct graph_link *l, struct span message, uint64_t after)
{
	struct graph_blob *b = blob_new(g, message.n);
	if (!b)
		return false;
	memcpy(b->octets, message.p, message.n);
	return parcel_add(g, l, b, after) && parcels_on(g, l);
}

void graph_send(struct graph *g, struct graph_link *l, struct span message, uint64_t after)
{
	bool at_once = list_empty(&l->out.waiting) && message.n <= AT_ONCE && window_room(g, l);
	bool good;
	if (l->state == GRAPH_STATE_ENDED)
		return;
	good = at_once ? put_message(g, l, message, after) : send_later(g, l, message, after);
	if (!good)
		out_of_memory(g, l);
	else if (graph_link_memory(g, l) != OK)
		too_slow(g, l);
}

/* The hot path: a FLOOD in one frame, written once, straight behind the others. */
static bool put_flood(struct graph *g, struct graph_link *l, struct span octets, uint64_t after)
{
	size_t n = GRAPH_FLOOD_HEAD + octets.n;
	if (!sealed(g, l) && n <= GRAPH_FRAME_PAYLOAD) {
		struct wr w = octets_room(g, l, GRAPH_FRAME_HEAD + n);
		wr_u16(&w, (uint16_t)(n + l->inbox.counted));
		graph_put_flood(&w, octets.n);
		wr_bytes(&w, octets);
		if (w.failed)
			return false;
		octets_added(g, l, w.n, after);
		return true;
	}
	uint8_t *room = graph_message_room(g, n);
	struct wr w = wr_of(room, room ? n : 0);
	graph_put_flood(&w, octets.n);
	wr_bytes(&w, octets);
	return !w.failed && put_message(g, l, wr_span(&w), after);
}

/* The same record may be on its way to another neighbor. */
static struct graph_blob *blob_find(const struct graph *g, const struct graph_entry *e)
{
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		LIST_EACH(m, tmp2, &l->out.waiting)
		{
			struct graph_blob *b = LIST_ENTRY(m, struct graph_parcel, all)->blob;
			if (b->version == e->version && graph_guid_eq(&b->id, &e->place.id))
				return b;
		}
	}
	return NULL;
}

/* GRAPH-8.9. */
static bool large_flood(struct graph *g, struct graph_link *l, const struct graph_entry *e,
			struct span octets, uint64_t after)
{
	struct graph_blob *b = blob_find(g, e);
	if (!b || b->n != GRAPH_FLOOD_HEAD + octets.n) {
		b = blob_new(g, GRAPH_FLOOD_HEAD + octets.n);
		if (!b)
			return false;
		struct wr w = wr_of(b->octets, b->n);
		graph_put_flood(&w, octets.n);
		wr_bytes(&w, octets);
		b->id = e->place.id;
		b->version = e->version;
	}
	return parcel_add(g, l, b, after) && parcels_on(g, l);
}

static bool record_now(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		       struct span octets, uint64_t after)
{
	struct span s = octets;
	if (!s.n && graph_db_octets(g->db, e, &s) != OK)
		return true; /* told by the database; the next synchronisation repairs */
	g->counts.flood_out++;
	if (GRAPH_FLOOD_HEAD + s.n > AT_ONCE)
		return large_flood(g, l, e, s, after);
	return put_flood(g, l, s, after);
}

static bool backlog_grow(struct graph *g, struct graph_sendq *q)
{
	size_t room = q->later_room ? 2 * q->later_room : 64;
	struct graph_later *fresh = env_resize(g->shared->env, NULL, room * sizeof(*fresh));
	if (!fresh)
		return false;
	for (size_t i = 0; i < q->later_n; i++)
		fresh[i] = q->later[(q->later_at + i) % q->later_room];
	env_free(g->shared->env, q->later);
	q->later = fresh;
	q->later_at = 0;
	q->later_room = room;
	return true;
}

static bool backlog_add(struct graph *g, struct graph_sendq *q, const struct graph_entry *e,
			uint64_t after)
{
	if (q->later_n == q->later_room && !backlog_grow(g, q))
		return false;
	size_t at = (q->later_at + q->later_n++) % q->later_room;
	q->later[at] = (struct graph_later){ e->fingerprint, e->index };
	if (after > q->later_after)
		q->later_after = after;
	return true;
}

/* GRAPH-8.40: who asks for a large one again and again gets it once. */
static bool on_its_way(const struct graph_link *l, const struct graph_entry *e)
{
	if (GRAPH_FLOOD_HEAD + (size_t)e->octets <= AT_ONCE)
		return false;
	LIST_EACH(n, tmp, &l->out.waiting)
	{
		const struct graph_blob *b = LIST_ENTRY(n, struct graph_parcel, all)->blob;
		if (b->version == e->version && graph_guid_eq(&b->id, &e->place.id))
			return true;
	}
	return false;
}

void graph_send_record(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		       struct span octets, uint64_t after)
{
	bool good;
	if (l->state != GRAPH_STATE_CONNECTED || on_its_way(l, e))
		return;
	/* D8: not before it is stored, whoever sends it and why. */
	if (e->local & GRAPH_ENTRY_OURS && g->own_put > after)
		after = g->own_put;
	if (graph_send_room(g, l) > 0) {
		good = record_now(g, l, e, octets, after);
	} else if (l->out.later_n >= g->birth.limits.link_backlog) {
		too_slow(g, l);
		return;
	} else {
		good = backlog_add(g, &l->out, e, after);
	}
	if (!good)
		out_of_memory(g, l);
	else if (graph_link_memory(g, l) != OK)
		too_slow(g, l);
}

/* GRAPH-8.6, 8.27: what has changed since stands behind, what is over or gone nobody needs,
 * and what the neighbor itself has sent meanwhile it has. */
static const struct graph_entry *still_wanted(const struct graph *g, const struct graph_link *l,
					      const struct graph_later *later, uint64_t now)
{
	const struct graph_entry *e = graph_db_at(g->db, later->index);
	if (!e || e->fingerprint != later->fingerprint || e->expires <= now)
		return NULL;
	return graph_heard(g, l, e) ? NULL : e;
}

static bool backlog_on(struct graph *g, struct graph_link *l, uint64_t now)
{
	struct graph_sendq *q = &l->out;
	while (q->later_n && list_empty(&q->waiting) && window_room(g, l)) {
		const struct graph_entry *e = still_wanted(g, l, &q->later[q->later_at], now);
		q->later_at = (q->later_at + 1) % q->later_room;
		q->later_n--;
		if (e && !record_now(g, l, e, span_of(NULL, 0), q->later_after))
			return false;
	}
	if (!q->later_n && q->later) {
		env_free(g->shared->env, q->later);
		q->later = NULL;
		q->later_room = q->later_at = 0;
		q->later_after = 0;
	}
	return true;
}

void graph_send_on(struct graph *g, struct graph_link *l, struct mono now)
{
	bool good = parcels_on(g, l);
	if (good && l->out.later_n)
		good = backlog_on(g, l, graph_now(g, now));
	if (!good) {
		out_of_memory(g, l);
		return;
	}
	if (graph_link_memory(g, l) != OK) {
		too_slow(g, l);
		return;
	}
	if (graph_link_neighbor(l) && graph_send_room(g, l))
		graph_sync_on(g, l, now);
}
