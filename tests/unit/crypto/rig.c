#include "rig.h"
#include "base/number.h"

void rig_init(struct rig *r)
{
	failing_env_init(&r->mem, 7);
	assert_int_equal(crypto_new(&r->c, &r->mem.env), OK);
}

void rig_fini(struct rig *r)
{
	crypto_free(r->c);
	failing_env_assert_clean(&r->mem);
}

struct span rig_hex(struct rig_hex *h, const char *text)
{
	size_t n;
	assert_int_equal(number_hex(span_str(text), h->octets, sizeof h->octets, &n), OK);
	return span_of(h->octets, n);
}

uint8_t *rig_copy(struct span s)
{
	uint8_t *p = malloc(s.n ? s.n : 1);
	assert_non_null(p);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

/* Freed at once and on the heap: whoever keeps it is seen by the sanitizer. */
static struct failing_env *lent(uint64_t seed)
{
	struct failing_env *f = malloc(sizeof *f);
	assert_non_null(f);
	failing_env_init(f, seed);
	return f;
}

struct crypto_key *rig_key(struct rig *r, const struct crypto_profile *p, uint64_t seed)
{
	struct crypto_key *k;
	struct failing_env *f = lent(seed);
	assert_int_equal(crypto_key_make(r->c, &f->env, p, &k), OK);
	failing_env_assert_clean(f);
	free(f);
	return k;
}

void rig_sign(struct rig *r, const struct crypto_key *k, struct span message, uint64_t seed,
	      uint8_t *signature)
{
	struct failing_env *f = lent(seed);
	assert_int_equal(crypto_sign(r->c, &f->env, k, message, signature), OK);
	failing_env_assert_clean(f);
	free(f);
}
