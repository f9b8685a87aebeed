/* Leaf sets: the five nearest known on either side of each own ID (digest 13.1, A47).
 * They hold entries of the cache that are proven with a CPA. PNRP-5.10 to 5.13 */
#include "pnrp/pnrp_int.h"

/* One side: how far a member is, going that way. */
struct side {
	struct pnrp_entry **member;
	uint8_t *n;
	bool up;
};

static struct side side_of(struct pnrp_leafset *l, bool up)
{
	return up ? (struct side){ l->above, &l->n_above, true }
		  : (struct side){ l->below, &l->n_below, false };
}

static struct pnrp_id away(const struct pnrp_own *o, const struct pnrp_id *id, bool up)
{
	return up ? pnrp_id_up(&o->id, id) : pnrp_id_up(id, &o->id);
}

static bool side_wants(const struct pnrp_own *o, const struct pnrp_id *id, bool up)
{
	const struct pnrp_leafset *l = &o->leaves;
	uint8_t n = up ? l->n_above : l->n_below;
	if (n < PNRP_LEAVES)
		return true;
	const struct pnrp_entry *last = up ? l->above[n - 1] : l->below[n - 1];
	struct pnrp_id theirs = away(o, id, up), most = away(o, &last->id, up);
	return pnrp_id_cmp(&theirs, &most) <= 0;
}

bool pnrp_leaf_wants(const struct pnrp_own *o, const struct pnrp_id *id)
{
	return side_wants(o, id, true) || side_wants(o, id, false);
}

static bool is_member(struct pnrp_entry *const *member, size_t n, const struct pnrp_id *id)
{
	for (size_t i = 0; i < n; i++)
		if (pnrp_id_eq(&member[i]->id, id))
			return true;
	return false;
}

static bool lacks(const struct pnrp_own *o, const struct pnrp_id *id)
{
	const struct pnrp_leafset *l = &o->leaves;
	bool above = side_wants(o, id, true) && !is_member(l->above, l->n_above, id);
	bool below = side_wants(o, id, false) && !is_member(l->below, l->n_below, id);
	return !pnrp_id_eq(&o->id, id) && (above || below);
}

bool pnrp_leaf_wanted(const struct pnrp *p, const struct pnrp_id *id)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && lacks(o, id))
			return true;
	}
	return false;
}

static bool stands_in(const struct pnrp_own *o, const struct pnrp_entry *e)
{
	const struct pnrp_leafset *l = &o->leaves;
	return is_member(l->above, l->n_above, &e->id) || is_member(l->below, l->n_below, &e->id);
}

/* Nearest first; the farthest of six goes. True when e is new there. */
static bool enter(const struct pnrp_own *o, struct side s, struct pnrp_entry *e,
		  struct pnrp_entry **gone)
{
	if (!side_wants(o, &e->id, s.up) || is_member(s.member, *s.n, &e->id))
		return false;
	struct pnrp_id mine = away(o, &e->id, s.up);
	uint8_t i = *s.n;
	*gone = i == PNRP_LEAVES ? s.member[--i] : NULL;
	for (; i > 0; i--) {
		struct pnrp_id theirs = away(o, &s.member[i - 1]->id, s.up);
		if (pnrp_id_cmp(&theirs, &mine) < 0)
			break;
		s.member[i] = s.member[i - 1];
	}
	s.member[i] = e;
	if (*s.n < PNRP_LEAVES)
		++*s.n;
	return true;
}

/* True when e stands in the set and did not before. */
static bool insert(struct pnrp_own *o, struct pnrp_entry *e)
{
	bool before = stands_in(o, e);
	for (int up = 0; up < 2; up++) {
		struct pnrp_entry *gone = NULL;
		enter(o, side_of(&o->leaves, up), e, &gone);
		if (gone && !stands_in(o, gone))
			gone->leaf_of--;
	}
	bool after = stands_in(o, e);
	e->leaf_of = (uint16_t)(e->leaf_of + (after && !before));
	return after && !before;
}

bool pnrp_leaf_insert(struct pnrp *p, struct pnrp_entry *e)
{
	bool news = false;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && insert(o, e))
			news = true;
	}
	return news;
}

static bool leave(struct side s, const struct pnrp_entry *e)
{
	uint8_t i = 0;
	while (i < *s.n && s.member[i] != e)
		i++;
	if (i == *s.n)
		return false;
	--*s.n;
	memmove(s.member + i, s.member + i + 1, (size_t)(*s.n - i) * sizeof(*s.member));
	return true;
}

/* The next of the cache going that way; NULL once round. */
static struct pnrp_entry *outwards(const struct pnrp *p, const struct pnrp_own *o,
				   const struct pnrp_entry *from, bool up)
{
	const struct pnrp_id *id = from ? &from->id : &o->id;
	struct pnrp_entry *e = up ? pnrp_cache_above(p->cache, id) : pnrp_cache_below(p->cache, id);
	if (!e || !from)
		return e;
	struct pnrp_id was = away(o, &from->id, up), is = away(o, &e->id, up);
	return pnrp_id_cmp(&is, &was) > 0 ? e : NULL;
}

void pnrp_leaf_fill(struct pnrp *p, struct pnrp_own *o)
{
	for (int up = 0; up < 2; up++) {
		struct pnrp_entry *e = outwards(p, o, NULL, up);
		for (; e && side_wants(o, &e->id, up); e = outwards(p, o, e, up)) {
			if (e->proven)
				insert(o, e);
			else
				p->leaves_stale = true;
		}
	}
}

void pnrp_leaf_empty(struct pnrp *p, struct pnrp_own *o)
{
	for (uint32_t i = 0; i < pnrp_cache_count(p->cache); i++) {
		struct pnrp_entry *e = pnrp_cache_at(p->cache, i);
		e->leaf_of = (uint16_t)(e->leaf_of - stands_in(o, e));
	}
	o->leaves = (struct pnrp_leafset){ .n_above = 0 };
}

/* PNRP-5.12: so many of the nearest, whether they are proven or not, as a side holds. */
static void ask_side(struct pnrp *p, const struct pnrp_own *o, bool up, struct mono now)
{
	struct pnrp_entry *e = outwards(p, o, NULL, up);
	for (int i = 0; e && i < PNRP_LEAVES; i++, e = outwards(p, o, e, up)) {
		struct pnrp_route r;
		pnrp_entry_route(e, &r);
		if (!e->proven && lacks(o, &e->id))
			pnrp_add(p, &r, NULL, now);
	}
}

void pnrp_leaf_ask(struct pnrp *p, struct mono now)
{
	p->leaves_stale = false;
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (o->leaving)
			continue;
		ask_side(p, o, true, now);
		ask_side(p, o, false, now);
	}
}

void pnrp_leaf_drop(struct pnrp *p, struct pnrp_entry *e)
{
	if (!e->leaf_of)
		return;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		bool above = leave(side_of(&o->leaves, true), e);
		bool below = leave(side_of(&o->leaves, false), e);
		if ((above || below) && !o->leaving)
			pnrp_leaf_fill(p, o);
	}
	e->leaf_of = 0;
}
