#include "lib/lib_int.h"

#include <string.h>

enum err lib_buffer_add(struct lib_buffer *b, const void *p, size_t n)
{
	if (n > b->max - b->n)
		return ERR_FULL;
	if (b->n + n + 1 > b->size) {
		size_t size = (b->n + n + 1) * 2;
		char *grown = env_resize(b->env, b->p, size);
		if (!grown)
			return ERR_NOMEM;
		b->p = grown;
		b->size = size;
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
	return OK;
}

void lib_buffer_clear(struct lib_buffer *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = 0;
}

void lib_buffer_fini(struct lib_buffer *b)
{
	env_free(b->env, b->p);
	b->p = NULL;
	b->n = b->size = 0;
}

const char *lib_buffer_text(const struct lib_buffer *b)
{
	return b->p ? b->p : "";
}
