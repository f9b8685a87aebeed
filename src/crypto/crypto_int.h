/* crypto_int.h - what the files of this folder share: the context's insides, the
 * row of functions behind a profile, the lending of random octets. */
#ifndef CRYPTO_CRYPTO_INT_H
#define CRYPTO_CRYPTO_INT_H

#include "crypto/crypto.h"
#include "crypto/openssl.h"

#define CRYPTO_DER_SIGNATURE_MAX 128 /* as the library has it, whatever the profile */

#define CRYPTO_SPKI_HEAD_MAX 32
#define CRYPTO_OID_MAX	     12

struct crypto_checker;

/* An object identifier as its content octets. */
struct crypto_oid {
	uint8_t n;
	uint8_t octets[CRYPTO_OID_MAX];
};

/* What TLS under a profile may speak (tls_context.c); lists as the library reads them. */
struct crypto_tls_rules {
	int version_min, version_max; /* 0: the newest */
	int level;		      /* of security, as the library counts it */
	const char *ciphers;	      /* before TLS 1.3 */
	const char *suites;	      /* of it */
	const char *groups, *signatures;
	uint64_t options;
};

/* What a profile's keys and signatures are to the library. The functions return
 * false where the library has no memory or the input is not of this kind. */
struct crypto_scheme {
	const char *digest;
	const char *fingerprint; /* the digest of crypto_fingerprint() */
	const char *key_type;
	/* Tells ctx, ready to make keys, which kind is wanted. */
	bool (*kind)(EVP_PKEY_CTX *ctx);
	/* Tells ctx, ready to sign or to verify, how it is done; md NULL: what is signed is
	 * a digest, and which is not said. */
	bool (*padding)(EVP_PKEY_CTX *ctx, const EVP_MD *md);
	/* The public half as names and CPAs carry it; false: not of this profile. */
	bool (*public_of)(const EVP_PKEY *pkey, uint8_t *out);
	/* Whether octets of the profile's size have the form of its public keys. */
	bool (*is_public)(const uint8_t *public);
	/* Points the checker at another public key, which has that form. */
	bool (*point)(OSSL_LIB_CTX *lib, struct crypto_checker *k, struct span public);
	/* A signature of the library, n octets, as the wire has it, and back. */
	bool (*to_wire)(const uint8_t *der, size_t n, uint8_t *signature);
	bool (*from_wire)(const uint8_t *signature, uint8_t *der, size_t *n);
	/* Old makers write a signature's octets backwards: take that too. */
	bool either_order;
	/* A digest is signed without a word of which it is, by a signer of its own. */
	bool bare;
	/* Certificates: version, signature algorithm with the type of its parameters,
	 * string types, what stands before a public key in a SubjectPublicKeyInfo. */
	uint8_t cert_version[4];
	struct crypto_oid cert_algorithm;
	int cert_parameters;
	unsigned long strings;
	uint8_t spki_head[CRYPTO_SPKI_HEAD_MAX];
	size_t spki_head_size;
	struct crypto_tls_rules tls;
};

extern const struct crypto_scheme crypto_scheme_ecdsa, crypto_scheme_rsa;
/* NULL where crypto_profile() is NULL. */
const struct crypto_scheme *crypto_scheme(enum crypto_profile_id id);

/* Verifies under one public key at a time: the last one used. */
struct crypto_checker {
	EVP_PKEY_CTX *maker; /* of public keys, where a key cannot be replaced in place */
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *ctx;
	bool pointed;
	uint8_t public[CRYPTO_PUBLIC_MAX];
};

/* Where the library draws its random octets: lives in the library, which asks it
 * through a provider of ours (random.c). No env: nothing to draw, the call fails. */
struct crypto_source {
	const struct env *env;
};

/* A whole certificate as the library has it, in the context's library context. NULL: it is
 * none, or there is no memory. */
X509 *crypto_x509_read(struct crypto *c, struct span der);

/* What was found good, by hash: sets of a few places, the newest in front. */
#define CRYPTO_MEMO_WAYS  4
#define CRYPTO_MEMO_CERTS 256
struct crypto_memo {
	uint8_t (*sets)[CRYPTO_MEMO_WAYS][CRYPTO_HASH_MAX];
	size_t count; /* of sets */
};

