/* GRAPH-3.1 to GRAPH-3.5: records. */
#include "../failing_env.h"
#include "graph/record.h"
#include "octets.h"

#define ALICE_16                                                                                   \
	"0030002e0061006c006900630065"                                                             \
	"0000"
#define GRAPH_16 "0030002e0054006500730074004700720061007000680000"

static void reads_the_digests_record(void **state)
{
	struct octets o = octets_of(T9_RECORD);
	struct graph_record r;
	assert_int_equal(graph_record_decode(octets_span(&o), &r), OK);
	assert_true(graph_guid_eq(&r.type, &graph_type_signature));
	assert_true(graph_guid_eq(&r.id, &graph_id_signature));
	assert_int_equal(r.version, 1);
	assert_int_equal(r.flags, 0);
	assert_false(graph_record_deleted(&r));
	assert_octets(r.creator, ALICE_16);
	assert_int_equal(r.modifier.n, 0);
	assert_int_equal(r.security.n, 0);
	assert_true(r.created == PT0 && r.modified == PT0);
	assert_true(r.expires == PT0 + 300 * GRAPH_TICKS_SEC);
	assert_octets(r.graph, GRAPH_16);
	assert_int_equal(r.protocol, GRAPH_PROTOCOL);
	assert_octets(r.payload, "0102030405060708");
	assert_int_equal(r.attributes.n, 0);
	assert_int_equal(graph_record_size(&r), o.n);
}

/* Every field is another's neighbor. */
struct full {
	struct octets creator, modifier, security, graph, payload, attributes;
	struct graph_record r;
};

static void fill(struct full *f)
{
	f->creator = octets_of("00610000");
	f->modifier = octets_of("006200630000");
	f->security = octets_of("0102030405");
	f->graph = octets_of("00670000");
	f->payload = octets_of("ffeedd");
	f->attributes = octets_of("003c0061003e0000");
	f->r = (struct graph_record){ .type = octets_guid(1),
				      .id = octets_guid(2),
				      .version = 3,
				      .flags = 4,
				      .creator = octets_span(&f->creator),
				      .modifier = octets_span(&f->modifier),
				      .security = octets_span(&f->security),
				      .created = 5,
				      .expires = 7,
				      .modified = 6,
				      .graph = octets_span(&f->graph),
				      .protocol = GRAPH_PROTOCOL,
				      .payload = octets_span(&f->payload),
				      .attributes = octets_span(&f->attributes) };
}

static void assert_same(const struct graph_record *a, const struct graph_record *b)
{
	assert_true(graph_guid_eq(&a->type, &b->type) && graph_guid_eq(&a->id, &b->id));
	assert_true(a->version == b->version && a->flags == b->flags);
	assert_true(span_eq(a->creator, b->creator) && span_eq(a->modifier, b->modifier));
	assert_true(span_eq(a->security, b->security) && span_eq(a->graph, b->graph));
	assert_true(a->created == b->created && a->expires == b->expires);
	assert_true(a->modified == b->modified && a->protocol == b->protocol);
	assert_true(span_eq(a->payload, b->payload) && span_eq(a->attributes, b->attributes));
}

static struct octets written(const struct graph_record *r)
{
	struct octets o = { .n = 0 };
	struct wr w = wr_of(o.at, sizeof(o.at));
	graph_record_put(&w, r);
	assert_false(w.failed);
	o.n = w.n;
	assert_int_equal(o.n, graph_record_size(r));
	return o;
}

static void every_field_is_read_as_written(void **state)
{
	struct full f;
	struct graph_record back;
	fill(&f);
	struct octets o = written(&f.r);
	assert_octets(octets_span(&o), "01010101010101010101010101010101"
				       "02020202020202020202020202020202"
				       "0000000300000004"
				       "0000000200610000"
				       "00000003006200630000"
				       "000000050102030405"
				       "000000000000000500000000000000070000000000000006"
				       "0000000200670000"
				       "0100"
				       "00000003ffeedd"
				       "00000004003c0061003e0000");
	assert_int_equal(graph_record_decode(octets_span(&o), &back), OK);
	assert_same(&back, &f.r);
	/* The digest's, written again, is the digest's. */
	struct octets digest = octets_of(T9_RECORD);
	assert_int_equal(graph_record_decode(octets_span(&digest), &back), OK);
	o = written(&back);
	assert_octets(octets_span(&o), T9_RECORD);
}

