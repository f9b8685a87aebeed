/* Keys for members who lack them (GROUP-12.14): those who came after an epoch began, or publish
 * another key to seal to. One record at a time. */
#include "group/epochs_int.h"

#define LOOKED	   256 /* members of a turn */
#define PAUSE	   MONO_MIN
#define PAUSE_MOST MONO_DAY
#define GIFTS	   GROUP_KEY_MOST

static struct span authority_of(const struct group_member *m, uint8_t room[GROUP_AUTHORITY])
{
	group_epoch_authority_of(m->name, room);
	return span_of(room, GROUP_AUTHORITY);
}

bool group_epoch_may_give(const struct group *g)
{
	return g->ready && group_role_issuable(g->roles) && group_own_valid(g);
}

static bool gives(const struct group_ring_epoch *e, struct span authority)
{
	return e->has_key && e->proved && !e->cut && !group_keyring_holds(e, authority);
}

static bool lacks(const struct group *g, const struct group_member *m)
{
	uint8_t room[GROUP_AUTHORITY];
	struct span who = authority_of(m, room);
	const struct group_ring_epoch *at = NULL;
	if (!m->has_seal_key || span_eq(m->name, span_str(g->self)) || !group_epoch_standing(g, m))
		return false;
	while ((at = group_keyring_next(g->epochs->ring, at)))
		if (gives(at, who))
			return true;
	return false;
}

/* ---- who does, and when it is given ---- */

static bool is_admitted_by_us(const struct group *g, const struct group_member *m)
{
	const struct group_credential *c = group_epoch_standing(g, m);
	return c && span_eq(group_chain_leaf(c->chain)->issuer_name, span_str(g->self));
}

static int64_t give_at(const struct group *g, const struct group_member *m)
{
	uint64_t more = env_random_below(g->env, (uint64_t)GROUP_EPOCH_MORE + 1);
	int64_t wait = is_admitted_by_us(g, m) ? 0 : GROUP_EPOCH_LEAST + (int64_t)more;
	int64_t at = mono_add(g->now, wait).us;
	if (at < m->keys_wait)
		at = m->keys_wait;
	return at ? at : 1;
}

/* GROUP-12.24: it has another key to seal to. The first time nobody waits; each time after that
 * waits twice as long as the last one, until a day passed without. */
void group_epoch_give_later(struct group *g, struct group_member *m)
{
	int64_t now = g->now.us, from = m->keys_wait + m->keys_pause;
	if (now < m->keys_wait)
		return;
	bool calm = !m->keys_pause || now - from > PAUSE_MOST;
	m->keys_wait = calm || from < now ? now : from;
	m->keys_pause = calm ? PAUSE : 2 * m->keys_pause;
	if (m->keys_pause > PAUSE_MOST)
		m->keys_pause = PAUSE_MOST;
}

void group_epoch_look(struct group *g, struct group_member *m)
{
	struct group_epochs *e = g->epochs;
	if (!group_epoch_may_give(g) || !lacks(g, m))
		m->keys_at = 0;
	else if (!m->keys_at)
		m->keys_at = give_at(g, m);
	if (m->keys_at && m->keys_at < e->give.us)
		e->give = (struct mono){ m->keys_at };
}

void group_epoch_look_on(struct group *g)
{
	struct group_epochs *e = g->epochs;
	struct group_member *m = NULL;
	if (!e->look || !g->ready)
		return;
	if (e->looked_to[0])
		m = group_members_find(g->members, span_str(e->looked_to));
	for (size_t i = 0; i < LOOKED; i++) {
		m = group_members_next(g->members, m);
		if (!m)
			break;
		group_epoch_look(g, m);
	}
	e->look = m != NULL;
	struct text t = TEXT_OF(e->looked_to);
	text_span(&t, m ? m->name : span_of(NULL, 0));
}

/* ---- given ---- */

static void sort(const struct group_ring_epoch **to, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct group_ring_epoch *e = to[i];
		size_t at = i;
		for (; at && memcmp(to[at - 1]->id, e->id, sizeof(e->id)) > 0; at--)
			to[at] = to[at - 1];
		to[at] = e;
	}
}

/* Where one goes that comes behind the last: in the place of an older one; n: nowhere. */
static size_t older(const struct group_ring_epoch **to, size_t n,
		    const struct group_ring_epoch *than)
{
	size_t lowest = 0;
	for (size_t i = 1; i < n; i++)
		if (to[i]->number < to[lowest]->number)
			lowest = i;
	return to[lowest]->number < than->number ? lowest : n;
}

/* The newest first, since new records are under them. */
static size_t choose(const struct group *g, struct span who, const struct group_ring_epoch **to)
{
	const struct group_ring_epoch *at = NULL;
	size_t n = 0;
	while ((at = group_keyring_next(g->epochs->ring, at))) {
		if (!gives(at, who))
			continue;
		size_t where = n < GIFTS ? n++ : older(to, n, at);
		if (where < GIFTS)
			to[where] = at;
	}
	sort(to, n);
	return n;
}

