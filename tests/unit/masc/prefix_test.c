/* Arithmetic on prefixes, in text so that a person can check it. */
#include "../failing_env.h"

#include "masc/prefix.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct masc_prefix prefix(const char *text)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(text), &p), OK);
	return p;
}

static void assert_prefix(const struct masc_prefix *p, const char *want)
{
	char s[MASC_PREFIX_TEXT_MAX];
	struct text t = TEXT_OF(s);
	masc_prefix_text(&t, p);
	assert_false(t.cut);
	assert_string_equal(s, want);
}

static void text_both_ways(void **state)
{
	static const char *const good[] = {
		"224.0.0.0/4",	      "239.192.0.0/14",	 "239.255.255.255/32",
		"239.255.255.254/31", "224.0.0.0/32",	 "ff38::8000:0/112",
		"ff00::/16",	      "ff3e:1:2:3::/64", "ff3e:1:2:3:8000::/65",
		"ffff::/16",	      "ff02::1/128",	 "ff38::/96",
		"ff15::1:0:0:0/80",   "235.128.0.0/9",
	};
	for (size_t i = 0; i < COUNT(good); i++) {
		struct masc_prefix p = prefix(good[i]);
		assert_prefix(&p, good[i]);
		assert_int_equal(p.family, strchr(good[i], ':') ? MASC_IPV6 : MASC_IPV4);
	}
	struct masc_prefix longest = prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	assert_prefix(&longest, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
}

/* What is refused leaves the output alone. */
static void bad_text(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} bad[] = {
		{ "", ERR_MALFORMED },
		{ "/", ERR_MALFORMED },
		{ "224.0.0.0", ERR_MALFORMED },
		{ "/8", ERR_MALFORMED },
		{ "239.0.0.0/", ERR_MALFORMED },
		{ "239.0.0/8", ERR_MALFORMED },
		{ "239.0.0.0/8/9", ERR_MALFORMED },
		{ "239.0.0.0/x", ERR_MALFORMED },
		{ "239.0.0.0/-1", ERR_MALFORMED },
		{ " 239.0.0.0/8", ERR_MALFORMED },
		{ "239.0.0.0 /8", ERR_MALFORMED },
		{ "239.0.0.0:1/8", ERR_MALFORMED },
		{ "239.0.0.0:0/8", ERR_MALFORMED },
		{ "[ff38::]/16", ERR_MALFORMED },
		{ "ff38::%1/16", ERR_MALFORMED },
		{ "ff38::%0/16", ERR_MALFORMED },
		{ "239.0.0.0/33", ERR_RANGE },
		{ "ff38::/129", ERR_RANGE },
		{ "239.0.0.1/31", ERR_RANGE },
		{ "239.1.0.0/8", ERR_RANGE },
		{ "239.0.128.0/16", ERR_RANGE },
		{ "ff38:8000::/16", ERR_RANGE },
		{ "ff38::1/127", ERR_RANGE },
		{ "ff3e:1:2:3:8000::/64", ERR_RANGE },
		{ "224.0.0.0/3", ERR_RANGE },
		{ "192.0.2.0/24", ERR_RANGE },
		{ "240.0.0.0/8", ERR_RANGE },
		{ "223.255.255.0/24", ERR_RANGE },
		{ "0.0.0.0/0", ERR_RANGE },
		{ "ff00::/15", ERR_RANGE },
		{ "fe80::/16", ERR_RANGE },
		{ "2001:db8::/32", ERR_RANGE },
		{ "::ffff:224.0.0.0/100", ERR_RANGE },
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct masc_prefix p = { .length = 77 };
		assert_int_equal(masc_prefix_parse(span_str(bad[i].text), &p), bad[i].e);
		assert_int_equal(p.length, 77);
	}
}

