/* Keys at rest (GROUP-10.3): sealed to what they are and whose, opened as nothing else. */
#include "groups_rig.h"

#include "group/groups_int.h"

#define ANN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.Ann"

static struct crypto_key *fresh(struct rig *r)
{
	struct crypto_key *key;
	assert_int_equal(crypto_key_make(r->crypto, &r->f.env, crypto_profile(CRYPTO_MODERN), &key),
			 OK);
	return key;
}

static void drop(struct rig *r, struct groups_octets *o)
{
	env_free(r->s->env, o->p);
	*o = (struct groups_octets){ NULL, 0 };
}

static enum err open_as(struct rig *r, const struct groups_octets *o, const char *kind,
			const char *name)
{
	struct crypto_key *key = NULL;
	enum err e = groups_key_unseal(r->s, CRYPTO_MODERN, kind, name, o, &key);
	assert_true((e == OK) == (key != NULL));
	crypto_key_free(key);
	return e;
}

static bool holds(const struct groups_octets *o, const uint8_t *p, size_t n)
{
	for (size_t at = 0; at + n <= o->n; at++)
		if (memcmp(o->p + at, p, n) == 0)
			return true;
	return false;
}

static void test_there_and_back(void **state)
{
	struct rig r;
	struct groups_octets one = { 0 }, two = { 0 };
	struct crypto_key *key, *back;
	rig_init(&r);
	key = fresh(&r);
	assert_int_equal(groups_key_seal(r.s, key, "identity", ANN, &one), OK);
	assert_int_equal(groups_key_seal(r.s, key, "identity", ANN, &two), OK);
	assert_false(span_eq(groups_span(&one), groups_span(&two))); /* a nonce each */
	assert_int_equal(groups_key_unseal(r.s, CRYPTO_MODERN, "identity", ANN, &one, &back), OK);
	assert_true(span_eq(crypto_key_public(back), crypto_key_public(key)));
	crypto_key_free(back);
	/* In clear nothing of it stands there. */
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t n;
	assert_int_equal(crypto_key_save(r.crypto, key, plain, sizeof(plain), &n), OK);
	assert_int_equal(one.n, n + CRYPTO_SEAL_OVER);
	for (size_t at = 0; at + 8 <= n; at++)
		assert_false(holds(&one, plain + at, 8));
	crypto_key_free(key);
	drop(&r, &one);
	drop(&r, &two);
	rig_fini(&r);
}

static void test_nothing_else(void **state)
{
	struct rig r;
	struct groups_octets o = { 0 };
	rig_init(&r);
	struct crypto_key *key = fresh(&r);
	assert_int_equal(groups_key_seal(r.s, key, "identity", ANN, &o), OK);
	crypto_key_free(key);
	assert_int_equal(open_as(&r, &o, "group", ANN), ERR_DENIED);
	assert_int_equal(open_as(&r, &o, "identity", ANN "e"), ERR_DENIED);
	assert_int_equal(open_as(&r, &o, "identity", ""), ERR_DENIED);
	for (size_t n = 0; n < o.n; n++) {
		const struct groups_octets cut = { o.p, n };
		assert_int_equal(open_as(&r, &cut, "identity", ANN),
				 n < CRYPTO_SEAL_OVER ? ERR_MALFORMED : ERR_DENIED);
		o.p[n] ^= 1;
		assert_int_equal(open_as(&r, &o, "identity", ANN), ERR_DENIED);
		o.p[n] ^= 1;
	}
	r.s->vault[31] ^= 1;
	assert_int_equal(open_as(&r, &o, "identity", ANN), ERR_DENIED);
	r.s->vault[31] ^= 1;
	assert_int_equal(open_as(&r, &o, "identity", ANN), OK);
	drop(&r, &o);
	rig_fini(&r);
}

