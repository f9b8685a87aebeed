/* lone_rig.h - one node of a graph and peers that the test plays: what the node says to each
 * is cut into messages and kept, what it tells is counted, time and store are moved by hand.
 * The node is "0.alice" of the graph "0.TestGraph"; its peers are on even links when they
 * called and on odd ones when they were called. */
#ifndef UNIT_GRAPH_LONE_RIG_H
#define UNIT_GRAPH_LONE_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "graph/flood_int.h"

#define LONE_WALL  INT64_C(1790000000000000)
#define LONE_SAID  8192
#define LONE_LINKS 64
#define LONE_GRAPH "0.TestGraph"

struct lone_said {
	uint32_t link;
	uint64_t after;
	struct span octets; /* of the message; ours until the rig ends */
	struct graph_message m;
};

struct lone_reply {
	uint64_t number, after;
	enum err err;
	const char *text;
	struct graph_guid id;
	uint32_t version;
};

struct lone {
	struct failing_env f;
	struct crypto *crypto;
	struct store_mem *store;
	struct graph_shared shared;
	struct graph_birth birth;
	struct graph *g;
	struct mono now;
	/* The provider: what it thinks of records that come and of ours. */
	struct graph_provider_ops ops;
	enum graph_opinion opinion;
	enum err secure;
	uint32_t asked;
	struct span security;
	/* What came out. */
	struct lone_said said[LONE_SAID];
	size_t n_said, seen; /* seen: of said, by lone_next() */
	struct graph_inbox inbox[LONE_LINKS];
	bool closed[LONE_LINKS], stuck[LONE_LINKS], owed[LONE_LINKS];
	uint32_t dialled; /* the last */
	uint32_t events[GRAPH_EVENT_COUNT];
	struct graph_event last[GRAPH_EVENT_COUNT];
	uint64_t last_after[GRAPH_EVENT_COUNT];
	struct lone_reply reply;
	uint32_t replies;
	uint64_t command;
};

/* Made by our creator, loaded, listening; birth may be changed before lone_start(). */
void lone_init(struct lone *l);
void lone_start(struct lone *l);
void lone_new(struct lone *l); /* both */
void lone_end(struct lone *l); /* asserts that no memory is left */

/* Takes all that the node has to say; answers DRAINED for links that are not stuck. */
void lone_drain(struct lone *l);
void lone_unstick(struct lone *l, uint32_t link);
/* Lets time pass, timers included. */
void lone_pass(struct lone *l, int64_t us);
void lone_commit(struct lone *l);
struct wall lone_wall(const struct lone *l);
uint64_t lone_time(const struct lone *l); /* peer time */

/* A neighbor that calls, and one that is called: CONNECTED, what was said thrown away. */
void lone_called(struct lone *l, uint32_t link, uint64_t node);
uint32_t lone_calls(struct lone *l, uint64_t node, uint64_t time);
void lone_hang_up(struct lone *l, uint32_t link);
struct graph_link *lone_link(struct lone *l, uint32_t link);

/* The peer says a message. */
void lone_say(struct lone *l, uint32_t link, struct span message);
void lone_flood(struct lone *l, uint32_t link, struct span record);
/* The next message to the link that was not looked at yet, of that type; NULL: none. Passes
 * over others. */
const struct lone_said *lone_next(struct lone *l, uint32_t link, enum graph_message_type type);
void lone_forget(struct lone *l); /* what was said so far */
size_t lone_count(const struct lone *l, uint32_t link, enum graph_message_type type);

/* A record of somebody: what is zero gets a sensible value. */
struct lone_record {
	const char *creator, *modifier; /* "0.bob"; NULL: not modified */
	uint32_t version, flags;
	struct graph_guid type, id;
	uint32_t number;		    /* of the Record ID, where id is zero */
	int64_t created, modified, expires; /* s from now; expires 0: an hour */
	const char *payload;
	struct span octets; /* payload instead */
	const char *attributes;
	struct span security;
	const char *graph;
	uint16_t protocol;
};
#define LONE_RECORD_MAX 70000
struct span lone_make(struct lone *l, const struct lone_record *r, uint8_t *room);
struct graph_guid lone_id(struct lone *l, const char *creator, uint32_t number);
extern const struct graph_guid lone_type; /* of applications */

/* Commands; the reply is in l->reply. */
void lone_command(struct lone *l, const struct graph_command *c);
struct graph_guid lone_add(struct lone *l, const char *payload);

#endif
