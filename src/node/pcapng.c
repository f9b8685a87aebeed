#include "node/pcapng.h"

/* GRAPH-2.11. */

#define BLOCK_SECTION	0x0A0D0D0A
#define BLOCK_INTERFACE 1
#define BLOCK_PACKET	6
#define ORDER_MAGIC	0x1A2B3C4D
#define LINKTYPE_RAW	101
#define OPTION_USERAPPL 4
#define OPTION_FLAGS	2

#define TCP	 6
#define TCP_HEAD 20
#define FIN	 0x01
#define SYN	 0x02
#define ACK	 0x10

#define PIECE 32768 /* octets of a packet at most, so that its lengths have 16 bits */

static enum pcapng_way other(enum pcapng_way way)
{
	return way == PCAPNG_IN ? PCAPNG_OUT : PCAPNG_IN;
}

void pcapng_start(struct pcapng_stream *s, const struct addr *local, const struct addr *remote)
{
	*s = (struct pcapng_stream){ .local = addr_unmapped(*local),
				     .remote = addr_unmapped(*remote) };
	/* One header has addresses of one kind. */
	if (s->local.family != s->remote.family) {
		s->local = addr_mapped(s->local);
		s->remote = addr_mapped(s->remote);
	}
}

static bool is_ipv4(const struct pcapng_stream *s)
{
	return s->local.family == ADDR_IPV4 && s->remote.family == ADDR_IPV4;
}

static size_t padding(size_t n)
{
	return (4 - n % 4) % 4;
}

size_t pcapng_octets_max(size_t n)
{
	return n + (n / PIECE + 1) * PCAPNG_PACKET_MAX;
}

/* A section in network order, one interface whose times are in us. */
void pcapng_put_head(struct wr *w)
{
	static const char name[] = "homestead";
	size_t n = sizeof(name) - 1, size = 28 + 4 + n + padding(n) + 4;
	wr_u32(w, BLOCK_SECTION);
	wr_u32(w, (uint32_t)size);
	wr_u32(w, ORDER_MAGIC);
	wr_u16(w, 1);
	wr_u16(w, 0);
	wr_u64(w, UINT64_MAX);
	wr_u16(w, OPTION_USERAPPL);
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, span_of(name, n));
	wr_zero(w, padding(n) + 4);
	wr_u32(w, (uint32_t)size);
	wr_u32(w, BLOCK_INTERFACE);
	wr_u32(w, 20);
	wr_u16(w, LINKTYPE_RAW);
	wr_u16(w, 0);
	wr_u32(w, 0);
	wr_u32(w, 20);
}

/* The sum of the Internet's checksums; octets in pairs, an odd one with a zero. */
static uint32_t sum(uint32_t so_far, struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2)
		so_far += (uint32_t)s.p[i] << 8 | s.p[i + 1];
	if (s.n % 2)
		so_far += (uint32_t)s.p[s.n - 1] << 8;
	return so_far;
}

static uint16_t checksum(uint32_t so_far)
{
	while (so_far >> 16)
		so_far = (so_far & 0xffff) + (so_far >> 16);
	return (uint16_t)~so_far;
}

/* Who sends a packet and who gets it. */
struct ends {
	const struct addr *from, *to;
	bool ipv4;
};

static struct ends ends_of(const struct pcapng_stream *s, enum pcapng_way way)
{
	const struct addr *from = way == PCAPNG_IN ? &s->remote : &s->local;
	const struct addr *to = way == PCAPNG_IN ? &s->local : &s->remote;
	return (struct ends){ from, to, is_ipv4(s) };
}

static struct span ip_of(const struct ends *e, const struct addr *a)
{
	return span_of(a->ip, e->ipv4 ? 4 : 16);
}

