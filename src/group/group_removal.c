/* What Removals change in a group (GROUP-11.13 to 11.19): who is a member, what may stay, what we
 * may still do. */
#include "group/group_int.h"

#define LOOKS	   512			      /* at members, in a turn */
#define EPOCH_1601 INT64_C(11644473600000000) /* us from 1601 to 1970 */

/* ---- told ---- */

/* The key by which somebody fell: its own, or that of the nearest above it. */
static bool cause_of(const struct group *g, const struct group_member *who,
		     struct group_removed *out)
{
	const struct group_credential *c =
		LIST_ENTRY(who->credentials.next, struct group_credential, all);
	return group_removals_cause(g->removals, c->chain, out);
}

void group_tell_standing(struct group *g, const struct group_member *who, bool removed)
{
	struct group_removed by;
	struct span text[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	if (removed && cause_of(g, who, &by)) {
		text[0] = by.signer_name;
		text[1] = by.signer_label;
		text[2] = by.removal->reason;
	}
	struct group_event *e = group_tell_with(g, who, text);
	e->change = removed ? GROUP_CHANGE_REMOVED : GROUP_CHANGE_RETURNED;
	e->ours = span_eq(who->name, span_str(g->self));
}

static void tell(void *ctx, const struct group_member *who, bool removed)
{
	group_tell_standing(ctx, who, removed);
}

void group_removal_begin(struct group *g)
{
	const struct group_members_told told = { tell, g };
	g->removing.looks = LOOKS;
	group_members_removals(g->members, g->removals, &told);
}

bool group_removed_by(const struct group *g, struct group_removed *out)
{
	return g->removed && group_removals_cause(g->removals, g->own, out);
}

const struct group_removals *group_removals(const struct group *g)
{
	return g->removals;
}

/* ---- what follows ---- */

void group_removal_own(struct group *g)
{
	if (!g->removals || !g->own)
		return;
	const struct crypto_cert *leaf = group_chain_leaf(g->own);
	g->removed = !group_removals_chain(g->removals, g->own) ||
		     group_removals_gone(g->removals, leaf->public, leaf->serial);
}

static void judge_members(struct group *g)
{
	if (!group_members_judge_on(g->members, &g->removing.looks))
		g->removing.looks = 0;
}

/* GROUP-11.18: all that was judged is judged again, and what waited. GROUP-11.36: members in
 * slices, links at once. */
static void follow(struct group *g)
{
	uint64_t turn = group_removals_turn(g->removals);
	if (turn == g->removing.turn)
		return;
	bool was = g->removed;
	g->removing.turn = turn;
	group_members_judge(g->members);
	judge_members(g);
	group_removal_own(g);
	if (g->removed)
		group_own_take(g);
	group_judge_forget(g->judge);
	if (was && !g->removed)
		(void)!group_learn_own(g);
	struct group_out *o = group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0));
	if (o)
		o->ended = true;
	g->removing.again = false;
	group_waiting_for(g, span_of(NULL, 0));
	group_password_noted(g);
}

/* GROUP-11.37: the first of a turn has its effect at once, the others together at its end. */
static void changed(struct group *g)
{
	if (!g->removing.once)
		follow(g);
	g->removing.once = true;
}

void group_removal_due(struct group *g)
{
	g->removing.once = false;
	g->removing.looks = LOOKS;
	follow(g);
	group_removals_turned(g->removals);
	judge_members(g);
	if (!g->removing.again)
		return;
	g->removing.again = false;
	group_waiting_for(g, span_of(NULL, 0));
	(void)group_want(g, GROUP_OUT_RECHECK, span_of(NULL, 0));
}

struct mono group_removal_deadline(const struct group *g)
{
	bool waits = g->removing.once || g->removing.again || group_removals_stale(g->removals) ||
		     group_members_judging(g->members);
	return waits ? g->now : MONO_NEVER;
}

bool group_removal_waits(struct group *g, const struct graph_record *r, enum graph_change change)
{
	if (!group_removals_busy(g->removals))
		return false;
	g->removing.again = true;
	if (change != GRAPH_CHANGE_STORED)
		group_judge_wait(g->judge, r);
	return true;
}

static enum err add(struct group *g, const struct group_removals_entry *e)
{
	enum err err = group_removals_add(g->removals, e);
	if (err == ERR_FULL)
		group_tell(g, GROUP_EVENT_FULL)->text = "there are too many Removals";
	changed(g);
	return err;
}

