/* crypto_pfx.c - a PKCS #12 of a stranger: it is opened with the passphrase "word", or refused,
 * and what is opened can be written and opened again. With the first octet odd it gets a code
 * that fits before, so that what is behind the code is reached, too. */
#include "crypto/cert.h"
#include "crypto/openssl.h"
#include "crypto/pfx.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void check(struct crypto *x, struct span pfx)
{
	struct crypto_key *k;
	uint8_t cert[CRYPTO_CERT_MAX];
	size_t n;
	enum err e = crypto_pfx_open(x, crypto_profile(CRYPTO_MODERN), pfx, span_str("word"), &k,
				     cert, sizeof cert, &n);
	hold(e == OK || e == ERR_DENIED || e == ERR_MALFORMED || e == ERR_UNSUPPORTED ||
	     e == ERR_RANGE || e == ERR_NOMEM);
	if (e)
		return;
	hold(n > 0 && n <= sizeof cert);
	crypto_key_free(k);
}

/* Its code made anew; empty: it has no form that a code could be of. */
static struct span code(struct span pfx, unsigned char **der)
{
	const unsigned char *at = pfx.p;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)pfx.n);
	int n = -1;
	*der = NULL;
	if (p12 && PKCS12_set_mac(p12, "word", -1, NULL, 0, 1, NULL))
		n = i2d_PKCS12(p12, der);
	PKCS12_free(p12);
	ERR_clear_error();
	return span_of(*der, n > 0 ? (size_t)n : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *x;
	if (!x)
		hold(crypto_new(&x, &fuzz.env) == OK);
	if (size == 0 || size > CRYPTO_PFX_MAX)
		return 0;
	struct span pfx = span_of(data + 1, size - 1);
	unsigned char *der = NULL;
	size_t live = fuzz.live;
	check(x, data[0] & 1 ? code(pfx, &der) : pfx);
	OPENSSL_free(der);
	hold(fuzz.live == live);
	return 0;
}
