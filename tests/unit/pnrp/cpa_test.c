/* PNRP-3.2, PNRP-3.3: certified peer addresses, both ways, in both profiles. */
#include "cpa_rig.h"

/* Where fields of T12 lie. */
enum {
	AT_LENGTH = 0,
	AT_MINOR = 2,
	AT_MAJOR = 3,
	AT_FLAGS = 6,
	AT_RESERVED = 7,
	AT_HASH = 48,
	AT_NODES = 68,
	AT_PAYLOADS = 108,
	AT_KEY = 138,
	T12_SIZE = 443
};

static size_t t12(uint8_t *octets)
{
	return rig_octets(VECTOR_T12, octets, RIG_CPA_ROOM);
}

static void assert_same(const struct pnrp_cpa *a, const struct pnrp_cpa *b)
{
	assert_int_equal(a->revoke, b->revoke);
	assert_int_equal(a->has_payload, b->has_payload);
	assert_true(a->not_after == b->not_after);
	assert_memory_equal(a->location, b->location, sizeof(a->location));
	assert_memory_equal(a->nonce, b->nonce, sizeof(a->nonce));
	assert_int_equal(a->has_authority, b->has_authority);
	assert_memory_equal(a->authority, b->authority, sizeof(a->authority));
	assert_int_equal(a->has_classifier, b->has_classifier);
	assert_memory_equal(a->classifier_hash, b->classifier_hash, sizeof(a->classifier_hash));
	assert_true(span_eq(span_of(a->comment, a->comment_n), span_of(b->comment, b->comment_n)));
	assert_int_equal(a->n_nodes, b->n_nodes);
	for (size_t i = 0; i < a->n_nodes; i++)
		assert_true(pnrp_endpoint_eq(&a->node[i], &b->node[i]));
	assert_int_equal(a->n_apps, b->n_apps);
	for (size_t i = 0; i < a->n_apps; i++) {
		assert_memory_equal(a->app[i].ip, b->app[i].ip, sizeof(a->app[i].ip));
		assert_int_equal(a->app[i].port, b->app[i].port);
		assert_int_equal(a->app[i].protocol, b->app[i].protocol);
	}
}

static void the_vector_is_read(void **state)
{
	struct proofs *r = *state;
	uint8_t octets[RIG_CPA_ROOM];
	size_t n = t12(octets);
	struct pnrp_cpa c, want = proofs_cpa(r);
	assert_int_equal(pnrp_cpa_decode(r->p, span_of(octets, n), &c), OK);
	assert_same(&c, &want);
	rig_assert_octets(c.public, VECTOR_K1);
	assert_ptr_equal(c.signed_part.p, octets);
	assert_int_equal(c.signed_part.n, 307);
	assert_int_equal(c.signature.n, 128);
	assert_ptr_equal(c.signature.p, octets + n - 128);
	assert_int_equal(crypto_verify(r->x, r->p->crypto, c.public, c.signed_part, c.signature),
			 OK);
	rig_assert_same_id(pnrp_cpa_id(r->x, r->p, &c), rig_id(VECTOR_ID1));
}

/* All but the key and what it signs is the same with a key of our own. */
static void the_vector_is_written(void **state)
{
	struct proofs *r = *state;
	uint8_t octets[RIG_CPA_ROOM], room[RIG_CPA_ROOM];
	struct pnrp_cpa c = proofs_cpa(r);
	size_t n = t12(octets);
	struct span s = proofs_make(r, &c, room, sizeof(room));
	assert_int_equal(s.n, n);
	assert_memory_equal(room, octets, AT_KEY + 29);
	assert_memory_equal(room + 307, octets + 307, 8);
	struct span key = crypto_key_public(r->key);
	assert_memory_equal(room + AT_KEY + 29, key.p, key.n);
}

