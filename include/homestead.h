/* homestead.h - libhomestead: talk to a Homestead daemon from a program.
 *
 * A context (hst_ctx) shows one descriptor, hst_ctx_fd(). Poll it for reading,
 * then call hst_ctx_next_event() until it gives NULL; nothing here blocks but
 * hst_ctx_wait(). Whatever may touch the daemon returns an operation (hst_op)
 * at once and ends in exactly one HST_EVENT_OP_DONE.
 *
 * Ownership: whatever the library returns goes to hst_free(); NULL is fine.
 * Inputs are copied before return. Text is UTF-8, times are microseconds UTC.
 * Results are 0, a negative HST_E_* or a positive piece of good news.
 * Threads: a context belongs to one thread at a time; only hst_ctx_wakeup()
 * may be called from others and from signal handlers. */
#ifndef HOMESTEAD_H
#define HOMESTEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HST_API __attribute__((visibility("default")))
#else
#define HST_API
#endif

typedef struct hst_ctx hst_ctx;
typedef uint64_t hst_op;
typedef uint64_t hst_sub;
typedef struct hst_conn hst_conn; /* a direct connection, see there */

/* Negative results, and positive good news. Numbers never change; the list only grows. */
enum hst_result {
	HST_CREATED = 1, /* it was not there before */
	HST_ALREADY = 2, /* it was so before */
	HST_OK = 0,
	HST_E_NOMEM = -1,
	HST_E_INVALID = -2, /* an argument or request is not accepted */
	HST_E_NOT_FOUND = -3,
	HST_E_EXISTS = -4,
	HST_E_DENIED = -5,
	HST_E_NOT_READY = -6, /* not in the present state, or offline */
	HST_E_DEADLINE = -7,
	HST_E_NO_DAEMON = -8,
	HST_E_CANCELLED = -9,
	HST_E_IO = -10,
	HST_E_FULL = -11,
	HST_E_PROTOCOL = -12, /* the daemon's answer is not understood */
	HST_E_UNSUPPORTED = -13,
	HST_E_AGAIN = -14 /* not now: an event tells when */
};

#define HST_INIT(type)                                                                             \
	{                                                                                          \
		.size = sizeof(type)                                                               \
	}

enum hst_ctx_flags {
	/* No daemon: the engine runs in this process, carried by the context's descriptor
	 * (libhomestead-engine.so.0 is loaded for it). The program must poll and take events
	 * all the time: nothing runs in between. The same calls do the same. */
	HST_CTX_INPROC = 1
};

typedef struct hst_ctx_opts {
	uint32_t size;		 /* HST_INIT */
	const char *socket_path; /* NULL: HOMESTEAD_SOCKET, the user's, the system's */
	uint32_t flags;		 /* enum hst_ctx_flags */
	const char *state_dir;	 /* INPROC: what is kept lies there; NULL: keep nothing */
	const char *config;	 /* INPROC: what runs and how, as doc/graph-howto.md shows;
				  * NULL: nothing but this */
	char *why;		 /* gets the reason when there is no context; may be NULL */
	size_t why_n;		 /* its size */
} hst_ctx_opts;

/* What went wrong last on a context. Lives until the next call on it. */
typedef struct hst_error {
	uint32_t size;
	int code;	     /* HST_E_* */
	const char *message; /* what failed, on which object, why */
	const char *hint;    /* what to do next; "" when nothing is known */
} hst_error;