/* What is sealed may be no key, or too long for one. */
static void test_no_key(void **state)
{
	struct rig r;
	struct groups_octets o = { 0 };
	static uint8_t many[CRYPTO_PKCS8_MAX + CRYPTO_SEAL_OVER + 1];
	const struct groups_octets long_one = { many, sizeof(many) };
	rig_init(&r);
	assert_int_equal(groups_secret_seal(r.s, span_str("no key"), "identity", ANN, &o), OK);
	assert_int_equal(o.n, 6 + CRYPTO_SEAL_OVER);
	assert_int_equal(open_as(&r, &o, "identity", ANN), ERR_MALFORMED);
	assert_int_equal(open_as(&r, &long_one, "identity", ANN), ERR_MALFORMED);
	/* GROUP-12.3: what a group has of keys is longer than one. */
	assert_int_equal(groups_secret_seal(r.s, span_of(many, sizeof(many)), "box", ANN, &o), OK);
	uint8_t *plain;
	size_t n;
	assert_int_equal(groups_secret_open(r.s, &o, "epochs", ANN, &plain, &n), ERR_DENIED);
	assert_int_equal(groups_secret_open(r.s, &o, "box", "other", &plain, &n), ERR_DENIED);
	assert_null(plain);
	assert_int_equal(groups_secret_open(r.s, &o, "box", ANN, &plain, &n), OK);
	assert_int_equal(n, sizeof(many));
	assert_memory_equal(plain, many, n);
	crypto_secret_free(plain);
	o.n = CRYPTO_SEAL_OVER;
	assert_int_equal(groups_secret_open(r.s, &o, "box", ANN, &plain, &n), ERR_MALFORMED);
	o.n = 0;
	assert_int_equal(groups_secret_open(r.s, &o, "box", ANN, &plain, &n), OK);
	assert_null(plain);
	assert_int_equal(groups_secret_seal(r.s, span_of(many, CRYPTO_PKCS8_MAX), "box", ANN, &o),
			 OK);
	drop(&r, &o);
	rig_fini(&r);
}

/* A key of one profile is none of another's. */
static void test_other_profile(void **state)
{
	struct rig r;
	struct groups_octets o = { 0 };
	struct crypto_key *key = NULL;
	rig_init(&r);
	struct crypto_key *modern = fresh(&r);
	assert_int_equal(groups_key_seal(r.s, modern, "identity", ANN, &o), OK);
	enum err e = groups_key_unseal(r.s, CRYPTO_CLASSIC, "identity", ANN, &o, &key);
	assert_int_equal(e, crypto_profile(CRYPTO_CLASSIC) ? ERR_MALFORMED : ERR_UNSUPPORTED);
	assert_null(key);
	crypto_key_free(modern);
	drop(&r, &o);
	rig_fini(&r);
}

/* GROUP-10.4: whether something can be sealed at all, and why not. */
static void test_vault(void **state)
{
	struct rig r;
	const struct groups_octets o = { NULL, 0 };
	enum err e = OK;
	const char *why = NULL;
	rig_init(&r);
	assert_true(groups_vault_ready(r.s, &e, &why));
	assert_null(why);
	r.s->health = ERR_DENIED;
	assert_false(groups_vault_ready(r.s, &e, &why));
	assert_int_equal(e, ERR_DENIED);
	assert_non_null(strstr(why, "another vault key"));
	r.no_vault = true;
	rig_restart(&r);
	assert_false(groups_vault_ready(r.s, &e, &why));
	assert_int_equal(e, ERR_STATE);
	assert_non_null(strstr(why, "no key under which"));
	assert_int_equal(open_as(&r, &o, "identity", ANN), ERR_STATE);
	rig_fini(&r);
}

/* What was there before stays when there is no memory for what comes. */
static void test_memory(void **state)
{
	struct rig r;
	struct groups_octets o = { 0 };
	rig_init(&r);
	assert_int_equal(groups_octets_set(r.s, &o, span_str("before")), OK);
	failing_env_fail_at(&r.f, 1);
	assert_int_equal(groups_octets_set(r.s, &o, span_str("after")), ERR_NOMEM);
	assert_true(span_eq(groups_span(&o), span_str("before")));
	struct crypto_key *key = fresh(&r);
	size_t failures = 0;
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&r.f, n);
		enum err e = groups_key_seal(r.s, key, "identity", ANN, &o);
		r.f.fail_at = 0;
		if (!r.f.failed) {
			assert_int_equal(e, OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		assert_true(span_eq(groups_span(&o), span_str("before")));
		failures++;
	}
	assert_true(failures > 0);
	for (size_t n = 1; n; n++) {
		failing_env_fail_at(&r.f, n);
		enum err e = open_as(&r, &o, "identity", ANN);
		r.f.fail_at = 0;
		assert_int_equal(e, r.f.failed ? ERR_NOMEM : OK);
		if (!r.f.failed)
			break;
	}
	crypto_key_free(key);
	drop(&r, &o);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_no_key),	       cmocka_unit_test(test_other_profile),
		cmocka_unit_test(test_vault),	       cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
