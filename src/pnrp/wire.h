/* wire.h - PNRP messages and their elements as octets (digest pnrp 4 to 6, 7.1, 7.2).
 * Decoding checks all of a message, then gives it; spans point into the datagram.
 * A row of one table a message: type, name, decode, encode. */
#ifndef PNRP_WIRE_H
#define PNRP_WIRE_H

#include "base/addr.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "pnrp/id.h"

#define PNRP_PORT	   3540
#define PNRP_PORT_FLOOR	   1024 /* this one and those below are never used (A7) */
#define PNRP_DATAGRAM_MAX  1232
#define PNRP_PIECE	   1188	 /* of an AUTHORITY_BUFFER in one AUTHORITY */
#define PNRP_BUFFER_MAX	   37348 /* octets of an AUTHORITY_BUFFER */
#define PNRP_ADDRESSES_MAX 20	 /* of a route entry */
#define PNRP_OWN_ADDRESSES 4
#define PNRP_PATH_MAX	   22 /* endpoints of a Flagged Path or Already Flooded List */
#define PNRP_ARRAY_IDS_MAX 37 /* IDs that fit a datagram */
#define PNRP_NONCE	   16
#define PNRP_HASHED_NONCE  20
#define PNRP_PAYLOAD_MAX   4096

enum pnrp_type {
	PNRP_SOLICIT = 0x01,
	PNRP_ADVERTISE = 0x02,
	PNRP_REQUEST = 0x03,
	PNRP_FLOOD = 0x04,
	PNRP_INQUIRE = 0x07,
	PNRP_AUTHORITY = 0x08,
	PNRP_ACK = 0x09,
	PNRP_LOOKUP = 0x0b
};
const char *pnrp_type_text(enum pnrp_type t); /* "SOLICIT"; never NULL */

/* An address and port as they travel; IPv4 as ::ffff:a.b.c.d (DESIGN D7). */
struct pnrp_endpoint {
	uint8_t ip[16];
	uint16_t port;
};

struct pnrp_route {
	struct pnrp_id id;
	uint16_t port;
	uint8_t n; /* addresses, 1 to 20 */
	uint8_t ip[PNRP_ADDRESSES_MAX][16];
};

struct pnrp_path {
	uint8_t n; /* of a message: as many as it has, up to PNRP_PATH_MAX */
	struct pnrp_endpoint at[PNRP_PATH_MAX];
};

struct pnrp_ids {
	uint8_t n;
	struct pnrp_id at[PNRP_ARRAY_IDS_MAX];
};

/* Flags, each in the message that it stands with. */
#define PNRP_FLOOD_SILENT    0x0001 /* FLOOD D */
#define PNRP_INQUIRE_CPA     0x0010 /* A */
#define PNRP_INQUIRE_PAYLOAD 0x0008 /* X */
#define PNRP_INQUIRE_CHAIN   0x0004 /* C */
#define PNRP_AUTHORITY_LEAF  0x0200 /* L */
#define PNRP_AUTHORITY_BUSY  0x0008 /* B */
#define PNRP_AUTHORITY_NOT   0x0001 /* N */
#define PNRP_ACK_NOT	     0x0001 /* N */
#define PNRP_LOOKUP_ANY	     0x0002 /* A: nodes that are not closer are welcome too */

enum pnrp_criteria {
	PNRP_MATCH_NONE = 0x00,
	PNRP_MATCH_ANY = 0x01,
	PNRP_MATCH_NEAREST = 0x02,
	PNRP_MATCH_NEAREST64 = 0x04,
	PNRP_MATCH_UPPER_BITS = 0x08
};

enum pnrp_reason {
	PNRP_REASON_REQUEST = 0x00,
	PNRP_REASON_REGISTRATION = 0x01,
	PNRP_REASON_MAINTENANCE = 0x02,
	PNRP_REASON_SPLIT = 0x03
};

struct pnrp_solicit {
	bool local_only; /* SolicitType LOCAL */
	bool has_route;
	struct pnrp_route route;
	uint8_t hashed_nonce[PNRP_HASHED_NONCE];
};

struct pnrp_advertise {
	uint32_t acked;
	struct pnrp_ids ids;
	uint8_t hashed_nonce[PNRP_HASHED_NONCE];
};

struct pnrp_request {
	uint8_t nonce[PNRP_NONCE];
	struct pnrp_ids ids;
};

struct pnrp_flood {
	uint16_t flags;
	struct pnrp_id validate;
	struct span revoke; /* an Encoded CPA; n 0: none */
	bool has_route;
	struct pnrp_route route;
	struct pnrp_path flooded;
};

struct pnrp_inquire {
	uint16_t flags;
	struct pnrp_id validate;
	bool has_nonce;
	uint8_t nonce[PNRP_NONCE];
};

struct pnrp_authority {
	uint32_t acked;
	uint16_t size, offset;
	struct span piece;
};

struct pnrp_ack {
	uint32_t acked;
	uint16_t flags; /* sent only when not 0 (A14) */
};

struct pnrp_lookup {
	uint16_t flags, precision;
	uint8_t criteria; /* enum pnrp_criteria, checked */
	uint8_t reason;	  /* enum pnrp_reason, not checked */
	struct pnrp_id target, validate;
	bool has_best;
	struct pnrp_route best;
	struct pnrp_path path;
};

struct pnrp_message {
	enum pnrp_type type;
	uint32_t id; /* Message ID */
	union {
		struct pnrp_solicit solicit;
		struct pnrp_advertise advertise;
		struct pnrp_request request;
		struct pnrp_flood flood;
		struct pnrp_inquire inquire;
		struct pnrp_authority authority;
		struct pnrp_ack ack;
		struct pnrp_lookup lookup;
	};
};

/* ERR_MALFORMED: drop it (digest 15). */
MUST_USE enum err pnrp_decode(const struct pnrp_profile *p, struct span datagram,
			      struct pnrp_message *out);
/* *n gets its octets, at most PNRP_DATAGRAM_MAX. ERR_RANGE: more than fit. */
MUST_USE enum err pnrp_encode(const struct pnrp_profile *p, const struct pnrp_message *m,
			      uint8_t *out, size_t size, size_t *n);

/* An AUTHORITY_BUFFER put together again. */
struct pnrp_buffer {
	uint16_t flags;
	struct span chain, payload, cpa; /* n 0: none */
	bool has_classifier;
	struct pnrp_name classifier; /* its classifier alone; no authority */
	bool has_route;
	struct pnrp_route route;
};
/* ERR_MALFORMED. */
MUST_USE enum err pnrp_buffer_decode(const struct pnrp_profile *p, struct span octets,
				     struct pnrp_buffer *out);
/* ERR_RANGE: more than `size` or PNRP_BUFFER_MAX. */
MUST_USE enum err pnrp_buffer_encode(const struct pnrp_profile *p, const struct pnrp_buffer *b,
				     uint8_t *out, size_t size, size_t *n);

/* What the classifier would be in the other octet order (A13); false: no text then. */
bool pnrp_name_swapped(const struct pnrp_name *n, struct pnrp_name *out);

bool pnrp_endpoint_eq(const struct pnrp_endpoint *a, const struct pnrp_endpoint *b);
/* scope: the interface of a link-local address, else 0. */
struct addr pnrp_endpoint_addr(const struct pnrp_endpoint *e, uint32_t scope);
struct pnrp_endpoint pnrp_endpoint_of(const struct addr *a);
bool pnrp_route_has(const struct pnrp_route *r, const struct pnrp_endpoint *e);
bool pnrp_route_same_addresses(const struct pnrp_route *a, const struct pnrp_route *b);

#endif
