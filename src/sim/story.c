#include "sim/story.h"

#include "base/mono.h"
#include "base/text.h"
#include "sim/rng.h"

#define GRAPH	   "0.story"
#define TEXT_FIRST 65536

/* What a node may have to do in the story, in seconds. */
#define JOIN_S	20 /* they come in this time, the last one too; a second each where many */
#define BUSY_S	60
#define AWAY_MS 40000
#define PART_S	45

struct story {
	struct story_options o;
	struct rng rng;
	struct text t;
	int64_t busy, calm; /* ms: when changes begin, when all faults are over */
};

void story_defaults(struct story_options *o, uint64_t seed)
{
	struct rng r;
	rng_init(&r, seed, RNG_SWARM, 1);
	*o = (struct story_options){ .seed = seed };
	o->nodes = 3 + (uint32_t)rng_below(&r, 10);
	o->records = 2 + (uint32_t)rng_below(&r, 39);
	o->crashes = (uint32_t)rng_below(&r, 4);
	o->cuts = (uint32_t)rng_below(&r, 4);
	o->partition = rng_below(&r, 3) == 0;
	o->lab = rng_below(&r, 4) != 0;
	o->quiet = o->lab ? 10 * MONO_MIN : 40 * MONO_MIN;
}

static void line(struct story *s, const char *text)
{
	text_str(&s->t, text);
	text_char(&s->t, '\n');
}

static void node_name(struct story *s, uint32_t i)
{
	text_char(&s->t, 'n');
	text_u64(&s->t, i);
}

static void address(struct story *s, uint32_t i)
{
	text_str(&s->t, "10.0.");
	text_u64(&s->t, i >> 8);
	text_char(&s->t, '.');
	text_u64(&s->t, i & 255);
}

/* "at 1234ms VERB nI " */
static void at(struct story *s, int64_t ms, const char *verb, uint32_t i)
{
	text_str(&s->t, "at ");
	text_i64(&s->t, ms);
	text_str(&s->t, "ms ");
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
	node_name(s, i);
}

static void graph_verb(struct story *s, int64_t ms, uint32_t i, const char *verb)
{
	at(s, ms, "command", i);
	text_str(&s->t, " graph ");
	text_str(&s->t, verb);
	text_str(&s->t, " " GRAPH);
}

static uint32_t pick(struct story *s, uint32_t below)
{
	return (uint32_t)rng_below(&s->rng, below);
}

static void nodes(struct story *s)
{
	for (uint32_t i = 0; i < s->o.nodes; i++) {
		text_str(&s->t, "node ");
		node_name(s, i);
		text_str(&s->t, " {\n\taddress = ");
		address(s, i + 1);
		line(s, "\n\tmemory = 64MiB");
		line(s, s->o.lab ? "\tgraph { lab = yes }\n}" : "\tgraph { }\n}");
	}
	line(s, "link all delay 1ms..20ms");
}

static void connect_to(struct story *s, int64_t ms, uint32_t i, uint32_t to)
{
	graph_verb(s, ms, i, "connect");
	text_char(&s->t, ' ');
	address(s, to + 1);
	text_char(&s->t, '\n');
}

/* Whoever is a part of it already has one to connect to; listening is refused until all
 * is there, and asked for again. */
static void listen_soon(struct story *s, int64_t ms, uint32_t i)
{
	static const int64_t after[] = { 2000, 8000, 30000 };
	for (size_t n = 0; n < sizeof(after) / sizeof(after[0]); n++) {
		graph_verb(s, ms + after[n], i, "listen");
		text_char(&s->t, '\n');
	}
}

static void joins(struct story *s)
{
	graph_verb(s, 1000, 0, "create");
	line(s, s->o.nodes > 64 ? " presence 10" : "");
	graph_verb(s, 1500, 0, "listen");
	text_char(&s->t, '\n');
	s->busy = 2000;
	for (uint32_t i = 1; i < s->o.nodes; i++) {
		int64_t ms = 3000 + (int64_t)i * (s->o.nodes > JOIN_S ? 200 : 1000);
		graph_verb(s, ms, i, "open");
		text_char(&s->t, '\n');
		/* Where many are to be found, they are not all asked of the first. */
		connect_to(s, ms + 50, i, i < 30 ? 0 : pick(s, i - 20));
		listen_soon(s, ms, i);
		s->busy = ms;
	}
	s->calm = s->busy + BUSY_S * 1000;
}

static int64_t sometime(struct story *s)
{
	return rng_between(&s->rng, s->busy, s->calm - 1);
}

static void key(struct story *s, uint32_t r)
{
	text_str(&s->t, " r");
	text_u64(&s->t, r);
}

static void size(struct story *s)
{
	text_str(&s->t, " size ");
	text_u64(&s->t, 8 + rng_below(&s->rng, pick(s, 8) ? 500 : 40000));
	text_char(&s->t, '\n');
}

