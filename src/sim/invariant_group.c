#include "graph/wire.h"
#include "group/payload.h"
#include "sim/rogue.h"
#include "sim/roll.h"

/* What honest nodes of groups are held against (doc/simulator.md, section 13): whom they are
 * linked with, which records stand, who is listed, what waits. */

/* Links and records of whom has no right any more are looked for in slices. */
#define GONE (5 * MONO_SEC)
/* Records that wait are looked through each 30 s; purging may be put off for as long. */
#define STALE MONO_MIN

struct held_against {
	struct machine *m;
	const struct roll_group *g;
	const struct graph *graph;
	int64_t now;
};

static bool group_of(struct machine *m, struct span id, struct held_against *h)
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
	else if (other && !span_eq(span_str(other->self), who))
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

static struct span name_of(char *room, size_t size, struct span utf16)
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
	bool ruled = removal || graph_guid_eq(&r->type, &group_type_policy);
	unsigned int roles = edited || ruled ? CRYPTO_ROLE_ADMIN : 0;
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
	struct span creator = name_of(a, sizeof(a), r.creator), last = creator;
	if (r.modifier.n)
		last = name_of(b, sizeof(b), r.modifier);
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
	if ((!up && !record) || !e->graph_id || !group_of(m, span_str(e->graph_id), &h))
		return;
	if (up)
		check_links(&h, e->conn, ROLL_SLACK);
	else
		check_record(&h, e);
}

/* ---- what waits ---- */

/* The very member of the group that the machine is. */
static bool member_of(const struct held_against *h, struct group_info *out)
{
	const struct groups *all = node_groups(h->m->node);
	struct groups_info i;
	if (!all || groups_find(all, span_str(h->g->id), &i) != OK || !i.group)
		return false;
	group_look(i.group, out);
	return true;
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
		if (!g->id[0] || !group_of(m, span_str(g->id), &h))
			continue;
		check_links(&h, 0, GONE);
		check_waiting(&h);
		check_members(&h);
	}
}

/* ---- conditions ---- */

typedef bool each_fn(const struct held_against *h, struct text *t);

/* Of every honest machine that is in the group now. */
static bool of_all(struct world *w, struct span alias, each_fn *good)
{
	const struct roll_group *g = roll_find(w, alias);
	bool any = false;
	for (uint32_t i = 0; g && g->id[0] && i < w->s->n_sites; i++) {
		char buffer[600];
		struct text t = TEXT_OF(buffer);
		struct held_against h;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !roll_counts(m, g) || !group_of(m, span_str(g->id), &h))
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
	return of_all(w, c->name, all_lawful);
}

