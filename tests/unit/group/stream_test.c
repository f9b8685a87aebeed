/* Streams, their digests and signatures: vectors of digest grouping 16, every octet that is
 * signed, tolerant readings, Security Data that is none. */
#include "records.h"
#include "vectors.h"

#define VECTOR_TIME  UINT64_C(0x01DA000000000000)
#define SERIAL_OTHER "ffeeddccbbaa99887766554433221100"

static struct record rec;

static void as_vector(struct record *o, const char *authority, const char *id)
{
	char creator[64], graph[64];
	struct hex h;
	struct text c = TEXT_OF(creator), g = TEXT_OF(graph);
	text_str(&c, authority);
	text_str(&c, ".alice");
	text_str(&g, authority);
	text_str(&g, ".TestGroup");
	record_init(o, span_str(graph), span_str(creator));
	memcpy(o->r.id.at, hex_of(&h, id).p, 16);
	o->r.created = o->r.modified = VECTOR_TIME;
	o->r.expires = VECTOR_TIME + 3600 * RECORD_SECOND;
}

static void assert_vector(enum crypto_profile_id id, const char *digest, const char *signature,
			  const char *public)
{
	struct people t;
	struct hex serials, want, key, sign;
	struct crypto_public *k;
	uint8_t got[CRYPTO_HASH_MAX];
	size_t n;
	people_init(&t, id, 0);
	struct span serial = hex_of(&serials, SERIALS_VECTOR);
	group_stream_digest(t.c, t.p, true, &rec.r, serial, serial, 0, got, &n);
	hex_of(&want, digest);
	assert_int_equal(n, want.n);
	assert_memory_equal(got, want.p, n);
	struct group_signed s = { .creator_serial = serial,
				  .modifier_serial = serial,
				  .signature = hex_of(&sign, signature) };
	assert_int_equal(crypto_public_load(t.c, t.p->crypto, hex_of(&key, public), &k), OK);
	assert_int_equal(group_check(t.c, t.p, true, NULL, k, &rec.r, &s), OK);
	sign.p[9] ^= 1;
	assert_int_equal(group_check(t.c, t.p, true, NULL, k, &rec.r, &s), ERR_DENIED);
	crypto_public_free(k);
	people_fini(&t);
}

/* GROUP-6.3: T7, T8. */
static void the_vector_of_classic(void **state)
{
	if (!group_profile(CRYPTO_CLASSIC))
		skip();
	as_vector(&rec, R1_NAME, "8b9f6993ef9088c90808080808080808");
	assert_vector(CRYPTO_CLASSIC, T8_SHA1, T8_SIGNATURE, R1_PUBLIC);
}

/* GROUP-6.2: T12, T13. */
static void the_vector_of_modern(void **state)
{
	as_vector(&rec, P256_NAME, "f6db15a7056293430808080808080808");
	assert_vector(CRYPTO_MODERN, T13_SHA256, T13_SIGNATURE, P256_PUBLIC);
}

/* ---- signing and checking ---- */

struct rig {
	struct people t;
	struct crypto_public *k;
	struct hex mine, other;
};

static void rig_init(struct rig *g, enum crypto_profile_id id)
{
	people_init(&g->t, id, 2);
	assert_int_equal(
		crypto_public_load(g->t.c, g->t.p->crypto, crypto_key_public(g->t.keys[1]), &g->k),
		OK);
	hex_of(&g->mine, SERIALS_VECTOR);
	hex_of(&g->other, SERIAL_OTHER);
	record_init(&rec, people_name(&g->t, 0), people_name(&g->t, 1));
}

static void rig_fini(struct rig *g)
{
	crypto_public_free(g->k);
	people_fini(&g->t);
}

static void rig_sign(struct rig *g, bool version11)
{
	record_sign(&rec, &g->t, 1, version11, span_of(g->mine.p, 16), span_of(g->other.p, 16));
}

