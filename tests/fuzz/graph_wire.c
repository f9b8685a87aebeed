/* graph_wire.c - messages of a graph. What is read lies within the message; what is written
 * of it again is read the same. */
#include "graph/wire.h"
#include "fuzz_env.h"

static uint8_t room[1 << 16];

static void within(struct span s, struct span whole)
{
	hold(s.n == 0 ||
	     (s.p >= whole.p && s.n <= whole.n && (size_t)(s.p - whole.p) <= whole.n - s.n));
}

static void array_within(const struct graph_array *a, size_t each, struct span whole)
{
	within(span_of(a->p, a->n * each), whole);
}

static struct graph_message again(struct wr *w, enum graph_message_type type)
{
	struct graph_message m;
	hold(!w->failed);
	hold(graph_message_decode(wr_span(w), &m) == OK && m.type == type);
	return m;
}

/* Addresses as we would send them; those of no family we know are sent as none. */
static struct graph_addresses addresses(const struct graph_array *a, struct addr out[255])
{
	for (uint32_t i = 0; i < a->n; i++)
		out[i] = graph_address_at(a, i);
	return (struct graph_addresses){ out, (uint8_t)a->n };
}

static void same_addresses(const struct graph_array *a, const struct graph_addresses *want)
{
	hold(a->n == want->n);
	for (uint32_t i = 0; i < a->n; i++) {
		struct addr got = graph_address_at(a, i);
		hold(want->at[i].family == ADDR_NONE || addr_eq(&got, &want->at[i]));
	}
}

static void hello(const struct graph_message *m, struct span s)
{
	struct wr w = wr_of(room, sizeof(room));
	const struct graph_auth_info *a = &m->auth;
	within(a->graph_id, s);
	within(a->source, s);
	within(a->destination, s);
	within(a->rest, s);
	graph_put_auth_info(&w, a);
	struct graph_message b = again(&w, GRAPH_AUTH_INFO);
	hold(b.auth.connection == a->connection && span_eq(b.auth.graph_id, a->graph_id));
	hold(span_eq(b.auth.source, a->source) && span_eq(b.auth.destination, a->destination));
	hold(b.auth.rest.n == 0);
}

static void connect(const struct graph_message *m, struct span s)
{
	struct addr at[255];
	struct wr w = wr_of(room, sizeof(room));
	array_within(&m->connect.addresses, GRAPH_ADDRESS, s);
	within(m->connect.name, s);
	struct graph_addresses list = addresses(&m->connect.addresses, at);
	graph_put_connect(&w, m->connect.flags, m->connect.node, list, m->connect.name);
	struct graph_message b = again(&w, GRAPH_CONNECT);
	hold(b.connect.node == m->connect.node && span_eq(b.connect.name, m->connect.name));
	same_addresses(&b.connect.addresses, &list);
}

static void welcome(const struct graph_message *m, struct span s)
{
	struct addr at[255];
	struct wr w = wr_of(room, sizeof(room));
	array_within(&m->welcome.addresses, GRAPH_ADDRESS, s);
	within(m->welcome.peer, s);
	within(m->welcome.name, s);
	struct graph_welcome_out o = { m->welcome.node, m->welcome.time,
				       addresses(&m->welcome.addresses, at), m->welcome.peer,
				       m->welcome.name };
	graph_put_welcome(&w, &o);
	struct graph_message b = again(&w, GRAPH_WELCOME);
	hold(b.welcome.node == o.node && b.welcome.time == o.time);
	hold(span_eq(b.welcome.peer, o.peer) && span_eq(b.welcome.name, o.name));
	same_addresses(&b.welcome.addresses, &o.referrals);
}

static void goodbye(const struct graph_message *m, struct span s)
{
	struct addr at[255];
	struct wr w = wr_of(room, sizeof(room));
	array_within(&m->goodbye.addresses, GRAPH_ADDRESS, s);
	struct graph_addresses list = addresses(&m->goodbye.addresses, at);
	graph_put_goodbye(&w, m->type, m->goodbye.code, list);
	struct graph_message b = again(&w, m->type);
	hold(b.goodbye.code == m->goodbye.code);
	same_addresses(&b.goodbye.addresses, &list);
}

/* Every element can be looked at. */
static void arrays(const struct graph_message *m, struct span s)
{
	const struct graph_array *b = &m->advertise.boundaries, *a = &m->advertise.abstracts;
	array_within(b, GRAPH_BOUNDARY, s);
	array_within(a, GRAPH_ABSTRACT, s);
	for (uint32_t i = 0; i < b->n; i++) {
		struct graph_boundary x = graph_boundary_at(b, i);
		hold(graph_place_cmp(&x.lower, &x.lower) == 0);
	}
	for (uint32_t i = 0; i < a->n; i++)
		(void)graph_abstract_at(a, i);
}

static void solicit(const struct graph_message *m, struct span s)
{
	array_within(&m->solicit.types, sizeof(struct graph_guid), s);
	array_within(&m->solicit.hashes, GRAPH_HASH_INFO, s);
	for (uint32_t i = 0; i < m->solicit.types.n; i++)
		(void)graph_guid_at(&m->solicit.types, i);
	for (uint32_t i = 0; i < m->solicit.hashes.n; i++)
		(void)graph_hash_info_at(&m->solicit.hashes, i);
	hold(!m->solicit.included || !m->solicit.excluded);
}

static void acks(const struct graph_message *m, struct span s)
{
	array_within(&m->acks, GRAPH_ACK_ENTRY, s);
	for (uint32_t i = 0; i < m->acks.n; i++)
		(void)graph_ack_at(&m->acks, i);
}

static void request(const struct graph_message *m, struct span s)
{
	array_within(&m->request, GRAPH_ABSTRACT, s);
}

static void flood(const struct graph_message *m, struct span s)
{
	within(m->record, s);
}

static void sync_end(const struct graph_message *m, struct span s)
{
	hold(m->final == ((s.p[GRAPH_HEADER] & GRAPH_SYNC_FINAL) != 0));
}

static void data_of(const struct graph_message *m, struct span s)
{
	within(m->data.payload, s);
}

typedef void looker(const struct graph_message *m, struct span s);
static looker *const lookers[GRAPH_MESSAGE_END] = {
	[GRAPH_AUTH_INFO] = hello,	[GRAPH_CONNECT] = connect,
	[GRAPH_WELCOME] = welcome,	[GRAPH_REFUSE] = goodbye,
	[GRAPH_DISCONNECT] = goodbye,	[GRAPH_SOLICIT_NEW] = solicit,
	[GRAPH_SOLICIT_TIME] = solicit, [GRAPH_SOLICIT_HASH] = solicit,
	[GRAPH_ADVERTISE] = arrays,	[GRAPH_REQUEST] = request,
	[GRAPH_FLOOD] = flood,		[GRAPH_SYNC_END] = sync_end,
	[GRAPH_PT2PT] = data_of,	[GRAPH_ACK] = acks,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct graph_sizes sizes = { GRAPH_RECORD_MAX, GRAPH_MESSAGE_MAX };
	struct span s = span_of(data, size);
	struct graph_message m;
	struct graph_head h;
	if (size >= GRAPH_HEADER && graph_head_decode(data, &sizes, &h) == OK)
		hold(h.size >= GRAPH_HEADER && h.type < GRAPH_MESSAGE_END);
	if (graph_message_decode(s, &m) == OK)
		lookers[m.type](&m, s);
	return 0;
}
