/* udp.h - the engine's UDP sockets on an os_loop: datagrams read with recvmmsg and
 * packet info, so that each comes with the address and interface it was sent to, and
 * is answered from there; multicast per interface. Knows no protocol. Single-threaded.
 *
 * IPv6 sockets are V6ONLY. A turn reads at most NET_UDP_TURN datagrams of a socket;
 * what is sent meanwhile leaves with sendmmsg at its end, or when NET_UDP_TURN wait.
 * What the kernel does not take (full buffers, no route) is dropped and counted:
 * datagrams may be lost. Nothing is allocated for a datagram. */
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

/* Told from os_loop_run alone. Any net_udp_* call but net_udp_free may be made inside.
 * `to` is the address and port it was sent to, to->scope the interface it came in on, always;
 * from->scope is that interface where the address is link-local. `bytes` lives for the
 * call. */
struct net_udp_events {
	void (*datagram)(void *arg, uint32_t socket, const struct addr *from, const struct addr *to,
			 struct span bytes, struct mono now);
	void *arg;
};

/* Borrows env and loop for life. ERR_NOMEM. */
MUST_USE enum err net_udp_new(struct net_udp **out, const struct env *env, struct os_loop *loop,
			      const struct net_udp_events *events);
void net_udp_free(struct net_udp *u);

/* `socket` is the owner's number. shared: beside other programs that share too, for
 * multicast groups. *bound gets the address with its port. On failure `why` says where
 * and why, with who holds the port: ERR_IN_USE, ERR_UNREACHABLE (not an address of this
 * machine), ERR_UNSUPPORTED (no such family here), ERR_DENIED, ERR_FULL (descriptors),
 * ERR_NOMEM, ERR_IO, ERR_EXISTS (the number). */
MUST_USE enum err net_udp_bind(struct net_udp *u, uint32_t socket, const struct addr *local,
			       bool shared, struct addr *bound, struct text *why);
/* What waits on it is sent first. Unknown sockets are ignored, here and below. */
void net_udp_unbind(struct net_udp *u, uint32_t socket);
/* group->scope: the interface, 0: the kernel chooses. ERR_EXISTS (it has joined),
 * ERR_NOT_FOUND (no such socket), ERR_UNREACHABLE (no such interface), ERR_FULL (as many
 * as the kernel allows a socket: net.ipv4.igmp_max_memberships), ERR_RANGE (no group of
 * the socket's family), ERR_NOMEM, ERR_IO. */
MUST_USE enum err net_udp_join(struct net_udp *u, uint32_t socket, const struct addr *group);
void net_udp_leave(struct net_udp *u, uint32_t socket, const struct addr *group);
/* Queues a datagram. `from` of family 0: the kernel chooses. It goes out on interface
 * to->scope, if that is not 0; hops 0: as many as the kernel gives. Multicast is looped
 * back to this machine. */
void net_udp_send(struct net_udp *u, uint32_t socket, const struct addr *from,
		  const struct addr *to, uint8_t hops, struct span bytes);

/* Since birth, of all sockets. */
struct net_udp_load {
	uint64_t in, out, octets_in, octets_out;
	uint64_t dropped_in;  /* too long, without an address, or lost in the kernel's buffer */
	uint64_t dropped_out; /* too long, no such socket, or not taken by the kernel */
	uint64_t errors;      /* what a socket told when it was read, such as ICMP's */
	uint32_t sockets;     /* there are now */
};
void net_udp_load(const struct net_udp *u, struct net_udp_load *out);

#endif
