/* The names that we have registered: their IDs, and what proves them. PNRP-8.1 to
 * 8.3 */
#include "pnrp/pnrp_int.h"

#define FRIENDLY (sizeof(((struct pnrp_cpa *)NULL)->comment))

struct pnrp_own *pnrp_own_find(const struct pnrp *p, const struct pnrp_id *id)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && pnrp_id_eq(&o->id, id))
			return o;
	}
	return NULL;
}

struct pnrp_own *pnrp_own_by_handle(const struct pnrp *p, uint32_t handle)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && o->handle == handle)
			return o;
	}
	return NULL;
}

struct pnrp_own *pnrp_own_closest(const struct pnrp *p, const struct pnrp_id *target)
{
	struct pnrp_own *best = NULL;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && (!best || pnrp_id_closer(&o->id, &best->id, target)))
			best = o;
	}
	return best;
}

bool pnrp_own_route(const struct pnrp *p, const struct pnrp_id *id, struct pnrp_route *out)
{
	if (!p->n_local)
		return false;
	*out = (struct pnrp_route){ .id = *id, .port = p->local[0].port, .n = (uint8_t)p->n_local };
	for (uint32_t i = 0; i < p->n_local; i++)
		memcpy(out->ip[i], p->local[i].ip, sizeof(out->ip[i]));
	return true;
}

/* PNRP-8.1: near names lie near (digest 2.4); an IPv4 address says that in its last
 * octets (digest 22). */
static void choose_location(const struct pnrp *p, const struct pnrp_registration *r,
			    uint8_t out[16])
{
	size_t skip = p->o.ipv4 ? 8 : 0;
	memcpy(out, r->has_prefix ? r->prefix : p->local[0].ip + skip, 8);
	p->env->random(p->env->ctx, out + 8, 8);
}

/* One block for all that r only points to. */
static enum err keep(struct pnrp *p, const struct pnrp_registration *r, uint8_t **kept)
{
	size_t n = r->chain.n + r->payload.n;
	*kept = n ? env_resize(p->env, NULL, n) : NULL;
	if (n && !*kept)
		return ERR_NOMEM;
	if (r->chain.n)
		memcpy(*kept, r->chain.p, r->chain.n);
	if (r->payload.n)
		memcpy(*kept + r->chain.n, r->payload.p, r->payload.n);
	return OK;
}

static void take_over(struct pnrp_own *o, const struct pnrp_registration *r, uint8_t *kept)
{
	o->r = *r;
	o->kept = kept;
	o->r.chain = span_of(kept, r->chain.n);
	o->r.payload = span_of(r->payload.n ? kept + r->chain.n : NULL, r->payload.n);
}

enum err pnrp_own_new(struct pnrp *p, const struct pnrp_registration *r, struct pnrp_own **out)
{
	uint8_t *kept;
	struct pnrp_own *o = env_zalloc(p->env, 1, sizeof(*o));
	if (!o || keep(p, r, &kept) != OK) {
		env_free(p->env, o);
		return ERR_NOMEM;
	}
	take_over(o, r, kept);
	o->handle = ++p->next_handle;
	o->name = r->name;
	o->key = r->key;
	const struct pnrp_profile *profile = p->profile;
	pnrp_classifier_hash(p->crypto, profile, &o->name, o->classifier_hash);
	choose_location(p, r, o->location);
	struct pnrp_p2p_id p2p =
		pnrp_p2p_id(p->crypto, profile, o->classifier_hash, o->name.authority);
	o->id = pnrp_id_of(&p2p, o->location);
	list_push_back(&p->own, &o->in);
	p->n_own++;
	*out = o;
	return OK;
}

enum err pnrp_own_change(struct pnrp *p, struct pnrp_own *o, const struct pnrp_registration *r)
{
	uint8_t *kept, *before = o->kept;
	if (keep(p, r, &kept) != OK)
		return ERR_NOMEM;
	take_over(o, r, kept);
	env_free(p->env, before);
	return OK;
}

void pnrp_own_free(struct pnrp *p, struct pnrp_own *o)
{
	list_take(&o->in);
	p->n_own--;
	env_free(p->env, o->kept);
	env_free(p->env, o);
}

void pnrp_own_free_all(struct pnrp *p)
{
	LIST_EACH(at, next, &p->own)
	pnrp_own_free(p, LIST_ENTRY(at, struct pnrp_own, in));
}

/* PNRP-8.3: a revocation can be replayed as long as it is good, so half as long. */
int64_t pnrp_own_not_after(const struct pnrp *p, bool revoke, struct mono now)
{
	return pnrp_wall_now(p, now) + p->o.times.cpa_life / (revoke ? 2 : 1);
}

/* What both kinds of proof say of the name itself. */
static void describe(const struct pnrp_own *o, struct pnrp_cpa *c)
{
	c->has_authority = o->name.secure;
	c->has_classifier = !o->name.secure || o->name.classifier_n > 0;
	memcpy(c->authority, o->name.authority, sizeof(c->authority));
	memcpy(c->classifier_hash, o->classifier_hash, sizeof(c->classifier_hash));
	memcpy(c->location, o->location, sizeof(c->location));
}

/* PNRP-8.2: what a revocation leaves out. */
static void say_where(const struct pnrp *p, const struct pnrp_own *o, struct pnrp_cpa *c)
{
	c->has_payload = o->r.payload_type != PNRP_PAYLOAD_NONE;
	c->comment_n = o->r.comment_n;
	memcpy(c->comment, o->r.comment, FRIENDLY);
	c->n_nodes = (uint8_t)p->n_local;
	memcpy(c->node, p->local, p->n_local * sizeof(*c->node));
	c->n_apps = o->r.n_apps;
	memcpy(c->app, o->r.app, sizeof(c->app));
}

enum err pnrp_own_cpa(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce, bool revoke,
		      uint8_t *out, size_t size, size_t *n, struct mono now)
{
	struct pnrp_cpa c = { .revoke = revoke, .not_after = pnrp_own_not_after(p, revoke, now) };
	describe(o, &c);
	if (!revoke)
		say_where(p, o, &c);
	if (nonce)
		memcpy(c.nonce, nonce, sizeof(c.nonce));
	return pnrp_cpa_make(p->crypto, p->env, p->profile, &c, o->key, out, size, n);
}

enum err pnrp_own_payload(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce,
			  uint8_t *out, size_t size, size_t *n, struct mono now)
{
	struct pnrp_payload e = { .id = o->id,
				  .not_after = pnrp_own_not_after(p, false, now),
				  .type = o->r.payload_type,
				  .data = o->r.payload };
	if (nonce)
		memcpy(e.nonce, nonce, sizeof(e.nonce));
	return pnrp_payload_make(p->crypto, p->env, p->profile, &e, o->key, out, size, n);
}
