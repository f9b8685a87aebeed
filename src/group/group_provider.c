/* What a group's graph asks (GROUP-9.14): sessions, signatures, whether records may stand.
 * The judge (judge.h) decides; what its verdicts teach is learned here. */
#include "group/group_int.h"

#define EPOCH_1601 ((int64_t)(GRAPH_TIME_UNIX / 10)) /* us from 1601 to 1970 */

/* Peer time as if it were that of this machine (digest 9.3). */
int64_t group_wall_of(uint64_t peer_time)
{
	return (int64_t)(peer_time / 10) - EPOCH_1601;
}

static struct group_judge *judge_of(struct group *g)
{
	group_judge_now(g->judge, group_time(g));
	return g->judge;
}

/* ---- ours ---- */

static const struct crypto_key *key_of(const struct group *g, const struct group_signing *s)
{
	return s->group_key ? g->group_key : g->key;
}

static enum err sign_one(struct group *g, const struct graph_record *r,
			 const struct group_signing *s, uint8_t *room, struct span *security)
{
	size_t n;
	enum err e = group_sign(g->crypto, g->env, g->profile, group_judge_version11(g->judge),
				key_of(g, s), r, s->creator_serial, s->modifier_serial, room, &n);
	if (e)
		return e;
	g->counts.signed_records++;
	group_removal_signed(g, r, s, span_of(room, n));
	group_epoch_signed(g, r, s);
	*security = span_of(room, n);
	return OK;
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	struct group *g = ctx;
	struct group_signing s;
	if (group_judge_ours(judge_of(g), r, change, &s) != GROUP_REFUSAL_NONE)
		return ERR_DENIED;
	return sign_one(g, r, &s, g->signature, security);
}

/* Those that may be signed with our identity's key go under one root; the group key's, and
 * one that is left alone, are signed as ever. */
static bool is_batched(const struct group_signing *s, enum err each)
{
	return each == OK && !s->group_key;
}

struct many {
	const struct graph_record *r;
	const enum graph_change *change;
	size_t n, batched;
	struct span *security;
	enum err *each;
};

static enum err begin_batch(struct group *g)
{
	group_batch_free(g->batch);
	g->batch = NULL;
	return group_batch_new(&g->batch, g->env, g->crypto, g->profile);
}

/* First all are looked at: serials hold while the member list does. */
static enum err gather(struct group *g, struct many *m)
{
	enum err e = begin_batch(g);
	for (size_t i = 0; !e && i < m->n; i++) {
		struct group_signing s;
		enum group_refusal no = group_judge_ours(judge_of(g), &m->r[i], m->change[i], &s);
		m->each[i] = no ? ERR_DENIED : OK;
		m->security[i] = span_of(NULL, 0);
		if (!is_batched(&s, m->each[i]))
			continue;
		e = group_batch_add(g->batch, &m->r[i], s.creator_serial, s.modifier_serial);
		m->batched++;
	}
	return !e && m->batched > 1 ? group_batch_close(g->batch, g->key) : e;
}

static void hand_out(struct group *g, struct many *m)
{
	size_t at = 0, at_one = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct group_signing s;
		if (m->each[i])
			continue;
		(void)group_judge_ours(g->judge, &m->r[i], m->change[i], &s);
		if (!is_batched(&s, OK) || m->batched < 2) {
			m->each[i] = sign_one(g, &m->r[i], &s, g->signatures.p + at_one,
					      &m->security[i]);
			at_one += GROUP_SECURITY_MAX;
			continue;
		}
		m->security[i] = group_batch_security(g->batch, at++);
		group_removal_signed(g, &m->r[i], &s, m->security[i]);
		group_epoch_signed(g, &m->r[i], &s);
		g->counts.signed_records++;
	}
}

/* All live until the next call: those that are signed alone have a place each. */
static enum err make_room(struct group *g, size_t n)
{
	size_t size = n * GROUP_SECURITY_MAX;
	if (g->signatures.n >= size)
		return OK;
	uint8_t *p = env_resize(g->env, g->signatures.p, size);
	if (!p)
		return ERR_NOMEM;
	g->signatures = (struct group_octets){ p, size };
	return OK;
}

