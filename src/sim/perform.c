#include "sim/world_int.h"

/* What an output does to the world. Nothing here feeds a node at once: what it
 * leads to comes as an event of its own. */

#define ANY_PORT 49152

static void listen_failed(struct machine *m, const struct node_out *out)
{
	feed_later(m,
		   &(struct node_in){ .kind = NODE_IN_LISTEN_FAILED,
				      .listener = out->listener,
				      .local = out->local,
				      .err = ERR_IN_USE },
		   0);
}

static void do_listen(struct machine *m, const struct node_out *out)
{
	if (m->port_taken && !out->any_port) {
		listen_failed(m, out);
		return;
	}
	struct listening *l = world_alloc(m->site.w, sizeof(*l));
	if (!l)
		return;
	l->part = out->listener;
	l->addr = out->local;
	if (m->port_taken)
		l->addr.port = ANY_PORT;
	list_push_back(&m->listens, &l->at);
	feed_later(m,
		   &(struct node_in){
			   .kind = NODE_IN_LISTENING, .listener = out->listener, .local = l->addr },
		   0);
}

static void do_unlisten(struct machine *m, const struct node_out *out)
{
	LIST_EACH(i, next, &m->listens)
	{
		struct listening *l = LIST_ENTRY(i, struct listening, at);
		if (l->part != out->listener || !addr_eq(&l->addr, &out->local))
			continue;
		list_take(&l->at);
		env_free(m->site.w->env, l);
		return;
	}
}

static struct end *find_end(struct machine *m, uint32_t link)
{
	return map_get(&m->links, span_of(&link, sizeof(link)));
}

static void do_send(struct machine *m, const struct node_out *out)
{
	struct end *e = find_end(m, out->link);
	if (!e)
		return;
	invariant_graph_sent(m, out);
	stream_send(e, out->bytes);
	if (out->drain)
		stream_ask_drained(e);
}

static void do_close(struct machine *m, const struct node_out *out)
{
	struct end *e = find_end(m, out->link);
	if (e)
		stream_close(e, PIPE_CLOSED);
}

static void do_job(struct machine *m, const struct node_out *out)
{
	uint8_t result[64];
	size_t n = 0;
	struct world *w = m->site.w;
	const struct scn_range *delay = &m->site.spec->job_delay;
	if (m->jobs_stuck)
		return;
	enum err e = node_job_run(out->job, out->bytes, w->env, result, sizeof(result), &n);
	feed_later(m,
		   &(struct node_in){ .kind = NODE_IN_JOB_DONE,
				      .number = out->number,
				      .err = e,
				      .bytes = span_of(result, n) },
		   rng_between(&w->jobs, delay->low, delay->high));
}

static void do_dial(struct machine *m, const struct node_out *out)
{
	(void)stream_dial(&m->site, out->link, &out->local, &out->remote);
}

static void do_event(struct machine *m, const struct node_out *out)
{
	expect_event(m, out->event);
	if (out->event->part != NODE_PART_MASC)
		return;
	invariant_claim_told(m, &out->event->masc);
	invariant_told_number(m, &out->event->masc);
}

static void do_reply(struct machine *m, const struct node_out *out)
{
	invariant_reply(m, out);
	expect_reply(m, out->err);
}

static void do_found(struct machine *m, const struct node_out *out)
{
	expect_found(m, &out->found);
}

/* Seen in the trace. */
static void do_step(struct machine *m, const struct node_out *out)
{
}

/* Seen in the trace. */
static void do_data(struct machine *m, const struct node_out *out)
{
}

typedef void perform_fn(struct machine *m, const struct node_out *out);

static perform_fn *const performs[] = {
	[NODE_OUT_LISTEN] = do_listen,	     [NODE_OUT_UNLISTEN] = do_unlisten,
	[NODE_OUT_DIAL] = do_dial,	     [NODE_OUT_SEND] = do_send,
	[NODE_OUT_CLOSE] = do_close,	     [NODE_OUT_EVENT] = do_event,
	[NODE_OUT_REPLY] = do_reply,	     [NODE_OUT_JOB] = do_job,
	[NODE_OUT_BIND] = datagram_bind,     [NODE_OUT_UNBIND] = datagram_unbind,
	[NODE_OUT_JOIN] = datagram_join,     [NODE_OUT_LEAVE] = datagram_leave,
	[NODE_OUT_DATAGRAM] = datagram_send, [NODE_OUT_HOST] = address_look_up,
	[NODE_OUT_FOUND] = do_found,	     [NODE_OUT_STEP] = do_step,
	[NODE_OUT_DATA] = do_data,
};

void perform(struct machine *m, const struct node_out *out)
{
	performs[out->kind](m, out);
}
