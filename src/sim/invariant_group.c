#include "graph/wire.h"
#include "group/payload.h"
#include "sim/against.h"
#include "sim/rogue.h"
#include "sim/roll.h"

/* What honest nodes of groups are held against (doc/simulator.md, section 13): whom they are
 * linked with, which records stand, who is listed, what waits. */

/* Links and records of whom has no right any more are looked for in slices. */
#define GONE (5 * MONO_SEC)
/* Records that wait are looked through each 30 s; purging may be put off for as long. */
#define STALE MONO_MIN

bool against_group(struct machine *m, struct span id, struct held_against *h)
{
	const struct graphs *all = m->node ? node_graphs(m->node) : NULL;
	*h = (struct held_against){ .m = m, .g = roll_named(m->site.w, id) };
	if (m->rogue || !h->g || !all)
		return false;
	h->graph = graphs_find(all, id);
	h->now = sim_clock_wall(&m->clock, m->site.w->now).us;
	return h->graph;
}

static void broken_by(const struct held_against *h, const char *what, struct span who)
{
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_str(&t, ": ");
	text_span(&t, who);
	broken(h->m->site.w, &h->m->site, t.p);
}

/* ---- links ---- */

/* Who is really at the other end. */
static const struct machine *other_end(struct machine *m, uint32_t link)
{
	struct end *e = map_get(&m->links, span_of(&link, sizeof(link)));
	const struct end *other = e ? end_other(e) : NULL;
	return other && other->site && !is_raw(other->site) ? machine_of(other->site) : NULL;
}

/* SIM-13.2 */
static void check_link(const struct held_against *h, const struct graph_link_info *l, int64_t slack)
{
	const struct machine *other = other_end(h->m, l->link);
	struct span who = span_str(l->peer);
	if (!roll_may(h->g, who, 0, h->now - slack))
		broken_by(h, "a link with somebody who is not in the group", who);
	else if (other && !span_eq(span_str(other->self), who) && !rogue_is(other->rogue, who))
		broken_by(h, "a link with somebody who is not who it says", who);
}

static void check_links(const struct held_against *h, uint64_t conn, int64_t slack)
{
	struct graph_link_info l;
	for (size_t at = 0; graph_link_next(h->graph, &at, &l);)
		if (l.connected && (!conn || l.conn == conn))
			check_link(h, &l, slack);
}

/* ---- records ---- */

struct span against_name(char *room, size_t size, struct span utf16)
{
	struct text t = text_of(room, size);
	graph_utf8(&t, utf16);
	return span_of(room, t.n);
}

static const char *what_is_wrong(const struct held_against *h, const struct graph_record *r,
				 struct span creator, struct span last, int64_t slack)
{
	bool edited = !span_eq(creator, last) && !graph_guid_eq(&r->type, &graph_type_signature);
	bool removal = graph_guid_eq(&r->type, &group_type_removal);
	bool by_group = span_eq(last, span_str(h->g->id));
	bool ruled = removal || graph_guid_eq(&r->type, &group_type_policy) ||
		     graph_guid_eq(&r->type, &group_type_epoch);
	bool issues = graph_guid_eq(&r->type, &group_type_key) ||
		      graph_guid_eq(&r->type, &group_type_invitation);
	unsigned int roles = edited || ruled ? CRYPTO_ROLE_ADMIN
			     : issues	     ? CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER
					     : 0;
	if (removal && by_group)
		return NULL;
	if (graph_guid_eq(&r->type, &group_type_security))
		return by_group ? NULL : "Security Properties of";
	if (!roll_may(h->g, last, 0, h->now - slack))
		return "a record stands of somebody who is not in the group";
	if (!roll_may(h->g, last, roles, h->now - slack))
		return "a record stands of somebody who may not change it";
	return NULL;
}