static void secure_many(void *ctx, const struct graph_record *r, const enum graph_change *change,
			size_t n, struct span *security, enum err *each)
{
	struct group *g = ctx;
	struct many m = { r, change, n, 0, security, each };
	enum err e = make_room(g, n);
	if (!e)
		e = gather(g, &m);
	for (size_t i = 0; e && i < n; i++)
		each[i] = e;
	if (e)
		return;
	g->counts.batches += m.batched > 1;
	hand_out(g, &m);
}

/* GROUP-9.16 */
static uint64_t ends(void *ctx)
{
	const struct group *g = ctx;
	return (uint64_t)(g->to + EPOCH_1601) * 10;
}

/* P46 */
static struct span creator(void *ctx, const struct graph_guid *type)
{
	const struct group *g = ctx;
	bool groups = graph_guid_eq(type, &group_type_security) ||
		      (g->group_key && graph_guid_eq(type, &group_type_removal));
	return groups ? span_of(g->id16, g->id16_n) : span_of(NULL, 0);
}

/* ---- learned ---- */

static void learn_seal_key(struct group *g, const struct group_verdict *v, struct span name)
{
	struct group_member *m = group_members_find(g->members, name);
	if (!m || v->membership.seal_key.n != sizeof(m->seal_key))
		return;
	bool other = m->has_seal_key &&
		     !span_eq(v->membership.seal_key, span_of(m->seal_key, sizeof(m->seal_key)));
	memcpy(m->seal_key, v->membership.seal_key.p, sizeof(m->seal_key));
	m->has_seal_key = true;
	group_mend_stale(g);
	group_epoch_learn_seal(g, m, other);
}

/* Whether it is our own, of the membership that we have now. */
static bool is_ours(const struct group *g, const struct group_verdict *v)
{
	return span_eq(v->who, span_str(g->self)) &&
	       span_eq(group_chain_leaf(v->chain)->serial, group_chain_leaf(g->own)->serial);
}

static void learn_membership(struct group *g, const struct graph_record *r,
			     const struct group_verdict *v)
{
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	uint8_t serial[CRYPTO_SERIAL];
	text_span(&t, group_chain_leaf(v->chain)->subject_name);
	memcpy(serial, group_chain_leaf(v->chain)->serial.p, sizeof(serial));
	if (is_ours(g, v))
		group_own_seen(g, GROUP_NEED_MEMBERSHIP, group_wall_of(r->expires));
	bool own = span_eq(v->who, group_chain_leaf(v->chain)->subject_name);
	enum group_told told = own ? GROUP_TOLD_BY_ITSELF : GROUP_TOLD_BY_OTHER;
	if (group_learn_chain(g, v->chain, told) != OK)
		return;
	learn_seal_key(g, v, span_of(t.p, t.n));
	group_keep_seen(g, span_of(t.p, t.n), span_of(serial, sizeof(serial)),
			group_wall_of(r->expires));
}

void group_learn_our_security(struct group *g, struct span payload, const struct graph_guid *id)
{
	if (group_learn_security(g, payload) != OK)
		return;
	g->security_id = *id;
	group_judge_security(g->judge, &g->security, &g->security_id);
	group_waiting_for(g, span_of(NULL, 0)); /* GROUP-7.19 */
}

static void policy_is_by(struct group *g, struct span who)
{
	struct text t = TEXT_OF(g->policy_by);
	text_clear(&t);
	text_span(&t, who);
}

void group_learn_our_policy(struct group *g, struct span payload, const struct graph_guid *id)
{
	if (group_learn_policy(g, payload) != OK)
		return;
	g->policy_version = graph_guid_eq(id, &g->policy_id) ? g->policy_version + 1 : 1;
	g->policy_id = *id;
	policy_is_by(g, span_str(g->self));
	group_mend_rest(g);
}

bool group_policy_lost(const struct group *g)
{
	return group_removals_name_now(g->removals, span_str(g->policy_by));
}

static void learn_security(struct group *g, const struct graph_record *r)
{
	group_learn_our_security(g, r->payload, &r->id);
	group_own_seen(g, GROUP_NEED_SECURITY, group_wall_of(r->expires));
}