static void every_cut_is_refused(void **state)
{
	struct full f;
	fill(&f);
	struct octets o = written(&f.r);
	for (size_t n = 0; n < o.n; n++) {
		struct graph_record r = { .version = 77 };
		uint8_t *exact = octets_exact(span_of(o.at, n));
		assert_int_equal(graph_record_decode(span_of(exact, n), &r), ERR_MALFORMED);
		assert_int_equal(r.version, 77);
		struct wr w = wr_of(exact, n);
		graph_record_put(&w, &f.r);
		assert_true(w.failed);
		free(exact);
	}
}

/* A43 */
static void octets_behind_it_are_passed_over(void **state)
{
	struct full f;
	struct graph_record back;
	fill(&f);
	struct octets o = written(&f.r);
	memset(o.at + o.n, 0xff, 9);
	assert_int_equal(graph_record_decode(span_of(o.at, o.n + 9), &back), OK);
	assert_same(&back, &f.r);
	assert_int_equal(graph_record_size(&back), o.n);
}

/* Lengths up to the largest there are. */
static void lengths_that_lie_are_refused(void **state)
{
	static const size_t lengths[] = { 40, 48, 58, 91, 101, 108 };
	static const uint32_t values[] = { UINT32_MAX, UINT32_MAX / 2, UINT32_MAX / 2 + 1,
					   0x80000001, 200 };
	struct full f;
	fill(&f);
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t k = 0; k < COUNT(values); k++) {
			struct graph_record r;
			struct octets o = written(&f.r);
			struct wr w = wr_of(o.at + lengths[i], 4);
			wr_u32(&w, values[k]);
			assert_int_equal(graph_record_decode(octets_span(&o), &r), ERR_MALFORMED);
		}
}

static void no_damage_reads_too_far(void **state)
{
	uint64_t seed = 9;
	struct full f;
	fill(&f);
	struct octets good = written(&f.r);
	for (size_t i = 0; i < 20000; i++) {
		struct octets o = good;
		struct graph_record r;
		for (uint32_t k = octets_random(&seed) % 3; k < 3; k++)
			o.at[32 + octets_random(&seed) % (o.n - 32)] = octets_random(&seed) & 0x0f;
		uint8_t *exact = octets_exact(octets_span(&o));
		if (graph_record_decode(span_of(exact, o.n), &r) == OK)
			assert_true(graph_record_size(&r) <= o.n);
		free(exact);
	}
}

/* GRAPH-3.2: T7, and in modern the same of another hash. */
static void record_ids_are_those_of_the_digest(void **state)
{
	static const struct {
		enum crypto_profile_id profile;
		const char *id;
	} rows[] = { { CRYPTO_CLASSIC, "af867e53bdb2770b0808080808080808" },
		     { CRYPTO_MODERN, "382991c76eab141f0808080808080808" } };
	struct octets alice = octets_of(ALICE_16);
	struct graph_guid random, id;
	struct failing_env f;
	struct crypto *c;
	failing_env_init(&f, 1);
	assert_int_equal(crypto_new(&c, &f.env), OK);
	for (uint8_t i = 0; i < 16; i++)
		random.at[i] = i;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t fold[8];
		if (!crypto_profile(rows[i].profile))
			continue;
		graph_creator_fold(c, rows[i].profile, octets_span(&alice), fold);
		graph_record_id_make(fold, &random, &id);
		assert_octets(span_of(id.at, 16), rows[i].id);
	}
	crypto_free(c);
}

/* A record in which nothing is wrong, and rules that it just meets. */
static void good(struct full *f, struct graph_rules *rules)
{
	fill(f);
	*rules = (struct graph_rules){ .graph = f->r.graph, .record_max = 11, .expires_max = 7 };
	f->r.flags = 0;
}

static void deleted(struct graph_record *r)
{
	r->flags = GRAPH_RECORD_DELETED;
	r->payload = r->attributes = span_of(NULL, 0);
}

static const uint8_t long_name[516] = { 0, 'x' };

static struct span long_of(size_t units)
{
	return span_of(long_name + sizeof(long_name) - 2 * units, 2 * units);
}

