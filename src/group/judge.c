/* Records judged (GROUP-7.6 to 7.11). What costs least comes first; a signature last. */
#include "group/judge_int.h"

#include "wire/utf.h"

#define NAME_UNITS (GROUP_NAME_MAX + 1)

/* ---- what is known ---- */

static struct span copy_name(char *room, size_t size, struct span name)
{
	struct text t = text_of(room, size);
	text_span(&t, name);
	return span_of(room, t.n);
}

enum err group_judge_new(struct group_judge **out, const struct group_judge_birth *b)
{
	struct group_judge *j = env_zalloc(b->env, 1, sizeof *j);
	if (!j)
		return ERR_NOMEM;
	j->birth = *b;
	j->birth.group = copy_name(j->group, sizeof j->group, b->group);
	j->birth.self = copy_name(j->self, sizeof j->self, b->self);
	group_waiting_init(&j->waiting, b->env, b->waiting);
	enum err e = group_roots_new(&j->roots, b->env, b->roots);
	if (e)
		group_judge_free(j);
	else
		*out = j;
	return e;
}

void group_judge_free(struct group_judge *j)
{
	if (!j)
		return;
	group_waiting_fini(&j->waiting);
	group_roots_free(j->roots);
	crypto_public_free(j->root.key);
	env_free(j->birth.env, j);
}

void group_judge_now(struct group_judge *j, int64_t wall)
{
	j->now = wall;
}

/* GROUP-7.6: the group's key is that of any valid chain's root (P30); all have the same, since
 * the group is called by it. */
static enum err learn_root(struct group_judge *j, const struct crypto_cert *root)
{
	struct crypto_public *key;
	enum err e =
		crypto_public_load(j->birth.crypto, j->birth.profile->crypto, root->public, &key);
	if (e)
		return e;
	crypto_public_free(j->root.key);
	j->root.key = key;
	memcpy(j->root.serial, root->serial.p, CRYPTO_SERIAL);
	j->root.from = root->not_before;
	j->root.to = root->not_after;
	return OK;
}

enum err group_judge_own(struct group_judge *j, const struct crypto_chain *own, bool group_key)
{
	enum err e = learn_root(j, group_chain_root(own));
	if (e)
		return e;
	j->own = own;
	j->group_key = group_key;
	return OK;
}

void group_judge_security(struct group_judge *j, const struct group_security *s,
			  const struct graph_guid *id)
{
	j->security = s;
	j->has_security_id = id != NULL;
	if (id)
		j->security_id = *id;
}

void group_judge_forget(struct group_judge *j)
{
	group_roots_forget(j->roots);
}

/* GROUP-6.4: before the group's version is known it is taken to be the later one. */
bool group_judge_version11(const struct group_judge *j)
{
	return !j->security || j->security->minor > 0;
}

void group_judge_look(const struct group_judge *j, struct group_judge_counts *out)
{
	*out = j->counts;
	out->by_root = group_roots_hits(j->roots);
}

/* ---- names ---- */

/* The most names are ASCII: octets are taken over. False: they are not. */
static bool ascii_name(struct span wide, char *out)
{
	size_t n = wide.n / 2 - 1;
	for (size_t i = 0; i < n; i++) {
		uint8_t low = wide.p[2 * i + 1];
		if (wide.p[2 * i] || low == 0 || low > 0x7f)
			return false;
		out[i] = (char)low;
	}
	out[n] = '\0';
	return true;
}

static bool any_name(struct span wide, char *out, size_t *n)
{
	uint16_t units[NAME_UNITS];
	size_t count = wide.n / 2 - 1;
	for (size_t i = 0; i < count; i++)
		units[i] = (uint16_t)(wide.p[2 * i] << 8 | wide.p[2 * i + 1]);
	return utf8_of(units, count, out, GROUP_NAME_OCTETS, n) == OK;
}

/* GROUP-7.7 */
static bool read_name(struct span wide, char *out, struct span *name)
{
	struct group_name ignored;
	if (wide.n % 2 || wide.n < 4 || wide.n / 2 > NAME_UNITS || wide.p[wide.n - 2] ||
	    wide.p[wide.n - 1])
		return false;
	size_t n = wide.n / 2 - 1;
	if (!ascii_name(wide, out) && !any_name(wide, out, &n))
		return false;
	*name = span_of(out, n);
	return group_name_parse(&ignored, *name) == OK;
}

bool group_toucher_read(struct group_toucher *t, const struct graph_record *r)
{
	t->modifier = span_of(NULL, 0);
	if (!read_name(r->creator, t->creator_room, &t->creator))
		return false;
	return !r->modifier.n || read_name(r->modifier, t->modifier_room, &t->modifier);
}

/* ---- signers ---- */

