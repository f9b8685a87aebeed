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

/* The way of a record up to its root, but for that itself. */
struct group_way {
	uint8_t depth;
	uint16_t index;
	uint8_t node[GROUP_BATCH_DEPTH][GROUP_NODE]; /* its leaf first */
	uint8_t beside[GROUP_BATCH_DEPTH][GROUP_NODE];
};
/* node[i + 1] from node[i] and what the path of s has beside it. */
void group_stream_above(struct crypto *c, const struct group_profile *p,
			const struct group_signed *s, size_t i, uint8_t node[][GROUP_NODE]);

/* Whether this signature of that key over that digest was found good before. */
bool group_roots_have(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature);
void group_roots_note(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature,
		      const struct group_way *way);
/* Whether the leaf of s leads to a root that was found good, as far as the way of the last
 * record tells, with hashes up to where they meet alone. False: the whole path must be gone;
 * of a record of that root never. */
bool group_roots_meet(struct group_roots *r, struct crypto *c, const struct group_profile *p,
		      const struct crypto_public *k, const struct group_signed *s,
		      const uint8_t leaf[GROUP_NODE]);

#endif
