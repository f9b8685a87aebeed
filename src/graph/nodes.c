#include "graph/graph_int.h"

/* The Contact List and the Presence List: what live records of these types say, by Record
 * ID (digest 15, item 6). */

/* GRAPH-8.41: what peers can make the lists hold. The records themselves are bounded by the
 * database; who does not fit here is not dialled and not listed. */
#define CONTACTS_KEPT	256
#define NODES_KEPT	16384
#define ATTRIBUTES_KEPT 2048 /* octets of UTF-16; longer ones stand in the record alone */

struct said {
	uint64_t node, signature;
	struct graph_array addresses;
	struct span attributes;
};

static bool read(uint16_t type, const struct graph_record *r, struct said *out)
{
	*out = (struct said){ .node = 0 };
	if (type == GRAPH_TYPE_CONTACT) {
		struct graph_contact_payload c;
		if (graph_contact_decode(r->payload, &c) != OK)
			return false;
		out->node = c.node;
		out->signature = c.signature;
		out->addresses = c.addresses;
		return true;
	}
	struct graph_presence_payload p;
	if (graph_presence_decode(r->payload, &p) != OK)
		return false;
	out->node = p.node;
	out->addresses = p.addresses;
	out->attributes = p.attributes;
	return true;
}

static struct graph_node *find(const struct graph *g, const struct graph_guid *record)
{
	return map_get(&g->by_record, span_of(record->at, sizeof(record->at)));
}

static struct graph_node *node_new(struct graph *g, const struct graph_guid *record, bool contact)
{
	bool full = contact ? g->n_contacts >= CONTACTS_KEPT : g->n_nodes >= NODES_KEPT;
	struct graph_node *n = full ? NULL : env_zalloc(g->shared->env, 1, sizeof(*n));
	if (!n)
		return NULL;
	n->record = *record;
	n->contact = contact;
	if (map_put(&g->by_record, span_of(n->record.at, sizeof(n->record.at)), n) != OK) {
		env_free(g->shared->env, n);
		return NULL;
	}
	list_push_back(contact ? &g->contacts : &g->nodes, &n->all);
	if (contact)
		g->n_contacts++;
	else
		g->n_nodes++;
	return n;
}

static void node_free(struct graph *g, struct graph_node *n)
{
	(void)map_take(&g->by_record, span_of(n->record.at, sizeof(n->record.at)));
	list_take(&n->all);
	if (n->contact)
		g->n_contacts--;
	else
		g->n_nodes--;
	env_free(g->shared->env, n->peer);
	env_free(g->shared->env, n->attributes);
	env_free(g->shared->env, n);
}

/* UTF-16BE to a text of its own: three octets a unit at most. */
static bool keep_text(struct graph *g, char **at, struct span utf16)
{
	size_t size = utf16.n / 2 * 3 + 1;
	char *fresh = env_zalloc(g->shared->env, 1, size);
	if (!fresh)
		return false;
	struct text t = text_of(fresh, size);
	graph_utf8(&t, utf16);
	env_free(g->shared->env, *at);
	*at = fresh;
	return true;
}

/* An address of a record is as good as the link on which it came; of our own database,
 * where it is not known any more, loopback ones are not taken. */
static void keep_addresses(const struct graph *g, struct graph_node *n, const struct graph_array *a,
			   const struct graph_link *from)
{
	bool loopback = from && addr_is_loopback(&from->remote);
	n->n_addresses = 0;
	for (uint32_t i = 0; i < a->n && n->n_addresses < GRAPH_ADDRESSES_MAX; i++) {
		struct addr at = graph_peer_address_at(a, i);
		if (addr_is_link_local(&at))
			at.scope = from ? from->local.scope : 0;
		bool own = n->node == g->node && at.family != ADDR_NONE;
		if (own || graph_address_told(g, &at, loopback))
			n->address[n->n_addresses++] = at;
	}
}

