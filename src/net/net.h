/* net.h - the engine's TCP sockets: listeners and links, each with its queue,
 * on an os_loop. Knows addresses, TTL security (GTSM, RFC 5082) and TCP-MD5
 * keys (RFC 2385) per remote address; knows no protocol. An idle link holds no
 * buffer. Single-threaded.
 *
 * TTL security: a segment from a guarded remote must have come over at most
 * `ttl_security` hops, that is with a TTL of 256 - hops or more, and ours leave
 * with 255. A dialled socket has this before it connects. A listener drops
 * lesser segments in the kernel when every guard of it asks for the same;
 * otherwise the TTL of the SYN is looked at after accept, before an octet is
 * read, and a connection from too far is reset and told to nobody. (Under a
 * SYN flood the kernel keeps no SYN to look at: then only what follows it is
 * checked.) */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "os/loop.h"

struct net;

/* What the owner is told, from os_loop_run alone: never from inside a net_*
 * call. Any net_* call but net_free may be made in them. */
struct net_events {
	/* A connection came in; addresses checked against the guards already. */
	void (*accepted)(void *arg, uint32_t listener, uint32_t link, const struct addr *local,
			 const struct addr *remote, struct mono now);
	/* A dialled link is up. */
	void (*up)(void *arg, uint32_t link, const struct addr *local, const struct addr *remote,
		   struct mono now);
	/* At most NET_READ_MAX octets, once a turn and link; they live for the call. */
	void (*octets)(void *arg, uint32_t link, struct span bytes, struct mono now);
	/* What was queued before net_ask_drained() is all with the kernel. */
	void (*drained)(void *arg, uint32_t link, struct mono now);
	/* The link is gone; its number means nothing from now on. ERR_CLOSED: the
	 * other side closed in good order. ERR_RESET, ERR_REFUSED, ERR_TIMEOUT,
	 * ERR_UNREACHABLE, ERR_SLOW (queue_max), ERR_IN_USE (its own address),
	 * ERR_UNSUPPORTED (a guard that this kernel cannot do), ERR_NOMEM, ... */
	void (*down)(void *arg, uint32_t link, enum err why, struct mono now);
	void *arg;
};

#define NET_READ_MAX 65536

/* How one remote host must come: for dialled links and, on listeners, for all
 * whose address it is. */
struct net_guard {
	struct addr remote;    /* port 0 */
	uint32_t ttl_security; /* hops allowed, 1 to 254; 0 off */
	char md5_key[81];      /* empty: none */
};

struct net_options {
	size_t queue_max;	 /* octets waiting on a link before it is cut (ERR_SLOW) */
	uint32_t links_max;	 /* links in all; more are closed at once (ERR_FULL) */
	uint32_t backlog;	 /* of a listener */
	int64_t connect_timeout; /* us until a dial fails (ERR_TIMEOUT) */
	int64_t close_limit;	 /* us that a closing link has for its queue */
};

/* Borrows env and loop for life, copies the rest. ERR_NOMEM, ERR_IO. */
MUST_USE enum err net_new(struct net **out, const struct env *env, struct os_loop *loop,
			  const struct net_events *events, const struct net_options *opt);
/* Resets what is open. */
void net_free(struct net *n);

/* Listens on one more address; `listener` is the owner's number, told back
 * with accepted(). `bound` (may be NULL) gets the address with the port that the
 * kernel chose where `local` has none; net_unlisten() goes by it. Links of
 * accepted connections get even numbers. On failure
 * `why` says on which address and why: ERR_IN_USE (by which program, pid and
 * user), ERR_UNREACHABLE (not an address of this machine), ERR_DENIED,
 * ERR_UNSUPPORTED (a guard), ERR_NOMEM, ERR_FULL, ERR_IO. */
MUST_USE enum err net_listen(struct net *n, uint32_t listener, const struct addr *local,
			     struct addr *bound, struct text *why);
/* No longer on this address, or, with NULL, on none. What was accepted there
 * stays, and so do the guards. */
void net_unlisten(struct net *n, uint32_t listener, const struct addr *local);
/* The remotes that may come to a listener, on its present addresses and those
 * to come; replaces the earlier list. A remote that is not in the list comes
 * in unguarded: name all that are expected, the unguarded too, so that TTL
 * security can be the kernel's when all have it. What a kernel refuses (no
 * TCP-MD5, too many keys) is ERR_UNSUPPORTED or ERR_NOMEM and in `why`: do not
 * go on unprotected. */
MUST_USE enum err net_guards(struct net *n, uint32_t listener, const struct net_guard *g,
			     size_t count, struct text *why);

/* Opens link (odd, the caller's number). guard NULL: none. Failure comes as
 * down(), but ERR_NOMEM: then nothing comes. */
MUST_USE enum err net_dial(struct net *n, uint32_t link, const struct addr *local,
			   const struct addr *remote, const struct net_guard *guard);
/* The ends of a link that is up. ERR_NOT_FOUND, or what the kernel says. */
MUST_USE enum err net_ends(const struct net *n, uint32_t link, struct addr *local,
			   struct addr *remote);
/* Queues octets; they go out with the end of the turn, one write a turn and
 * link. Unknown links are ignored, here and below. */
void net_send(struct net *n, uint32_t link, struct span bytes);
/* Asks for one drained() when the octets that wait now have all gone. Asked again
 * before that: once for both, when the later ones have. Not told once the link is
 * down, closed or reset. */
void net_ask_drained(struct net *n, uint32_t link);
/* Closes once the queue is sent and the other side closed too; at close_limit
 * without more ado, with a reset when octets still wait. Of links that wait for
 * the other side alone there are 256 at most: the oldest goes first. down() is
 * not called for it. */
void net_close(struct net *n, uint32_t link);
/* Closes at once and with a reset; down() is not called for it. */
void net_reset(struct net *n, uint32_t link);

/* Ends the link (ERR_TIMEOUT) once nothing at all has come from the other side's kernel for
 * about that long, though it was asked; us, whole seconds count. A side that only does
 * not read is alive. */
void net_mind(struct net *n, uint32_t link, int64_t silence);

/* Why a link is not read. */
enum net_pause {
	NET_PAUSE_STORE = 1, /* what answers it waits for a commit */
	NET_PAUSE_NODE = 2   /* what it said waits for the node */
};

/* Stops reading a link: the other side finds its window closed; and goes on once no
 * reason is left. */
void net_pause(struct net *n, uint32_t link, enum net_pause why);
void net_resume(struct net *n, uint32_t link, enum net_pause why);

/* Reads no link at all, those to come too, or each again that nothing else holds. */
void net_hold(struct net *n, bool hold);

/* Octets waiting to be sent, and links there are, closing ones included. */
void net_load(const struct net *n, size_t *queued, size_t *links);

/* Calls fn 200 ms after addresses, links or routes changed, once for all that
 * changed meanwhile (rtnetlink). ERR_NOMEM, ERR_IO. */
typedef void net_changed_fn(void *arg, struct mono now);
MUST_USE enum err net_watch_interfaces(struct net *n, net_changed_fn *fn, void *arg);

#endif
