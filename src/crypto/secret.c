/* Octets that must not be read by who should not (CRYPTO-1.5). */
#include "crypto/crypto.h"
#include "crypto/openssl.h"

void crypto_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

bool crypto_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
