#include "crypto/crypto_int.h"
#include "rig.h"
#include "vectors.h"
#include "wire/wr.h"

#define SIGNATURE(s, p) span_of(s, (p)->signature_size)

/* CRYPTO-2.3 */
static void the_same_env_makes_the_same_signature(void **state)
{
	struct rig a, b;
	struct span m = span_str("a message");
	rig_init(&a);
	rig_init(&b);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *x = rig_key(&a, p, 5), *y = rig_key(&b, p, 5);
		uint8_t s[CRYPTO_SIGNATURE_MAX], t[CRYPTO_SIGNATURE_MAX];
		for (uint64_t seed = 0; seed < 3; seed++) {
			rig_sign(&a, x, m, seed, s);
			rig_sign(&b, y, m, seed, t);
			assert_memory_equal(s, t, p->signature_size);
			assert_null(a.c->source->env);
		}
		crypto_key_free(x);
		crypto_key_free(y);
	}
	rig_fini(&a);
	rig_fini(&b);
}

/* CRYPTO-3.4 */
static void what_is_signed_verifies_and_nothing_else(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1), *other = rig_key(&r, p, 2);
		struct span public = crypto_key_public(k), m = span_str("message");
		uint8_t s[CRYPTO_SIGNATURE_MAX];
		rig_sign(&r, k, m, 3, s);
		assert_int_equal(crypto_verify(r.c, p, public, m, SIGNATURE(s, p)), OK);
		assert_int_equal(
			crypto_verify(r.c, p, public, span_str("massage"), SIGNATURE(s, p)),
			ERR_DENIED);
		assert_int_equal(
			crypto_verify(r.c, p, crypto_key_public(other), m, SIGNATURE(s, p)),
			ERR_DENIED);
		for (size_t i = 0; i < p->signature_size; i++) {
			s[i] ^= 0x10;
			assert_int_equal(crypto_verify(r.c, p, public, m, SIGNATURE(s, p)),
					 ERR_DENIED);
			s[i] ^= 0x10;
		}
		assert_int_equal(crypto_verify(r.c, p, public, m, SIGNATURE(s, p)), OK);
		crypto_key_free(k);
		crypto_key_free(other);
	}
	rig_fini(&r);
}

static void signatures_of_another_size_are_refused(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		uint8_t s[CRYPTO_SIGNATURE_MAX + 1] = { 0 };
		struct span m = span_str("");
		rig_sign(&r, k, m, 3, s);
		for (size_t n = 0; n <= CRYPTO_SIGNATURE_MAX + 1; n++)
			assert_int_equal(
				crypto_verify(r.c, p, crypto_key_public(k), m, span_of(s, n)),
				n == p->signature_size ? OK : ERR_DENIED);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

static enum err try_key(struct rig *r, const struct crypto_profile *p, struct span public)
{
	static const uint8_t none[CRYPTO_SIGNATURE_MAX];
	uint8_t *copy = rig_copy(public);
	enum err e = crypto_verify(r->c, p, span_of(copy, public.n), span_str("m"),
				   span_of(none, p->signature_size));
	free(copy);
	return e;
}

/* CRYPTO-3.1, CRYPTO-3.2: one octet of the form changed, one missing, one more. */
static void keys_of_another_form_are_refused(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		uint8_t public[CRYPTO_PUBLIC_MAX + 1] = { 0 };
		memcpy(public, crypto_key_public(k).p, p->public_size);
		assert_int_equal(try_key(&r, p, span_of(public, p->public_size)), ERR_DENIED);
		for (size_t n = 0; n <= CRYPTO_PUBLIC_MAX + 1; n++)
			if (n != p->public_size)
				assert_int_equal(try_key(&r, p, span_of(public, n)), ERR_MALFORMED);
		bool modern = p->id == CRYPTO_MODERN;
		for (size_t i = 0; i < (modern ? p->public_size : 7); i++) {
			public[i] ^= 1;
			assert_int_equal(try_key(&r, p, span_of(public, p->public_size)),
					 ERR_MALFORMED);
			public[i] ^= 1;
		}
		/* The library knows a form with both coordinates and a bit of one of them: of one
		 * key there would be two names. */
		if (modern) {
			public[26] = (uint8_t)(6 | (public[p->public_size - 1] & 1));
			assert_int_equal(try_key(&r, p, span_of(public, p->public_size)),
					 ERR_MALFORMED);
		}
		crypto_key_free(k);
	}
	rig_fini(&r);
}

