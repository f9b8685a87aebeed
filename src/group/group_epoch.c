/* Epochs in time (GROUP-12.11 to 12.18): under which one is written, when a new one begins. */
#include "group/epochs_int.h"

#include "base/number.h"

/* ---- names ---- */

void group_epoch_authority_of(struct span name, uint8_t out[GROUP_AUTHORITY])
{
	size_t n = 0;
	struct span digits = span_of(name.p, GROUP_AUTHORITY_DIGITS);
	memset(out, 0, GROUP_AUTHORITY);
	if (name.n > GROUP_AUTHORITY_DIGITS)
		(void)!number_hex(digits, out, GROUP_AUTHORITY, &n);
}

const struct group_credential *group_epoch_standing(const struct group *g,
						    const struct group_member *m)
{
	const struct group_credential *c =
		group_member_credential(m, span_of(NULL, 0), group_time(g));
	bool gone = c && group_removals_gone(g->removals, crypto_public_octets(c->key), c->serial);
	return gone ? NULL : c;
}

/* ---- the one to write under ---- */

#define GUID	16
#define REMOVED (GROUP_AUTHORITY + GUID) /* and the Removal */

/* The first of that authority; n: there is none. */
static size_t first_of(const struct group_octets *o, const uint8_t *authority)
{
	size_t from = 0, n = o->n / REMOVED, to = n;
	while (from < to) {
		size_t i = from + (to - from) / 2;
		if (memcmp(o->p + i * REMOVED, authority, GROUP_AUTHORITY) < 0)
			from = i + 1;
		else
			to = i;
	}
	bool there = from < n && memcmp(o->p + from * REMOVED, authority, GROUP_AUTHORITY) == 0;
	return there ? from : n;
}

/* D18: most of 160,000 holders are told by a bit. */
bool group_epoch_is_removed(void *ctx, const uint8_t authority[GROUP_AUTHORITY])
{
	const struct group_epochs *e = ctx;
	bool maybe = e->maybe[authority[0] * 32 + authority[1] / 8] >> authority[1] % 8 & 1;
	return maybe && first_of(&e->removed, authority) < e->removed.n / REMOVED;
}

static bool covers(const struct group_ring_epoch *e, const uint8_t *removal)
{
	size_t from = 0, to = e->n_covers;
	while (from < to) {
		size_t i = from + (to - from) / 2;
		int order = memcmp(e->covers + i * GUID, removal, GUID);
		if (order == 0)
			return true;
		if (order < 0)
			from = i + 1;
		else
			to = i;
	}
	return false;
}

/* GROUP-12.22 */
static bool is_covered(void *ctx, const uint8_t authority[GROUP_AUTHORITY],
		       const struct group_ring_epoch *e)
{
	const struct group_octets *o = &((const struct group_epochs *)ctx)->removed;
	for (size_t i = first_of(o, authority); i < o->n / REMOVED; i++) {
		const uint8_t *p = o->p + i * REMOVED;
		if (memcmp(p, authority, GROUP_AUTHORITY) != 0)
			break;
		if (covers(e, p + GROUP_AUTHORITY))
			return true;
	}
	return false;
}

static void sink(uint8_t *p, size_t at, size_t gap)
{
	uint8_t one[REMOVED];
	memcpy(one, p + at * REMOVED, sizeof(one));
	for (; at >= gap; at -= gap) {
		const uint8_t *before = p + (at - gap) * REMOVED;
		if (memcmp(before, one, sizeof(one)) <= 0)
			break;
		memcpy(p + at * REMOVED, before, sizeof(one));
	}
	memcpy(p + at * REMOVED, one, sizeof(one));
}

/* D18: each holder of an epoch is looked up in them. */
static void sort(struct group_octets *o)
{
	size_t n = o->n / REMOVED;
	for (size_t gap = n / 2; gap; gap = gap == 2 ? 1 : gap * 5 / 11)
		for (size_t at = gap; at < n; at++)
			sink(o->p, at, gap);
}

/* Who is removed, once more. False: without memory it is not known. */
static bool look_at_removals(struct group *g)
{
	struct group_epochs *e = g->epochs;
	struct group_removed r;
	uint64_t turn = group_removals_turn(g->removals);
	size_t at = 0, most = group_removals_count(g->removals);
	if (e->turn == turn)
		return true;
	uint8_t *p = env_zalloc(g->env, most + 1, REMOVED);
	if (!p) {
		if (mono_reached(e->look_again, g->now))
			e->look_again = mono_add(g->now, GROUP_AGAIN);
		return false;
	}
	env_free(g->env, e->removed.p);
	e->removed = (struct group_octets){ p, 0 };
	memset(e->maybe, 0, sizeof(e->maybe));
	while (group_removals_next(g->removals, &at, &r)) {
		if (!r.counts || r.removal->returns)
			continue;
		e->maybe[r.key[0] * 32 + r.key[1] / 8] |= (uint8_t)(1 << r.key[1] % 8);
		memcpy(p + e->removed.n, r.key, GROUP_AUTHORITY);
		memcpy(p + e->removed.n + GROUP_AUTHORITY, r.record->id.at, GUID);
		e->removed.n += REMOVED;
	}
	sort(&e->removed);
	e->turn = turn;
	group_epoch_changed(g);
	return true;
}

