#include "crypto/crypto_int.h"
#include "rig.h"
#include "vectors.h"

static void save(struct rig *r, const struct crypto_key *k, uint8_t out[CRYPTO_PKCS8_MAX],
		 size_t *n)
{
	assert_int_equal(crypto_key_save(r->c, k, out, CRYPTO_PKCS8_MAX, n), OK);
}

/* CRYPTO-2.3: in one context, in another, again and again. */
static void the_same_env_makes_the_same_key(void **state)
{
	struct rig a, b;
	rig_init(&a);
	rig_init(&b);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *x = rig_key(&a, p, 5), *y = rig_key(&b, p, 5);
		struct crypto_key *other = rig_key(&b, p, 6);
		uint8_t px[CRYPTO_PKCS8_MAX], py[CRYPTO_PKCS8_MAX];
		size_t nx, ny;
		save(&a, x, px, &nx);
		save(&b, y, py, &ny);
		assert_int_equal(nx, ny);
		assert_memory_equal(px, py, nx);
		assert_true(span_eq(crypto_key_public(x), crypto_key_public(y)));
		assert_false(span_eq(crypto_key_public(x), crypto_key_public(other)));
		crypto_key_free(x);
		crypto_key_free(y);
		crypto_key_free(other);
	}
	rig_fini(&a);
	rig_fini(&b);
}

/* CRYPTO-2.3: the private half is what was drawn, on every run. */
static void a_key_is_made_of_what_is_drawn(void **state)
{
	struct rig r;
	struct failing_env f;
	uint8_t drawn[32], out[CRYPTO_PKCS8_MAX];
	size_t n;
	rig_init(&r);
	failing_env_init(&f, 5);
	f.env.random(f.env.ctx, drawn, sizeof drawn);
	struct crypto_key *k = rig_key(&r, crypto_profile(CRYPTO_MODERN), 5);
	save(&r, k, out, &n);
	assert_memory_equal(out + 36, drawn, sizeof drawn);
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.1, CRYPTO-3.2 */
static void a_public_key_has_the_form_of_its_profile(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		struct span public = crypto_key_public(k);
		bool modern = p->id == CRYPTO_MODERN;
		struct span model = rig_hex(&h, modern ? VECTOR_P256_PUBLIC : VECTOR_K1);
		assert_ptr_equal(crypto_key_profile(k), p);
		assert_int_equal(public.n, p->public_size);
		assert_memory_equal(public.p, model.p, modern ? 27 : 7);
		assert_memory_equal(public.p + public.n - 2, model.p + model.n - 2, modern ? 0 : 2);
		crypto_key_free(k);
	}
	crypto_key_free(NULL);
	rig_fini(&r);
}

static void assert_round_trip(enum crypto_profile_id id, const char *pkcs8)
{
	const struct crypto_profile *p = crypto_profile(id);
	if (!p)
		return;
	struct rig r;
	struct rig_hex h;
	struct crypto_key *k;
	rig_init(&r);
	struct span in = rig_hex(&h, pkcs8);
	assert_int_equal(crypto_key_load(r.c, p, in, &k), OK);
	uint8_t out[CRYPTO_PKCS8_MAX];
	size_t n;
	save(&r, k, out, &n);
	assert_true(span_eq(span_of(out, n), in));
	for (size_t size = 0; size < in.n; size++)
		assert_int_equal(crypto_key_save(r.c, k, out, size, &n), ERR_RANGE);
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.3: keys of another program come back octet for octet. */
static void pkcs8_in_and_out(void **state)
{
	assert_round_trip(CRYPTO_MODERN, VECTOR_P256);
	assert_round_trip(CRYPTO_CLASSIC, VECTOR_R1);
}

static void a_loaded_key_knows_its_public_half(void **state)
{
	struct rig r;
	struct rig_hex h;
	struct crypto_key *k;
	rig_init(&r);
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	assert_int_equal(crypto_key_load(r.c, p, rig_hex(&h, VECTOR_P256), &k), OK);
	assert_true(span_eq(crypto_key_public(k), rig_hex(&h, VECTOR_P256_PUBLIC)));
	crypto_key_free(k);
	rig_fini(&r);
}

static enum err try_load(struct rig *r, const struct crypto_profile *p, struct span pkcs8)
{
	struct crypto_key *k = NULL;
	uint8_t *copy = rig_copy(pkcs8);
	enum err e = crypto_key_load(r->c, p, span_of(copy, pkcs8.n), &k);
	free(copy);
	if (e)
		assert_null(k);
	crypto_key_free(k);
	return e;
}

static void a_key_of_another_kind_is_refused(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		const char *other = p->id == CRYPTO_MODERN ? VECTOR_R1 : VECTOR_P256;
		assert_int_equal(try_load(&r, p, rig_hex(&h, other)), ERR_MALFORMED);
		assert_int_equal(try_load(&r, p, rig_hex(&h, VECTOR_P384)), ERR_MALFORMED);
		assert_int_equal(try_load(&r, p, rig_hex(&h, VECTOR_K256)), ERR_MALFORMED);
		assert_int_equal(try_load(&r, p, span_of(NULL, 0)), ERR_MALFORMED);
	}
	rig_fini(&r);
}

