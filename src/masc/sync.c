/* What a peer has told us, and whether that is all it knows: MASC-12.3 to 12.5.
 * What is taken out for that, or because it is over, is sweep.c's. */
#include "masc/claims_int.h"

#define GRACE_HOLD_TIMES  3
#define WINDOW_HOLD_TIMES 2

_Static_assert(TELLER_NONE == TABLE_PEER_NONE, "nobody has one number");

struct table_mark sync_mark_of(const struct peer *from, bool ours, bool holds)
{
	uint16_t number = from ? from->teller : TELLER_NONE;
	const struct teller *t = from ? &from->m->tellers.all[number] : NULL;
	return (struct table_mark){ number, t ? t->epoch : 0, holds, ours };
}

bool sync_stale(const struct masc *m, const struct table_mark *mark)
{
	const struct teller *t = teller_of(m, mark->peer, mark->epoch);
	return !mark->ours && (!t || t->epoch != mark->epoch);
}

struct mono sync_stale_since(const struct masc *m, const struct table_mark *mark)
{
	const struct teller *t = teller_of(m, mark->peer, mark->epoch);
	bool last = t && (uint16_t)(t->epoch - mark->epoch) == 1;
	return last ? t->left_at : (struct mono){ 0 };
}

struct peer *sync_peer_of(const struct masc *m, const struct table_mark *mark)
{
	const struct teller *t = teller_of(m, mark->peer, mark->epoch);
	return t ? t->peer : NULL;
}

/* With hold time 0 nobody says how long is long: as for an OPEN, MASC-1.6. */
static int64_t hold_time(const struct session *s)
{
	return s->hold_time ? s->hold_time * MONO_SEC : s->peer->timers.open_wait;
}

static struct teller *own_teller(const struct session *s)
{
	return &s->peer->m->tellers.all[s->peer->teller];
}

void sync_up(struct session *s, struct mono now)
{
	struct masc *m = s->peer->m;
	const struct masc_peer_config *c = s->peer->config;
	s->up_at = now;
	s->synced = s->behind = s->failed = false;
	s->unsent = s->awaited = 0;
	list_push_back(&m->hearers[c->family][c->role], &s->hears);
	m->sync.changed = true;
}

void sync_mark(struct session *s, struct mono now)
{
	struct masc *m = s->peer->m;
	struct teller *t = own_teller(s);
	if (s->synced)
		return;
	struct masc_event ev = event_of(s->peer, MASC_EVENT_SYNC);
	out_event(m, &ev, 0);
	s->synced = true;
	guard_synced(s->peer, true, now);
	m->sync.changed = true;
	if (t->left)
		sweep_family(m, s->peer->config->family + 1);
	t->left = false;
	t->window = MONO_NEVER;
}

/* MASC-12.4: how long what is pending there stays when it is stale; there may be
 * nothing it would be about. */
static struct mono window_of(const struct masc *m, enum masc_family f, int64_t hold,
			     struct mono now)
{
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == f && (table_count_of(sp->table, WIRE_NEW_CLAIM) ||
					table_count_of(sp->table, WIRE_CLAIM_TO_EXPAND)))
			return mono_add(now, WINDOW_HOLD_TIMES * hold);
	}
	return MONO_NEVER;
}

void sync_down(struct session *s, struct mono now)
{
	struct masc *m = s->peer->m;
	struct teller *t = own_teller(s);
	s->synced = false;
	guard_synced(s->peer, false, now);
	t->epoch++;
	t->left = true;
	t->left_at = now;
	t->window = window_of(m, s->peer->config->family + 1, hold_time(s), now);
	m->sync.window = mono_min(m->sync.window, t->window);
	m->sync.changed = true;
}

/* -- which spaces are synced -- */

static struct mono patience_ends(const struct session *s)
{
	return mono_add(s->up_at, GRACE_HOLD_TIMES * hold_time(s));
}

static bool is_up(const struct peer *p)
{
	return !list_empty(&p->main->hears);
}