struct group_ring_choice group_epoch_choice(const struct group *g)
{
	struct group_ring_choice c = {
		.removed = group_epoch_is_removed,
		.covered = is_covered,
		.ctx = g->epochs,
		.now = group_time(g),
	};
	c.n_removals = group_removals_ids(g->removals, &c.removals);
	return c;
}

static void tell(struct group *g, const struct group_ring_epoch *e)
{
	struct group_event *v = group_tell(g, GROUP_EVENT_KEY_EPOCH);
	uint8_t own[GROUP_AUTHORITY];
	group_epoch_authority_of(span_str(g->self), own);
	v->number = e->number;
	v->ours = memcmp(own, e->maker, sizeof(own)) == 0;
	group_epoch_maker(g, e->maker, v->who);
}

/* The first that is found after a start is no news. */
static void choose(struct group *g)
{
	struct group_epochs *e = g->epochs;
	const struct group_ring_choice c = group_epoch_choice(g);
	const struct group_ring_epoch *best = group_keyring_choose(e->ring, &c);
	bool other = best && (!e->has_chosen || memcmp(e->chosen, best->id, GROUP_EPOCH_ID) != 0);
	e->chose = true;
	e->has_chosen = best != NULL;
	if (best)
		memcpy(e->chosen, best->id, GROUP_EPOCH_ID);
	if (best && best->has_key && (e->fresh || (other && e->told)))
		tell(g, best);
	e->fresh &= !best || !best->has_key;
	e->told |= best != NULL && g->ready;
}

const struct group_ring_epoch *group_epoch_chosen(struct group *g)
{
	struct group_epochs *e = g->epochs;
	const struct group_ring_epoch *found = NULL;
	if (!look_at_removals(g))
		return NULL;
	if (e->chose && e->has_chosen)
		found = group_keyring_find(e->ring, e->chosen);
	if (e->chose && (!e->has_chosen || (found && found->until > group_time(g))))
		return found;
	choose(g);
	return e->has_chosen ? group_keyring_find(e->ring, e->chosen) : NULL;
}

void group_epoch_changed(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!e)
		return;
	e->chose = false;
	e->look = true;
	e->looked_to[0] = '\0';
}

/* GROUP-12.19 */
void group_epoch_short(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (mono_is_never(e->learn_again))
		e->learn_again = mono_add(g->now, GROUP_AGAIN);
}

void group_epoch_ask(struct group *g, enum group_out_kind kind)
{
	if (!group_want(g, kind, span_of(NULL, 0)))
		group_epoch_short(g);
}

void group_epoch_keys_changed(struct group *g)
{
	group_epoch_changed(g);
	g->epochs->fresh = true;
	group_epoch_ask(g, GROUP_OUT_KEYS);
	group_epoch_ask(g, GROUP_OUT_REVEAL);
}

static void learn_again_due(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!mono_reached(e->learn_again, g->now))
		return;
	e->learn_again = MONO_NEVER;
	group_epoch_ask(g, GROUP_OUT_KEYS);
	group_epoch_ask(g, GROUP_OUT_RECHECK);
	group_epoch_ask(g, GROUP_OUT_REVEAL);
}

/* ---- published ---- */

enum err group_epoch_want(struct group *g, const struct graph_guid *type,
			  const struct group_octets *payload)
{
	struct group_out *o = group_want(g, GROUP_OUT_PUBLISH, span_of(payload->p, payload->n));
	if (!o)
		return ERR_NOMEM;
	o->type = *type;
	o->expires = group_own_latest(g, g->to);
	return OK;
}

bool group_epoch_published(struct group *g, const struct graph_guid *type,
			   const struct graph_guid *id, enum err err)
{
	bool epoch = graph_guid_eq(type, &group_type_epoch);
	if (!g->epochs || (!epoch && !graph_guid_eq(type, &group_type_key)))
		return false;
	if (epoch)
		group_epoch_made(g, err, id);
	else
		group_epoch_gave(g, err);
	return true;
}

/* ---- when a new one begins ---- */

