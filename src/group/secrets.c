/* What is known of a group's invitations (GROUP-14.14 to GROUP-14.16). */
#include "group/secrets.h"

#include "base/map.h"

const struct group_secrets_limits group_secrets_limits_default = {
	.invitations = 1024,
	.octets = 64 << 20,
	.tallies = 4096,
	.uses = 65536,
};

struct group_secrets {
	const struct env *env;
	struct group_secrets_limits limits;
	struct list invitations, counted;
	size_t n_invitations, n_octets;
	size_t n_counted[2]; /* of others; of ours */
	size_t n_uses;	     /* in tallies of others */
};

static struct group_asked_in *invitation_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_asked_in, all);
}

static struct group_counted *counted_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_counted, all);
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
	*out = s;
	return OK;
}

static void drop_invitation(struct group_secrets *s, struct group_asked_in *i)
{
	list_take(&i->all);
	s->n_invitations--;
	s->n_octets -= i->n_octets;
	env_free(s->env, i->octets);
	env_free(s->env, i);
}

static void drop_counted(struct group_secrets *s, struct group_counted *c)
{
	list_take(&c->all);
	s->n_counted[c->ours]--;
	s->n_uses -= c->ours ? 0 : c->n;
	env_free(s->env, c->uses);
	env_free(s->env, c);
}

void group_secrets_free(struct group_secrets *s)
{
	if (!s)
		return;
	LIST_EACH(n, tmp, &s->invitations)
	drop_invitation(s, invitation_at(n));
	LIST_EACH(n, tmp, &s->counted)
	drop_counted(s, counted_at(n));
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

static enum err add_invitation(struct group_secrets *s, const struct group_secrets_at *at,
			       struct group_asked_in **out)
{
	if (s->n_invitations >= s->limits.invitations)
		return ERR_FULL;
	struct group_asked_in *i = env_zalloc(s->env, 1, sizeof(*i));
	if (!i)
		return ERR_NOMEM;
	i->record = at->record;
	i->made = at->made;
	list_push_back(&s->invitations, &i->all);
	s->n_invitations++;
	*out = i;
	return OK;
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
	if (!e && !i)
		e = add_invitation(s, at, &i);
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

/* ---- tallies ---- */

static bool is_of(const struct group_counted *c, struct span id)
{
	return span_eq(span_of(c->id, sizeof(c->id)), id);
}

static void put_key(struct group_counted_use *u)
{
	memcpy(u->key, u->use.serial, CRYPTO_SERIAL);
	memcpy(u->key + CRYPTO_SERIAL, u->use.authority, GROUP_AUTHORITY);
}

/* GROUP-14.14: of those that are alike all but one. What there is no memory for counts. */
static void mark(const struct group_secrets *s, struct span id)
{
	struct map seen;
	map_init(&seen, s->env);
	LIST_EACH(n, tmp, (struct list *)(uintptr_t)&s->counted)
	for (size_t i = 0; is_of(counted_at(n), id) && i < counted_at(n)->n; i++) {
		struct group_counted_use *u = &counted_at(n)->uses[i];
		struct span key = span_of(u->key, sizeof(u->key));
		u->again = map_get(&seen, key) != NULL;
		if (!u->again)
			(void)!map_put(&seen, key, u);
	}
	map_free(&seen);
}

static bool has_use(const struct group_counted *c, const struct group_counted_use *u)
{
	for (size_t i = 0; i < c->n; i++)
		if (memcmp(c->uses[i].key, u->key, sizeof(u->key)) == 0)
			return true;
	return false;
}

static enum err add_counted(struct group_secrets *s, struct span id, bool ours,
			    struct group_counted **out)
{
	if (s->n_counted[ours] >= s->limits.tallies)
		return ERR_FULL;
	struct group_counted *c = env_zalloc(s->env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	memcpy(c->id, id.p, sizeof(c->id));
	c->until = INT64_MAX;
	c->ours = ours;
	list_push_back(&s->counted, &c->all);
	s->n_counted[ours]++;
	*out = c;
	return OK;
}

static struct group_counted *find_ours(const struct group_secrets *s, struct span id)
{
	LIST_EACH(n, tmp, &s->counted)
	if (counted_at(n)->ours && is_of(counted_at(n), id))
		return counted_at(n);
	return NULL;
}

static struct group_counted *find_record(const struct group_secrets *s,
					 const struct graph_guid *record)
{
	LIST_EACH(n, tmp, &s->counted)
	if (graph_guid_eq(&counted_at(n)->record, record))
		return counted_at(n);
	return NULL;
}

enum err group_secrets_ours(struct group_secrets *s, struct span id, struct group_counted **out)
{
	struct group_counted *c = find_ours(s, id);
	enum err e = c ? OK : add_counted(s, id, true, &c);
	if (!e)
		*out = c;
	return e;
}

/* Once; not marked yet. */
static enum err add_use(const struct group_secrets *s, struct group_counted *c,
			const struct group_use *use)
{
	struct group_counted_use u = { .use = *use };
	put_key(&u);
	if (has_use(c, &u))
		return OK;
	if (c->n >= GROUP_USES_MAX)
		return ERR_FULL;
	struct group_counted_use *uses = env_resize(s->env, c->uses, (c->n + 1) * sizeof(*uses));
	if (!uses)
		return ERR_NOMEM;
	c->uses = uses;
	c->uses[c->n++] = u;
	c->changed++;
	return OK;
}

enum err group_counted_use(const struct group_secrets *s, struct group_counted *c,
			   const struct group_use *u)
{
	enum err e = add_use(s, c, u);
	if (!e)
		mark(s, span_of(c->id, sizeof(c->id)));
	return e;
}

void group_counted_undo(const struct group_secrets *s, struct group_counted *c, struct span serial)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!span_eq(span_of(c->uses[i].use.serial, CRYPTO_SERIAL), serial))
			continue;
		memmove(c->uses + i, c->uses + i + 1, (c->n - i - 1) * sizeof(*c->uses));
		c->n--;
		c->changed++;
		mark(s, span_of(c->id, sizeof(c->id)));
		return;
	}
}

