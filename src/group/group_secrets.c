/* What lets people in who know a secret, as one of those sees it who may issue (GROUP-14.17 to
 * GROUP-14.21): records learnt, the door for sessions, uses counted and published. */
#include "group/group_int.h"

#define SECRETS_AGAIN (5 * MONO_SEC) /* until what failed is published again */

/* A record of this kind on its way to the store. */
struct group_sending {
	struct list all;
	uint64_t tag;
	struct group_octets payload; /* of an Invitation or a Tally; none: a Membership */
	int64_t until;
	uint8_t id[GROUP_INVITATION_ID];
	uint64_t asked; /* of a Tally: how many changes of it are in this */
};

/* Somebody who is being let in. */
struct group_ticket {
	struct list all;
	uint64_t number, member; /* member: the tag of its Membership; 0: it is stored */
	struct group_octets chain;
	uint8_t id[GROUP_INVITATION_ID], serial[CRYPTO_SERIAL];
	char who[GROUP_NAME_OCTETS + 1];
	uint64_t need;	/* of our tally: so many changes must be stored; 0: they are */
	uint64_t after; /* the newest put it rests on */
	enum err err;
	uint8_t back[CRYPTO_PUBLIC_MAX]; /* the key, where it was removed and a Return lets it */
	size_t n_back;
};

static struct span id_span(const uint8_t *id)
{
	return span_of(id, GROUP_INVITATION_ID);
}

/* ---- sent ---- */

static struct group_sending *sending_new(struct group *g, struct span payload)
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

static void sending_free(struct group *g, struct group_sending *s)
{
	list_take(&s->all);
	env_free(g->env, s->payload.p);
	env_free(g->env, s);
}

enum err group_secrets_send(struct group *g, const struct graph_guid *record, struct span payload,
			    int64_t until, uint64_t *tag)
{
	struct group_sending *s = sending_new(g, payload);
	struct group_out *o = s ? group_want(g, GROUP_OUT_PUBLISH, payload) : NULL;
	if (!o) {
		if (s)
			sending_free(g, s);
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

/* GROUP-14.20: it ends with its invitation, or a day later. */
static enum err send_tally(struct group *g, struct group_counted *c)
{
	const struct group_asked_in *i = group_secrets_find(g->secrets, id_span(c->id));
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
static void send_due(struct group *g)
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

/* ---- who is let in ---- */

static struct group_ticket *ticket_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_ticket, all);
}

static void ticket_free(struct group *g, struct group_ticket *t)
{
	list_take(&t->all);
	env_free(g->env, t->chain.p);
	env_free(g->env, t);
}

static bool is_through(const struct group_ticket *t)
{
	return t->err || (!t->need && !t->member);
}

static void tell_used(struct group *g, const struct group_ticket *t)
{
	const struct group_asked_in *i = group_secrets_find(g->secrets, id_span(t->id));
	struct group_event *e = group_tell_of(g, GROUP_EVENT_INVITE_USED, span_str(t->who));
	e->ours = true;
	e->over = i && group_secrets_sum(g->secrets, id_span(t->id)).uses > i->what.uses;
}

static void follow(struct group *g, struct group_ticket *t)
{
	if (!is_through(t))
		return;
	if (!t->err)
		tell_used(g, t);
	(void)group_want(g, GROUP_OUT_RESUME, span_of(NULL, 0));
}

static void later(uint64_t *after, uint64_t a)
{
	if (a > *after)
		*after = a;
}

/* GROUP-14.19: what could not be stored was no use, and nobody is let in by it. */
static void tally_done(struct group *g, const struct group_sending *s, const struct group_stored *r)
{
	struct group_counted *c = NULL;
	if (group_secrets_ours(g->secrets, id_span(s->id), &c) != OK)
		return;
	if (!r->err) {
		c->record = r->id;
		c->stored = s->asked;
		c->until = s->until;
	}
	LIST_EACH(n, tmp, &g->tickets)
	{
		struct group_ticket *t = ticket_at(n);
		if (!t->need || t->need > s->asked || memcmp(t->id, s->id, sizeof(t->id)) != 0)
			continue;
		t->need = 0;
		t->err = r->err;
		later(&t->after, r->after);
		if (r->err)
			group_counted_undo(g->secrets, c, span_of(t->serial, sizeof(t->serial)));
		follow(g, t);
	}
	if (r->err)
		g->secrets_again = mono_add(g->now, SECRETS_AGAIN);
	if (r->err && c->changed == c->asked)
		c->changed++;
}

/* Others learn of it from its own record, too: who cannot be told now is let in all the same. */
static void member_done(struct group *g, const struct group_stored *r)
{
	LIST_EACH(n, tmp, &g->tickets)
	{
		struct group_ticket *t = ticket_at(n);
		if (t->member != r->tag)
			continue;
		t->member = 0;
		later(&t->after, r->after);
		follow(g, t);
	}
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
	    group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0)))
		g->secrets_relearn = MONO_NEVER;
}

