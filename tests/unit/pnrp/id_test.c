/* PNRP-1: names, P2P IDs, PNRP IDs, and the ring they lie on. */
#include "cpa_rig.h"

#define Z16  "00000000000000000000000000000000"
#define F16  "ffffffffffffffffffffffffffffffff"
#define HALF "80000000000000000000000000000000" Z16

static void names_are_read(void **state)
{
	static const struct {
		const char *text, *strict;
	} rows[] = {
		{ "0.test", "0.test" },
		{ "0.JohnDoe.Games", "0.JohnDoe.Games" },
		{ "0. ", "0. " },
		{ "0..", "0.." },
		{ VECTOR_K1_AUTHORITY ".test", VECTOR_K1_AUTHORITY ".test" },
		{ VECTOR_K1_AUTHORITY ".", VECTOR_K1_AUTHORITY "." },
		{ VECTOR_K1_AUTHORITY, VECTOR_K1_AUTHORITY "." },
		{ "B218E867816CD8CE4FF5EB17728869FF96CEF742.Test", VECTOR_K1_AUTHORITY ".Test" },
		{ "0.caf\xc3\xa9", "0.caf\xc3\xa9" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char room[PNRP_NAME_TEXT_MAX + 1];
		struct text t = TEXT_OF(room);
		struct pnrp_name again, n = rig_name(rows[i].text);
		pnrp_name_text(&t, &n);
		assert_string_equal(room, rows[i].strict);
		again = rig_name(room);
		assert_true(pnrp_name_eq(&n, &again));
		assert_int_equal(n.secure, *rows[i].text != '0');
	}
}

static void what_is_no_name(void **state)
{
	static const char *const rows[] = {
		"",
		"0",
		"0.",
		".",
		"test",
		".test",
		"1.test",
		"00.test",
		"0.a\xff",
		"0.\xc0\x80",
		"0.\xed\xa0\xbd",
		"0.\xf4\x90\x80\x80",
		"0.\xe2\x82",
		"b218e867.test",
		VECTOR_K1_AUTHORITY "0.test",
		"g218e867816cd8ce4ff5eb17728869ff96cef742.test",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char room[128];
		struct text why = TEXT_OF(room);
		struct pnrp_name n;
		assert_int_equal(pnrp_name_parse(span_str(rows[i]), &n, &why), ERR_MALFORMED);
		assert_true(why.n > 0);
	}
	char room[128];
	struct text why = TEXT_OF(room);
	struct pnrp_name n;
	assert_int_equal(pnrp_name_parse(span_of("0.a\0b", 5), &n, &why), ERR_MALFORMED);
}

/* Of code units, 149; those beyond the first plane count twice. */
static void the_longest_names(void **state)
{
	static const struct {
		const char *unit;
		size_t most;
	} rows[] = { { "a", 149 }, { "\xe2\x82\xac", 149 }, { "\xf0\x9f\x96\xa8", 74 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2 + 4 * 150] = "0.", room[128];
		struct text why = TEXT_OF(room);
		struct pnrp_name n, again;
		size_t size = strlen(rows[i].unit), at = 2;
		for (size_t k = 0; k <= rows[i].most; k++, at += size)
			memcpy(text + at, rows[i].unit, size);
		assert_int_equal(pnrp_name_parse(span_of(text, at), &n, &why), ERR_RANGE);
		assert_int_equal(pnrp_name_parse(span_of(text, at - size), &n, &why), OK);
		uint16_t units[PNRP_CLASSIFIER_MAX];
		size_t count = pnrp_name_units(&n, units);
		assert_true(count > PNRP_CLASSIFIER_MAX - 2);
		assert_int_equal(pnrp_name_of_units(units, count, &again), OK);
		assert_true(pnrp_name_eq(&again, &n));
	}
}

static void code_units(void **state)
{
	static const struct {
		uint16_t units[3];
		size_t n;
		const char *text; /* NULL: none */
	} rows[] = {
		{ { 'a', 0xe9, 0x20ac }, 3, "a\xc3\xa9\xe2\x82\xac" },
		{ { 0xd83d, 0xdda8, 'x' }, 3, "\xf0\x9f\x96\xa8x" },
		{ { 0 }, 0, "" },
		{ { 0xd83d }, 1, NULL },
		{ { 0xd83d, 'x' }, 2, NULL },
		{ { 0xdda8, 0xd83d }, 2, NULL },
		{ { 'a', 0, 'b' }, 3, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pnrp_name n;
		uint16_t again[PNRP_CLASSIFIER_MAX];
		enum err e = pnrp_name_of_units(rows[i].units, rows[i].n, &n);
		assert_int_equal(e, rows[i].text ? OK : ERR_MALFORMED);
		if (!rows[i].text)
			continue;
		assert_true(span_eq(span_of(n.classifier, n.classifier_n), span_str(rows[i].text)));
		assert_int_equal(pnrp_name_units(&n, again), rows[i].n);
		assert_memory_equal(again, rows[i].units, rows[i].n * sizeof(*again));
	}
	static const uint16_t many[PNRP_CLASSIFIER_MAX + 1] = { 1 };
	struct pnrp_name n;
	assert_int_equal(pnrp_name_of_units(many, COUNT(many), &n), ERR_MALFORMED);
}

/* Digest 19.2. */
static void identifiers(void **state)
{
	static const struct {
		const char *name, *hash, *p2p;
	} rows[] = {
		{ "0.test", VECTOR_TEST_HASH, "4cf68ef1a30357cf94e6f51300219520" },
		{ "0.MyApplication", "5aaeff8d28696055198e4405d0db2444285e37f3",
		  "7775c82766bfb84e1ca6276fe033d797" },
		{ "0.caf\xc3\xa9", "2e808637d297a149055f67a4037704695df00044",
		  "f7d2881a7eddc010484397d65b27635f" },
		{ VECTOR_K1_AUTHORITY ".test", VECTOR_TEST_HASH,
		  "15fb72b8f40c9896212f60e7741695cc" },
		{ VECTOR_K1_AUTHORITY ".", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		  "862f8d6c3aae5b97271bbed41997b21a" },
	};
	struct proofs *r = *state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t hash[20];
		struct pnrp_name n = rig_name(rows[i].name);
		pnrp_classifier_hash(r->x, r->p, &n, hash);
		rig_assert_octets(span_of(hash, sizeof(hash)), rows[i].hash);
		struct pnrp_p2p_id p2p = pnrp_name_p2p_id(r->x, r->p, &n);
		rig_assert_octets(span_of(p2p.octets, sizeof(p2p.octets)), rows[i].p2p);
	}
	uint8_t key[140], authority[CRYPTO_AUTHORITY];
	RIG_FILL(key, VECTOR_K1);
	crypto_authority(r->x, r->p->crypto, span_of(key, sizeof(key)), authority);
	rig_assert_octets(span_of(authority, sizeof(authority)), VECTOR_K1_AUTHORITY);
}

/* SHA-256, of UTF-8, cut: the first octets of `printf test | sha256sum`. */
static void identifiers_of_modern(void **state)
{
	struct proofs *r = *state;
	uint8_t hash[20];
	struct pnrp_name n = rig_name("0.test");
	pnrp_classifier_hash(r->x, r->p, &n, hash);
	rig_assert_octets(span_of(hash, sizeof(hash)), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
	n = rig_name("0.caf\xc3\xa9");
	pnrp_classifier_hash(r->x, r->p, &n, hash);
	rig_assert_octets(span_of(hash, sizeof(hash)), "850f7dc43910ff890f8879c0ed26fe697c93a067");
}

static void places_on_the_ring(void **state)
{
	struct proofs *r = *state;
	uint8_t location[16], octets[PNRP_ID_OCTETS];
	char room[PNRP_ID_TEXT_MAX + 1];
	struct text t = TEXT_OF(room);
	struct pnrp_name n = rig_name("0.test");
	struct pnrp_p2p_id p2p = pnrp_name_p2p_id(r->x, r->p, &n);
	RIG_FILL(location, "20010db800010002 0123456789abcdef");
	struct pnrp_id id = pnrp_id_of(&p2p, location);
	rig_assert_id(id, VECTOR_ID1);
	pnrp_id_text(&t, &id);
	assert_string_equal(room, VECTOR_ID1);
	pnrp_id_write(octets, &id);
	rig_assert_octets(span_of(octets, sizeof(octets)), VECTOR_ID1);
	assert_true(pnrp_id_has_p2p(&id, &p2p));
	for (size_t i = 0; i < sizeof(p2p.octets); i++) {
		p2p.octets[i] ^= 1;
		assert_false(pnrp_id_has_p2p(&id, &p2p));
		p2p.octets[i] ^= 1;
	}
}

static void ring(void **state)
{
	static const struct {
		const char *a, *b, *up, *distance;
	} rows[] = {
		{ Z16 Z16, Z16 Z16, Z16 Z16, Z16 Z16 },
		{ F16 F16, Z16 Z16, Z16 "00000000000000000000000000000001",
		  Z16 "00000000000000000000000000000001" },
		{ Z16 Z16, F16 F16, F16 F16, Z16 "00000000000000000000000000000001" },
		{ Z16 Z16, HALF, HALF, HALF },
		{ HALF, Z16 Z16, HALF, HALF },
		{ Z16 F16, "00000000000000000000000000000001" Z16,
		  Z16 "00000000000000000000000000000001", Z16 "00000000000000000000000000000001" },
		{ VECTOR_ID2, VECTOR_ID1,
		  "36fb1c38aef6bf3973b7942b8c0aff53"
		  "fffffffffff5000102468acf13579bdf",
		  "36fb1c38aef6bf3973b7942b8c0aff53"
		  "fffffffffff5000102468acf13579bdf" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pnrp_id a = rig_id(rows[i].a), b = rig_id(rows[i].b);
		rig_assert_id(pnrp_id_up(&a, &b), rows[i].up);
		rig_assert_id(pnrp_id_distance(&a, &b), rows[i].distance);
		rig_assert_id(pnrp_id_distance(&b, &a), rows[i].distance);
		assert_int_equal(pnrp_id_cmp(&a, &b), memcmp(rows[i].a, rows[i].b, 64) < 0
							      ? -1
							      : strcmp(rows[i].a, rows[i].b) > 0);
		assert_int_equal(pnrp_id_eq(&a, &b), strcmp(rows[i].a, rows[i].b) == 0);
	}
}

static void neighbours(void **state)
{
	static const char *const rows[] = { Z16 Z16, F16 F16, HALF, Z16 F16, VECTOR_ID1 };
	struct pnrp_id zero = rig_id(Z16 Z16), one = pnrp_id_next(&zero);
	rig_assert_id(one, Z16 "00000000000000000000000000000001");
	rig_assert_id(pnrp_id_previous(&zero), F16 F16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pnrp_id a = rig_id(rows[i]), up = pnrp_id_next(&a);
		rig_assert_same_id(pnrp_id_previous(&up), a);
		rig_assert_same_id(pnrp_id_up(&a, &up), one);
		assert_false(pnrp_id_eq(&a, &up));
	}
	assert_true(pnrp_id_is_zero(&zero));
	assert_false(pnrp_id_is_zero(&one));
}

static void common_bits(void **state)
{
	struct pnrp_id a = rig_id(VECTOR_ID1);
	assert_int_equal(pnrp_id_common(&a, &a), 256);
	for (uint32_t bit = 0; bit < 256; bit++) {
		struct pnrp_id b = a;
		b.w[bit / 64] ^= UINT64_C(1) << (63 - bit % 64);
		assert_int_equal(pnrp_id_common(&a, &b), bit);
		assert_false(pnrp_id_eq(&a, &b));
		assert_int_equal(pnrp_id_cmp(&a, &b), -pnrp_id_cmp(&b, &a));
	}
}

static struct pnrp_id random_id(uint64_t *seed)
{
	struct pnrp_id id;
	for (size_t i = 0; i < 4; i++)
		id.w[i] = (uint64_t)rig_random(seed) << 33 ^ rig_random(seed) << 1;
	/* Carries go through words of ones and zeros. */
	for (size_t i = 0; i < 4; i++)
		if (rig_random(seed) % 4 == 0)
			id.w[i] = rig_random(seed) % 2 ? 0 : UINT64_MAX;
	return id;
}

/* a + up(a, b) is b, by the way of schools: octet by octet. */
static struct pnrp_id sum(const struct pnrp_id *a, const struct pnrp_id *b)
{
	uint8_t x[PNRP_ID_OCTETS], y[PNRP_ID_OCTETS];
	unsigned carry = 0;
	pnrp_id_write(x, a);
	pnrp_id_write(y, b);
	for (size_t i = PNRP_ID_OCTETS; i-- > 0; carry >>= 8) {
		carry += (unsigned)x[i] + y[i];
		x[i] = (uint8_t)carry;
	}
	return pnrp_id_read(x);
}

static void arithmetic_of_anything(void **state)
{
	uint64_t seed = 23;
	for (int i = 0; i < 20000; i++) {
		struct pnrp_id a = random_id(&seed), b = random_id(&seed), t = random_id(&seed);
		struct pnrp_id up = pnrp_id_up(&a, &b);
		rig_assert_same_id(sum(&a, &up), b);
		struct pnrp_id from_a = pnrp_id_distance(&a, &t), from_b = pnrp_id_distance(&b, &t);
		assert_int_equal(pnrp_id_closer(&a, &b, &t), pnrp_id_cmp(&from_a, &from_b) < 0);
		assert_true(from_a.w[0] >> 63 == 0 ||
			    pnrp_id_eq(&from_a, &(struct pnrp_id){ { UINT64_C(1) << 63 } }));
		assert_false(pnrp_id_closer(&a, &a, &t));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(what_is_no_name),
		cmocka_unit_test(the_longest_names),
		cmocka_unit_test(code_units),
		CLASSIC(identifiers),
		MODERN(identifiers_of_modern),
		CLASSIC(places_on_the_ring),
		cmocka_unit_test(ring),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(common_bits),
		cmocka_unit_test(arithmetic_of_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
