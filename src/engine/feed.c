/* The way into the node and out of it: every input goes through engine_feed,
 * every output comes out in engine_drain right after. ENGINE-1 to ENGINE-3. */
#include "engine/engine_int.h"

/* MASC has times of its own for silence. */
static void mind(struct engine *e, uint32_t part, uint32_t link)
{
	if (part == NODE_PART_GRAPH)
		net_mind(e->net, link, e->config.graph.silence);
}

static void dial(struct engine *e, const struct node_out *out)
{
	struct net_guard g;
	bool guarded =
		out->listener == NODE_PART_MASC && engine_guard_of(&e->config, &out->remote, &g);
	struct later l = { .kind = NODE_IN_DOWN, .link = out->link };

	l.err = net_dial(e->net, out->link, &out->local, &out->remote, guarded ? &g : NULL);
	if (guarded)
		explicit_bzero(&g, sizeof(g));
	mind(e, out->listener, out->link);
	if (l.err)
		engine_feed_later(e, &l);
}

static void start_job(struct engine *e, const struct node_out *out)
{
	struct later l = { .kind = NODE_IN_JOB_DONE, .number = out->number };

	l.err = engine_jobs_submit(e->jobs, out->number, out->job, out->bytes);
	if (l.err)
		engine_feed_later(e, &l);
}

/* There is one a record: the clock is read once for all that come out together. Whether it
 * is right is what its last reading said, whenever that was. */
static struct wall event_time(struct engine *e)
{
	struct wall last = node_wall(e->node, (struct mono){ 0 });

	if (!e->drained_at)
		e->drained_at = os_wall_us();
	return (struct wall){ .us = e->drained_at, .synchronised = last.synchronised };
}

static void put_stream(struct engine *e, const struct node_out *out)
{
	engine_outbox_put(&e->outbox, out, (struct wall){ 0 });
}

static void put_event(struct engine *e, const struct node_out *out)
{
	engine_outbox_put(&e->outbox, out, event_time(e));
}

/* ENGINE-5: what tells nobody anything does not pass the outbox. */
static void (*const doers[])(struct engine *e, const struct node_out *out) = {
	[NODE_OUT_LISTEN] = engine_listen,
	[NODE_OUT_UNLISTEN] = engine_unlisten,
	[NODE_OUT_DIAL] = dial,
	[NODE_OUT_SEND] = put_stream,
	[NODE_OUT_CLOSE] = put_stream,
	[NODE_OUT_EVENT] = put_event,
	[NODE_OUT_REPLY] = engine_call_answer,
	[NODE_OUT_JOB] = start_job,
	[NODE_OUT_BIND] = engine_bind,
	[NODE_OUT_UNBIND] = engine_unbind,
	[NODE_OUT_JOIN] = engine_join,
	[NODE_OUT_LEAVE] = engine_leave,
	[NODE_OUT_DATAGRAM] = put_stream,
	[NODE_OUT_HOST] = engine_look_up,
	[NODE_OUT_FOUND] = engine_call_finding,
	[NODE_OUT_STEP] = engine_call_finding,
	[NODE_OUT_DATA] = put_stream,
};

static void dispatch(struct engine *e, const struct node_out *out)
{
	doers[out->kind](e, out);
}

static void drain_outputs(struct engine *e)
{
	struct node_out out;

	e->undrained = false;
	e->drained_at = 0;
	while (node_poll(e->node, &out)) {
		engine_recorder_output(e->recorder, &out);
		dispatch(e, &out);
	}
}

/* A link whose input was lost for want of memory cannot go on. */
static void lost_input(struct engine *e, const struct node_in *in)
{
	struct later l = { .kind = NODE_IN_DOWN, .link = in->link, .err = ERR_NOMEM };

	if (in->kind != NODE_IN_ACCEPTED && in->kind != NODE_IN_UP && in->kind != NODE_IN_OCTETS)
		return;
	net_reset(e->net, in->link);
	engine_feed_later(e, &l);
}

static enum err give(struct engine *e, const struct node_in *in, struct mono now)
{
	enum err err;

	engine_recorder_input(e->recorder, in, now);
	err = node_input(e->node, in, now);
	if (err)
		lost_input(e, in);
	return err;
}

static enum err feed_one(struct engine *e, const struct node_in *in, struct mono now)
{
	enum err err = give(e, in, now);

	drain_outputs(e);
	return err;
}

static bool take_later(struct engine *e, struct node_in *in)
{
	const struct later *l = &e->later[e->later_at];

	if (!e->later_n)
		return false;
	*in = (struct node_in){ .kind = l->kind, .listener = l->listener, .link = l->link };
	in->err = l->err;
	in->number = l->number;
	in->socket = l->socket;
	in->local = l->local;
	e->later_at = (e->later_at + 1) % LATER_MAX;
	e->later_n--;
	return true;
}

/* ENGINE-2: one too many is lost. */
void engine_feed_later(struct engine *e, const struct later *l)
{
	if (e->later_n == LATER_MAX)
		return;
	e->later[(e->later_at + e->later_n) % LATER_MAX] = *l;
	e->later_n++;
	os_task_post(e->turn_end);
}

static void feed_waiting(struct engine *e, struct mono now)
{
	struct node_in in;

	/* What fails again comes again: not in this turn without end. */
	for (size_t n = e->later_n; n > 0 && take_later(e, &in); n--)
		(void)!feed_one(e, &in, now);
}

