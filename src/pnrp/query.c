/* What somebody asked for: a name, its publishers one after the other, and the steps on
 * the way. */
#include "pnrp/walk_int.h"

/* PNRP-7.22: after the first result the walk is to the same target again, then to both
 * ends of what all registrations of the name share. */
enum {
	ROUND_MIDDLE,
	ROUND_LOWER,
	ROUND_UPPER,
	ROUNDS
};

#define QUERY_TRIES 3 /* walks beyond the first, when nothing was found and somebody was silent */

static struct pnrp_id target_of(const struct pnrp *p, const struct pnrp_query *q,
				const struct pnrp_p2p_id *p2p, uint8_t round)
{
	uint8_t location[16] = { 0 };
	if (round == ROUND_UPPER)
		memset(location, 0xff, sizeof(location));
	if (round == ROUND_MIDDLE) {
		const uint8_t *own = p->local[0].ip + (p->o.ipv4 ? 8 : 0);
		memcpy(location, q->has_prefix ? q->prefix : own, 8);
		location[8] = 0x80;
	}
	return pnrp_id_of(p2p, location);
}

static bool is_sound(const struct pnrp_query *q)
{
	switch (q->criteria) {
	case PNRP_MATCH_NONE:
	case PNRP_MATCH_ANY:
	case PNRP_MATCH_NEAREST:
	case PNRP_MATCH_NEAREST64:
	case PNRP_MATCH_UPPER_BITS:
		return q->most >= 1 && q->most <= PNRP_RESULTS_MAX;
	}
	return false;
}

static struct pnrp_walk *find(const struct pnrp *p, uint64_t number)
{
	LIST_EACH(at, next, &p->walks)
	{
		struct pnrp_walk *w = LIST_ENTRY(at, struct pnrp_walk, in);
		if (w->reason == PNRP_REASON_REQUEST && w->number == number)
			return w;
	}
	return NULL;
}

enum err pnrp_resolve(struct pnrp *p, const struct pnrp_query *q, uint64_t number, struct mono now)
{
	if (!is_sound(q))
		return ERR_RANGE;
	if (find(p, number))
		return ERR_EXISTS;
	struct pnrp_p2p_id p2p = pnrp_name_p2p_id(p->crypto, p->profile, &q->name);
	const struct pnrp_walk_options o = {
		.target = target_of(p, q, &p2p, ROUND_MIDDLE),
		.criteria = q->criteria,
		.reason = PNRP_REASON_REQUEST,
		.precision = q->criteria == PNRP_MATCH_UPPER_BITS ? 128 : 0,
		.query = q,
		.number = number,
	};
	enum err e = pnrp_walk_start(p, &o, now);
	if (e == OK)
		p->counters.resolves++;
	return e;
}

void pnrp_cancel(struct pnrp *p, uint64_t number)
{
	struct pnrp_walk *w = find(p, number);
	if (w)
		pnrp_walk_free(p, w);
}

/* PNRP-7.23 */
struct pnrp_hop *pnrp_query_hop(struct pnrp *p, struct pnrp_walk *w, uint8_t n, enum pnrp_step step,
				struct mono now)
{
	if (w->reason != PNRP_REASON_REQUEST || !w->query.trace)
		return NULL;
	struct pnrp_out_item *item = pnrp_out_add(p, PNRP_OUT_HOP, 0);
	if (!item)
		return NULL;
	const struct pnrp_walk_node *node = pnrp_walk_at(w, n);
	item->out.number = w->number;
	*item->hop = (struct pnrp_hop){
		.node = node->at,
		.id = node->route.id,
		.common = pnrp_id_common(&node->route.id, &w->target),
		.inquire = w->state == PNRP_WALK_INQUIRING,
		.step = step,
		.elapsed = mono_since(now, w->sent),
	};
	return item->hop;
}

/* PNRP-7.21 */
void pnrp_query_ended(struct pnrp *p, struct pnrp_walk *w, enum err e, struct mono now)
{
	struct pnrp_out_item *done = w->done;
	w->done = NULL;
	done->out.number = w->number;
	done->out.err = w->n_found ? OK : e;
	done->out.hops = w->asked;
	done->out.elapsed = mono_since(now, w->started);
	pnrp_out_give(p, done);
}

