/* Memberships of those who are away (GROUP-9.17). Whoever is here publishes its own record
 * again before it ends; who is not for longer would be unknown to all that come meanwhile,
 * and what it had published too. So somebody who could have issued it does that. */
#include "group/group_int.h"

#define ROUND 16 /* are published in one turn */

static struct group_credential *credential_at(struct list *at)
{
	return LIST_ENTRY(at, struct group_credential, all);
}

/* The newest of our own is published by itself; older ones sign what still stands. */
static bool may(const struct group *g, const struct group_member *m,
		const struct group_credential *c)
{
	if (span_eq(m->name, span_str(g->self)))
		return !span_eq(c->serial, group_chain_leaf(g->own)->serial);
	return !(c->roles & ~group_role_issuable(g->roles));
}

static void sooner(struct group *g, int64_t at)
{
	if (at < g->keep_next)
		g->keep_next = at;
}

/* A member that is here is first, a quarter of its life before; of the others one is by
 * chance. */
static void plan(struct group *g, const struct group_member *m, struct group_credential *c)
{
	int64_t left = c->until - group_time(g), lead = group_own_life(g) / 8;
	int64_t latest = group_own_latest(g, c->to < g->to ? c->to : g->to);
	c->again = INT64_MAX;
	if (!c->until || !may(g, m, c) || latest - c->until <= 2 * GROUP_SLACK)
		return;
	if (lead > left / 4)
		lead = left > 0 ? left / 4 : 0;
	int64_t spread = left > 0 ? lead / 2 : GROUP_POLICY_LATE;
	c->again = group_time(g) + (left > 0 ? left - lead : 0) +
		   (int64_t)env_random_below(g->env, (uint64_t)spread + 1);
	sooner(g, c->again);
}

void group_keep_seen(struct group *g, struct span name, struct span serial, int64_t until)
{
	struct group_member *m = group_members_find(g->members, name);
	struct group_credential *c = m ? group_member_credential(m, serial, group_time(g)) : NULL;
	if (!c || until <= c->until)
		return;
	c->until = until;
	plan(g, m, c);
}

void group_keep_all(struct group *g)
{
	struct group_member *m = NULL;
	g->keep_next = INT64_MAX;
	while ((m = group_members_next(g->members, m)))
		LIST_EACH(at, tmp, &m->credentials)
	plan(g, m, credential_at(at));
}

enum err group_credential_octets(const struct group *g, const struct group_credential *c,
				 struct group_octets *out)
{
	struct span certs[CRYPTO_CHAIN_CERTS];
	size_t count = crypto_chain_count(c->chain), size = 1024, n;
	for (size_t i = 0; i < count; i++) {
		certs[i] = crypto_chain_cert(c->chain, i)->der;
		size += certs[i].n;
	}
	uint8_t *room = env_zalloc(g->env, 1, size);
	if (!room)
		return ERR_NOMEM;
	enum err e = crypto_chain_make(g->crypto, certs, count, room, size, &n);
	if (e)
		env_free(g->env, room);
	else
		*out = (struct group_octets){ room, n };
	return e;
}

static enum err publish(struct group *g, const struct group_credential *c)
{
	struct group_octets chain;
	enum err e = group_credential_octets(g, c, &chain);
	if (e)
		return e;
	e = group_publish_for(g, span_of(chain.p, chain.n), g->now);
	env_free(g->env, chain.p);
	return e;
}

/* Once it is there, it is planned anew; else it is tried again. */
static void keep(struct group *g, struct group_credential *c, size_t *n)
{
	int64_t now = group_time(g);
	if (c->again <= now) {
		bool later = ++*n > ROUND;
		if (!later)
			(void)!publish(g, c);
		c->again = now + (later ? MONO_SEC : GROUP_AGAIN);
	}
	sooner(g, c->again);
}

void group_keep_due(struct group *g)
{
	struct group_member *m = NULL;
	size_t n = 0;
	if (group_time(g) < group_keep_next(g))
		return;
	g->keep_next = INT64_MAX;
	while ((m = group_members_next(g->members, m)))
		LIST_EACH(at, tmp, &m->credentials)
	keep(g, credential_at(at), &n);
}

int64_t group_keep_next(const struct group *g)
{
	return g->ready && group_own_valid(g) ? g->keep_next : INT64_MAX;
}
