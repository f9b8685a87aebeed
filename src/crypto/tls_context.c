/* The library's context of a profile: what its TLS may speak, and who is asked about the other
 * side. Everything that could differ is set here, so that the machine's configuration of the
 * library changes nothing. */
#include "crypto/tls_int.h"
#include "crypto/cert.h"

/* Octets until a client's first message is whole, and the second where it has to say it again:
 * one with all that is in use, keys of 1.2 KiB too, is less than 2 KiB. */
#define HELLO_MAX 4096

#define OPTIONS                                                                                    \
	(SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |                      \
	 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_ANTI_REPLAY)

static bool has_alpn(const struct crypto_tls *t)
{
	const unsigned char *p;
	unsigned int n;
	if (!t->birth.alpn)
		return true;
	SSL_get0_alpn_selected(t->ssl, &p, &n);
	return span_eq(span_of(p, n), span_str(t->birth.alpn));
}

static enum err take_peer(struct crypto_tls *t, const X509 *cert)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	if (n < 0)
		return ERR_NOMEM;
	enum err e = crypto_octets_add(t->env, &t->peer, span_of(der, (size_t)n));
	OPENSSL_free(der);
	return e;
}

static enum err judged(struct crypto_tls *t, X509_STORE_CTX *store)
{
	if (!has_alpn(t) || sk_X509_num(X509_STORE_CTX_get0_untrusted(store)) != 1)
		return ERR_DENIED;
	enum err e = take_peer(t, X509_STORE_CTX_get0_cert(store));
	if (!e)
		e = t->birth.judge(t->birth.ctx, crypto_tls_peer(t));
	/* Who judges may have lent another env meanwhile. */
	crypto_lend(t->c, t->env);
	return e;
}

/* Each has an alert of its own. */
static int library_fault(enum err e)
{
	if (e == ERR_TIMEOUT)
		return X509_V_ERR_CERT_HAS_EXPIRED;
	return e == ERR_NOMEM ? X509_V_ERR_OUT_OF_MEM : X509_V_ERR_CERT_REJECTED;
}

/* In place of the library's judgement of a chain (CRYPTO-6.3). */
static int judge(X509_STORE_CTX *store, void *none)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct crypto_tls *t = SSL_get_app_data(ssl);
	t->judged = judged(t, store);
	if (t->judged)
		X509_STORE_CTX_set_error(store, library_fault(t->judged));
	return t->judged == OK;
}

/* A client that names no protocol is turned away before it costs a key exchange, and one that
 * says too much before it is looked into: the library looks for each share of a key among all
 * groups (CRYPTO-6.5). */
static int hello(SSL *ssl, int *alert, void *none)
{
	const struct crypto_tls *t = SSL_get_app_data(ssl);
	const unsigned char *p;
	size_t n;
	if (t->taken > HELLO_MAX) {
		*alert = SSL_AD_ILLEGAL_PARAMETER;
		return SSL_CLIENT_HELLO_ERROR;
	}
	if (!t->birth.alpn ||
	    SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &p,
				      &n))
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return SSL_CLIENT_HELLO_ERROR;
}

static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
		       const unsigned char *in, unsigned int in_n, void *none)
{
	const struct crypto_tls *t = SSL_get_app_data(ssl);
	if (!t->birth.alpn)
		return SSL_TLSEXT_ERR_NOACK;
	struct span ours = span_str(t->birth.alpn);
	for (unsigned int at = 0; at < in_n; at += 1u + in[at]) {
		if (!span_eq(span_of(in + at + 1, in[at]), ours))
			continue;
		*out = in + at + 1;
		*out_n = in[at];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Asked of a client when it is to show its certificate, which it has already. */
static int asked(SSL *ssl, void *none)
{
	struct crypto_tls *t = SSL_get_app_data(ssl);
	t->asked = true;
	return 1;
}

static void heard(const SSL *ssl, int where, int what)
{
	struct crypto_tls *t = SSL_get_app_data(ssl);
	if (what >> 8 != SSL3_AL_FATAL)
		return;
	if (where == SSL_CB_WRITE_ALERT)
		t->alert = what & 0xff;
	if (where != SSL_CB_READ_ALERT)
		return;
	t->alerted = true;
	t->untimely = (what & 0xff) == SSL_AD_CERTIFICATE_EXPIRED;
}

static bool set_rules(SSL_CTX *x, const struct crypto_tls_rules *r)
{
	SSL_CTX_set_security_level(x, r->level);
	SSL_CTX_clear_options(x, ~(uint64_t)0);
	SSL_CTX_set_options(x, OPTIONS | r->options);
	return SSL_CTX_set_min_proto_version(x, r->version_min) &&
	       SSL_CTX_set_max_proto_version(x, r->version_max) &&
	       SSL_CTX_set_cipher_list(x, r->ciphers) && SSL_CTX_set_ciphersuites(x, r->suites) &&
	       SSL_CTX_set1_groups_list(x, r->groups) &&
	       SSL_CTX_set1_sigalgs_list(x, r->signatures) &&
	       SSL_CTX_set1_client_sigalgs_list(x, r->signatures) && SSL_CTX_set_num_tickets(x, 0);
}

static void set_manner(SSL_CTX *x)
{
	SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	/* It takes each of a list apart, 0.1 ms apiece, before it asks us; we want one. */
	SSL_CTX_set_max_cert_list(x, CRYPTO_CERT_MAX);
	SSL_CTX_set_recv_max_early_data(x, 0);
	SSL_CTX_set_verify(x, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(x, judge, NULL);
	SSL_CTX_set_client_hello_cb(x, hello, NULL);
	SSL_CTX_set_alpn_select_cb(x, choose_alpn, NULL);
	SSL_CTX_set_cert_cb(x, asked, NULL);
	SSL_CTX_set_info_callback(x, heard);
}

static SSL_CTX *context_new(struct crypto *c, const struct crypto_tls_rules *r)
{
	if (!OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
		return NULL;
	SSL_CTX *x = SSL_CTX_new_ex(c->lib, NULL, TLS_method());
	if (x && !set_rules(x, r)) {
		SSL_CTX_free(x);
		x = NULL;
	}
	if (x)
		set_manner(x);
	return x;
}

SSL_CTX *crypto_tls_context(struct crypto *c, const struct crypto_profile *p)
{
	struct crypto_tools *t = &c->tools[p->id];
	/* The keys it draws are for tickets, which nobody gets: a connection must not depend on
	 * whether it is the first, so they are not out of its env. */
	if (!t->tls) {
		crypto_lend(c, c->env);
		t->tls = context_new(c, &crypto_scheme(p->id)->tls);
		crypto_give_back(c);
	}
	return t->tls;
}