static void every_form_comes_back(void **state)
{
	struct proofs *r = *state;
	static const char *const comments[] = { "", "x", "caf\xc3\xa9", "\xf0\x9f\x96\xa8 printer",
						"a comment of exactly thirty-nine units." };
	for (unsigned bits = 0; bits < 16; bits++) {
		uint8_t room[RIG_CPA_ROOM];
		struct pnrp_cpa got, c = proofs_cpa(r);
		const char *comment = comments[bits % COUNT(comments)];
		c.revoke = bits & 1;
		c.has_payload = bits & 2;
		c.n_apps = bits & 4 ? 10 : 0;
		c.n_nodes = bits & 8 ? 4 : !c.revoke;
		for (size_t i = 0; i < 4; i++)
			c.node[i] = rig_endpoint(VECTOR_B1, (uint16_t)(1025 + i));
		for (size_t i = 0; i < 10; i++)
			c.app[i] = (struct pnrp_app){ { 1, 2, (uint8_t)i }, (uint16_t)i, 17 };
		memset(c.authority, (int)bits, sizeof(c.authority));
		c.authority[0] = 0xaa;
		c.has_authority = true;
		c.has_classifier = bits & 4;
		if (!c.has_classifier)
			memset(c.classifier_hash, 0, sizeof(c.classifier_hash));
		c.comment_n = (uint16_t)strlen(comment);
		memcpy(c.comment, comment, c.comment_n);
		struct span s = proofs_make(r, &c, room, sizeof(room));
		assert_int_equal(pnrp_cpa_decode(r->p, s, &got), OK);
		assert_same(&got, &c);
		assert_int_equal(crypto_verify(r->x, r->p->crypto, got.public, got.signed_part,
					       got.signature),
				 OK);
	}
}

/* The largest and smallest that there are: what a FLOOD must hold hangs on it. */
static void sizes(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa c = proofs_cpa(r);
	size_t tail = 9 + strlen(r->p->crypto->public_oid) + r->p->crypto->public_size + 8 +
		      r->p->crypto->signature_size;
	c.revoke = true;
	c.n_nodes = c.n_apps = 0;
	assert_int_equal(proofs_make(r, &c, room, sizeof(room)).n, 76 + tail);
	c.has_authority = true;
	assert_int_equal(proofs_make(r, &c, room, sizeof(room)).n, 96 + tail);
	c.n_nodes = 4;
	c.n_apps = 10;
	for (size_t i = 0; i < 4; i++)
		c.node[i].port = 3540;
	c.comment_n = 39;
	memset(c.comment, 'c', 39);
	size_t largest = proofs_make(r, &c, room, sizeof(room)).n;
	assert_int_equal(largest, 48 + 20 + 20 + 2 + 78 + 4 + 72 + 210 + tail);
	assert_int_equal(largest, r->p->utf16 ? 759 : 643);
	assert_true(largest <= PNRP_CPA_MAX);
	struct pnrp_message m = { .type = PNRP_FLOOD };
	m.flood.revoke = span_of(room, largest);
	for (m.flood.flooded.n = 0; m.flood.flooded.n < PNRP_PATH_MAX; m.flood.flooded.n++)
		m.flood.flooded.at[m.flood.flooded.n] = rig_endpoint(VECTOR_A1, 3540);
	uint8_t datagram[PNRP_DATAGRAM_MAX];
	size_t n;
	assert_int_equal(pnrp_encode(r->p, &m, datagram, sizeof(datagram), &n), OK);
	/* An octet of padding follows either. */
	assert_int_equal(n, r->p->utf16 ? 1228 : 1112);
}

static void making_needs_room(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa c = proofs_cpa(r);
	size_t whole = proofs_make(r, &c, room, sizeof(room)).n, n = 77;
	for (size_t size = 0; size < whole; size++) {
		uint8_t *p = rig_exact(span_of(room, size));
		assert_int_equal(pnrp_cpa_make(r->x, &r->f.env, r->p, &c, r->key, p, size, &n),
				 ERR_RANGE);
		free(p);
	}
	assert_int_equal(n, 77);
}

static void assert_not_made(struct proofs *r, const struct pnrp_cpa *c)
{
	uint8_t room[RIG_CPA_ROOM];
	size_t n;
	assert_int_equal(pnrp_cpa_make(r->x, &r->f.env, r->p, c, r->key, room, sizeof(room), &n),
			 ERR_RANGE);
}

