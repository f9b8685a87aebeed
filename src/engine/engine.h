/* engine.h - a running whole: one node with its sockets, clocks, store and job
 * pool on one os_loop. No main, no globals: the daemon holds one, a program
 * that carries the engine in its own process another. One thread uses an
 * engine; its own threads (store writer, jobs) stay inside. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/err.h"
#include "base/text.h"
#include "net/udp.h"
#include "node/node.h"
#include "os/loop.h"

struct engine;

struct engine_options {
	const struct node_config *config; /* copied */
	const char *state_dir;		  /* holds homestead.db; NULL: keep nothing (memory) */
	const char *record_path;	  /* write a recording there, NULL: none */
	uint32_t job_threads;		  /* 0: one per processor, at most 4 */
};

/* What the engine tells its owner, from os_loop_run and in order; messages also
 * from engine_new. `wall` is the time of the event. Strings and events live for
 * the call. Commands may be given inside; not engine_stop, not engine_free. */
struct engine_events {
	void (*event)(void *arg, const struct node_event *e, struct wall wall);
	/* What the engine itself has to say (a port taken and by whom, a store
	 * set aside, a commit that failed): level and sentence. */
	void (*message)(void *arg, enum node_level level, const char *part, const char *text);
	/* A graph has octets for the application, of data type `type` on connection `conn`,
	 * in order with the events. NULL: they are dropped. */
	void (*data)(void *arg, uint32_t graph, uint64_t conn, const struct graph_guid *type,
		     struct span bytes);
	void *arg;
};

/* Opens the store, starts the node, listens. Not fatal: a port in use (its
 * part stops), a damaged store (set aside). ERR_IN_USE (another daemon holds
 * the state folder; `why` says which pid), ERR_CONFIG, ERR_IO, ERR_NOMEM: `why`
 * says on which object and what to do. */
MUST_USE enum err engine_new(struct engine **out, struct os_loop *loop,
			     const struct engine_options *opt, const struct engine_events *events,
			     struct text *why);
/* Without engine_stop before it: as a crash would, but without leaks. */
void engine_free(struct engine *e);

/* Sends the Ceases, waits for sockets and store to drain, at most limit_ms,
 * running the loop. OK, or ERR_TIMEOUT when something was left. */
MUST_USE enum err engine_stop(struct engine *e, int limit_ms);

struct engine_result {
	enum err err;
	uint64_t number;      /* of what was made, such as a claim; 0 nothing */
	enum masc_reason why; /* more on an error */
	int64_t elapsed;      /* us that the network took, where that is the question */
	const char *text;     /* why, in words, for the call; NULL none */
	struct graph_guid id; /* of a record that was made or changed, with its version */
	uint32_t version;
	uint64_t conn;	      /* a connection that was opened */
	const char *made;     /* peer name of the identity or group it was about; NULL none */
	struct span document; /* of a command of groups; both live for the call */
};
typedef void engine_done_fn(void *arg, const struct engine_result *result);
/* What was found, or a step on the way; lives for the call. */
typedef void engine_found_fn(void *arg, const struct node_found *f);

/* Who waits for a command; copied. All is told from os_loop_run, in order, and each
 * when it is durable. engine_forget() may be called inside. */
struct engine_caller {
	engine_found_fn *found; /* NULL: what is found is of no interest */
	engine_done_fn *done;	/* once, and last; from engine_free with ERR_STOPPING */
	void *arg;
};

/* Gives a command; *number (not NULL) is what PNRP_CANCEL calls `other` and what
 * engine_forget() takes: never 0, never used twice. More findings than the engine can
 * hold until it tells them: the result is ERR_FULL or ERR_NOMEM. ERR_NOMEM: nobody is told. */
MUST_USE enum err engine_ask(struct engine *e, const struct node_command *c,
			     const struct engine_caller *who, uint64_t *number);
/* The caller is gone: it is told nothing any more. The command itself goes on; what
 * would take long is cancelled by a PNRP_CANCEL. An unknown number is ignored. */
void engine_forget(struct engine *e, uint64_t number);
/* engine_ask() for a command that finds nothing and ends soon. ERR_NOMEM. */
MUST_USE enum err engine_command(struct engine *e, const struct node_command *c,
				 engine_done_fn *done, void *arg);

/* Takes over a configuration while running. A peer whose TCP-MD5 key changed
 * gets a new session. ERR_CONFIG, ERR_UNSUPPORTED (a guard the kernel refuses),
 * ERR_NOMEM: nothing changed, `why` says why. */
MUST_USE enum err engine_reconfigure(struct engine *e, const struct node_config *c,
				     struct text *why);

/* What goes over links, for who looks at traffic. */
enum engine_traffic_kind {
	ENGINE_TRAFFIC_OPEN,
	ENGINE_TRAFFIC_OCTETS,
	ENGINE_TRAFFIC_CLOSE
};
struct engine_traffic {
	enum engine_traffic_kind kind;
	uint32_t link;
	bool graph; /* of a graph, as far as the node knows: not, when it is done with it */
	bool out;   /* it was us: who dialled, who sends, who ends it */
	struct span octets;
	struct span unfinished; /* of octets that come: those before them in their frame */
};
typedef void engine_tap_fn(void *arg, const struct engine_traffic *t);
/* Told of all links from now on, with no engine call inside but engine_ends(); fn NULL:
 * nobody. What we send is told when it goes to the kernel, which is after what it has to
 * wait for. One at a time. */
void engine_tap(struct engine *e, engine_tap_fn *fn, void *arg);
/* The ends of a link that is up. ERR_NOT_FOUND, or what the kernel says. */
MUST_USE enum err engine_ends(const struct engine *e, uint32_t link, struct addr *local,
			      struct addr *remote);

const struct node *engine_node(const struct engine *e);
struct os_loop *engine_loop(const struct engine *e);
/* Whether connections with this peer are guarded by TCP-MD5. The configuration
 * of the node cannot tell: secrets stay with the engine. `hint` is its place
 * among the node's peers, where it is looked for first. */
bool engine_peer_has_key(const struct engine *e, const char *peer, size_t hint);

struct engine_info {
	struct mono started;
	struct wall started_wall;
	char state_dir[512]; /* "" in memory */
	char store_path[560];
	enum err store_health; /* of the last commit */
	uint64_t commits, commit_failures, puts;
	uint64_t waiting_outputs; /* held back for a commit */
	size_t links, queued_octets;
	uint32_t job_threads;
	uint64_t jobs_done, jobs_waiting;
	struct net_udp_load udp;
	char port_error[NODE_PART_COUNT][256]; /* of enum node_part: "" or who holds its port */
};
void engine_info(const struct engine *e, struct engine_info *out);

#endif
