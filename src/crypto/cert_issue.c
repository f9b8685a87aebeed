/* A certificate made (CRYPTO-4.2). */
#include "crypto/cert_int.h"

#include <assert.h>

#define VERSION_3 2
#define SECOND	  INT64_C(1000000)
#define DAY_S	  86400

static enum err set_serial(const struct env *env, ASN1_INTEGER *serial)
{
	uint8_t octets[CRYPTO_SERIAL];
	env->random(env->ctx, octets, sizeof octets);
	/* Sixteen octets as an integer, no more and no less. */
	octets[0] &= 0x7f;
	if (octets[0] == 0)
		octets[0] = 1;
	return ASN1_STRING_set(serial, octets, sizeof octets) ? OK : ERR_NOMEM;
}

static enum err set_algorithm(const struct crypto_scheme *s, X509_ALGOR *a)
{
	ASN1_OBJECT *object = crypto_oid_object(&s->cert_algorithm);
	if (object && X509_ALGOR_set0(a, object, s->cert_parameters, NULL))
		return OK;
	ASN1_OBJECT_free(object);
	return ERR_NOMEM;
}

static enum err set_friendly(struct span text, X509_NAME *name)
{
	ASN1_STRING *s = NULL;
	enum err e = crypto_text_make(text, CRYPTO_CERT_FRIENDLY, B_ASN1_UTF8STRING, &s);
	if (e)
		return e;
	ASN1_OBJECT *object = crypto_oid_object(&crypto_oid_common_name);
	bool ok = object && X509_NAME_add_entry_by_OBJ(name, object, ASN1_STRING_type(s),
						       ASN1_STRING_get0_data(s),
						       ASN1_STRING_length(s), -1, 0);
	ASN1_OBJECT_free(object);
	ASN1_STRING_free(s);
	return ok ? OK : ERR_NOMEM;
}

/* Whole seconds, rounded down: what lies inside another period stays inside it. */
static enum err set_time(int64_t us, ASN1_TIME *t)
{
	if (us > CRYPTO_CERT_FOREVER || us < 0)
		return ERR_RANGE;
	int64_t s = us / SECOND;
	return ASN1_TIME_adj(t, 0, (int)(s / DAY_S), (long)(s % DAY_S)) ? OK : ERR_NOMEM;
}

static enum err set_validity(const struct crypto_cert *what, X509_VAL *v)
{
	enum err e = what->not_before <= what->not_after ? OK : ERR_RANGE;
	if (!e)
		e = set_time(what->not_before, v->notBefore);
	if (!e)
		e = set_time(what->not_after, v->notAfter);
	return e;
}

static enum err set_key(const struct crypto_profile *p, struct span public, ASN1_STRING *key)
{
	const struct crypto_scheme *s = crypto_scheme(p->id);
	if (public.n != p->public_size || !s->is_public(public.p))
		return ERR_MALFORMED;
	uint8_t spki[CRYPTO_SPKI_HEAD_MAX + CRYPTO_PUBLIC_MAX];
	memcpy(spki, s->spki_head, s->spki_head_size);
	memcpy(spki + s->spki_head_size, public.p, public.n);
	return ASN1_STRING_set(key, spki, (int)(s->spki_head_size + public.n)) ? OK : ERR_NOMEM;
}

/* Hash of the signer's SubjectPublicKeyInfo. */
static void issuer_key(struct crypto *c, const struct crypto_key *k, uint8_t *out)
{
	const struct crypto_scheme *s = crypto_scheme(k->profile->id);
	struct span parts[] = { span_of(s->spki_head, s->spki_head_size), crypto_key_public(k) };
	crypto_hash(c, k->profile, parts, 2, out, CRYPTO_AUTHORITY);
}

static enum err set_extensions(struct crypto *c, const struct crypto_key *k,
			       const struct crypto_cert *what, struct crypto_tbs *t)
{
	uint8_t id[CRYPTO_AUTHORITY];
	issuer_key(c, k, id);
	t->extensions = sk_X509_EXTENSION_new_null();
	if (!t->extensions)
		return ERR_NOMEM;
	return crypto_extensions_make(k->profile, what, span_of(id, sizeof id), t->extensions);
}

static enum err set_names(const struct crypto_cert *what, struct crypto_tbs *t)
{
	enum err e = set_friendly(what->issuer, t->issuer);
	return e ? e : set_friendly(what->subject, t->subject);
}

