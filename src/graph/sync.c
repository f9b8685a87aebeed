/* Synchronisation as the initiator of a connection drives it (digest 14): what it asks for,
 * what it sends in return, and when it is over. */
#include "graph/flood_int.h"
#include "graph/profile.h"

#include "wire/rd.h"

#define ORDER_FIRST 2 /* Graph Info and Presence, before what the application wants first */
#define STEPS	    8 /* of a comparison in a slice; a small one needs few more than one */
#define ASK_ROOM    (20 + 16 * 255)
#define ROUNDS	    256 /* of comparisons on one link */

/* Whose octets are progress: who has to say something now. What we flood meanwhile is none. */
static uint64_t octets_that_count(const struct graph_link *l)
{
	bool theirs = l->sync.phase == GRAPH_PHASE_ASKED || l->sync.phase == GRAPH_PHASE_WANTED ||
		      l->sync.phase == GRAPH_PHASE_ADVERTISED;
	return theirs ? l->in : l->sent;
}

void graph_sync_moved(struct graph_link *l, struct mono now)
{
	l->sync.moved = now;
	l->sync.moved_octets = octets_that_count(l);
}

static void broken(struct graph *g, struct graph_link *l, const char *why, struct mono now)
{
	graph_link_end(g, l, ERR_MALFORMED, why, now);
}

/* What waits for it goes on waiting: it may have been asked for since (GRAPH-8.51). */
static void reset(struct graph *g, struct graph_link *l)
{
	struct graph_sync *s = &l->sync;
	graph_hash_free(s->hash);
	s->hash = NULL;
	s->kind = GRAPH_SYNC_NONE;
	s->phase = GRAPH_PHASE_NONE;
	s->then_hash = s->last_asked = s->more = false;
	s->mixed = s->again = false;
	s->at = 0;
	s->send_at = 0;
	graph_sync_answer_fini(g, l);
}

/* ---- by type: all, or since a time ---- */

static uint16_t order_n(const struct graph *g)
{
	return (uint16_t)(ORDER_FIRST + g->birth.n_sync_order);
}

static const struct graph_guid *order_at(const struct graph *g, uint16_t i)
{
	if (i == 0)
		return &graph_type_info;
	return i == 1 ? &graph_type_presence : &g->birth.sync_order[i - ORDER_FIRST];
}

static void solicit(struct graph *g, struct graph_link *l, bool include, uint16_t first, uint8_t n)
{
	struct graph_guid types[ORDER_FIRST + GRAPH_PRIORITY_MAX];
	uint8_t octets[ASK_ROOM];
	struct wr w = wr_of(octets, sizeof(octets));
	for (uint8_t i = 0; i < n; i++)
		types[i] = *order_at(g, (uint16_t)(first + i));
	graph_put_solicit(&w, l->sync.kind == GRAPH_SYNC_TIME ? &l->sync.since : NULL, include,
			  types, n);
	graph_send(g, l, wr_span(&w), 0);
}

static void begin_hash(struct graph *g, struct graph_link *l, struct mono now);

/* GRAPH-9.3. After a cut the types that are complete are not asked for again, and a
 * comparison brings the rest and what changed meanwhile (GRAPH-9.9). */
static void ask_next(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->phase = GRAPH_PHASE_ASKED;
	graph_sync_moved(l, now);
	if (s->at < order_n(g)) {
		solicit(g, l, true, s->at++, 1);
	} else if (s->kind == GRAPH_SYNC_NEW && g->sync_cut) {
		begin_hash(g, l, now);
	} else {
		s->last_asked = true;
		solicit(g, l, false, 0, (uint8_t)order_n(g));
	}
}

static void begin_types(struct graph *g, struct graph_link *l, enum graph_sync_kind kind,
			struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->kind = kind;
	s->last_asked = false;
	s->at = kind == GRAPH_SYNC_NEW ? g->synced_types : 0;
	ask_next(g, l, now);
}

/* ---- the end ---- */

static void tell(struct graph *g, const struct graph_guid *type)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_SYNCHRONISED);
	if (type)
		ev.type = *type;
	graph_out_event(g, &ev, 0);
}

/* GRAPH-9.26, GRAPH-9.30 */
static void compare_more(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	graph_hash_free(s->hash);
	s->hash = NULL;
	s->send_at = 0;
	s->more = false;
	begin_hash(g, l, now);
}

/* GRAPH-9.30: what lacked is there now, so that contents which differ show. Once alone. */
static bool compares_again(struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (!s->mixed || s->again || !graph_may_compare(l, GRAPH_COMPARES + 1, now))
		return false;
	s->again = true;
	s->rounds = 0;
	return true;
}

/* GRAPH-9.8 */
static void complete(struct graph *g, struct graph_link *l, struct mono now)
{
	if (l->sync.more || compares_again(l, now)) {
		compare_more(g, l, now);
		return;
	}
	bool told = l->sync.tell || g->never_connected;
	reset(g, l);
	g->never_connected = false;
	g->sync_cut = false;
	g->synced_types = 0;
	if (told)
		tell(g, NULL);
	if (g->properties.defer_expiration)
		graph_expire_now(g, now);
	graph_maintain_status(g);
	graph_slice_soon(g, now); /* another link may have waited for this */
}

