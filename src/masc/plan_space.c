/* MASC-18.6: where a claim may go, and what of a space a scope leaves. */
#include "masc/plan_int.h"

/* The part of `range` inside the scope; family 0: none. */
static struct masc_prefix part_in(const struct masc_scope_config *s,
				  const struct masc_prefix *range)
{
	if (masc_prefix_covers(&s->range, range))
		return *range;
	if (masc_prefix_covers(range, &s->range))
		return s->range;
	return (struct masc_prefix){ .family = 0 };
}

size_t space_ranges_in(const struct space *sp, const char *scope, struct masc_prefix *out,
		       size_t room)
{
	size_t all = space_ranges(sp, out, room), n = 0;
	all = all < room ? all : room;
	if (!*scope)
		return all;
	const struct masc_scope_config *s = masc_config_find_scope(&sp->m->config, span_str(scope));
	for (size_t i = 0; s && i < all; i++) {
		struct masc_prefix p = part_in(s, &out[i]);
		if (p.family)
			out[n++] = p;
	}
	return n;
}

static bool has_local(const struct masc *m, const struct space *sp)
{
	const struct list *claims = &m->own->claims;
	for (const struct list *at = claims->next; at != claims; at = at->next) {
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->local && c->space == sp)
			return true;
	}
	return false;
}

/* MASC-18.3: a start knows of children what its pages say, and that may be
 * nothing: what is local is not given back for want of news. */
bool plan_is_leaf(const struct masc *m, enum masc_family f)
{
	/* Nobody changes the space; there is one for reading and writing alike. */
	const struct space *sp = space_below((struct masc *)(uintptr_t)m, f);
	if (!sp)
		return true;
	if (table_count(sp->table) != table_count_of_domain(sp->table, &m->config.domain))
		return false;
	return sp->complete || !has_local(m, sp);
}

static size_t without_scope(enum masc_family f)
{
	return f == MASC_IPV6;
}

size_t pool_of_name(const struct masc *m, enum masc_family f, const char *scope)
{
	if (!*scope)
		return without_scope(f);
	const struct masc_scope_config *s = masc_config_find_scope(&m->config, span_str(scope));
	if (!s || s->range.family != f)
		return POOL_NONE;
	return 2 + (size_t)(s - m->config.scopes);
}

size_t pool_of_prefix(const struct masc *m, const struct masc_prefix *p)
{
	bool split;
	const struct masc_scope_config *s = masc_config_scope_of(&m->config, p, &split);
	return s ? 2 + (size_t)(s - m->config.scopes) : without_scope((enum masc_family)p->family);
}

/* By what is held, else claimed, else by the scope it was asked for. */
size_t pool_of_claim(const struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	if (p)
		return pool_of_prefix(c->space->m, p);
	if (c->wanted.family)
		return pool_of_prefix(c->space->m, &c->wanted);
	return pool_of_name(c->space->m, c->space->family, c->scope);
}

static size_t pool_with_claim(const struct plan_run *r, enum masc_family f)
{
	for (size_t i = 0; i < r->n_claims; i++)
		if (r->claims[i] && r->claims[i]->space && r->claims[i]->space->family == f)
			return pool_of_claim(r->claims[i]);
	return POOL_NONE;
}

static bool has_range(const struct plan_run *r, const struct pool *p)
{
	LIST_EACH(at, next, &r->m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == p->family && !sp->below &&
		    space_ranges_in(sp, p->scope, r->ranges, OWN_CLAIMS_MAX))
			return true;
	}
	return false;
}

/* The scope in which something of ours is already, else the first that has a
 * range: so that all without a scope is planned together. */
size_t pool_usual(const struct plan_run *r, enum masc_family f)
{
	size_t pool = pool_with_claim(r, f);
	if (pool != POOL_NONE)
		return pool;
	for (size_t i = 2; i < r->n_pools; i++)
		if (r->pools[i].family == f && has_range(r, &r->pools[i]))
			return i;
	return without_scope(f);
}

