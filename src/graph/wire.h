/* wire.h - the fourteen messages of a graph as octets: layouts and the checks
 * that need nothing but the message (digest graphing 4 to 6; doc/graph.md 2).
 * Frames are graph/frame.h's, records graph/record.h's. Holds no memory: what is
 * decoded borrows from the message. */
#ifndef GRAPH_WIRE_H
#define GRAPH_WIRE_H

#include "graph/types.h"
#include "wire/wr.h"

#define GRAPH_VERSION	 0x10
#define GRAPH_HEADER	 8
#define GRAPH_ADDRESS	 20 /* PEER_IN6_ADDRESS */
#define GRAPH_ABSTRACT	 20
#define GRAPH_HASH_INFO	 40
#define GRAPH_BOUNDARY	 52
#define GRAPH_ACK_ENTRY	 20
#define GRAPH_FLOOD_HEAD 12 /* of a FLOOD before its record */
#define GRAPH_PT2PT_HEAD 28
#define GRAPH_FAMILY	 0x0017 /* of addresses: AF_INET6 as Windows counts */

#define GRAPH_MESSAGES(X)                                                                          \
	X(AUTH_INFO, 0x01)                                                                         \
	X(CONNECT, 0x02)                                                                           \
	X(WELCOME, 0x03)                                                                           \
	X(REFUSE, 0x04)                                                                            \
	X(DISCONNECT, 0x05)                                                                        \
	X(SOLICIT_NEW, 0x06)                                                                       \
	X(SOLICIT_TIME, 0x07)                                                                      \
	X(SOLICIT_HASH, 0x08)                                                                      \
	X(ADVERTISE, 0x09)                                                                         \
	X(REQUEST, 0x0A)                                                                           \
	X(FLOOD, 0x0B)                                                                             \
	X(SYNC_END, 0x0C)                                                                          \
	X(PT2PT, 0x0D)                                                                             \
	X(ACK, 0x0E)

enum graph_message_type {
#define X(name, code) GRAPH_##name = (code),
	GRAPH_MESSAGES(X)
#undef X
	GRAPH_MESSAGE_END
};
/* "FLOOD"; never NULL. */
const char *graph_message_name(enum graph_message_type t);

enum graph_connection {
	GRAPH_NEIGHBOR = 1,
	GRAPH_DIRECT = 2
};

enum graph_refusal {
	GRAPH_REFUSED_BUSY = 1,
	GRAPH_REFUSED_CONNECTED = 2,
	GRAPH_REFUSED_DUPLICATE = 3,
	GRAPH_REFUSED_DIRECT = 4
};
enum graph_reason {
	GRAPH_LEAVING = 1,
	GRAPH_LEAST_USEFUL = 2,
	GRAPH_ASKED = 3
};

/* Flags of CONNECT. */
#define GRAPH_CONNECT_UPDATE 0x08
#define GRAPH_CONNECT_DIRECT 0x04
#define GRAPH_CONNECT_LIST   0x01

#define GRAPH_SYNC_FINAL 0x01	    /* of SYNC_END */
#define GRAPH_ACK_USEFUL 0x00000001 /* of an entry of ACK */

/* An array inside the message: n of them at p, each of the size its user knows. */
struct graph_array {
	const uint8_t *p;
	uint32_t n;
};

struct graph_auth_info {
	uint8_t connection; /* enum graph_connection */
	struct span graph_id, source,
		destination; /* UTF-8 without the NUL; destination empty: none */
	struct span rest;    /* octets after the last string, inside Message Size: a token (A56) */
};
struct graph_connect {
	uint8_t flags;
	uint64_t node;
	struct graph_array addresses;
	struct span name; /* friendly; empty: none */
};
struct graph_welcome {
	uint64_t node;
	uint64_t time; /* peer time */
	struct graph_array addresses;
	struct span peer, name;
};
struct graph_goodbye { /* REFUSE, DISCONNECT */
	uint8_t code;  /* enum graph_refusal, enum graph_reason */
	struct graph_array addresses;
};
struct graph_solicit { /* NEW, TIME, HASH */
	uint8_t included, excluded;
	uint64_t since;		   /* TIME */
	struct graph_array types;  /* GUIDs */
	struct graph_array hashes; /* HASH: HASH_INFO_ENTRYs */
};
struct graph_advertise {
	struct graph_array boundaries, abstracts;
};
struct graph_data { /* PT2PT */
	struct graph_guid type;
	struct span payload;
};

