/* Our end against one that is not ours: what it may speak, and what it may not do. */
#include "foreign.h"

static const struct crypto_profile *modern(void)
{
	return crypto_profile(CRYPTO_MODERN);
}

struct meeting {
	struct pair t;
	struct foreign f;
	struct pair_end *ours;
};

/* `ours` is our index; the foreign end has the other certificate. */
static void meet(struct meeting *m, const struct crypto_profile *p, int ours)
{
	pair_init(&m->t, p, 1);
	foreign_init(&m->f, &m->t, !ours);
	m->ours = &m->t.end[ours];
	if (ours == 0)
		SSL_CTX_set_alpn_select_cb(m->f.ctx, NULL, NULL);
}

static void part(struct meeting *m)
{
	foreign_fini(&m->f);
	pair_fini(&m->t);
}

static int choose(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
		  unsigned int in_n, void *alpn)
{
	const char *name = alpn;
	*out = (const unsigned char *)name;
	*n = (unsigned char)strlen(name);
	return SSL_TLSEXT_ERR_OK;
}

static char right[] = PAIR_ALPN, wrong[] = "p2pgroup/3";

static enum err open_and_shake(struct meeting *m)
{
	struct pair_end *e = m->ours;
	assert_int_equal(crypto_tls_new(m->t.rig.c, &e->mem.env, &e->birth, &e->tls), OK);
	enum err err = foreign_shake(&m->f, e);
	assert_true(!err == e->done);
	return err;
}

static void talk(struct meeting *m)
{
	for (int i = 0; i < 3; i++) {
		foreign_says(&m->f, m->ours->tls, "a question");
		foreign_hears(&m->f, m->ours->tls, "an answer");
	}
}

/* CRYPTO-6.1: it is TLS, in both roles, with each of its suites and groups. */
static void it_speaks_what_it_should(void **state)
{
	static const char *const suites[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
					      "TLS_CHACHA20_POLY1305_SHA256" };
	static const char *const groups[] = { "X25519", "P-256", "P-384:P-256" };
	for (int i = 0; i < 2 * 3 * 3; i++) {
		struct meeting m;
		meet(&m, modern(), i % 2);
		if (i % 2 == 0)
			SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, right);
		SSL_set_ciphersuites(m.f.ssl, suites[i / 2 % 3]);
		SSL_set1_groups_list(m.f.ssl, groups[i / 6]);
		assert_int_equal(open_and_shake(&m), OK);
		assert_string_equal(crypto_tls_suite(m.ours->tls), suites[i / 2 % 3]);
		assert_string_equal(crypto_tls_version(m.ours->tls), "TLSv1.3");
		assert_true(span_eq(crypto_tls_peer(m.ours->tls), pair_cert(&m.t, !(i % 2))));
		talk(&m);
		part(&m);
	}
}

/* Changes what the foreign end does. */
typedef void twist(struct meeting *m);

static void assert_refused(int ours, twist *change)
{
	struct meeting m;
	meet(&m, modern(), ours);
	if (ours == 0)
		SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, right);
	change(&m);
	assert_int_equal(open_and_shake(&m), ERR_DENIED);
	part(&m);
}

static void old_version(struct meeting *m)
{
	SSL_set_max_proto_version(m->f.ssl, TLS1_2_VERSION);
}

static void other_groups(struct meeting *m)
{
	SSL_set1_groups_list(m->f.ssl, "P-384:P-521");
}

static void no_certificate(struct meeting *m)
{
	SSL_certs_clear(m->f.ssl);
}

static void no_alpn(struct meeting *m)
{
	SSL_set_alpn_protos(m->f.ssl, NULL, 0);
	SSL_CTX_set_alpn_select_cb(m->f.ctx, NULL, NULL);
}

static void other_alpn(struct meeting *m)
{
	SSL_set_alpn_protos(m->f.ssl, (const uint8_t *)"\x02h2\x0ap2pgroup/3", 14);
	SSL_CTX_set_alpn_select_cb(m->f.ctx, choose, wrong);
}

