/* Whom a cached claim came from, and when: a number and an epoch in each, which
 * stay right when the peer moves in the configuration or leaves it. */
#include "masc/masc_int.h"

#define TELLERS_FIRST 8

static size_t free_number(struct tellers *t)
{
	while (t->free_from < t->n && t->all[t->free_from].peer)
		t->free_from++;
	return t->free_from;
}

static enum err grow(struct tellers *t, const struct env *env)
{
	size_t room = t->room ? 2 * t->room : TELLERS_FIRST;
	if (t->room >= TELLER_NONE)
		return ERR_FULL;
	struct teller *all = env_resize(env, t->all, room * sizeof(*all));
	if (!all)
		return ERR_NOMEM;
	t->all = all;
	t->room = room;
	return OK;
}

enum err teller_add(struct peer *p)
{
	struct tellers *t = &p->m->tellers;
	size_t i = free_number(t);
	enum err e = i == t->room ? grow(t, p->m->env) : OK;
	if (e != OK)
		return e;
	if (i >= TELLER_NONE)
		return ERR_FULL;
	if (i == t->n)
		t->all[t->n++] = (struct teller){ .window = MONO_NEVER };
	t->all[i].peer = p;
	t->all[i].first = t->all[i].epoch;
	p->teller = (uint16_t)i;
	return OK;
}

/* The next one with this number begins in an epoch of its own: what this one
 * told stays stale. */
void teller_drop(struct peer *p)
{
	struct tellers *t = &p->m->tellers;
	if (p->teller == TELLER_NONE)
		return;
	struct teller *x = &t->all[p->teller];
	bool told = x->epoch != x->first;
	*x = (struct teller){ .epoch = (uint16_t)(x->epoch + 1), .window = MONO_NEVER };
	if (p->teller < t->free_from)
		t->free_from = p->teller;
	p->m->sync.orphaned = p->m->sync.orphaned || told;
	p->teller = TELLER_NONE;
}

struct teller *teller_of(const struct masc *m, uint16_t number, uint16_t epoch)
{
	const struct tellers *t = &m->tellers;
	if (number >= t->n || !t->all[number].peer)
		return NULL;
	struct teller *x = &t->all[number];
	bool its = (uint16_t)(epoch - x->first) <= (uint16_t)(x->epoch - x->first);
	return its ? x : NULL;
}
