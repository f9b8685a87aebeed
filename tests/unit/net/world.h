/* world.h - two nets on one loop, and what their owners were told. */
#ifndef UNIT_NET_WORLD_H
#define UNIT_NET_WORLD_H

#include "../failing_env.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"
#include "os/clock.h"
#include "os/sockaddr.h"

/* One side: its net and what it was told last. */
struct side {
	struct net *net;
	uint32_t accepted, up, down; /* links, 0 none yet */
	uint32_t n_accepted, n_down;
	uint32_t drained, n_drained;
	uint32_t listener;
	struct addr local, remote;
	enum err why;
	size_t octets;	/* in all */
	uint32_t check; /* over them */
	size_t largest; /* piece */
	/* What to do when told. */
	bool close_at_once, reset_at_once, echo;
	struct span goodbye; /* sent before the close */
	struct span more;    /* sent, and asked for, when drained */
	bool close_when_drained, reset_when_drained;
};

struct world {
	struct os_loop *loop;
	struct side a, b;
	struct addr at; /* where b listens */
	char why_[300];
	struct text why;
};

/* Runs turns until the condition holds; a test fails after 10 s. */
#define RUN_UNTIL(w, condition)                                                                    \
	for (struct mono end_ = mono_add(os_mono(), 10 * MONO_SEC);;) {                            \
		if (condition)                                                                     \
			break;                                                                     \
		assert_false(mono_reached(end_, os_mono()));                                       \
		assert_int_equal(os_loop_run((w)->loop, 100), OK);                                 \
	}

static inline uint32_t check_add(uint32_t check, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		check = (check ^ s.p[i]) * UINT32_C(16777619);
	return check;
}

static inline void side_accepted(void *arg, uint32_t listener, uint32_t link,
				 const struct addr *local, const struct addr *remote,
				 struct mono now)
{
	struct side *s = arg;
	s->listener = listener;
	s->accepted = link;
	s->n_accepted++;
	s->local = *local;
	s->remote = *remote;
	if (s->goodbye.n)
		net_send(s->net, link, s->goodbye);
	if (s->close_at_once)
		net_close(s->net, link);
	if (s->reset_at_once)
		net_reset(s->net, link);
}

static inline void side_up(void *arg, uint32_t link, const struct addr *local,
			   const struct addr *remote, struct mono now)
{
	struct side *s = arg;
	s->up = link;
	s->local = *local;
	s->remote = *remote;
}

static inline void side_octets(void *arg, uint32_t link, struct span bytes, struct mono now)
{
	struct side *s = arg;
	s->octets += bytes.n;
	s->check = check_add(s->check, bytes);
	if (bytes.n > s->largest)
		s->largest = bytes.n;
	if (s->echo)
		net_send(s->net, link, bytes);
}

static inline void side_drained(void *arg, uint32_t link, struct mono now)
{
	struct side *s = arg;
	s->drained = link;
	s->n_drained++;
	if (s->more.n) {
		net_send(s->net, link, s->more);
		net_ask_drained(s->net, link);
	}
	if (s->close_when_drained)
		net_close(s->net, link);
	if (s->reset_when_drained)
		net_reset(s->net, link);
}

static inline void side_down(void *arg, uint32_t link, enum err why, struct mono now)
{
	struct side *s = arg;
	s->down = link;
	s->n_down++;
	s->why = why;
}

static const struct net_options plain_options = {
	.queue_max = (size_t)4 * 1024 * 1024,
	.links_max = 1000,
	.backlog = 64,
	.connect_timeout = 5 * MONO_SEC,
	.close_limit = 5 * MONO_SEC,
};

static inline void side_new(struct world *w, struct side *s, const struct net_options *opt)
{
	struct net_events e = { side_accepted, side_up, side_octets, side_drained, side_down, s };
	assert_int_equal(net_new(&s->net, os_env(), w->loop, &e, opt ? opt : &plain_options), OK);
}

/* A port nobody has just now. */
static inline struct addr free_address(const char *ip)
{
	struct sockaddr_storage ss;
	struct addr a;
	assert_int_equal(addr_parse(span_str(ip), 0, &a), OK);
	socklen_t n = os_sockaddr_from(&ss, &a);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(os_sockaddr_local(fd, &a), OK);
	(void)close(fd);
	return a;
}

static inline struct addr host(const char *ip)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(ip), 0, &a), OK);
	return a;
}

static inline void world_new_at(struct world *w, const char *ip, const struct net_options *opt)
{
	*w = (struct world){ 0 };
	w->why = TEXT_OF(w->why_);
	assert_int_equal(os_loop_new(&w->loop, os_env()), OK);
	side_new(w, &w->a, opt);
	side_new(w, &w->b, opt);
	w->at = free_address(ip);
}

static inline void world_listen(struct world *w)
{
	if (net_listen(w->b.net, 7, &w->at, NULL, &w->why))
		fail_msg("%s", w->why.p);
}

static inline void world_new(struct world *w)
{
	world_new_at(w, "127.0.0.1", NULL);
	world_listen(w);
}

static inline void world_free(struct world *w)
{
	net_free(w->a.net);
	net_free(w->b.net);
	os_loop_free(w->loop);
}

static inline void world_dial(struct world *w, uint32_t link, const struct net_guard *g)
{
	struct addr any = { 0 };
	assert_int_equal(net_dial(w->a.net, link, &any, &w->at, g), OK);
}

/* a's link 1 to b, up on both sides. */
static inline void world_connect(struct world *w)
{
	world_dial(w, 1, NULL);
	RUN_UNTIL(w, w->a.up && w->b.accepted);
}

static inline size_t load_links(const struct side *s)
{
	size_t queued, links;
	net_load(s->net, &queued, &links);
	return links;
}

static inline size_t load_queued(const struct side *s)
{
	size_t queued, links;
	net_load(s->net, &queued, &links);
	return queued;
}

#endif
