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
void removals_stopped(const struct group_removals *r)
{
	memset(r->open, 0, r->room / 8);
	for (size_t i = 0; i < r->n && r->pathed[i]->by_group; i++) /* theirs come first */
		for (size_t w = 0; !r->pathed[i]->p.returns && w < r->room / 64; w++)
			r->open[w] |= r->pathed[i]->hits[w];
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
	removals_stopped(r);
	for (size_t i = from; i < r->n; i++) {
		r->pathed[i]->gone = removals_bit(r->open, r->pathed[i]->at);
		like.gone |= r->pathed[i]->length == length && r->pathed[i]->gone;
	}
	return share_of(r, from, r->n, 0, &like).last;
}

/* ---- Returns of one key ---- */

#define CONSIDERED 64

/* Where those end that have their membership from the same as the first. */
static size_t part_end(struct removals_item **all, size_t n, size_t at, size_t depth)
{
	const struct removals_item *first = all[at];
	bool own = length(first) == depth;
	for (at++; at < n; at++) {
		bool same = own ? length(all[at]) == depth
				: length(all[at]) > depth &&
					    removals_same(step(all[at], depth), step(first, depth));
		if (!same)
			break;
	}
	return at;
}

/* In order among those from `from` on, of which there are at most so many. */
static void put_one(struct removals_item **out, size_t from, size_t *n, size_t most,
		    struct removals_item *one)
{
	size_t at = *n;
	while (at > from && removals_by_id(one, out[at - 1]) < 0)
		at--;
	if (at == most)
		return;
	*n += *n < most;
	memmove(out + at + 1, out + at, (*n - at - 1) * sizeof(struct removals_item *));
	out[at] = one;
}

/* The first so many, as each part in turn has one, and down every chain likewise; how many. */
static size_t in_turn(struct removals_item **all, size_t n, size_t depth, size_t most)
{
	struct removals_item *out[CONSIDERED];
	size_t chosen = 0, before = 1, end;
	for (size_t at = 0; at < n; at = end) {
		end = part_end(all, n, at, depth);
		if (length(all[at]) != depth)
			(void)in_turn(all + at, end - at, depth + 1, most);
	}
	if (n && part_end(all, n, 0, depth) == n)
		return n < most ? n : most;
	for (size_t turn = 0; chosen < most && chosen != before; turn++) {
		before = chosen;
		for (size_t at = 0; at < n; at = end) {
			end = part_end(all, n, at, depth);
			if (turn < end - at)
				put_one(out, before, &chosen, most, all[at + turn]);
		}
	}
	memcpy(all, out, chosen * sizeof(struct removals_item *));
	return chosen;
}

static size_t gather(const struct group_removals *r, const struct removals_item *like, bool gone,
		     struct removals_item **out)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct removals_item *one = r->pathed[i];
		if (!one->by_group && one->p.returns && removals_same(one->key, like->key) &&
		    removals_bit(r->open, one->at) == gone)
			out[n++] = one;
	}
	return n;
}

/* GROUP-11.38: a function of the set, so none goes for it. */
size_t removals_considered(const struct group_removals *r, struct removals_item **all, size_t n)
{
	size_t most = r->limits.returns < CONSIDERED ? r->limits.returns : CONSIDERED;
	const struct removals_item *like = n ? all[0] : NULL;
	size_t group = 0, chosen = 0;
	for (size_t i = 0; i < n; i++) {
		all[i]->idle = false;
		group += all[i]->by_group;
	}
	if (n - group <= most)
		return n;
	group = 0;
	for (size_t i = 0; i < n; i++) {
		all[i]->idle = !all[i]->by_group;
		if (all[i]->by_group)
			all[group++] = all[i];
	}
	for (int gone = 0; gone < 2; gone++) {
		struct removals_item **at = all + group + chosen;
		chosen += in_turn(at, gather(r, like, gone, at), 0, most - chosen);
	}
	for (size_t i = group; i < group + chosen; i++)
		all[i]->idle = false;
	return group + chosen;
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
