/* What the status says of groups: the part, its keys, and what needs the operator. */
#include "ops/group_int.h"

#include "engine/vault.h"
#include "os/clock.h"

#define SOON (14 * MONO_DAY) /* where the configuration does not say */

void ops_group_part(struct ops *o, struct draft *d, struct ops_part *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	ops_clear(&ops_part_type, out);
	ops_set_text(out->name, sizeof(out->name), "group");
	ops_set_text(out->state, sizeof(out->state), all ? "running" : "off");
	if (!all)
		out->reason = "not configured";
}

void ops_host_keys_of(const struct vault *v, struct ops_host_keys *out)
{
	*out = (struct ops_host_keys){ .source = v->source ? v->source : "none",
				       .path = v->path,
				       .why = v->why,
				       .hint = v->hint,
				       .weak = v->weak ? v->weak : "" };
}

/* Keys that were sealed with another one are not lost: the right one brings them back. */
static const char *other_vault(struct draft *d, const char *path)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "the keys in the database were sealed with another key than the one ");
	text_str(&t, path[0] ? "in " : "that is at hand");
	text_str(&t, path);
	text_str(&t, "; nothing of them is changed");
	return ops_draft_text(d, &t);
}

void ops_group_keys(struct ops *o, struct draft *d, struct ops_keys *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct ops_host_keys k = { "none", "", "", "", "" };
	ops_clear(&ops_keys_type, out);
	if (o->host.keys)
		o->host.keys(o->host.arg, &k);
	enum err e = all ? groups_health(all) : ERR_STATE;
	ops_set_text(out->source, sizeof(out->source), k.source);
	out->path = ops_draft_str(d, k.path);
	out->usable = !e;
	out->why = ops_draft_str(d, k.why);
	out->weak = ops_draft_str(d, k.weak);
	if (e == ERR_DENIED)
		out->why = other_vault(d, k.path);
	else if (e && !k.why[0])
		out->why = all ? "no key is at hand that seals them" : "the part group is off";
}

/* What needs the operator */

static bool need(struct ops_attention *out, struct draft *d, const struct text *t, const char *hint)
{
	ops_set_text(out->part, sizeof(out->part), "group");
	out->text = ops_draft_text(d, t);
	out->hint = hint;
	return true;
}

/* No key, or another one. */
static bool keys_missing(struct ops *o, struct draft *d, struct ops_attention *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct ops_host_keys k = { "none", "", "", "", "" };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_keys keys;
	if (groups_health(all) == OK)
		return false;
	if (o->host.keys)
		o->host.keys(o->host.arg, &k);
	ops_group_keys(o, d, &keys);
	text_str(&t, "identities and groups are locked: ");
	text_str(&t, keys.why);
	if (groups_health(all) == ERR_DENIED)
		return need(out, d, &t,
			    "bring that key back (systemd credential, passphrase or node.key of "
			    "this database) and start the daemon anew");
	return need(out, d, &t,
		    k.hint[0] ? ops_draft_str(d, k.hint)
			      : "man homesteadd tells where the key can come from");
}

/* A mere file beside the database. */
static bool keys_weak(struct ops *o, struct draft *d, struct ops_attention *out)
{
	struct ops_host_keys k = { "none", "", "", "", "" };
	const struct groups *all = node_groups(engine_node(o->engine));
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct groups_identity id;
	size_t at = 0;
	if (o->host.keys)
		o->host.keys(o->host.arg, &k);
	if (!k.weak[0] || groups_health(all) || !groups_identity_next(all, &at, &id))
		return false;
	text_str(&t, "keys are sealed by a mere file, ");
	text_str(&t, k.path);
	text_str(&t, ": ");
	text_str(&t, k.weak);
	return need(out, d, &t, ops_draft_str(d, k.hint));
}

/* How it is named on a command line: as people call it, where that means no other. */
static void put_word(struct text *t, struct ops *o, const struct groups_info *g)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	char digits[9] = "";
	struct text d = TEXT_OF(digits);
	struct groups_info found;
	const char *name = g->friendly ? g->friendly : "";
	if (name[0] && groups_find(all, span_str(name), &found) == OK &&
	    strcmp(found.id, g->id) == 0) {
		text_word(t, name);
		return;
	}
	text_span(&d, span_of(g->id, strnlen(g->id, sizeof(digits) - 1)));
	text_str(t, digits);
	if (groups_find(all, span_str(digits), &found) == OK)
		return;
	text_char(t, '/'); /* two of ours are in it */
	text_span(t, span_of(g->self, strnlen(g->self, sizeof(digits) - 1)));
}

/* Without it nobody can ever change what only the owner may. */
static bool owner_reminder(struct ops *o, const struct groups_info *g, struct draft *d,
			   struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	if (!g->owner || g->owner_kept)
		return false;
	text_str(&t, "the key of ");
	ops_put_group(&t, g);
	text_str(&t, " lies on this machine alone: if it is lost, nobody is the owner any more");
	text_str(&h, "homestead group export ");
	put_word(&h, o, g);
	text_str(&h, " FILE --owner writes it under a passphrase; keep FILE where this machine is "
		     "not");
	return need(out, d, &t, ops_draft_text(d, &h));
}

