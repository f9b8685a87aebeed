#include "sim/book.h"
#include "sim/roll.h"

/* Whether a condition holds now. */

static bool compare(enum scn_op op, int64_t a, int64_t b)
{
	switch (op) {
	case SCN_AT_LEAST:
		return a >= b;
	case SCN_MORE:
		return a > b;
	case SCN_EQUAL:
		return a == b;
	case SCN_NOT_EQUAL:
		return a != b;
	case SCN_AT_MOST:
		return a <= b;
	case SCN_LESS:
		return a < b;
	}
	return false;
}

static bool session(struct world *w, uint32_t site, struct span peer, struct masc_peer_info *info)
{
	const struct machine *m = machine_of(w->sites[site]);
	const struct masc *core = m->node ? node_masc(m->node) : NULL;
	for (size_t i = 0; core && i < masc_peer_count(core); i++) {
		masc_peer_info(core, i, info);
		if (span_eq(span_str(info->config->name), peer))
			return true;
	}
	return false;
}

static bool judge_state(struct world *w, const struct scn_condition *c)
{
	struct masc_peer_info info;
	return session(w, c->a, c->peer, &info) && (uint32_t)info.state == c->what;
}

static bool judge_admin(struct world *w, const struct scn_condition *c)
{
	struct masc_peer_info info;
	return session(w, c->a, c->peer, &info) && info.admin_down == (c->what == 1);
}

static bool judge_value(struct world *w, const struct scn_condition *c)
{
	struct masc_peer_info info;
	return session(w, c->a, c->peer, &info) &&
	       compare(c->op, sim_values[c->what].of(&info), c->number);
}

static bool uses(struct machine *m, const struct addr *local, const struct addr *remote)
{
	const struct masc *core = m->node ? node_masc(m->node) : NULL;
	for (size_t i = 0; core && i < masc_peer_count(core); i++) {
		struct masc_peer_info info;
		masc_peer_info(core, i, &info);
		if (info.state == MASC_ESTABLISHED && addr_eq(&info.local, local) &&
		    addr_eq(&info.remote, remote))
			return true;
	}
	return false;
}

/* Each has a session that runs over the same connection as one of the other. */
static bool judge_paired(struct world *w, const struct scn_condition *c)
{
	struct machine *a = machine_of(w->sites[c->a]), *b = machine_of(w->sites[c->b]);
	LIST_EACH(i, next, &a->site.ends)
	{
		struct end *e = LIST_ENTRY(i, struct end, at), *o = end_other(e);
		if (o->site != &b->site || !o->mine)
			continue;
		if (uses(a, &e->local, &o->local) && uses(b, &o->local, &e->local))
			return true;
	}
	return false;
}

static int64_t count_links(struct site *s)
{
	int64_t n = 0;
	LIST_EACH(i, next, &s->ends)
	n++;
	return n;
}

static bool matches_at(const struct scn_condition *c, const uint8_t *p)
{
	for (size_t i = 0; i < c->data.n; i++)
		if ((p[i] & c->mask.p[i]) != c->data.p[i])
			return false;
	return true;
}

/* What matched once is not looked at again by the next that asks. */
static bool judge_octets(struct world *w, const struct scn_condition *c)
{
	struct raw_connection *k = raw_connection(raw_of(w->sites[c->a]), c->connection);
	if (!k)
		return false;
	for (size_t at = k->cursor; at + c->data.n <= k->n; at++) {
		if (!matches_at(c, k->octets + at))
			continue;
		k->cursor = at + c->data.n;
		return true;
	}
	return false;
}

static bool judge_closed(struct world *w, const struct scn_condition *c)
{
	const struct raw_connection *k = raw_connection(raw_of(w->sites[c->a]), c->connection);
	return k && k->closed;
}

bool judge_counts(const struct scn_condition *c)
{
	return c->test == SCN_EVENT || c->test == SCN_NOTIFICATION || c->test == SCN_REPLY ||
	       c->test == SCN_FOUND;
}

static bool judge_running(struct world *w, const struct scn_condition *c)
{
	return machine_of(w->sites[c->a])->node != NULL;
}

static bool judge_crashes(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, machine_of(w->sites[c->a])->crashes, c->number);
}

static bool judge_partitions(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, tally_partitions(w, c->a, c->b), c->number);
}

static bool judge_skews(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, machine_of(w->sites[c->a])->skews, c->number);
}

static bool judge_links(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, count_links(w->sites[c->a]), c->number);
}

static bool judge_claims(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, judge_claim_count(w, c), c->number);
}

static bool judge_known_entries(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, judge_entries(w, c), c->number);
}

static bool judge_graph_count(struct world *w, const struct scn_condition *c)
{
	return compare(c->op, book_count(w, c), c->number);
}

