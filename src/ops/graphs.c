/* Graphs of this machine: found by what a path names, listed, shown. */
#include "ops/group_int.h"

#include "base/number.h"
#include "os/clock.h"

#define OFF_HINT                                                                                   \
	"write a group `graph` into the configuration (man homestead.conf), then: homestead "      \
	"daemon reload"

void ops_set_node_id(char out[OPS_NODE_MAX + 1], uint64_t id)
{
	struct text t = text_of(out, OPS_NODE_MAX + 1);
	uint8_t octets[8];
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(id >> (56 - 8 * i));
	if (id)
		text_hex(&t, span_of(octets, sizeof(octets)));
}

enum err ops_read_node_id(const char *s, uint64_t *out)
{
	uint8_t octets[8];
	size_t n = 0;
	uint64_t v = 0;
	if (s[0] && (number_hex(span_str(s), octets, sizeof(octets), &n) != OK || n != 8))
		return ERR_MALFORMED;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | octets[i];
	*out = v;
	return OK;
}

void ops_set_addr(char *out, size_t size, const struct addr *a)
{
	struct text t = text_of(out, size);
	text_clear(&t);
	if (a->family != ADDR_NONE)
		addr_text(&t, a);
}

static void answer_off(struct ops_call call)
{
	ops_answer_error(call, ERR_STATE, "the part graph is off: it is not configured", OFF_HINT);
}

enum err ops_run_graph_off(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	answer_off(call);
	return OK;
}

/* How what was typed fits a graph, the better the higher. */
enum fit {
	FIT_NOT,
	FIT_BEGINS,
	FIT_NUMBER,
	FIT_ID
};

static enum fit fit_of(const char *typed, const struct graphs_info *g)
{
	uint64_t number;
	if (strcmp(typed, g->id) == 0)
		return FIT_ID;
	if (number_u64(span_str(typed), UINT32_MAX, &number) == OK && number == g->number)
		return FIT_NUMBER;
	return strncmp(typed, g->id, strlen(typed)) == 0 ? FIT_BEGINS : FIT_NOT;
}

/* The best there is; *n: how many fit as well. */
static enum fit best_fit(const struct graphs *all, const char *typed, struct graphs_info *out,
			 size_t *n)
{
	enum fit best = FIT_NOT;
	struct graphs_info g;
	*n = 0;
	for (size_t at = 0; graphs_next(all, &at, &g);) {
		enum fit fit = fit_of(typed, &g);
		if (fit == FIT_NOT || fit < best)
			continue;
		*n = fit > best ? 1 : *n + 1;
		best = fit;
		*out = g;
	}
	return best;
}

/* A group is a graph, which its owner calls by another name. */
static bool find_group(struct ops *o, const char *typed, struct graphs_info *out, size_t *n)
{
	const struct groups *groups = node_groups(engine_node(o->engine));
	const struct graphs *all = node_graphs(engine_node(o->engine));
	struct groups_info g;
	enum err e = groups ? groups_find(groups, span_str(typed), &g) : ERR_NOT_FOUND;
	if (e == ERR_CONFLICT)
		*n = 2;
	for (size_t at = 0; !e && graphs_next(all, &at, out);)
		if (strcmp(out->id, g.id) == 0 && strcmp(out->peer, g.self) == 0)
			return true;
	return false;
}

/* The friendly name of the group that a graph is; "" where it is none. */
static const char *group_of(struct ops *o, const struct graphs_info *g, struct draft *d)
{
	const struct groups *groups = node_groups(engine_node(o->engine));
	struct groups_info is;
	for (size_t at = 0; groups && groups_next(groups, &at, &is);)
		if (strcmp(is.id, g->id) == 0 && is.friendly)
			return ops_draft_str(d, is.friendly);
	return "";
}

static void answer_none(const char *typed, size_t n, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, n ? "more than one graph begins with " : "there is no graph ");
	text_quoted(&t, span_str(typed), 80);
	ops_answer_error(call, n ? ERR_MALFORMED : ERR_NOT_FOUND, buffer, "homestead graph list");
}

bool ops_graph_find(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct graphs_info *out)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	size_t n;
	if (!all) {
		answer_off(call);
		return false;
	}
	enum fit fit = best_fit(all, r->graph, out, &n);
	if (fit >= FIT_NUMBER && n == 1)
		return true;
	struct graphs_info group;
	if (fit < FIT_NUMBER && find_group(o, r->graph, &group, &n)) {
		*out = group;
		return true;
	}
	if (fit == FIT_BEGINS && n == 1)
		return true;
	answer_none(r->graph, n, call);
	return false;
}

