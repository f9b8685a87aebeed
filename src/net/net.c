#include "net/net_int.h"

#include "os/sockaddr.h"
#include "os/syserr.h"

#include "os/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void net_touch(struct link *l)
{
	struct net *n = l->net;

	if (list_empty(&l->dirty))
		list_push_back(&n->dirty, &l->dirty);
	os_task_post(n->turn_end);
}

/* Links that get something to do meanwhile wait for the next turn, so that an
 * owner who redials at once cannot hold this one. */
static void turn_end(void *arg, struct mono now)
{
	struct net *n = arg;
	size_t count = 0;

	LIST_EACH(at, tmp, &n->dirty)
	{
		count++;
	}
	while (count-- > 0 && !list_empty(&n->dirty)) {
		struct link *l = LIST_ENTRY(n->dirty.next, struct link, dirty);
		list_take(&l->dirty);
		net_link_turn_end(l, now);
	}
	if (!list_empty(&n->dirty))
		os_task_post(n->turn_end);
}

static struct mono first_of(const struct list *timed)
{
	return list_empty(timed) ? MONO_NEVER
				 : LIST_ENTRY(timed->next, struct link, timed)->deadline;
}

void net_timer_update(struct net *n)
{
	struct mono at = mono_min(first_of(&n->connecting), first_of(&n->closing));

	at = mono_min(at, mono_min(n->accept_again, n->route.due));
	at = mono_min(at, n->alive_due);
	if (at.us == n->timer_at.us)
		return;
	n->timer_at = at;
	os_timer_set(n->timer, at);
}

/* All have the same span of time, so the oldest is due first. */
static void end_overdue(struct list *timed, struct mono now)
{
	while (mono_reached(first_of(timed), now)) {
		struct link *l = LIST_ENTRY(timed->next, struct link, timed);
		list_take(&l->timed);
		net_link_overdue(l, now);
	}
}

static void on_timer(void *arg, struct mono now)
{
	struct net *n = arg;

	n->timer_at = MONO_NEVER;
	end_overdue(&n->connecting, now);
	end_overdue(&n->closing, now);
	if (mono_reached(n->accept_again, now))
		net_ports_accept_again(n);
	if (mono_reached(n->route.due, now))
		net_route_due(n, now);
	if (mono_reached(n->alive_due, now))
		net_alive_due(n, now);
	net_timer_update(n);
}

static enum err net_init(struct net *n)
{
	enum err e = os_task_new(&n->turn_end, n->loop, turn_end, n);

	if (!e)
		e = os_timer_new(&n->timer, n->loop, on_timer, n);
	if (!e) {
		n->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		e = n->reserve_fd < 0 ? ERR_IO : OK;
	}
	return e;
}

enum err net_new(struct net **out, const struct env *env, struct os_loop *loop,
		 const struct net_events *events, const struct net_options *opt)
{
	struct net *n = env_zalloc(env, 1, sizeof(*n));
	enum err e;

	if (!n)
		return ERR_NOMEM;
	n->env = env;
	n->loop = loop;
	n->events = *events;
	n->opt = *opt;
	n->reserve_fd = n->route.fd = -1;
	n->timer_at = n->accept_again = n->route.due = n->alive_due = MONO_NEVER;
	map_init(&n->by_number, env);
	list_init(&n->links);
	list_init(&n->dirty);
	list_init(&n->connecting);
	list_init(&n->closing);
	list_init(&n->ports);
	e = net_init(n);
	if (e)
		net_free(n);
	else
		*out = n;
	return e;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	net_ports_free(n);
	net_route_close(n);
	while (!list_empty(&n->links)) {
		struct link *l = LIST_ENTRY(n->links.next, struct link, all);
		if (l->state != LINK_LINGERING)
			net_link_reset_on_close(l);
		net_link_free(l);
	}
	map_free(&n->by_number);
	os_task_free(n->turn_end);
	os_timer_free(n->timer);
	if (n->reserve_fd >= 0)
		(void)close(n->reserve_fd);
	env_free(n->env, n);
}

/* A port of our range is chosen at connect, so that many links to different
 * remotes may share one. */
static enum err bind_local(int fd, const struct addr *local)
{
	struct sockaddr_storage ss;
	socklen_t size = os_sockaddr_from(&ss, local);
	int one = 1;

	if (!size)
		return OK;
	if (local->port)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&ss, size) ? os_err_of(errno) : OK;
}

static enum err start(int fd, const struct addr *local, const struct addr *remote,
		      const struct net_guard *guard)
{
	struct sockaddr_storage ss;
	socklen_t size = os_sockaddr_from(&ss, remote);
	enum err e = guard ? net_guard_dial(fd, guard) : OK;

	if (!e)
		e = bind_local(fd, local);
	if (!e && connect(fd, (struct sockaddr *)&ss, size) && errno != EINPROGRESS)
		e = os_err_of(errno);
	return e;
}

/* A socket that dials already, or why not. */
static int dial(const struct addr *local, const struct addr *remote, const struct net_guard *guard,
		enum err *why)
{
	int family = remote->family == ADDR_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*why = fd < 0 ? os_err_of(errno) : start(fd, local, remote, guard);
	if (*why && fd >= 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

enum err net_dial(struct net *n, uint32_t link, const struct addr *local, const struct addr *remote,
		  const struct net_guard *guard)
{
	struct link *l;
	enum err why = ERR_FULL, e;
	int fd = -1;

	assert(!net_link_find(n, link));
	if (n->n_links < n->opt.links_max)
		fd = dial(local, remote, guard, &why);
	e = net_link_new(&l, n, link, fd, fd < 0 ? LINK_BROKEN : LINK_CONNECTING);
	if (e) {
		if (fd >= 0)
			(void)close(fd);
		return ERR_NOMEM;
	}
	if (fd < 0) {
		net_link_break(l, why);
		return OK;
	}
	l->deadline = mono_add(os_mono(), n->opt.connect_timeout);
	list_push_back(&n->connecting, &l->timed);
	net_timer_update(n);
	return OK;
}

void net_load(const struct net *n, size_t *queued, size_t *links)
{
	*queued = n->queued;
	*links = n->n_links;
}
