#include "sim/story_int.h"

#define TEXT_FIRST 65536

/* What a node may have to do in the story. */
#define JOIN_S	20 /* they come in this time, the last one too; a second each where few */
#define BUSY_MS 60000
#define AWAY_MS 40000
#define PART_MS 45000
#define MANY	64 /* nodes of which not all say that they are here */

const char *story_kind_text(enum story_kind k)
{
	static const char *const texts[] = {
#define X(name, text) text,
		STORY_KINDS(X) STORY_GROUP_KINDS(X)
#undef X
	};
	return texts[k];
}

/* How often each is chosen. */
static const enum story_kind chosen[] = {
	STORY_MIXED, STORY_MIXED, STORY_MIXED,	STORY_MIXED, STORY_CRASH,
	STORY_CRASH, STORY_CRASH, STORY_CHURN,	STORY_CHURN, STORY_PARTITION,
	STORY_APART, STORY_LATE,  STORY_SLOW,	STORY_SKEW,  STORY_EXPIRE,
	STORY_TWO,   STORY_LOSE,  STORY_MEMORY, STORY_ERASE,
};

void story_defaults(struct story_options *o, uint64_t seed, enum story_kind kind)
{
	struct rng r;
	rng_init(&r, seed, RNG_SWARM, 1);
	enum story_kind any = chosen[rng_below(&r, sizeof(chosen) / sizeof(chosen[0]))];
	*o = (struct story_options){ .seed = seed, .kind = kind };
	if (kind == STORY_KIND_COUNT)
		o->kind = any;
	o->nodes = 3 + (uint32_t)rng_below(&r, 10);
	o->records = 2 + (uint32_t)rng_below(&r, 39);
	o->crashes = o->kind == STORY_CRASH ? 3 + (uint32_t)rng_below(&r, 6) : 0;
	if (o->kind == STORY_MIXED || o->kind == STORY_TWO)
		o->crashes = (uint32_t)rng_below(&r, 4);
	o->cuts = o->kind == STORY_CRASH ? 0 : (uint32_t)rng_below(&r, 4);
	if (o->kind == STORY_PARTITION)
		o->nodes += 9;
	if (o->kind == STORY_LATE)
		o->records += 200 + (uint32_t)rng_below(&r, 600);
	o->lab = rng_below(&r, 4) != 0 && o->kind != STORY_PARTITION;
	o->quiet = o->lab ? 2 * MONO_MIN : 12 * MONO_MIN;
}

uint32_t story_pick(struct story *s, uint32_t below)
{
	return (uint32_t)rng_below(&s->rng, below);
}

int64_t story_sometime(struct story *s)
{
	return rng_between(&s->rng, s->busy, s->busy + BUSY_MS - 1);
}

void story_until(struct story *s, int64_t ms)
{
	if (ms > s->calm)
		s->calm = ms;
}

/* Words */

void story_line(struct story *s, const char *text)
{
	text_str(&s->t, text);
	text_char(&s->t, '\n');
}

static void node_name(struct story *s, uint32_t i)
{
	text_char(&s->t, 'n');
	text_u64(&s->t, i);
}

void story_address(struct story *s, uint32_t i)
{
	text_str(&s->t, "10.0.");
	text_u64(&s->t, (i + 1) >> 8);
	text_char(&s->t, '.');
	text_u64(&s->t, (i + 1) & 255);
}

void story_at_time(struct story *s, int64_t ms)
{
	text_str(&s->t, "at ");
	text_i64(&s->t, ms);
	text_str(&s->t, "ms ");
}

void story_at(struct story *s, int64_t ms, const char *verb, uint32_t i)
{
	story_at_time(s, ms);
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
	node_name(s, i);
}

void story_do(struct story *s, int64_t ms, const char *verb, uint32_t i, const char *rest)
{
	story_at(s, ms, verb, i);
	story_line(s, rest);
}

void story_two(struct story *s, int64_t ms, const char *verb, uint32_t a, uint32_t b)
{
	story_at(s, ms, verb, a);
	text_char(&s->t, ' ');
	node_name(s, b);
	story_line(s, "");
}

