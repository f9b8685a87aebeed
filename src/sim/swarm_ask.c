#include "sim/swarm_int.h"

/* Resolves from anywhere for anybody, and nodes that go while others come. */

/* One that lives; the seeds stay, so a newcomer always finds somebody. NULL: none found. */
static struct swarm_node *some_node(struct swarm *s, uint32_t from, bool liar_too)
{
	for (int tries = 0; tries < 1000; tries++) {
		uint32_t i = from + (uint32_t)rng_below(&s->chance, s->n - from);
		struct swarm_node *n = s->nodes[i];
		if (swarm_node_lives(n) && (liar_too || !n->liar))
			return n;
	}
	return NULL;
}

static struct swarm_node *whom_to_ask_for(struct swarm *s)
{
	if (s->o.lie != SWARM_LIE_ECLIPSE || !s->o.liars)
		return some_node(s, 0, false);
	struct swarm_node *victim = s->nodes[s->victim];
	return swarm_node_lives(victim) ? victim : NULL;
}

static void resolve(struct swarm_node *by, const struct swarm_node *whom)
{
	struct swarm *s = by->s;
	struct swarm_asked *q = swarm_alloc(s, sizeof(*q));
	if (!q)
		return;
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = ++by->calls };
	struct pnrp_command *c = &in.command.pnrp;
	in.command.kind = NODE_COMMAND_PNRP;
	c->kind = PNRP_RESOLVE;
	c->criteria = PNRP_MATCH_ANY;
	c->most = 1;
	c->timeout = SWARM_TIMEOUT;
	swarm_name(whom, &c->name);
	q->number = in.number;
	q->by = by->place;
	q->whom = whom->place;
	q->since = s->now;
	list_push_back(&s->asked, &q->in);
	swarm_note(s, "ask", by->place, whom->place, (struct span){ NULL, 0 });
	swarm_node_feed(by, &in);
}

void swarm_ask_start(struct swarm *s)
{
	s->until = s->now + s->o.run;
	if (s->o.resolves) {
		s->ask_gap = s->o.run / s->o.resolves;
		swarm_at(s, &s->ask, SWARM_EV_ASK, s->now + s->ask_gap);
	}
	uint64_t leave = (uint64_t)s->o.nodes * s->o.churn;
	if (leave) {
		s->churn_gap = (int64_t)((uint64_t)MONO_HOUR * DGRAM_MILLION / leave);
		swarm_at(s, &s->churn, SWARM_EV_CHURN, s->now + s->churn_gap);
	}
}

void swarm_ask_next(struct swarm *s)
{
	struct swarm_node *by = some_node(s, 0, false), *whom = whom_to_ask_for(s);
	if (s->now + s->ask_gap <= s->until)
		swarm_at(s, &s->ask, SWARM_EV_ASK, s->now + s->ask_gap);
	if (by && whom && by != whom)
		resolve(by, whom);
}

void swarm_churn_next(struct swarm *s)
{
	struct swarm_node *gone = some_node(s, s->o.entries, true);
	if (s->now + s->churn_gap <= s->until)
		swarm_at(s, &s->churn, SWARM_EV_CHURN, s->now + s->churn_gap);
	if (gone && rng_below(&s->chance, DGRAM_MILLION) < s->o.goodbye)
		swarm_node_stop(gone);
	else if (gone)
		swarm_node_kill(gone);
	struct swarm_node *fresh = swarm_node_add(s);
	if (!fresh)
		return;
	fresh->liar = rng_below(&s->chance, DGRAM_MILLION) < s->o.liars;
	if (fresh->liar)
		swarm_liar_bait(fresh);
	swarm_at(s, &fresh->boot, SWARM_EV_BOOT, s->now + 1);
}

static struct swarm_asked *find(struct swarm *s, uint32_t by, uint64_t number)
{
	LIST_EACH(i, next, &s->asked)
	{
		struct swarm_asked *q = LIST_ENTRY(i, struct swarm_asked, in);
		if (q->by == by && q->number == number)
			return q;
	}
	return NULL;
}

static bool is_of(const struct pnrp_result *r, uint32_t place)
{
	struct addr at = swarm_addr(place);
	return r->n_apps == 1 && memcmp(r->app[0].ip, at.ip, sizeof(at.ip)) == 0;
}

void swarm_found(struct swarm_node *n, const struct node_out *out)
{
	struct swarm_asked *q = find(n->s, n->place, out->number);
	const struct pnrp_result *r = out->found.result;
	if (!q)
		return;
	if (is_of(r, q->whom))
		q->found = true;
	else
		q->forged = true;
	q->hops = r->hops;
}

static void count(struct swarm *s, const struct swarm_asked *q)
{
	struct swarm_count *c = &s->count;
	int64_t took = s->now - q->since;
	c->tried++;
	c->forged += q->forged;
	if (!q->found)
		return;
	c->found++;
	c->hops += q->hops;
	c->took += took;
	if (q->hops > c->hops_most)
		c->hops_most = q->hops;
	if (took > c->took_most)
		c->took_most = took;
}

/* Who went while it was asked for, or while it asked, proves nothing. */
void swarm_replied(struct swarm_node *n, const struct node_out *out)
{
	struct swarm *s = n->s;
	struct swarm_asked *q = find(s, n->place, out->number);
	if (!q)
		return;
	bool counts = swarm_node_lives(s->nodes[q->whom]) && swarm_node_lives(n);
	uint8_t how = (uint8_t)-out->err;
	swarm_note(s, q->found ? "found" : "not-found", q->by, q->whom, span_of(&how, 1));
	if (counts)
		count(s, q);
	list_take(&q->in);
	env_free(s->env, q);
}

/* Asked by one who went is nothing; else it should have been answered long ago. */
static void count_unanswered(struct swarm *s)
{
	LIST_EACH(i, next, &s->asked)
	{
		const struct swarm_asked *q = LIST_ENTRY(i, struct swarm_asked, in);
		if (swarm_node_lives(s->nodes[q->by]) && swarm_node_lives(s->nodes[q->whom]))
			count(s, q);
	}
}

void swarm_ask_finish(struct swarm *s)
{
	const struct swarm_count *c = &s->count;
	count_unanswered(s);
	swarm_set(s, SWARM_RESOLVES, (int64_t)c->tried);
	swarm_ratio(s, SWARM_RESOLVED, c->found * 100, c->tried);
	swarm_set(s, SWARM_FORGED, (int64_t)c->forged);
	swarm_ratio(s, SWARM_HOPS_MEAN, c->hops, c->found);
	swarm_set(s, SWARM_HOPS_MOST, c->hops_most);
	swarm_ratio(s, SWARM_RESOLVE_MEAN, (uint64_t)c->took / 1000, c->found);
	s->r->metric[SWARM_RESOLVE_MOST] = c->took_most;
}