size_t pool_of_demand(const struct plan_run *r, const struct own_demand *d)
{
	if (!*d->scope)
		return r->usual[d->family == MASC_IPV6];
	return pool_of_name(r->m, d->family, d->scope);
}

bool plan_may_use(const struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	return c->space && c->active && own_is_held(c) && p && !own_is_withdrawn(c, p);
}

/* MASC-15.4: the ends of scopes. */
size_t plan_barred(const struct masc *m, struct masc_prefix out[MASC_SCOPES_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < m->config.n_scopes; i++)
		if (policy_relative(&m->config.scopes[i].range, &out[n]))
			n++;
	return n;
}

bool space_has_room(struct plan_run *r, const struct space *sp, const char *scope, uint8_t length)
{
	struct masc_prefix barred[MASC_SCOPES_MAX];
	struct policy_space s = { .table = sp->table, .claimable = r->ranges, .barred = barred };
	s.n_claimable = space_ranges_in(sp, scope, r->ranges, OWN_CLAIMS_MAX);
	s.n_barred = plan_barred(r->m, barred);
	return policy_has_room(&s, length);
}

static bool holds_in(const struct plan_run *r, const struct space *sp, size_t pool)
{
	for (size_t i = 0; i < r->n_claims; i++) {
		const struct own_claim *c = r->claims[i];
		if (c && !c->local && c->space == sp && own_is_held(c) && pool_of_claim(c) == pool)
			return true;
	}
	return false;
}

/* The lower the better. */
enum rank {
	RANK_HOLDS,
	RANK_SYNCED,
	RANK_OTHER,
	RANKS
};

/* Spaces come in the order of Domain IDs: the first of a rank is the lowest. */
struct choice {
	struct space *with_room[RANKS], *full[RANKS];
	bool any_range, any_synced, any;
};

static void consider(struct plan_run *r, size_t pool, uint8_t length, struct space *sp,
		     struct choice *c)
{
	const struct pool *p = &r->pools[pool];
	if (sp->below || sp->leaving || sp->family != p->family)
		return;
	if (sp->scope && *p->scope && pool_of_name(r->m, p->family, sp->scope->name) != pool)
		return;
	c->any = true;
	bool synced = space_synced(sp, r->now);
	enum rank rank = synced ? RANK_SYNCED : RANK_OTHER;
	rank = holds_in(r, sp, pool) ? RANK_HOLDS : rank;
	bool room = space_has_room(r, sp, p->scope, length);
	struct space **best = room ? &c->with_room[rank] : &c->full[rank];
	if (!*best)
		*best = sp;
	c->any_synced = c->any_synced || synced;
	c->any_range =
		c->any_range || room || space_ranges_in(sp, p->scope, r->ranges, OWN_CLAIMS_MAX);
}

static struct space *first_of(struct space *const ranked[RANKS])
{
	for (size_t i = 0; i < RANKS; i++)
		if (ranked[i])
			return ranked[i];
	return NULL;
}

struct space *plan_choose(struct plan_run *r, size_t pool, uint8_t length, struct space **asked,
			  enum masc_reason *why)
{
	struct choice c = { .any_range = false };
	LIST_EACH(at, next, &r->m->spaces)
	consider(r, pool, length, LIST_ENTRY(at, struct space, at), &c);
	struct space *sp = first_of(c.with_room);
	*asked = NULL;
	if (sp)
		return sp;
	*asked = first_of(c.full);
	*why = MASC_REASON_NO_ROOM;
	if (!c.any_range)
		*why = c.any && !c.any_synced ? MASC_REASON_NO_SESSION : MASC_REASON_NO_RANGE;
	return NULL;
}

struct space *plan_space_for(struct masc *m, enum masc_family f, const char *scope, uint8_t length,
			     struct mono now)
{
	struct plan_run r;
	enum masc_reason why;
	struct space *asked, *sp = NULL;
	size_t pool = pool_of_name(m, f, scope);
	if (pool == POOL_NONE)
		return NULL;
	if (run_start(&r, m, now) == OK) {
		sp = plan_choose(&r, pool, length, &asked, &why);
		sp = sp ? sp : asked;
	}
	run_end(&r);
	return sp;
}