typedef bool look(struct world *w, const struct scn_condition *c);

/* What is looked up in the world; the rest is counted while it is watched. */
static look *const looks[] = {
	[SCN_STATE] = judge_state,
	[SCN_ADMIN] = judge_admin,
	[SCN_VALUE] = judge_value,
	[SCN_PAIRED] = judge_paired,
	[SCN_RUNNING] = judge_running,
	[SCN_LINKS] = judge_links,
	[SCN_OCTETS] = judge_octets,
	[SCN_CLOSED] = judge_closed,
	[SCN_HOLDS] = judge_holds,
	[SCN_KNOWS] = judge_knows,
	[SCN_OWN] = judge_claims,
	[SCN_KNOWN] = judge_claims,
	[SCN_CLASHES] = judge_claims,
	[SCN_MET] = judge_claims,
	[SCN_CRASHES] = judge_crashes,
	[SCN_PARTITIONS] = judge_partitions,
	[SCN_SKEWS] = judge_skews,
	[SCN_RESUMED] = judge_crashed,
	[SCN_GOES_ON] = judge_crashed,
	[SCN_CLOUD] = judge_cloud,
	[SCN_ANNOUNCED] = judge_announced,
	[SCN_ENTRIES] = judge_known_entries,
	[SCN_SAME] = book_same,
	[SCN_KEPT] = book_kept,
	[SCN_MESH] = book_mesh,
	[SCN_AGREED] = book_agreed,
	[SCN_NEIGHBORS] = judge_graph_count,
	[SCN_RECORDS] = judge_graph_count,
	[SCN_SYNCHRONISED] = book_synchronised,
	[SCN_LAWFUL] = roll_lawful,
	[SCN_LISTED] = roll_listed,
	[SCN_SETTLED] = roll_settled,
	[SCN_PURGED] = roll_purged,
	[SCN_READABLE] = roll_readable,
	[SCN_OUT] = roll_out,
	[SCN_IN] = roll_in,
	[SCN_COVERED] = roll_covered,
};

static bool holds(struct world *w, const struct scn_condition *c, int64_t count)
{
	if (judge_counts(c))
		return compare(c->op, count, c->number);
	return looks[c->test](w, c);
}

bool judge(struct world *w, const struct scn_condition *c, int64_t count)
{
	return holds(w, c, count) != c->negated;
}

bool judge_is_final(const struct scn_condition *c)
{
	if (!judge_counts(c))
		return true;
	return !c->negated && (c->op == SCN_AT_LEAST || c->op == SCN_MORE);
}

/* Events */

static bool field_is(const struct node_event *e, const struct scn_field *want)
{
	struct node_field f;
	size_t at = 0;
	while (node_event_field(e, &at, &f)) {
		if (!span_eq(span_str(f.name), want->name))
			continue;
		if (f.is_number)
			text_i64(&f.value, f.number);
		return span_eq(span_of(f.value.p, f.value.n), want->value);
	}
	return false;
}

static bool is_event(const struct scn_condition *c, const struct site *s,
		     const struct node_event *e)
{
	if (s->index != c->a || !span_eq(span_str(node_event_name(e)), c->name))
		return false;
	for (size_t i = 0; i < c->n_fields; i++)
		if (!field_is(e, &c->fields[i]))
			return false;
	return true;
}

static bool peer_is(struct world *w, const struct node_event *e, uint32_t site)
{
	const struct scn_site *other = w->sites[site]->spec;
	if (e->masc.peer[0] && span_eq(span_str(e->masc.peer), span_str(other->name)))
		return true;
	for (size_t i = 0; i < other->n_addrs; i++)
		if (addr_same_host(&e->masc.remote, &other->addrs[i]))
			return true;
	return false;
}

/* Seen at the sender where it is a node, else at the receiver. */
static bool is_notification(const struct scn_condition *c, const struct site *s,
			    const struct node_event *e)
{
	bool from_node = !s->w->s->sites[c->a].raw;
	uint32_t here = from_node ? c->a : c->b, there = from_node ? c->b : c->a;
	enum masc_event_kind kind = from_node ? MASC_EVENT_NOTIFIED : MASC_EVENT_NOTIFICATION;
	if (s->index != here || e->part != NODE_PART_MASC || e->masc.kind != kind)
		return false;
	if (e->masc.error.code != c->code || e->masc.error.subcode != c->subcode)
		return false;
	if (c->has_data && (e->masc.data_n != c->data.n || !matches_at(c, e->masc.data)))
		return false;
	return peer_is(s->w, e, there);
}

bool judge_event(const struct scn_condition *c, const struct site *s, const struct node_event *e)
{
	if (c->test == SCN_EVENT)
		return is_event(c, s, e);
	return c->test == SCN_NOTIFICATION && is_notification(c, s, e);
}
