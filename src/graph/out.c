#include "graph/graph_int.h"

/* What graph_poll takes out. Octets of links go first: what is closed or told after them
 * was decided after them. An outing that was taken out is used again. */

#define SPARES 256

struct graph_outing {
	struct list all;
	struct graph_out out;
	struct graph_event event;
	uint8_t *bytes; /* a SEND, DATA; with CLOSE: to be sent before */
	size_t n;
};

struct graph_outing *graph_outing_new(struct graph *g)
{
	if (list_empty(&g->spare))
		return env_zalloc(g->shared->env, 1, sizeof(struct graph_outing));
	/* The one used last: it is still near. */
	struct list *n = g->spare.prev;
	list_take(n);
	g->n_spare--;
	return LIST_ENTRY(n, struct graph_outing, all);
}

void graph_outing_reserve(struct graph *g, struct graph_outing *o)
{
	list_push_back(&g->reserve, &o->all);
}

void graph_outing_free(struct graph *g, struct graph_outing *o)
{
	if (!o)
		return;
	env_free(g->shared->env, o->bytes);
	o->bytes = NULL;
	if (g->n_spare >= SPARES) {
		env_free(g->shared->env, o);
		return;
	}
	g->n_spare++;
	list_push_back(&g->spare, &o->all);
}

static void free_list(struct graph *g, struct list *head)
{
	LIST_EACH(n, tmp, head)
	{
		struct graph_outing *o = LIST_ENTRY(n, struct graph_outing, all);
		list_take(n);
		env_free(g->shared->env, o->bytes);
		env_free(g->shared->env, o);
	}
}

void graph_outs_free(struct graph *g)
{
	if (g->last)
		graph_outing_free(g, g->last);
	g->last = NULL;
	free_list(g, &g->outs);
	free_list(g, &g->reserve);
	free_list(g, &g->spare);
	g->n_spare = 0;
}

static struct graph_out *queue(struct graph *g, struct graph_outing *o, enum graph_out_kind kind)
{
	o->out = (struct graph_out){ .kind = kind };
	list_push_back(&g->outs, &o->all);
	return &o->out;
}

struct graph_event graph_event_of(const struct graph *g, enum graph_event_kind k)
{
	return (struct graph_event){ .kind = k,
				     .graph = g->birth.number,
				     .graph_id = g->birth.properties.id };
}

void graph_event_copy(struct graph_event *to, const struct graph_event *from)
{
	memcpy(to, from, offsetof(struct graph_event, peer));
	memcpy(to->peer, from->peer, strlen(from->peer) + 1);
}

/* Without memory an event is lost: nobody's state hangs on it. */
void graph_out_event(struct graph *g, const struct graph_event *e, uint64_t after)
{
	struct graph_outing *o = graph_outing_new(g);
	if (!o)
		return;
	graph_event_copy(&o->event, e);
	queue(g, o, GRAPH_OUT_EVENT)->after = after;
	o->out.event = &o->event;
}

static struct graph_out *reply(struct graph *g, uint64_t number, enum err err, uint64_t after)
{
	struct list *n = g->reserve.next;
	list_take(n);
	struct graph_out *out = queue(g, LIST_ENTRY(n, struct graph_outing, all), GRAPH_OUT_REPLY);
	out->number = number;
	out->err = err;
	out->after = after;
	return out;
}

void graph_out_reply(struct graph *g, uint64_t number, enum err err, const char *text,
		     uint64_t after)
{
	reply(g, number, err, after)->text = text;
}

void graph_out_reply_record(struct graph *g, uint64_t number, const struct graph_entry *e,
			    uint64_t after)
{
	struct graph_out *out = reply(g, number, OK, after);
	out->type = e->place.id;
	out->version = e->version;
}

void graph_out_reply_link(struct graph *g, uint64_t number, const struct graph_link *l,
			  int64_t elapsed)
{
	struct graph_out *out = reply(g, number, OK, 0);
	out->conn = out->link = l ? l->number : 0;
	out->elapsed = elapsed;
}

bool graph_out_dial(struct graph *g, struct graph_link *l)
{
	struct graph_outing *o = graph_outing_new(g);
	if (!o)
		return false;
	struct graph_out *out = queue(g, o, GRAPH_OUT_DIAL);
	out->link = l->number;
	out->remote = l->remote;
	return true;
}

/* With the octets that are still here: they are sent before, and the link may go. */
void graph_out_close(struct graph *g, struct graph_link *l)
{
	struct graph_outing *o = l->closing;
	if (!o)
		return;
	l->closing = NULL;
	struct graph_out *out = queue(g, o, GRAPH_OUT_CLOSE);
	out->link = l->number;
	if (!l->out.n)
		return;
	out->after = l->out.after;
	o->bytes = l->out.octets;
	o->n = l->out.n;
	l->out.octets = NULL;
	l->out.n = l->out.room = 0;
	list_take(&l->out.sending);
}

void graph_out_data(struct graph *g, struct graph_link *l, const struct graph_data *d)
{
	struct graph_outing *o = graph_outing_new(g);
	uint8_t *bytes = o ? env_copy(g->shared->env, d->payload.p, d->payload.n) : NULL;
	if (!bytes) {
		graph_outing_free(g, o);
		graph_link_end(g, l, ERR_NOMEM, NULL, g->wall_at);
		return;
	}
	struct graph_out *out = queue(g, o, GRAPH_OUT_DATA);
	o->bytes = bytes;
	out->link = l->number;
	out->conn = l->number;
	out->type = d->type;
	out->bytes = span_of(bytes, d->payload.n);
}

/* GRAPH-8.5: all that the inputs before led to on a link is one SEND. */
static void take_send(struct graph *g, struct graph_link *l, struct graph_out *out)
{
	graph_sendq_take(g, l, out);
	l->sent += out->bytes.n;
	g->counts.out += out->bytes.n;
}

bool graph_poll(struct graph *g, struct graph_out *out)
{
	if (g->last) {
		graph_outing_free(g, g->last);
		g->last = NULL;
	}
	if (graph_relay_waits(g)) {
		graph_relay_on(g);
		graph_finish(g, g->relays.now);
	}
	if (!list_empty(&g->sending)) {
		struct list *n = g->sending.next;
		take_send(g, LIST_ENTRY(n, struct graph_link, out.sending), out);
		return true;
	}
	if (list_empty(&g->outs))
		return false;
	struct graph_outing *o = LIST_ENTRY(g->outs.next, struct graph_outing, all);
	*out = o->out;
	if (o->out.kind == GRAPH_OUT_CLOSE && o->n) {
		out->kind = GRAPH_OUT_SEND;
		out->bytes = span_of(o->bytes, o->n);
		g->counts.out += o->n;
		o->n = 0;
		return true;
	}
	list_take(&o->all);
	g->last = o;
	return true;
}
