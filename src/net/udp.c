#include "net/udp_int.h"

#include "base/map.h"
#include "net/net_int.h"
#include "os/sockaddr.h"
#include "os/syserr.h"

#include <errno.h>
#include <unistd.h>

/* A burst of answers finds room there until the loop comes by. */
#define BUFFER_SIZE (1 << 20)

struct sock {
	struct net_udp *udp;
	uint32_t number;
	uint8_t family;
	uint16_t port;
	int fd;
	uint32_t lost; /* the kernel's count */
	struct os_watch *watch;
};

struct net_udp {
	const struct env *env;
	struct os_loop *loop;
	struct net_udp_events events;
	struct net_udp_load load;
	struct map socks;
	struct os_task *flush;
	struct sock *reading; /* NULL: it was unbound meanwhile */
	/* What waits for the end of the turn. */
	size_t n_out;
	struct sock *out_sock[NET_UDP_TURN];
	struct mmsghdr out_head[NET_UDP_TURN];
	struct udp_message out[NET_UDP_TURN];
	struct mmsghdr in_head[NET_UDP_TURN];
	struct udp_message in[NET_UDP_TURN];
};

static struct sock *find(const struct net_udp *u, uint32_t number)
{
	return map_get(&u->socks, span_of(&number, sizeof(number)));
}

/* How many from `at` on leave through one socket. */
static size_t run_of(const struct net_udp *u, size_t at)
{
	size_t n = 1;

	while (at + n < u->n_out && u->out_sock[at + n] == u->out_sock[at])
		n++;
	return n;
}

/* How many were taken: those, or the one that was not, need not be sent again. */
static size_t send_some(struct net_udp *u, size_t at, size_t n)
{
	int sent = sendmmsg(u->out_sock[at]->fd, &u->out_head[at], (unsigned)n, MSG_DONTWAIT);

	if (sent <= 0) {
		if (sent < 0 && errno == EINTR)
			return 0;
		u->load.dropped_out++;
		return 1;
	}
	u->load.out += (unsigned)sent;
	for (int i = 0; i < sent; i++)
		u->load.octets_out += u->out_head[at + (size_t)i].msg_len;
	return (size_t)sent;
}

static void flush(struct net_udp *u)
{
	for (size_t at = 0; at < u->n_out;)
		at += send_some(u, at, run_of(u, at));
	u->n_out = 0;
}

static void on_turn_end(void *arg, struct mono now)
{
	flush(arg);
}

/* The first n are ready to be read into. */
static void empty(struct net_udp *u, size_t n)
{
	for (size_t i = 0; i < n; i++)
		net_udp_message_empty(&u->in[i], &u->in_head[i].msg_hdr);
}

enum err net_udp_new(struct net_udp **out, const struct env *env, struct os_loop *loop,
		     const struct net_udp_events *events)
{
	struct net_udp *u = env_zalloc(env, 1, sizeof(*u));
	enum err e;

	if (!u)
		return ERR_NOMEM;
	u->env = env;
	u->loop = loop;
	u->events = *events;
	map_init(&u->socks, env);
	empty(u, NET_UDP_TURN);
	e = os_task_new(&u->flush, loop, on_turn_end, u);
	if (e)
		net_udp_free(u);
	else
		*out = u;
	return e;
}

