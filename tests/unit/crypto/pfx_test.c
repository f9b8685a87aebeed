#include "crypto/pfx.h"
#include "crypto/crypto_int.h"
#include "pair.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct document {
	uint8_t octets[CRYPTO_PFX_MAX];
	size_t n;
};

static enum err make(struct pair *t, int i, struct span passphrase, struct document *d)
{
	struct failing_env f;
	failing_env_init(&f, 9);
	return crypto_pfx_make(t->rig.c, &f.env, t->end[i].key, pair_cert(t, i),
			       span_str("Zoë's laptop"), passphrase, d->octets, sizeof d->octets,
			       &d->n);
}

static struct span whole(const struct document *d)
{
	return span_of(d->octets, d->n);
}

/* As opened: the key's public half and the certificate are those of end i. */
static enum err try_open(struct pair *t, struct span pfx, const char *passphrase, int i)
{
	struct crypto_key *k = NULL;
	uint8_t cert[CRYPTO_CERT_MAX];
	size_t n = 0;
	const struct crypto_profile *p = crypto_key_profile(t->end[i].key);
	uint8_t *copy = rig_copy(pfx);
	enum err e = crypto_pfx_open(t->rig.c, p, span_of(copy, pfx.n), span_str(passphrase), &k,
				     cert, sizeof cert, &n);
	free(copy);
	assert_int_equal(ERR_peek_error(), 0);
	if (e) {
		assert_null(k);
		return e;
	}
	assert_true(span_eq(crypto_key_public(k), crypto_key_public(t->end[i].key)));
	assert_true(span_eq(span_of(cert, n), pair_cert(t, i)));
	crypto_key_free(k);
	return OK;
}

/* A document of the library with these rounds. */
static struct span foreign(struct pair *t, int key_nid, int rounds, int code_rounds,
			   struct document *d)
{
	const unsigned char *at = t->end[0].cert;
	unsigned char *out = d->octets;
	X509 *x = d2i_X509(NULL, &at, (long)t->end[0].cert_n);
	EVP_PKEY *key = EVP_PKEY_CTX_get0_pkey(t->end[0].key->signer);
	/* Its own generator: the context's has nothing to give. */
	crypto_lend(t->rig.c, &t->end[0].mem.env);
	PKCS12 *p12 = PKCS12_create("word", "name", key, x, NULL, key_nid, key_nid, rounds,
				    code_rounds, 0);
	crypto_give_back(t->rig.c);
	assert_non_null(p12);
	d->n = (size_t)i2d_PKCS12(p12, &out);
	PKCS12_free(p12);
	X509_free(x);
	return whole(d);
}

/* CRYPTO-8.1 */
static void what_was_written_is_read_with_its_passphrase_alone(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct pair t;
		struct document d;
		pair_init(&t, p, 1);
		assert_int_equal(make(&t, 0, span_str("pass \xc3\xa9 word"), &d), OK);
		assert_int_equal(try_open(&t, whole(&d), "pass \xc3\xa9 word", 0), OK);
		assert_int_equal(try_open(&t, whole(&d), "pass e word", 0), ERR_DENIED);
		assert_int_equal(try_open(&t, whole(&d), "", 0), ERR_DENIED);
		pair_fini(&t);
	}
}

/* Whatever people are called. */
static void any_friendly_name_will_do(void **state)
{
	static const char *const names[] = { "", "Bob \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
					     "Zo\xc3\xab", "\xe5\xad\x90" };
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(crypto_pfx_make(t.rig.c, &t.end[0].mem.env, t.end[0].key,
						 pair_cert(&t, 0), span_str(names[i]),
						 span_str("word"), d.octets, sizeof d.octets, &d.n),
				 OK);
		assert_int_equal(try_open(&t, whole(&d), "word", 0), OK);
	}
	assert_int_equal(crypto_pfx_make(t.rig.c, &t.end[0].mem.env, t.end[0].key, pair_cert(&t, 0),
					 span_str("\xff"), span_str("word"), d.octets,
					 sizeof d.octets, &d.n),
			 ERR_RANGE);
	pair_fini(&t);
}

