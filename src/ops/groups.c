/* Groups of this machine: found by what a path names, listed, shown. */
#include "ops/group_int.h"

#include "os/clock.h"

#define OFF_HINT                                                                                   \
	"let the groups `graph` and `group` of the configuration have enabled = true (man "        \
	"homestead.conf), then: homestead daemon reload"

enum err ops_run_group_off(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	ops_answer_error(call, ERR_STATE, "the part group is off: it is not configured", OFF_HINT);
	return OK;
}

const struct groups *ops_groups_of(struct ops *o, struct ops_call call)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	if (!all)
		(void)!ops_run_group_off(o, NULL, call);
	return all;
}

/* Finding */

static void answer_none(const char *what, const char *typed, enum err e, const char *hint,
			struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	bool several = e == ERR_CONFLICT;
	text_str(&t, several ? "more than one " : "there is no ");
	text_str(&t, what);
	text_str(&t, several ? " is called, or begins with, " : " ");
	text_quoted(&t, span_str(typed), 80);
	ops_answer_error(call, several ? ERR_MALFORMED : ERR_NOT_FOUND, buffer, hint);
}

bool ops_group_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct groups_info *out)
{
	const struct groups *all = ops_groups_of(o, call);
	enum err e = all ? groups_find(all, span_str(r->graph), out) : ERR_STATE;
	if (all && e)
		answer_none("group", r->graph, e,
			    e == ERR_CONFLICT
				    ? "homestead group list shows their names; GROUP/IDENTITY is "
				      "the one that an identity of ours is in"
				    : "homestead group list shows their names; six characters or "
				      "more of one will do",
			    call);
	return !e;
}

bool ops_identity_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		       struct groups_identity *out)
{
	const struct groups *all = ops_groups_of(o, call);
	enum err e = all ? groups_find_identity(all, span_str(r->graph), out) : ERR_STATE;
	if (all && e)
		answer_none("identity", r->graph, e,
			    "homestead id list shows their names; six characters or more of one "
			    "will do",
			    call);
	return !e;
}

void ops_put_group(struct text *t, const struct groups_info *g)
{
	text_str(t, "group ");
	text_quoted(t, span_str(g->friendly && g->friendly[0] ? g->friendly : g->id), 80);
}

bool ops_group_find_open(struct ops *o, const struct ops_request *r, struct ops_call call,
			 struct groups_info *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!ops_group_find(o, r, call, out))
		return false;
	if (out->group)
		return true;
	ops_put_group(&t, out);
	text_str(&t, out->open ? " is locked: its keys are not at hand" : " is closed");
	ops_answer_error(call, ERR_STATE, buffer,
			 out->open ? "homestead status tells what is wrong with the keys"
				   : "homestead group connect GROUP");
	return false;
}

/* Showing */

const char *ops_draft_span(struct draft *d, struct span s)
{
	char *p = arena_alloc(d->mem, s.n + 1);
	d->failed = d->failed || !p;
	if (!p)
		return "";
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

void ops_set_role(char *out, size_t size, unsigned int roles)
{
	enum group_role role;
	bool any = group_role_highest(roles, &role);
	ops_set_text(out, size, any ? group_role_text(role) : "");
}

const struct graph *ops_graph_of_group(struct ops *o, const struct groups_info *g)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	return all ? graphs_instance(all, span_str(g->id), span_str(g->self)) : NULL;
}

static const struct {
	const char *state, *why;
} states[] = {
	[OPS_GRAPH_CLOSED] = { "closed",
			       "this machine is offline in it: homestead group connect GROUP" },
	[OPS_GRAPH_LEAVING] = { "leaving", "it tells the others that it goes" },
	[OPS_GRAPH_LOADING] = { "loading", "its database is being read" },
	[OPS_GRAPH_WAITING] = { "waiting", "its records never came, since no member was reached "
					   "yet: homestead group connect GROUP" },
	[OPS_GRAPH_ALONE] = { "alone", "no member is connected: records wait until one is" },
	[OPS_GRAPH_CONNECTED] = { "connected", "records go to the members as they are made" },
};

const char *ops_group_state_text(enum ops_graph_phase phase)
{
	return states[phase].why;
}

struct look {
	struct group_info group; /* zeroed while it is closed */
	struct graph_info graph;
	const char *state, *why;
	char removed[400];
};

