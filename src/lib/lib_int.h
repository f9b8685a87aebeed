/* lib_int.h - inside of libhomestead: shared by its files, seen by nobody else
 * but its tests. */
#ifndef LIB_LIB_INT_H
#define LIB_LIB_INT_H

#include <homestead.h>

#include "base/env.h"
#include "base/err.h"
#include "base/list.h"
#include "base/text.h"
#include "os/loop.h"

#include <curl/curl.h>

#define LIB_PATH_MAX	  108 /* of a socket */
#define LIB_PLACES_MAX	  4
#define LIB_OPS_MAX	  1024
#define LIB_SUBS_MAX	  32
#define LIB_CALLS_AT_ONCE 8    /* connections for operations; the others wait */
#define LIB_QUEUE_MAX	  4096 /* events nobody takes; then they overflow */
#define LIB_DEADLINE_MS	  30000
#define LIB_DEADLINE_MAX  600000
#define LIB_EVENT_MAX	  (1 << 20) /* octets of one event of a stream */

/* box.c: what hst_free takes. */
typedef void lib_fini_fn(void *p);
/* Zeroed; NULL without memory. `fini` is called before the block is freed. */
MUST_USE void *lib_box_new(const struct env *env, size_t n, lib_fini_fn *fini);

/* Octets that grow, up to a limit. */
struct lib_buffer {
	const struct env *env;
	char *p; /* NUL-ended once there is something */
	size_t n, size, max;
};
/* ERR_FULL beyond max, ERR_NOMEM. */
MUST_USE enum err lib_buffer_add(struct lib_buffer *b, const void *p, size_t n);
void lib_buffer_clear(struct lib_buffer *b); /* keeps its memory */
void lib_buffer_fini(struct lib_buffer *b);
const char *lib_buffer_text(const struct lib_buffer *b); /* "" when empty */

/* A server-sent event, as the parser found it; lives for the call. */
struct lib_sse {
	const char *type; /* "" for none */
	const char *data;
	uint64_t id; /* 0 none */
};
typedef enum err lib_sse_fn(void *arg, const struct lib_sse *e);

struct lib_sse_parser {
	struct lib_buffer line, data;
	char type[32];
	uint64_t id;
	lib_sse_fn *fn;
	void *arg;
};
void lib_sse_init(struct lib_sse_parser *p, const struct env *env, lib_sse_fn *fn, void *arg);
void lib_sse_reset(struct lib_sse_parser *p);
void lib_sse_fini(struct lib_sse_parser *p);
/* Takes octets in any pieces. ERR_FULL (an event is too long), ERR_NOMEM, or
 * what fn gave. */
MUST_USE enum err lib_sse_take(struct lib_sse_parser *p, const char *octets, size_t n);

struct lib_failure;

/* How a request ended. */
struct lib_end {
	int status; /* as of HTTP: 200, or `body` is an error; 0: there was no answer */
	const char *body;
	const struct lib_failure *failure; /* status 0: why */
};
typedef void lib_end_fn(void *owner, const struct lib_end *end);

struct lib_request {
	const char *method, *path, *body; /* body NULL: none */
	lib_sse_fn *event; /* the answer comes as events: each; not OK ends it. NULL: it is
			    * one body */
	lib_end_fn *end;
	void *owner;
};

/* A request on its way; each backend has its own. */
struct lib_exchange;

/* What stands between the calls of the public header and the operations of ops: a daemon
 * behind a socket, or an engine in this process. */
struct lib_backend {
	/* Copies what the request points at. ERR_NOMEM. `end` is called once, from the
	 * loop, unless it is dropped before. */
	enum err (*ask)(struct lib_exchange **out, struct hst_ctx *c, const struct lib_request *r);
	/* Forgets it; fine inside its `end`, not inside its `event`. */
	void (*drop)(struct lib_exchange *x);
	/* That many requests never end: subscriptions. */
	void (*lasting)(struct hst_ctx *c, size_t n);
	/* A connection to the stream.sock whose path an answer named; its descriptor does not
	 * block. ERR_NO_DAEMON, ERR_DENIED, ERR_IO. */
	enum err (*connect)(struct hst_ctx *c, const char *path, int *fd);
	/* Process of the engine; 0: there is none. */
	int (*pid)(struct hst_ctx *c);
	void (*fini)(struct hst_ctx *c);
};

