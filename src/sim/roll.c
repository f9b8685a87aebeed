#include "sim/roll.h"

#include "sim/rogue.h"

struct roll_group *roll_find(struct world *w, struct span alias)
{
	LIST_EACH(i, next, &w->groups)
	{
		struct roll_group *g = LIST_ENTRY(i, struct roll_group, at);
		if (span_eq(g->alias, alias))
			return g;
	}
	return NULL;
}

struct roll_group *roll_named(struct world *w, struct span id)
{
	LIST_EACH(i, next, &w->groups)
	{
		struct roll_group *g = LIST_ENTRY(i, struct roll_group, at);
		if (g->id[0] && span_eq(span_str(g->id), id))
			return g;
	}
	return NULL;
}

struct span roll_id(struct world *w, struct span alias)
{
	const struct roll_group *g = roll_find(w, alias);
	return g ? span_str(g->id) : alias;
}

static struct roll_group *enter(struct world *w, struct span alias)
{
	struct roll_group *g = roll_find(w, alias);
	if (g || !(g = world_alloc(w, sizeof(*g))))
		return g;
	g->alias = alias;
	list_init(&g->grants);
	list_push_back(&w->groups, &g->at);
	return g;
}

struct roll_grant *roll_grant(struct world *w, struct roll_group *g, uint32_t site,
			      struct span name, unsigned int roles, int64_t to)
{
	struct roll_grant *r = world_alloc(w, sizeof(*r));
	if (!r)
		return NULL;
	struct text t = TEXT_OF(r->name);
	text_span(&t, name);
	r->site = site;
	r->roles = roles;
	r->to = to;
	list_push_back(&g->grants, &r->at);
	return r;
}

static void free_group(struct world *w, struct roll_group *g)
{
	LIST_EACH(i, next, &g->grants)
	{
		struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		crypto_chain_free(r->chain);
		env_free(w->env, r->paper);
		env_free(w->env, r);
	}
	env_free(w->env, g->outs);
	env_free(w->env, g);
}

void roll_free(struct world *w)
{
	LIST_EACH(i, next, &w->groups)
	free_group(w, LIST_ENTRY(i, struct roll_group, at));
	list_init(&w->groups);
	crypto_free(w->judge);
	w->judge = NULL;
	rogue_forget(w);
}

const struct roll_grant *roll_paper(const struct roll_group *g, uint32_t site)
{
	const struct roll_grant *found = NULL;
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (r->site == site && r->paper)
			found = r;
	}
	return found;
}

/* ---- who may ---- */

bool roll_may(const struct roll_group *g, struct span name, unsigned int roles, int64_t now)
{
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (now <= r->to && (!roles || r->roles & roles) &&
		    span_eq(span_str(r->name), name))
			return true;
	}
	return false;
}

int64_t roll_until(const struct roll_group *g, struct span name)
{
	int64_t to = 0;
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (r->to > to && span_eq(span_str(r->name), name))
			to = r->to;
	}
	return to;
}

static int64_t wall_of(const struct machine *m)
{
	return sim_clock_wall(&m->clock, m->site.w->now).us;
}

bool roll_counts(const struct machine *m, const struct roll_group *g)
{
	struct span self = span_str(m->self);
	return !m->rogue && self.n && roll_may(g, self, 0, wall_of(m)) &&
	       !roll_is_out(m->site.w, g, m->site.index);
}

/* ---- commands ---- */

static bool is_alone(const struct machine *m, const struct roll_group *g)
{
	const struct graphs *all = node_graphs(m->node);
	const struct graph *one = all ? graphs_find(all, span_str(g->id)) : NULL;
	struct graph_info info;
	if (!one)
		return false;
	graph_info(one, sim_clock_mono(&m->clock, m->site.w->now), &info);
	return !info.neighbors;
}