static const struct group_members *members_of(const struct held_against *h)
{
	struct groups_info i;
	const struct groups *all = node_groups(h->m->node);
	if (!all || groups_find(all, span_str(h->g->id), &i) != OK || !i.group)
		return NULL;
	return group_members(i.group);
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
	if (!roll_counts(other, h->g) || !group_of(other, span_str(h->g->id), &o) ||
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
	const struct group_members *all = members_of(h);
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
	return of_all(w, c->name, all_listed);
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
	return of_all(w, c->name, none_waits);
}

/* ---- who is removed ---- */

static const struct group_removals *removals_of(const struct held_against *h)
{
	struct groups_info i;
	const struct groups *all = h->m->node ? node_groups(h->m->node) : NULL;
	if (!all || groups_find(all, span_str(h->g->id), &i) != OK || !i.group)
		return NULL;
	return group_removals(i.group);
}

static bool is_of_key(struct span name, const uint8_t *key)
{
	uint8_t authority[GROUP_AUTHORITY];
	return group_authority_of(name, authority) && memcmp(authority, key, GROUP_AUTHORITY) == 0;
}

/* The Removal of that key that counts here, from *at on. */
static bool removal_next(const struct group_removals *r, size_t *at, struct group_removed *out)
{
	while (r && group_removals_next(r, at, out))
		if (out->counts && !out->removal->returns)
			return true;
	return false;
}

static bool is_out(const struct group_removals *r, struct span name)
{
	struct group_removed one;
	for (size_t at = 0; removal_next(r, &at, &one);)
		if (is_of_key(name, one.key))
			return true;
	return false;
}

static bool links_with_none(const struct held_against *h, const struct group_removals *r,
			    struct text *t)
{
	struct graph_link_info l;
	for (size_t at = 0; graph_link_next(h->graph, &at, &l);) {
		if (!l.connected || !is_out(r, span_str(l.peer)))
			continue;
		text_str(t, "is linked with somebody who is removed: ");
		text_str(t, l.peer);
		return false;
	}
	return true;
}

/* Whether a Removal that counts lets that record stand, as it names it. */
static bool is_kept(const struct group_removal *r, const struct graph_record *record)
{
	uint8_t octets[GROUP_KEPT_ID + 4];
	struct wr w = wr_of(octets, sizeof(octets));
	wr_bytes(&w, span_of(record->id.at, sizeof(record->id.at)));
	wr_le32(&w, record->version);
	return group_kept_has(r->records, GROUP_KEPT_RECORD, span_of(octets, sizeof(octets)));
}

static bool may_stand(const struct group_removals *all, const struct graph_record *r,
		      struct span last)
{
	struct group_removed one;
	if (graph_guid_eq(&r->type, &group_type_removal))
		return true;
	for (size_t at = 0; removal_next(all, &at, &one);)
		if (is_of_key(last, one.key) && !is_kept(one.removal, r))
			return false;
	return true;
}

static bool is_purged(const struct held_against *h, const struct group_removals *all,
		      struct text *t)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		char a[GRAPH_ID_OCTETS + 1];
		struct span octets;
		struct graph_record r;
		if (graph_db_octets(db, e, &octets) != OK || graph_record_decode(octets, &r) != OK)
			continue;
		struct span last = name_of(a, sizeof(a), r.modifier.n ? r.modifier : r.creator);
		if (may_stand(all, &r, last))
			continue;
		text_str(t, "has a record of somebody who is removed: ");
		text_span(t, last);
		return false;
	}
	return true;
}

/* The same Removals count here as at the first that is in the group. */
static bool counts_alike(const struct held_against *h, const struct group_removals *mine)
{
	struct world *w = h->m->site.w;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct held_against o;
		const struct graph_guid *a, *b;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || !roll_counts(m, h->g) || !group_of(m, span_str(h->g->id), &o))
			continue;
		const struct group_removals *theirs = removals_of(&o);
		size_t n = group_removals_ids(mine, &a);
		if (!theirs || group_removals_ids(theirs, &b) != n)
			return false;
		for (size_t k = 0; k < n; k++)
			if (!graph_guid_eq(&a[k], &b[k]))
				return false;
		return true;
	}
	return true;
}

static bool all_purged(const struct held_against *h, struct text *t)
{
	const struct group_removals *r = removals_of(h);
	if (!r)
		return false;
	if (is_purged(h, r, t) && links_with_none(h, r, t) && counts_alike(h, r))
		return true;
	if (!t->n)
		text_str(t, "other Removals count than elsewhere");
	return false;
}

/* SIM-13.9, SIM-13.10 */
bool roll_purged(struct world *w, const struct scn_condition *c)
{
	return of_all(w, c->name, all_purged);
}

static bool all_readable(const struct held_against *h, struct text *t)
{
	const struct graph_db *db = graph_database(h->graph);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		if (!e->hidden || e->deleted)
			continue;
		text_str(t, "cannot read all records");
		return false;
	}
	return true;
}

/* SIM-13.11 */
bool roll_readable(struct world *w, const struct scn_condition *c)
{
	return of_all(w, c->name, all_readable);
}

/* SIM-13.12 */
bool roll_out(struct world *w, const struct scn_condition *c)
{
	const struct roll_group *g = roll_find(w, c->name);
	struct span who = span_str(machine_of(w->sites[c->a])->self);
	bool any = false;
	for (uint32_t i = 0; g && g->id[0] && i < w->s->n_sites; i++) {
		struct held_against h;
		struct machine *m = is_raw(w->sites[i]) ? NULL : machine_of(w->sites[i]);
		if (!m || i == c->a || !roll_counts(m, g) || !group_of(m, span_str(g->id), &h))
			continue;
		const struct group_removals *r = removals_of(&h);
		if (!is_out(r, who))
			return false;
		any = true;
	}
	return any;
}
