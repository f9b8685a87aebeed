/* records.h - for tests of src/group: records as they stand on the wire, by the people of
 * people.h or by whom a test names, with room for what they borrow; octets from hexadecimal. */
#ifndef UNIT_GROUP_RECORDS_H
#define UNIT_GROUP_RECORDS_H

#include "group/stream.h"
#include "people.h"

#define RECORD_SECOND  GRAPH_TICKS_SEC
#define RECORD_OCTETS  65536 + 1024 /* of a payload */
#define SERIALS_VECTOR "0102030405060708090a0b0c0d0e0f10"

struct record {
	struct graph_record r;
	uint8_t graph[2 * 256], creator[2 * 256], modifier[2 * 256];
	uint8_t payload[RECORD_OCTETS];
	uint8_t security[GROUP_SECURITY_MAX];
};

struct hex {
	uint8_t p[1024];
	size_t n;
};
struct span hex_of(struct hex *h, const char *text);

/* Peer time of a wall time. */
uint64_t record_time(int64_t wall);
void record_creator(struct record *o, struct span name);
void record_modifier(struct record *o, struct span name); /* and version 2, if it was 1 */
void record_payload(struct record *o, struct span payload);
/* An application's record of `creator`, made at PEOPLE_NOW and good for an hour: version 1,
 * payload "hello", not signed. */
void record_init(struct record *o, struct span graph, struct span creator);

/* Signed by the i-th of the people with these serials. */
void record_sign(struct record *o, struct people *t, size_t i, bool version11,
		 struct span creator_serial, struct span modifier_serial);

#endif