/* The card of whoever is at that site, in the arena; empty: nobody yet. */
static struct span card_of(struct world *w, uint32_t site)
{
	const struct machine *m = machine_of(w->sites[site]);
	const struct groups *all = m->node ? node_groups(m->node) : NULL;
	struct group_paper card = { .kind = GROUP_PAPER_CARD, .major = 2 };
	struct groups_identity who;
	if (m->rogue)
		card.octets = rogue_certificate(m->rogue);
	else if (all && groups_find_identity(all, span_str(""), &who) == OK)
		card.octets = who.certificate;
	else
		return span_of(NULL, 0);
	size_t size = 1024 + 2 * card.octets.n;
	char *p = arena_alloc(&w->arena, size);
	struct text t = text_of(p, p ? size : 0);
	if (!p || group_paper_write(&t, &card))
		return span_of(NULL, 0);
	return span_of(p, t.n);
}

static bool fill_create(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	const struct roll_group *g = enter(m->site.w, a->group->id);
	c->kind = GROUPS_CREATE;
	c->group = span_of(NULL, 0);
	c->text = c->classifier = a->group->id;
	c->membership_life = (uint32_t)(a->group->life / MONO_SEC);
	return g && !g->id[0];
}

static bool fill_identity(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_ID_CREATE;
	c->text = c->classifier = span_str(m->site.spec->name);
	return !m->self[0];
}

static bool fill_invite(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_GRANT;
	c->document = card_of(m->site.w, a->group->other);
	c->role = a->group->role;
	c->publish = a->group->publish;
	c->until = a->group->life ? wall_of(m) + a->group->life : 0;
	return c->document.n > 0;
}

static bool fill_join(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	const struct roll_group *g = roll_find(m->site.w, a->group->id);
	const struct roll_grant *r = g ? roll_paper(g, m->site.index) : NULL;
	c->kind = GROUPS_JOIN;
	c->group = span_of(NULL, 0);
	if (r)
		c->document = span_of(r->paper, r->n);
	return r;
}

static bool fill_connect(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	const struct roll_group *g = roll_find(m->site.w, a->group->id);
	c->kind = GROUPS_CONNECT;
	c->address = &a->addr;
	c->n_address = 1;
	return g && (!a->group->alone || is_alone(m, g));
}

static bool fill_open(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_OPEN;
	return true;
}

static bool fill_close(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_CLOSE;
	return true;
}

static bool fill_leave(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_LEAVE;
	return true;
}

/* The peer name of whoever is at that site; empty: nobody yet. */
static struct span name_at(struct world *w, uint32_t site)
{
	const struct roll_group *g = NULL;
	struct span name = span_str(machine_of(w->sites[site])->self);
	LIST_EACH(i, next, &w->groups)
	{
		g = LIST_ENTRY(i, struct roll_group, at);
		const struct roll_grant *r = name.n ? NULL : roll_paper(g, site);
		name = r ? span_str(r->name) : name;
	}
	return name;
}

static bool fill_remove(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_REMOVE;
	c->who = name_at(m->site.w, a->group->other);
	c->text = span_str("the story says so");
	c->drop_records = c->drop_invited = a->group->drop;
	return c->who.n && c->group.n;
}

static bool fill_return(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_RETURN;
	c->who = name_at(m->site.w, a->group->other);
	c->role = a->group->role;
	c->until = a->group->life ? wall_of(m) + a->group->life : 0;
	return c->who.n && c->group.n;
}

static bool fill_rotate(struct machine *m, const struct scn_action *a, struct groups_command *c)
{
	c->kind = GROUPS_ROTATE;
	return c->group.n;
}

typedef bool fill_fn(struct machine *m, const struct scn_action *a, struct groups_command *c);

/* What cannot be asked since it never came to be is not asked. */
void roll_command(struct machine *m, const struct scn_action *a)
{
	static fill_fn *const fill[] = {
		[SCN_GROUP_IDENTITY] = fill_identity, [SCN_GROUP_CREATE] = fill_create,
		[SCN_GROUP_INVITE] = fill_invite,     [SCN_GROUP_JOIN] = fill_join,
		[SCN_GROUP_OPEN] = fill_open,	      [SCN_GROUP_CLOSE] = fill_close,
		[SCN_GROUP_LEAVE] = fill_leave,	      [SCN_GROUP_CONNECT] = fill_connect,
		[SCN_GROUP_REMOVE] = fill_remove,     [SCN_GROUP_RETURN] = fill_return,
		[SCN_GROUP_ROTATE] = fill_rotate,
	};
	struct node_in in = { .kind = NODE_IN_COMMAND, .command = *a->command };
	struct groups_command *c = &in.command.groups;
	if (a->group->id.n)
		c->group = roll_id(m->site.w, a->group->id);
	if (m->rogue || !fill[a->group->verb](m, a, c))
		return;
	in.number = ++m->next_call;
	invariant_group_call(m, in.number, a->group);
	feed(m, &in);
}

