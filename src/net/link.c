/* A link from its first to its last octet: see enum link_state. Links are
 * freed from their own handlers and at the end of a turn, never inside a call
 * of the owner. */
#include "net/net_int.h"

#include "os/clock.h"
#include "os/sockaddr.h"
#include "os/syserr.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static struct span key_of(const uint32_t *number)
{
	return span_of(number, sizeof(*number));
}

struct link *net_link_find(const struct net *n, uint32_t number)
{
	return map_get(&n->by_number, key_of(&number));
}

enum err net_link_new(struct link **out, struct net *n, uint32_t number, int fd,
		      enum link_state state)
{
	uint32_t reading = n->held ? 0 : OS_READ;
	uint32_t events = state == LINK_CONNECTING ? OS_WRITE : reading;
	struct link *l = env_zalloc(n->env, 1, sizeof(*l));
	enum err e;

	if (!l)
		return ERR_NOMEM;
	l->net = n;
	l->number = number;
	l->state = state;
	l->fd = fd;
	l->deadline = MONO_NEVER;
	list_init(&l->dirty);
	list_init(&l->timed);
	e = fd < 0 ? OK : os_watch_new(&l->watch, n->loop, fd, events, net_link_ready, l);
	if (!e)
		e = map_put(&n->by_number, key_of(&l->number), l);
	if (e) {
		os_watch_free(l->watch);
		env_free(n->env, l);
		return e;
	}
	list_push_back(&n->links, &l->all);
	n->n_links++;
	*out = l;
	return OK;
}

void net_link_free(struct link *l)
{
	struct net *n = l->net;

	if (l->state == LINK_LINGERING)
		n->n_lingering--;
	net_queue_drop(l);
	list_take(&l->all);
	list_take(&l->dirty);
	list_take(&l->timed);
	map_take(&n->by_number, key_of(&l->number));
	os_watch_free(l->watch);
	if (l->fd >= 0)
		(void)close(l->fd);
	n->n_links--;
	env_free(n->env, l);
}

void net_link_reset_on_close(const struct link *l)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (l->fd >= 0)
		(void)setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void net_link_end(struct link *l, enum err why, struct mono now)
{
	struct net *n = l->net;
	uint32_t number = l->number;

	if (why != ERR_CLOSED)
		net_link_reset_on_close(l);
	net_link_free(l);
	n->events.down(n->events.arg, number, why, now);
}

void net_link_break(struct link *l, enum err why)
{
	l->state = LINK_BROKEN;
	l->why = why;
	net_queue_drop(l);
	list_take(&l->timed);
	if (l->watch)
		os_watch_set(l->watch, 0);
	net_touch(l);
}

/* What its owner still wants to hear of. */
static bool is_read(const struct link *l)
{
	bool held = l->net->held && l->state == LINK_OPEN && !l->why;

	return !held && !l->paused && !l->heard_end;
}

/* Asks for what the state needs, and for nothing that would only spin. */
static void watch(struct link *l)
{
	uint32_t events = l->queued ? OS_WRITE : 0;

	if (is_read(l))
		events |= OS_READ;
	os_watch_set(l->watch, events);
}

/* A write that failed is told once the octets that came before are read: the
 * other side's last word may lie among them. */
static void flush(struct link *l)
{
	enum err e = net_queue_write(l);

	if (e) {
		net_queue_drop(l);
		l->why = e;
		l->paused = 0;
	}
	watch(l);
}

static void let_oldest_go(struct net *n)
{
	LIST_EACH(at, tmp, &n->closing)
	{
		struct link *l = LIST_ENTRY(at, struct link, timed);
		if (l->state != LINK_LINGERING)
			continue;
		net_link_free(l);
		return;
	}
}

/* All is sent: our end. What else comes in is read and thrown away, since
 * closing over unread octets would reset what is still on its way. */
static void linger(struct link *l)
{
	struct net *n = l->net;

	l->state = LINK_LINGERING;
	n->n_lingering++;
	if (l->why || l->heard_end || shutdown(l->fd, SHUT_WR))
		net_link_free(l);
	else if (n->n_lingering > LINGERING_MAX)
		let_oldest_go(n);
}

static void flush_closing(struct link *l)
{
	flush(l);
	if (!l->queued)
		linger(l);
}

enum err net_ends(const struct net *n, uint32_t link, struct addr *local, struct addr *remote)
{
	const struct link *l = net_link_find(n, link);
	if (!l || l->fd < 0)
		return ERR_NOT_FOUND;
	enum err e = os_sockaddr_local(l->fd, local);
	return e ? e : os_sockaddr_remote(l->fd, remote);
}

static void connected(struct link *l, struct mono now)
{
	struct net *n = l->net;
	int error = 0, one = 1;
	socklen_t size = sizeof(error);
	struct addr local, remote;
	enum err e = OK;

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size) || error)
		e = os_err_of(error);
	if (!e)
		e = os_sockaddr_local(l->fd, &local);
	if (!e)
		e = os_sockaddr_remote(l->fd, &remote);
	/* A port of our own range dialled with nobody listening may meet itself. */
	if (!e && addr_eq(&local, &remote))
		e = ERR_REFUSED;
	if (e) {
		net_link_end(l, e, now);
		return;
	}
	(void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	l->state = LINK_OPEN;
	list_take(&l->timed);
	watch(l);
	if (l->queued || l->ask_drained)
		net_touch(l);
	n->events.up(n->events.arg, l->number, &local, &remote, now);
}

