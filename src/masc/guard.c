/* MASC-16: clocks, origins that keep losing, and how often a thing is said. What
 * is kept of each domain is bounded; who was heard of longest ago goes first. */
#include "masc/guard_int.h"

#define CLOSE_ENOUGH 5 /* s, MASC-16.2 */

enum err guards_new(struct masc *m)
{
	struct guards *g = env_zalloc(m->env, 1, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	g->m = m;
	map_init(&g->by_child, m->env);
	list_init(&g->children);
	m->guards = g;
	return OK;
}

void guards_free(struct masc *m)
{
	if (!m->guards)
		return;
	guard_children_free(m->guards);
	env_free(m->env, m->guards->losers.all);
	env_free(m->env, m->guards->repeats.all);
	env_free(m->env, m->guards->waits.all);
	env_free(m->env, m->guards);
	m->guards = NULL;
}

static uint32_t wall_s(const struct masc *m, struct mono now)
{
	int64_t s = masc_wall_now(m, now) / MONO_SEC;
	return s < 0 ? 0 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* -- clocks -- */

/* A gap longer than a waiting period may have hidden whatever there is by now:
 * it is as if the peer was first heard behind it. */
static void gap_over(struct peer *p, uint32_t at)
{
	struct hearing *h = &p->hearing;
	int64_t gap = ((int64_t)at - h->end) * MONO_SEC;
	if (!h->ever || gap > p->m->rules.waiting_period || gap < 0)
		h->first = h->end = at;
	h->ever = true;
	h->begin = at;
}

void guard_synced(struct peer *p, bool synced, struct mono now)
{
	struct hearing *h = &p->hearing;
	if (h->now == synced)
		return;
	if (synced)
		gap_over(p, wall_s(p->m, now));
	else
		h->end = wall_s(p->m, now);
	h->now = synced;
}

/* Whether the peer could have told us at that time. */
static bool was_heard(const struct hearing *h, uint32_t at)
{
	if (!h->ever || at < h->first)
		return false;
	if (!h->now)
		return at < h->end;
	return at >= h->begin || at < h->end;
}

static bool known_since(const struct space *sp, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	struct look k;
	struct wire_claim known;
	look_start(&k, sp, &p);
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(sp->table, r, &known) && known.timestamp == c->timestamp &&
		    masc_id_eq(&known.domain, &c->domain))
			return true;
	return false;
}

static bool is_timed(const struct wire_claim *c)
{
	return c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND ||
	       c->type == WIRE_PREFIX_IN_USE;
}

uint8_t guard_timestamp(const struct session *s, const struct wire_claim *c, const struct space *sp,
			struct mono now)
{
	const struct peer *p = s->peer;
	if (p->m->rules.clock_check == MASC_CLOCK_OFF || !is_timed(c) ||
	    !masc_id_eq(&c->domain, &p->config->domain))
		return 0;
	int64_t wall = wall_s(p->m, now);
	if (c->timestamp > wall + GUARD_SKEW_MOST)
		return WIRE_TIMESTAMP_NEW;
	if (c->timestamp >= wall - GUARD_SKEW_MOST || !was_heard(&p->hearing, c->timestamp))
		return 0;
	return sp && known_since(sp, c) ? 0 : WIRE_TIMESTAMP_OLD;
}

static bool is_close(const struct hearing *h)
{
	return h->skew_s <= CLOSE_ENOUGH && h->skew_s >= -CLOSE_ENOUGH;
}

static bool peers_agree(const struct masc *m)
{
	size_t known = 0, close = 0;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct hearing *h = &m->peers[i]->hearing;
		known += h->skew_known;
		close += h->skew_known && is_close(h);
	}
	return !known || 2 * close > known;
}

enum masc_reason guard_clock(const struct masc *m, struct mono now)
{
	switch (m->rules.clock_check) {
	case MASC_CLOCK_DEFAULT:
	case MASC_CLOCK_KERNEL:
		return m->wall.synchronised ? MASC_REASON_NONE : MASC_REASON_NO_CLOCK;
	case MASC_CLOCK_PEERS:
		return peers_agree(m) ? MASC_REASON_NONE : MASC_REASON_NO_CLOCK;
	case MASC_CLOCK_OFF:
		break;
	}
	return MASC_REASON_NONE;
}