enum hst_event_kind {
	HST_EVENT_OP_DONE = 1,	/* an operation ended: result, json */
	HST_EVENT_NODE = 2,	/* an event of the daemon: json */
	HST_EVENT_OVERFLOW = 3, /* `dropped` events were lost: ask anew */
	HST_EVENT_DAEMON = 4,	/* result HST_OK: back, subscriptions restored; else lost */
	HST_EVENT_ENDED = 5,	/* the daemon refused a subscription, it is over: result */
	HST_EVENT_ENDPOINT = 6, /* a search found a publisher: op, endpoint, json */
	HST_EVENT_STEP = 7,	/* a step of a search that is traced: op, json */
	/* Of graphs, by hst_graph_subscribe(); each with sub, graph and json. */
	HST_EVENT_STATUS = 8,	  /* listening, connected or synchronised changed */
	HST_EVENT_SYNCED = 9,	  /* its records are complete: type; zero: of all types */
	HST_EVENT_PROPS = 10,	  /* its name, comment or presence changed */
	HST_EVENT_RECORD = 11,	  /* change (HST_RECORD_ADDED ...), id, type, version, ours */
	HST_EVENT_MESH_NODE = 12, /* a node is here, changed, left: change, node, peer */
	HST_EVENT_NEIGHBOUR = 13, /* change, node, peer, conn_number, incoming, message */
	HST_EVENT_DIRECT = 14,	  /* the same of a direct connection */
	/* No neighbor, and none known: hst_graph_connect(). With HST_LINK_CONNECTED: there are
	 * some, and a node that may be cut off could be connected to as well. */
	HST_EVENT_NEED_CONNECTION = 15,
	HST_EVENT_CLOCK_SKEW = 16, /* a neighbor's clock: peer, skew */
	HST_EVENT_PARTITION = 17,  /* the graph is in pieces, or (HST_LINK_ENDED) no longer */
	HST_EVENT_TROUBLE = 18,	   /* refused records, slow or bad neighbors, limits: message */
	/* Of groups, by hst_group_subscribe(), beside PROPS, CLOCK_SKEW and TROUBLE. */
	HST_EVENT_MEMBER = 19,	    /* change (HST_MEMBER_...), peer, role, ours, until */
	HST_EVENT_AUTH_FAILED = 20, /* a connection was refused: peer, skew, message */
	HST_EVENT_MEMBERSHIP = 21,  /* ours ends soon, has ended, was renewed: until, message */
	/* Of a direct connection of this context: conn, conn_number. */
	HST_EVENT_DATA = 24,	 /* a message: type, data */
	HST_EVENT_WRITABLE = 25, /* after HST_E_AGAIN: there is room again */
	HST_EVENT_CLOSED = 26	 /* it is over; conn is to be freed */
};

enum hst_change {
	HST_RECORD_ADDED = 1,
	HST_RECORD_UPDATED = 2,
	HST_RECORD_DELETED = 3,
	HST_RECORD_EXPIRED = 4,
	HST_LINK_CONNECTED = 5,
	HST_LINK_ENDED = 6,
	HST_LINK_FAILED = 7,
	HST_LINK_CHANGED = 8, /* of a node: it says something else of itself */
	HST_MEMBER_JOINED = 9,
	HST_MEMBER_UPDATED = 10,
	HST_MEMBER_ONLINE = 11,
	HST_MEMBER_OFFLINE = 12,
	HST_MEMBER_ROLE = 13, /* it may do more, or less */
	HST_MEMBER_ENDED = 14 /* its membership */
};

/* Record types, Record IDs, types of data; the order of octets is that of the text. */
typedef struct hst_guid {
	uint8_t at[16];
} hst_guid;

/* Where a program is reached. */
typedef struct hst_address {
	struct sockaddr_storage addr; /* AF_INET or AF_INET6, with its port; to publish also
				       * AF_UNSPEC: this machine, see hst_publish_opts.port */
	int protocol;		      /* IPPROTO_TCP, IPPROTO_UDP, ...; 0: TCP */
} hst_address;

/* A publisher of a name. */
typedef struct hst_endpoint {
	uint32_t size;
	const char *name, *cloud, *comment;
	bool secure; /* its key proves that the name is its own */
	bool local;  /* it is this machine */
	size_t n_addresses;
	const hst_address *addresses;
	const void *payload; /* NULL: none, or not asked for */
	size_t payload_n;
	bool payload_text; /* it is UTF-8, with a NUL behind it */
} hst_endpoint;

/* Unknown kinds must be ignored. Freed with hst_free. */
typedef struct hst_event {
	uint32_t size;
	uint32_t kind;
	hst_op op;		      /* OP_DONE */
	hst_sub sub;		      /* NODE, OVERFLOW, ENDED */
	int result;		      /* OP_DONE, DAEMON, ENDED */
	uint64_t dropped;	      /* OVERFLOW */
	const char *json;	      /* answer or event, one JSON object; "" without */
	const char *message, *hint;   /* with a result below 0; else "" */
	const hst_endpoint *endpoint; /* ENDPOINT; part of the event */
	/* Of graphs and direct connections, as their kinds say; else zero or "". */
	const char *graph; /* Graph ID */
	const char *peer;  /* Peer ID */
	uint32_t change;   /* enum hst_change */
	uint32_t version;
	hst_guid id, type;
	bool ours, incoming;
	uint64_t node, conn_number;
	int64_t skew; /* us */
	hst_conn *conn;
	const void *data; /* with a NUL behind it */
	size_t data_n;
	int role; /* of groups: enum hst_role */
	int64_t until;
} hst_event;

HST_API const char *hst_version(void);
HST_API const char *hst_strerror(int result);

