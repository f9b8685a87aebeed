/* crypto_key.c - keys and signatures of others: a PKCS #8 that loads is saved and
 * loaded the same; a public key and a signature of any octets are judged, and only
 * once. The first octet chooses the profile and which of them follows. */
#include "crypto/crypto.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void check_key(struct crypto *x, const struct crypto_profile *p, struct span pkcs8)
{
	struct crypto_key *k, *again;
	uint8_t der[CRYPTO_PKCS8_MAX];
	size_t n;
	if (crypto_key_load(x, p, pkcs8, &k))
		return;
	hold(crypto_key_save(x, k, der, sizeof der, &n) == OK);
	hold(crypto_key_load(x, p, span_of(der, n), &again) == OK);
	hold(span_eq(crypto_key_public(k), crypto_key_public(again)));
	crypto_wipe(der, sizeof der);
	crypto_key_free(k);
	crypto_key_free(again);
}

static void check_signature(struct crypto *x, const struct crypto_profile *p, struct span octets)
{
	if (octets.n < p->public_size + p->signature_size)
		return;
	struct span public = span_of(octets.p, p->public_size);
	struct span signature = span_of(octets.p + public.n, p->signature_size);
	struct span message = span_of(signature.p + signature.n, octets.n - public.n - signature.n);
	enum err e = crypto_verify(x, p, public, message, signature);
	hold(e == OK || e == ERR_DENIED || e == ERR_MALFORMED);
	hold(crypto_verify(x, p, public, message, signature) == e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *x; /* one for all inputs: to make it takes longer than to use it */
	if (!x)
		hold(crypto_new(&x, &fuzz.env) == OK);
	const struct crypto_profile *p =
		crypto_profile(size && data[0] & 1 ? CRYPTO_CLASSIC : CRYPTO_MODERN);
	if (size == 0 || !p)
		return 0;
	if (data[0] & 2)
		check_signature(x, p, span_of(data + 1, size - 1));
	else
		check_key(x, p, span_of(data + 1, size - 1));
	return 0;
}
