/* Types of records: who signs them, and what their payloads may say (GROUP-7.12 to 7.17). */
#include "group/judge_int.h"

enum group_step group_refuse(struct group_judging *g, enum group_refusal why)
{
	g->out->why = why;
	return GROUP_STEP_REFUSED;
}

static enum group_step unreadable(struct group_judging *g, enum err e)
{
	return group_refuse(g,
			    e == ERR_UNSUPPORTED ? GROUP_REFUSAL_VERSION : GROUP_REFUSAL_PAYLOAD);
}

/* ---- Membership ---- */

/* GROUP-7.13: its version is the group's, which must be known for that. */
static enum group_step version_fits(struct group_judging *g, const struct group_membership *m)
{
	const struct group_security *s = g->j->security;
	if (!s)
		return GROUP_STEP_LATER;
	return m->minor == s->minor ? GROUP_STEP_ON : group_refuse(g, GROUP_REFUSAL_VERSION);
}

/* GROUP-7.14: one that has not begun by our clock is asked for again when it has. */
static enum group_step chain_failed(struct group_judging *g, enum err e,
				    enum group_chain_fault fault, struct crypto_chain *early)
{
	if (e == ERR_NOMEM)
		return GROUP_STEP_LATER;
	g->out->fault = fault;
	if (fault != GROUP_CHAIN_NOT_YET)
		return group_refuse(g, GROUP_REFUSAL_CHAIN);
	int64_t to;
	group_chain_period(early, &g->missing.from, &to);
	return GROUP_STEP_LATER;
}

static enum group_step read_chain(struct group_judging *g, struct span octets)
{
	struct group_judge *j = g->j;
	const struct group_chain_rules rules = {
		.profile = j->birth.profile,
		.group = j->birth.group,
		.now = j->now,
	};
	struct crypto_chain *chain = NULL;
	enum group_chain_fault fault = GROUP_CHAIN_NONE;
	enum err e = group_chain_read(j->birth.crypto, &rules, octets, &chain, &fault);
	if (!e && j->birth.removals && !group_removals_chain(j->birth.removals, chain)) {
		group_members_fell(j->birth.members, chain);
		return group_refuse(g, GROUP_REFUSAL_REMOVED);
	}
	if (!e) {
		g->out->chain = chain;
		return GROUP_STEP_ON;
	}
	enum group_step step = chain_failed(g, e, fault, chain);
	crypto_chain_free(chain);
	return step;
}

static enum group_step read_membership(struct group_judging *g)
{
	struct group_membership *m = &g->out->membership;
	enum err e = group_membership_read(m, g->r->payload, g->j->birth.profile);
	if (e)
		return unreadable(g, e);
	enum group_step step = version_fits(g, m);
	return step == GROUP_STEP_ON ? read_chain(g, m->chain) : step;
}

/* ---- Security Properties ---- */

static bool same_text(const char *a, const char *b)
{
	return span_eq(span_str(a), span_str(b));
}

/* GROUP-7.16: what was fixed when the group was made. */
static bool is_fixed_alike(const struct group_security *a, const struct group_security *b)
{
	return a->major == b->major && a->minor == b->minor &&
	       a->membership_life == b->membership_life && a->presence_life == b->presence_life &&
	       a->authentication == b->authentication && same_text(a->cloud, b->cloud) &&
	       same_text(a->classifier, b->classifier) && same_text(a->group, b->group) &&
	       same_text(a->creator, b->creator);
}

/* GROUP-7.15: it is of this group and of a creator; whoever joins by password must be let. */
static bool is_of_group(const struct group_judge *j, const struct group_security *s)
{
	struct group_name group, creator;
	if (group_name_parse(&group, j->birth.group) ||
	    group_name_parse(&creator, span_str(s->creator)))
		return false;
	return span_eq(span_str(s->group), j->birth.group) &&
	       span_eq(span_str(s->classifier), group.classifier) &&
	       (!s->minor || s->authentication & GROUP_BY_PASSWORD);
}

