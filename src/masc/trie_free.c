/* MASC-11.4: free blocks. A range is looked at through the one node that is the
 * topmost in it. Where that node lies deeper than the range, the other half of
 * the range is free, so nothing below needs to be looked at. */
#include "masc/trie_int.h"

static const struct trie_free none = { TRIE_NO_BLOCK, 0 };

static struct trie_free join(uint8_t length, struct trie_free a, struct trie_free b)
{
	if (a.length == length + 1 && b.length == length + 1)
		return (struct trie_free){ length, 1 };
	if (a.length == b.length)
		return (struct trie_free){ a.length, a.count + b.count };
	return a.length < b.length ? a : b;
}

static struct trie_free half_free(const struct trie *t, const struct trie_node *n, unsigned which)
{
	return trie_range_free((uint8_t)(n->length + 1), trie_peek(t, n->child[which]));
}

struct trie_free trie_sum(const struct trie *t, const struct trie_node *n)
{
	return join(n->length, half_free(t, n, 0), half_free(t, n, 1));
}

/* The other half of a node, as far as the node and this half tell. False: it
 * only has smaller blocks than this one had. */
static bool other_half(const struct trie_node *n, struct trie_free was, struct trie_free *other)
{
	if (trie_all_free(n))
		*other = (struct trie_free){ (uint8_t)(n->length + 1), 1 };
	else if (n->free_count == 0)
		*other = none;
	else if (was.length > n->free_length)
		*other = (struct trie_free){ n->free_length, n->free_count };
	else if (n->free_count > was.count)
		*other = (struct trie_free){ n->free_length, n->free_count - was.count };
	else
		return false;
	return true;
}

struct trie_free trie_resum(const struct trie *t, const struct trie_node *n, struct trie_free was,
			    struct trie_free is)
{
	struct trie_free other;
	if (other_half(n, was, &other))
		return join(n->length, is, other);
	return is.length <= n->free_length ? is : trie_sum(t, n);
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
	return trie_range_free(s->length, trie_peek(t, trie_inside(t, s)));
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
	while (top && !trie_all_free(top)) {
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