void group_counted_wrong(struct group_counted *c)
{
	if (c->wrong < UINT16_MAX)
		c->wrong++;
	c->changed++;
}

/* GROUP-14.15: what two machines of one member have counted is one, and nothing is lost. */
static enum err merge(const struct group_secrets *s, struct group_counted *c,
		      const struct group_tally *t)
{
	uint64_t changed = c->changed;
	struct group_use u;
	for (size_t i = 0; i < group_tally_count(t); i++) {
		group_tally_use(t, i, &u);
		enum err e = add_use(s, c, &u);
		if (e)
			return e;
	}
	bool lacks = c->n > group_tally_count(t) || c->wrong > t->wrong;
	if (c->wrong < t->wrong)
		c->wrong = t->wrong;
	/* What the record has is no change of ours; what it lacks is one, asked for or not. */
	c->changed = changed + (lacks && changed == c->asked);
	return OK;
}

static enum err replace(struct group_secrets *s, struct group_counted *c,
			const struct group_tally *t)
{
	size_t n = group_tally_count(t), before = c->ours ? n : c->n;
	if (s->n_uses - before + n > s->limits.uses)
		return ERR_FULL;
	struct group_counted_use *uses = n ? env_zalloc(s->env, n, sizeof(*uses)) : NULL;
	if (n && !uses)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		group_tally_use(t, i, &uses[i].use);
		put_key(&uses[i]);
	}
	env_free(s->env, c->uses);
	s->n_uses += n - before;
	c->uses = uses;
	c->n = n;
	c->wrong = t->wrong;
	return OK;
}

static enum err learn_tally(struct group_secrets *s, const struct group_secrets_at *at,
			    const struct group_tally *t)
{
	struct span id = span_of(t->id, sizeof(t->id));
	struct group_counted *c = at->ours ? find_ours(s, id) : find_record(s, &at->record);
	bool fresh = !c;
	enum err e = c ? OK : add_counted(s, id, at->ours, &c);
	if (e)
		return e;
	/* Of one invitation now, of another before: its maker's doing. */
	bool other = !is_of(c, id);
	uint8_t before[GROUP_INVITATION_ID];
	memcpy(before, c->id, sizeof(before));
	e = c->ours && !fresh ? merge(s, c, t) : replace(s, c, t);
	if (e && fresh)
		drop_counted(s, c);
	if (!e) {
		c->record = at->record;
		c->until = at->until;
		memcpy(c->id, t->id, sizeof(c->id));
	}
	if (other)
		mark(s, span_of(before, sizeof(before)));
	mark(s, id);
	return e;
}

