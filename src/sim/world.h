/* world.h - one run of a scenario under one seed: nodes, links, streams, stores
 * and clocks in virtual time, a single thread, no clock and no file (pure).
 *
 * The world owes its nodes what the engine owes them: outputs go out in order
 * and not before the put they wait for is committed (doc/simulator.md section
 * 4 has the rule). It shares no code with the engine, on purpose. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/scenario.h"
#include "sim/trace.h"

struct world;

struct world_options {
	uint64_t seed;
	trace_sink_fn *trace; /* every line of the trace; NULL: nobody wants them */
	void *trace_ctx;
	/* A recording (node/record.h) of this node's run, in pieces; "" or NULL:
	 * none. */
	const char *record_node;
	void (*record)(void *ctx, struct span octets);
	void *record_ctx;
};

struct world_result {
	bool ok;
	uint64_t events; /* taken off the queue */
	int64_t time;	 /* us, at the end */
	char hash[33];	 /* of the trace */
	uint32_t line;	 /* of the scenario, where it was that which failed; 0 none */
	char why[512];	 /* "" when ok */
};

/* Borrows s and env for life. ERR_NOMEM. */
MUST_USE enum err world_new(struct world **out, const struct scenario *s, const struct env *env,
			    const struct world_options *opt);
/* To the end, or to what broke. ERR_NOMEM: the world's own memory. */
MUST_USE enum err world_run(struct world *w, struct world_result *r);
/* Of graphs, over all nodes and their lives; adds to *t. Once, after the run. */
struct world_tally {
	uint64_t told;		 /* changes of records that somebody was told are stored */
	uint64_t crashes_told;	 /* nodes that crashed when one of these was nowhere else yet */
	uint64_t fresh, present; /* records that came and were new, and that were there */
	uint64_t flood_links;	 /* fresh ones, times the neighbors of whom they came to */
	uint64_t back;		 /* fresh ones that at once went back where they came from */
};
void world_tally(struct world *w, struct world_tally *t);
const struct trace *world_trace(const struct world *w);
void world_free(struct world *w);

#endif
