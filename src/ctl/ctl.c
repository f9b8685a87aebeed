#include "ctl/ctl.h"

#include "ctl/ctl_int.h"
#include "os/clock.h"

#include <signal.h>
#include <unistd.h>

#define HEADERS_MAX 16384

const struct ctl_limits ctl_limits_default = {
	.connections = 256,
	.streams = 64,
	.stream_octets = 65536,
	.request_us = 10 * MONO_SEC,
	.stuck_us = 60 * MONO_SEC,
	.keep_alive_us = 15 * MONO_SEC,
	.tick_us = MONO_SEC,
	.name_clients = 128,
	.name_clients_uid = 32,
	.name_request_us = MONO_SEC,
	.name_grace_us = 200 * MONO_MS,
	.pipes = 256,
};

static void take_request(struct evhttp_request *req, void *arg)
{
	ctl_call_begin(arg, req);
}

/* Every method reaches us, so that a wrong one gets our answer and not evhttp's. */
static enum err serve(struct ctl *c, int fd)
{
	c->http = evhttp_new(c->base);
	if (!c->http)
		return ERR_NOMEM;
	evhttp_set_max_headers_size(c->http, HEADERS_MAX);
	evhttp_set_max_body_size(c->http, OPS_BODY_MAX);
	evhttp_set_allowed_methods(c->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
						    EVHTTP_REQ_PATCH | EVHTTP_REQ_HEAD);
	evhttp_set_gencb(c->http, take_request, c);
	if (ctl_conns_init(c) != OK)
		return ERR_NOMEM;
	struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(c->http, fd);
	if (!bound)
		return ERR_NOMEM;
	c->conns.listener = evhttp_bound_socket_get_listener(bound);
	return OK;
}

static void drop(struct ctl *c)
{
	if (c->http)
		evhttp_free(c->http);
	ctl_conns_fini(c);
	if (c->carry)
		event_free(c->carry);
	env_free(c->env, c);
}

enum err ctl_new_limits(struct ctl **out, struct event_base *base, struct ops *ops,
			const char *socket_path, const struct ctl_limits *limits, struct text *why)
{
	const struct env *env = os_env();
	int fd;
	struct ctl *c = env_zalloc(env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	/* libevent writes to clients that may be gone. */
	(void)signal(SIGPIPE, SIG_IGN);
	c->base = base;
	c->ops = ops;
	c->env = env;
	c->limits = *limits;
	list_init(&c->conns.list);
	list_init(&c->calls);
	list_init(&c->streams);
	list_init(&c->searches);
	list_init(&c->names.askers);
	list_init(&c->octets.pipes);
	enum err e = ctl_socket_bind(socket_path, &ctl_socket_control, &c->place, &fd, why);
	if (e) {
		drop(c);
		return e;
	}
	e = serve(c, fd);
	if (e) {
		if (!c->conns.listener)
			(void)close(fd);
		ctl_socket_remove(&c->place);
		drop(c);
		return e;
	}
	ctl_names_init(c, socket_path);
	ctl_octets_init(c);
	*out = c;
	return OK;
}

enum err ctl_new(struct ctl **out, struct event_base *base, struct ops *ops,
		 const char *socket_path, struct text *why)
{
	return ctl_new_limits(out, base, ops, socket_path, &ctl_limits_default, why);
}

void ctl_free(struct ctl *c)
{
	if (!c)
		return;
	ctl_socket_remove(&c->place);
	ctl_names_fini(c);
	ctl_octets_fini(c);
	ctl_calls_stop(c);
	ctl_searches_stop(c);
	ctl_streams_stop(c);
	ctl_conns_flush(c);
	drop(c);
}

/* The loop's owner sees a failure where it runs the loop itself; here there is
 * nobody to tell. */
static void run_loop(evutil_socket_t fd, short what, void *arg)
{
	if (os_loop_run(arg, 0) != OK)
		return;
}

enum err ctl_carry_loop(struct ctl *c, struct os_loop *loop)
{
	c->carry = event_new(c->base, os_loop_fd(loop), EV_READ | EV_PERSIST, run_loop, loop);
	return c->carry && event_add(c->carry, NULL) == 0 ? OK : ERR_NOMEM;
}
