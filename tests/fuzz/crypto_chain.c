/* crypto_chain.c - chains of certificates. What is read can be carried again and reads
 * the same, and so does each certificate alone; no memory stays behind. The first
 * octet chooses the profile. */
#include "crypto/cert.h"
#include "fuzz_env.h"

static uint8_t room[2 * CRYPTO_CHAIN_MAX];

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void check_cert(const struct crypto_profile *p, const struct crypto_cert *c)
{
	hold(c->type >= CRYPTO_CERT_MEMBER && c->type <= CRYPTO_CERT_IDENTITY);
	hold(c->public.n == p->public_size && c->serial.n == CRYPTO_SERIAL);
	hold(c->subject_name.p && c->signed_part.n < c->der.n);
	hold(c->type != CRYPTO_CERT_MEMBER || (c->roles && c->classifiers && c->issuer_name.p));
	for (size_t i = 0; i < c->classifier_count; i++)
		hold(c->classifiers[i].p);
}

static void check_alone(struct crypto *x, const struct crypto_profile *p,
			const struct crypto_cert *c)
{
	struct crypto_chain *chain;
	hold(crypto_chain_parse(x, p, c->der, &chain) == OK);
	hold(crypto_chain_count(chain) == 1);
	hold(span_eq(crypto_chain_cert(chain, 0)->signed_part, c->signed_part));
	crypto_chain_free(chain);
}

static void check_again(struct crypto *x, const struct crypto_profile *p,
			const struct crypto_chain *chain)
{
	struct span ders[CRYPTO_CHAIN_CERTS];
	size_t count = crypto_chain_count(chain), n;
	struct crypto_chain *again;
	for (size_t i = 0; i < count; i++) /* the other way round */
		ders[i] = crypto_chain_cert(chain, count - 1 - i)->der;
	hold(crypto_chain_make(x, ders, count, room, sizeof room, &n) == OK);
	if (n > CRYPTO_CHAIN_MAX)
		return;
	hold(crypto_chain_parse(x, p, span_of(room, n), &again) == OK);
	hold(crypto_chain_count(again) == count);
	for (size_t i = 0; i < count; i++)
		hold(span_eq(crypto_chain_cert(again, i)->der, crypto_chain_cert(chain, i)->der));
	crypto_chain_free(again);
}

static void check(struct crypto *x, const struct crypto_profile *p, struct span octets)
{
	struct crypto_chain *chain;
	if (crypto_chain_parse(x, p, octets, &chain))
		return;
	size_t count = crypto_chain_count(chain);
	hold(count >= 1 && count <= CRYPTO_CHAIN_CERTS);
	for (size_t i = 0; i < count; i++) {
		check_cert(p, crypto_chain_cert(chain, i));
		check_alone(x, p, crypto_chain_cert(chain, i));
	}
	check_again(x, p, chain);
	enum err e = crypto_chain_verify(x, p, chain);
	hold(e == OK || e == ERR_DENIED || e == ERR_MALFORMED);
	crypto_chain_free(chain);
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
	size_t before = fuzz.live;
	check(x, p, span_of(data + 1, size - 1));
	hold(fuzz.live == before);
	return 0;
}
