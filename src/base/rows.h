/* rows.h - rows of octets in the order of their keys: a skip list whose nodes
 * the user allocates and frees, for the overlay and the memory store. Knows
 * nothing of tables, batches or numbers. */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include "base/span.h"

/* A node in four is on the next level: enough levels for 4^12 rows. */
#define ROWS_LEVELS 12

struct rows_node {
	uint8_t *value;
	uint64_t number;
	uint32_t key_n, value_n;
	uint8_t height;
	bool del;
	struct rows_node *next[]; /* height of them, then the key */
};

/* All zero: empty. It does not move while it has nodes. */
struct rows {
	struct rows_node *first[ROWS_LEVELS];
	struct rows_node *last;		     /* growing keys go behind it without a search */
	struct rows_node **end[ROWS_LEVELS]; /* the last link of a level; NULL: of first[] */
};

/* The links that lead past a key, one a level. */
struct rows_path {
	struct rows *rows;
	struct rows_node **link[ROWS_LEVELS];
};

/* Random bits off a xorshift, whose state is never 0 and begun by somebody who can draw:
 * cheap, and good enough to toss coins with. */
uint64_t rows_toss(uint64_t *dice);
/* 1..ROWS_LEVELS out of random bits. */
uint8_t rows_height(uint64_t random);
/* Octets of a node of that height with its key, and where the key lies. */
size_t rows_node_size(uint8_t height, size_t key_n);
uint8_t *rows_node_key(const struct rows_node *n);
static inline struct span rows_key(const struct rows_node *n)
{
	return span_of(rows_node_key(n), n->key_n);
}

/* The node with that key or NULL. */
struct rows_node *rows_find(const struct rows *r, struct span key);
/* The first node with a greater key or NULL. */
struct rows_node *rows_after(const struct rows *r, struct span key);
/* As rows_find, and notes where the key is or would go; the path lives until
 * the next change of r. */
struct rows_node *rows_trace(struct rows *r, struct span key, struct rows_path *path);
/* Puts n, with height and key filled in, where the path leads. */
void rows_link(const struct rows_path *path, struct rows_node *n);
/* Takes n, which the path was traced to, out. */
void rows_unlink(const struct rows_path *path, struct rows_node *n);

#endif
