#include "../failing_env.h"
#include "base/addr.h"

static struct addr parsed(const char *s)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(s), 0, &a), OK);
	return a;
}

static void reads_as(const char *s, const char *want)
{
	char buffer[ADDR_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	struct addr a = parsed(s);
	addr_text(&t, &a);
	assert_false(t.cut);
	assert_string_equal(buffer, want);
}

static void fails(const char *s, enum err want)
{
	struct addr a = { .port = 99 };
	enum err e = addr_parse(span_str(s), 7, &a);
	if (e != want)
		print_error("# %s\n", s);
	assert_int_equal(e, want);
	assert_int_equal(a.port, 99);
	assert_int_equal(a.family, ADDR_NONE);
}

static void ipv4(void **state)
{
	struct addr a = parsed("192.0.2.1");
	assert_int_equal(a.family, ADDR_IPV4);
	assert_memory_equal(a.ip, "\xc0\x00\x02\x01", 5);
	assert_int_equal(a.port, 0);
	assert_int_equal(addr_ip_size(&a), 4);
	a = parsed("192.0.2.1:2587");
	assert_int_equal(a.port, 2587);
	reads_as("0.0.0.0", "0.0.0.0");
	reads_as("255.255.255.255:65535", "255.255.255.255:65535");
	reads_as("1.2.3.4:0", "1.2.3.4");
}

static void default_port(void **state)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str("1.2.3.4"), 2587, &a), OK);
	assert_int_equal(a.port, 2587);
	assert_int_equal(addr_parse(span_str("1.2.3.4:0"), 2587, &a), OK);
	assert_int_equal(a.port, 0);
	assert_int_equal(addr_parse(span_str("::1"), 2587, &a), OK);
	assert_int_equal(a.port, 2587);
	assert_int_equal(addr_parse(span_str("[::1]"), 2587, &a), OK);
	assert_int_equal(a.port, 2587);
	assert_int_equal(addr_parse(span_str("[::1]:9"), 2587, &a), OK);
	assert_int_equal(a.port, 9);
}

