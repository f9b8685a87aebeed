/* MASC-7: what operators tell peers, kept in the store until they are told
 * otherwise. A row says that a peer is down, and until when. */
#include "masc/claims_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define ROW_VERSION 2
#define ROW_SIZE    17

const struct store_table masc_table_admin = { "masc_admin", STORE_KEY_OCTETS };

/* For how long, and until when by the wall clock; both 0: until told otherwise. */
struct row {
	int64_t until, for_us;
};

static struct span row_key(const struct peer *p)
{
	return span_str(p->config->name);
}

static enum err row_put(struct peer *p, const struct row *row)
{
	uint8_t value[ROW_SIZE];
	struct wr w = wr_of(value, sizeof(value));
	wr_u8(&w, ROW_VERSION);
	wr_u64(&w, (uint64_t)row->until);
	wr_u64(&w, (uint64_t)row->for_us);
	return store_put(p->m->store, &masc_table_admin, row_key(p), wr_span(&w), &p->admin_put);
}

static enum err row_del(struct peer *p)
{
	return store_del(p->m->store, &masc_table_admin, row_key(p), &p->admin_put);
}

/* A row that cannot be read was still put there by somebody who wanted the
 * peer down: it stays so until told otherwise. */
static struct row row_parse(struct span value)
{
	struct rd r = rd_of(value);
	struct row row;
	uint8_t version = rd_u8(&r);
	row.until = (int64_t)rd_u64(&r);
	row.for_us = (int64_t)rd_u64(&r);
	bool timed = row.until > 0 && row.for_us > 0;
	return rd_done(&r) && version == ROW_VERSION && timed ? row : (struct row){ 0 };
}

/* Never more than was asked for: a machine that starts with its clock in 1970
 * would keep the peer down for decades. */
static int64_t time_left(const struct peer *p, const struct row *row, struct mono now)
{
	int64_t left = row->until - masc_wall_now(p->m, now);
	return left < row->for_us ? left : row->for_us;
}

static bool has_run_out(const struct peer *p, const struct row *row, struct mono now)
{
	return row->until && time_left(p, row, now) <= 0;
}

static void take_down(struct peer *p, const struct row *row, struct mono now)
{
	struct masc *m = p->m;
	p->admin_down = true;
	p->admin_until = 0;
	timer_disarm(&m->timers, &p->admin);
	if (!row->until)
		return;
	int64_t left = time_left(p, row, now);
	p->admin_until = masc_wall_now(m, now) + left;
	timer_arm(&m->timers, &p->admin, mono_add(now, left));
}

static void take_up(struct peer *p)
{
	p->admin_down = false;
	p->admin_until = 0;
	timer_disarm(&p->m->timers, &p->admin);
}

/* What the row says now. ERR_NOT_FOUND: nothing, the peer is up. */
static enum err row_read(struct peer *p, struct row *row)
{
	struct span value;
	enum err e = store_get(p->m->store, &masc_table_admin, row_key(p), &value);
	if (e == OK)
		*row = row_parse(value);
	return e;
}

enum err admin_load(struct peer *p, struct mono now)
{
	struct row row;
	enum err e = row_read(p, &row);
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	if (has_run_out(p, &row, now))
		return row_del(p);
	take_down(p, &row, now);
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
	struct row row = { .for_us = c->for_us };
	int64_t wall = masc_wall_now(p->m, now);
	if (c->for_us < 0 || (c->for_us && __builtin_add_overflow(wall, c->for_us, &row.until)))
		return ERR_RANGE;
	enum err e = row_put(p, &row);
	if (e != OK)
		return e;
	take_down(p, &row, now);
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
		take_up(p);
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

static void peer_command(struct masc *m, uint64_t call, const struct masc_command *c,
			 struct mono now)
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

static void claims_command(struct masc *m, uint64_t call, const struct masc_command *c,
			   struct mono now)
{
	struct masc_out reply = { .call = call, .result = ERR_STATE };
	if (m->health == OK)
		reply.result = own_command(m, c, &reply, now);
	if (reply.result != OK)
		reply.after = 0;
	out_answer(m, &reply);
}

void masc_command(struct masc *m, uint64_t call, const struct masc_command *c, struct mono now)
{
	if (c->kind <= MASC_COMMAND_RESET)
		peer_command(m, call, c, now);
	else
		claims_command(m, call, c, now);
	masc_settle(m, now);
}

void admin_expired(struct peer *p, struct mono now)
{
	take_up(p);
	/* A row that cannot be deleted now has run out all the same. */
	if (row_del(p) == OK)
		tell(p, true);
	if (p->m->health == OK)
		peer_start(p, now);
}

/* The store has undone its part: what it says now is how it was. A row that has
 * run out says nothing any more, or a full disk would end the session at each
 * try to delete it. */
static void undo(struct peer *p, enum err why, struct mono now)
{
	bool was_down = p->admin_down;
	struct row row = { 0 };
	enum err e = row_read(p, &row);
	p->admin_put = 0;
	struct masc_event ev = event_of(p, MASC_EVENT_STORE_FAILED);
	ev.err = why;
	out_event(p->m, &ev, 0);
	if (e != OK && e != ERR_NOT_FOUND)
		return;
	if (e == OK && !has_run_out(p, &row, now))
		take_down(p, &row, now);
	else
		take_up(p);
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
	if (m->told_put >= first)
		m->told_put = 0;
	pages_store_failed(m, first);
	own_store_failed(m, first, why, now);
	masc_settle(m, now);
}
