/* graph_capture.c - every message of a graph in a capture file, for tests/tshark/
 * graph_test.py: each whole, cut into frames and segments, from somebody who counts
 * otherwise, damaged, and behind a security provider. Prints what our own decoder reads, a
 * line "FIELD=HEX" or "FIELD:TEXT" a value, "message" before each message; of a damaged one
 * "bad" or "good". */
#include <stdio.h>
#include <stdlib.h>

#include "graph/builtin.h"
#include "graph/frame.h"
#include "graph/record.h"
#include "group/sealed.h"
#include "node/pcapng.h"

#define ROOM	 (1 << 22)
#define MESSAGE	 4096
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WALL	 INT64_C(1790000000000000)

static uint8_t file_room[ROOM];
static struct wr file;
static struct pcapng_stream link;
static int64_t now = WALL;
static struct addr local, remote;

static void hold(bool good)
{
	if (good)
		return;
	fputs("graph_capture: a value was refused\n", stderr);
	exit(1);
}

static struct addr addr(const char *text)
{
	struct addr a;
	hold(addr_parse(span_str(text), 0, &a) == OK);
	return a;
}

/* ---- what our decoder says ---- */

static void number(const char *field, uint64_t v, int octets)
{
	printf("hgraph.%s=%0*llx\n", field, 2 * octets, (unsigned long long)v);
}

static void octets(const char *field, struct span s)
{
	printf("hgraph.%s=", field);
	for (size_t i = 0; i < s.n; i++)
		printf("%02x", s.p[i]);
	putchar('\n');
}

static void guid(const char *field, struct graph_guid g)
{
	octets(field, span_of(g.at, sizeof(g.at)));
}

static void text(const char *field, struct span s)
{
	if (s.n)
		printf("hgraph.%s:%.*s\n", field, (int)s.n, (const char *)s.p);
}

static void text16(const char *field, struct span s)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	graph_utf8(&t, s);
	text(field, span_of(t.p, t.n));
}

static void address(struct addr a)
{
	struct addr mapped = addr_mapped(a);
	number("address.family", GRAPH_FAMILY, 2);
	number("address.port", a.port, 2);
	octets("address.ip", span_of(mapped.ip, sizeof(mapped.ip)));
}

static void addresses(const struct graph_array *a)
{
	number("addresses.count", a->n, 1);
	for (uint32_t i = 0; i < a->n; i++)
		address(graph_address_at(a, i));
}

static void peer_addresses(const struct graph_array *a)
{
	number("peer_addresses.count", a->n, 4);
	for (uint32_t i = 0; i < a->n; i++)
		address(graph_peer_address_at(a, i));
}

static void say_info(struct span s)
{
	struct graph_info_payload p;
	hold(graph_info_decode(s, &p) == OK);
	number("info.size", s.n, 4);
	printf("hgraph.info.defer:%d\n", (p.flags & GRAPH_INFO_DEFER) != 0);
	number("info.scope", p.scope, 4);
	text16("info.graph", p.graph);
	text16("info.creator", p.creator);
	text16("info.name", p.name);
	text16("info.comment", p.comment);
	number("info.presence_life", p.presence_life, 4);
	number("info.presence_max", p.presence_max, 4);
	number("info.record_max", p.record_max, 4);
}

/* GROUP-12.8 */
static void say_sealed(const struct graph_record *r)
{
	struct span epoch;
	if (graph_type_reserved(&r->type) || !group_record_epoch(r, &epoch))
		return;
	octets("sealed.epoch", epoch);
	octets("sealed.nonce", span_of(epoch.p + epoch.n, CRYPTO_GCM_NONCE));
	octets("sealed.octets",
	       span_of(r->payload.p + GROUP_SEALED_HEAD, r->payload.n - GROUP_SEALED_HEAD));
}

static void say_payload(const struct graph_record *r)
{
	struct graph_contact_payload c;
	struct graph_presence_payload p;
	uint64_t node;
	say_sealed(r);
	if (graph_guid_eq(&r->type, &graph_type_info)) {
		say_info(r->payload);
	} else if (graph_guid_eq(&r->type, &graph_type_signature)) {
		hold(graph_signature_decode(r->payload, &node) == OK);
		number("signature", node, 8);
	} else if (graph_guid_eq(&r->type, &graph_type_contact)) {
		hold(graph_contact_decode(r->payload, &c) == OK);
		number("signature", c.signature, 8);
		number("node", c.node, 8);
		peer_addresses(&c.addresses);
	} else if (graph_guid_eq(&r->type, &graph_type_presence)) {
		hold(graph_presence_decode(r->payload, &p) == OK);
		number("node", p.node, 8);
		text16("presence.attributes", p.attributes);
		peer_addresses(&p.addresses);
	}
}

