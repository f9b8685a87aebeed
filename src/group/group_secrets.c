/* What lets people in who know a secret, as one of those sees it who may issue (GROUP-14.17 to
 * GROUP-14.21): records learnt, what is open, uses counted and published. */
#include "group/group_secrets_int.h"

#define SECRETS_AGAIN (5 * MONO_SEC) /* until what failed is published again */

/* ---- sent ---- */

struct group_sending *group_sending_new(struct group *g, struct span payload)
{
	struct group_sending *s = env_zalloc(g->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	if (payload.n && group_octets_set(g, &s->payload, payload) != OK) {
		env_free(g->env, s);
		return NULL;
	}
	s->tag = ++g->next_tag;
	list_push_back(&g->sendings, &s->all);
	return s;
}

void group_sending_free(struct group *g, struct group_sending *s)
{
	list_take(&s->all);
	env_free(g->env, s->payload.p);
	env_free(g->env, s);
}

enum err group_secrets_send(struct group *g, const struct graph_guid *record, struct span payload,
			    int64_t until, uint64_t *tag)
{
	struct group_sending *s = group_sending_new(g, payload);
	struct group_out *o = s ? group_want(g, GROUP_OUT_PUBLISH, payload) : NULL;
	if (!o) {
		if (s)
			group_sending_free(g, s);
		return ERR_NOMEM;
	}
	s->until = until;
	o->type = group_type_invitation;
	o->id = *record;
	o->expires = until;
	o->tag = s->tag;
	*tag = s->tag;
	return OK;
}

static struct group_sending *sending_of(struct group *g, uint64_t tag)
{
	LIST_EACH(n, tmp, &g->sendings)
	{
		struct group_sending *s = LIST_ENTRY(n, struct group_sending, all);
		if (s->tag == tag)
			return s;
	}
	return NULL;
}

/* ---- what we have counted ---- */

/* It is revoked, but who says so stays in no longer than to a time at which it would be open. */
static bool lapses(const struct group *g, const struct group_asked_in *i)
{
	int64_t until = group_secrets_revoked(g->secrets, group_invitation_id(i->what.id));
	return until != INT64_MIN && until < i->what.end && group_time(g) < i->what.end;
}

/* GROUP-14.20: it ends with its invitation, or a day later. */
static enum err send_tally(struct group *g, struct group_counted *c)
{
	const struct group_asked_in *i = group_secrets_find(g->secrets, group_invitation_id(c->id));
	int64_t latest = group_own_latest(g, g->to);
	uint8_t *room;
	size_t n;
	uint64_t tag;
	enum err e = group_counted_write(c, g->env, &room, &n);
	if (e)
		return e;
	int64_t until = i ? i->until : latest;
	e = group_secrets_send(g, &c->record, span_of(room, n), until < latest ? until : latest,
			       &tag);
	env_free(g->env, room);
	if (e)
		return e;
	struct group_sending *s = sending_of(g, tag);
	memcpy(s->id, c->id, sizeof(s->id));
	s->asked = c->asked = c->changed;
	return OK;
}

/* GROUP-14.24: at once, since somebody waits for it. A second record, where the first is on its
 * way, does no harm: what is revoked is counted no more. */
enum err group_secrets_revoke(struct group *g, struct span id)
{
	struct group_counted *c;
	enum err e = group_secrets_ours(g->secrets, id, &c);
	if (e)
		return e;
	bool was = c->revoked;
	group_counted_revoked(c, true);
	e = send_tally(g, c);
	if (e)
		group_counted_revoked(c, was);
	group_findable_stale(g);
	return e;
}

/* GROUP-14.41 */
void group_secrets_uphold(struct group *g, const struct group_asked_in *i)
{
	struct span id = group_invitation_id(i->what.id);
	if (lapses(g, i) && group_own_latest(g, g->to) >= i->what.end)
		(void)!group_secrets_revoke(g, id);
}

static bool is_sending(const struct group *g, const struct group_counted *c)
{
	LIST_EACH(n, tmp, &g->sendings)
	{
		const struct group_sending *s = LIST_ENTRY(n, struct group_sending, all);
		if (s->asked && memcmp(s->id, c->id, sizeof(s->id)) == 0)
			return true;
	}
	return false;
}

/* One at a time of each: a change of what is not there yet would be a second record. */
void group_secrets_due_on(struct group *g)
{
	struct group_counted *c = NULL;
	group_findable_stale(g);
	if (!g->ready || !group_own_valid(g) || !mono_reached(g->secrets_again, g->now))
		return;
	while ((c = group_secrets_due(g->secrets, c))) {
		if (is_sending(g, c) || send_tally(g, c) == OK)
			continue;
		g->secrets_again = mono_add(g->now, SECRETS_AGAIN);
		return;
	}
}

/* GROUP-14.19: what could not be stored was no use, and nobody is let in by it. */
static void tally_done(struct group *g, const struct group_sending *s, const struct group_stored *r)
{
	struct group_counted *c = NULL;
	if (group_secrets_ours(g->secrets, group_invitation_id(s->id), &c) != OK)
		return;
	if (!r->err) {
		group_counted_stored(c, &r->id, s->asked, r->after);
		c->until = s->until;
	}
	group_tickets_counted(g, s, r);
	if (r->err)
		g->secrets_again = mono_add(g->now, SECRETS_AGAIN);
	if (r->err && c->changed == c->asked)
		c->changed++;
}

static void ends_at(struct group *g, int64_t until)
{
	if (until < g->secrets_end)
		g->secrets_end = until + 1;
}

/* GROUP-14.38 */
void group_secrets_learned(struct group *g, enum err e)
{
	if (e == ERR_NOMEM && mono_is_never(g->secrets_relearn))
		g->secrets_relearn = mono_add(g->now, SECRETS_AGAIN);
}

static void relearn_due(struct group *g)
{
	if (mono_reached(g->secrets_relearn, g->now) &&
	    group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0)) &&
	    group_want(g, GROUP_OUT_REVALIDATE, span_of(NULL, 0)))
		g->secrets_relearn = MONO_NEVER;
}

