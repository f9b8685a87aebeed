/* plan_int.h - what the files of the plan share: which claims of ours there are
 * to be (plan.c), on which of them demands lie (plan_place.c), what is in use
 * below them (plan_use.c), what children ask for (plan_hint.c), what we ask our
 * parents for (hint.c), where a claim may go (plan_space.c). It asks the life of
 * claims for what it wants and never sets a state. doc/masc.md section 18. */
#ifndef MASC_PLAN_INT_H
#define MASC_PLAN_INT_H

#include "base/arena.h"

#include "masc/own_int.h"

#define DEMAND_PLACES	     8
#define DEMAND_ADDRESSES_MAX (UINT64_C(1) << 32)
#define POOL_NONE	     SIZE_MAX
#define PLAN_POOLS_MAX	     (MASC_SCOPES_MAX + 2)

/* What is wanted of one scope; the first two are for IPv4 and IPv6 outside of
 * named scopes, then one for each scope of the configuration, in its order. */
struct pool {
	enum masc_family family;
	const char *scope;
	uint64_t unmet;	      /* addresses of demands that have no place, or must leave it */
	uint64_t hinted;      /* addresses that children ask for and there is no room for */
	enum masc_reason why; /* why it is not met; NONE: a claim is under way, or nothing lacks */
};

/* One run of the plan: what it looks at, gathered once. */
struct plan_run {
	struct masc *m;
	struct mono now, next; /* next: when to run again */
	int64_t wall, horizon;
	struct arena arena; /* the arrays below */
	struct pool pools[PLAN_POOLS_MAX];
	size_t n_pools;
	size_t usual[2]; /* pool of what has no scope, IPv4 and IPv6 */
	/* Claims in the order of their numbers; NULL: gone meanwhile. */
	struct own_claim **claims;
	uint64_t *numbers;
	uint64_t *spare; /* of each: addresses that no block here was promised yet */
	size_t n_claims;
	/* One level at a time. */
	struct own_claim **level;
	struct policy_prefix *own;
	bool *room; /* all false: what has room was used before the policy is asked */
	size_t n_level;
	struct masc_prefix *ranges; /* OWN_CLAIMS_MAX of them */
};

/* -- plan.c -- */
/* ERR_NOMEM; to be ended all the same. */
MUST_USE enum err run_start(struct plan_run *r, struct masc *m, struct mono now);
void run_end(struct plan_run *r);
void run_again(struct plan_run *r, struct mono at);
void run_again_wall(struct plan_run *r, int64_t at);
/* The claim of that number, and where it stands in r->claims; NULL. */
struct own_claim *run_claim(const struct plan_run *r, uint64_t number);
struct own_claim **run_find(const struct plan_run *r, uint64_t number);
/* Takes the claims there are now. ERR_NOMEM. */
MUST_USE enum err run_gather(struct plan_run *r);
uint64_t plan_plus(uint64_t a, uint64_t b); /* stays at the most there is */

/* -- plan_space.c -- */
/* MASC-18.3: no attribute of a child is known. */
bool plan_is_leaf(const struct masc *m, enum masc_family f);
size_t pool_of_name(const struct masc *m, enum masc_family f, const char *scope); /* POOL_NONE */
size_t pool_of_prefix(const struct masc *m, const struct masc_prefix *p);
size_t pool_of_claim(const struct own_claim *c);
/* Where a demand without a scope goes when there are scopes. */
size_t pool_usual(const struct plan_run *r, enum masc_family f);
/* POOL_NONE: its scope is not configured any more. */
size_t pool_of_demand(const struct plan_run *r, const struct own_demand *d);
bool plan_may_use(const struct own_claim *c); /* held, active, ours whole */
/* Ranges that are never handed out, beside the slots of MASC-15.4. */
size_t plan_barred(const struct masc *m, struct masc_prefix out[MASC_SCOPES_MAX]);
/* Whether a range of `length` is free in that space and scope. */
bool space_has_room(struct plan_run *r, const struct space *sp, const char *scope, uint8_t length);
/* The same without a run: for an operator's claim, whether there is room or not. */
struct space *plan_space_for(struct masc *m, enum masc_family f, const char *scope, uint8_t length,
			     struct mono now);
