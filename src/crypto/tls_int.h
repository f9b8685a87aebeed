/* tls_int.h - what the files of TLS share: a connection's insides, its octets, the
 * library's context of a profile. */
#ifndef CRYPTO_TLS_INT_H
#define CRYPTO_TLS_INT_H

#include "crypto/crypto_int.h"
#include "crypto/tls.h"

enum crypto_tls_state {
	CRYPTO_TLS_GOING,
	CRYPTO_TLS_DONE,
	CRYPTO_TLS_DEAD
};

struct crypto_tls {
	struct crypto *c;
	const struct env *env;
	struct crypto_tls_birth birth;
	enum crypto_tls_state state;
	SSL *ssl;
	struct span in;		  /* what the library may read now */
	struct crypto_octets out; /* what it wrote */
	bool told;		  /* `out` went to the caller with an earlier call */
	struct crypto_octets plain;
	struct crypto_octets kept; /* came behind the handshake */
	size_t kept_at;		   /* of these are read */
	struct crypto_octets peer;
	size_t taken;	   /* octets of the handshake */
	uint64_t sealed;   /* records under the present keys */
	uint64_t keys_for; /* that many records, then new ones */
	enum err failed;   /* ours, while the library runs: no memory */
	bool asked;	   /* for our certificate */
	enum err judged;
	int alert;     /* that ends it and that the library sends, -1 none */
	bool alerted;  /* the other side sent such a one */
	bool untimely; /* which says that our certificate is not valid now */
};

/* Both ways between a connection and the library, `in` and `out` above; the context's.
 * ERR_NOMEM. */
MUST_USE enum err crypto_tls_bio(struct crypto_tls *t, BIO **out);

/* The profile's context, made when it is first asked for; lives as long as c. NULL: the
 * library will not. */
SSL_CTX *crypto_tls_context(struct crypto *c, const struct crypto_profile *p);

/* Around each call into the library: random octets and the queue of its errors. */
void crypto_tls_enter(struct crypto_tls *t);
void crypto_tls_leave(struct crypto_tls *t);
/* Whether what the library did not finish waits for more octets alone: after a fault, too, it
 * says that it wants some. */
bool crypto_tls_waits(const struct crypto_tls *t);
/* Why the library stopped; the connection is dead. Between the two above. */
enum err crypto_tls_fault(struct crypto_tls *t);

#endif