/* RFC 5952 sections 4 and 5. */
static void rfc5952(void **state)
{
	reads_as("2001:0db8::0001", "2001:db8::1");
	reads_as("2001:db8:0:0:0:0:2:1", "2001:db8::2:1");
	reads_as("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	reads_as("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	reads_as("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	reads_as("2001:DB8::ABCD:EF", "2001:db8::abcd:ef");
	reads_as("0:0:0:0:0:0:0:0", "::");
	reads_as("::1", "::1");
	reads_as("1::", "1::");
	reads_as("1:0:0:0:0:0:0:8", "1::8");
	reads_as("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8");
	reads_as("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
	reads_as("1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8");
	reads_as("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
	reads_as("::ffff:192.0.2.1", "::ffff:192.0.2.1");
	reads_as("::ffff:c000:201", "::ffff:192.0.2.1");
	reads_as("64:ff9b::192.0.2.33", "64:ff9b::c000:221");
	reads_as("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304");
	reads_as("[2001:db8::1]:2587", "[2001:db8::1]:2587");
	reads_as("[2001:db8::1]", "2001:db8::1");
	reads_as("2001:db8::1:2587", "2001:db8::1:2587");
}

static void scopes(void **state)
{
	struct addr a = parsed("fe80::1%3");
	assert_int_equal(a.scope, 3);
	reads_as("fe80::1%3", "fe80::1%3");
	reads_as("[fe80::1%4294967295]:80", "[fe80::1%4294967295]:80");
	reads_as("ff02::1%2", "ff02::1%2");
	reads_as("fe80::1", "fe80::1");
	fails("fe80::1%0", ERR_RANGE);
	fails("fe80::1%4294967296", ERR_RANGE);
	fails("fe80::1%eth0", ERR_MALFORMED);
	fails("fe80::1%", ERR_MALFORMED);
	fails("2001:db8::1%3", ERR_MALFORMED);
	fails("127.0.0.1%1", ERR_MALFORMED);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"",
		".",
		":",
		":::",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.04",
		"01.2.3.4",
		"1.2.3.",
		".1.2.3",
		"1..2.3",
		"1.2.3.4:",
		"1.2.3.4:x",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.4:-1",
		"1.2.3.1000",
		"a.b.c.d",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7::8",
		"1::2::3",
		"1:2:3:4:5:6:7:",
		":1:2:3:4:5:6:7",
		"12345::",
		"::g",
		"::1.2.3",
		"1.2.3.4::",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"[::1",
		"::1]",
		"[::1]x",
		"[::1]:",
		"[::1]:x",
		"[1.2.3.4]:5",
		"[]",
		"[]:5",
		"[",
		"host",
		"host:5",
		"::1:",
		"::-1",
		"0x1::",
		"::1 ",
		"1:2:3:4:5:6:7:8::",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails(bad[i], ERR_MALFORMED);
	fails("1.2.3.4:65536", ERR_RANGE);
	fails("[::1]:65536", ERR_RANGE);
}

static void embedded_zero_and_overlong(void **state)
{
	struct addr a;
	char longest[200];
	memset(longest, '0', sizeof(longest));
	assert_int_equal(addr_parse(span_of("1.2.3.4\0", 8), 0, &a), ERR_MALFORMED);
	assert_int_equal(addr_parse(span_of(longest, sizeof(longest)), 0, &a), ERR_MALFORMED);
	assert_int_equal(addr_parse(span_of(NULL, 0), 0, &a), ERR_MALFORMED);
}

static void round_trips(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 11);
	for (int i = 0; i < 5000; i++) {
		char buffer[ADDR_TEXT_MAX];
		struct text t = TEXT_OF(buffer);
		struct addr a = { .family = i % 3 ? ADDR_IPV6 : ADDR_IPV4,
				  .port = i % 2 ? 4711 : 0 };
		uint64_t zeros = failing_env_next(&f);
		for (size_t k = 0; k < addr_ip_size(&a); k++)
			a.ip[k] = (uint8_t)(zeros >> (k / 2) & 1 ? failing_env_next(&f) : 0);
		if (i % 7 == 1) {
			a = (struct addr){ .family = ADDR_IPV6,
					   .ip = { 0xfe, 0x80 },
					   .port = a.port };
			a.scope = (uint32_t)(failing_env_next(&f) | 1);
		}
		struct addr back;
		addr_text(&t, &a);
		assert_false(t.cut);
		assert_int_equal(addr_parse(span_str(buffer), 0, &back), OK);
		assert_true(addr_eq(&a, &back));
		/* and no prefix of it is an address that reads as the whole */
		for (size_t n = 0; n < t.n; n++)
			if (!addr_parse(span_of(buffer, n), 0, &back) && addr_eq(&a, &back))
				assert_true(buffer[n] == ':' || a.port == 0);
	}
}

static void comparing(void **state)
{
	struct addr a = parsed("1.2.3.4:5"), b = parsed("1.2.3.4:6"), c = parsed("1.2.3.5:5");
	assert_true(addr_eq(&a, &a));
	assert_false(addr_eq(&a, &b));
	assert_true(addr_same_host(&a, &b));
	assert_false(addr_same_host(&a, &c));
	/* what lies behind an IPv4 address does not count */
	struct addr d = a;
	d.ip[9] = 1;
	assert_true(addr_eq(&a, &d));
	struct addr e = parsed("fe80::1%1"), g = parsed("fe80::1%2");
	assert_false(addr_same_host(&e, &g));
	struct addr none = { 0 }, none_too = { 0 };
	assert_true(addr_eq(&none, &none_too));
	assert_false(addr_same_host(&none, &a));
	assert_int_equal(addr_ip_size(&none), 0);
	struct addr m = parsed("::ffff:1.2.3.4");
	assert_false(addr_same_host(&a, &m));
}

/* IPv4 by the address, IPv6 by the first half of it. */
static void nets(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1:1", "192.0.2.1:2", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true },
		{ "2001:db8:1:2::1", "2001:db8:1:3::1", false },
		{ "2001:db8:1:2::1", "192.0.2.1", false },
		{ "fe80::1%1", "fe80::2%1", true },
		{ "fe80::1%1", "fe80::2%2", false },
		{ "::ffff:192.0.2.1", "192.0.2.1", false },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct addr a = parsed(pairs[i].a), b = parsed(pairs[i].b);
		assert_int_equal(addr_same_net(&a, &b), pairs[i].same);
		assert_int_equal(addr_same_net(&b, &a), pairs[i].same);
	}
}

static void classes(void **state)
{
	static const struct {
		const char *text;
		bool loopback, any, multicast, link_local;
	} rows[] = {
		{ "127.0.0.1", true, false, false, false },
		{ "127.9.8.7", true, false, false, false },
		{ "126.0.0.1", false, false, false, false },
		{ "::1", true, false, false, false },
		{ "::2", false, false, false, false },
		{ "::ffff:127.0.0.1", true, false, false, false },
		{ "0.0.0.0", false, true, false, false },
		{ "::", false, true, false, false },
		{ "::ffff:0.0.0.0", false, true, false, false },
		{ "224.0.0.1", false, false, true, false },
		{ "239.255.255.255", false, false, true, false },
		{ "240.0.0.1", false, false, false, false },
		{ "223.0.0.1", false, false, false, false },
		{ "ff05::1", false, false, true, false },
		{ "fe80::1", false, false, false, true },
		{ "febf::1", false, false, false, true },
		{ "fec0::1", false, false, false, false },
		{ "169.254.0.1", false, false, false, true },
		{ "169.253.0.1", false, false, false, false },
		{ "::ffff:169.254.0.1", false, false, false, true },
		{ "::ffff:224.0.0.1", false, false, true, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = parsed(rows[i].text);
		assert_int_equal(addr_is_loopback(&a), rows[i].loopback);
		assert_int_equal(addr_is_any(&a), rows[i].any);
		assert_int_equal(addr_is_multicast(&a), rows[i].multicast);
		assert_int_equal(addr_is_link_local(&a), rows[i].link_local);
	}
	struct addr none = { 0 };
	assert_false(addr_is_any(&none));
	assert_false(addr_is_loopback(&none));
	assert_false(addr_is_multicast(&none));
	assert_false(addr_is_link_local(&none));
}

static void unmapping(void **state)
{
	struct addr m = addr_unmapped(parsed("[::ffff:1.2.3.4]:5"));
	struct addr want = parsed("1.2.3.4:5");
	assert_true(addr_eq(&m, &want));
	struct addr six = parsed("[2001:db8::1]:5");
	struct addr same = addr_unmapped(six);
	assert_true(addr_eq(&six, &same));
	same = addr_unmapped(want);
	assert_true(addr_eq(&want, &same));
}

static void text_of_none(void **state)
{
	char buffer[ADDR_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	struct addr none = { .port = 5 };
	addr_text(&t, &none);
	assert_string_equal(buffer, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4),	       cmocka_unit_test(default_port),
		cmocka_unit_test(rfc5952),     cmocka_unit_test(scopes),
		cmocka_unit_test(malformed),   cmocka_unit_test(embedded_zero_and_overlong),
		cmocka_unit_test(round_trips), cmocka_unit_test(comparing),
		cmocka_unit_test(nets),	       cmocka_unit_test(classes),
		cmocka_unit_test(unmapping),   cmocka_unit_test(text_of_none),
	};
	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
