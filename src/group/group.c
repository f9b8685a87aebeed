/* One group: life, time, looks inside. */
#include "group/group_int.h"
#include "group/lookups.h"

const struct group_limits group_limits_default = {
	.members = { .members = 10000, .credentials = 8, .octets = 256 * 1024 * 1024 },
	.waiting = 4096,
	.roots = 256,
	.batch = 256,
};

int64_t group_time(const struct group *g)
{
	return g->wall.us + mono_since(g->now, g->wall_at);
}

enum err group_octets_set(const struct group *g, struct group_octets *o, struct span s)
{
	uint8_t *p = env_copy(g->env, s.p, s.n);
	if (!p)
		return ERR_NOMEM;
	env_free(g->env, o->p);
	*o = (struct group_octets){ p, s.n };
	return OK;
}

/* ---- life ---- */

static struct group *blank(const struct group_birth *b, const struct env *env,
			   struct crypto *crypto, struct mono now, struct wall wall)
{
	struct group *g = env_zalloc(env, 1, sizeof(*g));
	if (!g)
		return NULL;
	g->env = env;
	g->crypto = crypto;
	g->limits = b->limits;
	g->key = b->key;
	g->group_key = b->group_key;
	g->renew_warning = b->renew_warning;
	g->wall = wall;
	g->wall_at = g->now = now;
	g->members_end = g->keep_next = INT64_MAX;
	for (size_t k = 0; k < GROUP_NEED_COUNT; k++)
		g->need[k].renew = INT64_MAX;
	list_init(&g->outs);
	list_init(&g->said);
	list_init(&g->sendings);
	list_init(&g->tickets);
	memcpy(g->id, b->id, sizeof(g->id));
	memcpy(g->self, b->self, sizeof(g->self));
	g->has_box = b->box != NULL;
	if (b->box)
		memcpy(g->box, b->box, sizeof(g->box));
	g->box_secret = b->box ? b->box_secret : NULL;
	g->has_first = b->first && b->group_key;
	if (g->has_first)
		g->first = *b->first;
	g->first.rest = span_of(NULL, 0);
	return g;
}

/* One that has ended stays ours: others may know a newer one, and tell us. */
static enum err take_chain(struct group *g, const struct group_birth *b, struct text *why)
{
	const struct group_chain_rules rules = {
		.profile = g->profile,
		.group = span_str(g->id),
		.public = crypto_key_public(g->key),
	};
	struct crypto_chain *chain;
	enum group_chain_fault fault = GROUP_CHAIN_NONE;
	enum err e = group_chain_read(g->crypto, &rules, b->chain, &chain, &fault);
	if (e) {
		text_str(why, fault ? group_chain_fault_text(fault) : err_text(e));
		return e;
	}
	e = group_octets_set(g, &g->chain, b->chain);
	if (e) {
		crypto_chain_free(chain);
		return e;
	}
	return group_own_is(g, chain);
}

/* What is known of it, in octets that stay. */
static enum err take_security(struct group *g, struct span payload)
{
	if (!payload.n)
		return OK;
	enum err e = group_octets_set(g, &g->security_octets, payload);
	if (!e)
		e = group_security_read(&g->security,
					span_of(g->security_octets.p, g->security_octets.n));
	g->has_security = !e;
	return e == ERR_NOMEM ? e : OK;
}

static enum err begin(struct group *g, const struct group_birth *b, struct text *why)
{
	g->profile = group_profile(b->profile);
	if (!g->profile) {
		text_str(why, "this build has not the profile of the group");
		return ERR_DENIED;
	}
	enum err e =
		group_members_new(&g->members, g->env, g->crypto, g->profile, &g->limits.members);
	if (!e)
		e = group_removals_new(&g->removals, g->env, g->crypto, g->profile,
				       &group_removals_limits_default);
	if (!e)
		group_removal_begin(g);
	if (!e)
		e = group_octets_set(g, &g->certificate, b->certificate);
	if (!e)
		e = take_chain(g, b, why);
	if (!e)
		e = take_security(g, b->security);
	if (!e)
		e = group_epoch_begin(g, b);
	if (!e)
		e = group_provider_begin(g);
	if (!e)
		e = group_secrets_begin(g);
	group_learn_home(g);
	return e ? e : group_learn_own(g);
}