/* CRYPTO-2.3 */
static void the_same_env_makes_the_same_document(void **state)
{
	struct pair t;
	struct document a, b;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	assert_int_equal(make(&t, 0, span_str("x"), &a), OK);
	assert_int_equal(make(&t, 0, span_str("x"), &b), OK);
	assert_true(span_eq(whole(&a), whole(&b)));
	struct failing_env f;
	failing_env_init(&f, 9);
	b.n = 77;
	assert_int_equal(crypto_pfx_make(t.rig.c, &f.env, t.end[0].key, pair_cert(&t, 0),
					 span_str("Zoë's laptop"), span_str("x"), b.octets, a.n - 1,
					 &b.n),
			 ERR_RANGE);
	assert_int_equal(b.n, 77);
	pair_fini(&t);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct pair t;
	struct document d = { .n = 77 };
	struct failing_env f;
	uint8_t long_text[1025];
	memset(long_text, 'x', sizeof long_text);
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	struct crypto_key *k = t.end[0].key;
	struct span cert = pair_cert(&t, 0), word = span_str("word"), name = span_str("");
	const struct {
		struct span cert, name, word;
		size_t size;
		enum err e;
	} rows[] = {
		{ cert, name, word, sizeof d.octets, OK },
		{ cert, name, span_str(""), sizeof d.octets, ERR_RANGE },
		{ cert, name, span_of("a\0b", 3), sizeof d.octets, ERR_RANGE },
		{ cert, name, span_of(long_text, 1025), sizeof d.octets, ERR_RANGE },
		{ cert, span_of("a\0b", 3), word, sizeof d.octets, ERR_RANGE },
		{ pair_cert(&t, 1), name, word, sizeof d.octets, ERR_MALFORMED },
		{ span_of(cert.p, cert.n - 1), name, word, sizeof d.octets, ERR_MALFORMED },
	};
	failing_env_init(&f, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		d.n = 77;
		assert_int_equal(crypto_pfx_make(t.rig.c, &f.env, k, rows[i].cert, rows[i].name,
						 rows[i].word, d.octets, rows[i].size, &d.n),
				 rows[i].e);
		assert_true((d.n == 77) == (rows[i].e != OK));
	}
	pair_fini(&t);
}

/* CRYPTO-8.2: but for the number of its version, which means nothing, each octet counts. */
static void a_document_that_was_changed_or_cut_is_refused(void **state)
{
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	(void)foreign(&t, NID_aes_256_cbc, 1, 1, &d);
	for (size_t n = 0; n < d.n; n++)
		assert_int_equal(try_open(&t, span_of(d.octets, n), "word", 0), ERR_MALFORMED);
	for (size_t at = 0; at < d.n; at++) {
		d.octets[at] ^= (uint8_t)(1u << at % 8);
		enum err e = try_open(&t, whole(&d), "word", 0);
		assert_true(e == ERR_MALFORMED || e == ERR_DENIED || at == 6);
		d.octets[at] ^= (uint8_t)(1u << at % 8);
	}
	assert_true(d.n < CRYPTO_PFX_MAX);
	d.octets[d.n] = 0;
	assert_int_equal(try_open(&t, span_of(d.octets, d.n + 1), "word", 0), ERR_MALFORMED);
	pair_fini(&t);
}

static void a_key_of_another_profile_is_unsupported(void **state)
{
	struct pair t, classic;
	struct document d;
	struct crypto_key *k = NULL;
	uint8_t cert[CRYPTO_CERT_MAX];
	size_t n;
	if (!crypto_profile(CRYPTO_CLASSIC))
		return;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	pair_init(&classic, crypto_profile(CRYPTO_CLASSIC), 1);
	(void)foreign(&classic, NID_aes_256_cbc, 1, 1, &d);
	assert_int_equal(crypto_pfx_open(t.rig.c, crypto_profile(CRYPTO_MODERN), whole(&d),
					 span_str("word"), &k, cert, sizeof cert, &n),
			 ERR_UNSUPPORTED);
	assert_null(k);
	pair_fini(&classic);
	pair_fini(&t);
}

