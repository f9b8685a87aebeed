#include "graph/wire.h"

/* GRAPH-2.8: messages as we write them. */

static void put_guid(struct wr *w, const struct graph_guid *g)
{
	wr_bytes(w, span_of(g->at, sizeof(g->at)));
}

static void put_head(struct wr *w, enum graph_message_type type, uint64_t size)
{
	if (size > UINT32_MAX)
		w->failed = true;
	wr_u32(w, (uint32_t)size);
	wr_u8(w, GRAPH_VERSION);
	wr_u8(w, (uint8_t)type);
	wr_u16(w, 0);
}

/* A text of a peer with its NUL. */
static void put_text(struct wr *w, struct span s)
{
	wr_bytes(w, s);
	wr_u8(w, 0);
}

/* Octets of a text that may be absent. */
static size_t optional_size(struct span s)
{
	return s.n ? s.n + 1 : 0;
}

static void put_optional(struct wr *w, struct span s)
{
	if (s.n)
		put_text(w, s);
}

/* GRAPH-2.8: what has offsets of 16 bits stays below 65,536 (A55), since its texts are
 * short. */
static void hold_short(struct wr *w, struct span text)
{
	if (text.n > GRAPH_ID_OCTETS)
		w->failed = true;
}

/* PEER_IN6_ADDRESS, GRAPH-2.9: IPv4 as an IPv4-mapped address (D7). */
void graph_put_address(struct wr *w, const struct addr *a)
{
	struct addr mapped = addr_mapped(*a);
	wr_u16(w, GRAPH_FAMILY);
	wr_u16(w, a->port);
	wr_bytes(w, span_of(mapped.ip, sizeof(mapped.ip)));
}

static void put_addresses(struct wr *w, struct graph_addresses a)
{
	for (size_t i = 0; i < a.n; i++)
		graph_put_address(w, &a.at[i]);
}

void graph_put_auth_info(struct wr *w, const struct graph_auth_info *m)
{
	size_t source = 16 + m->graph_id.n + 1;
	size_t destination = source + m->source.n + 1;
	hold_short(w, m->graph_id);
	hold_short(w, m->source);
	hold_short(w, m->destination);
	put_head(w, GRAPH_AUTH_INFO, destination + optional_size(m->destination));
	wr_u8(w, m->connection);
	wr_u8(w, 0);
	wr_u16(w, 16);
	wr_u16(w, (uint16_t)source);
	wr_u16(w, (uint16_t)destination);
	put_text(w, m->graph_id);
	put_text(w, m->source);
	put_optional(w, m->destination);
}

void graph_put_connect(struct wr *w, uint8_t flags, uint64_t node, struct graph_addresses a,
		       struct span name)
{
	size_t at = 24 + a.n * (size_t)GRAPH_ADDRESS;
	hold_short(w, name);
	put_head(w, GRAPH_CONNECT, at + optional_size(name));
	wr_u8(w, flags);
	wr_u8(w, a.n);
	wr_u16(w, 24);
	wr_u16(w, (uint16_t)at);
	wr_u16(w, 0);
	wr_u64(w, node);
	put_addresses(w, a);
	put_optional(w, name);
}

void graph_put_welcome(struct wr *w, const struct graph_welcome_out *m)
{
	size_t peer = 32 + m->referrals.n * (size_t)GRAPH_ADDRESS;
	size_t name = peer + m->peer.n + 1;
	hold_short(w, m->peer);
	hold_short(w, m->name);
	put_head(w, GRAPH_WELCOME, name + optional_size(m->name));
	wr_u64(w, m->node);
	wr_u64(w, m->time);
	wr_u8(w, m->referrals.n);
	wr_u8(w, 0);
	wr_u16(w, m->referrals.n ? 32 : 0);
	wr_u16(w, (uint16_t)peer);
	wr_u16(w, (uint16_t)name);
	put_addresses(w, m->referrals);
	put_text(w, m->peer);
	put_optional(w, m->name);
}

/* Without addresses a REFUSE says that they are at 0, a DISCONNECT that they are at its end
 * (A13). */
