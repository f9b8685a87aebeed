/* What members have counted of a group's invitations (GROUP-14.14, GROUP-14.15): tallies, and
 * what they come to. */
#include "group/secrets_int.h"

static struct group_counted *same_at(const struct list *n)
{
	return LIST_ENTRY(n, struct group_counted, same);
}

static struct group_tallies *tallies_of(const struct group_secrets *s, struct span id)
{
	return map_get(&s->by_id, id);
}

static void changes(struct group_counted *c)
{
	c->changed++;
	c->in->stale = true;
}

/* ---- in sum ---- */

/* GROUP-14.14: of uses that are alike all but one. What there is no memory for counts. */
static void add_up(const struct group_secrets *s, struct group_tallies *t)
{
	struct map seen;
	map_init(&seen, s->env);
	t->stale = false;
	t->sum = (struct group_sum){ 0, 0 };
	LIST_EACH(n, tmp, &t->of)
	{
		const struct group_counted *c = same_at(n);
		t->sum.wrong += c->wrong;
		for (size_t i = 0; i < c->n; i++) {
			struct group_counted_use *u = &c->uses[i];
			struct span key = span_of(u->key, sizeof(u->key));
			u->again = map_get(&seen, key) != NULL;
			t->sum.uses += !u->again;
			if (!u->again)
				(void)!map_put(&seen, key, u);
		}
	}
	map_free(&seen);
}

static struct group_tallies *added_up(const struct group_secrets *s, struct span id)
{
	struct group_tallies *t = tallies_of(s, id);
	if (t && t->stale)
		add_up(s, t);
	return t;
}

struct group_sum group_secrets_sum(const struct group_secrets *s, struct span id)
{
	const struct group_tallies *t = added_up(s, id);
	return t ? t->sum : (struct group_sum){ 0, 0 };
}

/* The first one of them; the next. */
static const struct group_counted *next_of(const struct group_tallies *t,
					   const struct group_counted *after)
{
	const struct list *n = after ? after->same.next : t->of.next;
	return n == &t->of ? NULL : same_at(n);
}

int64_t group_secrets_revoked(const struct group_secrets *s, struct span id)
{
	const struct group_tallies *t = tallies_of(s, id);
	const struct group_counted *c = NULL;
	int64_t until = INT64_MIN;
	while (t && (c = next_of(t, c)))
		if (c->revoked && c->until > until)
			until = c->until;
	return until;
}

bool group_secrets_use(const struct group_secrets *s, struct span id, struct group_use_at *at,
		       const struct group_use **out)
{
	const struct group_tallies *t = added_up(s, id);
	if (!t)
		return false;
	if (!at->in)
		at->in = next_of(t, NULL);
	for (; at->in; at->in = next_of(t, at->in), at->i = 0)
		while (at->i < at->in->n) {
			const struct group_counted_use *u = &at->in->uses[at->i++];
			if (u->again)
				continue;
			*out = &u->use;
			return true;
		}
	return false;
}

/* ---- there is one ---- */

static enum err tallies_new(struct group_secrets *s, struct span id, struct group_tallies **out)
{
	struct group_tallies *t = env_zalloc(s->env, 1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	memcpy(t->id, id.p, sizeof(t->id));
	list_init(&t->of);
	enum err e = map_put(&s->by_id, span_of(t->id, sizeof(t->id)), t);
	if (e)
		env_free(s->env, t);
	else
		*out = t;
	return e;
}

static void tallies_end(struct group_secrets *s, struct group_tallies *t)
{
	if (!list_empty(&t->of))
		return;
	(void)map_take(&s->by_id, span_of(t->id, sizeof(t->id)));
	env_free(s->env, t);
}

static enum err add_counted(struct group_secrets *s, struct span id, bool ours,
			    struct group_counted **out)
{
	struct group_tallies *t = tallies_of(s, id);
	if (s->n_counted[ours] >= s->limits.tallies)
		return ERR_FULL;
	struct group_counted *c = env_zalloc(s->env, 1, sizeof(*c));
	enum err e = !c ? ERR_NOMEM : t ? OK : tallies_new(s, id, &t);
	if (e) {
		env_free(s->env, c);
		return e;
	}
	memcpy(c->id, id.p, sizeof(c->id));
	c->until = INT64_MAX;
	c->ours = ours;
	c->in = t;
	list_push_back(&s->counted, &c->all);
	list_push_back(&t->of, &c->same);
	s->n_counted[ours]++;
	*out = c;
	return OK;
}

void group_tally_drop(struct group_secrets *s, struct group_counted *c)
{
	struct group_tallies *t = c->in;
	list_take(&c->all);
	list_take(&c->same);
	s->n_counted[c->ours]--;
	s->n_uses -= c->ours ? 0 : c->n;
	env_free(s->env, c->uses);
	env_free(s->env, c);
	t->stale = true;
	tallies_end(s, t);
}

static struct group_counted *find_ours(const struct group_secrets *s, struct span id)
{
	const struct group_tallies *t = tallies_of(s, id);
	const struct group_counted *c = NULL;
	while (t && (c = next_of(t, c)))
		if (c->ours)
			return (struct group_counted *)(uintptr_t)c;
	return NULL;
}

struct group_counted *group_tally_of_record(const struct group_secrets *s,
					    const struct graph_guid *record)
{
	LIST_EACH(n, tmp, &s->counted)
	if (graph_guid_eq(&group_counted_at(n)->record, record))
		return group_counted_at(n);
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

bool group_secrets_counts(const struct group_secrets *s, struct span id)
{
	return s->n_counted[true] < s->limits.tallies || find_ours(s, id);
}

/* ---- changed ---- */

static void put_key(struct group_counted_use *u)
{
	memcpy(u->key, u->use.serial, CRYPTO_SERIAL);
	memcpy(u->key + CRYPTO_SERIAL, u->use.authority, GROUP_AUTHORITY);
}

static bool has_use(const struct group_counted *c, const struct group_counted_use *u)
{
	for (size_t i = 0; i < c->n; i++)
		if (memcmp(c->uses[i].key, u->key, sizeof(u->key)) == 0)
			return true;
	return false;
}

static enum err add_use(const struct group_secrets *s, struct group_counted *c,
			const struct group_use *use, uint64_t change)
{
	struct group_counted_use u = { .use = *use, .change = change };
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
	changes(c);
	return OK;
}

enum err group_counted_use(const struct group_secrets *s, struct group_counted *c,
			   const struct group_use *use)
{
	return add_use(s, c, use, c->changed + 1);
}

void group_counted_undo(struct group_counted *c, struct span serial)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!span_eq(span_of(c->uses[i].use.serial, CRYPTO_SERIAL), serial))
			continue;
		memmove(c->uses + i, c->uses + i + 1, (c->n - i - 1) * sizeof(*c->uses));
		c->n--;
		changes(c);
		return;
	}
}