static enum group_step read_security(struct group_judging *g)
{
	struct group_judge *j = g->j;
	struct group_security *s = &j->read_security;
	enum err e = group_security_read(s, g->r->payload);
	if (e)
		return unreadable(g, e);
	if (s->major != j->birth.profile->group_major)
		return group_refuse(g, GROUP_REFUSAL_VERSION);
	if (!is_of_group(j, s))
		return group_refuse(g, GROUP_REFUSAL_PAYLOAD);
	bool other = j->has_security_id && !graph_guid_eq(&j->security_id, &g->r->id);
	if (other || (j->security && !is_fixed_alike(j->security, s)))
		return group_refuse(g, GROUP_REFUSAL_FIXED);
	g->out->security = s;
	return GROUP_STEP_ON;
}

/* ---- Graph Info ---- */

/* GROUP-7.24: it is found by a Record ID that is no creator's. */
static enum group_step read_info(struct group_judging *g)
{
	const struct group_security *s = g->j->security;
	if (!s)
		return GROUP_STEP_LATER;
	return span_eq(g->j->names.creator, span_str(s->creator))
		       ? GROUP_STEP_ON
		       : group_refuse(g, GROUP_REFUSAL_OWNER);
}

/* ---- Policy ---- */

static enum group_step read_policy(struct group_judging *g)
{
	struct group_policy *p = &g->j->read_policy;
	struct group_secret password;
	struct span later;
	bool has;
	enum err e = group_policy_read(p, g->r->payload);
	if (!e)
		e = group_policy_password_read(&password, &has, &later, p->rest);
	if (e)
		return unreadable(g, e);
	g->out->policy = p;
	return GROUP_STEP_ON;
}

/* ---- Invitation ---- */

/* GROUP-14.11: an invitation is its maker's, and nobody else says what somebody has counted. */
static enum group_step read_inviting(struct group_judging *g)
{
	struct group_inviting *x = &g->j->read_inviting;
	const struct group_toucher *t = &g->j->names;
	enum err e = group_inviting_read(x, g->r->payload);
	if (e)
		return unreadable(g, e);
	if (x->kind == GROUP_TALLY ? group_toucher_edited(t)
				   : !span_eq(x->invitation.maker, t->creator))
		return group_refuse(g, GROUP_REFUSAL_OWNER);
	g->out->inviting = x;
	return GROUP_STEP_ON;
}

bool group_may_invite(const struct group_inviting *x, unsigned int roles)
{
	if (!x || x->kind == GROUP_TALLY)
		return true;
	return group_role_issuable(roles) & group_role_bit(x->invitation.secret.role);
}

/* ---- Removal ---- */

/* GROUP-11.11: it brings the chain of who signed it, whose time does not matter. */
static enum group_step read_signer(struct group_judging *g, struct span octets)
{
	struct group_judge *j = g->j;
	const struct group_chain_rules rules = { .profile = j->birth.profile,
						 .group = j->birth.group };
	struct crypto_chain *chain = NULL;
	enum err e = group_chain_read(j->birth.crypto, &rules, octets, &chain, &g->out->fault);
	if (e == ERR_NOMEM)
		return GROUP_STEP_LATER;
	if (e)
		return group_refuse(g, GROUP_REFUSAL_CHAIN);
	g->out->chain = chain;
	return GROUP_STEP_ON;
}

static bool is_groups_key(const struct group_judge *j, struct span key)
{
	return j->root.key && span_eq(crypto_public_octets(j->root.key), key);
}

/* GROUP-11.25: else whoever is removed takes the creator along that had let its remover in, and
 * nobody is left to settle it. */
static enum group_step spares_creator(struct group_judging *g, const struct group_removal *p)
{
	struct group_judge *j = g->j;
	uint8_t key[CRYPTO_AUTHORITY], creator[GROUP_AUTHORITY];
	if (!p->chain.n || p->returns)
		return GROUP_STEP_ON;
	if (!j->security || !group_authority_of(span_str(j->security->creator), creator))
		return GROUP_STEP_LATER;
	crypto_authority(j->birth.crypto, j->birth.profile->crypto, p->key, key);
	return memcmp(key, creator, sizeof key) ? GROUP_STEP_ON
						: group_refuse(g, GROUP_REFUSAL_OWNER);
}