static enum err set_version(struct crypto_tbs *t)
{
	t->version = ASN1_INTEGER_new();
	return t->version && ASN1_INTEGER_set(t->version, VERSION_3) ? OK : ERR_NOMEM;
}

static enum err fill(struct crypto *c, const struct env *env, const struct crypto_key *k,
		     const struct crypto_cert *what, struct crypto_tbs *t)
{
	enum err e = set_version(t);
	if (!e)
		e = set_serial(env, t->serial);
	if (!e)
		e = set_algorithm(crypto_scheme(k->profile->id), t->algorithm);
	if (!e)
		e = set_names(what, t);
	if (!e)
		e = set_validity(what, t->validity);
	if (!e)
		e = set_key(k->profile, what->public, t->key);
	if (!e)
		e = set_extensions(c, k, what, t);
	return e;
}

/* The signature as certificates have it: r and s are a structure there. */
static enum err set_signature(const struct crypto_profile *p, const uint8_t *signature,
			      ASN1_BIT_STRING *out)
{
	uint8_t der[CRYPTO_DER_SIGNATURE_MAX];
	size_t n;
	if (!crypto_scheme(p->id)->from_wire(signature, der, &n) ||
	    !ASN1_STRING_set(out, der, (int)n))
		return ERR_NOMEM;
	/* All bits count, also zeros at the end. */
	out->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7);
	out->flags |= ASN1_STRING_FLAG_BITS_LEFT;
	return OK;
}

static enum err seal(struct crypto *c, const struct env *env, const struct crypto_key *k,
		     struct span tbs, struct crypto_x509 *x)
{
	uint8_t signature[CRYPTO_SIGNATURE_MAX];
	enum err e = crypto_sign(c, env, k, tbs, signature);
	if (!e)
		e = set_algorithm(crypto_scheme(k->profile->id), x->algorithm);
	if (!e)
		e = set_signature(k->profile, signature, x->signature);
	if (!e && !ASN1_STRING_set(x->tbs, tbs.p, (int)tbs.n))
		e = ERR_NOMEM;
	return e;
}

enum err crypto_der_out(const void *value, const ASN1_ITEM *item, uint8_t *out, size_t size,
			size_t *n)
{
	unsigned char *der = NULL;
	int made = ASN1_item_i2d(value, &der, item);
	if (made <= 0)
		return ERR_NOMEM;
	enum err e = (size_t)made > size ? ERR_RANGE : OK;
	if (!e) {
		memcpy(out, der, (size_t)made);
		*n = (size_t)made;
	}
	OPENSSL_free(der);
	return e;
}

static enum err sign_and_write(struct crypto *c, const struct env *env, const struct crypto_key *k,
			       struct span tbs, uint8_t *out, size_t size, size_t *n)
{
	struct crypto_x509 *x = (struct crypto_x509 *)ASN1_item_new(crypto_x509_item());
	enum err e = x ? seal(c, env, k, tbs, x) : ERR_NOMEM;
	if (!e)
		e = crypto_der_out(x, crypto_x509_item(), out, size, n);
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
	return e;
}

/* Kinds that sign themselves do it with their own key; the rest is our caller's bug. */
static bool makes_sense(const struct crypto_key *k, const struct crypto_cert *what)
{
	if (what->type == CRYPTO_CERT_MEMBER)
		return what->issuer_name.p && what->roles && !(what->roles & CRYPTO_ROLE_OTHER);
	return span_eq(what->public, crypto_key_public(k));
}

enum err crypto_cert_issue(struct crypto *c, const struct env *env, const struct crypto_key *k,
			   const struct crypto_cert *what, uint8_t *out, size_t size, size_t *n)
{
	assert(what->subject_name.p && makes_sense(k, what));
	ERR_set_mark();
	struct crypto_tbs *t = (struct crypto_tbs *)ASN1_item_new(crypto_tbs_item());
	enum err e = t ? fill(c, env, k, what, t) : ERR_NOMEM;
	unsigned char *tbs = NULL;
	int tbs_n = e ? 0 : ASN1_item_i2d((ASN1_VALUE *)t, &tbs, crypto_tbs_item());
	if (!e && tbs_n <= 0)
		e = ERR_NOMEM;
	if (!e)
		e = sign_and_write(c, env, k, span_of(tbs, (size_t)tbs_n), out, size, n);
	OPENSSL_free(tbs);
	ASN1_item_free((ASN1_VALUE *)t, crypto_tbs_item());
	ERR_pop_to_mark();
	return e;
}
