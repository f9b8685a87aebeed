#include "../failing_env.h"

#include "pnrp/ssdp.h"

/* PNRP-9.6 */

static const struct addr group_link = { ADDR_IPV6, { 0xff, 0x02, [15] = 0x0c }, 1900, 0 };
static const struct addr group4 = { ADDR_IPV4, { 239, 255, 255, 250 }, 1900, 0 };

/* Vector S1 of the digest: a search of Windows. */
static const char s1[] = "M-SEARCH * HTTP/1.1\r\n"
			 "Host:[FF02::C]:1900\r\n"
			 "ST:urn:Microsoft Windows Peer Name Resolution Protocol: "
			 "V4:IPV6:LinkLocal\r\n"
			 "Man:\"ssdp:discover\"\r\n"
			 "MX:3\r\n"
			 "\r\n";
static const char target_s1[] =
	"urn:Microsoft Windows Peer Name Resolution Protocol: V4:IPV6:LinkLocal";

static enum err parse(const char *text, struct pnrp_ssdp *m)
{
	return pnrp_ssdp_parse(span_str(text), m);
}

static void targets(void **state)
{
	static const struct {
		enum crypto_profile_id profile;
		bool ipv4;
		enum pnrp_scope scope;
		const char *tail;
	} rows[] = {
		{ CRYPTO_CLASSIC, false, PNRP_SCOPE_LINK, "V4:IPV6:LinkLocal" },
		{ CRYPTO_CLASSIC, false, PNRP_SCOPE_SITE, "V4:IPV6:SiteLocal" },
		{ CRYPTO_CLASSIC, true, PNRP_SCOPE_GLOBAL, "V4:IPV4:Global" },
		{ CRYPTO_MODERN, false, PNRP_SCOPE_GLOBAL, "V5:IPV6:Global" },
		{ CRYPTO_MODERN, true, PNRP_SCOPE_LINK, "V5:IPV4:LinkLocal" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buffer[PNRP_SSDP_TARGET_MAX + 1];
		struct text t = TEXT_OF(buffer);
		const struct pnrp_profile *p = pnrp_profile(rows[i].profile);
		assert_non_null(p);
		pnrp_ssdp_target(&t, p, rows[i].ipv4, rows[i].scope);
		assert_memory_equal(t.p,
				    "urn:Microsoft Windows Peer Name Resolution Protocol: ", 53);
		assert_string_equal(t.p + 53, rows[i].tail);
	}
}

static void vector_s1(void **state)
{
	char st[PNRP_SSDP_TARGET_MAX + 1], buffer[PNRP_SSDP_MAX];
	struct text target = TEXT_OF(st), t = TEXT_OF(buffer);
	struct pnrp_ssdp m;
	pnrp_ssdp_target(&target, pnrp_profile(CRYPTO_CLASSIC), false, PNRP_SCOPE_LINK);
	pnrp_ssdp_search(&t, span_of(st, target.n), &group_link, 3);
	assert_int_equal(t.n, 146);
	assert_string_equal(t.p, s1);
	assert_int_equal(parse(s1, &m), OK);
	assert_int_equal(m.kind, PNRP_SSDP_SEARCH);
	assert_int_equal(m.mx, 3);
	assert_true(span_eq(m.target, span_str(target_s1)));
}

static void a_search_of_ipv4(void **state)
{
	char buffer[PNRP_SSDP_MAX];
	struct text t = TEXT_OF(buffer);
	pnrp_ssdp_search(&t, span_str("x"), &group4, 1);
	assert_non_null(strstr(t.p, "\r\nHost:239.255.255.250:1900\r\n"));
	assert_non_null(strstr(t.p, "\r\nMX:1\r\n\r\n"));
}

static void answers_come_back(void **state)
{
	static const struct {
		struct addr at;
		const char *text;
	} rows[] = {
		{ { ADDR_IPV6, { 0xfe, 0x80, [15] = 7 }, 3540, 4 }, "AL:[fe80::7]:3540\r\n" },
		{ { ADDR_IPV4, { 192, 0, 2, 7 }, 40000, 0 }, "AL:192.0.2.7:40000\r\n" },
	};
	for (size_t i = 0; i < 2; i++) {
		char buffer[PNRP_SSDP_MAX];
		struct text t = TEXT_OF(buffer);
		struct pnrp_ssdp m;
		struct addr plain = rows[i].at;
		plain.scope = 0;
		pnrp_ssdp_answer(&t, span_str(target_s1), &rows[i].at);
		assert_non_null(strstr(t.p, rows[i].text));
		assert_non_null(strstr(t.p, "USN:"));
		assert_int_equal(parse(t.p, &m), OK);
		assert_int_equal(m.kind, PNRP_SSDP_ANSWER);
		assert_true(addr_eq(&m.at, &plain));
		assert_true(span_eq(m.target, span_str(target_s1)));
		/* Less than twice what it answers: no weapon. */
		assert_true(t.n < 2 * sizeof(s1));
	}
}

/* As others write it: blanks, order, case, unknown headers, LF alone. */
static void lenient(void **state)
{
	static const char *const good[] = {
		"HTTP/1.1 200 OK\r\nST: x\r\nAL: [2001:db8::1]:3540 \r\n\r\n",
		"http/1.0 200 fine\nal:[2001:db8::1]:3540\nst:x\n",
		("HTTP/1.1 200 OK\r\nExt:\r\nOPT:\"http://schemas\"; ns=01\r\n01-NLS:abc\r\n"
		 "Location:\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n\r\nrest: that is not read"),
		"HTTP/1.1 200 OK\r\nAL\t:\t[2001:db8::1]:3540\r\nST :x",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct pnrp_ssdp m;
		assert_int_equal(parse(good[i], &m), OK);
		assert_int_equal(m.kind, PNRP_SSDP_ANSWER);
		assert_int_equal(m.at.port, 3540);
		assert_true(span_eq(m.target, span_str("x")));
	}
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\r\n",
		"GET / HTTP/1.1\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n\r\n",
		"NOTIFY * HTTP/1.1\r\nST:x\r\nMX:1\r\n\r\n",
		"HTTP/1.1 404 No\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nAL:[2001:db8::1]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:2001:db8::1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:[2001:db8::1]:1024\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:[fe80::1%3]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:[ff02::1]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:[::]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:x\r\nAL:host.example:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nST:\r\nAL:[2001:db8::1]:3540\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno header\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n\r\n",
		"M-SEARCH * HTTP/1.1\r\nST:x\r\nMan:\"ssdp:discover\"\r\n\r\n",
		"M-SEARCH * HTTP/1.1\r\nST:x\r\nMX:3\r\n\r\n",
		"M-SEARCH * HTTP/1.1\r\nST:x\r\nMan:\"ssdp:other\"\r\nMX:3\r\n\r\n",
		"M-SEARCH * HTTP/1.1\r\nST:x\r\nMan:\"ssdp:discover\"\r\nMX:121\r\n\r\n",
		"M-SEARCH * HTTP/1.1\r\nST:x\r\nMan:\"ssdp:discover\"\r\nMX:-1\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pnrp_ssdp m;
		if (parse(bad[i], &m) != ERR_MALFORMED)
			fail_msg("taken: %s", bad[i]);
	}
}