void ops_put_remover(struct text *t, const struct groups_info *g)
{
	struct group_removed by;
	if (!group_removed_by(g->group, &by))
		return;
	text_str(t, by.signer ? " by " : " with the group's key");
	if (by.signer)
		text_quoted(t, by.signer_label.n ? by.signer_label : by.signer_name, 80);
	text_str(t, by.removal->reason.n ? ": " : "");
	text_shown(t, by.removal->reason);
}

/* GROUP-11.17: whoever is removed learns by whom, and why. */
static void look_removed(const struct groups_info *g, struct look *out)
{
	struct text t = TEXT_OF(out->removed);
	text_str(&t, "you were removed from it");
	ops_put_remover(&t, g);
	out->state = "removed";
	out->why = out->removed;
}

static void look_at(struct ops *o, const struct groups_info *g, struct look *out)
{
	const struct graph *graph = ops_graph_of_group(o, g);
	memset(out, 0, sizeof(*out));
	if (g->group)
		group_look(g->group, &out->group);
	if (graph)
		graph_info(graph, os_mono(), &out->graph);
	enum ops_graph_phase phase = ops_graph_phase_of(graph, &out->graph);
	out->state = states[phase].state;
	out->why = states[phase].why;
	if (g->group && out->group.removed)
		look_removed(g, out);
	if (!g->open || g->group)
		return;
	out->state = "locked";
	out->why = "its keys are not at hand: homestead status tells why";
}

static const char *friendly_of(const struct groups_info *g)
{
	return g->friendly ? g->friendly : "";
}

static void set_properties(struct ops_group *to, const struct group_info *g, struct draft *d)
{
	const struct group_security *s = g->security;
	uint32_t options = g->policy ? g->policy->options : s ? s->options : 0;
	to->data_optional = options & GROUP_OPTION_DATA_OPTIONAL;
	to->no_presence = options & GROUP_OPTION_NO_PRESENCE;
	to->defer = options & GROUP_OPTION_DEFER;
	to->comment = ops_draft_str(d, g->comment ? g->comment : "");
	if (!s)
		return;
	struct text version = TEXT_OF(to->version);
	text_u64(&version, s->major);
	text_char(&version, '.');
	text_u64(&version, s->minor);
	to->creator = ops_draft_str(d, s->creator);
	to->cloud = ops_draft_str(d, s->cloud);
	to->classifier = ops_draft_str(d, s->classifier);
	to->membership_life = s->membership_life * MONO_SEC;
	to->presence_life = s->presence_life * MONO_SEC;
}

static void set_membership(struct ops_group *to, const struct group_info *g)
{
	to->is_creator = g->creator;
	ops_set_role(to->role, sizeof(to->role), g->roles);
	to->since = g->from;
	to->until = g->to;
	to->published = g->published;
	to->waiting = g->waiting;
	to->members = g->members;
	to->skew = g->skew < 0 ? -g->skew : g->skew;
	to->skew_behind = g->skew > 0;
	to->counts = (struct ops_group_counts){ .sessions = g->counts.sessions,
						.refused_sessions = g->counts.refused_sessions,
						.signed_records = g->counts.signed_records,
						.batches = g->counts.batches,
						.checked = g->counts.checked,
						.checked_by_root = g->counts.checked_by_root,
						.refused = g->counts.refused,
						.waited = g->counts.waited };
}

static void set_epoch(struct ops_group *to, const struct groups_info *g, struct draft *d)
{
	struct group_epoch_info e;
	group_epochs_look(g->group, &e);
	to->epoch = e.number;
	to->epoch_key = e.has_key;
	to->epoch_since = e.from;
	to->epoch_lacking = e.lacking;
	to->epoch_maker = ops_draft_str(d, e.maker);
	to->epoch_maker_label = ops_label_in(g, e.maker, d);
}

static void set_password(struct ops_group *to, const struct group *g, struct draft *d)
{
	static const char *const words[] = { [GROUP_PASSWORD_NONE] = "none",
					     [GROUP_PASSWORD_SET] = "set",
					     [GROUP_PASSWORD_ENDED] = "ended" };
	struct group_password_info i;
	group_password_look(g, &i);
	ops_set_text(to->password, sizeof(to->password), words[i.state]);
	if (i.state == GROUP_PASSWORD_NONE)
		return;
	const struct group_member *m = group_members_find(group_members(g), i.who);
	to->password_since = i.when;
	to->password_by = ops_draft_span(d, i.who);
	if (m)
		to->password_by_label = ops_draft_span(d, group_member_label(m, os_wall().us));
}

