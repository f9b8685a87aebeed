#include "sim/rogue_int.h"

/* Memberships that a rogue makes up. group/ would not issue them: what it is made of does. */

/* A certificate that says what a member's or a root's should say. */
struct made {
	struct span public, subject_name, issuer_name;
	unsigned int roles; /* 0: a root */
	int64_t to;
};

static enum err issue(struct rogue *r, const struct crypto_key *k, const struct made *a,
		      struct span group, uint8_t *out, size_t size, size_t *n)
{
	static const struct span participant = { (const uint8_t *)GROUP_PARTICIPANT,
						 sizeof(GROUP_PARTICIPANT) - 1 };
	bool listed = a->roles && !(a->roles & CRYPTO_ROLE_ADMIN);
	const struct crypto_cert c = {
		.type = a->roles ? CRYPTO_CERT_MEMBER : CRYPTO_CERT_ROOT,
		.public = a->public,
		.subject = span_str("rogue"),
		.issuer = span_str("rogue"),
		.subject_name = a->subject_name,
		.issuer_name = a->issuer_name,
		.group_name = group,
		.roles = a->roles,
		.classifiers = listed ? &participant : NULL,
		.classifier_count = listed,
		.not_before = rogue_wall(r) - 5 * MONO_MIN,
		.not_after = a->to,
	};
	return crypto_cert_issue(r->crypto, r->env, k, &c, out, size, n);
}

/* The chain of a paper; empty: there is none. */
static enum err read_paper(struct rogue *r, uint32_t site, struct rogue_octets *out)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	struct group_paper p;
	const struct roll_grant *g = roll_paper(r->group, site);
	enum err e =
		g ? group_paper_read(&p, span_of(g->paper, g->n), r->env, &why) : ERR_NOT_FOUND;
	if (e)
		return e;
	e = rogue_set(r, out, p.octets);
	group_paper_free(&p, r->env);
	return e;
}

/* What it was granted, and one certificate more that its own key signed. */
static enum err below_own(struct rogue *r, const struct made *a, struct rogue_octets *out)
{
	struct span certs[CRYPTO_CHAIN_CERTS];
	uint8_t leaf[CRYPTO_CERT_MAX], room[CRYPTO_CHAIN_MAX];
	struct rogue_octets own = { NULL, 0 };
	struct crypto_chain *chain = NULL;
	size_t n = 0, count = 0;
	enum err e = read_paper(r, r->m->site.index, &own);
	if (!e)
		e = crypto_chain_parse(r->crypto, r->profile->crypto, span_of(own.p, own.n),
				       &chain);
	if (!e)
		e = issue(r, r->key[0], a, span_str(r->group->id), leaf, sizeof(leaf), &n);
	if (!e) {
		count = crypto_chain_count(chain);
		for (size_t i = 0; i < count && i < CRYPTO_CHAIN_CERTS - 1; i++)
			certs[i] = crypto_chain_cert(chain, i)->der;
		certs[count] = span_of(leaf, n);
		e = crypto_chain_make(r->crypto, certs, count + 1, room, sizeof(room), &n);
	}
	if (!e)
		e = rogue_set(r, out, span_of(room, n));
	crypto_chain_free(chain);
	env_free(r->env, own.p);
	return e;
}

/* Issued by a member, for somebody who is nobody: it may not, or not for so long. */
static enum err issued(struct rogue *r, unsigned int roles, int64_t to, struct rogue_octets *out)
{
	const struct made a = {
		.public = crypto_key_public(r->key[1]),
		.subject_name = span_str(r->name[1]),
		.issuer_name = span_str(r->name[0]),
		.roles = roles,
		.to = to,
	};
	return below_own(r, &a, out);
}

/* A root, read or made, and itself as an administrator below it, signed with a key of its own. */
static enum err below_root(struct rogue *r, struct span root, struct span group,
			   struct rogue_octets *out)
{
	uint8_t leaf[CRYPTO_CERT_MAX], room[CRYPTO_CHAIN_MAX];
	size_t n;
	const struct made a = {
		.public = crypto_key_public(r->key[0]),
		.subject_name = span_str(r->name[0]),
		.issuer_name = group,
		.roles = CRYPTO_ROLE_ADMIN,
		.to = CRYPTO_CERT_FOREVER,
	};
	enum err e = issue(r, r->key[1], &a, group, leaf, sizeof(leaf), &n);
	const struct span certs[] = { root, span_of(leaf, n) };
	if (!e)
		e = crypto_chain_make(r->crypto, certs, 2, room, sizeof(room), &n);
	return e ? e : rogue_set(r, out, span_of(room, n));
}

