#include "masc/wire.h"
#include "sim/world_int.h"
#include "wire/rd.h"

/* Nothing is told before it is durable (SIM-6.14, D8): what a node sends of its own
 * claims, its events about them and its answers wait for the put of a row that says
 * so. The rows of claims and demands are kept here as they were put, from the last
 * that is committed on, and outputs are held against them as they come out, so that
 * no other output of the same stream hides one that does not wait. */

/* A claim's or demand's row as one put left it. */
struct version {
	struct list at; /* in machine.versions, by put */
	const struct store_table *table;
	uint64_t number, put;
	bool there; /* else deleted */
	struct masc_own_row row;
};

/* What is told of ours. */
struct telling {
	const char *what;
	const struct store_table *table;
	uint64_t number;	       /* of the claim or demand; 0: whichever says so */
	const struct wire_claim *sent; /* an attribute */
	enum masc_life life;	       /* an event */
	struct masc_prefix prefix;
};

/* Whether a row says what is told. */
typedef bool says_fn(const struct version *v, const struct telling *t);

/* -- what lies in the store -- */

static uint64_t number_of(struct span key)
{
	struct rd r = rd_of(key);
	return rd_u64(&r);
}

static void drop(struct machine *m, struct version *v)
{
	list_take(&v->at);
	env_free(m->site.w->env, v);
}

static struct version *newer(const struct machine *m, const struct version *than)
{
	for (const struct list *i = than->at.next; i != &m->versions; i = i->next) {
		struct version *v = LIST_ENTRY(i, struct version, at);
		if (v->table == than->table && v->number == than->number)
			return v;
	}
	return NULL;
}

/* Of what is committed only the newest is left: a start finds that. */
static void prune(struct machine *m)
{
	uint64_t committed = store_mem_committed(m->mem);
	LIST_EACH(i, next, &m->versions)
	{
		struct version *v = LIST_ENTRY(i, struct version, at);
		const struct version *n = newer(m, v);
		if (v->put <= committed && (n ? n->put <= committed : !v->there))
			drop(m, v);
	}
}

/* SIM-6.15: whoever was told of a number goes on meaning that claim by it. */
static void check_number(struct machine *m, const struct version *made)
{
	char buffer[100];
	struct text t = TEXT_OF(buffer);
	const struct version *before = NULL;
	if (made->table != &masc_table_own || !made->there || made->number > m->told_number)
		return;
	LIST_EACH(i, next, &m->versions)
	{
		const struct version *v = LIST_ENTRY(i, struct version, at);
		if (v != made && v->table == made->table && v->number == made->number)
			before = v;
	}
	if (before && before->there)
		return;
	text_str(&t, "a claim's number used twice: ");
	text_u64(&t, made->number);
	broken(m->site.w, &m->site, t.p);
}

void invariant_told_put(struct machine *m, const struct store_table *t, struct span key,
			struct span value, uint64_t put)
{
	bool claim = t == &masc_table_own;
	if (t == &graph_table_records && value.n)
		invariant_graph_put(m, value, put);
	if (!claim && t != &masc_table_demand)
		return;
	prune(m);
	struct version *v = world_alloc(m->site.w, sizeof(*v));
	if (!v)
		return;
	v->table = t;
	v->number = number_of(key);
	v->put = put;
	v->there = value.n && (!claim || masc_own_row_read(key, value, &v->row) == OK);
	list_push_back(&m->versions, &v->at);
	check_number(m, v);
}

void invariant_told_undone(struct machine *m, uint64_t first)
{
	LIST_EACH(i, next, &m->versions)
	{
		struct version *v = LIST_ENTRY(i, struct version, at);
		if (v->put >= first)
			drop(m, v);
	}
	invariant_graph_undone(m, first);
}

void invariant_told_number(struct machine *m, const struct masc_event *e)
{
	if (e->kind == MASC_EVENT_CLAIM && e->number > m->told_number)
		m->told_number = e->number;
}

/* -- what is told -- */

/* From which put on rows say so without a break up to now; what was so at some time
 * of this input counts, since it was put into words then. UINT64_MAX: no row does. */
