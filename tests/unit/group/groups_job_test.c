/* Jobs of groups: what they are given and give, as octets; keys under passphrases. */
#include "../failing_env.h"

#include "crypto/pfx.h"
#include "group/chain.h"
#include "group/groups_job.h"

#define ROOM 16384

struct asked {
	struct failing_env f;
	struct crypto *c;
	struct crypto_key *key;
	uint8_t plain[CRYPTO_PKCS8_MAX], cert[CRYPTO_CERT_MAX];
	size_t n_plain, n_cert;
};

static void begin(struct asked *a)
{
	failing_env_init(&a->f, 21);
	assert_int_equal(crypto_new(&a->c, &a->f.env), OK);
	assert_int_equal(crypto_key_make(a->c, &a->f.env, crypto_profile(CRYPTO_MODERN), &a->key),
			 OK);
	assert_int_equal(crypto_key_save(a->c, a->key, a->plain, sizeof a->plain, &a->n_plain), OK);
	assert_int_equal(group_identity_issue(a->c, &a->f.env, a->key, span_str("ann"),
					      span_str("Ann"), INT64_C(1700000000000000), true,
					      a->cert, sizeof a->cert, &a->n_cert),
			 OK);
}

static void end(struct asked *a)
{
	crypto_key_free(a->key);
	crypto_free(a->c);
	failing_env_assert_clean(&a->f);
}

static struct groups_pfx question(const struct asked *a)
{
	return (struct groups_pfx){
		.profile = CRYPTO_MODERN,
		.key = span_of(a->plain, a->n_plain),
		.certificate = span_of(a->cert, a->n_cert),
		.friendly = span_str("Ann"),
		.passphrase = span_str("correct horse"),
	};
}

static struct span written(const struct groups_pfx *x, uint8_t *room)
{
	struct wr w = wr_of(room, ROOM);
	groups_job_write(&w, x);
	assert_false(w.failed);
	assert_int_equal(w.n, groups_job_size(x));
	return wr_span(&w);
}

static void test_octets(void **state)
{
	static uint8_t room[ROOM];
	const struct groups_pfx x = {
		.profile = CRYPTO_CLASSIC,
		.key = span_str("k"),
		.certificate = span_str("cert"),
		.friendly = span_str(""),
		.passphrase = span_str("p\xc3\xa4ss"),
		.pfx = span_str("octets"),
	};
	struct groups_pfx back;
	struct span s = written(&x, room);
	assert_int_equal(groups_job_read(&back, s), OK);
	assert_int_equal(back.profile, CRYPTO_CLASSIC);
	assert_true(span_eq(back.key, x.key) && span_eq(back.certificate, x.certificate));
	assert_true(span_eq(back.passphrase, x.passphrase) && span_eq(back.pfx, x.pfx));
	assert_int_equal(back.friendly.n, 0);
	for (size_t n = 0; n < s.n; n++)
		assert_int_equal(groups_job_read(&back, span_of(room, n)), ERR_MALFORMED);
	assert_int_equal(groups_job_read(&back, span_of(room, s.n + 1)), ERR_MALFORMED);
	room[0] = CRYPTO_PROFILE_COUNT;
	assert_int_equal(groups_job_read(&back, s), ERR_MALFORMED);
	room[0] = 0;
	room[1] = 0xff; /* a length beyond everything */
	assert_int_equal(groups_job_read(&back, s), ERR_MALFORMED);
	struct wr small = wr_of(room, groups_job_size(&x) - 1);
	groups_job_write(&small, &x);
	assert_true(small.failed);
}

/* Out under a passphrase and in again. */
static void test_there_and_back(void **state)
{
	static uint8_t room[ROOM], pfx[ROOM], result[ROOM];
	struct asked a;
	size_t n, n_back = 0;
	begin(&a);
	struct groups_pfx x = question(&a), back;
	assert_int_equal(groups_job_run(GROUPS_JOB_PFX_MAKE, written(&x, room), &a.f.env, pfx,
					sizeof pfx, &n),
			 OK);
	x = (struct groups_pfx){ .profile = CRYPTO_MODERN,
				 .passphrase = span_str("correct horse"),
				 .pfx = span_of(pfx, n) };
	assert_int_equal(groups_job_run(GROUPS_JOB_PFX_OPEN, written(&x, room), &a.f.env, result,
					sizeof result, &n_back),
			 OK);
	assert_int_equal(groups_job_read(&back, span_of(result, n_back)), OK);
	assert_true(span_eq(back.certificate, span_of(a.cert, a.n_cert)));
	struct crypto_key *key;
	assert_int_equal(crypto_key_load(a.c, crypto_profile(CRYPTO_MODERN), back.key, &key), OK);
	assert_true(span_eq(crypto_key_public(key), crypto_key_public(a.key)));
	crypto_key_free(key);
	assert_int_equal(groups_job_run(GROUPS_JOB_PFX_OPEN, written(&x, room), &a.f.env, result,
					n_back - 1, &n_back),
			 ERR_RANGE);
	x.passphrase = span_str("wrong horse");
	assert_int_equal(groups_job_run(GROUPS_JOB_PFX_OPEN, written(&x, room), &a.f.env, result,
					sizeof result, &n_back),
			 ERR_DENIED);
	end(&a);
}

static void test_bad_input(void **state)
{
	static uint8_t room[ROOM], result[ROOM];
	struct asked a;
	size_t n = 77;
	begin(&a);
	struct groups_pfx x = question(&a);
	struct span s = written(&x, room);
	for (size_t k = 0; k < s.n; k += 7)
		assert_int_equal(groups_job_run(GROUPS_JOB_PFX_MAKE, span_of(room, k), &a.f.env,
						result, sizeof result, &n),
				 ERR_MALFORMED);
	x.key = span_str("no key");
	assert_int_equal(groups_job_run(GROUPS_JOB_PFX_MAKE, written(&x, room), &a.f.env, result,
					sizeof result, &n),
			 ERR_MALFORMED);
	x = question(&a);
	assert_int_equal(
		groups_job_run(GROUPS_JOB_PFX_MAKE, written(&x, room), &a.f.env, result, 10, &n),
		ERR_RANGE);
	x.pfx = span_str("no pfx");
	assert_int_not_equal(groups_job_run(GROUPS_JOB_PFX_OPEN, written(&x, room), &a.f.env,
					    result, sizeof result, &n),
			     OK);
	assert_int_equal(n, 77);
	end(&a);
}

static void test_memory(void **state)
{
	static uint8_t room[ROOM], result[ROOM];
	struct asked a;
	size_t failures = 0;
	begin(&a);
	struct groups_pfx x = question(&a);
	struct span s = written(&x, room);
	for (size_t k = 1;; k++) {
		size_t n = 0;
		failing_env_fail_at(&a.f, k);
		enum err e =
			groups_job_run(GROUPS_JOB_PFX_MAKE, s, &a.f.env, result, sizeof result, &n);
		a.f.fail_at = 0;
		if (!e)
			break;
		assert_int_equal(e, ERR_NOMEM);
		assert_int_equal(n, 0);
		failures++;
	}
	assert_true(failures >= 1);
	end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