/* The end of the other side's octets, in good order or not. */
static void read_ended(struct link *l, enum err why, struct mono now)
{
	if (l->state == LINK_OPEN) {
		net_link_end(l, l->why ? l->why : why, now);
	} else if (l->state == LINK_CLOSING && why == ERR_CLOSED) {
		l->heard_end = true;
		watch(l);
	} else {
		net_link_free(l);
	}
}

static void throw_away(struct link *l, size_t n)
{
	l->thrown_away += n;
	if (l->thrown_away <= LINGER_OCTETS)
		return;
	net_link_reset_on_close(l);
	net_link_free(l);
}

static void read_once(struct link *l, struct mono now)
{
	struct net *n = l->net;
	ssize_t got = recv(l->fd, n->buffer, sizeof(n->buffer), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		read_ended(l, got ? os_err_of(errno) : ERR_CLOSED, now);
	else if (l->state == LINK_OPEN)
		n->events.octets(n->events.arg, l->number, span_of(n->buffer, (size_t)got), now);
	else
		throw_away(l, (size_t)got);
}

void net_link_ready(void *arg, uint32_t ready, struct mono now)
{
	struct link *l = arg;

	switch (l->state) {
	case LINK_CONNECTING:
		connected(l, now);
		return;
	case LINK_OPEN:
	case LINK_CLOSING:
		/* Writing belongs to the end of the turn, with what is added till then. */
		if (l->queued)
			net_touch(l);
		break;
	case LINK_LINGERING:
		break;
	case LINK_BROKEN:
	case LINK_GONE:
		return;
	}
	if ((ready & OS_READ) && is_read(l))
		read_once(l, now);
}

/* ENGINE-26. The owner may do anything to the link in it. */
static void tell_drained(struct link *l, struct mono now)
{
	struct net *n = l->net;

	if (!l->ask_drained || l->ahead || l->why)
		return;
	l->ask_drained = false;
	n->events.drained(n->events.arg, l->number, now);
}

void net_link_turn_end(struct link *l, struct mono now)
{
	switch (l->state) {
	case LINK_CONNECTING:
	case LINK_LINGERING:
		break;
	case LINK_OPEN:
		flush(l);
		tell_drained(l, now);
		break;
	case LINK_CLOSING:
		flush_closing(l);
		break;
	case LINK_BROKEN:
		net_link_end(l, l->why, now);
		break;
	case LINK_GONE:
		net_link_reset_on_close(l);
		net_link_free(l);
		break;
	}
}

void net_link_overdue(struct link *l, struct mono now)
{
	if (l->state == LINK_CONNECTING) {
		net_link_end(l, ERR_TIMEOUT, now);
		return;
	}
	/* Lingering: all is sent, and the kernel sees to the rest. */
	if (l->state == LINK_CLOSING)
		net_link_reset_on_close(l);
	net_link_free(l);
}

static bool is_owners(const struct link *l)
{
	return l && (l->state == LINK_CONNECTING || l->state == LINK_OPEN);
}

void net_send(struct net *n, uint32_t number, struct span bytes)
{
	struct link *l = net_link_find(n, number);

	if (!is_owners(l) || l->why)
		return;
	if (bytes.n > n->opt.queue_max || l->queued > n->opt.queue_max - bytes.n)
		net_link_break(l, ERR_SLOW);
	else if (net_queue_add(l, bytes))
		net_link_break(l, ERR_NOMEM);
	else if (l->state == LINK_OPEN)
		net_touch(l);
}

void net_ask_drained(struct net *n, uint32_t number)
{
	struct link *l = net_link_find(n, number);

	if (!is_owners(l) || l->why)
		return;
	l->ask_drained = true;
	l->ahead = l->queued;
	if (l->state == LINK_OPEN)
		net_touch(l);
}

void net_close(struct net *n, uint32_t number)
{
	struct link *l = net_link_find(n, number);

	if (!l || l->state == LINK_CLOSING || l->state == LINK_LINGERING)
		return;
	if (l->state != LINK_OPEN) {
		net_reset(n, number);
		return;
	}
	l->state = LINK_CLOSING;
	l->paused = 0;
	l->deadline = mono_add(os_mono(), n->opt.close_limit);
	list_push_back(&n->closing, &l->timed);
	net_timer_update(n);
	watch(l);
	net_touch(l);
}

void net_reset(struct net *n, uint32_t number)
{
	struct link *l = net_link_find(n, number);

	if (!l)
		return;
	net_link_break(l, OK);
	l->state = LINK_GONE;
}

void net_pause(struct net *n, uint32_t number, enum net_pause why)
{
	struct link *l = net_link_find(n, number);

	if (!l || l->state != LINK_OPEN || l->why)
		return;
	l->paused |= (uint8_t)why;
	watch(l);
}

void net_resume(struct net *n, uint32_t number, enum net_pause why)
{
	struct link *l = net_link_find(n, number);

	if (!l || l->state != LINK_OPEN)
		return;
	l->paused &= (uint8_t)~why;
	watch(l);
}

void net_hold(struct net *n, bool hold)
{
	if (n->held == hold)
		return;
	n->held = hold;
	LIST_EACH(at, tmp, &n->links)
	{
		struct link *l = LIST_ENTRY(at, struct link, all);
		if (l->state == LINK_OPEN)
			watch(l);
	}
}
