/* The life of a connection and its handshake, both ends ours. */
#include "pair.h"

static const struct crypto_profile *modern(void)
{
	return crypto_profile(CRYPTO_MODERN);
}

/* CRYPTO-6.1, CRYPTO-6.3 */
static void two_ends_meet(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct pair t;
		pair_init(&t, p, 1);
		pair_connect(&t);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(t.end[i].judged, 1);
			assert_true(span_eq(crypto_tls_peer(t.end[i].tls), pair_cert(&t, !i)));
			assert_string_equal(crypto_tls_version(t.end[i].tls), "TLSv1.3");
			assert_string_equal(crypto_tls_suite(t.end[i].tls),
					    "TLS_AES_128_GCM_SHA256");
			pair_say(&t, i, span_str("hello"));
		}
		pair_fini(&t);
	}
}

static void tokens_come_in_any_pieces(void **state)
{
	static const size_t pieces[] = { 1, 2, 5, 6, 100, 1000 };
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct pair t;
		int who;
		pair_init(&t, modern(), 1);
		pair_open(&t);
		assert_int_equal(pair_shake(&t, pieces[i], &who), OK);
		assert_true(t.end[0].done && t.end[1].done);
		pair_say(&t, 0, span_str("x"));
		pair_fini(&t);
	}
}

/* The tokens of a run, with the seed of its env, and a record each way. */
static void run(struct pair_wire *w, uint64_t seed)
{
	struct pair t;
	struct span out;
	int who;
	memset(w, 0, sizeof *w);
	pair_init(&t, modern(), 5);
	for (int i = 0; i < 2; i++)
		t.end[i].mem.state = seed + (uint64_t)i;
	pair_open(&t);
	assert_int_equal(pair_shake_wire(&t, w, &who), OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(crypto_tls_seal(t.end[i].tls, span_str("record"), &out), OK);
		memcpy(w->octets + w->n, out.p, out.n);
		w->n += out.n;
	}
	pair_fini(&t);
}

/* CRYPTO-6.6 */
static void the_same_env_makes_the_same_octets(void **state)
{
	struct pair_wire a, b;
	run(&a, 1);
	run(&b, 1);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.octets, b.octets, a.n);
	run(&b, 2);
	assert_memory_not_equal(a.octets, b.octets, a.n);
}

/* CRYPTO-6.6: nor does it depend on what the context did before. */
static void the_first_connection_is_like_others(void **state)
{
	struct pair_wire w[2] = { { .n = 0 }, { .n = 0 } };
	struct pair t;
	int who;
	pair_init(&t, modern(), 5);
	for (int n = 0; n < 2; n++) {
		t.end[0].mem.state = 70;
		t.end[1].mem.state = 71;
		pair_open(&t);
		assert_int_equal(pair_shake_wire(&t, &w[n], &who), OK);
		pair_close(&t);
	}
	assert_int_equal(w[0].n, w[1].n);
	assert_memory_equal(w[0].octets, w[1].octets, w[0].n);
	pair_fini(&t);
}

/* Version octets of the first record's header mean nothing (RFC 8446 5.1). */
static bool means_nothing(const struct pair_wire *w, size_t at)
{
	for (size_t record = 0; record + 5 <= w->n;) {
		if (at == record + 1 || at == record + 2)
			return true;
		record += 5u + (size_t)(w->octets[record + 3] << 8 | w->octets[record + 4]);
	}
	return false;
}

/* A change on the way is noticed by one of both before it is done: by the server in any
 * case, since it is done last. */
static void a_changed_token_makes_no_connection(void **state)
{
	struct pair t;
	struct pair_wire whole = { .n = 0 };
	int who;
	pair_init(&t, modern(), 3);
	pair_open(&t);
	assert_int_equal(pair_shake_wire(&t, &whole, &who), OK);
	pair_close(&t);
	for (size_t at = 0; at < whole.n; at++) {
		struct pair_wire w = { .at = at, .change = (uint8_t)(1u << at % 8) };
		pair_open(&t);
		enum err e = pair_shake_wire(&t, &w, &who);
		assert_true(e == OK || e == ERR_DENIED || e == ERR_MALFORMED);
		assert_true(!t.end[1].done || means_nothing(&whole, at));
		pair_close(&t);
	}
	pair_fini(&t);
}

