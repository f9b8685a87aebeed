#include "engine/outbox.h"

/* Items of events are kept to be used again: there is one a record, and they are large. */
#define SPARES 128

struct item {
	struct list node;
	struct outbox_stream *stream;
	enum node_out_kind kind;
	bool drain;
	uint64_t after;
	struct wall wall; /* EVENT */
	union {
		struct outbox_datagram to; /* DATAGRAM */
		struct outbox_data data;   /* DATA */
	};
	size_t n, room;
	_Alignas(struct node_event) uint8_t octets[]; /* EVENT: as node_event_copy() lays it */
};

void engine_outbox_init(struct outbox *o, const struct env *env, const struct outbox_ops *ops)
{
	*o = (struct outbox){ .env = env, .ops = *ops };
	list_init(&o->items);
	list_init(&o->spare);
	list_init(&o->doomed);
	list_init(&o->events.node);
	list_init(&o->datagrams.node);
	map_init(&o->links, env);
}

static struct span key_of(const struct outbox_stream *s)
{
	return span_of(&s->link, sizeof(s->link));
}

static struct outbox_stream *stream_find(const struct outbox *o, uint32_t link)
{
	return map_get(&o->links, span_of(&link, sizeof(link)));
}

static struct outbox_stream *stream_get(struct outbox *o, uint32_t link)
{
	struct outbox_stream *s = stream_find(o, link);

	if (s)
		return s;
	s = env_zalloc(o->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	s->link = link;
	list_init(&s->node);
	if (!map_put(&o->links, key_of(s), s))
		return s;
	env_free(o->env, s);
	return NULL;
}

static void stream_free(struct outbox *o, struct outbox_stream *s)
{
	if (s == &o->events || s == &o->datagrams)
		return;
	list_take(&s->node);
	map_take(&o->links, key_of(s));
	env_free(o->env, s);
}

/* Takes an item out of its places; its stream may go with it. */
static void item_take(struct outbox *o, struct item *i)
{
	struct outbox_stream *s = i->stream;

	list_take(&i->node);
	o->count--;
	s->held--;
	s->octets -= i->n;
	if (i->kind == NODE_OUT_DATA) {
		o->data_n--;
		o->data_octets -= i->n;
	}
	if (s->held || s->doomed)
		return;
	if (s->paused)
		o->ops.resume(o->ops.arg, s->link);
	stream_free(o, s);
}

static void item_free(struct outbox *o, struct item *i)
{
	if (i->kind != NODE_OUT_EVENT || o->n_spare == SPARES) {
		env_free(o->env, i);
		return;
	}
	o->n_spare++;
	list_push_back(&o->spare, &i->node);
}

static void item_drop(struct outbox *o, struct item *i)
{
	item_take(o, i);
	item_free(o, i);
}

static void free_all(const struct outbox *o, struct list *items)
{
	LIST_EACH(n, tmp, items)
	{
		env_free(o->env, LIST_ENTRY(n, struct item, node));
	}
}

void engine_outbox_fini(struct outbox *o)
{
	size_t at = 0;
	struct span key;
	void *s;

	free_all(o, &o->items);
	free_all(o, &o->spare);
	while (map_next(&o->links, &at, &key, &s))
		env_free(o->env, s);
	map_free(&o->links);
}

/* The one used last, which is still near; where it is too small, or there is none, a fresh
 * one. */
static struct item *item_new(struct outbox *o, enum node_out_kind kind, size_t n)
{
	struct item *i = NULL;

	if (kind == NODE_OUT_EVENT && o->n_spare) {
		i = LIST_ENTRY(o->spare.prev, struct item, node);
		list_take(&i->node);
		o->n_spare--;
	}
	if (i && i->room >= n)
		return i;
	env_free(o->env, i);
	i = env_resize(o->env, NULL, sizeof(*i) + n);
	if (i)
		i->room = n;
	return i;
}

/* With room for n octets; NULL without memory. */
static struct item *item_make(struct outbox *o, struct outbox_stream *s, const struct node_out *out,
			      size_t n)
{
	struct item *i = item_new(o, out->kind, n);
	size_t room;

	if (!i)
		return NULL;
	room = i->room;
	*i = (struct item){ .stream = s, .kind = out->kind, .after = out->after, .n = n };
	i->room = room;
	i->drain = out->drain;
	list_push_back(&o->items, &i->node);
	o->count++;
	s->held++;
	s->octets += n;
	return i;
}

static struct item *item_add(struct outbox *o, struct outbox_stream *s, const struct node_out *out,
			     struct span body)
{
	struct item *i = item_make(o, s, out, body.n);