static void say_record(struct span s)
{
	struct graph_record r;
	hold(graph_record_decode(s, &r) == OK);
	guid("record.type", r.type);
	guid("record.id", r.id);
	number("record.version", r.version, 4);
	printf("hgraph.record.deleted:%d\n", graph_record_deleted(&r));
	text16("record.creator", r.creator);
	text16("record.modifier", r.modifier);
	if (r.security.n)
		octets("record.security", r.security);
	number("record.created", r.created, 8);
	number("record.expires", r.expires, 8);
	number("record.modified", r.modified, 8);
	text16("record.graph", r.graph);
	number("record.protocol", r.protocol, 2);
	if (r.payload.n) {
		octets("record.payload", r.payload);
		say_payload(&r);
	}
	text16("record.attributes", r.attributes);
}

static void say_hello(const struct graph_message *m)
{
	if (m->type == GRAPH_AUTH_INFO) {
		number("auth.connection", m->auth.connection, 1);
		text("auth.graph", m->auth.graph_id);
		text("auth.source", m->auth.source);
		text("auth.destination", m->auth.destination);
		if (m->auth.rest.n)
			octets("auth.token", m->auth.rest);
	} else if (m->type == GRAPH_CONNECT) {
		printf("hgraph.connect.update:%d\n",
		       (m->connect.flags & GRAPH_CONNECT_UPDATE) != 0);
		printf("hgraph.connect.direct:%d\n",
		       (m->connect.flags & GRAPH_CONNECT_DIRECT) != 0);
		printf("hgraph.connect.list:%d\n", (m->connect.flags & GRAPH_CONNECT_LIST) != 0);
		number("node", m->connect.node, 8);
		addresses(&m->connect.addresses);
		text("name", m->connect.name);
	} else {
		number("node", m->welcome.node, 8);
		number("time", m->welcome.time, 8);
		addresses(&m->welcome.addresses);
		text("peer", m->welcome.peer);
		text("name", m->welcome.name);
	}
}

static void say_solicit(const struct graph_message *m)
{
	number("solicit.included", m->solicit.included, 1);
	number("solicit.excluded", m->solicit.excluded, 1);
	if (m->type == GRAPH_SOLICIT_TIME)
		number("solicit.since", m->solicit.since, 8);
	for (uint32_t i = 0; i < m->solicit.types.n; i++)
		guid("solicit.type", graph_guid_at(&m->solicit.types, i));
	if (m->type == GRAPH_SOLICIT_HASH)
		number("solicit.hashes", m->solicit.hashes.n, 4);
	for (uint32_t i = 0; i < m->solicit.hashes.n; i++) {
		struct graph_hash_info h = graph_hash_info_at(&m->solicit.hashes, i);
		octets("hash", span_of(h.hash, sizeof(h.hash)));
		number("hash.time", h.upper.modified, 8);
		guid("hash.id", h.upper.id);
	}
}

static void say_abstracts(const struct graph_array *a)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct graph_abstract x = graph_abstract_at(a, i);
		guid("abstract.id", x.id);
		number("abstract.version", x.version, 4);
	}
}

static void say_advertise(const struct graph_message *m)
{
	const struct graph_advertise *a = &m->advertise;
	number("advertise.boundaries", a->boundaries.n, 4);
	number("advertise.abstracts", a->abstracts.n, 4);
	for (uint32_t i = 0; i < a->boundaries.n; i++) {
		struct graph_boundary b = graph_boundary_at(&a->boundaries, i);
		number("boundary.lower_time", b.lower.modified, 8);
		guid("boundary.lower_id", b.lower.id);
		number("boundary.upper_time", b.upper.modified, 8);
		guid("boundary.upper_id", b.upper.id);
		number("boundary.count", b.count, 4);
	}
	say_abstracts(&a->abstracts);
}

static void say_acks(const struct graph_message *m)
{
	const struct graph_array *a = &m->acks;
	number("ack.count", a->n, 2);
	for (uint32_t i = 0; i < a->n; i++) {
		struct graph_ack x = graph_ack_at(a, i);
		guid("ack.id", x.id);
		printf("hgraph.ack.useful:%d\n", x.useful);
	}
}

