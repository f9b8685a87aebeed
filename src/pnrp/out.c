/* What a cloud has to say, in order. An output that finds no memory is lost as a
 * datagram may be; the call it belongs to says ERR_NOMEM. */
#include "pnrp/pnrp_int.h"

static size_t body_size(enum pnrp_out_kind kind)
{
	switch (kind) {
	case PNRP_OUT_RESULT:
		return sizeof(struct pnrp_result);
	case PNRP_OUT_HOP:
		return sizeof(struct pnrp_hop);
	case PNRP_OUT_EVENT:
		return sizeof(struct pnrp_event);
	case PNRP_OUT_SEND:
	case PNRP_OUT_DONE:
	case PNRP_OUT_ALONE:
		break;
	}
	return 0;
}

static void attach(struct pnrp_out_item *item, enum pnrp_out_kind kind, void *body)
{
	if (kind == PNRP_OUT_RESULT)
		item->out.result = item->result = body;
	else if (kind == PNRP_OUT_HOP)
		item->out.hop = item->hop = body;
	else if (kind == PNRP_OUT_EVENT)
		item->out.event = item->event = body;
}

struct pnrp_out_item *pnrp_out_make(struct pnrp *p, enum pnrp_out_kind kind, size_t n)
{
	size_t head = sizeof(struct pnrp_out_item) + body_size(kind);
	uint8_t *block = env_resize(p->env, NULL, head + n);
	if (!block) {
		p->starved = true;
		return NULL;
	}
	/* The octets are many: only what stands before them is cleared. */
	memset(block, 0, head);
	struct pnrp_out_item *item = (struct pnrp_out_item *)(void *)block;
	list_init(&item->in);
	item->out.kind = kind;
	attach(item, kind, block + sizeof(*item));
	item->bytes = block + head;
	return item;
}

void pnrp_out_give(struct pnrp *p, struct pnrp_out_item *item)
{
	list_push_back(&p->outs, &item->in);
}

struct pnrp_out_item *pnrp_out_add(struct pnrp *p, enum pnrp_out_kind kind, size_t n)
{
	struct pnrp_out_item *item = pnrp_out_make(p, kind, n);
	if (item)
		pnrp_out_give(p, item);
	return item;
}

struct pnrp_event *pnrp_tell(struct pnrp *p, enum pnrp_event_kind kind)
{
	struct pnrp_out_item *item = pnrp_out_add(p, PNRP_OUT_EVENT, 0);
	struct pnrp_event *event = item ? item->event : &p->lost;
	*event = (struct pnrp_event){ .kind = kind };
	return event;
}

void pnrp_tell_full(struct pnrp *p, const char *table, struct mono now)
{
	p->counters.too_many++;
	if (!mono_reached(p->full_told, now))
		return;
	p->full_told = mono_add(now, MONO_MIN);
	pnrp_tell(p, PNRP_EVENT_FULL)->table = table;
}

void pnrp_done(struct pnrp *p, uint64_t number, enum err e, uint32_t hops, int64_t elapsed)
{
	struct pnrp_out_item *item = number ? pnrp_out_add(p, PNRP_OUT_DONE, 0) : NULL;
	if (!item)
		return;
	item->out.number = number;
	item->out.err = e;
	item->out.hops = hops;
	item->out.elapsed = elapsed;
}

bool pnrp_poll(struct pnrp *p, struct pnrp_out *out)
{
	env_free(p->env, p->last);
	p->last = NULL;
	if (list_empty(&p->outs))
		return false;
	struct pnrp_out_item *item = LIST_ENTRY(p->outs.next, struct pnrp_out_item, in);
	list_take(&item->in);
	p->last = item;
	*out = item->out;
	return true;
}
