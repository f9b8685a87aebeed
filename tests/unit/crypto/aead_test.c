#include "crypto/aead.h"
#include "rig.h"

static void assert_hex(const uint8_t *octets, size_t n, const char *hex)
{
	struct rig_hex h;
	struct span want = rig_hex(&h, hex);
	assert_int_equal(n, want.n);
	assert_memory_equal(octets, want.p, n);
}

/* CRYPTO-10.1: test cases 15 and 16 of the paper in which GCM was proposed. */
static void gcm_is_that_of_its_paper(void **state)
{
	struct rig r;
	struct rig_hex h[4];
	rig_init(&r);
	const char *text = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c"
			   "95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	const char *sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb0"
			     "8e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
			     "76fc6ece0f4e1768cddf8853bb2d551b";
	struct span key = rig_hex(&h[0], "feffe9928665731c6d6a8f9467308308"
					 "feffe9928665731c6d6a8f9467308308");
	struct crypto_gcm g = {
		.nonce = rig_hex(&h[1], "cafebabefacedbaddecaf888"),
		.bound = rig_hex(&h[2], "feedfacedeadbeeffeedfacedeadbeefabaddad2"),
	};
	memcpy(g.key, key.p, sizeof g.key);
	struct span plain = rig_hex(&h[3], text);
	uint8_t out[60 + CRYPTO_GCM_TAG], back[60];
	assert_int_equal(crypto_gcm_seal(r.c, &g, plain, out), OK);
	assert_hex(out, sizeof out, sealed);
	assert_int_equal(crypto_gcm_open(r.c, &g, span_of(out, sizeof out), back), OK);
	assert_memory_equal(back, plain.p, plain.n);
	rig_fini(&r);
}

/* In its own place, with nothing bound to it, and empty. */
static void what_was_sealed_opens(void **state)
{
	struct rig r;
	rig_init(&r);
	uint8_t nonce[CRYPTO_GCM_NONCE] = { 1 }, octets[100 + CRYPTO_GCM_TAG];
	struct crypto_gcm g = { .key = { 2 }, .nonce = span_of(nonce, sizeof nonce) };
	for (size_t n = 0; n <= 100; n += 10) {
		memset(octets, (int)n, n);
		assert_int_equal(crypto_gcm_seal(r.c, &g, span_of(octets, n), octets), OK);
		struct span whole = span_of(octets, n + CRYPTO_GCM_TAG);
		assert_int_equal(crypto_gcm_open(r.c, &g, whole, octets), OK);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(octets[i], n);
	}
	rig_fini(&r);
}

/* CRYPTO-10.2 */
static void any_change_is_noticed_and_shows_nothing(void **state)
{
	struct rig r;
	rig_init(&r);
	uint8_t nonce[CRYPTO_GCM_NONCE] = { 1 }, sealed[7 + CRYPTO_GCM_TAG], out[7];
	struct crypto_gcm g = { .key = { 2 },
				.nonce = span_of(nonce, sizeof nonce),
				.bound = span_str("row") };
	assert_int_equal(crypto_gcm_seal(r.c, &g, span_str("secrets"), sealed), OK);
	for (size_t i = 0; i < sizeof sealed * 8; i++) {
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
		memset(out, 0xee, sizeof out);
		assert_int_equal(crypto_gcm_open(r.c, &g, span_of(sealed, sizeof sealed), out),
				 ERR_DENIED);
		for (size_t k = 0; k < sizeof out; k++)
			assert_int_equal(out[k], 0);
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	struct span whole = span_of(sealed, sizeof sealed);
	for (size_t n = 0; n < sizeof sealed; n++) {
		uint8_t *cut = rig_copy(span_of(sealed, n));
		assert_int_equal(crypto_gcm_open(r.c, &g, span_of(cut, n), out), ERR_DENIED);
		free(cut);
	}
	g.bound = span_str("raw");
	assert_int_equal(crypto_gcm_open(r.c, &g, whole, out), ERR_DENIED);
	g.bound = span_str("row");
	nonce[3] ^= 1;
	assert_int_equal(crypto_gcm_open(r.c, &g, whole, out), ERR_DENIED);
	nonce[3] ^= 1;
	g.key[31] ^= 1;
	assert_int_equal(crypto_gcm_open(r.c, &g, whole, out), ERR_DENIED);
	g.key[31] ^= 1;
	g.nonce.n--;
	assert_int_equal(crypto_gcm_open(r.c, &g, whole, out), ERR_RANGE);
	assert_int_equal(crypto_gcm_seal(r.c, &g, span_str("x"), out), ERR_RANGE);
	g.nonce.n++;
	assert_int_equal(crypto_gcm_open(r.c, &g, whole, out), OK);
	assert_memory_equal(out, "secrets", 7);
	rig_fini(&r);
}

/* CRYPTO-10.3: RFC 5869, A.1, and the same inputs under SHA-512, computed by another program. */
static void hkdf_is_that_of_its_rfc(void **state)
{
	struct rig r;
	struct rig_hex h[3];
	rig_init(&r);
	struct crypto_hkdf in = {
		.secret = rig_hex(&h[0], "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
		.salt = rig_hex(&h[1], "000102030405060708090a0b0c"),
		.info = rig_hex(&h[2], "f0f1f2f3f4f5f6f7f8f9"),
	};
	uint8_t out[42];
	assert_int_equal(crypto_hkdf(r.c, &in, out, sizeof out), OK);
	assert_hex(out, sizeof out,
		   "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf3400"
		   "7208d5b887185865");
	in.hash = CRYPTO_HKDF_SHA512;
	assert_int_equal(crypto_hkdf(r.c, &in, out, sizeof out), OK);
	assert_hex(out, sizeof out,
		   "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da"
		   "362cb8d9f925d7cb");
	rig_fini(&r);
}

static void hkdf_goes_without_salt_and_info(void **state)
{
	struct rig r;
	struct rig_hex h;
	rig_init(&r);
	/* RFC 5869, A.3 */
	const struct crypto_hkdf in = {
		.secret = rig_hex(&h, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
	};
	uint8_t out[256];
	assert_int_equal(crypto_hkdf(r.c, &in, out, 42), OK);
	assert_hex(out, 42,
		   "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d20"
		   "1395faa4b61a96c8");
	assert_int_equal(crypto_hkdf(r.c, &in, out, 0), ERR_RANGE);
	assert_int_equal(crypto_hkdf(r.c, &in, out, 256), ERR_RANGE);
	assert_int_equal(crypto_hkdf(r.c, &(struct crypto_hkdf){ 0 }, out, 1), ERR_RANGE);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gcm_is_that_of_its_paper),
		cmocka_unit_test(what_was_sealed_opens),
		cmocka_unit_test(any_change_is_noticed_and_shows_nothing),
		cmocka_unit_test(hkdf_is_that_of_its_rfc),
		cmocka_unit_test(hkdf_goes_without_salt_and_info),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
