#include "pnrp/clouds_int.h"

/* What the clouds put out: their own queue first, then what each core has. */

struct pnrp_clouds_item *pnrp_clouds_say(struct pnrp_clouds *c, enum pnrp_clouds_out_kind kind,
					 size_t n)
{
	struct pnrp_clouds_item *i = env_zalloc(c->env, 1, sizeof(*i) + n);
	if (!i)
		return NULL;
	i->out.kind = kind;
	i->out.bytes = span_of(i->bytes, n);
	list_push_back(&c->outs, &i->in);
	return i;
}

struct pnrp_clouds_event *pnrp_clouds_tell(struct pnrp_clouds *c, enum pnrp_clouds_event_kind kind,
					   uint64_t after)
{
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_EVENT, 0);
	if (!i)
		return &c->event;
	i->out.event = &i->event;
	i->out.after = after;
	i->event.kind = kind;
	return &i->event;
}

enum err pnrp_clouds_reply(struct pnrp_clouds *c, uint64_t number, enum err e, int64_t elapsed,
			   uint64_t after)
{
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_REPLY, 0);
	if (!i)
		return ERR_NOMEM;
	i->out.number = number;
	i->out.err = e;
	i->out.elapsed = elapsed;
	i->out.after = after;
	return OK;
}

void pnrp_clouds_outs_free(struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->outs)
	{
		list_take(l);
		env_free(c->env, LIST_ENTRY(l, struct pnrp_clouds_item, in));
	}
	env_free(c->env, c->last);
	c->last = NULL;
}

static bool poll_own(struct pnrp_clouds *c, struct pnrp_clouds_out *out)
{
	env_free(c->env, c->last);
	c->last = NULL;
	if (list_empty(&c->outs))
		return false;
	c->last = LIST_ENTRY(c->outs.next, struct pnrp_clouds_item, in);
	list_take(&c->last->in);
	*out = c->last->out;
	return true;
}

static void of_send(struct pnrp_clouds *c, const struct pnrp_cloud *cloud, const struct pnrp_out *o,
		    struct pnrp_clouds_out *out)
{
	*out = (struct pnrp_clouds_out){
		.kind = PNRP_CLOUDS_DATAGRAM,
		.socket = cloud->ipv4 ? PNRP_SOCKET_IPV4 : PNRP_SOCKET_IPV6,
		.local = o->from,
		.remote = o->to,
		.bytes = o->bytes,
		.after = cloud->after,
	};
	/* Which of our addresses was asked says all; the socket's port follows. */
	out->local.port = 0;
	out->local.scope = cloud->zone;
	out->remote.scope = cloud->zone;
}

static void of_event(struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		     const struct pnrp_out *o, struct pnrp_clouds_out *out)
{
	memset(&c->event, 0, sizeof(c->event));
	c->event.kind = PNRP_CLOUDS_EVENT_CLOUD;
	c->event.of = *o->event;
	memcpy(c->event.cloud, cloud->name, sizeof(c->event.cloud));
	const struct pnrp_published *p = NULL;
	if (o->event->kind == PNRP_EVENT_REGISTERED)
		p = pnrp_published_of(c, cloud, o->event->handle);
	if (p)
		c->event.name = p->name;
	*out = (struct pnrp_clouds_out){ .kind = PNRP_CLOUDS_EVENT,
					 .event = &c->event,
					 .after = p ? p->put : 0 };
}

static bool of_result(struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		      const struct pnrp_out *o, struct pnrp_clouds_out *out)
{
	struct pnrp_call *call = pnrp_call_of(c, o->number);
	if (!call || !pnrp_call_found(c, call, o->result))
		return false;
	*out = (struct pnrp_clouds_out){ .kind = PNRP_CLOUDS_RESULT,
					 .number = call->number,
					 .cloud = cloud->name,
					 .result = o->result,
					 .after = o->result->local ? cloud->after : 0 };
	return true;
}

static bool of_hop(struct pnrp_clouds *c, const struct pnrp_cloud *cloud, const struct pnrp_out *o,
		   struct pnrp_clouds_out *out)
{
	const struct pnrp_call *call = pnrp_call_of(c, o->number);
	if (!call)
		return false;
	*out = (struct pnrp_clouds_out){
		.kind = PNRP_CLOUDS_HOP, .number = call->number, .cloud = cloud->name, .hop = o->hop
	};
	return true;
}

/* True: there is something for the owner in it. */
static bool of_core(struct pnrp_clouds *c, struct pnrp_cloud *cloud, const struct pnrp_out *o,
		    struct pnrp_clouds_out *out)
{
	switch (o->kind) {
	case PNRP_OUT_SEND:
		of_send(c, cloud, o, out);
		return true;
	case PNRP_OUT_RESULT:
		return of_result(c, cloud, o, out);
	case PNRP_OUT_HOP:
		return of_hop(c, cloud, o, out);
	case PNRP_OUT_DONE:
		pnrp_call_ended(c, cloud, o, c->now);
		return false;
	case PNRP_OUT_ALONE:
		pnrp_discover_begin(c, cloud, c->now);
		return false;
	case PNRP_OUT_EVENT:
		of_event(c, cloud, o, out);
		return true;
	}
	return false;
}

/* *stirred: something went on inside that other cores may have heard of. */
static bool poll_core(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct pnrp_clouds_out *out,
		      bool *stirred)
{
	struct pnrp_out o;
	while (pnrp_poll(cloud->core, &o)) {
		if (of_core(c, cloud, &o, out))
			return true;
		*stirred = true;
	}
	return false;
}

static bool poll_cores(struct pnrp_clouds *c, struct pnrp_clouds_out *out, bool *stirred)
{
	LIST_EACH(l, tmp, &c->clouds)
	if (poll_core(c, LIST_ENTRY(l, struct pnrp_cloud, in), out, stirred))
		return true;
	return false;
}

bool pnrp_clouds_poll(struct pnrp_clouds *c, struct pnrp_clouds_out *out)
{
	bool stirred;
	pnrp_calls_finish(c, c->now);
	do {
		stirred = false;
		if (poll_own(c, out) || poll_cores(c, out, &stirred))
			return true;
	} while (stirred);
	return false;
}
