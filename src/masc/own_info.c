/* A look at what we and the other nodes of our domain hold; changes nothing. */
#include "masc/own_life.h"

static bool is_ours(const struct masc *m, const struct wire_claim *w)
{
	return (w->type == WIRE_PREFIX_IN_USE || w->type == WIRE_PREFIX_MANAGED) &&
	       w->role == MASC_INTERNAL_PEER && masc_id_eq(&w->domain, &m->config.domain);
}

/* Of the spaces above: what lies below is handed on. */
static bool is_above(const struct space *sp, const struct masc_prefix *p)
{
	return !sp->below && sp->family == p->family;
}

struct cover {
	bool found, deprecated;
	uint32_t end;
};

/* Takes the longest where several do. */
static void cover(const struct masc *m, const struct space *sp, const struct masc_prefix *p,
		  struct cover *out)
{
	struct table_walk walk;
	struct wire_claim w;
	table_covers(sp->table, p, &walk);
	for (uint32_t r; (r = table_covers_next(&walk));) {
		if (!table_get(sp->table, r, &w) || !is_ours(m, &w))
			continue;
		uint64_t ends = (uint64_t)w.timestamp + w.lifetime;
		uint32_t end = ends > UINT32_MAX ? UINT32_MAX : (uint32_t)ends;
		if (!out->found || end > out->end)
			*out = (struct cover){ true, w.deprecated, end };
	}
}

bool own_covers(const struct masc *m, const struct masc_prefix *p, uint32_t *end, bool *deprecated)
{
	struct cover c = { .found = false };
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (is_above(sp, p))
			cover(m, sp, p, &c);
	}
	if (c.found && end)
		*end = c.end;
	if (c.found && deprecated)
		*deprecated = c.deprecated;
	return c.found;
}

/* What we hold there is on a list: in the table there are those of siblings too. */
static bool overlaps(const struct masc *m, const struct space *sp, const struct masc_prefix *p)
{
	struct wire_claim w;
	for (size_t i = 0; i < sp->held.n; i++) {
		if (!table_get(sp->table, sp->held.refs[i], &w) || !is_ours(m, &w))
			continue;
		struct masc_prefix held = table_prefix_of(&w);
		if (masc_prefix_overlaps(&held, p))
			return true;
	}
	return false;
}

bool own_overlaps(const struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (is_above(sp, p) && overlaps(m, sp, p))
			return true;
	}
	return false;
}

/* -- claims -- */

static bool is_colleagues(const struct space *sp, uint32_t r, struct wire_claim *w)
{
	return table_get(sp->table, r, w) && is_ours(sp->m, w) && !table_mark_of(sp->table, r).ours;
}

/* A place among what is held above. */
struct place {
	const struct list *space; /* NULL to begin */
	size_t held;
};

/* The next of other nodes of our domain. False: none left. */
static bool next_colleagues(const struct masc *m, struct place *at, const struct space **sp,
			    struct wire_claim *w)
{
	if (!at->space)
		at->space = m->spaces.next;
	for (; at->space != &m->spaces; at->space = at->space->next, at->held = 0) {
		*sp = LIST_ENTRY(at->space, const struct space, at);
		while (at->held < (*sp)->held.n)
			if (is_colleagues(*sp, (*sp)->held.refs[at->held++], w))
				return true;
	}
	return false;
}

size_t masc_own_count(const struct masc *m)
{
	const struct space *sp;
	struct place at = { .held = 0 };
	struct wire_claim w;
	if (!m->own)
		return 0;
	size_t n = m->own->n_claims;
	while (next_colleagues(m, &at, &sp, &w))
		n++;
	return n;
}

static void scope_name(const struct masc *m, const struct masc_prefix *p, char *name)
{
	bool split;
	const struct masc_scope_config *s = masc_config_scope_of(&m->config, p, &split);
	if (s)
		memcpy(name, s->name, sizeof(s->name));
}

