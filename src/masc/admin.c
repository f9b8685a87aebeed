/* MASC-7: what operators tell peers, kept in the store until they are told
 * otherwise. A row says that a peer is down, and until when. */
#include "masc/masc_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define ROW_VERSION 1
#define ROW_SIZE    9

const struct store_table masc_table_admin = { "masc_admin", STORE_KEY_OCTETS };

static struct span row_key(const struct peer *p)
{
	return span_str(p->config->name);
}

static enum err row_put(struct peer *p, int64_t until)
{
	uint8_t value[ROW_SIZE];
	struct wr w = wr_of(value, sizeof(value));
	wr_u8(&w, ROW_VERSION);
	wr_u64(&w, (uint64_t)until);
	return store_put(p->m->store, &masc_table_admin, row_key(p), wr_span(&w), &p->admin_put);
}

static enum err row_del(struct peer *p)
{
	return store_del(p->m->store, &masc_table_admin, row_key(p), &p->admin_put);
}

/* A row that cannot be read was still put there by somebody who wanted the
 * peer down: it stays so until told otherwise. */
static int64_t row_until(struct span value)
{
	struct rd r = rd_of(value);
	uint8_t version = rd_u8(&r);
	int64_t until = (int64_t)rd_u64(&r);
	return rd_done(&r) && version == ROW_VERSION && until > 0 ? until : 0;
}

static void take(struct peer *p, bool down, int64_t until, struct mono now)
{
	struct masc *m = p->m;
	struct mono end = MONO_NEVER;
	p->admin_down = down;
	p->admin_until = until;
	if (until)
		end = mono_add(now, until - masc_wall_now(m, now));
	timer_disarm(&m->timers, &p->admin);
	timer_arm(&m->timers, &p->admin, end);
}

/* What the row says now. ERR_NOT_FOUND: nothing, the peer is up. */
static enum err row_read(struct peer *p, int64_t *until)
{
	struct span value;
	enum err e = store_get(p->m->store, &masc_table_admin, row_key(p), &value);
	if (e == OK)
		*until = row_until(value);
	return e;
}

enum err admin_load(struct peer *p, struct mono now)
{
	int64_t until;
	enum err e = row_read(p, &until);
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	if (until && until <= masc_wall_now(p->m, now))
		return row_del(p);
	take(p, true, until, now);
	peer_stop(p, END_STOPPED, now);
	return OK;
}

static void tell(struct peer *p, bool up)
{
	struct masc_event ev = event_of(p, MASC_EVENT_ADMIN);
	ev.up = up;
	out_event(p->m, &ev, p->admin_put);
}

static enum err down(struct peer *p, const struct masc_command *c, struct mono now)
{
	int64_t until = 0;
	if (c->for_us < 0 ||
	    (c->for_us && __builtin_add_overflow(masc_wall_now(p->m, now), c->for_us, &until)))
		return ERR_RANGE;
	enum err e = row_put(p, until);
	if (e != OK)
		return e;
	take(p, true, until, now);
	peer_stop(p, END_STOPPED, now);
	tell(p, false);
	return OK;
}

/* Dials now: from idle, or out of turn while waiting to dial. */
static void hurry(struct peer *p, struct mono now)
{
	if (p->main->state == MASC_IDLE)
		peer_start(p, now);
	else if (p->main->state == MASC_ACTIVE && !p->config->passive)
		session_event(p->main, &(struct event){ .kind = EV_RETRY_TIMER }, now);
}

static enum err up(struct peer *p, const struct masc_command *c, struct mono now)
{
	if (p->admin_down) {
		enum err e = row_del(p);
		if (e != OK)
			return e;
		take(p, false, 0, now);
	}
	p->backoff = 0;
	hurry(p, now);
	tell(p, true);
	return OK;
}

static enum err reset(struct peer *p, const struct masc_command *c, struct mono now)
{
	if (p->admin_down)
		return ERR_STATE;
	p->backoff = 0;
	peer_stop(p, END_CLOSED, now);
	peer_start(p, now);
	tell(p, true);
	return OK;
}

void masc_command(struct masc *m, uint64_t call, const struct masc_command *c, struct mono now)
{
	static enum err (*const verbs[])(struct peer *, const struct masc_command *,
					 struct mono) = {
		[MASC_COMMAND_UP] = up,
		[MASC_COMMAND_DOWN] = down,
		[MASC_COMMAND_RESET] = reset,
	};
	struct peer *p = map_get(&m->by_name, c->peer);
	enum err e = p ? OK : ERR_NOT_FOUND;
	if (m->health != OK)
		e = ERR_STATE;
	if (e == OK)
		e = verbs[c->kind](p, c, now);
	/* An answer is only as durable as the newest change it builds on. */
	out_reply(m, call, e, e == OK ? p->admin_put : 0);
}

void admin_expired(struct peer *p, struct mono now)
{
	take(p, false, 0, now);
	/* A row that cannot be deleted now has run out all the same. */
	if (row_del(p) == OK)
		tell(p, true);
	if (p->m->health == OK)
		peer_start(p, now);
}

/* The store has undone its part: what it says now is how it was. */
static void undo(struct peer *p, enum err why, struct mono now)
{
	bool was_down = p->admin_down;
	int64_t until = 0;
	enum err e = row_read(p, &until);
	p->admin_put = 0;
	struct masc_event ev = event_of(p, MASC_EVENT_STORE_FAILED);
	ev.err = why;
	out_event(p->m, &ev, 0);
	if (e != OK && e != ERR_NOT_FOUND)
		return;
	take(p, e == OK, until, now);
	if (p->admin_down && !was_down)
		peer_stop(p, END_STOPPED, now);
	else if (!p->admin_down && was_down && p->m->health == OK)
		peer_start(p, now);
}

void masc_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now)
{
	for (size_t i = 0; i < m->config.n_peers; i++)
		if (m->peers[i]->admin_put && m->peers[i]->admin_put >= first)
			undo(m->peers[i], why, now);
}
