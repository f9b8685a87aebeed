/* Names come, change and go: digest 11.1, 11.2. */
#include "pnrp/pnrp_int.h"

#include "wire/utf.h"

#define WALKS_MOST 8 /* registrations under way at once */

/* ---- announcing */

static void announce(struct pnrp *p, struct pnrp_own *o, struct mono now)
{
	struct pnrp_route self;
	if (!pnrp_own_route(p, &o->id, &self))
		return;
	const struct pnrp_walk_options w = {
		.target = pnrp_id_next(&o->id),
		.criteria = PNRP_MATCH_NONE,
		.reason = PNRP_REASON_REGISTRATION,
		.best = &self,
		.handle = o->handle,
	};
	o->due = false;
	o->walking = true;
	if (pnrp_walk_start(p, &w, now) == OK)
		return;
	o->walking = false;
	o->due = true;
}

static uint32_t count_walking(const struct pnrp *p)
{
	uint32_t n = 0;
	LIST_EACH(at, next, &p->own)
	n += LIST_ENTRY(at, struct pnrp_own, in)->walking;
	return n;
}

/* PNRP-8.5: a few at a time, in the order they came. A walk that ends as it begins calls
 * this again: of a thousand names the loop takes the next, not the stack. */
static void announce_due(struct pnrp *p, struct mono now)
{
	if (p->announcing)
		return;
	p->announcing = true;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->due || o->walking || o->leaving)
			continue;
		if (count_walking(p) >= WALKS_MOST)
			break;
		announce(p, o, now);
	}
	p->announcing = false;
}

void pnrp_register_walk(struct pnrp *p, struct pnrp_own *o, struct mono now)
{
	o->due = true;
	announce_due(p, now);
}

void pnrp_register_ended(struct pnrp *p, uint32_t handle, bool met_others, struct mono now)
{
	struct pnrp_own *o = pnrp_own_by_handle(p, handle);
	if (o) {
		o->walking = false;
		if (met_others && !o->announced) {
			struct pnrp_event *event = pnrp_tell(p, PNRP_EVENT_REGISTERED);
			event->handle = o->handle;
			event->id = o->id;
		}
		o->announced = o->announced || met_others;
	}
	if (pnrp_cache_count(p->cache))
		announce_due(p, now);
}

void pnrp_own_announce(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		o->announced = false;
		o->due = true;
	}
	announce_due(p, now);
	pnrp_walk_wake(p, now);
}

void pnrp_register_again(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		o->due = o->due || !o->announced;
	}
	announce_due(p, now);
}

/* ---- registering */

/* PNRP-8.4: a name that says whose it is must be the key's, or the chain's to give. */
static bool may_use(struct pnrp *p, const struct pnrp_registration *r, struct mono now)
{
	if (!r->name.secure)
		return r->name.classifier_n > 0;
	struct span public = crypto_key_public(r->key);
	struct span classifier = span_of(r->name.classifier, r->name.classifier_n);
	if (r->chain.n)
		return pnrp_chain_judge(p->crypto, p->profile, r->chain, r->name.authority, public,
					classifier, pnrp_wall_now(p, now)) == PNRP_VERDICT_GOOD;
	uint8_t authority[CRYPTO_AUTHORITY];
	crypto_authority(p->crypto, p->profile->crypto, public, authority);
	return memcmp(authority, r->name.authority, sizeof(authority)) == 0;
}

/* What no proof holds would be found out by whoever asks for one. */
static bool is_provable(const struct pnrp *p, const struct pnrp_registration *r)
{
	size_t units;
	return r->comment_n <= sizeof(r->comment) &&
	       utf16_of(span_of(r->comment, r->comment_n), NULL, PNRP_COMMENT_UNITS, &units) ==
		       OK &&
	       pnrp_payload_fits(p->profile, r->payload_type, r->payload);
}

static bool is_sound(const struct pnrp *p, const struct pnrp_registration *r)
{
	bool payload = r->payload_type != PNRP_PAYLOAD_NONE;
	if (!r->key || crypto_key_profile(r->key) != p->profile->crypto)
		return false;
	if (r->n_apps > PNRP_ENDPOINTS_MAX || (!r->n_apps && !payload))
		return false;
	return r->name.classifier_n <= PNRP_CLASSIFIER_OCTETS && is_provable(p, r);
}

static bool same_key(const struct crypto_key *a, const struct crypto_key *b)
{
	return span_eq(crypto_key_public(a), crypto_key_public(b));
}

static bool is_registered(const struct pnrp *p, const struct pnrp_registration *r)
{
	LIST_EACH(at, next, &p->own)
	{
		const struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && same_key(o->key, r->key) && pnrp_name_eq(&o->name, &r->name))
			return true;
	}
	return false;
}

enum err pnrp_register(struct pnrp *p, const struct pnrp_registration *r, uint32_t *handle,
		       struct mono now)
{
	struct pnrp_own *o;
	if (p->o.resolve_only || !p->n_local)
		return ERR_STATE;
	if (!is_sound(p, r) || !may_use(p, r, now))
		return ERR_RANGE;
	if (is_registered(p, r))
		return ERR_EXISTS;
	if (p->n_own >= p->o.limits.names)
		return ERR_FULL;
	if (pnrp_own_new(p, r, &o) != OK)
		return ERR_NOMEM;
	pnrp_cache_centres(p->cache);
	pnrp_leaf_fill(p, o);
	*handle = o->handle;
	pnrp_register_walk(p, o, now);
	if (!pnrp_cache_count(p->cache))
		pnrp_out_add(p, PNRP_OUT_ALONE, 0);
	pnrp_settle(p, now);
	return OK;
}

/* PNRP-8.6: proofs are made when they are asked for, so nobody need be told. */
enum err pnrp_update(struct pnrp *p, uint32_t handle, const struct pnrp_registration *r,
		     struct mono now)
{
	struct pnrp_own *o = pnrp_own_by_handle(p, handle);
	if (!o)
		return ERR_NOT_FOUND;
	if (!is_sound(p, r) || !same_key(r->key, o->key) || !pnrp_name_eq(&r->name, &o->name))
		return ERR_RANGE;
	if (!span_eq(r->chain, o->r.chain) && !may_use(p, r, now))
		return ERR_RANGE;
	return pnrp_own_change(p, o, r);
}

/* ---- and going */

static void unregister(struct pnrp *p, struct pnrp_own *o, struct mono now)
{
	pnrp_walk_forget(p, o->handle);
	o->leaving = true;
	pnrp_flood_goodbye(p, o, now);
	pnrp_leaf_empty(p, o);
	if (!o->goodbyes)
		pnrp_own_free(p, o);
	pnrp_cache_centres(p->cache);
}

enum err pnrp_unregister(struct pnrp *p, uint32_t handle, struct mono now)
{
	struct pnrp_own *o = pnrp_own_by_handle(p, handle);
	if (!o)
		return ERR_NOT_FOUND;
	unregister(p, o, now);
	return OK;
}

void pnrp_goodbye_ended(struct pnrp *p, struct pnrp_own *o)
{
	pnrp_own_free(p, o);
	pnrp_cache_centres(p->cache);
}

void pnrp_leave(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving)
			unregister(p, o, now);
	}
}

/* PNRP-8.7 */
bool pnrp_busy(const struct pnrp *p)
{
	LIST_EACH(at, next, &p->own)
	{
		if (LIST_ENTRY(at, struct pnrp_own, in)->leaving)
			return true;
	}
	return false;
}
