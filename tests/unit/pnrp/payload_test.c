/* PNRP-3.4, PNRP-3.5: extended payloads, both ways, in both profiles. */
#include "cpa_rig.h"
#include "pnrp/cpa_int.h"

/* Where fields of T13 lie. */
enum {
	AT_LENGTH = 0,
	AT_MINOR = 2,
	AT_MAJOR = 3,
	AT_RESERVED = 4,
	AT_SIGNATURE_AT = 6,
	AT_COUNT = 64,
	AT_TOTAL = 66,
	AT_TYPE = 68,
	AT_PAYLOAD_LENGTH = 72,
	AT_STRING_TYPE = 74,
	AT_TEXT = 76,
	AT_SIGNATURE = 88
};

static uint8_t room[PNRP_EXTENDED_MAX + 64];

static struct pnrp_payload payload(enum pnrp_payload_type type, struct span data)
{
	struct pnrp_payload e = { .id = rig_id(VECTOR_ID2), .not_after = VECTOR_NOT_AFTER };
	RIG_FILL(e.nonce, VECTOR_NONCE);
	e.type = type;
	e.data = data;
	return e;
}

static enum err make(struct proofs *r, const struct pnrp_payload *e, size_t *n)
{
	return pnrp_payload_make(r->x, &r->f.env, r->p, e, r->key, room, sizeof(room), n);
}

static void the_vector_is_read(void **state)
{
	struct proofs *r = *state;
	uint8_t octets[512], key[140];
	struct pnrp_extended e;
	size_t n = rig_octets(VECTOR_T13, octets, sizeof(octets));
	assert_int_equal(pnrp_payload_decode(r->p, span_of(octets, n), &e), OK);
	assert_true(e.not_after == VECTOR_NOT_AFTER);
	rig_assert_same_id(e.id, rig_id(VECTOR_ID2));
	rig_assert_octets(span_of(e.nonce, sizeof(e.nonce)), VECTOR_NONCE);
	assert_int_equal(e.type, PNRP_PAYLOAD_STRING);
	assert_true(e.utf16);
	rig_assert_octets(e.data, "680065006c006c006f00");
	assert_int_equal(e.signed_part.n, AT_SIGNATURE);
	RIG_FILL(key, VECTOR_K1);
	assert_int_equal(crypto_verify(r->x, r->p->crypto, span_of(key, sizeof(key)), e.signed_part,
				       e.signature),
			 OK);
}

static void the_vector_is_written(void **state)
{
	struct proofs *r = *state;
	uint8_t octets[512];
	size_t n, want = rig_octets(VECTOR_T13, octets, sizeof(octets));
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_str("hello"));
	assert_int_equal(make(r, &e, &n), OK);
	assert_int_equal(n, want);
	assert_memory_equal(room, octets, AT_SIGNATURE + 8);
}

static void assert_comes_back(struct proofs *r, const struct pnrp_payload *e)
{
	struct pnrp_extended got;
	size_t n, text_n;
	char text[3 * PNRP_PAYLOAD_MAX / 2];
	assert_int_equal(make(r, e, &n), OK);
	assert_true(n <= PNRP_EXTENDED_MAX);
	uint8_t *p = rig_exact(span_of(room, n));
	assert_int_equal(pnrp_payload_decode(r->p, span_of(p, n), &got), OK);
	assert_int_equal(got.type, e->type);
	rig_assert_same_id(got.id, e->id);
	struct pnrp_answer a = { .payload = got.data, .payload_utf16 = got.utf16 };
	assert_int_equal(pnrp_answer_text(&a, text, sizeof(text), &text_n), OK);
	assert_true(e->type == PNRP_PAYLOAD_BINARY || span_eq(span_of(text, text_n), e->data));
	assert_true(e->type == PNRP_PAYLOAD_STRING || span_eq(got.data, e->data));
	assert_int_equal(crypto_verify(r->x, r->p->crypto, crypto_key_public(r->key),
				       got.signed_part, got.signature),
			 OK);
	free(p);
}

static void strings_of_every_length(void **state)
{
	struct proofs *r = *state;
	static const size_t lengths[] = { 1, 2, 3, 4, 100, 2046, 2047, 2048, 4094, 4095 };
	static char text[5000];
	size_t n;
	memset(text, 's', sizeof(text));
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_of(text, lengths[i]));
		assert_comes_back(r, &e);
	}
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_of(text, 4096));
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
	e.data.n = 0;
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
}

