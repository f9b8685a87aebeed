/* event_int.h - what the files that word events share. */
#ifndef NODE_EVENT_INT_H
#define NODE_EVENT_INT_H

#include "node/event.h"

/* The sentence of an event about claims; event_claim.c. */
void node_claim_text(struct text *t, const struct masc_event *e);
/* "claim 5, 239.192.1.0/24". */
void node_claim_name(struct text *t, const struct masc_event *e);

#endif