static enum err write_gift(struct group *g, const struct group_member *m, struct span who)
{
	struct group_epochs *e = g->epochs;
	const struct group_ring_epoch *of[GIFTS];
	uint8_t parts[GIFTS * GROUP_EPOCH_GIFT], room[GROUP_KEY_OCTETS(GIFTS)];
	size_t n = choose(g, who, of), size = 0;
	enum err err = n ? OK : ERR_NOT_FOUND;
	for (size_t i = 0; i < n && !err; i++) {
		uint8_t *at = parts + i * GROUP_EPOCH_GIFT;
		memcpy(at, of[i]->id, GROUP_EPOCH_ID);
		struct span key = span_of(group_keyring_key(e->ring, of[i]->id), GROUP_EPOCH_KEY);
		err = crypto_box_put(g->env, m->seal_key, key, at + GROUP_EPOCH_ID);
	}
	const struct group_key k = { who, span_of(parts, n * GROUP_EPOCH_GIFT) };
	if (!err)
		err = group_key_write(&k, room, sizeof(room), &size);
	return err ? err : group_octets_set(g, &e->gift, span_of(room, size));
}

static void forget(struct group *g)
{
	env_free(g->env, g->epochs->gift.p);
	g->epochs->gift = (struct group_octets){ NULL, 0 };
}

static enum err give(struct group *g, const struct group_member *m)
{
	uint8_t room[GROUP_AUTHORITY];
	enum err err = write_gift(g, m, authority_of(m, room));
	if (!err)
		err = group_epoch_want(g, &group_type_key, &g->epochs->gift);
	if (err)
		forget(g);
	return err;
}

/* Whose time has come, and who is next. */
static struct group_member *due(struct group *g)
{
	struct group_epochs *e = g->epochs;
	struct group_member *m = NULL, *out = NULL;
	e->give = MONO_NEVER;
	while ((m = group_members_next(g->members, m))) {
		if (!m->keys_at)
			continue;
		if (!out && m->keys_at <= g->now.us)
			out = m;
		else if (m->keys_at < e->give.us)
			e->give = (struct mono){ m->keys_at };
	}
	return out;
}

void group_epoch_give_on(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (!group_epoch_may_give(g) || e->gift.p || !mono_reached(e->give, g->now))
		return;
	if (!mono_is_never(e->give_again) && !mono_reached(e->give_again, g->now)) {
		e->give = e->give_again;
		return;
	}
	struct group_member *m = due(g);
	if (!m)
		return;
	/* Somebody else may have been first. */
	m->keys_at = 0;
	if (!lacks(g, m)) {
		e->give = g->now;
		return;
	}
	enum err err = give(g, m);
	if (!err)
		return;
	if (err != ERR_MALFORMED) { /* else its key is none */
		m->keys_at = mono_add(g->now, GROUP_AGAIN).us;
		e->give = mono_min(e->give, (struct mono){ m->keys_at });
	}
}

void group_epoch_gave(struct group *g, enum err err)
{
	struct group_epochs *e = g->epochs;
	struct group_key k;
	if (!err && e->gift.p && group_key_read(&k, span_of(e->gift.p, e->gift.n)) == OK)
		group_epoch_learn_keys(g, &k, span_str(g->self));
	forget(g);
	e->give_again = err ? mono_add(g->now, GROUP_AGAIN) : MONO_NEVER;
	/* Whoever has not all of them yet is found again. */
	e->look = true;
	e->looked_to[0] = '\0';
}

/* ---- what is purged ---- */

static void epoch_fell(struct group *g, const struct graph_record *r)
{
	struct group_epoch what;
	uint8_t id[GROUP_EPOCH_ID];
	if (group_epoch_read(&what, r->payload) != OK || !group_epoch_id(g, r, id))
		return;
	group_keyring_fell(g->epochs->ring, id);
}

static void key_fell(struct group *g, const struct graph_record *r)
{
	struct group_key k;
	if (group_key_read(&k, r->payload) != OK)
		return;
	for (size_t i = 0; i < group_key_gifts(&k); i++) {
		struct span epoch, box;
		group_key_gift(&k, i, &epoch, &box);
		group_keyring_ungiven(g->epochs->ring, epoch.p, k.recipient);
	}
}

/* GROUP-12.20: not everybody whom it was sealed to has seen it. */
void group_epoch_fell(struct group *g, const struct graph_record *r)
{
	if (!g->epochs)
		return;
	if (graph_guid_eq(&r->type, &group_type_epoch))
		epoch_fell(g, r);
	else if (graph_guid_eq(&r->type, &group_type_key))
		key_fell(g, r);
	else
		return;
	group_epoch_changed(g);
}
