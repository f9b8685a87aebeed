/* net.h - the engine's TCP sockets: listeners and links, each with its queue,
 * on an os_loop. Knows addresses, TTL security (GTSM, RFC 5082) and TCP-MD5
 * keys (RFC 2385) per remote address; knows no protocol. */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "os/loop.h"

struct net;

/* What the owner is told. Never called from inside a net_* call of the owner. */
struct net_events {
	/* Addresses checked against the guard list of the listener already. */
	void (*accepted)(void *arg, uint32_t listener, uint32_t link, const struct addr *local,
			 const struct addr *remote, struct mono now);
	void (*up)(void *arg, uint32_t link, const struct addr *local, const struct addr *remote,
		   struct mono now);
	void (*octets)(void *arg, uint32_t link, struct span bytes, struct mono now);
	/* The link is gone; its number means nothing from now on. */
	void (*down)(void *arg, uint32_t link, enum err why, struct mono now);
	void *arg;
};

/* How one remote host must come: for dialled links and, on listeners, for all
 * whose address it is. */
struct net_guard {
	struct addr remote;    /* port 0 */
	uint32_t ttl_security; /* hops allowed, 0 off */
	char md5_key[81];      /* empty: none */
};

struct net_options {
	size_t queue_max;   /* octets waiting on a link before it is cut (ERR_SLOW) */
	uint32_t links_max; /* links in all */
	uint32_t backlog;
};

MUST_USE enum err net_new(struct net **out, const struct env *env, struct os_loop *loop,
			  const struct net_events *events, const struct net_options *opt);
void net_free(struct net *n);

/* Listens; `listener` is the owner's number, told back with accepted(). Links
 * of accepted connections have even numbers. On ERR_IN_USE `why` names the
 * program, pid and user that hold the port, and what to do. */
MUST_USE enum err net_listen(struct net *n, uint32_t listener, const struct addr *local,
			     struct text *why);
void net_unlisten(struct net *n, uint32_t listener);
/* Keys and TTL limits of the remotes that may come to a listener; replaces the
 * earlier list. What a kernel refuses (no TCP-MD5) is ERR_UNSUPPORTED and in
 * `why`: the session must not run unprotected. */
MUST_USE enum err net_guards(struct net *n, uint32_t listener, const struct net_guard *g,
			     size_t count, struct text *why);

/* Opens link (odd, the caller's number). Failure comes as down(). */
void net_dial(struct net *n, uint32_t link, const struct addr *local, const struct addr *remote,
	      const struct net_guard *guard);
/* Queues octets; they go out with the next turn of the loop, one write a turn
 * and link. Unknown links are ignored. */
void net_send(struct net *n, uint32_t link, struct span bytes);
/* Closes once the queue is sent, 5 s at most; down() is not called for it. */
void net_close(struct net *n, uint32_t link);

/* Octets waiting to be sent, and links there are. */
void net_load(const struct net *n, size_t *queued, size_t *links);

/* Calls fn after addresses or routes changed (rtnetlink), at most each 200 ms. */
typedef void net_changed_fn(void *arg, struct mono now);
MUST_USE enum err net_watch_interfaces(struct net *n, net_changed_fn *fn, void *arg);

#endif
