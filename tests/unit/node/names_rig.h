/* names_rig.h - several whole nodes over one link in memory, for tests of the part pnrp:
 * sockets, groups, stores and time are played here. Commits are at once unless held.
 * Each machine has an interface 2, eth0, on the link, and lo as interface 1. */
#ifndef UNIT_NODE_NAMES_RIG_H
#define UNIT_NODE_NAMES_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "node/node.h"

#define RIG_MACHINES  4
#define RIG_SOCKETS   8
#define RIG_ADDRESSES 8
#define RIG_RESULTS   8
#define RIG_GROUPS    16

struct rig_socket {
	bool bound;
	struct addr local;
	struct addr group[RIG_GROUPS]; /* scope: interface */
	size_t n_groups;
};

struct rig_reply {
	bool given;
	enum err err;
	uint64_t after;
	int64_t elapsed;
};

struct rig_found {
	uint64_t number;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	struct pnrp_result result;
};

struct rig_machine {
	struct failing_env f;
	struct node_config config;
	struct store_mem *mem;
	struct node *n;
	uint32_t host; /* machines of one host share addresses and loopback */
	struct pnrp_if_addr at[RIG_ADDRESSES];
	size_t n_at;
	struct rig_socket socket[RIG_SOCKETS];
	uint16_t taken; /* a port that somebody else holds */
	bool no_ports;	/* nothing can be bound */
	bool held;	/* nothing is committed, and what waits is kept back */
	struct rig_reply reply[32];
	struct rig_found found[RIG_RESULTS];
	size_t n_found, steps;
	char events[8192]; /* "name: sentence\n" */
	struct text told;
	char host_name[64]; /* asked of the DNS */
	uint64_t host_number;
	size_t sent; /* datagrams */
};

struct rig_datagram {
	uint32_t from_machine, socket;
	struct addr local, remote;
	struct mono at;
	size_t n;
	uint8_t bytes[1400];
};

struct rig {
	struct rig_machine m[RIG_MACHINES];
	size_t n;
	struct mono now;
	struct rig_datagram queue[256];
	size_t n_queue;
	bool quiet; /* the link loses everything */
};

void rig_init(struct rig *r);
void rig_fini(struct rig *r);
/* A machine whose addresses on eth0 are these texts, commas between; not yet running. */
struct rig_machine *rig_machine(struct rig *r, const char *config, const char *addresses);
void rig_addresses(struct rig *r, struct rig_machine *m, const char *addresses);
void rig_start(struct rig *r, struct rig_machine *m);
/* Ends the process as it is, and starts it anew on the same store. */
void rig_restart(struct rig *r, struct rig_machine *m);
void rig_give(struct rig *r, struct rig_machine *m, const struct node_in *in);
void rig_drain(struct rig *r, struct rig_machine *m);
/* Passes time, with all that becomes due and arrives. */
void rig_run(struct rig *r, int64_t us);
/* Until that command is answered; false: not within the time. */
bool rig_await(struct rig *r, struct rig_machine *m, uint64_t number, int64_t us);

struct pnrp_command rig_name(enum pnrp_command_kind kind, const char *name);
/* Automatic addresses, TCP 631. */
struct pnrp_command rig_publish(const char *name);
void rig_command(struct rig *r, struct rig_machine *m, const struct pnrp_command *c,
		 uint64_t number);
/* "alone", or "" when there is no such cloud. */
const char *rig_state(struct rig_machine *m, const char *cloud);
bool rig_told(const struct rig_machine *m, const char *words);

#endif