void graph_put_goodbye(struct wr *w, enum graph_message_type type, uint8_t code,
		       struct graph_addresses referrals)
{
	put_head(w, type, 12 + referrals.n * (size_t)GRAPH_ADDRESS);
	wr_u8(w, code);
	wr_u8(w, referrals.n);
	wr_u16(w, referrals.n || type == GRAPH_DISCONNECT ? 12 : 0);
	put_addresses(w, referrals);
}

void graph_put_solicit(struct wr *w, const uint64_t *since, bool include,
		       const struct graph_guid *types, uint8_t n)
{
	uint16_t fixed = since ? 20 : 12;
	if (include && n > 1)
		w->failed = true;
	put_head(w, since ? GRAPH_SOLICIT_TIME : GRAPH_SOLICIT_NEW,
		 fixed + n * sizeof(struct graph_guid));
	wr_u8(w, include ? n : 0);
	wr_u8(w, include ? 0 : n);
	wr_u16(w, fixed);
	if (since)
		wr_u64(w, *since);
	for (size_t i = 0; i < n; i++)
		put_guid(w, &types[i]);
}

void graph_put_solicit_hash(struct wr *w, uint32_t n)
{
	put_head(w, GRAPH_SOLICIT_HASH, 20 + (uint64_t)n * GRAPH_HASH_INFO);
	wr_u16(w, 0);
	wr_u16(w, 20);
	wr_u32(w, n);
	wr_u16(w, 20);
	wr_u16(w, 0);
}

void graph_put_advertise(struct wr *w, uint32_t boundaries, uint32_t abstracts)
{
	uint64_t at = 24 + (uint64_t)boundaries * GRAPH_BOUNDARY;
	put_head(w, GRAPH_ADVERTISE, at + (uint64_t)abstracts * GRAPH_ABSTRACT);
	wr_u32(w, boundaries);
	wr_u32(w, abstracts);
	wr_u16(w, 24);
	wr_u16(w, 0);
	wr_u32(w, (uint32_t)at);
}

void graph_put_request(struct wr *w, uint32_t n)
{
	put_head(w, GRAPH_REQUEST, n ? 16 + (uint64_t)n * GRAPH_ABSTRACT : 20);
	wr_u32(w, n);
	wr_u32(w, n ? 16 : 20);
	if (n == 0)
		wr_u32(w, 0);
}

static void put_place(struct wr *w, const struct graph_place *p)
{
	wr_u64(w, p->modified);
	put_guid(w, &p->id);
}

void graph_put_hash_info(struct wr *w, const struct graph_hash_info *h)
{
	wr_bytes(w, span_of(h->hash, sizeof(h->hash)));
	put_place(w, &h->upper);
}

void graph_put_boundary(struct wr *w, const struct graph_boundary *b)
{
	put_place(w, &b->lower);
	put_place(w, &b->upper);
	wr_u32(w, b->count);
}

void graph_put_abstract(struct wr *w, const struct graph_abstract *a)
{
	put_guid(w, &a->id);
	wr_u32(w, a->version);
}

void graph_put_flood(struct wr *w, size_t n)
{
	put_head(w, GRAPH_FLOOD, GRAPH_FLOOD_HEAD + (uint64_t)n);
	wr_u16(w, GRAPH_FLOOD_HEAD);
	wr_u16(w, 0);
}

void graph_put_sync_end(struct wr *w, bool final)
{
	put_head(w, GRAPH_SYNC_END, 12);
	wr_u8(w, final ? GRAPH_SYNC_FINAL : 0);
	wr_zero(w, 3);
}

void graph_put_data(struct wr *w, const struct graph_guid *type, size_t n)
{
	put_head(w, GRAPH_PT2PT, GRAPH_PT2PT_HEAD + (uint64_t)n);
	wr_u16(w, GRAPH_PT2PT_HEAD);
	wr_u16(w, 0);
	put_guid(w, type);
}

void graph_put_acks(struct wr *w, const struct graph_ack *a, uint16_t n)
{
	put_head(w, GRAPH_ACK, 12 + n * (size_t)GRAPH_ACK_ENTRY);
	wr_u16(w, n);
	wr_u16(w, 12);
	for (size_t i = 0; i < n; i++) {
		put_guid(w, &a[i].id);
		wr_u32(w, a[i].useful ? GRAPH_ACK_USEFUL : 0);
	}
}
