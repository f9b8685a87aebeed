/* MASC-11.5: orders. What comes next is found before the present claim is given
 * out, so that this one may be removed: nodes with claims stay where they are. */
#include "masc/table_int.h"

static const struct trie_node *node_of(const struct table *t, uint32_t claim)
{
	return trie_at(&t->trie, slots_at(&t->slots, claim)->node);
}

static uint32_t claims_at(const struct table *t, uint32_t node)
{
	return node ? trie_at(&t->trie, node)->claims : 0;
}

/* The first of the narrower covers than `length`, else of what lies inside. */
static uint32_t cover_from(struct table_walk *w, uint8_t least)
{
	const struct trie *trie = &w->t->trie;
	const struct trie_spot *s = trie_find(trie, &w->p);
	for (unsigned i = 0; i < s->n_covers; i++)
		if (trie_at(trie, s->covers[i])->length >= least)
			return claims_at(w->t, s->covers[i]);
	if (w->covers_only)
		return 0;
	uint32_t top = trie_inside(trie, s);
	if (!top)
		return 0;
	if (trie_at(trie, top)->length > w->p.length)
		return claims_at(w->t, trie_first(trie, top));
	return claims_at(w->t, trie_next(trie, top, w->p.length));
}

static uint32_t walk_after(struct table_walk *w, uint32_t r)
{
	uint32_t chain = slots_at(&w->t->slots, r)->chain;
	if (chain)
		return chain;
	const struct trie_node *n = node_of(w->t, r);
	if (n->length <= w->p.length)
		return cover_from(w, (uint8_t)(n->length + 1));
	uint32_t node = slots_at(&w->t->slots, r)->node;
	return claims_at(w->t, trie_next(&w->t->trie, node, w->p.length));
}

static void walk_init(const struct table *t, const struct masc_prefix *p, struct table_walk *w)
{
	w->t = t;
	w->p = *p;
	w->next = p->family == t->family ? cover_from(w, 0) : 0;
}

static uint32_t walk_next(struct table_walk *w)
{
	uint32_t r = w->next;
	if (r)
		w->next = walk_after(w, r);
	return r;
}

void table_overlaps(const struct table *t, const struct masc_prefix *p, struct table_walk *w)
{
	w->covers_only = false;
	walk_init(t, p, w);
}

uint32_t table_overlaps_next(struct table_walk *w)
{
	return walk_next(w);
}

void table_covers(const struct table *t, const struct masc_prefix *p, struct table_walk *w)
{
	w->covers_only = true;
	walk_init(t, p, w);
}

uint32_t table_covers_next(struct table_walk *w)
{
	return walk_next(w);
}

uint32_t table_each(const struct table *t, uint32_t after)
{
	return slots_after(&t->slots, after);
}

/* Of the claims at a node, the lowest number above r. */
static uint32_t lowest_above(const struct table *t, uint32_t node, uint32_t r)
{
	uint32_t best = 0;
	for (uint32_t c = claims_at(t, node); c; c = slots_at(&t->slots, c)->chain)
		if (c > r && (!best || c < best))
			best = c;
	return best;
}

uint32_t table_after(const struct table *t, const struct masc_prefix *p, uint32_t r)
{
	const struct trie *trie = &t->trie;
	if (!p)
		return lowest_above(t, trie_first(trie, trie->root), 0);
	if (p->family != t->family)
		return 0;
	const struct trie_spot *s = trie_find(trie, p);
	uint32_t same = lowest_above(t, trie_exact(trie, s), r);
	return same ? same : lowest_above(t, trie_behind(trie, s), 0);
}
