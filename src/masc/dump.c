/* All that concerns a peer, told when its session is established, in the order of
 * MASC-12.1 and in slices (MASC-12.2): the next goes out when the last has left
 * (ENGINE-26). */
#include "masc/claims_int.h"

#define SLICE_OCTETS ((size_t)256 << 10)
#define SLICE_CLAIMS 8192 /* looked at, so that a slice takes no longer than others */

struct dump {
	size_t step;
	struct space *sp; /* NULL: the step begins */
	uint32_t at;
	size_t octets; /* since the owner said that all has left */
};

#define UP_AND_IN (TO_PARENT | TO_SIBLINGS | TO_INTERNAL)
#define DOWN	  TO_CHILDREN
#define BELOW	  (TO_CHILDREN | TO_INTERNAL)

#define TYPE(t) (1u << WIRE_##t)
#define PENDING (TYPE(CLAIM_TO_EXPAND) | TYPE(NEW_CLAIM))
#define HELD	(TYPE(PREFIX_IN_USE) | TYPE(PREFIX_MANAGED))

#define ROLE(r) (1u << MASC_##r)
#define OURS	ROLE(INTERNAL_PEER)
#define ALL	(OURS | ROLE(CHILD) | ROLE(SIBLING) | ROLE(PARENT))

/* MASC-12.1, for all four roles: whose turn it is, in this order. */
static const struct step {
	bool below;	/* in our children's space, else in those we claim in */
	unsigned types; /* of attributes */
	unsigned roles; /* of their origins */
	unsigned sets;	/* peers that are told */
} steps[] = {
	{ false, TYPE(PREFIX_MANAGED), ROLE(PARENT), UP_AND_IN },
	{ false, TYPE(WITHDRAW), ROLE(PARENT), UP_AND_IN },
	{ false, HELD, OURS, DOWN },
	{ false, TYPE(WITHDRAW), OURS, DOWN },
	{ false, HELD, OURS | ROLE(SIBLING), UP_AND_IN },
	{ false, PENDING, OURS | ROLE(SIBLING), UP_AND_IN },
	{ false, TYPE(CLAIM_DENIED), ALL, UP_AND_IN },
	{ false, TYPE(WITHDRAW), OURS | ROLE(SIBLING), UP_AND_IN },
	{ true, HELD, ALL, BELOW },
	{ true, PENDING, ALL, BELOW },
	{ true, TYPE(CLAIM_DENIED), ALL, BELOW },
	{ true, TYPE(WITHDRAW), ALL, BELOW },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* Whether there is anything of it: a walk in vain through a large table is long. */
static bool is_empty(const struct step *st, const struct space *sp)
{
	size_t n = 0;
	if (st->types == TYPE(PREFIX_MANAGED))
		return sp->given.n == 0;
	if (st->types == HELD && st->roles == OURS)
		return sp->held.n == 0;
	for (unsigned type = 0; type < WIRE_ATTRIBUTES; type++)
		if (st->types & 1u << type)
			n += table_count_of(sp->table, (enum wire_attribute)type);
	return n == 0;
}

static bool concerns(const struct step *st, const struct space *sp, const struct peer *p)
{
	return sp->below == st->below && (spread_set(sp, p) & st->sets) && !is_empty(st, sp);
}

/* The next space of this step, else of the steps after it; false: it was all. */
static bool next_space(struct dump *d, const struct peer *p)
{
	const struct list *spaces = &p->m->spaces;
	const struct list *at = d->sp ? d->sp->at.next : spaces->next;
	d->at = 0;
	for (; d->step < STEPS; d->step++, at = spaces->next) {
		for (; at != spaces; at = at->next) {
			d->sp = LIST_ENTRY(at, struct space, at);
			if (concerns(&steps[d->step], d->sp, p))
				return true;
		}
	}
	return false;
}

static bool next_claim(struct dump *d, const struct peer *p)
{
	if (!d->sp && !next_space(d, p))
		return false;
	while (!(d->at = table_each(d->sp->table, d->at)))
		if (!next_space(d, p))
			return false;
	return true;
}

/* Third parties' hints are theirs: MASC-12.1. */
static bool is_others_hint(const struct space *sp, const struct wire_claim *c, unsigned set)
{
	bool ours = c->role == MASC_INTERNAL_PEER && !sp->below;
	return wire_is_hint(c) && !(ours && set & (TO_PARENT | TO_INTERNAL));
}

/* It told us in this very session, or nobody has told us since what it came from
 * was lost. */
static bool knows_or_stale(const struct peer *p, const struct table_mark *mark)
{
	const struct teller *t = teller_of(p->m, mark->peer, mark->epoch);
	if (mark->ours)
		return false;
	return !t || t->epoch != mark->epoch || t->peer == p;
}

static bool is_of_step(const struct step *st, const struct space *sp, const struct wire_claim *c)
{
	return sp->below == st->below && st->types & 1u << c->type && st->roles & 1u << c->role;
}

/* A claim, if it is its turn; how many octets it took. */
static size_t tell_claim(struct session *s, const struct step *st, const struct space *sp,
			 uint32_t r)
{
	struct peer *p = s->peer;
	struct table_mark mark = table_mark_of(sp->table, r);
	unsigned set = spread_set(sp, p);
	struct wire_claim c;
	if (knows_or_stale(p, &mark) || !table_get(sp->table, r, &c) || !is_of_step(st, sp, &c))
		return 0;
	if (is_others_hint(sp, &c, set) || p->crosses & spread_scope(p->m, &c))
		return 0;
	if (!(set & st->sets) || !accept_sets(p->m, &c, set))
		return 0;
	struct wire_claim named = spread_named(sp, &c, set);
	return spread_put(s, &named, mark.ours ? p->m->told_put : 0);
}

/* A claim has one step for each peer at most. */
static void tell_again(struct session *s, const struct space *sp, uint32_t r)
{
	for (size_t i = 0; i < STEPS; i++)
		(void)tell_claim(s, &steps[i], sp, r);
}

void dump_again(const struct space *sp, uint32_t r, struct mono since)
{
	struct list *hearers = sp->m->hearers[sp->family - 1];
	for (size_t role = 0; role < 4; role++)
		LIST_EACH(at, next, &hearers[role])
		{
			struct session *s = LIST_ENTRY(at, struct session, hears);
			if (s->dump || s->dumped_at.us >= since.us)
				tell_again(s, sp, r);
		}
}

/* The mark that it was all (A12). */
static void finish(struct session *s, struct mono now)
{
	dump_stop(s);
	s->dumped_at = now;
	if (!session_keepalive(s, now))
		spread_failed(s);
}

void dump_more(struct session *s, struct mono now)
{
	struct timers *timers = &s->peer->m->timers;
	timer_disarm(timers, &s->slice);
	for (size_t left = SLICE_CLAIMS; left; left--) {
		if (!next_claim(s->dump, s->peer)) {
			finish(s, now);
			return;
		}
		size_t octets = tell_claim(s, &steps[s->dump->step], s->dump->sp, s->dump->at);
		/* It may be behind, or failed, by now. */
		if (!s->dump)
			return;
		s->dump->octets += octets;
		if (s->dump->octets > SLICE_OCTETS - 2 * WIRE_MESSAGE_MAX) {
			s->dump->octets = 0;
			batch_send(s, true);
			return;
		}
	}
	timer_arm(timers, &s->slice, mono_add(now, MONO_US));
}

void dump_start(struct session *s, struct mono now)
{
	dump_stop(s);
	s->dump = env_zalloc(s->peer->m->env, 1, sizeof(*s->dump));
	if (s->dump)
		dump_more(s, now);
	else
		spread_failed(s);
}

void dump_stop(struct session *s)
{
	timer_disarm(&s->peer->m->timers, &s->slice);
	env_free(s->peer->m->env, s->dump);
	s->dump = NULL;
}

void dump_drained(struct session *s, struct mono now)
{
	s->link->draining = false;
	s->unsent -= s->awaited;
	s->awaited = 0;
	if (s->behind) {
		s->behind = false;
		s->peer->count.resyncs++;
		dump_start(s, now);
	} else if (s->dump) {
		dump_more(s, now);
	}
}