static void say_data(const struct graph_message *m)
{
	const struct graph_data *d = &m->data;
	guid("data.type", d->type);
	if (d->payload.n)
		octets("data.payload", d->payload);
}

static void say_goodbye(const struct graph_message *m)
{
	number(m->type == GRAPH_REFUSE ? "refuse.code" : "disconnect.reason", m->goodbye.code, 1);
	addresses(&m->goodbye.addresses);
}

static void say_request(const struct graph_message *m)
{
	number("request.abstracts", m->request.n, 4);
	say_abstracts(&m->request);
}

static void say_flood(const struct graph_message *m)
{
	say_record(m->record);
}

static void say_end(const struct graph_message *m)
{
	printf("hgraph.sync_end.final:%d\n", m->final);
}

typedef void sayer(const struct graph_message *m);
static sayer *const sayers[GRAPH_MESSAGE_END] = {
	[GRAPH_AUTH_INFO] = say_hello,	    [GRAPH_CONNECT] = say_hello,
	[GRAPH_WELCOME] = say_hello,	    [GRAPH_REFUSE] = say_goodbye,
	[GRAPH_DISCONNECT] = say_goodbye,   [GRAPH_SOLICIT_NEW] = say_solicit,
	[GRAPH_SOLICIT_TIME] = say_solicit, [GRAPH_SOLICIT_HASH] = say_solicit,
	[GRAPH_ADVERTISE] = say_advertise,  [GRAPH_REQUEST] = say_request,
	[GRAPH_FLOOD] = say_flood,	    [GRAPH_SYNC_END] = say_end,
	[GRAPH_PT2PT] = say_data,	    [GRAPH_ACK] = say_acks,
};

static void say(struct span s)
{
	struct graph_message m;
	hold(graph_message_decode(s, &m) == OK);
	puts("message");
	number("size", s.n, 4);
	number("version", GRAPH_VERSION, 1);
	number("type", m.type, 1);
	sayers[m.type](&m);
}

/* ---- the messages ---- */

static struct graph_guid guid_of(uint8_t each)
{
	struct graph_guid g;
	memset(g.at, each, sizeof(g.at));
	return g;
}

static struct graph_addresses both(void)
{
	static struct addr at[2];
	at[0] = addr("192.0.2.7:3587");
	at[1] = addr("[2001:db8::7]:4000");
	return (struct graph_addresses){ at, 2 };
}

/* A record around a payload; what an application's has too when it is one. */
static void put_record(struct wr *w, struct graph_guid type, struct span payload, bool full)
{
	static uint8_t creator[64], modifier[64], graph[64], attributes[256];
	struct graph_record r = { .type = type,
				  .id = guid_of(0x5a),
				  .version = 7,
				  .created = UINT64_C(0x01DA000000000000),
				  .modified = UINT64_C(0x01DA000000000000) + full,
				  .expires = UINT64_C(0x01DA0000b2d05e00),
				  .protocol = GRAPH_PROTOCOL,
				  .payload = payload };
	r.creator.p = creator;
	r.graph.p = graph;
	hold(graph_utf16(span_str("0.alice"), 32, creator, &r.creator.n) == OK);
	hold(graph_utf16(span_str("0.TestGraph"), 32, graph, &r.graph.n) == OK);
	if (full) {
		r.modifier.p = modifier;
		r.attributes.p = attributes;
		r.security = span_str("signed");
		hold(graph_utf16(span_str("0.b\xc3\xb6"
					  "b"),
				 32, modifier, &r.modifier.n) == OK);
		hold(graph_utf16(span_str("<attributes/>"), 128, attributes, &r.attributes.n) ==
		     OK);
	}
	graph_put_flood(w, graph_record_size(&r));
	graph_record_put(w, &r);
}

static void flood_info(struct wr *w)
{
	static uint8_t room[512], units[64];
	size_t n;
	struct wr p = wr_of(room, sizeof(room));
	hold(graph_utf16(span_str("0.TestGraph"), 32, units, &n) == OK);
	struct span name = span_of(units, n);
	graph_put_info(&p,
		       &(struct graph_info_payload){
			       GRAPH_INFO_DEFER, 2, name, name, name, { NULL, 0 }, 300, 5, 1024 });
	put_record(w, graph_type_info, wr_span(&p), false);
}