static uint64_t said_since(const struct machine *m, const struct telling *t, says_fn *says)
{
	uint64_t since = UINT64_MAX;
	LIST_EACH(i, next, &m->versions)
	{
		const struct version *v = LIST_ENTRY(i, struct version, at), *n;
		if (v->table != t->table || (t->number && v->number != t->number) || !says(v, t))
			continue;
		uint64_t first = v->put;
		while ((n = newer(m, v)) && says(n, t))
			v = n;
		if ((!n || n->put > m->input_put) && first < since)
			since = first;
	}
	return since;
}

/* From which put on no row says so any more; UINT64_MAX: one still does. */
static uint64_t gone_since(const struct machine *m, const struct telling *t, says_fn *says)
{
	uint64_t since = 0;
	LIST_EACH(i, next, &m->versions)
	{
		const struct version *v = LIST_ENTRY(i, struct version, at), *n;
		if (v->table != t->table || (t->number && v->number != t->number) || !says(v, t))
			continue;
		n = newer(m, v);
		if (!n)
			return UINT64_MAX;
		if (!says(n, t) && n->put > since)
			since = n->put;
	}
	return since;
}

static void check(struct machine *m, const struct telling *t, uint64_t since, uint64_t after)
{
	char buffer[200];
	struct text text = TEXT_OF(buffer);
	uint64_t committed = store_mem_committed(m->mem);
	if (since <= (after > committed ? after : committed))
		return;
	text_str(&text, t->what);
	text_str(&text, since == UINT64_MAX ? " told though the rows say otherwise: "
					    : " told before it is durable: ");
	if (t->prefix.family)
		masc_prefix_text(&text, &t->prefix);
	else
		text_u64(&text, t->number);
	broken(m->site.w, &m->site, text.p);
}

static bool is_held(const struct version *v)
{
	return v->there && claim_is_held(v->row.life);
}

static bool is_pending(const struct version *v)
{
	enum masc_life l = v->row.life;
	return v->there &&
	       (l == MASC_LIFE_WAITING || l == MASC_LIFE_GROWING || l == MASC_LIFE_RENEWING);
}

/* That level, and no longer than the row says. */
static bool lasts(const struct version *v, const struct wire_claim *c, int64_t end)
{
	int64_t told = ((int64_t)c->timestamp + c->lifetime) * MONO_SEC;
	return v->row.local == (c->role == MASC_CHILD) && told < end + MONO_SEC;
}

static bool has_part(const struct version *v, const struct telling *t)
{
	for (size_t i = 0; i < v->row.n_parts; i++)
		if (v->row.parts[i].timestamp == t->sent->timestamp &&
		    masc_prefix_eq(&v->row.parts[i].prefix, &t->prefix))
			return true;
	return false;
}

static bool says_held(const struct version *v, const struct telling *t)
{
	return is_held(v) && has_part(v, t) && lasts(v, t->sent, v->row.end);
}

static bool says_pending(const struct version *v, const struct telling *t)
{
	return is_pending(v) && v->row.claimed_at == t->sent->timestamp &&
	       masc_prefix_eq(&v->row.wanted, &t->prefix) && lasts(v, t->sent, v->row.claimed_end);
}

static bool says_ours(const struct version *v, const struct telling *t)
{
	bool claimed = is_pending(v) && v->row.claimed_at == t->sent->timestamp &&
		       masc_prefix_eq(&v->row.wanted, &t->prefix);
	return v->row.local == (t->sent->role == MASC_CHILD) &&
	       (claimed || (is_held(v) && has_part(v, t)));
}

static bool says_yielded(const struct version *v, const struct telling *t)
{
	return v->there && v->row.life == MASC_LIFE_CLASHED && v->row.n_parts &&
	       v->row.lost_to == t->sent->timestamp &&
	       masc_prefix_eq(&v->row.parts[v->row.n_parts - 1].prefix, &t->prefix);
}

static bool says_life(const struct version *v, const struct telling *t)
{
	const struct masc_own_row *r = &v->row;
	if (!v->there)
		return t->life == MASC_LIFE_EXPIRED;
	return r->life == t->life &&
	       masc_prefix_eq(r->n_parts ? &r->parts[r->n_parts - 1].prefix : &r->wanted,
			      &t->prefix);
}

static bool says_there(const struct version *v, const struct telling *t)
{
	return v->there;
}

/* What was yielded has a row that says so; what was given back has none any more,
 * and would be held again after a crash if it still had. */
