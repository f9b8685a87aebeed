#include "masc/masc_int.h"

void timers_init(struct timers *t, const struct env *env)
{
	memset(t, 0, sizeof(*t));
	t->env = env;
}

void timers_fini(struct timers *t)
{
	env_free(t->env, t->heap);
	memset(t, 0, sizeof(*t));
}

enum err timers_own(struct timers *t, size_t n)
{
	if (n > t->room - t->owned) {
		size_t room = 2 * t->room + n;
		struct timer **heap = env_resize(t->env, t->heap, room * sizeof(struct timer *));
		if (!heap)
			return ERR_NOMEM;
		t->heap = heap;
		t->room = room;
	}
	t->owned += n;
	return OK;
}

void timers_disown(struct timers *t, size_t n)
{
	t->owned -= n;
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->at.us != b->at.us ? a->at.us < b->at.us : a->order < b->order;
}

static void place(struct timers *t, size_t i, struct timer *x)
{
	t->heap[i] = x;
	x->slot = i + 1;
}

static void sift_up(struct timers *t, size_t i, struct timer *x)
{
	while (i && before(x, t->heap[(i - 1) / 2])) {
		place(t, i, t->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(t, i, x);
}

static void sift_down(struct timers *t, size_t i, struct timer *x)
{
	for (size_t child; (child = 2 * i + 1) < t->n; i = child) {
		if (child + 1 < t->n && before(t->heap[child + 1], t->heap[child]))
			child++;
		if (before(x, t->heap[child]))
			break;
		place(t, i, t->heap[child]);
	}
	place(t, i, x);
}

void timer_disarm(struct timers *t, struct timer *x)
{
	if (!x->slot)
		return;
	size_t i = x->slot - 1;
	struct timer *last = t->heap[--t->n];
	x->slot = 0;
	if (last == x)
		return;
	if (i && before(last, t->heap[(i - 1) / 2]))
		sift_up(t, i, last);
	else
		sift_down(t, i, last);
}

void timer_arm(struct timers *t, struct timer *x, struct mono at)
{
	timer_disarm(t, x);
	if (mono_is_never(at))
		return;
	x->at = at;
	x->order = t->order++;
	sift_up(t, t->n++, x);
}

bool timer_armed(const struct timer *x)
{
	return x->slot != 0;
}

struct mono timers_next(const struct timers *t)
{
	return t->n ? t->heap[0]->at : MONO_NEVER;
}

struct timer *timers_due(struct timers *t, struct mono now)
{
	if (!t->n || !mono_reached(t->heap[0]->at, now))
		return NULL;
	struct timer *x = t->heap[0];
	timer_disarm(t, x);
	return x;
}