/* -- domains that are remembered for a while -- */

static struct remembered *find(struct memory *mem, const struct masc_id *domain)
{
	for (size_t i = 0; i < mem->n; i++)
		if (masc_id_eq(&mem->all[i].domain, domain))
			return &mem->all[i];
	return NULL;
}

static struct remembered *oldest(struct memory *mem)
{
	struct remembered *old = &mem->all[0];
	for (size_t i = 1; i < mem->n; i++)
		if (mem->all[i].at.us < old->at.us)
			old = &mem->all[i];
	return old;
}

/* The one of the domain, else a fresh one, in the place of the oldest if need be.
 * NULL without memory. */
static struct remembered *remember(const struct masc *m, struct memory *mem,
				   const struct masc_id *domain, struct mono now)
{
	struct remembered *r = find(mem, domain);
	if (!mem->all)
		mem->all = env_zalloc(m->env, GUARD_DOMAINS, sizeof(*mem->all));
	if (!mem->all)
		return NULL;
	if (!r) {
		r = mem->n < GUARD_DOMAINS ? &mem->all[mem->n++] : oldest(mem);
		*r = (struct remembered){ .domain = *domain };
	}
	r->at = now;
	return r;
}

static void forget(struct memory *mem, const struct masc_id *domain)
{
	struct remembered *r = find(mem, domain);
	if (r)
		*r = mem->all[--mem->n];
}

static void tell_damped(struct masc *m, const struct masc_id *domain)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_DAMPED);
	ev.domain = *domain;
	ev.ours = masc_id_eq(domain, &m->config.domain);
	out_event(m, &ev, 0);
}

bool guard_damped(struct masc *m, const struct masc_id *domain, struct mono now)
{
	struct guards *g = m->guards;
	struct remembered *r = g->losers.n ? find(&g->losers, domain) : NULL;
	if (!r || r->count < m->config.damp_after)
		return true;
	if (!mono_reached(mono_add(r->at, m->rules.waiting_period), now)) {
		g->damped++;
		return false;
	}
	forget(&g->losers, domain);
	return true;
}

void guard_lost(struct masc *m, const struct masc_id *domain, struct mono now)
{
	struct remembered *r = remember(m, &m->guards->losers, domain, now);
	if (r && ++r->count == m->config.damp_after)
		tell_damped(m, domain);
}

void guard_won(struct masc *m, const struct masc_id *domain)
{
	if (m->guards->losers.n)
		forget(&m->guards->losers, domain);
}

bool guard_repeat(struct masc *m, const struct masc_id *domain, struct mono now)
{
	struct guards *g = m->guards;
	const struct remembered *r = find(&g->repeats, domain);
	if (r && mono_since(now, r->at) < MONO_SEC)
		return false;
	if (!remember(m, &g->repeats, domain, now))
		return false;
	g->resent++;
	return true;
}

void guard_wait(const struct heard *h)
{
	struct masc *m = h->s->peer->m;
	struct guards *g = m->guards;
	const struct wire_claim *c = h->c;
	if ((int64_t)c->hold_time * MONO_SEC == m->rules.waiting_period)
		return;
	g->wait_differs++;
	bool told = find(&g->waits, &c->domain);
	if (!remember(m, &g->waits, &c->domain, h->now) || told)
		return;
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_WAIT_DIFFERS);
	ev.prefix = h->prefix;
	ev.domain = c->domain;
	out_event(m, &ev, 0);
}

void guard_full(const struct heard *h)
{
	struct masc *m = h->s->peer->m;
	struct guards *g = m->guards;
	h->s->peer->count.claims_full++;
	g->refused_full++;
	if (g->full_told && !mono_reached(g->next_full, h->now))
		return;
	g->full_told = true;
	g->next_full = mono_add(h->now, MONO_MIN);
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_FULL);
	ev.prefix = h->prefix;
	ev.domain = h->c->domain;
	out_event(m, &ev, 0);
}