/* CRYPTO-3.2: the top bit of the modulus, the exponent; and an even modulus. */
static void classic_keys_have_one_size(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_CLASSIC);
	if (!p)
		skip();
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	struct span k1 = rig_hex(&h, VECTOR_K1);
	h.octets[7] ^= 0x80;
	assert_int_equal(try_key(&r, p, k1), ERR_MALFORMED);
	h.octets[7] ^= 0x80;
	for (size_t i = 135; i < 140; i++) {
		h.octets[i] ^= 2;
		assert_int_equal(try_key(&r, p, k1), ERR_MALFORMED);
		h.octets[i] ^= 2;
	}
	h.octets[134] ^= 1;
	assert_int_equal(try_key(&r, p, k1), ERR_DENIED);
	rig_fini(&r);
}

/* A bad key between two good checks does no harm to the second. */
static void a_bad_key_leaves_no_trace(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		struct span m = span_str("m"), public = crypto_key_public(k);
		uint8_t s[CRYPTO_SIGNATURE_MAX], bad[CRYPTO_PUBLIC_MAX];
		rig_sign(&r, k, m, 3, s);
		memcpy(bad, public.p, public.n);
		bad[40] ^= 1;
		bad[3] ^= p->id == CRYPTO_CLASSIC;
		for (int i = 0; i < 3; i++) {
			assert_int_equal(crypto_verify(r.c, p, public, m, SIGNATURE(s, p)), OK);
			assert_int_equal(
				crypto_verify(r.c, p, span_of(bad, public.n), m, SIGNATURE(s, p)),
				ERR_MALFORMED);
		}
		crypto_key_free(k);
	}
	assert_int_equal(ERR_peek_error(), 0);
	rig_fini(&r);
}

struct signed_vector {
	enum crypto_profile_id id;
	const char *public, *message, *signature; /* message: text, or NULL and hex: */
	const char *hex;
	size_t part; /* of hex: signed octets, then 8 of a header, then the signature */
};

static const struct signed_vector vectors[] = {
	{ CRYPTO_MODERN, VECTOR_P256_PUBLIC, "sample", VECTOR_P256_SAMPLE, NULL, 0 },
	{ CRYPTO_CLASSIC, VECTOR_K1, NULL, NULL, VECTOR_T12, 307 },
	{ CRYPTO_CLASSIC, VECTOR_K1, NULL, NULL, VECTOR_T13, 88 },
};

static void assert_vector(struct rig *r, const struct signed_vector *v)
{
	const struct crypto_profile *p = crypto_profile(v->id);
	struct rig_hex a, b;
	struct span public = rig_hex(&a, v->public), message, signature;
	if (v->hex) {
		struct span all = rig_hex(&b, v->hex);
		message = span_of(all.p, v->part);
		signature = span_of(all.p + v->part + 8, all.n - v->part - 8);
	} else {
		message = span_str(v->message);
		signature = rig_hex(&b, v->signature);
	}
	assert_int_equal(crypto_verify(r->c, p, public, message, signature), OK);
	message.n--;
	assert_int_equal(crypto_verify(r->c, p, public, message, signature), ERR_DENIED);
}

/* pnrp T12, T13; RFC 6979 A.2.5 */
static void signatures_made_elsewhere_verify(void **state)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		if (crypto_profile(vectors[i].id))
			assert_vector(&r, &vectors[i]);
	rig_fini(&r);
}

static void put_text(struct wr *w, const char *authority, const char *rest)
{
	wr_u32(w, (uint32_t)(2 * (strlen(authority) + strlen(rest) + 1)));
	for (; *authority; authority++)
		wr_u16(w, (uint8_t)*authority);
	for (; *rest; rest++)
		wr_u16(w, (uint8_t)*rest);
	wr_u16(w, 0);
}

