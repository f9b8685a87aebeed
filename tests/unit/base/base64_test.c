#include "../failing_env.h"
#include "base/base64.h"

/* RFC 4648, section 10. */
static const char *const vectors[][2] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void octets_are_text(void **state)
{
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char text[32];
		uint8_t octets[8];
		size_t n = 99;
		struct text t = TEXT_OF(text);
		base64_put(&t, span_str(vectors[i][0]));
		assert_string_equal(text, vectors[i][1]);
		assert_int_equal(base64_take(span_str(text), octets, sizeof octets, &n), OK);
		assert_int_equal(n, strlen(vectors[i][0]));
		assert_memory_equal(octets, vectors[i][0], n);
	}
}

static void other_text_is_none(void **state)
{
	static const struct span rows[] = {
#define ROW(s) { (const uint8_t *)(s), sizeof(s) - 1 }
		ROW("A"),    ROW("AA"),	      ROW("AAA"),  ROW("===="),	    ROW("A==="),
		ROW("AA=A"), ROW("AA==AAAA"), ROW("A A="), ROW("AA\n="),    ROW("AAA\xff"),
		ROW("AA-_"), ROW("AAA\0"),    ROW("=AAA"), ROW("AAAA===="),
#undef ROW
	};
	uint8_t octets[8];
	size_t n = 99;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(base64_take(rows[i], octets, sizeof octets, &n), ERR_MALFORMED);
	assert_int_equal(base64_take(span_str("AAAAAAAAAAAA"), octets, sizeof octets, &n),
			 ERR_RANGE);
	assert_int_equal(n, 99);
}

static void random_octets_round_trip(void **state)
{
	struct failing_env f;
	uint8_t octets[300], back[300];
	char text[BASE64_MAX(sizeof octets) + 1];
	failing_env_init(&f, 7);
	for (size_t n = 0; n <= sizeof octets; n++) {
		size_t got = 0;
		struct text t = TEXT_OF(text);
		failing_env_random(&f, octets, n);
		base64_put(&t, span_of(octets, n));
		assert_int_equal(t.n, BASE64_MAX(n));
		assert_int_equal(base64_take(span_of(text, t.n), back, n, &got), OK);
		assert_int_equal(got, n);
		assert_memory_equal(back, octets, n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_are_text),
		cmocka_unit_test(other_text_is_none),
		cmocka_unit_test(random_octets_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