/* 2,047 code units may be more octets of UTF-8 than a payload holds. */
static void strings_that_only_utf16_holds(void **state)
{
	struct proofs *r = *state;
	static char text[3 * 2048];
	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_of(text, 3 * 1360));
	assert_comes_back(r, &e);
	e.data.n = 3 * 1365;
	assert_comes_back(r, &e);
	size_t n;
	e.data.n = 3 * 2048;
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
	e.data = span_str("\xe2\x82");
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
}

static void binary_of_every_length(void **state)
{
	struct proofs *r = *state;
	static uint8_t data[PNRP_PAYLOAD_MAX + 1];
	static const size_t lengths[] = { 1, 2, 4095, 4096 };
	size_t n;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct pnrp_payload e = payload(PNRP_PAYLOAD_BINARY, span_of(data, lengths[i]));
		assert_int_equal(make(r, &e, &n), OK);
		assert_int_equal(n, 74 + lengths[i] + 8 + r->p->crypto->signature_size);
		struct pnrp_extended got;
		assert_int_equal(pnrp_payload_decode(r->p, span_of(room, n), &got), OK);
		assert_true(span_eq(got.data, e.data));
	}
	struct pnrp_payload e = payload(PNRP_PAYLOAD_BINARY, span_of(data, sizeof(data)));
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
	e.data.n = 0;
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
	e = payload(PNRP_PAYLOAD_NONE, span_of(data, 1));
	assert_int_equal(make(r, &e, &n), ERR_RANGE);
}

static void making_needs_room(void **state)
{
	struct proofs *r = *state;
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_str("hello"));
	size_t whole, n = 77;
	assert_int_equal(make(r, &e, &whole), OK);
	for (size_t size = 0; size < whole; size++) {
		uint8_t *p = rig_exact(span_of(room, size));
		assert_int_equal(pnrp_payload_make(r->x, &r->f.env, r->p, &e, r->key, p, size, &n),
				 ERR_RANGE);
		free(p);
	}
	assert_int_equal(n, 77);
}

static void cut_ones_are_refused(void **state)
{
	struct proofs *r = *state;
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_str("hello"));
	struct pnrp_extended got;
	size_t whole;
	assert_int_equal(make(r, &e, &whole), OK);
	for (size_t n = 0; n <= whole + 1; n++) {
		if (n == whole)
			continue;
		for (int lie = 0; lie < 2; lie++) {
			uint8_t *p = rig_exact(span_of(room, n));
			if (lie && n >= 2) {
				p[0] = (uint8_t)n;
				p[1] = (uint8_t)(n >> 8);
			}
			assert_int_equal(pnrp_payload_decode(r->p, span_of(p, n), &got),
					 ERR_MALFORMED);
			free(p);
		}
	}
}

static void fields_are_checked(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum err e;
	} rows[] = {
		{ AT_LENGTH, 0xe1, ERR_MALFORMED },
		{ AT_MINOR, 1, ERR_UNSUPPORTED },
		{ AT_MAJOR, 3, ERR_UNSUPPORTED },
		{ AT_RESERVED, 9, OK },
		{ AT_SIGNATURE_AT, 0x59, ERR_MALFORMED },
		{ AT_COUNT, 2, ERR_MALFORMED },
		{ AT_COUNT, 0, ERR_MALFORMED },
		{ AT_TOTAL, 0x19, ERR_MALFORMED },
		{ AT_TYPE, 1, ERR_MALFORMED },
		{ AT_TYPE, 3, OK }, /* binary */
		{ AT_TYPE + 3, 0, ERR_MALFORMED },
		{ AT_PAYLOAD_LENGTH, 0x0f, ERR_MALFORMED },
		{ AT_STRING_TYPE, 1, OK }, /* UTF-8 with nulls in it: text is judged elsewhere */
		{ AT_STRING_TYPE, 2, ERR_MALFORMED },
		{ AT_SIGNATURE - 1, 1, ERR_MALFORMED }, /* no null at the end */
		{ AT_SIGNATURE, 0x89, ERR_MALFORMED },
		{ AT_SIGNATURE + 4, 5, ERR_MALFORMED },
	};
	struct proofs *r = *state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t octets[512];
		struct pnrp_extended e;
		size_t n = rig_octets(VECTOR_T13, octets, sizeof(octets));
		octets[rows[i].at] = rows[i].value;
		assert_int_equal(pnrp_payload_decode(r->p, span_of(octets, n), &e), rows[i].e);
	}
}