/* ---- by hash ---- */

static bool hash_made(struct graph *g, struct graph_link *l, enum err err, struct mono now)
{
	if (err == ERR_MALFORMED)
		broken(g, l, "an ADVERTISE that contradicts itself", now);
	else if (err)
		graph_link_end(g, l, err, NULL, now);
	else if (graph_link_memory(g, l))
		graph_link_end(g, l, ERR_FULL, NULL, now);
	return l->state == GRAPH_STATE_CONNECTED;
}

static void begin_hash(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->kind = GRAPH_SYNC_HASH;
	s->phase = GRAPH_PHASE_HASHING;
	s->then_hash = false;
	(void)!graph_compare_take(l, GRAPH_COMPARES, now);
	graph_sync_moved(l, now);
	enum err err =
		graph_hash_solicit(&s->hash, g->db, g->shared->crypto, g->birth.properties.profile,
				   g->shared->env, graph_now(g, now));
	if (hash_made(g, l, err, now))
		graph_sync_on(g, l, now);
}

/* GRAPH-9.5: who has nothing has nothing to compare, and asks for everything. What was asked
 * is kept until the answer is there: it may be cut. */
static void solicit_made(struct graph *g, struct graph_link *l, struct span message,
			 struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (message.n) {
		s->phase = GRAPH_PHASE_ASKED;
		graph_send(g, l, message, 0);
		return;
	}
	graph_hash_free(s->hash);
	s->hash = NULL;
	g->sync_cut = false;
	g->synced_types = 0;
	begin_types(g, l, GRAPH_SYNC_NEW, now);
}

static uint32_t abstracts_in(struct span advertise)
{
	struct rd r = rd_of(advertise);
	rd_skip(&r, GRAPH_HEADER + 4);
	return rd_u32(&r);
}

static void hash_ready(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	struct span message = graph_hash_message(s->hash);
	graph_sync_moved(l, now);
	if (s->phase == GRAPH_PHASE_HASHING) {
		solicit_made(g, l, message, now);
	} else if (s->phase == GRAPH_PHASE_COMPARING) {
		s->phase = GRAPH_PHASE_WANTED;
		s->mixed |= graph_hash_mixed(s->hash);
		graph_send(g, l, message, 0);
	} else {
		/* An ADVERTISE tells that records of ours are there (D8). */
		s->phase = GRAPH_PHASE_ADVERTISED;
		s->advertised = abstracts_in(message);
		s->cut = graph_hash_cut(s->hash);
		graph_send(g, l, message, g->own_put);
		graph_hash_free(s->hash);
		s->hash = NULL;
	}
}

static void hash_on(struct graph *g, struct graph_link *l, struct mono now)
{
	bool done = false;
	enum err err = OK;
	for (int i = 0; i < STEPS && !done && !err; i++)
		err = graph_hash_step(l->sync.hash, GRAPH_SLICE_LOOKED / STEPS, &done);
	if (!hash_made(g, l, err, now))
		return;
	graph_sync_moved(l, now);
	if (!done)
		graph_slice_soon(g, now);
	else if (graph_sync_may_send(g, l))
		hash_ready(g, l, now);
}

/* GRAPH-9.6: what the other side lacks, once it has sent what we lacked. */
static void send_lacking(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	struct graph_ids ids = graph_hash_to_send(s->hash);
	for (size_t i = 0; s->send_at < ids.n; i++) {
		if (!graph_sync_may_send(g, l))
			return;
		if (i == GRAPH_SLICE_SENT) {
			graph_slice_soon(g, now);
			return;
		}
		const struct graph_entry *e = graph_db_find(g->db, &ids.at[s->send_at++]);
		if (e)
			graph_sync_send(g, l, e, now);
	}
	complete(g, l, now);
}

/* GRAPH-9.26: each time it must be further on, so that records that one of both does not take
 * do not go to and fro for ever. */
static void note_cut(struct graph_sync *s, const struct graph_advertise *m)
{
	struct graph_place at;
	s->more = graph_hash_cut_at(s->hash, m, &at) && s->rounds < ROUNDS &&
		  (s->rounds == 0 || graph_place_cmp(&at, &s->cut_at) > 0);
	if (!s->more)
		return;
	s->cut_at = at;
	s->rounds++;
}

void graph_sync_advertise(struct graph *g, struct graph_link *l, const struct graph_advertise *m,
			  struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (!l->initiator || s->kind != GRAPH_SYNC_HASH || s->phase != GRAPH_PHASE_ASKED) {
		broken(g, l, "an ADVERTISE that was not asked for", now);
		return;
	}
	s->phase = GRAPH_PHASE_COMPARING;
	note_cut(s, m);
	graph_hash_free(s->hash);
	s->hash = NULL;
	enum err err = graph_hash_compare(&s->hash, m, g->db, g->shared->env, graph_now(g, now));
	if (!err && graph_profile(g->birth.properties.profile)->contents)
		graph_hash_see(s->hash, s->again ? GRAPH_FORKS_ALL : GRAPH_FORKS_ALONE);
	if (hash_made(g, l, err, now))
		graph_sync_on(g, l, now);
}

