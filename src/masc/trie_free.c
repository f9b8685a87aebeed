/* MASC-11.4: free blocks. A range is looked at through the one node that is the
 * topmost in it. Where that node lies deeper than the range, the other half of
 * the range is free, so nothing below needs to be looked at. */
#include "masc/trie_int.h"

static const struct trie_free none = { TRIE_NO_BLOCK, 0 };

static bool all_free(const struct trie_node *n)
{
	return n->free_length == n->length;
}

/* Of a range of `length` bits, in which `top` is (NULL: nothing). */
static struct trie_free range_free(uint8_t length, const struct trie_node *top)
{
	if (!top || all_free(top))
		return (struct trie_free){ length, 1 };
	if (top->length > length)
		return (struct trie_free){ (uint8_t)(length + 1), 1 };
	return top->free_count ? (struct trie_free){ top->free_length, top->free_count } : none;
}

static struct trie_free half_free(const struct trie *t, const struct trie_node *n, unsigned which)
{
	return range_free((uint8_t)(n->length + 1), trie_peek(t, n->child[which]));
}

struct trie_free trie_sum(const struct trie *t, const struct trie_node *n)
{
	struct trie_free a = half_free(t, n, 0), b = half_free(t, n, 1);
	if (a.length == n->length + 1 && b.length == n->length + 1)
		return (struct trie_free){ n->length, 1 };
	if (a.length == b.length)
		return (struct trie_free){ a.length, a.count + b.count };
	return a.length < b.length ? a : b;
}

static bool is_held(const struct trie *t, const struct trie_spot *s)
{
	for (unsigned i = 0; i < s->n_covers; i++)
		if (trie_at(t, s->covers[i])->free_length == TRIE_HELD)
			return true;
	return false;
}

struct trie_free trie_largest(const struct trie *t, const struct trie_spot *s)
{
	if (is_held(t, s))
		return none;
	return range_free(s->length, trie_peek(t, trie_inside(t, s)));
}

/* Which half of the range of a node has the k-th, made that of the half. */
static unsigned half_with(const struct trie *t, const struct trie_node *n, uint64_t *k)
{
	struct trie_free low = half_free(t, n, 0), high = half_free(t, n, 1);
	if (low.length < high.length)
		return 0;
	if (high.length < low.length)
		return 1;
	if (*k < low.count)
		return 0;
	*k -= low.count;
	return 1;
}

struct masc_prefix trie_nth(const struct trie *t, const struct masc_prefix *in, uint64_t k)
{
	struct masc_prefix at = *in;
	const struct trie_node *top = trie_peek(t, trie_inside(t, trie_find(t, in)));
	while (top && !all_free(top)) {
		if (top->length > at.length) {
			struct trie_key key = trie_node_key(t, top);
			return masc_prefix_half(&at, !trie_bit(key, at.length));
		}
		unsigned which = half_with(t, top, &k);
		at = masc_prefix_half(&at, which);
		top = trie_peek(t, top->child[which]);
	}
	return at;
}
