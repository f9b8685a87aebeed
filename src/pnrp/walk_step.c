/* What a walk asks next: steps 7 to 10 of digest 10.2. */
#include "pnrp/walk_int.h"

#define REFILL 24 /* a path names no more, so one of these was not asked yet */

/* Where n would be asked. False: nowhere, or often enough (PNRP-7.10). */
static bool may_ask(struct pnrp *p, struct pnrp_walk *w, uint8_t n)
{
	struct pnrp_walk_node *node = pnrp_walk_at(w, n);
	if (node->distrusted || node->ours)
		return false;
	if (!node->uses && !pnrp_choose(p, &node->route, node->silent, &node->at))
		return false;
	return pnrp_walk_uses(w, &node->at) < PNRP_WALK_USES;
}

/* A28, PNRP-7.8: the walk's own stack is empty, and what is cached may know another way. */
static uint8_t refill(struct pnrp *p, struct pnrp_walk *w)
{
	struct pnrp_entry *near[REFILL];
	if (w->reason != PNRP_REASON_REQUEST)
		return PNRP_WALK_NONE;
	size_t n = pnrp_cache_nearest(p->cache, &w->target, &w->path, near, REFILL);
	for (size_t i = 0; i < n; i++) {
		struct pnrp_route r;
		pnrp_entry_route(near[i], &r);
		uint32_t known = w->n_nodes;
		uint8_t at = pnrp_walk_know(p, w, &r);
		bool fresh = at != PNRP_WALK_NONE && at >= known;
		if (fresh && !pnrp_walk_has_found(w, &r.id) && may_ask(p, w, at))
			return at;
	}
	return PNRP_WALK_NONE;
}

/* PNRP-7.9 */
static bool is_spent(const struct pnrp_walk *w)
{
	return w->suspicious > PNRP_WALK_SUSPICIOUS || w->useful > PNRP_WALK_HOPS;
}

static uint8_t next_hop(struct pnrp *p, struct pnrp_walk *w)
{
	if (is_spent(w))
		return PNRP_WALK_NONE;
	while (w->hops.n) {
		uint8_t n = pnrp_walk_pop(&w->hops);
		if (may_ask(p, w, n))
			return n;
	}
	bool enough = w->best != PNRP_WALK_NONE &&
		      pnrp_walk_accepts(w, &pnrp_walk_at(w, w->best)->route.id);
	return enough ? PNRP_WALK_NONE : refill(p, w);
}

/* PNRP-7.7 */
static void write_lookup(struct pnrp *p, struct pnrp_walk *w, uint8_t n, struct pnrp_lookup *l)
{
	bool small = pnrp_cache_count(p->cache) < PNRP_WALK_SMALL;
	*l = (struct pnrp_lookup){
		.flags = small || w->n_found ? PNRP_LOOKUP_ANY : 0,
		.precision = (uint16_t)w->precision,
		.criteria = (uint8_t)w->criteria,
		.reason = (uint8_t)w->reason,
		.target = w->target,
		.validate = pnrp_walk_at(w, n)->route.id,
		.has_best = w->best != PNRP_WALK_NONE,
		.path = w->path,
	};
	if (l->has_best)
		l->best = pnrp_walk_at(w, w->best)->route;
}

static bool lookup(struct pnrp *p, struct pnrp_walk *w, uint8_t n, struct mono now)
{
	struct pnrp_walk_node *node = pnrp_walk_at(w, n);
	struct pnrp_message m = { .type = PNRP_LOOKUP };
	write_lookup(p, w, n, &m.lookup);
	struct pnrp_pending *asked = pnrp_ask(p, PNRP_WAIT_LOOKUP, &m, &node->at, w, now);
	if (!asked)
		return false;
	struct pnrp_entry *e = pnrp_cache_find(p->cache, &node->route.id);
	if (e)
		e->used = now;
	node->uses++;
	w->state = PNRP_WALK_LOOKING;
	w->hop = n;
	w->message_id = asked->message_id;
	w->sent = now;
	return true;
}