static enum err check(struct rig *g, bool version11)
{
	struct group_signed s;
	enum err e = group_signed_read(&s, g->t.p, rec.r.security);
	return e ? e : group_check(g->t.c, g->t.p, version11, NULL, g->k, &rec.r, &s);
}

/* GROUP-6.1 */
static void what_is_signed_is_good(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct rig g;
		struct group_signed s;
		rig_init(&g, id);
		rig_sign(&g, true);
		assert_int_equal(rec.r.security.n, g.t.p->security_size);
		assert_int_equal(group_signed_read(&s, g.t.p, rec.r.security), OK);
		assert_false(s.batch);
		assert_memory_equal(s.creator_serial.p, g.mine.p, 16);
		assert_memory_equal(s.modifier_serial.p, g.other.p, 16);
		assert_int_equal(check(&g, true), OK);
		rig_fini(&g);
	}
}

/* Octets that a signature covers, as places in memory. */
struct covered {
	void *p;
	size_t n;
};

/* GROUP-6.2, GROUP-6.3: one bit anywhere is another record. */
static void every_part_is_signed(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct rig g;
		rig_init(&g, id);
		uint8_t attributes[] = { 0, '<', 0, 'a', 0, '/', 0, '>', 0, 0 };
		rec.r.attributes = span_of(attributes, sizeof attributes);
		record_modifier(&rec, people_name(&g.t, 1));
		rig_sign(&g, true);
		assert_int_equal(check(&g, true), OK);
		const struct covered parts[] = {
			{ rec.r.type.at, 16 },
			{ rec.r.id.at, 16 },
			{ &rec.r.version, 4 },
			{ &rec.r.created, 8 },
			{ &rec.r.expires, 8 },
			{ &rec.r.modified, 8 },
			{ rec.creator, rec.r.creator.n },
			{ rec.modifier, rec.r.modifier.n },
			{ attributes, sizeof attributes },
			{ rec.payload, rec.r.payload.n },
			{ rec.security, g.t.p->security_size },
		};
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			for (size_t at = 0; at < parts[i].n; at += 1 + parts[i].n / 17) {
				uint8_t *octet = (uint8_t *)parts[i].p + at;
				*octet ^= 0x40;
				assert_int_equal(check(&g, true), ERR_DENIED);
				*octet ^= 0x40;
			}
		assert_int_equal(check(&g, true), OK);
		rig_fini(&g);
	}
}

/* GROUP-6.2: what classic leaves out, modern signs: the graph, flags, where a part ends. */
static void modern_signs_what_classic_leaves_out(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct rig g;
		rig_init(&g, id);
		rig_sign(&g, true);
		enum err want = g.t.p->readings ? OK : ERR_DENIED;
		rec.graph[1] ^= 1;
		assert_int_equal(check(&g, true), want);
		rec.graph[1] ^= 1;
		rec.r.flags = 0x1;
		assert_int_equal(check(&g, true), want);
		rec.r.flags = 0;
		/* The modifier's octets as attributes. */
		record_modifier(&rec, people_name(&g.t, 1));
		rig_sign(&g, true);
		rec.r.attributes = rec.r.modifier;
		rec.r.modifier = span_of(NULL, 0);
		assert_int_equal(check(&g, true), want);
		rig_fini(&g);
	}
}

/* GROUP-6.4: by the hash of either version, whichever the group's is. */
static void classic_takes_either_hash(void **state)
{
	struct rig g;
	if (!group_profile(CRYPTO_CLASSIC))
		skip();
	rig_init(&g, CRYPTO_CLASSIC);
	for (int signed11 = 0; signed11 < 2; signed11++) {
		uint8_t digest[CRYPTO_HASH_MAX];
		size_t n;
		group_stream_digest(g.t.c, g.t.p, signed11, &rec.r, span_of(g.mine.p, 16),
				    span_of(g.other.p, 16), 0, digest, &n);
		assert_int_equal(n, signed11 ? 20 : 16);
		rig_sign(&g, signed11);
		assert_int_equal(check(&g, true), OK);
		assert_int_equal(check(&g, false), OK);
	}
	rig_fini(&g);
}

