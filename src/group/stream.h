/* stream.h - what a record's signature is over, and the signature itself: Security Data with
 * one signature, or one of a batch under a Merkle root (digest grouping 9.1, 9.2, 15). Who may
 * sign what is judge.h's. */
#ifndef GROUP_STREAM_H
#define GROUP_STREAM_H

#include "crypto/cert.h"
#include "graph/record.h"
#include "group/profile.h"
#include "group/removal.h"

#define GROUP_BATCH_DEPTH  12
#define GROUP_BATCH_MOST   4096
#define GROUP_SECURITY_MAX (CRYPTO_SERIAL * 2 + CRYPTO_SIGNATURE_MAX + 3 + GROUP_BATCH_DEPTH * 32)

/* Parts of the Security Data of a record; spans point into it. */
struct group_signed {
	struct span creator_serial, modifier_serial, signature;
	bool batch;
	uint8_t depth;
	uint16_t index;
	struct span path; /* depth times 32 octets, from the leaf up */
};
/* ERR_MALFORMED: it is none of this profile. */
MUST_USE enum err group_signed_read(struct group_signed *out, const struct group_profile *p,
				    struct span security);

/* The digest that is signed: of the stream of r with these serials. version11: of a classic
 * group (P11). `reading`: how its status flags are read, below GROUP_READINGS, 0 as they are
 * signed (P9); modern ones have no other. *n octets: hash_size, or 16. */
#define GROUP_READINGS 3
void group_stream_digest(struct crypto *c, const struct group_profile *p, bool version11,
			 const struct graph_record *r, struct span creator_serial,
			 struct span modifier_serial, unsigned int reading,
			 uint8_t out[CRYPTO_HASH_MAX], size_t *n);
/* As kept sets list it: its ID, its version, the digest of its stream. Modern. */
void group_record_digest(struct crypto *c, const struct group_profile *p,
			 const struct graph_record *r, struct span creator_serial,
			 struct span modifier_serial, struct group_kept_record *out);
/* Of a batch: the leaf of a record, from which the path leads to the root. */
void group_stream_leaf(struct crypto *c, const struct group_profile *p,
		       const struct graph_record *r, const struct group_signed *s, uint8_t out[32]);

/* Signs one. `out` GROUP_SECURITY_MAX octets. ERR_NOMEM. */
MUST_USE enum err group_sign(struct crypto *c, const struct env *env, const struct group_profile *p,
			     bool version11, const struct crypto_key *k,
			     const struct graph_record *r, struct span creator_serial,
			     struct span modifier_serial, uint8_t *out, size_t *n);

/* Roots that were found good: a burst is checked once. Bounded: the oldest goes. */
struct group_roots;
/* Borrows env for life. ERR_NOMEM. */
MUST_USE enum err group_roots_new(struct group_roots **out, const struct env *env, size_t most);
void group_roots_free(struct group_roots *r);
/* No key's roots stand any more. */
void group_roots_forget(struct group_roots *r);
size_t group_roots_count(const struct group_roots *r);
uint64_t group_roots_hits(const struct group_roots *r); /* records that needed no signature */

/* OK; ERR_DENIED. roots may be NULL. */
MUST_USE enum err group_check(struct crypto *c, const struct group_profile *p, bool version11,
			      struct group_roots *roots, const struct crypto_public *k,
			      const struct graph_record *r, const struct group_signed *s);

/* A batch: records are added, then it is closed with one signature, then each asks for its
 * Security Data. Modern alone. */
struct group_batch;
/* Borrows all for life. ERR_NOMEM; ERR_UNSUPPORTED: this profile has none. */
MUST_USE enum err group_batch_new(struct group_batch **out, const struct env *env, struct crypto *c,
				  const struct group_profile *p);
void group_batch_free(struct group_batch *b);
/* After a close it begins the next one. ERR_FULL: GROUP_BATCH_MOST; ERR_NOMEM. */
MUST_USE enum err group_batch_add(struct group_batch *b, const struct graph_record *r,
				  struct span creator_serial, struct span modifier_serial);
/* ERR_STATE: nothing was added; ERR_NOMEM. */
MUST_USE enum err group_batch_close(struct group_batch *b, const struct crypto_key *k);
/* Of the i-th that was added, after a close; lives until the next group_batch_add(). */
struct span group_batch_security(const struct group_batch *b, size_t i);

/* Whose X25519 key it is: the digest that the member signs (DESIGN D19). */
void group_seal_digest(struct crypto *c, const struct group_profile *p, struct span serial,
		       struct span seal_key, uint8_t out[CRYPTO_HASH_MAX]);

#endif
