/* AES-256-GCM and HKDF (CRYPTO-10). */
#include "crypto/aead.h"
#include "crypto/crypto_int.h"

#define SEALED_MAX ((size_t)1 << 30)
#define INFO_MAX   512
#define HKDF_MAX   255

static bool fits(const struct crypto_gcm *g, size_t n)
{
	return g->nonce.n == CRYPTO_GCM_NONCE && n <= SEALED_MAX && g->bound.n <= SEALED_MAX;
}

/* The key, the nonce and what is bound to it. */
static bool begin(struct crypto *c, const struct crypto_gcm *g, int seals)
{
	int n;
	return EVP_CipherInit_ex2(c->gcm_run, c->gcm, g->key, g->nonce.p, seals, NULL) &&
	       (!g->bound.n || EVP_CipherUpdate(c->gcm_run, NULL, &n, g->bound.p, (int)g->bound.n));
}

static bool work(struct crypto *c, struct span in, uint8_t *out)
{
	int n;
	return !in.n || EVP_CipherUpdate(c->gcm_run, out, &n, in.p, (int)in.n);
}

/* CRYPTO-10.1 */
enum err crypto_gcm_seal(struct crypto *c, const struct crypto_gcm *g, struct span plain,
			 uint8_t *out)
{
	if (!fits(g, plain.n))
		return ERR_RANGE;
	int n;
	uint8_t *tag = out + plain.n;
	ERR_set_mark();
	bool done = begin(c, g, 1) && work(c, plain, out) &&
		    EVP_CipherFinal_ex(c->gcm_run, tag, &n) &&
		    EVP_CIPHER_CTX_ctrl(c->gcm_run, EVP_CTRL_AEAD_GET_TAG, CRYPTO_GCM_TAG, tag);
	ERR_pop_to_mark();
	(void)EVP_CIPHER_CTX_reset(c->gcm_run);
	return done ? OK : ERR_UNSUPPORTED;
}

enum err crypto_gcm_open(struct crypto *c, const struct crypto_gcm *g, struct span sealed,
			 uint8_t *out)
{
	if (!fits(g, sealed.n))
		return ERR_RANGE;
	if (sealed.n < CRYPTO_GCM_TAG)
		return ERR_DENIED;
	uint8_t tag[CRYPTO_GCM_TAG], none[1];
	size_t n = sealed.n - sizeof tag;
	int last;
	memcpy(tag, sealed.p + n, sizeof tag);
	ERR_set_mark();
	bool done = begin(c, g, 0) && work(c, span_of(sealed.p, n), out) &&
		    EVP_CIPHER_CTX_ctrl(c->gcm_run, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) &&
		    EVP_CipherFinal_ex(c->gcm_run, none, &last) > 0;
	ERR_pop_to_mark();
	(void)EVP_CIPHER_CTX_reset(c->gcm_run);
	/* CRYPTO-10.2: what was not proved is shown to nobody. */
	if (!done && n)
		crypto_wipe(out, n);
	return done ? OK : ERR_DENIED;
}

/* The library takes its parameters as changeable octets, and reads them only. */
static void *octets(struct span s)
{
	return (void *)(uintptr_t)s.p;
}

/* CRYPTO-10.3 */
enum err crypto_hkdf(struct crypto *c, const struct crypto_hkdf *in, uint8_t *out, size_t n)
{
	static const char *const names[] = {
		[CRYPTO_HKDF_SHA256] = "SHA256", [CRYPTO_HKDF_SHA512] = "SHA512"
	};
	if (n == 0 || n > HKDF_MAX || in->info.n > INFO_MAX || in->secret.n == 0)
		return ERR_RANGE;
	ERR_set_mark();
	EVP_KDF_CTX *run = EVP_KDF_CTX_new(c->hkdf);
	char name[8];
	memcpy(name, names[in->hash], sizeof "SHA256");
	OSSL_PARAM p[5], *at = p;
	*at++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0);
	*at++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, octets(in->secret),
						  in->secret.n);
	if (in->salt.n)
		*at++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, octets(in->salt),
							  in->salt.n);
	if (in->info.n)
		*at++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, octets(in->info),
							  in->info.n);
	*at = OSSL_PARAM_construct_end();
	bool done = run && EVP_KDF_derive(run, out, n, p) > 0;
	EVP_KDF_CTX_free(run);
	ERR_pop_to_mark();
	return done ? OK : ERR_UNSUPPORTED;
}
