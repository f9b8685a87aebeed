/* A certificate taken apart (CRYPTO-4.1). */
#include "crypto/cert_int.h"

#define FRIENDLY_READ (2 * CRYPTO_CERT_FRIENDLY) /* others are given more room */
#define VERSION_3     2
#define SECOND	      INT64_C(1000000)
#define DAY	      (86400 * SECOND)

/* The serial's content octets, whatever its sign: some makers set the top bit. */
static enum err read_serial(struct arena *a, const ASN1_INTEGER *serial, struct span *out)
{
	unsigned char *der = NULL;
	int n = i2d_ASN1_INTEGER(serial, &der);
	enum err e = ERR_MALFORMED;
	if (n == 2 + CRYPTO_SERIAL)
		e = crypto_keep(a, span_of(der + 2, CRYPTO_SERIAL), out);
	OPENSSL_free(der);
	return e;
}

static bool is_algorithm(const X509_ALGOR *a, const struct crypto_scheme *s)
{
	const ASN1_OBJECT *object = NULL;
	int type = 0;
	X509_ALGOR_get0(&object, &type, NULL, a);
	return (type == V_ASN1_UNDEF || type == V_ASN1_NULL) &&
	       crypto_oid_is(object, &s->cert_algorithm);
}

/* The common name, if there is one. */
static enum err read_friendly(struct arena *a, const X509_NAME *name, struct span *out)
{
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		if (crypto_oid_is(X509_NAME_ENTRY_get_object(e), &crypto_oid_common_name))
			return crypto_text_read(a, X509_NAME_ENTRY_get_data(e), FRIENDLY_READ, out);
	}
	return OK;
}

static enum err read_time(const ASN1_TIME *epoch, const ASN1_TIME *t, int64_t *out)
{
	int days, seconds;
	if (!ASN1_TIME_diff(&days, &seconds, epoch, t))
		return ERR_MALFORMED;
	*out = days * DAY + seconds * SECOND;
	return OK;
}

static enum err read_validity(const X509_VAL *v, struct crypto_cert *out)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	if (!epoch)
		return ERR_NOMEM;
	enum err e = read_time(epoch, v->notBefore, &out->not_before);
	if (!e)
		e = read_time(epoch, v->notAfter, &out->not_after);
	ASN1_TIME_free(epoch);
	return e;
}

static enum err read_key(const struct crypto_profile *p, struct arena *a, const ASN1_STRING *key,
			 struct span *out)
{
	const struct crypto_scheme *s = crypto_scheme(p->id);
	struct span spki = span_of(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key));
	if (spki.n != s->spki_head_size + p->public_size ||
	    memcmp(spki.p, s->spki_head, s->spki_head_size) != 0)
		return ERR_MALFORMED;
	struct span public = span_of(spki.p + s->spki_head_size, p->public_size);
	return s->is_public(public.p) ? crypto_keep(a, public, out) : ERR_MALFORMED;
}

static bool has_form(const struct crypto_tbs *t, const struct crypto_scheme *s)
{
	return t->version && ASN1_INTEGER_get(t->version) == VERSION_3 && !t->issuer_id &&
	       !t->subject_id && is_algorithm(t->algorithm, s);
}

static enum err read_tbs(const struct crypto_profile *p, struct arena *a,
			 const struct crypto_tbs *t, struct crypto_cert *out)
{
	if (!has_form(t, crypto_scheme(p->id)))
		return ERR_MALFORMED;
	enum err e = read_serial(a, t->serial, &out->serial);
	if (!e)
		e = read_key(p, a, t->key, &out->public);
	if (!e)
		e = read_validity(t->validity, out);
	if (!e)
		e = read_friendly(a, t->issuer, &out->issuer);
	if (!e)
		e = read_friendly(a, t->subject, &out->subject);
	if (!e)
		e = crypto_extensions_read(p, a, t->extensions, out);
	return e;
}

/* In the one way that we would write it: what surrounds the signed part is signed by
 * nobody, and one certificate shall not have several forms. */
static bool is_canonical(const struct crypto_scheme *s, struct span signature, const uint8_t *wire)
{
	uint8_t der[CRYPTO_DER_SIGNATURE_MAX];
	size_t n;
	return s->from_wire(wire, der, &n) && span_eq(span_of(der, n), signature);
}

static enum err read_signature(const struct crypto_scheme *s, const struct crypto_x509 *x,
			       struct crypto_cert *out)
{
	struct span der = span_of(ASN1_STRING_get0_data(x->signature),
				  (size_t)ASN1_STRING_length(x->signature));
	if (!is_algorithm(x->algorithm, s) || x->signature->flags & 7 ||
	    !s->to_wire(der.p, der.n, out->signature) || !is_canonical(s, der, out->signature))
		return ERR_MALFORMED;
	return OK;
}

static enum err read_parts(const struct crypto_profile *p, struct arena *a,
			   const struct crypto_x509 *x, struct crypto_cert *out)
{
	enum err e = read_signature(crypto_scheme(p->id), x, out);
	if (e)
		return e;
	struct span tbs =
		span_of(ASN1_STRING_get0_data(x->tbs), (size_t)ASN1_STRING_length(x->tbs));
	e = crypto_keep(a, tbs, &out->signed_part);
	if (e)
		return e;
	struct crypto_tbs *t = crypto_item_read(tbs, crypto_tbs_item());
	e = ERR_MALFORMED;
	if (t && X509_ALGOR_cmp(t->algorithm, x->algorithm) == 0)
		e = read_tbs(p, a, t, out);
	ASN1_item_free((ASN1_VALUE *)t, crypto_tbs_item());
	return e;
}

/* Lengths as short as they can be, in what nobody signs. */
static bool is_der(const struct crypto_x509 *x, struct span octets)
{
	unsigned char *der = NULL;
	int n = ASN1_item_i2d((const ASN1_VALUE *)x, &der, crypto_x509_item());
	bool same = n > 0 && span_eq(span_of(der, (size_t)n), octets);
	OPENSSL_free(der);
	return same;
}

enum err crypto_cert_read(const struct crypto_profile *p, struct arena *a, struct span der,
			  struct crypto_cert *out)
{
	*out = (struct crypto_cert){ 0 };
	enum err e = crypto_keep(a, der, &out->der);
	if (e)
		return e;
	struct crypto_x509 *x = crypto_item_read(der, crypto_x509_item());
	e = x && is_der(x, der) ? read_parts(p, a, x, out) : ERR_MALFORMED;
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
	return e;
}

/* CRYPTO-5.7 */
enum err crypto_cert_verify(struct crypto *c, const struct crypto_profile *p,
			    const struct crypto_cert *cert, struct span issuer)
{
	struct span signature = span_of(cert->signature, p->signature_size);
	struct crypto_memo_name name;
	if (issuer.n != p->public_size)
		return ERR_MALFORMED;
	crypto_memo_name(c, CRYPTO_MEMO_MESSAGE, p, issuer, cert->signed_part, signature, &name);
	if (crypto_memo_has(&c->certs, &name))
		return OK;
	enum err e = crypto_verify(c, p, issuer, cert->signed_part, signature);
	if (!e)
		crypto_memo_add(&c->certs, &name);
	return e;
}
