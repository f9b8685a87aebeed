/* trie_int.h - what the files of the trie share: nodes and bits. */
#ifndef MASC_TRIE_INT_H
#define MASC_TRIE_INT_H

#include "masc/trie.h"

#define TRIE_CHUNK  2048 /* nodes */
#define TRIE_NARROW (sizeof(struct trie_node) + 4)
#define TRIE_WIDE   (sizeof(struct trie_node) + 16)

/* `wide` is a constant where speed counts. */
static inline struct trie_node *trie_node_of(const struct trie *t, uint32_t n, bool wide)
{
	uint8_t *chunk = t->chunks[n / TRIE_CHUNK];
	return (struct trie_node *)(void *)(chunk +
					    n % TRIE_CHUNK * (wide ? TRIE_WIDE : TRIE_NARROW));
}

static inline struct trie_node *trie_peek(const struct trie *t, uint32_t n)
{
	return n ? trie_node_of(t, n, t->wide) : NULL;
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

#endif
