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

/* Negative results. Numbers never change; the list only grows. */
enum hst_result {
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
	HST_E_UNSUPPORTED = -13
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
	HST_EVENT_STEP = 7	/* a step of a search that is traced: op, json */
};

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

/* Who listens on Homestead's ports on this machine, with or without a daemon:
 * *json gets one JSON object, as GET /v1/ports; hst_free it. Local, at once. */
HST_API int hst_ports(hst_ctx *c, char **json);

/* Contexts, events, strings: whatever the library returned. */
HST_API void hst_free(void *p);

#ifdef __cplusplus
}
#endif

#endif