/* GROUP-11.21: the record whole, in memory of its own; n 0: it is too long, or there is none. */
static struct group_octets octets_of(const struct group *g, const struct graph_record *r)
{
	struct group_octets o = { NULL, 0 };
	size_t n = graph_record_size(r);
	uint8_t *room = n <= GROUP_REMOVAL_SHOWN ? env_resize(g->env, NULL, n) : NULL;
	if (!room)
		return o;
	struct wr w = wr_of(room, n);
	graph_record_put(&w, r);
	return (struct group_octets){ room, w.failed ? 0 : n };
}

enum err group_removal_learn(struct group *g, const struct graph_record *r, struct group_verdict *v)
{
	struct group_octets shown = octets_of(g, r);
	const struct group_removals_entry e = {
		.record = v->record,
		.payload = r->payload,
		.shown = span_of(shown.p, shown.n),
		.chain = v->chain,
		.when = (int64_t)(r->created / 10) - EPOCH_1601,
	};
	enum err err = group_removals_has(g->removals, &v->record) ? OK : add(g, &e);
	crypto_chain_free(v->chain);
	env_free(g->env, shown.p);
	group_secrets_learned(g, err);
	return err;
}

void group_removal_purged(struct group *g, const struct graph_guid *id)
{
	group_removals_drop(g->removals, id);
	changed(g);
}

void group_removal_rests(struct group *g, const struct graph_guid *id, uint64_t put)
{
	if (g->removals)
		group_removals_rest(g->removals, id, put);
}

/* The first that does; false: none. */
static bool rests_on(const struct group *g, uint64_t first, struct graph_guid *id)
{
	struct group_removed i;
	for (size_t at = 0; group_removals_next(g->removals, &at, &i);) {
		if (i.put < first)
			continue;
		*id = i.record->id;
		return true;
	}
	return false;
}

/* GROUP-11.35 */
void group_removals_lost(struct group *g, uint64_t first, struct mono now)
{
	struct graph_guid id;
	g->now = now;
	while (first && g->removals && rests_on(g, first, &id))
		group_removal_purged(g, &id);
}

/* ---- ours, which nobody judges here ---- */

/* GROUP-11.30: several may be on their way at once. */
struct said {
	struct list all;
	struct group_kept_record record;
	struct group_octets payload, shown; /* shown: whole, as on the wire */
};

static void forget(struct group *g, struct said *s)
{
	list_take(&s->all);
	env_free(g->env, s->payload.p);
	env_free(g->env, s->shown.p);
	env_free(g->env, s);
}

void group_removal_end(struct group *g)
{
	LIST_EACH(n, tmp, &g->said)
	forget(g, LIST_ENTRY(n, struct said, all));
}

/* Without memory it is learned from what is stored, a little later. */
void group_removal_signed(struct group *g, const struct graph_record *r,
			  const struct group_signing *s, struct span security)
{
	struct graph_record whole = *r;
	if (!graph_guid_eq(&r->type, &group_type_removal))
		return;
	struct said *said = env_zalloc(g->env, 1, sizeof *said);
	if (!said)
		return;
	list_push_back(&g->said, &said->all);
	whole.security = security;
	said->shown = octets_of(g, &whole);
	group_record_digest(g->crypto, g->profile, r, s->creator_serial, s->modifier_serial,
			    &said->record);
	if (group_octets_set(g, &said->payload, r->payload) != OK)
		forget(g, said);
}

static struct said *said_of(const struct group *g, const struct graph_guid *id)
{
	LIST_EACH(n, tmp, (struct list *)(uintptr_t)&g->said)
	if (graph_guid_eq(&LIST_ENTRY(n, struct said, all)->record.id, id))
		return LIST_ENTRY(n, struct said, all);
	return NULL;
}

static bool learn_said(struct group *g, const struct said *s)
{
	const struct group_removals_entry e = {
		.record = s->record,
		.payload = span_of(s->payload.p, s->payload.n),
		.shown = span_of(s->shown.p, s->shown.n),
		.chain = g->group_key ? NULL : g->own,
		.when = group_time(g),
	};
	return add(g, &e) == OK;
}

/* What failed has not always a Record ID: those that are stored all the same are learned from
 * there. */
void group_removal_published(struct group *g, const struct graph_guid *id, enum err err)
{
	struct said *s = said_of(g, id);
	if (!err)
		group_epoch_removed(g, s && learn_said(g, s));
	if (s)
		forget(g, s);
	else if (err)
		group_removal_end(g);
}
