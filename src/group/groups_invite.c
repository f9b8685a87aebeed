/* Invitations for people and the password, as commands (GROUP-14.27 to GROUP-14.30). What a
 * secret leads to is made by a job; then the group publishes it. */
#include "group/code.h"
#include "group/groups_int.h"
#include "group/groups_job.h"

#include "wire/utf.h"

#define INVITE_LIFE  (7 * MONO_DAY)
#define LOOKUP_TRIES 16
#define ID_DIGITS    6 /* of an identifier that will do */
#define LINK_FAMILY  2 /* addresses of one family, before the other's are in */
#define LINK_MOST    4 /* addresses: a link is also drawn, and should not be too long */

/* What is made while its job runs. */
struct groups_inviting {
	struct group_code code;
	uint8_t id[GROUP_INVITATION_ID];
	enum group_role role;
	int64_t end;
	uint16_t uses;
	bool password;
	char label[GROUP_LABEL_OCTETS + 1];
};

void groups_inviting_free(struct groups *s, struct groups_inviting *i)
{
	if (i)
		crypto_wipe(i, sizeof(*i));
	env_free(s->env, i);
}

/* ---- invited ---- */

static bool is_taken(const struct group *g, const char *lookup)
{
	struct group_invite_info i;
	const void *at = NULL;
	while (group_invite_next(g, &at, &i))
		if (i.state == GROUP_INVITE_OPEN && span_eq(i.lookup, span_str(lookup)))
			return true;
	return false;
}

/* GROUP-14.27: two of one group are not looked for alike. */
static void draw(struct groups *s, const struct group *g, struct groups_inviting *i)
{
	size_t tries = 0;
	s->env->random(s->env->ctx, i->id, sizeof(i->id));
	do
		group_code_make(&i->code, s->env);
	while (is_taken(g, i->code.lookup) && ++tries < LOOKUP_TRIES);
}

static struct group_invite invite_of(const struct groups_inviting *i, const uint8_t *prs)
{
	struct group_invite x = {
		.prs = prs,
		.role = i->role,
		.end = i->end,
		.uses = i->uses,
		.lookup = span_str(i->code.lookup),
		.label = span_str(i->label),
	};
	memcpy(x.id, i->id, sizeof(x.id));
	return x;
}

static const char *wrong_with(const struct groups_command *c)
{
	size_t units;
	if (c->uses > GROUP_USES_MAX)
		return "an invitation is for 1 to 1,000 uses";
	if (c->text.n > GROUP_LABEL_OCTETS || (c->text.n && memchr(c->text.p, 0, c->text.n)) ||
	    utf16_of(c->text, NULL, GROUP_LABEL_OCTETS, &units) != OK)
		return "for whom it is has at most 255 octets of UTF-8";
	return NULL;
}

/* GROUP-14.28: a week, but no longer than we may. */
static int64_t end_of(const struct groups *s, const struct group *g, int64_t until)
{
	struct group_info i;
	group_look(g, &i);
	int64_t week = groups_now(s) + INVITE_LIFE;
	return until ? until : week < i.latest ? week : i.latest;
}

static struct groups_inviting *inviting_new(struct groups *s, struct groups_call *call)
{
	call->inviting = env_zalloc(s->env, 1, sizeof(*call->inviting));
	if (!call->inviting)
		groups_answer(s, call, ERR_NOMEM, NULL);
	return call->inviting;
}

/* The secret becomes what CPace begins with. */
static void ask(struct groups *s, struct groups_call *call, struct span secret)
{
	struct groups_prs x = {
		.secret = secret,
		.group = span_str(call->entry->id),
		.invitation = !call->inviting->password,
	};
	memcpy(x.id, call->inviting->id, sizeof(x.id));
	size_t size = groups_prs_size(&x);
	uint8_t *room = groups_call_room(s, call, size);
	if (!room) {
		groups_answer(s, call, ERR_NOMEM, NULL);
		return;
	}
	struct wr w = wr_of(room, size);
	groups_prs_write(&w, &x);
	groups_job_start(s, call, GROUPS_JOB_PRS);
}

static enum err answer_of(struct groups *s, struct groups_call *call);

