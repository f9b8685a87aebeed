#include "pair.h"

static const char *const versions[CRYPTO_PROFILE_COUNT] = { "TLSv1.3", "TLSv1.3" };

/* CRYPTO-6.1, CRYPTO-6.3 */
static void two_ends_meet(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct pair t;
		pair_init(&t, p, 1);
		pair_connect(&t);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(t.end[i].judged, 1);
			assert_true(span_eq(crypto_tls_peer(t.end[i].tls), pair_cert(&t, !i)));
			assert_string_equal(crypto_tls_version(t.end[i].tls), versions[p->id]);
			assert_string_equal(crypto_tls_suite(t.end[i].tls),
					    "TLS_AES_128_GCM_SHA256");
			pair_say(&t, i, span_str("hello"));
		}
		pair_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ends_meet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