static bool may_make(const struct group *g)
{
	return g->ready && g->epochs->has_secret && g->roles & CRYPTO_ROLE_ADMIN &&
	       group_own_valid(g);
}

/* GROUP-12.12: on the wall, when the one that is written under is too old. One that ends with
 * its maker's membership is followed in time by who stays longer. */
static int64_t old_at(const struct group *g, const struct group_ring_epoch *e)
{
	int64_t age = e->made + GROUP_EPOCH_AGE;
	int64_t life = e->until - e->made, lead = life / 4;
	if (lead > GROUP_POLICY_LEAD)
		lead = GROUP_POLICY_LEAD;
	bool outlives = group_own_latest(g, g->to) - e->until > 2 * GROUP_SLACK;
	int64_t end = outlives ? e->until - lead : INT64_MAX;
	return age < end ? age : end;
}

enum due {
	DUE_NOT,
	DUE_SOON, /* somebody else may be first */
	DUE_NOW
};

static enum due due(struct group *g)
{
	struct group_epochs *e = g->epochs;
	const struct group_ring_choice c = group_epoch_choice(g);
	if (!may_make(g))
		return DUE_NOT;
	if (e->forced || (e->begins && !e->seen && g->group_key))
		return DUE_NOW;
	if (!e->seen && !c.n_removals)
		return DUE_NOT;
	const struct group_ring_epoch *chosen = group_epoch_chosen(g);
	if (!chosen || !group_keyring_covers(chosen, &c))
		return e->ours ? DUE_NOW : DUE_SOON;
	return old_at(g, chosen) <= group_time(g) ? DUE_SOON : DUE_NOT;
}

static struct mono by_chance(const struct group *g)
{
	uint64_t more = env_random_below(g->env, (uint64_t)GROUP_EPOCH_MORE + 1);
	return mono_add(g->now, GROUP_EPOCH_LEAST + (int64_t)more);
}

static void plan(struct group *g)
{
	struct group_epochs *e = g->epochs;
	switch (due(g)) {
	case DUE_NOT:
		group_epoch_over(g, ERR_DENIED);
		e->start = MONO_NEVER;
		e->ours = false;
		break;
	case DUE_SOON:
		if (mono_is_never(e->start))
			e->start = by_chance(g);
		break;
	case DUE_NOW:
		e->start = mono_min(e->start, g->now);
		break;
	}
	if (e->start.us < e->wait.us)
		e->start = e->wait;
}

void group_epoch_due(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!e)
		return;
	learn_again_due(g);
	if (!look_at_removals(g))
		return;
	if (!e->chose)
		(void)group_epoch_chosen(g);
	if (!e->making && !e->asked)
		plan(g);
	group_epoch_look_on(g);
	if (e->making || mono_reached(e->start, g->now))
		group_epoch_make_on(g);
	group_epoch_give_on(g);
}

static struct mono when(const struct group *g, int64_t wall)
{
	int64_t wait = wall - group_time(g);
	return wall == INT64_MAX ? MONO_NEVER : mono_add(g->now, wait > 0 ? wait : 0);
}

struct mono group_epoch_deadline(const struct group *g)
{
	const struct group_epochs *e = g->epochs;
	if (!e)
		return MONO_NEVER;
	if (e->turn != group_removals_turn(g->removals))
		return mono_reached(e->look_again, g->now) ? g->now : e->look_again;
	if (e->making || (e->look && g->ready))
		return g->now;
	bool gives = group_epoch_may_give(g) && !e->gift.p;
	struct mono at = mono_min(e->start, gives ? e->give : MONO_NEVER);
	at = mono_min(at, e->learn_again);
	const struct group_ring_epoch *chosen =
		e->has_chosen ? group_keyring_find(e->ring, e->chosen) : NULL;
	if (!chosen || !may_make(g) || e->asked || !mono_is_never(e->start))
		return at;
	return mono_min(at, when(g, old_at(g, chosen)));
}

void group_epoch_ready(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!e)
		return;
	e->asked = false;
	env_free(g->env, e->gift.p);
	e->gift = (struct group_octets){ NULL, 0 };
	e->told = true;
	group_epoch_changed(g);
	if (e->unsure)
		group_epoch_ask(g, GROUP_OUT_RECHECK);
	e->unsure = false;
	/* GROUP-12.13: now it is known whether there are epochs. */
	group_epoch_ask(g, GROUP_OUT_REVEAL);
}

/* GROUP-12.16: who removes need not wait for anybody. */
void group_epoch_removed(struct group *g, bool known)
{
	if (!g->epochs)
		return;
	g->epochs->ours = true;
	if (!known)
		group_epoch_short(g);
}

