/* Names as people write them, and octets as text. */
#include "failing_env.h"

#include "ops/types.h"
#include "pnrp/id.h"

#define KEY "0123456789abcdef0123456789abcdef01234567"

static char why_buffer[600];

static enum err read_it(const char *s, struct pnrp_name *out)
{
	struct text why = TEXT_OF(why_buffer);
	return ops_name_read(s, out, &why);
}

static void reads_as(const char *typed, const char *want)
{
	struct pnrp_name n;
	char buffer[OPS_PEER_NAME_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (read_it(typed, &n) != OK)
		fail_msg("%s: %s", typed, why_buffer);
	pnrp_name_text(&t, &n);
	assert_string_equal(buffer, want);
}

static void names_are_read(void **state)
{
	reads_as("0.printer-room", "0.printer-room");
	reads_as("printer-room", "0.printer-room");
	reads_as("printer-room.pnrp.net", "0.printer-room");
	reads_as("printer-room.PNRP.net.", "0.printer-room");
	reads_as("0.a.b.c", "0.a.b.c");
	reads_as("0.example.pnrp.net", "0.example.pnrp.net");
	reads_as(KEY ".attic", KEY ".attic");
	reads_as(KEY ".a.pnrp.net", KEY ".a.pnrp.net");
	reads_as("Two Words", "0.Two Words");
	reads_as("cafe\xcc\x81", "0.caf\xc3\xa9");
	reads_as("p" KEY ".pnrp.net", "0.p" KEY);
	reads_as("p.p" KEY ".pnrp.net", KEY ".");
}

static void others_are_refused(void **state)
{
	static const struct {
		const char *typed;
		enum err err;
		const char *why;
	} rows[] = {
		{ "", ERR_MALFORMED, "it is empty" },
		{ "\xc3\x28", ERR_MALFORMED, "no UTF-8" },
		{ "www.example.net", ERR_MALFORMED, "0 (then it is 0." },
		{ "0", ERR_MALFORMED, "" },
		{ ".pnrp.net", ERR_MALFORMED, "" },
	};
	struct pnrp_name n;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum err e = read_it(rows[i].typed, &n);
		if (e != rows[i].err || !strstr(why_buffer, rows[i].why))
			fail_msg("%s: %s, %s", rows[i].typed, err_name(e), why_buffer);
	}
}

/* Whatever is typed is a name or refused, and cut text never runs over. */
static void any_length_is_fine(void **state)
{
	char typed[600];
	struct pnrp_name n;
	for (size_t length = 1; length < sizeof(typed); length += 7) {
		memset(typed, 'x', length);
		typed[length] = 0;
		enum err e = read_it(typed, &n);
		assert_int_equal(e, length <= PNRP_CLASSIFIER_MAX ? OK : ERR_RANGE);
	}
}

static void forms_are_given(void **state)
{
	struct ops_conversion c;
	struct failing_env f;
	struct arena mem;
	struct text why = TEXT_OF(why_buffer);
	failing_env_init(&f, 1);
	arena_init(&mem, &f.env, 256);
	assert_int_equal(ops_name_convert("attic", &c, &mem, &why), OK);
	assert_string_equal(c.name, "0.attic");
	assert_string_equal(c.host, "attic.pnrp.net");
	assert_false(c.secure);
	assert_string_equal(c.why, "");
	assert_int_equal(ops_name_convert("0.Attic Door", &c, &mem, &why), OK);
	assert_string_equal(c.host, "");
	assert_true(c.why[0] != 0);
	assert_int_equal(ops_name_convert("a.b", &c, &mem, &why), ERR_MALFORMED);
	arena_free(&mem);
	failing_env_fail_at(&f, 1);
	arena_init(&mem, &f.env, 256);
	assert_int_equal(ops_name_convert("0.Attic Door", &c, &mem, &why), ERR_NOMEM);
	arena_free(&mem);
	failing_env_assert_clean(&f);
}

/* RFC 4648, section 10. */
static void octets_as_text(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];
		uint8_t octets[8];
		size_t n = 99;
		struct text t = TEXT_OF(text);
		ops_base64_put(&t, span_str(rows[i][0]));
		assert_string_equal(text, rows[i][1]);
		assert_int_equal(ops_base64_take(text, octets, sizeof(octets), &n), OK);
		assert_int_equal(n, strlen(rows[i][0]));
		assert_memory_equal(octets, rows[i][0], n);
	}
}

static void bad_text_is_no_octets(void **state)
{
	static const char *const rows[] = { "A",	"AA",	"AAA",	 "====",    "A===", "AA=A",
					    "AA==AAAA", "A A=", "AA\n=", "AAA\xff", "AA-_" };
	uint8_t octets[8];
	size_t n = 99;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ops_base64_take(rows[i], octets, sizeof(octets), &n),
				 ERR_MALFORMED);
	assert_int_equal(ops_base64_take("AAAAAAAAAAAA", octets, sizeof(octets), &n), ERR_RANGE);
	assert_int_equal(n, 99);
}

static void random_octets_round_trip(void **state)
{
	struct failing_env f;
	uint8_t octets[300], back[300];
	char text[401];
	failing_env_init(&f, 7);
	for (size_t n = 0; n <= sizeof(octets); n++) {
		size_t got = 0;
		struct text t = TEXT_OF(text);
		failing_env_random(&f, octets, n);
		ops_base64_put(&t, span_of(octets, n));
		assert_int_equal(t.n, OPS_BASE64_MAX(n));
		assert_int_equal(ops_base64_take(text, back, sizeof(back), &got), OK);
		assert_int_equal(got, n);
		assert_memory_equal(back, octets, n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),	    cmocka_unit_test(others_are_refused),
		cmocka_unit_test(any_length_is_fine),	    cmocka_unit_test(forms_are_given),
		cmocka_unit_test(octets_as_text),	    cmocka_unit_test(bad_text_is_no_octets),
		cmocka_unit_test(random_octets_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