static uint64_t withdrawn_since(const struct machine *m, const struct telling *t)
{
	uint64_t since = said_since(m, t, says_yielded);
	return since == UINT64_MAX ? gone_since(m, t, says_ours) : since;
}

static uint64_t sent_since(const struct machine *m, struct telling *t)
{
	switch ((enum wire_attribute)t->sent->type) {
	case WIRE_PREFIX_IN_USE:
	case WIRE_PREFIX_MANAGED:
		t->what = "held";
		return said_since(m, t, says_held);
	case WIRE_CLAIM_TO_EXPAND:
	case WIRE_NEW_CLAIM:
		t->what = "claimed";
		return said_since(m, t, says_pending);
	case WIRE_WITHDRAW:
		t->what = "withdrawn";
		return withdrawn_since(m, t);
	case WIRE_CLAIM_DENIED:
	case WIRE_ATTRIBUTES:
		break;
	}
	return 0;
}

static bool is_own(const struct machine *m, const struct wire_claim *c)
{
	const struct masc_config *mine = &node_config_of(m->node)->masc;
	return masc_id_eq(&c->domain, &mine->domain) && masc_id_eq(&c->node, &mine->node) &&
	       !wire_is_hint(c);
}

static void check_attribute(struct machine *m, const struct wire_claim *c, uint64_t after)
{
	struct telling t = { .table = &masc_table_own,
			     .sent = c,
			     .prefix = { .family = c->family, .length = c->prefix_length } };
	memcpy(t.prefix.address, c->address, sizeof(t.prefix.address));
	if (is_own(m, c))
		check(m, &t, sent_since(m, &t), after);
}

/* Each node sends attributes of the family of their session, which they name. */
static enum masc_family family_of(const struct wire_item *item)
{
	return (enum masc_family)(item->bytes.p[5] >> 2 & 31);
}

static void check_update(struct machine *m, struct span rest, uint64_t after)
{
	struct wire_error error;
	struct wire_item item;
	struct wire_claim c;
	while (rest.n && wire_item_next(&rest, &item, &error))
		if (wire_claim_read(&item, family_of(&item), &c, &error) == WIRE_TAKEN)
			check_attribute(m, &c, after);
}

/* A node sends whole messages. */
static void check_octets(struct machine *m, struct span octets, uint64_t after)
{
	struct rd r = rd_of(octets);
	while (r.left >= WIRE_HEADER) {
		struct wire_header h = wire_header_read(r.p);
		struct span message = rd_bytes(&r, h.length);
		if (message.n < WIRE_HEADER)
			return;
		if (h.type == MASC_MSG_UPDATE)
			check_update(m, span_of(message.p + WIRE_HEADER, message.n - WIRE_HEADER),
				     after);
	}
}

static void check_event(struct machine *m, const struct masc_event *e, uint64_t after)
{
	struct telling t = { .what = "an event",
			     .table = &masc_table_own,
			     .number = e->number,
			     .life = e->life,
			     .prefix = e->prefix };
	if (e->kind == MASC_EVENT_CLAIM)
		check(m, &t, said_since(m, &t, says_life), after);
}

static void check_reply(struct machine *m, enum masc_command_kind kind, const struct node_out *out)
{
	struct telling t = { .what = "an answer",
			     .table = &masc_table_own,
			     .number = out->reply_number };
	if (kind == MASC_COMMAND_DEMAND || kind == MASC_COMMAND_DEMAND_END)
		t.table = &masc_table_demand;
	if (kind == MASC_COMMAND_CLAIM || kind == MASC_COMMAND_DEMAND)
		check(m, &t, said_since(m, &t, says_there), out->after);
	if (kind == MASC_COMMAND_WITHDRAW || kind == MASC_COMMAND_DEMAND_END)
		check(m, &t, gone_since(m, &t, says_there), out->after);
}

void invariant_told_out(struct machine *m, const struct node_out *out, const struct call *call)
{
	if (out->kind == NODE_OUT_SEND && m->node)
		check_octets(m, out->bytes, out->after);
	else if (out->kind == NODE_OUT_EVENT && out->event->part == NODE_PART_MASC)
		check_event(m, &out->event->masc, out->after);
	else if (out->kind == NODE_OUT_REPLY && out->err == OK && call)
		check_reply(m, call->command.kind, out);
}
