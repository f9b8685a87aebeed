/* plan_rig.h - the plan on a bench: spaces with real tables, and doubles of what
 * the plan asks for. They do the least that the plan can see, and note each
 * call in a line, joined by "; ":
 *
 *	want 1 /24 at 7		a claim of that length, in the space of domain 7
 *	want 1 239.1.0.0/24 at 7
 *	want 1 /24 local	the same below
 *	drop 1 | grow 1 | deprecate 1 | release 1 | local 2 239.1.0.0/24 of 1
 *	hint /22 at 7		sent to the parent and kept in the table
 *	unmet 3 NO_ROOM | met 3@5 | paused NO_CLOCK | resumed NONE | store-failed IO
 *
 * The plan and its tables, policy, timers and store are the real ones. */
#ifndef UNIT_MASC_PLAN_RIG_H
#define UNIT_MASC_PLAN_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "masc/plan_int.h"

#define BENCH_WALL INT64_C(1790000000000000)
#define BENCH_W	   (100 * MONO_SEC)
#define RANGES_MAX 8

/* A space with what claims of it may come from. */
struct bench_space {
	struct space sp; /* first: the doubles find the rest by it */
	struct masc_prefix ranges[RANGES_MAX];
	size_t n_ranges;
	struct masc_prefix draining; /* another, which the parent deprecates; family 0 none */
};

struct bench {
	struct failing_env f;
	struct store_mem *mem;
	struct masc *m;
	struct bench_space spaces[8];
	size_t n_spaces;
	struct mono now;
	char line[4096];
	enum masc_reason clock; /* of guard_clock() */
	enum err fail;		/* the next thing asked of a claim fails so */
	bool silent;		/* plan_claim_changed() is not called by the doubles */
};

/* Domain 100, node 10, W 100 s; settings of the masc group as "key=value". Two
 * spaces below, and none above. */
void bench_init(struct bench *b, const char *settings);
void bench_scope(struct bench *b, const char *name_and_settings);
void bench_start(struct bench *b); /* with what the store has */
enum err bench_try_start(struct bench *b);
void bench_stop(struct bench *b);
void bench_fini(struct bench *b);

/* A parent's space, synced; "239.192.0.0/16 239.1.0.0/24" its ranges. */
struct space *bench_parent(struct bench *b, uint32_t domain, const char *ranges);
/* That of a root scope. */
struct space *bench_root(struct bench *b, const char *scope);
struct space *bench_below(struct bench *b, enum masc_family f);
void bench_ranges(struct space *sp, const char *ranges);

struct masc_prefix bench_prefix(const char *text);
struct masc_id bench_id(uint32_t v);
struct own_claim *bench_claim(struct bench *b, uint64_t number);
/* The claim is held now, at that range, for 1000 W. */
struct own_claim *bench_hold(struct bench *b, uint64_t number, const char *prefix);
/* One that was there before. */
struct own_claim *bench_held(struct bench *b, struct space *sp, const char *prefix);
/* It is gone. */
void bench_lose(struct bench *b, uint64_t number);
/* A claim of another domain in a table; gives its place. */
uint32_t bench_other(struct bench *b, struct space *sp, uint32_t domain, const char *prefix,
		     enum wire_attribute type);
void bench_gone(struct bench *b, struct space *sp, uint32_t r);
/* A child asks for 2^(32 - length) addresses. */
void bench_asks(struct bench *b, uint32_t domain, uint8_t length);

/* A demand from now on, for `lasts` us (0 no end), starting in `in` us. */
uint64_t bench_demand(struct bench *b, uint64_t addresses, int64_t in, int64_t lasts);
uint64_t bench_demand_in(struct bench *b, uint64_t addresses, const char *scope);
struct masc_out bench_command(struct bench *b, const struct masc_command *c);

void bench_pass(struct bench *b, int64_t us);
/* Runs the plan as at the end of an input, whether asked for or not. */
void bench_plan(struct bench *b);
/* What was noted since the last call; lives until the next. */
const char *bench_out(struct bench *b);
#define bench_expect(b, text) assert_string_equal(bench_out(b), text)
/* What the plan does now, and nothing else. */
#define bench_plans(b, text)                                                                       \
	do {                                                                                       \
		bench_plan(b);                                                                     \
		bench_expect(b, text);                                                             \
	} while (0)
/* "1:256 2:16" of a demand: claim and addresses; "-" none. */
const char *bench_places(struct bench *b, uint64_t demand);

#endif
