/* SOLICIT, ADVERTISE, REQUEST: how two nodes tell each other whom they know, from both
 * sides (digest 10.1, 11.4, 11.5). PNRP-6.1 to 6.9 */
#include "pnrp/talk_int.h"

void pnrp_talk_end(struct pnrp *p, struct pnrp_talk *t)
{
	pnrp_pending_drop(p, t);
	list_take(&t->in);
	p->n_talks--;
	env_free(p->env, t);
}

struct pnrp_talk *pnrp_talk_new(struct pnrp *p, bool ours, const struct pnrp_endpoint *with)
{
	struct pnrp_talk *t = env_zalloc(p->env, 1, sizeof(*t));
	if (!t) {
		p->starved = true;
		return NULL;
	}
	t->ours = ours;
	t->peer = *with;
	t->until = MONO_NEVER;
	list_push_back(&p->talks, &t->in);
	p->n_talks++;
	return t;
}

void pnrp_talk_hash(const struct pnrp *p, const uint8_t nonce[PNRP_NONCE], uint8_t *out)
{
	struct span part = span_of(nonce, PNRP_NONCE);
	crypto_hash(p->crypto, p->profile->crypto, &part, 1, out, PNRP_HASHED_NONCE);
}

/* Ours ended, one way or another. */
static void finish(struct pnrp *p, struct pnrp_talk *t, enum err e, struct mono now)
{
	void *walk = t->walk;
	pnrp_done(p, t->number, e, 0, mono_since(now, t->begun));
	pnrp_talk_end(p, t);
	if (walk)
		pnrp_walk_exchanged(p, walk, e == OK, now);
}

static const struct pnrp_own *some_own(const struct pnrp *p)
{
	const struct pnrp_own *some = NULL;
	uint64_t seen = 0;
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && env_random_below(p->env, ++seen) == 0)
			some = o;
	}
	return some;
}

static bool solicit(struct pnrp *p, struct pnrp_talk *t, struct mono now)
{
	struct pnrp_message m = { .type = PNRP_SOLICIT };
	const struct pnrp_own *o = some_own(p);
	m.solicit.local_only = t->walk;
	m.solicit.has_route = o && pnrp_own_route(p, &o->id, &m.solicit.route);
	pnrp_talk_hash(p, t->nonce, m.solicit.hashed_nonce);
	return pnrp_ask(p, PNRP_WAIT_SOLICIT, &m, &t->peer, t, now);
}

static uint32_t count_ours(const struct pnrp *p)
{
	uint32_t n = 0;
	LIST_EACH(at, next, &p->talks)
	n += LIST_ENTRY(at, struct pnrp_talk, in)->ours;
	return n;
}

static enum err start(struct pnrp *p, const struct pnrp_endpoint *with, uint64_t number, void *walk,
		      struct mono now)
{
	if (!p->n_local)
		return ERR_STATE;
	if (!pnrp_may_send(p, with) || pnrp_is_own_endpoint(p, with))
		return ERR_RANGE;
	if (count_ours(p) >= p->o.limits.conversations)
		return ERR_FULL;
	struct pnrp_talk *t = pnrp_talk_new(p, true, with);
	if (!t)
		return ERR_NOMEM;
	t->begun = now;
	t->walk = walk;
	p->env->random(p->env->ctx, t->nonce, sizeof(t->nonce));
	p->starved = false;
	if (!solicit(p, t, now)) {
		pnrp_talk_end(p, t);
		return p->starved ? ERR_NOMEM : ERR_FULL;
	}
	t->number = number;
	return OK;
}

enum err pnrp_synchronise(struct pnrp *p, const struct pnrp_endpoint *with, uint64_t number,
			  struct mono now)
{
	enum err e = start(p, with, number, NULL, now);
	pnrp_settle(p, now);
	return e;
}

enum err pnrp_talk_exchange(struct pnrp *p, const struct pnrp_endpoint *with, void *walk,
			    struct mono now)
{
	return start(p, with, 0, walk, now);
}

void pnrp_talk_forget(struct pnrp *p, const void *walk)
{
	LIST_EACH(at, next, &p->talks)
	{
		struct pnrp_talk *t = LIST_ENTRY(at, struct pnrp_talk, in);
		if (t->walk == walk)
			pnrp_talk_end(p, t);
	}
}

/* PNRP-6.3: an exchange for its own sake asks for one; else what is not known. */
static void choose(const struct pnrp *p, const struct pnrp_talk *t, const struct pnrp_ids *offered,
		   struct pnrp_ids *wanted)
{
	wanted->n = 0;
	for (uint8_t i = 0; i < offered->n; i++) {
		const struct pnrp_id *id = &offered->at[i];
		bool known = pnrp_cache_find(p->cache, id) || pnrp_own_find(p, id) ||
			     pnrp_add_is_pending(p, id);
		if (t->walk ? wanted->n == 0 : !known)
			wanted->at[wanted->n++] = *id;
	}
}

/* PNRP-6.2: a forged ADVERTISE ends no conversation. */
static struct pnrp_talk *advertised(struct pnrp *p, const struct pnrp_message *m,
				    const struct pnrp_endpoint *from)
{
	uint8_t hash[PNRP_HASHED_NONCE];
	struct pnrp_pending *w = pnrp_pending_find(p, m->advertise.acked);
	if (!w || w->kind != PNRP_WAIT_SOLICIT || !pnrp_endpoint_eq(&w->to, from))
		return NULL;
	struct pnrp_talk *t = w->owner;
	pnrp_talk_hash(p, t->nonce, hash);
	if (memcmp(hash, m->advertise.hashed_nonce, sizeof(hash)) != 0)
		return NULL;
	pnrp_pending_end(p, w);
	return t;
}

void pnrp_talk_advertise(struct pnrp *p, const struct pnrp_message *m,
			 const struct pnrp_endpoint *from, struct mono now)
{
	struct pnrp_talk *t = advertised(p, m, from);
	if (!t) {
		p->counters.unmatched++;
		return;
	}
	p->last_heard = now;
	struct pnrp_message r = { .type = PNRP_REQUEST };
	choose(p, t, &m->advertise.ids, &r.request.ids);
	if (!r.request.ids.n) {
		finish(p, t, t->walk ? ERR_NOT_FOUND : OK, now);
		return;
	}
	memcpy(r.request.nonce, t->nonce, sizeof(t->nonce));
	if (!pnrp_ask(p, PNRP_WAIT_REQUEST, &r, &t->peer, t, now))
		finish(p, t, ERR_FULL, now);
}

void pnrp_talk_acked(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	finish(p, w->owner, OK, now);
}

void pnrp_talk_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	finish(p, w->owner, ERR_TIMEOUT, now);
}

void pnrp_talk_free_all(struct pnrp *p)
{
	LIST_EACH(at, next, &p->talks)
	pnrp_talk_end(p, LIST_ENTRY(at, struct pnrp_talk, in));
	LIST_EACH(at, next, &p->passed)
	pnrp_passed_end(p, LIST_ENTRY(at, struct pnrp_passed, in));
}