/* GROUP-14.33 */
static void link_of_password(struct groups *s, const struct groups_command *c,
			     struct groups_call *call)
{
	enum group_password_state state = group_password_state(call->entry->group);
	enum err err = state == GROUP_PASSWORD_SET ? OK : ERR_STATE;
	call->inviting->password = true;
	if (!err && !c->dry_run)
		err = answer_of(s, call);
	groups_answer(s, call, err,
		      err != ERR_STATE		     ? NULL
		      : state == GROUP_PASSWORD_NONE ? GROUPS_NO_PASSWORD
						     : GROUPS_PASSWORD_ENDED);
}

void groups_invite(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	if (!e || !inviting_new(s, call))
		return;
	if (c->set & GROUPS_BY_PASSWORD) {
		link_of_password(s, c, call);
		return;
	}
	struct text why = TEXT_OF(call->out.text);
	const char *wrong = wrong_with(c);
	struct groups_inviting *i = call->inviting;
	i->role = c->role;
	i->uses = (uint16_t)(c->uses ? c->uses : 1);
	i->end = end_of(s, e->group, c->until);
	groups_words(i->label, sizeof(i->label), c->text);
	const struct group_invite x = invite_of(i, NULL);
	enum err err = wrong ? ERR_RANGE : group_may_invite_until(e->group, &x, &why);
	if (err || c->dry_run) {
		groups_answer(s, call, err, wrong);
		return;
	}
	draw(s, e->group, i);
	ask(s, call, span_str(i->code.secret));
}

/* GROUP-14.32: a link-local address is one of a single network, and does not say which. */
static void add_address(struct group_link *l, const struct addr *a, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n_address; i++) {
		if (addr_eq(&l->address[i], a))
			return;
		n += l->address[i].family == a->family;
	}
	if (l->n_address < LINK_MOST && n < most && !addr_is_link_local(a))
		l->address[l->n_address++] = *a;
}

/* Both families first, then the more of one. */
static void add_addresses(const struct groups *s, const struct groups_entry *e,
			  struct group_link *l)
{
	const struct graph *g = graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
	const struct addr *at;
	size_t n = g ? graph_reached_at(g, &at) : 0;
	for (size_t i = 0; i < n; i++)
		add_address(l, &at[i], LINK_FAMILY);
	for (size_t i = 0; i < n; i++)
		add_address(l, &at[i], LINK_MOST);
}

static void fill_link(const struct groups *s, const struct groups_entry *e, struct group_link *l)
{
	groups_words(l->group, sizeof(l->group), span_str(e->id));
	groups_words(l->friendly, sizeof(l->friendly), span_str(e->friendly));
	add_addresses(s, e, l);
}

enum err groups_link(const struct groups *s, const struct groups_info *of,
		     const struct group_link *secret, struct text *out)
{
	const struct groups_entry *e = groups_entry_named(s, span_str(of->id), span_str(of->self));
	struct group_link l = *secret;
	if (e)
		fill_link(s, e, &l);
	enum err err = e ? group_link_text(out, &l) : ERR_NOT_FOUND;
	group_link_wipe(&l);
	return err;
}

/* GROUP-14.29: the answer is the code, and in the next line the link. */
static enum err answer_of(struct groups *s, struct groups_call *call)
{
	const struct groups_inviting *i = call->inviting;
	struct group_link l = { .invitation = !i->password };
	size_t size = GROUP_CODE_SIZE + 1 + GROUP_LINK_SIZE;
	char *room = (char *)groups_call_room(s, call, size);
	if (!room)
		return ERR_NOMEM;
	memcpy(l.id, i->id, sizeof(l.id));
	groups_words(l.secret, sizeof(l.secret), span_str(i->code.secret));
	fill_link(s, call->entry, &l);
	struct text t = text_of(room, size);
	if (!i->password)
		group_code_text(&t, &i->code);
	text_char(&t, '\n');
	enum err e = group_link_text(&t, &l);
	call->out.bytes = span_of(t.p, t.n);
	group_link_wipe(&l);
	return e;
}

static enum err invited(struct groups *s, struct groups_call *call, const uint8_t *prs,
			struct text *why)
{
	const struct group_invite x = invite_of(call->inviting, prs);
	enum err e = answer_of(s, call);
	return e ? e : group_invite(call->entry->group, &x, why, s->now);
}

/* ---- the password ---- */

