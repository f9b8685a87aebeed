/* own_rig.h - a machine that claims, on the bench of claims_rig.h: its session
 * with north, a node of the parent 7, is up and complete, 239.192.0.0/16 is told
 * until RIG_WALL + an hour. Waiting period 2 s, lifetime 60 s, delay 0.2 s.
 *
 * What is told is read by told(): "new 239.192.1.0/24 +0 60/2 to IPS@4": type,
 * range, Timestamp after BENCH_WALL, lifetime, hold time, sets, the put that it
 * waits for. What is said to the owner by events(): "1 waiting>held WAITED@5", or
 * "clash 1 won", "clash 1 over", "store-failed IO", "1 disputed by 7". */
#ifndef UNIT_OWN_RIG_H
#define UNIT_OWN_RIG_H

#include "claims_rig.h"

#include "masc/own_life.h"

#define SEC MONO_SEC
#define W   (2 * MONO_SEC)

struct own_bench {
	struct bench b;
	struct space *sp; /* of the parent */
	uint32_t link;	  /* of north */
	enum err renewal; /* what plan_renewal() gives */
	const char *half; /* NULL: all of it */
	uint64_t used;	  /* what plan_used() gives */
	char lines[8192];
};

void own_start(struct own_bench *o, const char *settings);
/* With a scope, as "name range=..." */
void own_start_in(struct own_bench *o, const char *settings, const char *scope);
void own_end(struct own_bench *o);
/* The session with north ends, and is there again. */
void own_cut(struct own_bench *o);
void own_join(struct own_bench *o);
/* The process ends and begins again on the same store, `later` by wall time;
 * what was not committed is lost. */
void own_restart(struct own_bench *o, int64_t later);
void own_commit(struct own_bench *o);

const char *told(struct own_bench *o);
const char *events(struct own_bench *o);
#define expect_told(o, text)   assert_string_equal(told(o), text)
#define expect_events(o, text) assert_string_equal(events(o), text)
void hush(struct own_bench *o); /* forgets both */

/* Time and a tick at each deadline on the way. */
void pass(struct own_bench *o, int64_t us);
const char *hear(struct own_bench *o, const char *claim); /* what refused it, "" nothing */
uint32_t seconds(const struct own_bench *o);		  /* after BENCH_WALL */

/* A claim for exactly that range, wanted. */
struct own_claim *want(struct own_bench *o, const char *prefix);
/* The same, held, or in that state: PREFIX 60 s long, told and hushed. */
struct own_claim *have(struct own_bench *o, const char *prefix, enum masc_life life);
/* The first claim there is of that range, held or wanted. */
struct own_claim *claim_at(struct own_bench *o, const char *prefix);
/* "held 239.192.0.0/16; clashed 239.193.0.0/24": all of them, in order. */
const char *claims(struct own_bench *o);
#define expect_claims(o, text) assert_string_equal(claims(o), text)
enum err step(struct own_bench *o, struct own_claim *c, enum own_event_kind kind);

#endif
