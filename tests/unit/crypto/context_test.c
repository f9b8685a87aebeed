#include "crypto/crypto_int.h"
#include "rig.h"
#include "vectors.h"

/* CRYPTO-1.1 */
static void profiles_say_their_sizes(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	assert_string_equal(p->name, "modern");
	assert_int_equal(p->hash_size, 32);
	assert_int_equal(p->public_size, 91);
	assert_int_equal(p->signature_size, 64);
	assert_null(crypto_profile(CRYPTO_PROFILE_COUNT));
	RIG_EACH_PROFILE(q)
	{
		assert_true(q->public_size <= CRYPTO_PUBLIC_MAX);
		assert_true(q->signature_size <= CRYPTO_SIGNATURE_MAX);
		assert_true(q->hash_size <= CRYPTO_HASH_MAX);
	}
}

/* CRYPTO-1.2 */
static void contexts_come_and_go(void **state)
{
	struct rig a, b;
	rig_init(&a);
	rig_init(&b);
	rig_fini(&a);
	rig_init(&a);
	rig_fini(&b);
	rig_fini(&a);
	crypto_free(NULL);
}

static void without_memory_there_is_no_context(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct crypto *c = NULL;
		enum err e = crypto_new(&c, &f.env);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		crypto_free(c);
		failing_env_assert_clean(&f);
	}
}

struct hash_vector {
	enum crypto_profile_id id;
	const char *text, *hash;
};

static const struct hash_vector hashes[] = {
	{ CRYPTO_MODERN, "abc",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ CRYPTO_MODERN, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ CRYPTO_CLASSIC, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ CRYPTO_CLASSIC, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
};

/* CRYPTO-1.3: the same in any parts, and cut. */
static void hashes_are_those_of_the_profile(void **state)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
		const struct crypto_profile *p = crypto_profile(hashes[i].id);
		if (!p)
			continue;
		struct rig_hex h;
		struct span want = rig_hex(&h, hashes[i].hash), text = span_str(hashes[i].text);
		assert_int_equal(want.n, p->hash_size);
		for (size_t cut = 0; cut <= text.n; cut++) {
			struct span parts[] = { span_of(text.p, cut), span_of(NULL, 0),
						span_of(text.p + cut, text.n - cut) };
			uint8_t out[33];
			memset(out, 0xee, sizeof out);
			crypto_hash(r.c, p, parts, 3, out, want.n);
			assert_memory_equal(out, want.p, want.n);
			assert_int_equal(out[want.n], 0xee);
			memset(out, 0xee, sizeof out);
			crypto_hash(r.c, p, parts, 3, out, 7);
			assert_memory_equal(out, want.p, 7);
			assert_int_equal(out[7], 0xee);
		}
	}
	rig_fini(&r);
}

static const struct hash_vector fingerprints[] = {
	{ CRYPTO_MODERN, "abc", "ba7816bf8f01cfea414140de5dae2223" },
	{ CRYPTO_MODERN, "", "e3b0c44298fc1c149afbf4c8996fb924" },
	{ CRYPTO_CLASSIC, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ CRYPTO_CLASSIC, "", "d41d8cd98f00b204e9800998ecf8427e" },
};

/* CRYPTO-1.6: RFC 1321 and RFC 6234, in any parts; 16 octets and no more. */
static void fingerprints_are_those_of_the_profile(void **state)
{
	struct rig r;
	rig_init(&r);
	for (size_t i = 0; i < sizeof fingerprints / sizeof *fingerprints; i++) {
		if (!crypto_profile(fingerprints[i].id))
			continue;
		struct rig_hex h;
		struct span want = rig_hex(&h, fingerprints[i].hash);
		struct span text = span_str(fingerprints[i].text);
		assert_int_equal(want.n, CRYPTO_FINGERPRINT);
		for (size_t cut = 0; cut <= text.n; cut++) {
			struct span parts[] = { span_of(text.p, cut),
						span_of(text.p + cut, text.n - cut) };
			uint8_t out[CRYPTO_FINGERPRINT + 1];
			memset(out, 0xee, sizeof out);
			crypto_fingerprint(r.c, fingerprints[i].id, parts, 2, out);
			assert_memory_equal(out, want.p, want.n);
			assert_int_equal(out[CRYPTO_FINGERPRINT], 0xee);
		}
	}
	rig_fini(&r);
}

static void nothing_hashed_is_the_empty_text(void **state)
{
	struct rig r;
	rig_init(&r);
	RIG_EACH_PROFILE(p)
	{
		uint8_t none[CRYPTO_HASH_MAX], empty[CRYPTO_HASH_MAX];
		struct span s = span_str("");
		crypto_hash(r.c, p, NULL, 0, none, p->hash_size);
		crypto_hash(r.c, p, &s, 1, empty, p->hash_size);
		assert_memory_equal(none, empty, p->hash_size);
	}
	rig_fini(&r);
}

