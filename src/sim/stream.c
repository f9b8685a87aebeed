#include "sim/world_int.h"

/* A sender that gets ahead of its reader by more than this loses the stream,
 * as in the engine. */
#define PIPE_MAX	 (4 * 1024 * 1024)
#define DIAL_ATTEMPTS	 6
#define DEAD_RETRY	 (2 * MONO_SEC)
#define PORT_FIRST	 40000
#define PIECE_GAP_MAX_US (2 * MONO_MS)

struct end *end_other(struct end *e)
{
	struct stream *st = e->stream;
	return e == &st->end[0] ? &st->end[1] : &st->end[0];
}

static struct world *world_of(const struct stream *st)
{
	return st->end[0].site->w;
}

void stream_free(struct stream *st)
{
	struct world *w = world_of(st);
	for (size_t i = 0; i < 2; i++) {
		queue_drop(&w->queue, &st->end[i].arrival);
		queue_drop(&w->queue, &st->end[i].drained);
		pipe_free(&st->end[i].in);
		list_take(&st->end[i].at);
	}
	queue_drop(&w->queue, &st->dial);
	list_take(&st->on_edge);
	list_take(&st->in_world);
	env_free(w->env, st);
}

/* Frees it when nobody is left who could hear anything. */
static void settle(struct stream *st)
{
	if (!st->end[0].mine && !st->end[1].mine && !st->dial.place)
		stream_free(st);
}

static void end_init(struct end *e, struct stream *st, struct site *site, const struct addr *local)
{
	e->stream = st;
	e->site = site;
	e->local = *local;
	list_init(&e->at);
	if (site)
		e->in.env = site->w->env;
}

/* The owner hears or says nothing more here. */
static void let_go(struct end *e)
{
	e->mine = false;
	e->silent = true;
	e->ask_drained = false;
	list_take(&e->at);
	if (e->site && !is_raw(e->site) && e->link)
		(void)map_take(&machine_of(e->site)->links, span_of(&e->link, sizeof(e->link)));
	queue_drop(&world_of(e->stream)->queue, &e->arrival);
	queue_drop(&world_of(e->stream)->queue, &e->drained);
}

static void take_up(struct end *e)
{
	e->mine = true;
	list_push_back(&e->site->ends, &e->at);
	if (is_raw(e->site))
		return;
	struct machine *m = machine_of(e->site);
	if (map_put(&m->links, span_of(&e->link, sizeof(e->link)), e))
		e->site->w->err = ERR_NOMEM;
}

/* What a host finds out by itself needs no link. */
static bool held_up(const struct end *e)
{
	const struct edge *edge = e->stream->edge;
	return e->silent || (edge && edge->cut && !e->why);
}

void stream_arm(struct end *e, int64_t least)
{
	struct world *w = world_of(e->stream);
	int64_t at = e->up_due ? w->now : pipe_next(&e->in);
	if (e->arrival.place || at == SIM_NEVER || held_up(e))
		return;
	world_at(w, &e->arrival, EV_ARRIVAL, at > least ? at : least);
}

/* Dialling */

static bool local_addr(struct site *s, const struct addr *want, const struct addr *remote,
		       struct addr *out)
{
	size_t n = is_raw(s) ? s->spec->n_addrs : machine_of(s)->n_addrs;
	for (size_t i = 0; i < n; i++) {
		const struct addr *a =
			is_raw(s) ? &s->spec->addrs[i] : &machine_of(s)->addrs[i].addr;
		bool fits = want->family == ADDR_NONE ? a->family == remote->family
						      : addr_same_host(a, want);
		if (!fits)
			continue;
		*out = *a;
		if (s->next_port < PORT_FIRST)
			s->next_port = PORT_FIRST;
		out->port = want->port ? want->port : s->next_port++;
		return true;
	}
	return false;
}

/* The dialled end hears `why` after a while. */
static void fail_dial(struct stream *st, enum err why, int64_t after)
{
	struct world *w = world_of(st);
	struct end *e = &st->end[0];
	e->why = why;
	pipe_finish(&e->in, PIPE_RESET, w->now + after);
	stream_arm(e, w->now);
}