static void tell(struct graph *g, const struct graph_node *n, enum graph_link_status status)
{
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_NODE);
	struct text t = TEXT_OF(e.peer);
	e.status = status;
	e.node = n->node;
	e.id = n->record;
	text_str(&t, n->peer ? n->peer : "");
	graph_out_event(g, &e, 0);
}

void graph_nodes_drop(struct graph *g, const struct graph_guid *record)
{
	struct graph_node *n = find(g, record);
	if (!n)
		return;
	if (!n->contact)
		tell(g, n, GRAPH_LINK_ENDED);
	node_free(g, n);
}

void graph_nodes_lost(struct graph *g, const struct graph_guid *record, struct mono now)
{
	const struct graph_node *n = find(g, record);
	if (!n || n->node == g->node || graph_neighbor_find(g, n->node, NULL))
		return;
	for (size_t i = 0; i < n->n_addresses; i++)
		graph_referrals_lost(g, n->node, &n->address[i], now);
	const struct graph_times *t = &g->birth.times;
	graph_timer_arm(g, GRAPH_TIMER_DETECT,
			mono_add(now, graph_random_delay(g, t->detect_least, t->detect_most)));
}

/* Our own of before a failed commit, which a neighbor still had: it is ours again, and
 * spoken anew, or it would stand beside another one of us until it expires. */
static void adopt(struct graph *g, const struct graph_node *n, const struct graph_record *r)
{
	if (n->node != g->node || !span_eq(r->creator, span_of(g->peer16, g->peer16_n)))
		return;
	if (n->contact && !g->has_contact) {
		g->contact = n->record;
		g->has_contact = g->contact_stale = true;
	} else if (!n->contact && !g->has_presence) {
		g->presence = n->record;
		g->has_presence = g->presence_stale = true;
	}
}

static bool fill(struct graph *g, struct graph_node *n, const struct said *s,
		 const struct graph_record *r, const struct graph_link *from)
{
	n->node = s->node;
	n->signature = s->signature;
	keep_addresses(g, n, &s->addresses, from);
	if (!keep_text(g, &n->peer, r->creator))
		return false;
	if (s->attributes.n && s->attributes.n <= ATTRIBUTES_KEPT)
		return keep_text(g, &n->attributes, s->attributes);
	env_free(g->shared->env, n->attributes);
	n->attributes = NULL;
	return true;
}

/* Without memory the node is not in the list: it is one that we shall not dial. */
void graph_nodes_take(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		      const struct graph_link *from)
{
	bool contact = e->type == GRAPH_TYPE_CONTACT;
	struct graph_node *n = find(g, &e->place.id);
	bool fresh = !n;
	struct said s;
	if (e->deleted || !read(e->type, r, &s) || !s.node || (n && n->contact != contact)) {
		graph_nodes_drop(g, &e->place.id);
		return;
	}
	if (fresh)
		n = node_new(g, &e->place.id, contact);
	if (!n)
		return;
	if (!fill(g, n, &s, r, from)) {
		node_free(g, n);
		return;
	}
	if (from)
		adopt(g, n, r);
	if (!contact)
		tell(g, n, fresh ? GRAPH_LINK_CONNECTED : GRAPH_LINK_CHANGED);
}

/* Read anew after a failed commit: what says that we are here is of this run. */
bool graph_nodes_own(struct graph *g, const struct graph_entry *e, const struct graph_record *r)
{
	struct said s;
	if (e->deleted || !read(e->type, r, &s) || s.node != g->node)
		return false;
	graph_nodes_take(g, e, r, NULL);
	const struct graph_node *n = find(g, &e->place.id);
	if (n)
		adopt(g, n, r);
	return n != NULL;
}

void graph_nodes_free(struct graph *g)
{
	struct list *const heads[] = { &g->contacts, &g->nodes };
	for (size_t i = 0; i < 2; i++)
		LIST_EACH(n, tmp, heads[i])
	node_free(g, LIST_ENTRY(n, struct graph_node, all));
}
