/* crypto.h - hashes, keys and signatures under one of two security profiles.
 *
 * The only folder that sees OpenSSL. A profile (DESIGN D4) is a row of one
 * table: whoever needs a hash, a key form or a signature asks the row and never
 * which profile it is. Certificates and chains are in crypto/cert.h.
 *
 * A context holds what the library needs and nothing of its users; it is used by
 * one thread at a time and may serve any number of cores. Every call that needs
 * random octets takes the caller's env and uses that alone as the library's
 * source for the duration of the call, so a simulation repeats octet for octet.
 * Secrets are wiped when freed. Digest: specs pnrp 2, 7, 22; grouping 3, 15. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/attr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct crypto;
struct crypto_key;

enum crypto_profile_id {
	CRYPTO_MODERN,
	CRYPTO_CLASSIC,
	CRYPTO_PROFILE_COUNT
};

#define CRYPTO_PUBLIC_MAX    140 /* octets of a public key as names and CPAs carry it */
#define CRYPTO_SIGNATURE_MAX 128
#define CRYPTO_AUTHORITY     20
#define CRYPTO_HASH_MAX	     32

struct crypto_profile {
	enum crypto_profile_id id;
	const char *name;	/* "modern", "classic" */
	size_t hash_size;	/* 32: SHA-256; 20: SHA-1 */
	size_t public_size;	/* 91: SubjectPublicKeyInfo; 140: RSAPublicKey */
	size_t signature_size;	/* 64: r || s; 128 */
	const char *public_oid; /* dotted, of the key's algorithm */
	uint32_t signature_alg; /* ALG_ID of a SIGNATURE structure */
};

/* The table itself, for rows of others that lean on it; whether a build has a profile
 * is known to crypto_profile() alone. */
extern const struct crypto_profile crypto_profiles[CRYPTO_PROFILE_COUNT];
/* NULL when this build has it not (classic needs -Dclassic=true). */
const struct crypto_profile *crypto_profile(enum crypto_profile_id id);

/* Borrows env for its memory. ERR_NOMEM, ERR_UNSUPPORTED (the library refuses). */
MUST_USE enum err crypto_new(struct crypto **out, const struct env *env);
void crypto_free(struct crypto *c);
/* Remembers up to n (key, message, signature) that were found good, so that a
 * simulation of thousands checks each once: a check is a pure function. What the
 * context signed itself counts as checked. 0, the default: none. ERR_NOMEM. */
MUST_USE enum err crypto_remember(struct crypto *c, size_t n);

/* The profile's hash over the parts as if they were one, cut to `size` octets. */
void crypto_hash(struct crypto *c, const struct crypto_profile *p, const struct span *parts,
		 size_t n, uint8_t *out, size_t size);
/* 16 octets that stand for the parts as if they were one: MD5 in classic, the profile's
 * hash cut short in modern. A fingerprint, no protection. p is one of this build's. */
#define CRYPTO_FINGERPRINT 16
void crypto_fingerprint(struct crypto *c, enum crypto_profile_id p, const struct span *parts,
			size_t n, uint8_t out[CRYPTO_FINGERPRINT]);
/* The 20 octets that a secure name's authority is: the hash of a public key. */
void crypto_authority(struct crypto *c, const struct crypto_profile *p, struct span public,
		      uint8_t out[CRYPTO_AUTHORITY]);

/* A fresh key pair. ERR_NOMEM. */
MUST_USE enum err crypto_key_make(struct crypto *c, const struct env *env,
				  const struct crypto_profile *p, struct crypto_key **out);
/* A key pair from PKCS #8 DER. ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err crypto_key_load(struct crypto *c, const struct crypto_profile *p,
				  struct span pkcs8, struct crypto_key **out);
/* Its PKCS #8 DER: secret octets, for the caller to wipe. ERR_RANGE: too small a buffer. */
#define CRYPTO_PKCS8_MAX 1024
MUST_USE enum err crypto_key_save(struct crypto *c, const struct crypto_key *k, uint8_t *out,
				  size_t size, size_t *n);
void crypto_key_free(struct crypto_key *k);
const struct crypto_profile *crypto_key_profile(const struct crypto_key *k);
/* Lives as long as the key; profile->public_size octets. */
struct span crypto_key_public(const struct crypto_key *k);

/* Fills profile->signature_size octets. ERR_NOMEM. */
MUST_USE enum err crypto_sign(struct crypto *c, const struct env *env, const struct crypto_key *k,
			      struct span message, uint8_t *signature);
/* ERR_MALFORMED (the key is none), ERR_DENIED (the signature is not this key's). Classic
 * takes either order of the octets, as digest pnrp A21 has it. */
MUST_USE enum err crypto_verify(struct crypto *c, const struct crypto_profile *p,
				struct span public, struct span message, struct span signature);

/* A public key that is held ready: checking with it does not read it each time. */
struct crypto_public;
/* ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err crypto_public_load(struct crypto *c, const struct crypto_profile *p,
				     struct span public, struct crypto_public **out);
void crypto_public_free(struct crypto_public *k);
/* As it was loaded; lives as long as the key. */
struct span crypto_public_octets(const struct crypto_public *k);
/* Over a digest of the profile's hash, profile->hash_size octets (classic 1.0: see
 * group/stream.h, which has 16). ERR_DENIED. */
MUST_USE enum err crypto_public_verify(struct crypto *c, const struct crypto_public *k,
				       struct span digest, struct span signature);
/* The same, signed: profile->signature_size octets. In classic the bare digest, without an
 * algorithm's identifier (digest grouping 9.1). ERR_NOMEM. */
MUST_USE enum err crypto_sign_digest(struct crypto *c, const struct env *env,
				     const struct crypto_key *k, struct span digest,
				     uint8_t *signature);

/* Overwrites a secret so that no compiler leaves it out. */
void crypto_wipe(void *p, size_t n);
/* Compares without telling by its time where they differ. */
bool crypto_equal(struct span a, struct span b);

#endif
