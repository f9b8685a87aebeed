/* RSA of 1,024 bits, e 65537, PKCS #1 v1.5 over SHA-1: keys as RSAPublicKey,
 * signatures as RFC 8017 has them (CRYPTO-3.2). Old cryptography for old peers. */
#include "crypto/crypto_int.h"

#define BITS	 1024
#define MODULUS	 (BITS / 8)
#define EXPONENT 65537

/* An RSAPublicKey of 140 octets: this, a modulus with its top bit set, that. */
static const uint8_t head[] = { 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00 };
static const uint8_t tail[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

static bool rsa_kind(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, BITS) > 0;
}

static bool rsa_padding(EVP_PKEY_CTX *ctx, const EVP_MD *md)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	       (!md || EVP_PKEY_CTX_set_signature_md(ctx, md) > 0);
}

static bool rsa_public_of(const EVP_PKEY *pkey, uint8_t *out)
{
	BIGNUM *n = NULL, *e = NULL;
	bool ok = EVP_PKEY_is_a(pkey, "RSA") &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) > 0 &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) > 0 &&
		  BN_num_bits(n) == BITS && BN_is_word(e, EXPONENT) &&
		  BN_bn2binpad(n, out + sizeof head, MODULUS) == MODULUS;
	BN_free(n);
	BN_free(e);
	if (!ok)
		return false;
	memcpy(out, head, sizeof head);
	memcpy(out + sizeof head + MODULUS, tail, sizeof tail);
	return true;
}

static bool rsa_is_public(const uint8_t *public)
{
	const uint8_t *modulus = public + sizeof head;
	return memcmp(public, head, sizeof head) == 0 && modulus[0] & 0x80 &&
	       memcmp(modulus + MODULUS, tail, sizeof tail) == 0;
}

static EVP_PKEY *public_key(EVP_PKEY_CTX *maker, const uint8_t *modulus)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params = NULL;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, MODULUS, NULL);
	if (b && n && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_uint(b, OSSL_PKEY_PARAM_RSA_E, EXPONENT))
		params = OSSL_PARAM_BLD_to_param(b);
	if (params && EVP_PKEY_fromdata(maker, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	return pkey;
}

static bool rsa_point(OSSL_LIB_CTX *lib, struct crypto_checker *k, struct span public)
{
	const uint8_t *modulus = public.p + sizeof head;
	EVP_PKEY_CTX_free(k->ctx);
	EVP_PKEY_free(k->pkey);
	k->ctx = NULL;
	k->pkey = public_key(k->maker, modulus);
	if (k->pkey)
		k->ctx = EVP_PKEY_CTX_new_from_pkey(lib, k->pkey, NULL);
	return k->ctx && EVP_PKEY_verify_init(k->ctx) > 0;
}

static bool rsa_to_wire(const uint8_t *der, size_t n, uint8_t *signature)
{
	if (n != MODULUS)
		return false;
	memcpy(signature, der, n);
	return true;
}

static bool rsa_from_wire(const uint8_t *signature, uint8_t *der, size_t *n)
{
	memcpy(der, signature, MODULUS);
	*n = MODULUS;
	return true;
}

const struct crypto_scheme crypto_scheme_rsa = {
	.digest = "SHA1",
	.fingerprint = "MD5",
	.key_type = "RSA",
	.kind = rsa_kind,
	.padding = rsa_padding,
	.public_of = rsa_public_of,
	.is_public = rsa_is_public,
	.point = rsa_point,
	.to_wire = rsa_to_wire,
	.from_wire = rsa_from_wire,
	.either_order = true,
	.bare = true,
	.cert_version = { 1, 0, 2, 0 },
	.cert_algorithm = { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5 } },
	.cert_parameters = V_ASN1_NULL,
	.strings = B_ASN1_UNIVERSALSTRING,
	.spki_head = { 0x30, 0x81, 0x9f, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
		       0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x81, 0x8d, 0x00 },
	.spki_head_size = 22,
	/* Forward secrecy where the other side can; it cannot split a record into two. */
	.tls = { .version_min = TLS1_VERSION,
		 .version_max = 0,
		 .level = 0,
		 .ciphers = "ALL:!aNULL:!eNULL:!PSK:!SRP:+kRSA",
		 .suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
			   "TLS_CHACHA20_POLY1305_SHA256",
		 .groups = "X25519:P-256:P-384",
		 .signatures = "rsa_pss_rsae_sha256:RSA+SHA256:RSA+SHA1",
		 .options = SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS },
};
