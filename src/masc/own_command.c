/* MASC-14, 17, 18: what operators and address servers ask for. Checked here, with
 * a reason one can act on; done by the life of claims and by the plan. */
#include "masc/plan_int.h"

#define RANGES_MOST 64

/* What a CLAIM comes to. */
struct wanted {
	const struct masc_scope_config *scope; /* NULL: any range */
	enum masc_family family;
	struct own_wish wish;
	struct masc_prefix prefix;
};

static enum err refuse(struct masc_out *reply, enum err e, enum masc_reason why)
{
	reply->why = why;
	return e;
}

/* The only scope of the family, when there is one: so nobody need name it. */
static const struct masc_scope_config *only_scope(const struct masc_config *c, enum masc_family f)
{
	const struct masc_scope_config *only = NULL;
	for (size_t i = 0; i < c->n_scopes; i++) {
		if (c->scopes[i].range.family != f)
			continue;
		if (only)
			return NULL;
		only = &c->scopes[i];
	}
	return only;
}

/* Family 0: that of the scope, else IPv4. */
static enum err find_scope(const struct masc *m, const struct masc_command *c,
			   enum masc_family *family, const struct masc_scope_config **scope)
{
	const struct masc_scope_config *s = NULL;
	enum masc_family f = c->family;
	if (c->scope.n) {
		s = masc_config_find_scope(&m->config, c->scope);
		if (!s)
			return ERR_NOT_FOUND;
	}
	if (!f)
		f = s ? (enum masc_family)s->range.family : MASC_IPV4;
	if (f != MASC_IPV4 && f != MASC_IPV6)
		return ERR_RANGE;
	if (s && s->range.family != f)
		return ERR_RANGE;
	*family = f;
	*scope = s ? s : only_scope(&m->config, f);
	return OK;
}

/* -- CLAIM -- */

static bool is_claimable(const struct space *sp, enum masc_family f)
{
	return sp->family == f && !sp->below && !sp->leaving;
}

static enum err check_times(const struct masc *m, const struct masc_command *c,
			    struct masc_out *reply)
{
	if (c->for_us < 0 || c->from < 0)
		return ERR_RANGE;
	/* What others are told must fit 32 bits of seconds. */
	if (c->for_us / MONO_SEC > UINT32_MAX)
		return refuse(reply, ERR_RANGE, MASC_REASON_TOO_LONG);
	if (c->for_us && c->for_us < 4 * m->rules.waiting_period)
		return ERR_RANGE;
	return OK;
}

static bool is_pending_of_ours(const struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->wanted.family && !c->local && masc_prefix_overlaps(&c->wanted, p))
			return true;
	}
	return false;
}

/* The scope's end is kept for relative assignments, and some slots are nobody's. */
static bool may_claim(const struct masc *m, const struct space *sp, const struct masc_prefix *p)
{
	bool split;
	struct masc_prefix barred[MASC_SCOPES_MAX];
	struct policy_space s = { .table = sp->table, .claimable = p, .n_claimable = 1 };
	s.barred = barred;
	s.n_barred = plan_barred(m, barred);
	(void)masc_config_scope_of(&m->config, p, &split);
	return !split && policy_may_claim(&s, p);
}

/* A range of this space covers p. */
static bool lies_in(const struct space *sp, const struct masc_prefix *p)
{
	struct masc_prefix ranges[RANGES_MOST];
	size_t n = space_ranges_in(sp, "", ranges, RANGES_MOST);
	for (size_t i = 0; i < n; i++)
		if (masc_prefix_covers(&ranges[i], p))
			return true;
	return false;
}

static enum err choose_exact(struct masc *m, struct wanted *w, struct masc_out *reply)
{
	const struct masc_prefix *p = &w->prefix;
	if (w->scope && !masc_prefix_covers(&w->scope->range, p))
		return refuse(reply, ERR_RANGE, MASC_REASON_NO_RANGE);
	if (own_overlaps(m, p) || is_pending_of_ours(m, p))
		return ERR_EXISTS;
	struct space *sp = NULL;
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *s = LIST_ENTRY(at, struct space, at);
		if (!sp && is_claimable(s, w->family) && lies_in(s, p))
			sp = s;
	}
	if (!sp)
		return refuse(reply, ERR_RANGE, MASC_REASON_NO_RANGE);
	if (!table_is_free(sp->table, p))
		return refuse(reply, ERR_IN_USE, MASC_REASON_TAKEN);
	if (!may_claim(m, sp, p))
		return ERR_RANGE;
	w->wish.space = sp;
	w->wish.prefix = p;
	return OK;
}

/* The largest range there is; family 0: none is known. */
static struct masc_prefix largest_range(const struct masc *m, const struct wanted *w)
{
	struct masc_prefix ranges[RANGES_MOST], largest = { .family = 0 };
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (!is_claimable(sp, w->family))
			continue;
		size_t n = space_ranges_in(sp, w->wish.scope, ranges, RANGES_MOST);
		for (size_t i = 0; i < n; i++)
			if (!largest.family || ranges[i].length < largest.length)
				largest = ranges[i];
	}
	return largest;
}

static enum err choose_by_size(struct masc *m, struct wanted *w, uint64_t addresses,
			       struct masc_out *reply, struct mono now)
{
	uint64_t least = m->config.claim_least;
	if (addresses == 0)
		return ERR_RANGE;
	addresses = addresses < least ? least : addresses;
	if (w->family == MASC_IPV4 && addresses > UINT64_C(1) << 28)
		return refuse(reply, ERR_RANGE, MASC_REASON_TOO_LARGE);
	w->wish.length = masc_prefix_length_for(w->family, addresses);
	struct masc_prefix largest = largest_range(m, w);
	if (largest.family && largest.length > w->wish.length)
		return refuse(reply, ERR_RANGE, MASC_REASON_TOO_LARGE);
	w->wish.space = plan_space_for(m, w->family, w->wish.scope, w->wish.length, now);
	return w->wish.space ? OK : refuse(reply, ERR_RANGE, MASC_REASON_NO_RANGE);
}