	if (i && body.n)
		memcpy(i->octets, body.p, body.n);
	return i;
}

static void put_event(struct outbox *o, const struct node_out *out, struct wall wall)
{
	struct item *i = NULL;

	if (engine_outbox_events(o) < OUTBOX_EVENTS_MAX)
		i = item_make(o, &o->events, out, node_event_size(out->event));
	if (!i) {
		o->events_lost++;
		return;
	}
	node_event_copy(i->octets, out->event);
	i->wall = wall;
}

/* A stream with a hole is worse than none. */
static void put_data(struct outbox *o, const struct node_out *out)
{
	struct item *i = NULL;

	if (o->data_octets + out->bytes.n <= OUTBOX_DATA_MAX)
		i = item_add(o, &o->events, out, out->bytes);
	if (!i) {
		o->ops.cut(o->ops.arg, out->link);
		return;
	}
	i->data = (struct outbox_data){ out->graph, out->link, out->conn, out->type };
	o->data_n++;
	o->data_octets += i->n;
}

static void put_datagram(struct outbox *o, const struct node_out *out)
{
	const struct outbox_datagram d = { out->socket, out->local, out->remote, out->hops };
	struct item *i = NULL;

	if (out->after <= o->committed) {
		o->ops.datagram(o->ops.arg, &d, out->bytes);
		return;
	}
	if (o->datagrams.held < OUTBOX_DATAGRAMS_MAX)
		i = item_add(o, &o->datagrams, out, out->bytes);
	if (i)
		i->to = d;
	else
		o->datagrams_lost++;
}

static void do_now(struct outbox *o, const struct node_out *out)
{
	if (out->kind == NODE_OUT_CLOSE) {
		o->ops.close(o->ops.arg, out->link);
		return;
	}
	o->ops.send(o->ops.arg, out->link, out->bytes);
	if (out->drain)
		o->ops.ask_drained(o->ops.arg, out->link);
}

/* What still waits on doomed links. */
static void drop_doomed(struct outbox *o)
{
	if (list_empty(&o->doomed))
		return;
	LIST_EACH(n, tmp, &o->items)
	{
		struct item *i = LIST_ENTRY(n, struct item, node);
		if (i->stream->doomed)
			item_drop(o, i);
	}
}

static void doom(struct outbox *o, struct outbox_stream *s)
{
	if (s->doomed)
		return;
	s->doomed = true;
	list_push_back(&o->doomed, &s->node);
	/* A walk that goes on must find its place again: it drops them itself. */
	if (!o->releasing)
		drop_doomed(o);
}

static void hold(struct outbox *o, const struct node_out *out)
{
	struct outbox_stream *s = stream_get(o, out->link);

	if (!s) {
		o->ops.cut(o->ops.arg, out->link);
		return;
	}
	if (s->doomed)
		return;
	if (s->octets + out->bytes.n > OUTBOX_LINK_MAX || !item_add(o, s, out, out->bytes)) {
		doom(o, s);
		return;
	}
	if (s->octets > OUTBOX_LINK_PAUSE && !s->paused) {
		s->paused = true;
		o->ops.pause(o->ops.arg, s->link);
	}
}

void engine_outbox_put(struct outbox *o, const struct node_out *out, struct wall wall)
{
	if (out->kind == NODE_OUT_EVENT)
		put_event(o, out, wall);
	else if (out->kind == NODE_OUT_DATAGRAM)
		put_datagram(o, out);
	else if (out->kind == NODE_OUT_DATA)
		put_data(o, out);
	else if (out->after > o->committed || stream_find(o, out->link))
		hold(o, out);
	else
		do_now(o, out);
}

static void let_go(struct outbox *o, struct item *i)
{
	struct node_out out = { .kind = i->kind, .link = i->stream->link, .drain = i->drain };

	item_take(o, i);
	if (i->kind == NODE_OUT_EVENT) {
		o->ops.event(o->ops.arg, (const struct node_event *)(const void *)i->octets,
			     i->wall);
	} else if (i->kind == NODE_OUT_DATA) {
		o->ops.data(o->ops.arg, &i->data, span_of(i->octets, i->n));
	} else if (i->kind == NODE_OUT_DATAGRAM) {
		o->ops.datagram(o->ops.arg, &i->to, span_of(i->octets, i->n));
	} else {
		out.bytes = span_of(i->octets, i->n);
		do_now(o, &out);
	}
	item_free(o, i);
}

static bool may_go(const struct outbox *o, struct item *i)
{
	if (i->kind == NODE_OUT_DATAGRAM)
		return i->after <= o->committed;
	if (i->after > o->committed)
		i->stream->stuck_in = o->walk;
	return i->stream->stuck_in != o->walk;
}

/* What a reader of events adds meanwhile comes behind and is walked too. */
static void walk(struct outbox *o)
{
	struct list *at = o->items.next;

	while (at != &o->items) {
		struct item *i = LIST_ENTRY(at, struct item, node);
		struct list *before = at->prev;
		if (i->stream->doomed)
			item_drop(o, i);
		else if (may_go(o, i))
			let_go(o, i);
		else
			before = at;
		at = before->next;
	}
}

void engine_outbox_release(struct outbox *o, uint64_t committed)
{
	if (committed > o->committed)
		o->committed = committed;
	if (o->releasing)
		return;
	o->releasing = true;
	o->walk++;
	walk(o);
	o->releasing = false;
	drop_doomed(o);
}

size_t engine_outbox_fail(struct outbox *o, uint64_t first)
{
	size_t events = 0;

	LIST_EACH(n, tmp, &o->items)
	{
		struct item *i = LIST_ENTRY(n, struct item, node);
		if (i->after < first)
			continue;
		if (i->kind == NODE_OUT_EVENT) {
			item_drop(o, i);
			events++;
		} else if (i->kind == NODE_OUT_DATAGRAM) {
			item_drop(o, i);
			o->datagrams_lost++;
		} else if (!i->stream->doomed) {
			i->stream->doomed = true;
			list_push_back(&o->doomed, &i->stream->node);
		}
	}
	drop_doomed(o);
	return events;
}

void engine_outbox_forget(struct outbox *o, uint32_t link)
{
	struct outbox_stream *s = stream_find(o, link);

	if (!s)
		return;
	doom(o, s);
	stream_free(o, s);
}

bool engine_outbox_take_doomed(struct outbox *o, uint32_t *link)
{
	struct outbox_stream *s;

	if (list_empty(&o->doomed))
		return false;
	s = LIST_ENTRY(o->doomed.next, struct outbox_stream, node);
	*link = s->link;
	stream_free(o, s);
	return true;
}

uint64_t engine_outbox_events_lost(struct outbox *o)
{
	uint64_t n = o->events_lost;

	o->events_lost = 0;
	return n;
}

size_t engine_outbox_events(const struct outbox *o)
{
	return o->events.held - o->data_n;
}