/* GROUP-11.12: made once, of a member's key. GROUP-11.31: what is too long for a member is not
 * looked at. */
static enum group_step read_removal(struct group_judging *g)
{
	struct group_removal *p = &g->j->read_removal;
	if (g->r->payload.n > GROUP_REMOVAL_MEMBER &&
	    !span_eq(g->j->names.creator, g->j->birth.group))
		return group_refuse(g, GROUP_REFUSAL_PAYLOAD);
	enum err e = group_removal_read(p, g->r->payload);
	if (e)
		return unreadable(g, e);
	if (g->r->version != 1 || g->r->modifier.n)
		return group_refuse(g, GROUP_REFUSAL_FIXED);
	if (is_groups_key(g->j, p->key))
		return group_refuse(g, GROUP_REFUSAL_PAYLOAD);
	enum group_step step = spares_creator(g, p);
	if (step != GROUP_STEP_ON)
		return step;
	g->out->removal = p;
	return p->chain.n ? read_signer(g, p->chain) : GROUP_STEP_ON;
}

/* ---- Epoch, Key ---- */

static enum group_step read_epoch(struct group_judging *g)
{
	struct group_epoch *epoch = &g->j->read_epoch;
	enum err e = group_epoch_read(epoch, g->r->payload);
	if (e)
		return unreadable(g, e);
	g->out->epoch = epoch;
	return GROUP_STEP_ON;
}

static enum group_step read_key(struct group_judging *g)
{
	struct group_key *key = &g->j->read_key;
	enum err e = group_key_read(key, g->r->payload);
	if (e)
		return unreadable(g, e);
	g->out->keys = key;
	return GROUP_STEP_ON;
}

/* ---- all types ---- */

/* GROUP-7.12 */
static const struct group_kind kinds[] = {
	{ .type = &graph_type_info, .read = read_info },
	{ .type = &graph_type_signature, .anybody_edits = true },
	{ .type = &graph_type_contact },
	{ .type = &graph_type_presence },
	{ .type = &group_type_membership, .stays = true, .read = read_membership },
	{ .type = &group_type_security, .stays = true, .group_signs = true, .read = read_security },
	{ .type = &group_type_removal,
	  .stays = true,
	  .modern = true,
	  .removal = true,
	  .needs = CRYPTO_ROLE_ADMIN,
	  .read = read_removal },
	{ .type = &group_type_policy,
	  .stays = true,
	  .modern = true,
	  .needs = CRYPTO_ROLE_ADMIN,
	  .read = read_policy },
	{ .type = &group_type_invitation,
	  .stays = true,
	  .modern = true,
	  .needs = CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER,
	  .read = read_inviting },
	/* GROUP-12.9 */
	{ .type = &group_type_epoch,
	  .stays = true,
	  .once = true,
	  .modern = true,
	  .needs = CRYPTO_ROLE_ADMIN,
	  .read = read_epoch },
	{ .type = &group_type_key,
	  .stays = true,
	  .once = true,
	  .modern = true,
	  .needs = CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER,
	  .read = read_key },
};
static const struct group_kind plain;

const struct group_kind *group_kind_of(const struct group_profile *p, const struct graph_guid *type)
{
	if (!graph_type_reserved(type))
		return &plain;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (graph_guid_eq(type, kinds[i].type))
			return kinds[i].modern && !p->policy ? NULL : &kinds[i];
	return NULL;
}

/* Peer time against the clock of certificates, as it is. */
static int64_t wall_of(uint64_t t)
{
	return (int64_t)(t / 10) - (int64_t)(GRAPH_TIME_UNIX / 10);
}

/* GROUP-7.9 */
bool group_within(const struct graph_record *r, int64_t from, int64_t to)
{
	return wall_of(r->modified) >= from && wall_of(r->expires) <= to;
}
