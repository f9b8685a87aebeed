/* tls.h - one TLS connection as octets in and octets out (digests grouping 6.1 and 15).
 *
 * Modern: TLS 1.3 alone, AES-128-GCM, AES-256-GCM or ChaCha20-Poly1305, x25519 or P-256,
 * ALPN that both must name, certificates of both sides, no early data, no resumption, no
 * tickets, no SNI. Classic: TLS 1.0 up, at a security level of its own. The library's own
 * judgement of chains is off: `judge` decides about the other side's certificate, by the
 * rules of who uses this; that its key signed the handshake is the library's to check.
 *
 * Knows nothing of frames and sockets. Spans that come out live until the next call on the
 * same connection. Each call lends env to the library for its random octets. */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/crypto.h"

#define CRYPTO_TLS_PLAIN_MAX  16384 /* octets of a record's plain text */
#define CRYPTO_TLS_OVER	      256   /* octets that a record has more than that, at most */
#define CRYPTO_TLS_RECORD_MAX 16640 /* plain + over */

struct crypto_tls;

struct crypto_tls_birth {
	const struct crypto_profile *profile;
	bool initiator;		      /* TLS client */
	const struct crypto_key *key; /* lives as long as the connection */
	struct span cert;	      /* DER of the certificate of that key; copied */
	const char *alpn;	      /* lives as long; NULL none. Both must have the same */
	/* The other's certificate, DER: OK, or why the handshake fails; ERR_TIMEOUT: it is not
	 * valid now, which the other side is told. Called once, while crypto_tls_step() runs. */
	enum err (*judge)(void *ctx, struct span cert);
	void *ctx;
};

/* ERR_NOMEM; ERR_MALFORMED: the certificate is none; ERR_UNSUPPORTED: it is of another key,
 * the library will not. */
MUST_USE enum err crypto_tls_new(struct crypto *c, const struct env *env,
				 const struct crypto_tls_birth *b, struct crypto_tls **out);
void crypto_tls_free(struct crypto_tls *t);

/* The handshake: takes octets of the other side (empty to begin), in any pieces, gives what
 * is to be sent, also with an error (an alert). *done: both certificates are known, and
 * seal and unseal may be called; what came behind the handshake in the same octets comes out
 * of crypto_tls_unseal() with an empty record. Fails with what `judge` said; ERR_DENIED: a
 * signature, no certificate, no common version or ALPN; ERR_MALFORMED; ERR_NOMEM; ERR_STATE:
 * done, or over. */
MUST_USE enum err crypto_tls_step(struct crypto_tls *t, struct span in, struct span *out,
				  bool *done);
/* One record: plain has 1 to CRYPTO_TLS_PLAIN_MAX octets, else ERR_RANGE. New keys, asked for
 * by the other side or due after many records, put a record or more of our own before it: then
 * *out has all, each with its own header, for a frame each. ERR_NOMEM; ERR_STATE. */
MUST_USE enum err crypto_tls_seal(struct crypto_tls *t, struct span plain, struct span *out);
/* Exactly one record. *plain may come out empty: the record was for TLS. *rest: octets behind
 * it, which are not read; whether they may be there is the caller's to say (digest P38). With
 * an empty record, the next of those that came behind the handshake, *rest more of them are
 * left; *plain empty when there was none. ERR_DENIED: forged, or asks for more than it may;
 * ERR_CLOSED: the other side said it ends; ERR_MALFORMED; ERR_NOMEM; ERR_STATE: not done, over,
 * or of what came behind the handshake something is left. */
MUST_USE enum err crypto_tls_unseal(struct crypto_tls *t, struct span record, struct span *plain,
				    size_t *rest);
/* Whether the other side ended it since our certificate is not valid by its clock. */
bool crypto_tls_untimely(const struct crypto_tls *t);
/* DER of the other's certificate; empty before it came. */
struct span crypto_tls_peer(const struct crypto_tls *t);
/* RFC 8446 7.5, RFC 5705: n octets bound to this connection. ERR_STATE before it is done. */
MUST_USE enum err crypto_tls_export(struct crypto_tls *t, const char *label, struct span context,
				    uint8_t *out, size_t n);
/* "TLSv1.3", "TLS_AES_128_GCM_SHA256"; "" before it is done. Static. */
const char *crypto_tls_version(const struct crypto_tls *t);
const char *crypto_tls_suite(const struct crypto_tls *t);

#endif
