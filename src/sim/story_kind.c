#include "sim/story_int.h"

#include "graph/types.h"

/* What the kinds of stories have of their own. */

#define AWAY_MOST 40000

static int64_t away(struct story *s)
{
	return rng_between(&s->rng, 200, AWAY_MOST);
}

/* Nodes leave in good order, the whole process or the graph alone, and come back. */
void story_churn(struct story *s, uint32_t n)
{
	for (; n > 0; n--) {
		uint32_t i = story_pick(s, s->o.nodes);
		int64_t ms = story_sometime(s), back = ms + away(s);
		bool process = story_pick(s, 2);
		if (process)
			story_do(s, ms, "stop", i, "");
		else
			story_graph(s, ms, i, "close");
		if (process)
			story_do(s, back, "start", i, "");
		else
			story_graph(s, back, i, "open");
		story_lead(s, back, i);
		story_until(s, back + 20000);
	}
}

static void churn(struct story *s)
{
	story_churn(s, 3 + story_pick(s, 10));
}

/* SIM-12.9, all from the beginning of calm, in ms: until contacts are there; how long the
 * parts are apart, so that each has found a signature of its own; and how soon after the
 * links are healed both must be one again: detect_most, maintain, and a moment to
 * synchronise. The first Contact record is made after 10 s and lives for 900 s: when it has
 * ended with nobody in sight to make it anew, nothing tells of the other part. Where all
 * contacts are in one part and the owner of the signature in the other, nobody sees another
 * signature, and it takes until these records end (GRAPH-8.29). */
#define SETTLE	 290000
#define LEAST	 340000
#define MOST	 700000
#define CONTACTS 820000
#define FOUND	 330000
#define UNSEEN	 960000
#define SAME	 90000

/* Changes on both sides while they are apart. */
static void change_apart(struct story *s, int64_t from, int64_t to)
{
	for (uint32_t r = 0; r < s->o.records; r++)
		for (uint32_t n = story_pick(s, 3); n > 0; n--)
			story_update(s, rng_between(&s->rng, from, to), story_pick(s, s->o.nodes),
				     r);
}

/* In a part of so many everybody has the neighbors that it wants, and looks for no other. */
#define PART_LEAST (GRAPH_NEIGHBORS_IDEAL + 3)

static uint32_t part_of(struct story *s)
{
	if (s->o.nodes < 2 * PART_LEAST)
		return 1 + story_pick(s, s->o.nodes - 1);
	return PART_LEAST + story_pick(s, s->o.nodes - 2 * PART_LEAST + 1);
}

/* Nobody is led to anybody any more, and no stream outlives the cut: contacts and the
 * signature must do it. */
static void partition(struct story *s)
{
	int64_t from = s->calm + SETTLE, to = from + rng_between(&s->rng, LEAST, MOST);
	uint32_t part = part_of(s);
	if (to > CONTACTS)
		to = CONTACTS;
	change_apart(s, from + 1000, to - 1000);
	s->found = from + UNSEEN - to > FOUND ? from + UNSEEN - to : FOUND;
	story_part(s, part, from, to);
	story_between(s, "reset", from - 25, part);
}

static void partition_end(struct story *s)
{
	story_becomes(s, s->calm, s->found / 1000, "mesh");
	story_expect(s, s->calm + s->found + SAME, "same");
	story_expect(s, s->calm + s->found + SAME, "kept");
}

/* Shorter than that, again and again: what differs is that both sides change the same. */
static void apart(struct story *s)
{
	for (uint32_t n = 1 + story_pick(s, 3); n > 0; n--) {
		int64_t from = s->calm + 5000, to = from + rng_between(&s->rng, 2000, 40000);
		change_apart(s, from, to);
		story_part(s, 1 + story_pick(s, s->o.nodes - 1), from, to);
		story_until(s, to + 20000);
	}
}

/* The last one comes when all records are there, and may be stopped half way. */
static void late(struct story *s)
{
	uint32_t i = s->first;
	int64_t ms = s->calm + 2000;
	story_join(s, ms, i, story_pick(s, s->first));
	for (uint32_t n = story_pick(s, 4); n > 0; n--) {
		ms += rng_between(&s->rng, 60, 1500);
		if (story_pick(s, 2)) {
			story_crash(s, i, ms);
			ms = s->calm;
		} else {
			story_two(s, ms, "reset", i, story_pick(s, s->first));
			story_lead(s, ms, i);
			ms += 1000;
		}
	}
	story_until(s, ms + 30000);
}

