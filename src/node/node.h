/* node.h - one machine's protocol cores, wired together (pure).
 *
 * The only composition there is: the daemon's engine and the simulator run
 * this same object and differ in who feeds it. Everything that reaches a node
 * is one struct node_in, everything it wants done is one struct node_out, so
 * that a run can be written down and played again (node/record.h).
 * Opens no socket, reads no clock, keeps no file. Not thread-safe.
 *
 * Links are stream connections: odd numbers are dialled by the node, even ones
 * accepted by its owner, who chooses them; none is used twice in a run. Those
 * that graphs dial count from NODE_GRAPH_LINKS up, so that the numbers of other
 * parts stay what they were. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/span.h"
#include "base/store.h"

#include "graph/graphs.h"
#include "group/groups.h"
#include "masc/masc.h"
#include "node/config.h"
#include "node/event.h"
#include "node/job.h"
#include "pnrp/clouds.h"

struct node;

#define NODE_GRAPH_LINKS UINT32_C(0x40000001)

/* What reaches a node. */
enum node_in_kind {
	NODE_IN_TICK,	       /* a deadline passed: time alone */
	NODE_IN_WALL,	       /* the wall clock was read (about each 10 s, and when it jumped) */
	NODE_IN_NETWORK,       /* addresses or routes of this machine changed */
	NODE_IN_LISTEN_FAILED, /* `listener` could not be had at `local`, `err` says why */
	NODE_IN_ACCEPTED,      /* a connection came in on `listener` */
	NODE_IN_UP,	       /* a dialled link is up */
	NODE_IN_DOWN,	       /* a link ended or was never up: `err` */
	NODE_IN_OCTETS,	       /* octets of a link, in any pieces */
	NODE_IN_DRAINED,       /* what a SEND with `drain` on this link asked for */
	NODE_IN_COMMAND,       /* an operator's or program's command */
	NODE_IN_STORE_FAILED,  /* puts numbered >= `number` are undone: `err` */
	NODE_IN_JOB_DONE,      /* a job's result; err not OK: it could not be done */
	NODE_IN_CONFIG,	       /* a new configuration, as text (node/config.h) */
	NODE_IN_STOP,	       /* end all sessions in good order */
	NODE_IN_INTERFACES,    /* all addresses of this machine: `interfaces`; at start, and
				* whenever they change (a NETWORK comes besides) */
	NODE_IN_BOUND,	       /* the UDP socket `socket` is there at `local` */
	NODE_IN_BIND_FAILED,   /* it is not: `err` */
	NODE_IN_DATAGRAM,      /* `bytes` on `socket`, from `remote` to `local`; local.scope is
				* the interface it came in on, always */
	NODE_IN_HOST,	       /* what the DNS says to HOST `number`: `hosts`, or `err` */
	NODE_IN_LISTENING      /* what a LISTEN of `listener` asked for is there, at `local`: its
				* port is what the kernel gave where any would do */
};

enum node_command_kind {
	NODE_COMMAND_MASC,
	NODE_COMMAND_PNRP,
	NODE_COMMAND_GRAPH,
	NODE_COMMAND_GROUP
};

struct node_command {
	enum node_command_kind kind;
	union {
		struct masc_command masc;
		struct pnrp_command pnrp;
		struct graphs_command graphs;
		struct groups_command groups;
	};
};

/* More of them are not looked at. */
#define NODE_INTERFACES_MAX 1024
#define NODE_HOSTS_MAX	    64
/* Of one command to connect to a group; more are refused. */
#define NODE_GROUP_ADDRESSES_MAX 16

struct node_interfaces {
	const struct pnrp_if_addr *at;
	size_t n;
};

struct node_hosts {
	const struct addr *at; /* ports 0 */
	size_t n;
};

/* Borrowed for the call. Fields not named for a kind are zero. */
struct node_in {
	enum node_in_kind kind;
	struct wall wall;	     /* WALL */
	uint32_t listener;	     /* LISTENING, LISTEN_FAILED, ACCEPTED: enum node_part */
	uint32_t link;		     /* ACCEPTED, UP, DOWN, OCTETS, DRAINED */
	struct addr local, remote;   /* ACCEPTED, UP; local: LISTENING, LISTEN_FAILED */
	struct span bytes;	     /* OCTETS, JOB_DONE, CONFIG */
	enum err err;		     /* LISTEN_FAILED, DOWN, STORE_FAILED, JOB_DONE */
	uint64_t number;	     /* STORE_FAILED: first put; COMMAND: call; JOB_DONE: job */
	struct node_command command; /* COMMAND */
	uint32_t socket;	     /* BOUND, BIND_FAILED, DATAGRAM */
	struct node_interfaces interfaces; /* INTERFACES */
	struct node_hosts hosts;	   /* HOST */
};

/* What a node wants done, in this order. `after` is the number of the put that
 * must be committed first, 0 none (ENGINE-4): the owner holds SEND, CLOSE,
 * EVENT and REPLY back until then, never letting one of a link, or an event,
 * overtake an earlier one. A SEND with `drain` wants a DRAINED when it, and all
 * before it on its link, has left the owner's hands; the next asking may come
 * before and is then answered together with it (ENGINE-26). */