/* Somebody else's certificate, signed for with a key of its own. */
static void stolen_certificate(struct meeting *m)
{
	int theirs = m->ours->birth.initiator;
	EVP_PKEY *key = foreign_chimera(&m->t, theirs, !theirs);
	assert_int_equal(SSL_use_PrivateKey(m->f.ssl, key), 1);
	EVP_PKEY_free(key);
}

static void two_certificates(struct meeting *m)
{
	const unsigned char *at = m->t.end[0].cert;
	X509 *x = d2i_X509(NULL, &at, (long)m->t.end[0].cert_n);
	assert_int_equal(SSL_add1_chain_cert(m->f.ssl, x), 1);
	X509_free(x);
}

static void asks_for_none(struct meeting *m)
{
	SSL_set_verify(m->f.ssl, SSL_VERIFY_NONE, NULL);
}

static void unwanted(struct meeting *m)
{
	m->ours->says = ERR_DENIED;
}

/* CRYPTO-6.1, CRYPTO-6.2, CRYPTO-6.3 */
static void nobody_else_gets_in(void **state)
{
	static twist *const both[] = { old_version,	   no_alpn,	     other_alpn,
				       stolen_certificate, two_certificates, unwanted };
	for (size_t i = 0; i < sizeof both / sizeof *both; i++)
		for (int ours = 0; ours < 2; ours++) {
			/* A server's choice that nobody offered is not well-formed. */
			if (ours == 0 && both[i] == other_alpn)
				continue;
			assert_refused(ours, both[i]);
		}
	assert_refused(0, asks_for_none);
	assert_refused(1, other_groups);
	assert_refused(1, no_certificate);
}

/* The library sees that before we do: it is against the rules of TLS. */
static void a_server_that_chooses_what_was_not_offered(void **state)
{
	struct meeting m;
	meet(&m, modern(), 0);
	SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, wrong);
	assert_int_equal(open_and_shake(&m), ERR_MALFORMED);
	part(&m);
}

/* CRYPTO-6.2: a client among several finds the one; nobody is named. */
static void a_client_may_offer_more(void **state)
{
	struct meeting m;
	meet(&m, modern(), 1);
	SSL_set_alpn_protos(m.f.ssl, (const uint8_t *)"\x02h2\x0ap2pgroup/2\x01x", 16);
	assert_int_equal(open_and_shake(&m), OK);
	talk(&m);
	part(&m);
}

static void we_name_no_server(void **state)
{
	struct meeting m;
	meet(&m, modern(), 0);
	SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, right);
	assert_int_equal(open_and_shake(&m), OK);
	assert_null(SSL_get_servername(m.f.ssl, TLSEXT_NAMETYPE_host_name));
	part(&m);
}

/* CRYPTO-6.1: what could resume a session is not given, and passed over when it comes. */
static void there_are_no_tickets(void **state)
{
	struct meeting m;
	meet(&m, modern(), 1);
	assert_int_equal(open_and_shake(&m), OK);
	talk(&m);
	assert_int_equal(m.f.tickets, 0);
	assert_false(SSL_SESSION_is_resumable(SSL_get_session(m.f.ssl)));
	part(&m);

	struct rig_hex buffer;
	struct span plain;
	size_t rest;
	meet(&m, modern(), 0);
	SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, right);
	assert_int_equal(open_and_shake(&m), OK);
	assert_int_equal(SSL_new_session_ticket(m.f.ssl), 1);
	assert_int_equal(SSL_do_handshake(m.f.ssl), 1);
	assert_int_equal(crypto_tls_unseal(m.ours->tls, foreign_out(&m.f, &buffer), &plain, &rest),
			 OK);
	assert_int_equal(plain.n, 0);
	talk(&m);
	part(&m);
}

/* CRYPTO-6.4: new keys of the other side, and ours that it asks for with them. */
static void keys_change_on_request(void **state)
{
	for (int ours = 0; ours < 2; ours++) {
		struct meeting m;
		meet(&m, modern(), ours);
		SSL_CTX_set_alpn_select_cb(m.f.ctx, choose, right);
		assert_int_equal(open_and_shake(&m), OK);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(
				SSL_key_update(m.f.ssl, i % 2 ? SSL_KEY_UPDATE_REQUESTED
							      : SSL_KEY_UPDATE_NOT_REQUESTED),
				1);
			foreign_says(&m.f, m.ours->tls, "under new keys");
			foreign_hears(&m.f, m.ours->tls, "under ours");
		}
		part(&m);
	}
}