static void flood_builtin(struct wr *w, size_t which)
{
	uint8_t room[256];
	static const uint8_t units[] = { 0, 'o', 0, 'n', 0, 0 };
	struct wr p = wr_of(room, sizeof(room));
	if (which == 0)
		graph_put_signature(&p, UINT64_C(0x0102030405060708));
	else if (which == 1)
		graph_put_contact(&p, 5, UINT64_C(0x1112131415161718), both());
	else
		graph_put_presence(&p, 9, span_of(units, sizeof(units)), both());
	const struct graph_guid types[] = { graph_type_signature, graph_type_contact,
					    graph_type_presence };
	put_record(w, types[which], wr_span(&p), false);
}

static void put_syncs(struct wr *w, size_t which)
{
	uint64_t since = UINT64_C(0x01DA000000000000);
	struct graph_guid types[] = { graph_type_info, guid_of(3) };
	struct graph_place low = { 0, guid_of(0) }, high = { UINT64_MAX, guid_of(0xff) };
	switch (which) {
	case 0:
		graph_put_solicit(w, NULL, true, types, 1);
		break;
	case 1:
		graph_put_solicit(w, &since, false, types, 2);
		break;
	case 2:
		graph_put_solicit_hash(w, 2);
		graph_put_hash_info(w, &(struct graph_hash_info){ { 1, 2, 3 }, low });
		graph_put_hash_info(w, &(struct graph_hash_info){ { 4, 5, 6 }, high });
		break;
	case 3:
		graph_put_advertise(w, 1, 2);
		graph_put_boundary(w, &(struct graph_boundary){ low, high, 2 });
		graph_put_abstract(w, &(struct graph_abstract){ guid_of(1), 2 });
		graph_put_abstract(w, &(struct graph_abstract){ guid_of(3), 4 });
		break;
	case 4:
		graph_put_request(w, 1);
		graph_put_abstract(w, &(struct graph_abstract){ guid_of(3), 4 });
		break;
	default:
		graph_put_sync_end(w, true);
	}
}

static void put_hellos(struct wr *w, size_t which)
{
	struct graph_auth_info a = { GRAPH_NEIGHBOR,
				     span_str("0.TestGraph"),
				     span_str("0.alice"),
				     span_str("0.b\xc3\xb6"
					      "b"),
				     { NULL, 0 } };
	struct graph_welcome_out o = { UINT64_C(0xfedcba9876543210), UINT64_C(0x01DA0000b2d05e07),
				       both(), span_str("0.bob"), span_str("kitchen") };
	switch (which) {
	case 0:
		graph_put_auth_info(w, &a);
		break;
	case 1:
		graph_put_connect(w, GRAPH_CONNECT_LIST | GRAPH_CONNECT_UPDATE,
				  UINT64_C(0x1122334455667788), both(), span_str("cellar"));
		break;
	case 2:
		graph_put_welcome(w, &o);
		break;
	case 3:
		graph_put_goodbye(w, GRAPH_REFUSE, GRAPH_REFUSED_BUSY, both());
		break;
	default:
		graph_put_goodbye(w, GRAPH_DISCONNECT, GRAPH_LEAST_USEFUL,
				  (struct graph_addresses){ NULL, 0 });
	}
}

/* "hello" as members alone can read it. */
static void put_sealed(struct wr *w)
{
	uint8_t room[GROUP_SEALED_OVER + 5];
	struct wr p = wr_of(room, sizeof(room));
	struct graph_guid epoch = guid_of(0xe0);
	wr_u8(&p, 1);
	wr_bytes(&p, span_of(epoch.at, sizeof(epoch.at)));
	wr_bytes(&p, span_str("nonce of 12!"));
	while (p.n < sizeof(room))
		wr_u8(&p, 0xcc);
	put_record(w, guid_of(0x42), wr_span(&p), false);
}

static void put_rest(struct wr *w, size_t which)
{
	static const struct graph_ack acks[] = { { { { 1 } }, true }, { { { 2 } }, false } };
	struct graph_guid own = guid_of(0x42);
	switch (which) {
	case 0:
		put_record(w, own, span_str("hello"), true);
		break;
	case 1:
		graph_put_data(w, &graph_data_ping, 0);
		break;
	case 2:
		graph_put_data(w, &own, 3);
		wr_bytes(w, span_str("abc"));
		break;
	case 3:
		put_sealed(w);
		break;
	default:
		graph_put_acks(w, acks, COUNT(acks));
	}
}

#define HELLOS	 5
#define SYNCS	 6
#define REST	 5
#define MESSAGES (HELLOS + SYNCS + REST + 4)

