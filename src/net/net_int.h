/* net_int.h - what the files of net share. */
#ifndef NET_NET_INT_H
#define NET_NET_INT_H

#include "net/net.h"

#include "base/list.h"
#include "base/map.h"
#include "os/ports.h"

#define ROUTE_DELAY    (200 * MONO_MS)
#define ACCEPT_PAUSE   (100 * MONO_MS)
#define ACCEPTS_A_TURN 16
/* Read and thrown away for the sake of a good end; a flood gets a reset. */
#define LINGER_OCTETS ((size_t)1024 * 1024)
/* Links that wait for nothing but the other side's end; one more, and the oldest
 * is closed without it. Anybody can make them, and descriptors are few. */
#define LINGERING_MAX 256

/* A link's life; the owner knows of it up to OPEN. */
enum link_state {
	LINK_CONNECTING,
	LINK_OPEN,
	LINK_CLOSING,	/* sends its queue */
	LINK_LINGERING, /* has sent all, waits for the other side's end */
	LINK_BROKEN,	/* the end of the turn tells `why` */
	LINK_GONE	/* the end of the turn frees it, the owner knows already */
};

struct chunk;

struct link {
	struct net *net;
	uint32_t number;
	enum link_state state;
	enum err why; /* BROKEN; before that, of a failed write */
	bool heard_end;
	uint8_t paused; /* enum net_pause, several: not read */
	int fd;
	struct os_watch *watch;
	struct addr remote;	    /* of a dialled one */
	struct chunk *first, *last; /* the queue */
	size_t queued;
	size_t ahead; /* of them, those before the newest net_ask_drained() */
	bool ask_drained;
	size_t thrown_away;   /* CLOSING, LINGERING */
	struct mono deadline; /* CONNECTING, CLOSING, LINGERING */
	int64_t silence;      /* us that the other side may have; 0: as long as TCP goes on */
	struct mono minded;   /* since when */
	struct list all;      /* net->links */
	struct list dirty;    /* net->dirty: something to do when the turn ends */
	struct list timed;    /* net->connecting or net->closing */
};

/* What one number of the owner listens on. */
struct port {
	struct net *net;
	uint32_t number;
	struct list node; /* net->ports */
	struct list sockets;
	struct net_guard *guards; /* sorted by address */
	size_t n_guards;
};

/* One address of a port. */
struct door {
	struct port *port;
	struct list node; /* port->sockets */
	struct os_watch *watch;
	struct addr local;
	int fd;
};

struct route_watch {
	int fd;
	struct os_watch *watch;
	struct mono due;
	net_changed_fn *fn;
	void *arg;
};

struct net {
	const struct env *env;
	struct os_loop *loop;
	struct net_events events;
	struct net_options opt;
	struct map by_number;
	struct list links, dirty, connecting, closing, ports;
	struct os_task *turn_end;
	struct os_timer *timer;
	struct mono timer_at;
	struct mono accept_again; /* listeners rest until then */
	struct mono alive_due;	  /* links are looked at for signs of life */
	struct route_watch route;
	size_t n_links, n_lingering, queued;
	bool held; /* no link is read */
	uint32_t next_accepted;
	int reserve_fd; /* given up for a moment when descriptors run out */
	uint8_t buffer[NET_READ_MAX];
};

/* net.c */
void net_touch(struct link *l); /* has something to do when the turn ends */
void net_timer_update(struct net *n);

/* link.c. On failure fd is left to the caller. */
MUST_USE enum err net_link_new(struct link **out, struct net *n, uint32_t number, int fd,
			       enum link_state state);
struct link *net_link_find(const struct net *n, uint32_t number);
void net_link_free(struct link *l); /* closes fd */
/* So that closing the descriptor resets the connection. */
void net_link_reset_on_close(const struct link *l);
/* Tells down() and frees. */
void net_link_end(struct link *l, enum err why, struct mono now);
/* Will do so when the turn ends. */
void net_link_break(struct link *l, enum err why);
void net_link_ready(void *arg, uint32_t ready, struct mono now); /* os_watch_fn */
void net_link_turn_end(struct link *l, struct mono now);
void net_link_overdue(struct link *l, struct mono now);

/* queue.c */
MUST_USE enum err net_queue_add(struct link *l, struct span bytes);
/* One write; OK also when nothing or not all could be written. */
MUST_USE enum err net_queue_write(struct link *l);
void net_queue_drop(struct link *l);

/* listen.c */
void net_ports_free(struct net *n);
void net_ports_accept_again(struct net *n);

/* holder.c: words who has the port of this address already. */
void net_say_holder(enum os_proto proto, const struct addr *local, struct text *why);

/* guard.c */
const struct net_guard *net_guard_find(const struct port *p, const struct addr *remote);
/* Options of a socket before it connects. */
MUST_USE enum err net_guard_dial(int fd, const struct net_guard *g);
/* Of an accepted one; ERR_DENIED: it came from too far. */
MUST_USE enum err net_guard_accepted(int fd, const struct net_guard *g);
/* Of a listening one: for the guards of its family, `old` ones withdrawn. */
MUST_USE enum err net_guard_listener(int fd, const struct addr *local, const struct port *p,
				     const struct net_guard *old, size_t n_old, struct text *why);
MUST_USE enum err net_guard_sorted_copy(const struct env *env, const struct net_guard *g, size_t n,
					struct net_guard **out);
/* Wipes their keys and frees them. */
void net_guards_free(const struct env *env, struct net_guard *g, size_t n);

/* alive.c */
void net_alive_due(struct net *n, struct mono now);

/* route.c */
void net_route_due(struct net *n, struct mono now);
void net_route_close(struct net *n);

#endif
