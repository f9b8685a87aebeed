/* A configured peer: which of its sessions counts, and when it is tried again. */
#include "masc/masc_int.h"

#define ADMISSIONS_MAX	16 /* connections at once, then */
#define ADMISSIONS_EACH (250 * MONO_MS)
#define PROMPT_AT_MOST	MONO_SEC

void peer_address_key(const struct addr *a, uint8_t key[21])
{
	struct addr u = addr_unmapped(*a);
	key[0] = u.family;
	memcpy(key + 1, u.ip, sizeof(u.ip));
	for (size_t i = 0; i < 4; i++)
		key[17 + i] = (uint8_t)(u.scope >> 8 * i);
}

void peer_place(struct peer *p, const struct masc_config *c, uint32_t index)
{
	p->index = index;
	p->config = &c->peers[index];
	p->timers = masc_config_timers(c, p->config);
	peer_address_key(&p->config->address, p->address_key);
	p->crosses = 0;
	for (size_t i = 0; i < c->n_scopes; i++)
		if (masc_config_crosses(p->config, &c->scopes[i]))
			p->crosses |= UINT64_C(1) << i;
}

struct peer *peer_new(struct masc *m, const struct masc_config *c, uint32_t index, struct mono now)
{
	struct peer *p = env_zalloc(m->env, 1, sizeof(*p));
	if (!p)
		return NULL;
	p->m = m;
	p->teller = TELLER_NONE;
	peer_place(p, c, index);
	p->since = p->next_refusal = p->next_note = p->admissions_at = now;
	p->admissions = ADMISSIONS_MAX;
	p->retry = (struct timer){ .kind = TIMER_RETRY, .owner = p };
	p->admin = (struct timer){ .kind = TIMER_ADMIN, .owner = p };
	if (timers_own(&m->timers, PEER_TIMERS) != OK) {
		env_free(m->env, p);
		return NULL;
	}
	p->main = session_new(p, MASC_IDLE);
	if (!p->main || teller_add(p) != OK) {
		peer_free(p);
		return NULL;
	}
	timer_arm(&m->timers, &p->retry, now);
	return p;
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	struct masc *m = p->m;
	session_free(p->rival);
	session_free(p->main);
	teller_drop(p);
	timer_disarm(&m->timers, &p->retry);
	timer_disarm(&m->timers, &p->admin);
	timers_disown(&m->timers, PEER_TIMERS);
	env_free(m->env, p);
}

bool peer_admits(struct peer *p, struct mono now)
{
	int64_t gained = mono_since(now, p->admissions_at) / ADMISSIONS_EACH;
	if (gained > 0) {
		uint32_t room = ADMISSIONS_MAX - p->admissions;
		p->admissions += gained < room ? (uint32_t)gained : room;
		p->admissions_at = mono_add(p->admissions_at, gained * ADMISSIONS_EACH);
	}
	if (!p->admissions)
		return false;
	p->admissions--;
	return true;
}

void peer_failed(struct peer *p, enum err why, struct mono now)
{
	p->last_err = why;
	p->last_error_at = now;
}

void peer_dial_failed(struct peer *p, enum err why)
{
	struct masc_event ev = event_of(p, MASC_EVENT_DIAL_FAILED);
	ev.err = why;
	p->count.dial_failures++;
	out_event(p->m, &ev, 0);
}

void peer_error(struct peer *p, const struct masc_error *e, bool sent, struct mono now)
{
	p->last_error = *e;
	p->last_error_sent = sent;
	p->last_err = OK;
	p->last_error_at = now;
}

void peer_retry(struct peer *p, struct mono now)
{
	if (p->config->passive)
		return;
	int64_t wait = masc_jitter(p->m, p->timers.connect_retry);
	timer_arm(&p->m->timers, &p->retry, mono_add(now, wait));
}

/* MASC-4.5: the wait doubles with each error since a session was last up.
 * MASC-3.6: a 2/1 is one like others. */
static int64_t backoff_next(struct peer *p)
{
	const struct masc_timers *t = &p->timers;
	int64_t wait = p->backoff ? 2 * p->backoff : t->idle_backoff;
	p->backoff = wait < t->idle_backoff_max ? wait : t->idle_backoff_max;
	return p->backoff;
}