/* T13 with another string in it. */
static enum err read_string(struct proofs *r, const char *type_and_text, struct pnrp_extended *e)
{
	static uint8_t octets[512];
	uint8_t string[64];
	size_t n = rig_octets(VECTOR_T13, octets, sizeof(octets));
	size_t length = rig_octets(type_and_text, string, sizeof(string));
	memmove(octets + 74 + length, octets + AT_SIGNATURE, n - AT_SIGNATURE);
	memcpy(octets + 74, string, length);
	n += length - 14;
	octets[AT_LENGTH] = (uint8_t)n;
	octets[AT_SIGNATURE_AT] = (uint8_t)(74 + length);
	octets[AT_TOTAL] = (uint8_t)(10 + length);
	octets[AT_PAYLOAD_LENGTH] = (uint8_t)length;
	return pnrp_payload_decode(r->p, span_of(octets, n), e);
}

static void short_strings_are_read(void **state)
{
	static const struct {
		const char *hex;
		enum err e;
		size_t n;
	} rows[] = {
		{ "0100 6100", OK, 1 },
		{ "0100 00", OK, 0 },
		{ "0000 0000", OK, 0 },
		{ "0000 61000000", OK, 2 },
		{ "0000 610000", ERR_MALFORMED, 0 },
		{ "0000 00", ERR_MALFORMED, 0 },
		{ "0100", ERR_MALFORMED, 0 },
		{ "0100 61", ERR_MALFORMED, 0 },
		{ "0000 6100", ERR_MALFORMED, 0 },
		{ "00", ERR_MALFORMED, 0 },
		{ "", ERR_MALFORMED, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pnrp_extended e;
		assert_int_equal(read_string(*state, rows[i].hex, &e), rows[i].e);
		if (!rows[i].e)
			assert_int_equal(e.data.n, rows[i].n);
	}
}

static enum err answer_text(const char *hex, bool utf16, char *out, size_t size, size_t *n)
{
	uint8_t octets[64];
	struct pnrp_answer a = { .payload_utf16 = utf16 };
	a.payload = span_of(octets, rig_octets(hex, octets, sizeof(octets)));
	return pnrp_answer_text(&a, out, size, n);
}

static void text_of_answers(void **state)
{
	static const struct {
		const char *hex, *text; /* NULL: none */
		bool utf16;
	} rows[] = {
		{ "61c3a9", "a\xc3\xa9", false },
		{ "6100e900", "a\xc3\xa9", true },
		{ "", "", false },
		{ "", "", true },
		{ "61ff", NULL, false },
		{ "6100", NULL, false },
		{ "00d8", NULL, true },
		{ "0000", NULL, true },
		{ "3dd8a8dd", "\xf0\x9f\x96\xa8", true },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[16];
		size_t n;
		enum err e = answer_text(rows[i].hex, rows[i].utf16, out, sizeof(out), &n);
		assert_int_equal(e, rows[i].text ? OK : ERR_MALFORMED);
		if (!rows[i].text)
			continue;
		assert_true(span_eq(span_of(out, n), span_str(rows[i].text)));
		if (n)
			assert_int_equal(answer_text(rows[i].hex, rows[i].utf16, out, n - 1, &n),
					 ERR_RANGE);
	}
}

static void random_octets_are_harmless(void **state)
{
	struct proofs *r = *state;
	uint64_t seed = 11;
	struct pnrp_payload e = payload(PNRP_PAYLOAD_STRING, span_str("hello"));
	struct pnrp_extended got;
	size_t n;
	assert_int_equal(make(r, &e, &n), OK);
	for (int i = 0; i < 20000; i++) {
		uint8_t *p = rig_exact(span_of(room, n));
		for (int k = 0; k < 3; k++)
			p[rig_random(&seed) % n] = (uint8_t)rig_random(&seed);
		if (pnrp_payload_decode(r->p, span_of(p, n), &got) == OK)
			assert_int_equal(got.signed_part.n + 8 + got.signature.n, n);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSIC(the_vector_is_read),
		CLASSIC(the_vector_is_written),
		CLASSIC(strings_of_every_length),
		CLASSIC(strings_that_only_utf16_holds),
		CLASSIC(binary_of_every_length),
		CLASSIC(making_needs_room),
		CLASSIC(cut_ones_are_refused),
		CLASSIC(fields_are_checked),
		CLASSIC(short_strings_are_read),
		CLASSIC(text_of_answers),
		CLASSIC(random_octets_are_harmless),
		MODERN(strings_of_every_length),
		MODERN(strings_that_only_utf16_holds),
		MODERN(binary_of_every_length),
		MODERN(making_needs_room),
		MODERN(cut_ones_are_refused),
		MODERN(random_octets_are_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
