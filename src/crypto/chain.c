/* Chains of certificates in a degenerate PKCS #7 (CRYPTO-5.1, CRYPTO-5.2). */
#include "crypto/cert_int.h"

#include <assert.h>

#define BLOCK 4096

/* Text and octets of all certificates lie in the arena. */
struct crypto_chain {
	const struct env *env;
	struct arena arena;
	size_t count;
	struct crypto_cert *certs[CRYPTO_CHAIN_CERTS];
};

static const struct crypto_oid oid_signed = { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2 } };
/* An empty set of digests or of signers; a content of type data, without content. */
static const uint8_t none[] = { 0x31, 0x00 };
static const uint8_t no_content[] = { 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
				      0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };

void crypto_chain_free(struct crypto_chain *chain)
{
	if (!chain)
		return;
	arena_free(&chain->arena);
	env_free(chain->env, chain);
}

size_t crypto_chain_count(const struct crypto_chain *chain)
{
	return chain->count;
}

const struct crypto_cert *crypto_chain_cert(const struct crypto_chain *chain, size_t i)
{
	assert(i < chain->count);
	return chain->certs[i];
}

/* Reading. */

static enum err add(const struct crypto_profile *p, struct crypto_chain *chain, struct span der)
{
	if (chain->count == CRYPTO_CHAIN_CERTS)
		return ERR_FULL;
	struct crypto_cert *cert = arena_alloc(&chain->arena, sizeof *cert);
	if (!cert)
		return ERR_NOMEM;
	chain->certs[chain->count++] = cert;
	return crypto_cert_read(p, &chain->arena, der, cert);
}

static enum err add_all(const struct crypto_profile *p, struct crypto_chain *chain,
			const struct crypto_signed_data *d)
{
	int n = d->certs ? sk_ASN1_TYPE_num(d->certs) : 0;
	if (n == 0)
		return ERR_MALFORMED;
	if (n > CRYPTO_CHAIN_CERTS)
		return ERR_FULL;
	enum err e = OK;
	for (int i = 0; i < n && !e; i++) {
		const ASN1_TYPE *t = sk_ASN1_TYPE_value(d->certs, i);
		if (t->type != V_ASN1_SEQUENCE)
			return ERR_MALFORMED;
		e = add(p, chain,
			span_of(ASN1_STRING_get0_data(t->value.sequence),
				(size_t)ASN1_STRING_length(t->value.sequence)));
	}
	return e;
}

static enum err read_any(const struct crypto_profile *p, struct crypto_chain *chain,
			 struct span octets)
{
	struct crypto_content *content = crypto_item_read(octets, crypto_content_item());
	if (!content)
		return add(p, chain, octets);
	enum err e = ERR_MALFORMED;
	if (crypto_oid_is(content->type, &oid_signed))
		e = add_all(p, chain, content->data);
	ASN1_item_free((ASN1_VALUE *)content, crypto_content_item());
	return e;
}

/* Order. */

static void swap(struct crypto_chain *chain, size_t i, size_t j)
{
	struct crypto_cert *cert = chain->certs[i];
	chain->certs[i] = chain->certs[j];
	chain->certs[j] = cert;
}

static bool subjects_differ(const struct crypto_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		for (size_t j = 0; j < i; j++)
			if (span_eq(chain->certs[i]->subject_name, chain->certs[j]->subject_name))
				return false;
	return true;
}

static size_t count_of(const struct crypto_chain *chain, enum crypto_cert_type type)
{
	size_t n = 0;
	for (size_t i = 0; i < chain->count; i++)
		n += chain->certs[i]->type == type;
	return n;
}

static bool is_next(const struct crypto_chain *chain, size_t at, const struct crypto_cert *cert)
{
	if (at == 0)
		return cert->type == CRYPTO_CERT_ROOT;
	return cert->type == CRYPTO_CERT_MEMBER &&
	       span_eq(cert->issuer_name, chain->certs[at - 1]->subject_name);
}

/* Brings what comes at this place there; false unless that is exactly one. */
static bool place(struct crypto_chain *chain, size_t at)
{
	size_t found = chain->count;
	for (size_t i = at; i < chain->count; i++) {
		if (!is_next(chain, at, chain->certs[i]))
			continue;
		if (found < chain->count)
			return false;
		found = i;
	}
	if (found == chain->count)
		return false;
	swap(chain, at, found);
	return true;
}

