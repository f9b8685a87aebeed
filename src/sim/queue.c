#include "sim/queue.h"

void queue_init(struct queue *q, const struct env *env)
{
	*q = (struct queue){ .env = env };
}

void queue_free(struct queue *q)
{
	env_free(q->env, q->heap);
	queue_init(q, q->env);
}

static bool before(const struct queue_entry *a, const struct queue_entry *b)
{
	return a->at != b->at ? a->at < b->at : a->sequence < b->sequence;
}

static void set(struct queue *q, size_t place, struct queue_entry *e)
{
	q->heap[place] = e;
	e->place = place;
}

static void rise(struct queue *q, size_t place)
{
	struct queue_entry *e = q->heap[place];
	while (place > 1 && before(e, q->heap[place / 2])) {
		set(q, place, q->heap[place / 2]);
		place /= 2;
	}
	set(q, place, e);
}

static void sink(struct queue *q, size_t place)
{
	struct queue_entry *e = q->heap[place];
	for (size_t child = 2 * place; child <= q->n; child = 2 * place) {
		if (child < q->n && before(q->heap[child + 1], q->heap[child]))
			child++;
		if (!before(q->heap[child], e))
			break;
		set(q, place, q->heap[child]);
		place = child;
	}
	set(q, place, e);
}

static enum err reserve(struct queue *q)
{
	if (q->n + 1 < q->room)
		return OK;
	size_t room = q->room ? 2 * q->room : 64;
	struct queue_entry **heap = env_resize(q->env, q->heap, room * sizeof(*heap));
	if (!heap)
		return ERR_NOMEM;
	q->heap = heap;
	q->room = room;
	return OK;
}

enum err queue_set(struct queue *q, struct queue_entry *e, int64_t at)
{
	queue_drop(q, e);
	if (at == SIM_NEVER)
		return OK;
	enum err err = reserve(q);
	if (err)
		return err;
	e->at = at;
	e->sequence = ++q->sequence;
	set(q, ++q->n, e);
	rise(q, e->place);
	return OK;
}

void queue_drop(struct queue *q, struct queue_entry *e)
{
	size_t place = e->place;
	if (!place)
		return;
	struct queue_entry *last = q->heap[q->n--];
	e->place = 0;
	if (last == e)
		return;
	set(q, place, last);
	rise(q, place);
	sink(q, last->place);
}

struct queue_entry *queue_pop(struct queue *q)
{
	if (!q->n)
		return NULL;
	struct queue_entry *e = q->heap[1];
	queue_drop(q, e);
	return e;
}
