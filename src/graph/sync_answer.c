/* Synchronisation as the other side of a connection answers it (digest 14): records of the
 * types asked for, or those that a comparison found missing, as far as there is room. */
#include "graph/flood_int.h"

bool graph_sync_may_send(const struct graph *g, const struct graph_link *l)
{
	return graph_link_neighbor(l) && graph_send_room(g, l) > 0;
}

bool graph_sync_send(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		     struct mono now)
{
	struct span octets;
	if (e->expires <= graph_now(g, now) || graph_db_octets(g->db, e, &octets))
		return false;
	graph_send_record(g, l, e, octets, graph_told_after(g, e));
	return true;
}

static void say_end(struct graph *g, struct graph_link *l, bool final)
{
	uint8_t octets[GRAPH_HEADER + 4];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_sync_end(&w, final);
	graph_send(g, l, wr_span(&w), 0);
}

void graph_sync_answer_fini(struct graph *g, struct graph_link *l)
{
	struct graph_sync *s = &l->sync;
	if (s->cursor_on)
		graph_cursor_end(&s->cursor);
	s->cursor_on = false;
	env_free(g->shared->env, s->skip);
	env_free(g->shared->env, s->wanted);
	s->skip = NULL;
	s->wanted = NULL;
	s->n_skip = 0;
	s->wanted_n = s->wanted_at = 0;
}

static void finish(struct graph *g, struct graph_link *l)
{
	graph_sync_answer_fini(g, l);
	l->sync.kind = GRAPH_SYNC_NONE;
	l->sync.phase = GRAPH_PHASE_NONE;
	say_end(g, l, true);
}

/* ---- by type ---- */

static bool skipped(const struct graph_sync *s, const struct graph_guid *type)
{
	for (uint8_t i = 0; i < s->n_skip; i++)
		if (graph_guid_eq(&s->skip[i], type))
			return true;
	return false;
}

/* The next type from `from` that has records and is wanted; type_end: none. */
static uint16_t next_type(const struct graph *g, const struct graph_sync *s, uint16_t from)
{
	while (from < s->type_end &&
	       (graph_db_type_count(g->db, from) == 0 || skipped(s, graph_db_type(g->db, from))))
		from++;
	return from;
}

/* As many as there are now are looked at: what is stored or changed later is flooded
 * anyway, so that a busy graph cannot keep the walk from ending. */
static void open_type(struct graph *g, struct graph_sync *s)
{
	if (s->cursor_on)
		return;
	graph_cursor_begin(g->db, &s->cursor, s->type);
	s->cursor_on = true;
	s->left = graph_db_type_count(g->db, s->type);
}

/* GRAPH-9.4: each type but the last ends with a SYNC_END that is not final. */
static void close_type(struct graph *g, struct graph_link *l)
{
	struct graph_sync *s = &l->sync;
	graph_cursor_end(&s->cursor);
	s->cursor_on = false;
	s->type = next_type(g, s, (uint16_t)(s->type + 1));
	if (s->type < s->type_end)
		say_end(g, l, false);
}

static void send_types(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	size_t sent = 0, looked = 0;
	while (graph_sync_may_send(g, l)) {
		if (s->type >= s->type_end) {
			finish(g, l);
			return;
		}
		if (sent >= GRAPH_SLICE_SENT || looked >= GRAPH_SLICE_LOOKED) {
			graph_slice_soon(g, now);
			return;
		}
		open_type(g, s);
		const struct graph_entry *e = s->left ? graph_cursor_next(g->db, &s->cursor) : NULL;
		if (!e) {
			close_type(g, l);
			continue;
		}
		s->left--;
		looked++;
		if (!s->answer_time || e->place.modified >= s->since)
			sent += graph_sync_send(g, l, e, now);
	}
}

/* ---- what was requested ---- */

static void send_wishes(struct graph *g, struct graph_link *l, struct mono now)
{
	struct graph_sync *s = &l->sync;
	for (size_t i = 0; graph_sync_may_send(g, l); i++) {
		if (s->wanted_at == s->wanted_n) {
			finish(g, l);
			return;
		}
		if (i == GRAPH_SLICE_SENT) {
			graph_slice_soon(g, now);
			return;
		}
		const struct graph_entry *e = graph_db_find(g->db, &s->wanted[s->wanted_at++]);
		if (e)
			graph_sync_send(g, l, e, now);
	}
}

void graph_sync_answer_on(struct graph *g, struct graph_link *l, struct mono now)
{
	graph_sync_moved(l, now);
	if (l->sync.phase == GRAPH_PHASE_TYPES)
		send_types(g, l, now);
	else
		send_wishes(g, l, now);
}

/* ---- what is asked ---- */

/* False: the link is gone. */
static bool kept(struct graph *g, struct graph_link *l, const void *made, struct mono now)
{
	if (!made)
		graph_link_end(g, l, ERR_NOMEM, NULL, now);
	else if (graph_link_memory(g, l))
		graph_link_end(g, l, ERR_FULL, NULL, now);
	return l->state == GRAPH_STATE_CONNECTED;
}