/* ---- asked ---- */

enum err group_rotate(struct group *g, bool dry_run, struct text *why, struct mono now)
{
	g->now = now;
	struct group_epochs *e = g->epochs;
	enum err err = ERR_DENIED;
	if (!e || !e->has_secret)
		text_str(why, "groups of this profile have no epochs");
	else if (!(g->roles & CRYPTO_ROLE_ADMIN))
		text_str(why, "only an administrator of the group may change its key");
	else if (!group_own_valid(g))
		text_str(why, "our own membership has ended");
	else
		err = g->ready ? OK : ERR_STATE;
	if (err == ERR_STATE)
		text_str(why, "the group is not ready: connect to a member first");
	if (err || dry_run)
		return err;
	e->forced = true;
	e->over = false;
	group_epoch_due(g);
	return OK;
}

void group_epoch_over(struct group *g, enum err why)
{
	struct group_epochs *e = g->epochs;
	if (!e->forced)
		return;
	e->forced = false;
	e->over = true;
	e->over_why = why;
}

bool group_rotated(struct group *g, enum err *why)
{
	struct group_epochs *e = g->epochs;
	if (!e || !e->over)
		return false;
	e->over = false;
	*why = e->over_why;
	return true;
}

/* ---- looks ---- */

void group_epoch_maker(const struct group *g, const uint8_t *authority,
		       char out[GROUP_NAME_OCTETS + 1])
{
	struct text t = text_of(out, GROUP_NAME_OCTETS + 1);
	const struct group_member *m = group_epoch_member_of(g, authority);
	if (m)
		text_span(&t, m->name);
	else
		text_hex(&t, span_of(authority, GROUP_AUTHORITY));
}

static size_t lacking(const struct group *g, const struct group_ring_epoch *chosen)
{
	struct group_member *m = NULL;
	size_t n = 0;
	while ((m = group_members_next(g->members, m))) {
		uint8_t authority[GROUP_AUTHORITY];
		group_epoch_authority_of(m->name, authority);
		n += group_epoch_standing(g, m) &&
		     !group_keyring_holds(chosen, span_of(authority, sizeof(authority)));
	}
	return n;
}

void group_epochs_look(const struct group *g, struct group_epoch_info *out)
{
	const struct group_epochs *e = g->epochs;
	*out = (struct group_epoch_info){ .has = e && (e->seen || e->begins) };
	if (!e)
		return;
	out->epochs = group_keyring_count(e->ring);
	const struct group_ring_choice c = group_epoch_choice(g);
	const struct group_ring_epoch *chosen = group_keyring_choose(e->ring, &c);
	if (!chosen)
		return;
	out->number = chosen->number;
	out->from = chosen->made;
	out->has_key = chosen->has_key;
	out->lacking = lacking(g, chosen);
	group_epoch_maker(g, chosen->maker, out->maker);
}

size_t group_keys_save(const struct group *g, uint8_t *out)
{
	return g->epochs ? group_keyring_save(g->epochs->ring, out) : 0;
}

/* ---- life ---- */

enum err group_epoch_begin(struct group *g, const struct group_birth *b)
{
	if (!g->profile->policy)
		return OK;
	struct group_epochs *e = g->epochs = env_zalloc(g->env, 1, sizeof(*e));
	if (!e)
		return ERR_NOMEM;
	e->start = e->give = e->give_again = e->learn_again = MONO_NEVER;
	e->begins = b->epochs;
	e->secret = crypto_secret_new(CRYPTO_BOX_KEY + GROUP_EPOCH_KEY);
	if (!e->secret)
		return ERR_NOMEM;
	e->has_secret = b->box && b->box_secret;
	if (e->has_secret)
		memcpy(e->secret, b->box_secret, CRYPTO_BOX_KEY);
	enum err err = group_keyring_new(&e->ring, g->env, g->crypto);
	if (!err)
		group_keyring_removed(e->ring, group_epoch_is_removed, e);
	if (!err && b->keys.n)
		err = group_keyring_load(e->ring, b->keys);
	if (err == ERR_MALFORMED)
		err = OK; /* they come again, by Key records */
	e->seen = !err && group_keyring_count(e->ring);
	return err;
}

void group_epoch_end(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!e)
		return;
	struct group_octets *const all[] = { &e->recipients, &e->draft, &e->gift,
					     &e->sealed,     &e->plain, &e->removed };
	group_keyring_free(e->ring);
	crypto_secret_free(e->secret);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] == &e->plain && e->plain.p)
			crypto_wipe(e->plain.p, e->plain.n);
		env_free(g->env, all[i]->p);
	}
	env_free(g->env, e);
	g->epochs = NULL;
}
