/* Life of a cloud, and where its inputs go. PNRP-4.13 and on */
#include "pnrp/pnrp_int.h"

/* Retransmission times that a search for a first node takes: nodes seen earlier, a search
 * by multicast, a seed. */
#define SEARCH 5

static bool is_sound(const struct pnrp_options *o)
{
	const struct pnrp_limits *l = &o->limits;
	const struct pnrp_times *t = &o->times;
	bool limits = l->cache && l->level && l->adds && l->conversations &&
		      l->conversations_source && l->reassemblies && l->resolves && l->pending &&
		      l->names;
	return o->profile && o->crypto && o->scope < PNRP_SCOPE_COUNT && limits &&
	       t->retransmit > 0 && t->maintenance > 0 && t->conversation > 0;
}

static void init(struct pnrp *p, const struct pnrp_options *o, const struct env *env)
{
	p->env = env;
	p->o = *o;
	p->crypto = o->crypto;
	p->profile = o->profile;
	p->maintenance = p->split_next = MONO_NEVER;
	list_init(&p->own);
	list_init(&p->walks);
	list_init(&p->adds);
	list_init(&p->talks);
	list_init(&p->passed);
	list_init(&p->pending);
	list_init(&p->outs);
	map_init(&p->by_message, env);
}

enum err pnrp_new(struct pnrp **out, const struct pnrp_options *o, const struct env *env,
		  struct mono now, struct wall wall)
{
	if (!is_sound(o))
		return ERR_CONFIG;
	struct pnrp *p = env_zalloc(env, 1, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	init(p, o, env);
	pnrp_set_wall(p, wall, now);
	p->limited_told = p->full_told = now;
	enum err e = pnrp_cache_new(&p->cache, p);
	if (e == OK)
		e = pnrp_guard_new(p);
	if (e != OK) {
		pnrp_free(p);
		return e;
	}
	*out = p;
	return OK;
}

void pnrp_free(struct pnrp *p)
{
	if (!p)
		return;
	const struct env *env = p->env;
	pnrp_walk_free_all(p);
	pnrp_talk_free_all(p);
	pnrp_add_free_all(p);
	pnrp_pending_free_all(p);
	pnrp_own_free_all(p);
	pnrp_cache_free(p->cache);
	pnrp_guard_free(p);
	map_free(&p->by_message);
	LIST_EACH(at, next, &p->outs)
	env_free(env, LIST_ENTRY(at, struct pnrp_out_item, in));
	env_free(env, p->last);
	env_free(env, p);
}

int64_t pnrp_wall_now(const struct pnrp *p, struct mono now)
{
	return p->wall.us + mono_since(now, p->wall_at);
}

void pnrp_note_verdict(struct pnrp *p, enum pnrp_verdict v, struct mono now)
{
	p->counters.verdicts[v]++;
	if (v == PNRP_VERDICT_EXPIRED)
		p->last_expired = now;
}

/* Whatever a clock says, times can be added to it. */
void pnrp_set_wall(struct pnrp *p, struct wall wall, struct mono now)
{
	p->wall = wall;
	p->wall_at = now;
	if (wall.us < 0)
		p->wall.us = 0;
	else if (wall.us > INT64_MAX / 4)
		p->wall.us = INT64_MAX / 4;
}

void pnrp_set_state(struct pnrp *p, enum pnrp_state s)
{
	if (p->state == s)
		return;
	struct pnrp_event *event = pnrp_tell(p, PNRP_EVENT_STATE);
	event->from = p->state;
	event->to = s;
	p->state = s;
}

static enum pnrp_state state_of(const struct pnrp *p, struct mono now)
{
	if (!p->n_local)
		return PNRP_STATE_NO_NETWORK;
	if (pnrp_cache_count(p->cache))
		return PNRP_STATE_ACTIVE;
	bool searching = p->state == PNRP_STATE_SYNCHRONISING && !mono_reached(p->searched, now);
	bool begins = p->state != PNRP_STATE_SYNCHRONISING && p->state != PNRP_STATE_ALONE;
	return searching || begins ? PNRP_STATE_SYNCHRONISING : PNRP_STATE_ALONE;
}

/* Searches go on while a node is alone, and each may meet somebody who is of no use: only
 * the first changes the state, for as long as all steps of one take. */
static void follow(struct pnrp *p, struct mono now)
{
	enum pnrp_state s = state_of(p, now);
	if (s == PNRP_STATE_SYNCHRONISING && p->state != s)
		p->searched = mono_add(now, SEARCH * p->o.times.retransmit);
	pnrp_set_state(p, s);
}

void pnrp_settle(struct pnrp *p, struct mono now)
{
	if (p->leaves_stale)
		pnrp_leaf_ask(p, now);
	enum pnrp_state before = p->state;
	if (before == PNRP_STATE_VIRTUAL && !p->n_local)
		return;
	follow(p, now);
	/* PNRP-4.14: the first node that is known hears of our names. */
	if (p->state == PNRP_STATE_ACTIVE && before != PNRP_STATE_ACTIVE)
		pnrp_own_announce(p, now);
}

/* ---- addresses */

static bool are_local(const struct pnrp *p, const struct pnrp_endpoint *local, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (local[i].port <= PNRP_PORT_FLOOR || local[i].port != local[0].port ||
		    !pnrp_ip_fits(p, local[i].ip))
			return false;
	return n <= PNRP_OWN_ADDRESSES;
}

static bool same(const struct pnrp *p, const struct pnrp_endpoint *local, size_t n)
{
	for (size_t i = 0; i < n && n == p->n_local; i++)
		if (!pnrp_endpoint_eq(&p->local[i], &local[i]))
			return false;
	return n == p->n_local;
}

/* PNRP-4.15 */
enum err pnrp_set_local(struct pnrp *p, const struct pnrp_endpoint *local, size_t n,
			struct mono now)
{
	if (!are_local(p, local, n))
		return ERR_RANGE;
	if (same(p, local, n) && p->state != PNRP_STATE_VIRTUAL)
		return OK;
	bool first = p->n_local == 0;
	p->starved = false;
	p->n_local = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		p->local[i] = local[i];
	if (!n)
		p->maintenance = MONO_NEVER;
	else if (first)
		p->maintenance = now;
	follow(p, now);
	if (n)
		pnrp_own_announce(p, now);
	return p->starved ? ERR_NOMEM : OK;
}

enum err pnrp_set_seeds(struct pnrp *p, const struct pnrp_endpoint *seeds, size_t n)
{
	if (n > sizeof(p->seed) / sizeof(*p->seed))
		return ERR_RANGE;
	for (size_t i = 0; i < n; i++)
		p->seed[i] = seeds[i];
	p->n_seeds = (uint32_t)n;
	return OK;
}

void pnrp_flush(struct pnrp *p, struct mono now)
{
	pnrp_cache_clear(p->cache);
	p->maintenance = p->n_local ? now : MONO_NEVER;
	pnrp_settle(p, now);
}

/* ---- datagrams */

static void acked(struct pnrp *p, const struct pnrp_message *m, const struct pnrp_endpoint *from,
		  struct mono now)
{
	struct pnrp_pending *w = pnrp_pending_find(p, m->ack.acked);
	bool expected = w && (w->kind == PNRP_WAIT_REQUEST || w->kind == PNRP_WAIT_FLOOD ||
			      w->kind == PNRP_WAIT_GOODBYE || w->kind == PNRP_WAIT_PING);
	if (!expected || !pnrp_endpoint_eq(&w->to, from)) {
		p->counters.unmatched++;
		return;
	}
	p->last_heard = now;
	pnrp_pending_take(p, w);
	if (w->kind == PNRP_WAIT_PING)
		pnrp_done(p, w->number, OK, 0, mono_since(now, w->sent));
	else if (w->kind == PNRP_WAIT_REQUEST)
		pnrp_talk_acked(p, w, now);
	else
		pnrp_flood_ack(p, w, &m->ack, now);
	pnrp_pending_free(p, w);
}

/* PNRP-4.16: who only resolves answers nothing but FLOODs. */
static bool is_for_publishers(enum pnrp_type t)
{
	return t == PNRP_SOLICIT || t == PNRP_REQUEST || t == PNRP_INQUIRE || t == PNRP_LOOKUP;
}

static void dispatch(struct pnrp *p, const struct pnrp_message *m, const struct pnrp_endpoint *from,
		     const struct addr *to, struct mono now)
{
	switch (m->type) {
	case PNRP_SOLICIT:
		pnrp_talk_solicit(p, m, from, to, now);
		break;
	case PNRP_ADVERTISE:
		pnrp_talk_advertise(p, m, from, now);
		break;
	case PNRP_REQUEST:
		pnrp_talk_request(p, m, from, to, now);
		break;
	case PNRP_FLOOD:
		pnrp_flood_in(p, m, from, to, now);
		break;
	case PNRP_INQUIRE:
		pnrp_serve_inquire(p, m, from, to, now);
		break;
	case PNRP_AUTHORITY:
		pnrp_authority_in(p, m, from, now);
		break;
	case PNRP_ACK:
		acked(p, m, from, now);
		break;
	case PNRP_LOOKUP:
		pnrp_serve_lookup(p, m, from, to, now);
		break;
	}
}

enum err pnrp_input(struct pnrp *p, const struct addr *from, const struct addr *to,
		    struct span datagram, struct mono now)
{
	struct pnrp_endpoint sender = pnrp_endpoint_of(from);
	struct pnrp_message m;
	p->counters.octets_in += datagram.n;
	if (!pnrp_may_send(p, &sender) || pnrp_is_own_endpoint(p, &sender)) {
		p->counters.unmatched++;
		return OK;
	}
	if (pnrp_decode(p->profile, datagram, &m) != OK) {
		p->counters.malformed++;
		return OK;
	}
	p->counters.in[m.type & 15]++;
	if (p->o.resolve_only && is_for_publishers(m.type)) {
		p->counters.unmatched++;
		return OK;
	}
	p->starved = false;
	dispatch(p, &m, &sender, to, now);
	pnrp_settle(p, now);
	return p->starved ? ERR_NOMEM : OK;
}

/* ---- time */

void pnrp_tick(struct pnrp *p, struct mono now)
{
	pnrp_pending_tick(p, now);
	pnrp_talk_tick(p, now);
	pnrp_walk_tick(p, now);
	if (mono_reached(p->maintenance, now))
		pnrp_maintain(p, now);
	pnrp_settle(p, now);
}

struct mono pnrp_deadline(const struct pnrp *p)
{
	if (p->leaves_stale)
		return (struct mono){ 0 };
	struct mono t = mono_min(pnrp_pending_deadline(p), pnrp_talk_deadline(p));
	if (p->state == PNRP_STATE_SYNCHRONISING)
		t = mono_min(t, p->searched);
	return mono_min(mono_min(t, pnrp_walk_deadline(p)), p->maintenance);
}

enum err pnrp_ping(struct pnrp *p, const struct pnrp_endpoint *to, uint64_t number, struct mono now)
{
	struct pnrp_message m = { .type = PNRP_FLOOD };
	if (!p->n_local)
		return ERR_STATE;
	if (!pnrp_may_send(p, to) || pnrp_is_own_endpoint(p, to))
		return ERR_RANGE;
	p->starved = false;
	struct pnrp_pending *w = pnrp_ask(p, PNRP_WAIT_PING, &m, to, NULL, now);
	if (!w)
		return p->starved ? ERR_NOMEM : ERR_FULL;
	w->number = number;
	return OK;
}
