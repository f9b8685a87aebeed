/* kin.h - a MASC machine with a whole family of peers on the rig: who is up, what
 * is known, and what each peer was told, in short text.
 *
 * We are domain 100, node 10. The usual peers, all IPv4 and passive for us:
 *
 *	north (7.71), north2 (7.72)	nodes of our parent 7
 *	other (8.81)			of our parent 8
 *	west (20.21), east (30.31)	siblings under 7
 *	far (40.41)			a sibling under 7, beyond the border of `org`
 *	inner (100.11)			a node of our domain
 *	south (200.201), south2 (210.211)	our children
 *
 * A claim is "TYPE ROLE DOMAIN.NODE PREFIX": use, denied, grow, new, managed or
 * withdraw; i, c, s or p; "hint" is the address 0. Behind it may stand D, opt (an
 * option), hold=S, ts=S (from now on). What a peer was told is claims joined by
 * "; ", with " / " between two messages, "!" where one asked to be told when it has
 * left, "@N" behind one that waits for a put; "K" is a KEEPALIVE, "close" the end. */
#ifndef UNIT_MASC_KIN_H
#define UNIT_MASC_KIN_H

#include "rig.h"

#include "masc/claims_int.h"

#define KIN_WALL_S (RIG_WALL / MONO_SEC)
#define KIN_PEERS  12

struct kin_peer {
	const char *name;
	enum masc_role role; /* its own */
	uint32_t domain, node, parent;
	uint32_t link; /* 0: never up */
	struct text told;
	char line[4096];
	size_t messages, attributes, octets; /* of UPDATEs since kin_reset() */
	size_t keepalives;
	uint64_t after; /* of its newest message */
	bool asks;	/* its newest message asked to be told */
};

struct kin {
	struct rig r;
	struct kin_peer peers[KIN_PEERS];
	size_t n;
	uint32_t next_link;
	struct text events; /* "synced west; range gone 239.1.0.0/16; ..." */
	char event_line[2048];
};

/* The machine with the usual peers, started; then none is up. */
void kin_usual(struct kin *k);
/* The same in steps: more may be configured before the start. */
void kin_init(struct kin *k, const char *settings);
void kin_peer(struct kin *k, const char *name, const char *settings, uint32_t domain,
	      uint32_t node);
void kin_family(struct kin *k); /* the usual ones */
void kin_start(struct kin *k);
void kin_fini(struct kin *k);

struct kin_peer *kin_of(struct kin *k, const char *name);
struct peer *kin_inside(struct kin *k, const char *name); /* the machine's own */
void kin_up(struct kin *k, const char *name);		  /* established */
void kin_mark(struct kin *k, const char *name);		  /* and has told all */
void kin_all_up(struct kin *k); /* and marked; what was told is forgotten */
void kin_lose(struct kin *k, const char *name);
void kin_drained(struct kin *k, const char *name);
void kin_tick(struct kin *k);
void kin_pass(struct kin *k, int64_t us);
/* Ticks until nothing more is due now. */
void kin_settle(struct kin *k);

/* "7", "8", "below" or the name of a scope. */
struct space *kin_space(struct kin *k, const char *name);
struct wire_claim kin_claim(struct kin *k, const char *text);
/* Puts a claim in that came from a peer; "ours"; NULL: from nobody. */
void kin_know(struct kin *k, const char *space, const char *from, const char *claim);
/* All in that space in the order of addresses: prefixes, "~" before a stale one. */
const char *kin_known(struct kin *k, const char *space);
#define kin_expect_known(k, space, text) assert_string_equal(kin_known(k, space), text)

/* What that peer was told since the last call; lives until the next. */
const char *kin_told(struct kin *k, const char *name);
#define kin_expect(k, name, text) assert_string_equal(kin_told(k, name), text)
const char *kin_events(struct kin *k);
void kin_take(struct kin *k); /* the outputs there are */
/* And forgets what was told and counted. */
void kin_reset(struct kin *k);

#endif
