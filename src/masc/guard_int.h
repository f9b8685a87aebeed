/* guard_int.h - what the guards remember (MASC-16): of domains, of children.
 * For guard*.c and claims_info.c alone; struct masc owns it. */
#ifndef MASC_GUARD_INT_H
#define MASC_GUARD_INT_H

#include "masc/own_int.h"

#define GUARD_SKEW_MOST 300 /* s, MASC-16.1 */
#define GUARD_DOMAINS	256
#define GUARD_CHILDREN	8192

/* A domain, what was counted of it, and when last. */
struct remembered {
	struct masc_id domain;
	struct mono at;
	uint32_t count;
};

/* Of GUARD_DOMAINS at most: the one that was touched longest ago makes room. */
struct memory {
	struct remembered *all; /* NULL: nothing yet */
	size_t n;
};

/* How many addresses: IPv6 has more than 64 bits of them. */
struct amount {
	uint64_t hi, lo;
};

/* A domain with claims below. Gone when it has none and its window is over. */
struct child {
	struct list at; /* in guards.children */
	struct masc_id domain;
	struct amount has[2]; /* by family - 1: all it holds and claims */
	size_t claims;	      /* entries that hold space */
	struct mono window;   /* claims are counted since */
	uint32_t made;
	bool above_soft;
};

struct guards {
	struct masc *m;
	struct memory losers, repeats, waits;
	struct map by_child;
	struct list children;
	size_t n_children;
	bool full_told;
	struct mono next_full;
	uint64_t refused_full, damped, resent, wait_differs;
};

void guard_children_free(struct guards *g);

#endif
