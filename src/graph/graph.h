/* graph.h - one node of one graph (pure core, digest graphing): a mesh of neighbors that
 * repairs itself, and a database of records that is the same at each of them.
 *
 * Give it links, octets, commands and time, then drain graph_poll(). Opens no socket, finds
 * no first peer: GRAPH_OUT_EVENT NEED_CONNECTION asks its owner to. graphs.h holds all
 * graphs of a machine and chooses the one that a connection is for. Not thread-safe; any
 * number in one process. Requirements, states, limits: doc/graph.md. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/env.h"
#include "base/store.h"
#include "graph/db.h"
#include "graph/provider.h"

struct graph;

/* Every timer of digest 19, in us; the lab profile shortens them. */
struct graph_times {
	int64_t authenticate_least, authenticate_most; /* 20 s, 300 s */
	int64_t connect;			       /* 60 s */
	int64_t signature_least, signature_spread;     /* 0.1 s, 29.9 s */
	int64_t signature_life;			       /* 300 s */
	int64_t contact_least, contact_most;	       /* 10 s, 180 s */
	int64_t contact_life;			       /* 900 s */
	int64_t detect_least, detect_most;	       /* 5 s, 30 s */
	int64_t maintain, maintain_alone;	       /* 300 s, 30 s */
	int64_t presence_least, presence_most;	       /* 30 s, 180 s */
	int64_t expire_least, expire_most;	       /* 15 s, 24 h */
	int64_t refresh_least, refresh_window;	       /* 4 s, 20 s */
	int64_t sync_stall;			       /* 120 s [ours] */
	int64_t ack;				       /* 200 ms */
	int64_t attempt_again;			       /* 300 s (A51) */
};
extern const struct graph_times graph_times_default, graph_times_lab;

/* What a peer or a program can make grow. */
struct graph_limits {
	struct graph_db_limits db;
	uint64_t message_max;	 /* octets of a message that is no FLOOD: 64 MiB */
	uint64_t link_backlog;	 /* records that wait for a neighbor that reads slowly; more: it
				 * is dropped and synchronised when it comes back */
	uint64_t link_unsent;	 /* octets on the way to a link before records wait */
	uint64_t link_memory;	 /* octets a link may make us hold, reassembly and all */
	uint32_t deferred;	 /* Deferred Record List */
	uint32_t direct;	 /* direct connections */
	uint32_t held;		 /* changes of ours held back until neighbors have read */
	uint32_t invalid_in_row; /* 16: DISCONNECT */
	uint32_t version_jump;	 /* of one update; more is refused (digest 22) */
	int64_t life_max;	 /* us ahead that a record may expire: 1 year */
};
extern const struct graph_limits graph_limits_default;

/* What a graph is; fixed for life but for the last five. Text is UTF-8, copied. */
struct graph_properties {
	char id[GRAPH_ID_OCTETS + 1], creator[GRAPH_ID_OCTETS + 1];
	uint32_t scope; /* enum graph_scope */
	bool defer_expiration;
	enum crypto_profile_id profile;
	uint32_t record_max; /* 0: GRAPH_RECORD_MAX */
	char name[GRAPH_ID_OCTETS + 1];
	char comment[GRAPH_COMMENT_OCTETS + 1];
	uint32_t presence_life; /* seconds; 0: 300 */
	uint32_t presence_max;
};

/* Shared by the graphs of a machine; the owner's. */
struct graph_shared {
	const struct env *env;
	struct crypto *crypto;
	struct store *store;
	uint64_t next_row;	     /* of graph_table_records */
	uint32_t next_link;	     /* of those dialled: taken, then 2 added */
	uint64_t memory, memory_max; /* octets that links hold, and may */
	uint32_t connections;	     /* of all kinds there are: c of the Authentication Timer */
};

struct graph_birth {
	bool create; /* we are the creator: properties hold; else they come with Graph Info */
	struct graph_properties properties; /* opened: id and profile alone, and what is known */
	char peer[GRAPH_ID_OCTETS + 1];	    /* our Peer ID */
	char name[GRAPH_ID_OCTETS + 1];	    /* our friendly name; "" none */
	uint32_t number;		    /* of its rows */
	struct graph_provider provider;
	const struct graph_guid *sync_order; /* Prioritized Record Types */
	size_t n_sync_order;
	int64_t time_delta;	  /* persisted Peer Time Delta, 100 ns */
	uint64_t left;		  /* persisted peer time of leaving; 0: none */
	bool synchronised;	  /* it was once: NeverConnected is false when records are loaded */
	bool apart;		  /* connects to nobody by itself: for an import */
	const struct addr *known; /* where others were reached in an earlier life; n_known */
	size_t n_known;
	struct graph_times times;
	struct graph_limits limits;
};

