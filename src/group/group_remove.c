/* Removals and Returns of ours (GROUP-11.15, GROUP-11.19): who may, what a kept set has, the
 * records. */
#include "group/group_int.h"

#include "graph/builtin.h"

static enum err refuse(struct text *why, enum err e, const char *words)
{
	text_str(why, words);
	return e;
}

static const struct crypto_cert *leaf_of(const struct group_member *m)
{
	const struct group_credential *c =
		LIST_ENTRY(m->credentials.next, struct group_credential, all);
	return group_chain_leaf(c->chain);
}

/* ---- who may ---- */

/* As a Removal of ours would be signed; NULL: by the group's key. */
static const struct crypto_chain *signer_of(const struct group *g)
{
	return g->group_key ? NULL : g->own;
}

static enum err may_sign(const struct group *g, struct text *why)
{
	if (!g->profile->policy)
		return refuse(why, ERR_UNSUPPORTED,
			      "groups of the profile classic cannot remove anybody");
	if (!g->group_key && !group_own_valid(g))
		return refuse(why, ERR_DENIED, "our own membership has ended");
	if (!g->group_key && !(g->roles & CRYPTO_ROLE_ADMIN))
		return refuse(why, ERR_DENIED, "only an administrator of the group may do that");
	if (!g->ready)
		return refuse(why, ERR_STATE, "the group is not ready: connect to a member first");
	return group_removals_room(g->removals, signer_of(g), 0) == OK
		       ? OK
		       : refuse(why, ERR_FULL, "the group has as many Removals as it can have");
}

enum err group_may_return(const struct group *g, struct text *why)
{
	return may_sign(g, why);
}

static bool is_creator(const struct group *g, struct span who)
{
	return g->has_security && span_eq(span_str(g->security.creator), who);
}

/* Two may remove somebody at a time: the second is told who did. */
static enum err refuse_again(const struct group *g, const struct group_member *m, struct text *why)
{
	const struct group_credential *c =
		LIST_ENTRY(m->credentials.next, struct group_credential, all);
	struct group_removed by;
	text_str(why, "that member is removed already");
	if (!group_removals_cause(g->removals, c->chain, &by))
		return ERR_EXISTS;
	text_str(why, by.signer ? ", by " : ", with the group's key");
	if (by.signer)
		text_quoted(why, by.signer_label.n ? by.signer_label : by.signer_name, 80);
	return ERR_EXISTS;
}

enum err group_may_remove(const struct group *g, struct span who, struct text *why)
{
	const struct group_member *m = group_members_find(g->members, who);
	enum err e = may_sign(g, why);
	if (e)
		return e;
	if (!m)
		return refuse(why, ERR_NOT_FOUND, "the group has no such member");
	if (m->removed)
		return refuse_again(g, m, why);
	if (span_eq(who, span_str(g->self)))
		return refuse(why, ERR_DENIED, "nobody removes itself: leave the group");
	if (is_creator(g, who) && !g->group_key)
		return refuse(why, ERR_DENIED,
			      "it made the group: only who has the group's key removes it");
	return OK;
}

/* ---- the kept set ---- */

/* What says how the graph is now is nobody's once its node is gone. */
static bool is_passing(const struct graph_guid *type)
{
	return graph_guid_eq(type, &graph_type_signature) ||
	       graph_guid_eq(type, &graph_type_contact) ||
	       graph_guid_eq(type, &graph_type_presence);
}

/* The authority of a name on the wire, UTF-16BE, is that of a name in UTF-8. */
static bool is_by(struct span wide, struct span name)
{
	if (wide.n < 2 * GROUP_AUTHORITY_DIGITS || name.n < GROUP_AUTHORITY_DIGITS)
		return false;
	for (size_t i = 0; i < GROUP_AUTHORITY_DIGITS; i++)
		if (wide.p[2 * i] || wide.p[2 * i + 1] != name.p[i])
			return false;
	return true;
}

bool group_keeps_record(struct group *g, struct span who, const struct graph_record *r, bool all,
			struct group_kept_record *out)
{
	struct group_verdict v;
	struct group_signed s;
	if (!is_by(r->modifier.n ? r->modifier : r->creator, who) || is_passing(&r->type) ||
	    (!all && !graph_type_reserved(&r->type)))
		return false;
	if (group_signed_read(&s, g->profile, r->security) != OK)
		return false;
	group_judge_now(g->judge, group_time(g));
	group_judge_record(g->judge, r, GRAPH_CHANGE_STORED, &v);
	crypto_chain_free(v.chain);
	if (v.opinion != GRAPH_VALID)
		return false;
	group_record_digest(g->crypto, g->profile, r, s.creator_serial, s.modifier_serial, out);
	return true;
}

size_t group_keeps_certs(const struct group *g, struct span who, const struct group_member *of,
			 uint8_t (*out)[GROUP_KEPT_CERT], size_t most)
{
	const struct group_member *m = group_members_find(g->members, who);
	struct span key = m ? leaf_of(m)->public : span_of(NULL, 0);
	size_t n = 0;
	LIST_EACH(at, tmp, (struct list *)(uintptr_t)&of->credentials)
	{
		const struct crypto_chain *c = LIST_ENTRY(at, struct group_credential, all)->chain;
		for (size_t i = 2; i < crypto_chain_count(c) && n < most; i++)
			if (span_eq(crypto_chain_cert(c, i - 1)->public, key))
				group_kept_cert(g->crypto, g->profile, crypto_chain_cert(c, i),
						out[n++]);
	}
	return n;
}

