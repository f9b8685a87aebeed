/* Route entries on trial (digest 10.5): nothing is cached on hearsay. The node at the
 * address is asked for its ID; where it would stand in a leaf set it proves it.
 * PNRP-5.1 to 5.5 */
#include "pnrp/pnrp_int.h"

struct pnrp_add {
	struct list in; /* pnrp.adds */
	struct pnrp_route route;
	bool proof;    /* a CPA is wanted */
	bool by_flood; /* `flooded` counts */
	uint8_t nonce[PNRP_NONCE];
	struct pnrp_endpoint from; /* who told of it; port 0: we ourselves */
	struct pnrp_id addressed;
	struct pnrp_path flooded;
	size_t revoke_n; /* a revocation that waits for the answer */
	uint8_t revoke[];
};

static struct pnrp_add *find(const struct pnrp *p, const struct pnrp_id *id)
{
	LIST_EACH(at, next, &p->adds)
	{
		struct pnrp_add *a = LIST_ENTRY(at, struct pnrp_add, in);
		if (pnrp_id_eq(&a->route.id, id))
			return a;
	}
	return NULL;
}

bool pnrp_add_is_pending(const struct pnrp *p, const struct pnrp_id *id)
{
	return find(p, id);
}

static void end(struct pnrp *p, struct pnrp_add *a)
{
	list_take(&a->in);
	p->n_adds--;
	env_free(p->env, a);
}

void pnrp_add_free_all(struct pnrp *p)
{
	LIST_EACH(at, next, &p->adds)
	end(p, LIST_ENTRY(at, struct pnrp_add, in));
}

/* PNRP-5.1: of a route only what this cloud may send to, and what is not our own. */
static bool keep_ours(const struct pnrp *p, struct pnrp_route *r, bool loopback)
{
	uint8_t n = 0;
	bool others = false;
	for (uint8_t i = 0; i < r->n; i++) {
		struct pnrp_endpoint e = { .port = r->port };
		memcpy(e.ip, r->ip[i], 16);
		struct addr a = pnrp_endpoint_addr(&e, 0);
		if (!pnrp_may_send(p, &e) || (addr_is_loopback(&a) && !loopback))
			continue;
		others = others || !pnrp_is_own_endpoint(p, &e);
		memmove(r->ip[n++], e.ip, 16);
	}
	r->n = n;
	return others;
}

static bool wants(const struct pnrp *p, const struct pnrp_id *id)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && pnrp_leaf_wants(o, id))
			return true;
	}
	return false;
}

static bool is_elsewhere(const struct pnrp_entry *e, const struct pnrp_route *r)
{
	struct pnrp_route known;
	pnrp_entry_route(e, &known);
	return !pnrp_route_same_addresses(&known, r);
}

/* PNRP-5.2 and correction 2: what is known at these addresses, and stands wherever it
 * falls, is not asked again. */
static bool is_known(const struct pnrp *p, const struct pnrp_route *r)
{
	const struct pnrp_entry *e = pnrp_cache_find(p->cache, &r->id);
	if (find(p, &r->id))
		return true;
	return e && !pnrp_leaf_wanted(p, &r->id) && !is_elsewhere(e, r);
}

static struct pnrp_add *add_new(struct pnrp *p, const struct pnrp_route *r, struct span revoke,
				struct mono now)
{
	if (p->n_adds >= p->o.limits.adds) {
		pnrp_tell_full(p, "additions", now);
		return NULL;
	}
	struct pnrp_add *a = env_zalloc(p->env, 1, sizeof(*a) + revoke.n);
	if (!a) {
		p->starved = true;
		return NULL;
	}
	a->route = *r;
	a->revoke_n = revoke.n;
	if (revoke.n)
		memcpy(a->revoke, revoke.p, revoke.n);
	list_push_back(&p->adds, &a->in);
	p->n_adds++;
	return a;
}

static void remember(struct pnrp_add *a, const struct pnrp_origin *origin)
{
	a->from = origin->from;
	a->addressed = origin->addressed;
	a->by_flood = origin->flooded;
	if (a->by_flood)
		a->flooded = *origin->flooded;
}

/* PNRP-5.3 */
static bool inquire(struct pnrp *p, struct pnrp_add *a, struct mono now)
{
	struct pnrp_endpoint to;
	struct pnrp_message m = { .type = PNRP_INQUIRE };
	m.inquire.validate = a->route.id;
	if (a->proof) {
		m.inquire.flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN;
		m.inquire.has_nonce = true;
		memcpy(m.inquire.nonce, a->nonce, sizeof(a->nonce));
	}
	return pnrp_choose(p, &a->route, 0, &to) &&
	       pnrp_ask(p, PNRP_WAIT_CHECK, &m, &to, a, now) != NULL;
}