/* Copies b; borrows shared for life. The database is read with the first ticks: commands
 * wait for that. ERR_NOMEM, ERR_CONFIG (`why`). */
MUST_USE enum err graph_new(struct graph **out, const struct graph_birth *b,
			    struct graph_shared *shared, struct mono now, struct wall wall,
			    struct text *why);
void graph_free(struct graph *g);
/* Likewise, but a little with each call, since freeing a million records takes longer than a
 * step of a loop may; true: all is gone. Once begun nothing else may be done with g. */
MUST_USE bool graph_free_some(struct graph *g);
/* The beginning of it: links, and whatever rests on the provider, which may go then. */
void graph_let_go(struct graph *g);

/* We listen, reached at these addresses, with the port; none: where is not known, and nobody
 * is told. Copied. ERR_STATE: never synchronised (digest 10). Again: they changed. */
MUST_USE enum err graph_listen(struct graph *g, const struct addr *a, size_t n, struct mono now);
void graph_unlisten(struct graph *g, struct mono now);
/* A connection whose AUTH_INFO names this graph; its octets follow, from the first. */
MUST_USE enum err graph_accepted(struct graph *g, uint32_t link, const struct addr *local,
				 const struct addr *remote, struct mono now);
MUST_USE enum err graph_up(struct graph *g, uint32_t link, const struct addr *local,
			   const struct addr *remote, struct mono now);
void graph_down(struct graph *g, uint32_t link, enum err why, struct mono now);
MUST_USE enum err graph_input(struct graph *g, uint32_t link, struct span bytes, struct mono now);
void graph_drained(struct graph *g, uint32_t link, struct mono now);
/* The application does not read what came on the link: the owner reads no more of it. */
bool graph_link_waits(const struct graph *g, uint32_t link);
/* Octets of a frame that has not all come; until the next call that changes g. */
struct span graph_link_unfinished(const struct graph *g, uint32_t link);
void graph_wall(struct graph *g, struct wall wall, struct mono now);
void graph_tick(struct graph *g, struct mono now);
struct mono graph_deadline(const struct graph *g);
void graph_store_failed(struct graph *g, uint64_t first, enum err why, struct mono now);
/* Leaves: deletes its Contact, Presence and Signature, says DISCONNECT. Done when
 * graph_busy() is false; left and delta are to be persisted then. */
void graph_stop(struct graph *g, struct mono now);
bool graph_busy(const struct graph *g);
/* The provider can tell more now: n 0, all that were deferred. */
void graph_revalidate(struct graph *g, const struct graph_guid *ids, size_t n, struct mono now);
/* Sessions that wait are asked again. */
void graph_resume(struct graph *g, struct mono now);
/* Somebody's right ended: what is stored, and who is linked, is held against the provider
 * again, in slices; what no longer stands is purged, with an event each. */
void graph_recheck(struct graph *g, struct mono now);
/* The same, at once, where what stands is another than before whatever was judged then: what
 * stands again is asked of neighbors. */
void graph_recheck_ended(struct graph *g, struct mono now);

/* The provider can reveal more now, or seal again: changes that waited for that go on, what was hidden is looked at again, in slices, and what is
 * shown now is told as added. */
void graph_reveal(struct graph *g, struct mono now);

/* It connects to nobody by itself from now on, until it shall again. */
void graph_apart(struct graph *g, bool apart, struct mono now);

/* What a group says of itself, in its own records: it holds before what Graph Info says, and
 * GRAPH_SET cannot change it. */
struct graph_saying {
	const char *name, *comment; /* what does not fit changes nothing */
	bool defer_expiration, no_presence;
};
void graph_said(struct graph *g, const struct graph_saying *what, struct mono now);

enum graph_command_kind {
	GRAPH_RECORD_ADD,      /* type, life, payload, attributes; the reply has `id` */
	GRAPH_RECORD_UPDATE,   /* id; if_version; what is given of payload, attributes, life */
	GRAPH_RECORD_DELETE,   /* id; local_only: without telling anybody */
	GRAPH_CONNECT_TO,      /* remote, peer: a neighbor; answered when CONNECTED or given up */
	GRAPH_DISCONNECT_FROM, /* conn */
	GRAPH_SET,	       /* what `set` names of properties, name, presence */
	GRAPH_CONN_OPEN,       /* direct: remote or peer or node; answered when CONNECTED */
	GRAPH_CONN_SEND,       /* conn, type, payload: answered when there is room for more */
	GRAPH_CONN_CLOSE,
	GRAPH_CONN_READ,     /* conn: `paused` */
	GRAPH_PING,	     /* node 0: every neighbor; answered with the round trip that TCP
			      * allows to see: the time until the octets have gone */
	GRAPH_ACCEPT_DIRECT, /* `paused`: no longer */
	GRAPH_IMPORT,	     /* record octets of a database, validated as if they had come;
			      * `reserved`: the provider was shown them, also while connected */
	GRAPH_REVALIDATE     /* as graph_revalidate() of all */
};

