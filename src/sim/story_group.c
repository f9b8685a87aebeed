#include "sim/story_int.h"

#include "sim/rogue.h"

/* Stories of a group: it is made, people are invited by those who were, they publish and
 * change records, leave, come back, get other roles, end; and some machines lie. */

#define INVITE_EVERY 1500
#define BUSY_MS	     60000
#define LIFE_LEAST   150000   /* ms of a short membership */
#define AWAY_MS	     29400000 /* when somebody comes: Membership records live 8 h */
#define RECENT	     3	      /* who invites is among so many who came last: chains are long */

static const enum story_kind chosen[] = {
	STORY_MEMBERS, STORY_MEMBERS, STORY_ENDS,   STORY_ENDS,	    STORY_ROLES, STORY_ROLES,
	STORY_LIAR,    STORY_LIAR,    STORY_LIAR,   STORY_OUTSIDER, STORY_OVER,	 STORY_OUTSIDER,
	STORY_FLOOD,   STORY_CLOCKS,  STORY_HIDDEN, STORY_AWAY,	    STORY_CROWD,
};

#define REMOVED_EACH 5 /* of so many seeds one; the others are what they were before */

void story_group_defaults(struct story_options *o, uint64_t seed, enum story_kind kind)
{
	struct rng r;
	rng_init(&r, seed, RNG_SWARM, 1);
	enum story_kind any = chosen[rng_below(&r, sizeof(chosen) / sizeof(chosen[0]))];
	*o = (struct story_options){ .seed = seed, .kind = kind, .lab = true };
	if (kind == STORY_KIND_COUNT)
		o->kind = seed % REMOVED_EACH ? any : STORY_REMOVED;
	o->nodes = 3 + (uint32_t)rng_below(&r, 8);
	o->records = 2 + (uint32_t)rng_below(&r, 12);
	o->crashes = o->kind == STORY_MEMBERS ? (uint32_t)rng_below(&r, 4) : 0;
	o->cuts = (uint32_t)rng_below(&r, 3);
	o->rogues = o->kind == STORY_LIAR || o->kind == STORY_OUTSIDER
			    ? 1 + (uint32_t)rng_below(&r, 3)
			    : o->kind == STORY_OVER || o->kind == STORY_FLOOD ||
				      o->kind == STORY_HIDDEN || o->kind == STORY_CROWD;
	o->quiet = 2 * MONO_MIN;
	if (o->kind == STORY_REMOVED) {
		o->nodes = 4 + o->nodes % 6;
		o->rogues = 1 + o->nodes % 2;
	}
	if (o->kind == STORY_CROWD)
		o->nodes = 3 + o->nodes % 3;
	if (o->kind != STORY_AWAY)
		return;
	o->lab = false;
	o->cuts = 0;
	o->nodes = 4 + o->nodes % 3;
	o->quiet = 12 * MONO_MIN;
}

/* ---- words ---- */

static void number(struct story *s, const char *before, uint64_t n)
{
	text_str(&s->t, before);
	text_u64(&s->t, n);
}

static void life(struct story *s, int64_t ms)
{
	text_str(&s->t, " for ");
	text_i64(&s->t, ms);
	text_str(&s->t, "ms");
}

/* "command nBY group invite WHO GROUP ROLE [for T]"; the line goes on. */
static void invite(struct story *s, int64_t ms, uint32_t by, const char *kind, uint32_t who,
		   enum group_role role)
{
	static const char *const words[] = { [GROUP_ROLE_ADMIN] = " administrator",
					     [GROUP_ROLE_INVITER] = " inviter",
					     [GROUP_ROLE_MEMBER] = " member" };
	story_at(s, ms, "command", by);
	text_str(&s->t, " group invite ");
	number(s, kind, who);
	text_char(&s->t, ' ');
	text_str(&s->t, s->graph);
	text_str(&s->t, words[role]);
}