/* Each changes one thing. */
static void no_creator(struct graph_record *r)
{
	r->creator = span_of(NULL, 0);
}
static void empty_creator(struct graph_record *r)
{
	r->creator = long_of(1);
}
static void longest_creator(struct graph_record *r)
{
	r->creator = long_of(256);
}
static void long_creator(struct graph_record *r)
{
	r->creator = long_of(257);
}
static void open_creator(struct graph_record *r)
{
	r->creator.n -= 2;
	r->creator.p = (const uint8_t *)"\0a\0b";
	r->creator.n = 4;
}
static void empty_modifier(struct graph_record *r)
{
	r->modifier = long_of(1);
}
static void long_modifier(struct graph_record *r)
{
	r->modifier = long_of(257);
}
static void no_modifier(struct graph_record *r)
{
	r->modifier = span_of(NULL, 0);
}
static void never_modified(struct graph_record *r)
{
	r->modified = r->created;
}
static void fresh(struct graph_record *r)
{
	never_modified(r);
	no_modifier(r);
}
static void no_graph(struct graph_record *r)
{
	r->graph = span_of(NULL, 0);
}
static void other_graph(struct graph_record *r)
{
	r->graph = r->modifier;
}
static void other_protocol(struct graph_record *r)
{
	r->protocol = 0x0101;
}
static void modified_before(struct graph_record *r)
{
	r->modified = r->created - 1;
}
static void expires_at_once(struct graph_record *r)
{
	r->expires = r->modified;
}
static void too_far(struct graph_record *r)
{
	r->expires = 8;
}
static void too_far_reserved(struct graph_record *r)
{
	r->expires = 8;
	r->type = graph_type_info;
}
static void tombstone_with_payload(struct graph_record *r)
{
	struct span payload = r->payload;
	deleted(r);
	r->payload = payload;
}
static void tombstone_with_attributes(struct graph_record *r)
{
	struct span attributes = r->attributes;
	deleted(r);
	r->attributes = attributes;
}
static void other_flags(struct graph_record *r)
{
	r->flags = ~(uint32_t)GRAPH_RECORD_DELETED;
}
static void larger(struct graph_record *r)
{
	r->payload.p = long_name;
	r->payload.n = 4;
}
static void much_larger(struct graph_record *r)
{
	r->payload.p = long_name;
	r->payload.n = 12;
}

static const struct {
	void (*change)(struct graph_record *r);
	enum graph_fault fault;
} faults[] = {
	{ no_creator, GRAPH_FAULT_NAMES },
	{ empty_creator, GRAPH_FAULT_NAMES },
	{ longest_creator, GRAPH_FAULT_NONE },
	{ long_creator, GRAPH_FAULT_NAMES },
	{ open_creator, GRAPH_FAULT_NAMES },
	{ empty_modifier, GRAPH_FAULT_NAMES },
	{ long_modifier, GRAPH_FAULT_NAMES },
	{ no_modifier, GRAPH_FAULT_NONE },
	{ never_modified, GRAPH_FAULT_MODIFIER },
	{ fresh, GRAPH_FAULT_NONE },
	{ no_graph, GRAPH_FAULT_GRAPH },
	{ other_graph, GRAPH_FAULT_GRAPH },
	{ other_protocol, GRAPH_FAULT_GRAPH },
	{ modified_before, GRAPH_FAULT_TIMES },
	{ expires_at_once, GRAPH_FAULT_TIMES },
	{ too_far, GRAPH_FAULT_FAR },
	{ too_far_reserved, GRAPH_FAULT_NONE },
	{ deleted, GRAPH_FAULT_NONE },
	{ tombstone_with_payload, GRAPH_FAULT_DELETED },
	{ tombstone_with_attributes, GRAPH_FAULT_DELETED },
	{ other_flags, GRAPH_FAULT_NONE },
	{ larger, GRAPH_FAULT_SIZE },
	{ much_larger, GRAPH_FAULT_SIZE },
};

