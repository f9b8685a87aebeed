/* Certificates issued (GROUP-2.10 to GROUP-2.13). */
#include "group/chain_int.h"
#include "group/name.h"
#include "wire/wr.h"

#define HELLO_OCTETS 10 /* what precedes a chain in a packet: Hello, type, length */

/* A certificate of its own key. */
struct own {
	enum crypto_cert_type type;
	struct span classifier, friendly;
	int64_t from;
};

/* GROUP-2.10, GROUP-2.11 */
static enum err issue_own(struct crypto *c, const struct env *env, const struct crypto_key *k,
			  const struct own *own, struct wr *w)
{
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	struct span public = crypto_key_public(k);
	enum err e = group_name_make(c, crypto_key_profile(k), public, own->classifier, &t);
	if (e)
		return e;
	struct span named = span_of(t.p, t.n);
	struct span friendly = own->friendly.n ? own->friendly : named;
	struct crypto_cert what = {
		.type = own->type,
		.public = public,
		.subject = friendly,
		.issuer = friendly,
		.subject_name = named,
		.not_before = own->from,
		.not_after = CRYPTO_CERT_FOREVER,
	};
	if (own->type == CRYPTO_CERT_ROOT)
		what.group_name = named;
	return crypto_cert_issue(c, env, k, &what, w->p, w->size, &w->n);
}

enum err group_root_issue(struct crypto *c, const struct env *env, const struct crypto_key *k,
			  struct span classifier, struct span friendly, int64_t from, uint8_t *out,
			  size_t size, size_t *n)
{
	const struct own own = { CRYPTO_CERT_ROOT, classifier, friendly, from };
	struct wr w = wr_of(out, size);
	enum err e = issue_own(c, env, k, &own, &w);
	if (!e)
		*n = w.n;
	return e;
}

enum err group_identity_issue(struct crypto *c, const struct env *env, const struct crypto_key *k,
			      struct span classifier, struct span friendly, int64_t from, bool bare,
			      uint8_t *out, size_t size, size_t *n)
{
	const struct own own = { CRYPTO_CERT_IDENTITY, classifier, friendly, from };
	uint8_t der[CRYPTO_CERT_MAX];
	struct wr w = bare ? wr_of(out, size) : wr_of(der, sizeof der);
	enum err e = issue_own(c, env, k, &own, &w);
	if (e)
		return e;
	if (!bare)
		return crypto_chain_make(c, &(struct span){ der, w.n }, 1, out, size, n);
	*n = w.n;
	return OK;
}

/* Below whom, and what. */
struct issuing {
	const struct group_profile *profile;
	const struct crypto_chain *chain;
	const struct crypto_cert *issuer;
	struct span classifiers[1];
	struct crypto_cert what;
};

static bool is_in(const struct crypto_chain *chain, struct span name)
{
	for (size_t i = 0; i < crypto_chain_count(chain); i++)
		if (span_eq(crypto_chain_cert(chain, i)->subject_name, name))
			return true;
	return false;
}

static bool may_give(const struct crypto_cert *issuer, unsigned int roles)
{
	unsigned int all = group_role_issuable(CRYPTO_ROLE_ADMIN);
	unsigned int given =
		issuer->type == CRYPTO_CERT_ROOT ? all : group_role_issuable(issuer->roles);
	return roles && !(roles & ~given);
}

static bool may_classify(const struct crypto_cert *issuer, const struct crypto_cert *what)
{
	return issuer->type == CRYPTO_CERT_ROOT ||
	       crypto_classifiers_allowed(issuer->classifiers, issuer->classifier_count,
					  what->classifiers, what->classifier_count, what->roles);
}