void story_rogue(struct story *s, int64_t ms, uint32_t i, const char *verb, const char *kind)
{
	story_at_time(s, ms);
	number(s, "rogue x", i);
	text_char(&s->t, ' ');
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
	text_str(&s->t, kind);
	text_char(&s->t, ' ');
	text_str(&s->t, s->graph);
}

void story_rogue_often(struct story *s, int64_t ms, uint32_t i, const char *verb, uint32_t n)
{
	story_at_time(s, ms);
	number(s, "rogue x", i);
	text_char(&s->t, ' ');
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
	text_str(&s->t, s->graph);
	number(s, " ", n);
	story_line(s, "");
}

void story_rogue_connects(struct story *s, int64_t ms, uint32_t i)
{
	story_at_time(s, ms);
	number(s, "command x", i);
	text_str(&s->t, " graph connect ");
	text_str(&s->t, s->graph);
	text_char(&s->t, ' ');
	story_address(s, story_pick(s, s->o.nodes));
	story_line(s, "");
}

static void rogue_does(struct story *s, int64_t ms, uint32_t i, const char *verb)
{
	story_at_time(s, ms);
	text_str(&s->t, verb);
	number(s, " x", i);
	story_line(s, "");
}

/* ---- who is there ---- */

static void part(struct story *s, uint32_t i)
{
	text_str(&s->t, "\tgroup { ");
	text_str(&s->t, s->o.kind == STORY_FLOOD ? "waiting_max = 24; " : "");
	text_str(&s->t, s->o.kind == STORY_CROWD ? "members_memory = 1MiB; " : "");
	story_line(s, "}");
	if (s->o.kind == STORY_CLOCKS && story_pick(s, 2))
		story_line(s, story_pick(s, 2) ? "\twall-offset = +2m" : "\twall-offset = -2m");
	story_line(s, "}");
}

static void rogues(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		number(s, "node x", i);
		number(s, " { rogue = yes; memory = 64MiB\n\taddress = 10.1.0.", i + 1);
		story_line(s, "\n\tgraph { lab = yes }\n}");
	}
}

/* Somebody who may issue, one of those who came last. */
static uint32_t issuer(struct story *s, uint32_t before)
{
	uint32_t most = before < RECENT ? before : RECENT, back = 1 + story_pick(s, most);
	for (uint32_t n = before - back;; n--)
		if (n == 0 || s->members[n].role != GROUP_ROLE_MEMBER)
			return n;
}

static enum group_role role_below(struct story *s, uint32_t by)
{
	uint32_t any = story_pick(s, 10);
	if (s->members[by].role == GROUP_ROLE_ADMIN && any < (s->o.kind == STORY_REMOVED ? 6 : 3))
		return GROUP_ROLE_ADMIN;
	return any < 7 ? GROUP_ROLE_INVITER : GROUP_ROLE_MEMBER;
}

/* When the membership ends that is given at ms; never after its issuer's. */
static int64_t end_below(struct story *s, int64_t ms, uint32_t by)
{
	int64_t most = s->members[by].end;
	bool ends = s->o.kind == STORY_ENDS && story_pick(s, 3);
	if (!ends || most < ms + LIFE_LEAST)
		return most;
	int64_t end = ms + LIFE_LEAST + story_pick(s, 90000);
	return end < most ? end : most;
}

static void join(struct story *s, int64_t ms, uint32_t i, uint32_t by)
{
	s->members[i] = (struct story_member){ by, role_below(s, by), end_below(s, ms, by) };
	invite(s, ms, by, "n", i, s->members[i].role);
	if (s->members[i].end != STORY_NO_END)
		life(s, s->members[i].end - ms);
	story_line(s, "");
	story_graph(s, ms + 100, i, "join");
	story_at(s, ms + 300, "command", i);
	text_str(&s->t, " group connect ");
	text_str(&s->t, s->graph);
	text_char(&s->t, ' ');
	story_address(s, by);
	story_line(s, "");
}

