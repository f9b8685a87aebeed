#include "graph/wire.h"
#include "wire/rd.h"
#include "wire/utf.h"

/* GRAPH-2.4 to GRAPH-2.7: heads and whole messages, read. */

#define SMALL	      (64 * 1024) /* of messages that carry no data */
#define REQUEST_LEAST 16

/* How large a message may say it is. */
enum room {
	ROOM_SMALL,
	ROOM_RECORD,
	ROOM_LARGE
};

/* Takes the fields of a message that has at least its fixed part. */
typedef bool decoder(struct span m, struct graph_message *out);

static struct rd body(struct span m)
{
	struct rd r = rd_of(m);
	rd_skip(&r, GRAPH_HEADER);
	return r;
}

/* GRAPH-2.6: an array of n elements at `at`, behind the fixed part and within the message.
 * Where nothing is, it does not matter where (A13). */
static bool array_at(struct span m, size_t fixed, uint64_t at, size_t each, struct graph_array *a)
{
	if (a->n == 0)
		return true;
	if (at < fixed || at > m.n || a->n > (m.n - at) / each)
		return false;
	a->p = m.p + at;
	return true;
}

/* GRAPH-2.7: a text that ends within the message. The offset behind it; 0: there is none. */
static size_t text_at(struct span m, size_t fixed, size_t at, struct span *out)
{
	if (at < fixed || at >= m.n)
		return 0;
	const uint8_t *end = memchr(m.p + at, 0, m.n - at);
	if (!end)
		return 0;
	size_t units;
	struct span s = { m.p + at, (size_t)(end - (m.p + at)) };
	if (utf16_of(s, NULL, GRAPH_ID_UNITS - 1, &units) != OK)
		return 0;
	*out = s;
	return at + s.n + 1;
}

/* A name that must not be empty. */
static size_t name_at(struct span m, size_t fixed, size_t at, struct span *out)
{
	size_t end = text_at(m, fixed, at, out);
	return end && out->n ? end : 0;
}

/* A text that is absent when it would begin where the message ends. */
static bool optional_at(struct span m, size_t fixed, size_t at, struct span *out)
{
	return at == m.n || text_at(m, fixed, at, out) != 0;
}