static void skew(struct story *s)
{
	for (uint32_t n = 1 + story_pick(s, 4); n > 0; n--)
		story_do(s, story_sometime(s), "skew", story_pick(s, s->o.nodes),
			 story_pick(s, 2) ? " +5m" : " -5m");
}

static void short_life(struct story *s)
{
	text_str(&s->t, " for ");
	text_u64(&s->t, 15 + story_pick(s, 120));
	text_char(&s->t, 's');
}

/* Who is away while records expire. */
static void expire(struct story *s)
{
	for (uint32_t n = story_pick(s, 4); n > 0; n--)
		story_crash(s, story_pick(s, s->o.nodes), story_sometime(s));
}

/* The second one is made by the last node, and joined by all others. */
static void two(struct story *s)
{
	uint32_t maker = s->o.nodes - 1;
	s->graph = STORY_OTHER;
	s->maker = maker;
	story_graph(s, s->busy, maker, "create");
	story_graph(s, s->busy + 500, maker, "listen");
	for (uint32_t i = 0; i < maker; i++)
		story_join(s, s->busy + 2000 + i * 700, i, maker);
	story_records(s);
	s->graph = STORY_GRAPH;
	s->maker = 0;
}

static void two_end(struct story *s)
{
	story_end(s);
	s->graph = STORY_OTHER;
	s->maker = s->o.nodes - 1;
	story_end(s);
}

/* At most half of them, each in its turn: others must have what was told. */
static void lose(struct story *s)
{
	int64_t ms = s->calm + 5000;
	for (uint32_t n = 1 + story_pick(s, (s->o.nodes + 1) / 2); n > 0; n--) {
		uint32_t i = story_pick(s, s->o.nodes);
		story_do(s, ms, "kill", i, " lose");
		ms += away(s);
		story_do(s, ms, "start", i, "");
		story_join(s, ms + 200, i, (i + 1) % s->o.nodes);
		story_lead(s, ms + 200, i);
		ms += 20000;
	}
	story_until(s, ms + 20000);
}

static void erase(struct story *s)
{
	int64_t ms = s->calm + 5000;
	for (uint32_t n = 1 + story_pick(s, (s->o.nodes + 1) / 2); n > 0; n--) {
		uint32_t i = story_pick(s, s->o.nodes);
		story_graph(s, ms, i, "erase");
		ms += away(s);
		story_join(s, ms, i, (i + 1) % s->o.nodes);
		story_lead(s, ms, i);
		ms += 20000;
	}
	story_until(s, ms + 20000);
}

static void memory(struct story *s)
{
	static const char *const more[] = { " 1KiB", " 8KiB", " 64KiB", " 512KiB" };
	for (uint32_t n = 2 + story_pick(s, 8); n > 0; n--) {
		uint32_t i = story_pick(s, s->o.nodes);
		int64_t ms = story_sometime(s), to = ms + away(s) / 2;
		story_do(s, ms, "memory", i, more[story_pick(s, 4)]);
		story_do(s, to, "memory", i, " 0");
		story_lead(s, to, i);
		story_until(s, to + 20000);
	}
}

static const struct story_manner manners[] = {
	[STORY_MIXED] = { .tell = NULL },
	[STORY_CRASH] = { .tell = NULL },
	[STORY_CHURN] = { .tell = churn },
	[STORY_PARTITION] = { .tell = partition, .end = partition_end },
	[STORY_APART] = { .tell = apart },
	[STORY_LATE] = { .tell = late },
	[STORY_SLOW] = { .group = "link_unsent = 64KiB ", .links = "200ms..900ms" },
	[STORY_SKEW] = { .tell = skew },
	[STORY_EXPIRE] = { .life = short_life, .tell = expire },
	[STORY_TWO] = { .tell = two, .end = two_end },
	[STORY_LOSE] = { .tell = lose },
	[STORY_MEMORY] = { .tell = memory },
	[STORY_ERASE] = { .tell = erase },
};

const struct story_manner *story_manner_of(enum story_kind k)
{
	if (story_of_groups(k))
		return story_group_manner(k);
	return &manners[k];
}
