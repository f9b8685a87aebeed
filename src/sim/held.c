#include "sim/world_int.h"

/* Outputs that wait for a commit: doc/simulator.md section 4.
 * Whatever belongs together keeps its order: the outputs of one link, and the
 * events of one node. Replies belong to nobody but their caller. */

static bool waits_at_all(enum node_out_kind k)
{
	switch (k) {
	case NODE_OUT_SEND:
	case NODE_OUT_CLOSE:
	case NODE_OUT_EVENT:
	case NODE_OUT_REPLY:
	case NODE_OUT_DATAGRAM:
	case NODE_OUT_FOUND:
	case NODE_OUT_STEP:
		return true;
	case NODE_OUT_LISTEN:
	case NODE_OUT_UNLISTEN:
	case NODE_OUT_DIAL:
	case NODE_OUT_JOB:
	case NODE_OUT_BIND:
	case NODE_OUT_UNBIND:
	case NODE_OUT_JOIN:
	case NODE_OUT_LEAVE:
	case NODE_OUT_HOST:
		return false;
	}
	return false;
}

static bool together(const struct node_out *a, const struct node_out *b)
{
	bool link_a = a->kind == NODE_OUT_SEND || a->kind == NODE_OUT_CLOSE;
	bool link_b = b->kind == NODE_OUT_SEND || b->kind == NODE_OUT_CLOSE;
	if (link_a && link_b)
		return a->link == b->link;
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
	return waits_at_all(out->kind) && held_blocked(m, out, &m->held);
}

void held_add(struct machine *m, const struct node_out *out)
{
	struct held *h = world_alloc(m->site.w, sizeof(*h) + out->bytes.n);
	if (!h)
		return;
	h->out = *out;
	if (out->bytes.n)
		memcpy(h->bytes, out->bytes.p, out->bytes.n);
	h->out.bytes = span_of(h->bytes, out->bytes.n);
	if (out->event) {
		h->event = *out->event;
		h->out.event = &h->event;
	}
	list_push_back(&m->held, &h->at);
}

void held_drop(struct machine *m, struct held *h)
{
	list_take(&h->at);
	env_free(m->site.w->env, h);
}

void held_clear(struct machine *m)
{
	LIST_EACH(i, next, &m->held)
	held_drop(m, LIST_ENTRY(i, struct held, at));
}
