/* sigcomm98.h - the claim algorithm alone, as it was simulated for SIGCOMM 1998:
 * 50 top-level domains with 50 children each, whose address servers ask for
 * blocks of 256 addresses. No message, no delay, no loss. What to claim and
 * where is said by masc/policy, who holds what by masc/table, as in the daemon.
 * What is fixed and what is ours: doc/evaluation.md. Pure, integers only. */
#ifndef SIM_SIGCOMM98_H
#define SIM_SIGCOMM98_H

#include "base/env.h"
#include "base/err.h"

#include "sim/trace.h"

#define SIGCOMM98_DAYS 800 /* those whose figures were reported */

struct sigcomm98_options {
	uint64_t seed;
	uint32_t days; /* 1 to SIGCOMM98_DAYS_MOST */
	trace_sink_fn *trace;
	void *trace_ctx;
};

#define SIGCOMM98_DAYS_MOST 36500

/* Which bands are missed, each a bit. */
enum sigcomm98_miss {
	SIGCOMM98_LOST = 1,
	SIGCOMM98_OUTSTANDING = 2,
	SIGCOMM98_USE = 4,
	SIGCOMM98_ROUTES = 8
};

/* Means are over the second half of the days, once a day. */
struct sigcomm98_result {
	uint64_t requests, lost;
	uint64_t outstanding;	     /* blocks */
	uint32_t use, use_least;     /* hundredths of a percent */
	uint32_t routes;	     /* in the G-RIB of a top-level domain, hundredths */
	uint32_t routes_most;	     /* of any of them on any day */
	uint32_t peak_routes;	     /* the mean over all of them, hundredths, at its highest */
	uint32_t peak_day;	     /* of all days, the first half too */
	uint64_t claims[2], doubled; /* of top-level domains and children; at both levels */
	char hash[33];
	unsigned missed; /* enum sigcomm98_miss; less than SIGCOMM98_DAYS: LOST alone is judged */
};

/* ERR_NOMEM, ERR_RANGE: not so many days. */
MUST_USE enum err sigcomm98(const struct sigcomm98_options *opt, const struct env *env,
			    struct sigcomm98_result *out);

#endif