static void joins(struct story *s)
{
	for (uint32_t i = 0; i < s->o.nodes; i++)
		story_do(s, 500 + i, "command", i, " group identity");
	story_at(s, 1000, "command", 0);
	text_str(&s->t, " group create ");
	text_str(&s->t, s->graph);
	story_line(s, s->o.kind == STORY_AWAY ? " life 8h" : "");
	s->members[0] = (struct story_member){ 0, GROUP_ROLE_ADMIN, STORY_NO_END };
	for (uint32_t i = 1; i < s->first; i++) {
		int64_t ms = 2000 + (int64_t)i * INVITE_EVERY;
		join(s, ms, i, issuer(s, i));
		s->busy = ms + 1000;
	}
	s->calm = s->busy + BUSY_MS;
}

void story_admit(struct story *s, int64_t ms, uint32_t by, uint32_t i, enum group_role role)
{
	invite(s, ms, by, "x", i, role);
	story_line(s, "");
	story_rogue(s, ms + 100, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
	story_line(s, "");
	story_rogue_connects(s, ms + 300, i);
	story_rogue_connects(s, ms + 2000, i);
}

/* A membership of x, given by anybody who may. */
static void admit(struct story *s, int64_t ms, uint32_t i, int64_t ends)
{
	uint32_t by = issuer(s, s->o.nodes);
	invite(s, ms, by, "x", i, story_pick(s, 3) ? GROUP_ROLE_MEMBER : GROUP_ROLE_INVITER);
	if (ends)
		life(s, ends);
	story_line(s, "");
	story_rogue(s, ms + 100, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
	story_line(s, "");
	story_rogue_connects(s, ms + 300, i);
	story_rogue_connects(s, ms + 2000, i);
}

static void lie(struct story *s, int64_t ms, uint32_t i, enum rogue_lie k, uint32_t n)
{
	story_rogue(s, ms, i, "lies", rogue_lie_text(k));
	number(s, " ", n);
	story_line(s, "");
}

static void lies(struct story *s, uint32_t i, uint32_t n)
{
	for (; n > 0; n--) {
		int64_t ms = story_sometime(s) + 4000;
		lie(s, ms, i, (enum rogue_lie)story_pick(s, ROGUE_LIE_LATE), 1 + story_pick(s, 3));
		story_rogue_connects(s, ms + 3000, i);
		story_until(s, ms + 5000);
	}
}

/* ---- kinds ---- */

static void members(struct story *s)
{
	story_churn(s, story_pick(s, 5));
	if (s->o.nodes > 3 && story_pick(s, 3) == 0) {
		int64_t ms = story_sometime(s);
		story_part(s, 1 + story_pick(s, s->o.nodes - 1), ms, ms + 30000);
	}
}

/* Half of those whose membership ends get another, before or after: by the maker, who always
 * may. What they gave to others ends all the same. */
static void ends(struct story *s)
{
	for (uint32_t i = 1; i < s->o.nodes; i++) {
		const struct story_member *m = &s->members[i];
		if (m->end == STORY_NO_END)
			continue;
		story_until(s, m->end + 20000);
		if (story_pick(s, 2))
			continue;
		int64_t ms = m->end + rng_between(&s->rng, -60000, 30000);
		invite(s, ms, 0, "n", i, m->role);
		story_line(s, " publish");
		story_lead(s, m->end + 31000, i);
	}
	if (story_pick(s, 2))
		story_churn(s, story_pick(s, 5));
}

static void roles(struct story *s)
{
	for (uint32_t n = 2 + story_pick(s, 5); n > 0; n--) {
		int64_t ms = story_sometime(s);
		invite(s, ms, 0, "n", 1 + story_pick(s, s->o.nodes - 1),
		       (enum group_role)story_pick(s, GROUP_ROLE_COUNT));
		story_line(s, " publish");
	}
	if (story_pick(s, 2))
		story_churn(s, story_pick(s, 5));
}

static void liar(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		admit(s, s->busy + i * 700, i, 0);
		lies(s, i, 4 + story_pick(s, 12));
	}
	if (story_pick(s, 2))
		story_churn(s, story_pick(s, 5));
}

/* Each shows one thing after the other; some were members of the group once. */
static void outsider(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		uint32_t by = issuer(s, s->o.nodes);
		invite(s, s->busy, by, "x", i, GROUP_ROLE_MEMBER);
		story_line(s, "");
		for (uint32_t n = 3 + story_pick(s, 6); n > 0; n--) {
			int64_t ms = story_sometime(s) + 500;
			enum rogue_show k = (enum rogue_show)(ROGUE_SHOW_COPIED +
							      story_pick(s, ROGUE_SHOW_LATE - 1));
			story_rogue(s, ms, i, "shows", rogue_show_text(k));
			if (k == ROGUE_SHOW_COPIED)
				number(s, " of n", 1 + story_pick(s, s->o.nodes - 1));
			story_line(s, "");
			story_rogue_connects(s, ms + 500, i);
			story_rogue_connects(s, ms + 1500, i);
		}
	}
}

