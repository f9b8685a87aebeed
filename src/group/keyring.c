/* Epochs and their keys (GROUP-12.3 to GROUP-12.6). */
#include "group/keyring_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define SLOTS_FIRST 8
#define SAVED	    1 /* format */
#define GUID	    16

static struct group_ring_maker *maker_at(struct list *n)
{
	return LIST_ENTRY(n, struct group_ring_maker, all);
}

/* ---- slots ---- */

/* GROUP-12.3: keys lie in locked memory; when it grows the old place is wiped. */
static enum err grow(struct group_keyring *k)
{
	size_t slots = k->slots ? 2 * k->slots : SLOTS_FIRST;
	bool *taken = env_zalloc(k->env, slots, sizeof(*taken));
	uint8_t *keys = taken ? crypto_secret_new(slots * GROUP_EPOCH_KEY) : NULL;
	if (!keys) {
		env_free(k->env, taken);
		return ERR_NOMEM;
	}
	if (k->slots) {
		memcpy(keys, k->keys, k->slots * GROUP_EPOCH_KEY);
		memcpy(taken, k->taken, k->slots * sizeof(*taken));
	}
	crypto_secret_free(k->keys);
	env_free(k->env, k->taken);
	k->keys = keys;
	k->taken = taken;
	k->slots = slots;
	return OK;
}

static enum err slot_take(struct group_keyring *k, size_t *slot)
{
	size_t i = 0;
	while (i < k->slots && k->taken[i])
		i++;
	enum err e = i < k->slots ? OK : grow(k);
	if (e)
		return e;
	k->taken[i] = true;
	*slot = i;
	return OK;
}

static uint8_t *key_at(const struct group_keyring *k, size_t slot)
{
	return k->keys + slot * GROUP_EPOCH_KEY;
}

static void key_drop(struct group_keyring *k, struct group_ring_epoch *e)
{
	if (!e->has_key)
		return;
	crypto_wipe(key_at(k, e->slot), GROUP_EPOCH_KEY);
	k->taken[e->slot] = false;
	e->has_key = e->proved = false;
}

/* ---- makers ---- */

static struct group_ring_maker *maker_of(struct group_keyring *k, const uint8_t *authority)
{
	LIST_EACH(i, tmp, &k->makers)
	{
		if (memcmp(maker_at(i)->authority, authority, GROUP_AUTHORITY) == 0)
			return maker_at(i);
	}
	struct group_ring_maker *m = env_zalloc(k->env, 1, sizeof(*m));
	if (!m)
		return NULL;
	memcpy(m->authority, authority, GROUP_AUTHORITY);
	list_push_back(&k->makers, &m->all);
	return m;
}

static void leave(struct group_keyring *k, struct group_ring_epoch *e)
{
	struct group_ring_maker *m = e->by;
	m->held -= e->n_holders;
	m->covers -= e->n_covers;
	if (--m->epochs)
		return;
	list_take(&m->all);
	env_free(k->env, m);
}

static enum err made_by(struct group_keyring *k, struct group_ring_epoch *e,
			const uint8_t *authority)
{
	struct group_ring_maker *m = maker_of(k, authority);
	if (!m)
		return ERR_NOMEM;
	m->epochs++;
	m->held += e->n_holders;
	m->covers += e->n_covers;
	if (e->by)
		leave(k, e);
	e->by = m;
	e->maker = m->authority;
	return OK;
}

/* ---- entries ---- */

static void drop(struct group_keyring *k, struct group_ring_epoch *e)
{
	key_drop(k, e);
	keyring_holders_drop(k, e);
	keyring_covers_drop(k, e);
	leave(k, e);
	list_take(&e->all);
	env_free(k->env, e);
	k->n--;
}

static struct group_ring_epoch *find(const struct group_keyring *k, const uint8_t *id)
{
	LIST_EACH(i, tmp, &k->all)
	{
		if (memcmp(keyring_at(i)->id, id, GROUP_EPOCH_ID) == 0)
			return keyring_at(i);
	}
	return NULL;
}

