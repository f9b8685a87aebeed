/* event_int.h - what the files that word events share. */
#ifndef NODE_EVENT_INT_H
#define NODE_EVENT_INT_H

#include "node/event.h"

/* The sentence of an event about claims; event_claim.c. */
void node_claim_text(struct text *t, const struct masc_event *e);
/* "claim 5, 239.192.1.0/24". */
void node_claim_name(struct text *t, const struct masc_event *e);

/* Of the part pnrp; event_pnrp.c. */
const char *node_pnrp_name(const struct pnrp_clouds_event *e);
void node_pnrp_text(struct text *t, const struct pnrp_clouds_event *e);
/* Its field number `at`: nothing is written where the event has it not. */
#define NODE_PNRP_FIELDS 14
void node_pnrp_field(const struct pnrp_clouds_event *e, size_t at, struct node_field *f);

/* Of graphs; event_graph.c. */
const char *node_graph_name(const struct graph_event *e);
void node_graph_text(struct text *t, const struct graph_event *e);
/* Its field number `at`: nothing is written where the event has it not. */
#define NODE_GRAPH_FIELDS 16
void node_graph_field(const struct graph_event *e, size_t at, struct node_field *f);

/* Of groups; event_group.c. */
const char *node_group_name(const struct group_event *e);
void node_group_text(struct text *t, const struct node_group_event *e);
/* Its field number `at`: nothing is written where the event has it not. */
#define NODE_GROUP_FIELDS 17
void node_group_field(const struct node_group_event *e, size_t at, struct node_field *f);

#endif
