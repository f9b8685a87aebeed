#include "crypto/crypto_int.h"
#include "rig.h"
#include "vectors.h"

#define SIGNATURE(s, p) span_of(s, (p)->signature_size)

static struct crypto_public *load(struct rig *r, const struct crypto_profile *p, struct span public)
{
	struct crypto_public *k;
	assert_int_equal(crypto_public_load(r->c, p, public, &k), OK);
	return k;
}

static void sign_digest(struct rig *r, const struct crypto_key *k, struct span digest,
			uint64_t seed, uint8_t *signature)
{
	struct failing_env f;
	failing_env_init(&f, seed);
	assert_int_equal(crypto_sign_digest(r->c, &f.env, k, digest, signature), OK);
	assert_null(r->c->source->env);
}

static void fill(uint8_t digest[CRYPTO_HASH_MAX])
{
	for (size_t i = 0; i < CRYPTO_HASH_MAX; i++)
		digest[i] = (uint8_t)(i * 37 + 1);
}

static void assert_only_this(struct rig *r, const struct crypto_public *k, struct span digest,
			     uint8_t *s)
{
	struct span signature = SIGNATURE(s, k->profile);
	uint8_t *d = rig_copy(digest);
	assert_int_equal(crypto_public_verify(r->c, k, digest, signature), OK);
	for (size_t i = 0; i < signature.n; i++) {
		s[i] ^= 0x10;
		assert_int_equal(crypto_public_verify(r->c, k, digest, signature), ERR_DENIED);
		s[i] ^= 0x10;
	}
	for (size_t i = 0; i < digest.n; i++) {
		d[i] ^= 1;
		assert_int_equal(crypto_public_verify(r->c, k, span_of(d, digest.n), signature),
				 ERR_DENIED);
		d[i] ^= 1;
	}
	assert_int_equal(crypto_public_verify(r->c, k, digest, signature), OK);
	free(d);
}

/* CRYPTO-3.6 */
static void a_digest_that_is_signed_verifies_and_nothing_else(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		uint8_t digest[CRYPTO_HASH_MAX], s[CRYPTO_SIGNATURE_MAX];
		struct crypto_key *k = rig_key(&r, p, 1), *other = rig_key(&r, p, 2);
		struct crypto_public *pub = load(&r, p, crypto_key_public(k));
		struct crypto_public *wrong = load(&r, p, crypto_key_public(other));
		fill(digest);
		sign_digest(&r, k, span_of(digest, p->hash_size), 3, s);
		assert_only_this(&r, pub, span_of(digest, p->hash_size), s);
		assert_int_equal(crypto_public_verify(r.c, wrong, span_of(digest, p->hash_size),
						      SIGNATURE(s, p)),
				 ERR_DENIED);
		crypto_public_free(pub);
		crypto_public_free(wrong);
		crypto_key_free(k);
		crypto_key_free(other);
	}
	rig_fini(&r);
}