/* SIM-13.3, SIM-13.4. False: it may not stand; that is in *t. */
static bool is_lawful(const struct held_against *h, const struct graph_entry *e, int64_t slack,
		      struct text *t)
{
	char a[GRAPH_ID_OCTETS + 1], b[GRAPH_ID_OCTETS + 1];
	struct span octets;
	struct graph_record r;
	const struct graph_db *db = graph_database(h->graph);
	if (graph_db_octets(db, e, &octets) != OK || graph_record_decode(octets, &r) != OK)
		return true;
	struct span creator = against_name(a, sizeof(a), r.creator), last = creator;
	if (r.modifier.n)
		last = against_name(b, sizeof(b), r.modifier);
	const char *lie = rogue_lie_known(h->m->site.w, octets);
	const char *wrong = lie ? lie : what_is_wrong(h, &r, creator, last, slack);
	if (!wrong)
		return true;
	text_str(t, lie ? "a lie stands: " : "");
	text_str(t, wrong);
	text_str(t, " ");
	text_span(t, last);
	return false;
}

static void check_record(const struct held_against *h, const struct graph_event *v)
{
	char buffer[600];
	struct text t = TEXT_OF(buffer);
	const struct graph_entry *e = graph_db_find(graph_database(h->graph), &v->id);
	if (e && !is_lawful(h, e, ROLL_SLACK, &t))
		broken(h->m->site.w, &h->m->site, t.p);
}

void invariant_group_event(struct machine *m, const struct graph_event *e)
{
	struct held_against h;
	bool link = e->kind == GRAPH_EVENT_NEIGHBOR || e->kind == GRAPH_EVENT_DIRECT;
	bool up = link && e->status == GRAPH_LINK_CONNECTED;
	bool record = e->kind == GRAPH_EVENT_RECORD && e->change != GRAPH_RECORD_EXPIRED;
	if ((!up && !record) || !e->graph_id || !against_group(m, span_str(e->graph_id), &h))
		return;
	if (up)
		check_links(&h, e->conn, ROLL_SLACK);
	else
		check_record(&h, e);
}

/* ---- what waits ---- */

const struct group *against_member(const struct held_against *h)
{
	const struct groups *all = h->m->node ? node_groups(h->m->node) : NULL;
	struct groups_info i;
	if (!all || groups_find(all, span_str(h->g->id), &i) != OK)
		return NULL;
	return i.group;
}

static bool member_of(const struct held_against *h, struct group_info *out)
{
	const struct group *group = against_member(h);
	if (group)
		group_look(group, out);
	return group;
}

/* SIM-13.6 */
static void check_waiting(const struct held_against *h)
{
	struct group_info info;
	if (member_of(h, &info) && info.waiting > h->m->config->group.limits.waiting)
		broken(h->m->site.w, &h->m->site, "more records wait than may");
}

/* SIM-13.8 */
static void check_members(const struct held_against *h)
{
	struct groups_info i;
	const struct groups *all = node_groups(h->m->node);
	const struct group_members_limits *most = &h->m->config->group.limits.members;
	if (!all || groups_find(all, span_str(h->g->id), &i) != OK || !i.group)
		return;
	const struct group_members *members = group_members(i.group);
	uint64_t octets = 0;
	for (struct group_member *m = group_members_next(members, NULL); m;
	     m = group_members_next(members, m)) {
		size_t n = 0;
		LIST_EACH(at, next, &m->credentials)
		{
			const struct crypto_chain *c =
				LIST_ENTRY(at, struct group_credential, all)->chain;
			for (size_t k = 0; k < crypto_chain_count(c); k++)
				octets += crypto_chain_cert(c, k)->der.n;
			n++;
		}
		if (n > most->credentials)
			broken_by(h, "more chains of one member than may be", m->name);
	}
	if (octets > most->octets || group_members_count(members) > most->members)
		broken(h->m->site.w, &h->m->site, "more members, or chains, than may be");
}

void invariant_group_look(struct machine *m)
{
	LIST_EACH(i, next, &m->site.w->groups)
	{
		struct held_against h;
		const struct roll_group *g = LIST_ENTRY(i, struct roll_group, at);
		if (!g->id[0] || !against_group(m, span_str(g->id), &h))
			continue;
		check_links(&h, 0, GONE);
		check_waiting(&h);
		check_members(&h);
	}
}

