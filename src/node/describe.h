/* describe.h - inputs and outputs of a node as one line of text each: for the
 * trace of a simulation, the report of a replay and the log at debug level.
 * Deterministic: the same input gives the same octets on every machine. */
#ifndef NODE_DESCRIBE_H
#define NODE_DESCRIBE_H

#include "node/node.h"

/* "accepted link 2 192.0.2.1:2587 from 192.0.2.2:40001". At most max_octets of
 * a link's octets are shown, as hexadecimal digits. */
void node_describe_in(struct text *t, const struct node_in *in, size_t max_octets);
/* "send link 1 00040004 after 3", "event masc up: session with b is up". */
void node_describe_out(struct text *t, const struct node_out *out, size_t max_octets);

const char *node_in_text(enum node_in_kind k);	 /* "accepted"; never NULL */
const char *node_out_text(enum node_out_kind k); /* "send" */

#endif
