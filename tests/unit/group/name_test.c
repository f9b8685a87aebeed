/* Peer names: digest grouping 2; vectors T7 and T12. */
#include "people.h"

#include "../crypto/vectors.h"
#include "base/number.h"

#define A40 "0123456789abcdef0123456789abcdef01234567"

static void put_many(char *to, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memcpy(to + i * strlen(what), what, strlen(what));
	to[n * strlen(what)] = 0;
}

/* GROUP-1.1 */
static void a_secure_name_is_taken_apart(void **state)
{
	static const struct {
		const char *text, *classifier;
	} rows[] = { { A40 ".alice", "alice" },
		     { A40 ".", "" },
		     { A40 ".a.b c", "a.b c" },
		     { A40 ".\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_name n;
		assert_int_equal(group_name_parse(&n, span_str(rows[i].text)), OK);
		assert_true(span_eq(n.authority, span_str(A40)));
		assert_true(span_eq(n.classifier, span_str(rows[i].classifier)));
	}
}

/* GROUP-1.1 */
static void others_are_none(void **state)
{
	static const struct span rows[] = {
#define ROW(s) { (const uint8_t *)(s), sizeof(s) - 1 }
		ROW(""),
		ROW("alice"),
		ROW("0.alice"),
		ROW(A40),
		ROW(A40 "alice"),
		ROW("0123456789ABCDEF0123456789abcdef01234567.a"),
		ROW("g123456789abcdef0123456789abcdef01234567.a"),
		ROW("123456789abcdef0123456789abcdef01234567.ab"),
		ROW("0" A40 ".a"),
		ROW(A40 ".a\0b"),
		ROW(A40 ".\xff"),
		ROW(A40 ".\xed\xa0\x80"),
#undef ROW
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_name n = { { NULL, 7 }, { NULL, 7 } };
		assert_int_equal(group_name_parse(&n, rows[i]), ERR_MALFORMED);
		assert_int_equal(n.authority.n, 7);
	}
}

/* GROUP-1.2: as UTF-16 counts, so that one beyond the first plane is two. */
static void a_classifier_has_an_end(void **state)
{
	static const struct {
		const char *one;
		size_t most;
	} rows[] = { { "a", 149 }, { "\xe2\x82\xac", 149 }, { "\xf0\x9f\x98\x80", 74 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t more = 0; more < 2; more++) {
			char text[1024] = A40 ".";
			struct group_name n;
			put_many(text + strlen(text), rows[i].one, rows[i].most + more);
			assert_int_equal(group_name_parse(&n, span_str(text)),
					 more ? ERR_MALFORMED : OK);
			assert_true(more || strlen(text) <= GROUP_NAME_OCTETS);
		}
}

static void assert_made(enum crypto_profile_id id, struct span public, const char *want)
{
	const struct crypto_profile *p = crypto_profile(id);
	struct failing_env f;
	struct crypto *c;
	char name[GROUP_NAME_OCTETS + 1];
	failing_env_init(&f, 1);
	if (!p)
		return;
	assert_int_equal(crypto_new(&c, &f.env), OK);
	struct text t = TEXT_OF(name);
	assert_int_equal(group_name_make(c, p, public, span_str("alice"), &t), OK);
	assert_string_equal(name, want);
	assert_true(group_name_of(c, p, span_str(name), public));
	name[5] = name[5] == '0' ? '1' : '0';
	assert_false(group_name_of(c, p, span_str(name), public));
	assert_false(group_name_of(c, p, span_str("alice"), public));
	crypto_free(c);
	failing_env_assert_clean(&f);
}

static struct span hex(const char *text, uint8_t *out, size_t size)
{
	size_t n;
	assert_int_equal(number_hex(span_str(text), out, size, &n), OK);
	return span_of(out, n);
}

/* The RSAPublicKey of key R1, out of its PKCS #8: its modulus, and e = 65537. */
static struct span public_of_r1(uint8_t out[140])
{
	uint8_t key[1024];
	struct span pkcs8 = hex(VECTOR_R1, key, sizeof key);
	memcpy(out, "\x30\x81\x89\x02\x81\x81\x00", 7);
	for (size_t i = 0; i + 131 <= pkcs8.n; i++)
		if (memcmp(pkcs8.p + i, "\x02\x81\x81\x00\xab\xe1\xad", 7) == 0)
			memcpy(out + 7, pkcs8.p + i + 4, 128);
	memcpy(out + 135, "\x02\x03\x01\x00\x01", 5);
	return span_of(out, 140);
}

/* GROUP-1.3, digest T7 and T12 */
static void authorities_are_those_of_the_digest(void **state)
{
	uint8_t r1[140], p256[128];
	assert_made(CRYPTO_CLASSIC, public_of_r1(r1),
		    "90cb4ad46c21cd0cfeea2e686633e077a0d36405.alice");
	assert_made(CRYPTO_MODERN, hex(VECTOR_P256_PUBLIC, p256, sizeof p256),
		    "5a7a78cca4a0f420d9bc62bb669c3c2759e39f72.alice");
}

/* GROUP-1.2 */
static void a_name_that_cannot_be_is_not_made(void **state)
{
	struct people t;
	char text[GROUP_NAME_OCTETS + 1], small[45], many[200];
	people_init(&t, CRYPTO_MODERN, 1);
	struct span public = crypto_key_public(t.keys[0]);
	struct text out = TEXT_OF(text), little = TEXT_OF(small);
	put_many(many, "a", 150);
	assert_int_equal(group_name_make(t.c, t.p->crypto, public, span_str(many), &out),
			 ERR_RANGE);
	assert_int_equal(group_name_make(t.c, t.p->crypto, public, span_of("a\0b", 3), &out),
			 ERR_MALFORMED);
	assert_int_equal(group_name_make(t.c, t.p->crypto, public, span_str("\x80"), &out),
			 ERR_MALFORMED);
	assert_int_equal(out.n, 0);
	assert_int_equal(group_name_make(t.c, t.p->crypto, public, span_str("four"), &little),
			 ERR_RANGE);
	people_fini(&t);
}

/* GROUP-1.4 */
static void a_group_has_a_name_for_its_participants(void **state)
{
	char text[64], small[52];
	struct text t = TEXT_OF(text), little = TEXT_OF(small);
	assert_int_equal(group_name_participant(span_str(A40 ".family"), &t), OK);
	assert_string_equal(text, A40 ".participant");
	assert_int_equal(group_name_participant(span_str("0.family"), &t), ERR_MALFORMED);
	assert_int_equal(group_name_participant(span_str(A40 ".family"), &little), ERR_RANGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secure_name_is_taken_apart),
		cmocka_unit_test(others_are_none),
		cmocka_unit_test(a_classifier_has_an_end),
		cmocka_unit_test(authorities_are_those_of_the_digest),
		cmocka_unit_test(a_name_that_cannot_be_is_not_made),
		cmocka_unit_test(a_group_has_a_name_for_its_participants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
