/* Receipts for FLOODs, and how useful a neighbor is by them. */
#include "graph/flood_int.h"

#define ACK_HEAD 12

/* GRAPH-10.10: both ends of a link see the same sequence and come to the same figure. */
static void weigh(struct graph_link *l, bool useful)
{
	l->utility = l->utility * 31 / 32 + (useful ? 128 : 0);
	if (useful)
		l->useful++;
	else
		l->useless++;
}

/* GRAPH-10.9 */
void graph_ack_add(struct graph *g, struct graph_link *l, struct graph_guid id, bool useful,
		   struct mono now)
{
	weigh(l, useful);
	if (!graph_link_neighbor(l))
		return;
	if (l->n_acks == 0)
		l->acks_due = mono_add(now, g->birth.times.ack);
	l->acks[l->n_acks++] = (struct graph_ack){ .id = id, .useful = useful };
	if (l->n_acks == GRAPH_ACKS)
		graph_flood_acks_send(g, l);
}

void graph_flood_acks_send(struct graph *g, struct graph_link *l)
{
	uint8_t octets[ACK_HEAD + GRAPH_ACKS * GRAPH_ACK_ENTRY];
	struct wr w = wr_of(octets, sizeof(octets));
	uint16_t n = l->n_acks;
	l->n_acks = 0;
	l->acks_due = MONO_NEVER;
	if (n == 0 || !graph_link_neighbor(l))
		return;
	graph_put_acks(&w, l->acks, n);
	graph_send(g, l, wr_span(&w), 0);
}

void graph_flood_acks(struct graph *g, struct graph_link *l, const struct graph_array *acks)
{
	(void)g;
	for (uint32_t i = 0; i < acks->n; i++)
		weigh(l, graph_ack_at(acks, i).useful);
}
