#include "certs.h"

static const char *const names[CERTS_KEYS] = { "name0.group", "name1.one", "name2.two",
					       "name3.three" };

void certs_init(struct certs *t, const struct crypto_profile *p)
{
	rig_init(&t->rig);
	failing_env_init(&t->draw, 4);
	t->p = p;
	for (size_t i = 0; i < CERTS_KEYS; i++)
		t->keys[i] = rig_key(&t->rig, p, i);
}

void certs_fini(struct certs *t)
{
	for (size_t i = 0; i < CERTS_KEYS; i++)
		crypto_key_free(t->keys[i]);
	failing_env_assert_clean(&t->draw);
	assert_int_equal(ERR_peek_error(), 0);
	rig_fini(&t->rig);
}

static struct crypto_cert certs_any(const struct certs *t, size_t i, enum crypto_cert_type type)
{
	return (struct crypto_cert){
		.type = type,
		.public = crypto_key_public(t->keys[i]),
		.subject = span_str("Subject"),
		.issuer = span_str("Issuer"),
		.subject_name = span_str(names[i]),
		.not_before = INT64_C(1600000000000000),
		.not_after = INT64_C(1900000000000000),
	};
}

struct crypto_cert certs_root(const struct certs *t)
{
	struct crypto_cert c = certs_any(t, 0, CRYPTO_CERT_ROOT);
	c.group_name = c.subject_name;
	c.not_after = CRYPTO_CERT_FOREVER;
	return c;
}

struct crypto_cert certs_member(const struct certs *t, size_t i)
{
	static const struct span classifiers[] = { { (const uint8_t *)"participant", 11 } };
	struct crypto_cert c = certs_any(t, i, CRYPTO_CERT_MEMBER);
	c.issuer_name = span_str(names[i - 1]);
	c.group_name = span_str(names[0]);
	c.roles = i == 1 ? CRYPTO_ROLE_ADMIN : CRYPTO_ROLE_INVITER | CRYPTO_ROLE_MEMBER;
	c.classifiers = classifiers;
	c.classifier_count = i == 1 ? 0 : 1;
	return c;
}

struct crypto_cert certs_identity(const struct certs *t, size_t i)
{
	return certs_any(t, i, CRYPTO_CERT_IDENTITY);
}

struct span certs_issue(struct certs *t, size_t signer, const struct crypto_cert *what,
			struct der *out)
{
	assert_int_equal(crypto_cert_issue(t->rig.c, &t->draw.env, t->keys[signer], what,
					   out->octets, sizeof out->octets, &out->n),
			 OK);
	return span_of(out->octets, out->n);
}

static void seal_again(struct certs *t, size_t signer, struct crypto_x509 *x)
{
	uint8_t wire[CRYPTO_SIGNATURE_MAX], der[CRYPTO_DER_SIGNATURE_MAX];
	size_t n;
	struct span tbs =
		span_of(ASN1_STRING_get0_data(x->tbs), (size_t)ASN1_STRING_length(x->tbs));
	rig_sign(&t->rig, t->keys[signer], tbs, 1, wire);
	assert_true(crypto_scheme(t->p->id)->from_wire(wire, der, &n));
	assert_true(ASN1_STRING_set(x->signature, der, (int)n));
}

void certs_forge(struct certs *t, size_t signer, struct der *d, certs_edit *edit, const void *arg)
{
	struct crypto_x509 *x = crypto_item_read(span_of(d->octets, d->n), crypto_x509_item());
	assert_non_null(x);
	struct crypto_tbs *tbs = crypto_item_read(
		span_of(ASN1_STRING_get0_data(x->tbs), (size_t)ASN1_STRING_length(x->tbs)),
		crypto_tbs_item());
	assert_non_null(tbs);
	edit(tbs, arg);
	unsigned char *der = NULL;
	int n = ASN1_item_i2d((ASN1_VALUE *)tbs, &der, crypto_tbs_item());
	assert_true(n > 0);
	assert_true(ASN1_STRING_set(x->tbs, der, n));
	seal_again(t, signer, x);
	assert_int_equal(crypto_der_out(x, crypto_x509_item(), d->octets, sizeof d->octets, &d->n),
			 OK);
	OPENSSL_free(der);
	ASN1_item_free((ASN1_VALUE *)tbs, crypto_tbs_item());
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
}

void certs_add_extension(struct crypto_tbs *t, const void *arg)
{
	const struct certs_extension *e = arg;
	struct rig_hex h;
	struct span value = rig_hex(&h, e->value);
	ASN1_OBJECT *object = crypto_oid_object(&e->oid);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	assert_true(ASN1_OCTET_STRING_set(s, value.p, (int)value.n));
	X509_EXTENSION *x = X509_EXTENSION_create_by_OBJ(NULL, object, e->critical, s);
	assert_non_null(x);
	assert_true(sk_X509_EXTENSION_push(t->extensions, x) > 0);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(object);
}

void certs_set_extension(struct crypto_tbs *t, const void *arg)
{
	const struct certs_extension *e = arg;
	for (int i = sk_X509_EXTENSION_num(t->extensions); i-- > 0;) {
		X509_EXTENSION *x = sk_X509_EXTENSION_value(t->extensions, i);
		if (crypto_oid_is(X509_EXTENSION_get_object(x), &e->oid))
			X509_EXTENSION_free(sk_X509_EXTENSION_delete(t->extensions, i));
	}
	if (e->value)
		certs_add_extension(t, arg);
}

enum err certs_parse(struct certs *t, struct span octets, struct crypto_chain **out)
{
	uint8_t *copy = rig_copy(octets);
	enum err e = crypto_chain_parse(t->rig.c, t->p, span_of(copy, octets.n), out);
	free(copy);
	return e;
}

enum err certs_try(struct certs *t, struct span octets)
{
	struct crypto_chain *chain = NULL;
	enum err e = certs_parse(t, octets, &chain);
	assert_true((e == OK) == (chain != NULL));
	crypto_chain_free(chain);
	return e;
}
