/* Life of a MASC node, and where its inputs go. */
#include "masc/own_int.h"

const char *masc_state_text(enum masc_state s)
{
	static const char *const texts[] = {
#define X(name, text) text,
		MASC_STATES(X)
#undef X
	};
	return texts[s];
}

const char *masc_keep_text(enum masc_keep k)
{
	static const char *const texts[] = {
#define X(name, text) text,
		MASC_KEEPS(X)
#undef X
	};
	return texts[k];
}

int64_t masc_wall_now(const struct masc *m, struct mono now)
{
	return m->wall.us + mono_since(now, m->wall_at);
}

int64_t masc_jitter(const struct masc *m, int64_t us)
{
	int64_t quarter = us / 4;
	uint64_t spread = env_random_below(m->env, (uint64_t)(2 * quarter) + 1);
	return us - quarter + (int64_t)spread;
}

static void init(struct masc *m, const struct env *env, struct store *store)
{
	m->env = env;
	m->store = store;
	m->next_dial = 1;
	masc_config_init(&m->config, env);
	map_init(&m->by_name, env);
	map_init(&m->by_address, env);
	map_init(&m->by_node, env);
	map_init(&m->links, env);
	timers_init(&m->timers, env);
	list_init(&m->waiting);
	list_init(&m->telling);
	list_init(&m->late);
	list_init(&m->spaces);
	m->sync.grace = m->sync.window = m->sync.orphans_window = m->sync.pages = MONO_NEVER;
	for (size_t i = 0; i < 8; i++)
		list_init(&m->hearers[i / 4][i % 4]);
	list_init(&m->out);
	list_init(&m->reply.out.at);
	m->reply.out.embedded = true;
}

void masc_settle(struct masc *m, struct mono now)
{
	sync_settle(m, now);
	own_settle(m, now);
	spread_flush(m, now);
	pages_settle(m, now);
	m->worked = m->work;
	m->work = 0;
}

/* Whatever a clock says, times of claims can be added to it. */
static void set_wall(struct masc *m, struct wall wall, struct mono now)
{
	m->wall = wall;
	m->wall_at = now;
	if (wall.us < 0)
		m->wall.us = 0;
	else if (wall.us > INT64_MAX / 4)
		m->wall.us = INT64_MAX / 4;
}

enum err masc_new(struct masc **out, const struct masc_config *cfg, const struct env *env,
		  struct store *store, struct mono now, struct wall wall)
{
	struct masc *m = env_zalloc(env, 1, sizeof(*m));
	if (!m)
		return ERR_NOMEM;
	init(m, env, store);
	set_wall(m, wall, now);
	m->strangers_until = now;
	m->spare = link_spare(m);
	enum err e = m->spare ? guards_new(m) : ERR_NOMEM;
	if (e == OK)
		e = masc_take_over(m, cfg, now);
	if (e == OK)
		e = pages_load(m, now);
	if (e == OK)
		e = own_load(m, now);
	if (e != OK) {
		masc_free(m);
		return e;
	}
	masc_settle(m, now);
	*out = m;
	return OK;
}

static void free_outputs(struct masc *m)
{
	LIST_EACH(at, next, &m->out)
	{
		struct out *o = LIST_ENTRY(at, struct out, at);
		list_take(at);
		if (o->embedded && o->what.kind == MASC_OUT_CLOSE)
			link_free(LIST_ENTRY(o, struct link, close));
		else
			out_free(m, o);
	}
	out_free(m, m->taken);
}

static void free_waiting(struct masc *m)
{
	LIST_EACH(at, next, &m->waiting)
	link_free(LIST_ENTRY(at, struct link, waiting));
}

void masc_free(struct masc *m)
{
	if (!m)
		return;
	const struct env *env = m->env;
	free_waiting(m);
	own_free(m);
	for (size_t i = 0; m->peers && i < m->config.n_peers; i++)
		peer_free(m->peers[i]);
	spaces_free(m);
	guards_free(m);
	free_outputs(m);
	env_free(env, m->spare);
	env_free(env, m->peers);
	env_free(env, m->tellers.all);
	masc_config_free(&m->config);
	map_free(&m->by_name);
	map_free(&m->by_address);
	map_free(&m->by_node);
	map_free(&m->links);
	timers_fini(&m->timers);
	env_free(env, m);
}

void masc_link_accepted(struct masc *m, uint32_t link, const struct addr *local,
			const struct addr *remote, struct mono now)
{
	uint8_t key[sizeof(((struct peer *)NULL)->address_key)];
	struct link *l = link_new(m, link, local, remote);
	if (!l) {
		link_refuse_unmade(m, link);
		return;
	}
	l->up = true;
	if (m->health != OK) {
		link_close(l);
		return;
	}
	peer_address_key(remote, key);
	pending_start(l, map_get(&m->by_address, span_of(key, sizeof(key))), now);
}