static size_t later(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool auth_info(struct span m, struct graph_message *out)
{
	struct graph_auth_info *a = &out->auth;
	struct rd r = body(m);
	*a = (struct graph_auth_info){ .connection = rd_u8(&r) };
	rd_skip(&r, 1);
	size_t graph = rd_u16(&r);
	size_t source = rd_u16(&r);
	size_t destination = rd_u16(&r);
	if (a->connection != GRAPH_NEIGHBOR && a->connection != GRAPH_DIRECT)
		return false;
	if (graph >= source || source >= destination || destination > m.n)
		return false;
	size_t end = name_at(m, 16, graph, &a->graph_id);
	size_t second = name_at(m, 16, source, &a->source);
	size_t third = second;
	if (destination < m.n)
		third = name_at(m, 16, destination, &a->destination);
	if (!end || !second || !third)
		return false;
	end = later(end, later(second, third));
	a->rest = span_of(m.p + end, m.n - end);
	return true;
}

static bool connect(struct span m, struct graph_message *out)
{
	struct graph_connect *c = &out->connect;
	struct rd r = body(m);
	*c = (struct graph_connect){ .flags = rd_u8(&r) };
	c->addresses.n = rd_u8(&r);
	size_t addresses = rd_u16(&r);
	size_t name = rd_u16(&r);
	rd_skip(&r, 2);
	c->node = rd_u64(&r);
	size_t end = c->addresses.n ? addresses + c->addresses.n * (size_t)GRAPH_ADDRESS : 0;
	return array_at(m, 24, addresses, GRAPH_ADDRESS, &c->addresses) && name >= end &&
	       optional_at(m, 24, name, &c->name);
}

static bool welcome(struct span m, struct graph_message *out)
{
	struct graph_welcome *w = &out->welcome;
	struct rd r = body(m);
	*w = (struct graph_welcome){ .node = rd_u64(&r) };
	w->time = rd_u64(&r);
	w->addresses.n = rd_u8(&r);
	rd_skip(&r, 1);
	size_t addresses = rd_u16(&r);
	size_t peer = rd_u16(&r);
	size_t name = rd_u16(&r);
	size_t end = w->addresses.n ? addresses + w->addresses.n * (size_t)GRAPH_ADDRESS : 0;
	return array_at(m, 32, addresses, GRAPH_ADDRESS, &w->addresses) && peer >= end &&
	       name > peer && name_at(m, 32, peer, &w->peer) != 0 &&
	       optional_at(m, 32, name, &w->name);
}

static bool goodbye(struct span m, struct graph_message *out, uint8_t codes)
{
	struct graph_goodbye *g = &out->goodbye;
	struct rd r = body(m);
	*g = (struct graph_goodbye){ .code = rd_u8(&r) };
	g->addresses.n = rd_u8(&r);
	size_t addresses = rd_u16(&r);
	return g->code >= 1 && g->code <= codes &&
	       array_at(m, 12, addresses, GRAPH_ADDRESS, &g->addresses);
}

static bool refuse(struct span m, struct graph_message *out)
{
	return goodbye(m, out, GRAPH_REFUSED_DIRECT);
}

static bool disconnect(struct span m, struct graph_message *out)
{
	return goodbye(m, out, GRAPH_ASKED);
}

/* What all three SOLICITs begin with; where their types are to end at the latest. */
static bool solicit_types(struct rd *r, struct span m, size_t fixed, struct graph_solicit *s,
			  size_t *end)
{
	*s = (struct graph_solicit){ .included = rd_u8(r) };
	s->excluded = rd_u8(r);
	size_t types = rd_u16(r);
	s->types.n = (uint32_t)s->included + s->excluded;
	*end = types + s->types.n * sizeof(struct graph_guid);
	return !(s->included && s->excluded) && *end <= m.n &&
	       array_at(m, fixed, types, sizeof(struct graph_guid), &s->types);
}

static bool solicit_new(struct span m, struct graph_message *out)
{
	size_t end;
	struct rd r = body(m);
	return solicit_types(&r, m, 12, &out->solicit, &end) && out->solicit.included <= 1;
}

static bool solicit_time(struct span m, struct graph_message *out)
{
	size_t end;
	struct rd r = body(m);
	bool good = solicit_types(&r, m, 20, &out->solicit, &end) && out->solicit.included <= 1;
	out->solicit.since = rd_u64(&r);
	return good;
}

static bool solicit_hash(struct span m, struct graph_message *out)
{
	size_t end;
	struct rd r = body(m);
	struct graph_solicit *s = &out->solicit;
	if (!solicit_types(&r, m, 20, s, &end))
		return false;
	s->hashes.n = rd_u32(&r);
	size_t hashes = rd_u16(&r);
	return s->hashes.n && end <= hashes && array_at(m, 20, hashes, GRAPH_HASH_INFO, &s->hashes);
}

static bool advertise(struct span m, struct graph_message *out)
{
	struct graph_advertise *a = &out->advertise;
	struct rd r = body(m);
	*a = (struct graph_advertise){ .boundaries.n = rd_u32(&r) };
	a->abstracts.n = rd_u32(&r);
	size_t boundaries = rd_u16(&r);
	rd_skip(&r, 2);
	uint64_t abstracts = rd_u32(&r);
	if (boundaries > abstracts || abstracts > m.n)
		return false;
	struct span before = { m.p, (size_t)abstracts };
	return array_at(before, 24, boundaries, GRAPH_BOUNDARY, &a->boundaries) &&
	       array_at(m, 24, abstracts, GRAPH_ABSTRACT, &a->abstracts);
}

static bool request(struct span m, struct graph_message *out)
{
	struct rd r = body(m);
	out->request = (struct graph_array){ .n = rd_u32(&r) };
	uint64_t abstracts = rd_u32(&r);
	return abstracts <= m.n &&
	       array_at(m, REQUEST_LEAST, abstracts, GRAPH_ABSTRACT, &out->request);
}

static bool flood(struct span m, struct graph_message *out)
{
	struct rd r = body(m);
	size_t record = rd_u16(&r);
	uint16_t reserved = rd_u16(&r);
	if (reserved || record < GRAPH_FLOOD_HEAD || record > m.n)
		return false;
	out->record = span_of(m.p + record, m.n - record);
	return true;
}

static bool sync_end(struct span m, struct graph_message *out)
{
	struct rd r = body(m);
	out->final = (rd_u8(&r) & GRAPH_SYNC_FINAL) != 0;
	return true;
}

static bool data(struct span m, struct graph_message *out)
{
	struct rd r = body(m);
	size_t at = rd_u16(&r);
	rd_skip(&r, 2);
	struct span type = rd_bytes(&r, sizeof(out->data.type.at));
	if (at < GRAPH_PT2PT_HEAD || at > m.n)
		return false;
	memcpy(out->data.type.at, type.p, sizeof(out->data.type.at));
	out->data.payload = span_of(m.p + at, m.n - at);
	return true;
}

static bool ack(struct span m, struct graph_message *out)
{
	struct rd r = body(m);
	out->acks = (struct graph_array){ .n = rd_u16(&r) };
	size_t at = rd_u16(&r);
	return at <= m.n && array_at(m, 12, at, GRAPH_ACK_ENTRY, &out->acks);
}

static const struct form {
	uint8_t least; /* octets */
	enum room most;
	decoder *decode;
} forms[GRAPH_MESSAGE_END] = {
	[GRAPH_AUTH_INFO] = { 16, ROOM_SMALL, auth_info },
	[GRAPH_CONNECT] = { 24, ROOM_SMALL, connect },
	[GRAPH_WELCOME] = { 32, ROOM_SMALL, welcome },
	[GRAPH_REFUSE] = { 12, ROOM_SMALL, refuse },
	[GRAPH_DISCONNECT] = { 12, ROOM_SMALL, disconnect },
	[GRAPH_SOLICIT_NEW] = { 12, ROOM_SMALL, solicit_new },
	[GRAPH_SOLICIT_TIME] = { 20, ROOM_SMALL, solicit_time },
	[GRAPH_SOLICIT_HASH] = { 20, ROOM_LARGE, solicit_hash },
	[GRAPH_ADVERTISE] = { 24, ROOM_LARGE, advertise },
	[GRAPH_REQUEST] = { REQUEST_LEAST, ROOM_LARGE, request },
	[GRAPH_FLOOD] = { 16, ROOM_RECORD, flood },
	[GRAPH_SYNC_END] = { 12, ROOM_SMALL, sync_end },
	[GRAPH_PT2PT] = { GRAPH_PT2PT_HEAD, ROOM_LARGE, data },
	[GRAPH_ACK] = { 12, ROOM_LARGE, ack },
};

/* GRAPH-2.4: NULL: no head of a message. */
static const struct form *head_of(const uint8_t octets[GRAPH_HEADER], struct graph_head *out)
{
	struct rd r = rd_of(span_of(octets, GRAPH_HEADER));
	out->size = rd_u32(&r);
	uint8_t version = rd_u8(&r);
	uint8_t type = rd_u8(&r);
	if (out->size < GRAPH_HEADER || version != GRAPH_VERSION || type >= GRAPH_MESSAGE_END ||
	    !forms[type].decode)
		return NULL;
	out->type = (enum graph_message_type)type;
	return &forms[type];
}

/* GRAPH-2.5 */
static uint64_t most_of(enum room room, const struct graph_sizes *sizes)
{
	switch (room) {
	case ROOM_SMALL:
		return SMALL;
	case ROOM_RECORD:
		return sizes->record > UINT32_MAX ? UINT32_MAX : sizes->record + SMALL;
	case ROOM_LARGE:
		break;
	}
	return sizes->message;
}

enum err graph_head_decode(const uint8_t octets[GRAPH_HEADER], const struct graph_sizes *sizes,
			   struct graph_head *out)
{
	struct graph_head h;
	const struct form *f = head_of(octets, &h);
	if (!f)
		return ERR_MALFORMED;
	if (h.size > most_of(f->most, sizes))
		return ERR_RANGE;
	*out = h;
	return OK;
}

enum err graph_message_decode(struct span message, struct graph_message *out)
{
	struct graph_message m;
	struct graph_head h;
	const struct form *f = message.n < GRAPH_HEADER ? NULL : head_of(message.p, &h);
	if (!f || h.size != message.n || message.n < f->least)
		return ERR_MALFORMED;
	m.type = h.type;
	if (!f->decode(message, &m))
		return ERR_MALFORMED;
	*out = m;
	return OK;
}
