#include "graph/builtin.h"
#include "wire/rd.h"

/* GRAPH-3.6: the payloads of a graph's own records. */

#define PEER_ADDRESS 32
#define INFO_FIXED   40

/* A text of at most `most` units with its terminator; none at all when its length is 0. */
static struct span text(struct rd *r, uint32_t least, uint32_t most)
{
	uint32_t n = rd_u32(r);
	if (n < least || n > most)
		r->failed = true;
	struct span s = rd_bytes(r, 2 * (size_t)n);
	if (s.n && (s.p[s.n - 2] || s.p[s.n - 1]))
		r->failed = true;
	return s;
}

static struct graph_array addresses(struct rd *r)
{
	struct graph_array a = { .n = rd_u32(r) };
	if (a.n > r->left / PEER_ADDRESS)
		r->failed = true;
	a.p = rd_bytes(r, a.n * (size_t)PEER_ADDRESS).p;
	return a;
}

static bool info_ranges(const struct graph_info_payload *p)
{
	if (p->scope < GRAPH_SCOPE_GLOBAL || p->scope > GRAPH_SCOPE_LINK)
		return false;
	if (p->presence_life && p->presence_life < GRAPH_LIFE_PRESENCE)
		return false;
	return p->record_max == 0 ||
	       (p->record_max >= GRAPH_RECORD_MIN && p->record_max <= GRAPH_RECORD_MAX);
}

enum err graph_info_decode(struct span s, struct graph_info_payload *out)
{
	struct graph_info_payload p;
	struct rd r = rd_of(s);
	uint32_t size = rd_u32(&r);
	if (size < INFO_FIXED || size > s.n)
		return ERR_MALFORMED;
	r.left = size - sizeof(size);
	p.flags = rd_u32(&r);
	p.scope = rd_u32(&r);
	p.graph = text(&r, 2, GRAPH_ID_UNITS);
	p.creator = text(&r, 2, GRAPH_ID_UNITS);
	p.name = text(&r, 0, GRAPH_ID_UNITS);
	p.comment = text(&r, 0, GRAPH_COMMENT_UNITS);
	p.presence_life = rd_u32(&r);
	p.presence_max = rd_u32(&r);
	p.record_max = rd_u32(&r);
	if (r.failed || !info_ranges(&p))
		return ERR_MALFORMED;
	*out = p;
	return OK;
}

enum err graph_signature_decode(struct span s, uint64_t *out)
{
	struct rd r = rd_of(s);
	uint64_t node = rd_u64(&r);
	if (r.failed)
		return ERR_MALFORMED;
	*out = node;
	return OK;
}

enum err graph_contact_decode(struct span s, struct graph_contact_payload *out)
{
	struct graph_contact_payload p;
	struct rd r = rd_of(s);
	p.signature = rd_u64(&r);
	p.node = rd_u64(&r);
	p.addresses = addresses(&r);
	if (r.failed)
		return ERR_MALFORMED;
	*out = p;
	return OK;
}

enum err graph_presence_decode(struct span s, struct graph_presence_payload *out)
{
	struct graph_presence_payload p;
	struct rd r = rd_of(s);
	p.node = rd_u64(&r);
	p.attributes = text(&r, 0, GRAPH_RECORD_MAX / 2);
	p.addresses = addresses(&r);
	if (r.failed)
		return ERR_MALFORMED;
	*out = p;
	return OK;
}

struct addr graph_peer_address_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = rd_of(span_of(a->p + (size_t)i * PEER_ADDRESS, PEER_ADDRESS));
	struct addr out = { .family = ADDR_NONE };
	uint32_t size = rd_u32(&r);
	if (rd_u16(&r) == GRAPH_FAMILY && size == PEER_ADDRESS)
		out.family = ADDR_IPV6;
	out.port = rd_u16(&r);
	rd_skip(&r, 4);
	struct span ip = rd_bytes(&r, sizeof(out.ip));
	memcpy(out.ip, ip.p, sizeof(out.ip));
	return addr_unmapped(out);
}

static void put_text(struct wr *w, struct span s)
{
	wr_u32(w, (uint32_t)(s.n / 2));
	wr_bytes(w, s);
}

/* PEER_ADDRESS, twice a PEER_IN6_ADDRESS and more: IPv4 as an IPv4-mapped address. */
static void put_addresses(struct wr *w, struct graph_addresses a)
{
	wr_u32(w, a.n);
	for (size_t i = 0; i < a.n; i++) {
		struct addr mapped = addr_mapped(a.at[i]);
		wr_u32(w, PEER_ADDRESS);
		wr_u16(w, GRAPH_FAMILY);
		wr_u16(w, mapped.port);
		wr_u32(w, 0);
		wr_bytes(w, span_of(mapped.ip, sizeof(mapped.ip)));
		wr_u32(w, 0);
	}
}

void graph_put_info(struct wr *w, const struct graph_info_payload *p)
{
	size_t size = INFO_FIXED + p->graph.n + p->creator.n + p->name.n + p->comment.n;
	wr_u32(w, (uint32_t)size);
	wr_u32(w, p->flags);
	wr_u32(w, p->scope);
	put_text(w, p->graph);
	put_text(w, p->creator);
	put_text(w, p->name);
	put_text(w, p->comment);
	wr_u32(w, p->presence_life);
	wr_u32(w, p->presence_max);
	wr_u32(w, p->record_max);
}

void graph_put_signature(struct wr *w, uint64_t node)
{
	wr_u64(w, node);
}

void graph_put_contact(struct wr *w, uint64_t signature, uint64_t node, struct graph_addresses a)
{
	wr_u64(w, signature);
	wr_u64(w, node);
	put_addresses(w, a);
}

void graph_put_presence(struct wr *w, uint64_t node, struct span attributes,
			struct graph_addresses a)
{
	wr_u64(w, node);
	put_text(w, attributes);
	put_addresses(w, a);
}
