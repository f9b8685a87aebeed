/* Leaves of up to 64 entries, chained, and a directory of them. Nearly every record comes
 * last, which is a look at the last leaf; an entry knows its leaf, so that going on from it
 * or taking it out needs no search. The directory is moved by a leaf's birth or death alone:
 * once in many entries, 8 octets a leaf. */
#include "graph/db_int.h"

#include <assert.h>

#define SPARSE (GRAPH_LEAF / 4) /* fewer: the leaf tries to join another */

static struct graph_place key_of(const struct graph_order *o, const struct graph_entry *e)
{
	if (o->kind == GRAPH_BY_PLACE)
		return e->place;
	return (struct graph_place){ e->expires, e->place.id };
}

static int compare(const struct graph_order *o, const struct graph_entry *e,
		   const struct graph_place *key)
{
	uint64_t t = o->kind == GRAPH_BY_PLACE ? e->place.modified : e->expires;
	if (t != key->modified)
		return t < key->modified ? -1 : 1;
	return memcmp(e->place.id.at, key->id.at, sizeof(key->id.at));
}

enum err graph_order_reserve(struct graph_order *o, const struct env *env)
{
	if (!o->spare)
		o->spare = env_resize(env, NULL, sizeof(*o->spare));
	if (!o->spare)
		return ERR_NOMEM;
	if (o->n < o->room)
		return OK;
	size_t room = o->room ? 2 * o->room : 16;
	struct graph_leaf **l = env_resize(env, o->leaves, room * sizeof(struct graph_leaf *));
	if (!l)
		return ERR_NOMEM;
	o->leaves = l;
	o->room = room;
	return OK;
}

