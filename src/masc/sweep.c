/* What goes from the tables by itself: what is over (MASC-10.6), what a peer that
 * has told all did not tell again (MASC-12.3), and what was pending when its
 * teller was lost two hold times ago (MASC-12.4). In slices. */
#include "masc/claims_int.h"

#define SWEEP_LOOKS 8192 /* a slice */
#define SWEEP_GONE  512

void sweep_space(struct space *sp)
{
	sp->sweep.again = sp->sweep.on;
	sp->sweep.on = true;
	sp->m->sync.sweeping = true;
}

void sweep_family(struct masc *m, enum masc_family f)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == f && table_count(sp->table))
			sweep_space(sp);
	}
}

static bool is_pending(const struct wire_claim *c)
{
	return c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND;
}

/* The end of the window of whoever told it, reached or none any more. */
static bool window_over(const struct masc *m, const struct teller *t, struct mono now)
{
	struct mono end = t ? t->window : m->sync.orphans_window;
	return mono_is_never(end) || mono_reached(end, now);
}

/* What a child holds, as a colleague told: that the colleague does not tell it
 * now may mean that the child is not back yet. */
static bool is_colleagues(const struct space *sp, const struct teller *t,
			  const struct wire_claim *c)
{
	const struct masc *m = sp->m;
	bool hearsay = !t || t->peer->config->role == MASC_INTERNAL_PEER;
	if (!sp->below || !hearsay || c->role != MASC_CHILD || c->type != WIRE_PREFIX_IN_USE)
		return false;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct peer *p = m->peers[i];
		if (p->config->role == MASC_PARENT && p->main->synced &&
		    masc_id_eq(&p->config->domain, &c->domain))
			return false;
	}
	return true;
}

static bool is_to_go(const struct space *sp, uint32_t r, struct mono now)
{
	const struct masc *m = sp->m;
	struct table_mark mark = table_mark_of(sp->table, r);
	struct wire_claim c;
	if (!sync_stale(m, &mark))
		return false;
	const struct teller *t = teller_of(m, mark.peer, mark.epoch);
	if (!table_get(sp->table, r, &c) || is_colleagues(sp, t, &c))
		return false;
	if (t ? t->peer->main->synced : sp->complete)
		return true;
	return is_pending(&c) && window_over(m, t, now);
}

struct budget {
	size_t looks, gone;
};

static bool spent(const struct budget *b)
{
	return !b->looks || !b->gone;
}

static void sweep(struct space *sp, struct budget *b, struct mono now)
{
	struct sweep *w = &sp->sweep;
	for (; w->on && !spent(b); b->looks--) {
		w->at = table_each(sp->table, w->at);
		if (!w->at) {
			w->on = w->again;
			w->again = false;
		} else if (is_to_go(sp, w->at, now)) {
			cache_remove(sp, w->at, now);
			b->gone--;
		}
	}
}

static uint32_t wall_s(const struct masc *m, struct mono now)
{
	int64_t s = masc_wall_now(m, now) / MONO_SEC;
	if (s < 0)
		return 0;
	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX - 1;
}

static void take_out_ended(struct space *sp, struct budget *b, struct mono now)
{
	uint32_t at = wall_s(sp->m, now);
	for (uint32_t r; b->gone && (r = table_ended(sp->table, at)); b->gone--)
		cache_remove(sp, r, now);
}

static void open_windows(struct masc *m, struct mono now)
{
	if (!mono_reached(m->sync.window, now))
		return;
	m->sync.window = MONO_NEVER;
	for (size_t i = 0; i < m->tellers.n; i++) {
		struct teller *t = &m->tellers.all[i];
		if (mono_reached(t->window, now)) {
			sweep_family(m, t->peer->config->family + 1);
			t->window = MONO_NEVER;
		}
		m->sync.window = mono_min(m->sync.window, t->window);
	}
	if (mono_reached(m->sync.orphans_window, now)) {
		sweep_family(m, MASC_IPV4);
		sweep_family(m, MASC_IPV6);
		m->sync.orphans_window = MONO_NEVER;
	}
	m->sync.window = mono_min(m->sync.window, m->sync.orphans_window);
}

void sync_tick(struct masc *m, struct mono now)
{
	struct budget b = { SWEEP_LOOKS, SWEEP_GONE };
	open_windows(m, now);
	m->sync.sweeping = false;
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		take_out_ended(sp, &b, now);
		sweep(sp, &b, now);
		m->sync.sweeping = m->sync.sweeping || sp->sweep.on;
	}
	pages_tick(m, now);
}

/* When the wall clock says so, as it goes now. */
static struct mono at_wall(const struct masc *m, uint32_t s)
{
	if (s == UINT32_MAX)
		return MONO_NEVER;
	return mono_add(m->wall_at, s * MONO_SEC - m->wall.us);
}

struct mono sync_deadline(const struct masc *m)
{
	const struct syncing *y = &m->sync;
	if (y->changed || y->orphaned || y->sweeping)
		return m->wall_at;
	struct mono next = mono_min(mono_min(y->grace, y->pages), y->window);
	LIST_EACH(at, tmp, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		next = mono_min(next, at_wall(m, table_next_end(sp->table)));
	}
	return next;
}
