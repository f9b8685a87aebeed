/* Records of ours (GROUP-7.18): what others would refuse is not made. */
#include "group/judge_int.h"

/* GROUP-11.15: who has the group's key signs Removals with it: it outranks all. */
static bool group_signs(const struct group_judge *j, const struct group_kind *kind)
{
	return kind->group_signs || (kind->removal && j->group_key);
}

/* Whose the last word of a record is: ours, as who we are in it. */
static enum group_refusal is_ours(const struct group_judge *j, const struct group_kind *kind)
{
	bool group = group_signs(j, kind);
	struct span we = group ? j->birth.group : j->birth.self;
	if (!span_eq(group_toucher_last(&j->names), we))
		return GROUP_REFUSAL_OWNER;
	if (group && !(j->group_key && span_eq(j->names.creator, we)))
		return GROUP_REFUSAL_OWNER;
	return GROUP_REFUSAL_NONE;
}

/* By our own membership, as others will see it. */
static enum group_refusal may(const struct group_judge *j, const struct group_kind *kind,
			      const struct graph_record *r)
{
	const struct crypto_cert *leaf = group_chain_leaf(j->own);
	bool edited = !span_eq(j->names.creator, j->birth.self);
	int64_t from, to;
	group_chain_period(j->own, &from, &to);
	if (!kind->removal && !group_within(r, from, to))
		return GROUP_REFUSAL_TIME;
	if (edited && !kind->anybody_edits && !group_role_edits_others(leaf->roles))
		return GROUP_REFUSAL_RIGHT;
	return kind->needs && !(leaf->roles & kind->needs) ? GROUP_REFUSAL_RIGHT
							   : GROUP_REFUSAL_NONE;
}

/* The creator's serial is of its newest certificate: the one that it was made under is not
 * known any more, nor does it matter for who changes it. GROUP-7.25: ours stands for it where
 * nobody asks. */
static enum group_refusal serials(const struct group_judge *j, const struct group_kind *kind,
				  struct group_signing *out)
{
	struct span own = group_chain_leaf(j->own)->serial;
	out->creator_serial = out->modifier_serial = own;
	if (span_eq(j->names.creator, j->birth.self))
		return GROUP_REFUSAL_NONE;
	const struct group_member *who = group_members_find(j->birth.members, j->names.creator);
	const struct group_credential *c =
		who ? group_member_credential(who, span_of(NULL, 0), j->now) : NULL;
	if (!c && !kind->anybody_edits)
		return GROUP_REFUSAL_SERIAL;
	if (c)
		out->creator_serial = c->serial;
	return GROUP_REFUSAL_NONE;
}

static enum group_refusal by_group_key(const struct group_judge *j, const struct graph_record *r,
				       struct group_signing *out)
{
	if (!group_within(r, j->root.from, j->root.to))
		return GROUP_REFUSAL_TIME;
	out->group_key = true;
	out->creator_serial = out->modifier_serial = span_of(j->root.serial, sizeof j->root.serial);
	return GROUP_REFUSAL_NONE;
}

/* A Membership for somebody whom we may not issue for is nobody's to publish. */
static bool may_publish(const struct group_judge *j, const struct crypto_chain *chain)
{
	if (!chain)
		return true;
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	return span_eq(leaf->subject_name, j->birth.self) ||
	       !(leaf->roles & ~group_role_issuable(group_chain_leaf(j->own)->roles));
}

static enum group_refusal payload(struct group_judge *j, const struct graph_record *r,
				  const struct group_kind *kind)
{
	struct group_verdict v = { .why = GROUP_REFUSAL_NONE };
	struct group_judging g = { .j = j, .r = r, .out = &v };
	if (!kind->read)
		return GROUP_REFUSAL_NONE;
	enum group_step step = kind->read(&g);
	if (step == GROUP_STEP_ON && !may_publish(j, v.chain))
		step = group_refuse(&g, GROUP_REFUSAL_OWNER);
	if (step == GROUP_STEP_ON && !group_may_invite(v.inviting, group_chain_leaf(j->own)->roles))
		step = group_refuse(&g, GROUP_REFUSAL_RIGHT);
	crypto_chain_free(v.chain);
	/* Not yet: before the group is known, or before a certificate begins. */
	return step == GROUP_STEP_LATER ? GROUP_REFUSAL_VERSION : v.why;
}

static bool is_removed(const struct group_judge *j)
{
	const struct crypto_cert *leaf = group_chain_leaf(j->own);
	return j->birth.removals &&
	       (!group_removals_chain(j->birth.removals, j->own) ||
		group_removals_gone(j->birth.removals, leaf->public, leaf->serial));
}

enum group_refusal group_judge_ours(struct group_judge *j, const struct graph_record *r,
				    enum graph_change change, struct group_signing *out)
{
	const struct group_kind *kind = group_kind_of(j->birth.profile, &r->type);
	*out = (struct group_signing){ .group_key = false };
	if (!group_toucher_read(&j->names, r))
		return GROUP_REFUSAL_NAME;
	if (!kind)
		return GROUP_REFUSAL_RESERVED;
	if (kind->stays && (change == GRAPH_CHANGE_DELETED || graph_record_deleted(r)))
		return GROUP_REFUSAL_DELETED;
	if (kind->once && change != GRAPH_CHANGE_ADDED)
		return GROUP_REFUSAL_FIXED;
	if (!j->own)
		return GROUP_REFUSAL_RIGHT;
	if (is_removed(j))
		return GROUP_REFUSAL_REMOVED;
	enum group_refusal why = is_ours(j, kind);
	if (why == GROUP_REFUSAL_NONE)
		why = group_signs(j, kind) ? by_group_key(j, r, out) : may(j, kind, r);
	if (why == GROUP_REFUSAL_NONE && !group_signs(j, kind))
		why = serials(j, kind, out);
	return why == GROUP_REFUSAL_NONE ? payload(j, r, kind) : why;
}
