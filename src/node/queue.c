#include "node/node_int.h"

struct node_own *node_own_add(struct node *n, struct list *to, enum node_out_kind kind)
{
	struct node_own *o = env_zalloc(n->env, 1, sizeof(*o));
	if (!o)
		return NULL;
	o->out.kind = kind;
	list_push_back(to, &o->in);
	return o;
}

void node_own_clear(struct node *n, struct list *l)
{
	LIST_EACH(i, next, l)
	env_free(n->env, LIST_ENTRY(i, struct node_own, in));
	list_init(l);
}

void node_own_join(struct node *n, struct list *from)
{
	LIST_EACH(i, next, from)
	{
		list_take(i);
		list_push_back(&n->own, i);
	}
}

struct node_self_event *node_tell(struct node *n, enum node_self_event_kind kind)
{
	struct node_own *o = node_own_add(n, &n->own, NODE_OUT_EVENT);
	/* Without memory the event is written where nobody reads it. */
	struct node_event *e = o ? &o->event : &n->event;
	memset(e, 0, sizeof(*e));
	e->part = NODE_PART_NODE;
	e->level = node_self_event_level(kind);
	e->self.kind = kind;
	if (o)
		o->out.event = e;
	return &e->self;
}
