/* SIM-13.10: verdict.c and group/removals, which share no code, come to the same of any set of
 * Removals and Returns; and each case of GROUP-11.3 to 11.8 by itself. */
#include "sim/verdict.h"

#include "group/name.h"
#include "removals_rig.h"

#define ROUNDS 250

static const char *const paths[] = { "a", "b", "c", "d", "ab", "bc", "cd", "b2", "abc", "" };
#define PATHS_ALL (sizeof paths / sizeof *paths)

static struct world bare(void)
{
	struct world v = { .env = &w.mem.env };
	v.seeded = w.mem.env;
	return v;
}

static void bare_fini(struct world *v)
{
	crypto_free(v->judge);
	assert_int_equal(v->err, OK);
}

static void key_of(const char *path, uint8_t out[CRYPTO_AUTHORITY])
{
	crypto_authority(w.c, w.p->crypto, cert_of(path)->public, out);
}

/* What the two say of one chain, and of records signed under its leaf. */
static void agree_on(const struct verdict *v, const struct group_removals *r, const char *path)
{
	uint8_t key[CRYPTO_AUTHORITY];
	const struct crypto_cert *leaf = cert_of(path);
	key_of(path, key);
	assert_int_equal(verdict_chain(v, path_of(path)->chain), is_in(r, path));
	assert_int_equal(verdict_gone(v, key, leaf->serial),
			 group_removals_gone(r, leaf->public, leaf->serial));
	assert_int_equal(verdict_gone(v, key, span_of(NULL, 0)),
			 group_removals_named_now(r, leaf->public));
	for (uint8_t id = 1; id < SAYS; id++) {
		struct group_kept_record k = record_of(id);
		assert_int_equal(verdict_record(v, key, leaf->serial, &k, false),
				 group_removals_record(r, leaf->public, leaf->serial, &k));
		k.digest[0] ^= 1;
		assert_int_equal(verdict_record(v, key, leaf->serial, &k, false),
				 group_removals_record(r, leaf->public, leaf->serial, &k));
		assert_int_equal(verdict_record(v, key, leaf->serial, &k, true),
				 !group_removals_forged(r, leaf->public, &k));
	}
}

static void agree(const struct group_removals *r)
{
	struct world world = bare();
	struct verdict *v = verdict_new(&world, r);
	assert_non_null(v);
	assert_true(verdict_is(v, r));
	assert_true(verdict_same(v, v));
	for (size_t i = 0; i + 1 < PATHS_ALL; i++)
		agree_on(v, r, paths[i]);
	verdict_free(v);
	bare_fini(&world);
}

static struct say any_say(const struct env *draw, uint8_t id, size_t n, bool group)
{
	struct say s = {
		.id = id,
		.by = paths[env_random_below(draw, PATHS_ALL - 1 + group)],
		.whom = (char)('a' + env_random_below(draw, 5)),
	};
	if (env_random_below(draw, 3) == 0)
		s.records[0] = (uint8_t)(1 + env_random_below(draw, n));
	if (env_random_below(draw, 3) == 0)
		s.certs[0] = paths[env_random_below(draw, PATHS_ALL - 1)];
	if (env_random_below(draw, 4) == 0) {
		s.ends[0] = (uint8_t)(1 + env_random_below(draw, n));
		s.certs[0] = paths[env_random_below(draw, PATHS_ALL - 1)];
	}
	return s;
}

static void any_sets(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 23);
	for (int round = 0; round < ROUNDS; round++) {
		struct group_removals *r = fresh();
		size_t n = 1 + (size_t)env_random_below(&f.env, round % 2 ? 5 : SAYS - 2);
		for (size_t i = 0; i < n; i++) {
			struct say s = any_say(&f.env, (uint8_t)(i + 1), n, round % 4 == 0);
			assert_int_equal(put(r, &s, 1), OK);
		}
		agree(r);
		group_removals_free(r);
	}
	failing_env_assert_clean(&f);
}

