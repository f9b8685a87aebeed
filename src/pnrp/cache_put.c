/* Entries come and are replaced. */
#include "pnrp/cache_int.h"

static bool grow(struct pnrp_cache *c)
{
	if (c->n < c->room)
		return true;
	size_t room = c->room ? c->room + c->room / 2 : 16;
	void *at = env_resize(c->p->env, c->at, room * sizeof(struct pnrp_entry *));
	if (!at) {
		c->p->starved = true;
		return false;
	}
	c->at = at;
	c->room = room;
	return true;
}

static struct pnrp_entry *entry_new(struct pnrp_cache *c, const struct pnrp_route *r)
{
	struct pnrp_entry *e = env_zalloc(c->p->env, 1, sizeof(*e) + (size_t)r->n * 16);
	if (!e) {
		c->p->starved = true;
		return NULL;
	}
	e->id = r->id;
	e->port = r->port;
	e->n = r->n;
	memcpy(e->ip, r->ip, (size_t)r->n * 16);
	c->memory += sizeof(*e) + (size_t)r->n * 16;
	struct pnrp_place at = pnrp_level_of(c->p, &r->id);
	e->home = at.home;
	e->level = at.level;
	return e;
}

static void swap_member(struct pnrp_entry **side, size_t n, const struct pnrp_entry *old,
			struct pnrp_entry *fresh)
{
	for (size_t i = 0; i < n; i++)
		if (side[i] == old)
			side[i] = fresh;
}

/* The same ID at other addresses: leaf sets hold the new entry in place of the old, if
 * it is proven; the old proof was of the old addresses. */
static struct pnrp_entry *readdress(struct pnrp_cache *c, size_t place, const struct pnrp_route *r,
				    bool proven)
{
	struct pnrp_entry *old = c->at[place];
	struct pnrp_entry *e = entry_new(c, r);
	if (!e)
		return NULL;
	if (!proven) {
		old->proven = false;
		pnrp_leaf_drop(c->p, old);
	}
	e->leaf_of = old->leaf_of;
	LIST_EACH(at, next, &c->p->own)
	{
		struct pnrp_leafset *l = &LIST_ENTRY(at, struct pnrp_own, in)->leaves;
		swap_member(l->above, l->n_above, old, e);
		swap_member(l->below, l->n_below, old, e);
	}
	c->at[place] = e;
	c->memory -= sizeof(*old) + (size_t)old->n * 16;
	env_free(c->p->env, old);
	return e;
}

static bool same_addresses(const struct pnrp_entry *e, const struct pnrp_route *r)
{
	struct pnrp_route mine;
	pnrp_entry_route(e, &mine);
	return pnrp_route_same_addresses(&mine, r);
}

static struct pnrp_entry *insert(struct pnrp_cache *c, const struct pnrp_route *r, bool proven)
{
	bool wanted = proven && pnrp_leaf_wanted(c->p, &r->id);
	size_t victim;
	if (!pnrp_level_victim(c, &r->id, wanted, &victim) || !grow(c))
		return NULL;
	struct pnrp_entry *e = entry_new(c, r);
	if (!e)
		return NULL;
	if (victim < c->n)
		pnrp_cache_take(c, victim);
	size_t place = pnrp_cache_place(c, &r->id);
	memmove(c->at + place + 1, c->at + place, (c->n - place) * sizeof(*c->at));
	c->at[place] = e;
	c->n++;
	return e;
}

struct pnrp_entry *pnrp_cache_put(struct pnrp_cache *c, const struct pnrp_route *r, bool proven,
				  struct mono now)
{
	size_t place = pnrp_cache_place(c, &r->id);
	struct pnrp_entry *e;
	if (place == c->n || !pnrp_id_eq(&c->at[place]->id, &r->id))
		e = insert(c, r, proven);
	else if (same_addresses(c->at[place], r))
		e = c->at[place];
	else
		e = readdress(c, place, r, proven);
	if (!e)
		return NULL;
	e->proven = e->proven || proven;
	e->answered = now;
	return e;
}