/* opts may be NULL. HST_E_NOMEM, HST_E_IO. Succeeds without a daemon; calls
 * then end in HST_E_NO_DAEMON with a hint. INPROC: HST_E_INVALID (config),
 * HST_E_UNSUPPORTED (the library of the engine is not there), HST_E_EXISTS (another
 * process holds state_dir); hst_free() then takes up to 2 s to take leave of peers. */
HST_API int hst_ctx_new(const hst_ctx_opts *opts, hst_ctx **out);
/* One level-triggered descriptor: readable when there is work or an event. */
HST_API int hst_ctx_fd(hst_ctx *c);
/* Does pending work without blocking; NULL when there is no event. */
HST_API hst_event *hst_ctx_next_event(hst_ctx *c);
/* Blocks until there is an event, or for timeout_ms (-1: for ever): then NULL. */
HST_API hst_event *hst_ctx_await(hst_ctx *c, int timeout_ms);
/* Blocks until op ends; *ev (may be NULL) gets its event. Other events stay
 * queued. timeout_ms -1: the operation's own deadline. Gives op's result. */
HST_API int hst_ctx_wait(hst_ctx *c, hst_op op, int timeout_ms, hst_event **ev);
HST_API void hst_ctx_wakeup(hst_ctx *c);
HST_API const hst_error *hst_last_error(hst_ctx *c);
/* The socket the context talks to, "" for INPROC. Lives as long as the context. */
HST_API const char *hst_ctx_socket(hst_ctx *c);

/* Any operation of the daemon's API (doc/api.md): method "GET", "POST", "PUT"
 * or "DELETE", path "/v1/...", body a JSON object or NULL. deadline_ms 0 takes
 * the default of 30 s; at most 600 s. */
HST_API int hst_call(hst_ctx *c, const char *method, const char *path, const char *body,
		     int deadline_ms, hst_op *op);
HST_API int hst_op_cancel(hst_ctx *c, hst_op op);

/* The daemon's events from now on; part and level NULL: all. Restored by the
 * library when the daemon comes back. */
HST_API int hst_subscribe(hst_ctx *c, const char *part, const char *level, hst_sub *sub);
HST_API int hst_unsubscribe(hst_ctx *c, hst_sub sub);

/* What the daemon counts, one JSON object; as GET /v1/status. */
HST_API int hst_stats(hst_ctx *c, hst_op *op);

/* Names without servers. A name is "0.printer-room" (anybody may publish it),
 * "printer-room" for short, the 40 digits of a key, a dot and a classifier, or
 * a host name below pnrp.net. */

/* *name gets "0.CLASSIFIER", or "AUTHORITY.CLASSIFIER" with the digits of a key.
 * Local, at once; hst_free it. HST_E_INVALID. */
HST_API int hst_name_make(hst_ctx *c, const char *authority, const char *classifier, char **name);

enum hst_name_form {
	HST_NAME_PEER = 1, /* "0.printer-room" */
	HST_NAME_HOST = 2  /* "printer-room.pnrp.net"; HST_E_UNSUPPORTED: it has none */
};
/* The same name in another form. Local, at once; hst_free it. */
HST_API int hst_name_convert(hst_ctx *c, const char *name, int form, char **out);

typedef struct hst_publish_opts {
	uint32_t size;	   /* HST_INIT */
	const char *cloud; /* NULL: all */
	bool secure;	   /* under this machine's key */
	bool temporary;	   /* until the daemon ends */
	uint16_t port;	   /* on all addresses of this machine, kept current, where no
			    * addresses are given */
	int protocol;	   /* of that port; 0: TCP */
	const hst_address *addresses;
	size_t n_addresses;  /* at most 10 */
	const char *comment; /* NULL: none; at most 39 characters */
	const void *payload; /* NULL: none; at most 4,096 octets */
	size_t payload_n;
	bool payload_text; /* it is UTF-8 */
	int deadline_ms;   /* 0: 30 s */
} hst_publish_opts;
/* Publishes a name, or changes what it leads to. opts may be NULL. */
HST_API int hst_name_publish(hst_ctx *c, const char *name, const hst_publish_opts *opts,
			     hst_op *op);

typedef struct hst_unpublish_opts {
	uint32_t size;	 /* HST_INIT */
	bool secure;	 /* the name that was published so, given without its key */
	int deadline_ms; /* 0: 30 s */
} hst_unpublish_opts;
/* Withdraws a name. opts may be NULL; HST_E_NOT_FOUND: it is not published here. */
HST_API int hst_name_unpublish(hst_ctx *c, const char *name, const hst_unpublish_opts *opts,
			       hst_op *op);

