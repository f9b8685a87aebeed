/* ctl_int.h - inside of ctl: shared by its files, seen by nobody else but its
 * tests. */
#ifndef CTL_CTL_INT_H
#define CTL_CTL_INT_H

#include "ctl/ctl.h"

#include "base/list.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/types.h>

/* What clients can make grow or wait is bounded by these. */
struct ctl_limits {
	size_t connections;    /* beyond it new ones wait in the kernel's queue */
	size_t streams;	       /* beyond it: 503 */
	size_t stream_octets;  /* waiting for a slow reader; then events overflow */
	int64_t request_us;    /* for a whole request to arrive */
	int64_t stuck_us;      /* without a reader taking anything */
	int64_t keep_alive_us; /* between comments on a quiet stream */
	int64_t tick_us;       /* how often the above are looked at */
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

/* A bound control socket. */
struct socket_place {
	char path[108];
	dev_t device;
	ino_t inode;
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
};

/* ctl_new with other limits, for tests. */
MUST_USE enum err ctl_new_limits(struct ctl **out, struct event_base *base, struct ops *ops,
				 const char *socket_path, const struct ctl_limits *limits,
				 struct text *why);

/* socket.c: *fd listens on path. As ctl_new. */
MUST_USE enum err ctl_socket_bind(const char *path, struct socket_place *place, int *fd,
				  struct text *why);
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
/* Octets of a request's connection that wait to be written. */
size_t ctl_conns_waiting(struct evhttp_request *req);

/* route.c: the operation of a method and path; `name` gets the path's {name}.
 * ERR_NOT_FOUND: no such path. ERR_UNSUPPORTED: not with that method; `allow`
 * gets those there are. */
MUST_USE enum err ctl_route_find(const char *method, const char *path, enum ops_kind *kind,
				 char name[OPS_NAME_MAX + 1], struct text *allow);
/* The name of a method, "" when we know none such. */
const char *ctl_route_method(enum evhttp_cmd_type cmd);

/* parse.c: query or body as JSON object, a new reference. ERR_MALFORMED with
 * `why`, ERR_NOMEM. */
struct json_t;
MUST_USE enum err ctl_parse_query(struct evhttp_request *req, struct json_t **out,
				  struct text *why);
MUST_USE enum err ctl_parse_body(struct evhttp_request *req, struct json_t **out, struct text *why);

/* reply.c: both end the request; ctl_reply_value takes j. */
void ctl_reply_value(struct evhttp_request *req, int status, struct json_t *j);
void ctl_reply_error(struct evhttp_request *req, enum err e, int status, const char *message,
		     const char *hint);

/* call.c: does what a request asks for. */
void ctl_call_begin(struct ctl *c, struct evhttp_request *req);
/* Answers what is open with ERR_STOPPING. */
void ctl_calls_stop(struct ctl *c);

/* stream.c */
void ctl_stream_begin(struct ctl *c, struct evhttp_request *req);
void ctl_streams_stop(struct ctl *c);

#endif
