#include "sim/world_int.h"

#define IP_KEY 17

static void ip_key(const struct addr *a, uint8_t key[IP_KEY])
{
	key[0] = a->family;
	memcpy(key + 1, a->ip, sizeof(a->ip));
}

struct site *site_at(struct world *w, const struct addr *a)
{
	uint8_t key[IP_KEY];
	ip_key(a, key);
	return map_get(&w->by_addr, span_of(key, sizeof(key)));
}

void site_gone(struct world *w, const struct addr *a)
{
	uint8_t key[IP_KEY];
	ip_key(a, key);
	(void)map_take(&w->by_addr, span_of(key, sizeof(key)));
}

static enum err add_address(struct world *w, struct site *s, const struct addr *a)
{
	uint8_t key[IP_KEY];
	ip_key(a, key);
	void *kept = arena_copy(&w->arena, span_of(key, sizeof(key)));
	return kept ? map_put(&w->by_addr, span_of(kept, sizeof(key)), s) : ERR_NOMEM;
}

void site_here(struct world *w, struct site *s, const struct addr *a)
{
	if (add_address(w, s, a))
		w->err = ERR_NOMEM;
}

static void edge_key(uint32_t a, uint32_t b, uint8_t key[8])
{
	uint32_t pair[2] = { a < b ? a : b, a < b ? b : a };
	memcpy(key, pair, sizeof(pair));
}

static struct edge *edge_add(struct world *w, uint32_t a, uint32_t b, struct scn_range delay,
			     const struct dgram_path *path)
{
	struct edge *e = arena_alloc(&w->arena, sizeof(*e));
	if (!e) {
		w->err = ERR_NOMEM;
		return NULL;
	}
	e->a = a < b ? a : b;
	e->b = a < b ? b : a;
	e->delay = delay;
	e->path = *path;
	list_init(&e->streams);
	edge_key(a, b, e->key);
	if (map_put(&w->edges, span_of(e->key, sizeof(e->key)), e) == OK)
		return e;
	w->err = ERR_NOMEM;
	return NULL;
}

struct edge *edge_find(struct world *w, uint32_t a, uint32_t b)
{
	uint8_t key[8];
	edge_key(a, b, key);
	return map_get(&w->edges, span_of(key, sizeof(key)));
}

/* SIM-2.1. Raw peers are linked with everybody, nodes as the scenario says. */
struct edge *edge_between(struct world *w, uint32_t a, uint32_t b)
{
	struct edge *e = edge_find(w, a, b);
	if (e)
		return e;
	bool raw = w->s->sites[a].raw || w->s->sites[b].raw;
	return raw || w->has_default ? edge_add(w, a, b, w->default_delay, &w->default_path) : NULL;
}

enum err edges_init(struct world *w)
{
	w->default_delay = (struct scn_range){ 1 * MONO_MS, 5 * MONO_MS };
	w->default_path = (struct dgram_path){ .low = 1 * MONO_MS, .high = 5 * MONO_MS };
	for (size_t i = 0; i < w->s->n_sites; i++)
		for (size_t j = 0; j < w->s->sites[i].n_addrs; j++)
			if (add_address(w, w->sites[i], &w->s->sites[i].addrs[j]))
				return ERR_NOMEM;
	for (size_t i = 0; i < w->s->n_links; i++) {
		const struct scn_link *l = &w->s->links[i];
		if (l->a == SCN_NO_SITE) {
			w->default_delay = l->delay;
			w->default_path = l->path;
			w->has_default = true;
		} else if (!edge_add(w, l->a, l->b, l->delay, &l->path)) {
			return ERR_NOMEM;
		}
	}
	return OK;
}

void edges_free(struct world *w)
{
	map_free(&w->edges);
	map_free(&w->by_addr);
}

int64_t edge_delay(const struct stream *st, struct world *w)
{
	struct scn_range delay = st->edge ? st->edge->delay : w->default_delay;
	return rng_between(&w->net, delay.low, delay.high);
}

void edge_cut(struct world *w, struct edge *e)
{
	if (e->cut)
		return;
	e->cut = true;
	e->cut_at = w->now;
	w->cuts++;
}

/* What was held up comes with its sender's next try: the longer the link was
 * cut, the longer that takes. */
#define RETRY_MAX (30 * MONO_SEC)

void edge_heal(struct world *w, struct edge *e)
{
	if (!e->cut)
		return;
	tally_heal(w, e);
	e->cut = false;
	w->cuts--;
	int64_t lasted = w->now - e->cut_at;
	LIST_EACH(i, next, &e->streams)
	{
		struct stream *st = LIST_ENTRY(i, struct stream, on_edge);
		int64_t after = rng_between(&w->net, 0, lasted < RETRY_MAX ? lasted : RETRY_MAX);
		stream_arm(&st->end[0], w->now + after);
		stream_arm(&st->end[1], w->now + after);
	}
}