static struct group_ring_epoch *take(struct group_keyring *k, const uint8_t *id,
				     const uint8_t *maker)
{
	struct group_ring_epoch *e = find(k, id);
	if (e)
		return e;
	e = env_zalloc(k->env, 1, sizeof(*e));
	if (!e)
		return NULL;
	if (k->n >= GROUP_KEYRING_MOST)
		drop(k, keyring_first_to_go(k));
	if (made_by(k, e, maker) != OK) {
		env_free(k->env, e);
		return NULL;
	}
	memcpy(e->id, id, GROUP_EPOCH_ID);
	list_push_back(&k->all, &e->all);
	k->n++;
	return e;
}

/* ---- learning ---- */

static enum err learn_covers(struct group_keyring *k, struct group_ring_epoch *e, struct span s)
{
	if (e->covers || !s.n)
		return OK;
	e->covers = env_copy(k->env, s.p, s.n);
	if (!e->covers)
		return ERR_NOMEM;
	e->n_covers = s.n / GUID;
	k->covers += e->n_covers;
	e->by->covers += e->n_covers;
	return OK;
}

/* Most come in order and behind all there are. */
static enum err learn_holders(struct group_keyring *k, struct group_ring_epoch *e,
			      const struct group_epoch *from)
{
	size_t n = group_epoch_recipients(from);
	enum err err = e->cut ? OK : keyring_room_for(k, e, e->n_holders + n);
	for (size_t i = 0; i < n && !err; i++)
		err = keyring_hold(k, e, group_epoch_authority(from, i).p, 0);
	return err;
}

static bool is_key(const struct group_keyring *k, const struct group_ring_epoch *e,
		   const uint8_t *key)
{
	uint8_t hash[GROUP_EPOCH_HASH];
	group_epoch_hash(k->crypto, key, hash);
	return memcmp(hash, e->hash, sizeof(hash)) == 0;
}

/* GROUP-12.26: a record begins one epoch; another content of it has won. */
static void others_fall(struct group_keyring *k, const struct group_ring_epoch *e)
{
	LIST_EACH(n, tmp, &k->all)
	{
		const struct group_ring_epoch *other = keyring_at(n);
		if (other != e && other->number && graph_guid_eq(&other->record, &e->record))
			group_keyring_fell(k, other->id);
	}
}

enum err group_keyring_learn(struct group_keyring *k, const struct group_ring_record *r)
{
	struct group_ring_epoch *e = take(k, r->id, r->maker);
	if (!e)
		return ERR_NOMEM;
	bool was_held = e->number != 0 && e->until != 0;
	enum err err = made_by(k, e, r->maker);
	if (!err)
		err = learn_covers(k, e, r->epoch->covers);
	if (!err && !was_held)
		err = learn_holders(k, e, r->epoch);
	if (err)
		return err;
	e->number = r->epoch->number;
	memcpy(e->hash, r->epoch->hash.p, sizeof(e->hash));
	e->record = r->record;
	e->made = r->made;
	e->until = r->until;
	e->fell = false;
	others_fall(k, e);
	if (e->has_key && !is_key(k, e, key_at(k, e->slot)))
		key_drop(k, e);
	e->proved = e->has_key;
	keyring_bound(k);
	return OK;
}

/* GROUP-12.4: by its hash, where that is known; else until it fails. */
enum err group_keyring_put(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
			   const uint8_t *maker, const uint8_t key[GROUP_EPOCH_KEY], bool *fresh)
{
	struct group_ring_epoch *e = take(k, id, maker);
	*fresh = false;
	if (!e)
		return ERR_NOMEM;
	bool proved = e->number != 0;
	if (proved && !is_key(k, e, key))
		return ERR_DENIED;
	if (e->has_key) {
		e->proved |= proved;
		return OK;
	}
	enum err err = slot_take(k, &e->slot);
	if (err)
		return err;
	memcpy(key_at(k, e->slot), key, GROUP_EPOCH_KEY);
	e->has_key = *fresh = true;
	e->proved = proved;
	return OK;
}

const uint8_t *group_keyring_key(const struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID])
{
	const struct group_ring_epoch *e = find(k, id);
	return e && e->has_key ? key_at(k, e->slot) : NULL;
}

