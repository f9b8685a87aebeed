/* mesh_rig.h - N real graphs in one process for tests: memory pipes for links, virtual
 * time, a store in memory with commits that take time, a wall clock a node that may be
 * wrong. Links can be cut, be slow and stand still; nodes can leave, die and come back.
 * Same seed, same run. Checks after every step what must hold always: neighbors at most 7,
 * memory counted, SENDs only on links that are up, nothing told before it is stored. */
#ifndef UNIT_GRAPH_MESH_RIG_H
#define UNIT_GRAPH_MESH_RIG_H

#include "../failing_env.h"

#include "base/store_mem.h"
#include "crypto/crypto.h"
#include "graph/graph.h"

#define MESH_NODES 64
#define MESH_START (1000 * MONO_SEC)

struct mesh_reply {
	uint64_t number, after, conn;
	enum err err;
	struct graph_guid type;
	uint32_t version;
	int64_t elapsed;
	const char *text;
};

struct mesh_chunk;

/* One direction of a stream. */
struct mesh_pipe {
	struct mesh_chunk *first, *last; /* FIFO */
	uint64_t octets;		 /* put in */
	bool stalled;			 /* nothing comes out */
	int64_t delay;			 /* us more than the mesh's latency, for each chunk */
	struct mono busy;		 /* when the newest chunk arrives */
};

struct mesh_stream {
	struct mesh_stream *next;
	size_t node[2];		 /* who dialled, who was dialled */
	uint32_t link[2];	 /* as each counts; 0: not there, or gone */
	bool up, asked;		 /* asked: the dial has arrived */
	struct mono at;		 /* when the dial arrives */
	enum err fails;		 /* instead */
	struct mesh_pipe way[2]; /* from node[0], from node[1] */
	struct mono end_at[2];	 /* when that side hears of the end */
	enum err end[2];
};

struct mesh_node {
	struct failing_env f;
	struct store_mem *mem;
	struct graph_shared shared;
	struct graph *g; /* NULL: not running */
	struct addr addr;
	char peer[GRAPH_ID_OCTETS + 1];
	int64_t skew;	   /* us that its wall clock is ahead */
	int64_t commit_us; /* a commit takes */
	struct mono commit_at;
	bool fail_commit; /* the next one fails */
	uint32_t next_accepted;
	uint64_t number; /* of the newest command */
	struct mesh_reply *replies;
	size_t n_replies;
	uint32_t events[GRAPH_EVENT_COUNT];
	struct graph_event last[GRAPH_EVENT_COUNT]; /* the newest of each kind */
	uint64_t sends, data_octets, data_n;
	struct graph_guid data_type;
	uint8_t data[256]; /* the beginning of the newest DATA */
};

struct mesh {
	struct mono now;
	size_t n;
	struct mesh_node *node; /* MESH_NODES of them */
	struct mesh_stream *streams;
	struct failing_env f; /* of what all share */
	struct crypto *crypto;
	int64_t latency;
	struct graph_times times; /* of graphs that begin from now on; so the next four */
	struct graph_limits limits;
	struct graph_provider provider;
	struct graph_properties properties;
	struct graph_birth extra; /* sync_order, n_sync_order, time_delta, left, synchronised */
	bool cut[MESH_NODES][MESH_NODES]; /* by [low][high] */
	/* Called for each SEND, if not NULL. */
	void (*on_send)(void *arg, size_t from, size_t to, struct span bytes);
	/* Called for each event, if not NULL. */
	void (*on_event)(void *arg, size_t node, const struct graph_event *e);
	void *arg;
};

/* n nodes, none running; default times and limits, provider open, graph "0.mesh" with
 * presence for all, latency 1 ms. */
struct mesh *mesh_new(size_t n, uint64_t seed);
void mesh_free(struct mesh *m); /* asserts that no memory is lost */

/* Node i creates the graph, or opens it; runs until it has loaded. */
void mesh_create(struct mesh *m, size_t i);
void mesh_open(struct mesh *m, size_t i);
enum err mesh_listen(struct mesh *m, size_t i);
/* Opens node i, connects it to j, and lets it listen once it is synchronised. */
void mesh_join(struct mesh *m, size_t i, size_t j);
/* Node 0 creates, all others join, each at a node before it. */
void mesh_join_all(struct mesh *m);

/* Number of the command; its reply by mesh_reply(). */
uint64_t mesh_command(struct mesh *m, size_t i, const struct graph_command *c);
uint64_t mesh_connect(struct mesh *m, size_t i, size_t j);
/* NULL: there is none yet, or what it tells is not committed. */
const struct mesh_reply *mesh_reply(struct mesh *m, size_t i, uint64_t number);
/* Adds a record of an application's type, `life` seconds; its Record ID. */
struct graph_guid mesh_add(struct mesh *m, size_t i, const char *payload, int64_t life);
extern const struct graph_guid mesh_type;

void mesh_drain(struct mesh *m, size_t i); /* takes out what graph i wants done */
/* One step: time goes to whatever is next, but not beyond `until`; false: it is there. */
bool mesh_step(struct mesh *m, struct mono until);
void mesh_run(struct mesh *m, int64_t us);
/* The next thing of this one stream happens now, whatever the time: the dial, octets of
 * either side, an end. False: there is none. */
bool mesh_move(struct mesh *m, struct mesh_stream *s);
/* Runs until it holds; false: not within us. */
bool mesh_until(struct mesh *m, bool (*holds)(struct mesh *m), int64_t us);

/* Ends what is between i and j and lets nothing new come about; and again. */
void mesh_cut(struct mesh *m, size_t i, size_t j);
void mesh_heal(struct mesh *m, size_t i, size_t j);
/* What i sends to j arrives so much later, chunk by chunk; stalled: not at all. */
void mesh_slow(struct mesh *m, size_t i, size_t j, int64_t delay);
void mesh_stall(struct mesh *m, size_t i, size_t j, bool stalled);
void mesh_kill(struct mesh *m, size_t i); /* dies; what is not committed is gone */
void mesh_stop(struct mesh *m, size_t i); /* leaves in good order, runs until that is done */

bool mesh_connected(struct mesh *m);	/* who runs hangs together by CONNECTED neighbors */
bool mesh_same_records(struct mesh *m); /* unexpired ones: IDs and versions */
bool mesh_settled(struct mesh *m);	/* both, and all listen */
struct graph_info mesh_info(struct mesh *m, size_t i);
uint32_t mesh_neighbors(struct mesh *m, size_t i);
/* The stream between two that is up; NULL none. */
struct mesh_stream *mesh_stream(struct mesh *m, size_t i, size_t j);

#endif