/* Not up, or it has told all, or had the time to. */
static bool waited_for(const struct peer *p, struct mono now)
{
	const struct session *s = p->main;
	return !is_up(p) || s->synced || mono_reached(patience_ends(s), now);
}

/* Whose silence makes a space wait; that of a parent never does. */
static unsigned set_to_wait_for(const struct space *sp)
{
	return sp->below ? TO_CHILDREN | TO_INTERNAL : TO_SIBLINGS;
}

/* MASC-12.5 */
bool space_synced(const struct space *sp, struct mono now)
{
	const struct masc *m = sp->m;
	size_t parents = 0, siblings = 0, synced = 0;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct peer *p = m->peers[i];
		unsigned set = spread_set(sp, p);
		bool told = is_up(p) && p->main->synced;
		if (set & set_to_wait_for(sp) && !waited_for(p, now))
			return false;
		parents += set == TO_PARENT && told;
		siblings += set == TO_SIBLINGS;
		synced += set == TO_SIBLINGS && told;
	}
	if (sp->below)
		return true;
	return sp->scope ? !siblings || 2 * synced > siblings : parents > 0;
}

/* Everybody who could tell of claims in it has told all. */
static bool is_complete(const struct space *sp)
{
	const struct masc *m = sp->m;
	unsigned tell =
		sp->below ? TO_CHILDREN | TO_INTERNAL : TO_PARENT | TO_SIBLINGS | TO_INTERNAL;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct peer *p = m->peers[i];
		if (spread_set(sp, p) & tell && !(is_up(p) && p->main->synced))
			return false;
	}
	return true;
}

bool sync_colleagues_told(const struct masc *m, enum masc_family f)
{
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct peer *p = m->peers[i];
		if (p->config->role == MASC_INTERNAL_PEER && p->config->family + 1 == f &&
		    !p->main->synced)
			return false;
	}
	return true;
}

static struct mono next_grace(const struct masc *m, struct mono now)
{
	struct mono next = MONO_NEVER;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct peer *p = m->peers[i];
		if (p->config->role != MASC_CHILD && !waited_for(p, now))
			next = mono_min(next, patience_ends(p->main));
	}
	return next;
}

static void settle_space(struct space *sp, struct mono now)
{
	bool synced = space_synced(sp, now), was_complete = sp->complete;
	sp->complete = is_complete(sp);
	if (sp->complete != was_complete)
		own_replan(sp->m);
	/* A sweep that finds somebody gone leaves what it came for. */
	sp->orphans = sp->orphans || (sp->sweep.on && !sp->complete);
	if (sp->orphans && sp->complete) {
		sp->orphans = false;
		sweep_space(sp);
	}
	if (synced == sp->synced)
		return;
	sp->synced = synced;
	own_synced(sp, synced, now);
}

/* Claims of a peer that is gone: as if its session had ended, MASC-12.4. */
static void settle_orphans(struct masc *m, struct mono now)
{
	int64_t hold = masc_config_timers(&m->config, NULL).hold_time;
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		sp->orphans = table_count(sp->table) > 0;
	}
	struct mono ipv4 = window_of(m, MASC_IPV4, hold, now);
	m->sync.orphans_window = mono_min(ipv4, window_of(m, MASC_IPV6, hold, now));
	m->sync.window = mono_min(m->sync.window, m->sync.orphans_window);
	m->sync.orphaned = false;
}

void sync_settle(struct masc *m, struct mono now)
{
	if (m->sync.orphaned)
		settle_orphans(m, now);
	else if (!m->sync.changed && !mono_reached(m->sync.grace, now))
		return;
	m->sync.changed = false;
	m->sync.grace = next_grace(m, now);
	LIST_EACH(at, next, &m->spaces)
	settle_space(LIST_ENTRY(at, struct space, at), now);
}

void sync_reconfigured(struct masc *m, struct mono now)
{
	m->sync.changed = true;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		struct session *s = m->peers[i]->main;
		/* The space it has come to may be gone. */
		if (s->dump)
			dump_start(s, now);
	}
}