/* GROUP-6.4: a deletion that was signed with its flag read in any of three ways. */
static void classic_takes_flags_as_they_were_meant(void **state)
{
	struct rig g;
	if (!group_profile(CRYPTO_CLASSIC))
		skip();
	rig_init(&g, CRYPTO_CLASSIC);
	rec.r.flags = GRAPH_RECORD_DELETED;
	rec.r.payload = span_of(NULL, 0);
	rig_sign(&g, true);
	for (unsigned int reading = 0; reading < GROUP_READINGS; reading++) {
		uint8_t digest[CRYPTO_HASH_MAX], other[CRYPTO_HASH_MAX];
		size_t n;
		group_stream_digest(g.t.c, g.t.p, true, &rec.r, span_of(g.mine.p, 16),
				    span_of(g.other.p, 16), reading, digest, &n);
		group_stream_digest(g.t.c, g.t.p, true, &rec.r, span_of(g.mine.p, 16),
				    span_of(g.other.p, 16), (reading + 1) % 3, other, &n);
		assert_memory_not_equal(digest, other, n);
		assert_int_equal(crypto_sign_digest(g.t.c, &g.t.draw.env, g.t.keys[1],
						    span_of(digest, n), rec.security + 32),
				 OK);
		assert_int_equal(check(&g, true), OK);
	}
	/* What is signed of a record that is there is no word on its deletion. */
	rec.r.flags = 0;
	rig_sign(&g, true);
	rec.r.flags = GRAPH_RECORD_DELETED;
	assert_int_equal(check(&g, true), ERR_DENIED);
	rig_fini(&g);
}

/* GROUP-6.3: no payload is no trace, not a length of 0. */
static void an_empty_payload_in_classic(void **state)
{
	struct rig g;
	struct hex h;
	uint8_t digest[CRYPTO_HASH_MAX], want[CRYPTO_HASH_MAX];
	size_t n;
	if (!group_profile(CRYPTO_CLASSIC))
		skip();
	rig_init(&g, CRYPTO_CLASSIC);
	struct span serial = hex_of(&h, SERIALS_VECTOR);
	rec.r.payload = span_of(NULL, 0);
	group_stream_digest(g.t.c, g.t.p, true, &rec.r, serial, serial, 0, digest, &n);
	uint8_t octets[512];
	struct wr w = wr_of(octets, sizeof octets);
	wr_u32(&w, 0x60);
	wr_bytes(&w, span_of(rec.r.type.at, 16));
	wr_bytes(&w, span_of(rec.r.id.at, 16));
	wr_u32(&w, 1);
	wr_u32(&w, 0);
	wr_u64(&w, rec.r.created);
	wr_u64(&w, rec.r.expires);
	wr_u64(&w, rec.r.modified);
	wr_bytes(&w, rec.r.creator);
	wr_bytes(&w, serial);
	wr_bytes(&w, serial);
	const struct span all = wr_span(&w);
	crypto_hash(g.t.c, g.t.p->crypto, &all, 1, want, n);
	assert_memory_equal(digest, want, n);
	rig_fini(&g);
}

/* ---- Security Data ---- */

/* GROUP-6.1 */
static void security_data_that_is_none(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct rig g;
		struct group_signed s = { .depth = 77 };
		uint8_t octets[GROUP_SECURITY_MAX + 64] = { 0 };
		rig_init(&g, id);
		for (size_t n = 0; n <= sizeof octets; n++) {
			enum err e = group_signed_read(&s, g.t.p, span_of(octets, n));
			assert_int_equal(e, n == g.t.p->security_size ? OK : ERR_MALFORMED);
		}
		rig_fini(&g);
	}
}

