/* Memberships and identities judged (GROUP-2). What a certificate is made of was looked at by
 * crypto; here is what the certificates of a group may say. */
#include "group/chain_int.h"

#include "group/name.h"

#define USAGES (CRYPTO_USAGE_PEER | CRYPTO_USAGE_SERVER)

struct judging {
	struct crypto *crypto;
	const struct group_chain_rules *rules;
	const struct crypto_chain *chain;
};

static const struct crypto_cert *cert(const struct judging *j, size_t i)
{
	return crypto_chain_cert(j->chain, i);
}

const struct crypto_cert *group_chain_root(const struct crypto_chain *chain)
{
	return crypto_chain_cert(chain, 0);
}

const struct crypto_cert *group_chain_leaf(const struct crypto_chain *chain)
{
	return crypto_chain_cert(chain, crypto_chain_count(chain) - 1);
}

void group_chain_period(const struct crypto_chain *chain, int64_t *from, int64_t *to)
{
	*from = INT64_MIN;
	*to = INT64_MAX;
	for (size_t i = 0; i < crypto_chain_count(chain); i++) {
		const struct crypto_cert *c = crypto_chain_cert(chain, i);
		*from = c->not_before > *from ? c->not_before : *from;
		*to = c->not_after < *to ? c->not_after : *to;
	}
}

/* GROUP-7.23: an inviting member renews and raises, and shortens and lowers only what it gave
 * itself. */
bool group_chain_supersedes(const struct crypto_chain *newer, const struct crypto_chain *older)
{
	const struct crypto_cert *leaf = group_chain_leaf(newer), *was = group_chain_leaf(older);
	const struct crypto_cert *issuer = crypto_chain_cert(newer, crypto_chain_count(newer) - 2);
	enum group_role now, before;
	if (issuer->type == CRYPTO_CERT_ROOT || issuer->roles & CRYPTO_ROLE_ADMIN ||
	    span_eq(leaf->issuer_name, was->issuer_name))
		return true;
	return group_role_highest(leaf->roles, &now) && group_role_highest(was->roles, &before) &&
	       now <= before && leaf->not_after >= was->not_after;
}

/* Rules of 3.5, each for the i-th certificate, whose issuer is the one before. */
typedef enum group_chain_fault rule_fn(const struct judging *j, size_t i);

/* GROUP-2.4 */
static enum group_chain_fault is_of_group(const struct judging *j, size_t i)
{
	struct span name = cert(j, i)->group_name, wanted = j->rules->group;
	if (!name.n)
		return GROUP_CHAIN_MALFORMED;
	if (!wanted.n)
		wanted = cert(j, 0)->group_name;
	return span_eq(name, wanted) ? GROUP_CHAIN_NONE : GROUP_CHAIN_OTHER_GROUP;
}

static bool has_own_name(const struct judging *j, const struct crypto_cert *c)
{
	return group_name_of(j->crypto, j->rules->profile->crypto, c->subject_name, c->public);
}

/* GROUP-2.5: the root's, and every member's. */
static enum group_chain_fault is_called_so(const struct judging *j, size_t i)
{
	const struct crypto_cert *c = cert(j, i);
	bool fits = has_own_name(j, c);
	if (i)
		return fits ? GROUP_CHAIN_NONE : GROUP_CHAIN_LEAF_NAME;
	return fits && span_eq(c->subject_name, c->group_name) ? GROUP_CHAIN_NONE
							       : GROUP_CHAIN_ROOT_NAME;
}

/* GROUP-2.6 */
static enum group_chain_fault is_within(const struct judging *j, size_t i)
{
	const struct crypto_cert *c = cert(j, i), *issuer = cert(j, i ? i - 1 : 0);
	bool within = c->not_before >= issuer->not_before && c->not_after <= issuer->not_after;
	return within ? GROUP_CHAIN_NONE : GROUP_CHAIN_PERIOD;
}

