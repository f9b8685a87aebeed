/* context.h - the part of <homestead.h> that all others need: contexts, operations,
 * events, iterators, results. What holds for all calls stands in <homestead.h>. */
#ifndef HOMESTEAD_CONTEXT_H
#define HOMESTEAD_CONTEXT_H

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
/* As a POST of hst_call(), of an operation that takes a secret over stream.sock and answers with
 * one line, which the operation ends with. The secret, 1,024 octets at most, is in no request,
 * and is wiped when it went. */
HST_API int hst_call_secret(hst_ctx *c, const char *path, const char *body, const void *secret,
			    size_t n, int deadline_ms, hst_op *op);
HST_API int hst_op_cancel(hst_ctx *c, hst_op op);

/* The daemon's events from now on; part and level NULL: all. Restored by the
 * library when the daemon comes back. */
HST_API int hst_subscribe(hst_ctx *c, const char *part, const char *level, hst_sub *sub);
HST_API int hst_unsubscribe(hst_ctx *c, hst_sub sub);

/* What the daemon counts, one JSON object; as GET /v1/status. */
HST_API int hst_stats(hst_ctx *c, hst_op *op);

/* Results one after the other; the iterator is freed by hst_free. 1: *item has the next,
 * freed by hst_free, and outlives the iterator; 0: no more; below 0: HST_E_*. */
typedef struct hst_iter hst_iter;
HST_API int hst_iter_next(hst_iter *it, void **item);

/* What goes over the links of a part ("graph"), from now on, as a pcapng file into a
 * descriptor that is borrowed until the operation ends: by hst_op_cancel(), or when the
 * daemon does or the descriptor cannot be written. Whatever ends it, the file holds whole
 * packets. deadline_ms is for it to begin. */
HST_API int hst_capture(hst_ctx *c, const char *part, int fd, int deadline_ms, hst_op *op);

/* Who listens on Homestead's ports on this machine, with or without a daemon:
 * *json gets one JSON object, as GET /v1/ports; hst_free it. Local, at once. */
HST_API int hst_ports(hst_ctx *c, char **json);

/* Contexts, events, strings: whatever the library returned. */
HST_API void hst_free(void *p);

#ifdef __cplusplus
}
#endif

#endif
