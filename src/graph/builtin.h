/* builtin.h - payloads of the four record types that a graph keeps itself with: Graph
 * Info, Signature, Contact, Presence (digest graphing 7.5; doc/graph.md 3). */
#ifndef GRAPH_BUILTIN_H
#define GRAPH_BUILTIN_H

#include "graph/wire.h"

#define GRAPH_INFO_DEFER 0x00000002

/* Text as in a record: UTF-16BE with terminator, empty: absent. */
struct graph_info_payload {
	uint32_t flags, scope;
	struct span graph, creator, name, comment;
	uint32_t presence_life, presence_max, record_max;
};
struct graph_contact_payload {
	uint64_t signature, node;
	struct graph_array addresses; /* PEER_ADDRESSes */
};
struct graph_presence_payload {
	uint64_t node;
	struct span attributes; /* UTF-16BE */
	struct graph_array addresses;
};
/* ERR_MALFORMED, also for numbers out of their range. */
MUST_USE enum err graph_info_decode(struct span s, struct graph_info_payload *out);
MUST_USE enum err graph_signature_decode(struct span s, uint64_t *out);
MUST_USE enum err graph_contact_decode(struct span s, struct graph_contact_payload *out);
MUST_USE enum err graph_presence_decode(struct span s, struct graph_presence_payload *out);
struct addr graph_peer_address_at(const struct graph_array *a, uint32_t i); /* family 0: none
									     * we know */

void graph_put_info(struct wr *w, const struct graph_info_payload *p);
void graph_put_signature(struct wr *w, uint64_t node);
void graph_put_contact(struct wr *w, uint64_t signature, uint64_t node, struct graph_addresses a);
void graph_put_presence(struct wr *w, uint64_t node, struct span attributes,
			struct graph_addresses a);

#endif
