/* What is known of a group's invitations (GROUP-14.14 to GROUP-14.16). */
#include "group/secrets_int.h"

const struct group_secrets_limits group_secrets_limits_default = {
	.invitations = 1024,
	.of_maker = 256,
	.octets = 64 << 20,
	.tallies = 8192,
	.of_creator = 1024,
	.uses = 65536,
};

static struct group_asked_in *invitation_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_asked_in, all);
}

/* ---- life ---- */

enum err group_secrets_new(struct group_secrets **out, const struct env *env,
			   const struct group_secrets_limits *limits)
{
	struct group_secrets *s = env_zalloc(env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->env = env;
	s->limits = *limits;
	list_init(&s->invitations);
	list_init(&s->counted);
	map_init(&s->by_id, env);
	*out = s;
	return OK;
}

void group_secrets_drop(struct group_secrets *s, struct group_asked_in *i)
{
	list_take(&i->all);
	s->n_invitations--;
	s->n_octets -= i->n_octets;
	env_free(s->env, i->octets);
	env_free(s->env, i);
}

void group_secrets_free(struct group_secrets *s)
{
	if (!s)
		return;
	LIST_EACH(n, tmp, &s->invitations)
	group_secrets_drop(s, invitation_at(n));
	LIST_EACH(n, tmp, &s->counted)
	group_tally_drop(s, group_counted_at(n));
	map_free(&s->by_id);
	env_free(s->env, s);
}

/* ---- invitations ---- */

static struct group_asked_in *of_record(const struct group_secrets *s, const struct graph_guid *id)
{
	LIST_EACH(n, tmp, &s->invitations)
	if (graph_guid_eq(&invitation_at(n)->record, id))
		return invitation_at(n);
	return NULL;
}

static size_t count_of(const struct group_secrets *s, struct span maker)
{
	size_t n = 0;
	LIST_EACH(at, tmp, (struct list *)(uintptr_t)&s->invitations)
	n += span_eq(invitation_at(at)->what.maker, maker);
	return n;
}

static enum err add_invitation(struct group_secrets *s, const struct group_secrets_at *at,
			       const struct group_invitation *what, struct group_asked_in **out)
{
	const struct group_asked_in *same =
		group_secrets_find(s, span_of(what->id, sizeof(what->id)));
	if (same && !span_eq(same->what.maker, what->maker))
		return ERR_DENIED;
	if (s->n_invitations >= s->limits.invitations ||
	    count_of(s, what->maker) >= s->limits.of_maker)
		return ERR_FULL;
	struct group_asked_in *i = env_zalloc(s->env, 1, sizeof(*i));
	if (!i)
		return ERR_NOMEM;
	i->record = at->record;
	i->made = at->made;
	i->put = at->put;
	list_push_back(&s->invitations, &i->all);
	s->n_invitations++;
	*out = i;
	return OK;
}

/* GROUP-14.16: a record stays the invitation that it was. */
static enum err place_of(struct group_secrets *s, const struct group_secrets_at *at,
			 const struct group_invitation *what, struct group_asked_in **i)
{
	*i = of_record(s, &at->record);
	if (!*i)
		return add_invitation(s, at, what, i);
	bool same = memcmp((*i)->what.id, what->id, sizeof(what->id)) == 0;
	return same ? OK : ERR_DENIED;
}

static enum err learn_invitation(struct group_secrets *s, const struct group_secrets_at *at,
				 struct span payload)
{
	struct group_asked_in *i = of_record(s, &at->record);
	struct group_inviting x;
	size_t before = i ? i->n_octets : 0;
	if (s->n_octets - before + payload.n > s->limits.octets)
		return ERR_FULL;
	uint8_t *octets = env_copy(s->env, payload.p, payload.n);
	enum err e = octets ? group_inviting_read(&x, span_of(octets, payload.n)) : ERR_NOMEM;
	if (!e)
		e = place_of(s, at, &x.invitation, &i);
	if (e) {
		env_free(s->env, octets);
		return e;
	}
	env_free(s->env, i->octets);
	i->octets = octets;
	i->n_octets = payload.n;
	s->n_octets += payload.n - before;
	i->what = x.invitation;
	i->until = at->until;
	return OK;
}

struct group_asked_in *group_secrets_find(const struct group_secrets *s, struct span id)
{
	struct group_asked_in *found = NULL;
	LIST_EACH(n, tmp, &s->invitations)
	{
		struct group_asked_in *i = invitation_at(n);
		if (!span_eq(span_of(i->what.id, sizeof(i->what.id)), id))
			continue;
		if (!found || memcmp(i->record.at, found->record.at, sizeof(i->record.at)) < 0)
			found = i;
	}
	return found;
}

struct group_asked_in *group_secrets_next(const struct group_secrets *s,
					  const struct group_asked_in *after)
{
	struct list *n = after ? after->all.next : s->invitations.next;
	return n == &s->invitations ? NULL : invitation_at(n);
}

/* ---- of either ---- */

enum err group_secrets_learn(struct group_secrets *s, const struct group_secrets_at *at,
			     struct span payload)
{
	struct group_inviting x;
	enum err e = group_inviting_read(&x, payload);
	if (e)
		return e;
	return x.kind == GROUP_TALLY ? group_tally_learn(s, at, &x.tally)
				     : learn_invitation(s, at, payload);
}

void group_secrets_forget(struct group_secrets *s, const struct graph_guid *record)
{
	struct group_asked_in *i = of_record(s, record);
	struct group_counted *c = group_tally_of_record(s, record);
	if (i)
		group_secrets_drop(s, i);
	if (c && !c->ours)
		group_tally_drop(s, c);
}

/* GROUP-14.50 */
void group_secrets_lost(struct group_secrets *s, uint64_t first)
{
	LIST_EACH(n, tmp, &s->invitations)
	if (invitation_at(n)->put >= first)
		group_secrets_drop(s, invitation_at(n));
	LIST_EACH(n, tmp, &s->counted)
	if (group_counted_at(n)->put >= first)
		group_tally_lost(group_counted_at(n), first);
}

/* ---- time ---- */

static void sooner(int64_t *next, int64_t until)
{
	if (until < *next)
		*next = until;
}

/* GROUP-14.16: a tally stays as long as its invitation may. */
void group_secrets_expire(struct group_secrets *s, int64_t now, int64_t *next)
{
	*next = INT64_MAX;
	LIST_EACH(n, tmp, &s->invitations)
	{
		if (invitation_at(n)->until < now)
			group_secrets_drop(s, invitation_at(n));
		else
			sooner(next, invitation_at(n)->until + 1);
	}
	LIST_EACH(n, tmp, &s->counted)
	{
		if (group_counted_at(n)->until < now)
			group_tally_drop(s, group_counted_at(n));
		else if (group_counted_at(n)->until != INT64_MAX)
			sooner(next, group_counted_at(n)->until + 1);
	}
}
