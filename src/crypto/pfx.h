/* pfx.h - a key and its certificate under a passphrase, as PKCS #12 (the PFX of digest
 * grouping 5): written with AES-256, PBKDF2 and HMAC-SHA-256, so that `openssl pkcs12` and
 * other tools read it. Takes about 0.2 s: for a job. */
#ifndef CRYPTO_PFX_H
#define CRYPTO_PFX_H

#include "crypto/crypto.h"

#define CRYPTO_PFX_MAX 16384

/* ERR_RANGE: too small a buffer, an empty passphrase; ERR_MALFORMED: the certificate is none,
 * or of another key; ERR_NOMEM. */
MUST_USE enum err crypto_pfx_make(struct crypto *c, const struct env *env,
				  const struct crypto_key *k, struct span cert,
				  struct span friendly, struct span passphrase, uint8_t *out,
				  size_t size, size_t *n);
/* *k is the caller's; the certificate goes to `cert`. ERR_DENIED: another passphrase;
 * ERR_MALFORMED, and so is one that asks for too much hashing; ERR_UNSUPPORTED: a key that p
 * has not; ERR_RANGE: too small a buffer; ERR_NOMEM. */
MUST_USE enum err crypto_pfx_open(struct crypto *c, const struct crypto_profile *p, struct span pfx,
				  struct span passphrase, struct crypto_key **k, uint8_t *cert,
				  size_t size, size_t *n);

#endif