/* PNRP-7.11. The nonce makes an old proof worthless. X asks for up to 66 octets for each one, so
 * only who wants them sets it (correction 11). */
bool pnrp_walk_inquire(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	const struct pnrp_walk_node *node = pnrp_walk_at(w, w->best);
	bool payload = w->reason == PNRP_REASON_REQUEST && w->query.want_payload;
	w->inquiry = (struct pnrp_asked){ .id = node->route.id, .payload = payload };
	p->env->random(p->env->ctx, w->inquiry.nonce, sizeof(w->inquiry.nonce));
	struct pnrp_message m = { .type = PNRP_INQUIRE };
	m.inquire.flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN;
	if (payload)
		m.inquire.flags |= PNRP_INQUIRE_PAYLOAD;
	m.inquire.validate = node->route.id;
	m.inquire.has_nonce = true;
	memcpy(m.inquire.nonce, w->inquiry.nonce, sizeof(m.inquire.nonce));
	struct pnrp_pending *asked = pnrp_ask(p, PNRP_WAIT_INQUIRE, &m, &node->at, w, now);
	if (!asked)
		return false;
	w->state = PNRP_WALK_INQUIRING;
	w->message_id = asked->message_id;
	w->sent = now;
	return true;
}

/* A29, PNRP-7.18 */
void pnrp_walk_reject(struct pnrp_walk *w)
{
	pnrp_walk_at(w, w->best)->distrusted = true;
	do
		w->best = pnrp_walk_pop(&w->bests);
	while (w->best != PNRP_WALK_NONE && pnrp_walk_at(w, w->best)->distrusted);
}

static enum err refusal(const struct pnrp *p)
{
	if (!p->n_local)
		return ERR_UNREACHABLE;
	return p->n_pending >= p->o.limits.pending ? ERR_FULL : ERR_NOMEM;
}

static bool wants_exchange(const struct pnrp_walk *w)
{
	return w->reason == PNRP_REASON_REQUEST && w->query.want_payload;
}

/* The best match shall prove itself. */
static void settle(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	const struct pnrp_walk_node *node = pnrp_walk_at(w, w->best);
	if (w->reason == PNRP_REASON_MAINTENANCE) {
		pnrp_walk_end(p, w, OK, now);
	} else if (node->ours) {
		pnrp_query_found(p, w, NULL, now);
	} else if (wants_exchange(w) && pnrp_talk_exchange(p, &node->at, w, now) == OK) {
		w->state = PNRP_WALK_EXCHANGING;
		w->sent = now;
	} else if (!pnrp_walk_inquire(p, w, now)) {
		pnrp_walk_end(p, w, refusal(p), now);
	}
}

static bool best_is(const struct pnrp_walk *w,
		    bool (*predicate)(const struct pnrp_walk *, const struct pnrp_id *))
{
	return w->best != PNRP_WALK_NONE && predicate(w, &w->nodes[w->best].route.id);
}

void pnrp_walk_step(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	for (;;) {
		if (best_is(w, pnrp_walk_stops)) {
			settle(p, w, now);
			return;
		}
		uint8_t n = next_hop(p, w);
		if (n != PNRP_WALK_NONE) {
			if (!lookup(p, w, n, now))
				pnrp_walk_end(p, w, refusal(p), now);
			return;
		}
		if (best_is(w, pnrp_walk_accepts)) {
			settle(p, w, now);
			return;
		}
		if (w->reason != PNRP_REASON_REQUEST || !pnrp_query_again(p, w)) {
			pnrp_walk_end(p, w, p->n_local ? ERR_NOT_FOUND : ERR_UNREACHABLE, now);
			return;
		}
	}
}

void pnrp_walk_exchanged(struct pnrp *p, void *walk, bool done, struct mono now)
{
	struct pnrp_walk *w = walk;
	(void)done; /* some give a payload to anyone: asked all the same */
	if (w->state == PNRP_WALK_EXCHANGING && !pnrp_walk_inquire(p, w, now))
		pnrp_walk_end(p, w, refusal(p), now);
}