/* Up to the end that gets token number n (from 0) of `whole`, without that token. */
static struct pair_end *until(struct pair *t, struct rig_hex *token, size_t *n, int number)
{
	struct span out = span_of(NULL, 0);
	int at = 0;
	for (int i = 0; i <= number; i++, at = !at) {
		uint8_t *copy = rig_copy(out);
		struct span in = span_of(copy, out.n);
		assert_int_equal(crypto_tls_step(t->end[at].tls, in, &out, &t->end[at].done), OK);
		free(copy);
	}
	assert_true(out.n <= sizeof token->octets);
	memcpy(token->octets, out.p, out.n);
	*n = out.n;
	return &t->end[at];
}

static void a_token_cut_short_is_waited_for(void **state)
{
	struct pair t;
	pair_init(&t, modern(), 3);
	for (int number = 0; number < 3; number++) {
		size_t n = 1;
		for (size_t cut = 0; cut < n; cut += 3) {
			struct rig_hex token;
			struct span out;
			pair_open(&t);
			struct pair_end *e = until(&t, &token, &n, number);
			uint8_t *copy = rig_copy(span_of(token.octets, cut));
			assert_int_equal(
				crypto_tls_step(e->tls, span_of(copy, cut), &out, &e->done), OK);
			free(copy);
			assert_false(e->done);
			assert_int_equal(crypto_tls_step(e->tls,
							 span_of(token.octets + cut, n - cut), &out,
							 &e->done),
					 OK);
			assert_true(e->done == (number > 0));
			pair_close(&t);
		}
		assert_true(n > 100);
	}
	pair_fini(&t);
}

/* CRYPTO-6.3: what the judge said is what the handshake ends with; the other is told. */
static void the_judge_decides(void **state)
{
	static const enum err words[] = { ERR_DENIED, ERR_MALFORMED, ERR_NOMEM, ERR_NOT_FOUND,
					  ERR_TIMEOUT };
	for (int i = 0; i < 10; i++) {
		struct pair t;
		struct span alert = span_of(NULL, 0), out;
		bool done;
		int who;
		pair_init(&t, modern(), 1);
		t.end[i % 2].says = words[i / 2];
		pair_open(&t);
		assert_int_equal(pair_shake(&t, 0, &who), words[i / 2]);
		assert_int_equal(who, i % 2);
		assert_false(t.end[i % 2].done);
		alert = span_of(t.end[who].tls->out.p, t.end[who].tls->out.n);
		assert_int_equal(alert.p[0] == 21 || alert.p[0] == 23, true);
		if (who == 0) {
			assert_int_equal(crypto_tls_step(t.end[1].tls, alert, &out, &done),
					 ERR_DENIED);
			assert_false(done);
			assert_int_equal(crypto_tls_untimely(t.end[1].tls), i / 2 == 4);
		}
		assert_false(crypto_tls_untimely(t.end[who].tls));
		pair_fini(&t);
	}
}

