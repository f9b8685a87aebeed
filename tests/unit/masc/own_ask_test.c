/* What the plan and operators may ask of our claims, and who looks at them. */
#include "own_rig.h"

#include <stdio.h>

static enum err ask(struct own_bench *o, const char *prefix, uint8_t length)
{
	struct masc_prefix p = { .family = 0 };
	if (prefix)
		p = bench_prefix(prefix);
	const struct own_wish w = { .space = o->sp,
				    .prefix = prefix ? &p : NULL,
				    .length = length,
				    .why = MASC_REASON_ASKED };
	return own_want(o->b.r.m, &w, NULL, o->b.r.now);
}

static void wishes(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	assert_int_equal(ask(&o, NULL, 0), ERR_RANGE);
	assert_int_equal(ask(&o, NULL, 33), ERR_RANGE);
	assert_int_equal(ask(&o, NULL, 32), OK);
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	assert_int_equal(ask(&o, "239.192.2.0/25", 0), ERR_EXISTS);
	assert_int_equal(ask(&o, "239.192.0.0/20", 0), ERR_EXISTS);
	(void)have(&o, "239.192.9.0/24", MASC_LIFE_WANTED);
	assert_int_equal(ask(&o, "239.192.9.0/25", 0), ERR_EXISTS);
	own_end(&o);
}

/* MASC-16.5 */
static void as_many_as_may_be(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	for (int i = 0; i < OWN_CLAIMS_MAX; i++)
		assert_int_equal(ask(&o, NULL, 24), OK);
	assert_int_equal(ask(&o, NULL, 24), ERR_FULL);
	own_end(&o);
}

/* The store says no: there is no claim, and the number is not lost sight of. */
static void a_wish_that_cannot_be_stored(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	store_mem_break(o.b.r.mem, ERR_NO_SPACE);
	assert_int_equal(ask(&o, NULL, 24), ERR_NO_SPACE);
	expect_claims(&o, "");
	expect_events(&o, "");
	store_mem_break(o.b.r.mem, OK);
	own_end(&o);
}

static void growing(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "east: in-use 239.192.3.0/25 8.81 i");
	assert_int_equal(own_grow(c, o.b.r.now), ERR_NOT_FOUND);
	hear(&o, "east: withdraw 239.192.3.0/25 8.81 i");
	assert_int_equal(own_grow(c, o.b.r.now), OK);
	assert_int_equal(own_grow(c, o.b.r.now), ERR_STATE);
	/* Beaten: not at once again, MASC-14.6. */
	assert_int_equal(step(&o, c, OWN_BEATEN), OK);
	assert_int_equal(own_grow(c, o.b.r.now), ERR_STATE);
	pass(&o, W);
	c->n_parts = OWN_PARTS_MAX;
	assert_int_equal(own_grow(c, o.b.r.now), ERR_FULL);
	c->n_parts = 1;
	own_cut(&o);
	assert_int_equal(own_grow(c, o.b.r.now), ERR_STATE);
	own_end(&o);
}

static void renewing(void **state)
{
	struct own_bench o;
	own_start(&o, "clock_check=kernel");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	/* Nothing to be had by it. */
	assert_int_equal(own_renew(c, NULL, o.b.r.now), ERR_RANGE);
	pass(&o, SEC);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + SEC, false }, o.b.r.now);
	assert_int_equal(own_renew(c, NULL, o.b.r.now), ERR_STATE);
	masc_wall(o.b.r.m, (struct wall){ RIG_WALL + SEC, true }, o.b.r.now);
	assert_int_equal(own_renew(c, NULL, o.b.r.now), OK);
	assert_int_equal(own_renew(c, NULL, o.b.r.now), ERR_STATE);
	own_end(&o);
}

/* MASC-14.8: what is used is not given back; with W and the skew keep from now
 * on, though the Timestamp lies far back. */
static void giving_back(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 30 * SEC);
	o.used = 1;
	assert_int_equal(own_release(c, MASC_REASON_RELEASED, o.b.r.now), ERR_STATE);
	expect_claims(&o, "held 239.192.2.0/24");
	o.used = 0;
	assert_int_equal(own_release(c, MASC_REASON_RELEASED, o.b.r.now), OK);
	expect_told(&o, "withdraw 239.192.2.0/24 +0 60/33 to IPSC@8");
	expect_claims(&o, "");
	/* For new peers it lies there as long. */
	expect_known(&o.b, "managed p 239.192.0.0/16 7.71; withdraw i 239.192.2.0/24 100.10~");
	own_end(&o);
}

static struct masc_own_info look(struct own_bench *o, size_t i)
{
	struct masc_own_info info;
	assert_true(i < masc_own_count(o->b.r.m));
	masc_own_info(o->b.r.m, i, &info);
	return info;
}