struct looking {
	struct group_judging *g;
	const struct group_kind *kind;
	const struct group_signed *signed_by;
	enum graph_change change;
	struct group_credential fresh; /* that of the chain in a Membership; key NULL none */
};

static void reversed(struct span serial, uint8_t out[CRYPTO_SERIAL])
{
	for (size_t i = 0; i < CRYPTO_SERIAL; i++)
		out[i] = serial.p[CRYPTO_SERIAL - 1 - i];
}

/* GROUP-7.8: the chain that a Membership brings proves itself (P36). */
static struct group_credential *fresh_of(struct looking *l, struct span name, struct span serial)
{
	const struct crypto_chain *chain = l->fresh.chain;
	if (!chain || !span_eq(group_chain_leaf(chain)->subject_name, name) ||
	    !span_eq(l->fresh.serial, serial))
		return NULL;
	return &l->fresh;
}

/* The first credential with that serial; a chain of classic may have it the other way round
 * (P10). NULL: none is known. */
static struct group_credential *credential_of(struct looking *l, struct span name,
					      struct span serial)
{
	const struct group_judge *j = l->g->j;
	const struct group_member *who = group_members_find(j->birth.members, name);
	uint8_t other[CRYPTO_SERIAL];
	struct group_credential *c = who ? group_member_credential(who, serial, j->now) : NULL;
	if (!c)
		c = fresh_of(l, name, serial);
	if (c || !j->birth.profile->readings)
		return c;
	reversed(serial, other);
	serial = span_of(other, sizeof other);
	c = who ? group_member_credential(who, serial, j->now) : NULL;
	return c ? c : fresh_of(l, name, serial);
}

static struct group_credential *next_credential(struct looking *l, struct group_credential *c)
{
	const struct group_member *who = NULL;
	if (c == &l->fresh)
		return NULL;
	who = group_members_find(l->g->j->birth.members, group_toucher_last(&l->g->j->names));
	return who ? group_member_credential_next(who, c) : NULL;
}

static void miss(struct group_judging *g, struct span name)
{
	if (g->missing.n == 0 || !span_eq(g->missing.names[0], name))
		g->missing.names[g->missing.n++] = name;
}

static bool signature_fits(struct looking *l, const struct crypto_public *key)
{
	struct group_judge *j = l->g->j;
	if (l->change == GRAPH_CHANGE_STORED || l->g->checked)
		return true;
	j->counts.checked++;
	return group_check(j->birth.crypto, j->birth.profile, group_judge_version11(j), j->roots,
			   key, l->g->r, l->signed_by) == OK;
}

/* GROUP-7.13: a Membership is its own member's, or of somebody who may issue such (P35);
 * GROUP-14.12: so is an invitation to one. */
static bool may_publish(const struct looking *l, const struct group_credential *c)
{
	const struct crypto_chain *chain = l->g->out->chain;
	if (!chain)
		return group_may_invite(l->g->out->inviting, c->roles);
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	return span_eq(leaf->subject_name, group_toucher_last(&l->g->j->names)) ||
	       !(leaf->roles & ~group_role_issuable(c->roles));
}

/* GROUP-11.13: of a removed key what is kept, and what it signed when it was back. Of Removals
 * all, since what they come to is decided elsewhere, but none that was signed anew. */
static bool is_removed(const struct looking *l, const struct group_credential *c)
{
	const struct group_removals *removals = l->g->j->birth.removals;
	struct span public = crypto_public_octets(c->key);
	struct group_kept_record record;
	if (!removals || !group_removals_count(removals) ||
	    (!l->kind->removal && !group_removals_named(removals, public)))
		return false;
	group_record_digest(l->g->j->birth.crypto, l->g->j->birth.profile, l->g->r,
			    l->signed_by->creator_serial, l->signed_by->modifier_serial, &record);
	return l->kind->removal ? group_removals_forged(removals, public, &record)
				: !group_removals_record(removals, public, c->serial, &record);
}

/* GROUP-7.9, GROUP-7.10: by this certificate of who touched it last. */
static enum group_refusal by_credential(struct looking *l, const struct group_credential *c)
{
	const struct group_toucher *t = &l->g->j->names;
	bool edited = group_toucher_edited(t);
	if (!l->kind->removal && !group_within(l->g->r, c->from, c->to))
		return GROUP_REFUSAL_TIME;
	if (is_removed(l, c))
		return GROUP_REFUSAL_REMOVED;
	if (edited && !l->kind->anybody_edits && !group_role_edits_others(c->roles))
		return GROUP_REFUSAL_RIGHT;
	if (l->kind->needs && !(c->roles & l->kind->needs))
		return GROUP_REFUSAL_RIGHT;
	if (!may_publish(l, c))
		return GROUP_REFUSAL_OWNER;
	return signature_fits(l, c->key) ? GROUP_REFUSAL_NONE : GROUP_REFUSAL_SIGNATURE;
}