static void learn_ours(struct group *g, const struct group_sending *s, const struct group_stored *r)
{
	const struct group_secrets_at at = {
		.record = r->id,
		.put = r->after,
		.made = group_time(g),
		.until = s->until,
		.ours = true,
	};
	group_secrets_learned(
		g, group_secrets_learn(g->secrets, &at, span_of(s->payload.p, s->payload.n)));
	ends_at(g, s->until);
	group_mend_rest(g);
}

void group_stored(struct group *g, const struct group_stored *r, struct mono now)
{
	struct group_sending *s = sending_of(g, r->tag);
	g->now = now;
	if (!s)
		return;
	if (s->asked)
		tally_done(g, s, r);
	else if (!s->payload.n)
		group_tickets_member(g, r);
	else if (!r->err)
		learn_ours(g, s, r);
	group_sending_free(g, s);
	group_secrets_due_on(g);
}

/* GROUP-14.50 */
void group_invites_lost(struct group *g, uint64_t first, struct mono now)
{
	g->now = now;
	if (!g->secrets || !first)
		return;
	g->policy_unsure = true;
	group_secrets_lost(g->secrets, first);
	group_tickets_lost(g, first);
	group_secrets_due_on(g);
}

/* ---- what is open ---- */

/* GROUP-14.21: by a Removal that whoever made it, or last looked after it, did not know. */
static bool is_removed(const struct group *g, const struct group_secret *s, const char *maker)
{
	struct group_removed r;
	size_t at = 0;
	uint8_t authority[GROUP_AUTHORITY];
	bool named = maker && group_authority_of(span_str(maker), authority);
	while (group_removals_next(g->removals, &at, &r)) {
		const struct graph_guid *id = &r.record->id;
		/* One that a Return has ended has ended what was open all the same. */
		if ((!r.counts && !r.ended) || r.removal->returns ||
		    group_secret_knows(s, span_of(id->at, sizeof(id->at))))
			continue;
		if (!maker || r.removal->could_issue ||
		    (named && memcmp(r.key, authority, sizeof(authority)) == 0))
			return true;
	}
	return false;
}

bool group_secret_ended(const struct group *g, const struct group_secret *password)
{
	return is_removed(g, password, NULL);
}