static void assert_authority(enum crypto_profile_id id, const char *public, const char *want)
{
	const struct crypto_profile *p = crypto_profile(id);
	if (!p)
		return;
	struct rig r;
	struct rig_hex a, b;
	uint8_t out[CRYPTO_AUTHORITY];
	rig_init(&r);
	struct span key = rig_hex(&a, public);
	assert_int_equal(key.n, p->public_size);
	crypto_authority(r.c, p, key, out);
	assert_memory_equal(out, rig_hex(&b, want).p, sizeof out);
	rig_fini(&r);
}

/* CRYPTO-1.4: pnrp 19 and grouping T12. */
static void authorities_are_those_of_the_digests(void **state)
{
	assert_authority(CRYPTO_CLASSIC, VECTOR_K1, "b218e867816cd8ce4ff5eb17728869ff96cef742");
	assert_authority(CRYPTO_MODERN, VECTOR_P256_PUBLIC,
			 "5a7a78cca4a0f420d9bc62bb669c3c2759e39f72");
}

/* CRYPTO-2.1: the library's own generator copies out of what is lent. */
static void the_library_draws_from_the_lent_env(void **state)
{
	struct rig r;
	struct failing_env f, g;
	uint8_t drawn[3][5], want[3][5];
	rig_init(&r);
	failing_env_init(&f, 99);
	failing_env_init(&g, 99);
	crypto_lend(r.c, &f.env);
	assert_int_equal(RAND_bytes_ex(r.c->lib, drawn[0], 5, 0), 1);
	assert_int_equal(RAND_priv_bytes_ex(r.c->lib, drawn[1], 5, 0), 1);
	assert_int_equal(RAND_bytes_ex(r.c->lib, drawn[2], 5, 0), 1);
	crypto_give_back(r.c);
	for (size_t i = 0; i < 3; i++)
		g.env.random(g.env.ctx, want[i], 5);
	assert_memory_equal(drawn, want, sizeof want);
	rig_fini(&r);
}

/* CRYPTO-2.2 */
static void the_library_draws_nothing_else(void **state)
{
	struct rig r;
	uint8_t out[16] = { 0 }, zero[16] = { 0 };
	rig_init(&r);
	ERR_set_mark();
	assert_int_equal(RAND_bytes_ex(r.c->lib, out, sizeof out, 0), 0);
	assert_int_equal(RAND_priv_bytes_ex(r.c->lib, out, sizeof out, 0), 0);
	assert_null(EVP_PKEY_Q_keygen(r.c->lib, NULL, "EC", "P-256"));
	ERR_pop_to_mark();
	assert_memory_equal(out, zero, sizeof out);
	rig_fini(&r);
}

/* Two contexts do not draw from each other's env. */
static void contexts_draw_apart(void **state)
{
	struct rig a, b;
	struct failing_env f, g;
	uint8_t x[8], y[8], want[8];
	rig_init(&a);
	rig_init(&b);
	failing_env_init(&f, 1);
	failing_env_init(&g, 2);
	crypto_lend(a.c, &f.env);
	crypto_lend(b.c, &g.env);
	assert_int_equal(RAND_bytes_ex(b.c->lib, y, sizeof y, 0), 1);
	assert_int_equal(RAND_bytes_ex(a.c->lib, x, sizeof x, 0), 1);
	failing_env_init(&f, 1);
	f.env.random(f.env.ctx, want, sizeof want);
	assert_memory_equal(x, want, sizeof want);
	failing_env_init(&g, 2);
	g.env.random(g.env.ctx, want, sizeof want);
	assert_memory_equal(y, want, sizeof want);
	rig_fini(&a);
	rig_fini(&b);
}

/* CRYPTO-1.5 */
static void secrets_are_wiped_and_compared(void **state)
{
	uint8_t a[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, b[9];
	memcpy(b, a, sizeof a);
	assert_true(crypto_equal(span_of(a, 9), span_of(b, 9)));
	assert_false(crypto_equal(span_of(a, 9), span_of(b, 8)));
	assert_true(crypto_equal(span_of(NULL, 0), span_of(b, 0)));
	for (size_t i = 0; i < 9; i++) {
		b[i] ^= 0x80;
		assert_false(crypto_equal(span_of(a, 9), span_of(b, 9)));
		b[i] ^= 0x80;
	}
	crypto_wipe(a, 8);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(a[i], 0);
	assert_int_equal(a[8], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_say_their_sizes),
		cmocka_unit_test(contexts_come_and_go),
		cmocka_unit_test(without_memory_there_is_no_context),
		cmocka_unit_test(hashes_are_those_of_the_profile),
		cmocka_unit_test(fingerprints_are_those_of_the_profile),
		cmocka_unit_test(nothing_hashed_is_the_empty_text),
		cmocka_unit_test(authorities_are_those_of_the_digests),
		cmocka_unit_test(the_library_draws_from_the_lent_env),
		cmocka_unit_test(the_library_draws_nothing_else),
		cmocka_unit_test(contexts_draw_apart),
		cmocka_unit_test(secrets_are_wiped_and_compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
