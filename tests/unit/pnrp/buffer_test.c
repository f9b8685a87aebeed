/* PNRP-2.4, PNRP-2.7, PNRP-2.8, PNRP-2.9: padding, AUTHORITY_BUFFERs, addresses. */
#include "wire_rig.h"

#include "base/addr.h"

#define ROOM 4096

static const enum crypto_profile_id profiles[] = { CRYPTO_CLASSIC, CRYPTO_MODERN };

static enum err read_message(const char *hex, const char *more)
{
	uint8_t octets[ROOM];
	struct pnrp_message m;
	size_t n = rig_octets(hex, octets, sizeof(octets));
	n += rig_octets(more, octets + n, sizeof(octets) - n);
	uint8_t *p = rig_exact(span_of(octets, n));
	enum err e = pnrp_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(p, n), &m);
	free(p);
	return e;
}

/* Digest 19.3: zeros behind T7, behind T10, and what is no padding any more. */
static void padding_behind(void **state)
{
	assert_int_equal(read_message(VECTOR_T7, "0000"), OK);
	assert_int_equal(read_message(VECTOR_T7, "ffffff"), OK);
	assert_int_equal(read_message(VECTOR_T7, "00000000"), ERR_MALFORMED);
	assert_int_equal(read_message(VECTOR_T10, "0000"), ERR_MALFORMED);
	assert_int_equal(read_message(VECTOR_T5, "000000"), OK);
	assert_int_equal(read_message(VECTOR_T5, "00400006 0001"), OK);
	assert_int_equal(read_message(VECTOR_T5, "00400006"), ERR_MALFORMED);
	assert_int_equal(read_message(VECTOR_T5, "00400006 00"), ERR_MALFORMED);
	assert_int_equal(read_message(VECTOR_T5, "00410006 0001"), ERR_MALFORMED);
}

/* Reserved octets and padding are not looked at; all else of T6, T9 and T1 is. */
static void reserved_octets(void **state)
{
	static const struct {
		const char *hex;
		size_t at;
	} rows[] = {
		{ VECTOR_T1, 16 }, { VECTOR_T1, 18 }, { VECTOR_T1, 19 },  { VECTOR_T1, 94 },
		{ VECTOR_T6, 18 }, { VECTOR_T6, 19 }, { VECTOR_T6, 115 }, { VECTOR_T8, 18 },
		{ VECTOR_T9, 22 }, { VECTOR_T9, 23 }, { VECTOR_T9, 21 },  { VECTOR_T9, 171 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t octets[ROOM];
		struct pnrp_message m;
		size_t n = rig_octets(rows[i].hex, octets, sizeof(octets));
		octets[rows[i].at] ^= 0x5a;
		assert_int_equal(pnrp_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(octets, n), &m),
				 OK);
		/* PNRP-2.1: the header holds nothing that is reserved. */
		for (size_t at = 0; at < 7; at++) {
			octets[at] ^= 1;
			assert_int_equal(
				pnrp_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(octets, n), &m),
				ERR_MALFORMED);
			octets[at] ^= 1;
		}
	}
}

static struct pnrp_buffer whole(void)
{
	static const uint8_t some[] = { 1, 2, 3, 4, 5 };
	struct pnrp_buffer b = { .flags = PNRP_AUTHORITY_LEAF, .has_route = true };
	b.chain = span_of(some, 5);
	b.has_classifier = true;
	assert_int_equal(pnrp_name_of_utf8(span_str("caf\xc3\xa9 \xf0\x9f\x96\xa8"), &b.classifier),
			 OK);
	b.payload = span_of(some, 3);
	b.route = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A2);
	b.cpa = span_of(some, 2);
	return b;
}

static void buffers_both_ways(void **state)
{
	for (size_t i = 0; i < COUNT(profiles); i++) {
		const struct pnrp_profile *p = pnrp_profile(profiles[i]);
		uint8_t octets[ROOM];
		size_t n, short_n = 77;
		struct pnrp_buffer got, b = whole();
		assert_int_equal(pnrp_buffer_encode(p, &b, octets, sizeof(octets), &n), OK);
		for (size_t size = 0; size < n; size++)
			assert_int_equal(pnrp_buffer_encode(p, &b, octets, size, &short_n),
					 ERR_RANGE);
		assert_int_equal(short_n, 77);
		assert_int_equal(pnrp_buffer_encode(p, &b, octets, sizeof(octets), &n), OK);
		assert_int_equal(pnrp_buffer_decode(p, span_of(octets, n), &got), OK);
		assert_int_equal(got.flags, b.flags);
		assert_true(span_eq(got.chain, b.chain) && span_eq(got.payload, b.payload) &&
			    span_eq(got.cpa, b.cpa));
		assert_true(pnrp_name_eq(&got.classifier, &b.classifier));
		rig_assert_route(&got.route, &b.route);
	}
}

static void cut_buffers(void **state)
{
	for (size_t i = 0; i < COUNT(profiles); i++) {
		const struct pnrp_profile *p = pnrp_profile(profiles[i]);
		uint8_t octets[ROOM];
		size_t whole_n;
		struct pnrp_buffer got, b = whole();
		assert_int_equal(pnrp_buffer_encode(p, &b, octets, sizeof(octets), &whole_n), OK);
		/* The ends of elements, with all of the padding or none, are shorter forms. */
		size_t legal = 0;
		for (size_t n = 0; n < whole_n; n++) {
			uint8_t *q = rig_exact(span_of(octets, n));
			legal += pnrp_buffer_decode(p, span_of(q, n), &got) == OK;
			free(q);
		}
		assert_true(legal >= 5 && legal <= 10);
		assert_int_equal(pnrp_buffer_decode(p, span_of(octets, whole_n + 1), &got),
				 ERR_MALFORMED);
	}
}

