/* Changes of addresses, links and routes of this machine, by rtnetlink. What
 * they are does not matter here, so that losing some costs nothing; the first
 * of a burst starts a delay in which no more are read. */
#include "net/net_int.h"

#include "os/syserr.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES_ONCE 1000

static void on_change(void *arg, uint32_t ready, struct mono now)
{
	struct net *n = arg;

	os_watch_set(n->route.watch, 0);
	n->route.due = mono_add(now, ROUTE_DELAY);
	net_timer_update(n);
}

/* ENOBUFS tells of lost messages: there may be more behind them. What is left
 * after so many starts the next delay. */
static void drain(struct net *n)
{
	for (int i = 0; i < MESSAGES_ONCE; i++) {
		ssize_t got = recv(n->route.fd, n->buffer, sizeof(n->buffer), MSG_DONTWAIT);
		if (got < 0 && errno != ENOBUFS && errno != EINTR)
			return;
	}
}

void net_route_due(struct net *n, struct mono now)
{
	n->route.due = MONO_NEVER;
	drain(n);
	os_watch_set(n->route.watch, OS_READ);
	n->route.fn(n->route.arg, now);
}

void net_route_close(struct net *n)
{
	os_watch_free(n->route.watch);
	n->route.watch = NULL;
	if (n->route.fd >= 0)
		(void)close(n->route.fd);
	n->route.fd = -1;
}

enum err net_watch_interfaces(struct net *n, net_changed_fn *fn, void *arg)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	enum err e;

	nl.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
		       RTMGRP_IPV6_ROUTE;
	net_route_close(n);
	n->route.fn = fn;
	n->route.arg = arg;
	n->route.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (n->route.fd < 0 || bind(n->route.fd, (struct sockaddr *)&nl, sizeof(nl)))
		e = os_err_of(errno);
	else
		e = os_watch_new(&n->route.watch, n->loop, n->route.fd, OS_READ, on_change, n);
	if (e)
		net_route_close(n);
	return e;
}
