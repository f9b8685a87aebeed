/* link_rig.h - one graph and hand-made peers for tests: what peers send is written here
 * message by message, what the graph sends is read the same way. */
#ifndef UNIT_GRAPH_LINK_RIG_H
#define UNIT_GRAPH_LINK_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "graph/graph_int.h"

#define RIG_LINKS 192
#define RIG_START (1000 * MONO_SEC)

struct rig_link {
	uint32_t number; /* 0: free */
	bool closed;
	size_t drains, sends; /* SENDs with drain, all */
	uint8_t *octets;      /* that the graph sent */
	size_t n, at;
	struct graph_inbox inbox;
	uint64_t after;	    /* of the newest SEND */
	struct addr remote; /* where it was dialled */
};

struct rig_reply {
	uint64_t number;
	enum err err;
	uint64_t conn;
	int64_t elapsed;
	struct graph_guid id;
	bool text;
};

struct rig {
	struct failing_env f;
	struct store_mem *mem;
	struct crypto *crypto;
	struct graph_shared shared;
	struct graph_birth birth; /* change it between rig_init() and rig_start() */
	struct graph *g;
	struct mono now;
	struct rig_link links[RIG_LINKS];
	uint32_t next_accepted;
	uint64_t number;
	struct rig_reply replies[64];
	size_t n_replies;
	size_t events[GRAPH_EVENT_COUNT];
	struct graph_event last[GRAPH_EVENT_COUNT];
	size_t n_data;
	struct graph_out data;
	uint8_t data_octets[64];
	uint8_t *room; /* of messages */
};

void rig_init(struct rig *r);
/* The graph begins, is read and listens at 10.0.0.1:3587 (as creator). */
void rig_start(struct rig *r);
void rig_begin(struct rig *r); /* both, with defaults */
void rig_end(struct rig *r);   /* asserts that no memory is lost */

void rig_drain(struct rig *r);
void rig_tick(struct rig *r, int64_t us); /* us later, deadline by deadline */
struct addr rig_addr(uint8_t host);	  /* 10.0.0.host:3587 */

uint32_t rig_accept(struct rig *r, uint8_t host);
uint32_t rig_accept_from(struct rig *r, const struct addr *remote); /* from 10.0.0.host */
struct rig_link *rig_link(struct rig *r, uint32_t number);
uint32_t rig_dialled(struct rig *r); /* number of the newest dialled link, 0 none */
void rig_up(struct rig *r, uint32_t link);
void rig_drained(struct rig *r, uint32_t link);
/* Octets as they are; and a message, framed. */
void rig_give(struct rig *r, uint32_t link, struct span octets);
void rig_say(struct rig *r, uint32_t link, struct span message);
/* The next message that the graph sent; false: none. It lives until the next call. */
bool rig_hear(struct rig *r, uint32_t link, struct graph_message *m);
/* It is of this type; others before it are passed over. */
struct graph_message rig_expect(struct rig *r, uint32_t link, enum graph_message_type type);
bool rig_closed(struct rig *r, uint32_t link);

/* Messages of a peer; they live until the next one is made. */
struct span rig_auth_info(struct rig *r, enum graph_connection kind, const char *peer);
struct span rig_connect(struct rig *r, uint8_t flags, uint64_t node, uint8_t host);
struct span rig_welcome(struct rig *r, uint64_t node, const char *peer);
struct span rig_goodbye(struct rig *r, enum graph_message_type type, uint8_t code,
			const struct addr *a, uint8_t n);
struct span rig_data(struct rig *r, const char *payload);
/* A FLOOD of an application's record of n octets of payload, by "0.peer"; `k` makes its ID. */
struct span rig_flood(struct rig *r, uint32_t k, uint32_t version, size_t n);
/* A message of each type that passes its checks. */
struct span rig_any(struct rig *r, enum graph_message_type type);

/* A neighbor that came: CONNECTED, what it was sent is read. */
uint32_t rig_neighbor(struct rig *r, uint64_t node, uint8_t host);
uint32_t rig_direct(struct rig *r, uint64_t node, uint8_t host);
/* The graph is told to connect to the host; the link is CONNECTED. */
uint32_t rig_call(struct rig *r, uint64_t node, uint8_t host);
/* Brings a link to a state of the matrix. */
uint32_t rig_in_state(struct rig *r, enum graph_state state, bool direct);

uint64_t rig_command(struct rig *r, const struct graph_command *c);
const struct rig_reply *rig_reply(const struct rig *r, uint64_t number);
struct graph_info rig_info(struct rig *r);

#endif