static void put_hex(struct wr *w, const char *text)
{
	struct rig_hex h;
	wr_bytes(w, rig_hex(&h, text));
}

/* The record of grouping T13 as it is signed. */
static struct span record(uint8_t *out, size_t size)
{
	static const char authority[] = "5a7a78cca4a0f420d9bc62bb669c3c2759e39f72";
	struct wr w = wr_of(out, size);
	put_hex(&w, "000002007a1b0c00111122223333444455556666f6db15a7056293430808080808080808");
	put_hex(&w, "0000000100000000");
	put_hex(&w, "01da00000000000001da000861c4680001da000000000000");
	put_text(&w, authority, ".TestGroup");
	put_text(&w, authority, ".alice");
	put_hex(&w, "000000000000000000000005");
	wr_bytes(&w, span_str("hello"));
	for (int i = 0; i < 2; i++)
		put_hex(&w, "0102030405060708090a0b0c0d0e0f10");
	assert_int_equal(w.n, 321);
	return wr_span(&w);
}

/* grouping T13 */
static void a_record_signed_elsewhere_verifies(void **state)
{
	struct rig r;
	struct rig_hex a, b;
	uint8_t octets[400], hash[32];
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	rig_init(&r);
	struct span stream = record(octets, sizeof octets);
	crypto_hash(r.c, p, &stream, 1, hash, sizeof hash);
	assert_true(span_eq(
		span_of(hash, sizeof hash),
		rig_hex(&a, "ef3ad401d9e258b5a93cb6d69859b5a1ce3789d4596284a120c908eae76edb07")));
	assert_int_equal(crypto_verify(r.c, p, rig_hex(&a, VECTOR_P256_PUBLIC), stream,
				       rig_hex(&b, VECTOR_P256_RECORD)),
			 OK);
	rig_fini(&r);
}

/* CRYPTO-3.2: deterministic, so it is what another program makes. */
static void a_classic_signature_is_as_elsewhere(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_CLASSIC);
	if (!p)
		skip();
	struct rig r;
	struct rig_hex h;
	struct crypto_key *k;
	uint8_t s[CRYPTO_SIGNATURE_MAX];
	rig_init(&r);
	assert_int_equal(crypto_key_load(r.c, p, rig_hex(&h, VECTOR_R1), &k), OK);
	rig_sign(&r, k, span_str("sample"), 1, s);
	assert_true(span_eq(SIGNATURE(s, p), rig_hex(&h, VECTOR_R1_SAMPLE)));
	crypto_key_free(k);
	rig_fini(&r);
}

/* CRYPTO-3.4: octets backwards, as some old makers write them; classic alone. */
static void either_order_in_classic_only(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		struct crypto_key *k = rig_key(&r, p, 1);
		struct span m = span_str("m");
		uint8_t s[CRYPTO_SIGNATURE_MAX], back[CRYPTO_SIGNATURE_MAX];
		rig_sign(&r, k, m, 3, s);
		for (size_t i = 0; i < p->signature_size; i++)
			back[i] = s[p->signature_size - 1 - i];
		assert_int_equal(crypto_verify(r.c, p, crypto_key_public(k), m, SIGNATURE(back, p)),
				 p->id == CRYPTO_CLASSIC ? OK : ERR_DENIED);
		crypto_key_free(k);
	}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_env_makes_the_same_signature),
		cmocka_unit_test(what_is_signed_verifies_and_nothing_else),
		cmocka_unit_test(signatures_of_another_size_are_refused),
		cmocka_unit_test(keys_of_another_form_are_refused),
		cmocka_unit_test(classic_keys_have_one_size),
		cmocka_unit_test(a_bad_key_leaves_no_trace),
		cmocka_unit_test(signatures_made_elsewhere_verify),
		cmocka_unit_test(a_record_signed_elsewhere_verifies),
		cmocka_unit_test(a_classic_signature_is_as_elsewhere),
		cmocka_unit_test(either_order_in_classic_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
