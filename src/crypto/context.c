/* The life of a context, and what it hashes. */
#include "crypto/crypto_int.h"

#include <assert.h>

static enum err load_providers(struct crypto *c)
{
	c->lib = OSSL_LIB_CTX_new();
	if (!c->lib)
		return ERR_NOMEM;
	c->builtin = OSSL_PROVIDER_load(c->lib, "default");
	if (!c->builtin)
		return ERR_UNSUPPORTED;
	c->source = crypto_source_new(c->lib, &c->random);
	return c->source ? OK : ERR_UNSUPPORTED;
}

static enum err fetch_tools(struct crypto *c, enum crypto_profile_id id)
{
	const struct crypto_scheme *s = crypto_scheme(id);
	if (!s)
		return OK;
	struct crypto_tools *t = &c->tools[id];
	t->md = EVP_MD_fetch(c->lib, s->digest, NULL);
	t->fingerprint = EVP_MD_fetch(c->lib, s->fingerprint, NULL);
	t->maker = EVP_PKEY_CTX_new_from_name(c->lib, s->key_type, NULL);
	t->checker.maker = EVP_PKEY_CTX_new_from_name(c->lib, s->key_type, NULL);
	if (!t->md || !t->fingerprint || !t->maker || !t->checker.maker ||
	    EVP_PKEY_fromdata_init(t->checker.maker) <= 0)
		return ERR_UNSUPPORTED;
	return OK;
}

/* The hash context keeps what a digest needs, so that to hash allocates nothing. */
static enum err fetch(struct crypto *c)
{
	enum err e = load_providers(c);
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT && !e; id++)
		e = fetch_tools(c, id);
	if (e)
		return e;
	c->hash = EVP_MD_CTX_new();
	c->gcm = EVP_CIPHER_fetch(c->lib, "AES-256-GCM", NULL);
	c->gcm_run = EVP_CIPHER_CTX_new();
	c->hkdf = EVP_KDF_fetch(c->lib, OSSL_KDF_NAME_HKDF, NULL);
	bool all = c->hash && c->gcm && c->gcm_run && c->hkdf;
	return all ? crypto_memo_size(c, &c->certs, CRYPTO_MEMO_CERTS) : ERR_NOMEM;
}

enum err crypto_new(struct crypto **out, const struct env *env)
{
	struct crypto *c = env_zalloc(env, 1, sizeof *c);
	if (!c)
		return ERR_NOMEM;
	c->env = env;
	ERR_set_mark();
	enum err e = fetch(c);
	ERR_pop_to_mark();
	if (e) {
		crypto_free(c);
		return e;
	}
	*out = c;
	return OK;
}

static void free_tools(struct crypto_tools *t)
{
	SSL_CTX_free(t->tls);
	EVP_PKEY_CTX_free(t->checker.ctx);
	EVP_PKEY_free(t->checker.pkey);
	EVP_PKEY_CTX_free(t->checker.maker);
	EVP_PKEY_CTX_free(t->maker);
	EVP_MD_free(t->md);
	EVP_MD_free(t->fingerprint);
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CRYPTO_PROFILE_COUNT; i++)
		free_tools(&c->tools[i]);
	BIO_meth_free(c->octets);
	EVP_KDF_free(c->hkdf);
	EVP_CIPHER_CTX_free(c->gcm_run);
	EVP_CIPHER_free(c->gcm);
	EVP_MD_CTX_free(c->hash);
	if (c->random)
		OSSL_PROVIDER_unload(c->random);
	if (c->builtin)
		OSSL_PROVIDER_unload(c->builtin);
	OSSL_LIB_CTX_free(c->lib);
	env_free(c->env, c->memo.sets);
	env_free(c->env, c->certs.sets);
	env_free(c->env, c);
}

/* How many octets it has. */
static size_t digest_of(struct crypto *c, const EVP_MD *md, const struct span *parts, size_t n,
			uint8_t *out)
{
	int ok = EVP_DigestInit_ex2(c->hash, md, NULL);
	for (size_t i = 0; i < n && ok; i++)
		ok = EVP_DigestUpdate(c->hash, parts[i].p, parts[i].n);
	unsigned int size = 0;
	ok = ok && EVP_DigestFinal_ex(c->hash, out, &size);
	/* A digest in memory has nothing that could fail. */
	assert(ok);
	return size;
}

void crypto_digest(struct crypto *c, const struct crypto_profile *p, const struct span *parts,
		   size_t n, uint8_t *out)
{
	size_t size = digest_of(c, c->tools[p->id].md, parts, n, out);
	assert(size == p->hash_size);
}

void crypto_fingerprint(struct crypto *c, enum crypto_profile_id p, const struct span *parts,
			size_t n, uint8_t out[CRYPTO_FINGERPRINT])
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	assert(crypto_profile(p));
	size_t size = digest_of(c, c->tools[p].fingerprint, parts, n, whole);
	assert(size >= CRYPTO_FINGERPRINT);
	memcpy(out, whole, CRYPTO_FINGERPRINT);
}

void crypto_hash(struct crypto *c, const struct crypto_profile *p, const struct span *parts,
		 size_t n, uint8_t *out, size_t size)
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	assert(size <= p->hash_size);
	crypto_digest(c, p, parts, n, whole);
	memcpy(out, whole, size);
}

void crypto_authority(struct crypto *c, const struct crypto_profile *p, struct span public,
		      uint8_t out[CRYPTO_AUTHORITY])
{
	crypto_hash(c, p, &public, 1, out, CRYPTO_AUTHORITY);
}
