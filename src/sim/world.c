#include "sim/book.h"
#include "sim/roll.h"

/* The run: takes what is next off the queue until the end, or until something
 * is broken. */

void *world_alloc(struct world *w, size_t n)
{
	void *p = env_zalloc(w->env, 1, n);
	if (!p)
		w->err = ERR_NOMEM;
	return p;
}

void world_at(struct world *w, struct queue_entry *e, uint32_t kind, int64_t at)
{
	e->kind = kind;
	if (queue_set(&w->queue, e, at))
		w->err = ERR_NOMEM;
}

void world_touch(struct site *s)
{
	if (s->touched)
		return;
	s->touched = true;
	list_push_back(&s->w->touched, &s->in_touched);
}

static void *seeded_resize(void *ctx, void *p, size_t n)
{
	const struct world *w = ctx;
	return w->env->resize(w->env->ctx, p, n);
}

static void seeded_random(void *ctx, void *p, size_t n)
{
	struct world *w = ctx;
	rng_fill(&w->maps, p, n);
}

static void init_site(struct world *w, struct site *s, uint32_t index)
{
	s->w = w;
	s->index = index;
	s->spec = &w->s->sites[index];
	list_init(&s->ends);
	list_init(&s->watches);
	list_init(&s->in_touched);
	w->sites[index] = s;
}

static enum err add_machine(struct world *w, uint32_t index)
{
	struct machine *m = arena_alloc(&w->arena, sizeof(*m));
	if (!m)
		return ERR_NOMEM;
	init_site(w, &m->site, index);
	return machine_init(m);
}

static enum err add_raw(struct world *w, uint32_t index)
{
	struct raw *r = arena_alloc(&w->arena, sizeof(*r));
	if (!r)
		return ERR_NOMEM;
	list_init(&r->connections);
	init_site(w, &r->site, index);
	return OK;
}

static enum err add_sites(struct world *w)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		enum err e = w->s->sites[i].raw ? add_raw(w, i) : add_machine(w, i);
		if (e)
			return e;
	}
	return OK;
}

static void set_actions(struct world *w)
{
	for (size_t i = 0; i < w->s->n_actions; i++) {
		struct world_action *a = &w->actions[i];
		a->spec = &w->s->actions[i];
		a->at = rng_between(&w->rng, a->spec->at.low, a->spec->at.high);
		if (a->at > w->end)
			w->end = a->at;
	}
}

static void queue_expect(struct world *w, size_t i)
{
	world_at(w, &w->expects[i].when, EV_EXPECT, w->expects[i].from);
}

/* What counts events must watch before that happens which it is about. */
static void queue_counters(struct world *w, size_t action, size_t x)
{
	for (; x < w->s->n_expects && w->s->expects[x].action <= action; x++)
		if (judge_counts(&w->s->expects[x].condition))
			queue_expect(w, x);
}

/* In the order of the file, so that what is written later comes later where
 * the time is the same. */
static void queue_story(struct world *w)
{
	size_t x = 0;
	for (; x < w->s->n_expects && w->s->expects[x].action == SCN_NO_SITE; x++)
		queue_expect(w, x);
	for (size_t a = 0; a < w->s->n_actions; a++) {
		queue_counters(w, a, x);
		world_at(w, &w->actions[a].when, EV_ACTION, w->actions[a].at);
		for (; x < w->s->n_expects && w->s->expects[x].action == a; x++)
			if (!judge_counts(&w->s->expects[x].condition))
				queue_expect(w, x);
	}
}

static enum err build(struct world *w)
{
	const struct scenario *s = w->s;
	w->sites = arena_alloc(&w->arena, (s->n_sites + 1) * sizeof(struct site *));
	w->actions = arena_alloc(&w->arena, (s->n_actions + 1) * sizeof(*w->actions));
	w->expects = arena_alloc(&w->arena, (s->n_expects + 1) * sizeof(*w->expects));
	if (!w->sites || !w->actions || !w->expects)
		return ERR_NOMEM;
	enum err e = add_sites(w);
	if (!e)
		e = edges_init(w);
	if (e)
		return e;
	set_actions(w);
	expects_init(w);
	w->end = s->end ? s->end : w->end + MONO_SEC;
	queue_story(w);
	return w->err;
}