/* ---- begin, go on, end ---- */

static bool runs(const struct graph_link *l)
{
	return l->initiator && l->sync.phase != GRAPH_PHASE_NONE &&
	       l->state == GRAPH_STATE_CONNECTED;
}

/* GRAPH-9.2: a first synchronisation is done once; who connects meanwhile waits for it. */
static bool other_runs(const struct graph *g, const struct graph_link *but)
{
	LIST_EACH(at, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(at, struct graph_link, all);
		if (l != but && runs(l) && (g->never_connected || l->sync.kind != GRAPH_SYNC_HASH))
			return true;
	}
	return false;
}

/* GRAPH-9.1, GRAPH-9.27: what is asked for too often is not done; it is asked for again. */
static void start(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->waiting = other_runs(g, l);
	if (s->waiting)
		return;
	if (g->never_connected) {
		begin_types(g, l, GRAPH_SYNC_NEW, now);
	} else if (s->then_hash) {
		s->since = g->left;
		begin_types(g, l, GRAPH_SYNC_TIME, now);
	} else if (graph_may_compare(l, GRAPH_COMPARES, now)) {
		begin_hash(g, l, now);
	}
}

void graph_sync_begin(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	bool first = !g->had_neighbor;
	g->had_neighbor = true;
	s->tell = g->neighbors <= 1;
	s->then_hash = first && g->left != 0;
	start(g, l, now);
}

void graph_sync_end(struct graph *g, struct graph_link *l, bool final, struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (!runs(l) || !final)
		return;
	graph_sync_moved(l, now);
	if (s->phase == GRAPH_PHASE_WANTED) {
		s->phase = GRAPH_PHASE_SENDING;
		graph_sync_on(g, l, now);
		return;
	}
	if (s->phase != GRAPH_PHASE_ASKED)
		return;
	if (s->kind == GRAPH_SYNC_HASH) {
		complete(g, l, now);
		return;
	}
	if (!s->last_asked) {
		tell(g, order_at(g, (uint16_t)(s->at - 1)));
		if (s->kind == GRAPH_SYNC_NEW)
			g->synced_types = s->at;
		ask_next(g, l, now);
	} else if (s->kind == GRAPH_SYNC_TIME) {
		begin_hash(g, l, now);
	} else {
		complete(g, l, now);
	}
}

void graph_sync_on(struct graph *g, struct graph_link *l, struct mono now)
{
	if (!graph_link_neighbor(l))
		return;
	switch ((enum graph_phase)l->sync.phase) {
	case GRAPH_PHASE_NONE:
		if (l->sync.waiting)
			start(g, l, now);
		break;
	case GRAPH_PHASE_ASKED:
	case GRAPH_PHASE_WANTED:
	case GRAPH_PHASE_ADVERTISED:
		break;
	case GRAPH_PHASE_HASHING:
	case GRAPH_PHASE_COMPARING:
	case GRAPH_PHASE_ANSWERING:
		hash_on(g, l, now);
		break;
	case GRAPH_PHASE_SENDING:
		send_lacking(g, l, now);
		break;
	case GRAPH_PHASE_TYPES:
	case GRAPH_PHASE_WISHES:
		graph_sync_answer_on(g, l, now);
		break;
	}
}

/* GRAPH-9.9: what a cut Sync All brought is kept, and how far it was known. */
void graph_sync_fini(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	bool all = l->initiator && s->phase != GRAPH_PHASE_NONE && s->kind == GRAPH_SYNC_NEW;
	if (all && g->never_connected && s->at > 1)
		g->sync_cut = true;
	reset(g, l);
	s->waiting = false;
	graph_slice_soon(g, now);
}

size_t graph_sync_octets(const struct graph_link *l)
{
	const struct graph_sync *s = &l->sync;
	size_t lists = s->n_skip + s->wanted_n;
	return lists * sizeof(struct graph_guid) + (s->hash ? graph_hash_octets(s->hash) : 0);
}

struct mono graph_sync_deadline(const struct graph *g, const struct graph_link *l)
{
	if (l->sync.phase == GRAPH_PHASE_NONE)
		return MONO_NEVER;
	return mono_add(l->sync.moved, g->birth.times.sync_stall);
}

/* GRAPH-9.10: octets of one large record are progress too. */
void graph_sync_stalled(struct graph *g, struct graph_link *l, struct mono now)
{
	if (l->sync.moved_octets == octets_that_count(l))
		graph_link_end(g, l, ERR_TIMEOUT, NULL, now);
	else
		graph_sync_moved(l, now);
}
