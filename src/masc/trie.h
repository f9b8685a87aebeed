/* trie.h - the path-compressed binary trie of the prefix table: a node for each
 * prefix that is claimed and for each fork between such. Every node sums up its
 * range: its largest free blocks and the earliest end of the claims in it.
 * Nodes are numbered, 0 is none; a node with claims keeps its number. Internal
 * to the table (MASC-11). */
#ifndef MASC_TRIE_H
#define MASC_TRIE_H

#include "base/env.h"

#include "masc/prefix.h"
#include "masc/table_slot.h"

/* The bits of an address, the first one highest. */
struct trie_key {
	uint64_t hi, lo;
};

#define TRIE_NO_BLOCK	255	  /* nothing inside is free */
#define TRIE_HELD	254	  /* nor can be: a claim of this very prefix holds it */
#define TRIE_UNUSED	UINT8_MAX /* length of a node that is in no trie */
#define TRIE_PATH_MAX	129	  /* nodes that cover one prefix */
#define TRIE_CLAIMS_MAX 1000	  /* at one prefix, MASC-11.7 */
#define TRIE_CHUNK	2048	  /* nodes */
#define TRIE_NARROW	(sizeof(struct trie_node) + 4)
#define TRIE_WIDE	(sizeof(struct trie_node) + 16)

/* Half a cache line for IPv4. */
struct trie_node {
	uint32_t child[2], parent;
	uint32_t claims;     /* first of those at exactly this prefix, then by their chain */
	uint32_t end;	     /* earliest of those here and below */
	uint32_t free_count; /* how many largest free blocks there are inside */
	uint16_t n_claims;
	uint8_t length;
	uint8_t free_length; /* of these; its own: all is free; TRIE_NO_BLOCK, TRIE_HELD */
	uint32_t key[];	     /* 1 or 4 words, the first bits first */
};

/* Where a prefix is, or would be. */
struct trie_spot {
	struct trie_key key;
	uint8_t length;
	bool good;
	uint32_t last; /* the narrowest node that covers it; 0 none */
	uint32_t next; /* the child of `last` on its side, which does not; 0 none */
	/* Nodes with claims that cover it, widest first. */
	uint32_t covers[TRIE_PATH_MAX];
	unsigned n_covers;
};

/* The largest free blocks of a range; count 0: not one address is free. */
struct trie_free {
	uint8_t length;
	uint32_t count;
};

struct trie_ahead;

struct trie {
	const struct env *env;
	struct slots *slots; /* the claims */
	uint8_t **chunks;
	uint32_t n_chunks, room_chunks;
	uint32_t room;		   /* nodes there is memory for */
	uint32_t fresh;		   /* the first never used */
	uint32_t unused, n_unused; /* list by `parent` */
	uint32_t root;
	bool wide;
	size_t stride, octets;
	struct trie_spot *spot;	  /* where the last search ended */
	struct trie_ahead *ahead; /* where those to come are; NULL: none ever were */
	uint32_t widened;	  /* how often a node came to have both claims and children */
};

/* `wide` is a constant where speed counts. */
static inline struct trie_node *trie_node_of(const struct trie *t, uint32_t n, bool wide)
{
	uint8_t *chunk = t->chunks[n / TRIE_CHUNK];
	size_t at = n % TRIE_CHUNK * (wide ? TRIE_WIDE : TRIE_NARROW);
	return (struct trie_node *)(void *)(chunk + at);
}

static inline struct trie_node *trie_at(const struct trie *t, uint32_t node)
{
	return trie_node_of(t, node, t->wide);
}

MUST_USE enum err trie_init(struct trie *t, const struct env *env, enum masc_family f,
			    struct slots *slots);
void trie_fini(struct trie *t);

struct trie_key trie_key_of(const struct masc_prefix *p);
struct trie_key trie_first_bits(struct trie_key k, uint8_t n); /* the others zero */
struct masc_prefix trie_prefix_of(const struct trie *t, uint32_t node);

/* The search for the prefix of the last call costs nothing. Good until the next
 * call or change. */
const struct trie_spot *trie_find(const struct trie *t, const struct masc_prefix *p);
/* These prefixes are about to be looked for, in about this order: the ways to
 * them are gone all at once, so that their waits for memory are one. Changes
 * nothing that can be seen; without memory it does nothing. */
void trie_expect(struct trie *t, const struct masc_prefix *p, size_t n);
/* The node of exactly this prefix; 0 none. */
uint32_t trie_exact(const struct trie *t, const struct trie_spot *s);
/* The root of what lies inside the prefix and is not the prefix; 0 none. When
 * the prefix has a node, that is the node itself. */
uint32_t trie_inside(const struct trie *t, const struct trie_spot *s);

/* Memory for one more prefix. ERR_NOMEM. */
MUST_USE enum err trie_reserve(struct trie *t);
/* Puts a claim to its prefix, for which there is memory, and which has less than
 * TRIE_CLAIMS_MAX of them. */
void trie_put(struct trie *t, const struct masc_prefix *p, uint32_t claim);
/* Takes it out, and the nodes nobody needs any more. */
void trie_take(struct trie *t, uint32_t claim);
/* The end of a claim, or whether it holds, became another: its slot says so. */
void trie_changed(struct trie *t, uint32_t claim);

/* In the order of prefixes: the first node with claims at or below `node`, and
 * the one behind it, all inside the node of `least` bits above. */
uint32_t trie_first(const struct trie *t, uint32_t node);
uint32_t trie_next(const struct trie *t, uint32_t node, uint8_t least);
/* The first node with claims behind the prefix of a spot. */
uint32_t trie_behind(const struct trie *t, const struct trie_spot *s);
/* A node with a claim that ends as early as any; the trie is not empty. */
uint32_t trie_earliest(const struct trie *t);

/* trie_free.c. The largest free blocks of the range of a spot, in which no block
 * is larger than that range. */
struct trie_free trie_largest(const struct trie *t, const struct trie_spot *s);
/* The k-th of them in the order of addresses. */
struct masc_prefix trie_nth(const struct trie *t, const struct masc_prefix *in, uint64_t k);
/* Of a node that no claim of its own holds, from its children. */
struct trie_free trie_sum(const struct trie *t, const struct trie_node *n);
/* The same when one half became another, if it can be told without a look at
 * the other half, which may lie far away. */
struct trie_free trie_resum(const struct trie *t, const struct trie_node *n, struct trie_free was,
			    struct trie_free is);

#endif
