/* certs.h - for tests of certificates: keys and names of a root, members and an
 * identity, certificates of them, and changed ones signed again. */
#ifndef UNIT_CRYPTO_CERTS_H
#define UNIT_CRYPTO_CERTS_H

#include "crypto/cert_int.h"
#include "rig.h"

#define CERTS_KEYS 4

struct certs {
	struct rig rig;
	struct failing_env draw; /* random octets of what is issued */
	const struct crypto_profile *p;
	struct crypto_key *keys[CERTS_KEYS]; /* 0: the root's */
};

struct der {
	uint8_t octets[CRYPTO_CERT_MAX];
	size_t n;
};

void certs_init(struct certs *t, const struct crypto_profile *p);
void certs_fini(struct certs *t);

/* What a certificate of the i-th key says; peer names are name0, name1... A member is
 * under the one before. */
struct crypto_cert certs_root(const struct certs *t);
struct crypto_cert certs_member(const struct certs *t, size_t i);
struct crypto_cert certs_identity(const struct certs *t, size_t i);

struct span certs_issue(struct certs *t, size_t signer, const struct crypto_cert *what,
			struct der *out);

/* Changes a certificate in `d` and signs it again with the signer's key. */
typedef void certs_edit(struct crypto_tbs *t, const void *arg);
void certs_forge(struct certs *t, size_t signer, struct der *d, certs_edit *edit, const void *arg);

/* An extension, as an identifier and its value in hexadecimal; replaces the one that is
 * there; value NULL: takes it out. */
struct certs_extension {
	struct crypto_oid oid;
	bool critical;
	const char *value;
};
certs_edit certs_set_extension;
/* Adds another, whether there is one or not. */
certs_edit certs_add_extension;

/* Reads `octets`, from a copy whose end the sanitizer sees; *out only when OK. */
enum err certs_parse(struct certs *t, struct span octets, struct crypto_chain **out);
/* The same, and done with it. */
enum err certs_try(struct certs *t, struct span octets);

#endif
