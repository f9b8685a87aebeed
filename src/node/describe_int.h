/* describe_int.h - what the files that describe inputs and outputs share. */
#ifndef NODE_DESCRIBE_INT_H
#define NODE_DESCRIBE_INT_H

#include "node/describe.h"

/* " word 5", " word 192.0.2.1:2587" (nothing without an address), " IN_USE". */
void node_put_number(struct text *t, const char *word, uint64_t v);
void node_put_addr(struct text *t, const char *word, const struct addr *a);
void node_put_err(struct text *t, enum err e);
void node_put_octets(struct text *t, struct span s, size_t max);

/* describe_pnrp.c */
void node_put_pnrp_command(struct text *t, const struct pnrp_command *c);
void node_put_interfaces(struct text *t, const struct node_in *in, size_t max_octets);
void node_put_bound(struct text *t, const struct node_in *in, size_t max_octets);
void node_put_datagram_in(struct text *t, const struct node_in *in, size_t max_octets);
void node_put_hosts(struct text *t, const struct node_in *in, size_t max_octets);
void node_put_bind(struct text *t, const struct node_out *out, size_t max_octets);
void node_put_datagram_out(struct text *t, const struct node_out *out, size_t max_octets);
void node_put_host(struct text *t, const struct node_out *out, size_t max_octets);
void node_put_found(struct text *t, const struct node_out *out, size_t max_octets);
void node_put_step(struct text *t, const struct node_out *out, size_t max_octets);

/* describe_graph.c */
void node_put_graphs_command(struct text *t, const struct graphs_command *c);
/* describe_group.c */
void node_put_groups_command(struct text *t, const struct groups_command *c);
void node_put_data(struct text *t, const struct node_out *out, size_t max_octets);
/* What a REPLY of graphs has more. */
void node_put_reply_record(struct text *t, const struct node_out *out);

#endif