/* ---- said ---- */

static enum err publish(struct group *g, const struct group_removal *p)
{
	size_t size = group_removal_size(p), n;
	uint8_t *room = env_zalloc(g->env, 1, size);
	if (!room)
		return ERR_NOMEM;
	enum err e = group_removal_write(p, room, size, &n);
	if (!e)
		e = group_record_ask(g, &group_type_removal, span_of(room, n),
				     group_own_latest(g, group_chain_root(g->own)->not_after));
	env_free(g->env, room);
	return e;
}

/* GROUP-11.11: newcomers judge it with nothing else known. */
static struct span carried(const struct group *g)
{
	return g->group_key ? span_of(NULL, 0) : span_of(g->chain.p, g->chain.n);
}

static bool could_issue(const struct group_member *m)
{
	unsigned int roles = 0;
	LIST_EACH(at, tmp, (struct list *)(uintptr_t)&m->credentials)
	roles |= LIST_ENTRY(at, struct group_credential, all)->roles;
	return group_role_issuable(roles) != 0;
}

size_t group_keeps_most(const struct group *g)
{
	return g->group_key ? GROUP_REMOVAL_RECORDS : GROUP_REMOVAL_MEMBER / GROUP_KEPT_RECORD;
}

/* GROUP-11.31 */
static enum err has_room(const struct group *g, const struct group_removal *p, struct text *why)
{
	size_t octets = group_removal_size(p);
	if (p->chain.n && octets > GROUP_REMOVAL_MEMBER)
		return refuse(why, ERR_RANGE,
			      "more of that member's would be kept than an administrator can list: "
			      "with --drop-records, or by who has the group's key");
	return group_removals_room(g->removals, signer_of(g), octets) == OK
		       ? OK
		       : refuse(why, ERR_FULL,
				"we have as many Removals that keep so much as we can have: it "
				"takes --drop-records");
}

enum err group_remove(struct group *g, const struct group_removing *what, struct text *why,
		      struct mono now)
{
	g->now = now;
	enum err e = group_may_remove(g, what->who, why);
	if (e)
		return e;
	const struct group_member *m = group_members_find(g->members, what->who);
	const struct group_removal p = {
		.key = leaf_of(m)->public,
		.could_issue = could_issue(m),
		.certs = what->certs,
		.records = what->records,
		.chain = carried(g),
		.reason = what->reason,
	};
	e = has_room(g, &p, why);
	return e ? e : publish(g, &p);
}

/* Those of the key that are in force, ascending; *ours: all may be ended by us. */
static size_t in_force(const struct group *g, struct span public, uint8_t *out, bool *ours)
{
	uint8_t key[CRYPTO_AUTHORITY];
	struct group_removed i;
	size_t n = 0;
	crypto_authority(g->crypto, g->profile->crypto, public, key);
	*ours = true;
	for (size_t at = 0; group_removals_next(g->removals, &at, &i);) {
		if (i.removal->returns || !i.counts || memcmp(i.key, key, sizeof key) != 0 ||
		    n == GROUP_REMOVAL_NAMED)
			continue;
		*ours &= i.signer || g->group_key;
		memcpy(out + n++ * GROUP_KEPT_ID, i.record->id.at, GROUP_KEPT_ID);
	}
	return n;
}

static enum err say_return(struct group *g, const struct crypto_cert *leaf, struct span reason,
			   struct text *why)
{
	uint8_t *ids = env_zalloc(g->env, GROUP_REMOVAL_NAMED, GROUP_KEPT_ID);
	bool ours;
	if (!ids)
		return ERR_NOMEM;
	size_t n = in_force(g, leaf->public, ids, &ours);
	const struct group_removal p = {
		.returns = true,
		.key = leaf->public,
		.ids = span_of(ids, n * GROUP_KEPT_ID),
		.serials = leaf->serial,
		.chain = carried(g),
		.reason = reason,
	};
	enum err e = OK;
	if (!n)
		e = refuse(why, ERR_NOT_FOUND, "nobody has removed that member");
	else if (!ours)
		e = refuse(why, ERR_DENIED,
			   "it was removed with the group's key: only who has that "
			   "lets it back");
	else
		e = publish(g, &p);
	env_free(g->env, ids);
	return e;
}

enum err group_return(struct group *g, struct span chain, struct span reason, struct text *why,
		      struct mono now)
{
	const struct group_chain_rules rules = { .profile = g->profile, .group = span_str(g->id) };
	struct crypto_chain *c;
	enum group_chain_fault fault;
	g->now = now;
	enum err e = may_sign(g, why);
	if (!e)
		e = group_chain_read(g->crypto, &rules, chain, &c, &fault);
	if (e)
		return e;
	e = say_return(g, group_chain_leaf(c), reason, why);
	crypto_chain_free(c);
	return e;
}