enum hst_criteria {
	HST_CRITERIA_ANY = 0,
	HST_CRITERIA_NEAREST = 1, /* to this machine, as far as the network tells */
	HST_CRITERIA_NEAREST64 = 2
};
typedef struct hst_resolve_opts {
	uint32_t size;	   /* HST_INIT */
	const char *cloud; /* NULL: all */
	uint32_t most;	   /* publishers that are enough, up to 64; 0: one */
	int criteria;	   /* enum hst_criteria */
	bool remote_only;  /* not this machine's own */
	bool payload;	   /* fetch it, too */
	bool trace;	   /* an HST_EVENT_STEP for each node that is asked */
	int deadline_ms;   /* 0: 30 s; at most 600 s */
} hst_resolve_opts;
/* Finds who publishes a name: one HST_EVENT_ENDPOINT each, as they are found, then the
 * OP_DONE, whose json holds them all; HST_E_NOT_FOUND without any. hst_op_cancel() ends
 * the search. opts may be NULL. */
HST_API int hst_name_resolve(hst_ctx *c, const char *name, const hst_resolve_opts *opts,
			     hst_op *op);

/* The clouds of this machine, their states and counters; as GET /v1/clouds. */
HST_API int hst_cloud_list(hst_ctx *c, hst_op *op);

/* Graphs: a mesh of nodes that repairs itself, and a database of records that is the same
 * at each of them.
 *
 * What only the machine itself has to do is done when a call returns, after one round trip
 * to the daemon (HST_E_DEADLINE after 5 s); what touches the network is an operation. Other
 * programs of the machine share its graphs: a handle is a handle, and the graph stays open
 * when the handle is freed, and over restarts, until somebody closes it. Handles of a context
 * that is gone can be freed, and fail in everything else. */
typedef struct hst_graph hst_graph;

#define HST_GUID_TEXT 37 /* "0ccbb0d2-be41-4bd6-914b-058ec5dcce64", NUL and all */
HST_API int hst_guid_parse(const char *text, hst_guid *guid); /* HST_E_INVALID */
HST_API void hst_guid_text(const hst_guid *guid, char text[HST_GUID_TEXT]);
/* The record type that a word stands for, so that programs need not agree on a GUID. Small letters,
 * digits and -, not first. HST_E_INVALID. */
HST_API int hst_record_type(const char *word, hst_guid *type);

/* "192.0.2.7", "192.0.2.7:3587", "[2001:db8::7]:3587", "fe80::1%2"; `port` where none is
 * given. HST_E_INVALID. */
HST_API int hst_address_parse(const char *text, uint16_t port, hst_address *address);

enum hst_scope {
	HST_SCOPE_GLOBAL = 0,
	HST_SCOPE_SITE = 1,
	HST_SCOPE_LINK = 2
};
enum hst_presence {
	HST_PRESENCE_USUAL = 0, /* all */
	HST_PRESENCE_ALL = -1,
	HST_PRESENCE_NONE = -2
};
#define HST_GRAPH_DEFER	 0x1u /* records stay past their time while there is no neighbor */
#define HST_GRAPH_LISTEN 0x2u /* take connections, as soon as the database is complete */

/* What a graph is. Text NULL: none, or as usual. */
typedef struct hst_graph_props {
	uint32_t size;		    /* HST_INIT */
	const char *id;		    /* its Graph ID: the same at all its nodes */
	const char *peer;	    /* our Peer ID in it; NULL: one of this machine's own */
	const char *node_name;	    /* friendly name of our node */
	const char *name;	    /* friendly name of the graph */
	const char *comment;	    /* about the graph */
	uint32_t flags;		    /* HST_GRAPH_... */
	int scope;		    /* enum hst_scope */
	const char *profile;	    /* "modern" (NULL) or "classic" */
	uint32_t record_max;	    /* octets of a record; 0: as many as the protocol can */
	int presence;		    /* who tells that it is here: enum hst_presence, or
				    * about so many nodes */
	uint32_t presence_life_s;   /* for how long that counts; 0: 300 */
	const hst_guid *sync_order; /* record types that are synchronised first */
	size_t n_sync_order;
	const char *attributes; /* hst_graph_set: what our presence says about us */
	bool present;		/* hst_graph_set: we tell that we are here in any case */
} hst_graph_props;

/* *g gets a handle, for hst_free. HST_E_EXISTS; HST_E_NOT_READY: the part graph is off. */
HST_API int hst_graph_create(hst_ctx *c, const hst_graph_props *props, hst_graph **g);
/* A graph of this machine, or one that other machines have: then HST_CREATED, and records
 * come when hst_graph_connect() has found a neighbor. Open already: just the handle. */
