/* Events that wait for the program to take them. */
#include "lib/lib_int.h"

#include <string.h>

static char *put(char **tail, const char *s)
{
	size_t n = strlen(s) + 1;
	char *at = memcpy(*tail, s, n);
	*tail += n;
	return at;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* One block: the event, and its strings behind it. */
static struct hst_event *event_new(const struct env *env, const struct hst_event *from)
{
	const char *json = or_empty(from->json), *message = or_empty(from->message);
	const char *hint = or_empty(from->hint);
	struct hst_event *e = lib_box_new(
		env, sizeof(*e) + strlen(json) + strlen(message) + strlen(hint) + 3, NULL);
	if (!e)
		return NULL;
	char *tail = (char *)(e + 1);
	*e = *from;
	e->size = sizeof(*e);
	e->json = put(&tail, json);
	e->message = put(&tail, message);
	e->hint = put(&tail, hint);
	return e;
}

enum err lib_queue_put(struct hst_ctx *c, const struct hst_event *template)
{
	struct lib_queued *q = env_zalloc(c->env, 1, sizeof(*q));
	if (!q)
		return ERR_NOMEM;
	q->event = event_new(c->env, template);
	if (!q->event) {
		env_free(c->env, q);
		return ERR_NOMEM;
	}
	list_push_back(&c->queue, &q->node);
	c->n_queued++;
	os_loop_wake(c->loop);
	return OK;
}

static struct hst_event *take(struct hst_ctx *c, struct lib_queued *q)
{
	struct hst_event *e = q->event;
	list_take(&q->node);
	c->n_queued--;
	env_free(c->env, q);
	return e;
}

struct hst_event *lib_queue_take(struct hst_ctx *c)
{
	if (list_empty(&c->queue))
		return NULL;
	struct hst_event *e = take(c, LIST_ENTRY(c->queue.next, struct lib_queued, node));
	if (!list_empty(&c->queue))
		os_loop_wake(c->loop); /* the descriptor stays readable */
	return e;
}

struct hst_event *lib_queue_take_op(struct hst_ctx *c, hst_op op)
{
	LIST_EACH(node, tmp, &c->queue)
	{
		struct lib_queued *q = LIST_ENTRY(node, struct lib_queued, node);
		if (q->event->kind == HST_EVENT_OP_DONE && q->event->op == op)
			return take(c, q);
	}
	return NULL;
}

void lib_queue_drop(struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->queue)
	{
		hst_free(take(c, LIST_ENTRY(node, struct lib_queued, node)));
	}
}
