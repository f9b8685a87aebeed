/* aead.h - AES-256-GCM, and keys derived from keys by HKDF (DESIGN D5, D19; digest grouping
 * 15): OpenSSL's. Nothing is drawn here: a nonce is the caller's, and one that comes twice
 * under one key gives both texts away. */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include "crypto/crypto.h"

#define CRYPTO_GCM_KEY	 32
#define CRYPTO_GCM_NONCE 12
#define CRYPTO_GCM_TAG	 16 /* behind what is sealed */

struct crypto_gcm {
	uint8_t key[CRYPTO_GCM_KEY]; /* for its owner to wipe */
	struct span nonce;	     /* CRYPTO_GCM_NONCE octets */
	struct span bound;	     /* not in it, but the same when it is opened */
};
/* `out` gets plain.n + CRYPTO_GCM_TAG octets; it may be plain's own. ERR_RANGE: above 1 GiB, or
 * a nonce of another size; ERR_UNSUPPORTED: the library refuses. */
MUST_USE enum err crypto_gcm_seal(struct crypto *c, const struct crypto_gcm *g, struct span plain,
				  uint8_t *out);
/* `out` gets sealed.n - CRYPTO_GCM_TAG octets, zeros where it fails. ERR_DENIED: another key,
 * nonce or binding, or it was changed; ERR_RANGE as above. */
MUST_USE enum err crypto_gcm_open(struct crypto *c, const struct crypto_gcm *g, struct span sealed,
				  uint8_t *out);

enum crypto_hkdf_hash {
	CRYPTO_HKDF_SHA256,
	CRYPTO_HKDF_SHA512
};
struct crypto_hkdf {
	enum crypto_hkdf_hash hash;
	struct span secret, salt, info; /* salt and info: may be empty; info: 512 at most */
};
/* RFC 5869, extract and expand: n octets, 1 to 255. ERR_RANGE; ERR_UNSUPPORTED. */
MUST_USE enum err crypto_hkdf(struct crypto *c, const struct crypto_hkdf *in, uint8_t *out,
			      size_t n);

#endif