void engine_drain(struct engine *e, struct mono now)
{
	os_task_post(e->turn_end);
	drain_outputs(e);
	feed_waiting(e, now);
}

/* ENGINE-41. A recording shows what each input leads to. */
static void give_octets(struct engine *e, const struct node_in *in, struct mono now)
{
	if (e->recorder || !node_is_graph_link(e->node, in->link)) {
		(void)!engine_feed(e, in, now);
		return;
	}
	os_task_post(e->turn_end);
	e->undrained = true;
	(void)!give(e, in, now);
}

void engine_drain_turn(struct engine *e, struct mono now)
{
	if (!e->undrained)
		return;
	drain_outputs(e);
	feed_waiting(e, now);
}

enum err engine_feed(struct engine *e, const struct node_in *in, struct mono now)
{
	enum err err;

	/* First: the net's own end of turn comes after ours then. */
	os_task_post(e->turn_end);
	err = feed_one(e, in, now);
	feed_waiting(e, now);
	return err;
}

static void on_accepted(void *arg, uint32_t listener, uint32_t link, const struct addr *local,
			const struct addr *remote, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_ACCEPTED, .listener = listener, .link = link };

	in.local = *local;
	in.remote = *remote;
	mind(arg, listener, link);
	engine_tap_open(arg, link, listener == NODE_PART_GRAPH, false);
	(void)!engine_feed(arg, &in, now);
}

static void on_up(void *arg, uint32_t link, const struct addr *local, const struct addr *remote,
		  struct mono now)
{
	struct engine *e = arg;
	struct node_in in = { .kind = NODE_IN_UP, .link = link, .local = *local };

	in.remote = *remote;
	engine_tap_open(e, link, node_is_graph_link(e->node, link), true);
	(void)!engine_feed(e, &in, now);
}

/* ENGINE-27. Without room one is read on: the node bounds what waits. */
static void hold_back(struct engine *e, uint32_t link)
{
	if (e->unread_n == UNREAD_MAX || !node_link_waits(e->node, link))
		return;
	net_pause(e->net, link, NET_PAUSE_NODE);
	e->unread[e->unread_n++] = link;
}

void engine_read_on(struct engine *e)
{
	size_t left = 0;

	for (size_t i = 0; i < e->unread_n; i++)
		if (node_link_waits(e->node, e->unread[i]))
			e->unread[left++] = e->unread[i];
		else
			net_resume(e->net, e->unread[i], NET_PAUSE_NODE);
	e->unread_n = left;
}

static void on_octets(void *arg, uint32_t link, struct span bytes, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_OCTETS, .link = link, .bytes = bytes };

	engine_tap_octets(arg, link, false, bytes);
	give_octets(arg, &in, now);
	hold_back(arg, link);
}

static void on_drained(void *arg, uint32_t link, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_DRAINED, .link = link };

	(void)!engine_feed(arg, &in, now);
}

static void on_down(void *arg, uint32_t link, enum err why, struct mono now)
{
	struct engine *e = arg;
	struct node_in in = { .kind = NODE_IN_DOWN, .link = link, .err = why };

	engine_tap_close(e, link, false);
	engine_outbox_forget(&e->outbox, link);
	(void)!engine_feed(e, &in, now);
}

const struct net_events engine_net_events = {
	.accepted = on_accepted,
	.up = on_up,
	.octets = on_octets,
	.drained = on_drained,
	.down = on_down,
};

static void do_send(void *arg, uint32_t link, struct span bytes)
{
	struct engine *e = arg;

	engine_tap_octets(e, link, true, bytes);
	net_send(e->net, link, bytes);
}

static void do_ask_drained(void *arg, uint32_t link)
{
	struct engine *e = arg;

	net_ask_drained(e->net, link);
}

static void do_close(void *arg, uint32_t link)
{
	struct engine *e = arg;

	engine_tap_close(e, link, true);
	net_close(e->net, link);
}

static void do_cut(void *arg, uint32_t link)
{
	struct engine *e = arg;
	struct later l = { .kind = NODE_IN_DOWN, .link = link, .err = ERR_NOMEM };

	net_reset(e->net, link);
	engine_feed_later(e, &l);
}

static void do_datagram(void *arg, const struct outbox_datagram *d, struct span bytes)
{
	struct engine *e = arg;

	net_udp_send(e->udp, d->socket, &d->local, &d->remote, d->hops, bytes);
}

static void do_event(void *arg, const struct node_event *ev, struct wall wall)
{
	struct engine *e = arg;

	if (e->events.event)
		e->events.event(e->events.arg, ev, wall);
}

static void do_data(void *arg, const struct outbox_data *d, struct span bytes)
{
	struct engine *e = arg;

	if (e->events.data)
		e->events.data(e->events.arg, d->graph, d->conn, &d->type, bytes);
}

static void do_pause(void *arg, uint32_t link)
{
	struct engine *e = arg;

	net_pause(e->net, link, NET_PAUSE_STORE);
}

static void do_resume(void *arg, uint32_t link)
{
	struct engine *e = arg;

	net_resume(e->net, link, NET_PAUSE_STORE);
}

const struct outbox_ops engine_outbox_ops = {
	.send = do_send,
	.ask_drained = do_ask_drained,
	.close = do_close,
	.cut = do_cut,
	.datagram = do_datagram,
	.event = do_event,
	.data = do_data,
	.pause = do_pause,
	.resume = do_resume,
};
