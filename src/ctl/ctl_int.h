/* ctl_int.h - inside of ctl: shared by its files, seen by nobody else but its
 * tests. */
#ifndef CTL_CTL_INT_H
#define CTL_CTL_INT_H

#include "ctl/ctl.h"

#include "base/list.h"
#include "ops/http.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/types.h>

/* What clients can make grow or wait is bounded by these. */
struct ctl_limits {
	size_t connections;	 /* beyond it new ones wait in the kernel's queue */
	size_t streams;		 /* beyond it: 503 */
	size_t stream_octets;	 /* waiting for a slow reader; then events overflow */
	int64_t request_us;	 /* for a whole request to arrive */
	int64_t stuck_us;	 /* without a reader taking anything */
	int64_t keep_alive_us;	 /* between comments on a quiet stream */
	int64_t tick_us;	 /* how often the above are looked at */
	size_t name_clients;	 /* that ask for names at once; beyond it: turned away */
	size_t name_clients_uid; /* of them of one user */
	int64_t name_request_us; /* for a request to arrive */
	int64_t name_grace_us;	 /* for further answers after the first */
	size_t pipes;		 /* of stream.sock; beyond it: an error and the end */
};
extern const struct ctl_limits ctl_limits_default;

/* One connection, from accept on: evhttp tells of it only with a request. */
struct conn {
	struct list node;
	struct bufferevent *bev; /* we hold a reference */
	struct mono since;	 /* of its accept, or the end of its last request */
	struct mono moved;	 /* when its output last shrank */
	size_t left;		 /* its output then */
	bool busy;		 /* with a request */
};

struct conns {
	struct list list;
	size_t count;
	struct event *tick;
	bool ticking, paused;
	struct evconnlistener *listener;
};

/* A bound socket. */
struct socket_place {
	char path[108];
	dev_t device;
	ino_t inode;
};

/* resolve.sock */
struct names {
	int fd; /* -1: it could not be had */
	struct socket_place place;
	struct event *accept;
	struct list askers;
	size_t count;
};

/* stream.sock */
struct octets {
	struct evconnlistener *listener; /* NULL: it could not be had */
	struct socket_place place;
	struct list pipes;
	size_t count;
};

struct ctl {
	struct event_base *base;
	struct ops *ops;
	const struct env *env;
	struct ctl_limits limits;
	struct evhttp *http;
	struct event *carry;
	struct socket_place place;
	struct conns conns;
	struct list calls, streams;
	size_t n_streams;
	struct list searches; /* counted with the streams */
	struct names names;
	struct octets octets;
};

/* ctl_new with other limits, for tests. */
MUST_USE enum err ctl_new_limits(struct ctl **out, struct event_base *base, struct ops *ops,
				 const char *socket_path, const struct ctl_limits *limits,
				 struct text *why);

/* socket.c: *fd listens on path. As ctl_new. */
struct socket_kind {
	int type;
	mode_t mode;
};
extern const struct socket_kind ctl_socket_control, ctl_socket_names;
MUST_USE enum err ctl_socket_bind(const char *path, const struct socket_kind *kind,
				  struct socket_place *place, int *fd, struct text *why);
/* Removes the socket if it is still ours. */
void ctl_socket_remove(const struct socket_place *place);

/* conn.c */
MUST_USE enum err ctl_conns_init(struct ctl *c);
/* Writes what fits without waiting, for answers given at the very end. */
void ctl_conns_flush(struct ctl *c);
void ctl_conns_fini(struct ctl *c); /* after evhttp_free */
/* A request has come in on a connection: until it is complete, the connection
 * is not held against the time for a request. */
void ctl_conns_busy(struct ctl *c, struct evhttp_request *req);
/* `gone` is called when the client hangs up before its answer, or in the middle of it:
 * the request is the caller's to end then. Both NULL: no longer. */
typedef void ctl_gone_fn(struct evhttp_connection *evcon, void *arg);
void ctl_conns_watch(struct evhttp_request *req, ctl_gone_fn *gone, void *arg);
/* Octets of a request's connection that wait to be written. */
size_t ctl_conns_waiting(struct evhttp_request *req);

/* reply.c: all end the request; ctl_reply_value takes j. */
struct json_t;
void ctl_reply_value(struct evhttp_request *req, int status, struct json_t *j);
void ctl_reply_error(struct evhttp_request *req, enum err e, int status, const char *message,
		     const char *hint);
void ctl_reply_refusal(struct evhttp_request *req, const struct ops_refusal *why);

/* The query of its target, NULL for none. */
const char *ctl_query(struct evhttp_request *req);

/* call.c: does what a request asks for. */
void ctl_call_begin(struct ctl *c, struct evhttp_request *req);
/* Answers what is open with ERR_STOPPING. */
void ctl_calls_stop(struct ctl *c);

/* search.c: GET /v1/names/search. */
void ctl_search_begin(struct ctl *c, struct evhttp_request *req);
void ctl_searches_stop(struct ctl *c);

/* names.c: beside the control socket; `control` is its path. Without it the rest goes on. */
void ctl_names_init(struct ctl *c, const char *control);
void ctl_names_fini(struct ctl *c);

/* octets.c: stream.sock, where ops says; otherwise as ctl_names_init. */
void ctl_octets_init(struct ctl *c);
void ctl_octets_fini(struct ctl *c);

/* stream.c */
void ctl_stream_begin(struct ctl *c, struct evhttp_request *req);
void ctl_streams_stop(struct ctl *c);

#endif
