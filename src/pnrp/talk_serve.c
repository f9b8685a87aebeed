/* The answering side of a synchronisation (digest 11.4, 11.5). */
#include "pnrp/talk_int.h"

#define PASSED_FOR (60 * MONO_SEC)

static struct pnrp_talk *find(const struct pnrp *p, const struct pnrp_endpoint *peer,
			      const uint8_t *hash)
{
	LIST_EACH(at, next, &p->talks)
	{
		struct pnrp_talk *t = LIST_ENTRY(at, struct pnrp_talk, in);
		if (!t->ours && pnrp_endpoint_eq(&t->peer, peer) &&
		    memcmp(t->hash, hash, PNRP_HASHED_NONCE) == 0)
			return t;
	}
	return NULL;
}

/* PNRP-6.5, correction 8: so many in all, so many of one source. */
static bool has_room(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now)
{
	uint8_t key[PNRP_SOURCE_KEY], other[PNRP_SOURCE_KEY];
	uint8_t n = pnrp_source_key(p, from, key);
	uint32_t all = 0, same = 0;
	LIST_EACH(at, next, &p->talks)
	{
		const struct pnrp_talk *t = LIST_ENTRY(at, struct pnrp_talk, in);
		pnrp_source_key(p, &t->peer, other);
		all += !t->ours;
		same += !t->ours && memcmp(key, other, n) == 0;
	}
	if (all >= p->o.limits.conversations)
		pnrp_tell_full(p, "conversations", now);
	else if (same >= p->o.limits.conversations_source)
		p->counters.limited++;
	else
		return true;
	return false;
}

static void advertise_own(const struct pnrp *p, struct pnrp_talk *t)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (t->n < PNRP_ADVERTISED && !o->leaving && !pnrp_id_eq(&o->id, &t->as))
			t->advertised[t->n++] = o->id;
	}
}

/* PNRP-6.4 */
static void choose(struct pnrp *p, struct pnrp_talk *t, const struct pnrp_solicit *s)
{
	struct pnrp_id sample[PNRP_ADVERTISED + 1];
	t->as = s->has_route ? s->route.id : (struct pnrp_id){ { 0 } };
	size_t n = s->local_only ? 0 : pnrp_cache_sample(p->cache, sample, PNRP_ADVERTISED + 1);
	for (size_t i = 0; i < n && t->n < PNRP_ADVERTISED; i++)
		if (!pnrp_id_eq(&sample[i], &t->as))
			t->advertised[t->n++] = sample[i];
	advertise_own(p, t);
}

/* The conversation to answer; NULL: with nothing. */
static struct pnrp_talk *converse(struct pnrp *p, const struct pnrp_solicit *s,
				  const struct pnrp_endpoint *from, struct mono now)
{
	struct pnrp_talk *t = find(p, from, s->hashed_nonce);
	if (!pnrp_guard_allows(p, PNRP_COST_SOLICIT, from, now))
		return NULL;
	if (!t && has_room(p, from, now)) {
		t = pnrp_talk_new(p, false, from);
		if (t)
			choose(p, t, s);
	}
	if (!t)
		return NULL;
	memcpy(t->hash, s->hashed_nonce, sizeof(t->hash));
	t->until = mono_add(now, p->o.times.conversation);
	return t;
}

void pnrp_talk_solicit(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now)
{
	const struct pnrp_solicit *s = &m->solicit;
	struct pnrp_message a = { .type = PNRP_ADVERTISE };
	struct pnrp_talk *t = converse(p, s, from, now);
	a.advertise.acked = m->id;
	memcpy(a.advertise.hashed_nonce, s->hashed_nonce, sizeof(s->hashed_nonce));
	for (uint8_t i = 0; t && i < t->n; i++)
		a.advertise.ids.at[a.advertise.ids.n++] = t->advertised[i];
	pnrp_say(p, &a, from, to);
	struct pnrp_origin origin = { .from = *from, .over_loopback = p->o.loopback };
	if (t && s->has_route)
		pnrp_add(p, &s->route, &origin, now);
	if (t && !t->n)
		pnrp_talk_end(p, t); /* there is nothing that it could ask for */
}