/* GROUP-6.1: depth, index and path fit together. */
static void batch_data_that_is_none(void **state)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	static const struct {
		uint8_t depth;
		uint16_t index;
		size_t path; /* nodes */
		bool good;
	} rows[] = {
		{ 1, 0, 1, true },	  { 1, 1, 1, true },	{ 1, 2, 1, false },
		{ 0, 0, 0, false },	  { 1, 0, 0, false },	{ 1, 0, 2, false },
		{ 3, 7, 3, true },	  { 3, 8, 3, false },	{ 12, 4095, 12, true },
		{ 12, 4096, 12, false },  { 13, 0, 13, false }, { 255, 0, 12, false },
		{ 12, 65535, 12, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t octets[99 + 13 * 32];
		struct group_signed s;
		struct wr w = wr_of(octets, sizeof octets);
		wr_zero(&w, 96);
		wr_u8(&w, rows[i].depth);
		wr_u16(&w, rows[i].index);
		wr_zero(&w, 32 * rows[i].path);
		assert_false(w.failed);
		assert_int_equal(group_signed_read(&s, p, wr_span(&w)),
				 rows[i].good ? OK : ERR_MALFORMED);
		if (!rows[i].good)
			continue;
		assert_true(s.batch);
		assert_int_equal(s.depth, rows[i].depth);
		assert_int_equal(s.index, rows[i].index);
		assert_int_equal(s.path.n, 32 * rows[i].path);
		for (size_t n = 0; n < w.n; n++)
			assert_int_equal(group_signed_read(&s, p, span_of(octets, n)),
					 n == 96 ? OK : ERR_MALFORMED);
	}
}

/* GROUP-5.9 */
static void a_seal_key_is_bound_to_its_certificate(void **state)
{
	struct people t;
	struct hex h;
	uint8_t key[32] = { 5 }, a[CRYPTO_HASH_MAX], b[CRYPTO_HASH_MAX];
	people_init(&t, CRYPTO_MODERN, 0);
	hex_of(&h, SERIALS_VECTOR);
	group_seal_digest(t.c, t.p, span_of(h.p, 16), span_of(key, 32), a);
	const struct span parts[] = { span_str("homestead seal key 1"), span_of(h.p, 16),
				      span_of(key, 32) };
	crypto_hash(t.c, t.p->crypto, parts, 3, b, 32);
	assert_memory_equal(a, b, 32);
	h.p[15] ^= 1;
	group_seal_digest(t.c, t.p, span_of(h.p, 16), span_of(key, 32), b);
	assert_memory_not_equal(a, b, 32);
	people_fini(&t);
}

static void without_memory_nothing_is_signed(void **state)
{
	struct people t;
	struct failing_env f;
	struct hex h;
	people_init(&t, CRYPTO_MODERN, 2);
	record_init(&rec, people_name(&t, 0), people_name(&t, 1));
	struct span serial = hex_of(&h, SERIALS_VECTOR);
	FAILING_ENV_EACH(f, 2)
	{
		size_t n = 12345;
		enum err e = group_sign(t.c, &f.env, t.p, true, t.keys[1], &rec.r, serial, serial,
					rec.security, &n);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		assert_int_equal(n, f.failed ? 12345 : 96);
		failing_env_assert_clean(&f);
	}
	people_fini(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_of_classic),
		cmocka_unit_test(the_vector_of_modern),
		cmocka_unit_test(what_is_signed_is_good),
		cmocka_unit_test(every_part_is_signed),
		cmocka_unit_test(modern_signs_what_classic_leaves_out),
		cmocka_unit_test(classic_takes_either_hash),
		cmocka_unit_test(classic_takes_flags_as_they_were_meant),
		cmocka_unit_test(an_empty_payload_in_classic),
		cmocka_unit_test(security_data_that_is_none),
		cmocka_unit_test(batch_data_that_is_none),
		cmocka_unit_test(a_seal_key_is_bound_to_its_certificate),
		cmocka_unit_test(without_memory_nothing_is_signed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