/* GRAPH-3.3 */
static void every_fault_is_found(void **state)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct full f;
		struct graph_rules rules;
		enum graph_fault why = GRAPH_FAULT_COUNT;
		good(&f, &rules);
		assert_int_equal(graph_record_check(&f.r, &rules, &why), OK);
		assert_int_equal(why, GRAPH_FAULT_NONE);
		faults[i].change(&f.r);
		enum err e = graph_record_check(&f.r, &rules, &why);
		if (why != faults[i].fault)
			fail_msg("fault %zu: %s", i, graph_fault_text(why));
		assert_int_equal(e, why == GRAPH_FAULT_NONE ? OK : ERR_MALFORMED);
		assert_int_equal(graph_record_check(&f.r, &rules, NULL), e);
	}
}

/* GRAPH-3.4: in each row the second wins; what comes later does not matter. */
static const struct {
	uint32_t version[2];
	const char *modifier[2];
	uint64_t modified[2];
	const char *security[2];
} contests[] = {
	{ { 1, 2 }, { "0062", "" }, { 9, 1 }, { "ffff", "" } },
	{ { 255, 256 }, { "0062", "" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "", "0061" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "00610000", "00620000" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "00ff0000", "01000000" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "00610000", "006100620000" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "0061", "00610062" }, { 9, 1 }, { "ffff", "" } },
	{ { 5, 5 }, { "0061", "0061" }, { 8, 9 }, { "ffff", "" } },
	{ { 5, 5 }, { "", "" }, { UINT32_MAX, UINT64_C(1) << 32 }, { "ffff", "" } },
	{ { 5, 5 }, { "0061", "0061" }, { 9, 9 }, { "ff", "0000" } },
	{ { 5, 5 }, { "0061", "0061" }, { 9, 9 }, { "", "00" } },
	{ { 5, 5 }, { "0061", "0061" }, { 9, 9 }, { "00fe", "00ff" } },
	{ { 5, 5 }, { "", "" }, { 9, 9 }, { "7fff", "8000" } },
};

static void the_first_difference_decides(void **state)
{
	for (size_t i = 0; i < COUNT(contests); i++) {
		struct graph_record r[2] = { { .flags = 0 }, { .flags = 0 } };
		struct octets modifier[2], security[2];
		for (size_t k = 0; k < 2; k++) {
			modifier[k] = octets_of(contests[i].modifier[k]);
			security[k] = octets_of(contests[i].security[k]);
			r[k].version = contests[i].version[k];
			r[k].modifier = octets_span(&modifier[k]);
			r[k].modified = contests[i].modified[k];
			r[k].security = octets_span(&security[k]);
		}
		assert_int_equal(graph_record_compare(&r[0], &r[1]), GRAPH_NEW);
		assert_int_equal(graph_record_compare(&r[1], &r[0]), GRAPH_OLD);
		assert_int_equal(graph_record_compare(&r[0], &r[0]), GRAPH_PRESENT);
		assert_int_equal(graph_record_compare(&r[1], &r[1]), GRAPH_PRESENT);
	}
}

static struct crypto *crypto_of(struct failing_env *f)
{
	struct crypto *c;
	failing_env_init(f, 7);
	assert_int_equal(crypto_new(&c, &f->env), OK);
	return c;
}

/* GRAPH-3.8 */
static void what_decides_is_in_the_fingerprint(void **state)
{
	struct failing_env f;
	struct crypto *c = crypto_of(&f);
	for (size_t i = 0; i < COUNT(contests); i++) {
		uint8_t content[2][CRYPTO_FINGERPRINT];
		for (size_t k = 0; k < 2; k++) {
			struct octets modifier = octets_of(contests[i].modifier[k]);
			struct octets security = octets_of(contests[i].security[k]);
			const struct graph_record r = {
				.version = contests[i].version[k],
				.modifier = octets_span(&modifier),
				.modified = contests[i].modified[k],
				.security = octets_span(&security),
			};
			graph_record_content(c, CRYPTO_MODERN, &r, content[k]);
		}
		assert_memory_not_equal(content[0], content[1], CRYPTO_FINGERPRINT);
	}
	/* What ends in one field does not begin the next. */
	uint8_t one[CRYPTO_FINGERPRINT], other[CRYPTO_FINGERPRINT];
	struct graph_record r = { .modifier = span_str("ab"), .security = span_str("cd") };
	graph_record_content(c, CRYPTO_MODERN, &r, one);
	r.modifier = span_str("abcd");
	r.security = span_of(NULL, 0);
	graph_record_content(c, CRYPTO_MODERN, &r, other);
	assert_memory_not_equal(one, other, sizeof(one));
	crypto_free(c);
	failing_env_assert_clean(&f);
}

