/* A10, MASC-14.5: one claim that becomes several. */
#include "own_rig.h"

#include <stdio.h>

static const char *blocks(const char *whole, const char *hole)
{
	static char line[4096];
	struct masc_prefix w = bench_prefix(whole), h = bench_prefix(hole), out[OWN_PIECES_MAX];
	struct text t = TEXT_OF(line);
	size_t n = own_without(&w, &h, out);
	line[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_char(&t, ' ');
		masc_prefix_text(&t, &out[i]);
	}
	return line;
}

static void without(void **state)
{
	assert_string_equal(blocks("239.192.0.0/16", "239.192.0.0/16"), "");
	assert_string_equal(blocks("239.192.0.0/16", "239.192.128.0/17"), "239.192.0.0/17");
	assert_string_equal(blocks("239.192.2.0/24", "239.192.2.64/26"),
			    "239.192.2.128/25 239.192.2.0/26");
	assert_string_equal(blocks("ff38::/126", "ff38::3/128"), "ff38::/127 ff38::2/128");
}

/* Everything but the hole, once. */
static void without_loses_nothing(void **state)
{
	struct masc_prefix whole = bench_prefix("239.192.0.0/16"), out[OWN_PIECES_MAX];
	for (unsigned i = 0; i < 1000; i++) {
		char text[MASC_PREFIX_TEXT_MAX];
		uint64_t sum = 0;
		snprintf(text, sizeof(text), "239.192.%u.%u/32", i * 7 % 256, i * 13 % 256);
		struct masc_prefix hole = bench_prefix(text);
		size_t n = own_without(&whole, &hole, out);
		assert_int_equal(n, 16);
		for (size_t k = 0; k < n; k++) {
			assert_false(masc_prefix_overlaps(&out[k], &hole));
			assert_true(masc_prefix_covers(&whole, &out[k]));
			sum += masc_prefix_size(&out[k]);
			for (size_t j = 0; j < k; j++)
				assert_false(masc_prefix_overlaps(&out[k], &out[j]));
		}
		assert_int_equal(sum, 65535);
	}
}

static struct own_claim *grown(struct own_bench *o)
{
	struct own_claim *c = have(o, "239.192.2.0/24", MASC_LIFE_HELD);
	for (int i = 0; i < 2; i++) {
		pass(o, 5 * SEC);
		assert_int_equal(own_grow(c, o->b.r.now), OK);
		pass(o, W);
	}
	hush(o);
	assert_int_equal(c->n_parts, 3);
	return c;
}

/* MASC-14.5: whoever compares judges the old part by the old Timestamp. */
static void timestamps(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t after;
	} rows[] = {
		{ "239.192.2.0/24", 0 },  { "239.192.2.128/25", 0 }, { "239.192.2.0/23", 5 },
		{ "239.192.3.0/24", 5 },  { "239.192.3.7/32", 5 },   { "239.192.0.0/22", 12 },
		{ "239.192.0.0/23", 12 }, { "239.192.1.0/24", 12 },
	};
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = grown(&o);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct masc_prefix p = bench_prefix(rows[i].prefix);
		assert_int_equal(own_timestamp_of(c, &p), BENCH_WALL + rows[i].after);
	}
	own_end(&o);
}

/* Each piece has the parts that lie in it. */
static void parts_go_along(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = grown(&o);
	struct masc_prefix pieces[2] = { bench_prefix("239.192.0.0/23"),
					 bench_prefix("239.192.2.0/23") };
	assert_int_equal(own_split(c, pieces, 2, o.b.r.now), OK);
	expect_claims(&o, "held 239.192.0.0/23; held 239.192.2.0/23");
	expect_told(&o, "");
	assert_int_equal(c->n_parts, 1);
	assert_int_equal(c->parts[0].timestamp, BENCH_WALL + 12);
	struct own_claim *other = claim_at(&o, "239.192.2.0/23");
	assert_int_equal(other->n_parts, 2);
	assert_int_equal(other->parts[0].timestamp, BENCH_WALL);
	assert_int_equal(other->parts[1].timestamp, BENCH_WALL + 5);
	assert_int_equal(other->end, c->end);
	assert_true(other->active && other->fixed && other->space == c->space);
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; managed i 239.192.0.0/23 100.10*~; "
			   "managed i 239.192.2.0/23 100.10*~; managed i 239.192.2.0/24 100.10*~");
	own_commit(&o);
	own_restart(&o, 0);
	expect_claims(&o, "held 239.192.0.0/23; held 239.192.2.0/23");
	own_end(&o);
}

/* No room for one more, no store: it stays one. */
static void all_or_nothing(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct masc_prefix pieces[2] = { bench_prefix("239.192.2.0/25"),
					 bench_prefix("239.192.2.128/25") };
	store_mem_break(o.b.r.mem, ERR_IO);
	assert_int_equal(own_split(c, pieces, 2, o.b.r.now), ERR_IO);
	expect_claims(&o, "held 239.192.2.0/24");
	store_mem_break(o.b.r.mem, OK);
	o.b.r.m->own->n_claims = OWN_CLAIMS_MAX;
	assert_int_equal(own_split(c, pieces, 2, o.b.r.now), ERR_FULL);
	o.b.r.m->own->n_claims = 1;
	expect_claims(&o, "held 239.192.2.0/24");
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; managed i 239.192.2.0/24 100.10*~");
	own_end(&o);
}

/* Whichever allocation fails. */
static void without_memory(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
		struct masc_prefix pieces[3] = { bench_prefix("239.192.2.128/25"),
						 bench_prefix("239.192.2.0/26"),
						 bench_prefix("239.192.2.64/26") };
		failing_env_fail_at(&o.b.r.f, n);
		enum err e = own_split(c, pieces, 3, o.b.r.now);
		failed = o.b.r.f.failed;
		o.b.r.f.fail_at = 0;
		assert_true(e == OK || (failed && e == ERR_NOMEM));
		/* What could not be put in the table is put there a second later. */
		pass(&o, SEC);
		expect_claims(&o, e == OK ? "held 239.192.2.128/25; held 239.192.2.0/26; "
					    "held 239.192.2.64/26"
					  : "held 239.192.2.0/24");
		expect_known(&o.b, e == OK ? "managed p 239.192.0.0/16 7.71; "
					     "managed i 239.192.2.0/26 100.10*~; "
					     "managed i 239.192.2.64/26 100.10*~; "
					     "managed i 239.192.2.128/25 100.10*~"
					   : "managed p 239.192.0.0/16 7.71; "
					     "managed i 239.192.2.0/24 100.10*~");
		own_commit(&o);
		own_restart(&o, 0);
		assert_int_equal(o.b.r.m->own->n_claims, e == OK ? 3 : 1);
		own_end(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without),	  cmocka_unit_test(without_loses_nothing),
		cmocka_unit_test(timestamps),	  cmocka_unit_test(parts_go_along),
		cmocka_unit_test(all_or_nothing), cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("own_split", tests, NULL, NULL);
}
