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

static size_t size_of(const struct hst_event *from)
{
	return strlen(or_empty(from->json)) + strlen(or_empty(from->message)) +
	       strlen(or_empty(from->hint)) + strlen(or_empty(from->graph)) +
	       strlen(or_empty(from->peer)) + 5 + from->data_n + 1;
}

static size_t size_of_endpoint(const struct hst_endpoint *e)
{
	return sizeof(*e) + e->n_addresses * sizeof(*e->addresses) + strlen(e->name) +
	       strlen(e->cloud) + strlen(e->comment) + 3 + e->payload_n + 1;
}

static void set_strings(struct hst_event *e, const struct hst_event *from, char **tail)
{
	e->json = put(tail, or_empty(from->json));
	e->message = put(tail, or_empty(from->message));
	e->hint = put(tail, or_empty(from->hint));
	e->graph = put(tail, or_empty(from->graph));
	e->peer = put(tail, or_empty(from->peer));
	if (!from->data)
		return;
	e->data = *tail;
	memcpy(*tail, from->data, from->data_n);
	(*tail)[from->data_n] = 0;
	*tail += from->data_n + 1;
}

/* What must be aligned first, then the strings. */
static void set_endpoint(struct hst_event *e, const struct hst_endpoint *from, char **tail)
{
	struct hst_endpoint *to = (void *)*tail;
	hst_address *addresses = (void *)(to + 1);
	*to = *from;
	to->size = sizeof(*to);
	if (from->n_addresses)
		memcpy(addresses, from->addresses, from->n_addresses * sizeof(*addresses));
	to->addresses = addresses;
	*tail = (char *)(addresses + from->n_addresses);
	to->name = put(tail, from->name);
	to->cloud = put(tail, from->cloud);
	to->comment = put(tail, from->comment);
	if (from->payload) {
		char *payload = memcpy(*tail, from->payload, from->payload_n);
		payload[from->payload_n] = 0;
		to->payload = payload;
		*tail += from->payload_n + 1;
	}
	e->endpoint = to;
}

/* One block: the event, its endpoint, and their strings behind it. */
static struct hst_event *event_new(const struct env *env, const struct hst_event *from,
				   const struct hst_endpoint *endpoint)
{
	size_t more = endpoint ? size_of_endpoint(endpoint) : 0;
	struct hst_event *e = lib_box_new(env, sizeof(*e) + size_of(from) + more, NULL);
	if (!e)
		return NULL;
	char *tail = (char *)(e + 1);
	*e = *from;
	e->size = sizeof(*e);
	if (endpoint)
		set_endpoint(e, endpoint, &tail);
	set_strings(e, from, &tail);
	return e;
}

enum err lib_queue_put_endpoint(struct hst_ctx *c, const struct hst_event *template,
				const struct hst_endpoint *endpoint)
{
	struct lib_queued *q = env_zalloc(c->env, 1, sizeof(*q));
	if (!q)
		return ERR_NOMEM;
	q->event = event_new(c->env, template, endpoint);
	if (!q->event) {
		env_free(c->env, q);
		return ERR_NOMEM;
	}
	list_push_back(&c->queue, &q->node);
	c->n_queued++;
	os_loop_wake(c->loop);
	return OK;
}

enum err lib_queue_put(struct hst_ctx *c, const struct hst_event *template)
{
	return lib_queue_put_endpoint(c, template, NULL);
}

static struct hst_event *take(struct hst_ctx *c, struct lib_queued *q)
{
	struct hst_event *e = q->event;
	list_take(&q->node);
	c->n_queued--;
	env_free(c->env, q);
	if (e->kind == HST_EVENT_DATA && e->conn)
		lib_conn_taken(e->conn);
	return e;
}

void lib_queue_show(struct hst_ctx *c)
{
	if (!list_empty(&c->queue))
		os_loop_wake(c->loop);
}

struct hst_event *lib_queue_take(struct hst_ctx *c)
{
	if (list_empty(&c->queue))
		return NULL;
	struct hst_event *e = take(c, LIST_ENTRY(c->queue.next, struct lib_queued, node));
	lib_queue_show(c);
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

void lib_queue_forget(struct hst_ctx *c, const struct hst_conn *k)
{
	LIST_EACH(node, tmp, &c->queue)
	{
		struct lib_queued *q = LIST_ENTRY(node, struct lib_queued, node);
		if (q->event->conn != k)
			continue;
		q->event->conn = NULL;
		hst_free(take(c, q));
	}
}

void lib_queue_drop(struct hst_ctx *c)
{
	LIST_EACH(node, tmp, &c->queue)
	{
		hst_free(take(c, LIST_ENTRY(node, struct lib_queued, node)));
	}
}