/* ---- answers ---- */

/* SIM-13.1: an honest node gives nobody what it may not. */
static void granted(struct machine *m, const struct call *call, const struct node_out *out)
{
	struct world *w = m->site.w;
	struct roll_group *g = roll_find(w, call->group->id);
	unsigned int roles = group_role_bit(call->group->role);
	/* Who may issue an inviting member may issue a member, and so on. */
	unsigned int issuers = roles == CRYPTO_ROLE_ADMIN ? CRYPTO_ROLE_ADMIN
							  : CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER;
	int64_t until = g ? roll_until(g, span_str(m->self)) : 0;
	if (!g || !roll_may(g, span_str(m->self), issuers, call->asked - ROLL_SLACK)) {
		broken(w, &m->site, "a membership is granted by who may not");
		return;
	}
	int64_t to = call->group->life ? call->asked + call->group->life : until;
	if (to > until + ROLL_SLACK)
		broken(w, &m->site, "a membership is granted that outlives its issuer's");
	struct machine *who = machine_of(w->sites[call->group->other]);
	struct roll_grant *r = roll_grant(w, g, who->site.index, span_str(who->self), roles, to);
	if (!r || !(r->paper = world_alloc(w, out->bytes.n + 1)))
		return;
	memcpy(r->paper, out->bytes.p, out->bytes.n);
	r->n = out->bytes.n;
	r->asked = call->asked;
	r->published = call->group->publish;
}

/* Whether the Removal counts in the end is another question (SIM-13.12). */
static void removed(struct machine *m, const struct call *call, bool is)
{
	struct roll_group *g = roll_find(m->site.w, call->group->id);
	if (!g)
		return;
	LIST_EACH(i, next, &g->grants)
	{
		struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (r->site != call->group->other || !r->paper)
			continue; /* whom a rogue issued is another */
		r->removed = is;
		r->remover = m->site.index;
	}
}

static void created(struct machine *m, const struct call *call, const struct node_out *out)
{
	struct roll_group *g = roll_find(m->site.w, call->group->id);
	struct text t = TEXT_OF(g->id);
	text_str(&t, out->made);
	(void)roll_grant(m->site.w, g, m->site.index, span_str(m->self), CRYPTO_ROLE_ADMIN,
			 CRYPTO_CERT_FOREVER);
}

static void returned(struct machine *m, const struct call *call, const struct node_out *out)
{
	removed(m, call, false);
	granted(m, call, out);
}

static void named(struct machine *m, const char *name)
{
	struct text t = TEXT_OF(m->self);
	text_str(&t, name);
}

void roll_reply(struct machine *m, const struct call *call, const struct node_out *out)
{
	if (out->err)
		return;
	if (call->group->verb == SCN_GROUP_IDENTITY && out->made)
		named(m, out->made);
	else if (call->group->verb == SCN_GROUP_CREATE && out->made)
		created(m, call, out);
	else if (call->group->verb == SCN_GROUP_INVITE)
		granted(m, call, out);
	else if (call->group->verb == SCN_GROUP_REMOVE)
		removed(m, call, true);
	else if (call->group->verb == SCN_GROUP_RETURN)
		returned(m, call, out);
}

/* ---- events ---- */

void roll_event(struct machine *m, const struct node_group_event *e)
{
	struct roll_group *g = roll_named(m->site.w, span_str(e->id));
	const struct group_event *v = &e->of;
	if (!g || m->rogue || v->kind != GROUP_EVENT_MEMBER || v->change != GROUP_CHANGE_REMOVED)
		return;
	LIST_EACH(i, next, &g->grants)
	{
		struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		r->was_out |= span_eq(span_str(r->name), span_str(v->who));
	}
}