HST_API int hst_graph_open(hst_ctx *c, const hst_graph_props *props, hst_graph **g);
HST_API const char *hst_graph_id(const hst_graph *g);
/* Takes leave of the neighbors; the database stays. */
HST_API int hst_graph_close(hst_graph *g);
/* The same, and forgets the database. */
HST_API int hst_graph_delete(hst_graph *g);
/* From now on other nodes can connect here. HST_E_NOT_READY: its database was never
 * complete. */
HST_API int hst_graph_listen(hst_graph *g);
/* A first neighbor: the others find themselves. peer NULL: whoever runs it. Ends when it is
 * connected, or will not be. addr NULL is HST_E_INVALID. deadline_ms as hst_call(). */
HST_API int hst_graph_connect(hst_graph *g, const char *peer, const struct sockaddr *addr,
			      int deadline_ms, hst_op *op);
/* Ends a connection of hst_graph_links(). */
HST_API int hst_graph_disconnect(hst_graph *g, uint64_t conn);

typedef struct hst_graph_info {
	uint32_t size;
	const char *id, *state, *why; /* "closed", "loading", "waiting", "alone", "connected",
				       * "leaving"; and in words */
	const char *peer, *name, *comment, *creator;
	uint64_t node; /* our Node ID */
	bool open, listening, synchronised, partition;
	uint64_t neighbors, directs, nodes, contacts;
	uint64_t records, octets;
	uint64_t signature;
	int64_t time; /* the graph's common clock */
	int64_t skew; /* how far ours is ahead of it, us */
	uint64_t record_max;
	const char *json; /* all there is, as GET /v1/graphs/{graph} */
} hst_graph_info;
/* *info is freed by hst_free. */
HST_API int hst_graph_get(hst_graph *g, hst_graph_info **info);

#define HST_SET_NAME	      0x01u
#define HST_SET_COMMENT	      0x02u
#define HST_SET_PRESENCE      0x04u
#define HST_SET_PRESENCE_LIFE 0x08u
#define HST_SET_PRESENT	      0x10u
#define HST_SET_ATTRIBUTES    0x20u
/* Sets what mask names. */
HST_API int hst_graph_set(hst_graph *g, const hst_graph_props *props, uint32_t mask);
/* Records that could not be judged when they came are judged anew. */
HST_API int hst_graph_revalidate(hst_graph *g);
/* A sign of life to a neighbor, 0: to all; shows connections that are dead. */
HST_API int hst_graph_ping(hst_graph *g, uint64_t node, int deadline_ms, hst_op *op);
/* The database, to and from a descriptor that is borrowed until the operation ends. The
 * OP_DONE of an import has what came of it. */
HST_API int hst_graph_export(hst_graph *g, int fd, int deadline_ms, hst_op *op);
HST_API int hst_graph_import(hst_graph *g, int fd, int deadline_ms, hst_op *op);

/* What goes over the links of a part ("graph"), from now on, as a pcapng file into a
 * descriptor that is borrowed until the operation ends: by hst_op_cancel(), or when the
 * daemon does or the descriptor cannot be written. Whatever ends it, the file holds whole
 * packets. deadline_ms is for it to begin. */
HST_API int hst_capture(hst_ctx *c, const char *part, int fd, int deadline_ms, hst_op *op);

/* Results one after the other; the iterator is freed by hst_free. 1: *item has the next,
 * freed by hst_free, and outlives the iterator; 0: no more; below 0: HST_E_*. */
typedef struct hst_iter hst_iter;
HST_API int hst_iter_next(hst_iter *it, void **item);

typedef struct hst_node_info {
	uint32_t size;
	uint64_t node;
	const char *peer, *attributes;
	bool self, neighbor, contact;
	size_t n_addresses;
	const hst_address *addresses;
} hst_node_info;
/* Items: hst_node_info, of nodes that tell they are here, and of neighbors. */
HST_API int hst_graph_nodes(hst_graph *g, hst_iter **it);

typedef struct hst_link_info {
	uint32_t size;
	uint64_t conn, node;
	const char *peer, *state;
	bool direct, incoming;
	struct sockaddr_storage local, remote;
	uint64_t octets_in, octets_out, unsent, backlog;
	int64_t skew; /* how far the other side's clock is ahead of the graph's, us */
} hst_link_info;
/* Items: hst_link_info. */
HST_API int hst_graph_links(hst_graph *g, hst_iter **it);