/* MASC-18.6: NULL and why. *asked: the one it would be if it had room. */
struct space *plan_choose(struct plan_run *r, size_t pool, uint8_t length, struct space **asked,
			  enum masc_reason *why);

/* -- plan_use.c -- */
/* The same for a claim whose range may have become another. What this input has
 * no time for is counted later: the plan waits for it. */
void use_recount(struct own_claim *c);
void use_count_on(struct masc *m);
/* No claim of a child, or local one, lies in it. */
bool use_is_free(const struct masc *m, const struct masc_prefix *p);
/* What those in a claim of ours take. */
uint64_t use_below(const struct masc *m, const struct own_claim *c);
/* Nothing lies in it, neither claims nor places. */
bool use_is_none(const struct masc *m, const struct masc_prefix *p);
/* MASC-18.4: addresses taken within the last W. */
uint64_t use_grown(struct masc *m, enum masc_family f, struct mono now);
/* Addresses that may be handed out: all but those that MASC-15.4 bars. */
uint64_t plan_capacity(const struct masc *m, const struct masc_prefix *p);
uint64_t claim_capacity(const struct own_claim *c); /* of what is held */
uint64_t claim_spare(const struct own_claim *c);    /* and not in use */

/* -- plan_hint.c -- */
struct child_hint {
	struct list at; /* in holdings.hints */
	struct masc_id domain;
	enum masc_family family;
	uint8_t length;
	uint32_t timestamp;
	int64_t end;		      /* wall us */
	uint64_t obtained;	      /* by claims that are not older */
	struct mono since, ours_from; /* heard; before it another node of ours serves it */
};
#define CHILD_HINTS_MAX MASC_PEERS_MAX
void hints_init(struct holdings *h);
void hints_free(struct holdings *h);
/* A claim of a child came or went. */
void hints_claim(struct holdings *h, const struct wire_claim *c, bool comes);
/* Those that are cached, after a start. */
void hints_load(struct masc *m, struct space *sp);
void hints_expire(struct plan_run *r);
/* What it lacks, when that is for us to claim by now. */
uint64_t hint_wants(struct plan_run *r, const struct child_hint *t);
uint64_t hint_lacks(const struct child_hint *t);

/* -- hint.c: MASC-18.5 -- */
/* What the run asked for goes out where it is due. */
void hints_send(struct plan_run *r);

/* -- plan_place.c -- */
/* Those on claims of the wrong level, first as local claims (MASC-18.3). */
MUST_USE enum err place_switch(struct plan_run *r);
/* Takes places away that claims do not have any more, and gives those that lack. */
void place_demands(struct plan_run *r);
/* What a local claim lies in; NULL. */
struct own_claim *claim_above(const struct plan_run *r, const struct own_claim *local);
/* What is there ends, whatever is done: it is to be elsewhere. MASC-18.6, 18.7. */
bool place_leaves(const struct plan_run *r, const struct own_claim *c);
/* Whether that part of a demand has to go elsewhere. */
bool place_must_move(const struct plan_run *r, const struct own_demand *d,
		     const struct own_claim *c);
uint64_t placed_on(const struct holdings *h, uint64_t claim);

/* -- plan_tell.c -- */
/* Whose time has come. */
bool demand_is_due(const struct plan_run *r, const struct own_demand *d);
void tell_demands(struct plan_run *r);
void tell_paused(struct plan_run *r);

/* -- demand.c -- */
struct own_demand *demand_find(const struct holdings *h, uint64_t number);
uint64_t demand_met(const struct own_demand *d);
/* Makes one; copies what `d` says. ERR_FULL, ERR_NOMEM, the store's. */
MUST_USE enum err demand_add(struct masc *m, const struct own_demand *d, struct own_demand **out);
/* Ends one; *put of that. Its places are free. */
MUST_USE enum err demand_end(struct masc *m, struct own_demand *d, uint64_t *put);
MUST_USE enum err demand_put(struct masc *m, struct own_demand *d);
/* Adds to a place, or makes one; false: there are DEMAND_PLACES already. */
MUST_USE bool demand_place(struct own_demand *d, struct own_claim *c, uint64_t addresses);
/* Takes so much away from place `i`, which may be its end. */
void demand_unplace(struct own_demand *d, size_t i, struct own_claim *c, uint64_t addresses);
void demands_expire(struct plan_run *r);

#endif
