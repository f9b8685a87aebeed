/* types.h - the small values of a graph that all its files share: identifiers,
 * times, limits. No behaviour. Digest graphing 3, 5, 11, 19. */
#ifndef GRAPH_TYPES_H
#define GRAPH_TYPES_H

#include "base/addr.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/span.h"
#include "base/text.h"

/* Text of peers is UTF-8 with its NUL in memory and in messages, UTF-16BE in records; a
 * limit counts UTF-16 units with the terminator (digest 3). */
#define GRAPH_ID_UNITS	     256 /* Graph ID, Peer ID, friendly name */
#define GRAPH_COMMENT_UNITS  512
#define GRAPH_ID_OCTETS	     (3 * (GRAPH_ID_UNITS - 1)) /* most octets of its UTF-8, no NUL */
#define GRAPH_COMMENT_OCTETS (3 * (GRAPH_COMMENT_UNITS - 1))

#define GRAPH_NEIGHBORS_MIN   2
#define GRAPH_NEIGHBORS_IDEAL 3
#define GRAPH_NEIGHBORS_MAX   7
#define GRAPH_REFERRALS	      10  /* of a message, as we send them */
#define GRAPH_REFERRALS_KEPT  100 /* the Referral List */
#define GRAPH_PRIORITY_MAX    253 /* prioritized record types (A20) */
#define GRAPH_ADDRESSES_MAX   16  /* of a node, ours or another's, that are looked at */

#define GRAPH_RECORD_MIN    1024
#define GRAPH_RECORD_MAX    62914560 /* payload and twice the attributes' units */
#define GRAPH_PRESENCE_ALL  UINT32_MAX
#define GRAPH_LIFE_PRESENCE 300 /* seconds; the least and the default */

/* A GUID in the order of the wire (RFC 4122): types, Record IDs, data types. Compared
 * with memcmp. */
struct graph_guid {
	uint8_t at[16];
};
static inline bool graph_guid_eq(const struct graph_guid *a, const struct graph_guid *b)
{
	return memcmp(a->at, b->at, sizeof(a->at)) == 0;
}

/* Peer time: 100 ns since 1601-01-01 UTC on the graph's common clock; a
 * uint64_t that is marked so where it stands. */
#define GRAPH_TICKS_SEC UINT64_C(10000000)
#define GRAPH_TIME_UNIX UINT64_C(116444736000000000) /* 1970 */

/* Built-in record types and the two fixed Record IDs, digest 7.5. */
extern const struct graph_guid graph_type_info, graph_type_signature, graph_type_contact,
	graph_type_presence, graph_id_info, graph_id_signature, graph_data_ping;
/* {xxxxxxxx-0000-...}: not for applications (A44). */
bool graph_type_reserved(const struct graph_guid *type);

/* "0ccbb0d2-be41-4bd6-914b-058ec5dcce64", in either case and with or without braces. */
#define GRAPH_GUID_TEXT 36
MUST_USE enum err graph_guid_parse(struct span s, struct graph_guid *out);
void graph_guid_text(struct text *t, const struct graph_guid *g);

enum graph_scope { /* of Graph Info */
	GRAPH_SCOPE_GLOBAL = 1,
	GRAPH_SCOPE_SITE = 2,
	GRAPH_SCOPE_LINK = 3
};

#endif
