/* Every block the library hands out begins with a tag, so that one function
 * frees them all. */
#include "lib/lib_int.h"

#include <stddef.h>

#define MAGIC UINT64_C(0x686f6d6573746564)

struct box {
	uint64_t magic;
	const struct env *env;
	lib_fini_fn *fini;
	max_align_t payload[];
};

void *lib_box_new(const struct env *env, size_t n, lib_fini_fn *fini)
{
	struct box *b = env_zalloc(env, 1, sizeof(*b) + n);
	if (!b)
		return NULL;
	b->magic = MAGIC;
	b->env = env;
	b->fini = fini;
	return b->payload;
}

void hst_free(void *p)
{
	if (!p)
		return;
	struct box *b = (void *)((char *)p - offsetof(struct box, payload));
	if (b->magic != MAGIC)
		return; /* not ours: better left than taken apart */
	b->magic = 0;
	if (b->fini)
		b->fini(p);
	env_free(b->env, b);
}
