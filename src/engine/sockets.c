/* Datagrams: the sockets that a node wants, and what comes in on them. ENGINE-21,
 * ENGINE-28 to ENGINE-32. */
#include "engine/engine_int.h"

#define PART NODE_PART_PNRP /* who has sockets of UDP */

static void say(struct engine *e, enum node_level level, const struct text *t)
{
	engine_say(e, level, node_part_text(PART), t);
}

static void keep_taken(struct engine *e, uint32_t socket, const struct text *who)
{
	struct text t = TEXT_OF(e->info.port_error[PART]);

	text_str(&t, who->p);
	e->taken_socket = socket;
}

static void forget_taken(struct engine *e, uint32_t socket)
{
	if (e->taken_socket == socket)
		e->info.port_error[PART][0] = '\0';
}

/* A machine without IPv6 is no fault of anybody. */
static enum node_level gravity(enum err err)
{
	if (err == ERR_UNSUPPORTED)
		return NODE_NOTICE;
	return err == ERR_UNREACHABLE ? NODE_WARNING : NODE_ERROR;
}

/* ENGINE-32 */
static enum err bind_elsewhere(struct engine *e, const struct node_out *out, struct addr *bound,
			       struct text *why)
{
	struct addr local = out->local;
	char buffer[300];
	struct text second = TEXT_OF(buffer);
	enum err err;

	local.port = 0;
	err = net_udp_bind(e->udp, out->socket, &local, out->shared, bound, &second);
	if (err)
		return err;
	text_str(why, "; using port ");
	text_u64(why, bound->port);
	text_str(why, " instead");
	say(e, NODE_NOTICE, why);
	return OK;
}

/* Told from the ring: the node is in the midst of its outputs. */
void engine_bind(struct engine *e, const struct node_out *out)
{
	struct later l = { .kind = NODE_IN_BOUND, .socket = out->socket };
	char buffer[600];
	struct text why = TEXT_OF(buffer);

	l.err = net_udp_bind(e->udp, out->socket, &out->local, out->shared, &l.local, &why);
	if (l.err == ERR_IN_USE)
		keep_taken(e, out->socket, &why);
	else
		forget_taken(e, out->socket);
	if (l.err == ERR_IN_USE && out->any_port)
		l.err = bind_elsewhere(e, out, &l.local, &why);
	if (l.err) {
		if (!why.n)
			text_str(&why, err_text(l.err));
		say(e, gravity(l.err), &why);
		l.kind = NODE_IN_BIND_FAILED;
	}
	engine_feed_later(e, &l);
}

void engine_unbind(struct engine *e, const struct node_out *out)
{
	forget_taken(e, out->socket);
	net_udp_unbind(e->udp, out->socket);
}

/* What has joined may ask again. */
void engine_join(struct engine *e, const struct node_out *out)
{
	enum err err = net_udp_join(e->udp, out->socket, &out->local);
	struct addr group = out->local;
	char buffer[200];
	struct text t = TEXT_OF(buffer);

	if (!err || err == ERR_EXISTS)
		return;
	text_str(&t, "cannot join group ");
	group.scope = 0;
	addr_text(&t, &group);
	text_str(&t, " on interface ");
	text_u64(&t, out->local.scope);
	text_str(&t, ": ");
	text_str(&t, err == ERR_FULL ? "net.ipv4.igmp_max_memberships is reached; raise it"
				     : err_text(err));
	say(e, NODE_WARNING, &t);
}

void engine_leave(struct engine *e, const struct node_out *out)
{
	net_udp_leave(e->udp, out->socket, &out->local);
}

static void on_datagram(void *arg, uint32_t socket, const struct addr *from, const struct addr *to,
			struct span bytes, struct mono now)
{
	struct engine *e = arg;
	struct node_in *in = &e->datagram;

	in->socket = socket;
	in->local = *to;
	in->remote = *from;
	in->bytes = bytes;
	(void)!engine_feed(e, in, now);
}

const struct net_udp_events engine_udp_events = { .datagram = on_datagram };