static enum err claim(struct masc *m, const struct masc_command *c, struct masc_out *reply,
		      struct mono now)
{
	struct wanted w = { .prefix = c->prefix };
	struct masc_command by = *c;
	if (c->prefix.family)
		by.family = (enum masc_family)c->prefix.family;
	enum err e = check_times(m, c, reply);
	if (e == OK)
		e = find_scope(m, &by, &w.family, &w.scope);
	if (e != OK)
		return e;
	/* The only scope is no must for a range that is named. */
	if (c->prefix.family && !c->scope.n)
		w.scope = NULL;
	w.wish = (struct own_wish){ .scope = w.scope ? w.scope->name : "",
				    .fixed = true,
				    .lifetime = c->for_us,
				    .not_before = c->from,
				    .why = MASC_REASON_ASKED };
	if (c->prefix.family)
		e = choose_exact(m, &w, reply);
	else
		e = choose_by_size(m, &w, c->addresses, reply, now);
	if (e != OK)
		return e;
	struct own_claim *made;
	e = own_want(m, &w.wish, &made, now);
	if (e != OK)
		return refuse(reply, e, e == ERR_FULL ? MASC_REASON_TOO_MANY : MASC_REASON_NONE);
	reply->number = made->number;
	reply->after = made->put;
	return OK;
}

/* -- DEMAND, DEMAND_END -- */

static enum err demand(struct masc *m, const struct masc_command *c, struct masc_out *reply,
		       struct mono now)
{
	const struct masc_scope_config *scope;
	struct own_demand *made, d = { .addresses = c->addresses, .until = c->until };
	int64_t wall = masc_wall_now(m, now);
	d.from = c->from ? c->from : wall;
	enum err e = find_scope(m, c, &d.family, &scope);
	if (e != OK)
		return e;
	if (c->addresses == 0)
		return ERR_RANGE;
	if (c->addresses > DEMAND_ADDRESSES_MAX)
		return refuse(reply, ERR_RANGE, MASC_REASON_TOO_LARGE);
	if (c->from < 0 || (c->until && (c->until <= d.from || c->until <= wall)))
		return ERR_RANGE;
	if (scope)
		memcpy(d.scope, scope->name, sizeof(d.scope));
	e = demand_add(m, &d, &made);
	if (e != OK)
		return refuse(reply, e, e == ERR_FULL ? MASC_REASON_TOO_MANY : MASC_REASON_NONE);
	reply->number = made->number;
	reply->after = made->put;
	own_replan(m);
	return OK;
}

static enum err end_demand(struct masc *m, const struct masc_command *c, struct masc_out *reply,
			   struct mono now)
{
	struct own_demand *d = demand_find(m->own, c->number);
	if (!d)
		return ERR_NOT_FOUND;
	reply->number = d->number;
	enum err e = demand_end(m, d, &reply->after);
	if (e == OK)
		own_replan(m);
	return e;
}

/* -- WITHDRAW -- */

static struct own_claim *find_claim(const struct masc *m, const struct masc_command *c)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *o = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *p = own_prefix(o) ? own_prefix(o) : &o->wanted;
		if (o->local)
			continue;
		if (c->prefix.family ? masc_prefix_eq(p, &c->prefix) : o->number == c->number)
			return o;
	}
	return NULL;
}

/* MASC-14.8: only what nobody uses. */
static enum err withdraw(struct masc *m, const struct masc_command *c, struct masc_out *reply,
			 struct mono now)
{
	struct own_claim *o = find_claim(m, c);
	if (!o)
		return ERR_NOT_FOUND;
	const struct masc_prefix *held = own_prefix(o);
	if (held && placed_on(m->own, o->number))
		return refuse(reply, ERR_STATE, MASC_REASON_DEMAND);
	if (held && !use_is_none(m, held))
		return refuse(reply, ERR_STATE, MASC_REASON_TAKEN);
	reply->number = o->number;
	enum err e = held ? own_release(o, MASC_REASON_RELEASED, now)
			  : own_drop(o, MASC_REASON_RELEASED, now);
	if (e == OK)
		reply->after = m->own->newest;
	return e;
}

/* -- RESOLVE -- */

static enum err resolve(struct masc *m, const struct masc_command *c, struct masc_out *reply,
			struct mono now)
{
	struct own_clash *k = own_clash_find(m->own, c->number);
	if (!k)
		return ERR_NOT_FOUND;
	reply->number = c->number;
	enum err e = own_clash_resolve(m, k, c->yield, now);
	if (e == OK)
		reply->after = k->put;
	return e;
}

enum err own_command(struct masc *m, const struct masc_command *c, struct masc_out *reply,
		     struct mono now)
{
	static enum err (*const verbs[])(struct masc *, const struct masc_command *,
					 struct masc_out *, struct mono) = {
		[MASC_COMMAND_CLAIM] = claim,		[MASC_COMMAND_DEMAND] = demand,
		[MASC_COMMAND_DEMAND_END] = end_demand, [MASC_COMMAND_WITHDRAW] = withdraw,
		[MASC_COMMAND_RESOLVE] = resolve,
	};
	return verbs[c->kind](m, c, reply, now);
}