/* CRYPTO-2.3 */
static void the_same_env_makes_the_same_signature(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		uint8_t digest[CRYPTO_HASH_MAX], s[2][CRYPTO_SIGNATURE_MAX];
		struct crypto_key *k = rig_key(&r, p, 1);
		fill(digest);
		sign_digest(&r, k, span_of(digest, p->hash_size), 3, s[0]);
		sign_digest(&r, k, span_of(digest, p->hash_size), 3, s[1]);
		assert_memory_equal(s[0], s[1], p->signature_size);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

/* CRYPTO-3.6: in modern, to sign a message is to sign its digest. */
static void a_message_is_signed_by_its_digest_in_modern(void **state)
{
	struct rig r;
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	struct span m = span_str("a message");
	uint8_t digest[CRYPTO_HASH_MAX], s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	struct crypto_key *k = rig_key(&r, p, 1);
	struct crypto_public *pub = load(&r, p, crypto_key_public(k));
	crypto_hash(r.c, p, &m, 1, digest, sizeof digest);
	sign_digest(&r, k, span_of(digest, sizeof digest), 1, s);
	assert_int_equal(crypto_verify(r.c, p, crypto_key_public(k), m, SIGNATURE(s, p)), OK);
	rig_sign(&r, k, m, 2, s);
	assert_int_equal(
		crypto_public_verify(r.c, pub, span_of(digest, sizeof digest), SIGNATURE(s, p)),
		OK);
	crypto_public_free(pub);
	crypto_key_free(k);
	rig_fini(&r);
}

/* grouping T13: made by another program. */
static void a_record_signed_elsewhere_verifies(void **state)
{
	struct rig r;
	struct rig_hex a, b, d;
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	rig_init(&r);
	struct crypto_public *pub = load(&r, p, rig_hex(&a, VECTOR_P256_PUBLIC));
	struct span digest =
		rig_hex(&d, "ef3ad401d9e258b5a93cb6d69859b5a1ce3789d4596284a120c908eae76edb07");
	assert_int_equal(crypto_public_verify(r.c, pub, digest, rig_hex(&b, VECTOR_P256_RECORD)),
			 OK);
	crypto_public_free(pub);
	rig_fini(&r);
}

/* CRYPTO-3.7: grouping T7, T8; the digest as it is, with no identifier before it. */
static void a_classic_record_is_signed_as_elsewhere(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_CLASSIC);
	if (!p)
		return;
	struct rig r;
	struct rig_hex a, b, d;
	struct crypto_key *k;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_key_load(r.c, p, rig_hex(&a, VECTOR_R1), &k), OK);
	struct crypto_public *pub = load(&r, p, crypto_key_public(k));
	struct span digest = rig_hex(&d, "14c52b80439ee36c7218c96944cae8067a413b63");
	sign_digest(&r, k, digest, 1, s);
	assert_true(span_eq(SIGNATURE(s, p), rig_hex(&b, VECTOR_R1_RECORD)));
	assert_only_this(&r, pub, digest, s);
	rig_sign(&r, k, span_str("with an identifier"), 1, s);
	struct span m = span_str("with an identifier");
	uint8_t hash[CRYPTO_HASH_MAX];
	crypto_hash(r.c, p, &m, 1, hash, p->hash_size);
	assert_int_equal(
		crypto_public_verify(r.c, pub, span_of(hash, p->hash_size), SIGNATURE(s, p)),
		ERR_DENIED);
	crypto_public_free(pub);
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.7: of groups of version 1.0; and backwards, as CRYPTO-3.4 has it. */
static void classic_takes_short_digests_and_either_order(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		uint8_t digest[CRYPTO_HASH_MAX], s[CRYPTO_SIGNATURE_MAX];
		uint8_t back[CRYPTO_SIGNATURE_MAX];
		struct crypto_key *k = rig_key(&r, p, 1);
		struct crypto_public *pub = load(&r, p, crypto_key_public(k));
		bool classic = p->id == CRYPTO_CLASSIC;
		struct span d = span_of(digest, classic ? 16 : p->hash_size);
		fill(digest);
		sign_digest(&r, k, d, 1, s);
		for (size_t i = 0; i < p->signature_size; i++)
			back[i] = s[p->signature_size - 1 - i];
		assert_int_equal(crypto_public_verify(r.c, pub, d, SIGNATURE(s, p)), OK);
		assert_int_equal(crypto_public_verify(r.c, pub, d, SIGNATURE(back, p)),
				 classic ? OK : ERR_DENIED);
		crypto_public_free(pub);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

static void other_sizes_are_refused(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		uint8_t digest[CRYPTO_HASH_MAX + 1] = { 1 }, s[CRYPTO_SIGNATURE_MAX + 1];
		struct crypto_key *k = rig_key(&r, p, 1);
		struct crypto_public *pub = load(&r, p, crypto_key_public(k));
		sign_digest(&r, k, span_of(digest, p->hash_size), 1, s);
		for (size_t n = 0; n <= p->hash_size + 1; n++)
			assert_int_equal(
				crypto_public_verify(r.c, pub, span_of(digest, n), SIGNATURE(s, p)),
				n == p->hash_size ? OK : ERR_DENIED);
		for (size_t n = 0; n <= p->signature_size + 1; n++)
			assert_int_equal(crypto_public_verify(r.c, pub,
							      span_of(digest, p->hash_size),
							      span_of(s, n)),
					 n == p->signature_size ? OK : ERR_DENIED);
		crypto_public_free(pub);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

/* CRYPTO-3.7: ECDSA reads a digest as a number, so zeros in front of one change nothing in its
 * signature. */
static void a_digest_has_its_length(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	uint8_t digest[CRYPTO_HASH_MAX], s[CRYPTO_SIGNATURE_MAX];
	struct rig r;
	rig_init(&r);
	struct crypto_key *k = rig_key(&r, p, 1);
	struct crypto_public *pub = load(&r, p, crypto_key_public(k));
	fill(digest);
	memset(digest, 0, 16);
	sign_digest(&r, k, span_of(digest, 32), 1, s);
	assert_int_equal(crypto_public_verify(r.c, pub, span_of(digest, 32), SIGNATURE(s, p)), OK);
	assert_int_equal(crypto_public_verify(r.c, pub, span_of(digest + 16, 16), SIGNATURE(s, p)),
			 ERR_DENIED);
	crypto_public_free(pub);
	crypto_key_free(k);
	rig_fini(&r);
}

static void keys_that_are_none_are_refused(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		struct crypto_public *pub = NULL;
		uint8_t *copy = rig_copy(crypto_key_public(k));
		for (size_t n = 0; n < p->public_size; n++)
			assert_int_equal(crypto_public_load(r.c, p, span_of(copy, n), &pub),
					 ERR_MALFORMED);
		copy[0] ^= 1;
		assert_int_equal(crypto_public_load(r.c, p, span_of(copy, p->public_size), &pub),
				 ERR_MALFORMED);
		copy[0] ^= 1;
		/* a point that is not on the curve; in classic all moduli are keys */
		copy[p->public_size - 1] ^= 1;
		assert_int_equal(crypto_public_load(r.c, p, span_of(copy, p->public_size), &pub),
				 ERR_MALFORMED);
		assert_null(pub);
		assert_int_equal(ERR_peek_error(), 0);
		free(copy);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

static void without_memory_there_is_no_key(void **state)
{
	struct rig r;
	rig_init(&r);
	struct crypto_key *k = rig_key(&r, crypto_profile(CRYPTO_MODERN), 1);
	struct crypto_public *pub = NULL;
	failing_env_fail_at(&r.mem, 1);
	assert_int_equal(
		crypto_public_load(r.c, crypto_profile(CRYPTO_MODERN), crypto_key_public(k), &pub),
		ERR_NOMEM);
	assert_null(pub);
	r.mem.fail_at = 0;
	crypto_public_free(NULL);
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.5: remembered apart: the digest of one is not the message of another. */
static void a_digest_vouches_for_no_message(void **state)
{
	struct rig r;
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	uint8_t digest[CRYPTO_HASH_MAX], s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_remember(r.c, 100), OK);
	struct crypto_key *k = rig_key(&r, p, 1);
	struct crypto_public *pub = load(&r, p, crypto_key_public(k));
	fill(digest);
	struct span d = span_of(digest, sizeof digest);
	sign_digest(&r, k, d, 1, s);
	assert_int_equal(crypto_public_verify(r.c, pub, d, SIGNATURE(s, p)), OK);
	assert_int_equal(crypto_verify(r.c, p, crypto_key_public(k), d, SIGNATURE(s, p)),
			 ERR_DENIED);
	s[0] ^= 1;
	assert_int_equal(crypto_public_verify(r.c, pub, d, SIGNATURE(s, p)), ERR_DENIED);
	crypto_public_free(pub);
	crypto_key_free(k);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_that_is_signed_verifies_and_nothing_else),
		cmocka_unit_test(the_same_env_makes_the_same_signature),
		cmocka_unit_test(a_message_is_signed_by_its_digest_in_modern),
		cmocka_unit_test(a_record_signed_elsewhere_verifies),
		cmocka_unit_test(a_classic_record_is_signed_as_elsewhere),
		cmocka_unit_test(classic_takes_short_digests_and_either_order),
		cmocka_unit_test(other_sizes_are_refused),
		cmocka_unit_test(a_digest_has_its_length),
		cmocka_unit_test(keys_that_are_none_are_refused),
		cmocka_unit_test(without_memory_there_is_no_key),
		cmocka_unit_test(a_digest_vouches_for_no_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