/* The octets of the i-th message. */
static struct span make(size_t i)
{
	static uint8_t room[MESSAGE];
	struct wr w = wr_of(room, sizeof(room));
	if (i < HELLOS)
		put_hellos(&w, i);
	else if (i < HELLOS + SYNCS)
		put_syncs(&w, i - HELLOS);
	else if (i < HELLOS + SYNCS + REST)
		put_rest(&w, i - HELLOS - SYNCS);
	else if (i < MESSAGES - 1)
		flood_builtin(&w, i - HELLOS - SYNCS - REST);
	else
		flood_info(&w);
	hold(!w.failed);
	return wr_span(&w);
}

/* ---- the capture ---- */

static void dial(void)
{
	remote.port++;
	pcapng_start(&link, &local, &remote);
	pcapng_put_open(&file, &link, PCAPNG_IN, now++);
}

static void hang_up(void)
{
	pcapng_put_close(&file, &link, PCAPNG_IN, now++);
}

/* In segments of at most n octets. */
static void send(struct span s, size_t n)
{
	while (s.n) {
		size_t piece = s.n < n ? s.n : n;
		pcapng_put_octets(&file, &link, PCAPNG_IN, now++, span_of(s.p, piece));
		s = span_of(s.p + piece, s.n - piece);
	}
}

static struct span framed(struct span message, struct graph_framing f)
{
	static uint8_t room[4 * MESSAGE];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_framed(&w, message, f);
	hold(!w.failed);
	return wr_span(&w);
}

/* All messages on one link, in frames and segments of any size. */
static void all_messages(struct graph_framing f, size_t segment)
{
	static uint8_t stream[MESSAGES * 2 * MESSAGE];
	struct wr w = wr_of(stream, sizeof(stream));
	dial();
	for (size_t i = 0; i < MESSAGES; i++) {
		struct span m = make(i);
		say(m);
		wr_bytes(&w, framed(m, f));
	}
	hold(!w.failed);
	send(wr_span(&w), segment);
	hang_up();
}

static void good_start(void)
{
	for (size_t i = 0; i < 2; i++) {
		struct span m = make(i);
		say(m);
		send(framed(m, (struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }), MESSAGE);
	}
}

static bool is_good(struct span s)
{
	struct graph_message m;
	struct graph_record r;
	if (graph_message_decode(s, &m) != OK)
		return false;
	return m.type != GRAPH_FLOOD || graph_record_decode(m.record, &r) == OK;
}

/* Each octet behind the header of each message changed, on a link of its own. */
static void damaged(size_t i, size_t at, uint8_t to)
{
	uint8_t room[MESSAGE];
	struct span m = make(i);
	memcpy(room, m.p, m.n);
	room[at] = to;
	m.p = room;
	dial();
	good_start();
	puts("damaged");
	puts(is_good(m) ? "good" : "bad");
	send(framed(m, (struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }), MESSAGE);
	hang_up();
}

static void all_damage(void)
{
	for (size_t i = 0; i < MESSAGES; i++) {
		size_t n = make(i).n;
		/* The first numbers all, then some. */
		for (size_t at = GRAPH_HEADER; at < n; at += at < 24 ? 1 : 17) {
			damaged(i, at, at % 2 ? 0xff : 0x01);
		}
	}
}

/* Behind AUTH_INFO frames that only the provider understands. */
static void behind_a_provider(void)
{
	static const uint8_t token[] = { 0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5 };
	struct span m = make(0);
	dial();
	say(m);
	send(framed(m, (struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }), MESSAGE);
	for (size_t i = 0; i < 3; i++)
		send(framed(span_of(token, sizeof(token)),
			    (struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }),
		     MESSAGE);
	hang_up();
	puts("protected 3");
}

int main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "wb") : NULL;
	hold(f != NULL);
	local = addr("192.0.2.1:3587");
	remote = addr("192.0.2.2:40000");
	file = wr_of(file_room, sizeof(file_room));
	pcapng_put_head(&file);
	all_messages((struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }, ROOM);
	all_messages((struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }, 33);
	all_messages((struct graph_framing){ 50, 0 }, 1000);
	all_messages((struct graph_framing){ 7, 0 }, 61);
	all_messages((struct graph_framing){ GRAPH_FRAME_PAYLOAD, 2 }, 97);
	local = addr("[2001:db8::1]:3587");
	remote = addr("[2001:db8::2]:41000");
	all_messages((struct graph_framing){ GRAPH_FRAME_PAYLOAD, 0 }, 200);
	behind_a_provider();
	all_damage();
	hold(!file.failed && fwrite(file.p, 1, file.n, f) == file.n && fclose(f) == 0);
	return 0;
}
