/* PNRP-1.6, PNRP-1.7: host names and back. */
#include "wire_rig.h"

#include "pnrp/punycode.h"
#include "wire/utf.h"

#define P41 "p4562b4628ac54782dda52789038476237e7c7263"
#define A40 "4562b4628ac54782dda52789038476237e7c7263"
#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name, *host;
} both_ways[] = {
	/* published: S2 */
	{ "0.johndoe", "johndoe.pnrp.net" },
	{ A40 ".", "p." P41 ".pnrp.net" },
	/* ours */
	{ "0.printer-room", "printer-room.pnrp.net" },
	{ "0.9", "9.pnrp.net" },
	{ "0." A63, A63 ".pnrp.net" },
	{ "0." P41, P41 ".pnrp.net" },
	{ A40 ".name", "name-p." P41 ".pnrp.net" },
	{ A40 ".a-b", "a-b-p." P41 ".pnrp.net" },
	{ A40 ".caf\xc3\xa9", "caf-dmap." P41 ".pnrp.net" },
	{ A40 ".\xc3\xa9", "9cap." P41 ".pnrp.net" },
	{ "0.caf\xc3\xa9", "caf-dmap.0.pnrp.net" },
	{ "0.a-", "a--p.0.pnrp.net" },
	{ "0.caf-dma", "caf-dma.pnrp.net" },
	{ "0.caf-dmap", "caf-dmap.pnrp.net" },
	{ "0.\xf0\x9f\x96\xa8", "vz8hp.0.pnrp.net" },
};

static void names_and_hosts(void **state)
{
	for (size_t i = 0; i < COUNT(both_ways); i++) {
		char room[PNRP_HOST_NAME_MAX + 1], reason[128];
		struct text out = TEXT_OF(room), why = TEXT_OF(reason);
		struct pnrp_name got, n = rig_name(both_ways[i].name);
		assert_int_equal(pnrp_host_name(&n, &out, &why), OK);
		assert_string_equal(room, both_ways[i].host);
		assert_int_equal(pnrp_name_of_host(span_str(room), &got, &why), OK);
		assert_true(pnrp_name_eq(&got, &n));
		assert_int_equal(why.n, 0);
	}
}

/* Correction 12: what two names would share is nobody's. */
static void names_without_a_host(void **state)
{
	static const char *const names[] = {
		"0.JohnDoe", "0.a.b",	"0.two words",	 "0.a_b",	    A40 ".Name",
		A40 ".a.b",  A40 ". ",	"0." A63 "a",	 A40 "." A63,	    "0.-a",
		"0.-",	     A40 ".-a", "0.Caf\xc3\xa9", "0.a\x7f\xc3\xa9",
	};
	for (size_t i = 0; i < COUNT(names); i++) {
		char room[PNRP_HOST_NAME_MAX + 1], reason[128];
		struct text out = TEXT_OF(room), why = TEXT_OF(reason);
		struct pnrp_name n = rig_name(names[i]);
		assert_int_equal(pnrp_host_name(&n, &out, &why), ERR_UNSUPPORTED);
		assert_int_equal(out.n, 0);
		assert_true(why.n > 0);
	}
}

static void hosts_are_folded(void **state)
{
	static const char *const hosts[] = { "JohnDoe.PNRP.Net", "johndoe.pnrp.net." };
	for (size_t i = 0; i < COUNT(hosts); i++) {
		char reason[128];
		struct text why = TEXT_OF(reason);
		struct pnrp_name n, want = rig_name("0.johndoe");
		assert_int_equal(pnrp_name_of_host(span_str(hosts[i]), &n, &why), OK);
		assert_true(pnrp_name_eq(&n, &want));
	}
}

static void what_is_no_host_of_ours(void **state)
{
	static const char *const hosts[] = {
		"",
		".",
		"pnrp.net",
		".pnrp.net",
		"..pnrp.net",
		"johndoe",
		"johndoe.example.net",
		"johndoexpnrp.net",
		"johndoe.pnrp.net.x",
		"john_doe.pnrp.net",
		"-john.pnrp.net",
		"john-.pnrp.net",
		"caf\xc3\xa9.pnrp.net",
		A63 "a.pnrp.net",
		"a.b.pnrp.net",
		"a." P41 ".pnrp.net",  /* no p */
		"-p." P41 ".pnrp.net", /* nothing, written otherwise */
		"a-99999999p." P41 ".pnrp.net",
		"dmap.0.0.pnrp.net",
		"p.0.pnrp.net", /* an unsecured name has words */
		"p.1.pnrp.net",
		"p.p" A40 "0.pnrp.net",
		"p.p" A40 ".x.pnrp.net",
		"p.q" A40 ".pnrp.net",
		"p.pz562b4628ac54782dda52789038476237e7c7263.pnrp.net",
		"name-p.p" A40 " .pnrp.net",
		"a_b-p." P41 ".pnrp.net",
	};
	for (size_t i = 0; i < COUNT(hosts); i++) {
		char reason[128];
		struct text why = TEXT_OF(reason);
		struct pnrp_name n;
		assert_int_equal(pnrp_name_of_host(span_str(hosts[i]), &n, &why), ERR_MALFORMED);
		assert_true(why.n > 0);
	}
	char reason[128], longest[300];
	struct text why = TEXT_OF(reason);
	struct pnrp_name n;
	memset(longest, 'a', sizeof(longest));
	for (size_t size = 0; size < sizeof(longest); size++)
		assert_int_equal(pnrp_name_of_host(span_of(longest, size), &n, &why),
				 ERR_MALFORMED);
}