enum err group_new(struct group **out, const struct group_birth *b, const struct env *env,
		   struct crypto *crypto, struct mono now, struct wall wall, struct text *why)
{
	struct group *g = blank(b, env, crypto, now, wall);
	if (!g)
		return ERR_NOMEM;
	enum err e = begin(g, b, why);
	if (e) {
		group_free(g);
		return e;
	}
	*out = g;
	return OK;
}

void group_free(struct group *g)
{
	if (!g)
		return;
	const struct env *env = g->env;
	struct group_octets *const all[] = { &g->certificate,	  &g->chain,	     &g->room,
					     &g->security_octets, &g->policy_octets, &g->newer };
	LIST_EACH(n, tmp, &g->outs)
	env_free(env, LIST_ENTRY(n, struct group_own_out, all));
	env_free(env, g->last);
	group_secrets_end(g);
	group_removal_end(g);
	group_mend_end(g);
	env_free(env, g->signatures.p);
	group_provider_end(g);
	group_lookups_free(g);
	group_epoch_end(g);
	group_members_free(g->members);
	group_removals_free(g->removals);
	crypto_chain_free(g->own);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		env_free(env, all[i]->p);
	for (size_t k = 0; k < GROUP_NEED_COUNT; k++)
		env_free(env, g->need[k].payload.p);
	env_free(env, g);
}

/* ---- time ---- */

void group_tick(struct group *g, struct mono now)
{
	g->now = now;
	group_removal_due(g);
	group_own_due(g);
	group_epoch_due(g);
	group_waiting_due(g);
	group_secrets_tick(g);
	group_mend_due(g);
}

void group_wall(struct group *g, struct wall wall, struct mono now)
{
	g->now = g->wall_at = now;
	g->wall = wall;
	group_own_due(g);
	group_epoch_due(g);
}

void group_clock(struct group *g, struct mono now)
{
	g->now = now;
}

struct mono group_deadline(const struct group *g)
{
	struct mono at = mono_min(group_own_deadline(g), group_waiting_deadline(g));
	at = mono_min(at, group_epoch_deadline(g));
	at = mono_min(at, group_removal_deadline(g));
	return mono_min(at, group_secrets_deadline(g));
}

/* ---- looks ---- */

static void look_names(const struct group *g, struct group_info *out)
{
	if (g->has_policy) {
		out->friendly = g->policy.friendly;
		out->comment = g->policy.comment;
	} else if (g->has_security && g->security.friendly[0]) {
		out->friendly = g->security.friendly;
		out->comment = g->security.comment;
	} else {
		out->friendly = g->first.friendly;
		out->comment = g->first.comment;
	}
}

static void look_counts(const struct group *g, struct group_counts *out)
{
	struct group_judge_counts c;
	group_judge_look(g->judge, &c);
	out->checked = c.checked;
	out->checked_by_root = c.by_root;
	out->refused = c.refused;
	out->waited = c.waited;
}

void group_look(const struct group *g, struct group_info *out)
{
	*out = (struct group_info){
		.id = g->id,
		.self = g->self,
		.profile = g->profile,
		.security = g->has_security ? &g->security : NULL,
		.policy = g->has_policy ? &g->policy : NULL,
		.holds_group_key = g->group_key != NULL,
		.creator = g->has_security &&
			   span_eq(span_str(g->security.creator), span_str(g->self)),
		.published = g->need[GROUP_NEED_MEMBERSHIP].until != 0,
		.roles = g->roles,
		.removed = g->removed,
		.from = g->from,
		.to = g->to,
		.latest = group_own_latest(g, g->to),
		.members = group_members_count(g->members),
		.waiting = group_judge_waiting(g->judge),
		.counts = g->counts,
		.skew = g->skew,
	};
	look_counts(g, &out->counts);
	look_names(g, out);
}

const struct group_members *group_members(const struct group *g)
{
	return g->members;
}