/* GROUP-7.19: what it says is known to those it is linked with; with all others it waits, and
 * stands when its membership has come as a record. Who shows it a second time publishes it. */
static void hidden(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		int64_t ms = s->busy;
		admit(s, ms, i, 0);
		for (uint32_t n = 2 + story_pick(s, 3); n > 0; n--) {
			ms += 3000 + story_pick(s, 4000);
			story_rogue_often(s, ms, i, "says", 1 + story_pick(s, 4));
		}
		ms += 2000 + story_pick(s, 20000);
		story_rogue(s, ms, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
		story_line(s, "");
		story_until(s, ms + 10000);
	}
}

/* GROUP-7.3, GROUP-7.4: whoever may issue does so far more than anybody keeps, and those who
 * were there stay. */
static void crowd(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		int64_t ms = s->busy;
		invite(s, ms, 0, "x", i, GROUP_ROLE_INVITER);
		story_line(s, "");
		story_rogue(s, ms + 100, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
		story_line(s, "");
		story_rogue_connects(s, ms + 300, i);
		story_rogue_connects(s, ms + 2000, i);
		story_rogue(s, ms + 4000, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
		story_line(s, "");
		for (uint32_t n = 0; n < 12; n++)
			story_rogue_often(s, ms + 5000 + n * 3000, i, "issues",
					  10 + story_pick(s, 60));
	}
	story_until(s, s->busy + 50000);
}

/* GROUP-9.17: what they published stands for who comes after their Membership records would
 * have ended, and is all there before they are back. */
static void away(struct story *s)
{
	int64_t late = AWAY_MS + story_pick(s, 3600000);
	uint32_t last = s->o.nodes - 1;
	for (uint32_t n = last > 1 ? 1 + story_pick(s, 2) : 0; n > 0; n--)
		story_do(s, s->calm + n * 1000, "stop", 1 + story_pick(s, last - 1), "");
	join(s, late, last, 0);
	story_lead(s, late + 1000, last);
	story_expect(s, late + 300000, "same");
	story_expect(s, late + 300000, "lawful");
	story_expect(s, late + 300000, "listed");
	story_expect(s, late + 300000, "settled");
	story_until(s, late + 301000);
}

static void over(struct story *s)
{
	static const enum rogue_show after[] = { ROGUE_SHOW_OWN, ROGUE_SHOW_NONE,
						 ROGUE_SHOW_LONGER };
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		int64_t ms = s->busy, life_ms = 70000 + story_pick(s, 20000);
		admit(s, ms, i, life_ms);
		lies(s, i, 2 + story_pick(s, 4));
		lie(s, ms + 8000, i, ROGUE_LIE_MEMBER, 4);
		for (uint32_t n = 1; n < 5; n++) {
			int64_t at = ms + life_ms + n * 7000;
			lie(s, at, i, (enum rogue_lie)story_pick(s, ROGUE_LIE_LATE), 1);
			story_rogue_connects(s, at + 500, i);
			story_rogue(s, at + 3000, i, "shows",
				    rogue_show_text(after[story_pick(s, 3)]));
			story_line(s, "");
			story_rogue_connects(s, at + 3500, i);
		}
		story_until(s, ms + life_ms + 40000);
	}
}