static void every_truncation_is_refused(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	struct span in = rig_hex(&h, VECTOR_P256);
	for (size_t n = 0; n < in.n; n++)
		assert_int_equal(try_load(&r, p, span_of(in.p, n)), ERR_MALFORMED);
	h.octets[in.n] = 0;
	assert_int_equal(try_load(&r, p, span_of(in.p, in.n + 1)), ERR_MALFORMED);
	assert_int_equal(try_load(&r, p, span_of(in.p, CRYPTO_PKCS8_MAX + 1)), ERR_MALFORMED);
	rig_fini(&r);
}

/* CRYPTO-3.3: a changed octet makes no key whose halves differ. */
static void halves_that_differ_are_refused(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	struct span in = rig_hex(&h, VECTOR_P256);
	for (size_t i = 36; i < 68; i++) { /* the private half */
		h.octets[i] ^= 1;
		assert_int_equal(try_load(&r, p, in), ERR_MALFORMED);
		h.octets[i] ^= 1;
	}
	assert_int_equal(try_load(&r, p, in), OK);
	rig_fini(&r);
}

static void without_memory_there_is_no_key(void **state)
{
	struct failing_env f;
	struct rig_hex h;
	FAILING_ENV_EACH(f, 1)
	{
		struct crypto *c;
		struct crypto_key *made = NULL, *loaded = NULL;
		const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
		if (crypto_new(&c, &f.env) == OK) {
			enum err e = crypto_key_make(c, &f.env, p, &made);
			enum err g = crypto_key_load(c, p, rig_hex(&h, VECTOR_P256), &loaded);
			assert_int_equal(e, made ? OK : ERR_NOMEM);
			assert_int_equal(g, loaded ? OK : ERR_NOMEM);
			assert_true(f.failed || (made && loaded));
			crypto_key_free(made);
			crypto_key_free(loaded);
			crypto_free(c);
		}
		failing_env_assert_clean(&f);
	}
}

/* CRYPTO-2.2 */
static void no_call_keeps_the_env(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 3);
		assert_null(r.c->source->env);
		crypto_key_free(k);
		assert_int_equal(try_load(&r, p, span_of("xx", 2)), ERR_MALFORMED);
		assert_null(r.c->source->env);
	}
	assert_int_equal(try_load(&r, crypto_profile(CRYPTO_MODERN), rig_hex(&h, VECTOR_P256)), OK);
	assert_null(r.c->source->env);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_env_makes_the_same_key),
		cmocka_unit_test(a_key_is_made_of_what_is_drawn),
		cmocka_unit_test(a_public_key_has_the_form_of_its_profile),
		cmocka_unit_test(pkcs8_in_and_out),
		cmocka_unit_test(a_loaded_key_knows_its_public_half),
		cmocka_unit_test(a_key_of_another_kind_is_refused),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(halves_that_differ_are_refused),
		cmocka_unit_test(without_memory_there_is_no_key),
		cmocka_unit_test(no_call_keeps_the_env),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
