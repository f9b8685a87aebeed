#include "sim/book.h"
#include "sim/rogue.h"

/* The life of a node: memory, store, clocks, birth, stop and crash. */

#define WALL_EVERY     (10 * MONO_SEC)
#define UPTIME_MAX     (400 * MONO_DAY)
#define BOOT_JITTER_US (50 * MONO_MS)

/* Memory: each block carries its size, so that a node can be held to a cap. */
struct block {
	size_t n;
	size_t pad;
};

static bool over_limit(const struct machine *m, size_t more)
{
	return m->memory_limit && m->memory + more > m->memory_limit;
}

static void *node_resize(void *ctx, void *p, size_t n)
{
	struct machine *m = ctx;
	struct block *old = p ? (struct block *)p - 1 : NULL;
	size_t had = old ? old->n : 0;
	if (n > had && over_limit(m, n - had))
		return NULL;
	if (!n) {
		m->memory -= had;
		env_free(m->site.w->env, old);
		return NULL;
	}
	struct block *b = env_resize(m->site.w->env, old, n + sizeof(*b));
	if (!b)
		return NULL;
	m->memory += n - had;
	b->n = n;
	return b + 1;
}

static void node_random(void *ctx, void *p, size_t n)
{
	struct machine *m = ctx;
	rng_fill(&m->random, p, n);
	recorder_random(m, span_of(p, n));
}

/* The store as the node sees it: failures are part of a recording. */

static enum err seen_get(void *ctx, const struct store_table *t, struct span key,
			 struct span *value)
{
	struct machine *m = ctx;
	return store_get(store_mem_store(m->mem), t, key, value);
}

static enum err seen_scan(void *ctx, const struct store_table *t, struct span after,
			  struct store_row *row)
{
	struct machine *m = ctx;
	return store_scan(store_mem_store(m->mem), t, after, row);
}

static enum err seen_put(void *ctx, const struct store_table *t, struct span key, struct span value,
			 uint64_t *number)
{
	struct machine *m = ctx;
	enum err e = store_put(store_mem_store(m->mem), t, key, value, number);
	if (e)
		recorder_store(m, e);
	else
		invariant_told_put(m, t, key, value, *number);
	return e;
}

static enum err seen_del(void *ctx, const struct store_table *t, struct span key, uint64_t *number)
{
	struct machine *m = ctx;
	enum err e = store_del(store_mem_store(m->mem), t, key, number);
	if (e)
		recorder_store(m, e);
	else
		invariant_told_put(m, t, key, (struct span){ NULL, 0 }, *number);
	return e;
}

static const struct store_ops seen_ops = { seen_get, seen_scan, seen_put, seen_del };

enum err machine_init(struct machine *m)
{
	struct world *w = m->site.w;
	const struct scn_site *spec = m->site.spec;
	m->env = (struct env){ node_resize, node_random, m };
	m->store = (struct store){ &seen_ops, m };
	m->config = &spec->config;
	m->store_delay = spec->store_delay;
	m->powered = true;
	m->recorded =
		w->opt.record_node && span_eq(span_str(w->opt.record_node), span_str(spec->name));
	m->clock = (struct sim_clock){ 0, rng_between(&w->rng, MONO_SEC, UPTIME_MAX),
				       WORLD_WALL + spec->wall_offset, spec->rate,
				       spec->synchronised };
	rng_init(&m->random, w->opt.seed, RNG_NODE, m->site.index);
	struct rng vault;
	rng_init(&vault, w->opt.seed, RNG_VAULT, m->site.index);
	rng_fill(&vault, m->vault, sizeof(m->vault));
	list_init(&m->held);
	list_init(&m->pending);
	list_init(&m->calls);
	list_init(&m->told);
	list_init(&m->kept);
	list_init(&m->waits);
	list_init(&m->versions);
	list_init(&m->listens);
	map_init(&m->links, &w->seeded);
	map_init(&m->rows, &w->seeded);
	dgram_host_init(&m->host, &w->seeded);
	address_init(m);
	if (!spec->starts_late)
		world_at(w, &m->boot, EV_START, rng_between(&w->rng, 0, BOOT_JITTER_US));
	enum err e = spec->rogue ? rogue_new(&m->rogue, m) : OK;
	return e ? e : store_mem_new(&m->mem, &w->seeded);
}

static void clear_listens(struct machine *m)
{
	LIST_EACH(i, next, &m->listens)
	env_free(m->site.w->env, LIST_ENTRY(i, struct listening, at));
	list_init(&m->listens);
}

static void clear_pending(struct machine *m)
{
	LIST_EACH(i, next, &m->pending)
	{
		struct pending *p = LIST_ENTRY(i, struct pending, at);
		queue_drop(&m->site.w->queue, &p->when);
		env_free(m->site.w->env, p);
	}
	list_init(&m->pending);
}