/* The leaf where the key is or would go; there is one. */
static size_t leaf_for(const struct graph_order *o, const struct graph_place *key)
{
	size_t low = 0, high = o->n;
	if (graph_place_cmp(key, &o->leaves[o->n - 1]->low) >= 0)
		return o->n - 1;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (graph_place_cmp(key, &o->leaves[mid]->low) >= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* How many of the leaf are not above the key. */
static size_t not_above(const struct graph_order *o, const struct graph_leaf *l,
			const struct graph_place *key)
{
	size_t low = 0, high = l->n;
	if (compare(o, l->at[l->n - 1], key) <= 0)
		return l->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (compare(o, l->at[mid], key) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A leaf at that place of the directory, empty. */
static struct graph_leaf *new_leaf(struct graph_order *o, size_t at)
{
	struct graph_leaf *l = o->spare;
	assert(l && o->n < o->room);
	o->spare = NULL;
	memmove(&o->leaves[at + 1], &o->leaves[at], (o->n - at) * sizeof(struct graph_leaf *));
	o->leaves[at] = l;
	o->n++;
	l->n = 0;
	l->next = at + 1 < o->n ? o->leaves[at + 1] : NULL;
	if (at > 0)
		o->leaves[at - 1]->next = l;
	return l;
}

/* Gives the entries from `from` on to the end of another leaf. */
static void hand_over(const struct graph_order *o, struct graph_leaf *l, size_t from,
		      struct graph_leaf *to)
{
	for (size_t i = from; i < l->n; i++) {
		l->at[i]->order[o->kind] = to;
		to->at[to->n++] = l->at[i];
	}
	l->n = from;
}

static struct graph_leaf *split(struct graph_order *o, size_t at, const struct graph_place *key)
{
	struct graph_leaf *l = o->leaves[at], *upper = new_leaf(o, at + 1);
	/* What comes last leaves full leaves behind it. */
	if (at + 2 == o->n && not_above(o, l, key) == l->n) {
		upper->low = *key;
		return upper;
	}
	hand_over(o, l, GRAPH_LEAF / 2, upper);
	upper->low = key_of(o, upper->at[0]);
	return graph_place_cmp(key, &upper->low) >= 0 ? upper : l;
}

static struct graph_leaf *leaf_with_room(struct graph_order *o, const struct graph_place *key)
{
	if (o->n == 0) {
		struct graph_leaf *l = new_leaf(o, 0);
		l->low = *key;
		return l;
	}
	size_t at = leaf_for(o, key);
	struct graph_leaf *l = o->leaves[at];
	if (at == 0 && graph_place_cmp(key, &l->low) < 0)
		l->low = *key;
	return l->n < GRAPH_LEAF ? l : split(o, at, key);
}

void graph_order_put(struct graph_order *o, struct graph_entry *e)
{
	struct graph_place key = key_of(o, e);
	struct graph_leaf *l = leaf_with_room(o, &key);
	size_t at = l->n ? not_above(o, l, &key) : 0;
	memmove(&l->at[at + 1], &l->at[at], (l->n - at) * sizeof(struct graph_entry *));
	l->at[at] = e;
	l->n++;
	e->order[o->kind] = l;
}

static void drop_leaf(struct graph_order *o, size_t at, const struct env *env)
{
	struct graph_leaf *l = o->leaves[at];
	if (at > 0)
		o->leaves[at - 1]->next = l->next;
	o->n--;
	memmove(&o->leaves[at], &o->leaves[at + 1], (o->n - at) * sizeof(struct graph_leaf *));
	if (o->spare)
		env_free(env, l);
	else
		o->spare = l;
}

/* Whether the leaf and the one behind it are one now. */
static bool join(struct graph_order *o, size_t at, const struct env *env)
{
	if (at + 1 >= o->n || o->leaves[at]->n + o->leaves[at + 1]->n > GRAPH_LEAF / 2)
		return false;
	hand_over(o, o->leaves[at + 1], 0, o->leaves[at]);
	drop_leaf(o, at + 1, env);
	return true;
}

static size_t where(const struct graph_leaf *l, const struct graph_entry *e)
{
	size_t at = 0;
	while (l->at[at] != e)
		at++;
	return at;
}

void graph_order_take(struct graph_order *o, struct graph_entry *e, const struct env *env)
{
	struct graph_leaf *l = e->order[o->kind];
	size_t at = where(l, e);
	l->n--;
	memmove(&l->at[at], &l->at[at + 1], (l->n - at) * sizeof(struct graph_entry *));
	if (l->n >= SPARSE)
		return;
	size_t i = leaf_for(o, &l->low);
	if (l->n == 0)
		drop_leaf(o, i, env);
	else if (!join(o, i, env) && i > 0)
		(void)join(o, i - 1, env);
}

struct graph_entry *graph_order_after(const struct graph_order *o, const struct graph_place *key)
{
	if (o->n == 0)
		return NULL;
	if (!key)
		return o->leaves[0]->at[0];
	const struct graph_leaf *l = o->leaves[leaf_for(o, key)];
	size_t at = not_above(o, l, key);
	if (at < l->n)
		return l->at[at];
	return l->next ? l->next->at[0] : NULL;
}

struct graph_entry *graph_order_next(const struct graph_order *o, const struct graph_entry *e)
{
	const struct graph_leaf *l = e->order[o->kind];
	size_t at = where(l, e) + 1;
	if (at < l->n)
		return l->at[at];
	return l->next ? l->next->at[0] : NULL;
}

static const struct graph_entry *last_of(const struct graph_order *o, size_t *leaf, size_t *left)
{
	while (*left == 0) {
		if (*leaf == 0)
			return NULL;
		*left = o->leaves[--*leaf]->n;
	}
	return o->leaves[*leaf]->at[--*left];
}

bool graph_db_modified(const struct graph_db *db, size_t most, size_t look,
		       struct graph_place *from)
{
	const struct graph_entry *e, *first = NULL;
	size_t leaf = db->by_place.n, left = 0;
	while (most > 0 && look-- > 0 && (e = last_of(&db->by_place, &leaf, &left)) != NULL) {
		if (!e->modifier)
			continue;
		first = e;
		most--;
	}
	if (first)
		*from = first->place;
	return first != NULL;
}

bool graph_order_free_some(struct graph_order *o, size_t leaves, const struct env *env)
{
	for (; o->n > 0 && leaves > 0; leaves--)
		env_free(env, o->leaves[--o->n]);
	if (o->n > 0)
		return false;
	env_free(env, o->leaves);
	env_free(env, o->spare);
	*o = (struct graph_order){ .kind = o->kind };
	return true;
}
