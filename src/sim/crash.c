#include "sim/world_int.h"

/* SIM-3.1: crashes at a point of a commit. One may wait until a claim comes to be in some
 * state: then the commit is meant that makes just this durable, be it the next or
 * the one after it. */

#define NO_PUT UINT64_MAX

void crash_ask(struct machine *m, const struct scn_action *a)
{
	bool waits = a->when != MASC_LIFE_COUNT;
	m->crash = (struct crash){ a->point, a->fate, a->on, a->when, waits ? NO_PUT : 0 };
	if (waits)
		m->struck.number = 0;
}

void crash_look(struct machine *m, const struct node_out *out)
{
	struct masc_own_info info;
	if (m->crash.point == SCN_NOW || m->crash.put != NO_PUT || out->kind != NODE_OUT_EVENT)
		return;
	const struct node_event *e = out->event;
	if (e->part != NODE_PART_MASC || e->masc.kind != MASC_EVENT_CLAIM ||
	    e->masc.life != m->crash.when || !claim_find(node_masc(m->node), e->masc.number, &info))
		return;
	m->crash.put = out->after;
	m->struck = (struct struck){ info.number, info.prefix.family ? info.prefix : info.wanted,
				     info.timestamp, info.end };
}

/* One input may lead through several states: the one that was waited for must be
 * what the commit finds. */
static bool is_still_so(const struct machine *m)
{
	struct masc_own_info info;
	return claim_find(node_masc(m->node), m->struck.number, &info) &&
	       info.life == m->crash.when;
}

bool crash_due(const struct machine *m, enum scn_point point)
{
	if (m->crash.point != point || m->sealed < m->crash.put)
		return false;
	return m->crash.put == 0 || is_still_so(m);
}

void crash_happen(struct machine *m)
{
	m->site.w->disturbed = m->site.w->now;
	m->crashes++;
	machine_kill(m, m->crash.fate, m->crash.power);
}
