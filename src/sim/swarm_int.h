/* swarm_int.h - the inside of a swarm. A place is an address; each is one node's, which
 * may be gone. Places are numbered from 0; the address tells the number. */
#ifndef SIM_SWARM_INT_H
#define SIM_SWARM_INT_H

#include "base/store_mem.h"
#include "node/node.h"
#include "sim/swarm.h"

#define SWARM_PORT    3540
#define SWARM_NOBODY  UINT32_MAX       /* a place where nothing is */
#define SWARM_VICTIM  (UINT32_MAX - 1) /* that of a forged source */
#define SWARM_FOREVER (100 * 365 * MONO_DAY)
#define SWARM_TIMEOUT (30 * MONO_SEC) /* of a resolve */

enum swarm_event {
	SWARM_EV_BOOT,	 /* struct swarm_node.boot */
	SWARM_EV_TICK,	 /* struct swarm_node.tick */
	SWARM_EV_PACKET, /* struct dgram_packet */
	SWARM_EV_ASK,	 /* struct swarm.ask */
	SWARM_EV_CHURN	 /* struct swarm.churn */
};

struct swarm_node {
	struct swarm *s;
	uint32_t place;
	struct env env; /* its node's: counted, seeded */
	size_t memory;
	struct rng random;
	struct store_mem *mem;
	struct node *node; /* NULL: not there yet, or gone */
	struct dgram_host host;
	struct queue_entry boot, tick;
	struct mono due; /* the deadline that `tick` is queued for */
	uint64_t calls;
	uint32_t bait; /* liars: what makes its name's hash fall where it should */
	bool liar, stopping, published;
};

/* A resolve that waits for its answer. */
struct swarm_asked {
	struct list in; /* swarm.asked */
	uint64_t number;
	uint32_t by, whom;
	int64_t since;
	bool found, forged;
	uint32_t hops;
};

struct swarm_id {
	struct pnrp_id id;
	uint32_t place;
};

struct swarm_count {
	uint64_t tried, found, forged, hops;
	uint32_t hops_most;
	int64_t took, took_most;
};

struct swarm {
	const struct env *env;
	struct swarm_options o;
	struct env seeded; /* of maps */
	struct rng maps, chance;
	struct queue queue;
	struct dgram_net net;
	struct crypto *crypto;
	struct node_config config;
	const struct pnrp_profile *profile;
	struct swarm_node **nodes; /* by place */
	uint32_t n, room;
	uint32_t victim; /* the place whose name is to be eclipsed */
	struct pnrp_p2p_id victim_id;
	bool parted;
	struct queue_entry ask, churn;
	int64_t ask_gap, churn_gap, until;
	struct list asked;
	struct swarm_count count;
	uint64_t victim_octets;
	struct swarm_id *ids; /* of those that live, in ring order */
	uint32_t n_ids;
	struct trace trace;
	uint64_t hash[2];
	int64_t now;
	uint64_t events;
	enum err err; /* of our own memory */
	struct swarm_result *r;
};

/* swarm.c */
void *swarm_alloc(struct swarm *s, size_t n); /* zeroed; the run ends when it is not there */
void swarm_at(struct swarm *s, struct queue_entry *e, enum swarm_event kind, int64_t at);
void swarm_until(struct swarm *s, int64_t time);		     /* whatever is due before it */
void swarm_set(struct swarm *s, enum swarm_metric m, int64_t value); /* whole units */
void swarm_ratio(struct swarm *s, enum swarm_metric m, uint64_t a, uint64_t b);

/* swarm_net.c */
struct addr swarm_addr(uint32_t place);
uint32_t swarm_place(const struct addr *a); /* SWARM_NOBODY: none of ours */
void swarm_send(struct swarm *s, uint32_t from, const struct addr *to, struct span bytes);
void swarm_arrived(struct swarm *s, struct dgram_packet *p);
/* What happened goes into the hash, and to whoever wants lines. */
void swarm_note(struct swarm *s, const char *what, uint32_t a, uint32_t b, struct span octets);

/* swarm_node.c */
struct swarm_node *swarm_node_add(struct swarm *s); /* NULL without memory */
void swarm_node_boot(struct swarm_node *n);
void swarm_node_kill(struct swarm_node *n);
void swarm_node_stop(struct swarm_node *n); /* in good order */
void swarm_node_free(struct swarm_node *n);
void swarm_node_feed(struct swarm_node *n, const struct node_in *in);
void swarm_node_tick(struct swarm_node *n);
bool swarm_node_lives(const struct swarm_node *n);
void swarm_name(const struct swarm_node *n, struct pnrp_name *out);
/* Of its one cloud and name; false: not yet. */
const struct pnrp *swarm_core(const struct swarm_node *n);
bool swarm_own(const struct swarm_node *n, struct pnrp_own_info *out);

/* swarm_liar.c */
void swarm_liars_choose(struct swarm *s); /* once all first nodes are there */
/* A new liar's name, so that it lies where it wants to. */
void swarm_liar_bait(struct swarm_node *n);
/* True: the datagram was the liar's to answer. */
bool swarm_liar_takes(struct swarm_node *n, const struct dgram_packet *p);

/* swarm_check.c: against the truth */
struct swarm_wrong {
	uint32_t nodes, members, unannounced, seen;
};
void swarm_check(struct swarm *s, struct swarm_wrong *out);
void swarm_check_memory(struct swarm *s);

/* swarm_ask.c: resolves, and who comes and goes */
void swarm_ask_start(struct swarm *s);
void swarm_ask_next(struct swarm *s);
void swarm_churn_next(struct swarm *s);
void swarm_found(struct swarm_node *n, const struct node_out *out);
void swarm_replied(struct swarm_node *n, const struct node_out *out);
void swarm_ask_finish(struct swarm *s);

/* swarm_amplify.c */
void swarm_amplify(struct swarm *s);

#endif
