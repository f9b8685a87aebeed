#include "sim/world_int.h"

/* What of a story really took effect, so that a scenario can insist on it: a cut
 * of a link parts nobody who is dead, and a clock that nobody reads is not wrong. */

/* Others take clocks to be no further apart, MASC-16.1. */
#define SKEW_MOST (300 * MONO_SEC)

static struct machine *running(struct world *w, uint32_t site)
{
	struct machine *m = is_raw(w->sites[site]) ? NULL : machine_of(w->sites[site]);
	return m && m->node ? m : NULL;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t waiting_period(const struct machine *m)
{
	return masc_config_rules(&m->config->masc).waiting_period;
}

/* For longer than either's waiting period both have run, and could not meet. */
static bool parts(struct world *w, const struct edge *e)
{
	const struct machine *a = running(w, e->a), *b = running(w, e->b);
	if (!e->cut || !a || !b)
		return false;
	int64_t since = later(e->cut_at, later(a->born_at, b->born_at));
	return w->now - since > later(waiting_period(a), waiting_period(b));
}

static void tally_edge(struct world *w, struct edge *e)
{
	e->parted = e->parted || parts(w, e);
}

void tally_heal(struct world *w, struct edge *e)
{
	tally_edge(w, e);
	e->partitions += e->parted;
	e->parted = false;
}

void tally_end(struct machine *m)
{
	struct world *w = m->site.w;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct edge *e = edge_find(w, m->site.index, i);
		if (e)
			tally_edge(w, e);
	}
	m->astray = false;
}

void tally_start(struct machine *m)
{
	m->born_at = m->site.w->now;
	tally_clock(m);
}

/* Each time it begins to be wrong while the node runs, or runs while it is. */
void tally_clock(struct machine *m)
{
	int64_t off = sim_clock_wall(&m->clock, m->site.w->now).us - WORLD_WALL - m->site.w->now;
	bool astray = m->node && (off > SKEW_MOST || off < -SKEW_MOST);
	m->skews += astray && !m->astray;
	m->astray = astray;
}

int64_t tally_partitions(struct world *w, uint32_t a, uint32_t b)
{
	const struct edge *e = edge_find(w, a, b);
	return e ? (int64_t)e->partitions + (e->parted || parts(w, e)) : 0;
}