struct end *stream_dial(struct site *from, uint32_t link, const struct addr *local,
			const struct addr *remote)
{
	struct world *w = from->w;
	struct site *to = site_at(w, remote);
	struct addr source = { .family = ADDR_NONE };
	struct stream *st = world_alloc(w, sizeof(*st));
	if (!st)
		return NULL;
	bool has_local = local_addr(from, local, remote, &source);
	list_init(&st->on_edge);
	list_push_back(&w->streams, &st->in_world);
	end_init(&st->end[0], st, from, &source);
	end_init(&st->end[1], st, to, remote);
	st->end[1].in.env = w->env;
	st->end[0].link = link;
	take_up(&st->end[0]);
	if (to && to != from)
		st->edge = edge_between(w, from->index, to->index);
	if (st->edge)
		list_push_back(&st->edge->streams, &st->on_edge);
	if (has_local && to && (st->edge || to == from))
		world_at(w, &st->dial, EV_DIAL, w->now + edge_delay(st, w));
	else
		fail_dial(st, ERR_UNREACHABLE, edge_delay(st, w));
	return &st->end[0];
}

/* NULL: nobody listens there. */
static const struct listening *listener_on(const struct machine *m, const struct addr *a)
{
	LIST_EACH(i, next, &m->listens)
	{
		const struct listening *l = LIST_ENTRY(i, struct listening, at);
		if (l->addr.family == a->family && l->addr.port == a->port &&
		    (addr_is_any(&l->addr) || addr_same_host(&l->addr, a)))
			return l;
	}
	return NULL;
}

static void accept_machine(struct machine *m, struct end *e)
{
	struct end *dialler = end_other(e);
	e->link = m->next_accept += 2;
	take_up(e);
	feed(m, &(struct node_in){ .kind = NODE_IN_ACCEPTED,
				   .listener = listener_on(m, &e->local)->part,
				   .link = e->link,
				   .local = e->local,
				   .remote = dialler->local });
}

static bool would_accept(const struct site *s, const struct addr *a)
{
	if (is_raw(s)) {
		const struct raw *r = raw_of((struct site *)s);
		return r->listens && r->port == a->port;
	}
	const struct machine *m = machine_of((struct site *)s);
	return m->node && listener_on(m, a);
}

static bool answers(const struct site *s)
{
	return is_raw(s) || machine_of((struct site *)s)->powered;
}

void stream_dial_arrived(struct stream *st)
{
	struct world *w = world_of(st);
	struct end *from = &st->end[0], *to = &st->end[1];
	if (!from->mine) {
		settle(st);
		return;
	}
	if ((st->edge && st->edge->cut) || !answers(to->site)) {
		int64_t again = MONO_SEC << st->attempts;
		if (st->attempts++ < DIAL_ATTEMPTS)
			world_at(w, &st->dial, EV_DIAL, w->now + again);
		else
			fail_dial(st, ERR_TIMEOUT, MONO_SEC << DIAL_ATTEMPTS);
		return;
	}
	if (!would_accept(to->site, &to->local)) {
		fail_dial(st, ERR_REFUSED, edge_delay(st, w));
		return;
	}
	from->up_due = true;
	stream_arm(from, w->now + edge_delay(st, w));
	to->connected = true;
	if (is_raw(to->site)) {
		take_up(to);
		raw_accepted(raw_of(to->site), to);
	} else {
		accept_machine(machine_of(to->site), to);
	}
}

/* Octets */

void stream_send(struct end *e, struct span bytes)
{
	struct end *o = end_other(e);
	struct stream *st = e->stream;
	struct world *w = world_of(st);
	if (o->silent)
		return;
	if (o->in.n + bytes.n > PIPE_MAX) {
		e->why = ERR_SLOW;
		pipe_finish(&e->in, PIPE_RESET, w->now);
		stream_arm(e, w->now);
		return;
	}
	if (pipe_put(&o->in, bytes, w->now + edge_delay(st, w)) == ERR_NOMEM)
		w->err = ERR_NOMEM;
	stream_arm(o, w->now);
}

/* An event of its own: nothing is fed from inside an output or another input. */
static void arm_drained(struct end *e)
{
	struct end *o = end_other(e);
	bool there = o->in.taken >= e->drain_upto && !o->silent;
	if (e->ask_drained && there && !e->drained.place)
		world_at(e->site->w, &e->drained, EV_DRAINED, e->site->w->now);
}

void stream_ask_drained(struct end *e)
{
	e->ask_drained = true;
	e->drain_upto = end_other(e)->in.put;
	queue_drop(&e->site->w->queue, &e->drained);
	arm_drained(e);
}

void stream_drained(struct end *e)
{
	e->ask_drained = false;
	feed(machine_of(e->site), &(struct node_in){ .kind = NODE_IN_DRAINED, .link = e->link });
}

