#include "sim/world_int.h"

/* The UDP sockets of a world's machines, and what goes between them: SIM-9.1 to 9.3. */

#define TAKERS_MAX 16

void datagram_bind(struct machine *m, const struct node_out *out)
{
	struct node_in in = { .kind = NODE_IN_BOUND, .socket = out->socket };
	struct addr local = out->local;
	bool taken = m->port_taken && !out->shared;
	if (taken && out->any_port)
		local.port = 0;
	if (taken && !out->any_port)
		in.err = ERR_IN_USE;
	else if (!addr_is_any(&local) && !address_find(m, &local))
		in.err = ERR_UNREACHABLE;
	else
		in.err = dgram_bind(&m->host, out->socket, &local, out->shared, out->any_port,
				    &in.local);
	if (in.err)
		in.kind = NODE_IN_BIND_FAILED;
	feed_later(m, &in, 0);
}

void datagram_unbind(struct machine *m, const struct node_out *out)
{
	dgram_unbind(&m->host, out->socket);
}

/* What cannot be joined hears nothing, as in the engine. */
void datagram_join(struct machine *m, const struct node_out *out)
{
	struct dgram_socket *s = dgram_socket(&m->host, out->socket);
	if (s && dgram_join(&m->host, s, &out->local) == ERR_NOMEM)
		m->site.w->err = ERR_NOMEM;
}

void datagram_leave(struct machine *m, const struct node_out *out)
{
	struct dgram_socket *s = dgram_socket(&m->host, out->socket);
	if (s)
		dgram_leave(&m->host, s, &out->local);
}

static struct addr scoped(struct addr a, uint32_t interface)
{
	a.scope = address_is_link_local(&a) ? interface : 0;
	return a;
}

/* Over the edge, or inside the machine. */
static void send_to(struct machine *m, struct machine *to, struct dgram_packet *like,
		    struct span bytes)
{
	static const struct dgram_path inside = { .low = 10, .high = 20 };
	struct world *w = m->site.w;
	const struct dgram_path *path = &inside;
	struct dgram_lane *lane = NULL;
	like->a = m->site.index;
	like->b = to->site.index;
	like->from = scoped(like->from, like->interface);
	if (m != to) {
		struct edge *e = edge_between(w, like->a, like->b);
		if (!e || e->cut)
			return;
		path = &e->path;
		lane = &e->lane[like->a > like->b];
	}
	if (dgram_send(&w->datagrams, path, lane, like, bytes, w->now))
		w->err = ERR_NOMEM;
}

static void send_group(struct machine *m, struct dgram_packet *like, struct span bytes)
{
	struct world *w = m->site.w;
	for (size_t i = 0; i < w->s->n_sites; i++) {
		struct site *s = w->sites[i];
		if (is_raw(s) ||
		    !dgram_has_joined(&machine_of(s)->host, &like->to, like->interface))
			continue;
		send_to(m, machine_of(s), like, bytes);
	}
}

/* What is said on a link stays there. */
static void send_host(struct machine *m, struct dgram_packet *like, struct span bytes)
{
	struct site *to = site_at(m->site.w, &like->to);
	if (!to || is_raw(to))
		return;
	const struct machine *there = machine_of(to);
	for (size_t i = 0; i < there->n_addrs; i++) {
		struct addr its = there->addrs[i].addr;
		its.scope = like->to.scope;
		if (!addr_same_host(&its, &like->to))
			continue;
		if (address_is_link_local(&its) && there->addrs[i].interface != like->interface)
			return;
		like->interface = there->addrs[i].interface;
		send_to(m, machine_of(to), like, bytes);
		return;
	}
}

void datagram_send(struct machine *m, const struct node_out *out)
{
	const struct dgram_socket *s = dgram_socket(&m->host, out->socket);
	const struct machine_addr *own = address_find(m, &out->local);
	if (!own)
		own = address_towards(m, &out->remote);
	if (!s || !own)
		return;
	struct dgram_packet like = { .interface = own->interface,
				     .from = own->addr,
				     .to = out->remote };
	like.from.port = s->local.port;
	if (addr_is_multicast(&out->remote))
		send_group(m, &like, out->bytes);
	else
		send_host(m, &like, out->bytes);
}

/* Those whose it is, before any of them is fed: that may close sockets. */
static size_t takers(const struct machine *m, const struct dgram_packet *p, uint32_t *out)
{
	size_t n = 0;
	for (struct dgram_socket *s = dgram_for(&m->host, p, NULL); s && n < TAKERS_MAX;
	     s = dgram_for(&m->host, p, s))
		out[n++] = s->number;
	return n;
}

static void deliver(struct machine *m, struct dgram_packet *p)
{
	uint32_t sockets[TAKERS_MAX];
	if (!addr_is_multicast(&p->to))
		p->to = scoped(p->to, p->interface);
	size_t n = takers(m, p, sockets);
	m->site.w->datagrams.tally.arrived += n;
	struct node_in in = { .kind = NODE_IN_DATAGRAM,
			      .local = p->to,
			      .remote = p->from,
			      .bytes = span_of(p->bytes, p->n) };
	in.local.scope = p->interface;
	for (size_t i = 0; i < n; i++) {
		in.socket = sockets[i];
		feed(m, &in);
	}
}

static bool still_linked(struct world *w, const struct dgram_packet *p)
{
	const struct edge *e = p->a == p->b ? NULL : edge_find(w, p->a, p->b);
	return p->a == p->b || (e && !e->cut);
}

void datagram_arrived(struct world *w, struct dgram_packet *p)
{
	struct machine *m = machine_of(w->sites[p->b]);
	if (still_linked(w, p) && m->node)
		deliver(m, p);
	dgram_packet_free(&w->datagrams, p);
}
