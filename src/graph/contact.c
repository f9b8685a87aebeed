#include "graph/graph_int.h"
#include "base/tables.h"

/* Contacts: nodes that say how they see the signature, so that parts of a graph that know
 * each other's records find out that they are parts (digest 12). */

#define SPREAD 5 /* Cmax - Cmin */

/* GRAPH-8.23. The signature is the lowest of all Node IDs: from it follows about how many
 * there are. */
uint32_t graph_contacts_least(uint64_t signature)
{
	uint32_t log = tables_log2(signature);
	return log >= 55 ? 5 : 60 - log;
}

static bool wants_change(const struct graph *g, struct mono now)
{
	size_t live = g->n_contacts;
	uint32_t least = graph_contacts_least(g->signature);
	if (g->has_contact)
		return live > least + SPREAD;
	return live < least && g->n_addresses && graph_signature_live(g, now);
}

void graph_contact_maintain(struct graph *g, struct mono now)
{
	const struct graph_times *t = &g->birth.times;
	if (!g->loaded || g->stopping || !graph_ready(g) || !wants_change(g, now))
		return;
	graph_timer_arm(g, GRAPH_TIMER_CONTACT,
			mono_add(now, graph_random_delay(g, t->contact_least, t->contact_most)));
}

void graph_contact_publish(struct graph *g, struct mono now)
{
	uint8_t room[20 + 32 * GRAPH_ADDRESSES_MAX];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_contact(&w, g->signature, g->node,
			  (struct graph_addresses){ g->address, g->n_addresses });
	struct graph_making m = {
		.type = graph_type_contact,
		.payload = wr_span(&w),
		.expires = graph_now(g, now) + (uint64_t)g->birth.times.contact_life * 10,
		.local = GRAPH_ENTRY_REFRESH,
	};
	struct graph_entry *e;
	uint64_t after;
	if (g->has_contact)
		m.id = g->contact;
	if (graph_publish(g, &m, &e, &after, now) != OK)
		return;
	g->contact = e->place.id;
	g->has_contact = true;
}

static void withdraw(struct graph *g, struct mono now)
{
	struct graph_entry *e = graph_db_find(g->db, &g->contact);
	uint64_t after;
	if (e && !e->deleted && graph_publish_delete(g, e, &after, now) != OK)
		return;
	g->has_contact = false;
}

void graph_contact_settle(struct graph *g, struct mono now)
{
	if (g->has_contact && g->n_addresses)
		graph_contact_publish(g, now);
	else if (g->has_contact)
		withdraw(g, now);
}

void graph_contact_due(struct graph *g, struct mono now)
{
	if (!wants_change(g, now))
		return;
	if (g->has_contact)
		withdraw(g, now);
	else
		graph_contact_publish(g, now);
}
