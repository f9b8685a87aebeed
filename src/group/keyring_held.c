/* Who has which epoch, and what goes where not all can be noted (GROUP-12.6, GROUP-12.21,
 * GROUP-12.25). */
#include "group/keyring_int.h"

/* ---- what goes ---- */

void keyring_holders_drop(struct group_keyring *k, struct group_ring_epoch *e)
{
	k->held -= e->n_holders;
	e->by->held -= e->n_holders;
	env_free(k->env, e->holders);
	e->holders = NULL;
	e->n_holders = e->room = 0;
}

void keyring_covers_drop(struct group_keyring *k, struct group_ring_epoch *e)
{
	k->covers -= e->n_covers;
	e->by->covers -= e->n_covers;
	env_free(k->env, e->covers);
	e->covers = NULL;
	e->n_covers = 0;
}

/* Some Key record names it, and that is all. */
bool keyring_is_name_alone(const struct group_ring_epoch *e)
{
	return !e->number && !e->has_key;
}

/* GROUP-12.6: what is known by name alone, then of who made the most the one that came first. */
struct group_ring_epoch *keyring_first_to_go(const struct group_keyring *k)
{
	struct group_ring_epoch *first = NULL;
	LIST_EACH(i, tmp, &k->all)
	{
		bool name = keyring_is_name_alone(keyring_at(i));
		bool more = first && keyring_at(i)->by->epochs > first->by->epochs;
		if (!first || name > keyring_is_name_alone(first) ||
		    (name == keyring_is_name_alone(first) && more))
			first = keyring_at(i);
	}
	return first;
}

/* ---- who has it ---- */

/* Where it is, or would be, among n authorities; true: it is there. */
static bool place(const struct group_ring_epoch *e, const uint8_t *authority, size_t *where)
{
	size_t from = 0, to = e->n_holders;
	while (from < to) {
		size_t i = from + (to - from) / 2;
		if (memcmp(e->holders + i * KEYRING_HOLDER, authority, GROUP_AUTHORITY) < 0)
			from = i + 1;
		else
			to = i;
	}
	*where = from;
	return from < e->n_holders &&
	       memcmp(e->holders + from * KEYRING_HOLDER, authority, GROUP_AUTHORITY) == 0;
}

enum err keyring_room_for(struct group_keyring *k, struct group_ring_epoch *e, size_t n)
{
	if (n <= e->room)
		return OK;
	size_t room = n < 8 ? 8 : n + n / 2;
	uint8_t *p = env_resize(k->env, e->holders, room * KEYRING_HOLDER);
	if (!p)
		return ERR_NOMEM;
	e->holders = p;
	e->room = room;
	return OK;
}

/* One that the record names counts as such, whatever it was given beside. */
enum err keyring_hold(struct group_keyring *k, struct group_ring_epoch *e, const uint8_t *authority,
		      uint8_t how)
{
	size_t i;
	if (e->cut)
		return OK;
	if (place(e, authority, &i)) {
		e->holders[i * KEYRING_HOLDER + GROUP_AUTHORITY] &= how;
		return OK;
	}
	enum err err = keyring_room_for(k, e, e->n_holders + 1);
	if (err)
		return err;
	uint8_t *p = e->holders + i * KEYRING_HOLDER;
	memmove(p + KEYRING_HOLDER, p, (e->n_holders - i) * KEYRING_HOLDER);
	memcpy(p, authority, GROUP_AUTHORITY);
	p[GROUP_AUTHORITY] = how;
	e->n_holders++;
	e->by->held++;
	k->held++;
	return OK;
}

/* Nothing is ever written under it, as far as can be seen. */
static bool is_over(const struct group_keyring *k, const struct group_ring_epoch *e)
{
	return e->fell || (k->removed && k->removed(k->removed_ctx, e->maker));
}

/* GROUP-12.21; `more`: who made a has noted more than who made b, below 0: less. */
static bool goes_before(const struct group_keyring *k, const struct group_ring_epoch *a,
			const struct group_ring_epoch *b, int more)
{
	bool over_a = is_over(k, a), over_b = is_over(k, b);
	if (keyring_is_name_alone(a) != keyring_is_name_alone(b))
		return keyring_is_name_alone(a);
	if (over_a != over_b)
		return over_a;
	return more ? more > 0 : a->number < b->number;
}

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Of those that still know who has them. */
static struct group_ring_epoch *least_held(const struct group_keyring *k)
{
	struct group_ring_epoch *out = NULL;
	LIST_EACH(i, tmp, &k->all)
	{
		struct group_ring_epoch *e = keyring_at(i);
		if (e->n_holders &&
		    (!out || goes_before(k, e, out, compare(e->by->held, out->by->held))))
			out = e;
	}
	return out;
}

static struct group_ring_epoch *least_covering(const struct group_keyring *k)
{
	struct group_ring_epoch *out = NULL;
	LIST_EACH(i, tmp, &k->all)
	{
		struct group_ring_epoch *e = keyring_at(i);
		if (e->n_covers &&
		    (!out || goes_before(k, e, out, compare(e->by->covers, out->by->covers))))
			out = e;
	}
	return out;
}

/* GROUP-12.6 */
void keyring_bound(struct group_keyring *k)
{
	while (k->held > GROUP_KEYRING_HELD) {
		struct group_ring_epoch *e = least_held(k);
		keyring_holders_drop(k, e);
		e->cut = e->number != 0;
	}
	while (k->covers > GROUP_KEYRING_COVERS)
		keyring_covers_drop(k, least_covering(k));
}

void keyring_ungive(struct group_ring_epoch *e, const uint8_t *authority)
{
	size_t i;
	if (place(e, authority, &i))
		e->holders[i * KEYRING_HOLDER + GROUP_AUTHORITY] |= KEYRING_LOST;
}

void keyring_ungive_all(struct group_ring_epoch *e)
{
	for (size_t i = 0; i < e->n_holders; i++)
		e->holders[i * KEYRING_HOLDER + GROUP_AUTHORITY] |= KEYRING_LOST;
}

bool group_keyring_busy(const struct group_keyring *k)
{
	return k->held > GROUP_KEYRING_HELD / 2;
}

void group_keyring_lost(struct group_keyring *k, struct span authority)
{
	LIST_EACH(n, tmp, &k->all)
	keyring_ungive(keyring_at(n), authority.p);
}

bool group_keyring_holds(const struct group_ring_epoch *e, struct span authority)
{
	size_t i;
	return place(e, authority.p, &i) &&
	       !(e->holders[i * KEYRING_HOLDER + GROUP_AUTHORITY] & KEYRING_LOST);
}