/* A root of its own, with its own name or with the group's. */
static enum err made_root(struct rogue *r, bool foreign, struct rogue_octets *out)
{
	uint8_t root[CRYPTO_CERT_MAX];
	size_t n;
	struct span group = span_str(foreign ? r->name[1] : r->group->id);
	const struct made a = {
		.public = crypto_key_public(r->key[1]),
		.subject_name = group,
		.to = CRYPTO_CERT_FOREVER,
	};
	enum err e = issue(r, r->key[1], &a, group, root, sizeof(root), &n);
	return e ? e : below_root(r, span_of(root, n), group, out);
}

/* The group's root is in every invitation. */
static enum err forged(struct rogue *r, struct rogue_octets *out)
{
	struct rogue_octets own = { NULL, 0 };
	struct crypto_chain *chain = NULL;
	enum err e = read_paper(r, r->m->site.index, &own);
	if (!e)
		e = crypto_chain_parse(r->crypto, r->profile->crypto, span_of(own.p, own.n),
				       &chain);
	if (!e)
		e = below_root(r, group_chain_root(chain)->der, span_str(r->group->id), out);
	crypto_chain_free(chain);
	env_free(r->env, own.p);
	return e;
}

enum err rogue_chain_for(struct rogue *r, struct span public, struct span name, int64_t to,
			 struct rogue_octets *out)
{
	const struct made a = {
		.public = public,
		.subject_name = name,
		.issuer_name = span_str(r->name[0]),
		.roles = CRYPTO_ROLE_MEMBER,
		.to = to,
	};
	return below_own(r, &a, out);
}

/* What it may not issue. An administrator has no list of classifiers, which a member who has
 * one may not give either: so who may issue nobody is wrong in its role alone with the other. */
static unsigned int too_high(struct rogue *r)
{
	const unsigned int issuers = CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER;
	bool issues = roll_may(r->group, span_str(r->name[0]), issuers, rogue_wall(r));
	return issues || rng_below(&r->rng, 2) ? CRYPTO_ROLE_ADMIN : CRYPTO_ROLE_INVITER;
}

/* Somebody whom it may let in, as long as it may be here itself; and on the roll like that. */
static enum err let_in(struct rogue *r, int64_t until, struct rogue_octets *out)
{
	const unsigned int issuers = CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER;
	struct span name = span_str(r->name[1]);
	if (roll_may(r->group, span_str(r->name[0]), issuers, rogue_wall(r)) &&
	    !roll_until(r->group, name))
		(void)!roll_grant(r->m->site.w, r->group, r->m->site.index, name,
				  CRYPTO_ROLE_MEMBER, until);
	enum err e = r->invited.n ? OK : issued(r, CRYPTO_ROLE_MEMBER, until, &r->invited);
	return e ? e : rogue_set(r, out, span_of(r->invited.p, r->invited.n));
}

enum err rogue_chain(struct rogue *r, enum rogue_show k, uint32_t other, struct rogue_octets *out)
{
	int64_t until = roll_until(r->group, span_str(r->name[0]));
	switch (k) {
	case ROGUE_SHOW_OWN:
		return read_paper(r, r->m->site.index, out);
	case ROGUE_SHOW_COPIED:
		return read_paper(r, other, out);
	case ROGUE_SHOW_NONE:
		return rogue_set(r, out, span_of("", 0));
	case ROGUE_SHOW_RAISED:
		return issued(r, too_high(r), until, out);
	case ROGUE_SHOW_FORGED:
		return forged(r, out);
	case ROGUE_SHOW_MADE:
		return made_root(r, false, out);
	case ROGUE_SHOW_FOREIGN:
		return made_root(r, true, out);
	case ROGUE_SHOW_LONGER:
		return issued(r, CRYPTO_ROLE_MEMBER, until + MONO_DAY, out);
	case ROGUE_SHOW_INVITED:
		return let_in(r, until, out);
	case ROGUE_SHOW_COUNT:
		break;
	}
	return ERR_RANGE;
}