/* Samples of RFC 3492 section 7.1, and what its algorithm makes of corners. */
static const struct {
	const char *utf8, *code;
} codes[] = {
	{ "", "" },
	{ "a", "a-" },
	{ "-", "--" },
	{ "\xc3\xbc", "tda" },
	{ "b\xc3\xbc"
	  "cher",
	  "bcher-kva" },
	/* Chinese, simplified (B) */
	{ "\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4\xe4"
	  "\xb8\xad\xe6\x96\x87",
	  "ihqwcrb4cv8a8dqg056pqjye" },
	/* Czech (D), with a small p */
	{ "pro\xc4\x8dprost\xc4\x9bnemluv\xc3\xad\xc4\x8d"
	  "esky",
	  "proprostnemluvesky-uyb24dma41a" },
	/* Japanese artist (L) */
	{ "3\xe5\xb9\xb4"
	  "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f",
	  "3b-ww4c5e180e575a65lsy2b" },
	/* (S) */
	{ "-> $1.00 <-", "-> $1.00 <--" },
};

static size_t points_of(const char *utf8, uint32_t *points)
{
	struct span s = span_str(utf8);
	size_t n = 0;
	while (s.n)
		assert_true(utf8_next(&s, &points[n++]));
	return n;
}

static void punycode_both_ways(void **state)
{
	for (size_t i = 0; i < COUNT(codes); i++) {
		uint32_t points[PNRP_PUNYCODE_POINTS], again[PNRP_PUNYCODE_POINTS];
		uint8_t room[256];
		size_t got, n = points_of(codes[i].utf8, points);
		struct wr w = wr_of(room, sizeof(room));
		pnrp_punycode_encode(points, n, &w);
		assert_true(span_eq(wr_span(&w), span_str(codes[i].code)));
		assert_int_equal(pnrp_punycode_decode(wr_span(&w), again, &got), OK);
		assert_int_equal(got, n);
		assert_memory_equal(again, points, n * sizeof(*points));
		struct wr narrow = wr_of(room, w.n ? w.n - 1 : 0);
		pnrp_punycode_encode(points, n, &narrow);
		assert_int_equal(narrow.failed, w.n > 0);
	}
}

/* Random points of all planes come back. */
static void punycode_of_anything(void **state)
{
	uint64_t seed = 3;
	static const uint32_t below[] = { 0x80, 0x100, 0x3000, 0xd800, 0x110000 };
	for (int i = 0; i < 3000; i++) {
		uint32_t points[PNRP_PUNYCODE_POINTS], again[PNRP_PUNYCODE_POINTS];
		static uint8_t room[8192];
		size_t got, n = rig_random(&seed) % (PNRP_PUNYCODE_POINTS + 1);
		struct wr w = wr_of(room, sizeof(room));
		for (size_t k = 0; k < n; k++)
			points[k] = rig_random(&seed) % below[rig_random(&seed) % COUNT(below)];
		pnrp_punycode_encode(points, n, &w);
		assert_false(w.failed);
		assert_int_equal(pnrp_punycode_decode(wr_span(&w), again, &got), OK);
		assert_int_equal(got, n);
		assert_memory_equal(again, points, n * sizeof(*points));
	}
}

static void what_is_no_punycode(void **state)
{
	static const struct {
		const char *code;
		enum err e;
	} rows[] = {
		{ "\xc3-a", ERR_MALFORMED },   { "a-\xc3", ERR_MALFORMED },
		{ "a-_", ERR_MALFORMED },      { "z", ERR_MALFORMED },
		{ "99999999", ERR_MALFORMED }, { "9999999999999999", ERR_MALFORMED },
		{ "99999a", ERR_RANGE },       { "a-z", ERR_MALFORMED },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t points[PNRP_PUNYCODE_POINTS];
		size_t n;
		assert_int_equal(pnrp_punycode_decode(span_str(rows[i].code), points, &n),
				 rows[i].e);
	}
	uint32_t points[PNRP_PUNYCODE_POINTS];
	char longest[PNRP_PUNYCODE_POINTS + 3];
	size_t n;
	memset(longest, 'a', sizeof(longest));
	longest[PNRP_PUNYCODE_POINTS + 1] = '-';
	assert_int_equal(
		pnrp_punycode_decode(span_of(longest, PNRP_PUNYCODE_POINTS + 2), points, &n),
		ERR_RANGE);
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(pnrp_punycode_decode(span_of(longest, sizeof(longest)), points, &n),
			 ERR_RANGE);
}

static void random_hosts_are_harmless(void **state)
{
	static const char letters[] = "ap0-.9zP_\xc3";
	uint64_t seed = 17;
	for (int i = 0; i < 20000; i++) {
		char host[64], again[PNRP_HOST_NAME_MAX + 1], reason[128];
		size_t n = rig_random(&seed) % 20;
		struct text why = TEXT_OF(reason), out = TEXT_OF(again);
		struct pnrp_name name;
		for (size_t k = 0; k < n; k++)
			host[k] = letters[rig_random(&seed) % (sizeof(letters) - 1)];
		memcpy(host + n, ".0.pnrp.net", 11);
		bool longer = rig_random(&seed) % 2;
		struct span s = longer ? span_of(host, n + 11) : span_of(host, n);
		if (pnrp_name_of_host(s, &name, &why) == OK) {
			assert_int_equal(pnrp_host_name(&name, &out, &why), OK);
			struct pnrp_name back;
			assert_int_equal(pnrp_name_of_host(span_of(again, out.n), &back, &why), OK);
			assert_true(pnrp_name_eq(&back, &name));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_hosts),     cmocka_unit_test(names_without_a_host),
		cmocka_unit_test(hosts_are_folded),    cmocka_unit_test(what_is_no_host_of_ours),
		cmocka_unit_test(punycode_both_ways),  cmocka_unit_test(punycode_of_anything),
		cmocka_unit_test(what_is_no_punycode), cmocka_unit_test(random_hosts_are_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