/* GROUP-3.3: whoever holds the group key gives any role, but one of ours must be there. */
static enum group_chain_fault may_have_roles(const struct judging *j, size_t i)
{
	enum group_role ignored;
	if (i == 0)
		return GROUP_CHAIN_NONE;
	unsigned int roles = cert(j, i)->roles;
	unsigned int given = i == 1 ? ~0u : group_role_issuable(cert(j, i - 1)->roles);
	return !(roles & ~given) && group_role_highest(roles, &ignored) ? GROUP_CHAIN_NONE
									: GROUP_CHAIN_ROLE;
}

/* GROUP-3.4: a root has every classifier, whatever list it carries (P27). */
static enum group_chain_fault may_have_classifiers(const struct judging *j, size_t i)
{
	if (i <= 1)
		return GROUP_CHAIN_NONE;
	const struct crypto_cert *c = cert(j, i), *issuer = cert(j, i - 1);
	return crypto_classifiers_allowed(issuer->classifiers, issuer->classifier_count,
					  c->classifiers, c->classifier_count, c->roles)
		       ? GROUP_CHAIN_NONE
		       : GROUP_CHAIN_CLASSIFIER;
}

/* GROUP-2.7 */
static enum group_chain_fault is_of_key(const struct judging *j, size_t i)
{
	bool leaf = i + 1 == crypto_chain_count(j->chain);
	bool other = leaf && j->rules->public.n && !span_eq(cert(j, i)->public, j->rules->public);
	return other ? GROUP_CHAIN_OTHER_KEY : GROUP_CHAIN_NONE;
}

/* Those that cost little come first. */
static enum group_chain_fault say_well(const struct judging *j)
{
	static rule_fn *const rules[] = {
		is_of_group,	      is_of_key,   is_within, may_have_roles,
		may_have_classifiers, is_called_so
	};
	for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
		for (size_t i = 0; i < crypto_chain_count(j->chain); i++) {
			enum group_chain_fault f = rules[r](j, i);
			if (f)
				return f;
		}
	return GROUP_CHAIN_NONE;
}

/* GROUP-2.8: the last thing that is asked, so that all the rest holds for who is only early
 * or late. */
static enum group_chain_fault at_time(const struct judging *j)
{
	int64_t from, to, now = j->rules->now;
	group_chain_period(j->chain, &from, &to);
	if (now && now < from)
		return GROUP_CHAIN_NOT_YET;
	return now && now > to ? GROUP_CHAIN_EXPIRED : GROUP_CHAIN_NONE;
}

/* All but the clock. ERR_NOMEM alone is no fault. */
static enum err judge(const struct judging *j, enum group_chain_fault *why)
{
	*why = say_well(j);
	if (*why)
		return ERR_DENIED;
	enum err e = crypto_chain_verify(j->crypto, j->rules->profile->crypto, j->chain);
	if (!e || e == ERR_NOMEM)
		return e;
	*why = GROUP_CHAIN_SIGNATURE;
	return ERR_DENIED;
}

static enum err denied(enum group_chain_fault f, enum group_chain_fault *why)
{
	*why = f;
	return f ? ERR_DENIED : OK;
}

/* GROUP-2.3: why octets are no chain. */
static enum err no_chain(enum err e, enum crypto_chain_order order, enum group_chain_fault *why)
{
	static const enum group_chain_fault faults[] = {
		[CRYPTO_ORDER_GOOD] = GROUP_CHAIN_MALFORMED,
		[CRYPTO_ORDER_KIND] = GROUP_CHAIN_KIND,
		[CRYPTO_ORDER_ROOT] = GROUP_CHAIN_NO_ROOT,
		[CRYPTO_ORDER_TWICE] = GROUP_CHAIN_CIRCULAR,
		[CRYPTO_ORDER_LINKS] = GROUP_CHAIN_NAMES,
	};
	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_FULL)
		return denied(GROUP_CHAIN_TOO_LONG, why);
	*why = faults[order];
	return order == CRYPTO_ORDER_GOOD ? ERR_MALFORMED : ERR_DENIED;
}

