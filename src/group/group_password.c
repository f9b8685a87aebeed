/* The password of a group, in its Policy (GROUP-14.4, GROUP-14.25, GROUP-14.37): set, taken away,
 * ended by a Removal; who did, and when. */
#include "group/group_int.h"

/* ---- as the Policy has it ---- */

/* False: there is none, and never was one. */
static bool read_part(const struct group *g, struct group_secret *s, bool *has, struct span *later)
{
	return g->has_policy && group_policy_password_read(s, has, later, g->policy.rest) == OK;
}

void group_password_look(const struct group *g, struct group_password_info *out)
{
	struct group_secret s;
	struct group_password_setter by;
	struct span later, rest;
	bool has = false;
	*out = (struct group_password_info){ .state = GROUP_PASSWORD_NONE };
	if (!read_part(g, &s, &has, &later))
		return;
	if (group_password_setter_read(&by, &rest, later)) {
		out->when = by.when;
		out->who = by.who;
	}
	if (has)
		out->state = group_secret_ended(g, &s) ? GROUP_PASSWORD_ENDED : GROUP_PASSWORD_SET;
}

enum group_password_state group_password_state(const struct group *g)
{
	struct group_password_info i;
	group_password_look(g, &i);
	return i.state;
}

/* ---- the newest ---- */

/* When what a Policy says of the password was set; INT64_MIN: it does not say. */
static int64_t set_at(struct span rest)
{
	struct group_secret s;
	struct group_password_setter by;
	struct span later;
	bool has;
	bool said = group_policy_password_read(&s, &has, &later, rest) == OK &&
		    group_password_setter_read(&by, &later, later);
	return said ? by.when : INT64_MIN;
}

bool group_password_newer(struct span rest, struct span than)
{
	return set_at(rest) > set_at(than);
}

enum err group_password_keep(struct group *g, struct group_policy *p, struct span rest)
{
	struct group_octets copy = { NULL, 0 };
	enum err e = rest.n ? group_octets_set(g, &copy, rest) : OK;
	if (e)
		return e;
	env_free(g->env, g->newer.p);
	g->newer = copy;
	if (copy.p)
		p->rest = span_of(copy.p, copy.n);
	return OK;
}

bool group_password_is_ours(const struct group *g)
{
	struct group_password_info i;
	group_password_look(g, &i);
	return span_eq(i.who, span_str(g->self));
}

/* ---- changed ---- */

/* GROUP-14.42: after the one that it takes the place of, whatever clocks say. */
static int64_t set_now(const struct group *g, const struct group_password_setter *was)
{
	int64_t now = group_time(g);
	return was->when < now ? now : was->when + 1;
}

/* Who sets it says so; what others wrote behind that stays. */
static enum err put_setter(const struct group *g, struct span later, uint8_t **out, size_t *n)
{
	struct group_password_setter was = { .when = 0 };
	struct span rest = later;
	(void)group_password_setter_read(&was, &rest, later);
	const struct group_password_setter us = { set_now(g, &was), span_str(g->self) };
	size_t size = GROUP_PASSWORD_SETTER(us.who.n) + rest.n;
	*out = env_zalloc(g->env, 1, size);
	return *out ? group_password_setter_write(&us, rest, *out, size, n) : ERR_NOMEM;
}

static enum err write_part(const struct group *g, const struct group_secret *s, struct span later,
			   uint8_t **out, size_t *n)
{
	size_t size = (s ? group_secret_size(s) : 1) + later.n;
	uint8_t *room = env_zalloc(g->env, 1, size);
	enum err e = room ? group_policy_password_write(s, later, room, size, n) : ERR_NOMEM;
	if (e)
		env_free(g->env, room);
	else
		*out = room;
	return e;
}

/* GROUP-14.25 */
enum err group_password_part(struct group *g, const struct group_password *p, uint8_t **out,
			     size_t *n)
{
	struct group_secret was, s = { .role = p->role };
	struct span later = span_of(NULL, 0);
	uint8_t *holders = NULL, *setter = NULL;
	bool has;
	enum err e = OK;
	if (g->has_policy)
		e = group_policy_password_read(&was, &has, &later, g->policy.rest);
	if (!e && !p->again) {
		size_t setter_n = 0;
		e = put_setter(g, later, &setter, &setter_n);
		later = span_of(setter, setter_n);
	}
	if (!e && p->prs)
		e = group_secret_lists(g, p->prs, &s, &holders);
	if (!e)
		e = write_part(g, p->again ? p->again : p->prs ? &s : NULL, later, out, n);
	env_free(g->env, holders);
	env_free(g->env, setter);
	return e;
}

/* ---- told ---- */

static bool is_news(const struct group *g, const struct group_password_info *i)
{
	bool none = i->state == GROUP_PASSWORD_NONE && g->password.state == i->state;
	return g->password.known && g->ready && !none &&
	       (i->state != g->password.state || i->when != g->password.when);
}

/* GROUP-14.37: what is there when a group is opened is no news. */
void group_password_noted(struct group *g)
{
	struct group_password_info i;
	group_password_look(g, &i);
	bool news = is_news(g, &i);
	g->password.state = i.state;
	g->password.when = i.when;
	g->password.known = g->has_policy;
	if (!news)
		return;
	struct group_event *e = group_tell_of(g, GROUP_EVENT_PASSWORD, i.who);
	e->set = i.state != GROUP_PASSWORD_NONE;
	e->over = i.state == GROUP_PASSWORD_ENDED;
	e->ours = span_eq(i.who, span_str(g->self));
}
