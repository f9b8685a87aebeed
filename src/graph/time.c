/* Peer time: the clock that a graph's records are stamped with (digest 16). */
#include "graph/flood_int.h"

#define TICKS_US 10
#define WINDOW	 (20 * 60 * (int64_t)GRAPH_TICKS_SEC)

#define ALIVE (2 * MONO_SEC) /* what comes so long after a step was not on its way before */

#define DAY_MOST (3 * WINDOW) /* that peer time is moved in a day */

/* Sums wrap rather than overflow: a wrong clock gives wrong times, nothing worse. */
static uint64_t utc(const struct graph *g, struct mono now)
{
	uint64_t us = (uint64_t)g->wall.us + (uint64_t)mono_since(now, g->wall_at);
	return us * TICKS_US + GRAPH_TIME_UNIX;
}

/* GRAPH-11.1 */
uint64_t graph_now(const struct graph *g, struct mono now)
{
	return utc(g, now) - (uint64_t)g->time_delta;
}

int64_t graph_time_wall(const struct graph *g, uint64_t t)
{
	uint64_t since = t + (uint64_t)g->time_delta;
	if (since < GRAPH_TIME_UNIX)
		return -(int64_t)((GRAPH_TIME_UNIX - since) / TICKS_US);
	return (int64_t)((since - GRAPH_TIME_UNIX) / TICKS_US);
}

uint64_t graph_time_of(const struct graph *g, int64_t wall_us)
{
	return (uint64_t)wall_us * TICKS_US + GRAPH_TIME_UNIX - (uint64_t)g->time_delta;
}

static void tell_skew(struct graph *g, const struct graph_link *l)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_TIME);
	struct text peer = TEXT_OF(ev.peer);
	text_str(&peer, l->peer ? l->peer : "");
	ev.remote = l->remote;
	ev.node = l->node;
	ev.skew = l->skew;
	graph_out_event(g, &ev, 0);
}

/* A32: four parts of ours and one of theirs, rounded toward zero. */
static int64_t mean(int64_t ours, int64_t theirs)
{
	int64_t whole = ours / 5 * 4 + theirs / 5;
	int64_t rest = ours % 5 * 4 + theirs % 5;
	return whole + rest / 5;
}

/* GRAPH-11.20: each step may be small and yet many of them lead anywhere. */
static bool too_far_in_a_day(struct graph *g, int64_t delta, struct mono now)
{
	if (!g->time_base_at.us || mono_since(now, g->time_base_at) >= MONO_DAY) {
		g->time_base = g->time_delta;
		g->time_base_at = now;
	}
	int64_t moved = (int64_t)((uint64_t)delta - (uint64_t)g->time_base);
	return moved > DAY_MOST || moved < -DAY_MOST;
}

/* GRAPH-11.2 */
void graph_time_welcome(struct graph *g, struct graph_link *l, uint64_t told, struct mono now)
{
	uint64_t ours = graph_now(g, now);
	uint64_t way = (uint64_t)((int64_t)(ours - l->connect_at) / 2);
	uint64_t theirs = told + way;
	int64_t ahead = (int64_t)(theirs - ours);
	l->skew = ahead / TICKS_US;
	if (ahead > WINDOW || ahead < -WINDOW) {
		tell_skew(g, l);
		return;
	}
	int64_t delta = (int64_t)(utc(g, now) - theirs);
	if (g->neighbors > 1)
		delta = mean(g->time_delta, delta);
	if (too_far_in_a_day(g, delta, now)) {
		tell_skew(g, l);
		return;
	}
	g->time_delta = delta;
	g->time_held = 0;
	graph_time_changed(g, now);
}

/* Peer time stands where it is though the clock moved: the delta does in its place. */
static void hold(struct graph *g, int64_t ticks)
{
	g->time_held += ticks;
	g->time_delta = (int64_t)((uint64_t)g->time_delta + (uint64_t)ticks);
	g->time_base = (int64_t)((uint64_t)g->time_base + (uint64_t)ticks);
}

/* GRAPH-11.22: less is the clock's own adjustment; more would be believed of nobody. */
static bool may_hold(const struct graph *g, int64_t us)
{
	int64_t most = WINDOW / TICKS_US;
	if (!g->neighbors || us < -most || us > most || (us > -MONO_SEC && us < MONO_SEC))
		return false;
	int64_t held = g->time_held + us * TICKS_US;
	return held <= WINDOW && held >= -WINDOW;
}

void graph_time_read(struct graph *g, struct wall wall, struct mono now)
{
	uint64_t was = (uint64_t)g->wall.us + (uint64_t)mono_since(now, g->wall_at);
	int64_t moved = (int64_t)((uint64_t)wall.us - was);
	g->wall = wall;
	g->wall_at = now;
	if (may_hold(g, moved)) {
		hold(g, moved * TICKS_US);
		g->time_stepped = now;
		g->time_heard = false;
	}
	graph_time_changed(g, now);
}

void graph_time_heard(struct graph *g, struct mono now)
{
	if (g->time_held && mono_since(now, g->time_stepped) >= ALIVE)
		g->time_heard = true;
}

/* A machine that was halted finds its clock right and its neighbors gone. Where they went on
 * after the step, it was the clock alone, and what was agreed on stays. */
void graph_time_alone(struct graph *g, struct mono now)
{
	if (!g->time_held)
		return;
	if (!g->time_heard)
		hold(g, -g->time_held);
	g->time_held = 0;
	graph_time_changed(g, now);
}
