/* Signatures: made and checked. */
#include "crypto/crypto_int.h"

enum err crypto_signature_make(struct crypto *c, const struct env *env, const struct crypto_key *k,
			       EVP_PKEY_CTX *signer, struct span digest, uint8_t *signature)
{
	uint8_t der[CRYPTO_DER_SIGNATURE_MAX], made[CRYPTO_SIGNATURE_MAX];
	size_t n = sizeof der;
	ERR_set_mark();
	crypto_lend(c, env);
	bool ok = EVP_PKEY_sign(signer, der, &n, digest.p, digest.n) > 0 &&
		  crypto_scheme(k->profile->id)->to_wire(der, n, made);
	crypto_give_back(c);
	ERR_pop_to_mark();
	if (!ok)
		return ERR_NOMEM;
	memcpy(signature, made, k->profile->signature_size);
	return OK;
}

enum err crypto_sign(struct crypto *c, const struct env *env, const struct crypto_key *k,
		     struct span message, uint8_t *signature)
{
	const struct crypto_profile *p = k->profile;
	uint8_t hash[CRYPTO_HASH_MAX];
	crypto_digest(c, p, &message, 1, hash);
	enum err e =
		crypto_signature_make(c, env, k, k->signer, span_of(hash, p->hash_size), signature);
	struct crypto_memo_name name;
	if (!e && crypto_memo_named(c, CRYPTO_MEMO_MESSAGE, p, crypto_key_public(k), message,
				    span_of(signature, p->signature_size), &name))
		crypto_memo_add(&c->memo, &name);
	return e;
}

/* Points the checker at `public`, if it is not there already. */
static bool point(struct crypto *c, const struct crypto_profile *p, struct span public)
{
	struct crypto_checker *k = &c->tools[p->id].checker;
	const struct crypto_scheme *s = crypto_scheme(p->id);
	if (k->pointed && memcmp(k->public, public.p, public.n) == 0)
		return true;
	k->pointed = s->is_public(public.p) && s->point(c->lib, k, public) &&
		     s->padding(k->ctx, c->tools[p->id].md);
	if (k->pointed)
		memcpy(k->public, public.p, public.n);
	return k->pointed;
}

static bool is_signature(const struct crypto_profile *p, EVP_PKEY_CTX *ctx, struct span digest,
			 const uint8_t *signature)
{
	uint8_t der[CRYPTO_DER_SIGNATURE_MAX];
	size_t n;
	return crypto_scheme(p->id)->from_wire(signature, der, &n) &&
	       EVP_PKEY_verify(ctx, der, n, digest.p, digest.n) == 1;
}

static bool is_signature_reversed(const struct crypto_profile *p, EVP_PKEY_CTX *ctx,
				  struct span digest, const uint8_t *signature)
{
	uint8_t reversed[CRYPTO_SIGNATURE_MAX];
	for (size_t i = 0; i < p->signature_size; i++)
		reversed[i] = signature[p->signature_size - 1 - i];
	return is_signature(p, ctx, digest, reversed);
}

bool crypto_signature_good(const struct crypto_profile *p, EVP_PKEY_CTX *ctx, struct span digest,
			   const uint8_t *signature)
{
	return is_signature(p, ctx, digest, signature) ||
	       (crypto_scheme(p->id)->either_order &&
		is_signature_reversed(p, ctx, digest, signature));
}

static enum err verify(struct crypto *c, const struct crypto_profile *p, struct span public,
		       struct span message, struct span signature)
{
	if (!point(c, p, public))
		return ERR_MALFORMED;
	uint8_t hash[CRYPTO_HASH_MAX];
	crypto_digest(c, p, &message, 1, hash);
	return crypto_signature_good(p, c->tools[p->id].checker.ctx, span_of(hash, p->hash_size),
				     signature.p)
		       ? OK
		       : ERR_DENIED;
}

enum err crypto_verify(struct crypto *c, const struct crypto_profile *p, struct span public,
		       struct span message, struct span signature)
{
	if (public.n != p->public_size)
		return ERR_MALFORMED;
	if (signature.n != p->signature_size)
		return ERR_DENIED;
	struct crypto_memo_name name;
	bool named =
		crypto_memo_named(c, CRYPTO_MEMO_MESSAGE, p, public, message, signature, &name);
	if (named && crypto_memo_has(&c->memo, &name))
		return OK;
	ERR_set_mark();
	enum err e = verify(c, p, public, message, signature);
	ERR_pop_to_mark();
	if (!e && named)
		crypto_memo_add(&c->memo, &name);
	return e;
}
