#include "sim/world_int.h"

/* One input into a node, and all that comes out of it. */

#define OCTETS_SHOWN 48

static void say_in(struct machine *m, const struct node_in *in)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	node_describe_in(&t, in, OCTETS_SHOWN);
	say_text(&m->site, "<", &t);
}

static void say_out(struct machine *m, const char *mark, const struct node_out *out)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	node_describe_out(&t, out, OCTETS_SHOWN);
	say_text(&m->site, mark, &t);
}

void feed(struct machine *m, const struct node_in *in)
{
	struct world *w = m->site.w;
	if (!m->node || w->broken)
		return;
	world_touch(&m->site);
	say_in(m, in);
	recorder_in(m, in);
	m->input_put = store_mem_newest(m->mem);
	m->input_link = in->kind == NODE_IN_OCTETS ? in->link : 0;
	enum err e = node_input(m->node, in, sim_clock_mono(&m->clock, w->now));
	if (e)
		say(&m->site, "=", err_name(e));
	feed_drain(m);
}

void feed_drain(struct machine *m)
{
	struct node_out out;
	while (node_poll(m->node, &out)) {
		bool waits = held_must_wait(m, &out);
		recorder_out(m, &out);
		invariant_out(m, &out);
		crash_look(m, &out);
		say_out(m, waits ? ">>" : ">", &out);
		if (waits)
			held_add(m, &out);
		else
			perform(m, &out);
	}
	commit_kick(m);
	feed_retime(m);
	machine_settle(m);
}

void feed_later(struct machine *m, const struct node_in *in, int64_t delay)
{
	struct world *w = m->site.w;
	struct pending *p = world_alloc(w, sizeof(*p) + in->bytes.n);
	if (!p)
		return;
	p->m = m;
	p->in = *in;
	if (in->bytes.n)
		memcpy(p->bytes, in->bytes.p, in->bytes.n);
	p->in.bytes = span_of(p->bytes, in->bytes.n);
	list_push_back(&m->pending, &p->at);
	world_at(w, &p->when, EV_PENDING, w->now + delay);
}

void feed_pending(struct pending *p)
{
	struct machine *m = p->m;
	list_take(&p->at);
	feed(m, &p->in);
	env_free(m->site.w->env, p);
}

/* A node hears of its deadline a little late, as any process does. A deadline
 * that stays keeps its time, so that inputs do not put it off. */
void feed_retime(struct machine *m)
{
	struct world *w = m->site.w;
	if (!m->node || (m->stopping && !machine_leaves(m))) {
		queue_drop(&w->queue, &m->tick);
		return;
	}
	struct mono due = node_deadline(m->node);
	if (m->tick.place && due.us == m->due.us)
		return;
	m->due = due;
	int64_t at = sim_clock_when(&m->clock, due);
	if (at != SIM_NEVER) {
		const struct scn_range *slack = &m->site.spec->timer_slack;
		at = (at > w->now ? at : w->now) + rng_between(&w->rng, slack->low, slack->high);
	}
	world_at(w, &m->tick, EV_TICK, at);
}

void feed_tick(struct machine *m)
{
	feed(m, &(struct node_in){ .kind = NODE_IN_TICK });
	if (m->node)
		invariant_deadline(m);
}

bool feed_tell(struct machine *m)
{
	bool any = false;
	LIST_EACH(i, next, &m->held)
	{
		struct held *h = LIST_ENTRY(i, struct held, at);
		if (h->out.kind != NODE_OUT_REPLY || held_blocked(m, &h->out, &h->at))
			continue;
		struct node_out out = h->out;
		any |= out.err == OK;
		say_out(m, ">", &out);
		perform(m, &out);
		held_drop(m, h);
	}
	return any;
}

/* SIM-4.3: in the order in which the node put it out. */
void feed_release(struct machine *m)
{
	LIST_EACH(i, next, &m->held)
	{
		struct held *h = LIST_ENTRY(i, struct held, at);
		if (held_blocked(m, &h->out, &h->at))
			continue;
		struct node_out out = h->out;
		say_out(m, ">", &out);
		perform(m, &out);
		held_drop(m, h);
		if (!crash_due(m, SCN_AFTER_SEND) || rng_below(&m->site.w->store_rng, 2))
			continue;
		crash_happen(m);
		return;
	}
}