/* GROUP-2.12: what would be refused is not issued. */
static enum group_chain_fault may_issue(struct crypto *c, const struct issuing *i,
					const struct crypto_key *k)
{
	const struct crypto_cert *what = &i->what;
	if (!span_eq(crypto_key_public(k), i->issuer->public))
		return GROUP_CHAIN_OTHER_KEY;
	if (crypto_chain_count(i->chain) == CRYPTO_CHAIN_CERTS)
		return GROUP_CHAIN_TOO_LONG;
	if (!may_give(i->issuer, what->roles))
		return GROUP_CHAIN_ROLE;
	if (!may_classify(i->issuer, what))
		return GROUP_CHAIN_CLASSIFIER;
	if (what->not_before < i->issuer->not_before || what->not_after > i->issuer->not_after ||
	    what->not_after < what->not_before)
		return GROUP_CHAIN_PERIOD;
	if (is_in(i->chain, what->subject_name))
		return GROUP_CHAIN_CIRCULAR;
	return group_name_of(c, i->profile->crypto, what->subject_name, what->public)
		       ? GROUP_CHAIN_NONE
		       : GROUP_CHAIN_LEAF_NAME;
}

/* Who may issue passes on every classifier, everybody else the one name of the group's
 * participants (digest 4.1). */
static void fill(struct issuing *i, const struct group_grant *g)
{
	i->classifiers[0] = span_str(GROUP_PARTICIPANT);
	i->what = (struct crypto_cert){
		.type = CRYPTO_CERT_MEMBER,
		.public = g->public,
		.subject = g->friendly.n ? g->friendly : g->name,
		.issuer = i->issuer->subject.n ? i->issuer->subject : i->issuer->subject_name,
		.subject_name = g->name,
		.issuer_name = i->issuer->subject_name,
		.group_name = group_chain_root(i->chain)->group_name,
		.roles = g->roles,
		.classifiers = i->classifiers,
		.classifier_count = g->roles & CRYPTO_ROLE_ADMIN ? 0 : 1,
		.not_before = g->from,
		.not_after = g->to ? g->to : i->issuer->not_after,
	};
}

static enum err make_chain(struct crypto *c, const struct crypto_chain *above, struct span leaf,
			   uint8_t *out, size_t size, size_t *n)
{
	struct span certs[CRYPTO_CHAIN_CERTS];
	size_t count = crypto_chain_count(above);
	for (size_t i = 0; i < count; i++)
		certs[i] = crypto_chain_cert(above, i)->der;
	certs[count] = leaf;
	return crypto_chain_make(c, certs, count + 1, out, size, n);
}

/* GROUP-2.13 */
static bool can_be_shown(const struct group_profile *p, size_t octets)
{
	return p->messages_span || octets + HELLO_OCTETS <= p->packet_max;
}

static enum err issue(struct crypto *c, const struct env *env, const struct issuing *i,
		      const struct crypto_key *k, struct wr *w)
{
	uint8_t der[CRYPTO_CERT_MAX];
	size_t n;
	enum err e = crypto_cert_issue(c, env, k, &i->what, der, sizeof der, &n);
	if (!e)
		e = make_chain(c, i->chain, span_of(der, n), w->p, w->size, &w->n);
	return e;
}

static enum err issue_below(struct crypto *c, const struct env *env, const struct issuing *i,
			    const struct crypto_key *k, struct wr *w)
{
	enum err e = issue(c, env, i, k, w);
	return !e && !can_be_shown(i->profile, w->n) ? ERR_DENIED : e;
}

enum err group_chain_issue(struct crypto *c, const struct env *env, const struct group_profile *p,
			   struct span issuer, const struct crypto_key *k,
			   const struct group_grant *g, uint8_t *out, size_t size, size_t *n,
			   enum group_chain_fault *why)
{
	struct crypto_chain *chain;
	enum err e = group_issuer_read(c, p, issuer, &chain, why);
	if (e)
		return e;
	struct issuing i = { .profile = p, .chain = chain, .issuer = group_chain_leaf(chain) };
	struct wr w = wr_of(out, size);
	fill(&i, g);
	*why = may_issue(c, &i, k);
	e = *why ? ERR_DENIED : issue_below(c, env, &i, k, &w);
	if (e == ERR_DENIED && !*why)
		*why = GROUP_CHAIN_TOO_LONG;
	if (!e)
		*n = w.n;
	crypto_chain_free(chain);
	return e;
}
