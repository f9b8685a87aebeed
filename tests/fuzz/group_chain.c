/* group_chain.c - memberships and identities as a stranger sends them. The first octet chooses
 * the profile and what the octets are to be; what is taken is what the rules say, and is taken
 * again whatever the order of its certificates. */
#include "fuzz_env.h"
#include "group/chain.h"
#include "group/name.h"

#define NOW INT64_C(1700100000000000)

static uint8_t room[2 * CRYPTO_CHAIN_MAX];

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void check_links(struct crypto *x, const struct group_profile *p,
			const struct crypto_chain *chain)
{
	const struct crypto_cert *root = group_chain_root(chain);
	for (size_t i = 0; i < crypto_chain_count(chain); i++) {
		const struct crypto_cert *c = crypto_chain_cert(chain, i);
		hold((c->type == CRYPTO_CERT_ROOT) == (i == 0));
		hold(c->type == (i ? CRYPTO_CERT_MEMBER : CRYPTO_CERT_ROOT));
		hold(group_name_of(x, p->crypto, c->subject_name, c->public));
		hold(span_eq(c->group_name, root->subject_name));
		if (i < 2)
			continue;
		const struct crypto_cert *issuer = crypto_chain_cert(chain, i - 1);
		hold(!(c->roles & ~group_role_issuable(issuer->roles)));
		hold(crypto_cert_verify(x, p->crypto, c, issuer->public) == OK);
	}
}

static void check_again(struct crypto *x, const struct group_chain_rules *rules,
			const struct crypto_chain *chain)
{
	struct span ders[CRYPTO_CHAIN_CERTS];
	size_t count = crypto_chain_count(chain), n;
	struct crypto_chain *again;
	enum group_chain_fault why;
	for (size_t i = 0; i < count; i++)
		ders[i] = crypto_chain_cert(chain, count - 1 - i)->der;
	hold(crypto_chain_make(x, ders, count, room, sizeof room, &n) == OK);
	if (n > CRYPTO_CHAIN_MAX)
		return;
	hold(group_chain_read(x, rules, span_of(room, n), &again, &why) == OK);
	hold(span_eq(group_chain_leaf(again)->der, group_chain_leaf(chain)->der));
	crypto_chain_free(again);
}

/* True: there is a chain to be looked at and freed. */
static bool told_well(enum err e, enum group_chain_fault why, int64_t now)
{
	bool off = why == GROUP_CHAIN_NOT_YET || why == GROUP_CHAIN_EXPIRED;
	hold((e == OK) == (why == GROUP_CHAIN_NONE) && why < GROUP_CHAIN_FAULT_COUNT);
	hold(e == OK || e == ERR_DENIED || e == ERR_MALFORMED);
	hold(!off || now);
	return e == OK || off;
}

static void check_chain(struct crypto *x, const struct group_chain_rules *rules, struct span octets)
{
	struct crypto_chain *chain;
	enum group_chain_fault why;
	int64_t from, to;
	enum err e = group_chain_read(x, rules, octets, &chain, &why);
	if (!told_well(e, why, rules->now))
		return;
	check_links(x, rules->profile, chain);
	group_chain_period(chain, &from, &to);
	hold(!rules->now || (e == OK) == (from <= rules->now && rules->now <= to));
	if (!e)
		check_again(x, rules, chain);
	crypto_chain_free(chain);
}

static void check_identity(struct crypto *x, const struct group_chain_rules *rules,
			   struct span octets)
{
	struct crypto_chain *chain;
	enum group_chain_fault why;
	enum err e = group_identity_read(x, rules->profile, octets, rules->now, &chain, &why);
	if (!told_well(e, why, rules->now))
		return;
	const struct crypto_cert *c = group_chain_leaf(chain);
	hold(crypto_chain_count(chain) == 1 && c->type == CRYPTO_CERT_IDENTITY);
	hold(group_name_of(x, rules->profile->crypto, c->subject_name, c->public));
	hold(crypto_cert_verify(x, rules->profile->crypto, c, c->public) == OK);
	crypto_chain_free(chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *x; /* one for all inputs: to make it takes longer than to use it */
	if (!x)
		hold(crypto_new(&x, &fuzz.env) == OK);
	uint8_t how = size ? data[0] : 0;
	const struct group_chain_rules rules = {
		.profile = group_profile(how & 1 ? CRYPTO_CLASSIC : CRYPTO_MODERN),
		.now = how & 4 ? NOW : 0,
	};
	if (size == 0 || !rules.profile)
		return 0;
	size_t before = fuzz.live;
	if (how & 2)
		check_identity(x, &rules, span_of(data + 1, size - 1));
	else
		check_chain(x, &rules, span_of(data + 1, size - 1));
	hold(fuzz.live == before);
	return 0;
}