/* CRYPTO-5.3 */
static enum crypto_chain_order put_in_order(struct crypto_chain *chain)
{
	if (chain->count == 1)
		return CRYPTO_ORDER_GOOD;
	if (count_of(chain, CRYPTO_CERT_IDENTITY))
		return CRYPTO_ORDER_KIND;
	if (count_of(chain, CRYPTO_CERT_ROOT) != 1)
		return CRYPTO_ORDER_ROOT;
	if (!subjects_differ(chain))
		return CRYPTO_ORDER_TWICE;
	for (size_t i = 0; i < chain->count; i++)
		if (!place(chain, i))
			return CRYPTO_ORDER_LINKS;
	return CRYPTO_ORDER_GOOD;
}

enum err crypto_chain_read(struct crypto *c, const struct crypto_profile *p, struct span octets,
			   struct crypto_chain **out, enum crypto_chain_order *order)
{
	*order = CRYPTO_ORDER_GOOD;
	if (octets.n == 0 || octets.n > CRYPTO_CHAIN_MAX)
		return ERR_MALFORMED;
	struct crypto_chain *chain = env_zalloc(c->env, 1, sizeof *chain);
	if (!chain)
		return ERR_NOMEM;
	chain->env = c->env;
	arena_init(&chain->arena, c->env, BLOCK);
	ERR_set_mark();
	enum err e = read_any(p, chain, octets);
	ERR_pop_to_mark();
	if (!e)
		*order = put_in_order(chain);
	if (*order != CRYPTO_ORDER_GOOD)
		e = ERR_MALFORMED;
	if (e)
		crypto_chain_free(chain);
	else
		*out = chain;
	return e;
}

enum err crypto_chain_parse(struct crypto *c, const struct crypto_profile *p, struct span octets,
			    struct crypto_chain **out)
{
	enum crypto_chain_order order;
	return crypto_chain_read(c, p, octets, out, &order);
}

/* CRYPTO-5.4 */
enum err crypto_chain_verify(struct crypto *c, const struct crypto_profile *p,
			     const struct crypto_chain *chain)
{
	enum err e = OK;
	for (size_t i = 0; i < chain->count && !e; i++)
		e = crypto_cert_verify(c, p, chain->certs[i], chain->certs[i ? i - 1 : 0]->public);
	return e;
}

/* Making. */

static ASN1_TYPE *sequence(int type, struct span der)
{
	ASN1_TYPE *t = ASN1_TYPE_new();
	ASN1_STRING *s = ASN1_STRING_type_new(type);
	if (t && s && ASN1_STRING_set(s, der.p, (int)der.n)) {
		ASN1_TYPE_set(t, type, s);
		return t;
	}
	ASN1_STRING_free(s);
	ASN1_TYPE_free(t);
	return NULL;
}

static bool replace(ASN1_TYPE **at, int type, struct span der)
{
	ASN1_TYPE_free(*at);
	*at = sequence(type, der);
	return *at != NULL;
}

static enum err push(STACK_OF(ASN1_TYPE) * list, struct span der)
{
	struct crypto_x509 *x = crypto_item_read(der, crypto_x509_item());
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
	if (!x)
		return ERR_MALFORMED;
	ASN1_TYPE *t = sequence(V_ASN1_SEQUENCE, der);
	if (t && sk_ASN1_TYPE_push(list, t) > 0)
		return OK;
	ASN1_TYPE_free(t);
	return ERR_NOMEM;
}

static enum err fill(struct crypto_content *content, const struct span *certs, size_t count)
{
	struct crypto_signed_data *d = content->data;
	ASN1_OBJECT_free(content->type);
	content->type = crypto_oid_object(&oid_signed);
	d->certs = sk_ASN1_TYPE_new_null();
	if (!content->type || !d->certs || !ASN1_INTEGER_set(d->version, 1) ||
	    !replace(&d->digests, V_ASN1_SET, span_of(none, sizeof none)) ||
	    !replace(&d->content, V_ASN1_SEQUENCE, span_of(no_content, sizeof no_content)) ||
	    !replace(&d->signers, V_ASN1_SET, span_of(none, sizeof none)))
		return ERR_NOMEM;
	enum err e = OK;
	for (size_t i = 0; i < count && !e; i++)
		e = push(d->certs, certs[i]);
	return e;
}

enum err crypto_chain_make(struct crypto *c, const struct span *certs, size_t count, uint8_t *out,
			   size_t size, size_t *n)
{
	if (count == 0 || count > CRYPTO_CHAIN_CERTS)
		return ERR_RANGE;
	ERR_set_mark();
	struct crypto_content *content =
		(struct crypto_content *)ASN1_item_new(crypto_content_item());
	enum err e = content ? fill(content, certs, count) : ERR_NOMEM;
	if (!e)
		e = crypto_der_out(content, crypto_content_item(), out, size, n);
	ASN1_item_free((ASN1_VALUE *)content, crypto_content_item());
	ERR_pop_to_mark();
	return e;
}
