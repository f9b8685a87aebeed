#include "pnrp/id.h"

/* PNRP-1.3: what a name hashes to, half of its place on the ring. */

void pnrp_classifier_hash(struct crypto *c, const struct pnrp_profile *p, const struct pnrp_name *n,
			  uint8_t out[20])
{
	uint16_t units[PNRP_CLASSIFIER_MAX];
	uint8_t octets[2 * PNRP_CLASSIFIER_MAX];
	struct span text = span_of(n->classifier, n->classifier_n);
	if (p->utf16) {
		size_t count = pnrp_name_units(n, units);
		for (size_t i = 0; i < count; i++) {
			octets[2 * i] = (uint8_t)units[i];
			octets[2 * i + 1] = (uint8_t)(units[i] >> 8);
		}
		text = span_of(octets, 2 * count);
	}
	crypto_hash(c, p->crypto, &text, 1, out, 20);
}

struct pnrp_p2p_id pnrp_p2p_id(struct crypto *c, const struct pnrp_profile *p,
			       const uint8_t classifier_hash[20], const uint8_t authority[20])
{
	const struct span parts[] = {
		span_of(classifier_hash, 20),
		span_of(authority, 20),
		span_of(classifier_hash, 20),
		span_str("PNRP"),
	};
	struct pnrp_p2p_id id;
	crypto_hash(c, p->crypto, parts, sizeof(parts) / sizeof(*parts), id.octets,
		    sizeof(id.octets));
	return id;
}

struct pnrp_p2p_id pnrp_name_p2p_id(struct crypto *c, const struct pnrp_profile *p,
				    const struct pnrp_name *n)
{
	static const uint8_t unsecured[CRYPTO_AUTHORITY];
	uint8_t hash[20];
	pnrp_classifier_hash(c, p, n, hash);
	return pnrp_p2p_id(c, p, hash, n->secure ? n->authority : unsecured);
}
