#include "sim/world_int.h"

/* Outputs that wait for a commit: doc/simulator.md section 4.
 * Whatever belongs together keeps its order: the outputs of one link, the events of
 * one node, and what one command leads to. Datagrams belong to nothing. */

static const bool waits_at_all[] = {
	[NODE_OUT_LISTEN] = false,  [NODE_OUT_UNLISTEN] = false, [NODE_OUT_DIAL] = false,
	[NODE_OUT_SEND] = true,	    [NODE_OUT_CLOSE] = true,	 [NODE_OUT_EVENT] = true,
	[NODE_OUT_REPLY] = true,    [NODE_OUT_JOB] = false,	 [NODE_OUT_BIND] = false,
	[NODE_OUT_UNBIND] = false,  [NODE_OUT_JOIN] = false,	 [NODE_OUT_LEAVE] = false,
	[NODE_OUT_DATAGRAM] = true, [NODE_OUT_HOST] = false,	 [NODE_OUT_FOUND] = true,
	[NODE_OUT_STEP] = true,	    [NODE_OUT_DATA] = true,
};

static bool of_link(const struct node_out *out)
{
	return out->kind == NODE_OUT_SEND || out->kind == NODE_OUT_CLOSE;
}

/* What a command leads to, its answer last. */
static bool of_command(const struct node_out *out)
{
	return out->kind == NODE_OUT_FOUND || out->kind == NODE_OUT_STEP ||
	       out->kind == NODE_OUT_REPLY;
}

static bool together(const struct node_out *a, const struct node_out *b)
{
	if (of_link(a) && of_link(b))
		return a->link == b->link;
	if (of_command(a) && of_command(b))
		return a->number == b->number;
	return a->kind == NODE_OUT_EVENT && b->kind == NODE_OUT_EVENT;
}

bool held_blocked(const struct machine *m, const struct node_out *out, const struct list *upto)
{
	if (out->after > store_mem_committed(m->mem))
		return true;
	for (const struct list *i = m->held.next; i != upto; i = i->next)
		if (together(&LIST_ENTRY(i, struct held, at)->out, out))
			return true;
	return false;
}

bool held_must_wait(const struct machine *m, const struct node_out *out)
{
	return waits_at_all[out->kind] && held_blocked(m, out, &m->held);
}

/* What the output points at dies with the next call on the node. */
static struct span keep_octets(struct held *h, struct span from)
{
	if (from.n)
		memcpy(h->bytes, from.p, from.n);
	return span_of(h->bytes, from.n);
}

static void keep_found(struct held *h, const struct node_found *f)
{
	if (!f->cloud)
		return;
	struct text cloud = TEXT_OF(h->cloud);
	text_str(&cloud, f->cloud);
	h->out.found.cloud = h->cloud;
	if (f->result) {
		h->result = *f->result;
		h->result.payload = keep_octets(h, f->result->payload);
		h->out.found.result = &h->result;
	}
	if (f->step) {
		h->step = *f->step;
		h->out.found.step = &h->step;
	}
}

static bool keep_event(const struct machine *m, struct held *h, const struct node_event *e)
{
	h->event = world_alloc(m->site.w, node_event_size(e));
	if (!h->event)
		return false;
	node_event_copy(h->event, e);
	h->out.event = h->event;
	return true;
}

static void keep_words(struct held *h, const struct node_out *out)
{
	struct text made = TEXT_OF(h->made), text = TEXT_OF(h->text);
	if (out->made) {
		text_str(&made, out->made);
		h->out.made = h->made;
	}
	if (out->text) {
		text_str(&text, out->text);
		h->out.text = h->text;
	}
}

void held_add(struct machine *m, const struct node_out *out)
{
	size_t payload = out->found.result ? out->found.result->payload.n : 0;
	struct held *h = world_alloc(m->site.w, sizeof(*h) + out->bytes.n + payload);
	if (!h)
		return;
	h->out = *out;
	h->out.bytes = keep_octets(h, out->bytes);
	if (out->event && !keep_event(m, h, out->event)) {
		env_free(m->site.w->env, h);
		return;
	}
	keep_words(h, out);
	keep_found(h, &out->found);
	list_push_back(&m->held, &h->at);
}

void held_drop(struct machine *m, struct held *h)
{
	list_take(&h->at);
	env_free(m->site.w->env, h->event);
	env_free(m->site.w->env, h);
}

void held_clear(struct machine *m)
{
	LIST_EACH(i, next, &m->held)
	held_drop(m, LIST_ENTRY(i, struct held, at));
}
