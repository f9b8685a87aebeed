/* FLOODs that we begin or pass on (digest 11.2, 13.2, 13.4, correction 1). Whom to tell
 * is chosen among those that the list of already flooded endpoints does not name. */
#include "pnrp/flood_int.h"

void pnrp_path_push(struct pnrp_path *path, const struct pnrp_endpoint *e)
{
	for (uint8_t i = 0; i < path->n; i++)
		if (pnrp_endpoint_eq(&path->at[i], e))
			return;
	if (path->n == PNRP_PATH_MAX)
		memmove(path->at, path->at + 1, --path->n * sizeof(*e));
	path->at[path->n++] = *e;
}

struct receivers {
	struct pnrp_entry *at[3];
	size_t n;
};

static void push_entry(const struct pnrp *p, struct pnrp_path *path, const struct pnrp_entry *e)
{
	struct pnrp_route r;
	struct pnrp_endpoint to;
	pnrp_entry_route(e, &r);
	if (pnrp_choose(p, &r, 0, &to))
		pnrp_path_push(path, &to);
}

/* PNRP-6.16: not X, not another ID of its node, nobody on the list, nobody twice. */
static bool eligible(const struct pnrp_entry *e, const struct pnrp_entry *x,
		     const struct pnrp_path *flooded, const struct receivers *r)
{
	struct pnrp_path own = { .n = 1 };
	if (e == x || pnrp_entry_in(e, flooded))
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] == e)
			return false;
	for (uint8_t i = 0; i < x->n; i++) {
		own.at[0].port = x->port;
		memcpy(own.at[0].ip, x->ip[i], 16);
		if (pnrp_entry_in(e, &own))
			return false;
	}
	return true;
}

/* The nearest eligible of the cache, above X or below. */
static void beside(const struct pnrp *p, const struct pnrp_entry *x, bool up,
		   const struct pnrp_path *flooded, struct receivers *r)
{
	const struct pnrp_entry *last = x;
	for (uint32_t i = 0; i < pnrp_cache_count(p->cache); i++) {
		struct pnrp_entry *e = up ? pnrp_cache_above(p->cache, &last->id)
					  : pnrp_cache_below(p->cache, &last->id);
		if (!e || e == x)
			return;
		if (eligible(e, x, flooded, r)) {
			r->at[r->n++] = e;
			return;
		}
		last = e;
	}
}

/* Whether L lies above X, on the shorter way round. */
static bool lies_above(const struct pnrp_own *l, const struct pnrp_id *x)
{
	struct pnrp_id up = pnrp_id_up(x, &l->id), down = pnrp_id_up(&l->id, x);
	return pnrp_id_cmp(&up, &down) <= 0;
}

/* The next of L's leaf set, going away from X; NULL: none that is eligible. */
static struct pnrp_entry *outwards(const struct pnrp_own *l, const struct pnrp_entry *x, bool up,
				   const struct pnrp_path *flooded, const struct receivers *r)
{
	struct pnrp_entry *const *member = up ? l->leaves.above : l->leaves.below;
	size_t n = up ? l->leaves.n_above : l->leaves.n_below;
	for (size_t i = 0; i < n; i++)
		if (eligible(member[i], x, flooded, r))
			return member[i];
	return NULL;
}

static bool holds(const struct pnrp_own *o, const struct pnrp_entry *e, bool up)
{
	struct pnrp_entry *const *member = up ? o->leaves.above : o->leaves.below;
	size_t n = up ? o->leaves.n_above : o->leaves.n_below;
	for (size_t i = 0; i < n; i++)
		if (member[i] == e)
			return true;
	return false;
}

static struct pnrp_pending *send(struct pnrp *p, struct pnrp_message *m,
				 const struct pnrp_route *to, enum pnrp_wait kind, void *owner,
				 struct mono now)
{
	struct pnrp_endpoint at;
	m->flood.validate = to->id;
	return pnrp_choose(p, to, 0, &at) ? pnrp_ask(p, kind, m, &at, owner, now) : NULL;
}

static void send_entry(struct pnrp *p, struct pnrp_message *m, const struct pnrp_entry *to,
		       struct mono now)
{
	struct pnrp_route r;
	pnrp_entry_route(to, &r);
	(void)send(p, m, &r, PNRP_WAIT_FLOOD, NULL, now);
}

static struct pnrp_message flood_of_route(const struct pnrp_path *flooded)
{
	struct pnrp_message m = { .type = PNRP_FLOOD };
	m.flood.has_route = true;
	if (flooded)
		m.flood.flooded = *flooded;
	return m;
}

/* PNRP-6.18, correction 7: the newcomer learns of us, unless it told us itself; so does a
 * sender that knows us by another ID. */
static void tell_newcomer(struct pnrp *p, const struct pnrp_own *l, const struct pnrp_route *x,
			  const struct pnrp_origin *origin, struct mono now)
{
	struct pnrp_message m = flood_of_route(NULL);
	if (!origin || !origin->flooded || !pnrp_own_route(p, &l->id, &m.flood.route))
		return;
	pnrp_path_push(&m.flood.flooded, &p->local[0]);
	if (!pnrp_route_has(x, &origin->from))
		(void)send(p, &m, x, PNRP_WAIT_FLOOD, NULL, now);
	if (pnrp_id_is_zero(&origin->addressed) || pnrp_id_eq(&origin->addressed, &l->id))
		return;
	m.flood.validate = (struct pnrp_id){ { 0 } };
	(void)pnrp_ask(p, PNRP_WAIT_FLOOD, &m, &origin->from, NULL, now);
}

