/* played.h - an engine that the test plays: what ops asks of the engine, the
 * node and masc is answered from here (the linker wraps these functions), so
 * that every state can be shown without a network. One a test program. */
#ifndef UNIT_OPS_PLAYED_H
#define UNIT_OPS_PLAYED_H

#include "ops/ops.h"

#define PLAYED_PEERS  24
#define PLAYED_CLAIMS 64

struct played {
	bool masc_on; /* the part is configured */
	enum err masc_health;
	struct masc_peer_config config[PLAYED_PEERS];
	struct masc_peer_info peers[PLAYED_PEERS];
	size_t n_peers;
	struct masc_own_info own[PLAYED_CLAIMS];
	size_t n_own;
	struct masc_range_info ranges[4];
	size_t n_ranges;
	struct masc_claim_info claims[PLAYED_CLAIMS];
	size_t n_claims;
	size_t many_claims; /* so many more, all alike but for their addresses */
	struct masc_demand_info demands[8];
	size_t n_demands;
	struct masc_clash_info clashes[8];
	size_t n_clashes;
	bool clashes_cut;
	struct masc_claims_info claims_info;
	struct masc_scope_config scopes[2];

	struct engine_info info;
	struct node_config node_config;
	bool clock_synchronised;
	bool clock_runs;   /* the machine's monotonic clock; else it stands still, */
	int64_t passed_us; /* and the test moves it on */
	int64_t wall_us;

	enum err command_result; /* what the engine answers */
	uint64_t reply_number;	 /* and of what was made */
	enum masc_reason why;	 /* and why not */
	enum err command_start;	 /* what engine_command itself gives */
	bool later;		 /* hold the answer back until played_finish */
	struct masc_command command;
	char command_peer[64], command_scope[64];
	size_t commands;
	engine_done_fn *done;
	void *done_arg;

	/* Names without servers. */
	bool pnrp_on;
	struct pnrp_cloud_info clouds[4];
	size_t n_clouds;
	struct pnrp_published_info published[4];
	size_t n_published;
	bool has_key;
	struct pnrp_entry_info entries[4];
	size_t n_entries;
	struct pnrp_own_info own_names[4];
	size_t n_own_names;
	struct node_found finds[8]; /* what a search finds, before the answer */
	size_t n_finds;
	int64_t elapsed;
	struct pnrp_command pnrp; /* the last one */
	uint8_t payload[4096];	  /* its */
	size_t pnrp_commands;
	struct engine_caller caller; /* of the one that is held back */
	uint64_t last_number, forgotten, cancelled;

	const struct env *env; /* instead of the machine's, NULL: the machine's */

	/* What the daemon around it does. */
	enum node_level levels[3];
	enum err reload_result;
	const char *reload_why;
	size_t reloads, checks;
};
extern struct played played;

/* Whoever looks at traffic, NULL nobody. */
extern engine_tap_fn *played_tap;
extern void *played_tap_arg;

/* Two peers: north, up; south, refused. Parts node, masc, store. */
void played_init(void);
/* A domain with some claims, children and siblings, in 239.192.0.0/14. */
void played_claims(void);
/* One more; `end_s` from now. */
struct masc_own_info *played_own(const char *prefix, enum masc_life life, int64_t end_s);
struct masc_claim_info *played_claim(const char *prefix, uint8_t type, uint8_t domain);
struct masc_prefix played_prefix(const char *s);
/* The host to hand to ops_new. */
struct ops_host played_host(void);
struct masc_peer_info *played_add(const char *name, const char *address, enum masc_role ours);
/* Answers the command that was held back. */
void played_finish(enum err result);
/* Two clouds, LinkLocal_eth0 with three nodes and Global4_ with none; two names published;
 * 0.printer-room found once. */
void played_names(void);
/* Tells what a search that was held back finds, and its answer. */
void played_find(const struct node_found *f);
void played_found(enum err result);
/* An event of masc: `peer` went from one state to another. */
struct node_event played_event(const char *peer, enum masc_state from, enum masc_state to);

#endif
