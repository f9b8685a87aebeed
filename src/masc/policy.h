/* policy.h - the claim algorithm: which prefix to use, double, claim or let
 * lapse, and which range to take (RFC 2909 appendix A; doc/masc.md section 15).
 * Pure decisions over plain values: keeps nothing, sends nothing. The daemon
 * and `homestead-sim sigcomm98` use this same module. */
#ifndef MASC_POLICY_H
#define MASC_POLICY_H

#include "masc/prefix.h"
#include "masc/table.h"

struct policy {
	uint32_t use_percent; /* least use of what is active after doubling: 75 */
	uint32_t active_most; /* active prefixes at once: 3; SIGCOMM'98: 2 */
	uint64_t size_least;  /* addresses of the smallest claim; 0 as 1 */
	uint64_t size_first;  /* at least, while none is active; 0: size_least */
	enum masc_family family;
};

/* A prefix of ours at one level (MASC-15.1). */
struct policy_prefix {
	struct masc_prefix prefix;
	uint64_t used;	 /* addresses in use below it, promised ones included */
	bool active;	 /* may grow and be renewed; else it drains */
	bool can_double; /* policy_can_double() */
};

enum policy_step_kind {
	POLICY_USE,	/* room in prefix `index` */
	POLICY_DOUBLE,	/* grow prefix `index` onto its buddy */
	POLICY_CLAIM,	/* one more prefix, of `length` */
	POLICY_REPLACE, /* one prefix of `length` for all that is in use; the others drain */
	POLICY_NONE	/* no prefix could be as large as that */
};

struct policy_step {
	enum policy_step_kind kind;
	size_t index;
	uint8_t length;
};

/* Where `need` more addresses (>= 1), one block of them, come from, by the four
 * rules of MASC-15.2, in their order. `room` says for each prefix whether a block
 * of that size fits in it now: fragmentation is the caller's to know. */
struct policy_step policy_need(const struct policy *p, const struct policy_prefix *own, size_t n,
			       const bool *room, uint64_t need);

/* Where a range may come from. */
struct policy_space {
	const struct table *table;	     /* who holds what there */
	const struct masc_prefix *claimable; /* ranges of the parent, or of the scope */
	size_t n_claimable;
	const struct masc_prefix *barred; /* never handed out, beside the slots of MASC-15.4 */
	size_t n_barred;
	const struct masc_prefix *near; /* NULL: anywhere; else beside it if that is free */
	bool any_slot;			/* the slots of MASC-15.4 may be had: simulation only */
};

/* A free range of `length`: beside `near`; else at random among the largest free
 * blocks, the first sub-prefix that is not barred. ERR_NOT_FOUND: no room. */
MUST_USE enum err policy_choose(const struct policy_space *s, uint8_t length, const struct env *env,
				struct masc_prefix *out);
/* Whether policy_choose() would give one: a free block alone may be barred. */
bool policy_has_room(const struct policy_space *s, uint8_t length);
/* Whether exactly this range may be claimed there now. */
bool policy_may_claim(const struct policy_space *s, const struct masc_prefix *p);
/* Whether `p`, which we hold there, may be claimed at twice its size now. */
bool policy_can_double(const struct policy_space *s, const struct masc_prefix *p);
/* The end of a scope that is kept for relative assignments (MASC-15.4), to be
 * barred; false: none is. */
MUST_USE bool policy_relative(const struct masc_prefix *scope, struct masc_prefix *out);

enum policy_renewal {
	POLICY_RENEW,	   /* all of it */
	POLICY_RENEW_HALF, /* the fuller half, `*half` */
	POLICY_LAPSE	   /* nothing: nobody uses it */
};
/* What becomes of an active prefix whose end comes near. `used` are the addresses
 * in use in its lower and upper half; `forecast` the most that will be wanted of
 * it at once, those in use counted as long as they are wanted. `*half` is set for
 * POLICY_RENEW_HALF alone. */
enum policy_renewal policy_renew(const struct policy *p, const struct masc_prefix *prefix,
				 const uint64_t used[2], uint64_t forecast, unsigned *half);

/* Demand known ahead: so many addresses from one time to another (wall, us;
 * until 0: no end). */
struct policy_demand {
	uint64_t addresses;
	int64_t from, until; /* wanted at `from`, no longer at `until` */
};
/* The most addresses wanted at once in [from, until], both ends included. Uses up
 * `d`: what is in it then means nothing. No memory but that, and n log n steps. */
uint64_t policy_forecast(struct policy_demand *d, size_t n, int64_t from, int64_t until);

#endif
