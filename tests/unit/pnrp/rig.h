/* rig.h - several nodes of one cloud, each a struct pnrp, over a network in memory: time
 * by hand, real crypto with remembered checks, datagrams that are delayed, lost and
 * doubled by a seed. Node i is at 2001:db8:<i+1>::1, port 3540 (the rig of a loopback
 * or IPv4 cloud: 127.0.0.1 or 203.0.113.<i+1>, port 3541+i). What is sent to an address
 * that no node has is kept for the test, which can play any stranger. */
#ifndef UNIT_PNRP_RIG_H
#define UNIT_PNRP_RIG_H

#include "../failing_env.h"

#include "base/list.h"
#include "pnrp/pnrp_int.h"

#define RIG_WALL     INT64_C(1790000000000000)
#define RIG_STRANGER 0xbad /* rig_at() of nobody */

/* Memory of one node, counted. */
struct rig_memory {
	struct env env;
	struct failing_env f;
	size_t octets, most;
};

struct rig_node {
	struct pnrp *p;
	struct rig_memory memory;
	struct pnrp_endpoint at;
	struct mono due;
	bool down; /* hears and says nothing, its time stands still */
	bool lies; /* rig.lie answers LOOKUPs for it */
	uint32_t events[PNRP_EVENT_COUNT];
	struct pnrp_event last[PNRP_EVENT_COUNT];
	uint32_t alones;
	/* Of the last PNRP_OUT_DONE, and the results and hops before it. */
	uint32_t dones, results, hops;
	uint64_t number;
	enum err err;
	int64_t elapsed;
	uint32_t asked; /* LOOKUPs, as DONE says */
	struct pnrp_result result;
	uint8_t payload[PNRP_PAYLOAD_MAX];
	struct pnrp_hop hop[64];
};

/* A datagram on its way, or at its end. */
struct rig_datagram {
	struct list in;
	struct mono at;
	struct addr from, to;
	size_t n;
	uint8_t bytes[];
};

struct rig;
/* What node i answers to a LOOKUP; false: nothing. */
typedef bool rig_lie(struct rig *r, size_t i, const struct pnrp_lookup *l, struct pnrp_buffer *b);

struct rig {
	struct failing_env f; /* of crypto and network */
	struct crypto *crypto;
	struct crypto_key *key; /* of all unsecured names */
	struct pnrp_options o;	/* of nodes made from now on */
	struct mono now;
	size_t n;
	struct rig_node **node;
	struct list flying; /* by time */
	struct list inbox;  /* for nobody: oldest first */
	size_t inbox_n;
	rig_lie *lie;
	size_t fail_at; /* of nodes made from now on: the allocation that fails; 0 none */
	bool seeded;	/* node 0 is everybody's seed, and whoever is alone asks it */
	int64_t delay_least, delay_most; /* 1 ms and 10 ms at first */
	uint32_t loss, doubled;		 /* of a thousand */
	uint64_t sent, octets, largest;	 /* of all nodes */
};

void rig_init(struct rig *r, enum crypto_profile_id profile);
void rig_fini(struct rig *r); /* also checks that no node leaves memory behind */
/* A further node, with an address; gives its number. Where memory fails it may be down. */
size_t rig_add(struct rig *r);
void rig_add_many(struct rig *r, size_t n);
/* No upkeep of its own accord, and datagrams stay in order: for tests of one thing. */
void rig_quiet(struct rig *r, size_t i);
/* Frees a node's core, without goodbye. */
void rig_kill(struct rig *r, size_t i);
struct pnrp_endpoint rig_at(const struct rig *r, size_t i);

/* Time passes, and what is due happens. */
void rig_run(struct rig *r, int64_t us);
/* What waits in a node comes out and flies; the clock stands. */
void rig_drain(struct rig *r);

/* "0.name": an unsecured name with one endpoint. Gives its handle. */
uint32_t rig_publish(struct rig *r, size_t i, const char *name);
void rig_registration(const struct rig *r, const char *name, struct pnrp_registration *out);
/* The first own ID of node i. */
struct pnrp_id rig_id(const struct rig *r, size_t i);
void rig_join(struct rig *r, size_t i, size_t with);
/* Nodes, each with name "0.n<i>", joined one after the other to an earlier one. */
void rig_cloud(struct rig *r, size_t n);
/* Resolves and runs until it is done. */
enum err rig_resolve(struct rig *r, size_t i, const char *name);
void rig_query(const char *name, struct pnrp_query *out);

/* A datagram from `from` to node i, at once; then drained. */
void rig_input(struct rig *r, size_t i, const struct pnrp_endpoint *from, struct span bytes);
/* A message from a stranger, encoded under `id`. */
void rig_say(struct rig *r, size_t i, const struct pnrp_endpoint *from, struct pnrp_message *m,
	     uint32_t id);
/* Takes the oldest datagram that went to nobody, decoded; false: none. Spans live until
 * the next call. */
bool rig_heard(struct rig *r, struct pnrp_message *m);
bool rig_heard_at(struct rig *r, const struct pnrp_endpoint *at, struct pnrp_message *m);
void rig_forget(struct rig *r); /* all of it */

/* A route entry of one address at e. */
struct pnrp_route rig_route(const struct pnrp_id *id, const struct pnrp_endpoint *e);
/* The same ID but for its last octet, n above. */
struct pnrp_id rig_above(struct pnrp_id id, uint64_t n);

/* A publisher that the test plays: an unsecured name of the rig's key, at rig_at(nth). */
struct rig_ghost {
	struct pnrp_endpoint at;
	struct pnrp_cpa cpa;
	struct pnrp_id id;
	struct pnrp_route route;
};
/* Of the same name as the first of node i, so many IDs above it (below: negative). */
void rig_ghost(const struct rig *r, struct rig_ghost *g, size_t i, int64_t steps, size_t nth);
/* Answers an INQUIRE that node i sent, as an honest node does. */
void rig_ghost_answer(struct rig *r, size_t i, const struct rig_ghost *g,
		      const struct pnrp_message *inquire);
/* Answers an INQUIRE or LOOKUP `acked` of node i with b. */
void rig_answer(struct rig *r, size_t i, const struct pnrp_endpoint *from, uint32_t acked,
		const struct pnrp_buffer *b);
/* Node i hears of g by a FLOOD from `from` (NULL: g itself), asks, and is answered;
 * FLOODs that follow are left in the inbox. False: it did not ask. */
bool rig_ghost_enters(struct rig *r, size_t i, const struct rig_ghost *g,
		      const struct pnrp_endpoint *from, const struct pnrp_path *flooded);

#endif
