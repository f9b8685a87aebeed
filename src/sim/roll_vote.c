#include "sim/roll.h"

#include "group/invitation.h"
#include "sim/verdict.h"

/* Who stands in a group when some were removed (SIM-12, doc/simulator.md, section 13): whom the
 * others let stand, by the Removals that each has and by what those say, as verdict.h reads
 * them. Who was removed may hold its remover to be out, alone. */

struct crypto *roll_judge(struct world *w)
{
	if (!w->judge && crypto_new(&w->judge, &w->seeded) != OK)
		w->err = ERR_NOMEM;
	return w->judge;
}

static enum err read_chain(struct world *w, const struct roll_grant *r, struct crypto_chain **out)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	struct group_paper p;
	enum err e = group_paper_read(&p, span_of(r->paper, r->n), w->env, &why);
	if (e)
		return e;
	e = crypto_chain_parse(w->judge, group_profile(CRYPTO_MODERN)->crypto, p.octets, out);
	group_paper_free(&p, w->env);
	return e;
}

const struct crypto_chain *roll_chain(struct world *w, const struct roll_grant *r)
{
	struct roll_grant *mine = (struct roll_grant *)(uintptr_t)r;
	if (!r->chain && r->paper && roll_judge(w) && read_chain(w, r, &mine->chain) != OK)
		mine->chain = NULL;
	return r->chain;
}

/* By what one of them has: by any membership that it was given. */
static bool stands(struct world *w, const struct roll_group *g, const struct verdict *v,
		   struct span name)
{
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		uint8_t key[GROUP_AUTHORITY];
		if (!span_eq(span_str(r->name), name))
			continue;
		const struct crypto_chain *chain = roll_chain(w, r);
		if (chain ? verdict_chain(v, chain)
			  : group_authority_of(name, key) &&
				    !verdict_gone(v, key, span_of(NULL, 0)))
			return true;
	}
	return false;
}

static const struct group_removals *removals_at(struct world *w, const struct roll_group *g,
						uint32_t site)
{
	struct groups_info i;
	const struct machine *m = is_raw(w->sites[site]) ? NULL : machine_of(w->sites[site]);
	const struct groups *all = m && !m->rogue && m->node ? node_groups(m->node) : NULL;
	if (!all || groups_find(all, span_str(g->id), &i) != OK || !i.group)
		return NULL;
	return group_removals(i.group);
}

/* Where one node has as many Removals as none has, nothing is to be asked. */
static bool any_removal(struct world *w, const struct roll_group *g)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		const struct group_removals *r = removals_at(w, g, i);
		if (r && group_removals_count(r))
			return true;
	}
	return false;
}

/* ---- who was out for a time ---- */

static bool was_out(const struct roll_group *g, const uint8_t key[GROUP_AUTHORITY])
{
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		uint8_t of[GROUP_AUTHORITY];
		if (r->was_out && group_authority_of(span_str(r->name), of) &&
		    memcmp(of, key, sizeof(of)) == 0)
			return true;
	}
	return false;
}

/* It itself, or one of those between the group and it. */
static bool any_was_out(struct world *w, const struct roll_group *g, const struct roll_grant *r)
{
	const struct crypto_chain *chain = roll_chain(w, r);
	for (size_t i = 1; chain && i < crypto_chain_count(chain); i++) {
		uint8_t key[GROUP_AUTHORITY];
		crypto_authority(w->judge, group_profile(CRYPTO_MODERN)->crypto,
				 crypto_chain_cert(chain, i)->public, key);
		if (was_out(g, key))
			return true;
	}
	return r->was_out;
}

/* By any membership: also by one that a rogue gave it, which it may have signed under. */
bool roll_was_out(struct world *w, const struct roll_group *g, uint32_t site)
{
	struct span name = is_raw(w->sites[site]) ? span_of(NULL, 0)
						  : span_str(machine_of(w->sites[site])->self);
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (span_eq(span_str(r->name), name) && any_was_out(w, g, r))
			return true;
	}
	return false;
}

/* ---- who is out ---- */

/* What of[voter * n + site] they say; has[voter]: it has a voice. */
struct ballot {
	uint32_t n;
	bool *has, *out;
};

static void ask(struct world *w, const struct roll_group *g, struct ballot *b, uint32_t voter)
{
	const struct group_removals *r = removals_at(w, g, voter);
	struct verdict *v = r ? verdict_new(w, r) : NULL;
	for (uint32_t i = 0; v && i < b->n; i++) {
		struct span name = is_raw(w->sites[i]) ? span_of(NULL, 0)
						       : span_str(machine_of(w->sites[i])->self);
		b->has[voter] = true;
		b->out[voter * b->n + i] = name.n && !stands(w, g, v, name);
	}
	verdict_free(v);
}

/* More than half of those who have a voice, and it is no voice in its own matter. */
static void count(const struct ballot *b, bool *outs)
{
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t all = 0, against = 0;
		for (uint32_t v = 0; v < b->n; v++) {
			if (v == i || !b->has[v])
				continue;
			all++;
			against += b->out[v * b->n + i];
		}
		outs[i] = 2 * against > all;
	}
}

/* Those who are out have no voice in the end. */
static void vote(struct world *w, struct roll_group *g)
{
	struct ballot b = { .n = (uint32_t)w->s->n_sites };
	b.has = world_alloc(w, b.n * sizeof(*b.has));
	b.out = world_alloc(w, (size_t)b.n * b.n * sizeof(*b.out));
	if (b.has && b.out) {
		for (uint32_t i = 0; i < b.n; i++)
			ask(w, g, &b, i);
		count(&b, g->outs);
		for (uint32_t i = 0; i < b.n; i++)
			b.has[i] &= !g->outs[i];
		count(&b, g->outs);
	}
	env_free(w->env, b.has);
	env_free(w->env, b.out);
}

bool roll_is_out(struct world *w, const struct roll_group *of, uint32_t site)
{
	struct roll_group *g = (struct roll_group *)(uintptr_t)of;
	if (!g->outs && !(g->outs = world_alloc(w, w->s->n_sites * sizeof(*g->outs))))
		return false;
	if (g->voted == w->events + 1)
		return g->outs[site];
	memset(g->outs, 0, w->s->n_sites * sizeof(*g->outs));
	if (any_removal(w, g))
		vote(w, g);
	g->voted = w->events + 1;
	return g->outs[site];
}