static enum err read_order(struct crypto *c, const struct group_profile *p, struct span octets,
			   struct crypto_chain **out, enum group_chain_fault *why)
{
	enum crypto_chain_order order;
	enum err e = crypto_chain_read(c, p->crypto, octets, out, &order);
	*why = GROUP_CHAIN_NONE;
	return e ? no_chain(e, order, why) : OK;
}

/* A root with at least one member. */
static enum group_chain_fault is_membership(const struct crypto_chain *chain)
{
	if (crypto_chain_count(chain) > 1)
		return GROUP_CHAIN_NONE;
	switch (group_chain_root(chain)->type) {
	case CRYPTO_CERT_ROOT:
		return GROUP_CHAIN_NO_MEMBER;
	case CRYPTO_CERT_MEMBER:
		return GROUP_CHAIN_NO_ROOT;
	case CRYPTO_CERT_IDENTITY:
		break;
	}
	return GROUP_CHAIN_KIND;
}

/* What is judged goes out; what is only early or late as well. */
static enum err hand_out(enum err e, struct crypto_chain *chain, enum group_chain_fault why,
			 struct crypto_chain **out)
{
	if (!e || why == GROUP_CHAIN_NOT_YET || why == GROUP_CHAIN_EXPIRED)
		*out = chain;
	else
		crypto_chain_free(chain);
	return e;
}

enum err group_chain_read(struct crypto *c, const struct group_chain_rules *rules,
			  struct span octets, struct crypto_chain **out,
			  enum group_chain_fault *why)
{
	struct crypto_chain *chain;
	enum err e = read_order(c, rules->profile, octets, &chain, why);
	if (e)
		return e;
	const struct judging j = { c, rules, chain };
	e = denied(is_membership(chain), why);
	if (!e)
		e = judge(&j, why);
	if (!e)
		e = denied(at_time(&j), why);
	return hand_out(e, chain, *why, out);
}

enum err group_issuer_read(struct crypto *c, const struct group_profile *p, struct span octets,
			   struct crypto_chain **out, enum group_chain_fault *why)
{
	struct crypto_chain *chain;
	enum err e = read_order(c, p, octets, &chain, why);
	if (e)
		return e;
	const struct group_chain_rules rules = { .profile = p };
	const struct judging j = { c, &rules, chain };
	if (group_chain_root(chain)->type != CRYPTO_CERT_ROOT)
		e = denied(is_membership(chain), why);
	if (!e)
		e = judge(&j, why);
	return hand_out(e, chain, *why, out);
}

/* GROUP-2.9 */
static enum group_chain_fault is_identity(const struct judging *j)
{
	const struct crypto_cert *c = cert(j, 0);
	if (c->type != CRYPTO_CERT_IDENTITY || crypto_chain_count(j->chain) > 1)
		return GROUP_CHAIN_KIND;
	if ((c->usages & USAGES) != USAGES)
		return GROUP_CHAIN_USAGE;
	return has_own_name(j, c) ? GROUP_CHAIN_NONE : GROUP_CHAIN_LEAF_NAME;
}

static enum err judge_identity(const struct judging *j, enum group_chain_fault *why)
{
	enum err e = denied(is_identity(j), why);
	if (e)
		return e;
	e = crypto_chain_verify(j->crypto, j->rules->profile->crypto, j->chain);
	if (e == ERR_NOMEM)
		return e;
	return e ? denied(GROUP_CHAIN_SIGNATURE, why) : denied(at_time(j), why);
}

enum err group_identity_read(struct crypto *c, const struct group_profile *p, struct span octets,
			     int64_t now, struct crypto_chain **out, enum group_chain_fault *why)
{
	struct crypto_chain *chain;
	enum err e = read_order(c, p, octets, &chain, why);
	if (e)
		return e;
	const struct group_chain_rules rules = { .profile = p, .now = now };
	const struct judging j = { c, &rules, chain };
	e = judge_identity(&j, why);
	return hand_out(e, chain, *why, out);
}
