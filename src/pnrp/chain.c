#include "crypto/cert.h"
#include "pnrp/cpa.h"

/* PNRP-3.9, PNRP-3.10: chains that let another key speak for a name (digest 7.8, 10.8).
 * The form of certificates and their order is crypto's business; what they may say,
 * and to whom, is ours. */

/* Whom a list of classifiers is given to. Root: no list, everything. */
struct grant {
	const struct span *list;
	size_t n;
	bool wide; /* its holder may also use what begins with an entry */
};

static struct grant grant_of(const struct crypto_cert *c)
{
	bool root = c->type == CRYPTO_CERT_ROOT;
	return (struct grant){ root ? NULL : c->classifiers, root ? 0 : c->classifier_count,
			       (c->roles & (CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER)) != 0 };
}

static bool begins_with(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_of(s.p, prefix.n), prefix);
}

/* Whether a holder may have this classifier of a list: itself, or, wide, what begins
 * with one of its entries. An empty list is everything. */
static bool covers(const struct grant *from, bool wide, struct span classifier)
{
	for (size_t i = 0; i < from->n; i++)
		if (span_eq(from->list[i], classifier) ||
		    (wide && begins_with(classifier, from->list[i])))
			return true;
	return !from->n;
}

/* Whether it may be handed on without any limit: only who may widen, and only from a
 * list with the empty classifier, with which everything begins. */
static bool may_be_empty(const struct grant *from, bool wide)
{
	static const struct span nothing;
	return !from->n || (wide && covers(from, false, nothing));
}

/* A row of the table in digest 7.8. */
static bool delegates(const struct grant *from, const struct grant *to)
{
	if (!to->n)
		return may_be_empty(from, to->wide);
	for (size_t i = 0; i < to->n; i++)
		if (!covers(from, to->wide, to->list[i]))
			return false;
	return true;
}

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

static bool all_delegated(const struct crypto_chain *chain, struct span classifier)
{
	size_t n = crypto_chain_count(chain);
	struct grant holder = grant_of(crypto_chain_cert(chain, 0));
	for (size_t i = 1; i < n; i++) {
		struct grant next = grant_of(crypto_chain_cert(chain, i));
		if (!delegates(&holder, &next))
			return false;
		holder = next;
	}
	return covers(&holder, holder.wide, classifier);
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