static bool of_record(const char *verb)
{
	return verb[0] == 'a' || verb[0] == 'u' || verb[0] == 'd';
}

/* Of a group all but records has verbs of its own. */
static void graph_verb(struct story *s, int64_t ms, uint32_t i, const char *verb)
{
	story_at(s, ms, "command", i);
	text_str(&s->t, s->members && !of_record(verb) ? " group " : " graph ");
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
	text_str(&s->t, s->graph);
}

void story_graph(struct story *s, int64_t ms, uint32_t i, const char *verb)
{
	graph_verb(s, ms, i, verb);
	story_line(s, "");
}

void story_expect(struct story *s, int64_t ms, const char *condition)
{
	story_at_time(s, ms);
	text_str(&s->t, "nothing\nexpect ");
	text_str(&s->t, condition);
	text_char(&s->t, ' ');
	story_line(s, s->graph);
}

void story_becomes(struct story *s, int64_t ms, int64_t window, const char *condition)
{
	story_at_time(s, ms);
	text_str(&s->t, "nothing\nwithin ");
	text_i64(&s->t, window);
	text_str(&s->t, "s expect ");
	text_str(&s->t, condition);
	text_char(&s->t, ' ');
	story_line(s, s->graph);
}

/* Nodes */

static void connect_to(struct story *s, int64_t ms, uint32_t i, uint32_t to, const char *when)
{
	graph_verb(s, ms, i, "connect");
	text_char(&s->t, ' ');
	story_address(s, to);
	story_line(s, when);
}

void story_listen(struct story *s, int64_t ms, uint32_t i)
{
	static const int64_t after[] = { 2000, 8000, 30000 };
	/* A group listens as soon as it may. */
	for (size_t n = 0; !s->members && n < sizeof(after) / sizeof(after[0]); n++)
		story_graph(s, ms + after[n], i, "listen");
}

void story_join(struct story *s, int64_t ms, uint32_t i, uint32_t to)
{
	story_graph(s, ms, i, "open");
	connect_to(s, ms + 50, i, to, "");
	story_listen(s, ms, i);
}

void story_lead(struct story *s, int64_t ms, uint32_t i)
{
	for (uint32_t n = 1; n <= 3; n++)
		connect_to(s, ms + n * 5000, i, (i + n) % s->o.nodes, " alone");
	story_listen(s, ms, i);
}

void story_nodes(struct story *s, const struct story_manner *how)
{
	for (uint32_t i = 0; i < s->o.nodes; i++) {
		text_str(&s->t, "node ");
		node_name(s, i);
		text_str(&s->t, " {\n\taddress = ");
		story_address(s, i);
		story_line(s, "\n\tmemory = 64MiB");
		if (s->o.kind == STORY_SKEW && story_pick(s, 2))
			story_line(s, story_pick(s, 2) ? "\twall-offset = +5m"
						       : "\twall-offset = -5m");
		text_str(&s->t, "\tgraph { ");
		text_str(&s->t, s->o.lab ? "lab = yes; " : "");
		text_str(&s->t, how->group ? how->group : "");
		story_line(s, how->part ? "}" : "}\n}");
		if (how->part)
			how->part(s, i);
	}
	text_str(&s->t, "link all delay ");
	story_line(s, how->links ? how->links : "1ms..20ms");
	for (uint32_t i = 0; i < s->o.nodes; i++) /* or the end's start would be its first */
		story_do(s, 0, "start", i, "");
}

/* The first one makes it; who comes is led to those who are there, and where these are
 * many, not all to the first. */
static void joins(struct story *s)
{
	graph_verb(s, 1000, 0, "create");
	if (s->o.nodes > MANY || s->o.kind == STORY_CRASH || s->o.kind == STORY_CHURN)
		text_str(&s->t, " presence 10");
	story_line(s, s->o.kind == STORY_EXPIRE && story_pick(s, 2) ? " defer" : "");
	story_graph(s, 1500, 0, "listen");
	s->busy = 2000;
	for (uint32_t i = 1; i < s->first; i++) {
		int64_t ms = 3000 + (int64_t)i * (s->o.nodes > JOIN_S ? 200 : 1000);
		story_join(s, ms, i, i < 30 ? 0 : story_pick(s, i - 20));
		s->busy = ms;
	}
	s->calm = s->busy + BUSY_MS;
}