/* transport.c: a daemon, by libcurl on the loop. */
extern const struct lib_backend lib_backend_daemon;
struct lib_transport {
	CURLM *multi;
	struct os_timer *timer;
	struct os_timer *broken; /* set when a transfer cannot go on */
	struct list exchanges;
};
MUST_USE enum err lib_transport_init(struct hst_ctx *c);

/* carried.c: an engine in this process, by a library that is loaded for it. */
extern const struct lib_backend lib_backend_carried;
struct inproc;
struct inproc_engine;
struct lib_carried {
	void *library; /* of dlopen */
	const struct inproc_engine *engine;
	struct inproc *instance;
	struct os_watch *watch;
};
/* HST_E_*, with the last error set. */
int lib_carried_init(struct hst_ctx *c, const hst_ctx_opts *opts);

/* An event in the queue. */
struct lib_queued {
	struct list node;
	struct hst_event *event;
};

enum lib_daemon_state {
	LIB_DAEMON_UNKNOWN,
	LIB_DAEMON_UP,
	LIB_DAEMON_LOST
};

/* What the program holds beside the context; first in it. */
struct lib_handle {
	struct list node;		    /* in ctx.handles */
	struct hst_ctx *ctx;		    /* NULL: it is gone */
	void (*lost)(struct lib_handle *h); /* the context goes; may be NULL */
};

struct hst_ctx {
	const struct env *env;
	struct os_loop *loop;
	const struct lib_backend *backend;
	struct lib_transport transport;
	struct lib_carried carried;
	struct list queue, ops, subs, handles;
	size_t n_queued, n_ops, n_subs;
	uint64_t last_id; /* of operations and subscriptions */
	enum lib_daemon_state daemon;

	char given[LIB_PATH_MAX + 1]; /* the one place to try, "" none */
	char socket[LIB_PATH_MAX + 1];
	bool socket_known; /* somebody answered there last time */

	struct hst_error error;
	char message[512], hint[512];
};

/* error.c */
int lib_result_of(enum err e);
/* Sets the last error and gives `code`. */
int lib_fail(struct hst_ctx *c, int code, const char *message, const char *hint);
int lib_fail_nomem(struct hst_ctx *c);
/* What a transfer that never got an answer failed with. */
struct lib_failure {
	int result;
	char message[512], hint[512];
};
void lib_failure_of_curl(struct lib_failure *f, const struct hst_ctx *c, CURLcode code,
			 long os_errno);
/* A daemon that ended, as far as can be told. */
void lib_failure_lost(struct lib_failure *f, const struct hst_ctx *c);
/* What an answer that is not 200 says. */
void lib_failure_of_answer(struct lib_failure *f, const struct hst_ctx *c, int status,
			   const char *body);

/* place.c: which socket to talk to. */
MUST_USE enum err lib_place_connect(const char *path, int *fd); /* does not block */
MUST_USE enum err lib_place_probe(const char *path, int *pid);
/* Looks for a daemon anew unless one answered there last time. */
void lib_place_find(struct hst_ctx *c);
/* "/a or /b": the places that are tried. */
void lib_place_text(struct text *t, const struct hst_ctx *c);

/* queue.c: makes an event of a template, copying its strings. ERR_NOMEM. */
MUST_USE enum err lib_queue_put(struct hst_ctx *c, const struct hst_event *template);
/* The same with an endpoint, which is copied as well. */
MUST_USE enum err lib_queue_put_endpoint(struct hst_ctx *c, const struct hst_event *template,
					 const struct hst_endpoint *endpoint);
struct hst_event *lib_queue_take(struct hst_ctx *c);
/* The OP_DONE of op, NULL when it is not there. */
struct hst_event *lib_queue_take_op(struct hst_ctx *c, hst_op op);
void lib_queue_drop(struct hst_ctx *c);
/* Running the loop took the wake: the descriptor is readable while there are events. */
void lib_queue_show(struct hst_ctx *c);

/* endpoint.c: an ENDPOINT of op from what the daemon found. ERR_NOMEM; what is not
 * understood is left out. */