static void a_small_buffer_for_the_certificate_is_refused(void **state)
{
	struct pair t;
	struct document d;
	struct crypto_key *k = NULL;
	uint8_t cert[100];
	size_t n;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	(void)foreign(&t, NID_aes_256_cbc, 1, 1, &d);
	assert_int_equal(crypto_pfx_open(t.rig.c, crypto_profile(CRYPTO_MODERN), whole(&d),
					 span_str("word"), &k, cert, sizeof cert, &n),
			 ERR_RANGE);
	assert_null(k);
	pair_fini(&t);
}

/* CRYPTO-8.2: who made it decides how often is hashed, up to a point. */
static void others_documents_are_read_within_bounds(void **state)
{
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	int old = NID_pbe_WithSHA1And3_Key_TripleDES_CBC, aes = NID_aes_256_cbc;
	assert_int_equal(try_open(&t, foreign(&t, old, 2048, 1, &d), "word", 0), OK);
	assert_int_equal(try_open(&t, foreign(&t, aes, 2048, 2048, &d), "word", 0), OK);
	/* no encryption, and no code to tell the passphrase by */
	assert_int_equal(try_open(&t, foreign(&t, -1, 0, 1, &d), "word", 0), ERR_MALFORMED);
	assert_int_equal(try_open(&t, foreign(&t, aes, 2048, -1, &d), "word", 0), ERR_MALFORMED);
	pair_fini(&t);
}

/* In clear but for the keys: certificates of these ends, then keys of those, -1 none. */
static struct span several(struct pair *t, const int *certs, const int *keys, struct document *d)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	STACK_OF(PKCS7) *parts = NULL;
	unsigned char *out = d->octets;
	crypto_lend(t->rig.c, &t->end[0].mem.env);
	for (; *certs >= 0; certs++) {
		const unsigned char *at = t->end[*certs].cert;
		X509 *x = d2i_X509(NULL, &at, (long)t->end[*certs].cert_n);
		assert_non_null(PKCS12_add_cert(&bags, x));
		X509_free(x);
	}
	for (; *keys >= 0; keys++)
		assert_non_null(PKCS12_add_key(&bags,
					       EVP_PKEY_CTX_get0_pkey(t->end[*keys].key->signer), 0,
					       1, NID_aes_256_cbc, "word"));
	assert_int_equal(PKCS12_add_safe(&parts, bags, -1, 1, NULL), 1);
	PKCS12 *p12 = PKCS12_add_safes(parts, 0);
	assert_non_null(p12);
	assert_int_equal(PKCS12_set_mac(p12, "word", -1, NULL, 0, 1, NULL), 1);
	crypto_give_back(t->rig.c);
	d->n = (size_t)i2d_PKCS12(p12, &out);
	PKCS12_free(p12);
	sk_PKCS7_pop_free(parts, PKCS7_free);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return whole(d);
}

/* CRYPTO-8.2: the certificate of the key, wherever it stands, and one key. */
static void the_certificate_is_the_keys(void **state)
{
	static const int none[] = { -1 }, one[] = { 0, -1 }, other[] = { 1, -1 };
	static const int both[] = { 1, 0, -1 };
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	assert_int_equal(try_open(&t, several(&t, one, one, &d), "word", 0), OK);
	assert_int_equal(try_open(&t, several(&t, both, one, &d), "word", 0), OK);
	assert_int_equal(try_open(&t, several(&t, other, one, &d), "word", 0), ERR_MALFORMED);
	assert_int_equal(try_open(&t, several(&t, none, one, &d), "word", 0), ERR_MALFORMED);
	assert_int_equal(try_open(&t, several(&t, one, none, &d), "word", 0), ERR_MALFORMED);
	assert_int_equal(try_open(&t, several(&t, both, both, &d), "word", 0), ERR_MALFORMED);
	pair_fini(&t);
}

/* CRYPTO-8.2: none is too many, all together are. */
static void rounds_add_up(void **state)
{
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	int aes = NID_aes_256_cbc;
	assert_int_equal(try_open(&t, foreign(&t, aes, 400000, 200000, &d), "word", 0), OK);
	assert_int_equal(try_open(&t, foreign(&t, aes, 400000, 200001, &d), "word", 0),
			 ERR_MALFORMED);
	pair_fini(&t);
}

