#include "graph/octets.h"

#include "base/checked.h"

#include <assert.h>

#define FIRST 1024

uint8_t *graph_octets_add(const struct env *env, struct graph_octets *o, size_t n)
{
	if (!o->p || n > o->room - o->n) {
		size_t room = o->room ? 2 * o->room : FIRST, least;
		if (!checked_add(o->n, n, &least))
			return NULL;
		if (room < least)
			room = least;
		uint8_t *p = env_resize(env, o->p, room);
		if (!p)
			return NULL;
		o->p = p;
		o->room = room;
	}
	o->n += n;
	return o->p + o->n - n;
}

void graph_octets_shift(struct graph_octets *o, size_t n)
{
	assert(n <= o->n);
	o->n -= n;
	if (n > 0 && o->n > 0)
		memmove(o->p, o->p + n, o->n);
}
