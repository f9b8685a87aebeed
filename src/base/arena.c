#include "base/arena.h"
#include "base/checked.h"

#include <stdalign.h>
#include <stddef.h>

struct arena_block {
	struct arena_block *next;
	size_t size, used; /* of the octets behind */
	alignas(max_align_t) uint8_t octets[];
};

void arena_init(struct arena *a, const struct env *env, size_t block_size)
{
	*a = (struct arena){ .env = env, .block_size = block_size };
}

static struct arena_block *new_block(struct arena *a, size_t size)
{
	size_t whole;
	if (!checked_add(size, sizeof(struct arena_block), &whole))
		return NULL;
	struct arena_block *b = env_resize(a->env, NULL, whole);
	if (b)
		*b = (struct arena_block){ .size = size };
	return b;
}

/* A block with n octets free, first in the list unless it is as good as full
 * at birth: then the one in use stays first. */
static struct arena_block *block_with(struct arena *a, size_t n)
{
	struct arena_block *first = a->blocks;
	if (first && n <= first->size - first->used)
		return first;
	bool own = n > a->block_size / 2;
	struct arena_block *b = new_block(a, own ? n : a->block_size);
	if (!b)
		return NULL;
	if (own && first) {
		b->next = first->next;
		first->next = b;
	} else {
		b->next = first;
		a->blocks = b;
	}
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	size_t rounded;
	if (!checked_add(n, align - 1, &rounded))
		return NULL;
	rounded -= rounded % align;
	struct arena_block *b = block_with(a, rounded);
	if (!b)
		return NULL;
	void *p = b->octets + b->used;
	b->used += rounded;
	/* Here, not of the whole block: it is written next. */
	memset(p, 0, rounded);
	return p;
}

void *arena_copy(struct arena *a, struct span s)
{
	void *p = arena_alloc(a, s.n);
	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		/* One of the common size: a giant must not stay for ever. */
		if (!keep && b->size <= a->block_size)
			keep = b;
		else
			env_free(a->env, b);
	}
	a->blocks = keep;
	if (!keep)
		return;
	keep->used = 0;
	keep->next = NULL;
}

bool arena_free_some(struct arena *a, size_t blocks)
{
	for (; a->blocks && blocks > 0; blocks--) {
		struct arena_block *b = a->blocks;
		a->blocks = b->next;
		env_free(a->env, b);
	}
	return a->blocks == NULL;
}

void arena_free(struct arena *a)
{
	(void)arena_free_some(a, SIZE_MAX);
}
