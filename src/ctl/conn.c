/* Connections: how many there are, and which of them waste our time. evhttp
 * shows a connection only with its first request, so each one's bufferevent is
 * made here and a reference to it kept. When evhttp is done with it, it shuts
 * the socket down and takes its callbacks away; the socket is closed with the
 * last reference, by the next sweep, so that its number cannot be taken again
 * while anything still watches it. */
#include "ctl/ctl_int.h"

#include "os/clock.h"

#include <event2/buffer.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_gone(const struct conn *k)
{
	bufferevent_event_cb event = NULL;
	bufferevent_getcb(k->bev, NULL, NULL, &event, NULL);
	return !event;
}

static void conn_free(struct ctl *c, struct conn *k)
{
	list_take(&k->node);
	c->conns.count--;
	(void)bufferevent_decref(k->bev);
	env_free(c->env, k);
}

static void sweep(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		if (is_gone(k))
			conn_free(c, k);
	}
}

/* Stops accepting at the limit, and starts again below it. */
static void regulate(struct ctl *c)
{
	struct conns *s = &c->conns;
	bool full = s->count >= c->limits.connections;
	if (full && !s->paused)
		(void)evconnlistener_disable(s->listener);
	else if (!full && s->paused)
		(void)evconnlistener_enable(s->listener);
	s->paused = full;
}

static void start_ticking(struct ctl *c)
{
	struct timeval tv = { c->limits.tick_us / MONO_SEC, c->limits.tick_us % MONO_SEC };
	if (!c->conns.ticking)
		c->conns.ticking = event_add(c->conns.tick, &tv) == 0;
}

static void stop_ticking(struct ctl *c)
{
	(void)event_del(c->conns.tick);
	c->conns.ticking = false;
}

/* Called for each accept. Without memory evhttp makes its own bufferevent,
 * which then is not counted. */
static struct bufferevent *begin(struct event_base *base, void *arg)
{
	struct ctl *c = arg;
	sweep(c);
	struct conn *k = env_zalloc(c->env, 1, sizeof(*k));
	struct bufferevent *bev =
		k ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE) : NULL;
	if (!bev) {
		env_free(c->env, k);
		return NULL;
	}
	bufferevent_incref(bev);
	k->bev = bev;
	k->since = k->moved = os_mono();
	list_push_back(&c->conns.list, &k->node);
	c->conns.count++;
	regulate(c);
	start_ticking(c);
	return bev;
}

/* evhttp sees the end of the stream and cleans up. */
static void cut(const struct conn *k)
{
	evutil_socket_t fd = bufferevent_getfd(k->bev);
	if (fd >= 0)
		(void)shutdown(fd, SHUT_RDWR);
}

static bool is_stuck(struct conn *k, struct mono now, int64_t limit)
{
	size_t left = evbuffer_get_length(bufferevent_get_output(k->bev));
	if (left == 0 || left < k->left)
		k->moved = now;
	k->left = left;
	return left && mono_since(now, k->moved) > limit;
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct ctl *c = arg;
	struct mono now = os_mono();
	sweep(c);
	LIST_EACH(node, tmp, &c->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		bool late = !k->busy && mono_since(now, k->since) > c->limits.request_us;
		if (is_stuck(k, now, c->limits.stuck_us) || late)
			cut(k);
	}
	regulate(c);
	if (c->conns.count == 0)
		stop_ticking(c);
}

enum err ctl_conns_init(struct ctl *c)
{
	c->conns.tick = event_new(c->base, -1, EV_PERSIST, tick, c);
	if (!c->conns.tick)
		return ERR_NOMEM;
	evhttp_set_bevcb(c->http, begin, c);
	return OK;
}

void ctl_conns_fini(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->conns.list)
	{
		conn_free(c, LIST_ENTRY(node, struct conn, node));
	}
	if (c->conns.tick)
		event_free(c->conns.tick);
}

static struct conn *conn_of(struct ctl *c, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	struct bufferevent *bev = evcon ? evhttp_connection_get_bufferevent(evcon) : NULL;
	LIST_EACH(node, tmp, &c->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		if (k->bev == bev)
			return k;
	}
	return NULL;
}

static void complete(struct evhttp_request *req, void *arg)
{
	struct conn *k = conn_of(arg, req);
	if (!k)
		return;
	k->busy = false;
	k->since = os_mono();
}

void ctl_conns_busy(struct ctl *c, struct evhttp_request *req)
{
	struct conn *k = conn_of(c, req);
	if (!k)
		return;
	k->busy = true;
	evhttp_request_set_on_complete_cb(req, complete, c);
}

/* What a client may send ahead while it waits; more is left in the socket. */
#define AHEAD_MAX 4096

/* evhttp does not read while a request is being answered, and so does not see the end of a
 * connection before it writes. It takes the callbacks back when it does. */
void ctl_conns_watch(struct evhttp_request *req, ctl_gone_fn *gone, void *arg)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	bufferevent_data_cb read, write;
	bufferevent_event_cb event;
	void *of;
	if (!evcon)
		return;
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evcon);
	evhttp_connection_set_closecb(evcon, gone, arg);
	bufferevent_setwatermark(bev, EV_READ, 0, gone ? AHEAD_MAX : 0);
	if (!gone)
		return;
	bufferevent_getcb(bev, &read, &write, &event, &of);
	bufferevent_setcb(bev, NULL, write, event, of);
	(void)bufferevent_enable(bev, EV_READ);
}

size_t ctl_conns_waiting(struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	if (!evcon)
		return 0;
	return evbuffer_get_length(
		bufferevent_get_output(evhttp_connection_get_bufferevent(evcon)));
}

void ctl_conns_flush(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->conns.list)
	{
		struct conn *k = LIST_ENTRY(node, struct conn, node);
		struct evbuffer *output = bufferevent_get_output(k->bev);
		evutil_socket_t fd = bufferevent_getfd(k->bev);
		if (is_gone(k) || fd < 0 || evbuffer_get_length(output) == 0)
			continue;
		/* The loop that would write it does not run any more. */
		(void)evbuffer_unfreeze(output, 1);
		(void)evbuffer_write(output, fd);
		(void)evbuffer_freeze(output, 1);
	}
}
