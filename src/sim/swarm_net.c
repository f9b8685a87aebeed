#include "sim/swarm_int.h"

/* The network of a swarm: an address is a prefix of its own for each place, so that
 * limits a source do what they do among strangers. */

static const uint8_t prefix[4] = { 0x20, 0x01, 0x0d, 0xb8 };

struct addr swarm_addr(uint32_t place)
{
	struct addr a = { .family = ADDR_IPV6, .port = SWARM_PORT };
	memcpy(a.ip, prefix, sizeof(prefix));
	for (int i = 0; i < 4; i++)
		a.ip[4 + i] = (uint8_t)(place >> (24 - 8 * i));
	a.ip[15] = 1;
	return a;
}

uint32_t swarm_place(const struct addr *a)
{
	uint32_t place = 0;
	for (int i = 0; i < 4; i++)
		place = place << 8 | a->ip[4 + i];
	struct addr back = swarm_addr(place);
	return addr_same_host(a, &back) ? place : SWARM_NOBODY;
}

#define MIX UINT64_C(0x9e3779b97f4a7c15)

static uint64_t turn(uint64_t h, uint64_t v)
{
	h = (h ^ v) * MIX;
	return h << 29 | h >> 35;
}

/* Eight octets at a time, whatever order the machine keeps them in. */
static void hash_octets(uint64_t h[2], struct span s)
{
	for (size_t i = 0; i < s.n; i += 8) {
		uint64_t v = 0;
		for (size_t j = i; j < s.n && j < i + 8; j++)
			v = v << 8 | s.p[j];
		h[0] = turn(h[0], v);
	}
	h[1] = turn(h[1] + s.n, h[0]);
}

static void put_line(struct swarm *s, const char *what, uint32_t a, uint32_t b, struct span octets)
{
	char buffer[TRACE_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	text_i64(&t, s->now);
	text_char(&t, ' ');
	text_str(&t, what);
	text_char(&t, ' ');
	text_u64(&t, a);
	text_char(&t, ' ');
	text_u64(&t, b);
	text_char(&t, ' ');
	text_u64(&t, octets.n);
	text_char(&t, ' ');
	text_hex(&t, span_of(octets.p, octets.n < 48 ? octets.n : 48));
	s->o.trace(s->o.trace_ctx, span_of(t.p, t.n));
}

void swarm_note(struct swarm *s, const char *what, uint32_t a, uint32_t b, struct span octets)
{
	s->hash[0] = turn(s->hash[0], (uint64_t)s->now);
	s->hash[1] = turn(s->hash[1], (uint64_t)a << 32 | b);
	hash_octets(s->hash, span_str(what));
	hash_octets(s->hash, octets);
	if (s->o.trace)
		put_line(s, what, a, b, octets);
}

static bool is_cut(const struct swarm *s, uint32_t a, uint32_t b)
{
	return s->parted && (a ^ b) & 1;
}

void swarm_send(struct swarm *s, uint32_t from, const struct addr *to, struct span bytes)
{
	struct dgram_packet like = {
		.a = from, .b = swarm_place(to), .interface = 1, .from = swarm_addr(from), .to = *to
	};
	swarm_note(s, "send", from, like.b, bytes);
	if (is_cut(s, from, like.b))
		return;
	if (dgram_send(&s->net, &s->o.path, NULL, &like, bytes, s->now))
		s->err = ERR_NOMEM;
}

static void deliver(struct swarm_node *n, const struct dgram_packet *p)
{
	if (n->liar && swarm_liar_takes(n, p))
		return;
	const struct dgram_socket *socket = dgram_for(&n->host, p, NULL);
	if (!socket)
		return;
	struct node_in in = { .kind = NODE_IN_DATAGRAM,
			      .socket = socket->number,
			      .local = p->to,
			      .remote = p->from,
			      .bytes = span_of(p->bytes, p->n) };
	in.local.scope = p->interface;
	swarm_node_feed(n, &in);
}

void swarm_arrived(struct swarm *s, struct dgram_packet *p)
{
	s->net.tally.arrived++;
	if (p->b == SWARM_VICTIM)
		s->victim_octets += p->n;
	else if (p->b < s->n && s->nodes[p->b]->node && !is_cut(s, p->a, p->b))
		deliver(s->nodes[p->b], p);
	dgram_packet_free(&s->net, p);
}
