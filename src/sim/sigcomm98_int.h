/* sigcomm98_int.h - between the files of the simulation: domains and what they
 * hold (sigcomm98_domain.c), time and measuring (sigcomm98.c). */
#ifndef SIM_SIGCOMM98_INT_H
#define SIM_SIGCOMM98_INT_H

#include "masc/policy.h"
#include "masc/table.h"

#include "sim/queue.h"
#include "sim/rng.h"
#include "sim/sigcomm98.h"

#define TOPS	     50 /* top-level domains */
#define CHILDREN     50 /* of each */
#define ACTIVE_MOST  2
#define BLOCK	     UINT64_C(256)
#define BLOCK_LENGTH 24
#define HOUR_US	     INT64_C(3600000000)
#define DAY_US	     (24 * HOUR_US)
#define LIFE_US	     (30 * DAY_US)
#define GAP_LEAST_US HOUR_US
#define GAP_MOST_US  (95 * HOUR_US)

/* No child can have more blocks than fit between two ends, so that, by the
 * rules, no prefix of it is larger than this. */
#define BLOCKS_MOST 1024
_Static_assert(LIFE_US / GAP_LEAST_US * 4 / 3 <= BLOCKS_MOST, "a prefix may be too large");

/* What goes with a prefix of the same index in `own`. */
struct holding {
	uint32_t claim;			  /* in the table of the level above */
	uint64_t taken[BLOCKS_MOST / 64]; /* of a child: its blocks in use */
};

struct sigcomm98_sim;

struct domain {
	struct domain *parent; /* NULL: top-level */
	struct table *below;   /* of a top-level domain: what its children hold */
	struct domain *children;
	uint32_t number; /* among its parent's, from 0 */
	struct policy_prefix *own;
	struct holding *held;
	bool *fits; /* for a question to the policy */
	size_t n, room;
	uint64_t routes;	 /* prefixes of its children */
	struct queue_entry next; /* of a child: when it asks */
};

/* A block in use; all live equally long, so they end in the order they came. */
struct lease {
	int64_t end;
	struct domain *child;
	uint32_t block; /* the first 24 bits of its address */
};

struct sigcomm98_sim {
	struct env env;	      /* random: RNG_NODE */
	struct env table_env; /* random: RNG_MAPS */
	const struct env *memory;
	struct rng gaps, choices, maps;
	struct table *root;
	struct domain tops[TOPS], children[TOPS * CHILDREN];
	struct queue queue;
	struct lease *leases; /* a ring, room a power of two */
	size_t first_lease, n_leases, lease_room;
	int64_t now;
	uint64_t held;	 /* addresses of the top-level domains */
	uint64_t routes; /* prefixes of theirs */
	uint64_t requests, lost;
	uint64_t claims[2], doubled;
	struct trace trace;
};

/* At the beginning of the first day; borrows env for life. ERR_NOMEM. */
MUST_USE enum err sigcomm98_new(struct sigcomm98_sim **out, const struct sigcomm98_options *opt,
				const struct env *env);
void sigcomm98_free(struct sigcomm98_sim *s);
/* Lets time go on to `until`, what happens then included. ERR_NOMEM: it is good
 * for sigcomm98_free() alone. */
MUST_USE enum err sigcomm98_run(struct sigcomm98_sim *s, int64_t until);

/* Gives the domain room for a block of `need` addresses, at `*index` of what it
 * holds; ERR_NOT_FOUND: there is none to be had. ERR_NOMEM. */
MUST_USE enum err domain_obtain(struct sigcomm98_sim *s, struct domain *d, uint64_t need,
				size_t *index);
/* The first free block of a prefix of a child; there must be one. */
uint32_t domain_take(struct domain *child, size_t index);
void domain_release(struct sigcomm98_sim *s, struct domain *child, uint32_t block);
void domain_fini(const struct sigcomm98_sim *s, struct domain *d);

#endif