/* CRYPTO-6.5: each makes us owe a record; who never lets us pay is turned away. */
static void keys_do_not_change_for_ever(void **state)
{
	struct meeting m;
	struct rig_hex buffer;
	struct span plain;
	size_t rest;
	meet(&m, modern(), 1);
	assert_int_equal(open_and_shake(&m), OK);
	enum err e = OK;
	int n = 0;
	for (; !e && n < 1000; n++) {
		assert_int_equal(SSL_key_update(m.f.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		assert_int_equal(SSL_do_handshake(m.f.ssl), 1);
		e = crypto_tls_unseal(m.ours->tls, foreign_out(&m.f, &buffer), &plain, &rest);
	}
	assert_int_equal(e, ERR_DENIED);
	assert_in_range(n, 10, 100);
	part(&m);
}

static void the_other_end_may_end(void **state)
{
	struct meeting m;
	struct rig_hex buffer;
	struct span plain;
	size_t rest;
	meet(&m, modern(), 1);
	assert_int_equal(open_and_shake(&m), OK);
	assert_int_equal(SSL_shutdown(m.f.ssl), 0);
	assert_int_equal(crypto_tls_unseal(m.ours->tls, foreign_out(&m.f, &buffer), &plain, &rest),
			 ERR_CLOSED);
	assert_int_equal(crypto_tls_seal(m.ours->tls, span_str("x"), &plain), ERR_STATE);
	part(&m);
}

/* A client is done before the server has judged it: the alert comes later. CRYPTO-6.3: it says
 * when a clock is to blame. */
static void hears_that_it_is_not_wanted(enum err why)
{
	struct pair t;
	struct span alert, plain;
	bool done;
	size_t rest;
	int who;
	pair_init(&t, modern(), 1);
	t.end[1].says = why;
	pair_open(&t);
	assert_int_equal(pair_shake(&t, 0, &who), why);
	assert_int_equal(who, 1);
	assert_true(t.end[0].done);
	assert_false(crypto_tls_untimely(t.end[0].tls));
	assert_int_equal(crypto_tls_step(t.end[1].tls, span_of(NULL, 0), &alert, &done), ERR_STATE);
	alert = span_of(t.end[1].tls->out.p, t.end[1].tls->out.n);
	assert_true(alert.n > 0);
	assert_int_equal(crypto_tls_unseal(t.end[0].tls, alert, &plain, &rest), ERR_CLOSED);
	assert_int_equal(crypto_tls_untimely(t.end[0].tls), why == ERR_TIMEOUT);
	pair_fini(&t);
}

static void a_client_hears_that_it_is_not_wanted(void **state)
{
	hears_that_it_is_not_wanted(ERR_DENIED);
	hears_that_it_is_not_wanted(ERR_TIMEOUT);
}

/* CRYPTO-6.1, CRYPTO-6.4: down to the first, and never more than a record. */
static void classic_speaks_old_versions(void **state)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
					TLS1_3_VERSION };
	static const char *const names[] = { "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3" };
	const struct crypto_profile *p = crypto_profile(CRYPTO_CLASSIC);
	for (int i = 0; p && i < 8; i++) {
		struct meeting m;
		meet(&m, p, i % 2);
		SSL_set_max_proto_version(m.f.ssl, versions[i / 2]);
		assert_int_equal(open_and_shake(&m), OK);
		assert_string_equal(crypto_tls_version(m.ours->tls), names[i / 2]);
		talk(&m);
		part(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_speaks_what_it_should),
		cmocka_unit_test(nobody_else_gets_in),
		cmocka_unit_test(a_server_that_chooses_what_was_not_offered),
		cmocka_unit_test(a_client_may_offer_more),
		cmocka_unit_test(we_name_no_server),
		cmocka_unit_test(there_are_no_tickets),
		cmocka_unit_test(keys_change_on_request),
		cmocka_unit_test(keys_do_not_change_for_ever),
		cmocka_unit_test(the_other_end_may_end),
		cmocka_unit_test(a_client_hears_that_it_is_not_wanted),
		cmocka_unit_test(classic_speaks_old_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