static void what_no_cpa_holds_is_not_made(void **state)
{
	struct proofs *r = *state;
	struct pnrp_cpa c = proofs_cpa(r);
	c.has_classifier = false;
	assert_not_made(r, &c);
	c = proofs_cpa(r);
	c.n_nodes = 0;
	assert_not_made(r, &c);
	c.n_nodes = PNRP_OWN_ADDRESSES + 1;
	assert_not_made(r, &c);
	c = proofs_cpa(r);
	c.node[1].port = 1024;
	assert_not_made(r, &c);
	c = proofs_cpa(r);
	c.n_apps = PNRP_ENDPOINTS_MAX + 1;
	assert_not_made(r, &c);
	c = proofs_cpa(r);
	c.comment_n = 40;
	memset(c.comment, 'c', 40);
	assert_not_made(r, &c);
	c.comment_n = 1;
	c.comment[0] = (char)0xff;
	assert_not_made(r, &c);
	c.comment_n = sizeof(c.comment) + 1;
	assert_not_made(r, &c);
}

/* PNRP-3.2: every cut, and one octet more, is refused: CPA Length says how long it is. */
static void cut_ones_are_refused(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM + 1];
	struct pnrp_cpa got, c = proofs_cpa(r);
	c.has_authority = true;
	c.comment_n = 3;
	memcpy(c.comment, "abc", 3);
	size_t whole = proofs_make(r, &c, room, sizeof(room)).n;
	for (size_t n = 0; n <= whole + 1; n++) {
		if (n == whole)
			continue;
		for (int lie = 0; lie < 2; lie++) {
			uint8_t *p = rig_exact(span_of(room, n));
			if (lie && n >= 2) {
				p[0] = (uint8_t)n;
				p[1] = (uint8_t)(n >> 8);
			}
			assert_int_equal(pnrp_cpa_decode(r->p, span_of(p, n), &got), ERR_MALFORMED);
			free(p);
		}
	}
}

static enum err read_changed(size_t at, uint8_t value)
{
	uint8_t octets[RIG_CPA_ROOM];
	struct pnrp_cpa c;
	size_t n = t12(octets);
	octets[at] = value;
	return pnrp_cpa_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(octets, n), &c);
}

static void fields_are_checked(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum err e;
	} rows[] = {
		{ AT_LENGTH, 0xba, ERR_MALFORMED },
		{ AT_LENGTH + 1, 2, ERR_MALFORMED },
		{ AT_MINOR, 1, ERR_UNSUPPORTED },
		{ AT_MAJOR, 3, ERR_UNSUPPORTED },
		{ AT_MAJOR + 1, 1, ERR_UNSUPPORTED },
		{ AT_MAJOR + 2, 5, ERR_UNSUPPORTED },
		{ AT_FLAGS, 0xc8, OK },		   /* reserved bits */
		{ AT_FLAGS, 0x09, OK },		   /* R */
		{ AT_FLAGS, 0x28, OK },		   /* X */
		{ AT_FLAGS, 0x0a, ERR_MALFORMED }, /* U without F */
		{ AT_FLAGS, 0x00, ERR_MALFORMED }, /* neither A nor C */
		{ AT_FLAGS, 0x0c, ERR_MALFORMED }, /* A, and no such field */
		{ AT_RESERVED, 0x77, OK },
		{ AT_NODES, 1, ERR_MALFORMED },
		{ AT_NODES, 0, ERR_MALFORMED },
		{ AT_NODES, 5, ERR_MALFORMED },
		{ AT_NODES + 2, 0x13, ERR_MALFORMED },
		{ AT_NODES + 4, 0x04, OK },	       /* port 1236 */
		{ AT_NODES + 4, 0x03, ERR_MALFORMED }, /* port 980 */
		{ AT_PAYLOADS, 2, ERR_MALFORMED },
		{ AT_PAYLOADS, 0, ERR_MALFORMED },
		{ AT_PAYLOADS + 2, 0x1f, ERR_MALFORMED },
		{ AT_PAYLOADS + 4, 2, ERR_MALFORMED },
		{ AT_PAYLOADS + 8, 0x15, ERR_MALFORMED },
		{ AT_PAYLOADS + 8, 0x28, ERR_MALFORMED },
		{ AT_KEY, 0xa8, ERR_MALFORMED },
		{ AT_KEY + 2, 0x15, ERR_MALFORMED },
		{ AT_KEY + 4, 0x15, OK }, /* reserved */
		{ AT_KEY + 6, 0x8d, ERR_MALFORMED },
		{ AT_KEY + 8, 1, ERR_MALFORMED },
		{ AT_KEY + 9, '2', ERR_MALFORMED },
		{ 307, 0x89, ERR_MALFORMED },
		{ 309, 0x81, ERR_MALFORMED },
		{ 311, 0x05, ERR_MALFORMED },
		{ T12_SIZE - 1, 0, OK }, /* the signature is judged elsewhere */
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(read_changed(rows[i].at, rows[i].value), rows[i].e);
}

