/* Listening: a port is what one number of the owner listens on, a door one
 * address of it. */
#include "net/net_int.h"

#include "os/clock.h"
#include "os/sockaddr.h"
#include "os/syserr.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static struct port *port_find(const struct net *n, uint32_t number)
{
	LIST_EACH(at, tmp, &n->ports)
	{
		struct port *p = LIST_ENTRY(at, struct port, node);
		if (p->number == number)
			return p;
	}
	return NULL;
}

static struct port *port_get(struct net *n, uint32_t number)
{
	struct port *p = port_find(n, number);

	if (p)
		return p;
	p = env_zalloc(n->env, 1, sizeof(*p));
	if (!p)
		return NULL;
	p->net = n;
	p->number = number;
	list_init(&p->sockets);
	list_push_back(&n->ports, &p->node);
	return p;
}

static void door_free(struct door *d)
{
	list_take(&d->node);
	os_watch_free(d->watch);
	if (d->fd >= 0)
		(void)close(d->fd);
	env_free(d->port->net->env, d);
}

static void port_free(struct port *p)
{
	while (!list_empty(&p->sockets))
		door_free(LIST_ENTRY(p->sockets.next, struct door, node));
	list_take(&p->node);
	net_guards_free(p->net->env, p->guards, p->n_guards);
	env_free(p->net->env, p);
}

void net_ports_free(struct net *n)
{
	while (!list_empty(&n->ports))
		port_free(LIST_ENTRY(n->ports.next, struct port, node));
}

/* Every door of every port. */
static void watch_doors(struct net *n, uint32_t events)
{
	LIST_EACH(at, tmp, &n->ports)
	{
		struct port *p = LIST_ENTRY(at, struct port, node);
		LIST_EACH(d, tmp2, &p->sockets)
		{
			os_watch_set(LIST_ENTRY(d, struct door, node)->watch, events);
		}
	}
}

/* Something is short that time may bring: without the pause the loop would
 * spin on the connection that waits. */
static void rest(struct net *n, struct mono now)
{
	n->accept_again = mono_add(now, ACCEPT_PAUSE);
	watch_doors(n, 0);
	net_timer_update(n);
}

void net_ports_accept_again(struct net *n)
{
	n->accept_again = MONO_NEVER;
	watch_doors(n, OS_READ);
}

static uint32_t next_number(struct net *n)
{
	do
		n->next_accepted += 2;
	while (!n->next_accepted || net_link_find(n, n->next_accepted));
	return n->next_accepted;
}

static void refuse(int fd)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	(void)close(fd);
}

