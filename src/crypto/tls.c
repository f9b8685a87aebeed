/* A connection's life and its handshake. */
#include "crypto/tls_int.h"

#include <assert.h>

/* A handshake of certificates of the largest kind is a third of this; a stranger gets no
 * more octets read than these (CRYPTO-6.5). */
#define HANDSHAKE_MAX 65536
/* Records under one key: well below what AES-GCM stands (RFC 8446 5.5). */
#define KEYS_FOR (UINT64_C(1) << 23)

void crypto_tls_enter(struct crypto_tls *t)
{
	ERR_set_mark();
	crypto_lend(t->c, t->env);
	t->failed = OK;
}

void crypto_tls_leave(struct crypto_tls *t)
{
	crypto_give_back(t->c);
	t->in = span_of(NULL, 0);
	ERR_pop_to_mark();
}

bool crypto_tls_waits(const struct crypto_tls *t)
{
	return SSL_want_read(t->ssl) && BIO_should_read(SSL_get_rbio(t->ssl)) && !t->failed &&
	       t->alert < 0 && !t->alerted;
}

static bool set_alpn(SSL *ssl, const char *alpn)
{
	uint8_t list[256];
	size_t n = strlen(alpn);
	if (n == 0 || n > 255)
		return false;
	list[0] = (uint8_t)n;
	memcpy(list + 1, alpn, n);
	return SSL_set_alpn_protos(ssl, list, (unsigned int)(n + 1)) == 0;
}

static enum err read_own(struct crypto *c, const struct crypto_key *k, struct span der)
{
	struct crypto_own *own = k->own;
	if (own->cert && span_eq(span_of(own->der.p, own->der.n), der))
		return OK;
	X509 *x = crypto_x509_read(c, der);
	if (!x)
		return ERR_MALFORMED;
	own->der.n = 0;
	enum err e = crypto_octets_add(k->env, &own->der, der);
	X509_free(own->cert);
	own->cert = e ? NULL : x;
	if (e)
		X509_free(x);
	return e;
}

static enum err set_cert(struct crypto_tls *t, const struct crypto_tls_birth *b)
{
	enum err e = read_own(t->c, b->key, b->cert);
	if (e)
		return e;
	return SSL_use_certificate(t->ssl, b->key->own->cert) == 1 &&
			       SSL_use_PrivateKey(t->ssl, EVP_PKEY_CTX_get0_pkey(b->key->signer)) ==
				       1
		       ? OK
		       : ERR_UNSUPPORTED;
}

static enum err set_up(struct crypto_tls *t, const struct crypto_tls_birth *b)
{
	SSL_CTX *x = crypto_tls_context(t->c, b->profile);
	if (!x)
		return ERR_UNSUPPORTED;
	t->ssl = SSL_new(x);
	BIO *bio = NULL;
	if (!t->ssl || crypto_tls_bio(t, &bio))
		return ERR_NOMEM;
	SSL_set_app_data(t->ssl, t);
	SSL_set_bio(t->ssl, bio, bio);
	if (b->initiator)
		SSL_set_connect_state(t->ssl);
	else
		SSL_set_accept_state(t->ssl);
	if (b->initiator && b->alpn && !set_alpn(t->ssl, b->alpn))
		return ERR_UNSUPPORTED;
	return set_cert(t, b);
}

enum err crypto_tls_new(struct crypto *c, const struct env *env, const struct crypto_tls_birth *b,
			struct crypto_tls **out)
{
	struct crypto_tls *t = env_zalloc(env, 1, sizeof *t);
	if (!t)
		return ERR_NOMEM;
	t->c = c;
	t->env = env;
	t->birth = *b;
	t->birth.cert = span_of(NULL, 0); /* the library has its own */
	t->alert = -1;
	t->keys_for = KEYS_FOR;
	ERR_set_mark();
	enum err e = set_up(t, b);
	ERR_pop_to_mark();
	if (e)
		crypto_tls_free(t);
	else
		*out = t;
	return e;
}

void crypto_tls_free(struct crypto_tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	crypto_octets_free(t->env, &t->out);
	crypto_octets_free(t->env, &t->plain);
	crypto_octets_free(t->env, &t->kept);
	crypto_octets_free(t->env, &t->peer);
	env_free(t->env, t);
}

/* Alerts that say the other side is not whom or what we want; all others that it does not
 * speak properly. */
static const uint8_t denials[] = {
	SSL_AD_BAD_RECORD_MAC,	       SSL_AD_HANDSHAKE_FAILURE,
	SSL_AD_BAD_CERTIFICATE,	       SSL_AD_UNSUPPORTED_CERTIFICATE,
	SSL_AD_CERTIFICATE_UNKNOWN,    SSL_AD_DECRYPT_ERROR,
	SSL_AD_PROTOCOL_VERSION,       SSL_AD_INSUFFICIENT_SECURITY,
	SSL_AD_INAPPROPRIATE_FALLBACK, SSL_AD_NO_RENEGOTIATION,
	SSL_AD_CERTIFICATE_REQUIRED,   SSL_AD_NO_APPLICATION_PROTOCOL,
};

enum err crypto_tls_fault(struct crypto_tls *t)
{
	enum crypto_tls_state was = t->state;
	t->state = CRYPTO_TLS_DEAD;
	if (t->failed || t->judged)
		return t->failed ? t->failed : t->judged;
	if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
		return ERR_NOMEM;
	if (t->alerted)
		return was == CRYPTO_TLS_DONE ? ERR_CLOSED : ERR_DENIED;
	return t->alert >= 0 && memchr(denials, t->alert, sizeof denials) ? ERR_DENIED
									  : ERR_MALFORMED;
}

/* What is left of the octets is not of the handshake. A server that asked for no certificate
 * does not know us. */
static enum err finish(struct crypto_tls *t)
{
	enum err e = !t->asked ? ERR_DENIED : crypto_octets_add(t->env, &t->kept, t->in);
	t->state = e ? CRYPTO_TLS_DEAD : CRYPTO_TLS_DONE;
	return e;
}

static enum err advance(struct crypto_tls *t, struct span in)
{
	t->taken += in.n;
	t->in = in;
	if (SSL_do_handshake(t->ssl) == 1)
		return finish(t);
	if (!crypto_tls_waits(t))
		return crypto_tls_fault(t);
	assert(t->in.n == 0);
	if (t->taken <= HANDSHAKE_MAX)
		return OK;
	t->state = CRYPTO_TLS_DEAD;
	return ERR_MALFORMED;
}

enum err crypto_tls_step(struct crypto_tls *t, struct span in, struct span *out, bool *done)
{
	if (t->state != CRYPTO_TLS_GOING)
		return ERR_STATE;
	t->out.n = 0;
	crypto_tls_enter(t);
	enum err e = advance(t, in);
	crypto_tls_leave(t);
	*out = span_of(t->out.p, t->out.n);
	*done = t->state == CRYPTO_TLS_DONE;
	t->told = true;
	return e;
}

struct span crypto_tls_peer(const struct crypto_tls *t)
{
	return span_of(t->peer.p, t->peer.n);
}

bool crypto_tls_untimely(const struct crypto_tls *t)
{
	return t->untimely;
}

const char *crypto_tls_version(const struct crypto_tls *t)
{
	return t->state == CRYPTO_TLS_DONE ? SSL_get_version(t->ssl) : "";
}

const char *crypto_tls_suite(const struct crypto_tls *t)
{
	return t->state == CRYPTO_TLS_DONE ? SSL_get_cipher_name(t->ssl) : "";
}
