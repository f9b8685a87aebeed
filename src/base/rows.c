#include "base/rows.h"

#include <stddef.h>

uint64_t rows_toss(uint64_t *dice)
{
	*dice ^= *dice << 13;
	*dice ^= *dice >> 7;
	*dice ^= *dice << 17;
	return *dice >> 16;
}

uint8_t rows_height(uint64_t random)
{
	uint8_t height = 1;
	for (; height < ROWS_LEVELS && (random & 3) == 0; random >>= 2)
		height++;
	return height;
}

size_t rows_node_size(uint8_t height, size_t key_n)
{
	return sizeof(struct rows_node) + height * sizeof(struct rows_node *) + key_n;
}

uint8_t *rows_node_key(const struct rows_node *n)
{
	return (uint8_t *)(uintptr_t)(n->next + n->height);
}

/* The last link on each level that leads to a key not below `key`, or, with
 * `beyond`, to one above it. Gives the link on the lowest. */
static struct rows_node *const *walk(struct rows_node *const *links, struct span key, int beyond,
				     struct rows_path *path)
{
	for (size_t level = ROWS_LEVELS; level-- > 0;) {
		const struct rows_node *n;
		while ((n = links[level]) != NULL && span_cmp(rows_key(n), key) < beyond)
			links = n->next;
		if (path)
			path->link[level] = (struct rows_node **)(uintptr_t)&links[level];
	}
	return &links[0];
}

struct rows_node *rows_find(const struct rows *r, struct span key)
{
	struct rows_node *n = *walk(r->first, key, 0, NULL);
	return n && span_eq(rows_key(n), key) ? n : NULL;
}

struct rows_node *rows_after(const struct rows *r, struct span key)
{
	return *walk(r->first, key, 1, NULL);
}

static void trace_end(struct rows *r, struct rows_path *path)
{
	for (size_t level = 0; level < ROWS_LEVELS; level++)
		path->link[level] = r->end[level] ? r->end[level] : &r->first[level];
}

struct rows_node *rows_trace(struct rows *r, struct span key, struct rows_path *path)
{
	path->rows = r;
	if (r->last && span_cmp(rows_key(r->last), key) < 0) {
		trace_end(r, path);
		return NULL;
	}
	struct rows_node *n = *walk(r->first, key, 0, path);
	return n && span_eq(rows_key(n), key) ? n : NULL;
}

void rows_link(const struct rows_path *path, struct rows_node *n)
{
	for (size_t level = 0; level < n->height; level++) {
		n->next[level] = *path->link[level];
		*path->link[level] = n;
		if (!n->next[level])
			path->rows->end[level] = &n->next[level];
	}
	if (!n->next[0])
		path->rows->last = n;
}

/* The node that a link of the lowest level belongs to; NULL: none, the beginning. */
static struct rows_node *owner(struct rows *r, struct rows_node **link)
{
	if (link == &r->first[0])
		return NULL;
	return (struct rows_node *)(void *)((char *)link - offsetof(struct rows_node, next));
}

void rows_unlink(const struct rows_path *path, struct rows_node *n)
{
	for (size_t level = 0; level < n->height; level++) {
		*path->link[level] = n->next[level];
		if (!n->next[level])
			path->rows->end[level] = path->link[level];
	}
	if (!n->next[0])
		path->rows->last = owner(path->rows, path->link[0]);
}