struct graph_message {
	enum graph_message_type type;
	union {
		struct graph_auth_info auth;
		struct graph_connect connect;
		struct graph_welcome welcome;
		struct graph_goodbye goodbye;
		struct graph_solicit solicit;
		struct graph_advertise advertise;
		struct graph_array request; /* REQUEST: RECORD_ABSTRACTs */
		struct span record;	    /* FLOOD */
		bool final;		    /* SYNC_END */
		struct graph_data data;
		struct graph_array acks;
	};
};

/* How large messages may be: the graph's Max Record Size for FLOOD, octets of those others
 * that carry arrays or data. */
#define GRAPH_MESSAGE_MAX (64 * 1024 * 1024) /* unless configured */
struct graph_sizes {
	uint64_t record, message;
};

/* The head of a message that may not have come whole. ERR_MALFORMED: bad version, type or
 * size below 8. ERR_RANGE: a size above what its type may have (digest 2, last item). */
struct graph_head {
	uint32_t size;
	enum graph_message_type type;
};
MUST_USE enum err graph_head_decode(const uint8_t octets[GRAPH_HEADER],
				    const struct graph_sizes *sizes, struct graph_head *out);

/* A whole message, its checks of digest 6 made but those that depend on the link's state.
 * ERR_MALFORMED. */
MUST_USE enum err graph_message_decode(struct span message, struct graph_message *out);

/* Elements of arrays; i is below n. */
struct addr graph_address_at(const struct graph_array *a, uint32_t i); /* unmapped; family 0:
									* another Protocol Family */
struct graph_abstract {
	struct graph_guid id;
	uint32_t version;
};
struct graph_abstract graph_abstract_at(const struct graph_array *a, uint32_t i);
/* Where a record stands in the order of hash synchronisation. */
struct graph_place {
	uint64_t modified; /* peer time */
	struct graph_guid id;
};
int graph_place_cmp(const struct graph_place *a, const struct graph_place *b);
struct graph_hash_info {
	uint8_t hash[16];
	struct graph_place upper;
};
struct graph_hash_info graph_hash_info_at(const struct graph_array *a, uint32_t i);
struct graph_boundary {
	struct graph_place lower, upper;
	uint32_t count;
};
struct graph_boundary graph_boundary_at(const struct graph_array *a, uint32_t i);
struct graph_ack {
	struct graph_guid id;
	bool useful;
};
struct graph_ack graph_ack_at(const struct graph_array *a, uint32_t i);
struct graph_guid graph_guid_at(const struct graph_array *a, uint32_t i);

/* Writing: the whole message, in the drawn order; w->failed when it does not fit, also when
 * a text is too long or a size is more than 32 bits. Large arrays are written by their makers
 * behind a head written here. */
void graph_put_address(struct wr *w, const struct addr *a); /* mapped */
void graph_put_auth_info(struct wr *w, const struct graph_auth_info *m);
struct graph_addresses {
	const struct addr *at;
	uint8_t n;
};
void graph_put_connect(struct wr *w, uint8_t flags, uint64_t node, struct graph_addresses a,
		       struct span name);
struct graph_welcome_out {
	uint64_t node;
	uint64_t time; /* peer time */
	struct graph_addresses referrals;
	struct span peer, name;
};
void graph_put_welcome(struct wr *w, const struct graph_welcome_out *m);
void graph_put_goodbye(struct wr *w, enum graph_message_type type, uint8_t code,
		       struct graph_addresses referrals);
/* SOLICIT_NEW, or SOLICIT_TIME when `since` is not NULL. */
void graph_put_solicit(struct wr *w, const uint64_t *since, bool include,
		       const struct graph_guid *types, uint8_t n);
/* Heads with the sizes for n elements to follow. */
void graph_put_solicit_hash(struct wr *w, uint32_t n);
void graph_put_advertise(struct wr *w, uint32_t boundaries, uint32_t abstracts);
void graph_put_request(struct wr *w, uint32_t n); /* n 0: whole, with its padding (A19) */
void graph_put_hash_info(struct wr *w, const struct graph_hash_info *h);
void graph_put_boundary(struct wr *w, const struct graph_boundary *b);
void graph_put_abstract(struct wr *w, const struct graph_abstract *a);
/* A FLOOD of a record of n octets, which follow. */
void graph_put_flood(struct wr *w, size_t n);
void graph_put_sync_end(struct wr *w, bool final);
/* A PT2PT of n octets, which follow. */
void graph_put_data(struct wr *w, const struct graph_guid *type, size_t n);
void graph_put_acks(struct wr *w, const struct graph_ack *a, uint16_t n);

#endif