#define GRAPH_SET_NAME		0x01
#define GRAPH_SET_COMMENT	0x02
#define GRAPH_SET_PRESENCE_LIFE 0x04
#define GRAPH_SET_PRESENCE_MAX	0x08
#define GRAPH_SET_PRESENT	0x10 /* force our presence, or no longer: `present` */
#define GRAPH_SET_ATTRIBUTES	0x20 /* of our presence: `payload`, UTF-8 */

/* Spans are borrowed for the call. */
struct graph_command {
	enum graph_command_kind kind;
	struct graph_guid type, id;
	uint32_t if_version; /* 0: any; else ERR_CONFLICT when it is another */
	bool has_payload, has_attributes, local_only, paused, present;
	bool reserved; /* RECORD_...: by the owner of the provider, who may publish its types */
	struct span payload;	/* octets */
	struct span attributes; /* XML, UTF-8 */
	int64_t expires;	/* us since 1970 UTC; 0: as it is, or a year ahead */
	struct addr remote;	/* family 0: none */
	struct span peer;	/* Peer ID, UTF-8 */
	uint64_t node;		/* Node ID */
	uint64_t conn;
	uint32_t set;
	const struct graph_properties *properties;
};
/* Ends in one GRAPH_OUT_REPLY with `number`. ERR_NOMEM. */
MUST_USE enum err graph_command(struct graph *g, const struct graph_command *c, uint64_t number,
				struct mono now);
/* The caller of a CONNECT_TO or CONN_OPEN is gone: the attempt ends. */
void graph_cancel(struct graph *g, uint64_t number, struct mono now);

#define GRAPH_EVENTS(X)                                                                            \
	X(STATUS, "status")	    /* listening, connected or synchronised changed */             \
	X(PROPERTIES, "properties") /* Graph Info changed */                                       \
	X(RECORD, "record")	    /* change, id, type, version */                                \
	X(DIRECT, "direct")	    /* a direct connection: status, conn, peer, err */             \
	X(NEIGHBOR, "neighbor")	    /* a neighbor: status, conn, peer, err */                      \
	X(NEED_CONNECTION, "need-connection")                                                      \
	X(NODE, "node")			/* a node is here, left, changed: status, peer */          \
	X(SYNCHRONISED, "synchronised") /* one record type; type zero: all */                      \
	X(PARTITION, "partition")	/* another signature is seen, or no longer (status) */     \
	X(SIGNATURE, "signature")	/* it changed */                                           \
	X(TIME, "time")			/* a neighbor's clock is too far off: skew */              \
	X(INVALID, "invalid")		/* a record was refused: fault, peer */                    \
	X(BAD_PEER, "bad-peer")		/* a link was closed for what came on it: err, text */     \
	X(SLOW, "slow")			/* a neighbor was dropped since it reads too slowly */     \
	X(FULL, "full")			/* a limit of the database */                              \
	X(STORE_FAILED, "store-failed") /* what was put is undone; neighbors are asked anew */     \
	X(LOADED, "loaded")		/* the database was read */
enum graph_event_kind {
#define X(name, text) GRAPH_EVENT_##name,
	GRAPH_EVENTS(X)
#undef X
	GRAPH_EVENT_COUNT
};

enum graph_link_status {
	GRAPH_LINK_CONNECTED = 1,
	GRAPH_LINK_ENDED = 2,
	GRAPH_LINK_FAILED = 3,
	GRAPH_LINK_CHANGED = 4 /* NODE: it says something else of itself */
};
enum graph_record_change {
	GRAPH_RECORD_ADDED = 1,
	GRAPH_RECORD_UPDATED = 2,
	GRAPH_RECORD_GONE = 3,
	GRAPH_RECORD_EXPIRED = 4
};

struct graph_event {
	enum graph_event_kind kind;
	uint32_t graph;	      /* its number */
	const char *graph_id; /* lives as long as the graph */
	enum graph_record_change change;
	enum graph_link_status status;
	bool incoming, ours; /* NEIGHBOR, DIRECT; RECORD: made here */
	struct graph_guid id, type;
	uint32_t version;
	uint64_t conn, node, signature;
	struct addr remote;
	enum err err;
	enum graph_fault fault;
	int64_t skew;			/* us */
	const char *text;		/* static, may be NULL */
	char peer[GRAPH_ID_OCTETS + 1]; /* last: mostly empty, and then not copied */
};
/* As an assignment, but of `peer` only what is in it. */
void graph_event_copy(struct graph_event *to, const struct graph_event *from);