MUST_USE enum err lib_endpoint_put(struct hst_ctx *c, hst_op op, const char *json);

/* A conversation that its caller leads; forgets the events of a connection that is freed. */
void lib_queue_forget(struct hst_ctx *c, const struct hst_conn *k);
/* conn.c: the program took a DATA event of it. */
void lib_conn_taken(struct hst_conn *k);

/* op.c, sub.c */
struct lib_op;

/* What an operation goes on with after its answer, in its maker's memory. */
struct lib_errand {
	/* LIB_ERRAND_DONE: the answer is its end; GOES_ON: lib_op_end() is called later;
	 * below 0: it failed so, with the last error set. */
	int (*answered)(struct lib_errand *e, const char *json);
	void (*over)(struct lib_errand *e); /* the operation is no more, however it ended */
	hst_op op;			    /* set when it begins */
};
#define LIB_ERRAND_DONE	   0
#define LIB_ERRAND_GOES_ON 1

struct lib_call {
	const char *method, *path, *body;
	int deadline_ms;
	bool search;		   /* the answer is a stream of what is found, and its end */
	struct lib_errand *errand; /* NULL: none */
};
/* What is wrong with the arguments of hst_call(); NULL: nothing. */
const char *lib_call_wrong(const char *method, const char *path, const char *body, int deadline_ms);
/* Ends one that went on: with json, or with a failure. */
void lib_op_end(struct hst_ctx *c, hst_op op, const struct lib_failure *f, const char *json);
/* It has no deadline any more. */
void lib_op_lasts(struct hst_ctx *c, hst_op op);
/* As hst_call(), with arguments that were checked. */
int lib_call(struct hst_ctx *c, const struct lib_call *k, hst_op *op);
bool lib_op_is_open(const struct hst_ctx *c, hst_op op);
void lib_ops_drop(struct hst_ctx *c);
void lib_subs_drop(struct hst_ctx *c);

/* event.c: an event of a graph, from its JSON; strings are borrowed of j. False: of a kind
 * that is not told. */
struct json_t;
bool lib_event_read(const struct json_t *j, struct hst_event *e);

/* guid.c: Node IDs. */
uint64_t lib_node_of(const char *digits); /* 0: it is none */
void lib_node_text(uint64_t node, char digits[17]);

/* local.c */
void lib_handle_init(struct lib_handle *h, struct hst_ctx *c);
void lib_handle_fini(struct lib_handle *h);
void lib_handles_drop(struct hst_ctx *c);

/* A request whose body is a struct of ops. All give HST_E_*, with the last error set. */
struct ops_struct;
struct arena;
struct lib_ask {
	const char *method, *path;
	const struct ops_struct *type; /* of body */
	const void *body;	       /* NULL: none */
	int deadline_ms;
	struct lib_errand *errand;
};
int lib_ask(struct hst_ctx *c, const struct lib_ask *k, hst_op *op);
/* Waits for its end; *e gets it where it went well. */
int lib_wait(struct hst_ctx *c, hst_op op, hst_event **e);
int lib_local(struct hst_ctx *c, const struct lib_ask *k, hst_event **e);
int lib_local_change(struct hst_ctx *c, const struct lib_ask *k);
/* The answer, decoded; strings and lists lie in mem. */
int lib_local_get(struct hst_ctx *c, const struct lib_ask *k, const struct ops_struct *type,
		  void *out, struct arena *mem);
int lib_decode(struct hst_ctx *c, const struct ops_struct *type, const char *json, void *out,
	       struct arena *mem);

/* A block for hst_free: a struct and what it points at. `fill` is called twice with the
 * same: to count, when nothing is copied and all it gets is NULL, and to fill. */
struct lib_pack {
	char *base;
	size_t n;
};
typedef void lib_pack_fn(void *out, const void *from, struct lib_pack *p);
void *lib_packed(struct hst_ctx *c, size_t size, lib_pack_fn *fill, const void *from);
void *lib_pack(struct lib_pack *p, const void *from, size_t n);
const char *lib_pack_str(struct lib_pack *p, const char *s);

/* endpoint.c: whether it is understood. */
struct ops_endpoint;
bool lib_endpoint_address(const struct ops_endpoint *e, hst_address *out);

#endif
