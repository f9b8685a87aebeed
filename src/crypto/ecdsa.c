/* ECDSA over P-256: keys as SubjectPublicKeyInfo, signatures r || s (CRYPTO-3.1). */
#include "crypto/crypto_int.h"

#define GROUP	   "prime256v1"
#define COORDINATE 32
#define POINT	   (1 + 2 * COORDINATE)

/* What stands before the point in a SubjectPublicKeyInfo: id-ecPublicKey,
 * prime256v1, a bit string of 66 octets with no unused bits. */
static const uint8_t prefix[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				  0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
				  0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };

static bool ec_kind(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_group_name(ctx, GROUP) > 0;
}

static bool ec_padding(EVP_PKEY_CTX *ctx, const EVP_MD *md)
{
	return true;
}

static bool coordinate(const EVP_PKEY *pkey, const char *which, uint8_t *out)
{
	BIGNUM *v = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, which, &v) > 0 &&
		  BN_bn2binpad(v, out, COORDINATE) == COORDINATE;
	BN_free(v);
	return ok;
}

static bool ec_public_of(const EVP_PKEY *pkey, uint8_t *out)
{
	char group[sizeof GROUP];
	size_t n;
	if (!EVP_PKEY_is_a(pkey, "EC") ||
	    EVP_PKEY_get_group_name(pkey, group, sizeof group, &n) <= 0 ||
	    memcmp(group, GROUP, sizeof group) != 0)
		return false;
	memcpy(out, prefix, sizeof prefix);
	uint8_t *point = out + sizeof prefix;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	return coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_X, point + 1) &&
	       coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, point + 1 + COORDINATE);
}

static bool ec_is_public(const uint8_t *public)
{
	return memcmp(public, prefix, sizeof prefix) == 0 &&
	       public[sizeof prefix] == POINT_CONVERSION_UNCOMPRESSED;
}

/* A key of the group with no point yet: to set a point in it costs a twentieth of
 * making a key (its group is costly), so the checker keeps it for good. */
static bool ec_begin(OSSL_LIB_CTX *lib, struct crypto_checker *k)
{
	char group[] = GROUP;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_end(),
	};
	if (EVP_PKEY_fromdata(k->maker, &k->pkey, EVP_PKEY_KEY_PARAMETERS, params) <= 0)
		return false;
	k->ctx = EVP_PKEY_CTX_new_from_pkey(lib, k->pkey, NULL);
	return k->ctx != NULL;
}

static bool ec_point(OSSL_LIB_CTX *lib, struct crypto_checker *k, struct span public)
{
	if (!k->ctx && !ec_begin(lib, k))
		return false;
	return EVP_PKEY_set1_encoded_public_key(k->pkey, public.p + sizeof prefix, POINT) > 0 &&
	       EVP_PKEY_verify_init(k->ctx) > 0;
}

static bool ec_to_wire(const uint8_t *der, size_t n, uint8_t *signature)
{
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);
	if (!s)
		return false;
	bool ok =
		BN_bn2binpad(ECDSA_SIG_get0_r(s), signature, COORDINATE) == COORDINATE &&
		BN_bn2binpad(ECDSA_SIG_get0_s(s), signature + COORDINATE, COORDINATE) == COORDINATE;
	ECDSA_SIG_free(s);
	return ok;
}

static bool ec_from_wire(const uint8_t *signature, uint8_t *der, size_t *n)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn(signature + COORDINATE, COORDINATE, NULL);
	int size = 0;
	if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
		r = s = NULL; /* they are the signature's now */
		size = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	*n = size > 0 ? (size_t)size : 0;
	return size > 0;
}

const struct crypto_scheme crypto_scheme_ecdsa = {
	.digest = "SHA2-256",
	.fingerprint = "SHA2-256",
	.key_type = "EC",
	.kind = ec_kind,
	.padding = ec_padding,
	.public_of = ec_public_of,
	.is_public = ec_is_public,
	.point = ec_point,
	.to_wire = ec_to_wire,
	.from_wire = ec_from_wire,
	.either_order = false,
	.cert_version = { 2, 0, 0, 0 },
	.cert_algorithm = { 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 } },
	.cert_parameters = V_ASN1_UNDEF,
	.strings = B_ASN1_UTF8STRING,
	.spki_head_size = 0, /* a public key is one already */
	.tls = { .version_min = TLS1_3_VERSION,
		 .version_max = TLS1_3_VERSION,
		 .level = 2,
		 .ciphers = "ECDHE+AESGCM", /* the library wants some */
		 .suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
			   "TLS_CHACHA20_POLY1305_SHA256",
		 .groups = "X25519:P-256",
		 .signatures = "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256" },
};
