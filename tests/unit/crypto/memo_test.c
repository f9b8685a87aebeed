#include "crypto/crypto_int.h"
#include "rig.h"

static const struct crypto_profile *modern(void)
{
	return crypto_profile(CRYPTO_MODERN);
}

static enum err check(struct rig *r, struct span public, struct span m, const uint8_t *s)
{
	return crypto_verify(r->c, modern(), public, m, span_of(s, modern()->signature_size));
}

/* A check that really happens points the checker at the key; one that is
 * remembered does not. */
static bool checks(struct rig *r, struct span public, struct span m, const uint8_t *s)
{
	struct crypto_checker *k = &r->c->tools[CRYPTO_MODERN].checker;
	memset(k->public, 0, sizeof k->public);
	assert_int_equal(check(r, public, m, s), OK);
	return memcmp(k->public, public.p, public.n) == 0;
}

/* CRYPTO-3.5 */
static void nothing_is_remembered_unasked(void **state)
{
	struct rig r;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	struct crypto_key *k = rig_key(&r, modern(), 1);
	rig_sign(&r, k, span_str("m"), 1, s);
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s));
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s));
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.5: what others signed after its first check, what we signed at once. */
static void each_is_checked_once(void **state)
{
	struct rig r, other;
	uint8_t s[CRYPTO_SIGNATURE_MAX], own[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	rig_init(&other);
	assert_int_equal(crypto_remember(r.c, 100), OK);
	struct crypto_key *k = rig_key(&other, modern(), 1), *mine = rig_key(&r, modern(), 2);
	rig_sign(&other, k, span_str("m"), 1, s);
	rig_sign(&r, mine, span_str("m"), 1, own);
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s));
	assert_false(checks(&r, crypto_key_public(k), span_str("m"), s));
	assert_false(checks(&r, crypto_key_public(mine), span_str("m"), own));
	crypto_key_free(k);
	crypto_key_free(mine);
	rig_fini(&other);
	rig_fini(&r);
}

static void one_remembered_vouches_for_no_other(void **state)
{
	struct rig r;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_remember(r.c, 100), OK);
	struct crypto_key *k = rig_key(&r, modern(), 1), *other = rig_key(&r, modern(), 2);
	rig_sign(&r, k, span_str("m"), 1, s);
	assert_int_equal(check(&r, crypto_key_public(k), span_str("n"), s), ERR_DENIED);
	assert_int_equal(check(&r, crypto_key_public(k), span_str("n"), s), ERR_DENIED);
	assert_int_equal(check(&r, crypto_key_public(other), span_str("m"), s), ERR_DENIED);
	s[5] ^= 1;
	assert_int_equal(check(&r, crypto_key_public(k), span_str("m"), s), ERR_DENIED);
	crypto_key_free(k);
	crypto_key_free(other);
	rig_fini(&r);
}

/* CRYPTO-3.5: of a full set the oldest falls out. */
static void the_memo_is_bounded(void **state)
{
	struct rig r;
	uint8_t s[CRYPTO_MEMO_WAYS + 1][CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_remember(r.c, CRYPTO_MEMO_WAYS), OK);
	struct crypto_key *k = rig_key(&r, modern(), 1);
	for (uint64_t i = 0; i <= CRYPTO_MEMO_WAYS; i++)
		rig_sign(&r, k, span_str("m"), i, s[i]);
	for (size_t i = CRYPTO_MEMO_WAYS; i > 0; i--)
		assert_false(checks(&r, crypto_key_public(k), span_str("m"), s[i]));
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s[0]));
	crypto_key_free(k);
	rig_fini(&r);
}

static void remembering_ends_and_begins_anew(void **state)
{
	struct rig r;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_remember(r.c, 1), OK);
	struct crypto_key *k = rig_key(&r, modern(), 1);
	rig_sign(&r, k, span_str("m"), 1, s);
	assert_false(checks(&r, crypto_key_public(k), span_str("m"), s));
	assert_int_equal(crypto_remember(r.c, 5), OK);
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s));
	assert_int_equal(crypto_remember(r.c, 0), OK);
	assert_true(checks(&r, crypto_key_public(k), span_str("m"), s));
	crypto_key_free(k);
	rig_fini(&r);
}

/* Without memory what is remembered stays. */
static void without_memory_nothing_changes(void **state)
{
	struct rig r;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_remember(r.c, 4), OK);
	struct crypto_key *k = rig_key(&r, modern(), 1);
	rig_sign(&r, k, span_str("m"), 1, s);
	failing_env_fail_at(&r.mem, 1);
	assert_int_equal(crypto_remember(r.c, 1000), ERR_NOMEM);
	assert_int_equal(crypto_remember(r.c, SIZE_MAX), ERR_NOMEM);
	assert_false(checks(&r, crypto_key_public(k), span_str("m"), s));
	crypto_key_free(k);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_remembered_unasked),
		cmocka_unit_test(each_is_checked_once),
		cmocka_unit_test(one_remembered_vouches_for_no_other),
		cmocka_unit_test(the_memo_is_bounded),
		cmocka_unit_test(remembering_ends_and_begins_anew),
		cmocka_unit_test(without_memory_nothing_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