static void what_is_seen(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	const struct masc_id parent = rig_id(7), inner = rig_id(11);
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	struct masc_own_info i = look(&o, 0);
	assert_int_equal(i.number, 1);
	assert_int_equal(i.life, MASC_LIFE_WAITING);
	assert_int_equal(i.prefix.family, 0);
	assert_int_equal(i.wanted.length, 24);
	assert_int_equal(i.timestamp, BENCH_WALL);
	assert_int_equal(i.wait_left, 0);
	assert_int_equal(i.due, masc_wall_now(o.b.r.m, o.b.r.now) + W);
	assert_true(i.ours && !i.frozen && !i.withdrawn);
	assert_int_equal(masc_id_cmp(&i.parent, &parent), 0);
	own_cut(&o);
	i = look(&o, 0);
	assert_true(i.frozen);
	assert_int_equal(i.wait_left, c->wait_left);
	own_join(&o);
	pass(&o, W);
	i = look(&o, 0);
	assert_int_equal(i.life, MASC_LIFE_HELD);
	assert_int_equal(i.end, RIG_WALL + 60 * SEC);
	assert_int_equal(i.wait_left, -1);
	assert_int_equal(i.due, RIG_WALL + 40 * SEC);
	hear(&o, "inner: managed 239.192.9.0/24 100.11 i D");
	assert_int_equal(masc_own_count(o.b.r.m), 2);
	i = look(&o, 1);
	assert_false(i.ours);
	assert_int_equal(i.life, MASC_LIFE_DEPRECATED);
	assert_int_equal(masc_id_cmp(&i.node, &inner), 0);
	assert_int_equal(i.end, RIG_WALL + 3600 * SEC + (int64_t)seconds(&o) * SEC);
	own_end(&o);
}

static bool covers(struct own_bench *o, const char *prefix, uint32_t *end, bool *deprecated)
{
	struct masc_prefix p = bench_prefix(prefix);
	return own_covers(o->b.r.m, &p, end, deprecated);
}

static bool overlaps(struct own_bench *o, const char *prefix)
{
	struct masc_prefix p = bench_prefix(prefix);
	return own_overlaps(o->b.r.m, &p);
}

/* By any node of our domain, as long as the longest. */
static void what_our_domain_holds(void **state)
{
	struct own_bench o;
	uint32_t end = 0;
	bool old = true;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.4.0/24", MASC_LIFE_WAITING);
	hear(&o, "inner: managed 239.192.9.0/24 100.11 i D life=50");
	hear(&o, "east: in-use 239.192.8.0/24 8.81 i");
	assert_true(covers(&o, "239.192.2.0/25", &end, &old));
	assert_int_equal(end, BENCH_WALL + 60);
	assert_false(old);
	assert_true(covers(&o, "239.192.9.0/24", &end, &old));
	assert_int_equal(end, BENCH_WALL + 50);
	assert_true(old);
	assert_true(covers(&o, "239.192.9.0/24", NULL, NULL));
	assert_false(covers(&o, "239.192.2.0/23", &end, &old));
	assert_false(covers(&o, "239.192.4.0/24", &end, &old));
	assert_false(covers(&o, "239.192.8.0/24", &end, &old));
	assert_true(overlaps(&o, "239.192.2.0/23"));
	assert_true(overlaps(&o, "239.192.9.7/32"));
	assert_false(overlaps(&o, "239.192.4.0/24"));
	assert_false(overlaps(&o, "239.192.8.0/24"));
	own_end(&o);
}

/* MASC-18.3, A19: at once, with the Timestamp of the range. */
static void taken_locally(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	struct masc_prefix p = bench_prefix("239.192.2.0/26");
	pass(&o, 5 * SEC);
	assert_int_equal(own_take_local(o.b.r.m, &p, c, o.b.r.now), OK);
	expect_told(&o, "in-use 239.192.2.0/26 +0 60/60 to IC@8");
	expect_claims(&o, "held 239.192.2.0/24; held 239.192.2.0/26");
	struct masc_own_info i = look(&o, 1);
	assert_true(i.local);
	assert_int_equal(i.end, RIG_WALL + 60 * SEC);
	assert_int_equal(own_take_local(o.b.r.m, &p, c, o.b.r.now), ERR_EXISTS);
	o.used = 64;
	struct own_claim *local = claim_at(&o, "239.192.2.0/26");
	assert_int_equal(own_release(local, MASC_REASON_UNUSED, o.b.r.now), OK);
	assert_non_null(strstr(told(&o), "withdraw 239.192.2.0/26 +0 60/8 to IC@"));
	own_end(&o);
}

/* Whatever allocation fails on the way, it goes on a little later. */
static void without_memory(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct own_bench o;
		own_start(&o, "");
		failing_env_fail_at(&o.b.r.f, n);
		enum err e = ask(&o, "239.192.2.0/24", 0);
		for (int i = 0; i < 5; i++)
			pass(&o, SEC);
		failed = o.b.r.f.failed;
		o.b.r.f.fail_at = 0;
		assert_true(e == OK || (failed && e == ERR_NOMEM));
		if (e == OK) {
			pass(&o, SEC);
			expect_claims(&o, "held 239.192.2.0/24");
			expect_known(&o.b, "managed p 239.192.0.0/16 7.71; "
					   "managed i 239.192.2.0/24 100.10*~");
		}
		own_end(&o);
	}
}

/* The same for a clash that takes it apart. */
static void a_clash_without_memory(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
		hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=1");
		hush(&o);
		failing_env_fail_at(&o.b.r.f, n);
		hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9");
		failed = o.b.r.f.failed;
		o.b.r.f.fail_at = 0;
		hear(&o, "east: in-use 239.192.2.64/26 8.81 i ts=-9 life=4000");
		pass(&o, SEC);
		expect_claims(&o, "held 239.192.2.128/25; held 239.192.2.0/26; "
				  "clashed 239.192.2.64/26");
		own_end(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes),
		cmocka_unit_test(as_many_as_may_be),
		cmocka_unit_test(a_wish_that_cannot_be_stored),
		cmocka_unit_test(growing),
		cmocka_unit_test(renewing),
		cmocka_unit_test(giving_back),
		cmocka_unit_test(what_is_seen),
		cmocka_unit_test(what_our_domain_holds),
		cmocka_unit_test(taken_locally),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(a_clash_without_memory),
	};
	return cmocka_run_group_tests_name("own_ask", tests, NULL, NULL);
}