/* PNRP-6.17 */
static struct receivers choose(const struct pnrp *p, const struct pnrp_entry *e,
			       const struct pnrp_path *flooded)
{
	struct receivers r = { .n = 0 };
	beside(p, e, true, flooded, &r);
	beside(p, e, false, flooded, &r);
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *l = LIST_ENTRY(at, struct pnrp_own, in);
		if (l->leaving || !(holds(l, e, true) || holds(l, e, false)))
			continue;
		struct pnrp_entry *next_out = outwards(l, e, lies_above(l, &e->id), flooded, &r);
		if (next_out && r.n < 3)
			r.at[r.n++] = next_out;
	}
	return r;
}

void pnrp_flood_news(struct pnrp *p, const struct pnrp_entry *e, const struct pnrp_origin *origin,
		     struct mono now)
{
	struct pnrp_message m = flood_of_route(origin ? origin->flooded : NULL);
	struct receivers r = choose(p, e, &m.flood.flooded);
	pnrp_entry_route(e, &m.flood.route);
	pnrp_path_push(&m.flood.flooded, &p->local[0]);
	for (size_t i = 0; i < r.n; i++)
		push_entry(p, &m.flood.flooded, r.at[i]);
	for (size_t i = 0; i < r.n; i++)
		send_entry(p, &m, r.at[i], now);
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *l = LIST_ENTRY(at, struct pnrp_own, in);
		if (!l->leaving && (holds(l, e, true) || holds(l, e, false)))
			tell_newcomer(p, l, &m.flood.route, origin, now);
	}
}

/* PNRP-6.19: on to the next of each leaf set that held it, away from it. */
void pnrp_flood_revoke(struct pnrp *p, const struct pnrp_id *id, struct span cpa,
		       const struct pnrp_path *flooded, struct mono now)
{
	const struct pnrp_entry *e = pnrp_cache_find(p->cache, id);
	struct pnrp_message m = { .type = PNRP_FLOOD };
	if (!e)
		return;
	m.flood.revoke = cpa;
	m.flood.flooded = *flooded;
	pnrp_path_push(&m.flood.flooded, &p->local[0]);
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *l = LIST_ENTRY(at, struct pnrp_own, in);
		for (int up = 0; up < 2; up++) {
			/* Members above us were revoked from above: on downwards. */
			struct receivers none = { .n = 0 };
			struct pnrp_entry *to =
				holds(l, e, !up) ? outwards(l, e, up, &m.flood.flooded, &none)
						 : NULL;
			if (!to)
				continue;
			push_entry(p, &m.flood.flooded, to);
			send_entry(p, &m, to, now);
		}
	}
	pnrp_cache_remove(p->cache, id);
}

/* ---- goodbye (digest 11.2) */

static void part(struct pnrp *p, struct pnrp_own *o, struct pnrp_message *m,
		 const struct pnrp_entry *to, struct mono now)
{
	struct pnrp_route r;
	pnrp_entry_route(to, &r);
	if (send(p, m, &r, PNRP_WAIT_GOODBYE, o, now))
		o->goodbyes++;
}

static void revoke_own(struct pnrp *p, struct pnrp_own *o, const struct pnrp_entry *above,
		       const struct pnrp_entry *below, struct mono now)
{
	uint8_t cpa[PNRP_CPA_MAX];
	size_t n;
	struct pnrp_message m = { .type = PNRP_FLOOD };
	if (pnrp_own_cpa(p, o, NULL, true, cpa, sizeof(cpa), &n, now) != OK)
		return;
	m.flood.revoke = span_of(cpa, n);
	pnrp_path_push(&m.flood.flooded, &p->local[0]);
	push_entry(p, &m.flood.flooded, above);
	push_entry(p, &m.flood.flooded, below);
	part(p, o, &m, above, now);
	if (below != above)
		part(p, o, &m, below, now);
}

/* The two that become neighbours of each other's far ends learn of each other. */
static void introduce(struct pnrp *p, struct pnrp_own *o, const struct pnrp_entry *who,
		      const struct pnrp_entry *to, struct mono now)
{
	struct pnrp_message m = flood_of_route(NULL);
	if (who == to)
		return;
	pnrp_entry_route(who, &m.flood.route);
	pnrp_path_push(&m.flood.flooded, &p->local[0]);
	part(p, o, &m, to, now);
}

void pnrp_flood_goodbye(struct pnrp *p, struct pnrp_own *o, struct mono now)
{
	const struct pnrp_leafset *l = &o->leaves;
	if (!l->n_above || !l->n_below || !p->n_local)
		return;
	revoke_own(p, o, l->above[0], l->below[0], now);
	introduce(p, o, l->above[0], l->below[l->n_below - 1], now);
	introduce(p, o, l->below[0], l->above[l->n_above - 1], now);
}