/* ---- results */

static struct pnrp_out_item *result_add(struct pnrp *p, const struct pnrp_walk *w, size_t payload)
{
	struct pnrp_out_item *item = pnrp_out_add(p, PNRP_OUT_RESULT, payload);
	if (!item)
		return NULL;
	item->out.number = w->number;
	item->result->name = w->query.name;
	item->result->hops = w->asked;
	return item;
}

static void result_payload(struct pnrp_out_item *item, enum pnrp_payload_type type, struct span s)
{
	memcpy(item->bytes, s.p, s.n);
	item->result->payload_type = type;
	item->result->payload = span_of(item->bytes, s.n);
}

static bool result_take_payload(struct pnrp_out_item *item, const struct pnrp_answer *a)
{
	size_t n;
	if (!a->payload_utf16) {
		result_payload(item, a->payload_type, a->payload);
		return true;
	}
	if (pnrp_answer_text(a, (char *)item->bytes, 2 * a->payload.n, &n) != OK)
		return false;
	item->result->payload_type = a->payload_type;
	item->result->payload = span_of(item->bytes, n);
	return true;
}

static void result_take_cpa(struct pnrp_result *r, const struct pnrp_cpa *c)
{
	r->secure = c->has_authority;
	r->not_after = c->not_after;
	r->n_apps = c->n_apps;
	memcpy(r->app, c->app, sizeof(r->app));
	r->comment_n = c->comment_n;
	memcpy(r->comment, c->comment, sizeof(r->comment));
	r->has_payload = c->has_payload;
	r->n_nodes = c->n_nodes;
	memcpy(r->node, c->node, sizeof(r->node));
	r->public_n = (uint8_t)c->public.n;
	memcpy(r->public_key, c->public.p, c->public.n);
}

static enum err give_answer(struct pnrp *p, const struct pnrp_walk *w, const struct pnrp_answer *a)
{
	bool payload = a->payload_type != PNRP_PAYLOAD_NONE;
	/* A UTF-16 unit is three octets of UTF-8 at most. */
	size_t room = payload ? a->payload.n * (a->payload_utf16 ? 2 : 1) : 0;
	struct pnrp_out_item *item = result_add(p, w, room);
	if (!item)
		return ERR_NOMEM;
	item->result->id = w->nodes[w->best].route.id;
	result_take_cpa(item->result, &a->cpa);
	if (a->has_name)
		item->result->name = a->name;
	if (payload && !result_take_payload(item, a))
		item->result->payload_type = PNRP_PAYLOAD_NONE;
	return OK;
}

static enum err give_own(struct pnrp *p, const struct pnrp_walk *w, const struct pnrp_own *o,
			 struct mono now)
{
	bool payload = w->query.want_payload && o->r.payload_type != PNRP_PAYLOAD_NONE;
	struct pnrp_out_item *item = result_add(p, w, payload ? o->r.payload.n : 0);
	if (!item)
		return ERR_NOMEM;
	struct pnrp_result *r = item->result;
	struct span public = crypto_key_public(o->key);
	r->id = o->id;
	r->name = o->name;
	r->local = true;
	r->secure = o->name.secure;
	r->not_after = pnrp_own_not_after(p, false, now);
	r->n_apps = o->r.n_apps;
	memcpy(r->app, o->r.app, sizeof(r->app));
	r->comment_n = o->r.comment_n;
	memcpy(r->comment, o->r.comment, sizeof(r->comment));
	r->has_payload = o->r.payload_type != PNRP_PAYLOAD_NONE;
	r->n_nodes = (uint8_t)p->n_local;
	memcpy(r->node, p->local, p->n_local * sizeof(*r->node));
	r->public_n = (uint8_t) public.n;
	memcpy(r->public_key, public.p, public.n);
	if (payload)
		result_payload(item, o->r.payload_type, o->r.payload);
	return OK;
}

