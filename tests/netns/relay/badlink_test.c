#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rng.h"
#include "badlink.h"
#include "test_env.h"

static const struct limits roomy = { 1024, 1 << 20 };

struct bench {
	struct test_heap heap;
	struct env env;
	struct badlink *s;
};

static void setup(struct bench *b, uint64_t seed, struct limits limits)
{
	b->heap = (struct test_heap){ -1 };
	b->env = test_env(&b->heap);
	assert_int_equal(badlink_new(&b->s, &b->env, seed, limits), OK);
}

static struct mono ms(int64_t n)
{
	return (struct mono){ n * MONO_MS };
}

static void rule(struct bench *b, enum way w, struct rules r)
{
	badlink_set(b->s, w, &r);
}

/* A frame whose octets tell its number. */
static void feed(struct bench *b, enum way w, uint16_t number, struct mono now)
{
	uint8_t f[60] = { (uint8_t)(number >> 8), (uint8_t)number };
	badlink_input(b->s, w, span_of(f, sizeof f), now);
}

/* The number of the next frame due, -1 for none. */
static int next(struct bench *b, enum way want, struct mono now)
{
	enum way w;
	struct span f;
	if (!badlink_poll(b->s, now, &w, &f))
		return -1;
	assert_int_equal(w, want);
	return f.p[0] << 8 | f.p[1];
}

static size_t drain(struct bench *b, enum way w, struct mono now, int *numbers)
{
	size_t n = 0;
	for (int v; (v = next(b, w, now)) >= 0;)
		numbers[n++] = v;
	return n;
}

static void fresh_link_is_perfect(void **state)
{
	struct bench b;
	setup(&b, 1, roomy);
	assert_true(mono_is_never(badlink_deadline(b.s)));
	feed(&b, WAY_AB, 7, ms(5));
	assert_int_equal(badlink_deadline(b.s).us, ms(5).us);
	assert_int_equal(next(&b, WAY_AB, ms(5)), 7);
	assert_int_equal(next(&b, WAY_AB, ms(5)), -1);
	feed(&b, WAY_BA, 8, ms(6));
	assert_int_equal(next(&b, WAY_BA, ms(6)), 8);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->out, 1);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->out_octets, 60);
	assert_int_equal(badlink_counts(b.s, WAY_BA)->in_octets, 60);
	badlink_free(b.s);
}

static void octets_pass_unchanged(void **state)
{
	struct bench b;
	setup(&b, 1, roomy);
	uint8_t in[1518];
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 7);
	badlink_input(b.s, WAY_AB, span_of(in, sizeof in), ms(0));
	enum way w;
	struct span out;
	assert_true(badlink_poll(b.s, ms(0), &w, &out));
	assert_true(span_eq(out, span_of(in, sizeof in)));
	badlink_free(b.s);
}

static void delay_is_exact(void **state)
{
	struct bench b;
	setup(&b, 1, roomy);
	rule(&b, WAY_AB, (struct rules){ .delay_us = 20 * MONO_MS });
	feed(&b, WAY_AB, 1, ms(100));
	assert_int_equal(badlink_deadline(b.s).us, ms(120).us);
	assert_int_equal(next(&b, WAY_AB, (struct mono){ ms(120).us - 1 }), -1);
	assert_int_equal(next(&b, WAY_AB, ms(120)), 1);
	badlink_free(b.s);
}

static void ways_are_independent(void **state)
{
	struct bench b;
	setup(&b, 1, roomy);
	rule(&b, WAY_AB, (struct rules){ .delay_us = 20 * MONO_MS });
	feed(&b, WAY_AB, 1, ms(0));
	feed(&b, WAY_BA, 2, ms(1));
	assert_int_equal(next(&b, WAY_BA, ms(50)), 2);
	assert_int_equal(next(&b, WAY_AB, ms(50)), 1);
	badlink_free(b.s);
}

static void jitter_spreads_but_keeps_order(void **state)
{
	struct bench b;
	setup(&b, 3, roomy);
	rule(&b, WAY_AB, (struct rules){ .delay_us = 10 * MONO_MS, .jitter_us = 5 * MONO_MS });
	int64_t least = INT64_MAX, most = 0;
	for (uint16_t i = 0; i < 200; i++) {
		struct mono in = ms(100 * i);
		feed(&b, WAY_AB, i, in);
		int64_t took = mono_since(badlink_deadline(b.s), in);
		least = took < least ? took : least;
		most = took > most ? took : most;
		assert_int_equal(next(&b, WAY_AB, badlink_deadline(b.s)), i);
	}
	assert_in_range(least, 5 * MONO_MS, 6 * MONO_MS);
	assert_in_range(most, 14 * MONO_MS, 15 * MONO_MS);

	for (uint16_t i = 0; i < 200; i++)
		feed(&b, WAY_AB, i, ms(100000 + i));
	for (uint16_t i = 0; i < 200; i++)
		assert_int_equal(next(&b, WAY_AB, ms(200000)), i);
	badlink_free(b.s);
}

