#include "node/node_int.h"
#include "wire/wr.h"

/* Whether the job pool lives: long work goes there, and nothing
 * else would notice that no answer comes. */

static void send_probe(struct node *n, struct mono now)
{
	struct node_probe *p = &n->probe;
	struct node_own *o = node_own_add(n, &n->own, NODE_OUT_JOB);

	p->next = mono_add(now, NODE_PROBE_EVERY);
	if (!o)
		return;
	struct wr w = wr_of(p->input, sizeof(p->input));
	wr_u64(&w, ++p->number);
	o->out.job = NODE_JOB_PROBE;
	o->out.number = p->number;
	o->out.bytes = wr_span(&w);
	p->waiting = true;
	p->sent = now;
}

static void tell_stuck(struct node *n, enum err why)
{
	if (n->probe.stuck)
		return;
	n->probe.stuck = true;
	node_tell(n, NODE_SELF_WORKERS_STUCK)->err = why;
}

void node_probe_start(struct node *n, struct mono now)
{
	send_probe(n, now);
}

void node_probe_tick(struct node *n, struct mono now)
{
	struct node_probe *p = &n->probe;
	if (n->stopping)
		return;
	if (p->waiting && mono_reached(mono_add(p->sent, NODE_PROBE_LIMIT), now))
		tell_stuck(n, ERR_TIMEOUT);
	if (!mono_reached(p->next, now))
		return;
	/* A pool that has not answered needs no second question. */
	if (p->waiting)
		p->next = mono_add(now, NODE_PROBE_EVERY);
	else
		send_probe(n, now);
}

static enum err check(const struct node *n, struct span result)
{
	uint8_t expected[NODE_PROBE_OCTETS];
	size_t size = 0;
	enum err e = node_job_run(NODE_JOB_PROBE, span_of(n->probe.input, NODE_PROBE_OCTETS),
				  n->env, expected, sizeof(expected), &size);
	if (e)
		return e;
	return span_eq(result, span_of(expected, size)) ? OK : ERR_CORRUPT;
}

void node_probe_done(struct node *n, const struct node_in *in, struct mono now)
{
	struct node_probe *p = &n->probe;
	if (!p->waiting || in->number != p->number)
		return;
	p->waiting = false;
	enum err e = in->err ? in->err : check(n, in->bytes);
	if (e) {
		tell_stuck(n, e);
		return;
	}
	if (p->stuck)
		node_tell(n, NODE_SELF_WORKERS_BACK);
	p->stuck = false;
}

struct mono node_probe_deadline(const struct node *n)
{
	const struct node_probe *p = &n->probe;
	if (n->stopping)
		return MONO_NEVER;
	if (p->waiting && !p->stuck)
		return mono_min(p->next, mono_add(p->sent, NODE_PROBE_LIMIT));
	return p->next;
}
