/* udp.h - the engine's UDP sockets on an os_loop: datagrams read with recvmmsg and
 * packet info, so that each comes with the address and interface it was sent to, and
 * answered from there; multicast per interface. Knows no protocol. Single-threaded.
 *
 * IPv6 sockets are V6ONLY. A turn reads at most NET_UDP_TURN datagrams of a socket;
 * sends of a turn leave with sendmmsg at its end. What the kernel does not take
 * (full buffers, no route) is dropped and counted: datagrams may be lost. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "os/loop.h"

struct net_udp;

#define NET_UDP_TURN 64	  /* datagrams */
#define NET_UDP_MAX  2048 /* octets: longer ones are dropped and counted */

struct net_udp_events {
	/* `to` is the address it was sent to, to.scope the interface it came in on, always. */
	void (*datagram)(void *arg, uint32_t socket, const struct addr *from, const struct addr *to,
			 struct span bytes, struct mono now);
	/* Before the first and after the last datagram of a turn: to drain once for all.
	 * May be NULL. */
	void (*turn)(void *arg, struct mono now);
	void *arg;
};

MUST_USE enum err net_udp_new(struct net_udp **out, const struct env *env, struct os_loop *loop,
			      const struct net_udp_events *events);
void net_udp_free(struct net_udp *u);

/* shared: SO_REUSEADDR, beside other programs, for multicast groups. *bound gets the
 * address with its port. On failure `why` names who holds the port: ERR_IN_USE,
 * ERR_UNREACHABLE, ERR_UNSUPPORTED (the family is switched off), ERR_DENIED, ERR_NOMEM,
 * ERR_IO, ERR_EXISTS (the number). */
MUST_USE enum err net_udp_bind(struct net_udp *u, uint32_t socket, const struct addr *local,
			       bool shared, struct addr *bound, struct text *why);
void net_udp_unbind(struct net_udp *u, uint32_t socket);
/* group.scope: the interface. ERR_EXISTS, ERR_NOT_FOUND, ERR_UNREACHABLE, ERR_FULL, ERR_IO. */
MUST_USE enum err net_udp_join(struct net_udp *u, uint32_t socket, const struct addr *group);
void net_udp_leave(struct net_udp *u, uint32_t socket, const struct addr *group);
/* Queues; from family 0: the kernel chooses. Multicast goes out on to->scope with `hops`
 * and is looped back to this machine. */
void net_udp_send(struct net_udp *u, uint32_t socket, const struct addr *from,
		  const struct addr *to, uint8_t hops, struct span bytes);

struct net_udp_load {
	uint64_t in, out, octets_in, octets_out, dropped_in, dropped_out;
};
void net_udp_load(const struct net_udp *u, struct net_udp_load *out);

#endif
