#include "graph/wire.h"
#include "wire/rd.h"

/* GRAPH-2.9: elements of the arrays in messages, and the order of two of them (GRAPH-2.10). */

static struct rd element(const struct graph_array *a, uint32_t i, size_t size)
{
	return rd_of(span_of(a->p + (size_t)i * size, size));
}

static struct graph_guid guid(struct rd *r)
{
	struct graph_guid g = { { 0 } };
	struct span s = rd_bytes(r, sizeof(g.at));
	if (s.n)
		memcpy(g.at, s.p, s.n);
	return g;
}

static struct graph_place place(struct rd *r)
{
	struct graph_place p = { .modified = rd_u64(r) };
	p.id = guid(r);
	return p;
}

struct addr graph_address_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, GRAPH_ADDRESS);
	struct addr out = { .family = rd_u16(&r) == GRAPH_FAMILY ? ADDR_IPV6 : ADDR_NONE };
	out.port = rd_u16(&r);
	struct span ip = rd_bytes(&r, sizeof(out.ip));
	memcpy(out.ip, ip.p, sizeof(out.ip));
	return addr_unmapped(out);
}

struct graph_guid graph_guid_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, sizeof(struct graph_guid));
	return guid(&r);
}

struct graph_abstract graph_abstract_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, GRAPH_ABSTRACT);
	struct graph_abstract out = { .id = guid(&r) };
	out.version = rd_u32(&r);
	return out;
}

int graph_place_cmp(const struct graph_place *a, const struct graph_place *b)
{
	if (a->modified != b->modified)
		return a->modified < b->modified ? -1 : 1;
	return memcmp(a->id.at, b->id.at, sizeof(a->id.at));
}

struct graph_hash_info graph_hash_info_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, GRAPH_HASH_INFO);
	struct graph_hash_info out;
	struct span hash = rd_bytes(&r, sizeof(out.hash));
	memcpy(out.hash, hash.p, sizeof(out.hash));
	out.upper = place(&r);
	return out;
}

struct graph_boundary graph_boundary_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, GRAPH_BOUNDARY);
	struct graph_boundary out = { .lower = place(&r) };
	out.upper = place(&r);
	out.count = rd_u32(&r);
	return out;
}

struct graph_ack graph_ack_at(const struct graph_array *a, uint32_t i)
{
	struct rd r = element(a, i, GRAPH_ACK_ENTRY);
	struct graph_ack out = { .id = guid(&r) };
	out.useful = (rd_u32(&r) & GRAPH_ACK_USEFUL) != 0;
	return out;
}