/* The node is gone: what belonged to its process goes too. */
static void bury_process(struct machine *m)
{
	struct world *w = m->site.w;
	node_free(m->node);
	m->node = NULL;
	m->stopping = false;
	m->committing = false;
	queue_drop(&w->queue, &m->tick);
	queue_drop(&w->queue, &m->wall);
	queue_drop(&w->queue, &m->commit);
	held_clear(m);
	clear_pending(m);
	clear_listens(m);
	dgram_host_fini(&m->host);
}

void machine_fini(struct machine *m)
{
	bury_process(m);
	invariant_forget(m);
	map_free(&m->links);
	map_free(&m->rows);
	store_mem_free(m->mem);
	rogue_free(m->rogue);
}

/* Power is back: the monotonic clock counts from the start of the host. */
static void boot(struct machine *m)
{
	struct world *w = m->site.w;
	sim_clock_rate(&m->clock, w->now, m->clock.ppm);
	m->clock.mono = rng_between(&w->rng, MONO_SEC, MONO_MIN);
	m->powered = true;
}

void machine_start(struct machine *m)
{
	struct world *w = m->site.w;
	if (m->node)
		return;
	world_touch(&m->site);
	if (!m->powered)
		boot(m);
	m->next_accept = 0;
	m->highest_dial = 0;
	m->dials = 0;
	recorder_birth(m);
	say(&m->site, "#", "start");
	m->input_put = store_mem_newest(m->mem);
	struct node_config lent = *m->config; /* its memory is m->config's */
	lent.vault = m->vault;
	lent.guard = rogue_guard(m->rogue);
	enum err e = node_new(&m->node, &lent, &m->env, &m->store,
			      sim_clock_mono(&m->clock, w->now), sim_clock_wall(&m->clock, w->now));
	if (e) {
		m->node = NULL;
		say(&m->site, "#", err_name(e));
		return;
	}
	world_at(w, &m->wall, EV_WALL, w->now + WALL_EVERY);
	tally_start(m);
	invariant_born(m);
	feed_drain(m);
	address_tell(m);
}

void machine_wall(struct machine *m)
{
	struct world *w = m->site.w;
	if (!m->node)
		return;
	world_at(w, &m->wall, EV_WALL, w->now + WALL_EVERY);
	feed(m,
	     &(struct node_in){ .kind = NODE_IN_WALL, .wall = sim_clock_wall(&m->clock, w->now) });
	invariant_group_look(m);
}

void machine_stop(struct machine *m)
{
	if (!m->node || m->stopping)
		return;
	m->stopping = true;
	feed(m, &(struct node_in){ .kind = NODE_IN_STOP });
}

/* What a process leaves open, its host closes: with a reset where something
 * was not read. A host without power says nothing. */
static void end_streams(struct machine *m, bool power)
{
	while (!list_empty(&m->site.ends)) {
		struct end *e = LIST_ENTRY(m->site.ends.next, struct end, at);
		if (power)
			stream_forsake(e);
		else
			stream_close(e, e->in.n ? PIPE_RESET : PIPE_CLOSED);
	}
}

bool machine_leaves(const struct machine *m)
{
	const struct graphs *g = node_graphs(m->node);
	return m->stopping && g && graphs_busy(g);
}

void machine_settle(struct machine *m)
{
	if (!m->node || !m->stopping || m->committing || !list_empty(&m->held) || machine_leaves(m))
		return;
	say(&m->site, "#", "stopped");
	world_touch(&m->site);
	book_end(m, false);
	tally_end(m);
	invariant_stopped(m);
	recorder_end(m);
	bury_process(m);
	end_streams(m, false);
}

static void apply_fate(struct machine *m, enum scn_fate fate)
{
	switch (fate) {
	case SCN_ROLLBACK:
		store_mem_crash(m->mem);
		invariant_told_undone(m, store_mem_committed(m->mem) + 1);
		return;
	case SCN_KEEP:
		(void)store_mem_seal(m->mem);
		while (store_mem_commit(m->mem))
			;
		return;
	case SCN_LOSE:
		store_mem_wipe(m->mem);
		invariant_told_undone(m, 0);
		m->told_number = 0;
		return;
	}
}

void machine_kill(struct machine *m, enum scn_fate fate, bool power)
{
	static const char *const words[] = { [SCN_ROLLBACK] = "killed, store rolled back",
					     [SCN_KEEP] = "killed, store kept",
					     [SCN_LOSE] = "killed, store lost" };
	if (power)
		m->powered = false;
	m->crash.point = SCN_NOW;
	if (!m->node)
		return;
	world_touch(&m->site);
	say(&m->site, "#", words[fate]);
	book_end(m, true);
	if (fate == SCN_LOSE)
		book_lost(m, span_of(NULL, 0));
	tally_end(m);
	invariant_crash(m, fate == SCN_LOSE);
	bury_process(m);
	end_streams(m, power);
	apply_fate(m, fate);
}