/* PNRP-3.3: octets of a comment, as UTF-16LE and as UTF-8. */
static void comments(void **state)
{
	static const struct {
		uint8_t flags;
		const char *hex, *text; /* NULL: refused */
	} rows[] = {
		{ 0x18, "0400 61006200", "ab" }, { 0x18, "0400 3dd8a8dd", "\xf0\x9f\x96\xa8" },
		{ 0x18, "0200 3dd8", NULL },	 { 0x18, "0400 a8dd3dd8", NULL },
		{ 0x18, "0300 610062", NULL },	 { 0x18, "0200 0000", NULL },
		{ 0x18, "0000", NULL },		 { 0x1a, "0300 61c3a9", "a\xc3\xa9" },
		{ 0x1a, "0100 c3", NULL },	 { 0x1a, "0200 c080", NULL },
		{ 0x1a, "0300 eda0bd", NULL },	 { 0x1a, "0100 00", NULL },
		{ 0x1a, "0000", NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t octets[RIG_CPA_ROOM], field[RIG_CPA_ROOM];
		struct pnrp_cpa c;
		size_t n = t12(octets);
		size_t more = rig_octets(rows[i].hex, field, sizeof(field));
		memmove(octets + AT_NODES + more, octets + AT_NODES, n - AT_NODES);
		memcpy(octets + AT_NODES, field, more);
		octets[AT_FLAGS] = rows[i].flags;
		octets[AT_LENGTH] = (uint8_t)(n + more);
		octets[AT_LENGTH + 1] = (uint8_t)((n + more) >> 8);
		enum err e = pnrp_cpa_decode(pnrp_profile(CRYPTO_CLASSIC),
					     span_of(octets, n + more), &c);
		assert_int_equal(e, rows[i].text ? OK : ERR_MALFORMED);
		if (rows[i].text)
			assert_true(
				span_eq(span_of(c.comment, c.comment_n), span_str(rows[i].text)));
	}
}

/* A16: a revocation may come without its nonce; nothing else may. */
static void revocations_without_a_nonce(void **state)
{
	uint8_t octets[RIG_CPA_ROOM];
	struct pnrp_cpa c;
	static const uint8_t zero[PNRP_NONCE];
	(void)state;
	size_t n = t12(octets) - PNRP_NONCE;
	memmove(octets + 32, octets + 48, n - 32);
	octets[AT_LENGTH] = (uint8_t)n;
	octets[AT_LENGTH + 1] = (uint8_t)(n >> 8);
	assert_int_equal(pnrp_cpa_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(octets, n), &c),
			 ERR_MALFORMED);
	octets[AT_FLAGS] |= 1;
	assert_int_equal(pnrp_cpa_decode(pnrp_profile(CRYPTO_CLASSIC), span_of(octets, n), &c), OK);
	assert_true(c.revoke);
	assert_memory_equal(c.nonce, zero, sizeof(zero));
	assert_int_equal(c.n_nodes, 2);
	rig_assert_octets(c.public, VECTOR_K1);
}

/* Each profile's CPAs are another version to the other. */
static void profiles_do_not_mix(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa got, c = proofs_cpa(r);
	struct span s = proofs_make(r, &c, room, sizeof(room));
	enum crypto_profile_id other =
		r->p->crypto->id == CRYPTO_MODERN ? CRYPTO_CLASSIC : CRYPTO_MODERN;
	assert_int_equal(pnrp_cpa_decode(pnrp_profile(other), s, &got), ERR_UNSUPPORTED);
}