static enum err with_password(struct groups *s, struct groups_call *call, const uint8_t *prs,
			      struct text *why)
{
	struct group *g = call->entry->group;
	const struct group_password p = { .role = call->inviting->role, .prs = prs };
	const struct groups_command nothing = { .set = 0 };
	struct group_policy policy;
	uint8_t *rest;
	size_t n;
	enum err e = group_may_set(g, why);
	if (!e)
		e = group_password_part(g, &p, &rest, &n);
	if (e)
		return e;
	groups_policy_of(call->entry, &nothing, &policy);
	policy.rest = span_of(rest, n);
	e = group_set(g, &policy, why, s->now);
	env_free(s->env, rest);
	return e;
}

static const char *wrong_password(const struct groups_entry *e, const struct groups_command *c)
{
	if (!group_profile(e->profile)->policy)
		return "groups of this profile have no password";
	if (c->passphrase.n > GROUPS_PASS_MAX)
		return "a password has at most 1,024 octets";
	if (!(group_role_issuable(CRYPTO_ROLE_ADMIN) & group_role_bit(c->role)))
		return "that role cannot be given";
	return NULL;
}

/* GROUP-14.30 */
void groups_password(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	if (!e || !inviting_new(s, call))
		return;
	struct text why = TEXT_OF(call->out.text);
	const char *wrong = wrong_password(e, c);
	call->inviting->password = true;
	call->inviting->role = c->role;
	enum err err = wrong ? ERR_RANGE : group_may_set(e->group, &why);
	if (!err && !c->dry_run && c->passphrase.n) {
		ask(s, call, c->passphrase);
		return;
	}
	if (!err && !c->dry_run)
		err = with_password(s, call, NULL, &why);
	if (err || c->dry_run)
		groups_answer(s, call, err, wrong);
	else
		groups_wait_turn(s, e, call);
}

/* ---- of either ---- */

void groups_prs_done(struct groups *s, struct groups_call *call, enum err err, struct span result)
{
	struct text why = TEXT_OF(call->out.text);
	struct groups_entry *e = call->entry;
	if (!err && (result.n != GROUP_PRS || !e || !e->group || !e->open))
		err = ERR_CLOSED;
	if (!err)
		err = call->inviting->password ? with_password(s, call, result.p, &why)
					       : invited(s, call, result.p, &why);
	if (err)
		groups_answer(s, call, err, NULL);
	else
		groups_wait_turn(s, e, call);
}

/* ---- revoked ---- */

static bool begins(const uint8_t *id, struct span word)
{
	char digits[2 * GROUP_INVITATION_ID + 1];
	struct text t = TEXT_OF(digits);
	text_hex(&t, span_of(id, GROUP_INVITATION_ID));
	return word.n >= ID_DIGITS && word.n <= t.n && memcmp(digits, word.p, word.n) == 0;
}

enum err groups_invite_find(const struct group *g, struct span word, struct group_invite_info *out)
{
	struct group_invite_info i;
	const void *at = NULL;
	size_t n = 0;
	while (group_invite_next(g, &at, &i)) {
		bool open = i.state == GROUP_INVITE_OPEN;
		if (!begins(i.id, word) &&
		    !(open && (span_eq(word, i.lookup) || span_eq(word, i.label))))
			continue;
		*out = i;
		n++;
	}
	return n == 1 ? OK : n ? ERR_CONFLICT : ERR_NOT_FOUND;
}

void groups_invite_revoke(struct groups *s, const struct groups_command *c,
			  struct groups_call *call)
{
	struct groups_entry *e = groups_live_entry(s, c, call);
	struct group_invite_info i;
	if (!e)
		return;
	struct text why = TEXT_OF(call->out.text);
	enum err err = c->who.n ? groups_invite_find(e->group, c->who, &i) : ERR_NOT_FOUND;
	if (err) {
		groups_answer(s, call, err,
			      err == ERR_CONFLICT
				      ? "several invitations are called so: give the identifier"
				      : "the group has no such invitation");
		return;
	}
	if (!c->dry_run)
		err = group_invite_revoke(e->group, span_of(i.id, GROUP_INVITATION_ID), &why,
					  s->now);
	if (err || c->dry_run)
		groups_answer(s, call, err, NULL);
	else
		groups_wait_turn(s, e, call);
}