/* GROUP-11.14: who made what an administrator keeps up may be gone without a trace. */
static bool is_past(const struct group_judge *j)
{
	return j->birth.removals && group_removals_turn(j->birth.removals) != 0;
}

/* It is who the chain in it says, whoever else has that name. */
static enum group_step by_carried(struct looking *l)
{
	struct group_judging *g = l->g;
	const struct group_signed *s = l->signed_by;
	if (!fresh_of(l, g->j->names.creator, s->creator_serial) ||
	    !span_eq(s->creator_serial, s->modifier_serial))
		return group_refuse(g, GROUP_REFUSAL_SERIAL);
	enum group_refusal why = by_credential(l, &l->fresh);
	return why == GROUP_REFUSAL_NONE ? GROUP_STEP_ON : group_refuse(g, why);
}

/* GROUP-7.8: both certificates must be known; of several with one serial any will do.
 * GROUP-7.25: but of what anybody keeps up only who did so last. */
static enum group_step by_members(struct looking *l)
{
	struct group_judging *g = l->g;
	const struct group_toucher *t = &g->j->names;
	const struct group_signed *s = l->signed_by;
	if (!t->modifier.n && !span_eq(s->creator_serial, s->modifier_serial))
		return group_refuse(g, GROUP_REFUSAL_SERIAL);
	bool kept_up = group_toucher_edited(t) && (l->kind->anybody_edits || is_past(g->j));
	if (!kept_up && !credential_of(l, t->creator, s->creator_serial))
		miss(g, t->creator);
	struct group_credential *c = credential_of(l, group_toucher_last(t), s->modifier_serial);
	/* GROUP-11.23: no membership comes for which it could wait. */
	if (!c &&
	    group_members_fallen(g->j->birth.members, group_toucher_last(t), s->modifier_serial))
		return group_refuse(g, GROUP_REFUSAL_REMOVED);
	if (!c)
		miss(g, group_toucher_last(t));
	if (g->missing.n)
		return GROUP_STEP_LATER;
	enum group_refusal why = GROUP_REFUSAL_NONE;
	for (; c; c = next_credential(l, c)) {
		why = by_credential(l, c);
		if (why == GROUP_REFUSAL_NONE)
			return GROUP_STEP_ON;
	}
	return group_refuse(g, why);
}

static bool is_groups(const struct group_judge *j)
{
	struct span group = j->birth.group;
	return span_eq(j->names.creator, group) &&
	       (!j->names.modifier.n || span_eq(j->names.modifier, group));
}

/* GROUP-7.11 */
static enum group_step by_group(struct looking *l)
{
	struct group_judging *g = l->g;
	const struct group_root_key *root = &g->j->root;
	struct span serial = span_of(root->serial, sizeof root->serial);
	if (!is_groups(g->j))
		return group_refuse(g, GROUP_REFUSAL_OWNER);
	if (!root->key)
		return GROUP_STEP_LATER;
	if (!l->kind->removal && !group_within(g->r, root->from, root->to))
		return group_refuse(g, GROUP_REFUSAL_TIME);
	if (!span_eq(l->signed_by->creator_serial, serial) ||
	    !span_eq(l->signed_by->modifier_serial, serial))
		return group_refuse(g, GROUP_REFUSAL_SERIAL);
	return signature_fits(l, root->key) ? GROUP_STEP_ON
					    : group_refuse(g, GROUP_REFUSAL_SIGNATURE);
}

/* ---- a record ---- */

/* The key of the chain that came with it, for its own record and for its X25519 key. */
static enum err read_fresh(struct looking *l)
{
	struct group_judge *j = l->g->j;
	struct crypto_chain *chain = l->g->out->chain;
	if (!chain)
		return OK;
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	enum err e = crypto_public_load(j->birth.crypto, j->birth.profile->crypto, leaf->public,
					&l->fresh.key);
	if (e)
		return e;
	l->fresh.chain = chain;
	l->fresh.serial = leaf->serial;
	l->fresh.roles = leaf->roles;
	group_chain_period(chain, &l->fresh.from, &l->fresh.to);
	return OK;
}

/* GROUP-5.9 */
static enum group_step seal_key_fits(struct looking *l)
{
	struct group_judge *j = l->g->j;
	const struct group_membership *m = &l->g->out->membership;
	uint8_t digest[CRYPTO_HASH_MAX];
	if (!l->g->out->chain || !m->seal_key.n || l->change == GRAPH_CHANGE_STORED)
		return GROUP_STEP_ON;
	group_seal_digest(j->birth.crypto, j->birth.profile, l->fresh.serial, m->seal_key, digest);
	enum err e = crypto_public_verify(j->birth.crypto, l->fresh.key,
					  span_of(digest, j->birth.profile->crypto->hash_size),
					  m->seal_signature);
	return e ? group_refuse(l->g, GROUP_REFUSAL_SIGNATURE) : GROUP_STEP_ON;
}

