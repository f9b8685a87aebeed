#include "crypto/cert.h"
#include "pnrp/cpa.h"

/* PNRP-3.9, PNRP-3.10: chains that let another key speak for a name (digest 7.8, 10.8).
 * The form of certificates and their order is crypto's business; what they may say,
 * and to whom, is ours. */

static bool is_legal(struct span classifier)
{
	struct pnrp_name n;
	return pnrp_name_of_utf8(classifier, &n) == OK;
}

/* What each certificate must have by itself. */
static bool stands(const struct crypto_cert *c, int64_t wall_us)
{
	for (size_t i = 0; i < c->classifier_count; i++)
		if (!is_legal(c->classifiers[i]))
			return false;
	return c->not_before <= wall_us && wall_us <= c->not_after;
}

static bool all_stand(const struct crypto_chain *chain, int64_t wall_us)
{
	for (size_t i = 0; i < crypto_chain_count(chain); i++) {
		const struct crypto_cert *c = crypto_chain_cert(chain, i);
		bool root = c->type == CRYPTO_CERT_ROOT;
		if (root != (i == 0) || c->type == CRYPTO_CERT_IDENTITY || !stands(c, wall_us))
			return false;
	}
	return true;
}

struct claim {
	const uint8_t *authority;
	struct span leaf, classifier;
};

/* It starts at the key of the name, ends at the key of the CPA, and is about one group. */
static bool joins(struct crypto *x, const struct pnrp_profile *p, const struct crypto_cert *first,
		  const struct crypto_cert *last, const struct claim *claim)
{
	uint8_t authority[CRYPTO_AUTHORITY];
	crypto_authority(x, p->crypto, first->public, authority);
	return memcmp(authority, claim->authority, sizeof(authority)) == 0 &&
	       span_eq(last->public, claim->leaf) && last->group_name.n &&
	       span_eq(last->group_name, first->group_name);
}

/* Whether `from` hands these on to who has these roles. A root has no list: everything. */
static bool hands_on(const struct crypto_cert *from, const struct span *list, size_t n,
		     unsigned int roles)
{
	size_t given = from->type == CRYPTO_CERT_ROOT ? 0 : from->classifier_count;
	return crypto_classifiers_allowed(from->classifiers, given, list, n, roles);
}

static bool all_delegated(const struct crypto_chain *chain, struct span classifier)
{
	const struct crypto_cert *holder = crypto_chain_cert(chain, 0);
	for (size_t i = 1; i < crypto_chain_count(chain); i++) {
		const struct crypto_cert *c = crypto_chain_cert(chain, i);
		if (!hands_on(holder, c->classifiers, c->classifier_count, c->roles))
			return false;
		holder = c;
	}
	return hands_on(holder, &classifier, 1, holder->roles);
}

static enum pnrp_verdict judge(struct crypto *x, const struct pnrp_profile *p,
			       const struct crypto_chain *chain, const struct claim *claim,
			       int64_t wall_us)
{
	const struct crypto_cert *first = crypto_chain_cert(chain, 0);
	const struct crypto_cert *last = crypto_chain_cert(chain, crypto_chain_count(chain) - 1);
	if (!all_stand(chain, wall_us) || !joins(x, p, first, last, claim))
		return PNRP_VERDICT_CHAIN;
	if (!all_delegated(chain, claim->classifier))
		return PNRP_VERDICT_DELEGATION;
	enum err e = crypto_chain_verify(x, p->crypto, chain);
	return e ? PNRP_VERDICT_CHAIN : PNRP_VERDICT_GOOD;
}

enum pnrp_verdict pnrp_chain_judge(struct crypto *x, const struct pnrp_profile *p,
				   struct span chain, const uint8_t authority[20], struct span leaf,
				   struct span classifier, int64_t wall_us)
{
	struct crypto_chain *read;
	const struct claim claim = { authority, leaf, classifier };
	if (crypto_chain_parse(x, p->crypto, chain, &read) != OK)
		return PNRP_VERDICT_CHAIN;
	enum pnrp_verdict v = judge(x, p, read, &claim, wall_us);
	crypto_chain_free(read);
	return v;
}