static bool is_removed_invitation(const struct group *g, const struct group_invitation *i)
{
	char maker[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(maker);
	text_span(&t, i->maker);
	return is_removed(g, &i->secret, maker);
}

const char *group_invite_state_text(enum group_invite_state s)
{
	static const char *const texts[GROUP_INVITE_STATE_COUNT] = {
#define X(name, text) [GROUP_INVITE_##name] = text,
		GROUP_INVITE_STATES(X)
#undef X
	};
	return texts[s];
}

static bool is_revoked(const struct group *g, const struct group_asked_in *i)
{
	return i->what.revoked ||
	       group_secrets_revoked(g->secrets, group_invitation_id(i->what.id)) != INT64_MIN;
}

enum group_invite_state group_invite_state(const struct group *g, const struct group_asked_in *i)
{
	struct group_sum sum = group_secrets_sum(g->secrets, group_invitation_id(i->what.id));
	if (is_revoked(g, i))
		return GROUP_INVITE_REVOKED;
	if (is_removed_invitation(g, &i->what))
		return GROUP_INVITE_REMOVED;
	if (sum.wrong >= GROUP_GUESSES)
		return GROUP_INVITE_GUESSED;
	if (sum.uses >= i->what.uses)
		return GROUP_INVITE_USED;
	return i->what.end <= group_time(g) ? GROUP_INVITE_EXPIRED : GROUP_INVITE_OPEN;
}

enum err group_secret_take(const struct group *g, const struct group_secret *s,
			   uint8_t prs[GROUP_PRS])
{
	uint8_t authority[GROUP_AUTHORITY];
	if (!g->box_secret || !group_authority_of(span_str(g->self), authority))
		return ERR_STATE;
	struct span box = group_secret_box(s, authority);
	return box.n ? crypto_box_take(g->box, g->box_secret, box, prs) : ERR_NOT_FOUND;
}

/* ---- records ---- */

static const struct group_member *of_authority(const struct group *g, struct span digits)
{
	struct group_member *m = NULL;
	while ((m = group_members_next(g->members, m)))
		if (m->name.n > digits.n && memcmp(m->name.p, digits.p, digits.n) == 0)
			return m;
	return NULL;
}

static void tell_other(struct group *g, const struct group_asked_in *i)
{
	struct group_use_at at = { NULL, 0 };
	const struct group_use *u, *newest = NULL;
	char digits[GROUP_AUTHORITY_DIGITS + 1];
	struct text t = TEXT_OF(digits);
	size_t n = 0;
	for (; group_secrets_use(g->secrets, group_invitation_id(i->what.id), &at, &u); n++)
		if (!newest || u->when >= newest->when)
			newest = u;
	if (!newest)
		return;
	text_hex(&t, span_of(newest->authority, GROUP_AUTHORITY));
	const struct group_member *m = of_authority(g, span_str(digits));
	struct group_event *e =
		group_tell_of(g, GROUP_EVENT_INVITE_USED, m ? m->name : span_str(digits));
	e->over = n > i->what.uses;
}

/* GROUP-14.16: what has ended makes room. */
static bool make_room(struct group *g)
{
	struct group_asked_in *i = group_secrets_next(g->secrets, NULL), *next;
	bool any = false;
	for (; i; i = next) {
		next = group_secrets_next(g->secrets, i);
		if (!is_revoked(g, i) && i->what.end > group_time(g) &&
		    !is_removed_invitation(g, &i->what))
			continue;
		group_secrets_drop(g->secrets, i);
		any = true;
	}
	return any;
}

static enum err learn(struct group *g, const struct group_inviting *x,
		      const struct group_secrets_at *at, struct span payload)
{
	enum err e = group_secrets_learn(g->secrets, at, payload);
	if (e == ERR_FULL && x->kind == GROUP_INVITATION && make_room(g))
		e = group_secrets_learn(g->secrets, at, payload);
	return e;
}

void group_secrets_record(struct group *g, const struct graph_record *r,
			  const struct group_inviting *x, const struct group_secrets_at *at)
{
	bool tally = x->kind == GROUP_TALLY;
	struct span id = group_invitation_id(tally ? x->tally.id : x->invitation.id);
	if (!g->secrets)
		return;
	size_t before = tally ? group_secrets_sum(g->secrets, id).uses : 0;
	enum err e = learn(g, x, at, r->payload);
	group_secrets_learned(g, e);
	if (e == ERR_FULL)
		group_tell(g, GROUP_EVENT_FULL)->text = "there are as many invitations as can be";
	ends_at(g, at->until);
	const struct group_asked_in *i = group_secrets_find(g->secrets, id);
	if (i && lapses(g, i))
		group_mend_chance(g);
	if (i && tally && group_secrets_sum(g->secrets, id).uses > before)
		tell_other(g, i);
	group_secrets_due_on(g);
}

/* ---- life ---- */

void group_secrets_tick(struct group *g)
{
	relearn_due(g);
	if (!g->secrets)
		return;
	if (group_time(g) >= g->secrets_end)
		group_secrets_expire(g->secrets, group_time(g), &g->secrets_end);
	if (group_secrets_due(g->secrets, NULL))
		group_secrets_due_on(g);
	group_findable_due(g);
}

/* The end of a record is looked at when something else is: nothing waits for that. */
struct mono group_secrets_deadline(const struct group *g)
{
	struct mono at =
		mono_min(mono_min(g->mending.due, g->secrets_relearn), group_findable_deadline(g));
	if (!g->secrets || !g->ready || !group_secrets_due(g->secrets, NULL) ||
	    mono_reached(g->secrets_again, g->now))
		return at;
	return mono_min(at, g->secrets_again);
}

enum err group_secrets_begin(struct group *g)
{
	g->secrets_end = INT64_MAX;
	g->secrets_again = g->now;
	g->mending.due = g->findable = g->secrets_relearn = MONO_NEVER;
	g->findable_end = INT64_MAX;
	group_door_begin(g);
	if (!g->profile->policy)
		return OK;
	return group_secrets_new(&g->secrets, g->env, &group_secrets_limits_default);
}

void group_secrets_end(struct group *g)
{
	LIST_EACH(n, tmp, &g->sendings)
	group_sending_free(g, LIST_ENTRY(n, struct group_sending, all));
	group_tickets_end(g);
	group_secrets_free(g->secrets);
}