static void take(struct port *p, int fd, struct mono now)
{
	struct net *n = p->net;
	struct addr local, remote;
	struct link *l;
	int one = 1;

	if (n->n_links >= n->opt.links_max || os_sockaddr_local(fd, &local) ||
	    os_sockaddr_remote(fd, &remote) || net_guard_accepted(fd, net_guard_find(p, &remote)) ||
	    net_link_new(&l, n, next_number(n), fd, LINK_OPEN)) {
		refuse(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	n->events.accepted(n->events.arg, p->number, l->number, &local, &remote, now);
}

/* Descriptors ran out: with the one in reserve the connection is taken and
 * ended, so that the other side learns of it. */
static bool turn_away(struct net *n, int door)
{
	int fd;

	if (n->reserve_fd < 0)
		return false;
	(void)close(n->reserve_fd);
	fd = accept4(door, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		refuse(fd);
	n->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static bool accept_one(struct door *d, struct mono now)
{
	struct net *n = d->port->net;
	int fd = accept4(d->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		take(d->port, fd, now);
		return true;
	}
	if (errno == EAGAIN)
		return false;
	if (errno == EMFILE || errno == ENFILE) {
		if (turn_away(n, d->fd))
			return true;
		rest(n, now);
		return false;
	}
	if (errno == ENOMEM || errno == ENOBUFS) {
		rest(n, now);
		return false;
	}
	/* The connection ended before we took it, or a network error of it. */
	return true;
}

/* The owner may unlisten in accepted(): the door is looked up each time. */
static bool is_open(const struct net *n, uint32_t number, const struct door *d)
{
	const struct port *p = port_find(n, number);

	if (!p)
		return false;
	LIST_EACH(at, tmp, &p->sockets)
	{
		if (at == &d->node)
			return true;
	}
	return false;
}

static void on_door(void *arg, uint32_t ready, struct mono now)
{
	struct door *d = arg;
	struct net *n = d->port->net;
	uint32_t number = d->port->number;

	for (int i = 0; i < ACCEPTS_A_TURN && is_open(n, number, d); i++)
		if (!accept_one(d, now))
			break;
}

static enum err open_door(struct door *d, struct text *why)
{
	int family = d->local.family == ADDR_IPV6 ? AF_INET6 : AF_INET, one = 1;
	struct sockaddr_storage ss;
	socklen_t size = os_sockaddr_from(&ss, &d->local);
	enum err e;

	d->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return os_err_of(errno);
	(void)setsockopt(d->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		(void)setsockopt(d->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	e = net_guard_listener(d->fd, &d->local, d->port, NULL, 0, why);
	if (e)
		return e;
	if (bind(d->fd, (struct sockaddr *)&ss, size) ||
	    listen(d->fd, (int)d->port->net->opt.backlog))
		return os_err_of(errno);
	e = d->local.port ? OK : os_sockaddr_local(d->fd, &d->local);
	if (e)
		return e;
	return os_watch_new(&d->watch, d->port->net->loop, d->fd, OS_READ, on_door, d);
}

static void say_why(enum err e, const struct addr *local, struct text *why)
{
	if (why->n)
		return;
	if (e == ERR_IN_USE) {
		net_say_holder(OS_TCP, local, why);
		return;
	}
	text_str(why, "cannot listen on tcp ");
	addr_text(why, local);
	text_str(why, ": ");
	text_str(why, e == ERR_UNREACHABLE ? "not an address of this machine" : err_text(e));
}

enum err net_listen(struct net *n, uint32_t listener, const struct addr *local, struct addr *bound,
		    struct text *why)
{
	struct port *p = port_get(n, listener);
	struct door *d = p ? env_zalloc(n->env, 1, sizeof(*d)) : NULL;
	enum err e;

	if (!d)
		return ERR_NOMEM;
	d->port = p;
	d->local = *local;
	d->fd = -1;
	list_push_back(&p->sockets, &d->node);
	e = open_door(d, why);
	if (e) {
		say_why(e, local, why);
		door_free(d);
		return e;
	}
	if (bound)
		*bound = d->local;
	return OK;
}

void net_unlisten(struct net *n, uint32_t listener, const struct addr *local)
{
	struct port *p = port_find(n, listener);

	if (!p)
		return;
	LIST_EACH(at, tmp, &p->sockets)
	{
		struct door *d = LIST_ENTRY(at, struct door, node);
		if (!local || addr_eq(&d->local, local))
			door_free(d);
	}
}

static enum err guard_doors(struct port *p, const struct net_guard *old, size_t n_old,
			    struct text *why)
{
	LIST_EACH(at, tmp, &p->sockets)
	{
		struct door *d = LIST_ENTRY(at, struct door, node);
		enum err e = net_guard_listener(d->fd, &d->local, p, old, n_old, why);
		if (e)
			return e;
	}
	return OK;
}

enum err net_guards(struct net *n, uint32_t listener, const struct net_guard *g, size_t count,
		    struct text *why)
{
	struct port *p = port_get(n, listener);
	struct net_guard *fresh, *old;
	size_t n_old;
	enum err e;

	if (!p || net_guard_sorted_copy(n->env, g, count, &fresh))
		return ERR_NOMEM;
	old = p->guards;
	n_old = p->n_guards;
	p->guards = fresh;
	p->n_guards = count;
	e = guard_doors(p, old, n_old, why);
	net_guards_free(n->env, old, n_old);
	return e;
}
