/* cert_int.h - what reading and issuing of certificates share: their ASN.1, the
 * extensions, one row each. The library's own certificate type is not used: it
 * decodes each key as it reads, which takes longer than two checks of a signature,
 * and asks the process's default context for it. */
#ifndef CRYPTO_CERT_INT_H
#define CRYPTO_CERT_INT_H

#include "base/arena.h"
#include "crypto/cert.h"
#include "crypto/crypto_int.h"

/* What is signed. */
struct crypto_tbs {
	ASN1_INTEGER *version; /* NULL: version 1 */
	ASN1_INTEGER *serial;
	X509_ALGOR *algorithm;
	X509_NAME *issuer;
	X509_VAL *validity;
	X509_NAME *subject;
	ASN1_STRING *key;			 /* the whole SubjectPublicKeyInfo */
	ASN1_BIT_STRING *issuer_id, *subject_id; /* NULL: none */
	STACK_OF(X509_EXTENSION) * extensions;
};

struct crypto_x509 {
	ASN1_STRING *tbs; /* the whole, as it was signed */
	X509_ALGOR *algorithm;
	ASN1_BIT_STRING *signature;
};

struct crypto_signed_data {
	ASN1_INTEGER *version;
	ASN1_TYPE *digests;
	ASN1_TYPE *content;
	STACK_OF(ASN1_TYPE) * certs; /* NULL: none */
	STACK_OF(ASN1_TYPE) * crls;
	ASN1_TYPE *signers;
};

struct crypto_content {
	ASN1_OBJECT *type;
	struct crypto_signed_data *data;
};

const ASN1_ITEM *crypto_tbs_item(void);
const ASN1_ITEM *crypto_x509_item(void);
const ASN1_ITEM *crypto_content_item(void);

/* Reads all of s as one value of that kind; NULL: it is none. */
void *crypto_item_read(struct span s, const ASN1_ITEM *item);

/* Its DER. ERR_RANGE: too small a buffer; ERR_NOMEM. */
MUST_USE enum err crypto_der_out(const void *value, const ASN1_ITEM *item, uint8_t *out,
				 size_t size, size_t *n);

bool crypto_oid_is(const ASN1_OBJECT *object, const struct crypto_oid *oid);
/* NULL without memory. */
ASN1_OBJECT *crypto_oid_object(const struct crypto_oid *oid);
extern const struct crypto_oid crypto_oid_common_name;

/* Text as UTF-8 in an arena, without the terminator that some makers count in; at most
 * `max` characters. ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err crypto_text_read(struct arena *a, const ASN1_STRING *s, size_t max,
				   struct span *out);
/* The reverse, as one of the string types in `mask` (B_ASN1_...). ERR_RANGE,
 * ERR_MALFORMED. */
MUST_USE enum err crypto_text_make(struct span utf8, size_t max, unsigned long mask,
				   ASN1_STRING **out);
/* A copy in the arena, never at NULL. ERR_NOMEM. */
MUST_USE enum err crypto_keep(struct arena *a, struct span s, struct span *out);

/* Extensions (cert_ext.c). */

/* Fills what of `cert` stands in extensions. ERR_MALFORMED: one is not well-formed or
 * stands twice, a critical one is unknown, one is missing that the kind must have. */
MUST_USE enum err crypto_extensions_read(const struct crypto_profile *p, struct arena *a,
					 const STACK_OF(X509_EXTENSION) * list,
					 struct crypto_cert *cert);
/* Adds to `list` all that a certificate like `what` has. `issuer_key`: the authority
 * key identifier. ERR_RANGE, ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err crypto_extensions_make(const struct crypto_profile *p,
					 const struct crypto_cert *what, struct span issuer_key,
					 STACK_OF(X509_EXTENSION) * list);

/* One certificate; `out` points into the arena. ERR_MALFORMED, ERR_NOMEM. */
MUST_USE enum err crypto_cert_read(const struct crypto_profile *p, struct arena *a, struct span der,
				   struct crypto_cert *out);

#endif
