#include "sim/sigcomm98.h"
#include "sim/sigcomm98_int.h"

/* The bands, section 3 of doc/evaluation.md. */
#define OUTSTANDING_LEAST 37125
#define OUTSTANDING_MOST  37875
#define USE_LEAST	  4300
#define USE_MOST	  5500
#define ROUTES_LEAST	  14000
#define ROUTES_MOST	  18000

/* Claims that may stand at one level: more than there are blocks to hold. */
#define TABLE_MOST (UINT32_C(1) << 20)

/* Sums over the days that count. */
struct sums {
	uint64_t days, outstanding, use, routes;
};

static void draw_choice(void *ctx, void *p, size_t n)
{
	struct sigcomm98_sim *s = ctx;
	rng_fill(&s->choices, p, n);
}

static void draw_map(void *ctx, void *p, size_t n)
{
	struct sigcomm98_sim *s = ctx;
	rng_fill(&s->maps, p, n);
}

static void *resize(void *ctx, void *p, size_t n)
{
	struct sigcomm98_sim *s = ctx;
	return s->memory->resize(s->memory->ctx, p, n);
}

static enum err ask_later(struct sigcomm98_sim *s, struct domain *child)
{
	int64_t gap = rng_between(&s->gaps, GAP_LEAST_US, GAP_MOST_US);
	return queue_set(&s->queue, &child->next, s->now + gap);
}

static enum err give_birth(struct sigcomm98_sim *s, uint32_t top)
{
	struct domain *t = &s->tops[top];
	*t = (struct domain){ .number = top, .children = &s->children[top * CHILDREN] };
	enum err e = table_new(&t->below, &s->table_env, MASC_IPV4, TABLE_MOST);
	for (uint32_t i = 0; i < CHILDREN && !e; i++) {
		t->children[i] = (struct domain){ .parent = t, .number = i };
		t->children[i].next.kind = top * CHILDREN + i;
		e = ask_later(s, &t->children[i]);
	}
	return e;
}

static void init(struct sigcomm98_sim *s, const struct sigcomm98_options *opt,
		 const struct env *env)
{
	s->memory = env;
	s->env = (struct env){ resize, draw_choice, s };
	s->table_env = (struct env){ resize, draw_map, s };
	rng_init(&s->gaps, opt->seed, RNG_WORLD, 0);
	rng_init(&s->choices, opt->seed, RNG_NODE, 0);
	rng_init(&s->maps, opt->seed, RNG_MAPS, 0);
	queue_init(&s->queue, env);
	trace_init(&s->trace, opt->trace, opt->trace_ctx);
}

enum err sigcomm98_new(struct sigcomm98_sim **out, const struct sigcomm98_options *opt,
		       const struct env *env)
{
	struct sigcomm98_sim *s = env_zalloc(env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	init(s, opt, env);
	enum err e = table_new(&s->root, &s->table_env, MASC_IPV4, TABLE_MOST);
	for (uint32_t i = 0; i < TOPS && !e; i++)
		e = give_birth(s, i);
	if (e)
		sigcomm98_free(s);
	else
		*out = s;
	return e;
}

void sigcomm98_free(struct sigcomm98_sim *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < TOPS * CHILDREN; i++)
		domain_fini(s, &s->children[i]);
	for (size_t i = 0; i < TOPS; i++)
		domain_fini(s, &s->tops[i]);
	table_free(s->root);
	queue_free(&s->queue);
	env_free(s->memory, s->leases);
	env_free(s->memory, s);
}

/* Twice the room; the ring starts at its beginning again. */
static enum err grow_leases(struct sigcomm98_sim *s)
{
	size_t room = s->lease_room ? 2 * s->lease_room : 1024;
	struct lease *fresh = env_zalloc(s->memory, room, sizeof(*fresh));
	if (!fresh)
		return ERR_NOMEM;
	for (size_t i = 0; i < s->n_leases; i++)
		fresh[i] = s->leases[(s->first_lease + i) & (s->lease_room - 1)];
	env_free(s->memory, s->leases);
	s->leases = fresh;
	s->lease_room = room;
	s->first_lease = 0;
	return OK;
}

/* An address server asks for a block. */
static enum err ask(struct sigcomm98_sim *s, struct domain *child)
{
	enum err e = s->n_leases == s->lease_room ? grow_leases(s) : OK;
	size_t index;
	if (e)
		return e;
	s->requests++;
	e = domain_obtain(s, child, BLOCK, &index);
	if (e == ERR_NOT_FOUND)
		s->lost++;
	else if (e)
		return e;
	else
		s->leases[(s->first_lease + s->n_leases++) & (s->lease_room - 1)] =
			(struct lease){ s->now + LIFE_US, child, domain_take(child, index) };
	return ask_later(s, child);
}