enum err world_new(struct world **out, const struct scenario *s, const struct env *env,
		   const struct world_options *opt)
{
	struct world *w = env_zalloc(env, 1, sizeof(*w));
	if (!w)
		return ERR_NOMEM;
	w->s = s;
	w->env = env;
	w->opt = *opt;
	rng_init(&w->rng, opt->seed, RNG_WORLD, 0);
	rng_init(&w->net, opt->seed, RNG_NETWORK, 0);
	rng_init(&w->store_rng, opt->seed, RNG_STORE, 0);
	rng_init(&w->jobs, opt->seed, RNG_JOBS, 0);
	rng_init(&w->maps, opt->seed, RNG_MAPS, 0);
	w->seeded = (struct env){ seeded_resize, seeded_random, w };
	queue_init(&w->queue, env);
	dgram_init(&w->datagrams, env, &w->queue, EV_DATAGRAM, opt->seed, 0);
	arena_init(&w->arena, env, 16384);
	map_init(&w->by_addr, &w->seeded);
	map_init(&w->edges, &w->seeded);
	list_init(&w->touched);
	list_init(&w->streams);
	list_init(&w->book);
	list_init(&w->groups);
	list_init(&w->lie_keys);
	map_init(&w->lies, &w->seeded);
	map_init(&w->book_keys, &w->seeded);
	trace_init(&w->trace, opt->trace, opt->trace_ctx);
	enum err e = build(w);
	if (e) {
		world_free(w);
		return e;
	}
	*out = w;
	return OK;
}

static void dispatch(struct world *w, struct queue_entry *e)
{
	switch ((enum world_event)e->kind) {
	case EV_ACTION:
		action_run(w, OWNER(e, struct world_action, when)->spec);
		return;
	case EV_EXPECT:
		expect_window(w, OWNER(e, struct expectation, when));
		return;
	case EV_START:
		machine_start(OWNER(e, struct machine, boot));
		return;
	case EV_TICK:
		feed_tick(OWNER(e, struct machine, tick));
		return;
	case EV_WALL:
		machine_wall(OWNER(e, struct machine, wall));
		return;
	case EV_COMMIT:
		commit_done(OWNER(e, struct machine, commit));
		return;
	case EV_PENDING:
		feed_pending(OWNER(e, struct pending, when));
		return;
	case EV_DIAL:
		stream_dial_arrived(OWNER(e, struct stream, dial));
		return;
	case EV_ARRIVAL:
		stream_arrival(OWNER(e, struct end, arrival));
		return;
	case EV_DRAINED:
		stream_drained(OWNER(e, struct end, drained));
		return;
	case EV_DATAGRAM:
		datagram_arrived(w, OWNER(e, struct dgram_packet, when));
		return;
	}
}

static void after_event(struct world *w)
{
	while (!list_empty(&w->touched)) {
		struct site *s = LIST_ENTRY(w->touched.next, struct site, in_touched);
		list_take(&s->in_touched);
		s->touched = false;
		if (!is_raw(s))
			invariant_after(machine_of(s));
		expect_judge(s);
	}
	invariant_claims_after(w);
}

static void fill_result(struct world *w, struct world_result *r)
{
	struct text hash = TEXT_OF(r->hash), why = TEXT_OF(r->why);
	r->ok = !w->broken;
	r->events = w->events;
	r->time = w->now;
	r->line = w->broken_line;
	trace_hash_text(&w->trace, &hash);
	text_str(&why, w->why);
}

enum err world_run(struct world *w, struct world_result *r)
{
	while (!w->broken && !w->err) {
		struct queue_entry *e = queue_pop(&w->queue);
		if (!e || e->at > w->end)
			break;
		w->now = e->at;
		w->events++;
		dispatch(w, e);
		after_event(w);
	}
	if (w->err)
		return w->err;
	if (!w->broken) {
		w->now = w->end;
		expect_finish(w);
	}
	fill_result(w, r);
	return OK;
}

const struct trace *world_trace(const struct world *w)
{
	return &w->trace;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	LIST_EACH(i, next, &w->streams)
	stream_free(LIST_ENTRY(i, struct stream, in_world));
	for (size_t i = 0; w->sites && i < w->s->n_sites && w->sites[i]; i++) {
		struct site *s = w->sites[i];
		if (is_raw(s))
			raw_fini(raw_of(s));
		else
			machine_fini(machine_of(s));
	}
	book_free(w);
	roll_free(w);
	edges_free(w);
	dgram_fini(&w->datagrams);
	queue_free(&w->queue);
	arena_free(&w->arena);
	env_free(w->env, w);
}
