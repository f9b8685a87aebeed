#include "sim/story_int.h"

#include "sim/rogue.h"

/* Stories in which members are removed (doc/simulator.md, section 13): by administrators who are
 * cut off from each other, with liars among those who are removed. */

#define BEFORE 25000 /* ms from the last who comes until the network is cut */
#define AWAKE  12000 /* after that the first is removed */

/* What two parts do that know nothing of each other. */
enum clash {
	CLASH_NONE,   /* the one removes a liar */
	CLASH_OTHERS, /* both remove, somebody else each */
	CLASH_EACH_OTHER,
	CLASH_SAME,
	CLASH_REMOVER, /* the other removes who removed, and was not known to */
	CLASH_CREATOR, /* a liar is an administrator, and would remove who made the group */
	CLASH_COUNT
};

struct removing {
	uint32_t part; /* nodes below it are cut off from the others */
	int64_t from, to;
	enum clash clash;
	uint32_t away;	      /* who is not there for all of it; SCN_NO_SITE: nobody */
	uint32_t here, there; /* who removes */
	uint32_t whom[4], n;  /* who is removed, of the nodes */
	uint32_t stays;	      /* a liar that nobody removes; NOBODY: all are */
};

#define NOBODY UINT32_MAX

static void name(struct story *s, const char *kind, uint32_t i)
{
	text_str(&s->t, kind);
	text_u64(&s->t, i);
}

/* "command nBY group VERB KINDi GROUP"; the line goes on. */
static void group_verb(struct story *s, int64_t ms, uint32_t by, const char *verb)
{
	story_at(s, ms, "command", by);
	text_str(&s->t, " group ");
	text_str(&s->t, verb);
	text_char(&s->t, ' ');
}

/* What somebody wrote under a membership that a liar gave it goes with that, where it is dropped:
 * then a liar's is kept. */
static void removes(struct story *s, int64_t ms, uint32_t by, const char *kind, uint32_t i)
{
	group_verb(s, ms, by, "remove");
	name(s, kind, i);
	text_char(&s->t, ' ');
	text_str(&s->t, s->graph);
	bool drops = story_pick(s, 6) == 0;
	story_line(s, drops && kind[0] == 'n' ? " drop" : "");
	if (kind[0] != 'n')
		return;
	s->members[i].removed = true;
	s->sweeping |= drops;
}

/* Of the nodes from..to-1 an administrator, or whoever it may be; not `but`. */
static uint32_t some(struct story *s, uint32_t from, uint32_t to, bool admin, uint32_t but)
{
	uint32_t found = NOBODY, seen = 0;
	for (uint32_t i = from; i < to; i++) {
		if (i == but || (admin && s->members[i].role != GROUP_ROLE_ADMIN))
			continue;
		if (story_pick(s, ++seen) == 0)
			found = i;
	}
	return found;
}

/* ---- before ---- */

static const enum group_role roles[] = { GROUP_ROLE_MEMBER, GROUP_ROLE_INVITER, GROUP_ROLE_ADMIN };

static void liars(struct story *s, const struct removing *r)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		int64_t ms = s->busy + i * 700;
		uint32_t by = some(s, 0, s->o.nodes, true, r->away);
		enum group_role role = r->clash == CLASH_CREATOR && i == 0
					       ? GROUP_ROLE_ADMIN
					       : roles[story_pick(s, 3)];
		story_admit(s, ms, by, i, role);
		/* Once more, since it has its graph now: as a record. */
		story_rogue(s, ms + 4000, i, "shows", rogue_show_text(ROGUE_SHOW_OWN));
		story_line(s, "");
		story_rogue_often(s, ms + 5000, i, "says", 1 + story_pick(s, 4));
		if (role != GROUP_ROLE_MEMBER && story_pick(s, 2))
			story_rogue_often(s, ms + 6000, i, "issues", 1 + story_pick(s, 3));
		story_rogue_connects(s, ms + 8000, i);
	}
}

static void liar_edges(struct story *s, const char *verb, int64_t ms, uint32_t i, uint32_t from,
		       uint32_t to)
{
	for (uint32_t n = from; n < to; n++) {
		story_at(s, ms, verb, n);
		name(s, " x", i);
		story_line(s, "");
	}
}

/* Each liar is on one side. */
static void cut(struct story *s, const struct removing *r)
{
	story_part(s, r->part, r->from, r->to);
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		bool below = story_pick(s, 4) == 0;
		uint32_t from = below ? r->part : 0, to = below ? s->o.nodes : r->part;
		liar_edges(s, "cut", r->from, i, from, to);
		liar_edges(s, "heal", r->to, i, from, to);
	}
}

/* ---- meanwhile ---- */

/* Nobody removes itself. */
static void removes_other(struct story *s, int64_t ms, uint32_t by, uint32_t whom)
{
	if (by != whom)
		removes(s, ms, by, "n", whom);
}

static void clash(struct story *s, const struct removing *r)
{
	int64_t ms = r->from + AWAKE, later = ms + story_pick(s, 5000);
	uint32_t victim = some(s, 1, s->o.nodes, false, r->away);
	switch (r->clash) {
	case CLASH_OTHERS:
		removes_other(s, ms, r->here, victim);
		removes_other(s, later, r->there, some(s, 1, s->o.nodes, false, victim));
		break;
	case CLASH_EACH_OTHER:
		removes(s, ms, r->there, "n", r->here);
		removes(s, later, r->here, "n", r->there);
		break;
	case CLASH_SAME:
		removes_other(s, ms, r->here, victim);
		removes_other(s, later, r->there, victim);
		break;
	case CLASH_REMOVER:
		removes(s, ms, r->here, "n", r->there);
		removes_other(s, later, r->there, victim);
		break;
	case CLASH_CREATOR:
		story_rogue(s, r->from - 3000, 0, "lies", rogue_lie_text(ROGUE_LIE_DEPOSE));
		story_line(s, "");
		break;
	case CLASH_NONE:
	case CLASH_COUNT:
		break;
	}
}