static void times_info(const struct own_claim *c, struct masc_own_info *out)
{
	const struct masc *m = c->in->m;
	out->timestamp = c->n_parts ? c->parts[0].timestamp : c->claimed_at;
	out->end = c->n_parts ? c->end : 0;
	out->wait_left = -1;
	out->frozen = own_is_pending(c) && c->frozen;
	if (own_is_pending(c))
		out->wait_left = c->frozen ? c->wait_left : 0;
	if (timer_armed(&c->timer))
		out->due = m->wall.us + mono_since(c->timer.at, m->wall_at);
}

static bool has_withdrawn(const struct own_claim *c)
{
	return c->life == MASC_LIFE_CLASHED;
}

/* Whoever has the range that an operator named. */
static struct masc_id rival_of(const struct own_claim *c)
{
	if (c->why != MASC_REASON_TAKEN || !c->space || !c->wanted.family)
		return (struct masc_id){ { 0 } };
	return cache_holder(c->space, &c->wanted, &c->in->m->config.domain,
			    1U << WIRE_PREFIX_IN_USE | 1U << WIRE_CLAIM_TO_EXPAND |
				    1U << WIRE_NEW_CLAIM);
}

static void claim_info(const struct own_claim *c, struct masc_own_info *out)
{
	const struct masc *m = c->in->m;
	*out = (struct masc_own_info){
		.number = c->number,
		.life = c->life,
		.why = c->why,
		.wanted = c->wanted,
		.parent = c->home.below ? m->config.domain : c->home.parent,
		.node = m->config.node,
		.ours = true,
		.local = c->local,
		.withdrawn = has_withdrawn(c),
		.disputed = c->disputed,
		.rival = rival_of(c),
		.used = c->used,
	};
	if (own_prefix(c))
		out->prefix = *own_prefix(c);
	if (c->length)
		out->addresses = masc_prefix_size(&(struct masc_prefix){
			.family = (uint8_t)c->home.family, .length = c->length });
	memcpy(out->scope, c->scope, sizeof(out->scope));
	const struct masc_prefix *p = own_prefix(c) ? own_prefix(c) : &c->wanted;
	if (p->family)
		scope_name(m, p, out->scope);
	times_info(c, out);
}

static void colleague_info(const struct space *sp, const struct wire_claim *w,
			   struct masc_own_info *out)
{
	*out = (struct masc_own_info){
		.life = w->deprecated ? MASC_LIFE_DEPRECATED : MASC_LIFE_HELD,
		.prefix = table_prefix_of(w),
		.parent = sp->parent,
		.node = w->node,
		.timestamp = w->timestamp,
		.end = ((int64_t)w->timestamp + w->lifetime) * MONO_SEC,
		.wait_left = -1,
	};
	scope_name(sp->m, &out->prefix, out->scope);
}

/* Ours by number, then what other nodes of our domain hold. */
void masc_own_info(const struct masc *m, size_t i, struct masc_own_info *out)
{
	const struct space *sp;
	struct place place = { .held = 0 };
	struct wire_claim w;
	*out = (struct masc_own_info){ .wait_left = -1 };
	LIST_EACH(at, next, &m->own->claims)
	if (i-- == 0) {
		claim_info(LIST_ENTRY(at, struct own_claim, at), out);
		return;
	}
	while (next_colleagues(m, &place, &sp, &w))
		if (i-- == 0) {
			colleague_info(sp, &w, out);
			return;
		}
}

/* -- clashes -- */

size_t masc_clash_count(const struct masc *m)
{
	return m->own ? m->own->n_clashes : 0;
}

bool masc_clashes_cut(const struct masc *m)
{
	return m->own && m->own->clashes_cut;
}

void masc_clash_info(const struct masc *m, size_t i, struct masc_clash_info *out)
{
	*out = (struct masc_clash_info){ .number = 0 };
	LIST_EACH(at, next, &m->own->clashes)
	if (i-- == 0) {
		*out = LIST_ENTRY(at, struct own_clash, at)->info;
		return;
	}
}