static bool take_skip(struct graph *g, struct graph_link *l, const struct graph_solicit *m,
		      struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (m->excluded == 0)
		return true;
	s->skip = env_zalloc(g->shared->env, m->excluded, sizeof(*s->skip));
	if (s->skip)
		s->n_skip = m->excluded;
	for (uint8_t i = 0; i < s->n_skip; i++)
		s->skip[i] = graph_guid_at(&m->types, i);
	return kept(g, l, s->skip, now);
}

static void ask_types(struct graph *g, struct graph_link *l, const struct graph_solicit *m,
		      struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->phase = GRAPH_PHASE_TYPES;
	s->type_end = graph_db_types(g->db);
	s->type = 0;
	if (!take_skip(g, l, m, now))
		return;
	if (m->included) {
		struct graph_guid type = graph_guid_at(&m->types, 0);
		if (graph_db_type_number(g->db, &type, &s->type))
			s->type = s->type_end;
		else
			s->type_end = (uint16_t)(s->type + 1);
	}
	s->type = next_type(g, s, s->type);
	graph_sync_on(g, l, now);
}

#define WINDOWS 16 /* of link_memory: both ends hold an ADVERTISE and its like several times */

static void ask_hash(struct graph *g, struct graph_link *l, const struct graph_solicit *m,
		     struct mono now)
{
	struct graph_sync *s = &l->sync;
	s->phase = GRAPH_PHASE_ANSWERING;
	enum err err =
		graph_hash_answer(&s->hash, &m->hashes, g->db, g->shared->crypto,
				  g->birth.properties.profile, g->shared->env, graph_now(g, now));
	if (err == ERR_MALFORMED || err == ERR_FULL) {
		graph_link_end(g, l, err, "a SOLICIT_HASH that cannot be answered", now);
		return;
	}
	if (!err)
		graph_hash_window(s->hash, g->birth.limits.link_memory / WINDOWS);
	if (kept(g, l, err ? NULL : s->hash, now))
		graph_sync_on(g, l, now);
}

#define COMPARE_EACH MONO_MIN

static int64_t ahead_of(const struct graph_link *l, struct mono now)
{
	int64_t ahead = l->sync.compares.us - now.us;
	return ahead > 0 ? ahead : 0;
}

bool graph_may_compare(const struct graph_link *l, int64_t most, struct mono now)
{
	return ahead_of(l, now) <= (most - 1) * COMPARE_EACH;
}

bool graph_compare_take(struct graph_link *l, int64_t most, struct mono now)
{
	if (!graph_may_compare(l, most, now))
		return false;
	l->sync.compares = mono_add(now, ahead_of(l, now) + COMPARE_EACH);
	return true;
}

/* GRAPH-9.7, GRAPH-9.26, GRAPH-9.27 */
static bool in_turn(struct graph_link *l, enum graph_message_type type, struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (l->initiator || s->phase != GRAPH_PHASE_NONE)
		return false;
	bool good = type != GRAPH_SOLICIT_HASH || s->cut ||
		    graph_compare_take(l, GRAPH_COMPARES_TAKEN, now);
	if (type == GRAPH_SOLICIT_HASH)
		s->cut = false;
	return good;
}

/* GRAPH-9.7: only who began the connection asks, and one thing at a time. */
void graph_sync_solicit(struct graph *g, struct graph_link *l, const struct graph_message *m,
			struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (!in_turn(l, m->type, now)) {
		graph_link_end(g, l, ERR_MALFORMED, "a synchronisation out of turn", now);
		return;
	}
	graph_sync_moved(l, now);
	s->answer_time = m->type == GRAPH_SOLICIT_TIME;
	s->since = m->solicit.since;
	if (m->type == GRAPH_SOLICIT_HASH) {
		s->kind = GRAPH_SYNC_HASH;
		ask_hash(g, l, &m->solicit, now);
		return;
	}
	s->kind = s->answer_time ? GRAPH_SYNC_TIME : GRAPH_SYNC_NEW;
	ask_types(g, l, &m->solicit, now);
}

void graph_sync_request(struct graph *g, struct graph_link *l, const struct graph_array *m,
			struct mono now)
{
	struct graph_sync *s = &l->sync;
	if (l->initiator || s->kind != GRAPH_SYNC_HASH || s->phase != GRAPH_PHASE_ADVERTISED ||
	    m->n > s->advertised) {
		graph_link_end(g, l, ERR_MALFORMED, "a REQUEST that answers nothing", now);
		return;
	}
	s->phase = GRAPH_PHASE_WISHES;
	if (m->n) {
		s->wanted = env_zalloc(g->shared->env, m->n, sizeof(*s->wanted));
		s->wanted_n = s->wanted ? m->n : 0;
		if (!kept(g, l, s->wanted, now))
			return;
	}
	for (uint32_t i = 0; i < m->n; i++)
		s->wanted[i] = graph_abstract_at(m, i).id;
	graph_sync_on(g, l, now);
}