static void learn_ours(struct group *g, const struct group_sending *s, const struct graph_guid *id)
{
	const struct group_secrets_at at = {
		.record = *id,
		.made = group_time(g),
		.until = s->until,
		.ours = true,
	};
	group_secrets_learned(
		g, group_secrets_learn(g->secrets, &at, span_of(s->payload.p, s->payload.n)));
	ends_at(g, s->until);
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
		member_done(g, r);
	else if (!r->err)
		learn_ours(g, s, &r->id);
	sending_free(g, s);
	send_due(g);
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
		if (!r.counts || r.removal->returns ||
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

enum group_invite_state group_invite_state(const struct group *g, const struct group_asked_in *i)
{
	struct group_sum sum = group_secrets_sum(g->secrets, id_span(i->what.id));
	if (i->what.revoked)
		return GROUP_INVITE_REVOKED;
	if (is_removed_invitation(g, &i->what))
		return GROUP_INVITE_REMOVED;
	if (sum.wrong >= GROUP_GUESSES)
		return GROUP_INVITE_GUESSED;
	if (sum.uses >= i->what.uses)
		return GROUP_INVITE_USED;
	return i->what.end <= group_time(g) ? GROUP_INVITE_EXPIRED : GROUP_INVITE_OPEN;
}

/* A secret that somebody names: what it gives, and until when it must be remembered. */
struct opening {
	const struct group_asked_in *invitation; /* NULL: the password */
	struct group_secret secret;
	int64_t end;
};

static enum group_door_answer find_password(const struct group *g, struct opening *o)
{
	struct span ignored;
	bool has = false;
	if (!g->has_policy ||
	    group_policy_password_read(&o->secret, &has, &ignored, g->policy.rest) != OK || !has)
		return GROUP_DOOR_NO_SUCH;
	return is_removed(g, &o->secret, NULL) ? GROUP_DOOR_OVER : GROUP_DOOR_OPEN;
}

static enum group_door_answer find_invitation(const struct group *g, const uint8_t *id,
					      struct opening *o)
{
	o->invitation = group_secrets_find(g->secrets, id_span(id));
	if (!o->invitation)
		return GROUP_DOOR_NO_SUCH;
	o->secret = o->invitation->what.secret;
	o->end = o->invitation->what.end;
	return group_invite_state(g, o->invitation) == GROUP_INVITE_OPEN ? GROUP_DOOR_OPEN
									 : GROUP_DOOR_OVER;
}

/* GROUP-14.17: by who may issue that role, has what it takes, and stays as long as what it
 * counts must be known. */
static bool may_admit(const struct group *g, const struct opening *o)
{
	return group_own_valid(g) && g->ready &&
	       (group_role_issuable(g->roles) & group_role_bit(o->secret.role)) &&
	       group_own_latest(g, g->to) >= o->end;
}

static enum group_door_answer open_secret(const struct group *g,
					  const struct group_secret_name *name, struct opening *o)
{
	*o = (struct opening){ .invitation = NULL };
	if (!g->secrets || !group_role_issuable(g->roles))
		return GROUP_DOOR_NOT_OURS;
	enum group_door_answer a = name->kind == GROUP_SECRET_PASSWORD
					   ? find_password(g, o)
					   : find_invitation(g, name->id, o);
	if (a == GROUP_DOOR_OPEN && !may_admit(g, o))
		return GROUP_DOOR_NOT_OURS;
	return a;
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

/* ---- the door ---- */

static enum group_door_answer door_find(void *ctx, const struct group_secret_name *name,
					struct span source, uint8_t prs[GROUP_SECRET_PRS],
					uint32_t *wait_s)
{
	struct group *g = ctx;
	struct opening o;
	enum group_door_answer a = open_secret(g, name, &o);
	if (a != GROUP_DOOR_OPEN)
		return a;
	uint32_t wait = name->kind == GROUP_SECRET_PASSWORD
				? group_throttle_wait(&g->throttle, source, g->now)
				: 0;
	if (wait) {
		*wait_s = wait;
		return GROUP_DOOR_WAIT;
	}
	return group_secret_take(g, &o.secret, prs) == OK ? GROUP_DOOR_OPEN : GROUP_DOOR_NOT_OURS;
}

/* GROUP-14.18 */
static void door_wrong(void *ctx, const struct group_secret_name *name, struct span source)
{
	struct group *g = ctx;
	struct group_counted *c;
	if (name->kind == GROUP_SECRET_PASSWORD)
		group_throttle_wrong(&g->throttle, source, g->now);
	if (name->kind == GROUP_SECRET_PASSWORD || !g->secrets ||
	    group_secrets_ours(g->secrets, id_span(name->id), &c) != OK)
		return;
	group_counted_wrong(c);
	send_due(g);
}

static enum err read_serial(struct group *g, struct group_ticket *t)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct crypto_chain *c;
	enum group_chain_fault why;
	enum err e = group_chain_read(g->crypto, &rules, span_of(t->chain.p, t->chain.n), &c, &why);
	if (e)
		return e;
	memcpy(t->serial, group_chain_leaf(c)->serial.p, sizeof(t->serial));
	crypto_chain_free(c);
	return OK;
}

/* GROUP-14.39: an invitation that names the Removals, and so was made knowing them, may let the
 * key back that they removed. A password is for everybody, and lets back nobody. */
static bool may_let_back(const struct group *g, const struct opening *o, struct span public)
{
	uint8_t key[CRYPTO_AUTHORITY];
	struct group_removed r;
	crypto_authority(g->crypto, g->profile->crypto, public, key);
	for (size_t at = 0; group_removals_next(g->removals, &at, &r);) {
		const struct graph_guid *id = &r.record->id;
		if (r.removal->returns || !r.counts || memcmp(r.key, key, sizeof(key)) != 0)
			continue;
		if (!o->invitation || !group_secret_knows(&o->secret, span_of(id->at, 16)))
			return false;
	}
	return true;
}

/* Published ahead of the membership, which does not stand without it. */
static enum err let_back(struct group *g, const struct opening *o, struct group_ticket *t)
{
	char room[200];
	struct text why = TEXT_OF(room);
	if (!t->n_back)
		return OK;
	if (!may_let_back(g, o, span_of(t->back, t->n_back)))
		return ERR_DENIED;
	return group_return(g, span_of(t->chain.p, t->chain.n), span_str("by a new invitation"),
			    &why, g->now);
}

static void note_back(const struct group *g, struct span public, struct group_ticket *t)
{
	if (!group_removals_named_now(g->removals, public))
		return;
	memcpy(t->back, public.p, public.n);
	t->n_back = public.n;
}

static enum err issue(struct group *g, const struct opening *o, const struct crypto_cert *idc,
		      struct group_ticket *t)
{
	const struct group_grant grant = {
		.public = idc->public,
		.name = idc->subject_name,
		.friendly = idc->subject,
		.roles = group_role_bit(o->secret.role),
		.returns = t->n_back > 0,
	};
	char room[200];
	struct text why = TEXT_OF(room), who = TEXT_OF(t->who);
	struct span chain;
	enum err e = group_issue(g, &grant, &chain, &why, g->now);
	if (!e)
		e = group_octets_set(g, &t->chain, chain);
	text_span(&who, idc->subject_name);
	return e ? e : read_serial(g, t);
}

static enum err count(struct group *g, const struct opening *o, struct group_ticket *t)
{
	struct group_use u = { .when = group_time(g) };
	struct group_counted *c;
	if (!o->invitation)
		return OK;
	memcpy(t->id, o->invitation->what.id, sizeof(t->id));
	memcpy(u.serial, t->serial, sizeof(u.serial));
	if (!group_authority_of(span_str(t->who), u.authority))
		return ERR_MALFORMED;
	enum err e = group_secrets_ours(g->secrets, id_span(t->id), &c);
	if (!e)
		e = group_counted_use(g->secrets, c, &u);
	if (!e)
		t->need = c->changed;
	return e;
}

static enum err publish_member(struct group *g, struct group_ticket *t)
{
	struct group_sending *s = sending_new(g, span_of(NULL, 0));
	enum err e = s ? group_publish_for(g, span_of(t->chain.p, t->chain.n), g->now) : ERR_NOMEM;
	if (e && s)
		sending_free(g, s);
	if (e)
		return e;
	group_newest(g)->tag = t->member = s->tag;
	return OK;
}

/* GROUP-14.19 */
static enum group_door_answer door_admit(void *ctx, const struct group_secret_name *name,
					 const struct crypto_cert *idc, uint64_t *ticket)
{
	struct group *g = ctx;
	struct opening o;
	enum group_door_answer a = open_secret(g, name, &o);
	if (a != GROUP_DOOR_OPEN)
		return a;
	struct group_ticket *t = env_zalloc(g->env, 1, sizeof(*t));
	if (!t)
		return GROUP_DOOR_NOT_OURS;
	list_push_back(&g->tickets, &t->all);
	note_back(g, idc->public, t);
	enum err e = issue(g, &o, idc, t);
	if (!e)
		e = let_back(g, &o, t);
	if (!e)
		e = publish_member(g, t);
	if (!e)
		e = count(g, &o, t);
	if (e) {
		ticket_free(g, t);
		return GROUP_DOOR_NOT_OURS;
	}
	t->number = *ticket = ++g->next_tag;
	send_due(g);
	return GROUP_DOOR_OPEN;
}

static struct group_ticket *ticket_of(struct group *g, uint64_t number)
{
	LIST_EACH(n, tmp, &g->tickets)
	if (ticket_at(n)->number == number)
		return ticket_at(n);
	return NULL;
}

static enum err door_admitted(void *ctx, uint64_t ticket, struct span *chain, uint64_t *after)
{
	const struct group *g = ctx;
	struct group_ticket *t = ticket_of(ctx, ticket);
	if (!t)
		return ERR_NOT_FOUND;
	if (!is_through(t))
		return ERR_STATE;
	if (t->err)
		return t->err == ERR_STATE ? ERR_IO : t->err;
	/* GROUP-14.39: the Return could not be stored. */
	if (t->n_back && group_removals_gone(g->removals, span_of(t->back, t->n_back),
					     span_of(t->serial, sizeof(t->serial))))
		return ERR_IO;
	*chain = span_of(t->chain.p, t->chain.n);
	*after = t->after;
	return OK;
}

static void door_drop(void *ctx, uint64_t ticket)
{
	struct group_ticket *t = ticket_of(ctx, ticket);
	if (t)
		ticket_free(ctx, t);
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
	for (; group_secrets_use(g->secrets, id_span(i->what.id), &at, &u); n++)
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

void group_secrets_record(struct group *g, const struct graph_record *r,
			  const struct group_inviting *x, const struct group_secrets_at *at)
{
	bool tally = x->kind == GROUP_TALLY;
	struct span id = id_span(tally ? x->tally.id : x->invitation.id);
	if (!g->secrets)
		return;
	size_t before = tally ? group_secrets_sum(g->secrets, id).uses : 0;
	enum err e = group_secrets_learn(g->secrets, at, r->payload);
	group_secrets_learned(g, e);
	if (e == ERR_FULL)
		group_tell(g, GROUP_EVENT_FULL)->text = "there are as many invitations as can be";
	ends_at(g, at->until);
	const struct group_asked_in *i = tally ? group_secrets_find(g->secrets, id) : NULL;
	if (i && group_secrets_sum(g->secrets, id).uses > before)
		tell_other(g, i);
	send_due(g);
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
		send_due(g);
	group_findable_due(g);
}

/* The end of a record is looked at when something else is: nothing waits for that. */
struct mono group_secrets_deadline(const struct group *g)
{
	struct mono at =
		mono_min(mono_min(g->mend, g->secrets_relearn), group_findable_deadline(g));
	if (!g->secrets || !g->ready || !group_secrets_due(g->secrets, NULL) ||
	    mono_reached(g->secrets_again, g->now))
		return at;
	return mono_min(at, g->secrets_again);
}

enum err group_secrets_begin(struct group *g)
{
	g->secrets_end = INT64_MAX;
	g->secrets_again = g->now;
	g->mend = g->findable = g->secrets_relearn = MONO_NEVER;
	g->findable_end = INT64_MAX;
	g->door = (struct group_door){
		.ctx = g,
		.find = door_find,
		.wrong = door_wrong,
		.admit = door_admit,
		.admitted = door_admitted,
		.admit_drop = door_drop,
	};
	if (!g->profile->policy)
		return OK;
	return group_secrets_new(&g->secrets, g->env, &group_secrets_limits_default);
}

void group_secrets_end(struct group *g)
{
	LIST_EACH(n, tmp, &g->sendings)
	sending_free(g, LIST_ENTRY(n, struct group_sending, all));
	LIST_EACH(n, tmp, &g->tickets)
	ticket_free(g, ticket_at(n));
	group_secrets_free(g->secrets);
}
