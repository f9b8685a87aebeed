/* cert.h - certificates of peers, issued and read, and chains of them.
 *
 * X.509 version 3 with the private extensions of peer networking (digests grouping 3
 * and 15, pnrp 7.8). What is read here is the form: a certificate that comes out of
 * crypto_chain_parse() has the algorithms and the key of its profile, all extensions
 * that its kind must have, and no critical one that is unknown. Who may give what to
 * whom, for how long and under which name is not judged here: pnrp and group do
 * that, each by its own rules; the one that both have, of classifiers, they find here. Times are wall time in microseconds. */
#ifndef CRYPTO_CERT_H
#define CRYPTO_CERT_H

#include "crypto/crypto.h"

#define CRYPTO_SERIAL	     16
#define CRYPTO_CERT_MAX	     8192  /* octets of one that is issued */
#define CRYPTO_CHAIN_MAX     65536 /* octets of a chain that is read */
#define CRYPTO_CHAIN_CERTS   25
#define CRYPTO_CERT_FRIENDLY 255			 /* characters */
#define CRYPTO_CERT_NAME     191			 /* characters of a peer name */
#define CRYPTO_CERT_FOREVER  INT64_C(253402300799000000) /* 9999-12-31T23:59:59Z */

enum crypto_cert_type { /* as on the wire */
	CRYPTO_CERT_MEMBER = 1,
	CRYPTO_CERT_ROOT = 2,
	CRYPTO_CERT_IDENTITY = 3,
};

/* A set. */
#define CRYPTO_ROLE_ADMIN   0x1u
#define CRYPTO_ROLE_INVITER 0x2u
#define CRYPTO_ROLE_MEMBER  0x4u
#define CRYPTO_ROLE_OTHER   0x8u /* one that we do not know; cannot be issued */

/* The role of these 16 octets, in either order (P15). */
unsigned int crypto_role_of_guid(const uint8_t *guid);

/* Extended key usages, a set. */
#define CRYPTO_USAGE_PEER   0x1u
#define CRYPTO_USAGE_SERVER 0x2u

/* What a certificate says; to read one and to issue one. All text is UTF-8, whatever
 * string type carried it. A span with p NULL is absent. */
struct crypto_cert {
	enum crypto_cert_type type;
	struct span public;  /* as the profile has it */
	struct span subject; /* friendly names: people read them, nothing trusts them */
	struct span issuer;
	struct span subject_name; /* peer name of who holds the key; never absent */
	struct span issuer_name;  /* of who signed; never absent in a member's */
	struct span group_name;	  /* peer name of the group */
	unsigned int roles;	  /* a member's: at least one */
	const struct span *classifiers;
	size_t classifier_count;
	int64_t not_before, not_after;

	/* Only of one that was read. */
	unsigned int usages;
	struct span serial;	/* CRYPTO_SERIAL octets */
	struct span issuer_key; /* authority key identifier; not checked */
	struct span der;	/* the whole */
	struct span signed_part;
	uint8_t signature[CRYPTO_SIGNATURE_MAX]; /* as the profile has it */
};

/* Issues one: `what` as above, signed with k; a serial is drawn. A root and an identity
 * are signed with their own key. ERR_RANGE: a text or a time that does not fit, too
 * small a buffer; ERR_MALFORMED: text that is no UTF-8, a key that is none; ERR_NOMEM. */
MUST_USE enum err crypto_cert_issue(struct crypto *c, const struct env *env,
				    const struct crypto_key *k, const struct crypto_cert *what,
				    uint8_t *out, size_t size, size_t *n);

/* One that was read: whether the key `issuer` signed it; its own, for a root or an
 * identity. ERR_DENIED; ERR_MALFORMED (the key is none). */
MUST_USE enum err crypto_cert_verify(struct crypto *c, const struct crypto_profile *p,
				     const struct crypto_cert *cert, struct span issuer);

/* A degenerate PKCS #7 that carries these certificates (DER), 1 to
 * CRYPTO_CHAIN_CERTS. ERR_RANGE: none, too many, too small a buffer; ERR_MALFORMED:
 * one is none; ERR_NOMEM. */
MUST_USE enum err crypto_chain_make(struct crypto *c, const struct span *certs, size_t count,
				    uint8_t *out, size_t size, size_t *n);

/* Certificates that belong together: a root and its members in order, each but the
 * first under the one before; or one alone. Owns all that its certificates point to. */
struct crypto_chain;

/* Reads a PKCS #7 (signers in it are ignored) or a bare certificate, in memory of the
 * context's env. Of several, exactly one is a root, and issuer names lead from it
 * through all others, each once; signatures are not checked: crypto_chain_verify().
 * ERR_MALFORMED, ERR_FULL (more than CRYPTO_CHAIN_CERTS), ERR_NOMEM. */
MUST_USE enum err crypto_chain_parse(struct crypto *c, const struct crypto_profile *p,
				     struct span octets, struct crypto_chain **out);
/* The same; where the certificates themselves are well-formed, but no chain, ERR_MALFORMED
 * and *order, which is GOOD otherwise. */
enum crypto_chain_order {
	CRYPTO_ORDER_GOOD,
	CRYPTO_ORDER_KIND,  /* an identity's among several */
	CRYPTO_ORDER_ROOT,  /* none, or more than one */
	CRYPTO_ORDER_TWICE, /* two of one subject */
	CRYPTO_ORDER_LINKS  /* issuer names lead to two from one, or not to all */
};
MUST_USE enum err crypto_chain_read(struct crypto *c, const struct crypto_profile *p,
				    struct span octets, struct crypto_chain **out,
				    enum crypto_chain_order *order);
void crypto_chain_free(struct crypto_chain *chain);
size_t crypto_chain_count(const struct crypto_chain *chain);
/* The i-th from the root, i below the count; lives as long as the chain. */
const struct crypto_cert *crypto_chain_cert(const struct crypto_chain *chain, size_t i);
/* The first is signed with its own key, each other with that of the one before.
 * ERR_DENIED. */
MUST_USE enum err crypto_chain_verify(struct crypto *c, const struct crypto_profile *p,
				      const struct crypto_chain *chain);

/* Whether a certificate with `child` may stand below one with `parent` (digests grouping 4.2,
 * pnrp 7.8). An empty list is every classifier; a root has it. */
bool crypto_classifiers_allowed(const struct span *parent, size_t n_parent,
				const struct span *child, size_t n_child, unsigned int child_roles);

#endif