static void note(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_id *id,
		 const struct pnrp_endpoint *at)
{
	if (!w->n_found)
		p->counters.found++;
	w->found[w->n_found++] = (struct pnrp_found){ *id, *at };
}

/* ---- from one result to the next */

/* Nobody has been asked yet. */
static void begin_afresh(struct pnrp_walk *w)
{
	w->suspicious = w->useful = 0;
	w->hops.n = w->bests.n = 0;
	w->best = w->hop = PNRP_WALK_NONE;
	w->n_nodes = 0;
	w->path.n = 1;
	w->unanswered = false;
}

/* Whoever was found is asked who else there is, and its neighbours know. */
static void begin_round(struct pnrp *p, struct pnrp_walk *w)
{
	const struct pnrp_found *last = &w->found[w->n_found - 1];
	w->target = target_of(p, &w->query, &w->p2p, w->round);
	w->criteria = PNRP_MATCH_ANY;
	begin_afresh(w);
	for (uint32_t i = 0; i + 1 < w->n_found; i++)
		pnrp_walk_path_add(w, &w->found[i].at);
	if (pnrp_is_own_endpoint(p, &last->at))
		return;
	struct pnrp_route r = { .id = last->id, .port = last->at.port, .n = 1 };
	memcpy(r.ip[0], last->at.ip, sizeof(r.ip[0]));
	pnrp_walk_push(&w->hops, pnrp_walk_know(p, w, &r));
}

/* PNRP-7.20: whatever is nearest of ours, where the nearest of all is wanted. */
static void begin_with_nearest(struct pnrp *p, struct pnrp_walk *w)
{
	if (!w->query.local || w->query.most > 1 || w->criteria == PNRP_MATCH_ANY)
		return;
	struct pnrp_route r;
	const struct pnrp_own *o = pnrp_own_closest(p, &w->target);
	if (!o || !pnrp_own_route(p, &o->id, &r))
		return;
	w->best = pnrp_walk_know(p, w, &r);
	pnrp_walk_at(w, w->best)->ours = true;
}

/* PNRP-7.28: what was lost may have been the way, and the caller has time. */
static bool try_once_more(struct pnrp *p, struct pnrp_walk *w)
{
	if (!w->unanswered || w->tries == QUERY_TRIES || !pnrp_cache_count(p->cache))
		return false;
	w->tries++;
	begin_afresh(w);
	begin_with_nearest(p, w);
	return true;
}

bool pnrp_query_again(struct pnrp *p, struct pnrp_walk *w)
{
	if (!w->n_found)
		return try_once_more(p, w);
	if (w->round + 1 >= ROUNDS)
		return false;
	w->round++;
	begin_round(p, w);
	return true;
}

void pnrp_query_found(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_answer *a,
		      struct mono now)
{
	const struct pnrp_walk_node *node = pnrp_walk_at(w, w->best);
	const struct pnrp_own *own = a ? NULL : pnrp_own_find(p, &node->route.id);
	enum err e = ERR_NOT_FOUND; /* ours, and unregistered meanwhile */
	if (a)
		e = give_answer(p, w, a);
	else if (own)
		e = give_own(p, w, own, now);
	if (e == OK)
		note(p, w, &node->route.id, a ? &node->at : &p->local[0]);
	if (e != OK || w->n_found >= w->query.most) {
		pnrp_walk_end(p, w, e, now);
		return;
	}
	begin_round(p, w);
	pnrp_walk_step(p, w, now);
}

bool pnrp_query_begin(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	if (!w->query.local)
		return true;
	if (w->query.most == 1 && w->criteria != PNRP_MATCH_ANY) {
		begin_with_nearest(p, w);
		return true;
	}
	enum err e = OK;
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (o->leaving || !pnrp_id_has_p2p(&o->id, &w->p2p) || w->n_found == w->query.most)
			continue;
		e = give_own(p, w, o, now);
		if (e != OK)
			break;
		note(p, w, &o->id, &p->local[0]);
	}
	if (e == OK && w->n_found < w->query.most)
		return true;
	pnrp_walk_end(p, w, e, now);
	return false;
}