/* "graph "board"", "group "Home"". */
static void put_what(struct text *t, const char *id, const char *group)
{
	text_str(t, group[0] ? "group " : "graph ");
	text_quoted(t, span_str(group[0] ? group : id), 80);
}

bool ops_graph_open(struct ops *o, const struct ops_request *r, struct ops_call call,
		    struct graphs_info *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!ops_graph_find(o, r, call, out))
		return false;
	if (out->graph)
		return true;
	struct draft d = { &o->mem, false };
	const char *group = group_of(o, out, &d);
	put_what(&t, out->id, group);
	text_str(&t, " is closed");
	ops_answer_error(call, ERR_STATE, buffer,
			 group[0] ? "homestead group connect GROUP" : "homestead graph open GRAPH");
	return false;
}

/* Showing */

static const struct {
	const char *state, *why;
} states[] = {
	[OPS_GRAPH_CLOSED] = { "closed",
			       "this machine takes no part in it: homestead graph open GRAPH" },
	[OPS_GRAPH_LEAVING] = { "leaving", "it tells the others that it goes" },
	[OPS_GRAPH_LOADING] = { "loading", "its database is being read" },
	[OPS_GRAPH_WAITING] = { "waiting", "its database was never complete: connect to a node "
					   "that has it: homestead graph connect GRAPH ADDRESS" },
	[OPS_GRAPH_ALONE] = { "alone", "no neighbor is connected: records wait until one is" },
	[OPS_GRAPH_CONNECTED] = { "connected", "records go to its neighbors as they are made" },
};

enum ops_graph_phase ops_graph_phase_of(const struct graph *g, const struct graph_info *info)
{
	if (!g)
		return OPS_GRAPH_CLOSED;
	if (info->stopping)
		return OPS_GRAPH_LEAVING;
	if (!info->loaded)
		return OPS_GRAPH_LOADING;
	if (!info->synchronised)
		return OPS_GRAPH_WAITING;
	return info->neighbors ? OPS_GRAPH_CONNECTED : OPS_GRAPH_ALONE;
}

static const char *scope_text(uint32_t scope)
{
	if (scope == GRAPH_SCOPE_SITE)
		return "site";
	return scope == GRAPH_SCOPE_LINK ? "link" : "global";
}

static void set_presence(struct ops_graph *to, const struct graph_properties *p)
{
	struct text t = TEXT_OF(to->presence);
	if (p->presence_max == GRAPH_PRESENCE_ALL)
		text_str(&t, "all");
	else if (p->presence_max == 0)
		text_str(&t, "none");
	else
		text_u64(&t, p->presence_max);
	to->presence_life = (p->presence_life ? p->presence_life : GRAPH_LIFE_PRESENCE) * MONO_SEC;
}

static void set_properties(struct ops_graph *to, const struct graph_properties *p, struct draft *d)
{
	to->name = ops_draft_str(d, p->name);
	to->comment = ops_draft_str(d, p->comment);
	to->creator = ops_draft_str(d, p->creator);
	ops_set_text(to->scope, sizeof(to->scope), scope_text(p->scope));
	ops_set_text(to->profile, sizeof(to->profile),
		     p->profile == CRYPTO_CLASSIC ? "classic" : "modern");
	to->defer = p->defer_expiration;
	to->record_max = p->record_max ? p->record_max : GRAPH_RECORD_MAX;
	set_presence(to, p);
}

static void set_counts(struct ops_graph_counts *to, const struct graph_counts *c)
{
	*to = (struct ops_graph_counts){ .octets_in = c->in,
					 .octets_out = c->out,
					 .flood_in = c->flood_in,
					 .flood_out = c->flood_out,
					 .fresh = c->fresh,
					 .present = c->present,
					 .old = c->old,
					 .invalid = c->invalid,
					 .deferred = c->deferred,
					 .expired = c->expired,
					 .sync_records = c->sync_records,
					 .sync_octets = c->sync_octets,
					 .slow = c->slow,
					 .bad = c->bad };
}