/* D6: the higher version first, then the lowest Record ID; any, where the one that held has
 * ended. GROUP-11.33: whoever is removed has none that holds against others, however high it has
 * put its version. */
static bool is_better_policy(const struct group *g, const struct graph_record *r, struct span who)
{
	bool ended = g->need[GROUP_NEED_POLICY].until <= group_time(g);
	if (!g->policy_version || ended || g->policy_unsure || graph_guid_eq(&r->id, &g->policy_id))
		return true;
	if (group_policy_lost(g) != group_removals_name_now(g->removals, who))
		return group_policy_lost(g);
	if (r->version != g->policy_version)
		return r->version > g->policy_version;
	return memcmp(r->id.at, g->policy_id.at, sizeof(r->id.at)) < 0;
}

static void learn_policy(struct group *g, const struct graph_record *r,
			 const struct group_verdict *v)
{
	if (!is_better_policy(g, r, v->who)) {
		if (!group_removals_name_now(g->removals, v->who) &&
		    group_learn_password(g, r->payload))
			group_own_policy(g, g->need[GROUP_NEED_POLICY].until);
		return;
	}
	if (group_learn_policy(g, r->payload) != OK)
		return;
	g->policy_id = r->id;
	g->policy_version = r->version;
	policy_is_by(g, v->who);
	group_own_policy(g, group_wall_of(r->expires));
}

static void learn_epoch(struct group *g, const struct graph_record *r,
			const struct group_verdict *v)
{
	const struct group_epoch_times times = { group_wall_of(r->created),
						 group_wall_of(r->expires) };
	group_epoch_learn(g, r, v->epoch, v->who, &times);
}

static void learn_inviting(struct group *g, const struct graph_record *r,
			   const struct group_verdict *v)
{
	struct group_secrets_at at = {
		.record = r->id,
		.made = group_wall_of(r->created),
		.until = group_wall_of(r->expires),
		.ours = span_eq(v->who, span_str(g->self)),
	};
	(void)group_authority_of(v->who, at.by);
	group_secrets_record(g, r, v->inviting, &at);
}

static void learn(struct group *g, const struct graph_record *r, const struct group_verdict *v)
{
	if (v->chain)
		learn_membership(g, r, v);
	else if (v->security)
		learn_security(g, r);
	else if (v->policy)
		learn_policy(g, r, v);
	else if (v->inviting)
		learn_inviting(g, r, v);
	else if (v->epoch)
		learn_epoch(g, r, v);
	else if (v->keys)
		group_epoch_learn_keys(g, v->keys, v->who);
}

/* GROUP-11.10: one that does not fit any more is not stored either: it would count nowhere, which
 * is not the fault of who sends it. GROUP-11.40: one for which there was no memory waits. */
static enum graph_opinion learn_removal(struct group *g, const struct graph_record *r,
					struct group_verdict *v)
{
	enum err e = group_removal_learn(g, r, v);
	if (e == ERR_NOMEM)
		return GRAPH_LATER;
	return e ? GRAPH_ENDED : GRAPH_VALID;
}

/* ---- judged ---- */

static void refuse(struct group *g, const struct graph_record *r, const struct group_verdict *v)
{
	struct group_event *e = group_tell_of(g, GROUP_EVENT_REFUSED, v->who);
	e->refusal = v->why;
	e->chain = v->fault;
	e->id = r->id;
	e->type = r->type;
}

/* What is stored stands no more. */
static void purged(struct group *g, const struct graph_record *r, const struct group_verdict *v)
{
	if (graph_guid_eq(&r->type, &group_type_removal))
		group_removal_purged(g, &r->id);
	if (graph_guid_eq(&r->type, &group_type_invitation) && g->secrets)
		group_secrets_forget(g->secrets, &r->id);
	if (v->why == GROUP_REFUSAL_REMOVED)
		group_epoch_fell(g, r);
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	struct group *g = ctx;
	struct group_verdict v;
	if (group_removal_waits(g, r, change))
		return GRAPH_LATER;
	group_judge_record(judge_of(g), r, change, &v);
	switch (v.opinion) {
	case GRAPH_VALID:
		if (v.removal)
			return learn_removal(g, r, &v);
		learn(g, r, &v);
		break;
	case GRAPH_INVALID:
		if (change == GRAPH_CHANGE_STORED)
			purged(g, r, &v);
		if (v.why == GROUP_REFUSAL_REMOVED)
			return GRAPH_ENDED;
		refuse(g, r, &v);
		break;
	case GRAPH_ENDED:
	case GRAPH_LATER:
		group_epoch_unsure(g, &r->type, change);
		if (mono_is_never(g->scan))
			g->scan = mono_add(g->now, GROUP_SCAN);
		break;
	}
	return v.opinion;
}

