/* Values of the public header that need no engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <homestead.h>

static void guids_are_text_and_back(void **state)
{
	static const char *const good[] = { "0ccbb0d2-be41-4bd6-914b-058ec5dcce64",
					    "{0CCBB0D2-BE41-4BD6-914B-058EC5DCCE64}" };
	static const char *const bad[] = { "",
					   "0ccbb0d2",
					   "0ccbb0d2-be41-4bd6-914b-058ec5dcce6",
					   "0ccbb0d2-be41-4bd6-914b-058ec5dcce644",
					   "0ccbb0d2-be41-4bd6-914b-058ec5dcce6g",
					   "0ccbb0d2xbe41-4bd6-914b-058ec5dcce64",
					   "{0ccbb0d2-be41-4bd6-914b-058ec5dcce64" };
	hst_guid g;
	char digits[HST_GUID_TEXT];
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(hst_guid_parse(good[i], &g), HST_OK);
		assert_int_equal(g.at[0], 0x0c);
		hst_guid_text(&g, digits);
		assert_string_equal(digits, good[0]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(hst_guid_parse(bad[i], &g), HST_E_INVALID);
	assert_int_equal(hst_guid_parse(NULL, &g), HST_E_INVALID);
}

static void words_have_types(void **state)
{
	hst_guid one, two, again;
	assert_int_equal(hst_record_type("note", &one), HST_OK);
	assert_int_equal(hst_record_type("note", &again), HST_OK);
	assert_int_equal(hst_record_type("notes", &two), HST_OK);
	assert_memory_equal(&one, &again, sizeof(one));
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_int_equal(hst_record_type("", &one), HST_E_INVALID);
	assert_int_equal(hst_record_type("two words", &one), HST_E_INVALID);
	assert_int_equal(hst_record_type(NULL, &one), HST_E_INVALID);
}

static void addresses_are_read(void **state)
{
	hst_address x;
	const struct sockaddr_in *v4 = (void *)&x.addr;
	const struct sockaddr_in6 *v6 = (void *)&x.addr;
	assert_int_equal(hst_address_parse("192.0.2.7", 3587, &x), HST_OK);
	assert_int_equal(v4->sin_family, AF_INET);
	assert_int_equal(ntohs(v4->sin_port), 3587);
	assert_int_equal(hst_address_parse("[2001:db8::7]:99", 3587, &x), HST_OK);
	assert_int_equal(v6->sin6_family, AF_INET6);
	assert_int_equal(ntohs(v6->sin6_port), 99);
	assert_int_equal(hst_address_parse("nowhere", 3587, &x), HST_E_INVALID);
	assert_int_equal(hst_address_parse(NULL, 3587, &x), HST_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guids_are_text_and_back),
		cmocka_unit_test(words_have_types),
		cmocka_unit_test(addresses_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