static void set_identity(struct ops *o, struct ops_group *to, const struct groups_info *g,
			 struct draft *d)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_identity id;
	to->identity = ops_draft_str(d, g->self);
	if (groups_find_identity(all, span_str(g->self), &id) == OK)
		to->identity_label = ops_draft_str(d, id.label ? id.label : "");
}

static void set_group(struct ops *o, struct ops_group *to, const struct groups_info *g,
		      struct draft *d)
{
	struct look l;
	ops_clear(&ops_group_type, to);
	look_at(o, g, &l);
	to->id = ops_draft_str(d, g->id);
	to->name = ops_draft_str(d, friendly_of(g));
	ops_set_text(to->state, sizeof(to->state), l.state);
	to->why = ops_draft_str(d, l.why);
	to->open = g->open;
	to->owner = g->owner;
	to->owner_kept = g->owner_kept;
	set_identity(o, to, g, d);
	if (!g->group)
		return;
	ops_set_text(to->profile, sizeof(to->profile),
		     l.group.profile->crypto->id == CRYPTO_CLASSIC ? "classic" : "modern");
	set_properties(to, &l.group, d);
	set_membership(to, &l.group);
	set_password(to, g->group, d);
	ops_group_names(o, to, g, d);
	set_epoch(to, g, d);
	to->online = ops_members_online(g);
	to->listening = l.graph.listening;
	to->neighbors = l.graph.neighbors;
	to->records = l.graph.db.records;
}

static size_t count_groups(const struct groups *all)
{
	struct groups_info g;
	size_t n = 0;
	for (size_t at = 0; groups_next(all, &at, &g);)
		n++;
	return n;
}

enum err ops_run_groups(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct ops_groups out;
	struct groups_info g;
	ops_clear(&ops_groups_type, &out);
	ops_group_part(o, &d, &out.part);
	ops_group_keys(o, &d, &out.keys);
	size_t n = all ? count_groups(all) : 0;
	out.groups = arena_alloc(&o->mem, (n + 1) * sizeof(*out.groups));
	if (!out.groups)
		return ERR_NOMEM;
	for (size_t at = 0; all && out.n_groups < n && groups_next(all, &at, &g);)
		set_group(o, &out.groups[out.n_groups++], &g, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_groups_type, &out);
	return OK;
}

enum err ops_run_group(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct groups_info g;
	struct ops_group out;
	if (!ops_group_find(o, r, call, &g))
		return OK;
	set_group(o, &out, &g, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_group_type, &out);
	return OK;
}

/* In short, for the status */

static void set_state(struct ops *o, struct ops_group_state *to, const struct groups_info *g,
		      struct draft *d)
{
	struct look l;
	ops_clear(&ops_group_state_type, to);
	look_at(o, g, &l);
	to->id = ops_draft_str(d, g->id);
	to->name = ops_draft_str(d, friendly_of(g));
	ops_set_text(to->state, sizeof(to->state), l.state);
	to->why = ops_draft_str(d, l.why);
	ops_set_role(to->role, sizeof(to->role), l.group.roles);
	to->members = l.group.members;
	to->online = g->group ? ops_members_online(g) : 0;
	if (g->group)
		ops_group_admins(g, &to->administrators, &to->administrators_online);
	to->until = l.group.to;
}

void ops_group_look(struct ops *o, struct draft *d, struct ops_grouping *out)
{
	const struct node *node = engine_node(o->engine);
	const struct groups *all = node_groups(node);
	struct groups_identity id;
	struct groups_info g;
	ops_clear(&ops_grouping_type, out);
	if (!all)
		return;
	ops_group_keys(o, d, &out->keys);
	out->classic = node_config_of(node)->group.classic;
	for (size_t at = 0; groups_identity_next(all, &at, &id);)
		out->identities++;
	size_t n = count_groups(all);
	out->groups = arena_alloc(d->mem, (n + 1) * sizeof(*out->groups));
	d->failed = d->failed || !out->groups;
	for (size_t at = 0; out->groups && out->n_groups < n && groups_next(all, &at, &g);)
		set_state(o, &out->groups[out->n_groups++], &g, d);
}
