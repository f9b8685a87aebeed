/* What was found good before (CRYPTO-3.5). A check is a pure function of key,
 * message and signature, so its hash names it. Of a set the oldest falls out. */
#include "crypto/crypto_int.h"

enum err crypto_memo_size(struct crypto *c, struct crypto_memo *m, size_t n)
{
	size_t count = n / CRYPTO_MEMO_WAYS + (n % CRYPTO_MEMO_WAYS != 0);
	void *sets = NULL;
	if (count) {
		sets = env_zalloc(c->env, count, sizeof m->sets[0]);
		if (!sets)
			return ERR_NOMEM;
	}
	env_free(c->env, m->sets);
	*m = (struct crypto_memo){ sets, count };
	return OK;
}

enum err crypto_remember(struct crypto *c, size_t n)
{
	return crypto_memo_size(c, &c->memo, n);
}

void crypto_memo_name(struct crypto *c, enum crypto_memo_kind kind, const struct crypto_profile *p,
		      struct span public, struct span signed_, struct span signature,
		      struct crypto_memo_name *name)
{
	/* Key and signature have a profile's sizes, so no two checks read alike. */
	uint8_t id[] = { (uint8_t)kind, (uint8_t)p->id };
	struct span parts[] = { span_of(id, sizeof id), public, signature, signed_ };
	crypto_digest(c, crypto_profile(CRYPTO_MODERN), parts, 4, name->octets);
}

bool crypto_memo_named(struct crypto *c, enum crypto_memo_kind kind, const struct crypto_profile *p,
		       struct span public, struct span signed_, struct span signature,
		       struct crypto_memo_name *name)
{
	if (!c->memo.count)
		return false;
	crypto_memo_name(c, kind, p, public, signed_, signature, name);
	return true;
}

static uint8_t (*set_of(struct crypto_memo *m,
			const struct crypto_memo_name *name))[CRYPTO_HASH_MAX]
{
	uint64_t v = 0;
	for (size_t i = 0; i < sizeof v; i++)
		v = v << 8 | name->octets[i];
	return m->sets[v % m->count];
}

bool crypto_memo_has(struct crypto_memo *m, const struct crypto_memo_name *name)
{
	uint8_t(*set)[CRYPTO_HASH_MAX] = set_of(m, name);
	for (size_t i = 0; i < CRYPTO_MEMO_WAYS; i++)
		if (memcmp(set[i], name->octets, sizeof name->octets) == 0)
			return true;
	return false;
}

void crypto_memo_add(struct crypto_memo *m, const struct crypto_memo_name *name)
{
	uint8_t(*set)[CRYPTO_HASH_MAX] = set_of(m, name);
	memmove(set[1], set[0], (CRYPTO_MEMO_WAYS - 1) * sizeof set[0]);
	memcpy(set[0], name->octets, sizeof name->octets);
}