/* Who covers whom, and the order of prefixes. */
static void relations(void **state)
{
	static const struct {
		const char *a, *b;
		bool covers, overlaps;
		int cmp;
	} rows[] = {
		{ "239.0.0.0/8", "239.0.0.0/8", true, true, 0 },
		{ "239.0.0.0/8", "239.0.0.0/9", true, true, -1 },
		{ "239.0.0.0/9", "239.0.0.0/8", false, true, 1 },
		{ "239.0.0.0/8", "239.128.0.0/9", true, true, -1 },
		{ "239.0.0.0/9", "239.128.0.0/9", false, false, -1 },
		{ "239.128.0.0/9", "239.0.0.0/9", false, false, 1 },
		{ "224.0.0.0/4", "239.255.255.255/32", true, true, -1 },
		{ "239.255.255.255/32", "239.255.255.254/32", false, false, 1 },
		{ "239.1.2.0/23", "239.1.3.255/32", true, true, -1 },
		{ "239.1.2.0/23", "239.1.4.0/32", false, false, -1 },
		{ "ff38::/64", "ff38::1/128", true, true, -1 },
		{ "ff38::/64", "ff38:0:0:1::/64", false, false, -1 },
		{ "ff38::8000:0/97", "ff38::8000:1/128", true, true, -1 },
		{ "239.0.0.0/8", "ff38::/16", false, false, -1 },
		{ "ff38::/16", "239.0.0.0/8", false, false, 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct masc_prefix a = prefix(rows[i].a), b = prefix(rows[i].b);
		assert_int_equal(masc_prefix_covers(&a, &b), rows[i].covers);
		assert_int_equal(masc_prefix_overlaps(&a, &b), rows[i].overlaps);
		assert_int_equal(masc_prefix_overlaps(&b, &a), rows[i].overlaps);
		assert_int_equal(masc_prefix_cmp(&a, &b), rows[i].cmp);
		assert_int_equal(masc_prefix_cmp(&b, &a), -rows[i].cmp);
		assert_int_equal(masc_prefix_eq(&a, &b), rows[i].cmp == 0);
	}
}

static void neighbours(void **state)
{
	struct masc_prefix p = prefix("239.128.0.0/9"), q;
	q = masc_prefix_wider(&p);
	assert_prefix(&q, "239.0.0.0/8");
	q = masc_prefix_buddy(&p);
	assert_prefix(&q, "239.0.0.0/9");
	q = masc_prefix_buddy(&q);
	assert_prefix(&q, "239.128.0.0/9");
	q = masc_prefix_half(&p, 0);
	assert_prefix(&q, "239.128.0.0/10");
	q = masc_prefix_half(&p, 1);
	assert_prefix(&q, "239.192.0.0/10");
	q = masc_prefix_first(&p, 9);
	assert_prefix(&q, "239.128.0.0/9");
	q = masc_prefix_first(&p, 32);
	assert_prefix(&q, "239.128.0.0/32");
	p = prefix("ff38::/64");
	q = masc_prefix_half(&p, 1);
	assert_prefix(&q, "ff38::8000:0:0:0/65");
	q = masc_prefix_wider(&q);
	assert_prefix(&q, "ff38::/64");
	p = prefix("ff38::1/128");
	q = masc_prefix_buddy(&p);
	assert_prefix(&q, "ff38::/128");
	assert_int_equal(masc_prefix_bit(&p, 0), 1);
	assert_int_equal(masc_prefix_bit(&p, 8), 0);
	assert_int_equal(masc_prefix_bit(&p, 126), 0);
	assert_int_equal(masc_prefix_bit(&p, 127), 1);
}

static void next_in_order(void **state)
{
	static const char *const rows[][2] = {
		{ "239.0.0.0/9", "239.128.0.0/9" },
		{ "238.128.0.0/9", "239.0.0.0/9" },
		{ "239.255.254.255/32", "239.255.255.0/32" },
		{ "ff38::ffff:ffff/128", "ff38::1:0:0/128" },
		{ "ff38:0:0:ffff::/64", "ff38:0:1::/64" },
		{ "ff38::/16", "ff39::/16" },
	};
	struct masc_prefix p;
	for (size_t i = 0; i < COUNT(rows); i++) {
		p = prefix(rows[i][0]);
		assert_true(masc_prefix_next(&p, &p));
		assert_prefix(&p, rows[i][1]);
	}
	/* Behind the last there is nothing, and nothing is changed. */
	p = prefix("ffff::/16");
	assert_false(masc_prefix_next(&p, &p));
	assert_prefix(&p, "ffff::/16");
	p = prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	assert_false(masc_prefix_next(&p, &p));
	p = (struct masc_prefix){ .family = MASC_IPV4 };
	assert_false(masc_prefix_next(&p, &p));
}

static void sizes(void **state)
{
	static const struct {
		const char *p;
		uint64_t size;
	} rows[] = {
		{ "239.0.0.1/32", 1 },	     { "239.0.0.0/24", 256 },
		{ "224.0.0.0/4", 1U << 28 }, { "ff38::1/128", 1 },
		{ "ff38::/96", 1ULL << 32 }, { "ff38::/65", 1ULL << 63 },
		{ "ff38::/64", UINT64_MAX }, { "ff38::/16", UINT64_MAX },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct masc_prefix p = prefix(rows[i].p);
		assert_true(masc_prefix_size(&p) == rows[i].size);
	}
	assert_int_equal(masc_prefix_bits(MASC_IPV4), 32);
	assert_int_equal(masc_prefix_bits(MASC_IPV6), 128);
}

static void length_for_a_number(void **state)
{
	static const struct {
		uint64_t n;
		uint8_t v4, v6;
	} rows[] = {
		{ 1, 32, 128 },	       { 2, 31, 127 },	      { 3, 30, 126 },
		{ 4, 30, 126 },	       { 5, 29, 125 },	      { 256, 24, 120 },
		{ 257, 23, 119 },      { 1U << 28, 4, 100 },  { (1U << 28) + 1, 3, 99 },
		{ UINT32_MAX, 0, 96 }, { 1ULL << 32, 0, 96 }, { (1ULL << 32) + 1, 0, 95 },
		{ 1ULL << 63, 0, 65 }, { UINT64_MAX, 0, 64 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(masc_prefix_length_for(MASC_IPV4, rows[i].n), rows[i].v4);
		assert_int_equal(masc_prefix_length_for(MASC_IPV6, rows[i].n), rows[i].v6);
	}
}

/* Laws that hold for any prefix. */
static void laws(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 5);
	for (unsigned i = 0; i < 2000; i++) {
		struct masc_prefix p = prefix(i % 2 ? "224.0.0.0/4" : "ff00::/16");
		uint8_t bits = masc_prefix_bits((enum masc_family)p.family);
		while (p.length < bits && failing_env_next(&f) >> 20 & 31)
			p = masc_prefix_half(&p, failing_env_next(&f) >> 30 & 1);
		struct masc_prefix up = masc_prefix_wider(&p), buddy = masc_prefix_buddy(&p);
		assert_true(masc_prefix_covers(&up, &p) && masc_prefix_covers(&up, &buddy));
		assert_false(masc_prefix_overlaps(&p, &buddy));
		unsigned which = masc_prefix_bit(&p, up.length);
		struct masc_prefix half = masc_prefix_half(&up, which);
		assert_true(masc_prefix_eq(&half, &p));
		half = masc_prefix_half(&up, !which);
		assert_true(masc_prefix_eq(&half, &buddy));
		struct masc_prefix low = which ? buddy : p, high = which ? p : buddy, next;
		assert_true(masc_prefix_next(&low, &next) && masc_prefix_eq(&next, &high));
		assert_int_equal(masc_prefix_cmp(&low, &high), -1);
		char s[MASC_PREFIX_TEXT_MAX];
		struct text t = TEXT_OF(s);
		masc_prefix_text(&t, &p);
		half = prefix(s);
		assert_true(masc_prefix_eq(&half, &p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),      cmocka_unit_test(bad_text),
		cmocka_unit_test(relations),	       cmocka_unit_test(neighbours),
		cmocka_unit_test(next_in_order),       cmocka_unit_test(sizes),
		cmocka_unit_test(length_for_a_number), cmocka_unit_test(laws),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