enum hst_attr_type {
	HST_ATTR_STRING = 0,
	HST_ATTR_INT = 1,
	HST_ATTR_DATE = 2
};
typedef struct hst_attr {
	const char *name; /* 1 to 40 letters and digits */
	int type;	  /* enum hst_attr_type */
	const char *value;
} hst_attr;

typedef struct hst_record {
	uint32_t size; /* HST_INIT */
	hst_guid type;
	const char *word; /* instead of a type, or NULL; what is found has it where it is known */
	const void *data;
	size_t data_n;	 /* NULL without HST_RECORDS_NO_DATA: see data_size */
	int64_t expires; /* us; 0: see life */
	int64_t life;	 /* us from now; 0: a year. Not of what is found */
	const hst_attr *attrs;
	size_t n_attrs;
	/* Of what is found alone. */
	hst_guid id;
	uint32_t version; /* 1, and one more with each change */
	bool ours;	  /* this node made or changed it last */
	const char *creator, *modifier;
	int64_t created, modified;
	uint64_t data_size; /* octets of its data; `data` is NULL where they were not wanted */
} hst_record;

/* It is on disk when this returns, and on its way to all others. *id may be NULL. HST_E_FULL:
 * neighbors do not read as fast as we write; try again. */
HST_API int hst_record_add(hst_graph *g, const hst_record *rec, hst_guid *id);

#define HST_RECORD_DATA	 0x1u
#define HST_RECORD_ATTRS 0x2u
#define HST_RECORD_TIME	 0x4u
/* Sets what mask names of the record rec->id. if_version 0: whatever it is; else HST_E_EXISTS
 * when it is another. */
HST_API int hst_record_update(hst_graph *g, const hst_record *rec, uint32_t mask,
			      uint32_t if_version);
#define HST_RECORD_LOCAL 0x1u /* only here: a synchronisation may bring it back */
HST_API int hst_record_delete(hst_graph *g, const hst_guid *id, uint32_t flags);
/* *rec is freed by hst_free. HST_E_NOT_FOUND. */
HST_API int hst_record_get(hst_graph *g, const hst_guid *id, hst_record **rec);
#define HST_RECORDS_NO_DATA 0x1u
/* Items: hst_record. type NULL: all; query NULL: all, else a query as `type = note and
 * author = "ann"` or a peersearch document; HST_E_INVALID says at which column. */
HST_API int hst_record_list(hst_graph *g, const hst_guid *type, const char *query, uint32_t flags,
			    hst_iter **it);

/* Events of a graph: the kinds of which bit (1 << (kind - HST_EVENT_STATUS)) is in kinds, 0:
 * all; type NULL: records of all types. What happens after this returned is told. Ended by
 * hst_unsubscribe(). */
#define HST_KIND(kind) (UINT64_C(1) << ((kind)-HST_EVENT_STATUS))
HST_API int hst_graph_subscribe(hst_graph *g, uint64_t kinds, const hst_guid *type, hst_sub *sub);
/* Whether other nodes may open direct connections here: then DIRECT tells of each. */
HST_API int hst_graph_accept(hst_graph *g, bool accept);

/* A direct connection to one node, for messages with a type each, of up to 1 MiB. */
/* By Peer ID, or Node ID, or address. It can be used when the operation ended well; *conn is
 * freed by hst_free, which ends it. */
HST_API int hst_conn_open(hst_graph *g, const char *peer, uint64_t node,
			  const struct sockaddr *addr, int deadline_ms, hst_conn **conn,
			  hst_op *op);
/* One that came in: `conn` of an HST_EVENT_DIRECT. */
HST_API int hst_conn_take(hst_graph *g, uint64_t conn, hst_conn **out);
/* Copies all or nothing. HST_E_AGAIN: it has too much to send already; an HST_EVENT_WRITABLE
 * comes when it has not. type NULL: none in particular (zero). */
HST_API int hst_conn_send(hst_conn *conn, const hst_guid *type, const struct iovec *iov, size_t n);
/* Sends what was taken, then ends it; an HST_EVENT_CLOSED tells when that is done. */
HST_API int hst_conn_close(hst_conn *conn);

/* Identities: who people are to each other. An identity is a key that stays on this machine and
 * a name made of it, "DIGITS.classifier"; its card is what others are given. Where one is
 * named, also its label will do, or six digits of its name; NULL is the default identity. The
 * first one of a machine becomes the default. */
