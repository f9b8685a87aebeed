/* pake.h - a password-authenticated key exchange (DESIGN D5): CPACE-RISTR255-SHA512 of
 * draft-irtf-cfrg-cpace-21, initiator and responder, with explicit key confirmation. Two that
 * know the same secret end with the same key; who does not know it gets one guess a run, and
 * learns nothing that could be searched offline.
 *
 * One run is a struct of fixed size without memory of its own; it holds secrets, so its owner
 * wipes it. In what order messages travel, and who may guess how often, is their business who
 * use this. */
#ifndef CRYPTO_PAKE_H
#define CRYPTO_PAKE_H

#include "crypto/crypto.h"
#include "wire/wr.h"

#define CRYPTO_PAKE_POINT      32
#define CRYPTO_PAKE_SCALAR     32
#define CRYPTO_PAKE_TAG	       64 /* HMAC-SHA-512 */
#define CRYPTO_PAKE_ISK	       64
#define CRYPTO_PAKE_SID_MAX    64
#define CRYPTO_PAKE_SECRET_MAX 255

struct crypto_pake {
	uint8_t scalar[CRYPTO_PAKE_SCALAR];
	uint8_t y[CRYPTO_PAKE_POINT]; /* what we send */
	uint8_t isk[CRYPTO_PAKE_ISK]; /* after crypto_pake_finish() */
	uint8_t sid[CRYPTO_PAKE_SID_MAX];
	size_t sid_n;
	bool finished;
};

/* What both sides must have alike: prs of the secret, ci of who and where, sid of this run. */
struct crypto_pake_input {
	struct span prs; /* 1 to CRYPTO_PAKE_SECRET_MAX octets */
	struct span ci;	 /* at most 4,096 */
	struct span sid; /* at most CRYPTO_PAKE_SID_MAX */
};
/* Draws our scalar; p->y is ours to send then. ERR_RANGE; ERR_UNSUPPORTED: the library cannot
 * work here, or the generator is none (one in 2^252). */
MUST_USE enum err crypto_pake_begin(struct crypto_pake *p, const struct env *env,
				    const struct crypto_pake_input *in);

/* What a side sent, and what it says beside it, which both must have alike. */
struct crypto_pake_side {
	struct span y, ad; /* ad: at most 255 octets */
};
/* `a` is the initiator's, `b` the responder's; the one whose y is not ours is the other's.
 * ERR_DENIED: the other's y is no point, the identity, or our own; p->isk stays zeros. */
MUST_USE enum err crypto_pake_finish(struct crypto_pake *p, const struct crypto_pake_side *a,
				     const struct crypto_pake_side *b);
/* After that: what a side shows to prove that it has the same key. To be compared with
 * crypto_equal(). */
void crypto_pake_tag(const struct crypto_pake *p, const struct crypto_pake_side *of,
		     uint8_t tag[CRYPTO_PAKE_TAG]);
/* The key itself, for crypto_hkdf(); lives as long as p. */
struct span crypto_pake_key(const struct crypto_pake *p);
void crypto_pake_wipe(struct crypto_pake *p);

/* Each part behind its length in LEB128. */
void crypto_lv_cat(struct wr *w, const struct span *parts, size_t n);
/* SHA-512 over the parts as if they were one. ERR_UNSUPPORTED. */
#define CRYPTO_SHA512 64
MUST_USE enum err crypto_sha512(const struct span *parts, size_t n, uint8_t out[CRYPTO_SHA512]);

#endif