enum node_out_kind {
	NODE_OUT_LISTEN,   /* accept connections for part `listener` on `local`, answered by
			    * LISTENING or LISTEN_FAILED; `any_port`: on another port when that
			    * one is taken */
	NODE_OUT_UNLISTEN, /* no longer; what was accepted there stays */
	NODE_OUT_DIAL,	   /* open `link` of part `listener` from `local` (family 0: any) to
			    * `remote` */
	NODE_OUT_SEND,	   /* `bytes` on `link` */
	NODE_OUT_CLOSE,	   /* close `link` once all before is sent */
	NODE_OUT_EVENT,
	NODE_OUT_REPLY, /* to the command `number`: `err`, OK included */
	NODE_OUT_JOB,	/* do job `number` of `job` over `bytes`, answer JOB_DONE */
	NODE_OUT_BIND,	/* a UDP socket `socket` at `local`; `shared`: with other programs, as
			 * SSDP needs; `any_port`: another port when that one is taken */
	NODE_OUT_UNBIND,
	NODE_OUT_JOIN, /* `socket` joins group `local` on interface local.scope */
	NODE_OUT_LEAVE,
	NODE_OUT_DATAGRAM, /* `bytes` on `socket` to `remote`, from `local` (family 0: any); a
			    * multicast goes out on interface remote.scope with `hops` */
	NODE_OUT_HOST,	   /* look `bytes`, a name, up in the DNS and answer HOST `number` */
	NODE_OUT_FOUND,	   /* of command `number`, before its REPLY: `found` */
	NODE_OUT_STEP,	   /* of command `number`: `step` */
	NODE_OUT_DATA	   /* for the application, of graph `graph`: `bytes` of data type `type`
			    * on its connection `conn`, which is `link` */
};

/* What a command leads to before its answer. */
struct node_found {
	const char *cloud;
	const struct pnrp_result *result; /* FOUND */
	const struct pnrp_hop *step;	  /* STEP */
};

struct node_out {
	enum node_out_kind kind;
	uint32_t listener;
	uint32_t link;
	uint32_t peer; /* DIAL: index for the part's peer configuration */
	struct addr local, remote;
	struct span bytes;		/* lives until the next call on the node */
	bool drain;			/* SEND */
	const struct node_event *event; /* likewise */
	uint64_t number;
	enum err err;
	uint64_t reply_number;	/* REPLY: of what was made, such as a claim; 0 nothing */
	enum masc_reason why;	/* REPLY: more on an error */
	const char *text;	/* REPLY: the same in words, until the next call on the
				 * node; NULL none */
	const char *made;	/* REPLY of groups: peer name of the identity or group that it
				 * was about, its document is `bytes`; NULL none */
	struct graph_guid id;	/* REPLY: the Record ID of a record made or changed */
	uint32_t version;	/* REPLY: its version */
	uint32_t graph;		/* DATA: number of the graph */
	uint64_t conn;		/* DATA; REPLY: of the direct connection that was opened */
	struct graph_guid type; /* DATA */
	enum node_job job;
	uint64_t after;
	uint32_t socket;
	bool shared, any_port;
	uint8_t hops;
	struct node_found found; /* FOUND, STEP */
	int64_t elapsed;	 /* REPLY: us that the network took, where that is the question */
};

/* Copies cfg but for its secrets, which are the owner's to keep: it looks a
 * peer's key up by the peer's name, and resets the peer when the key changes.
 * Borrows env and store for life. ERR_NOMEM, ERR_CONFIG, or what
 * the store gives. What it wants at birth (LISTEN) comes out of node_poll(). */
MUST_USE enum err node_new(struct node **out, const struct node_config *cfg, const struct env *env,
			   struct store *store, struct mono now, struct wall wall);
void node_free(struct node *n);

/* The tables of every part, ended by NULL: for whoever copies a store's rows. */
extern const struct store_table *const node_tables[];

/* Takes one input; the owner drains node_poll() before the next. Bad content
 * from peers leads to outputs, never to an error; ERR_NOMEM, and ERR_CONFIG for
 * CONFIG (nothing changed then). */
MUST_USE enum err node_input(struct node *n, const struct node_in *in, struct mono now);

/* When NODE_IN_TICK is wanted next; MONO_NEVER: not at all. */
struct mono node_deadline(const struct node *n);

/* Whether octets of a link wait for ticks: the owner reads no more of it until they
 * are done, so that the other side finds its window closed. */
bool node_link_waits(const struct node *n, uint32_t link);

/* Whether a link is of a graph, and the octets of its frame that has not all come: for who
 * looks at what goes over it. */
bool node_is_graph_link(const struct node *n, uint32_t link);
struct span node_link_unfinished(const struct node *n, uint32_t link);

/* Takes out the next output; false when drained. Spans and events in it live
 * until the next call on n. */
bool node_poll(struct node *n, struct node_out *out);

/* A look inside; changes nothing. NULL when the part is switched off. */
const struct masc *node_masc(const struct node *n);
const struct pnrp_clouds *node_pnrp(const struct node *n);
const struct graphs *node_graphs(const struct node *n);
const struct groups *node_groups(const struct node *n);
const struct node_config *node_config_of(const struct node *n);
struct wall node_wall(const struct node *n, struct mono now); /* last reading, carried on */

#endif
