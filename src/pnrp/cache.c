/* The route entry cache: one array in ring order, found by binary search. An entry
 * belongs to the own ID that it is nearest to and to the narrowest level round that:
 * level k is a ring of width 2^256 / 10^k, and each may hold so many (digest 12).
 * PNRP-5.6 to 5.9 */
#include "pnrp/cache_int.h"

enum err pnrp_cache_new(struct pnrp_cache **out, struct pnrp *p)
{
	struct pnrp_cache *c = env_zalloc(p->env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	c->p = p;
	*out = c;
	return OK;
}

void pnrp_cache_free(struct pnrp_cache *c)
{
	if (!c)
		return;
	pnrp_cache_clear(c);
	env_free(c->p->env, c->at);
	env_free(c->p->env, c);
}

uint32_t pnrp_cache_count(const struct pnrp_cache *c)
{
	return (uint32_t)c->n;
}

/* The place of the first that is not below id. */
size_t pnrp_cache_place(const struct pnrp_cache *c, const struct pnrp_id *id)
{
	size_t low = 0, high = c->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (pnrp_id_cmp(&c->at[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct pnrp_entry *pnrp_cache_find(const struct pnrp_cache *c, const struct pnrp_id *id)
{
	size_t i = pnrp_cache_place(c, id);
	return i < c->n && pnrp_id_eq(&c->at[i]->id, id) ? c->at[i] : NULL;
}

struct pnrp_entry *pnrp_cache_above(const struct pnrp_cache *c, const struct pnrp_id *id)
{
	if (c->n == 0)
		return NULL;
	size_t i = pnrp_cache_place(c, id);
	if (i < c->n && pnrp_id_eq(&c->at[i]->id, id))
		i++;
	struct pnrp_entry *e = c->at[i % c->n];
	return pnrp_id_eq(&e->id, id) ? NULL : e;
}

struct pnrp_entry *pnrp_cache_below(const struct pnrp_cache *c, const struct pnrp_id *id)
{
	if (c->n == 0)
		return NULL;
	size_t i = pnrp_cache_place(c, id);
	struct pnrp_entry *e = c->at[(i + c->n - 1) % c->n];
	return pnrp_id_eq(&e->id, id) ? NULL : e;
}

/* From the target outwards, both ways round the ring at once, until all have been seen. */
size_t pnrp_cache_nearest(const struct pnrp_cache *c, const struct pnrp_id *target,
			  const struct pnrp_path *path, struct pnrp_entry **out, size_t most)
{
	size_t place = pnrp_cache_place(c, target), found = 0, up = 0, down = 0;
	while (up + down < c->n && found < most) {
		struct pnrp_entry *above = c->at[(place + up) % c->n];
		struct pnrp_entry *below = c->at[(place + 2 * c->n - 1 - down) % c->n];
		bool upwards = !pnrp_id_closer(&below->id, &above->id, target);
		struct pnrp_entry *e = upwards ? above : below;
		up += upwards;
		down += !upwards;
		if (!path || !pnrp_entry_in(e, path))
			out[found++] = e;
	}
	return found;
}

struct pnrp_entry *pnrp_cache_closest(const struct pnrp_cache *c, const struct pnrp_id *target,
				      const struct pnrp_path *path)
{
	struct pnrp_entry *e = NULL;
	return pnrp_cache_nearest(c, target, path, &e, 1) ? e : NULL;
}

struct pnrp_entry *pnrp_cache_at(const struct pnrp_cache *c, size_t n)
{
	return n < c->n ? c->at[n] : NULL;
}

void pnrp_entry_route(const struct pnrp_entry *e, struct pnrp_route *out)
{
	out->id = e->id;
	out->port = e->port;
	out->n = e->n;
	memcpy(out->ip, e->ip, (size_t)e->n * 16);
}

bool pnrp_entry_in(const struct pnrp_entry *e, const struct pnrp_path *path)
{
	for (size_t i = 0; i < path->n; i++)
		for (size_t k = 0; path->at[i].port == e->port && k < e->n; k++)
			if (memcmp(path->at[i].ip, e->ip[k], 16) == 0)
				return true;
	return false;
}

void pnrp_cache_take(struct pnrp_cache *c, size_t place)
{
	struct pnrp_entry *e = c->at[place];
	c->n--;
	memmove(c->at + place, c->at + place + 1, (c->n - place) * sizeof(*c->at));
	c->memory -= sizeof(*e) + (size_t)e->n * 16;
	pnrp_leaf_drop(c->p, e);
	env_free(c->p->env, e);
}

void pnrp_cache_remove(struct pnrp_cache *c, const struct pnrp_id *id)
{
	size_t place = pnrp_cache_place(c, id);
	if (place < c->n && pnrp_id_eq(&c->at[place]->id, id))
		pnrp_cache_take(c, place);
}

void pnrp_cache_disown(struct pnrp_cache *c, const struct pnrp_id *id,
		       const struct pnrp_endpoint *at)
{
	struct pnrp_path path = { .n = 1, .at = { *at } };
	const struct pnrp_entry *e = pnrp_cache_find(c, id);
	if (e && pnrp_entry_in(e, &path))
		pnrp_cache_remove(c, id);
}

void pnrp_cache_clear(struct pnrp_cache *c)
{
	while (c->n)
		pnrp_cache_take(c, c->n - 1);
}

/* A rotation of evenly spaced places: an even spread of what is known, another one
 * each time. */
size_t pnrp_cache_sample(struct pnrp_cache *c, struct pnrp_id *out, size_t most)
{
	size_t n = most < c->n ? most : c->n;
	size_t first = (size_t)env_random_below(c->p->env, c->n);
	for (size_t i = 0; i < n; i++)
		out[i] = c->at[(first + i * c->n / n) % c->n]->id;
	return n;
}

struct pnrp_entry *pnrp_cache_stale(struct pnrp_cache *c, struct mono before)
{
	size_t first = (size_t)env_random_below(c->p->env, c->n);
	for (size_t i = 0; i < c->n; i++) {
		struct pnrp_entry *e = c->at[(first + i) % c->n];
		if (e->answered.us < before.us)
			return e;
	}
	return NULL;
}

size_t pnrp_cache_memory(const struct pnrp_cache *c)
{
	return sizeof(*c) + c->room * sizeof(*c->at) + c->memory;
}