void pnrp_add(struct pnrp *p, const struct pnrp_route *r, const struct pnrp_origin *origin,
	      struct mono now)
{
	struct pnrp_route route = *r;
	bool loopback = !origin || origin->over_loopback;
	if (pnrp_id_is_zero(&r->id) || pnrp_own_find(p, &r->id) ||
	    !keep_ours(p, &route, loopback) || is_known(p, &route))
		return;
	if (origin && !pnrp_guard_allows(p, PNRP_COST_INQUIRY, &origin->from, now))
		return;
	struct pnrp_add *a = add_new(p, &route, span_of(NULL, 0), now);
	if (!a)
		return;
	a->proof = wants(p, &r->id);
	if (a->proof)
		p->env->random(p->env->ctx, a->nonce, sizeof(a->nonce));
	if (origin)
		remember(a, origin);
	if (!inquire(p, a, now))
		end(p, a);
}

void pnrp_add_confirm(struct pnrp *p, const struct pnrp_route *r, struct span revoke,
		      const struct pnrp_path *flooded, struct mono now)
{
	struct pnrp_add *a = find(p, &r->id) ? NULL : add_new(p, r, revoke, now);
	if (!a)
		return;
	a->flooded = *flooded;
	if (!inquire(p, a, now))
		end(p, a);
}

void pnrp_add_probe(struct pnrp *p, struct pnrp_entry *e, struct mono now)
{
	const struct pnrp_path nobody = { .n = 0 };
	struct pnrp_route r;
	pnrp_entry_route(e, &r);
	pnrp_add_confirm(p, &r, span_of(NULL, 0), &nobody, now);
}

/* The addresses of an entry are those that its node signed (digest 10.5 step 5). */
static bool signed_addresses(const struct pnrp *p, const struct pnrp_route *r,
			     const struct pnrp_cpa *cpa)
{
	struct pnrp_route theirs = { .id = r->id, .port = r->port };
	for (size_t i = 0; i < cpa->n_nodes; i++) {
		if (cpa->node[i].port != r->port)
			return false;
		if (pnrp_may_send(p, &cpa->node[i]))
			memcpy(theirs.ip[theirs.n++], cpa->node[i].ip, 16);
	}
	return pnrp_route_same_addresses(&theirs, r);
}

/* PNRP-5.4 */
static enum pnrp_verdict judge(struct pnrp *p, const struct pnrp_add *a,
			       const struct pnrp_buffer *b, struct mono now)
{
	struct pnrp_answer answer;
	struct pnrp_asked asked = { .id = a->route.id };
	memcpy(asked.nonce, a->nonce, sizeof(asked.nonce));
	if (!b->cpa.n)
		return PNRP_VERDICT_NO_CPA;
	enum pnrp_verdict v =
		pnrp_judge(p->crypto, p->profile, b, &asked, pnrp_wall_now(p, now), &answer);
	if (v == PNRP_VERDICT_GOOD && !signed_addresses(p, &a->route, &answer.cpa))
		v = PNRP_VERDICT_ADDRESSES;
	return v;
}

static void accept(struct pnrp *p, const struct pnrp_add *a, struct mono now)
{
	struct pnrp_origin origin = {
		.from = a->from,
		.flooded = a->by_flood ? &a->flooded : NULL,
		.addressed = a->addressed,
	};
	const struct pnrp_entry *before = pnrp_cache_find(p->cache, &a->route.id);
	bool moved = before && is_elsewhere(before, &a->route);
	struct pnrp_entry *e = pnrp_cache_put(p->cache, &a->route, a->proof, now);
	if (!e)
		return;
	if (!e->proven)
		p->leaves_stale = p->leaves_stale || pnrp_leaf_wanted(p, &e->id);
	/* PNRP-6.17 */
	else if (pnrp_leaf_insert(p, e) || (moved && e->leaf_of))
		pnrp_flood_news(p, e, a->from.port ? &origin : NULL, now);
}

/* The ID is not there, or nobody is. */
static void refuted(struct pnrp *p, struct pnrp_add *a, const struct pnrp_pending *w,
		    struct mono now)
{
	if (a->revoke_n)
		pnrp_flood_revoke(p, &w->validate, span_of(a->revoke, a->revoke_n), &a->flooded,
				  now);
	else
		pnrp_cache_disown(p->cache, &w->validate, &w->to);
}

void pnrp_add_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
		       struct mono now)
{
	struct pnrp_add *a = w->owner;
	enum pnrp_verdict v = PNRP_VERDICT_GOOD;
	if (b->flags & PNRP_AUTHORITY_NOT) {
		refuted(p, a, w, now);
	} else if (a->proof) {
		v = judge(p, a, b, now);
		pnrp_note_verdict(p, v, now);
		if (v == PNRP_VERDICT_GOOD)
			accept(p, a, now);
	} else {
		accept(p, a, now);
	}
	end(p, a);
}

void pnrp_add_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	refuted(p, w->owner, w, now);
	end(p, w->owner);
}