static enum group_step by_signers(struct group_judging *g, const struct group_kind *kind,
				  const struct group_signed *s, enum graph_change change)
{
	struct looking l = { .g = g, .kind = kind, .signed_by = s, .change = change };
	if (read_fresh(&l) != OK)
		return GROUP_STEP_LATER;
	bool group = kind->group_signs || (kind->removal && !g->out->chain);
	enum group_step step = GROUP_STEP_ON;
	if (group)
		step = by_group(&l);
	else
		step = kind->removal ? by_carried(&l) : by_members(&l);
	if (step == GROUP_STEP_ON && kind->removal)
		group_record_digest(g->j->birth.crypto, g->j->birth.profile, g->r,
				    s->creator_serial, s->modifier_serial, &g->out->record);
	if (step == GROUP_STEP_ON)
		step = seal_key_fits(&l);
	crypto_public_free(l.fresh.key);
	return step;
}

/* GROUP-11.39: what only the group's key may say at such length is read when that has said it. */
static enum group_step signed_first(struct group_judging *g, const struct group_kind *kind,
				    const struct group_signed *s, enum graph_change change)
{
	struct looking l = { .g = g, .kind = kind, .signed_by = s, .change = change };
	if (!kind->removal || g->r->payload.n <= GROUP_REMOVAL_MEMBER ||
	    !span_eq(g->j->names.creator, g->j->birth.group))
		return GROUP_STEP_ON;
	enum group_step step = by_group(&l);
	g->checked = step == GROUP_STEP_ON;
	return step;
}

/* What every record must be, before its payload is looked at. */
static enum group_refusal at_a_glance(struct group_judging *g, struct group_signed *s,
				      const struct group_kind **kind)
{
	const struct group_judge *j = g->j;
	*kind = group_kind_of(j->birth.profile, &g->r->type);
	if (!group_toucher_read(&g->j->names, g->r))
		return GROUP_REFUSAL_NAME;
	g->out->who = group_toucher_last(&j->names);
	if (!*kind)
		return GROUP_REFUSAL_RESERVED;
	if ((*kind)->stays && graph_record_deleted(g->r))
		return GROUP_REFUSAL_DELETED;
	if ((*kind)->once && g->r->modifier.n)
		return GROUP_REFUSAL_FIXED;
	if (group_signed_read(s, j->birth.profile, g->r->security))
		return GROUP_REFUSAL_SIGNATURE;
	return GROUP_REFUSAL_NONE;
}

static enum group_step judge(struct group_judging *g, enum graph_change change)
{
	struct group_signed s;
	const struct group_kind *kind;
	enum group_refusal why = at_a_glance(g, &s, &kind);
	if (why != GROUP_REFUSAL_NONE)
		return group_refuse(g, why);
	enum group_step step = signed_first(g, kind, &s, change);
	if (step == GROUP_STEP_ON && kind->read)
		step = kind->read(g);
	return step == GROUP_STEP_ON ? by_signers(g, kind, &s, change) : step;
}

/* Nothing is handed out of what may not stand, or not yet. */
static void take_back(struct group_verdict *out)
{
	crypto_chain_free(out->chain);
	out->chain = NULL;
	out->security = NULL;
	out->policy = NULL;
	out->inviting = NULL;
	out->removal = NULL;
	out->epoch = NULL;
	out->keys = NULL;
}

void group_judge_wait(struct group_judge *j, const struct graph_record *r)
{
	const struct group_missing nothing = { .n = 0 };
	j->counts.waited++;
	group_waiting_add(&j->waiting, r, &nothing);
}

void group_judge_record(struct group_judge *j, const struct graph_record *r,
			enum graph_change change, struct group_verdict *out)
{
	struct group_judging g = { .j = j, .r = r, .out = out };
	*out = (struct group_verdict){ .opinion = GRAPH_VALID };
	enum group_step step = judge(&g, change);
	if (step == GROUP_STEP_ON) {
		group_waiting_done(&j->waiting, r);
		return;
	}
	take_back(out);
	out->opinion = step == GROUP_STEP_LATER ? GRAPH_LATER : GRAPH_INVALID;
	j->counts.refused += step == GROUP_STEP_REFUSED;
	if (step == GROUP_STEP_REFUSED || change == GRAPH_CHANGE_STORED)
		return;
	j->counts.waited++;
	group_waiting_add(&j->waiting, r, &g.missing);
}