static void jitter_beyond_the_delay_never_goes_back(void **state)
{
	struct bench b;
	setup(&b, 3, roomy);
	rule(&b, WAY_AB, (struct rules){ .delay_us = MONO_MS, .jitter_us = 50 * MONO_MS });
	for (uint16_t i = 0; i < 100; i++) {
		feed(&b, WAY_AB, i, ms(1000 * i));
		assert_true(badlink_deadline(b.s).us >= ms(1000 * i).us);
		assert_int_equal(next(&b, WAY_AB, ms(1000 * i + 51)), i);
	}
	badlink_free(b.s);
}

static void loss_takes_its_share(void **state)
{
	struct bench b;
	setup(&b, 9, roomy);
	rule(&b, WAY_AB, (struct rules){ .loss_ppm = 100000 });
	int seen = 0;
	for (uint16_t i = 0; i < 10000; i++) {
		feed(&b, WAY_AB, i, ms(i));
		seen += next(&b, WAY_AB, ms(i)) >= 0;
	}
	assert_in_range(seen, 8850, 9150);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->lost, 10000 - seen);
	rule(&b, WAY_AB, (struct rules){ .loss_ppm = PPM_ALL });
	feed(&b, WAY_AB, 1, ms(10001));
	assert_int_equal(next(&b, WAY_AB, ms(20000)), -1);
	badlink_free(b.s);
}

static void duplicates_come_twice(void **state)
{
	struct bench b;
	int got[8];
	setup(&b, 9, roomy);
	rule(&b, WAY_BA, (struct rules){ .dup_ppm = PPM_ALL });
	feed(&b, WAY_BA, 5, ms(0));
	feed(&b, WAY_BA, 6, ms(1));
	assert_int_equal(drain(&b, WAY_BA, ms(1), got), 4);
	assert_int_equal(got[0], 5);
	assert_int_equal(got[1], 5);
	assert_int_equal(got[2], 6);
	assert_int_equal(got[3], 6);
	assert_int_equal(badlink_counts(b.s, WAY_BA)->duplicated, 2);
	badlink_free(b.s);
}

static void reordered_frames_are_passed(void **state)
{
	struct bench b;
	int got[64];
	setup(&b, 2, roomy);
	rule(&b, WAY_AB, (struct rules){ .reorder_ppm = 200000, .hold_us = 3 * MONO_MS });
	for (uint16_t i = 0; i < 50; i++)
		feed(&b, WAY_AB, i, ms(i));
	assert_int_equal(drain(&b, WAY_AB, ms(100), got), 50);
	uint64_t back = 0;
	for (int i = 1, most = got[0]; i < 50; i++) {
		back += got[i] < most;
		most = got[i] > most ? got[i] : most;
	}
	assert_true(back > 0);
	assert_in_range(badlink_counts(b.s, WAY_AB)->reordered, back, 25);
	badlink_free(b.s);
}

static void held_frame_waits_that_much_longer(void **state)
{
	struct bench b;
	setup(&b, 2, roomy);
	rule(&b, WAY_AB,
	     (struct rules){ .reorder_ppm = PPM_ALL, .delay_us = MONO_MS, .hold_us = 7 * MONO_MS });
	feed(&b, WAY_AB, 1, ms(0));
	assert_int_equal(badlink_deadline(b.s).us, ms(8).us);
	badlink_free(b.s);
}

static void rate_spaces_frames_out(void **state)
{
	struct bench b;
	setup(&b, 2, roomy);
	/* 60 octets are 480 bits: 1 ms each. */
	rule(&b, WAY_AB, (struct rules){ .rate_bps = 480000, .delay_us = 10 * MONO_MS });
	feed(&b, WAY_AB, 1, ms(0));
	feed(&b, WAY_AB, 2, ms(0));
	assert_int_equal(badlink_deadline(b.s).us, ms(11).us);
	assert_int_equal(next(&b, WAY_AB, ms(11)), 1);
	assert_int_equal(badlink_deadline(b.s).us, ms(12).us);
	assert_int_equal(next(&b, WAY_AB, ms(12)), 2);
	feed(&b, WAY_AB, 3, ms(50)); /* the line was idle meanwhile */
	assert_int_equal(badlink_deadline(b.s).us, ms(61).us);
	badlink_free(b.s);
}

