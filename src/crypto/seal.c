/* Boxes, seals and passphrases, and memory for secrets. */
#include "crypto/seal.h"
#include "crypto/libsodium.h"

_Static_assert(CRYPTO_BOX_KEY == crypto_box_PUBLICKEYBYTES &&
		       CRYPTO_BOX_KEY == crypto_box_SECRETKEYBYTES &&
		       CRYPTO_BOX_OVER == crypto_box_SEALBYTES,
	       "sizes of a box");
_Static_assert(CRYPTO_BOX_SEED == crypto_box_SEEDBYTES, "size of a seed");
_Static_assert(CRYPTO_SEAL_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
		       CRYPTO_SEAL_OVER == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
						   crypto_aead_xchacha20poly1305_ietf_ABYTES,
	       "sizes of a seal");

#define NONCE	    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SCRYPT_R    8
#define SCRYPT_P    1
#define SCRYPT_MOST 20 /* 1 GiB: what a stranger's document may make us ask for */

void *crypto_secret_new(size_t n)
{
	return crypto_sodium_ready() ? sodium_malloc(n) : NULL;
}

void crypto_secret_free(void *p)
{
	sodium_free(p);
}

bool crypto_locked(void)
{
	void *p = crypto_secret_new(1);
	/* To lock again what is locked changes nothing, and tells whether it can be. */
	bool locked = p && sodium_mlock(p, 1) == 0;
	crypto_secret_free(p);
	return locked;
}

enum err crypto_box_from(const uint8_t seed[CRYPTO_BOX_SEED], uint8_t public[CRYPTO_BOX_KEY],
			 uint8_t secret[CRYPTO_BOX_KEY])
{
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	return crypto_box_seed_keypair(public, secret, seed) == 0 ? OK : ERR_UNSUPPORTED;
}

enum err crypto_box_make(const struct env *env, uint8_t public[CRYPTO_BOX_KEY],
			 uint8_t secret[CRYPTO_BOX_KEY])
{
	uint8_t seed[CRYPTO_BOX_SEED];
	env_secret(env, seed, sizeof seed);
	enum err e = crypto_box_from(seed, public, secret);
	crypto_wipe(seed, sizeof seed);
	return e;
}

/* The nonce of a sealed box follows from its two keys. */
static void box_nonce(const uint8_t *once, const uint8_t *public,
		      uint8_t nonce[crypto_box_NONCEBYTES])
{
	crypto_generichash_state s;
	(void)crypto_generichash_init(&s, NULL, 0, crypto_box_NONCEBYTES);
	(void)crypto_generichash_update(&s, once, CRYPTO_BOX_KEY);
	(void)crypto_generichash_update(&s, public, CRYPTO_BOX_KEY);
	(void)crypto_generichash_final(&s, nonce, crypto_box_NONCEBYTES);
}

/* A sealed box of the library, which would draw the key of it by itself: a public key made
 * for this box alone, then what crypto_box makes of the message under it. */
enum err crypto_box_put(const struct env *env, const uint8_t public[CRYPTO_BOX_KEY],
			struct span message, uint8_t *out)
{
	uint8_t secret[CRYPTO_BOX_KEY], nonce[crypto_box_NONCEBYTES], once[CRYPTO_BOX_KEY];
	enum err e = crypto_box_make(env, once, secret);
	if (e)
		return e;
	box_nonce(once, public, nonce);
	int sealed =
		crypto_box_easy(out + CRYPTO_BOX_KEY, message.p, message.n, nonce, public, secret);
	crypto_wipe(secret, sizeof secret);
	if (sealed != 0)
		return ERR_MALFORMED;
	memcpy(out, once, sizeof once);
	return OK;
}

enum err crypto_box_take(const uint8_t public[CRYPTO_BOX_KEY], const uint8_t secret[CRYPTO_BOX_KEY],
			 struct span box, uint8_t *out)
{
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	return crypto_box_seal_open(out, box.p, box.n, public, secret) == 0 ? OK : ERR_DENIED;
}

enum err crypto_seal(const struct env *env, const uint8_t key[CRYPTO_SEAL_KEY], struct span bound,
		     struct span plain, uint8_t *out)
{
	uint8_t nonce[NONCE];
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	env->random(env->ctx, nonce, sizeof nonce);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, plain.p, plain.n,
							 bound.p, bound.n, NULL, nonce, key);
	memcpy(out, nonce, sizeof nonce);
	return OK;
}

enum err crypto_unseal(const uint8_t key[CRYPTO_SEAL_KEY], struct span bound, struct span sealed,
		       uint8_t *out)
{
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	if (sealed.n < CRYPTO_SEAL_OVER)
		return ERR_DENIED;
	int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p + NONCE,
								sealed.n - NONCE, bound.p, bound.n,
								sealed.p, key);
	return opened == 0 ? OK : ERR_DENIED;
}

enum err crypto_passphrase(struct span passphrase, struct span salt, uint8_t log2_n, uint8_t *out,
			   size_t n)
{
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	if (log2_n == 0 || log2_n > SCRYPT_MOST)
		return ERR_RANGE;
	int made = crypto_pwhash_scryptsalsa208sha256_ll(passphrase.p, passphrase.n, salt.p, salt.n,
							 UINT64_C(1) << log2_n, SCRYPT_R, SCRYPT_P,
							 out, n);
	return made == 0 ? OK : ERR_NOMEM;
}