static void put_ip(struct wr *w, const struct ends *e, size_t payload)
{
	if (!e->ipv4) {
		wr_u32(w, 0x60000000);
		wr_u16(w, (uint16_t)payload);
		wr_u8(w, TCP);
		wr_u8(w, 64);
		wr_bytes(w, ip_of(e, e->from));
		wr_bytes(w, ip_of(e, e->to));
		return;
	}
	size_t at = w->n;
	wr_u16(w, 0x4500);
	wr_u16(w, (uint16_t)(20 + payload));
	wr_u16(w, 0);
	wr_u16(w, 0x4000); /* not to be fragmented */
	wr_u8(w, 64);
	wr_u8(w, TCP);
	wr_u16(w, 0);
	wr_bytes(w, ip_of(e, e->from));
	wr_bytes(w, ip_of(e, e->to));
	if (!w->failed)
		wr_patch_u16(w, at + 10, checksum(sum(0, span_of(w->p + at, 20))));
}

/* A segment, and the numbers that go on by what it carries. */
struct segment {
	enum pcapng_way way;
	uint8_t flags;
	struct span octets;
};

static void put_tcp(struct wr *w, const struct pcapng_stream *s, const struct ends *e,
		    const struct segment *g)
{
	size_t at = w->n, n = TCP_HEAD + g->octets.n;
	wr_u16(w, e->from->port);
	wr_u16(w, e->to->port);
	wr_u32(w, s->next[g->way]);
	wr_u32(w, g->flags & ACK ? s->next[other(g->way)] : 0);
	wr_u8(w, TCP_HEAD / 4 << 4);
	wr_u8(w, g->flags);
	wr_u16(w, UINT16_MAX);
	wr_u32(w, 0);
	wr_bytes(w, g->octets);
	if (w->failed)
		return;
	uint32_t so_far = sum((uint32_t)n + TCP, ip_of(e, e->from));
	so_far = sum(so_far, ip_of(e, e->to));
	wr_patch_u16(w, at + 16, checksum(sum(so_far, span_of(w->p + at, n))));
}

/* One packet in its block, with the way it went. */
static void put_packet(struct wr *w, struct pcapng_stream *s, int64_t wall, const struct segment *g)
{
	struct ends e = ends_of(s, g->way);
	size_t payload = TCP_HEAD + g->octets.n, packet = (e.ipv4 ? 20 : 40) + payload;
	uint32_t size = (uint32_t)(28 + packet + padding(packet) + 12 + 4);
	wr_u32(w, BLOCK_PACKET);
	wr_u32(w, size);
	wr_u32(w, 0);
	wr_u64(w, (uint64_t)wall);
	wr_u32(w, (uint32_t)packet);
	wr_u32(w, (uint32_t)packet);
	put_ip(w, &e, payload);
	put_tcp(w, s, &e, g);
	wr_zero(w, padding(packet));
	wr_u16(w, OPTION_FLAGS);
	wr_u16(w, 4);
	wr_u32(w, g->way == PCAPNG_IN ? 1 : 2);
	wr_u32(w, 0);
	wr_u32(w, size);
	/* SYN and FIN count as an octet each. */
	s->next[g->way] += (uint32_t)g->octets.n + ((g->flags & (SYN | FIN)) != 0);
}

static void put_empty(struct wr *w, struct pcapng_stream *s, int64_t wall, enum pcapng_way way,
		      uint8_t flags)
{
	put_packet(w, s, wall, &(struct segment){ way, flags, { NULL, 0 } });
}

void pcapng_put_open(struct wr *w, struct pcapng_stream *s, enum pcapng_way from, int64_t wall)
{
	put_empty(w, s, wall, from, SYN);
	put_empty(w, s, wall, other(from), SYN | ACK);
	put_empty(w, s, wall, from, ACK);
}

void pcapng_put_octets(struct wr *w, struct pcapng_stream *s, enum pcapng_way way, int64_t wall,
		       struct span octets)
{
	while (octets.n) {
		size_t n = octets.n < PIECE ? octets.n : PIECE;
		put_packet(w, s, wall, &(struct segment){ way, ACK, { octets.p, n } });
		octets = span_of(octets.p + n, octets.n - n);
	}
}

void pcapng_put_close(struct wr *w, struct pcapng_stream *s, enum pcapng_way from, int64_t wall)
{
	put_empty(w, s, wall, from, FIN | ACK);
	put_empty(w, s, wall, other(from), FIN | ACK);
	put_empty(w, s, wall, from, ACK);
}