static void set_time(struct ops_graph *to, const struct graph *g, const struct graph_info *info)
{
	int64_t delta = info->time_delta / 10;
	struct mono now = os_mono();
	to->time = graph_time_wall(g, info->time);
	to->skew = delta < 0 ? -delta : delta;
	to->skew_behind = delta < 0;
	to->left = info->left ? graph_time_wall(g, info->left) : 0;
	to->maintain_in =
		mono_reached(info->maintain_at, now) ? 0 : mono_since(info->maintain_at, now);
	if (mono_is_never(info->maintain_at))
		to->maintain_in = -1;
}

static void set_node(struct ops_graph *to, const struct graph_info *info)
{
	to->listening = info->listening;
	to->synchronised = info->synchronised;
	ops_set_node_id(to->node, info->node);
	to->created = info->created;
	to->neighbors = info->neighbors;
	to->directs = info->directs;
	to->nodes = info->nodes;
	to->contacts = info->contacts;
	to->contacts_wanted = info->contacts_wanted;
	to->contact = info->contact;
	ops_set_node_id(to->signature, info->signature);
	to->signature_ours = info->signature_ours;
	to->partition = info->partition;
	to->records = info->db.records;
	to->deleted = info->db.deleted;
	to->dropped = info->db.dropped;
	to->octets = info->db.octets;
	to->memory_octets = info->db.memory;
	to->backlog = info->backlog;
	to->to_try = info->to_try;
	set_counts(&to->counts, &info->counts);
}

static void set_strange(struct ops_graph_strange *to, const struct graphs *all)
{
	struct graphs_counts c;
	graphs_counts(all, &c);
	*to = (struct ops_graph_strange){ .accepted = c.accepted,
					  .strangers = c.strangers,
					  .malformed = c.malformed,
					  .late = c.late,
					  .full = c.full,
					  .waiting = c.waiting };
}

static void set_graph(struct ops_graph *to, const struct graphs *all, const struct graphs_info *g,
		      struct draft *d)
{
	struct graph_info info = { 0 };
	ops_clear(&ops_graph_type, to);
	if (g->graph)
		graph_info(g->graph, os_mono(), &info);
	enum ops_graph_phase state = ops_graph_phase_of(g->graph, &info);
	to->number = g->number;
	to->id = ops_draft_str(d, g->id);
	to->peer = ops_draft_str(d, g->peer);
	to->open = g->open;
	to->listens = g->listens;
	ops_set_text(to->state, sizeof(to->state), states[state].state);
	to->why = to->group[0] ? ops_group_state_text(state) : states[state].why;
	set_strange(&to->strange, all);
	if (!g->graph)
		return;
	set_properties(to, info.properties, d);
	set_node(to, &info);
	set_time(to, g->graph, &info);
}

static size_t count_graphs(const struct graphs *all)
{
	struct graphs_info g;
	size_t n = 0;
	for (size_t at = 0; graphs_next(all, &at, &g);)
		n++;
	return n;
}

void ops_graph_part(struct ops *o, struct draft *d, struct ops_part *out)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	ops_clear(&ops_part_type, out);
	ops_set_text(out->name, sizeof(out->name), "graph");
	ops_set_text(out->state, sizeof(out->state), "off");
	if (!all) {
		out->reason = "not configured";
		return;
	}
	enum err e = graphs_health(all);
	ops_set_text(out->state, sizeof(out->state), e ? "stopped" : "running");
	struct engine_info info;
	engine_info(o->engine, &info);
	if (e)
		out->reason = ops_draft_str(d, info.port_error[NODE_PART_GRAPH][0]
						       ? info.port_error[NODE_PART_GRAPH]
						       : err_text(e));
}

enum err ops_run_graphs(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct ops_graphs out;
	struct graphs_info g;
	ops_clear(&ops_graphs_type, &out);
	ops_graph_part(o, &d, &out.part);
	size_t n = all ? count_graphs(all) : 0;
	out.graphs = arena_alloc(&o->mem, (n + 1) * sizeof(*out.graphs));
	if (!out.graphs)
		return ERR_NOMEM;
	out.port = all ? graphs_port(all) : 0;
	if (all)
		set_strange(&out.strange, all);
	for (size_t at = 0; all && out.n_graphs < n && graphs_next(all, &at, &g);) {
		set_graph(&out.graphs[out.n_graphs], all, &g, &d);
		out.graphs[out.n_graphs++].group = group_of(o, &g, &d);
	}
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_graphs_type, &out);
	return OK;
}