static void classifiers_on_the_wire(void **state)
{
	static const struct {
		enum crypto_profile_id profile;
		const char *hex, *text; /* NULL: refused */
	} rows[] = {
		{ CRYPTO_CLASSIC, "00850010 0002 000c 0084 0002 00610062", "ab" },
		{ CRYPTO_CLASSIC, "00850010 0002 000c 0084 0002 d83ddda8", "\xf0\x9f\x96\xa8" },
		{ CRYPTO_CLASSIC, "0085000e 0001 000a 0084 0002 d800", "\xc3\x98" }, /* A13 */
		{ CRYPTO_CLASSIC, "0085000e 0001 000a 0084 0002 0000", NULL },
		{ CRYPTO_CLASSIC, "0085000e 0002 000a 0084 0001 6162", NULL },
		{ CRYPTO_CLASSIC, "00850010 0002 000c 0085 0002 00610062", NULL },
		{ CRYPTO_CLASSIC, "00850010 0003 000c 0084 0002 00610062", NULL },
		{ CRYPTO_MODERN, "0085000f 0003 000b 0084 0001 61c3a9", "a\xc3\xa9" },
		{ CRYPTO_MODERN, "0085000d 0001 0009 0084 0001 c3", NULL },
		{ CRYPTO_MODERN, "0085000d 0001 0009 0084 0001 00", NULL },
		{ CRYPTO_MODERN, "00850010 0002 000c 0084 0002 00610062", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t octets[ROOM];
		struct pnrp_buffer b;
		size_t n = rig_octets("00400006 0000 0000", octets, sizeof(octets));
		n += rig_octets(rows[i].hex, octets + n, sizeof(octets) - n);
		enum err e =
			pnrp_buffer_decode(pnrp_profile(rows[i].profile), span_of(octets, n), &b);
		assert_int_equal(e, rows[i].text ? OK : ERR_MALFORMED);
		if (rows[i].text)
			assert_true(
				span_eq(span_of(b.classifier.classifier, b.classifier.classifier_n),
					span_str(rows[i].text)));
	}
}

/* Correction 10. */
static void counted_padding(void **state)
{
	static const uint8_t octets[] = { 0x00, 0x40, 0x00, 0x06, 0x00, 0x01, 0, 0, 0 };
	const struct pnrp_profile *p = pnrp_profile(CRYPTO_MODERN);
	struct pnrp_buffer b;
	for (size_t n = 0; n <= sizeof(octets); n++)
		assert_int_equal(pnrp_buffer_decode(p, span_of(octets, n), &b),
				 n == 6 || n == 8 ? OK : ERR_MALFORMED);
}

static void random_octets_are_harmless(void **state)
{
	static const char *const hex[] = { VECTOR_T1, VECTOR_T3, VECTOR_T4,
					   VECTOR_T7, VECTOR_T9, VECTOR_T10 };
	uint64_t seed = 31;
	for (int i = 0; i < 20000; i++) {
		uint8_t octets[ROOM];
		struct pnrp_message m;
		size_t n = rig_octets(hex[(size_t)i % COUNT(hex)], octets, sizeof(octets));
		for (int k = 0; k < 3; k++)
			octets[8 + rig_random(&seed) % (n - 8)] = (uint8_t)rig_random(&seed);
		uint8_t *p = rig_exact(span_of(octets, n));
		if (pnrp_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(p, n), &m) == OK) {
			size_t again;
			assert_int_equal(pnrp_encode(pnrp_profile(CRYPTO_CLASSIC), &m, octets,
						     sizeof(octets), &again),
					 OK);
		}
		free(p);
	}
}

static void addresses(void **state)
{
	struct pnrp_endpoint e = rig_endpoint("00000000000000000000ffffc0000201", 3540);
	struct addr a = pnrp_endpoint_addr(&e, 3);
	assert_int_equal(a.family, ADDR_IPV4);
	assert_int_equal(a.scope, 0);
	struct pnrp_endpoint back = pnrp_endpoint_of(&a);
	assert_true(pnrp_endpoint_eq(&back, &e));
	e = rig_endpoint("fe800000000000000000000000000001", 3540);
	a = pnrp_endpoint_addr(&e, 3);
	assert_int_equal(a.scope, 3);
	back = pnrp_endpoint_of(&a);
	assert_true(pnrp_endpoint_eq(&back, &e));
	struct pnrp_route r = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A2);
	struct pnrp_route s = rig_route(VECTOR_ID1, 3540, VECTOR_A2, VECTOR_A1);
	assert_true(pnrp_route_same_addresses(&r, &s));
	s.n = 1;
	assert_false(pnrp_route_same_addresses(&r, &s));
	e = rig_endpoint(VECTOR_A2, 3540);
	assert_true(pnrp_route_has(&r, &e));
	e.port++;
	assert_false(pnrp_route_has(&r, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(padding_behind),
		cmocka_unit_test(reserved_octets),
		cmocka_unit_test(buffers_both_ways),
		cmocka_unit_test(cut_buffers),
		cmocka_unit_test(classifiers_on_the_wire),
		cmocka_unit_test(counted_padding),
		cmocka_unit_test(random_octets_are_harmless),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
