/* Invitations and the password, made and ended by who may (GROUP-14.23 to GROUP-14.25). */
#include "group/group_int.h"

#define INVITE_KEPT (24 * MONO_HOUR) /* a record stays so long after its invitation has ended */

static enum err refuse(struct text *why, const char *words)
{
	text_str(why, words);
	return ERR_DENIED;
}

/* ---- holders ---- */

const uint8_t *group_secret_key_of(const struct group *g, const struct group_member *m,
				   enum group_role role)
{
	const struct group_credential *c =
		group_member_credential(m, span_of(NULL, 0), group_time(g));
	if (!c || !(group_role_issuable(c->roles) & group_role_bit(role)) ||
	    group_removals_gone(g->removals, crypto_public_octets(c->key), c->serial))
		return NULL;
	if (span_eq(m->name, span_str(g->self)))
		return g->has_box ? g->box : NULL;
	return m->has_seal_key ? m->seal_key : NULL;
}

/* GROUP-14.40: as many as a turn may have, ours among them; the others are added. */
struct boxes {
	enum group_role role;
	const uint8_t *prs;
	uint8_t *out;
	size_t n, left; /* left: for others than us */
	bool own;	/* ours is there */
};

static enum err put_holder(struct group *g, struct boxes *b, const struct group_member *m)
{
	uint8_t *at = b->out + b->n * GROUP_HOLDER;
	const uint8_t *key = group_secret_key_of(g, m, b->role);
	bool own = span_eq(m->name, span_str(g->self));
	b->own |= own;
	if (!key || !group_authority_of(m->name, at) ||
	    (b->n && memcmp(at - GROUP_HOLDER, at, GROUP_AUTHORITY) == 0))
		return OK;
	enum err e = crypto_box_put(g->env, key, span_of(b->prs, GROUP_PRS), at + GROUP_AUTHORITY);
	b->left -= !own;
	b->n += !e;
	return e == ERR_MALFORMED ? OK : e; /* its own fault */
}

/* Somebody comes behind that one beside us; whether they may issue is seen when it is mended. */
static bool has_more(const struct group *g, const struct group_member *m)
{
	const struct group_member *next = m ? group_members_next(g->members, m) : NULL;
	if (next && span_eq(next->name, span_str(g->self)))
		next = group_members_next(g->members, next);
	return next != NULL;
}

/* Names are in order, and so are the authorities that they begin with; of several with one
 * the first. */
static enum err put_holders(struct group *g, struct boxes *b)
{
	struct group_member *m = NULL;
	enum err e = OK;
	while (!e && b->left && (m = group_members_next(g->members, m)))
		e = put_holder(g, b, m);
	g->boxes_lack |= has_more(g, m);
	m = b->own ? NULL : group_members_find(g->members, span_str(g->self));
	return !e && m ? put_holder(g, b, m) : e;
}

/* GROUP-14.21: those that a Return has ended too, since they have ended what was open then. */
static size_t put_removals(const struct group *g, uint8_t *out)
{
	struct group_removed r;
	size_t at = 0, n = 0;
	while (group_removals_next(g->removals, &at, &r))
		if ((r.counts || r.ended) && !r.removal->returns)
			memcpy(out + n++ * GROUP_REMOVAL_ID, r.record->id.at, GROUP_REMOVAL_ID);
	return n;
}

enum err group_secret_lists(struct group *g, const uint8_t *prs, struct group_secret *s,
			    uint8_t **room)
{
	size_t holders = GROUP_BOXES * GROUP_HOLDER, m = group_removals_count(g->removals);
	*room = env_zalloc(g->env, 1, holders + m * GROUP_REMOVAL_ID);
	if (!*room)
		return ERR_NOMEM;
	struct boxes b = { s->role, prs, *room, 0, GROUP_BOXES - 1, false };
	enum err e = put_holders(g, &b);
	m = put_removals(g, *room + holders);
	s->holders = (struct group_row){ span_of(*room, b.n * GROUP_HOLDER), GROUP_HOLDER };
	s->removals = (struct group_row){ span_of(*room + holders, m * GROUP_REMOVAL_ID),
					  GROUP_REMOVAL_ID };
	return e;
}

/* ---- made ---- */

