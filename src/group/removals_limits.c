/* How many Removals and Returns are counted (GROUP-11.10): which, is a function of those there
 * are, whatever the order in which they come. Of one signer those with the lowest Record IDs; of
 * all members as if each took one in turn, and likewise among those who have their membership
 * from the same: so nobody's make anybody else's go, however many keys somebody makes. One that
 * had to go has as many before it, whatever comes.
 *
 * Of longer ones there may be fewer (GROUP-11.31), and they are counted apart: were octets counted,
 * one that went could have left room for what went before it. */
#include "group/removals_int.h"

#define SHORT	16384
#define LONGER	8 /* times as long, and as many fewer */
#define LONGEST 2

unsigned int removals_length(bool by_group, size_t octets)
{
	unsigned int length = 0;
	for (size_t most = SHORT; !by_group && octets > most && length < LONGEST; most *= LONGER)
		length++;
	return length;
}

static size_t limit(size_t most, unsigned int length)
{
	for (; length; length--)
		most /= LONGER;
	return most ? most : 1;
}

/* ---- by path ---- */

static size_t length(const struct removals_item *i)
{
	return i->by_group ? 0 : i->n_links + 1;
}

static const uint8_t *step(const struct removals_item *i, size_t depth)
{
	return depth < i->n_links ? i->links[depth].issuer : i->signer;
}

int removals_by_path(const struct removals_item *a, const struct removals_item *b)
{
	size_t n = length(a), m = length(b);
	for (size_t d = 0; d < n && d < m; d++) {
		int c = memcmp(step(a, d), step(b, d), CRYPTO_AUTHORITY);
		if (c)
			return c;
	}
	return n != m ? (n < m ? -1 : 1) : removals_by_id(a, b);
}

/* ---- of one signer ---- */

static bool same_signer(const struct removals_item *a, const struct removals_item *b)
{
	return a->by_group == b->by_group && a->length == b->length &&
	       removals_same(a->signer, b->signer);
}

static bool same_return(const struct removals_item *a, const struct removals_item *b)
{
	return same_signer(a, b) && a->p.returns && b->p.returns && removals_same(a->key, b->key);
}

typedef bool alike(const struct removals_item *a, const struct removals_item *b);

/* The last of those like `of`, where there are more than `most`. */
static struct removals_item *beyond(const struct group_removals *r, const struct removals_item *of,
				    alike *like, size_t most)
{
	struct removals_item *last = NULL;
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (!like(r->order[i], of))
			continue;
		last = r->order[i];
		n++;
	}
	return n > limit(most, of->length) ? last : NULL;
}

/* ---- of all members ---- */

/* What the group's key says outranks all: who is removed by it gives room to the others. */
static bool is_gone(const struct group_removals *r, const struct removals_item *of)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct removals_item *q = r->pathed[i];
		if (!q->by_group)
			break; /* theirs come first */
		if (removals_attacks(q, of))
			return true;
	}
	return false;
}

struct share {
	struct removals_item *last;
	size_t n;
};

/* Of a part of r->pathed whose paths are alike so far; the last of it, as each in turn has
 * one, of those that are as long and as gone. Deep as a chain is long. */
static struct share share_of(const struct group_removals *r, size_t from, size_t to, size_t depth,
			     const struct removals_item *like)
{
	struct share all = { NULL, 0 };
	size_t most = 0, end;
	for (size_t at = from; at < to; at = end) {
		const struct removals_item *first = r->pathed[at];
		bool own = length(first) == depth;
		struct share part = { NULL, 0 };
		for (end = at; end < to; end++) {
			struct removals_item *i = r->pathed[end];
			if (own ? length(i) != depth
				: !removals_same(step(i, depth), step(first, depth)))
				break;
			if (!own || i->gone != like->gone || i->length != like->length)
				continue;
			part.last = i;
			part.n++;
		}
		if (!own)
			part = share_of(r, at, end, depth + 1, like);
		all.n += part.n;
		if (!part.n || part.n < most ||
		    (part.n == most && removals_by_id(part.last, all.last) < 0))
			continue;
		most = part.n;
		all.last = part.last;
	}
	return all;
}

static struct removals_item *beyond_all(const struct group_removals *r, unsigned int length)
{
	struct removals_item like = { .length = length };
	size_t from = 0, n = 0;
	while (from < r->n && r->pathed[from]->by_group)
		from++;
	for (size_t i = from; i < r->n; i++)
		n += r->pathed[i]->length == length;
	if (n <= limit(r->limits.all, length))
		return NULL;
	for (size_t i = from; i < r->n; i++) {
		r->pathed[i]->gone = is_gone(r, r->pathed[i]);
		like.gone |= r->pathed[i]->length == length && r->pathed[i]->gone;
	}
	return share_of(r, from, r->n, 0, &like).last;
}

struct removals_item *removals_least(const struct group_removals *r,
				     const struct removals_item *fresh)
{
	struct removals_item *i = NULL;
	if (fresh->p.returns)
		i = beyond(r, fresh, same_return, r->limits.returns);
	if (!i)
		i = beyond(r, fresh, same_signer, r->limits.signer);
	return i || fresh->by_group ? i : beyond_all(r, fresh->length);
}

enum err group_removals_room(const struct group_removals *r, const struct crypto_chain *signer,
			     size_t octets)
{
	struct removals_item of = { .by_group = !signer,
				    .length = removals_length(!signer, octets) };
	size_t n = 0;
	if (signer)
		crypto_authority(r->crypto, r->profile->crypto, group_chain_leaf(signer)->public,
				 of.signer);
	for (size_t i = 0; i < r->n; i++)
		n += same_signer(r->order[i], &of);
	return n < limit(r->limits.signer, of.length) ? OK : ERR_FULL;
}