/* A session that held for a while and went is wanted back at once, give or
 * take what keeps two sides apart. */
static int64_t closed_wait(const struct peer *p, struct mono now)
{
	int64_t retry = p->timers.connect_retry;
	bool held = p->shown == MASC_ESTABLISHED && mono_since(now, p->since) >= retry;
	return masc_jitter(p->m, held && retry > PROMPT_AT_MOST ? PROMPT_AT_MOST : retry);
}

static void rest(struct peer *p, struct mono now)
{
	struct mono at = MONO_NEVER;
	switch (p->main->ending) {
	case END_STOPPED:
		break;
	case END_CLOSED:
		at = mono_add(now, closed_wait(p, now));
		break;
	case END_ERROR:
		at = mono_add(now, backoff_next(p));
		break;
	}
	timer_disarm(&p->m->timers, &p->retry);
	timer_arm(&p->m->timers, &p->retry, at);
}

/* How much a session is worth keeping: a dial under way beats mere listening. */
static int rank(enum masc_state s)
{
	static const int ranks[] = {
		[MASC_IDLE] = 0,     [MASC_ACTIVE] = 1,	     [MASC_CONNECT] = 2,
		[MASC_OPENSENT] = 3, [MASC_OPENCONFIRM] = 4, [MASC_ESTABLISHED] = 5
	};
	return ranks[s];
}

static void order(struct peer *p, struct mono now)
{
	if (!p->rival)
		return;
	if (rank(p->rival->state) > rank(p->main->state)) {
		struct session *s = p->main;
		p->main = p->rival;
		p->rival = s;
	}
	if (p->main->state == MASC_ESTABLISHED && !collision_undecided(p->main, p->rival))
		session_step(p->rival, &(struct event){ .kind = EV_STOP, .ending = END_CLOSED },
			     now);
	if (rank(p->rival->state) <= rank(MASC_ACTIVE)) {
		session_free(p->rival);
		p->rival = NULL;
	}
}

static void time(struct peer *p, struct mono now)
{
	enum masc_state s = p->main->state;
	if (rank(s) >= rank(MASC_OPENSENT))
		timer_disarm(&p->m->timers, &p->retry);
	else if (s == MASC_IDLE && (p->shown != MASC_IDLE || !timer_armed(&p->retry)))
		rest(p, now);
	else if (s != MASC_IDLE && !timer_armed(&p->retry))
		peer_retry(p, now);
}

static void tell_up(struct peer *p)
{
	struct masc_event ev = event_of(p, MASC_EVENT_ESTABLISHED);
	ev.remote = p->main->link->remote;
	p->count.established++;
	p->backoff = 0;
	out_event(p->m, &ev, 0);
}

static void tell_lost(struct peer *p)
{
	struct masc_event ev = event_of(p, MASC_EVENT_LOST);
	ev.err = p->last_err;
	if (p->last_err == OK)
		ev.error = p->last_error;
	p->count.lost++;
	out_event(p->m, &ev, 0);
}

static void tell(struct peer *p, struct mono now)
{
	enum masc_state from = p->shown;
	if (p->main->state == from)
		return;
	struct masc_event ev = event_of(p, MASC_EVENT_STATE);
	ev.from = from;
	ev.to = p->main->state;
	p->shown = ev.to;
	p->since = now;
	out_event(p->m, &ev, 0);
	if (from == MASC_ESTABLISHED)
		tell_lost(p);
	if (ev.to == MASC_ESTABLISHED)
		tell_up(p);
}

void peer_settle(struct peer *p, struct mono now)
{
	order(p, now);
	time(p, now);
	tell(p, now);
}

void peer_start(struct peer *p, struct mono now)
{
	session_event(p->main, &(struct event){ .kind = EV_START }, now);
}

void peer_stop(struct peer *p, enum ending ending, struct mono now)
{
	const struct event stop = { .kind = EV_STOP, .ending = ending };
	if (p->rival)
		session_step(p->rival, &stop, now);
	session_step(p->main, &stop, now);
	if (ending == END_STOPPED)
		timer_disarm(&p->m->timers, &p->retry);
	peer_settle(p, now);
}