typedef struct hst_identity_opts {
	uint32_t size;		/* HST_INIT */
	const char *label;	/* for people; NULL: its name. Everybody sees it */
	const char *classifier; /* NULL: its label; at most 149 characters. hst_identity_create
				 * alone */
	const char *profile;	/* "modern" (NULL) or "classic". hst_identity_create alone */
	bool make_default;
} hst_identity_opts;
typedef struct hst_identity_info {
	uint32_t size;
	const char *name, *label;
	const char *profile; /* "modern" or "classic" */
	const char *card;    /* XML, to be given to whoever invites; "" in a list */
	bool is_default;
	bool usable;	 /* its key can be read */
	const char *why; /* why not */
	uint64_t groups;
	int64_t made;
	const char *json; /* all there is; "" in a list */
} hst_identity_info;
/* *id gets its name. opts may be NULL. */
HST_API int hst_identity_create(hst_ctx *c, const hst_identity_opts *opts, char **id);
/* Items: hst_identity_info. */
HST_API int hst_identity_list(hst_ctx *c, hst_iter **it);
HST_API int hst_identity_get(hst_ctx *c, const char *id, hst_identity_info **info);
#define HST_IDENTITY_LABEL   0x1u
#define HST_IDENTITY_DEFAULT 0x2u
/* Sets what mask names. */
HST_API int hst_identity_set(hst_ctx *c, const char *id, const hst_identity_opts *opts,
			     uint32_t mask);
/* id NULL is HST_E_INVALID. HST_E_EXISTS: groups use it. flags: 0. */
HST_API int hst_identity_delete(hst_ctx *c, const char *id, uint32_t flags);
/* *document gets the identity, its key too, sealed under a passphrase of up to 1,024 octets:
 * what moves it to another machine. Memberships are not in it. The passphrase is used for the
 * call alone, and wiped here; the caller wipes its own. */
HST_API int hst_identity_export(hst_ctx *c, const char *id, const void *pass, size_t pass_n,
				char **document);
/* *id gets its name. HST_E_DENIED: another passphrase; HST_E_EXISTS. */
HST_API int hst_identity_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
				char **id);

/* Groups: graphs whose links are encrypted, whose members are known by certificates and whose
 * records are signed. A group is named by its Group Peer Name, six digits of it or more, or by
 * its friendly name. Records, nodes, events and direct connections are those of its graph.
 *
 * A group stays open in the daemon when its handle is freed, and over restarts, until
 * hst_group_disconnect(). */
typedef struct hst_group hst_group;

enum hst_role {
	HST_ROLE_MEMBER = 1,  /* reads, publishes, changes what is its own */
	HST_ROLE_INVITER = 2, /* and invites members and inviters */
	HST_ROLE_ADMIN = 3    /* and changes all records, makes administrators */
};
#define HST_GROUP_NO_MEMBER_DATA 0x1u /* members need not publish their certificates */
#define HST_GROUP_NO_PRESENCE	 0x2u /* nobody tells that it is here */
#define HST_GROUP_DEFER		 0x4u /* records stay past their time while there is no neighbor */

typedef struct hst_group_props {
	uint32_t size;		    /* HST_INIT */
	const char *name;	    /* friendly name; at most 126 characters */
	const char *comment;	    /* NULL: none */
	const char *identity;	    /* ours in it, for good; NULL: the default */
	const char *classifier;	    /* of its Group Peer Name; NULL: its name */
	const char *profile;	    /* "modern" (NULL) or "classic" */
	uint32_t flags;		    /* HST_GROUP_... */
	uint32_t membership_life_s; /* what members tell of themselves lives so long; 0: 28 days */
	uint32_t presence_life_s;   /* 0: 300 */
} hst_group_props;
/* Makes a group with us as its administrator, and opens it. Without the group key, which is on
 * this machine alone until hst_group_export() gives a copy, nobody can become its creator
 * again. */
HST_API int hst_group_create(hst_ctx *c, const hst_group_props *props, hst_group **g);
/* A handle of a group that this machine is in. HST_E_NOT_FOUND. */
HST_API int hst_group_open(hst_ctx *c, const char *group, hst_group **g);
/* Takes up an invitation, here alone: hst_group_connect() then finds the others. id NULL: the
 * identity that it is for. secret: NULL, an invitation to a card needs none. HST_ALREADY: we
 * are in that group; HST_E_DENIED: it is for somebody else, or no longer good. */
HST_API int hst_group_join(hst_ctx *c, const char *id, const char *invite, const char *secret,
			   hst_group **g);
HST_API const char *hst_group_id(const hst_group *g); /* its Group Peer Name */
/* Opens it, and ends when it is connected to a member at one of the addresses, tried in turn,
 * or cannot be. n 0: when it is open, to be found by others. deadline_ms as hst_call(). */