/* ---- conditions ---- */

/* Of every honest machine that is in the group now. */
bool against_all(struct world *w, struct span alias, against_fn *good)
{
	const struct roll_group *g = roll_find(w, alias);
	bool any = false;
	for (uint32_t i = 0; g && g->id[0] && i < w->s->n_sites; i++) {
		char buffer[600];
		struct text t = TEXT_OF(buffer);
		struct held_against h;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !roll_counts(m, g) || !against_group(m, span_str(g->id), &h))
			continue;
		any = true;
		if (good(&h, &t))
			continue;
		say_text(w->sites[i], "!", &t);
		return false;
	}
	return any;
}

static bool all_lawful(const struct held_against *h, struct text *t)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e))
		if (!is_lawful(h, e, STALE, t))
			return false;
	return true;
}

bool roll_lawful(struct world *w, const struct scn_condition *c)
{
	return against_all(w, c->name, all_lawful);
}

/* Whoever is listed may be. */
static bool none_too_many(const struct held_against *h, const struct group_members *all,
			  struct text *t)
{
	for (struct group_member *m = group_members_next(all, NULL); m;
	     m = group_members_next(all, m)) {
		if (roll_may(h->g, m->name, 0, h->now - GONE))
			continue;
		text_str(t, "lists somebody who is not in the group: ");
		text_span(t, m->name);
		return false;
	}
	return true;
}

/* The newest that was published holds from then on; others when they are joined with. */
static bool is_role_of(const struct roll_group *g, struct span name, unsigned int roles,
		       int64_t now)
{
	const struct roll_grant *newest = NULL;
	LIST_EACH(i, next, &g->grants)
	{
		const struct roll_grant *r = LIST_ENTRY(i, struct roll_grant, at);
		if (span_eq(span_str(r->name), name) && (!newest || r->asked > newest->asked))
			newest = r;
	}
	if (newest && newest->published && now <= newest->to)
		return newest->roles & roles;
	return roll_may(g, name, roles, now);
}

/* Every honest machine that is in the group is listed, in the role that it shows itself. */
static bool lists(const struct held_against *h, const struct group_members *all,
		  struct machine *other, struct text *t)
{
	struct held_against o;
	struct group_info theirs;
	struct span who = span_str(other->self);
	if (!roll_counts(other, h->g) || !against_group(other, span_str(h->g->id), &o) ||
	    !member_of(&o, &theirs))
		return true;
	const struct group_member *m = group_members_find(all, who);
	const struct group_credential *c =
		m ? group_member_credential(m, span_of(NULL, 0), h->now) : NULL;
	if (!c || !m->published)
		text_str(t, "does not list ");
	else if (c->roles != theirs.roles)
		text_str(t, "lists in another role ");
	else if (!is_role_of(h->g, who, theirs.roles, o.now))
		text_str(t, "lists in a role that it was not given ");
	else
		return true;
	text_span(t, who);
	return false;
}

static bool all_listed(const struct held_against *h, struct text *t)
{
	struct world *w = h->m->site.w;
	const struct group *group = against_member(h);
	const struct group_members *all = group ? group_members(group) : NULL;
	if (!all || !none_too_many(h, all, t)) {
		text_str(t, all ? "" : "is no member");
		return false;
	}
	for (uint32_t i = 0; i < w->s->n_sites; i++)
		if (!is_raw(w->sites[i]) && !lists(h, all, machine_of(w->sites[i]), t))
			return false;
	return true;
}

/* SIM-13.5 */
bool roll_listed(struct world *w, const struct scn_condition *c)
{
	return against_all(w, c->name, all_listed);
}

static bool none_waits(const struct held_against *h, struct text *t)
{
	struct group_info info;
	if (!member_of(h, &info) || !info.waiting)
		return true;
	text_str(t, "records still wait: ");
	text_u64(t, info.waiting);
	return false;
}

bool roll_settled(struct world *w, const struct scn_condition *c)
{
	return against_all(w, c->name, none_waits);
}