/* GROUP-11.22: what is here of it is kept until somebody decides. */
static bool removed(struct ops *o, const struct groups_info *g, struct draft *d,
		    struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	struct group_info info = { .removed = false };
	if (g->group)
		group_look(g->group, &info);
	if (!info.removed)
		return false;
	text_str(&t, "you were removed from ");
	ops_put_group(&t, g);
	ops_put_remover(&t, g);
	text_str(&h, "what is here of it can still be read; join again by a new invitation, or "
		     "forget it: homestead leave ");
	put_word(&h, o, g);
	return need(out, d, &t, ops_draft_text(d, &h));
}

static int64_t soon(struct ops *o)
{
	int64_t warning = node_config_of(engine_node(o->engine))->group.renew_warning;
	return warning ? warning : SOON;
}

/* Who is here that may give what we want; NULL nobody. */
static const struct group_member *issuer_here(const struct groups_info *g, unsigned int wanted)
{
	const struct group_members *all = group_members(g->group);
	for (struct group_member *m = NULL; (m = group_members_next(all, m));) {
		const struct group_credential *k =
			group_member_credential(m, span_of(NULL, 0), os_wall().us);
		if (k && m->online && !span_eq(m->name, span_str(g->self)) &&
		    (group_role_issuable(k->roles) & wanted))
			return m;
	}
	return NULL;
}

static void put_renewal(struct text *t, struct ops *o, const struct groups_info *g,
			struct span member)
{
	char digits[9] = "";
	struct text d = TEXT_OF(digits);
	text_span(&d, span_of(member.p, member.n < 8 ? member.n : 8));
	text_str(t, "homestead member renew ");
	put_word(t, o, g);
	text_char(t, ' ');
	text_str(t, digits);
}

static bool ends_soon(struct ops *o, const struct groups_info *g, struct draft *d,
		      struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	int64_t now = os_wall().us;
	struct group_info info;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	if (info.removed || !info.to || info.to - now > soon(o))
		return false;
	text_str(&t, "our membership of ");
	ops_put_group(&t, g);
	text_str(&t, info.to <= now ? " has ended: " : " ends soon: ");
	text_wall(&t, info.to);
	const struct group_member *who = issuer_here(g, info.roles);
	if (who) {
		ops_put_member(&h, who);
		text_str(&h, ", who is here now, can renew it: ");
	} else {
		text_str(&h, "nobody who may renew it is here now; an administrator or inviting "
			     "member does so by: ");
	}
	put_renewal(&h, o, g, span_str(g->self));
	return need(out, d, &t, ops_draft_text(d, &h));
}

/* Of the others the one whose membership ends first, while that can be mended; *n: how many
 * end soon. */
static const struct group_member *ends_first(struct ops *o, const struct groups_info *g,
					     unsigned int issuable, int64_t *at, size_t *n)
{
	const struct group_members *all = group_members(g->group);
	const struct group_member *first = NULL;
	int64_t now = os_wall().us;
	*n = 0;
	for (struct group_member *m = NULL; (m = group_members_next(all, m));) {
		const struct group_credential *k =
			group_member_credential(m, span_of(NULL, 0), now);
		if (!k || k->to - now > soon(o) || (k->roles & ~issuable) ||
		    span_eq(m->name, span_str(g->self)))
			continue;
		if (!first || k->to < *at) {
			first = m;
			*at = k->to;
		}
		++*n;
	}
	return first;
}

/* Those of others, where it is for us to renew them. */
static bool others_end(struct ops *o, const struct groups_info *g, struct draft *d,
		       struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	struct group_info info;
	int64_t at = 0;
	size_t n;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	/* Nobody gives longer than they have. */
	if (info.removed || info.to - os_wall().us <= soon(o))
		return false;
	const struct group_member *m = ends_first(o, g, group_role_issuable(info.roles), &at, &n);
	if (!m)
		return false;
	text_str(&t, "the membership of ");
	ops_put_member(&t, m);
	text_str(&t, " in ");
	ops_put_group(&t, g);
	text_str(&t, " ends soon: ");
	text_wall(&t, at);
	if (n > 1) {
		text_str(&t, "; ");
		text_u64(&t, n - 1);
		text_str(&t, n == 2 ? " more does" : " more do");
	}
	put_renewal(&h, o, g, m->name);
	text_str(&h, ", if it is to stay");
	return need(out, d, &t, ops_draft_text(d, &h));
}

void ops_group_admins(const struct groups_info *g, uint64_t *known, uint64_t *here)
{
	const struct group_members *all = group_members(g->group);
	*known = *here = 0;
	for (struct group_member *m = NULL; (m = group_members_next(all, m));) {
		const struct group_credential *k =
			group_member_credential(m, span_of(NULL, 0), os_wall().us);
		if (!k || !(k->roles & group_role_bit(GROUP_ROLE_ADMIN)))
			continue;
		++*known;
		*here += m->online || span_eq(m->name, span_str(g->self));
	}
}

