/* MASC-10.5 to 10.7, 13.27: what is known, what takes whose place, what is cut. */
#include "claims_rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct space *under_parent(struct bench *b)
{
	return space_parent(b->r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
}

static enum err put(struct bench *b, const char *claim)
{
	struct peer *p = NULL;
	struct wire_claim c = bench_claim(b, claim, &p);
	/* Roles here are those to us. */
	struct space *sp = c.role == MASC_CHILD ? space_below(b->r.m, c.family) : under_parent(b);
	return cache_put(sp, &c, p, false, b->r.now);
}

static void bare(struct bench *b, const char *settings)
{
	bench_init(b, settings);
	bench_start(b);
}

/* MASC-10.5: which entry takes the place of which. */
static void one_a_kind(void **state)
{
	static const struct {
		const char *first, *second, *known;
	} rows[] = {
		{ "east: in-use 239.192.1.0/24 8.81 s", "east: in-use 239.192.1.0/24 8.81 s ts=1",
		  "in-use s 239.192.1.0/24 8.81*" },
		{ "east: new 239.192.1.0/24 8.81 s", "east: expand 239.192.1.0/24 8.81 s ts=1",
		  "expand s 239.192.1.0/24 8.81*" },
		/* The pending one that it came from. */
		{ "east: new 239.192.1.0/24 8.81 s", "east: in-use 239.192.1.0/24 8.81 s",
		  "in-use s 239.192.1.0/24 8.81*" },
		/* A renewal stands beside what is held. */
		{ "east: in-use 239.192.1.0/24 8.81 s", "east: expand 239.192.1.0/24 8.81 s ts=1",
		  "in-use s 239.192.1.0/24 8.81*; expand s 239.192.1.0/24 8.81*" },
		{ "east: new 239.192.1.0/24 8.81 s", "north: denied 239.192.1.0/24 8.81 p",
		  "new s 239.192.1.0/24 8.81*; denied p 239.192.1.0/24 8.81" },
		{ "east: in-use 239.192.1.0/24 8.81 s", "east: withdraw 239.192.1.0/24 8.81 s",
		  "in-use s 239.192.1.0/24 8.81*; withdraw s 239.192.1.0/24 8.81" },
		{ "kid: new 0/24 200.21 c", "kid: new 0/24 200.21 c ts=1",
		  "below new c 0.0.0.0/24 200.21" },
		/* Other nodes, domains and ranges have their own. */
		{ "east: new 239.192.1.0/24 8.81 s", "east: new 239.192.1.0/24 8.82 s",
		  "new s 239.192.1.0/24 8.81*; new s 239.192.1.0/24 8.82*" },
		{ "east: new 239.192.1.0/24 8.81 s", "west: new 239.192.1.0/24 9.81 s",
		  "new s 239.192.1.0/24 8.81*; new s 239.192.1.0/24 9.81*" },
		{ "east: new 239.192.1.0/24 8.81 s", "east: new 239.192.0.0/23 8.81 s",
		  "new s 239.192.0.0/23 8.81*; new s 239.192.1.0/24 8.81*" },
		/* One thing under two names. */
		{ "inner: managed 239.192.1.0/24 100.11 i",
		  "inner: in-use 239.192.1.0/24 100.11 i ts=1",
		  "managed i 239.192.1.0/24 100.11*" },
		/* A parent's range, and its local part that fills it. */
		{ "north: in-use 239.192.0.0/16 7.71 s", "north: managed 239.192.0.0/16 7.71 p",
		  "in-use s 239.192.0.0/16 7.71*; managed p 239.192.0.0/16 7.71" },
		{ "north: withdraw 239.192.0.0/16 7.71 s", "north: withdraw 239.192.0.0/16 7.71 p",
		  "withdraw s 239.192.0.0/16 7.71; withdraw p 239.192.0.0/16 7.71" },
		/* A parent's range holds nothing. */
		{ "north: managed 239.192.0.0/16 7.71 p", "east: new 239.192.1.0/24 8.81 s",
		  "managed p 239.192.0.0/16 7.71; new s 239.192.1.0/24 8.81*" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		bare(&b, "");
		assert_int_equal(put(&b, rows[i].first), OK);
		assert_int_equal(put(&b, rows[i].second), OK);
		expect_known(&b, rows[i].known);
		bench_fini(&b);
	}
}

/* MASC-10.5: what is newer, and who may take back. */
static void newer_and_older(void **state)
{
	static const struct {
		const char *second;
		enum err e;
	} rows[] = {
		{ "north: in-use 239.192.1.0/24 8.81 s ts=1", OK },
		{ "north: in-use 239.192.1.0/24 8.81 s life=3601", OK },
		{ "north: in-use 239.192.1.0/24 8.81 s hold=3601", OK },
		{ "north: in-use 239.192.1.0/24 8.81 s ts=-1", ERR_EXISTS },
		{ "north: in-use 239.192.1.0/24 8.81 s ts=-1 life=9999", ERR_EXISTS },
		{ "north: in-use 239.192.1.0/24 8.81 s life=3599", ERR_EXISTS },
		{ "north: in-use 239.192.1.0/24 8.81 s hold=3599", ERR_EXISTS },
		/* The origin knows. */
		{ "east: in-use 239.192.1.0/24 8.81 s ts=-1", OK },
		{ "east: in-use 239.192.1.0/24 8.81 s life=3599", OK },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		bare(&b, "");
		assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s"), OK);
		if (put(&b, rows[i].second) != rows[i].e)
			fail_msg("%s", rows[i].second);
		bench_fini(&b);
	}
}

static void ours_is_ours(void **state)
{
	struct bench b;
	bare(&b, "");
	bench_ours(&b, "managed 239.192.1.0/24 100.10 i");
	assert_int_equal(put(&b, "inner: managed 239.192.1.0/24 100.10 i ts=9"), ERR_EXISTS);
	expect_known(&b, "managed i 239.192.1.0/24 100.10*~");
	/* We may shorten it, and rename it. */
	bench_ours(&b, "in-use 239.192.1.0/24 100.10 i life=5");
	expect_known(&b, "managed i 239.192.1.0/24 100.10*~");
	bench_fini(&b);
}

/* The role of an origin may change: a sibling becomes a colleague. */
static void another_role(void **state)
{
	struct bench b;
	bare(&b, "");
	assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s"), OK);
	assert_int_equal(under_parent(&b)->held.n, 0);
	assert_int_equal(put(&b, "north: in-use 239.192.1.0/24 8.81 i ts=1"), OK);
	expect_known(&b, "managed i 239.192.1.0/24 8.81*");
	assert_int_equal(under_parent(&b)->held.n, 1);
	bench_fini(&b);
}

static void options_change(void **state)
{
	struct bench b;
	struct wire_claim c;
	bare(&b, "");
	struct space *sp = under_parent(&b);
	assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s"), OK);
	assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s ts=1 opt"), OK);
	c = bench_claim(&b, "in-use 239.192.1.0/24 8.81 s", NULL);
	assert_true(table_get(sp->table, cache_find(sp, &c), &c));
	assert_int_equal(c.options.n, 4);
	assert_int_equal(table_count(sp->table), 1);
	assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s ts=2"), OK);
	assert_true(table_get(sp->table, cache_find(sp, &c), &c));
	assert_int_equal(c.options.n, 0);
	bench_fini(&b);
}

/* MASC-10.6 */
static void when_it_ends(void **state)
{
	struct bench b;
	bare(&b, "skew_keep=1500ms");
	struct wire_claim c = bench_claim(&b, "new 239.192.1.0/24 8.81 s", NULL);
	assert_int_equal(cache_end(b.r.m, &c), BENCH_WALL + 2 + 2 + 1);
	struct wire_claim grows = bench_claim(&b, "expand 239.192.0.0/23 8.81 s", NULL);
	assert_int_equal(cache_end(b.r.m, &grows), BENCH_WALL + 2 + 2 + 1);
	struct wire_claim held = bench_claim(&b, "in-use 239.192.1.0/24 8.81 s", NULL);
	assert_int_equal(cache_end(b.r.m, &held), held.timestamp + held.hold_time + 2);
	c.hold_time = UINT32_MAX;
	assert_int_equal(cache_end(b.r.m, &c), UINT32_MAX);
	assert_int_equal(put(&b, "east: new 239.192.1.0/24 8.81 s"), OK);
	assert_int_equal(table_next_end(under_parent(&b)->table), BENCH_WALL + 5);
	bench_fini(&b);
}

/* MASC-10.7 */
static void who_goes_first(void **state)
{
	/* In their order. */
	static const char *const claims[] = {
		"in-use 239.192.1.0/24 8.81 s ts=5", "in-use 239.192.1.0/24 8.81 s ts=6",
		"expand 239.192.1.0/24 8.81 s",	     "new 239.192.1.0/24 9.80 s ts=-5",
		"new 239.192.1.0/24 9.80 s",	     "new 239.192.1.0/24 8.81 s",
		"new 239.192.1.0/24 9.81 s",
	};
	struct bench b;
	bare(&b, "");
	for (size_t i = 0; i < COUNT(claims); i++)
		for (size_t j = 0; j < COUNT(claims); j++) {
			struct wire_claim x = bench_claim(&b, claims[i], NULL);
			struct wire_claim y = bench_claim(&b, claims[j], NULL);
			int c = claim_cmp(&x, &y);
			assert_true(i < j ? c < 0 : i > j ? c > 0 : c == 0);
		}
	bench_fini(&b);
}

static void cut(struct bench *b, const char *prefix)
{
	char text[64];
	snprintf(text, sizeof(text), "withdraw %s 8.81 s", prefix);
	struct wire_claim w = bench_claim(b, text, NULL);
	cache_cut(under_parent(b), &w, b->r.now);
}

/* MASC-13.27: the rest stays, as aligned blocks with the same times. */
static void cut_out(void **state)
{
	static const struct {
		const char *claims[3], *prefix, *known, *done;
	} rows[] = {
		{ { "east: in-use 239.192.0.0/22 8.81 s" },
		  "239.192.1.0/24",
		  "in-use s 239.192.0.0/24 8.81*; in-use s 239.192.2.0/23 8.81*",
		  "gone 239.192.0.0/22" },
		{ { "east: in-use 239.192.0.0/22 8.81 s" },
		  "239.192.0.0/22",
		  "",
		  "gone 239.192.0.0/22" },
		{ { "east: in-use 239.192.0.0/24 8.81 s", "east: new 239.192.2.0/24 8.82 s" },
		  "239.192.0.0/22",
		  "",
		  "gone 239.192.0.0/24; gone 239.192.2.0/24" },
		/* Others' and what no longer holds is left alone. */
		{ { "west: in-use 239.192.1.0/24 9.91 s", "east: withdraw 239.192.1.0/24 8.81 s" },
		  "239.192.0.0/22",
		  "in-use s 239.192.1.0/24 9.91*; withdraw s 239.192.1.0/24 8.81",
		  "" },
		/* A wider claim that is pending is not held. */
		{ { "east: expand 239.192.0.0/22 8.81 s" },
		  "239.192.1.0/24",
		  "expand s 239.192.0.0/22 8.81*",
		  "" },
		/* A part with an older Timestamp keeps it, and is there once. */
		{ { "east: in-use 239.192.0.0/23 8.81 s ts=-5",
		    "east: in-use 239.192.0.0/22 8.81 s" },
		  "239.192.1.0/24",
		  "in-use s 239.192.0.0/24 8.81*; in-use s 239.192.2.0/23 8.81*",
		  "gone 239.192.0.0/22; gone 239.192.0.0/23" },
		{ { "east: in-use 239.192.0.0/24 8.81 s ts=-5",
		    "east: in-use 239.192.0.0/23 8.81 s" },
		  "239.192.1.0/24",
		  "in-use s 239.192.0.0/24 8.81*",
		  "gone 239.192.0.0/23" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		bare(&b, "");
		for (size_t j = 0; j < 3 && rows[i].claims[j]; j++)
			assert_int_equal(put(&b, rows[i].claims[j]), OK);
		cut(&b, rows[i].prefix);
		expect_known(&b, rows[i].known);
		assert_string_equal(bench_log(&b), rows[i].done);
		bench_fini(&b);
	}
}

/* A parent that gives back what it used itself keeps the range; with the range its
 * local part goes. */
static void cut_of_a_parent(void **state)
{
	static const struct {
		const char *withdraw, *known;
	} rows[] = {
		{ "withdraw 239.192.0.0/17 7.71 s", "managed p 239.192.0.0/16 7.71" },
		{ "withdraw 239.192.0.0/17 7.71 p", "managed p 239.192.128.0/17 7.71" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		bare(&b, "");
		struct wire_claim w = bench_claim(&b, rows[i].withdraw, NULL);
		assert_int_equal(put(&b, "north: managed 239.192.0.0/16 7.71 p"), OK);
		assert_int_equal(put(&b, "north: in-use 239.192.0.0/17 7.71 s"), OK);
		cache_cut(under_parent(&b), &w, b.r.now);
		expect_known(&b, rows[i].known);
		bench_fini(&b);
	}
}

static void cut_keeps_what_it_says(void **state)
{
	struct bench b;
	struct wire_claim whole, rest;
	bare(&b, "");
	struct space *sp = under_parent(&b);
	whole = bench_claim(&b, "in-use 239.192.0.0/23 8.81 s ts=-5 life=99 hold=98", NULL);
	assert_int_equal(put(&b, "east: in-use 239.192.0.0/23 8.81 s ts=-5 life=99 hold=98 opt"),
			 OK);
	cut(&b, "239.192.0.0/24");
	rest = bench_claim(&b, "in-use 239.192.1.0/24 8.81 s", NULL);
	uint32_t r = cache_find(sp, &rest);
	assert_true(r && table_get(sp->table, r, &rest));
	assert_int_equal(rest.timestamp, whole.timestamp);
	assert_int_equal(rest.lifetime, 99);
	assert_int_equal(rest.hold_time, 98);
	assert_int_equal(rest.options.n, 4);
	struct table_mark mark = table_mark_of(sp->table, r);
	assert_ptr_equal(sync_peer_of(b.r.m, &mark), bench_peer(&b, "east"));
	bench_fini(&b);
}

/* Without memory for the rest it stays whole: nothing is forgotten. */
static void cut_without_memory(void **state)
{
	bool whole = false, parts = false;
	for (size_t n = 1; n < 60 && !parts; n++) {
		struct bench b;
		bare(&b, "");
		assert_int_equal(put(&b, "east: in-use 239.192.0.0/16 8.81 s opt"), OK);
		b.r.f.fail_at = b.r.f.allocations + n;
		b.r.f.fail_on = true;
		cut(&b, "239.192.0.0/32");
		size_t count = table_count(under_parent(&b)->table);
		assert_true(count == 1 || count == 16);
		whole = whole || count == 1;
		parts = count == 16;
		bench_fini(&b);
	}
	assert_true(whole && parts);
}

/* MASC-16.5: what is full, for whom. */
static void no_room(void **state)
{
	struct bench b;
	char claim[64];
	bare(&b, "claims_most=32 origin_most=31");
	for (int i = 0; i < 30; i++) {
		snprintf(claim, sizeof(claim), "east: new 239.192.%d.0/24 8.81 s", i);
		assert_int_equal(put(&b, claim), OK);
	}
	/* Fifteen sixteenths: pending ones must wait. */
	assert_int_equal(put(&b, "west: new 239.192.40.0/24 9.91 s"), ERR_FULL);
	assert_int_equal(put(&b, "west: expand 239.192.40.0/24 9.91 s"), ERR_FULL);
	assert_int_equal(put(&b, "east: in-use 239.192.41.0/24 8.81 s"), OK);
	/* One domain has all it may. */
	assert_int_equal(put(&b, "east: in-use 239.192.42.0/24 8.81 s"), ERR_FULL);
	assert_int_equal(put(&b, "west: in-use 239.192.42.0/24 9.91 s"), OK);
	assert_int_equal(put(&b, "west: in-use 239.192.43.0/24 9.91 s"), ERR_FULL);
	/* What is known may change. */
	assert_int_equal(put(&b, "east: new 239.192.1.0/24 8.81 s ts=1"), OK);
	/* Nothing was evicted. */
	assert_int_equal(table_count(under_parent(&b)->table), 32);
	bench_fini(&b);
}

/* MASC-16.5: the event, once a minute. */
static void full_is_told(void **state)
{
	struct bench b;
	bare(&b, "claims_most=1");
	bench_hear(&b, "east: in-use 239.192.1.0/24 8.81 i");
	expect_hear(&b, "east: in-use 239.192.2.0/24 8.81 i", "");
	rig_expect(&b.r, "full 239.192.2.0/24 east");
	bench_pass(&b, 59 * MONO_SEC);
	expect_hear(&b, "west: in-use 239.192.3.0/24 9.91 i", "");
	rig_expect(&b.r, "");
	bench_pass(&b, MONO_SEC);
	expect_hear(&b, "west: in-use 239.192.3.0/24 9.91 i", "");
	rig_expect(&b.r, "full 239.192.3.0/24 west");
	assert_int_equal(bench_peer(&b, "west")->count.claims_full, 2);
	struct masc_claims_info info;
	masc_claims_info(b.r.m, &info);
	assert_int_equal(info.refused_full, 3);
	bench_fini(&b);
}

/* A child has 4096 at most, whatever others may have. */
static void no_room_for_a_child(void **state)
{
	struct bench b;
	char claim[64];
	bare(&b, "");
	for (int i = 0; i < 4096; i++) {
		snprintf(claim, sizeof(claim), "kid: in-use 239.%d.%d.0/24 200.21 c", 192 + i / 256,
			 i % 256);
		assert_int_equal(put(&b, claim), OK);
	}
	assert_int_equal(put(&b, "kid: in-use 239.220.0.0/24 200.21 c"), ERR_FULL);
	assert_int_equal(put(&b, "bert: in-use 239.220.0.0/24 201.1 c"), OK);
	bench_fini(&b);
}

/* A range of the parent that goes is told, and the plan looks again. */
static void removed(void **state)
{
	struct bench b;
	bare(&b, "");
	struct space *sp = under_parent(&b);
	struct wire_claim c = bench_claim(&b, "managed 239.192.0.0/16 7.71 p", NULL);
	assert_int_equal(put(&b, "north: managed 239.192.0.0/16 7.71 p"), OK);
	assert_int_equal(sp->given.n, 1);
	cache_remove(sp, cache_find(sp, &c), b.r.now);
	assert_string_equal(bench_log(&b), "replan");
	rig_expect(&b.r, "range gone 239.192.0.0/16");
	assert_int_equal(sp->given.n, 0);
	/* A rival's: our own side may have it back. */
	c = bench_claim(&b, "in-use 239.192.1.0/24 8.81 s", NULL);
	assert_int_equal(put(&b, "east: in-use 239.192.1.0/24 8.81 s"), OK);
	cache_remove(sp, cache_find(sp, &c), b.r.now);
	assert_string_equal(bench_log(&b), "gone 239.192.1.0/24");
	/* Ours is no rival. */
	bench_ours(&b, "managed 239.192.1.0/24 100.10 i");
	c = bench_claim(&b, "managed 239.192.1.0/24 100.10 i", NULL);
	cache_remove(sp, cache_find(sp, &c), b.r.now);
	assert_string_equal(bench_log(&b), "");
	assert_int_equal(sp->held.n, 0);
	bench_fini(&b);
}

/* Pages that were read count as if they had been heard. */
static void loaded(void **state)
{
	struct bench b;
	struct span row;
	struct masc_claims_info info;
	bare(&b, "");
	struct space *sp = under_parent(&b), *below = space_below(b.r.m, MASC_IPV4);
	assert_int_equal(put(&b, "north: managed 239.192.0.0/16 7.71 p"), OK);
	bench_ours(&b, "managed 239.192.1.0/24 100.10 i");
	size_t size = table_page_size_max(sp->table);
	uint8_t *room = malloc(size);
	assert_non_null(room);
	assert_int_equal(table_page_write(sp->table, 0, room, size, &row), OK);
	for (uint32_t r; (r = table_each(sp->table, 0));)
		cache_remove(sp, r, b.r.now);
	assert_int_equal(table_page_read(sp->table, 0, row, NULL, NULL), OK);
	assert_int_equal(cache_loaded(sp), OK);
	assert_int_equal(sp->given.n, 1);
	assert_int_equal(sp->held.n, 1);
	assert_int_equal(put(&b, "kid: in-use 239.192.129.0/24 200.21 c"), OK);
	assert_int_equal(put(&b, "kid: in-use 239.192.128.0/23 200.21 c"), OK);
	assert_int_equal(table_page_write(below->table, 0, room, size, &row), OK);
	for (uint32_t r; (r = table_each(below->table, 0));)
		cache_remove(below, r, b.r.now);
	masc_claims_info(b.r.m, &info);
	assert_int_equal(info.children, 0);
	assert_int_equal(table_page_read(below->table, 0, row, NULL, NULL), OK);
	assert_int_equal(cache_loaded(below), OK);
	masc_claims_info(b.r.m, &info);
	assert_int_equal(info.children, 1);
	assert_false(info.leaf);
	assert_int_equal(info.known[WIRE_PREFIX_IN_USE], 2);
	free(room);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_a_kind),
		cmocka_unit_test(newer_and_older),
		cmocka_unit_test(ours_is_ours),
		cmocka_unit_test(another_role),
		cmocka_unit_test(options_change),
		cmocka_unit_test(when_it_ends),
		cmocka_unit_test(who_goes_first),
		cmocka_unit_test(cut_out),
		cmocka_unit_test(cut_of_a_parent),
		cmocka_unit_test(cut_keeps_what_it_says),
		cmocka_unit_test(cut_without_memory),
		cmocka_unit_test(no_room),
		cmocka_unit_test(full_is_told),
		cmocka_unit_test(no_room_for_a_child),
		cmocka_unit_test(removed),
		cmocka_unit_test(loaded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