/* Records */

static void key(struct story *s, uint32_t r)
{
	text_str(&s->t, " r");
	text_u64(&s->t, r);
}

static void content(struct story *s)
{
	const struct story_manner *how = story_manner_of(s->o.kind);
	uint32_t rare = s->o.kind == STORY_SLOW ? 2 : 8;
	text_str(&s->t, " size ");
	text_u64(&s->t, 8 + story_pick(s, story_pick(s, rare) ? 500 : 40000));
	if (how->life)
		how->life(s);
	story_line(s, "");
}

void story_update(struct story *s, int64_t ms, uint32_t i, uint32_t r)
{
	graph_verb(s, ms, i, "update");
	key(s, r);
	content(s);
}

/* Most at a point of the commit that a change just led to. */
void story_crash(struct story *s, uint32_t i, int64_t ms)
{
	static const char *const how[] = { "",
					   " before-commit",
					   " between",
					   " between keep",
					   " after-send",
					   " after-send keep",
					   " told",
					   " told",
					   " told keep",
					   " power" };
	story_do(s, ms, "kill", i, how[story_pick(s, sizeof(how) / sizeof(how[0]))]);
	ms += rng_between(&s->rng, 500, AWAY_MS);
	story_do(s, ms, "start", i, "");
	story_lead(s, ms, i);
	story_until(s, ms + 20000);
}

/* A record's life: added by one, changed by some, deleted by the one who made it, which
 * then nobody else changes: the later of two changes at a time wins, also over a delete. */
static void record(struct story *s, uint32_t r)
{
	uint32_t by = story_pick(s, s->first);
	int64_t ms = story_sometime(s);
	graph_verb(s, ms, by, "add");
	key(s, r);
	content(s);
	if (s->o.crashes && story_pick(s, s->o.records - r) < s->o.crashes) {
		s->o.crashes--;
		story_crash(s, by, ms);
	} else if (story_pick(s, 25) == 0) {
		/* Of who made it, or of one that comes to hold it. */
		story_do(s, ms, "store-fail", r % 2 ? by : (by + 1) % s->first, " 2 no-space");
	}
	bool ends = story_pick(s, 3) == 0;
	for (uint32_t n = s->o.kind == STORY_LATE ? 0 : story_pick(s, 4); n > 0; n--) {
		ms += rng_between(&s->rng, 1, 15000);
		story_update(s, ms, ends ? by : story_pick(s, s->first), r);
	}
	if (ends) {
		ms += rng_between(&s->rng, 1, 20000);
		graph_verb(s, ms, by, "delete");
		key(s, r);
		story_line(s, "");
	}
	story_until(s, ms + 5000);
}

void story_records(struct story *s)
{
	for (uint32_t r = 0; r < s->o.records; r++)
		record(s, r);
}

/* What falls silent is ended by its host at last, which has nothing confirmed. */
void story_cuts(struct story *s)
{
	for (uint32_t n = 0; n < s->o.cuts; n++) {
		uint32_t a = story_pick(s, s->o.nodes),
			 b = (a + 1 + story_pick(s, s->o.nodes - 1)) % s->o.nodes;
		int64_t ms = story_sometime(s), until = ms + rng_between(&s->rng, 100, AWAY_MS);
		bool cut = story_pick(s, 2);
		story_two(s, ms, cut ? "cut" : "silence", a, b);
		story_two(s, until, cut ? "heal" : "reset", a, b);
		story_until(s, until);
	}
}

void story_between(struct story *s, const char *verb, int64_t ms, uint32_t part)
{
	for (uint32_t a = 0; a < part; a++)
		for (uint32_t b = part; b < s->o.nodes; b++)
			story_two(s, ms, verb, a, b);
}

