/* seal.h - octets that only some may read: for the holder of an X25519 key, for who knows a
 * key, for who knows a passphrase; and memory in which secrets lie (DESIGN D5, D19, api.md
 * 2.3). libsodium's, with random octets out of the env of the call alone. Outputs are wiped
 * by who no longer needs them. Every call: ERR_UNSUPPORTED, the library cannot work here. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "crypto/crypto.h"

/* Locked, between guard pages, wiped when freed. NULL without memory; where the system lets
 * nobody lock, not locked (crypto_locked() then is false). */
void *crypto_secret_new(size_t n);
void crypto_secret_free(void *p);
bool crypto_locked(void);

#define CRYPTO_BOX_KEY	32
#define CRYPTO_BOX_OVER 48 /* octets that a box has more than what is in it */

/* A fresh X25519 pair. */
MUST_USE enum err crypto_box_make(const struct env *env, uint8_t public[CRYPTO_BOX_KEY],
				  uint8_t secret[CRYPTO_BOX_KEY]);
/* The pair that follows from a seed, which is as secret. */
#define CRYPTO_BOX_SEED 32
MUST_USE enum err crypto_box_from(const uint8_t seed[CRYPTO_BOX_SEED],
				  uint8_t public[CRYPTO_BOX_KEY], uint8_t secret[CRYPTO_BOX_KEY]);
/* crypto_box_seal: `out` gets message.n + CRYPTO_BOX_OVER octets. ERR_MALFORMED: the key is
 * none. */
MUST_USE enum err crypto_box_put(const struct env *env, const uint8_t public[CRYPTO_BOX_KEY],
				 struct span message, uint8_t *out);
/* ERR_DENIED: not for this key, or changed. `out` gets box.n - CRYPTO_BOX_OVER octets. */
MUST_USE enum err crypto_box_take(const uint8_t public[CRYPTO_BOX_KEY],
				  const uint8_t secret[CRYPTO_BOX_KEY], struct span box,
				  uint8_t *out);

#define CRYPTO_SEAL_KEY	 32
#define CRYPTO_SEAL_OVER 40 /* nonce 24, tag 16 */

/* XChaCha20-Poly1305 with a random nonce, which stands first; `bound` is not in it but must
 * be the same when it is opened. `out`: plain.n + CRYPTO_SEAL_OVER. */
MUST_USE enum err crypto_seal(const struct env *env, const uint8_t key[CRYPTO_SEAL_KEY],
			      struct span bound, struct span plain, uint8_t *out);
/* ERR_DENIED. `out`: sealed.n - CRYPTO_SEAL_OVER. */
MUST_USE enum err crypto_unseal(const uint8_t key[CRYPTO_SEAL_KEY], struct span bound,
				struct span sealed, uint8_t *out);

/* scrypt, r 8, p 1: n octets from a passphrase. log2_n 15 takes 0.1 s and 32 MiB: for a job.
 * ERR_NOMEM; ERR_RANGE: log2_n is not 1 to 20. */
MUST_USE enum err crypto_passphrase(struct span passphrase, struct span salt, uint8_t log2_n,
				    uint8_t *out, size_t n);

#endif