enum err group_secrets_learn(struct group_secrets *s, const struct group_secrets_at *at,
			     struct span payload)
{
	struct group_inviting x;
	enum err e = group_inviting_read(&x, payload);
	if (e)
		return e;
	return x.kind == GROUP_TALLY ? learn_tally(s, at, &x.tally)
				     : learn_invitation(s, at, payload);
}

/* ---- in sum ---- */

static const struct group_counted *next_of(const struct group_secrets *s,
					   const struct group_counted *after, struct span id)
{
	struct list *n = after ? after->all.next : s->counted.next;
	while (n != &s->counted && !is_of(counted_at(n), id))
		n = n->next;
	return n == &s->counted ? NULL : counted_at(n);
}

bool group_secrets_use(const struct group_secrets *s, struct span id, struct group_use_at *at,
		       const struct group_use **out)
{
	if (!at->in)
		at->in = next_of(s, NULL, id);
	for (; at->in; at->in = next_of(s, at->in, id), at->i = 0)
		while (at->i < at->in->n) {
			const struct group_counted_use *u = &at->in->uses[at->i++];
			if (u->again)
				continue;
			*out = &u->use;
			return true;
		}
	return false;
}

/* GROUP-14.14 */
struct group_sum group_secrets_sum(const struct group_secrets *s, struct span id)
{
	struct group_sum sum = { 0, 0 };
	struct group_use_at at = { NULL, 0 };
	const struct group_use *u;
	while (group_secrets_use(s, id, &at, &u))
		sum.uses++;
	for (const struct group_counted *c = NULL; (c = next_of(s, c, id));)
		sum.wrong += c->wrong;
	return sum;
}

/* ---- ours, told ---- */

enum err group_counted_write(const struct group_counted *c, const struct env *env, uint8_t **out,
			     size_t *n)
{
	size_t size = GROUP_TALLY_OCTETS(c->n);
	uint8_t *uses = env_zalloc(env, c->n + 1, GROUP_USE), *room = env_zalloc(env, 1, size);
	struct group_tally t = { .wrong = c->wrong, .uses = span_of(uses, c->n * GROUP_USE) };
	enum err e = uses && room ? OK : ERR_NOMEM;
	memcpy(t.id, c->id, sizeof(t.id));
	for (size_t i = 0; !e && i < c->n; i++)
		group_use_write(&c->uses[i].use, uses + i * GROUP_USE);
	if (!e)
		e = group_tally_write(&t, room, size, n);
	env_free(env, uses);
	if (e)
		env_free(env, room);
	else
		*out = room;
	return e;
}

struct group_counted *group_secrets_due(const struct group_secrets *s,
					const struct group_counted *after)
{
	struct list *n = after ? after->all.next : s->counted.next;
	for (; n != &s->counted; n = n->next)
		if (counted_at(n)->ours && counted_at(n)->changed > counted_at(n)->asked)
			return counted_at(n);
	return NULL;
}

/* ---- time ---- */

static void sooner(int64_t *next, int64_t until)
{
	if (until < *next)
		*next = until;
}

static void end_counted(struct group_secrets *s, struct group_counted *c)
{
	uint8_t id[GROUP_INVITATION_ID];
	memcpy(id, c->id, sizeof(id));
	drop_counted(s, c);
	mark(s, span_of(id, sizeof(id)));
}

/* GROUP-14.16: a tally stays as long as its invitation may. */
void group_secrets_expire(struct group_secrets *s, int64_t now, int64_t *next)
{
	*next = INT64_MAX;
	LIST_EACH(n, tmp, &s->invitations)
	{
		if (invitation_at(n)->until < now)
			drop_invitation(s, invitation_at(n));
		else
			sooner(next, invitation_at(n)->until + 1);
	}
	LIST_EACH(n, tmp, &s->counted)
	{
		if (counted_at(n)->until < now)
			end_counted(s, counted_at(n));
		else if (counted_at(n)->until != INT64_MAX)
			sooner(next, counted_at(n)->until + 1);
	}
}