static void cut_loses_what_comes_and_what_is_under_way(void **state)
{
	struct bench b;
	setup(&b, 2, roomy);
	rule(&b, WAY_AB, (struct rules){ .delay_us = 10 * MONO_MS });
	feed(&b, WAY_AB, 1, ms(0));
	rule(&b, WAY_AB, (struct rules){ .cut = true });
	assert_true(mono_is_never(badlink_deadline(b.s)));
	feed(&b, WAY_AB, 2, ms(1));
	assert_int_equal(next(&b, WAY_AB, ms(100)), -1);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->cut, 2);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->queued, 0);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->queued_octets, 0);
	rule(&b, WAY_AB, rules_default());
	feed(&b, WAY_AB, 3, ms(2));
	assert_int_equal(next(&b, WAY_AB, ms(2)), 3);
	badlink_free(b.s);
}

static void one_way_cut_leaves_the_other(void **state)
{
	struct bench b;
	setup(&b, 2, roomy);
	rule(&b, WAY_AB, (struct rules){ .cut = true });
	feed(&b, WAY_AB, 1, ms(0));
	feed(&b, WAY_BA, 2, ms(0));
	assert_int_equal(next(&b, WAY_BA, ms(0)), 2);
	assert_int_equal(next(&b, WAY_BA, ms(9)), -1);
	badlink_free(b.s);
}

static void full_queue_drops_the_newest(void **state)
{
	struct bench b;
	int got[8];
	setup(&b, 2, (struct limits){ 3, 1000 });
	rule(&b, WAY_AB, (struct rules){ .delay_us = MONO_MS });
	for (uint16_t i = 0; i < 5; i++)
		feed(&b, WAY_AB, i, ms(0));
	assert_int_equal(badlink_counts(b.s, WAY_AB)->overflow, 2);
	assert_int_equal(badlink_counts(b.s, WAY_AB)->queued_max, 3);
	assert_int_equal(drain(&b, WAY_AB, ms(1), got), 3);
	assert_int_equal(got[2], 2);
	feed(&b, WAY_AB, 9, ms(2));
	assert_int_equal(next(&b, WAY_AB, ms(3)), 9);
	badlink_free(b.s);
}

static void full_octets_drop_too(void **state)
{
	struct bench b;
	setup(&b, 2, (struct limits){ 100, 119 });
	rule(&b, WAY_AB, (struct rules){ .delay_us = MONO_MS });
	feed(&b, WAY_AB, 1, ms(0));
	feed(&b, WAY_AB, 2, ms(0));
	assert_int_equal(badlink_counts(b.s, WAY_AB)->overflow, 1);
	assert_int_equal(next(&b, WAY_AB, ms(1)), 1);
	assert_int_equal(next(&b, WAY_AB, ms(1)), -1);
	feed(&b, WAY_AB, 3, ms(1)); /* the first one's octets are free again */
	assert_int_equal(next(&b, WAY_AB, ms(2)), 3);
	badlink_free(b.s);
}

/* What a run of 300 frames under these rules gives, as one number. */
static uint64_t fingerprint(uint64_t seed, struct rules r)
{
	struct bench b;
	uint64_t h = 0;
	setup(&b, seed, roomy);
	rule(&b, WAY_AB, r);
	for (uint16_t i = 0; i < 300; i++)
		feed(&b, WAY_AB, i, ms(i));
	while (!mono_is_never(badlink_deadline(b.s))) {
		struct mono t = badlink_deadline(b.s);
		h = h * 1099511628211u + (uint64_t)t.us;
		h = h * 1099511628211u + (uint64_t)next(&b, WAY_AB, t);
	}
	badlink_free(b.s);
	return h;
}

static const struct rules rough = { .delay_us = 20 * MONO_MS,
				    .jitter_us = 9 * MONO_MS,
				    .loss_ppm = 50000,
				    .dup_ppm = 50000,
				    .reorder_ppm = 50000,
				    .hold_us = 5 * MONO_MS };

static void same_seed_same_fate(void **state)
{
	assert_true(fingerprint(7, rough) == fingerprint(7, rough));
	assert_false(fingerprint(7, rough) == fingerprint(8, rough));
}

/* Rules that changed in between leave the fate of later frames alone. */
static void fate_depends_on_seed_and_number_alone(void **state)
{
	struct rules lossy = { .loss_ppm = 300000 };
	bool lost[2][100];
	for (int run = 0; run < 2; run++) {
		struct bench b;
		setup(&b, 5, roomy);
		rule(&b, WAY_AB, run ? (struct rules){ .cut = true } : rough);
		for (uint16_t i = 0; i < 50; i++)
			feed(&b, WAY_AB, i, ms(i));
		rule(&b, WAY_AB, (struct rules){ .cut = true });
		rule(&b, WAY_AB, lossy);
		for (uint16_t i = 0; i < 100; i++) {
			feed(&b, WAY_AB, i, ms(100 + i));
			lost[run][i] = next(&b, WAY_AB, ms(100 + i)) < 0;
		}
		badlink_free(b.s);
	}
	assert_memory_equal(lost[0], lost[1], sizeof lost[0]);
}

