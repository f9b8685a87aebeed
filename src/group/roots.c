/* Roots of batches that were found good (GROUP-6.6, GROUP-6.7, GROUP-6.9), each with the way
 * that the last record went up to it: most come one behind the other, and then two hashes tell
 * what else a whole path of them would. */
#include "group/stream_int.h"

#include "base/map.h"

struct root {
	uint8_t signature[CRYPTO_SIGNATURE_MAX]; /* key of the map */
	uint8_t public[CRYPTO_PUBLIC_MAX];
	uint8_t signature_n, public_n;
	uint8_t digest[GROUP_NODE]; /* what was signed */
	struct group_way *way;	    /* NULL: there was no memory */
};

struct group_roots {
	const struct env *env;
	struct map by_signature;
	size_t n, next, most; /* next: the oldest, once all places are taken */
	uint64_t hits;
	struct root all[];
};

/* ---- life ---- */

enum err group_roots_new(struct group_roots **out, const struct env *env, size_t most)
{
	struct group_roots *r = NULL;
	if (most < (SIZE_MAX - sizeof *r) / sizeof *r->all)
		r = env_zalloc(env, 1, sizeof *r + most * sizeof *r->all);
	if (!r)
		return ERR_NOMEM;
	r->env = env;
	r->most = most;
	map_init(&r->by_signature, env);
	*out = r;
	return OK;
}

void group_roots_free(struct group_roots *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->most; i++)
		env_free(r->env, r->all[i].way);
	map_free(&r->by_signature);
	env_free(r->env, r);
}

static void drop(struct group_roots *r, const struct root *at)
{
	struct span signature = span_of(at->signature, at->signature_n);
	if (map_get(&r->by_signature, signature) == at)
		(void)map_take(&r->by_signature, signature);
}

void group_roots_forget(struct group_roots *r)
{
	for (size_t i = 0; i < r->n; i++)
		drop(r, &r->all[i]);
	r->n = r->next = 0;
}

size_t group_roots_count(const struct group_roots *r)
{
	return r->by_signature.count;
}

uint64_t group_roots_hits(const struct group_roots *r)
{
	return r->hits;
}

/* ---- known ---- */

/* GROUP-6.7: the key and the signature's octets must be those of then, too. Else a record
 * would stand here that does not at who sees the root for the first time. */
static struct root *known(const struct group_roots *r, const struct crypto_public *k,
			  struct span signature)
{
	struct root *at = map_get(&r->by_signature, signature);
	bool same = at && span_eq(span_of(at->public, at->public_n), crypto_public_octets(k));
	return same ? at : NULL;
}

bool group_roots_have(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature)
{
	const struct root *at = known(r, k, signature);
	bool same = at && memcmp(at->digest, digest, GROUP_NODE) == 0;
	r->hits += same;
	return same;
}

static struct root *place_for(struct group_roots *r)
{
	if (r->n < r->most)
		return &r->all[r->n++];
	struct root *oldest = &r->all[r->next];
	r->next = (r->next + 1) % r->most;
	drop(r, oldest);
	return oldest;
}

static void keep_way(struct group_roots *r, struct root *at, const struct group_way *way)
{
	if (!at->way)
		at->way = env_resize(r->env, NULL, sizeof *at->way);
	if (at->way)
		*at->way = *way;
}

/* Without memory it is not remembered: the next one is checked as this was. */
void group_roots_note(struct group_roots *r, const struct crypto_public *k,
		      const uint8_t digest[GROUP_NODE], struct span signature,
		      const struct group_way *way)
{
	struct span public = crypto_public_octets(k);
	if (!r->most)
		return;
	struct root *at = map_get(&r->by_signature, signature);
	if (!at)
		at = place_for(r);
	memcpy(at->digest, digest, GROUP_NODE);
	memcpy(at->signature, signature.p, signature.n);
	memcpy(at->public, public.p, public.n);
	at->signature_n = (uint8_t)signature.n;
	at->public_n = (uint8_t) public.n;
	keep_way(r, at, way);
	if (map_put(&r->by_signature, span_of(at->signature, at->signature_n), at) != OK)
		at->signature_n = 0;
}

/* ---- ways ---- */

/* Where two ways meet: the level at which they are brothers. */
static size_t meeting(unsigned int a, unsigned int b)
{
	size_t level = 0;
	while ((a ^ b) >> (level + 1))
		level++;
	return level;
}

static bool same(const uint8_t *a, const uint8_t *b, size_t nodes)
{
	return memcmp(a, b, nodes * GROUP_NODE) == 0;
}

static bool same_way(const struct group_way *last, const struct group_signed *s,
		     const uint8_t leaf[GROUP_NODE])
{
	return same(leaf, last->node[0], 1) && same(s->path.p, last->beside[0], s->depth);
}

/* Brothers lie beside each other, and above them all is one way. So this one's whole path
 * would give the same root; and where it would not, that shows here. */
static bool joins(const struct group_way *last, const struct group_signed *s, size_t level,
		  const uint8_t node[GROUP_NODE])
{
	const uint8_t *path = s->path.p + level * GROUP_NODE;
	size_t above = s->depth - level - 1;
	return same(node, last->beside[level], 1) && same(path, last->node[level], 1) &&
	       (!above || same(path + GROUP_NODE, last->beside[level + 1], above));
}

bool group_roots_meet(struct group_roots *r, struct crypto *c, const struct group_profile *p,
		      const struct crypto_public *k, const struct group_signed *s,
		      const uint8_t leaf[GROUP_NODE])
{
	const struct root *at = known(r, k, s->signature);
	struct group_way *last = at ? at->way : NULL;
	uint8_t own[GROUP_BATCH_DEPTH][GROUP_NODE];
	if (!last || last->depth != s->depth)
		return false;
	if (last->index == s->index) {
		r->hits += same_way(last, s, leaf);
		return same_way(last, s, leaf);
	}
	size_t level = meeting(last->index, s->index);
	memcpy(own[0], leaf, GROUP_NODE);
	for (size_t i = 0; i < level; i++)
		group_stream_above(c, p, s, i, own);
	if (!joins(last, s, level, own[level]))
		return false;
	last->index = s->index;
	memcpy(last->node, own, (level + 1) * GROUP_NODE);
	memcpy(last->beside, s->path.p, (level + 1) * GROUP_NODE);
	r->hits++;
	return true;
}
