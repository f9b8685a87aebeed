/* walk_rig.h - one cloud core among nodes that say what the test wrote for them.
 * A letter and a node's number stand in the log for each request that the core sends:
 * L LOOKUP, I INQUIRE for a proof, S SOLICIT, R REQUEST, F FLOOD; a node that is only
 * asked whether it is there, and what is sent again, leave no mark. */
#ifndef UNIT_PNRP_WALK_RIG_H
#define UNIT_PNRP_WALK_RIG_H

#include "../failing_env.h"
#include "pnrp/walk_int.h"

#define WALK_RIG_NODES 64
#define NOBODY	       0xff

enum proof {
	PROOF_NONE, /* answers for its ID, has nothing to show */
	PROOF_GOOD,
	PROOF_FORGED, /* a signature is broken */
	PROOF_STALE,  /* of another nonce */
	PROOF_BUSY
};

struct walk_node {
	struct pnrp_endpoint at;
	struct pnrp_id id;
	uint8_t location[16];
	bool dead, gone; /* silent; answers N */
	bool mute;	 /* silent to INQUIREs */
	uint16_t flags;	 /* of its AUTHORITY to a LOOKUP */
	uint8_t refers[8], n_refers, lookups;
	struct pnrp_route named; /* whom NODE_ITSELF says */
	enum proof proof;
	bool payload, shy; /* it has one, and gives it after an exchange only */
	bool mute_to_solicits, forges_payload;
	uint32_t exchanges;
	uint32_t heard[64], n_heard; /* Message IDs of the last requests */
};

struct walk_rig {
	struct failing_env f, side; /* the core's; everybody else's */
	struct crypto *crypto;
	struct crypto_key *key;
	const struct pnrp_profile *profile;
	struct pnrp *p;
	struct pnrp_name name; /* whom all look for */
	struct pnrp_p2p_id p2p;
	struct pnrp_id target;
	struct mono now;
	struct walk_node node[WALK_RIG_NODES];
	uint8_t n;
	char log[1024];
	struct pnrp_lookup lookup[64]; /* as they were sent */
	uint32_t lookups;
	struct pnrp_inquire inquire; /* the last for a proof */
	/* What came out. */
	uint32_t results, hops, dones, alone, events[PNRP_EVENT_COUNT];
	struct pnrp_result result[8];
	char payload[64];
	struct pnrp_hop hop[64];
	struct pnrp_event event[PNRP_EVENT_COUNT]; /* the last of each */
	enum err err;
	uint32_t done_hops;
	uint64_t done_number;
	int64_t elapsed;
};

/* A core with one address that knows nobody; upkeep is far away. */
void walk_rig_init(struct walk_rig *r);
void walk_rig_free(struct walk_rig *r);
/* A node that shares exactly so many leading bits with the target; gives its number. */
uint8_t walk_rig_node(struct walk_rig *r, uint32_t common);
/* One that holds the name, with that in the last octet of its location. */
uint8_t walk_rig_publisher(struct walk_rig *r, uint8_t last);
/* It names those, one after the other, the last for ever. */
void walk_rig_refers(struct walk_rig *r, uint8_t n, const char *to);
struct pnrp_route walk_rig_route(const struct walk_rig *r, uint8_t n);
/* Into the cache, as if it had answered. */
void walk_rig_know(struct walk_rig *r, uint8_t n);
/* Ten that share no bit and know nobody, so that the cache is not small. */
void walk_rig_crowd(struct walk_rig *r);
/* Runs until nothing is due before `seconds` have passed. */
void walk_rig_run(struct walk_rig *r, int64_t seconds);
void walk_rig_run_us(struct walk_rig *r, int64_t us);
/* A query for the name: any registration, one result; change and resolve. */
struct pnrp_query walk_rig_query(const struct walk_rig *r);
void walk_rig_resolve(struct walk_rig *r, const struct pnrp_query *q);
/* Registers the name under the rig's own key. */
uint32_t walk_rig_register(struct walk_rig *r);
#define assert_log(r, text) assert_string_equal((r)->log, text)

#endif