/* The rules by name: else the two could be wrong together. */
struct row {
	struct say s[4];
	const char *in, *out; /* chains that stand and that do not, by blanks */
};

static void each_of(const struct verdict *v, const char *list, bool in)
{
	for (const char *at = list; *at;) {
		char path[8] = "";
		size_t n = strcspn(at, " ");
		memcpy(path, at, n);
		if (verdict_chain(v, path_of(path)->chain) != in)
			fail_msg("%s is %s", path, in ? "out" : "in");
		at += n + (at[n] == ' ');
	}
}

static const struct row rows[] = {
	/* GROUP-11.3: who is removed removes nobody else, unless it is kept. */
	{ { { 1, "a", 'b' }, { 2, "b", 'c' } }, "a c", "b" },
	{ { { 1, "a", 'b', .records = { 2 } }, { 2, "b", 'c' } }, "a", "b c" },
	{ { { 1, "", 'b' }, { 2, "b", 'a' } }, "a", "b" },
	/* GROUP-11.4 */
	{ { { 1, "a", 'b' }, { 2, "b", 'a' } }, "c", "a b" },
	{ { { 1, "a", 'b' }, { 2, "bc", 'a' } }, "d", "a b bc" },
	/* GROUP-11.5: a ring of three. */
	{ { { 1, "a", 'b' }, { 2, "b", 'c' }, { 3, "c", 'a' } }, "d", "a b c" },
	/* GROUP-11.6 */
	{ { { 1, "a", 'b' }, { 2, "c", 'b', { "b2" }, .ends = { 1 } } }, "a b2 b2d", "b bc" },
	{ { { 1, "", 'b' }, { 2, "c", 'b', { "b2" }, .ends = { 1 } } }, "a", "b b2" },
	{ { { 1, "a", 'b' }, { 2, "b2", 'b', { "b2" }, .ends = { 1 } } }, "a", "b b2" },
	/* GROUP-11.7: all Removals of a key must keep it. */
	{ { { 1, "a", 'b', { "bc", "bd" } }, { 2, "c", 'b', { "bc" } } }, "bc", "b bd" },
};

static void each_rule(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world world = bare();
		struct group_removals *r = fresh();
		for (size_t k = 0; k < 4 && rows[i].s[k].id; k++)
			assert_int_equal(put(r, &rows[i].s[k], 1), OK);
		struct verdict *v = verdict_new(&world, r);
		assert_non_null(v);
		each_of(v, rows[i].in, true);
		each_of(v, rows[i].out, false);
		assert_true(verdict_is(v, r));
		verdict_free(v);
		group_removals_free(r);
		bare_fini(&world);
	}
}

/* It says when others count, or more of them. */
static void another_set_is_another(void **state)
{
	const struct say one = { 1, "a", 'b' }, two = { 2, "a", 'c' };
	struct world world = bare();
	struct group_removals *few = fresh(), *more = fresh(), *other = fresh();
	assert_int_equal(put(few, &one, 1), OK);
	assert_int_equal(put(more, &one, 1), OK);
	assert_int_equal(put(more, &two, 1), OK);
	assert_int_equal(put(other, &two, 1), OK);
	struct verdict *v = verdict_new(&world, few), *u = verdict_new(&world, more),
		       *x = verdict_new(&world, other);
	assert_true(verdict_is(v, few));
	assert_false(verdict_is(v, more));
	assert_false(verdict_is(u, few));
	assert_false(verdict_is(v, other));
	assert_false(verdict_same(v, u));
	assert_false(verdict_same(u, v));
	assert_false(verdict_same(v, x));
	verdict_free(v);
	verdict_free(u);
	verdict_free(x);
	verdict_free(NULL);
	group_removals_free(few);
	group_removals_free(more);
	group_removals_free(other);
	bare_fini(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sets),
		cmocka_unit_test(each_rule),
		cmocka_unit_test(another_set_is_another),
	};
	return cmocka_run_group_tests(tests, removals_begin, removals_end);
}
