/* record.h - a record: its octets, its identity, what makes it valid, and which of two
 * wins (digest graphing 7; doc/graph.md 3). No memory but the caller's. */
#ifndef GRAPH_RECORD_H
#define GRAPH_RECORD_H

#include "crypto/crypto.h"
#include "graph/types.h"
#include "wire/wr.h"

#define GRAPH_RECORD_FIXED   90
#define GRAPH_RECORD_DELETED 0x00000002
#define GRAPH_PROTOCOL	     0x0100

/* A PEER_RECORD as it lies in octets; spans borrow. Text is UTF-16BE as on the wire, with
 * its terminator, empty where absent. */
struct graph_record {
	struct graph_guid type, id;
	uint32_t version, flags;
	struct span creator, modifier, security;
	uint64_t created, expires, modified; /* peer time */
	struct span graph;
	uint16_t protocol;
	struct span payload, attributes;
};
static inline bool graph_record_deleted(const struct graph_record *r)
{
	return (r->flags & GRAPH_RECORD_DELETED) != 0;
}

/* Checks lengths alone (7.7 item 1), so that what is stored can be read again whatever
 * its rules. ERR_MALFORMED. */
MUST_USE enum err graph_record_decode(struct span octets, struct graph_record *out);
size_t graph_record_size(const struct graph_record *r);
void graph_record_put(struct wr *w, const struct graph_record *r);

/* Octets of a Record ID that its creator decides: of the field as on the wire (A5). The
 * hash is MD5 in classic and SHA-256 cut to 16 octets in modern. */
void graph_creator_fold(struct crypto *c, enum crypto_profile_id p, struct span creator,
			uint8_t out[8]);
void graph_record_id_make(const uint8_t fold[8], const struct graph_guid *random,
			  struct graph_guid *out);

/* What a graph's records are held against. */
struct graph_rules {
	struct span graph;    /* UTF-16BE, as in a record */
	uint64_t record_max;  /* octets of payload and twice the attributes' units */
	uint64_t expires_max; /* later is refused, but of reserved types (digest 22) */
};
/* Items 2, 4 to 9 of digest 7.7 and ours; item 3, the creator's fold, is the caller's,
 * which remembers folds; item 10 is graph/attr.h's. Why not, in *why (may be NULL).
 * ERR_MALFORMED. */
/* Versions above this are for who changes what somebody else made (GRAPH-3.7). */
#define GRAPH_VERSION_OWN (UINT32_MAX - (UINT32_C(1) << 20))

#define GRAPH_FAULTS(X)                                                                            \
	X(NONE, "")                                                                                \
	X(LENGTH, "its lengths do not fit")                                                        \
	X(CREATOR, "its Record ID is not of its creator")                                          \
	X(NAMES, "a name is missing or too long")                                                  \
	X(TIMES, "its times contradict each other")                                                \
	X(FAR, "it would live too long")                                                           \
	X(GRAPH, "it belongs to another graph or protocol version")                                \
	X(DELETED, "it is deleted and not empty")                                                  \
	X(SIZE, "it is too large")                                                                 \
	X(MODIFIER, "it was never modified and names who modified it")                             \
	X(ATTRIBUTES, "its attributes are not well formed")                                        \
	X(SHRUNK, "it makes the graph's largest record smaller")                                   \
	X(SECURITY, "the security provider does not accept it")                                    \
	X(JUMP, "its version jumps too far")                                                       \
	X(QUOTA, "its creator has too much in the database")                                       \
	X(FULL, "the database is full")                                                            \
	X(TYPES, "there are too many record types in the database")                                \
	X(PERSONS, "there are too many creators and modifiers in the database")
enum graph_fault {
#define X(name, text) GRAPH_FAULT_##name,
	GRAPH_FAULTS(X)
#undef X
	GRAPH_FAULT_COUNT
};
const char *graph_fault_text(enum graph_fault f);
MUST_USE enum err graph_record_check(const struct graph_record *r, const struct graph_rules *rules,
				     enum graph_fault *why);

/* Which wins, digest 7.8. */
enum graph_verdict {
	GRAPH_NEW,
	GRAPH_OLD,
	GRAPH_PRESENT
};
enum graph_verdict graph_record_compare(const struct graph_record *stored,
					const struct graph_record *received);
/* The fingerprint of all that decides between two records of one version (GRAPH-3.8): equal where
 * they compare as PRESENT. */
void graph_record_content(struct crypto *c, enum crypto_profile_id p, const struct graph_record *r,
			  uint8_t out[CRYPTO_FINGERPRINT]);

/* UTF-8 to UTF-16BE with a terminator and back, without. most: units, with the terminator,
 * twice as many octets are at out; *n: octets. ERR_MALFORMED (no UTF-8), ERR_RANGE. Back: unpaired surrogates
 * become U+FFFD, as does U+0000. */
MUST_USE enum err graph_utf16(struct span utf8, size_t most, uint8_t *out, size_t *n);
void graph_utf8(struct text *t, struct span utf16);

#endif
