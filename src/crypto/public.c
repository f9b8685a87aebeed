/* Public keys held ready, and signatures over a digest (CRYPTO-3.6). */
#include "crypto/crypto_int.h"

#include <assert.h>

#define DIGEST_OLD 16 /* MD5, of groups of version 1.0 */

enum err crypto_public_load(struct crypto *c, const struct crypto_profile *p, struct span public,
			    struct crypto_public **out)
{
	const struct crypto_scheme *s = crypto_scheme(p->id);
	if (public.n != p->public_size || !s->is_public(public.p))
		return ERR_MALFORMED;
	struct crypto_public *k = env_zalloc(c->env, 1, sizeof *k);
	if (!k)
		return ERR_NOMEM;
	k->env = c->env;
	k->profile = p;
	k->checker.maker = c->tools[p->id].checker.maker;
	memcpy(k->checker.public, public.p, public.n);
	ERR_set_mark();
	bool ok = s->point(c->lib, &k->checker, public) && s->padding(k->checker.ctx, NULL);
	ERR_pop_to_mark();
	if (!ok) {
		crypto_public_free(k);
		return ERR_MALFORMED;
	}
	*out = k;
	return OK;
}

void crypto_public_free(struct crypto_public *k)
{
	if (!k)
		return;
	EVP_PKEY_CTX_free(k->checker.ctx);
	EVP_PKEY_free(k->checker.pkey);
	env_free(k->env, k);
}

struct span crypto_public_octets(const struct crypto_public *k)
{
	return span_of(k->checker.public, k->profile->public_size);
}

static bool is_digest(const struct crypto_profile *p, struct span digest)
{
	return digest.n == p->hash_size || (crypto_scheme(p->id)->bare && digest.n == DIGEST_OLD);
}

enum err crypto_public_verify(struct crypto *c, const struct crypto_public *k, struct span digest,
			      struct span signature)
{
	const struct crypto_profile *p = k->profile;
	if (signature.n != p->signature_size || !is_digest(p, digest))
		return ERR_DENIED;
	struct crypto_memo_name name;
	struct span public = crypto_public_octets(k);
	bool named = crypto_memo_named(c, CRYPTO_MEMO_DIGEST, p, public, digest, signature, &name);
	if (named && crypto_memo_has(&c->memo, &name))
		return OK;
	ERR_set_mark();
	bool good = crypto_signature_good(p, k->checker.ctx, digest, signature.p);
	ERR_pop_to_mark();
	if (!good)
		return ERR_DENIED;
	if (named)
		crypto_memo_add(&c->memo, &name);
	return OK;
}

enum err crypto_sign_digest(struct crypto *c, const struct env *env, const struct crypto_key *k,
			    struct span digest, uint8_t *signature)
{
	const struct crypto_profile *p = k->profile;
	assert(is_digest(p, digest));
	enum err e =
		crypto_signature_make(c, env, k, k->bare ? k->bare : k->signer, digest, signature);
	struct crypto_memo_name name;
	if (!e && crypto_memo_named(c, CRYPTO_MEMO_DIGEST, p, crypto_key_public(k), digest,
				    span_of(signature, p->signature_size), &name))
		crypto_memo_add(&c->memo, &name);
	return e;
}