void masc_link_up(struct masc *m, uint32_t link, const struct addr *local,
		  const struct addr *remote, struct mono now)
{
	struct link *l = link_find(m, link);
	if (!l || l->up || !l->session)
		return;
	l->up = true;
	l->local = *local;
	l->remote = *remote;
	session_event(l->session, &(struct event){ .kind = EV_TCP_UP, .link = l }, now);
}

void masc_link_down(struct masc *m, uint32_t link, enum err why, struct mono now)
{
	struct link *l = link_find(m, link);
	if (!l)
		return;
	struct session *s = l->session;
	bool was_up = l->up;
	link_free(l);
	if (!s)
		return;
	s->link = NULL;
	if (!was_up)
		peer_dial_failed(s->peer, why);
	enum session_event kind = was_up ? EV_TCP_CLOSED : EV_TCP_FAILED;
	session_event(s, &(struct event){ .kind = kind, .why = why }, now);
	masc_settle(m, now);
}

void masc_input(struct masc *m, uint32_t link, struct span bytes, struct mono now)
{
	struct link *l = link_find(m, link);
	if (!l || !l->up)
		return;
	if (l->session)
		l->session->peer->count.octets_in += bytes.n;
	link_octets(l, bytes, now);
	masc_settle(m, now);
}

bool masc_link_waits(const struct masc *m, uint32_t link)
{
	const struct link *l = link_find(m, link);
	return l && l->late;
}

void masc_link_drained(struct masc *m, uint32_t link, struct mono now)
{
	struct link *l = link_find(m, link);
	if (!l || !l->draining || !l->session)
		return;
	dump_drained(l->session, now);
	masc_settle(m, now);
}

static void stop(struct masc *m, enum err why, struct mono now)
{
	m->health = why;
	LIST_EACH(at, next, &m->waiting)
	link_close(LIST_ENTRY(at, struct link, waiting));
	for (size_t i = 0; i < m->config.n_peers; i++)
		peer_stop(m->peers[i], END_STOPPED, now);
	masc_settle(m, now);
}

void masc_listen_failed(struct masc *m, enum err why, struct mono now)
{
	if (m->health != OK)
		return;
	struct masc_event ev = event_of(NULL, MASC_EVENT_STOPPED);
	ev.err = why;
	stop(m, why, now);
	out_event(m, &ev, 0);
}

void masc_stop(struct masc *m, struct mono now)
{
	if (m->health == OK)
		stop(m, ERR_STOPPING, now);
}

static void session_due(struct session *s, enum session_event kind, struct mono now)
{
	session_event(s, &(struct event){ .kind = kind }, now);
}

static void retry_due(struct peer *p, struct mono now)
{
	bool idle = p->main->state == MASC_IDLE;
	session_due(p->main, idle ? EV_START : EV_RETRY_TIMER, now);
}

/* Those in a back-off wait for something else than the network. */
static bool waits_for_network(const struct peer *p)
{
	const struct session *s = p->main;
	if (!timer_armed(&p->retry))
		return false;
	return s->state == MASC_ACTIVE || (s->state == MASC_IDLE && s->ending == END_CLOSED);
}

void masc_network_changed(struct masc *m, struct mono now)
{
	for (size_t i = 0; i < m->config.n_peers; i++) {
		struct peer *p = m->peers[i];
		if (!waits_for_network(p))
			continue;
		timer_disarm(&m->timers, &p->retry);
		retry_due(p, now);
	}
}

void masc_wall(struct masc *m, struct wall wall, struct mono now)
{
	set_wall(m, wall, now);
	own_wall(m, now);
	masc_settle(m, now);
}

static void fire(const struct timer *t, struct mono now)
{
	switch (t->kind) {
	case TIMER_RETRY:
		retry_due(t->owner, now);
		break;
	case TIMER_ADMIN:
		admin_expired(t->owner, now);
		break;
	case TIMER_HOLD:
		session_due(t->owner, EV_HOLD_TIMER, now);
		break;
	case TIMER_KEEPALIVE:
		session_due(t->owner, EV_KEEPALIVE_TIMER, now);
		break;
	case TIMER_UNCLAIMED:
		pending_expired(t->owner, now);
		break;
	case TIMER_DUMP:
		dump_more(t->owner, now);
		break;
	case TIMER_PLAN:
		own_replan(t->owner);
		break;
	case TIMER_CLAIM:
		own_due(t->owner, now);
		break;
	case TIMER_CLASH:
		own_clash_due(t->owner, now);
		break;
	}
}

void masc_tick(struct masc *m, struct mono now)
{
	for (struct timer *t; (t = timers_due(&m->timers, now));)
		fire(t, now);
	cache_tick(m, now);
	links_go_on(m, now);
	sync_tick(m, now);
	masc_settle(m, now);
}

/* MASC-20.2 to 20.5: what an input had no time for. */
static bool goes_on(const struct masc *m)
{
	const struct holdings *h = m->own;
	bool rounds = h && m->health == OK && (h->returning || h->counting);
	return rounds || m->cuts || !list_empty(&m->late);
}

struct mono masc_deadline(const struct masc *m)
{
	if (goes_on(m))
		return m->wall_at;
	return mono_min(timers_next(&m->timers), sync_deadline(m));
}
