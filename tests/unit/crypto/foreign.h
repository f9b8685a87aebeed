/* foreign.h - for tests of TLS: the other end made of the library itself, with none of our
 * rules, as somebody else's program would be; and pair.h's end that talks with it. */
#ifndef UNIT_CRYPTO_FOREIGN_H
#define UNIT_CRYPTO_FOREIGN_H

#include "pair.h"

struct foreign {
	SSL_CTX *ctx;
	SSL *ssl; /* has its rules from the caller, between _init and _shake */
	BIO *in, *out;
	unsigned int tickets; /* it got */
	bool done;
};

/* Speaks anything down to TLS 1.0, names PAIR_ALPN; has the key and certificate of end i. */
void foreign_init(struct foreign *f, struct pair *t, int i);
void foreign_fini(struct foreign *f);
/* Shakes hands with our end: its error. */
enum err foreign_shake(struct foreign *f, struct pair_end *ours);
/* Opens our end i against f, which must go well. */
void foreign_connect(struct foreign *f, struct pair *t, int i);
/* What it wants to send. */
struct span foreign_out(struct foreign *f, struct rig_hex *buffer);
/* It writes, we read; and back. */
void foreign_says(struct foreign *f, struct crypto_tls *ours, const char *text);
void foreign_hears(struct foreign *f, struct crypto_tls *ours, const char *text);

/* The private half of one key under the public half of another. */
EVP_PKEY *foreign_chimera(struct pair *t, int public, int private);

#endif