void group_counted_wrong(struct group_counted *c)
{
	if (c->wrong < UINT16_MAX)
		c->wrong++;
	changes(c);
}

void group_counted_revoked(struct group_counted *c, bool is)
{
	c->revoked = is;
	changes(c);
}

/* ---- stored, and lost ---- */

void group_counted_stored(struct group_counted *c, const struct graph_guid *record, uint64_t asked,
			  uint64_t put)
{
	if (!graph_guid_eq(&c->record, record))
		c->made = put;
	c->record = *record;
	c->put = put;
	for (size_t i = 0; i < c->n; i++)
		if (!c->uses[i].put && c->uses[i].change && c->uses[i].change <= asked)
			c->uses[i].put = put;
}

/* GROUP-14.50: what is left is stored anew, as a record of its own where the first is lost. */
void group_tally_lost(struct group_counted *c, uint64_t first)
{
	static const struct graph_guid none;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->uses[i].put < first)
			c->uses[n++] = c->uses[i];
	c->n = n;
	if (c->made >= first) {
		c->record = none;
		c->made = 0;
	}
	c->put = 0;
	c->in->stale = true;
	if (c->changed == c->asked)
		c->changed++;
}

/* ---- learned ---- */

/* GROUP-14.15: what two machines of one member have counted is one, and nothing is lost. */
static enum err merge(const struct group_secrets *s, struct group_counted *c,
		      const struct group_tally *t)
{
	uint64_t changed = c->changed;
	struct group_use u;
	for (size_t i = 0; i < group_tally_count(t); i++) {
		group_tally_use(t, i, &u);
		enum err e = add_use(s, c, &u, 0);
		if (e)
			return e;
	}
	bool lacks =
		c->n > group_tally_count(t) || c->wrong > t->wrong || (c->revoked && !t->revoked);
	if (c->wrong < t->wrong)
		c->wrong = t->wrong;
	c->revoked |= t->revoked;
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
	c->revoked = t->revoked;
	return OK;
}

static bool is_room(const struct group_secrets *s, const uint8_t by[GROUP_AUTHORITY])
{
	size_t n = 0;
	LIST_EACH(at, tmp, (struct list *)(uintptr_t)&s->counted)
	{
		const struct group_counted *c = group_counted_at(at);
		n += !c->ours && memcmp(c->by, by, GROUP_AUTHORITY) == 0;
	}
	return n < s->limits.of_creator;
}

static enum err place_of(struct group_secrets *s, const struct group_secrets_at *at, struct span id,
			 struct group_counted **out)
{
	struct group_counted *c =
		at->ours ? find_ours(s, id) : group_tally_of_record(s, &at->record);
	*out = c;
	if (c && !span_eq(span_of(c->id, sizeof(c->id)), id))
		return ERR_DENIED;
	if (c)
		return OK;
	return at->ours || is_room(s, at->by) ? add_counted(s, id, at->ours, out) : ERR_FULL;
}

enum err group_tally_learn(struct group_secrets *s, const struct group_secrets_at *at,
			   const struct group_tally *t)
{
	struct span id = span_of(t->id, sizeof(t->id));
	size_t before = s->n_counted[at->ours];
	struct group_counted *c;
	enum err e = place_of(s, at, id, &c);
	if (e)
		return e;
	bool fresh = s->n_counted[at->ours] > before;
	e = c->ours && !fresh ? merge(s, c, t) : replace(s, c, t);
	if (e && fresh) {
		group_tally_drop(s, c);
		return e;
	}
	if (!e) {
		if (!graph_guid_eq(&c->record, &at->record))
			c->made = 0;
		c->record = at->record;
		c->until = at->until;
		memcpy(c->by, at->by, sizeof(c->by));
	}
	c->in->stale = true;
	return e;
}

/* ---- ours, told ---- */

enum err group_counted_write(const struct group_counted *c, const struct env *env, uint8_t **out,
			     size_t *n)
{
	size_t size = GROUP_TALLY_OCTETS(c->n);
	uint8_t *uses = env_zalloc(env, c->n + 1, GROUP_USE), *room = env_zalloc(env, 1, size);
	struct group_tally t = { .revoked = c->revoked,
				 .wrong = c->wrong,
				 .uses = span_of(uses, c->n * GROUP_USE) };
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
		if (group_counted_at(n)->ours &&
		    group_counted_at(n)->changed > group_counted_at(n)->asked)
			return group_counted_at(n);
	return NULL;
}