/* ---- who waits ---- */

static void wake(struct group *g, const struct graph_guid *ids, size_t n, bool all)
{
	if (!n && !all)
		return;
	struct group_out *o =
		group_want(g, GROUP_OUT_REVALIDATE, span_of(ids, all ? 0 : n * sizeof(*ids)));
	if (!o || all)
		return;
	o->ids = (const struct graph_guid *)(const void *)o->payload.p;
	o->n_ids = n;
}

void group_waiting_for(struct group *g, struct span who)
{
	const struct graph_guid *ids = NULL;
	bool all = false;
	if (!g->judge)
		return;
	size_t n = group_judge_woken(judge_of(g), who, &ids, &all);
	wake(g, ids, n, all);
}

void group_waiting_due(struct group *g)
{
	const struct graph_guid *ids = NULL;
	bool all = false;
	if (!mono_reached(g->scan, g->now))
		return;
	size_t n = group_judge_scan(judge_of(g), &ids, &all);
	g->scan = group_judge_waiting(g->judge) ? mono_add(g->now, GROUP_SCAN) : MONO_NEVER;
	wake(g, ids, n, all);
}

struct mono group_waiting_deadline(const struct group *g)
{
	return g->scan;
}

/* ---- sessions ---- */

static enum err session_new(void *ctx, const struct graph_parties *p, void **session)
{
	struct group *g = ctx;
	enum err e = group_session_new(&g->home, p, session);
	g->counts.sessions += e == OK;
	return e;
}

/* ---- life ---- */

/* GRAPH-7.15: else whoever must be removed fills the room for that. */
static bool vital(const struct graph_guid *type)
{
	return graph_guid_eq(type, &group_type_removal) || graph_guid_eq(type, &group_type_epoch);
}

static const struct graph_provider_ops ops = {
	.name = "group",
	.sessions = true,
	.session_new = session_new,
	.session_free = group_session_free,
	.step = group_session_step,
	.seal = group_session_seal,
	.unseal = group_session_unseal,
	.peer = group_session_peer,
	.stands = group_session_stands,
	.secure = secure,
	.validate = validate,
	.secure_many = secure_many,
	.creator = creator,
	.ends = ends,
	.vital = vital,
	.protect = group_epoch_protect,
	.reveal = group_epoch_reveal,
	.writable = group_epoch_writable,
};

enum err group_provider_begin(struct group *g)
{
	const struct group_judge_birth b = {
		.env = g->env,
		.crypto = g->crypto,
		.profile = g->profile,
		.group = span_str(g->id),
		.self = span_str(g->self),
		.members = g->members,
		.removals = g->removals,
		.roots = g->limits.roots,
		.waiting = g->limits.waiting,
	};
	g->ops = ops;
	g->ops.frame_plain = g->profile->packet_max;
	g->ops.batch = g->profile->batch_depth ? g->limits.batch : 0;
	if (!g->epochs) {
		g->ops.protect = NULL;
		g->ops.reveal = NULL;
		g->ops.writable = NULL;
	}
	g->scan = MONO_NEVER;
	enum err e = graph_utf16(span_str(g->id), sizeof(g->id16) / 2, g->id16, &g->id16_n);
	if (!e)
		e = group_judge_new(&g->judge, &b);
	if (!e)
		e = group_judge_own(g->judge, g->own, g->group_key != NULL);
	if (!e && g->has_security)
		group_judge_security(g->judge, &g->security, NULL);
	return e;
}

void group_provider_end(struct group *g)
{
	group_batch_free(g->batch);
	group_judge_free(g->judge);
}

struct graph_provider group_provider(struct group *g)
{
	return (struct graph_provider){ &g->ops, g };
}