static void flood(struct story *s)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		admit(s, s->busy, i, 0);
		for (uint32_t n = 0; n < 3; n++) {
			int64_t ms = s->busy + 6000 + n * 15000 + story_pick(s, 5000);
			lie(s, ms, i, story_pick(s, 3) ? ROGUE_LIE_STRANGER : ROGUE_LIE_SERIAL,
			    30 + story_pick(s, 40));
		}
	}
}

/* A clock that is wrong and comes right, by less than certificates begin early. */
static void clocks(struct story *s)
{
	for (uint32_t n = 1 + story_pick(s, 3); n > 0; n--) {
		uint32_t i = story_pick(s, s->o.nodes);
		int64_t ms = story_sometime(s);
		bool ahead = story_pick(s, 2);
		story_do(s, ms, "skew", i, ahead ? " +90s" : " -90s");
		story_do(s, ms + 20000, "skew", i, ahead ? " -90s" : " +90s");
		story_until(s, ms + 30000);
	}
}

/* Less than any membership lasts, or more than some. */
static void record_life(struct story *s)
{
	bool ends = s->o.kind == STORY_ENDS || s->o.kind == STORY_OVER;
	int64_t usual = s->o.kind == STORY_AWAY ? 48 * 3600000 : 3600000;
	life(s, ends ? 15000 + story_pick(s, 120000) : usual);
}

static const struct story_manner manners[] = {
	[STORY_MEMBERS -
	 STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = members },
	[STORY_ENDS - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = ends },
	[STORY_ROLES - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = roles },
	[STORY_LIAR - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = liar },
	[STORY_OUTSIDER -
		STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = outsider },
	[STORY_OVER - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = over },
	[STORY_FLOOD - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = flood },
	[STORY_CLOCKS - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = clocks },
	[STORY_HIDDEN - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = hidden },
	[STORY_CROWD - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = crowd },
	[STORY_AWAY - STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = away },
	[STORY_REMOVED -
		STORY_GROUP_FIRST] = { .part = part, .life = record_life, .tell = story_removed },
};

const struct story_manner *story_group_manner(enum story_kind k)
{
	return &manners[k - STORY_GROUP_FIRST];
}

void story_group_tell(struct story *s)
{
	const struct story_manner *how = story_group_manner(s->o.kind);
	s->graph = "family";
	s->first = s->o.kind == STORY_AWAY ? s->o.nodes - 1 : s->o.nodes;
	rogues(s);
	story_nodes(s, how);
	for (uint32_t i = 0; i < s->o.rogues; i++)
		rogue_does(s, 0, i, "start");
	joins(s);
	story_records(s);
	story_cuts(s);
	how->tell(s);
	for (uint32_t i = 0; i < s->o.rogues; i++)
		rogue_does(s, s->calm, i, "kill");
	story_end(s);
	int64_t ms = s->ends;
	story_expect(s, ms, "lawful"); /* SIM-13.7: and what story_end() expects */
	story_expect(s, ms, "listed");
	/* What a rogue says is judged by those alone that know it, and waits with others until it
	 * expires, a deletion for an hour. */
	if (!s->o.rogues || s->o.kind == STORY_HIDDEN)
		story_expect(s, ms, "settled");
	if (s->o.kind != STORY_REMOVED)
		return;
	story_expect(s, ms, "purged");
	story_expect(s, ms, "readable");
	story_expect(s, ms, "covered");
	story_removed_end(s, ms);
}
