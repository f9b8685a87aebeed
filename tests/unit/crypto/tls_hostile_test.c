/* What a stranger may cost before it is known who it is: a foreign end that says more than it
 * should, which all the same would be right. */
#include "foreign.h"

#define LONGEST 4096 /* octets of a client's first message, CRYPTO-6.5 */

/* Names of protocols, ours the first, so many octets. */
static void offer(struct foreign *f, size_t octets)
{
	static uint8_t list[16384];
	size_t n = 1 + strlen(PAIR_ALPN);
	memset(list, 'x', sizeof list);
	list[0] = (uint8_t)strlen(PAIR_ALPN);
	memcpy(list + 1, PAIR_ALPN, strlen(PAIR_ALPN));
	while (n < octets) {
		size_t left = octets - n - 1;
		list[n] = (uint8_t)(left < 100 ? left : 100);
		n += 1u + list[n];
	}
	assert_int_equal(SSL_set_alpn_protos(f->ssl, list, (unsigned int)n), 0);
}

/* The octets of its first message, and what we say to it. */
static size_t greet(size_t octets, enum err *e)
{
	struct pair t;
	struct foreign f;
	static uint8_t said[32768];
	struct span out;
	bool done;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	foreign_init(&f, &t, 0);
	offer(&f, octets);
	pair_open(&t);
	(void)SSL_do_handshake(f.ssl);
	ERR_clear_error();
	int n = BIO_read(f.out, said, sizeof said);
	assert_true(n > 0);
	*e = crypto_tls_step(t.end[1].tls, span_of(said, (size_t)n), &out, &done);
	foreign_fini(&f);
	pair_fini(&t);
	return (size_t)n;
}

/* CRYPTO-6.5: each share of a key is looked for among all groups, so a message of 60 KiB takes
 * as long as thirty handshakes. */
static void a_long_hello_is_not_looked_into(void **state)
{
	enum err e;
	size_t least = greet(100, &e) - 100;
	assert_int_equal(e, OK);
	assert_int_equal(greet(LONGEST - least, &e), LONGEST);
	assert_int_equal(e, OK);
	assert_int_equal(greet(LONGEST - least + 1, &e), LONGEST + 1);
	assert_int_equal(e, ERR_MALFORMED);
	(void)greet(12000, &e);
	assert_int_equal(e, ERR_MALFORMED);
}

/* CRYPTO-6.5: whatever protocol is spoken. */
static void nor_where_no_protocol_is_named(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_CLASSIC);
	if (!p)
		skip();
	struct pair t;
	struct foreign f;
	pair_init(&t, p, 1);
	foreign_init(&f, &t, 0);
	offer(&f, 12000);
	struct pair_end *e = &t.end[1];
	assert_int_equal(crypto_tls_new(t.rig.c, &e->mem.env, &e->birth, &e->tls), OK);
	struct span out;
	bool done;
	static uint8_t said[32768];
	(void)SSL_do_handshake(f.ssl);
	ERR_clear_error();
	int n = BIO_read(f.out, said, sizeof said);
	assert_int_equal(crypto_tls_step(e->tls, span_of(said, (size_t)n), &out, &done),
			 ERR_MALFORMED);
	foreign_fini(&f);
	pair_fini(&t);
}

/* Its second flight, with so many octets of certificates besides its own. */
static enum err show(size_t octets)
{
	struct pair t;
	struct foreign f;
	static uint8_t said[65536];
	struct span out;
	bool done;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	foreign_init(&f, &t, 0);
	const unsigned char *at = t.end[0].cert;
	X509 *x = d2i_X509(NULL, &at, (long)t.end[0].cert_n);
	for (size_t n = 0; n < octets; n += t.end[0].cert_n)
		assert_int_equal(SSL_add1_chain_cert(f.ssl, x), 1);
	X509_free(x);
	struct pair_end *e = &t.end[1];
	assert_int_equal(crypto_tls_new(t.rig.c, &e->mem.env, &e->birth, &e->tls), OK);
	enum err err = OK;
	for (int flight = 0; !err && flight < 2; flight++) {
		(void)SSL_do_handshake(f.ssl);
		ERR_clear_error();
		int n = BIO_read(f.out, said, sizeof said);
		err = crypto_tls_step(e->tls, span_of(said, n > 0 ? (size_t)n : 0), &out, &done);
		BIO_write(f.in, out.p, (int)out.n);
	}
	assert_int_equal(e->judged, err ? 0 : 1);
	foreign_fini(&f);
	pair_fini(&t);
	return err;
}

/* CRYPTO-6.5: the library takes each of them apart, 0.1 ms apiece, before we are asked. */
static void certificates_in_heaps_are_not_looked_into(void **state)
{
	assert_int_equal(show(0), OK);
	assert_int_equal(show(1), ERR_DENIED);
	assert_int_equal(show(7000), ERR_DENIED);
	assert_int_equal(show(8192), ERR_MALFORMED);
	assert_int_equal(show(15000), ERR_MALFORMED);
}

static void longest_text(char *out, size_t characters)
{
	for (size_t i = 0; i < characters; i++)
		memcpy(out + 4 * i, "\xf0\x9f\x8f\xa0", 4);
	out[4 * characters] = '\0';
}

static void identify(struct pair *t, int i, const char *friendly, const char *name)
{
	struct pair_end *e = &t->end[i];
	const struct crypto_cert what = {
		.type = CRYPTO_CERT_IDENTITY,
		.public = crypto_key_public(e->key),
		.subject = span_str(friendly),
		.issuer = span_str(friendly),
		.subject_name = span_str(name),
		.not_after = INT64_C(1900000000000000),
	};
	assert_int_equal(crypto_cert_issue(t->rig.c, &e->mem.env, e->key, &what, e->cert,
					   sizeof e->cert, &e->cert_n),
			 OK);
	e->birth.cert = span_of(e->cert, e->cert_n);
}

/* What may be issued is shown all the same. */
static void the_largest_certificate_is_taken(void **state)
{
	static char friendly[4 * CRYPTO_CERT_FRIENDLY + 1], name[4 * CRYPTO_CERT_NAME + 1];
	longest_text(friendly, CRYPTO_CERT_FRIENDLY);
	longest_text(name, CRYPTO_CERT_NAME);
	RIG_EACH_PROFILE(p)
	{
		struct pair t;
		pair_init(&t, p, 1);
		for (int i = 0; i < 2; i++)
			identify(&t, i, friendly, name);
		assert_true(t.end[0].cert_n > 3000);
		pair_connect(&t);
		pair_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_hello_is_not_looked_into),
		cmocka_unit_test(nor_where_no_protocol_is_named),
		cmocka_unit_test(certificates_in_heaps_are_not_looked_into),
		cmocka_unit_test(the_largest_certificate_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