void stream_close(struct end *e, enum pipe_end how)
{
	struct stream *st = e->stream;
	struct world *w = world_of(st);
	struct end *o = end_other(e);
	let_go(e);
	pipe_finish(&o->in, how, w->now + edge_delay(st, w));
	if (o->mine)
		stream_arm(o, w->now);
	settle(st);
}

void stream_forsake(struct end *e)
{
	let_go(e);
	e->dead = true;
	e->silent = false;
	settle(e->stream);
}

void stream_reset(struct stream *st)
{
	struct world *w = world_of(st);
	for (size_t i = 0; i < 2; i++) {
		pipe_finish(&st->end[i].in, PIPE_RESET, w->now + edge_delay(st, w));
		if (st->end[i].mine)
			stream_arm(&st->end[i], w->now);
	}
}

/* Arrivals */

/* A host that came back knows nothing of the stream and says so; one that did
 * not stays silent, and the sender tries again. */
static void arrive_dead(struct end *e)
{
	struct stream *st = e->stream;
	struct world *w = world_of(st);
	struct end *o = end_other(e);
	if (!answers(e->site)) {
		world_at(w, &e->arrival, EV_ARRIVAL, w->now + DEAD_RETRY);
		return;
	}
	e->silent = true;
	pipe_finish(&o->in, PIPE_RESET, w->now + edge_delay(st, w));
	stream_arm(o, w->now);
}

static void arrive_up(struct end *e)
{
	e->up_due = false;
	e->connected = true;
	stream_arm(e, e->site->w->now);
	if (is_raw(e->site)) {
		raw_up(raw_of(e->site), e);
		return;
	}
	feed(machine_of(e->site), &(struct node_in){ .kind = NODE_IN_UP,
						     .link = e->link,
						     .local = e->local,
						     .remote = end_other(e)->local });
}

/* One octet, a few, some, mostly all. */
static size_t piece(struct rng *r, size_t arrived)
{
	uint64_t how = rng_below(r, 8);
	if (how == 0)
		return 1;
	if (how <= 2)
		return 1 + (size_t)rng_below(r, arrived < 7 ? arrived : 7);
	return how == 3 ? 1 + (size_t)rng_below(r, arrived) : arrived;
}

static void arrive_octets(struct end *e, size_t arrived)
{
	struct world *w = e->site->w;
	size_t n = piece(&w->net, arrived);
	struct span bytes = pipe_take(&e->in, n);
	arm_drained(end_other(e));
	stream_arm(e, n < arrived ? w->now + rng_between(&w->net, 0, PIECE_GAP_MAX_US) : w->now);
	if (is_raw(e->site))
		raw_octets(raw_of(e->site), e, bytes);
	else
		feed(machine_of(e->site),
		     &(struct node_in){ .kind = NODE_IN_OCTETS, .link = e->link, .bytes = bytes });
}

static void arrive_end(struct end *e)
{
	struct site *s = e->site;
	uint32_t link = e->link;
	enum err why = e->in.end == PIPE_RESET ? ERR_RESET : ERR_CLOSED;
	if (e->why)
		why = e->why;
	let_go(e);
	/* Whoever is told that a stream is over closes it for the other too. */
	struct end *o = end_other(e);
	if (o->mine) {
		pipe_finish(&o->in, PIPE_CLOSED, s->w->now + edge_delay(e->stream, s->w));
		stream_arm(o, s->w->now);
	}
	if (is_raw(s))
		raw_over(raw_of(s), e);
	settle(e->stream);
	if (!is_raw(s))
		feed(machine_of(s),
		     &(struct node_in){ .kind = NODE_IN_DOWN, .link = link, .err = why });
}

void stream_arrival(struct end *e)
{
	struct world *w = world_of(e->stream);
	if (held_up(e))
		return;
	if (e->dead) {
		arrive_dead(e);
		return;
	}
	if (!e->mine)
		return;
	if (e->up_due) {
		arrive_up(e);
		return;
	}
	if (pipe_ended(&e->in, w->now) && e->in.end == PIPE_RESET) {
		arrive_end(e);
		return;
	}
	size_t arrived = pipe_arrived(&e->in, w->now);
	if (arrived)
		arrive_octets(e, arrived);
	else if (pipe_ended(&e->in, w->now))
		arrive_end(e);
	else
		stream_arm(e, w->now);
}