static void octets_of_modern(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa c = proofs_cpa(r);
	struct span s = proofs_make(r, &c, room, sizeof(room));
	assert_int_equal(s.n, 138 + 117 + 72);
	rig_assert_octets(span_of(room + 2, 4), "00030005");
	rig_assert_octets(span_of(room + 138, 26),
			  "7500 1100 0000 5b00 00 312e322e3834302e31303034352e322e31");
	rig_assert_octets(span_of(room + 255, 8), "4800 4000 0c800000");
}

/* PNRP-3.2: 116 is what the digest has, 117 what the parts add up to. */
static void the_length_of_a_modern_key(void **state)
{
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa got, c = proofs_cpa(r);
	struct span s = proofs_make(r, &c, room, sizeof(room));
	for (uint8_t told = 114; told < 120; told++) {
		room[138] = told;
		assert_int_equal(pnrp_cpa_decode(r->p, s, &got),
				 told == 116 || told == 117 ? OK : ERR_MALFORMED);
	}
}

static void random_octets_are_harmless(void **state)
{
	uint64_t seed = 5;
	struct proofs *r = *state;
	uint8_t room[RIG_CPA_ROOM];
	struct pnrp_cpa got, c = proofs_cpa(r);
	struct span s = proofs_make(r, &c, room, sizeof(room));
	for (int i = 0; i < 20000; i++) {
		uint8_t *p = rig_exact(s);
		for (int k = 0; k < 3; k++)
			p[rig_random(&seed) % s.n] = (uint8_t)rig_random(&seed);
		if (pnrp_cpa_decode(r->p, span_of(p, s.n), &got) == OK) {
			assert_true(got.n_nodes <= PNRP_OWN_ADDRESSES);
			assert_true(got.n_apps <= PNRP_ENDPOINTS_MAX);
			assert_true(got.comment_n <= sizeof(got.comment));
			assert_int_equal(got.signed_part.n + 8 + got.signature.n, s.n);
		}
		free(p);
	}
}

/* 10.5: the addresses of a route entry are those of the CPA, as sets. */
static void route_entries_are_compared(void **state)
{
	struct pnrp_cpa c = proofs_cpa(*state);
	struct pnrp_route r = rig_route(VECTOR_ID1, 3540, VECTOR_A2, VECTOR_A1);
	assert_true(pnrp_cpa_has_route(&c, &r));
	r.port = 3541;
	assert_false(pnrp_cpa_has_route(&c, &r));
	r.port = 3540;
	r.n = 1;
	assert_false(pnrp_cpa_has_route(&c, &r));
	c.n_nodes = 1;
	assert_false(pnrp_cpa_has_route(&c, &r));
	r = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_A1);
	assert_true(pnrp_cpa_has_route(&c, &r));
	r = rig_route(VECTOR_ID1, 3540, VECTOR_A1, VECTOR_B1);
	assert_false(pnrp_cpa_has_route(&c, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSIC(the_vector_is_read),
		CLASSIC(the_vector_is_written),
		CLASSIC(every_form_comes_back),
		CLASSIC(sizes),
		CLASSIC(making_needs_room),
		CLASSIC(what_no_cpa_holds_is_not_made),
		CLASSIC(cut_ones_are_refused),
		CLASSIC(fields_are_checked),
		CLASSIC(comments),
		CLASSIC(revocations_without_a_nonce),
		CLASSIC(profiles_do_not_mix),
		CLASSIC(random_octets_are_harmless),
		CLASSIC(route_entries_are_compared),
		MODERN(every_form_comes_back),
		MODERN(sizes),
		MODERN(making_needs_room),
		MODERN(what_no_cpa_holds_is_not_made),
		MODERN(cut_ones_are_refused),
		MODERN(profiles_do_not_mix),
		MODERN(octets_of_modern),
		MODERN(the_length_of_a_modern_key),
		MODERN(random_octets_are_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