enum err ops_run_graph(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct draft d = { &o->mem, false };
	struct graphs_info g;
	struct ops_graph out;
	if (!ops_graph_find(o, r, call, &g))
		return OK;
	set_graph(&out, node_graphs(engine_node(o->engine)), &g, &d);
	out.group = group_of(o, &g, &d);
	if (d.failed)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_graph_type, &out);
	return OK;
}

/* In short, for the status */

static void set_state(struct ops *o, struct ops_graph_state *to, const struct graphs_info *g,
		      struct draft *d)
{
	struct graph_info info = { 0 };
	ops_clear(&ops_graph_state_type, to);
	if (g->graph)
		graph_info(g->graph, os_mono(), &info);
	enum ops_graph_phase state = ops_graph_phase_of(g->graph, &info);
	to->number = g->number;
	to->group = group_of(o, g, d);
	to->id = ops_draft_str(d, g->id);
	ops_set_text(to->state, sizeof(to->state), states[state].state);
	to->why = to->group[0] ? ops_group_state_text(state) : states[state].why;
	to->neighbors = info.neighbors;
	to->records = info.db.records;
}

void ops_graph_look(struct ops *o, struct draft *d, struct ops_graphing *out)
{
	const struct node *node = engine_node(o->engine);
	const struct graphs *all = node_graphs(node);
	struct engine_info info;
	struct graphs_info g;
	ops_clear(&ops_graphing_type, out);
	if (!all)
		return;
	size_t n = count_graphs(all);
	engine_info(o->engine, &info);
	out->port = graphs_port(all);
	out->wanted_port = node_config_of(node)->graph.port;
	out->holder = ops_draft_str(d, info.port_error[NODE_PART_GRAPH]);
	out->graphs = arena_alloc(d->mem, (n + 1) * sizeof(*out->graphs));
	d->failed = d->failed || !out->graphs;
	for (size_t at = 0; out->graphs && out->n_graphs < n && graphs_next(all, &at, &g);)
		set_state(o, &out->graphs[out->n_graphs++], &g, d);
}

/* A group by eight digits, as it is listed. */
static void put_connect(struct text *t, const char *id, const char *group)
{
	char digits[9];
	ops_set_text(digits, sizeof(digits), id);
	text_str(t, group[0] ? "connect to a member: homestead group connect "
			     : "connect to a node that has it: homestead graph connect ");
	text_word(t, group[0] ? digits : id);
	text_str(t, " ADDRESS");
}

/* What needs the operator: a graph that waits, or that lost something. */
static bool needs(const struct graphs_info *g, const char *group, struct text *t, struct text *hint)
{
	struct graph_info info;
	if (!g->graph)
		return false;
	graph_info(g->graph, os_mono(), &info);
	put_what(t, g->id, group);
	if (ops_graph_phase_of(g->graph, &info) == OPS_GRAPH_WAITING) {
		text_str(t, " was never synchronised, so that nothing can be published in it");
		put_connect(hint, g->id, group);
		return true;
	}
	if (!info.db.dropped)
		return false;
	text_str(t, " lost records that could not be read from the store");
	text_str(hint, "they come back with the next synchronisation, from nodes that have them");
	return true;
}

/* Others dial the configured port: who took another one is not found there. */
bool ops_graph_port_attention(struct ops *o, struct draft *d, struct ops_attention *out)
{
	struct ops_graphing look;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_graph_look(o, d, &look);
	if (!look.port || !look.wanted_port || look.port == look.wanted_port)
		return false;
	text_str(&t, "port ");
	text_u64(&t, look.port);
	text_str(&t, " is used for graphs in place of ");
	text_u64(&t, look.wanted_port);
	text_str(&t, look.holder[0] ? ": " : "");
	text_str(&t, look.holder);
	ops_set_text(out->part, sizeof(out->part), "graph");
	out->text = ops_draft_text(d, &t);
	out->hint = "graph connect on other machines must name it: ADDRESS:PORT; homestead doctor "
		    "ports";
	return true;
}

bool ops_graph_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	struct graphs_info g;
	while (all && graphs_next(all, at, &g)) {
		char buffer[2][OPS_MESSAGE_MAX + 1];
		struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
		const char *group = group_of(o, &g, d);
		if (!needs(&g, group, &t, &h))
			continue;
		ops_set_text(out->part, sizeof(out->part), group[0] ? "group" : "graph");
		out->text = ops_draft_text(d, &t);
		out->hint = ops_draft_text(d, &h);
		return true;
	}
	return false;
}
