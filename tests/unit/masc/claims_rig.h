/* claims_rig.h - a machine that hears claims, on the rig: claims as short text,
 * and what is done about each as one line. Telling others and the own side are
 * doubles (linked by --wrap), which write down that they were called.
 *
 * A claim: "PEER: TYPE PREFIX DOMAIN.NODE ROLE [key=value ...]", where TYPE is
 * in-use, denied, expand, new, managed or withdraw, PREFIX "0/24" a hint, ROLE
 * the letter on the wire, i c s p; ts= seconds from now (0), life= (3600), hold=
 * (the lifetime, or the waiting period of 2 s), D: deprecated, opt: with an option.
 *
 * What was done, joined by "; ":
 *	new s to IPS but east	spread(): type, updated role, sets, except
 *	new s to kid only	spread_to()
 *	rival | colleague | denied | withdrawn | parent-withdrew | replan | hint
 *	gone 239.192.0.0/24	own_rival_gone()
 *	3/24			refused
 *
 * We are domain 100, node 10. Peers: north and north2 are nodes of our parent 7,
 * east (8) and west (9) siblings under it, kid and kid2 nodes of our child 200,
 * bert of our child 201, inner is node 11 of our domain. */
#ifndef UNIT_CLAIMS_RIG_H
#define UNIT_CLAIMS_RIG_H

#include "rig.h"

#include "masc/claims_int.h"

#define BENCH_WALL (RIG_WALL / MONO_SEC)

struct bench_held {
	struct masc_prefix prefix;
	uint32_t end;
	bool deprecated;
};

struct bench {
	struct rig r;
	struct bench_held held[8]; /* what own_covers() knows */
	size_t n_held;
	bool denies; /* what own_denied() gives */
	bool whole;  /* what is told is noted with its times, and only what starts here */
	char log[4096], known[8192];
};

/* Configured as said above, not started: more may be configured. Started, its
 * peers count as having told all they know. */
void bench_init(struct bench *b, const char *settings);
void bench_start(struct bench *b);
/* Both, without the strict origin rule, and with 239.192.0.0/16 told by the
 * parent; the outputs are thrown away. */
void bench_usual(struct bench *b);
void bench_fini(struct bench *b);

/* Hears a claim as the text says. Gives what was done; lives until the next. */
const char *bench_hear(struct bench *b, const char *claim);
#define expect_hear(b, claim, done) assert_string_equal(bench_hear(b, claim), done)
/* The claim alone; *peer may be NULL. */
struct wire_claim bench_claim(struct bench *b, const char *claim, struct peer **peer);
struct peer *bench_peer(struct bench *b, const char *name);
struct masc_prefix bench_prefix(const char *text);
/* What we hold, as far as own_covers() is concerned. */
void bench_hold(struct bench *b, const char *prefix, uint32_t for_s, bool deprecated);
/* Puts a claim of ours in: "managed 239.192.0.0/20 100.10 i". */
void bench_ours(struct bench *b, const char *claim);
/* All that is known in the order of masc_claim_next(): "new s 239.192.0.0/24 8.81*",
 * * holds space, ~ is ours, ! stale; "below" before those. */
const char *bench_known(struct bench *b);
#define expect_known(b, text) assert_string_equal(bench_known(b), text)
void bench_pass(struct bench *b, int64_t us);
const char *bench_log(struct bench *b); /* since the last call */

#endif
