/* stream_int.h - between the stream of a record and batches of them. */
#ifndef GROUP_STREAM_INT_H
#define GROUP_STREAM_INT_H

#include "group/stream.h"

#define GROUP_NODE 32 /* octets of a leaf, a node, a root */

/* The node above two. */
void group_stream_node(struct crypto *c, const struct group_profile *p, const uint8_t *left,
		       const uint8_t *right, uint8_t out[GROUP_NODE]);
/* What is signed of a batch. */
void group_stream_root(struct crypto *c, const struct group_profile *p, uint8_t depth,
		       const uint8_t root[GROUP_NODE], uint8_t out[GROUP_NODE]);

/* Whether this signature of that key over that digest was found good before. */
bool group_roots_have(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature);
void group_roots_note(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature);

#endif