static void crash(struct story *s, uint32_t i, int64_t ms)
{
	static const char *const how[] = { "",
					   " before-commit",
					   " between",
					   " between keep",
					   " after-send",
					   " after-send keep",
					   " after-send",
					   " power" };
	at(s, ms, "kill", i);
	line(s, how[pick(s, sizeof(how) / sizeof(how[0]))]);
	ms += rng_between(&s->rng, 500, AWAY_MS);
	at(s, ms, "start", i);
	text_char(&s->t, '\n');
	/* Its owner leads it back, as a lookup of names would. */
	for (int64_t n = 1; n <= 3; n++)
		connect_to(s, ms + n * 5000, i, (i + (uint32_t)n) % s->o.nodes);
	listen_soon(s, ms, i);
	if (ms + 20000 > s->calm)
		s->calm = ms + 20000;
}

static void store_fails(struct story *s, uint32_t i, int64_t ms)
{
	at(s, ms, "store-fail", i);
	line(s, " 2 no-space");
}

/* A record's life: added by one, changed by some, deleted by the one who made it, which
 * then nobody else changes: the later of two changes at a time wins, also over a delete. */
static void record(struct story *s, uint32_t r)
{
	uint32_t by = pick(s, s->o.nodes);
	int64_t ms = sometime(s);
	graph_verb(s, ms, by, "add");
	key(s, r);
	size(s);
	if (s->o.crashes && pick(s, 3) == 0) {
		s->o.crashes--;
		crash(s, by, ms);
	} else if (pick(s, 25) == 0) {
		store_fails(s, by, ms);
	}
	bool ends = pick(s, 3) == 0;
	for (uint32_t n = pick(s, 4); n > 0; n--) {
		ms += rng_between(&s->rng, 1, 15000);
		graph_verb(s, ms, ends ? by : pick(s, s->o.nodes), "update");
		key(s, r);
		size(s);
	}
	if (ends) {
		graph_verb(s, ms + rng_between(&s->rng, 1, 20000), by, "delete");
		key(s, r);
		text_char(&s->t, '\n');
	}
	if (ms + 25000 > s->calm)
		s->calm = ms + 25000;
}

static void two(struct story *s, int64_t ms, const char *verb, uint32_t a, uint32_t b)
{
	at(s, ms, verb, a);
	text_char(&s->t, ' ');
	node_name(s, b);
	text_char(&s->t, '\n');
}

static void cuts(struct story *s)
{
	for (uint32_t n = 0; n < s->o.cuts; n++) {
		uint32_t a = pick(s, s->o.nodes),
			 b = (a + 1 + pick(s, s->o.nodes - 1)) % s->o.nodes;
		int64_t ms = sometime(s);
		two(s, ms, pick(s, 2) ? "cut" : "silence", a, b);
		two(s, ms + rng_between(&s->rng, 100, AWAY_MS), "heal", a, b);
	}
}

static void between_parts(struct story *s, const char *verb, int64_t ms, uint32_t part)
{
	for (uint32_t a = 0; a < part; a++)
		for (uint32_t b = part; b < s->o.nodes; b++)
			two(s, ms, verb, a, b);
}

static void partition(struct story *s)
{
	uint32_t part = 1 + pick(s, s->o.nodes - 1);
	int64_t ms = sometime(s);
	between_parts(s, "cut", ms, part);
	between_parts(s, "heal", ms + PART_S * 1000, part);
	if (ms + PART_S * 1000 + 5000 > s->calm)
		s->calm = ms + PART_S * 1000 + 5000;
}

/* All are led to the first once more, for whoever never found anybody. */
static void end(struct story *s)
{
	int64_t ms = s->calm + 20000;
	for (uint32_t i = 1; i < s->o.nodes; i++) {
		connect_to(s, ms + i * 10, i, 0);
		listen_soon(s, ms + i * 10, i);
	}
	text_str(&s->t, "at ");
	text_i64(&s->t, ms + 60000 + s->o.quiet / MONO_MS);
	line(s, "ms nothing");
	line(s, "expect mesh " GRAPH);
	line(s, "expect kept " GRAPH);
	line(s, "expect same " GRAPH);
}

static void tell(struct story *s)
{
	rng_init(&s->rng, s->o.seed, RNG_SWARM, 0);
	text_str(&s->t, "# written by homestead-sim graph\nseed ");
	text_u64(&s->t, s->o.seed);
	text_char(&s->t, '\n');
	nodes(s);
	joins(s);
	for (uint32_t r = 0; r < s->o.records; r++)
		record(s, r);
	cuts(s);
	if (s->o.partition)
		partition(s);
	end(s);
}

enum err story_write(const struct story_options *o, const struct env *env, char **out)
{
	struct story s = { .o = *o };
	if (o->nodes < 2 || o->nodes > STORY_NODES_MOST || o->records > 1000000)
		return ERR_RANGE;
	for (size_t room = TEXT_FIRST;; room *= 2) {
		char *p = env_resize(env, NULL, room);
		if (!p)
			return ERR_NOMEM;
		s = (struct story){ .o = *o, .t = text_of(p, room) };
		tell(&s);
		if (!s.t.cut) {
			*out = p;
			return OK;
		}
		env_free(env, p);
	}
}
