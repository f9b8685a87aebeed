/* Key pairs: made, loaded, saved. */
#include "crypto/cert.h"
#include "crypto/crypto_int.h"

/* NULL: no memory. */
static EVP_PKEY_CTX *signer_of(struct crypto *c, const struct crypto_scheme *s, EVP_PKEY *pkey,
			       const EVP_MD *md)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(c->lib, pkey, NULL);
	if (ctx && EVP_PKEY_sign_init(ctx) > 0 && s->padding(ctx, md))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static enum err signers_of(struct crypto *c, struct crypto_key *k, EVP_PKEY *pkey)
{
	const struct crypto_scheme *s = crypto_scheme(k->profile->id);
	if (!s->public_of(pkey, k->public))
		return ERR_MALFORMED;
	k->signer = signer_of(c, s, pkey, c->tools[k->profile->id].md);
	if (s->bare)
		k->bare = signer_of(c, s, pkey, NULL);
	return k->signer && (k->bare || !s->bare) ? OK : ERR_NOMEM;
}

/* Takes pkey in, also when it fails. */
static enum err key_of(struct crypto *c, const struct crypto_profile *p, EVP_PKEY *pkey,
		       struct crypto_key **out)
{
	struct crypto_key *k = env_zalloc(c->env, 1, sizeof *k);
	enum err e = ERR_NOMEM;
	if (k) {
		k->env = c->env;
		k->profile = p;
		k->own = env_zalloc(c->env, 1, sizeof *k->own);
		e = k->own ? signers_of(c, k, pkey) : ERR_NOMEM;
	}
	EVP_PKEY_free(pkey);
	if (e)
		crypto_key_free(k);
	else
		*out = k;
	return e;
}

static EVP_PKEY *make(EVP_PKEY_CTX *maker, const struct crypto_scheme *s)
{
	EVP_PKEY *pkey = NULL;
	if (EVP_PKEY_keygen_init(maker) <= 0 || !s->kind(maker) ||
	    EVP_PKEY_generate(maker, &pkey) <= 0)
		return NULL;
	return pkey;
}

enum err crypto_key_make(struct crypto *c, const struct env *env, const struct crypto_profile *p,
			 struct crypto_key **out)
{
	ERR_set_mark();
	crypto_lend(c, env);
	EVP_PKEY *pkey = make(c->tools[p->id].maker, crypto_scheme(p->id));
	enum err e = pkey ? key_of(c, p, pkey, out) : ERR_NOMEM;
	crypto_give_back(c);
	ERR_pop_to_mark();
	return e;
}

static EVP_PKEY *decode(OSSL_LIB_CTX *lib, struct span pkcs8)
{
	const unsigned char *at = pkcs8.p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)pkcs8.n);
	EVP_PKEY *pkey = NULL;
	if (info && at == pkcs8.p + pkcs8.n)
		pkey = EVP_PKCS82PKEY_ex(info, lib, NULL);
	PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

X509 *crypto_x509_read(struct crypto *c, struct span der)
{
	const unsigned char *at = der.p;
	X509 *x = der.n <= CRYPTO_CERT_MAX ? X509_new_ex(c->lib, NULL) : NULL;
	if (!x)
		return NULL;
	/* The library frees what it was given when it fails. */
	if (!d2i_X509(&x, &at, (long)der.n))
		return NULL;
	if (at == der.p + der.n)
		return x;
	X509_free(x);
	return NULL;
}

/* A public half that is not the private one's would sign what nobody believes. */
static bool halves_match(OSSL_LIB_CTX *lib, EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(lib, pkey, NULL);
	bool ok = ctx && EVP_PKEY_pairwise_check(ctx) > 0;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static enum err load(struct crypto *c, const struct crypto_profile *p, struct span pkcs8,
		     struct crypto_key **out)
{
	EVP_PKEY *pkey = decode(c->lib, pkcs8);
	if (!pkey)
		return ERR_MALFORMED;
	if (!halves_match(c->lib, pkey)) {
		EVP_PKEY_free(pkey);
		return ERR_MALFORMED;
	}
	return key_of(c, p, pkey, out);
}

enum err crypto_key_load(struct crypto *c, const struct crypto_profile *p, struct span pkcs8,
			 struct crypto_key **out)
{
	if (pkcs8.n > CRYPTO_PKCS8_MAX)
		return ERR_MALFORMED;
	/* The check of a key may ask for random octets, which change nothing in it. */
	ERR_set_mark();
	crypto_lend(c, c->env);
	enum err e = load(c, p, pkcs8, out);
	crypto_give_back(c);
	ERR_pop_to_mark();
	return e;
}

enum err crypto_key_save(struct crypto *c, const struct crypto_key *k, uint8_t *out, size_t size,
			 size_t *n)
{
	ERR_set_mark();
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(EVP_PKEY_CTX_get0_pkey(k->signer));
	int made = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_pop_to_mark();
	if (made < 0)
		return ERR_NOMEM;
	enum err e = (size_t)made > size ? ERR_RANGE : OK;
	if (!e) {
		memcpy(out, der, (size_t)made);
		*n = (size_t)made;
	}
	OPENSSL_clear_free(der, (size_t)made);
	return e;
}

static void free_own(const struct env *env, struct crypto_own *own)
{
	if (!own)
		return;
	X509_free(own->cert);
	crypto_octets_free(env, &own->der);
	env_free(env, own);
}

void crypto_key_free(struct crypto_key *k)
{
	if (!k)
		return;
	free_own(k->env, k->own);
	EVP_PKEY_CTX_free(k->signer);
	EVP_PKEY_CTX_free(k->bare);
	env_free(k->env, k);
}

const struct crypto_profile *crypto_key_profile(const struct crypto_key *k)
{
	return k->profile;
}

struct span crypto_key_public(const struct crypto_key *k)
{
	return span_of(k->public, k->profile->public_size);
}
