/* The door for sessions (GROUP-14.17 to GROUP-14.19, GROUP-14.39): what a secret that somebody
 * names opens, guesses, and who is let in once it is stored. */
#include "group/group_secrets_int.h"

#define UNCOUNTED_S 60

/* Somebody who is being let in. */
struct group_ticket {
	struct list all;
	uint64_t number, member; /* member: the tag of its Membership; 0: it is stored */
	struct group_octets chain;
	uint8_t id[GROUP_INVITATION_ID], serial[CRYPTO_SERIAL];
	char who[GROUP_NAME_OCTETS + 1];
	uint64_t need;	/* of our tally: so many changes must be stored; 0: they are */
	uint64_t after; /* the newest put it rests on */
	bool counted;	/* a use of that serial */
	enum err err;
	uint8_t back[CRYPTO_PUBLIC_MAX]; /* the key, where it was removed and a Return lets it */
	size_t n_back;
};

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
	const struct group_asked_in *i = group_secrets_find(g->secrets, group_invitation_id(t->id));
	struct group_event *e = group_tell_of(g, GROUP_EVENT_INVITE_USED, span_str(t->who));
	e->ours = true;
	e->over =
		i && group_secrets_sum(g->secrets, group_invitation_id(t->id)).uses > i->what.uses;
}

static void follow(struct group *g, struct group_ticket *t)
{
	if (!is_through(t))
		return;
	if (!t->err)
		tell_used(g, t);
	(void)group_want(g, GROUP_OUT_RESUME, span_of(NULL, 0));
}

/* GROUP-14.19: nobody is let in, and it was no use. */
static void refuse(struct group *g, struct group_ticket *t, enum err why)
{
	struct group_counted *c;
	t->err = why;
	t->need = t->member = 0;
	if (t->counted && group_secrets_ours(g->secrets, group_invitation_id(t->id), &c) == OK)
		group_counted_undo(c, span_of(t->serial, sizeof(t->serial)));
}

/* GROUP-14.39: the Return could not be stored. */
static bool is_out(const struct group *g, const struct group_ticket *t)
{
	return t->n_back && group_removals_gone(g->removals, span_of(t->back, t->n_back),
						span_of(t->serial, sizeof(t->serial)));
}

static void later(uint64_t *after, uint64_t a)
{
	if (a > *after)
		*after = a;
}

static enum err publish_member(struct group *g, struct group_ticket *t)
{
	struct group_sending *s = group_sending_new(g, span_of(NULL, 0));
	enum err e = s ? group_publish_for(g, span_of(t->chain.p, t->chain.n), g->now) : ERR_NOMEM;
	if (e && s)
		group_sending_free(g, s);
	if (e)
		return e;
	group_newest(g)->tag = t->member = s->tag;
	return OK;
}

/* The Return is ahead of the membership, which does not stand without it. */
static enum err publish_in(struct group *g, struct group_ticket *t)
{
	char room[200];
	struct text why = TEXT_OF(room);
	enum err e = OK;
	if (t->n_back)
		e = group_return(g, span_of(t->chain.p, t->chain.n),
				 span_str("by a new invitation"), &why, g->now);
	return e ? e : publish_member(g, t);
}

/* GROUP-14.19 */
void group_tickets_counted(struct group *g, const struct group_sending *s,
			   const struct group_stored *r)
{
	LIST_EACH(n, tmp, &g->tickets)
	{
		struct group_ticket *t = ticket_at(n);
		if (!t->need || t->need > s->asked || memcmp(t->id, s->id, sizeof(t->id)) != 0)
			continue;
		t->need = 0;
		later(&t->after, r->after);
		enum err e = r->err ? r->err : publish_in(g, t);
		if (e)
			refuse(g, t, e);
		follow(g, t);
	}
}

/* GROUP-13.8 */
void group_tickets_member(struct group *g, const struct group_stored *r)
{
	LIST_EACH(n, tmp, &g->tickets)
	{
		struct group_ticket *t = ticket_at(n);
		if (t->member != r->tag)
			continue;
		t->member = 0;
		later(&t->after, r->after);
		if (r->err || is_out(g, t))
			refuse(g, t, r->err ? r->err : ERR_IO);
		follow(g, t);
	}
}

/* GROUP-14.50 */
void group_tickets_lost(struct group *g, uint64_t first)
{
	LIST_EACH(n, tmp, &g->tickets)
	{
		struct group_ticket *t = ticket_at(n);
		if (t->after < first)
			continue;
		refuse(g, t, ERR_IO);
		follow(g, t);
	}
}

void group_tickets_end(struct group *g)
{
	LIST_EACH(n, tmp, &g->tickets)
	ticket_free(g, ticket_at(n));
}

/* ---- what is open ---- */

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
	return group_secret_ended(g, &o->secret) ? GROUP_DOOR_OVER : GROUP_DOOR_OPEN;
}

static enum group_door_answer find_invitation(const struct group *g, const uint8_t *id,
					      struct opening *o)
{
	o->invitation = group_secrets_find(g->secrets, group_invitation_id(id));
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
	/* GROUP-14.18: where a guess could not be counted none is taken. */
	if (o.invitation && !group_secrets_counts(g->secrets, group_invitation_id(name->id))) {
		*wait_s = UNCOUNTED_S;
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
	    group_secrets_ours(g->secrets, group_invitation_id(name->id), &c) != OK)
		return;
	group_counted_wrong(c);
	group_secrets_due_on(g);
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
	char room[200];
	struct text why = TEXT_OF(room);
	struct group_removed r;
	if (!o->invitation || group_may_return(g, &why) != OK)
		return false;
	crypto_authority(g->crypto, g->profile->crypto, public, key);
	for (size_t at = 0; group_removals_next(g->removals, &at, &r);) {
		const struct graph_guid *id = &r.record->id;
		if (r.removal->returns || !r.counts || memcmp(r.key, key, sizeof(key)) != 0)
			continue;
		bool ours = r.signer || g->group_key;
		if (!ours || !group_secret_knows(&o->secret, span_of(id->at, sizeof(id->at))))
			return false;
	}
	return true;
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
	enum err e = group_secrets_ours(g->secrets, group_invitation_id(t->id), &c);
	if (!e)
		e = group_counted_use(g->secrets, c, &u);
	if (!e)
		t->need = c->changed;
	t->counted = !e;
	return e;
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
	bool back = t->n_back > 0;
	enum err e = !back || may_let_back(g, &o, span_of(t->back, t->n_back))
			     ? issue(g, &o, idc, t)
			     : ERR_DENIED;
	if (!e)
		e = count(g, &o, t);
	if (!e && !t->need)
		e = publish_in(g, t);
	if (e) {
		ticket_free(g, t);
		return GROUP_DOOR_NOT_OURS;
	}
	t->number = *ticket = ++g->next_tag;
	group_secrets_due_on(g);
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
	const struct group_ticket *t = ticket_of(ctx, ticket);
	if (!t)
		return ERR_NOT_FOUND;
	if (!is_through(t))
		return ERR_STATE;
	if (t->err)
		return t->err == ERR_STATE ? ERR_IO : t->err;
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

void group_door_begin(struct group *g)
{
	g->door = (struct group_door){
		.ctx = g,
		.find = door_find,
		.wrong = door_wrong,
		.admit = door_admit,
		.admitted = door_admitted,
		.admit_drop = door_drop,
	};
}
