/* What the status says of groups: the part, its keys, and what needs the operator. */
#include "ops/group_int.h"

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

/* Without it nobody can ever change what only the owner may. */
static bool owner_reminder(struct ops *o, const struct groups_info *g, struct draft *d,
			   struct ops_attention *out)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!g->owner || g->owner_kept)
		return false;
	text_str(&t, "the key of ");
	ops_put_group(&t, g);
	text_str(&t, " lies on this machine alone: if it is lost, nobody is the owner any more");
	return need(out, d, &t, "homestead group export --owner writes it, under a passphrase");
}

static bool ends_soon(struct ops *o, const struct groups_info *g, struct draft *d,
		      struct ops_attention *out)
{
	int64_t warning = node_config_of(engine_node(o->engine))->group.renew_warning;
	int64_t now = os_wall().us;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct group_info info;
	if (!g->group)
		return false;
	group_look(g->group, &info);
	if (!info.to || info.to - now > (warning ? warning : SOON))
		return false;
	text_str(&t, "our membership of ");
	ops_put_group(&t, g);
	text_str(&t, info.to <= now ? " has ended: " : " ends soon: ");
	text_wall(&t, info.to);
	return need(out, d, &t,
		    "an administrator or inviting member renews it: homestead member renew");
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
	owner_reminder,
	ends_soon,
	clock_off,
	classic_warning,
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
