/* trie_int.h - what the files of the trie share: nodes and bits. */
#ifndef MASC_TRIE_INT_H
#define MASC_TRIE_INT_H

#include "masc/trie.h"

static inline struct trie_node *trie_peek(const struct trie *t, uint32_t n)
{
	return n ? trie_at(t, n) : NULL;
}

static inline struct trie_key trie_key_read(const struct trie_node *n, bool wide)
{
	if (!wide)
		return (struct trie_key){ (uint64_t)n->key[0] << 32, 0 };
	return (struct trie_key){ (uint64_t)n->key[0] << 32 | n->key[1],
				  (uint64_t)n->key[2] << 32 | n->key[3] };
}

static inline struct trie_key trie_node_key(const struct trie *t, const struct trie_node *n)
{
	return trie_key_read(n, t->wide);
}

static inline unsigned trie_bit(struct trie_key k, uint8_t i)
{
	return (unsigned)(i < 64 ? k.hi >> (63 - i) : k.lo >> (127 - i)) & 1U;
}

/* How many bits are the same from the left; 128 at most. */
static inline uint8_t trie_common(struct trie_key a, struct trie_key b)
{
	if (a.hi != b.hi)
		return (uint8_t)__builtin_clzll(a.hi ^ b.hi);
	if (a.lo != b.lo)
		return (uint8_t)(64 + __builtin_clzll(a.lo ^ b.lo));
	return 128;
}

static inline bool trie_node_covers(const struct trie_node *n, struct trie_key k, uint8_t length,
				    bool wide)
{
	return n->length <= length && trie_common(trie_key_read(n, wide), k) >= n->length;
}

static inline bool trie_all_free(const struct trie_node *n)
{
	return n->free_length == n->length;
}

/* The largest free blocks of a range of `length` bits, in which `top` is the
 * topmost node (NULL: nothing). */
static inline struct trie_free trie_range_free(uint8_t length, const struct trie_node *top)
{
	if (!top || trie_all_free(top))
		return (struct trie_free){ length, 1 };
	if (top->length > length)
		return (struct trie_free){ (uint8_t)(length + 1), 1 };
	return (struct trie_free){ top->free_count ? top->free_length : TRIE_NO_BLOCK,
				   top->free_count };
}

/* trie_expect.c: begins a search where it was found to lead before. False: it
 * was not, or too much has changed. */
bool trie_resume(const struct trie *t, struct trie_spot *s);

#endif
