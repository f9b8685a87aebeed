#include "sim/world_int.h"

/* Whether a condition about claims holds now. */

static const struct masc *core_of(struct world *w, uint32_t site)
{
	const struct machine *m = machine_of(w->sites[site]);
	return m->node ? node_masc(m->node) : NULL;
}

bool claim_is_held(enum masc_life l)
{
	return l == MASC_LIFE_HELD || l == MASC_LIFE_RENEWING || l == MASC_LIFE_GROWING ||
	       l == MASC_LIFE_DEPRECATED;
}

bool claim_find(const struct masc *core, uint64_t number, struct masc_own_info *info)
{
	for (size_t i = 0; core && i < masc_own_count(core); i++) {
		masc_own_info(core, i, info);
		if (info->ours && info->number == number)
			return true;
	}
	return false;
}

/* The claim that was struck is in that state: as it was, or gone on from there. What
 * is only waited for has no end yet. */
bool judge_crashed(struct world *w, const struct scn_condition *c)
{
	const struct struck *s = &machine_of(w->sites[c->a])->struck;
	struct masc_own_info i;
	if (!s->number || !claim_find(core_of(w, c->a), s->number, &i) ||
	    (uint32_t)i.life != c->what || i.timestamp != s->timestamp)
		return false;
	const struct masc_prefix *p = i.prefix.family ? &i.prefix : &i.wanted;
	if (c->test == SCN_GOES_ON)
		return masc_prefix_covers(p, &s->prefix) && (!i.end || i.end >= s->end);
	return masc_prefix_eq(p, &s->prefix) && (!i.end || !s->end || i.end == s->end);
}

bool judge_holds(struct world *w, const struct scn_condition *c)
{
	const struct masc *m = core_of(w, c->a);
	struct masc_own_info info;
	for (size_t i = 0; m && i < masc_own_count(m); i++) {
		masc_own_info(m, i, &info);
		if (claim_is_held(info.life) && masc_prefix_eq(&info.prefix, &c->prefix))
			return true;
	}
	return false;
}

/* Whether such an attribute is known, with this Timestamp unless it is NULL. */
static bool knows(const struct masc *m, uint32_t type, const struct masc_prefix *p,
		  const uint32_t *timestamp)
{
	struct masc_claim_at at = { 0 };
	struct masc_claim_info info;
	while (masc_claim_next(m, &at, p, &info))
		if (info.type == type && masc_prefix_eq(&info.prefix, p) &&
		    (!timestamp || info.timestamp == *timestamp))
			return true;
	return false;
}

bool judge_knows(struct world *w, const struct scn_condition *c)
{
	const struct masc *m = core_of(w, c->a);
	struct masc_claim_at at = { 0 };
	struct masc_claim_info like;
	if (!m || !c->like.family)
		return m && knows(m, c->what, &c->prefix, NULL);
	while (masc_claim_next(m, &at, &c->like, &like))
		if (like.type == c->like_what && masc_prefix_eq(&like.prefix, &c->like) &&
		    knows(m, c->what, &c->prefix, &like.timestamp))
			return true;
	return false;
}

static int64_t count_own(const struct masc *m, uint32_t life)
{
	int64_t n = 0;
	struct masc_own_info info;
	for (size_t i = 0; i < masc_own_count(m); i++) {
		masc_own_info(m, i, &info);
		if (!info.ours)
			continue;
		n += life == MASC_LIFE_COUNT ? claim_is_held(info.life)
					     : (uint32_t)info.life == life;
	}
	return n;
}

static int64_t count_met(const struct masc *m)
{
	int64_t n = 0;
	struct masc_demand_info info;
	for (size_t i = 0; i < masc_demand_count(m); i++) {
		masc_demand_info(m, i, &info);
		n += (int64_t)info.met;
	}
	return n;
}

int64_t judge_claim_count(struct world *w, const struct scn_condition *c)
{
	const struct masc *m = core_of(w, c->a);
	struct masc_claims_info info;
	if (!m)
		return 0;
	if (c->test == SCN_OWN)
		return count_own(m, c->what);
	if (c->test == SCN_MET)
		return count_met(m);
	if (c->test == SCN_CLASHES)
		return (int64_t)masc_clash_count(m);
	masc_claims_info(m, &info);
	return (int64_t)info.known[c->what];
}
