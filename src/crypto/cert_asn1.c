/* The shapes of certificates and of their carrier, and text and identifiers in them
 * (CRYPTO-4.5). */
#include "crypto/cert_int.h"

ASN1_SEQUENCE(crypto_tbs) = {
	ASN1_EXP_OPT(struct crypto_tbs, version, ASN1_INTEGER, 0),
	ASN1_SIMPLE(struct crypto_tbs, serial, ASN1_INTEGER),
	ASN1_SIMPLE(struct crypto_tbs, algorithm, X509_ALGOR),
	ASN1_SIMPLE(struct crypto_tbs, issuer, X509_NAME),
	ASN1_SIMPLE(struct crypto_tbs, validity, X509_VAL),
	ASN1_SIMPLE(struct crypto_tbs, subject, X509_NAME),
	ASN1_SIMPLE(struct crypto_tbs, key, ASN1_SEQUENCE),
	ASN1_IMP_OPT(struct crypto_tbs, issuer_id, ASN1_BIT_STRING, 1),
	ASN1_IMP_OPT(struct crypto_tbs, subject_id, ASN1_BIT_STRING, 2),
	ASN1_EXP_SEQUENCE_OF_OPT(struct crypto_tbs, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END_name(struct crypto_tbs, crypto_tbs)

ASN1_SEQUENCE(crypto_x509) = {
	ASN1_SIMPLE(struct crypto_x509, tbs, ASN1_SEQUENCE),
	ASN1_SIMPLE(struct crypto_x509, algorithm, X509_ALGOR),
	ASN1_SIMPLE(struct crypto_x509, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END_name(struct crypto_x509, crypto_x509)

ASN1_SEQUENCE(crypto_signed_data) = {
	ASN1_SIMPLE(struct crypto_signed_data, version, ASN1_INTEGER),
	ASN1_SIMPLE(struct crypto_signed_data, digests, ASN1_ANY),
	ASN1_SIMPLE(struct crypto_signed_data, content, ASN1_ANY),
	ASN1_IMP_SEQUENCE_OF_OPT(struct crypto_signed_data, certs, ASN1_ANY, 0),
	ASN1_IMP_SEQUENCE_OF_OPT(struct crypto_signed_data, crls, ASN1_ANY, 1),
	ASN1_SIMPLE(struct crypto_signed_data, signers, ASN1_ANY),
} static_ASN1_SEQUENCE_END_name(struct crypto_signed_data, crypto_signed_data)

ASN1_SEQUENCE(crypto_content) = {
	ASN1_SIMPLE(struct crypto_content, type, ASN1_OBJECT),
	ASN1_EXP(struct crypto_content, data, crypto_signed_data, 0),
} static_ASN1_SEQUENCE_END_name(struct crypto_content, crypto_content)

const ASN1_ITEM *crypto_tbs_item(void)
{
	return ASN1_ITEM_rptr(crypto_tbs);
}

const ASN1_ITEM *crypto_x509_item(void)
{
	return ASN1_ITEM_rptr(crypto_x509);
}

const ASN1_ITEM *crypto_content_item(void)
{
	return ASN1_ITEM_rptr(crypto_content);
}

void *crypto_item_read(struct span s, const ASN1_ITEM *item)
{
	const unsigned char *at = s.p;
	ASN1_VALUE *v = ASN1_item_d2i(NULL, &at, (long)s.n, item);
	if (v && at == s.p + s.n)
		return v;
	ASN1_item_free(v, item);
	return NULL;
}

const struct crypto_oid crypto_oid_common_name = { 3, { 0x55, 0x04, 0x03 } };

bool crypto_oid_is(const ASN1_OBJECT *object, const struct crypto_oid *oid)
{
	return span_eq(span_of(OBJ_get0_data(object), OBJ_length(object)),
		       span_of(oid->octets, oid->n));
}

ASN1_OBJECT *crypto_oid_object(const struct crypto_oid *oid)
{
	uint8_t octets[CRYPTO_OID_MAX];
	memcpy(octets, oid->octets, sizeof octets);
	return ASN1_OBJECT_create(NID_undef, octets, oid->n, NULL, NULL);
}

enum err crypto_keep(struct arena *a, struct span s, struct span *out)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	if (!p)
		return ERR_NOMEM;
	if (s.n)
		memcpy(p, s.p, s.n);
	*out = span_of(p, s.n);
	return OK;
}

static size_t characters(struct span utf8)
{
	size_t n = 0;
	for (size_t i = 0; i < utf8.n; i++)
		n += (utf8.p[i] & 0xc0) != 0x80;
	return n;
}

enum err crypto_text_read(struct arena *a, const ASN1_STRING *s, size_t max, struct span *out)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);
	if (n < 0)
		return ERR_MALFORMED;
	struct span text = span_of(utf8, (size_t)n);
	if (text.n && text.p[text.n - 1] == 0)
		text.n--;
	enum err e = ERR_MALFORMED;
	if (characters(text) <= max && (text.n == 0 || !memchr(text.p, 0, text.n)))
		e = crypto_keep(a, text, out);
	OPENSSL_free(utf8);
	return e;
}

enum err crypto_text_make(struct span utf8, size_t max, unsigned long mask, ASN1_STRING **out)
{
	if (characters(utf8) > max || utf8.n > 4 * max)
		return ERR_RANGE;
	int n = ASN1_mbstring_copy(out, utf8.p, (int)utf8.n, MBSTRING_UTF8, mask);
	return n > 0 ? OK : ERR_MALFORMED;
}