static void bounded(void **state)
{
	char text[PNRP_SSDP_MAX + 2];
	struct pnrp_ssdp m;
	struct text t = TEXT_OF(text);
	text_str(&t, "HTTP/1.1 200 OK\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n");
	for (size_t i = 2; i < PNRP_SSDP_LINES; i++)
		text_str(&t, "a:b\r\n");
	assert_int_equal(parse(text, &m), OK);
	text_str(&t, "a:b\r\n");
	assert_int_equal(parse(text, &m), ERR_MALFORMED);
	t = TEXT_OF(text);
	text_str(&t, "HTTP/1.1 200 OK\r\nST:x\r\nAL:[2001:db8::1]:3540\r\n\r\n");
	while (!t.cut)
		text_char(&t, 'z');
	assert_int_equal(pnrp_ssdp_parse(span_of(text, PNRP_SSDP_MAX), &m), OK);
	assert_int_equal(pnrp_ssdp_parse(span_of(text, PNRP_SSDP_MAX + 1), &m), ERR_MALFORMED);
	t = TEXT_OF(text);
	text_str(&t, "HTTP/1.1 200 OK\r\nAL:[2001:db8::1]:3540\r\nST:");
	for (size_t i = 0; i < PNRP_SSDP_TARGET_MAX + 1; i++)
		text_char(&t, 's');
	text_str(&t, "\r\n\r\n");
	assert_int_equal(parse(text, &m), ERR_MALFORMED);
}

/* What is cut is refused, or says what its lines so far say. */
static void every_truncation(void **state)
{
	uint8_t copy[sizeof(s1)];
	for (size_t n = 0; n < sizeof(s1) - 1; n++) {
		struct pnrp_ssdp m;
		uint8_t *p = copy + sizeof(copy) - n; /* sanitizers see a step too far */
		memcpy(p, s1, n);
		enum err e = pnrp_ssdp_parse(span_of(p, n), &m);
		bool whole = n >= 142; /* up to "MX:3" */
		assert_int_equal(e, whole ? OK : ERR_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),	    cmocka_unit_test(vector_s1),
		cmocka_unit_test(a_search_of_ipv4), cmocka_unit_test(answers_come_back),
		cmocka_unit_test(lenient),	    cmocka_unit_test(refused),
		cmocka_unit_test(bounded),	    cmocka_unit_test(every_truncation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
