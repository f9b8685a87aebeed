/* wire.h - octets of MASC messages, both ways (RFC 2909 section 7). Knows
 * formats and what makes them malformed; knows no session, no time, no policy.
 * Decoded values borrow from the octets they came from. doc/masc.md section 2. */
#ifndef MASC_WIRE_H
#define MASC_WIRE_H

#include "masc/masc.h"

#define WIRE_HEADER	 4
#define WIRE_MESSAGE_MAX 4096
#define WIRE_VERSION	 1

/* Codes and subcodes of NOTIFICATIONs. */
enum wire_code {
	WIRE_HEADER_ERROR = 1,
	WIRE_OPEN_ERROR,
	WIRE_UPDATE_ERROR,
	WIRE_HOLD_EXPIRED,
	WIRE_FSM_ERROR,
	WIRE_NOTIFICATION_ERROR,
	WIRE_CEASE
};

enum {
	WIRE_UNSPECIFIC = 0,

	WIRE_BAD_LENGTH = 1, /* of header errors */
	WIRE_BAD_TYPE = 2,

	WIRE_BAD_VERSION = 1, /* of OPEN errors */
	WIRE_BAD_DOMAIN = 2,
	WIRE_BAD_NODE = 3,
	WIRE_BAD_HOLD_TIME = 6,
	WIRE_PARENT_CONFIG = 7,
	WIRE_ROLE_MISMATCH = 8,
	WIRE_BAD_PARENT = 9,
	WIRE_NO_COMMON_PARENT = 10,
	WIRE_OPEN_FAMILY = 13,

	WIRE_MALFORMED_LIST = 1, /* of UPDATE errors */
	WIRE_UNKNOWN_REQUIRED = 2,
	WIRE_ATTRIBUTE_LENGTH = 5,
	WIRE_BAD_ADDRESS = 10,
	WIRE_BAD_MASK = 11,
	WIRE_MASK_HOLES = 12,
	WIRE_UPDATE_FAMILY = 13,
	WIRE_CLAIM_TYPE = 14,
	WIRE_ORIGIN_DOMAIN = 15,
	WIRE_LIFETIME_SHORT = 17,
	WIRE_TIMESTAMP_OLD = 19,
	WIRE_TIMESTAMP_NEW = 20,
	WIRE_PREFIX_SMALL = 21,
	WIRE_PREFIX_LARGE = 22,
	WIRE_ORIGIN_ROLE = 23,
	WIRE_NO_PARENT_PREFIX = 24,
	WIRE_NO_CHILD_PREFIX = 25,
	WIRE_NO_INTERNAL_PREFIX = 26,
	WIRE_NO_SIBLING_PREFIX = 27,

	WIRE_FSM_OPEN = 1 /* of FSM errors */
};

/* A NOTIFICATION to send. */
struct wire_error {
	uint8_t code, subcode;
	bool stay_open;
	struct span data; /* cut to fit the message */
};

struct wire_header {
	uint16_t length; /* of the whole message */
	uint8_t type;
};

struct wire_open {
	uint8_t version;
	uint8_t family; /* as received: any of five bits */
	uint8_t role;	/* the sender's own, enum masc_role */
	uint16_t hold_time;
	struct masc_id domain, node, parent;
	struct span options;
};

struct wire_notification {
	uint8_t code, subcode;
	bool stay_open;
	struct span data;
};

/* Types of attributes; 0 to 3 are claims. */
enum wire_attribute {
	WIRE_PREFIX_IN_USE,
	WIRE_CLAIM_DENIED,
	WIRE_CLAIM_TO_EXPAND,
	WIRE_NEW_CLAIM,
	WIRE_PREFIX_MANAGED,
	WIRE_WITHDRAW,
	WIRE_ATTRIBUTES
};

/* What an attribute says; also for PREFIX_MANAGED and WITHDRAW. */
struct wire_claim {
	uint8_t type; /* enum wire_attribute */
	bool deprecated;
	uint8_t family; /* enum masc_family */
	uint8_t role;	/* of the origin towards the sender, enum masc_role */
	uint32_t timestamp, lifetime, hold_time;
	struct masc_id domain, node; /* of the origin */
	uint8_t address[16];	     /* first 4 for IPv4, rest 0 */
	uint8_t prefix_length;
	struct span options; /* unread, to go on as they came */
};

/* The four octets every message starts with. */
struct wire_header wire_header_read(const uint8_t p[WIRE_HEADER]);

/* MASC-2.2: what the header alone shows to be wrong with the message, code 0
 * when nothing is. A header whose length cannot be believed (wire_length_ok)
 * must be checked before waiting for the rest. */
bool wire_length_ok(const struct wire_header *h);
struct wire_error wire_header_check(const struct wire_header *h);

/* Largest version we know below the one bid; 0 when there is none. */
uint8_t wire_version_below(uint8_t bid);

/* Reads a whole OPEN. The version is read even if the rest cannot be; so is
 * the family. On false *error tells what to answer (data borrows `message`). */
MUST_USE bool wire_open_read(struct span message, struct wire_open *out, struct wire_error *error);
/* Reads a whole NOTIFICATION. *malformed: code or subcode unknown, too short,
 * or an O bit where the connection must close. */
void wire_notification_read(struct span message, struct wire_notification *out, bool *malformed);

/* One attribute of an UPDATE, not looked into yet. */
struct wire_item {
	uint8_t type;
	struct span bytes; /* the whole attribute */
};

/* Takes the next attribute off *rest; false with *error when the list itself is
 * broken. Call while rest->n. */
MUST_USE bool wire_item_next(struct span *rest, struct wire_item *out, struct wire_error *error);

enum wire_verdict {
	WIRE_TAKEN,   /* *out holds it */
	WIRE_IGNORED, /* unknown and optional */
	WIRE_REFUSED  /* *error says why, and by stay_open whether the session may live */
};

/* MASC-2.6: checks and reads an attribute for a session of that family. */
enum wire_verdict wire_claim_read(const struct wire_item *item, enum masc_family family,
				  struct wire_claim *out, struct wire_error *error);

/* A hint of size only: NEW_CLAIM with address 0. */
bool wire_is_hint(const struct wire_claim *c);

/* Writers give the whole message in `room` (WIRE_MESSAGE_MAX octets). IDs of an
 * IPv4 message are cut to their last four octets. */
struct span wire_open_write(const struct wire_open *o, uint8_t *room);
struct span wire_keepalive_write(uint8_t *room);
struct span wire_notification_write(const struct wire_error *e, uint8_t *room);

/* An UPDATE in the making: start, add until it is full, end. */
struct wr;
void wire_update_start(struct wr *w, uint8_t *room);
MUST_USE bool wire_update_add(struct wr *w, const struct wire_claim *c);
struct span wire_update_end(struct wr *w);

size_t wire_id_size(enum masc_family f); /* 4 or 16 */

/* error.c: the table of NOTIFICATIONs. */
bool wire_error_known(uint8_t code, uint8_t subcode);
/* Whether the connection must close after it; so it must for unknown ones. */
bool wire_error_closes(uint8_t code, uint8_t subcode);

#endif
