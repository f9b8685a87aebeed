#include "graph/flood_int.h"

/* Looks inside: change nothing. */

void graph_info(const struct graph *g, struct mono now, struct graph_info *out)
{
	*out = (struct graph_info){
		.properties = &g->properties,
		.peer = g->birth.peer,
		.node = g->node,
		.signature = g->signature,
		.created = graph_creator(g),
		.loaded = g->loaded,
		.listening = g->listening,
		.synchronised = graph_ready(g),
		.contact = g->has_contact,
		.stopping = g->stopping,
		.signature_ours = g->signature == g->node,
		.neighbors = g->neighbors,
		.directs = g->directs,
		.contacts = (uint32_t)g->n_contacts,
		.contacts_wanted = graph_contacts_least(g->signature),
		.nodes = (uint32_t)g->n_nodes,
		.partition = g->partition,
		.time_delta = g->time_delta,
		.time = graph_now(g, now),
		.left = g->left,
		.counts = g->counts,
		.to_try = g->n_referrals,
		.maintain_at = g->timer[GRAPH_TIMER_MAINTAIN],
	};
	graph_db_info(g->db, &out->db);
	LIST_EACH(n, tmp, &g->links)
	out->backlog += LIST_ENTRY(n, struct graph_link, all)->out.later_n;
}

const struct graph_db *graph_database(const struct graph *g)
{
	return g->db;
}

static void copy_name(char *to, size_t size, const char *name)
{
	struct text t = text_of(to, size);
	text_str(&t, name ? name : "");
}

static const char *sync_text(enum graph_sync_kind k)
{
	static const char *const texts[] = { [GRAPH_SYNC_NONE] = "",
					     [GRAPH_SYNC_NEW] = "all",
					     [GRAPH_SYNC_TIME] = "time",
					     [GRAPH_SYNC_HASH] = "hash" };
	return texts[k];
}

static void link_info(const struct graph_link *l, struct graph_link_info *out)
{
	*out = (struct graph_link_info){
		.conn = l->number,
		.link = l->number,
		.direct = l->direct,
		.incoming = !l->initiator,
		.connected = l->state == GRAPH_STATE_CONNECTED,
		.node = l->node,
		.local = l->local,
		.remote = l->remote,
		.utility = l->utility,
		.state = graph_state_text(l->state),
		.sync = sync_text(l->sync.kind),
		.since = l->since,
		.in = l->in,
		.out = l->sent,
		.unsent = l->out.unsent + l->out.n + l->out.waiting_octets,
		.backlog = l->out.later_n,
		.useful = l->useful,
		.useless = l->useless,
		.skew = l->skew,
	};
	copy_name(out->peer, sizeof(out->peer), l->peer ? l->peer : l->wanted);
}

/* The at-th of a list, counted from 0; NULL behind the last. */
static struct list *nth(const struct list *head, size_t at)
{
	LIST_EACH(n, tmp, head)
	if (at-- == 0)
		return n;
	return NULL;
}

bool graph_link_next(const struct graph *g, size_t *at, struct graph_link_info *out)
{
	for (struct list *n = nth(&g->links, *at); n && n != &g->links; n = n->next) {
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		++*at;
		if (l->state == GRAPH_STATE_ENDED)
			continue;
		link_info(l, out);
		return true;
	}
	return false;
}

static bool contact_of(const struct graph *g, uint64_t node)
{
	LIST_EACH(n, tmp, &g->contacts)
	if (LIST_ENTRY(n, struct graph_node, all)->node == node)
		return true;
	return false;
}

static bool present(const struct graph *g, uint64_t node)
{
	LIST_EACH(n, tmp, &g->nodes)
	if (LIST_ENTRY(n, struct graph_node, all)->node == node)
		return true;
	return false;
}

static void node_marks(const struct graph *g, struct graph_node_info *out)
{
	out->self = out->node == g->node;
	out->neighbor = graph_neighbor_find(g, out->node, NULL) != NULL;
	out->contact = contact_of(g, out->node);
}

static void node_info(const struct graph *g, const struct graph_node *n,
		      struct graph_node_info *out)
{
	*out = (struct graph_node_info){ .node = n->node, .n_addresses = n->n_addresses };
	memcpy(out->address, n->address, n->n_addresses * sizeof(n->address[0]));
	out->attributes = span_str(n->attributes ? n->attributes : "");
	copy_name(out->peer, sizeof(out->peer), n->peer);
	node_marks(g, out);
}

/* Neighbors without a presence record, after all that have one. */
static bool neighbor_next(const struct graph *g, size_t *at, size_t passed,
			  struct graph_node_info *out)
{
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (!graph_link_neighbor(l) || present(g, l->node))
			continue;
		if (passed++ < *at)
			continue;
		++*at;
		*out = (struct graph_node_info){ .node = l->node };
		out->n_addresses = l->n_addresses;
		if (l->n_addresses)
			memcpy(out->address, l->addresses, l->n_addresses * sizeof(*l->addresses));
		out->attributes = span_str("");
		copy_name(out->peer, sizeof(out->peer), l->peer);
		node_marks(g, out);
		return true;
	}
	return false;
}

bool graph_node_next(const struct graph *g, size_t *at, struct graph_node_info *out)
{
	struct list *n = nth(&g->nodes, *at);
	if (!n)
		return neighbor_next(g, at, g->n_nodes, out);
	++*at;
	node_info(g, LIST_ENTRY(n, struct graph_node, all), out);
	return true;
}

enum err graph_entry_get(const struct graph *g, const struct graph_entry *e,
			 struct graph_record *out)
{
	struct span octets;
	struct graph_record r;
	enum err err = graph_db_octets(g->db, e, &octets);
	if (!err)
		err = graph_record_decode(octets, &r);
	if (!err && (e->hidden || !graph_revealed(g, &r, &r)))
		err = ERR_NOT_FOUND;
	if (!err)
		*out = r;
	return err;
}

enum err graph_record_get(const struct graph *g, const struct graph_guid *id,
			  struct graph_record *out)
{
	if (!g->loaded)
		return ERR_STATE;
	const struct graph_entry *e = graph_db_find(g->db, id);
	if (!e || e->deleted || graph_type_reserved(graph_db_type(g->db, e->type)))
		return ERR_NOT_FOUND;
	return graph_entry_get(g, e, out);
}