static void earliest_first_in_any_load(void **state)
{
	struct bench b;
	struct rng r = rng_of(11);
	setup(&b, 4, roomy);
	for (uint16_t i = 0; i < 500; i++) {
		rule(&b, WAY_AB,
		     (struct rules){ .reorder_ppm = PPM_ALL,
				     .hold_us = (int64_t)rng_below(&r, 40) * MONO_MS });
		feed(&b, WAY_AB, i, ms(0));
	}
	int64_t last = -1;
	for (int n = 0; n < 500; n++) {
		struct mono due = badlink_deadline(b.s);
		assert_true(due.us >= last);
		last = due.us;
		assert_true(next(&b, WAY_AB, due) >= 0);
	}
	assert_true(mono_is_never(badlink_deadline(b.s)));
	badlink_free(b.s);
}

static void ties_go_by_arrival(void **state)
{
	struct bench b;
	setup(&b, 4, roomy);
	for (uint16_t i = 0; i < 100; i++)
		feed(&b, WAY_AB, i, ms(0));
	for (uint16_t i = 0; i < 100; i++)
		assert_int_equal(next(&b, WAY_AB, ms(0)), i);
	badlink_free(b.s);
}

static void no_memory_at_birth(void **state)
{
	for (int n = 0; n < 3; n++) {
		struct test_heap heap = { n };
		struct env env = test_env(&heap);
		struct badlink *s = NULL;
		assert_int_equal(badlink_new(&s, &env, 1, roomy), ERR_NOMEM);
		assert_null(s);
	}
}

static void no_memory_for_a_frame_drops_it(void **state)
{
	struct bench b;
	setup(&b, 1, roomy);
	b.heap.left = 0;
	feed(&b, WAY_AB, 1, ms(0));
	assert_int_equal(badlink_counts(b.s, WAY_AB)->overflow, 1);
	b.heap.left = -1;
	feed(&b, WAY_AB, 2, ms(0));
	assert_int_equal(next(&b, WAY_AB, ms(0)), 2);
	badlink_free(b.s);
}

static void limits_of_zero_are_refused(void **state)
{
	struct test_heap heap = { -1 };
	struct env env = test_env(&heap);
	struct badlink *s;
	assert_int_equal(badlink_new(&s, &env, 1, (struct limits){ 0, 1 }), ERR_RANGE);
	assert_int_equal(badlink_new(&s, &env, 1, (struct limits){ 1, 0 }), ERR_RANGE);
	badlink_free(NULL);
}

static void chance_is_even(void **state)
{
	struct rng r = rng_of(0);
	int bucket[10] = { 0 }, hits = 0;
	for (int i = 0; i < 100000; i++) {
		bucket[rng_below(&r, 10)]++;
		hits += rng_hit(&r, 250000);
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(bucket[i], 9600, 10400);
	assert_in_range(hits, 24500, 25500);
	assert_int_equal(rng_below(&r, 0), 0);
	assert_true(rng_hit(&r, PPM_ALL));
	assert_false(rng_hit(&r, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_link_is_perfect),
		cmocka_unit_test(octets_pass_unchanged),
		cmocka_unit_test(delay_is_exact),
		cmocka_unit_test(ways_are_independent),
		cmocka_unit_test(jitter_spreads_but_keeps_order),
		cmocka_unit_test(jitter_beyond_the_delay_never_goes_back),
		cmocka_unit_test(loss_takes_its_share),
		cmocka_unit_test(duplicates_come_twice),
		cmocka_unit_test(reordered_frames_are_passed),
		cmocka_unit_test(held_frame_waits_that_much_longer),
		cmocka_unit_test(rate_spaces_frames_out),
		cmocka_unit_test(cut_loses_what_comes_and_what_is_under_way),
		cmocka_unit_test(one_way_cut_leaves_the_other),
		cmocka_unit_test(full_queue_drops_the_newest),
		cmocka_unit_test(full_octets_drop_too),
		cmocka_unit_test(same_seed_same_fate),
		cmocka_unit_test(fate_depends_on_seed_and_number_alone),
		cmocka_unit_test(earliest_first_in_any_load),
		cmocka_unit_test(ties_go_by_arrival),
		cmocka_unit_test(no_memory_at_birth),
		cmocka_unit_test(no_memory_for_a_frame_drops_it),
		cmocka_unit_test(limits_of_zero_are_refused),
		cmocka_unit_test(chance_is_even),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