void group_keyring_tried(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID], bool opened)
{
	struct group_ring_epoch *e = find(k, id);
	if (!e || !e->has_key || e->proved)
		return;
	if (opened)
		e->proved = true;
	else
		key_drop(k, e);
}

enum err group_keyring_given(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
			     struct span authority, const uint8_t *giver)
{
	bool full = k->n >= GROUP_KEYRING_MOST && !keyring_is_name_alone(keyring_first_to_go(k));
	if (full && !find(k, id))
		return OK;
	struct group_ring_epoch *e = take(k, id, giver);
	enum err err = e ? keyring_hold(k, e, authority.p, KEYRING_GIVEN) : ERR_NOMEM;
	keyring_bound(k);
	return err;
}

void group_keyring_ungiven(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID],
			   struct span authority)
{
	struct group_ring_epoch *e = find(k, id);
	if (e)
		keyring_ungive(e, authority.p);
}

void group_keyring_fell(struct group_keyring *k, const uint8_t id[GROUP_EPOCH_ID])
{
	struct group_ring_epoch *e = find(k, id);
	if (!e)
		return;
	e->until = 0;
	e->fell = true;
	keyring_ungive_all(e);
}

void group_keyring_unlearn(struct group_keyring *k)
{
	LIST_EACH(n, tmp, &k->all)
	{
		keyring_at(n)->until = 0;
		keyring_holders_drop(k, keyring_at(n));
	}
}

/* ---- looks ---- */

const struct group_ring_epoch *group_keyring_find(const struct group_keyring *k,
						  const uint8_t id[GROUP_EPOCH_ID])
{
	return find(k, id);
}

const struct group_ring_epoch *group_keyring_next(const struct group_keyring *k,
						  const struct group_ring_epoch *after)
{
	const struct list *n = after ? after->all.next : k->all.next;
	return n == &k->all ? NULL : LIST_ENTRY(n, struct group_ring_epoch, all);
}

size_t group_keyring_count(const struct group_keyring *k)
{
	return k->n;
}

/* ---- the one to write under ---- */

