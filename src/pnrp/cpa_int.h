/* cpa_int.h - what CPAs and extended payloads are made of (digest pnrp 7.3 to 7.7):
 * little-endian fields, a signature at the end. Inside of pnrp's proofs. */
#ifndef PNRP_CPA_INT_H
#define PNRP_CPA_INT_H

#include "pnrp/cpa.h"
#include "wire/rd.h"
#include "wire/wr.h"

/* Not After on the wire: 100 ns since 1601. */
int64_t pnrp_read_time(struct rd *r);
void pnrp_write_time(struct wr *w, int64_t wall_us);

/* Fields that travel with the last octet first. */
void pnrp_read_reversed(struct rd *r, uint8_t *out, size_t n);
void pnrp_write_reversed(struct wr *w, const uint8_t *p, size_t n);
void pnrp_read_copy(struct rd *r, uint8_t *out, size_t n);

/* Octets of a SIGNATURE structure. */
size_t pnrp_signature_size(const struct pnrp_profile *p);
/* The octets of the signature itself, the last thing in r. */
struct span pnrp_read_signature(struct rd *r, const struct pnrp_profile *p);
/* Signs what w holds and appends the structure. ERR_RANGE, ERR_NOMEM. */
MUST_USE enum err pnrp_write_signature(struct crypto *x, const struct env *env,
				       const struct pnrp_profile *p, const struct crypto_key *key,
				       struct wr *w);

/* An EXTENDED_PAYLOAD as it came; spans point into the octets. */
struct pnrp_extended {
	int64_t not_after;
	struct pnrp_id id;
	uint8_t nonce[PNRP_NONCE];
	enum pnrp_payload_type type;
	bool utf16;	  /* of a string */
	struct span data; /* without String Type and terminator */
	struct span signed_part, signature;
};
/* ERR_MALFORMED, ERR_UNSUPPORTED: of another version. */
MUST_USE enum err pnrp_payload_decode(const struct pnrp_profile *p, struct span octets,
				      struct pnrp_extended *out);

#endif
