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

typedef struct hst_ctx_opts {
	uint32_t size;		 /* HST_INIT */
	const char *socket_path; /* NULL: HOMESTEAD_SOCKET, the user's, the system's */
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
	HST_EVENT_ENDED = 5	/* the daemon refused a subscription, it is over: result */
};

/* Unknown kinds must be ignored. Freed with hst_free. */
typedef struct hst_event {
	uint32_t size;
	uint32_t kind;
	hst_op op;		    /* OP_DONE */
	hst_sub sub;		    /* NODE, OVERFLOW, ENDED */
	int result;		    /* OP_DONE, DAEMON, ENDED */
	uint64_t dropped;	    /* OVERFLOW */
	const char *json;	    /* answer or event, one JSON object; "" without */
	const char *message, *hint; /* with a result below 0; else "" */
} hst_event;

HST_API const char *hst_version(void);
HST_API const char *hst_strerror(int result);

/* opts may be NULL. HST_E_NOMEM, HST_E_IO. Succeeds without a daemon; calls
 * then end in HST_E_NO_DAEMON with a hint. */
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
/* The socket the context talks to. Lives as long as the context. */
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

/* Who listens on Homestead's ports on this machine, with or without a daemon:
 * *json gets one JSON object, as GET /v1/ports; hst_free it. Local, at once. */
HST_API int hst_ports(hst_ctx *c, char **json);

/* Contexts, events, strings: whatever the library returned. */
HST_API void hst_free(void *p);

#ifdef __cplusplus
}
#endif

#endif
