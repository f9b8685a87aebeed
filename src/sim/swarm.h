/* swarm.h - one cloud of many real nodes (node/node.h), with PNRP alone, in one virtual
 * network: they come, publish a name each, are asked for them while some go and some
 * lie, and are held against the truth, which a simulator knows. Pure: one thread, one
 * queue, integers, one seed. doc/simulator.md, section 9.
 *
 * Nodes are on their own addresses of one family in the global cloud, and know the
 * first nodes as seeds. Their stores are in memory, and one struct crypto serves all. */
#ifndef SIM_SWARM_H
#define SIM_SWARM_H

#include "base/env.h"
#include "sim/dgram.h"
#include "sim/trace.h"

/* What a liar answers to a LOOKUP; all else it does as any node. */
#define SWARM_LIES(X)                                                                              \
	X(NONE, "none")                                                                            \
	X(SELF, "self")	      /* that it has an ID next to the target itself */                    \
	X(DEAD, "dead")	      /* that one has, which is not there */                               \
	X(LEAF, "leaf")	      /* always L: it would know the target, and does not */               \
	X(ECLIPSE, "eclipse") /* it has an ID next to one target, and names others like it */

enum swarm_lie {
#define X(name, text) SWARM_LIE_##name,
	SWARM_LIES(X)
#undef X
	SWARM_LIE_COUNT
};
const char *swarm_lie_text(enum swarm_lie l);

#define SWARM_NODES_MOST   1000000u
#define SWARM_ENTRIES_MOST 16u

struct swarm_options {
	uint64_t seed;
	uint32_t nodes;
	uint32_t entries;  /* seeds, the first nodes; 1 to SWARM_ENTRIES_MOST */
	int64_t join;	   /* they come over this time, evenly */
	int64_t settle;	   /* nothing is done then */
	int64_t idle;	   /* what they send unasked is counted then */
	int64_t run;	   /* resolves and churn, spread over it */
	uint32_t resolves; /* tried in it */
	uint32_t churn;	   /* nodes that leave an hour, in a million; as many come */
	uint32_t goodbye;  /* of those, in a million, that leave in good order */
	uint32_t liars;	   /* in a million; the seeds are none */
	enum swarm_lie lie;
	bool merge;   /* two halves that cannot reach each other until they have settled */
	bool amplify; /* ask what a forged request draws */
	struct dgram_path path;
	trace_sink_fn *trace; /* NULL: nobody wants the lines */
	void *trace_ctx;
};
void swarm_defaults(struct swarm_options *o);

/* What is measured, in thousandths of the unit. */
#define SWARM_METRICS(X)                                                                           \
	X(NODES, "nodes", "") /* that live at the end */                                           \
	X(LIARS, "liars", "")                                                                      \
	X(UNANNOUNCED, "unannounced", "")     /* honest, whose neighbours were not told */         \
	X(WRONG_LEAVES, "wrong-leaves", "")   /* honest, with a leaf set not the true one */       \
	X(WRONG_MEMBERS, "wrong-members", "") /* in all of these */                                \
	X(LEFT_WRONG, "left-wrong", "")	      /* wrong-leaves at the end of the run */             \
	X(MERGE_TIME, "merge-time", "s")      /* until two halves were one */                      \
	X(RESOLVES, "resolves", "")	      /* of names whose nodes lived until the answer */    \
	X(RESOLVED, "resolved", "%")                                                               \
	X(FORGED, "forged", "")	      /* answered with another's address */                        \
	X(HOPS_MEAN, "hops-mean", "") /* LOOKUPs of a resolve that found */                        \
	X(HOPS_MOST, "hops-most", "")                                                              \
	X(RESOLVE_MEAN, "resolve-mean", "ms") /* until it was found */                             \
	X(RESOLVE_MOST, "resolve-most", "ms")                                                      \
	X(IDLE_MESSAGES, "idle-messages", "/s") /* a node, unasked */                              \
	X(IDLE_OCTETS, "idle-octets", "/s")                                                        \
	X(LARGEST, "largest", "octets")		/* datagram */                                     \
	X(MEMORY_MEAN, "memory-mean", "octets") /* a node, of its env */                           \
	X(MEMORY_MOST, "memory-most", "octets")                                                    \
	X(AMPLIFY_SOLICIT, "amplify-solicit", "x") /* octets drawn for each one that is forged */  \
	X(AMPLIFY_REQUEST, "amplify-request", "x")                                                 \
	X(AMPLIFY_FLOOD, "amplify-flood", "x")                                                     \
	X(AMPLIFY_INQUIRE, "amplify-inquire", "x")                                                 \
	X(AMPLIFY_PAYLOAD, "amplify-payload", "x")                                                 \
	X(AMPLIFY_LOOKUP, "amplify-lookup", "x")                                                   \
	X(VIRTUAL_TIME, "virtual-time", "s")

enum swarm_metric {
#define X(name, text, unit) SWARM_##name,
	SWARM_METRICS(X)
#undef X
	SWARM_METRIC_COUNT
};
const char *swarm_metric_text(enum swarm_metric m);
const char *swarm_metric_unit(enum swarm_metric m);

struct swarm_result {
	int64_t metric[SWARM_METRIC_COUNT]; /* thousandths */
	uint64_t events;
	char hash[33];
};

/* Memory of all comes from env. ERR_NOMEM, ERR_CONFIG (options that do not fit). */
MUST_USE enum err swarm_run(const struct swarm_options *o, const struct env *env,
			    struct swarm_result *r);

#endif