static void sock_free(struct sock *s)
{
	os_watch_free(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	env_free(s->udp->env, s);
}

void net_udp_free(struct net_udp *u)
{
	size_t at = 0;
	struct span key;
	void *s;

	if (!u)
		return;
	flush(u);
	while (map_next(&u->socks, &at, &key, &s))
		sock_free(s);
	map_free(&u->socks);
	os_task_free(u->flush);
	env_free(u->env, u);
}

/* The kernel's count goes round. */
static void count_lost(struct sock *s, uint32_t lost)
{
	s->udp->load.dropped_in += lost - s->lost;
	s->lost = lost;
}

static void take(struct sock *s, size_t i, struct mono now)
{
	struct net_udp *u = s->udp;
	struct span bytes = span_of(u->in[i].buffer, u->in_head[i].msg_len);
	struct addr from, to;
	uint32_t lost = s->lost;
	bool good = net_udp_message_read(&u->in[i], &u->in_head[i].msg_hdr, &from, &to, &lost);

	count_lost(s, lost);
	if (!good) {
		u->load.dropped_in++;
		return;
	}
	to.port = s->port;
	u->load.in++;
	u->load.octets_in += bytes.n;
	u->events.datagram(u->events.arg, s->number, &from, &to, bytes, now);
}

/* An error is told once and is not of these datagrams: the next turn reads on. */
static void on_ready(void *arg, uint32_t ready, struct mono now)
{
	struct sock *s = arg;
	struct net_udp *u = s->udp;
	int n;

	n = recvmmsg(s->fd, u->in_head, NET_UDP_TURN, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		u->load.errors++;
	u->reading = s;
	for (int i = 0; i < n && u->reading == s; i++)
		take(s, (size_t)i, now);
	u->reading = NULL;
	empty(u, n > 0 ? (size_t)n : 0);
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* IP*_MULTICAST_ALL off: a group that another program joined is none of ours. */
static int set_options4(int fd)
{
	(void)set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
	(void)set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	return set(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

static int set_options6(int fd)
{
	(void)set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
	(void)set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	if (set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))
		return -1;
	return set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

static int set_options(const struct sock *s, bool shared)
{
	(void)set(s->fd, SOL_SOCKET, SO_RCVBUF, BUFFER_SIZE);
	(void)set(s->fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	if (shared && set(s->fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return -1;
	return s->family == ADDR_IPV6 ? set_options6(s->fd) : set_options4(s->fd);
}

static enum err open_sock(struct sock *s, const struct addr *local, bool shared, struct addr *bound)
{
	struct sockaddr_storage ss;
	socklen_t size = os_sockaddr_from(&ss, local);
	enum err e;

	s->fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || set_options(s, shared) || bind(s->fd, (struct sockaddr *)&ss, size))
		return os_err_of(errno);
	e = os_sockaddr_local(s->fd, bound);
	if (e)
		return e;
	return os_watch_new(&s->watch, s->udp->loop, s->fd, OS_READ, on_ready, s);
}

/* Where IPv6 is switched off, the kernel says no more than that it has not got the
 * address. */
static bool is_switched_off(const struct addr *local)
{
	struct addr loopback = { .family = local->family, .ip = { [15] = 1 } };

	return local->family == ADDR_IPV6 && !os_sockaddr_usable(&loopback);
}

static void say_why(enum err e, const struct addr *local, struct text *why)
{
	if (e == ERR_IN_USE) {
		net_say_holder(OS_UDP, local, why);
		return;
	}
	text_str(why, "cannot use udp ");
	addr_text(why, local);
	text_str(why, ": ");
	if (e == ERR_UNSUPPORTED)
		text_str(why, "this machine has no ");
	if (e == ERR_UNSUPPORTED)
		text_str(why, local->family == ADDR_IPV6 ? "IPv6" : "IPv4");
	else
		text_str(why,
			 e == ERR_UNREACHABLE ? "not an address of this machine" : err_text(e));
}

static enum err bind_new(struct sock *s, const struct addr *local, bool shared, struct addr *bound,
			 struct text *why)
{
	enum err e = open_sock(s, local, shared, bound);

	if (e == ERR_UNREACHABLE && is_switched_off(local))
		e = ERR_UNSUPPORTED;
	if (e)
		say_why(e, local, why);
	else
		e = map_put(&s->udp->socks, span_of(&s->number, sizeof(s->number)), s);
	return e;
}

enum err net_udp_bind(struct net_udp *u, uint32_t socket, const struct addr *local, bool shared,
		      struct addr *bound, struct text *why)
{
	struct sock *s;
	struct addr at;
	enum err e;

	if (find(u, socket))
		return ERR_EXISTS;
	s = env_zalloc(u->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->udp = u;
	s->number = socket;
	s->family = local->family;
	s->fd = -1;
	e = bind_new(s, local, shared, &at, why);
	if (e) {
		sock_free(s);
		return e;
	}
	s->port = at.port;
	u->load.sockets++;
	*bound = at;
	return OK;
}

void net_udp_unbind(struct net_udp *u, uint32_t socket)
{
	struct sock *s = map_take(&u->socks, span_of(&socket, sizeof(socket)));

	if (!s)
		return;
	flush(u);
	if (u->reading == s)
		u->reading = NULL;
	u->load.sockets--;
	sock_free(s);
}

static int change_group(const struct sock *s, const struct addr *group, bool join)
{
	struct ip_mreqn v4 = { .imr_ifindex = (int)group->scope };
	struct ipv6_mreq v6 = { .ipv6mr_interface = group->scope };

	if (group->family == ADDR_IPV4) {
		memcpy(&v4.imr_multiaddr, group->ip, 4);
		return setsockopt(s->fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
				  &v4, sizeof(v4));
	}
	memcpy(&v6.ipv6mr_multiaddr, group->ip, 16);
	return setsockopt(s->fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &v6,
			  sizeof(v6));
}

static enum err join_error(int number)
{
	if (number == EADDRINUSE)
		return ERR_EXISTS;
	if (number == ENODEV || number == ENXIO)
		return ERR_UNREACHABLE;
	if (number == ENOBUFS)
		return ERR_FULL;
	return os_err_of(number);
}

enum err net_udp_join(struct net_udp *u, uint32_t socket, const struct addr *group)
{
	const struct sock *s = find(u, socket);

	if (!s)
		return ERR_NOT_FOUND;
	if (group->family != s->family || !addr_is_multicast(group))
		return ERR_RANGE;
	return change_group(s, group, true) ? join_error(errno) : OK;
}

void net_udp_leave(struct net_udp *u, uint32_t socket, const struct addr *group)
{
	const struct sock *s = find(u, socket);

	/* The interface may have gone, and the membership with it. */
	if (s && group->family == s->family)
		(void)change_group(s, group, false);
}

void net_udp_send(struct net_udp *u, uint32_t socket, const struct addr *from,
		  const struct addr *to, uint8_t hops, struct span bytes)
{
	struct sock *s = find(u, socket);
	struct udp_message *m;

	if (!s || to->family != s->family || bytes.n > NET_UDP_MAX) {
		u->load.dropped_out++;
		return;
	}
	if (u->n_out == NET_UDP_TURN)
		flush(u);
	m = &u->out[u->n_out];
	if (bytes.n)
		memcpy(m->buffer, bytes.p, bytes.n);
	net_udp_message_write(m, &u->out_head[u->n_out].msg_hdr, from, to, hops, bytes.n);
	u->out_sock[u->n_out++] = s;
	os_task_post(u->flush);
}

void net_udp_load(const struct net_udp *u, struct net_udp_load *out)
{
	*out = u->load;
}