/* The liars go, each by somebody on whichever side; or by both. */
static void end_liars(struct story *s, const struct removing *r)
{
	for (uint32_t i = 0; i < s->o.rogues; i++) {
		if (i == r->stays)
			continue;
		int64_t ms = r->from + AWAKE + story_pick(s, 6000);
		bool both = r->there != NOBODY && story_pick(s, 3) == 0;
		if (both || story_pick(s, 3) || r->there == NOBODY)
			removes(s, ms, r->here, "x", i);
		else
			removes(s, ms, r->there, "x", i);
		if (both)
			removes(s, ms + story_pick(s, 9000), r->there, "x", i);
	}
}

/* What it lies about, by which membership, and to whom. */
static void lies(struct story *s, const struct removing *r, uint32_t i)
{
	int64_t first = r->from + AWAKE + 6500;
	for (uint32_t n = 6 + story_pick(s, 12); n > 0; n--) {
		int64_t ms = rng_between(&s->rng, first, s->calm - 8000);
		uint32_t any = story_pick(s, 26);
		enum rogue_lie k = any < 20   ? (enum rogue_lie)(ROGUE_LIE_LATE + any / 2)
				   : any < 23 ? ROGUE_LIE_REPLAY
					      : ROGUE_LIE_CHANGE;
		/* All others stay, whom nobody removes. */
		if (k == ROGUE_LIE_REMOVE && r->clash == CLASH_CREATOR)
			k = ROGUE_LIE_BACKDATED;
		s->sweeping |= k == ROGUE_LIE_REMOVE;
		story_rogue(
			s, ms, i, "shows",
			rogue_show_text(story_pick(s, 4) ? ROGUE_SHOW_OWN : ROGUE_SHOW_INVITED));
		story_line(s, "");
		story_rogue_connects(s, ms + 500, i);
		story_rogue(s, ms + 1500, i, "lies", rogue_lie_text(k));
		name(s, " ", 1 + story_pick(s, 3));
		story_line(s, "");
		story_rogue_connects(s, ms + 2500, i);
		story_rogue_often(s, ms + 4500, i, "says", 1);
	}
}

/* GRAPH-9.28: it signs anew what all have, and shows it to its part alone. No Removal settles
 * which of the two stands. */
static void forks(struct story *s, const struct removing *r)
{
	static const enum rogue_lie kinds[] = { ROGUE_LIE_RESIGNED, ROGUE_LIE_FORKED };
	for (uint32_t n = 3 + story_pick(s, 6); n > 0; n--) {
		int64_t ms = rng_between(&s->rng, r->from + 1000, r->to - 1000);
		story_rogue(s, ms, r->stays, "lies", rogue_lie_text(kinds[story_pick(s, 2)]));
		name(s, " ", 1 + story_pick(s, 3));
		story_line(s, "");
	}
}

/* ---- all of it ---- */

static struct removing plan(struct story *s)
{
	struct removing r = { .part = 1 + story_pick(s, s->o.nodes - 1), .away = NOBODY };
	r.from = s->busy + BEFORE;
	r.to = r.from + AWAKE + 10000 + story_pick(s, 30000);
	r.clash = (enum clash)story_pick(s, CLASH_COUNT);
	r.stays = story_pick(s, 2) ? s->o.rogues - 1 : NOBODY;
	if (s->o.nodes > 4 && story_pick(s, 2))
		r.away = s->o.nodes - 1;
	r.here = some(s, 0, r.part, true, r.away);
	r.there = some(s, r.part, s->o.nodes, true, r.away);
	if (r.there == NOBODY && r.clash != CLASH_CREATOR)
		r.clash = CLASH_NONE;
	/* Who is left must be somebody who begins epochs. */
	uint32_t admin = some(s, 1, s->o.nodes, true, r.away);
	if (r.clash == CLASH_CREATOR && admin == NOBODY)
		r.clash = CLASH_NONE;
	if (r.clash == CLASH_CREATOR) {
		s->maker = admin;
		r.here = admin;
		r.there = NOBODY;
		r.stays = NOBODY;
	}
	return r;
}

void story_removed(struct story *s)
{
	struct removing r = plan(s);
	story_until(s, r.to + 45000);
	liars(s, &r);
	cut(s, &r);
	if (r.away != NOBODY) {
		story_do(s, r.from - 4000, "stop", r.away, "");
		story_do(s, s->calm, "start", r.away, "");
		story_lead(s, s->calm, r.away);
	}
	clash(s, &r);
	end_liars(s, &r);
	for (uint32_t i = 0; i < s->o.rogues; i++)
		if (i != r.stays)
			lies(s, &r, i);
	if (r.stays != NOBODY)
		forks(s, &r);
	if (story_pick(s, 3) == 0)
		story_graph(s, r.to + 5000, r.here, "rotate");
	/* Who led them before may be out. */
	for (uint32_t i = 0; i < s->o.nodes; i++)
		story_lead(s, s->calm + 15000 + i * 100, i);
}

/* SIM-13.14: whom nobody removes stays, whoever goes. */
void story_removed_end(struct story *s, int64_t ms)
{
	for (uint32_t i = 0; i < s->o.nodes && !s->sweeping; i++) {
		char buffer[32];
		struct text t = TEXT_OF(buffer);
		if (s->members[i].removed)
			continue;
		text_str(&t, "in n");
		text_u64(&t, i);
		story_expect(s, ms, t.p);
	}
}
