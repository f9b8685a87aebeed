/* MASC-11.3: searches that are known beforehand. In a large trie a search waits
 * for memory at each of its last nodes. Gone in step, the waits of many searches
 * pass at the same time; what each found is kept, and gone on from when the
 * search itself comes. */
#include "masc/trie_int.h"

#define AHEAD_MAX  128 /* more than a message has attributes */
#define COVERS_MAX 4
#define LOOK_MAX   8 /* how far behind the last one found the next may be */

struct ahead_way {
	struct trie_key key;
	uint8_t length;
	uint8_t n_covers; /* above COVERS_MAX: not to be gone on from */
	uint32_t last, at;
	uint32_t covers[COVERS_MAX];
};

struct trie_ahead {
	uint32_t widened; /* of the trie then */
	unsigned n, found;
	struct ahead_way way[AHEAD_MAX];
};

/* One node further; false at the end. */
static inline bool step(const struct trie *t, struct ahead_way *w, bool wide)
{
	if (!w->at)
		return false;
	const struct trie_node *n = trie_node_of(t, w->at, wide);
	if (!trie_node_covers(n, w->key, w->length, wide))
		return false;
	w->last = w->at;
	if (n->n_claims && w->n_covers <= COVERS_MAX) {
		if (w->n_covers < COVERS_MAX)
			w->covers[w->n_covers] = w->at;
		w->n_covers++;
	}
	if (n->length == w->length)
		return false;
	unsigned bit = trie_bit(w->key, n->length);
	w->at = n->child[bit];
	__builtin_prefetch(trie_node_of(t, w->at, wide));
	__builtin_prefetch(trie_node_of(t, n->child[!bit], wide));
	return true;
}

static inline void go_all(const struct trie *t, struct trie_ahead *a, bool wide)
{
	uint8_t going[AHEAD_MAX];
	unsigned n = a->n;
	for (unsigned i = 0; i < n; i++)
		going[i] = (uint8_t)i;
	while (n) {
		unsigned left = 0;
		for (unsigned i = 0; i < n; i++) {
			going[left] = going[i];
			left += step(t, &a->way[going[i]], wide);
		}
		n = left;
	}
}

void trie_expect(struct trie *t, const struct masc_prefix *p, size_t n)
{
	if (!t->ahead && t->root) {
		t->ahead = env_zalloc(t->env, 1, sizeof(*t->ahead));
		t->octets += t->ahead ? sizeof(*t->ahead) : 0;
	}
	struct trie_ahead *a = t->ahead;
	if (!a)
		return;
	a->n = n < AHEAD_MAX ? (unsigned)n : AHEAD_MAX;
	a->found = 0;
	a->widened = t->widened;
	for (unsigned i = 0; i < a->n; i++)
		a->way[i] = (struct ahead_way){ .key = trie_key_of(&p[i]),
						.length = p[i].length,
						.at = t->root };
	if (t->wide)
		go_all(t, a, true);
	else
		go_all(t, a, false);
}

static struct ahead_way *find_way(const struct trie *t, const struct trie_spot *s)
{
	struct trie_ahead *a = t->ahead;
	for (unsigned i = a->found; i < a->n && i - a->found < LOOK_MAX; i++) {
		struct ahead_way *w = &a->way[i];
		if (w->length == s->length && w->key.hi == s->key.hi && w->key.lo == s->key.lo) {
			a->found = i;
			return w;
		}
	}
	return NULL;
}

static bool still_covers(const struct trie *t, const struct trie_spot *s, uint32_t node)
{
	return trie_node_covers(trie_at(t, node), s->key, s->length, t->wide);
}

/* Nodes may have been freed since, and be others now: they count if they cover
 * the prefix as well, each deeper than the one before. None can be missing among
 * them, since the trie counts when a node above others comes to have a claim. */
static bool take_covers(const struct trie *t, const struct ahead_way *w, struct trie_spot *s)
{
	unsigned least = 0;
	s->n_covers = 0;
	for (unsigned i = 0; i < w->n_covers && w->covers[i] != w->last; i++) {
		const struct trie_node *n = trie_at(t, w->covers[i]);
		if (!still_covers(t, s, w->covers[i]) || !n->n_claims || n->length < least)
			return false;
		least = n->length + 1U;
		s->covers[s->n_covers++] = w->covers[i];
	}
	return trie_at(t, w->last)->length >= least;
}

bool trie_resume(const struct trie *t, struct trie_spot *s)
{
	if (!t->ahead || t->ahead->widened != t->widened)
		return false;
	const struct ahead_way *w = find_way(t, s);
	if (!w || !w->last || w->n_covers > COVERS_MAX || !still_covers(t, s, w->last))
		return false;
	if (!take_covers(t, w, s))
		return false;
	s->last = 0;
	s->next = w->last;
	return true;
}
