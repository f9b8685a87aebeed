/* GROUP-11.23: chains that do not stand any more are remembered, so many, until they stand. */
#include "group/fallen.h"

#include "removals_rig.h"

/* The same chain once more, since it is taken over. */
static struct crypto_chain *copy(const struct crypto_chain *of, struct span leaf)
{
	static struct people_octets pkcs7;
	struct span certs[8];
	struct crypto_chain *chain = NULL;
	size_t n = crypto_chain_count(of);
	for (size_t i = 0; i < n; i++)
		certs[i] = crypto_chain_cert(of, i)->der;
	if (leaf.n)
		certs[n++] = leaf;
	assert_int_equal(crypto_chain_make(w.c, certs, n, pkcs7.p, sizeof pkcs7.p, &pkcs7.n), OK);
	assert_int_equal(crypto_chain_parse(w.c, w.p->crypto, span_of(pkcs7.p, pkcs7.n), &chain),
			 OK);
	return chain;
}

static void falls(struct group_fallen *f, const char *path)
{
	group_fallen_add(f, copy(path_of(path)->chain, span_of(NULL, 0)));
}

static bool has(const struct group_fallen *f, const char *path)
{
	const struct crypto_cert *leaf = cert_of(path);
	return group_fallen_has(f, NULL, leaf->subject_name, leaf->serial);
}

static void is_known_by_name_and_serial(void **state)
{
	struct group_fallen f;
	group_fallen_init(&f, &w.mem.env);
	assert_false(has(&f, "ab"));
	falls(&f, "ab");
	assert_true(has(&f, "ab"));
	assert_false(has(&f, "ab2")); /* another certificate of the same member */
	assert_false(has(&f, "ac"));
	assert_false(
		group_fallen_has(&f, NULL, cert_of("ac")->subject_name, cert_of("ab")->serial));
	assert_false(group_fallen_has(&f, NULL, cert_of("ab")->subject_name, span_of(NULL, 0)));
	group_fallen_fini(&f);
}

static void is_remembered_once(void **state)
{
	struct group_fallen f;
	group_fallen_init(&f, &w.mem.env);
	falls(&f, "ab");
	falls(&f, "ab");
	assert_int_equal(f.n, 1);
	falls(&f, "ab2");
	assert_int_equal(f.n, 2);
	group_fallen_fini(&f);
}

static void judge(struct group_fallen *f, const struct group_removals *r)
{
	size_t looks = SIZE_MAX;
	group_fallen_judge(f);
	assert_true(group_fallen_judge_on(f, r, &looks));
}

/* Only what stands by the Removals of now is forgotten. */
static void is_forgotten_when_it_stands(void **state)
{
	const struct say removed = { .id = 1, .by = "a", .whom = 'b' };
	const struct say back = {
		.id = 2, .by = "a", .whom = 'b', .certs = { "b2" }, .ends = { 1 }
	};
	struct group_fallen f;
	struct group_removals *r = fresh();
	group_fallen_init(&f, &w.mem.env);
	falls(&f, "bc");
	falls(&f, "b2d");
	assert_int_equal(put(r, &removed, 1), OK);
	judge(&f, r);
	assert_true(has(&f, "bc"));
	assert_true(has(&f, "b2d"));
	assert_int_equal(put(r, &back, 2), OK);
	judge(&f, r);
	assert_true(has(&f, "bc")); /* issued under another certificate than the Return names */
	assert_false(has(&f, "b2d"));
	assert_int_equal(f.n, 1);
	group_removals_free(r);
	r = fresh();
	judge(&f, r);
	assert_int_equal(f.n, 0);
	group_removals_free(r);
	group_fallen_fini(&f);
}

/* One more by "a" for "b", with a serial of its own. */
static void one_more(struct group_fallen *f, uint8_t serial[CRYPTO_SERIAL])
{
	static struct people_octets der;
	const struct crypto_cert what = {
		.type = CRYPTO_CERT_MEMBER,
		.public = public_of('b'),
		.subject = span_str(w.names[2]),
		.issuer = span_str(w.names[1]),
		.subject_name = span_str(w.names[2]),
		.issuer_name = span_str(w.names[1]),
		.group_name = span_str(w.names[0]),
		.roles = CRYPTO_ROLE_ADMIN,
		.not_before = PEOPLE_BORN,
		.not_after = PEOPLE_UNTIL,
	};
	assert_int_equal(
		crypto_cert_issue(w.c, &w.draw.env, w.keys[1], &what, der.p, sizeof der.p, &der.n),
		OK);
	struct crypto_chain *chain = copy(path_of("a")->chain, span_of(der.p, der.n));
	memcpy(serial, group_chain_leaf(chain)->serial.p, CRYPTO_SERIAL);
	group_fallen_add(f, chain);
}

/* Whoever issues many takes no more room than that; the one that came first goes. */
static void has_a_limit(void **state)
{
	static uint8_t serials[GROUP_FALLEN_MOST + 2][CRYPTO_SERIAL];
	struct span name = span_str(w.names[2]);
	struct group_fallen f;
	group_fallen_init(&f, &w.mem.env);
	for (size_t i = 0; i < GROUP_FALLEN_MOST + 2; i++) {
		one_more(&f, serials[i]);
		assert_int_equal(f.n, i < GROUP_FALLEN_MOST ? i + 1 : GROUP_FALLEN_MOST);
	}
	for (size_t i = 0; i < GROUP_FALLEN_MOST + 2; i++)
		assert_int_equal(
			group_fallen_has(&f, NULL, name, span_of(serials[i], CRYPTO_SERIAL)),
			i >= 2);
	group_fallen_fini(&f);
}

/* Without memory it is forgotten, and the chain goes all the same. */
static void needs_memory(void **state)
{
	struct failing_env other;
	failing_env_init(&other, 9);
	struct group_fallen f;
	group_fallen_init(&f, &other.env);
	other.fail_at = 1;
	falls(&f, "ab");
	assert_true(other.failed);
	assert_false(has(&f, "ab"));
	assert_int_equal(f.n, 0);
	falls(&f, "ab");
	assert_true(has(&f, "ab"));
	group_fallen_fini(&f);
	failing_env_assert_clean(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_known_by_name_and_serial),
		cmocka_unit_test(is_remembered_once),
		cmocka_unit_test(is_forgotten_when_it_stands),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(needs_memory),
	};
	return cmocka_run_group_tests(tests, removals_begin, removals_end);
}