enum err group_may_let_in(const struct group *g, enum group_role role, struct text *why)
{
	if (!g->profile->policy)
		return refuse(why,
			      "groups of this profile have no invitations by code: invite with "
			      "a card");
	if (!group_own_valid(g))
		return refuse(why, "our own membership has ended");
	if (!group_role_issuable(g->roles))
		return refuse(why, "a member may not invite: an inviting member or an "
				   "administrator does");
	if (!(group_role_issuable(g->roles) & group_role_bit(role)))
		return refuse(why, "our role may not give that role");
	if (g->ready)
		return OK;
	text_str(why, "the group is not ready: connect to a member first");
	return ERR_STATE;
}

/* GROUP-14.23 */
enum err group_may_invite_until(const struct group *g, const struct group_invite *i,
				struct text *why)
{
	enum err e = group_may_let_in(g, i->role, why);
	if (e)
		return e;
	if (i->end <= group_time(g))
		return refuse(why, "it would be over already");
	if (i->end > group_own_latest(g, g->to))
		return refuse(why, "it would last longer than our own membership");
	return OK;
}

enum err group_invite_send(struct group *g, const struct graph_guid *record,
			   const struct group_invitation *i)
{
	size_t size = group_invitation_size(i), n;
	int64_t until = i->end + INVITE_KEPT, latest = group_own_latest(g, g->to);
	uint8_t *room = env_zalloc(g->env, 1, size);
	uint64_t tag;
	if (!room)
		return ERR_NOMEM;
	enum err e = group_invitation_write(i, room, size, &n);
	if (!e)
		e = group_secrets_send(g, record, span_of(room, n), until < latest ? until : latest,
				       &tag);
	env_free(g->env, room);
	return e;
}

enum err group_invite(struct group *g, const struct group_invite *i, struct text *why,
		      struct mono now)
{
	static const struct graph_guid fresh;
	struct group_invitation x = {
		.secret = { .role = i->role },
		.end = i->end,
		.uses = i->uses,
		.maker = span_str(g->self),
		.lookup = i->lookup,
		.label = i->label,
	};
	uint8_t *holders = NULL;
	g->now = now;
	memcpy(x.id, i->id, sizeof(x.id));
	enum err e = group_may_invite_until(g, i, why);
	if (!e)
		e = group_secret_lists(g, i->prs, &x.secret, &holders);
	if (!e)
		e = group_invite_send(g, &fresh, &x);
	env_free(g->env, holders);
	return e;
}

/* ---- ended ---- */

bool group_invite_may_edit(const struct group *g, const struct group_asked_in *i)
{
	return g->roles & CRYPTO_ROLE_ADMIN || span_eq(i->what.maker, span_str(g->self));
}

/* GROUP-14.24 */
enum err group_invite_revoke(struct group *g, struct span id, struct text *why, struct mono now)
{
	const struct group_asked_in *i = g->secrets ? group_secrets_find(g->secrets, id) : NULL;
	g->now = now;
	if (!i) {
		text_str(why, "the group has no such invitation");
		return ERR_NOT_FOUND;
	}
	if (!group_invite_may_edit(g, i) || !group_own_valid(g))
		return refuse(why,
			      "an invitation is revoked by who made it, or by an administrator");
	if (!g->ready) {
		text_str(why, "the group is not ready: connect to a member first");
		return ERR_STATE;
	}
	return group_secrets_revoke(g, id);
}

/* ---- looks ---- */

bool group_invite_next(const struct group *g, const void **at, struct group_invite_info *out)
{
	if (!g->secrets)
		return false;
	const struct group_asked_in *i = group_secrets_next(g->secrets, *at);
	*at = i;
	if (!i)
		return false;
	struct group_sum sum =
		group_secrets_sum(g->secrets, span_of(i->what.id, sizeof(i->what.id)));
	*out = (struct group_invite_info){
		.id = i->what.id,
		.role = i->what.secret.role,
		.state = group_invite_state(g, i),
		.end = i->what.end,
		.made = i->made,
		.uses = i->what.uses,
		.used = sum.uses,
		.wrong = sum.wrong,
		.maker = i->what.maker,
		.lookup = i->what.lookup,
		.label = i->what.label,
	};
	return true;
}