/* What a profile needs of the library, fetched once. */
struct crypto_tools {
	EVP_MD *md, *fingerprint;
	EVP_PKEY_CTX *maker;
	struct crypto_checker checker;
	SSL_CTX *tls; /* NULL until a connection wants it */
};

struct crypto {
	const struct env *env;
	OSSL_LIB_CTX *lib;
	OSSL_PROVIDER *builtin, *random;
	struct crypto_source *source;
	EVP_MD_CTX *hash;
	EVP_CIPHER *gcm; /* AES-256-GCM, and where it runs */
	EVP_CIPHER_CTX *gcm_run;
	EVP_KDF *hkdf;
	BIO_METHOD *octets; /* of all connections; NULL until one wants it */
	struct crypto_tools tools[CRYPTO_PROFILE_COUNT];
	struct crypto_memo memo;
	struct crypto_memo certs; /* of signatures of certificates */
};

/* Octets that somebody owns. */
struct crypto_octets {
	uint8_t *p;
	size_t n, size;
};
/* Room for `size` octets, what was there is lost. A buffer that a long record left behind is
 * given back for a short one, so that an idle connection holds little. */
MUST_USE enum err crypto_octets_room(const struct env *env, struct crypto_octets *o, size_t size);
MUST_USE enum err crypto_octets_add(const struct env *env, struct crypto_octets *o, struct span s);
/* Overwrites and gives back. */
void crypto_octets_free(const struct env *env, struct crypto_octets *o);

/* The certificate that a key was last shown with: to read one takes longer than to sign. */
struct crypto_own {
	X509 *cert;
	struct crypto_octets der;
};

struct crypto_key {
	const struct env *env;
	const struct crypto_profile *profile;
	EVP_PKEY_CTX *signer;
	EVP_PKEY_CTX *bare; /* signs a digest as it is; NULL: `signer` does */
	struct crypto_own *own;
	uint8_t public[CRYPTO_PUBLIC_MAX];
};

/* Makes `lib` draw from the source it returns and from nothing else; *provider is
 * to be unloaded before lib is freed. NULL: the library refuses. */
struct crypto_source *crypto_source_new(OSSL_LIB_CTX *lib, OSSL_PROVIDER **provider);
/* The library may draw from env until it is given back. */
void crypto_lend(struct crypto *c, const struct env *env);
void crypto_give_back(struct crypto *c);

/* The whole hash, p->hash_size octets. */
void crypto_digest(struct crypto *c, const struct crypto_profile *p, const struct span *parts,
		   size_t n, uint8_t *out);

struct crypto_public {
	const struct env *env;
	const struct crypto_profile *profile;
	struct crypto_checker checker; /* its maker is the context's */
};

/* A digest signed by `signer`, which is one of k's. ERR_NOMEM. */
MUST_USE enum err crypto_signature_make(struct crypto *c, const struct env *env,
					const struct crypto_key *k, EVP_PKEY_CTX *signer,
					struct span digest, uint8_t *signature);
/* Whether ctx, ready to verify under a key of p, finds it good. */
bool crypto_signature_good(const struct crypto_profile *p, EVP_PKEY_CTX *ctx, struct span digest,
			   const uint8_t *signature);

/* What a signature was over: 32 octets may be a message, too. */
enum crypto_memo_kind {
	CRYPTO_MEMO_MESSAGE,
	CRYPTO_MEMO_DIGEST
};
/* The name under which a check is remembered. */
struct crypto_memo_name {
	uint8_t octets[CRYPTO_HASH_MAX];
};
void crypto_memo_name(struct crypto *c, enum crypto_memo_kind kind, const struct crypto_profile *p,
		      struct span public, struct span signed_, struct span signature,
		      struct crypto_memo_name *name);
/* Of c->memo; false: nothing is remembered there and `name` is not filled. */
bool crypto_memo_named(struct crypto *c, enum crypto_memo_kind kind, const struct crypto_profile *p,
		       struct span public, struct span signed_, struct span signature,
		       struct crypto_memo_name *name);
/* Places for n; what was in it stays without memory. ERR_NOMEM. */
MUST_USE enum err crypto_memo_size(struct crypto *c, struct crypto_memo *m, size_t n);
bool crypto_memo_has(struct crypto_memo *m, const struct crypto_memo_name *name);
void crypto_memo_add(struct crypto_memo *m, const struct crypto_memo_name *name);

#endif
