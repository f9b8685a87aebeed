/* graphs_rig.h - machines with their managers of graphs, joined by pipes: what one sends
 * the other reads, in order, at a virtual time. What it puts is committed when a test does
 * not say otherwise. */
#ifndef UNIT_GRAPH_GRAPHS_RIG_H
#define UNIT_GRAPH_GRAPHS_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "crypto/crypto.h"
#include "graph/graphs.h"

#define RIG_MACHINES 3
#define RIG_REPLIES  64
#define RIG_LISTENS  8

struct rig_reply {
	uint64_t number, after, conn;
	enum err err;
	struct graph_guid id;
	char text[160];
};

struct rig_machine {
	struct rig *rig;
	struct failing_env f;
	struct store_mem *mem;
	struct crypto *crypto;
	struct graphs *s;
	struct graph_part_config cfg;
	struct addr at; /* its address */
	struct addr listens[RIG_LISTENS];
	size_t n_listens, asked, unlistened;
	uint16_t taken; /* a port that somebody else has */
	bool no_ipv6;
	uint32_t next_accepted;
	struct rig_reply reply[RIG_REPLIES];
	size_t n_replies;
	size_t events[GRAPH_EVENT_COUNT];
	size_t closed; /* links that it closed */
	uint32_t last_dialled;
	char data[64];
};

struct rig {
	struct rig_machine m[RIG_MACHINES];
	struct list pipes, acts;
	struct mono now;
	struct wall wall;
};

void rig_begin(struct rig *r);
void rig_end(struct rig *r);
/* A machine from its store, as after a restart. */
void rig_start(struct rig *r, size_t m);
void rig_crash(struct rig *r, size_t m);
/* All that is to be done now, until nothing is. */
void rig_settle(struct rig *r);
void rig_run(struct rig *r, int64_t us);
/* Its reply to a command, ERR_TIMEOUT when there is none. */
const struct rig_reply *rig_ask(struct rig *r, size_t m, const struct graphs_command *c);
const struct rig_reply *rig_do(struct rig *r, size_t m, enum graphs_command_kind k, const char *id);
/* A connection from a stranger's address, which the test plays. Its number. */
uint32_t rig_stranger(struct rig *r, size_t m, const char *from);
void rig_says(struct rig *r, size_t m, uint32_t link, struct span octets);
/* Octets of a framed AUTH_INFO. */
size_t rig_auth_info(uint8_t *out, size_t size, const char *graph, const char *to);
size_t rig_neighbors(const struct rig *r, size_t m, const char *id);

/* What the first machine tells others of where its graph is. */
size_t rig_reached_at(const struct rig *r, const char *id, struct addr out[GRAPH_ADDRESSES_MAX]);

#endif