void story_part(struct story *s, uint32_t part, int64_t from, int64_t to)
{
	story_between(s, "cut", from, part);
	story_between(s, "heal", to, part);
	story_until(s, to);
}

/* A crash that waited for its moment may have come after the start that was meant to follow
 * it, a disk that was to fail twice may have been used once, a graph may have been opened
 * while its process was away: now all run, and can. */
static void all_well(struct story *s, int64_t ms)
{
	for (uint32_t i = 0; i < s->o.nodes; i++) {
		story_do(s, ms, "start", i, "");
		story_do(s, ms, "store-fail", i, " 0");
		story_graph(s, ms + 1000, i, "open");
	}
}

/* Whoever never found anybody, or lost all, is led to the one who made the graph; that one
 * at last to another. */
static void lead_all(struct story *s, int64_t ms)
{
	for (uint32_t i = 0; i < s->o.nodes; i++) {
		if (i != s->maker)
			connect_to(s, ms + i * 10, i, s->maker, " alone");
		story_listen(s, ms + i * 10, i);
	}
	connect_to(s, ms + 10000, s->maker, (s->maker + 1) % s->o.nodes, " alone");
}

/* Twice, since the one who is asked may be busy, or a crash still to come. */
void story_end(struct story *s)
{
	int64_t ms = s->calm;
	for (int round = 0; round < 2; round++) {
		all_well(s, ms + 10000);
		lead_all(s, ms + 20000);
		ms += 60000;
	}
	all_well(s, ms + 5000);
	ms += 20000 + s->o.quiet / MONO_MS;
	s->ends = ms + 60000;
	story_becomes(s, ms, 60, "mesh");
	story_becomes(s, ms, 60, "agreed");
	story_expect(s, ms + 60000, "kept");
	story_expect(s, ms + 60000, "same");
}

static void tell_graph(struct story *s)
{
	const struct story_manner *how = story_manner_of(s->o.kind);
	s->graph = STORY_GRAPH;
	s->first = s->o.kind == STORY_LATE ? s->o.nodes - 1 : s->o.nodes;
	story_nodes(s, how);
	joins(s);
	story_records(s);
	story_cuts(s);
	if (s->o.kind == STORY_MIXED && s->o.nodes <= MANY && story_pick(s, 3) == 0) {
		int64_t ms = story_sometime(s);
		story_part(s, 1 + story_pick(s, s->o.nodes - 1), ms, ms + PART_MS);
	}
	if (how->tell)
		how->tell(s);
	if (how->end)
		how->end(s);
	else
		story_end(s);
}

static void tell(struct story *s)
{
	rng_init(&s->rng, s->o.seed, RNG_SWARM, 0);
	text_str(&s->t, "# a story of the kind ");
	story_line(s, story_kind_text(s->o.kind));
	text_str(&s->t, "seed ");
	text_u64(&s->t, s->o.seed);
	story_line(s, "");
	if (story_of_groups(s->o.kind))
		story_group_tell(s);
	else
		tell_graph(s);
}

static enum err write_out(const struct story_options *o, const struct env *env,
			  struct story_member *members, char **out)
{
	for (size_t room = TEXT_FIRST;; room *= 2) {
		char *p = env_resize(env, NULL, room);
		if (!p)
			return ERR_NOMEM;
		struct story s = { .o = *o, .t = text_of(p, room), .members = members };
		tell(&s);
		if (!s.t.cut) {
			*out = p;
			return OK;
		}
		env_free(env, p);
	}
}

enum err story_write(const struct story_options *o, const struct env *env, char **out)
{
	struct story_member *members = NULL;
	if (o->nodes < 2 || o->nodes > STORY_NODES_MOST || o->records > 1000000)
		return ERR_RANGE;
	if (story_of_groups(o->kind) && !(members = env_zalloc(env, o->nodes, sizeof(*members))))
		return ERR_NOMEM;
	enum err e = write_out(o, env, members, out);
	env_free(env, members);
	return e;
}
