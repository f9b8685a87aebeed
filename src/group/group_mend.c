/* Invitations and the password are handed on to those who may issue later (GROUP-14.26), a few
 * members and boxes a turn (GROUP-14.40), since a box takes the time of a signature (D18). */
#include "group/group_int.h"

#define SOON   MONO_SEC
#define LEAST  (5 * MONO_SEC)
#define SPREAD (55 * MONO_SEC)

/* Of a turn: about 4 ms. */
#define LOOKS 512 /* at members; */
#define EACH  32  /* what it takes to begin with an invitation is as much as so many */

struct slice {
	size_t looks, boxes;
};

/* What is being looked at. */
struct what {
	const struct group_asked_in *in; /* NULL: the password */
	struct group_secret secret;
};

/* ---- when ---- */

static void plan(struct group *g, bool by_chance)
{
	struct group_mending *m = &g->mending;
	if (!g->secrets)
		return;
	m->more = m->on;
	if (m->on || !mono_is_never(m->due))
		return;
	int64_t wait = LEAST + (int64_t)env_random_below(g->env, SPREAD);
	m->due = mono_add(g->now, by_chance ? wait : SOON);
}

/* GROUP-14.26: its maker is first; of the administrators one is by chance. */
void group_mend_stale(struct group *g)
{
	plan(g, g->roles & CRYPTO_ROLE_ADMIN);
}

void group_mend_chance(struct group *g)
{
	plan(g, true);
}

void group_mend_rest(struct group *g)
{
	struct group_mending *m = &g->mending;
	if (!g->boxes_lack || !g->secrets)
		return;
	g->boxes_lack = false;
	m->more |= m->on;
	m->due = mono_min(m->due, g->now);
}

void group_mend_end(struct group *g)
{
	struct group_mending *m = &g->mending;
	env_free(g->env, m->holders);
	*m = (struct group_mending){ .due = MONO_NEVER };
}

static void stop(struct group *g)
{
	bool more = g->mending.more;
	group_mend_end(g);
	if (more)
		group_mend_stale(g);
}

/* What lacked memory is looked at once more, all of it. */
static void later(struct group *g)
{
	group_mend_end(g);
	g->mending.due = mono_add(g->now, GROUP_AGAIN);
}

/* ---- one after the other ---- */

static int order(const struct group_asked_in *i, const struct graph_guid *id)
{
	return memcmp(i->record.at, id->at, sizeof(id->at));
}

static const struct group_asked_in *find(const struct group *g, const struct graph_guid *id)
{
	const struct group_asked_in *i = NULL;
	while ((i = group_secrets_next(g->secrets, i)))
		if (order(i, id) == 0)
			return i;
	return NULL;
}

/* By Record ID: those that come or go meanwhile change nothing for the others. */
static void next(struct group *g)
{
	struct group_mending *m = &g->mending;
	const struct group_asked_in *i = NULL, *found = NULL;
	while ((i = group_secrets_next(g->secrets, i)))
		if (order(i, &m->record) > 0 && (!found || order(i, &found->record) < 0))
			found = i;
	if (found)
		m->record = found->record;
	m->over = !found && m->password;
	m->password = !found;
}

/* False: it is none of ours to mend (GROUP-14.26). */
static bool look_up(const struct group *g, struct what *w)
{
	struct span later_part;
	bool has;
	*w = (struct what){ .in = NULL };
	if (g->mending.password)
		return g->roles & CRYPTO_ROLE_ADMIN &&
		       group_own_outlasts(g, g->need[GROUP_NEED_POLICY].until) &&
		       group_password_state(g) == GROUP_PASSWORD_SET &&
		       group_policy_password_read(&w->secret, &has, &later_part, g->policy.rest) ==
			       OK;
	w->in = find(g, &g->mending.record);
	if (!w->in || !group_invite_may_edit(g, w->in) || !group_own_outlasts(g, w->in->until) ||
	    group_invite_state(g, w->in) != GROUP_INVITE_OPEN)
		return false;
	w->secret = w->in->what.secret;
	return true;
}

static struct span our_box(const struct group *g, const struct group_secret *s)
{
	uint8_t own[GROUP_AUTHORITY];
	return group_authority_of(span_str(g->self), own) ? group_secret_box(s, own)
							  : span_of(NULL, 0);
}

/* From its first member on. */
static void from_the_first(struct group_mending *m)
{
	m->to[0] = '\0';
	m->n = m->made = 0;
	m->gained = false;
}

static void enter(struct group *g)
{
	struct group_mending *m = &g->mending;
	struct what w;
	struct span box = look_up(g, &w) ? our_box(g, &w.secret) : span_of(NULL, 0);
	m->inside = box.n == sizeof(m->ours);
	m->making = false;
	if (!m->inside)
		return;
	memcpy(m->ours, box.p, sizeof(m->ours));
	m->turn = group_removals_turn(g->removals);
	from_the_first(m);
}

static void uphold(struct group *g)
{
	const struct group_asked_in *i = g->mending.password ? NULL : find(g, &g->mending.record);
	if (i)
		group_secrets_uphold(g, i);
}

/* A box is made anew with each change of the others, so ours tells whether one was made. */
static bool is_same(const struct group *g, const struct what *w)
{
	const struct group_mending *m = &g->mending;
	return m->turn == group_removals_turn(g->removals) &&
	       span_eq(our_box(g, &w->secret), span_of(m->ours, sizeof(m->ours)));
}