/* A document whose n-th number of rounds (from 0) is 8,388,607, under a code that fits. */
static struct span many_rounds(struct pair *t, int n, struct document *d)
{
	static const uint8_t from[] = { 0x02, 0x03, 0x01, 0x00, 0x00 }; /* 65,536 */
	static const uint8_t to[] = { 0x02, 0x03, 0x7f, 0xff, 0xff };
	(void)foreign(t, NID_aes_256_cbc, 65536, 1, d);
	for (size_t at = 0; at + sizeof from <= d->n; at++)
		if (memcmp(d->octets + at, from, sizeof from) == 0 && n-- == 0)
			memcpy(d->octets + at, to, sizeof to);
	assert_true(n < 0);
	const unsigned char *in = d->octets;
	unsigned char *out = d->octets;
	PKCS12 *p12 = d2i_PKCS12(NULL, &in, (long)d->n);
	assert_non_null(p12);
	assert_int_equal(PKCS12_set_mac(p12, "word", -1, NULL, 0, 1, NULL), 1);
	d->n = (size_t)i2d_PKCS12(p12, &out);
	PKCS12_free(p12);
	return whole(d);
}

/* CRYPTO-8.2: those would take seconds; the code's are looked at before it is. */
static void too_many_rounds_are_not_begun(void **state)
{
	static const uint8_t many[] = { 0x02, 0x02, 0x03, 0xe8 }; /* 1,000 */
	static const uint8_t none[] = { 0x02, 0x02, 0xff, 0xff };
	struct pair t;
	struct document d;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	for (int n = 0; n < 2; n++) {
		(void)many_rounds(&t, n, &d);
		clock_t began = clock();
		assert_int_equal(try_open(&t, whole(&d), "word", 0), ERR_MALFORMED);
		assert_true(clock() - began < CLOCKS_PER_SEC);
	}
	(void)foreign(&t, NID_aes_256_cbc, 1, 1000, &d);
	assert_memory_equal(d.octets + d.n - sizeof many, many, sizeof many);
	assert_int_equal(try_open(&t, whole(&d), "word", 0), OK);
	memcpy(d.octets + d.n - sizeof none, none, sizeof none);
	assert_int_equal(try_open(&t, whole(&d), "word", 0), ERR_MALFORMED);
	pair_fini(&t);
}

/* CRYPTO-8.1: another program reads it. */
static void openssl_reads_it(void **state)
{
	struct pair t;
	struct document d;
	char path[] = "/tmp/pfx_test.XXXXXX", command[200], line[300];
	bool name = false, key = false, cert = false;
	if (system("openssl version >/dev/null 2>&1"))
		return;
	pair_init(&t, crypto_profile(CRYPTO_MODERN), 1);
	assert_int_equal(make(&t, 0, span_str("word"), &d), OK);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, d.octets, d.n), (ssize_t)d.n);
	close(fd);
	(void)snprintf(command, sizeof command,
		       "openssl pkcs12 -in %s -passin pass:word -nodes 2>/dev/null", path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		name = name || strstr(line, "Zo");
		key = key || strstr(line, "BEGIN PRIVATE KEY");
		cert = cert || strstr(line, "BEGIN CERTIFICATE");
	}
	assert_int_equal(pclose(f), 0);
	assert_true(name && key && cert);
	(void)unlink(path);
	pair_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_with_its_passphrase_alone),
		cmocka_unit_test(any_friendly_name_will_do),
		cmocka_unit_test(the_same_env_makes_the_same_document),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_document_that_was_changed_or_cut_is_refused),
		cmocka_unit_test(a_key_of_another_profile_is_unsupported),
		cmocka_unit_test(a_small_buffer_for_the_certificate_is_refused),
		cmocka_unit_test(others_documents_are_read_within_bounds),
		cmocka_unit_test(the_certificate_is_the_keys),
		cmocka_unit_test(rounds_add_up),
		cmocka_unit_test(too_many_rounds_are_not_begun),
		cmocka_unit_test(openssl_reads_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
