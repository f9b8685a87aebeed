/* sealed.h - an application's record as members alone can read it (DESIGN D19, doc/group.md 12):
 * payload and attributes under the key of an epoch, bound to what record they are of and to whose
 * certificate signs it. Chooses no key and keeps nothing. */
#ifndef GROUP_SEALED_H
#define GROUP_SEALED_H

#include "crypto/aead.h"
#include "graph/provider.h"
#include "group/epoch.h"

#define GROUP_SEALED_HEAD (1 + GROUP_EPOCH_ID + CRYPTO_GCM_NONCE)
#define GROUP_SEALED_OVER (GROUP_SEALED_HEAD + CRYPTO_GCM_TAG + 4)

/* What it is sealed with. */
struct group_seal {
	struct crypto *crypto;
	const struct env *env;
	const uint8_t *epoch, *key; /* GROUP_EPOCH_ID, GROUP_EPOCH_KEY octets */
	struct span serial;	    /* of the certificate that signs the record */
};
/* `out`: GROUP_SEALED_OVER and attributes and payload of r, in octets. ERR_RANGE: too long. */
MUST_USE enum err group_record_seal(const struct group_seal *s, const struct graph_record *r,
				    uint8_t *out);
/* The epoch of a record that may be sealed; false: it is plain. */
bool group_record_epoch(const struct graph_record *r, struct span *epoch);
/* `room`: as many octets as its payload; *plain points into it. ERR_DENIED: another key, or of
 * another record or signer. */
MUST_USE enum err group_record_open(const struct group_seal *s, const struct graph_record *r,
				    uint8_t *room, struct graph_plain *plain);

#endif