/* ---- member after member ---- */

/* The key of the next that may issue; of one authority under several names the first is it.
 * NULL, and looks are left: there are no more of them. */
static const uint8_t *next_issuer(struct group *g, const struct what *w, struct slice *x)
{
	struct group_mending *m = &g->mending;
	const struct group_member *who;
	uint8_t authority[GROUP_AUTHORITY];
	while (x->looks && m->n < GROUP_HOLDERS_MAX &&
	       (who = group_members_beyond(g->members, span_str(m->to)))) {
		const uint8_t *key = group_secret_key_of(g, who, w->secret.role);
		struct text t = TEXT_OF(m->to);
		x->looks--;
		text_span(&t, who->name);
		if (!key || !group_authority_of(who->name, authority) ||
		    (m->n && memcmp(m->last, authority, sizeof(authority)) == 0))
			continue;
		memcpy(m->last, authority, sizeof(authority));
		m->n++;
		return key;
	}
	return NULL;
}

static bool lacks_last(const struct group *g, const struct what *w)
{
	return !group_secret_box(&w->secret, g->mending.last).n;
}

/* Whether somebody who may issue, and has a key, is not among the holders. */
static void look(struct group *g, const struct what *w, struct slice *x)
{
	struct group_mending *m = &g->mending;
	bool lacks = false;
	while (!lacks && next_issuer(g, w, x))
		lacks = lacks_last(g, w);
	if (!lacks) {
		m->inside = !x->looks;
		return;
	}
	if (!m->holders)
		m->holders = env_zalloc(g->env, GROUP_HOLDERS_MAX, GROUP_HOLDER);
	if (!m->holders) {
		later(g);
		return;
	}
	m->making = true;
	from_the_first(m);
}

/* The Removals that it knows stay: whoever adds a holder vouches for nothing else. */
static enum err publish(struct group *g, const struct what *w)
{
	const struct group_mending *m = &g->mending;
	const struct group_row holders = { span_of(m->holders, m->made * GROUP_HOLDER),
					   GROUP_HOLDER };
	struct group_secret s = w->secret;
	s.holders = holders;
	if (w->in) {
		struct group_invitation x = w->in->what;
		x.secret = s;
		return group_invite_send(g, &w->in->record, &x);
	}
	const struct group_password again = { .role = s.role, .again = &s };
	struct group_policy p = g->policy;
	struct text none = text_of((char[1]){ 0 }, 1);
	uint8_t *rest = NULL;
	size_t n = 0;
	enum err e = group_password_part(g, &again, &rest, &n);
	if (e)
		return e;
	p.rest = span_of(rest, n);
	e = group_set(g, &p, &none, g->now);
	env_free(g->env, rest);
	return e;
}

static enum err put(struct group *g, const struct what *w, const uint8_t *key,
		    const uint8_t prs[GROUP_PRS])
{
	struct group_mending *m = &g->mending;
	uint8_t *at = m->holders + m->made * GROUP_HOLDER;
	enum err e = crypto_box_put(g->env, key, span_of(prs, GROUP_PRS), at + GROUP_AUTHORITY);
	if (e == ERR_MALFORMED)
		return OK; /* its own fault */
	if (e)
		return e;
	memcpy(at, m->last, GROUP_AUTHORITY);
	m->gained |= lacks_last(g, w);
	m->made++;
	return OK;
}

static void make(struct group *g, const struct what *w, struct slice *x)
{
	struct group_mending *m = &g->mending;
	const uint8_t *key = NULL;
	uint8_t prs[GROUP_PRS];
	enum err e = OK;
	if (group_secret_take(g, &w->secret, prs) != OK) {
		m->inside = false;
		return;
	}
	while (!e && x->boxes && (key = next_issuer(g, w, x))) {
		x->boxes--;
		e = put(g, w, key, prs);
	}
	crypto_wipe(prs, sizeof(prs));
	bool all = !e && x->boxes && x->looks;
	if (all)
		m->inside = false;
	if (all && m->gained)
		e = publish(g, w);
	if (e == ERR_NOMEM)
		later(g);
}

/* ---- a turn ---- */

static void go_on(struct group *g, struct slice *x)
{
	struct group_mending *m = &g->mending;
	struct what w;
	x->looks -= x->looks < EACH ? x->looks : EACH;
	if (!m->inside) {
		next(g);
		uphold(g);
		if (m->over)
			stop(g);
		else
			enter(g);
	} else if (!look_up(g, &w) || !is_same(g, &w)) {
		enter(g);
	} else if (m->making) {
		make(g, &w, x);
	} else {
		look(g, &w, x);
	}
}

void group_mend_due(struct group *g)
{
	struct group_mending *m = &g->mending;
	struct slice x = { LOOKS, GROUP_BOXES };
	if (!g->secrets || !mono_reached(m->due, g->now))
		return;
	if (!g->ready || !group_own_valid(g) || !group_role_issuable(g->roles)) {
		group_mend_end(g);
		return;
	}
	m->on = true;
	while (m->on && x.looks && x.boxes)
		go_on(g, &x);
	if (m->on)
		m->due = g->now;
}
