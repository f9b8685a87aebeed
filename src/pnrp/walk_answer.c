/* What a walk makes of answers, and of none: digest 10.4. */
#include "pnrp/walk_int.h"

/* What is cached of a node, if it is the one at that endpoint. */
static struct pnrp_entry *cached(const struct pnrp *p, const struct pnrp_id *id,
				 const struct pnrp_endpoint *at)
{
	const struct pnrp_path one = { 1, { *at } };
	struct pnrp_entry *e = pnrp_cache_find(p->cache, id);
	return e && pnrp_entry_in(e, &one) ? e : NULL;
}

static void forget(struct pnrp *p, const struct pnrp_walk_node *node)
{
	if (cached(p, &node->route.id, &node->at))
		pnrp_cache_remove(p->cache, &node->route.id);
}

/* PNRP-7.13, digest 10.4 steps 4 and 5: whoever answers for its ID is real; the nearest so far
 * rides in what we ask next. */
static void meet(struct pnrp *p, struct pnrp_walk *w, uint8_t n, struct mono now)
{
	const struct pnrp_walk_node *node = pnrp_walk_at(w, n);
	const struct pnrp_id *id = &node->route.id;
	if (pnrp_id_is_zero(id))
		return; /* A59 */
	struct pnrp_entry *e = cached(p, id, &node->at);
	if (e)
		e->answered = now;
	pnrp_add(p, &node->route, NULL, now);
	if (node->distrusted || pnrp_walk_has_found(w, id))
		return;
	if (w->best != PNRP_WALK_NONE) {
		if (!pnrp_id_closer(id, &pnrp_walk_at(w, w->best)->route.id, &w->target))
			return;
		pnrp_walk_push(&w->bests, w->best);
	}
	w->best = n;
}

/* PNRP-7.14, step 9: nobody that was asked, but the one that answers (correction 3); none of ours;
 * nobody that cannot be asked again. */
static bool is_flagged(struct pnrp *p, const struct pnrp_walk *w, const struct pnrp_route *r,
		       const struct pnrp_endpoint *from)
{
	if (pnrp_id_is_zero(&r->id) || pnrp_own_find(p, &r->id) || pnrp_walk_has_found(w, &r->id))
		return true;
	for (uint8_t i = 0; i < r->n; i++) {
		struct pnrp_endpoint e = { .port = r->port };
		memcpy(e.ip, r->ip[i], sizeof(e.ip));
		if (pnrp_is_own_endpoint(p, &e))
			return true;
		if (!pnrp_endpoint_eq(&e, from) && pnrp_path_has(&w->path, &e))
			return true;
	}
	return false;
}

/* PNRP-7.15, step 10: near enough to be worth asking. */
static bool is_useful(const struct pnrp *p, const struct pnrp_walk *w, const struct pnrp_id *giver,
		      const struct pnrp_id *id)
{
	if (pnrp_id_eq(giver, id))
		return false; /* correction 4 */
	if (pnrp_id_is_zero(giver) || pnrp_id_closer(id, giver, &w->target))
		return true;
	if (w->n_found && pnrp_walk_stops(w, id))
		return true;
	return pnrp_cache_count(p->cache) < PNRP_WALK_SMALL;
}

/* PNRP-7.16, steps 6 to 10. The giver goes back on the stack below what it named. */
static enum pnrp_step follow(struct pnrp *p, struct pnrp_walk *w, uint8_t n, bool again,
			     const struct pnrp_route *r)
{
	const struct pnrp_endpoint from = pnrp_walk_at(w, n)->at;
	const struct pnrp_id giver = pnrp_walk_at(w, n)->route.id;
	bool flagged = is_flagged(p, w, r, &from);
	bool useful = !flagged && is_useful(p, w, &giver, &r->id);
	again = again && pnrp_walk_at(w, n)->uses < PNRP_WALK_USES;
	if (again && (flagged || useful))
		pnrp_walk_push(&w->hops, n);
	if (!useful)
		return PNRP_STEP_USELESS;
	uint8_t next = pnrp_walk_know(p, w, r);
	if (next != PNRP_WALK_NONE)
		pnrp_walk_push(&w->hops, next);
	return PNRP_STEP_REFERRAL;
}

/* PNRP-7.12 */
static enum pnrp_step take_lookup(struct pnrp *p, struct pnrp_walk *w, uint8_t n,
				  const struct pnrp_buffer *b, struct mono now)
{
	bool gone =
		b->flags & PNRP_AUTHORITY_NOT && !pnrp_id_is_zero(&pnrp_walk_at(w, n)->route.id);
	bool busy = b->flags & PNRP_AUTHORITY_BUSY, leaf = b->flags & PNRP_AUTHORITY_LEAF;
	enum pnrp_step step = leaf ? PNRP_STEP_LEAF : PNRP_STEP_NOTHING;
	pnrp_walk_path_add(w, &pnrp_walk_at(w, n)->at);
	w->useful++;
	w->asked++;
	if (leaf && !busy)
		w->suspicious++; /* A36: who is busy has not looked */
	if (gone)
		forget(p, pnrp_walk_at(w, n));
	else
		meet(p, w, n, now);
	if (b->has_route && !busy)
		step = follow(p, w, n, !gone, &b->route);
	if (gone)
		return PNRP_STEP_GONE;
	return busy ? PNRP_STEP_BUSY : step;
}