/* Both ascend. */
static size_t covered(const struct group_ring_epoch *e, const struct group_ring_choice *c)
{
	size_t n = 0;
	for (size_t i = 0, j = 0; i < e->n_covers && j < c->n_removals;) {
		int order = memcmp(e->covers + i * GUID, c->removals[j].at, GUID);
		n += order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	return n;
}

/* GROUP-12.22: whoever made it knew that this one is removed, and did not give it the key. */
static bool is_spoilt(const struct group_ring_epoch *e, const struct group_ring_choice *c,
		      const uint8_t *holder)
{
	bool given = holder[GROUP_AUTHORITY] & KEYRING_GIVEN;
	return c->removed(c->ctx, holder) && !(given && c->covered(c->ctx, holder, e));
}

/* GROUP-12.5: nobody who was removed made it, */
static bool stands(const struct group_ring_epoch *e, const struct group_ring_choice *c)
{
	return e->number && !e->cut && e->until > c->now && !c->removed(c->ctx, e->maker);
}

/* or has it. */
static bool is_clean(const struct group_ring_epoch *e, const struct group_ring_choice *c)
{
	for (size_t i = 0; c->n_removals && i < e->n_holders; i++)
		if (is_spoilt(e, c, e->holders + i * KEYRING_HOLDER))
			return false;
	return true;
}

static bool is_better(const struct group_ring_epoch *a, size_t covers_a,
		      const struct group_ring_epoch *b, size_t covers_b)
{
	if (covers_a != covers_b)
		return covers_a > covers_b;
	if (a->number != b->number)
		return a->number > b->number;
	return memcmp(a->id, b->id, sizeof(a->id)) < 0;
}

const struct group_ring_epoch *group_keyring_choose(const struct group_keyring *k,
						    const struct group_ring_choice *c)
{
	const struct group_ring_epoch *best = NULL;
	size_t most = 0;
	/* D18: what came last mostly covers the most, and then the others need no look. */
	for (struct list *i = k->all.prev; i != &k->all; i = i->prev) {
		const struct group_ring_epoch *e = keyring_at(i);
		if (!stands(e, c) || e->n_covers < most)
			continue;
		size_t n = covered(e, c);
		if ((best && !is_better(e, n, best, most)) || !is_clean(e, c))
			continue;
		best = e;
		most = n;
	}
	return best;
}

bool group_keyring_covers(const struct group_ring_epoch *e, const struct group_ring_choice *c)
{
	return covered(e, c) == c->n_removals;
}

/* ---- kept ---- */

static void save_one(const struct group_keyring *k, struct wr *w, const struct group_ring_epoch *e)
{
	wr_bytes(w, span_of(e->id, sizeof(e->id)));
	wr_bytes(w, span_of(key_at(k, e->slot), GROUP_EPOCH_KEY));
	wr_bytes(w, span_of(e->hash, sizeof(e->hash)));
	wr_bytes(w, span_of(e->maker, GROUP_AUTHORITY));
	wr_u32(w, e->number);
	wr_u64(w, (uint64_t)e->made);
	wr_u8(w, e->proved);
}

size_t group_keyring_save(const struct group_keyring *k, uint8_t *out)
{
	struct wr w = wr_of(out, GROUP_KEYRING_OCTETS);
	uint32_t n = 0;
	LIST_EACH(i, tmp, &k->all)
	n += keyring_at(i)->has_key;
	wr_u8(&w, SAVED);
	wr_u32(&w, n);
	LIST_EACH(i, tmp2, &k->all)
	{
		if (keyring_at(i)->has_key)
			save_one(k, &w, keyring_at(i));
	}
	return w.n;
}

static enum err load_one(struct group_keyring *k, struct rd *r)
{
	struct span id = rd_bytes(r, GROUP_EPOCH_ID), key = rd_bytes(r, GROUP_EPOCH_KEY);
	struct span hash = rd_bytes(r, GROUP_EPOCH_HASH), maker = rd_bytes(r, GROUP_AUTHORITY);
	uint32_t number = rd_u32(r);
	int64_t made = (int64_t)rd_u64(r);
	uint8_t proved = rd_u8(r);
	bool fresh;
	if (r->failed)
		return ERR_MALFORMED;
	enum err err = group_keyring_put(k, id.p, maker.p, key.p, &fresh);
	if (err)
		return err == ERR_DENIED ? ERR_MALFORMED : err; /* twice the same epoch */
	struct group_ring_epoch *e = find(k, id.p);
	e->number = number;
	e->made = made;
	e->proved = proved != 0;
	memcpy(e->hash, hash.p, hash.n);
	return OK;
}

enum err group_keyring_load(struct group_keyring *k, struct span from)
{
	struct rd r = rd_of(from);
	uint8_t format = rd_u8(&r);
	uint32_t n = rd_u32(&r);
	if (r.failed || format != SAVED || n > GROUP_KEYRING_MOST)
		return ERR_MALFORMED;
	enum err err = OK;
	for (uint32_t i = 0; i < n && !err; i++)
		err = load_one(k, &r);
	if (!err && !rd_done(&r))
		err = ERR_MALFORMED;
	return err;
}

/* ---- life ---- */

enum err group_keyring_new(struct group_keyring **out, const struct env *env, struct crypto *crypto)
{
	struct group_keyring *k = env_zalloc(env, 1, sizeof(*k));
	if (!k)
		return ERR_NOMEM;
	k->env = env;
	k->crypto = crypto;
	list_init(&k->all);
	list_init(&k->makers);
	*out = k;
	return OK;
}

void group_keyring_removed(struct group_keyring *k,
			   bool (*removed)(void *ctx, const uint8_t authority[GROUP_AUTHORITY]),
			   void *ctx)
{
	k->removed = removed;
	k->removed_ctx = ctx;
}

void group_keyring_free(struct group_keyring *k)
{
	if (!k)
		return;
	LIST_EACH(i, tmp, &k->all)
	drop(k, keyring_at(i));
	crypto_secret_free(k->keys);
	env_free(k->env, k->taken);
	env_free(k->env, k);
}