/* The others are in it, and nobody leads any more. */
static bool nobody_leads(struct ops *o, const struct groups_info *g, struct draft *d,
			 struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	struct group_info info;
	uint64_t known, here;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	ops_group_admins(g, &known, &here);
	if (known || info.removed || !info.security ||
	    !group_members_count(group_members(g->group)))
		return false;
	ops_put_group(&t, g);
	text_str(&t, " has no administrator whose membership holds: nobody can change roles");
	text_str(&h, g->owner
			     ? "the key of the group is here: "
			     : "whoever has a copy of the key of the group can make one; homestead "
			       "group import FILE, then ");
	text_str(&h, "homestead member role ");
	put_word(&h, o, g);
	text_str(&h, " MEMBER admin");
	return need(out, d, &t, ops_draft_text(d, &h));
}

/* GROUP-14.14: only a person can tell who of them was meant. */
static bool used_too_often(struct ops *o, const struct groups_info *g, struct draft *d,
			   struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	struct group_invite_info i = { .uses = 1 };
	const void *at = NULL;
	while (i.used <= i.uses || i.end <= os_wall().us)
		if (!g->group || !group_invite_next(g->group, &at, &i))
			return false;
	text_str(&t, "by the invitation ");
	text_span(&t, i.lookup);
	text_str(&t, " into ");
	ops_put_group(&t, g);
	text_str(&t, " more came in than it is for, ");
	text_u64(&t, i.used);
	text_str(&t, " for ");
	text_u64(&t, i.uses);
	text_str(&t, ": members could not reach each other meanwhile");
	text_str(&h, "homestead members ");
	put_word(&h, o, g);
	text_str(&h, " tells who is in; who should not be: homestead member remove ");
	put_word(&h, o, g);
	text_str(&h, " MEMBER");
	return need(out, d, &t, ops_draft_text(d, &h));
}

/* GROUP-14.37: only an administrator can do something about it. */
static bool password_ended(struct ops *o, const struct groups_info *g, struct draft *d,
			   struct ops_attention *out)
{
	char buffer[2][OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer[0]), h = TEXT_OF(buffer[1]);
	struct group_info info;
	if (!g->group || group_password_state(g->group) != GROUP_PASSWORD_ENDED)
		return false;
	group_look(g->group, &info);
	if (!(info.roles & CRYPTO_ROLE_ADMIN))
		return false;
	text_str(&t, "the password of ");
	ops_put_group(&t, g);
	text_str(&t, " lets nobody in: a removal has ended it");
	text_str(&h, "homestead group set ");
	put_word(&h, o, g);
	text_str(&h, " --password sets another, --no-password takes it away");
	return need(out, d, &t, ops_draft_text(d, &h));
}

/* A clock that members do not agree about. */
#define CLOCK_OFF (5 * MONO_MIN)

static bool clock_off(struct ops *o, const struct groups_info *g, struct draft *d,
		      struct ops_attention *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct group_info info;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	int64_t off = info.skew < 0 ? -info.skew : info.skew;
	if (off < CLOCK_OFF)
		return false;
	text_str(&t, "in ");
	ops_put_group(&t, g);
	text_str(&t, " a clock was met that is ");
	text_duration(&t, off);
	text_str(&t, info.skew < 0 ? " behind ours" : " ahead of ours");
	text_str(&t, ": memberships look expired, or not valid yet, to one of us");
	return need(out, d, &t, "compare the clocks of both machines; here: timedatectl");
}

static bool classic_warning(struct ops *o, const struct groups_info *g, struct draft *d,
			    struct ops_attention *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct group_info info;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	if (!info.profile || info.profile->crypto->id != CRYPTO_CLASSIC)
		return false;
	ops_put_group(&t, g);
	text_str(&t, " uses the profile classic: SHA-1 and 1024-bit keys, which can be forged "
		     "with effort");
	return need(out, d, &t, "use it with old machines alone; groups are modern by default");
}

/* Of each group, in turn. */
static bool (*const checks[])(struct ops *o, const struct groups_info *g, struct draft *d,
			      struct ops_attention *out) = {
	owner_reminder, removed,	ends_soon,	others_end,	 nobody_leads,
	clock_off,	used_too_often, password_ended, classic_warning,
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

#define WHOLE_STEPS 2

/* *at: steps of the whole, then CHECKS steps a group. */
bool ops_group_attention(struct ops *o, struct draft *d, size_t *at, struct ops_attention *out)
{
	const struct groups *all = node_groups(engine_node(o->engine));
	struct groups_info g;
	if (!all)
		return false;
	while (*at < WHOLE_STEPS) {
		bool first = (*at)++ == 0;
		if (first ? keys_missing(o, d, out) : keys_weak(o, d, out))
			return true;
	}
	for (size_t i = 0, n = 0; groups_next(all, &i, &g); n++) {
		while (*at - WHOLE_STEPS < (n + 1) * CHECKS) {
			size_t check = ((*at)++ - WHOLE_STEPS) % CHECKS;
			if (checks[check](o, &g, d, out))
				return true;
		}
	}
	return false;
}