HST_API int hst_group_connect(hst_group *g, const hst_address *addrs, size_t n, int deadline_ms,
			      hst_op *op);
/* Takes leave of the neighbors; membership and records stay. */
HST_API int hst_group_disconnect(hst_group *g);
/* The same, and forgets membership and records; the identity stays. flags: 0. */
HST_API int hst_group_leave(hst_group *g, uint32_t flags);

typedef struct hst_group_info {
	uint32_t size;
	const char *id, *name, *comment;
	const char *identity; /* our peer name in it */
	const char *profile;
	const char *state, *why; /* as of its graph; or "locked": its keys are not at hand */
	bool open;
	bool owner;	     /* we hold the group key */
	bool owner_kept;     /* it was exported */
	int role;	     /* ours, enum hst_role; 0: none is valid */
	int64_t from, until; /* of our membership */
	uint64_t members, online, neighbors;
	const char *json; /* all there is; "" in a list */
} hst_group_info;
/* Items: hst_group_info. */
HST_API int hst_group_list(hst_ctx *c, hst_iter **it);
HST_API int hst_group_get(hst_group *g, hst_group_info **info);
#define HST_SET_OPTIONS 0x40u
/* Sets what mask of HST_SET_NAME, HST_SET_COMMENT and HST_SET_OPTIONS (flags) names, at all
 * members. */
HST_API int hst_group_set(hst_group *g, const hst_group_props *props, uint32_t mask);
/* Its graph, for hst_record_...(), hst_conn_...() and the like; lives as long as g, and must
 * not be freed. NULL: it is not open, or the context is gone. */
HST_API hst_graph *hst_group_graph(hst_group *g);

/* Its events: the kinds as hst_graph_subscribe() has them. Those of its graph come by that. */
HST_API int hst_group_subscribe(hst_group *g, uint64_t kinds, hst_sub *sub);

enum hst_group_what {
	HST_GROUP_MEMBERSHIP = 1, /* takes no passphrase: worth nothing without the identity */
	HST_GROUP_OWNER = 2	  /* the group key, sealed under a passphrase: the creator's */
};
HST_API int hst_group_export(hst_group *g, int what, const void *pass, size_t pass_n,
			     char **document);
/* Of either. *g may be NULL. */
HST_API int hst_group_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
			     hst_group **g);

typedef struct hst_member_info {
	uint32_t size;
	const char *name, *label;
	const char *issuer; /* who let it in */
	int role;	    /* enum hst_role; 0: none that holds */
	bool self, online;
	int64_t from, until; /* of its membership */
} hst_member_info;
#define HST_MEMBERS_ONLINE 0x1u
/* Items: hst_member_info, as far as they are known here; also those that are away. */
HST_API int hst_member_list(hst_group *g, uint32_t flags, hst_iter **it);
#define HST_GRANT_PUBLISH 0x1u /* tell all members, so that nothing need be carried to it */
/* A new membership of somebody who is in: another role, a later end (us; 0: as late as may
 * be). role 0: as it has. *invite, which may be NULL, gets the document to be carried to it. */
HST_API int hst_member_grant(hst_group *g, const char *who, int role, int64_t until, uint32_t flags,
			     char **invite);

typedef struct hst_invite_opts {
	uint32_t size;	      /* HST_INIT */
	const char *for_card; /* the document of an identity card */
	int role;	      /* enum hst_role; 0: member */
	int64_t expires;      /* end of the membership, us; 0: as the group has it */
} hst_invite_opts;
/* *text gets an invitation that only the holder of that card can use. */
HST_API int hst_invite_create(hst_group *g, const hst_invite_opts *opts, char **text);
typedef struct hst_invite_info {
	uint32_t size;
	const char *kind; /* "card", "invitation", "identity", "membership", "owner" */
	const char *group, *group_name; /* "": it has none */
	const char *identity;		/* whose it is, or for whom */
	const char *label;
	const char *issuer; /* who invites */
	bool valid;	    /* it holds, by what can be told without its group */
	const char *why;    /* why not */
	int role;
	int64_t from, until;
	const char *json;
} hst_invite_info;
/* What a card, an invitation or an export says. Changes nothing, and asks nobody else. */
HST_API int hst_invite_parse(hst_ctx *c, const char *text, hst_invite_info **info);

/* Who listens on Homestead's ports on this machine, with or without a daemon:
 * *json gets one JSON object, as GET /v1/ports; hst_free it. Local, at once. */
HST_API int hst_ports(hst_ctx *c, char **json);

/* Contexts, events, strings: whatever the library returned. */
HST_API void hst_free(void *p);

#ifdef __cplusplus
}
#endif

#endif