/* The walk that waits for just this; NULL: it has gone on. */
static struct pnrp_walk *walk_of(const struct pnrp_pending *asked, enum pnrp_walk_state state)
{
	struct pnrp_walk *w = asked->owner;
	return w && w->state == state && w->message_id == asked->message_id ? w : NULL;
}

void pnrp_walk_lookup_answered(struct pnrp *p, struct pnrp_pending *asked,
			       const struct pnrp_buffer *b, struct mono now)
{
	struct pnrp_walk *w = walk_of(asked, PNRP_WALK_LOOKING);
	if (!w)
		return;
	uint8_t n = w->hop;
	w->hop = PNRP_WALK_NONE;
	enum pnrp_step step = take_lookup(p, w, n, b, now);
	struct pnrp_hop *hop = pnrp_query_hop(p, w, n, step, now);
	if (hop && b->has_route)
		hop->referral = b->route.id;
	pnrp_walk_step(p, w, now);
}

/* Who was asked for a proof: the verdict on what it sent. */
static enum pnrp_verdict judge(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_buffer *b,
			       struct pnrp_answer *out, struct mono now)
{
	int64_t wall = pnrp_wall_now(p, now);
	enum pnrp_verdict v = pnrp_judge(p->crypto, p->profile, b, &w->inquiry, wall, out);
	/* PNRP-7.19: a payload that was not given is no lie. */
	if (v == PNRP_VERDICT_PAYLOAD && w->inquiry.payload && !b->payload.n) {
		struct pnrp_asked less = w->inquiry;
		less.payload = false;
		v = pnrp_judge(p->crypto, p->profile, b, &less, wall, out);
	}
	pnrp_note_verdict(p, v, now);
	return v;
}

static void disbelieve(struct pnrp *p, struct pnrp_walk *w, enum pnrp_verdict v, struct mono now)
{
	const struct pnrp_walk_node *node = pnrp_walk_at(w, w->best);
	struct pnrp_event *event = pnrp_tell(p, PNRP_EVENT_REJECTED);
	event->id = node->route.id;
	event->verdict = v;
	event->node = node->at;
	struct pnrp_hop *hop = pnrp_query_hop(p, w, w->best, PNRP_STEP_REJECTED, now);
	if (hop)
		hop->verdict = v;
}

static void pass_over(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	pnrp_walk_reject(w);
	pnrp_walk_step(p, w, now);
}

static void reject_and_go_on(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	forget(p, pnrp_walk_at(w, w->best));
	pass_over(p, w, now);
}

void pnrp_walk_inquire_answered(struct pnrp *p, struct pnrp_pending *asked,
				const struct pnrp_buffer *b, struct mono now)
{
	struct pnrp_walk *w = walk_of(asked, PNRP_WALK_INQUIRING);
	if (!w)
		return;
	if (b->flags & PNRP_AUTHORITY_NOT) {
		pnrp_query_hop(p, w, w->best, PNRP_STEP_GONE, now);
		reject_and_go_on(p, w, now);
		return;
	}
	if (b->flags & PNRP_AUTHORITY_BUSY && !b->cpa.n) {
		pnrp_query_hop(p, w, w->best, PNRP_STEP_BUSY, now);
		pass_over(p, w, now);
		return;
	}
	struct pnrp_answer answer;
	enum pnrp_verdict v = judge(p, w, b, &answer, now);
	if (v == PNRP_VERDICT_EXPIRED) {
		/* By a clock that may be ours: its node is there. */
		disbelieve(p, w, v, now);
		pass_over(p, w, now);
	} else if (v != PNRP_VERDICT_GOOD) {
		disbelieve(p, w, v, now);
		reject_and_go_on(p, w, now);
	} else if (w->reason == PNRP_REASON_REQUEST) {
		pnrp_query_hop(p, w, w->best, PNRP_STEP_FOUND, now);
		pnrp_query_found(p, w, &answer, now);
	} else {
		pnrp_walk_end(p, w, OK, now);
	}
}

/* PNRP-7.17: another address of it, once; else it is dead to this walk and to the cache. */
static void lookup_failed(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_pending *asked)
{
	uint8_t n = w->hop;
	struct pnrp_walk_node *node = pnrp_walk_at(w, n);
	w->hop = PNRP_WALK_NONE;
	pnrp_walk_path_add(w, &asked->to);
	if (node->uses == 1 && !node->silent && node->route.n > 1) {
		node->silent = 1;
		node->uses = 0;
		pnrp_walk_push(&w->hops, n);
		return;
	}
	node->distrusted = true;
	forget(p, node);
}

void pnrp_walk_failed(struct pnrp *p, struct pnrp_pending *asked, struct mono now)
{
	struct pnrp_walk *w = walk_of(asked, PNRP_WALK_LOOKING);
	if (w) {
		w->unanswered = true;
		pnrp_query_hop(p, w, w->hop, PNRP_STEP_SILENT, now);
		lookup_failed(p, w, asked);
		pnrp_walk_step(p, w, now);
		return;
	}
	w = walk_of(asked, PNRP_WALK_INQUIRING);
	if (w) {
		w->unanswered = true;
		pnrp_query_hop(p, w, w->best, PNRP_STEP_SILENT, now);
		reject_and_go_on(p, w, now);
	}
}
