/* What is known of claims, for whoever looks; nothing here changes it. */
#include "masc/guard_int.h"

static const struct space *space_at(const struct masc *m, uint32_t i)
{
	LIST_EACH(at, next, &m->spaces)
	if (i-- == 0)
		return LIST_ENTRY(at, struct space, at);
	return NULL;
}

/* Whether `at` is behind the place (p, r) in the order of addresses. */
static bool is_behind(const struct masc_prefix *at, uint32_t r, const struct masc_claim_at *than)
{
	if (!than->prefix.family)
		return true;
	int c = masc_prefix_cmp(at, &than->prefix);
	return c > 0 || (c == 0 && r > than->ref);
}

/* Of those that cover `within`, the first behind the place. */
static uint32_t next_cover(const struct table *t, const struct masc_claim_at *place,
			   const struct masc_prefix *within)
{
	struct table_walk w;
	struct wire_claim c;
	uint32_t best = 0;
	struct masc_prefix best_at = { .family = 0 };
	table_covers(t, within, &w);
	for (uint32_t r; (r = table_covers_next(&w));) {
		if (!table_get(t, r, &c))
			continue;
		struct masc_prefix at = table_prefix_of(&c);
		int order = best ? masc_prefix_cmp(&at, &best_at) : -1;
		if (!is_behind(&at, r, place) || order > 0 || (order == 0 && r > best))
			continue;
		best = r;
		best_at = at;
	}
	return best;
}

static uint32_t next_inside(const struct table *t, const struct masc_claim_at *place,
			    const struct masc_prefix *within)
{
	struct wire_claim c;
	bool begun = place->prefix.family && masc_prefix_covers(within, &place->prefix);
	uint32_t r = table_after(t, begun ? &place->prefix : within, begun ? place->ref : 0);
	if (!r || !table_get(t, r, &c))
		return 0;
	struct masc_prefix at = table_prefix_of(&c);
	return masc_prefix_covers(within, &at) ? r : 0;
}

static uint32_t next_of(const struct space *sp, const struct masc_claim_at *place,
			const struct masc_prefix *within)
{
	const struct table *t = sp->table;
	if (!within)
		return table_after(t, place->prefix.family ? &place->prefix : NULL, place->ref);
	if (within->family != sp->family)
		return 0;
	uint32_t r = next_cover(t, place, within);
	return r ? r : next_inside(t, place, within);
}

static void fill(const struct space *sp, uint32_t r, const struct wire_claim *c,
		 struct masc_claim_info *out)
{
	struct table_mark mark = table_mark_of(sp->table, r);
	const struct peer *p = sync_peer_of(sp->m, &mark);
	*out = (struct masc_claim_info){
		.type = c->type,
		.role = (enum masc_role)c->role,
		.deprecated = c->deprecated,
		.stale = sync_stale(sp->m, &mark),
		.ours = mark.ours,
		.holds = mark.holds,
		.prefix = table_prefix_of(c),
		.domain = c->domain,
		.node = c->node,
		.timestamp = c->timestamp,
		.lifetime = c->lifetime,
		.hold_time = c->hold_time,
		.parent = sp->parent,
		.below = sp->below,
	};
	if (p)
		memcpy(out->peer, p->config->name, sizeof(out->peer));
}

bool masc_claim_next(const struct masc *m, struct masc_claim_at *at,
		     const struct masc_prefix *within, struct masc_claim_info *out)
{
	struct wire_claim c;
	const struct space *sp;
	for (; (sp = space_at(m, at->space)); at->space++) {
		uint32_t r = next_of(sp, at, within);
		if (r && table_get(sp->table, r, &c)) {
			fill(sp, r, &c, out);
			at->ref = r;
			at->prefix = out->prefix;
			return true;
		}
		at->ref = 0;
		at->prefix = (struct masc_prefix){ .family = 0 };
	}
	return false;
}

/* -- ranges -- */

static size_t ranges_of(const struct space *sp)
{
	if (sp->below)
		return 0;
	return sp->scope ? 1 : sp->given.n;
}

size_t masc_range_count(const struct masc *m)
{
	size_t n = 0;
	LIST_EACH(at, next, &m->spaces)
	n += ranges_of(LIST_ENTRY(at, struct space, at));
	return n;
}

static void scope_range(const struct space *sp, struct masc_range_info *out)
{
	out->prefix = sp->scope->range;
	memcpy(out->scope, sp->scope->name, sizeof(out->scope));
}

static void given_range(const struct space *sp, size_t i, struct masc_range_info *out)
{
	struct wire_claim c;
	uint32_t r = sp->given.refs[i];
	struct table_mark mark = table_mark_of(sp->table, r);
	bool split;
	if (!table_get(sp->table, r, &c))
		return;
	out->prefix = table_prefix_of(&c);
	out->parent = sp->parent;
	out->deprecated = c.deprecated;
	out->stale = sync_stale(sp->m, &mark);
	out->end = ((int64_t)c.timestamp + c.lifetime) * MONO_SEC;
	const struct masc_scope_config *scope =
		masc_config_scope_of(&sp->m->config, &out->prefix, &split);
	if (scope)
		memcpy(out->scope, scope->name, sizeof(out->scope));
}

void masc_range_info(const struct masc *m, size_t i, struct masc_range_info *out)
{
	*out = (struct masc_range_info){ 0 };
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (i >= ranges_of(sp)) {
			i -= ranges_of(sp);
			continue;
		}
		if (sp->scope)
			scope_range(sp, out);
		else
			given_range(sp, i, out);
		out->synced = sp->synced;
		return;
	}
}

void masc_claims_info(const struct masc *m, struct masc_claims_info *out)
{
	const struct guards *g = m->guards;
	*out = (struct masc_claims_info){
		.most = (size_t)m->config.claims_most,
		.children = guard_children(m),
		.paused = m->own ? m->own->paused : MASC_REASON_NONE,
		.refused_full = g->refused_full,
		.damped = g->damped,
		.resent = g->resent,
		.wait_differs = g->wait_differs,
	};
	out->leaf = out->children == 0;
	LIST_EACH(at, next, &m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		out->octets += table_octets(sp->table);
		for (unsigned type = 0; type < WIRE_ATTRIBUTES; type++)
			out->known[type] += table_count_of(sp->table, (enum wire_attribute)type);
	}
}