/* Blocks that end by `until`, included. */
static void end_leases(struct sigcomm98_sim *s, int64_t until)
{
	while (s->n_leases && s->leases[s->first_lease].end <= until) {
		struct lease l = s->leases[s->first_lease];
		s->first_lease = (s->first_lease + 1) & (s->lease_room - 1);
		s->n_leases--;
		s->now = l.end;
		domain_release(s, l.child, l.block);
	}
}

enum err sigcomm98_run(struct sigcomm98_sim *s, int64_t until)
{
	enum err e = OK;
	while (!e && s->queue.n && s->queue.heap[1]->at <= until) {
		struct queue_entry *next = queue_pop(&s->queue);
		int64_t at = next->at;
		end_leases(s, at);
		s->now = at;
		e = ask(s, &s->children[next->kind]);
	}
	end_leases(s, until);
	s->now = until;
	return e;
}

/* Routes: those of a top-level domain are its children's and everybody's at the
 * top. */
static void measure(struct sigcomm98_sim *s, uint32_t day, bool counts, struct sums *sums,
		    struct sigcomm98_result *r)
{
	uint64_t sum = 0, most = 0;
	for (size_t i = 0; i < TOPS; i++) {
		uint64_t routes = s->routes + s->tops[i].routes;
		sum += routes;
		most = routes > most ? routes : most;
	}
	uint64_t use = s->held ? s->n_leases * BLOCK * 10000 / s->held : 0;
	uint64_t routes = sum * 100 / TOPS;
	if (routes > r->peak_routes) {
		r->peak_routes = (uint32_t)routes;
		r->peak_day = day;
	}
	if (!counts)
		return;
	sums->days++;
	sums->outstanding += s->n_leases;
	sums->use += use;
	sums->routes += routes;
	r->use_least = use < r->use_least ? (uint32_t)use : r->use_least;
	r->routes_most = most > r->routes_most ? (uint32_t)most : r->routes_most;
}

static bool within(uint64_t v, uint64_t least, uint64_t most)
{
	return v >= least && v <= most;
}

static void judge(const struct sigcomm98_options *opt, struct sigcomm98_result *r)
{
	r->missed = r->lost ? SIGCOMM98_LOST : 0;
	if (opt->days < SIGCOMM98_DAYS)
		return;
	if (!within(r->outstanding, OUTSTANDING_LEAST, OUTSTANDING_MOST))
		r->missed |= SIGCOMM98_OUTSTANDING;
	if (!within(r->use, USE_LEAST, USE_MOST))
		r->missed |= SIGCOMM98_USE;
	if (!within(r->routes, ROUTES_LEAST, ROUTES_MOST))
		r->missed |= SIGCOMM98_ROUTES;
}

static enum err run(struct sigcomm98_sim *s, const struct sigcomm98_options *opt,
		    struct sigcomm98_result *r)
{
	struct sums sums = { .days = 0 };
	enum err e = OK;
	for (uint32_t day = 1; day <= opt->days && !e; day++) {
		e = sigcomm98_run(s, day * DAY_US);
		measure(s, day, day >= opt->days - opt->days / 2, &sums, r);
	}
	if (e)
		return e;
	r->outstanding = sums.outstanding / sums.days;
	r->use = (uint32_t)(sums.use / sums.days);
	r->routes = (uint32_t)(sums.routes / sums.days);
	r->requests = s->requests;
	r->lost = s->lost;
	memcpy(r->claims, s->claims, sizeof(r->claims));
	r->doubled = s->doubled;
	struct text hash = TEXT_OF(r->hash);
	trace_hash_text(&s->trace, &hash);
	judge(opt, r);
	return OK;
}

enum err sigcomm98(const struct sigcomm98_options *opt, const struct env *env,
		   struct sigcomm98_result *out)
{
	if (opt->days == 0 || opt->days > SIGCOMM98_DAYS_MOST)
		return ERR_RANGE;
	struct sigcomm98_sim *s;
	struct sigcomm98_result r = { .use_least = UINT32_MAX };
	enum err e = sigcomm98_new(&s, opt, env);
	if (e)
		return e;
	e = run(s, opt, &r);
	if (!e)
		*out = r;
	sigcomm98_free(s);
	return e;
}