/* Payloads do not count: who changes one without another version changes nothing. */
static void the_rest_does_not_decide(void **state)
{
	struct full a, b;
	fill(&a);
	fill(&b);
	b.r.payload = b.r.security;
	b.r.attributes = span_of(NULL, 0);
	b.r.expires = 1000;
	b.r.flags = GRAPH_RECORD_DELETED;
	assert_int_equal(graph_record_compare(&a.r, &b.r), GRAPH_PRESENT);
	/* Nor would it end, if they counted in a comparison. */
	struct failing_env f;
	struct crypto *c = crypto_of(&f);
	uint8_t one[CRYPTO_FINGERPRINT], other[CRYPTO_FINGERPRINT];
	graph_record_content(c, CRYPTO_MODERN, &a.r, one);
	graph_record_content(c, CRYPTO_MODERN, &b.r, other);
	assert_memory_equal(one, other, sizeof(one));
	crypto_free(c);
	failing_env_assert_clean(&f);
}

/* GRAPH-3.5 */
static void text_goes_both_ways(void **state)
{
	static const struct {
		const char *utf8, *utf16;
	} rows[] = {
		{ "", "0000" },
		{ "0.alice", ALICE_16 },
		{ "0.TestGraph", GRAPH_16 },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x96\xa8", "00e420acd83ddda80000" },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "d800dc00dbffdfff0000" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct octets want = octets_of(rows[i].utf16);
		char back[64];
		struct text t = TEXT_OF(back);
		size_t n = 99, units = want.n / 2;
		uint8_t *out = malloc(want.n);
		assert_int_equal(graph_utf16(span_str(rows[i].utf8), units, out, &n), OK);
		assert_octets(span_of(out, n), rows[i].utf16);
		graph_utf8(&t, span_of(out, n));
		assert_string_equal(back, rows[i].utf8);
		n = 99;
		for (size_t less = 0; less < units; less++)
			assert_int_equal(graph_utf16(span_str(rows[i].utf8), less, out, &n),
					 ERR_RANGE);
		assert_int_equal(n, 99);
		free(out);
	}
}

static void what_is_no_text_is_refused_or_shown(void **state)
{
	static const struct {
		const char *utf16, *utf8;
	} rows[] = {
		{ "d8000041", "\xef\xbf\xbd"
			      "A" },
		{ "d800", "\xef\xbf\xbd" },
		{ "dc00d800", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "dc00dc00", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "d800d800dc00", "\xef\xbf\xbd\xf0\x90\x80\x80" },
		{ "006100000062", "a\xef\xbf\xbd"
				  "b" },
		{ "00610000", "a" },
		{ "00610000"
		  "0000",
		  "a\xef\xbf\xbd" },
		{ "0061"
		  "00",
		  "a" },
		{ "00", "" },
		{ "", "" },
	};
	uint8_t out[8];
	size_t n;
	assert_int_equal(graph_utf16(span_str("\xff"), 4, out, &n), ERR_MALFORMED);
	assert_int_equal(graph_utf16(span_of("a\0b", 3), 4, out, &n), ERR_MALFORMED);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct octets o = octets_of(rows[i].utf16);
		char back[32];
		struct text t = TEXT_OF(back);
		uint8_t *exact = octets_exact(octets_span(&o));
		graph_utf8(&t, span_of(exact, o.n));
		assert_string_equal(back, rows[i].utf8);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_digests_record),
		cmocka_unit_test(every_field_is_read_as_written),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(octets_behind_it_are_passed_over),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(no_damage_reads_too_far),
		cmocka_unit_test(record_ids_are_those_of_the_digest),
		cmocka_unit_test(every_fault_is_found),
		cmocka_unit_test(the_first_difference_decides),
		cmocka_unit_test(what_decides_is_in_the_fingerprint),
		cmocka_unit_test(the_rest_does_not_decide),
		cmocka_unit_test(text_goes_both_ways),
		cmocka_unit_test(what_is_no_text_is_refused_or_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
