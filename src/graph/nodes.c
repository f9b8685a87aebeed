#include "graph/graph_int.h"

/* The Contact List and the Presence List: what live records of these types say, by Record
 * ID (digest 15, item 6). */

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

static struct graph_node *find(const struct list *head, const struct graph_guid *record)
{
	LIST_EACH(n, tmp, head)
	{
		struct graph_node *node = LIST_ENTRY(n, struct graph_node, all);
		if (graph_guid_eq(&node->record, record))
			return node;
	}
	return NULL;
}

static void node_free(struct graph *g, struct graph_node *n)
{
	list_take(&n->all);
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
		if (own || graph_address_usable(g, &at, loopback))
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

static void drop(struct graph *g, struct list *head, const struct graph_guid *record)
{
	struct graph_node *n = find(head, record);
	if (!n)
		return;
	if (head == &g->nodes)
		tell(g, n, GRAPH_LINK_ENDED);
	node_free(g, n);
}

/* Without memory the node is not in the list: it is one that we shall not dial. */
void graph_nodes_take(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		      const struct graph_link *from)
{
	struct list *head = e->type == GRAPH_TYPE_CONTACT ? &g->contacts : &g->nodes;
	struct said s;
	if (e->deleted || !read(e->type, r, &s) || !s.node) {
		drop(g, head, &e->place.id);
		return;
	}
	struct graph_node *n = find(head, &e->place.id);
	bool fresh = !n;
	if (fresh) {
		n = env_zalloc(g->shared->env, 1, sizeof(*n));
		if (!n)
			return;
		n->record = e->place.id;
		list_push_back(head, &n->all);
	}
	n->node = s.node;
	n->signature = s.signature;
	keep_addresses(g, n, &s.addresses, from);
	if (!keep_text(g, &n->peer, r->creator) ||
	    (s.attributes.n && !keep_text(g, &n->attributes, s.attributes))) {
		node_free(g, n);
		return;
	}
	if (head == &g->nodes)
		tell(g, n, fresh ? GRAPH_LINK_CONNECTED : GRAPH_LINK_FAILED);
}

void graph_nodes_drop(struct graph *g, const struct graph_guid *record)
{
	drop(g, &g->contacts, record);
	drop(g, &g->nodes, record);
}

void graph_nodes_free(struct graph *g)
{
	struct list *const heads[] = { &g->contacts, &g->nodes };
	for (size_t i = 0; i < 2; i++)
		LIST_EACH(n, tmp, heads[i])
	node_free(g, LIST_ENTRY(n, struct graph_node, all));
}

size_t graph_list_count(const struct list *head)
{
	size_t n = 0;
	LIST_EACH(node, tmp, head)
	n++;
	return n;
}
