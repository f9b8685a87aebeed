/* pnrp_chain.c - certificate chains of delegated names. The first octet chooses the
 * profile; the chain is judged for the keys that it holds itself, where it can be
 * read, so that its rules are reached. */
#include "crypto/cert.h"
#include "pnrp_rig.h"

static void judged(const struct pnrp_profile *p, struct span s, const uint8_t *authority,
		   struct span leaf)
{
	enum pnrp_verdict v =
		pnrp_chain_judge(rig_crypto(), p, s, authority, leaf, span_str("test"), RIG_WALL);
	hold(v == PNRP_VERDICT_GOOD || v == PNRP_VERDICT_CHAIN || v == PNRP_VERDICT_DELEGATION);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pnrp_profile *p = size ? rig_profile(data[0]) : NULL;
	uint8_t authority[CRYPTO_AUTHORITY] = { 0 };
	struct crypto_chain *chain;
	if (!p)
		return 0;
	struct span s = span_of(data + 1, size - 1);
	judged(p, s, authority, span_of(NULL, 0));
	if (crypto_chain_parse(rig_crypto(), p->crypto, s, &chain) != OK)
		return 0;
	size_t n = crypto_chain_count(chain);
	hold(n > 0 && n <= CRYPTO_CHAIN_CERTS);
	crypto_authority(rig_crypto(), p->crypto, crypto_chain_cert(chain, 0)->public, authority);
	judged(p, s, authority, crypto_chain_cert(chain, n - 1)->public);
	crypto_chain_free(chain);
	return 0;
}