static bool asked_for(const struct pnrp_request *r, const struct pnrp_id *id)
{
	for (uint8_t i = 0; i < r->ids.n; i++)
		if (pnrp_id_eq(&r->ids.at[i], id))
			return true;
	return false;
}

/* PNRP-6.7: what was advertised and asked for, each once (correction 10). */
static void flood_route(struct pnrp *p, const struct pnrp_talk *t, const struct pnrp_id *id,
			const struct addr *to, struct mono now)
{
	struct pnrp_message m = { .type = PNRP_FLOOD };
	struct pnrp_entry *e = pnrp_cache_find(p->cache, id);
	if (e)
		pnrp_entry_route(e, &m.flood.route);
	else if (!pnrp_own_find(p, id) || !pnrp_own_route(p, id, &m.flood.route))
		return;
	if (e)
		e->used = now;
	m.flood.flags = PNRP_FLOOD_SILENT;
	m.flood.validate = t->as;
	m.flood.has_route = true;
	pnrp_say(p, &m, &t->peer, to);
}

void pnrp_passed_end(struct pnrp *p, struct pnrp_passed *x)
{
	list_take(&x->in);
	p->n_passed--;
	env_free(p->env, x);
}

static struct pnrp_passed *passed(const struct pnrp *p, const struct pnrp_endpoint *e)
{
	LIST_EACH(at, next, &p->passed)
	{
		struct pnrp_passed *x = LIST_ENTRY(at, struct pnrp_passed, in);
		if (pnrp_endpoint_eq(&x->at, e))
			return x;
	}
	return NULL;
}

/* The longest ago makes room. */
static void pass(struct pnrp *p, const struct pnrp_endpoint *e, struct mono now)
{
	struct pnrp_passed *x = passed(p, e);
	if (!x && p->n_passed >= p->o.limits.conversations)
		pnrp_passed_end(p, LIST_ENTRY(p->passed.next, struct pnrp_passed, in));
	if (!x) {
		x = env_zalloc(p->env, 1, sizeof(*x));
		if (!x) {
			p->starved = true;
			return;
		}
		list_init(&x->in);
		p->n_passed++;
	}
	list_take(&x->in);
	x->at = *e;
	x->until = mono_add(now, PASSED_FOR);
	list_push_back(&p->passed, &x->in);
}

bool pnrp_talk_completed(const struct pnrp *p, const struct pnrp_endpoint *e, struct mono now)
{
	const struct pnrp_passed *x = passed(p, e);
	return x && !mono_reached(x->until, now);
}

void pnrp_talk_request(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now)
{
	uint8_t hash[PNRP_HASHED_NONCE];
	pnrp_talk_hash(p, m->request.nonce, hash);
	struct pnrp_talk *t = find(p, from, hash);
	if (!t) {
		p->counters.unmatched++;
		return;
	}
	pass(p, from, now);
	struct pnrp_message ack = { .type = PNRP_ACK, .ack = { .acked = m->id } };
	pnrp_say(p, &ack, from, to);
	for (uint8_t i = 0; i < t->n; i++)
		if (asked_for(&m->request, &t->advertised[i]))
			flood_route(p, t, &t->advertised[i], to, now);
	pnrp_talk_end(p, t);
}

void pnrp_talk_tick(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->talks)
	{
		struct pnrp_talk *t = LIST_ENTRY(at, struct pnrp_talk, in);
		if (mono_reached(t->until, now))
			pnrp_talk_end(p, t);
	}
	LIST_EACH(at, next, &p->passed)
	{
		struct pnrp_passed *x = LIST_ENTRY(at, struct pnrp_passed, in);
		if (mono_reached(x->until, now))
			pnrp_passed_end(p, x);
	}
}

struct mono pnrp_talk_deadline(const struct pnrp *p)
{
	struct mono first = MONO_NEVER;
	LIST_EACH(at, next, &p->talks)
	first = mono_min(first, LIST_ENTRY(at, struct pnrp_talk, in)->until);
	if (!list_empty(&p->passed))
		first = mono_min(first, LIST_ENTRY(p->passed.next, struct pnrp_passed, in)->until);
	return first;
}