/* CRYPTO-6.2 */
static void both_must_name_the_same_protocol(void **state)
{
	static const char *const names[][2] = {
		{ "p2pgroup/2", "p2pgroup/3" }, { "p2pgroup/2", "p2pgroup/20" },
		{ NULL, "p2pgroup/2" },		{ "p2pgroup/2", NULL },
		{ "h2", "p2pgroup/2" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct pair t;
		int who;
		pair_init(&t, modern(), 1);
		for (int k = 0; k < 2; k++)
			t.end[k].birth.alpn = names[i][k];
		pair_open(&t);
		assert_int_equal(pair_shake(&t, 0, &who), ERR_DENIED);
		assert_false(t.end[0].done || t.end[1].done);
		pair_fini(&t);
	}
}

static void a_name_that_is_none_is_refused(void **state)
{
	char long_name[257];
	memset(long_name, 'x', 256);
	long_name[256] = 0;
	const char *const names[] = { "", long_name };
	for (int i = 0; i < 2; i++) {
		struct pair t;
		struct crypto_tls *tls = NULL;
		pair_init(&t, modern(), 1);
		t.end[0].birth.alpn = names[i];
		assert_int_equal(crypto_tls_new(t.rig.c, &t.end[0].mem.env, &t.end[0].birth, &tls),
				 ERR_UNSUPPORTED);
		assert_null(tls);
		pair_fini(&t);
	}
}

static enum err try_cert(struct pair *t, struct span cert)
{
	struct crypto_tls *tls = NULL;
	struct crypto_tls_birth b = t->end[0].birth;
	uint8_t *copy = rig_copy(cert);
	b.cert = span_of(copy, cert.n);
	enum err e = crypto_tls_new(t->rig.c, &t->end[0].mem.env, &b, &tls);
	free(copy);
	assert_true((tls == NULL) == (e != OK));
	crypto_tls_free(tls);
	return e;
}

static void our_own_certificate_must_be_one_of_our_key(void **state)
{
	struct pair t;
	uint8_t longer[CRYPTO_CERT_MAX];
	pair_init(&t, modern(), 1);
	struct span cert = pair_cert(&t, 0);
	for (size_t n = 0; n < cert.n; n += 7)
		assert_int_equal(try_cert(&t, span_of(cert.p, n)), ERR_MALFORMED);
	memcpy(longer, cert.p, cert.n);
	longer[cert.n] = 0;
	assert_int_equal(try_cert(&t, span_of(longer, cert.n + 1)), ERR_MALFORMED);
	assert_int_equal(try_cert(&t, pair_cert(&t, 1)), ERR_UNSUPPORTED);
	assert_int_equal(try_cert(&t, cert), OK);
	pair_fini(&t);
}

/* A key keeps the certificate that it was last shown with, and no longer. */
static void each_connection_shows_its_own_certificate(void **state)
{
	struct pair t;
	uint8_t second[CRYPTO_CERT_MAX];
	size_t n;
	pair_init(&t, modern(), 1);
	struct crypto_cert what = {
		.type = CRYPTO_CERT_IDENTITY,
		.public = crypto_key_public(t.end[0].key),
		.subject = span_str("Somebody else"),
		.issuer = span_str("Somebody else"),
		.subject_name = span_str("name.else"),
		.not_after = CRYPTO_CERT_FOREVER,
	};
	assert_int_equal(crypto_cert_issue(t.rig.c, &t.end[0].mem.env, t.end[0].key, &what, second,
					   sizeof second, &n),
			 OK);
	const struct span certs[] = { pair_cert(&t, 0), span_of(second, n) };
	struct crypto_tls *tls = NULL;
	failing_env_fail_at(&t.rig.mem, 1);
	assert_int_equal(crypto_tls_new(t.rig.c, &t.end[0].mem.env, &t.end[0].birth, &tls),
			 ERR_NOMEM);
	assert_null(tls);
	t.rig.mem.fail_at = 0;
	for (int i = 0; i < 5; i++) {
		t.end[0].birth.cert = certs[i / 2 % 2];
		pair_connect(&t);
		assert_true(span_eq(crypto_tls_peer(t.end[1].tls), certs[i / 2 % 2]));
		pair_close(&t);
	}
	pair_fini(&t);
}

static void what_is_no_tls_is_malformed(void **state)
{
	static const char *const texts[] = { "GET / HTTP/1.0\r\n\r\n", "\x80\x2e\x01\x03\x01",
					     "\x16\x03\x01\x7f\x01 too long", "\x17\x03\x03" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct pair t;
		struct span out;
		bool done;
		uint8_t zeros[80] = { 0 };
		pair_init(&t, modern(), 1);
		pair_open(&t);
		memcpy(zeros, texts[i], strlen(texts[i]));
		assert_int_equal(
			crypto_tls_step(t.end[1].tls, span_of(zeros, sizeof zeros), &out, &done),
			ERR_MALFORMED);
		assert_false(done);
		pair_fini(&t);
	}
}

/* CRYPTO-6.5: one message that announces much, in records that keep coming. */
static void a_handshake_is_bounded(void **state)
{
	struct pair t;
	struct span out;
	bool done;
	uint8_t record[5 + 1024] = { 22, 3, 1, 4, 0, 1, 1, 0xff, 0 };
	enum err e = OK;
	int n = 0;
	pair_init(&t, modern(), 1);
	pair_open(&t);
	for (; !e && n < 1000; n++) {
		e = crypto_tls_step(t.end[1].tls, span_of(record, sizeof record), &out, &done);
		memset(record + 5, 0, sizeof record - 5);
	}
	assert_int_equal(e, ERR_MALFORMED);
	assert_in_range(n, 2, 65);
	pair_fini(&t);
}

static void nothing_works_before_it_is_done(void **state)
{
	struct pair t;
	struct span out;
	uint8_t key[8];
	size_t rest;
	pair_init(&t, modern(), 1);
	pair_open(&t);
	for (int i = 0; i < 2; i++) {
		struct crypto_tls *tls = t.end[i].tls;
		assert_int_equal(crypto_tls_seal(tls, span_str("x"), &out), ERR_STATE);
		assert_int_equal(crypto_tls_unseal(tls, span_str("x"), &out, &rest), ERR_STATE);
		assert_int_equal(crypto_tls_export(tls, "label", span_of(NULL, 0), key, sizeof key),
				 ERR_STATE);
		assert_int_equal(crypto_tls_peer(tls).n, 0);
		assert_string_equal(crypto_tls_version(tls), "");
		assert_string_equal(crypto_tls_suite(tls), "");
	}
	pair_close(&t);
	crypto_tls_free(NULL);
	pair_fini(&t);
}

/* RFC 8446 7.5: the same at both ends, and nowhere else. */
static void both_ends_export_the_same(void **state)
{
	struct pair t;
	uint8_t x[6][32];
	struct span none = span_of(NULL, 0);
	pair_init(&t, modern(), 1);
	pair_connect(&t);
	for (int i = 0; i < 2; i++) {
		struct crypto_tls *tls = t.end[i].tls;
		assert_int_equal(crypto_tls_export(tls, "EXPORTER-a", none, x[i], 32), OK);
		assert_int_equal(crypto_tls_export(tls, i ? "EXPORTER-b" : "EXPORTER-a",
						   span_str("context"), x[2 + i], 32),
				 OK);
	}
	pair_close(&t);
	pair_connect(&t);
	assert_int_equal(crypto_tls_export(t.end[0].tls, "EXPORTER-a", none, x[4], 32), OK);
	assert_memory_equal(x[0], x[1], 32);
	for (int i = 1; i < 5; i++)
		for (int k = 1; k < i; k++)
			assert_memory_not_equal(x[i], x[k], 32);
	pair_fini(&t);
}

static void without_memory_it_fails_and_keeps_none(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct pair t;
		bool failed = true;
		pair_init(&t, modern(), 1);
		for (size_t n = 1; failed; n++) {
			struct pair_end *e = &t.end[i];
			int who;
			failing_env_fail_at(&e->mem, n);
			enum err err = crypto_tls_new(t.rig.c, &e->mem.env, &e->birth, &e->tls);
			assert_int_equal(err, e->mem.failed ? ERR_NOMEM : OK);
			struct pair_end *o = &t.end[!i];
			assert_int_equal(crypto_tls_new(t.rig.c, &o->mem.env, &o->birth, &o->tls),
					 OK);
			if (!err) {
				err = pair_shake(&t, 0, &who);
				assert_int_equal(err, e->mem.failed ? ERR_NOMEM : OK);
			}
			failed = e->mem.failed;
			pair_close(&t);
			assert_int_equal(e->mem.live, 0);
		}
		pair_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ends_meet),
		cmocka_unit_test(tokens_come_in_any_pieces),
		cmocka_unit_test(the_same_env_makes_the_same_octets),
		cmocka_unit_test(the_first_connection_is_like_others),
		cmocka_unit_test(a_changed_token_makes_no_connection),
		cmocka_unit_test(a_token_cut_short_is_waited_for),
		cmocka_unit_test(the_judge_decides),
		cmocka_unit_test(both_must_name_the_same_protocol),
		cmocka_unit_test(a_name_that_is_none_is_refused),
		cmocka_unit_test(our_own_certificate_must_be_one_of_our_key),
		cmocka_unit_test(each_connection_shows_its_own_certificate),
		cmocka_unit_test(what_is_no_tls_is_malformed),
		cmocka_unit_test(a_handshake_is_bounded),
		cmocka_unit_test(nothing_works_before_it_is_done),
		cmocka_unit_test(both_ends_export_the_same),
		cmocka_unit_test(without_memory_it_fails_and_keeps_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
