#include "sim/rogue_int.h"

/* Memberships without number, which a rogue may issue: of people whom it makes up, and ever
 * newer ones of members that are there. */

#define PERSON "crowd"

static bool may_issue(const struct rogue *r)
{
	return roll_may(r->group, span_str(r->name[0]), CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER,
			rogue_wall(r));
}

/* From now on it may be here. */
static enum err issue_to(struct rogue *r, struct span public, struct span name)
{
	struct rogue_octets chain = { NULL, 0 };
	struct world *w = r->m->site.w;
	int64_t until = roll_until(r->group, span_str(r->name[0]));
	enum err e = rogue_chain_for(r, public, name, until, &chain);
	struct roll_grant *g =
		e ? NULL
		  : roll_grant(w, r->group, r->m->site.index, name, CRYPTO_ROLE_MEMBER, until);
	if (g) {
		/* Whether it stands, its chain says: its issuer may be out by another's. */
		if (roll_judge(w) && crypto_chain_parse(w->judge, r->profile->crypto,
							span_of(chain.p, chain.n), &g->chain))
			g->chain = NULL;
		g->asked = rogue_wall(r);
		g->published = true;
		rogue_publish(r, span_of(chain.p, chain.n));
	}
	env_free(r->env, chain.p);
	return g ? OK : ERR_NOMEM;
}

static enum err issue_to_nobody(struct rogue *r)
{
	char buffer[GROUP_NAME_OCTETS + 1];
	struct text name = TEXT_OF(buffer);
	struct crypto_key *key = NULL;
	enum err e = crypto_key_make(r->crypto, r->env, r->profile->crypto, &key);
	if (!e)
		e = group_name_make(r->crypto, r->profile->crypto, crypto_key_public(key),
				    span_str(PERSON), &name);
	if (!e)
		e = issue_to(r, crypto_key_public(key), span_of(name.p, name.n));
	crypto_key_free(key);
	return e;
}

/* Any member that is no more than that: what would lower somebody does not count. */
static const struct roll_grant *some_member(struct rogue *r)
{
	const struct roll_grant *found = NULL;
	uint64_t seen = 0;
	LIST_EACH(i, next, &r->group->grants)
	{
		const struct roll_grant *g = LIST_ENTRY(i, struct roll_grant, at);
		bool plain = g->paper && !roll_may(r->group, span_str(g->name),
						   CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER, 0);
		if (plain && g->site != r->m->site.index && !rng_below(&r->rng, ++seen))
			found = g;
	}
	return found;
}

static enum err issue_to_member(struct rogue *r)
{
	const struct roll_grant *g = some_member(r);
	struct rogue_octets own = { NULL, 0 };
	struct crypto_chain *chain = NULL;
	enum err e = g ? rogue_chain(r, ROGUE_SHOW_COPIED, g->site, &own) : ERR_NOT_FOUND;
	if (!e)
		e = crypto_chain_parse(r->crypto, r->profile->crypto, span_of(own.p, own.n),
				       &chain);
	if (!e) {
		const struct crypto_cert *leaf = group_chain_leaf(chain);
		e = issue_to(r, leaf->public, leaf->subject_name);
	}
	crypto_chain_free(chain);
	env_free(r->env, own.p);
	return e;
}

void rogue_issue(struct rogue *r, uint32_t count)
{
	for (uint32_t i = 0; may_issue(r) && i < count; i++)
		(void)!(rng_below(&r->rng, 3) ? issue_to_nobody(r) : issue_to_member(r));
}
