#include "foreign.h"

static int any(X509_STORE_CTX *store, void *none)
{
	return 1;
}

static int ticket(SSL *ssl, SSL_SESSION *session)
{
	struct foreign *f = SSL_get_app_data(ssl);
	f->tickets++;
	return 0;
}

static void set_up(struct foreign *f)
{
	f->ctx = SSL_CTX_new(TLS_method());
	assert_non_null(f->ctx);
	SSL_CTX_set_security_level(f->ctx, 0);
	SSL_CTX_set_min_proto_version(f->ctx, TLS1_VERSION);
	SSL_CTX_set_cert_verify_callback(f->ctx, any, NULL);
	SSL_CTX_set_verify(f->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(f->ctx, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(f->ctx, ticket);
	f->ssl = SSL_new(f->ctx);
	assert_int_equal(SSL_set_cipher_list(f->ssl, "ALL:@SECLEVEL=0"), 1);
	f->in = BIO_new(BIO_s_mem());
	f->out = BIO_new(BIO_s_mem());
	SSL_set_app_data(f->ssl, f);
	SSL_set_bio(f->ssl, f->in, f->out);
}

static EVP_PKEY *key_of(const struct pair *t, int i)
{
	uint8_t der[CRYPTO_PKCS8_MAX];
	const unsigned char *at = der;
	size_t n;
	assert_int_equal(crypto_key_save(t->rig.c, t->end[i].key, der, sizeof der, &n), OK);
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)n);
	assert_non_null(key);
	return key;
}

void foreign_init(struct foreign *f, struct pair *t, int i)
{
	static const uint8_t alpn[] = "\x0a" PAIR_ALPN;
	memset(f, 0, sizeof *f);
	set_up(f);
	const unsigned char *at = t->end[i].cert;
	X509 *x = d2i_X509(NULL, &at, (long)t->end[i].cert_n);
	EVP_PKEY *key = key_of(t, i);
	assert_int_equal(SSL_use_certificate(f->ssl, x), 1);
	assert_int_equal(SSL_use_PrivateKey(f->ssl, key), 1);
	X509_free(x);
	EVP_PKEY_free(key);
	if (i == 0) {
		SSL_set_connect_state(f->ssl);
		assert_int_equal(SSL_set_alpn_protos(f->ssl, alpn, sizeof alpn - 1), 0);
	} else {
		SSL_set_accept_state(f->ssl);
	}
}

void foreign_fini(struct foreign *f)
{
	SSL_free(f->ssl);
	SSL_CTX_free(f->ctx);
	ERR_clear_error();
}

struct span foreign_out(struct foreign *f, struct rig_hex *buffer)
{
	int n = BIO_read(f->out, buffer->octets, sizeof buffer->octets);
	assert_int_equal(BIO_ctrl_pending(f->out), 0);
	return span_of(buffer->octets, n > 0 ? (size_t)n : 0);
}

/* The pair's judge keeps no state of the queue, and neither do we. */
static struct span foreign_step(struct foreign *f, struct span in, struct rig_hex *buffer)
{
	assert_int_equal(BIO_write(f->in, in.p, (int)in.n), (int)in.n);
	f->done = SSL_do_handshake(f->ssl) == 1;
	ERR_clear_error();
	return foreign_out(f, buffer);
}

/* Each record for itself, as frames carry them; gives what comes with the last. */
static struct span deliver(struct crypto_tls *ours, struct span out)
{
	struct span plain = span_of(NULL, 0);
	size_t rest;
	while (out.n) {
		assert_true(out.n > 5);
		size_t n = 5u + (size_t)(out.p[3] << 8 | out.p[4]);
		assert_true(n <= out.n);
		assert_int_equal(crypto_tls_unseal(ours, span_of(out.p, n), &plain, &rest), OK);
		assert_int_equal(rest, 0);
		out = span_of(out.p + n, out.n - n);
	}
	return plain;
}

enum err foreign_shake(struct foreign *f, struct pair_end *ours)
{
	struct rig_hex buffer;
	struct span said = span_of(NULL, 0), out;
	enum err e = OK;
	if (!ours->birth.initiator)
		said = foreign_step(f, said, &buffer);
	do {
		e = crypto_tls_step(ours->tls, said, &out, &ours->done);
		said = span_of(NULL, 0);
		if (out.n || !f->done)
			said = foreign_step(f, out, &buffer);
	} while (!e && !ours->done && said.n);
	/* Tickets of a server, which come when we are done. */
	if (ours->done)
		assert_int_equal(deliver(ours->tls, said).n, 0);
	return e;
}

void foreign_connect(struct foreign *f, struct pair *t, int i)
{
	struct pair_end *e = &t->end[i];
	assert_int_equal(crypto_tls_new(t->rig.c, &e->mem.env, &e->birth, &e->tls), OK);
	assert_int_equal(foreign_shake(f, e), OK);
	assert_true(e->done && f->done);
}

void foreign_says(struct foreign *f, struct crypto_tls *ours, const char *text)
{
	struct rig_hex buffer;
	assert_int_equal(SSL_write(f->ssl, text, (int)strlen(text)), (int)strlen(text));
	struct span plain = deliver(ours, foreign_out(f, &buffer));
	assert_true(span_eq(plain, span_str(text)));
}

void foreign_hears(struct foreign *f, struct crypto_tls *ours, const char *text)
{
	char got[256];
	struct span sealed;
	assert_int_equal(crypto_tls_seal(ours, span_str(text), &sealed), OK);
	assert_int_equal(BIO_write(f->in, sealed.p, (int)sealed.n), (int)sealed.n);
	int n = SSL_read(f->ssl, got, sizeof got);
	assert_int_equal(n, (int)strlen(text));
	assert_memory_equal(got, text, (size_t)n);
}

EVP_PKEY *foreign_chimera(struct pair *t, int public, int private)
{
	static char group[] = "prime256v1";
	struct span spki = crypto_key_public(t->end[public].key);
	EVP_PKEY *made = NULL, *own = key_of(t, private);
	BIGNUM *d = NULL;
	assert_int_equal(EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_PRIV_KEY, &d), 1);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, spki.p + spki.n - 65, 65);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, d);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEYPAIR, params), 1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(d);
	EVP_PKEY_free(own);
	return made;
}
