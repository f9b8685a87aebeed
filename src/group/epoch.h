/* epoch.h - the payloads of Epoch and Key records (DESIGN D19, doc/group.md 12), read and
 * written. An Epoch is a key for everybody's records, sealed to each member that stands; a Key
 * record hands keys of epochs to one member who came later. Nothing is opened here. */
#ifndef GROUP_EPOCH_H
#define GROUP_EPOCH_H

#include "crypto/seal.h"
#include "group/name.h"
#include "group/profile.h"

#define GROUP_EPOCH_ID	      16
#define GROUP_EPOCH_KEY	      32
#define GROUP_EPOCH_HASH      32
#define GROUP_EPOCH_BOX	      (GROUP_EPOCH_KEY + CRYPTO_BOX_OVER)
#define GROUP_EPOCH_RECIPIENT (GROUP_AUTHORITY + GROUP_EPOCH_BOX)
#define GROUP_EPOCH_GIFT      (GROUP_EPOCH_ID + GROUP_EPOCH_BOX)
#define GROUP_EPOCH_MOST      10000 /* recipients, and Removals covered, of one */
#define GROUP_KEY_MOST	      24    /* epochs of one Key record: D18, each is a box to open */

/* Spans point into the octets that were read. */
struct group_epoch {
	uint32_t number; /* above 0 */
	struct span hash;
	struct span covers;	/* Record IDs of Removals, ascending */
	struct span recipients; /* GROUP_EPOCH_RECIPIENT octets each, ascending by authority */
};
#define GROUP_EPOCH_OCTETS(covers, recipients)                                                     \
	(45 + (size_t)(covers)*16 + (size_t)(recipients)*GROUP_EPOCH_RECIPIENT)
/* ERR_MALFORMED; ERR_UNSUPPORTED: of a version that we do not know. */
MUST_USE enum err group_epoch_read(struct group_epoch *out, struct span payload);
/* ERR_RANGE: too small; ERR_MALFORMED: not in order, or too many. */
MUST_USE enum err group_epoch_write(const struct group_epoch *e, uint8_t *out, size_t size,
				    size_t *n);
size_t group_epoch_recipients(const struct group_epoch *e);
struct span group_epoch_authority(const struct group_epoch *e, size_t i);
/* The box of that member; false: it is no recipient. */
bool group_epoch_box(const struct group_epoch *e, struct span authority, struct span *box);

struct group_key {
	struct span recipient; /* authority */
	struct span gifts;     /* GROUP_EPOCH_GIFT octets each, ascending by epoch */
};
#define GROUP_KEY_OCTETS(gifts) (25 + (size_t)(gifts)*GROUP_EPOCH_GIFT)
MUST_USE enum err group_key_read(struct group_key *out, struct span payload);
MUST_USE enum err group_key_write(const struct group_key *k, uint8_t *out, size_t size, size_t *n);
size_t group_key_gifts(const struct group_key *k);
void group_key_gift(const struct group_key *k, size_t i, struct span *epoch, struct span *box);

/* What an Epoch record says of its key, so that a wrong one is noticed. */
void group_epoch_hash(struct crypto *c, const uint8_t key[GROUP_EPOCH_KEY],
		      uint8_t out[GROUP_EPOCH_HASH]);

#endif