enum graph_out_kind {
	GRAPH_OUT_DIAL, /* `link` to `remote` */
	GRAPH_OUT_SEND,
	GRAPH_OUT_CLOSE,
	GRAPH_OUT_EVENT,
	GRAPH_OUT_REPLY, /* to command `number` */
	GRAPH_OUT_DATA	 /* PT2PT for the application: `conn`, `type`, `bytes` */
};

/* Lives until the next call. `after`, `drain`: as in node.h. */
struct graph_out {
	enum graph_out_kind kind;
	uint32_t link;
	struct addr remote;
	struct span bytes;
	bool drain;
	const struct graph_event *event;
	uint64_t number, conn;
	struct graph_guid type; /* DATA; REPLY to ADD: the Record ID */
	uint32_t version;	/* REPLY to ADD, UPDATE, DELETE */
	enum err err;
	const char *text; /* REPLY with an error: more on it; static, may be NULL */
	int64_t elapsed;
	uint64_t after;
};
bool graph_poll(struct graph *g, struct graph_out *out);

/* A look inside; changes nothing. */
struct graph_counts {
	uint64_t in, out;	      /* octets of links */
	uint64_t flood_in, flood_out; /* messages */
	uint64_t fresh, present, old; /* of the records that came */
	uint64_t invalid, deferred, expired;
	uint64_t sync_records, sync_octets; /* that came in synchronisations */
	uint64_t slow, bad;
};
struct graph_info {
	const struct graph_properties *properties;
	const char *peer;
	uint64_t node, signature;
	bool created, loaded, listening, synchronised, contact, stopping;
	bool signature_ours;
	uint32_t neighbors, directs, contacts, contacts_wanted, nodes; /* wanted: Cmin */
	bool partition;	     /* a contact tells of another signature */
	int64_t time_delta;  /* 100 ns */
	uint64_t time, left; /* peer time */
	struct graph_counts counts;
	struct graph_db_info db;
	size_t backlog; /* records that wait for neighbors */
	size_t to_try;	/* addresses on the Referral List */
	struct mono maintain_at;
};
void graph_info(const struct graph *g, struct mono now, struct graph_info *out);
/* Where it listens, as graph_listen() said; 0: nowhere, or where is not known. */
size_t graph_reached_at(const struct graph *g, const struct addr **at);
const struct graph_db *graph_database(const struct graph *g);
/* Peer time and back, us since 1970 UTC. */
int64_t graph_time_wall(const struct graph *g, uint64_t t);
uint64_t graph_time_of(const struct graph *g, int64_t wall_us);

struct graph_link_info {
	uint64_t conn;
	uint32_t link;
	bool direct, incoming, connected;
	uint64_t node;
	char peer[GRAPH_ID_OCTETS + 1];
	struct addr local, remote;
	uint32_t utility;
	const char *state, *sync; /* "connected"; "hash", "" none */
	struct mono since;
	uint64_t in, out, unsent;
	size_t backlog;		  /* records */
	uint64_t useful, useless; /* of its FLOODs, by our ACKs */
	int64_t skew;
};
bool graph_link_next(const struct graph *g, size_t *at, struct graph_link_info *out);

struct graph_node_info {
	uint64_t node;
	char peer[GRAPH_ID_OCTETS + 1];
	bool self, neighbor, contact;
	size_t n_addresses;
	struct addr address[GRAPH_ADDRESSES_MAX];
	struct span attributes; /* UTF-8, of its presence; until the next call */
};
/* Where other nodes are reached, for the next life: neighbors first. */
size_t graph_known(const struct graph *g, struct addr *out, size_t most);
/* Nodes with a presence record, and neighbors. */
bool graph_node_next(const struct graph *g, size_t *at, struct graph_node_info *out);

/* A record as the application sees it: decoded from its octets and revealed, until the next call
 * on the store or the graph. ERR_NOT_FOUND, also for what is deleted, reserved or hidden;
 * ERR_STATE: not loaded. */
MUST_USE enum err graph_record_get(const struct graph *g, const struct graph_guid *id,
				   struct graph_record *out);

/* The same of an entry that is at hand. */
MUST_USE enum err graph_entry_get(const struct graph *g, const struct graph_entry *e,
				  struct graph_record *out);

#endif
